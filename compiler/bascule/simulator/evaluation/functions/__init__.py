"""All functions that the expressions of the sources can call, by the name that they have in the graph."""

from __future__ import annotations

from bascule.simulator.evaluation.functions.base import Closure, Context, Function
from bascule.simulator.evaluation.functions.dialogflow import DIALOGFLOW
from bascule.simulator.evaluation.functions.encoded import ENCODED
from bascule.simulator.evaluation.functions.floip import FLOIP
from bascule.simulator.evaluation.functions.liquid import LIQUID
from bascule.simulator.evaluation.functions.lists import LISTS
from bascule.simulator.evaluation.functions.mappings import MAPPINGS
from bascule.simulator.evaluation.functions.moments import MOMENTS
from bascule.simulator.evaluation.functions.numbers import NUMBERS
from bascule.simulator.evaluation.functions.operators import OPERATIONS
from bascule.simulator.evaluation.functions.phones import PHONES
from bascule.simulator.evaluation.functions.texts import TEXTS

__all__ = ["FUNCTIONS", "Closure", "Context", "Function", "find_function"]

FUNCTIONS: dict[str, Function] = {}
"""Functions and operators by name. ``and``, ``or``, ``not``, ``if`` and the tests of ``ir.expr`` are not among them."""

for _registry in (OPERATIONS, TEXTS, NUMBERS, LISTS, MAPPINGS, MOMENTS, ENCODED, PHONES, LIQUID, DIALOGFLOW, FLOIP):
    FUNCTIONS.update(_registry)

_OTHER_NAMES = {
    "text_length": "length", "len": "length", "to_json": "json", "concatenate": "concat", "proper": "title",
    "minus": "sub", "multiply": "mul", "get": "index", "get_field": "index", "to_text": "text", "to_number": "number",
    "plus": "add", "times": "mul",
}  # fmt: skip
"""Names that stay in the graph where a function is given another number of values than its native one takes."""

for _name, _native in _OTHER_NAMES.items():
    FUNCTIONS[_name] = FUNCTIONS[_native]

_PREFIXES = ("rapidpro_", "floip_", "liquid_", "dialogflow_")


def find_function(name: str) -> Function | None:
    """The function of that name. A name with a platform's prefix (given where the platform's function takes other
    arguments than the native one) means the function without it, unless it has one of its own."""
    found = FUNCTIONS.get(name)
    if found is None:
        prefix = next((prefix for prefix in _PREFIXES if name.startswith(prefix)), "")
        found = FUNCTIONS.get(name[len(prefix) :]) if prefix else None
    return found

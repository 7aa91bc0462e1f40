"""Rules of ``conditions`` blocks as expressions. Their spelling is not public: every plausible one is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.language.members import EMPTY, as_text, clip, number_of
from bascule.language.reading import json_text
from bascule.parsers.landbot.catalogue import OPERATORS
from bascule.parsers.landbot.reading import DraftMembers, Reading
from bascule.parsers.landbot.rules import ConditionNotRead
from bascule.source import Place

__all__ = ["LANGUAGE", "read_conditions"]

LANGUAGE = "landbot"

_LISTS = ("conditions", "rules", "groups")
_LEFT = ("variable", "field", "left", "key", "input", "name")
_OPERATOR = ("operator", "condition", "comparator", "comparison", "op", "type")
_RIGHT = ("value", "right", "compareTo", "compare")
_LOGIC = ("logicalOperator", "logic", "combinator", "connector", "boolean", "operator")
_ORDER = ("gt", "lt", "ge", "le")
_DEEPEST = 10


def read_conditions(reading: Reading, params: DraftMembers) -> Expression:
    """The condition of a block: its rules joined by AND, or by OR where one of its members says so."""
    name = next((name for name in _LISTS if isinstance(params.data.get(name), (list, dict))), "")
    if not name:
        single = _rule(reading, params.data, params.place)
        if single is not None:
            for key in (*_LEFT, *_OPERATOR, *_RIGHT):
                params.skip(key)
            return single
        return _kept(reading, params, params.place)
    value = params.take(name)
    for key in _LOGIC:
        if isinstance(params.data.get(key), str):
            params.skip(key)
    found = _rules(reading, value, params.at(name), _logic(params.data), 0)
    return found if found is not None else _kept(reading, params, params.at(name))


def _kept(reading: Reading, params: DraftMembers, place: Place) -> Expression:
    code = reading.find(
        ConditionNotRead,
        place,
        "the condition is spelled in no way that is known; it is kept as it is",
        help="write the condition on the new platform",
    )
    kept = {}
    for key, value in params.data.items():
        kept[key] = params.take(key)
        reading.book.degraded(params.at(key), "not read; kept in an opaque condition", "write it anew", code)
        kept[key] = reading.safe(value, params.at(key), key)
    return Opaque(LANGUAGE, json_text(kept))


def _logic(data: Mapping[str, Any]) -> str:
    words = {as_text(data.get(key)).strip().casefold() for key in _LOGIC if isinstance(data.get(key), str)}
    return "or" if words & {"or", "any", "||"} else "and"


def _rules(reading: Reading, value: Any, place: Place, logic: str, depth: int) -> Expression | None:
    """A list of rules, or of lists of rules; None where one of them cannot be read."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        name = next((name for name in _LISTS if isinstance(value.get(name), list)), "")
        if name:
            return _rules(reading, value[name], place.child(name), _logic(value), depth + 1)
        return _rule(reading, value, place)
    if not isinstance(value, list) or not value:
        return None
    parts: list[Expression] = []
    for index, item in enumerate(value):
        if isinstance(item, dict) and _logic(item) == "or" and _names_field(item):
            logic = "or"
        inner = _rules(reading, item, place.child(index), "and", depth + 1)
        if inner is None:
            return None
        parts.append(inner)
    return parts[0] if len(parts) == 1 else Call(logic, tuple(parts))


def _names_field(item: Mapping[str, Any]) -> bool:
    return any(key in item for key in _LEFT)


def _rule(reading: Reading, data: Mapping[str, Any], place: Place) -> Expression | None:
    """One comparison of a field."""
    left = next((data[key] for key in _LEFT if data.get(key) not in EMPTY), None)
    if isinstance(left, dict):
        left = next((left[key] for key in ("name", "field", "value") if isinstance(left.get(key), str)), None)
    operator = next((data[key] for key in _OPERATOR if _known(data.get(key))), None)
    if not isinstance(left, str) or operator is None:
        return None
    path = reading.declare(left, place.within(0, 0))
    if not path:
        return None
    subject = Ref(path)
    key = next((key for key in _RIGHT if key in data), "")
    right = data.get(key) if key else None
    if isinstance(right, (dict, list)):
        return None
    test = OPERATORS[_plain(operator)]
    if test in ("set", "blank"):
        blank = Call("is_blank", (subject,))
        return blank if test == "blank" else Call("not", (blank,))
    number = number_of(right) if test in _ORDER else None
    value: Expression
    if number is not None:
        value = Const(int(number) if number == int(number) else number)
    else:
        value = reading.value(right, place.child(key) if key else place)
    if test == "lacks":
        return Call("not", (Call("contains", (subject, value)),))
    return Call(test, (subject, value))


def _plain(value: Any) -> str:
    text = as_text(value).casefold()
    letters = "".join(char for char in text if char.isalnum())
    return letters or text.strip()


def _known(value: Any) -> bool:
    return isinstance(value, str) and len(clip(value)) == len(value) and _plain(value) in OPERATORS

"""Which texts offer a way out, and which parts of a project let people in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

import yaml

from bascule.ir.expr import Const, walk
from bascule.ir.nodes import Node, SetConsent, SetVariable
from bascule.ir.settings import ProjectSettings
from bascule.language.optout import OPT_OUT_KEYWORDS, find_opt_out
from bascule.language.optout_words import SUBSCRIPTION
from bascule.passes.lower.context import phrase
from bascule.passes.lower.folding import fold
from bascule.passes.rules import CheckContext
from bascule.passes.rules.keywords.folding import keywords
from bascule.whatsapp.templates import Buttons, Template

__all__ = ["has_opt_in", "offers_opt_out", "opt_out_line"]


def _data(name: str) -> Mapping[str, object]:
    text = files("bascule.passes.rules.consent").joinpath(f"data/{name}.yaml").read_text(encoding="utf-8")
    table: Mapping[str, object] = yaml.load(text, Loader=yaml.BaseLoader)
    return table


@cache
def _lines() -> Mapping[str, str]:
    return {tag: str(line) for tag, line in _data("opt_out_lines").items()}


def opt_out_line(settings: ProjectSettings, language: str) -> str:
    """The sentence that says how to end promotions: the project's own, else one of ours; English as a last resort."""
    base = re.split(r"[-_]", language)[0]
    return settings.opt_out_sentence(language) or _lines().get(base) or _lines()["en"]


@cache
def _leaving() -> re.Pattern[str]:
    entries = [entry for words in SUBSCRIPTION.values() for entry in words.split(", ")]
    return re.compile(rf"(?<!\w)(?:{'|'.join(entries)})", re.I)


def _texts(template: Template) -> Iterator[str]:
    yield template.body_text
    if template.footer is not None:
        yield template.footer.text or ""


def _labels(template: Template) -> Iterator[str]:
    for component in template.components:
        if isinstance(component, Buttons):
            for button in component.buttons:
                yield str(getattr(button, "text", None) or "")
                yield str(getattr(button, "url", None) or "")


def offers_opt_out(template: Template, settings: ProjectSettings, language: str) -> bool:
    """Whether a body, a footer or a button says how to get no more promotions."""
    own = [text for text in (settings.opt_out_sentence(language), settings.opt_out_label(language)) if text]
    own.append(phrase("stop", language))
    wanted = [fold(text) for text in own]
    for text in _texts(template):
        folded = fold(text)
        if find_opt_out(text) is not None or _leaving().search(text) or any(part in folded for part in wanted):
            return True
    for label in _labels(template):
        folded = fold(label)
        words = {*re.findall(r"\w+", label.casefold()), *folded.split(), label.casefold().strip()}
        if any(part in folded for part in wanted) or words & OPT_OUT_KEYWORDS or _leaving().search(label):
            return True
    return False


@cache
def _opt_in() -> tuple[frozenset[str], tuple[str, ...]]:
    table = _data("opt_in_words")
    words = [fold(str(word)) for tag, listed in table.items() if tag != "names" for word in _sequence(listed)]
    return frozenset(words), tuple(fold(str(name)) for name in _sequence(table["names"]))


def _sequence(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []


def has_opt_in(context: CheckContext) -> bool:
    """Whether a flow of the project records an opt-in, or listens for a word by which people opt in."""
    words, names = _opt_in()
    if any(_records(node, names) for flow in context.project.flows for node in flow.nodes):
        return True
    keys = [key for key in context.policy.keys("keyword.") if key.endswith(".opt_in")]
    reserved = {fold(word) for key in keys for word in context.policy.list(key)}
    # A bare YES answers any question: as a keyword it says nothing about consent.
    return any((said := fold(keyword.word)) in words or said in reserved - {"yes"} for keyword in keywords(context))


def _records(node: Node, names: Sequence[str]) -> bool:
    if isinstance(node, SetConsent):
        return node.state == "opt_in"
    if not isinstance(node, SetVariable):
        return False
    for item in node.assignments:
        if item.op not in ("set", "add"):
            continue
        said = " ".join(item.target)
        for part in walk(item.value) if item.value is not None else ():
            if isinstance(part, Const) and isinstance(part.value, str):
                said += " " + part.value
        plain = fold(said.replace("_", " "))
        if any(name in plain for name in names):
            return True
    return False

"""What reading one file collects: findings, the ledger, variables; and how values become texts."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from bascule.diagnostics import Finding, Label, Rule, Severity
from bascule.ir.expr import Const, Expression, Opaque, Ref, references
from bascule.ir.project import Variable
from bascule.ir.text import EMPTY_TEXT, Hole, Literal, Segment, Text, holes, join_text, literal, text_expression
from bascule.language import reading
from bascule.language.placeholder_rules import CodeInTemplate
from bascule.language.rapidpro_expression import parse_rapidpro_text
from bascule.language.rapidpro_rules import RapidProSyntax
from bascule.language.reading import json_text, unique
from bascule.parsers.rapidpro.book import Book
from bascule.parsers.rapidpro.located import Arr, Obj, Rewritten
from bascule.parsers.rapidpro.rules import WrongShape
from bascule.source import Place

__all__ = ["Reading", "clip", "json_text", "number_of", "result_key", "slug", "type_name", "unique"]

OLD_EXPRESSION = "rapidpro-legacy"
"""Language name of opaque pieces from before version 13."""

_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
_KEY = re.compile(r"[^\w]+", re.UNICODE)
_ELIXIR = re.compile(r"<%[^%]{0,4000}%>")
_SCOPES = {
    "contact": "contact", "fields": "contact", "urns": "contact", "results": "flow", "locals": "flow", "run": "flow",
    "node": "flow", "webhook": "session", "input": "session", "parent": "session", "child": "session",
    "trigger": "session", "resume": "session", "ticket": "session", "legacy_extra": "session", "globals": "global",
}  # fmt: skip
_DEEP = ("webhook", "trigger", "parent", "child", "legacy_extra")
_SLUG = 60


def number_of(value: Any) -> float | None:
    """A finite number from a number or from the text of one; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        value = value.strip()
        return float(value) if _NUMBER.fullmatch(value) else None
    if not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def clip(text: str, size: int = 60) -> str:
    """A text short enough for a message, on one line."""
    flat = " ".join(text[: size * 8].split())
    return flat if len(flat) <= size else flat[: size - 1] + "…"


def slug(title: str) -> str:
    """An id from a title: lower case, letters and digits of any script, ``_`` between words; no accents on Latin."""
    kept: list[str] = []
    for char in unicodedata.normalize("NFC", title)[:200].casefold():
        base = unicodedata.normalize("NFKD", char)[:1]
        if base.isascii() and base.isalnum():
            kept.append(base)
        elif unicodedata.category(char)[0] in "LNM":
            kept.append(char)
        else:
            kept.append(" ")
    words = "".join(kept).split()
    while len(words) > 1 and sum(map(len, words)) + len(words) > _SLUG + 1:
        words.pop()
    return "_".join(words)[:_SLUG]


def result_key(name: str) -> str:
    """The key under which a result is found: lower case, everything that is no letter or digit an underscore
    (https://docs.nyaruka.com/goflow/context.html)."""
    return _KEY.sub("_", name.strip()).lower()[:64]


def type_name(value: Any) -> str:
    """The JSON type of a value, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    kinds: list[tuple[Any, str]] = [
        ((int, float), "a number"),
        (str, "a text"),
        (list, "a list"),
        (dict, "an object"),
    ]
    return next(name for types, name in kinds if isinstance(value, types))


class Reading(reading.Reading):
    """The state of reading one file. ``glific`` says that the file speaks that vendor's dialect."""

    def __init__(self, file: str, source_of: Callable[[str], str], glific: bool = False) -> None:
        super().__init__(file)
        self.source_of = source_of
        self.glific = glific
        self.book = Book()

    def place(self, pointer: str) -> Place:
        """The place at a pointer."""
        return Place(self.path, pointer)

    def at(self, item: Obj | Arr, key: Any) -> Place:
        """The place of a member or item."""
        return Place(self.path, item.at(key))

    def find(
        self,
        rule: type[Rule],
        place: Place,
        message: str,
        help: str = "",
        labels: Iterable[Label] = (),
        severity: Severity | None = None,
        **data: Any,
    ) -> str:
        """Add a finding; returns its code, for the ledger."""
        self.findings.append(rule.at(place, message, help=help, labels=labels, severity=severity, data=data))
        return rule.code

    def finish(self) -> tuple[Finding, ...]:
        """All findings."""
        # A text that is read twice (a case's arguments, for its choice and for its condition) is reported once.
        unique_ = {(item.code, item.place, item.message): item for item in reversed(super().finish())}
        return tuple(reversed(unique_.values()))

    def wrong_shape(self, place: Place, what: str, value: Any, expected: str) -> str:
        """Report a value of the wrong type; never prints the value itself."""
        return self.find(WrongShape, place, f"{what} is {type_name(value)}, not {expected}", help=f"write {expected}")

    # Texts

    def text(
        self, value: str, place: Place, start: int = 0, end: int | None = None, base: int = 0, declare: bool = True
    ) -> Text:
        """Read the part of a text from ``start`` to ``end``; holes point into the file's own text. ``base`` is where
        ``value`` itself starts in the text at ``place``; ``declare`` puts the variables it uses on the project's
        list."""
        part = value[start:end] if start or end is not None else value
        if "@" not in part and not (self.glific and "<%" in part):
            return literal(str(part))
        text, findings = parse_rapidpro_text(str(part), place.within(base + start, base + start + len(part)))
        if self.glific and "<%" in part:
            text, more = self._elixir(text, place)
            findings = [*findings, *more]
        if isinstance(value, Rewritten):
            text = tuple(_unmoved_hole(item, value) if isinstance(item, Hole) else item for item in text)
            findings = [replace(finding, place=_unmoved(finding.place, value)) for finding in findings]
            if value.broken:
                text, findings = _unread(text, findings, value, place)
        self.findings.extend(findings)
        for hole in holes(text) if declare else ():
            self.note(hole.expression, hole.at or place)
        return text

    def _elixir(self, text: Text, place: Place) -> tuple[Text, list[Finding]]:
        """Glific runs Elixir in ``<% … %>``: kept verbatim."""
        parts: list[Segment] = []
        findings: list[Finding] = []
        for item in text:
            if not isinstance(item, Literal):
                parts.append(item)
                continue
            done = 0
            for match in _ELIXIR.finditer(item.text):
                parts += (Literal(item.text[done : match.start()]), Hole(Opaque("elixir", match.group()), place))
                done = match.end()
                message = f"`{clip(match.group())}` holds Elixir code; it is kept as it is"
                help_ = "compute the value in the program that sends the message"
                findings.append(CodeInTemplate.at(place, message, help=help_))
            parts.append(Literal(item.text[done:]))
        return join_text(parts), findings

    def within(self, value: str, place: Place, start: int, end: int) -> Place:
        """The place of a part of a text, in the file's own characters."""
        return place.within(*(value.original(start, end) if isinstance(value, Rewritten) else (start, end)))

    def expression(self, value: Any, place: Place, declare: bool = True) -> Expression:
        """A value that may be a text with expressions, as an expression; other scalars are constants."""
        if isinstance(value, str):
            return text_expression(self.text(value, place, declare=declare))
        if value is None or isinstance(value, (bool, int, float)):
            return Const(value)
        return Const(json_text(value))

    def member_text(self, item: Obj, key: str, what: str) -> Text:
        """A member that is a text with expressions; anything else is reported and read as empty (numbers as text)."""
        value = item.get(key)
        if value is None or value == "":
            return EMPTY_TEXT
        place = self.at(item, key)
        if isinstance(value, str):
            return self.text(value, place)
        self.wrong_shape(place, what, value, "a text")
        return literal(json_text(value)) if isinstance(value, (int, float)) else EMPTY_TEXT

    # Variables

    def note(self, expression: Expression, place: Place) -> None:
        """Declare the variables that an expression uses."""
        for reference in references(expression):
            self.declare(reference.path, place)

    def declare(self, path: tuple[str, ...], place: Place, type_: str = "", title: str = "") -> Ref:
        """Declare a variable of one of RapidPro's roots, once; returns the reference."""
        scope = _SCOPES.get(path[0])
        if scope is not None and len(path) > 1:
            name = ".".join(path if path[0] in _DEEP else path[:2])
            known = self.variables.get(name)
            if known is None or (type_ and not known.type):
                self.variables[name] = Variable(name, type=type_, scope=scope, description=title, at=place)
        return Ref(path)

    # Members

    def keep(self, item: Mapping[str, Any], *names: str) -> tuple[tuple[str, str], ...]:
        """Members as facts, where they are there."""
        return tuple((name, json_text(item[name])) for name in names if name in item)


def _unmoved(place: Place, value: Rewritten) -> Place:
    return place.within(*value.original(*place.sub)) if place.sub is not None else place


def _unmoved_hole(hole: Hole, value: Rewritten) -> Hole:
    return Hole(hole.expression, _unmoved(hole.at, value) if hole.at else None)


def _unread(text: Text, findings: list[Finding], value: Rewritten, place: Place) -> tuple[Text, list[Finding]]:
    """The text with what an upgrade could not read as opaque holes, and a finding for each."""
    broken = {(item.start, item.end): item for item in value.broken}
    parts: list[Segment] = []
    for item in text:
        known = broken.get(item.at.sub) if isinstance(item, Hole) and item.at and item.at.sub else None
        if known is None or not isinstance(item, Hole):
            parts.append(item)
            continue
        parts.append(Hole(Opaque(OLD_EXPRESSION, known.source), item.at))
        findings = [one for one in findings if not _inside(one.place, known.start, known.end)]
        at = place.within(known.at, known.at_end)
        note = f"the expression is kept as text: `{clip(known.source)}`"
        findings.append(RapidProSyntax.at(at, known.message, notes=(note,)))
    return tuple(parts), findings


def _inside(place: Place, start: int, end: int) -> bool:
    return place.sub is not None and start <= place.sub[0] and place.sub[1] <= end

"""What reading one file collects: findings, the ledger, variables; and how values become texts."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from bascule.diagnostics import Finding, Label, Rule
from bascule.ir.expr import Const, Expression, Opaque, references
from bascule.ir.ledger import Fate, Ledger, LedgerEntry
from bascule.ir.project import Variable
from bascule.ir.text import EMPTY_TEXT, Hole, Literal, Segment, Text, holes, join_text, literal, text_expression
from bascule.parsers.twilio_studio.rules import NotANumber, TerraformValue, WrongShape
from bascule.source import Place

__all__ = ["Book", "Properties", "Reading", "as_text", "json_text", "number_of", "slug", "unique"]

_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
_REPLY = re.compile(r"widgets\s*\.\s*([^\s.|{}%\[\]]+)\s*\.\s*inbound\b")
_TEMPLATE_NAME = re.compile(r"\$\{([A-Za-z_][\w.]{0,200})\}")
_INTERPOLATION = re.compile(r"\$\{([^{}]{1,2000})\}")
_ROOTS = {"trigger": "session", "widgets": "session", "flow": "flow", "contact": "contact"}
_LABELS = 5
_SLUG = 60


def json_text(value: Any) -> str:
    """A value as JSON text, the form facts have."""
    return json.dumps(value, ensure_ascii=False)


def as_text(value: Any) -> str:
    """A scalar as the text Studio would show; objects and lists as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json_text(value)


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


def slug(title: str) -> str:
    """An id from a title: lower case, letters and digits of any script, ``_`` between words.

    Accents go from Latin letters only; in other scripts marks belong to the letter.
    """
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


def unique(name: str, taken: dict[str, int]) -> str:
    """``name``, or ``name_2``, ``name_3`` … where it is taken. ``taken`` counts per name, so runs stay linear."""
    if name not in taken:
        taken[name] = 1
        return name
    while True:
        taken[name] += 1
        candidate = f"{name}_{taken[name]}"
        if candidate not in taken:
            taken[candidate] = 1
            return candidate


class Book:
    """The constructs of a file in reading order, each with the one fate it ends with.

    :meth:`open` puts a construct down once; the fate methods decide it, and the last word counts.
    """

    def __init__(self) -> None:
        self._entries: dict[str, LedgerEntry] = {}
        self._open: set[str] = set()

    def open(self, construct: str, place: Place) -> None:
        """Put a construct down. Until somebody decides, it counts as dropped without a reason: tests see that."""
        self._entries[place.pointer] = LedgerEntry(construct, Fate.DROPPED, place)
        self._open.add(place.pointer)

    def _decide(self, place: Place, fate: Fate, reason: str, alternative: str, code: str) -> None:
        entry = self._entries.get(place.pointer)
        if entry is not None:
            self._open.discard(place.pointer)
            self._entries[place.pointer] = LedgerEntry(entry.construct, fate, entry.place, reason, alternative, code)

    def exact(self, place: Place, reason: str = "") -> None:
        """Carried as it is."""
        self._decide(place, Fate.EXACT, reason, "", "")

    def emulated(self, place: Place, reason: str, alternative: str = "") -> None:
        """The same effect by other means."""
        self._decide(place, Fate.EMULATED, reason, alternative, "")

    def degraded(self, place: Place, reason: str, alternative: str, code: str) -> None:
        """The user sees or can do less."""
        self._decide(place, Fate.DEGRADED, reason, alternative, code)

    def dropped(self, place: Place, reason: str, alternative: str, code: str) -> None:
        """Nothing of it is left but its text."""
        self._decide(place, Fate.DROPPED, reason, alternative, code)

    def is_exact(self, place: Place) -> bool:
        """Whether the construct at this place was decided to be exact."""
        entry = self._entries.get(place.pointer)
        return entry is not None and entry.fate is Fate.EXACT

    def drop_rest(self, reason: str, alternative: str, code: str) -> None:
        """Decide everything that is still open: nothing of it is left."""
        for pointer in tuple(self._open):
            self.dropped(self._entries[pointer].place, reason, alternative, code)

    def close(self) -> Ledger:
        """The ledger, in the order things were put down."""
        return Ledger(list(self._entries.values()))


@dataclass(slots=True)
class _Repeated:
    rule: type[Rule]
    place: Place
    message: Callable[[int], str]
    help: str
    labels: list[Label] = field(default_factory=list)
    count: int = 1


class Reading:
    """The state of reading one file.

    ``state`` is the id of the state being read, ``replies`` says which states use the reply of which ask, ``secrets``
    are the places of values that must not be shown.
    """

    def __init__(self, language_of: Callable[[str], str], source_of: Callable[[str], str]) -> None:
        self.language_of = language_of
        self.source_of = source_of
        self.findings: list[Finding] = []
        self.book = Book()
        self.variables: dict[str, Variable] = {}
        self.replies: dict[str, dict[str, None]] = {}
        self.secrets: list[Place] = []
        self.state = ""
        self._repeated: dict[tuple[str, str], _Repeated] = {}

    def find(
        self, rule: type[Rule], place: Place, message: str, help: str = "", labels: Iterable[Label] = (), **data: Any
    ) -> str:
        """Add a finding; returns its code, for the ledger."""
        self.findings.append(rule.at(place, message, help=help, labels=labels, data=data))
        return rule.code

    def find_once(self, rule: type[Rule], key: str, place: Place, message: Callable[[int], str], help: str = "") -> str:
        """Add a finding that is reported once per ``key``, with the further places as labels.

        ``message`` gets the number of places.
        """
        known = self._repeated.get((rule.code, key))
        if known is None:
            self._repeated[(rule.code, key)] = _Repeated(rule, place, message, help)
        else:
            known.count += 1
            if len(known.labels) < _LABELS:
                known.labels.append(Label(place, "also here"))
        return rule.code

    def finish(self) -> tuple[Finding, ...]:
        """All findings."""
        for item in self._repeated.values():
            self.findings.append(item.rule.at(item.place, item.message(item.count), help=item.help, labels=item.labels))
        self._repeated.clear()
        return tuple(self.findings)

    def text(self, value: str, place: Place, offset: int = 0) -> Text:
        """Read a text with Liquid in it. ``offset`` is where ``value`` starts in the text at ``place``."""
        if "${" in value:
            language = self.language_of(place.pointer)
            # In plain JSON only a plain name is surely a template's: `${price}`, not `${{flow.variables.price}}`.
            pattern = _TEMPLATE_NAME if language == "json" else _INTERPOLATION
            return self._with_values(self._liquid(value, place, offset), place, pattern, language)
        return self._liquid(value, place, offset)

    def _with_values(self, text: Text, place: Place, pattern: re.Pattern[str], language: str) -> Text:
        """The ``${…}`` of Terraform, of a template or program as opaque holes: the value is not in the file."""
        parts: list[Segment] = []
        for part in text:
            if not isinstance(part, Literal):
                parts.append(part)
                continue
            for index, piece in enumerate(pattern.split(part.text)):
                dialect = "hcl" if language == "json" else language
                parts.append(Hole(Opaque(dialect, piece), place) if index % 2 else Literal(piece))
        if len(parts) > len(text):
            self.find_once(
                TerraformValue,
                "terraform",
                place,
                lambda count: (
                    f"{count} text(s) hold values that are filled in later, by Terraform or a program; "
                    "they are kept as opaque holes"
                ),
                help="compile the evaluated plan (`terraform show -json plan.out > plan.json`), or the deployed flow",
            )
        return join_text(parts)

    def _liquid(self, value: str, place: Place, offset: int) -> Text:
        if "{{" not in value and "{%" not in value:
            return literal(value)
        from bascule.language.liquid import parse_liquid

        for match in _REPLY.finditer(value):
            self.replies.setdefault(match.group(1), {})[self.state] = None
        text, findings = parse_liquid(value, place)
        if offset:
            text = tuple(_moved_hole(part, offset) if isinstance(part, Hole) else part for part in text)
            findings = [replace(finding, place=_moved(finding.place, offset)) for finding in findings]
        self.findings.extend(findings)
        for hole in holes(text):
            self.note(hole.expression, hole.at or place)
        return text

    def expression(self, value: Any, place: Place) -> Expression:
        """Read a value that may be a Liquid text as an expression; other scalars are constants."""
        if isinstance(value, str):
            return text_expression(self.text(value, place))
        if value is None or isinstance(value, (bool, int, float)):
            return Const(value)
        return Const(json_text(value))

    def note(self, expression: Expression, place: Place) -> None:
        """Declare the variables that an expression uses."""
        for reference in references(expression):
            self.declare(reference.path, place)

    def declare(self, path: tuple[str, ...], place: Place) -> None:
        """Declare a variable of one of Studio's own name spaces, once."""
        name = ".".join(path)
        if len(path) > 1 and path[0] in _ROOTS and name not in self.variables:
            self.variables[name] = Variable(name, scope=_ROOTS[path[0]], at=place)

    def number(self, value: Any, place: Place, what: str, default: str) -> float | None:
        """A number, or None with a finding that says what is used instead (``default``)."""
        number = number_of(value)
        if number is None:
            self.find(NotANumber, place, f"{what} is not a number", help=f"write a number; {default} is used instead")
        return number

    def wrong_shape(self, place: Place, what: str, value: Any, expected: str, read_as: str = "") -> str:
        """Report a value of the wrong type; never prints the value itself."""
        tail = f"; {read_as}" if read_as else ""
        return self.find(WrongShape, place, f"{what} is {_type_name(value)}, not {expected}{tail}")


def _type_name(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names: list[tuple[Any, str]] = [
        ((int, float), "a number"),
        (str, "a text"),
        (list, "a list"),
        (dict, "an object"),
    ]
    return next(name for types, name in names if isinstance(value, types))


def _moved(place: Place, offset: int) -> Place:
    if place.sub is None:
        return place
    return place.within(place.sub[0] + offset, place.sub[1] + offset)


def _moved_hole(hole: Hole, offset: int) -> Hole:
    return Hole(hole.expression, _moved(hole.at, offset) if hole.at else None)


class Properties:
    """The ``properties`` of a state. Taking a member makes it exact; what is left is unknown.

    ``unread`` is the state's own list of what is kept without being understood.
    """

    def __init__(self, reading: Reading, values: dict[str, Any], place: Place, unread: list[tuple[str, str]]) -> None:
        self.reading = reading
        self.values = values
        self.place = place
        self.unread = unread
        self._taken: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def at(self, name: str) -> Place:
        """Where a member stands."""
        return self.place.child(name)

    def take(self, name: str) -> Any:
        """The value of a member (None when it is missing), counted as exact unless decided otherwise later."""
        if name in self.values and name not in self._taken:
            self._taken.add(name)
            self.reading.book.exact(self.at(name))
        return self.values.get(name)

    def string(self, name: str) -> str:
        """A member that is a text. Numbers are read as text, with a finding; other types become facts."""
        value = self.values.get(name)
        if isinstance(value, str) or value is None:
            self.take(name)
            return value or ""
        what = f"`{name}` of `{self.reading.state[:60]}`"
        if isinstance(value, (bool, int, float)):
            self.take(name)
            self.reading.wrong_shape(self.at(name), what, value, "a text", "read as text")
            return as_text(value)
        self.misshapen(name, what, "a text")
        return ""

    def misshapen(self, name: str, what: str, expected: str) -> None:
        """Keep a known member of the wrong type as a hint, with a finding."""
        self._taken.add(name)
        value = self.values[name]
        code = self.reading.wrong_shape(self.at(name), what, value, expected, "kept as a hint")
        self.reading.book.degraded(self.at(name), f"not {expected}: kept as a hint", f"write {expected}", code)
        self.unread.append((name, json_text(value)))

    def text(self, name: str) -> Text:
        """A member that is a text with Liquid in it."""
        value = self.string(name)
        return self.reading.text(value, self.at(name)) if value else EMPTY_TEXT

    def fact(self, name: str, reason: str = "") -> tuple[tuple[str, str], ...]:
        """A member kept as a fact: emulated for ``reason`` when it has one and is not empty, else exact."""
        if name not in self.values:
            return ()
        value = self.take(name)
        if reason and value not in ("", None, [], {}, False):
            self.reading.book.emulated(self.at(name), reason)
        return ((name, json_text(value)),)

    def left(self) -> list[str]:
        """The members nobody took."""
        return [name for name in self.values if name not in self._taken]

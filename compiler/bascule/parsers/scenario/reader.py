"""Read values of a scenario tree: each method takes a value and its place, and reports what does not fit.

Nothing here raises on content. A value that cannot be used gives None (or an empty value), a finding
and a ``dropped`` entry of the ledger, and reading goes on.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

from bascule.diagnostics.finding import Applicability, Edit, Finding, Fix, Severity
from bascule.diagnostics.rules import Rule
from bascule.ir.durations import DURATION_EXAMPLES, UNKNOWN, DurationError, parse_duration
from bascule.ir.encode_parts import RAW_JSON
from bascule.ir.expr import Const, Expression
from bascule.ir.ledger import Ledger
from bascule.ir.nodes import Duration
from bascule.ir.text import Localized, LocalizedText, Text
from bascule.language.native import parse_expression, parse_native_text, parse_path
from bascule.language.secrets import SecretInSource, mask, secret_in_text, secret_under_name
from bascule.parsers.scenario.names import nearest
from bascule.parsers.scenario.rules import (
    BadDuration,
    EndIsANode,
    IdTaken,
    MissingKey,
    NotALanguage,
    UnknownKey,
    UnknownWord,
    WrongType,
)
from bascule.source import Place
from bascule.source.yaml import Plain, as_scalar

__all__ = ["Reader", "is_nothing", "plain", "scalar"]

T = TypeVar("T")

_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*|")
_UNIT_HELP = f"write {DURATION_EXAMPLES}"


def scalar(value: Any) -> Any:
    """A YAML scalar with its type; other values as they are."""
    try:
        return as_scalar(value)
    except ValueError:  # an integer of thousands of digits
        return str(value)


def plain(value: Any) -> Any:
    """The tree as JSON data: YAML scalars typed by the YAML 1.2 core schema. Depth is bounded by the readers."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return scalar(value)


def is_nothing(value: Any) -> bool:
    """A JSON ``null``, or a YAML key with nothing after it."""
    return value is None or (isinstance(value, Plain) and value == "")


def _describe(value: Any) -> str:
    if is_nothing(value):
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, (int, float)):
        return f"the number {value!r}"[:40]
    if isinstance(value, str):
        return f"the text `{value if len(value) <= 30 else value[:29] + '…'}`"
    return "a list" if isinstance(value, list) else "a mapping"


class Reader:
    """Findings and ledger of one file, and the methods that read values into them."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.ledger = Ledger()
        self.node_ids: frozenset[str] = frozenset()
        self.secrets: list[Place] = []

    def report(
        self,
        rule: type[Rule],
        place: Place,
        message: str,
        help: str = "",
        *,
        lost: str = "",
        fix: Fix | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Add a finding; ``lost`` names the construct that is left out because of it."""
        self.findings.append(rule.at(place, message, help=help, fix=fix, severity=severity))
        if lost:
            self.ledger.dropped(lost, place, message, help or "correct the file", rule.code)

    def covered(self, value: Any, place: Place, name: str) -> Any:
        """A part of a request without its secrets: each is covered, length for length, and reported. ``name`` is its
        member's or header's."""
        found = secret_under_name(name, value) if isinstance(value, str) else None
        if found is None:
            return value
        whole = (found.start, found.end) == (0, len(value))
        hits = [found] if whole else secret_in_text(value)
        for hit in hits:
            at = place if whole else place.within(hit.start, hit.end)
            self.secrets.append(at)
            what = f"`{' '.join(name.split())[:40]}` holds {hit.what} in plain text"
            help = "replace it at its owner, and let the new platform add its own from its secret store"
            self.report(SecretInSource, at, what, help)
        return mask(value, hits)

    def wrong(self, value: Any, place: Place, expected: str) -> None:
        """Report a value of the wrong kind."""
        help = ""
        if isinstance(value, (int, float)) and "text" in expected:
            help = f"quote it: `{json.dumps(str(value))}`"[:80]
        elif is_nothing(value):
            help = "write a value after the key, or remove the key"
        where = place.at_key() if is_nothing(value) else place
        self.report(WrongType, where, f"found {_describe(value)} where {expected} was expected", help, lost="value")

    def missing(self, place: Place, message: str, help: str = "", lost: str = "") -> None:
        """Report something that must be there."""
        self.report(MissingKey, place, message, help, lost=lost)

    def fields(
        self, value: Any, place: Place, allowed: Sequence[str], what: str, bare: Collection[str] = (), hint: str = ""
    ) -> dict[str, Any] | None:
        """The known members of a mapping; None when it is not one. Unknown keys and keys without a value are
        reported, but for those in ``bare``, whose presence alone means something."""
        if not isinstance(value, dict):
            self.wrong(value, place, f"a mapping ({what})")
            return None
        members: dict[str, Any] = {}
        for key, item in value.items():
            if key not in allowed:
                self.unknown_key(str(key), place.child(key), allowed, what, hint)
            elif key == "at":
                self.string(item, place.child(key))
            elif is_nothing(item) and key not in bare:
                self.wrong(item, place.child(key), f"a value for `{key}`")
            else:
                members[key] = item
        return members

    def unknown_key(self, key: str, place: Place, allowed: Sequence[str], what: str, hint: str = "") -> None:
        """Report one key that means nothing here."""
        known = [name for name in allowed if name != "at"]
        meant = nearest(key, known)
        fix = None
        help = hint
        if meant is not None and not hint:
            help = f"did you mean `{meant}`?"
            fix = Fix(f"rename the key to `{meant}`", (Edit(place.at_key(), meant),), Applicability.UNSAFE)
        elif not hint:
            help = f"the keys of {what} are: {', '.join(known)}"
        shown = key if len(key) <= 60 else key[:59] + "…"
        self.report(UnknownKey, place.at_key(), f"{what} has no key `{shown}`", help, lost="key", fix=fix)

    def string(self, value: Any, place: Place, expected: str = "text") -> str | None:
        """A word or text without holes."""
        if isinstance(value, str):
            return str(value)
        self.wrong(value, place, expected)
        return None

    def word(self, value: Any, place: Place, allowed: Collection[str], what: str) -> str | None:
        """One of a fixed list of words; another word is reported and kept."""
        text = self.string(value, place, f"a word ({what})")
        if text is not None and text not in allowed:
            meant = nearest(text, [word for word in allowed if word])
            listed = ", ".join(word for word in allowed if word)
            help = f"did you mean `{meant}`?" if meant else f"write one of: {listed}"
            self.report(UnknownWord, place, f"`{text[:60]}` is no {what}", help)
        return text

    def text(self, value: Any, place: Place) -> Text | None:
        """A text with holes."""
        source = self.string(value, place)
        if source is None:
            return None
        text, findings = parse_native_text(source, place)
        self.language(findings)
        return text

    def language(self, findings: list[Finding]) -> None:
        """Add what a language reader found; an error means that a piece is kept as opaque text."""
        for finding in findings:
            self.findings.append(finding)
            if finding.severity is Severity.ERROR:
                self.ledger.degraded("expression", finding.place, finding.message, finding.help, finding.code)

    def expression(self, value: Any, place: Place) -> Expression | None:
        """An expression: text, or a number, boolean or null that stands for itself."""
        if value is None or isinstance(value, (bool, int, float)):
            return Const(value)
        source = self.string(value, place, "an expression")
        if source is None:
            return None
        expression, findings = parse_expression(source, place)
        self.language(findings)
        return expression

    def path(self, value: Any, place: Place) -> tuple[str, ...]:
        """A variable path; empty when it cannot be read."""
        source = self.string(value, place, "a variable name")
        if source is None:
            return ()
        path, findings = parse_path(source, place)
        self.language(findings)
        return path

    def number(self, value: Any, place: Place) -> float | None:
        """A number; the infinite ones are written ``inf`` and ``-inf``."""
        found = scalar(value)
        if isinstance(found, (int, float)) and not isinstance(found, bool):
            return found
        if isinstance(value, str) and value in ("inf", "-inf", "nan"):
            return float(value)
        self.wrong(value, place, "a number")
        return None

    def integer(self, value: Any, place: Place) -> int | None:
        """A whole number."""
        found = scalar(value)
        if isinstance(found, int) and not isinstance(found, bool):
            return found
        self.wrong(value, place, "a whole number")
        return None

    def yes(self, value: Any, place: Place) -> bool:
        """The word ``true``, the only value of keys that just stand there."""
        if scalar(value) is True:
            return True
        self.wrong(value, place, "`true`")
        return False

    def seconds(self, value: Any, place: Place, negative: bool = False) -> float | None:
        """A fixed length of time in seconds."""
        source = scalar(value)
        if isinstance(source, (int, float)) and not isinstance(source, bool):
            message = f"`{source!r}` has no unit: write `{source!r}s` for seconds or `{source!r}min` for minutes"
            self.report(BadDuration, place, message[:200], _UNIT_HELP, lost="duration")
            return None
        text = self.string(value, place, "a length of time")
        if text is None:
            return None
        if text == UNKNOWN:
            return math.nan
        try:
            seconds = parse_duration(text)
        except DurationError as error:
            self.report(BadDuration, place, f"`{text[:60]}` is no length of time: {error}", _UNIT_HELP, lost="duration")
            return None
        if seconds < 0 and not negative:
            self.report(BadDuration, place, f"`{text}` lies in the past", "only a campaign's `offset` may be negative")
        return seconds

    def duration(self, value: Any, place: Place, negative: bool = False) -> Duration | None:
        """A length of time: fixed, or computed with an optional bound."""
        if not isinstance(value, dict):
            seconds = self.seconds(value, place, negative)
            if seconds is None:
                return None
            return Duration() if math.isnan(seconds) else Duration(seconds)
        members = self.fields(value, place, ("fixed", "seconds", "at_most"), "a length of time")
        if not members:
            help = f"{_UNIT_HELP}, or `seconds: expression`"
            self.missing(place, "this length of time says nothing", help, "duration")
            return None
        fixed = bound = None
        if "fixed" in members:
            fixed = self.seconds(members["fixed"], place.child("fixed"), negative)
        expression = self.expression(members["seconds"], place.child("seconds")) if "seconds" in members else None
        if "at_most" in members:
            bound = self.seconds(members["at_most"], place.child("at_most"))
        return Duration(fixed, expression, bound)

    def items(self, value: Any, place: Place, expected: str) -> list[tuple[Any, Place]]:
        """The items of a list with their places."""
        if not isinstance(value, list):
            self.wrong(value, place, f"a list ({expected})")
            return []
        return [(item, place.child(index)) for index, item in enumerate(value)]

    def strings(self, value: Any, place: Place) -> tuple[str, ...] | None:
        """Words: a list, or a single one."""
        if isinstance(value, str) and not is_nothing(value):
            return (str(value),)
        if not isinstance(value, list):
            self.wrong(value, place, "text or a list of texts")
            return None
        found = (self.string(item, where) for item, where in self.items(value, place, "texts"))
        return tuple(item for item in found if item is not None)

    def localized(self, value: Any, place: Place, one: Callable[[Any, Place], T | None]) -> Localized[T]:
        """A bare value, or a mapping from language to value."""
        if not isinstance(value, dict):
            read = one(value, place)
            return Localized() if read is None else Localized.of(read)
        items: list[tuple[str, T]] = []
        for locale, item in value.items():
            where = place.child(locale)
            if not _LOCALE.fullmatch(locale):
                message = f"`{locale[:60]}` is no language code"
                self.report(
                    NotALanguage, where.at_key(), message, "a mapping in place of a text gives it per language: `fr: …`"
                )
            read = one(item, where)
            if read is not None:
                items.append((str(locale), read))
        return Localized(tuple(items))

    def localized_text(self, value: Any, place: Place) -> LocalizedText:
        """A text per language."""
        return self.localized(value, place, self.text)

    def pairs(self, value: Any, place: Place, one: Callable[[Any, Place], T | None]) -> tuple[tuple[str, T], ...]:
        """Named values: a mapping, or a list of ``[name, value]`` where a name repeats."""
        result: list[tuple[str, T]] = []
        members: list[tuple[str, Any, Place]] = []
        if isinstance(value, dict):
            members = [(str(key), item, place.child(key)) for key, item in value.items()]
        elif isinstance(value, list):
            for item, where in self.items(value, place, "names and values"):
                if isinstance(item, list) and len(item) == 2 and isinstance(item[0], str):
                    members.append((str(item[0]), item[1], where.child(1)))
                else:
                    self.wrong(item, where, "a list of a name and a value")
        else:
            self.wrong(value, place, "a mapping of names and values")
        for key, item, where in members:
            read = one(item, where)
            if read is not None:
                result.append((key, read))
        return tuple(result)

    def facts(self, value: Any, place: Place) -> tuple[tuple[str, str], ...]:
        """Facts or hints: any data, kept as JSON text."""
        return self.pairs(value, place, self._fact)

    def _fact(self, value: Any, place: Place) -> str | None:
        if isinstance(value, dict) and set(value) == {RAW_JSON} and isinstance(value[RAW_JSON], str):
            return str(value[RAW_JSON])
        try:
            return json.dumps(plain(value), ensure_ascii=False, allow_nan=False)
        except ValueError:
            self.report(WrongType, place, "a fact cannot be an infinite number", "write it as text", lost="value")
            return None

    def keyed(self, value: Any, place: Place, key: str, what: str) -> list[tuple[str, Any, Place]]:
        """Named things: a mapping, or a list of mappings that hold their name under ``key``."""
        if isinstance(value, dict):
            return [(str(name), item, place.child(name)) for name, item in value.items()]
        if not isinstance(value, list):
            self.wrong(value, place, f"a mapping ({what})")
            return []
        result: list[tuple[str, Any, Place]] = []
        seen: set[str] = set()
        for item, where in self.items(value, place, what):
            name = item.get(key) if isinstance(item, dict) else None
            if not isinstance(item, dict):
                self.wrong(item, where, f"a mapping with `{key}`")
                continue
            if not isinstance(name, str):
                self.missing(where, f"this one of the {what} has no `{key}`", f"write `{key}: …`", what)
                continue
            if name in seen:
                self.taken(name, where.child(key), what)
            seen.add(str(name))
            result.append((str(name), {known: part for known, part in item.items() if known != key}, where))
        return result

    def taken(self, name: str, place: Place, what: str) -> None:
        """Report an id that is used twice."""
        self.report(IdTaken, place, f"the id `{name[:60]}` stands twice among the {what}", "give each its own id")

    def target(self, value: Any, place: Place) -> tuple[bool, str | None]:
        """Where a way leads: (readable, node id or None for the end of the flow)."""
        if isinstance(value, dict) and set(value) == {"node"}:
            node = self.string(value["node"], place.child("node"), "the id of a node")
            return node is not None, node
        name = self.string(value, place, "the id of a node or `end`")
        if name == "end":
            if "end" in self.node_ids:
                message = "`end` ends the flow; the node called `end` is not meant"
                self.report(EndIsANode, place, message, "write `{node: end}` for the node, or rename the node")
            return True, None
        return name is not None, name

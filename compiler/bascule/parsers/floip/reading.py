"""What reading one file collects, and how the values of a container become texts and expressions."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bascule.ir.expr import Call, Const, Expression, Lambda, Ref, references
from bascule.ir.project import Variable
from bascule.ir.text import Hole, Text, holes, literal
from bascule.language.floip_expression import parse_floip_expression, parse_floip_text
from bascule.language.reading import Reading as SharedReading
from bascule.language.reading import json_text
from bascule.language.secrets import Secret, is_secret_name, secret_in_text, secret_under_name
from bascule.parsers.floip.losses import UnknownMember
from bascule.parsers.floip.rules import WrongShape
from bascule.source import Place

__all__ = ["Facts", "Reading", "Renamer", "as_text", "json_text", "number_of", "rename", "slug", "stripped"]

Facts = list[tuple[str, str]]
Renamer = Callable[[tuple[str, ...]], tuple[str, ...]]

_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
_SLUG = 60
_SCOPES = {"contact": "contact", "global": "global"}
_SHOWN = 60
_MOST_NAMES = 8
_HOUSEKEEPING = frozenset(
    {
        *("id", "uuid", "org_id", "flow_id", "first_flow_id", "resource_uuid", "column_count", "has_been_fetched"),
        *("created_at", "updated_at", "deleted_at", "abbreviation", "right_to_left", "icon_color", "run_count"),
    }
)
"""Columns of the database of Viamo's engine, which its containers carry: https://github.com/FLOIP/flow-runner."""


def as_text(value: Any) -> str:
    """A scalar as text; other values as JSON text; ``""`` for None."""
    if isinstance(value, str):
        return value
    return "" if value is None else json_text(value)


def stripped(value: Any) -> str:
    """A text without outer blanks; ``""`` for anything else."""
    return value.strip() if isinstance(value, str) else ""


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
    """An id from a title: lower case, letters and digits of any script, ``_`` between words."""
    kept: list[str] = []
    for char in unicodedata.normalize("NFC", title)[:200].casefold():
        base = unicodedata.normalize("NFKD", char)[:1]
        if base.isascii() and base.isalnum():
            kept.append(base)
        else:
            kept.append(char if unicodedata.category(char)[0] in "LNM" else " ")
    words = "".join(kept).split()
    while len(words) > 1 and sum(map(len, words)) + len(words) > _SLUG + 1:
        words.pop()
    return "_".join(words)[:_SLUG]


def rename(expression: Expression, renamer: Renamer) -> Expression:
    """The expression with every path renamed. Depth is bounded by what is read."""
    if isinstance(expression, Ref):
        return Ref(renamer(expression.path))
    if isinstance(expression, Call):
        return Call(expression.name, tuple(rename(item, renamer) for item in expression.args))
    if isinstance(expression, Lambda):
        return Lambda(expression.parameters, rename(expression.body, renamer))
    return expression


def _same(path: tuple[str, ...]) -> tuple[str, ...]:
    return path


class Reading(SharedReading):
    """The state of reading one file. ``renamer`` gives variables their one name while a block is read."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.renamer: Renamer = _same
        self._texts: dict[tuple[str, str], Text] = {}
        self.unknown: dict[str, dict[str, None]] = {}

    def text(self, value: str, place: Place) -> Text:
        """Read a text with expressions in it; a place is read, and reported, once."""
        if "@" not in value:
            return literal(value)
        key = (place.pointer, value)
        text = self._texts.get(key)
        if text is None:
            text, findings = parse_floip_text(value, place)
            self.findings.extend(findings)
            self._texts[key] = text
        text = tuple(
            Hole(rename(part.expression, self.renamer), part.at) if isinstance(part, Hole) else part for part in text
        )
        for hole in holes(text):
            self._declare(hole.expression, hole.at or place)
        return text

    def expression(self, value: Any, place: Place) -> Expression:
        """Read a value that is an expression when it is a text; other scalars are constants."""
        if not isinstance(value, str):
            return Const(value if value is None or isinstance(value, (bool, int, float)) else json_text(value))
        expression, findings = parse_floip_expression(value, place)
        self.findings.extend(findings)
        expression = rename(expression, self.renamer)
        self._declare(expression, place)
        return expression

    def _declare(self, expression: Expression, place: Place) -> None:
        """Write down the contact's properties and the platform's settings that an expression uses."""
        for reference in references(expression):
            scope = _SCOPES.get(reference.path[0])
            if scope is not None and len(reference.path) > 1:
                name = ".".join(reference.path)
                at = place if place.sub is not None else replace(place, sub=(0, 0))
                about = "a setting of the old platform" if scope == "global" else ""
                self.variables.setdefault(name, Variable(name, scope=scope, description=about, at=at))

    def declare(self, path: tuple[str, ...], scope: str, place: Place, kind: str = "") -> None:
        """Write down a variable that the flow itself sets."""
        name = ".".join(path)
        known = self.variables.get(name)
        if known is None or (known.at is not None and known.at.sub is not None):
            self.variables[name] = Variable(name, type=kind, scope=scope, at=place)

    def wrong_shape(self, place: Place, what: str, value: Any, expected: str, read_as: str = "") -> str:
        """Report a value of the wrong type; never prints the value itself."""
        tail = f"; {read_as}" if read_as else ""
        return self.find(WrongShape, place, f"{what} is {_type_name(value)}, not {expected}{tail}")

    def misshapen(self, place: Place, what: str, value: Any, expected: str, facts: Facts, key: str) -> None:
        """Keep a construct of the wrong type as a fact, with a finding."""
        code = self.wrong_shape(place, what, value, expected, "kept as a fact")
        self.book.degraded(place, f"not {expected}: kept as a fact", f"write {expected}", code)
        facts.append((key, json_text(self.safe(value, place, key))))

    def keep(self, place: Place, what: str, name: str, value: Any, facts: Facts, key: str = "") -> None:
        """Keep a member that is not known as a fact, and report it once per kind."""
        facts.append((key or name, json_text(self.safe(value, place, name))))
        if value in (None, "", [], {}):
            self.book.exact(place, "empty")
            return
        if name in _HOUSEKEEPING and what != "a choice":
            self.book.exact(place, "housekeeping of the old platform; kept as a fact")
            return
        names = self.unknown.setdefault(what, {})
        names.setdefault(name[:_SHOWN])

        def message(count: int) -> str:
            shown = ", ".join(f"`{item}`" for item in list(names)[:_MOST_NAMES])
            more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
            places = f" ({count} places)" if count > 1 else ""
            if len(names) == 1:
                return f"{shown} of {what} is not known here; it is kept as a fact{places}"
            return f"{shown}{more} of {what} are not known here; they are kept as facts{places}"

        code = self.find_once(UnknownMember, f"{what}: member", place, message)
        self.book.degraded(place, "not known to the reader; kept as a fact", "check what it does", code)

    def unknown_members(
        self, values: Mapping[str, Any], place: Place, known: frozenset[str], what: str, facts: Facts, prefix: str = ""
    ) -> None:
        """Put down and keep the members of an object that are not known."""
        for name, value in values.items():
            if name not in known:
                self.book.open(f"{what} member {name[:_SHOWN]}", place.child(name))
                self.keep(place.child(name), what, name, value, facts, prefix + name)

    def check_secret(self, value: str, place: Place, name: str = "") -> bool:
        """Report the secrets of a text that is sent; True when there was one. Expressions are none."""
        found: list[Secret] = []
        dynamic = "@" in value
        if name and not dynamic:
            head, _, tail = value.partition(" ")
            offset = len(head) + 1 if tail and is_secret_name(name) else 0
            secret = secret_under_name(name, value[offset:])
            if secret is not None:
                found = [Secret(secret.what, secret.start + offset, secret.end + offset)]
        if not found:
            found = [item for item in secret_in_text(value) if "@" not in value[item.start : item.end]]
        for item in found:
            self.hide(place.within(item.start, item.end), name, item.what)
        return bool(found)


def _type_name(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names: list[tuple[Any, str]] = [((int, float), "a number"), (str, "a text"), (list, "a list"), (dict, "an object")]
    return next(name for types, name in names if isinstance(value, types))

"""The members of one exported object, taken one by one; what nobody takes is kept and reported.

Readers of builder exports share this: an object is opened, its members get their fate, none is forgotten.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from bascule.diagnostics import Rule
from bascule.ir.text import Text
from bascule.language.reading import Reading, json_text
from bascule.source import Place

__all__ = ["EMPTY", "Facts", "Members", "as_text", "clip", "number_of", "objects_of", "slug", "type_name"]

Facts = list[tuple[str, str]]

EMPTY: tuple[Any, ...] = (None, "", [], {})
"""Values that say nothing."""

_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
_SHOWN = 60
_SLUG = 60


def clip(text: str) -> str:
    """A text short enough for a message, on one line."""
    line = " ".join(text[: 4 * _SHOWN].split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


def as_text(value: Any) -> str:
    """A scalar as text; lists and objects as JSON text; ``""`` for None."""
    if isinstance(value, str):
        return value
    return "" if value is None else json_text(value)


def number_of(value: Any) -> float | None:
    """A finite number from a number or from the text of one; None for anything else."""
    if isinstance(value, str):
        value = value.strip()
        return float(value) if _NUMBER.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def type_name(value: Any) -> str:
    """What a value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    return "a text" if isinstance(value, str) else "a list" if isinstance(value, list) else "an object"


def objects_of(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, without what is none; no list has none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def slug(title: str) -> str:
    """An id from a title: lower case, letters and digits of any script, ``_`` between words, at most 60 long.

    Accents go from Latin letters only; in other scripts marks belong to the letter.
    """
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


class Members:
    """The members of an object. All but the ``structural`` ones are put down in the book when it is opened.

    Taking a member makes it exact, unless something worse is said of it later; :meth:`close` keeps what nobody took.
    ``what`` names the owner (``block``, ``option``); ``facts`` gets what is kept as JSON text, each under its name
    with ``prefix`` before it. A format subclasses this to say which of its rules report a wrong type and a member
    that is not known.
    """

    wrong_shape: ClassVar[type[Rule]]
    unknown_member: ClassVar[type[Rule]]

    def __init__(
        self,
        reading: Reading,
        data: Mapping[str, Any],
        place: Place,
        what: str,
        facts: Facts,
        structural: Collection[str] = (),
        prefix: str = "",
    ) -> None:
        self.reading = reading
        self.data = data
        self.place = place
        self.what = what
        self.facts = facts
        self.prefix = prefix
        self._taken = set(structural)
        for name in data:
            if name not in self._taken:
                reading.book.open(f"{what} {clip(name)}", place.child(name))

    def __contains__(self, name: str) -> bool:
        """The member is there and says something."""
        return self.data.get(name) not in EMPTY

    def at(self, name: str) -> Place:
        """Where a member stands."""
        return self.place.child(name)

    def take(self, name: str) -> Any:
        """The value of a member (None when it is missing), counted as exact unless it was decided."""
        if name in self.data and name not in self._taken:
            self._taken.add(name)
            self.reading.book.exact(self.at(name))
        return self.data.get(name)

    def taken(self, name: str) -> bool:
        """Whether somebody took the member."""
        return name in self._taken

    def string(self, name: str) -> str:
        """A member that is a text. Numbers and truth values are read as text, with a finding; other types are facts."""
        value = self.take(name)
        if value is None or isinstance(value, str):
            return value or ""
        if isinstance(value, (bool, int, float)):
            self.wrong(name, value, "a text", "read as text")
            return as_text(value)
        self.misshapen(name, "a text")
        return ""

    def text(self, name: str) -> Text:
        """A member that is a text with placeholders."""
        value = self.string(name)
        return self.reading.text(value, self.at(name)) if value else ()

    def number(self, name: str) -> float | None:
        """A member that is a number, or the text of one; other values are facts."""
        value = self.take(name)
        number = number_of(value)
        if number is None and value not in (None, ""):
            self.misshapen(name, "a number")
        return number

    def boolean(self, name: str) -> bool | None:
        """A member that is true or false; None where it is missing, a fact where it is something else."""
        value = self.take(name)
        if value is None or isinstance(value, bool):
            return value
        self.misshapen(name, "true or false")
        return None

    def items(self, name: str) -> list[Any]:
        """A member that is a list; a fact, and no items, where it is something else."""
        value = self.take(name)
        if isinstance(value, list):
            return value
        if value not in EMPTY:
            self.misshapen(name, "a list")
        return []

    def object(self, name: str) -> dict[str, Any]:
        """A member that is an object; a fact, and empty, where it is something else."""
        value = self.take(name)
        if isinstance(value, dict):
            return value
        if value not in EMPTY:
            self.misshapen(name, "an object")
        return {}

    def wrong(self, name: str, value: Any, expected: str, read_as: str) -> str:
        """Report a value of the wrong type; returns the code. The value itself is never printed."""
        message = f"`{clip(name)}` ({self.what}) is {type_name(value)}, not {expected}; {read_as}"
        return self.reading.find(self.wrong_shape, self.at(name), message, help=f"write {expected}")

    def misshapen(self, name: str, expected: str) -> None:
        """Keep a known member of the wrong type as a fact, with a finding."""
        value = self.take(name)
        code = self.wrong(name, value, expected, "kept as a fact")
        self.reading.book.degraded(self.at(name), f"not {expected}: kept as a fact", f"write {expected}", code)
        self.keep(name)

    def keep(self, name: str, key: str = "") -> None:
        """Put a member's value among the facts, with its secrets covered. Its fate is not changed."""
        value = self.take(name)
        self.facts.append((self.prefix + (key or name), json_text(self.reading.safe(value, self.at(name), name))))

    def fact(self, *names: str, reason: str = "") -> None:
        """Keep members as facts: emulated for ``reason`` where they say something, else exact. Nothing is not kept."""
        for name in names:
            if self.take(name) in EMPTY:
                continue
            self.keep(name)
            if reason:
                self.reading.book.emulated(self.at(name), reason)

    def lose(self, name: str, rule: type[Rule], key: str, what: str, reason: str, *, kept: bool = True) -> None:
        """A member without a counterpart: counted once per ``key``, kept as a fact where ``kept``.

        ``what`` completes "N place(s) …" in the message.
        """
        value = self.take(name)
        if value in EMPTY or value is False:
            return
        code = self.reading.find_once(rule, key, self.at(name), lambda count: f"{count} place(s) {what}")
        if kept:
            self.keep(name)
            self.reading.book.degraded(self.at(name), reason, "", code)
        else:
            self.reading.book.dropped(self.at(name), reason, "", code)

    def skip(self, name: str) -> None:
        """A member that says nothing of its own (a repeated id): exact."""
        self.take(name)

    def close(self) -> None:
        """Keep what nobody took, each kind reported once."""
        for name, value in self.data.items():
            if name in self._taken:
                continue
            self.keep(name)
            place = self.at(name)
            if value in EMPTY:
                self.reading.book.exact(place, "empty")
                continue
            shown, owner = clip(name), self.what

            def message(count: int, shown: str = shown, owner: str = owner) -> str:
                places = f" ({count} places)" if count > 1 else ""
                return f"`{shown}` ({owner}) is not known here; it is kept as a fact{places}"

            code = self.reading.find_once(self.unknown_member, f"{owner}: {shown}", place, message)
            self.reading.book.degraded(place, "not known to the reader; kept as a fact", "check what it does", code)

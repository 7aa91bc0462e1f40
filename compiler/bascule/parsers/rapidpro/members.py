"""The members of an object, taken one by one; what nobody takes is kept and reported."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from bascule.ir.expr import Expression
from bascule.ir.text import Text
from bascule.parsers.rapidpro.legacy.draft import KEPT
from bascule.parsers.rapidpro.located import Arr, Obj
from bascule.parsers.rapidpro.losses import UnknownMember
from bascule.parsers.rapidpro.reading import Reading, clip, json_text
from bascule.source import Place

__all__ = ["Members"]


class Members:
    """Taking a member makes it exact, unless something worse is said of it; the rest is unknown.

    ``facts`` collects what is kept as JSON text; ``what`` names the owner in messages (``send_msg``, ``flow``).
    """

    def __init__(self, reading: Reading, item: Obj, what: str, structural: Collection[str] = ("uuid", "type")) -> None:
        self.reading = reading
        self.item = item
        self.what = what
        self.facts: list[tuple[str, str]] = []
        self._taken: set[str] = set(structural)

    def at(self, key: str) -> Place:
        """Where a member stands."""
        return self.reading.at(self.item, key)

    def take(self, key: str) -> Any:
        """The value of a member (None when it is missing), counted as exact."""
        if key in self.item:
            self._taken.add(key)
            self.reading.book.exact(self.at(key))
        return self.item.get(key)

    def string(self, key: str) -> str:
        """A member that is a text; another type is reported and kept as a fact."""
        value = self.take(key)
        if isinstance(value, str) or value is None:
            return value or ""
        self.misshapen(key, "a text")
        return ""

    def text(self, key: str) -> Text:
        """A member that is a text with expressions."""
        value = self.string(key)
        return self.reading.text(value, self.at(key)) if value else ()

    def expression(self, key: str) -> Expression:
        """A member that is a value: a text with expressions, or a constant."""
        return self.reading.expression(self.take(key), self.at(key))

    def items(self, key: str) -> Arr:
        """A member that is a list; another type is reported and kept as a fact."""
        value = self.take(key)
        if isinstance(value, Arr):
            return value
        if value is not None:
            self.misshapen(key, "a list")
        return Arr()

    def object(self, key: str) -> Obj:
        """A member that is an object; another type is reported and kept as a fact."""
        value = self.take(key)
        if isinstance(value, Obj):
            return value
        if value is not None:
            self.misshapen(key, "an object")
        return Obj({})

    def misshapen(self, key: str, expected: str) -> None:
        """Keep a known member of the wrong type as a fact, with a finding."""
        value = self.take(key)
        code = self.reading.wrong_shape(self.at(key), f"`{key}` of `{self.what}`", value, expected)
        self.reading.book.degraded(self.at(key), f"not {expected}: kept as a fact", f"write {expected}", code)
        self.fact(key)

    def fact(self, key: str, reason: str = "") -> None:
        """Keep a member as a fact: emulated for ``reason`` when it has one and is not empty, else exact."""
        if key not in self.item:
            return
        value = self.take(key)
        self.facts.append((key, json_text(value)))
        if reason and value not in ("", None, [], {}, False):
            self.reading.book.emulated(self.at(key), reason)

    def keep_rest(self, prefix: str = "") -> None:
        """Keep the members that nobody took, and report each name once. Those that an upgrade put aside are known."""
        for key, value in self.item.items():
            if key in self._taken:
                continue
            self._taken.add(key)
            if key == KEPT and isinstance(value, Obj):
                for name, kept in value.items():
                    self._kept(self.reading.at(value, name), kept)
                    self.facts.append((prefix + name, json_text(kept)))
                continue
            self.facts.append((prefix + key, json_text(value)))
            place = self.at(key)
            shown = f"`{clip(key, 40)}` of `{clip(self.what, 40)}`"

            def message(count: int, shown: str = shown) -> str:
                return f"{shown} is not known here; it is kept as a fact" + (f" ({count} places)" if count > 1 else "")

            code = self.reading.find_once(UnknownMember, f"{self.what} {key}", place, message)
            self.reading.book.degraded(place, "not known to the reader; kept as a fact", "check what it does", code)

    def _kept(self, place: Place, value: Any) -> None:
        """What is kept whole, with everything in it. Its depth is bounded by that of the file."""
        self.reading.book.exact(place, "kept as a fact")
        if isinstance(value, Obj):
            for key, item in value.items():
                self._kept(self.reading.at(value, key), item)
        elif isinstance(value, Arr):
            for index, item in enumerate(value):
                self._kept(self.reading.at(value, index), item)

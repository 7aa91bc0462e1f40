"""Members of Viber objects: found under loose spellings, read with loose types, each put down with its fate."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Any

from bascule.language.reading import Reading, json_text
from bascule.language.viber_pieces import Piece
from bascule.language.viber_rules import LooseValue, MisspeltMember, UnknownMember, WrongShape
from bascule.source import Place

__all__ = ["Fields", "Hints", "shown", "type_name"]

Hints = list[tuple[str, str]]

_NUMBER = re.compile(r"\s*-?\d{1,15}(?:\.\d{1,9})?\s*")
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
_SHOWN = 40


def shown(name: str) -> str:
    """A name short enough for a message."""
    line = " ".join(name.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


def type_name(piece: Piece) -> str:
    """What a value is, in words."""
    if piece.is_object:
        return "an object"
    if piece.is_list:
        return "a list"
    if not piece.fixed:
        return "code"
    value = piece.value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    return "a number" if isinstance(value, (int, float)) else "a text"


def _plain(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


@cache
def _loose(known: tuple[str, ...]) -> dict[str, str]:
    """Known names by their letters alone."""
    return {_plain(name): name for name in known}


class Fields:
    """The members of one object. ``what`` names the object in the ledger (``message``, ``keyboard``, ``button``).

    Every member is put down when the object is opened; taking one makes it exact unless it is decided otherwise.
    :meth:`keep_rest` keeps what nobody took. ``hints`` gets what is kept without having an effect.
    """

    def __init__(self, reading: Reading, piece: Piece, known: tuple[str, ...], what: str, hints: Hints) -> None:
        self.reading = reading
        self.piece = piece
        self.what = what
        self.hints = hints
        self._found: dict[str, tuple[str, Piece]] = {}
        self._rest: dict[str, Piece] = {}
        self._taken: set[str] = set()
        members = list(piece.members())
        names = {name for name, _ in members}
        loose = _loose(known)
        for name, item in members:
            reading.book.open(f"{what} {shown(name)}", item.place)
            if name in known:
                self._found[name] = (name, item)
                continue
            meant = loose.get(_plain(name), "") or reading.close_to(name, known)
            if meant and meant not in names and meant not in self._found:
                self._found[meant] = (name, item)
                self._misspelt(name, meant, item.place)
            else:
                self._rest[name] = item

    def _misspelt(self, name: str, meant: str, place: Place) -> None:
        self.reading.find_once(
            MisspeltMember,
            f"{self.what} {name}",
            place.at_key() if place.sub is None else place,
            lambda count: f"`{shown(name)}` is no member of a {self.what}; it is read as `{meant}` ({count} place(s))",
            help=f"write `{meant}`",
            meant=meant,
        )

    def __contains__(self, name: str) -> bool:
        return name in self._found

    def place(self, name: str) -> Place:
        """Where a member stands; the object itself where it is missing."""
        found = self._found.get(name)
        return found[1].place if found else self.piece.place

    def take(self, name: str) -> Piece | None:
        """The value of a member, None where it is missing or null. Counted as exact unless decided otherwise later."""
        found = self._found.get(name)
        if found is None:
            return None
        if name not in self._taken:
            self._taken.add(name)
            self.reading.book.exact(found[1].place)
        piece = found[1]
        return None if piece.value is None and not piece.is_object and not piece.is_list else piece

    def text(self, name: str) -> Piece | None:
        """A member that is a text (a number is one, loosely); other types become hints."""
        piece = self.take(name)
        if piece is None or (isinstance(piece.value, str) and not piece.is_object and not piece.is_list):
            return piece
        if not piece.is_object and not piece.is_list:
            self._loose(name, piece, "a text")
            return _AsText(piece)
        self.misshapen(name, "a text")
        return None

    def string(self, name: str) -> str:
        """The text of a member with nothing read in it; ``""`` where it is missing or computed."""
        piece = self.text(name)
        return piece.value if piece is not None and piece.fixed else ""

    def number(self, name: str) -> float | None:
        """A number, or a text that is one; anything else becomes a hint."""
        piece = self.take(name)
        if piece is None:
            return None
        value = piece.value
        if not piece.is_object and not piece.is_list:
            if isinstance(value, str) and piece.fixed and _NUMBER.fullmatch(value):
                self._loose(name, piece, "a number")
                return float(value)
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                try:
                    number = float(value)
                except OverflowError:
                    number = math.inf
                if math.isfinite(number):
                    return number
        self.misshapen(name, "a number")
        return None

    def boolean(self, name: str) -> bool | None:
        """True or false, or a text or number that says so; anything else becomes a hint."""
        piece = self.take(name)
        if piece is None:
            return None
        value = piece.value
        if isinstance(value, bool):
            return value
        meant = _BOOLEANS.get(str(value).strip().lower()) if isinstance(value, (str, int)) else None
        if meant is None or piece.is_object or piece.is_list:
            self.misshapen(name, "true or false")
            return None
        self._loose(name, piece, "true or false")
        return meant

    def _loose(self, name: str, piece: Piece, wanted: str) -> None:
        self.reading.find_once(
            LooseValue,
            f"{self.what} {name}",
            piece.place,
            lambda count: f"`{name}` is {type_name(piece)} and is read as {wanted} ({count} place(s))",
            help=f"write it as {wanted}",
        )

    def misshapen(self, name: str, expected: str) -> None:
        """Keep a known member of the wrong type as a hint, with a finding that does not print the value."""
        written, piece = self._found[name]
        self._taken.add(name)
        code = self.reading.find(
            WrongShape,
            piece.place,
            f"`{shown(written)}` of a {self.what} is {type_name(piece)}, not {expected}; it is kept as a hint",
            help=f"write {expected}",
        )
        self.reading.book.degraded(piece.place, f"not {expected}: kept as a hint", f"write {expected}", code)
        self.hints.append((name, json_text(piece.plain())))

    def keep(self, name: str, *, exact: str = "", default: Any = None) -> bool:
        """Keep a member as a hint, exact for the reason given. A member that has Viber's own default says nothing
        and is not kept. Returns whether a hint was made."""
        piece = self.take(name)
        if piece is None:
            return False
        value = piece.plain()
        if default is not None and str(value).strip().casefold() == str(default).casefold():
            self.reading.book.exact(piece.place, "the platform's own default")
            return False
        self.hints.append((name, json_text(value)))
        self.reading.book.exact(piece.place, exact)
        return True

    def keep_rest(self) -> None:
        """Keep the members that nobody took, and report the unknown ones once per name."""
        for name, (written, piece) in self._found.items():
            if name not in self._taken:
                self._taken.add(name)
                self.hints.append((name, json_text(piece.plain())))
                self.reading.book.emulated(piece.place, f"`{shown(written)}` has no effect here; kept as a hint")
        for name, piece in self._rest.items():
            self._keep_unknown(name, piece)
        self._rest.clear()

    def forget(self, name: str) -> None:
        """Keep nothing of an unknown member: its fate is decided elsewhere."""
        self._rest.pop(name, None)

    def _keep_unknown(self, name: str, piece: Piece) -> None:
        self.hints.append((name, json_text(piece.plain())))

        def message(count: int) -> str:
            places = f" ({count} places)" if count > 1 else ""
            return f"`{shown(name)}` of a {self.what} is not known here; it is kept as a hint{places}"

        code = self.reading.find_once(UnknownMember, f"{self.what} {name}", piece.place, message)
        self.reading.book.degraded(piece.place, "not known to the reader; kept as a hint", "check what it does", code)


class _AsText:
    """A number or truth value read as a text."""

    def __init__(self, piece: Piece) -> None:
        self.piece = piece
        self.value = json_text(piece.value)
        self.place = piece.place
        self.is_object = False
        self.is_list = False
        self.fixed = True

    def members(self) -> Any:
        return iter(())

    def items(self) -> Any:
        return iter(())

    def plain(self) -> Any:
        return self.value

    def run(self, reading: Reading, text: str, start: int) -> Any:
        return reading.text(text, self.place)

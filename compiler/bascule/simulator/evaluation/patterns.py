"""Regular expressions of strangers, run by RE2: time grows with the text, whatever the pattern.

https://github.com/google/re2/wiki/Syntax: the engine of RapidPro and Dialogflow. ``\\d``, ``\\w``, ``\\s`` and
``\\b`` know ASCII only, as there and in JavaScript, Java and PCRE; ``\\p{…}`` knows all of Unicode. What other
dialects only spell differently is respelled; what RE2 does not have is refused with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bascule.simulator.evaluation.faults import Fault

__all__ = ["Found", "Pattern", "compile_pattern"]

_MEMORY = 2 << 20
"""Bytes that one compiled pattern may take."""

_LONGEST = 10_000
"""Characters of a pattern; what RE2 does to simplify much longer ones is not linear in them."""


@dataclass(frozen=True, slots=True)
class Found:
    """A match: what the whole pattern and its groups matched (None for a group that took no part), and where."""

    groups: tuple[str | None, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern; case is ignored. ``names`` are the numbers of the groups that have a name."""

    regexp: Any
    names: tuple[tuple[str, int], ...]

    @property
    def size(self) -> int:
        """States of the program; a search visits all of them at each character at worst."""
        return int(self.regexp.programsize)

    def search(self, text: str) -> Found | None:
        """The first match in a text."""
        return _found(self.regexp.search(_encodable(text)))

    def fullmatch(self, text: str) -> Found | None:
        """The match of a whole text."""
        return _found(self.regexp.fullmatch(_encodable(text)))


def _found(match: Any) -> Found | None:
    return match and Found((match.group(), *match.groups()), match.start(), match.end())


def compile_pattern(source: str, lines: bool = False) -> Pattern | Fault:
    """Compile a pattern; ``lines`` lets ``^`` and ``$`` mean lines. A fault (code ``pattern``) says what is not
    accepted, or that the package of RE2 is missing."""
    try:
        import re2
    except ImportError:
        re2 = None
    if not hasattr(re2, "Options"):  # another package of that name has none
        return Fault("patterns need the package google-re2: run `pip install 'bascule[simulate]'`", "pattern")
    if len(source) > _LONGEST:
        return Fault(f"the pattern is not read: it is longer than {_LONGEST} characters", "pattern")
    return _compiled(source, lines)


@lru_cache(maxsize=128)
def _compiled(source: str, lines: bool) -> Pattern | Fault:
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        regexp = re2.compile(("(?m)" if lines else "") + _respelled(_encodable(source)), options=options)
    except _Refused as refused:
        return Fault(f"the pattern is not read: {refused}", "pattern")
    except re2.error as error:
        said = error.args[0] if error.args else ""
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return Fault(f"the pattern is not read: {words[:200]}", "pattern")
    return Pattern(regexp, tuple(sorted(regexp.groupindex.items(), key=lambda pair: pair[1])))


def _encodable(text: str) -> str:
    """Half a pair of UTF-16 is no character, and RE2 reads UTF-8."""
    return _HALF.sub("\ufffd", text)


class _Refused(Exception):
    """RE2 does not have it; the message says what."""


_HALF = re.compile("[\ud800-\udfff]")
_CODE = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u(?:[0-9a-fA-F]{4}|\{[0-9a-fA-F]{1,6}\})"
_ESCAPE = re.compile(rf"{_CODE}|\\[pP]\{{[^{{}}]{{1,60}}\}}|\\.", re.DOTALL)
_PIECE = re.compile(
    r"\\Q.*?(?:\\E|\Z)"
    rf"|{_ESCAPE.pattern}"
    r"|\[\^?\]?(?:\\.|\[:\^?\w{1,10}:\]|[^\\\]])*"
    r"|\(\?(?:#[^)]*\)?|<[=!]?|P[=>]|[imsU-]*u[imsU-]*[:)]|[=!>(R&|0-9])"
    r"|[*+?]\+|\{[0-9]{1,9}(?:,[0-9]{0,9})?\}\+",
    re.DOTALL,
)
"""What may be spelled in another way, or may not be there: quotes, escapes, classes, groups, repeats."""

_ESCAPES = {
    r"\Z": r"\z", r"\e": r"\x1b", r"\h": r"[ \t\x{A0}]", r"\H": r"[^ \t\x{A0}]",
    r"\R": r"(?:\r\n|[\n-\r\x{85}\x{2028}\x{2029}])",
}  # fmt: skip
_IN_CLASSES = {r"\e": r"\x1b", r"\h": r" \t\x{A0}", r"\b": r"\x08"}
_OPENINGS = {
    "=": "a look-ahead", "!": "a look-ahead", "<=": "a look-behind", "<!": "a look-behind", ">": "an atomic group",
    "(": "a condition", "|": "a branch reset", "P=": "a reference to a group",
}  # fmt: skip
_PROPERTY = re.compile(r"(?<=[{^])(?:Is|(?:Script|sc|General_Category|gc)=)")
_LONG_NAMES = {
    "Letter": "L", "Alphabetic": "L", "Alpha": "L", "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll", "Mark": "M",
    "Number": "N", "Digit": "Nd", "Punctuation": "P", "Punct": "P", "Symbol": "S", "Separator": "Z",
}  # fmt: skip
_LONG_NAME = re.compile(rf"(?<=[{{^])(?:{'|'.join(_LONG_NAMES)})(?=\}})")


def _respelled(source: str) -> str:
    """The pattern as RE2 spells it. Raises :class:`_Refused`."""
    return _PIECE.sub(lambda match: _piece(match.group()), source)


def _piece(piece: str) -> str:
    if piece.startswith(r"\Q"):
        return piece
    if piece.startswith("["):
        return _ESCAPE.sub(lambda match: _escape(match.group(), _IN_CLASSES), piece)
    if piece.startswith("\\"):
        return _escape(piece, _ESCAPES)
    if not piece.startswith("(?"):
        raise _Refused(f"a possessive repeat (`{piece}`) is not supported")
    kind = piece[2:]
    if kind.startswith("#"):
        return ""
    if kind == "<":
        return "(?P<"  # the only spelling that older releases of RE2 know
    if kind[-1] in ":)":
        return f"(?{kind.replace('u', '')}".replace("(?)", "")  # letters of all scripts have their case ignored
    raise _Refused(f"{_OPENINGS.get(kind, 'recursion')} (`{piece}`) is not supported")


def _escape(piece: str, spellings: Mapping[str, str]) -> str:
    if piece.startswith(r"\u") and len(piece) > 2:
        return rf"\x{{{_code(piece):X}}}"
    if piece.startswith((r"\p{", r"\P{")):
        return _LONG_NAME.sub(lambda name: _LONG_NAMES[name.group()], _PROPERTY.sub("", piece))
    if piece[1] in "kg123456789" and spellings is _ESCAPES:
        raise _Refused(f"a reference to a group (`{piece}`) is not supported")
    if piece == r"\C":
        raise _Refused("a byte (`\\C`) is not supported")
    return spellings.get(piece, piece if piece.isascii() else piece[1:])


def _code(piece: str) -> int:
    """The character of ``\\uXXXX``, ``\\u{XXXXX}`` or of a pair of UTF-16."""
    if piece.count("u") == 1:
        return int(piece[2:].strip("{}"), 16)
    return 0x10000 + ((int(piece[2:6], 16) - 0xD800) << 10) + int(piece[8:], 16) - 0xDC00

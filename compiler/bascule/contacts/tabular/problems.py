"""What is said about a contact file. No text here ever holds a cell: cells are people's numbers and names."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["ContactsError", "Remark", "shown_name"]

_DIGITS = re.compile(r"\d(?:\D{0,3}\d){4}")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know about a file that was read. ``kind`` names its rule; ``row`` is the first record it holds for
    (1 = the first line of the file), 0 for the file."""

    kind: str
    message: str
    help: str = ""
    row: int = 0


class ContactsError(Exception):
    """A file that cannot be read or written as asked. ``kind`` names its rule."""

    def __init__(self, kind: str, message: str, help: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.help = help


def shown_name(name: str, number: int) -> str:
    """A column's name for a message; its number where the name looks like data (a file without a header)."""
    clean = " ".join(name.split())
    if not clean or _DIGITS.search(clean) or "@" in clean or len(clean) > 60:
        return f"column {number}"
    return f"`{clean}`"

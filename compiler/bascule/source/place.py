"""Places: where a thing stands in a source file, structurally (pointer) and textually (span)."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["Place", "Span", "escape_token", "join_pointer", "split_pointer"]


def escape_token(token: str) -> str:
    """Escape one reference token as RFC 6901 asks (https://www.rfc-editor.org/rfc/rfc6901)."""
    return token.replace("~", "~0").replace("/", "~1")


def join_pointer(base: str, *tokens: str | int) -> str:
    """Append tokens to an RFC 6901 pointer; integers are list positions."""
    return base + "".join("/" + escape_token(str(token)) for token in tokens)


def split_pointer(pointer: str) -> list[str]:
    """Return the unescaped tokens of an RFC 6901 pointer. ``""`` is the whole document."""
    if not pointer:
        return []
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


@dataclass(frozen=True, slots=True)
class Place:
    """A structural address: file and RFC 6901 pointer, cheap enough for every graph element.

    ``sub`` is a half-open range of characters inside the *decoded* text value at ``pointer``;
    ``key`` means the member's name rather than its value. The document turns a place into a
    :class:`Span` only when somebody wants to see it.
    """

    file: str
    pointer: str = ""
    sub: tuple[int, int] | None = None
    key: bool = False

    def child(self, *tokens: str | int) -> Place:
        """The place of a member or item below this one."""
        return Place(self.file, join_pointer(self.pointer, *tokens))

    def within(self, start: int, end: int) -> Place:
        """The same place narrowed to a character range of its decoded text."""
        return replace(self, sub=(start, end))

    def at_key(self) -> Place:
        """The same member, pointing at its key."""
        return Place(self.file, self.pointer, None, True)


@dataclass(frozen=True, slots=True)
class Span:
    """A textual range: character offsets (half-open), 1-based line and column in code points."""

    file: str
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int

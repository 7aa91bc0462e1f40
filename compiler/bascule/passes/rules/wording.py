"""What rules look for in texts: words, emojis, links, formatting marks, and where they stand in the file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bascule.ir.expr import Const
from bascule.ir.text import Hole, Literal, Text, join_text
from bascule.passes.lower.texts import HOLE, flat
from bascule.source import Place

__all__ = [
    "Link",
    "count_words",
    "emojis",
    "find_in",
    "find_links",
    "formatting_marks",
    "place_in",
    "plural",
    "said",
    "shown",
]

# Characters that are drawn as emojis without a variation selector (Unicode: Emoji_Presentation).
_EMOJI = (
    "\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be"
    "\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757"
    "\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\U0001f004\U0001f0cf\U0001f18e\U0001f191-\U0001f19a\U0001f201"
    "\U0001f21a\U0001f22f\U0001f232-\U0001f236\U0001f238-\U0001f23a\U0001f250\U0001f251\U0001f300-\U0001f3fa"
    "\U0001f400-\U0001faff"
)
_ONE = (
    rf"(?:[{_EMOJI}]\ufe0f?|[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u2328\u23cf-\u23fa\u24c2\u25aa-\u27bf"
    r"\u2934\u2935\u2b05-\u2b1c\u3030\u303d\u3297\u3299]\ufe0f)[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
)
_EMOJI_RUN = re.compile(
    rf"[\U0001f1e6-\U0001f1ff][\U0001f1e6-\U0001f1ff]?|[0-9#*]\ufe0f?\u20e3|{_ONE}(?:\u200d{_ONE})*", re.DOTALL
)
# Scripts that put no blanks between words: each character counts as one.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_MARKED = re.compile(r"```|\*|(?<!\w)_[^\s_](?:[^_\n]*[^\s_])?_(?!\w)|(?<!\w)~[^\s~](?:[^~\n]*[^\s~])?~(?!\w)")
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'«»“”]+|(?<![\w@.-])(?:[\w-]{1,63}\.){1,4}[a-z]{2,12}/[^\s<>\"'«»“”]+", re.I
)
_AFTER_LINK = ".,;:!?)]}…"


def said(text: Text) -> Text:
    """The text with constant holes as the words they are."""
    return join_text(
        Literal("" if part.expression.value is None else str(part.expression.value))
        if isinstance(part, Hole) and isinstance(part.expression, Const)
        else part
        for part in text
    )


def shown(text: str, limit: int = 40) -> str:
    """A text for a message: one line, cut after ``limit`` characters."""
    line = " ".join(text.replace(HOLE, "…").split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def plural(count: int, noun: str) -> str:
    """``1 word``, ``2 words``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def emojis(text: str) -> list[tuple[int, int]]:
    """The emojis of a text as half-open ranges; joined ones (families, flags, skin tones) are one."""
    return [match.span() for match in _EMOJI_RUN.finditer(text)]


def count_words(text: str) -> int:
    """Words of a text whose parameters were replaced by blanks: what stands between blanks and is not only
    punctuation. Scripts without blanks count by the character."""
    total = 0
    for token in text.split():
        unspaced = len(_UNSPACED.findall(token))
        rest = _UNSPACED.sub("", token)
        total += unspaced + any(unicodedata.category(char)[0] in "LNS" for char in rest)
    return total


def formatting_marks(text: str) -> list[tuple[int, int]]:
    """What WhatsApp would read as bold, italic, struck or typewriter, as half-open ranges. An asterisk always
    counts; a lone ``_`` or ``~`` does not."""
    return [match.span() for match in _MARKED.finditer(text)]


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a text: half-open range, the address as it stands (holes as U+FFFC), its host in lower case."""

    start: int
    end: int
    text: str
    host: str


def find_links(text: str) -> Iterator[Link]:
    """The links of a flat text: with a scheme, with ``www.``, or a domain with a path (``bit.ly/x``)."""
    for match in _LINK.finditer(text):
        address = match.group().rstrip(_AFTER_LINK)
        host = re.split(r"[/?#:]", re.sub(r"^https?://", "", address, flags=re.I), maxsplit=1)[0].lower()
        if "." in host or HOLE in host:
            yield Link(match.start(), match.start() + len(address), address, host.removeprefix("www."))


def place_in(text: Text, start: int, end: int, fallback: Place) -> Place:
    """The place of a range of the text's flat form, as near as the file tells.

    A literal knows no place of its own: it is counted from the nearest hole that has one; a text without
    holes is taken to stand at ``fallback`` from its first character.
    """
    at = 0
    nearest: tuple[int, Place] | None = None
    for part in text:
        if isinstance(part, Literal):
            at += len(part.text)
            continue
        if part.at is not None and part.at.sub is not None:
            if at + 1 <= start:
                nearest = (part.at.sub[1] - (at + 1), part.at)
            elif nearest is None:
                nearest = (part.at.sub[0] - at, part.at)
            if at == start and end <= at + 1:
                return part.at
        at += 1
    if nearest is not None:
        shift, place = nearest
        return place.within(max(start + shift, 0), max(end + shift, 0))
    if any(isinstance(part, Hole) for part in text) or fallback.sub is not None:
        return fallback
    return fallback.within(start, end)


def find_in(text: Text, words: str) -> tuple[int, int] | None:
    """Where words stand in the flat form of a text: exactly, else without case."""
    line = flat(text)
    at = line.find(words)
    if at >= 0:
        return at, at + len(words)
    match = re.search(re.escape(words), line, re.IGNORECASE)
    return match.span() if match else None

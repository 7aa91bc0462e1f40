"""Labels of buttons and rows: shortened by rule, never twice the same, never cut in silence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Label", "fit_labels", "shorten"]

_SPACE = re.compile(r"\s+")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*")
_TAIL = " \t.,;:!-–—"
_JOINERS = "\u200d\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


@dataclass(frozen=True, slots=True)
class Label:
    """A label that fits: ``title`` is shown, ``full`` is what the source says, ``how`` names the rule used."""

    title: str
    full: str
    how: str = ""

    @property
    def shortened(self) -> bool:
        """The title says less than the source."""
        return bool(self.how)


def _whole_characters(text: str, limit: int) -> str:
    """The longest start of at most ``limit`` characters that cuts no accent, joined emoji or marker in two."""
    if len(text) <= limit:
        return text
    end = limit
    opened = text.rfind("{{", 0, end)
    if opened >= 0 and text.find("}}", opened) + 2 > end:
        end = opened
    while end > 0 and (
        unicodedata.combining(text[end])
        or text[end] in _JOINERS
        or text[end - 1] == "\u200d"
        or (unicodedata.category(text[end])[0] == "M")
    ):
        end -= 1
    return text[:end]


def shorten(text: str, limit: int) -> tuple[str, str]:
    """A label of at most ``limit`` characters, and the rule that was needed (``""`` when none).

    The rules, in order: blanks collapsed; brackets dropped; closing punctuation dropped; cut after the
    last whole word with an ellipsis.
    """
    clean = _SPACE.sub(" ", text).strip()
    if len(clean) <= limit:
        return clean, ""
    without = _BRACKETS.sub(" ", clean).strip()
    if without and len(without) <= limit:
        return without, "text in brackets moved"
    bare = (without or clean).rstrip(_TAIL)
    if bare and len(bare) <= limit:
        return bare, "closing punctuation dropped"
    head = _whole_characters(bare, limit - 1)
    word = head.rsplit(" ", 1)[0] if " " in head and bare[len(head) : len(head) + 1].strip() else head
    kept = word if len(word) * 2 >= limit else head
    return (kept.rstrip(_TAIL) or head) + "…", "cut after a whole word"


def fit_labels(texts: Sequence[str], limit: int) -> list[Label]:
    """Fit all labels of one message, all different.

    Labels that become equal get their number in front, so that a tap stays unambiguous.
    """
    fitted = [Label(*_fit(text, limit)) for text in texts]
    titles = [_key(label.title) for label in fitted]
    result: list[Label] = []
    taken: set[str] = set()
    for number, label in enumerate(fitted, start=1):
        title, how = label.title, label.how
        if titles.count(_key(title)) > 1 or _key(title) in taken or not title:
            prefix = f"{number}. "
            short, _ = shorten(label.full, limit - len(prefix))
            title, how = (prefix + short).strip(), "numbered: the labels would be equal"
        taken.add(_key(title))
        result.append(Label(title, label.full, how))
    return result


def _fit(text: str, limit: int) -> tuple[str, str, str]:
    title, how = shorten(text, limit)
    return title, _SPACE.sub(" ", text).strip(), how


def _key(title: str) -> str:
    return unicodedata.normalize("NFKC", title).casefold()

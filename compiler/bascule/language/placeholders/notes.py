"""Small things that both readers of templates say the same way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bascule.diagnostics.finding import Finding
from bascule.language.placeholder_rules import UnfilledMarker
from bascule.source import Place

__all__ = ["clip", "unfilled_markers"]

_MARKER = re.compile(r"<<\s?[^\W\d][^<>\n]{2,80}>>")
_CLIP = 60


def clip(text: str) -> str:
    """A piece of source text on one line, short enough for a message."""
    line = " ".join(text.split())
    return line if len(line) <= _CLIP else line[: _CLIP - 1] + "…"


def unfilled_markers(text: str, at: Callable[[int, int], Place]) -> Iterator[Finding]:
    """A finding for each note such as ``<<YOUR ADDRESS HERE>>``; ``at`` gives the place of a range."""
    if "<<" not in text:
        return
    for match in _MARKER.finditer(text):
        yield UnfilledMarker.at(
            at(*match.span()),
            f"`{clip(match.group())}` asks for a value that was never filled in",
            help="put the real value there",
        )

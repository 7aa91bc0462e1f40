"""What fixes of several rules share: neutral words, titles as they are written, ranges beside variables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files

import yaml

from bascule.diagnostics import Applicability, Edit, Fix
from bascule.ir.content import Choice
from bascule.ir.text import Hole, Literal, Text, literal
from bascule.passes.lower.labels import shorten
from bascule.passes.lower.texts import marker_text
from bascule.source import Place

__all__ = ["between", "neutral", "relabel", "tail_of", "title_as_written", "unlike"]


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = files("bascule.passes.rules.template").joinpath("data/neutral_words.yaml").read_text(encoding="utf-8")
    table: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return table


def neutral(key: str, language: str) -> str:
    """A neutral word (``hello``) or sign (``comma``) in a language; English where it has none."""
    table = _words()
    return (table.get(language.replace("-", "_").split("_")[0]) or table["en"])[key]


def title_as_written(choice: Choice, shown: str) -> str | None:
    """The title of a choice as its file has it, where it has no variables and says ``shown`` (blanks collapsed)."""
    for _, title in choice.title:
        if " ".join(marker_text(title).split()) == shown and title == literal(marker_text(title)):
            return marker_text(title)
    return None


def relabel(place: Place, old: str, new: str) -> Fix:
    """Write another label in place of one; a person must look at it."""
    return Fix(f"write the label “{new}”", (Edit(place, new, old),), Applicability.UNSAFE)


def unlike(title: str, taken: Collection[str], limit: int) -> str | None:
    """The title with the first number that makes it another one, at most ``limit`` characters long."""
    for number in range(2, 10):
        end = f" {number}"
        made = shorten(title, limit - len(end))[0] + end
        if made not in taken and len(made) <= limit:
            return made
    return None


def between(first: Hole, second: Hole, gap: str) -> Place | None:
    """The range between two variables of one text, where exactly ``gap`` stands there."""
    start, end = first.at, second.at
    if start is None or end is None or start.sub is None or end.sub is None:
        return None
    if (start.file, start.pointer) != (end.file, end.pointer) or end.sub[0] - start.sub[1] != len(gap):
        return None
    return start.within(start.sub[1], end.sub[0])


def tail_of(text: Text, hole: Hole) -> str | None:
    """What follows a variable in a text, to its end; None when another variable does, or when it is not there."""
    for index, part in enumerate(text):
        if isinstance(part, Hole) and part.at is not None and part.at == hole.at:
            rest = text[index + 1 :]
            if all(isinstance(other, Literal) for other in rest):
                return "".join(other.text for other in rest if isinstance(other, Literal))
            return None
    return None

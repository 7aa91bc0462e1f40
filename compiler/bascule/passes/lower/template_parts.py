"""A template while it is put together: its parts, and texts with numbered parameters and their samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bascule.ir.expr import Const, references
from bascule.ir.text import Hole, Literal, Segment, Text, plain_text
from bascule.passes.lower.context import LowerContext
from bascule.passes.lower.samples import Sample, sample_for
from bascule.passes.lower.texts import marker_of, marker_text
from bascule.whatsapp.plan import Slot
from bascule.whatsapp.templates import Button, Header

__all__ = ["Parts", "hole_name", "numbered", "sample_of"]


@dataclass
class Parts:
    """A template while it is put together."""

    text: Text
    header: Header | None
    header_slots: list[Slot]
    footer: str
    buttons: list[Button]
    button_slots: list[Slot]


def hole_name(hole: Hole) -> str:
    first = next(iter(references(hole.expression)), None)
    return first.name if first is not None else "value"


def numbered(
    context: LowerContext, text: Text, component: str, language: str, button: int | None = None
) -> tuple[str, list[Slot]]:
    """The text with ``{{1}}``, ``{{2}}`` … in reading order, and a slot with a sample for each."""
    parts: list[str] = []
    slots: list[Slot] = []
    seen: dict[str, int] = {}
    for index, part in enumerate(text):
        if isinstance(part, Literal):
            # Two braces would be read as a parameter that nothing fills.
            parts.append(part.text.replace("{{", "{ {").replace("}}", "} }"))
            continue
        if isinstance(part.expression, Const):
            parts.append(marker_text((part,)))
            continue
        marker = marker_of(part.expression)
        number = len(slots) + 1
        sample = sample_of(context, part, text[:index], text[index + 1 :], language, seen.get(marker.name, number - 1))
        seen.setdefault(marker.name, number - 1)
        slots.append(
            Slot(component, number, marker.name, part.expression, sample.value, sample.how, button=button, at=part.at)
        )
        parts.append("{{" + str(number) + "}}")
    return "".join(parts), slots


def sample_of(
    context: LowerContext, hole: Hole, before: Sequence[Segment], after: Sequence[Segment], language: str, index: int
) -> Sample:
    name = hole_name(hole)
    variable = context.project.variable.get(name)
    if variable is not None and variable.sample:
        value = variable.sample.best(language)
        if value:
            return Sample(" ".join(value.split()), "declared")
    settings = context.settings
    told = settings.sample(name, language)
    if told:
        return Sample(" ".join(told.split()), "settings")
    near = plain_text(tuple(before))[-40:], plain_text(tuple(after))[:40]
    kind = variable.type if variable is not None else ""
    longest = variable.max_length if variable is not None else None
    return sample_for(
        name,
        type=kind,
        locale=settings.regional(language),
        before=near[0],
        after=near[1],
        max_length=longest,
        index=index,
        company=settings.business,
    )

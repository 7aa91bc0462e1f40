"""Equal templates become one; near-equal ones are proposed. Every original stays derivable, and that is checked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bascule.ir.expr import Const, Expression
from bascule.ir.text import Hole, Literal, Segment, Text, join_text
from bascule.passes.lower.texts import marker_text
from bascule.whatsapp.plan import Origin, PlannedTemplate
from bascule.whatsapp.templates import Template

__all__ = ["content_key", "derive", "merge_equal", "proposals", "sayable"]

_PLACE = re.compile(r"\{\{(\d+)\}\}")
_TOKEN = re.compile(r"\s+|[^\s]+")
_MAX_BUCKET = 200


def content_key(template: Template) -> tuple[Any, ...]:
    """What makes two templates the same to Meta: language, and everything shown but the samples."""
    body = template.to_json()
    shown = [{key: value for key, value in part.items() if key != "example"} for part in body["components"]]
    return (template.language, template.category, repr(shown))


def derive(template: Template, bindings: Mapping[str, Expression]) -> Text:
    """The body with its parameters replaced by what they are bound to."""
    segments: list[Segment] = []
    text = template.body_text
    at = 0
    for match in _PLACE.finditer(text):
        segments.append(Literal(text[at : match.start()]))
        value = bindings[f"body.{match.group(1)}"]
        if isinstance(value, Const) and isinstance(value.value, str):
            segments.append(Literal(value.value))
        else:
            segments.append(Hole(value))
        at = match.end()
    segments.append(Literal(text[at:]))
    return join_text(segments)


def sayable(first: PlannedTemplate, second: PlannedTemplate) -> bool:
    """Whether the first template says all that the second one's origins say, with their own bindings."""
    if content_key(first.template) != content_key(second.template):
        return False
    if [slot.key for slot in first.slots] != [slot.key for slot in second.slots]:
        return False
    return all(
        derive(first.template, dict(origin.bindings)) == derive(second.template, dict(origin.bindings))
        for origin in second.origins
        if first.template.body_text
    )


def merge_equal(first: PlannedTemplate, second: PlannedTemplate) -> PlannedTemplate:
    """One template for both (see :func:`sayable`): the first one's name, samples and evidence, the origins of both."""
    return replace(first, origins=(*first.origins, *second.origins))


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _shared(first: Sequence[str], second: Sequence[str]) -> tuple[int, int]:
    """Lengths of the common start and of the common end that does not overlap it."""
    start = 0
    most = min(len(first), len(second))
    while start < most and first[start] == second[start]:
        start += 1
    end = 0
    while end < most - start and first[-1 - end] == second[-1 - end]:
        end += 1
    return start, end


def _words(tokens: Sequence[str]) -> int:
    return sum(1 for token in tokens if not token.isspace())


def proposals(templates: Sequence[PlannedTemplate]) -> tuple[dict[str, Any], ...]:
    """Groups of templates that differ in one run of words: one template with a parameter there would do.

    They are only proposed: a fixed word that becomes a parameter may change what review decides. Each
    member is checked to be derivable from the proposed text.
    """
    buckets: dict[tuple[Any, ...], list[int]] = {}
    split = [_tokens(template.template.body_text) for template in templates]
    for index, template in enumerate(templates):
        tokens = split[index]
        if _words(tokens) < 5:
            continue
        shape = (template.language, template.template.category, len(template.template.buttons))
        buckets.setdefault((*shape, "start", *tokens[:3]), []).append(index)
        buckets.setdefault((*shape, "end", *tokens[-3:]), []).append(index)
    used: set[int] = set()
    found: list[dict[str, Any]] = []
    for members in buckets.values():
        for position, index in enumerate(members[:_MAX_BUCKET]):
            if index in used:
                continue
            group = [index]
            bounds: tuple[int, int] | None = None
            for other in members[position + 1 : _MAX_BUCKET]:
                if other in used or templates[other].name == templates[index].name:
                    continue
                start, end = _shared(split[index], split[other])
                if bounds is not None:
                    start, end = min(start, bounds[0]), min(end, bounds[1])
                if _near(split[index], split[other], start, end):
                    group.append(other)
                    bounds = (start, end)
            if bounds is not None:
                proposal = _proposal([templates[item] for item in group], [split[item] for item in group], bounds)
                if proposal is not None:
                    used.update(group)
                    found.append(proposal)
    return tuple(found)


def _near(first: Sequence[str], second: Sequence[str], start: int, end: int) -> bool:
    """At least four fifths of the words are shared, and what differs is a few words in both."""
    kept = _words(first[:start]) + _words(first[len(first) - end :] if end else [])
    longest = max(_words(first), _words(second))
    gaps = [_words(tokens[start : len(tokens) - end]) for tokens in (first, second)]
    return kept * 5 >= longest * 4 and 1 <= max(gaps) <= 4 and min(gaps) >= 1


def _proposal(
    members: Sequence[PlannedTemplate], split: Sequence[Sequence[str]], bounds: tuple[int, int]
) -> dict[str, Any] | None:
    start, end = bounds
    while start and not split[0][start - 1].isspace():
        start -= 1
    head = "".join(split[0][:start])
    tail = "".join(split[0][len(split[0]) - end :]) if end else ""
    entries = []
    for template, tokens in zip(members, split, strict=True):
        gap = "".join(tokens[start : len(tokens) - end])
        if head + gap + tail != template.template.body_text or not gap.strip():
            return None
        entries.append({"template": template.name, "value": gap, "origins": [_origin(o) for o in template.origins]})
    return {
        "language": members[0].language,
        "category": members[0].template.category.value if members[0].template.category else "",
        "text": f"{head}{{{{value}}}}{tail}",
        "members": sorted(entries, key=lambda entry: str(entry["template"])),
    }


def _origin(origin: Origin) -> dict[str, str]:
    return {"flow": origin.flow, "node": origin.node, "text": marker_text(origin.text)}

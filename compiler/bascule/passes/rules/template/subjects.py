"""What the template rules look at: templates to submit, and definitions that the project brings along."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bascule.diagnostics import Severity
from bascule.ir.project import TemplateAsset
from bascule.ir.text import Text, holes
from bascule.passes.rules import CheckContext
from bascule.passes.rules.window.proofs import start_unknown
from bascule.passes.rules.wording import said
from bascule.passes.window import Verdict
from bascule.source import Place
from bascule.whatsapp.plan import Origin, PlannedTemplate, Slot
from bascule.whatsapp.templates import Category, Placeholder, PlaceholderKind, Template, parameters, read_template

__all__ = [
    "Subject",
    "as_written",
    "body_words",
    "certain",
    "known_parameters",
    "subjects",
    "text_of_source",
    "written",
]

_REVIEWED = frozenset(
    {"APPROVED", "PAUSED", "DISABLED", "ARCHIVED", "PENDING_DELETION", "DELETED", "PENDING", "IN_APPEAL"}
)
"""Statuses of templates that passed review, or are gone, or are in review: the creation was accepted, and until review
has spoken nothing in them can be changed."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One template in one language. ``planned`` is None for a definition that a file holds."""

    template: Template
    language: str
    place: Place
    slots: tuple[Slot, ...]
    planned: PlannedTemplate | None
    alone: bool = True

    @property
    def title(self) -> str:
        """How messages call it: with its language where there are several."""
        return f"`{self.name}`" if self.alone else f"`{self.name}` ({self.language})"

    @property
    def name(self) -> str:
        """The template's name."""
        return self.template.name

    @property
    def authentication(self) -> bool:
        """WhatsApp writes this template's words itself."""
        return self.template.category is Category.AUTHENTICATION

    @property
    def fixed(self) -> bool:
        """Its words are WhatsApp's own, or those of Meta's library, which may begin with a variable."""
        return self.authentication or bool(self.template.from_library)

    @property
    def origins(self) -> tuple[Origin, ...]:
        """The messages it stands for."""
        return self.planned.origins if self.planned is not None else ()

    def slot(self, component: str, number: int, button: int | None = None) -> Slot | None:
        """The slot of a parameter, where the plan has one."""
        wanted = (component, number, button)
        return next((slot for slot in self.slots if (slot.component, slot.number, slot.button) == wanted), None)


def subjects(context: CheckContext) -> tuple[Subject, ...]:
    """All templates that will be submitted: those of the plan, and unreviewed definitions of the project."""
    return context.once(_subjects)


def _subjects(context: CheckContext) -> tuple[Subject, ...]:
    languages = Counter(planned.name for planned in context.templates)
    found = [
        Subject(
            planned.template,
            planned.language,
            _text_place(planned),
            planned.slots,
            planned,
            languages[planned.name] == 1,
        )
        for planned in context.templates
    ]
    said_again = _said_again(context)
    found += [subject for subject in written(context) if subject.place not in said_again]
    return tuple(found)


def _named_flows(context: CheckContext) -> dict[tuple[str, str], set[str]]:
    """File and name of an entry to the flows it starts."""
    found: dict[tuple[str, str], set[str]] = {}
    for flow in context.project.flows:
        for entry in flow.entries:
            if entry.at is not None and entry.name:
                found.setdefault((entry.at.file, entry.name), set()).add(flow.id)
    return found


def _flows_of(context: CheckContext, asset: TemplateAsset) -> set[str]:
    """The flows that say what a definition of their file says: those with an entry of its name."""
    return context.once(_named_flows).get((asset.at.file, asset.name), set()) if asset.at is not None else set()


def _said_again(context: CheckContext) -> frozenset[Place]:
    """The places of definitions for which the plan has a template, made of a flow of the same file."""
    keys = {planned.template.key for planned in context.templates}
    flows = {origin.flow for planned in context.templates for origin in planned.origins}
    return frozenset(
        asset.at
        for asset in context.project.templates
        if asset.at is not None and ((asset.name, asset.language) in keys or _flows_of(context, asset) & flows)
    )


def certain(context: CheckContext, origins: Iterable[Origin], severity: Severity) -> Severity:
    """A warning at most where no file says who starts the flows of a template: it may not be needed at all."""
    steps = {(origin.flow, origin.node) for origin in origins}
    unknown = bool(steps) and all(_start_unknown(context, flow, node) for flow, node in steps)
    return min(severity, Severity.WARNING) if unknown else severity


def _start_unknown(context: CheckContext, flow: str, node: str) -> bool:
    arrivals = context.window.arrivals.get((flow, node), ())
    return start_unknown(context, flow, tuple(item for item in arrivals if item.verdict is not Verdict.INSIDE))


def written(context: CheckContext) -> tuple[Subject, ...]:
    """The definitions that files hold of templates that may still be submitted, as they are written there."""
    return context.once(_written)


def _written(context: CheckContext) -> tuple[Subject, ...]:
    found = []
    for asset in context.project.templates:
        template = definition_of(asset) if asset.status.upper() not in _REVIEWED else None
        if template is not None and (template.components or template.from_library):
            found.append(Subject(template, template.language, asset.at or Place(""), (), None))
    return tuple(found)


def as_written(context: CheckContext) -> tuple[Subject, ...]:
    """All templates, each once: definitions as their files have them, else what the plan makes of a message.

    A template that is read from a definition is planned anew, and what was wrong with it is mended in the plan.
    """
    return context.once(_as_written)


def _as_written(context: CheckContext) -> tuple[Subject, ...]:
    definitions = written(context)
    places = {subject.place for subject in definitions}
    starts: set[str] = set()
    for asset in context.project.templates:
        if asset.at in places:
            starts |= _flows_of(context, asset)
    planned = [
        subject
        for subject in subjects(context)
        if subject.planned is not None and not any(origin.flow in starts for origin in subject.origins)
    ]
    return (*planned, *definitions)


def _text_place(planned: PlannedTemplate) -> Place:
    """The place of the text in this language, which only its holes know; else that of the message."""
    for hole in holes(planned.origins[0].text) if planned.origins else ():
        if hole.at is not None:
            return Place(hole.at.file, hole.at.pointer)
    return planned.place


def definition_of(asset: TemplateAsset) -> Template | None:
    """The template that an asset's JSON text defines; None when there is none or it cannot be read."""
    if not asset.definition.strip():
        return None
    from bascule.source.json import read_json

    place = asset.at or Place("")
    document = read_json(place.file, asset.definition)
    value = document.value if document.usable else None
    if isinstance(value, list):
        value = {"components": value}
    if not isinstance(value, dict):
        return None
    filled = {"name": asset.name, "language": asset.language or "und", **value}
    if asset.category:
        filled.setdefault("category", asset.category)
    template, _ = read_template(filled, place)
    return template


def known_parameters(text: str) -> list[Placeholder]:
    """The well-formed parameters of a template text, in order."""
    return [item for item in parameters(text) if item.kind is not PlaceholderKind.MALFORMED]


def body_words(text: str) -> str:
    """A template text with blanks for its parameters."""
    return re.sub(r"\{\{[^{}]*\}\}", " ", text)


def text_of_source(context: CheckContext, origin: Origin) -> Text:
    """The message's text as the file has it, before lowering tidied it; the origin's own text where it is unknown."""
    flow = context.project.by_id.get(origin.flow)
    node = flow.by_id.get(origin.node) if flow is not None else None
    content = getattr(node, "content", None)
    if content is None:
        return origin.text
    text = content.text.best(origin.locale)
    if text is None and content.alternatives:
        text = content.alternatives[0].best(origin.locale)
    return said(text) if text is not None else origin.text


def origin_texts(context: CheckContext) -> Iterator[tuple[Subject, Origin, Text]]:
    """Each message that a template stands for, with the text of its file."""
    for subject in subjects(context):
        for origin in subject.origins:
            yield subject, origin, text_of_source(context, origin)

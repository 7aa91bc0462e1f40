"""The nodes that say something, with their contents, planned steps and messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bascule.ir.content import Choice, ChoiceKind, Content
from bascule.ir.nodes import Ask, Message
from bascule.ir.project import Flow
from bascule.passes.rules import CheckContext
from bascule.source import Place
from bascule.whatsapp.plan import PlannedStep

__all__ = ["Site", "bodies", "contents", "reply_choices", "sites"]


@dataclass(frozen=True, slots=True)
class Site:
    """One node that says something. ``step`` is what the plan makes of it."""

    flow: Flow
    node: Message | Ask
    step: PlannedStep | None

    @property
    def name(self) -> str:
        """How messages call it: a flow of one message by the flow's name."""
        return self.node.id if len(self.flow.nodes) > 1 else self.flow.id

    @property
    def content(self) -> Content:
        """What is said."""
        return self.node.content

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.node.content.at or self.node.at or self.flow.at or Place("")


def sites(context: CheckContext) -> tuple[Site, ...]:
    """All nodes with a content, in the project's order."""
    return context.once(_sites)


def _sites(context: CheckContext) -> tuple[Site, ...]:
    steps = {(step.flow, step.node): step for step in context.plan.steps}
    return tuple(
        Site(flow, node, steps.get((flow.id, node.id)))
        for flow, node, _ in context.nodes()
        if isinstance(node, (Message, Ask))
    )


def contents(context: CheckContext) -> Iterator[tuple[Site, Content, Place]]:
    """All contents: what nodes say, and what an ask says about an answer that does not fit."""
    for site in sites(context):
        yield site, site.content, site.place
        error = site.node.validation.error if isinstance(site.node, Ask) and site.node.validation else None
        if error is not None:
            yield site, error, error.at or site.place


def reply_choices(content: Content) -> tuple[Choice, ...]:
    """The choices that come back as an answer by a tap on a button or row."""
    return tuple(choice for choice in content.choices if choice.kind is ChoiceKind.REPLY)


def bodies(site: Site) -> Iterator[tuple[str, dict[str, Any], int]]:
    """The free-form messages of a step as they will be sent: language, JSON, page number."""
    for language, messages in site.step.messages if site.step is not None else ():
        for planned in messages:
            yield language, planned.message.to_json(), planned.page

"""What a channel does: show a node, and understand an answer to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bascule.ir.content import ChoiceKind, Content
from bascule.ir.nodes import Ask, Message
from bascule.ir.project import Flow
from bascule.ir.text import Text
from bascule.simulator.evaluation.scope import Scope
from bascule.simulator.evaluation.values import Fault
from bascule.simulator.events import Bubble
from bascule.simulator.inputs import Answer, Locate, SendContact
from bascule.simulator.matching import Meaning

__all__ = ["UNKNOWN", "Channel", "Moment", "Shown", "shared_choice"]


UNKNOWN = "…"
"""What stands in a text for a value that could not be computed."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a channel may know: the values, the language, and how long ago the person wrote (None: never)."""

    scope: Scope
    locale: str
    since_written: float | None
    render: Callable[[Text], tuple[str, tuple[Fault, ...]]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What went out, in order; ``blocked`` says why nothing or not all did."""

    bubbles: tuple[Bubble, ...] = ()
    blocked: str = ""
    faults: tuple[Fault, ...] = ()


class Channel(Protocol):
    """A channel. It keeps no state: what is on the screen follows from the node."""

    @property
    def name(self) -> str:
        """What transcripts call it."""

    def show(self, flow: Flow, node: Message | Ask, moment: Moment) -> Shown:
        """What the person sees."""

    def pick(self, flow: Flow, node: Ask, answer: Answer, moment: Moment) -> Meaning | None:
        """The choice an answer means, or None."""


def shared_choice(content: Content, answer: Answer) -> Meaning | None:
    """The choice that a place or contact card answers: the one that asks for it."""
    wanted = {Locate: ChoiceKind.SHARE_LOCATION, SendContact: ChoiceKind.SHARE_PHONE}.get(type(answer))
    choice = next((choice for choice in content.choices if choice.kind is wanted), None)
    return Meaning(choice.id, "shared") if choice is not None else None

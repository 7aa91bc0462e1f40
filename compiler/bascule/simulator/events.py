"""What a conversation does: one value per thing that happens, in order."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bascule.simulator.evaluation.values import Value
from bascule.simulator.inputs import Input

__all__ = [
    "Blocked",
    "Bubble",
    "Called",
    "Consented",
    "Doubt",
    "Ended",
    "Event",
    "HandedOver",
    "Heard",
    "Kept",
    "Left",
    "Option",
    "Question",
    "Ran",
    "Said",
    "Skipped",
    "Status",
    "Unanswered",
    "Waiting",
]


class Status(enum.Enum):
    """Where a conversation stands."""

    WAITING = "waiting"
    ASKING = "cannot be told offline"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Option:
    """Something to tap. ``reply`` says whether a tap comes back to the flow (a link does not)."""

    id: str
    title: str
    description: str = ""
    reply: bool = True
    target: str = ""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as the person sees it.

    ``kind`` is ``text``, ``image``, ``video``, ``audio``, ``document``, ``sticker``, ``location``,
    ``contact``, ``buttons``,
    ``list``, ``link``, ``carousel``, ``template`` … ; ``media`` an address; ``template`` the template's name.
    """

    kind: str
    text: str = ""
    header: str = ""
    footer: str = ""
    media: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    template: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A message went to the person (``others`` empty) or to other people."""

    flow: str
    node: str
    bubble: Bubble
    others: str = ""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A message could not go out."""

    flow: str
    node: str
    reason: str


@dataclass(frozen=True, slots=True)
class Heard:
    """The person, the clock or the platform did something; ``choice`` is what it was taken to mean."""

    input: Input
    choice: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A variable changed (``value`` None: it was cleared)."""

    path: tuple[str, ...]
    value: Value
    category: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """A request: ``outcome`` is ``stub``, ``failed`` or ``unknown``."""

    flow: str
    node: str
    service: str
    method: str
    url: str
    body: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Left:
    """A node was left by an edge (its number in the node, from 0; -1: no edge applied and the flow ended there)."""

    flow: str
    node: str
    edge: int


@dataclass(frozen=True, slots=True)
class Ran:
    """Another flow was run: ``mode`` is ``call``, ``jump``, ``start`` or ``return``."""

    flow: str
    mode: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A person took over."""

    to: str
    note: str


@dataclass(frozen=True, slots=True)
class Consented:
    """Consent was recorded."""

    state: str
    channel: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A construct that nothing here can run."""

    flow: str
    node: str
    construct: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something could not be computed and was taken to be empty or false."""

    flow: str
    node: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The person said something that nothing listens to."""

    flow: str
    node: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The flow waits for an answer; ``timeout`` in seconds, None: for ever."""

    flow: str
    node: str
    reply: str
    timeout: float | None


@dataclass(frozen=True, slots=True)
class Question:
    """Nobody can know offline which way is taken: ``edges`` are the numbers of the ways."""

    flow: str
    node: str
    reason: str
    edges: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """The conversation is over: ``completed``, ``failed`` or ``expired``."""

    status: str
    reason: str = ""


Event = (
    Said
    | Blocked
    | Heard
    | Kept
    | Called
    | Left
    | Ran
    | HandedOver
    | Consented
    | Skipped
    | Doubt
    | Unanswered
    | Waiting
    | Question
    | Ended
)

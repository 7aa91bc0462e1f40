"""What can happen to a conversation from outside: the person acts, time passes, somebody decides."""

from __future__ import annotations

from dataclasses import dataclass

from bascule.ir.content import MediaKind

__all__ = [
    "Answer",
    "Decide",
    "Expire",
    "Fail",
    "Input",
    "Locate",
    "Pass",
    "Say",
    "SendContact",
    "SendMedia",
    "Tap",
    "print_input",
]


@dataclass(frozen=True, slots=True)
class Say:
    """The person writes this."""

    text: str


@dataclass(frozen=True, slots=True)
class Tap:
    """The person taps an option that is shown: its title, its id, its payload, or its number (``2``), in this order.

    ``choice`` names the choice that is meant for certain, where two have one title.
    """

    option: str
    choice: str = ""


@dataclass(frozen=True, slots=True)
class SendMedia:
    """The person sends a file. ``url`` is where the platform keeps it."""

    kind: MediaKind
    url: str = "https://bascule.example/media"
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Locate:
    """The person sends a place; degrees."""

    latitude: float
    longitude: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class SendContact:
    """The person sends a contact card."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Pass:
    """So many seconds go by, in which the person writes nothing."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Fail:
    """The message that waits for an answer could not be delivered."""

    reason: str = "failed"


@dataclass(frozen=True, slots=True)
class Expire:
    """The platform gives up waiting, whatever time it is: the flow that asked is over."""


@dataclass(frozen=True, slots=True)
class Decide:
    """Which way is taken where nobody can know offline: the number of the edge in its node, from 0 (see
    ``Question``)."""

    edge: int


Answer = Say | Tap | SendMedia | Locate | SendContact
"""What counts as an answer of the person, and opens the window."""

Input = Answer | Pass | Fail | Expire | Decide


def print_input(step: Input) -> str:
    """The input on one line, as a transcript shows it."""
    from bascule.ir.durations import print_duration

    if isinstance(step, Say):
        return step.text
    if isinstance(step, Tap):
        return f"[{step.option}]"
    if isinstance(step, SendMedia):
        return f"<{step.kind.value}{': ' + step.caption if step.caption else ''}>"
    if isinstance(step, Locate):
        return f"<location {step.latitude:g}, {step.longitude:g}>"
    if isinstance(step, SendContact):
        return f"<contact {step.name}>"
    if isinstance(step, Pass):
        return f"({print_duration(step.seconds)} later)"
    if isinstance(step, Fail):
        return f"(not delivered: {step.reason})"
    if isinstance(step, Expire):
        return "(the platform stops waiting)"
    return f"(taken to go by way {step.edge + 1})"

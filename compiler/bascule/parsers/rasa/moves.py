"""What a machine of stories is made of: states that do one thing each."""

from __future__ import annotations

from dataclasses import dataclass, field

from bascule.parsers.rasa.network import Act, Arc, Bot, Enter, Test, User
from bascule.source import Place

__all__ = ["Conflict", "Kind", "Machine", "Move"]


class Kind:
    """What a state does."""

    ACT = "act"
    ENTER = "enter"
    CASE = "case"
    LISTEN = "listen"
    IDLE = "idle"


@dataclass(slots=True)
class Move:
    """One state. ``ACT``: ``symbol``, then ``next``. ``ENTER``: the form of ``symbol``. ``CASE``: ``tests`` in order,
    else ``next``. ``LISTEN``: ``users`` in order. ``IDLE``: nothing, the conversation rests."""

    kind: str
    symbol: Act | Bot | Enter | None = None
    next: int = -1
    tests: list[tuple[tuple[Test, ...], int]] = field(default_factory=list)
    users: list[tuple[User, int, Place]] = field(default_factory=list)
    place: Place | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A step that lost against another one."""

    place: Place
    story: str
    what: str
    winner: Place
    winning: str
    winning_story: str
    arc: Arc | None = None

    @property
    def lost(self) -> bool:
        """Whether the step is on no other path either."""
        return self.arc is None or not self.arc.used


@dataclass(slots=True)
class Machine:
    """All states. ``start`` waits for the first message; ``done`` is what follows a form."""

    moves: list[Move]
    start: int
    done: dict[str, int]
    conflicts: list[Conflict]
    crowded: bool = False

"""One conversation's state: where it stands, what it remembers, the time, and what happened."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bascule.ir.nodes import RunFlow
from bascule.ir.project import Flow
from bascule.simulator.evaluation.scope import DEFAULT_ENVIRONMENT, Environment
from bascule.simulator.evaluation.values import DEFAULT, Value, primary, show
from bascule.simulator.events import Event, Question, Status, Waiting
from bascule.simulator.matching import NOTHING, Recognised
from bascule.simulator.memory import Memory
from bascule.simulator.stubs import Stubs

__all__ = ["START", "Frame", "Session", "SessionScope"]

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""When a conversation starts if nobody says: a Monday morning."""


@dataclass
class Frame:
    """A caller: its flow, the node that called, and what it kept for itself."""

    flow: Flow
    node: RunFlow
    kept: dict[str, Any] = field(default_factory=dict)


@dataclass
class Session:
    """See the module. ``node`` is where the flow stands; ``waiting`` what it waits for; ``question`` what
    nobody can know.

    ``written_at`` is when the person last wrote, None: never, as far as known. ``tries`` counts refused answers of
    the present question, ``since`` is when it was asked, ``fired`` the timeouts of it that ran already.
    """

    memory: Memory
    stubs: Stubs
    locale: str = ""
    region: str = ""
    now: datetime = START
    written_at: datetime | None = None
    flow: Flow | None = None
    node: str | None = None
    frames: list[Frame] = field(default_factory=list)
    waiting: Waiting | None = None
    question: Question | None = None
    status: Status = Status.COMPLETED
    since: datetime = START
    tries: int = 0
    heard: Recognised = NOTHING
    chosen: str = ""
    events: list[Event] = field(default_factory=list)
    groups: list[tuple[str, str]] = field(default_factory=list)
    environment: Environment = DEFAULT_ENVIRONMENT
    matches: dict[tuple[str, ...], Value] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    visits: dict[tuple[str, str], int] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    """Languages that the workspace speaks; a person's other language does not count. None named: all count."""
    result_names: dict[str, str] = field(default_factory=dict)
    pending: float = 0.0
    """Seconds that are still to go by when the present question is decided."""
    unheard: bool = False
    """The message that started the flow was not an answer yet: a question that says nothing takes it."""

    @property
    def since_written(self) -> float | None:
        """Seconds since the person last wrote."""
        return None if self.written_at is None else (self.now - self.written_at).total_seconds()

    def pass_time(self, seconds: float) -> None:
        """Let time go by; what is beyond the calendar stops at its end."""
        try:
            self.now += timedelta(seconds=seconds)
        except OverflowError:
            self.now = datetime.max.replace(tzinfo=UTC)

    def copy(self) -> Session:
        """A session that goes its own way from here; its events so far are shared by value."""
        other = replace(
            self,
            memory=self.memory.copy(),
            stubs=self.stubs.copy(),
            frames=[replace(frame, kept=dict(frame.kept)) for frame in self.frames],
            events=list(self.events),
            groups=list(self.groups),
            matches=dict(self.matches),
            visits=dict(self.visits),
        )
        other.chance = random.Random()
        other.chance.setstate(self.chance.getstate())
        return other


class SessionScope:
    """What expressions see of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def now(self) -> datetime:
        """The virtual clock."""
        return self._session.now

    @property
    def locale(self) -> str:
        """Language of the person."""
        return self._session.locale

    @property
    def region(self) -> str:
        """Region for phone numbers."""
        return self._session.region

    @property
    def environment(self) -> Environment:
        """How the workspace writes dates and numbers, with the dialect of the present flow."""
        return self._session.environment

    def lookup(self, path: tuple[str, ...]) -> Value:
        """The value of a variable; ``node.visit_count`` is how often the present node was reached, and
        ``results`` as a whole prints as the list of what was collected (both RapidPro's)."""
        session = self._session
        if path == ("node", "visit_count") and session.flow is not None and session.node is not None:
            return session.visits.get((session.flow.id, session.node), 0)
        value = session.memory.get(path)
        if path == ("results",) and isinstance(value, dict) and session.environment.dialect == "rapidpro":
            lines = [
                f"{session.result_names.get(name, name)}: {show(primary(item), self)}" for name, item in value.items()
            ]
            return {**value, DEFAULT: "\n".join(sorted(lines))}
        return value

    def draw(self) -> float:
        """Chance, seeded."""
        return self._session.chance.random()

    def intent(self) -> tuple[tuple[str, float], ...]:
        """Intents of the last message."""
        return self._session.heard.intents

    def groups(self) -> tuple[tuple[str, str], ...]:
        """Groups of the contact."""
        return tuple(self._session.groups)

"""Where an expression finds its variables, the clock and chance."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Protocol

from bascule.simulator.evaluation.values import Value, primary

__all__ = ["DEFAULT_ENVIRONMENT", "Environment", "Plain", "Scope", "descend", "zone"]

_START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_MAX_STEPS = 60


@dataclass(frozen=True, slots=True)
class Environment:
    """How a workspace writes dates, times and numbers.

    ``date_format`` is ``YYYY-MM-DD``, ``DD-MM-YYYY`` or ``MM-DD-YYYY``; ``time_format`` is ``tt:mm``, ``h:mm aa``,
    ``tt:mm:ss`` or ``h:mm:ss aa``; ``time_zone`` an IANA name. ``dialect`` is the language that the expressions were
    written in, where the platforms differ: ``rapidpro``, ``liquid``, ``floip``, ``dialogflow-cx``; ``""`` is none of
    them. It decides what counts as true, whether a text may stand for a number, and from where words are counted.
    """

    date_format: str = "DD-MM-YYYY"
    time_format: str = "tt:mm"
    time_zone: str = "UTC"
    decimal_symbol: str = "."
    digit_grouping_symbol: str = ","
    dialect: str = ""


DEFAULT_ENVIRONMENT = Environment()


def zone(name: str) -> tzinfo | None:
    """The time zone of an IANA name, or None when there is none of that name."""
    from zoneinfo import ZoneInfo

    if name in ("", "UTC", "Etc/UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


class Scope(Protocol):
    """What an expression can see. Lookups must not change anything but the state of ``draw``."""

    @property
    def now(self) -> datetime:
        """The present moment, with a time zone."""

    @property
    def locale(self) -> str:
        """Language of the conversation, such as ``fr`` or ``pt_BR``; ``""`` when not known."""

    @property
    def region(self) -> str:
        """Two-letter region for phone numbers without a country code; ``""`` when not known."""

    @property
    def environment(self) -> Environment:
        """How dates and numbers are written."""

    def lookup(self, path: tuple[str, ...]) -> Value:
        """The value at a path, None when it is unset."""

    def draw(self) -> float:
        """The next number of a seeded chance, 0 ≤ n < 1."""

    def intent(self) -> tuple[tuple[str, float], ...]:
        """The intents recognised in the last message with their confidence, best first."""

    def groups(self) -> tuple[tuple[str, str], ...]:
        """The uuids and names of the contact's groups."""


@dataclass(slots=True)
class Plain:
    """A scope over plain dicts. Keys ignore case; a dotted key is found before the dict of its first part, the longest
    first (``{"contact.name": …}`` before ``{"contact": {"name": …}}``)."""

    variables: Mapping[str, Any] = field(default_factory=dict)
    now: datetime = _START
    locale: str = "fr"
    region: str = "FR"
    environment: Environment = DEFAULT_ENVIRONMENT
    seed: int = 0
    intents: Sequence[tuple[str, float]] = ()
    memberships: Iterable[tuple[str, str]] = ()
    _random: random.Random = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def lookup(self, path: tuple[str, ...]) -> Value:
        """See :class:`Scope`."""
        return descend(self.variables, path)

    def draw(self) -> float:
        """See :class:`Scope`."""
        return self._random.random()

    def intent(self) -> tuple[tuple[str, float], ...]:
        """See :class:`Scope`."""
        return tuple(self.intents)

    def groups(self) -> tuple[tuple[str, str], ...]:
        """See :class:`Scope`."""
        return tuple(self.memberships)


def descend(value: Any, path: Sequence[str]) -> Value:
    """What stands at ``path`` below a value: keys of dicts (case ignored, longest dotted key first), positions in lists
    (negative ones from the end). None where there is nothing. Iterative."""
    at = 0
    while at < len(path):
        if at > _MAX_STEPS:
            return None
        if isinstance(value, Mapping):
            found, used = _member(value, path[at:])
            if not used and "__default__" in value and isinstance(primary(dict(value)), (dict, list)):
                value = primary(dict(value))
                continue
            if not used:
                return None
            value, at = found, at + used
        elif isinstance(value, (list, tuple)):
            token = path[at]
            if not token.removeprefix("-").isascii() or not token.removeprefix("-").isdigit() or len(token) > 9:
                return None
            position = int(token)
            if not -len(value) <= position < len(value):
                return None
            value, at = value[position], at + 1
        else:
            return None
    if isinstance(value, tuple):
        return list(value)
    result: Value = dict(value) if isinstance(value, Mapping) and not isinstance(value, dict) else value
    return result


def _member(value: Mapping[str, Any], path: Sequence[str]) -> tuple[Any, int]:
    """The member that the longest beginning of the path names, and how many tokens it takes; 0 for none."""
    for size in range(min(len(path), _MAX_STEPS), 0, -1):
        key = ".".join(path[:size])
        if key in value:
            return value[key], size
    folded = {str(key).lower(): key for key in reversed(list(value))}
    for size in range(min(len(path), _MAX_STEPS), 0, -1):
        known = folded.get(".".join(path[:size]).lower())
        if known is not None:
            return value[known], size
    return None, 0

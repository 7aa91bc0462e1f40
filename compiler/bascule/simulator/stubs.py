"""What the outside answers: requests are never made, their answers are given beforehand."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

__all__ = ["Reply", "Stub", "Stubs"]


@dataclass(frozen=True, slots=True)
class Stub:
    """An answer to requests whose address (or service name) fits ``match`` (``*`` and ``?`` as in file names).

    ``status`` 0 stands for a request that gets no answer. ``body`` is plain data, or text that is read as JSON where
    it is JSON. ``sets`` are variables that the answer leaves by itself (actions of Rasa, parameters of Dialogflow).
    """

    match: str = "*"
    status: int = 200
    body: Any = None
    method: str = ""
    sets: tuple[tuple[str, Any], ...] = ()
    once: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one request."""

    status: int
    body: Any
    sets: tuple[tuple[str, Any], ...]

    @property
    def ok(self) -> bool:
        """2xx, as all the platforms count it."""
        return 200 <= self.status < 300


@dataclass
class Stubs:
    """The stubs of a conversation, tried in order; those for one time are used up."""

    stubs: Sequence[Stub] = ()
    _used: set[int] = field(default_factory=set)

    def answer(self, method: str, url: str, names: Sequence[str]) -> Reply | None:
        """The first stub that fits the address or one of the names; None: nobody knows what would come back."""
        for number, stub in enumerate(self.stubs):
            if number in self._used or (stub.method and stub.method.upper() != method.upper()):
                continue
            if any(
                fnmatch.fnmatchcase(target, stub.match) or target == stub.match for target in (url, *names) if target
            ):
                if stub.once:
                    self._used.add(number)
                return Reply(stub.status, plain(stub.body), stub.sets)
        return None

    def copy(self) -> Stubs:
        """The same stubs, as far as used."""
        return Stubs(self.stubs, set(self._used))


def plain(body: Any) -> Any:
    """Data as expressions see it: numbers exact, text that is JSON read."""
    if isinstance(body, str) and body.lstrip()[:1] in ("{", "["):
        try:
            return plain(json.loads(body, parse_float=Decimal))
        except (ValueError, RecursionError):
            return body
    if isinstance(body, float):
        return Decimal(repr(body))
    if isinstance(body, dict):
        return {str(key): plain(value) for key, value in body.items()}
    if isinstance(body, (list, tuple)):
        return [plain(item) for item in body]
    return body

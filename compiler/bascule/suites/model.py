"""A suite of recorded or written conversations: what people do, and what they should see. One form for all formats."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bascule.simulator.evaluation.scope import Environment
from bascule.simulator.inputs import Input
from bascule.simulator.script import Start
from bascule.simulator.stubs import Stub
from bascule.source import Document, Place

__all__ = ["Case", "Expect", "Suite", "Turn", "Weight", "What"]


NOWHERE = Place("")
"""For cases that are made by a program."""


class What(enum.Enum):
    """What is expected after an input."""

    SAID = "said"
    NODE = "node"
    INTENT = "intent"
    VARIABLE = "variable"
    HANDOVER = "handover"
    CONSENT = "consent"
    BLOCKED = "blocked"
    CALLED = "called"
    SILENCE = "silence"
    WAITING = "waiting"
    END = "end"
    PAGE = "page"


class Weight(enum.Enum):
    """What a difference means: the path is wrong, only the words are, or nobody can tell offline."""

    WRONG = "wrong"
    WORDING = "wording"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Expect:
    """One expectation.

    ``value`` is the text, node id, intent, service …; ``name`` the variable of ``VARIABLE``. ``texts`` are wordings of
    which one must fit (``SAID``); ``how`` is ``wildcard`` (``*`` and ``?``), ``contains``, ``regexp`` or
    ``equals``, all ignoring case and runs of blanks but ``equals``. ``options`` are the titles that must be shown, in
    order and no others (``some_options``: at least these, in any order), ``bubble`` the kind of message, ``template``
    its template. ``negated``: it must not be so. ``unchecked`` says why it cannot be checked offline.
    """

    what: What
    value: str = ""
    name: str = ""
    texts: tuple[str, ...] = ()
    how: str = "wildcard"
    options: tuple[str, ...] | None = None
    some_options: bool = False
    bubble: str = ""
    template: str = ""
    negated: bool = False
    optional: bool = False
    wording_only: bool = False
    unchecked: str = ""
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """An input (None: the start) and what follows. ``exact``: nothing else may be said in the turn;
    ``any_order``: the expected messages may come in any order. ``sets`` are values a recording put in beforehand,
    ``fills`` what the answer left in the variables that questions fill (None: it was not taken); ``intent`` is what
    the platform took the message for, which is believed (``recorded``: also that it is none). ``by_model``: only a
    trained model tells what the message means, where offline matching does not."""

    input: Input | None
    expect: tuple[Expect, ...] = ()
    exact: bool = False
    any_order: bool = False
    sets: tuple[tuple[str, Any], ...] = ()
    fills: tuple[tuple[str, Any], ...] = ()
    intent: str = ""
    recorded: bool = False
    by_model: bool = False
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Case:
    """One conversation. ``skipped`` says why it cannot be run at all."""

    name: str
    start: Start
    turns: tuple[Turn, ...]
    variables: Mapping[str, Any] = field(default_factory=dict)
    stubs: tuple[Stub, ...] = ()
    locale: str = ""
    groups: tuple[tuple[str, str], ...] = ()
    languages: tuple[str, ...] = ()
    environment: Environment | None = None
    skipped: str = ""
    at: Place = NOWHERE


@dataclass
class Suite:
    """The cases of one file. ``document`` turns their places into lines."""

    path: str
    format: str
    cases: list[Case]
    document: Document | None = None

"""Nodes, guards and edges: the closed vocabulary of a flow."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, field
from typing import ClassVar

from bascule.ir.content import Content
from bascule.ir.expr import Expression
from bascule.ir.text import Text
from bascule.source import Place

__all__ = [
    "Always",
    "Ask",
    "Assignment",
    "Audience",
    "Case",
    "Chosen",
    "Delay",
    "Duration",
    "Edge",
    "End",
    "Failure",
    "Guard",
    "Handover",
    "HttpRequest",
    "Message",
    "Node",
    "Otherwise",
    "ReplyKind",
    "RunFlow",
    "SetConsent",
    "SetVariable",
    "Success",
    "Timeout",
    "Unsupported",
    "Validation",
    "When",
]


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time: fixed ``seconds``, or an expression with an optional upper ``bound`` in seconds."""

    seconds: float | None = None
    expression: Expression | None = None
    bound: float | None = None

    @property
    def low(self) -> float:
        """Least seconds it can take."""
        return self.seconds if self.seconds is not None else 0.0

    @property
    def high(self) -> float:
        """Most seconds it can take; infinite when nothing bounds it."""
        if self.seconds is not None:
            return self.seconds
        return self.bound if self.bound is not None else math.inf


@dataclass(frozen=True, slots=True)
class Always:
    """Taken when the node is done."""


@dataclass(frozen=True, slots=True)
class When:
    """Taken when the condition holds; edges are tried in order."""

    condition: Expression


@dataclass(frozen=True, slots=True)
class Chosen:
    """Taken when the user picked one of these choices (by tap or by an accepted spelling)."""

    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Taken when no edge before it was."""


@dataclass(frozen=True, slots=True)
class Timeout:
    """Taken when no reply came for this long."""

    after: Duration


@dataclass(frozen=True, slots=True)
class Success:
    """The call, subflow or delivery succeeded."""


@dataclass(frozen=True, slots=True)
class Failure:
    """It failed; ``reason`` is the source's word (``failed``, ``deliveryFailure``, ``expired`` …)."""

    reason: str = ""


Guard = Always | When | Chosen | Otherwise | Timeout | Success | Failure


@dataclass(frozen=True, slots=True)
class Edge:
    """A way out of a node. ``target`` is a node id of the same flow, or None: the flow ends (returns)."""

    guard: Guard
    target: str | None
    label: str = ""
    at: Place | None = field(default=None, compare=False)


class ReplyKind(enum.Enum):
    """What an ask takes as an answer. ``ANY`` is text or media."""

    ANY = "any"
    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    EMAIL = "email"
    PHONE = "phone"
    DIGITS = "digits"
    LOCATION = "location"
    CONTACT = "contact"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Validation:
    """Bounds on an answer. Lengths are in characters; ``pattern`` is a regular expression in the source's dialect."""

    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None
    pattern: str = ""
    entity: str = ""
    error: Content | None = None
    retries: int | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """One change of data. ``op`` is ``set``, ``add``, ``remove`` or ``clear``.

    ``target`` is a variable path; the roots ``contact``, ``groups`` and ``labels`` are the contact's
    own data. ``category`` is the name a result is filed under (RapidPro).
    """

    target: tuple[str, ...]
    value: Expression | None = None
    op: str = "set"
    category: str = ""
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Audience:
    """People other than the one in the conversation (broadcasts, sessions started for others)."""

    contacts: tuple[Expression, ...] = ()
    groups: tuple[str, ...] = ()
    query: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """What all nodes share. ``facts`` and ``hints`` are key and JSON text; ``position`` is the editor's canvas."""

    kind: ClassVar[str] = ""
    id: str
    edges: tuple[Edge, ...] = ()
    title: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    hints: tuple[tuple[str, str], ...] = ()
    position: tuple[float, float] | None = None
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(_Node):
    """Say something and go on. With ``audience`` it goes to others: a business-initiated send."""

    kind: ClassVar[str] = "message"
    content: Content
    audience: Audience | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(_Node):
    """Say something (or nothing) and wait for a reply. ``into`` is the variable path that takes it."""

    kind: ClassVar[str] = "ask"
    content: Content = field(default_factory=Content)
    reply: ReplyKind = ReplyKind.ANY
    into: tuple[str, ...] = ()
    validation: Validation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(_Node):
    """Branch on data without waiting. ``subject`` is what the source says it looks at."""

    kind: ClassVar[str] = "case"
    subject: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVariable(_Node):
    """Change variables, contact fields, groups or labels, in order."""

    kind: ClassVar[str] = "set"
    assignments: tuple[Assignment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest(_Node):
    """Call something outside. ``service`` is ``http``, ``function``, ``webhook``, ``classifier``, ``llm``,
    ``email``, ``airtime``, ``custom`` … ; ``timeout`` bounds the call in seconds."""

    kind: ClassVar[str] = "http"
    service: str = "http"
    method: str = ""
    url: Text = ()
    headers: tuple[tuple[str, Text], ...] = ()
    parameters: tuple[tuple[str, Text], ...] = ()
    body: Text = ()
    content_type: str = ""
    into: tuple[str, ...] = ()
    mapping: tuple[tuple[str, tuple[str, ...]], ...] = ()
    timeout: float | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(_Node):
    """Let time pass."""

    kind: ClassVar[str] = "delay"
    duration: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFlow(_Node):
    """Run another flow. ``mode`` is ``call`` (and come back), ``jump`` (never back) or ``start`` (a new
    session, for ``audience`` or later). ``flow`` is a flow id of the project or the source's own reference."""

    kind: ClassVar[str] = "run_flow"
    flow: str
    flow_title: str = ""
    mode: str = "call"
    parameters: tuple[tuple[str, Expression], ...] = ()
    audience: Audience | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover(_Node):
    """Pass the conversation to a human."""

    kind: ClassVar[str] = "handover"
    to: str = ""
    note: Text = ()
    parameters: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetConsent(_Node):
    """Record consent. ``state`` is ``opt_in`` or ``opt_out``; ``purpose`` e.g. ``marketing``."""

    kind: ClassVar[str] = "consent"
    state: str
    channel: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class End(_Node):
    """The flow is over; a caller goes on after its ``RunFlow``."""

    kind: ClassVar[str] = "end"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported(_Node):
    """A construct without a counterpart, kept whole: ``construct`` names it, ``source`` is its text."""

    kind: ClassVar[str] = "unsupported"
    construct: str
    source: str
    language: str = "json"
    reason: str = ""


Node = Message | Ask | Case | SetVariable | HttpRequest | Delay | RunFlow | Handover | SetConsent | End | Unsupported

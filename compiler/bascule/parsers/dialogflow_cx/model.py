"""Flows, pages, forms, routes and handlers as they stand in the export, before they are a graph."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bascule.ir.content import ChoiceKind
from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.nodes import ReplyKind
from bascule.language.members import Facts, clip
from bascule.parsers.dialogflow_cx.pieces import Said
from bascule.parsers.dialogflow_cx.reading import FORM_STATUS, PARAMETERS
from bascule.parsers.dialogflow_cx.steps import Step
from bascule.source import Place

__all__ = [
    "NO_INPUT",
    "NO_MATCH",
    "NO_SPEECH",
    "STAY",
    "FlowModel",
    "Handler",
    "Kind",
    "Page",
    "Parameter",
    "Route",
    "Target",
    "form_complete",
    "is_final",
    "numbered",
    "offers_replies",
    "reply_kind",
    "settled",
    "target_of",
]

NO_MATCH, NO_INPUT = "sys.no-match", "sys.no-input"
NO_SPEECH = 5.0
"""Seconds of silence after which Dialogflow CX raises no-input, where the agent does not say."""

_TIMES = range(1, 7)


class Kind(enum.Enum):
    """Where a route leads."""

    STAY = "stay"
    PAGE = "page"
    FLOW = "flow"
    PLAYBOOK = "playbook"
    START = "start"
    CURRENT = "current"
    PREVIOUS = "previous"
    END_SESSION = "end session"
    END_FLOW = "end flow"


@dataclass(frozen=True, slots=True)
class Target:
    """A transition target. ``name`` is a display name; for ``END_FLOW`` the result (``failed``, ``cancelled``,
    ``human_escalation`` or ``""``)."""

    kind: Kind
    name: str = ""
    place: Place | None = None


STAY = Target(Kind.STAY)

_SYMBOLS: dict[str, tuple[Kind, str]] = {
    "startpage": (Kind.START, ""),
    "currentpage": (Kind.CURRENT, ""),
    "previouspage": (Kind.PREVIOUS, ""),
    "endsession": (Kind.END_SESSION, ""),
    "endflow": (Kind.END_FLOW, ""),
    "endflowwithcancellation": (Kind.END_FLOW, "cancelled"),
    "endflowwithfailure": (Kind.END_FLOW, "failed"),
    "endflowwithhumanescalation": (Kind.END_FLOW, "human_escalation"),
}
_AS_EXPORTED = frozenset({"Start Page", "Current Page", "Previous Page", "End Session", "End Flow"})


def target_of(name: str, pages: Mapping[str, Any], place: Place) -> Target:
    """What ``targetPage`` names: one of the symbolic targets as the export spells them, a page, or another spelling of
    a symbolic target (``END_SESSION``). Names are compared whole."""
    if name not in _AS_EXPORTED and name in pages:
        return Target(Kind.PAGE, name, place)
    symbol = _SYMBOLS.get(re.sub(r"[\s_-]+", "", name).casefold())
    return Target(*symbol, place) if symbol is not None else Target(Kind.PAGE, name, place)


@dataclass(slots=True)
class Route:
    """A transition route. ``condition`` is None where it has none; ``data`` is the route as it is written."""

    place: Place
    data: Mapping[str, Any]
    intent: str = ""
    condition: Expression | None = None
    steps: list[Step] = field(default_factory=list)
    target: Target = STAY
    description: str = ""

    @property
    def label(self) -> str:
        """The first words of the description, for the way's label."""
        return clip(self.description.split("\n", 1)[0])

    @property
    def always(self) -> bool:
        """Without a condition, or with one that always holds."""
        return self.condition is None or self.condition == Const(True)


@dataclass(slots=True)
class Handler:
    """An event handler; ``data`` is it as it is written."""

    event: str
    place: Place
    data: Mapping[str, Any]
    steps: list[Step] = field(default_factory=list)
    target: Target = STAY

    @property
    def idle(self) -> bool:
        """It does nothing at all."""
        return not self.steps and self.target.kind is Kind.STAY

    @property
    def moves(self) -> bool:
        """It leads away from where the conversation is."""
        return self.closes or self.target.kind not in (Kind.STAY, Kind.CURRENT)

    @property
    def closes(self) -> bool:
        """It ends the talk, or gives it to a person."""
        over = self.target.kind in (Kind.END_SESSION, Kind.END_FLOW)
        return over or any(isinstance(step, Said) and step.kind in ("handover", "end") for step in self.steps)


@dataclass(slots=True)
class Parameter:
    """A form parameter. ``reprompts`` are its handlers by event."""

    name: str
    place: Place
    entity: str = "sys.any"
    required: bool = False
    is_list: bool = False
    prompt: list[Step] = field(default_factory=list)
    reprompts: dict[str, Handler] = field(default_factory=dict)
    facts: Facts = field(default_factory=list)
    no_speech: float | None = None

    @property
    def path(self) -> tuple[str, ...]:
        """The variable that takes the answer."""
        return (*PARAMETERS, self.name)

    @property
    def filled(self) -> Expression:
        """True when it has a value."""
        return Call("has_value", (Ref(self.path),))


@dataclass(slots=True)
class Page:
    """A page, or (``is_start``) the start page of a flow, whose routes are the flow's own. ``required`` are the
    parameters that are asked for, in order; ``crowded``: there is too much of it to write all of it out."""

    name: str
    slug: str
    place: Place
    is_start: bool = False
    entry: list[Step] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    required: list[Parameter] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    handlers: dict[str, Handler] = field(default_factory=dict)
    groups: list[tuple[str, Place]] = field(default_factory=list)
    facts: Facts = field(default_factory=list)
    no_speech: float | None = None
    crowded: bool = False

    def take(self, parameter: Parameter) -> None:
        """Add a parameter to the form."""
        self.parameters.append(parameter)
        if parameter.required:
            self.required.append(parameter)


@dataclass(slots=True)
class FlowModel:
    """A flow. ``start`` holds its own routes, handlers and groups."""

    name: str
    id: str
    place: Place
    start: Page
    pages: dict[str, Page] = field(default_factory=dict)
    groups: dict[str, list[Route]] = field(default_factory=dict)
    facts: Facts = field(default_factory=list)
    results: set[str] = field(default_factory=set)
    callers: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)

    @property
    def contexts(self) -> list[Page]:
        """All pages, the start page first."""
        return [self.start, *self.pages.values()]

    def group_routes(self, page: Page) -> list[Route]:
        """The routes of the groups that a page names."""
        return [route for name, _ in page.groups for route in self.groups.get(name, ())]

    def all_routes(self) -> list[Route]:
        """Every route once."""
        found = [route for page in self.contexts for route in page.routes]
        return [*found, *(route for routes in self.groups.values() for route in routes)]

    def all_handlers(self) -> list[Handler]:
        """Every handler of pages and parameters."""
        found = [handler for page in self.contexts for handler in page.handlers.values()]
        for page in self.pages.values():
            for parameter in page.parameters:
                found += parameter.reprompts.values()
        return found


def numbered(handlers: Mapping[str, Handler], kind: str) -> dict[int, Handler]:
    """The handlers of a kind of event for the first, second … time."""
    return {number: handlers[f"{kind}-{number}"] for number in _TIMES if f"{kind}-{number}" in handlers}


def form_complete(page: Page) -> Expression:
    """All required parameters of the page's form have a value; of a crowded page the last one."""
    filled = [parameter.filled for parameter in (page.required[-1:] if page.crowded else page.required)]
    if not filled:
        return Const(True)
    return filled[0] if len(filled) == 1 else Call("and", tuple(filled))


def is_final(expression: Expression) -> bool:
    """The condition ``$page.params.status = "FINAL"`` and nothing else."""
    if not isinstance(expression, Call) or expression.name not in ("eq", "contains") or len(expression.args) != 2:
        return False
    left, right = expression.args
    value = right.value if isinstance(right, Const) else None
    return isinstance(left, Ref) and left.path == FORM_STATUS and isinstance(value, str) and value.upper() == "FINAL"


def settled(expression: Expression, page: Page) -> Expression:
    """A condition on one page: the status of its form is about its own parameters. Depth is bounded by what is read."""
    if is_final(expression) and not page.is_start:
        return form_complete(page)
    if not isinstance(expression, Call):
        return expression
    name, args = expression.name, expression.args
    if name == "ne" and is_final(Call("eq", args)) and not page.is_start:
        return Call("not", (form_complete(page),))
    if name in ("eq", "ne") and len(args) == 2 and isinstance(args[0], Ref) and isinstance(args[1], Const):
        path, value = args[0].path, args[1].value
        if path[:2] == ("page", "params") and path[3:] == ("status",) and isinstance(value, str):
            filled: Expression = Call("has_value", (Ref((*PARAMETERS, path[2])),))
            state = {"FILLED": filled, "UPDATED": filled, "EMPTY": Call("not", (filled,))}.get(value.upper())
            if state is not None:
                return state if name == "eq" else Call("not", (state,))
    return Call(name, tuple(settled(argument, page) for argument in args))


_REPLIES = {
    "sys.any": ReplyKind.TEXT,
    "sys.number": ReplyKind.NUMBER,
    "sys.number-integer": ReplyKind.NUMBER,
    "sys.cardinal": ReplyKind.NUMBER,
    "sys.age": ReplyKind.NUMBER,
    "sys.percentage": ReplyKind.NUMBER,
    "sys.number-sequence": ReplyKind.DIGITS,
    "sys.date": ReplyKind.DATE,
    "sys.time": ReplyKind.TIME,
    "sys.email": ReplyKind.EMAIL,
    "sys.phone-number": ReplyKind.PHONE,
}


def reply_kind(entity: str) -> ReplyKind | None:
    """The kind of answer of a system entity; None where there is none."""
    return _REPLIES.get(entity)


def offers_replies(steps: list[Step]) -> bool:
    """The last thing said has something to tap that answers."""
    last = steps[-1] if steps else None
    if not isinstance(last, Said) or last.kind != "say":
        return False
    choices = [*last.content.choices, *(choice for card in last.content.cards for choice in card.choices)]
    return any(choice.kind is ChoiceKind.REPLY for choice in choices)

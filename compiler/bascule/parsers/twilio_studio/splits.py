"""``split-based-on``: a branch on data, conditions first, ``noMatch`` last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bascule.ir.expr import Expression, Opaque
from bascule.ir.nodes import Case, Edge, Guard, Node, Otherwise, When
from bascule.parsers.twilio_studio.conditions import Branch, read_branch, read_input
from bascule.parsers.twilio_studio.edges import UNKNOWN_EVENT, event_of, keep_conditions, position_of
from bascule.parsers.twilio_studio.reading import Reading, as_text, json_text
from bascule.parsers.twilio_studio.rules import EmptyWidget, HandWrittenDialect, TransitionTwice, UntestedBranch
from bascule.parsers.twilio_studio.states import Condition, State, Transition

__all__ = ["Split", "split"]

_EVENTS = ("match", "noMatch")


@dataclass(frozen=True, slots=True)
class Split:
    """What a split was read to, for those who look for menus. ``complete`` is False when some edge is neither a
    tested branch nor ``noMatch``."""

    state: State
    subject: Expression | None
    branches: tuple[Branch, ...]
    otherwise: tuple[Transition, ...]
    complete: bool


def split(reading: Reading, state: State) -> tuple[Node, Split]:
    """Read a split: the node and what menus need to know of it."""
    subject = read_input(reading, state)
    cases = list(_cases(reading, state))
    branches: list[Branch] = []
    otherwise: list[Transition] = []
    edges: list[Edge] = []
    bare: list[Transition] = []
    complete = True
    for transition in state.transitions:
        event = event_of(reading, state, transition, _EVENTS, "noMatch")
        reading.book.exact(transition.place)
        if event == "noMatch":
            if otherwise:
                reading.find(
                    TransitionTwice,
                    transition.place,
                    f"`{state.shown}` has a second transition for `noMatch`; only the first is ever taken",
                )
            otherwise.append(transition)
            keep_conditions(reading, state, transition)
        elif event == "match" and transition.conditions:
            branch = read_branch(reading, state, transition, subject)
            branches.append(branch)
            edges.append(Edge(When(branch.condition), transition.target, branch.label, transition.place))
        elif event == "match":
            bare.append(transition)
        else:
            complete = False
            reading.book.emulated(transition.place, UNKNOWN_EVENT)
            keep_conditions(reading, state, transition)
            guard: Guard = When(Opaque("twilio-studio", f"event {transition.event}"))
            edges.append(Edge(guard, transition.target, transition.event, transition.place))
    for branch in _case_branches(reading, state, subject, cases, bare):
        branches.append(branch)
        edges.append(Edge(When(branch.condition), branch.transition.target, branch.label, branch.transition.place))
    for transition in bare:
        complete = complete and _untested(reading, state, transition, cases, edges)
    edges.extend(Edge(Otherwise(), transition.target, "", transition.place) for transition in otherwise)
    if subject is None and not branches:
        reading.find(
            EmptyWidget, state.place, f"`{state.shown}` is a split that looks at nothing", help="add an `input`"
        )
    reading.book.exact(state.place)
    node = Case(id=state.id, edges=tuple(edges), position=position_of(reading, state), at=state.place, subject=subject)
    return node, Split(state, subject, tuple(branches), tuple(otherwise), complete)


def _cases(reading: Reading, state: State) -> Iterator[tuple[Any, Transition]]:
    """The hand-written ``cases`` of a split, as (data, transition to be)."""
    properties = state.properties
    value = properties.values.get("cases")
    if not isinstance(value, (list, dict)):
        return
    properties.take("cases")
    place = properties.at("cases")
    reading.find(
        HandWrittenDialect,
        place,
        f"`{state.shown}` keeps its branches in `cases`; they are read as conditions of the input",
        help="write one `match` transition with `conditions` per branch",
    )
    reading.book.emulated(place, "read as conditions of the split")
    items: list[tuple[str | int, Any]] = list(enumerate(value)) if isinstance(value, list) else list(value.items())
    for key, item in items:
        at = place.child(key)
        reading.book.open("case", at)
        data = item if isinstance(value, list) else _member_case(str(key), item)
        if not isinstance(data, dict):
            code = reading.wrong_shape(at, f"a case of `{state.shown}`", item, "an object", "kept as a hint")
            reading.book.dropped(at, "not an object: nothing to read", "write it as a condition", code)
            state.unread.append((f"cases/{key}", json_text(item)))
            continue
        target = data.get("next")
        if target is not None and not isinstance(target, str):
            reading.wrong_shape(at.child("next"), f"`next` of a case of `{state.shown}`", target, "a text")
            state.unread.append((f"cases/{key}/next", json_text(target)))
            target = as_text(target) if isinstance(target, (int, float)) and not isinstance(target, bool) else None
        target = target if target and target.strip() else None
        yield data, Transition(at, "match", target, [Condition(at, data, f"cases/{key}")])


def _member_case(key: str, item: Any) -> Any:
    """``{"oui": "menu"}`` and ``{"oui": {"next": "menu"}}`` as one case each."""
    if isinstance(item, dict):
        return {"value": key, **item}
    return {"value": key, "next": item} if item is None or isinstance(item, (str, int, float)) else item


def _case_branches(
    reading: Reading,
    state: State,
    subject: Expression | None,
    cases: list[tuple[Any, Transition]],
    bare: list[Transition],
) -> Iterator[Branch]:
    for index, (data, transition) in enumerate(cases):
        known = {key: data[key] for key in ("type", "value", "arguments", "friendly_name") if key in data}
        known.setdefault("type", data.get("operator", data.get("condition", "equal_to")))
        if transition.target is None and index < len(bare):
            transition.target = bare[index].target
        transition.conditions = [Condition(transition.place, known, transition.conditions[0].key)]
        branch = read_branch(reading, state, transition, subject)
        if reading.book.is_exact(transition.place):
            reading.book.emulated(transition.place, "read as a condition of the split")
        rest = {key: value for key, value in data.items() if key not in (*known, "next", "operator", "condition")}
        if rest:
            state.unread.append((transition.conditions[0].key, json_text(rest)))
        yield branch


def _untested(
    reading: Reading, state: State, transition: Transition, cases: list[tuple[Any, Transition]], edges: list[Edge]
) -> bool:
    """A ``match`` transition without conditions: told by ``cases``, or a branch that nothing tests."""
    if any(case.target == transition.target for _, case in cases):
        reading.book.emulated(transition.place, "what it tests stands in `cases`")
        return True
    code = reading.find(
        UntestedBranch,
        transition.place,
        f"`{state.shown}` has a branch that tests nothing",
        help="add `conditions`, or remove the transition",
    )
    reading.book.degraded(transition.place, "nothing to test; kept as an opaque condition", "add conditions", code)
    edges.append(Edge(When(Opaque("twilio-studio", "match")), transition.target, "", transition.place))
    return False

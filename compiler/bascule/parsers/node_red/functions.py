"""Function nodes: bodies of Viber and Telegram in their programs become messages; programs are kept and never run."""

from __future__ import annotations

from typing import Any

from bascule.ir.expr import Call, Expression, Opaque
from bascule.ir.nodes import Always, Case, Edge, Guard, HttpRequest, Message, Node, Otherwise, Unsupported, When
from bascule.ir.text import literal
from bascule.language.reading import json_text
from bascule.language.secrets import mask, secret_in_text
from bascule.language.viber_message import Body, is_body, read_body
from bascule.parsers.node_red.context import Context, common
from bascule.parsers.node_red.js_program import FoundBody, bodies_of
from bascule.parsers.node_red.losses import CodeKept
from bascule.parsers.node_red.nodes import RawNode
from bascule.parsers.node_red.rules import CodeRead, ProgramUnreadable
from bascule.parsers.node_red.telegram import SENDERS, is_telegram_body, read_telegram_body

__all__ = ["function"]

_PROGRAMS = ("func", "initialize", "finalize")
_MOST = 200
"""Bodies of one function that are read; a program with more is a data table."""


def function(context: Context, node: RawNode) -> list[Node]:
    """``function``: messages with their conditions where bodies stand in it, else a call of a service ``function``."""
    program = node.text("func")
    masked = _cover(context, node)
    telegram = any(other.type in SENDERS for other in context.nodes.values())
    found = bodies_of(program, node.at("func"), _any_body if telegram else is_body)
    if found is None:
        context.reading.find(
            ProgramUnreadable,
            node.at("func"),
            f"the program of `{node.shown}` cannot be looked into: its brackets do not close, or it is too long",
            help="correct it in Node-RED and export again",
        )
    if not found:
        return _call(context, node, masked)
    context.reading.find_once(
        CodeRead,
        "code",
        node.at("func"),
        lambda count: f"messages were read out of {count} function(s); the programs are kept and not run",
        help="compare the converted messages with what the bot says",
    )
    context.reading.book.emulated(node.at("func"), "its messages were read; the program is kept as a fact, not run")
    node.facts.append(("function", json_text(masked)))
    return _said(context, node, found[:_MOST])


def _any_body(value: Any) -> bool:
    return is_body(value) or is_telegram_body(value)


def _cover(context: Context, node: RawNode) -> str:
    """The program with its secrets covered; each is reported."""
    masked = ""
    for name in _PROGRAMS:
        value = node.data.get(name)
        if not isinstance(value, str) or not value:
            continue
        secrets = secret_in_text(value)
        context.reading.hide_all(node.at(name), node.shown, secrets)
        covered = mask(value, secrets)
        if name == "func":
            masked = covered
        else:
            node.take(name)
            node.facts.append((name, json_text(covered)))
    return masked


def _ways(context: Context, node: RawNode) -> tuple[Edge, ...]:
    """The ways on: the first output unless another is taken, which only the program knows."""
    first: list[Edge] = []
    others: list[Edge] = []
    for port in range(len(node.wires)):
        if port == 0:
            first.extend(context.edges(node, port, Always()))
        elif node.wires[port]:
            others.extend(context.edges(node, port, When(Opaque("javascript", f"output {port + 1}"))))
    return (*others, *first)


def _call(context: Context, node: RawNode, program: str) -> list[Node]:
    if program.strip():
        code = context.reading.find_once(
            CodeKept,
            "code",
            node.at("func"),
            lambda count: f"{count} function(s) hold no message; they are kept as calls of a service `function`",
            help="publish them as web services, or write the steps on the new platform",
        )
        context.reading.book.degraded(node.at("func"), "kept whole and not run", "publish it as a web service", code)
    edges = _ways(context, node)
    return [
        HttpRequest(
            **common(context, node),
            service="function",
            name=node.title,
            body=literal(program),
            content_type="text/javascript",
            into=("msg",),
            edges=edges,
        )
    ]


def _said(context: Context, node: RawNode, found: list[FoundBody]) -> list[Node]:
    """The bodies as messages: one as the node itself; several as a branch per condition, in a row within a branch."""
    ways = _ways(context, node)
    bodies: list[tuple[FoundBody, Body]] = []
    for item in found:
        context.reading.book.open("message in a program", item.piece.place)
        plain = item.piece.plain()
        reader = read_body if is_body(plain) or not is_telegram_body(plain) else read_telegram_body
        body = reader(context.reading, item.piece)
        context.reading.book.exact(item.piece.place)
        bodies.append((item, body))
    fields = common(context, node)
    if len(bodies) == 1 and bodies[0][0].guard is None:
        return [_message(context, fields, bodies[0][1], ways, fields["facts"])]
    groups: dict[int, list[tuple[FoundBody, Body]]] = {}
    for item, body in bodies:
        groups.setdefault(item.branch if item.guard is not None else 0, []).append((item, body))
    result: list[Node] = []
    edges: list[Edge] = []
    earlier: list[Expression] = []
    number = 0
    for branch, members in groups.items():
        ids = [f"{node.id}_{number + position + 1}" for position in range(len(members))]
        number += len(members)
        guard: Guard = Otherwise()
        condition = members[0][0].guard
        if branch and condition is not None and not _is_rest(condition, earlier):
            guard = When(condition)
            earlier.append(condition)
            context.reading.note(condition, members[0][1].place)
        edges.append(Edge(guard, ids[0], at=members[0][1].place))
        for position, (_, body) in enumerate(members):
            after = (Edge(Always(), ids[position + 1], at=body.place),) if position + 1 < len(ids) else ways
            own = {"id": ids[position], "at": body.place}
            result.append(_message(context, own, body, after, tuple(body.facts)))
    if not any(isinstance(edge.guard, Otherwise) for edge in edges):
        edges.extend(
            Edge(Otherwise(), edge.target, edge.label, edge.at) for edge in ways if isinstance(edge.guard, Always)
        )
    ordered = sorted(edges, key=lambda edge: isinstance(edge.guard, Otherwise))
    subject = _subject([edge.guard.condition for edge in ordered if isinstance(edge.guard, When)])
    return [Case(**fields, subject=subject, edges=tuple(ordered)), *result]


def _atoms(condition: Expression, joint: str) -> set[str]:
    """The parts that a condition joins by ``and`` or by ``or``, printed."""
    found: set[str] = set()
    stack = [condition]
    while stack:
        item = stack.pop()
        if isinstance(item, Call) and item.name == joint:
            stack.extend(item.args)
        else:
            found.add(repr(item))
    return found


def _is_rest(condition: Expression, earlier: list[Expression]) -> bool:
    """Whether a condition only says that none of the earlier ones held (``else``, ``default``)."""
    if not earlier:
        return False
    refused: set[str] = set()
    stack = [condition]
    while stack:
        item = stack.pop()
        if isinstance(item, Call) and item.name == "and":
            stack.extend(item.args)
        elif isinstance(item, Call) and item.name == "not":
            refused |= _atoms(item.args[0], "or")
        else:
            return False
    # An ``else if`` also says that the ones before it did not hold: only what it asks itself counts.
    asked: set[str] = set()
    for one in earlier:
        parts = [part for part in _parts(one) if not (isinstance(part, Call) and part.name == "not")]
        asked = asked.union(*(_atoms(part, "or") for part in parts))
    return refused == asked


def _parts(condition: Expression) -> list[Expression]:
    parts: list[Expression] = []
    stack = [condition]
    while stack:
        item = stack.pop()
        if isinstance(item, Call) and item.name == "and":
            stack.extend(item.args)
        else:
            parts.append(item)
    return parts


def _subject(conditions: list[Expression]) -> Expression | None:
    """What all the conditions look at, where that is one thing."""
    looked: set[str] = set()
    first: Expression | None = None
    for condition in conditions:
        if not isinstance(condition, Call) or not condition.args or isinstance(condition.args[0], Call):
            return None
        first = first or condition.args[0]
        looked.add(repr(condition.args[0]))
    return first if len(looked) == 1 else None


def _message(
    context: Context, fields: dict[str, Any], body: Body, ways: tuple[Edge, ...], facts: tuple[tuple[str, str], ...]
) -> Node:
    own = {**fields, "facts": tuple(dict.fromkeys((*facts, *body.facts)))}
    hints = tuple(body.hints)
    if body.tracking is not None:
        own["facts"] = (*own["facts"], ("tracking_data", json_text(body.tracking.plain())))
        context.reading.book.emulated(body.tracking.place, "the state is the place in the flow; kept as a fact")
    if body.problem:
        return Unsupported(
            **own,
            construct=f"message {body.kind}".strip(),
            source=json_text(context.reading.safe(body.piece.plain(), body.place, report=False)),
            reason=body.problem,
            hints=hints,
            edges=ways,
        )
    return Message(**own, content=body.content, hints=hints, edges=ways)

"""Where answers lead: a reply comes back to the node that receives messages, and from there to a branch."""

from __future__ import annotations

from collections import deque

from bascule.ir.content import Choice, ChoiceKind, Content
from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.nodes import Ask, Case, Chosen, Edge, Message, Node, Otherwise, ReplyKind, When
from bascule.parsers.node_red.context import Context
from bascule.parsers.node_red.losses import BesideConversation
from bascule.parsers.node_red.rules import NotAwaited

__all__ = ["with_answers"]

_ANSWERS = (ChoiceKind.REPLY, ChoiceKind.SHARE_LOCATION, ChoiceKind.SHARE_PHONE)
_WORDS = frozenset({"text", "content", "payload", "command", "topic", "action", "body", "keyword", "state", "step"})
"""Last parts of the paths that hold what a person wrote or tapped."""


def with_answers(context: Context, nodes: list[Node], received: list[str]) -> list[Node]:
    """Turn messages that ask into asks. ``received`` are the nodes that the user's messages come to, best first."""
    by_id = {node.id: node for node in nodes}
    table = _table(by_id, received)
    speaks = _speaking(by_id)
    result: list[Node] = []
    for node in nodes:
        if not isinstance(node, Message):
            result.append(node)
            continue
        answers = _answers(node.content)
        targets = [edge.target for edge in node.edges if edge.target is not None]
        if node.id in context.tracked or _raw(node.id) in context.tracked:
            result.append(_ask(node, answers, node.edges, table))
        elif not answers:
            result.append(node)
        elif any(target in speaks for target in targets):
            if node.at is not None:
                context.reading.find(
                    NotAwaited,
                    node.at,
                    f"`{node.title or node.id}` has buttons, and the flow goes on at once",
                    help="end the branch at the question, or let the sending node track the answer",
                )
            result.append(node)
        else:
            if targets:
                _beside(context, node)
            onward = tuple(Edge(Otherwise(), target, at=node.at) for target in received[:1])
            result.append(_ask(node, answers, onward, table))
    return result


def _raw(id_: str) -> str:
    """The raw node that a made-up id belongs to (``f1_2`` to ``f1``)."""
    return id_.rsplit("_", 1)[0]


def _answers(content: Content) -> list[Choice]:
    choices = [*(choice for card in content.cards for choice in card.choices), *content.choices]
    return [choice for choice in choices if choice.kind in _ANSWERS]


def _ask(node: Message, answers: list[Choice], onward: tuple[Edge, ...], table: dict[str, str]) -> Ask:
    edges: list[Edge] = []
    default = next((edge.target for edge in onward), None)
    for choice in answers:
        target = table.get(_key(choice.payload), default) if choice.payload else default
        edges.append(Edge(Chosen((choice.id,)), target, at=choice.at))
    return Ask(
        id=node.id,
        edges=(*edges, *onward),
        title=node.title,
        facts=node.facts,
        hints=node.hints,
        position=node.position,
        at=node.at,
        content=node.content,
        reply=ReplyKind.ANY,
    )


def _beside(context: Context, node: Message) -> None:
    """What runs beside a question is no part of the conversation."""
    for edge in node.edges:
        if edge.at is not None and edge.target is not None:
            code = context.reading.find_once(
                BesideConversation,
                "beside",
                edge.at,
                lambda count: f"{count} wire(s) lead from a question to programs or requests that run beside it",
                help="do it before the question, or after the answer",
            )
            context.reading.book.degraded(edge.at, "runs beside the question; not in the graph", "move it", code)


def _speaking(by_id: dict[str, Node]) -> set[str]:
    """The nodes from which something is said sooner or later, without an answer in between."""
    before: dict[str, list[str]] = {}
    for node in by_id.values():
        for edge in node.edges:
            if edge.target is not None:
                before.setdefault(edge.target, []).append(node.id)
    queue = deque(node.id for node in by_id.values() if isinstance(node, (Message, Ask)))
    speaks = set(queue)
    while queue:
        for earlier in before.get(queue.popleft(), ()):
            if earlier not in speaks:
                speaks.add(earlier)
                queue.append(earlier)
    return speaks


def _key(word: str) -> str:
    return word.strip().casefold()


def _tested(condition: Expression) -> list[str]:
    """The words that a condition compares what the person wrote with."""
    words: list[str] = []
    stack = [condition]
    while stack:
        item = stack.pop()
        if not isinstance(item, Call):
            continue
        if item.name == "or":
            stack.extend(reversed(item.args))
        elif item.name == "and":
            stack.extend(reversed([part for part in item.args if not (isinstance(part, Call) and part.name == "not")]))
        elif item.name in ("eq", "same_text") and _written(item.args[0]):
            values = [part.value for part in item.args[1:] if isinstance(part, Const)]
            words.extend(str(value) for value in values if isinstance(value, (str, int)))
    return words


def _written(expression: Expression) -> bool:
    """Whether an expression is what the person wrote or tapped."""
    return isinstance(expression, Ref) and expression.path[-1].lower() in _WORDS


def _table(by_id: dict[str, Node], received: list[str]) -> dict[str, str]:
    """Word to node: what the branches after the receiving nodes compare the answer with."""
    table: dict[str, str] = {}
    queue = deque(received)
    seen: set[str] = set()
    while queue:
        here = queue.popleft()
        node = by_id.get(here)
        if here in seen or node is None or isinstance(node, (Message, Ask)):
            continue
        seen.add(here)
        for edge in node.edges:
            if edge.target is None:
                continue
            if isinstance(node, Case) and isinstance(edge.guard, When):
                for word in _tested(edge.guard.condition):
                    table.setdefault(_key(word), edge.target)
            if not isinstance(edge.guard, When) or isinstance(by_id.get(edge.target), Case):
                queue.append(edge.target)
    return table

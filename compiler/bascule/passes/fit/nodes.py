"""Nodes that say nothing or only say: each one as what the target has, or gone with the reason."""

from __future__ import annotations

from dataclasses import replace

from bascule.ir.content import Content
from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.ir.nodes import (
    Always,
    Ask,
    Assignment,
    Case,
    Delay,
    Edge,
    End,
    Failure,
    Handover,
    HttpRequest,
    Message,
    Node,
    Otherwise,
    RunFlow,
    SetConsent,
    SetVariable,
    Success,
    Unsupported,
)
from bascule.ir.text import Hole, Literal, Text, join_text
from bascule.passes.fit.asks import fit_ask
from bascule.passes.fit.conditions import branches
from bascule.passes.fit.context import FitContext, leads_to, onward
from bascule.passes.fit.says import say

__all__ = ["fit_node", "fit_text"]


def fit_node(context: FitContext, node: Node) -> list[Node]:
    """The nodes that stand for one node; the first keeps its id. An empty list: the node is gone, and
    ``context.skipped`` says what stands in for it."""
    if isinstance(node, Ask):
        return fit_ask(context, node)
    if isinstance(node, Message):
        return _message(context, node)
    if isinstance(node, Case):
        return branches(context, node, context.fresh)
    if isinstance(node, SetVariable):
        return _set(context, node)
    if isinstance(node, HttpRequest):
        return _http(context, node)
    if isinstance(node, Delay):
        return _delay(context, node)
    if isinstance(node, RunFlow):
        return _run(context, node)
    if isinstance(node, Handover):
        if context.has("handover"):
            context.note("exact", "handover", context.place(node))
            return [_plain(node)]
        return _gone(context, node, "handover", "no person can take over", "tell how to reach a person")
    if isinstance(node, SetConsent):
        return _consent(context, node)
    if isinstance(node, End):
        context.note("exact", "end", context.place(node))
        return [replace(node, edges=())]
    return _unsupported(context, node)


def _plain(node: Node) -> Node:
    """A node whose way on is one edge, the ones for success and failure being told apart by nobody."""
    target = leads_to(node)
    return onward(node, (Edge(Always(), target),) if target is not None else ())


def _gone(context: FitContext, node: Node, construct: str, reason: str, alternative: str) -> list[Node]:
    context.note("dropped", construct, context.place(node), f"{context.target.name}: {reason}", alternative)
    context.skipped[node.id] = leads_to(node)
    return []


def _message(context: FitContext, node: Message) -> list[Node]:
    place = context.place(node)
    if node.audience is not None:
        reason = "a flow speaks to the person in the chat only"
        return _gone(context, node, "message to others", reason, "send it with a template, from elsewhere")
    saying = say(context, node.content, place)
    contents: list[Content] = [*saying.before]
    main = saying.main
    if saying.replies:
        # Nobody waits for an answer here, so the buttons would lead nowhere.
        context.note("degraded", "buttons without an answer", place, "left out: nothing waits for them", "ask instead")
    if not main.empty:
        contents.append(main)
    if not contents:
        context.note("exact", "message", place, "says nothing here")
        context.skipped[node.id] = leads_to(node)
        return []
    ids = [node.id, *(context.fresh(f"{node.id}_said_{number}") for number in range(2, len(contents) + 1))]
    made: list[Node] = []
    for index, content in enumerate(contents):
        last = index + 1 == len(contents)
        target = leads_to(node) if last else ids[index + 1]
        edges = (Edge(Always(), target),) if target is not None else ()
        made.append(Message(id=ids[index], content=content, title=node.title, at=node.at, edges=edges))
    if any(isinstance(edge.guard, Failure) for edge in node.edges):
        context.note("dropped", "delivery failure", place, f"{context.target.name} does not tell the flow", "")
    context.note(
        "exact" if len(made) == 1 else "emulated", "message", place, "" if len(made) == 1 else "several messages"
    )
    return made


def fit_text(context: FitContext, text: Text, place_of: Node) -> Text:
    """A text whose holes are values that the target can show."""
    known = context.target.items("expression")
    parts: list[Literal | Hole] = []
    for part in text:
        if not isinstance(part, Hole) or isinstance(part.expression, (Ref, Const)):
            parts.append(part)
            continue
        parts.append(_hole(context, part, known, place_of))
    return join_text(parts)


def _hole(context: FitContext, part: Hole, known: tuple[str, ...], node: Node) -> Literal | Hole:
    from bascule.ir.expr import walk
    from bascule.ir.expr_text import print_expression

    expression = part.expression
    names = [item.name for item in walk(expression) if isinstance(item, Call)]
    place = part.at or context.place(node)
    if (
        names
        and all(name in known for name in names)
        and not any(isinstance(item, Opaque) for item in walk(expression))
    ):
        context.note("exact", "computed value", place)
        return part
    inner = next((item for item in walk(expression) if isinstance(item, Ref)), None)
    shown = print_expression(expression)[:60]
    if inner is not None:
        reason = f"`{shown}` shows `{inner.name}` as it is: {context.target.name} does not compute it"
        context.note("degraded", "computed value", place, reason, "compute it before, and set a variable")
        return Hole(inner, part.at)
    context.note("dropped", "computed value", place, f"`{shown}` cannot be computed", "set a variable before")
    return Literal("…")


def _set(context: FitContext, node: SetVariable) -> list[Node]:
    place = context.place(node)
    if not context.has("variable.set"):
        return _gone(context, node, "set", "it sets no variables", "")
    kept: list[Assignment] = []
    for assignment in node.assignments:
        where = assignment.at or place
        value = _value(context, assignment.value)
        if assignment.value is not None and value is None:
            context.note("dropped", "assignment", where, "its value cannot be computed there", "set it elsewhere")
        elif assignment.op in ("add", "remove") and assignment.target[:1] in (("groups",), ("labels",)):
            flag = assignment.target if len(assignment.target) > 1 else (*assignment.target, _word(assignment.value))
            kept.append(Assignment(flag, Const(assignment.op == "add"), at=assignment.at))
            context.note("emulated", "assignment", where, "a variable that says whether the contact is in it")
        else:
            kept.append(replace(assignment, value=value if assignment.op != "clear" else None))
            context.note("exact", "assignment", where)
    if not kept:
        context.skipped[node.id] = leads_to(node)
        return []
    ids = [node.id, *(context.fresh(f"{node.id}_{number}") for number in range(2, len(kept) + 1))]
    made: list[Node] = []
    for index, assignment in enumerate(kept):
        target = ids[index + 1] if index + 1 < len(kept) else leads_to(node)
        edges = (Edge(Always(), target),) if target is not None else ()
        made.append(SetVariable(id=ids[index], assignments=(assignment,), title=node.title, at=node.at, edges=edges))
    return made


def _word(value: Expression | None) -> str:
    if isinstance(value, Const):
        return str(value.value)
    return value.name if isinstance(value, Ref) else "value"


def _value(context: FitContext, value: Expression | None) -> Expression | None:
    """A value that the target can compute, or None. A joined text stands as it is: it is a text with holes."""
    from bascule.ir.expr import walk

    if value is None or isinstance(value, (Const, Ref)):
        return value
    known = {*context.target.items("expression"), "concat"}
    fine = all(isinstance(item, (Const, Ref, Call)) for item in walk(value))
    return value if fine and all(item.name in known for item in walk(value) if isinstance(item, Call)) else None


def _http(context: FitContext, node: HttpRequest) -> list[Node]:
    place = context.place(node)
    if not context.has("http") or node.service not in ("http", "webhook") or not node.url:
        what = "it calls no web services" if not context.has("http") else f"it has no service `{node.service}`"
        return _gone(context, node, f"request {node.service}", what, "call it from your own program")
    mapping = node.mapping
    if (mapping or node.into) and not context.has("http.response"):
        context.note("dropped", "answer of a request", place, "it is not kept", "")
        mapping = ()
    context.note("exact", f"request {node.service}", place)
    success, failure = leads_to(node), leads_to(node, (Failure,))
    edges = [Edge(Always(), success)] if success is not None else []
    if failure is not None:
        context.note("degraded", "failed request", place, "goes on as if it had worked", "test the answer")

    def fitted(text: Text) -> Text:
        return fit_text(context, text, node)

    made = replace(
        node,
        url=fitted(node.url),
        headers=tuple((name, fitted(value)) for name, value in node.headers),
        parameters=tuple((name, fitted(value)) for name, value in node.parameters),
        body=fitted(node.body),
        mapping=mapping,
        edges=tuple(edges),
    )
    return [made]


def _delay(context: FitContext, node: Delay) -> list[Node]:
    place = context.place(node)
    longest = context.target.count("delay")
    seconds = node.duration.seconds
    if not longest or seconds is None:
        reason = "it does not wait, what follows comes at once" if not longest else "it waits only for a fixed time"
        return _gone(context, node, "delay", reason, "start a second flow later")
    if seconds > longest:
        reason = f"it waits {longest} s at most, not {seconds:g} s"
        return _gone(context, node, "delay", reason, "start a second flow later")
    context.note("exact", "delay", place)
    return [_plain(node)]


def _run(context: FitContext, node: RunFlow) -> list[Node]:
    """Calls that are left after inlining."""
    place = context.place(node)
    if node.mode == "start" or node.audience is not None:
        return _gone(context, node, "start of another session", "only the flow itself can go on", "start it elsewhere")
    known = node.flow in context.project.by_id
    if node.mode == "jump" and known and context.has("flow.jump"):
        context.note("exact", "jump to a flow", place)
        return [replace(node, edges=())]
    if node.mode == "call" and known and context.has("flow.call"):
        context.note("exact", "call of a flow", place)
        target = leads_to(node)
        return [replace(node, edges=(Edge(Always(), target),) if target is not None else ())]
    if known and context.has("flow.jump"):
        context.note("degraded", "call of a flow", place, "it does not come back", "end the other flow with this one")
        return [replace(node, mode="jump", edges=())]
    reason = "the other flow is not in the project" if not known else "it has no other flows"
    return _gone(context, node, "call of a flow", reason, "add the flow's file" if not known else "")


def _consent(context: FitContext, node: SetConsent) -> list[Node]:
    place = context.place(node)
    if context.has("consent"):
        context.note("exact", "consent", place)
        return [_plain(node)]
    if not context.has("variable.set"):
        return _gone(context, node, "consent", "nothing can keep it", "record it in your own system")
    context.note("emulated", "consent", place, "a variable: `consent`")
    target = leads_to(node)
    name = ("consent", node.channel) if node.channel else ("consent",)
    edges = (Edge(Always(), target),) if target is not None else ()
    return [SetVariable(id=node.id, assignments=(Assignment(name, Const(node.state)),), at=node.at, edges=edges)]


def _unsupported(context: FitContext, node: Unsupported) -> list[Node]:
    reason = node.reason or "nothing like it"
    context.note("dropped", f"unsupported {node.construct}", context.place(node), reason, "rebuild it by hand")
    target = leads_to(node, (Success, Always, Otherwise))
    context.skipped[node.id] = target
    return []

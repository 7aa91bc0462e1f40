"""One RapidPro node to graph nodes: its actions in a row, then what its router does.

The first graph node has the node's uuid as its id, the following ones ``<uuid>.2``, ``<uuid>.3`` and so on.
Neighbouring changes of data are one node. A message and the wait right behind it are one question, whether the wait
stands in the same node or in the next one, as long as nothing else leads to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bascule.ir.expr import Call, Const, Opaque, Ref, references, walk
from bascule.ir.nodes import (
    Always,
    Ask,
    Delay,
    Duration,
    Edge,
    Node,
    Otherwise,
    RunFlow,
    SetVariable,
    Unsupported,
    When,
)
from bascule.ir.nodes import Case as Branch
from bascule.ir.text import holes
from bascule.parsers.rapidpro import actions, glific, messages, services
from bascule.parsers.rapidpro.catalogue import PAUSE_SECONDS
from bascule.parsers.rapidpro.chain import Chain, Source
from bascule.parsers.rapidpro.choices import Route, ask
from bascule.parsers.rapidpro.located import Arr, Obj
from bascule.parsers.rapidpro.losses import VoiceAction
from bascule.parsers.rapidpro.members import Members
from bascule.parsers.rapidpro.outcomes import outcome, routes_of, split
from bascule.parsers.rapidpro.reading import json_text
from bascule.parsers.rapidpro.routers import Router
from bascule.parsers.rapidpro.rules import ActionsAfterFlow, NodeWithoutExit
from bascule.parsers.rapidpro.scene import Piece, Scene, shown

__all__ = ["build", "report_exits"]

_BUILDERS: dict[str, Callable[[Scene, Members], Piece]] = {
    "send_msg": messages.message,
    "send_broadcast": services.broadcast,
    "send_email": services.email,
    "set_run_result": actions.set_result,
    "set_run_local": actions.set_local,
    "set_contact_field": actions.set_field,
    "set_contact_name": actions.set_property,
    "set_contact_language": actions.set_property,
    "set_contact_timezone": actions.set_property,
    "set_contact_property": actions.set_property,
    "set_contact_status": actions.set_status,
    "set_contact_channel": actions.set_channel,
    "add_contact_groups": actions.add_groups,
    "remove_contact_groups": actions.remove_groups,
    "add_input_labels": actions.add_labels,
    "add_contact_urn": actions.add_urn,
    "request_optin": actions.request_optin,
    "enter_flow": services.enter_flow,
    "start_session": services.start_session,
    "call_webhook": services.webhook,
    "call_resthook": services.resthook,
    "call_classifier": services.classifier,
    "call_llm": services.llm,
    "open_ticket": services.ticket,
    "send_interactive_msg": glific.interactive,
    "wait_for_time": glific.wait_for_time,
    "link_google_sheet": services.sheet,
}


def build(scene: Scene, source: Source, ids: Mapping[str, str]) -> list[Node]:
    """The graph nodes of a source; the first one has its id."""
    chain = Chain(scene, source, ids)
    pieces = _pieces(scene, source)
    router = source.last_router
    said: Piece | None = None
    if router is not None and router.wait is not None:
        pieces = _changes_first(pieces)
    if router is not None and router.wait is not None and not _is_pause(router) and router.wait.kind == "msg":
        said = pieces.pop() if pieces and pieces[-1].said is not None and not pieces[-1].last else None
    for piece in pieces:
        chain.add(piece.node)
    if router is None:
        _go_on(scene, source, chain)
    elif router.kind == "random":
        _random(chain, router)
    elif router.wait is not None:
        _wait(scene, chain, router, said)
    elif not outcome(chain, router, pieces):
        split(scene, chain, router)
    nodes = [*chain.nodes, *chain.extra]
    return _with_facts(source, nodes)


def _pieces(scene: Scene, source: Source) -> list[Piece]:
    """The actions as pieces, in the order they run; neighbouring changes of data joined."""
    reading = scene.reading
    items = source.node.get("actions")
    pieces: list[Piece] = []
    if not isinstance(items, Arr):
        if items is not None:
            place = reading.at(source.node, "actions")
            code = reading.wrong_shape(place, f"the actions of `{shown(source.id)}`", items, "a list")
            reading.book.dropped(place, "not a list: nothing to read", "write a list", code)
            source.facts.append(("actions", json_text(items)))
        return pieces
    for index, item in enumerate(items):
        place = reading.at(items, index)
        if not isinstance(item, Obj):
            code = reading.wrong_shape(place, f"an action of `{shown(source.id)}`", item, "an object")
            reading.book.dropped(place, "not an object: nothing to read", "write an object", code)
            source.facts.append((f"actions/{index}", json_text(item)))
            continue
        pieces.append(_piece(scene, item))
    last = [piece for piece in pieces if piece.last]
    if len(last) > 1:
        reading.find(
            ActionsAfterFlow,
            last[0].node.at or source.place,
            f"`{shown(source.id)}` enters {len(last)} flows; the engine runs only the last one",
            help="use one node per flow",
        )
    if last and pieces[-1] is not last[-1]:
        # The engine finishes the actions of a node before it enters the other flow.
        for piece in last:
            if piece.node.at is not None:
                reading.book.emulated(piece.node.at, "entered after the other actions of its node, as the engine does")
        pieces = [*(piece for piece in pieces if not piece.last), *last]
    return _joined(pieces)


def _changes_first(pieces: list[Piece]) -> list[Piece]:
    """Move changes of data before the message right before them, so that the message meets the wait. Both are done
    before anybody answers; only a message that says what is changed has to stay where it is."""
    if len(pieces) < 2 or not isinstance(pieces[-1].node, SetVariable) or pieces[-2].said is None:
        return pieces
    changed = {assignment.target[:2] for assignment in pieces[-1].node.assignments}
    changed |= {("contact", target[0]) for target in changed if target[0] in ("groups", "labels", "urns")}
    said = pieces[-2].said.content
    values = [*said.text, *(item for choice in said.choices for item in choice.title)]
    values += [item for media in said.media for item in media.url]
    used = [hole.expression for _, text in values for hole in holes(text)]
    used += [value for _, value in said.template.parameters] if said.template else []
    for expression in used:
        if any(isinstance(part, Opaque) for part in walk(expression)):
            return pieces
        for reference in references(expression):
            if reference.path[:2] in changed or reference.path[:1] in changed or len(reference.path) == 1:
                return pieces
    return [*pieces[:-2], pieces[-1], pieces[-2]]


def _piece(scene: Scene, item: Obj) -> Piece:
    kind = item.get("type")
    name = kind if isinstance(kind, str) else ""
    members = Members(scene.reading, item, name)
    piece = _BUILDERS.get(name, services.unsupported)(scene, members)
    members.keep_rest()
    return replace(piece, node=replace(piece.node, facts=(*piece.node.facts, *members.facts)))


def _joined(pieces: list[Piece]) -> list[Piece]:
    result: list[Piece] = []
    for piece in pieces:
        before = result[-1].node if result else None
        if isinstance(piece.node, SetVariable) and isinstance(before, SetVariable):
            joined = replace(
                before,
                assignments=(*before.assignments, *piece.node.assignments),
                facts=(*before.facts, *piece.node.facts),
            )
            result[-1] = replace(result[-1], node=joined)
        else:
            result.append(piece)
    return result


def _go_on(scene: Scene, source: Source, chain: Chain) -> None:
    """A node without a router goes on by its first exit."""
    ways = list(source.exits.values())
    if not chain.nodes:
        chain.add(SetVariable(id="", at=source.place))
    last = chain.nodes[-1]
    unused = ways[1:]
    if isinstance(last, RunFlow) and last.mode == "jump":
        unused = [way for way in ways if way.target is not None or way is not ways[0]]
    elif ways:
        chain.nodes[-1] = replace(last, edges=(Edge(Always(), chain.lead(ways[0].target), at=ways[0].place),))
    for way in unused:
        source.facts.append(("unused exit", way.source))
        scene.reading.book.emulated(way.place, "it is never taken; kept as a fact")


def report_exits(scene: Scene, source: Source) -> None:
    """A node without an exit is refused by the engine."""
    if not source.exits:
        code = scene.reading.find(
            NodeWithoutExit,
            source.place,
            f"the node `{shown(source.id)}` has no exit; the flow ends there",
            help="give it one, with `destination_uuid` null if the flow ends",
        )
        scene.reading.book.degraded(source.place, "it has no exit: the flow ends", "give it an exit", code)


def _random(chain: Chain, router: Router) -> None:
    """A random split: equal chances. Each edge is tried in turn, so its share is that of the ways still left."""
    routes: list[Route] = []
    count = len(router.categories)
    for index, category in enumerate(router.categories):
        left = count - index
        guard = Otherwise() if left == 1 else When(Call("chance", (Const(round(1 / left, 6)),)))
        routes.append(Route(guard, category, category.place))
    chain.add(Branch(id="", at=router.place, facts=(("router", json_text("random")),)))
    chain.nodes[-1] = replace(chain.nodes[-1], edges=chain.edges(routes, router, None))


def _is_pause(router: Router) -> bool:
    """A wait that gives up after a second or two, and leads to the same place whatever happens."""
    wait = router.wait
    if wait is None or wait.seconds is None or wait.seconds > PAUSE_SECONDS or router.cases or wait.kind != "msg":
        return False
    targets = {category.target if category else None for category in (wait.category, router.default) if category}
    return len(targets) == 1


def _wait(scene: Scene, chain: Chain, router: Router, said: Piece | None) -> None:
    wait = router.wait
    assert wait is not None
    if wait.kind == "dial":
        _dial(scene, chain, router)
        return
    if _is_pause(router) and wait.seconds is not None:
        scene.reading.book.emulated(wait.place, f"nobody answers within {wait.seconds:g} s: it is a pause")
        category = wait.category or router.default
        for other in router.categories:
            scene.reading.book.emulated(other.place, "a pause has one way out")
            if other is not category:
                router.facts.append((f"pause/{other.name}", other.source))
        edge = Edge(Always(), chain.target(category), category.name if category else "", wait.timeout_place)
        chain.add(Delay(id="", duration=Duration(wait.seconds), at=wait.place))
        chain.nodes[-1] = replace(chain.nodes[-1], edges=(edge,))
        return
    question = ask(scene, said.said if said else None, router)
    node = Ask(
        id="",
        content=question.content,
        reply=question.reply,
        into=question.into,
        at=said.node.at if said else router.place,
        facts=said.node.facts if said else (),
    )
    chain.add(node)
    value = Ref(question.into)
    edges = chain.edges(question.routes, router, value)
    chain.nodes[-1] = replace(chain.nodes[-1], edges=edges)


def _dial(scene: Scene, chain: Chain, router: Router) -> None:
    """A wait for the end of a forwarded call."""
    wait = router.wait
    assert wait is not None
    advice = "hand over to a person, or offer a button that calls the number"
    code = scene.reading.find(
        VoiceAction, wait.place, "a wait for a dialled number only makes sense in a call", help=advice
    )
    reason = "WhatsApp forwards no calls"
    scene.reading.book.dropped(wait.place, reason, advice, code)
    if router.operand is not None:
        scene.reading.note(router.operand, router.place)
    routes = routes_of(scene, router, router.operand)
    source = scene.reading.source_of(router.pointer)
    chain.add(Unsupported(id="", construct="wait dial", source=source, reason=reason, at=router.place))
    chain.nodes[-1] = replace(chain.nodes[-1], edges=chain.edges(routes, router, router.operand))


def _with_facts(source: Source, nodes: list[Node]) -> list[Node]:
    """Put position and facts on the first node, and those of routers on the node that has their edges."""
    if not nodes:
        return nodes
    first = replace(nodes[0], position=source.position, facts=(*nodes[0].facts, *source.facts))
    nodes = [first, *nodes[1:]]
    router = source.last_router
    joined = source.joined
    extra: list[tuple[str, str]] = []
    if joined is not None:
        # The wait's own id and place in the editor, from which the two can be told apart again.
        extra.append(("joined", json_text({"uuid": joined.id, "position": joined.position})))
        extra.extend(joined.facts)
    if router is not None:
        extra.extend(router.facts)
    if extra:
        index = max(number for number, node in enumerate(nodes) if number == 0 or _routed(node))
        nodes[index] = replace(nodes[index], facts=(*nodes[index].facts, *extra))
    return nodes


def _routed(node: Node) -> bool:
    return any(not isinstance(edge.guard, Always) for edge in node.edges)

"""One RapidPro node to graph nodes: its actions in a row, then what its router does.

The first graph node has the node's uuid as its id, the following ones ``<uuid>.2``, ``<uuid>.3`` and so on.
Neighbouring changes of data are one node. A message and the wait right behind it are one question, whether the wait
stands in the same node or in the next one, as long as nothing else leads to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from bascule.ir.expr import Call, Const, Expression, Opaque, Ref, references, walk
from bascule.ir.nodes import (
    Always,
    Ask,
    Assignment,
    Delay,
    Duration,
    Edge,
    Failure,
    Handover,
    HttpRequest,
    Node,
    Otherwise,
    RunFlow,
    SetVariable,
    Success,
    Unsupported,
    When,
)
from bascule.ir.nodes import Case as Branch
from bascule.ir.text import holes
from bascule.parsers.rapidpro import actions, glific, messages, services
from bascule.parsers.rapidpro.actions import category_assignments
from bascule.parsers.rapidpro.catalogue import PAUSE_SECONDS
from bascule.parsers.rapidpro.choices import Route, ask
from bascule.parsers.rapidpro.located import Arr, Obj
from bascule.parsers.rapidpro.losses import VoiceAction
from bascule.parsers.rapidpro.members import Members
from bascule.parsers.rapidpro.reading import json_text
from bascule.parsers.rapidpro.routers import Category, Exit, Router, condition_of
from bascule.parsers.rapidpro.rules import ActionsAfterFlow, NodeWithoutExit
from bascule.parsers.rapidpro.scene import Piece, Scene, shown
from bascule.source import Place

__all__ = ["Source", "build", "report_exits"]

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

_STATUS = Ref(("webhook", "status"))
_RUN_STATUS = (("child", "run", "status"), ("child", "status"))


@dataclass(slots=True)
class Source:
    """A RapidPro node with what was read of it. ``joined`` is the waiting node that became part of this one."""

    id: str
    node: Obj
    place: Place
    exits: dict[str, Exit]
    router: Router | None
    facts: list[tuple[str, str]] = field(default_factory=list)
    position: tuple[float, float] | None = None
    joined: Source | None = None

    @property
    def last_router(self) -> Router | None:
        """The router that decides where it goes on."""
        return self.joined.router if self.joined is not None else self.router


class _Chain:
    """The graph nodes of one source, in the making. ``ids`` maps uuids to the ids of graph nodes."""

    def __init__(self, scene: Scene, source: Source, ids: Mapping[str, str]) -> None:
        self.scene = scene
        self.source = source
        self.ids = ids
        self.nodes: list[Node] = []
        self.extra: list[Node] = []
        self._filed: dict[tuple[str, str | None], str] = {}

    def _next_id(self) -> str:
        count = len(self.nodes) + len(self.extra)
        return self.source.id if count == 0 else f"{self.source.id}.{count + 1}"

    def add(self, node: Node) -> None:
        """Append a node; the one before leads to it."""
        new = replace(node, id=self._next_id())
        if self.nodes:
            before = self.nodes[-1]
            self.nodes[-1] = replace(before, edges=(Edge(Always(), new.id, at=new.at),))
        self.nodes.append(new)

    def target(self, category: Category | None) -> str | None:
        """The graph node that a category leads to."""
        return self.lead(category.target if category else None)

    def lead(self, uuid: str | None) -> str | None:
        """The graph node for a uuid; a uuid that is no node's is kept for the linker to report."""
        return self.ids.get(uuid, uuid) if uuid is not None else None

    def edges(self, routes: list[Route], router: Router, value: Expression | None) -> tuple[Edge, ...]:
        """Routes as edges. Where the category of the router's result is looked at, the way leads through a node that
        files the result under it; ``value`` is the result's, by default the category's name."""
        result: list[Edge] = []
        for route in routes:
            target = self.target(route.category)
            if route.category is not None and router.result and self._wanted(router.result):
                target = self._file(route.category, router, value, target)
            result.append(Edge(route.guard, target, route.label, route.place))
        return tuple(result)

    def filed(self, edges: tuple[Edge, ...], node: HttpRequest) -> tuple[Edge, ...]:
        """The outcomes of a webhook that saves a result: they lead through nodes that file it under `Success` or
        `Failure` where its category is looked at."""
        key = node.mapping[0][1][-1]
        if not self._wanted(key):
            return edges
        result: list[Edge] = []
        for edge in edges:
            name = "Success" if isinstance(edge.guard, Success) else "Failure"
            new = SetVariable(
                id=f"{self.source.id}.{len(self.nodes) + len(self.extra) + 1}",
                assignments=(Assignment(("results", key), _STATUS, category=name, at=edge.at),),
                edges=(Edge(Always(), edge.target, at=edge.at),),
                at=edge.at,
            )
            self.extra.append(new)
            result.append(replace(edge, target=new.id))
        return tuple(result)

    def _wanted(self, key: str) -> bool:
        uses = self.scene.uses
        return uses.category(key) or uses.category_localized(key)

    def _file(self, category: Category, router: Router, value: Expression | None, target: str | None) -> str:
        key = (category.name, target)
        known = self._filed.get(key)
        if known is not None:
            return known
        assignments = category_assignments(
            self.scene,
            router.result,
            Const(category.name) if value is None else value,
            category.name,
            list(category.names),
            category.place,
        )
        count = len(self.nodes) + len(self.extra)
        node = SetVariable(
            id=f"{self.source.id}.{count + 1}",
            assignments=assignments,
            edges=(Edge(Always(), target, at=category.place),),
            at=category.place,
        )
        self.extra.append(node)
        self._filed[key] = node.id
        return node.id


def build(scene: Scene, source: Source, ids: Mapping[str, str]) -> list[Node]:
    """The graph nodes of a source; the first one has its id."""
    chain = _Chain(scene, source, ids)
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
    elif not _outcome(chain, router, pieces):
        _split(scene, chain, router)
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


def _go_on(scene: Scene, source: Source, chain: _Chain) -> None:
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


def _random(chain: _Chain, router: Router) -> None:
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


def _wait(scene: Scene, chain: _Chain, router: Router, said: Piece | None) -> None:
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


def _dial(scene: Scene, chain: _Chain, router: Router) -> None:
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
    routes = _routes(scene, router, router.operand)
    source = scene.reading.source_of(router.pointer)
    chain.add(Unsupported(id="", construct="wait dial", source=source, reason=reason, at=router.place))
    chain.nodes[-1] = replace(chain.nodes[-1], edges=chain.edges(routes, router, router.operand))


def _routes(scene: Scene, router: Router, subject: Expression | None) -> list[Route]:
    routes = [Route(When(condition_of(scene, case, subject)), case.category, case.place) for case in router.cases]
    if router.default is not None:
        routes.append(Route(Otherwise(), router.default, router.default.place))
    return routes


def _outcome(chain: _Chain, router: Router, pieces: list[Piece]) -> bool:
    """Let a step branch on its own outcome: a webhook on its status, a subflow on how it ended, a ticket or airtime on
    whether there is one. False when the router looks at something else."""
    node = chain.nodes[-1] if chain.nodes else None
    action = pieces[-1].action if pieces else ""
    operand = router.operand
    routes: list[Route] | None = None
    if isinstance(node, RunFlow) and node.mode == "call" and isinstance(operand, Ref) and operand.path in _RUN_STATUS:
        routes = _subflow_routes(router)
    elif isinstance(node, HttpRequest) and action in ("call_webhook", "call_resthook"):
        default = isinstance(operand, Call) and operand.name == "default" and operand.args[:1] == (_STATUS,)
        if default or operand == _STATUS:
            routes = _single(router, "has_number_between", ("200", "299"))
    elif isinstance(node, (Handover, Unsupported)) and action in ("open_ticket", "transfer_airtime"):
        local = "_new_ticket" if action == "open_ticket" else "_new_transfer"
        if operand == Ref(("locals", local)):
            routes = _single(router, "has_text", ())
    if routes is None or node is None:
        return False
    edges = chain.edges(routes, router, operand if isinstance(node, HttpRequest) else None)
    if isinstance(node, HttpRequest) and node.mapping and not router.result:
        edges = chain.filed(edges, node)
    chain.nodes[-1] = replace(node, edges=edges)
    return True


def _single(router: Router, test: str, arguments: tuple[str, ...]) -> list[Route] | None:
    """Success and failure of a router with just the one case that says it went well."""
    if len(router.cases) != 1 or router.cases[0].test != test:
        return None
    case = router.cases[0]
    if any(words != arguments for words in case.arguments.values()):
        return None
    routes = [Route(Success(), case.category, case.place)]
    if router.default is not None:
        routes.append(Route(Failure("failed"), router.default, router.default.place))
    return routes


def _subflow_routes(router: Router) -> list[Route] | None:
    routes: list[Route] = []
    ends: set[str] = set()
    for case in router.cases:
        words = next(iter(case.arguments.values()), ())
        word = words[0] if len(words) == 1 else ""
        if case.test not in ("has_only_text", "has_only_phrase") or word not in ("completed", "expired", "failed"):
            return None
        if word in ends:
            return None
        guard = Success() if word == "completed" else Failure(word)
        routes.append(Route(guard, case.category, case.place))
        ends.add(word)
    default = router.default
    if default is not None:
        missing = not any(isinstance(route.guard, Failure) for route in routes)
        if "completed" not in ends:
            routes.append(Route(Otherwise(), default, default.place))
        elif missing:
            routes.append(Route(Failure(""), default, default.place))
        elif default not in [route.category for route in routes]:
            routes.append(Route(Otherwise(), default, default.place))
    return routes


def _split(scene: Scene, chain: _Chain, router: Router) -> None:
    """A branch on data. Its result is what it looks at."""
    subject = router.operand
    if subject is not None:
        scene.reading.note(subject, router.place)
    if router.result and not (scene.uses.category(router.result) or scene.uses.category_localized(router.result)):
        chain.add(
            SetVariable(
                id="", assignments=(Assignment(("results", router.result), subject, at=router.place),), at=router.place
            )
        )
    chain.add(Branch(id="", subject=subject, at=router.place))
    routes = _routes(scene, router, subject)
    chain.nodes[-1] = replace(chain.nodes[-1], edges=chain.edges(routes, router, subject))


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

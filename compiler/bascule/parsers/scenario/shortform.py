"""Nodes of the short form: what happens, in a fixed order, and where each way leads.

One written node may do several things; each becomes a graph node. The first keeps the node's id, so that
ways to it lead to its beginning; the others get the id with the step's word after a dot (``rappel.say``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from bascule.ir.content import ChoiceKind, Content, MediaKind
from bascule.ir.expr import Expression, references
from bascule.ir.nodes import (
    Always,
    Ask,
    Chosen,
    Duration,
    Edge,
    Failure,
    HttpRequest,
    Message,
    Node,
    Otherwise,
    ReplyKind,
    SetVariable,
    Success,
    Timeout,
)
from bascule.ir.text import Localized, Text, holes
from bascule.language.names import unique_name
from bascule.parsers.scenario.content import MEDIA_WORDS, Routes, read_content, read_content_members, read_media
from bascule.parsers.scenario.longform import read_audience, read_reply, read_shared, read_validation
from bascule.parsers.scenario.reader import Reader, is_nothing, scalar
from bascule.parsers.scenario.rules import AnswerTooEarly, ConflictingKeys, EmptyNode, RouteNeverTaken
from bascule.parsers.scenario.steps import FIRST_STEPS, LAST_STEPS, Build, read_step
from bascule.source import Place

__all__ = ["SHORT_KEYS", "read_short_node"]

Members = dict[str, Any]

_CONTENT_WORDS = (
    "header",
    "footer",
    "location",
    "contacts",
    "choices",
    "cards",
    "list_label",
    "alternatives",
    "variants",
    "template",
)
_SAY_KEYS = ("say", "media", *MEDIA_WORDS, *_CONTENT_WORDS)
_ASK_KEYS = ("into", "reply", "timeout", "validation")
SHORT_KEYS = (
    "title",
    *FIRST_STEPS,
    *_SAY_KEYS,
    "content",
    "audience",
    "ask",
    *LAST_STEPS,
    "then",
    "else",
    "timeout",
    "failure",
    "facts",
    "hints",
    "position",
    "at",
)
_CAN_FAIL = ("http", "call", "start", "handover")
_GOES_NOWHERE = ("case", "jump", "end")


@dataclass(slots=True)
class _Step:
    """One graph node to be: its word, how to build it, and the edges it brings itself (``case``)."""

    word: str
    build: Build
    place: Place
    edges: tuple[Edge, ...] = ()
    routes: Routes | None = None
    wait: tuple[Duration, Place] | None = None

    @property
    def kind(self) -> str:
        return self.word.split("_", 1)[0]


def read_short_node(r: Reader, id: str, value: Any, place: Place, taken: set[str]) -> list[Node]:
    """The graph nodes of one written node. ``taken`` holds the flow's ids and collects those made up."""
    if isinstance(value, str) and not is_nothing(value):
        value, place_of = {"say": value}, {"say": place}
    else:
        place_of = {}
    known = len(r.findings)
    members = {}
    if not is_nothing(value):
        members = r.fields(value, place, SHORT_KEYS, "a node", ("ask", "handover", "end")) or {}
    reader = _Node(r, place, members, place_of)
    r.ledger.exact("node", place)
    steps = list(reader.steps())
    if not steps:
        if len(r.findings) == known:
            message = f"the node `{id}` does nothing"
            r.report(EmptyNode, place.at_key(), message, "write what it says (`say: …`), or remove it")
        steps = [_Step("say", lambda **shared: Message(content=Content(at=place), **shared), place)]
    ids = [id]
    for step in steps[1:]:
        wanted = f"{id}.{step.word}"
        if wanted in taken:
            r.taken(wanted, place.at_key(), "nodes (a node that does several things makes such ids)")
        ids.append(unique_name(wanted, taken))
        taken.add(ids[-1])
    shared = read_shared(r, members, place)
    nodes: list[Node] = []
    for number, step in enumerate(steps):
        following = ids[number + 1] if number + 1 < len(steps) else None
        edges = reader.edges(step, following, steps)
        extra = shared if number == 0 else {}
        nodes.append(step.build(id=ids[number], edges=edges, at=place if number == 0 else step.place, **extra))
    reader.report_unused(steps)
    return nodes


class _Node:
    """The members of one written node, while they are turned into steps and edges."""

    def __init__(self, r: Reader, place: Place, members: Members, place_of: dict[str, Place]) -> None:
        self.r = r
        self.place = place
        self.members = members
        self.place_of = place_of
        self.into: tuple[str, ...] = ()
        self.failures = 0

    def at(self, key: str) -> Place:
        return self.place_of.get(key) or self.place.child(key)

    def steps(self) -> Iterator[_Step]:
        """What the node does, in the documented order."""
        asked = self._ask_members()
        if "into" in asked:
            self.into = self.r.path(asked["into"], self.place_of.get("into") or self.at("ask").child("into"))
        for word in FIRST_STEPS:
            if word in self.members:
                build, edges = read_step(self.r, word, self.members[word], self.at(word))
                if build is not None:
                    self._check_order(word, build)
                    yield _Step(word, build, self.at(word), edges)
        yield from self._says(asked)
        last = [word for word in LAST_STEPS if word in self.members]
        for extra in last[1:]:
            message = f"a node goes on in one way: `{last[0]}` and `{extra}` exclude each other"
            self.r.report(ConflictingKeys, self.at(extra).at_key(), message, "make two nodes of it", lost="key")
        if last:
            word = last[0]
            build, edges = read_step(self.r, word, self.members[word], self.at(word))
            if build is not None:
                yield _Step(word, build, self.at(word), edges)

    def _check_order(self, word: str, build: Build) -> None:
        if not self.into:
            return
        node = build(id="", edges=(), at=None)
        used: list[Expression] = []
        if isinstance(node, SetVariable):
            used = [item.value for item in node.assignments if item.value is not None]
        elif isinstance(node, HttpRequest):
            texts: list[Text] = [node.url, node.body, *(text for _, text in (*node.headers, *node.parameters))]
            used = [hole.expression for text in texts for hole in holes(text)]
        for expression in used:
            for ref in references(expression):
                if ref.path[: len(self.into)] == self.into:
                    message = f"`{word}` uses `{ref.name}` before this node asks for it"
                    help = f"put the `{word}` into a node of its own after this one"
                    self.r.report(AnswerTooEarly, self.at(word).at_key(), message, help)
                    return

    def _ask_members(self) -> Members:
        """The value of ``ask`` as a mapping."""
        if "ask" not in self.members:
            return {}
        value = self.members["ask"]
        if is_nothing(value) or scalar(value) is True:
            return {}
        if isinstance(value, str):
            self.place_of["into"] = self.at("ask")
            return {"into": value}
        return self.r.fields(value, self.at("ask"), _ASK_KEYS, "a question") or {}

    def _says(self, asked: Members) -> Iterator[_Step]:
        """The messages, and the question that the last of them may be."""
        says = [key for key in _SAY_KEYS if key in self.members]
        routes = Routes()
        whole = self._content(routes) if "content" in self.members else None
        if whole is not None and says:
            message = f"`content` holds everything the node says: `{says[0]}` is not read"
            self.r.report(ConflictingKeys, self.at(says[0]).at_key(), message, "write it under `content`", lost="key")
        if whole is None:
            *before, last = self._texts()
            for number, text in enumerate(before, 1):
                yield self._message("say" if number == 1 else f"say_{number}", Content(text=text[0], at=text[1]))
            whole = self._assembled(last, routes)
            word = "say" if not before else f"say_{len(before) + 1}"
        else:
            word = "say"
        asks = "ask" in self.members or routes.any
        if asks:
            yield self._ask(whole, routes, asked)
        elif says or "content" in self.members:
            yield self._message(word, whole)

    def _content(self, routes: Routes) -> Content:
        return read_content(self.r, self.members["content"], self.at("content"), routes)

    def _texts(self) -> list[tuple[Any, Place]]:
        """The texts of ``say``: a list says several messages."""
        if "say" not in self.members:
            return [(Localized(), self.place)]
        value, where = self.members["say"], self.at("say")
        if not isinstance(value, list):
            return [(self.r.localized_text(value, where), where)]
        found = [(self.r.localized_text(item, at), at) for item, at in self.r.items(value, where, "texts")]
        if not found:
            self.r.wrong(value, where, "at least one text")
        return found or [(Localized(), where)]

    def _assembled(self, last: tuple[Any, Place], routes: Routes) -> Content:
        members = {key: self.members[key] for key in (*_CONTENT_WORDS, "media") if key in self.members}
        content = read_content_members(self.r, members, self.place, routes)
        media = list(content.media)
        for word in MEDIA_WORDS:
            if word in self.members:
                item = read_media(self.r, self.members[word], self.at(word), MediaKind(word))
                if item is not None:
                    media.append(item)
        return replace(content, text=last[0], media=tuple(media), at=last[1])

    def _message(self, word: str, content: Content) -> _Step:
        audience = read_audience(self.r, self.members, self.place)
        return _Step(
            word, lambda **shared: Message(content=content, audience=audience, **shared), content.at or self.place
        )

    def _ask(self, content: Content, routes: Routes, asked: Members) -> _Step:
        where = self.at("ask")
        if "audience" in self.members:
            message = "a question goes to the person in the conversation, not to an `audience`"
            self.r.report(ConflictingKeys, self.at("audience").at_key(), message, "send it in another node", lost="key")
        offers = any(choice.kind is ChoiceKind.REPLY for choice in content.replies)
        reply = read_reply(self.r, asked, where) or (ReplyKind.CHOICE if offers else ReplyKind.ANY)
        validation = read_validation(self.r, asked, where)
        into = self.into
        wait = None
        if "timeout" in asked:
            after = self.r.duration(asked["timeout"], where.child("timeout"))
            wait = (after, where.child("timeout")) if after is not None else None

        def build(**shared: Any) -> Node:
            return Ask(content=content, reply=reply, into=into, validation=validation, **shared)

        return _Step("ask", build, where if "ask" in self.members else self.place, (), routes, wait)

    def edges(self, step: _Step, following: str | None, steps: list[_Step]) -> tuple[Edge, ...]:
        """The ways out of one step; ``following`` is the node's own next step."""
        onward: Edge | None = None
        if following is not None:
            onward = Edge(Always(), following, at=step.place)
        elif step.kind not in _GOES_NOWHERE and "then" in self.members:
            readable, target = self.r.target(self.members["then"], self.at("then"))
            if readable:
                onward = Edge(Always(), target, at=self.at("then"))
        if step.word == "ask":
            return self._answers(step, onward, following is None) + self._failure(step, steps)
        if following is None and onward is not None:
            self.r.ledger.exact("edge", self.at("then"))
        if step.word == "case":
            return step.edges + self._else(step)
        failure = self._failure(step, steps)
        if onward is None:
            return failure
        guard = Success() if failure else Always()
        return (Edge(guard, onward.target, at=onward.at), *failure)

    def _answers(self, step: _Step, onward: Edge | None, written: bool) -> tuple[Edge, ...]:
        routes = step.routes or Routes()
        edges = [Edge(Chosen((choice,)), target, at=place) for choice, target, place in routes.routed]
        if onward is not None:
            if written and (routes.open or not routes.any):
                self.r.ledger.exact("edge", self.at("then"))
            if routes.open:
                edges.append(Edge(Chosen(tuple(routes.open)), onward.target, at=onward.at))
            elif not routes.any:
                edges.append(onward)
            else:
                what = "`then`" if written else "what follows the question"
                message = f"{what} is never reached: every choice has its own way"
                help = "write `else` for answers that are none of the choices"
                self.r.report(RouteNeverTaken, (onward.at or self.place).at_key(), message, help, lost="edge")
        edges.extend(self._timeout(step))
        if routes.any:
            edges.extend(self._else(step))
        return tuple(edges)

    def _timeout(self, step: _Step) -> Iterator[Edge]:
        """``timeout`` of the node says where to, ``ask.timeout`` how long; or both in the node's own."""
        where = self.at("timeout")
        value = self.members.get("timeout")
        if isinstance(value, dict) and set(value) != {"node"}:
            members = self.r.fields(value, where, ("after", "then"), "a timeout") or {}
            if step.wait is not None:
                message = "the length of the wait stands twice: under `ask` and under `timeout`"
                self.r.report(ConflictingKeys, where.at_key(), message, "remove one", lost="key")
                return
            if "after" not in members:
                self.r.missing(where, "the timeout has no length", "write `after: 2h`", "edge")
                return
            after = self.r.duration(members["after"], where.child("after"))
            readable, target = True, None
            if "then" in members:
                readable, target = self.r.target(members["then"], where.child("then"))
            if after is not None and readable:
                self.r.ledger.exact("edge", where)
                yield Edge(Timeout(after), target, at=where)
            return
        readable, target = self.r.target(value, where) if value is not None else (True, None)
        if step.wait is not None and readable:
            place = where if value is not None else step.wait[1]
            self.r.ledger.exact("edge", place)
            yield Edge(Timeout(step.wait[0]), target, at=place)
        elif value is not None and readable:
            message = "the `timeout` has no length, so it never comes"
            self.r.report(RouteNeverTaken, where.at_key(), message, "write `ask: {timeout: 2h}`", lost="edge")

    def _else(self, step: _Step) -> tuple[Edge, ...]:
        if "else" not in self.members:
            return ()
        where = self.at("else")
        if any(isinstance(edge.guard, Otherwise) for edge in step.edges):
            message = "`else` stands twice: in the `case` and beside it"
            self.r.report(ConflictingKeys, where.at_key(), message, "remove one", lost="edge")
            return ()
        readable, target = self.r.target(self.members["else"], where)
        if not readable:
            return ()
        self.r.ledger.exact("edge", where)
        return (Edge(Otherwise(), target, at=where),)

    def _failure(self, step: _Step, steps: list[_Step]) -> tuple[Edge, ...]:
        if "failure" not in self.members:
            return ()
        able = [other for other in steps if other.kind in _CAN_FAIL]
        able = able or [other for other in steps if other.kind in ("say", "ask")]
        if not any(other is step for other in able):
            return ()
        where = self.at("failure")
        self.failures += 1
        readable, target = self.r.target(self.members["failure"], where)
        if not readable:
            return ()
        if self.failures == 1:
            self.r.ledger.exact("edge", where)
        return (Edge(Failure(), target, at=where),)

    def report_unused(self, steps: list[_Step]) -> None:
        """Report the ways that no step of the node could use."""
        kinds = [step.kind for step in steps]
        choices = any(step.routes is not None and step.routes.any for step in steps)
        unused: list[tuple[str, str, str]] = []
        if kinds[-1] in _GOES_NOWHERE and "then" in self.members:
            cure = "write it in the `case`" if kinds[-1] == "case" else f"remove it, or remove `{kinds[-1]}`"
            unused.append(("then", f"the node ends with `{kinds[-1]}`", cure))
        if "timeout" in self.members and "ask" not in kinds:
            unused.append(("timeout", "the node asks nothing", "add `ask: {timeout: 2h}`"))
        if "else" in self.members and not choices and "case" not in kinds:
            cure = "add `choices`, or check the answer with a `case` in the next node"
            unused.append(("else", "the node has neither choices nor a `case`", cure))
        elif "else" in self.members and choices and "case" in kinds:
            unused.append(("else", "it could belong to the choices or to the `case`", "make two nodes of it"))
        if "failure" in self.members and not self.failures:
            unused.append(("failure", "nothing in the node can fail", "remove it"))
        if "audience" in self.members and not {"say", "ask"} & set(kinds):
            unused.append(("audience", "the node says nothing", "add `say`, or write it under `start`"))
        for key, why, cure in unused:
            message = f"`{key}` has no effect: {why}"
            self.r.report(RouteNeverTaken, self.at(key).at_key(), message, cure, lost="edge")

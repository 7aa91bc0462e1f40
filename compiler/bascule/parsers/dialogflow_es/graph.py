"""From intents to one flow: each intent a run of nodes, contexts as ways between them, a common branch for the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bascule.ir.content import Choice
from bascule.ir.ledger import Fate
from bascule.ir.nodes import (
    Always,
    Ask,
    Assignment,
    Case,
    Chosen,
    Edge,
    End,
    Message,
    Node,
    Otherwise,
    SetVariable,
    Unsupported,
    When,
)
from bascule.ir.project import Phrase
from bascule.ir.text import plain_text
from bascule.language.names import template_slug
from bascule.language.reading import unique
from bascule.parsers.dialogflow_es.agent import Agent
from bascule.parsers.dialogflow_es.answers import Answer, Question
from bascule.parsers.dialogflow_es.bubbles import Bubble, answers_of
from bascule.parsers.dialogflow_es.contexts import Contexts, by_rank, said
from bascule.parsers.dialogflow_es.model import Intent, Parameter
from bascule.parsers.dialogflow_es.questions import question_nodes, tapped
from bascule.parsers.dialogflow_es.reading import Reading
from bascule.parsers.dialogflow_es.rules import ReplyUnmatched, SaysNothing
from bascule.parsers.dialogflow_es.webhook import answer_content, answered, report_webhook, request

__all__ = ["EVENTS", "INTENTS", "LISTEN", "Builder", "Draft"]

INTENTS, LISTEN, EVENTS = "intents", "listen", "events"
"""Nodes of every agent: the common branch that tries all intents, and the wait for the next message; where many events
of programs start intents, the branch that tells them apart."""


@dataclass(slots=True)
class Draft:
    """An intent with everything of it that was read."""

    intent: Intent
    answer: Answer
    questions: list[tuple[Parameter, Question]] = field(default_factory=list)
    preset: list[Assignment] = field(default_factory=list)

    def sends(self) -> list[str]:
        """The events that its buttons send."""
        return [event for bubble in self.answer.bubbles for event in bubble.events.values()]


class _Chain:
    """Nodes one after the other. The first has the intent's id; each is made once its successor is known."""

    def __init__(self, intent: str, taken: dict[str, int]) -> None:
        self._intent = intent
        self._taken = taken
        self._steps: list[tuple[str, Callable[[str, str | None], list[Node]]]] = []

    def name(self, word: str) -> str:
        """An id beside the intent's own."""
        return unique(f"{self._intent}.{word}", self._taken)

    def add(self, word: str, make: Callable[[str, str | None], list[Node]]) -> str:
        """Put a step at the end; returns the id of its first node."""
        id_ = self.name(word) if self._steps else self._intent
        self._steps.append((id_, make))
        return id_

    @property
    def empty(self) -> bool:
        """Nothing happens yet."""
        return not self._steps

    def nodes(self, last: str | None) -> list[Node]:
        """All nodes; the last step leads to ``last``."""
        groups: list[list[Node]] = []
        following = last
        for id_, make in reversed(self._steps):
            groups.append(make(id_, following))
            following = id_
        return [node for group in reversed(groups) for node in group]


class Builder:
    """Builds the nodes of an agent. ``synonyms`` gives each entity's values by their synonyms (without case);
    ``alone``: there is one intent and nothing is known of the others."""

    def __init__(
        self,
        reading: Reading,
        agent: Agent,
        contexts: Contexts,
        used: Sequence[tuple[str, str]],
        synonyms: Mapping[str, Mapping[str, str]],
        alone: bool,
    ) -> None:
        self.reading = reading
        self.agent = agent
        self.contexts = contexts
        self.used = used
        self.synonyms = synonyms
        self.alone = alone
        self.taps: list[Node] = []
        self.taken: dict[str, int] = {}
        self.events = {event.name.casefold(): intent for intent in contexts.intents for event in intent.events}

    @property
    def _listen(self) -> str | None:
        return None if self.alone else LISTEN

    def intent(self, draft: Draft) -> list[Node]:
        """The nodes of one intent: values, questions, turn and contexts, webhook, answer, wait."""
        intent = draft.intent
        chain = _Chain(intent.id, self.taken)
        changes = self.contexts.changes(intent, self.used)
        if draft.questions:
            if draft.preset:
                chain.add("values", self._setter(intent, draft.preset))
            for parameter, question in draft.questions:
                ask = chain.name(f"{template_slug(parameter.name)}.ask")
                chain.add(template_slug(parameter.name), _asker(parameter, question, ask))
            if changes:
                chain.add("contexts", self._setter(intent, changes))
        elif draft.preset or changes:
            chain.add("contexts", self._setter(intent, [*draft.preset, *changes]))
        extra: list[Node] = []
        after = self._after(chain, intent, extra)
        bubbles = _last_said(draft.answer.bubbles)
        if intent.webhook:
            report_webhook(self.reading, self.agent, intent)
        if intent.webhook and self.agent.webhook_on:
            bubbles = self._webhook(chain, intent, bubbles, after, extra)
        elif not any(bubble.sayable for bubble in bubbles):
            self._silent(intent)
        waiting = self._answer(chain, intent, bubbles)
        nodes = chain.nodes(None if waiting else after)
        nodes[0] = replace(nodes[0], title=intent.name)
        taps, self.taps = self.taps, []
        return [*nodes, *taps, *extra]

    def _setter(self, intent: Intent, assignments: list[Assignment]) -> Callable[[str, str | None], list[Node]]:
        def make(id_: str, following: str | None) -> list[Node]:
            edges = (Edge(Always(), following, at=intent.place),)
            return [SetVariable(id=id_, assignments=tuple(assignments), edges=edges, at=intent.place)]

        return make

    def _after(self, chain: _Chain, intent: Intent, extra: list[Node]) -> str | None:
        """Where it goes on after the answer: the wait for the next message, or the end of the talk."""
        if not (intent.ends or intent.key in self.agent.ends):
            return self._listen
        id_ = chain.name("end")
        extra.append(End(id=id_, reason="endInteraction", at=intent.place.child("endInteraction")))
        return id_

    def _silent(self, intent: Intent) -> None:
        self.reading.find_once(
            SaysNothing,
            "silent",
            intent.place,
            lambda count: f"{count} intent(s) answer with silence",
            help="write an answer, or remove the intent",
        )

    def _webhook(
        self, chain: _Chain, intent: Intent, bubbles: list[Bubble], after: str | None, extra: list[Node]
    ) -> list[Bubble]:
        """The request. Its text is said in place of the intent's own messages, which are said when there is none."""
        content = answer_content(self.agent, intent)
        at = intent.place.child("webhookUsed")
        if not any(bubble.sayable for bubble in bubbles):
            chain.add("webhook", lambda id_, following: [request(self.agent, intent, id_, following, after)])
            return [*bubbles, Bubble("webhook", at, content)]
        heard, answer = chain.name("answered"), chain.name("answer")

        def make(id_: str, following: str | None) -> list[Node]:
            edges = (Edge(When(answered(self.agent)), answer, at=at), Edge(Otherwise(), following, at=at))
            return [request(self.agent, intent, id_, heard, following), Case(id=heard, edges=edges, at=at)]

        chain.add("webhook", make)
        extra.append(Message(id=answer, content=content, edges=(Edge(Always(), after, at=at),), at=at))
        return bubbles

    def _answer(self, chain: _Chain, intent: Intent, bubbles: list[Bubble]) -> bool:
        """The messages; True where the last one waits for an answer itself."""
        for bubble in bubbles[:-1]:
            chain.add(_word(bubble), _sayer(intent, bubble))
        ends = intent.ends or intent.key in self.agent.ends
        following = [] if ends else self.contexts.following(intent)
        last = bubbles[-1] if bubbles else None
        if last is not None and last.sayable:
            replies = answers_of(last.content)
            if not ends and (following or replies):
                chain.add(_word(last), lambda id_, _: [self._ask(intent, last, id_, following)])
                return True
            chain.add(_word(last), _sayer(intent, last))
            return False
        if last is not None:
            chain.add(_word(last), _sayer(intent, last))
        if following or chain.empty:
            chain.add("wait", lambda id_, _: [self._ask(intent, Bubble("", intent.place), id_, following)])
            return True
        return False

    def _ask(self, intent: Intent, bubble: Bubble, id_: str, following: list[Intent]) -> Ask:
        """A message that waits: its buttons, the intents that its contexts make possible, and all others."""
        edges: list[Edge] = []
        open_: list[str] = []
        near = {id(other): other for other in following}
        for choice in answers_of(bubble.content):
            target = self._target(choice, bubble, near)
            if target is None:
                open_.append(choice.id)
                continue
            intent_, phrase = target
            values = tapped(intent_, phrase, self.synonyms)
            edges.append(Edge(Chosen((choice.id,)), intent_.id, at=choice.at))
            if values:
                tap = unique(f"{id_}.{choice.id}", self.taken)
                self.taps.append(
                    SetVariable(
                        id=tap,
                        assignments=tuple(values),
                        edges=(Edge(Always(), intent_.id, at=choice.at),),
                        at=choice.at,
                    )
                )
                edges[-1] = Edge(Chosen((choice.id,)), tap, at=choice.at)
        if open_:
            edges.append(Edge(Chosen(tuple(open_)), None if self.alone else INTENTS, at=bubble.place))
        for other in following:
            at = other.inputs[0].place if other.inputs else other.place
            edges.append(Edge(When(said(other.id)), other.id, label=other.name, at=at))
        edges.append(Edge(Otherwise(), None if self.alone else INTENTS, at=bubble.place))
        return Ask(id=id_, content=bubble.content, edges=tuple(edges), facts=tuple(bubble.facts), at=bubble.place)

    def _target(
        self, choice: Choice, bubble: Bubble, near: Mapping[int, Intent]
    ) -> tuple[Intent, Phrase | None] | None:
        """The intent that answers a button: the one its event starts, or the one its words train, with the phrase."""
        event = bubble.events.get(choice.id)
        if event is not None:
            started = self.events.get(event.casefold())
            return (started, None) if started is not None else None
        words = [choice.payload] if choice.payload else [plain_text(text) for _, text in choice.title]
        found = next((item for item in (self.contexts.meant(word, near) for word in words) if item), None)
        if found is None and not self.alone and choice.at is not None:
            self.reading.find_once(
                ReplyUnmatched,
                "reply",
                choice.at,
                lambda count: f"the words of {count} button(s) train no intent that can follow",
                help="add them to the training phrases of the intent that should answer",
            )
            if self.reading.book.fate(choice.at) is Fate.EXACT:
                self.reading.book.emulated(choice.at, "recognised like typed text")
        return found

    def common(self) -> list[Node]:
        """The branch that every message comes to which no nearer way takes, and the wait before it."""
        intents = by_rank(self.contexts.intents)
        edges: list[Edge] = []
        for intent in intents:
            if intent.usable:
                edges.append(Edge(When(self.contexts.condition(intent)), intent.id, label=intent.name, at=intent.place))
        last: str | None = LISTEN
        for intent in intents:
            guard = self.contexts.open_now(intent)
            if not intent.fallback or intent.priority < 0:
                continue
            if guard is not None:
                edges.append(Edge(When(guard), intent.id, label=intent.name, at=intent.place))
            elif last == LISTEN:
                last = intent.id
        edges.append(Edge(Otherwise(), last, at=self.agent.place))
        at = self.agent.place
        return [
            Case(id=INTENTS, title="all intents", edges=tuple(edges), at=at),
            Ask(id=LISTEN, title="next message", edges=(Edge(Always(), INTENTS, at=at),), at=at),
        ]


def _asker(parameter: Parameter, question: Question, ask: str) -> Callable[[str, str | None], list[Node]]:
    return lambda id_, following: question_nodes(parameter, question, id_, ask, following)


def _word(bubble: Bubble) -> str:
    return "say" if bubble.sayable else "unsupported"


def _sayer(intent: Intent, bubble: Bubble) -> Callable[[str, str | None], list[Node]]:
    """A bubble that does not wait."""

    def make(id_: str, following: str | None) -> list[Node]:
        edges = (Edge(Always(), following, at=bubble.place),)
        facts, at = tuple(bubble.facts), bubble.place
        if bubble.sayable:
            return [Message(id=id_, content=bubble.content, edges=edges, facts=facts, at=at)]
        source, reason = bubble.source, bubble.reason
        return [
            Unsupported(
                id=id_, construct=bubble.construct, source=source, reason=reason, edges=edges, facts=facts, at=at
            )
        ]

    return make


def _last_said(bubbles: list[Bubble]) -> list[Bubble]:
    """The bubbles with the last one that is said at the end, where people answer."""
    last = next((index for index in range(len(bubbles) - 1, -1, -1) if bubbles[index].sayable), None)
    if last is None:
        return list(bubbles)
    return [*bubbles[:last], *bubbles[last + 1 :], replace(bubbles[last])]

"""The simulator: one person's conversation with a project, on a virtual clock, with nothing real behind it.

The graph is run as its nodes say (``ir.nodes``); a :class:`~bascule.simulator.channels.Channel` decides what the
person sees and what an answer means, so the same conversation can be held over the source's channel and over
WhatsApp. No request is made, no message leaves, no clock of the machine is read: the same inputs give the same
events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bascule.ir.expr import Expression
from bascule.ir.nodes import Ask, Edge, Failure, Message, Node, Timeout, When
from bascule.ir.project import Entry, EntryKind, Flow, Initiator, Project
from bascule.ir.text import Text
from bascule.simulator.answers import answer_text, answer_value, refused
from bascule.simulator.channels.base import UNKNOWN, Channel, Moment
from bascule.simulator.dialects import dialect_of
from bascule.simulator.evaluation import evaluate, render
from bascule.simulator.evaluation.scope import Environment
from bascule.simulator.evaluation.values import Fault, Value
from bascule.simulator.events import (
    Blocked,
    Doubt,
    Ended,
    Event,
    Heard,
    Kept,
    Left,
    Said,
    Status,
    Unanswered,
    Waiting,
)
from bascule.simulator.inputs import Answer, Decide, Expire, Fail, Input, Pass, Say, Tap
from bascule.simulator.listening import answering_intents, entry_for
from bascule.simulator.matching import NOTHING, Meaning, Recognised, recognise
from bascule.simulator.memory import Memory
from bascule.simulator.session import START, Session, SessionScope
from bascule.simulator.steps import Stepper
from bascule.simulator.stubs import Stub, Stubs

__all__ = ["MOST_STEPS", "Simulator"]

MOST_STEPS = 2_000
"""Nodes that run between two inputs; more is a loop that says nothing new (platforms stop at 100 to 1 000)."""


class Simulator:
    """One conversation. ``formats`` maps the files of a project to their source formats (habits differ).

    Start it with :meth:`start`, then :meth:`feed` it inputs; both return the events that followed. ``session`` can be
    copied and put back: a simulator has no other state.
    """

    def __init__(
        self,
        project: Project,
        channel: Channel,
        *,
        formats: Mapping[str, str] | None = None,
        variables: Mapping[str, Value] | None = None,
        stubs: Sequence[Stub] = (),
        locale: str = "",
        region: str = "",
        now: datetime = START,
        seed: int = 0,
        environment: Environment | None = None,
        groups: Sequence[tuple[str, str]] = (),
        languages: Sequence[str] = (),
    ) -> None:
        self.project = project
        self.channel = channel
        self._formats = formats or {}
        self._environment = environment or Environment()
        memory = Memory(variables)
        self.session = Session(
            memory=memory, stubs=Stubs(stubs), locale=locale or project.locale, region=region, now=now, since=now
        )
        self.session.chance.seed(seed)
        self.session.groups.extend(groups)
        self.session.languages = tuple(languages)
        self.session.result_names = {
            variable.name.removeprefix("results."): variable.description
            for variable in project.variables
            if variable.name.startswith("results.") and variable.description
        }
        self._stepper = Stepper(self)
        self.told: Recognised | None = None
        """What the next message means, where somebody knows better than ``matching`` (a platform's recording)."""
        self.fills: Mapping[tuple[str, ...], Value] = {}
        """What the next answer leaves in a variable, where somebody knows (a recording); None: it is not taken."""

    # -- for the parts of the engine ------------------------------------------------------------------------------

    @property
    def scope(self) -> SessionScope:
        """What expressions see now."""
        return SessionScope(self.session)

    def say(self, event: Event) -> None:
        """Write an event down."""
        self.session.events.append(event)

    def habits(self, flow: Flow) -> str:
        """The source format of a flow."""
        return self._formats.get(flow.at.file if flow.at is not None else "", "")

    def enter(self, flow: Flow) -> None:
        """Stand in a flow: its dialect is the one that expressions are computed in."""
        from dataclasses import replace

        self.session.flow = flow
        dialect = dialect_of(self.habits(flow)).expressions
        self.session.environment = replace(self._environment, dialect=dialect)

    def render(self, text: Text) -> str:
        """A text for the person; what could not be computed is written down as a doubt."""
        said, faults = render(text, self.scope, UNKNOWN)
        self.doubts(faults)
        return said

    def doubts(self, faults: Sequence[Fault]) -> None:
        """Write down what could not be computed."""
        flow, node = self.session.flow, self.session.node or ""
        for fault in faults:
            self.say(Doubt(flow.id if flow else "", node, fault.reason))

    def compute(self, expression: Expression) -> Value:
        """An expression's value."""
        return evaluate(expression, self.scope)

    def moment(self) -> Moment:
        """What the channel may know."""
        session = self.session
        flow_locale = session.flow.locale if session.flow else ""
        spoken = session.memory.get(("contact", "language"))
        known = not session.languages or spoken in session.languages
        locale = spoken if isinstance(spoken, str) and spoken and known else session.locale or flow_locale
        scope = self.scope
        return Moment(scope, locale, session.since_written, lambda text: render(text, scope, UNKNOWN))

    def show(self, flow: Flow, node: Message | Ask, others: str = "") -> bool:
        """Send a node's content; False when it could not go out."""
        shown = self.channel.show(flow, node, self.moment())
        self.doubts(shown.faults)
        for bubble in shown.bubbles:
            self.say(Said(flow.id, node.id, bubble, others))
        if shown.bubbles and not others:
            self.session.unheard = False  # the message that started the flow has had its answer
        if shown.blocked:
            self.say(Blocked(flow.id, node.id, shown.blocked))
        return not shown.blocked

    # -- from outside ---------------------------------------------------------------------------------------------

    def start(self, flow: str, entry: int | None = None, first: Answer | None = None) -> list[Event]:
        """Start a flow through its entry of this number (None: its first, else its first node).

        ``first`` is the message that started it, where the person did. Raises KeyError for an unknown flow or entry.
        """
        begun = self.project.by_id[flow]
        way: Entry | None = None
        if entry is not None:
            if not 0 <= entry < len(begun.entries):
                raise KeyError(f"{flow} has no entry {entry}")
            way = begun.entries[entry]
        elif begun.entries:
            way = begun.entries[0]
        return self._since(lambda: self._begin(begun, way, first))

    def hear(self, answer: Answer) -> list[Event]:
        """Somebody who is in no conversation writes: the flow that listens for it starts. Nothing listens:
        ``Unanswered``."""

        def begin() -> None:
            found = entry_for(self.project, answer_text(answer), self.scope, self.told)
            if found is None:
                self.session.written_at = self.session.now
                self.say(Heard(answer))
                self.say(Unanswered("", ""))
                return
            self._begin(found.flow, found.entry, answer, found.heard)

        return self._since(begin)

    def feed(self, step: Input) -> list[Event]:
        """One input. An answer while nothing waits starts whatever listens for it (:meth:`hear`)."""
        if isinstance(step, Decide):
            return self._since(lambda: self._decide(step))
        if isinstance(step, Pass):
            return self._since(lambda: self._pass(step))
        if isinstance(step, Fail):
            return self._since(lambda: self._fail(step))
        if isinstance(step, Expire):
            return self._since(lambda: self._expire(step))
        if self.session.waiting is None:
            return self.hear(step)
        return self._since(lambda: self._answer(step))

    def _since(self, act: Callable[[], None]) -> list[Event]:
        before = len(self.session.events)
        act()
        return self.session.events[before:]

    def _begin(self, flow: Flow, way: Entry | None, first: Answer | None, heard: Recognised = NOTHING) -> None:
        session = self.session
        session.frames.clear()
        session.waiting = session.question = None
        session.tries = 0
        session.matches.clear()
        self.enter(flow)
        by_person = way is not None and way.initiator is Initiator.USER
        if first is not None or by_person:
            session.written_at = session.now
        session.heard = heard
        session.unheard = False
        if first is not None:
            session.unheard = True
            if not heard.intents and way is not None and way.kind is EntryKind.INTENT:
                session.heard = Recognised(((way.intent, 1.0),), (), "entry")
            self.say(Heard(first, "", heard.how))
            self._stepper.keep_heard(answer_text(first))
            self.keep_parameters(session.heard)
        start = flow.start_of(way) if way is not None else (flow.nodes[0] if flow.nodes else None)
        if start is None:
            self._stepper.end("completed")
            return
        session.node = start.id
        self._stepper.run(MOST_STEPS, first)

    def keep_parameters(self, heard: Recognised) -> None:
        """What an intent's words said for its parameters."""
        for name, value in heard.parameters:
            self.session.memory.put(tuple(name.split(".")), value)
            self.say(Kept(tuple(name.split(".")), value))

    # -- answers ---------------------------------------------------------------------------------------------------

    def _answer(self, answer: Answer) -> None:
        session = self.session
        ask = self._asked()
        if ask is None or session.flow is None:
            return
        session.written_at = session.now
        self.take(ask, answer)

    def _asked(self) -> Ask | None:
        session = self.session
        node = session.flow.by_id.get(session.node or "") if session.flow else None
        return node if isinstance(node, Ask) else None

    def take(self, ask: Ask, answer: Answer) -> None:
        """Give an answer to the question that waits, and go on."""
        session = self.session
        flow = session.flow
        assert flow is not None
        said = answer_text(answer)
        meaning = self.channel.pick(flow, ask, answer, self.moment())
        heard = NOTHING
        if meaning is None and self.told is not None:
            heard = self.told
        elif meaning is None:
            heard = recognise(said, answering_intents(self.project, flow, ask), self.project.entities)
        self.say(Heard(answer, meaning.choice if meaning else "", meaning.how if meaning else heard.how))
        session.heard = heard
        session.chosen = meaning.choice if meaning else ""
        reason = refused(ask, answer, meaning is not None)
        if not reason and ask.validation is not None and ask.validation.pattern and meaning is None:
            reason = self._stepper.pattern(ask.validation.pattern, said)
        if reason:
            self._refuse(ask, reason)
            return
        self._stepper.keep_heard(said)
        self._keep_answer(ask, answer, meaning)
        self.keep_parameters(heard)
        session.waiting = None
        edge = self._stepper.choose(ask, picked=session.chosen, ok=True)
        self._file(flow, ask, edge, said)
        if edge is not None or session.question is not None:
            self._stepper.follow(ask, edge)
            self._stepper.run(MOST_STEPS)
            return
        if all(isinstance(way.guard, (Timeout, Failure)) for way in ask.edges):
            self._stepper.follow(ask, None)
            self._stepper.run(MOST_STEPS)
            return
        self._unanswered(flow, ask, answer)

    def _keep_answer(self, ask: Ask, answer: Answer, meaning: Meaning | None) -> None:
        if not ask.into:
            return
        if ask.into in self.fills:
            known = self.fills[ask.into]
            if known is not None:
                self.session.memory.put(ask.into, known)
                self.say(Kept(ask.into, known))
            return
        value: Value = answer_value(answer)
        if meaning is not None and isinstance(answer, (Say, Tap)):
            offered = [*ask.content.choices, *(choice for card in ask.content.cards for choice in card.choices)]
            picked = next((choice for choice in offered if choice.id == meaning.choice), None)
            if picked is not None and picked.value is not None:
                value = self.compute(picked.value)
            elif picked is not None and not isinstance(answer, Say):
                value = self.render(picked.title.best(self.moment().locale) or ()) or picked.id
        self.session.memory.put(ask.into, value)
        self.say(Kept(ask.into, value))

    def _file(self, flow: Flow, ask: Ask, edge: Edge | None, said: str) -> None:
        """Where results are filed under the way they took (RapidPro): what the test found is the value."""
        if edge is None or not ask.into or ask.into[0] != "results" or not dialect_of(self.habits(flow)).own_results:
            return
        memory = self.session.memory
        kept = self.session.matches.pop(ask.into, None) if isinstance(edge.guard, When) else None
        value = kept if kept is not None else memory.get(ask.into)
        memory.put(ask.into, self._stepper.result(ask.into, value, edge.label))

    def _refuse(self, ask: Ask, reason: str) -> None:
        """Ask again, with the question's own words for it, as often as the question says."""
        session, rule = self.session, ask.validation
        assert session.flow is not None
        assert rule is not None
        session.tries += 1
        if rule.retries is not None and session.tries > rule.retries:
            session.waiting = None
            edge = self._stepper.choose(ask, ok=False)
            self._stepper.follow(ask, edge)
            self._stepper.run(MOST_STEPS)
            return
        self.say(Doubt(session.flow.id, ask.id, f"the answer is refused: {reason}"))
        if rule.error is not None and not rule.error.empty:
            from dataclasses import replace

            self.show_error(session.flow, replace(ask, content=rule.error))
        else:
            self.show(session.flow, ask)

    def show_error(self, flow: Flow, ask: Ask) -> None:
        """Say why an answer is refused. No plan has a message for it yet: it is said in the source's words."""
        from bascule.simulator.channels.source import SourceChannel

        shown = SourceChannel().show(flow, ask, self.moment())
        for bubble in shown.bubbles:
            self.say(Said(flow.id, ask.id, bubble))

    def _unanswered(self, flow: Flow, ask: Ask, answer: Answer) -> None:
        """No way leads on: another flow may listen for the words; else the question just stays."""
        found = entry_for(self.project, answer_text(answer), self.scope, self.told)
        if found is not None and found.sure:
            self._begin(found.flow, found.entry, answer, found.heard)
            return
        self.session.waiting = Waiting(flow.id, ask.id, ask.reply.value, self._stepper.patience(ask))
        self.session.status = Status.WAITING
        self.say(Unanswered(flow.id, ask.id))

    # -- time, failures, decisions ---------------------------------------------------------------------------------

    def _pass(self, step: Pass) -> None:
        """Time goes by; the timeouts that come due in it run, each at its moment."""
        self.say(Heard(step))
        self._let(step.seconds)

    def _let(self, left: float) -> None:
        """Let so many seconds go by. Where a decision is needed on the way, the rest waits for it."""
        from datetime import timedelta

        session = self.session
        session.pending = 0.0
        for _ in range(MOST_STEPS):
            due = self._due()
            expires = self._expires()
            if expires is not None and (due is None or expires < due[1]):
                wait = max(expires - (session.now - session.since).total_seconds(), 0.0)
                if wait > left:
                    break
                session.pass_time(wait)
                left -= wait
                self._expire(Expire())
                continue
            if due is None:
                break
            edge, after = due
            wait = max(after - (session.now - session.since).total_seconds(), 0.0)
            if wait > left:
                break
            session.pass_time(wait)
            left -= wait
            ask = self._asked()
            assert ask is not None
            session.waiting = None
            self._stepper.follow(ask, edge)
            before = session.now
            self._stepper.run(MOST_STEPS)
            left -= (session.now - before) / timedelta(seconds=1)
            if session.question is not None:
                session.pending = max(left, 0.0)
                return
            if left < 0:
                break
        session.pass_time(max(left, 0.0))

    def _expires(self) -> float | None:
        """Seconds after which the platform stops waiting for the present question; None: it does not, or not as far as
        the source says."""
        flow = self.session.flow
        if self.session.waiting is None or flow is None or flow.expires is None:
            return None
        return self._stepper.seconds(flow.expires)

    def _due(self) -> tuple[Edge, float] | None:
        ask = self._asked()
        if ask is None or self.session.waiting is None:
            return None
        waits = [
            (edge, self._stepper.seconds(edge.guard.after)) for edge in ask.edges if isinstance(edge.guard, Timeout)
        ]
        known = [(edge, after) for edge, after in waits if after is not None]
        return min(known, key=lambda item: item[1]) if known else None

    def _expire(self, step: Expire) -> None:
        session = self.session
        if session.waiting is None:
            return
        self.say(Heard(step))
        session.waiting = None
        self._stepper.end("expired")
        self._stepper.run(MOST_STEPS)

    def _fail(self, step: Fail) -> None:
        ask = self._asked()
        if ask is None or self.session.waiting is None:
            return
        self.say(Heard(step))
        edge = next((way for way in ask.edges if isinstance(way.guard, Failure)), None)
        if edge is None:
            return
        self.session.waiting = None
        self._stepper.follow(ask, edge)
        self._stepper.run(MOST_STEPS)

    def _decide(self, step: Decide) -> None:
        session = self.session
        question = session.question
        if question is None or session.flow is None:
            return
        node = session.flow.by_id[question.node]
        session.question = None
        self.say(Heard(step))
        if step.edge not in question.edges:
            raise ValueError(f"way {step.edge} is none of {question.edges}")
        self._stepper.decided(node, step.edge)
        before = session.now
        self._stepper.run(MOST_STEPS)
        if session.pending and session.question is None:
            self._let(max(session.pending - (session.now - before).total_seconds(), 0.0))

    def finish(self, status: str, reason: str = "") -> None:
        """The conversation is over."""
        session = self.session
        session.node = None
        session.waiting = None
        session.status = Status.FAILED if status == "failed" else Status.COMPLETED
        self.say(Ended(status, reason))

    def leave(self, node: Node, edge: int) -> None:
        """Write down which way a node was left by."""
        flow = self.session.flow
        self.say(Left(flow.id if flow else "", node.id, edge))

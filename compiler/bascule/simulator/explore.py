"""Users made up to walk every way of a project: taps, typed answers of each kind, silence, failures, both outcomes.

Guided by coverage: from each place where a conversation stands, every input that can matter there is tried
once, and the ways that led somewhere new are kept. The same project gives the same users.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from bascule.ir.content import Choice, ChoiceKind, MediaKind
from bascule.ir.expr import Call, Const, Expression, walk
from bascule.ir.nodes import Always, Ask, Case, Failure, Otherwise, ReplyKind, SetVariable, Timeout, When
from bascule.ir.project import EntryKind, Flow, Initiator, Project
from bascule.ir.text import plain_text
from bascule.simulator.engine import Simulator
from bascule.simulator.events import Event, Left
from bascule.simulator.inputs import Answer, Decide, Fail, Input, Locate, Pass, Say, SendContact, SendMedia, Tap
from bascule.simulator.listening import intents_of
from bascule.simulator.script import Script, Start
from bascule.simulator.session import Session

__all__ = ["Coverage", "Exploration", "candidates", "explore", "starts"]

MOST_SCRIPTS = 400
MOST_STEPS = 40
VISITS = 3
"""How often one place is gone on from, with different memories of how it was reached."""

_SAMPLES: dict[ReplyKind, tuple[Answer, ...]] = {
    ReplyKind.NUMBER: (Say("42"), Say("3")),
    ReplyKind.DIGITS: (Say("1234"),),
    ReplyKind.DATE: (Say("2026-03-14"), Say("14/03/2026")),
    ReplyKind.TIME: (Say("14:30"),),
    ReplyKind.EMAIL: (Say("awa@exemple.sn"),),
    ReplyKind.PHONE: (Say("+221771234567"),),
    ReplyKind.LOCATION: (Locate(14.6937, -17.4441, "Dakar"),),
    ReplyKind.CONTACT: (SendContact("Awa Diop", "+221771234567"),),
    ReplyKind.IMAGE: (SendMedia(MediaKind.IMAGE, "https://bascule.example/image.jpg"),),
    ReplyKind.VIDEO: (SendMedia(MediaKind.VIDEO, "https://bascule.example/video.mp4"),),
    ReplyKind.AUDIO: (SendMedia(MediaKind.AUDIO, "https://bascule.example/audio.ogg"),),
    ReplyKind.FILE: (SendMedia(MediaKind.DOCUMENT, "https://bascule.example/fichier.pdf"),),
    ReplyKind.TEXT: (Say("Bonjour"),),
    ReplyKind.ANY: (Say("Bonjour"),),
    ReplyKind.CHOICE: (),
}
NONSENSE = Say("xyzzy ?")
"""An answer that nothing should listen for."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which ways of how many were walked. A way is an edge of a node, or the end of a flow at a node without one."""

    walked: frozenset[tuple[str, str, int]]
    all_ways: frozenset[tuple[str, str, int]]

    @property
    def share(self) -> float:
        """0 to 1; 1 for a project without ways."""
        return len(self.walked & self.all_ways) / len(self.all_ways) if self.all_ways else 1.0

    @property
    def missing(self) -> list[tuple[str, str, int]]:
        """Ways nobody walked, sorted."""
        return sorted(self.all_ways - self.walked)


@dataclass
class Exploration:
    """The users that were found, each of which walks a way that none before did; ``cut`` says that a bound was met."""

    scripts: list[Script] = field(default_factory=list)
    coverage: Coverage = Coverage(frozenset(), frozenset())
    cut: bool = False


def all_ways(project: Project) -> frozenset[tuple[str, str, int]]:
    """Every edge of every node."""
    return frozenset(
        (flow.id, node.id, index) for flow in project.flows for node in flow.nodes for index in range(len(node.edges))
    )


def starts(project: Project) -> Iterator[Start]:
    """A start for every entry of every flow; for a flow that only others run, none unless nobody runs it."""
    from bascule.ir.nodes import RunFlow

    called = {node.flow for flow in project.flows for node in flow.nodes if isinstance(node, RunFlow)}
    for flow in project.flows:
        if not flow.nodes:
            continue
        own = [(index, entry) for index, entry in enumerate(flow.entries) if entry.initiator is not Initiator.SUBFLOW]
        for index, entry in own:
            first: Answer | None = None
            if entry.initiator is Initiator.USER:
                words = next((group[0] for _, group in entry.keywords if group), "")
                if not words and entry.kind is EntryKind.INTENT:
                    words = _phrase(project, entry.intent)
                first = Say(words or "Bonjour")
            yield Start(flow.id, index, first)
        if not own and flow.id not in called:
            yield Start(flow.id, None, None)


def explore(
    project: Project, make: Callable[[], Simulator], *, most_scripts: int = MOST_SCRIPTS, most_steps: int = MOST_STEPS
) -> Exploration:
    """Find users that walk every way that can be walked. ``make`` gives a fresh simulator of the same project."""
    found = Exploration()
    walked: set[tuple[str, str, int]] = set()
    visits: dict[object, int] = {}
    queue: deque[tuple[Script, Simulator]] = deque()
    for start in starts(project):
        if len(found.scripts) >= most_scripts:
            found.cut = True
            break
        simulator = make()
        events = simulator.start(start.flow, start.entry, start.first)
        script = Script(start)
        _note(events, walked)
        found.scripts.append(script)
        queue.append((script, simulator))
    tried = 0
    while queue:
        script, simulator = queue.popleft()
        place = _place(simulator.session)
        visits[place] = visits.get(place, 0) + 1
        if place is None or visits[place] > VISITS:
            continue
        if len(script.steps) >= most_steps:
            found.cut = True
            continue
        for step in candidates(project, simulator):
            tried += 1
            if len(found.scripts) >= most_scripts or tried > 25 * most_scripts:
                found.cut = True
                queue.clear()
                break
            branch = make()
            branch.session = simulator.session.copy()
            events = branch.feed(step)
            longer = script.then(step)
            fresh = _note(events, walked)
            if fresh:
                found.scripts.append(longer)
            if fresh or visits.get(_place(branch.session), 0) < VISITS:
                queue.append((longer, branch))
    found.scripts = _without_prefixes(found.scripts)
    found.coverage = Coverage(frozenset(walked), all_ways(project))
    return found


def _note(events: Iterable[Event], walked: set[tuple[str, str, int]]) -> bool:
    ways = {(event.flow, event.node, event.edge) for event in events if isinstance(event, Left) and event.edge >= 0}
    fresh = not ways <= walked
    walked |= ways
    return fresh


def _place(session: Session) -> object:
    """Where a conversation stands, without what it remembers; None: it is over."""
    if session.flow is None or session.node is None:
        return None
    asked = "question" if session.question is not None else "waiting"
    return (session.flow.id, session.node, asked, tuple((frame.flow.id, frame.node.id) for frame in session.frames))


def _without_prefixes(scripts: list[Script]) -> list[Script]:
    """Users whose whole way is the beginning of another's are left out."""
    begun = {(script.start, script.steps[:size]) for script in scripts for size in range(len(script.steps))}
    return [script for script in scripts if (script.start, script.steps) not in begun]


def candidates(project: Project, simulator: Simulator) -> list[Input]:
    """What can happen next that may matter: each once, in a fixed order."""
    session = simulator.session
    flow = session.flow
    if session.question is not None:
        return [Decide(edge) for edge in session.question.edges]
    node = flow.by_id.get(session.node or "") if flow is not None else None
    if flow is None or not isinstance(node, Ask) or session.waiting is None:
        return []
    found: list[Input] = []
    offered = [*node.content.choices, *(choice for card in node.content.cards for choice in card.choices)]
    for choice in offered:
        if choice.kind is ChoiceKind.REPLY:
            found.append(Tap(_title(choice, session.locale), choice.id))
        elif choice.kind is ChoiceKind.SHARE_LOCATION:
            found.append(Locate(14.6937, -17.4441, "Dakar"))
        elif choice.kind is ChoiceKind.SHARE_PHONE:
            found.append(SendContact("Awa Diop", "+221771234567"))
    for edge in node.edges:
        if isinstance(edge.guard, When):
            found.extend(_answers(project, edge.guard.condition))
        elif isinstance(edge.guard, Timeout):
            seconds = simulator._stepper.seconds(edge.guard.after)
            if seconds is not None:
                found.append(Pass(seconds))
        elif isinstance(edge.guard, Failure):
            found.append(Fail(edge.guard.reason or "failed"))
    for condition in _further(flow, node):
        found.extend(_answers(project, condition))
    found.extend(_samples(node))
    found.append(NONSENSE)
    return list(dict.fromkeys(found))


def _title(choice: Choice, locale: str) -> str:
    return plain_text(choice.title.best(locale) or ()) or choice.id


def _samples(node: Ask) -> list[Answer]:
    rule = node.validation
    if rule is not None and (rule.minimum is not None or rule.maximum is not None):
        inside = rule.minimum if rule.minimum is not None else rule.maximum
        assert inside is not None
        return [Say(f"{inside:g}"), Say(f"{(rule.maximum or inside) + 1:g}")]
    return list(_SAMPLES[node.reply])


def _further(flow: Flow, node: Ask) -> Iterator[Expression]:
    """Conditions of the branches right behind a question: they look at its answer."""
    seen: set[str] = set()
    queue: list[str] = [edge.target for edge in node.edges if edge.target]
    while queue and len(seen) < 40:
        name = queue.pop(0)
        if name in seen:
            continue
        seen.add(name)
        following = flow.by_id.get(name)
        if isinstance(following, Case):
            for edge in following.edges:
                if isinstance(edge.guard, When):
                    yield edge.guard.condition
        if isinstance(following, (Case, SetVariable)):
            queue.extend(edge.target for edge in following.edges if edge.target and isinstance(edge.guard, _GOES_ON))


_GOES_ON = (When, Otherwise, Always)


def _phrase(project: Project, intent: str) -> str:
    """Something a person may say for an intent: a training phrase, without holes if there is one."""
    wanted = next((item for item in project.intents if item.id == intent), None)
    phrases = [phrase for _, group in (wanted.phrases if wanted else ()) for phrase in group]
    whole = next((phrase for phrase in phrases if not phrase.samples), None)
    if whole is not None:
        return plain_text(whole.text)
    for phrase in phrases:
        samples = iter(phrase.samples)
        return plain_text(phrase.text, lambda _, rest=samples: next(rest, "…"))  # type: ignore[misc]
    return ""


def _answers(project: Project, condition: Expression) -> Iterator[Input]:
    """Texts that may make a condition true: its own constants, numbers on both sides of a bound, words of an intent."""
    for intent in intents_of(condition):
        said = _phrase(project, intent)
        if said:
            yield Say(said)
    for part in walk(condition):
        if not isinstance(part, Call) or part.name in ("intent", "has_intent", "has_top_intent"):
            continue
        constants = [item.value for item in part.args if isinstance(item, Const) and item.value is not None]
        for value in constants:
            if isinstance(value, bool):
                continue
            if isinstance(value, (int, float)):
                number = Decimal(repr(value))
                steps = {"gt": 1, "has_number_gt": 1, "lt": -1, "has_number_lt": -1}.get(part.name, 0)
                yield Say(f"{number + steps:f}")
            elif part.name in ("has_any_word", "has_all_words", "has_phrase", "has_only_phrase"):
                yield Say(value if part.name != "has_any_word" else (value.split() or [value])[0])
            elif part.name in ("matches", "has_pattern"):
                yield from (Say(sample) for sample in ("1", "12345", "AB-1234", "oui"))
            elif value:
                yield Say(value)
        if part.name == "has_number" and not constants:
            yield Say("7")
        if part.name in ("has_date", "has_email", "has_phone", "has_time"):
            kind = {"has_date": "date", "has_email": "email", "has_phone": "phone", "has_time": "time"}[part.name]
            yield from _SAMPLES[ReplyKind(kind)]

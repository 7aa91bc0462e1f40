"""All flows of a project: stories and rules, CALM flows, forms of their own, retrieval answers, what code may say."""

from __future__ import annotations

from dataclasses import dataclass, field

from bascule.diagnostics.finding import Label
from bascule.ir.expr import Call, Const, Ref
from bascule.ir.nodes import Case, Edge, RunFlow, When
from bascule.ir.project import Entry, EntryKind, Flow, Intent
from bascule.language.names import template_slug
from bascule.language.reading import unique
from bascule.parsers.rasa.actions import SAID, Actions
from bascule.parsers.rasa.drafts import Draft, Speeches, speak
from bascule.parsers.rasa.flows import Flows
from bascule.parsers.rasa.forms import FormPart, build_form
from bascule.parsers.rasa.graph import Graph
from bascule.parsers.rasa.guards import Guards
from bascule.parsers.rasa.intents import Filler
from bascule.parsers.rasa.losses import UnreachedStory
from bascule.parsers.rasa.machine import build_machine
from bascule.parsers.rasa.model import Scene
from bascule.parsers.rasa.moves import Machine
from bascule.parsers.rasa.network import Network, build_network
from bascule.parsers.rasa.rules import CheckpointNowhere, FormNeverStarted, StoryConflict, TooManyPaths
from bascule.parsers.rasa.steps import FlowSource
from bascule.parsers.rasa.stories import StepKind, Story
from bascule.source import Place

__all__ = ["Conversation"]


@dataclass(slots=True)
class Conversation:
    """Builds the flows. ``intents`` are those that flows need and nothing declares."""

    scene: Scene
    filler: Filler
    fallback: str
    words: dict[str, str]
    intents: list[Intent] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)

    def build(
        self,
        stories: list[Story],
        sources: dict[str, FlowSource],
        name: str,
        place: Place,
        known: set[str],
        taken: dict[str, int],
    ) -> list[Flow]:
        """All flows of the project. ``name`` is that of the flow of stories and rules, ``known`` the intents."""
        scene = self.scene
        speeches = Speeches(scene)
        actions = Actions(scene, speeches)
        main = unique(name, taken)
        network = build_network(scene, stories)
        self._check_steps(stories, actions)
        machine = build_machine(network)
        self._report(network, machine)
        started: set[str] = set()
        if stories:
            draft = Draft(main, place)
            guards = Guards(scene, self.filler, self.words)
            graph = Graph(scene, machine, draft, speeches, actions, self.filler, guards, self.fallback)
            graph.build()
            started = set(graph.forms)
            if draft.nodes:
                self.drafts.append(draft)
        flows = Flows(scene, sources, speeches, actions)
        flows.build(taken, known)
        self.drafts += flows.drafts
        self.intents += flows.intents
        self._own_forms(speeches, actions, started, taken)
        self._retrieval(speeches, taken)
        self._said(speeches, actions, taken)
        locale = scene.locale
        return [draft.flow(locale, scene.domain.expires) for draft in self.drafts]

    def _check_steps(self, stories: list[Story], actions: Actions) -> None:
        """What becomes of each action that a story names."""
        for story in stories:
            for step in story.steps:
                for one in step.either or (step,):
                    if one.kind is StepKind.ACTION and not self.scene.reading.book.is_open(one.place):
                        actions.check(one.name, one.place, one.place.child("action"))

    def _report(self, network: Network, machine: Machine) -> None:
        reading = self.scene.reading
        for conflict in machine.conflicts:
            if not conflict.lost:
                continue
            story = f" in `{conflict.winning_story[:60]}`" if conflict.winning_story else ""
            reading.findings.append(
                StoryConflict.at(
                    conflict.place,
                    f"{conflict.what} follows here, and after the same past {conflict.winning}{story}, which wins",
                    help="keep one of them, or tell them apart by a slot, an entity or a checkpoint",
                    labels=[Label(conflict.winner, "this one is in the graph")],
                )
            )
        for name, place in network.begun.items():
            if name not in network.ended:
                close = reading.close_to(name, tuple(network.ended))
                reading.find(
                    CheckpointNowhere,
                    place,
                    f"no story ends with the checkpoint `{name[:60]}`: this one never begins",
                    help=f"did you mean `{close}`?" if close else "end a story with it, or remove it",
                )
        for name, place in network.ended.items():
            if name not in network.begun:
                close = reading.close_to(name, tuple(network.begun))
                reading.find(
                    CheckpointNowhere,
                    place,
                    f"no story begins with the checkpoint `{name[:60]}`: nothing follows here",
                    help=f"did you mean `{close}`?" if close else "begin a story with it, or remove it",
                )
        if network.crowded is not None:
            reading.find(
                TooManyPaths,
                network.crowded,
                "the alternatives of this story give more paths than are kept apart; they go on together from here",
                help="write rules, or shorter stories",
            )
        if machine.crowded:
            reading.find(
                TooManyPaths,
                Place(reading.path),
                "the stories give more moments than are kept apart; later ones forget what happened before",
                help="write rules for what can be said at any time",
            )
        self._unreached(network)

    def _unreached(self, network: Network) -> None:
        """Steps that no path takes."""
        reading = self.scene.reading
        for place, arcs in network.steps.items():
            if any(arc.used for arc in arcs):
                continue
            if any(arc.refused for arc in arcs):
                reading.book.dropped(place, "another story says otherwise", "tell them apart", StoryConflict.code)
                continue
            code = reading.find_once(
                UnreachedStory,
                "story",
                place,
                lambda count: f"{count} step(s) of stories are on no path of the graph",
                help="begin the story with the message that leads there",
            )
            reading.book.dropped(place, "no path leads to it", "begin with the message that leads there", code)

    def _own_forms(self, speeches: Speeches, actions: Actions, started: set[str], taken: dict[str, int]) -> None:
        """Forms that no story starts, each a flow of its own."""
        for form in self.scene.domain.forms.values():
            if form.name in started:
                continue
            self.scene.reading.find(
                FormNeverStarted,
                form.place.at_key(),
                f"no rule and no story starts the form `{form.name[:60]}`",
                help="write a rule that activates it, or give its flow an entry",
            )
            draft = Draft(unique(template_slug(form.name) if form.name.strip() else "form", taken), form.place)
            part = FormPart(self.scene, draft, speeches, actions, self.filler, form.name, draft.name(form.name), None)
            build_form(part, form, None, form.place)
            draft.entries.append(Entry(EntryKind.SUBFLOW, part.id, name=form.name, at=form.place))
            self.drafts.append(draft)

    def _retrieval(self, speeches: Speeches, taken: dict[str, int]) -> None:
        """A flow per retrieval intent: it answers by the key that was recognised."""
        wanted = dict.fromkeys(
            node.flow
            for draft in self.drafts
            for node in draft.nodes
            if isinstance(node, RunFlow) and speeches.keys(node.flow)
        )
        for base in wanted:
            keys = speeches.keys(base)
            place = self.scene.domain.responses[keys[0]].place
            draft = Draft(unique(base, taken), place)
            if draft.id != base:
                self._rename(base, draft.id)
            choose = draft.name("choose")
            edges = []
            ids = [(key, draft.name(key.partition("/")[2] or key)) for key in keys]
            for key, id_ in ids:
                test = Call("intent", (Const(key.removeprefix("utter_")),))
                edges.append(Edge(When(test), id_, at=self.scene.domain.responses[key].place))
            draft.put(Case(id=choose, edges=tuple(edges), at=place))
            for key, id_ in ids:
                speech = speeches.get(key)
                if speech is not None:
                    speak(draft, speech, id_, speech.place, None, None)
            draft.entries.append(Entry(EntryKind.SUBFLOW, choose, name=base, at=place))
            self.drafts.append(draft)

    def _rename(self, base: str, id_: str) -> None:
        from dataclasses import replace

        for draft in self.drafts:
            draft.nodes = [
                replace(node, flow=id_) if isinstance(node, RunFlow) and node.flow == base else node
                for node in draft.nodes
            ]

    def _said(self, speeches: Speeches, actions: Actions, taken: dict[str, int]) -> None:
        """Responses that only code can say: run after each custom action; without any, each on its own."""
        unused = speeches.unused()
        if not unused:
            return
        called = bool(actions.custom)
        first = self.scene.domain.responses[unused[0]].place
        draft = Draft(unique("said_by_actions" if called else "responses", taken), first)
        ids = [(name, draft.name(name)) for name in unused]
        if called:
            choose = draft.name("choose")
            edges = tuple(
                Edge(When(Call("eq", (Ref(SAID), Const(name)))), id_, at=self.scene.domain.responses[name].place)
                for name, id_ in ids
            )
            draft.put(Case(id=choose, edges=edges, subject=Ref(SAID), at=first))
            draft.entries.append(Entry(EntryKind.SUBFLOW, choose, at=first))
        for name, id_ in ids:
            speech = speeches.get(name)
            if speech is not None:
                speak(draft, speech, id_, speech.place, None, None)
                if not called:
                    draft.entries.append(Entry(EntryKind.SUBFLOW, id_, name=name, at=speech.place))
        if called:
            for other in self.drafts:
                actions.say_afterwards(other, draft.id)
        self.drafts.append(draft)

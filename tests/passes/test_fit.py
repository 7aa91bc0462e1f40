"""Fitting a graph to a platform: nothing is left that the target cannot do, and what changed is in the ledger."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings

from bascule.ir.content import Choice, ChoiceKind, Content, Media, MediaKind
from bascule.ir.encode import encode_project
from bascule.ir.expr import Call, Const, Ref, walk
from bascule.ir.ledger import Fate
from bascule.ir.nodes import (
    Always,
    Ask,
    Assignment,
    Case,
    Chosen,
    Delay,
    Duration,
    Edge,
    End,
    Message,
    Node,
    Otherwise,
    ReplyKind,
    RunFlow,
    SetVariable,
    Timeout,
    Validation,
    When,
)
from bascule.ir.project import Entry, EntryKind, Flow, Intent, Phrase, Project
from bascule.ir.text import Hole, Literal, Localized, LocalizedText, literal, plain_text
from bascule.passes.fit import FitResult, fit
from bascule.source import Place
from bascule.targets import load_capabilities

from ..strategies import projects

PLATFORMS = ("chatfuel", "landbot", "typebot")
AT = Place("f.json")


def text(value: str) -> LocalizedText:
    return Localized.of(literal(value))


def choices(*titles: str) -> tuple[Choice, ...]:
    return tuple(Choice(f"c{number}", text(title), at=AT.child(number)) for number, title in enumerate(titles))


def one(*nodes: Node, entries: tuple[Entry, ...] = (Entry(EntryKind.ANY_MESSAGE),), **more: object) -> Project:
    return replace(Project(flows=(Flow("f", nodes, entries, at=AT),)), **more)


def only(result: FitResult) -> Flow:
    ((_, project),) = result.documents
    (flow,) = project.flows
    return flow


def fates(result: FitResult) -> Counter[tuple[str, str]]:
    return Counter((entry.fate.value, entry.construct) for entry in result.ledger)


@pytest.mark.parametrize("name", PLATFORMS)
@given(project=projects())
@settings(max_examples=60)
def test_any_graph_fits(name: str, project: Project) -> None:
    target = load_capabilities(name)
    result = fit(project, target)
    for _, made in result.documents:
        encode_project(made)
        for flow in made.flows:
            ids = [node.id for node in flow.nodes]
            assert len(set(ids)) == len(ids)
            _obeys(name, flow)
    losses = [entry for entry in result.ledger if entry.fate in (Fate.DEGRADED, Fate.DROPPED)]
    assert all(entry.reason for entry in losses)
    assert fit(project, target).documents == result.documents


def _obeys(name: str, flow: Flow) -> None:
    target = load_capabilities(name)
    tests = {*target.items("condition"), "and", "or", "not", "eq"}
    for node in flow.nodes:
        if isinstance(node, Case):
            assert sum(isinstance(edge.guard, When) for edge in node.edges) < target.count("condition.ways")
            for edge in node.edges:
                if isinstance(edge.guard, When):
                    names = {item.name for item in walk(edge.guard.condition) if isinstance(item, Call)}
                    assert names <= tests
        elif isinstance(node, (Message, Ask)):
            content = node.content
            kinds = [bool(content.media), bool(content.location), bool(content.contacts), bool(content.text)]
            assert sum(kinds) <= 1
            assert not content.cards
            assert not content.variants
            assert not content.alternatives
            assert content.template is None or target.has("template.send")
            assert len(content.replies) <= max(target.count("choice.buttons"), target.count("choice.list"))
            for _, value in content.text:
                calls = [part for part in value if isinstance(part, Hole) and isinstance(part.expression, Call)]
                assert not calls
        if isinstance(node, Ask):
            assert all(isinstance(edge.guard, (Chosen, Otherwise, Timeout)) for edge in node.edges)
            assert target.has("ask.timeout") or not any(isinstance(edge.guard, Timeout) for edge in node.edges)
        elif not isinstance(node, Case):
            assert all(isinstance(edge.guard, Always) for edge in node.edges)
            assert len(node.edges) <= 1
        assert node.kind in ("message", "ask", "case", "set", "http", "delay", "handover", "end", "run_flow")
        assert node.kind != "delay" or target.has("delay")


def test_three_short_choices_are_buttons_and_more_a_list_on_chatfuel() -> None:
    few = one(Ask(id="q", content=Content(text("Quelle taille ?"), choices=choices("S", "M", "L")), at=AT))
    many = one(Ask(id="q", content=Content(text("?"), choices=choices(*(f"Option {n}" for n in range(7)))), at=AT))
    target = load_capabilities("chatfuel")
    (question,) = only(fit(few, target)).nodes
    assert isinstance(question, Ask)
    assert {choice.hints for choice in question.content.choices} == {(("form", '"buttons"'),)}
    (question,) = only(fit(many, target)).nodes
    assert isinstance(question, Ask)
    assert {choice.hints for choice in question.content.choices} == {(("form", '"list"'),)}


def test_too_many_choices_become_numbers_that_are_typed() -> None:
    titles = [f"Boutique n° {number}" for number in range(1, 13)]
    edges = tuple(Edge(Chosen((f"c{number}",)), f"m{number}") for number in range(12))
    said = [Message(id=f"m{number}", content=Content(text(f"Oui {number}")), at=AT) for number in range(12)]
    asked = Ask(
        id="q", content=Content(text("Où ?"), choices=choices(*titles), at=AT), edges=(*edges, Edge(Otherwise(), "q"))
    )
    flow = only(fit(one(asked, *said, locale="fr"), load_capabilities("chatfuel")))
    question = flow.by_id["q"]
    assert isinstance(question, Ask)
    assert question.reply is ReplyKind.TEXT
    shown = plain_text(question.content.text.first)
    assert shown.startswith("Où ?\n\nRépondez par le numéro de votre choix :\n1. Boutique n° 1\n2. ")
    # Every test leads to its own message, and the last one's other way back to the question.
    node: Node = flow.by_id[str(question.edges[0].target)]
    met: list[str | None] = []
    while isinstance(node, Case):
        when, otherwise = node.edges
        assert isinstance(when.guard, When)
        met.append(when.target)
        node = flow.by_id[str(otherwise.target)]
    assert list(dict.fromkeys(met)) == [f"m{number}" for number in range(12)]
    assert node is question


def test_a_case_of_many_ways_is_a_chain_of_two_way_conditions() -> None:
    tests = [Edge(When(Call("eq", (Ref(("ville",)), Const(name)))), f"m{name}") for name in ("Lyon", "Nice", "Metz")]
    said = [Message(id=f"m{name}", content=Content(text(name))) for name in ("Lyon", "Nice", "Metz")]
    project = one(Case(id="c", edges=(*tests, Edge(Otherwise(), None)), at=AT), *said)
    flow = only(fit(project, load_capabilities("landbot")))
    cases = [node for node in flow.nodes if isinstance(node, Case)]
    assert [len(case.edges) for case in cases] == [2, 2, 2]
    assert [case.edges[1].target for case in cases] == [cases[1].id, cases[2].id, None]
    assert len([node for node in only(fit(project, load_capabilities("typebot"))).nodes if isinstance(node, Case)]) == 1


def test_not_and_or_are_said_with_the_tests_there_are() -> None:
    value = Ref(("x",))
    inner = Call("not", (Call("or", (Call("eq", (value, Const("a"))), Call("is_blank", (value,)))),))
    project = one(Case(id="c", edges=(Edge(When(inner), None), Edge(Otherwise(), None)), at=AT))
    flow = only(fit(project, load_capabilities("chatfuel")))
    guard = flow.nodes[0].edges[0].guard
    assert isinstance(guard, When)
    assert guard.condition == Call("and", (Call("ne", (value, Const("a"))), Call("has_text", (value,))))


def test_a_delay_is_kept_where_the_target_waits_and_gone_elsewhere() -> None:
    nodes = (
        Message(id="a", content=Content(text("un")), edges=(Edge(Always(), "w"),), at=AT),
        Delay(id="w", duration=Duration(30), edges=(Edge(Always(), "b"),), at=AT.child("w")),
        Message(id="b", content=Content(text("deux")), at=AT.child("b")),
    )
    kept = fit(one(*nodes), load_capabilities("typebot"))
    assert [node.id for node in only(kept).nodes] == ["a", "w", "b"]
    gone = fit(one(*nodes), load_capabilities("chatfuel"))
    assert [(node.id, node.edges[0].target if node.edges else None) for node in only(gone).nodes] == [
        ("a", "b"),
        ("b", None),
    ]
    assert fates(gone)[("dropped", "delay")] == 1


def test_calls_are_written_out_and_come_back() -> None:
    inner = Flow("inner", (Message(id="x", content=Content(text("dedans")), edges=(Edge(Always(), "e"),)), End(id="e")))
    outer = Flow(
        "outer",
        (
            RunFlow(id="go", flow="inner", edges=(Edge(Always(), "after"),)),
            Message(id="after", content=Content(text("après"))),
        ),
        (Entry(EntryKind.ANY_MESSAGE),),
    )
    ((_, made),) = fit(Project(flows=(outer, inner)), load_capabilities("landbot")).documents
    (flow,) = made.flows
    said = []
    node: Node | None = flow.nodes[0]
    while node is not None:
        if isinstance(node, Message):
            said.append(plain_text(node.content.text.first))
        node = flow.by_id.get(node.edges[0].target or "") if node.edges else None
    assert said == ["dedans", "après"]


def test_recursion_is_not_written_out_for_ever() -> None:
    flow = Flow("f", (RunFlow(id="go", flow="f", at=AT),), (Entry(EntryKind.ANY_MESSAGE),))
    result = fit(Project(flows=(flow,)), load_capabilities("landbot"))
    assert ("dropped", "call of a flow") in fates(result)


def test_each_language_is_a_document_where_the_target_has_one() -> None:
    said = Localized((("fr", literal("Bonjour")), ("ar", literal("مرحبا")), ("hi", literal("नमस्ते"))))
    result = fit(one(Message(id="m", content=Content(said), at=AT), locale="fr"), load_capabilities("typebot"))
    told = []
    for language, project in result.documents:
        (node,) = project.flows[0].nodes
        assert isinstance(node, Message)
        told.append((language, plain_text(node.content.text.first)))
    assert told == [("fr", "Bonjour"), ("ar", "مرحبا"), ("hi", "नमस्ते")]


def test_variable_names_are_changed_everywhere_alike() -> None:
    name = ("contact", "Prénom")
    nodes = (
        Ask(id="q", content=Content(text("Prénom ?")), into=name, edges=(Edge(Otherwise(), "m"),), at=AT),
        Message(id="m", content=Content(Localized.of((Literal("Bonjour "), Hole(Ref(name)))))),
    )
    result = fit(one(*nodes), load_capabilities("landbot"))
    assert result.renamed == (("contact.Prénom", "contact_prenom"),)
    asked, said = only(result).nodes
    assert isinstance(asked, Ask)
    assert isinstance(said, Message)
    assert asked.into == ("contact_prenom",)
    assert said.content.text.first[1] == Hole(Ref(("contact_prenom",)))


def test_an_answer_is_checked_by_a_condition_that_leads_back() -> None:
    asked = Ask(
        id="q",
        content=Content(text("Âge ?")),
        reply=ReplyKind.NUMBER,
        into=("age",),
        validation=Validation(minimum=18, error=Content(text("Au moins 18."))),
        edges=(Edge(Otherwise(), "m"),),
        at=AT,
    )
    flow = only(fit(one(asked, Message(id="m", content=Content(text("Merci")))), load_capabilities("typebot")))
    question = flow.by_id["q"]
    assert isinstance(question, Ask)
    assert question.reply is ReplyKind.NUMBER
    check = flow.by_id[str(question.edges[0].target)]
    assert isinstance(check, Case)
    assert check.edges[0].target == "m"
    error = flow.by_id[str(check.edges[1].target)]
    assert isinstance(error, Message)
    assert error.edges[0].target == "q"


def test_links_and_pictures_that_the_target_has_not_are_lines_of_text() -> None:
    link = Choice("u", text("Suivi"), ChoiceKind.URL, url=literal("https://example.com/s"))
    picture = Media(MediaKind.IMAGE, Localized.of(literal("https://example.com/a.jpg")))
    content = Content(text("Votre colis"), media=(picture,), choices=(link,))
    result = fit(one(Message(id="m", content=content, at=AT)), load_capabilities("landbot"))
    said = [plain_text(node.content.text.first) for node in only(result).nodes if isinstance(node, Message)]
    assert said == ["https://example.com/a.jpg", "Votre colis\n\nSuivi: https://example.com/s"]


def test_an_intent_becomes_the_words_that_no_other_intent_has() -> None:
    def intent(name: str, *phrases: str) -> Intent:
        return Intent(name, phrases=Localized.of(tuple(Phrase(literal(phrase)) for phrase in phrases), "fr"))

    known = (intent("prix", "Combien ça coûte ?", "bonjour"), intent("salut", "bonjour", "salut"))
    entry = Entry(EntryKind.INTENT, intent="prix")
    project = one(Message(id="m", content=Content(text("10 €")), at=AT), entries=(entry,), intents=known, locale="fr")
    made = only(fit(project, load_capabilities("typebot")))
    assert [(item.kind, item.keywords.first) for item in made.entries] == [(EntryKind.KEYWORD, ("combien ça coûte",))]


def test_groups_become_variables() -> None:
    change = Assignment(("groups",), Const("Clients VIP"), op="add")
    flow = only(fit(one(SetVariable(id="s", assignments=(change,), at=AT)), load_capabilities("landbot")))
    (node,) = flow.nodes
    assert isinstance(node, SetVariable)
    assert node.assignments == (Assignment(("groups_clients_vip",), Const(True)),)


def test_a_test_on_an_intent_becomes_a_test_on_the_words_of_the_answer() -> None:
    def intent(name: str, *phrases: str) -> Intent:
        return Intent(name, phrases=Localized.of(tuple(Phrase(literal(phrase)) for phrase in phrases), "fr"))

    asked = Ask(
        id="q",
        content=Content(text("Oui ?")),
        edges=(Edge(When(Call("intent", (Const("prix"),))), "m"), Edge(Otherwise(), "q")),
        at=AT,
    )
    project = one(
        asked, Message(id="m", content=Content(text("10 €"))), intents=(intent("prix", "tarif"),), locale="fr"
    )
    flow = only(fit(project, load_capabilities("typebot")))
    question = flow.by_id["q"]
    assert isinstance(question, Ask)
    assert question.into == ("answer",)
    case = flow.by_id[str(question.edges[0].target)]
    guard = case.edges[0].guard
    assert isinstance(guard, When)
    assert guard.condition == Call("eq", (Ref(("answer",)), Const("tarif")))

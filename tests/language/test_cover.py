"""Secrets are covered in the graph, whoever read it, and nothing else changes."""

from __future__ import annotations

from hypothesis import given, settings

from bascule.ir.content import Content
from bascule.ir.expr import Const, Ref
from bascule.ir.nodes import Assignment, HttpRequest, Message, SetVariable, Unsupported
from bascule.ir.project import Flow, Project
from bascule.ir.text import Hole, Literal, Localized
from bascule.language.cover import covered

from ..strategies import projects

TOKEN = "tok_3f8e7d6c5b4a39281706"


def project(*nodes: object) -> Project:
    return Project(flows=(Flow(id="f", nodes=tuple(nodes)),))  # type: ignore[arg-type]


def test_headers_addresses_and_bodies_of_requests() -> None:
    node = HttpRequest(
        id="a",
        url=(Literal("https://u:Secret99pw@x.example/?api_key=sk_live_4f9a8b7c6d5e4f3a2b1c&n="), Hole(Ref(("n",)))),
        headers=(("Authorization", (Literal(f"Token {TOKEN}"),)), ("Accept", (Literal("application/json"),))),
        parameters=(("password", (Literal("Hunter2-Boutique!"),)),),
        body=(Literal('{"pin": 4711, "secret": "Hunter2-Boutique!"}'),),
    )
    (made,) = covered(project(node)).flows[0].nodes
    assert isinstance(made, HttpRequest)
    assert made.url[0] == Literal(f"https://u:{'•' * 10}@x.example/?api_key={'•' * 28}&n=")
    assert made.url[1] == node.url[1]
    assert made.headers == (("Authorization", (Literal(f"Token {'•' * len(TOKEN)}"),)), node.headers[1])
    assert made.parameters == (("password", (Literal("•" * 17),)),)
    assert made.body == (Literal('{"pin": 4711, "secret": "' + "•" * 17 + '"}'),)


def test_values_facts_and_what_is_kept_whole() -> None:
    sets = SetVariable(
        id="b",
        assignments=(Assignment(("api_token",), Const(TOKEN)), Assignment(("ville",), Const(TOKEN[:3]))),
        facts=(("voice", '{"sip_password": "hunter2hunter2", "n": 1}'),),
    )
    unknown = Unsupported(id="c", construct="x", source='{"auth_token": "' + TOKEN + '"}')
    made_sets, made_unknown = covered(project(sets, unknown)).flows[0].nodes
    assert isinstance(made_sets, SetVariable)
    assert made_sets.assignments[0].value == Const("•" * len(TOKEN))
    assert made_sets.assignments[1] == sets.assignments[1]
    assert made_sets.facts == (("voice", '{"sip_password": "' + "•" * 14 + '", "n": 1}'),)
    assert isinstance(made_unknown, Unsupported)
    assert made_unknown.source == '{"auth_token": "' + "•" * len(TOKEN) + '"}'


def test_what_people_read_stays() -> None:
    said = Message(id="d", content=Content(text=Localized.of((Literal("Votre mot de passe : Hunter2-Boutique!"),))))
    graph = project(said)
    assert covered(graph) is graph


@given(projects())
@settings(max_examples=60, deadline=None)
def test_covering_twice_changes_nothing_more(graph: Project) -> None:
    once = covered(graph)
    assert covered(once) == once
    assert [flow.id for flow in once.flows] == [flow.id for flow in graph.flows]
    assert [len(flow.nodes) for flow in once.flows] == [len(flow.nodes) for flow in graph.flows]

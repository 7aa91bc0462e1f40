"""Studio flows become the graph: widgets, entries, edges, conditions, what is hand-written or wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bascule.diagnostics import locate
from bascule.ir.content import MediaKind
from bascule.ir.encode import encode_project
from bascule.ir.expr import TESTS, Call, Const, Opaque, Ref
from bascule.ir.nodes import (
    Always,
    Ask,
    Case,
    Failure,
    Handover,
    HttpRequest,
    Message,
    Otherwise,
    RunFlow,
    SetVariable,
    Success,
    Timeout,
    When,
)
from bascule.ir.project import EntryKind, Flow, Initiator
from bascule.ir.text import Hole, Literal, plain_text
from bascule.parsers import scenario
from bascule.parsers.base import ParseOptions
from bascule.parsers.twilio_studio import losses, parse
from bascule.parsers.twilio_studio.widgets import CONDITIONS, KIND_OF, TRIGGER_EVENTS
from bascule.source import SourceFile
from tests.parsers.studio import FIXTURES, coded, fixture, flow_of, guards, node, read, state


@pytest.fixture(scope="module")
def support() -> Flow:
    return fixture("support_commande.json").project.flows[0]


class TestEntries:
    def test_each_event_that_leads_somewhere_is_an_entry(self, support: Flow) -> None:
        assert [(entry.kind, entry.initiator, entry.target) for entry in support.entries] == [
            (EntryKind.ANY_MESSAGE, Initiator.USER, "preparer"),
            (EntryKind.CALL, Initiator.USER, "annonce_vocale"),
            (EntryKind.ANY_MESSAGE, Initiator.USER, "preparer"),
            (EntryKind.API, Initiator.BUSINESS, "relance_livraison"),
            (EntryKind.SUBFLOW, Initiator.SUBFLOW, "menu_principal"),
        ]

    def test_the_trigger_is_no_node_but_its_editor_data_is_kept(self, support: Flow) -> None:
        assert "Trigger" not in support.by_id
        assert json.loads(dict(support.facts)["trigger"])["properties"]["offset"] == {"x": 0, "y": 0}

    def test_every_trigger_event_has_a_kind(self) -> None:
        assert set(TRIGGER_EVENTS.values()) == {
            EntryKind.ANY_MESSAGE, EntryKind.CALL, EntryKind.API, EntryKind.SUBFLOW,
        }  # fmt: skip

    def test_an_unknown_start_is_read_as_the_strict_case(self) -> None:
        data = flow_of(state("a", "send-message", body="Bonjour"))
        data["states"][0]["transitions"] = [{"event": "incomingFax", "next": "a"}]
        parsed = read(data)
        entry = parsed.project.flows[0].entries[0]
        assert (entry.initiator, entry.name) == (Initiator.BUSINESS, "incomingFax")
        assert coded(parsed, "PAR207")[0].span.line == 1

    @pytest.mark.parametrize(
        ("name", "target", "said"),
        [
            ("no_trigger.json", "a", "no trigger"),
            ("starts_with_message.json", "a", "which is no trigger"),
            ("wrong_start.json", "a", "`Depart`, which is no state"),
        ],
    )
    def test_a_flow_without_a_proper_start_says_what_it_is_taken_to_be(self, name: str, target: str, said: str) -> None:
        parsed = fixture(f"hostile/{name}")
        assert parsed.project.flows[0].entries[0].target == target
        assert said in coded(parsed, "PAR206")[0].message

    def test_a_second_trigger_adds_its_entries_and_is_reported(self) -> None:
        data = flow_of(state("a", "send-message", body="Bonjour"))
        data["states"].append(
            {"name": "T2", "type": "trigger", "transitions": [{"event": "incomingRequest", "next": "a"}]}
        )
        parsed = read(data)
        assert [entry.kind for entry in parsed.project.flows[0].entries] == [EntryKind.ANY_MESSAGE, EntryKind.API]
        assert coded(parsed, "PAR206")[0].labels[0].span is not None

    def test_a_way_back_to_the_trigger_leads_to_the_one_state_after_it(self) -> None:
        parsed = read(flow_of(state("a", "send-message", {"sent": "Trigger"}, body="Encore")))
        assert guards(node(parsed, "a")) == [("Success", "a")]
        assert coded(parsed, "PAR216")

    def test_a_way_back_to_a_trigger_with_two_starts_stays_as_written(self) -> None:
        data = flow_of(state("a", "send-message", {"sent": "Trigger"}, body="x"), state("b", "send-message", body="y"))
        data["states"][0]["transitions"].append({"event": "incomingRequest", "next": "b"})
        assert guards(node(read(data), "a")) == [("Success", "Trigger")]


class TestMessages:
    def test_a_message_keeps_text_holes_and_place(self, support: Flow) -> None:
        message = support.by_id["dire_livree"]
        assert isinstance(message, Message)
        text = message.content.text.first
        assert text[0] == Literal("Votre commande ")
        assert isinstance(text[1], Hole)
        assert text[1].expression == Ref(("widgets", "demander_numero", "inbound", "Body"))
        assert message.position == (-800.0, 1900.0)
        assert message.at is not None
        assert message.at.pointer == "/states/12"

    def test_sent_and_failed_are_success_and_failure(self, support: Flow) -> None:
        edges = support.by_id["dire_livree"].edges
        assert [type(edge.guard) for edge in edges] == [Success, Failure]
        assert [edge.target for edge in edges] == ["satisfaction", None]
        assert edges[0].at is not None
        assert edges[0].at.pointer == "/states/12/transitions/0"

    def test_an_empty_next_ends_the_branch(self, support: Flow) -> None:
        assert support.by_id["dire_merci"].edges[0].target is None

    def test_media_kinds_come_from_the_extension_behind_the_holes(self, support: Flow) -> None:
        kinds = {name: support.by_id[name].content.media[0].kind for name in ("dire_en_route", "envoyer_etiquette")}  # type: ignore[union-attr]
        assert kinds == {"dire_en_route": MediaKind.IMAGE, "envoyer_etiquette": MediaKind.DOCUMENT}

    @pytest.mark.parametrize(
        ("url", "kind"),
        [
            ("https://a.example/x.JPG?v=1", MediaKind.IMAGE),
            ("https://a.example/x.gif", MediaKind.GIF),
            ("https://a.example/son.ogg#t", MediaKind.AUDIO),
            ("https://a.example/film.mp4", MediaKind.VIDEO),
            ("https://a.example/carte.vcf", MediaKind.FILE),
            ("https://a.example/vcard", MediaKind.FILE),
        ],
    )
    def test_media_kind(self, url: str, kind: MediaKind) -> None:
        message = node(read(flow_of(state("a", "send-message", body="x", media_url=url))), "a")
        assert message.content.media[0].kind is kind  # type: ignore[union-attr]

    def test_a_message_to_a_third_party_has_an_audience_and_a_warning(self, support: Flow) -> None:
        message = support.by_id["prevenir_logistique"]
        assert isinstance(message, Message)
        assert message.audience is not None
        assert message.audience.contacts == (Const("+33600000000"),)
        assert ("to", '"+33600000000"') in message.facts
        found = coded(fixture("support_commande.json"), "LOS204")
        assert [finding.place.pointer for finding in found] == ["/states/19/properties/to"]

    @pytest.mark.parametrize("to", ["{{contact.channel.address}}", "{{ trigger.message.From }}", "", None])
    def test_the_contact_under_any_name_is_no_third_party(self, to: str | None) -> None:
        parsed = read(flow_of(state("a", "send-message", body="x", to=to)))
        assert not coded(parsed, "LOS204")
        assert node(parsed, "a").audience is None  # type: ignore[union-attr]

    def test_a_content_template_is_a_template_use_with_plain_slots(self, support: Flow) -> None:
        use = support.by_id["relance_livraison"].content.template  # type: ignore[union-attr]
        assert use is not None
        assert use.provider_id == "HX00000000000000000000000000000007"
        assert [(slot, value) for slot, value in use.parameters] == [
            ("1", Ref(("flow", "data", "prenom"))),
            ("2", Ref(("flow", "data", "numero"))),
        ]
        parsed = fixture("support_commande.json")
        assert [asset.provider_id for asset in parsed.project.templates] == [use.provider_id]
        assert len(coded(parsed, "LOS207")) == 1

    def test_a_template_message_without_template_is_reported(self) -> None:
        parsed = read(flow_of(state("a", "send-message", message_type="content_template", body="reste")))
        assert coded(parsed, "PAR218")
        assert dict(node(parsed, "a").facts)["body"] == '"reste"'

    def test_channel_members_are_facts(self) -> None:
        parsed = fixture("tous_les_widgets.json")
        facts = dict(node(parsed, "w18").facts)
        assert facts["from"] == '"+33700000000"'
        assert facts["messaging_service_sid"].startswith('"MG')
        assert {code for code in ("LOS208", "LOS209", "LOS213") if coded(parsed, code)} == {
            "LOS208",
            "LOS209",
            "LOS213",
        }

    def test_a_message_that_says_nothing_is_reported(self) -> None:
        parsed = read(flow_of({"name": "a", "type": "send-message", "transitions": []}))
        assert coded(parsed, "PAR222")
        assert node(parsed, "a").content.empty  # type: ignore[union-attr]


class TestAsks:
    def test_an_ask_stores_the_reply_and_waits(self, support: Flow) -> None:
        ask = support.by_id["demander_numero"]
        assert isinstance(ask, Ask)
        assert ask.into == ("widgets", "demander_numero", "inbound", "Body")
        assert guards(ask) == [("Always", "numero_valide"), ("Timeout", "au_revoir"), ("Failure", None)]
        assert [edge.guard.after.seconds for edge in ask.edges if isinstance(edge.guard, Timeout)] == [1800.0]

    @pytest.mark.parametrize(("written", "seconds"), [("7200", 7200), (60, 60), (None, 3600), ("", 3600), ("1.5", 1.5)])
    def test_timeouts_are_seconds_as_text_or_number(self, written: Any, seconds: float) -> None:
        ask = node(
            read(flow_of(state("a", "send-and-wait-for-reply", {"timeout": "a"}, body="?", timeout=written))), "a"
        )
        assert [edge.guard.after.seconds for edge in ask.edges if isinstance(edge.guard, Timeout)] == [seconds]

    def test_a_timeout_from_a_variable_is_an_expression(self) -> None:
        data = flow_of(
            state("a", "send-and-wait-for-reply", {"timeout": None}, body="?", timeout="{{flow.variables.t}}")
        )
        edge = node(read(data), "a").edges[0]
        assert isinstance(edge.guard, Timeout)
        assert edge.guard.after.expression == Ref(("flow", "variables", "t"))

    @pytest.mark.parametrize("written", ["une heure", -5, [1], 10**400, True])
    def test_a_timeout_that_is_no_number_is_the_default_and_reported(self, written: Any) -> None:
        parsed = read(flow_of(state("a", "send-and-wait-for-reply", {"timeout": None}, body="?", timeout=written)))
        edge = node(parsed, "a").edges[0]
        assert isinstance(edge.guard, Timeout)
        assert edge.guard.after.seconds == 3600
        assert coded(parsed, "PAR210")

    def test_the_wait_ends_even_where_no_transition_says_so(self) -> None:
        ask = node(
            read(flow_of(state("a", "send-and-wait-for-reply", {"incomingMessage": "a"}, body="?", timeout=90))), "a"
        )
        assert [edge.guard.after.seconds for edge in ask.edges if isinstance(edge.guard, Timeout)] == [90.0]

    def test_a_branch_on_failed_delivery_stays_and_is_a_loss(self, support: Flow) -> None:
        edge = next(edge for edge in support.by_id["menu_principal"].edges if isinstance(edge.guard, Failure))
        assert (edge.guard.reason, edge.target) == ("deliveryFailure", "annonce_vocale")  # type: ignore[union-attr]
        assert [finding.place.pointer for finding in coded(fixture("support_commande.json"), "LOS205")] == [
            "/states/2/transitions/2"
        ]


class TestSplits:
    def test_conditions_come_first_and_no_match_last(self, support: Flow) -> None:
        case = support.by_id["etat_commande"]
        assert isinstance(case, Case)
        assert case.subject == Ref(("widgets", "chercher_commande", "parsed", "etat"))
        assert guards(case) == [("When", "dire_livree"), ("When", "dire_en_route"), ("Otherwise", "numero_inconnu")]
        assert case.edges[0].label == "Livrée"

    def test_several_conditions_on_a_transition_must_all_hold(self, support: Flow) -> None:
        guard = support.by_id["ouvert"].edges[0].guard
        assert isinstance(guard, When)
        hour = Ref(("flow", "variables", "heure"))
        assert guard.condition == Call(
            "and", (Call("after_time", (hour, Const("09:00"))), Call("before_time", (hour, Const("18:00"))))
        )

    def test_every_condition_type_is_a_known_test(self) -> None:
        parsed = fixture("conditions.json")
        value = Ref(("flow", "variables", "valeur"))
        found = [edge.guard.condition for edge in node(parsed, "choix").edges if isinstance(edge.guard, When)]
        assert found == [
            Call("same_text", (value, Const("oui"))),
            Call("not", (Call("same_text", (value, Const("non"))),)),
            Call("same_text", (value, Const("a"), Const("b"), Const("c"))),
            Call("not", (Call("same_text", (value, Const("x"), Const("y"))),)),
            Call("contains", (value, Const("merci"))),
            Call("not", (Call("contains", (value, Const("stop"))),)),
            Call("starts_with", (value, Const("BA-"))),
            Call("not", (Call("starts_with", (value, Const("ZZ"))),)),
            Call("is_blank", (value,)),
            Call("not", (Call("is_blank", (value,)),)),
            Call("matches", (value, Const("^[0-9]{5}$"))),
            Call("has_number_lt", (value, Const(10))),
            Call("has_number_gt", (value, Const(2.5))),
            Call("before_date", (value, Const("2026-01-01"))),
            Call("after_date", (value, Ref(("flow", "variables", "debut")))),
            Call("before_time", (value, Const("18:00"))),
            Call("after_time", (value, Const("09:00"))),
        ]
        assert len(found) == len(CONDITIONS)
        assert {name for name, _ in CONDITIONS.values()} <= set(TESTS)

    def test_commas_inside_liquid_do_not_split_a_list(self) -> None:
        branch = {"event": "match", "next": "a", "conditions": [
            {"type": "matches_any_of", "arguments": ["{{flow.variables.x}}"], "value": "oui, {{flow.variables.y | default: 'a,b'}} ,non"}
        ]}  # fmt: skip
        data = flow_of({"name": "a", "type": "split-based-on", "transitions": [branch], "properties": {"input": "x"}})
        guard = node(read(data), "a").edges[0].guard
        assert isinstance(guard, When)
        assert isinstance(guard.condition, Call)
        assert [argument for argument in guard.condition.args if isinstance(argument, Const)] == [
            Const("oui"),
            Const("non"),
        ]
        assert len(guard.condition.args) == 4

    def test_an_unknown_condition_stays_opaque_and_names_the_close_one(self) -> None:
        parsed = fixture("hostile/events.json")
        found = coded(parsed, "PAR208")
        assert [(finding.span.line, finding.help) for finding in found] == [(81, "did you mean `equal_to`?")]
        guard = node(parsed, "c").edges[0].guard
        assert isinstance(guard, When)
        assert isinstance(guard.condition, Opaque)
        assert json.loads(guard.condition.source)["type"] == "equals"

    def test_cases_of_a_hand_written_split_are_read(self) -> None:
        data = flow_of({
            "name": "a", "type": "split-based-on",
            "transitions": [{"event": "noMatch", "next": "c"}, {"event": "match", "next": "b"}],
            "properties": {"input": "{{flow.variables.ok}}", "cases": [{"value": "true", "next": "b"}, {"value": "false"}]},
        })  # fmt: skip
        parsed = read(data)
        value = Ref(("flow", "variables", "ok"))
        edges = node(parsed, "a").edges
        assert [(edge.guard.condition, edge.target) for edge in edges if isinstance(edge.guard, When)] == [
            (Call("same_text", (value, Const("true"))), "b"),
            (Call("same_text", (value, Const("false"))), None),
        ]
        assert isinstance(edges[-1].guard, Otherwise)
        assert coded(parsed, "PAR203")
        assert not coded(parsed, "PAR209")

    def test_a_branch_that_tests_nothing_is_kept_and_reported(self) -> None:
        data = flow_of({"name": "a", "type": "split-based-on", "transitions": [{"event": "match", "next": "a"}],
                        "properties": {"input": "{{flow.variables.x}}"}})  # fmt: skip
        parsed = read(data)
        assert guards(node(parsed, "a")) == [("When", "a")]
        assert coded(parsed, "PAR209")


class TestActions:
    def test_set_variables_assigns_in_order_and_counts(self, support: Flow) -> None:
        item = support.by_id["compter_essai"]
        assert isinstance(item, SetVariable)
        essais = ("flow", "variables", "essais")
        assert [(one.target, one.value) for one in item.assignments] == [(essais, Call("add", (Ref(essais), Const(1))))]
        assert isinstance(item.edges[0].guard, Always)

    def test_a_value_without_a_name_stays_as_a_hint(self) -> None:
        pairs = [{"value": "x"}, {"key": "nom", "value": "Awa"}, "y"]
        parsed = read(flow_of(state("a", "set-variables", {"next": None}, variables=pairs)))
        item = node(parsed, "a")
        assert isinstance(item, SetVariable)
        assert [one.target[-1] for one in item.assignments] == ["nom"]
        assert dict(item.facts) == {"variables/0": '{"value": "x"}', "variables/2": '"y"'}
        assert coded(parsed, "PAR214")[0].place.pointer == "/states/1/properties/variables/0"

    def test_a_request_keeps_method_body_and_bound(self, support: Flow) -> None:
        item = support.by_id["chercher_commande"]
        assert isinstance(item, HttpRequest)
        assert (item.service, item.method, item.timeout) == ("http", "POST", 10.0)
        assert item.into == ("widgets", "chercher_commande")
        assert plain_text(item.url) == "https://api.baobab.example/commandes/recherche"
        assert Call("upper", (Ref(("widgets", "demander_numero", "inbound", "Body")),)) in [
            part.expression for part in item.body if isinstance(part, Hole)
        ]
        assert guards(item) == [("Success", "etat_commande"), ("Failure", "numero_inconnu")]

    def test_a_function_keeps_its_ids_as_facts(self, support: Flow) -> None:
        item = support.by_id["creer_etiquette"]
        assert isinstance(item, HttpRequest)
        assert item.service == "function"
        assert {name for name, _ in item.facts} == {"service_sid", "environment_sid", "function_sid"}
        assert [name for name, _ in item.parameters] == ["client", "commande"]

    def test_a_function_without_url_is_degraded(self) -> None:
        found = coded(fixture("tous_les_widgets.json"), "LOS206")
        assert ["`w20`" in finding.message for finding in found] == [True]

    def test_a_handover_keeps_where_and_with_what(self, support: Flow) -> None:
        item = support.by_id["conseiller"]
        assert isinstance(item, Handover)
        assert item.to.startswith("WW")
        assert [name for name, _ in item.parameters] == ["attributes"]
        assert guards(item) == [("Success", "au_revoir"), ("Failure", "ferme"), ("Failure", None)]

    def test_enqueue_call_is_a_handover_to_the_queue(self) -> None:
        item = node(fixture("tous_les_widgets.json"), "w13")
        assert isinstance(item, Handover)
        assert item.to == "Accueil"
        assert dict(item.facts)["widget"] == '"enqueue-call"'

    def test_a_subflow_in_the_same_file_is_named_by_its_id(self) -> None:
        parsed = fixture("envelopes.json")
        assert [flow.id for flow in parsed.project.flows] == ["support_commandes", "satisfaction_client"]
        call = parsed.project.flows[0].by_id["satisfaction"]
        assert isinstance(call, RunFlow)
        assert (call.flow, call.mode) == ("satisfaction_client", "call")
        assert dict(call.facts)["flow_sid"] == '"FW00000000000000000000000000000002"'
        assert call.parameters == (("boutique", Ref(("flow", "variables", "boutique"))),)
        assert guards(call) == [("Success", "au_revoir"), ("Failure", "au_revoir")]

    def test_a_subflow_elsewhere_keeps_its_sid(self, support: Flow) -> None:
        call = support.by_id["satisfaction"]
        assert isinstance(call, RunFlow)
        assert call.flow == "FW00000000000000000000000000000002"


def test_reading_twice_gives_the_same() -> None:
    for path in sorted(FIXTURES.rglob("*")):
        if path.is_file():
            one, two = (parse(SourceFile("x", path.read_bytes()), ParseOptions()) for _ in range(2))
            assert (one.project, one.findings, one.ledger.entries) == (two.project, two.findings, two.ledger.entries)


def test_every_finding_of_the_fixtures_has_a_place_in_its_file() -> None:
    for path in sorted(FIXTURES.rglob("*")):
        if not path.is_file():
            continue
        parsed = parse(SourceFile(path.name, path.read_bytes()), ParseOptions())
        for finding in parsed.findings:
            span = locate(replace(finding), {parsed.document.path: parsed.document}).span
            assert span is not None
            assert 0 <= span.start <= span.end <= len(parsed.document.text)


@pytest.mark.corpus
def test_the_corpus_reads_without_loss_of_nodes(corpus: Path) -> None:
    for path in sorted((corpus / "twilio-studio").glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        parsed = parse(SourceFile(path.name, path.read_bytes()), ParseOptions())
        flow = parsed.project.flows[0]
        merged = [fact for item in flow.nodes for fact in item.facts if fact[0] == "split"]
        triggers = sum(1 for item in data["states"] if item["type"] == "trigger")
        assert len(flow.nodes) + len(merged) + triggers == len(data["states"])
        targets = {edge.target for item in flow.nodes for edge in item.edges} - {None}
        assert targets <= set(flow.by_id)


def test_the_documentation_names_every_widget_event_condition_and_loss() -> None:
    page = (FIXTURES.parents[1] / "docs" / "formats" / "twilio-studio.md").read_text(encoding="utf-8")
    names = [*KIND_OF, *TRIGGER_EVENTS, *CONDITIONS]
    assert [name for name in names if f"`{name}`" not in page] == []
    assert [getattr(losses, name).code for name in losses.__all__ if getattr(losses, name).code not in page] == []


@pytest.mark.parametrize("path", sorted(FIXTURES.rglob("*")), ids=lambda path: path.name)
def test_the_graph_survives_the_native_form(path: Path) -> None:
    if not path.is_file():
        return
    project = parse(SourceFile(path.name, path.read_bytes()), ParseOptions(locale="fr")).project
    if not project.flows:
        return
    text = json.dumps(encode_project(project), ensure_ascii=False)
    assert scenario.parse(SourceFile.of_text(text, "x.json"), ParseOptions()).project == project

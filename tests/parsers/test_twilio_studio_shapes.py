"""Studio files of other shapes: what has no counterpart, what is hand-written, secrets, variables, sniffing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bascule.ir.nodes import HttpRequest, Message, Timeout, Unsupported
from bascule.ir.text import plain_text
from bascule.parsers.base import CERTAIN, LIKELY, POSSIBLE
from bascule.parsers.twilio_studio import sniff
from bascule.parsers.twilio_studio.widgets import KIND_OF, WidgetKind
from bascule.source import SourceFile
from tests.parsers.studio import FIXTURES, coded, fixture, flow_of, guards, node, read, state


class TestUnsupported:
    @pytest.mark.parametrize("kind", sorted(name for name, kind in KIND_OF.items()))
    def test_every_widget_of_the_catalogue_is_in_a_fixture(self, kind: str) -> None:
        texts = [path.read_text(encoding="utf-8") for path in FIXTURES.glob("*.json")]
        assert any(f'"type": "{kind}"' in text for text in texts)

    def test_widgets_without_counterpart_are_kept_whole_with_their_edges(self) -> None:
        parsed = fixture("tous_les_widgets.json")
        flow = parsed.project.flows[0]
        data = json.loads((FIXTURES / "tous_les_widgets.json").read_text(encoding="utf-8"))
        lost = {WidgetKind.VOICE: "LOS200", WidgetKind.RETIRED: "LOS201", WidgetKind.CHANNEL: "LOS202"}
        seen = 0
        for item in data["states"][1:]:
            kind = KIND_OF[item["type"]]
            if kind not in lost:
                assert not isinstance(flow.by_id[item["name"]], Unsupported)
                continue
            kept = flow.by_id[item["name"]]
            assert isinstance(kept, Unsupported)
            assert json.loads(kept.source) == item
            assert kept.construct == f"widget {item['type']}"
            assert [edge.target for edge in kept.edges] == [way.get("next") for way in item["transitions"]]
            assert any(finding.place == kept.at for finding in coded(parsed, lost[kind]))
            seen += 1
        assert seen == 16

    def test_a_voice_timeout_keeps_its_seconds(self) -> None:
        edges = node(fixture("tous_les_widgets.json"), "w2").edges
        assert [edge.guard.after.seconds for edge in edges if isinstance(edge.guard, Timeout)] == [5.0]

    def test_unknown_types_name_state_place_and_close_match(self) -> None:
        parsed = fixture("hostile/unknown_types.json")
        found = {finding.message.split("`")[1]: finding for finding in coded(parsed, "PAR202")}
        assert set(found) == {"c", "d", "e", "f"}
        assert found["c"].help == "did you mean `send-message`?"
        assert found["d"].span.line == 69
        assert isinstance(node(parsed, "d"), Unsupported)
        assert node(parsed, "c").edges[0].target == "d"

    def test_hand_written_types_are_read_as_what_they_mean(self) -> None:
        parsed = fixture("hostile/unknown_types.json")
        request = node(parsed, "a")
        assert isinstance(request, HttpRequest)
        assert (request.method, guards(request)) == ("GET", [("Success", "b"), ("Failure", "b")])
        assert [name for name, _ in request.parameters] == ["langue"]
        assert isinstance(node(parsed, "b"), Message)


class TestShapes:
    def test_states_and_transitions_as_objects_are_read(self) -> None:
        parsed = fixture("hostile/shapes.json")
        flow = parsed.project.flows[0]
        assert list(flow.by_id) == ["a", "c", "d", "5"]
        assert flow.by_id["c"].edges[0].target == "5"
        assert dict(flow.facts)["states/e"] == '"rien"'
        assert dict(flow.by_id["d"].facts) == {"properties": "[1, 2]", "transitions": '"a"'}

    def test_two_states_of_one_name_are_both_kept(self) -> None:
        parsed = fixture("hostile/names.json")
        found = coded(parsed, "PAR204")
        assert len(found) == 1
        assert found[0].span.line == 34
        assert found[0].labels[0].span is not None
        assert found[0].labels[0].span.line == 20
        texts = {item.id: plain_text(item.content.text.first) for item in parsed.project.flows[0].nodes}  # type: ignore[union-attr]
        assert texts == {"a": "un", "a_3": "deux", "a_2": "trois", "state_5": "quatre", "state_6": "cinq", "5": "six"}
        assert node(parsed, "a_3").title == "a"

    def test_a_missing_target_is_left_to_linking(self) -> None:
        parsed = fixture("hostile/names.json")
        assert node(parsed, "state_6").edges[0].target == "nulle part"

    def test_numbers_as_names_are_read_as_text(self) -> None:
        parsed = fixture("hostile/names.json")
        assert node(parsed, "5").edges[0].target == "5"
        assert len(coded(parsed, "PAR201")) == 2

    def test_unknown_members_are_kept_and_reported_once(self) -> None:
        states = [state(name, "send-message", {"sent": None}, body="x", typing=True) for name in "abc"]
        parsed = read(flow_of(*states))
        found = coded(parsed, "LOS211")
        assert [finding.message for finding in found] == [
            "`typing` of `send-message` is not known here; it is kept as a hint (3 places)"
        ]
        assert len(found[0].labels) == 2
        assert [dict(item.facts)["typing"] for item in parsed.project.flows[0].nodes] == ["true"] * 3

    def test_a_record_keeps_its_members_as_facts(self) -> None:
        parsed = fixture("hostile/invalid_envelope.json")
        flow = parsed.project.flows[0]
        facts = dict(flow.facts)
        assert (flow.id, flow.title) == ("refuse", "Refusé")
        assert (facts["revision"], facts["status"], facts["inconnu"]) == ("12", '"published"', '{"a": [1]}')
        assert len(coded(parsed, "PAR215")) == 2

    def test_a_definition_as_text_is_read_with_places_in_the_file(self) -> None:
        parsed = fixture("envelopes.json")
        ask = parsed.project.flows[1].by_id["noter"]
        assert ask.at is not None
        assert ask.at.pointer == "/1/definition/states/1"
        place = ask.at.child("properties", "body")
        text = parsed.document.text
        span = parsed.document.locate(place.within(0, 7))
        assert text[span.start : span.end] == "Comment"
        accent = parsed.document.locate(place.within(14, 19))
        assert text[accent.start : accent.end] == "pass\\\\u00e9"

    def test_a_listed_flow_without_definition_is_unreadable(self) -> None:
        parsed = fixture("hostile/listed_only.json")
        assert parsed.unreadable
        assert "listed without its definition" in coded(parsed, "PAR200")[0].message

    def test_a_list_keeps_its_flows_and_reports_the_rest(self) -> None:
        parsed = fixture("hostile/mixed_list.json")
        assert [flow.id for flow in parsed.project.flows] == ["hostile", "hostile_2"]
        assert [finding.place.pointer for finding in coded(parsed, "PAR200")] == ["/1", "/2", "/3"]

    def test_a_truncated_file_gives_what_was_there(self) -> None:
        parsed = fixture("hostile/truncated.json")
        assert coded(parsed, "PAR021")
        assert len(parsed.project.flows[0].nodes) > 5

    @pytest.mark.parametrize(
        ("description", "name", "expected"),
        [
            ("Éte à la mer", "x.json", "ete_a_la_mer"),
            ("A New Flow", "relances_mars.json", "relances_mars"),
            ("", "données.json", "donnees"),
            ("دعم الطلبات", "x.json", "دعم_الطلبات"),
            ("हिन्दी मेनू", "x.json", "हिन्दी_मेनू"),
            (None, "!!.json", "flow"),
        ],
    )
    def test_flow_ids_come_from_the_name_else_the_file(self, description: Any, name: str, expected: str) -> None:
        data = flow_of(state("a", "send-message", body="x"))
        data["description"] = description
        assert read(data, name).project.flows[0].id == expected


class TestSecrets:
    def test_secrets_are_located_and_never_printed(self) -> None:
        parsed = fixture("hostile/secrets.json")
        found = coded(parsed, "PAR220")
        assert [finding.span.line for finding in found] == [31, 31, 32, 34, 39, 56, 74]
        printed = " ".join(f"{finding.message} {finding.help} {dict(finding.data)}" for finding in parsed.findings)
        for secret in (
            "Tr0ub4dor", "abcdef123456", "correct-horse", "0123456789abcdef", "9f8e7d6c5b4a", "zyxwvut98765", "hunter2",
        ):  # fmt: skip
            assert secret not in printed
            assert secret not in parsed.document.text
        original = (FIXTURES / "hostile/secrets.json").read_text(encoding="utf-8")
        assert len(parsed.document.text) == len(original)
        request = node(parsed, "a")
        assert isinstance(request, HttpRequest)
        assert plain_text(request.url).startswith("https://robot:•••••••••@api.baobab.example/x?access_token=•")

    def test_variables_and_placeholders_are_no_secrets(self) -> None:
        parsed = fixture("hostile/secrets.json")
        messages = " ".join(finding.message for finding in coded(parsed, "PAR220"))
        assert "`token`" not in messages
        assert "mot_de_passe" not in messages
        assert "`client`" not in messages


class TestVariables:
    def test_variables_are_declared_once_in_order_of_first_use(self) -> None:
        names = [variable.name for variable in fixture("support_commande.json").project.variables]
        assert len(names) == len(set(names))
        assert names[:5] == [
            "flow.variables.essais",
            "flow.variables.boutique",
            "flow.variables.prenom",
            "widgets.menu_principal.inbound.Body",
            "widgets.menu_rappel.inbound.Body",
        ]

    def test_scopes_follow_the_name_space(self) -> None:
        scopes = {
            variable.name.split(".")[0]: variable.scope for variable in fixture("envelopes.json").project.variables
        }
        assert scopes == {"flow": "flow", "widgets": "session", "contact": "contact", "trigger": "session"}

    def test_names_outside_the_name_spaces_are_not_declared(self) -> None:
        parsed = read(flow_of(state("a", "send-message", body="Bonjour {{prenom}}")))
        assert parsed.project.variables == ()


class TestSniff:
    @pytest.mark.parametrize("path", sorted(FIXTURES.glob("*")), ids=lambda path: path.name)
    def test_own_files_are_certain(self, path: Path) -> None:
        if path.is_file():
            match = sniff(SourceFile(path.name, path.read_bytes()))
            assert match is not None
            assert match.confidence == CERTAIN

    @pytest.mark.parametrize(
        ("data", "confidence", "reason"),
        [
            ({"states": {"idle": {"on": {}}}, "initial_state": "idle"}, None, "no state has `transitions`"),
            ({"states": [{"name": "a", "transitions": []}]}, None, "no widget type"),
            ({"states": [{"type": "say-play"}]}, LIKELY, "`initial_state` is missing"),
            ({"initial_state": "x"}, None, "no `states`"),
            ({"sid": "FW1", "friendly_name": "x", "definition": "voir"}, POSSIBLE, "not readable"),
            ({"sid": "FW1", "friendly_name": "x"}, None, "not there"),
            ({"export": [flow_of()]}, LIKELY, "stand inside it"),
        ],
    )
    def test_near_misses_are_explained(self, data: Any, confidence: int | None, reason: str) -> None:
        match = sniff(SourceFile.of_text(json.dumps(data), "x.json"))
        assert match is not None
        assert reason in match.reason
        assert match.confidence == confidence if confidence else match.confidence < POSSIBLE

    @pytest.mark.parametrize(
        "text", ["", "a,b\n1,2", '{"version": "13", "flows": []}', '{"definition": {}}', "[]", "[1]", "\0\1"]
    )
    def test_other_files_are_left_alone(self, text: str) -> None:
        match = sniff(SourceFile.of_text(text, "x.json"))
        assert match is None or match.confidence < POSSIBLE

    @pytest.mark.corpus
    def test_only_the_studio_files_of_the_corpus_are_claimed(self, corpus: Path) -> None:
        for folder in sorted(path for path in corpus.iterdir() if path.is_dir()):
            for path in sorted(folder.glob("*.json"))[:40]:
                match = sniff(SourceFile(path.name, path.read_bytes()))
                claimed = match is not None and match.confidence >= POSSIBLE
                assert claimed == (folder.name == "twilio-studio"), path

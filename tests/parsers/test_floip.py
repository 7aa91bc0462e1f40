"""What FLOIP containers become: messages in every language and mode, questions, branches, calls, starts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bascule.ir.content import MediaKind
from bascule.ir.expr import Const, Opaque, Ref, opaque_parts
from bascule.ir.expr_text import print_expression, print_text
from bascule.ir.nodes import (
    Ask,
    Case,
    Chosen,
    Delay,
    Message,
    ReplyKind,
    RunFlow,
    SetVariable,
    Timeout,
    Unsupported,
    When,
)
from bascule.ir.project import EntryKind
from bascule.parsers.base import CERTAIN, LIKELY, NEAR
from bascule.parsers.floip import sniff
from bascule.source import SourceFile
from tests.parsers.floip import FIXTURES, block, coded, container, fixture, guards, node, read, said, way, words


@pytest.mark.parametrize(
    ("data", "confidence"),
    [
        ({"specification_version": "1.0.0-rc4", "flows": []}, CERTAIN),
        ([{"specification_version": "1.0.0-rc4", "flows": []}], CERTAIN),
        ({"specification_version": "1.0.0-rc4"}, NEAR),
        ({"flows": [{"blocks": [{"type": "Core.Log", "exits": []}]}]}, LIKELY),
        ({"blocks": [{"type": "Core.Log", "exits": []}], "first_block_id": "a"}, LIKELY),
        ({"blocks": [{"type": "Core.Log", "exits": []}]}, NEAR),
        ({"flows": [{"nodes": []}], "version": "13"}, None),
        ({"blocks": [{"type": "paragraph"}]}, None),
        ([1, 2], None),
    ],
)
def test_a_container_is_recognised_by_its_shape(data: Any, confidence: int | None) -> None:
    match = sniff(SourceFile.of_text(json.dumps(data), "x.json"))
    assert (match.confidence if match else None) == confidence


def test_a_block_group_says_what_it_is() -> None:
    match = sniff(SourceFile("groupe_blocs.json", (FIXTURES / "groupe_blocs.json").read_bytes()))
    assert match is not None
    assert "group of FLOIP blocks" in match.reason
    assert coded(fixture("groupe_blocs.json"), "PAR461")


def test_the_rich_wording_is_the_message_and_the_sms_wording_its_variant() -> None:
    hello = node(fixture("clinique.json"), "bienvenue")
    assert isinstance(hello, Message)
    assert said(hello.content.text) == {
        "fr": "Bonjour {contact.name} 👋 Bienvenue à la clinique des Lilas.",
        "en_GB": "Hello {contact.name} 👋 Welcome to Lilac Clinic.",
        "ar": "مرحبا {contact.name} 👋 أهلا بك في عيادة الليلك.",
    }
    variants = {variant.channel: variant.content for variant in hello.content.variants}
    assert list(variants) == ["sms", "ivr"]
    assert said(variants["sms"].text) == {"fr": "Bonjour {contact.name}. Clinique des Lilas."}
    assert variants["ivr"].media[0].asset == "accueil.mp3"
    (image,) = hello.content.media
    assert (image.kind, image.mime) == (MediaKind.IMAGE, "image/jpeg")
    assert said(image.url) == {
        "fr": "https://exemple.invalid/accueil.jpg",
        "ar": "https://exemple.invalid/accueil-ar.jpg",
    }
    assert hello.position == (10, 20)


def test_without_a_rich_wording_the_best_other_one_is_the_message() -> None:
    parsed = read(
        container(
            block("a", "MobilePrimitives.Message", way(), prompt="r"),
            resources=[words("r", ("fra", "USSD", "court"), ("fra", "SMS", "moyen"), ("fra", "RICH_MESSAGING", "  "))],
        )
    )
    content = node(parsed, "a").content
    assert said(content.text) == {"fr": "moyen"}
    assert [(item.channel, said(item.content.text)) for item in content.variants] == [("ussd", {"fr": "court"})]


def test_the_same_words_in_two_modes_are_no_variant() -> None:
    resource = words("r", ("fra", "SMS", "Bonjour"), ("fra", "RICH_MESSAGING", "Bonjour"))
    parsed = read(container(block("a", "MobilePrimitives.Message", way(), prompt="r"), resources=[resource]))
    assert node(parsed, "a").content.variants == ()


def test_select_one_becomes_choices_with_titles_spellings_and_branches() -> None:
    menu = node(fixture("clinique.json"), "choix")
    assert isinstance(menu, Ask)
    assert menu.reply is ReplyKind.CHOICE
    assert menu.into == ("choix",)
    first, second = menu.content.choices
    assert said(first.title) == {"fr": "Prendre rendez-vous", "en_GB": "Book a visit", "ar": "حجز موعد"}
    assert dict(first.accepts) == {"fr": ("rendez-vous", "rdv", "1"), "ar": ("موعد",)}
    assert first.value == Const("rdv")
    assert dict(second.accepts) == {"fr": ("résultats", "2")}
    assert guards(menu) == [("Chosen", "age"), ("Chosen", "resultats"), ("Timeout", None), ("Otherwise", "choix")]
    assert menu.edges[0].guard == Chosen(("rdv",))
    guard = menu.edges[2].guard
    assert isinstance(guard, Timeout)
    assert guard.after.seconds == 3600


@pytest.mark.parametrize(
    ("kind", "config", "condition"),
    [
        ("MobilePrimitives.NumericResponse", {}, "has_number(q)"),
        ("MobilePrimitives.NumericResponse", {"validation_minimum": 18}, "has_number_gte(q, 18)"),
        ("MobilePrimitives.NumericResponse", {"validation_maximum": 99}, "has_number_lte(q, 99)"),
        ("MobilePrimitives.OpenResponse", {}, "not is_blank(q)"),
    ],
)
@pytest.mark.parametrize("word", ["Error", "invalid_response"])
def test_an_exit_for_errors_of_a_question_takes_the_answers_that_are_not_valid(
    kind: str, config: dict[str, Any], condition: str, word: str
) -> None:
    ways = (way("n", name="Default"), {"uuid": "e", "name": word, "destination_block": "q"})
    parsed = read(container(block("q", kind, *ways, **config), block("n", "Core.Log", way())))
    question = node(parsed, "q")
    assert guards(question) == [("When", "n"), ("Otherwise", "q")]
    assert print_expression(question.edges[0].guard.condition) == condition
    tested = read(container(block("q", kind, way("n", "true"), ways[1], **config), block("n", "Core.Log", way())))
    assert guards(node(tested, "q")) == [("When", "n"), ("Otherwise", "q")]


def test_an_exit_for_errors_of_a_menu_takes_what_is_no_choice_and_of_a_request_its_failure() -> None:
    error = {"uuid": "e", "name": "Error", "destination_block": "q"}
    choices = [{"name": "oui", "prompt": "Oui"}, {"name": "non", "prompt": "Non"}]
    menu = block("q", "MobilePrimitives.SelectOneResponse", error, way("n", name="Default"), choices=choices)
    parsed = read(container(menu, block("n", "Core.Webhook", way(), error, url="https://exemple.invalid/")))
    assert guards(node(parsed, "q")) == [("Chosen", "n"), ("Otherwise", "q")]
    assert node(parsed, "q").edges[0].guard == Chosen(("oui", "non"))
    assert [name for name, _ in guards(node(parsed, "n"))] == ["Failure", "Always"]


def test_numbers_and_open_answers_keep_their_bounds() -> None:
    parsed = fixture("clinique.json")
    age, reason = node(parsed, "age"), node(parsed, "motif")
    assert (age.reply, age.validation.minimum, age.validation.maximum) == (ReplyKind.NUMBER, 0, 120)
    assert guards(age) == [("When", "journal"), ("Otherwise", "age")]
    assert print_expression(age.edges[0].guard.condition) == "has_number_between(age, 0, 120)"
    assert (reason.reply, reason.validation.max_length) == (ReplyKind.TEXT, 200)
    editor = read(
        container(block("n", "MobilePrimitives.NumericResponse", way(), validation_minimum=0, validation_maximum=0))
    )
    assert node(editor, "n").validation is None


def test_a_case_branches_and_turn_assigns_with_it() -> None:
    branch = node(fixture("clinique.json"), "majeur")
    assert isinstance(branch, Case)
    assert guards(branch) == [("When", "enfant"), ("Otherwise", "motif")]
    guard = branch.edges[0].guard
    assert isinstance(guard, When)
    assert print_expression(guard.condition) == "age < 18"
    turn = fixture("parcours_turn.json")
    labels = node(turn, "libelles")
    assert isinstance(labels, SetVariable)
    assert labels.assignments[0].target == ("libelles",)
    assert labels.assignments[0].value is not None
    assert (
        print_expression(labels.assignments[0].value)
        == "map(page.body.messages.0.buttons, (captured1) => captured1.title)"
    )
    plain = read(container(block("c", "Core.Case", way(name="1 + 1"))))
    assert isinstance(node(plain, "c"), Case)


def test_the_answer_has_one_name_however_it_is_called() -> None:
    thanks = node(fixture("clinique.json"), "merci").content.text
    assert said(thanks) == {
        "fr": "Merci {contact.name}, motif noté : {motif}. Écrivez à aide@exemple.invalid ou @lilas.",
        "en_GB": "Thank you, noted: {motif}.",
        "ar": "شكرا، السبب: {upper(motif)}",
    }


def test_contact_and_group_changes_are_assignments() -> None:
    parsed = fixture("clinique.json")
    profile, group = node(parsed, "profil"), node(parsed, "groupe")
    assert [(item.target, item.value) for item in profile.assignments] == [
        (("contact", "age"), Ref(("age",))),
        (("contact", "langue"), Const("fra")),
    ]
    assert [(item.target, item.op) for item in group.assignments] == [(("groups", "Patients"), "add")]
    leaving = container(block("g", "Core.SetGroupMembership", way(), group_key="7", group_name="", is_member="false"))
    assert [(item.target, item.op) for item in node(read(leaving), "g").assignments] == [(("groups", "7"), "remove")]
    unsaid = read(container(block("g", "Core.SetGroupMembership", way(), group_key="7", is_member=None)))
    assert node(unsaid, "g").assignments == ()
    assert coded(unsaid, "PAR451")


def test_a_webhook_is_a_request_with_its_timeout_in_seconds() -> None:
    request = node(fixture("clinique.json"), "serveur", flow=1)
    assert (request.method, request.timeout, request.into) == ("GET", 4.0, ("serveur",))
    assert print_text(request.url) == "https://exemple.invalid/api/resultats/{contact.id}"
    assert [(key, print_text(value)) for key, value in request.headers] == [
        ("Accept", "application/json"),
        ("Authorization", "Token {global.jeton}"),
    ]
    assert [(key, print_text(value)) for key, value in request.parameters] == [("langue", "fr")]
    assert guards(request) == [("When", "motif2"), ("Failure", "motif2"), ("Otherwise", None)]


def test_flows_of_one_file_call_each_other_by_id_and_start_as_they_are_run() -> None:
    parsed = fixture("clinique.json")
    call = node(parsed, "resultats")
    assert isinstance(call, RunFlow)
    assert (call.flow, call.mode) == ("resultats", "call")
    assert [[entry.kind for entry in flow.entries] for flow in parsed.project.flows] == [
        [EntryKind.ANY_MESSAGE],
        [EntryKind.SUBFLOW],
    ]
    assert len(coded(parsed, "PAR456")) == 2
    assert parsed.project.flows[0].expires is not None
    assert parsed.project.flows[0].expires.seconds == 3600


def test_turn_jumps_and_waits_and_schedules() -> None:
    parsed = fixture("parcours_turn.json")
    away, later, wait = node(parsed, "va"), node(parsed, "demain"), node(parsed, "plus_tard")
    assert (away.mode, away.edges) == ("jump", ())
    assert (later.mode, later.edges[0].target) == ("start", "va")
    assert isinstance(wait, Delay)
    assert wait.duration.seconds == 60 * 60 * 23
    assert wait.edges[0].target == "plus_tard/run"
    assert node(parsed, "plus_tard/run").mode == "jump"
    cancelled = node(parsed, "annuler")
    assert isinstance(cancelled, Unsupported)
    assert cancelled.edges[0].target == "plus_tard"
    assert len(coded(parsed, "LOS456")) == 2


def test_a_scheduled_flow_of_the_file_is_started_by_the_business() -> None:
    data = container(
        block("s", "Io.Turn.ScheduleFlow", way("e"), flow_id="g", schedule_in=90000), block("e", "Core.Case", way())
    )
    second = {**data["flows"][0], "uuid": "g", "name": "rappel"}
    second["blocks"] = [block("m", "Core.Case", way())]
    second["first_block_id"] = "m"
    parsed = read({**data, "flows": [data["flows"][0], second]})
    (entry,) = parsed.project.flows[1].entries
    assert entry.kind is EntryKind.SCHEDULE
    assert entry.offset is not None
    assert entry.offset.seconds == 90000


def test_turn_titles_list_label_header_and_footer() -> None:
    parsed = fixture("parcours_turn.json")
    menu = node(parsed, "menu")
    assert said(menu.content.header) == {"fr": "Clinique des Lilas"}
    assert said(menu.content.footer) == {"fr": "Répondez quand vous voulez"}
    assert said(menu.content.list_label) == {"fr": "Choisir"}
    assert [said(choice.title)["fr"] for choice in menu.content.choices] == ["{libelles.0}", "{libelles.1}", "Arrêter"]
    # The tests only repeat the titles: nothing else is accepted.
    assert [choice.accepts.items for choice in menu.content.choices] == [(), (), ()]
    assert coded(parsed, "PAR462") == []
    assert dict(menu.facts)["buttons_metadata/theme"] == '"bleu"'
    assert dict(parsed.project.flows[0].facts)["turn cards"] == "13"


def test_computed_choices_lead_on_and_other_answers_take_the_default_exit() -> None:
    data = container(
        block(
            "d",
            "Io.Turn.DynamicSelectOneResponse",
            way("d"),
            choice_expression="map(a, &[&1, &1])",
            destination_block="e",
        ),
        block("e", "Core.Case", way()),
    )
    asked = node(read(data), "d")
    assert guards(asked) == [("When", "e"), ("Otherwise", "d")]
    assert dict(asked.facts)["choice_expression"] == '"map(a, &[&1, &1])"'
    quarter = node(fixture("parcours_turn.json"), "quartier")
    assert said(quarter.content.list_label) == {"fr": "Quartiers"}


def test_a_template_is_used_with_its_bindings() -> None:
    sent = node(fixture("parcours_turn.json"), "modele")
    assert isinstance(sent, Ask)
    use = sent.content.template
    assert use is not None
    assert (use.name, use.language) == ("rappel_visite", "fr")
    assert [(slot, print_expression(value)) for slot, value in use.parameters] == [
        ("header.1", "page.body.image"),
        ("1", "contact.name"),
        ("button.0", '"vu"'),
    ]
    assert guards(sent) == [("When", "sortie"), ("Otherwise", "sortie")]


def test_log_and_output_do_nothing_but_are_kept() -> None:
    log = node(fixture("clinique.json"), "journal")
    assert isinstance(log, SetVariable)
    assert log.assignments == ()
    assert dict(log.facts)["log"] == '"Âge de @contact.name : @age"'
    result = node(fixture("parcours_turn.json"), "sortie")
    assert [(item.target, item.value) for item in result.assignments] == [(("sortie",), Const("oui"))]


def test_content_of_the_old_library_is_kept_whole_with_its_words() -> None:
    kept = node(fixture("parcours_turn.json"), "bibliotheque")
    assert isinstance(kept, Unsupported)
    assert json.loads(kept.source)["type"] == "Io.Turn.SendContentMessage"
    assert any(key.startswith("resources/") and value == '"false"' for key, value in kept.facts)
    labels = node(fixture("parcours_turn.json"), "etiquette")
    assert [(item.target, item.op) for item in labels.assignments] == [(("labels", "Demande d'aide"), "add")]


def test_the_first_version_has_resources_in_flows_and_choices_as_a_map() -> None:
    parsed = fixture("sondage_rc1.flow")
    question = node(parsed, "choisir")
    assert [(choice.id, said(choice.title)) for choice in question.content.choices] == [
        ("oui", {"fr": "Oui"}),
        ("non", {"fr": "Non"}),
    ]
    assert guards(question) == [("Chosen", "fin"), ("Otherwise", None)]
    assert [variant.channel for variant in question.content.variants] == ["ivr", "language 23"]
    assert coded(parsed, "LOS460")
    assert coded(parsed, "LOS462")
    assert parsed.project.flows[0].entries[0].kind is EntryKind.CALL
    (document,) = node(parsed, "fin").content.media
    assert document.kind is MediaKind.DOCUMENT


def test_unknown_blocks_are_kept_whole_with_their_exits() -> None:
    parsed = fixture("fautes.json")
    credit = node(parsed, "sms")
    assert isinstance(credit, Unsupported)
    assert json.loads(credit.source)["config"] == {"montant": "@montant"}
    assert guards(credit) == [("Always", "q")]
    (finding,) = coded(parsed, "PAR452")
    assert finding.span is not None
    assert parsed.document.text[finding.span.start : finding.span.end] == '"Com.Exemple.EnvoyerCredit"'


def test_places_of_holes_and_findings_are_exact() -> None:
    parsed = fixture("fautes.json")
    (unclosed,) = coded(parsed, "VAR141")
    assert unclosed.span is not None
    assert parsed.document.text[unclosed.span.start : unclosed.span.end] == "@("
    hello = node(fixture("clinique.json"), "bienvenue").content.text.first[1]
    span = fixture("clinique.json").document.locate(hello.at)
    assert fixture("clinique.json").document.text[span.start : span.end] == "@contact.name"


def test_a_secret_is_reported_and_shown_nowhere() -> None:
    parsed = fixture("fautes.json")
    (finding,) = coded(parsed, "PAR405")
    assert "k3y-secret-9981" not in finding.message
    assert "k3y-secret-9981" not in parsed.document.text
    assert "k3y-secret-9981" not in repr(parsed.project)
    assert coded(fixture("clinique.json"), "PAR405") == []


def test_a_container_without_content_is_unreadable() -> None:
    parsed = fixture("vide.json")
    assert parsed.unreadable
    (finding,) = coded(parsed, "PAR450")
    assert "no flow" in finding.message


def test_every_mistake_of_the_fixture_is_named() -> None:
    codes = {finding.code for finding in fixture("fautes.json").findings}
    assert codes == {
        "PAR405", "PAR451", "PAR452", "PAR453", "PAR454", "PAR455", "PAR456", "PAR457", "PAR458", "PAR459", "PAR460",
        "PAR462", "LOS450", "VAR140", "VAR141", "VAR142",
    }  # fmt: skip


def test_no_wording_and_no_recording_is_lost() -> None:
    resource = words(
        "r", ("fra", "RICH_MESSAGING", "un"), ("fra", "RICH_MESSAGING", "deux"), ("fra", "RICH_MESSAGING", "trois"),
        ("fra", "SMS", "quatre"), ("fra", "SMS", "cinq"),
    )  # fmt: skip
    parsed = read(container(block("a", "MobilePrimitives.Message", way(), prompt="r"), resources=[resource]))
    shown = repr(node(parsed, "a"))
    assert [word for word in ("un", "deux", "trois", "quatre", "cinq") if word not in shown] == []
    assert coded(parsed, "LOS450")
    survey = repr(fixture("sondage_rc1.flow").project)
    assert "colis.mp3" in survey
    assert "colis-h.mp3" in survey


@pytest.mark.parametrize("name", sorted(path.name for path in FIXTURES.iterdir()))
def test_reading_twice_gives_the_same(name: str) -> None:
    first, second = fixture(name), fixture(name)
    assert first.project == second.project
    assert first.findings == second.findings
    assert list(first.ledger) == list(second.ledger)


@pytest.mark.corpus
def test_the_corpus_is_read_without_an_expression_left_over(corpus: Path) -> None:
    files = sorted([*(corpus / "floip").glob("*.json"), *(corpus / "floip").glob("*.flow")])
    assert len(files) == 23
    blocks = nodes = 0
    for path in files:
        match = sniff(SourceFile(path.name, path.read_bytes()))
        assert match is not None
        assert match.confidence == CERTAIN
        data = json.loads(path.read_text(encoding="utf-8"))
        parsed = read(path.read_text(encoding="utf-8"), path.name)
        assert not parsed.unreadable
        assert not [finding for finding in parsed.findings if finding.code in ("VAR140", "VAR141", "PAR452", "PAR453")]
        blocks += sum(len(flow["blocks"]) for flow in data["flows"])
        for flow in parsed.project.flows:
            nodes += len([item for item in flow.nodes if not item.id.endswith("/run")])
            assert flow.locale == "en"
            for item in flow.nodes:
                if isinstance(item, SetVariable):
                    values = [a.value for a in item.assignments if a.value is not None]
                    assert not [part for value in values for part in opaque_parts(value)]
                opaque = [e for e in item.edges if isinstance(e.guard, When) and isinstance(e.guard.condition, Opaque)]
                assert len(opaque) == ("choice_expression" in dict(item.facts))
    assert blocks == nodes == 524


def test_a_recorded_session_gives_its_flows_and_nothing_about_the_person() -> None:
    parsed = fixture("seance.json")
    assert len(coded(parsed, "LOS463")) == 1
    assert "Awa" not in str(parsed.project)
    assert not any(name.startswith(("contact", "interactions", "cursor")) for name, _ in parsed.project.facts)


def test_what_a_test_asks_of_calls_is_left_out_and_the_rest_is_a_choice() -> None:
    parsed = fixture("seance.json")
    ask = node(parsed, "1699000000001_10")
    assert isinstance(ask, Ask)
    assert [edge.guard for edge in ask.edges] == [Chosen(("oui",)), Chosen(("non",))]
    assert [edge.label for edge in ask.edges] == ["Oui", "Non"]
    assert [choice.accepts.items[0][1] for choice in ask.content.choices] == [("1",), ("2",)]


def test_names_that_begin_with_a_number_are_members_and_the_last_exit_takes_the_rest() -> None:
    case = node(fixture("seance.json"), "1699000000002_11")
    assert isinstance(case, Case)
    assert [type(edge.guard).__name__ for edge in case.edges] == ["When", "Otherwise"]
    assert isinstance(case.edges[0].guard, When)
    assert print_expression(case.edges[0].guard.condition) == '`1699000000001_10` = "oui"'
    assert not coded(fixture("seance.json"), "PAR457")


def test_members_that_are_not_known_are_one_finding_per_holder() -> None:
    told = coded(read({**container(block("a", "MobilePrimitives.Message")), "un": 1, "deux": 2}), "LOS450")
    assert [finding.message for finding in told] == [
        "`un`, `deux` of a container are not known here; they are kept as facts (2 places)"
    ]

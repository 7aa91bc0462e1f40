"""RapidPro flows read: shapes, chains of nodes, texts and places, services, entries, Glific."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bascule.ir.content import ChoiceKind, Content, MediaKind
from bascule.ir.encode import encode_project
from bascule.ir.expr import Call, Const, Opaque, Ref
from bascule.ir.expr_text import print_expression, print_text
from bascule.ir.nodes import (
    Always,
    Ask,
    Case,
    Chosen,
    Delay,
    Failure,
    Handover,
    HttpRequest,
    Message,
    Node,
    Otherwise,
    ReplyKind,
    RunFlow,
    SetConsent,
    SetVariable,
    Success,
    Timeout,
    Unsupported,
    When,
)
from bascule.ir.project import EntryKind, Flow, Initiator
from bascule.ir.text import holes
from bascule.parsers.base import CERTAIN, LIKELY, POSSIBLE, Parsed, ParseOptions
from bascule.parsers.rapidpro import parse, sniff
from bascule.source import SourceFile

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures" / "rapidpro"


def load(name: str) -> Parsed:
    path = FIXTURES / name
    return parse(SourceFile(path.name, path.read_bytes()), ParseOptions())


def read(data: Any, name: str = "flux.json") -> Parsed:
    return parse(SourceFile.of_text(json.dumps(data, ensure_ascii=False), name), ParseOptions())


def flow(nodes: list[dict[str, Any]], **members: Any) -> dict[str, Any]:
    return {
        "uuid": "f",
        "name": "Essai",
        "spec_version": "14.4.2",
        "language": "fra",
        "type": "messaging",
        "nodes": nodes,
        **members,
    }


def node(
    uuid: str, *actions: dict[str, Any], to: str | None = None, router: dict[str, Any] | None = None
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "uuid": uuid,
        "actions": list(actions),
        "exits": [{"uuid": f"{uuid}-exit", "destination_uuid": to}],
    }
    return {**result, "router": router} if router else result


def say(text: str, **members: Any) -> dict[str, Any]:
    return {"uuid": f"say {text}"[:30], "type": "send_msg", "text": text, **members}


def only(parsed: Parsed) -> Flow:
    (found,) = parsed.project.flows
    return found


def codes(parsed: Parsed) -> set[str]:
    return {finding.code for finding in parsed.findings}


def starting(found: Flow, prefix: str) -> Node:
    return next(item for item in found.nodes if item.id.startswith(prefix))


def by_kind(found: Flow, kind: type[Node]) -> list[Any]:
    return [item for item in found.nodes if isinstance(item, kind)]


def following(found: Flow, item: Node) -> Node:
    (edge,) = item.edges
    assert edge.target is not None
    return found.by_id[edge.target]


# Sniffing


@pytest.mark.parametrize(
    "name",
    [
        *("rendez_vous", "flux_seul", "definition", "resultats", "moteur", "voix", "glific_export", "hostile/vide"),
        *("ancienne_v4", "ancienne_v11", "ancienne_voix", "ancienne_seule", "hostile/melange"),
    ],
)
def test_exports_and_flows_are_recognised_for_certain(name: str) -> None:
    match = sniff(SourceFile(name, (FIXTURES / f"{name}.json").read_bytes()))
    assert match is not None
    assert match.confidence == CERTAIN


def test_flows_without_a_version_are_likely() -> None:
    match = sniff(SourceFile("x.json", (FIXTURES / "ancien_editeur.json").read_bytes()))
    assert match is not None
    assert (match.confidence, "no `spec_version`" in match.reason) == (LIKELY, True)


def test_files_of_before_version_13_are_recognised_with_their_version() -> None:
    match = sniff(SourceFile("x.json", (FIXTURES / "hostile" / "ancien_format.json").read_bytes()))
    assert match is not None
    assert match.confidence == CERTAIN
    assert "11.12" in match.reason


@pytest.mark.parametrize(("name", "word"), [("transcription", "recorded run"), ("floip", "FLOIP")])
def test_relatives_are_near_misses_with_a_reason(name: str, word: str) -> None:
    match = sniff(SourceFile("x.json", (FIXTURES / "hostile" / f"{name}.json").read_bytes()))
    assert match is not None
    assert match.confidence < POSSIBLE
    assert word in match.reason


def test_other_formats_are_not_claimed() -> None:
    others = sorted(
        path
        for path in (ROOT / "fixtures").rglob("*")
        if path.is_file() and "rapidpro" not in path.parts and path.suffix in (".json", ".csv", ".yaml", ".txt")
    )
    assert len(others) > 10
    for path in [*others, FIXTURES / "hostile" / "machine.json", FIXTURES / "hostile" / "pas_du_json.json"]:
        match = sniff(SourceFile(path.name, path.read_bytes()))
        assert match is None or match.confidence < POSSIBLE, path


@pytest.mark.corpus
def test_no_file_of_another_format_in_the_corpus_is_claimed(corpus: Path) -> None:
    own = ("rapidpro", "goflow", "glific")
    for path in sorted(corpus.rglob("*")):
        if path.is_file() and not path.relative_to(corpus).parts[0].startswith(own):
            match = sniff(SourceFile(path.name, path.read_bytes()))
            assert match is None or match.confidence < POSSIBLE, path


@pytest.mark.corpus
def test_transcripts_and_migration_pairs_of_the_engine_are_no_flows(corpus: Path) -> None:
    paths = [path for path in sorted((corpus / "goflow-runner").glob("*.json")) if path.name.count(".") > 1]
    assert len(paths) == 16
    for path in [*paths, *sorted((corpus / "goflow-migrations").glob("*.json"))]:
        match = sniff(SourceFile(path.name, path.read_bytes()))
        assert match is None or match.confidence < POSSIBLE, path


# Shapes


@pytest.mark.parametrize(
    ("name", "shape", "ids"),
    [
        ("flux_seul", "flow", ["опрос"]),
        ("definition", "definition", ["definition"]),
        ("resultats", "listing of definitions", ["liste_a", "liste_b"]),
        ("moteur", "assets", ["moteur"]),
        ("glific_export", "glific export", ["lecture"]),
        ("ancien_editeur", "flow", ["ancien_editeur"]),
    ],
)
def test_every_shape_gives_its_flows(name: str, shape: str, ids: list[str]) -> None:
    parsed = load(f"{name}.json")
    assert [item.id for item in parsed.project.flows] == ids
    assert dict(parsed.facts)["shape"] == shape


def test_a_list_of_flows_is_read_and_equal_names_get_new_ids() -> None:
    one = flow([node("a", say("Bonjour"))])
    parsed = read([one, {**one, "uuid": "g"}])
    assert [item.id for item in parsed.project.flows] == ["essai", "essai_2"]


def test_a_file_of_old_flows_is_read_and_says_that_they_are_upgraded() -> None:
    parsed = load("hostile/ancien_format.json")
    assert not parsed.unreadable
    assert [item.title for item in parsed.project.flows] == ["Vieux", "Très vieux"]
    (note,) = [finding for finding in parsed.findings if finding.code == "PAR350"]
    assert note.message == "2 flow(s) of version 11.12, the first is `Vieux`: they are upgraded as they are read"


def test_a_file_of_several_versions_is_read_whole() -> None:
    parsed = load("hostile/melange.json")
    assert not parsed.unreadable
    assert [item.title for item in parsed.project.flows] == ["", "Neuf", "Futur", "Illisible"]
    assert [dict(item.facts).get("version") for item in parsed.project.flows] == ["8", None, None, None]
    assert [finding.message for finding in parsed.findings if finding.code == "PAR368"] == [
        "a flow has version 15.0.0; the newest that is known is 14.4.2, and it is read as that",
        "a flow has the version `demain`; it is read as the first form of 13",
    ]


def test_flow_members_become_title_locale_and_expiry() -> None:
    first, child, merci, rappel = load("rendez_vous.json").project.flows[:4]
    assert (first.title, first.locale) == ("Rendez-vous", "fra")
    assert first.expires is not None
    assert first.expires.seconds == 10_080 * 60
    assert merci.expires is not None
    assert merci.expires.seconds == 30_000 * 60
    assert rappel.expires is None
    assert dict(child.facts)["spec_version"] == '"14.4.0"'


@pytest.mark.parametrize("language", ["base", "und", "", None])
def test_an_undetermined_language_is_none(language: str | None) -> None:
    found = only(read(flow([node("a", say("Bonjour"))], language=language, spec_version="13.0.0")))
    assert found.locale == ""
    message = found.nodes[0]
    assert isinstance(message, Message)
    assert message.content.text.locales == ("",)


def test_locale_codes_are_kept_as_in_the_file() -> None:
    parsed = load("rendez_vous.json")
    assert parsed.project.locales == ("fra", "eng", "ara")
    menu = starting(parsed.project.flows[0], "149cfb5a-2e3c-4a20-a39e-7f151b00ebc0.2")
    assert isinstance(menu, Message)
    assert menu.content.text.locales == ("fra", "eng", "ara")


# Chains


def test_several_actions_are_a_chain_with_derived_ids() -> None:
    found = only(
        read(
            flow(
                [
                    node(
                        "n",
                        say("Un"),
                        {"uuid": "g", "type": "add_contact_groups", "groups": [{"uuid": "1", "name": "VIP"}]},
                        {
                            "uuid": "s",
                            "type": "set_run_result",
                            "name": "Étape 1",
                            "value": "@(1 + 1)",
                            "category": "Fin",
                        },
                        say("Deux"),
                        to="m",
                    ),
                    node("m", say("Trois")),
                ]
            )
        )
    )
    assert [(item.id, item.kind) for item in found.nodes] == [
        ("n", "message"),
        ("n.2", "set"),
        ("n.3", "message"),
        ("m", "message"),
    ]
    assert [[(type(edge.guard), edge.target) for edge in item.edges] for item in found.nodes] == [
        [(Always, "n.2")],
        [(Always, "n.3")],
        [(Always, "m")],
        [(Always, None)],
    ]
    change = found.nodes[1]
    assert isinstance(change, SetVariable)
    assert [(item.target, item.op, item.category) for item in change.assignments] == [
        (("groups",), "add", ""),
        (("results", "étape_1"), "set", "Fin"),
    ]
    assert found.nodes[2].edges[0].at is not None
    assert found.nodes[2].edges[0].at.pointer == "/nodes/0/exits/0"


def test_a_subflow_is_entered_after_the_other_actions_of_its_node() -> None:
    enter = {"uuid": "e", "type": "enter_flow", "flow": {"uuid": "x", "name": "Autre"}}
    found = only(read(flow([node("n", enter, say("Avant"))])))
    assert [item.kind for item in found.nodes] == ["message", "run_flow"]


def test_two_subflows_in_one_node_are_reported() -> None:
    enter = [{"uuid": str(n), "type": "enter_flow", "flow": {"uuid": str(n), "name": str(n)}} for n in range(2)]
    assert "PAR374" in codes(read(flow([node("n", *enter)])))


def test_positions_come_from_the_editor() -> None:
    data = flow(
        [node("n", say("Un"))], _ui={"nodes": {"n": {"position": {"left": 20, "top": "40"}, "type": "execute_actions"}}}
    )
    assert only(read(data)).nodes[0].position == (20.0, 40.0)


def test_a_node_that_does_nothing_still_leads_on() -> None:
    found = only(read(flow([node("a", to="b"), node("b", say("Fin"))])))
    assert found.nodes[0].edges[0].target == "b"


# Texts and places


def spoken(found: Flow) -> Iterator[Any]:
    for item in found.nodes:
        content: Content | None = getattr(item, "content", None)
        if content is not None:
            yield from (text for _, text in content.text)
            yield from (text for choice in content.choices for _, text in choice.title)
            yield from (text for media in content.media for _, text in media.url)
        if isinstance(item, HttpRequest):
            yield from (item.url, item.body)


@pytest.mark.parametrize("name", ["rendez_vous", "flux_seul", "glific_export", "hostile/expressions"])
def test_every_hole_points_at_its_own_characters(name: str) -> None:
    parsed = load(f"{name}.json")
    text = parsed.document.text
    seen = 0
    for found in parsed.project.flows:
        for said in spoken(found):
            for hole in holes(said):
                assert hole.at is not None
                span = parsed.document.locate(hole.at)
                piece = text[span.start : span.end]
                if isinstance(hole.expression, Opaque) and hole.expression.language == "elixir":
                    continue
                assert piece.startswith("@"), (piece, said)
                seen += 1
    assert seen > 2


def test_holes_of_texts_that_the_upgrade_renamed_point_at_the_old_words() -> None:
    data = flow([node("n", say("Le @webhook.date pour @contact.name"))], spec_version="13.1.0")
    parsed = read(data)
    message = only(parsed).nodes[0]
    assert isinstance(message, Message)
    text = message.content.text.first
    assert print_text(text) == "Le {webhook.json.date} pour {contact.name}"
    source = [parsed.document.locate(hole.at) for hole in holes(text) if hole.at]
    assert [parsed.document.text[span.start : span.end] for span in source] == ["@webhook.date", "@contact.name"]


TEXTS = [
    "L’été, c’est fini… 50 % de réduction « ici » !",
    "مرحبا بك في العيادة، موعدك الساعة ٩",
    "नमस्ते, आपका अपॉइंटमेंट कल है 🙏",
    "Здравствуйте! Ваш заказ готов, ёлка.",
    "Olá, informação não disponível: ação?",
    "  bords  \n\n fin \t",
    "{accolades} {{doubles}} %s \\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_texts_survive_character_by_character(text: str) -> None:
    data = flow([node("n", say("Bonjour", uuid="a"))], localization={"xyz": {"a": {"text": [text]}}})
    message = only(read(data)).nodes[0]
    assert isinstance(message, Message)
    found = message.content.text.get("xyz")
    assert found is not None
    assert "".join(part.text for part in found) == text  # type: ignore[union-attr]


def test_translations_that_override_nothing_are_no_texts() -> None:
    data = flow(
        [node("n", say("Bonjour", uuid="a"))], localization={"eng": {"a": {"text": []}}, "ara": {"a": {"text": [""]}}}
    )
    message = only(read(data)).nodes[0]
    assert isinstance(message, Message)
    assert message.content.text.locales == ("fra",)


def test_attachments_say_what_they_are() -> None:
    (message,) = by_kind(only(load("flux_seul.json")), Message)
    assert [(media.kind, media.mime, print_text(media.url.first)) for media in message.content.media] == [
        (MediaKind.VIDEO, "video/mp4", "https://exemple.fr/{fields.film}"),
        (MediaKind.AUDIO, "", '{fields.dossier & "/son.mp3"}'),
        (MediaKind.DOCUMENT, "application/pdf", "https://exemple.fr/notice.pdf"),
        (MediaKind.FILE, "", "{results.photo}"),
    ]
    assert message.content.location is not None
    assert message.content.location.latitude == Const(48.8566)


def test_templates_are_kept_by_reference_with_their_parameters() -> None:
    parsed = load("rendez_vous.json")
    (template,) = parsed.project.templates
    assert (template.name, template.provider) == ("rappel_rdv", "rapidpro")
    uses = [
        item.content.template
        for found in parsed.project.flows
        for item in by_kind(found, Message)
        if item.content.template
    ]
    assert [(use.name, [(slot, print_expression(value)) for slot, value in use.parameters]) for use in uses] == [
        (
            "rappel_rdv",
            [("1", "contact.name"), ("2", 'if(contact.language = "eng", lower(fields.moment), fields.moment)')],
        )
    ]
    assert "LOS353" in codes(parsed)


@pytest.mark.parametrize("version", ["13.0.0", "13.1.0", "13.4.0", "13.5.0", "14.0.0"])
def test_templates_of_every_version_come_out_alike(version: str) -> None:
    template = {"uuid": "t", "name": "rappel"}
    parts: dict[str, Any] = {"template": template, "template_variables": ["@contact.name", "demain"]}
    if version < "13.4":
        parts = {"templating": {"uuid": "b", "template": template, "variables": ["@contact.name", "demain"]}}
    elif version < "13.5":
        components = [
            {"uuid": "b", "name": "body", "params": ["@contact.name"]},
            {"uuid": "c", "name": "button.0", "params": ["demain"]},
        ]
        parts = {"templating": {"template": template, "components": components}}
    message = only(read(flow([node("n", say("Bonjour", **parts))], spec_version=version))).nodes[0]
    assert isinstance(message, Message)
    assert message.content.template is not None
    assert message.content.template.parameters == (("1", Ref(("contact", "name"))), ("2", Const("demain")))


# Data


@pytest.mark.parametrize(
    ("action", "target", "value"),
    [
        ({"type": "set_contact_name", "name": "@results.nom"}, "contact.name", "results.nom"),
        ({"type": "set_contact_language", "language": "fra"}, "contact.language", '"fra"'),
        ({"type": "set_contact_timezone", "timezone": "Africa/Dakar"}, "contact.timezone", '"Africa/Dakar"'),
        ({"type": "set_contact_status", "status": "blocked"}, "contact.status", '"blocked"'),
        ({"type": "set_contact_channel", "channel": {"uuid": "c", "name": "SMS"}}, "contact.channel", '"SMS"'),
        (
            {"type": "set_contact_field", "field": {"key": "Age", "name": "Âge"}, "value": "@(1+2)"},
            "fields.age",
            "1 + 2",
        ),
        ({"type": "set_run_local", "local": "essais", "value": "1", "operation": "set"}, "locals.essais", '"1"'),
        ({"type": "add_contact_urn", "scheme": "tel", "path": "@results.tel"}, "urns.tel", "results.tel"),
    ],
)
def test_changes_of_data_are_assignments(action: dict[str, Any], target: str, value: str) -> None:
    change = only(read(flow([node("n", {"uuid": "a", **action})]))).nodes[0]
    assert isinstance(change, SetVariable)
    (assignment,) = change.assignments
    assert (".".join(assignment.target), assignment.value and print_expression(assignment.value)) == (target, value)


def test_an_empty_value_clears_and_all_groups_are_left() -> None:
    field = {"uuid": "a", "type": "set_contact_field", "field": {"key": "age", "name": "Âge"}, "value": ""}
    groups = {"uuid": "b", "type": "remove_contact_groups", "groups": [], "all_groups": True}
    change = only(read(flow([node("n", field, groups)]))).nodes[0]
    assert isinstance(change, SetVariable)
    assert [(item.target, item.op) for item in change.assignments] == [
        (("fields", "age"), "clear"),
        (("groups",), "clear"),
    ]


def test_a_stopped_contact_has_opted_out_and_optins_are_consent() -> None:
    stop = {"uuid": "a", "type": "set_contact_status", "status": "stopped"}
    optin = {"uuid": "b", "type": "request_optin", "optin": {"uuid": "o", "name": "Actualités"}}
    out, into = only(read(flow([node("n", stop, optin)]))).nodes
    assert isinstance(out, SetConsent)
    assert isinstance(into, SetConsent)
    assert (out.state, into.state, into.purpose) == ("opt_out", "opt_in", "Actualités")


def test_groups_by_expression_stay_expressions() -> None:
    action = {"uuid": "a", "type": "add_contact_groups", "groups": [{"name_match": "@fields.groupe"}]}
    change = only(read(flow([node("n", action)]))).nodes[0]
    assert isinstance(change, SetVariable)
    assert change.assignments[0].value == Ref(("fields", "groupe"))


def test_fields_of_the_export_are_typed_variables() -> None:
    variables = load("rendez_vous.json").project.variable
    assert (variables["fields.age"].type, variables["fields.date_rdv"].type) == ("number", "datetime")
    assert variables["fields.moment"].scope == "contact"
    assert variables["results.choix"].scope == "flow"
    assert "child.run.status" not in variables


# Categories


def waiting(name: str, *later: str) -> dict[str, Any]:
    return flow(
        [
            {
                "uuid": "w",
                "actions": [],
                "router": {
                    "type": "switch",
                    "operand": "@input.text",
                    "wait": {"type": "msg"},
                    "result_name": name,
                    "cases": [{"uuid": "c", "type": "has_any_word", "arguments": ["oui"], "category_uuid": "k1"}],
                    "categories": [
                        {"uuid": "k1", "name": "Oui", "exit_uuid": "e1"},
                        {"uuid": "k2", "name": "Autre", "exit_uuid": "e2"},
                    ],
                    "default_category_uuid": "k2",
                },
                "exits": [{"uuid": "e1", "destination_uuid": "n"}, {"uuid": "e2", "destination_uuid": None}],
            },
            node("n", *(say(text) for text in later)),
        ],
        localization={"eng": {"k1": {"name": ["Yes"]}}},
    )


def test_a_category_that_nobody_looks_at_is_the_label_of_its_edge() -> None:
    ask, _ = only(read(waiting("Couleur", "Merci"))).nodes
    assert [(edge.target, edge.label) for edge in ask.edges] == [("n", "Oui"), (None, "Autre")]
    assert dict(ask.facts)["category_names/Oui"] == '{"eng": "Yes"}'


@pytest.mark.parametrize(
    "use", ["@results.couleur.category", "@(results.couleur.category)", "@results", "@(json(results))"]
)
def test_a_category_that_is_looked_at_is_filed_on_the_way(use: str) -> None:
    found = only(read(waiting("Couleur", use)))
    ask = found.by_id["w"]
    assert [edge.target for edge in ask.edges] == ["w.2", "w.3"]
    filed = found.by_id["w.2"]
    assert isinstance(filed, SetVariable)
    assert filed.assignments[0].target == ("results", "couleur")
    assert filed.assignments[0].category == "Oui"
    assert filed.edges[0].target == "n"


def test_a_translated_category_depends_on_the_language() -> None:
    found = only(read(waiting("Couleur", "@results.couleur.category_localized")))
    filed = found.by_id["w.2"]
    assert isinstance(filed, SetVariable)
    assert [item.value and print_expression(item.value) for item in filed.assignments] == [
        "results.couleur",
        'if(contact.language = "eng", "Yes", "Oui")',
    ]


def test_a_split_saves_what_it_looks_at_as_its_result() -> None:
    found = only(load("flux_seul.json"))
    schema = by_kind(found, Case)[0]
    assert print_expression(schema.subject) == 'index(urn_parts(contact.urn), "scheme")'
    first = load("rendez_vous.json").project.flows[0]
    assignment = next(
        item for item in by_kind(first, SetVariable) if item.assignments[0].target == ("results", "groupe")
    )
    split = following(first, assignment)
    assert isinstance(split, Case)
    guard = split.edges[0].guard
    assert isinstance(guard, When)
    assert isinstance(guard.condition, Call)
    assert guard.condition.args[:2] == (Ref(("contact", "groups")), Const("VIP"))


# Services and subflows


def test_a_webhook_branches_on_its_own_outcome() -> None:
    first = load("rendez_vous.json").project.flows[0]
    (call,) = [item for item in by_kind(first, HttpRequest) if item.service == "http"]
    assert (call.method, call.into) == ("POST", ("webhook",))
    assert call.mapping[0] == ("status", ("results", "réservation"))
    assert [(type(edge.guard), edge.label) for edge in call.edges] == [(Success, "Success"), (Failure, "Failure")]
    assert print_text(call.url) == "https://api.exemple.fr/rdv?tel={url_encode(contact.urn)}"
    assert "PAR376" not in codes(load("rendez_vous.json"))


def test_secrets_are_reported_but_not_printed() -> None:
    parsed = load("hostile/secrets.json")
    found = [finding for finding in parsed.findings if finding.code == "PAR376"]
    assert [finding.place.pointer.rsplit("/", 1)[-1] for finding in found] == ["Authorization", "url"]
    assert not any("8f2c9a7b" in finding.message + finding.help for finding in parsed.findings)


def test_services_are_requests_of_their_kind() -> None:
    parsed = load("rendez_vous.json")
    services = {item.service for found in parsed.project.flows for item in by_kind(found, HttpRequest)}
    assert services == {"http", "email", "llm", "webhook"}
    assert "LOS359" in codes(parsed)


def test_a_subflow_branches_on_how_it_ended() -> None:
    first = load("rendez_vous.json").project.flows[0]
    (call,) = by_kind(first, RunFlow)
    assert (call.flow, call.mode) == ("coordonnees", "call")
    assert [(edge.guard, edge.label) for edge in call.edges] == [(Success(), "Terminé"), (Failure("expired"), "Expiré")]


def test_a_terminal_subflow_is_a_jump_without_a_way_back() -> None:
    child = load("rendez_vous.json").project.by_id["coordonnees"]
    (jump,) = by_kind(child, RunFlow)
    assert (jump.flow, jump.mode, jump.edges) == ("merci", "jump", ())


def test_an_unknown_subflow_is_known_by_the_id_its_own_file_would_give_it() -> None:
    enter = {"uuid": "e", "type": "enter_flow", "flow": {"uuid": "x", "name": "Suite du parcours"}}
    (call,) = by_kind(only(read(flow([node("n", enter)]))), RunFlow)
    assert (call.flow, call.flow_title) == ("suite_du_parcours", "Suite du parcours")


def test_a_ticket_is_a_handover() -> None:
    first = load("rendez_vous.json").project.flows[0]
    (handover,) = by_kind(first, Handover)
    assert handover.to == "Secrétariat"
    assert print_text(handover.note) == "{contact.name} demande de l'aide : {input.text}"
    assert [type(edge.guard) for edge in handover.edges] == [Success, Failure]


def test_broadcasts_and_sessions_have_an_audience() -> None:
    merci = load("rendez_vous.json").project.by_id["merci"]
    (message,) = [item for item in by_kind(merci, Message) if item.audience]
    assert message.audience.groups == ("Accueil",)
    assert message.audience.contacts == (Const("Awa"),)
    (start,) = by_kind(merci, RunFlow)
    assert (start.mode, start.audience.groups, start.audience.query) == ("start", ("Patients",), "age > 18")


def test_a_random_router_gives_equal_shares() -> None:
    first = load("rendez_vous.json").project.flows[0]
    (split,) = [item for item in by_kind(first, Case) if item.subject is None]
    chances = [edge.guard.condition.args[0].value for edge in split.edges[:-1]]
    share, shares = 1.0, []
    for chance in [*chances, 1.0]:
        shares.append(share * chance)
        share *= 1 - chance
    assert shares == pytest.approx([1 / 3] * 3, abs=1e-5)
    assert isinstance(split.edges[-1].guard, Otherwise)


def test_a_wait_of_two_seconds_is_a_pause() -> None:
    first = load("rendez_vous.json").project.flows[0]
    (pause,) = by_kind(first, Delay)
    assert pause.duration.seconds == 2
    assert [type(edge.guard) for edge in pause.edges] == [Always]


def test_a_short_wait_with_two_ways_out_is_still_a_wait() -> None:
    data = waiting("Couleur", "Merci")
    data["nodes"][0]["router"]["wait"]["timeout"] = {"seconds": 2, "category_uuid": "k2"}
    ask = only(read(data)).nodes[0]
    assert isinstance(ask, Ask)
    assert isinstance(ask.edges[-1].guard, Timeout)
    assert ask.edges[-1].guard.after.seconds == 2


def test_voice_and_airtime_are_kept_whole() -> None:
    parsed = load("voix.json")
    found = only(parsed)
    kept = {item.construct: item for item in by_kind(found, Unsupported)}
    assert set(kept) == {"action say_msg", "action play_audio", "wait dial", "action transfer_airtime"}
    assert json.loads(kept["action say_msg"].source)["text"] == "Bonjour, tapez 1."
    assert [type(edge.guard) for edge in kept["action transfer_airtime"].edges] == [Success, Failure]
    assert [edge.label for edge in kept["wait dial"].edges] == ["Répondu", "Échec"]
    assert {"LOS350", "LOS351", "LOS354", "LOS357"} <= codes(parsed)


def test_a_wait_says_what_it_wants() -> None:
    child = load("rendez_vous.json").project.by_id["coordonnees"]
    kinds = [item.reply for item in by_kind(child, Ask)]
    assert kinds == [ReplyKind.ANY, ReplyKind.NUMBER]
    assert by_kind(only(load("voix.json")), Ask)[0].reply is ReplyKind.DIGITS


def test_unknown_actions_are_unsupported_with_their_source() -> None:
    action = {"uuid": "a", "type": "send_message", "text": "Bonjour"}
    parsed = read(flow([node("n", action)]))
    kept = only(parsed).nodes[0]
    assert isinstance(kept, Unsupported)
    assert json.loads(kept.source) == action
    finding = next(item for item in parsed.findings if item.code == "PAR353")
    assert "`send_msg`" in finding.help


def test_unknown_members_are_kept_as_facts() -> None:
    data = flow([{**node("n", say("Un", priorite=1)), "couleur": "bleu"}], humeur="gaie")
    parsed = read(data)
    found = only(parsed)
    assert dict(found.facts)["humeur"] == '"gaie"'
    assert dict(found.nodes[0].facts) == {"priorite": "1", "couleur": '"bleu"'}
    assert [item.code for item in parsed.findings].count("LOS352") == 3


def test_categories_and_exits_that_nothing_leads_to_are_facts() -> None:
    data = waiting("Couleur", "Merci")
    data["nodes"][0]["router"]["categories"].append({"uuid": "k3", "name": "Jamais", "exit_uuid": "e3"})
    data["nodes"][0]["exits"].append({"uuid": "e3", "destination_uuid": "n"})
    ask = only(read(data)).nodes[0]
    assert json.loads(dict(ask.facts)["unused category/Jamais"])["uuid"] == "k3"
    assert json.loads(dict(ask.facts)["unused exit"])["uuid"] == "e3"


# Entries


def test_triggers_are_entries_of_their_kind() -> None:
    first, _, merci, rappel = load("rendez_vous.json").project.flows[:4]
    assert [entry.kind for entry in first.entries] == [
        EntryKind.KEYWORD,
        EntryKind.ANY_MESSAGE,
        EntryKind.CHAT_OPENED,
        EntryKind.AD_REFERRAL,
    ]
    assert [entry.kind for entry in rappel.entries] == [
        EntryKind.CALL,
        EntryKind.CALL,
        EntryKind.SCHEDULE,
        EntryKind.CAMPAIGN,
    ]
    assert [(entry.kind, entry.name) for entry in merci.entries[1:]] == [
        (EntryKind.CONTACT_EVENT, "closed ticket"),
        (EntryKind.CONTACT_EVENT, "opt-in"),
        (EntryKind.CONTACT_EVENT, "opt-out"),
        (EntryKind.SUBFLOW, "enter_flow"),
    ]


def test_keywords_have_their_match_type_and_conditions() -> None:
    first, _, merci, _ = load("rendez_vous.json").project.flows[:4]
    keyword, catch_all = first.entries[:2]
    assert keyword.keywords.first == ("rdv", "rendezvous", "موعد")
    assert keyword.match == "word"
    assert keyword.condition is not None
    assert print_expression(keyword.condition) == 'not has_group(contact.groups, "Bloqués")'
    assert catch_all.condition is not None
    assert print_expression(catch_all.condition) == (
        'has_group(contact.groups, "Patients") or has_group(contact.groups, "VIP")'
    )
    assert (merci.entries[0].keywords.first, merci.entries[0].match) == (("merci",), "only")


def test_campaigns_are_entries_with_their_delay() -> None:
    rappel = load("rendez_vous.json").project.by_id["rappel"]
    entry = rappel.entries[-1]
    assert entry.kind is EntryKind.CAMPAIGN
    assert entry.offset is not None
    assert (entry.offset.seconds, entry.schedule, entry.name) == (
        -86_400,
        "1 day before Date du rendez-vous, at 9:00",
        "Rappels",
    )
    assert entry.initiator is Initiator.BUSINESS


def test_a_campaign_message_is_a_flow_of_its_own() -> None:
    project = load("rendez_vous.json").project
    found = next(item for item in project.flows if item.id.startswith("rappels"))
    (message,) = found.nodes
    assert isinstance(message, Message)
    assert message.content.text.locales == ("fra", "eng", "ara")
    assert found.locale == "fra"
    assert found.entries[0].offset is not None
    assert found.entries[0].offset.seconds == 7200


def test_what_starts_a_flow_elsewhere_is_a_flow_that_goes_on_to_it() -> None:
    parsed = load("rendez_vous.json")
    (jump,) = [
        item
        for item in parsed.project.flows
        if item.nodes and isinstance(item.nodes[0], RunFlow) and item.id != "coordonnees"
    ]
    node_ = jump.nodes[0]
    assert isinstance(node_, RunFlow)
    assert (node_.flow, node_.mode, jump.entries[0].kind) == ("enquete", "jump", EntryKind.CAMPAIGN)
    assert "PAR369" in codes(parsed)


def test_a_flow_that_nothing_starts_is_started_by_the_business() -> None:
    parsed = load("flux_seul.json")
    (entry,) = only(parsed).entries
    assert entry.kind is EntryKind.API
    assert "PAR370" in codes(parsed)
    child = load("rendez_vous.json").project.by_id["coordonnees"]
    assert [item.kind for item in child.entries] == [EntryKind.SUBFLOW]


# Glific


def test_glific_messages_keep_their_parts() -> None:
    found = only(load("glific_export.json"))
    menu, choices, place = by_kind(found, Ask)
    assert {key: print_text(text) for key, text in menu.content.text} == {
        "fr": "Bonjour {contact.name}, prêt ?",
        "hi": "नमस्ते {contact.name}, तैयार हैं?",
    }
    assert print_text(menu.content.header.first) == "Bienvenue"
    assert print_text(menu.content.footer.first) == "Tapez STOP pour arrêter"
    assert [choice.title.get("hi") and print_text(choice.title.get("hi")) for choice in menu.content.choices] == [
        "हाँ",
        "नहीं",
    ]
    assert [choice.accepts.get("hi") for choice in menu.content.choices] == [("हाँ",), ("नहीं",)]
    assert print_text(choices.content.list_label.first) == "Voir"
    assert [(c.id, print_text(c.section.first)) for c in choices.content.choices] == [
        ("haiku", "Poésie"),
        ("sonnet", "Poésie"),
        ("conte", "Prose"),
    ]
    assert [choice.kind for choice in place.content.choices] == [ChoiceKind.SHARE_LOCATION]
    assert place.reply is ReplyKind.LOCATION
    assert isinstance(place.edges[0].guard, Chosen)


def test_glific_waits_consent_keywords_and_code() -> None:
    parsed = load("glific_export.json")
    found = only(parsed)
    assert [item.duration.seconds for item in by_kind(found, Delay)] == [3600]
    assert [item.state for item in by_kind(found, SetConsent)] == ["opt_in", "opt_out"]
    assert found.entries[0].keywords.first == ("lecture", "लेखन")
    elixir = [hole.expression for said in spoken(found) for hole in holes(said) if isinstance(hole.expression, Opaque)]
    assert elixir == [Opaque("elixir", "<%= Enum.sum([1, 2]) %>")]
    assert {"VAR102", "LOS358"} <= codes(parsed)
    geo = next(item for item in by_kind(found, HttpRequest) if item.service == "function")
    assert (geo.name, [type(edge.guard) for edge in geo.edges]) == ("geolocation", [Success, Failure])


# The whole


@pytest.mark.parametrize("path", sorted(FIXTURES.rglob("*.json")), ids=lambda path: path.stem)
def test_a_project_round_trips_through_the_scenario_file(path: Path) -> None:
    from bascule.ir.dump import to_yaml
    from bascule.parsers.scenario import parse as parse_scenario

    project = parse(SourceFile(path.name, path.read_bytes()), ParseOptions()).project
    if not project.flows:
        return
    text = to_yaml(encode_project(project))
    again = parse_scenario(SourceFile.of_text(text, "scenario.yaml"), ParseOptions())
    assert again.project == project


def test_reading_twice_gives_the_same() -> None:
    one, two = load("rendez_vous.json"), load("rendez_vous.json")
    assert encode_project(one.project, provenance=True) == encode_project(two.project, provenance=True)
    assert one.findings == two.findings


def test_edges_and_nodes_know_their_places() -> None:
    parsed = load("rendez_vous.json")
    for found in parsed.project.flows:
        for item in found.nodes:
            assert item.at is not None
            assert parsed.document.source_of(item.at.pointer)  # type: ignore[attr-defined]
            for edge in item.edges:
                assert edge.at is not None, item.id

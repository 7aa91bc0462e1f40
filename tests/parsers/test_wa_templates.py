"""WhatsApp templates and send bodies: what each shape becomes, and the way back to the same bodies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bascule.backends import EmitJob, meta
from bascule.diagnostics import Severity, locate
from bascule.ir.content import ChoiceKind, MediaKind
from bascule.ir.expr import Const, Ref
from bascule.ir.nodes import Ask, Message, Unsupported
from bascule.ir.project import EntryKind, Flow, TemplateAsset
from bascule.ir.settings import ProjectSettings
from bascule.ir.text import Hole, holes, plain_text
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.wa_templates import parse, rules
from bascule.passes import run_passes
from bascule.source import SourceFile
from bascule.targets import load_capabilities

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "wa-templates"


def read(name: str, locale: str = "") -> Parsed:
    path = FIXTURES / name
    return parse(SourceFile(path.name, path.read_bytes()), ParseOptions(locale=locale))


def read_value(value: Any, name: str = "liste.json") -> Parsed:
    return parse(SourceFile.of_text(json.dumps(value, ensure_ascii=False), name), ParseOptions())


def said(flow: Flow, index: int = 0) -> Message | Ask:
    node = flow.nodes[index]
    assert isinstance(node, (Message, Ask))
    return node


def asset(parsed: Parsed, name: str, language: str = "fr") -> TemplateAsset:
    (found,) = [one for one in parsed.project.templates if (one.name, one.language) == (name, language)]
    return found


def codes(parsed: Parsed) -> set[str]:
    return {finding.code for finding in parsed.findings}


def emitted(parsed: Parsed) -> dict[str, Any]:
    """What the compiler writes for Meta, by path."""
    result = run_passes([parsed.project])
    job = EmitJob(result.project, result.plan, load_capabilities("meta"), ProjectSettings())
    written = meta.emit(job)
    assert not written.findings
    files = (artefact for artefact in written.artefacts if artefact.path.endswith(".json"))
    return {artefact.path: json.loads(artefact.text) for artefact in files}


def bare(value: Any) -> Any:
    """A body without its samples."""
    if isinstance(value, dict):
        return {name: bare(item) for name, item in value.items() if name != "example"}
    return [bare(item) for item in value] if isinstance(value, list) else value


def test_plain_templates_come_out_as_they_went_in() -> None:
    originals = json.loads((FIXTURES / "brouillons.json").read_text(encoding="utf-8"))
    written = emitted(read("brouillons.json"))
    assert len(originals) == 5
    for original in originals:
        body = written[f"meta/templates/{original['name']}.{original['language']}.json"]
        # The compiler judges the category itself: it is a request.
        assert {**body, "category": ""} == {**original, "category": ""}
    assert sum(path.startswith("meta/templates/") for path in written) == 5


def test_named_parameters_keep_their_names() -> None:
    written = emitted(read("corps.json"))["meta/templates/compte_cree.en_US.json"]
    assert written["parameter_format"] == "NAMED"
    assert written["components"][0]["text"].startswith("Hello {{first_name}}, your account {{account_id}} is ready.")
    assert written["components"][0]["example"] == {
        "body_text_named_params": [
            {"param_name": "first_name", "example": "Ana"},
            {"param_name": "account_id", "example": "A-1042"},
        ]
    }


def test_an_approved_template_is_sent_by_reference_and_not_submitted() -> None:
    written = emitted(read("meta_liste.json"))
    assert "meta/templates/rappel_rdv.fr.json" not in written
    send = written["meta/messages/rappel_rdv/fr.template.json"]["template"]
    assert send["name"] == "rappel_rdv"
    assert send["language"] == {"code": "fr"}
    assert send["components"] == [
        {"type": "header", "parameters": [{"type": "text", "text": "{{rappel_rdv.header.1}}"}]},
        {
            "type": "body",
            "parameters": [{"type": "text", "text": "{{rappel_rdv.1}}"}, {"type": "text", "text": "{{rappel_rdv.2}}"}],
        },
        {
            "type": "button",
            "sub_type": "url",
            "index": "2",
            "parameters": [{"type": "text", "text": "{{rappel_rdv.button.2}}"}],
        },
    ]


def test_media_headers_and_one_time_codes_are_sent_by_reference_with_their_values() -> None:
    written = emitted(read("meta_liste.json"))
    paused = written["meta/messages/relance_panier/message.template.json"]["template"]["components"]
    assert paused[0]["parameters"] == [{"type": "image", "image": {"link": "{{relance_panier.header.image}}"}}]
    code = written["meta/messages/code_connexion/message.template.json"]["template"]["components"]
    values = [part["parameters"][0]["text"] for part in code]
    assert values == ["{{code_connexion.1}}", "{{code_connexion.1}}"]


def test_one_flow_for_each_name_with_a_node_for_each_language_of_the_account() -> None:
    parsed = read("meta_liste.json")
    flow = parsed.project.by_id["rappel_rdv"]
    assert [node.id for node in flow.nodes] == ["fr", "ar"]
    assert [(entry.target, entry.name) for entry in flow.entries] == [("fr", "rappel_rdv.fr"), ("ar", "rappel_rdv.ar")]
    arabic = said(flow, 1).content
    assert arabic.template is not None
    assert arabic.template.language == "ar"
    assert plain_text(arabic.text.first, lambda _: "{}").startswith("مرحبا {}، تم تأكيد موعدك يوم {}")


def test_texts_keep_every_character() -> None:
    value = json.loads((FIXTURES / "meta_liste.json").read_text(encoding="utf-8"))
    parsed = read("meta_liste.json")
    checked = 0
    for item in value["data"]:
        body = next((part["text"] for part in item.get("components", []) if part["type"] == "BODY"), None)
        if body is None:
            continue
        text = asset(parsed, item["name"], item["language"]).text.first
        spelled = plain_text(text, lambda hole: parsed.document.text[slice(*span(parsed, hole))])
        assert spelled == body
        checked += 1
    assert checked == 10


def span(parsed: Parsed, hole: Hole) -> tuple[int, int]:
    assert hole.at is not None
    found = parsed.document.locate(hole.at)
    return found.start, found.end


def test_holes_are_variables_of_their_template_with_the_examples_as_samples() -> None:
    parsed = read("brouillons.json")
    content = said(parsed.project.by_id["rappel_rdv"]).content
    names = [hole.expression.name for hole in holes(content.text.first) if isinstance(hole.expression, Ref)]
    assert names == ["rappel_rdv.1", "rappel_rdv.2"]
    samples = {name: dict(variable.sample.items) for name, variable in parsed.project.variable.items()}
    assert samples["rappel_rdv.1"] == {"fr": "Awa Diallo", "ar": "آوا ديالو"}
    assert samples["rappel_rdv.header.1"] == {"fr": "Awa", "ar": "آوا"}
    assert samples["rappel_rdv.button.2"] == {"fr": "B12", "ar": "B12"}
    assert samples["colis_expedie.1"] == {"hi": "अनिता"}


def test_buttons_become_choices_in_their_order() -> None:
    node = said(read("brouillons.json").project.by_id["rappel_rdv"])
    assert isinstance(node, Ask)
    assert [choice.kind for choice in node.content.choices] == [
        ChoiceKind.REPLY,
        ChoiceKind.REPLY,
        ChoiceKind.URL,
        ChoiceKind.CALL,
    ]
    assert [plain_text(choice.title.get("ar") or ()) for choice in node.content.choices] == [
        "أؤكد",
        "تأجيل",
        "الخريطة",
        "اتصل بنا",
    ]


@pytest.mark.parametrize(
    ("name", "constructs"),
    [
        ("vitrine", {"carousel"}),
        ("offre_flash", {"limited-time offer", "COPY_CODE button"}),
        ("code_connexion", {"OTP button"}),
        ("enquete", {"FLOW button"}),
    ],
)
def test_what_the_graph_has_no_form_for_is_kept_whole(name: str, constructs: set[str]) -> None:
    value = json.loads((FIXTURES / "meta_liste.json").read_text(encoding="utf-8"))
    original = next(item for item in value["data"] if item["name"] == name)
    parsed = read("meta_liste.json")
    assert json.loads(asset(parsed, name).definition)["components"] == original["components"]
    (finding,) = [one for one in parsed.findings if one.code == "LOS650" and f"`{name}`" in one.message]
    assert all(construct in finding.message for construct in constructs)
    use = said(parsed.project.by_id[name]).content.template
    assert use is not None
    assert use.name == name


def test_cards_of_a_carousel_are_shown_with_parameters_of_their_own() -> None:
    content = said(read("meta_liste.json").project.by_id["vitrine"]).content
    assert len(content.cards) == 2
    assert content.template is not None
    assert [slot for slot, _ in content.template.parameters] == [
        "1", "card.0.header.image", "card.0.1", "card.0.button.1", "card.1.header.image", "card.1.1", "card.1.button.1",
    ]  # fmt: skip
    (hole,) = holes(content.cards[1].text.first)
    assert hole.expression == Ref(("vitrine", "card", "1", "1"))


def test_statuses_are_reported_with_their_reason() -> None:
    found = {(finding.code, finding.place.pointer): finding.message for finding in read("meta_liste.json").findings}
    assert "INVALID_FORMAT" in found["PAR653", "/data/3/status"]
    assert "paused" in found["PAR654", "/data/4/status"]
    assert "pending" in found["PAR656", "/data/5/status"]
    assert "disabled" in found["PAR655", "/data/9/status"]
    assert ("PAR657", "/data/4/components/0/example/header_handle/0") in found
    assert ("PAR661", "/data/10") in found
    assert ("PAR652", "/paging/next") in found


def test_a_rejected_template_is_submitted_anew() -> None:
    written = emitted(read("meta_liste.json"))
    assert "meta/templates/soldes_ete.pt_BR.json" in written
    assert written["meta/messages/soldes_ete/ask.template.json"]["template"]["name"] == "soldes_ete"


def test_the_token_of_the_next_page_is_shown_nowhere() -> None:
    parsed = read("meta_liste.json")
    assert "EAAfixture" not in parsed.document.text
    assert "EAAfixture" not in json.dumps(parsed.project.facts)
    assert "EAAfixture" not in repr(parsed.findings)


def test_members_beside_the_body_are_facts_of_the_asset() -> None:
    found = asset(read("meta_liste.json"), "rappel_rdv")
    assert found.provider_id == "900000000000001"
    assert found.status == "APPROVED"
    assert dict(found.facts) == {"quality_score": '{"score": "GREEN"}', "sub_category": '"CUSTOM"'}
    assert "quality_score" not in found.definition


def test_a_map_of_bodies_names_them_and_groups_their_languages() -> None:
    parsed = read("par_nom.json")
    content = said(parsed.project.by_id["bienvenue"]).content
    assert content.text.locales == ("fr", "en")
    (media,) = said(parsed.project.by_id["avis"]).content.media
    assert (media.kind, media.asset) == (MediaKind.IMAGE, "4::aW1hZ2U")
    assert json.loads(asset(parsed, "bienvenue").definition)["name"] == "bienvenue"


def test_a_language_that_is_built_differently_becomes_a_template_of_its_own() -> None:
    parsed = read("par_nom.json")
    assert {"lien", "lien_en"} <= parsed.project.by_id.keys()
    assert "PAR664" in codes(parsed)


def test_a_header_that_only_one_language_has_stays_in_that_language() -> None:
    header = {"type": "HEADER", "format": "TEXT", "text": "Rendez-vous"}
    body = {"type": "BODY", "text": "Votre rendez-vous est confirmé pour demain."}
    base = {"name": "rdv", "category": "UTILITY"}
    value = [{**base, "language": "fr", "components": [header, body]}, {**base, "language": "en", "components": [body]}]
    written = emitted(read_value(value))
    assert [part["type"] for part in written["meta/templates/rdv.fr.json"]["components"]] == ["HEADER", "BODY"]
    assert [part["type"] for part in written["meta/templates/rdv.en.json"]["components"]] == ["BODY"]


def test_lines_are_read_like_a_list() -> None:
    parsed = read("corps.jsonl")
    assert list(parsed.project.by_id) == ["colis_expedie", "commande_prete"]
    (hole, *_) = holes(said(parsed.project.by_id["commande_prete"]).content.text.first)
    start, end = span(parsed, hole)
    assert parsed.document.text[start:end] == "{{1}}"
    assert parsed.document.line_column(start)[0] == 2


def test_twilio_contents_have_one_numbering_for_all_parts() -> None:
    parsed = read("twilio_contents.json")
    content = said(parsed.project.by_id["suivi_colis"]).content
    (hole,) = holes(content.choices[0].url)
    assert hole.expression == Ref(("suivi_colis", "2"))
    assert parsed.project.variable["suivi_colis.2"].sample.first == "MK-20413"
    assert asset(parsed, "suivi_colis").provider_id == "HX00000000000000000000000000000001"


def test_an_approved_twilio_content_is_sent_under_its_approved_name() -> None:
    use = said(read("twilio_contents.json").project.by_id["customer_review"]).content.template
    assert use is not None
    assert (use.name, use.provider_id) == ("customer_review", "HX00000000000000000000000000000003")


def test_a_list_picker_belongs_to_a_conversation() -> None:
    parsed = read("twilio_contents.json")
    flow = parsed.project.by_id["choix_service"]
    assert flow.entries[0].kind is EntryKind.SUBFLOW
    assert "LOS651" in codes(parsed)
    content = said(flow).content
    assert plain_text(content.list_label.first) == "Choisir"
    assert [choice.payload for choice in content.choices] == ["ventes", "sav"]
    body = emitted(parsed)["meta/messages/choix_service/ask.json"]["interactive"]
    assert body["type"] == "list"


def test_infobip_structures_are_read_in_both_generations() -> None:
    parsed = read("infobip.json")
    content = said(parsed.project.by_id["facture"]).content
    assert content.media[0].kind is MediaKind.DOCUMENT
    assert [choice.kind for choice in content.choices] == [ChoiceKind.REPLY, ChoiceKind.CALL, ChoiceKind.URL]
    assert parsed.project.variable["facture.button.2"].sample.first == "f12"
    assert plain_text(asset(parsed, "ancien", "ar").text.first, lambda _: "{{1}}") == "تم استلام طلبك رقم {{1}} بنجاح."
    assert {"TPL930", "PAR653", "LOS650"} <= codes(parsed)


def test_gupshup_examples_are_taken_out_of_the_filled_body() -> None:
    parsed = read("gupshup.json")
    assert parsed.project.variable["solde_compte.1"].sample.first == "Awa"
    assert parsed.project.variable["solde_compte.2"].sample.first == "1 250"
    assert len(said(parsed.project.by_id["solde_compte"]).content.choices) == 2


def test_360dialog_lists_are_meta_bodies_with_members_of_their_own() -> None:
    parsed = read("dialog360.json")
    assert {one.provider for one in parsed.project.templates} == {"360dialog"}
    assert codes(parsed) == {"TPL930", "PAR656"}
    assert dict(asset(parsed, "ancien").facts)["namespace"] == '"c0ffee_01"'


def test_send_bodies_become_flows_of_one_message() -> None:
    parsed = read("envois.json", "fr")
    contents = [said(flow).content for flow in parsed.project.flows if not isinstance(flow.nodes[0], Unsupported)]
    assert len(contents) == 11
    assert plain_text(contents[0].text.first, lambda _: "{}") == "Bonjour {}, comment puis-je vous aider ?"
    assert contents[1].media[0].kind is MediaKind.IMAGE
    assert contents[2].media[0].asset == "4545"
    assert contents[3].location is not None
    assert contents[3].location.latitude == Const(48.85)
    assert plain_text(contents[4].contacts[0].name) == "Service client"
    assert [plain_text(choice.title.first) for choice in contents[5].choices] == ["نعم", "لا"]
    assert [plain_text(choice.section.first) for choice in contents[6].choices] == ["सेवाएँ", "सेवाएँ"]
    assert contents[7].choices[0].kind is ChoiceKind.URL
    assert contents[8].choices[0].kind is ChoiceKind.SHARE_LOCATION
    assert contents[9].choices[0].kind is ChoiceKind.FLOW


def test_a_template_that_is_sent_is_a_use_by_reference_with_its_values() -> None:
    parsed = read("envois.json")
    use = said(parsed.project.by_id["rappel_rdv"]).content.template
    assert use is not None
    assert dict(use.parameters) == {
        "header.1": Const("Awa"),
        "1": Ref(("contact", "name")),
        "2": Const("12 mars"),
        "button.0.payload": Const("OUI"),
        "button.2": Const("B12"),
    }
    written = emitted(parsed)["meta/messages/rappel_rdv/message.template.json"]["template"]
    original = json.loads((FIXTURES / "envois.json").read_text(encoding="utf-8"))[11]["template"]
    assert written["components"][0] == original["components"][0]
    assert written["components"][2:] == original["components"][2:]


def test_people_are_left_out() -> None:
    parsed = read("envois.json")
    assert "33600000000" not in repr(parsed.project)
    assert {"LOS652", "LOS653", "LOS654"} <= codes(parsed)
    assert not any("wamid.1" in repr(flow) for flow in parsed.project.flows)


def test_a_payment_is_kept_as_its_source() -> None:
    (node,) = [
        node for flow in read("envois.json").project.flows for node in flow.nodes if isinstance(node, Unsupported)
    ]
    assert node.construct == "interactive order_details"
    assert json.loads(node.source)["interactive"]["action"]["name"] == "review_and_pay"


def test_bodies_that_the_compiler_wrote_are_read_back() -> None:
    written = emitted(read("brouillons.json"))
    bodies = [body for path, body in written.items() if path.startswith(("meta/templates/", "meta/messages/"))]
    parsed = read_value(bodies)
    assert not [finding for finding in parsed.findings if finding.severity is Severity.ERROR]
    assert "PAR651" not in codes(parsed)
    assert "LOS652" not in codes(parsed)  # the recipient is a marker, nobody's number
    again = emitted(parsed)
    assert {path: bare(body) for path, body in again.items() if path.startswith("meta/templates/")} == {
        path: bare(body) for path, body in written.items() if path.startswith("meta/templates/")
    }


def test_defects_are_named_at_their_places() -> None:
    found = {(finding.code, finding.place.pointer) for finding in read("hostile/formes.json").findings}
    assert ("TPL900", "/0/components/4/buttons/0") in found
    assert ("TPL911", "/0/components/4/buttons/1/type") in found
    assert ("PAR661", "/1") in found
    assert {("PAR658", "/1")} <= {(f.code, f.place.pointer) for f in read("hostile/doublon.json").findings}
    mixed = read("hostile/melange.json")
    (stray,) = [finding for finding in mixed.findings if finding.code == "PAR651"]
    assert stray.data["count"] == 2
    assert locate(stray, {mixed.document.path: mixed.document}).span is not None


def test_what_only_looks_like_a_parameter_stays_in_the_text() -> None:
    text = asset(read("hostile/formes.json"), "Rappel RDV").text.first
    assert plain_text(text, lambda _: "#") == "Bonjour #, à { demain } {{ 2 }} {{3}."


def test_a_draft_without_examples_is_told() -> None:
    value = {
        "name": "Rappel RDV",
        "language": "fr",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Bonjour {{1}}, votre rendez-vous est demain."}],
    }
    assert {"PAR659", "PAR660"} <= codes(read_value(value))
    value["status"] = "APPROVED"
    assert not {"PAR659", "PAR660"} & codes(read_value({**value, "id": "1"}))


def test_two_codes_of_one_language_become_two_templates() -> None:
    base = {"name": "aviso", "category": "UTILITY"}
    texts = {"es": "Hola, tu pedido está listo para recoger.", "es_VE": "Epa, tu pedido ya se puede buscar."}
    value = [
        {**base, "language": language, "components": [{"type": "BODY", "text": text}]}
        for language, text in texts.items()
    ]
    parsed = read_value(value)
    assert "PAR664" in codes(parsed)
    written = emitted(parsed)
    assert {"meta/templates/aviso.es.json", "meta/templates/aviso_es_ve.es.json"} <= written.keys()


PAGED = {
    "name": "rappel",
    "language": "fr",
    "category": "UTILITY",
    "components": [{"type": "BODY", "text": "Bonjour."}],
}


def test_answers_saved_as_a_list_of_pages() -> None:
    pages = [
        {"data": [PAGED], "paging": {"cursors": {"after": "QVFI"}, "next": "https://graph.facebook.com/x"}},
        {"data": [{**PAGED, "name": "suivi"}, {"note": 1}], "paging": {"cursors": {"before": "QVFI"}}},
    ]
    parsed = read_value(pages)
    assert [one.name for one in parsed.project.templates] == ["rappel", "suivi"]
    assert [one.at.pointer for one in parsed.project.templates if one.at] == ["/0/data/0", "/1/data/0"]
    assert {name for name, _ in parsed.project.facts} == {"0/paging", "1/paging"}
    assert rules.NotATemplate.code in codes(parsed)
    more = [finding for finding in parsed.findings if "another page" in finding.message]
    assert not more, "the next page is in the file"
    dropped = [entry for entry in parsed.ledger.entries if entry.fate.value == "dropped"]
    assert {entry.place.pointer for entry in dropped} == {"/1/data/1", "/1/data/1/note"}


def test_the_last_page_of_a_list_of_pages_goes_on() -> None:
    parsed = read_value([{"data": [PAGED], "paging": {"next": "https://graph.facebook.com/x"}}])
    (more,) = [finding for finding in parsed.findings if "another page" in finding.message]
    assert more.place.pointer == "/0/paging/next"


@pytest.mark.parametrize("holder", ["template", "json"])
def test_items_that_hold_the_template_in_a_member(holder: str) -> None:
    parsed = read_value({"contents": [{holder: PAGED, "from": "boutique"}]})
    (one,) = parsed.project.templates
    assert (one.name, one.at and one.at.pointer) == ("rappel", f"/contents/0/{holder}")
    assert dict(parsed.project.facts)["contents/0/from"] == '"boutique"'


def test_what_a_body_says_beside_its_content_is_kept_as_facts() -> None:
    """Preview, file name and currency are no content: facts of the message, by their place in the body."""
    components = [
        {"type": "header", "parameters": [{"type": "document", "document": {"link": "https://a.example/x.pdf", "filename": "Bon.pdf"}}]},
        {"type": "body", "parameters": [{"type": "currency", "currency": {"fallback_value": "10 €", "code": "EUR", "amount_1000": 10000}}]},
    ]  # fmt: skip
    bodies = [
        {"messaging_product": "whatsapp", "type": "text", "text": {"body": "Bonjour", "preview_url": True}},
        {"messaging_product": "whatsapp", "type": "template",
         "template": {"name": "recu", "language": {"code": "fr"}, "components": components}},
    ]  # fmt: skip
    file = SourceFile("corps.json", json.dumps(bodies).encode())
    parsed = parse(file, ParseOptions())
    facts = {key: value for flow in parsed.project.flows for node in flow.nodes for key, value in node.facts}
    assert facts["text/preview_url"] == "true"
    assert facts["template/components/0/parameters/0/document/filename"] == '"Bon.pdf"'
    assert facts["template/components/1/parameters/0/currency/code"] == '"EUR"'
    assert facts["template/components/1/parameters/0/currency/amount_1000"] == "10000"
    assert not [key for key in facts if "fallback_value" in key]

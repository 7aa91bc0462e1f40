"""Parameters of defined templates: kept as the definition says where Meta takes them so, told where they change."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.compiling import Compilation
from bascule.source import SourceFile
from bascule.workspace import InputFile, analyse, load

ORDER = "Rendez-vous du {{1}} avec le docteur {{3}} pour la personne {{2}}, merci de venir à l'heure."
TWICE = "Bonjour {{2}}, votre commande {{1}} est arrivée ; gardez le numéro {{1}} pour la retirer en magasin."
NAMED = "Bonjour {{prenom}}, votre commande {{numero_commande}} est arrivée dans notre magasin du centre."


def definition(text: str, samples: list[str], name: str = "suivi", **more: Any) -> dict[str, Any]:
    body = {"type": "BODY", "text": text, "example": {"body_text": [samples]}}
    return {"name": name, "language": "fr", "category": "UTILITY", "components": [body], **more}


def named(text: str, samples: dict[str, str]) -> dict[str, Any]:
    pairs = [{"param_name": key, "example": value} for key, value in samples.items()]
    body = {"type": "BODY", "text": text, "example": {"body_text_named_params": pairs}}
    return {**definition(text, []), "parameter_format": "NAMED", "components": [body]}


class Compiled:
    """What a target gets of definitions."""

    def __init__(self, target: str, *definitions: dict[str, Any]) -> None:
        text = json.dumps({"data": list(definitions)}, ensure_ascii=False)
        analysis = analyse(load([InputFile(SourceFile.of_text(text, "modeles.json"), "modeles.json")]))
        emission = Compilation(analysis).write(target).emitted
        self.files = {item.path: item.text for item in emission.artefacts}
        self.told = [finding.message for finding in emission.findings if finding.code == "TPL100"]
        self.ledger = [entry for entry in emission.ledger if entry.construct == "parameter numbers"]

    def json(self, path: str) -> Any:
        return json.loads(self.files[path])


def test_numbers_in_another_order_stay_as_the_definition_has_them() -> None:
    made = Compiled("meta", definition(ORDER, ["12 mars", "Awa", "Durand"]))
    assert made.json("meta/templates/suivi.fr.json")["components"] == [
        {"type": "BODY", "text": ORDER, "example": {"body_text": [["12 mars", "Awa", "Durand"]]}}
    ]
    send = made.json("meta/messages/suivi/message.template.json")["template"]["components"]
    assert [item["text"] for item in send[0]["parameters"]] == ["{{suivi.1}}", "{{suivi.2}}", "{{suivi.3}}"]
    bindings = made.json("meta/bindings.json")["templates"]["suivi"]["languages"]["fr"]
    assert {key: slot["variable"] for key, slot in bindings["slots"].items()} == {
        "body.1": "suivi.1",
        "body.2": "suivi.2",
        "body.3": "suivi.3",
    }
    assert bindings["origins"][0]["bindings"] == {f"body.{number}": f"suivi.{number}" for number in (1, 2, 3)}
    assert made.told == made.ledger == []


def test_named_parameters_stay_named() -> None:
    source = named(NAMED, {"prenom": "Zoé", "numero_commande": "C-42"})
    made = Compiled("meta", source)
    body = made.json("meta/templates/suivi.fr.json")
    assert (body["parameter_format"], body["components"]) == ("NAMED", source["components"])
    send = made.json("meta/messages/suivi/message.template.json")["template"]["components"]
    assert send[0]["parameters"] == [
        {"type": "text", "parameter_name": "prenom", "text": "{{suivi.prenom}}"},
        {"type": "text", "parameter_name": "numero_commande", "text": "{{suivi.numero_commande}}"},
    ]
    step = made.json("meta/bindings.json")["steps"]["suivi"]["message"]
    assert list(step["templates"][0]["bindings"]) == ["body.prenom", "body.numero_commande"]
    assert made.told == made.ledger == []


def test_a_link_keeps_its_number_beside_names() -> None:
    link = {"type": "URL", "text": "Suivre", "url": "https://x.example/{{1}}", "example": ["https://x.example/C-42"]}
    source = named(NAMED, {"prenom": "Zoé", "numero_commande": "C-42"})
    source["components"].append({"type": "BUTTONS", "buttons": [link]})
    made = Compiled("meta", source)
    assert made.json("meta/templates/suivi.fr.json")["components"][1]["buttons"][0]["url"] == "https://x.example/{{1}}"
    send = made.json("meta/messages/suivi/message.template.json")["template"]["components"]
    assert send[1]["parameters"] == [{"type": "text", "text": "{{suivi.button.0}}"}]


def test_360dialog_takes_what_meta_takes() -> None:
    made = Compiled("d360", definition(ORDER, ["12 mars", "Awa", "Durand"]))
    assert made.json("d360/requests/templates/suivi.fr.json")["body"]["components"][0]["text"] == ORDER
    assert made.told == []


def test_a_number_said_twice_is_told_with_its_new_numbers() -> None:
    made = Compiled("meta", definition(TWICE, ["C-42", "Zoé"]))
    text = made.json("meta/templates/suivi.fr.json")["components"][0]["text"]
    assert text.startswith("Bonjour {{1}}, votre commande {{2}} est arrivée ; gardez le numéro {{3}} pour")
    assert made.told == [
        "the parameters of `suivi` (fr) are not called as in its definition: "
        "`{{2}}` → `{{1}}`, `{{1}}` → `{{2}}`, `{{1}}` → `{{3}}`"
    ]
    assert [entry.fate.value for entry in made.ledger] == ["emulated"]


@pytest.mark.parametrize("target", ["twilio", "infobip", "vonage", "plivo"])
def test_targets_with_numbers_of_their_own_tell_the_new_ones(target: str) -> None:
    told = Compiled(target, definition(ORDER, ["12 mars", "Awa", "Durand"])).told
    assert len(told) == 1
    assert told[0].endswith(": `{{3}}` → `{{2}}`, `{{2}}` → `{{3}}`")


@pytest.mark.parametrize("target", ["meta", "d360", "twilio", "infobip", "bird", "vonage", "plivo"])
def test_numbers_in_reading_order_are_not_told(target: str) -> None:
    text = "Bonjour {{1}}, votre commande {{2}} est arrivée dans notre magasin du centre."
    assert Compiled(target, definition(text, ["Zoé", "C-42"])).told == []


def test_texts_that_are_no_definition_are_not_told() -> None:
    rows = 'key,lang,text\nsuivi,fr,"Bonjour {{2}}, votre commande {{1}} est arrivée au magasin, venez la chercher."\n'
    analysis = analyse(load([InputFile(SourceFile.of_text(rows, "sms.csv"), "sms.csv")]))
    emitted = Compilation(analysis).write("meta").emitted
    body = json.loads({item.path: item.text for item in emitted.artefacts}["meta/templates/suivi.fr.json"])
    assert body["components"][0]["text"].startswith("Bonjour {{1}}, votre commande {{2}} est")
    assert "TPL100" not in [finding.code for finding in emitted.findings]


def test_bird_takes_values_by_name_so_that_nothing_is_told() -> None:
    made = Compiled("bird", definition(ORDER, ["12 mars", "Awa", "Durand"]))
    send = made.json("bird/requests/messages/suivi/message.template.json")["body"]["template"]["components"]
    assert {item["name"]: item["text"] for item in send[0]["parameters"]} == {
        f"suivi_{number}": f"{{{{suivi.{number}}}}}" for number in (1, 2, 3)
    }
    assert made.told == []


def test_a_definition_that_becomes_another_template_is_named() -> None:
    first = "Bonjour {{1}}, votre commande {{2}} est arrivée dans notre magasin du centre."
    second = "Bonjour {{2}}, votre commande {{1}} est arrivée dans notre magasin du centre."
    made = Compiled("meta", definition(first, ["Zoé", "C-42"]), definition(second, ["C-42", "Zoé"], "autre"))
    assert [path for path in made.files if "/templates/" in path] == ["meta/templates/suivi.fr.json"]
    assert made.json("meta/templates/suivi.fr.json")["components"][0]["text"] == first
    assert made.told == [
        "the parameters of `suivi` (fr) are not called as in the definition of `autre`: "
        "`{{2}}` → `{{1}}`, `{{1}}` → `{{2}}`"
    ]


def test_the_one_numbering_of_a_content_is_told_as_the_target_counts() -> None:
    link = {"type": "URL", "title": "Suivre", "url": "https://x.example/{{1}}"}
    text = "Bonjour {{2}}, votre commande {{3}} est arrivée dans notre magasin du centre."
    content = {
        "friendly_name": "suivi",
        "language": "fr",
        "variables": {"1": "C-42", "2": "Zoé", "3": "12"},
        "types": {"twilio/call-to-action": {"body": text, "actions": [link]}},
    }
    rows = json.dumps({"contents": [content]}, ensure_ascii=False)
    analysis = analyse(load([InputFile(SourceFile.of_text(rows, "contenus.json"), "contenus.json")]))
    told = {}
    for target in ("twilio", "meta"):
        found = Compilation(analysis).write(target).emitted.findings
        told[target] = [item.message.partition("definition: ")[2] for item in found if item.code == "TPL100"]
    assert told == {
        "twilio": ["`{{2}}` → `{{1}}`, `{{3}}` → `{{2}}`, `{{1}}` → `{{3}}`"],
        "meta": ["`{{2}}` → `{{1}}`, `{{3}}` → `{{2}}`"],
    }


def test_a_header_with_a_variable_at_its_end_stays_a_header_whatever_the_name_is() -> None:
    name = "rappel_de_rendez_vous_dont_le_nom_est_vraiment_tres_long"
    source = definition(ORDER, ["12 mars", "Awa", "Durand"], name)
    header = {"type": "HEADER", "format": "TEXT", "text": "Bonjour {{1}}", "example": {"header_text": ["Zoé"]}}
    source["components"].insert(0, header)
    made = Compiled("meta", source)
    assert made.json(f"meta/templates/{name}.fr.json")["components"] == source["components"]


@given(st.permutations(["1", "2", "3", "4"]))
@settings(max_examples=24, deadline=None)
def test_every_order_of_numbers_comes_back(order: list[str]) -> None:
    marks = ["{{" + number + "}}" for number in order]
    text = "Votre commande {} du {} pour la personne {} arrive au magasin {} demain matin, merci.".format(*marks)
    made = Compiled("meta", definition(text, ["un", "deux", "trois", "quatre"]))
    component = made.json("meta/templates/suivi.fr.json")["components"][0]
    assert component == {"type": "BODY", "text": text, "example": {"body_text": [["un", "deux", "trois", "quatre"]]}}
    send = made.json("meta/messages/suivi/message.template.json")["template"]["components"]
    assert [item["text"] for item in send[0]["parameters"]] == [f"{{{{suivi.{number}}}}}" for number in (1, 2, 3, 4)]

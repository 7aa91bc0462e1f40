"""The sample of a template's file, for every provider: as it wants it, or a placeholder and what to do."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from bascule.backends.cloud.parts import media_sample, uploads
from bascule.compiling import Compilation
from bascule.source import SourceFile
from bascule.workspace import InputFile, analyse, load

LINKS = {
    "public": "https://cdn.exemple.fr/salon.jpg",
    "expiring": "https://scontent.xx.fbcdn.net/v/t61/a.jpg?oe=65",
    "handle": "4::aW1hZ2UvanBlZw==:ARa",
}
FILE = json.dumps(
    [
        {
            "name": f"modele_{name}",
            "language": "fr",
            "category": "MARKETING",
            "components": [
                {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [handle]}},
                {"type": "BODY", "text": f"Bonjour, la boutique {name} a rouvert."},
                {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Voir", "url": "https://exemple.fr/x"}]},
            ],
        }
        for name, handle in LINKS.items()
    ]
)


@cache
def written(target: str) -> dict[str, str]:
    workspace = load([InputFile(SourceFile.of_text(FILE, "modeles.json"), "modeles.json")])
    compilation = Compilation(analyse(workspace, locale="fr"))
    return {artefact.path: artefact.text for artefact in compilation.write(target).emitted.artefacts}


def call(target: str, folder: str, name: str) -> dict[str, Any]:
    (text,) = (text for path, text in written(target).items() if f"/{folder}/modele_{name}" in path)
    data: dict[str, Any] = json.loads(text)
    return data


@pytest.mark.parametrize("name", LINKS)
def test_meta_wants_a_handle(name: str) -> None:
    body = call("meta", "templates", name)
    handle = body["components"][0]["example"]["header_handle"][0]
    task = f"upload the sample image `{LINKS[name]}`, and put its handle into `components[0].example.header_handle[0]`"
    readme = written("meta")["meta/README.md"]
    if name == "handle":  # it was uploaded already: what the file has is kept
        assert handle == LINKS[name]
        assert f"`templates/modele_{name}.fr.json`" not in readme
        return
    assert handle == f"<upload {LINKS[name]}>"
    assert f"- [ ] `templates/modele_{name}.fr.json`: {task}" in readme


@pytest.mark.parametrize("name", LINKS)
def test_360dialog_wants_a_handle_and_its_plan_says_so(name: str) -> None:
    plan = json.loads(written("d360")["d360/plan.json"])
    todo = [item for item in plan.get("todo", []) if f"modele_{name}." in item["file"]]
    assert call("d360", "templates", name).get("todo", []) == [item["do"] for item in todo]
    if name == "handle":
        assert todo == []
        return
    (item,) = todo
    assert f"`{item['file']}`: {item['do']}" in written("d360")["d360/README.md"]


@pytest.mark.parametrize(("target", "folder"), [("twilio", "contents"), ("bird", "channel-templates")])
@pytest.mark.parametrize("name", LINKS)
def test_an_address_is_wanted_and_a_setting_stands_for_what_is_none(target: str, folder: str, name: str) -> None:
    made = call(target, folder, name)
    plan = json.loads(written(target)[f"{target}/plan.json"])
    setting = f"SAMPLE_MODELE_{name.upper()}_FR"
    shown = json.dumps(made["body"])
    if name == "public":
        assert LINKS[name] in shown
        assert "todo" not in made
        assert setting not in shown
        return
    assert f'"{{{{{setting}}}}}"' in shown
    assert LINKS[name] not in shown
    assert setting in {item["name"] for item in plan["settings"]}
    (task,) = made["todo"]
    assert f"into {setting}" in task
    assert {"file": f"requests/{folder}/" + ("modele_{}.json" if target == "bird" else "modele_{}.fr.json").format(name),
            "do": task} in plan["todo"]  # fmt: skip
    assert setting in written(target)[f"{target}/README.md"]


@pytest.mark.parametrize("name", LINKS)
def test_plivos_checklist_has_the_file_to_upload(name: str) -> None:
    text = written("plivo")["plivo/checklist.md"].split(f"## modele_{name} (fr)")[1].split("\n## ")[0]
    assert "Upload a sample file of this kind (image/jpeg)" in text
    assert (LINKS[name] in text) == (name != "handle")
    assert f"upload a sample image for modele_{name}" in written("plivo")["plivo/README.md"]


def test_every_header_of_a_carousel_is_found() -> None:
    card = {"components": [{"type": "HEADER", "format": "VIDEO", "example": {"header_handle": ["<upload a.mp4>"]}}]}
    body = {"components": [{"type": "BODY", "text": "x"}, {"type": "CAROUSEL", "cards": [card, card]}]}
    assert [(where, sample.source) for where, sample in uploads(body)] == [
        ("components[1].cards[0].components[0].example.header_handle[0]", "a.mp4"),
        ("components[1].cards[1].components[0].example.header_handle[0]", "a.mp4"),
    ]
    assert media_sample(card["components"][0]).mime == "video/mp4"

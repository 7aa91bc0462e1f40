"""Plivo: sends in its own shape, a checklist with every text to paste, the SMS beside it."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.backends import EmitJob
from bascule.backends.cloud import TemplateBody
from bascule.backends.cloud.parts import Unfit
from bascule.backends.plivo.checklist import checklist_text
from bascule.backends.plivo.message import message_body
from bascule.compiling import Compilation
from bascule.ir.ledger import Ledger
from bascule.ir.project import Project
from bascule.ir.settings import ProjectSettings
from bascule.source import Place, SourceFile
from bascule.targets import load_capabilities
from bascule.whatsapp.plan import Plan
from bascule.whatsapp.schema import validate
from bascule.workspace import InputFile, analyse, load

JOB = EmitJob(
    Project(), Plan("2026-11", (), (), (), Ledger()), load_capabilities("plivo"), ProjectSettings(), (), (), ()
)


def blocks(text: str) -> list[str]:
    """What stands in the blocks of a Markdown document, as a reader of CommonMark has it."""
    found: list[str] = []
    fence = ""
    lines: list[str] = []
    for line in text.split("\n"):
        opening = re.fullmatch(r"  (`{3,})text", line)
        if not fence and opening:
            fence, lines = opening.group(1), []
        elif fence and line.strip() == fence:
            found.append("\n".join(lines))
            fence = ""
        elif fence:
            lines.append(line[2:] if line.startswith("  ") else line.lstrip(" "))
    assert not fence
    return found


def body(*components: dict[str, Any], name: str = "colis", language: str = "fr") -> TemplateBody:
    data = {"name": name, "language": language, "category": "MARKETING", "components": list(components)}
    return TemplateBody(name, language, data, None, Place("x"), name)


@pytest.mark.parametrize(
    ("interactive", "action"),
    [
        (
            {"type": "button", "action": {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "Oui"}}]}},
            {"buttons": [{"id": "a", "title": "Oui"}]},
        ),
        (
            {"type": "list", "action": {"button": "Choisir", "sections": [{"rows": [{"id": "a", "title": "Lyon"}]}]}},
            {"buttons": [{"title": "Choisir"}], "sections": [{"rows": [{"id": "a", "title": "Lyon"}]}]},
        ),
        (
            {"type": "cta_url", "action": {"parameters": {"display_text": "Voir", "url": "https://x.example"}}},
            {"buttons": [{"title": "Voir", "cta_url": "https://x.example"}]},
        ),
    ],
)
def test_buttons_are_flat_and_a_lists_label_is_a_button(interactive: dict[str, Any], action: dict[str, Any]) -> None:
    header = {"header": {"type": "image", "image": {"link": "https://x.example/a.jpg"}}}
    header = {} if interactive["type"] == "list" else header
    made = message_body({"type": "interactive", "interactive": {**interactive, **header, "body": {"text": "Où ?"}}})
    assert made["interactive"]["action"] == action
    if header:
        assert made["interactive"]["header"] == {"type": "media", "media": "https://x.example/a.jpg"}
    assert validate("plivo_message", made) == []


def test_a_template_is_sent_with_a_language_that_is_a_text() -> None:
    components = [
        {"type": "header", "parameters": [{"type": "image", "image": {"link": "{{photo}}"}}]},
        {"type": "body", "parameters": [{"type": "text", "parameter_name": "nom", "text": "{{nom}}"}]},
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "0",
            "parameters": [{"type": "payload", "payload": "menu.1"}],
        },
    ]
    send = {"type": "template", "template": {"name": "x", "language": {"code": "pt_BR"}, "components": components}}
    made = message_body(send)
    assert made["template"]["language"] == "pt_BR"
    assert made["template"]["components"][0]["parameters"] == [{"type": "media", "media": "{{photo}}"}]
    assert made["template"]["components"][1] == components[1]
    assert validate("plivo_message", made) == []


def test_what_plivo_has_no_form_for_is_said() -> None:
    with pytest.raises(Unfit, match="contacts"):
        message_body({"type": "contacts", "contacts": []})
    coupon = {"type": "button", "sub_type": "copy_code", "index": "0", "parameters": []}
    with pytest.raises(Unfit, match="copy_code"):
        message_body(
            {"type": "template", "template": {"name": "x", "language": {"code": "fr"}, "components": [coupon]}}
        )


def test_a_request_for_a_place_is_asked_in_words() -> None:
    ask = {"type": "location_request_message", "body": {"text": "Où êtes-vous ?"}, "action": {"name": "send_location"}}
    assert message_body({"type": "interactive", "interactive": ask})["text"] == "Où êtes-vous ?"


def test_every_text_of_a_template_can_be_copied(root: Path) -> None:
    paths = sorted((root / "fixtures" / "boutique").iterdir())
    workspace = load([InputFile(SourceFile(path.name, path.read_bytes()), path.name) for path in paths])
    compilation = Compilation(analyse(workspace))
    files = {artefact.path: artefact.text for artefact in compilation.write("plivo").emitted.artefacts}
    meta = {artefact.path: artefact.text for artefact in compilation.write("meta").emitted.artefacts}
    text = files["plivo/checklist.md"]
    shown = blocks(text)
    templates = [json.loads(own) for path, own in meta.items() if path.startswith("meta/templates/")]
    assert len(templates) > 20
    for template in templates:
        assert f"- [ ] `{template['name']}` ({template['language']})" in text
        for component in template["components"]:
            if "text" in component:
                assert component["text"] in shown
            for button in component.get("buttons", []):
                assert button.get("text", shown[0]) in shown
                assert button.get("url", shown[0]) in shown
    rows = list(csv.DictReader(io.StringIO(files["plivo/sms-fallback.csv"])))
    assert {(row["template"], row["language"]) for row in rows} == {
        (template["name"], template["language"]) for template in templates
    }
    assert all(row["text"] in shown for row in rows)
    assert not any(path.startswith("plivo/requests/templates") for path in files)
    assert "PLIVO_BASIC_AUTH" in files["plivo/README.md"]


def test_samples_to_upload_are_in_the_checklist_and_the_readme() -> None:
    handle = {"header_handle": ["<upload https://cdn.exemple.fr/salon.jpg>"]}
    text = checklist_text(
        JOB, [body({"type": "HEADER", "format": "IMAGE", "example": handle}, {"type": "BODY", "text": "Bonjour"})]
    )
    assert "Upload a sample file of this kind (image/jpeg), which the source names:" in text
    assert "https://cdn.exemple.fr/salon.jpg" in blocks(text)


LINES = st.lists(st.text(st.sampled_from("a`~ é*_|<\\#>-مर😀{}1"), max_size=12), min_size=1, max_size=4)


@given(LINES.map("\n".join).filter(lambda text: bool(text.strip())))
@settings(max_examples=300, deadline=None)
def test_a_block_holds_any_text_as_it_is(text: str) -> None:
    shown = blocks(checklist_text(JOB, [body({"type": "BODY", "text": text})]))
    # White space at the end of an empty line says nothing, in Markdown as on WhatsApp.
    assert shown[1] == re.sub(r"(?m)^[^\S\n]+$", "", text)

"""Landbot: only published block types, the head is `welcome`, and what a person has to check is in the brief."""

from __future__ import annotations

import json
from pathlib import Path

from bascule.compiling import Compilation
from bascule.source import SourceFile
from bascule.workspace import InputFile, analyse, load

SCENARIO = """bascule: 1
locale: fr
flows:
  menu:
    entries: [{keyword: menu}]
    nodes:
      accueil:
        say: "Bonjour {contact.prénom}, que souhaitez-vous ?"
        ask: choix
        choices: {Suivi: numero, Agent: agent}
        else: accueil
      numero: {say: "Votre numéro ?", ask: commande, then: fin}
      fin: Merci !
      agent: {say: Un instant., handover: support}
"""


def write(text: str) -> dict[str, str]:
    made = Compilation(analyse(load([InputFile(SourceFile.of_text(text, "menu.yaml"), "menu.yaml")]))).write("landbot")
    assert not made.emitted.findings, made.emitted.findings
    return {artefact.path: artefact.text for artefact in made.emitted.artefacts}


def test_a_menu_is_blocks_and_connections() -> None:
    files = write(SCENARIO)
    assert json.loads(files["landbot/menu.create.json"]) == {"name": "menu", "channel_family": "whatsapp"}
    draft = json.loads(files["landbot/menu.draft.json"])
    types = {block["id"]: block["type"] for block in draft["blocks"]}
    assert types["welcome"] == "buttons"
    assert set(types.values()) == {"buttons", "ask_question", "send_text", "human_takeover"}
    welcome = next(block for block in draft["blocks"] if block["id"] == "welcome")
    assert welcome["params"]["text"] == "Bonjour @contact_prenom, que souhaitez-vous ?"
    assert [button["text"] for button in welcome["params"]["buttons"]] == ["Suivi", "Agent"]
    ways = {(item["sourcePath"], item["type"]): item["targetPath"] for item in draft["connections"]}
    assert ways[("welcome", "$button0")] == "numero"
    assert ways[("welcome", "$button1")] == "agent"


def test_the_brief_has_every_text_and_what_is_left_to_a_person() -> None:
    brief = write(SCENARIO)["landbot/menu.brief.md"]
    for text in ("Bonjour @contact_prenom, que souhaitez-vous ?", "Votre numéro ?", "Merci !", "Un instant."):
        assert f"     > {text}" in brief
    assert "- [ ] global keywords menu lead to `welcome`" in brief
    assert "keep the answer in @commande" in brief
    assert "human_takeover" in brief


def test_real_size_bots_fit(root: Path) -> None:
    path = root / "fixtures" / "studio"
    files = [item for item in sorted(path.iterdir()) if item.suffix == ".json"]
    made = Compilation(
        analyse(load([InputFile(SourceFile(item.name, item.read_bytes()), item.name) for item in files]))
    )
    written = made.write("landbot").emitted
    assert not written.findings
    assert len([item for item in written.artefacts if item.path.endswith(".draft.json")]) >= 2

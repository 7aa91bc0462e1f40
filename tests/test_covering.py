"""Secrets that no reader covers are covered before the files are read again (``bascule.covering``)."""

from __future__ import annotations

import json

import pytest

from bascule.language.secrets import secrets_of_source
from bascule.source import SourceFile
from bascule.workspace import InputFile, load, located

SECRET = "Zq7xKp2mVw9tRb4nYs6h"


@pytest.mark.parametrize(
    "text",
    [
        f'{{"api_key": "{SECRET}"}}',
        f"api_key: {SECRET}\n",
        f"X-Auth-Token = '{SECRET}'",
        f"https://bot:{SECRET}@api.exemple.sn/",
        f'"https:\\/\\/bot:{SECRET}@api.exemple.sn\\/v1"',
        f"Bearer {SECRET}",
        f"https://api.exemple.sn/?token={SECRET}",
    ],
)
def test_the_shapes_of_secrets_are_found_whatever_the_notation(text: str) -> None:
    (found,) = secrets_of_source(text)
    assert SECRET in text[found.start : found.end]


@pytest.mark.parametrize(
    "text",
    [
        '"password": "etape_du_mot_de_passe"',
        '"pass": "noeud_12"',
        "api_key: contact.cle_numero_12345",
        '"access_token": "{{contact.jeton_numero_123}}"',
        "https://exemple.sn/?token=bonjour",
        "Votre mot de passe : répondez OUI au 36001",
        "These are the basic emotions, Basic operations of a bearer certificate",
        "https://{{login}}:{{password}}@exemple.sn",
    ],
)
def test_names_prose_and_placeholders_are_no_secrets(text: str) -> None:
    assert secrets_of_source(text) == []


def test_a_secret_in_a_message_is_reported_where_it_stands_and_covered() -> None:
    text = json.dumps([{"id": "rappel", "body": f"Bonjour, voyez https://bot:{SECRET}@api.exemple.sn/v1"}], indent=1)
    workspace = load([InputFile(SourceFile("rappels.json", text.encode()), "rappels.json")], from_format="sms")
    (finding,) = [one for one in located(workspace.findings, workspace.documents) if one.code == "PAR405"]
    assert finding.span is not None
    assert text[finding.span.start : finding.span.end] == SECRET
    assert SECRET not in finding.message
    document = workspace.documents["rappels.json"]
    assert SECRET not in document.text
    assert len(document.text) == len(text)
    (file,) = workspace.files
    assert file.parsed is not None
    assert f"https://bot:{'•' * len(SECRET)}@api.exemple.sn/v1" in repr(file.parsed.project)


def test_many_secrets_of_one_file_are_told_in_a_few_findings() -> None:
    messages = [{"id": f"m{number}", "body": f"Clé sk_live_{number:04}{SECRET}"} for number in range(40)]
    file = SourceFile("cles.json", json.dumps(messages).encode())
    workspace = load([InputFile(file, "cles.json")], from_format="sms")
    found = [finding for finding in workspace.findings if finding.code == "PAR405"]
    assert len(found) == 6
    assert "35 more" in found[-1].message
    assert SECRET not in repr(workspace.findings)


def test_a_file_in_another_encoding_keeps_its_remarks() -> None:
    text = f'[{{"id": "a", "body": "Réponse : Bearer {SECRET}"}}]'
    plain = load(
        [InputFile(SourceFile("a.json", text.replace(SECRET, "x").encode("cp1252")), "a.json")], from_format="sms"
    )
    workspace = load([InputFile(SourceFile("a.json", text.encode("cp1252")), "a.json")], from_format="sms")
    codes = {finding.code for finding in workspace.findings}
    assert {finding.code for finding in plain.findings} - {"PAR405"} <= codes
    assert "Réponse" in repr(workspace.files[0].parsed)

"""API calls as files: valid, in order, without secrets; 360dialog takes Meta's bodies."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bascule.backends.requests import Call, Setting, call_artefacts
from bascule.compiling import Compilation
from bascule.resources import read_text
from bascule.source import SourceFile
from bascule.workspace import InputFile, analyse, load


@pytest.fixture(scope="module")
def written(root: Path) -> dict[str, dict[str, str]]:
    paths = sorted((root / "fixtures" / "boutique").iterdir())
    compilation = Compilation(
        analyse(load([InputFile(SourceFile(path.name, path.read_bytes()), path.name) for path in paths]))
    )
    return {
        name: {artefact.path: artefact.text for artefact in compilation.write(name).emitted.artefacts}
        for name in ("meta", "d360")
    }


def test_every_call_of_the_plan_is_a_valid_file(written: dict[str, dict[str, str]]) -> None:
    files = written["d360"]
    plan = json.loads(files["d360/plan.json"])
    Draft202012Validator(json.loads(read_text("schemas", "request-plan.schema.json"))).validate(plan)
    check = Draft202012Validator(json.loads(read_text("schemas", "request.schema.json")))
    listed = [f"d360/{step['file']}" for step in plan["steps"]]
    assert sorted(listed) == sorted(path for path in files if path.startswith("d360/requests/"))
    for path in listed:
        check.validate(json.loads(files[path]))
    phases = [step["phase"] for step in plan["steps"]]
    assert phases == sorted(phases, key=["submit", "send"].index)


def test_the_bodies_are_metas_own(written: dict[str, dict[str, str]]) -> None:
    meta, d360 = written["meta"], written["d360"]
    assert sum(path.startswith("meta/templates/") for path in meta) > 5
    for path, text in meta.items():
        for folder in ("templates", "messages"):
            if path.startswith(f"meta/{folder}/"):
                call = json.loads(d360[path.replace(f"meta/{folder}/", f"d360/requests/{folder}/")])
                assert call["body"] == json.loads(text)
                assert call["headers"]["D360-API-KEY"] == "{{D360_API_KEY}}"


def test_the_sms_to_fall_back_to_is_the_sources_own(written: dict[str, dict[str, str]]) -> None:
    rows = list(csv.DictReader(io.StringIO(written["d360"]["d360/sms-fallback.csv"])))
    by_name = {(row["template"], row["language"]): row for row in rows}
    assert by_name[("code_connexion", "fr")]["text"].startswith("{{code}} est votre code")
    assert by_name[("code_connexion", "fr")]["encoding"] == "GSM-7"
    assert all(int(row["segments"]) >= 1 for row in rows)


def test_the_http_file_has_every_call(written: dict[str, dict[str, str]]) -> None:
    text = written["d360"]["d360/requests.http"]
    assert text.count("\nPOST https://waba-v2.360dialog.io/") == len(
        json.loads(written["d360"]["d360/plan.json"])["steps"]
    )


def test_a_form_is_encoded_and_its_markers_stay_readable() -> None:
    call = Call(
        "a", "A & b", "send", "POST", "https://x.example/y", form=(("To", "whatsapp:+33 {{n}}"), ("Body", "é&="))
    )
    files = {artefact.path: artefact.text for artefact in call_artefacts("t", [call], [Setting("KEY", "a key", True)])}
    assert "To=whatsapp%3A%2B33%20{{n}}&Body=%C3%A9%26%3D" in files["t/requests.http"]
    assert json.loads(files["t/requests/a.json"])["headers"] == {"Content-Type": "application/x-www-form-urlencoded"}


def test_two_calls_with_one_id_are_refused() -> None:
    calls = [Call(id_, "x", "send", "GET", "https://x.example/y") for id_ in ("a", "A")]
    with pytest.raises(ValueError, match="same id"):
        call_artefacts("t", calls, ())


def test_the_sms_has_the_numbers_and_the_line_that_buttons_stand_for() -> None:
    from bascule.compiling import Compilation
    from bascule.source import SourceFile
    from bascule.workspace import InputFile, analyse, load

    source = (
        '{"rdv": "Votre rendez-vous est demain. Répondez 1 pour confirmer, 2 pour annuler.",'
        ' "soldes": "Soldes : -20 % sur toute la boutique dès samedi. STOP au 36180"}'
    )
    analysis = analyse(load([InputFile(SourceFile.of_text(source, "t.json"), "t.json")]), locale="fr")
    for target in ("d360", "twilio"):
        files = {item.path: item.text for item in Compilation(analysis).write(target).emitted.artefacts}
        (texts,) = (text for path, text in files.items() if path.endswith("sms-fallback.csv"))
        assert "Répondez 1 pour confirmer, 2 pour annuler." in texts
        assert "STOP au 36180" in texts

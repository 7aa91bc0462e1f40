"""compile: what is written, when, and that it is whole, the same, and valid."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bascule.resources import read_text
from tests.cli.conftest import Run

CSV = 'id,texte\nrdv,"Bonjour [nom], votre rendez-vous est à [heure]."\n'


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def validate(name: str, data: Any) -> None:
    Draft202012Validator(json.loads(read_text("schemas", f"{name}.schema.json"))).validate(data)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "rdv.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def test_the_french_appointment_becomes_a_utility_template(run: Run, source: Path, tmp_path: Path) -> None:
    result = run("compile", source, "--to", "meta", "-o", tmp_path / "out")
    assert result.code == 0, result.err
    body = load(tmp_path / "out/meta/templates/rdv.fr.json")
    assert body["name"] == "rdv"
    assert body["language"] == "fr"
    assert body["category"] == "UTILITY"
    (component,) = body["components"]
    assert component["text"] == "Bonjour {{1}}, votre rendez-vous est à {{2}}."
    (samples,) = component["example"]["body_text"]
    assert len(samples) == 2
    assert ":" in samples[1] or "h" in samples[1]
    evidence = load(tmp_path / "out/meta/bindings.json")["templates"]["rdv"]["category_evidence"]
    assert any("rendez-vous" in item for item in evidence)
    assert "TPL021" in result.err


def test_without_its_final_point_it_is_an_error_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "rdv.csv"
    source.write_text(CSV.replace("[heure].", "[heure]"), encoding="utf-8")
    result = run("compile", source, "-o", tmp_path / "out")
    assert result.code == 1
    assert "error[TPL020]" in result.err
    assert f"{source.as_posix()}:2:45" in result.err
    assert not (tmp_path / "out").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rdv.csv"]


def test_never_writes_all_that_can_be_written(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "rdv.csv"
    source.write_text(CSV.replace("[heure].", "[heure]"), encoding="utf-8")
    result = run("compile", source, "-o", tmp_path / "out", "--fail-on", "never")
    assert result.code == 0
    assert (tmp_path / "out/manifest.json").is_file()


def test_the_shop_compiles_and_every_file_fits_its_schema(run: Run, root: Path, tmp_path: Path) -> None:
    result = run("compile", root / "fixtures/boutique", "-o", tmp_path / "out")
    assert result.code == 0, result.err
    out = tmp_path / "out"
    for kind in ("templates", "messages"):
        paths = sorted((out / "meta" / kind).rglob("*.json"))
        assert len(paths) >= 15
        for path in paths:
            validate(kind.removesuffix("s"), load(path))
    for name in ("manifest", "ledger", "certificate"):
        validate(name, load(out / f"{name}.json"))
    validate("bindings", load(out / "meta/bindings.json"))
    validate("scenario", load(out / "meta/scenario.json"))


def test_the_manifest_names_inputs_outputs_and_origins(run: Run, source: Path, tmp_path: Path) -> None:
    run("compile", source, "-o", tmp_path / "out")
    manifest = load(tmp_path / "out/manifest.json")
    assert manifest["inputs"][0]["path"] == "rdv.csv"
    assert manifest["inputs"][0]["sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
    written = {
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()
    }
    assert {item["path"] for item in manifest["outputs"]} == written - {"manifest.json"}
    for item in manifest["outputs"]:
        assert item["sha256"] == hashlib.sha256((tmp_path / "out" / item["path"]).read_bytes()).hexdigest()
    assert manifest["templates"]["rdv"][0]["file"] == "rdv.csv"
    assert manifest["templates"]["rdv"][0]["pointer"]


def snapshot_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_two_runs_in_two_directories_give_the_same_bytes(
    run: Run, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two/deeper"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        shutil.copytree(root / "fixtures/boutique", folder / "src")
        monkeypatch.chdir(folder)
        assert run("compile", "src" if name == "one" else folder / "src", "-o", "out").code == 0
    assert snapshot_of(tmp_path / "one/out") == snapshot_of(tmp_path / "two/deeper/out")


def test_output_does_not_depend_on_the_hash_seed(root: Path, tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    for seed in ("0", "4242"):
        subprocess.run(
            [sys.executable, "-m", "bascule", "compile", str(root / "fixtures/boutique"), "-o", str(tmp_path / seed)],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
    assert snapshot_of(tmp_path / "0") == snapshot_of(tmp_path / "4242")


def test_strict_refuses_what_would_be_lost(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "otp.csv"
    source.write_text("id,texte\notp,[code] est votre code de vérification.\n", encoding="utf-8")
    result = run("compile", source, "-o", tmp_path / "out", "--strict")
    assert result.code == 3
    assert "one-time code wording" in result.err
    assert not (tmp_path / "out").exists()


def test_an_existing_foreign_folder_is_not_replaced(run: Run, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("keep")
    result = run("compile", source, "-o", out)
    assert result.code == 2
    assert (out / "mine.txt").read_text() == "keep"
    assert run("compile", source, "-o", out, "--force").code == 0
    assert not (out / "mine.txt").exists()


def test_an_older_output_is_replaced_whole(run: Run, source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("compile", source, "-o", out).code == 0
    (out / "meta/templates/stale.json").write_text("{}")
    assert run("compile", source, "-o", out).code == 0
    assert not (out / "meta/templates/stale.json").exists()


def test_an_unwritable_place_is_said_and_leaves_nothing(run: Run, source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("compile", source, "-o", tmp_path / "file/out")
    assert result.code in (1, 2)
    assert "Traceback" not in result.err
    result = run("compile", source, "-o", tmp_path / "file")
    assert result.code == 2


def test_unknown_targets_and_formats_get_a_suggestion(run: Run, source: Path, tmp_path: Path) -> None:
    result = run("compile", source, "--to", "metta", "-o", tmp_path / "out")
    assert result.code == 2
    assert "'meta'" in result.err
    result = run("check", source, "--from", "smss")
    assert result.code == 2
    assert "'sms'" in result.err

"""Folders and archives on the command line."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from .conftest import Run

SMS = "id,text\na,Bonjour {{nom}}.\n"


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def test_a_zip_is_read_and_what_is_left_out_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "export.zip").write_bytes(zipped({"fr/sms_fr.csv": SMS, "__MACOSX/x": "", "../evil.csv": SMS}))
    result = run("inspect", tmp_path / "export.zip", "--format", "json")
    files = json.loads(result.out)["files"]
    assert [file["path"].rsplit("/", 3)[-3:] for file in files] == [["export.zip!", "fr", "sms_fr.csv"]]
    result = run("check", tmp_path / "export.zip")
    assert "PAR015" in result.out + result.err
    assert not (tmp_path.parent / "evil.csv").exists()


def test_large_files_that_no_format_wants_are_not_opened(run: Run, tmp_path: Path) -> None:
    (tmp_path / "model.tar.gz").write_bytes(b"\0" * 4096)
    (tmp_path / "sms_fr.csv").write_text(SMS, encoding="utf-8")
    result = run("check", tmp_path, "--max-size", "1k")
    assert "PAR002" not in result.out + result.err
    assert result.code == 0, result
    listed = json.loads(run("inspect", tmp_path, "--max-size", "1k", "--format", "json").out)["files"]
    assert [(file["path"].rsplit("/", 1)[-1], file["format"]) for file in listed] == [
        ("sms_fr.csv", "sms"),
        ("model.tar.gz", None),
    ]


def test_tables_that_are_named_together_are_read_one_by_one(run: Run) -> None:
    shop = Path(__file__).parents[2] / "fixtures" / "boutique"
    result = run("check", shop / "rendez-vous.csv", shop / "securite.json", "--format", "concise")
    assert "VAR101" not in result.out, "each file has placeholders of its own"
    assert "TPL061" in result.out

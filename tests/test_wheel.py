"""The wheel: built, installed in a clean environment, used from another folder."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

pytestmark = pytest.mark.wheel


def run(*command: object, cwd: Path) -> str:
    result = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_the_wheel_compiles_a_fixture_from_anywhere(root: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "CHANGELOG.md"):
        shutil.copy(root / name, source / name)
    for name in ("compiler", "grammars", "schemas"):
        shutil.copytree(root / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    run(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path / "dist", source, cwd=tmp_path)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, cwd=tmp_path)
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(root / "fixtures" / "boutique", elsewhere / "boutique")
    bascule = environment / "bin" / "bascule"
    run(bascule, "compile", "boutique", "--to", "meta", "-o", "out", cwd=elsewhere)
    manifest = json.loads((elsewhere / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert len(manifest["outputs"]) > 30
    assert run(bascule, "explain", "TPL020", cwd=elsewhere).startswith("# TPL020")
    xlsx = elsewhere / "t.xlsx"
    xlsx.write_bytes(b"PK\x03\x04 not a workbook")
    refused = subprocess.run([bascule, "check", xlsx], cwd=elsewhere, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr

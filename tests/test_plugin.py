"""The plugin of CONTRIBUTING is installed beside bascule and works: the example is run as it is printed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def package(root: Path, tmp_path: Path) -> Path:
    """A folder with the example's files and what an installer would write for its entry point."""
    text = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for block in re.findall(r"```python\n(.*?)```", text, re.S):
        name = re.match(r"# (\w+\.py)\n", block)
        if name:
            (tmp_path / name.group(1)).write_text(block, encoding="utf-8")
    entry = re.search(r'\[project\.entry-points\."bascule\.parsers"\]\n(.+?)\n```', text, re.S)
    assert entry is not None
    info = tmp_path / "chatlines-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: chatlines\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[bascule.parsers]\n" + entry.group(1).replace('"', "") + "\n")
    return tmp_path


def run(package: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(package), "NO_COLOR": "1", "PYTHONUTF8": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=package, env=environment, capture_output=True, text=True, check=False)


def test_the_example_passes_its_contract_test(package: Path) -> None:
    code = "import test_chatlines; test_chatlines.test_contract(); print('held')"
    result = run(package, "-c", code)
    assert result.stdout == "held\n", result.stderr


def test_the_command_line_finds_the_plugin_and_reads_with_it(package: Path) -> None:
    (package / "fête.chat").write_text("? Vous venez à la fête ?\nbof\n- Merci, à bientôt !\n", encoding="utf-8")
    result = run(package, "-m", "bascule", "formats")
    assert re.search(r"^  chatlines +plugin chatlines", result.stdout, re.M), result.stdout + result.stderr
    result = run(package, "-m", "bascule", "check", "fête.chat", "--locale", "fr", "--format", "concise")
    assert "fête.chat:2:1" in result.stdout, result
    assert "CHT001" in result.stdout
    result = run(package, "-m", "bascule", "fmt", "fête.chat", "--locale", "fr")
    assert "Vous venez à la fête ?" in result.stdout, result.stderr
    result = run(package, "-m", "bascule", "explain", "CHT001")
    assert "stray-line" in result.stdout, result.stdout + result.stderr


def test_a_plugin_that_breaks_does_not_break_the_others(package: Path) -> None:
    (package / "chatlines.py").write_text("raise RuntimeError('broken plugin')\n", encoding="utf-8")
    (package / "sms_fr.csv").write_text("id,text\na,Bonjour {{nom}}, merci.\n", encoding="utf-8")
    result = run(package, "-m", "bascule", "check", "sms_fr.csv")
    assert "Traceback" not in result.stderr
    assert "PAR008" in result.stdout + result.stderr, result
    assert "broken plugin" in result.stdout + result.stderr
    assert "1 file checked" in result.stdout, result

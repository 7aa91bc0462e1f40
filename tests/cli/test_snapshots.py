"""Whole outputs on the shop: a change here is a change users see. Read the diff before accepting it."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli.conftest import Run

SHOP = "fixtures/boutique"


@pytest.fixture(autouse=True)
def at_the_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


@pytest.mark.parametrize("command", ["check", "inspect", "fmt"])
def test_what_a_command_prints(run: Run, snapshot: SnapshotAssertion, command: str) -> None:
    assert run(command, SHOP).out == snapshot


def test_what_compile_writes_and_says(run: Run, snapshot: SnapshotAssertion, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("compile", SHOP, "-o", out)
    assert result.out.replace(out.as_posix(), "out") == snapshot(name="summary")
    for path in sorted(out.rglob("*.json")):
        name = path.relative_to(out).as_posix()
        if name not in ("manifest.json", "ledger.json"):
            assert path.read_text(encoding="utf-8") == snapshot(name=name)

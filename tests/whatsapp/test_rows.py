"""The table of WhatsApp's rules names codes that exist, and every code about templates and messages stands in it."""

from __future__ import annotations

import re
from pathlib import Path

from bascule.diagnostics.pages import all_rules

CODE = re.compile(r"`([A-Z]{3}[0-9]{3})`")


def test_every_code_of_the_table_exists(root: Path) -> None:
    named = set(CODE.findall((root / "docs" / "whatsapp-rows.md").read_text(encoding="utf-8")))
    assert len(named) > 60
    assert named <= set(all_rules())


def test_every_check_of_templates_has_a_row(root: Path) -> None:
    from bascule.passes.rules import rules

    named = set(CODE.findall((root / "docs" / "whatsapp-rows.md").read_text(encoding="utf-8")))
    checks = {rule.code for rule in rules() if rule.code.startswith(("TPL", "CON", "MED"))}
    assert checks <= named


def test_every_row_has_an_answer(root: Path) -> None:
    text = (root / "docs" / "whatsapp-rows.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert all(cell.strip() for line in rows for cell in line.strip("|").split("|"))

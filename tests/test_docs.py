"""Generated pages are what `make docs` would write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_generated_pages_are_fresh(root: Path) -> None:
    result = subprocess.run(
        [sys.executable, root / "docs" / "generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_relative_link_of_the_docs_leads_somewhere(root: Path) -> None:
    import re

    pages = [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").rglob("*.md"))]
    broken = []
    for page in pages:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                broken.append((page.name, target))
    assert not broken

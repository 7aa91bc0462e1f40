"""Judge: the checks of Plivo's own SDK (PyPI `plivo`, where installed)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .support import requests

pytestmark = pytest.mark.corpus


def test_every_send_passes_the_sdks_checks(root: Path, corpus: Path) -> None:
    template: Any = pytest.importorskip("plivo.utils.template")
    interactive: Any = pytest.importorskip("plivo.utils.interactive")
    location: Any = pytest.importorskip("plivo.utils.location")
    kinds: dict[str, int] = {}
    for name, path, call in requests(root, corpus, "plivo"):
        body = call["body"]
        assert set(body) <= {"src", "dst", "type", "text", "media_urls", "template", "interactive", "location"}
        for kind, check in (
            ("template", template.Template),
            ("interactive", interactive.Interactive),
            ("location", location.Location),
        ):
            if kind in body:
                try:
                    check(**body[kind])
                except Exception as error:
                    raise AssertionError(f"{name} {path}: {error}") from error
                kinds[kind] = kinds.get(kind, 0) + 1
        kinds["text"] = kinds.get("text", 0) + ("text" in body)
    assert kinds["template"] > 100
    assert kinds["interactive"] > 50
    assert kinds["text"] > 100

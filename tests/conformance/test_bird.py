"""Judges: the models of Bird's own SDK (PyPI `messagebird-sdk`, where installed), and our reader of its exports."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bascule.backends.cloud import TemplateBody, cloud_bodies
from bascule.parsers.base import ParseOptions
from bascule.parsers.wa_templates import parse
from bascule.source import Place, SourceFile
from bascule.targets import load_capabilities

from ..backends.bird import meant, read_back
from .support import compilations, requests

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def models() -> Any:
    pytest.importorskip("pydantic")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("bird._generated")


def unknown(model: Any, path: str = "$") -> Iterator[str]:
    """Members that a model does not have: it takes them, and says so in `model_extra`."""
    for name in getattr(model, "model_extra", None) or {}:
        if not (path.endswith("header") and name == "text"):  # the model of a list's header leaves its text out
            yield f"{path}.{name}"
    for name in getattr(type(model), "model_fields", {}):
        inner = getattr(model, name, None)
        for item in inner if isinstance(inner, list) else inner.values() if isinstance(inner, dict) else [inner]:
            if hasattr(type(item), "model_fields"):
                yield from unknown(item, f"{path}.{name}")


def numbered(value: Any) -> Any:
    """A body with a number for each coordinate that is known at run time only."""
    if isinstance(value, dict):
        place = {"latitude", "longitude"}
        return {key: 1.0 if key in place and isinstance(own, str) else numbered(own) for key, own in value.items()}
    return [numbered(item) for item in value] if isinstance(value, list) else value


def test_every_send_is_one_of_the_sdks_messages(root: Path, corpus: Path, models: Any) -> None:
    kinds: dict[str, int] = {}
    for name, path, call in requests(root, corpus, "bird"):
        if "/messages/" in path:
            read = models.WhatsAppMessageSendRequest.model_validate(numbered(call["body"]))
            assert list(unknown(read)) == [], (name, path)
            (kind,) = set(call["body"]) - {"to", "from"}
            kinds[kind] = kinds.get(kind, 0) + 1
    assert {"template", "text", "image", "interactive"} <= set(kinds)
    assert sum(kinds.values()) > 300


def test_every_template_of_the_2026_api_is_one_of_the_sdks(root: Path, corpus: Path, models: Any) -> None:
    count = 0
    for name, path, call in requests(root, corpus, "bird"):
        if call["phase"] == "create":
            read = models.WhatsAppTemplateCreate.model_validate(call["body"])
            assert list(unknown(read)) == [], (name, path)
            count += 1
    assert count > 3


def test_every_channel_template_comes_back_as_it_went(root: Path, corpus: Path) -> None:
    count = 0
    for name, compilation in compilations(root, corpus):
        # Bird takes shorter names than Meta: the bodies are those of its own plan.
        plan, _ = compilation._plan(load_capabilities("bird"))
        bodies: dict[tuple[str, str], dict[str, Any]] = {}
        for body in cloud_bodies(compilation.analysis.project, plan).templates:
            bodies.setdefault((body.name, body.language), body.data)
        for artefact in compilation.write("bird").emitted.artefacts:
            if not artefact.path.startswith("bird/requests/channel-templates/") or "~" in artefact.path:
                continue
            call = json.loads(artefact.text)
            parsed = parse(SourceFile.of_text(json.dumps(call["body"]), "modeles.json"), ParseOptions())
            for asset in parsed.project.templates:
                data = bodies[asset.name, asset.language]
                before = meant(TemplateBody(asset.name, asset.language, data, None, Place("x"), "x"))
                after = read_back(parsed.project, asset.name, asset.language)
                if isinstance(before["media"], tuple) and before["media"][1].startswith("{{SAMPLE"):
                    assert after["media"][1].startswith("{{SAMPLE_")
                    after["media"] = before["media"]
                assert after == before, (name, artefact.path)
                count += 1
    assert count > 150

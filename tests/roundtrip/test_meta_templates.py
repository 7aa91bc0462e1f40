"""Submissions to Meta read back and compiled again are the same submissions, to the byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from ..conformance.support import compilations
from .templates import compiled, submissions, whole, written

_QUICK = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


def listing(files: dict[str, str], status: str) -> dict[str, Any]:
    """The answer of ``GET /{WABA}/message_templates``."""
    items = [
        {**json.loads(text), "id": str(100 + number), "status": status, "rejected_reason": "NONE",
         "quality_score": {"score": "UNKNOWN"}}
        for number, text in enumerate(files.values())
    ]  # fmt: skip
    return {"data": items, "paging": {"cursors": {"before": "MAZDZD", "after": "MjQZD"}}}


@given(submissions())
@_QUICK
def test_creation_bodies_compile_to_the_same_submissions(bodies: list[dict[str, Any]]) -> None:
    first = written(compiled(bodies), "meta", "templates")
    assert 0 < len(first) <= len(bodies)  # texts that say the same share a template
    for text in first.values():
        body = json.loads(text)
        assert body in bodies or not whole(text)
    again = written(compiled([json.loads(text) for text in first.values()]), "meta", "templates")
    assert again == first


@given(submissions())
@_QUICK
def test_a_listing_compiles_to_the_same_submissions(bodies: list[dict[str, Any]]) -> None:
    """What was refused is submitted anew; what is approved is sent by name and never submitted again."""
    files = written(compiled(bodies), "meta", "templates")
    plain = {path: text for path, text in files.items() if not whole(text)}
    assert written(compiled(listing(plain, "REJECTED")), "meta", "templates") == plain
    approved = compiled(listing(files, "APPROVED"))
    assert written(approved, "meta", "templates") == {}
    sent = [json.loads(text) for text in written(approved, "meta", "messages").values()]
    assert sorted((one["template"]["name"], one["template"]["language"]["code"]) for one in sent) == sorted(
        (json.loads(text)["name"], json.loads(text)["language"]) for text in files.values()
    )
    kept = {(asset.name, asset.language): json.loads(asset.definition) for asset in approved.analysis.project.templates}
    assert kept == {(body["name"], body["language"]): body for body in map(json.loads, files.values())}


@pytest.mark.corpus
def test_real_submissions_compile_to_the_same_submissions(root: Path, corpus: Path) -> None:
    compared = 0
    for title, compilation in compilations(root, corpus):
        first = {path: text for path, text in written(compilation, "meta", "templates").items() if "~" not in path}
        if not first:
            continue
        again = written(compiled([json.loads(text) for text in first.values()]), "meta", "templates")
        assert again == first, title
        plain = {path: text for path, text in first.items() if not whole(text)}
        if plain:
            assert written(compiled(listing(plain, "REJECTED")), "meta", "templates") == plain, title
        compared += len(first)
    assert compared > 500

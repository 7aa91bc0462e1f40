"""Judges: Vonage's OpenAPI document of the Messages API 1.11.0; for ``custom`` objects, which it leaves open, Meta's."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from bascule.whatsapp.schema import validate

from .openapi import Judge, broken_copies
from .support import requests

pytestmark = pytest.mark.corpus

Written = list[tuple[str, str, dict[str, Any]]]

# What the OpenAPI file v23.0 has not, or has wrong, and Meta's pages say otherwise: each with what it says.
GAPS = (
    r"\.index: '[0-9]' does not match '\^\[2-6, 11-14\]\$'",  # a slip of the file: indexes are 0 to 9
    r"location\.(latitude|longitude): [-0-9.]+ is not of type 'string'",
    r"parameters\[\d+\]\.parameter_name: no member of this name",
    r"phones\[\d+\]\.type: 'CELL' is not one of",
    r"header\.document\.filename: no member of this name",
)
LACKING = ("cta_url", "location_request_message")
"""Interactive messages that are newer than the file."""


@pytest.fixture(scope="module")
def written(root: Path, corpus: Path) -> Written:
    return list(requests(root, corpus, "vonage"))


@pytest.fixture(scope="module")
def vonage(corpus: Path) -> Judge:
    return Judge(json.loads((corpus / "openapi" / "vonage-messages-1.11.0.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def meta(corpus: Path) -> Judge:
    text = (corpus / "openapi" / "meta-business-messaging-v23.0.yaml").read_text(encoding="utf-8")
    return Judge(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def filled(body: Any) -> Any:
    text = json.dumps(body)
    return json.loads(text.replace("{{contact.msisdn}}", "33639981234"))


def by_meta(meta: Judge, custom: dict[str, Any]) -> list[str]:
    body = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": "+33639981234", **custom}
    found = meta.errors("POST", "/v23.0/1/messages", body)
    return [error for error in found if not any(re.search(gap, error) for gap in GAPS)]


def test_every_send_fits_vonages_document(written: Written, vonage: Judge, capsys: pytest.CaptureFixture[str]) -> None:
    kinds: Counter[str] = Counter()
    fallbacks = 0
    for name, path, call in written:
        if "/messages/" in path:
            assert not vonage.errors("POST", "/v1/messages", filled(call["body"])), (name, path)
            kinds[call["body"]["message_type"]] += 1
            fallbacks += "failover" in call["body"]
    with capsys.disabled():
        print(f"\n  Vonage's OpenAPI document judged {sum(kinds.values())} sends: {dict(sorted(kinds.items()))}, "
              f"{fallbacks} of them with an SMS as failover")  # fmt: skip
    assert vonage.judged == {"/v1/messages": sum(kinds.values())}
    assert sum(kinds.values()) > 1100
    assert set(kinds) == {"text", "image", "video", "audio", "file", "template", "custom"}
    assert kinds["template"] > 300
    assert kinds["custom"] > 250
    assert fallbacks > 600


def test_every_custom_object_fits_metas_document(
    written: Written, meta: Judge, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds: Counter[str] = Counter()
    unjudged = 0
    for name, path, call in written:
        custom = (call.get("body") or {}).get("custom")
        if custom and custom.get("interactive", {}).get("type") in LACKING:
            unjudged += 1
        elif custom:
            assert not by_meta(meta, custom), (name, path)
            kinds[custom["type"]] += 1
    with capsys.disabled():
        print(f"\n  Meta's OpenAPI file judged {sum(kinds.values())} custom objects: {dict(sorted(kinds.items()))}; "
              f"{unjudged} are of kinds that it lacks")  # fmt: skip
    assert unjudged < 10
    assert sum(kinds.values()) > 250
    assert set(kinds) == {"template", "interactive", "location", "contacts"}


def sample(written: Written) -> list[dict[str, Any]]:
    """One call of each shape."""
    seen: Counter[str] = Counter()
    chosen = []
    for _, path, call in written:
        if "/messages/" in path:
            body = call["body"]
            shape = f"{body['message_type']} {body.get('custom', {}).get('type')} {sorted(body)}"
            seen[shape] += 1
            chosen += [call] if seen[shape] == 1 else []
    return chosen


def test_the_judges_refuse_broken_bodies_and_so_does_the_schema(written: Written, vonage: Judge, meta: Judge) -> None:
    refused = open_ = 0
    for call in sample(written):
        body = filled(call["body"])
        for how, broken in broken_copies({key: value for key, value in body.items() if key != "custom"}, 40):
            broken = {**broken, **({"custom": body["custom"]} if "custom" in body else {})}
            assert vonage.errors("POST", "/v1/messages", broken), how
            assert validate("vonage", {**call, "body": broken}), how
            refused += 1
        if "custom" in body and body["custom"]["type"] == "interactive":
            for how, broken in broken_copies(body["custom"], 40):
                assert by_meta(meta, broken), how
                open_ += 1
    assert refused > 150
    assert open_ >= 20


@pytest.mark.parametrize(
    "change",
    [{"channel": "whatsap"}, {"to": "+33 6 39 98 12 34 5"}, {"message_type": "txt"}, {"to": "3363"}, {"txt": "x"}],
)
def test_a_wrong_channel_number_or_type_matches_no_variant(
    written: Written, vonage: Judge, change: dict[str, str]
) -> None:
    call = next(call for _, path, call in written if "/messages/" in path and call["body"]["message_type"] == "text")
    assert not vonage.errors("POST", "/v1/messages", filled(call["body"]))
    assert vonage.errors("POST", "/v1/messages", {**filled(call["body"]), **change})


def test_templates_are_metas_bodies_at_vonages_address(written: Written) -> None:
    bodies = [call for _, path, call in written if "/templates/" in path]
    assert len(bodies) > 600
    for call in bodies:
        assert not validate("template", call["body"])
        assert call["url"].startswith("https://api.nexmo.com/v2/whatsapp-manager/wabas/")

"""Judge: Twilio's own OpenAPI documents (twilio_content_v1.json, twilio_messages_extract.json)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from .support import requests

pytestmark = pytest.mark.corpus


def document(corpus: Path, name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((corpus / "openapi" / name).read_text(encoding="utf-8"))
    return data


def validator(openapi: dict[str, Any], name: str) -> Draft202012Validator:
    assert name in openapi["components"]["schemas"], name
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": openapi["components"]})


def test_every_content_and_approval_fits_twilios_document(root: Path, corpus: Path) -> None:
    openapi = document(corpus, "twilio_content_v1.json")
    content, approval = validator(openapi, "ContentCreateRequest"), validator(openapi, "ContentApprovalRequest")
    known = set(openapi["components"]["schemas"]["types"]["properties"])
    kinds: set[str] = set()
    judged = 0
    for name, path, call in requests(root, corpus, "twilio"):
        if "/contents/" in path:
            errors = [error.message for error in content.iter_errors(call["body"])]
            assert not errors, (name, path, errors)
            kinds |= set(call["body"]["types"])
        elif "/approvals/" in path:
            errors = [error.message for error in approval.iter_errors(call["body"])]
            assert not errors, (name, path, errors)
        judged += 1
    assert kinds <= known, kinds - known
    assert {"twilio/text", "twilio/quick-reply", "twilio/list-picker", "twilio/call-to-action", "twilio/media"} <= kinds
    assert judged > 500


def test_every_send_uses_parameters_that_the_message_resource_has(root: Path, corpus: Path) -> None:
    text = (corpus / "openapi" / "twilio_messages_extract.json").read_text(encoding="utf-8")
    named = set(re.findall(r'"([A-Z][A-Za-z]+)": \{', text))
    assert {"To", "From", "Body", "ContentSid", "ContentVariables"} <= named
    sent = 0
    for name, path, call in requests(root, corpus, "twilio"):
        if "/messages/" in path:
            sent += 1
            fields = {item["name"]: item["value"] for item in call["form"]}
            assert set(fields) <= named, (name, path)
            if "ContentVariables" in fields:
                values = json.loads(fields["ContentVariables"])
                assert all(isinstance(value, str) for value in values.values())
            assert len(fields.get("Body", "")) <= 1600
    assert sent > 300


def test_a_send_gives_every_variable_of_its_content(root: Path, corpus: Path) -> None:
    contents: dict[tuple[str, str], set[str]] = {}
    checked = 0
    for name, path, call in requests(root, corpus, "twilio"):
        if "/contents/" in path:
            (bind,) = call["binds"]
            # The one variable of a one-time code is WhatsApp's own: nobody declares it, every send gives it.
            code = "whatsapp/authentication" in call["body"]["types"]
            contents[(name, bind)] = {"1"} if code else set(call["body"].get("variables", {}))
        elif "/messages/" in path:
            fields = {item["name"]: item["value"] for item in call["form"]}
            bind = fields.get("ContentSid", "")[2:-2]
            if (name, bind) in contents:
                given = set(json.loads(fields.get("ContentVariables", "{}")))
                assert given == contents[(name, bind)], (name, path)
                checked += 1
    assert checked > 100

"""Judge: Infobip's own OpenAPI documents (WhatsApp and Messages API, platform 3.210.0), discriminators resolved."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bascule.compiling import Compilation
from bascule.source import SourceFile
from bascule.whatsapp.schema import validate
from bascule.workspace import InputFile, analyse, load

from .openapi import Judge, broken_copies
from .support import requests

pytestmark = pytest.mark.corpus

BASE = "{{INFOBIP_BASE_URL}}"
Written = list[tuple[str, str, dict[str, Any]]]


@pytest.fixture(scope="module")
def written(root: Path, corpus: Path) -> Written:
    return list(requests(root, corpus, "infobip"))


@pytest.fixture(scope="module")
def judges(corpus: Path) -> dict[str, Judge]:
    def read(name: str) -> Judge:
        return Judge(json.loads((corpus / "openapi" / name).read_text(encoding="utf-8")))

    return {
        "whatsapp": read("infobip-whatsapp-openapi.json"),
        "messages-api": read("infobip-messages-api-openapi.json"),
    }


def filled(value: Any) -> Any:
    """A body as it is when it is sent: the number of a person, and numbers where coordinates are known late."""
    if isinstance(value, dict):
        late = {name for name in ("latitude", "longitude") if isinstance(value.get(name), str)}
        return {name: 48.85 if name in late else filled(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(item) for item in value]
    return value.replace("{{contact.msisdn}}", "33639981234") if isinstance(value, str) else value


def errors(judges: dict[str, Judge], call: dict[str, Any], body: Any) -> list[str]:
    path = call["url"].removeprefix(BASE)
    return judges[path.split("/")[1]].errors(call["method"], path, body)


def test_every_request_fits_infobips_documents(
    written: Written, judges: dict[str, Judge], capsys: pytest.CaptureFixture[str]
) -> None:
    for name, path, call in written:
        assert not errors(judges, call, filled(call.get("body"))), (name, path)
    told = Counter(judges["whatsapp"].judged) + Counter(judges["messages-api"].judged)
    assert sum(told.values()) == len(written)
    with capsys.disabled():
        print(f"\n  Infobip's OpenAPI documents judged {len(written)} requests:")
        print("\n".join(f"  {count:5} {path}" for path, count in sorted(told.items())))
    assert told["/whatsapp/2/senders/{sender}/templates"] > 600
    assert told["/whatsapp/2/senders/{sender}/templates/{id}"] == told["/whatsapp/2/senders/{sender}/templates"]
    assert told["/whatsapp/1/message/template"] > 650
    assert told["/messages-api/1/messages"] > 600
    assert told["/messages-api/1/reports"] > 10
    assert told["/whatsapp/1/message/text"] > 250
    assert told["/whatsapp/1/message/interactive/buttons"] > 100
    others = ("interactive/list", "interactive/url-button", "interactive/location-request", "image", "video", "audio",
              "document", "location", "contact")  # fmt: skip
    assert all(told[f"/whatsapp/1/message/{kind}"] for kind in others)


def test_templates_of_every_kind_were_judged(written: Written) -> None:
    bodies = [call["body"] for _, path, call in written if "/templates/" in path]
    structures = [body["structure"] for body in bodies]
    assert {body["category"] for body in bodies} == {"MARKETING", "UTILITY", "AUTHENTICATION"}
    formats = {structure["header"]["format"] for structure in structures if "header" in structure}
    assert formats == {"TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"}
    buttons = {button.get("type") or button["otpType"] for structure in structures
               for button in structure.get("buttons", [])}  # fmt: skip
    assert buttons >= {"QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "CATALOG", "MULTI_PRODUCT", "ONE_TAP"}
    assert any("carousel" in structure for structure in structures)
    assert any("limitedTimeOffer" in structure for structure in structures)
    assert {body["language"] for body in bodies} >= {"fr", "en", "ar", "pt_BR"}


def sample(written: Written) -> list[dict[str, Any]]:
    """Two calls of each shape."""
    seen: Counter[str] = Counter()
    chosen = []
    for _, _, call in written:
        if call["method"] == "POST":
            body = call["body"]
            inner = body.get("structure") or body.get("content") or body["messages"][0]
            shape = f"{call['url']} {body.get('category')} {sorted(inner)}"
            seen[shape] += 1
            chosen += [call] if seen[shape] <= 2 else []
    return chosen


def test_the_judge_refuses_broken_bodies_and_so_does_the_schema(
    written: Written, judges: dict[str, Judge], capsys: pytest.CaptureFixture[str]
) -> None:
    refused = lax = 0
    for call in sample(written):
        for how, broken in broken_copies(filled(call["body"])):
            if re.search(r"\.body\.[0-9]+ misspelt$", how):
                continue  # values of the Messages API have the names they like
            assert errors(judges, call, broken), (call["url"], how)
            refused += 1
            lax += not validate("infobip", {**call, "body": broken})
    with capsys.disabled():
        print(f"\n  Infobip's OpenAPI documents refused {refused} broken bodies, schemas/infobip.schema.json too")
    assert refused > 1500
    assert lax == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: body["structure"]["buttons"][0].update(text="x" * 40), "too long"),
        (lambda body: body["structure"]["buttons"][0].update(type="REPLY"), "is none of"),
        (lambda body: body["structure"].update(type="TEXT"), "only answers have it"),
        (lambda body: body.update(language="fr_FR"), "is not one of"),
        (lambda body: body["structure"].update(nonsense=1), "no member of this name"),
        (lambda body: body.update(category="AUTHENTICATION"), "otpType"),
    ],
)
def test_what_plain_json_schema_would_let_pass_is_refused(
    written: Written, judges: dict[str, Judge], change: Any, said: str
) -> None:
    call = next(
        call
        for _, path, call in written
        if "/templates/" in path and call["body"]["structure"].get("buttons", [{}])[0].get("type") == "QUICK_REPLY"
    )
    body = json.loads(json.dumps(call["body"]))
    change(body)
    found = errors(judges, call, body)
    assert any(said in error for error in found), found


def test_a_send_fills_every_value_of_its_template(written: Written) -> None:
    marks = re.compile(r"\{\{\d+\}\}")
    templates: dict[tuple[str, str, str], dict[str, Any]] = {}
    checked = by_api = 0
    for name, path, call in written:
        body = call.get("body")
        if "/templates/" in path:
            templates[(name, body["name"], body["language"])] = body
        elif "/messages/" in path and "messages" in body:
            content = body["messages"][0]["content"]
            template = templates.get((name, content["templateName"], content["language"]))
            if template is None or template["category"] == "AUTHENTICATION":
                continue
            structure, data = template["structure"], content["templateData"]
            assert len(data["body"]["placeholders"]) == len(marks.findall(structure["body"]["text"])), path
            assert all(data["body"]["placeholders"]), path
            wanted = [button["type"] for button in structure.get("buttons", [])
                      if button["type"] in ("QUICK_REPLY", "COPY_CODE", "FLOW")
                      or (button["type"] == "URL" and marks.search(button["url"]))]  # fmt: skip
            assert [button["type"] for button in data.get("buttons", [])] == wanted, path
            header = structure.get("header", {"format": ""})
            fills = header["format"] in ("IMAGE", "VIDEO", "DOCUMENT") or marks.search(header.get("text", ""))
            assert bool(fills) == ("header" in data), path
            checked += 1
        elif "/failover/" in path:
            by_api += 1
            message = body["messages"][0]
            twin = next(
                other["body"]["messages"][0]
                for known, file, other in written
                if known == name and file == path.replace("/failover/", "/messages/")
            )
            values = [value for key, value in message["content"]["body"].items() if key != "type"]
            assert values == twin["content"]["templateData"]["body"]["placeholders"], path
            assert message["failover"][0]["content"]["body"]["text"] == twin["smsFailover"]["text"], path
    assert checked > 600
    assert by_api > 600


def test_a_list_of_what_was_submitted_compiles_to_the_same_submissions(written: Written) -> None:
    """Only a category may differ, which is judged anew, and the name of a language with another picture (PAR664)."""
    by_source: dict[str, list[dict[str, Any]]] = {}
    for name, path, call in written:
        if "/templates/" in path:
            text = re.sub(r"\{\{SAMPLE_[A-Z0-9_]+\}\}", "https://x.example/sample", json.dumps(call["body"]))
            by_source.setdefault(name, []).append(json.loads(text))
    same = 0
    others: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for bodies in by_source.values():
        listing = SourceFile.of_text(json.dumps({"templates": bodies}, ensure_ascii=False), "liste.json")
        made = Compilation(analyse(load([InputFile(listing, "liste.json")]))).write("infobip").emitted.artefacts
        calls = [json.loads(item.text) for item in made if "/requests/templates/" in item.path]
        again = {(call["body"]["name"], call["body"]["language"]): call["body"] for call in calls}
        assert len(again) == len(bodies)
        for body in bodies:
            alike = [found for (name, language), found in again.items()
                     if language == body["language"] and re.fullmatch(re.escape(body["name"]) + "(_[a-z_]+)?", name)
                     and found["structure"] == body["structure"]]  # fmt: skip
            assert alike, body
            nearest = min(alike, key=lambda found: len(found["name"]))
            if nearest == body:
                same += 1
            else:
                others.append((nearest, body))
    assert same > 640
    assert len(others) < 8
    for found, body in others:
        assert {**found, "category": "", "name": ""} == {**body, "category": "", "name": ""}

"""Twilio: what is created reads back, as a list of Contents, to the same Contents and approvals.

Up to the ledger: the ids of replies name the step that asks, so a list, which has no steps, gives new ones; the
``twilio/text`` beside a WhatsApp type is another channel's form; a message that no template stands for becomes one, and
so gets a name that templates can have.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bascule.backends.twilio.content import message_types
from bascule.backends.twilio.variables import Numbers
from bascule.compiling import Compilation

from ..conformance.support import compilations
from .templates import compiled, submissions, written

_QUICK = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
_CREATE, _APPROVE = "twilio/requests/contents/", "twilio/requests/approvals/"


def contents(compilation: Compilation) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Every Content that is created, with its approval."""
    made = {path: json.loads(text) for path, text in written(compilation, "twilio", "requests").items()}
    return [
        (call["body"], made.get(path.replace(_CREATE, _APPROVE), {}).get("body"))
        for path, call in made.items()
        if path.startswith(_CREATE)
    ]


def records(found: list[tuple[dict[str, Any], dict[str, Any] | None]]) -> dict[str, Any]:
    """The answer of ``GET /v1/ContentAndApprovals`` before anything was submitted (its SIDs are of another account)."""
    return {
        "contents": [
            {**body, **({"approval_requests": {**approval, "status": "unsubmitted"}} if approval else {})}
            for body, approval in found
        ],
        "meta": {"page": 0, "page_size": 50, "next_page_url": None, "key": "contents"},
    }


def meant(types: dict[str, Any]) -> dict[str, Any]:
    """The WhatsApp type, without the ids of replies and the form of another channel."""
    told = {name: json.loads(json.dumps(value)) for name, value in types.items() if name != "twilio/text"} or types
    for value in told.values():
        cards = value.get("cards", [])
        for item in [*value.get("actions", []), *value.get("items", []), *(a for c in cards for a in c["actions"])]:
            item.pop("id", None)
    return told


def shown(body: dict[str, Any]) -> dict[str, Any]:
    """What a message says, with the addresses of its files filled in: a template takes them as variables. One that is
    known at run time only is ``file``; which number a variable has depends on how many there are before it."""
    told = meant(body["types"])
    for value in told.values():
        if isinstance(value.get("media"), list):
            links = [body.get("variables", {}).get(link.strip("{}"), link) for link in value["media"]]
            value["media"] = [link if re.match(r"https?://[^{}]+$", link) else "file" for link in links]
    plain: dict[str, Any] = json.loads(re.sub(r"\{\{\d+\}\}", "{{…}}", json.dumps(told)))
    return plain


def by_key(found: list[tuple[dict[str, Any], dict[str, Any] | None]]) -> dict[tuple[str, str], Any]:
    return {
        (body["friendly_name"], body["language"]): (meant(body["types"]), body.get("variables", {}), approval)
        for body, approval in found
    }


def filled(found: list[tuple[dict[str, Any], dict[str, Any] | None]]) -> list[tuple[dict[str, Any], Any]]:
    """With an address for every sample that has to be filled in by hand."""
    for body, _ in found:
        for number, sample in body.get("variables", {}).items():
            if sample.startswith("{{SAMPLE_"):
                body["variables"][number] = "https://x.example/sample.jpg"
    return found


@given(submissions())
@_QUICK
def test_contents_compile_to_the_same_contents(bodies: list[dict[str, Any]]) -> None:
    """From templates of Meta (a carousel is sent by reference there: Twilio gets it when it is in the account)."""
    first = filled([item for item in contents(compiled(bodies)) if item[1]])
    assert first
    again = compiled(records(first))
    second = by_key(contents(again))
    assert second == by_key(first)
    for path, text in written(again, "twilio", "requests").items():
        call = json.loads(text)
        if path.startswith("twilio/requests/messages/"):
            fields = {item["name"]: item["value"] for item in call["form"]}
            values = json.loads(fields.get("ContentVariables", "{}"))
            assert values.keys() == _variables(again)[fields["ContentSid"]], path


def _variables(compilation: Compilation) -> dict[str, set[str]]:
    """The variables of each Content, by what stands for its SID. A one-time code is one that nobody declares."""
    found = {}
    for path, text in written(compilation, "twilio", "requests").items():
        if path.startswith(_CREATE):
            call = json.loads(text)
            (bind,) = call["binds"]
            code = "whatsapp/authentication" in call["body"]["types"]
            found["{{" + bind + "}}"] = {"1"} if code else set(call["body"].get("variables", {}))
    return found


_WORDS = st.sampled_from(
    ("Bonjour {{nom}} 👋", "Où livrer ?", "اختر من القائمة ✅", "नमस्ते {{nom}} 🙏", "Olá 😊", "Спасибо")
)
_TITLES = st.lists(st.sampled_from(("Oui", "Non", "Suivi", "نعم", "हाँ", "Да")), min_size=1, max_size=3, unique=True)


@st.composite
def _messages(draw: st.DrawFn) -> dict[str, Any]:
    """Interactive messages of the Cloud API that Twilio has a type for."""
    kind = draw(st.sampled_from(("button", "list", "cta_url")))
    said: dict[str, Any] = {"type": kind, "body": {"text": draw(_WORDS)}}
    titles = draw(_TITLES)
    if kind == "button":
        buttons = [{"type": "reply", "reply": {"id": f"r{at}", "title": title}} for at, title in enumerate(titles)]
        said["action"] = {"buttons": buttons}
    elif kind == "list":
        rows = [{"id": f"r{at}", "title": title, "description": "Une ligne"} for at, title in enumerate(titles)]
        said["action"] = {"button": "Choisir", "sections": [{"title": "Tout", "rows": rows}]}
    else:
        parameters = {"display_text": "Ouvrir", "url": "https://x.example/a"}
        said["action"] = {"name": "cta_url", "parameters": parameters}
    if kind != "list" and draw(st.booleans()):
        said["footer"] = {"text": "9 h – 18 h"}
    if kind != "list" and draw(st.booleans()):
        said["header"] = draw(st.sampled_from(({"type": "text", "text": "Boutique"},
                                               {"type": "image", "image": {"link": "https://x.example/a.jpg"}})))  # fmt: skip
    return {"type": "interactive", "interactive": said}


@given(_messages())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_interactive_message_reads_back_as_the_same_message(message: dict[str, Any]) -> None:
    numbers = Numbers()
    types = message_types(message, numbers)
    assert types is not None
    body = {"friendly_name": "menu", "language": "fr", "types": types, "variables": numbers.samples}
    found = [shown(one) for one, _ in contents(compiled({"contents": [body]}))]
    assert shown(body) in found
    # Outside the window the first reply buttons say what a list says.
    assert len(found) == (2 if "twilio/list-picker" in types else 1)


@pytest.mark.corpus
def test_real_contents_compile_to_the_same_contents(root: Path, corpus: Path) -> None:
    templates = messages = 0
    reworded: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = []
    for title, compilation in compilations(root, corpus):
        made = filled(contents(compilation))
        approved = [item for item in made if item[1]]
        approved = list({(body["friendly_name"], body["language"]): (body, approval)
                         for body, approval in approved}.values())  # fmt: skip
        if approved:
            assert by_key(contents(compiled(records(approved)))) == by_key(approved), title
            templates += len(approved)
        for number, (body, _) in enumerate(item for item in made if not item[1]):
            one = {**body, "friendly_name": f"message_{number}"}
            if re.search(r'"(?:title|item)": "[^"]*\{\{', json.dumps(body, ensure_ascii=False)):
                continue  # the buttons of a template take no variables: the message stays in its conversation
            found = [shown(again) for again, _ in contents(compiled({"contents": [one]}))]
            messages += 1
            if shown(body) not in found:
                # An offer to stop by keyword is taken out of what becomes a template.
                reworded.append((title, body, found))
    assert templates > 500
    assert messages > 100
    assert len(reworded) * 20 < messages, (len(reworded), messages, reworded)

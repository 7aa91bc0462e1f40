"""Bodies that nobody here wrote: every one is read, comes back equal, and fits the schema or is named below."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bascule.diagnostics.finding import Finding, Severity
from bascule.source import Place
from bascule.whatsapp.messages import read_message
from bascule.whatsapp.schema import validate
from bascule.whatsapp.templates import read_template, read_template_list

pytestmark = pytest.mark.corpus

NOT_A_BODY = {
    "bindambc-expectedMessage18": "the body of a two-step verification request: only a `pin`",
}
ERRORS = {
    "openapi: Send Sample Issue Resolution Template": (
        "`text: Yes` of the Postman sample became a boolean in the YAML file; the Postman original is judged too"
    ),
}
# What may be wrong with them, and nothing else: the start of every line that the schema check gives.
SCHEMA_ONLY = {
    "postman: Send Multi-Product Message": (
        "its header type is a placeholder",
        "$.interactive.header.type: '<HEADER_TYPE>'",
    ),
    "openapi: Send Multi-Product Message": (
        "its header type is a placeholder",
        "$.interactive.header.type: '<HEADER_TYPE>'",
    ),
    "postman: Send Reply to List Message > Send Reply to List Message": ("interactive without `type`", "$: 'text' is"),
    "openapi: Send Reply to List Message": ("interactive without `type`", "$: 'text' is"),
    "postman: Create Flow Template Message by": ("its name is a placeholder", "$.name: '<TEMPLATE_NAME>'"),
    "openapi: Create Flow Template Message by": ("its name is a placeholder", "$.name: '<TEMPLATE_NAME>'"),
    "bindambc-expectedTemplate": ("a category of 2022", "$.category: 'TRANSACTIONAL'"),
}
Body = tuple[str, Any]


def json_files(folder: Path, pattern: str) -> Iterator[Body]:
    for path in sorted(folder.glob(pattern)):
        yield path.stem, json.loads(path.read_text(encoding="utf-8"))


def postman(corpus: Path, endpoint: str) -> Iterator[Body]:
    """Every request body and example body of the collection that goes to an endpoint, by its name."""
    path = corpus / "wa-messages" / "meta-cloud-api.postman_collection.json"
    collection = json.loads(path.read_text(encoding="utf-8"))
    waiting = list(reversed(collection["item"]))
    while waiting:
        item = waiting.pop()
        if "item" in item:
            waiting += reversed(item["item"])
            continue
        requests = [(item["name"], item["request"])]
        for example in item.get("response", []):
            if example.get("originalRequest"):
                requests.append((f"{item['name']} > {example['name']}", example["originalRequest"]))
        for name, request in requests:
            url = request["url"] if isinstance(request["url"], str) else request["url"]["raw"]
            body = request.get("body") or {}
            if url.split("?")[0].endswith(f"/{endpoint}") and body.get("mode") == "raw":
                yield f"postman: {name}", json.loads(body["raw"])


def postman_answers(corpus: Path) -> Iterator[Body]:
    path = corpus / "wa-messages" / "meta-cloud-api.postman_collection.json"
    waiting = list(json.loads(path.read_text(encoding="utf-8"))["item"])
    while waiting:
        item = waiting.pop()
        waiting += item.get("item", [])
        for example in item.get("response", []):
            request = example.get("originalRequest") or {}
            if request.get("method") == "GET" and "/message_templates" in str(request.get("url")):
                yield f"postman: {item['name']} > {example['name']}", json.loads(example["body"])


@pytest.fixture(scope="module")
def openapi(corpus: Path) -> dict[str, Any]:
    path = corpus / "openapi" / "meta-business-messaging-v23.0.yaml"
    loaded: dict[str, Any] = yaml.load(
        path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return loaded


def openapi_requests(document: dict[str, Any], *endings: str) -> Iterator[Body]:
    for path, operations in sorted(document["paths"].items()):
        if path.endswith(endings):
            examples = operations["post"]["requestBody"]["content"]["application/json"]["examples"]
            for name, example in sorted(examples.items()):
                yield f"openapi: {name}", example["value"]


def strict(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def allowed(name: str) -> str | None:
    """The start of the only errors that a body may have against the schema."""
    if name in ERRORS:
        return "$.template.components["
    return next((start for key, (_, start) in SCHEMA_ONLY.items() if name.startswith(key)), None)


def judge(
    kind: str, read: Callable[[Any, Place], tuple[Any, list[Finding]]], bodies: list[Body], says: Callable[[str], None]
) -> None:
    wrong: list[str] = []
    excused = 0
    for name, value in bodies:
        result, findings = read(value, Place(f"{name}.json"))
        if result is None or strict(result.to_json()) != strict(value):
            wrong.append(f"{name}: does not come back")
            continue
        errors = [finding.message for finding in findings if finding.severity is Severity.ERROR]
        against_schema = validate(kind, value)
        if errors and name not in ERRORS:
            wrong.append(f"{name}: {errors}")
        start = allowed(name)
        if not all(start is not None and line.startswith(start) for line in against_schema):
            wrong.append(f"{name}: {against_schema}")
        excused += bool(errors or against_schema)
    says(f"{len(bodies)} {kind} bodies came back equal, {len(bodies) - excused} of them within the schema")
    assert wrong == []


@pytest.fixture
def says(capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> Callable[[str], None]:
    def say(line: str) -> None:
        with capsys.disabled():
            print(f"\n  {request.node.name}: {line}")

    return say


def test_client_messages(corpus: Path, says: Callable[[str], None]) -> None:
    bodies = [body for body in json_files(corpus / "wa-messages", "bindambc-*.json") if body[0] not in NOT_A_BODY]
    assert len(bodies) >= 17
    judge("message", read_message, bodies, says)


def test_postman_messages(corpus: Path, says: Callable[[str], None]) -> None:
    bodies = list(postman(corpus, "messages"))
    assert len(bodies) >= 104
    judge("message", read_message, bodies, says)


def test_openapi_messages(openapi: dict[str, Any], says: Callable[[str], None]) -> None:
    bodies = list(openapi_requests(openapi, "/messages", "/marketing_messages"))
    assert len(bodies) >= 53
    judge("message", read_message, bodies, says)


def test_client_templates(corpus: Path, says: Callable[[str], None]) -> None:
    bodies: list[Body] = []
    for stem, value in json_files(corpus / "wa-templates", "*.json"):
        several = [] if "components" in value else list(value.items())
        bodies += [(f"{stem}: {name}", item) for name, item in several] or [(stem, value)]
    assert len(bodies) >= 15
    judge("template", read_template, bodies, says)


def test_postman_templates(corpus: Path, says: Callable[[str], None]) -> None:
    bodies = list(postman(corpus, "message_templates"))
    assert len(bodies) >= 22
    judge("template", read_template, bodies, says)


def test_openapi_templates(openapi: dict[str, Any], says: Callable[[str], None]) -> None:
    bodies = list(openapi_requests(openapi, "/message_templates"))
    assert len(bodies) >= 11
    judge("template", read_template, bodies, says)


def test_listings(corpus: Path, openapi: dict[str, Any], says: Callable[[str], None]) -> None:
    bodies = list(postman_answers(corpus))
    (path,) = (path for path in openapi["paths"] if path.endswith("/{WABA-ID}/message_templates"))
    answer = openapi["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    bodies += [(f"openapi: {name}", example["value"]) for name, example in answer["examples"].items()]
    assert len(bodies) >= 3
    judge("template_list", read_template_list, bodies, says)


def test_exceptions_are_all_needed(corpus: Path, openapi: dict[str, Any]) -> None:
    messages = [*postman(corpus, "messages"), *openapi_requests(openapi, "/messages")]
    templates = [*postman(corpus, "message_templates"), *openapi_requests(openapi, "/message_templates")]
    templates += json_files(corpus / "wa-templates", "bindambc-*.json")
    needed = {name for name, value in messages if validate("message", value)}
    needed |= {name for name, value in templates if validate("template", value)}
    assert [key for key in {**ERRORS, **SCHEMA_ONLY} if not any(name.startswith(key) for name in needed)] == []
    refused = [
        name
        for name, value in json_files(corpus / "wa-messages", "bindambc-*.json")
        if not read_message(value, Place(name))[0]
    ]
    assert refused == list(NOT_A_BODY)

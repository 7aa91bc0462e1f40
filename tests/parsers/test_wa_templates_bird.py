"""Templates and projects of Bird: languages, named variables, blocks, approvals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bascule.diagnostics import Finding
from bascule.ir.content import ChoiceKind, MediaKind
from bascule.ir.expr_text import print_text
from bascule.ir.nodes import Ask, Message
from bascule.ir.project import TemplateAsset
from bascule.parsers.base import CERTAIN, Parsed, ParseOptions
from bascule.parsers.wa_templates import parse, sniff
from bascule.source import SourceFile

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "wa-templates" / "bird.json"


def read(value: Any) -> Parsed:
    return parse(SourceFile.of_text(json.dumps(value, ensure_ascii=False), "modeles.json"), ParseOptions())


def fixture() -> Parsed:
    return parse(SourceFile(FIXTURE.name, FIXTURE.read_bytes()), ParseOptions())


def text(role: str, words: str) -> dict[str, Any]:
    return {"type": "text", "role": role, "text": {"text": words}}


def template(*blocks: Any, locale: str = "fr", content: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    inner = {"platform": "whatsapp", "locale": locale, "blocks": list(blocks), **(content or {})}
    named = [{"key": "whatsappTemplateName", "value": "essai"}]
    return {"defaultLocale": locale, "platformContent": [inner], "deployments": named, **members}


def asset(parsed: Parsed, name: str, language: str) -> TemplateAsset:
    found = [one for one in parsed.project.templates if (one.name, one.language) == (name, language)]
    return found[0]


def content(parsed: Parsed, flow: int = 0, node: int = 0) -> Any:
    item = parsed.project.flows[flow].nodes[node]
    assert isinstance(item, (Ask, Message))
    return item.content


def coded(parsed: Parsed, code: str) -> list[Finding]:
    return [finding for finding in parsed.findings if finding.code == code]


def test_lists_of_templates_and_projects_are_recognised() -> None:
    match = sniff(SourceFile(FIXTURE.name, FIXTURE.read_bytes()))
    assert match is not None
    assert match.confidence == CERTAIN
    assert "Bird" in match.reason
    assert coded(fixture(), "PAR652")


def test_each_language_is_an_asset_with_its_state() -> None:
    parsed = fixture()
    states = {(one.name, one.language): one.status for one in reversed(parsed.project.templates)}
    assert states == {
        ("rappel_rdv", "fr"): "APPROVED",
        ("rappel_rdv", "ar"): "APPROVED",
        ("akciya", "ru"): "REJECTED",
        ("vitrine", "fr"): "APPROVED",
        ("merci", ""): "APPROVED",
        ("स्वागत", "hi"): "DRAFT",
    }
    first = asset(parsed, "rappel_rdv", "fr")
    assert (first.provider, first.provider_id, first.category) == ("bird", "p-1", "UTILITY")
    assert (
        print_text(asset(parsed, "rappel_rdv", "ar").text.first)
        == "مرحبا {rappel_rdv.prenom}، موعدك {rappel_rdv.jour}."
    )
    assert print_text(asset(parsed, "akciya", "ru").text.first) == "Сегодня стрижка дешевле на 10 %."


def test_an_approved_template_is_sent_by_reference() -> None:
    parsed = fixture()
    first = content(parsed)
    assert first.template is not None
    assert [slot for slot, _ in first.template.parameters] == ["prenom", "jour", "lien", "photo"]
    assert [choice.kind for choice in first.choices] == [ChoiceKind.URL, ChoiceKind.CALL, ChoiceKind.REPLY]
    assert first.choices[2].payload == "oui"
    assert print_text(first.choices[0].url) == "https://exemple.fr/{rappel_rdv.lien}"
    assert first.media[0].kind is MediaKind.IMAGE
    assert print_text(first.media[0].url.first) == "https://cdn.exemple.fr/salon.jpg"


def test_the_definition_creates_one_language_again() -> None:
    definition = json.loads(asset(fixture(), "rappel_rdv", "ar").definition)
    (only,) = definition["platformContent"]
    assert only["locale"] == "ar"
    assert "approvals" not in only
    assert definition["deployments"][0]["value"] == "rappel_rdv"
    facts = dict(asset(fixture(), "rappel_rdv", "ar").facts)
    assert json.loads(facts["id"]) == "t-1"


def test_a_draft_becomes_new_and_takes_variables_of_any_spelling() -> None:
    parsed = fixture()
    flow = next(flow for flow in parsed.project.flows if flow.id == "svagat")
    node = flow.nodes[0]
    assert isinstance(node, Message)
    assert node.content.template is None
    assert print_text(node.content.text.first) == "{स्वागत.firstName} जी, आपका स्वागत है।"
    sample = parsed.project.variable["स्वागत.firstName"].sample
    assert sample.first == "आशा"


def test_versions_projects_and_other_channels_are_told() -> None:
    parsed = fixture()
    assert [finding.place.pointer for finding in coded(parsed, "PAR653")] == [
        "/results/3/platformContent/0/approvals/0/platformStatus"
    ]
    assert "PROMOTIONAL" in coded(parsed, "PAR653")[0].message
    assert [finding.place.pointer for finding in coded(parsed, "PAR658")] == ["/results/1/platformContent/0"]
    assert [finding.place.pointer for finding in coded(parsed, "PAR661")] == ["/results/6"]
    assert [finding.place.pointer for finding in coded(parsed, "PAR663")] == ["/results/0/platformContent/2"]
    assert [finding.place.pointer for finding in coded(parsed, "PAR662")] == ["/results/3/platformContent/0/blocks/1"]


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"status": "draft"}, "DRAFT"),
        ({"status": "active"}, "APPROVED"),
        ({"status": "inactive", "localeStatuses": {"fr": "active"}}, "ARCHIVED"),
        ({"status": "active", "localeStatuses": {"fr": "pending_approval"}}, "PENDING"),
        ({"status": "active", "platformInfo": {"whatsapp:1:fr": {"status": "paused"}}}, "PAUSED"),
        ({"status": "active", "content": {"approvals": [{"status": "rejected"}, {"status": "approved"}]}}, "APPROVED"),
        ({}, ""),
    ],
)
def test_the_state_nearest_to_the_language_counts(members: dict[str, Any], status: str) -> None:
    parsed = read(template(text("body", "Bonjour"), **members))
    assert parsed.project.templates[0].status == status


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ({"contentType": "application/pdf", "filename": "carte.pdf"}, MediaKind.DOCUMENT),
        ({"contentType": "video/mp4"}, MediaKind.VIDEO),
        ({"contentType": "image/png"}, MediaKind.IMAGE),
    ],
)
def test_header_files(file: dict[str, str], kind: MediaKind) -> None:
    header = {"type": "file", "role": "header", "file": {"mediaUrl": "https://a.fr/x", **file}}
    media = content(read(template(header, text("body", "Bonjour")))).media[0]
    assert (media.kind, media.filename, media.mime) == (kind, file.get("filename", ""), file["contentType"])


def test_content_for_all_channels_is_read_where_whatsapp_has_none() -> None:
    value = template(text("body", "Bonjour"))
    value["genericContent"], value["platformContent"] = value["platformContent"], []
    assert print_text(content(read(value)).text.first) == "Bonjour"


def test_rich_blocks_are_kept_whole() -> None:
    parsed = read(template({"type": "carousel", "carousel": {"items": []}}))
    assert coded(parsed, "LOS650")
    assert content(parsed).template.name == "essai"


def test_a_project_names_its_template() -> None:
    value = template(text("body", "Bonjour"), projectId="p", status="draft")
    value["deployments"] = []
    project = {"id": "p", "type": "channelTemplate", "name": "merci"}
    parsed = read([project, value])
    assert [one.name for one in parsed.project.templates] == ["merci"]
    assert not coded(parsed, "PAR661")

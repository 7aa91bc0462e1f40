"""What a template of Bird means to its reader, before it is written and after it is read back."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from bascule.backends.cloud import TemplateBody
from bascule.backends.cloud.parts import buttons_of, components_of, link_sample, media_sample, sample_texts
from bascule.ir.content import ChoiceKind, Content
from bascule.ir.expr_text import print_expression
from bascule.ir.nodes import Ask, Message
from bascule.ir.project import Project
from bascule.ir.text import Literal, Text
from bascule.parsers.base import ParseOptions
from bascule.parsers.wa_templates import parse, sniff
from bascule.source import SourceFile

__all__ = ["assert_comes_back", "meant", "read_back"]


def meant(template: TemplateBody) -> dict[str, Any]:
    """What a reader of the template sees, with the samples filled in; buttons in Bird's order."""
    parts = components_of(template.data)

    def shown(component: dict[str, Any]) -> str:
        samples = sample_texts(component)
        return re.sub(r"\{\{(\w+)\}\}", lambda hole: samples[hole.group(1)], str(component.get("text", "")))

    told: dict[str, Any] = {"category": template.data["category"], "body": shown(parts["BODY"])}
    header = parts.get("HEADER", {})
    told["header"] = shown(header) if header.get("format") == "TEXT" else ""
    told["media"] = ""
    if header and header["format"] != "TEXT":
        sample = media_sample(header)
        told["media"] = (header["format"].lower(), sample.address or f"{{{{SAMPLE_{template.language.upper()}}}}}")
    told["footer"] = parts.get("FOOTER", {}).get("text", "")
    buttons = []
    for button in buttons_of(parts):
        link = re.sub(r"\{\{\w+\}\}", link_sample(button).replace("\\", r"\\"), button.get("url", ""))
        buttons.append((button["type"], button["text"], button.get("phone_number", "") or link))
    told["buttons"] = sorted(buttons, key=lambda item: ("URL", "PHONE_NUMBER", "QUICK_REPLY").index(item[0]))
    return told


KINDS = {ChoiceKind.URL: "URL", ChoiceKind.CALL: "PHONE_NUMBER", ChoiceKind.REPLY: "QUICK_REPLY"}


def read_back(project: Project, name: str, language: str) -> dict[str, Any]:
    """The same of the template as the parser read it."""
    asset = next(one for one in project.templates if (one.name, one.language) == (name, language))
    contents: list[Content] = [
        node.content for flow in project.flows for node in flow.nodes if isinstance(node, (Message, Ask))
    ]
    content = next(one for one in contents if one.text.get(language) == asset.text.get(language))

    def shown(text: Text | None) -> str:
        parts = []
        for part in text or ():
            if isinstance(part, Literal):
                parts.append(part.text)
            else:
                variable = project.variable[print_expression(part.expression)]
                parts.append(variable.sample.best(language) or "")
        return "".join(parts)

    told: dict[str, Any] = {"category": asset.category, "body": shown(content.text.get(language))}
    told["header"], told["footer"] = shown(content.header.get(language)), shown(content.footer.get(language))
    told["media"] = ""
    for media in content.media:
        told["media"] = (media.kind.value, shown(media.url.best(language)) if media.url else media.asset)
    told["buttons"] = [
        (KINDS[choice.kind], shown(choice.title.get(language)), shown(choice.url) or shown(choice.phone))
        for choice in content.choices
    ]
    return told


def assert_comes_back(made: dict[str, Any], bodies: Sequence[TemplateBody]) -> None:
    """A channel template says the same as the bodies it was made of (samples without an address: ``SAMPLE_<LANG>``)."""
    file = SourceFile.of_text(json.dumps({"results": [made]}, ensure_ascii=False), "modeles.json")
    assert sniff(file) is not None
    parsed = parse(file, ParseOptions())
    assert not [finding for finding in parsed.findings if finding.severity.name == "ERROR"]
    for template in bodies:
        assert read_back(parsed.project, template.name, template.language) == meant(template)

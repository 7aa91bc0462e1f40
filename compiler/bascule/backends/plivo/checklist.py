"""``checklist.md``: everything to type and paste for templates that only the console makes.

https://www.plivo.com/docs/messaging/api/messages/ has no request for it; https://console.plivo.com makes them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bascule.backends.base import EmitJob
from bascule.backends.cloud import TemplateBody
from bascule.backends.cloud.parts import MARKER, buttons_of, components_of, link_sample, media_sample, sample_texts
from bascule.backends.readme import cell

__all__ = ["checklist_text"]

_TICKS = re.compile(r"`{3,}")
_BUTTONS = {
    "QUICK_REPLY": "Quick reply",
    "URL": "Link (visit website)",
    "PHONE_NUMBER": "Call (phone number)",
    "COPY_CODE": "Copy a coupon code",
    "OTP": "Copy a one-time code",
    "FLOW": "WhatsApp Flow",
    "CATALOG": "Catalogue",
    "MPM": "Several products",
    "SPM": "One product",
    "VOICE_CALL": "WhatsApp call",
    "REQUEST_CONTACT_INFO": "Ask for contact details",
}


def checklist_text(job: EmitJob, templates: Sequence[TemplateBody]) -> str:
    """The document: one part for each template and language, texts in blocks to copy whole."""
    lines = [
        "# Templates to make in Plivo's console",
        "",
        "Plivo has no request that makes templates: make each one in the console (Messaging → WhatsApp → Templates),",
        "or in Meta's WhatsApp Manager for the account that Plivo uses. Copy what stands in a block as it is.",
        "",
    ]
    count = len(templates)
    lines += [f"{count} template{'' if count == 1 else 's'}:", ""]
    lines += [f"- [ ] `{item.name}` ({item.language})" for item in templates]
    lines.append("")
    for template in templates:
        lines += _template(job, template)
    return "\n".join(lines)


def _template(job: EmitJob, template: TemplateBody) -> list[str]:
    data = template.data
    category = str(data.get("category", "")).capitalize() or "not said by the source: choose one"
    lines = [f"## {template.name} ({template.language})", ""]
    lines += ["- [ ] Name:", "", *_block(template.name), f"- [ ] Category: **{category}**"]
    lines.append(f"- [ ] Language: **{template.language}**")
    if "library_template_name" in data:
        lines.append(f"- [ ] From Meta's library: `{data['library_template_name']}`")
    lines += _parts(data, "")
    lines += ["- [ ] Submit, and wait until the status is *Approved* before anything is sent."]
    for item in job.sms:
        if (item.template, item.language) == (template.name, template.language):
            segments = f"{item.segments} segment{'' if item.segments == 1 else 's'}, {item.encoding}"
            lines += [
                f"- If it cannot be delivered, this SMS ({segments}; `sms-fallback.csv`):",
                "",
                *_block(item.text),
            ]
            break
    return [*lines, ""] if lines[-1] else lines


def _parts(data: dict[str, Any], card: str) -> list[str]:
    """The components of a template, or of a card of it."""
    lines: list[str] = []
    parts = components_of(data)
    for kind, component in parts.items():
        if kind == "HEADER":
            lines += _header(component, card)
        elif kind == "BODY" and "text" in component:
            lines += [f"- [ ] {card}Body:", "", *_block(str(component["text"])), *_samples(component)]
        elif kind == "BODY":
            advice = "on" if component.get("add_security_recommendation") else "off"
            lines.append(f"- [ ] Body: WhatsApp writes it; security recommendation **{advice}**")
        elif kind == "FOOTER" and "code_expiration_minutes" in component:
            lines.append(f"- [ ] Code expires in **{component['code_expiration_minutes']}** minutes")
        elif kind == "FOOTER":
            lines += ["- [ ] Footer:", "", *_block(str(component.get("text", "")))]
        elif kind == "BUTTONS":
            for number, button in enumerate(buttons_of(parts), start=1):
                lines += _button(number, button, card)
        elif kind == "CAROUSEL":
            for number, inner in enumerate(component.get("cards", []), start=1):
                lines += _parts(inner, f"Card {number}: ")
        else:
            lines += [f"- [ ] {kind.replace('_', ' ').capitalize()}:", "", *_fields(component)]
    return lines


def _header(component: dict[str, Any], card: str) -> list[str]:
    kind = str(component.get("format", "")).upper()
    if kind == "TEXT":
        return [f"- [ ] {card}Header (text):", "", *_block(str(component.get("text", ""))), *_samples(component)]
    if kind in ("LOCATION", "PRODUCT"):
        return [f"- [ ] {card}Header: **{kind.capitalize()}**"]
    sample = media_sample(component)
    told = [f"- [ ] {card}Header: **{kind.capitalize()}**. Upload a sample file of this kind ({sample.mime})"]
    if sample.source:
        told[0] += ", which the source names:"
        told += ["", *_block(sample.source)]
    else:
        told[0] += "; the source names none."
    return told


def _button(number: int, button: dict[str, Any], card: str) -> list[str]:
    kind = str(button["type"]).upper()
    lines = [f"- [ ] {card}Button {number}: **{_BUTTONS.get(kind, kind.capitalize())}**"]
    if button.get("text"):
        lines += ["", *_block(str(button["text"]))]
    if kind == "URL":
        dynamic = "{{" in str(button.get("url", ""))
        lines += [f"  Address ({'dynamic' if dynamic else 'static'}):", "", *_block(str(button.get("url", "")))]
        if dynamic:
            lines += ["  Sample of its variable:", "", *_block(link_sample(button))]
    elif kind == "PHONE_NUMBER":
        lines += ["  Number:", "", *_block(str(button.get("phone_number", "")))]
    else:
        lines += _fields({name: value for name, value in button.items() if name not in ("type", "text")})
    return lines


def _fields(members: dict[str, Any]) -> list[str]:
    """Further members, one line each."""
    lines = []
    for name, value in members.items():
        if name == "type":
            continue
        if isinstance(value, dict):
            lines += _fields(value)
        else:
            told = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            lines.append(f"  - {name.replace('_', ' ')}: `{told.replace('`', chr(39))}`")
    return [*lines, ""] if lines else []


def _samples(component: dict[str, Any]) -> list[str]:
    """A table of the variables of a text with their samples."""
    samples = sample_texts(component)
    names = list(dict.fromkeys(MARKER.findall(str(component.get("text", "")))))
    if not names:
        return []
    rows = [f"  | `{{{{{name}}}}}` | {cell(samples.get(name, ''))} |" for name in names]
    return ["  | variable | sample |", "  | --- | --- |", *rows, ""]


def _block(text: str) -> list[str]:
    """A text as a block to copy, whatever it holds; then an empty line."""
    longest = max((len(run) for run in _TICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return [f"  {fence}text", *(f"  {line}".rstrip() if not line.strip() else f"  {line}" for line in text.split("\n")),
            f"  {fence}", ""]  # fmt: skip

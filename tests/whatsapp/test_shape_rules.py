"""The pages of the rules on form: their examples do what they say."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from bascule.diagnostics.finding import Finding
from bascule.diagnostics.rules import Rule, registry
from bascule.source import Place
from bascule.whatsapp.messages import read_message
from bascule.whatsapp.messages import rules as message_rules
from bascule.whatsapp.templates import read_template
from bascule.whatsapp.templates import rules as template_rules

HERE = Place("example.json")
RULES = [
    getattr(module, name)
    for module in (template_rules, message_rules)
    for name in module.__all__
    if not name.endswith("_RULES")
]
HEADINGS = ("What it does", "Why", "Example", "Use instead", "Sources")
EXAMPLE = re.compile(r"^(Example|Use instead)\n-+\n+```json\n(.*?)\n```", re.M | re.S)


def findings_of(code: str, value: dict[str, Any]) -> list[Finding]:
    if code.startswith("TPL"):
        if "name" not in value:
            body = {"type": "BODY", "text": "Bonjour"}
            parts = [value] if value.get("type") == "BODY" else [body, value]
            value = {"name": "a", "language": "fr", "category": "UTILITY", "components": parts}
        return read_template(value, HERE)[1]
    if "parameters" in value:
        value = {"type": "template", "template": {"name": "a", "language": {"code": "fr"}, "components": [value]}}
    elif "action" in value:
        value = {"type": "interactive", "interactive": value}
    return read_message({"messaging_product": "whatsapp", **value}, HERE)[1]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_page_has_all_headings(rule: type[Rule]) -> None:
    page = rule.page()
    positions = [page.find(f"\n{heading}\n{'-' * len(heading)}\n") for heading in HEADINGS]
    assert all(position > 0 for position in positions)
    assert positions == sorted(positions)
    assert "https://" in page[positions[-1] :]
    assert rule.title() and not rule.title().endswith(".")  # noqa: PT018 - one fact
    assert registry()[rule.code] is rule
    assert 900 <= int(rule.code[3:]) <= 949


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_examples_do_what_the_page_says(rule: type[Rule]) -> None:
    examples = dict(EXAMPLE.findall(rule.page()))
    if rule.code.endswith("940"):
        assert examples == {}
        return
    bad = findings_of(rule.code, json.loads(examples["Example"]))
    assert rule.code in [finding.code for finding in bad]
    good = findings_of(rule.code, json.loads(examples["Use instead"]))
    assert good == []

"""The reference for designers is executed: every block of docs/scenario.md is what it says it is."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule
from bascule.language import native_rules
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.scenario import parse, rules
from bascule.parsers.scenario.reader import plain
from bascule.source import SourceFile

_ROOT = Path(__file__).resolve().parent.parent.parent
_BLOCK = re.compile(r"^```(yaml|json) ([^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_BLOCKS = [match.groups() for match in _BLOCK.finditer((_ROOT / "docs" / "scenario.md").read_text(encoding="utf-8"))]
_OWN_RULES = [
    rule
    for module in (rules, native_rules)
    for rule in vars(module).values()
    if inspect.isclass(rule) and issubclass(rule, Rule) and rule is not Rule
]


def _read(text: str, name: str = "scenario.yaml") -> Parsed:
    return parse(SourceFile.of_text(text, name), ParseOptions())


def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads((_ROOT / "schemas" / "scenario.schema.json").read_text(encoding="utf-8")))


def _data(text: str) -> Any:
    document = SourceFile.of_text(text, "scenario.yaml").yaml
    assert document is not None
    return plain(document.value)


def _of(kind: str) -> list[str]:
    return [text for _, info, text in _BLOCKS if info.split()[0] == kind]


def _nodes(text: str) -> str:
    indented = "".join(f"      {line}" for line in text.splitlines(keepends=True))
    return f"bascule: 1\nflows:\n  exemple:\n    nodes:\n{indented}"


def test_every_block_has_a_purpose() -> None:
    assert {info.split()[0] for _, info, _ in _BLOCKS} == {"scenario", "short", "long", "seed", "mistake"}
    assert len(_BLOCKS) == (_ROOT / "docs" / "scenario.md").read_text(encoding="utf-8").count("```") / 2


@pytest.mark.parametrize("text", _of("scenario"))
def test_examples_are_without_findings_and_valid(text: str) -> None:
    assert _read(text).findings == ()
    _validator().validate(_data(text))


@pytest.mark.parametrize(("short", "long"), list(zip(_of("short"), _of("long"), strict=True)))
def test_short_and_long_form_are_the_same_graph(short: str, long: str) -> None:
    left, right = _read(_nodes(short)), _read(_nodes(long))
    assert left.findings == right.findings == ()
    assert left.project == right.project
    for text in (short, long):
        _validator().validate(_data(_nodes(text)))


def test_the_seed_is_the_scenario_that_the_text_says_it_is() -> None:
    (seed,) = _of("seed")
    assert _read(seed, "seed.json").project == _read(_of("scenario")[-1]).project
    _validator().validate(json.loads(seed))


@pytest.mark.parametrize(("info", "text"), [(info, text) for _, info, text in _BLOCKS if info.startswith("mistake")])
def test_mistakes_are_refused(info: str, text: str) -> None:
    _, code, *flags = info.split()
    found = _read(text).findings
    assert [finding.code for finding in found] == [code]
    assert _validator().is_valid(_data(text)) is ("schema" not in flags)


def _section(rule: type[Rule], heading: str) -> str | None:
    """The indented example under a heading of a rule's page."""
    match = re.search(rf"^{heading}:\n((?:    .*\n|\n)+)", rule.page() + "\n", re.MULTILINE)
    return None if match is None else inspect.cleandoc("\n" + match.group(1)) + "\n"


@pytest.mark.parametrize("rule", _OWN_RULES, ids=lambda rule: rule.code)
def test_the_page_of_a_rule_has_every_heading(rule: type[Rule]) -> None:
    headings = re.findall(r"^([A-Z][A-Za-z ]+):", rule.page(), re.MULTILINE)
    wanted = ["What it does", "Why", "Example", "Use instead", "Sources"]
    assert [heading for heading in headings if heading in wanted] == wanted


_EXECUTED = [rule for rule in _OWN_RULES if _section(rule, "Example") is not None]


@pytest.mark.parametrize("rule", _EXECUTED, ids=lambda rule: rule.code)
def test_the_example_of_a_page_has_the_finding_and_the_cure_has_none(rule: type[Rule]) -> None:
    example, cure = _section(rule, "Example"), _section(rule, "Use instead")
    assert example is not None
    found = _read(example).findings
    assert [finding.code for finding in found] == [rule.code]
    assert found[0].severity in (Severity.ERROR, Severity.WARNING)
    if cure is not None:
        assert _read(cure).findings == ()


def test_nearly_all_pages_are_executed() -> None:
    assert {rule.code for rule in _OWN_RULES} - {rule.code for rule in _EXECUTED} == {"PAR315", "VAR111"}

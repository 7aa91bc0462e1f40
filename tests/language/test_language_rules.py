from __future__ import annotations

from tests.language.cases import load

from bascule.diagnostics.rules import Rule
from bascule.language import liquid_rules, placeholder_rules

# Codes that tables cannot show: they are about whole files or about size. Each has a test of its own.
ELSEWHERE = {"VAR103", "VAR124"}


def rules() -> list[type[Rule]]:
    return [getattr(module, name) for module in (placeholder_rules, liquid_rules) for name in module.__all__]


def test_every_code_is_in_the_range_of_the_package_and_has_a_page() -> None:
    for rule in rules():
        assert "VAR100" <= rule.code <= "VAR149"
        for heading in ("What it does:", "Why:", "Example:", "Use instead:", "Sources:"):
            assert heading in rule.page(), (rule.code, heading)


def test_every_code_stands_in_a_table_of_cases() -> None:
    table = load("placeholders")
    rows = [row for part in ("syntaxes", "forced") for cases in table[part].values() for row in cases]
    shown = {said.split(" ")[0] for row in [*rows, *load("liquid")] for said in row[2:]}
    assert {rule.code for rule in rules()} == shown | ELSEWHERE

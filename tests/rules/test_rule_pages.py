"""The examples of the rule pages are run: ``Example`` gives the finding, ``Use instead`` does not.

An example is run when it is a text in backquotes (an SMS template in French) or a scenario that starts with
``bascule: 1``. Any other example says ``(not run)``, and those are counted here.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from bascule.diagnostics.pages import HEADINGS, page_sections
from bascule.passes.rules import CheckRule, rules

NOT_RUN = "(not run)"
RULES = [pytest.param(rule, id=rule.code) for rule in rules()]
MOST_NOT_RUN = 4


def source_of(section: str) -> tuple[str, str] | None:
    """Text and format of an example; None for one that is not run."""
    first, _, rest = section.partition("\n")
    if first.startswith("bascule:"):
        return f"{first}\n{textwrap.dedent(rest)}\n", "scenario"
    if section.startswith("`") and section.endswith("`") and "\n" not in section and section.count("`") == 2:
        return json.dumps([{"key": "exemple", "text": section[1:-1]}], ensure_ascii=False), "sms-json"
    return None


@pytest.mark.parametrize("rule", RULES)
def test_page_is_complete(rule: type[CheckRule]) -> None:
    sections = page_sections(rule)
    needed = [heading for heading in HEADINGS if heading != "Fix safety"]
    assert [heading for heading in needed if not sections.get(heading)] == []
    assert list(sections) == [heading for heading in HEADINGS if heading in sections]
    assert rule.title()
    assert not rule.title().endswith(".")


@pytest.mark.parametrize("rule", RULES)
def test_example_gives_the_finding(rule: type[CheckRule], run_text: Callable[..., Any]) -> None:
    section = page_sections(rule)["Example"]
    source = source_of(section)
    if source is None:
        assert NOT_RUN in section
        return
    outcome = run_text(*source, locale="fr")
    assert outcome.of(rule.code), outcome.describe()
    assert not [finding for finding in outcome.findings if finding.code.startswith("PAR")], outcome.describe()


@pytest.mark.parametrize("rule", RULES)
def test_use_instead_does_not(rule: type[CheckRule], run_text: Callable[..., Any]) -> None:
    source = source_of(page_sections(rule)["Use instead"])
    if source is None:
        return
    outcome = run_text(*source, locale="fr")
    assert not outcome.of(rule.code), outcome.describe()
    assert not [finding for finding in outcome.findings if finding.code.startswith("PAR")], outcome.describe()


def test_few_examples_are_not_run() -> None:
    skipped = [rule.code for rule in rules() if NOT_RUN in page_sections(rule)["Example"]]
    assert len(skipped) <= MOST_NOT_RUN, skipped

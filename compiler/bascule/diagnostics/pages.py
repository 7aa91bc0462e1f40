"""Rule pages: the docstrings of all rules, as text and as data."""

from __future__ import annotations

import contextlib
import pkgutil
import re
import textwrap
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from bascule.diagnostics.rules import FAMILIES, Rule, registry

__all__ = ["HEADINGS", "all_rules", "load_rules", "page_data", "page_sections", "page_text"]

HEADINGS = ("What it does", "Why", "Example", "Use instead", "Fix safety", "Sources")

_HEADING = re.compile(rf"^(?:#+ *)?({'|'.join(HEADINGS)})(?::[ \t]*|[ \t]*$)", re.MULTILINE)
_PACKAGES = ("bascule.diagnostics", "bascule.language", "bascule.whatsapp", "bascule.parsers", "bascule.passes",
             "bascule.backends", "bascule.settings", "bascule.suites", "bascule.cli")  # fmt: skip


def all_rules() -> dict[str, type[Rule]]:
    """Every code there is, sorted: imports all modules that may define one."""
    for name in _PACKAGES:
        load_rules(name)
    _import_plugins()
    return registry()


@cache
def load_rules(name: str) -> None:
    """Import all modules of one package, so that its rules are registered."""
    package = import_module(name)
    for module in pkgutil.walk_packages(package.__path__, name + "."):
        import_module(module.name)


def _import_plugins() -> None:
    """The rules of installed plugins; one that fails is reported where files are read (PAR008)."""
    for point in entry_points(group="bascule.parsers"):
        with contextlib.suppress(Exception):
            point.load()


def page_sections(rule: type[Rule]) -> dict[str, str]:
    """The page's parts by heading, in the docstring's order; text before the first heading is dropped."""
    page = rule.page()
    matches = list(_HEADING.finditer(page))
    sections = {}
    for match, after in zip(matches, [*matches[1:], None], strict=True):
        body = page[match.end() : after.start() if after else len(page)]
        sections[match.group(1)] = textwrap.dedent(body.strip("\n")).strip()
    return sections


def page_data(rule: type[Rule]) -> dict[str, Any]:
    """The page as data: code, name, family, severity, title, sections."""
    return {
        "code": rule.code,
        "name": rule.name,
        "family": FAMILIES.get(rule.code[:3], "Plugin"),
        "severity": str(rule.severity),
        "title": rule.title(),
        "sections": page_sections(rule),
    }


def page_text(rule: type[Rule]) -> str:
    """The page for a terminal or a Markdown file."""
    lines = [f"# {rule.code} {rule.name} ({rule.severity})", "", rule.title()]
    for heading, text in page_sections(rule).items():
        lines += ["", f"## {heading}", "", text]
    return "\n".join(lines)

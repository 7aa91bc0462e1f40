"""Texts of versions up to 7 in terms of version 8: ``=UPPER(contact)`` and ``@contact|upper_case`` become
``@(UPPER(contact))``.

Two languages of expressions stood side by side until version 8 put one in their place; see the platform's own upgrade
(https://github.com/rapidpro/rapidpro, pre version 8 style expression migration).
"""

from __future__ import annotations

import re

from bascule.language.rapidpro_expression import Change
from bascule.parsers.rapidpro.legacy.scan import TOP_LEVELS, apply, closing
from bascule.parsers.rapidpro.located import rewritten

__all__ = ["migrate_old_template"]

_FILTERS = {
    "lower_case": "LOWER({0})",
    "upper_case": "UPPER({0})",
    "capitalize": "PROPER({0})",
    "title_case": "PROPER({0})",
    "first_word": "FIRST_WORD({0})",
    "remove_first_word": "REMOVE_FIRST_WORD({0})",
    "read_digits": "READ_DIGITS({0})",
}
_TOP = "|".join(sorted(TOP_LEVELS))
_FILTERED = re.compile(
    rf"(?<!\w)@((?:{_TOP})(?:\.\w+)*+)((?:\|\w+(?::(?:\"[^\"\n]{{0,200}}\"|'[^'\n]{{0,200}}'))?)++)", re.IGNORECASE
)
_FILTER = re.compile(r"\|(\w+)(?::(?:\"([^\"\n]*)\"|'([^'\n]*)'))?")
_INSIDE = re.compile(rf"(\")?@((?:{_TOP})(?:\.\w+)*+)((?:\|\w+)*+)(?(1)\"|)", re.IGNORECASE)
_EQUALS = re.compile(r"=(?=[\w(])")
_NAME = re.compile(r"\w+(?:\.\w+)*+")
_PATIENCE = 32
"""How many ``=(`` without an end are looked for before the rest counts as text."""


def migrate_old_template(text: str) -> str:
    """The text with both older ways to write an expression replaced; itself when it has none."""
    if "=" in text:
        text = _changed(text, _equals(text))
    if "@" in text and "|" in text:
        changes = [
            Change(match.start(), match.end(), f"@({_filtered(match.group(1), match.group(2))})")
            for match in _FILTERED.finditer(text)
        ]
        text = _changed(text, changes)
    return text


def _changed(text: str, changes: list[Change]) -> str:
    return rewritten(text, apply(text, changes), changes)


def _filtered(name: str, filters: str) -> str:
    """A variable with its filters as calls, innermost first. A filter that is not known did nothing."""
    code = name
    for match in _FILTER.finditer(filters):
        parameter = match.group(2) or match.group(3) or ""
        template = _FILTERS.get(match.group(1).lower())
        if template is not None:
            code = template.replace("{0}", code)
        elif match.group(1).lower() == "time_delta":
            code = f"{code} - {parameter[1:].strip()}" if parameter.startswith("-") else f"{code} + {parameter.strip()}"
    return code


def _equals(text: str) -> list[Change]:
    changes: list[Change] = []
    at = failures = 0
    while (found := _EQUALS.search(text, at)) is not None:
        start = found.start()
        at = start + 1
        name = _NAME.match(text, at)
        end = name.end() if name else at
        if text[end : end + 1] == "(":
            ending = closing(text, end) if failures < _PATIENCE else -1
            if ending < 0:
                failures += 1
                continue
            body = _INSIDE.sub(lambda match: _filtered(match.group(2), match.group(3)), text[at:ending])
            changes.append(Change(start, ending, f"@{body}" if body.startswith("(") else f"@({body})"))
            at = ending
        elif name is not None and name.group().split(".")[0].lower() in TOP_LEVELS:
            changes.append(Change(start, start + 1, "@"))
            at = end
    return changes

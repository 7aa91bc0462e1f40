"""What a reader of vendor JSON reports, and with which rules."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bascule.diagnostics.finding import Finding, Severity
from bascule.diagnostics.rules import Rule
from bascule.source import Place

__all__ = ["Reader", "ShapeRules"]


@dataclass(frozen=True, slots=True)
class ShapeRules:
    """The rules that a reader reports with; ``unknown_kind`` by the name of the set of types."""

    missing_field: type[Rule]
    wrong_type: type[Rule]
    unknown_value: type[Rule]
    unknown_member: type[Rule]
    too_deep: type[Rule]
    unknown_kind: Mapping[str, type[Rule]]


class Reader:
    """Collects findings while shapes are read."""

    def __init__(self, rules: ShapeRules) -> None:
        self.rules = rules
        self.findings: list[Finding] = []

    def refused(self) -> list[Finding]:
        """The findings when nothing could be read: an unknown value that stood in the way is then an error."""
        if not any(finding.severity is Severity.ERROR for finding in self.findings):
            self.findings = [replace(finding, severity=Severity.ERROR) for finding in self.findings]
        return self.findings

    def missing(self, place: Place, label: str, names: tuple[str, ...]) -> None:
        """A member that must be there is not."""
        known = " or ".join(f"`{name}`" for name in names)
        self.findings.append(self.rules.missing_field.at(place, f"this {label} has no {known}", help=f"add {known}"))

    def wrong_type(self, place: Place, expected: str, raw: Any) -> None:
        """A member holds another kind of value than it can."""
        name = place.pointer.rsplit("/", 1)[-1]
        subject = f"`{name}`" if name and not name.isdigit() else "this"
        found = f"{subject} is {_describe(raw)}"
        self.findings.append(self.rules.wrong_type.at(place, f"{found}, expected {expected}", help=f"write {expected}"))

    def unknown_value(self, place: Place, raw: str, known: tuple[str, ...]) -> None:
        """A member that takes one of a few values holds another."""
        name = place.pointer.rsplit("/", 1)[-1]
        self.findings.append(
            self.rules.unknown_value.at(
                place, f"`{name}` is {_quote(raw)}, which is not known", help=_suggest(raw, known)
            )
        )

    def unknown_members(self, place: Place, label: str, names: list[str]) -> None:
        """Members that the shape does not have; they are kept."""
        listed = ", ".join(_quote(name) for name in names[:5])
        if len(names) > 5:
            listed += f" and {len(names) - 5} more"
        plural = "members" if len(names) > 1 else "a member"
        self.findings.append(
            self.rules.unknown_member.at(
                place.child(names[0]).at_key(),
                f"this {label} has {plural} not known: {listed}",
                help="check the spelling; it is kept and written back as it stands",
                data={"members": names},
            )
        )

    def unknown_kind(self, place: Place, what: str, raw: str, known: tuple[str, ...]) -> None:
        """An item of a type that is not known; it is kept whole."""
        self.findings.append(
            self.rules.unknown_kind[what].at(
                place,
                f"{_quote(raw)} is not a known type of {what}",
                help=f"{_suggest(raw, known)}; it is kept and written back as it stands",
            )
        )


def _quote(text: str) -> str:
    return f"`{text[:60]}…`" if len(text) > 60 else f"`{text}`"


def _suggest(raw: str, known: tuple[str, ...]) -> str:
    folded = {item.upper(): item for item in known}
    close = difflib.get_close_matches(raw[:60].upper(), folded, n=1)
    if close:
        return f"did you mean `{folded[close[0]]}`?"
    return "known are " + ", ".join(f"`{item}`" for item in known)


def _describe(raw: Any) -> str:
    if raw is None:
        return "null"
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, (int, float)):
        return "a number"
    if isinstance(raw, str):
        return "a text"
    if isinstance(raw, list):
        return "a list"
    return "an object" if isinstance(raw, dict) else f"a {type(raw).__name__}"

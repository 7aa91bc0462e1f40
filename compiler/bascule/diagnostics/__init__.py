"""Findings, the rules that make them, and how they are shown."""

from bascule.diagnostics.finding import Applicability, Edit, Finding, Fix, Label, Severity, locate
from bascule.diagnostics.rules import FAMILIES, Rule, registry

__all__ = [
    "FAMILIES",
    "Applicability",
    "Edit",
    "Finding",
    "Fix",
    "Label",
    "Rule",
    "Severity",
    "locate",
    "registry",
]

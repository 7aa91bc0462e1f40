"""Reads the tables of cases in ``data/``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bascule.diagnostics.finding import Finding
from bascule.ir.text import Hole, Literal, Text

DATA = Path(__file__).resolve().parent / "data"


def load(name: str) -> Any:
    return yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))


def said(findings: list[Finding], text: str) -> list[str]:
    """Code and piece of text of each finding, as the tables write them."""
    return [f"{finding.code} {text[slice(*(finding.place.sub or (0, 0)))]}" for finding in findings]


def rebuilt(result: Text, source: str) -> str:
    """Literals and the source ranges of the holes, put together."""
    parts = []
    for segment in result:
        if isinstance(segment, Literal):
            parts.append(segment.text)
        else:
            assert segment.at is not None
            assert segment.at.sub is not None
            parts.append(source[slice(*segment.at.sub)])
    return "".join(parts)


def ranges(result: Text) -> list[tuple[int, int]]:
    return [segment.at.sub for segment in result if isinstance(segment, Hole) and segment.at and segment.at.sub]

"""What expressions of each language give, as tables of texts and the words a user reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bascule.ir.expr import Expression
from bascule.ir.text import Text
from bascule.language.dialogflow_condition import read_condition, read_text
from bascule.language.floip_expression import parse_floip_expression, parse_floip_text
from bascule.language.liquid import parse_liquid, parse_liquid_expression
from bascule.language.native import parse_expression, parse_native_text
from bascule.language.rapidpro_expression import parse_rapidpro_expression, parse_rapidpro_text
from bascule.simulator.evaluation import Environment, Fault, Plain, Unknown, holds, render
from bascule.source import Place

HERE = Path(__file__).resolve().parent
TABLES = sorted(HERE.glob("*.yaml"))
NOWHERE = Place("")

TEXTS: dict[str, Callable[[str], Text]] = {
    "rapidpro": lambda text: parse_rapidpro_text(text, NOWHERE)[0],
    "liquid": lambda text: parse_liquid(text, NOWHERE)[0],
    "dialogflow-cx": lambda text: read_text(text, NOWHERE).text,
    "floip": lambda text: parse_floip_text(text, NOWHERE)[0],
    "bascule": lambda text: parse_native_text(text, NOWHERE)[0],
}
CONDITIONS: dict[str, Callable[[str], Expression]] = {
    "rapidpro": lambda text: parse_rapidpro_expression(text, NOWHERE)[0],
    "liquid": lambda text: parse_liquid_expression(text, NOWHERE)[0],
    "dialogflow-cx": lambda text: read_condition(text).expression,
    "floip": lambda text: parse_floip_expression(text, NOWHERE)[0],
    "bascule": lambda text: parse_expression(text, NOWHERE)[0],
}


def scope_of(table: dict[str, Any]) -> Plain:
    return Plain(
        table.get("variables", {}),
        now=datetime.fromisoformat(table["now"]),
        locale=table.get("locale", ""),
        region=table.get("region", ""),
        environment=Environment(**table.get("environment", {})),
        intents=[(name, share) for name, share in table.get("intents", ())],
        memberships=[(uuid, name) for uuid, name in table.get("groups", ())],
    )


def rows(key: str) -> Iterator[Any]:
    for path in TABLES:
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
        for source, expected in table.get(key, ()):
            yield pytest.param(table, source, expected, id=f"{path.stem}: {source[:60]}")


@pytest.mark.parametrize(("table", "source", "expected"), list(rows("cases")))
def test_a_text_reads(table: dict[str, Any], source: str, expected: str) -> None:
    said, faults = render(TEXTS[table["language"]](source), scope_of(table))
    if expected in ("ERROR", "UNKNOWN"):
        assert faults
        assert any(isinstance(fault, Unknown) for fault in faults) is (expected == "UNKNOWN"), faults
    else:
        assert (said, faults) == (expected, ())


@pytest.mark.parametrize(("table", "source", "expected"), list(rows("conditions")))
def test_a_condition_holds(table: dict[str, Any], source: str, expected: bool | str) -> None:
    held = holds(CONDITIONS[table["language"]](source), scope_of(table))
    if isinstance(expected, bool):
        assert held is expected
    else:
        assert isinstance(held, Fault)
        assert isinstance(held, Unknown) is (expected == "UNKNOWN")

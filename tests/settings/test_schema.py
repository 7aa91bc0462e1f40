"""The published schema and the reader agree on what a configuration may hold."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from bascule.settings.schema import CONFIG, config_schema
from bascule.settings.shape import Many, OneOf, Shape, Table


def test_the_published_schema_is_printed_from_the_keys(root: Path) -> None:
    published = json.loads((root / "schemas" / "bascule-toml.schema.json").read_text(encoding="utf-8"))
    assert published == config_schema()
    Draft7Validator.check_schema(published)


WHOLE = """
extends = "../base.toml"
sources = ["flows", "sms"]
exclude = "archive/**"
select = ["ALL"]
extend-select = "TPL021"
ignore = ["LOC", "tpl050", "needs-opt-in"]
fail-on = "warning"
baseline = "baseline.json"
docs-url = "https://intranet.invalid/bascule/rules.html"
[severity]
TPL050 = "error"
WIN = "info"
[project]
business = "Boutique Awa"
region = "SN"
locale = "fr"
languages = ["fr", "ar", "pt_BR"]
opt-out = {fr = "Stop promos", ar = "إيقاف"}
[project.samples]
nom = "Awa"
"order.total" = {fr = "12 500 FCFA", ar = "١٢٥٠٠"}
[read]
placeholder = "bracket"
sheet = "SMS"
max-size = "50M"
[[per-file-overrides]]
files = ["legacy/**", "*.csv"]
ignore = "LOS"
severity = {TPL021 = "info"}
[[overrides]]
file = "flows/*.json"
pointer = "/states/3"
codes = ["WIN010"]
reason = "réponse humaine"
"""


def judged(text: str) -> tuple[list[str], bool]:
    """Pointers that the reader complains about, and whether the schema accepts the document."""
    data = tomllib.loads(text)
    return [problem.pointer for problem in CONFIG.check(data, "")], Draft7Validator(config_schema()).is_valid(data)


def test_a_whole_configuration_is_accepted_by_both() -> None:
    assert judged(WHOLE) == ([], True)
    assert judged("") == ([], True)


@pytest.mark.parametrize(
    ("text", "pointers"),
    [
        ('selct = "WIN"', ["/selct"]),
        ("select = 3", ["/select"]),
        ("select = [3]", ["/select/0"]),
        ('select = [""]', ["/select/0"]),
        ('select = ["TPL 020"]', ["/select/0"]),
        ('sources = "flows"', ["/sources"]),
        ("sources = []", ["/sources"]),
        ('fail-on = "errors"', ["/fail-on"]),
        ("fail-on = true", ["/fail-on"]),
        ('severity = {TPL020 = "fatal"}', ["/severity/TPL020"]),
        ('severity = {"T!" = "error"}', ["/severity/T!"]),
        ("severity = []", ["/severity"]),
        ('[project]\nregion = "sn"', ["/project/region"]),
        ('[project]\nlanguages = "fr"', ["/project/languages"]),
        ('[project]\nlanguages = ["français"]', ["/project/languages/0"]),
        ('[project]\nbusiness = " "', ["/project/business"]),
        ("[project.samples]\nnom = 3", ["/project/samples/nom"]),
        ('[project.samples]\nnom = {fr = ""}', ["/project/samples/nom/fr"]),
        ("[project]\nopt-out = 2026-03-14", ["/project/opt-out"]),
        ('[read]\nmax-size = "much"', ["/read/max-size"]),
        ("read = 1", ["/read"]),
        ('[[per-file-overrides]]\nignore = "LOS"', ["/per-file-overrides/0"]),
        ('[[overrides]]\nfile = "a"\ncodes = []\nreason = "x"', ["/overrides/0/codes"]),
        ('[[overrides]]\nfile = "a"\ncodes = ["TPL020"]\npointer = "states"\nreason = "x"', ["/overrides/0/pointer"]),
        ('[[overrides]]\ncodes = ["TPL020"]\nreason = "x"', ["/overrides/0"]),
        ('overrides = {file = "a"}', ["/overrides"]),
    ],
)
def test_what_is_wrong_is_refused_by_both_at_its_place(text: str, pointers: list[str]) -> None:
    assert judged(text) == (pointers, False)


def walk(shape: Shape, path: str = "") -> list[tuple[str, str]]:
    if isinstance(shape, Table):
        return [
            found
            for key, (inner, text) in shape.keys.items()
            for found in [(f"{path}.{key}", text), *walk(inner, f"{path}.{key}")]
        ]
    if isinstance(shape, Many):
        return walk(shape.item, path)
    return walk(shape.other, path) if isinstance(shape, OneOf) else []


def test_every_key_is_described_here_and_in_the_docs(root: Path) -> None:
    page = (root / "docs" / "configuration.md").read_text(encoding="utf-8")
    found: dict[str, Any] = dict(walk(CONFIG))
    assert len(found) > 25
    for path, text in found.items():
        assert text.endswith("."), path
        assert f"`{path.rsplit('.', 1)[-1]}`" in page, path

"""Exports as no platform writes them: members gone, of another type, nested, repeated. Nothing raises, nothing is lost."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contacts.ingest.support import FIXTURES, normaliser

from bascule.contacts.ingest.convert import Converter
from bascule.contacts.ingest.profile import profile_named
from bascule.contacts.ingest.reading import Options, open_source
from bascule.contacts.rows import IDENTIFIERS
from bascule.contacts.tabular.problems import ContactsError

JSON = [file for file in sorted(FIXTURES.iterdir()) if file.suffix in (".json", ".jsonl")]
TABLES = [file for file in sorted(FIXTURES.iterdir()) if file.suffix == ".csv"]
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1e300,
    "",
    " ",
    "x",
    "\u202e",
    [],
    [[]],
    {},
    {"number": {}},
    [None, 1, {"to": 5}],
    {"a": {"b": []}},
]


def records_of(file: Path) -> list[Any]:
    if file.suffix == ".jsonl":
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    value = json.loads(file.read_text("utf-8"))
    if isinstance(value, list):
        return value
    return next(item for item in value.values() if isinstance(item, list))


def mutated(value: Any, chance: random.Random, depth: int = 0) -> Any:
    """A copy in which some things are otherwise."""
    roll = chance.random()
    if roll < 0.08:
        return chance.choice(ODD)
    if isinstance(value, dict):
        found = {}
        for key, item in value.items():
            fate = chance.random()
            if fate < 0.08:
                continue
            name = key.upper() if fate < 0.12 else key
            found[name] = mutated(item, chance, depth + 1)
            if fate > 0.97:
                found[f" {key} "] = copy.deepcopy(item)
        return found
    if isinstance(value, list):
        items = [mutated(item, chance, depth + 1) for item in value]
        return items * 2 if roll > 0.95 else items
    return value


def check(path: Path, expected: int, profile: str) -> bool:
    """Every record is kept or rejected, once; a kept one has an identifier in one of its rows. False: refused."""
    try:
        source = open_source(path, Options(profile=profile, default_region="FR"))
    except ContactsError:
        return False
    taken = kept = 0
    for chunk in source.chunks():
        found = Converter(source.plan, normaliser(), "i", path.name).convert(chunk)
        taken += found.taken
        kept += found.kept
        assert found.taken == found.kept + sum(found.reasons.values())
        rows = found.batch.select([*IDENTIFIERS, "row", "part", "rejected", "custom"]).to_pylist()
        assert len({(row["row"], row["part"]) for row in rows}) == len(rows)
        for row in rows:
            assert row["rejected"] is not None or any(row[name] is not None for name in IDENTIFIERS), row
            assert row["custom"] is None or isinstance(json.loads(row["custom"]), dict)
    assert taken == expected
    return True


@pytest.mark.parametrize("file", JSON, ids=lambda file: file.name)
def test_json_records_in_any_shape(file: Path, tmp_path: Path) -> None:
    records = records_of(file)
    read = 0
    for seed in range(25):
        chance = random.Random(seed)
        odd = [mutated(record, chance) for record in records * 3]
        path = tmp_path / f"{seed}.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in odd), "utf-8")
        # A line that is a page by mutation would be more records than one; none of the fixtures' lists can become one.
        read += check(path, _elements(odd), file.stem)
    assert read > 20


def _elements(records: list[Any]) -> int:
    return sum(len(record) if isinstance(record, list) else 1 for record in records)


@pytest.mark.parametrize("file", TABLES, ids=lambda file: file.name)
def test_tables_in_any_shape(file: Path, tmp_path: Path) -> None:
    import csv

    with file.open(encoding="utf-8", newline="") as source:
        rows = list(csv.reader(source, delimiter=";" if ";" in file.read_text("utf-8").splitlines()[0] else ","))
    read = 0
    for seed in range(15):
        chance = random.Random(seed)
        body = []
        for row in rows[1:] * 3:
            cells = [
                chance.choice(["", "x", "😀", "=1+1", "\u200e+33612345678", "12/13/14", '"'])
                if chance.random() < 0.2
                else cell
                for cell in row
            ]
            body.append(
                cells[: chance.randrange(1, len(cells) + 1)]
                if chance.random() < 0.1
                else cells + ["z"] * chance.choice([0, 0, 0, 2])
            )
        body = [row for row in body if any(row)]
        path = tmp_path / f"{seed}.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([rows[0], *body])
        read += check(path, len(body), profile_named(file.stem).name)
    assert read > 12


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
@given(
    rows=st.lists(st.lists(st.text(max_size=12), min_size=4, max_size=4), min_size=1, max_size=8),
    header=st.permutations(
        ["phone", "name", "opt in", "date stop", "country", "email", "tags", "id", "viber id", "langue"]
    ),
)
def test_any_table_with_a_phone_column(rows: list[list[str]], header: list[str], tmp_path: Path) -> None:
    import csv

    names = ["phone", *[name for name in header if name != "phone"][:3]]
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="", errors="replace") as out:
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows([names, *rows])
    try:
        source = open_source(path, Options(profile="generic"))
    except ContactsError:
        return
    taken = sum(Converter(source.plan, normaliser(), "i", "a").convert(chunk).taken for chunk in source.chunks())
    assert taken == len(rows)

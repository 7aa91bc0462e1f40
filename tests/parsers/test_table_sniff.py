"""Which files are taken for scenario tables, and that other readers keep theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bascule.parsers import contentrepo, sms, table, viber
from bascule.parsers.base import CERTAIN, LIKELY, POSSIBLE
from bascule.source import SourceFile
from tests.parsers.table_support import FIXTURES

OWN = sorted(path for path in FIXTURES.glob("*") if path.is_file() and path.stem != "sans_suivant")
ALL = FIXTURES.parent


def confidence(path: Path, module: object = table) -> int:
    match = module.sniff(SourceFile(path.name, path.read_bytes()))  # type: ignore[attr-defined]
    return match.confidence if match is not None else 0


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_tables_of_steps_are_taken_and_beat_the_other_readers_of_tables(path: Path) -> None:
    assert confidence(path) >= LIKELY
    for other in (sms, viber, contentrepo):
        assert confidence(path, other) < confidence(path)


def test_rows_that_lead_to_each_other_make_it_certain() -> None:
    assert confidence(FIXTURES / "commande.csv") == CERTAIN
    match = table.sniff(SourceFile("t.csv", (FIXTURES / "commande.csv").read_bytes()))
    assert match is not None
    assert match.reason.endswith("and its rows lead to each other")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("near/gabarits.csv", "without a column for buttons or for what comes next"),
        ("near/reponses_rapides.csv", "its buttons lead nowhere, as in a list of templates"),
        ("sans_suivant.csv", "without a column for buttons or for what comes next"),
    ],
)
def test_lists_of_templates_are_near_misses_with_a_reason(name: str, reason: str) -> None:
    match = table.sniff(SourceFile(name, (FIXTURES / name).read_bytes()))
    assert match is not None
    assert match.confidence < POSSIBLE
    assert reason in match.reason


@pytest.mark.parametrize("name", ["near/tache.md", "hostile/autre.csv", "hostile/vide.csv", "hostile/binaire.csv"])
def test_other_files_are_not_even_near(name: str) -> None:
    assert confidence(FIXTURES / name) == 0


OTHERS = sorted(
    path for folder in ALL.iterdir() if folder.name not in ("table",) for path in folder.rglob("*") if path.is_file()
)


def test_no_fixture_of_another_format_is_taken() -> None:
    assert len(OTHERS) > 100
    assert [path.name for path in OTHERS if confidence(path) >= POSSIBLE] == []


@pytest.mark.corpus
def test_no_real_file_of_another_format_is_taken(corpus: Path) -> None:
    files = [
        path
        for path in sorted(corpus.rglob("*"))
        if path.is_file() and path.suffix in (".csv", ".tsv", ".xlsx", ".md", ".txt")
    ]
    assert len(files) > 40
    assert [path.name for path in files if confidence(path) >= POSSIBLE] == []

"""A whole migration into SQLite, into PostgreSQL and into a sealed store: the same lists, exports and audit."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.contacts import postgres
from tests.contacts.migrations import Migration, migrate


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("migrations")


@pytest.fixture(scope="module")
def plain(folder: Path) -> Migration:
    return migrate(folder / "plain")


@pytest.fixture(scope="module")
def sealed(folder: Path) -> Migration:
    return migrate(folder / "sealed", sealed=True)


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    if postgres.missing():
        pytest.skip(f"no PostgreSQL: {postgres.missing()}")
    with postgres.server() as running:
        yield running


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def other(request: pytest.FixtureRequest, folder: Path) -> Migration:
    """A sealed store in a file, and a store on a server."""
    if request.param == "SQLite":
        found: Migration = request.getfixturevalue("sealed")
        return found
    return migrate(folder / "server", place=request.getfixturevalue("server").database())


def said(migration: Migration) -> str:
    """What the run showed, without the places it names."""
    return re.sub(r"\S*(?:contacts_\d+|/(?:plain|sealed|server)/)\S*", "PLACE", migration.result.output)


def test_the_same_comes_out_of_every_store(plain: Migration, other: Migration) -> None:
    assert plain.result.return_value == 0, plain.result.output + plain.result.stderr
    assert other.result.return_value == 0, other.result.output + other.result.stderr
    expected, found = plain.written(), other.written()
    assert sorted(found) == sorted(expected)
    assert [name for name in expected if found[name] != expected[name]] == []
    assert {name.split("/")[0] for name in expected} >= {"lists", "campaign", "crm", "audience", "audit.html"}
    assert said(other) == said(plain)


def test_what_is_written_says_something(plain: Migration) -> None:
    """Else equal files would prove nothing."""
    written = plain.written()
    for name in ("lists/message.csv", "lists/hold.csv", "campaign/recipients-sms-twilio.csv", "crm/hubspot-0001.csv"):
        assert written[name].count(b"\n") > 10, name
    assert "contacts.db.data/lists/viber-invite.jsonl" in written


def personal(folder: Path) -> set[bytes]:
    """Numbers, in any spelling that has their last digits together, Viber ids and family names of the exports."""
    found: set[bytes] = set()
    for name, delimiter in (("twilio.csv", ","), ("nexmo.csv", ","), ("viber.csv", ";")):
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file, delimiter=delimiter):
                cells = (row.get("From", ""), row.get("To", ""), row.get("to", ""), row.get("Téléphone", ""))
                digits = ("".join(char for char in cell if char.isdigit()) for cell in cells)
                found |= {number[-8:].encode() for number in digits if len(number) >= 9}
                found |= {row.get("viber_id", "")[:22].encode(), row.get("Nom", "").split(" ")[-1].encode()}
    return {text for text in found if len(text) >= 5}


def kept(path: Path) -> bytes:
    """The bytes of a file; of a Parquet file that can be read its cells, too."""
    data = path.read_bytes()
    if data.startswith(b"PAR1"):
        data += repr(pq.read_table(pa.BufferReader(data)).to_pylist()).encode()
    return data


def test_a_sealed_store_shows_nobody(sealed: Migration) -> None:
    """Neither the store nor its snapshots nor its backups; lists and rejects are made to be read."""
    wanted = personal(sealed.folder)
    assert len(wanted) > 600
    files = [path for path in sealed.data.rglob("*") if path.is_file() and path.parent.name not in ("lists", "rejects")]
    files += [path for path in sealed.folder.glob("contacts.db*") if path.is_file()]
    names = {path.name for path in files}
    assert {"contacts.db", "part-00000.parquet", "manifest.json", "keyring.db"} <= names, names
    for path in files:
        data = kept(path)
        shown = {text for text in wanted if text in data}
        assert not shown, (path.relative_to(sealed.folder), len(shown))


def test_the_search_would_find_somebody(plain: Migration) -> None:
    wanted = personal(plain.folder)
    for path in (plain.folder / "contacts.db", *(plain.data / "snapshots").rglob("*.parquet")):
        data = kept(path)
        assert sum(text in data for text in wanted) > 30, path.name


def test_snapshots_of_a_sealed_store_open_with_its_key_alone(sealed: Migration) -> None:
    with sealed.opened() as store:
        for path in sorted((sealed.data / "snapshots").rglob("*.parquet")):
            assert not path.read_bytes().startswith(b"PAR1")
            assert pq.read_table(pa.BufferReader(store.vault.open_file(path.read_bytes()))).num_rows > 200


def test_the_plan_again_changes_nothing(plain: Migration, sealed: Migration) -> None:
    for migration in (plain, sealed):
        before = migration.written()
        snapshots = {path: path.read_bytes() for path in (migration.data / "snapshots").rglob("*.parquet")}
        again = migration.again()
        assert again.return_value == 0, again.output + again.stderr
        assert migration.written() == before
        assert {path: path.read_bytes() for path in (migration.data / "snapshots").rglob("*.parquet")} == snapshots

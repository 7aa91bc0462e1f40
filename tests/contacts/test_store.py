"""The store: opening, tables as the schema says, the ledger that only grows, the log of steps."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DatabaseError

from bascule.cli.contacts import group
from bascule.contacts.counts import Counts, CountsError
from bascule.contacts.rows import COLUMNS, IDENTIFIERS, snapshot_schema
from bascule.contacts.store import schema
from bascule.contacts.store.place import store_place
from bascule.contacts.store.store import Store, open_store
from bascule.contacts.tabular.problems import ContactsError

CONSENT = {
    "event_key": "i1:2:0",
    "person_id": "p1-2",
    "identity_kind": "phone",
    "identity_lookup": "+33612345678",
    "channel": "sms",
    "purpose": "marketing",
    "action": "opt_in",
    "recorded_at": "2026-11-23T09:00:00Z",
    "proof": "form 17",
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "contacts.db"))


def test_the_migrations_make_what_the_schema_says(store: Store) -> None:
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    open_store(str(tmp_path / "c.db")).close()
    before = list(sqlite3.connect(tmp_path / "c.db").iterdump())
    open_store(str(tmp_path / "c.db"), create=False).close()
    assert list(sqlite3.connect(tmp_path / "c.db").iterdump()) == before
    assert not list((tmp_path / "c.db.data" / "backups").iterdir())


def test_only_the_owner_reads_the_store(tmp_path: Path) -> None:
    open_store(str(tmp_path / "c.db")).close()
    assert (tmp_path / "c.db").stat().st_mode & 0o077 == 0
    assert (tmp_path / "c.db.data" / "secrets").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("mysql://x/y", "contacts-store-place"),
        ("", "contacts-store-place"),
        ("postgresql://x/y", "contacts-store-place"),
    ],
)
def test_a_place_that_is_none(name: str, kind: str) -> None:
    with pytest.raises(ContactsError) as caught:
        store_place(name)
    assert caught.value.kind == kind


def test_a_password_is_not_shown() -> None:
    assert "geheim" not in store_place("postgresql://eva:geheim@db/contacts", "data").shown


def test_a_store_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    open_store(str(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ContactsError) as caught:
        open_store(str(path))
    assert caught.value.kind == "contacts-store-newer"


@pytest.mark.parametrize(
    "change", [update(schema.consents).values(action="opt_out"), delete(schema.consents)], ids=["update", "delete"]
)
def test_the_consent_ledger_refuses_changes(store: Store, change: object) -> None:
    with store.write() as connection:
        store.insert_new(connection, schema.consents, [CONSENT, CONSENT], ["event_key"])
    with pytest.raises(DatabaseError, match="append only"), store.write() as connection:
        connection.execute(change)  # type: ignore[call-overload]
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(schema.consents)).scalar() == 1


def test_the_consent_ledger_lets_a_person_be_erased(store: Store) -> None:
    with store.write() as connection:
        store.insert_new(connection, schema.consents, [CONSENT], ["event_key"])
        connection.execute(update(schema.consents).values(identity_lookup="", proof=None, wording=None))
    with store.read() as connection:
        assert connection.execute(select(schema.consents.c.identity_lookup)).scalars().all() == [""]


def test_a_run_that_does_not_add_up_fails_and_is_logged(store: Store) -> None:
    def lose_a_row() -> None:
        with store.run("merge", "all") as counts:
            counts.taken, counts.kept = 3, 2

    with pytest.raises(CountsError):
        lose_a_row()
    with store.read() as connection:
        assert connection.execute(select(schema.runs.c.outcome)).scalars().all() == ["failed"]


def test_counts_survive_the_log(store: Store) -> None:
    with store.run("import", "i1") as counts:
        counts.taken, counts.kept, counts.merged = 5, 2, 1
        counts.reject("no_phone", 2)
        counts.notes["opted out"] += 1
    with store.read() as connection:
        data = json.loads(connection.execute(select(schema.runs.c.counts)).scalar_one())
    assert Counts.of(data) == counts
    assert counts.text().splitlines()[0] == "import                5 in = 2 kept + 1 merged + 2 rejected"


def test_upsert_overwrites_all_but_what_is_kept(store: Store) -> None:
    row = {"id": "p1", "language": "fr", "region": "FR", "updated_at": "1"}
    with store.write() as connection:
        store.upsert(connection, schema.persons, [row])
        store.upsert(connection, schema.persons, [{**row, "language": "de", "region": "BE"}], keep=["region"])
    with store.read() as connection:
        found = connection.execute(select(schema.persons.c.language, schema.persons.c.region)).all()
    assert [tuple(item) for item in found] == [("de", "FR")]


def test_the_canonical_row() -> None:
    names = [name for name, _ in COLUMNS]
    assert snapshot_schema().names == names
    assert set(IDENTIFIERS) <= set(names)


def test_status_says_what_is_there(tmp_path: Path) -> None:
    path = str(tmp_path / "c.db")
    with open_store(path) as store, store.run("import", "i1") as counts:
        counts.taken = counts.kept = 1
    result = CliRunner().invoke(group, ["status", "--store", path, "--format", "json"], standalone_mode=False)
    assert result.exit_code == 0
    data = json.loads(result.output)
    assert data["tables"]["runs"] == 1
    assert data["runs"][0]["counts"]["in"] == 1
    assert data["unfinished"] == []


def test_status_of_a_store_that_is_not_there(tmp_path: Path) -> None:
    result = CliRunner().invoke(group, ["status", "--store", str(tmp_path / "no.db")], standalone_mode=False)
    assert result.return_value == 2
    assert "CON031" in result.stderr
    assert not list(tmp_path.iterdir())

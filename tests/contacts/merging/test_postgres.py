"""Merging, backup and restore on a PostgreSQL server that the tests start themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.contacts.merging.kills import sample
from tests.contacts.merging.support import content, merged, people
from tests.contacts.postgres import Server, missing, server

from bascule.contacts.extra import installed
from bascule.contacts.merging.backup import back_up, verify
from bascule.contacts.merging.dump import read_tables
from bascule.contacts.merging.merge import Options, merge
from bascule.contacts.merging.restore import restore
from bascule.contacts.store.store import Store, open_store
from bascule.contacts.tabular.problems import ContactsError

pytestmark = pytest.mark.skipif(bool(missing()) or not installed("psycopg"), reason=f"PostgreSQL: {missing()}")


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with server() as started:
        yield started


@pytest.fixture
def store(postgres: Server, tmp_path: Path) -> Iterator[Store]:
    with open_store(postgres.database(), str(tmp_path / "data")) as made:
        yield made


def _url(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=False)


def test_merging_comes_to_the_same_as_with_sqlite(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795424400")
    sample(_url(store), data=str(store.place.data), customers=80)
    lite = tmp_path / "lite.db"
    sample(str(lite), customers=80)
    found = merge(store, Options(batch_rows=30))
    with open_store(str(lite)) as other:
        # Pseudonyms depend on the key of the store.
        key = (store.place.secrets / "pseudonym.key").read_text()
        (other.place.secrets / "pseudonym.key").write_text(key)
    with open_store(str(lite)) as other:
        assert merge(other, Options(batch_rows=30)).counts == found.counts
        assert content(store) == content(other)


def test_merging_again_on_postgresql(store: Store) -> None:
    phone, wa_id = "+33612345678", "33612345678"
    merged(store, [{"phone_e164": phone, "name": "Awa"}, {"wa_id": wa_id}])
    merged(store, [{"phone_e164": phone, "name": "Awa"}, {"wa_id": wa_id}], [{"phone_e164": phone, "wa_id": wa_id}])
    assert list(people(store)) == ["p1-2"]
    before = content(store)
    assert merge(store, Options()).nothing
    merge(store, Options(again=True))
    assert content(store) == before


def test_a_backup_is_a_dump_without_a_client_program(store: Store) -> None:
    merged(store, [{"phone_e164": "+33612345678", "name": "Élodie 👩🏽"}])
    made = back_up(store, "test")
    verify(made)
    assert (made.backend, made.tables["persons"]) == ("postgresql", 1)
    tables = dict(read_tables(made.folder / "store.jsonl.gz"))
    assert tables["persons"][0]["name"] == "Élodie 👩🏽"


def test_restoring_puts_rows_sequences_and_triggers_back(store: Store) -> None:
    cells = {
        "phone_e164": "+33612345678",
        "consent_action": "opt_out",
        "channel": "sms",
        "occurred_at": "2025-01-01T00:00:00Z",
    }
    merged(store, [cells])
    before = content(store)
    made = back_up(store, "test")
    merged(store, [cells], [{"phone_e164": "+33698765432", "consent_action": "opt_in", "channel": "sms"}])
    found = restore(_url(store), str(store.place.data), made.folder.name)
    assert content(store) == before
    assert found.kept
    # New entries get new numbers, and the ledger still refuses changes.
    merged(store, [cells], [{"phone_e164": "+33698765432", "consent_action": "opt_in", "channel": "sms"}])
    with pytest.raises(Exception, match="append only"), store.write() as connection:
        connection.execute(text("DELETE FROM consents"))


def test_a_restore_that_fails_leaves_all_as_it_was(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    merged(store, [{"phone_e164": "+33612345678"}])
    made = back_up(store, "test")
    merged(store, [{"phone_e164": "+33612345678"}], [{"phone_e164": "+33698765432"}])
    before = content(store)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bascule.contacts.merging.restore._amend", fail)
    with pytest.raises(ContactsError) as caught:
        restore(_url(store), str(store.place.data), made.folder.name)
    assert caught.value.kind == "contacts-unwritable"
    assert content(store) == before


def test_a_backup_goes_back_to_its_own_kind_of_store(store: Store, tmp_path: Path) -> None:
    made = back_up(store, "test")
    with pytest.raises(ContactsError) as caught:
        restore(str(tmp_path / "lite.db"), "", str(made.folder))
    assert caught.value.kind == "contacts-backup-backend"
    assert not (tmp_path / "lite.db").exists()


def test_two_servers_do_not_merge_one_store_at_once(store: Store, tmp_path: Path) -> None:
    """The folder may be mounted where file locks do not reach; the database has a lock of its own."""
    merged(store, [{"phone_e164": "+33612345678"}])
    with open_store(_url(store), str(tmp_path / "elsewhere")) as other:
        from bascule.contacts.merging.engine import single

        with single(store, "merge"), pytest.raises(ContactsError) as caught, single(other, "merge"):
            pass
    assert caught.value.kind == "contacts-store-busy"

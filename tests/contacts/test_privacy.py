"""Sealed stores, access, erasure from everywhere, retention."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from tests.contacts.people import person, rows, said
from tests.contacts.snapshots import add_import, row

from bascule.cli.contacts import group
from bascule.contacts.consent.state import by_person
from bascule.contacts.merging.backup import back_up, read_backup, verify
from bascule.contacts.privacy.sealed import SealedVault, make_key, read_key
from bascule.contacts.store import schema
from bascule.contacts.store.store import Store, open_store
from bascule.contacts.tabular.problems import ContactsError

AWA, BEA = "+33612345671", "+33612345672"
DAY = "2026-01-01T00:00:00Z"


def run(place: str, *arguments: str, **options: Any) -> Result:
    return CliRunner().invoke(group, [*arguments, "--store", place], standalone_mode=False, **options)


def filled(store: Store) -> None:
    """Two people with a bit of everything."""
    add_import(
        store,
        [
            row(row=2, phone_e164=AWA, first_name="Awa", crm_id="C-10017", crm_scope="shop", custom={"Taille": "42"}),
            row(row=3, phone_e164=BEA, first_name="Béa"),
            row(row=4, crm_id="C-10017", crm_scope="shop", email="awa@exemple.sn"),
        ],
    )
    one = person(store, "p1-2", AWA, first_name=store.vault.seal("p1-2", "Awa"), status="active")
    person(store, "p1-3", BEA, first_name=store.vault.seal("p1-3", "Béa"), status="active")
    said(store, one, AWA, "opt_in", channel="whatsapp", occurred_at=DAY, proof="formulaire 7", wording="J'accepte")
    said(store, "p1-3", BEA, "opt_in", channel="whatsapp", occurred_at=DAY)
    with store.write() as connection:
        sealed = store.vault.seal("p1-2", "C-10017")
        identity = {
            "kind": "crm", "scope": "shop", "lookup": store.vault.lookup("crm", "shop", "C-10017"), "person_id": "p1-2",
            "value": sealed, "confidence": "sure", "source": "i1",
        }  # fmt: skip
        store.upsert(connection, schema.identities, [identity])
        fact = {
            "person_id": "p1-2", "field": "custom.Taille", "value": store.vault.seal("p1-2", "42"), "import_id": "i1",
            "source_row": 2,
        }  # fmt: skip
        store.upsert(connection, schema.facts, [fact])
        event = {
            "event_id": "meta:message:1", "provider": "meta", "kind": "message", "occurred_at": DAY, "received_at": DAY,
            "payload": json.dumps({"from": AWA.lstrip("+")}),
        }  # fmt: skip
        store.upsert(connection, schema.inbox, [event])
    (store.place.rejects / "i1.csv").write_text(
        "row,value,reason\n2,06 12 34 56 71,no_country\n3,abc,letters\n", "utf-8"
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = open_store(str(tmp_path / "contacts.db"))
    filled(store)
    return store


def everything(folder: Path) -> bytes:
    """All bytes of a store's folder, Parquet rows as text."""
    import pyarrow.parquet as pq

    found = b""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found += path.read_bytes()
            if path.suffix == ".parquet":
                found += json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False).encode()
    return found


def test_nothing_of_an_erased_person_is_left_anywhere(store: Store, tmp_path: Path) -> None:
    backup = back_up(store, "test").folder
    secrets = [b"612345671", b"12 34 56 71", b"Awa", b"C-10017", b"formulaire 7", b"J'accepte", b"awa@exemple.sn"]
    assert all(secret in everything(tmp_path) for secret in secrets)
    result = run(store.place.shown, "erase", "--phone", AWA, "--yes", "--receipt", str(tmp_path / "receipt.json"))
    assert result.return_value == 0, result.output + result.stderr
    store.close()
    left = everything(tmp_path)
    assert [secret for secret in secrets if secret in left] == []
    assert "Béa".encode() in left
    assert BEA.encode() in left
    verify(read_backup(backup))
    receipt = json.loads((tmp_path / "receipt.json").read_text("utf-8"))
    assert receipt["removed"]["snapshot rows"] == 2
    assert receipt["left"] == []
    assert receipt["people"] == [
        min(store.vault.pseudonym("phone", "", AWA), store.vault.pseudonym("crm", "shop", "C-10017"))
    ]


def test_the_ledger_and_the_suppression_list_stay(store: Store) -> None:
    run(store.place.shown, "erase", "--phone", "06 12 34 56 71", "--default-region", "FR", "--yes")
    assert sorted(rows(store, schema.consents, ["person_id", "identity_lookup", "action"])) == [
        ("p1-2", "", "opt_in"), ("p1-3", BEA, "opt_in"),
    ]  # fmt: skip
    assert (store.vault.pseudonym("phone", "", AWA), "*", "erased") in rows(
        store, schema.suppressions, ["pseudonym", "channel", "reason"]
    )
    assert rows(store, schema.persons, ["id"]) == [("p1-3",)]


def test_erasing_is_a_no_op_the_second_time(store: Store) -> None:
    run(store.place.shown, "erase", "--crm", "C-10017", "--yes")
    again = run(store.place.shown, "erase", "--phone", AWA, "--yes")
    assert again.return_value == 0
    assert "1 in = 0 kept + 0 merged + 1 rejected" in again.output
    assert "nothing_known" in again.output


def test_a_dry_run_erases_nothing(store: Store, tmp_path: Path) -> None:
    before = everything(tmp_path / "contacts.db.data" / "snapshots")
    result = run(store.place.shown, "erase", "--phone", AWA, "--dry-run", "--format", "json")
    assert json.loads(result.output)["would_remove"] == {
        "consents": 1, "facts": 1, "identities": 2, "persons": 1, "snapshot rows": 2,
    }  # fmt: skip
    assert everything(tmp_path / "contacts.db.data" / "snapshots") == before
    assert len(rows(store, schema.persons, ["id"])) == 2


def test_without_yes_it_asks(store: Store) -> None:
    from click.exceptions import Abort

    result = run(store.place.shown, "erase", "--phone", AWA, input="n\n")
    assert isinstance(result.exception, Abort)
    assert len(rows(store, schema.persons, ["id"])) == 2


def test_a_file_of_numbers(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "people.txt"
    path.write_text(f"{AWA}\n\n{BEA}\n{AWA}\n", "utf-8")
    assert "2 in = 2 kept" in run(store.place.shown, "erase", "--file", str(path), "--yes").output
    assert rows(store, schema.persons, ["id"]) == []
    path.write_text("06\n", "utf-8")
    failed = CliRunner().invoke(group, ["erase", "--file", str(path), "--yes", "--store", store.place.shown])
    assert failed.exit_code == 2
    assert "people.txt:1" in failed.output


def test_a_damaged_backup_is_said(store: Store) -> None:
    folder = back_up(store, "test").folder
    (folder / "store.db").write_bytes(b"nothing of use" * 100)
    result = run(store.place.shown, "erase", "--phone", AWA, "--yes")
    assert result.return_value == 1
    assert f"not rewritten: backup {folder.name}" in result.output


def test_access_gives_everything(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "awa.json"
    result = run(store.place.shown, "subject-export", "--phone", AWA, "-o", str(target))
    assert result.return_value == 0, result.output
    assert AWA not in result.output
    assert target.stat().st_mode & 0o077 == 0
    data = json.loads(target.read_text("utf-8"))
    assert data["persons"][0]["first_name"] == "Awa"
    assert data["consents"][0]["proof"] == "formulaire 7"
    assert [item["row"] for item in data["source_rows"]] == [2, 4]
    assert data["source_rows"][0]["custom"] == {"Taille": "42"}
    assert len(data["events"]) == 1
    assert data["registrations"][0]["status"] == "active"
    assert "Béa" not in target.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--phone", "+33699999999"], "CON162"),
        (["--person", "p9-9"], "CON162"),
        (["--phone", AWA, "--phone", BEA], "CON163"),
    ],
)
def test_access_to_nobody_or_to_several(store: Store, tmp_path: Path, arguments: list[str], code: str) -> None:
    result = run(store.place.shown, "subject-export", *arguments, "-o", str(tmp_path / "x.json"))
    assert result.return_value == 2
    assert code in result.stderr
    assert not (tmp_path / "x.json").exists()


def test_retention(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    person(store, "p1-8", "+33612345678", last_inbound_at="2026-11-20T00:00:00Z")
    person(store, "p1-9")
    with store.write() as connection:
        connection.execute(schema.identities.update().values(last_seen_at="2020-01-01T00:00:00Z"))
        connection.execute(
            schema.persons.update().where(schema.persons.c.id == "p1-3").values(last_inbound_at="2019-01-01T00:00:00Z")
        )
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795435200")
    looked = json.loads(run(store.place.shown, "retain", "--days", "300", "--dry-run", "--format", "json").output)
    assert (looked["overdue"], looked["kept"]) == (2, {"no date is known": 1, "recent": 1})
    kept = json.loads(
        run(store.place.shown, "retain", "--days", "300", "--keep-consented", "--dry-run", "--format", "json").output
    )
    assert (kept["overdue"], kept["kept"]["consent"]) == (0, 2)
    assert run(store.place.shown, "retain", "--days", "300", "--yes").return_value == 0
    assert rows(store, schema.persons, ["id"]) == [("p1-8",), ("p1-9",)]
    assert rows(store, schema.suppressions, ["reason"]) == []


# -- sealed stores ---------------------------------------------------------------------------------------------------


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    place = str(tmp_path / "s" / "contacts.db")
    (tmp_path / "s").mkdir()
    key = tmp_path / "store.key"
    monkeypatch.setenv("BASCULE_KEY_FILE", "")
    result = run(place, "init", "--key-file", str(key))
    assert result.return_value == 0, result.output + result.stderr
    monkeypatch.setenv("BASCULE_KEY_FILE", str(key))
    return open_store(place, create=False)


def test_a_sealed_store_shows_nothing(sealed: Store, tmp_path: Path) -> None:
    person(sealed, "p1-2", AWA, first_name=sealed.vault.seal("p1-2", "Awa"))
    said(sealed, "p1-2", AWA, "opt_in", channel="whatsapp", occurred_at=DAY, proof="formulaire 7")
    sealed.close()
    data = everything(tmp_path / "s")
    assert not [secret for secret in (b"612345671", b"Awa", b"formulaire") if secret in data]
    again = open_store(sealed.place.shown, create=False)
    [name] = [again.vault.open("p1-2", found) for (found,) in rows(again, schema.persons, ["first_name"])]
    assert name == "Awa"
    with again.read() as connection:
        [(who, [entry])] = list(by_person(connection))
    assert (who, entry.proof) == ("p1-2", True)
    assert rows(again, schema.identities, ["lookup"]) == [(again.vault.pseudonym("phone", "", AWA),)]


@pytest.mark.parametrize("wrong", ["", "other.key", "missing.key"])
def test_a_sealed_store_without_its_key(
    sealed: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    sealed.close()
    if wrong == "other.key":
        make_key(tmp_path / wrong)
    monkeypatch.setenv("BASCULE_KEY_FILE", str(tmp_path / wrong) if wrong else "")
    result = run(sealed.place.shown, "status")
    assert result.return_value == 2
    assert "CON160" in result.stderr


def test_a_key_for_a_store_that_is_not_sealed(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_key(tmp_path / "k")
    monkeypatch.setenv("BASCULE_KEY_FILE", str(tmp_path / "k"))
    with pytest.raises(ContactsError) as caught:
        open_store(store.place.shown)
    assert caught.value.kind == "contacts-store-locked"


def test_erasing_covers_a_backup_that_is_elsewhere(sealed: Store, tmp_path: Path) -> None:
    person(sealed, "p1-2", AWA, first_name=sealed.vault.seal("p1-2", "Awa"))
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(back_up(sealed, "test").folder, elsewhere)
    import sqlite3

    text = sqlite3.connect(elsewhere / "store.db").execute("SELECT first_name FROM persons").fetchone()[0]
    assert sealed.vault.open("p1-2", text) == "Awa"
    assert run(sealed.place.shown, "erase", "--phone", AWA, "--yes").return_value == 0
    fresh = open_store(sealed.place.shown, create=False)
    assert fresh.vault.open("p1-2", text) is None


def test_a_sealed_text_is_bound_to_its_person(sealed: Store) -> None:
    text = sealed.vault.seal("p1", "Awa")
    sealed.vault.seal("p2", "Béa")
    with pytest.raises(ContactsError):
        sealed.vault.open("p2", text)


def test_files_are_sealed_whole(tmp_path: Path) -> None:
    key = make_key(tmp_path / "k")
    assert read_key(tmp_path / "k") == key
    vault = SealedVault(key, b"p" * 32, tmp_path / "ring.db")
    data = vault.seal_file(b"PAR1 +33612345671")
    assert b"6123" not in data
    assert vault.open_file(data) == b"PAR1 +33612345671"
    assert vault.open_file(b"PAR1 plain") == b"PAR1 plain"
    with pytest.raises(ContactsError):
        vault.open_file(data[:-1] + bytes([data[-1] ^ 1]))


def test_keys_are_on_disk_before_what_they_seal(sealed: Store) -> None:
    with sealed.write() as connection:
        row_ = {"id": "p1", "first_name": sealed.vault.seal("p1", "Awa"), "updated_at": DAY}
        sealed.upsert(connection, schema.persons, [row_])
    other = open_store(sealed.place.shown, create=False)
    with other.read() as connection:
        assert other.vault.open("p1", connection.execute(select(schema.persons.c.first_name)).scalar()) == "Awa"


def test_other_people_with_the_same_record_id_or_address_keep_their_rows(tmp_path: Path) -> None:
    """Record ids are counted up in every file, and families share an address."""
    store = open_store(str(tmp_path / "contacts.db"))
    address = "famille@exemple.sn"
    add_import(
        store,
        [
            row(row=2, phone_e164=AWA, crm_id="10017", email="Famille@Exemple.sn"),
            row(row=3, crm_id=" 10017 ", last_name="Diop"),
            row(row=4, phone_e164=BEA, crm_id="10018", email=address),
            row(row=5, email=address, last_name="Alone"),
        ],
        file="a.csv",
    )
    add_import(store, [row(row=2, phone_e164="+33612345673", crm_id="10017", last_name="Other")], file="b.csv")
    assert run(store.place.shown, "merge").return_value == 0
    before = {item[0] for item in rows(store, schema.persons, ["id"])}
    found = run(store.place.shown, "erase", "--phone", AWA, "--yes", "--format", "json")
    assert json.loads(found.output)["removed"]["snapshot rows"] == 3, (
        "their two rows, and the address that says no more"
    )
    assert run(store.place.shown, "merge", "--again").return_value == 0
    after = {item[0] for item in rows(store, schema.persons, ["id"])}
    assert before - after <= {"p1-2", "p1-5"}
    left = everything(tmp_path / "contacts.db.data" / "snapshots")
    assert all(text in left for text in (BEA.encode(), b"10018", address.encode(), b"Other"))
    assert b"Diop" not in left


def test_an_event_that_holds_a_record_id_by_chance_stays(store: Store) -> None:
    with store.write() as connection:
        event = {
            "event_id": "meta:message:2", "provider": "meta", "kind": "message", "occurred_at": DAY, "received_at": DAY,
            "payload": json.dumps({"from": BEA.lstrip("+"), "text": "commande C-10017"}),
        }  # fmt: skip
        store.upsert(connection, schema.inbox, [event])
    run(store.place.shown, "erase", "--phone", AWA, "--yes")
    assert rows(store, schema.inbox, ["event_id"]) == [("meta:message:2",)]


def test_retained_people_may_come_back(store: Store) -> None:
    assert run(store.place.shown, "retain", "--days", "10", "--yes").return_value == 0
    assert rows(store, schema.persons, ["id"]) == []
    add_import(store, [row(row=2, phone_e164=AWA)], file="new.csv")
    merged = run(store.place.shown, "merge", "--format", "json")
    assert json.loads(merged.output)["counts"][0]["reasons"] == {}
    assert len(rows(store, schema.persons, ["id"])) == 1


def test_nobody_is_erased_while_the_store_is_merged(store: Store) -> None:
    from bascule.contacts.merging.engine import single

    with single(store, "merge"):
        result = run(store.place.shown, "erase", "--phone", AWA, "--yes")
    assert result.return_value == 2
    assert "works on this store" in result.stderr
    assert len(rows(store, schema.persons, ["id"])) == 2


def test_what_killed_runs_left_behind_goes(store: Store) -> None:
    left = store.place.data / "work" / "merge-abc"
    half = store.place.backups / ".partial-1"
    for folder in (left, half):
        folder.mkdir(parents=True)
        (folder / "x").write_text(AWA)
    run(store.place.shown, "erase", "--phone", AWA, "--yes")
    assert not left.exists()
    assert not half.exists()


def test_backups_stay_hard_links_of_the_snapshots(store: Store, tmp_path: Path) -> None:
    folders = [back_up(store, "test", tmp_path / "contacts.db.data" / "backups").folder for _ in range(2)]
    (part,) = store.place.snapshots.rglob("*.parquet")
    assert part.stat().st_nlink == 3
    run(store.place.shown, "erase", "--phone", AWA, "--yes")
    assert part.stat().st_nlink == 3
    for folder in folders:
        verify(read_backup(folder))

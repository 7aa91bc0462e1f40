"""Merging a sealed store: the same persons, and nothing of them to be read in it or beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.contacts.merging.support import joined, rows
from tests.contacts.snapshots import add_import

from bascule.contacts.extra import installed
from bascule.contacts.merging.merge import Options, merge
from bascule.contacts.store.store import Store, open_store

pytestmark = pytest.mark.skipif(not installed("cryptography"), reason="cryptography")

FR, OTHER = "+33612345678", "+33698765432"


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    from bascule.contacts.privacy.sealed import make_key

    make_key(tmp_path / "store.key")
    monkeypatch.setenv("BASCULE_KEY_FILE", str(tmp_path / "store.key"))
    return open_store(str(tmp_path / "contacts.db"))


def test_people_are_merged_and_joined_as_in_a_plain_store(sealed: Store, tmp_path: Path) -> None:
    add_import(sealed, [{"phone_e164": FR, "name": "Élodie"}, {"phone_e164": OTHER, "name": "Moussa"}], file="a.csv")
    merge(sealed, Options())
    assert b"33612345678" not in (tmp_path / "contacts.db").read_bytes()
    add_import(
        sealed,
        [
            {"phone_e164": number, "crm_id": "1", "crm_scope": "hs", "custom": {"Ville": "Abidjan"}}
            for number in (FR, OTHER)
        ],
        file="b.csv",
    )
    merge(sealed, Options())
    assert joined(sealed) == {"p1-3": "p1-2"}
    opened = {(row["kind"], sealed.vault.open(row["person_id"], row["value"])) for row in rows(sealed, "identities")}
    assert opened == {("phone", FR), ("phone", OTHER), ("crm", "1")}
    facts = {row["field"]: sealed.vault.open(row["person_id"], row["value"]) for row in rows(sealed, "facts")}
    assert facts["custom.Ville"] == "Abidjan"
    for path in tmp_path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert "Élodie".encode() not in data, path.name
            assert b"33612345678" not in data, path.name


def test_an_identity_that_was_learnt_is_sealed_anew_for_the_person_who_is_left(sealed: Store) -> None:
    from sqlalchemy import insert

    from bascule.contacts.store import schema

    add_import(sealed, [{"phone_e164": FR}, {"phone_e164": OTHER}], file="a.csv")
    merge(sealed, Options())
    vault = sealed.vault
    with sealed.write() as connection:
        connection.execute(
            insert(schema.identities).values(
                kind="wa_id", scope="", lookup=vault.lookup("wa_id", "", "33698765432"), person_id="p1-3",
                value=vault.seal("p1-3", "33698765432"), confidence="sure", source="sync",
            )
        )  # fmt: skip
    add_import(sealed, [{"phone_e164": FR, "wa_id": "33698765432"}], file="b.csv")
    merge(sealed, Options())
    assert joined(sealed) == {"p1-3": "p1-2"}
    row = next(row for row in rows(sealed, "identities") if row["kind"] == "wa_id")
    assert (row["person_id"], row["source"]) == ("p1-2", "sync")
    assert vault.open("p1-2", row["value"]) == "33698765432"

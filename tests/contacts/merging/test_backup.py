"""Backups and taking them back: checked, whole or not at all, without keys, and without forgetting a no."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.contacts.merging.support import content, merged, people, rows
from tests.contacts.snapshots import add_import

from bascule.contacts.merging.backup import MANIFEST, back_up, read_backup, verify
from bascule.contacts.merging.restore import Restored, restore
from bascule.contacts.store.store import Store, open_store
from bascule.contacts.tabular.problems import ContactsError

FR, OTHER = "+33612345678", "+33698765432"


@pytest.fixture
def full(store: Store) -> Store:
    """A store with an import of two parts, merged."""
    add_import(store, [{"phone_e164": FR, "name": "Élodie"}, {"phone_e164": OTHER}], parts=2)
    merged(store)
    return store


def _restore(store: Store, name: object, dry_run: bool = False) -> Restored:
    assert store.place.file is not None
    return restore(str(store.place.file), "", str(name), dry_run)


def test_a_backup_holds_the_store_its_snapshots_and_no_key(full: Store) -> None:
    made = back_up(full, "test")
    assert made.parts.keys() == {f"data/{row['file']}" for row in rows(full, "import_parts")}
    assert made.tables["persons"] == 2
    verify(made)
    key = (full.place.secrets / "pseudonym.key").read_text().strip()
    for path in made.folder.rglob("*"):
        assert path.name != "pseudonym.key"
        assert path.is_dir() or key.encode() not in path.read_bytes()
    # Nobody else gets into the folder, whatever is in it.
    assert made.folder.stat().st_mode & 0o077 == 0


def test_two_backups_of_a_moment_have_two_names(full: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    names = [back_up(full, "test").folder.name for _ in range(3)]
    assert names == ["20231114T221320Z", "20231114T221320Z-2", "20231114T221320Z-3"]


def test_merging_keeps_what_was_there_before(store: Store) -> None:
    add_import(store, [{"phone_e164": FR}])
    before = content(store)
    found = merged(store)
    assert read_backup(Path(found.backup)).reason == "before merge"
    _restore(store, found.backup)
    assert content(store) == before


def test_restoring_brings_back_store_and_snapshots(full: Store) -> None:
    before = content(full)
    made = back_up(full, "test")
    merged(full, [{"phone_e164": "+2250707070707"}])
    for path in full.place.snapshots.iterdir():
        shutil.rmtree(path)
    found = _restore(full, made.folder.name)
    assert content(full) == before
    assert read_backup(Path(found.kept)).tables["persons"] == 3
    for row in rows(full, "import_parts"):
        assert (full.place.data / row["file"]).exists()


def test_the_state_before_restoring_can_be_had_again(full: Store) -> None:
    made = back_up(full, "test")
    merged(full, [{"phone_e164": "+2250707070707"}])
    after = content(full)
    found = _restore(full, made.folder)
    assert len(people(full)) == 2
    _restore(full, found.kept)
    assert content(full) == after


def test_a_dry_run_of_restoring_changes_nothing(full: Store) -> None:
    made = back_up(full, "test")
    merged(full, [{"phone_e164": "+2250707070707"}])
    before, backups = content(full), sorted(full.place.backups.iterdir())
    found = _restore(full, made.folder, dry_run=True)
    assert (found.before["persons"], found.after["persons"]) == (3, 2)
    assert (content(full), sorted(full.place.backups.iterdir())) == (before, backups)


def test_a_store_that_is_gone_is_made_again(full: Store, tmp_path: Path) -> None:
    before = content(full)
    made = back_up(full, "test", tmp_path / "away")
    target = tmp_path / "new" / "contacts.db"
    target.parent.mkdir()
    found = restore(str(target), "", str(made.folder))
    with open_store(str(target)) as other:
        assert content(other) == before
    # Keys are not part of a backup, so the new place has another.
    assert [remark.kind for remark in found.remarks] == ["contacts-backup-key"]
    assert found.kept == ""


def test_a_dry_run_makes_no_store(full: Store, tmp_path: Path) -> None:
    made = back_up(full, "test")
    found = restore(str(tmp_path / "none.db"), "", str(made.folder), dry_run=True)
    assert found.after["persons"] == 2
    assert not (tmp_path / "none.db").exists()


def test_a_store_that_cannot_be_opened_is_set_aside(full: Store) -> None:
    before = content(full)
    made = back_up(full, "test")
    assert full.place.file is not None
    full.close()
    for suffix in ("-wal", "-shm"):
        full.place.file.with_name(full.place.file.name + suffix).unlink(missing_ok=True)
    full.place.file.write_bytes(b"this is no database" * 100)
    found = _restore(full, made.folder)
    assert (Path(found.kept) / full.place.file.name).read_bytes().startswith(b"this is no database")
    assert content(full) == before


def _cut(backup: Path) -> None:
    path = backup / "store.db"
    path.write_bytes(path.read_bytes()[:-1])


def _lose(backup: Path) -> None:
    next(backup.rglob("*.parquet")).unlink()


def _swap(backup: Path) -> None:
    path = next(backup.rglob("*.parquet"))
    data = path.read_bytes()
    path.unlink()  # a hard link must not be written through
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


@pytest.mark.parametrize("damage", [_cut, _lose, _swap])
def test_a_damaged_backup_is_refused_before_anything_changes(full: Store, damage: Callable[[Path], None]) -> None:
    made = back_up(full, "test")
    damage(made.folder)
    before, backups = content(full), sorted(full.place.backups.iterdir())
    with pytest.raises(ContactsError) as caught:
        _restore(full, made.folder)
    assert caught.value.kind == "contacts-backup-damaged"
    assert (content(full), sorted(full.place.backups.iterdir())) == (before, backups)


@pytest.mark.parametrize(
    "text",
    [
        None, "", "[]", "{}", "null", "[" * 100_000, '{"format": "other", "version": 1}',
        '{"format": "bascule-contacts-backup", "version": 2}',
        '{"format": "bascule-contacts-backup", "version": 1, "parts": []}',
    ],
)  # fmt: skip
def test_a_folder_that_is_no_backup(store: Store, tmp_path: Path, text: str | None) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    if text is not None:
        (folder / MANIFEST).write_text(text)
    with pytest.raises(ContactsError) as caught:
        _restore(store, folder)
    assert caught.value.kind == "contacts-backup-unreadable"


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "data/../../x", "data\\..\\x", "store2.db", "data/secrets/x"])
def test_a_manifest_does_not_lead_out_of_the_backup(full: Store, name: str) -> None:
    made = back_up(full, "test")
    data = json.loads((made.folder / MANIFEST).read_text())
    data["parts"][name] = "0" * 64
    (made.folder / MANIFEST).write_text(json.dumps(data))
    with pytest.raises(ContactsError) as caught:
        _restore(full, made.folder)
    assert caught.value.kind == "contacts-backup-unreadable"


def test_a_backup_of_later_tables_is_refused(full: Store) -> None:
    made = back_up(full, "test")
    data = json.loads((made.folder / MANIFEST).read_text())
    data["revision"] = "9999"
    (made.folder / MANIFEST).write_text(json.dumps(data))
    with pytest.raises(ContactsError) as caught:
        _restore(full, made.folder)
    assert caught.value.kind == "contacts-store-newer"


def test_an_old_backup_does_not_forget_who_said_no_since(full: Store) -> None:
    made = back_up(full, "test")
    merged(full, [{"phone_e164": OTHER, "kind": "suppression", "channel": "sms"}])
    found = _restore(full, made.folder)
    assert found.carried == 1
    assert [row["pseudonym"] for row in rows(full, "suppressions")] == [full.vault.pseudonym("phone", "", OTHER)]
    assert len(people(full)) == 2


def test_an_old_backup_does_not_bring_back_who_was_erased_since(full: Store, tmp_path: Path) -> None:
    from bascule.contacts.counts import Counts
    from bascule.contacts.privacy.erase import erase
    from bascule.contacts.privacy.subject import Selector, subjects

    away = back_up(full, "test", tmp_path / "away")
    with full.read() as connection:
        found = subjects(full, connection, [Selector("phone", FR)])
    erase(full, found, Counts("erase"), reason="asked", suppress=True)
    assert FR.encode() in (away.folder / "store.db").read_bytes()
    done = _restore(full, away.folder)
    assert [remark.kind for remark in done.remarks] == ["contacts-restore-erased"]
    assert [row["value"] for row in rows(full, "identities")] == [OTHER]
    assert full.place.file is not None
    assert "Élodie".encode() not in full.place.file.read_bytes()
    # Nor by way of the snapshots, whose hashes are right again.
    assert merged(full, again=True).counts.taken == 1
    assert len(people(full)) == 1


def test_a_snapshot_of_another_content_is_not_overwritten(full: Store) -> None:
    made = back_up(full, "test")
    row = rows(full, "import_parts")[0]
    path = full.place.data / row["file"]
    path.unlink()
    path.write_bytes(b"rewritten since")
    _restore(full, made.folder)
    assert path.read_bytes() == b"rewritten since"
    restored = next(item for item in rows(full, "import_parts") if item["part"] == row["part"])
    assert restored["file"] != row["file"]
    assert (full.place.data / restored["file"]).exists()
    assert merged(full, [{"phone_e164": FR, "name": "Zoé"}]).counts.merged == 1


def test_other_processes_read_while_a_backup_is_taken_back(full: Store) -> None:
    made = back_up(full, "test")
    merged(full, [{"phone_e164": "+2250707070707"}])
    assert full.place.file is not None
    reader = sqlite3.connect(full.place.file)
    assert reader.execute("SELECT count(*) FROM persons").fetchone() == (3,)
    _restore(full, made.folder)
    assert reader.execute("SELECT count(*) FROM persons").fetchone() == (2,)
    assert reader.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    reader.close()


def test_what_a_killed_backup_left_is_no_backup_and_is_removed(full: Store) -> None:
    left = full.place.backups / ".partial-999999999-x"
    left.mkdir()
    (left / "store.db").write_bytes(b"x")
    back_up(full, "test")
    assert not left.exists()

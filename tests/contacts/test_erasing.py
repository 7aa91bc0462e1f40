"""Access, erasure and retention after a real import and merge: in a file, on a server, in a sealed store."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.contacts import postgres
from tests.contacts.everywhere import everywhere
from tests.contacts.migrations import Migration, copy_of, migrate

from bascule.contacts.merging.backup import read_backup, verify
from bascule.contacts.store import schema
from bascule.contacts.store.store import Store

PEOPLE = 90


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    if postgres.missing():
        pytest.skip(f"no PostgreSQL: {postgres.missing()}")
    with postgres.server() as running:
        yield running


@pytest.fixture(scope="module", params=["plain", "sealed", "PostgreSQL"])
def done(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Migration:
    """A migration with a backup of what came out."""
    folder = tmp_path_factory.mktemp("erasing") / "migration"
    place = request.getfixturevalue("server").database() if request.param == "PostgreSQL" else ""
    made = migrate(folder, people=PEOPLE, place=place, sealed=request.param == "sealed")
    assert made.result.return_value == 0, made.result.output + made.result.stderr
    assert made.run("backup").return_value == 0
    return made


def people(store: Store) -> list[tuple[str, str, str]]:
    """Id, number and Viber id of those who have both, in order."""
    table = schema.identities.c
    with store.read() as connection:
        rows = connection.execute(select(table.person_id, table.kind, table.value).order_by(table.person_id)).all()
    held: dict[str, dict[str, str]] = {}
    for person, kind, value in rows:
        held.setdefault(person, {})[kind] = store.vault.open(person, value) or ""
    return [(name, each["phone"], each["viber"]) for name, each in sorted(held.items()) if len(each) > 1]


def chosen(migration: Migration, number: int) -> tuple[str, str, str]:
    with migration.opened() as store:
        return people(store)[number]


def count(migration: Migration) -> int:
    with migration.opened() as store, store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(schema.persons)).scalar_one())


def checked(migration: Migration) -> None:
    """Backups and snapshots are what their hashes say."""
    for folder in sorted(path for path in (migration.data / "backups").iterdir() if path.is_dir()):
        verify(read_backup(folder))
    again = migration.run("merge", "--again")
    assert again.return_value == 0, again.output + again.stderr


def test_access_gives_what_was_imported(done: Migration, tmp_path: Path) -> None:
    person, phone, viber = chosen(done, 0)
    result = done.run("subject-export", "--viber", viber, "-o", str(tmp_path / "person.json"))
    assert result.return_value == 0, result.output + result.stderr
    data = json.loads((tmp_path / "person.json").read_text("utf-8"))
    assert data["person"] == person
    assert {item["value"] for item in data["identities"]} == {phone, viber}
    assert {item["file"] for item in data["source_rows"]} >= {"viber.csv"}
    assert {item.get("phone_e164") for item in data["source_rows"]} <= {phone, None}
    text = json.dumps(data)
    assert "s1:" not in text
    assert not [other for other in rest(done, person) if other in text]


def rest(migration: Migration, person: str) -> list[str]:
    """Numbers of everyone else."""
    table = schema.identities.c
    with migration.opened() as store, store.read() as connection:
        rows = connection.execute(
            select(table.person_id, table.value).where(table.kind == "phone", table.person_id != person)
        )
        return [store.vault.open(owner, value) or "" for owner, value in rows]


def test_nothing_is_left_and_nothing_comes_back(done: Migration, tmp_path: Path) -> None:
    person, phone, viber = chosen(done, 1)
    others = rest(done, person)
    secrets = [phone.lstrip("+"), viber]
    before = everywhere(done)
    assert all(secret in before for secret in secrets)
    assert all(other in before for other in others)
    size = count(done)
    result = done.run("erase", "--phone", phone, "--yes", "--receipt", str(tmp_path / "receipt.json"))
    assert result.return_value == 0, result.output + result.stderr
    after = everywhere(done)
    assert [secret for secret in secrets if secret in after] == []
    assert all(other in after for other in others)
    assert count(done) == size - 1
    assert json.loads((tmp_path / "receipt.json").read_text())["left"] == []
    checked(done)
    assert count(done) == size - 1

    again = done.run("import", "--default-region", "FR", str(done.folder / "viber.csv"))
    assert again.return_value == 0, again.output + again.stderr
    done.run("merge")
    assert count(done) == size - 1
    assert [secret for secret in secrets if secret in everywhere(done)] == []

    with (tmp_path / "new.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["Phone", "First name"], [f"00{phone[1:]}", "Awa"], ["+33611223344", "Zoé"]])
    assert done.run("import", str(tmp_path / "new.csv")).return_value == 0
    merged = done.run("merge", "--format", "json")
    assert json.loads(merged.output)["counts"][0]["reasons"] == {"erased": 1}
    assert count(done) == size
    assert done.run("erase", "--phone", phone, "--yes").return_value == 0
    assert [secret for secret in secrets if secret in everywhere(done)] == []
    checked(done)


def test_retention(done: Migration) -> None:
    """Half of the people were last seen before a moment between them."""
    from bascule.contacts.privacy.retain import overdue

    with done.opened() as store:
        days = next(number for number in range(1100, 0, -20) if len(overdue(store, number, False)[0]) >= 5)
        names = set(overdue(store, days, False)[0])
        gone = [phone.lstrip("+") for name, phone, _ in people(store) if name in names]
    size, before = count(done), everywhere(done)
    assert gone
    assert all(phone in before for phone in gone)
    result = done.run("retain", "--days", str(days), "--yes")
    assert result.return_value == 0, result.output + result.stderr
    after = everywhere(done)
    assert [phone for phone in gone if phone in after] == []
    assert count(done) == size - len(names)
    checked(done)
    assert count(done) == size - len(names)


_KILLED = """
import os, signal, sys
from contextlib import contextmanager
from bascule.contacts.store import store as stores
from bascule.contacts.privacy import files
points = [0]
def point():
    points[0] += 1
    if points[0] == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
def around(function):
    def wrapped(*arguments, **options):
        point()
        found = function(*arguments, **options)
        point()
        return found
    return wrapped
os.replace = around(os.replace)
files.rewrite_sqlite = around(files.rewrite_sqlite)
write = stores.Store.write
@contextmanager
def writing(self):
    with write(self) as connection:
        yield connection
        point()
    point()
stores.Store.write = writing
from bascule.cli.contacts import group
code = group.main(sys.argv[2:], standalone_mode=False)
print("points", points[0])
sys.exit(code)
"""


def killed(migration: Migration, at: int, phone: str) -> subprocess.CompletedProcess[str]:
    """Erase, and kill the process at a point: before or after a file is replaced or a transaction ends."""
    words = ["erase", "--phone", phone, "--yes", "--store", migration.place, "--data", str(migration.data)]
    return subprocess.run(
        [sys.executable, "-c", _KILLED, str(at), *words], env={**os.environ, **migration.environment},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
@pytest.mark.parametrize("sealed", [False, True], ids=["plain", "sealed"])
def test_an_erasure_that_was_killed_is_finished_by_the_same_command(tmp_path: Path, sealed: bool) -> None:
    made = migrate(tmp_path / "made", people=60, sealed=sealed)
    assert made.run("backup").return_value == 0
    person, phone, viber = chosen(made, 1)
    others = rest(made, person)
    whole = killed(copy_of(made, tmp_path / "whole"), 0, phone)
    assert whole.returncode == 0, whole.stderr
    points = int(whole.stdout.split()[-1])
    assert points > 15
    # Among the files; before the store's transaction ends, and after it: the keys are there still.
    few = [points // 3, points - 5, points - 4]
    for at in range(1, points + 1) if os.environ.get("BASCULE_KILL_POINTS") == "all" else few:
        migration = copy_of(made, tmp_path / f"killed-{at}")
        assert killed(migration, at, phone).returncode == -signal.SIGKILL, at
        result = migration.run("erase", "--phone", phone, "--yes")
        assert result.return_value == 0, (at, result.output + result.stderr)
        after = everywhere(migration)
        assert [secret for secret in (phone.lstrip("+"), viber) if secret in after] == [], at
        assert all(other in after for other in others), at
        with migration.opened() as store:
            assert store.setting("erase.unfinished") is None
            if sealed:
                names = store.vault._ring.execute("SELECT subject FROM keys").fetchall()  # type: ignore[attr-defined]
                assert (person,) not in names, at
                assert len(names) > 20
        checked(migration)

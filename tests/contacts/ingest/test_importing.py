"""Importing into a store: once, in parts, again after a kill, otherwise; rejects; nothing personal on the terminal."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import delete, select
from tests.contacts.ingest.support import FIXTURES, imported, new_store, snapshot, write_csv

from bascule.contacts.ingest import importer
from bascule.contacts.rows import COLUMNS
from bascule.contacts.store import schema
from bascule.contacts.store.store import Store, open_store

Run = Callable[..., tuple[int, bytes, bytes]]
HEADER = ["From", "To", "Body", "Status", "SentDate", "AccountSid", "Sid", "Direction"]


def log(path: Path, rows: int) -> Path:
    """A message log of valid French numbers, some sender names and some broken ones."""
    cells = []
    for number in range(rows):
        sender = "MaBanque" if number % 50 == 7 else f"+3361234{number % 10000:04}"
        body = "STOP" if number % 97 == 0 else "Bonjour"
        cells.append(
            [
                sender,
                "+33756784512",
                body,
                "received",
                f"2026-03-{number % 28 + 1:02}T10:00:00Z",
                "AC1",
                f"SM{number:032}",
                "inbound",
            ]
        )
    return write_csv(path, HEADER, cells)


def bytes_of(store: Store) -> dict[str, bytes]:
    """All files of snapshots and rejects."""
    folder = store.place.data
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.parent.name != "secrets"
    }


def tables_of(store: Store) -> list[tuple[object, ...]]:
    with store.read() as connection:
        parts = connection.execute(select(schema.import_parts).order_by(schema.import_parts.c.part)).all()
        imports = connection.execute(
            select(schema.imports.c.id, schema.imports.c.state, schema.imports.c.ordinal, schema.imports.c.counts)
        ).all()
    return [tuple(row) for row in (*parts, *imports)]


def test_what_went_in_is_what_was_kept_and_rejected(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        (done,) = imported(store, log(tmp_path / "log.csv", 2_500), part=1_000)
        table = snapshot(store, done)
    assert done.state == "done"
    assert (done.counts.taken, done.counts.kept, done.counts.rejected) == (2_500, 2_450, 50)
    assert dict(done.counts.reasons) == {"alphanumeric_sender": 50}
    assert table.schema.names == [name for name, _ in COLUMNS]
    assert table.column("row").to_pylist() == list(range(2, 2_502))
    assert sum(value is not None for value in table.column("rejected").to_pylist()) == 50
    assert set(table.column("import_id").to_pylist()) == {done.import_id}


def test_parts_hold_the_records_of_their_stretch(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        imported(store, log(tmp_path / "log.csv", 2_500), part=1_000)
        with store.read() as connection:
            parts = connection.execute(select(schema.import_parts).order_by(schema.import_parts.c.part)).all()
        assert [(part.part, part.first_row, part.last_row) for part in parts] == [
            (0, 2, 1000),
            (1, 1001, 2000),
            (2, 2001, 2501),
        ]
        for part in parts:
            path = store.place.data / part.file
            assert importer.digest_of(path) == part.sha256
            assert path.stat().st_mode & 0o077 == 0


def test_the_same_again_is_a_no_op_that_says_so(tmp_path: Path) -> None:
    path = log(tmp_path / "log.csv", 300)
    with new_store(tmp_path) as store:
        (first,) = imported(store, path)
        before = (bytes_of(store), tables_of(store))
        (again,) = imported(store, path)
        assert (again.state, again.import_id, again.counts.taken) == ("again", first.import_id, 0)
        assert (bytes_of(store), tables_of(store)) == before
        with store.read() as connection:
            outcomes = connection.execute(select(schema.runs.c.outcome).order_by(schema.runs.c.id)).scalars().all()
    assert outcomes == ["done", "nothing_to_do"]


def test_a_copy_under_another_name_or_packed_is_the_same(tmp_path: Path) -> None:
    import gzip

    path = log(tmp_path / "log.csv", 30)
    (tmp_path / "copy.csv.gz").write_bytes(gzip.compress(path.read_bytes()))
    with new_store(tmp_path) as store:
        (first,) = imported(store, path)
        (again,) = imported(store, tmp_path / "copy.csv.gz")
    assert (again.state, again.import_id) == ("again", first.import_id)


def test_another_way_of_reading_is_another_import_and_is_said(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ["phone", "name"], [["0612345678", "Awa"], ["+33623456789", "Léa"]])
    with new_store(tmp_path) as store:
        (first,) = imported(store, path)
        (second,) = imported(store, path, default_region="FR")
        with store.read() as connection:
            ordinals = connection.execute(select(schema.imports.c.id, schema.imports.c.ordinal)).all()
    assert {row.id: row.ordinal for row in ordinals} == {first.import_id: 1, second.import_id: 2}
    assert (first.counts.kept, second.counts.kept) == (1, 2)
    assert "contacts-read-otherwise" in [remark.kind for remark in second.remarks]


def test_a_run_that_stopped_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = log(tmp_path / "log.csv", 4_000)
    (tmp_path / "whole").mkdir()
    with new_store(tmp_path / "whole") as store:
        (whole,) = imported(store, path, part=1_000)
        expected = bytes_of(store)
    written: list[str] = []
    real = importer.publish

    def failing(temporary: Path, target: Path) -> None:
        if len(written) == 2:
            raise OSError(28, "No space left on device")
        written.append(target.name)
        real(temporary, target)

    with new_store(tmp_path) as store:
        monkeypatch.setattr(importer, "publish", failing)
        (stopped,) = imported(store, path, part=1_000)
        assert (stopped.state, stopped.error and stopped.error.kind) == ("failed", "contacts-unreadable")
        monkeypatch.setattr(importer, "publish", lambda one, other: (written.append(other.name), real(one, other)))
        (done,) = imported(store, path, part=1_000)
        assert (done.state, done.resumed) == ("done", 2)
        assert written == [f"part-{number:05}.parquet" for number in range(5)]
        assert done.counts.data() == whole.counts.data()
        assert {
            name: data for name, data in bytes_of(store).items() if not name.rpartition("/")[2].startswith(".")
        } == expected


def test_a_part_whose_file_is_gone_is_made_again(tmp_path: Path) -> None:
    path = log(tmp_path / "log.csv", 2_500)
    with new_store(tmp_path) as store:
        (first,) = imported(store, path, part=1_000)
        before = bytes_of(store)
        folder = store.place.snapshots / first.import_id
        (folder / "part-00001.parquet").write_bytes(b"PAR1 damaged")
        with store.write() as connection:
            connection.execute(schema.imports.update().values(state="open", counts=None, ended_at=None))
            connection.execute(delete(schema.import_parts).where(schema.import_parts.c.part == 2))
        (done,) = imported(store, path, part=1_000)
        assert (done.state, done.resumed, done.counts.taken) == ("done", 1, 2_500)
        after = bytes_of(store)
    assert {name: data for name, data in after.items() if "snapshots" in name} == {
        name: data for name, data in before.items() if "snapshots" in name
    }


@pytest.mark.parametrize("rest", [b"x" * (18 << 20), b""])
def test_a_file_that_breaks_half_way_leaves_nothing_behind(rest: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"phone\n" + (b"+33612345678\n" * 2_500 if rest else b"") + rest)
    with new_store(tmp_path) as store:
        (done,) = imported(store, path, part=1_000)
        assert (done.state, done.error and done.error.kind) == (
            "failed",
            "contacts-endless-line" if rest else "contacts-empty",
        )
        assert tables_of(store) == []
        assert not [name for name in bytes_of(store) if not name.endswith(".db")]
        with store.read() as connection:
            assert connection.execute(select(schema.runs.c.outcome)).scalars().all() == ["failed"]


def test_imports_at_the_same_time_get_numbers_of_their_own(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    paths = [write_csv(tmp_path / f"{at}.csv", ["phone"], [[f"+3361234567{at}"]]) for at in range(6)]
    new_store(tmp_path).close()

    def one(path: Path) -> str:
        with new_store(tmp_path) as store:
            return imported(store, path)[0].state

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(one, paths)) == ["done"] * 6
    with new_store(tmp_path) as store, store.read() as connection:
        ordinals = connection.execute(select(schema.imports.c.ordinal)).scalars().all()
    assert sorted(ordinals) == [1, 2, 3, 4, 5, 6]


def test_a_dry_run_counts_and_writes_nothing(tmp_path: Path, run: Run) -> None:
    path = log(tmp_path / "log.csv", 300)
    code, out, _ = run("import", path, "--dry-run", "--store", tmp_path / "no" / "c.db", "--format", "json")
    data = json.loads(out)
    assert code == 0
    assert data["counts"][0]["in"] == 300
    assert data["files"][0]["state"] == "planned"
    assert [item.name for item in tmp_path.iterdir()] == ["log.csv"]


def test_rejects_say_why_and_cannot_run(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv",
        ["phone", "name", "email"],
        [["=1+1", "x", ""], ["06 12", "y", ""], ["", "z", ""], ["12", "", "k@example.org"], ["+33612345678", "ok", ""]],
    )
    with new_store(tmp_path) as store:
        (done,) = imported(store, path, default_region="FR")
    file = Path(done.rejects)
    assert file.stat().st_mode & 0o077 == 0
    rows = list(csv.DictReader(file.open(encoding="utf-8", newline="")))
    assert [(row["row"], row["outcome"], row["column"], row["value"], row["reason"]) for row in rows] == [
        ("2", "rejected", "phone", "'=1+1", "too_few_digits"),
        ("3", "rejected", "phone", "06 12", "short_code"),
        ("4", "rejected", "", "", "no_identifier"),
        ("5", "kept", "phone", "12", "too_few_digits"),
    ]
    assert all(row["suggestion"] and row["file"] == "a.csv" for row in rows)
    assert done.counts.rejected == sum(row["outcome"] == "rejected" for row in rows) == 3


def test_no_rejects_file_where_nothing_was_rejected(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        (done,) = imported(store, write_csv(tmp_path / "a.csv", ["phone"], [["+33612345678"]]))
        assert done.rejects == ""
        assert not list(store.place.rejects.iterdir())


def test_a_file_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_bytes(b"\0\1\2binary")
    write_csv(folder / "b.csv", ["phone"], [["+33612345678"]])
    (folder / "c.pdf").write_bytes(b"%PDF")
    code, out, _ = run("import", folder, "--store", tmp_path / "c.db", "--format", "json")
    data = json.loads(out)
    assert code == 2
    assert [(one["file"], one["state"]) for one in data["files"][:2]] == [("a.csv", "failed"), ("b.csv", "done")]
    assert {remark["code"] for remark in data["remarks"]} >= {"CON004", "CON045"}


def test_a_preview_shows_columns_and_nobody(tmp_path: Path, run: Run) -> None:
    code, out, err = run("import", FIXTURES / "generic.csv", "--preview", "--default-region", "FR")
    text = out.decode()
    assert (code, err) == (0, b"")
    assert "first_name           <- `Prénom`" in text
    assert "kept in `custom`: `Ville`" in text
    assert "phone_e164 FR …78" in text
    for secret in ("612345678", "06 12 34", "Inès", "Moreau", "ines@example.org", "Lyon"):
        assert secret not in text
    code, out, _ = run("import", FIXTURES / "twilio-messages.csv", "--preview", "--format", "json")
    assert json.loads(out)["files"][0]["profile"] == "twilio-messages"


def test_a_preview_of_a_wrong_mapping_shows_nobody_either(tmp_path: Path, run: Run) -> None:
    path = write_csv(tmp_path / "a.csv", ["a", "b", "c"], [["+33612345678", "awa@example.org", "delivered"]])
    (tmp_path / "m.toml").write_text(
        '[columns]\nphone = "a"\nmessage_status = "b"\nerror_code = "c"\nconsent_source = "a"\n', "utf-8"
    )
    code, out, _ = run("import", path, "--preview", "--mapping", tmp_path / "m.toml")
    assert code == 0
    assert b"error_code delivered" in out
    assert b"612345678" not in out
    assert b"example.org" not in out


def test_profiles_are_listed(run: Run) -> None:
    code, out, _ = run("import", "--list-profiles")
    assert code == 0
    assert b"twilio-messages" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--profile", "nobody"],
        ["--default-region", "XX"],
        ["--time-zone", "Mars/Olympus"],
        ["--encoding", "klingon"],
        ["--delimiter", "ab"],
        ["--mapping", "missing.toml"],
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(arguments: list[str], tmp_path: Path, run: Run) -> None:
    path = write_csv(tmp_path / "a.csv", ["phone"], [["+33612345678"]])
    code, out, err = run("import", path, "--store", tmp_path / "c.db", *arguments)
    assert code == 2
    assert err
    assert b"612345678" not in out + err


def test_a_path_that_is_not_there(tmp_path: Path, run: Run) -> None:
    code, _, err = run("import", tmp_path / "missing.csv", "--store", tmp_path / "c.db")
    assert code == 2
    assert b"CON001" in err


def test_a_profile_that_does_not_fit_is_said(tmp_path: Path, run: Run) -> None:
    path = write_csv(tmp_path / "a.csv", ["phone"], [["+33612345678"]])
    code, out, _ = run("import", path, "--profile", "twilio-messages", "--store", tmp_path / "c.db")
    assert code == 2
    assert b"CON041" in out


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_killed_at_any_point_nothing_is_lost_or_twice(tmp_path: Path) -> None:
    path = log(tmp_path / "log.csv", 12_000)
    (tmp_path / "whole").mkdir()
    with new_store(tmp_path / "whole") as store:
        (whole,) = imported(store, path, part=1_000)
        expected = bytes_of(store)
    command = [
        sys.executable,
        "-m",
        "bascule",
        "contacts",
        "import",
        str(path),
        "--store",
        str(tmp_path / "contacts.db"),
        "--part-rows",
        "1000",
    ]
    chance = random.Random(6)
    snapshots = tmp_path / "contacts.db.data" / "snapshots"
    for _ in range(4):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wanted = len(list(snapshots.rglob("part-*"))) + chance.randrange(1, 4)
        until = time.monotonic() + 120
        while process.poll() is None and len(list(snapshots.rglob("part-*"))) < wanted and time.monotonic() < until:
            time.sleep(chance.random() / 200)
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with new_store(tmp_path) as store:
        assert bytes_of(store) == expected
        with store.read() as connection:
            (row,) = connection.execute(select(schema.imports.c.state, schema.imports.c.counts)).all()
        assert (row.state, json.loads(row.counts)) == ("done", whole.counts.data())
        rows = pq.read_table(snapshots / whole.import_id).column("row").to_pylist()
    assert sorted(rows) == list(range(2, 12_002))


def test_a_sealed_store_has_no_readable_snapshot(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("cryptography")
    key, place = tmp_path / "store.key", tmp_path / "c.db"
    monkeypatch.setenv("BASCULE_KEY_FILE", str(key))
    assert run("init", "--key-file", key, "--store", place)[0] == 0
    code, _, err = run("import", log(tmp_path / "log.csv", 1_500), "--store", place, "--part-rows", "1000")
    assert (code, err) == (0, b"")
    parts = sorted((tmp_path / "c.db.data" / "snapshots").rglob("*.parquet"))
    assert len(parts) == 2
    assert not any(part.read_bytes().startswith(b"PAR1") or b"+33612340001" in part.read_bytes() for part in parts)
    code, out, _ = run("import", tmp_path / "log.csv", "--store", place, "--part-rows", "1000")
    assert b"nothing to do" in out


def test_what_was_there_is_backed_up_before_more_is_imported(tmp_path: Path) -> None:
    from bascule.contacts.merging.backup import read_backup, verify

    place = str(tmp_path / "c.db")
    for number, name in enumerate(["un.csv", "deux.csv"]):
        path = tmp_path / name
        path.write_text(f"phone,name\n+3361234567{number},Awa\n", "utf-8")
    with open_store(place) as store:
        for _ in range(2):
            list(importer.import_paths(store, [str(tmp_path / "un.csv")], importer.Options()))
        assert list(store.place.backups.iterdir()) == []
        list(importer.import_paths(store, [str(tmp_path / "un.csv"), str(tmp_path / "deux.csv")], importer.Options()))
        [folder] = store.place.backups.iterdir()
        backup = read_backup(folder)
        verify(backup)
        assert (backup.tables["imports"], backup.reason) == (1, "before import")
        assert store.setting("import.backup") is None

"""Where files come from: folders, archives, compressed files, object storage; and what attacks through them."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.contacts.ingest.support import FIXTURES, imported, new_store, snapshot

from bascule.contacts.extra import installed
from bascule.contacts.ingest import sources
from bascule.contacts.ingest.sources import leaves

ROW = "phone,name\n+33612345678,Awa\n"


def zipped(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_a_report_in_its_zip(tmp_path: Path) -> None:
    data = (FIXTURES / "vonage-reports.csv").read_bytes()
    path = zipped(tmp_path / "r.zip", {"report_SMS_abcd1234_20260302.csv": data, "readme.pdf": b"%PDF"})
    with new_store(tmp_path) as store:
        done, rest = imported(store, path)
        assert snapshot(store, done).column("file")[0].as_py() == "r.zip!/report_SMS_abcd1234_20260302.csv"
    assert (done.state, done.plan and done.plan.profile.name, done.counts.kept) == ("done", "vonage-reports", 3)
    assert [remark.kind for remark in rest.remarks] == ["contacts-files-skipped"]
    assert not list((tmp_path / "contacts.db.data").glob("tmp-*"))


def test_a_folder_in_the_order_of_names(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for name, number in (("b/2.csv", 2), ("a.csv", 1), ("b/10.csv", 3)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(ROW.replace("5678", f"567{number}"), "utf-8")
    (folder / ".hidden.csv").write_text(ROW, "utf-8")
    assert [leaf.name for leaf in leaves(str(folder), tmp_path, [])] == ["a.csv", "b/10.csv", "b/2.csv"]


def test_a_store_in_the_folder_is_not_imported_into_itself(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(ROW + "n/a,x\n", "utf-8")
    with new_store(tmp_path) as store:
        (first,) = imported(store, tmp_path / "a.csv")
        assert first.rejects
        done = imported(store, tmp_path)
    assert (done[0].name, done[0].state) == ("a.csv", "again")
    assert all(one.plan is None for one in done[1:])


def test_compressed_bulk_exports(tmp_path: Path) -> None:
    page = json.loads((FIXTURES / "twilio-messages.json").read_text("utf-8"))
    lines = "".join(json.dumps(one) + "\n" for one in page["messages"]).encode()
    (tmp_path / "2026-03-02.json.gz").write_bytes(gzip.compress(lines))
    (done,) = imported(None, tmp_path / "2026-03-02.json.gz")
    assert (done.plan and done.plan.profile.name, done.counts.taken) == ("twilio-messages", 2)


def test_archives_in_archives_end_somewhere(tmp_path: Path) -> None:
    data = ROW.encode()
    for depth in range(5):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(f"{depth}.zip" if depth else "a.csv", data)
        data = buffer.getvalue()
    (tmp_path / "deep.zip").write_bytes(data)
    (done,) = imported(None, tmp_path / "deep.zip")
    assert done.error is not None
    assert done.error.kind == "contacts-archive"


def test_a_cut_download_gives_what_came(tmp_path: Path) -> None:
    lines = "".join(
        json.dumps({"phone": f"+3361234{number:04}", "pad": number * 7919}) + "\n" for number in range(5_000)
    )
    data = gzip.compress(lines.encode())
    (tmp_path / "a.jsonl.gz").write_bytes(data[: len(data) // 2])
    (done,) = imported(None, tmp_path / "a.jsonl.gz")
    assert done.state == "planned"
    assert 100 < done.counts.kept < 5_000
    assert sum(done.counts.reasons.values()) <= 1
    assert "contacts-archive-cut" in [remark.kind for remark in done.remarks]


@pytest.mark.parametrize("kind", ["zip", "gz"])
def test_a_bomb_is_not_unpacked(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_RATIO_FROM", 1 << 20)
    data = b"phone\n" + b"0" * (20 << 20)
    if kind == "zip":
        zipped(tmp_path / "bomb.zip", {"a.csv": data})
    else:
        (tmp_path / "bomb.gz").write_bytes(gzip.compress(data))
    (done,) = imported(None, tmp_path / f"bomb.{kind}")
    assert done.error is not None
    assert (done.error.kind, "attack" in done.error.message) == ("contacts-archive", True)


def test_a_member_that_lies_about_its_size(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.csv": ROW.encode() * 100}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    (done,) = imported(None, path)
    assert done.error is not None or done.counts.taken == done.counts.kept + done.counts.rejected


def test_members_never_leave_their_folder(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"../../evil.csv": ROW.encode(), "/abs.csv": ROW.replace("78", "79").encode()})
    with new_store(tmp_path) as store:
        done = imported(store, path)
    assert [one.state for one in done] == ["done", "done"]
    assert not (tmp_path.parent / "evil.csv").exists()
    assert not (tmp_path.parent.parent / "evil.csv").exists()


def test_an_encrypted_member_is_said(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.csv": ROW.encode()}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(mark)
        data[at + offset] |= 1
    path.write_bytes(data)
    (done,) = imported(None, path)
    assert done.error is not None
    assert "encrypted" in done.error.message


def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        old = store.place.data / "tmp-4194300"
        old.mkdir()
        (old / "copy.csv").write_text(ROW, "utf-8")
        (tmp_path / "a.csv").write_text(ROW, "utf-8")
        imported(store, tmp_path / "a.csv")
        assert not old.exists()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket of a local server."""
    if not (installed("moto") and installed("obstore") and installed("flask")):
        pytest.skip("needs moto[server] and obstore")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test-secret",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
    }.items():
        monkeypatch.setenv(name, value)
    import httpx
    from obstore.store import S3Store

    httpx.put(f"http://{host}:{port}/exports")
    yield S3Store(
        "exports",
        endpoint=f"http://{host}:{port}",
        virtual_hosted_style_request=False,
        client_options={"allow_http": True},
    )
    server.stop()


def test_objects_below_a_prefix(bucket: Any, tmp_path: Path) -> None:
    import obstore

    obstore.put(bucket, "2026/b.csv", ROW.encode())
    obstore.put(bucket, "2026/a.csv.gz", gzip.compress(ROW.replace("78", "79").encode()))
    obstore.put(bucket, "2025/old.csv", ROW.encode())
    with new_store(tmp_path) as store:
        done = imported(store, "s3://exports/2026/")
        assert [(one.name, one.state, one.counts.kept) for one in done] == [("a.csv", "done", 1), ("b.csv", "done", 1)]
        again = imported(store, "s3://exports/2026/b.csv")
        assert [one.state for one in again] == ["again"]


def test_a_bucket_that_is_not_there(bucket: Any, tmp_path: Path, run: Any) -> None:
    code, out, err = run("import", "s3://nowhere/x", "--store", tmp_path / "c.db")
    assert code == 2
    assert b"CON052" in err
    assert b"test-secret" not in out + err

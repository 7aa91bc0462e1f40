"""A whole migration into SQLite, into PostgreSQL and into a sealed store: the same lists, exports and audit."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.contacts import postgres
from tests.contacts.migrations import Migration, migrate

from bascule.contacts.store.sealed_files import SUFFIX


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
    return re.sub(r"\S*(?:contacts_\d+|/(?:plain|sealed|server)/)\S*", "PLACE", migration.result.output).replace(
        SUFFIX, ""
    )


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
    """Numbers by their last eight digits, Viber ids and family names of the exports."""
    found: set[bytes] = set()
    for name, delimiter in (("twilio.csv", ","), ("nexmo.csv", ","), ("viber.csv", ";")):
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file, delimiter=delimiter):
                cells = (row.get("From", ""), row.get("To", ""), row.get("to", ""), row.get("Téléphone", ""))
                digits = ("".join(str(int(char)) for char in cell if char.isdecimal()) for cell in cells)
                found |= {number[-8:].encode() for number in digits if len(number) >= 9}
                found |= {row.get("viber_id", "")[:22].encode(), row.get("Nom", "").split(" ")[-1].encode()}
    return {text for text in found if len(text) >= 5}


_BETWEEN = re.compile(rb"(?<=[0-9])[ .()/\xc2\xa0\xe2\x80\xaf\x91-]+(?=[0-9])")
"""What people write between the digits of a number."""
_RUN = re.compile(rb"[0-9]{8,}")


def shown(wanted: set[bytes], data: bytes) -> set[bytes]:
    """Which of them are in a file: as they stand, or numbers in any spelling, also with digits of other scripts."""
    found = {text for text in wanted if not text.isdigit() and text in data}
    spelt = [data]
    with suppress(UnicodeDecodeError):
        spelt.append("".join(str(int(c)) if c.isdecimal() else c for c in data.decode()).encode())
    for text in spelt:
        for variant in (text, _BETWEEN.sub(b"", text)):
            for run in _RUN.findall(variant):
                found |= {run[at : at + 8] for at in range(len(run) - 7)} & wanted
    return found


def kept(path: Path) -> bytes:
    """The bytes of a file; of a Parquet file that can be read its cells, too, and what is compressed opened."""
    data = path.read_bytes()
    if data.startswith(b"PAR1"):
        data += repr(pq.read_table(pa.BufferReader(data)).to_pylist()).encode()
    if data.startswith(b"\x1f\x8b"):
        data += gzip.decompress(data)
    return data


def test_no_file_of_a_sealed_store_shows_anybody(sealed: Migration) -> None:
    """Neither the store nor any file of its folder, whatever its name: keys, snapshots, rejects, lists, backups."""
    wanted = personal(sealed.folder)
    assert len(wanted) > 600
    files = [path for path in sealed.data.rglob("*") if path.is_file()]
    files += [path for path in sealed.folder.glob("contacts.db*") if path.is_file()]
    names = {path.name for path in files}
    assert {"contacts.db", "part-00000.parquet", "manifest.json", "keyring.db", "viber-invite.jsonl.sealed"} <= names
    assert {path.parent.name for path in files} >= {"rejects", "lists", "secrets"}
    for path in files:
        assert not shown(wanted, kept(path)), path.relative_to(sealed.folder)


def test_numbers_are_found_in_any_spelling() -> None:
    wanted = {b"12345678", b"Diop"}
    for text in (
        "+33612345678",
        "06 12 34 56 78",
        "(06) 12-34.56/78",
        "06\u00a012\u00a034\u00a056\u00a078",
        "٠٦١٢٣٤٥٦٧٨",
    ):
        assert shown(wanted, f"x;{text};y".encode()) == {b"12345678"}, text
    assert not shown(wanted, b"1;2;3;4;5;6;7;8 12345679")


def test_rejects_of_a_sealed_store_are_those_of_a_plain_one(
    plain: Migration, sealed: Migration, tmp_path: Path
) -> None:
    open_rejects = sorted((plain.data / "rejects").iterdir())
    sealed_rejects = sorted((sealed.data / "rejects").iterdir())
    assert [f"{path.name}.sealed" for path in open_rejects] == [path.name for path in sealed_rejects] != []
    for expected, path in zip(open_rejects, sealed_rejects, strict=True):
        out = tmp_path / expected.name
        result = sealed.run("unseal", str(path), "-o", str(out))
        assert result.return_value == 0, result.output + result.stderr
        assert out.read_bytes() == expected.read_bytes()
        assert out.stat().st_mode & 0o077 == 0
    inside = str(sealed.data / "open.csv")
    refused = sealed.run("unseal", str(sealed_rejects[0]), "-o", inside)
    assert refused.return_value == 2
    assert "CON164" in refused.stderr
    assert not Path(inside).exists()


@pytest.mark.parametrize(
    "words",
    [
        ("export", "twilio"),
        ("decide",),
        ("subject-export", "--person", "p1-2"),
        ("sync", "changes"),
    ],
)
def test_nothing_is_written_openly_into_a_sealed_store(sealed: Migration, words: tuple[str, ...]) -> None:
    inside = sealed.data / "out"
    result = sealed.run(*words, "-o", str(inside))
    assert result.return_value == 2, result.output
    assert "CON164" in result.stderr
    assert not inside.exists()


def test_a_sealed_file_that_was_cut_is_refused(sealed: Migration, tmp_path: Path) -> None:
    whole = (sealed.data / "lists" / "viber-invite.jsonl.sealed").read_bytes()
    (tmp_path / "cut.sealed").write_bytes(whole[:-5])
    result = sealed.run("unseal", str(tmp_path / "cut.sealed"), "-o", str(tmp_path / "out"))
    assert result.return_value == 2
    assert "CON165" in result.stderr
    assert not (tmp_path / "out").exists()


def test_the_search_would_find_somebody(plain: Migration) -> None:
    wanted = personal(plain.folder)
    for path in (plain.folder / "contacts.db", *(plain.data / "snapshots").rglob("*.parquet")):
        data = kept(path)
        assert len(shown(wanted, data)) > 30, path.name


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

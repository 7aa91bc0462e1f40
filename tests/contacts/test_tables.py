"""Compiled tables on disk: the same bytes every time, checked before use, safe to build side by side."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bascule.contacts.phones import cache
from bascule.contacts.phones.cache import load_tables, table_file
from bascule.contacts.phones.compiler import compile_tables
from bascule.contacts.phones.tables import Tables, TablesDamaged


@pytest.fixture(scope="module")
def data() -> bytes:
    return compile_tables().to_bytes()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BASCULE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "_loaded", {})
    return tmp_path / "cache"


def sealed(data: bytes) -> bytes:
    """The bytes with a right checksum: damage that only the checks of the content can see."""
    return data[:-32] + hashlib.sha256(data[:-32]).digest()


def test_the_same_metadata_gives_the_same_bytes(data: bytes) -> None:
    assert compile_tables().to_bytes() == data
    again = Tables.from_bytes(data)
    assert again.to_bytes() == data
    assert again.packed.flags.writeable is False


def test_the_bytes_do_not_depend_on_the_process(data: bytes, tmp_path: Path) -> None:
    code = (
        "import sys; from bascule.contacts.phones.compiler import compile_tables; import hashlib;"
        "print(hashlib.sha256(compile_tables().to_bytes()).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert found.stdout.strip() == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("at", [0, 20, 400, -40, -1])
def test_a_flipped_bit_is_seen(data: bytes, at: int) -> None:
    changed = bytearray(data)
    changed[at] ^= 1
    with pytest.raises(TablesDamaged):
        Tables.from_bytes(bytes(changed))


@pytest.mark.parametrize("cut", [1, 10, 31, 32, 500])
def test_a_short_file_is_seen(data: bytes, cut: int) -> None:
    with pytest.raises(TablesDamaged):
        Tables.from_bytes(data[:cut])
    with pytest.raises(TablesDamaged):
        Tables.from_bytes(sealed(data[: len(data) - cut - 32] + bytes(32)))


def test_a_pickle_is_no_table(data: bytes) -> None:
    with pytest.raises(TablesDamaged):
        Tables.from_bytes(pickle.dumps({"delta": [1]}))


@pytest.mark.parametrize("name", ["delta", "calling", "regions", "actions", "wa_forms"])
def test_an_index_outside_its_array_is_refused(data: bytes, name: str) -> None:
    """Evaluators do not check indexes, so a file must not be able to lead them outside."""
    tables = Tables.from_bytes(data)
    array = getattr(tables, name).copy()
    array[:] = 65_535
    object.__setattr__(tables, name, array)
    with pytest.raises(TablesDamaged):
        Tables.from_bytes(tables.to_bytes())


def test_a_prefix_that_takes_more_digits_than_there_are_is_refused(data: bytes) -> None:
    tables = Tables.from_bytes(data)
    label = np.full_like(tables.label, 60_000)
    object.__setattr__(tables, "label", label)
    with pytest.raises(TablesDamaged):
        Tables.from_bytes(tables.to_bytes())


def test_tables_are_kept_and_found_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_tables()
    assert table_file().is_file()
    assert [path.name for path in folder.iterdir()] == [table_file().name]
    monkeypatch.setattr(cache, "_loaded", {})
    monkeypatch.setattr("bascule.contacts.phones.compiler.compile_tables", None)
    assert load_tables().to_bytes() == first.to_bytes()


@pytest.mark.parametrize("content", [b"", b"rubbish", b"bascule-phones\n" + bytes(100)])
def test_a_damaged_file_is_replaced(folder: Path, content: bytes) -> None:
    folder.mkdir()
    table_file().write_bytes(content)
    tables = load_tables()
    assert table_file().read_bytes() == tables.to_bytes()


@pytest.mark.skipif(os.name != "posix", reason="permission bits")
def test_a_file_that_others_may_write_is_not_trusted(
    folder: Path, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir()
    table_file().write_bytes(data)
    table_file().chmod(0o666)
    compiled = []
    monkeypatch.setattr(cache, "_compiled", lambda path: compiled.append(path) or compile_tables())
    load_tables()
    assert compiled == [table_file()]


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("BASCULE_CACHE_DIR", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr(cache, "_loaded", {})
    assert len(load_tables().label) > 10_000


def test_processes_that_start_together_agree(folder: Path) -> None:
    code = "from bascule.contacts.phones.cache import load_tables; print(len(load_tables().to_bytes()))"
    environment = {**os.environ, "BASCULE_CACHE_DIR": str(folder)}
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(4)
    ]
    assert len({process.communicate(timeout=120)[0] for process in running}) == 1
    assert not any(process.returncode for process in running)
    assert [path.name for path in folder.iterdir()] == [table_file().name]


def test_a_file_of_another_version_is_not_used(folder: Path, data: bytes) -> None:
    tables = Tables.from_bytes(data)
    object.__setattr__(tables, "metadata", "0.0.1")
    folder.mkdir()
    table_file().write_bytes(tables.to_bytes())
    assert load_tables().metadata != "0.0.1"

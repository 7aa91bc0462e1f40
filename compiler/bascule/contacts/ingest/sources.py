"""What was named, as single files on disk: files, folders, archives, compressed files, object storage.

An archive is somebody else's program: nothing it promises is believed, everything is counted while it is unpacked.
Copies lie in a folder that only its owner can open, one at a time, and go when they were read.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bascule.contacts.tabular.problems import ContactsError, Remark

__all__ = ["Leaf", "alive", "leaves", "private_folder"]

_TABLES = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".log", ".xlsx", ".xlsm", ""})
_PACKED = frozenset({".gz", ".zip"})
_NOISE = frozenset({"thumbs.db", "desktop.ini"})
_DEPTH = 3
_MAX_MEMBERS = 50_000
_MAX_UNPACKED = 64 << 30
_MAX_RATIO = 200
"""Times the packed size that a member may unpack to; message logs reach about 30."""

_RATIO_FROM = 64 << 20
_COPY = 1 << 20
_BROKEN = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, IndexError, zlib.error)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One file to read. ``name`` is its path below what was named. Where it cannot be read ``error`` says why."""

    path: Path
    name: str
    error: ContactsError | None = None


@contextmanager
def private_folder(below: Path | None) -> Iterator[Path]:
    """A folder for copies. Below the store's data where there is a store; what killed runs left there goes first."""
    if below is None or not below.is_dir():
        with tempfile.TemporaryDirectory(prefix="bascule-") as folder:
            yield Path(folder)
        return
    for old in below.glob("tmp-*"):
        process = old.name[4:].partition("-")[0]
        if process.isdecimal() and not alive(int(process)):
            shutil.rmtree(old, ignore_errors=True)
    own = Path(tempfile.mkdtemp(prefix=f"tmp-{os.getpid()}-", dir=below))
    try:
        yield own
    finally:
        shutil.rmtree(own, ignore_errors=True)


def alive(process: int) -> bool:
    """Whether a process of this machine runs."""
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def leaves(name: str, folder: Path, remarks: list[Remark]) -> Iterator[Leaf]:
    """The files of what was named, in order of their names. What is left out is a remark.

    Raises ContactsError where nothing is there.
    """
    if name.startswith("s3://"):
        from bascule.contacts.ingest.objects_storage import objects

        yield from _each(objects(name, folder), folder, remarks)
        return
    path = Path(name)
    if path.is_dir():
        files = _walk(path, remarks)
        yield from _each(((file, str(file.relative_to(path).as_posix())) for file in files), folder, remarks)
    elif path.is_file():
        yield from _open(path, path.name, folder, remarks, 0)
    else:
        raise ContactsError("contacts-unreadable", f"{name} is not there", "check the path")


def _walk(path: Path, remarks: list[Remark]) -> list[Path]:
    found = []
    skipped = 0
    for root, folders, names in os.walk(path):
        if {"snapshots", "secrets"} <= set(folders):
            # A store's own folder: what it holds was imported already.
            folders.clear()
            continue
        folders[:] = sorted(one for one in folders if not one.startswith((".", "__MACOSX")))
        for one in sorted(names):
            if one.startswith(".") or one.lower() in _NOISE:
                continue
            if Path(one).suffix.lower() in _TABLES | _PACKED:
                found.append(Path(root) / one)
            else:
                skipped += 1
    if skipped:
        remarks.append(
            Remark(
                "contacts-files-skipped",
                f"{skipped} file(s) have no suffix of a contact file and were left out",
                "name them one by one to import them",
            )
        )
    return sorted(found, key=lambda one: one.relative_to(path).as_posix())


def _each(files: Iterator[tuple[Path, str]], folder: Path, remarks: list[Remark]) -> Iterator[Leaf]:
    for path, name in files:
        yield from _open(path, name, folder, remarks, 0)
        if path.is_relative_to(folder):
            path.unlink(missing_ok=True)


def _open(path: Path, name: str, folder: Path, remarks: list[Remark], depth: int) -> Iterator[Leaf]:
    """The file itself, or what is packed in it."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        yield Leaf(path, name, ContactsError("contacts-unreadable", f"it cannot be read: {error.strerror}", "check it"))
        return
    packed = start[:2] == b"\x1f\x8b" or (start == b"PK\x03\x04" and not _is_workbook(path))
    if not packed:
        yield Leaf(path, name)
        return
    if depth >= _DEPTH:
        yield Leaf(path, name, _swollen("archives lie in archives in archives"))
        return
    unpack = _gunzipped if start[:2] == b"\x1f\x8b" else _unzipped
    copies = unpack(path, name, folder, remarks)
    for copy in copies:
        if copy.error is not None:
            yield copy
            continue
        yield from _open(copy.path, copy.name, folder, remarks, depth + 1)
        copy.path.unlink(missing_ok=True)


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except _BROKEN:
        return path.suffix.lower() in (".xlsx", ".xlsm")


def _swollen(why: str) -> ContactsError:
    return ContactsError("contacts-archive", why, "unpack it yourself if you trust it, and name the folder")


def _inflated(path: Path) -> Iterator[bytes]:
    """What a gzip file holds, also several one after the other. All that can be had comes before an error.

    Raises EOFError for one that ends too early, and zlib.error.
    """
    with path.open("rb") as file:
        data = file.read(_COPY)
        while data:
            stream = zlib.decompressobj(31)
            while not stream.eof:
                if not data:
                    yield stream.flush()
                    raise EOFError
                found = stream.decompress(data, _COPY)
                data = stream.unconsumed_tail or (b"" if stream.eof else file.read(_COPY))
                if found:
                    yield found
            data = stream.unused_data.lstrip(b"\0") or file.read(_COPY)


def _copy(source: Iterable[bytes], target: Path, packed: int) -> None:
    """Copy what is unpacked, as long as it does not grow like an attack. Raises ContactsError."""
    written = 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        for data in source:
            written += len(data)
            if written > _MAX_UNPACKED or (written > _RATIO_FROM and written > _MAX_RATIO * max(packed, 1)):
                raise _swollen(f"it unpacks to more than {_MAX_RATIO} times its size, as archives that attack do")
            out.write(data)


def _gunzipped(path: Path, name: str, folder: Path, remarks: list[Remark]) -> Iterator[Leaf]:
    inner = name[:-3] if name.lower().endswith(".gz") else name
    target = _place(folder, inner)
    try:
        _copy(_inflated(path), target, path.stat().st_size)
    except ContactsError as error:
        target.unlink(missing_ok=True)
        yield Leaf(path, name, error)
        return
    except (*_BROKEN,) as error:
        if not target.exists() or not target.stat().st_size:
            target.unlink(missing_ok=True)
            yield Leaf(path, name, _damaged(error))
            return
        # What came out before the damage are whole records but the last one, which says so itself.
        remarks.append(
            Remark("contacts-archive-cut", f"{_shown(name)} is cut off or damaged; what comes before was read", "")
        )
    yield Leaf(target, inner)


def _damaged(error: BaseException) -> ContactsError:
    return ContactsError("contacts-archive", f"it does not unpack: {type(error).__name__}", "fetch it again")


def _shown(name: str) -> str:
    from bascule.contacts.tabular.problems import shown_name

    return shown_name(name, 0) if shown_name(name, 0) != "column 0" else "a file"


def _unzipped(path: Path, name: str, folder: Path, remarks: list[Remark]) -> Iterator[Leaf]:
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        yield Leaf(path, name, _damaged(error))
        return
    with archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        if len(members) > _MAX_MEMBERS or sum(info.file_size for info in members) > _MAX_UNPACKED:
            yield Leaf(path, name, _swollen("it has too many members, or they are too large"))
            return
        skipped = 0
        for info in sorted(members, key=lambda one: one.filename):
            inner = info.filename.replace("\\", "/")
            base = inner.rsplit("/", 1)[-1]
            if base.startswith(".") or "__MACOSX/" in inner or base.lower() in _NOISE:
                continue
            if Path(base).suffix.lower() not in _TABLES | _PACKED or stat.S_ISLNK(info.external_attr >> 16):
                skipped += 1
                continue
            target = _place(folder, base)
            try:
                if info.flag_bits & 1:
                    raise ContactsError("contacts-archive", "it is encrypted", "unpack it with its password")
                with archive.open(info) as source:
                    _copy(iter(partial(source.read, _COPY), b""), target, info.compress_size)
            except ContactsError as error:
                target.unlink(missing_ok=True)
                yield Leaf(path, f"{name}!/{inner}", error)
                continue
            except Exception as error:  # zlib, lzma and bz2 raise their own kinds
                target.unlink(missing_ok=True)
                yield Leaf(path, f"{name}!/{inner}", _damaged(error))
                continue
            yield Leaf(target, f"{name}!/{inner}")
        if skipped:
            remarks.append(
                Remark("contacts-files-skipped", f"{skipped} member(s) of an archive are no contact files", "")
            )


def _place(folder: Path, name: str) -> Path:
    """A free path for a copy. Only the suffix of its name is used."""
    suffix = Path(name).suffix.lower()
    known = suffix if suffix in _TABLES | _PACKED else ""
    handle, path = tempfile.mkstemp(suffix=known, dir=folder)
    os.close(handle)
    return Path(path)

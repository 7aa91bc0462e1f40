"""Importing: parts of canonical rows on disk, each made known to the store by one transaction.

A part exists once its row in ``import_parts`` is committed; before that its file may lie about and is written again.
So a run that was killed loses nothing and repeats nothing but the part it was in. A file's import id is made of its
bytes and of how they are read: the same again is a no-op.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bascule.contacts.clock import instant, now
from bascule.contacts.consent.own_words import NO_WORDS, OwnWords, own_words
from bascule.contacts.counts import Counts
from bascule.contacts.ingest.plan import Plan
from bascule.contacts.ingest.reading import Options, Source, open_source
from bascule.contacts.ingest.rejects import join_rejects, write_rejects
from bascule.contacts.ingest.sources import Leaf, alive, leaves, private_folder
from bascule.contacts.merging.backup import back_up_before, backup_done
from bascule.contacts.store.sealed_files import kept_as
from bascule.contacts.tabular.problems import ContactsError, Remark

if TYPE_CHECKING:
    from bascule.contacts.ingest.convert import Converted, Converter
    from bascule.contacts.phones.normaliser import Normaliser
    from bascule.contacts.store.store import Store

__all__ = ["USAGE", "Imported", "data_of", "digest_of", "import_paths", "publish"]

USAGE = frozenset({"contacts-region-unknown", "contacts-usage", "contacts-encoding-unknown"})
"""Errors that are the same for every file."""

_ATTEMPTS = 20
_HASH_BLOCK = 4 << 20
_NUMBA_FROM = 64 << 20
"""Bytes of a file for which loading machine code pays."""


@dataclass(slots=True)
class Imported:
    """What became of one file. ``state``: done, again (nothing to do), planned (dry run), failed (see ``error``)."""

    name: str
    state: str = "planned"
    import_id: str = ""
    plan: Plan | None = None
    reason: str = ""
    counts: Counts = field(default_factory=lambda: Counts("import"))
    remarks: list[Remark] = field(default_factory=list)
    rejects: str = ""
    resumed: int = 0
    error: ContactsError | None = None


def import_paths(store: Store | None, names: Sequence[str], options: Options) -> Iterator[Imported]:
    """Import everything that the names stand for, a file at a time. Without a store nothing is written (dry run).

    Raises ContactsError for a name that is not there, and MissingExtra.
    """
    tools = _Tools(options.default_region)
    for name in names:
        remarks: list[Remark] = []
        before = 0
        with private_folder(store.place.data if store is not None else None) as folder:
            found = False
            for leaf in leaves(name, folder, remarks):
                found = True
                done = _import_leaf(store, leaf, options, tools)
                done.remarks[:0] = remarks[before:]
                before = len(remarks)
                yield done
        if len(remarks) > before or not found:
            rest = Imported(name, "again" if found else "failed", remarks=remarks[before:])
            if not found:
                rest.error = ContactsError("contacts-empty", "there is no contact file in it", "look at its suffixes")
            yield rest
    if store is not None:
        tools.finish(store)


class _Tools:
    """What all files share."""

    def __init__(self, default_region: str) -> None:
        self.default_region = default_region
        self._normalisers: dict[bool, Normaliser] = {}
        self._backed_up = False

    def back_up(self, store: Store) -> None:
        """A backup of the store before the first file that is written into it, once."""
        if not self._backed_up:
            back_up_before(store, "import")
            self._backed_up = True

    def finish(self, store: Store) -> None:
        """All files are in: the next import makes a backup of its own."""
        if self._backed_up:
            with store.write() as connection:
                backup_done(connection, "import")

    def normaliser(self, size: int) -> Normaliser:
        from bascule.contacts.phones.normaliser import Engine, Normaliser, pick_engine

        large = size >= _NUMBA_FROM
        if large not in self._normalisers:
            engine = pick_engine(Engine.AUTO) if large else Engine.NUMPY
            self._normalisers[large] = Normaliser(engine, threads=os.cpu_count() or 1)
            if self.default_region and self._normalisers[large].hints.row(self.default_region) <= 0:
                raise ContactsError(
                    "contacts-region-unknown",
                    f"{self.default_region!r} is no region of libphonenumber",
                    "give a code of two letters such as FR, or a calling code such as +33",
                )
        return self._normalisers[large]


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(_HASH_BLOCK):
            found.update(data)
    return found.hexdigest()


def _import_leaf(store: Store | None, leaf: Leaf, options: Options, tools: _Tools) -> Imported:
    done = Imported(leaf.name)
    try:
        if leaf.error is not None:
            raise leaf.error
        normaliser = tools.normaliser(leaf.path.stat().st_size)
        source = open_source(leaf.path, options)
        done.plan, done.reason = source.plan, source.reason
        digest = digest_of(leaf.path)
        own = NO_WORDS
        if store is not None:
            with store.read() as connection:
                own = own_words(connection)
        done.import_id = source.plan.import_id(digest, own.named)
        done.remarks.extend(source.remarks)
        run = _Run(store, leaf, source, done, normaliser, digest, tools, own)
        if store is None:
            run.convert_all()
        else:
            run.run(store)
    except ContactsError as error:
        if error.kind in USAGE:
            raise
        done.state, done.error = "failed", error
    except OSError as error:
        done.state = "failed"
        done.error = ContactsError(
            "contacts-unreadable", f"reading or writing failed: {error.strerror}", "check the disk"
        )
    return done


class _Run:
    """One file into the store."""

    def __init__(
        self,
        store: Store | None,
        leaf: Leaf,
        source: Source,
        done: Imported,
        normaliser: Normaliser,
        digest: str,
        tools: _Tools,
        own: OwnWords,
    ) -> None:
        self.tools = tools
        self.own = own
        self.store = store
        self.leaf = leaf
        self.source = source
        self.done = done
        self.normaliser = normaliser
        self.digest = digest

    def converter(self) -> Converter:
        from bascule.contacts.ingest.convert import Converter

        return Converter(self.source.plan, self.normaliser, self.done.import_id, self.leaf.name, self.own)

    def convert_all(self) -> None:
        """Count without writing."""
        converter = self.converter()
        for chunk in self.source.chunks():
            found = converter.convert(chunk)
            _add(self.done.counts, found.taken, found.kept, found.reasons, found.notes)
        self._close()

    def _close(self) -> None:
        self.done.counts.verify()
        self.done.remarks.extend(self.source.closing_remarks())
        self.done.remarks.extend(_closing(self.done.counts, self.source.plan))
        if not self.done.counts.taken:
            raise ContactsError("contacts-empty", "the file has a header and no records", "export it again")

    def run(self, store: Store) -> None:
        """Write what is missing, and close the import."""
        from sqlalchemy import select

        from bascule.contacts.store import schema

        done, plan = self.done, self.source.plan
        with store.read() as connection:
            row = connection.execute(
                select(schema.imports.c.state, schema.imports.c.counts).where(schema.imports.c.id == done.import_id)
            ).first()
        if row is not None and row.state == "done":
            with store.run("import", done.import_id):
                pass
            done.state = "again"
            return
        if row is None:
            # What is resumed was backed up when it began.
            self.tools.back_up(store)
        try:
            self._import(store, plan)
        except ContactsError:
            # The file is broken, and will be when it is read again: half of it must not stay behind as if it were all.
            self._forget(store)
            raise

    def _import(self, store: Store, plan: Plan) -> None:
        from sqlalchemy import update

        from bascule.contacts.store import schema

        done = self.done
        with store.run("import", done.import_id) as counts:
            self._register(store)
            known = self._known(store)
            done.resumed = len(known)
            parts = list(known)
            parts.extend(self._add_parts(store, set(known), counts))
            for data in known.values():
                counts.add(data)
            done.counts = counts
            self._close()
            folder = store.place.rejects
            rejects = kept_as(store.vault, folder / f"{done.import_id}.csv")
            held = [_rejects_part(store, done.import_id, number) for number in sorted(parts)]
            if join_rejects(rejects, held, store.vault):
                done.rejects = str(rejects)
            with store.write() as connection:
                connection.execute(
                    update(schema.imports)
                    .where(schema.imports.c.id == done.import_id)
                    .values(
                        state="done",
                        ended_at=instant(now()),
                        counts=json.dumps(counts.data(), ensure_ascii=False, sort_keys=True),
                    )
                )
            done.state = "done"
            self._say_same_bytes(store, plan)

    def _forget(self, store: Store) -> None:
        """Take an unfinished import back: its rows, then its files."""
        from sqlalchemy import delete

        from bascule.contacts.store import schema

        name = self.done.import_id
        with store.write() as connection:
            connection.execute(delete(schema.import_parts).where(schema.import_parts.c.import_id == name))
            connection.execute(delete(schema.imports).where(schema.imports.c.id == name))
        shutil.rmtree(store.place.snapshots / name, ignore_errors=True)
        for left in store.place.rejects.glob(f".{name}.*"):
            left.unlink(missing_ok=True)

    def _say_same_bytes(self, store: Store, plan: Plan) -> None:
        from sqlalchemy import select

        from bascule.contacts.store import schema

        with store.read() as connection:
            rows = connection.execute(
                select(schema.imports.c.ordinal, schema.imports.c.reading).where(
                    schema.imports.c.id != self.done.import_id, schema.imports.c.bytes == self.leaf.path.stat().st_size
                )
            ).all()
        same = [row.ordinal for row in rows if json.loads(row.reading).get("sha256") == self.digest]
        if same:
            self.done.remarks.append(
                Remark(
                    "contacts-read-otherwise",
                    f"the same bytes are import {same[0]} too, read in another way: their records are there twice",
                    "people are merged by their numbers; if the first reading was wrong, start with a new store",
                )
            )

    def _register(self, store: Store) -> None:
        """Give the import its number. Another import that takes the same one at the same moment makes us try again."""
        import time

        from sqlalchemy.exc import IntegrityError, OperationalError

        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._register_once(store)
                return
            except (IntegrityError, OperationalError):
                if attempt == _ATTEMPTS:
                    raise
                time.sleep(0.05 * attempt)

    def _register_once(self, store: Store) -> None:
        from sqlalchemy import func, select

        from bascule.contacts.store import schema

        reading = {**self.source.plan.data(), "sha256": self.digest}
        with store.write() as connection:
            known = connection.execute(select(schema.imports.c.id).where(schema.imports.c.id == self.done.import_id))
            if known.first() is not None:
                return
            highest = connection.execute(select(func.max(schema.imports.c.ordinal))).scalar() or 0
            row = {
                "id": self.done.import_id,
                "ordinal": highest + 1,
                "file": self.leaf.name.rsplit("/", 1)[-1],
                "profile": self.source.plan.profile.name,
                "reading": json.dumps(reading, ensure_ascii=False, sort_keys=True),
                "bytes": self.leaf.path.stat().st_size,
                "state": "open",
                "started_at": instant(now()),
            }
            store.insert_new(connection, schema.imports, [row])

    def _known(self, store: Store) -> dict[int, Counts]:
        """Parts that are there, with their counts; those whose file is gone or damaged are made again.

        Half-written files of killed runs go.
        """
        from sqlalchemy import delete, select

        from bascule.contacts.store import schema

        table = schema.import_parts
        found: dict[int, Counts] = {}
        for left in (store.place.snapshots / self.done.import_id).glob(".part-*"):
            process = left.name.rpartition(".")[2]
            if not process.isdecimal() or not alive(int(process)):
                left.unlink(missing_ok=True)
        with store.write() as connection:
            for row in connection.execute(select(table).where(table.c.import_id == self.done.import_id)).mappings():
                path = store.place.data / row["file"]
                if path.is_file() and digest_of(path) == row["sha256"]:
                    found[row["part"]] = Counts.of(json.loads(row["counts"]))
                else:
                    connection.execute(
                        delete(table).where(table.c.import_id == self.done.import_id, table.c.part == row["part"])
                    )
        return found

    def _add_parts(self, store: Store, known: set[int], counts: Counts) -> list[int]:
        """Write the parts that are not there yet, in order. A chunk is written as soon as it is converted."""
        converter = self.converter()
        written: list[int] = []
        part: _Part | None = None
        for chunk in self.source.chunks():
            first = min([*chunk.numbers[:1], *(broken.number for broken in chunk.broken[:1])], default=1)
            number = (first - 1) // self.source.plan.part
            if part is not None and number != part.number:
                self._finish(store, part, counts)
                part = None
            if number in known:
                continue
            if part is None:
                part = _Part(store, self.done.import_id, self.leaf.name, number)
                written.append(number)
            part.add(converter.convert(chunk))
        if part is not None:
            self._finish(store, part, counts)
        return written

    def _finish(self, store: Store, part: _Part, counts: Counts) -> None:
        """Make a part known: the file first, then the transaction."""
        from bascule.contacts.store import schema

        part.counts.verify()
        row = part.close()
        with store.write() as connection:
            store.insert_new(connection, schema.import_parts, [row])
        counts.add(part.counts)


class _Part:
    """A part that is being written. Nobody sees it before :meth:`close`."""

    def __init__(self, store: Store, import_id: str, file: str, number: int) -> None:
        import pyarrow.parquet as pq

        from bascule.contacts.rows import snapshot_schema

        self.number = number
        self.counts = Counts("import")
        self._data = store.place.data
        self._import_id = import_id
        self._name = file
        self._rejects = _rejects_part(store, import_id, number)
        self._rejects.unlink(missing_ok=True)
        folder = store.place.snapshots / import_id
        folder.mkdir(mode=0o700, exist_ok=True)
        self._path = folder / f"part-{number:05}.parquet"
        self._temporary = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        handle = os.open(self._temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(handle, "wb")
        # What is sealed must be whole, and must not lie on disk before it is.
        self._vault = store.vault
        self._whole = io.BytesIO() if self._vault.name != "plain" else None
        self._writer = pq.ParquetWriter(self._whole or self._file, snapshot_schema(), compression="zstd")
        self._rows: tuple[int, int] | None = None

    def add(self, found: Converted) -> None:
        """Write a chunk."""
        _add(self.counts, found.taken, found.kept, found.reasons, found.notes)
        if len(found.batch):
            self._writer.write_batch(found.batch)
            rows = found.batch.column("row")
            last = rows[-1].as_py()
            self._rows = (rows[0].as_py(), last) if self._rows is None else (self._rows[0], last)
        write_rejects(self._rejects, self._name, found.rejects, self._vault)

    def close(self) -> dict[str, Any]:
        """Put the file in its place, on disk; the row of ``import_parts``."""
        self._writer.close()
        if self._whole is not None:
            self._file.write(self._vault.seal_file(self._whole.getvalue()))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        publish(self._temporary, self._path)
        first, last = self._rows or (0, 0)
        return {
            "import_id": self._import_id,
            "part": self.number,
            "file": self._path.relative_to(self._data).as_posix(),
            "sha256": digest_of(self._path),
            "first_row": first,
            "last_row": last,
            "counts": json.dumps(self.counts.data(), ensure_ascii=False, sort_keys=True),
        }


def publish(temporary: Path, path: Path) -> None:
    """Give a whole file its name."""
    os.replace(temporary, path)


def _rejects_part(store: Store, import_id: str, part: int) -> Path:
    return store.place.rejects / f".{import_id}.{part:05}.csv"


def _add(counts: Counts, taken: int, kept: int, reasons: Counter[str], notes: Counter[str]) -> None:
    counts.taken += taken
    counts.kept += kept
    for reason, number in sorted(reasons.items()):
        counts.reject(reason, number)
    counts.notes.update(notes)


def _closing(counts: Counts, plan: Plan) -> list[Remark]:
    """What the numbers say that a person should know."""
    found = []
    nowhere = counts.reasons["no_country"] + counts.notes["phone not usable: no_country"]
    if nowhere:
        found.append(
            Remark(
                "contacts-no-country",
                f"{nowhere} record(s) have national numbers of an unknown country",
                "" if plan.default_region else "give --default-region, or a column of countries",
            )
        )
    lost = counts.reasons["digits_lost"] + counts.notes["phone not usable: digits_lost"]
    if lost:
        found.append(
            Remark(
                "contacts-digits-lost",
                f"{lost} number(s) lost digits in a spreadsheet (like 3.36E+10) and cannot be restored",
                "export the source again as XLSX, or as CSV with the column set to text",
            )
        )
    unknown = [name for name in sorted(counts.notes) if name.endswith("not understood")]
    if unknown:
        cells = sum(counts.notes[name] for name in unknown)
        found.append(
            Remark(
                "contacts-cells-unknown",
                f"{cells} cell(s) were not understood ({', '.join(unknown)}) and are kept as they are",
                "give their texts a meaning in the `values` of a --mapping file, or name the format of dates",
            )
        )
    return found


def data_of(done: Imported) -> dict[str, Any]:
    """For ``--format json``. Holds no cell."""
    plan = done.plan
    return {
        "columns": [list(pair) for pair in plan.columns] if plan else [],
        "container": plan.container if plan else "",
        "counts": done.counts.data(),
        "encoding": plan.encoding if plan else "",
        "error": {"kind": done.error.kind, "message": done.error.message, "help": done.error.help}
        if done.error
        else None,
        "file": done.name,
        "id": done.import_id,
        "profile": plan.profile.name if plan else "",
        "reason": done.reason,
        "rejects": done.rejects,
        "resumed_parts": done.resumed,
        "state": done.state,
        "unmapped": list(plan.unmapped) if plan else [],
    }

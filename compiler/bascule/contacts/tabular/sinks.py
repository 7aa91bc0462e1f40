"""Writing: a file that appears whole or not at all, and the cells of CSV, JSON lines and Parquet."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from bascule.contacts.tabular.problems import ContactsError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["CsvSink", "JsonLinesSink", "ParquetSink", "RowSink", "atomic", "guarded", "json_members"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_E164 = re.compile(r"\+\d{7,15}")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


def guarded(cell: str, phone: bool = False) -> str:
    """A cell that no spreadsheet runs as a formula: an apostrophe in front where one could start.

    Plain numbers stay, and in a phone column a plus with 7 to 15 digits.
    """
    if not cell.startswith(_FORMULA) or _NUMBER.fullmatch(cell) or (phone and _E164.fullmatch(cell)):
        return cell
    return f"'{cell}"


@contextmanager
def atomic(path: str) -> Iterator[BinaryIO]:
    """A binary file that takes the place of ``path`` at the end, or leaves no trace; ``-`` goes to standard output
    then.

    Until then, and afterwards where there was none before, only its owner can read it.
    """
    if path == "-":
        with tempfile.TemporaryFile() as file:
            yield file
            file.seek(0)
            shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        return
    target = Path(path)
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise ContactsError("contacts-unwritable", f"cannot write next to {path}: {error.strerror}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        try:
            if target.exists():
                os.chmod(temporary, target.stat().st_mode & 0o777)
            os.replace(temporary, target)
        except OSError as error:
            raise ContactsError("contacts-unwritable", f"cannot write {path}: {error.strerror}") from error
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


class RowSink(Protocol):
    """Takes rows of cells. A row may be shorter than the columns, or longer."""

    def write(self, rows: Sequence[Sequence[str | None]], added: Mapping[str, Sequence[str | None]]) -> None:
        """Write rows, each with its further cells (one list per further column)."""

    def close(self) -> None:
        """Write what is left."""


class CsvSink:
    """Delimited text in UTF-8, every cell guarded. Rows are filled up so that the further cells stand below their
    names.
    """

    def __init__(self, file: BinaryIO, names: Sequence[str], added: Sequence[str], mark: str, phone: int) -> None:
        self.file = file
        self.width = len(names)
        self.mark = mark
        self.phone = phone
        self.guarded = 0
        self._send([[*(guarded(name) for name in names), *added]])

    def _send(self, rows: Sequence[Sequence[str]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.mark, lineterminator="\n").writerows(rows)
        self.file.write(text.getvalue().encode("utf-8", "replace"))

    def write(self, rows: Sequence[Sequence[str | None]], added: Mapping[str, Sequence[str | None]]) -> None:
        """Write rows. ``added`` comes from closed vocabularies and E.164, and is guarded all the same."""
        done = []
        further = list(zip(*added.values(), strict=True))
        for row, more in zip(rows, further, strict=True):
            cells = [guarded(cell or "", at == self.phone) for at, cell in enumerate(row)]
            self.guarded += sum(one != (other or "") for one, other in zip(cells, row, strict=True))
            cells.extend([""] * (self.width - len(cells)))
            cells.extend(guarded(cell or "", True) for cell in more)
            done.append(cells)
        self._send(done)

    def close(self) -> None:
        """Nothing is left."""


def json_members(added: Mapping[str, str | None]) -> str:
    """Members to put behind those of an object: ``"a":"b","c":null``."""
    return json.dumps(added, ensure_ascii=False, separators=(",", ":"))[1:-1]


class JsonLinesSink:
    """One object a line. Cells beyond the columns are kept in ``extra_cells``; missing ones are left out."""

    def __init__(self, file: BinaryIO, names: Sequence[str]) -> None:
        self.file = file
        self.names = names

    def write(self, rows: Sequence[Sequence[str | None]], added: Mapping[str, Sequence[str | None]]) -> None:
        """Write rows."""
        lines = []
        keys = list(added)
        for row, more in zip(rows, zip(*added.values(), strict=True), strict=True):
            value: dict[str, object] = dict(zip(self.names, row, strict=False))
            if len(row) > len(self.names):
                value["extra_cells"] = list(row[len(self.names) :])
            value.update(zip(keys, more, strict=True))
            lines.append(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
        self.file.write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))

    def close(self) -> None:
        """Nothing is left."""


class ParquetSink:
    """A Parquet file of text columns. Missing cells are null; cells beyond the columns are the list ``extra_cells``."""

    def __init__(self, file: BinaryIO, names: Sequence[str], added: Sequence[str]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.width = len(names)
        text = pa.string()
        self.schema: pa.Schema = pa.schema(
            [*((name, text) for name in names), ("extra_cells", pa.list_(text)), *((name, text) for name in added)]
        )
        self.writer = pq.ParquetWriter(file, self.schema, compression="zstd")

    def write(self, rows: Sequence[Sequence[str | None]], added: Mapping[str, Sequence[str | None]]) -> None:
        """Write rows as one row group."""
        import pyarrow as pa

        columns: list[Sequence[object]] = [
            [row[at] if at < len(row) else None for row in rows] for at in range(self.width)
        ]
        columns.append([list(row[self.width :]) or None for row in rows])
        columns.extend(added.values())
        arrays = [pa.array(column, field.type) for column, field in zip(columns, self.schema, strict=True)]
        self.writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self.schema))

    def close(self) -> None:
        """Write the end of the file."""
        self.writer.close()

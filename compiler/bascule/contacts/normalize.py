"""A contact file in, the same file with six further columns out: rows and their order, and every cell, as they were.

Delimited text to delimited text never leaves bytes: records are copied as they stand and the new cells put behind them
(:mod:`bascule.contacts.normalize_text`). All other ways go through cells (:mod:`bascule.contacts.normalize_rows`).
Nothing here prints; what there is to say is in the :class:`Summary`.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bascule.contacts.extra import require
from bascule.contacts.tabular.problems import ContactsError, Remark

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bascule.contacts.phones.normaliser import Normaliser
    from bascule.contacts.phones.slots import Answers

    Cells = tuple[NDArray[np.uint8], NDArray[np.int32]]

__all__ = ["ENGINES", "Request", "Summary", "Work", "added_names", "normalize", "packed"]

ENGINES = ("auto", "exact", "numpy", "numba")

_SMALL = 8 << 20
"""Files below this size are done before numba's code is loaded."""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
_DELIMITED = (".csv", ".tsv", ".txt")
_LINES = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Request:
    """What to do. Empty texts mean: find out; 0 threads mean: as many as there are processors. ``path`` and ``output``
    may be ``-``."""

    path: str
    output: str
    phone_column: str = ""
    region_column: str = ""
    default_region: str = ""
    engine: str = "auto"
    threads: int = 0
    encoding: str = ""
    delimiter: str = ""
    header: bool = True
    sheet: str = ""
    prefix: str = "phone_"
    output_format: str = ""


@dataclass(slots=True)
class Summary:
    """What was done. The counters count rows; blank lines are no rows, and stay where they were."""

    rows: int = 0
    blank: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    hows: Counter[str] = field(default_factory=Counter)
    phone_column: str = ""
    region_column: str = ""
    container: str = ""
    encoding: str = ""
    delimiter: str = ""
    engine: str = ""
    remarks: list[Remark] = field(default_factory=list)


def added_names(prefix: str) -> list[str]:
    """The names of the further columns."""
    from bascule.contacts.phones.vocabulary import COLUMNS

    return [f"{prefix}{name}" for name in COLUMNS]


def packed(texts: Sequence[str]) -> Cells:
    """Cells as an evaluator takes them: their UTF-8 one after the other, and offsets."""
    import numpy as np

    encoded = [text.encode("utf-8", "replace") for text in texts]
    offsets = np.zeros(len(encoded) + 1, np.int32)
    np.cumsum([len(text) for text in encoded], out=offsets[1:])
    return np.frombuffer(b"".join(encoded) or b" ", np.uint8), offsets


class Work:
    """The normaliser with the request's regions, and what it has counted. ``answer`` may run in several threads."""

    def __init__(self, normaliser: Normaliser, default_region: str, summary: Summary) -> None:
        self.normaliser = normaliser
        self.summary = summary
        self.default = normaliser.hints.row(default_region)
        if default_region and self.default <= 0:
            raise ContactsError(
                "contacts-region-unknown",
                f"{default_region!r} is no region of libphonenumber",
                "give a code of two letters such as FR, or a calling code such as +33",
            )
        self.unknown_regions = 0
        self._hints: dict[bytes, int] = {}

    def understood(self, cell: str) -> bool:
        """Whether a region cell names a region."""
        return self.normaliser.hints.row(cell) > 0

    def answer(self, phones: Cells, regions: Cells | None) -> tuple[Answers, int]:
        """Answers, and how many region cells were not understood."""
        import numpy as np

        rows = len(phones[1]) - 1
        hints = np.zeros(rows, np.int16) if regions is None else self._hint_rows(*regions)
        unknown = int((hints < 0).sum())
        defaulted = None
        if self.default:
            defaulted = hints == 0
            hints = np.where(defaulted, self.default, hints).astype(np.int16)
        return self.normaliser.answer(*phones, hints, defaulted), unknown

    def _hint_rows(self, data: NDArray[np.uint8], offsets: NDArray[np.int32]) -> NDArray[np.int16]:
        import numpy as np
        import pyarrow as pa

        rows = len(offsets) - 1
        column = pa.Array.from_buffers(pa.binary(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(data)])
        encoded = column.dictionary_encode()
        known = []
        for cell in encoded.dictionary.to_pylist():
            row = self._hints.get(cell)
            if row is None:
                row = self.normaliser.hints.row(cell.decode("utf-8", "replace"))
                if len(self._hints) < 10_000 and len(cell) < 64:
                    self._hints[cell] = row
            known.append(row)
        indices: NDArray[np.int32] = encoded.indices.to_numpy(zero_copy_only=False)
        return np.array([*known, 0], np.int16)[indices]

    def restart(self) -> None:
        """Forget what was counted: the file is read from its start again."""
        summary = self.summary
        summary.rows = summary.blank = self.unknown_regions = 0
        for counter in (summary.statuses, summary.reasons, summary.hows):
            counter.clear()

    def count(self, answers: Answers, unknown: int, blank: NDArray[np.bool_] | None = None) -> None:
        """Add a batch to the summary; ``blank`` marks lines that are no rows."""
        import numpy as np

        from bascule.contacts.phones.vocabulary import How, Verdict

        kept = slice(None) if blank is None else ~blank
        verdicts = np.bincount(answers.verdicts[kept], minlength=len(Verdict))
        hows = np.bincount(answers.hows[kept], minlength=len(How))
        self.unknown_regions += unknown
        self.summary.rows += int(verdicts.sum())
        self.summary.blank += 0 if blank is None else int(blank.sum())
        for verdict in Verdict:
            number = int(verdicts[verdict])
            if number:
                self.summary.statuses[verdict.status.value] += number
                if verdict.reason:
                    self.summary.reasons[verdict.status.value, verdict.reason] += number
        for how in How:
            if how and hows[how]:
                self.summary.hows[how.text] += int(hows[how])


def normalize(request: Request) -> Summary:
    """Do it. Raises ContactsError for what cannot be read or written, and MissingExtra; writes nothing then."""
    require("phonenumbers", "numpy", "pyarrow")
    form = _output_form(request)
    if not request.prefix.isascii() or not request.prefix.isidentifier():
        raise ContactsError("contacts-usage", f"--prefix {request.prefix!r}: letters, digits and `_` only")
    if request.delimiter and (len(request.delimiter) != 1 or request.delimiter not in ",;\t|:^~"):
        raise ContactsError("contacts-usage", f"--delimiter {request.delimiter!r}: one of , ; | : ^ ~ or tab")
    with _on_disk(request.path) as path:
        try:
            return _normalize(request, path, form)
        except BrokenPipeError:
            raise
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise ContactsError(
                    "contacts-unwritable", f"{request.output} cannot be written: {error.strerror}"
                ) from error
            raise ContactsError("contacts-unreadable", f"{request.path} cannot be read: {error.strerror}") from error


def _normalize(request: Request, path: Path, form: str) -> Summary:
    from bascule.contacts.normalize_rows import normalize_rows
    from bascule.contacts.normalize_text import normalize_text
    from bascule.contacts.phones.normaliser import Engine, Normaliser, pick_engine
    from bascule.contacts.tabular.detect import Container, detect

    if request.output != "-" and os.path.exists(request.output) and os.path.samefile(path, request.output):
        raise ContactsError("contacts-usage", "the output is the input", "name another file with -o")
    shape = detect(path, encoding=request.encoding, delimiter=request.delimiter)
    if shape.container is Container.PARQUET:
        raise ContactsError("contacts-usage", "Parquet is written, not read", "give CSV, TSV, XLSX, JSON or JSON lines")
    engine = Engine(request.engine)
    if engine is Engine.NUMBA:
        require("numba")
    if engine is Engine.AUTO and path.stat().st_size < _SMALL:
        engine = Engine.NUMPY
    engine = pick_engine(engine)
    summary = Summary(
        container=shape.container.value,
        encoding=shape.encoding.name,
        delimiter=shape.delimiter,
        engine=engine.value,
        remarks=list(shape.remarks),
    )
    work = Work(Normaliser(engine), request.default_region, summary)
    if shape.container is Container.DELIMITED:
        normalize_text(request, path, shape, form, work, compiled=engine is Engine.NUMBA)
    else:
        normalize_rows(request, path, shape, form, work)
    _closing_remarks(request, work)
    return summary


def _output_form(request: Request) -> str:
    """``csv``, ``tsv``, ``jsonl`` or ``parquet``."""
    if request.output_format:
        return request.output_format
    if request.output == "-":
        return "csv"
    suffix = Path(request.output).suffix.lower()
    if suffix in _DELIMITED:
        return "tsv" if suffix == ".tsv" else "csv"
    if suffix in _LINES:
        return "jsonl"
    if suffix == ".parquet":
        return "parquet"
    raise ContactsError(
        "contacts-usage", f"the output's suffix {suffix!r} names no format", "use .csv, .tsv, .jsonl or .parquet"
    )


@contextmanager
def _on_disk(path: str) -> Iterator[Path]:
    """The input as a file; standard input goes to a private one first, because a table may be read twice."""
    if path != "-":
        if not os.path.isfile(path):
            what = "is a folder" if os.path.isdir(path) else "is not there"
            raise ContactsError("contacts-unreadable", f"{path} {what}", "check the path")
        yield Path(path)
        return
    with tempfile.TemporaryDirectory(prefix="bascule-") as folder:
        copy = Path(folder) / "stdin"
        with copy.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield copy


def _closing_remarks(request: Request, work: Work) -> None:
    summary = work.summary
    if work.unknown_regions:
        summary.remarks.append(
            Remark(
                "contacts-regions-unknown",
                f"{work.unknown_regions} region cell(s) name no region; their rows were read without one, also without "
                "the default",
                "use codes of two letters such as FR, or calling codes such as +33",
            )
        )
    nowhere = summary.reasons["invalid", "no_country"]
    if nowhere:
        summary.remarks.append(
            Remark(
                "contacts-no-country",
                f"{nowhere} row(s) are national numbers of an unknown country",
                "give --default-region or --region-column" if not request.default_region else "",
            )
        )
    lost = summary.reasons["invalid", "digits_lost"]
    if lost:
        summary.remarks.append(
            Remark(
                "contacts-digits-lost",
                f"{lost} number(s) lost digits in a spreadsheet (like 3.36E+10) and cannot be restored",
                "export the source again as XLSX, or as CSV with the column set to text",
            )
        )

"""Normalising rows that are not delimited text: JSON objects and the rows of a workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

from bascule.contacts.normalize import Request, Work, added_names, packed
from bascule.contacts.normalize_text import choose_columns, columns_of, fresh, remark_rows
from bascule.contacts.tabular.detect import Container, Shape
from bascule.contacts.tabular.headers import unique_names
from bascule.contacts.tabular.objects import Item, cell_text, items, minified, value_at
from bascule.contacts.tabular.problems import ContactsError, Remark
from bascule.contacts.tabular.sheets import sheet_rows
from bascule.contacts.tabular.sinks import CsvSink, JsonLinesSink, ParquetSink, RowSink, atomic, json_members

__all__ = ["normalize_rows"]

_ROWS = 20_000
_SAMPLE = 200
_MAX_NAMES = 16_384
T = TypeVar("T")
Rows = Callable[[], Iterator[list[str]]]


def normalize_rows(request: Request, path: Path, shape: Shape, form: str, work: Work) -> None:
    """Read objects or a workbook, write ``form``."""
    if shape.container is Container.WORKBOOK:
        _from_sheet(request, path, form, work)
    elif form == "jsonl":
        _objects_to_objects(request, path, shape, work)
    else:
        _objects_to_cells(request, path, shape, form, work)


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, _ROWS)):
        yield batch


def _cell(row: Sequence[str], column: int) -> str:
    return row[column] if 0 <= column < len(row) else ""


def _from_sheet(request: Request, path: Path, form: str, work: Work) -> None:
    rows, remarks = sheet_rows(path, request.sheet)
    work.summary.remarks.extend(remarks)
    sample = list(islice((row for row in rows if row), _SAMPLE))
    if not sample:
        raise ContactsError("contacts-empty", "the sheet holds no rows", "--sheet names another one")
    width = max(map(len, sample))
    header = sample[0] if request.header else [f"column{number}" for number in range(1, width + 1)]
    phone, region = choose_columns(request, header, sample[1:] if request.header else sample, work)

    def body() -> Iterator[list[str]]:
        """All rows below the header; the workbook is opened again."""
        again, _ = sheet_rows(path, request.sheet)
        leading = next((row for row in again if row), [])
        return again if request.header else chain([leading], again)

    _cells_to_file(request, form, header, body, work, phone, region)


def _cells_to_file(
    request: Request, form: str, header: list[str], body: Rows, work: Work, phone: int, region: int
) -> None:
    """Rows of cells to a file; once more from the start where a row is wider than the columns."""
    names = unique_names(header)
    added = added_names(request.prefix)
    extra: list[str] = []
    with atomic(request.output) as out:
        while True:
            sink: RowSink
            if form == "jsonl":
                sink = JsonLinesSink(out, names)
            elif form == "parquet":
                sink = ParquetSink(out, names, added)
            else:
                sink = CsvSink(out, [*header, *extra], added, "\t" if form == "tsv" else ",", phone)
            work.restart()
            short = long = first_long = number = 0
            widest = len(names) + len(extra)
            for batch in _batches(body()):
                if isinstance(sink, CsvSink) and (most := max(map(len, batch))) > widest:
                    widest = most
                    continue
                for row in batch:
                    number += 1
                    short += 0 < len(row) < len(names)
                    if len(row) > len(names):
                        long += 1
                        first_long = first_long or number + request.header
                if widest == len(names) + len(extra):
                    _write(batch, sink, work, phone, region, request.prefix)
            sink.close()
            if widest == len(names) + len(extra):
                break
            extra = [fresh(f"extra_{at}", names) for at in range(1, widest - len(names) + 1)]
            out.seek(0)
            out.truncate()
    remark_rows(work, short if form != "csv" else 0, long, first_long, 0, 0)
    if isinstance(sink, CsvSink) and sink.guarded:
        work.summary.remarks.append(
            Remark(
                "contacts-guarded",
                f"{sink.guarded} cell(s) could start a formula in a spreadsheet and got an apostrophe in front",
                "write JSON lines or Parquet to keep cells as they are",
            )
        )


def _write(batch: Sequence[Sequence[str]], sink: RowSink, work: Work, phone: int, region: int, prefix: str) -> None:
    """Answer the rows of a batch and hand them on."""
    phones = packed([_cell(row, phone) for row in batch])
    regions = packed([_cell(row, region) for row in batch]) if region >= 0 else None
    answers, unknown = work.answer(phones, regions)
    work.count(answers, unknown)
    sink.write(batch, columns_of(work, answers, prefix))


def _names_of(rows: Iterable[Item], request: Request) -> list[str]:
    """The members of all objects, in the order in which they first come; nested ones that the request names too."""
    names: dict[str, None] = {}
    for item in rows:
        names.update(dict.fromkeys(item.value))
        if len(names) > _MAX_NAMES:
            raise ContactsError("contacts-too-wide", f"the objects have more than {_MAX_NAMES} different members")
    for wanted in (request.phone_column, request.region_column):
        if "." in wanted and wanted not in names:
            names[wanted] = None
    return list(names)


def _columns(request: Request, path: Path, shape: Shape, names: list[str], work: Work) -> tuple[int, int]:
    if not names:
        raise ContactsError("contacts-empty", "the file holds no rows", "export it again")
    sample = [[cell_text(value_at(item.value, name)) for name in names] for item in islice(items(path, shape), _SAMPLE)]
    return choose_columns(request, names, sample, work)


def _objects_to_cells(request: Request, path: Path, shape: Shape, form: str, work: Work) -> None:
    names = _names_of(items(path, shape), request)
    phone, region = _columns(request, path, shape, names, work)

    def body() -> Iterator[list[str]]:
        for item in items(path, shape):
            yield [cell_text(value_at(item.value, name)) for name in names]

    _cells_to_file(request, form, names, body, work, phone, region)


def _objects_to_objects(request: Request, path: Path, shape: Shape, work: Work) -> None:
    """Each object as it is spelled, with further members at its end."""
    names = _names_of(islice(items(path, shape), _SAMPLE), request)
    phone, region = _columns(request, path, shape, names, work)
    added = added_names(request.prefix)
    with atomic(request.output) as out:
        for batch in _batches(items(path, shape)):
            taken = next((name for item in batch for name in added if name in item.value), "")
            if taken:
                raise ContactsError(
                    "contacts-column-taken",
                    f"the file already has the member {taken!r}",
                    "give the new members another prefix, e.g. --prefix mobile_",
                )
            phones = packed([cell_text(value_at(item.value, names[phone])) for item in batch])
            regions = (
                packed([cell_text(value_at(item.value, names[region])) for item in batch]) if region >= 0 else None
            )
            answers, unknown = work.answer(phones, regions)
            work.count(answers, unknown)
            columns = columns_of(work, answers, request.prefix)
            lines = []
            for item, more in zip(batch, zip(*columns.values(), strict=True), strict=True):
                body = minified(item.text)[1:-1]
                members = json_members(dict(zip(columns, more, strict=True)))
                lines.append(f"{{{body}{',' if body else ''}{members}}}\n")
            out.write("".join(lines).encode("utf-8", "replace"))

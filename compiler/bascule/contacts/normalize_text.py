"""Normalising delimited text: block by block, records copied as they are, in several threads and in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from bascule.contacts.normalize import Request, Work, added_names
from bascule.contacts.phones.vocabulary import How, NumberType, Verdict
from bascule.contacts.tabular.delimited import Block, Head, blocks, encoded, head, to_utf8, widest
from bascule.contacts.tabular.detect import Shape
from bascule.contacts.tabular.headers import find_column, guess_phone, guess_region, looks_like_data, unique_names
from bascule.contacts.tabular.problems import ContactsError, Remark, shown_name
from bascule.contacts.tabular.sinks import JsonLinesSink, ParquetSink, RowSink, atomic
from bascule.contacts.tabular.split import Endings

if TYPE_CHECKING:
    from bascule.contacts.phones.slots import Answers

__all__ = ["choose_columns", "columns_of", "endings_of", "fresh", "normalize_text", "remark_rows"]

_ROWS = 20_000
_NO_COLUMN = -1


class _Wider(Exception):
    """A row has more cells than there are columns so far."""


def _cutter(compiled: bool) -> Any:
    if compiled:
        from bascule.contacts.tabular import split_compiled

        return split_compiled
    from bascule.contacts.tabular import split_plain

    return split_plain


def choose_columns(request: Request, header: list[str], sample: list[list[str]], work: Work) -> tuple[int, int]:
    """Indexes of the phone and the region column (-1 for none). Raises ContactsError."""
    if request.header and looks_like_data(header):
        raise ContactsError(
            "contacts-no-header", "the first row holds a phone number: it is no header", "add --no-header"
        )
    if request.phone_column:
        phone = find_column(header, request.phone_column, "phone")
    else:
        phone = guess_phone(header, sample)
    region: int | None
    if request.region_column:
        region = find_column(header, request.region_column, "region")
    else:
        region, named = guess_region(header, sample, work.understood)
        shown = ", ".join(shown_name(header[index], index + 1) for index in named)
        if region is not None:
            message = f"countries were taken from {shown_name(header[region], region + 1)}"
        elif named:
            message = f"countries were not taken from {shown}: fewer than four in five cells name a country alone"
        if named:
            work.summary.remarks.append(
                Remark("contacts-region-guessed", message, "--region-column names the column of countries")
            )
    taken = sorted(set(added_names(request.prefix)) & set(unique_names(header)))
    if taken:
        raise ContactsError(
            "contacts-column-taken",
            f"the file already has the column {taken[0]!r}",
            "give the new columns another prefix, e.g. --prefix mobile_",
        )
    work.summary.phone_column = shown_name(header[phone], phone + 1)
    work.summary.region_column = "" if region is None else shown_name(header[region], region + 1)
    return phone, _NO_COLUMN if region is None else region


def normalize_text(request: Request, path: Path, shape: Shape, form: str, work: Work, *, compiled: bool) -> None:
    """Read delimited text, write ``form``."""
    start = head(path, shape, request.header)
    phone, region = choose_columns(request, start.header, start.sample, work)
    cutter = _cutter(compiled)
    if form in ("csv", "tsv"):
        if form == "tsv" and shape.delimiter != "\t":
            raise ContactsError(
                "contacts-usage",
                "delimited text keeps its delimiter, and this one's is not the tab",
                "name the output .csv",
            )
        run = _Run(request, path, shape, start, cutter, work, phone, region, len(start.header))
        with atomic(request.output) as out:
            try:
                run.write(out)
            except _Wider:
                out.seek(0)
                out.truncate()
                run.restart(widest(path, shape, start, cutter))
                run.write(out)
        run.remark()
        return
    _to_rows(request, path, shape, start, cutter, work, phone, region, form)


@dataclass(slots=True)
class _Run:
    """One pass from delimited text to delimited text. ``width`` counts the columns in front of the new ones."""

    request: Request
    path: Path
    shape: Shape
    start: Head
    cutter: Any
    work: Work
    phone: int
    region: int
    width: int
    short: int = 0
    long: int = 0
    first_long: int = 0
    odd: int = 0
    first_odd: int = 0

    def restart(self, width: int) -> None:
        """Begin again with more columns."""
        self.work.restart()
        self.width = width
        self.short = self.long = self.odd = 0

    def write(self, out: BinaryIO) -> None:
        """Write everything. Raises _Wider where a row has more cells than ``width``."""
        out.write(self.shape.encoding.mark)
        out.write(encoded(self._head(), self.shape.encoding))
        endings = endings_of(self.work, self.shape.delimiter.encode("ascii"))
        wanted = (self.phone,) if self.region < 0 or self.region == self.phone else (self.phone, self.region)
        for block, answers, unknown, text in self._processed(wanted, endings):
            out.write(encoded(text, self.shape.encoding))
            self._count(block, answers, unknown)

    def _head(self) -> bytes:
        """The header with the names of the new columns."""
        start, mark = self.start, self.shape.delimiter
        if not self.request.header:
            return start.lead
        names = unique_names(start.header)
        extra = [fresh(f"extra_{number}", names) for number in range(1, self.width - len(start.header) + 1)]
        added = mark.join(["", *extra, *added_names(self.request.prefix)])
        return start.lead + start.header_bytes + added.encode("ascii") + start.line_end

    def _processed(self, wanted: tuple[int, ...], endings: Endings) -> Iterator[tuple[Block, Answers, int, memoryview]]:
        """Blocks and what became of them, in order; several are worked on at a time."""
        threads = self.request.threads or os.cpu_count() or 1

        def work(block: Block) -> tuple[Block, Answers, int, memoryview]:
            if int(block.cut.width.max()) > self.width:
                raise _Wider
            answers, unknown = self._answers(block, len(wanted))
            text = self.cutter.assemble(block.data, block.cut, answers, self.width, endings)
            return block, answers, unknown, memoryview(text)

        waiting: deque[Future[tuple[Block, Answers, int, memoryview]]] = deque()
        with ThreadPoolExecutor(threads) as pool:
            try:
                for block in blocks(self.path, self.shape, self.start, self.cutter, wanted):
                    waiting.append(pool.submit(work, block))
                    if len(waiting) > threads:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()

    def _answers(self, block: Block, columns: int) -> tuple[Answers, int]:
        encoding = self.shape.encoding
        phones = to_utf8(self.cutter.gather(block.data, block.cut, 0), encoding)
        if self.region < 0:
            return self.work.answer(phones, None)
        regions = to_utf8(self.cutter.gather(block.data, block.cut, columns - 1), encoding)
        return self.work.answer(phones, regions)

    def _count(self, block: Block, answers: Answers, unknown: int) -> None:
        cut = block.cut
        self.work.count(answers, unknown, cut.width == 0)
        columns = len(self.start.header)
        self.short += int(((cut.width > 0) & (cut.width < columns)).sum())
        for name, marked in (("long", cut.width > columns), ("odd", cut.odd)):
            number = int(marked.sum())
            if number and not getattr(self, name):
                setattr(self, f"first_{name}", block.first + int(marked.argmax()))
            setattr(self, name, getattr(self, name) + number)

    def remark(self) -> None:
        """Say what was odd about the rows."""
        remark_rows(self.work, self.short, self.long, self.first_long, self.odd, self.first_odd)


def remark_rows(work: Work, short: int, long: int, first_long: int, odd: int, first_odd: int) -> None:
    """Say what was odd about the rows: how many, and the number of the first."""
    remarks = work.summary.remarks
    if short:
        message = f"{short} row(s) have fewer cells than the header; the new cells stand below their names all the same"
        remarks.append(Remark("contacts-ragged", message))
    if long:
        remarks.append(
            Remark(
                "contacts-ragged",
                f"{long} row(s) have more cells than the header; they were kept, in columns of their own",
                "put quotes round cells that hold the delimiter",
                first_long,
            )
        )
    if odd:
        remarks.append(
            Remark(
                "contacts-broken-quotes",
                f"{odd} row(s) hold a quote that is not closed or not doubled; it was kept as a character",
                'write `""` for a quote inside a quoted cell',
                first_odd,
            )
        )


def fresh(name: str, taken: list[str]) -> str:
    """A name that is not taken."""
    while name in taken:
        name += "_"
    return name


def endings_of(work: Work, mark: bytes) -> Endings:
    """The cells that follow a number, for every answer there can be."""
    kinds = ["", *(kind.name.lower() for kind in NumberType)]
    kinds.extend([""] * (16 - len(kinds)))
    return Endings(
        mark,
        tuple(mark.join((name.encode(), kind.encode())) for name in work.normaliser.names for kind in kinds),
        tuple(mark.join((verdict.status.value.encode(), verdict.reason.encode())) for verdict in Verdict),
        tuple(how.text.encode() for how in How),
    )


def _to_rows(
    request: Request,
    path: Path,
    shape: Shape,
    start: Head,
    cutter: Any,
    work: Work,
    phone: int,
    region: int,
    form: str,
) -> None:
    """Delimited text to objects or to a Parquet table."""
    width = max(len(start.header), widest(path, shape, start, cutter))
    wanted = tuple(range(width))
    short = long = first_long = odd = first_odd = 0
    names = unique_names(start.header)
    with atomic(request.output) as out:
        sink: RowSink
        if form == "parquet":
            sink = ParquetSink(out, names, added_names(request.prefix))
        else:
            sink = JsonLinesSink(out, names)
        for block in blocks(path, shape, start, cutter, wanted):
            cut = block.cut
            columns = [to_utf8(cutter.gather(block.data, cut, column), shape.encoding) for column in wanted]
            answers, unknown = work.answer(columns[phone], columns[region] if region >= 0 else None)
            blank = cut.width == 0
            work.count(answers, unknown, blank)
            texts = [_texts(*column) for column in columns]
            widths = cut.width.tolist()
            kept = [row for row, cells in enumerate(widths) if cells]
            rows = [[texts[column][row] for column in range(widths[row])] for row in kept]
            added = columns_of(work, answers, request.prefix)
            for at in range(0, len(kept), _ROWS):
                part = kept[at : at + _ROWS]
                sink.write(rows[at : at + _ROWS], {name: [cells[row] for row in part] for name, cells in added.items()})
            short += sum(0 < cells < len(names) for cells in widths)
            more = cut.width > len(names)
            first_long = first_long or (block.first + int(more.argmax()) if more.any() else 0)
            first_odd = first_odd or (block.first + int(cut.odd.argmax()) if cut.odd.any() else 0)
            long += int(more.sum())
            odd += int(cut.odd.sum())
        sink.close()
    remark_rows(work, short, long, first_long, odd, first_odd)


def _texts(data: Any, offsets: Any) -> list[str]:
    raw = data.tobytes()
    at = offsets.tolist()
    return [raw[at[row] : at[row + 1]].decode("utf-8", "replace") for row in range(len(at) - 1)]


def columns_of(work: Work, answers: Answers, prefix: str) -> dict[str, list[str | None]]:
    """The further columns as texts; None where there is nothing to say."""
    from bascule.contacts.phones.arrow import columns

    found = columns(work.normaliser, answers)
    return {f"{prefix}{name}": column.to_pylist() for name, column in found.items()}

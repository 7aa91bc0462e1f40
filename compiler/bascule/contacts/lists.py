"""Lists of people as CSV files: whole or not at all, readable by their owner alone, and safe in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from bascule.contacts.tabular.sinks import atomic, guarded

__all__ = ["write_list"]


def write_list(
    path: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str | None]],
    phones: Sequence[str] = (),
    mark: bool = True,
) -> int:
    """Write a CSV file (UTF-8, with a byte order mark unless ``mark`` is false, lines end in CR LF) and give the number
    of rows. Cells that a spreadsheet could run get an apostrophe; E.164 in the columns ``phones`` stays.

    Raises ContactsError ``contacts-unwritable``.
    """
    numbers = [name in phones for name in header]
    count = 0
    with atomic(path) as file:
        text = io.TextIOWrapper(file, "utf-8-sig" if mark else "utf-8", newline="", write_through=False)
        writer = csv.writer(text)
        writer.writerow(header)
        for row in rows:
            writer.writerow(guarded(cell or "", phone) for cell, phone in zip(row, numbers, strict=True))
            count += 1
        text.flush()
        text.detach()
    return count

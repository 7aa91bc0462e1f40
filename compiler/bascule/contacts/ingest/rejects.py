"""The rejects file: what could not be taken, and why, for the people who can mend it. Only its owner can read it, and
in a sealed store only who has its key."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bascule.contacts.store.sealed_files import piece, start
from bascule.contacts.tabular.sinks import guarded

if TYPE_CHECKING:
    from bascule.contacts.store.vault import Vault

__all__ = ["HEADER", "Reject", "join_rejects", "suggestion", "write_rejects"]

HEADER = ("file", "row", "outcome", "column", "value", "reason", "suggestion")
_LONGEST = 32_767
"""Characters of a cell that spreadsheets show."""

_SUGGESTIONS = {
    "no_identifier": "fill a phone number, an e-mail address or an id; check which column holds it with --preview",
    "digits_lost": "export again as XLSX or with the column as text: the digits are gone from this file",
    "no_country": "give --default-region, or a column of countries",
    "region_unknown": "write the country as a code of two letters",
    "alphanumeric_sender": "a sender's name, not a person: nothing to do",
    "short_code": "a service number, not a person: nothing to do",
    "direction_unknown": "map the column of directions, or give it as a constant in the mapping file",
    "not_json": "export again: this record is not JSON, or the file is cut off",
    "cut_off": "export again: the file ends before its last bracket",
    "not_an_object": "each record must be a JSON object",
    "nested_too_deeply": "export without nested objects",
    "line_too_long": "export one record a line",
    "wa_id_form": "an old WhatsApp spelling: look the number up where it comes from",
    "letters": "write the number with digits",
    "too_short": "digits are missing",
    "too_long": "too many digits: perhaps two numbers without a separator",
    "local_only": "the area code is missing",
    "not_in_plan": "no network has this range: perhaps a typing error",
    "unknown_country_code": "no country has this code: perhaps the plus is wrong",
    "wrong_length": "check the number of digits",
}


def suggestion(reason: str) -> str:
    """What to do about a reason."""
    return _SUGGESTIONS.get(reason, "correct the cell in the source and import it again")


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that identifies nobody (``rejected``), or one with a phone cell that is of no use (``kept``)."""

    row: int
    outcome: str
    column: str
    value: str
    reason: str
    suggestion: str


def write_rejects(path: Path, file: str, rejects: Sequence[Reject], vault: Vault) -> None:
    """Add lines, without a header. No cell can start a formula in a spreadsheet."""
    if not rejects:
        return
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    for one in rejects:
        value = one.value if len(one.value) <= _LONGEST else f"{one.value[:_LONGEST]}…"
        cells = (file, str(one.row), one.outcome, one.column, value.replace("\0", "\ufffd"), one.reason)
        writer.writerow([*map(guarded, cells), one.suggestion])
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "ab") as out:
        out.write(piece(vault, text.getvalue().encode("utf-8", "replace")))


def join_rejects(path: Path, parts: Iterable[Path], vault: Vault) -> int:
    """Put the lines of all parts below one header; the parts go. No file where there are no lines.

    Returns the number of bytes written.
    """
    named = list(parts)
    held = [part for part in named if part.exists() and part.stat().st_size]
    written = 0
    if held:
        temporary = path.with_name(f".{path.name}.new")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(start(vault) + piece(vault, (",".join(HEADER) + "\n").encode()))
            for part in held:
                with part.open("rb") as source:
                    shutil.copyfileobj(source, out)
                written += part.stat().st_size
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, path)
    for part in named:
        part.unlink(missing_ok=True)
    return written

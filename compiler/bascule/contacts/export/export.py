"""An export: everyone, or those who may be messaged, in files within a platform's limits."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from bascule.contacts.consent.state import GRADES
from bascule.contacts.counts import Counts
from bascule.contacts.export.bodies import BODIES, JOBS
from bascule.contacts.export.fields import FIELDS, row_of
from bascule.contacts.export.profiles import ExportProfile
from bascule.contacts.people import Person, people
from bascule.contacts.store.store import batched
from bascule.contacts.tabular.problems import ContactsError
from bascule.contacts.tabular.sinks import atomic, guarded

if TYPE_CHECKING:
    from bascule.contacts.store.store import Store

__all__ = ["export", "export_counts"]

_MESSAGEABLE = ("message", "try")
_PHONES = ("phone",)


def export(
    store: Store, profile: ExportProfile, output: str, counts: Counts, *, grade: str = "D", pseudonymise: bool = False,
    rows: int = 0,
) -> list[tuple[str, int]]:  # fmt: skip
    """Write the files and give their paths with the number of people in each.

    ``counts``: taken = people, kept = exported, rejected = left out with the reason. For audiences, whose consent is
    below ``grade`` or whom no decision lets through is left out. ``rows`` lowers the limit of one file. Files of an
    earlier export of the profile are replaced; any that would be left over are an error (``contacts-export-leftover``).
    """
    folder = Path(output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ContactsError("contacts-unwritable", f"cannot make the folder {output}: {error.strerror}") from error
    chosen = _chosen(store, profile, grade, counts)
    if profile.body:
        written = _bodies(store, profile, chosen, folder, pseudonymise)
    else:
        written = _csv(store, profile, chosen, folder, counts, pseudonymise, rows or profile.rows)
    if profile.job and written:
        name, make = JOBS[profile.job]
        with atomic(str(folder / name)) as file:
            file.write(make(profile, [Path(path).name for path, _ in written]).encode())
    left = sorted({path.name for path in folder.glob(f"{profile.name}-*")} - {Path(path).name for path, _ in written})
    if left:
        raise ContactsError(
            "contacts-export-leftover",
            f"{output} holds {len(left)} file(s) of an earlier, longer export: {', '.join(left[:3])}",
            "the new files are complete; delete the old ones, or export into an empty folder",
        )
    return written


def export_counts(store: Store, profile: ExportProfile, grade: str) -> Counts:
    """Who would be exported and who left out, nothing written."""
    counts = Counts("export")
    for _ in _chosen(store, profile, grade, counts):
        pass
    return counts.verify()


def _chosen(store: Store, profile: ExportProfile, grade: str, counts: Counts) -> Iterator[Person]:
    for person in people(store):
        counts.taken += 1
        reason = "" if profile.people == "everyone" else _refused(person, grade)
        if reason:
            counts.reject(reason)
            continue
        counts.kept += 1
        yield person


def _refused(person: Person, grade: str) -> str:
    """Why a person may not be in an audience: the ledger is asked again, not only the decision."""
    if person.decision is None:
        return "not_decided"
    action, reason, _ = person.decision
    if action not in _MESSAGEABLE:
        return f"{action}_{reason}"
    found = person.standings["whatsapp"]
    if found.status != "granted":
        return f"consent_{found.status}_since_decision"
    if GRADES.index(found.grade) > GRADES.index(grade):
        return f"consent_grade_{found.grade}"
    return "" if person.phone else "no_phone"


class _Files:
    """CSV files one after the other, each within the limits."""

    def __init__(self, folder: Path, profile: ExportProfile, rows: int) -> None:
        self.folder = folder
        self.profile = profile
        self.rows = rows
        self.written: list[tuple[str, int]] = []
        self._stack = ExitStack()
        self._file: BinaryIO | None = None
        self._size = self._count = 0
        self._path = ""

    def line(self, cells: list[str]) -> bytes:
        """One row as bytes."""
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator=self.profile.newline).writerow(cells)
        return text.getvalue().encode()

    def add(self, header: bytes, line: bytes) -> None:
        """Write a row; opens the next file where it would not fit."""
        full = (self.rows and self._count >= self.rows) or (
            self.profile.bytes and self._size + len(line) > self.profile.bytes
        )
        if self._file is None or full:
            self.end()
            self._path = str(self.folder / f"{self.profile.name}-{len(self.written) + 1:04}.csv")
            self._file = self._stack.enter_context(atomic(self._path))
            start = (b"\xef\xbb\xbf" if self.profile.mark else b"") + header
            self._file.write(start)
            self._size, self._count = len(start), 0
        self._file.write(line)
        self._size += len(line)
        self._count += 1

    def end(self) -> None:
        """Finish the open file."""
        if self._file is not None:
            self._stack.close()
            self.written.append((self._path, self._count))
            self._file = None

    def give_up(self, *error: Any) -> None:
        """Leave no trace of the open file."""
        self._stack.__exit__(*error)


def _csv(
    store: Store, profile: ExportProfile, chosen: Iterator[Person], folder: Path, counts: Counts, pseudonymise: bool,
    rows: int,
) -> list[tuple[str, int]]:  # fmt: skip
    names = [name for _, name in profile.columns]
    fields = sorted({name for name in names if name in FIELDS} | {"whatsapp_consent"})
    files = _Files(folder, profile, rows)
    header = files.line([title for title, _ in profile.columns])
    try:
        for person in chosen:
            row = row_of(person, fields, store.vault.pseudonym if pseudonymise else None)
            row["subscription"] = "Unsubscribed" if row["whatsapp_consent"] == "refused" else ""
            cells = []
            for title, name in profile.columns:
                cell = row[name]
                if not cell and title in profile.required:
                    cell = profile.required[title]
                    counts.notes[f"{title} filled in with {cell}"] += 1
                safe = guarded(cell, name in _PHONES)
                counts.notes["cells guarded against formulas"] += safe != cell
                cells.append(safe)
            files.add(header, files.line(cells))
        files.end()
    except BaseException as error:
        files.give_up(type(error), error, error.__traceback__)
        raise
    if not counts.notes["cells guarded against formulas"]:
        del counts.notes["cells guarded against formulas"]
    return files.written


def _bodies(
    store: Store, profile: ExportProfile, chosen: Iterator[Person], folder: Path, pseudonymise: bool
) -> list[tuple[str, int]]:
    if pseudonymise:
        raise ContactsError(
            "contacts-usage", f"`{profile.name}` is for an API, which knows no pseudonyms", "use `generic`"
        )
    path = str(folder / f"{profile.name}-bodies.jsonl")
    count = 0
    with atomic(path) as file:
        for group in batched(chosen, profile.batch):
            file.write(json.dumps(BODIES[profile.body](group), ensure_ascii=False).encode() + b"\n")
            count += len(group)
    return [(path, count)]

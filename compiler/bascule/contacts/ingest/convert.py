"""A chunk of source records to canonical rows. Column by column: nothing here loops over cells that are all alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from bascule.contacts.consent.own_words import NO_WORDS, OwnWords
from bascule.contacts.ingest.cells import cell_reader
from bascule.contacts.ingest.consents import consent_rows
from bascule.contacts.ingest.logs import Address, addresses, recovered
from bascule.contacts.ingest.moments import Moments, zone_of
from bascule.contacts.ingest.phone_columns import Asking, Phones, text_array
from bascule.contacts.ingest.profile import PHONES, READ, Field, Read
from bascule.contacts.ingest.rejects import Reject, suggestion
from bascule.contacts.phones.vocabulary import Verdict
from bascule.contacts.rows import COLUMNS, IDENTIFIERS, Kind, snapshot_schema

if TYPE_CHECKING:
    from bascule.contacts.ingest.plan import Plan
    from bascule.contacts.ingest.records import Chunk
    from bascule.contacts.phones.normaliser import Normaliser

__all__ = ["Converted", "Converter"]

_TEXT_LIMIT = 1 << 16
_EXACT = frozenset({Read.TEXT, Read.LOWER, Read.EMAIL, Read.MOMENT, Read.TAGS})
"""Columns that say all their source says; of the others the source's own word is kept where it is another."""

_ID_COLUMNS = tuple(name for name in IDENTIFIERS if name != "phone_e164")


@dataclass(slots=True)
class Converted:
    """Canonical rows of a chunk, and what happened to its records: ``taken`` = ``kept`` + sum of ``reasons``."""

    batch: pa.RecordBatch
    taken: int
    kept: int
    reasons: Counter[str]
    notes: Counter[str]
    rejects: list[Reject] = field(default_factory=list)


class _Rows:
    """Canonical columns as they grow, and what joins ``custom``."""

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk
        self.size = len(chunk.numbers)
        self.columns: dict[str, list[str | None]] = {}
        self.left: list[str] = chunk.rest
        self.notes: Counter[str] = Counter()

    def leave(self, row: int, key: str, value: Any) -> None:
        """Keep a source cell in ``custom``."""
        if value is None or value == "":
            return
        self.leave_member(row, f"{encode_basestring(self.label(key))}:{_json(value)}")

    def leave_member(self, row: int, text: str) -> None:
        held = self.left[row]
        self.left[row] = f"{held},{text}" if held else text

    def label(self, key: str) -> str:
        """The source's name of a column."""
        return self.chunk.labels.get(key, key).removeprefix("bascule.")


def _json(value: Any) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    import json

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Converter:
    """Converts the chunks of one file."""

    def __init__(self, plan: Plan, normaliser: Normaliser, import_id: str, file: str, own: OwnWords = NO_WORDS) -> None:
        self.plan = plan
        self.own = own
        self.asking = Asking(plan, normaliser)
        self.import_id = import_id
        self.file = file
        moments = Moments(plan.order, zone_of(plan.zone), plan.form)
        self.readers = {read: cell_reader(read, moments, normaliser.hints) for read in Read}
        self.schema = snapshot_schema()

    def convert(self, chunk: Chunk) -> Converted:
        """Do it."""
        rows = _Rows(chunk)
        plan = self.plan
        for column, item in plan.fields.items():
            if column not in (PHONES, "consent_action"):
                self._read(rows, column, item)
        for column, value in plan.constants.items():
            held = rows.columns.get(column)
            rows.columns[column] = [value] * rows.size if held is None else [cell or value for cell in held]
        self._kinds(rows)
        sources = self._log(rows)
        extra = consent_rows(rows, plan, self.readers)
        phones = self.asking.phones(sources, rows.columns.get("country"), rows.size)
        self._scopes(rows, phones)
        return self._finish(rows, phones, extra)

    def _read(self, rows: _Rows, column: str, item: Field) -> None:
        """Fill a canonical column from its sources."""
        cells = rows.chunk.cells
        present = [name for name in item.names if name in cells]
        if not present:
            return
        read = READ.get(column, Read.TEXT)
        reader = self.readers[read]
        result: list[str | None] | None = None
        for name in present:
            source = cells[name]
            found = _converted(source, reader, item.values)
            if read not in _EXACT or item.values:
                self._keep_words(rows, name, source, found)
            if result is None:
                result = found
                doubtful = [row for row, cell in enumerate(found) if cell is None and source[row]]
            else:
                doubtful = []
                for row, cell in enumerate(found):
                    if source[row] and (cell is None or result[row] is not None):
                        doubtful.append(row)
                    elif cell is not None:
                        result[row] = cell
            for row in doubtful:
                rows.leave(row, name, source[row])
                if result[row] is None and item.values.get(str(source[row]).casefold()) != "":
                    rows.notes[f"{column} not understood"] += 1
        assert result is not None
        rows.columns[column] = result

    def _keep_words(self, rows: _Rows, name: str, source: list[Any], found: list[str | None]) -> None:
        """Keep what a closed vocabulary does not say: ``outbound-reply``, ``Poland``."""
        pairs = {
            (cell, word)
            for cell, word in zip(source, found, strict=True)
            if isinstance(cell, str) and word is not None and cell.strip().casefold() != word.casefold()
        }
        if name.startswith("bascule.") or not pairs:
            return
        label = f"{encode_basestring(rows.label(name))}:"
        texts = {cell: label + encode_basestring(cell) for cell, _ in pairs}
        rows.left = [
            _with_member(held, texts.get(cell, "")) if isinstance(cell, str) else held
            for held, cell in zip(rows.left, source, strict=True)
        ]

    def _kinds(self, rows: _Rows) -> None:
        held = rows.columns.get("kind")
        rows.columns["kind"] = (
            [self.plan.kind] * rows.size if held is None else [cell or self.plan.kind for cell in held]
        )
        rows.columns["platform"] = [self.plan.profile.platform] * rows.size

    def _log(self, rows: _Rows) -> list[tuple[str, list[Any]]]:
        """Phone cells by source column; for a log the other side's, and opt-outs that its rows tell of."""
        plan, cells = self.plan, rows.chunk.cells
        item = plan.fields.get(PHONES)
        phones = [(name, cells[name]) for name in item.names if name in cells] if item else []
        log = plan.log
        if log is None:
            return [(name, self._cleaned(rows, source)) for name, source in phones]
        if log.direction and "direction" not in rows.columns:
            rows.columns["direction"] = [log.direction] * rows.size
        sender = next((name for name in log.sender if name in cells), "")
        recipient = next((name for name in log.recipient if name in cells), "")
        if sender or recipient:
            phones = [self._counterparts(rows, sender, recipient), *phones]
        else:
            phones = [(name, self._cleaned(rows, source)) for name, source in phones]
        bodies = [cells[name] for name in log.body if name in cells]
        body = bodies[0] if len(bodies) == 1 else None
        if len(bodies) > 1:
            body = [next(filter(None, texts), None) for texts in zip(*bodies, strict=True)]
        recovered(rows.columns, body, log.blocked, rows.notes, self.own)
        return phones

    def _counterparts(self, rows: _Rows, sender: str, recipient: str) -> tuple[str, list[Any]]:
        """The person's address of each row; the business's own stays in ``custom``."""
        empty: list[Any] = [None] * rows.size
        left, right = rows.chunk.cells.get(sender, empty), rows.chunk.cells.get(recipient, empty)
        directions = rows.columns.get("direction") or empty
        inbound = [direction == "inbound" for direction in directions]
        if not all(directions):
            # Without a direction nobody knows who is the person: both sides stay, and the row is rejected.
            for row, direction in enumerate(directions):
                if direction is None:
                    rows.leave(row, sender, left[row])
                    rows.leave(row, recipient, right[row])
            rows.columns["bascule.unknown"] = ["direction_unknown" if one is None else None for one in directions]
        one, other = self._members(rows, recipient, right), self._members(rows, sender, left)
        rows.left = [
            held if not direction else _with_member(held, mine if is_in else theirs)
            for held, mine, theirs, is_in, direction in zip(rows.left, one, other, inbound, directions, strict=True)
        ]
        people = [
            (a if is_in else b) if direction else None
            for a, b, is_in, direction in zip(left, right, inbound, directions, strict=True)
        ]
        return (sender if sender else recipient), self._cleaned(rows, people)

    def _members(self, rows: _Rows, name: str, cells: list[Any]) -> list[str]:
        """Cells as members of ``custom``; empty where the cell is."""
        if not name:
            return [""] * rows.size
        label = f"{encode_basestring(rows.label(name))}:"
        plain = [_hashable(cell) for cell in cells]
        texts = {cell: label + _json(cell) if cell else "" for cell in set(plain)}
        return [texts[cell] for cell in plain]

    def _cleaned(self, rows: _Rows, people: Sequence[Any]) -> list[Any]:
        """Addresses without ``whatsapp:`` and the like, which name the row's channel."""
        known: dict[Any, Address] = addresses(people)
        if not known:
            return list(people)
        channels = list(rows.columns.get("channel") or [None] * rows.size)
        cleaned = list(people)
        for row, cell in enumerate(people):
            address = known.get(cell) if isinstance(cell, str) else None
            if address is not None:
                cleaned[row] = address.text or None
                channels[row] = address.channel
                kept = cell.partition(":")[0] if address.text else cell
                rows.leave_member(row, f'"address":{encode_basestring(kept)}')
        rows.columns["channel"] = channels
        return cleaned

    def _scopes(self, rows: _Rows, phones: Phones) -> None:
        platform = self.plan.profile.platform
        for identifier, scope in (("crm_id", "crm_scope"), ("viber_id", "viber_scope"), ("bsuid", "bsuid_scope")):
            held = rows.columns.get(identifier)
            if held is not None and scope not in rows.columns:
                # Ids of unknown tables mean nothing outside their own file: `17` of two tables are two people.
                own = self.import_id if platform == "generic" else platform
                name = self.plan.scope or (own if identifier != "bsuid" else "whatsapp")
                rows.columns[scope] = [name if cell else None for cell in held]
        # An old WhatsApp spelling is no E.164 number, but it is the id that WhatsApp itself returned.
        if "wa_id" not in rows.columns and phones.first is not None:
            channels = rows.columns.get("channel") or []
            odd = [
                row
                for row in np.flatnonzero(phones.first.verdicts == Verdict.WA_ID_FORM).tolist()
                if channels and channels[row] == "whatsapp"
            ]
            if odd:
                ids: list[str | None] = [None] * rows.size
                for row in odd:
                    ids[row] = "".join(filter(str.isdecimal, phones.first.texts[row] or "")) or None
                rows.columns["wa_id"] = ids

    def _finish(self, rows: _Rows, phones: Phones, extra: list[tuple[int, dict[str, str | None]]]) -> Converted:
        chunk, size = rows.chunk, rows.size
        filled = phones.columns()
        known = np.zeros(size, bool)
        if "phone_e164" in filled:
            known |= filled["phone_e164"].is_valid().to_numpy(zero_copy_only=False)
        for name in _ID_COLUMNS:
            held = rows.columns.get(name)
            if held is not None:
                known |= np.array([cell is not None for cell in held], bool)
        unknown = rows.columns.pop("bascule.unknown", None)
        rejected: list[str | None] = [None] * size
        rejects: list[Reject] = []
        reasons: Counter[str] = Counter()
        for row in np.flatnonzero(~known).tolist():
            column, value, reason = phones.failure(row)
            if unknown is not None and unknown[row]:
                column, value, reason = "direction", "", unknown[row] or ""
            if (
                reason in ("letters", "no_digits")
                and rows.columns["kind"][row] == Kind.MESSAGE
                and any(map(str.isalpha, value))
            ):
                reason = "alphanumeric_sender"
            reason = reason or "no_identifier"
            rejected[row] = reason
            reasons[reason] += 1
            rejects.append(
                Reject(chunk.numbers[row], "rejected", rows.label(column), value, reason, suggestion(reason))
            )
        for row, column, value, reason in phones.doubtful(known, rows.leave):
            rows.notes[f"phone not usable: {reason}"] += 1
            rejects.append(Reject(chunk.numbers[row], "kept", rows.label(column), value, reason, suggestion(reason)))
        rows.columns["custom"] = [f"{{{text}}}" if text else None for text in rows.left]
        rows.columns["rejected"] = rejected
        batch = self._batch(rows, filled)
        batch = self._with_further(batch, rows, phones, extra, known)
        if chunk.broken:
            batch = self._with_broken(batch, chunk, reasons, rejects)
        rejects.sort(key=lambda one: one.row)
        if chunk.ragged:
            rows.notes["records with more or fewer cells than the header"] += chunk.ragged
        return Converted(
            batch, size + len(chunk.broken), int(known.sum()), reasons, rows.notes, rejects
        )  # fmt: skip

    def _batch(self, rows: _Rows, filled: dict[str, pa.Array]) -> pa.RecordBatch:
        size = rows.size
        arrays: list[pa.Array] = []
        for name, _ in COLUMNS:
            if name == "row":
                arrays.append(pa.array(rows.chunk.numbers, pa.int64()))
            elif name == "part":
                arrays.append(pa.array(np.zeros(size, np.int16)))
            elif name == "import_id":
                arrays.append(_constant(self.import_id, size))
            elif name == "file":
                arrays.append(_constant(self.file, size))
            elif name in filled:
                arrays.append(filled[name])
            elif name in rows.columns:
                arrays.append(text_array(rows.columns[name]))
            else:
                arrays.append(pa.nulls(size, pa.string()))
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _with_further(
        self,
        batch: pa.RecordBatch,
        rows: _Rows,
        phones: Phones,
        extra: list[tuple[int, dict[str, str | None]]],
        known: np.ndarray[Any, np.dtype[np.bool_]],
    ) -> pa.RecordBatch:
        """Rows for further numbers of a record and for its further consents, behind the record's own row."""
        numbers = phones.further()
        further = [*numbers, *((row, change) for row, change in extra if known[row])]
        if not further:
            return batch
        if numbers:
            rows.notes["further numbers of a record"] += len(numbers)
        if len(further) > len(numbers):
            rows.notes["further consents of a record"] += len(further) - len(numbers)
        further.sort(key=lambda item: item[0])
        places = [row for row, _ in further]
        copies = batch.take(pa.array(places, pa.int64()))
        parts: list[int] = []
        for index, row in enumerate(places):
            parts.append(parts[-1] + 1 if index and places[index - 1] == row else 1)
        changed: set[str] = {name for _, change in further for name in change}
        arrays = []
        for name, column in zip(batch.schema.names, copies.columns, strict=True):
            if name == "part":
                column = pa.array(parts, pa.int16())
            elif name == "custom":
                column = pa.nulls(len(places), pa.string())
            elif name in changed:
                held = column.to_pylist()
                column = text_array([change.get(name, held[at]) for at, (_, change) in enumerate(further)])
            arrays.append(column)
        more = pa.RecordBatch.from_arrays(arrays, schema=batch.schema)
        order = np.lexsort(
            (
                np.concatenate([np.zeros(len(batch), np.int64), np.array(parts, np.int64)]),
                np.concatenate([np.arange(len(batch)), np.array(places, np.int64)]),
            )
        )
        return _joined(batch, more).take(pa.array(order))

    def _with_broken(
        self, batch: pa.RecordBatch, chunk: Chunk, reasons: Counter[str], rejects: list[Reject]
    ) -> pa.RecordBatch:
        """Rows for records that could not be read: their number, text and reason."""
        size = len(chunk.broken)
        values: dict[str, pa.Array] = {
            "import_id": _constant(self.import_id, size),
            "row": pa.array([broken.number for broken in chunk.broken], pa.int64()),
            "part": pa.array(np.zeros(size, np.int16)),
            "file": _constant(self.file, size),
            "kind": _constant(self.plan.kind, size),
            "platform": _constant(self.plan.profile.platform, size),
            "custom": text_array(
                [
                    f'{{"record":{encode_basestring(one.text[:_TEXT_LIMIT])}}}' if one.text else None
                    for one in chunk.broken
                ]
            ),
            "rejected": text_array([broken.reason for broken in chunk.broken]),
        }
        for broken in chunk.broken:
            reasons[broken.reason] += 1
            rejects.append(Reject(broken.number, "rejected", "", broken.text, broken.reason, suggestion(broken.reason)))
        more = pa.RecordBatch.from_arrays(
            [values.get(name, pa.nulls(size, pa.string())) for name in batch.schema.names], schema=batch.schema
        )
        joined = _joined(batch, more)
        order = np.lexsort((joined.column("part").to_numpy(), joined.column("row").to_numpy()))
        return joined.take(pa.array(order))


def _with_member(held: str, member: str) -> str:
    if not held or not member:
        return held or member
    return f"{held},{member}"


def _hashable(value: Any) -> Any:
    return value if isinstance(value, str) else _json(value) if value is not None else None


def _converted(cells: list[Any], reader: Callable[[Any], str | None], values: Any) -> list[str | None]:
    """Cells through a reader; each distinct one is read once."""
    try:
        distinct = set(cells)
    except TypeError:
        return [_one(cell, reader, values) for cell in cells]
    table = {cell: _one(cell, reader, values) for cell in distinct}
    return [table[cell] for cell in cells]


def _one(cell: Any, reader: Callable[[Any], str | None], values: Any) -> str | None:
    if cell is None or cell == "" or (isinstance(cell, str) and not cell.strip()):
        return None
    if values and isinstance(cell, str):
        cell = values.get(cell.strip().casefold(), cell)
    return reader(cell)


def _constant(text: str, size: int) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), size)


def _joined(first: pa.RecordBatch, second: pa.RecordBatch) -> pa.RecordBatch:
    table = pa.Table.from_batches([first, second]).combine_chunks()
    batches = table.to_batches()
    return batches[0] if batches else first

"""Phone columns of Arrow data: the pure function ``RecordBatch -> RecordBatch`` that every adapter wraps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bascule.contacts.phones.hints import NO_HINT
from bascule.contacts.phones.normaliser import Normaliser
from bascule.contacts.phones.slots import SLOT, Answers
from bascule.contacts.phones.vocabulary import COLUMNS, How, NumberType, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["answer_arrays", "cells", "columns", "hint_rows", "normalise_batch", "output_schema"]


def output_schema(prefix: str = "phone_") -> pa.Schema:
    """The six columns that are added, all text."""
    return pa.schema([(f"{prefix}{name}", pa.string()) for name in COLUMNS])


def cells(array: pa.Array) -> pa.StringArray:
    """A column of phone cells as text without nulls. Whole numbers lose no digit; other kinds are cast."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_floating(array.type):
        whole = pc.and_(pc.equal(pc.floor(array), array), pc.less(pc.abs(array), 1e15))
        integers = pc.cast(pc.if_else(whole, array, None), pa.int64(), safe=False)
        array = pc.coalesce(pc.cast(integers, pa.string()), pc.cast(array, pa.string()))
    if not pa.types.is_string(array.type):
        array = pc.cast(array, pa.string())
    return pc.fill_null(array, "") if array.null_count else array


def _buffers(array: pa.StringArray) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    _, offsets, data = array.buffers()
    if len(array) == 0:
        return np.frombuffer(b" ", np.uint8), np.frombuffer(b"\0\0\0\0", np.int32)
    numbers = np.frombuffer(offsets, np.int32)[array.offset : array.offset + len(array) + 1]
    return np.frombuffer(data if data is not None and data.size else b" ", np.uint8), numbers


def hint_rows(normaliser: Normaliser, regions: pa.Array | None, rows: int) -> NDArray[np.int16]:
    """The region column as rows of the tables; each distinct cell is looked at once."""
    if regions is None:
        return np.zeros(rows, np.int16)
    if isinstance(regions, pa.ChunkedArray):
        regions = regions.combine_chunks()
    encoded = regions if pa.types.is_dictionary(regions.type) else pc.dictionary_encode(pc.cast(regions, pa.string()))
    texts = pc.cast(encoded.dictionary, pa.string()).to_pylist()
    known = np.array([*(normaliser.hints.row(text) for text in texts), NO_HINT], np.int16)
    indices: NDArray[np.int64] = pc.fill_null(encoded.indices, len(texts)).to_numpy(zero_copy_only=False)
    return known[indices]


def answer_arrays(
    normaliser: Normaliser, phones: pa.Array, regions: pa.Array | None = None, default_region: str = ""
) -> Answers:
    """Answers for a column of cells and, if there is one, a column of regions."""
    texts = cells(phones)
    hints = hint_rows(normaliser, regions, len(texts))
    defaulted = None
    default = normaliser.hints.row(default_region)
    if default > 0:
        defaulted = hints == NO_HINT
        hints = np.where(defaulted, default, hints).astype(np.int16)
    return normaliser.answer(*_buffers(texts), hints, defaulted)


def _named(names: list[str | None], codes: NDArray[np.int64]) -> pa.StringArray:
    return pa.array(names, pa.string()).take(pa.array(codes))


def columns(normaliser: Normaliser, answers: Answers) -> dict[str, pa.StringArray]:
    """The six columns, by their short names. Where there is nothing to say the cell is null."""
    rows = len(answers)
    offsets = np.zeros(rows + 1, np.int32)
    np.cumsum(answers.lengths, out=offsets[1:])
    used = np.arange(SLOT, dtype=np.uint8) < answers.lengths[:, None]
    text = answers.slots.reshape(rows, SLOT)[used]
    missing = answers.lengths == 0
    validity = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    e164 = pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(text), validity, int(missing.sum()))
    places = answers.places.astype(np.int64)
    verdicts = answers.verdicts.astype(np.int64)
    verdict_names = [(verdict.status.value, verdict.reason or None) for verdict in Verdict]
    return {
        "e164": e164,
        "region": _named([name or None for name in normaliser.names], places // 16),
        "type": _named([None, *(kind.name.lower() for kind in NumberType)], places % 16),
        "status": _named([status for status, _ in verdict_names], verdicts),
        "reason": _named([reason for _, reason in verdict_names], verdicts),
        "how": _named([how.text or None for how in How], answers.hows.astype(np.int64)),
    }


def normalise_batch(
    batch: pa.RecordBatch,
    normaliser: Normaliser,
    phone_column: str,
    region_column: str | None = None,
    default_region: str = "",
    prefix: str = "phone_",
) -> pa.RecordBatch:
    """The batch with six further columns. Pure. Raises KeyError for a column that is not there."""
    regions = batch.column(region_column) if region_column is not None else None
    answers = answer_arrays(normaliser, batch.column(phone_column), regions, default_region)
    found = columns(normaliser, answers)
    schema = batch.schema
    for field in output_schema(prefix):
        schema = schema.append(field)
    return pa.RecordBatch.from_arrays([*batch.columns, *found.values()], schema=schema)

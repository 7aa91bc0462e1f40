"""Cutting delimited text: with and without numba the same, however the text comes in blocks, and as `csv` reads it."""

from __future__ import annotations

import csv
import io
from types import ModuleType

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bascule.contacts.extra import installed
from bascule.contacts.phones.slots import Answers
from bascule.contacts.phones.vocabulary import How, Reading, Verdict
from bascule.contacts.tabular import split_plain
from bascule.contacts.tabular.split import QUOTE_LIMIT, Endings, Split

CUTTERS: list[ModuleType] = [split_plain]
if installed("numba"):
    from bascule.contacts.tabular import split_compiled

    CUTTERS.append(split_compiled)

ENDINGS = Endings(
    b",", (b",", b"FR,mobile"), tuple(b"s%d,r" % verdict for verdict in Verdict), tuple(b"h%d" % how for how in How)
)
TEXTS = st.text('ab,"\r\n;é', max_size=60)


def array(text: bytes) -> np.ndarray:
    return np.frombuffer(text, np.uint8)


def shown(cut: Split, data: np.ndarray, cutter: ModuleType) -> tuple[object, ...]:
    columns = []
    for column in range(cut.first.shape[1]):
        text, offsets = cutter.gather(data, cut, column)
        columns.append([text[offsets[row] : offsets[row + 1]].tobytes() for row in range(len(cut))])
    arrays = (cut.begin, cut.end, cut.after, cut.width, cut.odd)
    return (*(item.tolist() for item in arrays), columns, cut.consumed)


@settings(max_examples=300)
@given(TEXTS, st.booleans())
@example('"a', False)
@example('"a"', False)
@example("a\r", False)
@example('"a\n"b\n', True)
@example('"a""\n', True)
@example('""', True)
@example('a,"b"c,"d\n', True)
def test_both_cut_alike(text: str, final: bool) -> None:
    data = array(text.encode())
    found = [shown(cutter.split(data, 44, (0, 2), final), data, cutter) for cutter in CUTTERS]
    assert all(one == found[0] for one in found)


@pytest.mark.parametrize("cutter", CUTTERS)
@given(text=TEXTS, size=st.integers(1, 9))
def test_blocks_do_not_matter(cutter: ModuleType, text: str, size: int) -> None:
    """Cut as a whole, or as the bytes come in, gives the same records."""
    data = text.encode()
    whole = cutter.split(array(data), 44, (0,), True)
    records = [data[begin:end] for begin, end in zip(whole.begin.tolist(), whole.end.tolist(), strict=True)]
    found: list[bytes] = []
    carry = b""
    for at in range(0, len(data) or 1, size):
        carry += data[at : at + size]
        cut = cutter.split(array(carry), 44, (0,), at + size >= len(data))
        found.extend(carry[begin:end] for begin, end in zip(cut.begin.tolist(), cut.end.tolist(), strict=True))
        carry = carry[cut.consumed :]
    assert found == records
    assert carry == b""


@pytest.mark.parametrize("cutter", CUTTERS)
@given(
    rows=st.lists(st.lists(st.text('ab,"\n\ré;', max_size=6), min_size=1, max_size=5), max_size=8),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_csv_writes_is_read_back(cutter: ModuleType, rows: list[list[str]], end: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    data = array(text.getvalue().encode())
    cut = cutter.split(data, 44, (0, 1), True)
    assert cut.width.tolist() == [len(row) for row in rows]
    for column in (0, 1):
        cells, offsets = cutter.gather(data, cut, column)
        for row, cells_of_row in enumerate(rows):
            wanted = cells_of_row[column] if column < len(cells_of_row) else ""
            assert cells[offsets[row] : offsets[row + 1]].tobytes().decode() == wanted
    assert not cut.odd.any()


@pytest.mark.parametrize("cutter", CUTTERS)
def test_a_stray_quote_costs_one_row(cutter: ModuleType) -> None:
    data = array(b'a,b\n"5 inch,1\n' + b"x,2\n" * 20_000)
    cut = cutter.split(data, 44, (0, 1), True)
    assert len(cut) == 20_002
    assert cut.odd.sum() == 1
    text, offsets = cutter.gather(data, cut, 0)
    assert text[offsets[1] : offsets[2]].tobytes() == b'"5 inch'


@pytest.mark.parametrize("cutter", CUTTERS)
def test_a_quoted_cell_has_a_limit(cutter: ModuleType) -> None:
    for size, rows in ((QUOTE_LIMIT - 1, 1), (QUOTE_LIMIT, 2)):
        data = array(b'"' + b"x" * (size - 1) + b'\n",1\n')
        assert len(cutter.split(data, 44, (0,), True)) == rows


@pytest.mark.parametrize("cutter", CUTTERS)
@settings(max_examples=150)
@given(text=TEXTS, width=st.integers(0, 4), seed=st.integers(0, 1 << 30))
def test_records_are_copied_as_they_are(cutter: ModuleType, text: str, width: int, seed: int) -> None:
    data = text.encode()
    cut = cutter.split(array(data), 44, (0,), True)
    answers = Answers.empty(len(cut))
    rng = np.random.default_rng(seed)
    numbers = ["", "+33612345678", "+123456", "+1234567890123456"]
    for row in range(len(cut)):
        number = numbers[int(rng.integers(4))]
        answers.put(row, Reading(Verdict(int(rng.integers(24))), How(int(rng.integers(8))), int(bool(number)), number))
    out = cutter.assemble(array(data), cut, answers, width, ENDINGS).tobytes()
    at = 0
    for row in range(len(cut)):
        record = data[int(cut.begin[row]) : int(cut.end[row])]
        end = data[int(cut.end[row]) : int(cut.after[row])]
        assert out[at : at + len(record)] == record
        at += len(record)
        if cut.width[row]:
            reading = answers.get(row)
            number = reading.e164 if reading.e164 in numbers[:2] else f"'{reading.e164}"
            cells = [number, "FR,mobile" if reading.e164 else ",", f"s{reading.verdict},r", f"h{reading.how}"]
            further = "," * max(width - int(cut.width[row]), 0) + "," + ",".join(cells)
            assert out[at : at + len(further)].decode() == further
            at += len(further)
        assert out[at : at + len(end)] == end
        at += len(end)
    assert at == len(out)

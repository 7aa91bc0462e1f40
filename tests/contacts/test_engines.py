"""All engines give what `phonenumbers` and the written policy give. Seeds are printed by a failing test.

The full comparison is `python benchmarks/contacts_differential.py --rows 2000000 --seed S`.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.contacts.facts import DAMAGE, FACTS
from tests.contacts.support import FAST, answers_of, normaliser_of

from bascule.contacts.phones.normaliser import Engine, Normaliser

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
import contacts_data

SEED = random.SystemRandom().randrange(1 << 30)
"""Another one in every run; the tests say it."""

REGIONS = ["", "FR", "US", "BR", "AR", "IT", "RU", "JP", "GG", "AG", "DE", "MX", "nowhere"]
PIECES = [
    *"0123456789", "00", "+", "+33", "+1", "+44", "+54", "011", "0015", "90", "15", "8~10", " ", "  ", "-", ".", "(", ")", "/",
    " / ", "\u00a0", "\u2011", "\u200b", "\u202a", "\u00ad", "٣", "３", "＋", "७", "'", "’", '"', "=", '="', ",", ";", ":",
    "E+", "e", ".0", ".00", ",0", "x", "#", "*", "~", "ext", ";ext=", "tel:", ";phone-context=", ";isub=", "Tél ", "тел", "هاتف",
    "wa.me/", "@c.us", "@", "\n", "\t", "\0", "FLOWERS", "é", "😀", "\ud7ff", "_", "+0", "0612345678", "33612345678", "2025550123",
]  # fmt: skip

pairs = st.tuples(st.lists(st.sampled_from(PIECES), max_size=16).map("".join), st.sampled_from(REGIONS))


def compare(engine: Engine, cells: list[tuple[str, str]]) -> None:
    found, wanted = answers_of(engine, cells), answers_of(Engine.EXACT, cells)
    wrong = [(cell, mine, theirs) for cell, mine, theirs in zip(cells, found, wanted, strict=True) if mine != theirs]
    assert not wrong, f"seed {SEED}: {len(wrong)} of {len(cells)} differ: {wrong[:3]}"


@pytest.mark.parametrize("kind", [contacts_data.messy, contacts_data.adversarial])
@pytest.mark.parametrize("seed", [1, SEED], ids=["fixed", "new"])
def test_engines_agree_on_generated_cells(fast: Engine, kind: Callable[..., object], seed: int) -> None:
    compare(fast, list(kind(4000, seed)))  # type: ignore[call-overload]


@pytest.mark.parametrize("engine", FAST)
@given(cells=st.lists(pairs, max_size=30))
@settings(max_examples=60)
@example(cells=[(cell, region) for cell, region, *_ in [*FACTS, *DAMAGE]])
@example(cells=[("", "FR"), ("\0", "FR"), ("+", ""), ("0", "FR"), ("00", "FR"), ("+00", "FR"), ("000000000000", "FR")])
@example(cells=[("0.054", ""), ("0-022", ""), ("00+33612345678", "FR"), ("2nd +33612345678", "")])
def test_engines_agree_on_any_pieces(engine: Engine, cells: list[tuple[str, str]]) -> None:
    compare(engine, cells)


@pytest.mark.parametrize("engine", FAST)
@given(texts=st.lists(st.text(max_size=60), max_size=20))
@settings(max_examples=40)
def test_engines_agree_on_any_text(engine: Engine, texts: list[str]) -> None:
    compare(engine, [(text.encode("utf-8", "replace").decode(), "FR") for text in texts])


def test_bytes_that_are_no_utf8_are_no_number(engine: Engine) -> None:
    import numpy as np

    cells = [
        b"\xff0612345678",
        b"06\xc212345678",
        b"0612345678\xe2\x80",
        b"\xc3\x28 0612345678",
        b"\xd9",
        b"0612345678",
    ]
    offsets = np.zeros(len(cells) + 1, np.int32)
    np.cumsum([len(cell) for cell in cells], out=offsets[1:])
    one = normaliser_of(engine)
    hints = np.full(len(cells), one.hints.row("FR"), np.int16)
    readings = one.answer(np.frombuffer(b"".join(cells), np.uint8), offsets, hints).all()
    wanted = [one.read(cell.decode("utf-8", "replace"), "FR") for cell in cells]
    assert readings == wanted


def test_threads_give_the_same_rows_in_the_same_order(fast: Engine) -> None:
    import numpy as np

    from bascule.contacts.normalize import packed

    cells = list(contacts_data.messy(5000, 3))
    one, many = normaliser_of(fast), Normaliser(fast, threads=4)
    hints = np.array([one.hints.row(region) for _, region in cells], np.int16)
    batch = packed([cell for cell, _ in cells])
    assert many.answer(*batch, hints).all() == one.answer(*batch, hints).all()


def test_an_empty_batch_has_no_answers(engine: Engine) -> None:
    assert answers_of(engine, []) == []


def test_few_messy_cells_are_left_to_the_tail() -> None:
    """The floor of the reference: 2 % for the compiled engine."""
    import numpy as np

    from bascule.contacts.normalize import packed
    from bascule.contacts.phones.slots import Answers

    if Engine.NUMBA not in FAST:
        pytest.skip("numba is not installed")
    one = normaliser_of(Engine.NUMBA)
    cells = list(contacts_data.messy(20_000, 8))
    raw = Answers.empty(len(cells))
    assert one._evaluate is not None
    hints = np.array([max(one.hints.row(region), 0) for _, region in cells], np.int16)
    one._evaluate(*packed([cell for cell, _ in cells]), hints, 0, len(cells), one.tables, raw)
    assert (raw.verdicts == 0).mean() < 0.02

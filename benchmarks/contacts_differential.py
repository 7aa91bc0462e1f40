"""Compare the fast engines with `phonenumbers`, row by row: `python benchmarks/contacts_differential.py --rows N
--seed S`.

Half of the rows are messy contact cells, half adversarial ones over all regions. Two comparisons are made:

1. every engine against the definition (the written policy on top of `phonenumbers`): number, region, type, status,
   reason and how;
2. the definition against a plain `phonenumbers.parse(cell, region)`: where the library finds a valid number in the cell
   as it stands, the definition finds the same one, and the other way round, unless the cell was repaired or split.

Prints the seed, the shares, and at most ten disagreements with their digits changed. Exits 1 on any.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import islice

import numpy as np
import phonenumbers

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from contacts_data import Cell, adversarial, messy

from bascule.contacts.phones.cells import plan
from bascule.contacts.phones.normaliser import Engine, Normaliser
from bascule.contacts.phones.slots import Answers
from bascule.contacts.phones.vocabulary import How, Verdict, unpack_place

CHUNK = 20_000
_SHOW = "BASCULE_SHOW_DIGITS"
_normalisers: dict[Engine, Normaliser] = {}


def normaliser(engine: Engine) -> Normaliser:
    if engine not in _normalisers:
        _normalisers[engine] = Normaliser(engine)
    return _normalisers[engine]


def arrays(cells: list[Cell], engine: Normaliser) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The cells as an evaluator takes them."""
    texts = [text.encode() for text, _ in cells]
    offsets = np.zeros(len(texts) + 1, np.int32)
    np.cumsum([len(text) for text in texts], out=offsets[1:])
    hints = np.array([engine.hints.row(region) for _, region in cells], np.int16)
    return np.frombuffer(b"".join(texts) or b" ", np.uint8), offsets, hints


def masked(text: str) -> str:
    """A cell that can be shown: the digits behind the first three are hidden."""
    if os.environ.get(_SHOW):
        return text
    seen = 0
    shown = []
    for character in text:
        seen += character.isdigit()
        shown.append("·" if character.isdigit() and seen > 3 else character)
    return "".join(shown)


def compare(task: tuple[str, int, int, tuple[str, ...]]) -> tuple[Counter[str], list[str]]:
    """One chunk: counts and disagreements."""
    kind, seed, rows, engines = task
    cells = list((messy if kind == "messy" else adversarial)(rows, seed))
    exact = normaliser(Engine.EXACT)
    wanted = exact.answer(*arrays(cells, exact))
    counts: Counter[str] = Counter(rows=rows)
    found: list[str] = []
    for name in engines:
        engine = normaliser(Engine(name))
        batch = arrays(cells, engine)
        raw = Answers.empty(rows)
        assert engine._evaluate is not None
        engine._evaluate(batch[0], batch[1], np.maximum(batch[2], 0).astype(np.int16), 0, rows, engine.tables, raw)
        counts[f"{name} undecided"] += int((raw.verdicts == 0).sum())
        for row, text in disagreements(cells, engine.answer(*batch), wanted):
            counts[f"{name} disagreements"] += 1
            found.append(f"{name}: {masked(cells[row][0])!r} {cells[row][1]!r}: {text}")
    for row, (cell, region) in enumerate(cells):
        reading = wanted.get(row)
        counts[reading.verdict.status.value] += 1
        text = against_library(cell, exact.hints.row(region), exact, reading)
        if text:
            counts["definition disagreements"] += 1
            found.append(f"library: {masked(cell)!r} {region!r}: {text}")
    return counts, found


def disagreements(cells: list[Cell], found: Answers, wanted: Answers) -> Iterable[tuple[int, str]]:
    """Rows in which any of the six columns differs."""
    differs = (
        (found.verdicts != wanted.verdicts)
        | (found.hows != wanted.hows)
        | (found.places != wanted.places)
        | (found.lengths != wanted.lengths)
    )
    for row in range(len(cells)):
        if differs[row] or found.get(row) != wanted.get(row):
            mine, theirs = found.get(row), wanted.get(row)
            same = "same number" if mine.e164 == theirs.e164 else "other number"
            yield row, f"{mine.verdict.name}/{mine.how.name} is not {theirs.verdict.name}/{theirs.how.name} ({same})"


def against_library(cell: str, hint: int, exact: Normaliser, reading: object) -> str:
    """What a plain call of the library says otherwise; empty where it agrees or where the policy says more."""
    from bascule.contacts.phones.vocabulary import Reading

    assert isinstance(reading, Reading)
    region = exact.names[hint] if hint > 0 else None
    wanted = plan(cell)
    if wanted.verdict in (Verdict.DIGITS_LOST, Verdict.UNREADABLE, Verdict.TOO_MANY_CHARACTERS):
        return ""
    try:
        number = phonenumbers.parse(cell, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is not None and phonenumbers.is_valid_number(number):
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if (reading.e164 == e164) and exact.names[unpack_place(reading.place)[0]] == (
            phonenumbers.region_code_for_number(number)
        ):
            same_type = unpack_place(reading.place)[1] == phonenumbers.number_type(number)
            return "" if same_type else f"type {unpack_place(reading.place)[1]}"
        return "" if explained(cell, wanted.whole, reading) else f"{reading.verdict.name}, the library finds a number"
    sure = reading.how in (How.EXPLICIT_PLUS, How.IDD, How.OWN_CODE, How.NATIONAL_WITH_HINT)
    if reading.verdict in (Verdict.VALID, Verdict.TWO_READINGS) and sure and not explained(cell, wanted.whole, reading):
        return "a number the library does not find"
    return ""


def explained(cell: str, whole: str, reading: object) -> bool:
    """Whether the written policy departs from the library here: a repair, or several numbers."""
    from bascule.contacts.phones.vocabulary import Reading

    assert isinstance(reading, Reading)
    if reading.verdict in (Verdict.SEVERAL_NUMBERS, Verdict.TEXT_IGNORED, Verdict.EXPONENT_RESTORED):
        return True
    if any(unicodedata.category(character) == "Cf" for character in cell):
        return True
    bare = [character for character in cell.casefold() if character.isalnum() or character in "+＋;"]
    kept = [character for character in whole.casefold() if character.isalnum() or character in "+＋;"]
    return bare != kept


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000, help="rows in all, half messy and half adversarial")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engines", default="numba,numpy", help="comma-separated")
    parser.add_argument("--show", type=int, default=10, help="most disagreements printed")
    parser.add_argument("--show-digits", action="store_true", help="print whole cells: for made-up data only")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    engines = tuple(options.engines.split(","))
    if options.show_digits:
        os.environ[_SHOW] = "1"
    half = options.rows // 2
    tasks = []
    for kind in ("messy", "adversarial"):
        for number, start in enumerate(range(0, half, CHUNK)):
            tasks.append((kind, options.seed * 1_000_003 + number, min(CHUNK, half - start), engines))
    started = time.monotonic()
    totals: dict[str, Counter[str]] = {"messy": Counter(), "adversarial": Counter()}
    shown: list[str] = []
    for engine in engines:
        normaliser(Engine(engine))
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        for task, (counts, found) in zip(tasks, pool.imap(compare, tasks), strict=True):
            totals[task[0]] += counts
            shown.extend(islice(found, max(0, options.show - len(shown))))
    print(f"phonenumbers {phonenumbers.__version__}, seed {options.seed}, {time.monotonic() - started:.0f} s")
    bad = 0
    for kind, counts in totals.items():
        rows = max(counts["rows"], 1)
        print(f"{kind}: {counts['rows']} rows, {counts['valid']} valid")
        for name in engines:
            wrong = counts[f"{name} disagreements"]
            bad += wrong
            print(f"  {name}: {wrong} disagreements, {100 * counts[f'{name} undecided'] / rows:.2f} % left to the tail")
        bad += counts["definition disagreements"]
        print(f"  definition against the plain library: {counts['definition disagreements']} disagreements")
    for line in shown:
        print(line)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

"""Ratios of the phone kernel against `phonenumbers`, in one run: `python benchmarks/contacts_kernel.py [--rows N]`.

`PN` is the library called row by row, as one would without bascule: parse, is it valid, format, type, region. Times
are the least of several runs; every quotient is of times from this run.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable

import numpy as np
import phonenumbers

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from contacts_data import messy

from bascule.contacts.phones.normaliser import Engine, Normaliser
from bascule.contacts.phones.slots import Answers


def least(function: Callable[[], object], times: int = 5, clock: Callable[[], float] = time.process_time) -> float:
    """Seconds of the fastest call; of CPU, which another load on the machine changes little."""
    best = float("inf")
    for _ in range(times):
        start = clock()
        function()
        best = min(best, clock() - start)
    return best


def alternating(
    first: Callable[[], object], second: Callable[[], object], times: int
) -> tuple[list[float], list[float]]:
    """Seconds by the clock of each call of the two, called in turns: both then meet the same load."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for taken, function in zip(found, (first, second), strict=True):
            start = time.perf_counter()
            function()
            taken.append(time.perf_counter() - start)
    return found


def library(text: str, region: str) -> tuple[str, int, str | None] | None:
    """What the same answer costs with the library alone."""
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return (
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        phonenumbers.number_type(number),
        phonenumbers.region_code_for_number(number),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--reference-rows", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    cells = list(messy(options.rows, options.seed))
    texts = [text.encode() for text, _ in cells]
    offsets = np.zeros(len(texts) + 1, np.int32)
    np.cumsum([len(text) for text in texts], out=offsets[1:])
    data = np.frombuffer(b"".join(texts), np.uint8)
    few = cells[: options.reference_rows]
    each = least(lambda: [library(text, region) for text, region in few], 3) / len(few)
    print(f"phonenumbers {phonenumbers.__version__}, {options.rows} messy rows, seed {options.seed}")
    print(f"PN: {1 / each:,.0f} rows/s")
    for engine in (Engine.NUMBA, Engine.NUMPY):
        report(engine, cells, data, offsets, each)


def report(engine: Engine, cells: list[tuple[str, str]], data: np.ndarray, offsets: np.ndarray, each: float) -> None:
    """Print the ratios of one engine; ``each`` is the library's time for a row."""
    one, two = Normaliser(engine), Normaliser(engine, threads=2)
    hints = np.array([one.hints.row(region) for _, region in cells], np.int16)
    rows = len(cells)
    answers = Answers.empty(rows)

    def kernel(normaliser: Normaliser) -> None:
        normaliser._spread(data, offsets, hints, answers)

    def whole() -> None:
        one._known.clear()
        one.answer(data, offsets, hints)

    kernel(one)
    left = float((answers.verdicts == 0).mean())
    alone = least(lambda: kernel(one)) / rows
    print(f"{engine.value}: kernel, 1 thread {each / alone:.0f} x PN; {100 * left:.2f} % undecided")
    single, double = alternating(lambda: kernel(one), lambda: kernel(two), 40 if engine is Engine.NUMBA else 3)
    print(
        f"{engine.value}: kernel, 2 threads over 1, by the clock: {min(single) / min(double):.2f} x the fastest calls, "
        f"{sum(single) / sum(double):.2f} x all of them (load {os.getloadavg()[0]:.1f})"
    )
    print(f"{engine.value}: kernel and tail, 1 thread {each / (least(whole, 3) / rows):.0f} x PN")


if __name__ == "__main__":
    main()

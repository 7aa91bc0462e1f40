"""The evaluator for installations without numba: the same tables, one gather per digit position, for a block of rows.

Follows :mod:`bascule.contacts.phones.numba_engine` function by function, on arrays of rows instead of one row. A number
is a range of a row of the digit matrix; a rule that inserts digits appends a row to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bascule.contacts.phones.exact import SHORT
from bascule.contacts.phones.numpy_scan import scan
from bascule.contacts.phones.slots import SLOT, Answers
from bascule.contacts.phones.tables import (
    ACTION_WIDTH,
    CALLING_WIDTH,
    LENGTHS,
    MAX_NUMBER,
    REGION_WIDTH,
    WA_WIDTH,
    Tables,
)
from bascule.contacts.phones.vocabulary import How, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["evaluate"]

_BLOCK = 16_384
_WIDTH = 32
"""Digits of a row of the matrix: those of a cell, and what a rule puts in front."""

_ONE_NUMBER = 15
_CATEGORIES = np.array(
    [Verdict.NOT_IN_PLAN, Verdict.TOO_SHORT, Verdict.TOO_LONG, Verdict.WRONG_LENGTH, Verdict.LOCAL_ONLY], np.int64
)


@dataclass(slots=True)
class _Readings:
    """What :class:`~bascule.contacts.phones.vocabulary.Reading` is for one row, before its number is written out."""

    verdict: Ints
    how: Ints
    place: Ints
    code: Ints
    at: Ints
    begin: Ints
    end: Ints

    @classmethod
    def of(cls, rows: int, verdict: int = Verdict.UNDECIDED, how: int = How.NONE) -> _Readings:
        return cls(np.full(rows, int(verdict)), np.full(rows, int(how)), *(np.zeros(rows, np.int64) for _ in range(5)))

    def put(self, where: Ints, other: _Readings) -> None:
        for name in ("verdict", "how", "place", "code", "at", "begin", "end"):
            getattr(self, name)[where] = getattr(other, name)


class _Block:
    """The tables and the digits of one block of rows."""

    def __init__(self, tables: Tables, digits: NDArray[np.uint8]) -> None:
        self.delta = tables.delta
        self.label = tables.label
        self.calling = tables.calling.reshape(-1, CALLING_WIDTH).astype(np.int64)
        self.regions = tables.regions.reshape(-1, REGION_WIDTH).astype(np.int64)
        self.actions = tables.actions.reshape(-1, ACTION_WIDTH).astype(np.int64)
        self.forms = tables.wa_forms.reshape(-1, WA_WIDTH).tolist()
        self.digits = np.zeros((len(digits), _WIDTH), np.uint8)
        self.digits[:, : digits.shape[1]] = digits

    def walk(self, roots: Ints, at: Ints, start: Ints, stop: Ints) -> Ints:
        """Labels after the ranges ``start:stop`` of the rows ``at``."""
        state = roots.astype(np.int64)
        flat = self.digits.ravel()
        base = at * _WIDTH + start
        left = stop - start
        for step in range(int(left.max(initial=0))):
            digit = flat[np.minimum(base + step, len(flat) - 1)]
            state = np.where(step < left, self.delta[state * 10 + digit], state)
        return self.label[state].astype(np.int64)

    def category(self, region: Ints, length: Ints) -> Ints:
        return np.where(length < LENGTHS, self.regions[region, 8 + np.minimum(length, LENGTHS - 1)], 2)

    def calling_code(self, at: Ints, start: Ints, stop: Ints) -> Ints:
        """Rows of the calling codes at ``start``, -1 for none."""
        size = stop - start
        number = np.zeros(len(at), np.int64)
        for step, factor in enumerate((100, 10, 1)):
            digit = self.digits[at, np.minimum(start + step, _WIDTH - 1)]
            number += np.where(step < size, digit.astype(np.int64) * factor, 0)
        length = self.calling[number, 1]
        return np.where((number >= 100) & (length > 0) & (length <= size), number, -1)

    def without_prefix(self, region: Ints, at: Ints, start: Ints, stop: Ints) -> tuple[Ints, Ints, Ints]:
        """Rows and ranges of the numbers without their national prefixes."""
        roots = self.regions[region, 2]
        action = np.where(start < stop, self.walk(roots, at, start, stop), 0)
        some = np.flatnonzero(action)
        if not some.size:
            return at, start, stop
        row, begin, end = at[some].copy(), start[some] + self.actions[action[some], 7], stop[some].copy()
        for index in np.flatnonzero(
            (self.actions[action[some], 0] > 0) | (self.actions[action[some], 5] < self.actions[action[some], 6])
        ).tolist():
            row[index], begin[index], end[index] = self.rewritten(
                self.actions[action[some[index]]], int(at[some[index]]), int(start[some[index]]), int(stop[some[index]])
            )
        general = self.regions[region[some], 1]
        before = self.walk(general, at[some], start[some], stop[some]) > 0
        after = (end > begin) & (self.walk(general, row, begin, end) > 0)
        taken = ~before | after
        at, start, stop = at.copy(), start.copy(), stop.copy()
        at[some[taken]], start[some[taken]], stop[some[taken]] = row[taken], begin[taken], end[taken]
        return at, start, stop

    def rewritten(self, action: Ints, at: int, start: int, stop: int) -> tuple[int, int, int]:
        """A new row for a number that a transform rule changes; few rows need one."""
        source = self.digits[at]
        literal, keep, kept, skip = (int(action[index]) for index in (0, 5, 6, 7))
        parts = (action[1 : 1 + literal], source[start + keep : start + kept], source[start + skip : stop])
        number = np.concatenate(parts).astype(np.uint8)
        if len(number) > _WIDTH:
            # Nothing that long is a number; what counts is that it is too long.
            number = number[:_WIDTH]
        row = np.zeros((1, _WIDTH), np.uint8)
        row[0, : len(number)] = number
        self.digits = np.concatenate((self.digits, row))
        return len(self.digits) - 1, 0, len(number)

    def refusal(self, code: Ints, at: Ints, begin: Ints, end: Ints) -> Ints:
        """Why numbers are not valid."""
        length = end - begin
        verdict = _CATEGORIES[self.category(self.calling[code, 2], length)]
        for number, size, position, digit, operation in self.forms:
            for index in np.flatnonzero((self.calling[code, 3] == number) & (length == size)).tolist():
                national = self.digits[at[index], begin[index] : end[index]].tolist()
                if self.old_form(int(self.calling[code[index], 0]), national, position, digit, operation == 1):
                    verdict[index] = Verdict.WA_ID_FORM
        return verdict

    def old_form(self, root: int, national: list[int], position: int, digit: int, insert: bool) -> bool:
        if not national[0] or (not insert and national[position] != digit):
            return False
        number = [*national[:position], *([digit] if insert else []), *national[position + (not insert) :]]
        state = root
        for value in number:
            state = int(self.delta[state * 10 + value])
        return bool(number[0]) and bool(self.label[state])

    def national(self, region: Ints, code: Ints, at: Ints, start: Ints, stop: Ints) -> _Readings:
        """The end of ``parse``, then ``is_valid_number``."""
        result = _Readings.of(len(at))
        result.code = code
        row, begin, end = self.without_prefix(region, at, start, stop)
        category = self.category(region, end - begin)
        undone = (category == 1) | (category >= 3)
        row, begin, end = np.where(undone, at, row), np.where(undone, start, begin), np.where(undone, stop, end)
        length = end - begin
        fits = (length >= 2) & (length <= MAX_NUMBER)
        result.place = np.where(fits, self.walk(self.calling[code, 0], row, begin, np.where(fits, end, begin)), 0)
        result.verdict = np.where(result.place > 0, int(Verdict.VALID), int(Verdict.TOO_LONG))
        bad = np.flatnonzero(fits & (result.place == 0))
        result.verdict[bad] = self.refusal(code[bad], row[bad], begin[bad], end[bad])
        result.verdict[(length < 2) | (stop - start < 2)] = Verdict.TOO_SHORT
        result.place[stop - start < 2] = 0
        result.at, result.begin, result.end = row, begin, end
        left = (self.calling[code, 4] > 0) | (self.regions[region, 4] > 0)
        result.verdict[left] = Verdict.UNDECIDED
        result.place[left] = 0
        return result

    def after_code(self, how: How, code: Ints, at: Ints, start: Ints, stop: Ints) -> _Readings:
        """Read what follows calling codes at ``start``; -1 is a code that nobody has."""
        result = _Readings.of(len(at), Verdict.UNKNOWN_COUNTRY_CODE, how)
        some = np.flatnonzero(code >= 0)
        known = code[some]
        found = self.national(self.calling[known, 2], known, at[some], start[some] + self.calling[known, 1], stop[some])
        found.how[:] = how
        result.put(some, found)
        return result

    def international(self, at: Ints, count: Ints) -> _Readings:
        """As if a plus stood in front; two leading zeros stand for one."""
        zeros = (self.digits[at, 0] == 0) & (self.digits[at, 1] == 0)
        start = np.where(zeros, 2, 0)
        result = self.after_code(How.ASSUMED_PLUS, self.calling_code(at, start, count), at, start, count)
        result.verdict[count - start <= 2] = Verdict.TOO_SHORT
        result.place[count - start <= 2] = 0
        result.how = np.where(zeros, int(How.ASSUMED_IDD), int(How.ASSUMED_PLUS))
        return result

    def with_region(self, region: Ints, at: Ints, count: Ints, plus: Bools) -> _Readings:
        """Readings by the rules of a region, for numbers without a known code behind a plus."""
        result = _Readings.of(len(at), Verdict.UNKNOWN_COUNTRY_CODE)
        zero = np.zeros(len(at), np.int64)
        skip = self.walk(self.regions[region, 3], at, zero, count)
        behind = self.digits[at, np.minimum(skip, _WIDTH - 1)]
        idd = (skip > 0) & ((skip >= count) | (behind > 0))
        some = np.flatnonzero(idd)
        found = self.after_code(
            How.IDD, self.calling_code(at[some], skip[some], count[some]), at[some], skip[some], count[some]
        )
        short = count[some] - skip[some] <= 2
        found.verdict[short], found.place[short] = Verdict.TOO_SHORT, 0
        result.put(some, found)

        number = self.regions[region, 0]
        code = np.where(number < 10, number * 100, np.where(number < 100, number * 10, number))
        own, row, begin, end = self.own_code(region, code, at, count)
        some = np.flatnonzero(own & ~idd)
        found = self.national(self.calling[code[some], 2], code[some], row[some], begin[some], end[some])
        found.how[:] = How.OWN_CODE
        result.put(some, found)

        some = np.flatnonzero(~own & ~idd & ~plus)
        found = self.national(region[some], code[some], at[some], zero[some], count[some])
        found.how[:] = How.NATIONAL_WITH_HINT
        result.put(some, found)
        left = self.regions[region, 4] > 0
        result.verdict[left], result.place[left] = Verdict.UNDECIDED, 0
        return result

    def own_code(self, region: Ints, code: Ints, at: Ints, count: Ints) -> tuple[Bools, Ints, Ints, Ints]:
        """Whether numbers start with their own region's calling code, and the ranges behind it."""
        zero = np.zeros(len(at), np.int64)
        found = self.calling_code(at, zero, count)
        starts = (found >= 0) & (self.calling[found, 3] == self.calling[code, 3])
        row, begin, end = at.copy(), zero.copy(), zero.copy()
        some = np.flatnonzero(starts)
        row[some], begin[some], end[some] = self.without_prefix(
            region[some], at[some], self.calling[code[some], 1], count[some]
        )
        general = self.regions[region[some], 1]
        before = self.walk(general, at[some], zero[some], count[some]) > 0
        after = (end[some] > begin[some]) & (self.walk(general, row[some], begin[some], end[some]) > 0)
        own = np.zeros(len(at), np.bool_)
        own[some] = (~before & after) | (self.category(region[some], count[some]) == 2)
        return own, row, begin, end

    def same(self, one: _Readings, other: _Readings, where: Ints) -> Bools:
        """Whether pairs of readings are the same number."""
        length = one.end[where] - one.begin[where]
        same: Bools = (self.calling[one.code[where], 3] == self.calling[other.code[where], 3]) & (
            length == other.end[where] - other.begin[where]
        )
        for step in range(MAX_NUMBER):
            a = self.digits[one.at[where], np.minimum(one.begin[where] + step, _WIDTH - 1)]
            b = self.digits[other.at[where], np.minimum(other.begin[where] + step, _WIDTH - 1)]
            same &= (a == b) | (step >= length)
        return same

    def decide(self, region: Ints, at: Ints, count: Ints, plus: Bools) -> _Readings:
        """The policy of :mod:`bascule.contacts.phones.exact`."""
        result = _Readings.of(len(at), Verdict.UNKNOWN_COUNTRY_CODE)
        zero = np.zeros(len(at), np.int64)
        code = np.where(plus, self.calling_code(at, zero, count), -1)
        some = np.flatnonzero(code >= 0)
        result.put(some, self.after_code(How.EXPLICIT_PLUS, code[some], at[some], zero[some], count[some]))
        some = np.flatnonzero((code < 0) & (region > 0))
        result.put(some, self.with_region(region[some], at[some], count[some], plus[some]))

        open_ = (result.verdict != Verdict.VALID) | (result.how == How.NATIONAL_WITH_HINT)
        some = np.flatnonzero(~plus & open_ & (result.verdict != Verdict.UNDECIDED))
        second = _Readings.of(len(at))
        second.put(some, self.international(at[some], count[some]))
        first_valid = result.verdict == Verdict.VALID
        both = np.flatnonzero(first_valid & (second.verdict == Verdict.VALID))
        result.verdict[both[~self.same(result, second, both)]] = Verdict.TWO_READINGS
        taken = np.zeros(len(at), np.bool_)
        taken[some] = True
        better = taken & ~first_valid & ((second.verdict == Verdict.VALID) | (region <= 0))
        result.put(np.flatnonzero(better), _picked(second, np.flatnonzero(better)))
        result.verdict[taken & (second.verdict == Verdict.UNDECIDED)] = Verdict.UNDECIDED
        failed = (result.place == 0) & (result.verdict != Verdict.UNDECIDED)
        result.verdict[failed & ~plus & (region <= 0) & (result.how != How.ASSUMED_IDD)] = Verdict.NO_COUNTRY
        result.verdict[failed & ~plus & (count <= SHORT)] = Verdict.SHORT_CODE
        return result


def _picked(readings: _Readings, where: Ints) -> _Readings:
    return _Readings(
        *(getattr(readings, name)[where] for name in ("verdict", "how", "place", "code", "at", "begin", "end"))
    )


def evaluate(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int32],
    hints: NDArray[np.int16],
    first: int,
    last: int,
    tables: Tables,
    answers: Answers,
    single: bool = False,
) -> None:
    """Answer rows ``first`` to ``last``; the contract of :func:`bascule.contacts.phones.numba_engine.evaluate`."""
    for start in range(first, last, _BLOCK):
        stop = min(start + _BLOCK, last)
        _evaluate(data, offsets[start : stop + 1].astype(np.int64), hints[start:stop], start, tables, answers, single)


def _evaluate(
    data: NDArray[np.uint8],
    offsets: Ints,
    hints: NDArray[np.int16],
    start: int,
    tables: Tables,
    answers: Answers,
    single: bool,
) -> None:
    scanned = scan(data, offsets[:-1], offsets[1:], single)
    rows = len(hints)
    answers.verdicts[start : start + rows] = np.where(scanned.empty, int(Verdict.EMPTY), int(Verdict.UNDECIDED))
    for column in (answers.hows, answers.places, answers.lengths):
        column[start : start + rows] = 0
    chosen = np.flatnonzero(scanned.known & (scanned.count >= 3))
    block = _Block(tables, scanned.digits)
    region = hints[chosen].astype(np.int64)
    found = block.decide(region, chosen, scanned.count[chosen], scanned.plus[chosen])
    unsure = (found.place == 0) & (scanned.soft[chosen] | (scanned.count[chosen] > _ONE_NUMBER)) & (not single)
    found.verdict[unsure] = Verdict.UNDECIDED
    answers.verdicts[start + chosen] = found.verdict
    good = np.flatnonzero(found.place)
    rows_ = start + chosen[good]
    answers.hows[rows_] = found.how[good]
    answers.places[rows_] = found.place[good]
    _write(block, _picked(found, good), rows_, answers)


def _write(block: _Block, found: _Readings, rows: Ints, answers: Answers) -> None:
    """The numbers into their slots."""
    codes = block.calling[found.code, 3]
    size = 1 + (codes >= 10) + (codes >= 100)
    slots = answers.slots.reshape(-1, SLOT)
    text = np.zeros((len(rows), SLOT), np.uint8)
    text[:, 0] = 43
    for position in range(3):
        digit = codes // 10 ** np.maximum(size - 1 - position, 0) % 10
        text[:, 1 + position] = np.where(position < size, 48 + digit, 0)
    length = found.end - found.begin
    each = np.arange(len(rows))
    for step in range(int(length.max(initial=0))):
        digit = block.digits[found.at, np.minimum(found.begin + step, _WIDTH - 1)]
        here = step < length
        text[each[here], 1 + size[here] + step] = 48 + digit[here]
    slots[rows] = text
    answers.lengths[rows] = 1 + size + length

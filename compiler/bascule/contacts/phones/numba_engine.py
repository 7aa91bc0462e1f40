"""The compiled evaluator: one loop over Arrow buffers that walks the tables, without the GIL.

It answers what it is sure of and says *undecided* otherwise; :mod:`bascule.contacts.phones.tail` answers the rest. The
tables come in as an argument, so the machine code that numba keeps on disk does not depend on the metadata. No index is
checked in the loop: :meth:`Tables.check` has proved the tables, and a text above :data:`MAX_BYTES` is left undecided.

Every function takes the packed tables ``t`` and the scratch array ``w``. A number is a range of ``w``: the digits of
the cell stand at its start, and prefixes are dropped by moving the range; only rules that insert digits copy. (One
table array, few arguments and no copies are what makes the loop fast: arrays that are passed on or taken out of
tuples cost a reference count each.) The functions follow ``phonenumbers.parse`` step by step.
"""

# Written for numba, which compiles plain comparisons and loops best.
# ruff: noqa: SIM110

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bascule.contacts.phones import scan, tables
from bascule.contacts.phones.exact import SHORT
from bascule.contacts.phones.jit import inlined, jitted
from bascule.contacts.phones.scan import scan_exponent, scan_plainly, trimmed, without_decimals
from bascule.contacts.phones.slots import SLOT, Answers
from bascule.contacts.phones.tables import ACTION_WIDTH, CALLING_WIDTH, LENGTHS, MAX_NUMBER, REGION_WIDTH, WA_WIDTH
from bascule.contacts.phones.vocabulary import How, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Table = NDArray[np.uint16]
else:
    Bytes = Table = Any

__all__ = ["evaluate"]

# Plain integers: numba freezes module constants, and enums are slower to compile.
_UNDECIDED = int(Verdict.UNDECIDED)
_VALID, _TWO_READINGS, _EMPTY = int(Verdict.VALID), int(Verdict.TWO_READINGS), int(Verdict.EMPTY)
_NO_DIGITS, _LETTERS, _TOO_FEW = int(Verdict.NO_DIGITS), int(Verdict.LETTERS), int(Verdict.TOO_FEW_DIGITS)
_UNREADABLE, _DIGITS_LOST = int(Verdict.UNREADABLE), int(Verdict.DIGITS_LOST)
_EXPONENT_RESTORED = int(Verdict.EXPONENT_RESTORED)
_NO_COUNTRY, _SHORT_CODE = int(Verdict.NO_COUNTRY), int(Verdict.SHORT_CODE)
_UNKNOWN_CODE, _WA_ID = int(Verdict.UNKNOWN_COUNTRY_CODE), int(Verdict.WA_ID_FORM)
_TOO_SHORT, _TOO_LONG = int(Verdict.TOO_SHORT), int(Verdict.TOO_LONG)
_WRONG, _LOCAL, _NOT_IN_PLAN = int(Verdict.WRONG_LENGTH), int(Verdict.LOCAL_ONLY), int(Verdict.NOT_IN_PLAN)
_PLUS, _IDD, _OWN, _NATIONAL = int(How.EXPLICIT_PLUS), int(How.IDD), int(How.OWN_CODE), int(How.NATIONAL_WITH_HINT)
_ASSUMED_IDD, _ASSUMED_PLUS = int(How.ASSUMED_IDD), int(How.ASSUMED_PLUS)
_HAS_PLUS, _SOFT = scan.HAS_PLUS, scan.SOFT_MARK
_HAS_LETTERS, _HAS_JUNK = scan.HAS_LETTERS, scan.HAS_JUNK
_MAX_BYTES = scan.MAX_BYTES

_CALLING, _ACTIONS, _REGIONS = tables.PACKED_CALLING, tables.PACKED_ACTIONS, tables.PACKED_REGIONS
_WA, _WA_COUNT = tables.PACKED_WA, tables.PACKED_WA_COUNT
_U: Any = np.uint32
_I: Any = np.int64
"""Casts: numba makes a float of signed and unsigned 64 bit together, so table entries become signed at once."""
_STATES, _WIDTH, _LABEL = _U(tables.PACKED_STATES), _U(tables.STATE_WIDTH), _U(tables.PACKED_STATES + 10)

_NO_PLUS: Any = np.bool_(False)
_ONE_NUMBER = 15
"""More digits than this may be two numbers."""

_SPARE = _I(_MAX_BYTES + 16)
_OTHER = _I(2 * _SPARE)
_SCRATCH = 3 * int(_SPARE)
"""``w`` holds the cell's digits, then two places for numbers that a rule made longer."""


@inlined
def _walk(t: Table, root: int, w: Bytes, start: int, stop: int) -> int:
    """The label after ``w[start:stop]``; 0 as soon as nothing can match."""
    state = _U(root)
    for at in range(start, stop):
        state = _U(t[_STATES + state * _WIDTH + _U(w[at])])
        if state == 0:
            break
    label: int = _I(t[_LABEL + state * _WIDTH])
    return label


@inlined
def _action(t: Table, root: int, w: Bytes, start: int, stop: int) -> int:
    """The label of a prefix automaton, whose decided states lead to themselves."""
    state = _U(root)
    for at in range(start, stop):
        after = _U(t[_STATES + state * _WIDTH + _U(w[at])])
        if after == state:
            break
        state = after
    label: int = _I(t[_LABEL + state * _WIDTH])
    return label


@inlined
def _category(t: Table, row: int, length: int) -> int:
    """``_test_number_length``: 0 possible, 1 too short, 2 too long, 3 wrong, 4 local only."""
    return _I(t[_REGIONS + row * REGION_WIDTH + 8 + length]) if length < LENGTHS else 2


@inlined
def _calling_code(t: Table, w: Bytes, start: int, stop: int) -> int:
    """``_extract_country_code``: where the calling code at ``start`` has its row in ``t``, or -1."""
    size = stop - start
    if size < 1 or w[start] == 0:
        return -1
    number = _I(w[start]) * 100
    if size > 1:
        number += _I(w[start + 1]) * 10
    if size > 2:
        number += _I(w[start + 2])
    row = _CALLING + number * CALLING_WIDTH
    return row if 0 < t[row + 1] <= size else -1


@jitted
def _rewritten(t: Table, row: int, action: int, w: Bytes, start: int, stop: int, spare: int) -> tuple[int, int]:
    """Apply a national prefix's action, unless that makes a viable number unviable."""
    base = _ACTIONS + action * ACTION_WIDTH
    literal, keep, kept, skip = _I(t[base]), _I(t[base + 5]), _I(t[base + 6]), _I(t[base + 7])
    if literal == 0 and keep == kept:
        begin, end = start + skip, stop
    else:
        begin = end = spare
        for index in range(literal):
            w[end] = t[base + 1 + index]
            end += 1
        for at in range(start + keep, start + kept):
            w[end] = w[at]
            end += 1
        for at in range(start + skip, stop):
            w[end] = w[at]
            end += 1
    general = _I(t[_REGIONS + row * REGION_WIDTH + 1])
    if _walk(t, general, w, start, stop) and not (end > begin and _walk(t, general, w, begin, end)):
        return start, stop
    return begin, end


@inlined
def _without_prefix(t: Table, row: int, w: Bytes, start: int, stop: int, spare: int) -> tuple[int, int]:
    """``_maybe_strip_national_prefix_carrier_code``: the range of the number without its prefix."""
    root = _I(t[_REGIONS + row * REGION_WIDTH + 2])
    if root and start < stop:
        action = _action(t, root, w, start, stop)
        if action:
            return _rewritten(t, row, action, w, start, stop, spare)
    return start, stop


@jitted
def _refusal(t: Table, code: int, w: Bytes, start: int, stop: int) -> int:
    """Why a number of this calling code is not valid."""
    length = stop - start
    for form in range(t[_WA_COUNT]):
        base = _WA + form * WA_WIDTH
        if t[code + 3] == t[base] and _I(t[base + 1]) == length and _is_old_form(t, code, base, w, start, stop):
            return _WA_ID
    category = _category(t, _I(t[code + 2]), length)
    if category == 0:
        return _NOT_IN_PLAN
    if category == 1:
        return _TOO_SHORT
    if category == 2:
        return _TOO_LONG
    return _WRONG if category == 3 else _LOCAL


@jitted
def _is_old_form(t: Table, code: int, form: int, w: Bytes, start: int, stop: int) -> bool:
    """Whether a number is WhatsApp's spelling of a valid one (:mod:`bascule.contacts.phones.wa_id`)."""
    position, digit, insert = start + _I(t[form + 2]), t[form + 3], t[form + 4] == 1
    if w[start] == 0 or (not insert and w[position] != digit):
        return False
    if not insert and position == start and start + 1 < stop and w[start + 1] == 0:
        return False
    state = _U(t[code])
    for at in range(start, stop):
        if at == position:
            if not insert:
                continue
            state = _U(t[_STATES + state * _WIDTH + _U(digit)])
        state = _U(t[_STATES + state * _WIDTH + _U(w[at])])
    return bool(t[_LABEL + state * _WIDTH])


@jitted
def _national(t: Table, row: int, code: int, w: Bytes, start: int, stop: int, spare: int) -> tuple[int, int, int, int]:
    """The end of ``parse``, then ``is_valid_number``: verdict, place, and the range of the national number."""
    if t[code + 4] or t[_REGIONS + row * REGION_WIDTH + 4]:
        return _UNDECIDED, 0, 0, 0
    if stop - start < 2:
        return _TOO_SHORT, 0, 0, 0
    begin, end = _without_prefix(t, row, w, start, stop, spare)
    category = _category(t, row, end - begin)
    if category == 1 or category >= 3:
        begin, end = start, stop
    if end - begin < 2:
        return _TOO_SHORT, 0, 0, 0
    if end - begin > MAX_NUMBER:
        return _TOO_LONG, 0, 0, 0
    place = _walk(t, _I(t[code]), w, begin, end)
    if place:
        return _VALID, place, begin, end
    return _refusal(t, code, w, begin, end), 0, 0, 0


@jitted
def _own_code(t: Table, region: int, code: int, w: Bytes, count: int) -> tuple[int, int]:
    """The range behind its own region's calling code, where a number starts with that; else an empty range."""
    found = _calling_code(t, w, 0, count)
    if found < 0 or t[found + 3] != t[code + 3]:
        return 0, 0
    begin, end = _without_prefix(t, region, w, _I(t[code + 1]), count, _SPARE)
    if _category(t, region, count) != 2:
        general = _I(t[_REGIONS + region * REGION_WIDTH + 1])
        if _walk(t, general, w, 0, count) or not (end > begin and _walk(t, general, w, begin, end)):
            return 0, 0
    return begin, end


@jitted
def _with_region(t: Table, region: int, w: Bytes, count: int, plus: bool) -> tuple[int, int, int, int, int, int]:
    """Reading without a code in front: verdict, how, place, row of the calling code, range of the number."""
    base = _REGIONS + region * REGION_WIDTH
    if t[base + 4]:
        return _UNDECIDED, 0, 0, 0, 0, 0
    skip = _action(t, _I(t[base + 3]), w, 0, count)
    if skip and (skip >= count or w[skip]):
        if count - skip <= 2:
            return _TOO_SHORT, 0, 0, 0, 0, 0
        code = _calling_code(t, w, skip, count)
        if code < 0:
            return _UNKNOWN_CODE, 0, 0, 0, 0, 0
        verdict, place, begin, end = _national(t, _I(t[code + 2]), code, w, skip + _I(t[code + 1]), count, _SPARE)
        return verdict, _IDD, place, code, begin, end
    number = _I(t[base])
    while 0 < number < 100:
        number *= 10
    code = _CALLING + number * CALLING_WIDTH
    how, row, start, stop = _OWN, _I(t[code + 2]), 0, 0
    if t[code + 1] and w[0] == number // 100:
        start, stop = _own_code(t, region, code, w, count)
    if stop == 0:
        if plus:
            return _UNKNOWN_CODE, 0, 0, 0, 0, 0
        how, row, start, stop = _NATIONAL, region, 0, count
    verdict, place, begin, end = _national(t, row, code, w, start, stop, _OTHER if how == _OWN else _SPARE)
    return verdict, how, place, code, begin, end


@jitted
def _international(t: Table, w: Bytes, count: int, spare: int) -> tuple[int, int, int, int, int, int]:
    """The second reading: as if a plus stood in front. Two leading zeros stand for one."""
    how, start = _ASSUMED_PLUS, 0
    if w[0] == 0 and w[1] == 0:
        how, start = _ASSUMED_IDD, 2
    if count - start <= 2:
        return _TOO_SHORT, how, 0, 0, 0, 0
    code = _calling_code(t, w, start, count)
    if code < 0:
        return _UNKNOWN_CODE, how, 0, 0, 0, 0
    verdict, place, begin, end = _national(t, _I(t[code + 2]), code, w, start + _I(t[code + 1]), count, spare)
    return verdict, how, place, code, begin, end


@jitted
def _without_plus(t: Table, region: int, w: Bytes, count: int) -> tuple[int, int, int, int, int, int]:
    """The policy of :mod:`bascule.contacts.phones.exact` for a number that no plus stands in front of."""
    if region <= 0:
        verdict, how, place, code, begin, end = _international(t, w, count, _SPARE)
        if verdict > _VALID and how != _ASSUMED_IDD:
            verdict = _NO_COUNTRY
        return verdict, how, place, code, begin, end
    verdict, how, place, code, begin, end = _with_region(t, region, w, count, _NO_PLUS)
    if verdict == _UNDECIDED or (verdict == _VALID and how != _NATIONAL):
        return verdict, how, place, code, begin, end
    again, how2, place2, code2, begin2, end2 = _international(t, w, count, _OTHER)
    if again == _UNDECIDED:
        return _UNDECIDED, 0, 0, 0, 0, 0
    if again == _VALID:
        if verdict != _VALID:
            return again, how2, place2, code2, begin2, end2
        if not _same(t, code, code2, w, begin, end, begin2, end2):
            return _TWO_READINGS, how, place, code, begin, end
    return verdict, how, place, code, begin, end


@jitted
def _same(t: Table, code: int, code2: int, w: Bytes, begin: int, end: int, begin2: int, end2: int) -> bool:
    """Whether two readings are the same number."""
    if t[code + 3] != t[code2 + 3] or end - begin != end2 - begin2:
        return False
    for at in range(end - begin):
        if w[begin + at] != w[begin2 + at]:
            return False
    return True


@inlined
def _decide(t: Table, region: int, w: Bytes, count: int, plus: bool) -> tuple[int, int, int, int, int, int]:
    """Verdict, how, place, row of the calling code, range of the number."""
    if plus:
        code = _calling_code(t, w, 0, count)
        if code >= 0:
            verdict, place, begin, end = _national(t, _I(t[code + 2]), code, w, _I(t[code + 1]), count, _SPARE)
            return verdict, _PLUS, place, code, begin, end
        if region <= 0:
            return _UNKNOWN_CODE, 0, 0, 0, 0, 0
        return _with_region(t, region, w, count, plus)
    verdict, how, place, code, begin, end = _without_plus(t, region, w, count)
    if verdict > _VALID and place == 0 and count <= SHORT:
        verdict = _SHORT_CODE
    return verdict, how, place, code, begin, end


def evaluate(
    data: Bytes,
    offsets: NDArray[np.int32],
    hints: NDArray[np.int16],
    first: int,
    last: int,
    known: tables.Tables,
    answers: Answers,
    single: bool = False,
) -> None:
    """Answer rows ``first`` to ``last``; the texts are ``data[offsets[i]:offsets[i + 1]]``.

    ``single`` says that each text is one number, repaired and not to be split.
    """
    _evaluate(
        known.packed,
        np.zeros(_SCRATCH, np.uint8),
        data,
        offsets,
        hints,
        first,
        last,
        answers.verdicts,
        answers.hows,
        answers.places,
        answers.lengths,
        answers.slots,
        single,
    )


@jitted
def _evaluate(
    t: Table,
    w: Bytes,
    data: Bytes,
    offsets: NDArray[np.int32],
    hints: NDArray[np.int16],
    first: int,
    last: int,
    verdicts: Bytes,
    hows: Bytes,
    places: Table,
    lengths: Bytes,
    slots: Bytes,
    single: bool,
) -> None:
    for row in range(first, last):
        verdict = how = place = code = begin = end = 0
        start, stop = trimmed(data, offsets[row], offsets[row + 1])
        if not single and start < stop and data[start] == 39:
            start, stop = trimmed(data, start + 1, stop)
        if start >= stop:
            verdict = _EMPTY
        elif stop - start <= _MAX_BYTES:
            if not single:
                stop = without_decimals(data, start, stop)
            count, flags = scan_plainly(data, start, stop, w)
            restored = False
            if count < 0 and not single:
                lacking, found = scan_exponent(data, start, stop, w)
                if found > 0:
                    if lacking:
                        verdict = _DIGITS_LOST if lacking > 0 else _UNREADABLE
                    else:
                        count, flags, restored = found, 0, True
            if count < 3:
                if flags & _HAS_LETTERS and count >= 0:
                    verdict = _LETTERS if count else _NO_DIGITS
                elif count > 0 and not flags & _HAS_JUNK:
                    verdict = _TOO_FEW
            else:
                plus = (flags & _HAS_PLUS) != 0
                verdict, how, place, code, begin, end = _decide(t, _I(hints[row]), w, count, plus)
                if place == 0 and (flags & _HAS_JUNK or (not single and (flags & _SOFT or count > _ONE_NUMBER))):
                    verdict = _UNDECIDED
                elif place and restored:
                    verdict = _EXPONENT_RESTORED
        verdicts[row] = verdict
        places[row] = place
        if place == 0:
            hows[row] = 0
            lengths[row] = 0
            continue
        hows[row] = how
        slot = row * SLOT
        at = slot
        slots[at] = 43
        number = _I(t[code + 3])
        if number >= 100:
            at += 1
            slots[at] = 48 + number // 100
        if number >= 10:
            at += 1
            slots[at] = 48 + number // 10 % 10
        at += 1
        slots[at] = 48 + number % 10
        for index in range(begin, end):
            at += 1
            slots[at] = 48 + w[index]
        lengths[row] = at - slot + 1

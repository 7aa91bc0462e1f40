"""From a plan and its readings to the answer of a cell, one at a time or for what the evaluators left undecided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bascule.contacts.phones.cells import Plan, plan
from bascule.contacts.phones.exact import read
from bascule.contacts.phones.vocabulary import Reading, Verdict

__all__ = ["Evaluate", "conclude", "read_cell", "read_cells"]

Evaluate = Callable[[Sequence[str], Sequence[int]], list[Reading]]
"""Texts of one number each and rows of regions to readings; ``UNDECIDED`` where the evaluator is not sure."""

_PLAIN = {verdict: Reading(verdict) for verdict in Verdict}
_UNREADABLE = _PLAIN[Verdict.UNREADABLE]


def read_cell(cell: str, row: int, names: Sequence[str], rows: Mapping[str, int]) -> Reading:
    """The definition: what a cell means, with ``phonenumbers`` alone. ``row`` is the region's row, 0 for none."""
    region = names[row] if row > 0 else None
    wanted = plan(cell)
    if wanted.verdict is not Verdict.UNDECIDED:
        return Reading(wanted.verdict)
    whole = read(wanted.whole, region, rows) if wanted.whole else _UNREADABLE
    parts = [read(part, region, rows) for part in wanted.parts] if _parts_count(wanted, whole) else []
    return conclude(wanted, whole, parts)


def read_cells(
    cells: Sequence[str], regions: Sequence[int], evaluate: Evaluate, names: Sequence[str], rows: Mapping[str, int]
) -> list[Reading]:
    """The same for many cells, with an evaluator before the library. Same order as ``cells``."""
    plans = [plan(cell) for cell in cells]
    readings = [_PLAIN[wanted.verdict] for wanted in plans]
    open_ = [index for index, wanted in enumerate(plans) if wanted.verdict is Verdict.UNDECIDED]

    def read_all(texts: list[str], hints: list[int]) -> list[Reading]:
        found = evaluate(texts, hints) if texts else []
        for index, (text, hint) in enumerate(zip(texts, hints, strict=True)):
            if not text:
                found[index] = _UNREADABLE
            elif found[index].verdict is Verdict.UNDECIDED:
                found[index] = read(text, names[hint] if hint > 0 else None, rows)
        return found

    wholes = read_all([plans[index].whole for index in open_], [regions[index] for index in open_])
    texts: list[str] = []
    hints: list[int] = []
    wanted_parts: dict[int, tuple[int, int]] = {}
    for index, whole in zip(open_, wholes, strict=True):
        if _parts_count(plans[index], whole):
            wanted_parts[index] = (len(texts), len(texts) + len(plans[index].parts))
            texts.extend(plans[index].parts)
            hints.extend([regions[index]] * len(plans[index].parts))
    parts = read_all(texts, hints)
    for index, whole in zip(open_, wholes, strict=True):
        start, stop = wanted_parts.get(index, (0, 0))
        readings[index] = conclude(plans[index], whole, parts[start:stop])
    return readings


def _parts_count(wanted: Plan, whole: Reading) -> bool:
    """Whether the parts of a cell can change its answer."""
    return bool(wanted.parts) and (not whole.valid or _extended(wanted, whole))


def _extended(wanted: Plan, whole: Reading) -> bool:
    return wanted.extension or whole.verdict is Verdict.EXTENSION_DROPPED


def conclude(wanted: Plan, whole: Reading, parts: Sequence[Reading]) -> Reading:
    """The answer of a cell. Two valid numbers are never merged into one number with an extension."""
    valid = {part.e164: part for part in parts if part.valid} if parts else {}
    extended = _extended(wanted, whole)
    if len(valid) > 1 and (extended or not whole.valid):
        first, *others = valid.values()
        return Reading(
            Verdict.SEVERAL_NUMBERS, first.how, first.place, first.e164, tuple(other.e164 for other in others)
        )
    if whole.valid:
        verdict: Verdict = Verdict.VALID if whole.verdict is Verdict.EXTENSION_DROPPED else whole.verdict
        if wanted.restored:
            verdict = Verdict.EXPONENT_RESTORED
        elif extended and verdict is Verdict.VALID:
            verdict = Verdict.EXTENSION_DROPPED
        return whole if verdict is whole.verdict else Reading(verdict, whole.how, whole.place, whole.e164)
    if valid:
        (first,) = valid.values()
        return Reading(Verdict.TEXT_IGNORED, first.how, first.place, first.e164)
    return _PLAIN[whole.verdict]

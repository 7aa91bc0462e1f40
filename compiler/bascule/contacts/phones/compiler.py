"""From libphonenumber's metadata to :class:`~bascule.contacts.phones.tables.Tables`."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

from bascule.contacts.phones.automaton import DEAD, Language, States
from bascule.contacts.phones.metadata import NON_GEOGRAPHIC, NumberPlan, Ranges, metadata_version, read_plans
from bascule.contacts.phones.pattern import Path, UnsupportedPattern, parse_pattern
from bascule.contacts.phones.prefixes import (
    MAX_LITERAL,
    NO_ACTION,
    Action,
    compile_prefix,
    national_action,
    skip_action,
)
from bascule.contacts.phones.tables import (
    ACTION_WIDTH,
    CALLING_WIDTH,
    LENGTHS,
    MAX_NUMBER,
    REGION_WIDTH,
    Tables,
)
from bascule.contacts.phones.vocabulary import NumberType, pack_place
from bascule.contacts.phones.wa_id import WA_FORMS

__all__ = ["Length", "compile_tables", "length_category"]

_MAX_STATES = 1 << 16
_GENERAL = 0
_LEADING = 1
_FIRST_TYPE = 2
_TAGS_PER_PLAN = 16
_DEEPEST = 40
_parse = cache(parse_pattern)


class Length(enum.IntEnum):
    """What libphonenumber says of a number's length (its ``ValidationResult``)."""

    POSSIBLE = 0
    TOO_SHORT = 1
    TOO_LONG = 2
    WRONG = 3
    LOCAL_ONLY = 4


def length_category(plan: NumberPlan, length: int) -> Length:
    """How a length relates to a plan, for a number of no particular type."""
    if length in plan.local_lengths:
        return Length.LOCAL_ONLY
    lengths = plan.general.lengths
    if length in lengths:
        return Length.POSSIBLE
    if length < min(lengths):
        return Length.TOO_SHORT
    return Length.TOO_LONG if length > max(lengths) else Length.WRONG


def compile_tables(plans: dict[int, tuple[NumberPlan, ...]] | None = None, version: str = "") -> Tables:
    """Compile the installed metadata (or the given plans). Pure: the same metadata gives the same bytes."""
    plans = read_plans() if plans is None else plans
    return _Compiler(plans).tables(version or metadata_version())


@dataclass
class _Compiler:
    plans: dict[int, tuple[NumberPlan, ...]]
    states: States = field(default_factory=States)
    actions: dict[Action, int] = field(default_factory=lambda: {NO_ACTION: 0})
    names: tuple[str, ...] = ()

    def tables(self, version: str) -> Tables:
        """Regions in alphabetical order, then the codes of no country."""
        import numpy as np

        every = [plan for found in self.plans.values() for plan in found]
        geographic = sorted((plan for plan in every if plan.region != NON_GEOGRAPHIC), key=lambda plan: plan.region)
        others = [plan for plan in every if plan.region == NON_GEOGRAPHIC]
        every = [*geographic, *others]
        index = {(plan.calling_code, plan.region): number for number, plan in enumerate(every, 1)}
        self.names = ("", *(plan.region for plan in every))
        regions = np.zeros((len(every) + 1, REGION_WIDTH), np.uint16)
        regions[0, 8:] = Length.TOO_SHORT
        for number, plan in enumerate(every, 1):
            regions[number] = self.region_row(plan)
        calling = np.zeros((1000, CALLING_WIDTH), np.uint16)
        for code, found in self.plans.items():
            rows = [index[code, plan.region] for plan in found]
            text = str(code)
            first, last = int(text.ljust(3, "0")), int(text.ljust(3, "9"))
            calling[first : last + 1] = self.calling_row(code, found, rows)
        if len(self.states) >= _MAX_STATES:
            raise UnsupportedPattern(f"{len(self.states)} states do not fit 16 bits")
        return Tables(
            version,
            self.names,
            np.array(self.states.delta, np.uint16).ravel(),
            np.array(self.states.label, np.uint16),
            calling.ravel(),
            regions.ravel(),
            np.array([_action_row(action) for action in self.actions], np.uint16).ravel(),
            np.array(WA_FORMS, np.uint16).ravel(),
        )

    def region_row(self, plan: NumberPlan) -> list[int]:
        row = [plan.calling_code, DEAD, DEAD, DEAD, 0, 0, 0, 0]
        try:
            row[1] = self.general(plan)
            row[2] = self.national_prefix(plan)
            if plan.international_prefix:
                row[3] = compile_prefix(plan.international_prefix, skip_action, self.states)
        except UnsupportedPattern:
            row[4] = 1
        return row + [length_category(plan, length) for length in range(LENGTHS)]

    def general(self, plan: NumberPlan) -> int:
        language = Language()
        language.add(_parse(plan.general.pattern), 0)
        return language.compile(self.states, lambda length, tags: tags, _DEEPEST)

    def national_prefix(self, plan: NumberPlan) -> int:
        if not plan.national_prefix:
            return DEAD
        groups = plan.national_prefix.replace("\\(", "").replace("(?:", "").count("(")

        def action(path: Path) -> int:
            return self.actions.setdefault(_effect(national_action(path, groups, plan.transform)), len(self.actions))

        return compile_prefix(plan.national_prefix, action, self.states)

    def calling_row(self, code: int, plans: Sequence[NumberPlan], rows: Sequence[int]) -> list[int]:
        digits = len(str(code))
        try:
            return [self.numbers(plans, rows), digits, rows[0], code, 0]
        except UnsupportedPattern:
            return [DEAD, digits, rows[0], code, 1]

    def numbers(self, plans: Sequence[NumberPlan], rows: Sequence[int]) -> int:
        language = Language()
        for number, plan in enumerate(plans):
            base = number * _TAGS_PER_PLAN
            language.add(_parse(plan.general.pattern), base + _GENERAL)
            for kind, ranges in plan.types:
                language.add(_parse(ranges.pattern), base + _FIRST_TYPE + kind)
            if plan.leading_digits is not None and len(plans) > 1:
                language.add(_parse(plan.leading_digits), base + _LEADING, prefix=True)
        # The rows of the codes of no country share a name; a place names it by its first row.
        named = [self.names.index(self.names[row]) for row in rows]
        return language.compile(self.states, _place_of(plans, named), MAX_NUMBER)


def _effect(action: Action) -> Action:
    """Actions that leave a number as it is are one."""
    start, end = action.keep
    return NO_ACTION if not action.literal and start == 0 and end == action.skip else action


def _place_of(plans: Sequence[NumberPlan], rows: Sequence[int]) -> Callable[[int, int], int]:
    """The label of a number: libphonenumber's ``region_code_for_number``, then its type there; 0 = not valid."""

    def place(length: int, tags: int) -> int:
        if not tags:
            return 0
        for number, plan in enumerate(plans):
            own = tags >> (number * _TAGS_PER_PLAN)
            kind = _type(plan, length, own)
            if len(plans) > 1 and plan.leading_digits is not None:
                if own >> _LEADING & 1:
                    return 0 if kind is None else pack_place(rows[number], kind)
            elif kind is not None:
                return pack_place(rows[number], kind)
        return 0

    return place


def _type(plan: NumberPlan, length: int, tags: int) -> NumberType | None:
    """libphonenumber's ``_number_type_helper``."""
    if not (tags >> _GENERAL & 1 and _fits(plan.general, length)):
        return None
    matching = [kind for kind, ranges in plan.types if tags >> (_FIRST_TYPE + kind) & 1 and _fits(ranges, length)]
    first = next((kind for kind in matching if kind is not NumberType.MOBILE), None)
    if first is NumberType.FIXED_LINE and (plan.same_mobile_and_fixed or NumberType.MOBILE in matching):
        return NumberType.FIXED_LINE_OR_MOBILE
    if first is None and NumberType.MOBILE in matching and not plan.same_mobile_and_fixed:
        return NumberType.MOBILE
    return first


def _fits(ranges: Ranges, length: int) -> bool:
    return not ranges.lengths or length in ranges.lengths


def _action_row(action: Action) -> list[int]:
    literal = [int(digit) for digit in action.literal.ljust(MAX_LITERAL, "0")]
    row = [len(action.literal), *literal, *action.keep, action.skip]
    assert len(row) == ACTION_WIDTH
    return row

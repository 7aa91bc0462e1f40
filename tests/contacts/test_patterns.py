"""The compiler against `re`: number languages, and prefixes as a backtracking matcher finds them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.contacts.phones.automaton import DEAD, Language, States
from bascule.contacts.phones.metadata import read_plans
from bascule.contacts.phones.pattern import UnsupportedPattern, parse_pattern, paths
from bascule.contacts.phones.prefixes import Action, compile_prefix, national_action

DIGITS = st.text("0123456789", max_size=12)


def patterns(groups: bool = False) -> st.SearchStrategy[str]:
    """Patterns of the metadata's kind over few digits, so that they match often."""
    digit = st.sampled_from(["0", "1", "2", r"\d", "[01]", "[0-2]", "[13]"])
    opening = ["(?:", "("] if groups else ["(?:"]

    def deeper(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        options = st.lists(inner, min_size=1, max_size=2).map("|".join)
        group = st.builds(lambda start, body: f"{start}{body})", st.sampled_from(opening), options)
        repeated = st.builds(str.__add__, st.one_of(digit, group), st.sampled_from(["", "", "", "?", "{2}", "{0,2}"]))
        return st.lists(repeated, min_size=1, max_size=3).map("".join)

    return st.recursive(digit, deeper, max_leaves=4)


def accepts(states: States, root: int, text: str) -> int:
    state = root
    for character in text:
        state = states.delta[state][int(character)]
    return states.label[state]


@settings(max_examples=60)
@given(st.lists(patterns(), min_size=1, max_size=3), st.lists(st.text("0123", max_size=9), min_size=1, max_size=20))
def test_a_language_accepts_what_its_patterns_match(found: list[str], texts: list[str]) -> None:
    usable = [pattern for pattern in found if not re.fullmatch(pattern, "")]
    language = Language()
    for tag, pattern in enumerate(usable):
        language.add(parse_pattern(pattern), tag)
    states = States()
    root = language.compile(states, lambda length, tags: tags, 9)
    for text in texts:
        expected = sum(1 << tag for tag, pattern in enumerate(usable) if re.fullmatch(pattern, text))
        assert accepts(states, root, text) == expected
    assert len(set(zip(states.delta, states.label, strict=True))) == len(states), "equal states are one state"


@given(patterns(), st.text("0123", max_size=9))
def test_a_prefix_tag_holds_from_its_match_on(pattern: str, text: str) -> None:
    if re.fullmatch(pattern, ""):
        return
    language = Language()
    language.add(parse_pattern(pattern), 0, prefix=True)
    states = States()
    root = language.compile(states, lambda length, tags: tags, 9)
    assert accepts(states, root, text) == bool(re.match(pattern, text))


@given(patterns(groups=True), st.text("0123", max_size=9))
def test_the_first_way_through_a_pattern_is_what_re_finds(pattern: str, text: str) -> None:
    ways = paths(parse_pattern(pattern))
    first = next((way for way in ways if fits(way.masks, text)), None)
    match = re.match(pattern, text)
    assert (None if first is None else len(first.masks)) == (None if match is None else match.end())


def fits(masks: tuple[int, ...], text: str) -> bool:
    return len(text) >= len(masks) and all(mask >> int(digit) & 1 for mask, digit in zip(masks, text, strict=False))


@given(patterns(), st.booleans(), st.text("0123", max_size=9))
def test_a_prefix_automaton_acts_as_a_substitution(pattern: str, anchored: bool, text: str) -> None:
    whole = f"({pattern}){'$' if anchored else ''}|0"
    rule = r"77\1"
    states = States()
    actions: list[Action] = [Action()]

    def number(path: object) -> int:
        actions.append(national_action(path, 1, rule))  # type: ignore[arg-type]
        return len(actions) - 1

    root = compile_prefix(whole, number, states)
    action = actions[accepts(states, root, text)]
    start, end = action.keep
    changed = action.literal + text[start:end] + text[action.skip :]
    match = re.match(whole, text)
    if match is None:
        assert changed == text
    elif match.group(1) is None:
        assert changed == text[match.end() :]
    else:
        assert changed == f"77{match.group(1)}{text[match.end() :]}"


@pytest.mark.parametrize(
    "pattern", ["1+", "a", "(?=1)1", "[^1]", "1{2,}", "(1", "1)", "[2-1]", "1{90}", "[]", "1??", "."]
)
def test_an_unknown_construct_is_refused(pattern: str) -> None:
    with pytest.raises(UnsupportedPattern):
        paths(parse_pattern(pattern))


def test_all_of_the_metadata_is_understood() -> None:
    """If this fails after an update, the region named goes to the library until the parser knows more."""
    from bascule.contacts.phones.compiler import compile_tables
    from bascule.contacts.phones.tables import CALLING_WIDTH, REGION_WIDTH

    tables = compile_tables()
    assert not tables.regions.reshape(-1, REGION_WIDTH)[:, 4].any()
    assert not tables.calling.reshape(-1, CALLING_WIDTH)[:, 4].any()
    assert tables.delta[:10].tolist() == [DEAD] * 10


def test_the_general_automaton_is_the_general_pattern() -> None:
    import random

    from bascule.contacts.phones.compiler import compile_tables
    from bascule.contacts.phones.tables import REGION_WIDTH

    rng = random.Random(1)
    tables = compile_tables()
    rows = tables.regions.reshape(-1, REGION_WIDTH)
    for plan in (plan for plans in read_plans().values() for plan in plans if plan.region != "001"):
        root = int(rows[tables.names.index(plan.region), 1])
        lengths = sorted(plan.general.lengths | plan.local_lengths)
        for _ in range(30):
            text = "".join(rng.choice("0123456789") for _ in range(rng.choice(lengths) + rng.choice((0, 0, 0, -1, 1))))
            state = root
            for digit in text:
                state = int(tables.delta[10 * state + int(digit)])
            assert bool(tables.label[state]) == bool(re.fullmatch(plan.general.pattern, text)), plan.region


def test_an_unknown_construct_leaves_its_region_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways: a region whose prefix is not understood, and a calling code whose numbers are not."""
    from dataclasses import replace

    from tests.contacts.support import FAST, answers_of, normaliser_of

    from bascule.contacts.phones.compiler import compile_tables
    from bascule.contacts.phones.metadata import Ranges
    from bascule.contacts.phones.normaliser import Engine, Normaliser

    plans = read_plans()
    (france,) = plans[33]
    odd = plans | {33: (replace(france, national_prefix="(?=0)0"),)}
    (senegal,) = plans[221]
    odd[221] = (replace(senegal, general=Ranges(r"7\d+", senegal.general.lengths)),)
    tables = compile_tables(odd, "test")
    cells = [
        ("0612345678", "FR"),
        ("+33612345678", ""),
        ("771234567", "SN"),
        ("+221771234567", ""),
        ("0151 23456789", "DE"),
    ]
    wanted = answers_of(Engine.EXACT, cells)
    for engine in FAST:
        import numpy as np

        from bascule.contacts.normalize import packed
        from bascule.contacts.phones.slots import Answers

        one = Normaliser(engine, tables=tables)
        hints = np.array([one.hints.row(region) for _, region in cells], np.int16)
        raw = Answers.empty(len(cells))
        assert one._evaluate is not None
        one._evaluate(*packed([cell for cell, _ in cells]), hints, 0, len(cells), tables, raw)
        assert raw.verdicts.tolist()[:4] == [0, 0, 0, 0]
        assert raw.verdicts[4] != 0
        assert one.answer(*packed([cell for cell, _ in cells]), hints).all() == wanted
    assert normaliser_of(Engine.EXACT).names == tables.names


def test_an_action_must_be_digits_and_one_group() -> None:
    (path,) = paths(parse_pattern("(12)"))
    assert national_action(path, 1, r"9\1") == Action("9", (0, 2), 2)
    assert national_action(path, 1, None) == Action(skip=2)
    with pytest.raises(UnsupportedPattern):
        national_action(path, 1, r"\1x")
    with pytest.raises(UnsupportedPattern):
        national_action(path, 1, r"99999\1")

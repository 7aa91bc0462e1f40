"""Selection: prefixes, names, the more specific one wins, layers, severities."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.diagnostics import Severity
from bascule.diagnostics.pages import all_rules
from bascule.settings.selection import Layer, Selection, Unknown, resolve, severity_of, split_selectors


def enabled(*layers: Layer) -> set[str]:
    selection = Selection(layers)
    return {code for code in ("TPL020", "TPL021", "TPL050", "WIN010", "LOS200") if selection.enabled(code)}


def test_without_settings_everything_is_on() -> None:
    assert enabled() == {"TPL020", "TPL021", "TPL050", "WIN010", "LOS200"}


@pytest.mark.parametrize(
    ("layer", "codes"),
    [
        (Layer(select=("WIN", "TPL02")), {"WIN010", "TPL020", "TPL021"}),
        (Layer(ignore=("TPL",)), {"WIN010", "LOS200"}),
        (Layer(select=("TPL",), ignore=("TPL02",)), {"TPL050"}),
        (Layer(select=("TPL020",), ignore=("TPL",)), {"TPL020"}),
        (Layer(select=("TPL020",), ignore=("TPL020",)), set()),
        (Layer(select=("",), ignore=("LOS",)), {"TPL020", "TPL021", "TPL050", "WIN010"}),
        (Layer(ignore=("",), extend=("WIN",)), {"WIN010"}),
        (Layer(select=()), set()),
    ],
)
def test_the_more_specific_selector_wins_and_of_equals_the_one_that_ignores(layer: Layer, codes: set[str]) -> None:
    assert enabled(layer) == codes


def test_a_layer_with_a_selection_starts_anew_and_one_without_adds() -> None:
    below = Layer(select=("TPL",), ignore=("TPL050",))
    assert enabled(below, Layer(ignore=("TPL021",))) == {"TPL020"}
    assert enabled(below, Layer(extend=("TPL050", "WIN"))) == {"TPL020", "TPL021", "TPL050", "WIN010"}
    assert enabled(below, Layer(select=("LOS", "TPL050"))) == {"LOS200", "TPL050"}


def test_selectors_are_codes_families_beginnings_and_names() -> None:
    assert resolve("tpl020") == "TPL020"
    assert resolve("TPL02") == "TPL02"
    assert resolve("win") == "WIN"
    assert resolve("ALL") == ""
    assert resolve("variable-at-edge") == "TPL020"
    assert split_selectors(["TPL, WIN,", "LOS"]) == ["TPL", "WIN", "LOS"]


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("TPL02O", "TPL02"),
        ("TLP", "TPL"),
        ("variable-at-edges", "variable-at-edge"),
        ("TPL9999", ""),
        ("TPL999", "`bascule explain TPL` lists"),
        ("TPL002", "did you mean `TPL020`?"),
        ("TP", ""),
        ("", ""),
    ],
)
def test_unknown_selectors_come_with_the_nearest_known_one(selector: str, hint: str) -> None:
    with pytest.raises(Unknown) as caught:
        resolve(selector)
    assert hint in caught.value.help


def test_a_suppression_needs_a_whole_code() -> None:
    assert resolve("TPL020", exact=True) == "TPL020"
    for selector in ("TPL", "TPL02", "ALL"):
        with pytest.raises(Unknown):
            resolve(selector, exact=True)


def test_a_family_where_a_code_is_needed_is_told_so() -> None:
    with pytest.raises(Unknown, match="stands for several codes") as caught:
        resolve("tpl02", exact=True)
    assert "`bascule explain TPL02`" in caught.value.help


def test_every_code_and_every_name_resolves_to_itself() -> None:
    for code, rule in all_rules().items():
        assert resolve(code) == code
        assert resolve(rule.name) == code


def test_severities_by_the_longest_prefix_of_the_last_table() -> None:
    low = {"TPL": Severity.INFO, "TPL020": Severity.WARNING}
    assert severity_of("TPL020", [low]) is Severity.WARNING
    assert severity_of("TPL021", [low]) is Severity.INFO
    assert severity_of("TPL020", [low, {"TPL": Severity.ERROR}]) is Severity.ERROR
    assert severity_of("WIN010", [low, {"": Severity.ERROR}]) is Severity.ERROR
    assert severity_of("WIN010", [low]) is None


CODES = st.sampled_from(["TPL020", "TPL021", "TPL050", "WIN010", "LOS200"])
PREFIXES = st.lists(st.one_of(CODES, CODES.map(lambda code: code[:3]), CODES.map(lambda code: code[:5])), max_size=3)


@given(PREFIXES, PREFIXES, CODES)
def test_a_code_named_in_full_is_on_unless_it_is_ignored_in_full(
    select: list[str], ignore: list[str], code: str
) -> None:
    on = Selection((Layer(select=(*select, code), ignore=tuple(ignore)),)).enabled(code)
    assert on is (code not in ignore)

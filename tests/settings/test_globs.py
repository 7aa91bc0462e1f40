"""File patterns: what they match, and that no pattern explodes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.work import lines_run

from bascule.settings.globs import fixed_folder, matches


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("*.json", "accueil.json", True),
        ("*.json", "flows/fr/accueil.json", True),
        ("*.json", "accueil.yaml", False),
        ("flows/*.json", "flows/a.json", True),
        ("flows/*.json", "flows/fr/a.json", False),
        ("flows/*.json", "old/flows/a.json", False),
        ("flows/**/*.json", "flows/a.json", True),
        ("flows/**/*.json", "flows/fr/dakar/a.json", True),
        ("**/archive/**", "archive/a.json", True),
        ("**/archive/**", "x/archive/y/a.json", True),
        ("flows/**", "flows", False),
        ("flows", "x/flows/a.json", True),
        ("flows/", "x/flows/a.json", True),
        ("/flows", "x/flows/a.json", False),
        ("./a?.json", "ab.json", True),
        ("./a?.json", "a.json", False),
        ("été/*.yaml", "été/réclamation.yaml", True),
        ("../autres/*", "../autres/a.csv", True),
        ("**", "a", True),
        ("a*b*c", "axxbyyc", True),
        ("a*b*c", "axxbyy", False),
        ("a.json", "aXjson", False),
        ("[ab].json", "[ab].json", True),
        ("flux.zip", "exports/flux.zip!/a.csv", True),
        ("flux.zip/*.csv", "flux.zip!/a.csv", True),
        ("flux.zip!/*.csv", "flux.zip!/a.csv", True),
        ("*.zip", "flux.zip!/bas/a.csv", True),
        ("flux.zip/*.csv", "flux.zip!/bas/a.csv", False),
    ],
)
def test_what_a_pattern_matches(pattern: str, path: str, fits: bool) -> None:
    assert matches(pattern, path) is fits


def test_a_pattern_of_many_stars_costs_no_more_than_its_length_times_the_path() -> None:
    def work(size: int) -> int:
        return lines_run(lambda: matches("/" + "*a" * size + "b", "a" * (2 * size)))

    assert work(40) < 6 * work(20)
    assert lines_run(lambda: matches("/".join(["**", "a*"] * 30), "/".join(["aa"] * 60))) < 60_000


@given(st.text("ab*?/.", max_size=12), st.lists(st.text("ab.", min_size=1, max_size=4), min_size=1, max_size=4))
def test_no_pattern_raises_and_a_path_fits_itself(pattern: str, names: list[str]) -> None:
    path = "/".join(names)
    matches(pattern, path)
    if "." not in names and ".." not in names:
        assert matches("/" + path, path)
        assert matches("/" + path, path + "/below")


def test_the_folder_that_all_matches_lie_in() -> None:
    assert fixed_folder("flows/fr/*.json") == "flows/fr"
    assert fixed_folder("flows/a.json") == "flows"
    assert fixed_folder("*.json") == ""

"""No input makes the reader raise, nothing stays undecided, and time grows with the file, not faster."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.language.reading import Book
from bascule.parsers import viber
from bascule.parsers.base import ParseOptions
from bascule.source import SourceFile
from tests.parsers.viber_support import FIXTURES, check_sound, damaged, mutated, parse_value
from tests.work import lines_run

FILES = sorted(path for path in (FIXTURES / "viber").rglob("*") if path.is_file())
ROUNDS = 60
"""Mutations and damages per fixture."""


@pytest.fixture(autouse=True)
def nothing_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """A construct whose fate nobody decided would silently count as exact."""
    close = Book.close

    def checked(book: Book) -> Any:
        assert not book.undecided()
        return close(book)

    monkeypatch.setattr(Book, "close", checked)


def survive(text: str, name: str) -> None:
    file = SourceFile(name, text.encode("utf-8", "surrogatepass"))
    viber.sniff(file)
    check_sound(viber.parse(file, ParseOptions(locale="fr")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_fixtures_are_sound(path: Any) -> None:
    survive(path.read_text(encoding="utf-8"), path.name)


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".json"], ids=lambda path: path.name)
def test_changed_values_never_raise(path: Any) -> None:
    rng = random.Random(path.name)
    value = json.loads(path.read_text(encoding="utf-8"))
    for _ in range(ROUNDS):
        survive(json.dumps(mutated(rng, value), ensure_ascii=rng.random() < 0.5), path.name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_damaged_text_never_raises(path: Any) -> None:
    rng = random.Random(path.name)
    text = path.read_text(encoding="utf-8")
    for _ in range(ROUNDS):
        survive(damaged(rng, text), path.name)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ("type", "text", "keyboard", "Buttons", "Text", "ActionBody", "rich_media", "event", "name", "message")
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(JSON)
def test_any_json_survives(value: Any) -> None:
    survive(json.dumps(value), "essai.json")


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"PK\x03\x04", b"\0\0\0\0", b"\xef\xbb\xbf{}", "é".encode("cp1252"), b"[" * 500]
)
def test_odd_bytes_survive(data: bytes) -> None:
    for name in ("x.json", "x.xlsx", "x.jsonl", "x"):
        file = SourceFile(name, data)
        viber.sniff(file)
        assert viber.parse(file, ParseOptions()).unreadable


def work(states: int) -> int:
    base = json.loads((FIXTURES / "viber/boutique.json").read_text(encoding="utf-8"))
    value = {f"{name}_{index}": body for index in range(states) for name, body in base.items() if name != "soldes_ete"}
    text = json.dumps(value)
    return lines_run(lambda: parse_value(viber, text))


def test_work_grows_with_the_number_of_states() -> None:
    work(2)
    small, large = work(8), work(40)
    assert large < 7 * small


@pytest.mark.parametrize(
    "value",
    [
        {"type": "text", "text": "<b>x</b>&amp;{{a}}" * 5000, "min_api_version": 1},
        {"type": "text", "text": "<" * 50_000, "min_api_version": 1},
        {"type": "text", "text": "replace_me_with_user_name" * 4000, "min_api_version": 1},
        {"keyboard": {"Buttons": [{"ActionBody": "a" * 20_000, "Text": str(index)} for index in range(50)]}},
        {"keyboard": {"Buttons": [{f"Inconnu{index}": 1, "ActionBody": "a"} for index in range(3000)]}},
        {str(index): {"type": "text", "text": "x", "tracking_data": "{" * 3000} for index in range(300)},
        {"a": json.dumps({"b": json.dumps({"c": json.dumps({"type": "text", "text": "x", "min_api_version": 1})})})},
        [
            {
                "type": "rich_media",
                "rich_media": {"ButtonsGroupColumns": 1, "ButtonsGroupRows": 1, "Buttons": [{"Text": "x"}] * 4000},
            }
        ],
    ],
)
def test_hostile_sizes_are_read_in_time(value: Any) -> None:
    check_sound(parse_value(viber, value))

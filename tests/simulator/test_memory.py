"""What a conversation remembers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bascule.simulator.evaluation.values import DEFAULT
from bascule.simulator.memory import Memory


def test_names_are_found_whatever_their_case() -> None:
    memory = Memory({"contact.Prénom": "Awa"})
    assert memory.get(("Contact", "prénom")) == "Awa"
    memory.put(("CONTACT", "PRÉNOM"), "Fatou")
    assert memory.dump() == {"contact": {"Prénom": "Fatou"}}


def test_a_value_below_a_value_keeps_the_first_as_default() -> None:
    memory = Memory({"results.couleur": "bleu"})
    memory.put(("results", "couleur", "category"), "Bleu")
    assert memory.get(("results", "couleur")) == {DEFAULT: "bleu", "category": "Bleu"}
    assert memory.get(("results", "couleur", "category")) == "Bleu"


def test_lists_by_place() -> None:
    memory = Memory({"villes": ["Dakar", "Thiès"]})
    assert memory.get(("villes", "1")) == "Thiès"
    assert memory.get(("villes", "-1")) == "Thiès"
    assert memory.get(("villes", "7")) is None
    memory.put(("villes", "0"), "Louga")
    assert memory.dump() == {"villes": ["Louga", "Thiès"]}


def test_unset_and_dropped_are_none() -> None:
    memory = Memory({"a.b": 1})
    memory.drop(("a", "b"))
    memory.drop(("x", "y", "z"))
    assert memory.get(("a", "b")) is None
    assert memory.get(("nothing", "here")) is None


@given(st.lists(st.tuples(st.lists(st.sampled_from("abc"), min_size=1, max_size=4), st.text(max_size=3)), max_size=12))
def test_what_was_put_last_is_there_and_copies_are_apart(puts: list[tuple[list[str], str]]) -> None:
    memory = Memory()
    for path, value in puts:
        memory.put(tuple(path), value)
        found = memory.get(tuple(path))
        assert found == value
    copy = memory.copy()
    copy.put(("a",), "changed")
    assert memory.get(("a",)) != "changed" or copy.dump() == memory.dump()

"""The capability matrix: every target answers every question, with a source."""

from __future__ import annotations

import pytest

from bascule.backends import TARGETS
from bascule.report.matrix import matrix_markdown, target_data, target_text
from bascule.targets import Support, load_capabilities, target_names, vocabulary
from bascule.whatsapp.policy import load_policy


def test_every_target_has_its_column() -> None:
    assert {info.name for info in TARGETS} <= set(target_names())


@pytest.mark.parametrize("name", target_names())
def test_a_column_is_whole_and_sourced(name: str) -> None:
    target = load_capabilities(name)
    assert set(target.entries) == set(vocabulary())
    for entry in (*target.entries.values(), *target.limits.values()):
        assert entry.source.url.startswith("https://")
        assert entry.source.date
    policy = target.policy(load_policy())
    for key, fact in target.limits.items():
        assert policy.fact(key).value == fact.value
    assert policy.limit("template.footer.max_length") == load_policy().limit("template.footer.max_length")


@pytest.mark.parametrize("name", target_names())
def test_a_column_prints(name: str) -> None:
    target = load_capabilities(name)
    text = target_text(target)
    assert all(title in text for title, _ in vocabulary().values())
    assert set(target_data(target)["capabilities"]) == set(vocabulary())
    assert f"| {name} |" in matrix_markdown([target])


def test_what_a_target_cannot_do_counts_zero() -> None:
    target = load_capabilities("meta")
    assert target.of("sms.failover").support is Support.NONE
    assert not target.has("sms.failover")
    assert target.count("choice.list") == 10
    with pytest.raises(KeyError):
        target.of("choice.lists")
    with pytest.raises(KeyError):
        load_capabilities("metta")

"""A slip in a policy pack is refused with the key it stands at: the packs are our own data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bascule.whatsapp.policy import load

SOURCES = """
meta.page: {publisher: Meta, url: "https://example.org/page", date: "2025-11-21", confidence: platform}
"""


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "2031-01"
    folder.mkdir()
    (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    monkeypatch.setattr(load, "_FOLDER", tmp_path)
    load._yaml.cache_clear()
    yield folder
    load._yaml.cache_clear()


def read(folder: Path, text: str) -> dict[str, object]:
    (folder / "template.yaml").write_text(text, encoding="utf-8")
    facts = load.read_facts("2031-01", "template", load.read_sources("2031-01"))
    return {key: fact.value for key, fact in facts.items()}


def test_a_good_pack_reads(pack: Path) -> None:
    text = "template.a: {value: 3, source: meta.page}\ntemplate.b: {value: [x, {y: true}], source: meta.page}\n"
    assert read(pack, text) == {"template.a": 3, "template.b": ("x", {"y": True})}
    assert load.policy_dates() == ("2031-01",)
    assert load.group_names("2031-01") == ("template",)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("template.a: {value: 3}", "source is missing"),
        ("template.a: {source: meta.page}", "value is missing"),
        ("template.a: {value: 3, source: meta.other}", "'meta.other' is not in sources.yaml"),
        ("template.a: {value: 3, source: [meta.page]}", "is not in sources.yaml"),
        ("template.a: {value: 3, source: meta.page, unit: s}", "unknown key unit"),
        ("template.a: {value: 3, source: meta.page, date: 21 November}", "is not an ISO date"),
        ("template.a: {value: 3, source: meta.page, confidence: sure}", "'sure' is none of platform"),
        ("template.a: {value: 3, source: meta.page, note: ''}", "note: '' is not text"),
        ("template.a: {value: 2025-11-21, source: meta.page}", "is a date"),
        ("template.a: {value: 1.5, source: meta.page}", "is a float"),
        ("template.a: {value: null, source: meta.page}", "is a NoneType"),
        ("template.a: {value: {no: nb}, source: meta.page}", "a key is not text"),
        ("template.a: {value: 3, source: meta.page, alternatives: []}", "alternatives is not a list with entries"),
        ("template.a: {value: 3, source: meta.page, alternatives: [{value: 2}]}", "alternative 0: source is missing"),
        ("template.a: 3", "is not a mapping"),
        ("button.a: {value: 3, source: meta.page}", "stands in template.yaml"),
    ],
)
def test_a_slip_is_refused_with_its_key(pack: Path, line: str, why: str) -> None:
    with pytest.raises(ValueError, match="2031-01") as error:
        read(pack, line)
    assert why in str(error.value)
    assert line.split(":")[0] in str(error.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: {publisher: Meta, url: 'http://x', date: '2025', confidence: platform}", "is not an https URL"),
        ("a: {publisher: Meta, url: 'https://x', date: 2025, confidence: platform}", "date: 2025 is not text"),
        ("a: {publisher: Meta, url: 'https://x', date: '2025'}", "confidence is missing"),
        ("a: {publisher: M, url: 'https://x', date: '2025', confidence: platform, x: 1}", "unknown key x"),
    ],
)
def test_a_slip_in_the_sources_is_refused(pack: Path, text: str, why: str) -> None:
    (pack / "sources.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="source a") as error:
        load.read_sources("2031-01")
    assert why in str(error.value)


def test_keys_that_yaml_reads_as_something_else_are_refused(pack: Path) -> None:
    with pytest.raises(ValueError, match="not a mapping from text keys"):
        read(pack, "no: {value: 3, source: meta.page}")

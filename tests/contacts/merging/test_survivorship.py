"""Survivorship files: what they may say, and what is said of those that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bascule.contacts.merging.survivorship import FieldRule, Survivorship, read_survivorship
from bascule.contacts.tabular.problems import ContactsError


def _read(folder: Path, text: str) -> Survivorship:
    path = folder / "rules.toml"
    path.write_text(text, "utf-8")
    return read_survivorship(str(path))


def test_an_empty_file_is_the_default(tmp_path: Path) -> None:
    assert _read(tmp_path, "") == Survivorship()
    assert _read(tmp_path, "").rule("custom.Ville") == FieldRule("latest")


def test_rules_by_field_inherit_the_sources(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        """
        default = "earliest"
        sources = ["salesforce", "crm.csv"]
        gap_days = 90
        [fields]
        email = "priority"
        tags = "union"
        "custom.Ville d'origine" = { rule = "longest", sources = ["hubspot"] }
        name = { sources = [] }
        """,
    )
    assert found.gap_days == 90
    assert found.rule("language") == FieldRule("earliest", ("salesforce", "crm.csv"))
    assert found.rule("email") == FieldRule("priority", ("salesforce", "crm.csv"))
    assert found.rule("custom.Ville d'origine") == FieldRule("longest", ("hubspot",))
    assert found.rule("name") == FieldRule("earliest", ())


def test_another_outcome_has_another_fingerprint(tmp_path: Path) -> None:
    texts = ["", 'default = "earliest"', "gap_days = 1", 'sources = ["a"]', '[fields]\nname = "longest"']
    assert len({_read(tmp_path, text).fingerprint for text in texts}) == len(texts)
    assert _read(tmp_path, 'default = "latest"').fingerprint == Survivorship().fingerprint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('default = "newest"', "known: latest, earliest"),
        ('default = "union"', "`default`"),
        ('defualt = "latest"', "did you mean `default`?"),
        ('[fields]\nemial = "latest"', "did you mean `email`?"),
        ('[fields]\nphone = "latest"', "unknown field `phone`"),
        ('[fields]\n"custom." = "latest"', "unknown field"),
        ('[fields]\nname = "union"', "only `tags`"),
        ("[fields]\nname = 3", "`fields.name` is `3`"),
        ('[fields]\nname = { rul = "latest" }', "did you mean `rule`?"),
        ('fields = "latest"', "not a table"),
        ('sources = "crm"', "a list"),
        ("sources = [1]", "a list"),
        ("gap_days = -1", "gap_days"),
        ("gap_days = true", "gap_days"),
        ("gap_days = 1.5", "gap_days"),
        ("default = [", "rules.toml"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ContactsError) as caught:
        _read(tmp_path, text)
    assert caught.value.kind == "contacts-survivorship"
    assert said in caught.value.message


@pytest.mark.parametrize("make", ["missing", "folder", "bytes"])
def test_a_file_that_cannot_be_read(tmp_path: Path, make: str) -> None:
    path = tmp_path / "rules.toml"
    if make == "folder":
        path.mkdir()
    elif make == "bytes":
        path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ContactsError) as caught:
        read_survivorship(str(path))
    assert caught.value.kind == "contacts-survivorship"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet='defaultsources=[]{}"latest\n.fields 0123_#', max_size=80))
def test_no_text_is_a_traceback(tmp_path: Path, text: str) -> None:
    kind = "contacts-survivorship"
    try:
        _read(tmp_path, text)
    except ContactsError as error:
        kind = error.kind
    assert kind == "contacts-survivorship"

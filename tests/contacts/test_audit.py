"""The inventory: every person counted once in each table, and nobody named."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.contacts.people import person, said

from bascule.cli.contacts import group
from bascule.contacts.audit.collect import audit
from bascule.contacts.audit.render import page, sections
from bascule.contacts.counts import Counts
from bascule.contacts.deciding import Rules, decide
from bascule.contacts.store.store import Store, open_store

DAY = "2026-01-01T00:00:00Z"


@pytest.fixture(autouse=True)
def _stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795435200")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = open_store(str(tmp_path / "contacts.db"))
    one = person(
        store,
        "p1-1",
        "+33612345671",
        language="fr",
        region="FR",
        last_inbound_at="2026-11-20T00:00:00Z",
        status="active",
    )
    two = person(
        store,
        "p1-2",
        "+221771234567",
        viber="v2==",
        language="fr-SN",
        region="SN",
        last_outbound_at="2020-01-01T00:00:00Z",
    )
    person(store, "p1-3", viber="v3==", language=None, number_doubt="<b>long_gap</b>")
    person(store, "p1-4", merged_into="p1-1")
    said(store, one, "+33612345671", "opt_in", channel="whatsapp", occurred_at=DAY)
    said(store, two, "+221771234567", "opt_out", occurred_at=DAY)
    with store.run("merge", "all") as counts:
        counts.taken, counts.kept, counts.merged = 5, 3, 1
        counts.reject("no_identifier")
    decide(store, Rules(), Counts("decide"), False)
    return store


def test_everyone_is_in_each_table_once(store: Store) -> None:
    found = audit(store)
    assert found.people == 3
    for table in (found.reach, found.languages, found.recency, found.decisions):
        assert sum(table.values()) == 3
    for channel in ("sms", "viber", "whatsapp"):
        assert sum(number for (of, _, _), number in found.consent.items() if of == channel) == 3
    assert sum(found.numbers.values()) == sum(found.confidence.values()) == sum(found.registrations.values()) == 2


def test_the_counts(store: Store) -> None:
    data = audit(store).data()
    assert data["reach"] == {"Viber only": 1, "phone": 1, "phone and Viber": 1}
    assert data["languages"] == {"?": 1, "fr": 2}
    assert data["numbers"] == [
        {"numbers": 1, "region": "FR", "type": "mobile"}, {"numbers": 1, "region": "SN", "type": "mobile"},
    ]  # fmt: skip
    assert {key: value for key, value in data["last_interaction"].items() if value} == {
        "longer ago": 1, "never, or unknown": 1, "within 7 days": 1,
    }  # fmt: skip
    assert data["merge"]["in"] == 5
    assert {"action": "message", "people": 1, "reason": "consent_grade_C"} in data["decisions"]


def test_text_json_and_page_say_the_same(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "audit.html"
    shown = CliRunner().invoke(
        group, ["audit", "--store", store.place.shown, "--html", str(target)], standalone_mode=False
    )
    assert shown.return_value == 0, shown.output
    raw = CliRunner().invoke(group, ["audit", "--store", store.place.shown, "--format", "json"], standalone_mode=False)
    assert json.loads(raw.output)["audit"]["people"] == 3
    text = target.read_text("utf-8")
    for table in sections(audit(store)):
        assert table.title in shown.output
        assert table.title in text
    assert "6123456" not in shown.output + raw.output + text
    assert "v3==" not in text


def test_the_page_is_whole_and_runs_nothing(store: Store) -> None:
    text = page(audit(store))

    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            assert tag not in ("script", "b", "img", "iframe", "link")
            if tag != "meta":
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    assert "&lt;b&gt;long_gap&lt;/b&gt;" in text


def test_an_empty_store(tmp_path: Path) -> None:
    open_store(str(tmp_path / "c.db")).close()
    result = CliRunner().invoke(group, ["audit", "--store", str(tmp_path / "c.db")], standalone_mode=False)
    assert result.return_value == 0
    assert result.output.startswith("0 people")

"""Decisions: consent first, then the number, then what is known of it; and the lists."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.contacts.people import person, rows, said

from bascule.cli.contacts import group
from bascule.contacts.counts import Counts
from bascule.contacts.deciding import Rules, decide
from bascule.contacts.store import schema
from bascule.contacts.store.store import Store, open_store

PHONE = "+33612345678"
DAY = "2026-01-01T00:00:00Z"


@pytest.fixture(autouse=True)
def _stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795435200")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "contacts.db"))


def decision(store: Store, rules: Rules | None = None) -> tuple[str, str, str]:
    counts = Counts("decide")
    decisions, _ = decide(store, rules or Rules(), counts, False)
    counts.verify()
    assert rows(store, schema.decisions, ["person_id"]) == sorted((item.person,) for item in decisions)
    return decisions[0].action, decisions[0].reason, decisions[0].channel


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("active", ("message", "consent_grade_C", "whatsapp")),
        ("unverified", ("try", "registration_unverified", "whatsapp")),
        (None, ("hold", "not_checked", "")),
        ("processing", ("hold", "check_processing", "")),
        ("error", ("hold", "check_error", "")),
        ("inactive", ("reengage", "not_on_whatsapp", "sms")),
    ],
)
def test_with_consent_the_registration_decides(
    store: Store, status: str | None, expected: tuple[str, str, str]
) -> None:
    name = person(store, "p1-1", PHONE, status=status)
    said(store, name, PHONE, "opt_in", channel="whatsapp", occurred_at=DAY)
    said(store, name, PHONE, "opt_in", channel="sms", occurred_at=DAY)
    assert decision(store) == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], ("hold", "no_whatsapp_consent_and_no_consent_to_ask", "")),
        ([("opt_in", "sms")], ("reengage", "no_whatsapp_consent", "sms")),
        ([("opt_in", "whatsapp"), ("opt_out", "sms")], ("hold", "opted_out", "")),
        ([("opt_out", "viber")], ("hold", "opted_out", "")),
    ],
)
def test_without_consent_nobody_is_messaged(
    store: Store, events: list[tuple[str, str]], expected: tuple[str, str, str]
) -> None:
    name = person(store, "p1-1", PHONE, status="active")
    for number, (action, channel) in enumerate(events):
        said(store, name, PHONE, action, channel=channel, occurred_at=f"2026-01-0{number + 1}T00:00:00Z")
    assert decision(store) == expected


def test_a_low_grade_is_asked_again(store: Store) -> None:
    name = person(store, "p1-1", PHONE, status="active")
    said(store, name, PHONE, "opt_in", channel="whatsapp")
    said(store, name, PHONE, "opt_in", channel="sms", occurred_at=DAY)
    assert decision(store) == ("reengage", "consent_grade_D", "sms")
    assert decision(store, Rules(grade="D")) == ("message", "consent_grade_D", "whatsapp")


@pytest.mark.parametrize("kind", ["fixed_line", "premium_rate", "toll_free", "uan"])
def test_numbers_that_are_no_phones_are_held(store: Store, kind: str) -> None:
    name = person(store, "p1-1", PHONE, number_type=kind, status="active")
    said(store, name, PHONE, "opt_in", channel="whatsapp", occurred_at=DAY)
    assert decision(store) == ("hold", f"number_{kind}", "")


def test_a_number_that_may_have_a_new_owner_is_held(store: Store) -> None:
    name = person(store, "p1-1", PHONE, status="active", number_doubt="name_conflict")
    said(store, name, PHONE, "opt_in", channel="whatsapp", occurred_at=DAY)
    assert decision(store) == ("hold", "number_doubt_name_conflict", "")


def test_an_old_check_is_made_again(store: Store) -> None:
    name = person(store, "p1-1", PHONE, status="active", expires_at="2026-01-02T00:00:00Z")
    said(store, name, PHONE, "opt_in", channel="whatsapp", occurred_at=DAY)
    assert decision(store) == ("hold", "check_expired", "")


def test_someone_on_viber_alone_is_invited_there(store: Store) -> None:
    name = person(store, "p1-1", viber="abc==")
    said(store, name, "abc==", "opt_in", channel="viber", kind="viber", occurred_at=DAY)
    assert decision(store) == ("reengage", "no_phone", "viber")


def test_the_number_that_is_on_whatsapp_is_used(store: Store) -> None:
    name = person(store, "p1-1", "+33612345671", status="inactive")
    person(store, "p1-1", "+33612345672", status="active")
    said(store, name, "+33612345671", "opt_in", channel="whatsapp", occurred_at=DAY)
    decisions, _ = decide(store, Rules(), Counts("decide"), False)
    assert [(item.action, item.phone) for item in decisions] == [("message", "+33612345672")]


def test_the_cap_on_trying_is_kept_and_picks_the_same_people(store: Store) -> None:
    for number in range(20):
        name = person(store, f"p1-{number:02}", f"+336123456{number:02}", status="unverified")
        said(store, name, f"+336123456{number:02}", "opt_in", channel="whatsapp", occurred_at=DAY)
    counts = Counts("decide")
    first, sums = decide(store, Rules(try_cap=5), counts, False)
    assert sums == Counter({("hold", "try_cap_reached"): 15, ("try", "registration_unverified"): 5})
    assert (counts.verify().taken, counts.kept, counts.rejected) == (20, 5, 15)
    assert decide(store, Rules(try_cap=5), Counts("decide"), False)[0] == first


def test_people_who_were_merged_are_not_decided_on(store: Store) -> None:
    person(store, "p1-1", PHONE)
    person(store, "p2-1", merged_into="p1-1")
    decisions, _ = decide(store, Rules(), Counts("decide"), False)
    assert [item.person for item in decisions] == ["p1-1"]


def test_the_lists(store: Store, tmp_path: Path) -> None:
    for number, (status, events) in enumerate(
        [("active", ["whatsapp"]), ("active", ["sms"]), ("active", []), ("unverified", ["whatsapp"])]
    ):
        name = person(store, f"p1-{number}", f"+3361234567{number}", status=status, language="fr", region="FR")
        for channel in events:
            said(store, name, f"+3361234567{number}", "opt_in", channel=channel, occurred_at=DAY)
    output = tmp_path / "lists"
    arguments = ["decide", "-o", str(output), "--store", store.place.shown]
    result = CliRunner().invoke(group, arguments, standalone_mode=False)
    assert result.return_value == 0, result.output
    assert result.output.startswith("decide                4 in = 3 kept + 0 merged + 1 rejected\n")
    assert "+336" not in result.output
    found = {}
    for path in sorted(output.iterdir()):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found[path.name] = [(row["phone_e164"], row["reason"]) for row in csv.DictReader(file)]
        assert path.stat().st_mode & 0o077 == 0
    assert found == {
        "hold.csv": [("+33612345672", "no_whatsapp_consent_and_no_consent_to_ask")],
        "message.csv": [("+33612345670", "consent_grade_C")],
        "reengage-sms.csv": [("+33612345671", "no_whatsapp_consent")],
        "reengage-viber.csv": [],
        "try.csv": [("+33612345673", "registration_unverified")],
    }


def test_a_dry_run_leaves_the_store_as_it_was(store: Store) -> None:
    person(store, "p1-1", PHONE)
    result = CliRunner().invoke(
        group, ["decide", "--dry-run", "--store", store.place.shown, "--format", "json"], standalone_mode=False
    )
    assert result.return_value == 0
    assert rows(store, schema.decisions, ["person_id"]) == []
    assert rows(store, schema.runs, ["step"]) == []

"""What people answer to a campaign: consent for WhatsApp from those who were asked, and from nobody else."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from tests.contacts.people import person, rows, said

from bascule.cli.contacts import group
from bascule.contacts.campaign.campaign import wording_of
from bascule.contacts.counts import Counts
from bascule.contacts.ingest.importer import import_paths
from bascule.contacts.ingest.reading import Options as Reading
from bascule.contacts.merging.merge import Options, merge
from bascule.contacts.store import schema
from bascule.contacts.store.store import Store, open_store
from bascule.contacts.sync.apply import apply
from bascule.contacts.sync.inbox import append, rows_of
from bascule.contacts.sync.providers import read_events

AWA, BEA, OUT, OURS = "+33612345671", "+33612345672", "+33612345679", "+33644600000"
ASKED = 1_790_000_000
"""2026-09-21T14:13:20Z"""
_TEXT = (
    "Boutique Awa : nous passons à WhatsApp ! Répondez OUI pour nous rejoindre, ou écrivez-nous : "
    "https://wa.me/33699999999?text=OUI STOP pour refuser"
)


def when(days: float) -> str:
    from datetime import UTC, datetime, timedelta

    return (datetime.fromtimestamp(ASKED, UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def run(store: Store, *arguments: str) -> Result:
    done = CliRunner().invoke(group, [*arguments, "--store", store.place.shown], standalone_mode=False)
    assert done.return_value == 0, done.output + done.stderr
    return done


def log(path: Path, *messages: tuple[str, str, str]) -> Path:
    """An export of messages: who wrote, what, when."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["From", "To", "Body", "Status", "SentDate", "ApiVersion", "NumSegments", "ErrorCode",
                         "AccountSid", "Sid", "Direction", "Price", "PriceUnit"])  # fmt: skip
        for number, (sender, body, at) in enumerate(messages):
            writer.writerow([sender, OURS, body, "received", at, "2010-04-01", "1", "", "AC1",
                             f"SM{path.stem}{number:028}", "inbound", "", ""])  # fmt: skip
    return path


def imported(store: Store, path: Path) -> Counts:
    (done,) = import_paths(store, [str(path)], Reading())
    assert done.error is None
    return merge(store, Options()).counts


def campaign(store: Store, folder: Path, *more: str) -> None:
    run(store, "campaign", "-o", str(folder), "--business", "Boutique Awa", "--whatsapp-number", "+33699999999",
        "--language", "fr", *more)  # fmt: skip


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Awa and Béa agreed to SMS, are on WhatsApp, and were asked; a third person wrote once and was not."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(ASKED))
    store = open_store(str(tmp_path / "contacts.db"))
    imported(store, log(tmp_path / "before.csv", (AWA, "START", when(-40)), (BEA, "START", when(-30)),
                        (OUT, "Bonjour", when(-20))))  # fmt: skip
    with store.write() as connection:
        for number in (AWA, BEA, OUT):
            store.upsert(
                connection,
                schema.registrations,
                [
                    {
                        "lookup": store.vault.lookup("phone", "", number), "status": "active", "method": "imported",
                        "checked_at": when(-1), "confidence": "check", "expires_at": when(300),
                    }
                ],
            )  # fmt: skip
    run(store, "decide", "-o", str(tmp_path / "lists"))
    campaign(store, tmp_path / "campaign")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(ASKED + 86400 * 40))
    return store


def by_webhook(store: Store, _: Path, messages: list[tuple[str, str, str]]) -> None:
    """Vonage says when a message was sent."""
    for number, (sender, body, at) in enumerate(messages):
        form = {
            "channel": "sms", "message_uuid": f"aaaaaaaa-bbbb-4ccc-8ddd-{number:012}", "to": OURS[1:],
            "from": sender[1:], "timestamp": at, "message_type": "text", "text": body,
        }  # fmt: skip
        with store.write() as connection:
            append(store, connection, rows_of(store, read_events("vonage", form), at))
    counts = Counts("sync apply")
    apply(store, counts)
    counts.verify()


def by_import(store: Store, folder: Path, messages: list[tuple[str, str, str]]) -> None:
    imported(store, log(folder / "after.csv", *messages))


Way = Callable[[Store, Path, list[tuple[str, str, str]]], None]
WAYS = pytest.mark.parametrize("way", [by_webhook, by_import])


def given(store: Store) -> list[tuple[Any, ...]]:
    """Entries for WhatsApp."""
    names = ("person_id", "channel", "action", "purpose", "source", "occurred_at", "language")
    return [row for row in rows(store, schema.consents, names) if row[1] == "whatsapp"]


def decisions(store: Store, folder: Path) -> dict[str, str]:
    run(store, "decide", "-o", str(folder / "again"))
    return dict(rows(store, schema.decisions, ("person_id", "action")))


@WAYS
def test_a_yes_to_the_question_is_consent_for_whatsapp(asked: Store, tmp_path: Path, way: Way) -> None:
    assert dict(rows(asked, schema.decisions, ("person_id", "action"))) == {
        "p1-2": "reengage", "p1-3": "reengage", "p1-4": "hold",
    }  # fmt: skip
    way(asked, tmp_path, [(AWA, "Oui !", when(1)), (BEA, "Bonjour", when(1)), (OUT, "oui", when(1))])
    assert given(asked) == [("p1-2", "whatsapp", "opt_in", "marketing", "campaign", when(1), "fr")]
    table = schema.consents.c
    with asked.read() as connection:
        (row,) = connection.execute(select(schema.consents).where(table.channel == "whatsapp")).mappings()
    told = wording_of(asked, "sms", "fr")
    assert told is not None
    assert (row["wording_version"], row["wording"]) == told == (told[0], _TEXT)
    assert (row["names_business"], row["names_whatsapp"], row["method"]) == (True, True, "single")
    assert row["proof"]
    assert row["identity_lookup"] == AWA
    assert decisions(asked, tmp_path) == {"p1-2": "message", "p1-3": "reengage", "p1-4": "hold"}


@WAYS
def test_it_is_recorded_once(asked: Store, tmp_path: Path, way: Way) -> None:
    for _ in range(2):
        way(asked, tmp_path, [(AWA, "OUI", when(1))])
    merge(asked, Options(again=True))
    assert len(given(asked)) == 1


@WAYS
@pytest.mark.parametrize(
    ("body", "days"),
    [
        ("OUI", -1), ("OUI", 0), ("OUI", 31), ("JA", 1), ("NON", 1), ("oui mais pas maintenant", 1), ("START", 1),
        ("STOP", 1), ("OK", 1),
    ],
)  # fmt: skip
def test_what_is_no_answer(asked: Store, tmp_path: Path, way: Way, body: str, days: float) -> None:
    way(asked, tmp_path, [(AWA, body, when(days))])
    assert given(asked) == []
    assert decisions(asked, tmp_path)["p1-2"] != "message"


@WAYS
def test_who_left_afterwards_has_left(asked: Store, tmp_path: Path, way: Way) -> None:
    way(asked, tmp_path, [(AWA, "STOP", when(2)), (AWA, "OUI", when(1))])
    assert len(given(asked)) == 1
    assert decisions(asked, tmp_path)["p1-2"] == "hold"


@WAYS
def test_the_answer_of_somebody_who_was_merged_counts(asked: Store, tmp_path: Path, way: Way) -> None:
    """Awa is found to be an older person after she was asked."""
    with (tmp_path / "book.csv").open("w", encoding="utf-8") as file:
        file.write(f"Phone,WhatsApp ID,CRM ID\n{AWA},,c-1\n{BEA},,c-1\n")
    way(asked, tmp_path, [(BEA, "oui", when(1))])
    imported(asked, tmp_path / "book.csv")
    assert [row[0] for row in given(asked)] == ["p1-3"], "the ledger is append-only"
    assert decisions(asked, tmp_path) == {"p1-2": "message", "p1-4": "hold"}


def test_the_answer_of_somebody_who_is_merged_already(asked: Store, tmp_path: Path) -> None:
    with (tmp_path / "book.csv").open("w", encoding="utf-8") as file:
        file.write(f"Phone,WhatsApp ID,CRM ID\n{AWA},,c-1\n{BEA},,c-1\n")
    imported(asked, tmp_path / "book.csv")
    with asked.write() as connection:
        connection.execute(schema.campaign_people.delete().where(schema.campaign_people.c.person_id == "p1-2"))
    by_webhook(asked, tmp_path, [(BEA, "oui", when(1))])
    assert [row[0] for row in given(asked)] == ["p1-2"]


def test_another_word_by_webhook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word of one's own counts, START too; words such as START still say what they say of their channel."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(ASKED))
    store = open_store(str(tmp_path / "contacts.db"))
    for name, phone in (("p1-1", AWA), ("p1-2", BEA)):
        person(store, name, phone, language="fr", region="FR", status="active")
        said(store, name, phone, "opt_in", occurred_at=when(-9))
    run(store, "decide", "-o", str(tmp_path / "lists"))
    campaign(store, tmp_path / "campaign", "--keyword", "Start")
    by_webhook(store, tmp_path, [(AWA, "START", when(1)), (BEA, "oui", when(1))])
    assert [row[0] for row in given(store)] == ["p1-1", "p1-2"]
    assert ("p1-1", "sms", when(1)) in rows(store, schema.consents, ("person_id", "channel", "occurred_at"))


def test_an_erased_person_is_on_no_list_of_those_asked(asked: Store) -> None:
    run(asked, "erase", "--phone", AWA, "--yes")
    assert rows(asked, schema.campaign_people, ("person_id",)) == [("p1-3",)]


@WAYS
def test_the_word_of_a_campaign_is_found_in_webhooks_and_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(ASKED))
    store = open_store(str(tmp_path / "contacts.db"))
    imported(store, log(tmp_path / "before.csv", (AWA, "START", when(-40))))
    run(store, "decide", "-o", str(tmp_path / "lists"))
    campaign(store, tmp_path / "campaign", "--keyword", "JEVIENS")
    way(store, tmp_path, [(AWA, "je viens", when(1)), (AWA, "jeviens !", when(2))])
    assert [row[5] for row in given(store)] == [when(2)]


@WAYS
def test_words_of_ones_own_count_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: Way) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(ASKED))
    store = open_store(str(tmp_path / "contacts.db"))
    shown = run(store, "consent", "words", "--opt-out", "Ras le bol", "--opt-in", "CLUB")
    assert shown.output == "opt_out: Ras le bol\nopt_in: CLUB\n"
    imported(store, log(tmp_path / "before.csv", (AWA, "Bonjour", when(-40)), (BEA, "Bonjour", when(-40))))
    way(store, tmp_path, [(AWA, "club !", when(1)), (BEA, "RAS LE BOL.", when(1)), (BEA, "ras", when(2))])
    found = rows(store, schema.consents, ("person_id", "channel", "action", "occurred_at", "source"))
    assert found == [("p1-2", "sms", "opt_in", when(1), "keyword"), ("p1-3", "sms", "opt_out", when(1), "keyword")]


def test_a_log_is_read_anew_with_new_words_and_only_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(ASKED))
    store = open_store(str(tmp_path / "contacts.db"))
    path = log(tmp_path / "log.csv", (AWA, "Ras le bol", when(-40)))
    imported(store, path)
    assert rows(store, schema.consents, ("action",)) == []
    run(store, "consent", "words", "--opt-out", "RAS LE BOL")
    imported(store, path)
    assert rows(store, schema.consents, ("action",)) == [("opt_out",)]
    (done,) = import_paths(store, [str(path)], Reading())
    assert done.state == "again"


@pytest.mark.parametrize("words", [("--opt-in", "stop"), ("--opt-in", "X", "--opt-out", "x"), ("--opt-out", "!!"),
                                   ("--opt-out", "a" * 41)])  # fmt: skip
def test_words_that_cannot_be(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(
        group, ["consent", "words", *words, "--store", str(tmp_path / "c.db")], standalone_mode=False
    )
    assert result.return_value == 2
    assert "CON124" in result.stderr

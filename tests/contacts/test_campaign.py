"""The opt-in campaign: texts that fit, recipients in each provider's spelling, a conversation that passes its own check."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.contacts.people import person, said

from bascule.cli.contacts import group
from bascule.contacts.campaign.campaign import wording_of
from bascule.contacts.campaign.confirmation import confirmation
from bascule.contacts.campaign.recipients import Recipient, viber_broadcasts
from bascule.contacts.campaign.texts import LANGUAGES, Campaign, language_of
from bascule.contacts.consent.keywords import recognise
from bascule.contacts.counts import Counts
from bascule.contacts.deciding import Rules, decide
from bascule.contacts.store.store import Store, open_store
from bascule.language.gsm import count_segments
from bascule.parsers import ParseOptions
from bascule.source import SourceFile
from bascule.workspace import InputFile, analyse, load

DAY = "2026-01-01T00:00:00Z"
BOUTIQUE = Campaign("Boutique Awa", "+33612345678", "fr", "aide@boutique.example")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "contacts.db"))


def filled(store: Store) -> None:
    people = [("fr", "FR"), ("", "SN"), ("ar", "MA"), ("", "IN"), ("pt-BR", "BR"), ("ja", "JP")]
    for number, (language, region) in enumerate(people):
        phone = f"+3361234567{number}"
        name = person(store, f"p1-{number}", phone, language=language or None, region=region, status="active")
        said(store, name, phone, "opt_in", occurred_at=DAY)
    name = person(store, "p1-9", viber="id9==", language="ru")
    said(store, name, "id9==", "opt_in", channel="viber", kind="viber", occurred_at=DAY)
    decide(store, Rules(), Counts("decide"), False)


def run(store: Store, output: Path, *more: str) -> Result:
    arguments = [
        "campaign", "-o", str(output), "--business", "Boutique Awa", "--whatsapp-number", "+33 6 12 34 56 78",
        "--language", "fr", "--contact", "aide@boutique.example", "--store", store.place.shown, *more,
    ]  # fmt: skip
    return CliRunner().invoke(group, arguments, standalone_mode=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_conversation_passes_its_own_check(language: str) -> None:
    campaign = Campaign("Boutique Awa", "+33612345678", language, "aide@boutique.example")
    text = confirmation(campaign, [language], "marketing")
    workspace = load([InputFile(SourceFile("c.yaml", text.encode()), "c.yaml")], ParseOptions())
    findings = [*workspace.findings, *analyse(workspace).findings]
    assert [(found.code, found.message) for found in findings if str(found.severity) != "info"] == []


def test_braces_in_a_name_are_said() -> None:
    campaign = Campaign("{Awa}", "+33612345678", "fr")
    assert "messages de {{Awa}} sur" in confirmation(campaign, ["fr"], "marketing")


def test_the_conversation_of_all_languages_passes_its_own_check() -> None:
    text = confirmation(BOUTIQUE, LANGUAGES, "marketing")
    workspace = load([InputFile(SourceFile("c.yaml", text.encode()), "c.yaml")], ParseOptions())
    findings = [*workspace.findings, *analyse(workspace).findings]
    assert [(found.code, found.message) for found in findings if str(found.severity) != "info"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_are_told_to_answer_is_understood(language: str) -> None:
    found = recognise(Campaign("B", "+33612345678").keyword_in(language), language)
    assert found is not None
    assert found.action == "opt_in"
    assert "STOP" in Campaign("B", "+33612345678").text("sms", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sms_stays_short(language: str) -> None:
    found = count_segments(BOUTIQUE.text("sms", language))
    if language in ("ar", "hi", "ru"):
        assert (found.encoding, found.segments <= 3) == ("UCS-2", True)
    else:
        assert (found.encoding, found.segments <= 1) == ("GSM-7", True), found


@pytest.mark.parametrize(
    ("language", "region", "expected"),
    [
        ("fr-CA", "CA", "fr"),
        (None, "SN", "fr"),
        ("", "BR", "pt"),
        ("ja", "FR", "en"),
        (None, None, "en"),
        ("pt_BR", "", "pt"),
    ],
)
def test_the_language_to_write_in(language: str | None, region: str | None, expected: str) -> None:
    assert language_of(language, region, "en") == expected


def test_broadcasts_have_at_most_300_receivers_of_one_language() -> None:
    people = [Recipient(f"p{n}", "viber", f"id{n:04}", "fr" if n % 2 else "ru") for n in range(1401)]
    bodies = [json.loads(line) for line in viber_broadcasts(people, BOUTIQUE)]
    assert [len(body["broadcast_list"]) for body in bodies] == [300, 300, 100, 300, 300, 101]
    assert sorted(item for body in bodies for item in body["broadcast_list"]) == sorted(item.address for item in people)
    assert bodies[0]["keyboard"]["Buttons"][0]["ActionBody"] == "https://wa.me/33612345678?text=OUI"


@pytest.mark.parametrize(
    ("provider", "column", "first"), [("twilio", "To", "+33612345670"), ("vonage", "to", "33612345670")]
)
def test_a_campaign(store: Store, tmp_path: Path, provider: str, column: str, first: str) -> None:
    filled(store)
    output = tmp_path / "out"
    result = run(store, output, "--provider", provider)
    assert result.return_value == 0, result.output
    assert "7 in = 7 kept + 0 merged + 0 rejected" in result.output
    assert not [word for word in result.output.split() if word.startswith("+336") or "id9" in word]
    with (output / f"recipients-sms-{provider}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["language"] for row in rows] == ["fr", "fr", "ar", "hi", "pt", "fr"]
    assert rows[0][column] == first
    assert "nous passons à WhatsApp ! Répondez OUI" in next(iter(row for row in rows[0].values() if "WhatsApp" in row))
    assert json.loads((output / "broadcasts-viber.jsonl").read_text("utf-8"))["broadcast_list"] == ["id9=="]
    assert "whatsapp_opt_in" in (output / "confirmation.yaml").read_text("utf-8")
    campaign = json.loads((output / "campaign.json").read_text("utf-8"))
    found = wording_of(store, "sms", "fr")
    assert found is not None
    assert found == (campaign["id"], next(item["text"] for item in campaign["texts"] if item["language"] == "fr"))
    assert wording_of(store, "sms", "ru") is None


def test_a_campaign_for_nobody(store: Store, tmp_path: Path) -> None:
    result = run(store, tmp_path / "out")
    assert result.return_value == 2
    assert "CON122" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_number_that_is_none(store: Store, tmp_path: Path) -> None:
    filled(store)
    arguments = [
        "campaign",
        "-o",
        str(tmp_path / "o"),
        "--business",
        "B",
        "--whatsapp-number",
        "12",
        "--store",
        store.place.shown,
    ]
    result = CliRunner().invoke(group, arguments)
    assert result.exit_code == 2
    assert "E.164" in result.output


def test_a_dry_run_writes_nothing_and_remembers_nothing(store: Store, tmp_path: Path) -> None:
    filled(store)
    result = run(store, tmp_path / "out", "--dry-run")
    assert result.return_value == 0, result.output
    assert "7 in = 7 kept + 0 merged + 0 rejected" in result.output
    assert "Répondez OUI" in result.output
    assert not (tmp_path / "out").exists()
    assert wording_of(store, "sms", "fr") is None

"""Every profile reads its fixture; each is recognised by its columns alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.contacts.ingest.support import FIXTURES, converted, custom, write_lines

from bascule.contacts.ingest.names import plain
from bascule.contacts.ingest.profile import profile_named, profiles, recognise
from bascule.contacts.rows import COLUMNS
from bascule.contacts.tabular.problems import ContactsError

FILES = sorted(FIXTURES.iterdir())


def rows_of(name: str, **options: Any) -> list[dict[str, Any]]:
    return converted(FIXTURES / name, **options)[0]


def test_every_profile_has_a_fixture() -> None:
    assert {profile.name for profile in profiles()} == {file.stem for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_fixture_is_recognised_as_what_it_is(file: Path) -> None:
    _, source = converted(file, default_region="FR")
    assert source.plan.profile.name == file.stem
    assert source.reason


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_rows_have_only_canonical_columns_and_numbers_that_rise(file: Path) -> None:
    rows, _ = converted(file, default_region="FR")
    assert {name for row in rows for name in row} <= {name for name, _ in COLUMNS}
    keys = [(row["row"], row["part"]) for row in rows]
    assert keys == sorted(set(keys))
    assert all(isinstance(json.loads(row["custom"]), dict) for row in rows if "custom" in row)


def _scalars(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _scalars(item)]
    if isinstance(value, list):
        return [text for item in value for text in _scalars(item)]
    if value is None or value == "":
        return []
    return [str(value).lower() if isinstance(value, bool) else str(value)]


@pytest.mark.parametrize("file", [file for file in FILES if file.suffix != ".csv"], ids=lambda file: file.name)
def test_nothing_a_json_record_holds_is_lost(file: Path) -> None:
    """Every scalar of the source is a canonical cell, a part of one, or in custom; dates may be written otherwise."""
    text = file.read_text("utf-8")
    records = [json.loads(line) for line in text.splitlines()] if file.suffix == ".jsonl" else [json.loads(text)]
    pages = ("messages", "records", "objects", "results", "items", "persons", "blocklist")
    source = [
        one
        for record in records
        for one in (
            next((record[name] for name in pages if name in record), [record]) if isinstance(record, dict) else record
        )
    ]
    rows, _ = converted(file)
    by_record: dict[int, str] = {}
    for row in rows:
        held = by_record.get(row["row"], "")
        by_record[row["row"]] = held + json.dumps({**row, "custom": custom(row)}, ensure_ascii=False).casefold()
    assert len(by_record) == len(source)
    read = {"phonenumber", "emailaddress"}  # names of identifiers, which their columns stand for
    for number, record in enumerate(source, 1):
        for value in _scalars(record):
            if any(word in value for word in (":00", ":0", ":1", ":2", "1772442")) or value.casefold() in read:
                continue
            assert json.dumps(value, ensure_ascii=False)[1:-1].casefold() in by_record[number], (number, value)


@pytest.mark.parametrize("file", [file for file in FILES if file.suffix == ".csv"], ids=lambda file: file.name)
def test_no_column_of_a_table_is_lost(file: Path) -> None:
    _, source = converted(file, default_region="FR")
    header = file.read_text("utf-8").splitlines()[0]
    names = header.split(source.plan.delimiter)
    shown = {label for _, label in source.plan.columns} | set(source.plan.unmapped)
    assert shown == {f"`{name}`" for name in names}


def test_the_person_of_a_message_is_its_other_side() -> None:
    rows = rows_of("twilio-messages.csv")
    assert [row.get("phone_e164") for row in rows] == [
        "+33612345678", "+33612345678", "+33623456789", "+33623456789", "+5511961234567", None, None, "+33634567890"
    ]  # fmt: skip
    assert custom(rows[0])["To"] == custom(rows[1])["From"] == "+33756784512"
    assert "From" not in custom(rows[0])


def test_twilio_channels_reasons_and_opt_outs() -> None:
    rows = rows_of("twilio-messages.csv")
    assert [row["channel"] for row in rows] == ["sms"] * 4 + ["whatsapp"] + ["sms"] * 3
    assert [row.get("rejected") for row in rows][5:7] == ["alphanumeric_sender", "short_code"]
    assert [(row.get("consent_action"), row.get("consent_source")) for row in rows][2:4] == [
        ("opt_out", "keyword"),
        ("opt_out", "blocked_send"),
    ]
    assert (rows[7].get("consent_action"), rows[7]["consent_keyword"]) == (None, "OUI")


def test_twilio_in_three_spellings_says_the_same(tmp_path: Path) -> None:
    pages = rows_of("twilio-messages.json")
    assert [row["occurred_at"] for row in pages] == ["2026-03-02T09:15:00Z", "2026-03-02T09:20:00Z"]
    assert [row["consent_action"] for row in pages] == ["opt_out", "opt_out"]
    messages = json.loads((FIXTURES / "twilio-messages.json").read_text("utf-8"))["messages"]
    bulk = [
        {
            key: value
            for key, value in one.items()
            if key not in ("uri", "subresource_uris", "api_version", "price_unit")
        }
        for one in messages
    ]
    for one in bulk:
        one["date_sent"] = one["date_sent"].replace("Mon, 02 Mar 2026 ", "2026-03-02T").replace(" +0000", "Z")
    rows, source = converted(write_lines(tmp_path / "2026-03-02.json", bulk))
    assert source.plan.profile.name == "twilio-messages"
    wanted = ("phone_e164", "occurred_at", "message_id", "direction", "consent_action", "error_code")
    assert [[row.get(name) for name in wanted] for row in rows] == [[row.get(name) for name in wanted] for row in pages]


def test_vonage_numbers_without_plus_and_channels_by_provider() -> None:
    rows = rows_of("vonage-reports.csv")
    assert [row["phone_e164"] for row in rows] == ["+33612345678", "+33623456789", "+33634567890"]
    assert [row.get("consent_source") for row in rows] == [None, "blocked_send", "keyword"]
    assert "error_code" not in rows[0]
    rows = rows_of("vonage-reports.json")
    assert [(row["channel"], row["phone_e164"]) for row in rows] == [
        ("whatsapp", "+5521961234567"),
        ("viber", "+381641234567"),
    ]


def test_an_old_whatsapp_spelling_is_kept_as_the_id_it_is(tmp_path: Path) -> None:
    page = json.loads((FIXTURES / "vonage-reports.json").read_text("utf-8"))
    page["records"][0]["from"] = "5215512345678"
    path = tmp_path / "r.json"
    path.write_text(json.dumps(page), "utf-8")
    row = converted(path)[0][0]
    assert (row.get("phone_e164"), row["wa_id"], row.get("rejected")) == (None, "5215512345678", None)


def test_plivo_blocked_sends_and_times_with_an_offset() -> None:
    rows = rows_of("plivo-messages.json")
    assert [row.get("consent_source") for row in rows] == [None, "blocked_send", None]
    assert rows[0]["occurred_at"] == "2026-03-02T09:15:00Z"
    assert [row["channel"] for row in rows] == ["sms", "sms", "whatsapp"]


def test_bird_identifiers_and_subscriptions() -> None:
    rows = rows_of("bird-contacts-2023.json")
    assert [(row["part"], row["channel"], row["consent_action"]) for row in rows] == [
        (0, "whatsapp", "opt_out"),
        (1, "sms", "opt_in"),
    ]
    assert {row["phone_e164"] for row in rows} == {"+221771234567"}
    assert rows[0]["email"] == "awa@example.org"
    kept = rows_of("bird-contacts.json")
    assert [row["crm_id"] for row in kept] == ["con_01", "con_02"]
    assert json.loads(kept[0]["tags"]) == ["aud_1", "aud_2"]


def test_infobip_people_have_several_numbers_and_a_viber_id() -> None:
    rows = rows_of("infobip-people.json")
    assert [(row["part"], row["phone_e164"], row["viber_id"]) for row in rows] == [
        (0, "+48512345678", "01234567890A="),
        (1, "+48512345679", "01234567890A="),
    ]
    assert rows[0]["country"] == "PL"


def test_infobip_blocklist_takes_every_destination(tmp_path: Path) -> None:
    entry = {"sender": "S", "destinations": [{"to": f"3361234{number:04}"} for number in range(300)], "accountKey": "k"}
    path = tmp_path / "blocklist.json"
    path.write_text(json.dumps({"blocklist": [entry]}), "utf-8")
    rows, source = converted(path)
    assert source.plan.profile.name == "infobip-blocklist"
    assert sorted(row["phone_e164"] for row in rows) == [f"+3361234{number:04}" for number in range(300)]
    assert {row["consent_action"] for row in rows} == {"opt_out"}
    assert {row["kind"] for row in rows} == {"suppression"}


def test_a_list_whose_first_number_is_wrong_gives_the_next_one() -> None:
    rows = rows_of("infobip-blocklist.json")
    assert [(row["row"], row["phone_e164"]) for row in rows] == [
        (1, "+33612345678"), (1, "+33623456789"), (2, "+33634567890")
    ]  # fmt: skip


def test_viber_callbacks_by_event() -> None:
    rows = rows_of("viber-callbacks.jsonl")
    assert [row["kind"] for row in rows] == [
        "event", "event", "event", "message", "event", "event", "message", "event", "event"
    ]  # fmt: skip
    assert [row.get("consent_action") for row in rows] == [
        None, "opt_in", None, None, None, None, "opt_out", None, "opt_out"
    ]  # fmt: skip
    assert rows[0]["rejected"] == "no_identifier"
    assert rows[7]["message_status"] == "delivered"


def test_a_shared_card_is_the_users_own_only_under_his_name() -> None:
    rows = rows_of("viber-callbacks.jsonl")
    assert rows[4]["phone_e164"] == "+221771234567"
    assert "phone_raw" not in rows[5]
    assert custom(rows[5])["message.contact.phone_number"] == "381641234567"


def test_vibers_account_information_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "account.json"
    path.write_text(
        json.dumps(
            {
                "id": "pa:1",
                "subscribers_count": 12,
                "event_types": ["x"],
                "members": [{"id": "a=", "name": "Eva", "role": "admin"}],
            }
        ),
        "utf-8",
    )
    with pytest.raises(ContactsError, match="administrators"):
        converted(path)


def test_crm_numbers_of_several_columns_are_all_kept() -> None:
    rows = rows_of("hubspot-contacts.csv")
    assert [(row["row"], row["part"], row.get("phone_e164")) for row in rows] == [
        (2, 0, "+33612345678"),
        (2, 1, "+33142685300"),
        (3, 0, None),
    ]
    assert rows[2]["crm_id"] == "102"
    assert custom(rows[0])["Favorite Color"] == "bleu"
    rows = rows_of("salesforce-contacts.csv")
    assert [row["phone_e164"] for row in rows] == ["+33612345678", "+33142685300"]
    assert custom(rows[0])["DoNotCall"] == "true"


def test_salesforce_consents_that_say_neither_yes_nor_no() -> None:
    rows = rows_of("salesforce-consents.csv")
    assert [row.get("consent_action") for row in rows] == ["opt_in", "opt_out", None]
    assert custom(rows[2])["PrivacyConsentStatus"] == "NotSeen"
    assert rows[0]["consent_expires_at"] == "2028-01-02T10:00:00Z"


def test_near_misses_say_what_is_missing() -> None:
    keys = [plain(name) for name in ("Sid", "From", "To", "Body")]
    near = next(match for match in recognise(keys) if match.profile.name == "twilio-messages")
    assert not near.fits
    assert near.reason == "it has sid, from, to, but not direction"


def test_a_platform_with_several_profiles_is_asked_for() -> None:
    assert profile_named("plivo").name == "plivo-messages"
    with pytest.raises(ContactsError, match="profiles are of twilio") as caught:
        profile_named("twilio")
    assert "twilio-consents, twilio-messages" in caught.value.help


def test_ids_of_unknown_tables_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,phone\n17,+33612345678\n", "utf-8")
    assert converted(path)[0][0]["crm_scope"] == "import"
    assert converted(path, scope="shop")[0][0]["crm_scope"] == "shop"

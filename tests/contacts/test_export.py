"""Exports: each platform's spelling and limits, nobody without consent in an audience, nothing that runs in a spreadsheet."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.contacts.people import STAMP, person, said

from bascule.cli.contacts import group
from bascule.cli.contacts.export_command import _PROFILES
from bascule.contacts.counts import Counts
from bascule.contacts.deciding import Rules, decide
from bascule.contacts.export.export import export
from bascule.contacts.export.fields import FIELDS
from bascule.contacts.export.profiles import export_profiles
from bascule.contacts.store import schema
from bascule.contacts.store.store import Store, open_store

DAY = "2026-01-01T00:00:00Z"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = open_store(str(tmp_path / "contacts.db"))
    names = [("Awa", "Diop"), ("=HYPERLINK(1)", None), (None, "Нгуен"), ("علي", "بن")]
    for number, (first, last) in enumerate(names):
        phone = f"+3361234567{number}"
        status = "active" if number < 3 else "unverified"
        who = person(store, f"p1-{number}", phone, first_name=first, last_name=last, language="fr", status=status)
        if number != 1:
            said(store, who, phone, "opt_in", channel="whatsapp", occurred_at=DAY, source="form")
    with store.write() as connection:
        facts = [("email", "awa@exemple.sn"), ("tags", '["vip","Dakar"]'), ("custom.Taille", "42")]
        for field, value in facts:
            row = {
                "person_id": "p1-0",
                "field": field,
                "value": value,
                "import_id": "i1",
                "source_row": 2,
                "seen_at": STAMP,
            }
            store.upsert(connection, schema.facts, [row])
    decide(store, Rules(), Counts("decide"), False)
    said(store, "p1-2", "+33612345672", "opt_out", channel="whatsapp", occurred_at="2026-05-01T00:00:00Z")
    return store


def run(store: Store, profile: str, output: Path, *more: str) -> Result:
    arguments = ["export", profile, "-o", str(output), "--store", store.place.shown, *more]
    return CliRunner().invoke(group, arguments, standalone_mode=False)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_command_knows_the_profiles() -> None:
    assert sorted(export_profiles()) == list(_PROFILES)
    used = {name for profile in export_profiles().values() for _, name in profile.columns}
    assert used - {"subscription"} <= set(FIELDS)


def test_everyone_with_all_that_is_known(store: Store, tmp_path: Path) -> None:
    result = run(store, "generic", tmp_path / "o")
    assert result.return_value == 0, result.output
    assert "4 in = 4 kept + 0 merged + 0 rejected" in result.output
    rows = read(tmp_path / "o" / "generic-0001.csv")
    assert [row["phone_e164"] for row in rows] == [f"+3361234567{number}" for number in range(4)]
    assert rows[0]["tags"] == "vip;Dakar"
    assert json.loads(rows[0]["custom"]) == {"Taille": "42"}
    assert rows[1]["first_name"] == "'=HYPERLINK(1)"
    assert [row["whatsapp_consent"] for row in rows] == ["granted", "none", "refused", "granted"]
    assert rows[3]["first_name"] == "علي"


@pytest.mark.parametrize(
    ("profile", "column", "numbers"),
    [
        ("twilio", "To", ["+33612345670", "+33612345673"]),
        ("vonage", "to", ["33612345670", "33612345673"]),
        ("plivo", "dst", ["33612345670", "33612345673"]),
        ("meta", "to", ["33612345670", "33612345673"]),
    ],
)
def test_audiences_hold_only_people_who_agreed(
    store: Store, tmp_path: Path, profile: str, column: str, numbers: list[str]
) -> None:
    result = run(store, profile, tmp_path / "o", "--format", "json")
    counts = json.loads(result.output)["counts"][0]
    assert counts["reasons"] == {
        "consent_refused_since_decision": 1, "hold_no_whatsapp_consent_and_no_consent_to_ask": 1,
    }  # fmt: skip
    assert [row[column] for row in read(tmp_path / "o" / f"{profile}-0001.csv")] == numbers


def test_a_low_grade_is_refused_in_an_audience(store: Store, tmp_path: Path) -> None:
    result = run(store, "twilio", tmp_path / "o", "--min-grade", "A", "--format", "json")
    counts = json.loads(result.output)["counts"][0]
    assert (counts["kept"], counts["reasons"]["consent_grade_C"]) == (0, 2)
    assert json.loads(result.output)["written"] == {}


def test_salesforce(store: Store, tmp_path: Path) -> None:
    assert run(store, "salesforce", tmp_path / "o").return_value == 0
    data = (tmp_path / "o" / "salesforce-0001.csv").read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data
    rows = read(tmp_path / "o" / "salesforce-0001.csv")
    assert [row["LastName"] for row in rows] == ["Diop", "[not provided]", "Нгуен", "بن"]
    job = json.loads((tmp_path / "o" / "jobs.json").read_text("utf-8"))["jobs"][0]
    assert job["requests"][0]["body"]["externalIdFieldName"] in rows[0]
    assert job["requests"][0]["body"]["lineEnding"] == "LF"


def test_mobile_connect_wants_digits_and_says_who_left(store: Store, tmp_path: Path) -> None:
    assert run(store, "salesforce-mobile", tmp_path / "o").return_value == 0
    rows = read(tmp_path / "o" / "salesforce-mobile-0001.csv")
    assert rows[0]["_MobileNumber"] == "33612345670"
    assert [row["_OptInStatus"] for row in rows] == ["", "", "Unsubscribed", ""]


def test_hubspot(store: Store, tmp_path: Path) -> None:
    assert run(store, "hubspot", tmp_path / "o").return_value == 0
    request = json.loads((tmp_path / "o" / "importRequest.json").read_text("utf-8"))
    mapped = [item["columnName"] for item in request["files"][0]["fileImportPage"]["columnMappings"]]
    assert mapped == list(read(tmp_path / "o" / "hubspot-0001.csv")[0])
    assert run(store, "hubspot-api", tmp_path / "api").return_value == 0
    [line] = (tmp_path / "api" / "hubspot-api-bodies.jsonl").read_text("utf-8").splitlines()
    first = json.loads(line)["inputs"][0]
    assert (first["idProperty"], first["properties"]["hs_whatsapp_phone_number"]) == (
        "bascule_contact_key",
        "+33612345670",
    )
    assert all(isinstance(value, str) for value in first["properties"].values())


def test_files_stay_within_their_limits(store: Store, tmp_path: Path) -> None:
    profile = export_profiles()["salesforce"]
    from dataclasses import replace

    counts = Counts("export")
    written = export(store, replace(profile, bytes=420), str(tmp_path / "o"), counts)
    counts.verify()
    assert len(written) > 1
    assert sum(people for _, people in written) == 4
    assert all(Path(path).stat().st_size <= 420 for path, _ in written)
    assert [len(read(Path(path))) for path, _ in written] == [people for _, people in written]


def test_a_shorter_export_does_not_leave_old_files_unsaid(store: Store, tmp_path: Path) -> None:
    assert run(store, "generic", tmp_path / "o", "--rows", "1").return_value == 0
    result = run(store, "generic", tmp_path / "o")
    assert result.return_value == 2
    assert "CON140" in result.stderr


def test_a_pseudonymised_export_names_nobody(store: Store, tmp_path: Path) -> None:
    assert run(store, "generic", tmp_path / "o", "--pseudonymise").return_value == 0
    text = (tmp_path / "o" / "generic-0001.csv").read_text("utf-8-sig")
    for secret in ("6123456", "Awa", "Diop", "exemple.sn", "Dakar", "Taille"):
        assert secret not in text
    first = read(tmp_path / "o" / "generic-0001.csv")[0]
    assert first["phone_e164"] == store.vault.pseudonym("phone", "", "+33612345670")
    assert first["custom"] == ""


def test_an_api_gets_no_pseudonyms(store: Store, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        group, ["export", "infobip", "-o", str(tmp_path), "--pseudonymise", "--store", store.place.shown]
    )
    assert result.exit_code == 2


def test_no_number_is_printed(store: Store, tmp_path: Path) -> None:
    for profile in _PROFILES:
        result = run(store, profile, tmp_path / profile)
        assert result.return_value == 0, result.output
        assert "6123456" not in result.output + result.stderr


@pytest.mark.corpus
def test_infobips_own_document_takes_the_bodies(store: Store, tmp_path: Path, corpus: Path) -> None:
    import jsonschema

    document = json.loads((corpus / "openapi" / "infobip-people-openapi.json").read_text("utf-8"))
    schemas = document["components"]["schemas"]
    operation = document["paths"]["/people/2/persons/batch"]["post"]
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["allOf"][0]["$ref"]
    people = schemas[reference.rpartition("/")[2]]["properties"]["people"]
    person_schema = schemas[people["items"]["$ref"].rpartition("/")[2]]
    # The document says that every custom attribute is an object; its own example has texts.
    person_schema["properties"]["customAttributes"].pop("additionalProperties")
    wanted = {"$ref": reference, "components": document["components"]}
    assert run(store, "infobip", tmp_path / "o").return_value == 0
    bodies = [json.loads(line) for line in (tmp_path / "o" / "infobip-bodies.jsonl").read_text("utf-8").splitlines()]
    assert [len(body["people"]) for body in bodies] == [2]
    known = person_schema["properties"]
    for body in bodies:
        jsonschema.validate(body, wanted)
        for item in body["people"]:
            assert set(item) <= set(known)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"people": [{"firstName": 3}]}, wanted)


def test_a_dry_run_counts_and_writes_nothing(store: Store, tmp_path: Path) -> None:
    result = run(store, "twilio", tmp_path / "o", "--dry-run", "--format", "json")
    assert result.return_value == 0, result.output
    counts = json.loads(result.output)["counts"][0]
    assert (counts["in"], counts["kept"]) == (4, 2)
    assert not (tmp_path / "o").exists()

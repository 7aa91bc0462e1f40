"""Merging: who is one person, what survives, and that every row is accounted for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.contacts.merging.support import merged, owners, people, rows
from tests.contacts.snapshots import add_import

from bascule.contacts.merging.merge import Options, merge
from bascule.contacts.merging.survivorship import FieldRule, Survivorship
from bascule.contacts.store.store import Store, open_store
from bascule.contacts.tabular.problems import ContactsError

FR, OTHER, CI = "+33612345678", "+33698765432", "+2250707070707"
OLD, MID, NEW = "2024-01-05T08:00:00Z", "2024-06-05T08:00:00Z", "2025-01-05T08:00:00Z"


def test_the_same_number_is_the_same_person(store: Store) -> None:
    found = merged(store, [{"phone_e164": FR}, {"phone_e164": OTHER}, {"phone_e164": FR}])
    assert list(people(store)) == ["p1-2", "p1-3"]
    assert owners(store) == {("phone", FR): "p1-2", ("phone", OTHER): "p1-3"}
    assert (found.counts.taken, found.counts.kept, found.counts.merged, found.counts.rejected) == (3, 2, 1, 0)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"wa_id": "5511987654321"}, {"wa_id": "5511987654321"}, True),
        ({"bsuid": "FR.1", "bsuid_scope": "a"}, {"bsuid": "FR.1", "bsuid_scope": "a"}, True),
        ({"bsuid": "FR.1", "bsuid_scope": "a"}, {"bsuid": "FR.1", "bsuid_scope": "b"}, False),
        ({"viber_id": "A=", "viber_scope": "bot"}, {"viber_id": "A=", "viber_scope": "bot"}, True),
        ({"viber_id": "A=", "viber_scope": "bot"}, {"viber_id": "A=", "viber_scope": "other"}, False),
        ({"crm_id": "7", "crm_scope": "hs"}, {"crm_id": "7", "crm_scope": "hs"}, True),
        ({"crm_id": "7", "crm_scope": "hs"}, {"crm_id": "7", "crm_scope": "sf"}, False),
        ({"email": "a@example.org"}, {"email": "a@example.org"}, False),
        ({"parent_bsuid": "P", "bsuid": "FR.1"}, {"parent_bsuid": "P", "bsuid": "FR.2"}, False),
        # A WhatsApp id is never read as a number, nor a number as an id.
        ({"wa_id": "5511987654321"}, {"phone_e164": "+5511987654321"}, False),
        ({"wa_id": "551187654321"}, {"phone_e164": "+5511987654321"}, False),
        ({"wa_id": "5491123456789"}, {"phone_e164": "+5491123456789"}, False),
        ({"wa_id": "5215512345678"}, {"phone_e164": "+525512345678"}, False),
    ],
)
def test_what_links_two_rows(store: Store, one: dict[str, str], other: dict[str, str], same: bool) -> None:
    merged(store, [one], [other])
    assert len(people(store)) == (1 if same else 2)


def test_record_ids_without_a_crm_mean_something_within_their_file_only(store: Store) -> None:
    merged(store, [{"crm_id": "7"}, {"crm_id": "7"}], [{"crm_id": "7"}])
    assert list(people(store)) == ["p1-2", "p2-2"]


def test_a_viber_id_joins_a_number_only_by_a_row_that_holds_both(store: Store) -> None:
    viber = {"viber_id": "01234567890A=", "viber_scope": "bot"}
    merged(store, [{"phone_e164": FR, "name": "Inès"}, viber | {"name": "Inès"}])
    assert len(people(store)) == 2
    merged(store, [{"phone_e164": FR, "name": "Inès"}, viber | {"name": "Inès"}], [viber | {"phone_e164": FR}])
    assert list(people(store)) == ["p1-2"]
    assert owners(store) == {("phone", FR): "p1-2", ("viber", "01234567890A="): "p1-2"}


def test_the_numbers_of_a_cell_are_one_persons(store: Store) -> None:
    found = merged(
        store, [{"row": 2, "phone_e164": FR}, {"row": 2, "part": 1, "phone_e164": OTHER}, {"row": 3, "phone_e164": CI}]
    )
    assert list(people(store)) == ["p1-2", "p1-3"]
    assert (found.counts.taken, found.counts.kept, found.counts.merged) == (3, 2, 1)


def test_rows_join_by_way_of_others(store: Store) -> None:
    merged(
        store,
        [{"phone_e164": FR}, {"crm_id": "1", "crm_scope": "hs"}],
        [
            {"phone_e164": OTHER, "viber_id": "A=", "viber_scope": "b"},
            {"phone_e164": FR, "viber_id": "A=", "viber_scope": "b"},
        ],
        [{"phone_e164": OTHER, "crm_id": "1", "crm_scope": "hs"}],
    )
    assert list(people(store)) == ["p1-2"]
    assert set(owners(store).values()) == {"p1-2"}


def test_rejected_rows_are_not_taken(store: Store) -> None:
    found = merged(store, [{"phone_e164": FR}, {"name": "personne"}])
    assert found.counts.taken == 1
    assert not found.counts.reasons


def test_the_latest_value_survives_and_the_other_is_kept_with_its_origin(store: Store) -> None:
    merged(
        store,
        [
            {
                "phone_e164": FR,
                "last_name": "Martin",
                "email": "new@example.org",
                "modified_at": NEW,
                "custom": {"Ville": "Lyon"},
            },
            {
                "phone_e164": FR,
                "last_name": "Durand",
                "email": " ",
                "modified_at": OLD,
                "custom": {"Ville": "  ", "Âge": "31"},
            },
            {"phone_e164": FR, "last_name": "MARTIN", "first_name": "Zoé"},
        ],
    )
    person = people(store)["p1-2"]
    assert (person["first_name"], person["last_name"]) == ("Zoé", "Martin")
    facts = {row["field"]: (row["value"], row["source_row"], row["seen_at"]) for row in rows(store, "facts")}
    assert facts == {
        "last_name": ("Martin", 2, NEW),
        "email": ("new@example.org", 2, NEW),
        "custom.Ville": ("Lyon", 2, NEW),
        "custom.Âge": ("31", 3, OLD),
    }
    assert [(row["field"], row["value"], row["source_row"], row["seen_at"]) for row in rows(store, "conflicts")] == [
        ("last_name", "Durand", 3, OLD)
    ]


CELLS: list[dict[str, Any]] = [
    {"phone_e164": FR, "name": "Awa D", "modified_at": MID, "tags": ["a", "b"]},
    {"phone_e164": FR, "name": "Awa Diop Ndiaye", "modified_at": OLD, "tags": ["c"]},
    {"phone_e164": FR, "name": "Awa Diop", "modified_at": NEW},
]


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        (FieldRule("latest"), "Awa Diop"),
        (FieldRule("earliest"), "Awa Diop Ndiaye"),
        (FieldRule("longest"), "Awa Diop Ndiaye"),
        (FieldRule("priority", ("import-1.csv",)), "Awa D"),
        (FieldRule("priority", ("crm", "import-2.csv")), "Awa Diop Ndiaye"),
        (FieldRule("priority", ("import-9.csv",)), "Awa Diop"),
    ],
)
def test_the_rule_of_a_field(store: Store, rule: FieldRule, name: str) -> None:
    merged(store, *([cells] for cells in CELLS), survivorship=Survivorship(fields={"name": rule}))
    assert people(store)["p1-2"]["name"] == name
    assert len(rows(store, "conflicts")) == 3  # two names, and tags by the default rule


def test_ties_go_by_source_then_by_the_later_row(store: Store) -> None:
    cells = [[{"phone_e164": FR, "name": name, "modified_at": OLD}] for name in ("Un", "Deux", "Trois")]
    merged(store, *cells)
    assert people(store)["p1-2"]["name"] == "Trois"
    merged(store, survivorship=Survivorship(FieldRule("latest", ("import-2.csv",))))
    assert people(store)["p1-2"]["name"] == "Deux"


def test_tags_can_be_united(store: Store) -> None:
    merged(store, *([cells] for cells in CELLS), survivorship=Survivorship(fields={"tags": FieldRule("union")}))
    assert {row["field"]: row["value"] for row in rows(store, "facts")}["tags"] == '["a", "b", "c"]'
    assert {row["field"] for row in rows(store, "conflicts")} == {"name"}


def test_the_parts_of_a_record_may_differ_in_a_field(store: Store) -> None:
    cells = [{"row": 2, "part": part, "phone_e164": FR, "email": f"{part}@example.org"} for part in range(4)]
    merged(store, cells)
    assert [row["value"] for row in rows(store, "facts")] == ["3@example.org"]
    assert [(row["part"], row["value"]) for row in rows(store, "conflicts")] == [
        (part, f"{part}@example.org") for part in range(3)
    ]


def test_nul_in_a_cell_is_left_out(store: Store) -> None:
    merged(store, [{"phone_e164": FR, "name": "Zo\0é", "custom": {"Ville": "Ly\0on", "x": "\0"}}])
    assert people(store)["p1-2"]["name"] == "Zoé"
    assert [row["value"] for row in rows(store, "facts")] == ["Lyon"]


def test_cells_of_a_message_say_nothing_of_the_person(store: Store) -> None:
    merged(store, [{"phone_e164": FR, "kind": "message", "custom": {"Price": "0.1"}}])
    assert rows(store, "facts") == []


@pytest.mark.parametrize("name", ["élodie 👩🏽", "अनीता शर्मा", "أمينة حسن", "Иванова Мария", "João", 'O"Neill; DROP'])
def test_names_of_all_languages_pass_unchanged(store: Store, name: str) -> None:
    merged(store, [{"phone_e164": FR, "name": name, "custom": {name: name}, "tags": [name]}])
    assert people(store)["p1-2"]["name"] == name
    facts = {row["field"]: row["value"] for row in rows(store, "facts")}
    assert facts[f"custom.{name}"] == name
    assert json.loads(facts["tags"]) == [name]


def test_moments_come_from_messages(store: Store) -> None:
    def message(at: str, direction: str, channel: str, **cells: str) -> dict[str, str]:
        return {
            "phone_e164": FR,
            "kind": "message",
            "occurred_at": at,
            "direction": direction,
            "channel": channel,
        } | cells

    merged(
        store,
        [
            message(OLD, "inbound", "whatsapp"),
            message(MID, "inbound", "sms"),
            message(MID, "outbound", "sms"),
            message(NEW, "outbound", "sms", message_status="failed"),
            {"phone_e164": FR, "modified_at": NEW},
        ],
    )
    person = people(store)["p1-2"]
    assert person["last_inbound_at"] == MID
    assert person["last_outbound_at"] == MID
    assert person["whatsapp_inbound_at"] == OLD
    assert person["first_seen_at"] == OLD
    identity = rows(store, "identities")[0]
    assert (identity["first_seen_at"], identity["last_seen_at"]) == (OLD, NEW)


@pytest.mark.parametrize(
    ("cells", "confidence"),
    [
        ([{"phone_how": "explicit_plus"}], "sure"),
        ([{"phone_how": "national_with_hint"}], "sure"),
        ([{"phone_how": "assumed_plus"}], "assumed"),
        ([{"phone_how": "assumed_idd"}], "assumed"),
        ([{"phone_how": "explicit_plus", "phone_reason": "two_readings"}], "assumed"),
        ([{"phone_how": "assumed_plus"}, {"phone_how": "idd"}], "sure"),
    ],
)
def test_how_sure_a_number_is(store: Store, cells: list[dict[str, str]], confidence: str) -> None:
    merged(store, [{"phone_e164": FR} | item for item in cells])
    identity = rows(store, "identities")[0]
    assert identity["confidence"] == confidence
    assert identity["how"] == cells[-1]["phone_how"]
    assert (identity["region"], identity["number_type"]) == ("FR", "mobile")


def test_the_region_is_that_of_the_number_that_is_messaged(store: Store) -> None:
    merged(
        store,
        [
            {"row": 2, "phone_e164": "+33142345678", "crm_id": "1", "country": "BE", "modified_at": NEW},
            {"row": 3, "phone_e164": CI, "crm_id": "1"},
            {"row": 4, "email": "a@example.org", "country": "MA"},
        ],
    )
    found = people(store)
    assert (found["p1-2"]["region"], found["p1-2"]["phone_type"]) == ("CI", "mobile")
    assert (found["p1-4"]["region"], found["p1-4"]["phone_type"]) == ("MA", None)


def test_another_name_on_a_number_is_a_doubt(store: Store) -> None:
    found = merged(
        store,
        [{"phone_e164": FR, "name": "Moussa Traoré"}, {"phone_e164": FR, "name": "Claire Petit"}],
    )
    assert people(store)["p1-2"]["number_doubt"] == "name_conflict"
    assert rows(store, "identities")[0]["confidence"] == "doubtful"
    assert found.counts.notes["numbers in doubt"] == 1


def test_a_long_silence_is_a_doubt_unless_the_name_stays(store: Store) -> None:
    def cells(phone: str, before: str, after: str) -> list[dict[str, str]]:
        return [
            {"phone_e164": phone, "name": before, "modified_at": "2021-01-01T00:00:00Z"},
            # What the business sends does not break the silence.
            {"phone_e164": phone, "kind": "message", "direction": "outbound", "occurred_at": "2022-06-01T00:00:00Z"},
            {"phone_e164": phone, "name": after, "kind": "message", "direction": "inbound", "occurred_at": NEW},
        ]

    merged(store, cells(FR, "Awa", ""), cells(OTHER, "Awa Diop", "Awa"))
    assert people(store)["p1-2"]["number_doubt"] == "long_gap"
    assert people(store)["p2-2"]["number_doubt"] is None
    merged(store, survivorship=Survivorship(gap_days=0))
    assert people(store)["p1-2"]["number_doubt"] is None


def test_consent_is_recorded_with_what_is_known(store: Store) -> None:
    found = merged(
        store,
        [
            {
                "phone_e164": FR, "consent_action": "opt_in", "consent_purpose": "marketing", "channel": "sms",
                "occurred_at": OLD, "consent_double": "true", "consent_wording": "Oui, je m'inscris", "language": "fr",
                "consent_names_business": "true", "consent_names_whatsapp": "false", "consent_source": "form",
            },
            {"phone_e164": OTHER, "consent_action": "opt_in"},
            {"phone_e164": OTHER, "kind": "message", "consent_keyword": "STOP", "channel": "sms", "occurred_at": NEW},
            {"viber_id": "A=", "viber_scope": "bot", "kind": "suppression", "channel": "viber"},
        ],
    )  # fmt: skip
    ledger = {row["event_key"].split(":", 1)[1]: row for row in rows(store, "consents")}
    first = ledger["2:0:opt_in"]
    assert (first["person_id"], first["method"], first["occurred_at"]) == ("p1-2", "double", OLD)
    assert (first["names_business"], first["names_whatsapp"], first["wording"]) == (True, False, "Oui, je m'inscris")
    unknown = ledger["3:0:opt_in"]
    assert (unknown["occurred_at"], unknown["channel"], unknown["purpose"]) == (None, "*", "*")
    assert (ledger["4:0:opt_out"]["source"], ledger["4:0:opt_out"]["person_id"]) == ("keyword", "p1-3")
    assert (ledger["5:0:opt_out"]["identity_kind"], ledger["5:0:opt_out"]["source"]) == ("viber", "platform_list")
    assert found.counts.notes["opt-ins without a date"] == 1
    suppressed = {(row["pseudonym"], row["channel"]) for row in rows(store, "suppressions")}
    assert suppressed == {
        (store.vault.pseudonym("phone", "", OTHER), "sms"),
        (store.vault.pseudonym("viber", "bot", "A="), "viber"),
    }


def test_viber_ids_without_a_number_are_counted_and_listed(store: Store) -> None:
    found = merged(
        store,
        [
            {"viber_id": "B+/=", "viber_scope": "bot", "language": "ru"},
            {"viber_id": "A=", "viber_scope": "bot"},
            {"viber_id": "C=", "viber_scope": "bot", "phone_e164": FR},
            {"viber_id": "D=", "viber_scope": "bot", "kind": "suppression", "channel": "viber"},
        ],
    )
    assert found.counts.notes["Viber ids without a number, to be invited"] == 2
    assert found.counts.notes["Viber ids without a number, opted out"] == 1
    path = Path(found.invitations)
    assert path.stat().st_mode & 0o077 == 0
    listed = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert listed == [
        {"language": "ru", "person": "p1-2", "viber_id": "B+/=", "viber_scope": "bot"},
        {"language": None, "person": "p1-3", "viber_id": "A=", "viber_scope": "bot"},
    ]


def test_a_dry_run_counts_the_same_and_writes_nothing(store: Store) -> None:
    from tests.contacts.merging.support import content

    add_import(store, [{"phone_e164": FR, "name": "A"}, {"phone_e164": FR, "name": "B"}, {"phone_e164": CI}])
    before, runs = content(store), rows(store, "runs")
    dry = merge(store, Options(dry_run=True))
    assert (content(store), rows(store, "runs")) == (before, runs)
    assert not list(store.place.backups.iterdir())
    assert not list((store.place.data / "work").iterdir())
    assert dry.counts == merge(store, Options()).counts


def test_an_open_import_is_left_out_and_named(store: Store) -> None:
    add_import(store, [{"phone_e164": FR}], file="half.csv", state="open")
    found = merged(store, [{"phone_e164": OTHER}])
    assert [remark.kind for remark in found.remarks] == ["contacts-merge-open"]
    assert list(people(store)) == ["p2-2"]


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_damaged_snapshot_stops_everything(store: Store, damage: str) -> None:
    name = add_import(store, [{"phone_e164": FR}])
    part = store.place.snapshots / name / "part-00000.parquet"
    part.unlink() if damage == "missing" else part.write_bytes(part.read_bytes() + b"x")
    with pytest.raises(ContactsError) as caught:
        merge(store, Options())
    assert caught.value.kind == "contacts-snapshot-damaged"
    assert FR not in caught.value.message
    assert people(store) == {}


def test_an_import_without_rows_merges_to_nothing(store: Store) -> None:
    found = merged(store, [])
    assert found.counts.taken == 0
    assert people(store) == {}


@pytest.mark.parametrize("limit", ["lots", "-1", ""])
def test_a_memory_limit_that_is_none(store: Store, limit: str) -> None:
    add_import(store, [{"phone_e164": FR}])
    with pytest.raises(ContactsError) as caught:
        merge(store, Options(memory_limit=limit))
    assert caught.value.kind == "contacts-memory"


def test_two_merges_do_not_run_at_once(store: Store) -> None:
    from bascule.contacts.merging.engine import single

    add_import(store, [{"phone_e164": FR}])
    with single(store, "merge"), pytest.raises(ContactsError) as caught:
        merge(store, Options())
    assert caught.value.kind == "contacts-store-busy"


def test_what_a_killed_merge_spilled_is_removed(store: Store) -> None:
    left = store.place.data / "work" / "merge-dead"
    left.mkdir(parents=True)
    (left / "work.duckdb").write_bytes(b"people")
    merged(store, [{"phone_e164": FR}])
    assert not list((store.place.data / "work").iterdir())


def test_the_work_folder_is_private(store: Store) -> None:
    from bascule.contacts.merging.engine import opened_engine

    with opened_engine(store.place.data / "work", "100MB") as (connection, _):
        connection.execute("CREATE TABLE t AS SELECT 1")
        made = list((store.place.data / "work").iterdir())
        assert [path.stat().st_mode & 0o777 for path in made] == [0o700]


def test_an_index_that_a_killed_merge_left_out_is_made_when_the_store_is_opened(tmp_path: Path) -> None:
    import sqlite3

    place = str(tmp_path / "contacts.db")
    with open_store(place) as store:
        merged(store, [{"phone_e164": "+33612345678"}])
    whole = sorted(sqlite3.connect(place).execute("SELECT name FROM sqlite_master WHERE type = 'index'"))
    with sqlite3.connect(place) as connection:
        connection.execute("DROP INDEX ix_identities_person_id")
    open_store(place).close()
    assert sorted(sqlite3.connect(place).execute("SELECT name FROM sqlite_master WHERE type = 'index'")) == whole

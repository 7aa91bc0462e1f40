"""Merging again: stable ids, nothing twice, nothing that others wrote is overwritten, erased people stay away."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update
from tests.contacts.merging.support import content, joined, merged, owners, people, rows
from tests.contacts.snapshots import add_import

from bascule.contacts.merging.merge import Options, merge
from bascule.contacts.merging.survivorship import FieldRule, Survivorship
from bascule.contacts.store import schema
from bascule.contacts.store.store import Store

FR, OTHER, CI = "+33612345678", "+33698765432", "+2250707070707"
OLD, MID, NEW, LATER = "2024-01-05T08:00:00Z", "2024-06-05T08:00:00Z", "2025-01-05T08:00:00Z", "2026-01-05T08:00:00Z"


def _import(store: Store, number: int, *cells: dict[str, object]) -> None:
    add_import(store, cells, file=f"import-{number}.csv")


def test_a_second_merge_has_nothing_to_do(store: Store) -> None:
    merged(store, [{"phone_e164": FR}])
    before = content(store)
    found = merge(store, Options())
    assert found.nothing
    assert not found.backup
    assert content(store) == before


def test_merging_all_again_changes_nothing(store: Store) -> None:
    merged(
        store,
        [
            {"phone_e164": FR, "name": "A", "modified_at": OLD},
            {"phone_e164": FR, "name": "B", "consent_action": "opt_in"},
        ],
        [{"phone_e164": FR, "custom": {"x": "1"}}, {"crm_id": "1", "crm_scope": "hs", "email": "a@example.org"}],
        [{"email": "a@example.org"}],
    )
    before = content(store)
    found = merge(store, Options(again=True))
    assert (found.counts.taken, found.counts.kept, found.counts.merged) == (5, 3, 2)
    assert content(store) == before


def test_only_what_is_new_is_worked_on_and_counted(store: Store) -> None:
    merged(store, [{"phone_e164": FR}, {"phone_e164": OTHER}])
    _import(store, 2, {"phone_e164": OTHER, "name": "Léa"}, {"phone_e164": CI})
    found = merge(store, Options())
    assert (found.counts.taken, found.counts.kept, found.counts.merged) == (2, 1, 1)
    assert found.counts.notes["persons worked on"] == 2
    assert people(store)["p1-3"]["name"] == "Léa"
    assert list(people(store)) == ["p1-2", "p1-3", "p2-3"]


def test_step_by_step_ends_like_all_at_once_but_for_who_was_joined(store: Store, tmp_path: object) -> None:
    from bascule.contacts.store.store import open_store

    imports = [
        [{"phone_e164": FR, "name": "A", "modified_at": OLD}],
        [{"crm_id": "1", "crm_scope": "hs", "name": "B", "modified_at": NEW}],
        [{"crm_id": "1", "crm_scope": "hs", "phone_e164": FR, "name": "A", "modified_at": MID}],
    ]
    for number, cells in enumerate(imports, 1):
        _import(store, number, *cells)
        merge(store, Options())
    with open_store(f"{tmp_path}/other.db") as other:
        merged(other, *imports)
        assert joined(store) == {"p2-2": "p1-2"}
        assert joined(other) == {}
        one = {line for line in content(store).splitlines() if '"id": "p2-2"' not in line}
        assert one == set(content(other).splitlines())


def test_the_older_person_survives_when_two_are_joined(store: Store) -> None:
    merged(
        store, [{"phone_e164": FR, "name": "A"}, {"phone_e164": OTHER, "consent_action": "opt_out", "channel": "sms"}]
    )
    assert list(people(store)) == ["p1-2", "p1-3"]
    _import(store, 2, {"crm_id": "1", "crm_scope": "hs", "phone_e164": OTHER})
    _import(store, 3, {"crm_id": "1", "crm_scope": "hs", "phone_e164": FR})
    found = merge(store, Options())
    assert found.counts.notes["persons joined into an older one"] == 1
    assert list(people(store)) == ["p1-2"]
    assert joined(store) == {"p1-3": "p1-2"}
    assert set(owners(store).values()) == {"p1-2"}
    gone = next(row for row in rows(store, "persons") if row["id"] == "p1-3")
    assert (gone["name"], gone["last_inbound_at"]) == (None, None)
    # The ledger is not rewritten; it is read by way of the person who was joined.
    assert [row["person_id"] for row in rows(store, "consents")] == ["p1-3"]


def test_chains_of_joined_persons_lead_to_the_one_that_is_left(store: Store) -> None:
    merged(store, [{"phone_e164": FR}, {"phone_e164": OTHER}, {"phone_e164": CI}])
    _import(
        store,
        2,
        {"crm_id": "1", "crm_scope": "hs", "phone_e164": OTHER},
        {"crm_id": "1", "crm_scope": "hs", "phone_e164": CI},
    )
    merge(store, Options())
    assert joined(store) == {"p1-4": "p1-3"}
    _import(
        store,
        3,
        {"crm_id": "2", "crm_scope": "hs", "phone_e164": CI},
        {"crm_id": "2", "crm_scope": "hs", "phone_e164": FR},
    )
    merge(store, Options())
    assert joined(store) == {"p1-3": "p1-2", "p1-4": "p1-2"}


def test_an_import_that_was_finished_late_does_not_rename_persons(store: Store) -> None:
    add_import(store, [{"phone_e164": FR}], file="slow.csv", import_id="slow", state="open")
    _import(store, 2, {"phone_e164": FR})
    merge(store, Options())
    assert list(people(store)) == ["p2-2"]
    with store.write() as connection:
        connection.execute(update(schema.imports).where(schema.imports.c.id == "slow").values(state="done"))
    found = merge(store, Options())
    assert list(people(store)) == ["p2-2"]
    assert (found.counts.kept, found.counts.merged) == (0, 1)


def test_other_rules_choose_anew(store: Store) -> None:
    merged(
        store,
        [{"phone_e164": FR, "name": "Un", "modified_at": OLD}, {"phone_e164": FR, "name": "Deux", "modified_at": NEW}],
    )
    merge(store, Options(Survivorship(FieldRule("earliest"))))
    assert people(store)["p1-2"]["name"] == "Un"
    assert [row["value"] for row in rows(store, "conflicts")] == ["Deux"]


def test_later_moments_of_others_stay(store: Store) -> None:
    message = {"phone_e164": FR, "kind": "message", "direction": "inbound", "channel": "whatsapp", "occurred_at": OLD}
    merged(store, [message])
    with store.write() as connection:
        connection.execute(update(schema.persons).values(whatsapp_inbound_at=LATER, number_doubt="number_changed"))
        connection.execute(update(schema.identities).values(last_seen_at=LATER))
    _import(store, 2, message | {"occurred_at": NEW})
    merge(store, Options())
    person = people(store)["p1-2"]
    assert person["whatsapp_inbound_at"] == LATER
    assert person["last_inbound_at"] == NEW
    assert person["number_doubt"] == "number_changed"
    assert rows(store, "identities")[0]["last_seen_at"] == LATER


def _learn(store: Store, person: str, kind: str, value: str, **cells: object) -> None:
    with store.write() as connection:
        connection.execute(
            insert(schema.identities).values(
                kind=kind, scope="", lookup=value, value=value, person_id=person, source="sync", confidence="sure",
                first_seen_at=MID, last_seen_at=MID, **cells,
            )
        )  # fmt: skip


def test_what_was_learnt_from_webhooks_links_later_rows(store: Store) -> None:
    merged(store, [{"phone_e164": FR}])
    _learn(store, "p1-2", "wa_id", "33612345678")
    _import(store, 2, {"wa_id": "33612345678", "name": "Inès", "modified_at": NEW})
    merge(store, Options())
    assert list(people(store)) == ["p1-2"]
    assert people(store)["p1-2"]["name"] == "Inès"
    learnt = next(row for row in rows(store, "identities") if row["kind"] == "wa_id")
    assert (learnt["source"], learnt["last_seen_at"]) == ("sync", NEW)


def test_an_id_that_was_learnt_joins_two_persons_without_an_import(store: Store) -> None:
    merged(store, [{"phone_e164": FR}, {"wa_id": "33698765432"}])
    with store.write() as connection:
        connection.execute(update(schema.persons).where(schema.persons.c.id == "p1-3").values(merged_into="p1-2"))
    _learn(store, "p1-2", "bsuid", "FR.1")
    merge(store, Options())
    assert joined(store) == {"p1-3": "p1-2"}
    before = content(store)
    merge(store, Options(again=True))
    assert list(people(store)) == ["p1-2"]
    assert {line for line in content(store).splitlines() if line.startswith("persons")} == {
        line for line in before.splitlines() if line.startswith("persons")
    }


def test_what_joins_nobody_is_nothing_to_do(store: Store) -> None:
    merged(store, [{"phone_e164": FR}])
    _learn(store, "p1-2", "wa_id", "33612345678")
    backups = len(list(store.place.backups.iterdir()))
    assert merge(store, Options()).nothing
    assert len(list(store.place.backups.iterdir())) == backups


def test_a_fact_that_was_learnt_later_survives_and_an_older_one_does_not(store: Store) -> None:
    merged(store, [{"phone_e164": FR, "name": "Vieux", "email": "a@example.org", "modified_at": MID}])
    with store.write() as connection:
        connection.execute(
            schema.facts.insert(),
            [
                {
                    "person_id": "p1-2",
                    "field": field,
                    "value": value,
                    "import_id": "sync",
                    "source_row": 0,
                    "seen_at": at,
                }
                for field, value, at in (("name", "Neuf", LATER), ("language", "fr", OLD))
            ],
        )
    _import(store, 2, {"phone_e164": FR, "name": "Milieu", "language": "ar", "modified_at": NEW})
    merge(store, Options())
    person = people(store)["p1-2"]
    assert (person["name"], person["language"]) == ("Neuf", "ar")
    before = content(store)
    merge(store, Options(again=True))
    assert content(store) == before
    merge(store, Options(Survivorship(FieldRule("earliest"))))
    assert people(store)["p1-2"]["language"] == "fr"


def _give_up(store: Store, at: str) -> None:
    with store.write() as connection:
        connection.execute(update(schema.identities).where(schema.identities.c.value == FR).values(replaced_at=at))


def test_a_number_that_was_given_up_joins_no_later_row(store: Store) -> None:
    merged(store, [{"phone_e164": FR, "name": "Awa", "modified_at": OLD}])
    _give_up(store, MID)
    _learn(store, "p1-2", "phone", CI, region="CI", number_type="mobile")
    _import(
        store,
        2,
        {"phone_e164": FR, "name": "Paul", "modified_at": NEW},
        {"phone_e164": FR, "name": "Paul", "crm_id": "1", "crm_scope": "hs", "modified_at": NEW},
        {"phone_e164": FR, "last_name": "Diop", "modified_at": OLD},
        {"phone_e164": FR, "kind": "message", "consent_action": "opt_out", "channel": "sms", "occurred_at": NEW},
    )
    found = merge(store, Options())
    assert found.counts.reasons == {"number_given_up": 2}
    person = people(store)["p1-2"]
    assert (person["name"], person["last_name"], person["region"]) == ("Awa", "Diop", "CI")
    assert owners(store)[("phone", FR)] == "p1-2"
    assert next(row for row in rows(store, "identities") if row["value"] == FR)["replaced_at"] == MID
    assert people(store)["p2-3"]["name"] == "Paul"
    # Whoever has the number now has said no.
    assert store.vault.pseudonym("phone", "", FR) in {row["pseudonym"] for row in rows(store, "suppressions")}
    before = content(store)
    merge(store, Options(again=True))
    assert content(store) == before


def _erase(store: Store, kind: str, value: str, scope: str = "") -> None:
    with store.write() as connection:
        connection.execute(
            insert(schema.suppressions).values(
                pseudonym=store.vault.pseudonym(kind, scope, value), channel="*", reason="erased", source="erase"
            )
        )


@pytest.mark.parametrize(
    ("kind", "value", "scope", "cells"),
    [
        ("phone", FR, "", {"phone_e164": FR, "crm_id": "9", "crm_scope": "hs"}),
        ("crm", "1", "hs", {"crm_id": "1", "crm_scope": "hs", "phone_e164": OTHER}),
        ("viber", "A=", "bot", {"viber_id": "A=", "viber_scope": "bot"}),
        ("email", "a@example.org", "", {"email": "A@example.org"}),
    ],
)
def test_an_erased_person_does_not_come_back(
    store: Store, kind: str, value: str, scope: str, cells: dict[str, str]
) -> None:
    _erase(store, kind, value, scope)
    found = merged(store, [cells, {"phone_e164": CI}])
    assert found.counts.reasons == {"erased": 1}
    assert (found.counts.taken, found.counts.kept) == (2, 1)
    assert list(people(store)) == ["p1-3"]


def test_an_address_that_an_erased_person_shared_keeps_nobody_else_away(store: Store) -> None:
    _erase(store, "email", "info@example.org")
    merged(store, [{"email": "info@example.org", "phone_e164": FR}])
    assert list(people(store)) == ["p1-2"]


def test_suppressions_survive_merging_again(store: Store) -> None:
    merged(store, [{"phone_e164": FR, "kind": "suppression", "channel": "sms"}])
    before = rows(store, "suppressions")
    _import(store, 2, {"phone_e164": FR, "consent_action": "opt_in", "channel": "sms"})
    merge(store, Options())
    assert rows(store, "suppressions") == before


def test_a_number_that_webhooks_gave_to_another_person_stays_theirs(store: Store) -> None:
    merged(store, [{"phone_e164": FR, "name": "Awa"}, {"phone_e164": OTHER}])
    with store.write() as connection:
        connection.execute(
            update(schema.identities)
            .where(schema.identities.c.value == FR)
            .values(person_id="p1-3", last_seen_at=LATER)
        )
        connection.execute(
            update(schema.persons).where(schema.persons.c.id == "p1-2").values(number_doubt="number taken over")
        )
    _import(store, 2, {"phone_e164": FR, "name": "Awa", "modified_at": OLD})
    merge(store, Options())
    assert owners(store) == {("phone", FR): "p1-3", ("phone", OTHER): "p1-3"}
    assert people(store)["p1-2"]["number_doubt"] == "number taken over"
    assert len(people(store)) == 2


def test_the_first_of_those_who_share_an_address_keeps_it(store: Store) -> None:
    imports = [[{"phone_e164": f"+3361234567{number}", "email": "info@example.org"}] for number in range(10)]
    imports += [[{"row": 7, "email": "info@example.org"}]]
    merged(store, *imports)
    assert owners(store)[("email", "info@example.org")] == "p1-2"

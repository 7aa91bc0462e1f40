"""What events do to the store, in whatever order they come."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from tests.contacts.sync.support import (
    T,
    add,
    at,
    changed_number,
    meta,
    outbox,
    person,
    rows,
    status,
    store_with,
    take,
    text,
    work,
)

from bascule.contacts.store import schema

A, B, C = "33612345678", "33687654321", "33699887766"


def test_a_message_opens_the_window_and_proves_a_registration_but_is_no_consent(tmp_path: Path) -> None:
    store = store_with(tmp_path, f"+{A}")
    take(store, "meta", text(A, "Bonjour, c'est ouvert ? 🙂", 60))
    counts = work(store)
    assert counts.kept == counts.taken == 1
    assert person(store, "p1-1")["whatsapp_inbound_at"] == at(60)
    assert rows(store, "registrations", "lookup", "status", "method", "confidence", "checked_at") == [
        (f"+{A}", "active", "webhook_evidence", "evidence", at(60))
    ]
    assert rows(store, "consents", "action") == []
    assert ("wa_id", A, "p1-1") in rows(store, "identities", "kind", "lookup", "person_id")
    assert [change for change, _ in outbox(store)] == ["window", "registration"]


@pytest.mark.parametrize(
    ("said", "language"),
    [("STOP", "en"), ("Arrêt", "fr"), ("стоп", "ru"), ("توقف", "ar"), ("रोकें", "hi"), ("SAIR", "pt"), ("Stop ✋", "fr")],
)
def test_a_word_for_leaving_is_an_opt_out(tmp_path: Path, said: str, language: str) -> None:
    store = store_with(tmp_path, f"+{A}", language=language)
    take(store, "meta", text(A, said, 60))
    work(store)
    assert rows(store, "consents", "action", "channel", "source", "occurred_at", "wording") == [
        ("opt_out", "whatsapp", "keyword", at(60), said)
    ]
    assert rows(store, "suppressions", "pseudonym", "channel", "released_at") == [
        (store.vault.pseudonym("phone", "", f"+{A}"), "whatsapp", None)
    ]
    assert outbox(store)[-1][0] == "consent"


@pytest.mark.parametrize(
    "said", ["Oui", "Arrête de m'écrire si tard", "Cancel my order", "👍", "", "stop it now please"]
)
def test_other_words_are_not(tmp_path: Path, said: str) -> None:
    store = store_with(tmp_path, f"+{A}")
    take(store, "meta", text(A, said, 60))
    work(store)
    assert rows(store, "consents", "action") == []


@pytest.mark.parametrize(
    ("item", "action"),
    [
        ({"type": "button", "button": {"payload": "x", "text": "Stop promotions"}}, "opt_out"),
        ({"type": "button", "button": {"payload": "STOP", "text": "Plus tard"}}, "opt_out"),
        (
            {
                "type": "interactive",
                "interactive": {"type": "button_reply", "button_reply": {"id": "1", "title": "START"}},
            },
            "opt_in",
        ),
        (
            {
                "type": "interactive",
                "interactive": {"type": "list_reply", "list_reply": {"id": "1", "title": "Agence"}},
            },
            None,
        ),
        ({"type": "interactive"}, None),
    ],
)
def test_buttons_are_read(tmp_path: Path, item: dict[str, Any], action: str | None) -> None:
    store = store_with(tmp_path, f"+{A}")
    take(store, "meta", meta(messages=[{"from": A, "id": "wamid.1", "timestamp": str(T), **item}]))
    work(store)
    assert rows(store, "consents", "action") == ([(action,)] if action else [])


def test_a_later_opt_in_releases_and_an_earlier_one_that_comes_late_does_not(tmp_path: Path) -> None:
    store = store_with(tmp_path, f"+{A}", f"+{B}")
    take(store, "meta", text(A, "STOP", 60), text(A, "START", 120), text(B, "STOP", 60))
    work(store)
    take(store, "meta", text(B, "START", 30))
    assert work(store).merged + work(store).kept <= 1
    released = dict(rows(store, "suppressions", "pseudonym", "released_at"))
    assert released[store.vault.pseudonym("phone", "", f"+{A}")] == at(120)
    assert released[store.vault.pseudonym("phone", "", f"+{B}")] is None


def test_statuses_are_evidence_too(tmp_path: Path) -> None:
    store = store_with(tmp_path, f"+{A}", f"+{B}", f"+{C}")
    take(
        store,
        "meta",
        status(A, "sent", 10), status(A, "delivered", 20, pricing={"category": "marketing"}), status(A, "read", 30),
        status(B, "failed", 40, 131026, "m2"), status(C, "failed", 50, 131047, "m3"), status(C, "failed", 60, 131050, "m4"),
    )  # fmt: skip
    counts = work(store)
    assert counts.kept == 6
    assert rows(store, "registrations", "lookup", "status", "checked_at") == [
        (f"+{A}", "active", at(30)), (f"+{B}", "inactive", at(40)),
    ]  # fmt: skip
    assert rows(store, "deliveries", "message_id", "status", "error_code", "category", "person_id") == [
        ("wamid.m1", "delivered", None, "marketing", "p1-1"), ("wamid.m1", "read", None, None, "p1-1"),
        ("wamid.m1", "sent", None, None, "p1-1"), ("wamid.m2", "failed", "131026", None, "p1-2"),
        ("wamid.m3", "failed", "131047", None, "p1-3"), ("wamid.m4", "failed", "131050", None, "p1-3"),
    ]  # fmt: skip
    assert rows(store, "consents", "person_id", "action", "purpose", "source") == [
        ("p1-3", "opt_out", "marketing", "blocked_send")
    ]


def test_late_events_overwrite_nothing(tmp_path: Path) -> None:
    store = store_with(tmp_path, f"+{A}")
    take(store, "meta", text(A, "b", 600))
    work(store)
    take(store, "meta", text(A, "a", 60), status(A, "failed", 100, 131026))
    counts = work(store)
    assert (counts.kept, counts.merged) == (1, 1), "the failure is news as the last message out, the old text is not"
    assert person(store, "p1-1")["whatsapp_inbound_at"] == at(600)
    assert rows(store, "registrations", "status", "checked_at") == [("active", at(600))]


def test_evidence_is_better_than_a_check_that_could_not_tell(tmp_path: Path) -> None:
    store = store_with(tmp_path, f"+{A}")
    with store.write() as connection:
        row = {
            "lookup": f"+{A}", "status": "unverified", "method": "contacts_endpoint", "checked_at": at(5000),
            "confidence": "none", "expires_at": at(9_000_000),
        }  # fmt: skip
        store.insert_new(connection, schema.registrations, [row])
    take(store, "meta", status(A, "delivered", 60))
    work(store)
    assert rows(store, "registrations", "status", "checked_at") == [("active", at(60))]


def test_the_same_again_is_nothing(tmp_path: Path) -> None:
    store = store_with(tmp_path, f"+{A}")
    bodies = [text(A, "STOP", 60), status(A, "read", 30), changed_number(A, B, 90)]
    assert take(store, "meta", *bodies, *bodies) == 3
    work(store)
    before = {
        name: rows(store, name, *(column.name for column in table.columns))
        for name, table in schema.metadata.tables.items()
        if name != "runs"
    }
    assert take(store, "meta", *bodies) == 0
    assert work(store).taken == 0
    assert before == {
        name: rows(store, name, *(column.name for column in table.columns))
        for name, table in schema.metadata.tables.items()
        if name != "runs"
    }


def test_a_changed_number_is_the_same_person(tmp_path: Path) -> None:
    store = store_with(tmp_path, f"+{A}")
    take(store, "meta", text(A, "bonjour", 10), changed_number(A, B, 60), text(B, "me revoilà", 90))
    work(store)
    found = rows(store, "identities", "kind", "lookup", "person_id", "replaced_at")
    assert found == [
        ("phone", f"+{A}", "p1-1", at(60)), ("phone", f"+{B}", "p1-1", None),
        ("wa_id", A, "p1-1", at(60)), ("wa_id", B, "p1-1", None),
    ]  # fmt: skip
    assert person(store, "p1-1")["whatsapp_inbound_at"] == at(90)
    assert ("number", {"at": at(60), "kind": "number_changed", "new": f"+{B}", "old": f"+{A}"}) in outbox(store)
    take(store, "meta", text(A, "qui est-ce ?", 120))
    assert work(store).reasons == {"unknown_person": 1}, "the old number is somebody else's now"


def test_a_chain_of_numbers_in_any_order(tmp_path: Path) -> None:
    bodies = [changed_number(A, B, 60), changed_number(B, C, 120), text(C, "STOP", 180)]
    results = []
    for number, order in enumerate(itertools.permutations(bodies)):
        folder = tmp_path / str(number)
        folder.mkdir()
        store = store_with(folder, f"+{A}")
        for body in order:
            take(store, "meta", body)
            work(store)
        results.append(
            (
                rows(store, "identities", "kind", "lookup", "person_id", "replaced_at"),
                rows(store, "consents", "person_id", "action", "occurred_at"),
                set(rows(store, "inbox", "outcome")),
            )
        )
    assert all(result == results[0] for result in results)
    assert results[0][1] == [("p1-1", "opt_out", at(180))]


def test_a_number_that_was_somebody_elses_moves_to_who_has_it_now(tmp_path: Path) -> None:
    store = store_with(tmp_path, f"+{A}", f"+{B}")
    take(store, "meta", changed_number(A, B, 60))
    assert work(store).notes["numbers that were somebody else's"] == 1
    assert ("phone", f"+{B}", "p1-1") in rows(store, "identities", "kind", "lookup", "person_id")
    assert person(store, "p1-2")["number_doubt"].startswith("number taken over")


def test_a_number_that_its_owner_has_used_since_stays_theirs(tmp_path: Path) -> None:
    store = store_with(tmp_path, f"+{A}", f"+{B}")
    take(store, "meta", text(B, "c'est moi", 500))
    work(store)
    take(store, "meta", changed_number(A, B, 60))
    work(store)
    assert ("wa_id", B, "p1-2") in rows(store, "identities", "kind", "lookup", "person_id")
    assert person(store, "p1-2")["number_doubt"] is None


def test_business_scoped_ids_stand_for_a_person_without_a_number(tmp_path: Path) -> None:
    store = store_with(tmp_path, f"+{A}")
    with_id = text(A, "bonjour", 10)
    with_id["entry"][0]["changes"][0]["value"]["contacts"] = [
        {"wa_id": A, "user_id": "FR.111", "parent_user_id": "FR.ENT.9", "profile": {"name": "Aïcha"}}
    ]
    hidden = meta(
        messages=[
            {
                "from_user_id": "FR.111",
                "id": "wamid.h",
                "timestamp": str(T + 60),
                "type": "text",
                "text": {"body": "encore"},
            }
        ]
    )
    new_id = meta(
        messages=[
            {
                "from_user_id": "FR.111", "id": "wamid.n", "timestamp": str(T + 120), "type": "system",
                "system": {"type": "user_changed_user_id", "user_id": "FR.222", "body": "User A changed from FR.111 to FR.222"},
            }
        ]
    )  # fmt: skip
    updated = meta(
        field="user_id_update",
        user_id_update=[
            {"wa_id": A, "user_id": {"previous": "FR.222", "current": "FR.333"}, "timestamp": str(T + 180)}
        ],
    )
    last = meta(
        messages=[
            {
                "from_user_id": "FR.333",
                "id": "wamid.l",
                "timestamp": str(T + 240),
                "type": "text",
                "text": {"body": "STOP"},
            }
        ]
    )
    take(store, "meta", with_id, hidden, new_id, updated, last)
    assert work(store).kept == 5
    assert person(store, "p1-1")["whatsapp_inbound_at"] == at(240)
    ids = {
        lookup: replaced
        for kind, lookup, replaced in rows(store, "identities", "kind", "lookup", "replaced_at")
        if kind == "bsuid"
    }
    assert ids == {"FR.111": at(120), "FR.222": at(180), "FR.333": None}
    assert rows(store, "consents", "person_id", "identity_kind", "identity_lookup") == [("p1-1", "phone", f"+{A}")]


def test_preferences_are_consent_for_marketing(tmp_path: Path) -> None:
    store = store_with(tmp_path, f"+{A}")

    def preference(value: str, offset: int) -> dict[str, Any]:
        item = {
            "wa_id": A,
            "category": "marketing_messages",
            "value": value,
            "detail": "User requested it",
            "timestamp": T + offset,
        }
        return meta(field="user_preferences", user_preferences=[item])

    take(store, "meta", preference("stop", 60), preference("resume", 120), preference("perhaps", 180))
    counts = work(store)
    assert counts.reasons == {"unsupported": 1}
    assert rows(store, "consents", "action", "purpose", "occurred_at") == [
        ("opt_in", "marketing", at(120)), ("opt_out", "marketing", at(60)),
    ]  # fmt: skip


def test_brazil_is_found_with_and_without_the_ninth_digit(tmp_path: Path) -> None:
    store = store_with(tmp_path, "+5511987654321", language="pt")
    take(store, "meta", text("551187654321", "SAIR", 60))
    assert work(store).kept == 1
    assert rows(store, "registrations", "lookup") == [("+5511987654321",)]
    assert rows(store, "consents", "identity_lookup") == [("+5511987654321",)]


def test_strangers_are_not_made_up_but_their_no_counts(tmp_path: Path) -> None:
    store = store_with(tmp_path, f"+{A}")
    take(store, "meta", text(B, "STOP", 60), text(C, "bonjour", 70), status(C, "delivered", 80))
    counts = work(store)
    assert counts.reasons == {"unknown_person": 3}
    assert len(rows(store, "persons", "id")) == 1
    blocked = {name for (name,) in rows(store, "suppressions", "pseudonym")}
    assert store.vault.pseudonym("phone", "", f"+{B}") in blocked
    assert store.vault.pseudonym("phone", "", f"+{C}") not in blocked
    assert work(store).taken == 0, "nothing new: not looked at again"
    add(store, f"+{B}", f"+{C}", first=2)
    counts = work(store)
    assert (counts.taken, counts.kept) == (3, 3)
    assert rows(store, "consents", "person_id", "action") == [("p1-2", "opt_out")]
    assert rows(store, "deliveries", "person_id", "lookup") == [("p1-3", f"+{C}")]


def test_what_nobody_understands_is_kept_whole(tmp_path: Path) -> None:
    store = store_with(tmp_path, f"+{A}")
    odd = meta(field="flows", unheard_of={"x": [1, {"y": "é"}]})
    take(store, "meta", odd, {"object": "whatsapp_business_account"}, {"hello": 1}, [1, 2])
    counts = work(store)
    assert counts.reasons == {"unsupported": 4}
    with store.read() as connection:
        payloads = " ".join(connection.execute(select(schema.inbox.c.payload)).scalars())
    assert "unheard_of" in payloads
    assert "é" in payloads


def test_events_without_a_time_prove_nothing(tmp_path: Path) -> None:
    from bascule.contacts.sync.inbox import append, rows_of
    from bascule.contacts.sync.providers import read_events

    store = store_with(tmp_path, f"+{A}")
    body = {"MessageSid": "SM1", "From": f"whatsapp:+{A}", "WaId": A, "Body": "STOP"}
    with store.write() as connection:
        append(store, connection, rows_of(store, read_events("twilio", body), at(9), live=False))
    assert work(store).kept == 1
    assert person(store, "p1-1")["whatsapp_inbound_at"] is None
    assert rows(store, "registrations", "status") == []
    assert rows(store, "consents", "action", "occurred_at") == [("opt_out", None)]


@pytest.mark.parametrize("seed", range(6))
def test_any_order_and_any_split_gives_the_same(tmp_path: Path, seed: int) -> None:
    """Events of a few people, shuffled and applied in random portions, against all at once in order."""
    draw = random.Random(seed)
    bodies: list[dict[str, Any]] = []
    for offset in range(0, 3000, 100):
        who = draw.choice([A, B])
        what = draw.random()
        if what < 0.4:
            bodies.append(text(who, draw.choice(["STOP", "START", "bonjour", "oui"]), offset))
        elif what < 0.8:
            bodies.append(status(who, draw.choice(["sent", "delivered", "read"]), offset, name=f"m{offset}"))
        else:
            bodies.append(status(who, "failed", offset, draw.choice([131026, 131047, 131050]), name=f"m{offset}"))

    def result(folder: str, order: list[dict[str, Any]], portion: int) -> Any:
        (tmp_path / folder).mkdir()
        store = store_with(tmp_path / folder, f"+{A}", f"+{B}")
        for start in range(0, len(order), portion):
            take(store, "meta", *order[start : start + portion])
            work(store)
        return (
            rows(store, "persons", "id", "last_inbound_at", "last_outbound_at", "whatsapp_inbound_at"),
            rows(store, "registrations", "lookup", "status", "checked_at"),
            rows(store, "consents", "person_id", "action", "occurred_at"),
            rows(store, "suppressions", "channel", "since", "released_at"),
            rows(store, "deliveries", "message_id", "status", "person_id"),
        )

    expected = result("ordered", bodies, len(bodies))
    shuffled = bodies[:]
    draw.shuffle(shuffled)
    assert result("shuffled", shuffled, draw.choice([1, 3, 7])) == expected


def test_an_erased_person_leaves_nothing_to_apply(tmp_path: Path) -> None:
    store = store_with(tmp_path, f"+{A}")
    take(store, "meta", text(A, "bonjour", 60))
    with store.write() as connection:
        connection.execute(delete(schema.identities))
        connection.execute(delete(schema.persons))
    assert work(store).reasons == {"unknown_person": 1}

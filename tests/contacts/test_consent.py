"""Keywords, the ledger and its suppression list, what holds for a person, and promotion by policy."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from tests.contacts.people import person, rows, said

from bascule.cli.contacts import group
from bascule.contacts.consent.keywords import folded, recognise
from bascule.contacts.consent.order import Order, lifts
from bascule.contacts.consent.policies import policies, policy_named
from bascule.contacts.consent.promote import promote
from bascule.contacts.consent.state import Entry, grade, standing
from bascule.contacts.counts import Counts
from bascule.contacts.store import schema
from bascule.contacts.store.store import Store, open_store
from bascule.contacts.tabular.problems import ContactsError

PHONE = "+33612345678"
NOW = "2026-11-23T00:00:00Z"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "contacts.db"))


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop!", " Stop. ", "arrêt", "ARRETEZ", "Désabonner", "désinscription", "SAIR", "baja", "СТОП", "إيقاف",
     "إِيقَاف", "إلغاء الاشتراك", "रोकें", "बंद करें", "opt-out", "Stop\u00a0all", "«STOP»", "🛑 STOP 🛑", "ＳＴＯＰ"],
)  # fmt: skip
def test_words_that_leave(text: str) -> None:
    found = recognise(text)
    assert found is not None
    assert (found.action, found.strong) == ("opt_out", True)


@pytest.mark.parametrize("text", ["stop please", "STOP it", "", None, "nonstop", "unstoppable", "STOP " * 30, "👍"])
def test_messages_that_are_no_keyword(text: str | None) -> None:
    assert recognise(text) is None


@pytest.mark.parametrize(
    ("text", "language", "counts"),
    [("oui", "fr-FR", True), ("oui", "", True), ("OUI !", "en", False), ("yes", "fr", False), ("да", "ru", True),
     ("نعم", "ar_EG", True), ("हाँ", "hi", True), ("oui", "wo", True)],
)  # fmt: skip
def test_a_weak_word_counts_in_the_persons_language(text: str, language: str, counts: bool) -> None:
    found = recognise(text, language)
    assert (found is not None) is counts
    if found is not None:
        assert (found.action, found.strong) == ("opt_in", False)


@given(st.text(max_size=60))
def test_folding_is_stable(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_an_event_is_recorded_once(store: Store) -> None:
    person(store, "p1-1", PHONE)
    for _ in range(3):
        said(store, "p1-1", PHONE, "opt_in", occurred_at="2026-01-01T00:00:00Z", proof="form 7")
    assert rows(store, schema.consents, ["action", "proof"]) == [("opt_in", "form 7")]


def test_the_suppression_list_holds_no_number(store: Store) -> None:
    person(store, "p1-1", PHONE)
    said(store, "p1-1", PHONE, "opt_out", occurred_at="2026-01-02T00:00:00Z")
    [(pseudonym, channel, since, released)] = rows(
        store, schema.suppressions, ["pseudonym", "channel", "since", "released_at"]
    )
    assert PHONE.strip("+") not in pseudonym
    assert (len(pseudonym), channel, since, released) == (32, "sms", "2026-01-02T00:00:00Z", None)


@pytest.mark.parametrize(
    ("opt_in", "released"),
    [("2026-01-01T00:00:00Z", None), ("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z"), (None, None)],
)
def test_only_a_later_opt_in_releases(store: Store, opt_in: str | None, released: str | None) -> None:
    person(store, "p1-1", PHONE)
    said(store, "p1-1", PHONE, "opt_out", occurred_at="2026-02-01T00:00:00Z")
    said(store, "p1-1", PHONE, "opt_in", occurred_at=opt_in)
    assert rows(store, schema.suppressions, ["released_at"]) == [(released,)]


def test_an_opt_out_of_unknown_date_is_lifted_only_after_it_was_recorded() -> None:
    out = Order(None, "2026-05-01T00:00:00Z", 1)
    assert not lifts(Order("2026-04-30T00:00:00Z", "2026-06-01T00:00:00Z", 2), out)
    assert lifts(Order("2026-05-02T00:00:00Z", "2026-06-01T00:00:00Z", 2), out)


def entry(number: int, action: str, channel: str, at: str | None, **fields: object) -> Entry:
    values: dict[str, object] = {
        "purpose": "marketing", "recorded_at": "2026-06-01T00:00:00Z", "wording": False, "proof": False,
        "names_business": False, "names_whatsapp": False, "double": False, "expires_at": None, "jurisdiction": None,
        "source": None, "identity_kind": "phone", "identity_lookup": PHONE, "language": None,
    } | fields  # fmt: skip
    return Entry(number=number, action=action, channel=channel, occurred_at=at, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entries", "status"),
    [
        ([], "none"),
        ([entry(1, "opt_in", "sms", "2026-01-01T00:00:00Z")], "none"),
        ([entry(1, "opt_in", "whatsapp", "2026-01-01T00:00:00Z")], "granted"),
        ([entry(1, "opt_in", "whatsapp", "2026-01-01T00:00:00Z"), entry(2, "opt_out", "sms", "2026-02-01T00:00:00Z")], "refused"),
        ([entry(1, "opt_out", "sms", "2026-01-01T00:00:00Z"), entry(2, "opt_in", "whatsapp", "2026-02-01T00:00:00Z")], "granted"),
        ([entry(1, "opt_out", "whatsapp", "2026-01-01T00:00:00Z"), entry(2, "opt_in", "sms", "2026-02-01T00:00:00Z")], "refused"),
        ([entry(1, "opt_out", "sms", None), entry(2, "opt_in", "whatsapp", None)], "refused"),
        ([entry(1, "opt_out", "sms", "2026-01-01T00:00:00Z", purpose="utility"), entry(2, "opt_in", "whatsapp", None)], "granted"),
        ([entry(1, "opt_in", "whatsapp", "2025-01-01T00:00:00Z", expires_at="2026-01-01T00:00:00Z")], "expired"),
        ([entry(1, "opt_out", "sms", "2026-02-01T00:00:00Z"), entry(2, "promoted", "whatsapp", "2026-03-01T00:00:00Z")], "refused"),
        ([entry(1, "opt_in", "whatsapp", "2026-01-01T00:00:00Z"), entry(2, "withdrawn", "whatsapp", "2026-02-01T00:00:00Z", purpose="*")], "refused"),
    ],
)  # fmt: skip
def test_what_holds_on_whatsapp(entries: list[Entry], status: str) -> None:
    assert standing(entries, "whatsapp", "marketing", NOW).status == status


@pytest.mark.parametrize(
    ("at", "wording", "proof", "expected"),
    [("2026-01-01T00:00:00Z", True, True, "A"), ("2026-01-01T00:00:00Z", True, False, "B"),
     ("2026-01-01T00:00:00Z", False, False, "C"), (None, True, True, "C"), (None, False, True, "D")],
)  # fmt: skip
def test_what_is_missing_lowers_the_grade(at: str | None, wording: bool, proof: bool, expected: str) -> None:
    assert grade(entry(1, "opt_in", "sms", at, wording=wording, proof=proof)) == expected


def promoted(store: Store, name: str, *, dry_run: bool = False) -> Counts:
    counts = Counts("promote")
    promote(store, policy_named(name), "marketing", counts, dry_run)
    return counts.verify()


def test_promotion_is_written_down_and_happens_once(store: Store) -> None:
    for number, fields in enumerate(
        [
            {"occurred_at": "2026-01-01T00:00:00Z", "wording": "Boutique: offres par SMS", "names_business": True},
            {"wording": "Boutique: offres par SMS", "names_business": True},
            {"occurred_at": "2026-01-01T00:00:00Z", "wording": "offres par SMS"},
            {"occurred_at": "2026-01-01T00:00:00Z"},
        ]
    ):
        name = person(store, f"p1-{number}", f"+3361234567{number}")
        said(store, name, f"+3361234567{number}", "opt_in", **fields)  # type: ignore[arg-type]
    said(store, "p1-3", "+33612345673", "opt_out", occurred_at="2026-02-01T00:00:00Z")
    assert promoted(store, "meta-general", dry_run=True).kept == 1
    assert not [row for row in rows(store, schema.consents, ["action"]) if row == ("promoted",)]
    counts = promoted(store, "meta-general")
    assert (counts.taken, counts.kept) == (4, 1)
    assert dict(counts.reasons) == {"date_unknown": 1, "business_not_named": 1, "consent_refused": 1}
    again = promoted(store, "meta-general")
    assert (again.taken, again.kept) == (3, 0)
    found = list(rows(store, schema.consents, ["action", "person_id", "channel", "source", "occurred_at", "proof"]))
    assert ("promoted", "p1-0", "whatsapp", "policy:meta-general", "2026-01-01T00:00:00Z", None) in found


def test_the_stricter_policies_are_stricter(store: Store) -> None:
    name = person(store, "p1-1", PHONE)
    said(store, name, PHONE, "opt_in", occurred_at="2020-01-01T00:00:00Z", wording="Boutique", names_business=True)
    assert dict(promoted(store, "meta-general-recent").reasons) == {"single_opt_in": 1}
    assert dict(promoted(store, "names-whatsapp").reasons) == {"whatsapp_not_named": 1}
    assert promoted(store, "meta-general").kept == 1


def test_a_policy_file(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text('[policy.ours]\nchannels = ["sms"]\nmax_age_days = 90\nproof_known = true\n', "utf-8")
    assert policies(str(path))["ours"].max_age_days == 90
    assert "meta-general" in policies(str(path))


@pytest.mark.parametrize(
    ("text", "said_"),
    [('[policy.x]\nname_business = true', "did you mean `names_business`"), ('[policy.x]\nchannels = "sms"', "not a list"),
     ('[policy.x]\nchannels = ["fax"]', "none of sms"), ("[policy.x]\nmax_age_days = true", "not a int"),
     ("[policy.meta-general]\n", "bascule's own"), ("x = 1", "unknown key"), ("[policy", ""), ("policy = 3", "")],
)  # fmt: skip
def test_a_policy_file_that_is_wrong(tmp_path: Path, text: str, said_: str) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ContactsError) as caught:
        policies(str(path))
    assert caught.value.kind == "contacts-policy-file"
    assert said_ in caught.value.message


def test_a_policy_that_is_mistyped(store: Store) -> None:
    result = CliRunner().invoke(
        group, ["consent", "promote", "--policy", "meta-genral", "--store", store.place.shown], standalone_mode=False
    )
    assert result.return_value == 2
    assert "did you mean `meta-general`" in result.stderr


def test_the_command_promotes_and_shows(store: Store) -> None:
    person(store, "p1-1", PHONE)
    person(store, "p1-2", "+33612345679")
    said(store, "p1-1", PHONE, "opt_in", occurred_at="2026-01-01T00:00:00Z", wording="Boutique", names_business=True)
    run = CliRunner()
    done = run.invoke(
        group, ["consent", "promote", "--policy", "meta-general", "--store", store.place.shown], standalone_mode=False
    )
    assert "1 in = 1 kept + 0 merged + 0 rejected" in done.output
    shown = run.invoke(group, ["consent", "show", "--store", store.place.shown], standalone_mode=False)
    assert [" ".join(line.split()) for line in shown.output.splitlines()[1:]] == [
        "sms granted B 1", "sms none - 1", "viber none - 2", "whatsapp granted B 1", "whatsapp none - 1",
    ]  # fmt: skip


def test_consent_of_a_merged_person_is_the_others(store: Store) -> None:
    person(store, "p1-1", PHONE)
    person(store, "p2-1", merged_into="p1-1")
    said(store, "p2-1", PHONE, "opt_out", occurred_at="2026-01-01T00:00:00Z")
    from bascule.contacts.consent.state import by_person

    with store.read() as connection:
        assert [(who, [item.action for item in entries]) for who, entries in by_person(connection)] == [
            ("p1-1", ["opt_out"])
        ]


MOMENTS = st.sampled_from([None, *(f"2026-0{month}-01T00:00:00Z" for month in range(1, 6))])
ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(["opt_in", "opt_out", "withdrawn", "promoted", "expired"]),
        st.sampled_from(["sms", "viber", "whatsapp"]),
        MOMENTS,
        st.sampled_from(["*", "marketing", "utility"]),
    ),
    max_size=6,
).map(
    lambda items: [
        entry(n, action, channel, at, purpose=what) for n, (action, channel, at, what) in enumerate(items, 1)
    ]
)


@given(ENTRIES, MOMENTS, st.sampled_from(["sms", "viber", "whatsapp"]))
def test_leaving_never_grants_anything(entries: list[Entry], at: str | None, channel: str) -> None:
    out = entry(99, "opt_out", channel, at, purpose="*", recorded_at="2026-07-01T00:00:00Z")
    if standing(entries, "whatsapp", "marketing", NOW).status != "granted":
        assert standing([*entries, out], "whatsapp", "marketing", NOW).status != "granted"
    last = entry(99, "opt_out", channel, "2026-06-30T00:00:00Z", purpose="*")
    assert standing([*entries, last], "whatsapp", "marketing", NOW).status == "refused"


@given(ENTRIES, st.sampled_from(["sms", "viber", "whatsapp"]))
def test_an_opt_in_without_a_date_lifts_nothing(entries: list[Entry], channel: str) -> None:
    if standing(entries, "whatsapp", "marketing", NOW).status == "refused":
        more = [
            *entries,
            entry(99, "opt_in", channel, None),
            entry(100, "promoted", "whatsapp", "2026-09-01T00:00:00Z"),
        ]
        assert standing(more, "whatsapp", "marketing", NOW).status == "refused"


@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_order_of_reading_does_not_matter(entries: list[Entry], rng: random.Random) -> None:
    shuffled = list(entries)
    rng.shuffle(shuffled)
    for channel in ("sms", "viber", "whatsapp"):
        first, second = (standing(some, channel, "marketing", NOW) for some in (entries, shuffled))
        assert (first.status, first.grade) == (second.status, second.grade)


def statements(people: int, folder: Path) -> tuple[int, int]:
    """How many statements it takes to record opt-ins, and to promote them."""
    from sqlalchemy import event

    from bascule.contacts.consent.ledger import ConsentEvent, append

    with open_store(str(folder / f"{people}.db")) as made:
        events = []
        for number in range(people):
            phone = f"+336123{number:05}"
            name = person(made, f"p1-{number}", phone)
            wording = {"occurred_at": NOW, "wording": "Boutique: offres par SMS", "names_business": True}
            events.append(ConsentEvent(f"k{number}", name, "phone", phone, "sms", "opt_in", **wording))  # type: ignore[arg-type]
        asked: list[str] = []
        event.listen(made.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
        with made.write() as connection:
            assert append(made, connection, events) == people
        recorded = len(asked)
        assert promoted(made, "meta-general").kept == people
    return recorded, len(asked) - recorded


def test_the_work_does_not_grow_with_every_entry(tmp_path: Path) -> None:
    assert statements(40, tmp_path) == statements(10, tmp_path)

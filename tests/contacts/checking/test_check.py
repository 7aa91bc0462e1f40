"""A check with a real endpoint on this machine: what it asks, how it bears what comes back, what it believes."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from sqlalchemy import select, update
from tests.contacts.checking.support import Behaviour, Endpoint, add_people, is_active, number_of, people, statuses

from bascule.contacts.check import Request, execute, plan
from bascule.contacts.checking.answers import digits_of, read_reply
from bascule.contacts.checking.breaker import Breaker, GaveUp
from bascule.contacts.checking.checker import Unavailable, Value
from bascule.contacts.checking.controls import choose_controls, is_control, reserved_numbers
from bascule.contacts.checking.endpoint import checked_url, headers_of, retry_after
from bascule.contacts.checking.plan import _batch, estimate
from bascule.contacts.checking.results import Lifetimes
from bascule.contacts.checking.runner import Pace
from bascule.contacts.store import schema
from bascule.contacts.store.store import Store
from bascule.contacts.tabular.problems import ContactsError

QUICK = Pace(rate=0, retry_wait=0.005, retry_longest=0.02, poll_wait=0.01, cooldown=0.01)


def request(endpoint: Endpoint, **changes: Any) -> Request:
    return dataclasses.replace(
        Request(url=endpoint.url, auth="none", pace=QUICK, timeout=5.0, batch_size=100), **changes
    )


def check(store: Store, asked: Request) -> Any:
    return execute(store, asked, plan(store, asked))


def truth(count: int) -> dict[str, str]:
    return {number_of(index): "active" if is_active(number_of(index)) else "inactive" for index in range(count)}


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(),
        Behaviour(shuffles=True, doubles=True),
        Behaviour(omits=0.2),
        Behaviour(cuts=0.4),
        Behaviour(fails=0.3),
        Behaviour(throttles=0.4),
        Behaviour(processing=0.5),
        Behaviour(shuffles=True, doubles=True, omits=0.1, cuts=0.2, fails=0.2, throttles=0.2, processing=0.2),
    ],
    ids=["well", "shuffled-doubled", "omitted", "cut-off", "failing", "throttled", "processing", "everything"],
)
def test_every_number_gets_its_own_answer(tmp_path: Path, behaviour: Behaviour) -> None:
    store = people(tmp_path / "c.db", 450)
    with Endpoint(behaviour) as endpoint:
        result = check(store, request(endpoint, pace=dataclasses.replace(QUICK, concurrency=3, polls=12)))
    assert {lookup: row[0] for lookup, row in statuses(store).items()} == truth(450)
    assert result.finished
    assert result.outcome.discriminating is True
    assert result.counts.kept == result.counts.taken == 450
    assert max(len(numbers) for numbers in endpoint.requests) <= 100
    assert sum(map(is_control, endpoint.requests[0])) == 8


def test_a_checker_that_says_yes_to_everyone_is_not_believed(tmp_path: Path) -> None:
    store = people(tmp_path / "c.db", 450)
    with Endpoint(Behaviour(lies=True)) as endpoint:
        result = check(store, request(endpoint))
    assert set(statuses(store).values()) == {("unverified", "contacts_endpoint", "none")}
    assert len(statuses(store)) == 450
    assert len(endpoint.requests) == 1, "the rest is not asked"
    assert [remark.kind for remark in result.remarks] == ["contacts-check-says-yes"]
    assert result.counts.notes["unverified"] == 450
    again = plan(store, request(endpoint))
    assert again.found.asked == 0
    assert again.found.held == {"result still fresh": 450}


def test_a_checker_that_begins_to_lie_on_the_way_is_not_believed_either(tmp_path: Path) -> None:
    store = people(tmp_path / "c.db", 1500)
    with Endpoint(Behaviour(lies_after=3)) as endpoint:
        result = check(store, request(endpoint))
    assert {row[0] for row in statuses(store).values()} == {"unverified"}
    assert result.outcome.discriminating is False
    assert result.counts.notes["unverified"] == 1500
    with store.read() as connection:
        keys = connection.execute(select(schema.outbox.c.change_key).order_by(schema.outbox.c.id)).scalars().all()
    revoked = [key for key in keys if key.endswith(":revoked")]
    assert revoked, "what was handed on is taken back"
    assert {key.removesuffix(":revoked") for key in revoked} < set(keys)


def test_a_checker_that_does_not_answer_the_controls_proves_nothing(tmp_path: Path) -> None:
    store = people(tmp_path / "c.db", 50)
    with Endpoint(Behaviour(silent_about_controls=True)) as endpoint:
        result = check(store, request(endpoint))
    assert {row[0] for row in statuses(store).values()} == {"unverified"}
    assert result.remarks[0].kind == "contacts-check-says-yes"


def test_a_refused_batch_is_halved_until_only_the_bad_number_fails(tmp_path: Path) -> None:
    store = people(tmp_path / "c.db", 300)
    bad = {number_of(17), number_of(205)}
    with Endpoint(Behaviour(refuses=frozenset(bad))) as endpoint:
        result = check(store, request(endpoint))
    expected = truth(300) | dict.fromkeys(bad, "error")
    assert {lookup: row[0] for lookup, row in statuses(store).items()} == expected
    assert result.counts.reasons["failed, or never answered"] == 2
    assert result.counts.kept == 298


def test_an_endpoint_that_refuses_everything_is_left_alone(tmp_path: Path) -> None:
    store = people(tmp_path / "c.db", 300)
    with Endpoint(Behaviour(status=400)) as endpoint:
        result = check(store, request(endpoint))
    assert result.outcome.forbidden
    assert not result.finished
    assert len(endpoint.requests) < 80
    assert statuses(store) == {}


@pytest.mark.parametrize("status", [401, 403, 404, 302])
def test_a_wrong_key_or_address_stops_at_once(tmp_path: Path, status: int) -> None:
    store = people(tmp_path / "c.db", 300)
    with Endpoint(Behaviour(status=status)) as endpoint:
        result = check(store, request(endpoint))
        assert len(endpoint.requests) == 1
        assert [remark.kind for remark in result.remarks] == ["contacts-check-forbidden"]
        assert result.counts.reasons == {"waiting to be asked": 300}
        endpoint.behaviour = Behaviour()
        assert check(store, request(endpoint)).finished
    assert {lookup: row[0] for lookup, row in statuses(store).items()} == truth(300)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"contacts": {}}', b'{"meta": 1}', b'{"contacts":' + b"[" * 100_000, b"\xff\xfe"]
)
def test_a_service_without_answers_ends_the_run_and_keeps_it(tmp_path: Path, body: bytes) -> None:
    store = people(tmp_path / "c.db", 30)
    with Endpoint(Behaviour(body=body)) as endpoint:
        asked = request(endpoint, pace=dataclasses.replace(QUICK, attempts=2, polls=1))
        result = check(store, asked)
    if body.startswith(b'{"contacts":['):
        assert {row[0] for row in statuses(store).values()} == {"error"}
    else:
        assert result.outcome.stopped
        assert result.counts.reasons == {"waiting to be asked": 30}


def test_retry_after_holds_all_workers(tmp_path: Path) -> None:
    store = people(tmp_path / "c.db", 300)
    with Endpoint(Behaviour(throttles=0.4, retry_after="1")) as endpoint:
        endpoint.draw.seed(1)
        check(store, request(endpoint, pace=dataclasses.replace(QUICK, concurrency=4)))
        throttled = sum(
            after - before > 0.95 for before, after in zip(endpoint.times, endpoint.times[1:], strict=False)
        )
    assert throttled >= 1
    assert len(endpoint.times) >= 4
    assert {lookup: row[0] for lookup, row in statuses(store).items()} == truth(300)


def test_the_rate_is_kept(tmp_path: Path) -> None:
    store = people(tmp_path / "c.db", 900)
    with Endpoint(Behaviour()) as endpoint:
        check(store, request(endpoint, pace=dataclasses.replace(QUICK, rate=20, concurrency=4)))
    gaps = [after - before for before, after in zip(endpoint.times, endpoint.times[1:], strict=False)]
    assert (endpoint.times[-1] - endpoint.times[0]) / len(gaps) > 0.045


def test_the_key_is_sent_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "s3cr3t-value")
    store = people(tmp_path / "c.db", 10)
    with Endpoint(Behaviour()) as endpoint:
        check(store, request(endpoint, auth="key", auth_env="MY_KEY"))
        check(store, request(endpoint, auth="bearer", auth_env="MY_KEY", refresh=True))
    assert endpoint.headers[0]["d360-api-key"] == "s3cr3t-value"
    assert endpoint.headers[-1]["authorization"] == "Bearer s3cr3t-value"
    store.close()
    assert b"s3cr3t-value" not in b"".join(path.read_bytes() for path in tmp_path.glob("c.db*") if path.is_file())


def test_who_is_not_asked_about(tmp_path: Path) -> None:
    store = people(tmp_path / "c.db", 8)
    identities, persons = schema.identities, schema.persons
    with store.write() as connection:
        for index, values in enumerate(
            [{"number_type": "fixed_line"}, {"number_type": None}, {"replaced_at": "2026-01-01T00:00:00Z"}]
        ):
            connection.execute(update(identities).where(identities.c.person_id == f"p1-{index}").values(**values))
        connection.execute(update(persons).where(persons.c.id == "p1-3").values(merged_into="p1-7"))
        store.insert_new(
            connection,
            schema.identities,
            [
                {
                    "kind": "viber", "scope": "bot", "lookup": "v==", "person_id": "p1-5", "value": "v==",
                    "confidence": "sure", "source": "i1",
                }
            ],
        )  # fmt: skip
        for kind, scope, value, released in [
            ("phone", "", number_of(4), None),
            ("viber", "bot", "v==", None),
            ("phone", "", number_of(6), "2026-02-01T00:00:00Z"),
        ]:
            store.insert_new(
                connection,
                schema.suppressions,
                [
                    {
                        "pseudonym": store.vault.pseudonym(kind, scope, value), "channel": "sms", "reason": "opt_out",
                        "released_at": released, "source": "i1",
                    }
                ],
            )  # fmt: skip
    found = plan(store, Request(method="simulator")).found
    assert found.asked == 2
    assert found.held == Counter(
        {
            "number type fixed_line": 1, "number type unknown": 1, "number given up": 1,
            "person merged into another": 1, "suppressed": 2,
        }
    )  # fmt: skip
    assert found.considered == found.asked + found.held.total() == 8


def test_fresh_results_are_not_asked_again_and_old_ones_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    store = people(tmp_path / "c.db", 120)
    with Endpoint(Behaviour()) as endpoint:
        check(store, request(endpoint, lifetimes=Lifetimes(30, 10, 30)))
        first = len(endpoint.requests)
        assert check(store, request(endpoint)).counts.reasons == {"result still fresh": 120}
        assert len(endpoint.requests) == first
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1790000000 + 20 * 86400))
        result = check(store, request(endpoint))
    inactive = sum(not is_active(number_of(index)) for index in range(120))
    assert result.counts.kept == inactive


def test_a_result_that_says_nothing_does_not_replace_a_yes(tmp_path: Path) -> None:
    store = people(tmp_path / "c.db", 60)
    with Endpoint(Behaviour()) as endpoint:
        check(store, request(endpoint))
        before = statuses(store)
        endpoint.behaviour = Behaviour(lies=True)
        check(store, request(endpoint, refresh=True))
        check(store, Request(method="simulator", refresh=True))
    assert statuses(store) == before


def test_evidence_that_is_older_than_a_check_that_could_not_tell_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime(2026, 11, 20, tzinfo=UTC).timestamp())))
    store = people(tmp_path / "c.db", 1)
    check(store, Request(method="imported", results=_file(tmp_path, "phone,status\n+33600000000,processing\n")))
    with store.write() as connection:
        row = {
            "message_id": "m", "status": "read", "occurred_at": "2026-11-01T00:00:00Z", "person_id": "p1-0",
            "lookup": number_of(0),
        }  # fmt: skip
        store.insert_new(connection, schema.deliveries, [row])
    check(store, Request(method="webhook_evidence"))
    assert statuses(store) == {number_of(0): ("active", "webhook_evidence", "evidence")}


def _file(folder: Path, text: str) -> Path:
    path = folder / "results.csv"
    path.write_text(text)
    return path


def test_what_the_endpoint_calls_a_person_is_kept(tmp_path: Path) -> None:
    store = people(tmp_path / "c.db", 40)
    with Endpoint(Behaviour()) as endpoint:
        check(store, request(endpoint))
    with store.read() as connection:
        ids = set(
            connection.execute(select(schema.identities.c.lookup).where(schema.identities.c.kind == "wa_id")).scalars()
        )
    assert ids == {number[1:] for number, status in truth(40).items() if status == "active"}


def test_control_numbers_are_valid_and_nobodys(tmp_path: Path) -> None:
    types = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
    for number in reserved_numbers():
        parsed = phonenumbers.parse(number)
        assert phonenumbers.is_valid_number(parsed)
        assert phonenumbers.number_type(parsed) in types
    chosen = choose_controls("c1", 8)
    assert len({number[:4] for number in chosen}) >= 3, "from several countries"
    assert chosen == choose_controls("c1", 8)
    store = people(tmp_path / "c.db", 5)
    other = people(tmp_path / "d.db", 5)
    add_people(other, chosen)
    with Endpoint(Behaviour()) as endpoint:
        check(store, request(endpoint))
        assert set(chosen) < set(endpoint.requests[0])


def test_a_control_number_that_is_somebodys_is_no_control(tmp_path: Path) -> None:
    from bascule.contacts.store.store import open_store

    store = open_store(str(tmp_path / "d.db"))
    add_people(store, [number_of(1), *choose_controls("c1", 8)])
    with Endpoint(Behaviour()) as endpoint, pytest.raises(ContactsError) as caught:
        check(store, request(endpoint))
    assert caught.value.kind == "contacts-check-setup"
    with Endpoint(Behaviour()) as endpoint:
        assert check(store, request(endpoint, controls=("+46701740699", "+12015550177"))).finished


@pytest.mark.parametrize("size", [1, 7, 100, 1000])
@pytest.mark.parametrize("first", [0, 1, 8])
def test_no_batch_is_larger_than_a_request(size: int, first: int) -> None:
    first = min(first, size)
    places = Counter(_batch(i, first, size) for i in range(12 * size))
    for batch, held in places.items():
        controls = first if batch == 0 else int(bool(first) and batch % 10 == 0)
        assert held + controls <= size
    missing = set(range(min(places), max(places) + 1)) - set(places)
    assert all(size == 1 and batch % 10 == 0 for batch in missing), "but for those that hold a control number alone"


def test_the_estimate() -> None:
    assert estimate(10_000_000, 1000, 20, True).seconds == pytest.approx(500, abs=1)
    assert "2.8 h" in estimate(10_000_000, 1000, 1, False).text()
    assert estimate(0, 1000, 5, True).batches == 0


def test_evidence_of_the_webhooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime(2026, 11, 20, tzinfo=UTC).timestamp())))
    store = people(tmp_path / "c.db", 6)
    seen = [
        (0, "delivered", None, "whatsapp", "2026-11-01T00:00:00Z"),
        (1, "failed", "131026", "whatsapp", "2026-11-01T00:00:00Z"),
        (2, "sent", None, "whatsapp", "2026-11-01T00:00:00Z"),
        (3, "delivered", None, "sms", "2026-11-01T00:00:00Z"),
        (4, "read", None, "whatsapp", "2026-01-01T00:00:00Z"),
    ]
    with store.write() as connection:
        for index, status, code, channel, at in seen:
            row = {
                "message_id": f"m{index}", "status": status, "occurred_at": at, "person_id": f"p1-{index}",
                "error_code": code, "channel": channel, "lookup": number_of(index),
            }  # fmt: skip
            store.insert_new(connection, schema.deliveries, [row])
        connection.execute(
            update(schema.persons)
            .where(schema.persons.c.id == "p1-5")
            .values(whatsapp_inbound_at="2026-11-19T00:00:00Z")
        )
    check(store, Request(method="webhook_evidence"))
    found = statuses(store)
    assert [found[number_of(index)][0] for index in range(6)] == [
        "active", "inactive", "unverified", "unverified", "unverified", "active",
    ]  # fmt: skip
    assert found[number_of(0)][2] == "evidence"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("r.csv", "input;status;wa_id\n+33600000000;valid;33600000000\n33600000001;invalid;\nn/a;valid;\n"),
        (
            "r.json",
            '{"contacts":[{"input":"+33 6 00 00 00 00","status":"valid"},{"input":"+33600000001","status":"invalid"}]}',
        ),
        ("r.jsonl", '{"Phone":"33600000000","Registered":true}\n{"Phone":"33600000001","Registered":false}\n'),
    ],
)
def test_imported_results(tmp_path: Path, name: str, text: str) -> None:
    store = people(tmp_path / "c.db", 4)
    (tmp_path / name).write_text(text, "utf-8")
    result = check(store, Request(method="imported", results=tmp_path / name))
    assert {lookup: row[0] for lookup, row in statuses(store).items()} == {
        number_of(0): "active", number_of(1): "inactive",
    }  # fmt: skip
    assert result.counts.reasons == {"not in the results": 2}


def test_imported_results_that_are_all_yes_are_not_believed(tmp_path: Path) -> None:
    store = people(tmp_path / "c.db", 30)
    lines = "".join(f"{number_of(index)},valid\n" for index in range(30))
    (tmp_path / "r.csv").write_text("phone,status\n" + lines)
    result = check(store, Request(method="imported", results=tmp_path / "r.csv"))
    assert {row[0] for row in statuses(store).values()} == {"unverified"}
    assert result.remarks[0].kind == "contacts-check-says-yes"


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", "phone,status\n", "[1,2]", "{", '{"a":' * 10_000, "phone,status\nx,valid\n"]
)
def test_results_that_are_none(tmp_path: Path, text: str) -> None:
    store = people(tmp_path / "c.db", 3)
    (tmp_path / "r.csv").write_text(text)
    with pytest.raises(ContactsError) as caught:
        check(store, Request(method="imported", results=tmp_path / "r.csv"))
    assert caught.value.kind == "contacts-check-results"


def test_a_simulator_is_the_same_every_time_and_replaces_nothing_real(tmp_path: Path) -> None:
    first, second = people(tmp_path / "a.db", 200), people(tmp_path / "b.db", 200)
    for store in (first, second):
        result = check(store, Request(method="simulator", seed=5, active=70))
    assert statuses(first) == statuses(second)
    assert {row[2] for row in statuses(first).values()} == {"none"}
    assert 110 < sum(row[0] == "active" for row in statuses(first).values()) < 170
    assert [remark.kind for remark in result.remarks] == ["contacts-check-simulated"]
    with Endpoint(Behaviour()) as endpoint:
        check(first, request(endpoint))
    assert {lookup: row[0] for lookup, row in statuses(first).items()} == truth(200)


def test_another_endpoint_does_not_take_up_a_run(tmp_path: Path) -> None:
    store = people(tmp_path / "c.db", 30)
    with Endpoint(Behaviour(status=401)) as endpoint:
        check(store, request(endpoint))
        with pytest.raises(ContactsError) as caught:
            plan(store, request(endpoint, batch_size=10))
        assert caught.value.kind == "contacts-check-other-run"
        assert "batch_size" in caught.value.message
        endpoint.behaviour = Behaviour()
        assert check(store, request(endpoint, batch_size=10, abandon=True)).finished


@pytest.mark.parametrize(
    "url", ["ftp://x/y", "x", "http://", "https://a:b@c/d", "https://c/d?key=1", "http://[::1", "http://a:b/"]
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(ContactsError):
        checked_url(url)


def test_keys_that_are_refused() -> None:
    for key in ("", "a\r\nX: y"):
        with pytest.raises(ContactsError):
            headers_of("key", "D360-Api-Key", key)


def test_retry_after_is_read() -> None:
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert retry_after("120", now) == 120
    assert retry_after("Fri, 20 Nov 2026 12:01:00 GMT", now) == 60
    assert retry_after("Fri, 20 Nov 2026 11:00:00 GMT", now) == 0
    assert [retry_after(text, now) for text in (None, "", "soon", "-5", "٣")] == [0, 0, 0, 0, 0]


def test_answers_are_matched_by_input() -> None:
    body = '{"contacts":[{"input":"+٣٣٦١٢","status":"INVALID"},{"input":"331","status":"valid","wa_id":"331"},5,{"status":"valid"}]}'
    reply = read_reply(body.encode(), ["+331", "+33612", "+34"])
    assert {number: answer.value for number, answer in reply.answers.items()} == {
        "+33612": Value.INACTIVE, "+331": Value.ACTIVE,
    }  # fmt: skip
    assert reply.notes == {"answers to numbers that were not asked": 2}
    assert digits_of("+33 (0)6") == "3306"


def test_contradictions_are_no_answer() -> None:
    body = b'{"contacts":[{"input":"1","status":"valid"},{"input":"1","status":"invalid"},{"input":"2","status":"processing"},{"input":"2","status":"invalid"},{"input":"3","status":"maybe"}]}'
    reply = read_reply(body, ["+1", "+2", "+3"])
    assert {number: answer.value for number, answer in reply.answers.items()} == {
        "+2": Value.INACTIVE,
        "+3": Value.ERROR,
    }


def test_a_body_that_was_cut_off_keeps_what_is_complete() -> None:
    body = b'{"meta":{},"contacts":[{"input":"1","status":"valid"},{"input":"2","status":"inv'
    reply = read_reply(body, ["+1", "+2"])
    assert list(reply.answers) == ["+1"]
    with pytest.raises(Unavailable):
        read_reply(b'{"cont', ["+1"])


def test_the_breaker_opens_longer_each_time_and_gives_up() -> None:
    moment = [0.0]
    breaker = Breaker(threshold=2, cooldown=10, openings=2, clock=lambda: moment[0])
    breaker.failed("HTTP 503")
    assert not breaker.open
    breaker.failed("HTTP 503")
    assert breaker.open
    moment[0] = 10
    assert not breaker.open
    breaker.failed("HTTP 503")
    moment[0] = 29
    assert breaker.open, "twice as long"
    moment[0] = 31
    with pytest.raises(GaveUp):
        breaker.failed("HTTP 503")
    breaker.succeeded()
    breaker.failed("HTTP 503")
    assert not breaker.open
    with pytest.raises(GaveUp):
        breaker.pause(10_000)

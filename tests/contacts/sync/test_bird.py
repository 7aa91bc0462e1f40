"""Webhooks of Bird: what people write, what became of messages, whose they are, and whether they are genuine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from tests.contacts.people import person
from tests.contacts.sync.support import T, at

from bascule.contacts.counts import Counts
from bascule.contacts.store import schema
from bascule.contacts.store.store import open_store
from bascule.contacts.sync.apply import apply
from bascule.contacts.sync.events import decode, encode
from bascule.contacts.sync.providers import provider_of, read_events
from bascule.contacts.sync.replay import replay
from bascule.contacts.sync.signatures import Delivery, genuine

AWA = "+33612345671"


def inbound(
    channel: str = "whatsapp", text: str = "Bonjour", number: str = AWA, name: str = "m1", offset: int = 0, **more: Any
) -> dict[str, Any]:
    payload = {
        "id": name,
        "channelId": "c1",
        "sender": {"contact": {"id": "k1", "identifierKey": "phonenumber", "identifierValue": number}},
        "receiver": {"connector": {"id": "n1"}},
        "body": {"type": "text", "text": {"text": text}},
        "parts": [{"platformReference": "wamid.x"}],
        "status": "delivered",
        "direction": "incoming",
        "createdAt": at(offset).replace("Z", ".736Z"),
    }
    return {"service": "channels", "event": f"{channel}.inbound", "payload": {**payload, **more}}


def outbound(status: str, offset: int, channel: str = "whatsapp", numbers: tuple[str, ...] = (AWA,)) -> dict[str, Any]:
    payload = {
        "id": "m9",
        "receiver": {"contacts": [{"identifierKey": "phonenumber", "identifierValue": number} for number in numbers]},
        "status": status,
        "reason": "unreachable" if "failed" in status else "",
        "direction": "outgoing",
        "lastStatusAt": at(offset),
    }
    return {"service": "channels", "event": f"{channel}.outbound", "payload": payload}


def read_one(body: Any) -> Any:
    assert provider_of(body) == "bird"
    (event,) = read_events("bird", body)
    assert decode(encode(event)) == event
    assert event.raw == body
    return event


@pytest.mark.parametrize("channel", ["whatsapp", "sms", "viber"])
def test_what_a_person_writes(channel: str) -> None:
    event = read_one(inbound(channel, "أوقف"))
    assert (event.kind, event.native, event.channel, event.at) == ("message", "m1", channel, at(0))
    assert event.who == (("phone", "", AWA),)
    assert dict(event.data) == {"text": "أوقف", "type": "text"}


def test_the_platforms_time_and_id_come_first() -> None:
    extra = {"extraInformation": {"timestamp": str(T - 60), "whatsappbsuid": "FR.123"}}
    event = read_one(inbound(meta=extra))
    assert event.at == at(-60)
    assert event.who == (("bsuid", "", "FR.123"), ("phone", "", AWA))


def test_a_tap_on_a_button() -> None:
    tap = {"type": "text", "text": {"actions": [{"type": "postback", "postback": {"text": "Stop", "payload": "bye"}}]}}
    event = read_one(inbound(body=tap))
    assert dict(event.data) == {"text": "Stop", "type": "button", "button": "bye"}


@pytest.mark.parametrize(
    ("said", "kind", "read_as"),
    [
        ("sent", "status", "sent"), ("delivered", "status", "delivered"), ("sending_failed", "status", "failed"),
        ("delivery_failed", "status", "failed"), ("accepted", "other", ""), ("processing", "other", ""),
    ],
)  # fmt: skip
def test_what_became_of_a_message(said: str, kind: str, read_as: str) -> None:
    event = read_one(outbound(said, 5))
    assert (event.kind, event.native, event.at) == (kind, f"m9:{said}", at(5))
    assert event.data["status"] == read_as
    assert event.data["message_id"] == "m9"
    assert event.data["error_code"] == ("unreachable" if read_as == "failed" else "")
    assert event.who == (("phone", "", AWA),)


def test_a_message_to_several_says_nothing_of_any() -> None:
    assert read_one(outbound("delivered", 5, numbers=(AWA, "+33612345672"))).who == ()


def test_interactions() -> None:
    body = {
        "service": "channels",
        "event": "whatsapp.interaction",
        "payload": {"messageId": "m9", "type": "read", "createdAt": at(9)},
    }
    event = read_one(body)
    assert (event.kind, event.native, event.data["status"]) == ("status", "m9:read", "read")
    assert read_one(body | {"payload": body["payload"] | {"type": "clicked"}}).kind == "other"  # type: ignore[operator]


@pytest.mark.parametrize(
    "body",
    [
        {"service": "channels", "event": "channel.created", "payload": {"id": "c"}},
        {"service": "channels", "event": "email.inbound", "payload": {"id": "c"}},
        {"service": "channels", "event": "whatsapp.inbound", "payload": {}},
        {"service": "channels", "event": 7, "payload": {"id": []}},
    ],
)
def test_what_is_not_understood_is_kept(body: dict[str, Any]) -> None:
    assert read_one(body).kind == "other"


def test_it_goes_into_the_same_streams(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "contacts.db"))
    person(store, "p1-1", AWA)
    log = tmp_path / "bird.jsonl"
    bodies = [
        outbound("delivered", 5),
        inbound(offset=10),
        inbound("sms", "STOP", name="m2", offset=20),
        inbound(offset=10),
    ]
    log.write_text("".join(json.dumps(body) + "\n" for body in bodies), "utf-8")
    counts = Counts("sync replay")
    replay(store, log, "", counts)
    assert (counts.taken, counts.kept, counts.merged) == (4, 3, 1)
    done = Counts("sync apply")
    apply(store, done)
    done.verify()
    with store.read() as connection:
        (row,) = connection.execute(select(schema.persons)).mappings()
        consents = connection.execute(select(schema.consents.c.channel, schema.consents.c.action)).all()
        deliveries = connection.execute(
            select(schema.deliveries.c.message_id, schema.deliveries.c.status, schema.deliveries.c.person_id)
        ).all()
    assert (row["whatsapp_inbound_at"], row["last_inbound_at"]) == (at(10), at(20))
    assert [tuple(item) for item in consents] == [("sms", "opt_out")]
    assert [tuple(item) for item in deliveries] == [("m9", "delivered", "p1-1")]


def test_the_signature_covers_time_address_and_body() -> None:
    body, url, made = b'{"service":"channels"}', "https://example.org/bird", str(T)
    text = f"{made}\n{url}\n".encode() + hashlib.sha256(body).digest()
    good = base64.b64encode(hmac.new(b"key", text, hashlib.sha256).digest()).decode()

    def check(signature: str = good, when: str = made, at_: float = T, sent: bytes = body, to: str = url) -> bool:
        headers = {"messagebird-signature": signature, "messagebird-request-timestamp": when}
        return genuine("bird", Delivery(headers, sent, (to,)), "key", at_)

    assert check()
    assert check(at_=T + 3600)
    assert check(to="https://example.org:443/bird")
    assert not check(signature=good[:-2] + "A=")
    assert not check(when=str(T + 1))
    assert not check(sent=body + b" ")
    assert not check(to="https://example.org/other")
    assert not check(at_=T + 90_000)
    assert not check(at_=T - 1000)
    for when in ("", "-1", "1e9", "٣", "9" * 400):
        assert not check(when=when)
    assert not genuine("bird", Delivery({}, body, (url,)), "key", T)
    assert not genuine("bird", Delivery({}, body, (url,)), "", T)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PLACES = ("sender", "receiver", "body", "meta", "id", "status", "createdAt", "direction")


@given(st.sampled_from(["inbound", "outbound", "interaction"]), st.sampled_from(PLACES), JSON)
def test_anything_in_any_place_is_an_event(what: str, place: str, value: Any) -> None:
    body = inbound() if what == "inbound" else outbound("sent", 1)
    body["event"] = f"whatsapp.{what}"
    body["payload"][place] = value
    (event,) = read_events("bird", body)
    assert event.raw is not None
    assert decode(encode(event)) == event

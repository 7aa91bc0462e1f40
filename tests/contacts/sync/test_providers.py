"""Webhooks as their providers document them, and as others have recorded them."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bascule.contacts.sync.events import Kind, clean, decode, encode, moment_of, phone_of
from bascule.contacts.sync.providers import PROVIDERS, provider_of, read_events

KINDS = {value for name, value in vars(Kind).items() if not name.startswith("_")}


def one(provider: str, body: Any) -> Any:
    """The only event of a body; what else it says is of kind `other` behind it."""
    event, *others = read_events(provider, body)
    assert {other.kind for other in others} <= {"other"}
    assert event.kind in KINDS
    assert decode(encode(event)) == event
    return event


def test_moments_as_providers_write_them() -> None:
    assert moment_of("1767225600") == moment_of(1767225600) == "2026-01-01T00:00:00Z"
    assert moment_of(1767225600123) == "2026-01-01T00:00:00Z"
    assert moment_of("2026-01-01T01:00:00.000+0100") == moment_of("2026-01-01T00:00:00Z") == "2026-01-01T00:00:00Z"
    assert moment_of("2026-01-01 00:00:00") == "2026-01-01T00:00:00Z"
    for bad in (
        "",
        None,
        True,
        "soon",
        "2026-13-01T00:00:00Z",
        "99999999999999",
        -5,
        "9999999999",
        [],
        1.5,
        "١٧٦٧٢٢٥٦٠٠",
    ):
        assert moment_of(bad) == ""


def test_numbers_as_providers_write_them() -> None:
    assert phone_of("33612345678") == phone_of("+33612345678") == "+33612345678"
    for bad in ("", "36105", "ACME", "FR.123456789", "+", "1234567890123456", None):
        assert phone_of(bad) == ""


def test_twilio() -> None:
    event = one(
        "twilio",
        {
            "SmsMessageSid": "SM1", "MessageSid": "SM1", "ProfileName": "Zoé", "MessageType": "button", "WaId": "33612345678",
            "Body": "Oui", "ButtonText": "Oui", "ButtonPayload": "yes", "From": "whatsapp:+33612345678", "Unheard": "1",
        },
    )  # fmt: skip
    assert (event.kind, event.native, event.channel, event.at) == ("message", "SM1", "whatsapp", "")
    assert event.who == (("wa_id", "", "33612345678"), ("phone", "", "+33612345678"))
    assert event.data == {"button": "yes", "name": "Zoé", "text": "Oui", "type": "button"}
    assert event.raw["Unheard"] == "1"
    sms = one("twilio", {"MessageSid": "SM2", "From": "+33612345678", "Body": "arret", "OptOutType": "STOP"})
    assert (sms.channel, sms.data["opt"], sms.who) == ("sms", "opt_out", (("phone", "", "+33612345678"),))
    failed = one(
        "twilio", {"MessageSid": "SM3", "MessageStatus": "undelivered", "ErrorCode": "21610", "To": "+33612345678"}
    )
    assert (failed.kind, failed.data["status"], failed.data["error_code"]) == ("status", "failed", "21610")
    hidden = one("twilio", {"MessageSid": "SM4", "From": "whatsapp:FR.13491208655302741918", "Body": "x"})
    assert hidden.who == (("bsuid", "", "FR.13491208655302741918"),)


def test_viber() -> None:
    def call(event: str, **more: Any) -> Any:
        return one("viber", {"event": event, "timestamp": 1767225600123, "message_token": 4912661846655238145, **more})

    user = {"id": "01234567890A=", "name": "Олена", "language": "uk", "country": "UA"}
    said = call("message", sender=user, message={"type": "text", "text": "стоп"})
    assert (said.kind, said.channel, said.at) == ("message", "viber", "2026-01-01T00:00:00Z")
    assert said.who == (("viber", "", "01234567890A="),)
    assert said.data["text"] == "стоп"
    shared = call(
        "message", sender=user, message={"type": "contact", "contact": {"name": "O", "phone_number": "380501234567"}}
    )
    assert shared.data["phone"] == "+380501234567"
    assert call("subscribed", user=user).kind == "subscribed"
    assert call("unsubscribed", user_id="01234567890A=").who == (("viber", "", "01234567890A="),)
    assert call("seen", user_id="x").data["status"] == "read"
    assert call("conversation_started", user=user, type="open").kind == "other"
    assert call("webhook").kind == "other"


def test_the_older_sms_api_of_vonage() -> None:
    inbound = {
        "msisdn": "33612345678",
        "to": "36105",
        "messageId": "0A",
        "text": "STOP",
        "type": "text",
        "keyword": "STOP",
        "message-timestamp": "2026-01-01 12:00:00",
    }
    event = one("vonage", inbound)
    assert (event.kind, event.at, event.who) == ("message", "2026-01-01T12:00:00Z", (("phone", "", "+33612345678"),))
    receipt = one(
        "vonage",
        {
            "msisdn": "33612345678",
            "messageId": "0B",
            "status": "failed",
            "err-code": "9",
            "message-timestamp": "2026-01-01 12:00:00",
        },
    )
    assert (receipt.kind, receipt.data["status"], receipt.data["error_code"]) == ("status", "failed", "9")


def test_the_provider_is_told_from_the_form() -> None:
    assert provider_of({"object": "whatsapp_business_account"}) == "meta"
    assert provider_of({"MessageSid": "1"}) == "twilio"
    assert provider_of({"results": []}) == "infobip"
    assert provider_of({"message_uuid": "1"}) == "vonage"
    assert provider_of({"event": "seen", "message_token": 1}) == "viber"
    for other in ({}, [], None, "x", {"event": "x"}, {"service": "channels"}):
        assert provider_of(other) == ""


def samples(corpus: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((corpus / "wa-webhooks").glob("*.json")):
        for name, body in json.loads(path.read_text("utf-8")).items():
            yield f"{path.stem}/{name}", body


@pytest.mark.corpus
def test_recorded_webhooks_of_the_platform(corpus: Path) -> None:
    expected = {
        "pywa-callback_button": "message", "pywa-callback_selection": "message", "pywa-message": "message",
        "pywa-deleted_message": "message", "pywa-edited_message": "message", "pywa-message_status": "status",
        "pywa-outgoing_message": "echo", "pywa-user_marketing_preferences": "preference",
        "pywa-template_status_update": "other", "pywa-template_category_update": "other",
    }  # fmt: skip
    count = 0
    for name, body in samples(corpus):
        assert provider_of(body) == "meta", name
        event = one("meta", body)
        file, _, sample = name.partition("/")
        kind = {"phone_number_change": "number_changed", "identity_change": "other"}.get(sample, expected.get(file))
        assert event.kind == kind, name
        if kind != "other" and sample not in ("revoke",):
            assert event.at, name
        assert_whole(body, read_events("meta", body))
        count += 1
    assert count >= 40


def assert_whole(body: Any, events: Any) -> None:
    """Every text of a body is in what is kept, but for halves of characters."""
    body = clean(body)
    kept = {text for event in events for text in strings(event.raw)} | {"whatsapp", "whatsapp_business_account"}
    assert set(strings(body)) <= kept


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


@pytest.mark.corpus
def test_recorded_webhooks_say_what_they_say(corpus: Path) -> None:
    found = {name: one("meta", body) for name, body in samples(corpus)}
    tap = found["pywa-callback_button/quick_reply"]
    assert tap.data["text"] == "title"
    assert tap.data["button"] == "callback_data"
    assert tap.who == (
        ("bsuid", "", "US.13491208655302741918"), ("wa_id", "", "972987654321"),
        ("parent_bsuid", "", "US.ENT.11815799212886844830"),
    )  # fmt: skip
    assert found["pywa-message_status/failed"].data["error_code"] == "130472"
    change = found["pywa-system/phone_number_change"]
    assert (change.who, change.data["new"]) == ((("wa_id", "", "972987654321"),), [["wa_id", "", "972912345678"]])
    assert found["pywa-user_marketing_preferences/resume"].data["action"] == "opt_in"


@pytest.mark.corpus
def test_the_platforms_own_examples(corpus: Path) -> None:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (corpus / "openapi" / "meta-business-messaging-v23.0.yaml").read_text("utf-8")
    start = text.index("\n  /whatsapp/webhooks:") + 1
    following = re.compile(r"\n(?:  /|\S)").search(text, start + 5)
    end = following.start() if following else len(text)
    post = yaml.load(text[start:end], Loader=loader)["/whatsapp/webhooks"]["post"]
    examples = post["requestBody"]["content"]["application/json"]["examples"]
    assert len(examples) >= 5
    for name, example in examples.items():
        events = read_events("meta", example["value"])
        expected = "other" if name.startswith("Group") else "number_changed" if name.startswith("System") else "message"
        assert [event.kind for event in events] == [expected], name
        assert expected == "other" or all(event.at and event.who for event in events), name
        assert_whole(example["value"], events)


def examples_of(document: Any) -> Iterator[tuple[str, Any]]:
    for name, hook in document["webhooks"].items():
        for operation in hook.values():
            content = operation["requestBody"]["content"].get("application/json", {})
            for label, example in content.get("examples", {}).items():
                yield f"{name}/{label}", example["value"]


@pytest.mark.corpus
def test_infobips_own_examples(corpus: Path) -> None:
    expected = {
        "receive-inbound-whatsapp-messages": ("message", "whatsapp"),
        "receive-whatsapp-delivery-reports": ("status", "whatsapp"),
        "receive-whatsapp-seen-reports": ("status", "whatsapp"),
        "receive-whatsapp-marketing-update-notification": ("preference", "whatsapp"),
        "receive-inbound-sms-messages": ("message", "sms"),
        "receive-outbound-sms-message-reports": ("status", "sms"),
        "receive-inbound-viber-messages": ("message", "viber"),
        "receive-messages-api-delivery-reports": ("status", "whatsapp"),
        "receive-messages-api-seen-reports": ("status", "whatsapp"),
    }
    seen = set()
    for part in ("whatsapp", "sms", "viber", "messages-api", "blocklist"):
        document = json.loads((corpus / "openapi" / f"infobip-{part}-openapi.json").read_text("utf-8"))
        for name, body in examples_of(document):
            hook = name.split("/")[0]
            events = read_events("infobip", body)
            assert events, name
            assert {event.kind for event in events} <= KINDS
            assert_whole(body, events)
            for event in events:
                assert decode(encode(event)) == event
                if hook in expected and event.kind != "other":
                    assert (event.kind, event.channel or "sms") == expected[hook], name
                    assert event.at, name
                    assert event.who, name
                    seen.add(hook)
            if hook == "receive-blocklist-event":
                assert {event.data.get("action") for event in events} <= {"opt_out", "opt_in"}
    assert set(expected) - seen <= {"receive-outbound-sms-message-reports"}


def vonage_schemas(corpus: Path) -> Any:
    return json.loads((corpus / "openapi" / "vonage-messages-1.11.0.json").read_text("utf-8"))


def example_of(schema: Any, document: Any, depth: int = 0) -> Any:
    """An instance of a schema from its own examples."""
    if depth > 12:
        return None
    if "$ref" in schema:
        found: Any = document
        for part in schema["$ref"][2:].split("/"):
            found = found[part]
        return example_of(found, document, depth + 1)
    if "example" in schema and "properties" not in schema:
        return schema["example"]
    made: dict[str, Any] = {}
    for part in schema.get("allOf", ()):
        inner = example_of(part, document, depth + 1)
        made |= inner if isinstance(inner, dict) else {}
    for choice in schema.get("oneOf", schema.get("anyOf", ()))[:1]:
        inner = example_of(choice, document, depth + 1)
        if not isinstance(inner, dict):
            return inner
        made |= inner
    for name, item in schema.get("properties", {}).items():
        made[name] = example_of(item, document, depth + 1)
        if "enum" in item:
            made[name] = item.get("example", item["enum"][0])
    if schema.get("type") == "array":
        return [example_of(schema.get("items", {}), document, depth + 1)]
    return made or schema.get("example", "")


def leaves(schema: Any, document: Any) -> Iterator[Any]:
    """The alternatives of a webhook's schema."""
    if "$ref" in schema:
        found: Any = document
        for part in schema["$ref"][2:].split("/"):
            found = found[part]
        yield from leaves(found, document)
    elif "oneOf" in schema and "allOf" not in schema:
        for item in schema["oneOf"]:
            yield from leaves(item, document)
    else:
        yield schema


@pytest.mark.corpus
def test_vonages_own_schemas(corpus: Path) -> None:
    document = vonage_schemas(corpus)
    known = {"whatsapp": "whatsapp", "sms": "sms", "viber_service": "viber"}
    seen: dict[tuple[str, str], int] = {}
    for hook, kind in (("message-status", "status"), ("inbound-message", "message")):
        for path in document["x-webhooks"][hook].values():
            schema = path["post"]["requestBody"]["content"]["application/json"]["schema"]
            for leaf in leaves(schema, document):
                body = example_of(leaf, document)
                assert provider_of(body) == "vonage", leaf.get("title")
                event = one("vonage", body)
                channel = body["channel"]
                assert event.kind == (kind if channel in known else "other"), body
                assert event.channel == known.get(channel, channel)
                if channel in known:
                    assert event.at
                    assert event.who
                seen[(kind, channel)] = seen.get((kind, channel), 0) + 1
    for kind in ("status", "message"):
        for channel in known:
            assert seen.get((kind, channel)), (kind, channel)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("seed", range(40))
def test_nothing_that_comes_is_lost_or_breaks(provider: str, seed: int) -> None:
    """Webhooks with members deleted, swapped, nested: always events, and always all that was said."""
    from tests.contacts.sync.support import changed_number, status, text

    draw = random.Random(f"{provider}{seed}")
    bodies: list[Any] = [
        text("33612345678", "STOP", 1), status("33612345678", "failed", 2, 131026), changed_number("33612345678", "33612345679", 3),
        {"results": [{"from": "33612345678", "messageId": "1", "receivedAt": "2026-01-01T00:00:00.000+0000", "message": {"type": "TEXT", "text": "x"}, "contact": {"userId": "FR.1"}}]},
        {"message_uuid": "1", "channel": "whatsapp", "from": "33612345678", "timestamp": "2026-01-01T00:00:00Z", "message_type": "reply", "reply": {"id": "1", "title": "STOP"}},
        {"MessageSid": "1", "From": "whatsapp:+33612345678", "Body": "x", "WaId": "33612345678"},
        {"event": "message", "timestamp": 1767225600123, "message_token": 1, "sender": {"id": "a=", "name": "b"}, "message": {"type": "text", "text": "x"}},
    ]  # fmt: skip
    body = mutated(copy.deepcopy(draw.choice(bodies)), draw)
    events = read_events(provider, body)
    assert events
    assert_whole(body, events)
    for event in events:
        assert event.kind in KINDS
        assert decode(encode(event)) == event
        for kind, scope, value in event.who:
            assert isinstance(kind, str)
            assert scope == ""
            assert isinstance(value, str)
            assert value


ODD: list[Any] = [None, True, 7, -1.5, "", "x" * 300, [], {}, [[]], {"a": [1]}, "\ud83d", "33612345678"]


def mutated(value: Any, draw: random.Random, depth: int = 0) -> Any:
    if draw.random() < 0.06 * (depth + 1):
        return copy.deepcopy(draw.choice(ODD))
    if isinstance(value, dict):
        return {key: mutated(item, draw, depth + 1) for key, item in value.items() if draw.random() > 0.07}
    if isinstance(value, list):
        return [mutated(item, draw, depth + 1) for item in value for _ in range(draw.choice([1, 1, 1, 0, 2]))]
    return value

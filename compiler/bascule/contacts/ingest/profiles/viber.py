"""Viber: saved callbacks of a bot, subscriber sheets, and logs of Business Messages.

No interface of Viber lists subscribers: saved callbacks are where their ids are. An id belongs to one bot; a phone
number comes only with a contact that the user shares.
"""

from __future__ import annotations

from typing import Any

from bascule.contacts.ingest.profile import Field, Log, Profile, fields
from bascule.contacts.rows import Kind

_SOURCE = "https://developers.viber.com/docs/api/rest-bot-api/"
_EVENTS = {
    "message": (Kind.MESSAGE, "inbound"),
    "delivered": (Kind.EVENT, "outbound"),
    "seen": (Kind.EVENT, "outbound"),
    "failed": (Kind.EVENT, "outbound"),
}
_STATUS = {"delivered": "delivered", "seen": "read", "failed": "failed"}
_CONSENT = {"subscribed": "opt_in", "unsubscribed": "opt_out"}


def _same_name(card: Any, user: Any) -> bool:
    """Whether a shared card can be the user's own."""
    if not card or not user:
        return True
    return " ".join(str(card).split()).casefold() == " ".join(str(user).split()).casefold()


def _callback(record: dict[str, Any]) -> dict[str, Any]:
    """A callback with its user under one name, whichever event it is."""
    event = record.get("event")
    if not isinstance(event, str):
        return record
    rest = dict(record)
    kind, direction = _EVENTS.get(event, (Kind.EVENT, ""))
    found: dict[str, Any] = {"bascule.kind": kind.value, "bascule.direction": direction or None}
    person = rest.pop("user", None) or rest.pop("sender", None)
    if isinstance(person, dict):
        person = dict(person)
        for name in ("id", "name", "language", "country"):
            found[f"bascule.{name}"] = person.pop(name, None)
        rest["user"] = person
    elif person is not None:
        rest["user"] = person
    if "bascule.id" not in found:
        found["bascule.id"] = rest.pop("user_id", None)
    message = rest.get("message")
    if isinstance(message, dict):
        contact = message.get("contact")
        if message.get("type") == "contact" and isinstance(contact, dict):
            # The share-phone button sends the user's own card; the menu sends any card of the address book. The card's
            # name is all that tells them apart, and a friend's number must not become the user's.
            found["bascule.kind"] = Kind.EVENT.value
            if _same_name(contact.get("name"), found.get("bascule.name")):
                contact = dict(contact)
                found["bascule.phone"] = contact.pop("phone_number", None)
                rest["message"] = {**message, "contact": contact}
        elif direction == "inbound":
            found["bascule.text"] = message.get("text")
    found["bascule.status"] = _STATUS.get(event)
    if event in _CONSENT:
        found["bascule.consent"] = _CONSENT[event]
        found["bascule.source"] = "api"
    return found | rest


PROFILES = (
    Profile(
        name="viber-callbacks",
        platform="viber",
        title="callbacks of a Viber bot, saved as JSON lines",
        kind=Kind.EVENT,
        required=(("event",), ("timestamp",), ("user.id", "sender.id", "userid")),
        typical=("messagetoken", "chathostname", "silent", "message.type", "user.apiversion", "sender.apiversion"),
        fields=fields(
            kind="bascule.kind",
            viber_id="bascule.id",
            name="bascule.name",
            language="bascule.language",
            country="bascule.country",
            phone_raw="bascule.phone",
            occurred_at="timestamp",
            message_id="message_token",
            message_status="bascule.status",
            direction="bascule.direction",
            consent_action="bascule.consent",
            consent_source="bascule.source",
        ),
        log=Log(sender=(), recipient=(), body=("bascule.text",)),
        constants={"channel": "viber"},
        international=True,
        prepare=_callback,
        source=_SOURCE,
    ),
    Profile(
        name="viber-subscribers",
        platform="viber",
        title="sheet of Viber subscribers, kept by the bot's owner",
        kind=Kind.CONTACT,
        required=(("viberid", "viberuserid", "viberuser"),),
        fields=fields(
            viber_id=("viber_id", "viber_user_id", "viber_user"),
            phone_raw=("phone", "phone_number", "mobile", "msisdn", "téléphone", "telefon", "телефон"),
            name=("name", "user_name", "viber_name", "nom", "имя"),
            first_name=("first_name", "firstname", "prénom"),
            last_name=("last_name", "lastname"),
            language=("language", "lang", "langue", "язык"),
            country=("country", "pays", "страна"),
            consent_action=Field(
                ("subscribed", "status", "is_subscribed", "abonné"),
                {
                    "true": "opt_in",
                    "1": "opt_in",
                    "yes": "opt_in",
                    "oui": "opt_in",
                    "active": "opt_in",
                    "false": "opt_out",
                    "0": "opt_out",
                    "no": "opt_out",
                    "non": "opt_out",
                    "inactive": "opt_out",
                },
            ),
            occurred_at=("subscribed_at", "subscription_date", "unsubscribed_at", "date"),
            modified_at=("updated_at", "last_seen", "last_active"),
            tags=("tags", "lists", "segment"),
        ),
        constants={"channel": "viber"},
        source=_SOURCE,
    ),
    Profile(
        name="viber-business",
        platform="viber",
        title="log of Viber Business Messages",
        kind=Kind.MESSAGE,
        required=(
            ("messagetoken", "messageid"),
            ("serviceid", "vibersender", "servicename"),
            ("phonenumber", "dest", "msisdn", "to"),
        ),
        fields=fields(
            phone_raw=("phone_number", "dest", "msisdn", "to"),
            occurred_at=("timestamp", "sent_at", "message_time", "date", "message_date"),
            message_id=("message_token", "message_id"),
            message_status=Field(("message_status", "status", "delivery_status"), {"0": "delivered", "1": "read"}),
            direction="direction",
            error_code=("error_code", "status_code"),
        ),
        log=Log(sender=(), recipient=(), direction="outbound"),
        constants={"channel": "viber"},
        international=True,
        source="https://developers.viber.com/docs/business-messages/",
    ),
)

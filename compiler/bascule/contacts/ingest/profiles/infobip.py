"""Infobip: People, message logs, the inbox, and the Do Not Contact list."""

from __future__ import annotations

from typing import Any

from bascule.contacts.ingest.profile import Field, Log, Profile, fields
from bascule.contacts.rows import Kind

_SOURCE = "https://www.infobip.com/docs/api"
_CHANNEL = Field(
    ("channel", "channeltype"),
    {"viber_bm": "viber", "viber_bot": "viber", "whatsapp": "whatsapp", "sms": "sms", "mms": "sms"},
)


def _person(record: dict[str, Any]) -> dict[str, Any]:
    """The addresses of ``contactInformation`` under one name each; what it holds beyond them stays."""
    information = record.get("contactInformation")
    if not isinstance(information, dict):
        return record
    found: dict[str, Any] = {}
    rest = dict(record)
    left = dict(information)
    phones = left.pop("phone", None)
    if isinstance(phones, list):
        numbers = [item["number"] for item in phones if isinstance(item, dict) and isinstance(item.get("number"), str)]
        found["bascule.phone"] = numbers
        details = [
            more
            for item in phones
            if (
                more := {key: value for key, value in item.items() if key != "number"}
                if isinstance(item, dict)
                else item
            )
        ]
        if details:
            left["phone"] = details
    elif phones is not None:
        left["phone"] = phones
    for member, name, key in (("email", "bascule.email", "address"), ("viberBots", "bascule.viber", "userId")):
        items = left.get(member)
        if isinstance(items, list) and items and isinstance(items[0], dict) and isinstance(items[0].get(key), str):
            found[name] = items[0][key]
            kept = [{other: value for other, value in items[0].items() if other != key}, *items[1:]]
            left[member] = [item for item in kept if item]
    rest["contactInformation"] = left
    return found | rest


def _blocked(record: dict[str, Any]) -> dict[str, Any]:
    """The destinations of one entry as numbers."""
    destinations = record.get("destinations")
    if not isinstance(destinations, list):
        return record
    rest = dict(record)
    rest["bascule.phone"] = [
        item["to"] for item in destinations if isinstance(item, dict) and isinstance(item.get("to"), str)
    ]
    details = [
        more
        for item in destinations
        if (more := {key: value for key, value in item.items() if key != "to"} if isinstance(item, dict) else item)
    ]
    rest.pop("destinations")
    if details:
        rest["destinations"] = details
    return rest


PROFILES = (
    Profile(
        name="infobip-people",
        platform="infobip",
        title="Infobip People",
        kind=Kind.CONTACT,
        required=(
            (
                "contactinformation.phone",
                "contactinformation.email",
                "contactinformation.viberbots",
                "contactinformation",
            ),
            ("externalid", "origin", "modifiedfrom", "preferredlanguage", "customattributes", "firstname", "lastname"),
        ),
        typical=("id", "modifiedat", "createdat", "birthdate", "profilepicture", "tags"),
        fields=fields(
            crm_id=("externalId", "id"),
            phone_raw="bascule.phone",
            email="bascule.email",
            viber_id="bascule.viber",
            first_name="firstName",
            last_name="lastName",
            language="preferredLanguage",
            country="country",
            tags="tags",
            modified_at="modifiedAt",
        ),
        international=True,
        prepare=_person,
        source=f"{_SOURCE}/customer-engagement/people",
    ),
    Profile(
        name="infobip-people-sheet",
        platform="infobip",
        title="Infobip People, exported from the portal",
        kind=Kind.CONTACT,
        required=(
            ("phone", "phonenumber", "phonenumbers", "phone1"),
            ("externalid", "externalpersonid"),
            ("preferredlanguage", "profilepicture", "birthdate", "modifiedfrom", "origin", "middlename"),
        ),
        fields=fields(
            crm_id=("external_id", "external_person_id", "person_id", "id"),
            phone_raw=("phone", "phone_number", "phone_numbers", "phone_1", "phone_2", "phone_3"),
            email=("email", "email_1", "emails"),
            first_name="first_name",
            last_name="last_name",
            language="preferred_language",
            country="country",
            tags="tags",
            modified_at="modified_at",
        ),
        international=True,
        source=f"{_SOURCE}/customer-engagement/people",
    ),
    Profile(
        name="infobip-logs",
        platform="infobip",
        title="Infobip logs (SMS, Viber Business Messages)",
        kind=Kind.MESSAGE,
        required=(("sender", "from"), ("destination", "to"), ("messageid",), ("sentat", "doneat", "bulkid")),
        typical=("mccmnc", "messagecount", "status.groupname", "status.name", "price.pricepermessage", "bulkid"),
        fields=fields(
            occurred_at=("sentAt", "doneAt"),
            message_id="messageId",
            message_status=("status.groupName", "status.name", "status"),
            error_code=Field(("error.name", "error.id"), {"no_error": "", "0": ""}),
            channel=_CHANNEL,
        ),
        log=Log(
            sender=("sender", "from"),
            recipient=("destination", "to"),
            direction="outbound",
            body=(),
            blocked=("EC_USER_BLOCKED", "EC_DESTINATION_BLACKLISTED", "EC_DESTINATION_IN_BLACKLIST"),
        ),
        constants={"channel": "sms"},
        international=True,
        source=f"{_SOURCE}/channels/sms",
    ),
    Profile(
        name="infobip-inbox",
        platform="infobip",
        title="Infobip inbox (messages from people)",
        kind=Kind.MESSAGE,
        required=(
            ("from", "sender"),
            ("to", "destination"),
            ("receivedat",),
            ("cleantext", "keyword", "messageid", "message.text"),
        ),
        typical=("cleantext", "keyword", "smscount", "callbackdata", "text", "price.pricepermessage"),
        foreign=("sentat", "doneat"),
        fields=fields(occurred_at="receivedAt", message_id="messageId", channel=_CHANNEL),
        log=Log(
            sender=("from", "sender"),
            recipient=("to", "destination"),
            direction="inbound",
            body=("cleantext", "text", "message.text", "keyword"),
        ),
        constants={"channel": "sms"},
        international=True,
        source=f"{_SOURCE}/channels/sms",
    ),
    Profile(
        name="infobip-blocklist",
        platform="infobip",
        title="Infobip Do Not Contact list",
        kind=Kind.SUPPRESSION,
        required=(("destinations", "destinations.to"),),
        typical=("sender", "channel", "accountkey"),
        foreign=("messageid", "bulkid"),
        fields=fields(phone_raw="bascule.phone", channel=_CHANNEL),
        constants={"consent_action": "opt_out", "consent_source": "platform_list"},
        international=True,
        prepare=_blocked,
        source=f"{_SOURCE}/platform/blocklist",
    ),
)

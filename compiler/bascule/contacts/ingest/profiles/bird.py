"""Bird, and MessageBird before it: contacts of three generations of one platform."""

from __future__ import annotations

from typing import Any

from bascule.contacts.ingest.profile import Profile, fields
from bascule.contacts.rows import Kind

_KEYS = {"phonenumber": "bascule.phone", "emailaddress": "bascule.email", "viber": "bascule.viber"}


def _contact_2023(record: dict[str, Any]) -> dict[str, Any]:
    """Identifiers by their keys; attributes as members."""
    found: dict[str, Any] = {}
    rest = dict(record)
    held: dict[str, list[str]] = {}
    others = []
    identifiers = rest.pop("featuredIdentifiers", None) or rest.pop("identifiers", None)
    for item in identifiers if isinstance(identifiers, list) else []:
        key = item.get("identifierKey", item.get("key")) if isinstance(item, dict) else None
        value = item.get("identifierValue", item.get("value")) if isinstance(item, dict) else None
        if isinstance(key, str) and isinstance(value, str) and key.lower() in _KEYS:
            held.setdefault(_KEYS[key.lower()], []).append(value)
        else:
            others.append(item)
    for name, values in held.items():
        found[name] = values if name == "bascule.phone" else values[0]
        others.extend(
            {"identifierKey": name, "identifierValue": value} for value in values[1:] if name != "bascule.phone"
        )
    if others:
        rest["identifiers"] = others
    elif identifiers is not None and not isinstance(identifiers, list):
        rest["identifiers"] = identifiers
    return found | rest


PROFILES = (
    Profile(
        name="bird-contacts",
        platform="bird",
        title="Bird contacts (2026)",
        kind=Kind.CONTACT,
        required=(("id",), ("phonenumber",), ("externalid", "audiences"), ("firstname", "lastname", "email")),
        typical=("audiences", "externalid", "createdat", "updatedat"),
        fields=fields(
            crm_id="id",
            phone_raw="phone_number",
            email="email",
            first_name="first_name",
            last_name="last_name",
            tags="audiences",
            language=("data.language", "data.locale"),
            country=("data.country", "data.country_code"),
            modified_at="updated_at",
        ),
        international=True,
        source="https://docs.bird.com/api",
    ),
    Profile(
        name="bird-contacts-2023",
        platform="bird",
        title="Bird contacts (2023)",
        kind=Kind.CONTACT,
        required=(
            ("identifiers", "featuredidentifiers", "identifierkey", "phonenumber"),
            (
                "attributes.displayname",
                "displayname",
                "attributes.phonenumber",
                "identifiervalue",
                "computeddisplayname",
                "subscribedsms",
                "attributes.subscribedsms",
                "subscribedwhatsapp",
            ),
        ),
        typical=("listids", "createdat", "updatedat", "initialreferrer", "identifiercount"),
        fields=fields(
            crm_id="id",
            phone_raw=("bascule.phone", "phonenumber", "attributes.phonenumber"),
            email=("bascule.email", "emailaddress", "attributes.emailaddress"),
            viber_id="bascule.viber",
            name=("computedDisplayName", "displayName", "attributes.displayName"),
            first_name=("attributes.firstName", "firstName"),
            last_name=("attributes.lastName", "lastName"),
            language=("attributes.language", "attributes.locale", "language", "locale"),
            country=("attributes.country", "country"),
            tags=("listIds", "lists"),
            modified_at="updatedAt",
            consent_action=(
                "attributes.subscribedWhatsApp",
                "subscribedWhatsApp",
                "attributes.subscribedSms",
                "subscribedSms",
            ),
        ),
        international=True,
        prepare=_contact_2023,
        source="https://docs.bird.com/api/contacts-api",
    ),
    Profile(
        name="messagebird-contacts",
        platform="bird",
        title="MessageBird contacts (legacy)",
        kind=Kind.CONTACT,
        required=(
            ("msisdn",),
            ("customdetails.custom1", "custom1", "groups.href", "createddatetime", "customdetails", "groups"),
        ),
        typical=("firstname", "lastname", "href", "messages.href", "updateddatetime", "custom2"),
        fields=fields(
            crm_id="id",
            phone_raw=("msisdn", "phone", "phonenumber", "number"),
            first_name=("firstName", "first_name"),
            last_name=("lastName", "last_name"),
            email="email",
            tags=("groups", "group"),
            modified_at="updatedDatetime",
        ),
        international=True,
        source="https://developers.messagebird.com/api/contacts/",
    ),
)

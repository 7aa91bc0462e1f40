"""What can be exported of a person: one name per field, used by all profiles."""

from __future__ import annotations

import json
from collections.abc import Callable

from bascule.contacts.people import Person

__all__ = ["FIELDS", "PSEUDONYMISED", "row_of"]


def _phone(person: Person) -> str:
    return person.phone.value if person.phone else ""


def _first(person: Person, kind: str) -> str:
    return next(iter(person.values(kind)), "")


def _given(person: Person) -> str:
    return person.first_name or ("" if person.last_name else " ".join((person.name or "").split()[:-1]))


def _family(person: Person) -> str:
    return person.last_name or ("" if person.first_name else " ".join((person.name or "").split()[-1:]))


def _tags(person: Person) -> str:
    try:
        tags = json.loads(person.facts.get("tags") or "[]")
    except ValueError:
        return person.facts.get("tags", "")
    return ";".join(str(tag) for tag in tags) if isinstance(tags, list) else str(tags)


def _consent(person: Person, part: str) -> str:
    found = person.standings["whatsapp"]
    if part == "status":
        return found.status
    if part == "grade":
        return found.grade
    value = getattr(found.entry, part) if found.entry is not None else None
    return value or ""


def _decision(person: Person, part: int) -> str:
    return (person.decision[part] or "") if person.decision else ""


FIELDS: dict[str, Callable[[Person], str]] = {
    "person_id": lambda person: person.id,
    "phone": _phone,
    "phone_digits": lambda person: _phone(person).lstrip("+"),
    "other_phones": lambda person: ";".join(value for value in person.values("phone") if value != _phone(person)),
    "phone_type": lambda person: (person.phone.number_type or "") if person.phone else "",
    "phone_confidence": lambda person: person.phone.confidence if person.phone else "",
    "region": lambda person: (person.phone.region if person.phone else None) or person.region or "",
    "wa_id": lambda person: (person.phone.wa_id if person.phone else None) or _first(person, "wa_id"),
    "bsuid": lambda person: _first(person, "bsuid"),
    "viber_id": lambda person: _first(person, "viber"),
    "crm_id": lambda person: _first(person, "crm"),
    "email": lambda person: _first(person, "email") or person.facts.get("email", ""),
    "first_name": _given,
    "last_name": _family,
    "name": lambda person: person.name or " ".join(filter(None, (person.first_name, person.last_name))),
    "language": lambda person: person.language or "",
    "tags": _tags,
    "custom": lambda person: json.dumps(
        {name.removeprefix("custom."): value for name, value in person.facts.items() if name.startswith("custom.")},
        ensure_ascii=False,
        sort_keys=True,
    ),
    "whatsapp_status": lambda person: (person.phone.status or "") if person.phone else "",
    "whatsapp_checked_at": lambda person: (person.phone.checked_at or "") if person.phone else "",
    "whatsapp_consent": lambda person: _consent(person, "status"),
    "whatsapp_consent_at": lambda person: _consent(person, "occurred_at"),
    "whatsapp_consent_grade": lambda person: _consent(person, "grade"),
    "whatsapp_consent_source": lambda person: _consent(person, "source"),
    "sms_consent": lambda person: person.standings["sms"].status,
    "viber_consent": lambda person: person.standings["viber"].status,
    "opted_out": lambda person: "true" if person.standings["whatsapp"].status == "refused" else "false",
    "action": lambda person: _decision(person, 0),
    "reason": lambda person: _decision(person, 1),
    "channel": lambda person: _decision(person, 2),
    "first_seen_at": lambda person: person.first_seen_at or "",
    "last_inbound_at": lambda person: person.last_inbound_at or "",
    "last_outbound_at": lambda person: person.last_outbound_at or "",
}

PSEUDONYMISED = {
    "phone": "phone", "phone_digits": "phone", "wa_id": "wa_id", "bsuid": "bsuid", "viber_id": "viber", "crm_id": "crm",
    "email": "email",
}  # fmt: skip
"""Fields that become a keyed pseudonym in a pseudonymised export, and the kind of identifier they are."""
_DROPPED = ("first_name", "last_name", "name", "other_phones", "custom", "tags")


def row_of(person: Person, names: list[str], pseudonym: Callable[[str, str, str], str] | None = None) -> dict[str, str]:
    """The fields of a person. With ``pseudonym``, identifiers are keyed names and free text is left out."""
    row = {name: FIELDS[name](person) for name in names}
    if pseudonym is None:
        return row
    for name in names:
        if name in _DROPPED:
            row[name] = ""
        elif name in PSEUDONYMISED and row[name]:
            value = FIELDS["phone"](person) if name == "phone_digits" else row[name]
            row[name] = pseudonym(PSEUDONYMISED[name], "", value)
    return row

"""Webhooks of the WhatsApp Cloud API, and of providers that pass them on unchanged (360dialog).

https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bascule.contacts.sync.events import Event, Kind, Who, digest, moment_of, text_of

__all__ = ["looks_like", "read"]

_PROVIDER = "meta"
_CHANGED = re.compile(r"changed from\s+(\S{1,150})\s+to\s+(\S{1,150})")
_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,130}")
_MEMBERS = {
    "messages": "_message",
    "statuses": "_status",
    "message_echoes": "_echo",
    "user_preferences": "_preference",
    "user_id_update": "_id_update",
}
_ROUND = "\0round"
"""Where the frame of an item is kept while it is read; no member of a webhook is called so."""
_FRAME = frozenset({"messaging_product", "metadata", "contacts", *_MEMBERS})


def looks_like(body: Any) -> bool:
    """Whether a body is of this form."""
    return isinstance(body, dict) and body.get("object") == "whatsapp_business_account"


def read(body: Any) -> list[Event]:
    """All events of a webhook; what is not understood is an event of kind ``other``."""
    events: list[Event] = []
    entries = body.get("entry") if isinstance(body, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        changes = entry.get("changes") if isinstance(entry, dict) else None
        found: list[Event] = []
        for change in changes if isinstance(changes, list) else ():
            value = change.get("value") if isinstance(change, dict) else None
            round_it = {"change": _without(change, "value"), "entry": _without(entry, "changes")}
            known = list(_of_change(text_of(change, "field"), value, round_it)) if isinstance(value, dict) else []
            found += known or [_other({"change": change, "entry": round_it["entry"]}, text_of(change, "field"))]
        events += found or [_other(entry, "")]
    return events or [_other(body, "")]


def _without(value: Any, name: str) -> Any:
    return {key: item for key, item in value.items() if key != name} if isinstance(value, dict) else value


def _of_change(field: str, value: dict[str, Any], round_it: dict[str, Any]) -> Iterator[Event]:
    people = _people(value.get("contacts"))
    frame = {**value, _ROUND: round_it}
    known = False
    for name, reader in _MEMBERS.items():
        items = value.get(name)
        for item in items if isinstance(items, list) else []:
            known = True
            if isinstance(item, dict):
                yield _READERS[reader](item, people, frame)
            else:
                yield _other({"item": item, "round": round_it}, name)
    unknown = {
        name: item for name, item in value.items() if name not in _FRAME or not isinstance(item, (list, dict, str))
    }
    odd = {name: value[name] for name in _MEMBERS if name in value and not isinstance(value[name], list)}
    if known and (unknown or odd):
        yield _other({"field": field, "value": unknown | odd}, field)


def _other(raw: Any, field: str) -> Event:
    at = moment_of(text_of(raw, "value", "timestamp"))
    return Event(_PROVIDER, Kind.OTHER, digest(raw), at, "whatsapp", (), {"field": field}, raw)


def _people(contacts: Any) -> list[dict[str, Any]]:
    return [item for item in contacts if isinstance(item, dict)] if isinstance(contacts, list) else []


def _who(wa_id: str, user_id: str, parent: str = "") -> tuple[Who, ...]:
    """The business-scoped id first: it stays with the account when the number does not show."""
    found: list[Who] = []
    if _BSUID.fullmatch(user_id):
        found.append(("bsuid", "", user_id))
    if wa_id.isascii() and wa_id.isdecimal():
        found.append(("wa_id", "", wa_id))
    elif _BSUID.fullmatch(wa_id) and wa_id != user_id:
        found.append(("bsuid", "", wa_id))
    if _BSUID.fullmatch(parent):
        found.append(("parent_bsuid", "", parent))
    return tuple(found)


def _contact(people: list[dict[str, Any]], wa_id: str, user_id: str) -> dict[str, Any]:
    """The entry of ``contacts`` that is about this id; the only one where there is one."""
    for item in people:
        if (wa_id and text_of(item, "wa_id") == wa_id) or (user_id and text_of(item, "user_id") == user_id):
            return item
    return {}


def _context(value: dict[str, Any], item: dict[str, Any], contact: dict[str, Any]) -> dict[str, Any]:
    """The whole of what was said: the item, and what stood round it."""
    people = [contact] if contact else value.get("contacts")
    return {"contacts": people, "item": item, "metadata": value.get("metadata"), "round": value[_ROUND]}


def _message(item: dict[str, Any], people: list[dict[str, Any]], value: dict[str, Any]) -> Event:
    sender, user = text_of(item, "from"), text_of(item, "from_user_id")
    contact = _contact(people, sender, user)
    user = user or text_of(contact, "user_id")
    parent = text_of(item, "from_parent_user_id") or text_of(contact, "parent_user_id")
    at, native, kind = moment_of(item.get("timestamp")), text_of(item, "id"), text_of(item, "type")
    raw = _context(value, item, contact)
    system = item.get("system")
    if kind == "system" and isinstance(system, dict):
        changed = _system(system, sender, user, parent)
        if changed is not None:
            return Event(_PROVIDER, changed[0], native or digest(item), at, "whatsapp", changed[1], changed[2], raw)
        return Event(
            _PROVIDER,
            Kind.OTHER,
            native or digest(item),
            at,
            "whatsapp",
            _who(sender, user, parent),
            {"type": text_of(system, "type")},
            raw,
        )
    if kind in ("unsupported", "edit", "revoke", ""):
        data: dict[str, Any] = {"type": kind}
    else:
        data = {"type": kind, **_said(item, kind)}
    if item.get("group_id"):
        data["group"] = True
    name = text_of(contact, "profile", "name")
    if name:
        data["name"] = name
    if isinstance(item.get("context"), dict) and text_of(item["context"], "id"):
        data["answers"] = text_of(item["context"], "id")
    return Event(_PROVIDER, Kind.MESSAGE, native or digest(item), at, "whatsapp", _who(sender, user, parent), data, raw)


def _said(item: dict[str, Any], kind: str) -> dict[str, str]:
    """Text and button of a message: ``button`` is a template's quick reply, ``interactive`` a tap on a free one."""
    if kind == "text":
        return {"text": text_of(item, "text", "body")}
    if kind == "button":
        return {"text": text_of(item, "button", "text"), "button": text_of(item, "button", "payload")}
    if kind == "interactive":
        reply = text_of(item, "interactive", "type")
        return {
            "text": text_of(item, "interactive", reply, "title"),
            "button": text_of(item, "interactive", reply, "id"),
            "reply": reply,
        }
    caption = text_of(item, kind, "caption")
    return {"text": caption} if caption else {}


def _system(
    system: dict[str, Any], sender: str, user: str, parent: str
) -> tuple[str, tuple[Who, ...], dict[str, Any]] | None:
    """A change of number or of business-scoped id: who it was, and who it is now."""
    kind = text_of(system, "type")
    number = text_of(system, "wa_id") or text_of(system, "new_wa_id")
    new_user, new_parent = text_of(system, "user_id"), text_of(system, "parent_user_id")
    named = _CHANGED.search(text_of(system, "body"))
    before = text_of(system, "previous_user_id") or text_of(system, "customer")
    if kind in ("user_changed_number", "customer_changed_number") and number:
        who = _who(sender, user if user != new_user else "", parent if parent != new_parent else "")
        if not who and named:
            who = _who(named[1], "")
        return Kind.NUMBER_CHANGED, who, {"new": [list(item) for item in _who(number, new_user, new_parent)]}
    if kind == "user_changed_user_id" and new_user:
        old = before or (user if user != new_user else "") or (named[1] if named else "")
        return Kind.BSUID_CHANGED, _who(sender, old), {"new": [list(item) for item in _who("", new_user, new_parent)]}
    return None


def _status(item: dict[str, Any], people: list[dict[str, Any]], value: dict[str, Any]) -> Event:
    to = text_of(item, "recipient_participant_id") or text_of(item, "recipient_id")
    user = text_of(item, "recipient_participant_user_id") or text_of(item, "recipient_user_id")
    contact = _contact(people, to, user)
    errors = item.get("errors")
    code = text_of(errors[0], "code") if isinstance(errors, list) and errors else ""
    native = ":".join(
        (text_of(item, "id"), text_of(item, "status"), *([to] if "recipient_participant_id" in item else []))
    )
    data = {
        "category": text_of(item, "pricing", "category"),
        "error_code": code,
        "message_id": text_of(item, "id"),
        "status": text_of(item, "status"),
    }
    who = _who(
        to,
        user or text_of(contact, "user_id"),
        text_of(item, "recipient_parent_user_id") or text_of(contact, "parent_user_id"),
    )
    raw = _context(value, item, contact)
    return Event(_PROVIDER, Kind.STATUS, native, moment_of(item.get("timestamp")), "whatsapp", who, data, raw)


def _echo(item: dict[str, Any], people: list[dict[str, Any]], value: dict[str, Any]) -> Event:
    to, user = text_of(item, "to"), text_of(item, "to_user_id")
    who = _who(to, user, text_of(item, "to_parent_user_id"))
    raw = _context(value, item, _contact(people, to, user))
    native = text_of(item, "id") or digest(item)
    at = moment_of(item.get("timestamp"))
    return Event(_PROVIDER, Kind.ECHO, native, at, "whatsapp", who, {"type": text_of(item, "type")}, raw)


def _preference(item: dict[str, Any], people: list[dict[str, Any]], value: dict[str, Any]) -> Event:
    wa_id, user = text_of(item, "wa_id"), text_of(item, "user_id")
    contact = _contact(people, wa_id, user)
    action = {"stop": "opt_out", "resume": "opt_in", "signup": "opt_in"}.get(text_of(item, "value").lower(), "")
    data = {
        "action": action,
        "proof": text_of(item, "signup_id"),
        "purpose": "marketing" if text_of(item, "category") == "marketing_messages" else "*",
        "source": "platform_list",
        "value": text_of(item, "value"),
        "wording": text_of(item, "detail"),
    }
    who = _who(wa_id, user or text_of(contact, "user_id"), text_of(item, "parent_user_id"))
    raw = _context(value, item, contact)
    at = moment_of(item.get("timestamp"))
    return Event(_PROVIDER, Kind.PREFERENCE, digest(item), at, "whatsapp", who, data, raw)


def _id_update(item: dict[str, Any], people: list[dict[str, Any]], value: dict[str, Any]) -> Event:
    """``user_id_update``: the business-scoped id is another one, the account the same."""
    wa_id = text_of(item, "wa_id")
    old, new = text_of(item, "user_id", "previous"), text_of(item, "user_id", "current")
    parent = text_of(item, "parent_user_id", "current")
    data = {"new": [list(found) for found in _who("", new, parent)]}
    raw = _context(value, item, _contact(people, wa_id, old))
    at = moment_of(item.get("timestamp"))
    return Event(_PROVIDER, Kind.BSUID_CHANGED, digest(item), at, "whatsapp", _who(wa_id, old), data, raw)


_READERS = {
    "_message": _message,
    "_status": _status,
    "_echo": _echo,
    "_preference": _preference,
    "_id_update": _id_update,
}

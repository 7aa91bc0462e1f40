"""What an event changes: windows, registrations, deliveries, consent, identifiers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bascule.contacts.campaign.answers import Answers
from bascule.contacts.checking.evidence import ARRIVED, NO_ACCOUNT
from bascule.contacts.clock import instant, parse
from bascule.contacts.consent.keywords import folded
from bascule.contacts.consent.ledger import ConsentEvent, append
from bascule.contacts.consent.own_words import NO_WORDS, OwnWords, own_words
from bascule.contacts.sync.events import Event, Kind, Who
from bascule.contacts.sync.people import People, Person, spellings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bascule.contacts.store.store import Store

__all__ = ["EVIDENCE_DAYS", "Effects"]

EVIDENCE_DAYS = 90
"""How long evidence of a registration counts."""

_APPLIED, _LATE, _UNKNOWN, _UNSUPPORTED = "applied", "late", "unknown_person", "unsupported"
_NOBODY = {"meta": NO_ACCOUNT, "twilio": ("63024",)}
"""Failures that say there is no account to deliver to. https://www.twilio.com/docs/api/errors/63024"""
_LEFT = {("meta", "131050"): "marketing", ("twilio", "21610"): "*"}
"""Failures that say the person has opted out. https://www.twilio.com/docs/api/errors/21610"""
_STOP_WORDS = frozenset({"STOP", "STOPP", "UNSUBSCRIBE", "СТОП"})
"""A button whose label begins so is one for leaving: the platform proposes "Stop promotions"."""
_TAPPED = frozenset({"button", "interactive", "interactive_button_reply", "button_reply"})


@dataclass(slots=True)
class Effects:
    """Effects of a batch. ``save`` writes what was collected, after the people."""

    store: Store
    connection: Connection
    people: People
    moment: str
    notes: Counter[str] = field(default_factory=Counter)
    _outbox: list[dict[str, Any]] = field(default_factory=list)
    _consents: list[ConsentEvent] = field(default_factory=list)
    _deliveries: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    _registrations: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    _seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    _answers: Answers | None = None
    _own: OwnWords = NO_WORDS

    def of(self, key: str, event: Event, at: str) -> tuple[str, str | None]:
        """Apply one event; its outcome, and whom it was about. ``at`` is empty where nobody knows when it was."""
        handler = _HANDLERS.get(event.kind)
        if handler is None:
            person = self.people.find(event.who, at)
            return _UNSUPPORTED, person.id if person is not None else None
        person = self.people.find(event.who, at)
        if event.kind == Kind.STATUS:
            self._delivery(event, at, person)
        if person is None:
            self._stranger(event, at)
            return _UNKNOWN, None
        return handler(self, key, event, at, person), person.id

    def save(self) -> None:
        """Write what was collected."""
        from sqlalchemy import bindparam, update

        from bascule.contacts.store import schema

        deliveries = [self._deliveries[key] for key in sorted(self._deliveries)]
        table = schema.deliveries
        self.store.insert_new(self.connection, table, deliveries)
        owned = [
            {"m": row["message_id"], "s": row["status"], "p": row["person_id"], "l": row["lookup"]}
            for row in deliveries
            if row["person_id"]
        ]
        if owned:
            self.connection.execute(
                update(table)
                .where(
                    table.c.message_id == bindparam("m"), table.c.status == bindparam("s"), table.c.person_id.is_(None)
                )
                .values(person_id=bindparam("p"), lookup=bindparam("l")),
                owned,
            )
        self.store.upsert(self.connection, schema.registrations, [self._seen[key] for key in sorted(self._seen)])
        if self._consents:
            self.notes["consent events"] += append(self.store, self.connection, self._consents)
        self.store.insert_new(self.connection, schema.outbox, self._outbox, ["change_key"])

    def prepare(self) -> None:
        """Read the registrations of all numbers of the people that were loaded, and what these people were asked."""
        from sqlalchemy import select

        from bascule.contacts.store import schema

        self._own = own_words(self.connection)
        self._answers = Answers(self.connection)
        self._answers.load(self.people.persons)
        table = schema.registrations
        wanted = sorted({lookup for person in self.people.persons.values() for lookup in person.phones})
        self._registrations.update(dict.fromkeys(wanted))
        for start in range(0, len(wanted), 300):
            rows = self.connection.execute(select(table).where(table.c.lookup.in_(wanted[start : start + 300])))
            self._registrations.update({row["lookup"]: dict(row) for row in rows.mappings()})

    def _registration(self, lookup: str) -> dict[str, Any] | None:
        """What is known of a number, the events of this batch included."""
        from sqlalchemy import select

        from bascule.contacts.store import schema

        if lookup in self._seen:
            return self._seen[lookup]
        if lookup not in self._registrations:
            table = schema.registrations
            found = self.connection.execute(select(table).where(table.c.lookup == lookup)).mappings().first()
            self._registrations[lookup] = dict(found) if found is not None else None
        return self._registrations[lookup]

    # What happens by kind of event.

    def _message(self, key: str, event: Event, at: str, person: Person) -> str:
        """A person wrote: the window opens, the number is registered. It is no consent, unless it says so."""
        self.people.link(person, event.who, at)
        moved = person.later("last_inbound_at", at)
        if event.channel == "whatsapp":
            if not event.data.get("group") and person.later("whatsapp_inbound_at", at):
                moved = True
                self._change(person, f"window:{key}", "window", {"opened_at": at, "channel": "whatsapp"})
            moved |= self._evidence(key, event, at, person, "active")
        if event.data.get("phone"):
            self._shared(event, at, person)
        spoken = self._words(key, event, at, person)
        return _APPLIED if moved or spoken or not at else _LATE

    def _words(self, key: str, event: Event, at: str, person: Person) -> bool:
        action, text = _said(event, person.language, self._own)
        if action in ("opt_out", "opt_in"):
            self._consent(key, event, at, person, action, "*", "keyword", text)
        answered = action != "opt_out" and self._answered(key, event, at, person)
        return action in ("opt_out", "opt_in") or answered

    def _answered(self, key: str, event: Event, at: str, person: Person) -> bool:
        """Whether a message is a yes to the question of a campaign: consent for WhatsApp, in the campaign's words."""
        if self._answers is None or not self._answers:
            return False
        phone = self.people.phone_for(person, event.who, at)
        given = self._answers.consent(
            [person.id],
            event.channel,
            str(event.data.get("text", "")),
            at,
            key=f"sync:{key}",
            identity=("phone", "", phone.value) if phone is not None else event.who[0],
            proof=f"{event.provider}:{event.native}",
        )
        if given is None:
            return False
        self._consents.append(given)
        self.notes["answers to a campaign: opt-ins for WhatsApp"] += 1
        details = {"action": "opt_in", "channel": "whatsapp", "occurred_at": at, "purpose": given.purpose}
        if phone is not None:
            details["phone"] = phone.value
        self._change(person, f"consent:{key}:whatsapp", "consent", {**details, "source": "campaign"})
        return True

    def _echo(self, key: str, event: Event, at: str, person: Person) -> str:
        self.people.link(person, event.who, at)
        return _APPLIED if person.later("last_outbound_at", at) else _LATE

    def _status(self, key: str, event: Event, at: str, person: Person) -> str:
        """What became of a message: evidence of a registration, or of its absence, or of an opt-out."""
        data = event.data
        status, code = data.get("status", ""), data.get("error_code", "")
        if not status:
            return _UNSUPPORTED
        self.people.link(person, event.who, at)
        moved = person.later("last_outbound_at", at)
        if event.channel == "whatsapp" and status in ARRIVED:
            moved |= self._evidence(key, event, at, person, "active")
        elif event.channel == "whatsapp" and status == "failed" and code in _NOBODY.get(event.provider, ()):
            moved |= self._evidence(key, event, at, person, "inactive")
        purpose = _LEFT.get((event.provider, code))
        if status == "failed" and purpose:
            self._consent(key, event, at, person, "opt_out", purpose, "blocked_send", "")
            moved = True
        return _APPLIED if moved or not at else _LATE

    def _preference(self, key: str, event: Event, at: str, person: Person) -> str:
        """Stopped or resumed in the app, or on the provider's own list."""
        data = event.data
        if data.get("action") not in ("opt_in", "opt_out"):
            return _UNSUPPORTED
        self.people.link(person, event.who, at)
        self._consent(
            key, event, at, person, data["action"], data.get("purpose", "*"), data.get("source", "platform_list"),
            data.get("wording", ""), proof=data.get("proof", ""),
        )  # fmt: skip
        return _APPLIED

    def _subscribed(self, key: str, event: Event, at: str, person: Person) -> str:
        """To a Viber bot, or from it: consent to that bot's messages and to no others."""
        self.people.link(person, event.who, at)
        action = "opt_in" if event.kind == Kind.SUBSCRIBED else "opt_out"
        self._consent(key, event, at, person, action, "*", "platform_list", "")
        return _APPLIED

    def _changed(self, key: str, event: Event, at: str, person: Person) -> str:
        """Another number, or another business-scoped id, of the same person."""
        new: list[Who] = [(item[0], item[1], item[2]) for item in event.data.get("new", ())]
        if not new or not at:
            return _UNSUPPORTED
        replaced = {kind for kind, _, _ in new}
        before = self.people.phone_for(person, event.who, at)
        done = False
        for who in event.who:
            if who[0] in replaced:
                for spelled in spellings(who):
                    old = self.people.identity(spelled)
                    if old is not None and old.person == person.id and (not old.replaced or at < old.replaced):
                        self.people.give_up(old, at)
                        done = True
        added = [spelled for who in new for spelled in self._with_number(who)]
        for who in added:
            known = self.people.identity(who)
            if known is None:
                self.people.add(person, who, at)
                done = True
            elif known.person != person.id and at > known.seen:
                self.people.take_over(known, person, at)
                self.notes["numbers that were somebody else's"] += known.kind == "phone"
                done = True
            elif known.person == person.id and known.replaced and known.replaced < at:
                known.replaced = ""
                self.people.link(person, [who], at)
                done = True
        number = next((value for kind, _, value in added if kind == "phone"), "")
        if number:
            self._evidence(
                key,
                Event(event.provider, event.kind, "", at, "whatsapp", (("phone", "", number),)),
                at,
                person,
                "active",
            )
        if done:
            details = {"new": number, "old": before.value if before is not None else ""} if number else {}
            self._change(person, f"number:{key}", "number", {"at": at, "kind": event.kind, **details})
        return _APPLIED if done else _LATE

    def _with_number(self, who: Who) -> Sequence[Who]:
        """A WhatsApp id, and the number it stands for: the one that is known, else the first valid one."""
        candidates = list(spellings(who))
        numbers = candidates[1:]
        known = next((item for item in numbers if self.people.identity(item) is not None), None)
        valid = known or next((item for item in numbers if _is_valid(item[2])), None)
        return [who] if valid is None else [who, valid]

    # What several kinds have in common.

    def _shared(self, event: Event, at: str, person: Person) -> None:
        """A phone number that a Viber user shared."""
        who: Who = ("phone", "", event.data["phone"])
        known = self.people.identity(who)
        if known is not None and known.person != person.id:
            self.notes["shared numbers that belong to another person: merge them"] += 1
            return
        self.people.link(person, [who], at)

    def _evidence(self, key: str, event: Event, at: str, person: Person, status: str) -> bool:
        """A registration that was seen. False where something newer is known."""
        phone = self.people.phone_for(person, event.who, at)
        if phone is None or not at:
            return False
        before = self._registration(phone.lookup)
        if before is not None and before["method"] != "simulator" and before["status"] in ("active", "inactive"):
            newer = before["checked_at"] > at
            contradicted = status == "inactive" and before["checked_at"] == at
            if newer or contradicted:
                return False
        wa_id = next((value for kind, _, value in event.who if kind == "wa_id"), "")
        self._seen[phone.lookup] = {
            "lookup": phone.lookup,
            "status": status,
            "method": "webhook_evidence",
            "checked_at": at,
            "confidence": "evidence",
            "expires_at": instant(parse(at) + timedelta(days=EVIDENCE_DAYS)),
            "wa_id": self.store.vault.seal(person.id, wa_id) if wa_id else None,
            "run_id": None,
        }
        if before is None or before["status"] != status:
            self._change(
                person,
                f"registration:{key}",
                "registration",
                {
                    "checked_at": at,
                    "method": "webhook_evidence",
                    "phone": phone.value,
                    "status": status,
                    "was": before["status"] if before is not None else None,
                },
            )
        return True

    def _delivery(self, event: Event, at: str, person: Person | None) -> None:
        """Keep the status, whoever it is about; the person is filled in when they become known."""
        data = event.data
        if not data.get("status") or not data.get("message_id"):
            return
        phone = self.people.phone_for(person, event.who, at) if person is not None else None
        message = self.store.vault.lookup("message", event.provider, data["message_id"])
        self._deliveries.setdefault(
            (message, data["status"]),
            {
                "message_id": message,
                "status": data["status"],
                "occurred_at": at or self.moment,
                "person_id": person.id if person is not None else None,
                "error_code": data.get("error_code") or None,
                "category": data.get("category") or None,
                "channel": event.channel or None,
                "lookup": phone.lookup if phone is not None else None,
            },
        )

    def _consent(
        self, key: str, event: Event, at: str, person: Person, action: str, purpose: str, source: str, wording: str,
        *, proof: str = "",
    ) -> None:  # fmt: skip
        phone = self.people.phone_for(person, event.who, at)
        kind, scope, value = ("phone", "", phone.value) if phone is not None else event.who[0]
        self._consents.append(
            ConsentEvent(
                event_key=f"sync:{key}",
                person_id=person.id,
                identity_kind=kind,
                identity_scope=scope,
                identity_value=value,
                channel=event.channel,
                action=action,
                purpose=purpose,
                source=source,
                method="single",
                occurred_at=at or None,
                wording=wording or None,
                language=person.language or None,
                proof=proof or f"{event.provider}:{event.native}",
            )
        )
        details = {
            "action": action,
            "channel": event.channel,
            "occurred_at": at or None,
            "purpose": purpose,
            "source": source,
        }
        if kind == "phone":
            details["phone"] = value
        self._change(person, f"consent:{key}", "consent", details)

    def _stranger(self, event: Event, at: str) -> None:
        """Somebody who is not in the store said no: their identifiers are suppressed, whenever they come."""
        from sqlalchemy import select

        from bascule.contacts.store import schema

        action = _said(event, "", self._own)[0] if event.kind == Kind.MESSAGE else event.data.get("action", "")
        if event.kind == Kind.UNSUBSCRIBED:
            action = "opt_out"
        if action != "opt_out" or event.data.get("purpose", "*") not in ("*", "marketing"):
            return
        names = sorted(
            {
                self.store.vault.pseudonym(*spelled)
                for who in event.who
                if who[0] != "parent_bsuid"
                for spelled in spellings(who)
            }
        )
        table = schema.suppressions
        known = {
            row.pseudonym: row
            for row in self.connection.execute(
                select(table).where(table.c.pseudonym.in_(names), table.c.channel == event.channel)
            )
        }
        rows = [
            {
                "pseudonym": name,
                "channel": event.channel,
                "reason": "opt_out",
                "since": at or None,
                "released_at": None,
                "source": "sync",
            }
            for name in names
            if name not in known or (known[name].released_at and (not at or known[name].released_at < at))
        ]
        self.store.upsert(self.connection, table, rows)
        self.notes["opt-outs of people who are not in the store"] += 1

    def _change(self, person: Person, key: str, change: str, payload: dict[str, Any]) -> None:
        text = json.dumps(payload, ensure_ascii=False, sort_keys=True)
        self._outbox.append(
            {
                "change_key": key,
                "person_id": person.id,
                "change": change,
                "payload": self.store.vault.seal(person.id, text),
                "created_at": self.moment,
            }
        )


def _said(event: Event, language: str, own: OwnWords) -> tuple[str, str]:
    """What a message says about consent, and in which words. A weak yes says nothing without the question."""
    data = event.data
    text = str(data.get("text", ""))
    if data.get("opt") in ("opt_out", "opt_in"):
        return str(data["opt"]), text
    for words in (text, str(data.get("button", ""))):
        found = own.recognise(words, language)
        if found is not None and (found.strong or found.action == "opt_out"):
            return found.action, words
    if data.get("type") in _TAPPED and text and folded(text[:80]).split(" ")[0] in _STOP_WORDS:
        return "opt_out", text
    return "", ""


def _is_valid(number: str) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


_HANDLERS: dict[str, Callable[[Effects, str, Event, str, Person], str]] = {
    Kind.MESSAGE: Effects._message,
    Kind.ECHO: Effects._echo,
    Kind.STATUS: Effects._status,
    Kind.PREFERENCE: Effects._preference,
    Kind.SUBSCRIBED: Effects._subscribed,
    Kind.UNSUBSCRIBED: Effects._subscribed,
    Kind.NUMBER_CHANGED: Effects._changed,
    Kind.BSUID_CHANGED: Effects._changed,
}

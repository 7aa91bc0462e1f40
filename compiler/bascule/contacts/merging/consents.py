"""Consent events from snapshot rows: opt-outs always, opt-ins with what is known of them, dates never made up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bascule.contacts.consent.ledger import ConsentEvent
from bascule.contacts.consent.own_words import NO_WORDS, OwnWords
from bascule.contacts.rows import PURPOSES

if TYPE_CHECKING:
    from bascule.contacts.campaign.answers import Answers

__all__ = ["ANY_CHANNEL", "answers_of", "event_of", "identifier_of"]

ANY_CHANNEL = "*"
"""The channel of an entry that names none: an opt-out then holds for all, an opt-in for none."""

_USED = (
    ("phone", "phone_e164", ""),
    ("wa_id", "wa_id", ""),
    ("bsuid", "bsuid", "bsuid_scope"),
    ("viber", "viber_id", "viber_scope"),
    ("crm", "crm_id", "crm_scope"),
    ("email", "email", ""),
)
_METHODS = {"true": "double", "false": "single"}
_FLAGS = {"true": True, "false": False}


def identifier_of(row: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Kind, scope and value of what the entry speaks of: a row's number before its other identifiers."""
    for kind, column, scope in _USED:
        value = row[column]
        if value:
            held = (row[scope] or "") if scope else ""
            if kind == "crm" and not held:
                held = f"import:{row['import_id']}"
            return kind, held, value.lower() if kind == "email" else value
    return None


def event_of(row: Mapping[str, Any], person: str, own: OwnWords = NO_WORDS) -> ConsentEvent | None:
    """What a row says about consent, None where it says nothing: a weak word, or an action nobody knows.

    A do-not-contact entry is an opt-out. The key is the source row's, so the same row is recorded once.
    """
    action = row["consent_action"]
    if row["kind"] == "suppression":
        action = "opt_out"
    elif action is None:
        word = own.recognise(row["consent_keyword"], row["language"] or "")
        action = word.action if word is not None and word.strong else None
    used = identifier_of(row)
    if action not in ("opt_in", "opt_out") or used is None:
        return None
    kind, scope, value = used
    purpose = row["consent_purpose"]
    return ConsentEvent(
        event_key=f"{row['import_id']}:{row['source_row']}:{row['part']}:{action}",
        person_id=person,
        identity_kind=kind,
        identity_scope=scope,
        identity_value=value,
        channel=row["channel"] or ANY_CHANNEL,
        action=action,
        purpose=purpose if purpose in PURPOSES else "*",
        legal_basis=row["consent_basis"],
        source=row["consent_source"] or _source(row),
        method=_METHODS.get(row["consent_double"] or ""),
        occurred_at=row["occurred_at"],
        wording=row["consent_wording"],
        language=row["language"],
        names_business=_FLAGS.get(row["consent_names_business"] or ""),
        names_whatsapp=_FLAGS.get(row["consent_names_whatsapp"] or ""),
        proof=row["consent_proof"],
        expires_at=row["consent_expires_at"],
        import_id=row["import_id"],
        source_row=row["source_row"],
    )


def answers_of(rows: Iterable[Mapping[str, Any]], people: Sequence[str], answers: Answers) -> list[ConsentEvent]:
    """What a person's words say as answers to what they were asked; ``people`` are the ids they are or were known by,
    the present one first."""
    found = []
    for row in rows:
        used = identifier_of(row)
        if used is None:
            continue
        event = answers.consent(
            people,
            row["channel"] or "",
            row["consent_keyword"],
            row["occurred_at"] or "",
            key=f"{row['import_id']}:{row['source_row']}:{row['part']}:answer",
            identity=used,
            proof=f"import:{row['import_id']}:{row['source_row']}",
            import_id=row["import_id"],
            source_row=row["source_row"],
        )
        if event is not None:
            found.append(event)
    return found


def _source(row: Mapping[str, Any]) -> str:
    if row["kind"] == "suppression":
        return "platform_list"
    return "keyword" if row["consent_keyword"] else "import"

"""Answers to a campaign: a YES that says nothing by itself is consent for WhatsApp where it answers the question.

It is one only from somebody who was asked, on the channel they were asked on, later than the question and soon enough,
in the word the question asks for or one that means yes in its language.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bascule.contacts.clock import instant, parse
from bascule.contacts.consent.keywords import folded, recognise
from bascule.contacts.consent.ledger import ConsentEvent

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["ANSWER_DAYS", "Answers"]

ANSWER_DAYS = 30
"""A later answer may be one to another question."""

_LONGEST = 40
_LOOKED_UP = 400


@dataclass(frozen=True, slots=True)
class _Question:
    """What a person was asked, ``asked_at`` at the earliest."""

    campaign: str
    channel: str
    language: str
    asked_at: str


class Answers:
    """The questions that were asked, as one connection sees them. Call :meth:`load` before :meth:`consent`."""

    def __init__(self, connection: Connection) -> None:
        from sqlalchemy import select

        from bascule.contacts.store.schema import settings

        self._connection = connection
        rows = connection.execute(select(settings.c.value).where(settings.c.name.like("campaign:%"))).scalars().all()
        self._campaigns: dict[str, dict[str, Any]] = {found["id"]: found for found in map(json.loads, rows)}
        self._texts = {
            (found["id"], text["channel"], text["language"]): (text["text"], folded(text["keyword"]))
            for found in self._campaigns.values()
            for text in found["texts"]
        }
        self._questions: dict[str, list[_Question]] = {}

    def __bool__(self) -> bool:
        """Whether anybody was ever asked anything."""
        return bool(self._campaigns)

    def load(self, people: Iterable[str]) -> None:
        """Read what these people were asked; what was asked of a person who was merged into another is the other's."""
        from sqlalchemy import func, or_, select

        from bascule.contacts.store.schema import campaign_people, persons

        wanted = sorted(set(people) - self._questions.keys()) if self else []
        self._questions.update({person: [] for person in wanted})
        table = campaign_people.c
        owner = func.coalesce(persons.c.merged_into, table.person_id)
        for start in range(0, len(wanted), _LOOKED_UP):
            group = wanted[start : start + _LOOKED_UP]
            rows = self._connection.execute(
                select(owner, table.campaign, table.channel, table.language, table.asked_at)
                .select_from(campaign_people.outerjoin(persons, persons.c.id == table.person_id))
                .where(or_(table.person_id.in_(group), persons.c.merged_into.in_(group)))
                .order_by(table.asked_at, table.campaign, table.person_id)
            )
            for person, *question in rows:
                self._questions.setdefault(person, []).append(_Question(*question))

    def consent(
        self,
        people: Sequence[str],
        channel: str,
        text: str,
        at: str,
        *,
        key: str,
        identity: tuple[str, str, str],
        proof: str,
        import_id: str | None = None,
        source_row: int | None = None,
    ) -> ConsentEvent | None:
        """The consent that an inbound message gives, None where it answers nothing.

        ``people``: the ids the sender is or was known by, the present one first; ``at``: when they wrote, empty where
        it is not known (it is then not known to be later than the question); ``identity``: kind, scope and value of
        what they wrote from; ``key``: of the message.
        """
        if not at or not text or len(text) > _LONGEST:
            return None
        asked = [question for person in people for question in self._questions.get(person, ())]
        for question in sorted(asked, key=lambda item: (item.asked_at, item.campaign), reverse=True):
            if question.channel != channel or not _soon(question.asked_at, at):
                continue
            wording, keyword = self._texts.get((question.campaign, channel, question.language), ("", ""))
            if wording and _agrees(text, keyword, question.language):
                return ConsentEvent(
                    event_key=f"{key}:whatsapp",
                    person_id=people[0],
                    identity_kind=identity[0],
                    identity_scope=identity[1],
                    identity_value=identity[2],
                    channel="whatsapp",
                    action="opt_in",
                    purpose=self._campaigns[question.campaign]["purpose"],
                    source="campaign",
                    method="single",
                    occurred_at=at,
                    wording=wording,
                    wording_version=question.campaign,
                    language=question.language,
                    names_business=True,
                    names_whatsapp=True,
                    proof=proof,
                    import_id=import_id,
                    source_row=source_row,
                )
        return None


def _soon(asked: str, at: str) -> bool:
    return asked < at <= instant(parse(asked) + timedelta(days=ANSWER_DAYS))


def _agrees(text: str, keyword: str, language: str) -> bool:
    """Whether a message is the word that was asked for, or a yes of the language. Words such as START speak of the
    channel they are sent on."""
    if folded(text) == keyword:
        return True
    found = recognise(text, language)
    return found is not None and found.action == "opt_in" and not found.strong

"""A campaign from the decisions in a store to the files that are sent."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bascule.contacts.campaign.confirmation import confirmation
from bascule.contacts.campaign.recipients import Recipient, sms_header, sms_row, viber_broadcasts
from bascule.contacts.campaign.texts import Campaign, language_of
from bascule.contacts.clock import instant, now
from bascule.contacts.lists import write_list
from bascule.contacts.store.store import batched
from bascule.contacts.tabular.problems import ContactsError
from bascule.contacts.tabular.sinks import atomic

if TYPE_CHECKING:
    from bascule.contacts.counts import Counts
    from bascule.contacts.store.store import Store

__all__ = ["Made", "make", "recipients", "wording_of"]

_SETTING = "campaign"
_BATCH = 5000


@dataclass(frozen=True, slots=True)
class Made:
    """What was written. ``texts``: channel, language, text, people."""

    id: str
    texts: tuple[tuple[str, str, str, int], ...]
    files: tuple[tuple[str, int], ...]


def recipients(store: Store, campaign: Campaign) -> Iterator[Recipient]:
    """The people whose decision is to ask them again, in order of their ids."""
    from sqlalchemy import and_, select

    from bascule.contacts.store.schema import decisions, identities, persons

    kinds = {"sms": "phone", "viber": "viber"}
    with store.read() as connection:
        rows = connection.execution_options(yield_per=5000).execute(
            select(
                decisions.c.person_id, decisions.c.channel, persons.c.language, persons.c.region,
                identities.c.kind, identities.c.value,
            )
            .select_from(
                decisions.join(persons, persons.c.id == decisions.c.person_id).outerjoin(
                    identities,
                    and_(identities.c.person_id == decisions.c.person_id, identities.c.replaced_at.is_(None)),
                )
            )
            .where(decisions.c.action == "reengage")
            .order_by(decisions.c.person_id, identities.c.number_type.desc(), identities.c.lookup)
        )  # fmt: skip
        done = ""
        for person, channel, language, region, kind, value in rows:
            if person == done or kind != kinds.get(channel):
                continue
            done = person
            address = store.vault.open(person, value)
            if address:
                yield Recipient(person, channel, address, language_of(language, region, campaign.default_language))


def make(
    store: Store, campaign: Campaign, provider: str, purpose: str, output: str, counts: Counts, *, dry_run: bool = False
) -> Made:
    """Write recipients, texts, confirmation flow and a summary into a folder, and remember the wording in the store.
    With ``dry_run`` people and texts are worked out and nothing is written.

    ``counts``: taken = people to ask again, kept = written to, rejected = without an address on that channel.
    Raises ContactsError: ``contacts-campaign-empty`` when nobody is to be asked, ``contacts-unwritable``.
    """
    from sqlalchemy import func, select

    from bascule.contacts.store.schema import decisions

    with store.read() as connection:
        asked = int(
            connection.execute(
                select(func.count()).select_from(decisions).where(decisions.c.action == "reengage")
            ).scalar_one()
        )
    if not asked:
        raise ContactsError(
            "contacts-campaign-empty",
            "nobody is to be asked again",
            "run `bascule contacts decide` first; it asks those who may be messaged by SMS or Viber",
        )
    found = list(recipients(store, campaign))
    counts.taken, counts.kept = asked, len(found)
    counts.reject("no_address", asked - len(found))
    people = Counter((item.channel, item.language) for item in found)
    counts.notes.update({f"{channel} {language}": number for (channel, language), number in people.items()})
    languages = sorted({campaign.default_language, *(language for _, language in people)})
    texts = tuple(
        (channel, language, campaign.text(channel, language), number)
        for (channel, language), number in sorted(people.items())
    )
    identity = hashlib.blake2b(repr((campaign, texts)).encode(), digest_size=6).hexdigest()
    if dry_run:
        return Made(identity, texts, ())
    folder = Path(output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ContactsError("contacts-unwritable", f"cannot make the folder {output}: {error.strerror}") from error
    files: list[tuple[str, int]] = []
    by_sms = [item for item in found if item.channel == "sms"]
    if by_sms:
        path = str(folder / f"recipients-sms-{provider}.csv")
        header = sms_header(provider)
        rows = (sms_row(item, provider, campaign) for item in by_sms)
        files.append((path, write_list(path, header, rows, header[:1], mark=False)))
    by_viber = [item for item in found if item.channel == "viber"]
    if by_viber:
        path = str(folder / "broadcasts-viber.jsonl")
        lines = list(viber_broadcasts(by_viber, campaign))
        _write(path, "".join(lines))
        files.append((path, len(lines)))
    _write(str(folder / "confirmation.yaml"), confirmation(campaign, languages, purpose))
    files.append((str(folder / "confirmation.yaml"), len(languages)))
    summary = {
        "id": identity,
        "made_at": instant(now()),
        "campaign": asdict(campaign),
        "purpose": purpose,
        "texts": [
            {
                "channel": channel,
                "language": language,
                "text": text,
                "people": number,
                "keyword": campaign.keyword_in(language),
            }
            for channel, language, text, number in texts
        ],
    }
    _write(str(folder / "campaign.json"), json.dumps(summary, ensure_ascii=False, indent=2) + "\n")
    files.append((str(folder / "campaign.json"), 1))
    _remember(store, summary, found)
    return Made(identity, texts, tuple(files))


def _write(path: str, text: str) -> None:
    with atomic(path) as file:
        file.write(text.encode())


def _remember(store: Store, summary: dict[str, Any], found: Sequence[Recipient]) -> None:
    """Keep who was shown what: it is the wording of the consent that their answers give."""
    from bascule.contacts.store.schema import campaign_people, settings

    row = {"name": f"{_SETTING}:{summary['id']}", "value": json.dumps(summary, ensure_ascii=False, sort_keys=True)}
    asked = (
        {
            "campaign": summary["id"],
            "person_id": item.person,
            "channel": item.channel,
            "language": item.language,
            "asked_at": summary["made_at"],
        }
        for item in found
    )
    with store.write() as connection:
        store.insert_new(connection, settings, [row])
        for group in batched(asked, _BATCH):
            store.insert_new(connection, campaign_people, group)


def wording_of(store: Store, channel: str, language: str) -> tuple[str, str] | None:
    """The id and text of the latest campaign on a channel, in a language: what an answer such as OUI refers to."""
    from sqlalchemy import select

    from bascule.contacts.store.schema import settings

    with store.read() as connection:
        values = connection.execute(select(settings.c.value).where(settings.c.name.like(f"{_SETTING}:%"))).scalars()
        found = sorted((json.loads(value) for value in values), key=lambda item: (item["made_at"], item["id"]))
    for summary in reversed(found):
        for text in summary["texts"]:
            if text["channel"] == channel and text["language"] == language:
                return summary["id"], text["text"]
    return None

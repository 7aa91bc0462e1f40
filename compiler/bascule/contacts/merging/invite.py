"""Viber subscribers of whom no phone number is known: they cannot be moved, only asked, while the bot still works."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bascule.contacts.store.sealed_files import kept_as, piece, start
from bascule.contacts.tabular.sinks import atomic

if TYPE_CHECKING:
    from bascule.contacts.store.store import Store

__all__ = ["FILE", "write_invitations"]

FILE = "viber-invite.jsonl"
_LINES = 10_000


def write_invitations(store: Store) -> tuple[str, int, int]:
    """Write the list of Viber ids whose person has neither a number nor a WhatsApp id, one JSON object a line with
    ``viber_id``, ``viber_scope``, ``language`` and ``person``, sorted, to the lists of the data folder; sealed where
    the store is.

    People who opted out, on whatever channel, are not on it. Gives the path (empty where nobody is on it; an older
    list is then removed), how many are on it, and how many opted out.
    """
    folder = store.place.data / "lists"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = kept_as(store.vault, folder / FILE)
    waiting = refused = 0
    blocked = _blocked(store)
    lines: list[bytes] = []
    with atomic(str(path)) as file:
        file.write(start(store.vault))
        for person, group in itertools.groupby(_unlinked(store), key=lambda item: item[0]):
            held = [
                (kind, scope, store.vault.open(person, value), language) for _, kind, scope, value, language in group
            ]
            ids = [item for item in held if item[0] == "viber" and item[2] is not None]
            names = {store.vault.pseudonym(kind, scope, value) for kind, scope, value, _ in held if value is not None}
            if names & blocked:
                refused += len(ids)
                continue
            for _, scope, viber, language in ids:
                waiting += 1
                line = {"language": language, "person": person, "viber_id": viber, "viber_scope": scope}
                lines.append(json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n")
                if len(lines) >= _LINES:
                    file.write(piece(store.vault, b"".join(lines)))
                    lines.clear()
        if lines:
            file.write(piece(store.vault, b"".join(lines)))
    if not waiting:
        path.unlink()
        return "", 0, refused
    return str(path), waiting, refused


def _blocked(store: Store) -> set[str]:
    from sqlalchemy import select

    from bascule.contacts.store.schema import suppressions

    table = suppressions.c
    with store.read() as connection:
        return set(connection.execute(select(table.pseudonym).where(table.released_at.is_(None))).scalars())


def _unlinked(store: Store) -> Iterator[tuple[str, str, str, str, str | None]]:
    """All identities of the persons in question: person, kind, scope, sealed value and language."""
    from sqlalchemy import select

    from bascule.contacts.store.schema import identities, persons

    table, other = identities.c, identities.alias("other").c
    held = select(other.lookup).where(other.person_id == persons.c.id, other.replaced_at.is_(None))
    subscribers = select(other.person_id).where(other.kind == "viber", other.replaced_at.is_(None))
    statement = (
        select(table.person_id, table.kind, table.scope, table.value, persons.c.language)
        .join(persons, persons.c.id == table.person_id)
        .where(
            table.replaced_at.is_(None),
            table.person_id.in_(subscribers),
            ~held.where(other.kind.in_(("phone", "wa_id", "bsuid"))).exists(),
        )
        .order_by(table.person_id, table.kind, table.scope, table.lookup)
    )
    with store.read() as connection:
        for row in connection.execution_options(yield_per=5000).execute(statement):
            yield tuple(row)

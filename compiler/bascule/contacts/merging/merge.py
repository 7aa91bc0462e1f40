"""Merging: from the rows of all imports to the persons of the store."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bascule.contacts.consent.own_words import own_words
from bascule.contacts.counts import Counts
from bascule.contacts.merging.backup import back_up_before, backup_done
from bascule.contacts.merging.consents import answers_of, event_of
from bascule.contacts.merging.engine import opened_engine, single
from bascule.contacts.merging.evidence import STRANGERS, insert_rows, load_evidence
from bascule.contacts.merging.invite import write_invitations
from bascule.contacts.merging.people import assign, count_rows, shards
from bascule.contacts.merging.prune import prune_as_set
from bascule.contacts.merging.shard_sql import CONSENT_COLUMNS, REFUSED_CONSENT
from bascule.contacts.merging.shards import IDENTITY_TABLE, PERSON_CELLS, People, read_shard
from bascule.contacts.merging.sources import Source, checked, finished, readable
from bascule.contacts.merging.survivorship import Survivorship
from bascule.contacts.tabular.problems import Remark

if TYPE_CHECKING:
    import duckdb

    from bascule.contacts.store.store import Store

__all__ = ["Merged", "Options", "merge"]

_VERSION = 1
"""Raised when merging comes to other results: everything is then merged again."""
_STATE = "merge.state"
_BATCH_ROWS = 50_000
_BATCH_IDENTITIES = 50_000


@dataclass(frozen=True, slots=True)
class Options:
    """``memory_limit`` is DuckDB's; ``again``: merge all imports anew; ``batch_rows``: snapshot rows in a
    transaction."""

    survivorship: Survivorship = field(default_factory=Survivorship)
    memory_limit: str = "1GB"
    dry_run: bool = False
    again: bool = False
    batch_rows: int = _BATCH_ROWS


@dataclass(frozen=True, slots=True)
class Merged:
    """What was done. ``backup`` and ``invitations`` are paths, empty where there was no need for one; ``nothing``:
    there was nothing new."""

    counts: Counts
    remarks: tuple[Remark, ...] = ()
    backup: str = ""
    invitations: str = ""
    nothing: bool = False


def merge(store: Store, options: Options) -> Merged:
    """Merge the imports that were not merged yet with all that is known; everything again where the survivorship or
    what others wrote asks for it.

    Killed anywhere, the next call ends in the same store. Raises ContactsError (``contacts-store-busy``,
    ``contacts-snapshot-damaged``, ``contacts-memory``, ``contacts-unwritable``).
    """
    work = store.place.data / "work"
    work.mkdir(mode=0o700, exist_ok=True)
    with single(store, "merge"):
        sources, waiting = finished(store)
        remarks = tuple(
            Remark("contacts-merge-open", f"{file} is not imported to its end and was left out", "run its import again")
            for file in waiting
        )
        before = _state(store)
        new = _new(sources, before, options)
        if not sources or (not new and before.get("others") == _others(store)):
            return Merged(Counts("merge"), remarks, nothing=True)
        files = checked(sources)
        with opened_engine(work, options.memory_limit) as (connection, folder):
            files = readable(files, store.vault, folder)
            load_evidence(connection, store, sources, files, options.survivorship)
            resolved = Counts("merge")
            assign(connection, new)
            count_rows(connection, new, resolved)
            if options.dry_run:
                for _ in _worked_out(connection, store, options, resolved):
                    pass
                return Merged(resolved.verify(), remarks)
            if not new and not shards(connection, options.batch_rows):
                # What others brought joins nobody.
                _finish(store, sources, options)
                return Merged(resolved, remarks, nothing=True)
            backup = back_up_before(store, "merge")
            with store.run("merge", ",".join(str(number) for number in new)) as counts:
                counts.add(resolved)
                invitations = _write(connection, store, options, counts)
                _finish(store, sources, options)
            prune_as_set(store)
        return Merged(counts, remarks, backup, invitations)


def _state(store: Store) -> dict[str, Any]:
    data = json.loads(store.setting(_STATE) or "{}")
    return data if isinstance(data, dict) else {}


def _new(sources: Sequence[Source], before: dict[str, Any], options: Options) -> list[int]:
    """Ordinals of the imports to count and to work on: all of them where the rules are others."""
    rules = [_VERSION, options.survivorship.fingerprint]
    merged = before.get("imports", []) if before.get("rules") == rules and not options.again else []
    return [source.ordinal for source in sources if source.id not in merged]


def _others(store: Store) -> list[int]:
    """Changes when somebody else than merging has brought identities, or erased people."""
    from sqlalchemy import func, select

    from bascule.contacts.store.schema import erasures, identities, imports

    counted = select(func.count())
    with store.read() as connection:
        return [
            int(connection.execute(statement).scalar_one())
            for statement in (
                counted.select_from(identities).where(identities.c.source.not_in(select(imports.c.id))),
                counted.select_from(identities).where(identities.c.replaced_at.is_not(None)),
                counted.select_from(erasures),
            )
        ]


def _worked_out(
    connection: duckdb.DuckDBPyConnection, store: Store, options: Options, counts: Counts
) -> Iterator[People]:
    notes: Counter[str] = Counter()
    doubt = PERSON_CELLS.index("number_doubt")
    connection.execute(IDENTITY_TABLE)
    for people in _ahead(connection, store, options):
        notes["answers to a campaign: opt-ins for WhatsApp"] += _answers(store, people)
        notes["persons worked on"] += len(people.rows)
        notes["persons joined into an older one"] += sum(map(len, people.joined.values()))
        notes["values that were not chosen"] += len(people.conflicts)
        notes["numbers in doubt"] += sum(row[doubt] is not None for row in people.rows)
        for event in itertools.chain.from_iterable(people.events.values()):
            notes["opt-outs" if event.action == "opt_out" else "opt-ins"] += 1
            notes["opt-ins without a date"] += event.action == "opt_in" and event.occurred_at is None
            notes["opt-ins without a channel"] += event.action == "opt_in" and event.channel == "*"
        yield people
    counts.notes.update({name: number for name, number in notes.items() if number})


def _ahead(connection: duckdb.DuckDBPyConnection, store: Store, options: Options) -> Iterator[People]:
    """The persons of each shard. The engine works one out while the caller writes the one before."""
    from concurrent.futures import Future, ThreadPoolExecutor

    cursor, sealed = connection.cursor(), store.vault.name != "plain"
    with store.read() as reading:
        own = own_words(reading)
    with ThreadPoolExecutor(1, "merge") as pool:
        waiting: Future[People] | None = None
        try:
            for shard in shards(connection, options.batch_rows):
                following = pool.submit(read_shard, cursor, shard, options.survivorship, sealed, own)
                if waiting is not None:
                    yield waiting.result()
                waiting = following
            if waiting is not None:
                yield waiting.result()
        finally:
            if waiting is not None:
                waiting.cancel()
    cursor.close()


def _answers(store: Store, people: People) -> int:
    """Add the consent that words give as answers to a campaign; how many there are."""
    from bascule.contacts.campaign.answers import Answers

    found = 0
    with store.read() as connection:
        answers = Answers(connection)
        if not answers:
            return 0
        answers.load(name for person, _ in people.words for name in (person, *people.joined.get(person, ())))
        for person, row in people.words:
            given = answers_of([row], [person, *people.joined.get(person, ())], answers)
            people.events.setdefault(person, []).extend(given)
            found += len(given)
    return found


def _write(connection: duckdb.DuckDBPyConnection, store: Store, options: Options, counts: Counts) -> str:
    """Persons in order of their ids, then identities in order of theirs: random keys would be far slower."""
    from bascule.contacts.merging.apply import (
        IDENTITY_COLUMNS,
        late_index,
        sealed_identities,
        write_identities,
        write_people,
    )

    for people in _worked_out(connection, store, options, counts):
        write_people(store, people)
        insert_rows(connection, "identity_rows", sealed_identities(store, people))
    cursor = connection.cursor()
    found = cursor.execute(
        # What several persons hold is the first one's.
        f"SELECT {', '.join(IDENTITY_COLUMNS)} FROM identity_rows QUALIFY row_number() OVER (PARTITION BY kind, scope,"
        f" lookup ORDER BY least(node, {STRANGERS}), person_id) = 1 ORDER BY kind, scope, lookup"
    )
    with late_index(store):
        while rows := found.fetchmany(min(_BATCH_IDENTITIES, options.batch_rows)):
            write_identities(store, rows)
    cursor.close()
    _suppress_given_up(connection, store)
    path, waiting, refused = write_invitations(store)
    if waiting:
        counts.notes["Viber ids without a number, to be invited"] += waiting
    if refused:
        counts.notes["Viber ids without a number, opted out"] += refused
    return path


def _suppress_given_up(connection: duckdb.DuckDBPyConnection, store: Store) -> None:
    """Opt-outs sent from numbers that their persons had given up: nobody known sent them, the number says no."""
    from bascule.contacts.store.schema import suppressions

    rows = []
    with store.read() as reading:
        own = own_words(reading)
    for cells in connection.execute(REFUSED_CONSENT).fetchall():
        event = event_of(dict(zip(CONSENT_COLUMNS, cells, strict=True)), "", own)
        if event is not None and event.action == "opt_out":
            pseudonym = store.vault.pseudonym(event.identity_kind, event.identity_scope, event.identity_value)
            rows.append(
                {
                    "pseudonym": pseudonym,
                    "channel": event.channel,
                    "reason": "opt_out",
                    "since": event.occurred_at,
                    "source": event.source,
                }
            )
    with store.write() as writing:
        store.insert_new(writing, suppressions, rows)


def _finish(store: Store, sources: Sequence[Source], options: Options) -> None:
    from bascule.contacts.store.schema import settings

    state = {
        "imports": [source.id for source in sources],
        "others": _others(store),
        "rules": [_VERSION, options.survivorship.fingerprint],
    }
    with store.write() as connection:
        store.upsert(connection, settings, [{"name": _STATE, "value": json.dumps(state, sort_keys=True)}])
        backup_done(connection, "merge")

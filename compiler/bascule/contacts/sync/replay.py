"""Saved webhooks: one JSON body, an array or object of them, or one a line, with or without what stood round them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bascule.contacts.clock import instant, now
from bascule.contacts.sync.events import Event, moment_of, unreadable
from bascule.contacts.sync.inbox import append, rows_of
from bascule.contacts.sync.providers import provider_of, read_events
from bascule.contacts.tabular.problems import ContactsError

if TYPE_CHECKING:
    from bascule.contacts.counts import Counts
    from bascule.contacts.store.store import Store

__all__ = ["UNKNOWN_FORM", "bodies", "replay"]

UNKNOWN_FORM = "webhooks of an unknown form"
"""Note of the counts."""

_BODY = ("body", "payload", "webhook", "data", "rawBody", "raw")
_MOMENT = ("received_at", "receivedAt", "timestamp", "time", "ts", "@timestamp", "date")
_LARGEST = 512 << 20
_LONGEST_LINE = 16 << 20
_BATCH = 500


def replay(store: Store, path: Path, provider: str, counts: Counts, *, dry_run: bool = False) -> None:
    """Put the webhooks of a file into the inbox. ``provider`` empty = told from the form of each body.

    ``counts`` of events: kept = new, merged = the inbox has them. Raises ContactsError (``contacts-unreadable``,
    ``contacts-sync-log``).
    """
    waiting: list[tuple[Event, str]] = []
    for body, moment in bodies(path):
        if isinstance(body, str):
            events = [unreadable(provider or "unknown", body.encode("utf-8", "surrogatepass"), "not JSON")]
        else:
            name = provider or provider_of(body)
            try:
                events = read_events(name, body)
            except RecursionError as error:
                raise ContactsError("contacts-sync-log", f"{path.name} is nested too deeply") from error
        counts.notes["webhooks"] += 1
        counts.notes[UNKNOWN_FORM] += not (provider or provider_of(body))
        waiting.extend((event, moment) for event in events)
        if len(waiting) >= _BATCH:
            _keep(store, waiting, counts, dry_run)
            waiting = []
    _keep(store, waiting, counts, dry_run)
    counts.notes += type(counts.notes)()


def _keep(store: Store, events: list[tuple[Event, str]], counts: Counts, dry_run: bool) -> None:
    if not events:
        return
    received = instant(now())
    rows: list[dict[str, Any]] = []
    for event, moment in events:
        row = rows_of(store, [event], moment or received, live=bool(moment))[0]
        rows.append({**row, "received_at": moment or received})
    if dry_run:
        new = len({row["event_id"] for row in rows})
    else:
        with store.write() as connection:
            new = append(store, connection, rows)
    counts.taken += len(rows)
    counts.kept += new
    counts.merged += len(rows) - new


def bodies(path: Path) -> Iterator[tuple[Any, str]]:
    """Each body with the moment it was received, where the log says so; a line that is not JSON as text."""
    try:
        if path.stat().st_size > _LARGEST:
            yield from _lines(path)
            return
        text = path.read_text("utf-8-sig", errors="strict")
    except OSError as error:
        raise ContactsError("contacts-unreadable", f"{path.name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ContactsError("contacts-sync-log", f"{path.name} is not UTF-8", "save it as UTF-8") from error
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ContactsError("contacts-sync-log", f"{path.name} is nested too deeply") from error
    except ValueError:
        yield from _lines(path)
        return
    yield from _of(value)


def _lines(path: Path) -> Iterator[tuple[Any, str]]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
        found = False
        while line := file.readline(_LONGEST_LINE):
            if len(line) >= _LONGEST_LINE and not line.endswith("\n"):
                raise ContactsError(
                    "contacts-sync-log", f"{path.name} has a line of more than {_LONGEST_LINE >> 20} MiB"
                )
            text = line.strip()
            if not text:
                continue
            try:
                value = json.loads(text)
            except (ValueError, RecursionError):
                if not found:
                    raise ContactsError(
                        "contacts-sync-log",
                        f"{path.name} is neither JSON nor JSON lines",
                        "one webhook body a line, or an array of them",
                    ) from None
                yield text, ""
                continue
            found = True
            yield from _of(value)


def _of(value: Any) -> Iterator[tuple[Any, str]]:
    """The bodies in a value: itself, the members of an array, what a log entry wraps, named samples."""
    if isinstance(value, list):
        for item in value:
            yield from _wrapped(item)
        return
    if isinstance(value, dict) and not provider_of(value) and not _is_entry(value):
        members = [item for item in value.values() if provider_of(item)]
        if members and len(members) == len(value):
            for item in members:
                yield item, ""
            return
    yield from _wrapped(value)


def _is_entry(value: dict[str, Any]) -> bool:
    return any(isinstance(value.get(name), (dict, str)) for name in _BODY)


def _wrapped(value: Any) -> Iterator[tuple[Any, str]]:
    if not isinstance(value, dict) or provider_of(value):
        yield value, ""
        return
    for name in _BODY:
        inner = value.get(name)
        if isinstance(inner, str) and inner.lstrip()[:1] in ("{", "["):
            try:
                inner = json.loads(inner)
            except (ValueError, RecursionError):
                continue
        if isinstance(inner, dict) and (provider_of(inner) or len(value) > 1):
            moment = next((found for key in _MOMENT if (found := moment_of(value.get(key)))), "")
            yield inner, moment
            return
    yield value, ""

"""Pulling: pages to a file, the place in the store, the file to the import.

After each page the file is on disk before the store knows of it; a run that was killed cuts the file back to what the
store knows, and asks for that page again. The file of a resource that gives each record only once is never cut back.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bascule.contacts.clock import instant, now, parse
from bascule.contacts.ingest.importer import Imported, import_paths
from bascule.contacts.ingest.pull.client import Client, Pace, Request
from bascule.contacts.ingest.pull.providers import Provider, Resource, Span
from bascule.contacts.ingest.reading import Options
from bascule.contacts.tabular.problems import ContactsError

if TYPE_CHECKING:
    from bascule.contacts.store.store import Store

__all__ = ["Pull", "Pulled", "account_of", "moment_of", "pull"]


@dataclass(frozen=True, slots=True)
class Pull:
    """What to pull. ``since`` is a moment, or ``last``: where the last complete pull ended."""

    provider: Provider
    resources: tuple[Resource, ...]
    since: str
    base_url: str = ""
    pace: Pace = field(default_factory=Pace)
    default_region: str = ""
    keep_pages: bool = False


@dataclass(slots=True)
class Pulled:
    """One resource: ``pages`` and ``records`` that were fetched in all, ``resumed`` pages were there before."""

    resource: str
    span: Span
    pages: int = 0
    records: int = 0
    resumed: int = 0
    again: int = 0
    imported: list[Imported] = field(default_factory=list)


def account_of(provider: Provider, environment: Mapping[str, str]) -> dict[str, str]:
    """The credentials. Raises ContactsError with the names of the variables that are missing."""
    missing = [name for name in provider.variables if not environment.get(name)]
    if missing:
        raise ContactsError(
            "contacts-pull-credentials",
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set",
            f"set {' and '.join(provider.variables)} in the environment; no option and no file takes credentials",
        )
    return {name: environment[name] for name in provider.variables}


def pull(store: Store, wanted: Pull, environment: Mapping[str, str]) -> Iterator[Pulled]:
    """Fetch and import each resource. Raises ContactsError; what was fetched until then is kept, and the same command
    goes on there."""
    provider = wanted.provider
    account = account_of(provider, environment)
    base = wanted.base_url or environment.get(provider.base_variable, "") or provider.base_url
    if not base:
        raise ContactsError(
            "contacts-pull-credentials",
            f"{provider.name} gives every account its own address",
            f"set {provider.base_variable}, or give --base-url",
        )
    headers = {"Accept": "application/json"}
    auth: tuple[str, str] | None = None
    if provider.header is not None:
        headers["Authorization"] = provider.header(account)
    else:
        auth = (account[provider.variables[0]], account[provider.variables[1]])
    with Client(base, auth, headers, wanted.pace) as client:
        for resource in wanted.resources:
            key = f"pull:{provider.name}:{_named(account, provider)}:{resource.name}"
            state = _State(store, key, wanted.since, resource)
            done = Pulled(resource.name, state.span, state.pages, state.records, state.pages)
            _fetch(client, state, resource, account, done)
            done.again = client.again
            options = Options(profile=resource.profile, default_region=wanted.default_region, scope="")
            if state.path.exists() and state.path.stat().st_size:
                done.imported = list(import_paths(store, [str(state.path)], options))
            failed = next((one.error for one in done.imported if one.error is not None), None)
            if failed is None or failed.kind == "contacts-empty":
                state.close()
                if not wanted.keep_pages:
                    state.drop_pages()
            yield done


def _named(account: Mapping[str, str], provider: Provider) -> str:
    """A name of the account that tells nothing of its credentials."""
    return hashlib.sha256(f"{provider.name}\n{account[provider.variables[0]]}".encode()).hexdigest()[:12]


class _State:
    """The place of one pull, kept in the store's settings."""

    def __init__(self, store: Store, key: str, since: str, resource: Resource) -> None:
        self.store = store
        self.key = key
        self.resource = resource
        known = json.loads(store.setting(key) or "{}")
        if since == "last":
            if not known:
                raise ContactsError(
                    "contacts-usage", "nothing was pulled yet: --since last has no start", "give a date"
                )
            start = known["span"][0] if known["state"] == "open" else known["span"][1]
        else:
            start = since
        if known.get("state") == "open" and known["span"][0] == start:
            self._data = known
        else:
            self._data = {
                "state": "open",
                "span": [start, instant(now())],
                "bytes": 0,
                "pages": 0,
                "records": 0,
                "part": 0,
                "next": None,
                "last": known.get("span", [None, None])[1] if known.get("state") == "done" else known.get("last"),
            }
        self.span = Span(parse(self._data["span"][0]), parse(self._data["span"][1]))
        if self.span.since >= self.span.until:
            raise ContactsError("contacts-usage", "--since lies in the future", "give a date that has passed")
        folder = store.place.data / "pulls"
        folder.mkdir(mode=0o700, exist_ok=True)
        stamps = "-".join(moment.strftime("%Y%m%dT%H%M%SZ") for moment in (self.span.since, self.span.until))
        provider, _, name = key.removeprefix("pull:").partition(":")
        self._stem = f"{provider}-{name.replace(':', '-')}"
        self.path: Path = folder / f"{self._stem}-{stamps}.jsonl"
        if not resource.once:
            self._cut()

    pages = property(lambda self: int(self._data["pages"]))
    records = property(lambda self: int(self._data["records"]))
    part = property(lambda self: int(self._data["part"]))

    @property
    def next(self) -> Request | None:
        """The request that is due, where the pull is inside a part."""
        held = self._data["next"]
        return None if held is None else Request.of(held)

    def _cut(self) -> None:
        """Drop what a killed run wrote and did not record."""
        if self.path.exists() and self.path.stat().st_size > self._data["bytes"]:
            with self.path.open("rb+") as file:
                file.truncate(self._data["bytes"])

    def add(self, page: Mapping[str, Any], records: int, part: int, following: Request | None) -> None:
        """Write a page, then record that it is there and what comes next."""
        line = (json.dumps(page, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8", "replace")
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            if records:
                file.write(line)
            file.flush()
            os.fsync(file.fileno())
        self._data |= {
            "bytes": self.path.stat().st_size,
            "pages": self.pages + 1,
            "records": self.records + records,
            "part": part,
            "next": None if following is None else following.data(),
        }
        self._save()

    def close(self) -> None:
        """All pages are there and imported."""
        self._data |= {"state": "done", "next": None, "last": self._data["span"][1]}
        self._save()

    def drop_pages(self) -> None:
        """Remove the raw pages of all complete pulls of this resource: what they hold is in the snapshot, which erasing
        a person reaches."""
        for path in self.path.parent.glob(f"{self._stem}-*.jsonl"):
            path.unlink(missing_ok=True)

    def _save(self) -> None:
        from bascule.contacts.store import schema

        row = {"name": self.key, "value": json.dumps(self._data, sort_keys=True)}
        with self.store.write() as connection:
            self.store.upsert(connection, schema.settings, [row])


def _fetch(client: Client, state: _State, resource: Resource, account: Mapping[str, str], done: Pulled) -> None:
    firsts: Sequence[Request] = resource.requests(account, state.span)
    for part in range(state.part, len(firsts)):
        request: Request | None = state.next or firsts[part]
        seen: set[str] = set()
        while request is not None:
            page = client.page(request)
            items = page.get(resource.records)
            if not isinstance(items, list):
                raise ContactsError(
                    "contacts-pull-refused",
                    f"a page has no `{resource.records}`",
                    "check --base-url: is it this platform?",
                )
            following = resource.following(page, request)
            mark = json.dumps(following.data(), sort_keys=True) if following is not None else ""
            if mark in seen and not resource.once:
                raise ContactsError(
                    "contacts-pull-refused", "a page links to itself", "the platform's paging is broken"
                )
            seen.add(mark)
            state.add(page, len(items), part if following is not None else part + 1, following)
            done.pages += 1
            done.records += len(items)
            request = following


def moment_of(text: str) -> str:
    """``--since`` as the store has it: a date, a moment, or ``last``. Raises ContactsError."""
    if text == "last":
        return text
    from bascule.contacts.ingest.moments import Moments

    found = Moments().read(text)
    if found is None:
        raise ContactsError(
            "contacts-usage", f"--since {text!r} is no date", "write 2026-01-31 or 2026-01-31T09:00:00Z"
        )
    return found

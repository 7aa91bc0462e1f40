"""What changed, for the CRM: a file of the changes since a cursor, or signed requests to its own address."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import hmac
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bascule.contacts.clock import instant, now
from bascule.contacts.tabular.problems import ContactsError

if TYPE_CHECKING:
    import httpx
    from sqlalchemy import Connection

    from bascule.contacts.store.store import Store

__all__ = ["COLUMNS", "Change", "Posted", "post", "read_changes", "sign", "write_csv"]

COLUMNS = (
    "cursor", "created_at", "change", "person", "crm_id", "crm_scope", "phone", "old_phone", "status", "was", "action",
    "channel", "purpose", "occurred_at", "details",
)  # fmt: skip
_PAGE = 500
_SHOWN = {
    "phone": ("phone", "new"), "old_phone": ("old",), "status": ("status",), "was": ("was",), "action": ("action",),
    "channel": ("channel",), "purpose": ("purpose",), "occurred_at": ("occurred_at", "opened_at", "checked_at", "at"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the outbox. ``payload`` is None where its person was erased since: the CRM is to forget them too."""

    cursor: int
    created_at: str
    change: str
    person: str
    crm: tuple[tuple[str, str], ...]
    payload: Mapping[str, Any] | None

    def data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "change": self.change if self.payload is not None else "erased",
            "created_at": self.created_at,
            "crm": [{"id": value, "scope": scope} for scope, value in self.crm],
            "cursor": self.cursor,
            "details": dict(self.payload or {}),
            "person": self.person,
        }

    def cells(self) -> list[str]:
        """As a row of :data:`COLUMNS`."""
        payload = self.payload or {}
        shown = {name: next((payload[key] for key in keys if payload.get(key)), "") for name, keys in _SHOWN.items()}
        first = self.crm[0] if self.crm else ("", "")
        cells = {
            "change": self.change if self.payload is not None else "erased",
            "created_at": self.created_at,
            "crm_id": first[1],
            "crm_scope": first[0],
            "cursor": str(self.cursor),
            "details": json.dumps(dict(payload), ensure_ascii=False, sort_keys=True) if self.payload else "",
            "person": self.person,
            **{name: str(value) for name, value in shown.items()},
        }
        return [cells[name] for name in COLUMNS]


def read_changes(store: Store, since: int, *, undelivered: bool = False) -> Iterator[list[Change]]:
    """Pages of changes with a cursor above ``since``, in their order; with ``undelivered`` only those that no request
    has handed on."""
    from sqlalchemy import select, text

    from bascule.contacts.store import schema

    table = schema.outbox
    while True:
        with store.write() as connection:
            if connection.dialect.name == "postgresql":
                # Numbers are given out before transactions end: wait for those under way, or a cursor passes them.
                connection.execute(text("LOCK TABLE outbox IN SHARE MODE"))
            query = select(table).where(table.c.id > since).order_by(table.c.id).limit(_PAGE)
            if undelivered:
                query = query.where(table.c.delivered_at.is_(None))
            rows = connection.execute(query).mappings().all()
            if not rows:
                return
            owners = _crm(store, connection, [row["person_id"] for row in rows])
        page = []
        for row in rows:
            payload = store.vault.open(row["person_id"], row["payload"])
            page.append(
                Change(
                    row["id"],
                    row["created_at"],
                    row["change"],
                    row["person_id"],
                    owners.get(row["person_id"], ()),
                    json.loads(payload) if payload else None,
                )
            )
        yield page
        since = page[-1].cursor


def _crm(store: Store, connection: Connection, persons: Sequence[str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Scope and id in the CRMs that know these persons."""
    from sqlalchemy import select

    from bascule.contacts.store import schema

    table = schema.identities.c
    found: dict[str, list[tuple[str, str]]] = {}
    names = sorted(set(persons))
    rows: list[Any] = []
    for start in range(0, len(names), 300):
        rows += connection.execute(
            select(table.person_id, table.scope, table.value)
            .where(table.kind == "crm", table.person_id.in_(names[start : start + 300]))
            .order_by(table.person_id, table.scope, table.lookup)
        ).all()
    for person, scope, value in rows:
        opened = store.vault.open(person, value)
        if opened is not None:
            found.setdefault(person, []).append((scope, opened))
    return {person: tuple(items) for person, items in found.items()}


def write_csv(store: Store, path: str, since: int) -> tuple[int, int]:
    """Write the changes to a file, whole or not at all. Returns how many, and the cursor for the next time."""
    from bascule.contacts.tabular.sinks import atomic, guarded

    number, cursor = 0, since
    phones = {COLUMNS.index("phone"), COLUMNS.index("old_phone")}
    with atomic(path) as file:
        out = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for page in read_changes(store, since):
            for change in page:
                writer.writerow([guarded(cell, at in phones) for at, cell in enumerate(change.cells())])
            number += len(page)
            cursor = page[-1].cursor
        out.flush()
        out.detach()
    return number, cursor


@dataclass(frozen=True, slots=True)
class Posted:
    """What was handed on; ``failed`` says why it stopped, empty where it did not."""

    changes: int
    requests: int
    cursor: int
    failed: str


def sign(secret: bytes, timestamp: str, body: bytes) -> str:
    """``sha256=`` and the HMAC-SHA256 of timestamp, a full stop, and the body."""
    return "sha256=" + hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def post(
    store: Store,
    url: str,
    secret: str,
    *,
    since: int = 0,
    attempts: int = 6,
    wait: float = 1.0,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Posted:
    """Send the changes that were not handed on yet, page after page, in order, each until it is taken (2xx).

    A page may come twice (``Idempotency-Key`` is the same then). Raises ContactsError ``contacts-sync-setup``.
    """
    from bascule.contacts.checking.endpoint import checked_url

    try:
        checked_url(url)
    except ContactsError as error:
        raise ContactsError(
            "contacts-sync-setup", "--post is not an http or https address without keys in it"
        ) from error
    if not secret:
        raise ContactsError(
            "contacts-sync-setup", "there is no secret to sign with", "name its environment variable with --secret-env"
        )
    return asyncio.run(_post(store, url, secret.encode(), since, attempts, wait, transport))


async def _post(
    store: Store,
    url: str,
    secret: bytes,
    since: int,
    attempts: int,
    wait: float,
    transport: httpx.AsyncBaseTransport | None,
) -> Posted:
    import httpx

    number = requests = 0
    cursor = since
    async with httpx.AsyncClient(timeout=30.0, follow_redirects=False, transport=transport) as client:
        for page in read_changes(store, since, undelivered=True):
            body = json.dumps(
                {"changes": [change.data() for change in page], "cursor": page[-1].cursor},
                ensure_ascii=False,
                sort_keys=True,
            ).encode()
            key = f"{page[0].cursor}-{page[-1].cursor}"
            failed, made = await _deliver(client, url, secret, body, key, attempts, wait)
            requests += made
            if failed:
                return Posted(number, requests, cursor, failed)
            _delivered(store, page)
            number += len(page)
            cursor = page[-1].cursor
    return Posted(number, requests, cursor, "")


async def _deliver(
    client: httpx.AsyncClient, url: str, secret: bytes, body: bytes, key: str, attempts: int, wait: float
) -> tuple[str, int]:
    """Why a page was not taken (empty where it was), and the requests it took."""
    import httpx
    import stamina

    from bascule.contacts.checking.checker import Unavailable

    made = 0
    try:
        async for attempt in stamina.retry_context(
            on=Unavailable, attempts=attempts, timeout=None, wait_initial=wait, wait_max=60.0, wait_jitter=wait
        ):
            with attempt:
                made += 1
                stamp = instant(now())
                headers = {
                    "Content-Type": "application/json",
                    "Idempotency-Key": key,
                    "X-Bascule-Signature": sign(secret, stamp, body),
                    "X-Bascule-Timestamp": stamp,
                }
                try:
                    answer = await client.post(url, content=body, headers=headers)
                except httpx.HTTPError as error:
                    raise Unavailable(f"no answer ({type(error).__name__})") from error
                if answer.status_code == 429 or answer.status_code >= 500:
                    raise Unavailable(f"HTTP {answer.status_code}")
                return ("", made) if answer.is_success else (f"HTTP {answer.status_code}", made)
    except Unavailable as error:
        return str(error), made
    raise AssertionError("a retry context ends with a result or an error")


def _delivered(store: Store, page: Sequence[Change]) -> None:
    from sqlalchemy import update

    from bascule.contacts.store import schema

    table = schema.outbox
    with store.write() as connection:
        connection.execute(
            update(table).where(table.c.id.in_([change.cursor for change in page])).values(delivered_at=instant(now()))
        )

"""The web server that takes webhooks in: genuine ones, whole, once, and fast. What they mean is worked out later.

The platform wants an answer within 250 ms (median) and tries again for days after anything but 200; so a delivery is
answered when it is on disk, and deliveries that come together are written together.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from bascule.contacts.sync.events import Event, unreadable
from bascule.contacts.sync.inbox import append, received_now, rows_of
from bascule.contacts.sync.providers import read_events
from bascule.contacts.sync.signatures import Delivery, Secrets, genuine

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

    from bascule.contacts.store.store import Store

__all__ = ["ENDPOINTS", "Settings", "Tally", "application", "max_bytes"]

ENDPOINTS = {
    "bird": "bird",
    "d360": "meta",
    "infobip": "infobip",
    "meta": "meta",
    "twilio": "twilio",
    "viber": "viber",
    "vonage": "vonage",
}
"""Path to the form its webhooks have."""
_TOGETHER = 64
"""Deliveries written in one transaction at most."""


def max_bytes() -> int:
    """The largest webhook, from the policy pack."""
    from bascule.whatsapp.policy import load_policy

    return load_policy().limit("webhook.max_bytes")


@dataclass(frozen=True, slots=True)
class Settings:
    """``verify_token`` answers the platform's challenge. ``public_url`` is how providers call the server (Twilio signs
    the address). ``patience`` = seconds a body may take; ``limit`` = bytes it may have."""

    secrets: Secrets
    verify_token: str = ""
    public_url: str = ""
    patience: float = 10.0
    limit: int = 0
    waiting: int = 1024


@dataclass(slots=True)
class Tally:
    """What the server has done, in numbers."""

    deliveries: int = 0
    events: int = 0
    new: int = 0
    forged: int = 0
    refused: int = 0
    failed: int = 0


@dataclass(slots=True)
class _Writer:
    """Writes what waits, together, on one thread."""

    store: Store
    tally: Tally
    queue: asyncio.Queue[tuple[list[dict[str, Any]], asyncio.Future[int]]] = field(default_factory=asyncio.Queue)

    async def run(self) -> None:
        while True:
            waiting = [await self.queue.get()]
            while len(waiting) < _TOGETHER and not self.queue.empty():
                waiting.append(self.queue.get_nowait())
            rows = [row for group, _ in waiting for row in group]
            try:
                new = await asyncio.to_thread(self._write, rows)
            except Exception as error:
                for _, answer in waiting:
                    if not answer.done():
                        answer.set_exception(_NotKept(type(error).__name__))
                continue
            self.tally.events += len(rows)
            self.tally.new += new
            for _, answer in waiting:
                if not answer.done():
                    answer.set_result(new)

    def _write(self, rows: list[dict[str, Any]]) -> int:
        with self.store.write() as connection:
            return append(self.store, connection, rows)

    async def keep(self, events: list[Event]) -> None:
        """Return when the events are on disk. Raises :class:`_NotKept`."""
        received = received_now()
        rows = rows_of(self.store, events, received)
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        await self.queue.put((rows, answer))
        await answer


class _NotKept(Exception):
    """The store did not take the events: the provider shall try again."""


class _TooLarge(Exception):
    pass


def application(store: Store, settings: Settings) -> Starlette:
    """The ASGI application. ``app.state.tally`` counts; ``GET /health`` shows it."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse, PlainTextResponse
    from starlette.routing import Route

    tally = Tally()
    writer = _Writer(store, tally, asyncio.Queue(settings.waiting))
    limit = settings.limit or max_bytes()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(writer.run())
        try:
            yield
        finally:
            while not writer.queue.empty():
                await asyncio.sleep(0.01)
            task.cancel()

    async def challenge(request: Request) -> Response:
        """https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests"""
        query = request.query_params
        token = query.get("hub.verify_token", "")
        known = settings.verify_token and hmac.compare_digest(token.encode(), settings.verify_token.encode())
        if query.get("hub.mode") != "subscribe" or not known:
            tally.refused += 1
            return PlainTextResponse("", 403)
        return PlainTextResponse(query.get("hub.challenge", ""))

    async def take(request: Request) -> Response:
        endpoint = request.path_params["endpoint"]
        secret = settings.secrets.of(endpoint) if endpoint in ENDPOINTS else ""
        if not secret:
            return PlainTextResponse("", 404)
        try:
            async with asyncio.timeout(settings.patience):
                body = await _body(request, limit)
        except _TooLarge:
            tally.refused += 1
            return PlainTextResponse("", 413)
        except TimeoutError:
            tally.refused += 1
            return PlainTextResponse("", 408, headers={"Connection": "close"})
        headers = {name.lower(): value for name, value in request.headers.items()}
        delivery = Delivery(headers, body, _urls(request, settings.public_url))
        if not genuine(endpoint, delivery, secret, time.time()):
            tally.forged += 1
            return PlainTextResponse("", 401)
        tally.deliveries += 1
        events = await asyncio.to_thread(_events, ENDPOINTS[endpoint], delivery)
        try:
            await writer.keep(events)
        except _NotKept:
            tally.failed += 1
            return PlainTextResponse("", 503, headers={"Retry-After": "5"})
        if endpoint == "twilio":
            return PlainTextResponse("<Response/>", media_type="text/xml")
        return PlainTextResponse("")

    async def health(request: Request) -> Response:
        return JSONResponse(
            {
                "deliveries": tally.deliveries,
                "events": tally.events,
                "failed": tally.failed,
                "forged": tally.forged,
                "new": tally.new,
                "refused": tally.refused,
            }
        )

    app = Starlette(
        routes=[
            Route("/health", health, methods=["GET"]),
            Route("/meta", challenge, methods=["GET"]),
            Route("/{endpoint:str}", take, methods=["POST"]),
        ],
        lifespan=lifespan,
    )
    app.state.tally = tally
    return app


async def _body(request: Request, limit: int) -> bytes:
    from starlette.requests import ClientDisconnect

    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:12]) > limit:
        raise _TooLarge
    received = bytearray()
    try:
        async for piece in request.stream():
            received += piece
            if len(received) > limit:
                raise _TooLarge
    except ClientDisconnect:
        raise TimeoutError from None
    return bytes(received)


def _urls(request: Request, public: str) -> tuple[str, ...]:
    query = f"?{request.url.query}" if request.url.query else ""
    if public:
        return (f"{public.rstrip('/')}{request.url.path}{query}",)
    return (str(request.url),)


def _events(form: str, delivery: Delivery) -> list[Event]:
    """The events of a genuine delivery; one that cannot be read is kept whole."""
    kind = delivery.headers.get("content-type", "")
    if "form-urlencoded" in kind:
        pairs = parse_qsl(delivery.body.decode("utf-8", "replace"), keep_blank_values=True)
        return read_events(form, dict(pairs))
    try:
        return read_events(form, json.loads(delivery.body))
    except (ValueError, RecursionError):
        return [unreadable(form, delivery.body, "not JSON, or nested too deeply")]

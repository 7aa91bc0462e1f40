"""A store with people in it, and a contacts endpoint on 127.0.0.1 that can be slow, lie and fail."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bascule.contacts.checking.controls import is_control
from bascule.contacts.store import schema
from bascule.contacts.store.store import Store, open_store

AT = "2026-11-01T00:00:00Z"


def number_of(index: int) -> str:
    """A French mobile number."""
    return f"+336{index:08d}"


def people(path: Path, count: int, **columns: Any) -> Store:
    """A store with ``count`` persons of one mobile number each."""
    store = open_store(str(path))
    add_people(store, [number_of(index) for index in range(count)], **columns)
    return store


def add_people(store: Store, numbers: list[str], **columns: Any) -> None:
    """Persons ``p1-<n>`` with a phone each."""
    persons = [
        {"id": f"p1-{index}", "language": "fr", "region": "FR", "updated_at": AT} for index in range(len(numbers))
    ]
    identities = [
        {
            "kind": "phone",
            "scope": "",
            "lookup": store.vault.lookup("phone", "", number),
            "person_id": f"p1-{index}",
            "value": store.vault.seal(f"p1-{index}", number),
            "region": "FR",
            "number_type": "mobile",
            "confidence": "sure",
            "source": "i1",
            **columns,
        }
        for index, number in enumerate(numbers)
    ]
    with store.write() as connection:
        store.insert_new(connection, schema.persons, persons)
        store.insert_new(connection, schema.identities, identities)


def is_active(number: str) -> bool:
    """What the truthful endpoint says: three of four, and no control number."""
    return not is_control(number) and random.Random(number).random() < 0.75


@dataclass
class Behaviour:
    """What the endpoint does wrong, with the share of requests (0 to 1) it does it in."""

    lies: bool = False
    lies_after: int = -1
    slow: float = 0.0
    fails: float = 0.0
    throttles: float = 0.0
    retry_after: str = "0"
    cuts: float = 0.0
    shuffles: bool = False
    doubles: bool = False
    omits: float = 0.0
    processing: float = 0.0
    refuses: frozenset[str] = frozenset()
    status: int = 0
    body: bytes | None = None
    silent_about_controls: bool = False


@dataclass
class Endpoint:
    """``asked`` counts how often each number was in a request, ``answered`` in one that was answered in full."""

    behaviour: Behaviour
    asked: Counter[str] = field(default_factory=Counter)
    requests: list[list[str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)
    draw: random.Random = field(default_factory=lambda: random.Random(7))
    seen_processing: set[str] = field(default_factory=set)
    server: Any = None

    def __enter__(self) -> Endpoint:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                endpoint.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1/contacts"
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        numbers = body["contacts"]
        with self.lock:
            self.requests.append(numbers)
            self.headers.append({key.lower(): value for key, value in handler.headers.items()})
            self.times.append(time.monotonic())
            self.asked.update(numbers)
            number_of_request = len(self.requests)
            draws = [self.draw.random() for _ in range(4)]
        how = self.behaviour
        time.sleep(how.slow)
        try:
            if how.status:
                return _send(handler, how.status, how.body or b"{}", {"Retry-After": how.retry_after})
            if draws[0] < how.throttles:
                return _send(handler, 429, b"{}", {"Retry-After": how.retry_after})
            if draws[1] < how.fails:
                return _send(handler, 503, b"no", {})
            if how.refuses.intersection(numbers):
                return _send(handler, 400, b'{"errors":[{"code":1008}]}', {})
            if how.body is not None:
                return _send(handler, 200, how.body, {})
            lies = how.lies or 0 <= how.lies_after < number_of_request
            entries = self._entries(numbers, lies)
            text = json.dumps({"contacts": entries}).encode()
            if draws[2] < how.cuts:
                return _send(handler, 200, text, {}, cut=len(text) // 2)
            return _send(handler, 200, text, {})
        except OSError:
            return None

    def _entries(self, numbers: list[str], lies: bool) -> list[dict[str, str]]:
        how, entries = self.behaviour, []
        for number in numbers:
            if how.silent_about_controls and is_control(number):
                continue
            with self.lock:
                share = random.Random(f"{number}:{self.asked[number]}").random()
                waits = share < how.processing and number not in self.seen_processing
                if waits:
                    self.seen_processing.add(number)
            if share < how.omits:
                continue
            if waits:
                entries.append({"input": number, "status": "processing"})
            elif lies or is_active(number):
                entries.append({"input": number, "status": "valid", "wa_id": number[1:]})
            else:
                entries.append({"input": number, "status": "invalid"})
        if how.doubles:
            entries += [*entries[:10], {"input": "+33999999999", "status": "valid"}]
        if how.shuffles:
            random.Random(3).shuffle(entries)
        return entries


def _send(handler: BaseHTTPRequestHandler, code: int, body: bytes, headers: dict[str, str], cut: int = -1) -> None:
    handler.send_response(code)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body if cut < 0 else body[:cut])
    handler.wfile.flush()
    if cut >= 0:
        handler.close_connection = True
        handler.connection.shutdown(2)


def statuses(store: Store) -> dict[str, tuple[str, str, str]]:
    """Registrations: lookup to status, method, confidence."""
    with store.read() as connection:
        return {
            row.lookup: (row.status, row.method, row.confidence)
            for row in connection.execute(schema.registrations.select())
        }

"""The server: challenge, signature, size, slow bodies, once only, on disk before the answer."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")
from starlette.testclient import TestClient
from tests.contacts.sync.support import SECRET, meta, rows, sign, status, store_with, text, work

from bascule.contacts.store.store import Store
from bascule.contacts.sync.server import Settings, application, max_bytes
from bascule.contacts.sync.signatures import Secrets, sign_twilio

A = "33612345678"
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return store_with(tmp_path, f"+{A}")


@pytest.fixture
def client(store: Store) -> Iterator[TestClient]:
    settings = Settings(Secrets(meta=SECRET, twilio="token", d360="shared"), "verify-me", "https://hooks.example", 1.0)
    with TestClient(application(store, settings)) as found:
        yield found


def post(client: TestClient, body: Any, secret: str = SECRET) -> Any:
    data = json.dumps(body).encode()
    return client.post("/meta", content=data, headers=sign(data, secret))


def test_the_challenge(client: TestClient) -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "verify-me"}
    assert client.get("/meta", params=query).text == "1158201444"
    assert client.get("/meta", params={**query, "hub.verify_token": "guess"}).status_code == 403
    assert client.get("/meta", params={**query, "hub.mode": "x"}).status_code == 403
    assert client.get("/meta").status_code == 403


def test_without_a_token_no_challenge_is_answered(store: Store) -> None:
    with TestClient(application(store, Settings(Secrets(meta=SECRET)))) as client:
        query = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": ""}
        assert client.get("/meta", params=query).status_code == 403


def test_an_event_is_kept_once_and_applied_later(store: Store, client: TestClient) -> None:
    body = text(A, "Bonjour 🙂", 60)
    assert [post(client, body).status_code for _ in range(3)] == [200, 200, 200]
    assert len(rows(store, "inbox", "event_id")) == 1
    assert rows(store, "registrations", "lookup") == []
    assert work(store).kept == 1
    assert client.get("/health").json() == {
        "deliveries": 3, "events": 3, "failed": 0, "forged": 0, "new": 1, "refused": 0,
    }  # fmt: skip


def test_a_forged_webhook_leaves_no_trace(store: Store, client: TestClient) -> None:
    assert post(client, text(A, "STOP", 60), "other").status_code == 401
    assert client.post("/meta", content=b"{}").status_code == 401
    data = json.dumps(text(A, "STOP", 60)).encode()
    assert client.post("/meta", content=data.replace(b"STOP", b"MORE"), headers=sign(data)).status_code == 401
    assert rows(store, "inbox", "event_id") == []
    assert client.get("/health").json()["forged"] == 3


def test_a_provider_without_a_secret_is_not_listened_to(client: TestClient) -> None:
    for path in ("/vonage", "/viber", "/infobip", "/nothing", "/store", "/__class__"):
        assert client.post(path, content=b"{}").status_code == 404


def test_twilio_signs_the_public_address(store: Store, client: TestClient) -> None:
    body = f"MessageSid=SM1&From=whatsapp%3A%2B{A}&WaId={A}&Body=Arr%C3%AAt".encode()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": sign_twilio("https://hooks.example/twilio?a=1", body, True, b"token"),
    }
    answer = client.post("/twilio?a=1", content=body, headers=headers)
    assert (answer.status_code, answer.text) == (200, "<Response/>")
    assert client.post("/twilio?a=2", content=body, headers=headers).status_code == 401
    work(store)
    assert rows(store, "consents", "action", "channel") == [("opt_out", "whatsapp")]


def test_360dialog_passes_the_platforms_form_on(store: Store, client: TestClient) -> None:
    answer = client.post("/d360", json=text(A, "STOP", 60), headers={"Authorization": "Bearer shared"})
    assert answer.status_code == 200
    post(client, text(A, "STOP", 60))
    assert len(rows(store, "inbox", "event_id")) == 1, "the same event by both ways"


def test_a_genuine_body_that_cannot_be_read_is_kept(store: Store, client: TestClient) -> None:
    for data in (
        b'{"entry": [',
        b"\xff\x00",
        b"",
        b'"x"',
        b"[" * 50_000,
        b'{"object":"whatsapp_business_account","entry":7}',
    ):
        assert client.post("/meta", content=data, headers=sign(data)).status_code == 200
    counts = work(store)
    assert counts.reasons == {"unsupported": 6}


def test_bodies_that_no_database_takes_are_kept_all_the_same(store: Store, client: TestClient) -> None:
    """Half a character, and a NUL."""
    for index, said in enumerate(("\\ud83d", "STOP\\u0000")):
        data = json.dumps(text(A, "SAID", 60 + index)).replace("SAID", said).encode()
        assert client.post("/meta", content=data, headers=sign(data)).status_code == 200
    for depth in (90, 110, 960, 980, 5000):
        data = b'{"object":' + b"[" * depth + b"]" * depth + b"}"
        assert client.post("/meta", content=data, headers=sign(data)).status_code == 200
    counts = work(store)
    assert counts.kept == 2
    assert counts.taken == 7


def test_a_body_that_is_too_large_is_refused(store: Store, client: TestClient) -> None:
    assert max_bytes() == 3 * 1024 * 1024
    data = b" " * (max_bytes() + 1)
    assert client.post("/meta", content=data, headers=sign(data)).status_code == 413

    def pieces() -> Iterator[bytes]:
        for _ in range(4 * 1024):
            yield b" " * 1024

    assert client.post("/meta", content=pieces(), headers=sign(b"")).status_code == 413
    assert rows(store, "inbox", "event_id") == []


def test_a_thousand_updates_at_once(store: Store, client: TestClient) -> None:
    items = [status(A, "delivered", index, name=f"m{index}") for index in range(1000)]
    body = items[0] | {"entry": [entry for item in items for entry in item["entry"]]}
    assert post(client, body).status_code == 200
    assert len(rows(store, "inbox", "event_id")) == 1000
    counts = work(store)
    assert counts.taken == 1000


def test_what_cannot_be_kept_is_not_acknowledged(store: Store, client: TestClient) -> None:
    assert store.place.file is not None
    with sqlite3.connect(store.place.file) as other:
        other.execute("DROP TABLE inbox")
    assert post(client, text(A, "STOP", 60)).status_code == 503
    assert client.get("/health").json()["failed"] == 1


def test_no_event_holds_a_number_in_its_key_when_ids_are_sealed(store: Store, client: TestClient) -> None:
    """A provider's id may hold the number: the key goes through the vault."""

    class Sealed:
        def __init__(self, inner: Any) -> None:
            self._inner = inner

        def __getattr__(self, name: str) -> Any:
            return getattr(self._inner, name)

        def lookup(self, kind: str, scope: str, value: str) -> str:
            return str(self._inner.pseudonym(kind, scope, value))

        def seal(self, subject: str, text: str | None) -> str | None:
            return None if text is None else text[::-1]

        def open(self, subject: str, text: str | None) -> str | None:
            return None if text is None else text[::-1]

    store.vault = Sealed(store.vault)
    post(client, text(A, "bonjour", 60))
    post(
        client,
        meta(field="user_preferences", user_preferences=[{"wa_id": A, "value": "stop", "timestamp": 1767225600}]),
    )
    assert A not in repr(rows(store, "inbox", "event_id", "provider", "kind", "payload"))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[int, Path, subprocess.Popen[bytes]]]:
    """The real command."""
    port = free_port()
    environment = {**os.environ, "APP_SECRET": SECRET, "PYTHONPATH": str(ROOT / "compiler")}
    line = [
        sys.executable, "-m", "bascule", "contacts", "sync", "serve", "--store", str(tmp_path / "s.db"),
        "--port", str(port), "--meta-secret-env", "APP_SECRET", "--body-timeout", "0.7",
    ]  # fmt: skip
    process = subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            break
        except OSError:
            assert time.monotonic() < deadline
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.05)
    yield port, tmp_path / "s.db", process
    process.terminate()
    process.communicate(timeout=20)


def test_slow_and_broken_off_bodies_hold_nobody_up(served: tuple[int, Path, Any]) -> None:
    import httpx

    port, path, _ = served
    data = json.dumps(text(A, "bonjour", 60)).encode()
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    head = f"POST /meta HTTP/1.1\r\nHost: x\r\nContent-Length: {len(data)}\r\nX-Hub-Signature-256: {sign(data)['X-Hub-Signature-256']}\r\n\r\n"
    for connection in slow:
        connection.sendall(head.encode() + data[:10])
    slow[0].close()
    begun = time.monotonic()
    answer = httpx.post(f"http://127.0.0.1:{port}/meta", content=data, headers=sign(data))
    assert answer.status_code == 200
    assert time.monotonic() - begun < 0.6, "answered while the others dribble"
    slow[1].settimeout(5)
    assert b"408" in slow[1].recv(200)
    for connection in slow[1:]:
        connection.close()
    with sqlite3.connect(path) as store:
        assert store.execute("SELECT count(*) FROM inbox").fetchone() == (1,)


def test_what_was_acknowledged_survives_a_kill(served: tuple[int, Path, Any]) -> None:
    import httpx

    port, path, process = served
    taken = []
    with httpx.Client() as client:
        for index in range(400):
            if index == 60:
                threading.Timer(0.05, process.kill).start()
            data = json.dumps(text(A, "x", index)).encode()
            try:
                answer = client.post(f"http://127.0.0.1:{port}/meta", content=data, headers=sign(data))
            except httpx.HTTPError:
                break
            assert answer.status_code == 200
            taken.append(f"meta:message:wamid.{A}-{index}")
    assert 60 <= len(taken) < 400
    with sqlite3.connect(path) as store:
        kept = {key for (key,) in store.execute("SELECT event_id FROM inbox")}
    assert set(taken) <= kept
    assert len(kept) <= len(taken) + 1, "the one that was under way may be there"

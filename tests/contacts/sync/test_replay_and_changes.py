"""Saved logs in, changes out."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.contacts.sync.support import at, person, rows, status, store_with, text, work

from bascule.contacts.counts import Counts
from bascule.contacts.store import schema
from bascule.contacts.sync.changes import COLUMNS, post, read_changes, sign, write_csv
from bascule.contacts.sync.replay import bodies, replay
from bascule.contacts.tabular.problems import ContactsError

A, B = "33612345678", "33687654321"
Run = Callable[..., tuple[int, bytes, bytes]]


def counted(store: Any, path: Path, provider: str = "") -> Counts:
    counts = Counts("sync replay")
    replay(store, path, provider, counts)
    return counts.verify()


ONE, TWO = text(A, "STOP", 60), status(A, "read", 90)


@pytest.mark.parametrize(
    ("content", "events"),
    [
        (json.dumps(ONE), 1),
        (json.dumps([ONE, TWO]), 2),
        (json.dumps({"stop": ONE, "read": TWO}), 2),
        ("\n".join(json.dumps(item) for item in (ONE, TWO, ONE)) + "\n", 3),
        ("\ufeff" + json.dumps(ONE) + "\r\n\r\n" + json.dumps(TWO), 2),
        (json.dumps({"received_at": "2026-01-02T00:00:00Z", "body": ONE}), 1),
        (
            json.dumps({"level": "info", "body": json.dumps(ONE)})
            + "\n"
            + json.dumps({"level": "info", "body": json.dumps(TWO)}),
            2,
        ),
        (json.dumps(ONE) + "\n" + '{"cut": ', 2),
        (json.dumps({"who": "knows"}), 1),
    ],
)
def test_logs_of_several_forms(tmp_path: Path, content: str, events: int) -> None:
    store = store_with(tmp_path, f"+{A}")
    (tmp_path / "log.json").write_text(content, "utf-8", newline="")
    counts = counted(store, tmp_path / "log.json")
    assert counts.taken == events
    assert len(rows(store, "inbox", "event_id")) == counts.kept
    again = counted(store, tmp_path / "log.json")
    assert (again.kept, again.merged) == (0, events)


def test_a_log_without_times_dates_nothing_unless_it_says_when_it_came(tmp_path: Path) -> None:
    store = store_with(tmp_path, f"+{A}", f"+{B}")
    undated = {"MessageSid": "SM1", "From": f"whatsapp:+{A}", "WaId": A, "Body": "bonjour"}
    dated = {
        "received_at": at(60),
        "body": {"MessageSid": "SM2", "From": f"whatsapp:+{B}", "WaId": B, "Body": "bonjour"},
    }
    (tmp_path / "log.jsonl").write_text(json.dumps(undated) + "\n" + json.dumps(dated) + "\n")
    counted(store, tmp_path / "log.jsonl")
    work(store)
    assert person(store, "p1-1")["whatsapp_inbound_at"] is None
    assert person(store, "p1-2")["whatsapp_inbound_at"] == at(60)


@pytest.mark.parametrize("content", [b"not json", b"\xff\xfe\x00", b"{" * 9, b"[" * 100_000])
def test_logs_that_are_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "log").write_bytes(content)
    with pytest.raises(ContactsError) as caught:
        list(bodies(tmp_path / "log"))
    assert caught.value.kind == "contacts-sync-log"


def test_replay_and_apply_by_command(run: Run, tmp_path: Path) -> None:
    store_with(tmp_path, f"+{A}").close()
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(json.dumps(item) for item in (ONE, TWO, text(B, "STOP", 5), {"who": "knows"})))
    store = tmp_path / "c.db"
    code, out, _ = run("sync", "replay", log, "--store", store, "--dry-run", "--format", "json")
    assert (code, json.loads(out)["counts"][0]["kept"]) == (0, 4)
    code, out, err = run("sync", "replay", log, "--store", store)
    assert code == 0
    assert b"4 in = 4 kept + 0 merged + 0 rejected" in out
    assert b"CON101" in out
    code, out, err = run("sync", "apply", "--store", store)
    assert code == 0
    assert b"4 in = 2 kept + 0 merged + 2 rejected" in out
    assert b"CON102" in out
    assert A.encode() not in out + err
    assert B.encode() not in out + err


def filled(tmp_path: Path) -> Any:
    store = store_with(tmp_path, f"+{A}", f"+{B}")
    with store.write() as connection:
        store.insert_new(
            connection,
            schema.identities,
            [
                {
                    "kind": "crm", "scope": "hubspot", "lookup": "=7001", "value": "=7001", "person_id": "p1-1",
                    "confidence": "sure", "source": "i1",
                }
            ],
        )  # fmt: skip
    from tests.contacts.sync.support import take

    take(store, "meta", text(A, "STOP", 60), status(B, "read", 90))
    work(store)
    return store


def test_changes_as_a_file(tmp_path: Path, run: Run) -> None:
    filled(tmp_path).close()
    dry = ("sync", "changes", "--store", tmp_path / "c.db", "-o", tmp_path / "d.csv", "--format", "json", "--dry-run")
    planned = json.loads(run(*dry)[1])
    assert not (tmp_path / "d.csv").exists()
    code, out, _ = run("sync", "changes", "--store", tmp_path / "c.db", "-o", tmp_path / "d.csv", "--format", "json")
    assert (code, json.loads(out)["cursor"]) == (0, 4)
    assert (planned["changes"], planned["cursor"]) == (4, 4)
    with (tmp_path / "d.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert tuple(found[0]) == COLUMNS
    assert [(row["change"], row["status"], row["action"], row["phone"]) for row in found] == [
        ("window", "", "", ""), ("registration", "active", "", f"+{A}"), ("consent", "", "opt_out", f"+{A}"),
        ("registration", "active", "", f"+{B}"),
    ]  # fmt: skip
    assert found[0]["crm_id"] == "'=7001", "no formula for the spreadsheet"
    code, out, _ = run("sync", "changes", "--store", tmp_path / "c.db", "-o", tmp_path / "d.csv", "--since", 3)
    assert b"1 changes; next cursor 4" in out


def test_changes_of_an_erased_person_say_so(tmp_path: Path) -> None:
    store = filled(tmp_path)
    real = store.vault

    class Erased:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def open(self, subject: str, text: str | None) -> str | None:
            return None if subject == "p1-1" else text

    store.vault = Erased()
    number, _ = write_csv(store, str(tmp_path / "d.csv"), 0)
    assert number == 4
    assert "+33612345678" not in (tmp_path / "d.csv").read_text()
    assert [change.data()["change"] for page in read_changes(store, 0) for change in page] == ["erased"] * 3 + [
        "registration"
    ]


class Receiver:
    """A CRM's address that fails as it is told."""

    def __init__(self, *answers: int) -> None:
        self.answers = iter(answers)
        self.bodies: list[dict[str, Any]] = []
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        code = next(self.answers, 200)
        if code == 0:
            raise httpx.ConnectError("no")
        if code == 200:
            self.bodies.append(json.loads(request.content))
        return httpx.Response(code)


@pytest.fixture
def transport() -> Iterator[Callable[..., tuple[Receiver, httpx.MockTransport]]]:
    def make(*answers: int) -> tuple[Receiver, httpx.MockTransport]:
        receiver = Receiver(*answers)
        return receiver, httpx.MockTransport(receiver)

    return make


def test_changes_are_sent_signed_until_they_are_taken(tmp_path: Path, transport: Any) -> None:
    store = filled(tmp_path)
    receiver, wire = transport(503, 0, 429, 200)
    done = post(store, "https://crm.example/hook", "s", wait=0.001, transport=wire)
    assert (done.changes, done.requests, done.failed) == (4, 4, "")
    request = receiver.requests[-1]
    stamp = request.headers["X-Bascule-Timestamp"]
    assert request.headers["X-Bascule-Signature"] == sign(b"s", stamp, request.content)
    assert {item.headers["Idempotency-Key"] for item in receiver.requests} == {"1-4"}
    assert receiver.bodies[0]["changes"][0]["crm"] == [{"id": "=7001", "scope": "hubspot"}]
    assert post(store, "https://crm.example/hook", "s", transport=wire).changes == 0, "nothing twice"


def test_changes_that_are_not_taken_stay(tmp_path: Path, transport: Any) -> None:
    store = filled(tmp_path)
    _, wire = transport(400)
    assert post(store, "https://crm.example/hook", "s", wait=0.001, transport=wire).failed == "HTTP 400"
    _, wire = transport(*[503] * 10)
    assert post(store, "https://crm.example/hook", "s", attempts=3, wait=0.001, transport=wire).failed == "HTTP 503"
    _, wire = transport()
    assert post(store, "https://crm.example/hook", "s", transport=wire).changes == 4


@pytest.mark.parametrize(
    ("url", "secret"), [("ftp://x", "s"), ("https://a:b@c", "s"), ("https://c?key=1", "s"), ("https://c", "")]
)
def test_addresses_and_secrets_that_will_not_do(tmp_path: Path, url: str, secret: str) -> None:
    with pytest.raises(ContactsError) as caught:
        post(store_with(tmp_path), url, secret)
    assert caught.value.kind == "contacts-sync-setup"


def test_usage(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store_with(tmp_path).close()
    store = tmp_path / "c.db"
    assert run("sync", "changes", "--store", store)[0] == 2
    assert run("sync", "changes", "--store", store, "--post", "https://c")[0] == 2
    assert run("sync", "serve", "--store", store)[0] == 2
    monkeypatch.delenv("NO_SUCH", raising=False)
    code, _, err = run("sync", "serve", "--store", store, "--meta-secret-env", "NO_SUCH")
    assert code == 2
    assert b"NO_SUCH" in err
    assert run("sync", "replay", "--store", store)[0] == 2
    assert run("sync", "replay", tmp_path / "none.json", "--store", store)[0] == 2

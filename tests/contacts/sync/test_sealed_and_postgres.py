"""Checking and syncing a sealed store, and one on PostgreSQL with several workers."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.contacts.checking.kills import ROOT, command
from tests.contacts.checking.support import Behaviour, Endpoint, add_people, is_active, number_of, statuses
from tests.contacts.postgres import Server, missing, server
from tests.contacts.sync.support import add, changed_number, person, rows, status, take, text, work

from bascule.contacts.check import Request, execute, plan
from bascule.contacts.checking.plan import make_run
from bascule.contacts.checking.queue import Queue
from bascule.contacts.checking.runner import Pace
from bascule.contacts.extra import installed
from bascule.contacts.store import schema
from bascule.contacts.store.store import Store, open_store
from bascule.contacts.sync.changes import read_changes

A, B = "33612345678", "33687654321"
needs_postgres = pytest.mark.skipif(bool(missing()) or not installed("psycopg"), reason=f"PostgreSQL: {missing()}")


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    pytest.importorskip("cryptography")
    from bascule.contacts.privacy.sealed import make_key

    make_key(tmp_path / "store.key")
    monkeypatch.setenv("BASCULE_KEY_FILE", str(tmp_path / "store.key"))
    return open_store(str(tmp_path / "c.db"))


def test_a_sealed_store_is_checked_and_synced_without_a_trace_of_a_number(sealed: Store, tmp_path: Path) -> None:
    add(sealed, f"+{A}", f"+{B}")
    with Endpoint(Behaviour()) as endpoint:
        asked = Request(url=endpoint.url, auth="none", pace=Pace(rate=0, poll_wait=0.01))
        assert execute(sealed, asked, plan(sealed, asked)).counts.kept == 2
        assert {f"+{A}", f"+{B}"} < set(endpoint.requests[0])
    take(sealed, "meta", text(A, "STOP, merci", 60), text(A, "STOP", 70), changed_number(B, "33699887766", 80))
    take(sealed, "meta", status("33699887766", "read", 90))
    assert work(sealed).kept == 4
    assert rows(sealed, "consents", "person_id", "action") == [("p1-1", "opt_out")]
    assert {change.change for page in read_changes(sealed, 0) for change in page} >= {"consent", "number", "window"}
    sealed.close()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for secret in (A, B, "33699887766"):
                assert secret.encode() not in data, path.name


def test_the_inbox_of_an_erased_person_opens_for_nobody(sealed: Store) -> None:
    add(sealed, f"+{A}")
    take(sealed, "meta", text(A, "bonjour", 60))
    work(sealed)
    assert rows(sealed, "inbox", "person_id") == [("p1-1",)]
    sealed.vault.forget("p1-1")
    assert [change.payload for page in read_changes(sealed, 0) for change in page] == [None, None]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with server() as started:
        yield started


@pytest.fixture
def team(postgres: Server, tmp_path: Path) -> Iterator[tuple[Store, str]]:
    url = postgres.database()
    with open_store(url, str(tmp_path / "data")) as made:
        yield made, url


@needs_postgres
def test_workers_share_a_check_and_ask_nothing_twice(team: tuple[Store, str], tmp_path: Path) -> None:
    store, url = team
    count = 600
    add_people(store, [number_of(index) for index in range(count)])
    with Endpoint(Behaviour(slow=0.02)) as endpoint:
        asked = Request(url=endpoint.url, auth="none", batch_size=20)
        planned = plan(store, asked)
        from bascule.contacts.check import _wanted

        make_run(store, _wanted(asked, planned.checker), asked.settings(), tested=True)
        line = [*command(url, endpoint.url, "--batch-size", "20"), "--data", str(tmp_path / "data")]
        environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT / "compiler"), "NO_COLOR": "1"}
        workers = [
            subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(2)
        ]
        outputs = [worker.communicate(timeout=120)[0].decode() for worker in workers]
    assert {lookup: row[0] for lookup, row in statuses(store).items()} == {
        number_of(index): "active" if is_active(number_of(index)) else "inactive" for index in range(count)
    }, outputs
    assert set(endpoint.asked.values()) == {1}, "every number once, though two asked"
    with store.read() as connection:
        states = connection.execute(select(schema.check_runs.c.state)).scalars().all()
    assert states == ["done"]


@needs_postgres
def test_a_claimed_batch_is_nobody_elses(team: tuple[Store, str]) -> None:
    store, _ = team
    add_people(store, [number_of(index) for index in range(100)])
    asked = Request(method="simulator", batch_size=5)
    planned = plan(store, asked)
    from bascule.contacts.check import _wanted

    run = make_run(store, _wanted(asked, planned.checker), asked.settings(), tested=True)

    def claims(worker: str) -> list[int]:
        queue, found = Queue(store, run, worker), []
        while (batch := queue.claim()) is not None:
            found.append(batch.number)
        return found

    with ThreadPoolExecutor(4) as pool:
        taken = [number for found in pool.map(claims, ["h:1:1", "h:2:1", "h:3:1", "h:4:1"]) for number in found]
    assert len(taken) == len(set(taken))
    with store.read() as connection:
        assert len(taken) == connection.execute(select(func.count()).select_from(schema.check_batches)).scalar_one()


@needs_postgres
def test_events_on_postgresql_do_the_same(team: tuple[Store, str]) -> None:
    store, _ = team
    add(store, f"+{A}", f"+{B}")
    bodies = [
        text(A, "STOP", 60),
        status(B, "delivered", 70),
        changed_number(B, "33699887766", 80),
        text("336", "x", 1),
    ]
    assert take(store, "meta", *bodies) == 4
    assert take(store, "meta", *bodies) == 0
    counts = work(store)
    assert (counts.kept, counts.reasons) == (3, {"unknown_person": 1})
    assert person(store, "p1-1")["whatsapp_inbound_at"] is not None
    assert rows(store, "consents", "person_id", "action") == [("p1-1", "opt_out")]
    changes = [change.change for page in read_changes(store, 0) for change in page]
    assert sorted(changes) == ["consent", "number", "registration", "registration", "registration", "window"]


def test_events_are_shown_and_erased_with_their_person(sealed: Store) -> None:
    from bascule.contacts.counts import Counts
    from bascule.contacts.privacy.access import subject_data
    from bascule.contacts.privacy.erase import erase
    from bascule.contacts.privacy.subject import normalised, subjects

    add(sealed, f"+{A}", f"+{B}")
    take(sealed, "meta", text(A, "bonjour", 60), text(B, "bonsoir", 70))
    work(sealed)
    take(sealed, "meta", text(A, "encore", 80))
    with sealed.read() as connection:
        (found,) = subjects(sealed, connection, [normalised("phone", f"+{A}")])
    told = " ".join(event["payload"] for event in subject_data(sealed, found)["events"])
    assert "bonjour" in told
    assert "encore" in told
    assert "bonsoir" not in told
    erase(sealed, [found], Counts("erase"), reason="request", suppress=True)
    assert rows(sealed, "inbox", "person_id") == [("p1-2",)]
    erased = [change.data() for page in read_changes(sealed, 0) for change in page if change.person == "p1-1"]
    assert {item["change"] for item in erased} <= {"erased"}


def test_changes_and_events_go_with_a_person_who_is_joined_with_another(sealed: Store) -> None:
    from tests.contacts.snapshots import add_import

    from bascule.contacts.merging.merge import Options, merge

    add_import(sealed, [{"phone_e164": f"+{A}"}, {"phone_e164": f"+{B}"}], file="a.csv")
    merge(sealed, Options())
    take(sealed, "meta", text(A, "bonjour", 60), text(B, "bonsoir", 70))
    work(sealed)
    add_import(
        sealed,
        [{"phone_e164": f"+{number}", "crm_id": "1", "crm_scope": "hs"} for number in (A, B)],
        file="b.csv",
    )
    merge(sealed, Options())
    owners = {name for (name,) in rows(sealed, "inbox", "person_id")}
    assert len(owners) == 1
    changes = [change for page in read_changes(sealed, 0) for change in page]
    assert {change.person for change in changes} >= owners
    assert all(change.payload for change in changes if change.change == "window")

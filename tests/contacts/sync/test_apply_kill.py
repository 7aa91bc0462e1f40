"""`sync apply` is killed on its way and started again: the store is as if nothing had happened."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from tests.contacts.checking.kills import ROOT
from tests.contacts.checking.support import number_of, people
from tests.contacts.sync.support import rows, status, take, text, work

from bascule.contacts.store.store import Store, open_store

EVENTS, PEOPLE = 3000, 200


def filled(path: Path) -> None:
    store = people(path, PEOPLE)
    bodies = []
    for index in range(EVENTS):
        number = number_of(index % PEOPLE)[1:]
        if index % 3:
            bodies.append(status(number, "delivered", index, name=f"m{index}"))
        else:
            bodies.append(text(number, "STOP" if index % 7 == 0 else "bonjour", index))
    both = {**bodies[0], "entry": [entry for body in bodies for entry in body["entry"]]}
    take(store, "meta", both)
    store.close()


def content(store: Store) -> list[object]:
    return [
        rows(store, "persons", "id", "last_inbound_at", "last_outbound_at", "whatsapp_inbound_at"),
        rows(store, "registrations", "lookup", "status", "checked_at"),
        rows(store, "consents", "event_key", "person_id", "action", "occurred_at"),
        rows(store, "deliveries", "message_id", "status", "person_id"),
        rows(store, "inbox", "event_id", "outcome", "person_id"),
        rows(store, "outbox", "change_key", "person_id"),
    ]


def test_an_application_that_is_killed_is_taken_up(tmp_path: Path) -> None:
    for name in ("whole.db", "killed.db"):
        filled(tmp_path / name)
    whole = open_store(str(tmp_path / "whole.db"))
    work(whole)
    line = [sys.executable, "-m", "bascule", "contacts", "sync", "apply", "--store", str(tmp_path / "killed.db")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "compiler")}
    process = subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline, applied = time.monotonic() + 60, 0
    with sqlite3.connect(tmp_path / "killed.db", timeout=30) as store:
        while not applied and time.monotonic() < deadline:
            applied = store.execute("SELECT count(*) FROM inbox WHERE applied_at IS NOT NULL").fetchone()[0]
            time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert 0 < applied < EVENTS, "killed on its way"
    subprocess.run(line, env=environment, check=True, stdout=subprocess.DEVNULL)
    assert content(open_store(str(tmp_path / "killed.db"))) == content(whole)

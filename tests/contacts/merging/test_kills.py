"""SIGKILL at random points: the next run ends where an undisturbed one does. More kills: benchmarks/contacts_kills.py."""

from __future__ import annotations

import random
import shutil
import sys
import time
from pathlib import Path

import pytest
from tests.contacts.merging.kills import command, killed, run, sample
from tests.contacts.merging.support import content

from bascule.contacts.store.store import open_store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")


def _content(store: Path) -> str:
    with open_store(str(store)) as opened:
        return content(opened)


def test_a_killed_merge_ends_like_an_undisturbed_one(tmp_path: Path) -> None:
    store = tmp_path / "contacts.db"
    sample(str(store))
    calm = tmp_path / "calm"
    shutil.copytree(tmp_path / "contacts.db.data", calm / "contacts.db.data")
    shutil.copy(store, calm / "contacts.db")
    started = time.monotonic()
    run(command("merge", "--store", str(calm / "contacts.db"), "--batch", "60"))
    seconds = time.monotonic() - started
    rng = random.Random(11)
    merge = command("merge", "--store", str(store), "--batch", "60")
    work = tmp_path / "contacts.db.data" / "work"
    hit = sum(killed(merge, seconds * rng.uniform(0, 0.4), lambda: any(work.glob("merge-*"))) for _ in range(4))
    run(merge)
    assert hit, "no kill came before the end"
    assert _content(store) == _content(calm / "contacts.db")
    # The state before the merge was kept once, however often it was started.
    assert len(list((tmp_path / "contacts.db.data" / "backups").glob("2*"))) == 1
    assert not list((tmp_path / "contacts.db.data" / "work").iterdir())


def test_a_killed_restore_leaves_the_old_state_or_the_new_one(tmp_path: Path) -> None:
    store = tmp_path / "contacts.db"
    sample(str(store))
    run(command("merge", "--store", str(store)))
    after = _content(store)
    backup = next(iter((tmp_path / "contacts.db.data" / "backups").glob("2*"))).name
    restore = command("restore", backup, "--store", str(store))
    started = time.monotonic()
    run(restore)
    seconds = time.monotonic() - started
    before = _content(store)
    run(command("merge", "--store", str(store)))
    rng = random.Random(5)
    for _ in range(3):
        killed(restore, seconds * rng.uniform(0.5, 1.0))
        assert _content(store) in (before, after)
    run(restore)
    assert _content(store) == before

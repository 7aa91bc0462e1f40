"""Old backups go, and never the last good one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.contacts.merging.support import merged
from tests.contacts.snapshots import add_import

from bascule.cli.contacts import group
from bascule.contacts.clock import parse
from bascule.contacts.merging.backup import back_up, back_up_before, read_backup, verify
from bascule.contacts.merging.merge import Options, merge
from bascule.contacts.merging.prune import Retention, judge, prune
from bascule.contacts.store.store import Store, open_store

MOMENTS = ("2026-11-24T08:00:00Z", "2026-11-20T08:00:00Z", "2026-10-01T08:00:00Z", "2026-01-01T08:00:00Z")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with a backup of each moment, on the day of the first."""
    made = open_store(str(tmp_path / "contacts.db"))
    add_import(made, [{"phone_e164": "+33612345678"}], file="a.csv")
    for moment in reversed(MOMENTS):
        at(monkeypatch, moment)
        back_up(made, "test")
    return made


def at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(parse(moment).timestamp())))


def names(store: Store) -> list[str]:
    return sorted((path.name for path in store.place.backups.iterdir()), reverse=True)


def name(moment: str) -> str:
    return moment.replace("-", "").replace(":", "")


def damage(store: Store, moment: str) -> None:
    path = store.place.backups / name(moment) / "store.db"
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("retention", "left"),
    [
        (Retention(keep=1), 1),
        (Retention(keep=3), 3),
        (Retention(keep=9), 4),
        (Retention(days=10), 2),
        (Retention(days=100), 3),
        (Retention(keep=1, days=100), 3),
        (Retention(keep=3, days=1), 3),
    ],
)
def test_what_neither_rule_keeps_goes(store: Store, retention: Retention, left: int) -> None:
    expected = [name(moment) for moment in MOMENTS[:left]]
    judged = judge(store, retention)
    assert [item.folder.name for item in judged if not item.goes] == expected
    assert len(names(store)) == 4
    assert prune(store, retention) == judged
    assert names(store) == expected
    for folder in expected:
        verify(read_backup(store.place.backups / folder))


def test_the_last_good_one_stays_however_old(store: Store) -> None:
    for moment in MOMENTS[:2]:
        damage(store, moment)
    kept = [item for item in prune(store, Retention(keep=1)) if not item.goes]
    assert [(item.folder.name, item.reason) for item in kept] == [
        (name(MOMENTS[0]), "among the newest 1"),
        (name(MOMENTS[2]), "the last good one"),
    ]
    assert names(store) == [name(MOMENTS[0]), name(MOMENTS[2])]


def test_where_none_is_good_none_goes(store: Store) -> None:
    for moment in MOMENTS:
        damage(store, moment)
    assert not any(item.goes for item in prune(store, Retention(keep=1)))
    assert len(names(store)) == 4


def test_all_are_old(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "2030-01-01T00:00:00Z")
    prune(store, Retention(days=1))
    assert names(store) == [name(MOMENTS[0])]


def test_what_is_no_backup_and_what_a_step_still_needs_stays(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (store.place.backups / "broken-1").mkdir()
    at(monkeypatch, "2026-06-01T00:00:00Z")
    needed = Path(back_up_before(store, "merge")).name
    at(monkeypatch, MOMENTS[0])
    prune(store, Retention(keep=1))
    assert names(store) == ["broken-1", name(MOMENTS[0]), needed]


def test_the_command_looks_asks_and_remembers(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*words: str, **options: str) -> Result:
        return CliRunner().invoke(
            group, ["prune", *words, "--store", str(store.place.file)], standalone_mode=False, **options
        )

    looked = run("--keep", "2", "--dry-run")
    assert looked.return_value == 0
    assert looked.output.count("would be removed") == 2
    run("--keep", "2", input="n\n")
    assert len(names(store)) == 4
    assert run("--keep", "2", "--always", "--yes").return_value == 0
    assert names(store) == [name(moment) for moment in MOMENTS[:2]]
    at(monkeypatch, "2026-11-25T08:00:00Z")
    add_import(store, [{"phone_e164": "+33612345679"}], file="b.csv")
    merge(store, Options())
    assert names(store) == ["20261125T080000Z", name(MOMENTS[0])]
    assert run("--never").return_value == 0
    at(monkeypatch, "2026-11-26T08:00:00Z")
    merged(store, [{"phone_e164": "+33612345680"}])
    assert len(names(store)) == 3
    for words in ((), ("--never", "--keep", "1")):
        assert type(run(*words).exception).__name__ == "UsageError"


def test_half_removed_is_no_backup(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a kill between the two steps of removing leaves it."""
    import shutil

    def killed(path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "rmtree", killed)
    with pytest.raises(KeyboardInterrupt):
        prune(store, Retention(keep=3))
    monkeypatch.undo()
    (left,) = store.place.backups.glob(".partial-*")
    left.rename(left.with_name(left.name.replace(str(os.getpid()), "999999999")))
    back_up(store, "test")
    assert not list(store.place.backups.glob(".partial-*"))

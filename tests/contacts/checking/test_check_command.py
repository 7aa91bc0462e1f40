"""The command line of a check: estimate, consent of its user, summary, exit codes, and no number anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.contacts.checking.support import Behaviour, Endpoint, people

from bascule.contacts.store import schema
from bascule.contacts.store.store import open_store

Run = Callable[..., tuple[int, bytes, bytes]]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    people(tmp_path / "c.db", 250).close()
    return tmp_path / "c.db"


def test_the_help_warns_about_the_endpoint(run: Run) -> None:
    code, out, _ = run("check", "--help")
    text = " ".join(out.decode().split())
    assert code == 0
    assert 'answers "valid" for EVERY number since client v2.43' in text


def test_a_dry_run_estimates_and_writes_nothing(run: Run, store: Path) -> None:
    with Endpoint(Behaviour()) as endpoint:
        code, out, _ = run(
            "check", "--store", store, "--url", endpoint.url, "--auth", "none", "--dry-run", "--rate", "0.05",
            "--batch-size", "50", "--format", "json",
        )  # fmt: skip
    assert code == 0
    assert endpoint.requests == []
    data = json.loads(out)
    assert data["estimate"] == {"batches": 6, "numbers": 250, "rate": 0.05, "seconds": 120.0}
    assert data["counts"][0]["in"] == data["counts"][0]["kept"] == 250
    with open_store(str(store)).read() as connection:
        assert connection.execute(schema.check_runs.select()).all() == []


def test_without_a_terminal_somebody_has_to_say_yes(run: Run, store: Path) -> None:
    with Endpoint(Behaviour()) as endpoint:
        code, _, err = run("check", "--store", store, "--url", endpoint.url, "--auth", "none")
    assert code == 2
    assert b"--yes" in err
    assert b"about" in err
    assert endpoint.requests == []


def test_the_summary_adds_up_and_shows_no_number(run: Run, store: Path) -> None:
    with Endpoint(Behaviour(fails=0.2, doubles=True)) as endpoint:
        code, out, err = run(
            "check", "--store", store, "--url", endpoint.url, "--auth", "none", "--yes", "--rate", "900",
            "--batch-size", "50",
        )  # fmt: skip
    assert code == 0, err
    assert b"250 in = 250 kept + 0 merged + 0 rejected" in out
    assert not re.search(rb"\d{7}", out + err)


def test_a_lie_is_said_loudly(run: Run, store: Path) -> None:
    code, out, _ = run("check", "--store", store, "--method", "simulator", "--lies")
    assert code == 0
    assert b"CON080" in out
    assert b"250 numbers are unverified, none is active" in out
    code, _, _ = run("check", "--store", store, "--method", "simulator", "--lies", "--refresh", "--fail-on", "warning")
    assert code == 1


def test_nothing_is_asked_without_a_key(run: Run, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    for options in (
        ["--url", "http://127.0.0.1:9/"],
        ["--url", "http://127.0.0.1:9/", "--auth-env", "NO_SUCH_KEY"],
        [],
    ):
        code, _, err = run("check", "--store", store, "--yes", *options)
        assert code == 2
        assert b"CON082" in err


def test_a_check_that_stops_says_how_to_go_on(run: Run, store: Path) -> None:
    with Endpoint(Behaviour(status=401)) as endpoint:
        arguments = ("check", "--store", store, "--url", endpoint.url, "--auth", "none", "--yes", "--rate", "900")
        code, out, _ = run(*arguments)
        assert code == 1
        assert b"CON085" in out
        assert b"bascule contacts check" in run("status", "--store", store)[1]
        endpoint.behaviour = Behaviour()
        assert run(*arguments)[0] == 0
    assert b"unfinished" not in run("status", "--store", store)[1]


@pytest.mark.parametrize("value", ["abc", "+33 6", "123", "+1234567890123456"])
def test_control_numbers_are_looked_at(run: Run, store: Path, value: str) -> None:
    code, _, err = run("check", "--store", store, "--method", "simulator", "--control", value)
    assert code == 2
    assert b"--control" in err

"""check --watch: again after a change, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bascule.cli.checking import Request, check_inputs, run_check
from bascule.cli.configured import Reading
from bascule.cli.watching import changes, state_of
from tests.cli.conftest import Run

CSV = 'id,texte\nrdv,"Bonjour [nom], votre rendez-vous est à [heure]"\n'


def test_a_change_a_new_file_and_a_lost_file_each_make_one_round(tmp_path: Path) -> None:
    first = tmp_path / "a.csv"
    first.write_text("1")
    steps = [
        lambda: None,
        lambda: first.write_text("22"),
        lambda: (tmp_path / "b.csv").write_text("3"),
        lambda: None,
        lambda: first.unlink(),
    ]
    pending = iter(steps)
    rounds = changes(lambda: [tmp_path.as_posix()], sleep=lambda _: next(pending)())
    assert next(rounds) == []
    assert next(rounds) == [first.as_posix()]
    assert next(rounds) == [(tmp_path / "b.csv").as_posix()]
    assert next(rounds) == [first.as_posix()]
    assert list(pending) == []


def test_a_change_during_a_round_is_seen_after_it_and_new_paths_are_watched(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("1")
    second.write_text("1")
    paths = [first.as_posix()]
    pending = iter([lambda: None, lambda: second.write_text("22")])
    rounds = changes(lambda: paths, sleep=lambda _: next(pending)())
    assert next(rounds) == []
    first.write_text("22")  # while the first round runs
    assert next(rounds) == [first.as_posix()]
    paths.append(second.as_posix())
    assert next(rounds) == [second.as_posix()]


def test_what_a_round_writes_does_not_start_the_next_one(tmp_path: Path) -> None:
    source, report = tmp_path / "a.csv", tmp_path / "report.json"
    source.write_text("1")
    pending = iter([lambda: report.write_text("again"), lambda: source.write_text("22")])
    rounds = changes(lambda: [tmp_path.as_posix()], [report.as_posix()], sleep=lambda _: next(pending)())
    next(rounds)
    report.write_text("a report")  # the first round writes it
    assert next(rounds) == [source.as_posix()]


def test_an_editor_that_puts_a_new_file_in_its_place_is_seen(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_text("1")

    def save() -> None:
        (tmp_path / ".a.csv.swp").write_text("22")
        os.replace(tmp_path / ".a.csv.swp", source)

    rounds = changes(lambda: [source.as_posix()], sleep=lambda _: save())
    assert [next(rounds), next(rounds)] == [[], [source.as_posix()]]


def test_a_pattern_and_a_configuration_that_appears_are_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sms").mkdir()
    (tmp_path / "sms" / "rdv.csv").write_text(CSV, encoding="utf-8")
    watched = check_inputs(run_check(Request(("sms/*.csv",), Reading())))
    assert watched[0] == "sms"
    assert {"sms/bascule.toml", "bascule.toml", "pyproject.toml"} <= set(watched)


def test_hidden_and_missing_files_are_not_watched(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "index").write_text("x")
    assert state_of([tmp_path.as_posix(), (tmp_path / "rien").as_posix()]) == {}


def test_standard_input_cannot_be_watched(run: Run) -> None:
    result = run("check", "-", "--watch")
    assert result.code == 2
    assert "standard input" in result.err


def test_the_command_checks_again_and_ends_with_the_last_code(tmp_path: Path) -> None:
    source = tmp_path / "rdv.csv"
    source.write_text(CSV, encoding="utf-8")
    out = tmp_path / "out.txt"
    with out.open("wb") as stdout:
        process = subprocess.Popen(
            [sys.executable, "-m", "bascule", "check", source, "--watch", "--format", "concise", "--select", "TPL020"],
            stdout=stdout,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            text=True,
        )
        late = threading.Timer(60, process.kill)
        late.start()
        try:
            assert process.stderr is not None
            assert "watching" in process.stderr.readline()
            assert out.read_text(encoding="utf-8").count("TPL020") == 1
            source.write_text(CSV.replace("[heure]", "[heure] demain matin"), encoding="utf-8")
            os.utime(source, (time.time() + 5, time.time() + 5))
            assert "changed: " in process.stderr.readline()
            assert "watching" in process.stderr.readline()
            assert out.read_text(encoding="utf-8").count("TPL020") == 1
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=20) == 0
        finally:
            late.cancel()
            process.kill()
            process.wait()
            if process.stderr is not None:
                process.stderr.close()

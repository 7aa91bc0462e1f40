"""check --watch: again after a change, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

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

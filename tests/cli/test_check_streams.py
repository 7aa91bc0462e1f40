"""Streams, names and files that are not as they should be: closed pipes, full disks, odd names, patterns, reports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bascule.cli.options import use_colour
from tests.cli.conftest import Run

CSV = 'id,texte\nrdv,"Bonjour [nom], votre rendez-vous est à [heure]"\nfin,"Merci [nom]."\n'
MAIN = [sys.executable, "-c", "import sys; sys.argv[0] = 'bascule'; from bascule.cli import main; main()"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("sms", "sms/bas"):
        (tmp_path / name).mkdir()
    (tmp_path / "sms" / "rdv.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "sms" / "bas" / "fin.csv").write_text(CSV.replace("rdv,", "autre,"), encoding="utf-8")
    return tmp_path


def shell(script: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A line of bash in which ``$bascule`` is the command."""
    line = f'bascule() {{ "{MAIN[0]}" -c "{MAIN[2]}" "$@"; }}\n{script}'
    return subprocess.run(
        ["bash", "-c", line], env={**os.environ, **environment}, capture_output=True, check=False, timeout=60
    )


def test_a_reader_that_goes_away_changes_neither_the_exit_code_nor_the_files(project: Path) -> None:
    result = shell("bascule check sms --format text --format json:r.json | head -1; echo ${PIPESTATUS[0]}")
    assert result.stdout.decode().splitlines()[-1] == "1"
    assert (project / "r.json").stat().st_size > 100
    assert result.stderr == b""
    result = shell("bascule explain | head -1; echo ${PIPESTATUS[0]}")
    assert result.stdout.decode().splitlines()[-1] == "0"
    assert result.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("command", ["check sms", "explain", "inspect sms"])
def test_a_full_disk_is_no_defect(project: Path, command: str) -> None:
    result = shell(f"bascule {command} > /dev/full")
    assert result.returncode == 2
    assert b"cannot write: No space left" in result.stderr
    assert b"defect" not in result.stderr


def test_closed_streams(project: Path) -> None:
    result = shell("bascule check sms >&-")
    assert (result.returncode, result.stderr) == (1, b"")
    result = shell("bascule check - --format concise <&-")
    assert result.returncode == 2
    assert result.stdout == b"stdin:1:1: error[PAR001] standard input is closed\n"


@pytest.mark.parametrize("command", ["fmt", "check"])
def test_output_is_utf_8_whatever_the_locale(project: Path, command: str) -> None:
    (project / "sms" / "rdv.csv").write_text(CSV.replace("Merci", "شكراً 😀"), encoding="utf-8")
    result = shell(f"bascule {command} sms/rdv.csv --fail-on never", PYTHONIOENCODING="cp1252", LC_ALL="C")
    assert (result.returncode, result.stderr.count(b"defect")) == (0, 0)
    assert "شكراً 😀" in result.stdout.decode("utf-8")


def test_patterns_are_files_where_the_shell_left_them(run: Run, project: Path) -> None:
    assert {line.split(":")[0] for line in run("check", "sms/*.csv", "--format", "concise").out.splitlines()} == {
        "sms/rdv.csv"
    }
    everywhere = run("check", "**/*.csv", "--format", "concise").out
    assert {line.split(":")[0] for line in everywhere.splitlines()} == {"sms/rdv.csv", "sms/bas/fin.csv"}
    (project / "bascule.toml").write_text('sources = ["sms/b?s/*.csv"]\n', encoding="utf-8")
    assert "1 file checked" in run("check").out
    assert "no file fits this pattern" in run("check", "sms/*.yaml").out


def test_a_file_whose_name_is_a_pattern_is_that_file(run: Run, project: Path) -> None:
    (project / "sms" / "[a]*.csv").write_text(CSV, encoding="utf-8")
    assert run("check", "sms/[a]*.csv", "--format", "concise").out.startswith("sms/[a]*.csv:2:")


def test_names_that_are_not_there(run: Run, project: Path) -> None:
    assert "did you mean `sms/rdv.csv`?" in run("check", "sms/rvd.csv").out
    (project / "bascule.toml").write_text('sources = ["a\\u0000.csv"]\n', encoding="utf-8")
    assert "no file can have this name" in run("check").out
    for empty in ([""], ["sms", ""]):
        result = run("check", *empty)
        assert result.code == 2
        assert "SRC is an empty text" in result.err
    (project / "-x.csv").write_text(CSV, encoding="utf-8")
    assert "write './-x.csv'" in run("check", "-x.csv").err
    assert run("check", "./-x.csv").code == 1


def test_a_file_that_no_format_recognises_says_why(run: Run, project: Path) -> None:
    (project / "vide.yaml").write_text(" \n\n", encoding="utf-8")
    empty = run("check", "vide.yaml")
    assert "error[PAR003] the file is empty" in empty.out
    assert "note:" not in empty.out
    (project / "coupe.json").write_text('{"a": ', encoding="utf-8")
    cut = run("check", "coupe.json")
    assert "error[PAR021] the file ends inside the `{`" in cut.out
    assert "help: mend what else is reported of it" in cut.out
    assert b"--stdin-filename sms.csv" in shell("bascule check - < sms/rdv.csv").stdout


def test_standard_input_is_read_once_and_its_name_needs_it(project: Path, run: Run) -> None:
    result = shell("bascule check - - --stdin-filename a.csv --format concise < sms/rdv.csv")
    assert result.returncode == 1
    assert b"PAR003" not in result.stdout
    assert "--stdin-filename goes with `-`" in run("check", "sms", "--stdin-filename", "a.csv").err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--select", ""], "--select names no code"),
        (["--severity", "TPL020=warn"], "Did you mean 'TPL020=warning'?"),
        (["--severity", "TPL020=off"], "write --ignore TPL020"),
        (["--severity", "TPL020:error"], "Did you mean 'TPL020=error'?"),
        (["--format", "JSON"], "Did you mean 'json'?"),
        (["--format", "json:a.json", "--format", "sarif:./a.json"], "two formats cannot go to one file"),
        (["--format", "json:sms/rdv.csv"], "the check reads that file"),
        (["--format", "json:sms/rdv.csv/x.json"], "'sms/rdv.csv' is a file, not a folder"),
    ],
)
def test_slips_of_the_hand_are_told_with_what_to_write(
    run: Run, project: Path, arguments: list[str], said: str
) -> None:
    result = run("check", "sms", *arguments)
    assert result.code == 2
    assert said in " ".join(result.err.split())
    assert (project / "sms" / "rdv.csv").read_text(encoding="utf-8") == CSV


def test_severities_are_read_in_any_case(run: Run, project: Path) -> None:
    assert run("check", "sms", "--severity", "tpl020=INFO", "--select", "TPL020").code == 0


def test_a_dash_is_standard_output(run: Run, project: Path) -> None:
    wanted = run("check", "sms", "--format", "concise").out
    assert wanted
    assert run("check", "sms", "--format", "concise:-").out == wanted
    assert run("check", "sms", "--format", "concise", "--output-file", "-").out == wanted
    assert not (project / "-").exists()


def test_reports_are_no_input_of_the_run_that_writes_them(run: Run, project: Path) -> None:
    formats = ["--format", "text:sms/t.txt", "--format", "github:sms/g.txt", "--format", "json:sms/j.json"]
    formats += ["--format", "sarif:sms/s.json", "--format", "gitlab:sms/gl.json", "--format", "junit:sms/j.xml"]
    formats += ["--format", "concise"]
    first = run("check", "sms", *formats)
    assert run("check", "sms", *formats) == first
    result = shell("bascule check sms --format github > sms/h.txt; bascule check sms --format github > sms/h.txt")
    assert result.returncode == 1
    assert b"h.txt" not in (project / "sms" / "h.txt").read_bytes()


def test_a_text_that_nodes_share_is_told_once(run: Run, project: Path) -> None:
    (project / "f.yaml").write_text(
        "bascule: 1\nlocale: fr\nflows:\n  rdv:\n    entries: [{api: rdv}]\n    nodes:\n"
        '      a: {say: &t "Bonjour, votre rendez-vous est demain à {heure}", then: b}\n'
        "      b: {say: *t, then: end}\n",
        encoding="utf-8",
    )
    result = run("check", "f.yaml", "--select", "TPL020", "--format", "concise")
    assert len(result.out.splitlines()) == 1
    assert result.code == 1


def test_the_summary_says_what_was_left_out_and_what_can_be_mended(run: Run, project: Path) -> None:
    (project / "sms" / "notes.md").write_text("# rien\n", encoding="utf-8")
    out = run("check", "sms").out
    assert "(1 file not read as scenarios)" in out
    assert "can be mended with --fix --unsafe-fixes\n" in out
    assert "--statistics" not in out
    rows = "".join(f'rdv{n},"Bonjour, votre rendez-vous numéro {n} est à [heure]"\n' for n in range(60))
    (project / "sms" / "rdv.csv").write_text(f"id,texte\n{rows}", encoding="utf-8")
    assert "--statistics counts them by code" in run("check", "sms").out


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True),
    ],
)
def test_colour_follows_the_environment(
    environment: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch, project: Path
) -> None:
    for name in ("FORCE_COLOR", "NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with open(os.devnull, "w", encoding="utf-8") as stream:
        assert use_colour("auto", stream) is coloured
        assert use_colour("always", stream)
        assert not use_colour("never", stream)


def test_colours_are_kept_where_they_are_asked_for(run: Run, project: Path) -> None:
    assert "\x1b[" in run("inspect", "nope.csv", "--color", "always").err
    assert "\x1b[" not in run("inspect", "nope.csv").err


def test_a_beginning_of_a_code_lists_its_codes(run: Run) -> None:
    listed = run("explain", "tpl02").out.splitlines()
    assert [line[:6] for line in listed] == ["TPL020", "TPL021", "TPL022", "TPL023", "TPL024", "TPL025", "TPL026"]
    assert run("explain", "TPL02", "TPL020").out.count("\n## Why\n") == 7
    assert run("explain", "TPL999").code == 2

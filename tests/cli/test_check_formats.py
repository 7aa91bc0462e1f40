"""check: formats, files, statistics, exit codes, standard input, completion of the shell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner
from defusedxml import ElementTree
from jsonschema import Draft202012Validator

from bascule.cli import cli
from bascule.diagnostics.renderers import FORMATS
from bascule.resources import read_text
from tests.cli.conftest import Run
from tests.diagnostics.sarif_subset import SARIF

CSV = 'id,texte\nrdv,"Bonjour [nom], votre rendez-vous est à [heure]"\nfin,"Merci [nom]."\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with one file that has an error (TPL020) and warnings."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sms").mkdir()
    (tmp_path / "sms" / "rdv.csv").write_text(CSV, encoding="utf-8")
    return tmp_path


def test_the_command_knows_the_formats_of_the_registry() -> None:
    from bascule.cli import check_command

    assert tuple(FORMATS) == check_command._FORMATS


def test_text_to_the_terminal_and_reports_to_files_in_one_run(run: Run, project: Path) -> None:
    arguments = [f"--format={name}:reports/{name}.out" for name in FORMATS if name != "text"]
    result = run("check", "sms", "--format", "text", *arguments)
    assert result.code == 1
    assert "error[TPL020]" in result.out
    assert result.out == run("check", "sms").out
    written = {path.stem: path.read_bytes() for path in (project / "reports").iterdir()}
    assert sorted(written) == sorted(set(FORMATS) - {"text"})
    assert all(b"\r" not in data for data in written.values())
    Draft202012Validator(SARIF).validate(json.loads(written["sarif"]))
    assert ElementTree.fromstring(written["junit"].decode()).get("failures") == "1"
    assert b"sms/rdv.csv" in written["checkstyle"]
    assert json.loads(written["gitlab"])[0]["location"]["path"] == "sms/rdv.csv"
    assert written["github"].startswith(b"::error file=sms/rdv.csv,line=2,")
    again = run("check", "sms", *arguments)
    assert again.out == ""
    assert again.code == 1
    assert written == {path.stem: path.read_bytes() for path in (project / "reports").iterdir()}


def test_the_output_file_takes_the_format_without_one(run: Run, project: Path) -> None:
    assert run("check", "sms", "--format", "sarif", "--output-file", "a/out.sarif").out == ""
    assert json.loads((project / "a/out.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert run("check", "sms", "--output-file", "out.txt", "--color", "always").out == ""
    assert "\x1b[" in (project / "out.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "sarif", "--format", "text"], "sarif and text cannot both go to standard output"),
        (["--format", "sarif:a", "--format", "junit:a"], "two formats cannot go to one file"),
        (["--format", "sarif:a", "--output-file", "b"], "has a file already"),
        (["--format", "sarfi"], "Did you mean 'sarif'?"),
        (["--format", "sarif:"], "names no file"),
        (["--statistics", "--format", "sarif"], "text and json only"),
        (["--select", "TLP"], "did you mean"),
        (["--ignore", "TPL02O"], "did you mean `TPL020`?"),
        (["--severity", "TPL020"], "is not CODE=error"),
        (["--severity", "TPL020=fatal"], "is not CODE=error"),
        (["--severity", "PAR021=info"], "stays an error"),
        (["--config", "a.toml", "--isolated"], "exclude each other"),
        (["--baseline", "a.json", "--no-baseline"], "exclude each other"),
        (["--fail-on", "fatal"], "fatal"),
    ],
)
def test_bad_usage_ends_with_2_and_says_what_to_write(run: Run, project: Path, arguments: list[str], said: str) -> None:
    result = run("check", "sms", *arguments)
    assert result.code == 2
    assert said in " ".join(result.err.split())
    assert result.out == ""


def test_a_file_that_cannot_be_written_ends_with_2(run: Run, project: Path) -> None:
    (project / "file").write_text("")
    result = run("check", "sms", "--format", "sarif:file/out.sarif")
    assert result.code == 2
    assert "cannot write 'file/out.sarif'" in result.err


def test_selection_and_severities(run: Run, project: Path) -> None:
    def codes(*arguments: str) -> set[str]:
        data = json.loads(run("check", "sms", "--format", "json", *arguments).out)
        return {finding["code"] for finding in data["findings"]}

    everything = codes()
    assert {"TPL020", "TPL021", "WIN013"} <= everything
    assert codes("--select", "TPL02,WIN") == {code for code in everything if code.startswith(("TPL02", "WIN"))}
    assert codes("--select", "variable-at-edge") == {"TPL020"}
    assert codes("--ignore", "TPL") == {code for code in everything if not code.startswith("TPL")}
    assert codes("--ignore", "ALL", "--extend-select", "TPL020") == {"TPL020"}
    assert codes("--select", "TPL", "--ignore", "TPL020") == {code for code in everything if code.startswith("TPL")} - {
        "TPL020"
    }
    assert codes("--select", "TPL020", "--ignore", "TPL") == {"TPL020"}


def test_exit_codes_follow_the_severities(run: Run, project: Path) -> None:
    assert run("check", "sms").code == 1
    assert run("check", "sms", "--severity", "TPL020=warning").code == 0
    assert run("check", "sms", "--severity", "TPL020=info,TPL021=error").code == 1
    assert run("check", "sms", "--ignore", "TPL020").code == 0
    assert run("check", "sms", "--ignore", "TPL020", "--fail-on", "warning").code == 1
    assert run("check", "sms", "--fail-on", "never").code == 0
    assert "warning[TPL020]" in run("check", "sms", "--severity", "TPL=warning").out


def test_what_could_not_be_read_is_reported_whatever_is_selected(run: Run, project: Path) -> None:
    (project / "sms" / "coupé.json").write_text('{"states": [{"name": "Trigger", "type": "trigger"', encoding="utf-8")
    result = run(
        "check",
        "sms/coupé.json",
        "--select",
        "WIN",
        "--ignore",
        "PAR021",
        "--severity",
        "PAR=info",
        "--fail-on",
        "never",
    )
    assert result.code == 2
    assert "error[PAR021]" in result.out


def test_statistics_as_a_table_and_as_json(run: Run, project: Path) -> None:
    lines = run("check", "sms", "--statistics").out.splitlines()
    assert any(line.split()[:3] == ["1", "TPL020", "error"] for line in lines)
    data = json.loads(run("check", "sms", "--statistics", "--format", "json").out)
    assert [entry["count"] for entry in data] == sorted((entry["count"] for entry in data), reverse=True)
    assert len(lines) == len(data)


def test_json_counts_what_is_suppressed(run: Run, project: Path) -> None:
    (project / "bascule.toml").write_text(
        '[[overrides]]\nfile = "sms/rdv.csv"\ncodes = ["TPL020"]\nreason = "accepté"\n', encoding="utf-8"
    )
    data = json.loads(run("check", "sms", "--format", "json").out)
    Draft202012Validator(json.loads(read_text("schemas", "findings.schema.json"))).validate(data)
    assert data["summary"]["suppressed"] == 1
    assert "(1 suppressed)" in run("check", "sms").out


def test_paths_of_other_folders_do_not_reach_reports(run: Run, project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "ailleurs"
    elsewhere.mkdir()
    os.chdir(elsewhere)
    for name in ("sarif", "github", "gitlab", "junit", "checkstyle"):
        text = run("check", tmp_path / "sms", "--format", name).out
        assert tmp_path.as_posix() not in text, name
        assert "rdv.csv" in text


def test_a_file_name_that_is_no_utf_8_does_not_break_any_format(project: Path) -> None:
    name = b"sms/rdv-\xe9.csv"
    Path(os.fsdecode(name)).write_text(CSV, encoding="utf-8")
    for kind in ("text", "sarif", "junit"):
        result = subprocess.run(
            [sys.executable, "-m", "bascule", "check", name, "--format", kind], capture_output=True, check=False
        )
        assert result.returncode == 1, result.stderr
        result.stdout.decode("utf-8")


def test_standard_input_in_every_format() -> None:
    for kind in ("text", "sarif", "junit"):
        result = subprocess.run(
            [
                sys.executable,
                "-m",
                "bascule",
                "check",
                "-",
                "--stdin-filename",
                "sms/rdv.csv",
                "--isolated",
                "--format",
                kind,
            ],
            input=CSV.encode(),
            capture_output=True,
            check=False,
        )
        assert result.returncode == 1, result.stderr
        assert b"rdv.csv" in result.stdout
        assert not result.stderr


def test_click_runs_it_in_process_too(project: Path) -> None:
    from bascule.cli import cli

    result = CliRunner().invoke(cli, ["check", "sms", "--format", "concise"], standalone_mode=False)
    assert result.exception is None
    assert result.return_value == 1
    assert "sms/rdv.csv:2:" in result.output


def complete(words: str, shell: str = "bash") -> list[str]:
    environment = {
        **os.environ,
        "_BASCULE_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    code = "import sys; sys.argv[0] = 'bascule'; from bascule.cli import main; main()"
    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert not result.stderr
    return [line.split(",", 1)[1] for line in result.stdout.splitlines()]


def test_the_shell_completes_commands_options_formats_and_codes() -> None:
    assert complete("bascule ch") == ["check"]
    assert complete("bascule baseline ") == ["prune", "write"]
    assert "--select" in complete("bascule check --s")
    assert complete("bascule check --format s") == ["sarif"]
    assert complete("bascule check --fail-on w") == ["warning"]
    assert {"TPL020", "TPL021"} <= set(complete("bascule check --select TPL02"))
    assert "WIN,TPL020" in complete("bascule check --select WIN,TPL020")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("check --severity TPL020=w", "TPL020=warning"),
        ("check --select variable-at", "variable-at-edge"),
        ("check --from twi", "twilio-studio"),
        ("check --placeholder brack", "bracket"),
        ("explain variable-at", "variable-at-edge"),
        ("compile --to meta,typ", "meta,typebot"),
        ("formats d36", "d360"),
    ],
)
def test_what_the_shell_offers(words: str, wanted: str) -> None:
    *before, last = words.split()
    offered = ShellComplete(cli, {}, "bascule", "_BASCULE_COMPLETE").get_completions(before, last)
    assert [item.value for item in offered] == [wanted]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_of_each_shell(shell: str) -> None:
    environment = {**os.environ, "_BASCULE_COMPLETE": f"{shell}_source"}
    code = "import sys; sys.argv[0] = 'bascule'; from bascule.cli import main; main()"
    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert "_BASCULE_COMPLETE" in result.stdout


def test_neither_the_version_nor_help_imports_what_reads_files() -> None:
    code = (
        "import sys\nfrom bascule.cli import main\n"
        "try: main(['check', '--help'])\nexcept SystemExit: pass\n"
        "print(sorted(set(sys.modules) & {'tomllib', 'bascule.parsers', 'bascule.settings', 'bascule.loading', 'networkx'}))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"

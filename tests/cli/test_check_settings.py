"""check with a configuration: discovery, precedence, suppressions, per-file overrides, what is never hidden."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bascule.settings.schema import CONFIG
from bascule.settings.toml_document import TomlDocument
from tests.cli.conftest import Run

CSV = 'id,texte\nrdv,"Bonjour [nom], votre rendez-vous est à [heure]"\n'
SCENARIO = """bascule: 1
locale: fr
flows:
  rdv:
    entries: [{api: rdv}]
    nodes:
      a: {say: "Bonjour {nom}, votre rendez-vous est à {heure}", then: b}
      b: {say: "Merci et à bientôt {nom}"}
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "flows" / "sms" / "rdv.csv", CSV)
    write(tmp_path / "flows" / "rdv.yaml", SCENARIO)
    return tmp_path


def findings(run: Run, *arguments: object) -> list[dict[str, Any]]:
    result = run("check", *arguments, "--format", "json")
    found: list[dict[str, Any]] = json.loads(result.out)["findings"]
    return found


def codes(run: Run, *arguments: object) -> list[str]:
    return [item["code"] for item in findings(run, *arguments)]


def test_the_nearest_configuration_above_the_first_source_holds(run: Run, project: Path) -> None:
    write(project / "bascule.toml", 'select = ["TPL020"]\n')
    assert set(codes(run, "flows/sms/rdv.csv")) == {"TPL020"}
    write(project / "flows" / "pyproject.toml", '[tool.bascule]\nselect = ["WIN013"]\n')
    assert set(codes(run, "flows/sms/rdv.csv")) == {"WIN013"}
    write(project / "flows" / "sms" / "pyproject.toml", '[tool.other]\nselect = ["LOS"]\n')
    assert set(codes(run, "flows/sms/rdv.csv")) == {"WIN013"}
    write(project / "flows" / "bascule.toml", 'select = ["VAR"]\n')
    assert set(codes(run, "flows/sms/rdv.csv")) == {"VAR010"}
    assert set(codes(run, "flows/sms/rdv.csv", "--config", "bascule.toml")) == {"TPL020"}
    assert len(set(codes(run, "flows/sms/rdv.csv", "--isolated"))) > 2


def test_standard_input_uses_the_configuration_of_its_name(project: Path) -> None:
    write(project / "flows" / "bascule.toml", 'select = ["TPL020"]\n')

    def run(name: str) -> bytes:
        command = [sys.executable, "-m", "bascule", "check", "-", "--stdin-filename", name, "--format", "concise"]
        return subprocess.run(command, input=CSV.encode(), capture_output=True, check=False).stdout

    assert run("flows/sms/neuf.csv").count(b"\n") == 1
    assert run("neuf.csv").count(b"\n") > 1


def test_the_command_line_wins_over_the_configuration(run: Run, project: Path) -> None:
    write(project / "bascule.toml", 'select = ["TPL"]\nfail-on = "never"\n[severity]\nTPL020 = "info"\n')
    assert run("check", "flows").code == 0
    assert run("check", "flows", "--severity", "TPL020=error", "--fail-on", "error").code == 1
    assert run("check", "flows", "--fail-on", "info").code == 1
    assert set(codes(run, "flows", "--select", "WIN")) == {"WIN013"}


def test_sources_of_the_configuration(run: Run, project: Path) -> None:
    write(project / "bascule.toml", 'sources = ["flows/sms"]\n')
    assert {item["file"] for item in findings(run)} == {"flows/sms/rdv.csv"}
    assert run("inspect").out.count("rdv.csv") >= 1
    (project / "bascule.toml").unlink()
    result = run("check")
    assert result.code == 2
    assert "Missing argument" in result.err


def test_excluded_files_are_left_out_of_folders_only(run: Run, project: Path) -> None:
    write(project / "bascule.toml", 'exclude = "flows/sms"\n')
    assert {item["file"] for item in findings(run, "flows")} == {"flows/rdv.yaml"}
    assert {item["file"] for item in findings(run, "flows/sms/rdv.csv")} == {"flows/sms/rdv.csv"}
    skipped = {
        file["path"]: file["reason"] for file in json.loads(run("inspect", "flows", "--format", "json").out)["files"]
    }
    assert skipped["flows/sms/rdv.csv"] == "left out by the configuration"


def test_per_file_overrides_by_pattern(run: Run, project: Path) -> None:
    write(
        project / "bascule.toml",
        'select = ["TPL02", "WIN"]\n'
        '[[per-file-overrides]]\nfiles = "*.csv"\nignore = "WIN"\nseverity = {TPL020 = "warning"}\n'
        '[[per-file-overrides]]\nfiles = ["flows/*.yaml"]\nignore = "ALL"\nextend-select = "WIN013"\n',
    )
    found = {(item["file"], item["code"], item["severity"]) for item in findings(run, "flows")}
    assert ("flows/sms/rdv.csv", "TPL020", "warning") in found
    assert {code for file, code, _ in found if file == "flows/rdv.yaml"} == {"WIN013"}
    assert not any(code == "WIN013" for file, code, _ in found if file.endswith(".csv"))
    forced = {
        item["severity"] for item in findings(run, "flows", "--severity", "TPL020=info") if item["code"] == "TPL020"
    }
    assert forced == {"info"}


def test_a_broken_configuration_is_told_with_its_place_and_nothing_is_checked(run: Run, project: Path) -> None:
    write(project / "bascule.toml", 'select = ["TPL"]\n[projet]\nlocale = "fr"\n')
    for command in ("check", "inspect", "fmt"):
        result = run(command, "flows")
        assert result.code == 2, command
        assert "bascule.toml:2:1" in result.out + result.err
        assert "`project`" in result.out + result.err
    assert run("compile", "flows", "-o", "out").code == 2
    assert not (project / "out").exists()
    sarif = json.loads(run("check", "flows", "--format", "sarif").out)["runs"][0]
    assert [item["ruleId"] for item in sarif["results"]] == ["CFG003"]
    assert sarif["invocations"] == [{"executionSuccessful": False}]
    assert run("check", "flows", "--select", "WIN", "--fail-on", "never").code == 2


@pytest.mark.parametrize(
    "text", ["\xff", "[" * 100_000, "a = 1\na = 2", "x" * 2_000_000], ids=["bytes", "deep", "twice", "large"]
)
def test_no_configuration_file_breaks_a_command(run: Run, project: Path, text: str) -> None:
    (project / "bascule.toml").write_bytes(text.encode("latin-1"))
    result = run("check", "flows")
    assert result.code == 2
    assert "Traceback" not in result.err
    assert "error[CFG00" in result.out


def test_a_missing_configuration_is_an_error(run: Run, project: Path) -> None:
    result = run("check", "flows", "--config", "rien.toml")
    assert result.code == 2
    assert "error[CFG001]" in result.out
    assert "rien.toml" in result.out


def test_a_comment_with_a_reason_suppresses_on_its_line_and_below(run: Run, project: Path) -> None:
    before = codes(run, "flows/rdv.yaml", "--select", "TPL020,CFG")
    assert before == ["TPL020", "TPL020"]
    text = SCENARIO.replace("      a:", "      # bascule: ignore[TPL020] accepté en revue\n      a:")
    text = text.replace('{nom}"}\n', '{nom}"}  # bascule: ignore[variable-at-edge] formule imposée\n')
    write(project / "flows" / "rdv.yaml", text)
    assert codes(run, "flows/rdv.yaml", "--select", "TPL020,CFG") == []
    assert run("check", "flows/rdv.yaml").code == 0
    results = json.loads(run("check", "flows/rdv.yaml", "--format", "sarif").out)["runs"][0]["results"]
    said = [item["suppressions"][0] for item in results if "suppressions" in item]
    assert [item["justification"] for item in said] == ["accepté en revue", "formule imposée"]
    assert {item["kind"] for item in said} == {"inSource"}
    assert said[0]["location"]["physicalLocation"]["region"]["startLine"] == 7


def test_without_a_reason_nothing_is_suppressed(run: Run, project: Path) -> None:
    write(project / "flows" / "rdv.yaml", "# bascule: ignore-file[TPL020]\n" + SCENARIO)
    assert codes(run, "flows/rdv.yaml", "--select", "TPL020,CFG") == ["CFG010", "TPL020", "TPL020"]


def test_a_suppression_that_nothing_needs_is_a_finding_unless_its_code_is_off(run: Run, project: Path) -> None:
    text = "# bascule: ignore-file[TPL020, WIN010] accepté\n" + SCENARIO
    write(project / "flows" / "rdv.yaml", text)
    (finding,) = findings(run, "flows/rdv.yaml", "--select", "TPL020,WIN,CFG", "--ignore", "WIN013")
    assert (finding["code"], finding["line"], finding["column"]) == ("CFG011", 1, 32)
    assert "`WIN010`" in finding["message"]
    assert codes(run, "flows/rdv.yaml", "--select", "TPL020,CFG") == []
    assert codes(run, "flows/rdv.yaml", "--select", "TPL020,WIN", "--ignore", "WIN013") == []


def test_a_suppression_on_the_wrong_line_is_told_the_right_one_and_is_not_taken_out(run: Run, project: Path) -> None:
    text = """\
bascule: 1
locale: fr
flows:
  rdv:
    entries: [{api: rdv}]
    nodes:
      # bascule: ignore[TPL020] accepté en 2026
      a:
        then: end
        say: "Votre rendez-vous du lundi est à {heure}"
"""
    path = write(project / "flows" / "rdv.yaml", text)
    found = findings(run, "flows/rdv.yaml", "--select", "TPL020,CFG")
    assert [item["code"] for item in found] == ["CFG011", "TPL020"]
    assert found[0]["help"] == "the nearest is on line 10: move the comment to it or above it"
    run("check", "flows/rdv.yaml", "--fix")
    assert path.read_text(encoding="utf-8") == text
    moved = text.replace("      # bascule: ignore[TPL020] accepté en 2026\n", "")
    write(path, moved.replace("        say", "        # bascule: ignore[TPL020] accepté en 2026\n        say"))
    assert codes(run, "flows/rdv.yaml", "--select", "TPL020,CFG") == []


def test_configured_sources_that_are_not_there_are_told_where_they_are_named(run: Run, project: Path) -> None:
    write(project / "bascule.toml", 'sources = ["rien"]\n')
    (finding,) = findings(run)
    assert (finding["code"], finding["help"]) == ("PAR001", "check `sources` in bascule.toml")


JSON_FLOW = {
    "bascule": 1,
    "locale": "fr",
    "flows": {
        "rdv": {
            "entries": [{"api": "rdv"}],
            "nodes": {
                "a": {"say": "Votre rendez-vous du lundi est à {heure}", "then": "b"},
                "b": {"say": "Merci et à très bientôt {nom}"},
            },
        }
    },
}


@pytest.fixture
def flow(project: Path) -> Path:
    return write(project / "flows" / "rdv.json", json.dumps(JSON_FLOW, ensure_ascii=False, indent=1))


def override(**keys: object) -> str:
    return "[[overrides]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())


def test_a_pointer_suppresses_what_is_at_it_or_below(run: Run, project: Path, flow: Path) -> None:
    write(
        project / "bascule.toml",
        override(file="flows/*.json", pointer="/flows/rdv/nodes/a", codes=["TPL020"], reason="vu"),
    )
    left = findings(run, "flows/rdv.json", "--select", "TPL020,CFG")
    assert [item["pointer"] for item in left] == ["/flows/rdv/nodes/b/say"]
    write(project / "bascule.toml", override(file="flows/rdv.json", codes=["TPL020"], reason="vu"))
    assert codes(run, "flows/rdv.json", "--select", "TPL020,CFG") == []
    write(
        project / "bascule.toml",
        override(file="flows/rdv.json", pointer="/flows/rdv/nod", codes=["TPL020"], reason="vu"),
    )
    assert codes(run, "flows/rdv.json", "--select", "TPL020,CFG") == ["CFG011", "TPL020", "TPL020"]


def test_an_unused_override_is_told_where_it_stands_and_only_when_all_its_files_were_read(
    run: Run, project: Path, flow: Path
) -> None:
    write(project / "bascule.toml", override(file="flows/*.json", codes=["TPL020", "WIN010"], reason="vu"))
    assert codes(run, "flows/rdv.json", "--select", "CFG,TPL020,WIN010") == []
    (finding,) = findings(
        run, "flows", "--select", "CFG,TPL020,WIN010", "--ignore", "TPL021", "--config", "bascule.toml"
    )[:1]
    assert finding["code"] == "CFG011"
    assert finding["file"] == "bascule.toml"
    assert (finding["line"], finding["column"]) == (3, 20)
    write(project / "bascule.toml", override(file="flows/parti.json", codes=["TPL020"], reason="vu"))
    assert "no file is called" in findings(run, "flows", "--select", "CFG,TPL020")[0]["message"]
    assert codes(run, "flows/rdv.json", "--select", "CFG,TPL020") == ["TPL020", "TPL020"]


def test_what_cannot_be_read_cannot_be_suppressed(run: Run, project: Path) -> None:
    write(project / "flows" / "coupé.json", '{"states": [{"name": "Trigger", "type": "trigger"')
    write(
        project / "bascule.toml",
        override(file="flows/coupé.json", codes=["PAR021"], reason="on sait") + '[severity]\nPAR = "info"\n',
    )
    result = run("check", "flows/coupé.json")
    assert result.code == 2
    assert "error[PAR021]" in result.out
    assert "warning[CFG014]" in result.out


def test_compile_uses_the_same_settings(run: Run, project: Path) -> None:
    assert run("compile", "flows", "-o", "a").code == 1
    write(project / "bascule.toml", 'ignore = ["TPL020"]\n')
    result = run("compile", "flows", "-o", "b")
    assert result.code == 0, result.err
    assert "TPL020" not in result.err
    write(project / "bascule.toml", 'fail-on = "never"\n')
    assert run("compile", "flows", "-o", "c").code == 0
    assert run("compile", "flows", "-o", "d", "--fail-on", "error").code == 1


def test_facts_of_the_company_reach_the_templates(run: Run, project: Path) -> None:
    write(
        project / "x.csv",
        'id,texte\na,"Bonjour, la commande [numero] vous attend chez [entreprise] dès demain matin."\n',
    )
    write(
        project / "bascule.toml",
        'ignore = ["TPL"]\n[project]\nbusiness = "Boutique Awa"\nlanguages = ["fr"]\nsamples = {numero = "A-1"}\n',
    )
    result = run("compile", "x.csv", "-o", "out")
    assert result.code == 0, result.err
    body = json.loads((project / "out/meta/templates/a.fr.json").read_text(encoding="utf-8"))
    (samples,) = body["components"][0]["example"]["body_text"]
    assert samples[0] == "A-1"
    assert samples[1] == "Boutique Awa"


def test_show_settings_prints_what_could_stand_in_a_configuration(run: Run, project: Path) -> None:
    text = (
        'ignore = ["LOC", "TPL021"]\nexclude = "old/**"\nfail-on = "warning"\nbaseline = "known.json"\n'
        '[severity]\nTPL = "info"\n[read]\nsheet = "SMS"\n[project]\nbusiness = "Chez \\"Awa\\""\nlocale = "fr"\n'
        '[project.samples]\nnom = {fr = "Awa"}\n"order.id" = "A-1"\n'
        '[[per-file-overrides]]\nfiles = "*.csv"\nignore = "LOS"\n'
        '[[overrides]]\nfile = "a.json"\npointer = "/x"\ncodes = ["TPL020"]\nreason = "vu"\n'
    )
    write(project / "bascule.toml", text)
    result = run("check", "flows", "--show-settings")
    assert result.code == 0
    document = TomlDocument("f", result.out)
    assert document.problem is None
    assert list(CONFIG.check(document.value, "")) == []
    value = document.value
    assert value["ignore"] == ["LOC", "TPL021"]
    assert value["project"] == {
        "business": 'Chez "Awa"',
        "locale": "fr",
        "samples": {"nom": {"fr": "Awa"}, "order.id": "A-1"},
    }
    assert value["overrides"] == [{"file": "a.json", "pointer": "/x", "codes": ["TPL020"], "reason": "vu"}]
    write(project / "bascule.toml", result.out)
    assert run("check", "flows", "--show-settings").out == result.out
    assert "# layer 2: select" in run("check", "flows", "--show-settings", "--select", "WIN").out
    write(project / "bascule.toml", "x = 1\n")
    assert run("check", "flows", "--show-settings").code == 2

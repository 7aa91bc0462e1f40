"""What CI systems, hooks and readers of the docs run: the examples work as they are written."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bascule.settings.schema import CONFIG
from bascule.settings.toml_document import TomlDocument
from tests.cli.conftest import Run

CSV = 'id,texte\nrdv,"Bonjour [nom], votre rendez-vous est à [heure]"\n'


def block(root: Path, page: str, name: str) -> str:
    text = (root / "docs" / page).read_text(encoding="utf-8")
    (found,) = re.findall(rf"```\w+ {name}\n(.*?)```", text, re.DOTALL)
    return str(found)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "rdv.csv").write_text(CSV, encoding="utf-8")
    return tmp_path


def test_the_configuration_of_the_docs_is_a_good_one(run: Run, root: Path, project: Path) -> None:
    text = block(root, "configuration.md", "config")
    document = TomlDocument("bascule.toml", text)
    assert list(CONFIG.check(document.value, "")) == []
    assert set(document.value) == set(CONFIG.keys) - {"extends", "select", "extend-select"}
    (project / "bascule.toml").write_text(text, encoding="utf-8")
    result = run("check", "flows", "--no-baseline")
    assert result.code == 1
    assert re.findall(r"\[(CFG\d+)\]", result.out) == ["CFG011"]  # here is no file for its override


def test_the_suppressions_of_the_docs_suppress(run: Run, root: Path, project: Path) -> None:
    path = project / "flows" / "rdv.yaml"
    path.write_text(block(root, "configuration.md", "suppressed"), encoding="utf-8")
    data = json.loads(run("check", path, "--format", "json", "--select", "TPL020,WIN013,CFG").out)
    assert data["findings"] == []
    assert data["summary"]["suppressed"] == 3


def test_every_code_of_the_configuration_is_on_its_page(root: Path) -> None:
    from bascule.diagnostics.pages import all_rules

    page = (root / "docs" / "configuration.md").read_text(encoding="utf-8")
    mentioned = set(re.findall(r"CFG\d{3}", page))
    assert {"CFG010", "CFG011", "CFG012", "CFG013", "CFG014", "CFG021"} <= mentioned <= set(all_rules())


def test_every_format_is_on_its_page(root: Path) -> None:
    from bascule.diagnostics.renderers import FORMATS

    page = (root / "docs" / "ci.md").read_text(encoding="utf-8")
    assert [name for name in FORMATS if f"| `{name}` |" not in page] == []


def hooks(root: Path) -> dict[str, dict[str, Any]]:
    found = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return {hook["id"]: hook for hook in found}


def test_the_hook_for_changed_files_passes_over_what_is_no_scenario(run: Run, root: Path, project: Path) -> None:
    hook = hooks(root)["bascule"]
    command, *arguments = shlex.split(hook["entry"])
    assert command == "bascule"
    (project / "package.json").write_text('{"name": "x", "version": "1.0.0"}', encoding="utf-8")
    (project / "bascule.toml").write_text('exclude = "archive/**"\n', encoding="utf-8")
    (project / "archive").mkdir()
    (project / "archive" / "rdv.csv").write_text(CSV, encoding="utf-8")
    changed = ["package.json", "archive/rdv.csv"]
    assert all(re.search(hook["files"], name) for name in changed)
    quiet = run(*arguments, *changed)
    assert quiet.code == 0
    assert quiet.out == "0 files checked: no findings (1 file not read as scenarios)\n"
    assert run(*arguments, *changed, "flows/rdv.csv").code == 1
    assert run(*arguments[1:], "check", "package.json").code == 2
    assert run("check", *changed).code == 2


def test_the_hook_for_the_project_reads_the_configured_sources(run: Run, root: Path, project: Path) -> None:
    hook = hooks(root)["bascule-project"]
    assert hook["pass_filenames"] is False
    (project / "bascule.toml").write_text('sources = ["flows"]\n', encoding="utf-8")
    assert run(*shlex.split(hook["entry"])[1:]).code == 1
    docs = yaml.safe_load(block(root, "ci.md", "hooks"))
    assert {hook["id"] for hook in docs["repos"][0]["hooks"]} == set(hooks(root))


def action(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((root / "action.yml").read_text(encoding="utf-8"))
    return found


def run_action(root: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    (step,) = [step for step in action(root)["runs"]["steps"] if step.get("name") == "Check"]
    environment = {**os.environ, "PYTHON": sys.executable}
    for name, value in step["env"].items():
        key = re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", value)
        assert key is not None
        environment[name] = inputs.get(key.group(1), action(root)["inputs"][key.group(1)]["default"])
    script = 'bascule() { "$PYTHON" -m bascule "$@"; }\n' + step["run"]
    return subprocess.run(["bash", "-e", "-c", script], env=environment, capture_output=True, text=True, check=False)


def test_the_action_annotates_and_writes_sarif(root: Path, project: Path) -> None:
    result = run_action(root, sources="flows", args="--fail-on warning --select TPL02", sarif="out/b.sarif")
    assert result.returncode == 1
    assert result.stdout.startswith("::error file=flows/rdv.csv,line=2,")
    assert json.loads((project / "out" / "b.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"


def test_sources_of_the_action_are_words_or_lines(root: Path, project: Path) -> None:
    (project / "un dossier").mkdir()
    (project / "un dossier" / "rdv.csv").write_text(CSV, encoding="utf-8")
    result = run_action(root, sources="un dossier\nflows\n", args="--select\nTPL020")
    files = {line.split("file=")[1].split(",")[0] for line in result.stdout.splitlines() if "file=" in line}
    assert files == {"un dossier/rdv.csv", "flows/rdv.csv"}
    assert run_action(root, sources="flows flows/rdv.csv", args="--select TPL020").returncode == 1
    assert "Missing argument" in run_action(root).stderr


def test_inputs_of_the_action_are_never_run_as_a_script(root: Path, project: Path) -> None:
    result = run_action(root, sources="$(touch${IFS}pwned) ; touch pwned", args="`touch pwned`")
    assert result.returncode == 2
    assert not (project / "pwned").exists()
    assert "${{" not in "".join(step.get("run", "") for step in action(root)["runs"]["steps"])


def test_the_workflow_of_the_docs_gives_the_action_inputs_it_has(root: Path) -> None:
    workflow = yaml.load(block(root, "ci.md", "workflow"), Loader=yaml.BaseLoader)
    (step,) = [step for step in workflow["jobs"]["bascule"]["steps"] if step["uses"] == "./"]
    assert set(step["with"]) <= set(action(root)["inputs"])


def test_the_gitlab_job_of_the_docs_runs(run: Run, root: Path, project: Path) -> None:
    job = yaml.safe_load(block(root, "ci.md", "gitlab"))["bascule"]
    (line,) = [line for line in job["script"] if line.startswith("bascule ")]
    assert run(*shlex.split(line)[1:]).code == 1
    for name in job["artifacts"]["reports"].values():
        assert (project / name).stat().st_size > 100

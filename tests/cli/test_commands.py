"""check, inspect, explain, formats, fmt: streams, exit codes, bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bascule import __version__
from bascule.resources import read_text
from tests.cli.conftest import Run

STUDIO = '{"states": [{"name": "Trigger", "type": "trigger", "transitions": [{"event": "incomingMessage", "next": "a"}]}, %s], "initial_state": "Trigger"}'


def test_check_json_has_the_published_shape(run: Run, root: Path) -> None:
    result = run("check", root / "fixtures/boutique", "--format", "json")
    data = json.loads(result.out)
    Draft202012Validator(json.loads(read_text("schemas", "findings.schema.json"))).validate(data)
    assert data["summary"]["findings"] == len(data["findings"])
    assert data["summary"]["files"] >= 6
    assert {"code", "severity", "message", "file", "line", "column", "pointer", "labels", "help"} <= set(
        data["findings"][0]
    )


def test_inspect_json_has_the_published_shape(run: Run, root: Path) -> None:
    result = run("inspect", root / "fixtures/boutique", "--format", "json")
    assert result.code == 0
    data = json.loads(result.out)
    Draft202012Validator(json.loads(read_text("schemas", "inspect.schema.json"))).validate(data)
    formats = {Path(file["path"]).name: file["format"] for file in data["files"]}
    assert formats == {
        "bienvenue.json": "scenario",
        "notifications.csv": "sms",
        "promotions.csv": "sms",
        "rendez-vous.csv": "sms",
        "securite.json": "sms",
        "suivi_commande.json": "twilio-studio",
        "support.yaml": "scenario",
    }
    assert data["totals"]["flows"] == 20
    assert data["totals"]["languages"] == ["ar", "en", "fr"]


def test_the_initiators_of_a_studio_trigger(run: Run, root: Path) -> None:
    result = run("inspect", root / "fixtures/boutique/suivi_commande.json", "--format", "json")
    (flow,) = json.loads(result.out)["files"][0]["flows"]
    assert [(entry["kind"], entry["initiator"]) for entry in flow["entries"]] == [
        ("any_message", "user"),
        ("api", "business"),
    ]


BAD = {
    "truncated.json": b'{"states": [{"name": "Trigger", "type": "trigger"',
    "empty.json": b"",
    "not_studio.json": b'{"states": {"a": 1}, "initial": "a"}',
    "bomb.yaml": b"a: &a [x,x]\nb: [*a,*a]\n" * 1,
    "deep.json": b"[" * 100000,
    "renamed.xlsx": b"id;texte\n1;Bonjour\n",
    "binary.csv": b"\x00\x01\x02" * 50,
    "utf16.csv": "id,texte\na,Bonjour à tous\n".encode("utf-16-le"),
    "liquid.json": (
        STUDIO % '{"name": "a", "type": "send-message", "transitions": [], "properties": {"body": "x {% if %} y"}}'
    ).encode(),
    "unknown_widget.json": (
        STUDIO % '{"name": "a", "type": "send-pigeon", "transitions": [], "properties": {}}'
    ).encode(),
    "missing_state.json": (
        STUDIO % '{"name": "b", "type": "send-message", "transitions": [], "properties": {"body": "x"}}'
    ).encode(),
    "two_names.json": (
        STUDIO
        % '{"name": "a", "type": "send-message", "transitions": [], "properties": {"body": "x"}}, {"name": "a", "type": "send-message", "transitions": [], "properties": {"body": "y"}}'
    ).encode(),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_input_is_a_finding_with_a_place_and_the_others_go_on(run: Run, tmp_path: Path, name: str) -> None:
    bad = tmp_path / name
    bad.write_bytes(BAD[name])
    good = tmp_path / "good.csv"
    good.write_text("id,texte\na,Votre commande est prête, à demain.\n", encoding="utf-8")
    result = run("check", bad, good, "--format", "json", "--locale", "fr")
    data = json.loads(result.out)
    about = [finding for finding in data["findings"] if finding["file"] == bad.as_posix()]
    assert about, name
    assert all(finding["line"] >= 1 and finding["column"] >= 1 and finding["message"] for finding in about)
    assert data["summary"]["files"] >= 1
    assert "Traceback" not in result.err
    assert result.code in (0, 1, 2)
    out = tmp_path / "out"
    compiled = run("compile", bad, good, "-o", out, "--locale", "fr")
    assert out.exists() == (compiled.code == 0)


@pytest.mark.parametrize("name", ["truncated.json", "empty.json", "renamed.xlsx", "binary.csv", "deep.json"])
def test_unreadable_input_ends_with_2(run: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(BAD[name])
    assert run("check", path).code == 2
    assert run("check", path, "--fail-on", "never").code == 2


def test_a_missing_file_is_a_finding(run: Run, tmp_path: Path) -> None:
    result = run("check", tmp_path / "nothing.json")
    assert result.code == 2
    assert "PAR001" in result.out


def test_a_large_file_is_refused_before_it_is_read(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    result = run("check", path)
    assert result.code == 2
    assert "PAR002" in result.out
    assert "50.0 MiB" in result.out


def test_a_folder_skips_what_is_no_scenario(run: Run, tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "x", "version": "1.0.0", "dependencies": {"a": "^1"}}')
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config.json").write_text("{")
    (tmp_path / "sms.csv").write_text("id,texte\na,Votre commande est prête, à demain.\n", encoding="utf-8")
    result = run("inspect", tmp_path, "--format", "json")
    formats = {Path(file["path"]).name: file["format"] for file in json.loads(result.out)["files"]}
    assert formats == {"package.json": None, "photo.png": None, "sms.csv": "sms"}
    assert result.code == 0
    only = tmp_path / "only"
    only.mkdir()
    (only / "photo.png").write_bytes(b"\x89PNG")
    assert run("inspect", only).code == 2


def test_explain_lists_and_prints_pages(run: Run) -> None:
    listing = run("explain").out
    assert "TPL020" in listing
    assert "PAR021" in listing
    page = run("explain", "tpl020").out
    for heading in ("What it does", "Why", "Example", "Use instead", "Sources"):
        assert f"## {heading}" in page
    assert run("explain", "variable-at-edge").out == page
    result = run("explain", "TPL02O")
    assert result.code == 2
    assert "did you mean `TPL020`?" in result.err
    assert json.loads(run("explain", "TPL020", "--format", "json").out)["sections"]["Why"]


def test_every_rule_page_is_complete() -> None:
    from bascule.diagnostics.pages import all_rules, page_sections

    for code, rule in all_rules().items():
        sections = page_sections(rule)
        assert {"What it does", "Why", "Example", "Use instead", "Sources"} <= set(sections), code
        assert all(sections.values()), code
        assert rule.title(), code


def test_formats_lists_sources_and_targets(run: Run) -> None:
    data = json.loads(run("formats", "--format", "json").out)
    assert {"scenario", "sms", "twilio-studio"} <= {item["name"] for item in data["sources"]}
    assert {"meta"} <= {item["name"] for item in data["targets"]}
    assert "twilio-studio" in run("formats").out


def test_fmt_prints_a_scenario_file_that_compiles_to_the_same_templates(run: Run, root: Path, tmp_path: Path) -> None:
    source = root / "fixtures/boutique/suivi_commande.json"
    printed = run("fmt", source)
    assert printed.code == 0, printed.err
    native = tmp_path / "suivi.yaml"
    native.write_text(printed.out, encoding="utf-8")
    assert run("fmt", native).out == printed.out
    for path, name in ((source, "a"), (native, "b")):
        assert run("compile", path, "-o", tmp_path / name).code == 0
    for kind in ("templates", "messages"):
        first = {
            path.relative_to(tmp_path / "a"): path.read_bytes() for path in (tmp_path / "a/meta" / kind).rglob("*.json")
        }
        second = {
            path.relative_to(tmp_path / "b"): path.read_bytes() for path in (tmp_path / "b/meta" / kind).rglob("*.json")
        }
        assert first == second


def test_standard_input_is_read_under_the_name_given() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "bascule", "inspect", "-", "--stdin-filename", "sms.csv", "--format", "json"],
        input="id,texte\na,Votre commande est prête, à demain.\n".encode(),
        capture_output=True,
        check=True,
    )
    assert json.loads(result.stdout)["files"][0]["path"] == "sms.csv"


def test_version_help_and_bad_usage(run: Run) -> None:
    assert run("--version").out.strip() == f"bascule, version {__version__}"
    assert "Exit codes" in run("--help").out
    for command in ("compile", "check", "inspect", "explain", "formats", "fmt"):
        assert "Usage:" in run(command, "--help").out
    assert run("chek").code == 2
    assert run("check").code == 2


def test_the_version_needs_no_heavy_module() -> None:
    code = "import sys, bascule.cli; print(','.join(sorted(set(sys.modules) & {'yaml','lark','jsonschema','networkx','jinja2'})))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert result.stdout.strip() == ""


def test_an_internal_error_is_exit_70_without_a_traceback(
    run: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import bascule.workspace

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(bascule.workspace, "analyse", broken)
    result = run("check", root / "fixtures/boutique")
    assert result.code == 70
    assert "defect of bascule" in result.err
    assert "Traceback" not in result.err

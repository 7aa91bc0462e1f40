"""Baselines through the command line: known findings are quiet, new ones fail, mended ones are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

FLOW = {
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


def save(path: Path, flow: object, indent: int = 1) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(flow, ensure_ascii=False, indent=indent), encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "flows" / "rdv.json", FLOW)
    return tmp_path


def known(project: Path, name: str = "known.json") -> dict[tuple[str, str, str], int]:
    data = json.loads((project / name).read_text(encoding="utf-8"))
    return {(item["file"], item["path"], item["code"]): item["count"] for item in data["findings"]}


def test_what_is_known_is_quiet_and_what_is_new_fails(run: Run, project: Path) -> None:
    assert run("check", "flows").code == 1
    written = run("baseline", "write", "flows", "-o", "known.json")
    assert written.code == 0
    assert written.out.startswith("known.json: ")
    assert known(project)["flows/rdv.json", "/flows/rdv/nodes/b/say", "TPL020"] == 1
    result = run("check", "flows", "--baseline", "known.json", "--fail-on", "info")
    assert result.code == 0
    assert "no findings" in result.out
    changed = json.loads(json.dumps(FLOW))
    changed["flows"]["rdv"]["nodes"]["b"]["then"] = "c"
    changed["flows"]["rdv"]["nodes"]["c"] = {"say": "{nom}, votre commande est prête à la boutique."}
    save(project / "flows" / "rdv.json", changed)
    result = run("check", "flows", "--baseline", "known.json", "--select", "TPL020", "--format", "json")
    assert result.code == 1
    assert [item["pointer"] for item in json.loads(result.out)["findings"]] == ["/flows/rdv/nodes/c/say"]


def test_moving_lines_and_adding_entries_before_changes_nothing(run: Run, project: Path) -> None:
    run("baseline", "write", "flows", "-o", "known.json")
    moved = {"bascule": 1, "locale": "fr", "facts": {"note": "x\n" * 3}, "flows": FLOW["flows"]}
    save(project / "flows" / "rdv.json", moved, indent=6)
    assert run("check", "flows", "--baseline", "known.json", "--fail-on", "info").code == 0


def test_a_row_put_before_changes_nothing(run: Run, project: Path) -> None:
    rows = 'id,texte\nrdv,"Votre rendez-vous est à [heure]"\n'
    path = project / "sms.csv"
    path.write_text(rows, encoding="utf-8")
    run("baseline", "write", "sms.csv", "-o", "known.json")
    assert run("check", "sms.csv", "--select", "TPL").code == 1
    path.write_text(rows.replace("rdv,", 'bienvenue,"Bonjour et bienvenue chez nous."\nrdv,'), encoding="utf-8")
    assert run("check", "sms.csv", "--baseline", "known.json", "--select", "TPL").code == 0


def test_a_mended_finding_is_told_and_leaves_with_prune(run: Run, project: Path) -> None:
    run("baseline", "write", "flows", "-o", "known.json")
    mended = json.loads(json.dumps(FLOW).replace("bient\\u00f4t {nom}", "bient\\u00f4t {nom}, votre boutique"))
    save(project / "flows" / "rdv.json", mended)
    result = run("check", "flows", "--baseline", "known.json", "--select", "TPL020,CFG", "--format", "json")
    stale = [item for item in json.loads(result.out)["findings"] if item["code"] == "CFG021"]
    assert [(item["file"], item["line"] > 1) for item in stale if "TPL020" in item["message"]] == [("known.json", True)]
    assert result.code == 0
    dry = run("baseline", "prune", "flows", "--baseline", "known.json", "--check")
    assert dry.code == 1
    assert "would be taken out" in dry.out
    before = known(project)
    assert ("flows/rdv.json", "/flows/rdv/nodes/b/say", "TPL020") in before
    pruned = run("baseline", "prune", "flows", "--baseline", "known.json")
    assert pruned.code == 0
    after = known(project)
    assert ("flows/rdv.json", "/flows/rdv/nodes/b/say", "TPL020") not in after
    assert set(after) < set(before)
    assert run("baseline", "prune", "flows", "--baseline", "known.json", "--check").code == 0
    assert "CFG021" not in run("check", "flows", "--baseline", "known.json").out


def test_prune_never_adds_and_keeps_files_that_were_not_read(run: Run, project: Path) -> None:
    save(project / "flows" / "autre.json", json.loads(json.dumps(FLOW).replace('"rdv"', '"autre"')))
    run("baseline", "write", "flows", "-o", "known.json")
    before = known(project)
    run("baseline", "prune", "flows/rdv.json", "--baseline", "known.json")
    assert {key for key in before if "autre" in key[0]} <= set(known(project))
    (project / "flows" / "autre.json").unlink()
    run("baseline", "prune", "flows", "--baseline", "known.json")
    assert not [key for key in known(project) if "autre" in key[0]]


def test_the_baseline_reads_the_same_from_any_folder(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("baseline", "write", "flows", "-o", "ci/known.json")
    assert {key[0] for key in known(project, "ci/known.json")} == {"../flows/rdv.json"}
    for folder, source, baseline in (
        (".", "flows/rdv.json", "ci/known.json"),
        ("flows", ".", "../ci/known.json"),
        ("ci", project / "flows", "known.json"),
    ):
        monkeypatch.chdir(project / folder)
        assert run("check", source, "--baseline", baseline).code == 0


def test_the_configured_baseline_is_used_written_and_left_out_of_folders(run: Run, project: Path) -> None:
    (project / "bascule.toml").write_text('baseline = "flows/known.json"\n', encoding="utf-8")
    missing = run("check", "flows")
    assert missing.code == 2
    assert "error[CFG020]" in missing.out
    assert run("baseline", "write", "flows").code == 0
    first = (project / "flows" / "known.json").read_bytes()
    assert run("baseline", "write", "flows").code == 0
    assert (project / "flows" / "known.json").read_bytes() == first
    assert run("check", "flows").code == 0
    assert run("check", "flows", "--no-baseline").code == 1
    assert run("baseline", "prune", "flows").code == 0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"bascule-baseline": 9, "findings": []}', "\udcff"])
def test_a_broken_baseline_ends_with_2_and_is_not_overwritten(run: Run, project: Path, text: str) -> None:
    data = text.encode("utf-8", "surrogateescape")
    (project / "known.json").write_bytes(data)
    result = run("check", "flows", "--baseline", "known.json")
    assert result.code == 2
    assert "error[CFG020]" in result.out
    assert run("baseline", "prune", "flows", "--baseline", "known.json").code == 2
    assert (project / "known.json").read_bytes() == data


def test_what_cannot_be_read_is_never_known(run: Run, project: Path) -> None:
    (project / "flows" / "coupé.json").write_text('{"states": [{"name": "Trigger", "type": "trigger"', encoding="utf-8")
    result = run("baseline", "write", "flows/coupé.json", "-o", "known.json")
    assert result.code == 2
    assert "PAR021" in result.err
    assert not (project / "known.json").exists()


def test_without_a_name_a_baseline_command_says_what_is_missing(run: Run, project: Path) -> None:
    for command in ("write", "prune"):
        result = run("baseline", command, "flows")
        assert result.code == 2
        assert "no baseline is named" in result.err


def test_known_findings_are_suppressed_results_in_sarif(run: Run, project: Path) -> None:
    run("baseline", "write", "flows", "-o", "known.json")
    results = json.loads(run("check", "flows", "--baseline", "known.json", "--format", "sarif").out)["runs"][0][
        "results"
    ]
    assert results
    assert {item["suppressions"][0]["kind"] for item in results} == {"external"}
    prints = [item["partialFingerprints"]["basculeFinding/v1"] for item in results]
    assert len(set(prints)) == len(prints)


@pytest.mark.corpus
def test_a_folder_of_real_flows_is_known_in_full(run: Run, corpus: Path, tmp_path: Path) -> None:
    baseline = tmp_path / "known.json"
    assert run("baseline", "write", corpus / "twilio-studio", "-o", baseline).code == 0
    first = baseline.read_bytes()
    result = run("check", corpus / "twilio-studio", "--baseline", baseline, "--fail-on", "info", "--format", "json")
    data = json.loads(result.out)
    assert result.code == 0
    assert data["findings"] == []
    assert data["summary"]["suppressed"] > 40
    run("baseline", "write", corpus / "twilio-studio", "-o", baseline)
    assert baseline.read_bytes() == first


def test_the_commands_explain_themselves(run: Run) -> None:
    assert "write" in run("baseline", "--help").out
    for command in ("write", "prune"):
        assert "baseline" in run("baseline", command, "--help").out
    assert "Did you mean" in run("basline").err


def test_a_file_that_is_gone_is_told_once_and_pruned(run: Run, project: Path) -> None:
    run("baseline", "write", "flows", "-o", "known.json")
    (project / "flows" / "rdv.json").rename(project / "flows" / "neu.json")
    result = run("check", "flows", "--baseline", "known.json", "--select", "CFG", "--format", "json")
    (stale,) = json.loads(result.out)["findings"]
    assert stale["code"] == "CFG021"
    assert "of `flows/rdv.json`, and there is no such file" in stale["message"]
    assert run("check", "flows/neu.json", "--baseline", "known.json", "--select", "CFG").out.startswith(
        "1 file checked"
    )
    assert run("baseline", "prune", "flows", "--baseline", "known.json").code == 0
    assert known(project) == {}


def test_sarif_tells_what_is_new_from_what_is_known(run: Run, project: Path) -> None:
    run("baseline", "write", "flows", "-o", "known.json", "--select", "TPL020")
    log = json.loads(run("check", "flows", "--baseline", "known.json", "--format", "sarif").out)
    states = {(item["ruleId"], item["baselineState"]) for item in log["runs"][0]["results"]}
    assert ("TPL020", "unchanged") in states
    assert {state for code, state in states if code != "TPL020"} == {"new"}

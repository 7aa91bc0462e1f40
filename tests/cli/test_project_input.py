"""compile with input that lacks something: each finding says which setting to add where, and adding it helps."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bascule.backends import TARGETS
from tests.cli.conftest import Result, Run

ADVICE = re.compile(r"add to `bascule\.toml`, under `\[([\w.]+)\]`: `(.+?)`(?=$|;|,| and)", re.MULTILINE)
SCENARIO = """\
bascule: 1
locale: fr
flows:
  promo:
    entries: [{api: promo}]
    nodes:
      a:
        say: "Bonjour {nom}, votre objet {x1} de {entreprise} vous attend au magasin de Lyon."
        image: "https://cdn.exemple.fr/soldes.jpg"
        then: end
"""


def findings(result: Result, code: str) -> list[str]:
    """The findings of a code as they are shown, each with its notes and help."""
    assert "Traceback" not in result.err
    return [part for part in re.split(r"\n\n(?=\w+\[)|^(?=\w+\[)", result.err) if f"[{code}]" in part.split("\n")[0]]


def advice(finding: str) -> tuple[str, str]:
    """The section of the configuration and the line that a finding tells to add."""
    match = ADVICE.search(finding)
    assert match is not None, finding
    section, line = match.groups()
    tomllib.loads(f"[{section}]\n{line}\n")
    return section, line


def compile_all(run: Run, folder: Path, source: str, settings: str = "", *more: object) -> Result:
    """Compile a scenario in a folder of its own for every target there is."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "flow.yaml").write_text(source, encoding="utf-8")
    (folder / "bascule.toml").write_text(settings, encoding="utf-8")
    return run("compile", folder / "flow.yaml", "--to", "all", "-o", folder / "out", *more)


def read(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("code", "section", "line", "shown"),
    [
        ("TPL098", "project", 'business = "Boutique Awa"', "Boutique Awa"),
        ("TPL099", "project.samples", 'x1 = "A-1042"', "A-1042"),
        ("MED023", "project.media", '"https://cdn.exemple.fr/soldes.jpg" = {size = "240K"}', ""),
        ("MED010", "project.media", '"https://cdn.exemple.fr/soldes.jpg" = {handle = "4::aW1hZ2U="}', "4::aW1hZ2U="),
    ],
)
def test_what_is_missing_is_named_with_its_setting_and_the_setting_helps(
    run: Run, tmp_path: Path, code: str, section: str, line: str, shown: str
) -> None:
    before = compile_all(run, tmp_path / "before", SCENARIO)
    assert before.code == 0, before.err
    (found,) = findings(before, code)
    assert f"{(tmp_path / 'before/flow.yaml').as_posix()}:" in found
    assert advice(found) == (section, line)
    after = compile_all(run, tmp_path / "after", SCENARIO, f"[{section}]\n{line}\n")
    assert after.code == 0, after.err
    assert findings(after, code) == []
    if shown:
        written = read(tmp_path / "after/out")
        for target in ("meta", "d360"):
            assert any(shown in text for name, text in written.items() if name.startswith(f"{target}/")), target
        assert not any(shown in text for text in read(tmp_path / "before/out").values())


def test_with_everything_said_nothing_is_made_up(run: Run, tmp_path: Path) -> None:
    settings = """\
[project]
business = "Boutique Awa"
[project.samples]
x1 = "A-1042"
[project.media]
"https://cdn.exemple.fr/soldes.jpg" = {size = "240K", handle = "4::aW1hZ2U="}
"""
    result = compile_all(run, tmp_path, SCENARIO, settings)
    assert result.code == 0, result.err
    assert not [code for code in ("TPL092", "TPL095", "TPL098", "TPL099", "MED010", "MED023") if code in result.err]
    written = read(tmp_path / "out")
    assert '"4::aW1hZ2U="' in written["meta/templates/promo.fr.json"]
    # A handle is Meta's: who shows the sample by its address still has the address.
    for name in ("twilio/requests/contents/promo.fr.json", "bird/requests/channel-templates/promo.json"):
        assert "https://cdn.exemple.fr/soldes.jpg" in written[name]
        assert "SAMPLE_" not in written[name]


def test_a_size_that_a_setting_gives_is_checked(run: Run, tmp_path: Path) -> None:
    settings = '[project.media]\n"https://cdn.exemple.fr/soldes.jpg" = {size = "9M"}\n'
    result = compile_all(run, tmp_path, SCENARIO, settings)
    assert result.code == 1
    (found,) = findings(result, "MED021")
    assert "9.0 MB" in found
    assert not (tmp_path / "out").exists()


def test_a_file_by_its_id_gets_the_address_of_the_settings(run: Run, tmp_path: Path) -> None:
    source = SCENARIO.replace('"https://cdn.exemple.fr/soldes.jpg"', '{asset: "4711"}')
    before = compile_all(run, tmp_path / "before", source, "", "--fail-on", "never")
    tasks = findings(before, "TPL092")
    assert {found.split("] ")[1].split(",")[0] for found in tasks} >= {"twilio", "bird"}
    section, line = advice(tasks[0])
    assert (section, line) == ("project.media", '"4711" = {url = "https://www.example.com/photo.jpg"}')
    readme = read(tmp_path / "before/out")["bird/README.md"]
    assert "put the public address (https) of a sample image into SAMPLE_PROMO_FR (the source names `4711`)" in readme
    after = compile_all(run, tmp_path / "after", source, f"[{section}]\n{line}\n")
    assert findings(after, "TPL092") == []
    written = read(tmp_path / "after/out")
    assert "https://www.example.com/photo.jpg" in written["bird/requests/channel-templates/promo.json"]


def test_a_path_that_is_no_web_address_gets_one_by_a_setting(run: Run, tmp_path: Path) -> None:
    source = SCENARIO.replace("https://cdn.exemple.fr/soldes.jpg", "images/soldes.jpg")
    before = compile_all(run, tmp_path / "before", source)
    assert before.code == 1
    (found,) = findings(before, "MED022")
    section, line = advice(found)
    assert (section, line) == ("project.media", '"images/soldes.jpg" = {url = "https://www.example.com/photo.jpg"}')
    assert not (tmp_path / "before/out").exists()
    after = compile_all(run, tmp_path / "after", source, f"[{section}]\n{line}\n")
    assert after.code == 0, after.err
    assert not any("images/soldes.jpg" in text for text in read(tmp_path / "after/out").values())


def test_the_sample_of_an_address_that_is_a_variable_comes_from_the_settings(run: Run, tmp_path: Path) -> None:
    source = SCENARIO.replace("https://cdn.exemple.fr/soldes.jpg", "{photo}")
    settings = '[project.samples]\nphoto = "https://cdn.exemple.fr/exemple.jpg"\n'
    result = compile_all(run, tmp_path, source, settings)
    assert findings(result, "TPL092") == []
    written = read(tmp_path / "out")
    assert "<upload https://cdn.exemple.fr/exemple.jpg>" in written["meta/templates/promo.fr.json"]
    assert "https://cdn.exemple.fr/exemple.jpg" in written["twilio/requests/contents/promo.fr.json"]


def test_a_language_that_nobody_names_is_a_setting(run: Run, tmp_path: Path) -> None:
    source = 'bascule: 1\nflows:\n  p:\n    entries: [{api: p}]\n    nodes: {a: {say: "OK 123.", then: end}}\n'
    before = compile_all(run, tmp_path / "before", source)
    assert before.code == 1
    (found,) = findings(before, "LOC010")
    assert advice(found) == ("project", 'locale = "fr"')
    assert not (tmp_path / "before/out").exists()
    after = compile_all(run, tmp_path / "after", source, '[project]\nlocale = "fr"\n')
    assert findings(after, "LOC010") == []


BY_ID = """\
bascule: 1
locale: fr
flows:
  rdv:
    entries: [{api: rdv}]
    nodes: {a: {template: {name: NAME, language: fr}, then: end}}
"""


@pytest.mark.parametrize(
    ("name", "targets"),
    [
        ("HX6f1d3c0a9b8e7f5d4c3b2a1908f7e6d5", {"meta", "d360", "bird", "plivo"}),
        ("Rappel RDV", {"meta", "d360", "twilio", "bird", "plivo"}),
        ("rappel_" + "x" * 70, {"bird"}),
        ("rappel_", {"bird"}),
    ],
)
def test_a_name_that_a_target_refuses_gets_another_by_a_setting(
    run: Run, tmp_path: Path, name: str, targets: set[str]
) -> None:
    source = BY_ID.replace("NAME", f'"{name}"')
    before = compile_all(run, tmp_path / "before", source, "", "--fail-on", "never")
    found = findings(before, "TPL095")
    assert found
    written = read(tmp_path / "before/out")
    sends = {path.split("/")[0] for path in written if "/messages/" in path}
    assert not sends & targets
    section, line = advice(found[0])
    assert section == "project.templates"
    after = compile_all(run, tmp_path / "after", source, f"[{section}]\n{line}\n")
    assert after.code == 0, after.err
    assert findings(after, "TPL095") == []
    new = next(iter(tomllib.loads(line).values()))
    written = read(tmp_path / "after/out")
    assert {path.split("/")[0] for path in written if "/messages/" in path} >= targets
    assert f'"slug": "{new}"' in written["bird/requests/messages/rdv/a.template.json"]


def test_a_long_name_is_cut_for_the_target_that_wants_it_short(run: Run, tmp_path: Path) -> None:
    source = SCENARIO.replace(
        "promo", "promotion_des_soldes_d_hiver_pour_les_clients_fideles_de_la_boutique_de_lyon_centre"
    )
    result = compile_all(run, tmp_path, source)
    assert result.code == 0, result.err
    written = read(tmp_path / "out")
    (meta,) = (path for path in written if path.startswith("meta/templates/"))
    (bird,) = (path for path in written if path.startswith("bird/requests/channel-templates/"))
    assert len(Path(meta).stem.removesuffix(".fr")) > 63 >= len(Path(bird).stem)


def test_an_unknown_key_is_said_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    wrong = '[project]\nbuisness = "Awa"\n[project.media]\n"a.jpg" = {size = "big"}\n[project.templates]\na = "B c"\n'
    result = compile_all(run, tmp_path, SCENARIO, wrong)
    assert result.code == 2
    assert "did you mean `business`?" in result.err
    assert "a size such as `240K`" in result.err
    assert "a name of small letters" in result.err
    assert not (tmp_path / "out").exists()


# -- nothing half-written ----------------------------------------------------------------------------------------------


def test_a_refused_compilation_leaves_the_folder_as_it_was(run: Run, tmp_path: Path) -> None:
    assert compile_all(run, tmp_path, SCENARIO).code == 0
    before = read(tmp_path)
    result = compile_all(
        run, tmp_path, SCENARIO.replace("nom}, votre", "nom}{x1}, votre").replace("de Lyon.", "de {nom}")
    )
    assert result.code == 1
    assert "nothing was written" in result.err
    after = read(tmp_path)
    assert {path for path in after if path.startswith("out/")} == {path for path in before if path.startswith("out/")}
    assert all(after[path] == text for path, text in before.items() if path.startswith("out/"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bascule.toml", "flow.yaml", "out"]


@pytest.mark.parametrize("failing", [1, 40])
def test_a_full_disk_leaves_the_old_folder_whole(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    assert compile_all(run, tmp_path, SCENARIO).code == 0
    before = read(tmp_path / "out")
    count = 0
    original = Path.write_text

    def write_text(self: Path, *arguments: Any, **named: Any) -> int:
        nonlocal count
        if ".out." in self.as_posix():
            count += 1
            if count == failing:
                raise OSError(28, os.strerror(28))
        return original(self, *arguments, **named)

    monkeypatch.setattr(Path, "write_text", write_text)
    result = compile_all(run, tmp_path, SCENARIO.replace("Lyon", "Brest"))
    assert result.code == 2
    assert os.strerror(28) in result.err
    assert count == failing
    assert read(tmp_path / "out") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bascule.toml", "flow.yaml", "out"]


def test_a_move_that_fails_brings_the_old_folder_back(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compile_all(run, tmp_path, SCENARIO).code == 0
    before = read(tmp_path / "out")
    original = os.replace

    def replace(source: Any, target: Any) -> None:
        if Path(source).name == "new":
            raise OSError(13, os.strerror(13))
        original(source, target)

    monkeypatch.setattr(os, "replace", replace)
    assert compile_all(run, tmp_path, SCENARIO.replace("Lyon", "Brest")).code == 2
    assert read(tmp_path / "out") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bascule.toml", "flow.yaml", "out"]


# -- secrets -----------------------------------------------------------------------------------------------------------

KEY, TOKEN, WORD, PATH = "sk_live_4f9a8b7c6d5e4f3a2b1c", "tok_3f8e7d6c5b4a39281706", "Hunter2-Boutique!", "Secret99pw"
SECRETS = {
    "flow.yaml": f"""\
bascule: 1
locale: fr
flows:
  rdv:
    entries: [{{keyword: rdv}}, {{api: rdv}}]
    nodes:
      a: {{say: "Un instant.", then: b}}
      b:
        http:
          post: "https://api.exemple.fr/rdv?api_key={KEY}"
          headers: {{Authorization: "Bearer {TOKEN}", X-Api-Token: {TOKEN}}}
          body: '{{{{"password": "{WORD}"}}}}'
        then: c
      c: {{http: "https://boutique:{PATH}@api.exemple.fr/a", then: d}}
      d: {{say: "Merci.", then: e}}
      e:
        type: http
        url: https://api.exemple.fr/b
        headers: [[X-Auth-Token, {TOKEN}]]
""",
    "studio.json": """\
{"description": "RDV", "initial_state": "Trigger", "flags": {"allow_concurrent_calls": true}, "states": [
 {"name": "Trigger", "type": "trigger", "transitions": [{"event": "incomingMessage", "next": "appel"}],
  "properties": {}},
 {"name": "appel", "type": "make-http-request", "transitions": [{"event": "success", "next": "merci"}],
  "properties": {"method": "POST", "url": "https://boutique:PATH@api.exemple.fr/?api_key=KEY",
   "content_type": "application/x-www-form-urlencoded;charset=utf-8",
   "parameters": [{"key": "token", "value": "TOKEN"}, {"key": "password", "value": "WORD"}]}},
 {"name": "merci", "type": "send-message", "transitions": [], "properties": {"body": "Merci."}}]}
""",
    "rapidpro.json": """\
{"version": "13", "site": "https://exemple.fr", "flows": [{"uuid": "6f1d3c0a-9b8e-4f5d-8c3b-2a1908f7e6d5",
 "name": "RDV", "type": "messaging", "language": "fra", "spec_version": "13.1.0", "localization": {}, "nodes": [
  {"uuid": "1f1d3c0a-9b8e-4f5d-8c3b-2a1908f7e6d5", "actions": [{"uuid": "2f1d3c0a-9b8e-4f5d-8c3b-2a1908f7e6d5",
    "type": "call_webhook", "method": "POST", "url": "https://boutique:PATH@api.exemple.fr/?api_key=KEY",
    "headers": {"Authorization": "Token TOKEN", "X-Api-Key": "KEY"}, "body": "{\\"password\\": \\"WORD\\"}",
    "result_name": "r"}],
   "exits": [{"uuid": "3f1d3c0a-9b8e-4f5d-8c3b-2a1908f7e6d5", "destination_uuid": null}]}]}]}
""",
}


@pytest.mark.parametrize("name", SECRETS)
def test_secrets_of_a_source_are_in_no_artefact_and_on_no_stream(run: Run, tmp_path: Path, name: str) -> None:
    text = SECRETS[name]
    for mark, value in (("KEY", KEY), ("TOKEN", TOKEN), ("WORD", WORD), ("PATH", PATH)):
        text = text.replace(mark, value) if name != "flow.yaml" else text
    source = tmp_path / name
    source.write_text(text, encoding="utf-8")
    result = run("compile", source, "--to", "all", "-o", tmp_path / "out", "--fail-on", "never")
    assert result.err.count("replace it at its owner") >= 4
    written = read(tmp_path / "out")
    assert {path.split("/")[0] for path in written} >= {info.name for info in TARGETS} - {
        "typebot",
        "landbot",
        "chatfuel",
    }
    for secret in (KEY, TOKEN, WORD, PATH):
        assert [path for path, content in written.items() if secret in content] == []
        assert secret not in result.err
        assert secret not in result.out
    assert any("api.exemple.fr" in content for content in written.values())


def test_settings_of_an_account_are_names_only(run: Run, root: Path, tmp_path: Path) -> None:
    result = run("compile", root / "fixtures/boutique", "--to", "all", "-o", tmp_path / "out")
    assert result.code == 0, result.err
    for path, text in read(tmp_path / "out").items():
        for value in re.findall(r'"(?:Authorization|D360-API-KEY)": "([^"]*)"', text):
            assert re.fullmatch(r"(?:(?:Basic|Bearer|AccessKey|App) )?\{\{[A-Z0-9_]+\}\}", value), (path, value)

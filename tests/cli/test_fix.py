"""``check --fix``, ``--unsafe-fixes`` and ``--diff`` on files as people have them."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bascule.cli import fixing
from bascule.cli.checking import Request, run_check
from bascule.cli.configured import Reading
from tests.cli.conftest import Run

EDGE = '{\r\n  "rdv": "Bonjour [nom], votre rendez-vous est demain \\u00e0 [heure]"\r\n}\r\n'
MENDED = EDGE.replace("[heure]", "[heure]. Merci.")
BLANKS = '{"rdv": "Bonjour, votre commande est prête à la boutique. Merci.  "}\n'
TIDY = BLANKS.replace(".  ", ".")
FLOW = """\
bascule: 1  # la version
locale: fr
flows:
  colis:
    entries: [{api: colis}]
    nodes:
      envoi:
        sya: Votre colis est arrivé.   # une faute
        say: "Votre colis est à la boutique {ville}"  # bascule: ignore[TPL020, TPL024] accepté en 2026
        then: end
"""
OPTIONS = ("--isolated", "--from", "sms", "--locale", "fr")


def put(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_safe_fixes_are_written_and_unsafe_ones_counted(tmp_path: Path, run: Run) -> None:
    first, second = put(tmp_path / "a.json", BLANKS), put(tmp_path / "b.json", EDGE)
    result = run("check", *OPTIONS, "--fix", first, second)
    assert first.read_text("utf-8") == TIDY
    assert second.read_bytes() == EDGE.encode()
    assert "TPL026" not in result.out
    assert "TPL020" in result.out, "what remains is reported"
    assert result.err == "Fixed 1 problem in 1 file; 1 more with --unsafe-fixes.\n"
    assert result.code == 1
    result = run("check", *OPTIONS, "--fix", "--unsafe-fixes", first, second)
    assert second.read_bytes() == MENDED.encode()
    assert result.err == "Fixed 1 problem in 1 file.\n"
    assert result.code == 0
    assert run("check", *OPTIONS, "--fix", "--unsafe-fixes", first, second).err == "Nothing to fix.\n"


def test_a_diff_shows_the_changes_and_writes_nothing(tmp_path: Path, run: Run) -> None:
    path = put(tmp_path / "b.json", EDGE)
    result = run("check", *OPTIONS, "--diff", "--unsafe-fixes", path)
    assert result.code == 1
    assert result.err == "Would fix 1 problem in 1 file.\n"
    assert path.read_bytes() == EDGE.encode()
    lines = result.out.split("\n")
    assert lines[0] == f"--- {path}"
    assert [line for line in lines[3:] if line[:1] in "+-" and line] == [
        "-" + EDGE.split("\n")[1],
        "+" + MENDED.split("\n")[1],
    ]
    clean = run("check", *OPTIONS, "--diff", path)
    assert (clean.code, clean.out) == (0, "")


def test_a_diff_can_be_applied(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = put(tmp_path / "b.json", EDGE.rstrip("\r\n"))
    put(tmp_path / "d.patch", run("check", *OPTIONS, "--diff", "--unsafe-fixes", "b.json").out)
    try:
        subprocess.run(["patch", "--binary", "-p1", "-i", "d.patch"], check=True, capture_output=True, timeout=30)
    except FileNotFoundError:
        pytest.skip("there is no patch program")
    assert path.read_bytes() == MENDED.rstrip("\r\n").encode()


NAMES = ["a b é.csv", 'q"u\\o.csv', "tab\there.csv", "sous/dossier.csv", "marque.csv", "fins.csv"]


@pytest.mark.parametrize("tool", [["git", "apply"], ["patch", "--binary", "-s", "-p1", "-i"]], ids=["git", "patch"])
def test_a_diff_of_odd_names_marks_and_line_ends_can_be_applied(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, tool: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    rows = 'id,texte\nrdv,"Bonjour, votre rendez-vous est à [heure]"\n'
    (tmp_path / "sous").mkdir()
    for name in NAMES:
        data = rows.replace("rdv", name[:1]).encode()
        data = b"\xef\xbb\xbf" + data if name == "marque.csv" else data
        put(tmp_path / name, data.replace(b"\n", b"\r\n") if name == "fins.csv" else data)
    shown = run("check", *OPTIONS, "--diff", "--unsafe-fixes", ".")
    put(tmp_path / "all.patch", shown.out)
    assert shown.err == f"Would fix {len(NAMES)} problems in {len(NAMES)} files.\n"
    try:
        subprocess.run([*tool, "all.patch"], check=True, capture_output=True, timeout=30)
    except FileNotFoundError:
        pytest.skip(f"there is no {tool[0]}")
    by_patch = [(tmp_path / name).read_bytes() for name in NAMES]
    assert all(b"Merci." in data for data in by_patch)
    assert by_patch[4].startswith(b"\xef\xbb\xbfid")
    assert by_patch[5].count(b"\r\n") == 2
    assert run("check", *OPTIONS, "--diff", "--unsafe-fixes", ".").code == 0


def test_a_diff_that_cannot_be_applied_says_so(tmp_path: Path, run: Run) -> None:
    path = put(tmp_path / "b.json", EDGE.encode("utf-16"))
    result = run("check", *OPTIONS, "--diff", "--unsafe-fixes", path)
    assert "b.json: the file is utf-16-le, so that the diff does not apply: use --fix" in result.err


def test_what_cannot_be_fixed_is_told_though_its_code_is_not_selected(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "flux.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("b.json", EDGE)
    for option in ("--fix", "--diff"):
        result = run("check", *OPTIONS, "--select", "TPL020", option, "--unsafe-fixes", path)
        assert "TPL020 was not fixed: its file is part of an archive" in result.err


def test_comments_and_layout_of_a_scenario_stay(tmp_path: Path, run: Run) -> None:
    path = put(tmp_path / "colis.yaml", FLOW.replace("        say:", "        saay:").replace("sya: Votre", "# Votre"))
    result = run("check", "--isolated", "--fix", "--unsafe-fixes", "--from", "scenario", path)
    text = path.read_text("utf-8")
    assert "bascule: 1  # la version\n" in text
    assert "# Votre colis est arrivé.   # une faute\n" in text
    assert '        say: "Votre colis est à la boutique {ville}"  # bascule: ignore[TPL020] accepté en 2026\n' in text
    assert "PAR300" not in result.out
    assert "[TPL020] the template" not in result.out, "what is suppressed is not reported, nor fixed"


def test_a_key_that_would_stand_twice_is_left(tmp_path: Path, run: Run) -> None:
    path = put(tmp_path / "colis.yaml", FLOW)
    result = run("check", "--isolated", "--fix", "--unsafe-fixes", "--from", "scenario", path)
    assert "sya: Votre colis" in path.read_text("utf-8")
    assert "CFG030" in result.out
    assert "the key `say` stands there already" in result.out


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("  # bascule: ignore[TPL021] vu", ""),
        ("  # bascule: ignore[TPL020, TPL021] vu", "  # bascule: ignore[TPL020] vu"),
        ("  # bascule: ignore[TPL021, TPL020] vu", "  # bascule: ignore[TPL020] vu"),
        ("  # bascule: ignore[TPL021,TPL020,TPL024] vu", "  # bascule: ignore[TPL020] vu"),
    ],
)
def test_suppressions_that_nothing_needs_go(tmp_path: Path, run: Run, line: str, wanted: str) -> None:
    text = FLOW.replace("        sya: Votre colis est arrivé.   # une faute\n", "")
    head, _, tail = text.partition("  # bascule: ignore")
    after = tail.partition("\n")[2]
    path = put(tmp_path / "colis.yaml", f"# bascule: ignore-file[MED020] rien\n{head}{line}\n{after}")
    run("check", "--isolated", "--fix", path)
    assert path.read_text("utf-8") == f"{head}{wanted}\n{after}"


def test_what_the_baseline_knows_is_not_fixed(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = put(tmp_path / "b.json", EDGE)
    run("baseline", "write", *OPTIONS, "b.json", "-o", "known.json")
    result = run("check", *OPTIONS, "--baseline", "known.json", "--fix", "--unsafe-fixes", "b.json")
    assert path.read_bytes() == EDGE.encode()
    assert result.err == "Nothing to fix.\n"


def test_what_is_not_selected_is_not_fixed(tmp_path: Path, run: Run) -> None:
    path = put(tmp_path / "a.json", BLANKS)
    run("check", *OPTIONS, "--ignore", "TPL026", "--fix", path)
    assert path.read_text("utf-8") == BLANKS


def test_a_misspelt_setting_is_renamed(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "a.json", EDGE)
    path = put(tmp_path / "bascule.toml", '# réglages\nselct = ["TPL"]  # tout\n')
    result = run("check", "--from", "sms", "--locale", "fr", "--fix", "a.json")
    assert result.code == 2
    assert result.err == "Nothing to fix; 1 more with --unsafe-fixes.\n"
    result = run("check", "--from", "sms", "--locale", "fr", "--fix", "--unsafe-fixes", "a.json")
    assert path.read_text("utf-8") == '# réglages\nselect = ["TPL"]  # tout\n'
    assert (tmp_path / "a.json").read_bytes() == MENDED.encode(), "with the setting mended, the files are read"
    assert result.err == "Fixed 2 problems in 2 files.\n"


def test_standard_input_comes_out_mended(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Piped:
        buffer = io.BytesIO(EDGE.encode())

    monkeypatch.setattr(sys, "stdin", Piped)
    result = run("check", *OPTIONS, "--fix", "--unsafe-fixes", "--stdin-filename", "b.json", "-")
    assert result.out == MENDED
    assert "Fixed 1 problem in 1 file." in result.err
    assert "WIN013" in result.err


@pytest.mark.parametrize("text", [TIDY, "{"])
def test_standard_input_without_fixes_comes_out_as_it_was(text: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Piped:
        buffer = io.BytesIO(text.encode())

    monkeypatch.setattr(sys, "stdin", Piped)
    assert run("check", *OPTIONS, "--fix", "--stdin-filename", "b.json", "-").out == text


def test_a_file_that_changes_meanwhile_is_not_written(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = put(tmp_path / "a.json", BLANKS), put(tmp_path / "b.json", BLANKS)
    before = fixing.write

    def meanwhile(result: fixing.Fixing) -> fixing.Fixing:
        put(path, BLANKS + "\n")
        return before(result)

    monkeypatch.setattr(fixing, "write", meanwhile)
    result = run("check", *OPTIONS, "--fix", path, other)
    assert path.read_text("utf-8") == BLANKS + "\n"
    assert other.read_text("utf-8") == TIDY
    assert result.code == 2
    assert "CFG031" in result.out
    assert "changed while it was checked" in result.out
    assert "TPL026" in result.out, "the findings are those of the files as they are"
    assert result.err == "Fixed 1 problem in 1 file.\n"


def test_mode_and_links_are_kept_and_nothing_else_is_left(tmp_path: Path, run: Run) -> None:
    path = put(tmp_path / "a.json", BLANKS)
    path.chmod(0o640)
    link = tmp_path / "link.json"
    link.symlink_to(path)
    run("check", *OPTIONS, "--fix", link)
    assert link.is_symlink()
    assert path.read_text("utf-8") == TIDY
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["a.json", "link.json"]


def test_members_of_archives_are_left_and_said(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", BLANKS)
    data = path.read_bytes()
    result = run("check", *OPTIONS, "--fix", path)
    assert path.read_bytes() == data
    assert "TPL026 was not fixed: its file is part of an archive" in result.out


def test_workbooks_are_left_and_said(tmp_path: Path, run: Run) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["cle", "message"], ["rdv", "Bonjour, votre commande est prête [lieu]"]):
        book.active.append(row)
    path = tmp_path / "sms.xlsx"
    book.save(path)
    data = path.read_bytes()
    result = run("check", *OPTIONS, "--fix", "--unsafe-fixes", path)
    assert path.read_bytes() == data
    assert "workbooks and archives are not edited" in result.out


def test_windows_1252_stays_and_takes_no_other_letters(tmp_path: Path, run: Run) -> None:
    text = 'cle;message\r\nrdv;"Bonjour, votre commande est prête à la boutique de [ville]"\r\n'
    path = put(tmp_path / "a.csv", text.encode("cp1252"))
    run("check", *OPTIONS, "--fix", "--unsafe-fixes", path)
    assert path.read_bytes() == text.replace("[ville]", "[ville]. Merci.").encode("cp1252")
    put(path, text.encode("cp1252"))
    result = run("check", "--isolated", "--from", "sms", "--locale", "hi", "--fix", "--unsafe-fixes", path)
    assert path.read_bytes() == text.encode("cp1252")
    assert "the file is cp1252, which has no character" in result.out


def test_secrets_are_not_shown_by_a_diff(tmp_path: Path, run: Run) -> None:
    secret = "sk_live_0123456789abcdef01"
    path = put(tmp_path / "bascule.toml", f'# token = "{secret}"\nselct = ["TPL"]\n')
    result = run("check", "--config", path, "--diff", "--unsafe-fixes", put(tmp_path / "a.json", TIDY))
    assert '+select = ["TPL"]' in result.out
    assert secret not in result.out
    assert "•" in result.out
    run("check", "--config", path, "--fix", "--unsafe-fixes", tmp_path / "a.json")
    assert path.read_text("utf-8") == f'# token = "{secret}"\nselect = ["TPL"]\n', "the file keeps it"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--fix", "--diff"], "exclude each other"),
        (["--unsafe-fixes"], "goes with --fix or --diff"),
        (["--fix", "--watch"], "goes with neither"),
        (["--diff", "--show-settings"], "goes with neither"),
    ],
)
def test_options_that_do_not_go_together(tmp_path: Path, run: Run, options: list[str], said: str) -> None:
    result = run("check", *options, put(tmp_path / "a.json", BLANKS))
    assert result.code == 2
    assert said in result.err


def test_fixes_that_undo_each_other_end(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from bascule.passes.rules.template.untidy_blanks import UntidyBlanks

    whole = UntidyBlanks.check.__func__  # type: ignore[attr-defined]

    def check(cls: Any, context: Any) -> Any:
        from bascule.diagnostics import Applicability, Edit, Fix

        yield from whole(cls, context)
        for subject in context.templates:
            if subject.template.body_text.endswith("."):
                place = subject.origins[0].place
                edit = Edit(place.within(0, 0), " ")
                yield cls.at(place, "again", help="no", fix=Fix("again", (edit,), Applicability.SAFE))

    monkeypatch.setattr(UntidyBlanks, "check", classmethod(check))
    path = put(tmp_path / "a.json", TIDY)
    result = run("check", *OPTIONS, "--fix", path)
    assert "CFG032" in result.out


def test_sarif_carries_the_fixes(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "b.json", EDGE)
    log = json.loads(run("check", *OPTIONS, "--format", "sarif", "b.json").out)
    (result,) = [item for item in log["runs"][0]["results"] if item["ruleId"] == "TPL020"]
    (fix,) = result["fixes"]
    assert fix["description"]["text"].endswith("(unsafe)")
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "b.json"
    (replacement,) = change["replacements"]
    column = EDGE.split("\r\n")[1].index("[heure]") + len("[heure]") + 1
    assert replacement == {
        "deletedRegion": {"startLine": 2, "startColumn": column, "endLine": 2, "endColumn": column},
        "insertedContent": {"text": ". Merci."},
    }


def test_rounds_run_in_memory(tmp_path: Path) -> None:
    path = put(tmp_path / "b.json", EDGE)
    request = Request((str(path),), Reading(from_format="sms", locale="fr", isolated=True))
    made = fixing.fix(request, unsafe=True)
    assert path.read_bytes() == EDGE.encode()
    assert [change.after for change in made.changes] == [MENDED.encode()]
    assert made.stable
    assert fixing.write(made) == made
    again = fixing.fix(request, unsafe=True)
    assert not again.changes, "a second run has nothing to do"


@pytest.mark.corpus
@pytest.mark.parametrize("kind", ["sms-templates", "twilio-studio"])
def test_real_files_are_read_after_all_fixes_and_have_fewer_findings(corpus: Path, tmp_path: Path, kind: str) -> None:
    before = after = fixed = 0
    for source in sorted((corpus / kind).iterdir()):
        copy = put(tmp_path / source.name, source.read_bytes())
        request = Request((str(copy),), Reading(locale="en", isolated=True))
        first = run_check(request)
        if first.opened.workspace.unreadable:
            continue
        made = fixing.write(fixing.fix(request, unsafe=True))
        again = run_check(request)
        assert not again.opened.workspace.unreadable, source.name
        assert made.stable, source.name
        assert not fixing.fix(request, unsafe=True).changes, source.name
        assert len(again.judged.findings) <= len(first.judged.findings), source.name
        before += len(first.judged.findings)
        after += len(again.judged.findings)
        fixed += len(made.fixed)
    assert fixed > 0
    assert after < before

"""A few inputs of every format to all targets: every file written is valid, and no secret of a source is in any.

The whole corpus goes the same way with `python benchmarks/targets.py`; docs/corpus.md has its figures.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from benchmarks.artefacts import problems
from benchmarks.targets import Row, compile_one, inputs

from bascule.backends import TARGETS
from bascule.compiling import Compilation
from bascule.diagnostics import registry
from bascule.diagnostics.render_text import render_text
from bascule.parsers import all_formats
from bascule.report.artefacts import common_artefacts
from bascule.workspace import analyse, located

ALL = [info.name for info in TARGETS]
FIXTURES = {
    "scenario": "scenarios/suivi_commande.yaml",
    "twilio-studio": "studio/support_commande.json",
    "rapidpro": "rapidpro/rendez_vous.json",
    "floip": "floip/clinique.json",
    "node-red": "node-red/boutique.json",
    "viber": "viber/boutique.json",
    "typebot": "typebot/salon.json",
    "landbot": "landbot/clinique.json",
    "chatfuel": "chatfuel/boulangerie.json",
    "wa-templates": "wa-templates/meta_liste.json",
    "dialogflow-es": "dialogflow-es/librairie",
    "dialogflow-cx": "dialogflow-cx/seule",
    "rasa": "rasa/calm",
    "contentrepo": "contentrepo/pages.csv",
    "table": "table/commande.csv",
    "sms": "sms/langues_en_colonnes.csv",
}
CORPUS = (
    "dialogflow-cx", "dialogflow-es", "floip", "glific", "node-red", "parallel-content", "rapidpro-export", "rapidpro-legacy",
    "rapidpro-single-flow", "rasa", "sms-templates", "targets/landbot", "targets/typebot", "twilio-studio",
    "viber-survey-sheet", "wa-messages", "wa-templates",
)  # fmt: skip
BETWEEN = (1_000, 30_000)
"""Sizes of the corpus's inputs that are tried here, in bytes."""


def size(place: Path) -> int:
    return sum(path.stat().st_size for path in place.rglob("*") if path.is_file()) or place.stat().st_size


def some(folder: Path) -> list[Path]:
    """The smallest and the largest files and projects of a folder that are neither trifles nor giants."""
    found = sorted((size(place), place) for place in folder.iterdir())
    fit = [place for bytes_, place in found if BETWEEN[0] <= bytes_ <= BETWEEN[1]] or [place for _, place in found]
    read = [place for place in (*fit[:3], *fit[-2:]) if next(inputs(place), None)]
    return list(dict.fromkeys((read[0], read[-1])))


def compiled(place: Path) -> tuple[set[str], dict[str, Row]]:
    """Compile to all targets and judge what is on the disk; the formats that were read and what came of it."""
    rows: dict[str, Row] = {}
    formats: set[str] = set()
    for name, workspace in inputs(place):
        formats |= {file.format or "" for file in workspace.files}
        assert compile_one(name, workspace, ALL, rows) == []
    assert list(rows) == ALL, place
    assert all(row.inputs and not row.invalid for row in rows.values())
    return formats, rows


def test_every_format_and_every_target_has_its_example() -> None:
    assert sorted(FIXTURES) == sorted(info.name for info in all_formats())
    assert len(ALL) >= 12


@pytest.mark.parametrize("format_", sorted(FIXTURES))
def test_a_fixture_of_each_format_goes_to_all_targets(root: Path, format_: str) -> None:
    formats, rows = compiled(root / "fixtures" / FIXTURES[format_])
    assert formats == {format_}
    # Only what holds no flow but loose texts has nothing for a diagram; every provider gets at least its pages.
    assert all(row.artefacts for row in rows.values()), {name: row.artefacts for name, row in rows.items()}


@pytest.mark.corpus
@pytest.mark.parametrize("folder", CORPUS)
def test_real_files_go_to_all_targets(corpus: Path, folder: str) -> None:
    for place in some(corpus / folder):
        compiled(place)


def test_the_judge_refuses_what_is_cut_misspelt_or_unknown(root: Path) -> None:
    (_, workspace), *_ = inputs(root / "fixtures" / FIXTURES["twilio-studio"])
    compilation = Compilation(analyse(workspace))
    judged = 0
    for target in ALL:
        for artefact in compilation.write(target).emitted.artefacts:
            assert problems(artefact.path, artefact.text) == []
            assert problems(artefact.path, artefact.text[: len(artefact.text) // 2].rstrip("\n")), artefact.path
            if artefact.path.endswith(".json") and not artefact.path.endswith("/answers.json"):
                assert problems(artefact.path, "{}\n"), artefact.path
                judged += 1
    assert judged > 50
    assert problems("meta/surprise.json", "{}\n") == ["meta/surprise.json: no rule says what this file is"]
    assert problems("surprise.bin", "x\n") == ["surprise.bin: no rule says what this file is"]


TOKEN = "EAAGm0PX" + "4cKlMnOpQrStUvWx" * 4
PASSWORD = "Baobab-4711-Sesame"
PLANTED = {
    "twilio-studio": ("boutique/suivi_commande.json", "https://api.boutique.example/", "https://robot:{p}@api.boutique.example/{t}/"),
    "rapidpro": ("rapidpro/rendez_vous.json", "Token @globals.api_token", "Token {t}"),
    "scenario": ("scenarios/livraison.yaml", "Accept: application/json", "Authorization: Bearer {t}"),
    "node-red": ("node-red/boutique.json", "tickets?client=", "tickets?api_key={p}&access_token={t}&client="),
    "typebot": ("typebot/salon.json", "Bearer abcdefgh12345678", "Bearer {t}"),
    "landbot": ("landbot/clinique.json", "https://exemple.fr/api/@tel", "https://robot:{p}@exemple.fr/api/@tel?token={t}"),
    "viber": ("viber/boutique.json", '"type": "text",', '"type": "text", "auth_token": "{t}",'),
    "dialogflow-es": ("dialogflow-es/librairie", "Xk82-baobab-2019", "{t}"),
    "dialogflow-cx": ("dialogflow-cx/boulangerie", "Gustave-30-ans-de-levain", "{p}"),
    "rasa": ("rasa/boutique", "pas-un-vrai-mot-de-passe-1234", "{p}"),
}  # fmt: skip
"""Formats that hold requests, keys or accounts: a fixture, and where a token or a password is put into its copy."""


@pytest.mark.parametrize("format_", sorted(PLANTED))
def test_no_secret_of_a_source_is_in_anything_written(root: Path, tmp_path: Path, format_: str) -> None:
    name, old, new = PLANTED[format_]
    copy = tmp_path / Path(name).name
    (shutil.copytree if (root / "fixtures" / name).is_dir() else shutil.copy)(root / "fixtures" / name, copy)
    count = 0
    for path in [path for path in copy.rglob("*") if path.is_file()] or [copy]:
        if path.suffix in (".json", ".yaml", ".yml") and old in (text := path.read_text(encoding="utf-8")):
            count += 1
            path.write_text(text.replace(old, new.replace("{t}", TOKEN).replace("{p}", PASSWORD)), encoding="utf-8")
    assert count == 1
    for _, workspace in inputs(copy):
        assert [file.format for file in workspace.files] == [format_]
        analysis = analyse(workspace)
        compilation = Compilation(analysis)
        written = [compilation.write(target) for target in ALL]
        told = [finding for item in written for finding in (*item.findings, *item.emitted.findings)]
        found = located([*analysis.findings, *told, *compilation.inputs(ALL)], workspace.documents)
        assert any("secret" in registry()[finding.code].name for finding in found), "nobody saw it"
        texts = {"findings": render_text(found, workspace.documents, False)}
        artefacts = [artefact for item in written for artefact in item.emitted.artefacts]
        for artefact in [*artefacts, *common_artefacts(workspace, analysis, written)]:
            texts[artefact.path] = artefact.path + artefact.text
        assert [where for where, text in texts.items() if TOKEN in text or PASSWORD in text] == []

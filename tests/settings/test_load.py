"""Configuration files: bases, merging, findings with places. All in memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.diagnostics import Finding, Severity
from bascule.settings import ConfigFile, Loaded, has_settings, load_settings
from bascule.settings.load import unreadable


def load(files: dict[str, str], start: str = "/p/bascule.toml") -> Loaded:
    def read(path: str) -> str | Finding:
        return files[path] if path in files else unreadable(path[1:], "the file does not exist")

    return load_settings(ConfigFile(start, start[1:]), read, lambda path: path[1:])


def codes(loaded: Loaded) -> list[tuple[str, str, int, int]]:
    return [
        (
            finding.code,
            finding.place.file,
            finding.span.line if finding.span else 0,
            finding.span.column if finding.span else 0,
        )
        for finding in loaded.findings
    ]


def test_a_file_and_its_bases_in_order() -> None:
    loaded = load(
        {
            "/p/bascule.toml": 'extends = ["../common/base.toml", "local.toml"]\nignore = ["WIN"]\n[project]\nlocale = "fr"\n',
            "/common/base.toml": 'select = ["TPL", "WIN"]\nexclude = "old/**"\nsources = ["all"]\n[severity]\nTPL = "info"\n'
            '[project]\nbusiness = "Base"\nlocale = "en"\nsamples = {nom = "Ana", ville = "Lomé"}\n',
            "/p/local.toml": 'baseline = "known.json"\nfail-on = "info"\n[project.samples]\nnom = {fr = "Awa"}\n',
        }
    )
    settings = loaded.settings
    assert not loaded.findings
    assert settings.files == ("common/base.toml", "p/local.toml", "p/bascule.toml")
    assert settings.root == "/p"
    assert settings.selection.enabled("TPL020")
    assert not settings.selection.enabled("WIN010")
    assert not settings.selection.enabled("LOS200")
    assert settings.excludes("/common/old/x.json")
    assert not settings.excludes("/p/old/x.json")
    assert (settings.baseline, settings.fail_on, settings.sources) == ("/p/known.json", "info", ("/common/all",))
    assert settings.severities == ({"TPL": Severity.INFO},)
    project = settings.project
    assert (project.business, project.locale) == ("Base", "fr")
    assert project.sample("nom", "fr_SN") == "Awa"
    assert project.sample("nom", "en") == ""
    assert project.sample("ville", "en") == "Lomé"


def test_a_table_of_pyproject() -> None:
    text = '[project]\nname = "x"\n[tool.bascule]\nignore = ["LOC"]\nselct = 1\n'
    loaded = load({"/p/pyproject.toml": text}, "/p/pyproject.toml")
    assert codes(loaded) == [("CFG003", "p/pyproject.toml", 5, 1)]
    assert "`select`" in loaded.findings[0].help
    assert has_settings(text)
    assert not has_settings('[project]\nname = "bascule"\n')
    assert not has_settings("[tool.other]\nx = [\n")
    assert has_settings("[tool.bascule]\nx = [\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('select = ["TPL02O"]', ("CFG006", 1, 11)),
        ('ignore = "WINN"', ("CFG006", 1, 10)),
        ('[severity]\nTPL02O = "error"', ("CFG006", 2, 1)),
        ('[severity]\nPAR021 = "info"', ("CFG006", 2, 1)),
        ("select = [TPL]", ("CFG002", 1, 11)),
        ("fail-on = 1", ("CFG004", 1, 11)),
        ('[[overrides]]\nfile = "a"\ncodes = ["TPL"]\nreason = "x"', ("CFG006", 3, 10)),
        ('extends = "missing.toml"', ("CFG001", 1, 11)),
        ('extends = "bascule.toml"', ("CFG005", 1, 11)),
        ('[project]\nlanguages = ["fr"]\n[project.samples]\norder = {zu = "A-1"}', ("CFG004", 4, 10)),
    ],
)
def test_what_is_wrong_is_an_error_with_its_place(text: str, expected: tuple[str, int, int]) -> None:
    loaded = load({"/p/bascule.toml": text})
    assert [(code, line, column) for code, _, line, column in codes(loaded)] == [expected]
    assert loaded.broken


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ('codes = ["TPL020"]', "CFG010"),
        ('codes = ["TPL020"]\nreason = "  "', "CFG010"),
        ('codes = ["PAR021"]\nreason = "x"', "CFG014"),
        ('codes = ["CFG011"]\nreason = "x"', "CFG014"),
    ],
)
def test_an_override_that_suppresses_nothing_is_a_warning(entry: str, code: str) -> None:
    loaded = load({"/p/bascule.toml": f'[[overrides]]\nfile = "a.json"\n{entry}\n'})
    assert [found[0] for found in codes(loaded)] == [code]
    assert not loaded.broken
    assert not any(codes for override in loaded.settings.overrides for codes in override.codes)


def test_files_that_extend_each_other_end() -> None:
    loaded = load(
        {
            "/p/bascule.toml": 'extends = "b.toml"',
            "/p/b.toml": 'extends = ["c.toml"]',
            "/p/c.toml": 'extends = "b.toml"',
        }
    )
    assert codes(loaded) == [("CFG005", "p/c.toml", 1, 11)]
    chain = {f"/p/{number}.toml": f'extends = "{number + 1}.toml"' for number in range(100)}
    assert [code for code, *_ in codes(load(chain, "/p/0.toml"))] == ["CFG005"]


def test_a_base_of_two_files_is_read_for_both() -> None:
    loaded = load(
        {
            "/p/bascule.toml": 'extends = ["a.toml", "b.toml"]',
            "/p/a.toml": 'extends = "c.toml"',
            "/p/b.toml": 'extends = "c.toml"',
            "/p/c.toml": 'fail-on = "info"',
        }
    )
    assert not loaded.findings
    assert loaded.settings.fail_on == "info"


def test_region_languages_and_the_opt_out_wording() -> None:
    project = load(
        {
            "/p/bascule.toml": '[project]\nregion = "SN"\nlanguages = ["wo"]\nopt-out = {fr = "Stop promos", pt_BR = "Parar"}\n'
        }
    ).settings.project
    assert project.default_locale == "wo"
    assert project.regional("fr") == "fr_SN"
    assert project.regional("fr_FR") == "fr_FR"
    assert project.regional("") == ""
    assert project.opt_out_label("fr") == "Stop promos"
    assert project.opt_out_label("pt-br") == "Parar"
    assert project.opt_out_label("en") == ""


@given(
    st.lists(
        st.sampled_from(
            ['select = ["TPL"]', "[project]", 'locale = "fr"', "[[overrides]]", 'file = "*"', 'codes = ["TPL020"]', 'reason = "r"',
             "[severity]", 'WIN = "info"', 'extends = "bascule.toml"', "[[per-file-overrides]]", 'files = "*"', "x = {}", "]", "[read]"]
        ),
        max_size=8,
    )
)  # fmt: skip
def test_no_configuration_raises(lines: list[str]) -> None:
    loaded = load({"/p/bascule.toml": "\n".join(lines)})
    assert all(finding.message and finding.place.file for finding in loaded.findings)

"""Suppression comments: where they are read, what they say, and what is wrong with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.diagnostics import Finding
from bascule.language.secrets import MaskedDocument
from bascule.settings.comments import Comment, read_comments
from bascule.source import Place
from bascule.source.json import read_json
from bascule.source.properties import read_properties
from bascule.source.yaml import read_yaml


def read(text: str) -> tuple[list[Comment], list[Finding]]:
    return read_comments(read_yaml("f.yaml", text))


def said(text: str) -> list[tuple[int, list[str], str]]:
    comments, findings = read(text)
    assert not findings
    return [(comment.line, [code for _, code in comment.codes], comment.reason) for comment in comments]


def test_on_the_line_and_on_the_line_before() -> None:
    assert said("a: x # bascule: ignore[TPL021] vu en revue\n") == [(1, ["TPL021"], "vu en revue")]
    assert said("b: y\n# bascule: ignore[TPL021, WIN011] vu en revue\na: x\n") == [
        (3, ["TPL021", "WIN011"], "vu en revue")
    ]
    stacked = "# bascule: ignore[TPL021] un\n\n# une note\n# bascule: ignore[variable-at-edge] deux\na: x\n"
    assert said(stacked) == [(5, ["TPL021"], "un"), (5, ["TPL020"], "deux")]


def test_letters_of_any_case() -> None:
    assert said("a: x # BASCULE: Ignore[tpl021] vu en revue\n") == [(1, ["TPL021"], "vu en revue")]


def test_a_whole_file() -> None:
    assert said("a: x\n# bascule: ignore-file[WIN013]: accord signé\n") == [(0, ["WIN013"], "accord signé")]


@pytest.mark.parametrize("reason", ["réponse humaine 😀", "موافقة مكتوبة", "समीक्षा में स्वीकृत", "так решили"])
def test_reasons_in_any_language(reason: str) -> None:
    assert said(f"a: x # bascule: ignore[TPL021] {reason}\n") == [(1, ["TPL021"], reason)]


def test_text_is_no_comment() -> None:
    assert said('a: "x # bascule: ignore[TPL021] raison"\n') == []
    assert said("a: x#bascule: ignore[TPL021] raison\n") == []
    assert said("a: |\n  # bascule: ignore[TPL021] raison\nb: 1\n") == []
    assert said("a: 'l''heure # bascule: ignore[TPL021] x'\n") == []
    both = 'a: "x # bascule: ignore[TPL020] non" # bascule: ignore[TPL021] oui\n'
    assert said(both) == [(1, ["TPL021"], "oui")]


def test_a_comment_beside_the_mark_of_a_block() -> None:
    assert said("a: | # bascule: ignore[TPL021] raison\n  texte\n") == [(1, ["TPL021"], "raison")]
    assert said("a: >-\n  texte\n# bascule: ignore[TPL021] raison\nb: 1\n") == [(4, ["TPL021"], "raison")]


@pytest.mark.parametrize(
    ("comment", "code", "column"),
    [
        ("# bascule: ignore[TPL021]", "CFG010", 6),
        ("# bascule: ignore[TPL021]  --  ", "CFG010", 6),
        ("# bascule: ignore TPL021 raison", "CFG013", 6),
        ("# bascule: ignore[] raison", "CFG013", 6),
        ("# bascule: ignore[TPL021 raison", "CFG013", 6),
        ("# bascule: ingore[TPL021] raison", "CFG013", 6),
        ("# bascule: disable[TPL021] raison", "CFG013", 6),
        ("# bascule: ignore[TPL021, TPL0Z1] raison", "CFG012", 32),
        ("# bascule: ignore[TPL] raison", "CFG012", 24),
        ("# bascule: ignore-file[PAR030] raison", "CFG014", 29),
        ("# bascule: ignore[CFG011] raison", "CFG014", 24),
    ],
)
def test_what_is_wrong_is_found_where_it_stands(comment: str, code: str, column: int) -> None:
    comments, findings = read(f"a: x {comment}\n")
    assert [finding.code for finding in findings] == [code]
    assert findings[0].span is not None
    assert (findings[0].span.line, findings[0].span.column) == (1, column)
    assert findings[0].help
    assert [[code for _, code in comment.codes] for comment in comments] in ([], [[]], [["TPL021"]])
    if code in ("CFG010", "CFG013"):
        assert comments == []


def test_two_equal_mistakes_are_two_findings() -> None:
    from bascule.diagnostics.render_json import dedupe

    _, findings = read("a: x # bascule: ignore[TPL021]\nb: y # bascule: ignore[TPL021]\n")
    assert len(dedupe(findings)) == 2


def test_a_sentence_that_begins_with_the_name_is_no_directive() -> None:
    assert read("# bascule: voir la documentation\n# bascule: 1\na: x\n") == ([], [])
    assert [finding.code for finding in read("a: x # bascule: noqa TPL021\n")[1]] == ["CFG013"]


def test_a_spelling_mistake_is_answered() -> None:
    assert "`ignore`" in read("a: x # bascule: ingore[TPL021] x\n")[1][0].help
    assert "`TPL021`" in read("a: x # bascule: ignore[TPL02I] x\n")[1][0].help


def test_property_files_have_comments_of_whole_lines_and_json_has_none() -> None:
    text = "# bascule: ignore[TPL021] vu\nrdv=Bonjour # bascule: ignore[TPL020] texte\n"
    comments, findings = read_comments(read_properties("sms.properties", text))
    assert [(comment.line, [code for _, code in comment.codes]) for comment in comments] == [(2, ["TPL021"])]
    assert not findings
    assert read_comments(read_json("f.json", '{"a": 1} // bascule: ignore[TPL021] x')) == ([], [])


def test_a_document_that_covers_secrets_is_read_too() -> None:
    inner = read_yaml("f.yaml", "jeton: s3cr3t-valeur # bascule: ignore[PAR405] jeton de test\n")
    comments, _ = read_comments(MaskedDocument(inner, [Place("f.yaml", "/jeton")]))
    assert [comment.reason for comment in comments] == ["jeton de test"]


def test_a_file_that_is_no_yaml_further_down_keeps_what_stands_before() -> None:
    comments, _ = read("a: x # bascule: ignore[TPL021] vu\nb: [\n# bascule: ignore[TPL020] perdu\n")
    assert [comment.line for comment in comments][:1] == [1]


def test_a_file_of_unknown_codes_costs_little() -> None:
    from tests.work import lines_run

    codes = ", ".join(f"XYZ{number:03}" for number in range(1000))
    document = read_yaml("f.yaml", "".join(f"k{number}: x # bascule: ignore[{codes}] x\n" for number in range(20)))
    assert lines_run(lambda: read_comments(document)) < 3_000_000
    assert len(read_comments(document)[1]) == 1000


def test_many_comments_are_read_in_linear_time() -> None:
    from tests.work import lines_run

    def work(count: int) -> int:
        document = read_yaml(
            "f.yaml",
            "a: x # bascule: ignore[TPL021] vu\n" * 1
            + "".join(f"k{n}: y # bascule: ignore[TPL021] vu\n" for n in range(count)),
        )
        return lines_run(lambda: read_comments(document))

    assert work(400) < 2.3 * work(200)


@given(st.text("ab:#'\"|>-[]{} \n,bascule: ignore[TPL021] x", max_size=80))
def test_no_text_raises(text: str) -> None:
    read(text + "\n# bascule: ignore[TPL021] x\n")

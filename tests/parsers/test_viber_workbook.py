"""The survey workbook becomes a straight flow; its token is covered, its answers are not read."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bascule.ir.nodes import Ask, Message, ReplyKind
from bascule.ir.project import EntryKind
from bascule.parsers import viber
from bascule.parsers.base import CERTAIN, Parsed, ParseOptions
from bascule.source import SourceFile
from tests.parsers.viber_support import (
    check_sound,
    codes,
    everything_shown,
    found,
    guard_text,
    only_flow,
    said,
    source_at,
)

openpyxl = pytest.importorskip("openpyxl")

TOKEN = "4453b6ac12345678-0123456789abcdef-fedcba9876543210"
PARAMETERS = [
    ["parameter", "value"],
    ["Access token", ""],
    ["Bot name", "Enquête Lune"],
    ["Welcome to survey message", "Bonjour {{prenom}}, deux minutes pour nous ?"],
    ["Welcome start button", "Commencer"],
    ["End survey message", "Merci !"],
    ["Do not understand message", "Choisissez une réponse."],
    ["Should keyboard use random colors (TRUE/FALSE)", True],
    ["Slogan", "La nuit vous va bien"],
]
QUESTIONS = [
    ["type", "question", "extras", "remarque"],
    ["keyboard", "Êtes-vous satisfaite ?", "Très ; Un peu;Pas du tout", "v2"],
    ["range", "De 0 à 3 ?", "0;1;2;3"],
    ["text", "Un commentaire ?"],
    ["keyboard", "Sans options ?"],
    ["photo", "Une photo ?", "Oui;Non"],
    ["text", ""],
]


def workbook(
    parameters: list[list[Any]] = PARAMETERS, questions: list[list[Any]] = QUESTIONS, answers: int = 0
) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in (("parameters", parameters), ("questions", questions)):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    sheet = book.create_sheet("answers")
    sheet.append(["userId", 1, 2])
    for number in range(answers):
        sheet.append([f"personne-{number}", "Très", "secret de la personne"])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def parse(data: bytes) -> Parsed:
    return viber.parse(SourceFile("enquete.xlsx", data), ParseOptions(locale="fr"))


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(workbook())


def test_the_workbook_is_recognised_by_its_sheets() -> None:
    match = viber.sniff(SourceFile("enquete.xlsx", workbook()))
    assert match is not None
    assert match.confidence == CERTAIN
    other = openpyxl.Workbook()
    other.active.title = "questions"
    data = io.BytesIO()
    other.save(data)
    near = viber.sniff(SourceFile("autre.xlsx", data.getvalue()))
    assert near is not None
    assert near.confidence < 50


def test_questions_follow_each_other_from_welcome_to_end(parsed: Parsed) -> None:
    flow = only_flow(parsed)
    assert [item.id for item in flow.nodes] == [
        "welcome", "question_1", "question_2", "question_3", "question_4", "question_5", "end"
    ]  # fmt: skip
    steps = {item.id: {guard_text(edge): edge.target for edge in item.edges} for item in flow.nodes}
    assert steps["welcome"] == {"start": "question_1", "otherwise": "welcome"}
    assert steps["question_1"] == {"tres,un_peu,pas_du_tout": "question_2", "otherwise": "question_1"}
    assert steps["question_3"] == {"always": "question_4"}
    assert steps["question_5"] == {"oui,non": "end", "otherwise": "question_5"}
    assert [(entry.kind, entry.target) for entry in flow.entries] == [(EntryKind.CHAT_OPENED, "welcome")]


def test_options_are_choices_at_their_place(parsed: Parsed) -> None:
    ask = only_flow(parsed).by_id["question_1"]
    assert isinstance(ask, Ask)
    assert [said(choice.title) for choice in ask.content.choices] == ["Très", "Un peu", "Pas du tout"]
    assert ask.into == ("answers", "question_1")
    assert source_at(parsed, ask.content.choices[1].at) == "Un peu"
    assert ask.validation is not None
    assert ask.validation.error is not None
    assert said(ask.validation.error.text) == "Choisissez une réponse."


def test_a_range_has_bounds_and_an_open_question_takes_text(parsed: Parsed) -> None:
    flow = only_flow(parsed)
    scale, comment = flow.by_id["question_2"], flow.by_id["question_3"]
    assert isinstance(scale, Ask)
    assert scale.validation is not None
    assert (scale.validation.minimum, scale.validation.maximum) == (0.0, 3.0)
    assert isinstance(comment, Ask)
    assert comment.reply is ReplyKind.TEXT


def test_rows_that_cannot_be_read_are_reported_at_their_cell(parsed: Parsed) -> None:
    messages = [finding.message for finding in found(parsed, "PAR418")]
    assert len(messages) == 3
    assert any("row 5" in message and "without options" in message for message in messages)
    assert any("`photo`; it is read as `keyboard`" in message for message in messages)
    assert any("row 7" in message and "no question" in message for message in messages)
    place = next(finding.place for finding in found(parsed, "PAR418") if "row 5" in finding.message)
    assert source_at(parsed, place) == "Sans options ?"
    assert parsed.document.locate(place).line == 5


def test_an_unknown_parameter_and_a_column_of_notes_are_kept(parsed: Parsed) -> None:
    facts = dict(only_flow(parsed).facts)
    assert facts["parameters/Slogan"] == '"La nuit vous va bien"'
    assert facts["questions/1/remarque"] == '"v2"'
    assert "PAR417" in codes(parsed)


def test_every_cell_ends_in_the_ledger_once(parsed: Parsed) -> None:
    expected = [f"/parameters/{row}/value" for row in range(len(PARAMETERS) - 1)]
    for row, cells in enumerate(QUESTIONS[1:]):
        expected += [f"/questions/{row}/{QUESTIONS[0][column]}" for column, cell in enumerate(cells) if cell]
    assert Counter(entry.place.pointer for entry in parsed.ledger) == Counter(expected)


def test_a_token_is_reported_and_never_shown() -> None:
    parsed = parse(workbook([PARAMETERS[0], ["Access token", TOKEN], *PARAMETERS[2:]]))
    assert TOKEN not in everything_shown(parsed)
    (finding,) = found(parsed, "PAR405")
    assert "`Access token`" in finding.message
    assert parsed.document.line_text(parsed.document.locate(finding.place).line).count("•") == len(TOKEN)


def test_answers_are_counted_and_not_read() -> None:
    parsed = parse(workbook(answers=3))
    (finding,) = found(parsed, "LOS415")
    assert "3 row(s)" in finding.message
    assert "secret de la personne" not in everything_shown(parsed)
    assert "personne-1" not in everything_shown(parsed)


@pytest.mark.parametrize(
    "data",
    [
        workbook(PARAMETERS[:1], QUESTIONS[:1]),
        workbook([], []),
        workbook(QUESTIONS, PARAMETERS),
        workbook([["", None, 3.5]], [[1, 2, 3], [None, "x", ";;;"]]),
        workbook()[:2000],
        b"PK\x03\x04" + b"\0" * 100,
    ],
)
def test_odd_workbooks_survive(data: bytes) -> None:
    viber.sniff(SourceFile("x.xlsx", data))
    check_sound(parse(data))


def test_a_workbook_without_start_button_says_the_welcome() -> None:
    rows = [row for row in PARAMETERS if row[0] != "Welcome start button"]
    flow = only_flow(parse(workbook(rows)))
    assert isinstance(flow.nodes[0], Message)
    assert flow.nodes[0].edges[0].target == "question_1"


@pytest.mark.corpus
def test_the_vendors_own_workbook(corpus: Path) -> None:
    (path,) = (corpus / "viber-survey-sheet").glob("*.xlsx")
    file = SourceFile(path.name, path.read_bytes())
    match = viber.sniff(file)
    assert match is not None
    assert match.confidence == CERTAIN
    parsed = viber.parse(file, ParseOptions(locale="en"))
    check_sound(parsed)
    flow = only_flow(parsed)
    assert len(flow.nodes) == 12
    asks = [item for item in flow.nodes if isinstance(item, Ask)]
    assert [len(ask.content.choices) for ask in asks] == [1, 5, 11, 5, 5, 5, 5, 6, 6, 5, 0]
    assert len(parsed.ledger) == 38
    assert parsed.ledger.counts() == {"exact": 36, "emulated": 0, "degraded": 2, "dropped": 0}

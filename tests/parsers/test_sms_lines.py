"""JSON lines: one template per line, with exact places."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.diagnostics import locate
from bascule.ir.encode import encode_project
from bascule.parsers.base import POSSIBLE
from bascule.parsers.sms import sniff
from bascule.source import SourceFile
from bascule.source.json_lines import LinesDocument
from tests.parsers.sms import FIXTURES, codes, found, read, read_json, read_text, said

NAME = "modeles.jsonl"


def lines(*items: Any) -> str:
    return "".join(f"{json.dumps(item, ensure_ascii=False)}\n" for item in items)


def test_each_line_is_a_template_and_rows_of_one_key_are_one_message() -> None:
    parsed = read(NAME)
    assert [flow.id for flow in parsed.project.flows] == ["bienvenue", "rappel", "offre"]
    assert said(parsed, "bienvenue", "fr") == "Bonjour …, bienvenue au salon des Lilas."
    assert said(parsed, "bienvenue", "ar") == "مرحبا …، أهلاً بك في صالون الليلك."
    assert said(parsed, "rappel", "hi").endswith("बजे है।")
    assert said(parsed, "offre", "ru").startswith("Сегодня стрижка дешевле на 10 %")
    assert ("shape", "a file of JSON lines") in parsed.facts


def test_findings_point_at_their_line_and_column() -> None:
    parsed = read(NAME)
    text = (FIXTURES / NAME).read_text(encoding="utf-8").splitlines()
    documents = {parsed.document.path: parsed.document}
    stop = locate(found(parsed, "PAR108"), documents)
    assert stop.span is not None
    assert (stop.span.line, text[3][stop.span.column - 1 :][:13]) == (4, "Répondez STOP")
    empty = locate(found(parsed, "PAR101"), documents)
    assert empty.span is not None
    assert (empty.span.line, text[7][empty.span.column - 1 :]) == (8, '""}')
    stray = locate(found(parsed, "PAR112"), documents)
    assert stray.span is not None
    assert stray.span.line == 7


def test_a_line_that_is_none_is_reported_and_the_others_are_read() -> None:
    parsed = read_text(
        lines({"id": "a", "text": "Bonjour {nom}"}, {"id": "b", "text": "Merci {nom}"}) + "fin\n[1\n", NAME
    )
    assert [flow.id for flow in parsed.project.flows] == ["a", "b"]
    assert [entry.place.pointer for entry in parsed.ledger.losses()] == ["/2"]
    assert codes(parsed).count("PAR112") == 1


@pytest.mark.parametrize("name", ["sms.jsonl", "sms.ndjson", "sms.json", "sms.txt", "sms"])
def test_lines_are_found_by_suffix_and_by_content(name: str) -> None:
    text = lines({"id": "a", "text": "Bonjour {nom}, à demain."}, {"id": "b", "text": "Merci {nom}, à bientôt."})
    assert len(read_text(text, name).project.flows) == 2


def test_one_line_needs_its_suffix() -> None:
    text = lines({"id": "a", "text": "Bonjour {nom}, à demain."})
    assert [flow.id for flow in read_text(text, "sms.jsonl").project.flows] == ["a"]
    assert ("shape", "a file of JSON lines") not in read_text(text, "sms.json").facts


def test_a_document_over_several_lines_is_no_list_of_lines() -> None:
    parsed = read_text(json.dumps({"a": "Bonjour {nom}, à demain."}, indent=1), "sms.jsonl")
    assert [flow.id for flow in parsed.project.flows] == ["a"]


def test_marks_and_blank_lines_move_nothing() -> None:
    parsed = read_text(
        "\ufeff\r\n" + lines({"id": "a", "text": ""}, {"id": "b", "text": "Bonjour"}).replace("\n", "\r\n\r\n")
    )
    finding = locate(found(parsed, "PAR101"), {parsed.document.path: parsed.document})
    assert finding.span is not None
    assert finding.span.line == 2


def test_the_sniffer_says_what_it_saw() -> None:
    match = sniff(SourceFile(NAME, (FIXTURES / NAME).read_bytes()))
    assert match is not None
    assert match.confidence >= POSSIBLE
    assert "JSON lines" in match.reason


def test_contacts_and_sent_messages_are_not_claimed() -> None:
    for item in ({"phone": "+33600000000", "text": "Bonjour"}, {"to": "+33600000000", "body": "Bonjour"}):
        match = sniff(SourceFile.of_text(lines(item, item), "sms.jsonl"))
        assert match is None or match.confidence < POSSIBLE


scalars = (
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "Bonjour {nom}, à demain.", "a", "fr", "نص {x}"])
)
objects = st.dictionaries(
    st.sampled_from(["id", "text", "lang", "title", "variables", "buttons", "zut", "text_ar"]),
    scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.sampled_from(["fr", "ar", "x"]), scalars, max_size=2),
    min_size=1,
    max_size=4,
)


@settings(max_examples=150)
@given(st.lists(objects, min_size=2, max_size=5))
def test_lines_are_read_like_a_list(items: list[dict[str, Any]]) -> None:
    by_line, by_list = read_text(lines(*items), "x.jsonl"), read_json(items, "x.json")
    assert encode_project(by_line.project) == encode_project(by_list.project)
    assert [finding.code for finding in by_line.findings] == [finding.code for finding in by_list.findings]
    places = [Counter((entry.place.pointer, entry.fate) for entry in parsed.ledger) for parsed in (by_line, by_list)]
    assert places[0] == places[1]


@settings(max_examples=150)
@given(st.text(alphabet='{}[]":,\\ \n\raé1', max_size=80))
def test_any_text_can_be_taken_for_lines(text: str) -> None:
    document = LinesDocument("x", text)
    assert len(document.strays) <= len(document.value)
    parsed = read_text(text, "x.jsonl")
    for finding in parsed.findings:
        assert locate(finding, {parsed.document.path: parsed.document}).span is not None

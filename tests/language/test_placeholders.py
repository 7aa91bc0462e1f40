from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.language.cases import load, ranges, rebuilt, said

from bascule.diagnostics.finding import Severity
from bascule.ir.expr import Call, Const, Opaque, Ref
from bascule.ir.expr_text import print_text
from bascule.ir.text import Hole, Literal, holes, plain_text
from bascule.language.native import parse_native_text
from bascule.language.placeholders import SYNTAXES, choice_findings, choose_syntax, parse_text, syntax_names
from bascule.language.placeholders.syntaxes import evidence, grammar, tokens
from bascule.source import Place

PLACE = Place("messages.csv", "/3/content")
TABLE = load("placeholders")
ALONE = [(syntax, *case) for syntax, cases in TABLE["syntaxes"].items() for case in cases]
FORCED = [(syntax, *case) for syntax, cases in TABLE["forced"].items() for case in cases]


@pytest.mark.parametrize("case", ALONE + FORCED, ids=lambda case: f"{case[0]}: {case[1]}")
def test_a_text_is_read_with_its_holes_and_findings(case: tuple[str, ...]) -> None:
    syntax, text, native, *expected = case
    result, findings = parse_text(text, syntax, PLACE)
    assert print_text(result) == native
    assert said(findings, text) == expected


@pytest.mark.parametrize("case", ALONE, ids=lambda case: f"{case[0]}: {case[1]}")
def test_a_text_on_its_own_shows_its_syntax(case: tuple[str, ...]) -> None:
    assert choose_syntax([case[1]]).name == case[0]


@pytest.mark.parametrize("text", TABLE["nothing"])
def test_ordinary_text_holds_no_placeholder(text: str) -> None:
    choice = choose_syntax([text])
    assert choice.name is None
    assert parse_text(text, choice, PLACE) == (((Literal(text),) if text else ()), [])


@pytest.mark.parametrize("case", TABLE["files"], ids=lambda case: " | ".join(case["texts"]))
def test_a_file_has_one_syntax(case: dict[str, object]) -> None:
    choice = choose_syntax(case["texts"])  # type: ignore[arg-type]
    assert choice.name == case["chosen"]
    assert list(choice.tags) == case["tags"]


def test_every_row_of_the_table_has_cases_and_a_grammar_that_reads_its_example() -> None:
    assert set(TABLE["syntaxes"]) == set(SYNTAXES)
    for row in SYNTAXES.values():
        assert grammar(row.grammar_file).terminals
        result, _ = parse_text(f"Bonjour {row.example} !", row.name, PLACE)
        assert len(list(holes(result))) == 1, row.name
        assert any(mark in row.example for mark in row.marks), row.name


def test_no_syntax_passes_for_another() -> None:
    for row in SYNTAXES.values():
        # One #{name} alone is a number sign and {name}; Ruby shows by the second.
        more = " #{prenom}" if row.name == "ruby" else ""
        choice = choose_syntax([f"Bonjour {row.example}, merci{more}"])
        assert [name for name, _ in choice.counts] == [row.name]


def test_counts_name_the_runners_up_and_the_reason_quotes_them() -> None:
    choice = choose_syntax(["{a} {b}", "{c} %date%", "rien"])
    assert choice.counts == (("brace", 3), ("percent", 1))
    assert choice.reason == "`{name}` 3 times in 2 of 3 text(s); also seen: `%name%` once"


def test_a_close_runner_up_is_reported_for_the_file() -> None:
    close = choose_syntax(["{a} {b}", "%cc% {d}", "%ee%"])
    findings = choice_findings(close, Place("messages.csv"))
    assert [finding.code for finding in findings] == ["VAR103"]
    assert findings[0].data["chosen"] == "brace"
    assert choice_findings(choose_syntax(["{a} {b} {c} {d} {e}", "%ff%"]), PLACE) == []
    assert choice_findings(choose_syntax(["rien"]), PLACE) == []


def test_braces_in_an_address_count_when_their_names_are_usual_or_the_file_writes_them() -> None:
    assert choose_syntax(["https://x.example/{z}/a{b}c"]).name is None
    assert choose_syntax(["https://x.example/{order_id}"]).name == "brace"
    result, _ = parse_text("{nom} : https://x.example/{z}", "brace", PLACE)
    assert print_text(result) == "{nom} : https://x.example/{z}"


def test_every_result_can_be_written_in_the_native_notation_and_read_back() -> None:
    for syntax, text, *_ in ALONE + FORCED:
        result, _ = parse_text(text, syntax, PLACE)
        assert parse_native_text(print_text(result), PLACE)[0] == result


def test_a_sender_tag_stays_text_when_the_choice_is_given() -> None:
    texts = ["[Acme] Bonjour [nom]", "[Acme] Merci [nom]"]
    choice = choose_syntax(texts)
    result, findings = parse_text(texts[0], choice, PLACE)
    assert print_text(result) == "[Acme] Bonjour {nom}"
    assert findings == []


def test_without_a_syntax_the_text_is_one_literal() -> None:
    assert parse_text("Bonjour {nom}", None, PLACE) == ((Literal("Bonjour {nom}"),), [])
    assert parse_text("", None, PLACE) == ((), [])


def test_a_name_that_is_no_syntax_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="'mustache' is not a placeholder syntax"):
        parse_text("x", "mustache", PLACE)
    assert "double-brace" in syntax_names()


def test_a_hole_knows_its_range_within_the_place_of_its_text() -> None:
    result, _ = parse_text("Bonjour {nom}", "brace", PLACE.within(100, 113))
    hole = result[1]
    assert isinstance(hole, Hole)
    assert hole.at == Place("messages.csv", "/3/content", (108, 113))
    assert hole.expression == Ref(("nom",))


def test_an_unbalanced_placeholder_says_what_to_write_and_offers_an_edit() -> None:
    _, findings = parse_text("Bonjour {nom, merci", "brace", PLACE)
    (finding,) = findings
    assert finding.code == "VAR100"
    assert finding.severity is Severity.WARNING
    assert finding.help == "write `{nom}` if it is a variable"
    assert finding.fix is not None
    assert finding.fix.edits[0].replacement == "{nom}"
    assert finding.fix.edits[0].place.sub == (8, 12)


def test_a_dollar_before_a_brace_is_a_price_only_for_an_amount() -> None:
    _, price = parse_text("${total_amount} à payer, {nom}", "brace", PLACE)
    result, slip = parse_text("Bonjour ${nom} {prenom}", "brace", PLACE)
    assert price == []
    assert [finding.code for finding in slip] == ["VAR101"]
    assert print_text(result) == "Bonjour ${nom} {prenom}"


def test_python_formats_keep_their_format() -> None:
    result, _ = parse_text("{hour:02d}", "brace", PLACE)
    assert [hole.expression for hole in holes(result)] == [Call("format", (Ref(("hour",)), Const("02d")))]


def test_code_is_kept_verbatim() -> None:
    result, findings = parse_text("<%= lien(x) %>", "erb", PLACE)
    assert [hole.expression for hole in holes(result)] == [Opaque("ruby", "<%= lien(x) %>")]
    assert [finding.severity for finding in findings] == [Severity.INFO]


def test_mailchimp_blocks_nest_and_a_deep_or_broken_nest_is_read_flat() -> None:
    result, _ = parse_text("*|IF:A|*x*|IF:B|*y*|END:IF|**|END:IF|*", "mailchimp", PLACE)
    assert print_text(result) == '{if(has_text(A), "x" & if(has_text(B), "y", ""), "")}'
    deep = "*|IF:A|*" * 60 + "x" + "*|END:IF|*" * 60
    result, findings = parse_text(deep, "mailchimp", PLACE)
    assert rebuilt(result, deep) == deep
    assert {finding.code for finding in findings} == {"VAR105"}
    assert len(findings) == 120


def test_anonymous_placeholders_avoid_names_in_use() -> None:
    result, _ = parse_text("{} {arg1} {}", "python-positional", PLACE)
    assert [hole.expression for hole in holes(result)] == [Ref(("arg2",)), Ref(("arg1",)), Ref(("arg3",))]


PIECES = st.sampled_from(
    [mark for row in SYNTAXES.values() for mark in row.marks]
    + [row.example for row in SYNTAXES.values()]
    + [
        "nom",
        "Prénom",
        "الاسم",
        "नाम",
        " ",
        "\n",
        "20%",
        "https://x.example/?a=%20b",
        "🎉",
        ":",
        ".",
        ",",
        '"a": 1',
        "(",
        "]",
    ]
    + [
        "{nom",
        "nom}",
        "{{nom}",
        "[heure",
        "%nom",
        "*|IF:X|*",
        "*|ELSE:|*",
        "*|END:IF|*",
        "??",
        "|",
        "0",
        "\\",
        "<%",
        "%>",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=14).map("".join)


@given(st.sampled_from(sorted(set(SYNTAXES) - {"liquid"})), TEXTS)
def test_nothing_of_a_text_is_lost(name: str, text: str) -> None:
    row = SYNTAXES[name]
    result, findings = parse_text(text, name, PLACE)
    spans = ranges(result)
    assert spans == sorted(spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    assert all(
        finding.place.sub and 0 <= finding.place.sub[0] < finding.place.sub[1] <= len(text) for finding in findings
    )
    start = "flat" if name == "mailchimp" else "start"
    pieces = grammar(row.grammar_file).parse(text, start=start).children
    assert "".join(pieces) == text
    if not any(piece.type == "ESCAPE" for piece in pieces):
        assert rebuilt(result, text) == text


@given(st.lists(TEXTS, max_size=6))
def test_choosing_never_fails_and_reads_with_what_it_chose(texts: list[str]) -> None:
    choice = choose_syntax(texts)
    assert choice.name is None or choice.counts[0][0] == choice.name
    assert [count for _, count in choice.counts] == sorted((count for _, count in choice.counts), reverse=True)
    for text in texts:
        result, _ = parse_text(text, choice, PLACE)
        assert plain_text(result) or not text.strip("{}[]<>%$#()*|@:\\ \n\t") or text.isspace()


def test_evidence_and_reading_agree_on_what_a_placeholder_is() -> None:
    for syntax, text, *_ in ALONE:
        row = SYNTAXES[syntax]
        if syntax in ("liquid", "mailchimp"):
            continue
        pattern, _ = evidence(syntax)
        kinds = [token.type for token in tokens(row, text) if token.type != "TEXT"]
        assert [match.lastgroup for match in pattern.finditer(text)] == kinds, text


@pytest.mark.parametrize("name", sorted(SYNTAXES))
def test_hostile_texts_are_read_in_linear_time(name: str) -> None:
    row = SYNTAXES[name]
    units = [
        *row.marks,
        row.example,
        row.example[:-1] + " ",
        row.marks[0] + "a ",
        row.marks[0] + "a|'",
        row.marks[0] + "a(",
    ]
    for unit in units:
        text = unit * (10_000 // len(unit))
        parse_text(text, name, PLACE)
        choose_syntax([text])

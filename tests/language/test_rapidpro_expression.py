"""RapidPro texts and expressions: what is said, what is filled in, and what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.language.cases import load, ranges, rebuilt, said
from tests.work import lines_run

from bascule.diagnostics import Applicability
from bascule.diagnostics.pages import HEADINGS, page_sections
from bascule.ir.expr import OPERATORS, TESTS, Call, Const, Lambda, Opaque, Ref, walk
from bascule.ir.expr_text import print_expression, print_text
from bascule.ir.text import Literal, holes
from bascule.language import rapidpro_rules
from bascule.language.native import parse_expression, parse_native_text
from bascule.language.rapidpro_expression import (
    RAPIDPRO,
    ROOTS,
    parse_rapidpro_expression,
    parse_rapidpro_text,
    rename_references,
)
from bascule.language.rapidpro_expression.names import FUNCTIONS, native_call
from bascule.language.rapidpro_expression.scan import cut
from bascule.language.rapidpro_expression.tree import MAX_DEPTH
from bascule.source import Place

PLACE = Place("flow.json", "/nodes/0/actions/0/text")


def expression(source: str) -> Any:
    return parse_rapidpro_expression(source, PLACE)[0]


def unescaped(text: str) -> str:
    """The text with its doubled at signs said once."""
    return "".join("@" if piece.kind == "escape" else text[piece.start : piece.end] for piece in cut(text))


# The table


@pytest.mark.parametrize("case", load("rapidpro"), ids=lambda case: case[0])
def test_a_text_is_read_with_its_holes_and_findings(case: list[str]) -> None:
    text, native, *expected = case
    result, findings = parse_rapidpro_text(text, PLACE)
    assert print_text(result) == native
    assert said(findings, text) == expected


@pytest.mark.parametrize("case", load("rapidpro"), ids=lambda case: case[0])
def test_every_result_can_be_written_in_the_native_notation_and_read_back(case: list[str]) -> None:
    result, _ = parse_rapidpro_text(case[0], PLACE)
    assert parse_native_text(print_text(result), PLACE)[0] == result


def test_every_code_stands_in_the_table_or_is_about_size() -> None:
    shown = {finding.split(" ")[0] for case in load("rapidpro") for finding in case[2:]}
    rules = [getattr(rapidpro_rules, name) for name in rapidpro_rules.__all__]
    assert {rule.code for rule in rules} == shown | {"VAR134"}
    for rule in rules:
        assert "VAR130" <= rule.code <= "VAR139"
        assert [
            heading for heading in HEADINGS if heading != "Fix safety" and not page_sections(rule).get(heading)
        ] == []


@pytest.mark.parametrize("name", [name for name in rapidpro_rules.__all__ if name != "RapidProTooLarge"])
def test_the_example_of_a_page_gives_its_finding_and_the_cure_does_not(name: str) -> None:
    rule = getattr(rapidpro_rules, name)
    sections = page_sections(rule)
    example = sections["Example"].split("`")[1]
    cure = sections["Use instead"].split("`")[1]
    assert rule.code in [finding.code for finding in parse_rapidpro_text(example, PLACE)[1]]
    assert parse_rapidpro_text(cure, PLACE)[1] == []


# Places


def test_holes_stand_on_their_own_characters() -> None:
    text = "Bonjour @contact.name. @(upper(fields.ville)) 🎉 @@ @fields.rdv !"
    result, _ = parse_rapidpro_text(text, PLACE)
    assert [text[start:end] for start, end in ranges(result)] == [
        "@contact.name",
        "@(upper(fields.ville))",
        "@fields.rdv",
    ]


def test_a_part_of_a_text_keeps_its_offset() -> None:
    result, findings = parse_rapidpro_text("@contact.name @(1 +)", PLACE.within(100, 120))
    assert ranges(result) == [(100, 113), (114, 120)]
    assert findings[0].place.sub == (118, 119)


def test_findings_say_what_was_expected_and_the_usual_cure() -> None:
    def one(text: str) -> tuple[str, str]:
        (finding,) = parse_rapidpro_text(text, PLACE)[1]
        return finding.message, finding.help

    assert one("@(fields.a == 1)") == ("found `=` where a value was expected", "write `=` to compare")
    assert one("@(fields.a <> 1)")[1] == "write `!=`"
    assert one("@(fields.a && fields.b)")[1] == "write `and(…, …)`"
    assert one("@('oui')") == ("found `'`, which no expression has", 'write texts in double quotes: "…"')
    assert one("@(“oui”)")[1] == 'write straight quotes: "…"'
    assert one("@(@contact.name)")[1] == "inside `@(…)` names stand without `@`"
    assert one("@(contact.name + )") == ("the expression ends where a value was expected", "")
    assert one("@()")[0] == "the expression is empty"
    assert "never closed" in one("@(upper(contact.name)")[0]


def test_what_cannot_be_read_is_kept_verbatim() -> None:
    text = "a @(upper(contact.name) + ) b"
    result, findings = parse_rapidpro_text(text, PLACE)
    (hole,) = holes(result)
    assert hole.expression == Opaque(RAPIDPRO, "@(upper(contact.name) + )")
    assert findings[0].notes == ("the expression is kept as text: `@(upper(contact.name) + )`",)


def test_the_fix_of_an_address_doubles_its_at_sign() -> None:
    text = "Écrivez à info@contact.org"
    (finding,) = parse_rapidpro_text(text, PLACE)[1]
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.SAFE
    (edit,) = finding.fix.edits
    assert edit.place.sub is not None
    start, end = edit.place.sub
    mended = text[:start] + edit.replacement + text[end:]
    result, findings = parse_rapidpro_text(mended, PLACE)
    assert (print_text(result), findings) == (text, [])


@pytest.mark.parametrize(
    "text",
    [
        "aide@exemple.fr",
        "jean.dupont@webhook.io",
        "a-b_c@results.org, merci",
        "x@twitter et @facebook",
        "15 € @ l'unité",
        "@",
        "@ @. @- @_ @é",
        "Rendez-vous@18h",
    ],
)
def test_addresses_and_at_signs_are_said(text: str) -> None:
    assert print_text(parse_rapidpro_text(text, PLACE)[0]) == text


@pytest.mark.parametrize("root", sorted(ROOTS))
def test_every_root_is_a_reference_in_any_case(root: str) -> None:
    for spelled in (root, root.upper()):
        (hole,) = holes(parse_rapidpro_text(f"({spelled}) @{spelled}.", PLACE)[0])
        assert hole.expression == Ref((root,))


# Expressions


def test_an_operand_is_a_text_or_an_expression() -> None:
    assert parse_rapidpro_expression("@input.text", PLACE) == (Ref(("input", "text")), [])
    assert parse_rapidpro_expression("  @(upper(input.text)) ", PLACE) == (Call("upper", (Ref(("input", "text")),)), [])
    assert expression("n° @fields.n") == Call("concat", (Const("n° "), Ref(("fields", "n"))))
    assert expression("input.text") == Ref(("input", "text"))
    assert parse_rapidpro_expression(" ", PLACE) == (Const(""), [])


@pytest.mark.parametrize(
    ("loose", "tight"),
    [("&", "="), ("=", "<"), ("!=", ">="), ("<=", "+"), ("<", "-"), ("+", "*"), ("-", "/"), ("*", "^"), ("/", "^")],
)
def test_operators_bind_as_the_engine_says(loose: str, tight: str) -> None:
    assert expression(f"1 {loose} 2 {tight} 3") == expression(f"1 {loose} (2 {tight} 3)")
    assert expression(f"1 {tight} 2 {loose} 3") == expression(f"(1 {tight} 2) {loose} 3")


@pytest.mark.parametrize("operator", ["=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "^"])
def test_every_operator_groups_from_the_left(operator: str) -> None:
    assert expression(f"1 {operator} 2 {operator} 3") == expression(f"(1 {operator} 2) {operator} 3")


def test_minus_binds_tighter_than_a_power() -> None:
    assert expression("-fields.a ^ 2") == expression("(-fields.a) ^ 2")
    assert expression("2 ^ -1") == Call("pow", (Const(2), Const(-1)))


def test_functions_of_another_meaning_do_not_pass_for_native_ones() -> None:
    for name in sorted(FUNCTIONS):
        for count in range(4):
            call = native_call(name, tuple(Const(number) for number in range(count)))
            if call.name in OPERATORS:
                assert call.name in ("and", "or")
                assert count >= 2
    assert native_call("concat", (Const(1), Const(2))).name == "rapidpro_concat"
    assert native_call("split", (Const("a b"), Const(" "))).name == "rapidpro_split"
    assert native_call("upper", ()).name == "rapidpro_upper"


def test_tests_are_the_tests_of_the_graph() -> None:
    for name in sorted(TESTS):
        if name.startswith("has_"):
            assert expression(f'{name}(input.text, "a")') == Call(name, (Ref(("input", "text")), Const("a")))


def test_lambdas_know_their_own_names_only() -> None:
    assert expression("foreach(fields.l, (x) => upper(x.nom))") == Call(
        "foreach", (Ref(("fields", "l")), Lambda(("x",), Call("upper", (Ref(("x", "nom")),))))
    )
    _, findings = parse_rapidpro_expression("foreach(fields.l, (x) => y)", PLACE)
    assert [(finding.code, finding.data["name"]) for finding in findings] == [("VAR133", "y")]


def test_a_name_in_a_lambda_may_hide_a_root() -> None:
    (_, body) = expression("foreach(fields.l, (contact) => contact.Nom)").args
    assert body == Lambda(("contact",), Ref(("contact", "Nom")))


def test_deep_and_long_expressions_are_kept_verbatim() -> None:
    assert expression("(" * 300 + "1" + ")" * 300) == Const(1)
    deep = expression("upper(" * (MAX_DEPTH - 1) + "1" + ")" * (MAX_DEPTH - 1))
    assert sum(1 for _ in walk(deep)) == MAX_DEPTH
    for source in ("-" * 5000 + "x", "1" * 401):
        value, findings = parse_rapidpro_expression(source, PLACE)
        assert value == Opaque(RAPIDPRO, source)
        assert len(findings) == 1
    _, findings = parse_rapidpro_expression("upper(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1), PLACE)
    assert [finding.code for finding in findings] == ["VAR134"]
    _, findings = parse_rapidpro_expression("1 + " * 3000 + "1", PLACE)
    assert [finding.code for finding in findings] == ["VAR134"]


# Renaming


def test_references_are_renamed_and_nothing_else() -> None:
    text = 'À @parent.run.results.a, @(PARENT.RUN.results["parent.run"] & "parent.run" & parent.runner & x.parent.run) @@parent.run'

    def rename(path: tuple[str, ...]) -> tuple[str, ...] | None:
        return ("parent", *path[2:]) if tuple(part.lower() for part in path[:2]) == ("parent", "run") else None

    renamed, changes = rename_references(text, rename)
    assert (
        renamed
        == 'À @parent.results.a, @(parent.results["parent.run"] & "parent.run" & parent.runner & x.parent.run) @@parent.run'
    )
    assert [text[change.start : change.end] for change in changes] == ["parent.run.results.a", "PARENT.RUN.results"]


def test_without_a_change_the_text_is_the_same() -> None:
    for case in load("rapidpro"):
        assert rename_references(case[0], lambda path: None) == (case[0], [])
        assert rename_references(case[0], lambda path: path)[0].replace(" . ", ".") == case[0].replace(" . ", ".")


# Whatever stands there

PIECES = st.sampled_from(
    [
        "@", "@@", "@(", ")", "(", '"', "\\", "@contact", ".name", ".", "..", "@contact.name", "@(upper(contact.name))", "@(1 + 2)",
        "@fields.âge", "@results.a.category", "a@exemple.fr", "info@contact.org", " ", "\n", "é", "مرحبا", "हाँ", "🎉", "=>", "[0]", "[",
        "foreach(fields.l, (x) => x)", "+", "-", "^", "&", ",", "null", "1", "1.5", "upper", "@(\"x)\")", "{", "}", "`",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=20).map("".join)


@given(TEXTS)
def test_nothing_of_a_text_is_lost(text: str) -> None:
    result, findings = parse_rapidpro_text(text, PLACE)
    assert rebuilt(result, text) == unescaped(text)
    spans = ranges(result)
    assert spans == sorted(spans)
    for finding in findings:
        assert finding.place.sub is not None
        assert 0 <= finding.place.sub[0] <= finding.place.sub[1] <= len(text)


@given(TEXTS)
def test_the_pieces_of_a_text_cover_it(text: str) -> None:
    pieces = list(cut(text))
    assert "".join(text[piece.start : piece.end] for piece in pieces) == text
    assert all(piece.start < piece.end for piece in pieces)
    assert [piece.kind for piece in pieces if piece.kind == "escape"] == ["escape"] * sum(
        1 for piece in pieces if text[piece.start : piece.end] == "@@"
    )


@given(TEXTS)
def test_what_is_read_can_be_printed_and_read_back(text: str) -> None:
    result, _ = parse_rapidpro_text(text, PLACE)
    assert parse_native_text(print_text(result), PLACE)[0] == result
    value, _ = parse_rapidpro_expression(text, PLACE)
    assert parse_expression(print_expression(value), PLACE)[0] == value


VALUES = st.recursive(
    st.sampled_from(["contact.name", "fields.a", "results.b", "webhook.json.x", "1", "2.5", '"été"', "true", "null"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "^", "&", "=", "<", ">=", "!="]), inner).map(" ".join),
        inner.map(lambda source: f"({source})"),
        st.tuples(st.sampled_from(["upper", "title", "word_count", "text_length"]), inner).map(
            lambda p: f"{p[0]}({p[1]})"
        ),
        st.tuples(inner, inner).map(lambda p: f"default({p[0]}, {p[1]})"),
        inner.map(lambda source: f"foreach(fields.l, (x) => {source} & x)"),
    ),
    max_leaves=12,
)


@given(VALUES)
def test_well_formed_expressions_are_read(source: str) -> None:
    value, findings = parse_rapidpro_expression(source, PLACE)
    assert findings == []
    assert not any(isinstance(part, Opaque) for part in walk(value))
    assert parse_expression(print_expression(value), PLACE)[0] == value


def test_plain_text_is_one_literal() -> None:
    assert parse_rapidpro_text("Bonjour { } \\n %", PLACE) == ((Literal("Bonjour { } \\n %"),), [])
    assert parse_rapidpro_text("", PLACE) == ((), [])


@pytest.mark.parametrize(
    "unit", ["@(", "@", "@@", "@contact.", "@(a", '@("', "(", "@(1)", "@contact.name ", "a@contact.org ", '@(")']
)
def test_work_grows_with_the_text_only(unit: str) -> None:
    parse_rapidpro_text(unit * 50, PLACE)
    small = lines_run(lambda: parse_rapidpro_text(unit * 100, PLACE))
    large = lines_run(lambda: parse_rapidpro_text(unit * 800, PLACE))
    assert large < 12 * small + 1000


# Real texts


def strings(value: Any) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


@pytest.mark.corpus
def test_expressions_of_real_flows_can_be_read(corpus: Path) -> None:
    read = 0
    for folder in ("rapidpro-export", "rapidpro-single-flow", "goflow-runner", "glific"):
        for path in sorted((corpus / folder).rglob("*.json")):
            for text in strings(json.loads(path.read_text(encoding="utf-8"))):
                result, findings = parse_rapidpro_text(text, PLACE)
                assert rebuilt(result, text) == unescaped(text)
                assert findings == []
                read += len(ranges(result))
    assert read > 400

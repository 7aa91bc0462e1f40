from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import expressions, paths, strings, texts

from bascule.ir.expr import OPERATORS, Call, Const, Expression, Lambda, Opaque, Ref
from bascule.ir.expr_text import IDENTIFIER, print_expression, print_path, print_text
from bascule.ir.text import Hole, Literal, join_text, plain_text
from bascule.language.native import parse_expression, parse_native_text, parse_path
from bascule.language.native_tree import MAX_DEPTH
from bascule.resources import read_text
from bascule.source import Place

PLACE = Place("scenario.yaml", "/say")


def read(text: str) -> Expression:
    expression, findings = parse_expression(text, PLACE)
    assert findings == [], findings
    return expression


def ref(*path: str) -> Ref:
    return Ref(path)


A, B, C = ref("a"), ref("b"), ref("c")


@given(expressions(12))
@settings(max_examples=400)
def test_every_expression_survives_printing(expression: Expression) -> None:
    printed = print_expression(expression)
    assert read(printed) == expression
    assert print_expression(read(printed)) == printed


@given(texts())
@settings(max_examples=300)
def test_every_text_survives_printing(text: tuple[Literal | Hole, ...]) -> None:
    printed = print_text(text)
    parsed, findings = parse_native_text(printed, PLACE)
    assert parsed == text
    assert {finding.code for finding in findings} <= {"VAR114"}
    assert print_text(parsed) == printed


@given(paths())
def test_every_path_survives_printing(path: tuple[str, ...]) -> None:
    assert parse_path(print_path(path), PLACE) == (path, [])
    assert read(print_path(path)) == Ref(path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", A),
        ("order", ref("order")),
        ("contact.not", ref("contact", "not")),
        ("results.0.prénom", ref("results", "0", "prénom")),
        ("नाम", ref("नाम")),
        ("رقم_الطلب", ref("رقم_الطلب")),
        ("`code postal`.x", ref("code postal", "x")),
        ("12", Const(12)),
        ("12.0", Const(12.0)),
        ("-5", Const(-5)),
        ("-(5)", Call("neg", (Const(5),))),
        ("-a", Call("neg", (A,))),
        ("true", Const(True)),
        ("null", Const(None)),
        ("'l\\'eau'", Const("l'eau")),
        ('"\\u{1f64f} \\u00e9\\n"', Const("🙏 é\n")),
        ("a + b - c", Call("sub", (Call("add", (A, B)), C))),
        ("a - (b - c)", Call("sub", (A, Call("sub", (B, C))))),
        ("a + b * c", Call("add", (A, Call("mul", (B, C))))),
        ("-a ^ b", Call("neg", (Call("pow", (A, B)),))),
        ("2 ^ -1", Call("pow", (Const(2), Const(-1)))),
        ('a & "x" & b', Call("concat", (A, Const("x"), B))),
        ("a & (b & c)", Call("concat", (A, Call("concat", (B, C))))),
        ("a or b and not c = 1", Call("or", (A, Call("and", (B, Call("not", (Call("eq", (C, Const(1))),))))))),
        ("a and b and c", Call("and", (A, B, C))),
        ("(a and b) and c", Call("and", (Call("and", (A, B)), C))),
        ("a != b", Call("ne", (A, B))),
        ("eq(a, b)", Call("eq", (A, B))),
        ("`and`(a)", Call("and", (A,))),
        ("has_any_word(a, 'oui ok')", Call("has_any_word", (A, Const("oui ok")))),
        ("now()", Call("now", ())),
        ("(x) => x + 1", Lambda(("x",), Call("add", (ref("x"), Const(1))))),
        ("(x, y) => x", Lambda(("x", "y"), ref("x"))),
        ("() => 1", Lambda((), Const(1))),
        ("map(a, (x) => x)", Call("map", (A, Lambda(("x",), ref("x"))))),
        ('opaque("liquid", "{% if %}")', Opaque("liquid", "{% if %}")),
        ('`opaque`("a", "b")', Call("opaque", (Const("a"), Const("b")))),
        (" a\n+\u00a0b ", Call("add", (A, B))),
    ],
)
def test_reads(text: str, expected: Expression) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        (Call("add", (A, Call("add", (B, C)))), "a + (b + c)"),
        (Call("eq", (Call("eq", (A, B)), C)), "(a = b) = c"),
        (Call("not", (Call("or", (A, B)),)), "not (a or b)"),
        (Call("neg", (Const(5),)), "-(5)"),
        (Call("neg", (A, B)), "neg(a, b)"),
        (Call("sub", (A,)), "sub(a)"),
        (Call("not", ()), "`not`()"),
        (Call("mul", (Lambda(("x",), A), B)), "((x) => a) * b"),
        (Const(1e300), "1e+300"),
        (Const(float("inf")), "1e999"),
        (Const('l"eau\u2028'), '"l\\"eau\\u{2028}"'),
        (Ref(()), 'opaque("path", "")'),
        (Ref(("true", "true")), "`true`.true"),
    ],
)
def test_prints(expression: Expression, printed: str) -> None:
    assert print_expression(expression) == printed


@pytest.mark.parametrize(
    ("text", "where", "message", "help"),
    [
        ("", (0, 0), "is empty", "write a variable"),
        ("a == b", (3, 4), "`=` where a value was expected", "`=` to compare"),
        ("a && b", (3, 4), "`&` where a value", "write `and`"),
        ("a || b", (2, 3), "`|`, which no expression has", "write `or`"),
        ("a <> b", (3, 4), "`>` where a value", "`!=`"),
        ("!a", (0, 1), "`!`", "write `not`"),
        ("a AND b", (2, 5), "`AND` where an operator", "small letters"),
        ("a b", (2, 3), "`b` where an operator", "join texts with `&`"),
        ("23h", (2, 3), "`h`", "no unit here"),
        ("f(a,)", (4, 5), "`)` where a value", ""),
        ("(a", (1, 2), "ends where `,` or `)`", ""),
        ("a = b = c", (6, 7), "`=`", "do not chain"),
        ("a[0]", (1, 2), "`[`", "index(value, 0)"),
        ("“oui”", (0, 1), "`“`", "straight quotes"),
        ('"oui', (0, 4), "never closed", 'closing "'),
        ('"\\q"', (1, 3), "`\\q` is no escape", "backslash"),
        ("a.b(c)", (0, 3), "one name without dots", "backquotes"),
        ("(a + 1) => 2", (1, 6), "names only", "(x) => …"),
        ("opaque(1)", (0, 6), "two quoted texts", "opaque("),
        ("1" * 5000, (0, 5000), "too many digits", ""),
    ],
)
def test_a_mistake_is_named_with_its_place_and_its_cure(
    text: str, where: tuple[int, int], message: str, help: str
) -> None:
    expression, (finding,) = parse_expression(text, PLACE)
    assert finding.code == "VAR110"
    assert finding.place == PLACE.within(*where)
    assert message in finding.message
    assert help in finding.help
    assert expression == Opaque("bascule", text)


def test_no_terminal_of_the_grammar_shows_in_a_message() -> None:
    for text in ("a +", "(", "f(", "a,", ")", "=> a", "not", "1 2", "a 'x'", "(a b", "f(a b", "a = = b", "- -", "^"):
        _, (finding,) = parse_expression(text, PLACE)
        assert not re.search(r"[A-Z]{2,}|__", finding.message), finding.message


def test_the_grammar_knows_every_operator_and_the_same_names_as_the_printer() -> None:
    grammar = read_text("grammars", "expression.lark")
    for name, (symbol, _) in OPERATORS.items():
        text = f"{symbol} a" if name in ("not", "neg") else f"a {symbol} b"
        assert read(text) == Call(name, (A,) if name in ("not", "neg") else (A, B))
    escaped = "".join(char if char.isascii() else f"\\u{ord(char):04x}" for char in IDENTIFIER.pattern)
    assert grammar.count(escaped) == 2


@pytest.mark.parametrize("text", ["(" * 3000 + "a" + ")" * 3000, "a" + " - a" * 3000, "not " * 3000 + "a"])
def test_depth_is_bounded(text: str) -> None:
    expression, findings = parse_expression(text, PLACE)
    assert [finding.code for finding in findings] in ([], ["VAR111"])
    assert isinstance(expression, Opaque) == bool(findings)


def test_the_deepest_expression_that_is_read_can_be_printed_and_compared() -> None:
    expression: Expression = A
    for _ in range(MAX_DEPTH - 1):
        expression = Call("upper", (expression,))
    assert read(print_expression(expression)) == expression
    _, findings = parse_expression(print_expression(Call("upper", (expression,))), PLACE)
    assert [finding.code for finding in findings] == ["VAR111"]


def test_a_foreign_tree_of_any_depth_can_be_printed() -> None:
    expression: Expression = A
    for _ in range(20_000):
        expression = Call("neg", (expression,))
    assert print_expression(expression) == "-" * 20_000 + "a"


@given(st.one_of(strings(), st.text("ab .(),+-*/^&=<>!\"'`{}[]|%\\0123\n", max_size=30)))
@settings(max_examples=400)
def test_no_text_makes_the_readers_fail_and_every_place_lies_inside(text: str) -> None:
    expression, findings = parse_expression(text, PLACE)
    assert (expression == Opaque("bascule", text)) == bool(findings)
    parsed, more = parse_native_text(text, PLACE)
    _, last = parse_path(text, PLACE)
    for finding in (*findings, *more, *last):
        assert finding.place.sub is not None
        start, end = finding.place.sub
        assert 0 <= start <= end <= len(text)
    assert parsed == join_text(parsed)


@pytest.mark.parametrize(
    ("text", "code", "where", "said"),
    [
        ("Bonjour {nom", "VAR112", (8, 9), "Bonjour {nom"),
        ("Bonjour nom}", "VAR113", (11, 12), "Bonjour nom}"),
        ("Bonjour {}", "VAR115", (8, 10), "Bonjour {}"),
        ("Bonjour { }", "VAR115", (8, 11), "Bonjour { }"),
        ("Bonjour {{nom}}", "VAR114", (8, 15), "Bonjour {nom}"),
        ("Bonjour {{ client.nom }}", "VAR114", (8, 24), "Bonjour { client.nom }"),
        ("{a {b}", "VAR112", (0, 1), "{a …"),
    ],
)
def test_braces_that_do_not_fit_are_reported_and_said(text: str, code: str, where: tuple[int, int], said: str) -> None:
    parsed, (finding,) = parse_native_text(text, PLACE)
    assert finding.code == code
    assert finding.place.sub == where
    assert plain_text(parsed) == said


def test_the_fix_of_double_braces_makes_a_variable() -> None:
    text = "Bonjour {{nom}} !"
    _, (finding,) = parse_native_text(text, PLACE)
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    assert edit.place.sub is not None
    start, end = edit.place.sub
    fixed, findings = parse_native_text(text[:start] + edit.replacement + text[end:], PLACE)
    assert findings == []
    assert fixed == (Literal("Bonjour "), Hole(ref("nom")), Literal(" !"))


def test_holes_know_where_they_stand() -> None:
    text = 'مرحبا {nom}, {default(x, "}")} {{}}'
    parsed, findings = parse_native_text(text, PLACE)
    assert findings == []
    found = [part.at.sub for part in parsed if isinstance(part, Hole) and part.at and part.at.sub]
    assert [text[start:end] for start, end in found] == ["{nom}", '{default(x, "}")}']


def test_a_mistake_in_a_hole_has_its_place_in_the_text() -> None:
    text = "Bonjour {nom +}."
    parsed, (finding,) = parse_native_text(text, PLACE.within(100, 116))
    assert finding.place.sub == (113, 114)
    assert parsed[1] == Hole(Opaque("bascule", "nom +"))


@pytest.mark.parametrize(
    "text",
    ["{" * 60_000, '{"' * 60_000, "{'{\"`" * 20_000, "{a" * 60_000, '{"\\' * 60_000, "{x" + " " * 60_000, "`" * 60_001],
)
def test_reading_is_linear(text: str) -> None:
    """Twice the text takes about twice the time; a backtracking pattern would take hours."""
    parse_native_text(text, PLACE)
    parse_expression(text, PLACE)
    parse_path(text, PLACE)

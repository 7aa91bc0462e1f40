"""Expressions of FLOIP flows: what they are read to, what stays text, what is reported and where."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.work import lines_run

from bascule.diagnostics.rules import registry
from bascule.ir.expr import Call, Opaque, Ref, references
from bascule.ir.expr_text import print_expression, print_text
from bascule.language import floip_rules
from bascule.language.floip_expression import parse_floip_expression, parse_floip_text
from bascule.language.native import parse_expression
from bascule.source import Place

AT = Place("x", "/a")


@pytest.mark.parametrize(
    ("source", "native"),
    [
        ('block.value == "oui"', 'block.value = "oui"'),
        ("block.value = 'oui'", 'block.value = "oui"'),
        ("a <> 1 or b >= 2 and c", "a != 1 or b >= 2 and c"),
        ("or(a == 1, b == 2)", "a = 1 or b = 2"),
        ("and(a, b, c)", "a and b and c"),
        ('len("@contact.gender") > 0', "length(contact.gender) > 0"),
        ('"Bonjour @contact.name !"', '"Bonjour " & contact.name & " !"'),
        ('block.response == "@@labels[0]"', 'block.response = "@labels[0]"'),
        ("page.body.messages[0].text", "page.body.messages.0.text"),
        ("map(items, & &1.title)", "map(items, (captured1) => captured1.title)"),
        ("map(items, &[&1, &2])", "map(items, (captured1, captured2) => array(captured1, captured2))"),
        ("60 * 60 * 23", "60 * 60 * 23"),
        ("[]", "array()"),
        ("if(isnumber(a), nil, TRUE)", "if(isnumber(a), null, true)"),
        ('substitute(a, "x", "y")', 'replace(a, "x", "y")'),
        ("date(2026, 1, 2)", "floip_date(2026, 1, 2)"),
        ("@contact.name", "contact.name"),
        ('"موعد" == réponse', '"موعد" = réponse'),
    ],
)
def test_expressions_are_read(source: str, native: str) -> None:
    expression, findings = parse_floip_expression(source, AT)
    assert findings == []
    assert print_expression(expression) == native
    assert parse_expression(native, AT)[0] == expression


@pytest.mark.parametrize(
    ("text", "native"),
    [
        ("Bonjour @contact.name.", "Bonjour {contact.name}."),
        ("hi *@PROPER(contact.name)*!", "hi *{title(contact.name)}*!"),
        ("@(a + 1) et @b[0].c", "{a + 1} et {b.0.c}"),
        ('@datevalue(jour, "%B")', '{datevalue(jour, "%B")}'),
        ("aide@exemple.com, @@nous", "aide@exemple.com, @nous"),
        ("@contact.name(e)", "{contact.name}(e)"),
        ("مرحبا @contact.name!", "مرحبا {contact.name}!"),
        ("@ seul, @1", "@ seul, @1"),
    ],
)
def test_texts_are_read(text: str, native: str) -> None:
    read, findings = parse_floip_text(text, AT)
    assert findings == []
    assert print_text(read) == native


@pytest.mark.parametrize(
    ("text", "code", "part"),
    [
        ("Oui @(a +) non", "VAR140", "+"),
        ("Oui @(upper(a", "VAR141", "@("),
        ("Oui @propre(a)", "VAR142", "propre"),
        ("@(" + "(" * 200 + "f(" * 150 + "1" + ")" * 350 + ")", "VAR143", ""),
    ],
)
def test_what_cannot_be_read_is_reported_in_its_place(text: str, code: str, part: str) -> None:
    read, findings = parse_floip_text(text, AT)
    assert [finding.code for finding in findings] == [code]
    sub = findings[0].place.sub
    assert sub is not None
    assert not part or text[sub[0] : sub[1]] == part
    assert read


def test_an_unreadable_expression_is_kept_verbatim() -> None:
    expression, findings = parse_floip_expression("1 + + ?", AT)
    assert expression == Opaque("floip", "1 + + ?")
    assert findings


@settings(max_examples=300)
@given(st.text(alphabet="@(\")a.b[]&1+-= '\\,é ", max_size=40))
def test_no_text_raises_and_what_is_read_prints(text: str) -> None:
    read, _ = parse_floip_text(text, AT)
    print_text(read)
    expression, _ = parse_floip_expression(text, AT)
    print_expression(expression)


@pytest.mark.parametrize("piece", ["@a[", "@(", "@a(", "@a[@", '"@(', "@(a)", "@((((", "&", "@"])
def test_work_is_linear(piece: str) -> None:
    parse_floip_text(piece * 30_000, AT)  # a pattern that backtracks would never come back
    small, large = (lines_run(lambda number=number: parse_floip_text(piece * number, AT)) for number in (500, 3000))  # type: ignore[misc]
    assert large < 9 * small + 1000


def test_every_code_has_a_page() -> None:
    own = [rule for rule in registry().values() if rule.__module__ == floip_rules.__name__]
    assert len(own) == len(floip_rules.__all__)
    for rule in own:
        for heading in ("What it does:", "Why:", "Example:", "Use instead:", "Sources:"):
            assert heading in rule.page(), rule.code


def test_what_substitute_looks_for_is_no_template() -> None:
    source = 'substitute(message.text, "{@prénom}", "@contact.name")'
    expression, findings = parse_floip_expression(source, Place("f"))
    assert print_expression(expression) == 'replace(message.text, "{@prénom}", contact.name)'
    assert findings == []
    alone, _ = parse_floip_expression('substitute(texte, "@avant", "après @nom")', Place("f"))
    assert isinstance(alone, Call)
    assert alone.args[1] == Ref(("avant",))
    assert {ref.path for ref in references(alone)} == {("texte",), ("avant",), ("nom",)}

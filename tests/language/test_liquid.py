from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.language.cases import load, ranges, rebuilt, said

from bascule.ir.expr import Call, Const, Opaque, Ref, walk
from bascule.ir.expr_text import print_expression, print_text
from bascule.ir.text import Literal, holes
from bascule.language.liquid import parse_liquid, parse_liquid_expression
from bascule.language.native import parse_native_text
from bascule.source import Place

PLACE = Place("flow.json", "/states/0/properties/body")


@pytest.mark.parametrize("case", load("liquid"), ids=lambda case: case[0])
def test_a_liquid_text_is_read_with_its_holes_and_findings(case: list[str]) -> None:
    text, native, *expected = case
    result, findings = parse_liquid(text, PLACE)
    assert print_text(result) == native
    assert said(findings, text) == expected


def test_an_expression_is_read_bare_or_in_its_delimiters() -> None:
    wanted = Ref(("widgets", "ask", "inbound", "Body"))
    for source in ("widgets.ask.inbound.Body", "{{widgets.ask.inbound.Body}}", "  {{ widgets.ask.inbound.Body }}\n"):
        assert parse_liquid_expression(source, PLACE) == (wanted, [])
    assert parse_liquid_expression("", PLACE) == (Const(""), [])


def test_an_expression_with_words_round_it_is_a_joined_text() -> None:
    expression, _ = parse_liquid_expression("n° {{ n }}", PLACE)
    assert expression == Call("concat", (Const("n° "), Ref(("n",))))


def test_an_expression_that_cannot_be_read_is_kept_and_its_finding_is_in_place() -> None:
    expression, findings = parse_liquid_expression("  a b", PLACE.within(10, 15))
    assert expression == Opaque("liquid", "  a b")
    assert [(finding.code, finding.place.sub) for finding in findings] == [("VAR120", (14, 15))]


def test_what_was_expected_is_named_for_people() -> None:
    _, findings = parse_liquid("{{ a | }}", PLACE)
    assert findings[0].message == "found the end, expected the name of a filter in Liquid"
    _, findings = parse_liquid("{{ a b }}", PLACE)
    assert findings[0].message == "found `b`, expected `.`, `[`, `|` and a filter or the end in Liquid"
    _, findings = parse_liquid("{% if a = 1 %}x{% endif %}", PLACE)
    assert findings[0].help == "write `==` to compare"


def test_and_or_group_from_the_right_as_liquid_does() -> None:
    result, _ = parse_liquid("{% if a and b or c %}x{% endif %}", PLACE)
    (hole,) = holes(result)
    assert isinstance(hole.expression, Call)
    assert hole.expression.args[0] == Call("and", (Ref(("a",)), Call("or", (Ref(("b",)), Ref(("c",))))))


def test_a_block_is_one_hole_over_its_whole_range() -> None:
    text = "a {% if x %}b{{ y }}{% endif %} c"
    result, _ = parse_liquid(text, PLACE)
    assert ranges(result) == [(2, 31)]
    assert rebuilt(result, text) == text


def test_an_assignment_after_a_loop_that_sets_it_is_not_trusted() -> None:
    text = "{% assign n = 1 %}{% for i in l %}{% assign n = i %}{% endfor %}{{ n }}"
    result, _ = parse_liquid(text, PLACE)
    assert [hole.expression for hole in holes(result)][-1] == Ref(("n",))
    assert rebuilt(result, text) == text


def test_growing_assignments_stay_verbatim() -> None:
    text = "{% assign a = 'x' %}" + "{% assign a = a | append: a %}" * 40 + "{{ a }}"
    result, findings = parse_liquid(text, PLACE)
    assert rebuilt(result, text) == text
    assert sum(1 for hole in holes(result) for _ in walk(hole.expression)) < 200
    assert findings


def test_deep_blocks_and_long_chains_stay_verbatim() -> None:
    deep = "{% if a %}" * 80 + "x" + "{% endif %}" * 80
    result, findings = parse_liquid(deep, PLACE)
    assert rebuilt(result, deep) == deep
    assert [finding.code for finding in findings] == ["VAR124"]
    chain = "{{ a" + " | upcase" * 500 + " }}"
    result, findings = parse_liquid(chain, PLACE)
    assert [hole.expression for hole in holes(result)] == [Opaque("liquid", chain)]
    assert [finding.code for finding in findings] == ["VAR124"]


def test_interleaved_blocks_keep_the_ones_that_match() -> None:
    text = "{% if a %}1{% for x in y %}2{% endif %}3"
    result, findings = parse_liquid(text, PLACE)
    assert print_text(result).startswith('{if(a, "1" & opaque("liquid", "{% for x in y %}") & "2", "")}3')
    assert [finding.code for finding in findings] == ["VAR105"]


def test_every_result_can_be_written_in_the_native_notation_and_read_back() -> None:
    for text, *_ in load("liquid"):
        result, _ = parse_liquid(text, PLACE)
        assert parse_native_text(print_text(result), PLACE)[0] == result


def test_plain_text_is_one_literal() -> None:
    assert parse_liquid("Bonjour } { %", PLACE) == ((Literal("Bonjour } { %"),), [])
    assert parse_liquid("", PLACE) == ((), [])


PIECES = st.sampled_from(
    [
        "{{ a }}",
        "{{a.b|upcase}}",
        "{{",
        "}}",
        "{%",
        "%}",
        "{",
        "}",
        '"',
        "'",
        " ",
        "\n",
        "texte",
        "é",
        "الاسم",
        "🎉",
        '{"a": ',
        "{% if a %}",
        "{% elsif b == 'x' %}",
        "{% else %}",
        "{% endif %}",
        "{% unless c %}",
        "{% endunless %}",
        "{{ a b }}",
        "{% case d %}",
        "{% when 1, 2 %}",
        "{% endcase %}",
        "{% for i in l %}",
        "{% endfor %}",
        "{% render 'x' %}",
        "{{ }}",
        "{% if %}",
        "{% frob %}",
        "{% endfrob %}",
        "{{ x | y: 1 }}",
        "{{ [ }}",
        "|",
        "-",
        "<<METTRE ICI>>",
    ]
)
SILENT = st.sampled_from(
    [
        "{% assign a = b | plus: 1 %}",
        "{% capture c %}",
        "{% endcapture %}",
        "{% comment %}",
        "{% endcomment %}",
        "{% raw %}",
        "{% endraw %}",
        "{{- a -}}",
        "{%- if a -%}",
        "{% assign x = x | append: a %}",
        "{% # note %}",
    ]
)


@given(st.lists(PIECES | st.text(max_size=3), max_size=16).map("".join))
def test_nothing_of_a_liquid_text_is_lost(text: str) -> None:
    result, findings = parse_liquid(text, PLACE)
    if "-" not in text:
        assert rebuilt(result, text) == text
    for finding in findings:
        assert finding.place.sub is not None
        assert 0 <= finding.place.sub[0] <= finding.place.sub[1] <= len(text)


@given(st.lists(PIECES | SILENT | st.text(max_size=3), max_size=24).map("".join))
def test_no_liquid_text_raises_and_holes_stand_in_order(text: str) -> None:
    result, _ = parse_liquid(text, PLACE)
    spans = ranges(result)
    assert spans == sorted(spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    print_text(result)
    expression, _ = parse_liquid_expression(text, PLACE)
    print_expression(expression)


def test_hostile_texts_are_read_in_linear_time() -> None:
    for unit in (
        "{",
        "{{",
        "{{'",
        '{{"',
        "{%",
        "{% a ",
        "{% if x %}",
        "{% else %}",
        "{% endif %}",
        "{% raw %}",
        "{{a|",
        "{{a[",
        "%}",
    ):
        parse_liquid(unit * (10_000 // len(unit)), PLACE)

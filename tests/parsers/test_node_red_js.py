"""Bodies are found in programs without running them: literals, what is put together, and their conditions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.ir.expr_text import print_expression
from bascule.language.reading import Reading
from bascule.language.viber_message import Body, read_body
from bascule.parsers.node_red.js_program import FoundBody, bodies_of
from bascule.parsers.node_red.js_tokens import MAX_SOURCE, tokenize
from bascule.source import Place
from tests.parsers.viber_support import said

PLACE = Place("f.json", "/0/func")


def found(source: str) -> list[FoundBody]:
    bodies = bodies_of(source, PLACE)
    assert bodies is not None
    return bodies


def body(source: str) -> Body:
    (only,) = found(source)
    return read_body(Reading("f.json"), only.piece)


def guards(source: str) -> list[str]:
    return [print_expression(item.guard) if item.guard is not None else "" for item in found(source)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"Bonjour"', "Bonjour"),
        ("'L\\'été \\u00e9 \\ud83d\\ude00 \\x41\\n\\tfin'", "L'été é 😀 A\n\tfin"),
        ("`a ${nom} b`", "a {nom} b"),
        ("`a ${f(`x ${y}`, '}')} b`", 'a {opaque("javascript", "f(`x ${y}`, \'}\')")} b'),
        ('"a " + nom + ", " + user.name + "!"', "a {nom}, {user.name}!"),
        ('"a" + 3 + `b`', "a3b"),
        ('("a" + "b")', "ab"),
        ("nom", "{nom}"),
        ('cond ? "a" : "b"', '{opaque("javascript", "cond ? \\"a\\" : \\"b\\"")}'),
        ('"x".toUpperCase()', '{opaque("javascript", "\\"x\\".toUpperCase()")}'),
        ("`<b>${nom}</b>, bonjour`", "*{nom}*, bonjour"),
    ],
)
def test_texts(text: str, expected: str) -> None:
    assert said(body(f"msg.payload = {{type: 'text', text: {text}, receiver: id}};").content.text) == expected


@pytest.mark.parametrize(
    "source",
    [
        "return {payload: {type: 'text', text: 'x'}};",
        "node.send([{payload: {type: 'text', text: 'x'}}, null]);",
        "msg.payload = JSON.stringify({type: 'text', text: 'x'});",
        "var m = {type: 'text', text: 'x'}\nmsg.payload = m\nreturn msg",
        "msg.payload = {type: 'text'}; msg.payload.text = 'x';",
        "msg.payload.type = 'text';\nmsg.payload['text'] = 'x';\nreturn msg;",
        "const t = 'x'; msg.payload = {'type': \"text\", text: t};",
        "let base = {type: 'text'}; msg.payload = {...base, text: 'x'};",
        "(() => { msg.payload = {type: 'text', text: 'x'}; })();",
        "// {type: 'text', text: 'y'}\n/* {type:'text',text:'z'} */ msg.payload = {type: 'text', text: 'x'};",
        "var r = /[/{\"]+/g; msg.payload = {type: 'text', text: 'x'};",
        "for (let i = 0; i < 3; i++) { msg.payload = {type: 'text', text: 'x'}; }",
    ],
)
def test_a_body_is_found_however_it_is_put_together(source: str) -> None:
    assert said(body(source).content.text) == "x"


def test_a_keyboard_of_its_own_is_used_where_it_is_named() -> None:
    source = """
    var clavier = {Type: 'keyboard', Buttons: [{ActionBody: 'a', Text: 'A'}]};
    clavier.Buttons.push({ActionBody: 'b', Text: '<b>B</b>'});
    msg.payload = {type: 'text', text: 'Choisissez', keyboard: clavier};
    """
    assert [(choice.payload, said(choice.title)) for choice in body(source).content.choices] == [("a", "A"), ("b", "B")]


def test_a_keyboard_that_nothing_uses_is_reported_alone() -> None:
    assert [
        choice.payload for choice in body("msg.kb = {Buttons: [{ActionBody: 'a', Text: 'A'}]};").content.choices
    ] == ["a"]


def test_if_else_and_switch_are_conditions() -> None:
    source = """
    if (t === 'a' || t == "b") { msg.payload = {type:'text', text:'1'}; }
    else if (t.includes('c') && !fini) msg.payload = {type:'text', text:'2'};
    else { msg.payload = {type:'text', text:'3'}; }
    switch (t.toLowerCase()) {
      case 'x':
      case 'y': msg.payload = {type:'text', text:'4'}; break;
      case 7: { msg.payload = {type:'text', text:'5'}; break; }
      default: msg.payload = {type:'text', text:'6'};
    }
    msg.payload = {type:'text', text:'7'};
    """
    assert guards(source) == [
        't = "a" or t = "b"',
        'not (t = "a" or t = "b") and (contains(t, "c") and is_blank(fini))',
        'not (t = "a" or t = "b") and not (contains(t, "c") and is_blank(fini))',
        'same_text(t, "x") or same_text(t, "y")',
        "t = 7",
        '(not same_text(t, "x") and not same_text(t, "y")) and not t = 7',
        "",
    ]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("a === 'x'", 'a = "x"'),
        ("'x' === a.b", 'a.b = "x"'),
        ("a != 3", "a != 3"),
        ("3 < a", "a > 3"),
        ("a == null", "is_blank(a)"),
        ("a !== undefined", "not is_blank(a)"),
        ("a.trim().toLowerCase() === 'oui'", 'same_text(a, "oui")'),
        ("a.indexOf('x') !== -1", 'contains(a, "x")'),
        ("a.indexOf('x') < 0", 'not contains(a, "x")'),
        ("a.startsWith('/')", 'starts_with(a, "/")'),
        ("!a", "is_blank(a)"),
        ("(a && b)", "not is_blank(a) and not is_blank(b)"),
        ("f(a)", 'opaque("javascript", "f(a)")'),
        ("a % 2 === 0", 'opaque("javascript", "a % 2") = 0'),
    ],
)
def test_conditions(condition: str, expected: str) -> None:
    assert guards(f"if ({condition}) {{ msg.payload = {{type:'text', text:'x'}}; }}") == [expected]


def test_a_change_in_a_branch_is_a_body_of_that_branch() -> None:
    source = """
    msg.payload = {type: 'text', text: 'Bonjour', receiver: id};
    if (vip) { msg.payload.text = 'Bonjour, chère cliente'; }
    """
    assert guards(source) == ["", "not is_blank(vip)"]
    texts = [said(read_body(Reading("f"), item.piece).content.text) for item in found(source)]
    assert texts == ["Bonjour", "Bonjour, chère cliente"]


def test_places_are_exact_also_after_escapes() -> None:
    source = "msg.payload = {type: 'text', text: 'L\\'été, {{nom}} <b>\\u00e9{{x}}</b>'};"
    reading = Reading("f.json")
    reading.choose(["{{nom}} {{x}}"])
    (only,) = found(source)
    content = read_body(reading, only.piece).content
    pieces = [source[hole.at.sub[0] : hole.at.sub[1]] for hole in content.text.first if hasattr(hole, "expression")]
    assert pieces == ["{{nom}}", "{{x}}"]


def test_what_is_computed_is_said() -> None:
    reading = Reading("f.json")
    source = (
        "msg.payload = {type:'text', text:'x', keyboard:{Type:'keyboard', Buttons:[{ActionBody:'v_'+id, Text:nom}]}};"
    )
    (only,) = found(source)
    (choice,) = read_body(reading, only.piece).content.choices
    assert (choice.payload, said(choice.title)) == ("", "{nom}")
    assert [finding.code for finding in reading.finish()] == ["PAR407", "PAR407"]


def test_values_that_hold_each_other_stay_small() -> None:
    doubling = "var a0 = {x: 1};" + "".join(f"var a{i + 1} = {{p: a{i}, q: a{i}}};" for i in range(60))
    assert found(doubling) == []
    assert found("var a = {type:'text', text:'x'}; a.self = a; a.keyboard = a; msg.payload = a;")


@pytest.mark.parametrize("source", ["x = 'jamais", "f(", "}", "`${", "x = {a: [}", "a" * (MAX_SOURCE + 1)])
def test_what_does_not_close_is_not_looked_into(source: str) -> None:
    assert bodies_of(source, PLACE) is None


PIECES = ["{", "}", "(", ")", "[", "]", ",", ":", ";", "'a'", '"', "`", "${", "if", "else", "switch", "case", "=", "+", "/", "msg.payload",
          ".push(", "text", "type", "Buttons", "return", "=>", "...", "\n", "\\", "1", "?", "!", "&&", "//", "/*", "é", "😀"]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join))
def test_any_program_survives(source: str) -> None:
    bodies = bodies_of(source, PLACE)
    reading = Reading("f.json")
    for item in bodies or []:
        read_body(reading, item.piece)
    assert not reading.book.undecided() or bodies


@given(st.text(max_size=120))
def test_tokens_cover_the_program(source: str) -> None:
    program = tokenize(source)
    if program is not None:
        assert all(source[token.start : token.end] == token.text for token in program.tokens)
        ends: list[Any] = [token.end for token in program.tokens]
        assert ends == sorted(ends)

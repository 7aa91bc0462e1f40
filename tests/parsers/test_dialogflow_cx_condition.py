"""Dialogflow CX conditions: the grammar, what is doubtful, and the way back to text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.ir.expr import Call, Const, Expression, Opaque, Ref, walk
from bascule.ir.expr_text import print_expression
from bascule.ir.text import Hole, Literal
from bascule.language.dialogflow_condition import MAX_DEPTH, print_condition, read_condition, read_text
from bascule.source import Place
from tests.work import lines_run

PLACE = Place("agent.json", "/condition")


def native(source: str) -> str:
    """A condition in the notation of scenario files; it must read without an error."""
    read = read_condition(source)
    assert not read.error, read.error
    return print_expression(read.expression)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # Comparisons.
        ('$session.params.a = "b"', 'session.params.a = "b"'),
        ("$session.params.a = b", 'session.params.a = "b"'),
        ("$session.params.a=3", "session.params.a = 3"),
        ("$session.params.a != 3.5", "session.params.a != 3.5"),
        ("$session.params.a<3", "session.params.a < 3"),
        ("$session.params.a <= -3", "session.params.a <= -3"),
        ("$session.params.a > 3", "session.params.a > 3"),
        ("$session.params.a >= $session.params.b", "session.params.a >= session.params.b"),
        ('$session.params.a : "b"', 'contains(session.params.a, "b")'),
        ("$session.params.a:b", 'contains(session.params.a, "b")'),
        # Values.
        ("true", "true"),
        ("FALSE", "false"),
        ("$session.params.a = true", "session.params.a = true"),
        ("$session.params.a = null", "not has_value(session.params.a)"),
        ("$session.params.a != NULL", "has_value(session.params.a)"),
        ("$session.params.a = undefined", "not has_value(session.params.a)"),
        ('$session.params.a = "null"', 'session.params.a = "null"'),
        ("$session.params.a = 'b c'", 'session.params.a = "b c"'),
        ('$session.params.a = "d\\"e"', 'session.params.a = "d\\"e"'),
        ("$session.params.a = déjà", 'session.params.a = "déjà"'),
        ('$session.params.a = "مرحبا"', 'session.params.a = "مرحبا"'),
        ("$session.params.a = नमस्ते", 'session.params.a = "नमस्ते"'),
        ("$session.params.a = привет", 'session.params.a = "привет"'),
        ('$session.params.a = "👋"', 'session.params.a = "👋"'),
        # References.
        ('$page.params.status = "FINAL"', 'page.params.status = "FINAL"'),
        ("$page.params.a.status = EMPTY", 'page.params.a.status = "EMPTY"'),
        ("$intent.params.a.original = x", 'intent.params.a.original = "x"'),
        ("$request.user-utterance : prix", 'contains(request.`user-utterance`, "prix")'),
        ("$event.a = 1", "event.a = 1"),
        ("$flow.a = 1", "flow.a = 1"),
        ("$session.params.a[0] = 1", 'session.params.a.0 = 1'),
        ("$session.params.a.0.b = 1", 'session.params.a.0.b = 1'),
        # Together.
        ("NOT $session.params.a = 1", "not session.params.a = 1"),
        ("$session.params.a = 1 AND $session.params.b = 2", "session.params.a = 1 and session.params.b = 2"),
        ("$session.params.a = 1 OR $session.params.b = 2", "session.params.a = 1 or session.params.b = 2"),
        ("$session.params.a=1 AND $session.params.b=2 OR $session.params.c=3",
         "session.params.a = 1 and (session.params.b = 2 or session.params.c = 3)"),
        ("($session.params.a=1 AND $session.params.b=2) OR $session.params.c=3",
         "session.params.a = 1 and session.params.b = 2 or session.params.c = 3"),
        ("$session.params.a = 1 $session.params.b = 2", "session.params.a = 1 and session.params.b = 2"),
        ("((true))", "true"),
        ("\n $session.params.a = 1\n\tAND true ", "session.params.a = 1 and true"),
        # Functions.
        ("$sys.func.ADD($session.params.a, 1, 2) > 3", "session.params.a + 1 + 2 > 3"),
        ("$sys.func.LEN($session.params.a) = 3", "length(session.params.a) = 3"),
        ('$sys.func.CONCATENATE("a", $session.params.b) = "ab"', '"a" & session.params.b = "ab"'),
        ("$sys.func.IDENTITY($session.params.a) = 1", "session.params.a = 1"),
        ("$sys.func.DIVIDE(7, 2) = 3.5", "round(7 / 2, 3) = 3.5"),
        ("$sys.func.RAND() > 0.5", "rand() > 0.5"),
        ('$sys.func.IF("$session.params.a = 1", "x", "y") = "x"', 'if(session.params.a = 1, "x", "y") = "x"'),
    ],
)  # fmt: skip
def test_conditions_mean_what_dialogflow_means(source: str, expected: str) -> None:
    assert native(source) == expected


@pytest.mark.parametrize(
    "source",
    ["(", "$session.params.a =", "= 3", "$session.params.a = (3", 'a = "b', "$session.params.a = 1 AND", "$", "$$a = 1",
     "$session.params.a == ", "x" * 20_000, "(" * 200 + "true" + ")" * 200 + " AND", "$sys.func.ADD(1,"],
)  # fmt: skip
def test_what_is_no_condition_is_opaque_with_the_place_of_the_trouble(source: str) -> None:
    read = read_condition(source)
    assert read.error
    assert 0 <= read.start <= read.end <= len(source)
    assert isinstance(read.expression, Opaque)
    assert read.expression.source == source


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ("Mon Compte", ["bare", "bare"]),
        ('"Mon Compte"', ["bare"]),
        ("$session.params.a = Mon Compte", ["bare"]),
        ("$session.params.a = “b”", ["quotes"]),
        ("$sys.func.TRUC(1) = 1", ["function"]),
        ("$session.params.a=1 AND $session.params.b=2 OR $session.params.c=3", ["mixed"]),
        ("$session.params.a=1 AND ($session.params.b=2 OR $session.params.c=3)", []),
        ("$session.params.a=1 and $session.params.b=2", ["keyword"]),
        ("AND", ["keyword"]),
        ("$session.params.a = b", []),
    ],
)
def test_what_is_doubtful_is_noted_at_its_place(source: str, kinds: list[str]) -> None:
    read = read_condition(source)
    assert not read.error
    assert [note.kind for note in read.notes] == kinds
    for note in read.notes:
        assert 0 <= note.start < note.end <= len(source)
        assert not note.text or source[note.start : note.end] == note.text


def test_depth_is_bounded() -> None:
    read = read_condition("NOT (" * (MAX_DEPTH + 5) + "true" + ")" * (MAX_DEPTH + 5))
    assert "levels deep" in read.error
    nested = "$sys.func.UPPER(" * 150 + "1" + ")" * 150
    assert read_condition(f"{nested} = 1").error


# --- there and back ---

names = st.sampled_from(
    ["session.params.ville", "session.params.data-x.0.y", "flow.x", "request.user-utterance", "page.params.a.status"]
).map(lambda path: Ref(tuple(path.split("."))))
plain = st.text(max_size=8).filter(lambda value: "$" not in value)
constants = st.one_of(
    plain,
    st.integers(-(10**6), 10**6),
    st.booleans(),
    st.decimals(-1000, 1000, places=2, allow_nan=False).map(float),
).map(Const)


@st.composite
def values(draw: st.DrawFn, depth: int = 2) -> Expression:
    return draw(functions(depth - 1)) if depth and draw(st.integers(0, 2)) == 0 else draw(st.one_of(names, constants))


@st.composite
def functions(draw: st.DrawFn, depth: int = 1) -> Call:
    def value() -> Expression:
        return draw(values(depth))

    name = draw(st.sampled_from(["add", "sub", "mul", "concat", "length", "upper", "replace", "if", "now", "index", "divide",
                                 "join", "own", "array", "rand"]))  # fmt: skip
    several = tuple(value() for _ in range(draw(st.integers(0, 3))))
    forms: dict[str, Any] = {
        "concat": lambda: Call(name, (value(), value(), *several[:1])),
        "if": lambda: Call(name, (draw(conditions(depth)), value(), value())),
        "index": lambda: Call(name, (draw(names), value())),
        "divide": lambda: Call("round", (Call("div", (value(), value())), Const(draw(st.integers(0, 5))))),
        "array": lambda: Call(name, several),
        "own": lambda: Call("is_past_date", (value(),)),
        "replace": lambda: Call(name, (value(), value(), value())),
    }
    if name in forms:
        made = forms[name]()
        assert isinstance(made, Call)
        return made
    count = {"now": 0, "rand": 0, "length": 1, "upper": 1}.get(name, 2)
    return Call(name, tuple(value() for _ in range(count)))


@st.composite
def conditions(draw: st.DrawFn, depth: int = 3) -> Expression:
    kind = draw(st.integers(0, 6 if depth else 2))
    left = draw(names) if draw(st.booleans()) else draw(functions(0).filter(lambda call: call.name != "array"))
    if kind == 0:
        return Call(draw(st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge", "contains"])), (left, draw(values())))
    if kind == 1:
        return Call("has_value", (left,))
    if kind == 2:
        return draw(st.one_of(st.booleans().map(Const), names))
    if kind == 3:
        return Call("not", (draw(conditions(depth - 1)),))
    parts = tuple(draw(st.lists(conditions(depth - 1), min_size=2, max_size=3)))
    return Call("and" if kind % 2 else "or", parts)


@settings(max_examples=80, deadline=None)
@given(conditions())
def test_a_condition_that_is_printed_reads_as_it_was(condition: Expression) -> None:
    printed = print_condition(condition)
    read = read_condition(printed)
    assert not read.error, (printed, read.error)
    assert read.expression == condition, printed


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=40), st.text(alphabet="$.()[]\"'=<>!:, andorNTsfuc1x“é\\\n", max_size=60)))
def test_no_text_makes_the_reader_raise(source: str) -> None:
    read = read_condition(source)
    assert read.error == "" or isinstance(read.expression, Opaque)
    list(walk(read.expression))
    print_expression(read.expression)
    text = read_text(source, PLACE).text
    for part in text:
        assert part.text if isinstance(part, Literal) else isinstance(part, Hole)
        if isinstance(part, Hole):
            assert part.at is not None
            assert part.at.sub is not None


# --- work ---


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "$sys.func.ADD(" * n,
        lambda n: "$sys.func.ADD(1, " * n + "1" + ")" * n,
        lambda n: '$sys.func.UPPER("' * n,
        lambda n: "$session.params.a " * n,
        lambda n: "$session.params." + "a." * n,
        lambda n: "$" * n,
        lambda n: "$sys.func.X('" * n + "'",
    ],
)
def test_work_on_texts_grows_with_their_length(make: Any) -> None:
    small = lines_run(lambda: read_text(make(400), PLACE))
    large = lines_run(lambda: read_text(make(1600), PLACE))
    assert large < 6 * small + 2000


@pytest.mark.parametrize(
    "make",
    [
        lambda n: " AND ".join(["$session.params.a = 1"] * n),
        lambda n: " ".join(["a"] * n),
        lambda n: "$sys.func.ADD(" + ", ".join(["1"] * n) + ") = 1",
    ],
)
def test_work_on_conditions_grows_with_their_length(make: Any) -> None:
    read_condition("true")
    small = lines_run(lambda: read_condition(make(20)))
    large = lines_run(lambda: read_condition(make(80)))
    assert large < 7 * small + 2000

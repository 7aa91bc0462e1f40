"""Contracts of the evaluator: it never raises, costs a bounded time, gives the same value twice."""

from __future__ import annotations

import time as clock
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.ir.expr import OPERATORS, TESTS, Call, Const, Expression, Lambda, Opaque, Ref
from bascule.ir.text import Hole, Literal
from bascule.language import dialogflow_condition
from bascule.language.dialogflow_condition import read_condition
from bascule.language.floip_expression import parse_floip_expression
from bascule.language.floip_tree import FUNCTIONS as FLOIP_FUNCTIONS
from bascule.language.liquid import filters, parse_liquid_expression
from bascule.language.rapidpro_expression.names import FUNCTIONS as RAPIDPRO_FUNCTIONS
from bascule.language.rapidpro_expression.names import native_call
from bascule.simulator.evaluation import (
    FUNCTIONS,
    Environment,
    Fault,
    Plain,
    Unknown,
    compare,
    equal,
    evaluate,
    holds,
    number,
    render,
    show,
    test,
    truth,
)
from bascule.simulator.evaluation.functions import find_function
from bascule.simulator.evaluation.predicates import PREDICATES
from bascule.source import Place

NOWHERE = Place("")
DIALECTS = ("", "rapidpro", "liquid", "floip", "dialogflow-cx")
NAMES = sorted({*FUNCTIONS, *PREDICATES, "and", "or", "not", "if", "function", "rapidpro_and", "inconnue"})

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.integers(-(10**500), 10**500),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(
        [
            *(
                "2024-03-08",
                "10:30",
                "10/05/2010 3 pm",
                "YYYY-MM-DD",
                "%d/%m %B",
                "(a+)+$",
                "[",
                "un deux",
                "1e9",
                "-0",
            ),
            *("D", "tel:+221771234567", '{"a": [1]}', "9" * 30, "Europe/Paris", "a@b.org", "😀", "हाँ"),
        ]
    ),
)
values = st.recursive(
    st.one_of(
        scalars,
        st.decimals(),
        st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5, minutes=-30))])),
        st.datetimes(),
        st.dates(),
        st.times(),
        st.just(Fault("une erreur")),
        st.just(Unknown("personne ne sait")),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "uuid", "name", "__default__", "category", "extra"]), inner, max_size=3),
    ),
    max_leaves=5,
)
leaves = st.one_of(
    scalars.map(Const),
    st.sampled_from([Ref(("v",)), Ref(("w",)), Ref(("x",)), Ref(("v", "a")), Ref(()), Opaque("liquid", "{% x %}")]),
    st.sampled_from([Call("function", (Const(name),)) for name in ("upper", "word", "and", "has_text", "inconnue")]),
)
expressions: st.SearchStrategy[Expression] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Call, st.sampled_from(NAMES), st.lists(inner, max_size=4).map(tuple)),
        st.builds(Lambda, st.sampled_from([("x",), ("x", "w"), ()]), inner),
    ),
    max_leaves=8,
)


def plain(variables: dict[str, Any] | None = None, dialect: str = "", **rest: Any) -> Plain:
    return Plain(variables or {}, environment=Environment(dialect=dialect), **rest)


def is_value(value: object) -> bool:
    kinds = (bool, int, Decimal, str, datetime, date, time, list, dict, Fault)
    return value is None or isinstance(value, kinds)


@settings(max_examples=500)
@given(expressions, values, values, st.sampled_from(DIALECTS))
def test_any_expression_gives_a_value_and_the_same_one_twice(
    expression: Expression, first: Any, second: Any, dialect: str
) -> None:
    variables = {"v": first, "w": second}
    found = evaluate(expression, plain(variables, dialect))
    assert is_value(found)
    shown = show(found, plain())
    assert len(shown) <= 100_000
    assert show(evaluate(expression, plain(variables, dialect)), plain()) == shown
    held = holds(expression, plain(variables, dialect))
    assert isinstance(held, (bool, Fault))
    said, faults = render((Literal("a"), Hole(expression), Literal("b")), plain(variables, dialect), missing="?")
    assert said.startswith("a")
    assert isinstance(found, Fault) is bool(faults)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=8)
@given(st.lists(values, max_size=4), st.sampled_from(DIALECTS))
def test_a_function_takes_any_values(name: str, args: list[Any], dialect: str) -> None:
    scope = plain({str(at): value for at, value in enumerate(args)}, dialect, region="SN")
    call = Call(name, tuple(Ref((str(at),)) for at in range(len(args))))
    assert is_value(evaluate(call, scope))
    assert isinstance(test(call, scope).held, (bool, Fault))


@given(values, values)
def test_comparisons_are_sound(left: Any, right: Any) -> None:
    assert isinstance(truth(left), (bool, Fault))
    assert isinstance(number(left), (Decimal, Fault))
    there, back = compare(left, right), compare(right, left)
    assert isinstance(there, Fault) is isinstance(back, Fault)
    if not isinstance(there, Fault) and not isinstance(back, Fault):
        assert there == -back
    same, too = equal(left, right), equal(right, left)
    assert isinstance(same, Fault) is isinstance(too, Fault)
    assert isinstance(same, Fault) or same is too


def test_every_function_says_what_it_does() -> None:
    for name, function in FUNCTIONS.items():
        assert function.doc.endswith("."), name
        assert function.most == -1 or function.least <= function.most, name


def test_every_operator_and_test_of_the_graph_is_computed() -> None:
    for name in OPERATORS:
        assert name in FUNCTIONS or name in ("and", "or", "not")
    assert set(TESTS) <= set(PREDICATES)


@pytest.mark.parametrize("name", sorted(RAPIDPRO_FUNCTIONS))
def test_every_function_of_rapidpro_is_known_with_any_number_of_values(name: str) -> None:
    for count in range(6):
        called = native_call(name, tuple(Const("1") for _ in range(count)))
        found = evaluate(called, plain(dialect="rapidpro"))
        told = not isinstance(found, Unknown) or name in ("prompt", "has_state", "has_district", "has_ward", "filter")
        assert told, called


@pytest.mark.parametrize("name", sorted(FLOIP_FUNCTIONS))
def test_every_function_of_floip_is_known(name: str) -> None:
    for arguments in ("", "'a'", "'a', 1", "1, 2, 3"):
        expression, findings = parse_floip_expression(f"{name}({arguments})", NOWHERE)
        assert not findings or name in ("and", "or", "not"), name
        found = evaluate(expression, plain(dialect="floip"))
        told = not isinstance(found, Unknown) or isinstance(expression, Opaque)
        assert told or name in ("has_state", "has_district", "has_ward", "filter"), expression


DIALOGFLOW = sorted({*dialogflow_condition._NATIVE, *dialogflow_condition._OTHERS} - {"FILTER"})


@pytest.mark.parametrize("name", DIALOGFLOW)
def test_every_function_of_dialogflow_is_known(name: str) -> None:
    for arguments in ("", "$session.params.a", "$session.params.a, 1", "$session.params.a, 1, 2"):
        expression = read_condition(f"$sys.func.{name}({arguments})").expression
        assert not isinstance(evaluate(expression, plain(dialect="dialogflow-cx")), Unknown), expression


LIQUID = sorted({*filters._RENAMED, *filters._OWN, *filters._SPECIAL})


@pytest.mark.parametrize("name", LIQUID)
def test_every_filter_of_liquid_is_known(name: str) -> None:
    for count in range(4):
        call = filters.apply_filter(name, Ref(("a",)), [Const("x")] * count)
        assert not isinstance(evaluate(call, plain(dialect="liquid")), Unknown), call


def test_an_unknown_function_is_unknown_whatever_its_values() -> None:
    found = evaluate(Call("meteo", (Const(1),)), plain())
    assert found == Unknown("the function `meteo` is not known")
    assert holds(Call("not", (Call("meteo"),)), plain()) == found
    assert find_function("rapidpro_meteo") is None


def test_names_that_every_other_language_uses_are_found() -> None:
    for name in ("default", "length", "index", "random_id", "moment_of_the_day", "item_with_same_index", "pop"):
        assert find_function(name) is not None


# Bounds


def nested(depth: int) -> Expression:
    expression: Expression = Const("a")
    for _ in range(depth):
        expression = Call("upper", (expression,))
    return expression


def test_a_deep_expression_is_computed_or_given_up_without_recursion() -> None:
    assert evaluate(nested(1_000), plain()) == "A"
    assert evaluate(nested(100_000), plain()) == Fault("the expression is nested too deeply", "depth")


def doubled(name: str, depth: int) -> Expression:
    expression: Expression = Const("ab" * 50)
    for _ in range(depth):
        expression = Call("concat", (expression, expression)) if name == "concat" else Call(name, (expression,))
    return expression


@pytest.mark.parametrize(
    "expression",
    [
        doubled("concat", 40),
        Call("repeat", (Const("ab"), Const(2_000_000_000))),
        Call("replace", (Const("a" * 5_000), Const("a"), Const("b" * 5_000))),
        Call("pow", (Const(9), Call("pow", (Const(9), Const(99))))),
        Call("join", (Call("range", (Const(1), Const(9_999))), Const("x" * 5_000))),
        Call("range", (Const(1), Const(2_000_000_000))),
        Call("regex_match", (Const("a" * 20_000 + "b"), Const("(a*)*(a*)*(a*)*(a*)*c"))),
        Call("has_pattern", (Const("x" * 20_000), Const("(x+x+)+y"))),
        Call("matches", (Const("x" * 50_000), Const("(.*)(.*)(.*)(.*)(.*)[^x]"))),
        Call("json", (Call("parse_json", (Const("[" * 50_000),)),)),
        Call("rapidpro_format_number", (Const(1), Const(9), Const(True), Const(1))),
    ],
    ids=lambda expression: expression.name,
)
def test_a_hostile_expression_ends_soon_with_a_fault_or_nothing(expression: Expression) -> None:
    started = clock.process_time()
    found = evaluate(expression, plain())
    assert isinstance(found, Fault) or found is False
    assert clock.process_time() - started < 20


def test_lambdas_that_call_lambdas_are_counted() -> None:
    listed = Call("array", tuple(Const(at) for at in range(60)))
    inner: Expression = Ref(("x",))
    for _ in range(4):
        inner = Call("foreach", (listed, Lambda(("y",), inner)))
    found = evaluate(Call("foreach", (listed, Lambda(("x",), inner))), plain())
    assert found == Fault("the expression takes too many steps", "steps")


@pytest.mark.parametrize(
    "each",
    [
        Call("unique", (Call("array", (Ref(("big",)), Ref(("big",)))),)),
        Call("contains", (Call("array", (Ref(("big",)),)), Ref(("big",)))),
        Call("json", (Ref(("big",)),)),
        Call("text", (Ref(("big",)),)),
        Call("word_count", (Ref(("long",)),)),
        Call("title", (Ref(("long",)),)),
        Call("has_number", (Ref(("long",)),)),
        Call("has_phrase", (Ref(("long",)), Ref(("long",)))),
        Call("has_pattern", (Ref(("long",)), Const("(a+)+$"))),
        Call("regex_match", (Ref(("long",)), Const("(a| )*b"))),
        Call("has_pattern", (Const("a"), Call("concat", (Const(r"\pL{1,60}"), Ref(("x",)))))),
        Call(
            "default", (Call("regex_match", (Const("a"), Call("concat", (Const(r"\pL{999}"), Ref(("x",)))))), Const(1))
        ),
    ],
    ids=lambda expression: expression.name,
)
def test_costly_functions_called_for_every_item_are_counted(each: Expression) -> None:
    scope = plain({"big": list(range(9_000)), "long": "a " * 45_000, "items": list(range(9_999))})
    started = clock.process_time()
    found = evaluate(Call("foreach", (Ref(("items",)), Lambda(("x",), each))), scope)
    assert isinstance(found, Fault)
    assert found.code in ("steps", "pattern")
    assert clock.process_time() - started < 30


def test_shared_lists_do_not_print_without_end() -> None:
    value: Any = ["abc"]
    for _ in range(50):
        value = [value, value]
    assert len(show(value, plain())) <= 100_000
    assert isinstance(evaluate(Call("text", (Ref(("v",)),)), plain({"v": value})), Fault)
    assert isinstance(evaluate(Call("json", (Ref(("v",)),)), plain({"v": value})), Fault)


# Tests that find something


def test_a_test_says_what_it_matched() -> None:
    scope = plain({"input": "Oui, 26 thés à 10:30", "nom": "Awa Ndiaye"}, "rapidpro")
    said = Ref(("input",))
    assert test(Call("has_number", (said,)), scope).match == 26
    assert test(Call("has_any_word", (said, Const("oui non"))), scope).match == "Oui"
    assert test(Call("has_time", (said,)), scope).match == time(10, 30)
    pattern = test(Call("has_pattern", (Ref(("nom",)), Const(r"(\w+) (\w+)"))), scope)
    assert (pattern.held, pattern.match) == (True, "Awa Ndiaye")
    assert pattern.extra == {"0": "Awa Ndiaye", "1": "Awa", "2": "Ndiaye"}
    assert test(Call("has_number", (Ref(("nom",)),)), scope).match is None


def test_of_several_tests_the_one_that_decides_says_what_it_matched() -> None:
    scope = plain({"input": "j'ai 7 ans"}, "rapidpro")
    said = Ref(("input",))
    either = Call("or", (Call("has_any_word", (said, Const("non"))), Call("has_number", (said,))))
    assert test(either, scope).match == 7
    both = Call("and", (Call("has_any_word", (said, Const("ans"))), Call("has_number", (said,))))
    assert test(both, scope).match == 7
    assert test(Call("not", (Call("has_email", (said,)),)), scope) == test(Const(True), scope)


def test_a_group_without_a_uuid_goes_by_its_name() -> None:
    scope = Plain({}, memberships=[("", "Testeurs")])
    groups = Ref(("contact", "groups"))
    assert holds(Call("has_group", (groups, Const("testeurs"))), scope) is True
    assert holds(Call("has_group", (groups, Const("testeurs"), Const("b7cf0d83"))), scope) is True
    assert holds(Call("has_group", (groups, Const("Autres"), Const("b7cf0d83"))), scope) is False
    other = Plain({}, memberships=[("97fe7029", "Testeurs")])
    assert holds(Call("has_group", (groups, Const("testeurs"), Const("b7cf0d83"))), other) is False


# Scopes and printing


def test_a_plain_scope_ignores_case_and_prefers_the_longest_key() -> None:
    scope = plain({"contact.name": "long", "contact": {"Name": "court", "tags": ["a", {"x": 1}]}})
    assert scope.lookup(("contact", "name")) == "long"
    assert scope.lookup(("CONTACT", "Tags", "1", "X")) == 1
    assert scope.lookup(("contact", "tags", "-1", "x")) == 1
    assert scope.lookup(("contact", "tags", "9")) is None
    assert scope.lookup(("rien",)) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""), (True, "true"), (Decimal("1.500"), "1.5"), (Decimal("1E+3"), "1000"), (Decimal("-0.0"), "0"),
        (0.1, "0.1"), ([1, "a", [True]], "[1, a, [true]]"), ({"b": 1, "a": None}, "{a: , b: 1}"),
        ({"__default__": "x", "a": 1}, "x"), (Fault("x"), ""), (date(2024, 3, 8), "2024-03-08"),
        (time(9, 5), "09:05:00.000000"), (datetime(2024, 3, 8, 9, 5, tzinfo=UTC), "2024-03-08T09:05:00.000000Z"),
        (datetime(2024, 3, 8, 9, 5), "2024-03-08T09:05:00.000000"), (Decimal("NaN"), ""), (10**600, ""),
    ],
)  # fmt: skip
def test_a_value_prints(value: Any, expected: str) -> None:
    assert show(value, plain()) == expected


def test_an_error_prints_nothing_and_what_nobody_knows_what_the_caller_says() -> None:
    text = (Literal("Il reste "), Hole(Call("div", (Const(1), Const(0)))), Literal(" places à "), Hole(Ref(("ville",))))
    said, faults = render(text, plain({"ville": "Thiès"}), missing="…")
    assert (said, faults) == ("Il reste  places à Thiès", (Fault("division by zero", "division"),))
    said, faults = render((Literal("Temps : "), Hole(Call("meteo"))), plain(), missing="…")
    assert (said, faults) == ("Temps : …", (Unknown("the function `meteo` is not known"),))


def test_chance_follows_the_seed() -> None:
    rolls = Call("array", (Call("rand"), Call("rand_between", (Const(1), Const(6))), Call("uuid"), Call("random_id")))
    assert evaluate(rolls, plain(seed=7)) == evaluate(rolls, plain(seed=7))
    assert evaluate(rolls, plain(seed=7)) != evaluate(rolls, plain(seed=8))


def test_words_of_liquid_and_of_rapidpro_are_not_true_alike() -> None:
    blank = parse_liquid_expression("x", NOWHERE)[0]
    assert holds(blank, plain({"x": ""}, "liquid")) is True
    assert holds(blank, plain({"x": ""}, "rapidpro")) is False
    assert holds(blank, plain({"x": Decimal(0)}, "liquid")) is True
    assert holds(blank, plain({}, "liquid")) is False

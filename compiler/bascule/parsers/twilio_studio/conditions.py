"""Conditions of a split as calls of the tests of ``ir.expr``.

Types and their meaning: https://www.twilio.com/docs/studio/widget-library/split-based-on
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bascule.ir.expr import Call, Const, Expression, Opaque
from bascule.ir.text import Literal, Text, join_text, text_expression
from bascule.parsers.twilio_studio.reading import Reading, as_text, json_text, number_of
from bascule.parsers.twilio_studio.rules import HandWrittenDialect, NotANumber, UnknownCondition, UntestedBranch
from bascule.parsers.twilio_studio.states import Condition, State, Transition
from bascule.parsers.twilio_studio.widgets import CONDITIONS, LIST_CONDITIONS, close_to
from bascule.source import Place

__all__ = ["Branch", "Test", "read_branch", "read_input", "strip_case"]

_NAMES = tuple(CONDITIONS)
_VARIABLE = re.compile(r"(?:trigger|widgets|flow|contact)(?:\.[\w-]+|\[[^\]\s]+\])+")
_NUMBER_TESTS = frozenset({"has_number_lt", "has_number_gt"})
_PLAIN = re.compile(r"[^\\^$.|?*+()\[\]{}]+")


@dataclass(frozen=True, slots=True)
class Test:
    """One condition read. ``spellings`` are the literal words it accepts (None where it is no list of words);
    ``partial`` says that the words only have to stand in the text."""

    place: Place
    expression: Expression
    subject: Expression
    label: str
    spellings: tuple[str, ...] | None = None
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """One way out of a split: its tests (all must hold) and where it leads."""

    transition: Transition
    tests: tuple[Test, ...]

    @property
    def condition(self) -> Expression:
        """The tests as one expression."""
        parts = tuple(test.expression for test in self.tests)
        return parts[0] if len(parts) == 1 else Call("and", parts)

    @property
    def label(self) -> str:
        """The names the editor shows."""
        return " / ".join(test.label for test in self.tests if test.label)


def read_input(reading: Reading, state: State) -> Expression | None:
    """What a split looks at. A variable without braces is read as if it had them."""
    properties = state.properties
    if properties.values.get("input") in (None, ""):
        properties.take("input")
        return None
    return _subject(reading, state, properties.string("input"), properties.at("input"))


def _subject(reading: Reading, state: State, value: str, place: Place) -> Expression:
    if "{{" not in value and _VARIABLE.fullmatch(value.strip()):
        reading.find(
            HandWrittenDialect,
            place,
            f"`{state.shown}` names a variable without braces; it is read as a variable",
            help="write `{{…}}` round the name",
        )
        from bascule.language.liquid import parse_liquid_expression

        expression, findings = parse_liquid_expression(value.strip(), place)
        reading.findings.extend(findings)
        reading.note(expression, place)
        return expression
    return reading.expression(value, place)


def read_branch(reading: Reading, state: State, transition: Transition, subject: Expression | None) -> Branch:
    """Read the conditions of a ``match`` transition."""
    tests = tuple(_test(reading, state, condition, subject) for condition in transition.conditions)
    return Branch(transition, tests)


def _test(reading: Reading, state: State, condition: Condition, subject: Expression | None) -> Test:
    data, place = condition.data, condition.place
    kind = data.get("type")
    name = data.get("friendly_name")
    label = name if isinstance(name, str) else ""
    if name is not None and not isinstance(name, str):
        reading.wrong_shape(place.child("friendly_name"), f"a condition's name in `{state.shown}`", name, "a text")
        state.unread.append((f"{condition.key}/friendly_name", json_text(name)))
    tested = _argument(reading, state, condition, subject)
    known = _known(reading, state, condition)
    if not known:
        shown = f"`{kind[:40]}`" if isinstance(kind, str) else "no type"
        close = close_to(kind, _NAMES) if isinstance(kind, str) else ""
        code = reading.find(
            UnknownCondition,
            place.child("type") if kind is not None else place,
            f"a condition of `{state.shown}` has {shown}",
            help=f"did you mean `{close}`?" if close else f"the types are: {', '.join(_NAMES)}",
        )
        reading.book.degraded(place, "no known type; kept as an opaque condition", "correct the type", code)
        return Test(place, Opaque("twilio-studio", json_text(data)), tested or Const(""), label)
    if tested is None:
        code = reading.find(
            UntestedBranch,
            place,
            f"a condition of `{state.shown}` says what to compare with, but not what",
            help="add `arguments`, or an `input` to the split",
        )
        reading.book.degraded(place, "nothing to compare", "name the variable that is tested", code)
        return Test(place, Opaque("twilio-studio", json_text(data)), Const(""), label)
    reading.book.exact(place)
    return _call(reading, state, condition, known, tested, label)


def _known(reading: Reading, state: State, condition: Condition) -> str:
    kind = condition.data.get("type")
    if kind is None and "value" in condition.data:
        reading.find(
            HandWrittenDialect, condition.place, f"a condition of `{state.shown}` has no type; it is read as `equal_to`"
        )
        return "equal_to"
    if not isinstance(kind, str):
        return ""
    if kind in CONDITIONS:
        return kind
    plain = kind.strip().lower().replace("-", "_").replace(" ", "_")
    if plain in CONDITIONS:
        place = condition.place.child("type")
        reading.find(HandWrittenDialect, place, f"`{kind[:40]}` is read as `{plain}`", help=f"write `{plain}`")
        return plain
    return ""


def _argument(reading: Reading, state: State, condition: Condition, subject: Expression | None) -> Expression | None:
    """What a condition tests: its first argument, else the split's input."""
    value = condition.data.get("arguments")
    place = condition.place.child("arguments")
    if isinstance(value, str):
        return _subject(reading, state, value, place) if value.strip() else subject
    if not isinstance(value, list):
        if value is not None:
            reading.wrong_shape(place, f"`arguments` of `{state.shown}`", value, "a list", "the input is tested")
            state.unread.append((f"{condition.key}/arguments", json_text(value)))
        return subject
    if len(value) > 1:
        reading.wrong_shape(
            place, f"`arguments` of `{state.shown}`", value, "a list of one text", "the first one is tested"
        )
        state.unread.append((f"{condition.key}/arguments", json_text(value)))
    if not value or value[0] in (None, ""):
        return subject
    first = value[0]
    if isinstance(first, str):
        return _subject(reading, state, first, place.child(0))
    if isinstance(first, (dict, list)):
        reading.wrong_shape(place.child(0), f"an argument of `{state.shown}`", first, "a text", "the input is tested")
        state.unread.append((f"{condition.key}/arguments", json_text(value)))
        return subject
    return Const(first)


def _call(reading: Reading, state: State, condition: Condition, kind: str, tested: Expression, label: str) -> Test:
    place = condition.place
    name, negated = CONDITIONS[kind]
    if name == "is_blank":
        # The editor leaves a value behind when the type is changed; it has no effect.
        call: Expression = Call(name, (tested,))
        return Test(place, Call("not", (call,)) if negated else call, tested, label)
    values = _values(reading, state, condition, kind)
    if not values:
        code = reading.find(
            UntestedBranch, place, f"a condition of `{state.shown}` has nothing to compare with", help="add a `value`"
        )
        reading.book.degraded(place, "no value: compared with the empty text", "write the value", code)
        values = ((),)
    if name in _NUMBER_TESTS:
        arguments: tuple[Expression, ...] = (_bound(reading, state, condition, values[0]),)
    else:
        arguments = tuple(text_expression(value) for value in values)
    call = Call(name, (tested, *arguments))
    spellings = None if negated else _spellings(name, values)
    return Test(place, Call("not", (call,)) if negated else call, tested, label, spellings, name == "contains")


def _values(reading: Reading, state: State, condition: Condition, kind: str) -> tuple[Text, ...]:
    """The value as texts: one, or for list conditions the trimmed items between commas."""
    value: Any = condition.data.get("value")
    place = condition.place.child("value")
    if isinstance(value, list) and all(not isinstance(item, (dict, list)) for item in value):
        reading.find(
            HandWrittenDialect,
            place,
            f"a condition of `{state.shown}` has a list of values",
            help="write one text with commas between the values",
        )
        read = [reading.text(as_text(item), place.child(index)) for index, item in enumerate(value)]
        return tuple(item for item in read if item)
    if isinstance(value, (dict, list)):
        reading.wrong_shape(place, f"a value in `{state.shown}`", value, "a text")
        state.unread.append((f"{condition.key}/value", json_text(value)))
        return ()
    text = reading.text(as_text(value), place)
    if kind not in LIST_CONDITIONS:
        return (text,) if text else ()
    return tuple(item for item in _split(text) if item)


def _split(text: Text) -> list[Text]:
    """Split a text at the commas of its literal parts; items are trimmed."""
    items: list[list[Any]] = [[]]
    for part in text:
        if not isinstance(part, Literal):
            items[-1].append(part)
            continue
        pieces = part.text.split(",")
        items[-1].append(Literal(pieces[0]))
        items.extend([Literal(piece)] for piece in pieces[1:])
    return [_trimmed(item) for item in items]


def _trimmed(parts: list[Any]) -> Text:
    if parts and isinstance(parts[0], Literal):
        parts[0] = Literal(parts[0].text.lstrip())
    if parts and isinstance(parts[-1], Literal):
        parts[-1] = Literal(parts[-1].text.rstrip())
    return join_text(parts)


def _bound(reading: Reading, state: State, condition: Condition, value: Text) -> Expression:
    expression = text_expression(value)
    if not isinstance(expression, Const):
        return expression
    number = number_of(expression.value)
    if number is None:
        place = condition.place.child("value")
        reading.find(NotANumber, place, f"`{state.shown}` compares with a value that is not a number")
        return expression
    return Const(int(number) if number == int(number) else number)


def _spellings(name: str, values: tuple[Text, ...]) -> tuple[str, ...] | None:
    """The literal words that a test accepts, or None when it is no list of words."""
    words: list[str] = []
    for value in values:
        if len(value) != 1 or not isinstance(value[0], Literal):
            return None
        words.append(value[0].text.strip())
    if name == "matches":
        return _alternatives(words[0])
    return tuple(word for word in words if word) if name in ("same_text", "contains") else None


def _alternatives(pattern: str) -> tuple[str, ...] | None:
    """The words of a regular expression that is nothing but alternatives, as ``^(1|un|uno)$``; else None."""
    inner = strip_case(pattern).removeprefix("^").removesuffix("$")
    if inner.startswith("(") and inner.endswith(")"):
        inner = inner[1:-1].removeprefix("?:")
    words = inner.split("|")
    if all(_PLAIN.fullmatch(word) and word.strip() for word in words):
        return tuple(word.strip() for word in words)
    return None


def strip_case(pattern: str) -> str:
    """A pattern without the flag that says what holds anyway: case is ignored."""
    return pattern.strip().removeprefix("(?i)")

"""Tests of texts and of the words in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bascule.ir.expr import Expression
from bascule.simulator.evaluation.faults import Fault
from bascule.simulator.evaluation.functions.base import ANY, Context
from bascule.simulator.evaluation.predicates.base import NOT_HELD, Body, TestResult, folded, predicate
from bascule.simulator.evaluation.values import Value, primary
from bascule.simulator.evaluation.words import words

__all__: list[str] = []


def _any_text(check: Callable[[str, str], bool]) -> Body:
    def body(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
        value = context.text(args[0])
        text = value.casefold()
        held = any(check(text, context.text(argument).casefold()) for argument in args[1:])
        return TestResult(held, value if held else None)

    return body


@predicate("same_text", 2, ANY)
def _same_text(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    text = context.text(args[0])
    held = any(folded(text) == folded(context.text(argument)) for argument in args[1:])
    return TestResult(held, text if held else None)


@predicate("contains", 2, ANY)
def _contains(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    value = primary(args[0])
    if isinstance(value, list):
        # RapidPro's lists hold a number or the text that spells it, not both at once.
        typed = context.dialect == "rapidpro"
        found = next((one for one in args[1:] if any(_alike(context, item, one, typed) for item in value)), None)
        return TestResult(found is not None, found)
    if isinstance(value, dict):
        keys = {str(key).casefold() for key in value}
        return TestResult(any(context.text(argument).casefold() in keys for argument in args[1:]))
    text = context.text(value)
    if context.dialect == "liquid":
        # The only one that looks at capitals.
        held = value is not None and any(context.text(argument) in text for argument in args[1:])
    elif context.dialect == "dialogflow-cx" and not isinstance(value, str):
        held = any(context.same(value, argument) for argument in args[1:])
    else:
        held = any(context.text(argument).casefold() in text.casefold() for argument in args[1:])
    return TestResult(held, text if held else None)


def _alike(context: Context, item: Any, wanted: Value, typed: bool) -> bool:
    return context.same(item, wanted) and not (typed and isinstance(item, str) is not isinstance(wanted, str))


predicate("starts_with", 2, ANY)(_any_text(lambda text, start: text.startswith(start)))
predicate("ends_with", 2, ANY)(_any_text(lambda text, end: text.endswith(end)))


def _found(context: Context, args: list[Value], whole: bool, lines: bool) -> TestResult:
    pattern = context.pattern(context.text(args[1]).strip(), lines)
    if isinstance(pattern, Fault):
        return TestResult(pattern)
    text = context.text(args[0])
    match = context.search(pattern, text, whole)
    if match is None:
        return NOT_HELD
    extra: dict[str, Any] = {str(at): group or "" for at, group in enumerate(match.groups)}
    return TestResult(True, match.groups[0], extra)


@predicate("matches", 2)
def _matches(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    return _found(context, args, True, False)


@predicate("has_pattern", 2)
def _has_pattern(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    return _found(context, args, False, context.dialect in ("rapidpro", ""))


@predicate("is_blank", 1, faults=True)
def _is_blank(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    value = primary(args[0])
    if isinstance(value, Fault):
        return TestResult(value if value.code == "unknown" else True)
    blank = value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})
    return TestResult(blank)


@predicate("has_text", 1)
def _has_text(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    text = context.text(args[0]).strip()
    return TestResult(True, text) if text else NOT_HELD


@predicate("has_value", 1, faults=True)
def _has_value(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    value = primary(args[0])
    if isinstance(value, Fault):
        return TestResult(value if value.code == "unknown" else False)
    if value is None or (value in ("", [], {}) and context.dialect != "dialogflow-cx"):
        return NOT_HELD
    return TestResult(True, args[0])


@predicate("has_error", 1, faults=True)
def _has_error(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    value = primary(args[0])
    if not isinstance(value, Fault):
        return NOT_HELD
    return TestResult(value) if value.code == "unknown" else TestResult(True, value.reason)


# Words

_Tokens = Callable[[list[str], list[str], list[str]], "list[str] | None"]


def _by_words(check: _Tokens) -> Body:
    """A test that looks at the words of both texts; it gives those of the first that matched, as they were written."""

    def body(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
        written = words(context.text(args[0]).strip())
        wanted = words(context.text(args[1]).strip().lower())
        matched = check(written, [word.lower() for word in written], wanted)
        return NOT_HELD if matched is None else TestResult(True, " ".join(matched))

    return body


def _any_word(written: list[str], found: list[str], wanted: list[str]) -> list[str] | None:
    known = frozenset(wanted)
    return [word for word, lower in zip(written, found, strict=True) if lower in known] or None


def _all_words(written: list[str], found: list[str], wanted: list[str]) -> list[str] | None:
    known = frozenset(wanted)
    if not known <= frozenset(found):
        return None
    return [word for word, lower in zip(written, found, strict=True) if lower in known]


def _phrase(written: list[str], found: list[str], wanted: list[str]) -> list[str] | None:
    if not wanted:
        return []
    # As texts with a mark round each word, which takes no longer for words that repeat.
    whole = "\0" + "\0".join(found) + "\0"
    start = whole.find("\0" + "\0".join(wanted) + "\0")
    if start < 0:
        return None
    at = whole.count("\0", 0, start)
    return written[at : at + len(wanted)]


def _only_phrase(written: list[str], found: list[str], wanted: list[str]) -> list[str] | None:
    return written if found == wanted else None


predicate("has_any_word", 2)(_by_words(_any_word))
predicate("has_all_words", 2)(_by_words(_all_words))
predicate("has_phrase", 2)(_by_words(_phrase))
predicate("has_only_phrase", 2)(_by_words(_only_phrase))


@predicate("has_only_text", 2)
def _has_only_text(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    text = context.text(args[0])
    return TestResult(True, text) if text == context.text(args[1]) else NOT_HELD


@predicate("has_beginning", 2)
def _has_beginning(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    text, beginning = context.text(args[0]).strip(), context.text(args[1]).strip()
    start = text[: len(beginning)]
    return TestResult(True, start) if beginning and start.lower() == beginning.lower() else NOT_HELD

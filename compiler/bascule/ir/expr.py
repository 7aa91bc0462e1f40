"""Expressions and conditions: one small tree that every source language is parsed to.

Five shapes only: a constant, a reference, a call, a lambda, and an opaque piece that could not be
parsed and is kept verbatim. Operators and tests are calls with the names of :data:`OPERATORS` and
:data:`TESTS`, so a pass handles one shape. ``ir.expr_text`` prints a tree; ``language.native``
reads the same text back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = [
    "OPERATORS",
    "TESTS",
    "Call",
    "Const",
    "Expression",
    "Lambda",
    "Opaque",
    "Ref",
    "opaque_parts",
    "references",
    "walk",
]

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Const:
    """A literal value."""

    value: Scalar

    def __eq__(self, other: object) -> bool:
        # 1, 1.0 and True are different constants to a reader of the file.
        return isinstance(other, Const) and type(self.value) is type(other.value) and self.value == other.value

    def __hash__(self) -> int:
        return hash((type(self.value).__name__, self.value))


@dataclass(frozen=True, slots=True)
class Ref:
    """A variable or a path below it: ``("contact", "name")``. Tokens are kept as the source spells them."""

    path: tuple[str, ...]

    @property
    def name(self) -> str:
        """The dotted name, as used for keys of ``Project.variables``."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Call:
    """A function, operator or test applied to arguments."""

    name: str
    args: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Lambda:
    """An anonymous function (RapidPro ``(x) => …``)."""

    parameters: tuple[str, ...]
    body: Expression


@dataclass(frozen=True, slots=True)
class Opaque:
    """Source text that no grammar here reads, verbatim, with the language it is written in."""

    language: str
    source: str


Expression = Const | Ref | Call | Lambda | Opaque

OPERATORS: dict[str, tuple[str, int]] = {
    "or": ("or", 1),
    "and": ("and", 2),
    "not": ("not", 3),
    "eq": ("=", 4),
    "ne": ("!=", 4),
    "lt": ("<", 4),
    "le": ("<=", 4),
    "gt": (">", 4),
    "ge": (">=", 4),
    "concat": ("&", 5),
    "add": ("+", 6),
    "sub": ("-", 6),
    "mul": ("*", 7),
    "div": ("/", 7),
    "neg": ("-", 8),
    "pow": ("^", 9),
}
"""Call name to printed operator and binding strength. ``not`` and ``neg`` take one argument, ``and``, ``or``
and ``concat`` two or more, the rest two. ``eq`` compares exactly; text tests are in :data:`TESTS`."""

TESTS: dict[str, str] = {
    "same_text": "the text equals one of the arguments, case and outer blanks ignored",
    "contains": "the text contains one of the arguments, case ignored",
    "starts_with": "the text starts with one of the arguments, case ignored",
    "ends_with": "the text ends with one of the arguments, case ignored",
    "matches": "the whole text matches the regular expression, case ignored",
    "has_pattern": "some part of the text matches the regular expression, case ignored",
    "is_blank": "the value is empty or unset",
    "has_text": "the text has at least one visible character",
    "has_any_word": "one of the blank-separated words of the argument stands in the text as a word",
    "has_all_words": "all the blank-separated words of the argument stand in the text as words",
    "has_phrase": "the words of the argument stand in the text in order, next to each other",
    "has_only_phrase": "the text is just the words of the argument",
    "has_only_text": "the text is exactly the argument",
    "has_beginning": "the text begins with the argument, case ignored",
    "has_number": "the text holds a number",
    "has_number_eq": "the text holds a number equal to the argument",
    "has_number_lt": "the text holds a number below the argument",
    "has_number_lte": "the text holds a number not above the argument",
    "has_number_gt": "the text holds a number above the argument",
    "has_number_gte": "the text holds a number not below the argument",
    "has_number_between": "the text holds a number between the two arguments",
    "has_date": "the text holds a date",
    "has_date_eq": "the text holds the date of the argument",
    "has_date_lt": "the text holds a date before the argument",
    "has_date_gt": "the text holds a date after the argument",
    "has_time": "the text holds a time of day",
    "has_email": "the text holds an e-mail address",
    "has_phone": "the text holds a phone number (argument: region)",
    "has_state": "the text names a state",
    "has_district": "the text names a district (argument: state)",
    "has_ward": "the text names a ward (arguments: district, state)",
    "has_group": "the contact is in the group",
    "has_category": "the result has one of the categories",
    "has_intent": "the classifier found the intent (arguments: name, confidence)",
    "has_top_intent": "the classifier's best intent is the one named (arguments: name, confidence)",
    "has_value": "the value is set",
    "has_error": "the value is an error",
    "before_date": "the moment is before the date",
    "after_date": "the moment is after the date",
    "before_time": "the time of day is before the argument",
    "after_time": "the time of day is after the argument",
    "intent": "the user's message was recognised as the intent",
    "chance": "true with the given share (0 to 1) of the runs",
}
"""Calls that give true or false. The first argument is the value tested."""


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield the expression and all its parts, depth first, left to right. Iterative."""
    stack: list[Expression] = [expression]
    while stack:
        item = stack.pop()
        yield item
        if isinstance(item, Call):
            stack.extend(reversed(item.args))
        elif isinstance(item, Lambda):
            stack.append(item.body)


def references(expression: Expression) -> Iterator[Ref]:
    """All references in an expression, in reading order (lambda parameters included)."""
    return (item for item in walk(expression) if isinstance(item, Ref))


def opaque_parts(expression: Expression) -> Iterator[Opaque]:
    """The pieces that no grammar read."""
    return (item for item in walk(expression) if isinstance(item, Opaque))

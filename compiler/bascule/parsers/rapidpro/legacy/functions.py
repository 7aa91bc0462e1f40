"""Functions of older expressions in terms of version 13.

They are those of a spreadsheet, with a few of the platform's own (https://rapidpro.github.io/flows/expressions/); what
each becomes is the engine's choice (https://github.com/nyaruka/goflow, legacy functions). Texts that a function turns
into an operation are put in parentheses where the operation around them binds tighter, which the engine forgets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["CONCATENATION", "POWER", "SUM", "UNARY", "WHOLE", "BadCall", "Code", "call", "number_of"]

CONCATENATION, SUM, POWER, UNARY, WHOLE = 1, 4, 6, 7, 8
"""How tight the outermost operation of an expression binds; :data:`WHOLE` for values and calls."""

_MANY = 99


@dataclass(frozen=True, slots=True)
class Code:
    """An expression of version 13 as text. ``binds`` is how tight its outermost operation binds."""

    text: str
    binds: int = WHOLE

    def within(self, binds: int) -> str:
        """The text as part of an operation that binds so tight."""
        return self.text if self.binds >= binds else f"({self.text})"


class BadCall(Exception):
    """A call with a number of arguments that its function does not take: the message says so."""


Render = Callable[[list[Code]], Code]


def _renamed(name: str) -> Render:
    return lambda args: Code(f"{name}({', '.join(arg.text for arg in args)})")


def _template(template: str) -> Render:
    """A call written out; ``{0}``, ``{1}`` are the arguments. No braces stand in the templates otherwise."""
    return lambda args: Code(template.format(*(arg.text for arg in args)))


def _joined(sign: str, binds: int) -> Render:
    """Arguments as operands, from left to right."""

    def render(args: list[Code]) -> Code:
        if len(args) == 1:
            return args[0]
        first, *others = args
        return Code(sign.join((first.within(binds), *(arg.within(binds + 1) for arg in others))), binds)

    return render


def number_of(code: Code) -> int | None:
    """The value of a whole number as it is written; None for anything else."""
    digits = code.text.removeprefix("-")
    return int(code.text) if digits.isascii() and digits.isdecimal() and len(digits) < 16 else None


def _decremented(code: Code) -> Code:
    """Positions count from 0 in version 13. Those from the end stay as they are (-1 is the last in both), which the
    engine's upgrade forgets."""
    value = number_of(code)
    if value is not None:
        return Code(str(value - 1 if value > 0 else value))
    return Code(f"{code.within(SUM)} - 1", SUM)


def _by_spaces(code: Code) -> Code:
    return Code('" \\t"' if code.text.strip().lower() == "true" else "NULL")


def _shaped(name: str, *shapes: Callable[[Code], Code] | None, defaults: Sequence[str] = ()) -> Render:
    """A call whose arguments are each changed; those left out at the end take the defaults."""

    def render(args: list[Code]) -> Code:
        full = [*args, *(Code(default) for default in defaults[len(args) :])]
        changed = [shape(arg) if shape else arg for shape, arg in zip(shapes, full, strict=False)]
        return Code(f"{name}({', '.join(arg.text for arg in changed)})")

    return render


def _right(args: list[Code]) -> Code:
    return Code(f"text_slice({args[0].text}, -{args[1].within(UNARY)})")


def _power(args: list[Code]) -> Code:
    return Code(f"{args[0].within(POWER)} ^ {args[1].within(UNARY)}", POWER)


def _exp(args: list[Code]) -> Code:
    return Code(f"2.718281828459045 ^ {args[0].within(UNARY)}", POWER)


def _weekday(args: list[Code]) -> Code:
    return Code(f"weekday({args[0].text}) + 1", SUM)


_FUNCTIONS: dict[str, tuple[int, int, Render]] = {
    "abs": (1, 1, _renamed("abs")),
    "and": (1, _MANY, _renamed("and")),
    "average": (1, _MANY, _renamed("mean")),
    "char": (1, 1, _renamed("char")),
    "clean": (1, 1, _renamed("clean")),
    "code": (1, 1, _renamed("code")),
    "concatenate": (1, _MANY, _joined(" & ", CONCATENATION)),
    "date": (3, 3, _renamed("date_from_parts")),
    "datedif": (3, 3, _renamed("datetime_diff")),
    "datevalue": (1, 1, _renamed("date")),
    "day": (1, 1, _template('format_date({0}, "D")')),
    "days": (2, 2, _template('datetime_diff({1}, {0}, "D")')),
    "edate": (2, 2, _template('datetime_add({0}, {1}, "M")')),
    "epoch": (1, 1, _renamed("epoch")),
    "exp": (1, 1, _exp),
    "false": (0, 0, _template("false")),
    "field": (2, 3, _shaped("field", None, _decremented, None)),
    "first_word": (1, 1, _template("word({0}, 0)")),
    "fixed": (1, 3, _shaped("format_number", None, None, None, defaults=("", "2"))),
    "format_date": (1, 2, _renamed("format_datetime")),
    "format_location": (1, 1, _renamed("format_location")),
    "hour": (1, 1, _template('format_datetime({0}, "tt")')),
    "if": (1, 3, _renamed("if")),
    "int": (1, 1, _renamed("round_down")),
    "left": (2, 2, _template("text_slice({0}, 0, {1})")),
    "len": (1, 1, _renamed("text_length")),
    "lower": (1, 1, _renamed("lower")),
    "max": (1, _MANY, _renamed("max")),
    "min": (1, _MANY, _renamed("min")),
    "minute": (1, 1, _template('format_datetime({0}, "m")')),
    "mod": (2, 2, _renamed("mod")),
    "month": (1, 1, _template('format_date({0}, "M")')),
    "now": (0, 0, _renamed("now")),
    "or": (1, _MANY, _renamed("or")),
    "percent": (1, 1, _renamed("percent")),
    "power": (2, 2, _power),
    "proper": (1, 1, _renamed("title")),
    "rand": (0, 0, _renamed("rand")),
    "randbetween": (2, 2, _renamed("rand_between")),
    "read_digits": (1, 1, _renamed("read_chars")),
    "regex_group": (2, 3, _renamed("regex_match")),
    "remove_first_word": (1, 1, _renamed("remove_first_word")),
    "rept": (2, 2, _renamed("repeat")),
    "right": (2, 2, _right),
    "round": (1, 2, _renamed("round")),
    "rounddown": (1, 2, _renamed("round_down")),
    "roundup": (1, 2, _renamed("round_up")),
    "second": (1, 1, _template('format_datetime({0}, "s")')),
    "substitute": (3, 4, _renamed("replace")),
    "sum": (1, _MANY, _joined(" + ", SUM)),
    "time": (3, 3, _renamed("time_from_parts")),
    "timevalue": (1, 1, _renamed("time")),
    "today": (0, 0, _renamed("today")),
    "true": (0, 0, _template("true")),
    "trunc": (1, 2, _renamed("round_down")),
    "unichar": (1, 1, _renamed("char")),
    "unicode": (1, 1, _renamed("code")),
    "upper": (1, 1, _renamed("upper")),
    "weekday": (1, 1, _weekday),
    "word": (2, 3, _shaped("word", None, _decremented, _by_spaces)),
    "word_count": (1, 2, _shaped("word_count", None, _by_spaces)),
    "word_slice": (2, 4, _shaped("word_slice", None, _decremented, _decremented, _by_spaces)),
    "year": (1, 1, _template('format_date({0}, "YYYY")')),
}
"""Name to fewest and most arguments, and what a call becomes."""


def call(name: str, args: list[Code]) -> Code:
    """The call of an older function in terms of version 13; a name that is not known stays, in lower case.

    Raises BadCall when the function does not take so many arguments.
    """
    plain = name.lower()
    known = _FUNCTIONS.get(plain)
    if known is None:
        return _renamed(plain)(args)
    least, most, render = known
    if not least <= len(args) <= most:
        wanted = str(least) if least == most else f"{least} or more" if most == _MANY else f"{least} to {most}"
        raise BadCall(f"`{plain.upper()}` takes {wanted} argument(s), but here are {len(args)}")
    return render(args)

"""What functions are made of: the registry's entries, conversions of arguments, and calls of functions by functions."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NoReturn, TypeAlias, TypeVar

from bascule.ir.expr import Expression
from bascule.simulator.evaluation.faults import Fault, Unknown
from bascule.simulator.evaluation.moments import to_date, to_moment, to_time
from bascule.simulator.evaluation.patterns import Found, Pattern, compile_pattern
from bascule.simulator.evaluation.scope import Environment, Scope
from bascule.simulator.evaluation.values import (
    DEFAULT,
    MAX_ITEMS,
    MAX_TEXT,
    Value,
    bounded,
    equal,
    number,
    primary,
    show,
    text_of,
    truth,
)

__all__ = [
    "ANY",
    "Apply",
    "Argument",
    "Closure",
    "Context",
    "Effort",
    "Failed",
    "Function",
    "Registry",
    "Steps",
    "plain",
]

ANY = -1
"""``Function.most`` of a function that takes any number of arguments."""


@dataclass(frozen=True, slots=True)
class Closure:
    """A function as a value: a lambda with the variables round it, or a function by its ``name``."""

    parameters: tuple[str, ...] = ()
    body: Expression | None = None
    bindings: Mapping[str, Any] = field(default_factory=dict, compare=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Apply:
    """What a function that takes functions yields: it gets back what the function gives for the arguments."""

    function: Closure
    args: tuple[Any, ...]


Argument: TypeAlias = Any
"""A value or a :class:`Closure`; ``Any``, because only few functions take the latter."""

Steps: TypeAlias = Generator[Apply, Any, Any]


class Failed(Exception):
    """Raised inside a function to give up with a fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Function:
    """A function: the numbers of arguments it takes (``most`` -1 is without bound), what it does in one line, and
    whether it is given arguments that are faults (``faults``) instead of becoming one."""

    name: str
    least: int
    most: int
    doc: str
    body: Callable[[Context, tuple[Argument, ...]], Any]
    faults: bool = False

    def fits(self, count: int) -> bool:
        """Whether it takes so many arguments."""
        return count >= self.least and (self.most == ANY or count <= self.most)


Body = TypeVar("Body", bound="Callable[[Context, tuple[Any, ...]], Any]")


class Registry(dict[str, Function]):
    """Functions by name, filled by decorators."""

    def add(self, name: str, least: int, most: int | None = None, faults: bool = False) -> Callable[[Body], Body]:
        """Register the decorated function; its docstring says what it does. ``most`` is ``least`` when left out."""

        def register(body: Body) -> Body:
            doc = " ".join((body.__doc__ or "").split())
            self[name] = Function(name, least, least if most is None else most, doc, body, faults)
            return body

        return register


def plain(value: Argument) -> Value:
    """A function's result as a value of the evaluator: floats as decimals, tuples as lists."""
    if isinstance(value, float):
        return bounded(Decimal(repr(value)))
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Decimal):
        return bounded(value)
    result: Value = value
    return result


_EFFORT = 3_000_000
"""Characters that one evaluation may look at, those that its patterns search included; a second or two of work."""

_REFUSED = 100_000
"""Units that a pattern takes which is refused: most are at once, but one that is too large only when it is compiled."""


@dataclass(slots=True)
class Effort:
    """What an evaluation may still cost, so that no function called for every item of a list adds up to hours."""

    left: int = _EFFORT

    def spend(self, units: int) -> None:
        """Take units away; raises :class:`Failed` when there are none left."""
        self.left -= units
        if self.left < 0:
            raise Failed(Fault("the expression takes too many steps", "steps"))


@dataclass(frozen=True, slots=True)
class Context:
    """What a function may look at, and its arguments turned into what it needs; each raises :class:`Failed`."""

    scope: Scope
    effort: Effort = field(default_factory=Effort)

    @property
    def environment(self) -> Environment:
        """How dates and numbers are written."""
        return self.scope.environment

    @property
    def dialect(self) -> str:
        """The language of the expressions."""
        return self.scope.environment.dialect

    def fail(self, reason: str, code: str = "value") -> NoReturn:
        """Give up."""
        raise Failed(Fault(reason, code))

    def unknown(self, reason: str) -> NoReturn:
        """Give up: it cannot be known offline."""
        raise Failed(Unknown(reason))

    def value(self, value: Argument) -> Value:
        """A value that is no function."""
        if isinstance(value, Closure):
            return value.name or self.fail("a function is no value", "type")
        result: Value = value
        return result

    def text(self, value: Argument) -> str:
        """A value as text."""
        found = text_of(self.value(value), self.scope)
        if isinstance(found, Fault):
            raise Failed(found)
        if isinstance(value, (list, dict)):
            self.effort.spend(len(found))
        return found

    def number(self, value: Argument) -> Decimal:
        """A value as a number; for Liquid, what is none counts as zero."""
        value = self.value(value)
        found = number(value)
        if isinstance(found, Decimal):
            return found
        if self.dialect == "liquid" and not isinstance(primary(value), Fault):
            return Decimal(0)
        raise Failed(found)

    def integer(self, value: Argument) -> int:
        """The whole part of a number within 32 bits."""
        found = self.number(value)
        if abs(found) >= 2**31:
            self.fail("the number is out of range", "range")
        return int(found)

    def truth(self, value: Argument) -> bool:
        """Whether a value counts as true."""
        found = self.holds(self.value(value))
        if isinstance(found, Fault):
            raise Failed(found)
        return found

    def holds(self, value: Value) -> bool | Fault:
        """Whether a value counts as true; for Liquid, only ``false`` and what is unset do not."""
        if self.dialect == "liquid" and not isinstance(value, Fault):
            return primary(value) is not None and primary(value) is not False
        return truth(value)

    def items(self, value: Argument) -> list[Any]:
        """The items of a list; none for what is unset."""
        value = primary(self.value(value))
        if value is None:
            return []
        if not isinstance(value, list):
            self.fail(f"`{show(value)[:40]}` is no list", "type")
        return value

    def members(self, value: Argument) -> dict[str, Any]:
        """The members of an object, without its default; none for what is unset."""
        value = self.value(value)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.fail(f"`{show(value)[:40]}` is no object", "type")
        return {key: item for key, item in value.items() if key != DEFAULT}

    def moment(self, value: Argument) -> datetime:
        """A value as a moment."""
        found = to_moment(self.value(value), self.scope)
        if isinstance(found, Fault):
            raise Failed(found)
        return found

    def date(self, value: Argument) -> date:
        """A value as a day."""
        found = to_date(self.value(value), self.scope)
        if isinstance(found, Fault):
            raise Failed(found)
        return found

    def time(self, value: Argument) -> time:
        """A value as a time of day."""
        found = to_time(self.value(value), self.scope)
        if isinstance(found, Fault):
            raise Failed(found)
        return found

    def function(self, value: Argument) -> Closure:
        """A value that is a function."""
        if not isinstance(value, Closure):
            self.fail("a function is needed", "type")
        return value

    def same(self, left: Argument, right: Argument) -> bool:
        """Whether two values are equal; nothing equals a fault."""
        first, second = primary(self.value(left)), primary(self.value(right))
        if isinstance(first, (list, dict)) and isinstance(second, (list, dict)):
            return type(first) is type(second) and len(first) == len(second) and self.key(first) == self.key(second)
        return equal(first, second) is True

    def key(self, value: Argument) -> tuple[str, str]:
        """What tells a value from others: its kind and how it prints. Numbers are of one kind."""
        value = primary(self.value(value))
        printed = show(value)
        self.effort.spend(len(printed) if isinstance(value, (list, dict)) else 1)
        kind = "number" if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else type(value).__name__
        return kind, printed

    def charge(self, args: Sequence[Argument]) -> None:
        """Count what a function has to look at."""
        self.effort.spend(1 + sum(len(value) for value in args if isinstance(value, (str, list, dict))))

    def pattern(self, source: str, lines: bool = False) -> Pattern | Fault:
        """A pattern, ready for :meth:`search`; compiling a large one costs what computing with a long text does."""
        pattern = compile_pattern(source, lines)
        self.effort.spend(pattern.size // 4 if isinstance(pattern, Pattern) else _REFUSED)
        return pattern

    def search(self, pattern: Pattern, text: str, whole: bool = False) -> Found | None:
        """The first match of a pattern in a text, or its match of the whole text."""
        self.effort.spend(len(text) * (1 + pattern.size // 50))
        return pattern.fullmatch(text) if whole else pattern.search(text)

    def sized(self, text: str) -> str:
        """A text that is not too long."""
        if len(text) > MAX_TEXT:
            self.fail("the text is too long", "size")
        return text

    def room(self, size: int) -> None:
        """Give up before a text of so many characters is made."""
        if size > MAX_TEXT:
            self.fail("the text is too long", "size")

    def listed(self, items: list[Any]) -> list[Any]:
        """A list that is not too long."""
        if len(items) > MAX_ITEMS:
            self.fail("the list is too long", "size")
        return items

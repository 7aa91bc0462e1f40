"""What tests are made of: the registry, its entries, and their results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bascule.ir.expr import Expression
from bascule.simulator.evaluation.faults import Fault
from bascule.simulator.evaluation.functions.base import ANY, Context, Failed
from bascule.simulator.evaluation.values import Value, primary

__all__ = ["NOT_HELD", "PREDICATES", "Body", "Predicate", "TestResult", "folded", "predicate"]


@dataclass(frozen=True, slots=True)
class TestResult:
    """Whether a test held (a fault when it cannot be told), what in the value made it hold, and more about it (the
    groups of a pattern, by number, as RapidPro keeps them)."""

    __test__ = False

    held: bool | Fault
    match: Value = None
    extra: Value = None


NOT_HELD = TestResult(False)
Body = Callable[[Context, list[Value], Sequence[Expression]], TestResult]


@dataclass(frozen=True, slots=True)
class Predicate:
    """A test: the numbers of arguments it takes, and what it does; with ``faults``, it is given those that are."""

    name: str
    least: int
    most: int
    body: Body
    faults: bool = False

    def run(self, context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
        """The result for arguments; ``sources`` are the expressions that gave them. Never raises."""
        if not (len(args) >= self.least and (self.most == ANY or len(args) <= self.most)):
            return TestResult(Fault(f"`{self.name}` does not take {len(args)} values", "arguments"))
        if not self.faults:
            fault = next((value for value in args if isinstance(primary(value), Fault)), None)
            if fault is not None:
                return TestResult(primary(fault))  # type: ignore[arg-type]
        try:
            context.charge(args)
            return self.body(context, args, sources)
        except Failed as failed:
            return TestResult(failed.fault)
        except (ArithmeticError, ValueError) as error:
            return TestResult(Fault(f"`{self.name}` cannot be computed: {error}"[:200]))


PREDICATES: dict[str, Predicate] = {}


def predicate(name: str, least: int, most: int | None = None, faults: bool = False) -> Callable[[Body], Body]:
    """Register the decorated test; ``most`` is ``least`` when left out."""

    def register(body: Body) -> Body:
        PREDICATES[name] = Predicate(name, least, least if most is None else most, body, faults)
        return body

    return register


def folded(text: str) -> str:
    """A text without outer blanks and capitals."""
    return text.strip().casefold()

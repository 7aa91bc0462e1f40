"""Compute expressions, conditions and texts.

Nothing here recurses on the depth of an expression, and the steps of one evaluation are counted: a hostile file costs
a bounded time and gives a fault.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from types import GeneratorType
from typing import Any, TypeAlias

from bascule.ir.expr import Call, Const, Expression, Lambda, Opaque, Ref
from bascule.ir.text import Hole, Literal, Text
from bascule.simulator.evaluation.faults import Fault, Unknown
from bascule.simulator.evaluation.functions import find_function
from bascule.simulator.evaluation.functions.base import Apply, Closure, Context, Effort, Failed, Function, plain
from bascule.simulator.evaluation.predicates import PREDICATES, TestResult
from bascule.simulator.evaluation.scope import Scope, descend
from bascule.simulator.evaluation.values import MAX_ITEMS, MAX_TEXT, Value, primary, show

__all__ = ["TestResult", "evaluate", "holds", "render", "test"]

_MAX_STEPS = 200_000
_MAX_DEPTH = 2_000
"""Calls inside calls, those of functions that call functions included."""

_FORMS = frozenset({"and", "or", "not", "if"})
_SAME = {f"{prefix}_{name}": name for prefix in ("rapidpro", "floip", "dialogflow") for name in sorted(_FORMS)}
_SAME["is_nil_or_empty"] = "is_blank"
"""Forms and tests by the names that they keep where a platform gives them other numbers of values."""

Bindings: TypeAlias = Mapping[str, Any]
Frame: TypeAlias = "Generator[tuple[Expression, Bindings] | Apply, Any, Any]"


def evaluate(expression: Expression, scope: Scope) -> Value:
    """The value of an expression. Never raises: what cannot be computed is a :class:`Fault`, what nobody can know
    offline an :class:`Unknown`. Time and the size of the result are bounded."""
    machine = _Machine(scope)
    return machine.value(machine.run(expression, {}))


def holds(condition: Expression, scope: Scope) -> bool | Fault:
    """Whether a condition holds; a fault, or Unknown, when that cannot be told. Never raises."""
    return test(condition, scope).held


def test(condition: Expression, scope: Scope) -> TestResult:
    """Whether a condition holds, and what it found: the match of a test of ``ir.expr.TESTS``; of the first test of an
    ``or`` that holds, of the last of an ``and``; of any other expression, its value. Never raises."""
    machine = _Machine(scope)
    found = machine.drive(machine.tested(condition, {}, 0))
    return found if isinstance(found, TestResult) else TestResult(found if isinstance(found, Fault) else False)


test.__test__ = False  # type: ignore[attr-defined]


def render(text: Text, scope: Scope, missing: str = "") -> tuple[str, tuple[Fault, ...]]:
    """A text with its holes filled in, and the faults of those that could not be. An error prints nothing, as on the
    platforms; ``missing`` stands for what nobody can know. Never raises; never longer than the bound of texts."""
    pieces: list[str] = []
    faults: list[Fault] = []
    size = 0
    for segment in text:
        if isinstance(segment, Literal):
            piece = segment.text
        else:
            assert isinstance(segment, Hole)
            value = primary(evaluate(segment.expression, scope))
            if isinstance(value, Fault):
                faults.append(value)
            piece = missing if isinstance(value, Unknown) else show(value, scope)
        pieces.append(piece)
        size += len(piece)
        if size > MAX_TEXT:
            faults.append(Fault("the text is too long", "size"))
            break
    return "".join(pieces)[:MAX_TEXT], tuple(faults)


@dataclass(slots=True)
class _Machine:
    """One evaluation: a stack of frames, each a generator that yields the expressions whose values it needs."""

    scope: Scope
    steps: int = 0
    effort: Effort = field(default_factory=Effort)

    def context(self) -> Context:
        """What functions look at; all of one evaluation share its effort."""
        return Context(self.scope, self.effort)

    def run(self, expression: Expression, bindings: Bindings) -> Any:
        simple, value = self.simple(expression, bindings)
        return value if simple else self.drive(self.call(expression, bindings))

    def value(self, value: Any) -> Value:
        if isinstance(value, Closure):
            return value.name or Fault("a function is no value", "type")
        result: Value = value
        return result

    def drive(self, frame: Frame) -> Any:
        """Run a frame to its end, and those it needs."""
        stack: list[Frame] = [frame]
        sent: Any = None
        while stack:
            self.steps += 1
            if self.steps > _MAX_STEPS:
                return Fault("the expression takes too many steps", "steps")
            try:
                wanted = stack[-1].send(sent)
            except StopIteration as stop:
                stack.pop()
                sent = stop.value
                continue
            except Failed as failed:
                stack.pop()
                sent = failed.fault
                continue
            except (ArithmeticError, ValueError) as error:
                stack.pop()
                sent = Fault(f"cannot be computed: {error}"[:200])
                continue
            if isinstance(wanted, Apply):
                sent, frame_or_none = self.applied(wanted)
            else:
                simple, sent = self.simple(*wanted)
                frame_or_none = None if simple else self.call(*wanted)
            if frame_or_none is not None:
                if len(stack) >= _MAX_DEPTH:
                    sent = Fault("the expression is nested too deeply", "depth")
                else:
                    stack.append(frame_or_none)
                    sent = None
        return sent

    def simple(self, expression: Expression, bindings: Bindings) -> tuple[bool, Any]:
        """The value of what needs no frame."""
        if isinstance(expression, Const):
            return True, self.constant(expression.value)
        if isinstance(expression, Ref):
            return True, self.reference(expression, bindings)
        if isinstance(expression, Opaque):
            return True, Unknown(f"an expression in {expression.language or 'another language'} is not computed here")
        if isinstance(expression, Lambda):
            return True, Closure(expression.parameters, expression.body, dict(bindings))
        return False, None

    def constant(self, value: Any) -> Value:
        if isinstance(value, str) and len(value) > MAX_TEXT:
            return Fault("the text is too long", "size")
        return plain(value)

    def reference(self, item: Ref, bindings: Bindings) -> Value:
        if item.path and item.path[0] in bindings:
            bound = bindings[item.path[0]]
            if isinstance(bound, Closure) or len(item.path) == 1:
                return bound  # type: ignore[no-any-return]
            if isinstance(bound, Fault):
                return bound
            found = descend(bound, item.path[1:])
        else:
            found = self.scope.lookup(item.path) if item.path else None
        return plain(found)

    def applied(self, wanted: Apply) -> tuple[Any, Frame | None]:
        """A function called by a function: its value, or the frame that computes it."""
        closure, args = wanted.function, wanted.args
        if closure.body is None:
            return None, self.named(closure.name, args)
        if len(args) < len(closure.parameters):
            return Fault("the function is given too few values", "arguments"), None
        bindings = {**closure.bindings, **dict(zip(closure.parameters, args, strict=False))}
        simple, value = self.simple(closure.body, bindings)
        return (value, None) if simple else (None, self.call(closure.body, bindings))

    def named(self, name: str, args: tuple[Any, ...]) -> Frame:
        """A function or test called by its name with values."""
        predicate = PREDICATES.get(name)
        if predicate is not None:
            return predicate.run(self.context(), list(args), ()).held
        if name in _FORMS:
            literals = tuple(Ref((f"\0{at}",)) for at in range(len(args)))
            bindings = {f"\0{at}": value for at, value in enumerate(args)}
            return (yield Call(name, literals), bindings)
        function = find_function(name)
        if function is None:
            return Unknown(f"the function `{name[:60]}` is not known")
        return (yield from self.invoke(function, args))

    def call(self, expression: Expression, bindings: Bindings) -> Frame:
        """The value of a call."""
        assert isinstance(expression, Call)
        name, args = _SAME.get(expression.name, expression.name), expression.args
        if name in _FORMS:
            return (yield from self.form(name, args, bindings))
        if name in PREDICATES:
            result = yield from self.predicate(name, args, bindings)
            return result.held
        if name == "function" and len(args) == 1 and isinstance(args[0], Const):
            return Closure(name=str(args[0].value))
        if name == "index" and len(args) == 2:
            inner, key = args
            member = key.value if isinstance(key, Const) else None
            if isinstance(inner, Call) and inner.name in PREDICATES and member in ("match", "extra"):
                result = yield from self.predicate(inner.name, inner.args, bindings)
                if isinstance(result.held, Fault):
                    return result.held
                return result.match if member == "match" else result.extra
        function = find_function(name)
        if function is None:
            return Unknown(f"the function `{name[:60]}` is not known")
        values: list[Any] = []
        for argument in args:
            values.append((yield argument, bindings))
        return (yield from self.invoke(function, tuple(values)))

    def invoke(self, function: Function, args: tuple[Any, ...]) -> Frame:
        """A function's value for arguments, bounded in size."""
        if not function.fits(len(args)):
            return Fault(f"`{function.name}` does not take {len(args)} values", "arguments")
        if not function.faults:
            fault = _first_fault(args)
            if fault is not None:
                return fault
        context = self.context()
        context.charge(args)
        found: Any = function.body(context, args)
        if isinstance(found, GeneratorType):
            found = yield from found
        if isinstance(found, (str, list, dict)) and len(found) > (MAX_TEXT if isinstance(found, str) else MAX_ITEMS):
            return Fault("the result is too long", "size")
        return found if isinstance(found, Closure) else plain(found)

    def form(self, name: str, args: tuple[Expression, ...], bindings: Bindings) -> Frame:
        """``and``, ``or``, ``not`` and ``if``: only the arguments that decide are looked at."""
        context = self.context()
        if name == "not" and len(args) == 1:
            held = context.holds(self.value((yield args[0], bindings)))
            return held if isinstance(held, Fault) else not held
        if name == "if" and len(args) in (2, 3):
            held = context.holds(self.value((yield args[0], bindings)))
            if isinstance(held, Fault):
                return held
            chosen = args[1] if held else args[2] if len(args) > 2 else Const(None)
            return (yield chosen, bindings)
        if name in ("not", "if") or not args:
            return Fault(f"`{name}` does not take {len(args)} values", "arguments")
        unknown: Fault | None = None
        for argument in args:
            held = context.holds(self.value((yield argument, bindings)))
            if isinstance(held, Unknown):
                # A later argument may decide whatever this one is.
                unknown = unknown or held
            elif isinstance(held, Fault):
                return unknown or held
            elif held is (name == "or"):
                return held
        return unknown if unknown is not None else name == "and"

    def predicate(self, name: str, args: tuple[Expression, ...], bindings: Bindings) -> Frame:
        """The result of a test."""
        values: list[Value] = []
        for argument in args:
            values.append(self.value((yield argument, bindings)))
        return PREDICATES[name].run(self.context(), values, args)

    def tested(self, condition: Expression, bindings: Bindings, depth: int) -> Frame:
        """The result of a condition. Only ``and`` and ``or`` near the top are looked into."""
        if isinstance(condition, Call) and condition.name in PREDICATES:
            return (yield from self.predicate(condition.name, condition.args, bindings))
        if isinstance(condition, Call) and condition.name in ("and", "or") and condition.args and depth < 20:
            return (yield from self.tested_all(condition, bindings, depth))
        if isinstance(condition, Call) and condition.name == "if" and len(condition.args) == 3 and depth < 20:
            held = self.context().holds(self.value((yield condition.args[0], bindings)))
            if isinstance(held, Fault):
                return TestResult(held)
            return (yield from self.tested(condition.args[1 if held else 2], bindings, depth + 1))
        value = self.value((yield condition, bindings))
        held = self.context().holds(value)
        plain_truth = isinstance(primary(value), bool)
        return TestResult(held, value if held is True and not plain_truth else None)

    def tested_all(self, condition: Call, bindings: Bindings, depth: int) -> Frame:
        either = condition.name == "or"
        unknown: TestResult | None = None
        result = TestResult(not either)
        for argument in condition.args:
            result = yield from self.tested(argument, bindings, depth + 1)
            if isinstance(result.held, Unknown):
                unknown = unknown or result
            elif isinstance(result.held, Fault):
                return unknown or result
            elif result.held is either:
                return result
        return unknown if unknown is not None else result


def _first_fault(args: tuple[Any, ...]) -> Fault | None:
    """The fault to report of several: what nobody can know outranks an error."""
    found: Fault | None = None
    for argument in args:
        value = argument if isinstance(argument, Closure) else primary(argument)
        if isinstance(value, Unknown):
            return value
        if isinstance(value, Fault):
            found = found or value
    return found

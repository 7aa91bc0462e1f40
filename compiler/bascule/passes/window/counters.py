"""Counters: variables that are set to a number, perhaps moved by a number, and compared with a number.

They are followed by value, so that a loop which a counter bounds is known to end. Whatever is not surely a
counter has no value here, and a condition on it may hold or not: when in doubt, a loop has no bound.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bascule.ir.expr import Call, Const, Expression, Ref, references
from bascule.ir.nodes import Ask, Assignment, Case, Handover, HttpRequest, Node, RunFlow, SetVariable, Unsupported, When
from bascule.ir.project import Flow, Project

__all__ = ["Counters", "Values", "Writes", "find_counters", "writes_of_flows"]

Path = tuple[str, ...]
Values = tuple[float | None, ...]
"""The value of each counter of a flow, in order; None where it is not known or no longer matters."""

_MOST_COUNTERS = 6
_MOST_VALUES = 400
_REACH = 64
"""Moves that a counter which goes both ways is followed beyond what it is compared with."""
_SHARED_SCOPES = frozenset({"contact", "global"})
_SHARED_ROOTS = frozenset({"contact", "global", "globals", "groups", "labels"})
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_SAME_VALUE = {"number": 1, "trim": 1, "text": 1, "default": 2}
"""Functions, with their number of arguments, that give the number they are given."""
_COMPARED = {
    "lt": (-1,), "le": (-1, 0), "gt": (1,), "ge": (0, 1), "eq": (0,), "ne": (-1, 1),
    "has_number_lt": (-1,), "has_number_lte": (-1, 0), "has_number_gt": (1,), "has_number_gte": (0, 1),
    "has_number_eq": (0,),
}  # fmt: skip
"""Comparisons: the signs of *value less constant* for which they hold."""
_DIGITS = frozenset(map(float, range(10)))
_MIRRORED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}


@dataclass(frozen=True, slots=True)
class Writes:
    """The variables a flow may change, with the flows it runs; ``unknown`` says that it may change any."""

    paths: frozenset[Path]
    unknown: bool = False

    def may_change(self, path: Path) -> bool:
        """Whether a variable may have another value afterwards."""
        return self.unknown or any(_overlap(path, other) for other in self.paths)


@dataclass(frozen=True, slots=True)
class _Counter:
    path: Path
    textual: bool
    least: float
    most: float
    down: bool
    up: bool
    reach: float

    def moved(self, value: float | None, amount: float) -> float | None:
        """The value after a move; None where it is not known. Infinity is *beyond all that is compared, far off*."""
        if value is None or (math.isinf(value) and value * amount < 0):
            return None
        return self.kept(value + amount)

    def kept(self, value: float) -> float:
        """A value that no comparison tells from this one."""
        if value > self.most + (self.reach if self.down else 0):
            return math.inf
        if value < self.least - (self.reach if self.up else 0):
            return -math.inf
        return value


@dataclass(frozen=True)
class Counters:
    """The counters of one flow. ``changes`` are the nodes that write one, ``live`` the nodes where each matters."""

    counters: tuple[_Counter, ...]
    changes: Mapping[str, tuple[tuple[int, str, float], ...]]
    live: tuple[frozenset[str], ...]

    def start(self) -> Values:
        """The values where nothing is known: on the way in, and after a call that failed."""
        return (None,) * len(self.counters)

    def after(self, node: Node, values: Values) -> Values:
        """The values when the node is done."""
        changes = self.changes.get(node.id)
        if not changes:
            return values
        result = list(values)
        for number, what, amount in changes:
            counter = self.counters[number]
            if what == "set":
                result[number] = counter.kept(amount)
            elif what == "add":
                result[number] = counter.moved(result[number], amount)
            else:
                result[number] = None
        return tuple(result)

    def at(self, node: str, values: Values) -> Values:
        """The values as far as they matter at a node and after it."""
        if not self.counters:
            return values
        return tuple(value if node in live else None for value, live in zip(values, self.live, strict=True))

    def holds(self, condition: Expression, values: Values) -> bool | None:
        """Whether a condition holds; None when the counters do not tell."""
        return _holds(condition, {c.path: (c, v) for c, v in zip(self.counters, values, strict=True) if v is not None})


NO_COUNTERS = Counters((), {}, ())


def _overlap(one: Path, other: Path) -> bool:
    size = min(len(one), len(other))
    return [part.casefold() for part in one[:size]] == [part.casefold() for part in other[:size]]


def _node_writes(node: Node) -> Iterator[Path]:
    if isinstance(node, SetVariable):
        yield from (item.target for item in node.assignments)
    elif isinstance(node, Ask):
        yield node.into
    elif isinstance(node, HttpRequest):
        yield node.into
        yield from (path for _, path in node.mapping)


def writes_of_flows(project: Project) -> dict[str, Writes]:
    """What running each flow may change, the flows it runs in its turn included."""
    own: dict[str, set[Path]] = {}
    unknown: set[str] = set()
    callers: dict[str, list[str]] = {}
    for flow in project.flows:
        own[flow.id] = {path for node in flow.nodes for path in _node_writes(node) if path}
        for node in flow.nodes:
            if isinstance(node, (Handover, Unsupported)):
                unknown.add(flow.id)
            elif isinstance(node, RunFlow) and node.mode != "start":
                callers.setdefault(node.flow, []).append(flow.id)
                if node.flow not in project.by_id:
                    unknown.add(flow.id)
    pending = list(own)
    while pending:
        callee = pending.pop()
        for caller in callers.get(callee, ()):
            if not own[callee] <= own[caller] or (callee in unknown and caller not in unknown):
                own[caller] |= own[callee]
                if callee in unknown:
                    unknown.add(caller)
                pending.append(caller)
    return {name: Writes(frozenset(paths), name in unknown) for name, paths in own.items()}


def _number(expression: Expression | None) -> tuple[float, bool] | None:
    """The number a constant stands for, and whether it is written as text."""
    if not isinstance(expression, Const) or isinstance(expression.value, bool):
        return None
    value = expression.value
    if isinstance(value, (int, float)):
        return (float(value), False) if abs(value) < 1e9 and math.isfinite(value) else None
    return (float(value), True) if isinstance(value, str) and _INTEGER.fullmatch(value) else None


def _variable(expression: Expression) -> Path | None:
    """The variable whose value an expression has, once it has one."""
    while isinstance(expression, Call):
        if _SAME_VALUE.get(expression.name) != len(expression.args):
            return None
        expression = expression.args[0]
    return expression.path if isinstance(expression, Ref) else None


def _moved_by(item: Assignment) -> float | None:
    """By how much an assignment moves its variable; None when it is not ``n = n + constant``."""
    value = item.value
    if item.op != "set" or not isinstance(value, Call) or len(value.args) != 2 or value.name not in ("add", "sub"):
        return None
    left, right = value.args
    amount = _number(right)
    if amount is not None and _variable(left) == item.target:
        return amount[0] if value.name == "add" else -amount[0]
    amount = _number(left)
    if value.name == "add" and amount is not None and _variable(right) == item.target:
        return amount[0]
    return None


def _conditions(node: Node) -> Iterator[Expression]:
    if isinstance(node, Case):
        yield from (edge.guard.condition for edge in node.edges if isinstance(edge.guard, When))


def _comparisons(condition: Expression) -> Iterator[tuple[Path, float]]:
    """Variables with the constants they are compared with."""
    stack = [condition]
    while stack:
        item = stack.pop()
        if not isinstance(item, Call):
            continue
        stack.extend(item.args)
        constants = [found[0] for found in map(_number, item.args) if found is not None]
        for path in map(_variable, item.args):
            if path is not None:
                yield from ((path, constant) for constant in constants)


def find_counters(flow: Flow, project: Project, writes: Mapping[str, Writes]) -> Counters:
    """The counters of a flow: set and compared in it, and shared with nothing that runs beside it."""
    sets: dict[Path, list[tuple[float, bool]]] = {}
    moves: dict[Path, list[float]] = {}
    for node in flow.nodes:
        for item in node.assignments if isinstance(node, SetVariable) else ():
            number = _number(item.value) if item.op == "set" else None
            amount = _moved_by(item)
            if number is not None:
                sets.setdefault(item.target, []).append(number)
            elif amount is not None:
                moves.setdefault(item.target, []).append(amount)
    if not sets:
        return NO_COUNTERS
    tested: dict[Path, list[float]] = {}
    spelled: dict[Path, set[Path]] = {}
    for node in flow.nodes:
        refs = (ref.path for condition in _conditions(node) for ref in references(condition))
        for path in (*_node_writes(node), *refs):
            spelled.setdefault(tuple(part.casefold() for part in path), set()).add(path)
        for condition in _conditions(node):
            for path, constant in _comparisons(condition):
                tested.setdefault(path, []).append(constant)
    found: list[_Counter] = []
    for path in sorted(sets.keys() & tested.keys()):
        declared = project.variable.get(".".join(path))
        shared = path[0].casefold() in _SHARED_ROOTS or (declared is not None and declared.scope in _SHARED_SCOPES)
        if shared or len(spelled[tuple(part.casefold() for part in path)]) > 1:
            continue
        least, most = min(tested[path]), max(tested[path])
        moved = moves.get(path, [0.0])
        steps = [abs(amount) for amount in moved if amount]
        starts = [value for value, _ in sets[path]]
        if steps and (max(most, *starts) - min(least, *starts)) / min(steps) > _MOST_VALUES:
            continue
        reach = _REACH * max(steps, default=0) + max(
            abs(value - bound) for value, _ in sets[path] for bound in (least, most)
        )
        textual = any(text for _, text in sets[path])
        down, up = min(moved) < 0, max(moved) > 0
        found.append(_Counter(path, textual, least, most, down, up, reach))
    kept = tuple(found[:_MOST_COUNTERS])
    if not kept:
        return NO_COUNTERS
    changes = {node.id: change for node in flow.nodes if (change := tuple(_changes(node, kept, writes)))}
    return Counters(kept, changes, tuple(_live(flow, number, item, changes) for number, item in enumerate(kept)))


def _changes(
    node: Node, counters: Sequence[_Counter], writes: Mapping[str, Writes]
) -> Iterator[tuple[int, str, float]]:
    """What a node does to the counters, in order: set, add, or lose sight of."""
    for number, counter in enumerate(counters):
        if isinstance(node, SetVariable):
            for item in node.assignments:
                if item.target != counter.path:
                    if _overlap(item.target, counter.path):
                        yield number, "lose", 0
                    continue
                constant, amount = _number(item.value) if item.op == "set" else None, _moved_by(item)
                if constant is not None:
                    yield number, "set", constant[0]
                elif amount is not None:
                    yield number, "add", amount
                else:
                    yield number, "lose", 0
        elif isinstance(node, (Handover, Unsupported)) or _lost_in(node, counter.path, writes):
            yield number, "lose", 0


def _lost_in(node: Node, path: Path, writes: Mapping[str, Writes]) -> bool:
    if isinstance(node, RunFlow) and node.mode != "start":
        return node.flow not in writes or writes[node.flow].may_change(path)
    return any(written and _overlap(written, path) for written in _node_writes(node))


def _live(
    flow: Flow, number: int, counter: _Counter, changes: Mapping[str, Iterable[tuple[int, str, float]]]
) -> frozenset[str]:
    """The nodes from which a condition on the counter may be met before the counter is set anew."""
    before: dict[str, list[str]] = {}
    live: list[str] = []
    for node in flow.nodes:
        for edge in node.edges:
            if edge.target is not None:
                before.setdefault(edge.target, []).append(node.id)
        if any(ref.path == counter.path for condition in _conditions(node) for ref in references(condition)):
            live.append(node.id)
    set_anew = {
        name for name, change in changes.items() if next((what for n, what, _ in change if n == number), "") == "set"
    }
    seen = set(live)
    while live:
        for name in before.get(live.pop(), ()):
            if name not in seen and name not in set_anew:
                seen.add(name)
                live.append(name)
    return frozenset(seen)


def _holds(condition: Expression, values: Mapping[Path, tuple[_Counter, float]]) -> bool | None:
    """Three-valued: the counters decide, or nothing does. Recursion is as deep as the condition, which is bounded."""
    if not isinstance(condition, Call) or not values:
        return None
    if condition.name == "not" and len(condition.args) == 1:
        inner = _holds(condition.args[0], values)
        return None if inner is None else not inner
    if condition.name in ("and", "or"):
        parts = [_holds(part, values) for part in condition.args]
        decisive = condition.name == "or"
        if decisive in parts:
            return decisive
        return None if None in parts or not parts else not decisive
    return _compare(condition, values)


def _compare(test: Call, values: Mapping[Path, tuple[_Counter, float]]) -> bool | None:
    if len(test.args) < 2:
        return None
    name, left, rest = test.name, test.args[0], test.args[1:]
    if _number(left) is not None and name in _MIRRORED and len(rest) == 1:
        name, left, rest = _MIRRORED[name], rest[0], (left,)
    path = _variable(left)
    known = values.get(path) if path is not None else None
    constants = [_number(item) for item in rest]
    if known is None or None in constants:
        return None
    counter, value = known
    numbers = [item for item in constants if item is not None]
    if name == "same_text":
        return _same_text(value, rest, numbers)
    if name == "has_number_between" and len(numbers) == 2:
        return numbers[0][0] <= value <= numbers[1][0]
    if name not in _COMPARED or len(numbers) != 1:
        return None
    constant, text = numbers[0]
    sign = (value > constant) - (value < constant)
    if (text or counter.textual) and not name.startswith("has_number"):
        # Text may be compared as text: the answer is sure only where both ways agree.
        digits = value in _DIGITS and constant in _DIGITS
        if not digits or (sign == 0 and name in ("eq", "ne")):
            return None if sign == 0 or name not in ("eq", "ne") else name == "ne"
    return sign in _COMPARED[name]


def _same_text(value: float, constants: Sequence[Expression], numbers: Sequence[tuple[float, bool]]) -> bool | None:
    if value not in [number for number, _ in numbers]:
        return False
    text = str(int(value)) if math.isfinite(value) and value.is_integer() else ""
    return True if text in [str(item.value) for item in constants if isinstance(item, Const)] else None

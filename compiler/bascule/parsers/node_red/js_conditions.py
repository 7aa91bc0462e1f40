"""Conditions of a program as expressions: comparisons of names with values; what else there is stays opaque."""

from __future__ import annotations

from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.parsers.node_red.js_tokens import Kind, Program, decode_string
from bascule.parsers.node_red.js_values import JsPiece, code_expression

__all__ = ["both", "negated", "read_condition", "same_value"]

_COMPARES = {
    "===": "eq",
    "==": "eq",
    "!==": "ne",
    "!=": "ne",
    "<": "lt",
    "<=": "le",
    ">": "gt",
    ">=": "ge",
}
_TESTS = {"includes": "contains", "startsWith": "starts_with", "endsWith": "ends_with"}
_FOLDS = (".toLowerCase()", ".toUpperCase()", ".trim()", ".toString()", ".toLocaleLowerCase()")
_MAX_PARTS = 60
_MAX_DEPTH = 12
_MAX_TOKENS = 600
_SIGNS = {"true": True, "false": False, "null": None, "undefined": None}


def both(first: Expression | None, second: Expression | None) -> Expression | None:
    """Both conditions; None stands for always."""
    if first is None or second is None:
        return second if first is None else first
    return Call("and", (first, second))


def negated(condition: Expression | None) -> Expression | None:
    """The opposite of a condition; None (always) stays None."""
    if condition is None:
        return None
    if isinstance(condition, Call) and condition.name == "not":
        return condition.args[0]
    return Call("not", (condition,))


def same_value(subject: str, value: JsPiece) -> Expression:
    """The condition that a ``case`` of a ``switch`` stands for."""
    left, folded = _left(subject)
    right: Expression = (
        Const(value.value) if value.kind in ("text", "scalar") and value.fixed else Opaque("javascript", value.source)
    )
    return _equal(left, right, folded)


def _equal(left: Expression, right: Expression, folded: bool) -> Expression:
    if folded and isinstance(right, Const) and isinstance(right.value, str):
        return Call("same_text", (left, right))
    return Call("eq", (left, right))


def _left(source: str) -> tuple[Expression, bool]:
    """What a condition looks at, and whether its case was folded."""
    plain = source.strip()
    folded = False
    changed = True
    while changed:
        changed = False
        for call in _FOLDS:
            if plain.endswith(call):
                plain, changed = plain[: -len(call)], True
                folded = folded or "Case" in call
    return code_expression(plain), folded


def read_condition(program: Program, first: int, last: int) -> Expression:
    """The condition that the tokens ``first`` to ``last`` (exclusive) spell. Never raises; bounded."""
    return _condition(program, first, last, 0)


def _opaque(program: Program, first: int, last: int) -> Expression:
    if last <= first:
        return Opaque("javascript", "")
    return Opaque("javascript", program.source[program.tokens[first].start : program.tokens[last - 1].end])


def _split(program: Program, first: int, last: int, sign: str) -> list[tuple[int, int]]:
    """The ranges between the signs of this level."""
    parts: list[tuple[int, int]] = []
    start = at = first
    while at < last:
        token = program.tokens[at]
        if token.kind is Kind.SIGN and token.text in ("(", "[", "{"):
            at = program.partner[at] + 1
            continue
        if token.kind is Kind.SIGN and token.text == sign:
            parts.append((start, at))
            start = at + 1
        at += 1
    return [*parts, (start, last)]


def _condition(program: Program, first: int, last: int, depth: int) -> Expression:
    tokens = program.tokens
    if last <= first or depth > _MAX_DEPTH or last - first > _MAX_TOKENS:
        return _opaque(program, first, last)
    for sign, name in (("||", "or"), ("&&", "and")):
        parts = _split(program, first, last, sign)
        if 1 < len(parts) <= _MAX_PARTS:
            return Call(name, tuple(_condition(program, start, end, depth + 1) for start, end in parts))
        if len(parts) > 1:
            return _opaque(program, first, last)
    token = tokens[first]
    if token.kind is Kind.SIGN and token.text == "(" and program.partner[first] == last - 1:
        return _condition(program, first + 1, last - 1, depth + 1)
    if token.kind is Kind.SIGN and token.text == "!":
        inner = negated(_condition(program, first + 1, last, depth + 1))
        return inner if inner is not None else _opaque(program, first, last)
    for at in range(first + 1, last - 1):
        inside = tokens[at]
        if (
            inside.kind is Kind.SIGN
            and inside.text in _COMPARES
            and len(_split(program, first, last, inside.text)) == 2
        ):
            return _comparison(program, first, at, last)
    return _test(program, first, last)


def _constant(program: Program, first: int, last: int) -> Expression | None:
    if last - first != 1:
        return None
    token = program.tokens[first]
    if token.kind is Kind.STRING:
        return Const(decode_string(program.source, token.start + 1, token.end - 1).text)
    if token.kind is Kind.NUMBER:
        try:
            number = float(token.text)
        except ValueError:
            return None
        return Const(int(number) if number.is_integer() else number)
    return Const(_SIGNS[token.text]) if token.text in _SIGNS else None


def _source(program: Program, first: int, last: int) -> str:
    return program.source[program.tokens[first].start : program.tokens[last - 1].end]


def _comparison(program: Program, first: int, at: int, last: int) -> Expression:
    name = _COMPARES[program.tokens[at].text]
    left, right = _constant(program, first, at), _constant(program, at + 1, last)
    if left is not None and right is None:
        first, at, last = at + 1, last, at + 1
        subject = _source(program, first, at)
        value: Expression = left
        name = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}.get(name, name)
    else:
        subject = _source(program, first, at)
        value = right if right is not None else code_expression(_source(program, at + 1, last))
    if ".indexOf(" in subject:
        return _position(subject, name, program, at, last)
    looked, folded = _left(subject)
    if isinstance(looked, Opaque):
        return Call(name, (looked, value))
    if isinstance(value, Const) and value.value is None and name in ("eq", "ne"):
        blank = Call("is_blank", (looked,))
        return blank if name == "eq" else Call("not", (blank,))
    if folded and name in ("eq", "ne") and isinstance(value, Const) and isinstance(value.value, str):
        same = Call("same_text", (looked, value))
        return same if name == "eq" else Call("not", (same,))
    return Call(name, (looked, value))


def _position(subject: str, name: str, program: Program, at: int, last: int) -> Expression:
    """``text.indexOf("x") !== -1`` and its like: does the text hold the words?"""
    looked, _, rest = subject.partition(".indexOf(")
    right = _source(program, at + 1, last).replace(" ", "")
    word = rest.strip().removesuffix(")").strip()
    present = (name, right) in {("ne", "-1"), ("gt", "-1"), ("ge", "0")}
    absent = (name, right) in {("eq", "-1"), ("lt", "0")}
    quoted = len(word) >= 2 and word[0] == word[-1] and word[0] in "\"'" and "\\" not in word
    expression = _left(looked)[0]
    if not (present or absent) or not quoted or isinstance(expression, Opaque):
        return Opaque("javascript", f"{subject} {program.tokens[at].text} {right}")
    test = Call("contains", (expression, Const(word[1:-1])))
    return test if present else Call("not", (test,))


def _test(program: Program, first: int, last: int) -> Expression:
    """A call that tests a text, or a bare name (true when it has a value)."""
    tokens = program.tokens
    closes = tokens[last - 1].kind is Kind.SIGN and tokens[last - 1].text == ")"
    if closes:
        opening = program.partner[last - 1]
        method = tokens[opening - 1].text if opening > first else ""
        if method in _TESTS and opening - 2 > first and tokens[opening - 2].text == ".":
            value = _constant(program, opening + 1, last - 1)
            looked, _ = _left(_source(program, first, opening - 2))
            if value is not None and not isinstance(looked, Opaque):
                return Call(_TESTS[method], (looked, value))
        return _opaque(program, first, last)
    expression = code_expression(_source(program, first, last))
    if isinstance(expression, Ref):
        return Call("not", (Call("is_blank", (expression,)),))
    return expression

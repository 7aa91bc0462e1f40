"""Dialogflow CX: conditions, and the references and system functions of its texts, as ``ir.expr``; and back.

``$session.params.ville = "Dakar" AND $page.params.status = "FINAL"``, ``Bonjour $session.params.nom``. Nothing here
reports: what cannot be read, and what is doubtful, comes back as data with its range, and the caller has the rules.
Facts: https://cloud.google.com/dialogflow/cx/docs/reference/condition, .../reference/system-functions
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from bascule.ir.expr import OPERATORS, TESTS, Call, Const, Expression, Opaque, Ref
from bascule.ir.text import Hole, Literal, Segment, Text, join_text, text_expression
from bascule.source import Place

if TYPE_CHECKING:
    from lark import Lark

__all__ = ["DIALOGFLOW", "MAX_DEPTH", "Condition", "Note", "TextRead", "print_condition", "read_condition", "read_text"]

DIALOGFLOW = "dialogflow-cx"
"""Language name of the opaque pieces."""

MAX_DEPTH = 100
"""Deepest condition that is read; the deepest seen in public agents has 4 levels."""

_MAX_LENGTH = 10_000
"""Longest condition that is read; the longest seen in public agents has 360 characters."""

_PATIENCE = 32
"""How many functions without an end are looked for in a text before the rest counts as words."""

_COMPARE = {"=": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", ":": "contains"}
_SIGNS = {name: sign for sign, name in _COMPARE.items()}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,300})(\.[0-9]{1,300})?")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t"}
_STEP = re.compile(r"\.([\w-]+)|\[\s*([0-9]+)\s*\]")
_NOTHING = frozenset({"null", "undefined"})
_CURLY = frozenset("“”„«»‘’‹›")

# The function's own name: (native name, least and most arguments for which it means the same).
_NATIVE: dict[str, tuple[str, int, int]] = {
    "ADD": ("add", 2, 99),
    "MINUS": ("sub", 2, 2),
    "MULTIPLY": ("mul", 2, 99),
    "CONCATENATE": ("concat", 2, 99),
    "LEN": ("length", 1, 1),
    "COUNT": ("length", 1, 1),
    "UPPER": ("upper", 1, 1),
    "LOWER": ("lower", 1, 1),
    "SUBSTITUTE": ("replace", 3, 3),
    "SPLIT": ("split", 2, 2),
    "URL_ENCODE": ("url_encode", 1, 1),
    "ROUND": ("round", 1, 2),
    "TO_TEXT": ("text", 1, 1),
    "TO_NUMBER": ("number", 1, 1),
    "GET_FIELD": ("index", 2, 2),
    "GET": ("index", 2, 2),
    "NOW": ("now", 0, 0),
    "IF": ("if", 3, 3),
}
_PRINTED = {native: name for name, (native, _, _) in reversed(_NATIVE.items())}
_OTHERS = frozenset(
    """
    DIVIDE JOIN IDENTITY RAND rand MID APPEND REMOVE UNIQUE CONTAIN MATCH FILTER NESTED_FIELD FORMAT_DATE ADD_DATE
    IS_DATE IS_PAST_DATE IS_FUTURE_DATE TO_OBJECT TO_PHONE_NUMBER IS_PHONE_NUMBER IS_CREDIT_CARD_NUMBER UUID
    """.split()  # noqa: SIM905
)
_TAKEN = frozenset((*OPERATORS, *TESTS, *_PRINTED, "default", "first", "last", "format_date", "date", "time", "json",
                    "slice", "title", "trim", "abs", "min", "max", "today", "join", "opaque"))  # fmt: skip
"""Names of the native vocabulary: a function that means something else must not pass for one."""

_SCALE = 3
"""Decimal places of ``DIVIDE`` where it names none."""

_IN_TEXT = re.compile(
    r"\$(?:(?:session|page|intent)\.params|flow|request|event)\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?"
    r"(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?|\[[0-9]{1,9}\])*"
    r"|\$sys\.func\.[A-Za-z_]\w*\("
)
"""What a text interpolates. Names of parameters are ASCII, so that a letter of another script ends them."""

_BRACKET = re.compile(r"""[()"']""")
_QUOTED = re.compile(r""""[^"\\]*+(?:\\.[^"\\]*+)*+"|'[^'\\]*+(?:\\.[^'\\]*+)*+'""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Note:
    """Something doubtful in a condition that was read. ``kind``: ``bare`` (a word that compares nothing), ``keyword``
    (AND, OR, NOT where they are no operators, or in small letters), ``function`` (no such function), ``quotes``
    (typographic ones, which belong to the text) or ``mixed`` (AND beside OR without brackets)."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as read, or (``expression`` is opaque then) where and why it stops making sense."""

    expression: Expression
    depth: int = 1
    notes: tuple[Note, ...] = ()
    error: str = ""
    start: int = 0
    end: int = 0
    help: str = ""


class _Refused(Exception):
    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece read so far. ``alone`` is the constant that a lone word or text is as an argument, ``quoted`` what stands
    between its quotes."""

    expression: Expression
    depth: int
    start: int
    end: int
    notes: tuple[Note, ...] = ()
    alone: Const | None = None
    quoted: str | None = None
    joined: str = ""


def _unquote(token: str) -> str:
    body = token[1:-1]
    if "\\" not in body:
        return body
    return _ESCAPE.sub(lambda found: _LETTERS.get(found.group(1)) or _kept(found), body)


def _kept(found: re.Match[str]) -> str:
    """A backslash before anything but a quote, a backslash and n, r, t is a backslash: patterns are written so."""
    return found.group(1) if found.group(1) in "\"'\\" else found.group()


def _constant(word: str) -> Const:
    lower = word.lower()
    if lower in _NOTHING:
        return Const(None)
    if lower in ("true", "false"):
        return Const(lower == "true")
    number = _NUMBER.fullmatch(word)
    if number is None:
        return Const(word)
    return Const(float(word) if number.group(1) else int(word))


def _path(token: str) -> tuple[str, ...]:
    root = re.match(r"\$([^\W\d][\w-]*)", token)
    assert root is not None, token
    return (root.group(1), *(step.group(1) or step.group(2) for step in _STEP.finditer(token, root.end())))


class _Builder:
    """One method per alternative of ``grammars/dialogflow_cx_condition.lark``; called as the parser reduces."""

    def start(self, items: list[_Part]) -> _Part:
        return items[0]

    def group(self, items: list[_Part]) -> _Part:
        part = items[0]
        return _Part(part.expression, part.depth, part.start, part.end, part.notes)

    def reference(self, items: list[Any]) -> _Part:
        return _leaf(Ref(_path(str(items[0]))), items[0])

    def true(self, items: list[Any]) -> _Part:
        return _leaf(Const(True), items[0])

    def false(self, items: list[Any]) -> _Part:
        return _leaf(Const(False), items[0])

    def text(self, items: list[Any]) -> _Part:
        return _leaf(_quoted(str(items[0])), items[0])

    def value(self, items: list[Any]) -> _Part:
        token = items[0]
        kind = (Note("quotes", str(token), token.start_pos, token.end_pos),) if token[0] in _CURLY else ()
        return _Part(_constant(str(token)), 1, token.start_pos, token.end_pos, kind)

    def lone_text(self, items: list[Any]) -> _Part:
        return self._lone(items[0], _quoted(str(items[0])), _unquote(str(items[0])))

    def lone_word(self, items: list[Any]) -> _Part:
        return self._lone(items[0], _constant(str(items[0])))

    def _lone(self, token: Any, value: Expression, quoted: str | None = None) -> _Part:
        kind = "keyword" if str(token).upper() in ("AND", "OR", "NOT") else "bare"
        note = Note(kind, str(token), token.start_pos, token.end_pos)
        if isinstance(value, Const):
            return _Part(Opaque(DIALOGFLOW, str(token)), 1, token.start_pos, token.end_pos, (note,), value, quoted)
        return _Part(value, 1, token.start_pos, token.end_pos, quoted=quoted)

    def negate(self, items: list[Any]) -> _Part:
        return _make("not", [items[1]], items[0].start_pos)

    def either(self, items: list[Any]) -> _Part:
        return _chain("or", items[0], items[2])

    def both(self, items: list[Any]) -> _Part:
        return _chain("and", items[0], items[2])

    def beside(self, items: list[_Part]) -> _Part:
        return _chain("and", items[0], items[1])

    def compare(self, items: list[Any]) -> _Part:
        left, sign, right = items[0], str(items[1]), items[2]
        if right.expression == Const(None) and sign in ("=", "!=", ":"):
            found = _make("has_value", [left], end=right.end)
            return found if sign == "!=" else _make("not", [found])
        return _make(_COMPARE[sign], [left, right])

    def array(self, items: list[Any]) -> _Part:
        parts = items[0] if items else []
        return _make("array", parts) if parts else _Part(Call("array"), 1, 0, 0)

    def values(self, items: list[_Part]) -> list[_Part]:
        return [
            _Part(item.alone, item.depth, item.start, item.end, quoted=item.quoted) if item.alone is not None else item
            for item in items
        ]

    def call0(self, items: list[Any]) -> _Part:
        return _function(items[0], [])

    def call(self, items: list[Any]) -> _Part:
        return _function(items[0], items[1])


def _quoted(token: str) -> Expression:
    """A quoted text; the references in it are filled in, as in any text."""
    body = _unquote(token)
    if "$" not in body:
        return Const(body)
    return text_expression(read_text(body, Place("")).text)


def _leaf(expression: Expression, token: Any) -> _Part:
    return _Part(expression, 1, token.start_pos, token.end_pos)


def _make(name: str, parts: list[_Part], start: int | None = None, end: int | None = None) -> _Part:
    first = start if start is not None else min(part.start for part in parts)
    last = end if end is not None else max(part.end for part in parts)
    depth = 1 + max(part.depth for part in parts)
    notes = tuple(note for part in parts for note in part.notes)
    return _checked(_Part(Call(name, tuple(part.expression for part in parts)), depth, first, last, notes))


def _checked(part: _Part) -> _Part:
    if part.depth > MAX_DEPTH:
        raise _Refused(f"the condition is nested more than {MAX_DEPTH} levels deep", part.start, part.end)
    return part


def _chain(name: str, left: _Part, right: _Part) -> _Part:
    """Two operands as one call of many: ``a OR b OR c`` is one ``or``."""
    notes = (*left.notes, *right.notes)
    if name == "and":
        mixed = next((part for part in (left, right) if part.joined == "or"), None)
        if mixed is not None:
            notes = (*notes, Note("mixed", "", mixed.start, mixed.end))
    known = left.expression
    if left.joined == name and isinstance(known, Call):
        arguments = (*known.args, right.expression)
        depth = max(left.depth, right.depth + 1)
    else:
        arguments, depth = (left.expression, right.expression), 1 + max(left.depth, right.depth)
    return _checked(_Part(Call(name, arguments), depth, left.start, right.end, notes, joined=name))


def _function(token: Any, parts: list[_Part]) -> _Part:
    name = str(token).rsplit(".", 1)[1]
    arguments = [part.expression for part in parts]
    notes = tuple(note for part in parts for note in part.notes)
    # ADD of many is a chain of additions.
    depth = 2 + len(parts) + max((part.depth for part in parts), default=0)
    end = max((part.end for part in parts), default=token.end_pos) + 1
    if name not in _NATIVE and name not in _OTHERS:
        notes = (*notes, Note("function", str(token), token.start_pos, token.end_pos))
    if name == "IF" and len(parts) == 3 and parts[0].quoted is not None:
        # The condition is written as a text.
        tested = read_condition(parts[0].quoted)
        arguments[0] = tested.expression
        depth += tested.depth
        notes = (*notes, *(Note(note.kind, note.text, parts[0].start, parts[0].end) for note in tested.notes))
    return _checked(_Part(_meant(name, arguments), depth, token.start_pos, end, notes))


def _meant(name: str, arguments: list[Expression]) -> Expression:
    """A system function in the native vocabulary where it has the same meaning there."""
    native, least, most = _NATIVE.get(name, ("", 1, 0))
    count = len(arguments)
    if least <= count <= most:
        if native in ("add", "mul"):
            result = arguments[0]
            for argument in arguments[1:]:
                result = Call(native, (result, argument))
            return result
        return Call(native, tuple(arguments))
    if name == "IDENTITY" and count == 1:
        return arguments[0]
    if name == "JOIN" and count == 2:
        return Call("join", (arguments[1], arguments[0]))
    if name == "DIVIDE" and count in (2, 3):
        scale = arguments[2] if count == 3 else Const(_SCALE)
        return Call("round", (Call("div", (arguments[0], arguments[1])), scale))
    own = name.lower()
    return Call(f"dialogflow_{own}" if own in _TAKEN else own, tuple(arguments))


@cache
def _parser() -> Lark:
    from lark import Lark

    from bascule.resources import read_text as read_grammar

    return Lark(
        read_grammar("grammars", "dialogflow_cx_condition.lark"),
        parser="lalr",
        lexer="contextual",
        transformer=_Builder(),
        maybe_placeholders=False,
    )


@lru_cache(maxsize=4096)
def read_condition(source: str) -> Condition:
    """Read a condition, a reference or a function. Never raises; what cannot be read is ``Opaque`` with an error.

    References keep their path (``$session.params.x[0]`` is ``session.params.x.0``); ``= null`` is a test for a value.
    """
    opaque = Opaque(DIALOGFLOW, source)
    if len(source) > _MAX_LENGTH:
        return Condition(
            opaque, 1, (), f"the condition is longer than {_MAX_LENGTH} characters", 0, len(source), "split it"
        )
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken, VisitError

    try:
        part = _parser().parse(source)
    except _Refused as refused:
        return Condition(opaque, 1, (), refused.message, refused.start, refused.end, "split it")
    except VisitError as wrapped:
        refused_inside = wrapped.orig_exc
        if not isinstance(refused_inside, _Refused):
            raise
        return Condition(opaque, 1, (), refused_inside.message, refused_inside.start, refused_inside.end, "split it")
    except UnexpectedToken as error:
        return _bad_token(opaque, source, error.token)
    except UnexpectedCharacters as error:
        return _bad_character(opaque, source, error.pos_in_stream or 0)
    assert isinstance(part, _Part)
    return Condition(part.expression, part.depth, part.notes)


def _bad_token(opaque: Opaque, source: str, token: Any) -> Condition:
    if token.type == "$END":
        end = len(source.rstrip())
        message = "the condition ends too early" if end else "the condition is empty"
        return Condition(opaque, 1, (), message, max(end - 1, 0), max(end, 1), "")
    start = int(token.start_pos)
    text = str(token)
    help_ = "write `=` to compare" if source[max(start - 1, 0) : start + 1] == "==" else ""
    message = f"found `{text[:40]}` where something else was expected"
    return Condition(opaque, 1, (), message, start, start + len(text), help_)


_MISTAKES = {
    "=": "write `=` to compare",
    "!": "write `!=` or `NOT`",
    "&": "write `AND`",
    "|": "write `OR`",
    "“": 'write straight quotes: "…"',
    "”": 'write straight quotes: "…"',
    "$": "a reference has a name: `$session.params.name`",
}
"""Help by the character that does not fit."""


def _bad_character(opaque: Opaque, source: str, start: int) -> Condition:
    char = source[start : start + 1]
    if char in ('"', "'"):
        message = f"the `{char}` that opens here is never closed"
        return Condition(opaque, 1, (), message, start, len(source), f"add the closing `{char}`")
    shown = char if char.isprintable() else f"U+{ord(char):04X}"
    return Condition(
        opaque, 1, (), f"found `{shown}`, which does not fit here", start, start + 1, _MISTAKES.get(char, "")
    )


@dataclass(frozen=True, slots=True)
class TextRead:
    """A text with its references as holes; ``conditions`` are the functions in it that could not be read cleanly, with
    the offset at which each stands."""

    text: Text
    conditions: tuple[tuple[int, Condition], ...] = ()


def read_text(value: str, place: Place) -> TextRead:
    """Read a text: references and system functions become holes, narrowed to their ranges; everything else is said.

    A dollar sign before anything else (``$5``, ``$name``) is said. Never raises; linear in the text.
    """
    if "$" not in value:
        return TextRead(join_text([Literal(value)]))
    base = place.sub[0] if place.sub else 0
    parts: list[Segment] = []
    doubtful: list[tuple[int, Condition]] = []
    done = 0
    for start, end in _pieces(value):
        if start > done:
            parts.append(Literal(value[done:start]))
        read = read_condition(value[start:end])
        if read.error or read.notes:
            doubtful.append((start, read))
        parts.append(Hole(read.expression, place.within(base + start, base + end)))
        done = end
    if done < len(value):
        parts.append(Literal(value[done:]))
    return TextRead(join_text(parts), tuple(doubtful))


def _pieces(value: str) -> Iterator[tuple[int, int]]:
    """The ranges of references and functions, in order."""
    at = failures = 0
    while (found := _IN_TEXT.search(value, at)) is not None:
        end = found.end()
        if value[end - 1] == "(":
            end = _closing(value, end - 1) if failures < _PATIENCE else -1
            if end < 0:
                failures += 1
                at = found.end()
                continue
        yield found.start(), end
        at = end


def _closing(value: str, opening: int) -> int:
    """The offset after the bracket that closes the one at ``opening``, or -1. Brackets in quotes do not count."""
    depth, at = 0, opening
    while (found := _BRACKET.search(value, at)) is not None:
        char, at = found.group(), found.end()
        if char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                return at
        else:
            quoted = _QUOTED.match(value, found.start())
            if quoted is not None:
                at = quoted.end()
    return -1


def print_condition(expression: Expression) -> str:
    """The expression in Dialogflow CX's own notation; :func:`read_condition` reads the same tree back.

    Operators and functions that Dialogflow CX has not are printed as functions of their name.
    """
    return _print(expression, 0)


def _print(item: Expression, strength: int) -> str:
    """``strength``: 0 anything, 1 an operand of AND, 2 of OR, 3 of NOT, 4 an argument."""
    if isinstance(item, Const):
        return _print_constant(item)
    if isinstance(item, Ref):
        return "$" + item.path[0] + "".join(f"[{t}]" if t.isdigit() else f".{t}" for t in item.path[1:])
    if isinstance(item, Opaque):
        return item.source
    if not isinstance(item, Call):
        return f"$sys.func.LAMBDA({_print(item.body, 4)})"
    name, args = item.name, item.args
    if name in ("and", "or") and len(args) > 1:
        own = 1 if name == "and" else 2
        text = f" {name.upper()} ".join(_print(argument, own + 1) for argument in args)
        # OR binds tighter than AND; the brackets are for the people who read it.
        return text if strength < (1 if name == "and" else 2) else f"({text})"
    if name == "not" and len(args) == 1:
        inner = args[0]
        if isinstance(inner, Call) and inner.name == "has_value" and len(inner.args) == 1:
            return f"{_print(inner.args[0], 4)} = null"
        text = f"NOT {_print(inner, 3)}"
        return text if strength < 3 else f"({text})"
    if name == "has_value" and len(args) == 1:
        return f"{_print(args[0], 4)} != null"
    if name in _SIGNS and len(args) == 2:
        return f"{_print(args[0], 4)} {_SIGNS[name]} {_print(args[1], 4)}"
    return _print_function(item)


def _print_function(item: Call) -> str:
    name, args = item.name, list(item.args)
    if name == "array":
        return "[" + ", ".join(_print(argument, 0) for argument in args) + "]"
    own = _PRINTED.get(name, "")
    if name == "round" and len(args) == 2 and isinstance(args[0], Call) and args[0].name == "div":
        own, args = "DIVIDE", [*args[0].args, args[1]]
    elif name == "join" and len(args) == 2:
        own, args = "JOIN", args[::-1]
    elif not own:
        own = name.removeprefix("dialogflow_").upper()
    return f"$sys.func.{own}(" + ", ".join(_print(argument, 0) for argument in args) + ")"


def _print_constant(item: Const) -> str:
    value = item.value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'
    return repr(value)

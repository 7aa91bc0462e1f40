"""Conditions as people write them: ``age >= 18``, ``ville = Dakar et langue = fr``, ``nom est vide``.

A word on the right that names no variable of the table is a text. What is none of this is read as a native expression,
and kept whole where it is no such thing either.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.language.native import parse_expression
from bascule.parsers.table.phrases import has_phrase
from bascule.source import Place

__all__ = ["LANGUAGE", "Condition", "looks_like_condition", "read_condition", "read_value"]

LANGUAGE = "table"
"""Language of the opaque expressions that come from cells."""

_LONGEST = 400
_SIGN = re.compile(r"<=|>=|≤|≥|=<|=>|<>|!=|≠|={1,2}|<|>")
_SIGNS = {
    "<=": "le", "=<": "le", "≤": "le", ">=": "ge", "=>": "ge", "≥": "ge", "<>": "ne", "!=": "ne", "≠": "ne", "=": "eq",
    "==": "eq", "<": "lt", ">": "gt",
}  # fmt: skip
_NAME = re.compile(r"[^\W\d][\w\u0300-\u036f\u064b-\u065f\u0900-\u0963]*(?:\.[^\W\d][\w\u0900-\u0963]*){0,5}")
_FENCE = re.compile(r"\{\{?\s*(.*?)\s*\}?\}|\$\{(.*?)\}|\[(.*?)\]|@([\w.]+)")
_QUOTES = {'"': '"', "'": "'", "“": "”", "«": "»", "‘": "’"}
_NUMBER = re.compile(r"-?\d{1,15}(?:[.,]\d{1,9})?")

_VERBS: tuple[tuple[str, str], ...] = tuple(
    (phrase, test)
    for test, listed in (
        ("is_blank", "est vide|is empty|is blank|is unset|is not set|está vacío|está vazio|فارغ|खाली है|пусто|пустой"
                     "|ist leer"),
        ("has_text", "n'est pas vide|n’est pas vide|is not empty|is set|est renseigné|est rempli|no está vacío"
                     "|não está vazio|não está vazia|не пусто|غير فارغ|खाली नहीं है"),
        ("not contains", "ne contient pas|does not contain|no contiene|não contém|لا يحتوي|не содержит"),
        ("contains", "contient|contains|includes|contiene|contém|يحتوي على|يحتوي|содержит|enthält|में है"),
        ("starts_with", "commence par|starts with|begins with|empieza por|empieza con|começa com|يبدأ بـ|начинается с"),
        ("ends_with", "finit par|se termine par|ends with|termina en|termina com|ينتهي بـ|заканчивается на"),
        ("ne", "n'est pas|n’est pas|is not|est différent de|différent de|no es|não é|ليس|не равно|नहीं है"),
        ("ge", "est au moins|is at least|au moins|at least|al menos|pelo menos"),
        ("le", "est au plus|is at most|au plus|at most|como máximo|no máximo"),
        ("gt", "est supérieur à|supérieur à|plus grand que|is greater than|greater than|is more than|more than"
               "|mayor que|maior que|أكبر من|больше|से अधिक"),
        ("lt", "est inférieur à|inférieur à|plus petit que|is less than|less than|menor que|أصغر من|меньше|से कम"),
        ("eq", "est égal à|égal à|equals|is equal to|is|est|vaut|es igual a|es|é igual a|é|يساوي|هو|равно|равен|है"),
    )
    for phrase in listed.split("|")
)  # fmt: skip
"""Words between two operands, with their test; longer phrases of a test stand before shorter ones of the next."""


@dataclass(frozen=True, slots=True)
class Condition:
    """An expression; ``whole`` is False where some of it is kept as text that nothing reads."""

    expression: Expression
    whole: bool = True


def looks_like_condition(text: str) -> bool:
    """Whether a text compares something: it has a sign of comparison or a word of it between two operands."""
    body = text.strip()
    if not body or len(body) > _LONGEST:
        return False
    if _SIGN.search(body):
        return True
    return any(_verb(body, phrase) is not None for phrase, test in _VERBS if test != "eq")


def read_condition(text: str, place: Place, known: Collection[str] = ()) -> Condition:
    """Read a condition. ``known`` are names of variables of the table. Never raises."""
    body = text.strip()
    if len(body) <= _LONGEST:
        found = _either(body, known, 0)
        if found is not None:
            return Condition(found)
        expression, findings = parse_expression(body, place)
        if not findings:
            return Condition(expression)
    return Condition(Opaque(LANGUAGE, body), False)


def _either(text: str, known: Collection[str], depth: int) -> Expression | None:
    for name, call in (("or", "or"), ("and", "and")):
        pieces = _split(text, name)
        if len(pieces) > 1 and depth < 4:
            read = [_either(part, known, depth + 1) for part in pieces]
            if all(part is not None for part in read):
                return Call(call, tuple(part for part in read if part is not None))
    return _compared(text.strip(), known)


def _split(text: str, phrase: str) -> list[str]:
    """Cut at the words of a list (``et``, ``or``) outside quotes."""
    pieces: list[str] = []
    start = 0
    closing = ""
    for count, match in enumerate(re.finditer(r"\S+", text)):
        if count > 200:
            return [text]
        word = match.group()
        if not closing and has_phrase(word, phrase) and match.start() > start:
            pieces.append(text[start : match.start()])
            start = match.end()
        for char in word:
            if closing:
                closing = "" if char == closing else closing
            elif char in _QUOTES and char not in "'’":
                closing = _QUOTES[char]
    return [*pieces, text[start:]] if pieces and text[start:].strip() else [text]


def _compared(text: str, known: Collection[str]) -> Expression | None:
    sign = _SIGN.search(text)
    if sign is not None:
        left = _left(text[: sign.start()])
        right = text[sign.end() :].strip()
        if left is None or not right or _SIGN.search(right):
            return None
        return _test(_SIGNS[sign.group()], left, right, known)
    for phrase, test in _VERBS:
        at = _verb(text, phrase)
        if at is None:
            continue
        left = _left(text[: at[0]])
        right = text[at[1] :].strip()
        if left is None:
            continue
        if test in ("is_blank", "has_text"):
            return Call(test, (left,)) if not right else None
        return _test(test, left, right, known) if right else None
    return None


def _verb(text: str, phrase: str) -> tuple[int, int] | None:
    """Where a phrase stands between other words (or at the end)."""
    folded = text.casefold()
    if len(folded) != len(text):
        folded = text.lower() if len(text.lower()) == len(text) else text
    at = folded.find(" " + phrase)
    if at < 0:
        return None
    end = at + 1 + len(phrase)
    return (at, end) if end == len(text) or text[end].isspace() else None


def _left(text: str) -> Expression | None:
    name = _unfenced(text.strip())
    if not _NAME.fullmatch(name):
        return None
    return Ref(tuple(name.split(".")))


def _unfenced(text: str) -> str:
    match = _FENCE.fullmatch(text) if len(text) < 200 else None
    return next((group for group in match.groups() if group), text).strip() if match else text


def read_value(text: str, known: Collection[str] = ()) -> Expression:
    """The right side of a comparison or an assignment: a number, a quoted text, a variable, or the words themselves."""
    body = text.strip()
    closing = _QUOTES.get(body[:1], "")
    if closing and len(body) > 1 and body.endswith(closing):
        return Const(body[1:-1])
    if _NUMBER.fullmatch(body):
        plain = body.replace(",", ".")
        return Const(float(plain)) if "." in plain else Const(int(plain))
    if body.casefold() in ("true", "vrai", "verdadero", "verdadeiro", "истина"):
        return Const(True)
    if body.casefold() in ("false", "faux", "falso", "ложь"):
        return Const(False)
    name = _unfenced(body)
    if name != body and _NAME.fullmatch(name):
        return Ref(tuple(name.split(".")))
    if body in known or ("." in body and _NAME.fullmatch(body) and body.split(".")[0] in known):
        return Ref(tuple(body.split(".")))
    return Const(body)


def _test(test: str, left: Expression, right: str, known: Collection[str]) -> Expression | None:
    value = read_value(right, known)
    if test in ("contains", "starts_with", "ends_with"):
        return Call(test, (left, value))
    if test == "not contains":
        return Call("not", (Call("contains", (left, value)),))
    if test in ("eq", "ne") and isinstance(value, Const) and isinstance(value.value, str):
        if not value.value and test == "eq":
            return Call("is_blank", (left,))
        same = Call("same_text", (left, value))
        return same if test == "eq" else Call("not", (same,))
    if test in ("lt", "le", "gt", "ge") and isinstance(value, Const) and isinstance(value.value, str):
        return None  # a word is neither more nor less than anything
    return Call(test, (left, value))

"""What a step waits for, keeps and changes: expected answers, variables, assignments, calls, consent."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from bascule.ir.expr import Call, Expression, Ref
from bascule.ir.nodes import Assignment, ReplyKind, Validation
from bascule.ir.project import Variable
from bascule.ir.text import Localized, holes
from bascule.language.names import variable_slug
from bascule.language.reading import Reading
from bascule.parsers.table import rules
from bascule.parsers.table.cells import parts
from bascule.parsers.table.conditions import read_value
from bascule.parsers.table.model import Cell
from bascule.parsers.table.phrases import has_phrase, kind_of

__all__ = [
    "answer_test",
    "assignments_of",
    "consent_of",
    "expected_answer",
    "read_samples",
    "request_of",
    "variable_path",
]

_IDENTIFIER = re.compile(r"[^\W\d][\w\u0300-\u036f\u064b-\u065f\u0900-\u0963]*(?:\.[^\W\d][\w\u0900-\u0963]*){0,5}")
_NUMBER = r"(-?\d{1,12}(?:[.,]\d{1,6})?)"
_RANGE = re.compile(rf"{_NUMBER}\s*(?:-|–|—|\.\.\.?|…|à|a|to|до|إلى|से)\s*{_NUMBER}")
_BOUND = re.compile(rf"(<=|>=|≤|≥|<|>|minimum|maximum|min|max)\s*[:=]?\s*{_NUMBER}", re.IGNORECASE)
_PATTERN = re.compile(r"/(.{1,300})/")
_LENGTH = re.compile(r"(?:max|maximum)?\s*(\d{1,5})\s*(?:caractères?|characters?|chars?|caracteres|символов|حرف|अक्षर)")
_CALL = re.compile(r"(?:(GET|POST|PUT|PATCH|DELETE)\s+)?(\S+://\S+|/\S*)(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_ASSIGN = re.compile(r"\s*([^=:+\-←]{1,80}?)\s*(\+=|-=|:=|=|←|:)\s*(.*)", re.DOTALL)
_TESTS = {
    ReplyKind.NUMBER: "has_number",
    ReplyKind.DATE: "has_date",
    ReplyKind.TIME: "has_time",
    ReplyKind.EMAIL: "has_email",
    ReplyKind.PHONE: "has_phone",
}


def _number(text: str) -> float:
    return float("".join(str(int(char)) if char.isdigit() else char for char in text.replace(",", ".")))


def variable_path(reading: Reading, cell: Cell) -> tuple[str, ...]:
    """The variable that a cell names: ``nom``, ``{nom}``, ``contact.ville``; words become one name."""
    text = cell.text.strip()
    for hole in holes(reading.text(cell.text, cell.place)):
        if isinstance(hole.expression, Ref):
            return hole.expression.path
    bare = text.strip("{}[]<>@$#% ")
    path = tuple(bare.split(".")) if _IDENTIFIER.fullmatch(bare) else (variable_slug(bare),)
    name = ".".join(path)
    if name not in reading.variables:
        scope = "contact" if path[0] == "contact" else ""
        about = text if name != bare else ""
        reading.variables[name] = Variable(name, scope=scope, description=about[:200], at=cell.place)
    return path


def expected_answer(reading: Reading, cell: Cell) -> tuple[ReplyKind | None, Validation | None]:
    """What an answer cell expects: a kind (``nombre``, ``date`` …), bounds (``1-10``, ``>= 18``), ``/pattern/``."""
    text = cell.text.strip()
    kind = kind_of(text, "answer")
    if kind:
        reading.book.exact(cell.place)
        return ReplyKind(kind), None
    words = text.split()
    leads = (kind_of(" ".join(words[:count]), "answer") for count in range(min(3, len(words)), 0, -1))
    lead = next((kind for kind in leads if kind), "")
    reply = ReplyKind(lead) if lead else None
    validation = _validation(text)
    if validation is not None:
        reading.book.exact(cell.place)
        numeric = validation.minimum is not None or validation.maximum is not None
        return reply or (ReplyKind.NUMBER if numeric else ReplyKind.TEXT), validation
    code = reading.find(
        rules.UnknownWord,
        cell.place,
        f"`{' '.join(text.split())[:40]}` says nothing known about the answer; it is kept as a fact",
        help="write `nombre`, `date`, `email`, `téléphone`, `photo`, `1-10`, `>= 18` or `/pattern/`",
    )
    reading.book.degraded(cell.place, "kept as a fact", "write one of the known words", code)
    return reply, None


def _validation(text: str) -> Validation | None:
    pattern = _PATTERN.fullmatch(text) if len(text) < 320 else None
    if pattern is not None:
        return Validation(pattern=pattern.group(1))
    short = text[:120]
    length = _LENGTH.search(short.casefold())
    if length is not None:
        return Validation(max_length=int(length.group(1)))
    span = _RANGE.search(short)
    if span is not None:
        low, high = _number(span.group(1)), _number(span.group(2))
        return Validation(minimum=min(low, high), maximum=max(low, high))
    found: dict[str, float] = {}
    for match in _BOUND.finditer(short):
        side = "min" if match.group(1).lower() in (">", ">=", "≥", "min", "minimum") else "max"
        found[side] = _number(match.group(2))
    if not found:
        return None
    return Validation(minimum=found.get("min"), maximum=found.get("max"))


def answer_test(reply: ReplyKind, into: tuple[str, ...]) -> Expression:
    """That an answer is what was expected."""
    return Call(_TESTS.get(reply, "has_text"), (Ref(into),))


def assignments_of(reading: Reading, cell: Cell, known: Collection[str]) -> tuple[Assignment, ...]:
    """``ville = Dakar; essais += 1``. What is no assignment is reported and left out."""
    found = []
    unread = []
    for part in parts(cell.text):
        match = _ASSIGN.fullmatch(part.text) if len(part.text) < 500 else None
        name = match.group(1).strip("{}[]@$ ") if match else ""
        if match is None or not _IDENTIFIER.fullmatch(name):
            unread.append(part.text)
            continue
        path = tuple(name.split("."))
        value = read_value(match.group(3), known) if match.group(3).strip() else None
        sign = match.group(2)
        if sign in ("+=", "-=") and value is not None:
            value = Call("add" if sign == "+=" else "sub", (Ref(path), value))
        place = cell.at(part.start, part.end)
        reading.variables.setdefault(".".join(path), Variable(".".join(path), at=place))
        found.append(Assignment(path, value, "set" if value is not None else "clear", at=place))
    if unread:
        code = reading.find(
            rules.UnknownWord,
            cell.place,
            f"`{' '.join(unread[0].split())[:40]}` assigns nothing; it is kept as a fact",
            help="write `variable = value`, one per line or parted by `;`",
        )
        reading.book.degraded(cell.place, "kept as a fact", "write `variable = value`", code)
    else:
        reading.book.exact(cell.place)
    return tuple(found)


def consent_of(text: str) -> str:
    """``opt_in``, ``opt_out`` or ``""`` for a consent cell."""
    if has_phrase(text, "opt out"):
        return "opt_out"
    return "opt_in" if has_phrase(text, "opt in") else ""


def request_of(text: str) -> tuple[str, str, str] | None:
    """Method, address and body of a call cell (``POST https://…``), or None when it names no address."""
    match = _CALL.fullmatch(text.strip()) if len(text) < 4000 else None
    if match is None:
        return None
    body = (match.group(3) or "").strip()
    return (match.group(1) or ("POST" if body else "GET")).upper(), match.group(2), body


def read_samples(reading: Reading, cell: Cell, locale: str, mentioned: Collection[str]) -> bool:
    """``nom = Awa; date = 14 mars`` gives variables their examples; a single value goes to the only variable of the
    row. False when nothing of the cell could be given to a variable."""
    given = False
    for part in parts(cell.text):
        match = _ASSIGN.fullmatch(part.text) if len(part.text) < 500 else None
        if match is not None and match.group(2) in ("=", ":") and match.group(3).strip():
            name, value = match.group(1).strip("{}[]@$ "), match.group(3).strip(" \"'«»")
        elif len(mentioned) == 1:
            name, value = next(iter(mentioned)), part.text
        else:
            continue
        if not _IDENTIFIER.fullmatch(name) and name not in mentioned:
            continue
        known = reading.variables.get(name) or Variable(name, at=cell.place)
        if known.sample.get(locale) is None:
            sample = known.sample.with_value(locale, value) if known.sample else Localized.of(value, locale)
            reading.variables[name] = replace(known, sample=sample)
        given = True
    return given

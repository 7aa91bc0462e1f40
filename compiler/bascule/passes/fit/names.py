"""Variable names that the target takes: a rename table, the same for every text, test and assignment."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from bascule.ir.expr import Call, Expression, Lambda, Ref
from bascule.ir.project import Project
from bascule.ir.walk import map_expressions

__all__ = ["rename_variables"]

_UNSAFE = re.compile(r"[^A-Za-z0-9]+")


def rename_variables(project: Project, pattern: str, longest: int = 64) -> tuple[Project, dict[str, str]]:
    """The project with variable names that match ``pattern`` whole, and old name to new one where they differ."""
    allowed = re.compile(pattern)
    names = dict.fromkeys(_names(project))
    taken = {name for name in names if allowed.fullmatch(name)}
    table: dict[str, str] = {}
    for name in names:
        if name not in taken:
            wanted = _plain(name)[:longest].strip("_") or "value"
            if not allowed.fullmatch(wanted):
                wanted = f"v_{wanted}"[:longest]
            made, number = wanted, 2
            while made in taken:
                made = f"{wanted[: longest - 4]}_{number}"
                number += 1
            taken.add(made)
            table[name] = made
    if not table:
        return project, {}

    @cache
    def renamed(expression: Expression) -> Expression:
        if isinstance(expression, Ref):
            return Ref((table[expression.name],)) if expression.name in table else expression
        if isinstance(expression, Call):
            return Call(expression.name, tuple(renamed(arg) for arg in expression.args))
        if isinstance(expression, Lambda):
            return Lambda(expression.parameters, renamed(expression.body))
        return expression

    def path(old: tuple[str, ...]) -> tuple[str, ...]:
        name = ".".join(old)
        return (table[name],) if name in table else old

    return map_expressions(project, renamed, path), table


def _plain(name: str) -> str:
    """A name in ASCII: accents off; other scripts by their letters' names, shortened to what tells them apart."""
    folded = unicodedata.normalize("NFKD", name)
    text = "".join(char for char in folded if not unicodedata.combining(char))
    made = []
    for char in text:
        if char.isascii():
            made.append(char)
        elif char.isalpha():
            made.append(unicodedata.name(char, "x").rsplit(" ", 1)[-1].lower())
        else:
            made.append("_")
    return _UNSAFE.sub("_", "".join(made)).strip("_").lower()


def _names(project: Project) -> Iterator[str]:
    """Every variable name of the project, in the order of first use."""
    seen: dict[str, None] = {}

    def note(expression: Expression) -> Expression:
        stack: list[Expression] = [expression]
        while stack:
            item = stack.pop()
            if isinstance(item, Ref):
                seen.setdefault(item.name)
            elif isinstance(item, Call):
                stack.extend(reversed(item.args))
            elif isinstance(item, Lambda):
                stack.append(item.body)
        return expression

    def path(old: tuple[str, ...]) -> tuple[str, ...]:
        if old:
            seen.setdefault(".".join(old))
        return old

    map_expressions(project, note, path)
    yield from seen
    yield from (variable.name for variable in project.variables)

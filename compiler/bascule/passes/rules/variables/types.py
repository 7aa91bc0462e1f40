"""``VAR016``: a comparison that does not fit what the variable holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bascule.diagnostics import Finding, Label, Severity
from bascule.ir.expr import Call, Const, Expression, Ref, walk
from bascule.ir.nodes import Ask, HttpRequest, Node, ReplyKind, RunFlow, SetVariable
from bascule.ir.text import plain_text
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.variables.uses import Path, dotted, expressions_of
from bascule.passes.rules.wording import shown
from bascule.source import Place

__all__ = ["WrongType"]

_ORDER = frozenset({"lt", "le", "gt", "ge"})
_ARITHMETIC = frozenset({"sub", "mul", "div", "pow", "neg"})
_EQUAL = frozenset({"eq", "same_text", "has_only_phrase", "has_only_text"})
_NUMBERS = frozenset({ReplyKind.NUMBER, ReplyKind.DIGITS})
_TEXTS = frozenset({ReplyKind.ANY, ReplyKind.TEXT})
_PLAIN = frozenset({ReplyKind.EMAIL, ReplyKind.LOCATION, ReplyKind.CONTACT, ReplyKind.IMAGE, ReplyKind.VIDEO,
                    ReplyKind.AUDIO, ReplyKind.FILE})  # fmt: skip


@dataclass(slots=True)
class _Holds:
    """What is known of the values of one variable. ``unknown``: something else may be in it."""

    asks: list[tuple[Ask, Place]] = field(default_factory=list)
    unknown: bool = False


class WrongType(CheckRule):
    """A comparison does not fit what the variable holds

    What it does: looks at variables that only questions fill. It reports numbers compared with (or computed from) an
    answer that is a place, a file, an address or one of some choices without a number, and words compared with an
    answer that is a number: both never fit. It remarks on numbers compared with an answer that may be any text.
    Why: the branch behind the comparison is never taken; with free text the comparison fails on "18 ans" or "dix".
    Example:
        bascule: 1
        locale: fr
        flows:
          age:
            entries: [{keyword: age}]
            nodes:
              question: {say: "Votre âge ?", ask: {into: age, reply: number}, then: tri}
              tri: {case: [{when: 'age = "mineur"', then: jeune}, {else: adulte}]}
              jeune: {say: "Demandez à vos parents. 01 70 18 00 00", then: end}
              adulte: {say: "Merci, une personne vous appelle.", handover: equipe}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          age:
            entries: [{keyword: age}]
            nodes:
              question: {say: "Votre âge ?", ask: {into: age, reply: number}, then: tri}
              tri: {case: [{when: age < 18, then: jeune}, {else: adulte}]}
              jeune: {say: "Demandez à vos parents. 01 70 18 00 00", then: end}
              adulte: {say: "Merci, une personne vous appelle.", handover: equipe}
    Sources: bascule's own rule.
    """

    code = "VAR016"
    name = "variable-wrong-type"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Compare the kinds of answers with what is done with them."""
        held = _held(context)
        told: set[tuple[str, Path, bool]] = set()
        for flow, node, place in context.nodes():
            for expression, at in expressions_of(node):
                for path, number, word in _demands(expression):
                    known = held.get(path)
                    if known is None or known.unknown or (flow.id, path, number) in told:
                        continue
                    doubt = _doubt(known, number, word)
                    if doubt is None:
                        continue
                    told.add((flow.id, path, number))
                    what, severity = doubt
                    asked, where = known.asks[0]
                    yield cls.at(
                        at or place,
                        f"`{node.id}` takes `{dotted(path)}` for "
                        + ("a number" if number else f"the word `{shown(word)}`")
                        + f", but the answer to `{asked.id}` is {what}",
                        help="ask for a number (`reply: number`)" if number else "compare it with a number",
                        labels=[Label(where, f"`{asked.id}` asks for it")],
                        severity=severity,
                        data={"variable": dotted(path), "flow": flow.id, "node": node.id},
                    )


def _doubt(known: _Holds, number: bool, word: str) -> tuple[str, Severity] | None:
    """What the answers are instead, and how sure that is; None when they may fit."""
    asks = [ask for ask, _ in known.asks]
    if not number:
        if all(ask.reply in _NUMBERS for ask in asks) and not _has_number(word):
            return "a number", Severity.WARNING
        return None
    if all(ask.reply in _PLAIN for ask in asks):
        return f"of the kind `{asks[0].reply.value}`", Severity.WARNING
    if all(ask.reply is ReplyKind.CHOICE and ask.content.replies and not _numbered(ask) for ask in asks):
        return "one of its choices, of which none holds a number", Severity.WARNING
    if all(ask.reply in _TEXTS and not ask.content.replies and not _bounded(ask) for ask in asks):
        return "any text", Severity.INFO
    return None


def _numbered(ask: Ask) -> bool:
    for choice in ask.content.replies:
        words = [plain_text(title) for _, title in choice.title] + [choice.payload, choice.id]
        words += [word for _, accepted in choice.accepts for word in accepted]
        if choice.value is not None or any(map(_has_number, words)):
            return True
    return False


def _bounded(ask: Ask) -> bool:
    rules = ask.validation
    return rules is not None and (
        rules.minimum is not None or rules.maximum is not None or bool(rules.pattern) or bool(rules.entity)
    )


def _has_number(word: str) -> bool:
    return any(char.isnumeric() for char in word)


def _held(context: CheckContext) -> dict[Path, _Holds]:
    """The variables that asks fill."""
    held: dict[Path, _Holds] = {}
    others: list[Path] = [tuple(variable.name.split(".")) for variable in context.project.variables if variable.type]
    for _, node, place in context.nodes():
        if isinstance(node, Ask) and node.into:
            held.setdefault(node.into, _Holds()).asks.append((node, place))
        else:
            others.extend(_filled_elsewhere(node))
    for path in others:
        for size in range(1, len(path) + 1):
            if path[:size] in held:
                held[path[:size]].unknown = True
    return held


def _filled_elsewhere(node: Node) -> Iterator[Path]:
    if isinstance(node, SetVariable):
        yield from (item.target for item in node.assignments)
    elif isinstance(node, HttpRequest):
        yield from (path for path in (node.into, *(path for _, path in node.mapping)) if path)
    elif isinstance(node, RunFlow):
        yield from ((name,) for name, _ in node.parameters)


def _demands(expression: Expression) -> Iterator[tuple[Path, bool, str]]:
    """Variables of an expression that must hold a number, or (False) a certain word, for it to make sense."""
    for part in walk(expression):
        if not isinstance(part, Call):
            continue
        refs = [argument.path for argument in part.args if isinstance(argument, Ref)]
        constants = [argument.value for argument in part.args if isinstance(argument, Const)]
        numeric = any(isinstance(value, (int, float)) and not isinstance(value, bool) for value in constants)
        if part.name in _ARITHMETIC or (part.name in _ORDER and numeric):
            yield from ((path, True, "") for path in refs)
        elif part.name in _EQUAL and len(refs) == 1 and isinstance(part.args[0], Ref):
            words = [value for value in constants if isinstance(value, str) and value.strip()]
            if words and len(words) == len(part.args) - 1:
                word = next((word for word in words if _has_number(word)), words[0])
                yield refs[0], False, word

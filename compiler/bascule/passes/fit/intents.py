"""Intents for targets without language understanding: training phrases become words to compare with.

The ladder, first match wins: a button or number; the exact phrase; the words of one intent alone; else nobody's. The
first two are tests on the text; whole phrases inside a longer text come last. Comparing by edit distance is left to
the program that runs ``intents`` documents: no platform tests it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bascule.ir.expr import Call, Const, Expression
from bascule.ir.project import Intent, Project
from bascule.ir.text import Hole, plain_text
from bascule.ir.walk import map_expressions

__all__ = ["intent_condition", "intent_words", "without_intents"]

_MOST = 12
_FEWEST_LETTERS = 3
_END = re.compile(r"[\s.,;:!?¡¿…।؟。！？]+$")


def intent_words(project: Project, intent: Intent, language: str) -> tuple[str, ...]:
    """The phrases of an intent without holes that no other intent has, shortest first, at most a dozen."""
    others = {word for other in project.intents if other.id != intent.id for word in _phrases(other, language)}
    own = [word for word in _phrases(intent, language) if word not in others]
    return tuple(sorted(dict.fromkeys(own), key=lambda word: (len(word), word))[:_MOST])


def _phrases(intent: Intent, language: str) -> Iterable[str]:
    values = intent.phrases.best(language) or ()
    for phrase in values:
        if any(isinstance(part, Hole) for part in phrase.text):
            continue
        word = _END.sub("", plain_text(phrase.text)).strip().casefold()
        if len(word) >= _FEWEST_LETTERS or word.isdigit():
            yield word


def intent_condition(project: Project, value: Expression, name: str, language: str) -> Expression | None:
    """The test that stands for "the answer means this intent", or None where no phrase tells it."""
    intent = next((item for item in project.intents if name in (item.id, item.title)), None)
    words = intent_words(project, intent, language) if intent is not None else ()
    if not words:
        return None
    exact = Call("same_text", (value, *(Const(word) for word in words)))
    inside = [word for word in words if " " in word]
    if not inside:
        return exact
    return Call("or", (exact, Call("contains", (value, *(Const(word) for word in inside)))))


def without_intents(project: Project, language: str, answer: Expression) -> tuple[Project, int]:
    """The project with tests on words for every test on an intent, and how many there were."""
    count = 0

    def change(expression: Expression) -> Expression:
        nonlocal count
        if not isinstance(expression, Call):
            return expression
        if expression.name in ("intent", "has_intent", "has_top_intent"):
            named = [arg.value for arg in expression.args if isinstance(arg, Const) and isinstance(arg.value, str)]
            value = next((arg for arg in expression.args if not isinstance(arg, Const)), answer)
            made = intent_condition(project, value, named[0], language) if named else None
            if made is not None:
                count += 1
                return made
            return expression
        return Call(expression.name, tuple(change(arg) for arg in expression.args))

    return map_expressions(project, change, lambda path: path), count

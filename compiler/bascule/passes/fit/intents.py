"""Intents for targets without language understanding: training phrases become words to compare with.

The ladder, first match wins: a button or number; the exact phrase; the words of one intent alone; else nobody's. The
first two are tests on the text; whole phrases inside a longer text come last. Comparing by edit distance is left to
the program that runs ``intents`` documents: no platform tests it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from bascule.ir.expr import Call, Const, Expression
from bascule.ir.project import Intent, Project
from bascule.ir.text import Hole, plain_text

__all__ = ["INTENT_TESTS", "intent_condition", "intent_words", "meaning"]

INTENT_TESTS = ("intent", "has_intent", "has_top_intent")

_MOST = 12
_FEWEST_LETTERS = 3
_END = re.compile(r"[\s.,;:!?¡¿…।؟。！？]+$")


@lru_cache(maxsize=8)
def _words(intents: tuple[Intent, ...], language: str) -> dict[str, tuple[str, ...]]:
    """The phrases without holes that only one intent has, by its id: shortest first, at most a dozen."""
    own = {intent.id: list(dict.fromkeys(_phrases(intent, language))) for intent in intents}
    count = Counter(word for words in own.values() for word in words)
    return {
        name: tuple(sorted((word for word in words if count[word] == 1), key=lambda word: (len(word), word))[:_MOST])
        for name, words in own.items()
    }


def intent_words(project: Project, intent: Intent, language: str) -> tuple[str, ...]:
    """The phrases of an intent without holes that no other intent has, shortest first, at most a dozen."""
    return _words(project.intents, language).get(intent.id, ())


def _phrases(intent: Intent, language: str) -> Iterable[str]:
    values = intent.phrases.best(language) or ()
    for phrase in values:
        if any(isinstance(part, Hole) for part in phrase.text):
            continue
        word = _END.sub("", plain_text(phrase.text)).strip().casefold()
        if len(word) >= _FEWEST_LETTERS or word.isdigit():
            yield word


@lru_cache(maxsize=8)
def _named(intents: tuple[Intent, ...]) -> dict[str, Intent]:
    by_title = {intent.title: intent for intent in reversed(intents) if intent.title}
    return by_title | {intent.id: intent for intent in reversed(intents)}


def intent_condition(project: Project, value: Expression, name: str, language: str) -> Expression | None:
    """The test that stands for "the answer means this intent", or None where no phrase tells it."""
    intent = _named(project.intents).get(name)
    words = intent_words(project, intent, language) if intent is not None else ()
    if not words:
        return None
    exact = Call("same_text", (value, *(Const(word) for word in words)))
    inside = [word for word in words if " " in word]
    if not inside:
        return exact
    return Call("or", (exact, Call("contains", (value, *(Const(word) for word in inside)))))


def meaning(project: Project, condition: Expression, answer: Expression, language: str) -> Expression:
    """The condition with tests on words of the ``answer`` for every test on an intent whose phrases are known."""
    if not isinstance(condition, Call):
        return condition
    if condition.name in INTENT_TESTS:
        named = [arg.value for arg in condition.args if isinstance(arg, Const) and isinstance(arg.value, str)]
        made = intent_condition(project, answer, named[0], language) if named else None
        return made if made is not None else condition
    if condition.name not in ("and", "or", "not"):
        return condition
    return Call(condition.name, tuple(meaning(project, arg, answer, language) for arg in condition.args))

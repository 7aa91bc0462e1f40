"""What stands near a list and makes it a question: verbs of answering, question marks, words of choice."""

from __future__ import annotations

import re
from functools import cache

from bascule.language.words import (
    AND_OR,
    CHOOSE,
    CONDITIONS,
    CONNECTORS,
    HOW_TO,
    NOT_A_MENU,
    POSTPOSITIONS,
    PREPOSITIONS,
    REPLY,
    YES_NO,
)

__all__ = [
    "CONDITION",
    "CONJUNCTION",
    "CONNECTOR",
    "POSTPOSITION",
    "PREPOSITION",
    "VERB",
    "LazyPattern",
    "alternation",
    "cue_after",
    "cue_before",
    "is_instruction",
    "pattern",
    "verb_language",
    "yes_no_words",
]

_NEAR = 200
"""Characters before and after a list in which a cue counts."""

_OPENERS = " \t\r\n:-–—*_>([\"'«“👇⬇️▼"
_SENTENCE_END = re.compile(r"[.!?؟।](?=\s|$)|\n")
_QUESTION = re.compile(r"[?؟？](?=[^?؟？]{0,60}$)")


class LazyPattern:
    """A regular expression compiled at first use: the word lists are long and importing must be quick."""

    __slots__ = ("_compiled", "flags", "source")

    def __init__(self, source: str, flags: int = 0) -> None:
        self.source = source
        self.flags = flags
        self._compiled: re.Pattern[str] | None = None

    def get(self) -> re.Pattern[str]:
        if self._compiled is None:
            self._compiled = re.compile(self.source, self.flags)
        return self._compiled


def alternation(words: tuple[str, ...] | list[str]) -> str:
    """Words as one regular expression, longest first."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The compiled word lists, built once: ``verb``, ``choose``, ``steps``, ``how to``."""
    verbs = alternation([verb for group in REPLY.values() for verb in group])
    if name == "verb":
        return re.compile(rf"(?<!\w)(?:{verbs})(?!\w)", re.I)
    if name == "choose":
        return re.compile(
            rf"(?<!\w)(?:{alternation([word for group in CHOOSE.values() for word in group])})(?!\w)", re.I
        )
    if name == "steps":
        return re.compile(rf"(?<!\w)(?:{alternation(list(NOT_A_MENU))})(?!\w)", re.I)
    if name == "how to":
        return re.compile(rf"(?<!\w)(?:{'|'.join(HOW_TO)})", re.I)
    raise KeyError(name)


@cache
def yes_no_words() -> tuple[str, ...]:
    """Words for yes and no of more than one letter."""
    return tuple(sorted({word for pair in YES_NO.values() for side in pair for word in side.split() if len(word) > 1}))


@cache
def _verb_languages() -> dict[str, str]:
    table: dict[str, str] = {}
    for language, verbs in REPLY.items():
        for verb in verbs:
            table.setdefault(verb, language)
    return table


def verb_language(verb: str) -> str:
    """The first language that has the verb, or ``""``."""
    return _verb_languages().get(verb.casefold(), "")


def cue_before(text: str, position: int, sentences: int | None = None) -> str:
    """What before ``position`` asks for an answer, in words, or ``""``.

    ``sentences``: how many sentences may end between a word and the position; None does not count them.
    """
    before = text[max(0, position - _NEAR) : position]
    if is_instruction(before):
        return ""
    for name in ("verb", "choose"):
        words = list(pattern(name).finditer(before))
        if words and (sentences is None or _sentences(before[words[-1].end() :]) <= sentences):
            return f"`{words[-1].group()}` before the options"
        if name == "verb" and _QUESTION.search(before.rstrip(_OPENERS)):
            return "a question before the options"
    return ""


def _sentences(text: str) -> int:
    return len(_SENTENCE_END.findall(text.rstrip(" :.-–—")))


def cue_after(text: str, position: int, reach: int = _NEAR) -> str:
    """What after ``position`` asks for an answer, in words, or ``""``."""
    verb = pattern("verb").search(text, position, position + reach)
    if verb is not None:
        return f"`{verb.group()}` after the options"
    line = text[position : position + reach].strip().split("\n", 1)[0].rstrip()
    word = pattern("choose").search(line) if line.endswith(("?", "؟", "？", ":")) else None
    return f"`{word.group()}` after the options" if word is not None else ""


def is_instruction(before: str) -> bool:
    """Whether the words before a list announce steps rather than a choice."""
    near = before[-120:]
    return pattern("steps").search(near) is not None or pattern("how to").search(near) is not None


CONNECTOR = alternation(list(CONNECTORS))
CONDITION = alternation(list(CONDITIONS))
PREPOSITION = alternation(list(PREPOSITIONS))
POSTPOSITION = alternation(list(POSTPOSITIONS))
CONJUNCTION = alternation(list(AND_OR))
VERB = alternation([verb for group in REPLY.values() for verb in group])

"""Which case an answer passes first, and replies paired across languages by what they lead to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from bascule.diagnostics import Severity
from bascule.ir.content import ChoiceKind
from bascule.ir.text import Localized
from bascule.parsers.rapidpro.matching import answers_of, passes
from bascule.parsers.rapidpro.routers import Case
from bascule.parsers.rapidpro.rules import RepliesNotTranslated
from bascule.parsers.rapidpro.scene import Reply, Scene

__all__ = ["DEFAULT", "UNKNOWN", "Answers", "pair"]

DEFAULT = -1
"""No case takes the answer: it goes to the default category."""

UNKNOWN = -2
"""Only a run can tell."""

_T = TypeVar("_T")


class Answers:
    """Decides which case an answer passes first. Without cases to ask (None), nothing can be told."""

    def __init__(self, scene: Scene, cases: list[Case] | None) -> None:
        self.scene = scene
        self.cases = cases

    def arguments(self, case: Case, language: str) -> tuple[str, ...]:
        """The arguments that hold for people of a language."""
        return case.arguments.get(language) or case.arguments[self.scene.locale]

    def case_of(self, words: str, language: str) -> int:
        """The number of the case, or that there is none, or that it cannot be told."""
        if self.cases is None or "@" in words:
            return UNKNOWN
        for number, case in enumerate(self.cases):
            result = passes(case.test, words, self.arguments(case, language)) if case.known else None
            if result is None:
                return UNKNOWN
            if result:
                return number
        return DEFAULT

    def accepted(self, number: int, language: str) -> Iterator[str]:
        """The words a case is written for that no earlier case takes."""
        assert self.cases is not None
        case = self.cases[number]
        for word in answers_of(case.test, self.arguments(case, language)):
            if self.case_of(word, language) == number:
                yield word


def pair(scene: Scene, replies: list[Reply], answers: Answers) -> None:
    """Pair the replies of each language with those of the flow's own by the cases they lead to, where that is another
    order than they stand in: on the old platform the words decide, not the order."""
    words = [reply for reply in replies if reply.choice.kind is ChoiceKind.REPLY]
    own = [answers.case_of(reply.words.get(scene.locale, "@"), scene.locale) for reply in words]
    languages = dict.fromkeys(language for reply in words for language in reply.words if language != scene.locale)
    for language in languages:
        theirs = [answers.case_of(reply.words.get(language, "@"), language) for reply in words]
        if theirs == own or UNKNOWN in theirs or sorted(theirs) != sorted(own):
            continue
        _reorder(words, own, theirs, language)
        place = words[0].places.get(language) or scene.reading.place("")
        scene.reading.find(
            RepliesNotTranslated,
            place,
            f"the replies in `{language}` stand in another order; they are paired by the cases they lead to",
            help="put them into the order of the flow's own language",
            severity=Severity.INFO,
        )
        scene.reading.book.emulated(place, "paired by the cases they lead to; shown in the order of the flow's own")


def _reorder(replies: list[Reply], own: list[int], theirs: list[int], language: str) -> None:
    before = [(reply.choice, reply.words, reply.places) for reply in replies]
    free = list(range(len(replies)))
    for reply, number in zip(replies, own, strict=True):
        index = next(index for index in free if theirs[index] == number)
        free.remove(index)
        choice, words, places = before[index]
        reply.choice = replace(
            reply.choice,
            title=_with(reply.choice.title, choice.title, language),
            description=_with(reply.choice.description, choice.description, language),
        )
        reply.words = {**reply.words, language: words[language]}
        if language in places:
            reply.places = {**reply.places, language: places[language]}


def _with(own: Localized[_T], other: Localized[_T], language: str) -> Localized[_T]:
    """``own`` with what ``other`` has in one language."""
    value = dict(other.items).get(language)
    if value is None:
        return Localized(tuple(item for item in own.items if item[0] != language))
    return own.with_value(language, value)

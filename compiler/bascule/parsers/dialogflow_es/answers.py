"""Everything an intent says: its answer in all languages, and its questions for values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bascule.ir.content import Content
from bascule.ir.text import Localized, LocalizedText
from bascule.parsers.dialogflow_es.bubbles import Bubble, in_all_languages, settle
from bascule.parsers.dialogflow_es.messages import read_messages
from bascule.parsers.dialogflow_es.model import Intent, Parameter
from bascule.parsers.dialogflow_es.platforms import Selection, pass_over, select
from bascule.parsers.dialogflow_es.reading import Facts, Reading
from bascule.parsers.dialogflow_es.saying import localized
from bascule.source import Place

__all__ = ["Answer", "Question", "read_answer", "read_question"]

LocaleKey = Callable[[str], str]


@dataclass(slots=True)
class Answer:
    """What an intent says, bubble by bubble, and what is kept of other channels."""

    bubbles: list[Bubble]
    facts: Facts = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Question:
    """What is said to ask for a value: bubbles before it, the question itself, and what is said to a wrong answer."""

    before: tuple[Bubble, ...]
    content: Content
    error: Content | None


def _read(reading: Reading, selection: Selection, key: LocaleKey, facts: Facts) -> list[Bubble]:
    sayings = [(locale, read_messages(reading, items)) for locale, items in selection.chosen.items()]
    pass_over(reading, selection.others, [text for _, saying in sayings for text in saying.said], facts)
    bubbles, moved = settle(in_all_languages([(locale, saying.bubbles) for locale, saying in sayings], key))
    for place in moved:
        if reading.book.has(place):
            reading.book.emulated(place, "its buttons moved to the last message of the answer")
    return bubbles


def read_answer(reading: Reading, intent: Intent, language: str, key: LocaleKey) -> Answer:
    """Read the messages of an intent."""
    answer = Answer([])
    selection = select(reading, intent.messages, intent.together, language, answer.facts)
    answer.bubbles = _read(reading, selection, key, answer.facts)
    return answer


def read_question(
    reading: Reading, parameter: Parameter, language: str, key: LocaleKey, facts: Facts
) -> Question | None:
    """Read the prompts of a parameter; None where nothing is asked. Wordings of one language are random variants."""
    error = _message_content(reading, parameter.no_match, language, key, facts)
    if parameter.prompts:
        content = _prompt(reading, parameter, language, key)
        if parameter.messages:
            _message_content(reading, parameter.messages, language, key, facts)
        return Question((), content, error)
    if not parameter.messages:
        return None
    bubbles = _bubbles(reading, parameter.messages, language, key, facts)
    said = [bubble for bubble in bubbles if bubble.sayable]
    if not said:
        return None
    return Question(tuple(said[:-1]), said[-1].content, error)


def _bubbles(
    reading: Reading, messages: tuple[tuple[object, Place], ...], language: str, key: LocaleKey, facts: Facts
) -> list[Bubble]:
    return _read(reading, select(reading, messages, frozenset(), language, facts), key, facts)


def _message_content(
    reading: Reading, messages: tuple[tuple[object, Place], ...], language: str, key: LocaleKey, facts: Facts
) -> Content | None:
    said = [bubble for bubble in _bubbles(reading, messages, language, key, facts) if bubble.sayable]
    return said[-1].content if said else None


def _prompt(reading: Reading, parameter: Parameter, language: str, key: LocaleKey) -> Content:
    """The prompts as one content: the first wording of each language, the others as alternatives by position."""
    wordings: list[LocalizedText] = []
    counts: dict[str, int] = {}
    for prompt in sorted(parameter.prompts, key=lambda item: (item.locale or language) != language):
        locale = key(prompt.locale or language)
        text = localized(reading.text(prompt.value, prompt.place))
        index = counts.get(locale, 0)
        counts[locale] = index + 1
        if index == len(wordings):
            wordings.append(Localized())
        wordings[index] = wordings[index].with_value(locale, text.first if text else ())
    first, *rest = wordings
    return Content(text=first, alternatives=tuple(rest), at=parameter.prompts[0].place)

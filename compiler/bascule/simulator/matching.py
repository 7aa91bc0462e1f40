"""What an answer means: a ladder from certain to likely, whose rung is always told.

A choice by its id, title, payload, typed spelling or number; an intent by a whole phrase, a phrase inside the
text, or by edit distance with a margin to the second. Nothing is learned and nothing is guessed: a tie is no answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bascule.ir.content import Choice, ChoiceKind, Content
from bascule.ir.project import Entity, Intent, Phrase
from bascule.ir.text import Literal, Text, plain_text

__all__ = ["NOTHING", "Meaning", "Recognised", "fold", "pick_choice", "recognise", "spellings", "words"]

LIKELY = 0.85
"""Least likeness (0 to 1) at which a text is taken for a phrase it is not."""

MARGIN = 0.05
"""Least lead over the phrase of another intent."""

_LONGEST = 400
"""Characters of a text that are compared by edit distance (its cost is quadratic)."""

_BETWEEN = re.compile(r"[^\w\u0300-\u036f\u064b-\u065f\u0900-\u0dff\u0e00-\u0eff]+")
"""What stands between words: combining marks (Latin, Arabic, the scripts of India, Thai) are parts of a word."""


def fold(text: str) -> str:
    """The text without case, outer and doubled blanks and trailing punctuation, in NFKC."""
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return folded.strip(" .!?,;:…؟،।¡¿\"'«»()[]") or folded


def words(text: str) -> list[str]:
    """The words of a text, folded; combining marks stay with their letters."""
    return [piece for piece in _BETWEEN.split(fold(text)) if piece.strip("_")]


@dataclass(frozen=True, slots=True)
class Meaning:
    """A choice an answer was taken for, and by what (``title``, ``id``, ``payload``, ``spelling``, ``number``)."""

    choice: str
    how: str


def _replies(content: Content) -> tuple[Choice, ...]:
    inside = tuple(choice for card in content.cards for choice in card.choices if choice.kind is ChoiceKind.REPLY)
    return (*content.replies, *inside)


def spellings(choice: Choice, shown: str) -> Iterator[tuple[str, str]]:
    """Everything that means a choice, surest first, with its rung; ``shown`` is its title as rendered."""
    yield shown, "title"
    for _, title in choice.title:
        yield plain_text(title), "title"
    yield choice.id, "id"
    if choice.payload:
        yield choice.payload, "payload"
    for _, accepted in choice.accepts:
        for word in accepted:
            yield word, "spelling"


def pick_choice(content: Content, titles: Sequence[str], said: str, *, tapped: bool) -> Meaning | None:
    """The choice a text or tap means; ``titles`` are the rendered titles of the content's reply choices, in order.

    A number means the choice at that place when it is tapped, or typed and no spelling says otherwise. None: no choice,
    or two with equal right.
    """
    wanted = fold(said)
    choices = _replies(content)
    for rung in ("title", "payload", "spelling", "id"):
        hits = {
            choice.id
            for choice, title in zip(choices, titles, strict=True)
            for spelling, how in spellings(choice, title)
            if how == rung and fold(spelling) == wanted
        }
        if rung == "id" and not tapped:
            continue
        if len(hits) == 1:
            return Meaning(hits.pop(), rung)
        if hits:
            exact = [c.id for c, title in zip(choices, titles, strict=True) if title == said]
            return Meaning(exact[0], rung) if len(exact) == 1 else None
    if tapped and wanted.isascii() and wanted.isdigit() and 1 <= int(wanted[:6]) <= len(choices):
        return Meaning(choices[int(wanted[:6]) - 1].id, "number")
    return None


@dataclass(frozen=True, slots=True)
class Recognised:
    """Intents an answer may mean, best first, with what their holes took and the rung that decided."""

    intents: tuple[tuple[str, float], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    how: str = ""


NOTHING = Recognised()
"""No intent was recognised, or none was looked for."""


def _spoken(phrase: Phrase) -> str:
    """A phrase with the words its holes covered."""
    parts, number = [], 0
    for part in phrase.text:
        if isinstance(part, Literal):
            parts.append(part.text)
        else:
            parts.append(phrase.samples[number] if number < len(phrase.samples) else "…")
            number += 1
    return "".join(parts)


def _through_holes(text: Text, said: str) -> tuple[tuple[str, str], ...] | None:
    """What the holes took when the phrase, with anything in its holes, is the whole text; None: it is not."""
    from bascule.ir.expr import Ref

    taken: list[tuple[str, str]] = []
    at, waiting = 0, ""
    low = said.casefold()
    literals = 0
    for part in text:
        if isinstance(part, Literal):
            piece = " ".join(part.text.casefold().split())
            if not piece:
                continue
            literals += 1
            found = low.find(piece, at)
            if found < 0 or (not waiting and low[at:found].strip()):
                return None
            if waiting:
                between = said[at:found].strip()
                if not between:
                    return None
                taken.append((waiting, between))
                waiting = ""
            at = found + len(piece)
        else:
            if waiting:
                return None
            waiting = part.expression.name if isinstance(part.expression, Ref) else "value"
    rest = said[at:].strip(" .!?")
    if waiting:
        if not rest:
            return None
        taken.append((waiting, rest))
    elif rest:
        return None
    return tuple(taken) if literals and taken else None


def recognise(said: str, intents: Iterable[Intent], entities: Sequence[Entity] = ()) -> Recognised:
    """The intents among these that a text means. Only intents that can be acted on should be given.

    Several with full marks (the same phrase in two intents) are all returned, with equal scores.
    """
    wanted = fold(said)
    candidates = list(intents)
    if not wanted or not candidates:
        return Recognised()
    phrases = [(intent, phrase) for intent in candidates for _, group in intent.phrases for phrase in group]
    exact = {intent.id: 1.0 for intent, phrase in phrases if fold(_spoken(phrase)) == wanted}
    if exact:
        return Recognised(tuple(exact.items()), _values(said, candidates, exact, entities), "phrase")
    through: dict[str, float] = {}
    taken: dict[str, str] = {}
    for intent, phrase in phrases:
        holes = _through_holes(phrase.text, " ".join(said.split()))
        if holes is not None and intent.id not in through:
            through[intent.id] = 0.95
            taken.update(dict(holes))
    if through:
        values = dict(_values(said, candidates, through, entities))
        return Recognised(tuple(through.items()), tuple({**taken, **values}.items()), "phrase with values")
    inside = _contained(wanted, phrases)
    if inside:
        return Recognised(tuple(inside.items()), _values(said, candidates, inside, entities), "phrase inside the text")
    alike = _alike(wanted[:_LONGEST], phrases)
    if alike:
        return Recognised(tuple(alike.items()), _values(said, candidates, alike, entities), "likeness")
    return Recognised()


def _contained(wanted: str, phrases: Sequence[tuple[Intent, Phrase]]) -> dict[str, float]:
    """Intents of the longest phrase that stands in the text in whole words (four letters or two words at least)."""
    said = words(wanted)
    best: dict[str, float] = {}
    longest = 0
    for intent, phrase in phrases:
        spoken = fold(_spoken(phrase))
        parts = words(spoken)
        if not parts or (len(parts) == 1 and len(parts[0]) < 4) or len(parts) > len(said):
            continue
        if any(said[at : at + len(parts)] == parts for at in range(len(said) - len(parts) + 1)):
            if len(spoken) > longest:
                best, longest = {}, len(spoken)
            if len(spoken) == longest:
                best[intent.id] = 0.9
    return best


def _alike(wanted: str, phrases: Sequence[tuple[Intent, Phrase]]) -> dict[str, float]:
    scores: dict[str, float] = {}
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    for intent, phrase in phrases:
        matcher.set_seq1(fold(_spoken(phrase))[:_LONGEST])
        known = scores.get(intent.id, 0.0)
        if matcher.real_quick_ratio() > known and matcher.quick_ratio() > known:
            scores[intent.id] = max(known, round(matcher.ratio(), 4))
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < LIKELY or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < MARGIN):
        return {}
    return {ranked[0][0]: ranked[0][1]}


def _values(
    said: str, intents: Sequence[Intent], chosen: dict[str, float], entities: Sequence[Entity]
) -> tuple[tuple[str, str], ...]:
    """What the text says for the parameters of the best intent: the entity's value whose synonym stands in it."""
    best = next((intent for intent in intents if intent.id in chosen), None)
    if best is None:
        return ()
    by_id = {entity.id.lstrip("@"): entity for entity in entities}
    spoken = words(said)
    found: list[tuple[str, str]] = []
    for name, kind in best.parameters:
        entity = by_id.get(kind.lstrip("@"))
        value = _entity_value(entity, spoken) if entity is not None else None
        if value is not None:
            found.append((name, value))
    return tuple(found)


def _entity_value(entity: Entity, spoken: Sequence[str]) -> str | None:
    best, longest = None, 0
    for value in entity.values:
        for synonym in (value.value, *(word for _, group in value.synonyms for word in group)):
            parts = words(synonym)
            if (
                parts
                and len(synonym) > longest
                and any(list(spoken[at : at + len(parts)]) == parts for at in range(len(spoken) - len(parts) + 1))
            ):
                best, longest = value.value, len(synonym)
    return best

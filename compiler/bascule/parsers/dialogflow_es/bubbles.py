"""What an intent says, bubble by bubble: first in one language, then all languages together."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from bascule.ir.content import Card, Choice, ChoiceKind, Content, Media
from bascule.ir.text import Localized, plain_text
from bascule.language.reading import unique
from bascule.parsers.dialogflow_es.reading import Facts, plain_words
from bascule.source import Place

__all__ = ["ANSWERS", "Bubble", "answers_of", "in_all_languages", "settle"]

ANSWERS = (ChoiceKind.REPLY, ChoiceKind.SHARE_LOCATION, ChoiceKind.SHARE_PHONE)
"""Kinds of choices that come back to the bot."""

T = TypeVar("T")


@dataclass(slots=True)
class Bubble:
    """One thing that is shown. ``shape`` is what translations of it share; ``construct``, ``source`` and ``reason`` are
    set for what cannot be said. ``events`` maps choice ids to the event that a tap sends."""

    shape: str
    place: Place
    content: Content = field(default_factory=Content)
    facts: Facts = field(default_factory=list)
    events: dict[str, str] = field(default_factory=dict)
    construct: str = ""
    source: str = ""
    reason: str = ""

    @property
    def sayable(self) -> bool:
        """It is a message, not something kept for people to look at."""
        return not self.construct


def answers_of(content: Content) -> tuple[Choice, ...]:
    """The choices that come back as an answer, those of cards first."""
    choices = [*(choice for card in content.cards for choice in card.choices), *content.choices]
    return tuple(choice for choice in choices if choice.kind in ANSWERS)


def in_all_languages(by_locale: Sequence[tuple[str, list[Bubble]]], key: Callable[[str], str]) -> list[Bubble]:
    """Put the languages of an answer together: bubbles of one shape, in order, are translations of each other.

    ``by_locale`` has the agent's own language first; ``key`` gives the locale that a value stands under.
    """
    if not by_locale:
        return []
    first_locale, first = by_locale[0]
    result = [_keyed(bubble, key(first_locale)) for bubble in first]
    for locale, bubbles in by_locale[1:]:
        result = _woven(result, [_keyed(bubble, key(locale)) for bubble in bubbles])
    return [_distinct(bubble) for bubble in result]


def _distinct(bubble: Bubble) -> Bubble:
    """The bubble with no choice id twice (languages may bring choices of their own)."""
    content = bubble.content
    ids = [choice.id for choice in (*(c for card in content.cards for c in card.choices), *content.choices)]
    if len(ids) == len(set(ids)):
        return bubble
    taken: dict[str, int] = {}
    cards = tuple(
        replace(card, choices=tuple(replace(choice, id=unique(choice.id, taken)) for choice in card.choices))
        for card in content.cards
    )
    choices = tuple(replace(choice, id=unique(choice.id, taken)) for choice in content.choices)
    return replace(bubble, content=replace(content, cards=cards, choices=choices))


def _woven(known: list[Bubble], fresh: list[Bubble]) -> list[Bubble]:
    """A further language woven into the answer; bubbles that only it has stand where it has them."""
    positions: dict[tuple[str, str], list[int]] = {}
    for index, bubble in enumerate(known):
        positions.setdefault(_likeness(bubble), []).append(index)
    joined = list(known)
    extra: dict[int, list[Bubble]] = {}
    at = 0
    for bubble in fresh:
        same = positions.get(_likeness(bubble), [])
        found = bisect_left(same, at)
        if found == len(same):
            extra.setdefault(at, []).append(bubble)
        else:
            joined[same[found]] = _joined(joined[same[found]], bubble)
            at = same[found] + 1
    result: list[Bubble] = []
    for index in range(len(joined) + 1):
        result.extend(extra.get(index, ()))
        result.extend(joined[index : index + 1])
    return result


def _likeness(bubble: Bubble) -> tuple[str, str]:
    return bubble.shape, "" if bubble.sayable else bubble.source


def _keyed(bubble: Bubble, locale: str) -> Bubble:
    return replace(bubble, content=_content(bubble.content, locale))


def _under(value: Localized[T], locale: str) -> Localized[T]:
    return Localized(((locale, value.first),)) if value else value


def _content(content: Content, locale: str) -> Content:
    """The content of one language under its locale."""
    if not locale:
        return content
    return replace(
        content,
        text=_under(content.text, locale),
        header=_under(content.header, locale),
        footer=_under(content.footer, locale),
        media=tuple(_media(item, locale) for item in content.media),
        choices=tuple(_choice(item, locale) for item in content.choices),
        cards=tuple(_card(item, locale) for item in content.cards),
        list_label=_under(content.list_label, locale),
        alternatives=tuple(_under(item, locale) for item in content.alternatives),
    )


def _media(media: Media, locale: str) -> Media:
    return replace(media, url=_under(media.url, locale), caption=_under(media.caption, locale))


def _choice(choice: Choice, locale: str) -> Choice:
    return replace(
        choice,
        title=_under(choice.title, locale),
        description=_under(choice.description, locale),
        accepts=_under(choice.accepts, locale),
        section=_under(choice.section, locale),
    )


def _card(card: Card, locale: str) -> Card:
    media = _media(card.media, locale) if card.media is not None else None
    choices = tuple(_choice(item, locale) for item in card.choices)
    return replace(card, title=_under(card.title, locale), text=_under(card.text, locale), media=media, choices=choices)


def _merged(known: Localized[T], fresh: Localized[T]) -> Localized[T]:
    for locale, value in fresh:
        known = known.with_value(locale, value)
    return known


def _joined(known: Bubble, fresh: Bubble) -> Bubble:
    """A bubble with the words of a further language."""
    old, new = known.content, fresh.content
    alternatives = [
        _merged(_at(old.alternatives, index, Localized()), _at(new.alternatives, index, Localized()))
        for index in range(max(len(old.alternatives), len(new.alternatives)))
    ]
    ids: dict[str, str] = {}
    content = replace(
        old,
        text=_merged(old.text, new.text),
        header=_merged(old.header, new.header),
        footer=_merged(old.footer, new.footer),
        media=_pairs(old.media, new.media, _join_media),
        choices=_join_choices(old.choices, new.choices, ids),
        cards=_pairs(old.cards, new.cards, lambda one, two: _join_card(one, two, ids)),
        list_label=_merged(old.list_label, new.list_label),
        alternatives=tuple(alternatives),
        location=old.location or new.location,
        contacts=old.contacts or new.contacts,
        hints=tuple(dict.fromkeys((*old.hints, *new.hints))),
    )
    events = {**{ids.get(choice, choice): event for choice, event in fresh.events.items()}, **known.events}
    return replace(known, content=content, facts=list(dict.fromkeys((*known.facts, *fresh.facts))), events=events)


def _at(items: Sequence[T], index: int, default: T) -> T:
    return items[index] if index < len(items) else default


def _pairs(old: tuple[T, ...], new: tuple[T, ...], join: Callable[[T, T], T]) -> tuple[T, ...]:
    both = [join(one, two) for one, two in zip(old, new, strict=False)]
    return (*both, *old[len(both) :], *new[len(both) :])


def _join_media(old: Media, new: Media) -> Media:
    return replace(old, url=_merged(old.url, new.url), caption=_merged(old.caption, new.caption))


def _join_choices(old: tuple[Choice, ...], new: tuple[Choice, ...], ids: dict[str, str]) -> tuple[Choice, ...]:
    """Choices by position. Where a language has more of them, the rest are its own, under ids that are free."""
    result = list(old)
    taken = {choice.id: 1 for choice in old}
    for index, choice in enumerate(new):
        if index < len(old) and old[index].kind is choice.kind:
            ids[choice.id] = old[index].id
            result[index] = _join_choice(old[index], choice)
        else:
            id_ = ids[choice.id] = unique(choice.id, taken)
            result.append(replace(choice, id=id_))
    return tuple(result)


def _join_choice(old: Choice, new: Choice) -> Choice:
    accepts = _merged(old.accepts, new.accepts)
    if new.payload and new.payload != old.payload and new.title:
        locale = new.title.items[0][0]
        accepts = accepts.with_value(locale, (*(accepts.get(locale) or ()), new.payload))
    return replace(
        old,
        title=_merged(old.title, new.title),
        description=_merged(old.description, new.description),
        accepts=accepts,
        section=_merged(old.section, new.section),
    )


def _join_card(old: Card, new: Card, ids: dict[str, str]) -> Card:
    media = _join_media(old.media, new.media) if old.media is not None and new.media is not None else None
    return replace(
        old,
        title=_merged(old.title, new.title),
        text=_merged(old.text, new.text),
        media=media or old.media or new.media,
        choices=_join_choices(old.choices, new.choices, ids),
    )


def settle(bubbles: list[Bubble]) -> tuple[list[Bubble], list[Place]]:
    """Bring answers to the last bubble, where people answer. Returns the bubbles and the places that were moved from.

    Quick replies of an earlier bubble, and the buttons of its cards, join the last one; links stay where they are.
    """
    last = next((index for index in range(len(bubbles) - 1, -1, -1) if bubbles[index].sayable), None)
    if last is None:
        return bubbles, []
    moved: list[Place] = []
    answering: list[tuple[Bubble, Choice]] = []
    result = list(bubbles)
    for index in range(last):
        bubble = result[index]
        choices = [*_of_cards(bubble.content.cards), *_answering(bubble.content.choices)]
        if not choices:
            continue
        moved.append(bubble.place)
        answering.extend((bubble, choice) for choice in choices)
        cards = tuple(replace(card, choices=_rest(card.choices)) for card in bubble.content.cards)
        content = replace(
            bubble.content,
            choices=_rest(bubble.content.choices),
            cards=tuple(card for card in cards if card.title or card.text or card.media or card.choices),
        )
        result[index] = replace(bubble, content=content, events={})
    if moved:
        result[last] = _with_answers(result[last], answering)
    return [bubble for bubble in result if not bubble.sayable or not bubble.content.empty], moved


def _answering(choices: Sequence[Choice]) -> list[Choice]:
    return [choice for choice in choices if choice.kind in ANSWERS]


def _rest(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    return tuple(choice for choice in choices if choice.kind not in ANSWERS)


def _of_cards(cards: Sequence[Card]) -> list[Choice]:
    """The buttons of cards, to stand apart from them: where all are called the same, each takes its card's title."""
    found = [(card, choice) for card in cards for choice in _answering(card.choices)]
    alike = len(found) > 1 and len({_plain(choice) for _, choice in found}) < len(found)
    return [
        replace(choice, title=card.title) if alike and card.title and len(_answering(card.choices)) == 1 else choice
        for card, choice in found
    ]


def _with_answers(last: Bubble, answering: list[tuple[Bubble, Choice]]) -> Bubble:
    """The last bubble with the choices of earlier ones before its own; a title stands once."""
    content = last.content
    taken = {choice.id: 1 for choice in (*content.choices, *(c for card in content.cards for c in card.choices))}
    events = dict(last.events)
    titles = {_plain(choice) for choice in content.choices}
    fresh: list[Choice] = []
    for bubble, choice in answering:
        if _plain(choice) in titles:
            continue
        titles.add(_plain(choice))
        id_ = unique(choice.id, taken)
        if choice.id in bubble.events:
            events[id_] = bubble.events[choice.id]
        fresh.append(replace(choice, id=id_))
    return replace(last, content=replace(content, choices=(*fresh, *content.choices)), events=events)


def _plain(choice: Choice) -> tuple[tuple[str, str], ...]:
    """The title per language, without case and spacing."""
    return tuple((locale, plain_words(plain_text(text))) for locale, text in choice.title)

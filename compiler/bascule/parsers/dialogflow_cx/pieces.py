"""Pieces of what is said in one language, and how languages are laid side by side to messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from bascule.ir.content import Card, Choice, ChoiceKind, Content, Media, Variant
from bascule.ir.text import Localized, Text, is_empty, plain_text
from bascule.language.members import Facts
from bascule.language.names import template_slug
from bascule.language.reading import unique
from bascule.source import Place

__all__ = ["Option", "Piece", "Said", "align", "content_of", "join_pieces"]


T = TypeVar("T")


@dataclass(slots=True)
class Option:
    """One thing to tap, in one language. ``event`` is what a tap raises instead of sending words; ``choice`` has what
    else is known of it."""

    title: Text
    kind: ChoiceKind = ChoiceKind.REPLY
    description: Text = ()
    url: Text = ()
    payload: str = ""
    event: str = ""
    hints: Facts = field(default_factory=list)
    place: Place | None = None
    choice: Choice | None = None


@dataclass(slots=True)
class Piece:
    """Something said or done. ``kind`` is ``say``, ``whole`` (a message that is said as its ``content`` is),
    ``handover``, ``end`` or ``unsupported``; ``card`` numbers the box of a rich answer that it stands in; ``texts`` are
    wordings of which one is picked at random. ``channel`` and ``content`` are those of a channel's own message,
    which stands at ``origin``; ``instead``: it replaces what is said on the other channels."""

    kind: str
    place: Place
    texts: list[Text] = field(default_factory=list)
    header: Text = ()
    media: list[Media] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    variants: list[Variant] = field(default_factory=list)
    parameters: list[tuple[str, Text]] = field(default_factory=list)
    facts: Facts = field(default_factory=list)
    hints: Facts = field(default_factory=list)
    source: str = ""
    construct: str = ""
    reason: str = ""
    to: str = ""
    card: tuple[str, int] | None = None
    channel: str = ""
    content: Content | None = None
    origin: Place | None = None
    instead: bool = False

    @property
    def only_options(self) -> bool:
        """Nothing but things to tap."""
        return bool(self.options) and not (self.texts or self.header or self.media)

    @property
    def only_variants(self) -> bool:
        """Nothing but another channel's wording."""
        return bool(self.variants) and not (self.texts or self.header or self.media or self.options)


@dataclass(slots=True)
class Said:
    """One step of an answer in all its languages. ``events`` maps choice ids to the event a tap raises."""

    kind: str
    place: Place
    content: Content = field(default_factory=Content)
    events: dict[str, str] = field(default_factory=dict)
    parameters: list[tuple[str, Text]] = field(default_factory=list)
    facts: Facts = field(default_factory=list)
    source: str = ""
    construct: str = ""
    reason: str = ""
    to: str = ""


def content_of(piece: Piece) -> Content:
    """What a piece says, in one language."""
    return piece.content if piece.content is not None else _content({"": piece}, {"": ""}, {})


def join_pieces(pieces: Iterable[Piece]) -> list[Piece]:
    """Put together what people see as one: options with the words before them, the parts of one card."""
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last is not None and last.kind == "whole" and piece.only_variants:
            last.variants += piece.variants
            last.facts += piece.facts
        elif last is not None and last.only_variants and piece.kind in ("say", "whole"):
            # Nothing was said yet that the variants are of.
            piece.variants[:0] = last.variants
            piece.facts[:0] = last.facts
            joined[-1] = piece
        elif last is not None and last.kind == piece.kind == "say" and _joins(last, piece):
            last.texts += piece.texts
            last.header = last.header or piece.header
            last.media += piece.media
            last.options += piece.options
            last.variants += piece.variants
            last.facts += piece.facts
            last.hints += piece.hints
            if piece.texts and not last.only_options:
                last.place = piece.place
        else:
            joined.append(piece)
    return joined


def _joins(last: Piece, piece: Piece) -> bool:
    if piece.only_variants:
        return not last.only_variants
    same_card = last.card is not None and last.card == piece.card
    if piece.only_options:
        return same_card or not last.options
    worded = bool(last.texts or last.header) and bool(piece.texts or piece.header)
    return same_card and not worded and not (last.media and piece.media) and not last.options


def align(by_language: Mapping[str, list[Piece]], default: str) -> list[Said]:
    """Messages from the pieces of each language: the first of each is one message, and so on.

    Where languages differ in kind at one position, each keeps a message of its own.
    """
    rows: list[dict[str, dict[str, Piece]]] = []
    for locale, piece, index in (
        (locale, item, at) for locale, items in by_language.items() for at, item in enumerate(items)
    ):
        if index == len(rows):
            rows.append({})
        rows[index].setdefault(piece.kind, {})[locale] = piece
    return [_said(row, default) for kinds in rows for row in kinds.values()]


def _columns(items: Iterable[tuple[str, Sequence[T]]]) -> list[list[tuple[str, T]]]:
    """What stands at one position of each language's list, side by side."""
    columns: list[list[tuple[str, T]]] = []
    for key, values in items:
        for index, value in enumerate(values):
            if index == len(columns):
                columns.append([])
            columns[index].append((key, value))
    return columns


def _said(row: dict[str, Piece], default: str) -> Said:
    first = next(iter(row.values()))
    said = Said(
        first.kind,
        first.place,
        parameters=first.parameters,
        facts=[fact for piece in row.values() for fact in piece.facts],
        source=first.source,
        construct=first.construct,
        reason=first.reason,
        to=first.to,
    )
    keys = {locale: locale for locale in row}
    if len(row) == 1 and default in row:
        keys = {default: ""}
    if first.kind == "say":
        said.content = _content(row, keys, said.events)
    elif first.kind == "whole":
        said.kind = "say"
        content = _merged([(keys[locale], piece.content or Content()) for locale, piece in row.items()])
        said.content = replace(
            content,
            hints=(*content.hints, *(hint for piece in row.values() for hint in piece.hints)),
            variants=(*content.variants, *(variant for piece in row.values() for variant in piece.variants)),
        )
    return said


def _merged(items: Sequence[tuple[str, Any]]) -> Any:
    """Values of one kind in several languages as one: what is worded per language is laid side by side, lists are
    merged item by item, and anything else is as in the first language."""
    first = items[0][1]
    if isinstance(first, Localized):
        return Localized(tuple((key, value.first) for key, value in items if value))
    if isinstance(first, (Content, Choice, Card, Media)):
        names = [known.name for known in fields(first)]
        return replace(
            first, **{name: _merged([(key, getattr(value, name)) for key, value in items]) for name in names}
        )
    if isinstance(first, tuple) and all(isinstance(value, tuple) for _, value in items):
        longest = max((value for _, value in items), key=len)
        if longest and isinstance(longest[0], (Choice, Card, Media)):
            return tuple(_merged(column) for column in _columns(items))
    return first


def _content(row: dict[str, Piece], keys: dict[str, str], events: dict[str, str]) -> Content:
    first = next(iter(row.values()))
    columns = _columns((keys[locale], piece.texts) for locale, piece in row.items())
    texts = [Localized(tuple(column)) for column in columns]
    content = Content(
        text=texts[0] if texts else Localized(),
        alternatives=tuple(texts[1:]),
        header=Localized(tuple((keys[locale], piece.header) for locale, piece in row.items() if piece.header)),
        media=_media(row, keys),
        choices=_choices(row, keys, events),
        variants=tuple(variant for piece in row.values() for variant in piece.variants),
        hints=tuple(hint for piece in row.values() for hint in piece.hints),
        at=first.place,
    )
    if content.header and not content.text:
        content = replace(content, text=content.header, header=Localized())
    if content.choices and not (content.text or content.media) and not any(map(_answers, content.choices)):
        # A link needs words beside it.
        content = replace(content, text=content.choices[0].title)
    return content


def _answers(choice: Choice) -> bool:
    return choice.kind is ChoiceKind.REPLY


def _media(row: dict[str, Piece], keys: dict[str, str]) -> tuple[Media, ...]:
    """Media of one position; the address per language where it differs."""
    found = []
    for items in _columns((keys[locale], piece.media) for locale, piece in row.items()):
        urls = {media.url.items for _, media in items}
        first = items[0][1]
        if len(urls) > 1:
            first = replace(first, url=Localized(tuple((key, media.url.first) for key, media in items if media.url)))
        if len(row) > 1:
            captions = tuple((key, media.caption.first) for key, media in items if media.caption)
            first = replace(first, caption=Localized(captions))
        found.append(first)
    return tuple(found)


def _choices(row: dict[str, Piece], keys: dict[str, str], events: dict[str, str]) -> tuple[Choice, ...]:
    taken: dict[str, int] = {}
    found = []
    for number, items in enumerate(_columns((keys[locale], piece.options) for locale, piece in row.items()), 1):
        first = items[0][1]
        id_ = unique(template_slug(plain_text(first.title)) or f"option_{number}", taken)
        if first.event:
            events[id_] = first.event
        found.append(
            replace(
                first.choice or Choice(id_, Localized()),
                id=id_,
                title=Localized(tuple((key, option.title) for key, option in items if not is_empty(option.title))),
                kind=first.kind,
                description=Localized(tuple((key, option.description) for key, option in items if option.description)),
                payload=first.payload,
                url=first.url,
                hints=(*(first.choice.hints if first.choice is not None else ()), *first.hints),
                at=first.place,
            )
        )
    return tuple(found)

"""Messages for Google Assistant, read where an intent has no others.

Facts: https://cloud.google.com/dialogflow/es/docs/reference/rest/v2/projects.agent.intents#message
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bascule.ir.content import Card, Choice, Content, Media, MediaKind
from bascule.ir.text import Localized, Text
from bascule.language.reading import json_text
from bascule.parsers.dialogflow_es.losses import OtherPlatform, VoiceOnly
from bascule.parsers.dialogflow_es.platforms import Item
from bascule.parsers.dialogflow_es.saying import Saying, localized
from bascule.source import Place

__all__ = ["GOOGLE_KINDS", "read_google"]

_TAG = re.compile(r"<[^<>]{0,400}>")


def _inner(item: Item, name: str) -> tuple[dict[str, Any], Place]:
    """The body of a message: the message itself in exports, a member of it in the REST API."""
    value = item.message.get(name)
    return (value, item.place.child(name)) if isinstance(value, dict) else (item.message, item.place)


def _dicts(owner: dict[str, Any], name: str, place: Place) -> list[tuple[dict[str, Any], Place]]:
    value = owner.get(name)
    items = value if isinstance(value, list) else []
    return [(part, place.child(name, index)) for index, part in enumerate(items) if isinstance(part, dict)]


def _word(owner: dict[str, Any], *names: str) -> tuple[str, str]:
    """The first of these members that says something: its text and its name."""
    for name in names:
        value = owner.get(name)
        if isinstance(value, str) and value.strip():
            return value, name
    return "", names[0]


def _simple(saying: Saying, item: Item) -> None:
    """What is shown, else what is spoken; the wordings of one response are random variants."""
    body, place = _inner(item, "simpleResponses")
    parts = _dicts(body, "simpleResponses", place) or [(item.message, item.place)]
    texts: list[tuple[Localized[Text], Place]] = []
    for part, at in parts:
        words, name = _word(part, "displayText", "textToSpeech", "ssml")
        plain = words
        if name == "ssml" or words.lstrip().startswith("<speak"):
            plain = _TAG.sub("", words)
            code = saying.reading.find_once(
                VoiceOnly, "ssml", at, lambda count: f"{count} message(s) are written for a voice; their words are kept"
            )
            saying.reading.book.degraded(item.place, "markup for a voice; the words stay", "a text", code)
        where = at.child(name) if plain == words else at
        text = localized(saying.text(plain, where))
        if text:
            texts.append((text, where))
    if texts:
        alternatives = tuple(text for text, _ in texts[1:])
        saying.add("text", item.place, Content(text=texts[0][0], alternatives=alternatives, at=texts[0][1]))


def _chips(saying: Saying, item: Item) -> None:
    body, place = _inner(item, "suggestions")
    choices: list[Choice] = []
    for part, at in _dicts(body, "suggestions", place):
        title, _ = _word(part, "title")
        saying.reading.book.open("suggestion", at)
        saying.reading.book.exact(at)
        if title:
            choices.append(saying.choice(title, at.child("title")))
    saying.offer(choices, item.place)


def _link(saying: Saying, item: Item) -> None:
    body, place = _inner(item, "linkOutSuggestion")
    url, name = _word(body, "url", "uri")
    title, _ = _word(body, "destinationName")
    if url:
        at = place.child("destinationName") if title else place.child(name)
        saying.offer([saying.choice(title or url, at, url, target=place.child(name))], item.place)


def _picture(saying: Saying, owner: dict[str, Any], place: Place) -> Media | None:
    image = owner.get("image")
    if not isinstance(image, dict):
        return None
    url, name = _word(image, "url", "imageUri")
    at = place.child("image", name)
    return Media(MediaKind.IMAGE, Localized.of(saying.reading.text(url, at)), at=at) if url else None


def _basic_card(saying: Saying, item: Item) -> None:
    body, place = _inner(item, "basicCard")
    title, _ = _word(body, "title")
    lines = [_word(body, name) for name in ("subtitle", "formattedText")]
    text: list[Any] = []
    for words, name in lines:
        if words:
            read = saying.text(words, place.child(name))
            text = [*text, *saying.reading.text("\n", place), *read] if text else list(read)
    choices: list[Choice] = []
    for part, at in _dicts(body, "buttons", place):
        words, _ = _word(part, "title")
        action: dict[str, Any] = next(
            (part[key] for key in ("openUrlAction", "openUriAction") if isinstance(part.get(key), dict)), {}
        )
        url, _ = _word(action, "url", "uri")
        saying.reading.book.open("card button", at)
        saying.reading.book.exact(at)
        if words or url:
            choices.append(saying.choice(words or url, at.child("title") if words else at, url, target=at))
    card = Card(localized(saying.text(title, place.child("title"))), localized(tuple(text)), at=item.place)
    card = replace(card, media=_picture(saying, body, place), choices=tuple(choices))
    if card.title or card.text or card.media or card.choices:
        saying.add("cards", item.place, Content(cards=(card,)))


def _list(saying: Saying, item: Item) -> None:
    """A list or carousel whose items are chosen: choices, with their synonyms as accepted answers."""
    body, place = _inner(item, "listSelect" if item.kind == "list_card" else "carouselSelect")
    title, _ = _word(body, "title")
    choices: list[Choice] = []
    for part, at in _dicts(body, "items", place):
        words, _ = _word(part, "title")
        saying.reading.book.open("list item", at)
        saying.reading.book.exact(at)
        if not words:
            continue
        about, _ = _word(part, "description")
        info = part.get("info")
        synonyms = info.get("synonyms") if isinstance(info, dict) else None
        accepts = tuple(word for word in synonyms if isinstance(word, str)) if isinstance(synonyms, list) else ()
        choice = saying.choice(words, at.child("title"))
        description = localized(saying.text(about, at.child("description")))
        spellings = Localized.of(accepts) if accepts else Localized[tuple[str, ...]]()
        choices.append(replace(choice, description=description, accepts=spellings))
    if title:
        text = localized(saying.text(title, place.child("title")))
        saying.add("choices", item.place, Content(text=text, choices=tuple(choices)))
    else:
        saying.offer(choices, item.place)


def _kept(saying: Saying, item: Item) -> None:
    """Media players and tables: kept whole."""
    reading = saying.reading
    code = reading.find_once(
        OtherPlatform,
        item.kind,
        item.place,
        lambda count: f"{count} message(s) of Google Assistant ({item.kind}) are kept as unsupported",
    )
    reading.book.dropped(item.place, "a message of Google Assistant; kept whole", "rebuild it by hand", code)
    source = json_text(reading.safe(item.message, item.place))
    saying.keep(item.kind, item.place, source, "a message of Google Assistant")


GOOGLE_KINDS: dict[str, Callable[[Saying, Item], None]] = {
    "simple_response": _simple,
    "suggestion_chips": _chips,
    "link_out_chip": _link,
    "basic_card": _basic_card,
    "list_card": _list,
    "carousel_card": _list,
    "media_content": _kept,
    "browse_carousel_card": _kept,
    "table_card": _kept,
}


def read_google(saying: Saying, item: Item) -> None:
    """Read one message for Google Assistant."""
    GOOGLE_KINDS[item.kind](saying, item)

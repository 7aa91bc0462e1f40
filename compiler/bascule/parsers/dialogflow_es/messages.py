"""Messages of an intent in one language to bubbles: texts, cards, quick replies, images, custom payloads.

Facts: https://cloud.google.com/dialogflow/es/docs/intents-rich-messages
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bascule.ir.content import Card, Choice, Content, Media, MediaKind
from bascule.ir.text import Localized
from bascule.language.reading import json_text
from bascule.language.viber_message import is_body, read_body
from bascule.language.viber_pieces import JsonPiece, file_piece
from bascule.parsers.dialogflow_es.bubbles import Bubble
from bascule.parsers.dialogflow_es.channels import channel_body, read_channel
from bascule.parsers.dialogflow_es.google import GOOGLE_KINDS, read_google
from bascule.parsers.dialogflow_es.losses import ConditionalAnswer, CustomPayload, UnknownMember, VoiceOnly
from bascule.parsers.dialogflow_es.platforms import Item, leaves
from bascule.parsers.dialogflow_es.reading import Reading, counted, plain_words, shown
from bascule.parsers.dialogflow_es.rich import read_rich
from bascule.parsers.dialogflow_es.rules import UnknownMessage
from bascule.parsers.dialogflow_es.saying import Saying, localized
from bascule.parsers.dialogflow_es.tags import VIBER
from bascule.source import Place

__all__ = ["read_messages"]

_COMMON = frozenset({
    "type", "platform", "lang", "languageCode", "condition", "title", "textToSpeech", "ssml", "displayText",
    "customizeAudio", "accessibilityText",
})  # fmt: skip
_MEMBERS = {
    "text": frozenset({"speech", "text"}),
    "card": frozenset({"subtitle", "imageUrl", "buttons", "card"}),
    "quick_replies": frozenset({"replies", "quickReplies"}),
    "image": frozenset({"imageUrl", "image"}),
    "payload": frozenset({"payload"}),
}
_VOICE = ("telephony",)


def read_messages(reading: Reading, items: Sequence[Item]) -> Saying:
    """Read the messages that are carried in one language, in order."""
    saying = Saying(reading)
    titles = {plain_words(text) for item in items if item.kind == "quick_replies" for text in _question(item)[:1]}
    for item in items:
        _read(saying, item, titles)
    saying.bubbles = _once(saying)
    return saying


def _once(saying: Saying) -> list[Bubble]:
    """The bubbles without a bare text that the next bubble begins with word for word: it was for plain channels."""
    kept: list[Bubble] = []
    for number, bubble in enumerate(saying.bubbles):
        following = saying.bubbles[number + 1].content if number + 1 < len(saying.bubbles) else Content()
        bare = replace(bubble.content, text=Localized(), at=None) == Content()
        if bare and bubble.sayable and bubble.content.text and bubble.content.text == following.text:
            saying.reading.book.emulated(bubble.place, "the next message says the same words; said once")
        else:
            kept.append(bubble)
    return kept


def _read(saying: Saying, item: Item, titles: set[str]) -> None:
    reading, place = saying.reading, item.place
    reading.book.exact(place)
    before = len(saying.bubbles)
    reader = _READERS.get(item.kind)
    if item.kind == "text":
        _text(saying, item, titles)
    elif reader is not None:
        reader(saying, item)
    elif item.kind in GOOGLE_KINDS:
        read_google(saying, item)
    else:
        _unknown(saying, item)
    _rest(saying, item, before)


def _rest(saying: Saying, item: Item, before: int) -> None:
    """The members that no reader takes, and the condition under which the message is said."""
    reading = saying.reading
    known = _MEMBERS.get(item.kind)
    last = saying.bubbles[before:][-1] if saying.bubbles[before:] else None
    facts: list[tuple[str, str]] = []
    if known is not None:
        for name, value in item.message.items():
            if name not in _COMMON and name not in known:
                reading.unknown(item.place.child(name), "message", name, value, facts)
    condition = item.message.get("condition")
    if condition:
        facts.append(("condition", json_text(reading.safe(condition, item.place.child("condition"), "condition"))))
        code = reading.find_once(
            ConditionalAnswer,
            "message",
            item.place.child("condition"),
            lambda count: f"{count} message(s) are said under a condition only; they are always said",
        )
        reading.book.degraded(item.place, "its condition is not read: it is always said", "a case", code)
    accessible = item.message.get("accessibilityText")
    if isinstance(accessible, str) and accessible.strip():
        facts.append(("accessibilityText", json_text(accessible)))
    if last is not None:
        last.facts.extend(facts)


def _strings(value: Any) -> list[tuple[str, tuple[int, ...]]]:
    """A text, or the texts of a list, with the way to each."""
    if isinstance(value, str):
        return [(value, ())]
    items = value if isinstance(value, list) else []
    return [(text, (index,)) for index, text in enumerate(items) if isinstance(text, str)]


def _text(saying: Saying, item: Item, titles: set[str]) -> None:
    """Type 0. Several texts are wordings of which one is said at random."""
    reading, message = saying.reading, item.message
    place, value = item.place.child("speech"), message.get("speech")
    if "speech" not in message and "text" in message:
        place, value = item.place.child("text"), message["text"]
        if isinstance(value, dict):
            place, value = place.child("text"), value.get("text")
    if value is not None and not isinstance(value, (str, list)):
        reading.wrong_shape(place, "the text of a message", value, "a text or a list of texts")
    if item.place.pointer.endswith("/speech"):
        place = item.place  # the oldest form: the words themselves stand where messages came to stand
    for index, text in enumerate(value if isinstance(value, list) else ()):
        if not isinstance(text, str):
            reading.wrong_shape(place.child(index), "a wording of a message", text, "a text")
    wordings = [(text, place.child(*way)) for text, way in _strings(value) if text.strip()]
    if not wordings:
        reading.book.exact(item.place, "empty")
        return
    if all(plain_words(text) in titles for text, _ in wordings):
        reading.book.emulated(item.place, "the words are also the question of quick replies; said once")
        saying.said.extend(text for text, _ in wordings)
        return
    texts = [localized(saying.text(text, at)) for text, at in wordings]
    content = Content(text=texts[0], alternatives=tuple(texts[1:]), at=wordings[0][1])
    saying.add("text", item.place, content)


def _question(item: Item) -> list[str]:
    """The question of quick replies, then their words."""
    inner = item.message.get("quickReplies")
    title = inner.get("title") if isinstance(inner, dict) else item.message.get("title")
    return [title] if isinstance(title, str) and title.strip() else []


def _quick_replies(saying: Saying, item: Item) -> None:
    """Type 2."""
    reading, message, place = saying.reading, item.message, item.place
    name = "replies"
    inner = message.get("quickReplies")
    if isinstance(inner, dict):
        message, place, name = inner, place.child("quickReplies"), "quickReplies"
    elif "replies" not in message and isinstance(inner, list):
        name = "quickReplies"
    choices: list[Choice] = []
    for index, reply in enumerate(_list(saying, message, name, place, "quick replies")):
        at = place.child(name, index)
        reading.book.open("quick reply", at)
        if isinstance(reply, str) and reply.strip():
            reading.book.exact(at)
            choices.append(saying.choice(reply, at))
        else:
            code = reading.wrong_shape(at, "a quick reply", reply, "a text")
            reading.book.dropped(at, "no text", "write a text", code)
    title = message.get("title")
    if isinstance(title, str) and title.strip():
        text = localized(saying.text(title, place.child("title")))
        saying.add("choices", item.place, Content(text=text, choices=tuple(choices), at=place.child("title")))
    else:
        saying.offer(choices, item.place)


def _list(saying: Saying, owner: dict[str, Any], name: str, place: Place, what: str) -> list[Any]:
    value = owner.get(name)
    if isinstance(value, list):
        return value
    if value is not None:
        saying.reading.wrong_shape(place.child(name), f"`{name}` of {what}", value, "a list")
    return []


def _card(saying: Saying, item: Item) -> None:
    """Type 1. Cards that follow each other are one carousel."""
    reading, message, place = saying.reading, item.message, item.place
    inner = message.get("card")
    if isinstance(inner, dict):
        message, place = inner, place.child("card")
    title = reading.string(message, "title", place, "a card")
    subtitle = reading.string(message, "subtitle", place, "a card")
    name = "imageUri" if "imageUri" in message else "imageUrl"
    choices: list[Choice] = []
    for index, button in enumerate(_list(saying, message, "buttons", place, "a card")):
        at = place.child("buttons", index)
        reading.book.open("card button", at)
        choice = _button(saying, button, at)
        if choice is not None:
            choices.append(choice)
    card = Card(
        title=localized(saying.text(title, place.child("title"))),
        text=localized(saying.text(subtitle, place.child("subtitle"))),
        media=_picture(saying, reading.string(message, name, place, "a card"), place.child(name)),
        choices=tuple(choices),
        at=item.place,
    )
    if not (card.title or card.text or card.media or card.choices):
        reading.book.exact(item.place, "empty")
        return
    last = saying.bubbles[-1] if saying.bubbles else None
    if last is not None and last.shape == "cards" and not last.content.choices:
        last.content = replace(last.content, cards=(*last.content.cards, card))
    else:
        saying.add("cards", item.place, Content(cards=(card,)))


def _button(saying: Saying, button: Any, at: Place) -> Choice | None:
    reading = saying.reading
    if not isinstance(button, dict):
        code = reading.wrong_shape(at, "a button of a card", button, "an object")
        reading.book.dropped(at, "no button", "write an object", code)
        return None
    text = reading.string(button, "text", at, "a button")
    postback = reading.string(button, "postback", at, "a button").strip()
    if not text.strip() and not postback:
        reading.book.exact(at, "empty")
        return None
    reading.book.exact(at)
    for name in button:
        if name not in ("text", "postback"):
            tail = f" button(s) have a member `{shown(name)}`, which is not known; it is left out"
            code = reading.find_once(UnknownMember, f"button {name}", at.child(name), counted("", tail))
            reading.book.degraded(at, f"`{shown(name)}` is left out", "", code)
    link = postback if postback.lower().startswith(("http://", "https://", "tel:", "mailto:")) else ""
    place = at.child("text") if text.strip() else at.child("postback")
    payload = "" if link else postback
    return saying.choice(text if text.strip() else postback, place, link, payload, at.child("postback"))


def _picture(saying: Saying, url: str, at: Place) -> Media | None:
    if not url.strip():
        return None
    masked = str(saying.reading.safe(url, at))
    kind = MediaKind.GIF if url.split("?")[0].lower().endswith(".gif") else MediaKind.IMAGE
    return Media(kind, Localized.of(saying.reading.text(masked, at)), at=at)


def _image(saying: Saying, item: Item) -> None:
    """Type 3."""
    message, place = item.message, item.place
    inner = message.get("image")
    if isinstance(inner, dict):
        message, place = inner, place.child("image")
    name = next((name for name in ("imageUrl", "imageUri", "url") if name in message), "imageUrl")
    url = saying.reading.string(message, name, place, "an image")
    media = _picture(saying, url, place.child(name))
    if media is None:
        saying.reading.book.exact(item.place, "empty")
        return
    saying.add("image", item.place, Content(media=(media,)))


def _payload(saying: Saying, item: Item) -> None:
    """Type 4: Viber's own JSON, Dialogflow Messenger's rich answers, Messenger's, Telegram's, or something else."""
    reading = saying.reading
    payload, place = item.message.get("payload"), item.place.child("payload")
    if payload is None or payload in ({}, [], ""):
        reading.book.exact(item.place, "empty")
        return
    if isinstance(payload, dict) and VIBER in payload:
        _viber(saying, file_piece(payload[VIBER], place.file, place.child(VIBER).pointer))
        rest = {name: value for name, value in payload.items() if name != VIBER}
        if rest:
            _foreign(saying, rest, item)
        return
    if isinstance(payload, dict) and is_body(payload) and (item.platform == VIBER or "keyboard" in payload):
        _viber(saying, file_piece(payload, place.file, place.pointer))
        return
    if isinstance(payload, dict) and isinstance(payload.get("richContent"), list):
        read_rich(saying, payload["richContent"], place.child("richContent"))
        rest = {name: value for name, value in payload.items() if name != "richContent"}
        if rest:
            _foreign(saying, rest, item)
        return
    body = channel_body(payload, item.platform)
    if body is not None:
        channel, found, way = body
        read_channel(saying, channel, found, place.child(*way))
        return
    _foreign(saying, payload, item)


def _viber(saying: Saying, piece: JsonPiece) -> None:
    """One Viber body, or a list of them; keyboards alone go under the message before."""
    bodies = list(piece.items()) if piece.is_list else [piece]
    for one in bodies:
        saying.reading.book.open("viber message", one.place)
        saying.reading.book.exact(one.place)
        body = read_body(saying.reading, one)
        if body.problem:
            source = json_text(saying.reading.safe(one.plain(), one.place, report=False))
            saying.keep("viber message", one.place, source, body.problem)
            continue
        content = body.content
        if body.tracking is not None:
            body.facts.append(("tracking_data", json_text(saying.reading.safe(body.tracking.plain(), body.place))))
        if content.choices and not (content.text or content.media or content.cards or content.location):
            saying.offer(list(content.choices), one.place)
        elif not content.empty:
            saying.add(f"viber {body.kind}", one.place, content)
        if saying.bubbles and saying.bubbles[-1].sayable:
            last = saying.bubbles[-1]
            last.facts.extend((f"viber.{name}", value) for name, value in body.facts)
            last.content = replace(last.content, hints=(*last.content.hints, *body.hints))
        saying.said.extend(leaves(one.plain()))


def _foreign(saying: Saying, payload: Any, item: Item) -> None:
    reading = saying.reading
    names = ", ".join(f"`{shown(name)}`" for name in list(payload)[:3]) if isinstance(payload, dict) else "no members"
    code = reading.find_once(
        CustomPayload,
        names,
        item.place.child("payload"),
        lambda count: f"{count} custom payload(s) ({names}) are for another channel; kept as unsupported",
        help="say it with texts, quick replies, cards and images",
    )
    source = json_text(reading.safe(payload, item.place.child("payload")))
    saying.keep("custom payload", item.place, source, f"a custom payload for another channel ({names})")
    reading.book.dropped(item.place, "a custom payload for another channel; kept whole", "rebuild it by hand", code)


def _unknown(saying: Saying, item: Item) -> None:
    reading = saying.reading
    source = json_text(reading.safe(item.message, item.place))
    if item.kind in _VOICE:
        code = reading.find_once(VoiceOnly, item.kind, item.place, counted("", " message(s) are for the telephone"))
        reading.book.dropped(item.place, "a message for the telephone; kept whole", "nothing", code)
    elif not leaves(item.message):
        reading.book.exact(item.place, "empty")
        return
    else:
        kind = f"`{shown(item.kind)}`" if item.kind else "without a type"
        code = reading.find(
            UnknownMessage,
            item.place,
            f"a message of a kind that is not known ({kind}); it is kept as unsupported",
            help="the kinds are text (0), card (1), quick replies (2), image (3), custom payload (4)",
        )
        reading.book.dropped(item.place, "not known to the reader; kept whole", "rebuild it by hand", code)
    saying.keep(f"message {shown(item.kind)}".strip(), item.place, source, "no message that is known here")


_READERS: dict[str, Callable[[Saying, Item], None]] = {
    "card": _card,
    "quick_replies": _quick_replies,
    "image": _image,
    "payload": _payload,
}

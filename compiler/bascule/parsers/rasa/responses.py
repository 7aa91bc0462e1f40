"""Responses: variants, their conditions and channels, and the content each one says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from bascule.ir.content import Choice, ChoiceKind, Content, Variant
from bascule.ir.expr import Call, Expression
from bascule.ir.text import Localized, LocalizedText, is_empty
from bascule.language.reading import json_text, unique
from bascule.parsers.rasa.located import At, keep_unknown, mapping, plain, refuse, sequence, text_of
from bascule.parsers.rasa.losses import CustomPayload, RephrasedByModel
from bascule.parsers.rasa.model import Scene
from bascule.parsers.rasa.rich import Button, Extra, media_of, read_cards, read_custom, read_reply
from bascule.parsers.rasa.rules import BrokenPayload, EmptyResponse, WrongShape
from bascule.parsers.rasa.texts import read_text
from bascule.source import Place

__all__ = ["Group", "Speech", "account", "read_speech", "reply_buttons"]

_LISTS = {"buttons": "button", "quick_replies": "quick reply", "elements": "element", "condition": "condition"}
_MEMBERS = (
    "text",
    "image",
    "buttons",
    "quick_replies",
    "attachment",
    "elements",
    "custom",
    "channel",
    "condition",
    "metadata",
    "button_type",
    "translation",
    "id",
    "template_type",
    "allow_interruptions",
)
_PLAIN_CONSTRUCTS = {
    "text": "response text",
    "image": "image",
    "attachment": "attachment",
    "custom": "custom payload",
    "channel": "channel",
}
_BUTTON_MEMBERS = ("title", "payload", "type", "url", "translation", "content_type", "image_url", "text")
_CHANNELS = ("whatsapp", "twilio", "viber", "sms", "facebook", "telegram")
"""Whose wording is said where a response has none without a channel: WhatsApp goes through Twilio in Rasa."""


def account(variant: At) -> Iterator[tuple[str, Place]]:
    """Every construct of one variant with its place: the variant, its members, the items of its lists."""
    yield "response variant", variant.place
    for key, item in variant.members():
        if key in _LISTS and isinstance(item.value, list):
            yield from ((_LISTS[key], part.place) for part in item.items())
        elif key == "translation" and isinstance(item.value, dict):
            yield from (("translation", part.place) for _, part in item.members())
        else:
            yield _PLAIN_CONSTRUCTS.get(key, "variant member"), item.place


@dataclass(slots=True)
class Group:
    """What is said under one condition (None: otherwise). ``contents`` are the messages in order; ``others`` are
    whole other sets of messages of which one is picked at random. ``strange`` is the payload (JSON text) of a response
    that is nothing else."""

    condition: Expression | None
    contents: list[Content]
    buttons: list[Button]
    others: list[tuple[list[Content], list[Button]]] = field(default_factory=list)
    at: Place | None = None
    strange: str = ""


@dataclass(slots=True)
class Speech:
    """A response as it is said. ``keys`` are those of a retrieval intent, each a response of its own."""

    name: str
    place: Place
    groups: list[Group]
    facts: list[tuple[str, str]]

    @property
    def unconditional(self) -> bool:
        """Nothing decides about what is said (but chance)."""
        return len(self.groups) == 1 and self.groups[0].condition is None


@dataclass(slots=True)
class _Said:
    """One variant as read."""

    place: Place
    contents: list[Content] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    conditions: list[tuple[str, Any]] = field(default_factory=list)
    channel: str = ""
    strange: str = ""

    @property
    def empty(self) -> bool:
        return all(content.empty or _silent(content) for content in self.contents)

    @property
    def only_text(self) -> bool:
        """One message that is nothing but a text (and its choices)."""
        return len(self.contents) == 1 and not (
            self.contents[0].media or self.contents[0].cards or self.contents[0].location
        )


def _silent(content: Content) -> bool:
    """Nothing would be seen of it."""
    text = content.text.first if content.text else ()
    return is_empty(text) and not (content.media or content.choices or content.cards or content.location)


def read_speech(scene: Scene, name: str, at: At) -> Speech:
    """Read a response, once. Everything of it is in the ledger afterwards."""
    facts: list[tuple[str, str]] = []
    said: list[_Said] = []
    for variant in at.items():
        one = _variant(scene, variant, facts)
        if one is None:
            continue
        if one.empty and one.strange:
            scene.reading.book.degraded(
                variant.place, "only a payload of one channel", "say it in words", CustomPayload.code
            )
        elif one.empty:
            code = scene.reading.find(
                EmptyResponse,
                variant.place,
                f"a variant of `{name[:60]}` says nothing",
                help="write its text, or remove it",
            )
            scene.reading.book.dropped(variant.place, "it says nothing", "write its text", code)
            continue
        said.append(one)
    taken: dict[str, int] = {}
    return Speech(name, at.place, _groups(scene, said), [(unique(key, taken), value) for key, value in facts])


def _groups(scene: Scene, said: list[_Said]) -> list[Group]:
    """Variants of one condition together, in order; those without a condition last."""
    by_condition: dict[str, list[_Said]] = {}
    for one in said:
        by_condition.setdefault(json_text(sorted(map(repr, one.conditions))), []).append(one)
    groups: list[Group] = []
    free: Group | None = None
    for members in by_condition.values():
        tests = [scene.equals(slot, value) for slot, value in members[0].conditions]
        condition = Call("and", tuple(tests)) if len(tests) > 1 else tests[0] if tests else None
        group = _group(members, condition)
        if condition is None:
            free = group
        else:
            groups.append(group)
    return [*groups, free] if free is not None else groups


def _rank(channel: str) -> int:
    return _CHANNELS.index(channel) if channel in _CHANNELS else len(_CHANNELS)


def _group(members: list[_Said], condition: Expression | None) -> Group:
    channels = list(dict.fromkeys(one.channel for one in members))
    main = "" if "" in channels else min(channels, key=_rank)
    own = [one for one in members if one.channel == main]
    first, rest = own[0], own[1:]
    contents, buttons = list(first.contents), first.buttons
    others: list[tuple[list[Content], list[Button]]] = []
    if all(one.only_text and _same_buttons(one, first) for one in own):
        wordings = tuple(one.contents[0].text for one in rest if one.contents[0].text)
        contents[0] = replace(contents[0], alternatives=wordings)
    else:
        others = [(one.contents, one.buttons) for one in rest]
    for channel in channels:
        if channel != main:
            there = [one for one in members if one.channel == channel]
            wordings = tuple(one.contents[0].text for one in there[1:] if one.contents[0].text)
            variant = Variant(channel, replace(there[0].contents[0], alternatives=wordings))
            contents[0] = replace(contents[0], variants=(*contents[0].variants, variant))
    return Group(condition, contents, buttons, others, first.place, first.strange)


def _same_buttons(one: _Said, other: _Said) -> bool:
    def keys(said: _Said) -> list[tuple[Any, str]]:
        return [(button.choice.title, button.choice.payload) for button in said.buttons]

    return keys(one) == keys(other)


def _variant(scene: Scene, at: At, facts: list[tuple[str, str]]) -> _Said | None:
    """One variant. A bare text, as Rasa 1 had it, is read as its text."""
    book = scene.reading.book
    for construct, place in account(at):
        book.open(construct, place)
    bare = text_of(at)
    if bare is not None:
        scene.reading.find(
            WrongShape,
            at.place,
            "a variant is a bare text, not a mapping with `text`; read as its text",
            help="write `- text: …`",
        )
        text = read_text(scene, bare, at.place)
        book.emulated(at.place, "read as its text", "write `- text: …`")
        return _Said(at.place, [Content(text=Localized.of(text) if text else Localized(), at=at.place)])
    if not isinstance(at.value, dict):
        refuse(scene.reading, at, "response variant", "a mapping with `text`")
        return None
    said = _Said(at.place)
    taken: dict[str, int] = {}
    content = Content(text=_text(scene, at), at=at.place.child("text") if "text" in at.value else at.place)
    choices: list[Choice] = []
    hints: list[tuple[str, str]] = []
    for key in ("buttons", "quick_replies"):
        for button in _buttons(scene, at.get(key), _LISTS[key], taken):
            said.buttons.append(button)
            choices.append(button.choice)
    media = list(content.media)
    picture = at.get("image")
    if picture is not None and not picture.null:
        found = media_of(scene, picture, "image")
        if found is None:
            refuse(scene.reading, picture, "image", "an address")
        else:
            media.append(found)
            book.exact(picture.place)
    elif picture is not None:
        book.exact(picture.place, "nothing stands there")
    extras = _extras(scene, at, taken)
    for key, item in at.members():
        _member(scene, said, key, item, facts, hints)
    said.contents = _assemble(replace(content, media=tuple(media), hints=tuple(hints)), choices, extras, said)
    if not book.fate(at.place):
        book.exact(at.place)
    return said


def _text(scene: Scene, at: At) -> LocalizedText:
    """The text with its translations."""
    book = scene.reading.book
    found: LocalizedText = Localized()
    text_at = at.get("text")
    if text_at is not None:
        value = text_of(text_at)
        if value is not None:
            text = read_text(scene, value, text_at.place)
            found = Localized.of(text) if text else found
            book.exact(text_at.place)
        elif text_at.null:
            book.exact(text_at.place, "nothing stands there")
        else:
            refuse(scene.reading, text_at, "response text", "a text")
    translations = at.get("translation")
    for locale, item in mapping(scene.reading, translations, "translation") if translations is not None else ():
        inner = item.get("text") or item
        value = text_of(inner)
        if value is None:
            refuse(scene.reading, item, "translation", "a text")
            continue
        found = found.with_value(locale, read_text(scene, value, inner.place))
        book.exact(item.place)
    return found


def _buttons(scene: Scene, at: At | None, construct: str, taken: dict[str, int]) -> Iterator[Button]:
    if at is None:
        return
    for item in sequence(scene.reading, at, f"{construct} list"):
        button = read_reply(scene, item, taken)
        if button is None:
            refuse(scene.reading, item, construct, "a mapping with `title` and `payload`")
            continue
        if button.payload.broken:
            scene.reading.find(
                BrokenPayload,
                item.child("payload").place if item.get("payload") is not None else item.place,
                f"the payload `{' '.join(button.choice.payload.split())[:60]}` cannot be read",
                help='write `/intent{"entity": "value"}`, with the braces closed',
            )
        scene.reading.book.exact(item.place)
        for key, part in item.members():
            if key not in _BUTTON_MEMBERS:
                scene.keep(part, key, "button", _BUTTON_MEMBERS)
        yield replace(button, choice=_translated(scene, item, button.choice))


def _translated(scene: Scene, item: At, choice: Choice) -> Choice:
    """The button's title in the other languages."""
    translations = item.get("translation")
    title = choice.title
    for locale, part in translations.members() if translations is not None else ():
        inner = part.get("title") or part
        value = text_of(inner)
        if value is not None:
            title = title.with_value(locale, read_text(scene, value, inner.place))
    return replace(choice, title=title)


def _extras(scene: Scene, at: At, taken: dict[str, int]) -> list[Extra]:
    """``custom``, ``attachment`` and ``elements``, in the order in which Rasa sends them."""
    book = scene.reading.book
    found: list[Extra] = []
    for key in ("custom", "attachment"):
        item = at.get(key)
        if item is None:
            continue
        if item.null or item.value == {}:
            book.exact(item.place, "nothing stands there")
            continue
        extra = read_custom(scene, item, taken)
        if extra is None:
            code = scene.reading.find(
                CustomPayload,
                item.place,
                f"the `{key}` payload is in no form known here; it is kept as a fact",
                help="say it in words, buttons or a picture",
            )
            book.degraded(item.place, "kept as a fact; nothing shows it", "say it in words", code)
        else:
            found.append(extra)
            book.emulated(item.place, "read as what it shows")
    elements = at.get("elements")
    if elements is not None:
        items = sequence(scene.reading, elements, "element list")
        cards, buttons, strange = read_cards(scene, items, taken)
        for item in items:
            book.exact(item.place, "a card")
        for item in strange:
            refuse(scene.reading, item, "element", "a card with a `title`")
        found.append(Extra(cards=cards, buttons=buttons))
    return found


def _member(
    scene: Scene, said: _Said, key: str, item: At, facts: list[tuple[str, str]], hints: list[tuple[str, str]]
) -> None:
    """The members of a variant that are no content."""
    book = scene.reading.book
    if item.null and book.is_open(item.place):
        book.exact(item.place, "nothing stands there")
    elif key == "channel":
        said.channel = (text_of(item) or "").strip().lower()
        book.exact(item.place, "the wording of one channel")
    elif key == "condition":
        for part in sequence(scene.reading, item, "conditions"):
            name = part.get("name")
            slot = text_of(name) if name is not None else None
            if slot is None:
                refuse(scene.reading, part, "condition", "a mapping with `type: slot`, `name` and `value`")
                continue
            scene.see_slot(slot, name.place if name is not None else part.place)
            value = part.get("value")
            said.conditions.append((slot, plain(value.value) if value is not None else None))
            book.exact(part.place)
    elif key in ("custom", "attachment"):
        if _degraded(scene, item):
            said.strange = json_text(scene.reading.safe(plain(item.value), item.place, key))
            facts.append((key, said.strange))
    elif key == "metadata":
        facts.append((key, json_text(scene.reading.safe(plain(item.value), item.place, key))))
        rephrase = item.get("rephrase")
        if rephrase is not None and rephrase.scalar is True:
            code = scene.reading.find_once(
                RephrasedByModel,
                "rephrase",
                item.place,
                lambda count: f"{count} response(s) are worded anew by a language model; here they are said as written",
                help="check the words: a template needs fixed ones",
            )
            book.degraded(item.place, "said as written", "a fixed text", code)
        else:
            book.exact(item.place, "kept as a fact")
    elif key == "button_type":
        hints.append((key, json_text(plain(item.value))))
        book.exact(item.place, "kept as a hint")
    elif key in ("id", "template_type", "allow_interruptions"):
        facts.append((key, json_text(plain(item.value))))
        book.exact(item.place, "kept as a fact")
    elif key not in _MEMBERS:
        facts.append(keep_unknown(scene.reading, item, key, "response", _MEMBERS, "variant member"))


def _degraded(scene: Scene, item: At) -> bool:
    from bascule.ir.ledger import Fate

    return scene.reading.book.fate(item.place) is Fate.DEGRADED


def _assemble(content: Content, choices: list[Choice], extras: list[Extra], said: _Said) -> list[Content]:
    """One message, or several where two texts are said; all choices stand on the last one."""
    contents = [content]
    for extra in extras:
        last = contents[-1]
        if extra.text and last.text:
            contents.append(Content(at=content.at))
            last = contents[-1]
        contents[-1] = replace(
            last,
            text=extra.text or last.text,
            media=(*last.media, *extra.media),
            cards=(*last.cards, *extra.cards),
            location=extra.location or last.location,
        )
        on_cards = {choice.id for card in extra.cards for choice in card.choices}
        choices += [button.choice for button in extra.buttons if button.choice.id not in on_cards]
        said.buttons += extra.buttons
    contents[-1] = replace(contents[-1], choices=tuple(choices))
    return contents


def reply_buttons(buttons: list[Button]) -> list[Button]:
    """The buttons whose tap comes back as an answer."""
    back = (ChoiceKind.REPLY, ChoiceKind.SHARE_LOCATION, ChoiceKind.SHARE_PHONE)
    return [button for button in buttons if button.choice.kind in back]

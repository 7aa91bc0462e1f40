"""``send_msg`` and what it says: texts, attachments, quick replies, templates, in every language."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bascule.ir.content import Choice, ChoiceKind, Content, GeoPoint, Media, MediaKind, TemplateUse
from bascule.ir.expr import Const, Expression
from bascule.ir.nodes import Message
from bascule.ir.project import TemplateAsset
from bascule.ir.text import Localized, LocalizedText, Text, plain_text
from bascule.parsers.rapidpro.catalogue import MEDIA_KINDS
from bascule.parsers.rapidpro.located import Arr, Obj
from bascule.parsers.rapidpro.losses import MessageTopic, TemplateTextMissing
from bascule.parsers.rapidpro.members import Members
from bascule.parsers.rapidpro.reading import clip, json_text, slug, unique
from bascule.parsers.rapidpro.rules import BadAttachment, EmptyAction, RepliesNotTranslated, WrongShape
from bascule.parsers.rapidpro.scene import Piece, Reply, Said, Scene, name_of
from bascule.parsers.rapidpro.translations import by_language
from bascule.source import Place

__all__ = ["localized_text", "message", "read_said"]

_EXTRA = "<extra>"
_MARKED = re.compile(r"<(location|form|url|phone)>(.*)", re.DOTALL)
_KINDS = {
    "location": ChoiceKind.SHARE_LOCATION,
    "form": ChoiceKind.FLOW,
    "url": ChoiceKind.URL,
    "phone": ChoiceKind.CALL,
}
_GEO = re.compile(r"(-?\d{1,3}(?:\.\d{1,20})?),(-?\d{1,3}(?:\.\d{1,20})?)")


def localized_text(
    scene: Scene, members: Members, key: str, uuid: str
) -> tuple[LocalizedText, dict[str, tuple[str, Place]]]:
    """A member that is a text in the flow's language with its translations; and the raw texts by language."""
    raw: dict[str, tuple[str, Place]] = {}
    base = members.string(key)
    if base:
        raw[scene.locale] = (base, members.at(key))
    for language, text, place in scene.translations.texts(uuid, key):
        raw[language] = (text, place)
    items = tuple((language, scene.reading.text(text, place)) for language, (text, place) in raw.items())
    return Localized(items), raw


def message(scene: Scene, members: Members) -> Piece:
    """``send_msg``."""
    said = read_said(scene, members)
    reading, book = scene.reading, scene.reading.book
    if members.item.get("topic"):
        code = reading.find_once(
            MessageTopic,
            "topic",
            members.at("topic"),
            lambda count: f"{count} message(s) have a topic, which only Messenger knows",
            help="outside the window, send a template",
        )
        members.fact("topic")
        book.dropped(members.at("topic"), "a tag of Messenger; kept as a fact", "send a template", code)
    elif "topic" in members.item:
        members.take("topic")
    if members.item.get("templating") is None:
        members.take("templating")
    if members.item.get("labels") is not None:
        members.fact("labels", "labels of the message in the old inbox; kept as a fact")
    if said.content.empty:
        code = reading.find(
            EmptyAction,
            reading.place(members.item.pointer),
            "the message has no text, no attachment and no template",
            help="write its text, or remove it",
        )
        book.degraded(reading.place(members.item.pointer), "there is nothing to say", "write its text", code)
    else:
        book.exact(reading.place(members.item.pointer))
    node = Message(id="", content=said.content, at=reading.place(members.item.pointer))
    return Piece(node, "send_msg", said)


def read_said(scene: Scene, members: Members) -> Said:
    """The content of a message or broadcast, with its quick replies as choices."""
    uuid = members.item.get("uuid")
    uuid = uuid if isinstance(uuid, str) else ""
    text, raw = localized_text(scene, members, "text", uuid)
    media, location = _attachments(scene, members, uuid)
    replies = _quick_replies(scene, members, uuid)
    content = Content(
        text=text,
        media=media,
        location=location,
        choices=tuple(reply.choice for reply in replies),
        template=_template(scene, members, uuid),
        at=members.at("text"),
    )
    return Said(content, raw, replies)


# Attachments


def _attachments(scene: Scene, members: Members, uuid: str) -> tuple[tuple[Media, ...], GeoPoint | None]:
    items = members.items("attachments")
    translated = {language: (texts, place) for language, texts, place in scene.translations.of(uuid, "attachments")}
    result: list[Media] = []
    location: GeoPoint | None = None
    for index, item in enumerate(items):
        place = scene.reading.at(items, index)
        point = _geo(item)
        if point is not None and location is None:
            location = point
            continue
        media = _attachment(scene, item, place)
        if media is None:
            members.facts.append((f"attachments/{index}", json_text(item)))
            continue
        for language, (texts, _) in translated.items():
            if index < len(texts) and texts[index]:
                other = _attachment(scene, texts[index], scene.reading.at(texts, index))
                if other is not None:
                    media = _with_language(scene, media, other, language)
        result.append(media)
    for language, (texts, place) in translated.items():
        if len(texts) != len(items):
            extra = texts[len(items) :]
            message_ = f"{len(items)} attachment(s), but {len(texts)} in `{language}`"
            code = scene.reading.find(RepliesNotTranslated, place, message_, help="give each language as many")
            scene.reading.book.degraded(place, message_, "give each language as many", code)
            if extra:
                members.facts.append((f"attachments/{language}", json_text(extra)))
    return tuple(result), location


def _geo(item: Any) -> GeoPoint | None:
    match = (
        _GEO.fullmatch(item.removeprefix("geo:").strip()) if isinstance(item, str) and item.startswith("geo:") else None
    )
    return GeoPoint(Const(float(match.group(1))), Const(float(match.group(2)))) if match else None


def _attachment(scene: Scene, item: Any, place: Place) -> Media | None:
    """One attachment, ``kind:address``. A text that is an expression as a whole names its kind at run time."""
    reading = scene.reading
    if not isinstance(item, str):
        code = reading.wrong_shape(place, "an attachment", item, "a text")
        reading.book.degraded(place, "not a text; kept as a fact", "write `kind:address`", code)
        return None
    kind, colon, address = item.partition(":")
    kind = kind.strip()
    main = kind.split("/", 1)[0].lower()
    if colon and main in MEDIA_KINDS and address.strip():
        url = reading.text(item, place, item.index(":") + 1)
        mime = kind if "/" in kind else ""
        media_kind = MediaKind.GIF if mime == "image/gif" else MEDIA_KINDS[main]
        return Media(media_kind, url=Localized.of(url, scene.locale), mime=mime, at=place)
    if item.startswith("@") and not item.startswith("@@"):
        return Media(MediaKind.FILE, url=Localized.of(reading.text(item, place), scene.locale), at=place)
    code = reading.find(
        BadAttachment,
        place,
        f"`{clip(item, 40)}` says neither what it is nor where",
        help="write `image:https://…`, or the media type before the colon",
    )
    reading.book.degraded(place, "not of the form `kind:address`; kept as a fact", "write `image:https://…`", code)
    return None


def _with_language(scene: Scene, media: Media, other: Media, language: str) -> Media:
    if other.kind is not media.kind:
        place = other.at or scene.reading.place("")
        message_ = f"a {media.kind.value} becomes a {other.kind.value} in `{language}`"
        code = scene.reading.find(RepliesNotTranslated, place, message_, help="use the same kind in each language")
        scene.reading.book.degraded(place, f"{message_}; sent as {media.kind.value}", "use the same kind", code)
    return replace(media, url=media.url.with_value(language, other.url.first))


# Quick replies


def _quick_replies(scene: Scene, members: Members, uuid: str) -> list[Reply]:
    items = members.items("quick_replies")
    columns: list[tuple[str, Arr, Place]] = []
    if items:
        columns.append((scene.locale, items, members.at("quick_replies")))
    columns.extend(scene.translations.of(uuid, "quick_replies"))
    if not columns:
        return []
    most = max(len(texts) for _, texts, _ in columns)
    ids: dict[str, int] = {}
    replies = [reply for index in range(most) if (reply := _reply(scene, members, columns, index, ids)) is not None]
    base = len(columns[0][1])
    for language, texts, place in columns[1:]:
        if len(texts) != base:
            message_ = f"{base} quick replies, but {len(texts)} in `{language}`"
            code = scene.reading.find(
                RepliesNotTranslated, place, message_, help="give each language as many, in the same order"
            )
            scene.reading.book.degraded(place, message_, "give each language as many", code)
    return replies


def _reply(
    scene: Scene, members: Members, columns: list[tuple[str, Arr, Place]], index: int, ids: dict[str, int]
) -> Reply | None:
    """The reply in one position, in all languages that have one there."""
    reading = scene.reading
    titles: list[tuple[str, Text]] = []
    descriptions: list[tuple[str, Text]] = []
    words: dict[str, str] = {}
    places: dict[str, Place] = {}
    first: tuple[str, str, str, Place] | None = None
    own = columns[0][1][index] if index < len(columns[0][1]) else None
    # What is typed for an option of an older USSD menu, whatever its label says.
    key = own["key"] if isinstance(own, Obj) and isinstance(own.get("key"), str) else ""
    for language, texts, _ in columns:
        if index >= len(texts) or (texts[index] == "" and titles):
            # One that is not translated is as in the flow's own language.
            continue
        place = reading.at(texts, index)
        read = _parts(scene, members, texts[index], place, index)
        if read is None:
            continue
        value, kind, start, end = read
        first = first or (value, kind, value[end + len(_EXTRA) :] if end < len(value) else "", place)
        titles.append((language, reading.text(value, place, start, end)))
        words[language] = key or str(value[start:end])
        places[language] = place
        if end < len(value) and not kind:
            descriptions.append((language, reading.text(value, place, end + len(_EXTRA))))
    if first is None:
        return None
    value, kind, extra, place = first
    name = plain_text(titles[0][1], lambda _: " ")
    choice = Choice(
        id=unique(slug(name) or f"reply_{index + 1}", ids),
        title=Localized(tuple(titles)),
        kind=_KINDS.get(kind, ChoiceKind.REPLY),
        description=Localized(tuple(descriptions)),
        at=place,
    )
    if kind == "url":
        choice = replace(choice, url=reading.text(value, place, value.index(_EXTRA) + len(_EXTRA)) if extra else ())
    elif kind == "phone":
        choice = replace(choice, phone=reading.text(value, place, value.index(_EXTRA) + len(_EXTRA)) if extra else ())
    elif kind == "form":
        choice = replace(choice, payload=extra)
    if key:
        choice = replace(choice, payload=key, value=Const(key))
    return Reply(choice, words, places)


def _parts(scene: Scene, members: Members, item: Any, place: Place, index: int) -> tuple[str, str, int, int] | None:
    """The text of a reply, its kind, and the range of its title; the rest after ``<extra>`` belongs to the kind."""
    if isinstance(item, Obj) and isinstance(item.get("text"), str):
        # What the engine's own messages look like; some tools write flows that way.
        kind = item.get("type") if isinstance(item.get("type"), str) else ""
        extra = item.get("extra") if isinstance(item.get("extra"), str) else ""
        mark = f"<{kind}>" if kind in _KINDS else ""
        whole = f"{mark}{item['text']}" + (f"{_EXTRA}{extra}" if extra else "")
        item = item["text"] if whole == item["text"] else whole
    if not isinstance(item, str):
        code = scene.reading.find(
            WrongShape, place, "a quick reply is not a text", help="write its words, or remove it"
        )
        scene.reading.book.degraded(place, "not a text; kept as a fact", "write its words", code)
        members.facts.append((f"quick_replies/{index}", json_text(item)))
        return None
    marked = _MARKED.match(item)
    kind = marked.group(1) if marked else ""
    start = marked.start(2) if marked else 0
    end = item.find(_EXTRA, start)
    return item, kind, start, len(item) if end < 0 else end


# Templates


def _template(scene: Scene, members: Members, uuid: str) -> TemplateUse | None:
    """``template`` and ``template_variables``: a template of WhatsApp, by reference."""
    template = members.object("template")
    variables = members.items("template_variables")
    translated = {language: texts for language, texts, _ in scene.translations.of(uuid, "template_variables")}
    if not template:
        if variables:
            members.facts.append(("template_variables", json_text(variables)))
            scene.reading.book.emulated(members.at("template_variables"), "they belong to no template; kept as a fact")
        return None
    name = name_of(template)
    provider_id = template.get("uuid")
    provider_id = provider_id if isinstance(provider_id, str) else ""
    place = members.at("template")
    parameters: list[tuple[str, Expression]] = []
    for index, item in enumerate(variables):
        value = scene.reading.expression(item, scene.reading.at(variables, index))
        others = [
            (language, scene.reading.expression(texts[index], scene.reading.at(texts, index)))
            for language, texts in translated.items()
            if index < len(texts) and texts[index]
        ]
        parameters.append((str(index + 1), by_language(value, others)))
    for language, texts, at in scene.translations.of(uuid, "template_variables"):
        if language in translated and texts:
            scene.reading.book.emulated(at, "the parameter depends on the contact's language")
    scene.assets.use("template", name, place)
    scene.assets.templates.setdefault(
        provider_id or name, TemplateAsset(name, provider="rapidpro", provider_id=provider_id, at=place)
    )
    scene.reading.find_once(
        TemplateTextMissing,
        provider_id or name,
        place,
        lambda count: f"the text of the template `{clip(name)}` is not in this file ({count} use(s))",
        help="add a listing of the account's templates",
    )
    return TemplateUse(name=name, provider_id=provider_id, parameters=tuple(parameters), at=place)

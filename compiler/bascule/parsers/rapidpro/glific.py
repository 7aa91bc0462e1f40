"""The Glific dialect: interactive messages, whose text is JSON, and waits for time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bascule.ir.content import Choice, ChoiceKind, Content, Media, MediaKind
from bascule.ir.expr import Expression
from bascule.ir.nodes import Delay, Duration, Message
from bascule.ir.text import Localized, LocalizedText, Text
from bascule.parsers.rapidpro.catalogue import MEDIA_KINDS
from bascule.parsers.rapidpro.losses import PlatformAction
from bascule.parsers.rapidpro.members import Members
from bascule.parsers.rapidpro.messages import localized_text
from bascule.parsers.rapidpro.reading import json_text, number_of, slug, unique
from bascule.parsers.rapidpro.rules import EmptyAction, RepliesNotTranslated
from bascule.parsers.rapidpro.scene import Piece, Reply, Said, Scene
from bascule.source import Place
from bascule.source.json import JsonDocument, read_json

__all__ = ["interactive", "is_glific", "wait_for_time"]

_MARKS = re.compile(
    r'"(?:interactive_templates|send_interactive_msg|wait_for_time|set_contact_profile|link_google_sheet)"'
)


def is_glific(text: str, root: Any) -> bool:
    """Whether a file speaks Glific's dialect: its own actions, its export, or flows that list their ``vars``."""
    if _MARKS.search(text):
        return True
    if not isinstance(root, dict):
        return False
    flows = root.get("flows")
    items = [root, *(flows if isinstance(flows, list) else [])]
    inner = [item.get("definition", item) for item in items if isinstance(item, dict)]
    return any(isinstance(item, dict) and isinstance(item.get("vars"), list) and "nodes" in item for item in inner)


class _Inner:
    """An interactive message in one language: a JSON text inside the flow's own."""

    def __init__(self, scene: Scene, text: str, place: Place) -> None:
        self.scene = scene
        self.place = place
        self.document: JsonDocument = read_json(place.file, text)
        value = self.document.value if self.document.usable and not self.document.problems else None
        self.value: dict[str, Any] = value if isinstance(value, dict) else {}

    def find(self, pointer: str) -> Any:
        """The value at a pointer, None when it is not there."""
        value: Any = self.value
        for token in pointer.split("/")[1:]:
            if isinstance(value, dict):
                value = value.get(token)
            elif isinstance(value, list) and token.isdigit() and int(token) < len(value):
                value = value[int(token)]
            else:
                return None
        return value

    def raw(self, pointer: str) -> str:
        """The text at a pointer, ``""`` when there is none."""
        value = self.find(pointer)
        return value if isinstance(value, str) else ""

    def where(self, pointer: str) -> Place:
        """The range of a value in the flow's text."""
        span = self.document.locate(Place(self.place.file, pointer))
        return self.place.within(span.start, span.end)

    def text(self, pointer: str) -> Text:
        """The text at a pointer with its expressions."""
        value = self.raw(pointer)
        if not value:
            return ()
        span = self.document.locate(Place(self.place.file, pointer))
        return self.scene.reading.text(value, self.place, base=span.start + 1)

    def options(self) -> list[str]:
        """Pointers of the options, in order."""
        if self.value.get("type") == "list":
            items = self.find("/items")
            return [
                f"/items/{row}/options/{index}"
                for row, item in enumerate(items if isinstance(items, list) else [])
                if isinstance(item, dict) and isinstance(item.get("options"), list)
                for index in range(len(item["options"]))
            ]
        options = self.find("/options")
        return [f"/options/{index}" for index in range(len(options))] if isinstance(options, list) else []


def interactive(scene: Scene, members: Members) -> Piece:
    """``send_interactive_msg``: buttons, a list, or a request for the location."""
    uuid = members.item.get("uuid")
    uuid = uuid if isinstance(uuid, str) else ""
    reading = scene.reading
    place = reading.place(members.item.pointer)
    base = members.string("text")
    written = [(scene.locale, base, members.at("text"))] if base else []
    written.extend(scene.translations.texts(uuid, "text"))
    bodies = [(language, _Inner(scene, text, at)) for language, text, at in written]
    for key in ("id", "name"):
        members.fact(key)
    if members.item.get("labels") is not None:
        members.fact("labels", "labels of the message in the old inbox; kept as a fact")
    media = _media(scene, members)
    if not bodies or not bodies[0][1].value:
        text, raw = localized_text(scene, members, "text", uuid)
        if not text:
            code = reading.find(EmptyAction, place, "an interactive message says nothing", help="write its text")
            reading.book.degraded(place, "there is nothing to say", "write its text", code)
        reading.book.exact(place)
        content = Content(text=text, media=media, at=members.at("text"))
        return Piece(Message(id="", content=content, at=place), members.what, Said(content, raw))
    said = _said(scene, members, [(language, body) for language, body in bodies if body.value], media)
    reading.book.exact(place)
    return Piece(Message(id="", content=said.content, at=place), members.what, said)


def _localized(bodies: list[tuple[str, _Inner]], pointer: Callable[[_Inner], str]) -> LocalizedText:
    found = ((language, body.text(pointer(body))) for language, body in bodies)
    return Localized(tuple((language, text) for language, text in found if text))


def _said(scene: Scene, members: Members, bodies: list[tuple[str, _Inner]], media: tuple[Media, ...]) -> Said:
    first = bodies[0][1]
    kind = first.value.get("type")
    listed = kind == "list"
    said_at = "/body/text" if kind == "location_request_message" else "/body" if listed else "/content/text"
    raw = {language: (body.raw(said_at), body.where(said_at)) for language, body in bodies if body.raw(said_at)}
    replies = _replies(scene, members, bodies)
    if kind == "location_request_message":
        share = Choice(id="location", title=Localized(), kind=ChoiceKind.SHARE_LOCATION, at=first.place)
        replies = [Reply(share)]
    address = first.raw("/content/url")
    content_kind = str(first.find("/content/type") or "").lower()
    if address and content_kind in MEDIA_KINDS and not media:
        place = first.where("/content/url")
        media = (
            Media(MEDIA_KINDS[content_kind], url=Localized.of(first.text("/content/url"), scene.locale), at=place),
        )
    content = Content(
        text=_localized(bodies, lambda body: said_at),
        header=_localized(bodies, lambda body: "/title" if listed else "/content/header"),
        footer=_localized(bodies, lambda body: "/footer" if listed else "/content/caption"),
        list_label=_localized(bodies, lambda body: "/globalButtons/0/title") if listed else Localized(),
        media=media,
        choices=tuple(reply.choice for reply in replies),
        at=members.at("text"),
    )
    return Said(content, raw, replies)


def _replies(scene: Scene, members: Members, bodies: list[tuple[str, _Inner]]) -> list[Reply]:
    first = bodies[0][1]
    pointers = first.options()
    for language, body in bodies[1:]:
        if len(body.options()) != len(pointers):
            message = f"{len(pointers)} options, but {len(body.options())} in `{language}`"
            code = scene.reading.find(RepliesNotTranslated, body.place, message, help="give each language as many")
            scene.reading.book.degraded(body.place, message, "give each language as many", code)
    ids: dict[str, int] = {}
    replies: list[Reply] = []
    for index, pointer in enumerate(pointers):
        title = first.raw(f"{pointer}/title")
        if not title:
            members.facts.append((f"options/{index}", json_text(first.find(pointer))))
            continue
        same = [(language, body) for language, body in bodies if index < len(body.options())]
        choice = Choice(
            id=unique(slug(title) or f"reply_{index + 1}", ids),
            title=_localized(same, lambda body, index=index: f"{body.options()[index]}/title"),  # type: ignore[misc]
            description=_localized(same, lambda body, index=index: f"{body.options()[index]}/description"),  # type: ignore[misc]
            at=first.where(f"{pointer}/title"),
        )
        if pointer.startswith("/items/"):
            section = pointer.rsplit("/options/", 1)[0]
            choice = replace(choice, section=_localized(same, lambda _, section=section: f"{section}/title"))  # type: ignore[misc]
        words = {language: body.raw(f"{body.options()[index]}/title") for language, body in same}
        replies.append(Reply(choice, words, {language: body.place for language, body in same}))
    return replies


def _media(scene: Scene, members: Members) -> tuple[Media, ...]:
    address = members.string("attachment_url")
    kind = members.string("attachment_type").lower()
    if not address:
        return ()
    place = members.at("attachment_url")
    return (
        Media(
            MEDIA_KINDS.get(kind, MediaKind.FILE),
            url=Localized.of(scene.reading.text(address, place), scene.locale),
            at=place,
        ),
    )


def wait_for_time(scene: Scene, members: Members) -> Piece:
    """``wait_for_time``: let time pass."""
    place = scene.reading.place(members.item.pointer)
    value = members.take("delay")
    seconds = number_of(value)
    scene.reading.book.exact(place)
    duration = Duration(seconds)
    if seconds is None or seconds < 0:
        expression: Expression | None = None
        if isinstance(value, str) and "@" in value:
            expression = scene.reading.expression(value, members.at("delay"))
        else:
            members.facts.append(("delay", json_text(value)))
            code = scene.reading.find(
                PlatformAction, place, "a wait does not say how long", help="write `delay` in seconds"
            )
            scene.reading.book.degraded(place, "its length is not known", "write `delay` in seconds", code)
        duration = Duration(expression=expression)
    return Piece(Delay(id="", duration=duration, at=place), members.what)

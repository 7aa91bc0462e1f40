"""Bubbles: what the bot says."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bascule.ir.content import Choice, ChoiceKind, Content, Media, MediaKind
from bascule.ir.nodes import Message, Node
from bascule.ir.text import Text, is_empty, literal
from bascule.language.members import EMPTY, Facts, as_text
from bascule.language.reading import json_text
from bascule.language.viber_markup import strip_markup
from bascule.parsers.typebot.catalogue import EMBED_VIDEOS, MEDIA
from bascule.parsers.typebot.graph import Block
from bascule.parsers.typebot.losses import BrowserOnly, MarkupLost
from bascule.parsers.typebot.rich_text import read_rich_text
from bascule.parsers.typebot.scene import Scene, said
from bascule.source import Place

__all__ = ["bubble", "text_content"]

_LOOK = ("height", "aspectRatio", "maxWidth", "queryParamsStr", "areControlsDisplayed", "isAutoplayEnabled")
_DOCUMENT = re.compile(r"https?://[^\s?#]{1,2000}\.(?:pdf|docx?|xlsx?|pptx?|odt)(?:[?#]\S*)?", re.IGNORECASE)


def bubble(scene: Scene, block: Block) -> list[Node]:
    """The message of a bubble."""
    scene.reading.book.exact(block.place)
    hints: Facts = []
    if block.type == "text":
        content = text_content(scene, block)
    elif block.type == "embed":
        content = _embed(scene, block, hints)
    else:
        content = _media(scene, block, hints)
    node = Message(**scene.common(block), content=replace(content, hints=tuple(hints)), edges=scene.on(block))
    if content.empty:
        scene.reading.book.exact(block.place, "it says nothing, as in the old bot")
    return [node]


def text_content(scene: Scene, block: Block) -> Content:
    """What a text block says. Older versions have the text as HTML and as plain text beside the rich one."""
    members = block.content
    value = members.take("richText")
    place = members.at("richText")
    if isinstance(value, list) and value:
        for name in ("html", "plainText"):
            if members.take(name) not in EMPTY:
                scene.reading.book.exact(members.at(name), "the same words as the rich text")
        rich = read_rich_text(value, place, scene.reading.text)
        for what, at in rich.losses:
            _markup(scene, what, at, place)
        if rich.emulated and not rich.losses:
            scene.reading.book.emulated(place, "links, lists or quotes are written as WhatsApp writes them")
        if rich.broken:
            code = members.wrong("richText", value, "a tree of texts", "what could be read of it is said")
            scene.reading.book.degraded(place, "parts of it are no rich text", "write it again in the editor", code)
            members.keep("richText")
        return Content(text=said(rich.text), at=place)
    if value not in EMPTY:
        members.misshapen("richText", "a list")
    plain = members.string("plainText")
    if plain:
        members.skip("html")
        return Content(text=said(scene.reading.text(plain, members.at("plainText"))), at=members.at("plainText"))
    html = members.string("html")
    if html:
        words = strip_markup(html)
        scene.reading.book.emulated(members.at("html"), "its words are said; the HTML round them is not")
        return Content(text=said(scene.reading.text(words, members.at("html"))), at=members.at("html"))
    return Content(at=block.place)


def _markup(scene: Scene, what: str, at: Place, place: Place) -> None:
    code = scene.reading.find_once(
        MarkupLost,
        what,
        at,
        lambda count: f"WhatsApp shows no {what.removeprefix('a ')} ({count} place(s)); the words stay",
    )
    scene.reading.book.degraded(place, "some of its markup is lost; the words stay", "", code)


def _url(scene: Scene, block: Block) -> tuple[Text, str, Place]:
    value = block.content.string("url").strip()
    place = block.content.at("url")
    return scene.reading.sent(value, place), value, place


def _media(scene: Scene, block: Block, hints: Facts) -> Content:
    """``image``, ``video``, ``audio``."""
    members = block.content
    url, written, place = _url(scene, block)
    kind = as_text(members.take("type"))
    film = members.string("id")
    members.look(*_LOOK, hints=hints)
    player = EMBED_VIDEOS.get(kind)
    if block.type == "video" and (player is not None or kind == "iframe"):
        link = url or literal(f"{player}{film}" if player and film else "")
        scene.reading.book.emulated(members.at("type"), "a link: WhatsApp plays no embedded film")
        return Content(text=said(link), at=place if written else block.place)
    if film:
        members.keep("id")
    choices = _click(scene, block)
    if not written:
        return Content(choices=choices, at=block.place)
    media_kind = MEDIA[block.type]
    path = written.split("?", 1)[0].lower()
    if media_kind is MediaKind.IMAGE and path.endswith(".gif"):
        media_kind = MediaKind.GIF
    return Content(media=(Media(media_kind, url=said(url), at=place),), choices=choices, at=place)


def _click(scene: Scene, block: Block) -> tuple[Choice, ...]:
    """The link of a picture becomes a link button under it."""
    members = block.content
    value = members.object("clickLink")
    url = as_text(value.get("url")).strip()
    if not value or not url:
        return ()
    place = members.at("clickLink")
    title = as_text(value.get("alt")).strip()
    target = scene.reading.sent(url, place.child("url"))
    name = scene.reading.text(title, place.child("alt")) if title else target
    scene.reading.book.emulated(place, "a link button under the picture")
    rest = {key: item for key, item in value.items() if key not in ("url", "alt")}
    if rest:
        block.facts.append(("clickLink", json_text(scene.reading.safe(rest, place))))
    return (Choice("lien", said(name), ChoiceKind.URL, url=target, at=place),)


def _embed(scene: Scene, block: Block, hints: Facts) -> Content:
    """``embed``: a page inside the chat becomes a link, a document is sent."""
    members = block.content
    url, written, place = _url(scene, block)
    members.look("height", hints=hints)
    _events(scene, block)
    if not written:
        return Content(at=block.place)
    if _DOCUMENT.fullmatch(written):
        scene.reading.book.emulated(block.place, "the document is sent")
        return Content(media=(Media(MediaKind.DOCUMENT, url=said(url), at=place),), at=place)
    if not is_empty(url):
        scene.reading.book.emulated(block.place, "a link: WhatsApp shows no page inside the chat")
    return Content(text=said(url), at=place)


def _events(scene: Scene, block: Block) -> None:
    """``waitForEvent``: the page tells the chat when to go on."""
    value: dict[str, Any] = block.content.object("waitForEvent")
    if not value.get("isEnabled"):
        return
    scene.reading.variable(value.get("saveDataInVariableId"), block.content.at("waitForEvent"))
    block.content.lose(
        "waitForEvent",
        BrowserOnly,
        "event",
        "wait for an event of an embedded page; the flow goes on without it",
        "the flow does not wait for the page",
    )

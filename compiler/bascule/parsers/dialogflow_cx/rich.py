"""Rich answers of Dialogflow Messenger (``{"richContent": [[…]]}``) as pieces of what is said.

Facts: https://cloud.google.com/dialogflow/cx/docs/concept/integration/dialogflow-messenger/fulfillment
"""

from __future__ import annotations

from typing import Any

from bascule.ir.content import ChoiceKind, Media, MediaKind
from bascule.ir.text import EMPTY_TEXT, Literal, Localized, Text, join_text
from bascule.language.members import clip
from bascule.language.reading import json_text
from bascule.parsers.dialogflow_cx.losses import CustomPayload, RichLook
from bascule.parsers.dialogflow_cx.pieces import Option, Piece
from bascule.parsers.dialogflow_cx.reading import AgentReading, hollow
from bascule.parsers.dialogflow_cx.rules import WrongShape
from bascule.source import Place

__all__ = ["is_rich", "read_rich"]

_SAID = {
    "accordion": frozenset({"type", "title", "subtitle", "image", "text"}),
    "button": frozenset({"type", "text", "link", "anchor", "event", "mode"}),
    "chips": frozenset({"type", "options"}),
    "description": frozenset({"type", "title", "text"}),
    "divider": frozenset({"type"}),
    "image": frozenset({"type", "rawUrl", "accessibilityText", "anchor", "reference"}),
    "info": frozenset({"type", "title", "subtitle", "image", "actionLink", "anchor", "mode"}),
    "list": frozenset({"type", "title", "subtitle", "event", "anchor", "mode"}),
    "text": frozenset({"type", "title", "text"}),
    "video": frozenset({"type", "title", "source", "anchor"}),
}
"""What of each kind of item is carried; the rest only changes how it looks."""

_OPTION = frozenset({"text", "link", "anchor", "event", "value", "mode"})


def is_rich(payload: Any) -> bool:
    """Whether a custom payload is a rich answer."""
    return isinstance(payload, dict) and isinstance(payload.get("richContent"), list)


def read_rich(reading: AgentReading, payload: dict[str, Any], place: Place) -> list[Piece]:
    """The pieces of a rich answer in order; ``place`` is the payload's. Each item is put down in the book."""
    pieces: list[Piece] = []
    cards = payload["richContent"]
    for number, card in enumerate(cards):
        at = place.child("richContent", number)
        # A list of items without its card is written by hand.
        items = [(item, at.child(index)) for index, item in enumerate(card)] if isinstance(card, list) else [(card, at)]
        for item, where in items:
            piece = _Item(reading, item, where).read()
            if piece is not None:
                piece.card = (place.pointer, number)
                pieces.append(piece)
    return pieces


class _Item:
    """One item of a card."""

    def __init__(self, reading: AgentReading, item: Any, place: Place) -> None:
        self.reading = reading
        self.data: dict[str, Any] = item if isinstance(item, dict) else {}
        self.item = item
        self.place = place
        self.hints: list[tuple[str, str]] = []

    def read(self) -> Piece | None:
        kind = self.data.get("type")
        kind = kind.strip().lower() if isinstance(kind, str) else ""
        self.reading.book.open(f"rich {clip(kind) or 'item'}", self.place)
        self.reading.book.exact(self.place)
        build = getattr(self, f"_{kind}", None) if kind in _SAID else None
        if build is None:
            return self._unknown(kind)
        piece: Piece | None = build()
        looks = {name: value for name, value in self.data.items() if name not in _SAID[kind] and not hollow(value)}
        if looks:
            self._looks(self.hints, json_text(self.reading.safe(looks, self.place)), "its look")
        if piece is None and self.hints:
            piece = Piece("say", self.place)
        if piece is not None:
            piece.hints += self.hints
        return piece

    def _looks(self, hints: list[tuple[str, str]], value: str, what: str) -> None:
        code = self.reading.find_once(
            RichLook,
            "look",
            self.place,
            lambda count: f"{count} rich item(s) have icons, pictures or folds that WhatsApp does not show",
        )
        hints.append((what, value))
        self.reading.book.degraded(self.place, f"{what} is kept as a hint", "", code)

    def _unknown(self, kind: str) -> Piece | None:
        if hollow(self.item):
            self.reading.book.exact(self.place, "it says nothing")
            return None
        if not isinstance(self.item, dict):
            code = self.reading.find(WrongShape, self.place, "an item of a rich answer is no object; it is left out")
            self.reading.book.dropped(self.place, "no object", "write an object", code)
            return None
        code = self.reading.find_once(
            CustomPayload,
            f"rich {kind}",
            self.place,
            lambda count: f"{count} rich item(s) of the type `{clip(kind)}` have no counterpart",
            help="say it with texts, images and choices",
        )
        self.reading.book.dropped(self.place, "no counterpart; kept as unsupported", "say it in words", code)
        source = json_text(self.reading.safe(self.item, self.place))
        return Piece("unsupported", self.place, source=source, construct=f"rich {clip(kind)}", reason="no counterpart")

    def _words(self, name: str, data: dict[str, Any] | None = None, place: Place | None = None) -> Text:
        """A member that is a text, or a list of lines."""
        data, place = (self.data, self.place) if data is None or place is None else (data, place)
        value = data.get(name)
        at = place.child(name)
        if isinstance(value, str):
            return self.reading.text(value, at)
        if isinstance(value, list):
            lines = [
                self.reading.text(line, at.child(index)) for index, line in enumerate(value) if isinstance(line, str)
            ]
            return _lines(*lines)
        if value not in (None, {}, []):
            self.reading.find(
                WrongShape, at, f"`{clip(name)}` of a rich item is no text; left out", help="write a text"
            )
        return EMPTY_TEXT

    def _link(self, data: dict[str, Any], place: Place) -> Text:
        """Where an item leads: ``link``, ``anchor.href``, ``actionLink`` or ``reference``."""
        anchor = data.get("anchor")
        if isinstance(anchor, dict) and isinstance(anchor.get("href"), str) and anchor["href"].strip():
            return self.reading.text(anchor["href"], place.child("anchor", "href"))
        for name in ("link", "actionLink", "reference"):
            value = data.get(name)
            if isinstance(value, str) and value.strip():
                return self.reading.text(value, place.child(name))
        return EMPTY_TEXT

    def _picture(self, value: Any, place: Place) -> list[Media]:
        """``{"rawUrl"}`` or ``{"src": {"rawUrl"}}``."""
        inner = value.get("src", value) if isinstance(value, dict) else value
        url = inner.get("rawUrl") if isinstance(inner, dict) else inner
        if not isinstance(url, str) or not url.strip():
            return []
        path = (
            ("src", "rawUrl")
            if isinstance(value, dict) and "src" in value
            else ("rawUrl",)
            if isinstance(value, dict)
            else ()
        )
        at = place.child(*path) if path else place
        return [Media(MediaKind.IMAGE, url=Localized.of(self.reading.text(url, at)), at=at)]

    def _option(self, data: dict[str, Any], place: Place, title: str = "text") -> Option:
        link = self._link(data, place)
        event = data.get("event")
        name = ""
        if isinstance(event, dict):
            value = event.get("event") or event.get("name")
            name = value if isinstance(value, str) else ""
        return Option(
            title=self._words(title, data, place),
            kind=ChoiceKind.URL if link else ChoiceKind.REPLY,
            url=link,
            payload="" if link else name,
            event="" if link else name,
            place=place,
        )

    def _say(
        self, *, header: Text = (), text: Text = (), media: list[Media] | None = None, option: Option | None = None
    ) -> Piece | None:
        piece = Piece(
            "say", self.place, header=header, media=media or [], options=[option] if option is not None else []
        )
        if text:
            piece.texts.append(text)
        if not (header or text or media or option):
            self.reading.book.exact(self.place, "it says nothing")
            return None
        return piece

    def _chips(self) -> Piece | None:
        options = self.data.get("options")
        piece = Piece("say", self.place)
        for index, data in enumerate(options if isinstance(options, list) else ()):
            at = self.place.child("options", index)
            if isinstance(data, str):
                data = {"text": data}
            if not isinstance(data, dict):
                self.reading.find(WrongShape, at, "a chip is no object; it is left out", help='write `{"text": "…"}`')
                continue
            option = self._option(data, at)
            if not option.title and not option.url:
                continue
            looks = {name: value for name, value in data.items() if name not in _OPTION and not hollow(value)}
            if looks:
                self._looks(option.hints, json_text(self.reading.safe(looks, at)), "its look")
            piece.options.append(option)
        return piece if piece.options else None

    def _button(self) -> Piece | None:
        option = self._option(self.data, self.place)
        return self._say(option=option) if option.title or option.url else None

    def _list(self) -> Piece | None:
        option = self._option(self.data, self.place, "title")
        option.description = self._words("subtitle")
        return self._say(option=option) if option.title else self._say(text=option.description)

    def _description(self) -> Piece | None:
        return self._say(header=self._words("title"), text=self._words("text"))

    _text = _description

    def _info(self) -> Piece | None:
        link = self._link(self.data, self.place)
        title, subtitle = self._words("title"), self._words("subtitle")
        option = Option(title or link, ChoiceKind.URL, url=link, place=self.place) if link else None
        return self._say(
            header=title,
            text=subtitle,
            media=self._picture(self.data.get("image"), self.place.child("image")),
            option=option,
        )

    def _image(self) -> Piece | None:
        media = self._picture(self.data.get("rawUrl"), self.place.child("rawUrl"))
        words = self._words("accessibilityText")
        if words:
            self.hints.append(("accessibilityText", json_text(self.data["accessibilityText"])))
        link = self._link(self.data, self.place)
        option = Option(words or link, ChoiceKind.URL, url=link, place=self.place) if link else None
        return self._say(media=media, option=option)

    def _video(self) -> Piece | None:
        source = self.data.get("source")
        source = source if isinstance(source, dict) else {}
        youtube = source.get("youtube")
        at = self.place.child("source")
        link = self._link(source, at)
        if isinstance(youtube, dict) and isinstance(youtube.get("videoId"), str):
            link = self.reading.text(f"https://www.youtube.com/watch?v={youtube['videoId']}", self.place)
        title = self._words("title")
        option = Option(title or link, ChoiceKind.URL, url=link, place=self.place) if link else None
        return self._say(text=title, option=option)

    def _accordion(self) -> Piece | None:
        text = _lines(self._words("subtitle"), self._words("text"))
        if text:
            self._looks(self.hints, json_text("accordion"), "its fold")
        return self._say(
            header=self._words("title"),
            text=text,
            media=self._picture(self.data.get("image"), self.place.child("image")),
        )

    def _divider(self) -> Piece | None:
        self.reading.book.exact(self.place, "a line between items")
        return None


def _lines(*parts: Text) -> Text:
    """Texts one under the other."""
    joined: list[Any] = []
    for part in parts:
        if part:
            joined += [*([Literal("\n")] if joined else []), *part]
    return join_text(joined)

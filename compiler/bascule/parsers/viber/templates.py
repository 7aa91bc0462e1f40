"""Viber Business Messages: templates of a provider's portal, one flow each.

Kinds and members: https://www.infobip.com/docs/viber/business-messages and
https://sendpulse.com/integrations/api/viber; both are read, and the neutral row (text, image, button, kind, SMS).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bascule.ir.content import Choice, ChoiceKind, Content, Media, MediaKind, Variant
from bascule.ir.nodes import Message
from bascule.ir.project import Entry, EntryKind, Flow, Variable
from bascule.ir.text import Localized, Text, plain_text
from bascule.language.names import template_slug
from bascule.language.reading import Reading, json_text, unique
from bascule.language.viber_fields import shown
from bascule.language.viber_markup import strip_markup
from bascule.language.viber_pieces import Piece, read_text
from bascule.parsers.viber.rules import EmptyTemplate, NotAMessage, UnknownKind

__all__ = ["KINDS", "read_templates", "template_list", "template_score", "template_texts"]


@dataclass(frozen=True, slots=True)
class _Kind:
    category: str
    entry: EntryKind


KINDS: dict[str, _Kind] = {
    "otp": _Kind("authentication", EntryKind.API),
    "authentication": _Kind("authentication", EntryKind.API),
    "transactional": _Kind("utility", EntryKind.API),
    "transaction": _Kind("utility", EntryKind.API),
    "notification": _Kind("utility", EntryKind.API),
    "promotional": _Kind("marketing", EntryKind.BROADCAST),
    "promotion": _Kind("marketing", EntryKind.BROADCAST),
    "session": _Kind("", EntryKind.ANY_MESSAGE),
    "conversation": _Kind("", EntryKind.ANY_MESSAGE),
    "conversational": _Kind("", EntryKind.ANY_MESSAGE),
}
"""Kinds of business messages: the WhatsApp category they suggest and how they start. A session message answers one
of the person's, so the window is open."""

_MEMBERS: dict[str, tuple[str, ...]] = {
    "name": ("name", "title", "key", "id", "templateid", "code", "label", "nom", "internalname"),
    "text": ("text", "message", "content", "body", "template", "texte", "messagetext"),
    "kind": ("kind", "category", "type", "messagetype", "purpose", "templatetype", "categorie", "trafictype"),
    "image": ("image", "imageurl", "mediaurl", "media", "picture", "imagelink"),
    "button": ("button", "action", "cta"),
    "button title": ("buttontitle", "buttontext", "buttoncaption", "buttonlabel", "caption"),
    "button url": ("buttonurl", "buttonlink", "buttonaction", "targeturl", "actionurl"),
    "sms": ("sms", "smstext", "resendsms", "smsfallback", "fallbacksms", "fallback", "smsmessage", "failover"),
    "language": ("language", "lang", "locale", "langue", "languagecode"),
    "params": ("params", "parameters", "variables", "placeholders"),
}
_INNER = {
    "title": ("title", "text", "caption", "label", "name"),
    "url": ("url", "link", "action", "href", "target"),
    "text": ("smstext", "text", "template", "message", "content", "body"),
    "link": ("link", "url", "src", "href", "mediaurl"),
}
_CONTENT_TYPES = frozenset({"text", "image", "video", "file", "list", "carousel", "template", "viber"})
_LISTS = ("templates", "items", "results", "data", "messages", "template")


def _plain(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def _roles(value: dict[str, Any]) -> dict[str, str]:
    """Role to member name; the first spelling of a role in the table's order wins."""
    by_plain: dict[str, str] = {}
    for name in value:
        by_plain.setdefault(_plain(name), name)
    found: dict[str, str] = {}
    for role, names in _MEMBERS.items():
        for name in names:
            if name in by_plain and by_plain[name] not in found.values():
                found[role] = by_plain[name]
                break
    return found


def template_score(value: Any) -> int:
    """How like a template of Business Messages plain data is: 0 not at all, 1 perhaps, 2 surely."""
    if not isinstance(value, dict):
        return 0
    roles = _roles(value)
    if "text" not in roles:
        return 0
    text = value[roles["text"]]
    kind = value.get(roles.get("kind", ""), "")
    known = isinstance(kind, str) and kind.strip().lower() in KINDS
    bodies = (
        isinstance(text, list) and bool(text) and all(isinstance(item, dict) and "template" in item for item in text)
    )
    if bodies and known:
        return 2
    if not isinstance(text, str):
        return 0
    parts = sum(role in roles for role in ("image", "button url", "sms")) + (
        "button" in roles and isinstance(value[roles["button"]], (dict, type(None)))
    )
    if known and parts >= 1:
        return 2
    return 1 if known or parts >= 2 else 0


def template_list(piece: Piece) -> list[tuple[str, Piece]] | None:
    """The templates of a file with their names, where the file names them from outside: a list of objects, a list
    under a usual name, objects by name, or one object. None when it holds none."""
    if piece.is_list:
        items = [("", item) for item in piece.items()]
        return items if any(template_score(item.plain()) for _, item in items) else None
    if piece.is_object:
        members = list(piece.members())
        for name, item in members:
            if _plain(name) in _LISTS and item.is_list and any(template_score(part.plain()) for part in item.items()):
                return [("", part) for part in item.items()]
        if template_score(piece.plain()) == 2:
            return [("", piece)]
        scored = [item for _, item in members if template_score(item.plain())]
        return members if scored and len(scored) * 2 > len(members) else None
    return None


def template_texts(items: list[tuple[str, Piece]]) -> list[str]:
    """All texts of the templates, to choose the placeholder syntax by."""
    texts: list[str] = []
    for _, item in items:
        value = item.plain()
        if isinstance(value, dict):
            roles = _roles(value)
            for role in ("text", "sms"):
                text = value.get(roles.get(role, ""))
                parts = text if isinstance(text, list) else [text]
                for part in parts:
                    inner = part.get("template", part.get("text")) if isinstance(part, dict) else part
                    if isinstance(inner, str):
                        texts.append(strip_markup(inner))
    return texts


class _TemplateReader:
    def __init__(self, reading: Reading, piece: Piece, locale: str) -> None:
        self.reading = reading
        self.piece = piece
        self.locale = locale
        self.facts: list[tuple[str, str]] = []
        self.members: dict[str, Piece] = {}
        self.roles = _roles(piece.plain())
        for name, item in piece.members():
            reading.book.open(f"template member {shown(name)}", item.place)
            self.members[name] = item

    def take(self, role: str) -> Piece | None:
        name = self.roles.get(role)
        piece = self.members.get(name) if name is not None else None
        if piece is None:
            return None
        self.reading.book.exact(piece.place)
        if name is not None and role != "params" and piece.value is not None and not isinstance(piece.value, str):
            self.facts.append((name, json_text(self.reading.safe(piece.plain(), piece.place, name))))
        return piece if piece.is_object or piece.is_list or piece.value not in (None, "") else None

    def inner(self, piece: Piece | None, kind: str) -> Piece | None:
        """A text that may stand inside an object (``button.url``, ``image.link``)."""
        if piece is None or not piece.is_object:
            return piece if piece is not None and isinstance(piece.value, str) and not piece.is_list else None
        members = {_plain(name): item for name, item in piece.members()}
        found = next((members[name] for name in _INNER[kind] if name in members), None)
        return found if found is not None and isinstance(found.value, str) else None

    def text(self, piece: Piece | None) -> Text:
        if piece is None:
            return ()
        text, losses = read_text(self.reading, piece)
        if losses:
            self.reading.book.emulated(piece.place, "markup that WhatsApp has not: the words stay")
        return text

    def wordings(self) -> Localized[Text]:
        """The text, or one per language (a list of ``language`` and ``template``)."""
        piece = self.take("text")
        given = self.take("language")
        code = given.value.strip() if given is not None and isinstance(given.value, str) else ""
        found: Localized[Text] = Localized()
        if piece is not None and piece.is_list:
            for item in piece.items():
                part = self.inner(item, "text")
                language = next((inner for name, inner in item.members() if _plain(name) in _MEMBERS["language"]), None)
                own = language.value.strip() if language is not None and isinstance(language.value, str) else code
                if part is not None:
                    found = found.with_value(own, self.text(part))
            return found
        text = self.text(self.inner(piece, "text"))
        return Localized.of(text, code) if text else found

    def samples(self) -> None:
        """Declared parameters as variables with their examples."""
        piece = self.take("params")
        if piece is None:
            return
        self.facts.append(("params", json_text(self.reading.safe(piece.plain(), piece.place))))
        pairs: list[tuple[str, Any]] = []
        for item in piece.items():
            value = item.plain()
            if isinstance(value, dict) and isinstance(value.get("name"), str):
                pairs.append((value["name"], value.get("example")))
            elif isinstance(value, str):
                pairs.append((value, None))
        pairs.extend((name, item.plain()) for name, item in piece.members())
        for name, example in pairs:
            sample = str(example) if isinstance(example, (str, int, float)) and example != "" else ""
            known = self.reading.variables.get(name)
            if known is None or not known.sample:
                localized: Localized[str] = Localized.of(sample) if sample else Localized()
                self.reading.variables[name] = Variable(name, sample=localized, at=piece.place)

    def kind(self) -> _Kind:
        piece = self.take("kind")
        if piece is None or not isinstance(piece.value, str):
            return _Kind("", EntryKind.API)
        known = KINDS.get(piece.value.strip().lower())
        self.facts.append(("viber_kind", json_text(piece.value)))
        if known is None and piece.value.strip().lower() in _CONTENT_TYPES:
            return _Kind("", EntryKind.API)
        if known is None:
            self.reading.find(
                UnknownKind,
                piece.place,
                f"`{shown(piece.value)}` is no kind of business message; it is read as one that the business sends",
                help="the kinds are OTP, TRANSACTIONAL, PROMOTIONAL and SESSION",
            )
            return _Kind("", EntryKind.API)
        return known

    def button(self) -> tuple[Choice, ...]:
        whole = self.take("button")
        title = self.inner(whole, "title") if whole is not None and whole.is_object else None
        link = self.inner(whole, "url") if whole is not None and whole.is_object else None
        title = self.inner(self.take("button title"), "title") or title
        link = self.inner(self.take("button url"), "url") or link
        if title is None and link is None:
            return ()
        url = link.run(self.reading, link.value, 0) if link is not None else ()
        label = self.text(title) or url
        at = (title or link or self.piece).place
        if link is None:
            return (Choice("button", Localized.of(label), ChoiceKind.NONE, at=at),)
        return (Choice("button", Localized.of(label), ChoiceKind.URL, url=url, at=at),)

    def read(self, number: int, outer: str, taken: dict[str, int]) -> Flow | None:
        name = self.take("name")
        title = name.value if name is not None and isinstance(name.value, str) else outer
        kind = self.kind()
        text = self.wordings()
        media = self.media()
        choices = self.button()
        fallback = self.inner(self.take("sms"), "text")
        self.samples()
        rest = [(known, piece) for known, piece in self.members.items() if known not in self.roles.values()]
        for known, piece in rest:
            self.facts.append((known, json_text(self.reading.safe(piece.plain(), piece.place, known))))
            self.reading.book.exact(piece.place, "kept as a fact")
        if not text and not media:
            code = self.reading.find(
                EmptyTemplate, self.piece.place, f"template {number} has neither text nor image", help="write its text"
            )
            self.reading.book.dropped(self.piece.place, "nothing to send", "write its text", code)
            return None
        self.reading.book.exact(self.piece.place)
        variants: tuple[Variant, ...] = ()
        if fallback is not None and fallback.value.strip():
            sms = Content(text=Localized.of(self.text(fallback)), at=fallback.place)
            variants = (Variant("sms", sms),)
        content = Content(text=text, media=media, choices=choices, variants=variants, at=self.place())
        if kind.category:
            self.facts.append(("category_hint", kind.category))
        words = plain_text(text.first)[:40] if text else ""
        id_ = unique(template_slug(title) if title else template_slug(words)[:40] or f"template_{number}", taken)
        return Flow(
            id=id_,
            nodes=(Message(id="message", content=content, at=self.piece.place),),
            entries=(Entry(kind.entry, "message", name=title or id_, at=self.piece.place),),
            title=title if title != id_ else "",
            locale=self.locale,
            facts=tuple(self.facts),
            at=self.piece.place,
        )

    def place(self) -> Any:
        name = self.roles.get("text")
        return self.members[name].place if name is not None else self.piece.place

    def media(self) -> tuple[Media, ...]:
        piece = self.inner(self.take("image"), "link")
        if piece is None or not piece.value.strip():
            return ()
        return (Media(MediaKind.IMAGE, Localized.of(piece.run(self.reading, piece.value, 0)), at=piece.place),)


def read_templates(reading: Reading, items: list[tuple[str, Piece]], locale: str) -> list[Flow]:
    """One flow per template, in order; what is none is put down as dropped."""
    taken: dict[str, int] = {}
    flows: list[Flow] = []
    for number, (name, item) in enumerate(items, 1):
        reading.book.open("template", item.place)
        if not item.is_object:
            code = reading.find(NotAMessage, item.place, f"item {number} is no template", help="write an object")
            reading.book.dropped(item.place, "no template", "write an object", code)
            continue
        flow = _TemplateReader(reading, item, locale).read(number, name, taken)
        if flow is not None:
            flows.append(flow)
    return flows

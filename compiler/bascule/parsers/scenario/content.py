"""Messages: texts, media, choices, cards, templates in use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bascule.ir.content import (
    Card,
    Choice,
    ChoiceKind,
    ContactCard,
    Content,
    GeoPoint,
    Media,
    MediaKind,
    TemplateUse,
    Variant,
)
from bascule.ir.expr import Expression
from bascule.ir.text import Localized, LocalizedText, Text, plain_text
from bascule.parsers.scenario.names import Ids
from bascule.parsers.scenario.reader import Reader, is_nothing
from bascule.parsers.scenario.rules import RouteNeverTaken, ScenarioTooDeep
from bascule.source import Place

__all__ = ["CHOICE_KEYS", "CONTENT_KEYS", "MEDIA_WORDS", "Routes", "read_content", "read_content_members", "read_media"]

CONTENT_KEYS = (
    "text",
    "header",
    "footer",
    "media",
    "location",
    "contacts",
    "choices",
    "cards",
    "list_label",
    "alternatives",
    "variants",
    "template",
    "hints",
    "at",
)
CHOICE_KEYS = (
    "id",
    "title",
    "kind",
    "description",
    "payload",
    "value",
    "accepts",
    "url",
    "phone",
    "section",
    "media",
    "hints",
    "at",
)
_CHOICE_WORDS = tuple(kind.value for kind in ChoiceKind)
MEDIA_WORDS = tuple(kind.value for kind in MediaKind)
_MEDIA_KEYS = ("kind", "url", "asset", "mime", "size", "duration", "filename", "caption", "thumbnail", "at")
_EXTENSIONS = {
    MediaKind.IMAGE: ("jpg", "jpeg", "png", "webp", "bmp", "heic", "svg", "tif", "tiff"),
    MediaKind.GIF: ("gif",),
    MediaKind.VIDEO: ("mp4", "mov", "3gp", "mpeg", "mpg", "webm", "avi", "mkv"),
    MediaKind.AUDIO: ("mp3", "ogg", "oga", "opus", "amr", "aac", "m4a", "wav"),
    MediaKind.DOCUMENT: ("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "csv", "odt", "ods"),
}
_KIND_OF = {extension: kind for kind, extensions in _EXTENSIONS.items() for extension in extensions}
_COMES_BACK = (ChoiceKind.REPLY, ChoiceKind.SHARE_LOCATION, ChoiceKind.SHARE_PHONE, ChoiceKind.FLOW)
_MAX_VARIANTS = 20
_ROUTE_HINT = "in the long form, ways are written under `edges`: `{chosen: [id], then: node}`"


@dataclass(slots=True)
class Routes:
    """Where the choices of a short node lead: those with their own ``then``, and those without."""

    routed: list[tuple[str, str | None, Place]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        """Some choice comes back to the flow."""
        return bool(self.routed or self.open)


def read_content(r: Reader, value: Any, place: Place, routes: Routes | None = None, depth: int = 0) -> Content:
    """A content: a text, or a mapping. With ``routes`` its choices may say where they lead."""
    if depth > _MAX_VARIANTS:
        r.report(ScenarioTooDeep, place, "variants are nested too deeply", "a variant has no variants", lost="variant")
        return Content()
    if isinstance(value, str):
        text = r.text(value, place)
        return Content(text=Localized() if text is None else Localized.of(text), at=place)
    members = r.fields(value, place, CONTENT_KEYS, "a message")
    return read_content_members(r, members or {}, place, routes, depth)


def read_content_members(
    r: Reader, members: dict[str, Any], place: Place, routes: Routes | None = None, depth: int = 0
) -> Content:
    """The content that the members of a mapping at ``place`` describe (keys of :data:`CONTENT_KEYS` only)."""

    def text(key: str) -> LocalizedText:
        return r.localized_text(members[key], place.child(key)) if key in members else Localized()

    media: tuple[Media, ...] = ()
    if "media" in members:
        value, where = members["media"], place.child("media")
        pieces = r.items(value, where, "media") if isinstance(value, list) else [(value, where)]
        media = tuple(item for piece, at in pieces if (item := read_media(r, piece, at)) is not None)
    location = _location(r, members["location"], place.child("location")) if "location" in members else None
    taken = Ids(_written_ids(members))
    choices: tuple[Choice, ...] = ()
    if "choices" in members:
        choices = _choices(r, members["choices"], place.child("choices"), routes, taken)
    cards: tuple[Card, ...] = ()
    if "cards" in members:
        found = r.items(members["cards"], place.child("cards"), "cards")
        cards = tuple(card for item, at in found if (card := _card(r, item, at, routes, taken)) is not None)
    alternatives: tuple[LocalizedText, ...] = ()
    if "alternatives" in members:
        wordings = r.items(members["alternatives"], place.child("alternatives"), "texts")
        alternatives = tuple(r.localized_text(item, at) for item, at in wordings)
    return Content(
        text=text("text"),
        header=text("header"),
        footer=text("footer"),
        media=media,
        location=location,
        contacts=_contacts(r, members["contacts"], place.child("contacts")) if "contacts" in members else (),
        choices=choices,
        cards=cards,
        list_label=text("list_label"),
        alternatives=alternatives,
        variants=_variants(r, members["variants"], place.child("variants"), depth) if "variants" in members else (),
        template=_template(r, members["template"], place.child("template")) if "template" in members else None,
        hints=r.facts(members["hints"], place.child("hints")) if "hints" in members else (),
        at=place.child("text") if "text" in members else place,
    )


def _variants(r: Reader, value: Any, place: Place, depth: int) -> tuple[Variant, ...]:
    return tuple(
        Variant(channel, read_content(r, content, at, None, depth + 1))
        for channel, content, at in r.keyed(value, place, "channel", "variants")
    )


def read_media(r: Reader, value: Any, place: Place, kind: MediaKind | None = None) -> Media | None:
    """A media file: an address, or a mapping. Without a kind, its MIME type or the address's ending decides."""
    if isinstance(value, str):
        address = r.text(value, place)
        return None if address is None else Media(kind or _by_address(address), Localized.of(address), at=place)
    members = r.fields(value, place, _MEDIA_KEYS, "a media file")
    if members is None:
        return None

    def word(key: str) -> str:
        return (r.string(members[key], place.child(key)) or "") if key in members else ""

    url: LocalizedText = Localized()
    if "url" in members:
        url = r.localized_text(members["url"], place.child("url"))
    mime = word("mime")
    named = r.word(members["kind"], place.child("kind"), MEDIA_WORDS, "kind of media") if "kind" in members else None
    if named in MEDIA_WORDS:
        kind = MediaKind(named)
    if kind is None:
        kind = _by_mime(mime) or (_by_address(url.first) if url else MediaKind.FILE)
    caption: LocalizedText = Localized()
    if "caption" in members:
        caption = r.localized_text(members["caption"], place.child("caption"))
    return Media(
        kind,
        url,
        asset=word("asset"),
        mime=mime,
        size=r.integer(members["size"], place.child("size")) if "size" in members else None,
        duration=r.seconds(members["duration"], place.child("duration")) if "duration" in members else None,
        filename=word("filename"),
        caption=caption,
        thumbnail=word("thumbnail"),
        at=place,
    )


def _by_mime(mime: str) -> MediaKind | None:
    main = mime.split("/", 1)[0].lower()
    if mime.lower() == "image/gif":
        return MediaKind.GIF
    if main in ("image", "video", "audio"):
        return MediaKind(main)
    return MediaKind.DOCUMENT if main in ("application", "text") else None


def _by_address(address: Text) -> MediaKind:
    path = plain_text(address).split("?", 1)[0].split("#", 1)[0]
    return _KIND_OF.get(path.rsplit(".", 1)[-1].lower(), MediaKind.FILE)


def _location(r: Reader, value: Any, place: Place) -> GeoPoint | None:
    members = r.fields(value, place, ("latitude", "longitude", "name", "address"), "a location")
    if members is None:
        return None
    sides: list[Expression] = []
    for key in ("latitude", "longitude"):
        side = r.expression(members[key], place.child(key)) if key in members else None
        if side is None:
            if key not in members:
                r.missing(place, f"the location has no `{key}`", f"write `{key}: 14.69`", "location")
            return None
        sides.append(side)
    name = r.text(members["name"], place.child("name")) if "name" in members else None
    address = r.text(members["address"], place.child("address")) if "address" in members else None
    return GeoPoint(sides[0], sides[1], name or (), address or ())


def _contacts(r: Reader, value: Any, place: Place) -> tuple[ContactCard, ...]:
    result: list[ContactCard] = []
    for item, at in r.items(value, place, "contacts"):
        members = r.fields(item, at, ("name", "phone", "avatar"), "a contact")
        if members is None:
            continue
        if "name" not in members:
            r.missing(at, "the contact has no `name`", "write `name: …`", "contact")
            continue
        phone = r.text(members["phone"], at.child("phone")) if "phone" in members else None
        avatar = r.string(members["avatar"], at.child("avatar")) if "avatar" in members else None
        result.append(ContactCard(r.text(members["name"], at.child("name")) or (), phone or (), avatar or ""))
    return tuple(result)


def _template(r: Reader, value: Any, place: Place) -> TemplateUse | None:
    if isinstance(value, str):
        return TemplateUse(name=str(value), at=place)
    keys = ("name", "provider_id", "language", "parameters", "at")
    members = r.fields(value, place, keys, "a template in use")
    if members is None:
        return None
    words = {
        key: (r.string(members[key], place.child(key)) or "") if key in members else ""
        for key in ("name", "provider_id", "language")
    }
    parameters: tuple[tuple[str, Expression], ...] = ()
    if "parameters" in members:
        parameters = r.pairs(members["parameters"], place.child("parameters"), r.expression)
    return TemplateUse(**words, parameters=parameters, at=place)


def _card(r: Reader, value: Any, place: Place, routes: Routes | None, taken: Ids) -> Card | None:
    keys = ("title", "text", "media", "choices", "hints", "at")
    members = r.fields(value, place, keys, "a card")
    if members is None:
        return None
    r.ledger.exact("card", place)
    texts: list[LocalizedText] = [
        r.localized_text(members[key], place.child(key)) if key in members else Localized() for key in ("title", "text")
    ]
    choices: tuple[Choice, ...] = ()
    if "choices" in members:
        choices = _choices(r, members["choices"], place.child("choices"), routes, taken)
    return Card(
        texts[0],
        texts[1],
        read_media(r, members["media"], place.child("media")) if "media" in members else None,
        choices,
        r.facts(members["hints"], place.child("hints")) if "hints" in members else (),
        place,
    )


def _written_ids(members: dict[str, Any]) -> Iterator[str]:
    """The choice ids that a content spells out, cards included."""
    cards = members.get("cards")
    lists = [members.get("choices")]
    if isinstance(cards, list):
        lists.extend(card.get("choices") for card in cards if isinstance(card, dict))
    for choices in lists:
        if isinstance(choices, list):
            ids = (choice.get("id") for choice in choices if isinstance(choice, dict))
            yield from (str(id) for id in ids if isinstance(id, str))


def _choices(r: Reader, value: Any, place: Place, routes: Routes | None, taken: Ids) -> tuple[Choice, ...]:
    """Choices: a list of titles or mappings; in a short node also a mapping from title to where it leads."""
    if isinstance(value, list) or routes is None:
        found = ((_choice(r, item, at, routes, taken)) for item, at in r.items(value, place, "choices"))
        return tuple(choice for choice in found if choice is not None)
    if not isinstance(value, dict):
        r.wrong(value, place, "a mapping (title: node) or a list of choices")
        return ()
    result: list[Choice] = []
    for name, item in value.items():
        at = place.child(name)
        if isinstance(item, dict) and set(item) != {"node"}:
            named = "title" in item
            members: dict[str, Any] = {"id" if named else "title": name, **item}
            choice = _choice(r, members, at, routes, taken, None if named else at.at_key())
        else:
            members = {"title": name} if is_nothing(item) else {"title": name, "then": item}
            choice = _choice(r, members, at, routes, taken, at.at_key(), at)
        if choice is not None:
            result.append(choice)
    return tuple(result)


def _choice(
    r: Reader,
    value: Any,
    place: Place,
    routes: Routes | None,
    taken: Ids,
    title_place: Place | None = None,
    then_place: Place | None = None,
) -> Choice | None:
    """One choice. ``title_place`` and ``then_place`` tell where these stand when not under their own keys."""
    if isinstance(value, str):
        value, title_place = {"title": value}, place
    keys: Sequence[str] = CHOICE_KEYS if routes is None else (*CHOICE_KEYS, "then")
    hint = _ROUTE_HINT if routes is None and isinstance(value, dict) and "then" in value else ""
    members = r.fields(value, place, keys, "a choice", hint=hint)
    if members is None:
        return None
    if "title" not in members and "id" not in members:
        r.missing(place, "the choice has no `title`", "write `title: …`", "choice")
        return None
    r.ledger.exact("choice", place)
    choice = _choice_of(r, members, place, title_place or place.child("title"), taken)
    if routes is not None:
        _route(r, choice, members, then_place or place.child("then"), routes)
    return choice


def _choice_of(r: Reader, members: dict[str, Any], place: Place, title_place: Place, taken: Ids) -> Choice:
    def text(key: str) -> LocalizedText:
        where = title_place if key == "title" else place.child(key)
        return r.localized_text(members[key], where) if key in members else Localized()

    def hole(key: str) -> Text:
        return (r.text(members[key], place.child(key)) or ()) if key in members else ()

    title = text("title")
    written = r.string(members["id"], place.child("id")) if "id" in members else None
    if written is None:
        id = taken.derive(plain_text(title.first, lambda hole: "_") if title else "")
    else:
        id = written
        if not taken.use(id):
            r.taken(id, place.child("id"), "choices")
    url, phone = hole("url"), hole("phone")
    kind = ChoiceKind.URL if url else ChoiceKind.CALL if phone else ChoiceKind.REPLY
    if "kind" in members:
        named = r.word(members["kind"], place.child("kind"), _CHOICE_WORDS, "kind of choice")
        kind = ChoiceKind(named) if named in _CHOICE_WORDS else kind
    accepts: Localized[tuple[str, ...]] = Localized()
    if "accepts" in members:
        accepts = r.localized(members["accepts"], place.child("accepts"), r.strings)
    return Choice(
        id,
        title,
        kind,
        description=text("description"),
        payload=(r.string(members["payload"], place.child("payload")) or "") if "payload" in members else "",
        value=r.expression(members["value"], place.child("value")) if "value" in members else None,
        accepts=accepts,
        url=url,
        phone=phone,
        section=text("section"),
        media=read_media(r, members["media"], place.child("media")) if "media" in members else None,
        hints=r.facts(members["hints"], place.child("hints")) if "hints" in members else (),
        at=place,
    )


def _route(r: Reader, choice: Choice, members: dict[str, Any], place: Place, routes: Routes) -> None:
    if choice.kind not in _COMES_BACK:
        if "then" in members:
            message = f"a choice of the kind `{choice.kind.value}` does not come back to the flow"
            r.report(RouteNeverTaken, place, message, "remove its `then`", lost="edge")
    elif "then" in members:
        readable, target = r.target(members["then"], place)
        if readable:
            r.ledger.exact("edge", place)
            routes.routed.append((choice.id, target, place))
    else:
        routes.open.append(choice.id)

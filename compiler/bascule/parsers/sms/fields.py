"""One cell or member of a template, by what it holds: where it goes, and what the ledger says of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from bascule.diagnostics.rules import Rule
from bascule.ir.content import ChoiceKind, MediaKind
from bascule.ir.project import Variable
from bascule.ir.text import Localized
from bascule.parsers.sms.columns import Column
from bascule.parsers.sms.losses import FlashClass, LinkShortening, RegistryIds, SenderName
from bascule.parsers.sms.model import MediaFile, Option, Reading, Template, plain
from bascule.parsers.sms.rules import OpaqueButton
from bascule.parsers.sms.vocabulary import Role, category_of, normal
from bascule.source import Place
from bascule.source.yaml import as_scalar

__all__ = ["options_of", "read_field", "variables_of"]

_TYPES = {
    "text": "string str text varchar char texte chaine texto cadena строка текст نص url uri link lien enum",
    "number": "integer int number num float decimal double numeric entier nombre numero amount currency число رقم",
    "boolean": "boolean bool booleen flag",
    "date": "date fecha data datum дата تاريخ",
    "time": "time heure hora zeit время",
    "datetime": "datetime timestamp dateheure",
    "list": "list array liste lista",
    "object": "object dict map json objet",
    "media": "image media file video audio fichier",
    "location": "location geo position",
}
_TYPE_OF = {word: kind for kind, words in _TYPES.items() for word in words.split()}
_SAMPLE = re.compile(
    r"(?:e\.?g\.?|ex\.?|i\.e\.|for example|par exemple|p\. ?ej\.?|z\. ?B\.?|например)[ ,:]*\s*(.+)", re.I
)
_FENCES = " \t\n{}[]()<>%#$@*|`'\""
_SPLIT_NAMES = re.compile(r"[,;|\n]+")
_MEDIA = (
    (
        MediaKind.IMAGE,
        "image img picture photo imagen imagem immagine bild картинка фото изображение صورة",
        "jpg jpeg png webp",
    ),
    (MediaKind.VIDEO, "video", "mp4 3gp mov webm"),
    (MediaKind.AUDIO, "audio voice", "mp3 ogg aac amr m4a wav"),
    (MediaKind.GIF, "gif", "gif"),
    (MediaKind.DOCUMENT, "document pdf", "pdf doc docx xls xlsx ppt pptx txt csv"),
)
_NO = ("", "0", "false", "no", "non", "n", "none", "null", "off", "нет", "não", "nein", "لا", "नहीं")


def read_field(reading: Reading, template: Template, column: Column, value: Any, place: Place, kind: str) -> None:
    """Put one value into the template and into the books. ``kind`` is ``column`` or ``member``.

    Texts, keys and languages are not read here: their readers have used them already and only the ledger is left.
    """
    construct = f"{kind} {column.name}"
    role = column.role
    empty = as_scalar(value) in ("", None) or value in ([], {}) or (isinstance(value, str) and not value.strip())
    if role in (Role.TEXT, Role.KEY, Role.LOCALE, Role.CHANNEL) or empty:
        reading.account(value, place, construct)
        return
    if role is Role.TITLE:
        if not template.title and isinstance(value, str):
            template.title = value.strip()
        else:
            template.fact(f"source.{column.name}", value)
        reading.account(value, place, construct)
    elif role is Role.CATEGORY:
        hint = category_of(str(value))
        if hint:
            template.fact("category_hint", hint)
        template.fact(f"source.{column.name}", value)
        reading.account(value, place, construct, "kept as a hint for the template category")
    elif role is Role.DESCRIPTION:
        template.fact("description" if not column.locale else f"description.{column.locale}", value)
        reading.account(value, place, construct, "kept as a fact")
    elif role is Role.VERSION:
        template.fact("version", value)
        reading.account(value, place, construct, "kept as a fact")
    elif role is Role.VARIABLES:
        declared = variables_of(value, place)
        template.variables.extend(declared)
        if not declared:
            template.fact(f"source.{column.name}", value)
        reading.account(value, place, construct, "declares variables" if declared else "kept as a fact")
    elif role is Role.SAMPLES:
        template.variables.extend(_samples(value, place))
        template.fact("samples", value)
        reading.account(value, place, construct, "kept as samples")
    elif role is Role.CHOICES:
        template.options.extend(options_of(reading, template, value, place, column))
        reading.account(value, place, construct)
    elif role is Role.MEDIA:
        _read_media(template, column, value, place)
        reading.account(value, place, construct)
    else:
        _read_loss(reading, template, column, value, place, construct)


def _read_loss(reading: Reading, template: Template, column: Column, value: Any, place: Place, construct: str) -> None:
    """Things without a counterpart on WhatsApp, and things nobody here knows: facts, both."""
    lost: tuple[type[Rule], str, str] | None = None
    if column.role is Role.SENDER:
        template.fact("sender_id", value)
        lost = (
            SenderName,
            "people see the business's verified name, not a sender id",
            "the account's display name",
        )
    elif column.role is Role.FLASH:
        template.fact("flash", value)
        shown = str(plain(value)).strip().casefold()
        is_class = "class" in normal(column.name)
        if shown in ("0", "class0", "flash") if is_class else shown not in _NO:
            lost = (FlashClass, "no message opens by itself on WhatsApp", "an ordinary message")
    elif column.role is Role.SHORTEN:
        template.fact("shorten_urls", value)
        if str(plain(value)).strip().casefold() in ("1", "true", "yes", "oui", "on"):
            lost = (LinkShortening, "links are sent as they are", "a URL button")
    elif column.role is Role.DLT:
        template.fact(f"dlt.{column.name}", value)
        reading.lose(RegistryIds.code, place)
        reading.account(value, place, construct, "kept as a fact; the registry is for SMS only")
        return
    else:
        template.fact(f"source.{column.name}", value)
    if lost is None:
        reading.account(value, place, construct, "kept as a fact")
    else:
        rule, reason, alternative = lost
        reading.lose(rule.code, place)
        reading.account(
            value, place, construct, reason, reading.ledger.degraded, alternative=alternative, code=rule.code
        )


def _parsed(value: Any) -> Any:
    """A cell that holds JSON is read as JSON."""
    if isinstance(value, str) and value.strip()[:1] in ("[", "{") and value.count("[") + value.count("{") < 500:
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            return value
        return found if isinstance(found, (list, dict)) else value
    return value


def variables_of(value: Any, place: Place) -> list[Variable]:
    """Declared variables: a list of names or of objects, a map of names to types, or names in one text."""
    value = _parsed(value)
    found: list[Variable] = []
    if isinstance(value, str):
        for piece in _SPLIT_NAMES.split(value):
            name, _, kind = piece.strip(_FENCES).partition(":")
            if name.strip(_FENCES) and len(name) <= 80:
                found.append(_described(name.strip(_FENCES), kind.strip(), place))
        return found
    if isinstance(value, dict):
        return [_described(str(name), item, place.child(name)) for name, item in value.items() if str(name).strip()]
    for index, item in enumerate(value if isinstance(value, list) else ()):
        at = place.child(index)
        if isinstance(item, dict):
            name = next(
                (item[key] for key in ("name", "key", "id", "variable", "placeholder", "nom") if key in item), None
            )
            if isinstance(name, str) and name.strip():
                found.append(_described(name.strip(_FENCES), item, at))
        elif isinstance(item, str) and item.strip(_FENCES):
            name, _, kind = item.strip(_FENCES).partition(":")
            found.append(_described(name.strip(), kind.strip(), at))
    return found


def _described(name: str, about: Any, place: Place) -> Variable:
    """One variable from its name and whatever is said about it."""
    if isinstance(about, dict):
        low = {normal(str(key)): plain(item) for key, item in about.items()}
        kind = str(_first(low, "type", "datatype", "format") or "")
        size = _first(low, "maxlength", "max", "length", "maxlen")
        sample = _first(low, "sample", "example", "exemple", "ejemplo", "exemplo", "beispiel", "default", "value")
        text = _first(low, "description", "desc", "label", "help", "note", "libelle")
        return Variable(
            name,
            type=_TYPE_OF.get(normal(kind), ""),
            sample=Localized.of(str(sample)) if isinstance(sample, (str, int, float)) and sample != "" else Localized(),
            description=str(text) if text else "",
            max_length=size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else None,
            at=place,
        )
    if isinstance(about, (list, tuple)):
        listed = ", ".join(str(plain(item)) for item in about)
        first = str(plain(about[0])) if about else ""
        return Variable(name, sample=Localized.of(first) if first else Localized(), description=listed, at=place)
    text = str(as_scalar(about) if as_scalar(about) is not None else "").strip()
    head, _, rest = text.partition(" ")
    kind = _TYPE_OF.get(normal(head), "")
    inner = rest.strip().strip("()").strip() if kind else text
    match = _SAMPLE.search(inner[:300])
    sample = match.group(1).strip().strip("'\"«»()").strip() if match else ""
    return Variable(
        name,
        type=kind,
        sample=Localized.of(sample) if sample else Localized(),
        description=inner,
        at=place,
    )


def _first(members: dict[str, Any], *names: str) -> Any:
    return next((members[name] for name in names if name in members), None)


def _samples(value: Any, place: Place) -> list[Variable]:
    value = _parsed(value)
    if not isinstance(value, dict):
        return []
    return [
        Variable(str(name), sample=Localized.of(str(plain(item))), at=place)
        for name, item in value.items()
        if isinstance(item, (str, int, float)) and str(item) and str(name).strip()
    ]


def options_of(reading: Reading, template: Template, value: Any, place: Place, column: Column) -> list[Option]:
    """Quick replies and buttons: titles, objects, a map of keys to titles, or titles in one text."""
    value = _parsed(value)
    locale = column.locale
    if isinstance(value, dict):
        if value and all(isinstance(item, str) for item in value.values()) and not _is_button(value):
            return [
                Option(title, place.child(key), payload=str(key), accepts=(str(key),), locale=locale)
                for key, title in value.items()
                if title.strip()
            ]
        value = [value] if _is_button(value) else [item for item in value.values() if isinstance(item, (dict, str))]
    if isinstance(value, str):
        return [Option(value[start:end], place.within(start, end), locale=locale) for start, end in _titles(value)]
    found = []
    for index, item in enumerate(value if isinstance(value, list) else ()):
        at = place.child(index) if isinstance(value, list) else place
        if isinstance(item, dict):
            option = _button(item, at, locale)
            if option is not None:
                found.append(option)
                continue
            message = "the button has no title"
            reading.findings.append(OpaqueButton.at(at, message, help="give it a `title`"))
            template.fact(f"source.{column.name}", item)
        elif str(plain(item) if plain(item) is not None else "").strip():
            found.append(Option(str(plain(item)), at, locale=locale))
    return found


def _titles(text: str) -> list[tuple[int, int]]:
    """Ranges of the titles in a cell: one a line, or parted by the first of ``| ; , /`` that stands in it."""
    separator = next((sign for sign in "\n|;,/" if sign in text), "\n")
    found = []
    start = 0
    for piece in text.split(separator):
        lead = len(piece) - len(piece.lstrip())
        if piece.strip():
            found.append((start + lead, start + lead + len(piece.strip())))
        start += len(piece) + 1
    return found


_TITLES = (
    "title",
    "text",
    "label",
    "name",
    "caption",
    "titre",
    "libelle",
    "texte",
    "texto",
    "titulo",
    "body",
    "display",
)
_PAYLOADS = ("payload", "id", "value", "postback", "data", "postbackdata", "reply", "callbackdata", "action", "key")
_URLS = ("url", "link", "href", "lien", "uri", "weburl")
_PHONES = ("phone", "phonenumber", "tel", "telephone", "number")


def _is_button(value: dict[str, Any]) -> bool:
    return any(normal(str(key)) in _TITLES for key in value)


def _button(item: dict[str, Any], place: Place, locale: str) -> Option | None:
    low = {normal(str(key)): (key, plain(content)) for key, content in item.items()}
    used = set()

    def take(names: Iterable[str]) -> str:
        for name in names:
            content = low.get(name, ("", None))[1]
            if isinstance(content, (str, int, float)) and not isinstance(content, bool) and str(content).strip():
                used.add(name)
                return str(content)
        return ""

    title = take(_TITLES)
    if not title:
        return None
    kind = normal(str(low.get("type", ("", ""))[1]))
    url, phone = take(_URLS), take(_PHONES)
    payload = take(_PAYLOADS)
    used.add("type")
    what = ChoiceKind.REPLY
    if url or kind in ("url", "weburl", "openurl", "link"):
        what = ChoiceKind.URL
    elif phone or kind in ("phone", "call", "phonenumber", "dial"):
        what = ChoiceKind.CALL
    elif kind in ("location", "sharelocation", "requestlocation"):
        what = ChoiceKind.SHARE_LOCATION
    title_key = next(key for name, (key, _) in low.items() if name in used and name in _TITLES)
    hints = tuple(
        (str(key), json.dumps(content, ensure_ascii=False)) for name, (key, content) in low.items() if name not in used
    )
    return Option(title, place.child(title_key), what, url, phone, payload, (), locale, hints)


def _read_media(template: Template, column: Column, value: Any, place: Place) -> None:
    value = _parsed(value)
    items = value if isinstance(value, list) else [value]
    for index, item in enumerate(items):
        at = place.child(index) if isinstance(value, list) else place
        if isinstance(item, dict):
            link = next((item[key] for key in item if normal(str(key)) in (*_URLS, "src")), None)
            at = at.child(next((key for key in item if normal(str(key)) in (*_URLS, "src")), ""))
            template.fact(f"source.{column.name}", item)
        else:
            link = item
        if isinstance(link, str) and link.strip():
            template.media.append(MediaFile(_media_kind(column.name, link), link.strip(), at))
        elif not isinstance(item, dict):
            template.fact(f"source.{column.name}", item)


def _media_kind(name: str, url: str) -> MediaKind:
    word = normal(name)
    suffix = url.split("?")[0].split("#")[0].rpartition(".")[2].lower()
    for kind, names, _ in _MEDIA:
        if any(normal(known) in word for known in names.split()):
            return kind
    return next((kind for kind, _, suffixes in _MEDIA if suffix in suffixes.split()), MediaKind.FILE)

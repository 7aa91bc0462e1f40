"""Source cells to canonical ones, by kind of column. None: not understood, the cell then stays in ``custom``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from bascule.contacts.ingest.moments import Moments
from bascule.contacts.ingest.profile import Read
from bascule.contacts.ingest.synonyms import ANSWERS
from bascule.contacts.rows import PURPOSES, Kind

if TYPE_CHECKING:
    from bascule.contacts.phones.hints import Hints

__all__ = ["CellReader", "answer", "cell_reader", "region_of"]

CellReader = Callable[[Any], str | None]

_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?")
_LANGUAGES = {
    name: tag
    for tag, names in {
        "fr": "french français francais",
        "en": "english anglais inglés inglês englisch inglese",
        "es": "spanish español espagnol espanhol spanisch spagnolo",
        "pt": "portuguese português portugais portugués portugiesisch portoghese",
        "de": "german deutsch allemand alemán alemão tedesco",
        "it": "italian italiano italien italienisch",
        "ar": "arabic arabe árabe العربية عربي arabisch arabo",
        "hi": "hindi हिन्दी हिंदी",
        "ru": "russian русский russe ruso russisch russo",
    }.items()
    for name in names.split()
}
_CHANNELS = (
    ("whatsapp", "whatsapp"),
    ("viber", "viber"),
    ("sms", "sms"),
    ("mms", "sms"),
    ("text", "sms"),
    ("voice", "voice"),
    ("call", "voice"),
    ("mail", "email"),
)
_INBOUND = ("in", "mo", "received", "entrant", "reçu", "recu", "entrada", "eingang", "вход")
_OUTBOUND = ("out", "mt", "sent", "sortant", "envoy", "salida", "saída", "ausgang", "исход", "uscita")
_SEPARATORS = re.compile(r"[;,|]")


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _text(value: Any) -> str | None:
    return _scalar(value) or None


def _lower(value: Any) -> str | None:
    return _scalar(value).lower() or None


def _language(value: Any) -> str | None:
    text = _scalar(value)
    match = _TAG.fullmatch(text)
    if match is None:
        return _LANGUAGES.get(text.casefold())
    language, script, region = match.groups()
    parts = [language.lower(), (script or "").title(), (region or "").upper()]
    return "-".join(part for part in parts if part)


def _tags(value: Any) -> str | None:
    items: list[Any]
    if isinstance(value, list):
        items = value
    else:
        text = _scalar(value)
        items = [part.strip() for part in _SEPARATORS.split(text)]
    texts = [
        item if isinstance(item, str) else json.dumps(item, ensure_ascii=False, sort_keys=True)
        for item in items
        if item
    ]
    return json.dumps(texts, ensure_ascii=False) if texts else None


def answer(value: Any) -> str:
    """``yes``, ``no``, ``opt_in`` or ``opt_out``; empty for anything else."""
    return ANSWERS.get(_scalar(value).casefold(), "")


def _action(value: Any) -> str | None:
    return {"yes": "opt_in", "no": "opt_out", "opt_in": "opt_in", "opt_out": "opt_out"}.get(answer(value))


def _flag(value: Any) -> str | None:
    return {"yes": "true", "no": "false", "opt_in": "true", "opt_out": "false"}.get(answer(value))


def _email(value: Any) -> str | None:
    text = _scalar(value)
    name, mark, domain = text.rpartition("@")
    return text if mark and name and domain and not any(map(str.isspace, text)) and len(text) <= 320 else None


def _channel(value: Any) -> str | None:
    text = _scalar(value).casefold()
    return next((channel for word, channel in _CHANNELS if word in text), None)


def _direction(value: Any) -> str | None:
    text = _scalar(value).casefold()
    if text.startswith(_OUTBOUND):
        return "outbound"
    return "inbound" if text.startswith(_INBOUND) else None


def _kind(value: Any) -> str | None:
    text = _scalar(value).lower()
    return text if text in set(Kind) else None


def _purpose(value: Any) -> str | None:
    text = _scalar(value).lower()
    return text if text in PURPOSES else None


def _digits(value: Any) -> str | None:
    text = _scalar(value).partition("@")[0].lstrip("+").replace(" ", "")
    return text if text.isascii() and text.isdecimal() and 5 <= len(text) <= 20 else None


@cache
def _country_names() -> dict[str, str]:
    """Names of countries in the languages that libphonenumber has them in. A name of two countries is none."""
    from phonenumbers.geodata.locale import LOCALE_DATA

    names: dict[str, set[str]] = {}
    for region, labels in LOCALE_DATA.items():
        for label in labels.values():
            if not label.startswith("*"):
                names.setdefault(label.casefold(), set()).add(region)
    found = {name: next(iter(regions)) for name, regions in names.items() if len(regions) == 1}
    return found | {"usa": "US", "u.s.a.": "US", "u.s.": "US", "uae": "AE", "england": "GB", "great britain": "GB"}


def region_of(value: Any, hints: Hints) -> str | None:
    """ISO code of the region a cell names: a code of two letters, a calling code, or a country's name."""
    text = _scalar(value)
    row = hints.row(text)
    if row > 0:
        return hints.names[row]
    found = _country_names().get(text.casefold())
    return found if found is not None and hints.row(found) > 0 else None


_PLAIN: dict[Read, CellReader] = {
    Read.TEXT: _text,
    Read.LOWER: _lower,
    Read.FLAG: _flag,
    Read.LANGUAGE: _language,
    Read.TAGS: _tags,
    Read.ACTION: _action,
    Read.EMAIL: _email,
    Read.CHANNEL: _channel,
    Read.DIRECTION: _direction,
    Read.KIND: _kind,
    Read.PURPOSE: _purpose,
    Read.DIGITS: _digits,
}


def cell_reader(read: Read, moments: Moments, hints: Hints) -> CellReader:
    """The reader of one kind of column."""
    if read is Read.MOMENT:
        return lambda value: moments.read(_scalar(value))
    if read is Read.REGION:
        return lambda value: region_of(value, hints)
    return _PLAIN[read]

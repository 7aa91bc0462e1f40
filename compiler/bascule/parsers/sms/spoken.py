"""Languages and channels that a cell or member names."""

from __future__ import annotations

import re
import zlib
from typing import Any

from bascule.parsers.sms.locales import locale_of
from bascule.parsers.sms.model import Reading
from bascule.parsers.sms.rules import UnknownLanguage
from bascule.parsers.sms.vocabulary import channel_of, normal
from bascule.source import Place
from bascule.source.yaml import as_scalar

__all__ = ["spoken_channel", "spoken_locale"]

_CODE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


def spoken_locale(reading: Reading, value: Any, place: Place) -> str:
    """The locale a cell names; an unknown one is reported and kept as a code of its own."""
    text = str(as_scalar(value) if as_scalar(value) is not None else "").strip()
    if not text:
        return ""
    locale = locale_of(text)
    if locale:
        return locale
    if _CODE.fullmatch(text):
        locale = text.replace("-", "_")
    else:
        # One subtag has at most eight characters (https://www.rfc-editor.org/rfc/rfc5646#section-2.1).
        slug = "".join(char for char in normal(text) if char.isascii())
        check = format(zlib.crc32(text.encode()), "08x")
        locale = f"und_{slug if 1 < len(slug) <= 8 else (slug[:3] + check)[:8]}"
    reading.findings.append(
        UnknownLanguage.at(
            place,
            f"`{text[:40]}` is no language that is known; it is kept as `{locale}`",
            help="write a code such as `fr`, `pt_BR` or `ar`",
        )
    )
    return locale


def spoken_channel(value: Any) -> str:
    """The channel a cell names; the SMS itself is ``""``."""
    text = str(as_scalar(value) if as_scalar(value) is not None else "").strip()
    channel = channel_of(text) or normal(text)[:40]
    return "" if channel in ("sms", "default", "text") else channel

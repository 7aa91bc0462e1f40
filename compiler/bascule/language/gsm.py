"""SMS segments: which encoding a text needs and how many messages it is sent as.

Sources: 3GPP TS 23.038 (alphabets), 3GPP TS 23.040 section 9.2.3.24 (concatenation).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["GSM_BASIC", "GSM_EXTENSION", "Segments", "count_segments"]

GSM_BASIC: frozenset[str] = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The GSM 7-bit default alphabet: one unit each."""

GSM_EXTENSION: frozenset[str] = frozenset("\f^{}\\[~]|€")
"""The extension table: an escape and a code, two units that a segment border must not part."""

_PAYLOAD = 140
"""Octets of user data in one short message."""
_JOIN_HEADER = 6
"""Octets of the header that joins the parts of a longer message (8-bit reference)."""
_GSM_SINGLE = _PAYLOAD * 8 // 7
_GSM_PART = (_PAYLOAD - _JOIN_HEADER) * 8 // 7
_UCS2_SINGLE = _PAYLOAD // 2
_UCS2_PART = (_PAYLOAD - _JOIN_HEADER) // 2


@dataclass(frozen=True, slots=True)
class Segments:
    """``units`` are septets in GSM-7 and UTF-16 code units in UCS-2; ``segments`` the messages sent, 0 for an
    empty text; ``forcing`` the first character that GSM-7 lacks (``""`` in GSM-7)."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    segments: int
    forcing: str


def count_segments(text: str) -> Segments:
    """Count as a gateway without "smart encoding" does: one character outside GSM-7 makes all of it UCS-2.

    A two-unit character (extension table, surrogate pair) that does not fit at the end of a segment goes
    to the next one.
    """
    forcing = next((char for char in text if char not in GSM_BASIC and char not in GSM_EXTENSION), "")
    if forcing:
        widths = [2 if ord(char) > 0xFFFF else 1 for char in text]
        return Segments("UCS-2", sum(widths), _parts(widths, _UCS2_SINGLE, _UCS2_PART), forcing)
    widths = [2 if char in GSM_EXTENSION else 1 for char in text]
    return Segments("GSM-7", sum(widths), _parts(widths, _GSM_SINGLE, _GSM_PART), "")


def _parts(widths: list[int], single: int, part: int) -> int:
    if sum(widths) <= single:
        return 1 if widths else 0
    segments, room = 1, part
    for width in widths:
        if width > room:
            segments += 1
            room = part
        room -= width
    return segments

"""``MED020``, ``MED021`` and ``MED022``: media files that WhatsApp does not take."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from bascule.diagnostics import Finding, Severity
from bascule.ir.content import Content, Media, MediaKind
from bascule.ir.text import Literal, Text
from bascule.passes.lower.media import media_kind
from bascule.passes.lower.texts import HOLE, flat
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.interactive.sites import contents
from bascule.passes.rules.wording import said, shown
from bascule.source import Place

__all__ = ["MediaAddress", "MediaTooLarge", "MediaType"]

# Extensions that name one type; what an extension does not tell is not judged.
_TYPES = {
    "aac": "audio/aac", "amr": "audio/amr", "avi": "video/x-msvideo", "bmp": "image/bmp", "csv": "text/csv",
    "doc": "application/msword", "gif": "image/gif", "heic": "image/heic", "jpeg": "image/jpeg",
    "jpg": "image/jpeg", "m4a": "audio/mp4", "mkv": "video/x-matroska", "mov": "video/quicktime", "mp3": "audio/mpeg",
    "mp4": "video/mp4", "odt": "application/vnd.oasis.opendocument.text", "oga": "audio/ogg", "ogg": "audio/ogg",
    "opus": "audio/ogg", "pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml", "tif": "image/tiff",
    "tiff": "image/tiff", "txt": "text/plain", "wav": "audio/wav", "webm": "video/webm", "webp": "image/webp",
    "3gp": "video/3gpp", "zip": "application/zip",
}  # fmt: skip
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


def all_media(context: CheckContext) -> Iterator[tuple[Media, Place]]:
    """Every media file that is sent, with its place."""
    for _, content, place in contents(context):
        for media in _media_of(content):
            yield media, media.at or place


def _media_of(content: Content) -> Iterator[Media]:
    yield from content.media
    for card in content.cards:
        if card.media is not None:
            yield card.media


def _sent_as(media: Media) -> str:
    """The kind it is sent as (a GIF is sent as an image)."""
    kind = media_kind(media)
    return {MediaKind.GIF: "image", MediaKind.FILE: "document"}.get(kind, kind.value)


def _extension(address: str) -> str:
    name = re.split(r"[?#]", address, maxsplit=1)[0].rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[1].lower() if "." in name and HOLE not in name.rsplit(".", 1)[1] else ""


def _type_of(media: Media) -> tuple[str, str]:
    """The MIME type and what says so; two empty texts when nothing does."""
    if media.mime:
        return media.mime.split(";")[0].strip().lower(), f"its type `{shown(media.mime)}`"
    names = [flat(said(url)) for _, url in media.url] + [media.filename]
    for name in names:
        extension = _extension(name)
        if extension in _TYPES:
            return _TYPES[extension], f"its ending `.{extension}`"
    if media.kind is MediaKind.GIF:
        return "image/gif", "its kind"
    return "", ""


class MediaType(CheckRule):
    """A media file is of a type that WhatsApp does not take

    What it does: compares the MIME type that the source gives, else the ending of the address, with the types
    that WhatsApp takes. A declared type is an error; an ending is a warning, because a server may answer otherwise.
    Why: the send fails (131053). GIF, WebP and HEIC pictures of SMS and Viber must be converted.
    Example:
        bascule: 1
        locale: fr
        flows:
          promo:
            entries: [{keyword: promo}]
            nodes:
              image: {say: "L'affiche", image: {url: "https://boutique.example/a.gif", mime: image/gif}, then: end}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          promo:
            entries: [{keyword: promo}]
            nodes:
              image: {say: "L'affiche", image: {url: "https://boutique.example/a.png", mime: image/png}, then: end}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
    """

    code = "MED020"
    name = "media-type"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Compare the type of every file."""
        for media, place in all_media(context):
            sent = _sent_as(media)
            mime, why = _type_of(media)
            accepted = context.policy.media(sent).mime
            if not mime or mime in accepted:
                continue
            fact = context.policy.fact(f"media.{sent}.mime")
            sure = (bool(media.mime) and sent != "document") or media.kind is MediaKind.GIF
            yield cls.at(
                place,
                f"WhatsApp does not take `{mime}` as {_article(sent)} ({why})",
                help=f"convert it to {' or '.join(accepted[:3])}" if len(accepted) <= 5 else "send it as PDF",
                notes=(fact.cite(),),
                severity=fact.severity if sure else Severity.WARNING,
                data={"mime": mime, "kind": sent},
            )


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


class MediaTooLarge(CheckRule):
    """A media file is too large

    What it does: compares the size that the source gives with the limit of its kind.
    Why: the send fails (131052 or 131053).
    Example:
        bascule: 1
        locale: fr
        flows:
          promo:
            entries: [{keyword: promo}]
            nodes:
              film: {video: {url: "https://boutique.example/a.mp4", size: 25000000}, then: end}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          promo:
            entries: [{keyword: promo}]
            nodes:
              film: {video: {url: "https://boutique.example/a.mp4", size: 12000000}, then: end}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
    """

    code = "MED021"
    name = "media-too-large"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Compare the size of every file that has one."""
        for media, place in all_media(context):
            sent = _sent_as(media)
            limit = context.policy.media(sent).max_bytes
            if media.size is None or media.size <= limit:
                continue
            fact = context.policy.fact(f"media.{sent}.max_bytes")
            yield cls.at(
                place,
                f"the {sent} has {_size(media.size, limit)}, the limit is {_size(limit, media.size)}",
                help="compress it, or send a link",
                notes=(fact.cite(),),
                severity=fact.severity,
                data={"size": media.size, "limit": limit},
            )


def _size(size: int, other: int) -> str:
    """A size for people, exact where a rounded one would hide the difference to the other."""
    if abs(size - other) * 20 < other:
        return f"{size:,} bytes"
    unit = 1024 * 1024
    return f"{size / unit:.1f} MB" if size >= unit else f"{size / 1024:.0f} KB"


class MediaAddress(CheckRule):
    """A media file has no public address

    What it does: reports addresses that are relative, local files or data (an error), and addresses without
    encryption (a warning).
    Why: WhatsApp fetches the file itself; it reaches only public web addresses (131052).
    Example:
        bascule: 1
        locale: fr
        flows:
          promo:
            entries: [{keyword: promo}]
            nodes:
              image: {say: "Voici l'affiche.", image: "images/affiche.png", then: end}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          promo:
            entries: [{keyword: promo}]
            nodes:
              image: {say: "Voici l'affiche.", image: "https://boutique.example/images/affiche.png", then: end}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
    """

    code = "MED022"
    name = "media-address"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at every address that begins with fixed text."""
        for media, place in all_media(context):
            for _, url in media.url:
                text = said(url)
                what, severity = _address_problem(text)
                if what:
                    yield cls.at(
                        place,
                        f"the address `{shown(flat(text), 60)}` {what}",
                        help="put the file on a web server and write its https address" + _setting(url),
                        severity=severity,
                    )
                    break


_LONGEST_KEY = 300
"""Longest address that a help repeats."""


def _setting(url: Text) -> str:
    """How to name the address without touching the source, where the source's is a fixed one."""
    if len(url) != 1 or not isinstance(url[0], Literal) or url[0].text.startswith("http://"):
        return ""
    key = json.dumps(url[0].text, ensure_ascii=False)
    address = '{url = "https://www.example.com/photo.jpg"}'
    return (
        f", or add to `bascule.toml`, under `[project.media]`: `{key} = {address}`" if len(key) <= _LONGEST_KEY else ""
    )


def _address_problem(url: Text) -> tuple[str, Severity]:
    """What is wrong with an address, and how bad it is; ``""`` when nothing is known to be wrong."""
    if not url or not isinstance(url[0], Literal) or not url[0].text.strip():
        return "", Severity.INFO
    start = url[0].text.strip()
    scheme = _SCHEME.match(start)
    name = scheme[1].lower() if scheme is not None else ""
    if name == "https":
        return "", Severity.INFO
    if name == "http":
        return "is not encrypted", Severity.WARNING
    if len(name) == 1 or name == "file":
        return "is a file on somebody's computer", Severity.ERROR
    if name:
        return f"begins with `{name}:`, which WhatsApp does not fetch", Severity.ERROR
    if len(url) > 1 and not start.startswith(("/", ".")):
        return "", Severity.INFO
    return "is no web address", Severity.ERROR

"""Media, places and contact cards: each a message of its own, or part of the message they come with."""

from __future__ import annotations

from typing import Any

from bascule.ir.content import Content, Media, MediaKind
from bascule.ir.expr import Const, Expression
from bascule.ir.text import Text
from bascule.passes.lower.draft import Draft
from bascule.passes.lower.texts import Marker, marker_of, marker_text, markers_of

__all__ = ["location_and_contacts", "media_kind", "send_media"]

_EXTENSIONS = {
    "jpg": MediaKind.IMAGE,
    "jpeg": MediaKind.IMAGE,
    "png": MediaKind.IMAGE,
    "webp": MediaKind.STICKER,
    "gif": MediaKind.GIF,
    "mp4": MediaKind.VIDEO,
    "3gp": MediaKind.VIDEO,
    "mov": MediaKind.VIDEO,
    "mp3": MediaKind.AUDIO,
    "ogg": MediaKind.AUDIO,
    "oga": MediaKind.AUDIO,
    "m4a": MediaKind.AUDIO,
    "aac": MediaKind.AUDIO,
    "amr": MediaKind.AUDIO,
    "wav": MediaKind.AUDIO,
}


def media_kind(media: Media) -> MediaKind:
    """The kind WhatsApp takes: the source's word, then the MIME type, then the extension; else a document."""
    if media.kind is not MediaKind.FILE:
        return media.kind
    major = media.mime.split("/")[0]
    if major in ("image", "video", "audio"):
        return MediaKind.GIF if media.mime == "image/gif" else MediaKind(major)
    url = marker_text(media.url.first) if media.url else media.filename
    extension = url.split("?")[0].rsplit("/", 1)[-1].rsplit(".", 1)[-1].lower()
    return _EXTENSIONS.get(extension, MediaKind.DOCUMENT)


def _media_object(draft: Draft, media: Media) -> tuple[str, dict[str, Any], list[Marker]]:
    kind = media_kind(media)
    url = draft.text(media.url)
    link = marker_text(url) or f"{{{{media.{media.asset or 'missing'}}}}}"
    name = {MediaKind.GIF: "image", MediaKind.FILE: "document"}.get(kind, kind.value)
    body: dict[str, Any] = {"link": link}
    if name == "document":
        filename = media.filename or link.split("?")[0].rsplit("/", 1)[-1]
        if filename and "{{" not in filename:
            body["filename"] = filename
    return name, body, list(markers_of(url))


def send_media(draft: Draft, text: Text, content: Content, has_replies: bool) -> dict[str, Any] | bool:
    """Send media first. True: the text went along as a caption; a dict: media for the header of the buttons."""
    if not content.media:
        return False
    *others, last = content.media
    for media in others:
        name, body, used = _media_object(draft, media)
        draft.add({"type": name, name: _captioned(draft, name, body, media, used)}, used, role="before")
        draft.note("exact", "media", place=media.at)
    name, body, used = _media_object(draft, last)
    own_caption = draft.text(last.caption)
    header_kinds = draft.context.policy.list("interactive.button.header_types")
    if has_replies and name in header_kinds and not own_caption:
        draft.note("exact", "media", place=last.at)
        return {"type": name, name: body, "_used": used}
    fits = len(marker_text(text)) <= draft.context.limit("message.image.caption.max_length")
    if text and fits and not has_replies and not own_caption and name in ("image", "video", "document"):
        body["caption"] = marker_text(text)
        draft.add({"type": name, name: body}, [*used, *markers_of(text)])
        draft.note("exact", "media", place=last.at)
        return True
    role = "before" if text or has_replies else "main"
    draft.add({"type": name, name: _captioned(draft, name, body, last, used)}, used, role=role)
    draft.note("exact", "media", place=last.at)
    return False


def _captioned(draft: Draft, name: str, body: dict[str, Any], media: Media, used: list[Marker]) -> dict[str, Any]:
    caption = draft.text(media.caption)
    if not caption:
        return body
    if name not in ("image", "video", "document"):
        draft.note("degraded", "caption", f"{name} messages have no caption", "put it in the text", place=media.at)
        return body
    used.extend(markers_of(caption))
    return {**body, "caption": marker_text(caption)}


def location_and_contacts(draft: Draft, content: Content) -> None:
    if content.location is not None:
        point = content.location
        body: dict[str, Any] = {
            "latitude": _value(point.latitude),
            "longitude": _value(point.longitude),
            **({"name": marker_text(point.name)} if point.name else {}),
            **({"address": marker_text(point.address)} if point.address else {}),
        }
        used = [marker_of(item) for item in (point.latitude, point.longitude) if not isinstance(item, Const)]
        draft.add({"type": "location", "location": body}, used, role="before")
        draft.note("exact", "location")
    if content.contacts:
        cards = []
        used = []
        for contact in content.contacts:
            name = marker_text(contact.name) or marker_text(contact.phone)
            used += [*markers_of(contact.name), *markers_of(contact.phone)]
            phones = [{"phone": marker_text(contact.phone), "type": "CELL"}] if contact.phone else []
            cards.append({"name": {"formatted_name": name, "first_name": name}, "phones": phones})
        draft.add({"type": "contacts", "contacts": cards}, used, role="before")
        draft.note("exact", "contact card")


def _value(expression: Expression) -> Any:
    """A coordinate: a constant number, or the run-time marker."""
    if isinstance(expression, Const) and expression.value is not None:
        return expression.value
    return "{{" + marker_of(expression).name + "}}"

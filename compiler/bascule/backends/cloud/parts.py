"""The parts of Meta's template bodies, for providers that write the same template in a form of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bascule.whatsapp.plan import Slot
from bascule.whatsapp.templates import PlaceholderKind, parameters

__all__ = [
    "MARKER",
    "MediaSample",
    "Missing",
    "Unfit",
    "buttons_of",
    "components_of",
    "file_address",
    "filled",
    "link_sample",
    "media_sample",
    "sample_setting",
    "sample_texts",
    "upload_task",
    "uploads",
]

MARKER = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
"""A parameter of a template, or a run-time marker of a message."""

_PUBLIC = re.compile(r"https?://[^\s{}<>]+")
_UPLOAD = re.compile(r"<upload (.*)>", re.DOTALL)
_HANDLE = re.compile(r"\d{1,3}::")
_EXPIRING = ("://scontent", ".fbcdn.net/", "://lookaside.fbsbx.com/")
"""Links that Meta gives out for some days only: nobody can open them at the time of review."""
_EXTENSIONS = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "3gp": "video/3gpp",
    "pdf": "application/pdf",
}
_USUAL = {"IMAGE": "image/jpeg", "VIDEO": "video/mp4", "GIF": "video/mp4", "DOCUMENT": "application/pdf"}


class Unfit(Exception):
    """A provider has no form for a part; the text says which."""


@dataclass(frozen=True, slots=True)
class MediaSample:
    """The sample file of a header. ``address`` is a link that everybody can open, or ``""``; ``handle`` is what stands
    in Meta's body: a handle of the account that made it, or a placeholder that names the file to upload."""

    kind: str
    address: str
    handle: str

    @property
    def uploaded(self) -> bool:
        """The body holds a handle that some account was given, not a placeholder."""
        return bool(self.handle) and _UPLOAD.fullmatch(self.handle) is None and not _is_link(self.handle)

    @property
    def source(self) -> str:
        """The file as the source names it; ``""`` where it has a handle of some account only."""
        match = _UPLOAD.fullmatch(self.handle)
        named = match.group(1).strip() if match else self.address or (self.handle if _is_link(self.handle) else "")
        return "" if _HANDLE.match(named) else named

    @property
    def filename(self) -> str:
        """The last part of the address."""
        return self.source.split("?")[0].split("#")[0].rstrip("/").rsplit("/", 1)[-1] if self.source else ""

    @property
    def mime(self) -> str:
        """The MIME type, by the file's extension where that is one of its kind."""
        found = _EXTENSIONS.get(self.filename.rsplit(".", 1)[-1].lower(), "")
        usual = _USUAL.get(self.kind.upper(), "application/octet-stream")
        return found if found.split("/")[0] == usual.split("/")[0] else usual


@dataclass(frozen=True, slots=True)
class Missing:
    """A sample that has no public address: the setting that stands for it has to be filled in by hand."""

    setting: str
    sample: MediaSample

    @property
    def task(self) -> str:
        """What to do."""
        named = f" (the source names `{self.sample.source}`)" if self.sample.source else ""
        return f"put the public address (https) of a sample {self.sample.kind.lower()} into {self.setting}{named}"


def sample_setting(*parts: str) -> str:
    """The name of the setting for a sample: ``SAMPLE_PROMO_FR``."""
    words = "_".join(part for part in parts if part).upper()
    return "SAMPLE_" + "".join(char if char.isascii() and char.isalnum() else "_" for char in words)


def uploads(body: Mapping[str, Any]) -> list[tuple[str, MediaSample]]:
    """The headers of a template whose sample is no handle yet: where the handle goes, and the file to upload."""
    found: list[tuple[str, MediaSample]] = []
    for at, component in enumerate(body.get("components", [])):
        where = f"components[{at}]"
        kind = str(component["type"]).upper()
        inner = [(where, component)] if kind == "HEADER" else []
        for number, card in enumerate(component.get("cards", []) if kind == "CAROUSEL" else []):
            headers = enumerate(card.get("components", []))
            inner += [
                (f"{where}.cards[{number}].components[{place}]", header)
                for place, header in headers
                if str(header["type"]).upper() == "HEADER"
            ]
        for spot, header in inner:
            if str(header.get("format", "")).upper() in _USUAL:
                sample = media_sample(header)
                if not sample.uploaded:
                    found.append((f"{spot}.example.header_handle[0]", sample))
    return found


def upload_task(where: str, sample: MediaSample) -> str:
    """What to do with a header whose sample is no handle."""
    named = f" `{sample.source}`" if sample.source else ""
    return f"upload the sample {sample.kind.lower()}{named}, and put its handle into `{where}`"


def components_of(body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The components of a template (or of a card) by their type in capitals."""
    return {str(component["type"]).upper(): component for component in body.get("components", [])}


def buttons_of(parts: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The buttons among the components."""
    return list(parts.get("BUTTONS", {}).get("buttons", []))


def media_sample(header: Mapping[str, Any], known: str = "") -> MediaSample:
    """The sample of a header with a file. ``known`` is the address of the file where the body has a handle instead."""
    handles = (header.get("example") or {}).get("header_handle") or [""]
    handle = str(handles[0] if isinstance(handles, list) else handles)
    match = _UPLOAD.fullmatch(handle)
    named = match.group(1).strip() if match else handle if _is_link(handle) else known
    lasting = _PUBLIC.fullmatch(named) is not None and not any(part in named for part in _EXPIRING)
    return MediaSample(str(header.get("format", "")).upper(), named if lasting else "", handle)


def _is_link(text: str) -> bool:
    return text.startswith(("https://", "http://"))


def file_address(slots: Iterable[Slot]) -> str:
    """The address of a header's file, as the slots of a planned template have it."""
    return next((slot.sample for slot in slots if slot.key == "header.1"), "")


def sample_texts(component: Mapping[str, Any]) -> dict[str, str]:
    """The samples of a text's parameters, by the name that stands in the text (``1``, ``prenom``)."""
    example = component.get("example") or {}
    given = example.get("body_text") or example.get("header_text") or []
    if isinstance(given, str):
        given = [given]
    if given and isinstance(given[0], list):
        given = given[0]
    found = {str(number): str(item) for number, item in enumerate(given, start=1)}
    for member in ("body_text_named_params", "header_text_named_params"):
        for pair in example.get(member) or []:
            found[str(pair.get("param_name", ""))] = str(pair.get("example", ""))
    return found


def link_sample(button: Mapping[str, Any]) -> str:
    """The sample of a link's parameter: what the example has where the link has its marker."""
    given = button.get("example") or []
    sample = str(given[0] if isinstance(given, list) and given else given or "")
    start = str(button.get("url", "")).partition("{{")[0]
    return sample[len(start) :] if start and sample.startswith(start) else sample


def filled(text: str, name: Callable[[str], str]) -> str:
    """The text with another name for each of its parameters."""
    parts: list[str] = []
    at = 0
    for item in parameters(text):
        if item.kind is not PlaceholderKind.MALFORMED:
            parts += [text[at : item.start], "{{", name(item.name), "}}"]
            at = item.end
    return "".join([*parts, text[at:]])

"""What ``bascule.toml`` says about files and templates, written into the graph before anything is decided."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bascule.ir.content import Media, TemplateUse
from bascule.ir.project import Project, TemplateAsset
from bascule.ir.settings import FileFacts, ProjectSettings
from bascule.ir.text import Literal, Localized, plain_text
from bascule.ir.walk import KEEP, rewrite

__all__ = ["file_of", "with_given"]


_WEB = ("https://", "http://")


def with_given(project: Project, settings: ProjectSettings) -> Project:
    """The project with the sizes and addresses of files and the names of templates that the settings give.

    A size or a web address that a source gives itself stays; a name of the settings always counts.
    """
    if not settings.media and not settings.templates:
        return project

    def change(part: Any) -> Any:
        if isinstance(part, Media):
            facts = file_of(part, settings)
            return _file(part, facts) if facts is not None else KEEP
        if isinstance(part, TemplateUse):
            name = settings.templates.get(part.name) or settings.templates.get(part.provider_id)
            return replace(part, name=name) if name else KEEP
        if isinstance(part, TemplateAsset):
            return _named(part, settings.templates.get(part.name) or settings.templates.get(part.provider_id))
        return KEEP

    return rewrite(project, change)


def file_of(media: Media, settings: ProjectSettings) -> FileFacts | None:
    """What the settings say about a file, by its address or by its id in the source's store."""
    address = plain_text(media.url.first) if media.url else ""
    return settings.media.get(address) or settings.media.get(media.asset)


def _file(media: Media, facts: FileFacts) -> Media:
    if media.size is None and facts.size is not None:
        media = replace(media, size=facts.size)
    link = media.url.first if media.url else ()
    local = len(link) == 1 and isinstance(link[0], Literal) and not link[0].text.startswith(_WEB)
    if facts.url and (not link or local):
        media = replace(media, url=Localized.of((Literal(facts.url),)))
    return media


def _named(asset: TemplateAsset, name: str | None) -> Any:
    if not name:
        return KEEP
    definition = asset.definition
    if definition:
        body = json.loads(definition)
        if isinstance(body, dict) and "name" in body:
            body["name"] = name
            definition = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return replace(asset, name=name, definition=definition)

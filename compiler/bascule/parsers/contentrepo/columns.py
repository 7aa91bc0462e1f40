"""The columns of ContentRepo's page sheets, in the spellings of its versions.

Source: https://github.com/praekeltfoundation/contentrepo (``home/import_content_pages.py`` and
``home/export_content_pages.py`` over their history). The importer ignores columns that it does not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bascule.language.locale_names import plain_name
from bascule.language.sheets import Grid

__all__ = ["BODIES", "CHANNELS", "KNOWN", "Columns", "header_row", "meaning", "score"]

CHANNELS = ("whatsapp", "messenger", "viber", "sms", "ussd")
"""The channels of a message, the richest first: the first one with a body is the message, the others are variants."""

BODIES = {channel: f"{channel}_body" for channel in CHANNELS}

KNOWN = (
    "structure", "message", "page_id", "slug", "parent", "web_title", "web_subtitle", "web_body",
    *(f"{channel}_{part}" for channel in CHANNELS for part in ("title", "body")),
    "whatsapp_template_name", "whatsapp_template_category", "example_values", "variation_title", "variation_body",
    "list_title", "list_items", "translation_tag", "tags", "quick_replies", "triggers", "locale", "language_code",
    "next_prompt", "buttons", "image_link", "doc_link", "media_link", "related_pages", "footer",
)  # fmt: skip
"""Every column that has a meaning, by its name in the current importer."""

_OTHER_NAMES = {
    "whatsapp_template_slug": "whatsapp_template_name",
    "template_name": "whatsapp_template_name",
    "template_category": "whatsapp_template_category",
    "related": "related_pages",
    "language": "locale",
    "image": "image_link",
    "document": "doc_link",
    "doc": "doc_link",
    "media": "media_link",
}
_BY_PLAIN = {plain_name(name): name for name in KNOWN} | {
    plain_name(other): name for other, name in _OTHER_NAMES.items()
}
_HEADER_ROWS = 5


def meaning(name: str) -> str:
    """The known column a header names, whatever its case (``Slug``, ``Structure``), or ``""``."""
    return _BY_PLAIN.get(plain_name(name), "")


def score(names: Sequence[str]) -> int:
    """How many of the known columns a header names."""
    return len({meaning(name) for name in names} - {""})


@dataclass(frozen=True, slots=True)
class Columns:
    """Positions of the known columns; ``unknown`` are those the importer does not read, ``doubled`` (second, first) of
    one meaning."""

    at: dict[str, int]
    unknown: tuple[int, ...]
    doubled: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, grid: Grid) -> Columns:
        """The columns of a sheet. The importer's own spelling of a name wins over an older one."""
        found: dict[str, int] = {}
        unknown, doubled = [], []
        headers = grid.table.headers
        for index in sorted(range(len(headers)), key=lambda index: (headers[index].strip() not in KNOWN, index)):
            name = meaning(headers[index])
            if not name:
                unknown.append(index)
            elif name in found:
                doubled.append((index, found[name]))
            else:
                found[name] = index
        return cls(found, tuple(sorted(unknown)), tuple(doubled))


def header_row(grid: Grid) -> int | None:
    """Which of the first rows names most known columns; None when none names six."""
    best = max(
        ((score(cells), -number) for number, cells in enumerate(grid.table.records[:_HEADER_ROWS])), default=(0, 0)
    )
    return -best[1] if best[0] >= 6 else None

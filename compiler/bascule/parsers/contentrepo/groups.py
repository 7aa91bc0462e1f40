"""Which pages are one page in several languages: by their translation tag, else by their slug."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bascule.diagnostics.finding import Label
from bascule.language.names import template_slug
from bascule.language.reading import Reading, unique
from bascule.parsers.contentrepo import rules
from bascule.parsers.contentrepo.messages import Scribe
from bascule.parsers.contentrepo.pages import Page, shown

__all__ = ["Group", "group_pages"]

_PLAIN_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}")


@dataclass(slots=True)
class Group:
    """One page in its languages, the file's order; ``id`` is that of its flow."""

    id: str
    pages: list[Page] = field(default_factory=list)

    @property
    def first(self) -> Page:
        """The page that stands first: its buttons and targets are taken."""
        return self.pages[0]

    @property
    def locales(self) -> list[str]:
        """The languages of the page."""
        return [page.locale for page in self.pages]


def group_pages(reading: Reading, scribe: Scribe, pages: list[Page]) -> list[Group]:
    """Put translations together. Pages that say nothing are left out; those of another build stay alone."""
    groups: list[Group] = []
    by_tag: dict[str, Group] = {}
    by_slug: dict[str, Group] = {}
    taken: dict[str, int] = {}
    for page in pages:
        if not page.messages:
            continue
        group = _group_of(page, by_tag, by_slug)
        if group is not None and not _alike(scribe, group.first, page):
            if not _sends_template(page):
                reading.find(
                    rules.TranslationDiffers,
                    page.line.place,
                    f"`{shown(page.slug)}` in `{page.locale}` is built otherwise than in `{group.first.locale}`; "
                    "it becomes a flow of its own",
                    help="write the same messages and buttons in every language",
                    labels=[Label(group.first.line.place, "the page it translates")],
                )
            group = None
        elif group is not None and (not page.tag or not group.first.tag):
            _untagged(reading, page, group)
        if group is None:
            own = _id(f"{page.slug}_{page.locale}" if page.slug in taken and page.locale else page.slug)
            group = Group(unique(own, taken))
            groups.append(group)
            by_slug.setdefault(page.slug, group)
            if page.tag:
                by_tag.setdefault(page.tag, group)
        group.pages.append(page)
    return groups


def _id(name: str) -> str:
    return name if _PLAIN_ID.fullmatch(name) else template_slug(name)[:80] or "page"


def _group_of(page: Page, by_tag: dict[str, Group], by_slug: dict[str, Group]) -> Group | None:
    if not page.locale:
        return None
    group = by_tag.get(page.tag) if page.tag else None
    if group is not None and page.locale not in group.locales and all(group.locales):
        return group
    group = by_slug.get(page.slug)
    if group is None or page.locale in group.locales or not all(group.locales):
        return None
    return None if page.tag and group.first.tag else group


def _untagged(reading: Reading, page: Page, group: Group) -> None:
    reading.find(
        rules.TranslationTagMissing,
        page.line.place,
        f"`{shown(page.slug)}` in `{page.locale}` is taken for a translation by its slug: it has no `translation_tag`",
        help="write the tag of the page it translates",
        labels=[Label(group.first.line.place, "the page it translates")],
    )


def _sends_template(page: Page) -> bool:
    return any("whatsapp_template_name" in message.line.cells for message in page.messages)


def _alike(scribe: Scribe, first: Page, other: Page) -> bool:
    """Whether two translations have the same messages, buttons and variations. A template has one language only."""
    if _sends_template(first) or _sends_template(other):
        return False
    if len(first.messages) != len(other.messages):
        return False
    return all(
        scribe.shape(mine.line) == scribe.shape(theirs.line) and len(mine.variations) == len(theirs.variations)
        for mine, theirs in zip(first.messages, other.messages, strict=True)
    )

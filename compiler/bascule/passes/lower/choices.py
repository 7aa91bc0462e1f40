"""Choices to buttons, lists, pages or numbered text: which form, with which labels."""

from __future__ import annotations

import enum
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bascule.ir.content import Choice
from bascule.ir.text import Text, is_empty
from bascule.passes.lower.context import LowerContext, Site, phrase
from bascule.passes.lower.labels import Label, fit_labels
from bascule.passes.lower.texts import flat, marker_text

__all__ = ["ChoiceForm", "ChoicePlan", "Option", "plan_choices", "reply_id", "strip_menu", "template_labels"]

_MAX_PAGES = 3
"""A list of more pages than this is worse to use than numbers in the text (judgement)."""

_UNSAFE = re.compile(r"[^A-Za-z0-9_.:-]+")


class ChoiceForm(enum.Enum):
    """How the user sees the options."""

    BUTTONS = "reply buttons"
    LIST = "list"
    PAGES = "paged list"
    NUMBERS = "numbered text"


@dataclass(frozen=True, slots=True)
class Option:
    """One option as shown: ``title`` fits, ``description`` carries the rest, ``full`` is the source's wording."""

    choice: Choice
    id: str
    title: str
    description: str
    full: str
    section: str
    how: str


@dataclass(frozen=True, slots=True)
class ChoicePlan:
    """The form and the options of one ask in one language; ``button`` opens a list."""

    form: ChoiceForm
    options: tuple[Option, ...]
    button: str = ""


def reply_id(stem: str, choice: Choice, limit: int) -> str:
    """The reply id of a choice: readable, from content only, unique within its flow, at most ``limit`` long."""
    raw = f"{stem}:{choice.id}"
    clean = _UNSAFE.sub("_", raw).strip("_")
    if clean == raw and len(clean) <= limit:
        return clean
    digest = hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{clean[: limit - 9].rstrip('_')}_{digest}"


def _full_title(choice: Choice, locale: str) -> str:
    title = choice.title.best(locale)
    return marker_text(title) if title else (choice.payload or choice.id)


def plan_choices(context: LowerContext, site: Site, choices: Sequence[Choice], locale: str) -> ChoicePlan:
    """Choose the form: reply buttons, then a list, then pages, then numbers in the text.

    Three short options are buttons; up to ten are a list; titles that must be shortened prefer the
    list, whose rows have a description for the full text. The most limited id length serves all forms,
    so that an id stays the same when an option is added.
    """
    limit = context.limit
    titles = [_full_title(choice, locale) for choice in choices]
    ids = [reply_id(site.stem, choice, limit("interactive.list.row.id.max_length")) for choice in choices]
    descriptions = [marker_text(choice.description.best(locale) or ()) for choice in choices]
    sections = [marker_text(choice.section.best(locale) or ()) for choice in choices]
    short = fit_labels(titles, limit("interactive.button.title.max_length"))
    rows = limit("interactive.list.rows.max")
    label = site.content.list_label.best(locale)
    button = marker_text(label) if label else phrase("list_button", context.language(site.flow, locale))
    button = fit_labels([button], limit("interactive.list.button.max_length"))[0].title
    if (
        len(choices) <= limit("interactive.button.max")
        and not any(item.shortened for item in short)
        and not any(descriptions)
    ):
        options = _options(choices, ids, short, descriptions, sections)
        return ChoicePlan(ChoiceForm.BUTTONS, options)
    fitted = fit_labels(titles, limit("interactive.list.row.title.max_length"))
    room = limit("interactive.list.row.description.max_length")
    told = [_description(item, text, room) for item, text in zip(fitted, descriptions, strict=True)]
    options = _options(choices, ids, fitted, told, sections)
    if len(choices) <= rows:
        return ChoicePlan(ChoiceForm.LIST, options, button)
    if len(choices) <= (rows - 1) * (_MAX_PAGES - 1) + rows:
        return ChoicePlan(ChoiceForm.PAGES, options, button)
    numbered = [Label(title, title) for title in titles]
    return ChoicePlan(ChoiceForm.NUMBERS, _options(choices, ids, numbered, descriptions, sections))


def _options(
    choices: Sequence[Choice],
    ids: Sequence[str],
    labels: Sequence[Label],
    descriptions: Sequence[str],
    sections: Sequence[str],
) -> tuple[Option, ...]:
    return tuple(
        Option(choice, id_, label.title, description, label.full, section, label.how)
        for choice, id_, label, description, section in zip(choices, ids, labels, descriptions, sections, strict=True)
    )


def _description(label: Label, own: str, room: int) -> str:
    """The row's description: the full title when the title was shortened, then its own text, when they fit."""
    parts = [label.full] if label.shortened else []
    if own:
        parts.append(own)
    joined = " – ".join(parts)
    if len(joined) <= room:
        return joined
    if label.shortened and len(label.full) <= room:
        return label.full
    return fit_labels([joined], room)[0].title


def hidden_text(option: Option) -> bool:
    """Part of the option's wording is in neither title nor description, so the body must carry it."""
    shown = option.title == option.full or option.full in option.description
    own = marker_text(option.choice.description.first) if option.choice.description else ""
    return not shown or (bool(own) and own not in option.description and option.description != "")


def strip_menu(text: Text, choices: Sequence[Choice], locale: str) -> Text | None:
    """The text without its numbered menu when its items are just the choices; None when there is no such menu."""
    from bascule.language.menus import find_menu
    from bascule.passes.lower.texts import cut_range

    line = flat(text)
    menu = find_menu(line)
    if menu is None or len(menu.items) < 2:
        return None
    wanted = {_key(_full_title(choice, locale)) for choice in choices}
    shown = {_key(item.title) for item in menu.items}
    if not shown <= wanted:
        return None
    rest = cut_range(text, *_loose_ends(line, menu.start, menu.end))
    if is_empty(rest):
        rest = cut_range(text, menu.start, menu.end)
    return None if is_empty(rest) else rest


def _loose_ends(line: str, start: int, end: int) -> tuple[int, int]:
    """The range of a menu with what would be left over of it: the line ``Reply:`` before it, the full stop after it."""
    from bascule.language.menus.cues import VERB

    after = re.match(r"[ \t]*[.,;:!]+(?=\s|$)", line[end:])
    opener = re.search(rf"(?:^|\n)[^\w\n]*(?:{VERB})[ \t\u00a0]*[:\uff1a][ \t]*\n?$", line[:start], re.IGNORECASE)
    return (opener.start() if opener is not None else start), end + (after.end() if after is not None else 0)


def _key(title: str) -> str:
    return " ".join(title.casefold().strip(" .,;:!?").split())


def template_labels(
    context: LowerContext, choices: Sequence[Choice], locale: str, stem: str
) -> list[tuple[Choice, str, Label]]:
    """Quick-reply labels of a template (longer than those of a message), with the same reply ids."""
    titles = [_full_title(choice, locale) for choice in choices]
    fitted = fit_labels(titles, context.limit("button.quick_reply.text.max_length"))
    ids = [reply_id(stem, choice, context.limit("interactive.list.row.id.max_length")) for choice in choices]
    return list(zip(choices, ids, fitted, strict=True))

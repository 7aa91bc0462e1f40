"""Numbered menus in the text of a question as choices."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bascule.ir.content import Choice, Content
from bascule.ir.expr import Const
from bascule.ir.text import Literal, Localized, Text, is_empty, join_text, plain_text
from bascule.parsers.rapidpro.answers import DEFAULT, UNKNOWN, Answers
from bascule.parsers.rapidpro.reading import slug, unique
from bascule.parsers.rapidpro.routers import Router
from bascule.parsers.rapidpro.rules import RepliesNotTranslated
from bascule.parsers.rapidpro.scene import Reply, Said, Scene
from bascule.source import Place

if TYPE_CHECKING:
    from bascule.language.menus import Menu, MenuItem

__all__ = ["from_menu"]


def from_menu(scene: Scene, said: Said, router: Router, answers: Answers) -> tuple[Content, list[Reply]] | None:
    """The content without its menu and the menu's options as replies; None where there is none to be sure of."""
    own = said.texts.get(scene.locale)
    if own is None or not router.cases:
        return None
    from bascule.language.menus import find_menu

    menu = find_menu(own[0])
    if menu is None or len(menu.items) < 2:
        return None
    typed = [_typed(item, answers, scene.locale) for item in menu.items]
    if any(word is None for word, _ in typed) or 2 * sum(number >= 0 for _, number in typed) < len(typed):
        return None
    menus: dict[str, Menu] = {scene.locale: menu}
    for language, (text, place) in said.texts.items():
        other = menu if language == scene.locale else find_menu(text)
        if other is None or len(other.items) != len(menu.items):
            scene.reading.find(
                RepliesNotTranslated,
                place,
                f"the text has a menu of {len(menu.items)}, but not in `{language}`; it stays text",
                help="give the menu the same form in each language",
            )
            return None
        menus[language] = other
    replies = _options(scene, said, menus, typed, answers)
    texts = [(language, _without_menu(scene, *said.texts[language], found)) for language, found in menus.items()]
    content = said.content
    if all(text is not None for _, text in texts):
        content = replace(content, text=Localized(tuple((language, text) for language, text in texts if text)))
        for _, place in said.texts.values():
            scene.reading.book.emulated(place, "the numbered menu in the text became choices")
    return replace(content, choices=tuple(reply.choice for reply in replies)), replies


def _typed(item: MenuItem, answers: Answers, language: str) -> tuple[str | None, int]:
    """What people type for an option, and the case it passes; None when it cannot be told."""
    from bascule.language.menus.model import key_value

    value = key_value(item.key)
    words = [item.key, *([str(value)] if value is not None and item.key != str(value) else []), *item.spellings]
    first = DEFAULT
    for word in dict.fromkeys(words):
        number = answers.case_of(word, language)
        if number == UNKNOWN:
            return None, UNKNOWN
        if number >= 0:
            return word, number
        first = number
    return words[0], first


def _options(
    scene: Scene, said: Said, menus: dict[str, Menu], typed: list[tuple[str | None, int]], answers: Answers
) -> list[Reply]:
    """The options as replies; of the spellings of a number, those that lead where the number leads."""
    ids: dict[str, int] = {}
    replies: list[Reply] = []
    for index, (word, number) in enumerate(typed):
        assert word is not None
        titles: list[tuple[str, Text]] = []
        accepts: list[tuple[str, tuple[str, ...]]] = []
        at: Place | None = None
        for language, menu in menus.items():
            item = menu.items[index]
            text, place = said.texts[language]
            start = text.find(item.title, item.start, item.end)
            start = start if start >= 0 else item.start
            titles.append((language, scene.reading.text(text, place, start, start + len(item.title))))
            spellings = dict.fromkeys((item.key, *item.spellings))
            same = tuple(spelling for spelling in spellings if answers.case_of(spelling, language) == number)
            if same:
                accepts.append((language, same))
            at = at or scene.reading.within(text, place, item.start, item.end)
        title = plain_text(titles[0][1], lambda _: " ")
        choice = Choice(
            id=unique(slug(title) or slug(word) or f"choice_{index + 1}", ids),
            title=Localized(tuple(titles)),
            payload=menus[scene.locale].items[index].key,
            value=Const(word) if word != title else None,
            accepts=Localized(tuple(accepts)),
            at=at,
        )
        replies.append(
            Reply(choice, dict.fromkeys(menus, word), {language: said.texts[language][1] for language in menus})
        )
    return replies


def _without_menu(scene: Scene, text: str, place: Place, menu: Menu) -> Text | None:
    """The text without the lines of its menu; None where they cannot be cut out without breaking a sentence."""
    before, after = text[: menu.start], text[menu.end :]
    line_start = before.rsplit("\n", 1)[-1].strip() == ""
    line_end = after.split("\n", 1)[0].strip(" \t\r.") == ""
    if not (line_start and line_end):
        return None
    rest = menu.end + len(after) - len(after.lstrip(" \t\r\n."))
    head = scene.reading.text(text, place, 0, len(before.rstrip()))
    tail = scene.reading.text(text, place, rest, len(text.rstrip()))
    kept = join_text((*head, Literal("\n"), *tail)) if head and tail else head or tail
    return None if is_empty(kept) else kept

"""Find a menu in a text."""

from __future__ import annotations

from bascule.language.menus.inline import number_menu, signed_menu, word_menu
from bascule.language.menus.lines import line_menu
from bascule.language.menus.model import Menu

__all__ = ["find_menu"]

_MAX_TEXT = 8_000
"""Longer texts are no message."""


def find_menu(text: str) -> Menu | None:
    """The menu of a message text in any language, or None. ``Menu.cue`` says what decided it.

    Options one a line are believed after a question or a verb of answering, or at the end of the
    message; options inside a sentence only next to such a cue. Numbers must run from 1 (0, 9, ``*`` and ``#``
    may follow as "back"); words must be quoted, in capitals, or a yes and a no. Instructions, dates, prices,
    addresses and times are not menus. Works on the raw text: placeholders may stand in titles.
    """
    if len(text) > _MAX_TEXT:
        return None
    return line_menu(text) or signed_menu(text) or number_menu(text) or word_menu(text)

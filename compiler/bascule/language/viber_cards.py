"""Viber rich media (carousels): buttons in a grid, grouped into the cards that people see.

Facts: https://developers.viber.com/docs/tools/keyboards/ and the rich media section of the bot API.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bascule.ir.content import Card, Choice, ChoiceKind, Media
from bascule.ir.text import Literal, Localized, LocalizedText, Segment, Text, is_empty, join_text, plain_text
from bascule.language.reading import Reading, json_text
from bascule.language.viber_fields import Fields, Hints
from bascule.language.viber_keyboard import (
    KEYBOARD_MEMBERS,
    Button,
    choice_of,
    note_markup,
    read_buttons,
    read_field_state,
)
from bascule.language.viber_pieces import Piece, read_text
from bascule.language.viber_rules import EmptyMessage, WrongShape

__all__ = ["read_cards"]

_GROUP_COLUMNS, _GROUP_ROWS = 6, 7
"""The grid of a card where the message does not say."""

_BOLD_LINE = re.compile(r"\*([^*\n]+)\*(?:\n|\Z)")


def read_cards(reading: Reading, piece: Piece, taken: dict[str, int]) -> tuple[list[Card], Hints]:
    """Read rich media as cards. ``taken`` are the choice ids of the message; the hints are the layout."""
    hints: Hints = []
    fields = Fields(reading, piece, KEYBOARD_MEMBERS, "rich media", hints)
    fields.take("Type")
    columns = _size(fields, "ButtonsGroupColumns", _GROUP_COLUMNS)
    rows = _size(fields, "ButtonsGroupRows", _GROUP_ROWS)
    for name in KEYBOARD_MEMBERS[3:]:
        if name not in ("ButtonsGroupColumns", "ButtonsGroupRows"):
            fields.keep(name, exact="a layout hint of the message")
    read_field_state(reading, fields)
    buttons = read_buttons(reading, fields)
    fields.keep_rest()
    if not buttons:
        reading.find(EmptyMessage, piece.place, "the rich media has no buttons", help="add buttons, or remove it")
    return [_card(reading, group, taken) for group in _groups(buttons, columns * rows)], hints


def _size(fields: Fields, name: str, default: int) -> int:
    number = fields.number(name)
    if number is None:
        return default
    fields.hints.append((name, json_text(int(number))))
    fields.reading.book.exact(fields.place(name), "cuts the buttons into cards")
    if number < 1:
        fields.reading.find(
            WrongShape, fields.place(name), f"`{name}` is below 1; {default} is used", help="write 1 to 7"
        )
        return default
    return min(int(number), 100)


def _groups(buttons: list[Button], cells: int) -> list[list[Button]]:
    """The buttons of each card: a card is full when its cells are."""
    groups: list[list[Button]] = []
    used = cells
    for button in buttons:
        area = button.columns * button.rows
        if used + area > cells:
            groups.append([])
            used = 0
        groups[-1].append(button)
        used += area
    return groups


def _card(reading: Reading, group: list[Button], taken: dict[str, int]) -> Card:
    """One card: its picture, its words, and the buttons that do something.

    A button without words is the picture. Of the labelled buttons with one and the same action the last is the
    button, the others are words (the whole card can be tapped); a labelled button without an action is words.
    """
    media: Media | None = None
    words: list[Text] = []
    acting: list[Button] = []
    hints: Hints = []
    last = {button.action: button for button in group if button.labelled and button.kind is not ChoiceKind.NONE}
    for button in group:
        for picture in button.media:
            if media is None:
                media = picture
            else:
                hints.append(("Image", json_text(plain_text(picture.url.first))))
        if button.labelled and last.get(button.action) is button:
            acting.append(button)
            continue
        if button.labelled and button.text is not None:
            text, losses = read_text(reading, button.text, html=True)
            note_markup(reading, losses, button.text.place)
            words.append(text)
        if button.kind is not ChoiceKind.NONE and button.action in last:
            reading.book.emulated(button.place, "does what the card's own button does")
        elif button.kind is not ChoiceKind.NONE and button.payload:
            acting.append(button)
        hints.extend((f"button {name}", value) for name, value in button.hints)
    title, text = _title(words)
    choices: list[Choice] = []
    for button in acting:
        bare = replace(button, media=()) if button.media else button
        fallback = title or text if not button.labelled else ()
        choices.append(choice_of(reading, bare, taken, fallback))
    return Card(
        title=_localized(title),
        text=_localized(text),
        media=media,
        choices=tuple(choices),
        hints=tuple(hints),
        at=group[0].place,
    )


def _localized(text: Text) -> LocalizedText:
    return Localized.of(text) if text else Localized()


def _title(words: list[Text]) -> tuple[Text, Text]:
    """Title and text of a card: a first line all in bold is the title."""
    parts: list[Segment] = []
    for text in words:
        if not is_empty(text):
            parts.extend([Literal("\n")] if parts else [])
            parts.extend(text)
    whole = join_text(parts)
    if whole and isinstance(whole[0], Literal):
        match = _BOLD_LINE.match(whole[0].text)
        if match and (len(whole) == 1 or match.group().endswith("\n")):
            rest = join_text([Literal(whole[0].text[match.end() :]), *whole[1:]])
            return (Literal(match.group(1)),), rest
    return (), whole

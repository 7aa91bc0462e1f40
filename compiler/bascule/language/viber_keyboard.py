"""Viber keyboards: buttons as choices, their looks as hints.

Facts: https://developers.viber.com/docs/tools/keyboards/
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bascule.ir.content import Choice, ChoiceKind, Media, MediaKind
from bascule.ir.text import Localized, Text, is_empty, literal, plain_text
from bascule.language.names import template_slug
from bascule.language.reading import Reading, json_text, unique
from bascule.language.secrets import mask, secret_in_text
from bascule.language.viber_fields import Fields, Hints, shown
from bascule.language.viber_markup import MarkupLoss
from bascule.language.viber_pieces import Piece, read_text
from bascule.language.viber_rules import (
    ButtonBehaviour,
    ButtonLook,
    DynamicButtons,
    EmptyMessage,
    InputField,
    MarkupLost,
    UnknownValue,
    UnlabelledButton,
)
from bascule.source import Place

__all__ = [
    "BUTTON_MEMBERS",
    "KEYBOARD_MEMBERS",
    "Button",
    "Keyboard",
    "choice_of",
    "note_markup",
    "read_buttons",
    "read_keyboard",
]

_LOOK = {
    "TextSize": "regular",
    "TextVAlign": "middle",
    "TextHAlign": "center",
    "TextOpacity": 100,
    "TextPaddings": None,
    "TextBgGradientColor": None,
    "TextShouldFit": False,
    "BgColor": None,
    "BgMediaType": "picture",
    "BgLoop": True,
    "BgMediaScaleType": "crop",
    "ImageScaleType": "crop",
    "Frame": None,
}
"""Members that only change how a button looks, with Viber's default where it has one."""

_BEHAVIOUR = {
    "Silent": False,
    "InternalBrowser": None,
    "OpenURLType": "internal",
    "OpenURLMediaType": "not-media",
    "Map": None,
    "MediaPlayer": None,
    "ReplyType": "message",
}
BUTTON_MEMBERS = (
    "Columns",
    "Rows",
    "ActionType",
    "ActionBody",
    "Text",
    "Image",
    "BgMedia",
    *_LOOK,
    *_BEHAVIOUR,
)
_LAYOUT = {
    "BgColor": None,
    "DefaultHeight": False,
    "CustomDefaultHeight": None,
    "HeightScale": 100,
    "ButtonsGroupColumns": 6,
    "ButtonsGroupRows": 7,
    "FavoritesMetadata": None,
    "Revision": None,
}
KEYBOARD_MEMBERS = ("Type", "Buttons", "InputFieldState", *_LAYOUT)

_ACTIONS = {
    "reply": ChoiceKind.REPLY,
    "open-url": ChoiceKind.URL,
    "location-picker": ChoiceKind.SHARE_LOCATION,
    "share-phone": ChoiceKind.SHARE_PHONE,
    "none": ChoiceKind.NONE,
}
_FIELD_STATES = ("regular", "minimized", "hidden")
_PLAIN_PAYLOAD = re.compile(r"[\w.:/ -]{1,40}")
_COLUMNS, _ROWS = 6, 1
"""Cells of a button that does not say (https://developers.viber.com/docs/tools/keyboards/#buttons-parameters)."""


@dataclass(slots=True)
class Button:
    """One button as read. ``payload`` is ``ActionBody`` where nothing in it is computed (``fixed``)."""

    kind: ChoiceKind
    payload: str
    fixed: bool
    target: Text
    text: Piece | None
    media: tuple[Media, ...]
    columns: int
    rows: int
    hints: Hints
    place: Place

    @property
    def labelled(self) -> bool:
        """It shows words."""
        return self.text is not None and bool(self.text.value.strip())

    @property
    def action(self) -> tuple[ChoiceKind, str]:
        """What a tap does, to compare buttons."""
        return self.kind, self.payload or plain_text(self.target)


@dataclass(slots=True)
class Keyboard:
    """A keyboard as read: ``choices`` in order, ``hints`` of layout, whether the input field is hidden."""

    choices: list[Choice] = field(default_factory=list)
    hints: Hints = field(default_factory=list)
    hidden: bool = False


def note_markup(reading: Reading, losses: list[MarkupLoss], place: Place) -> None:
    """Put down what of a text's markup is lost."""
    if not losses:
        return
    what = ", ".join(sorted({loss.what for loss in losses}))
    code = reading.find_once(
        MarkupLost,
        "markup",
        place,
        lambda count: f"{count} text(s) have markup that WhatsApp cannot show (here: {what}); the words stay",
    )
    reading.book.degraded(place, f"{what}: the words stay", "nothing, or bold for what must stand out", code)


def _action(fields: Fields, body: Piece | None) -> ChoiceKind:
    written = fields.string("ActionType").strip()
    plain = written.lower().replace("_", "-")
    if not plain:
        return ChoiceKind.REPLY
    if plain in _ACTIONS:
        return _ACTIONS[plain]
    meant = fields.reading.close_to(plain, tuple(_ACTIONS))
    if not meant:
        link = body is not None and isinstance(body.value, str) and body.value.startswith(("http://", "https://"))
        meant = "open-url" if link else "reply"
    fields.reading.find(
        UnknownValue,
        fields.place("ActionType"),
        f"there is no action `{shown(written)}`; the button is read as `{meant}`",
        help=f"the actions are {', '.join(_ACTIONS)}",
    )
    fields.reading.book.emulated(fields.place("ActionType"), f"read as `{meant}`")
    return _ACTIONS[meant]


def _pictures(fields: Fields) -> tuple[Media, ...]:
    found: list[Media] = []
    for name in ("Image", "BgMedia"):
        piece = fields.text(name)
        if piece is None or not piece.value.strip():
            continue
        url = piece.run(fields.reading, piece.value, 0)
        gif = fields.string("BgMediaType").lower() == "gif" if name == "BgMedia" else False
        ends = piece.value.split("?")[0].lower().endswith(".gif")
        found.append(Media(MediaKind.GIF if gif or ends else MediaKind.IMAGE, Localized.of(url), at=piece.place))
    return tuple(found)


def _read_button(reading: Reading, piece: Piece) -> Button:
    hints: Hints = []
    fields = Fields(reading, piece, BUTTON_MEMBERS, "button", hints)
    body = fields.text("ActionBody")
    kind = _action(fields, body)
    look = False
    for name, default in _LOOK.items():
        if fields.keep(name, default=default):
            look = _lost_look(reading, fields, name) or look
    for name, default in _BEHAVIOUR.items():
        if fields.keep(name, default=default):
            code = reading.find_once(
                ButtonBehaviour,
                name,
                fields.place(name),
                _counted(f"button(s) have `{name}`, which has no counterpart on WhatsApp"),
            )
            reading.book.degraded(fields.place(name), "WhatsApp has no such setting; kept as a hint", "", code)
    columns = _cells(fields, "Columns", _COLUMNS)
    rows = _cells(fields, "Rows", _ROWS)
    pictures = _pictures(fields)
    text = fields.text("Text")
    target: Text = ()
    payload = ""
    fixed = True
    if body is not None:
        target = body.run(reading, body.value, 0)
        fixed = body.fixed
        payload = body.value if fixed else ""
        secrets = secret_in_text(payload)
        reading.hide_all(body.place, "ActionBody", secrets)
        if secrets:
            payload = mask(payload, secrets)
            target = literal(payload)
    fields.keep_rest()
    return Button(kind, payload, fixed, target, text, pictures, columns, rows, hints, piece.place)


def _cells(fields: Fields, name: str, default: int) -> int:
    number = fields.number(name)
    if number is None:
        return default
    if number != default:
        fields.hints.append((name, json_text(int(number) if number.is_integer() else number)))
        _lost_look(fields.reading, fields, name)
    else:
        fields.reading.book.exact(fields.place(name), "the platform's own default")
    return max(1, min(int(number), 100))


def _lost_look(reading: Reading, fields: Fields, name: str) -> bool:
    code = reading.find_once(
        ButtonLook,
        "look",
        fields.place(name),
        _counted("setting(s) of buttons change only how they look (colours, sizes, pictures, layout)"),
        help="WhatsApp draws buttons itself; the settings are kept as hints",
    )
    reading.book.degraded(fields.place(name), "WhatsApp draws buttons itself; kept as a hint", "say it in words", code)
    return True


class _counted:
    """A message that starts with the number of places."""

    def __init__(self, tail: str) -> None:
        self.tail = tail

    def __call__(self, count: int) -> str:
        return f"{count} {self.tail}"


def read_buttons(reading: Reading, owner: Fields) -> list[Button]:
    """The buttons of a keyboard or of rich media, each put down. What is no button becomes a hint of the owner."""
    piece = owner.take("Buttons")
    if piece is None:
        return []
    if piece.is_object:
        owner.misshapen("Buttons", "a list of buttons")
        return []
    if not piece.is_list:
        owner.misshapen("Buttons", "a list of buttons")
        return []
    buttons: list[Button] = []
    for index, item in enumerate(piece.items()):
        if not item.is_object:
            reading.book.open("button", item.place)
            code = reading.find(
                EmptyMessage, item.place, "an item of `Buttons` is no button", help="write an object with `Text`"
            )
            reading.book.dropped(item.place, "no button: kept as a hint", "write an object", code)
            owner.hints.append((f"Buttons/{index}", json_text(item.plain())))
            continue
        reading.book.open("button", item.place)
        button = _read_button(reading, item)
        reading.book.exact(item.place)
        buttons.append(button)
    return buttons


def choice_of(reading: Reading, button: Button, taken: dict[str, int], fallback: Text = ()) -> Choice:
    """A button as a choice. Its title is the text without markup, else ``fallback``, else its payload."""
    title: Text = ()
    if button.text is not None and button.labelled:
        title, losses = read_text(reading, button.text, marks=False, html=True)
        note_markup(reading, losses, button.text.place)
        if not button.text.fixed:
            _dynamic(reading, button.text.place, "title")
    if is_empty(title):
        title = fallback or literal(button.payload) or button.target
        if not fallback and button.kind is not ChoiceKind.NONE:
            reading.find(
                UnlabelledButton,
                button.place,
                "a button has no words" + ("; its `ActionBody` stands in for the title" if title else ""),
                help="write the title a person should read in `Text`",
            )
            reading.book.emulated(button.place, "its `ActionBody` stands in for the title")
    for media in button.media:
        button.hints.append(("Image", json_text(plain_text(media.url.first))))
        if media.at is not None:
            code = reading.find_once(
                ButtonLook,
                "look",
                media.at,
                _counted("setting(s) of buttons change only how they look (colours, sizes, pictures, layout)"),
            )
            reading.book.degraded(media.at, "a button has no picture on WhatsApp; kept as a hint", "", code)
    if not button.fixed and button.kind is ChoiceKind.REPLY:
        _dynamic(reading, button.place, "payload")
    word = button.payload if _PLAIN_PAYLOAD.fullmatch(button.payload) and button.kind is ChoiceKind.REPLY else ""
    base = template_slug(word or plain_text(title) or button.kind.value)
    if button.kind in (ChoiceKind.SHARE_LOCATION, ChoiceKind.SHARE_PHONE):
        base = button.kind.value
        reading.book.emulated(
            button.place,
            "a location request message"
            if button.kind is ChoiceKind.SHARE_LOCATION
            else "not needed: WhatsApp gives the number",
        )
    return Choice(
        id=unique(base, taken),
        title=Localized.of(title),
        kind=button.kind,
        payload=button.payload,
        url=button.target if button.kind is ChoiceKind.URL else (),
        hints=tuple(button.hints),
        at=button.place,
    )


def _dynamic(reading: Reading, place: Place, what: str) -> None:
    reading.find_once(
        DynamicButtons,
        what,
        place,
        lambda count: f"{count} {what}(s) are computed by the program; what is said then is not in the file",
        help="let the sending program fill them in",
    )


def read_keyboard(reading: Reading, piece: Piece, taken: dict[str, int]) -> Keyboard:
    """Read a keyboard. ``taken`` are the choice ids of the message so far."""
    keyboard = Keyboard()
    fields = Fields(reading, piece, KEYBOARD_MEMBERS, "keyboard", keyboard.hints)
    kind = fields.string("Type").strip()
    if kind and kind.lower() != "keyboard":
        reading.find(
            UnknownValue, fields.place("Type"), f"a keyboard has the type `{shown(kind)}`", help="write `keyboard`"
        )
        reading.book.emulated(fields.place("Type"), "read as a keyboard")
    for name, default in _LAYOUT.items():
        fields.keep(name, exact="a layout hint of the message", default=default)
    keyboard.hidden = read_field_state(reading, fields)
    for button in read_buttons(reading, fields):
        if button.kind is ChoiceKind.NONE and not button.labelled:
            keyboard.hints.append(("decoration", json_text(dict(button.hints))))
            reading.book.emulated(button.place, "a button that does and says nothing; kept as a layout hint")
            continue
        keyboard.choices.append(choice_of(reading, button, taken))
    if not keyboard.choices:
        reading.find(EmptyMessage, piece.place, "the keyboard has no buttons", help="add buttons, or remove it")
    fields.keep_rest()
    return keyboard


def read_field_state(reading: Reading, fields: Fields) -> bool:
    """Read ``InputFieldState``; True when people are not meant to type."""
    if "InputFieldState" not in fields:
        return False
    written = fields.string("InputFieldState").strip()
    state = written.lower()
    place = fields.place("InputFieldState")
    if state not in _FIELD_STATES and state:
        state = reading.close_to(state, _FIELD_STATES) or "regular"
        reading.find(
            UnknownValue,
            place,
            f"there is no input field state `{shown(written)}`; it is read as `{state}`",
            help=f"the states are {', '.join(_FIELD_STATES)}",
        )
    if state in ("", "regular"):
        return False
    fields.hints.append(("InputFieldState", json_text(state)))
    code = reading.find_once(
        InputField,
        "field",
        place,
        _counted("keyboard(s) hide or shrink the input field; on WhatsApp everybody can always write"),
        help="say what happens to a free answer: repeat the question, or hand over",
    )
    reading.book.degraded(place, "WhatsApp cannot hide the input field; kept as a hint", "handle free answers", code)
    return state == "hidden"

"""``PAR400``-``PAR409``, ``LOS400``-``LOS409``: what a Viber message body gets wrong, or has that WhatsApp has not."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "ButtonBehaviour",
    "ButtonLook",
    "DynamicButtons",
    "EmptyMessage",
    "InputField",
    "LooseValue",
    "MarkupLost",
    "MisspeltMember",
    "PersonalData",
    "StickerFromCatalogue",
    "UnknownMember",
    "UnknownValue",
    "UnlabelledButton",
    "WrongShape",
]


class WrongShape(Rule):
    """A member has a type that Viber does not take

    What it does: reports a member of a message, keyboard or button whose type is not the one Viber documents. It is
    kept as a hint, or read where its meaning is plain.
    Why: Viber refuses such a message; what it was meant to say is a guess.
    Example: `"Buttons": {"Text": "Oui"}`
    Use instead: `"Buttons": [{"Text": "Oui", "ActionBody": "oui"}]`
    Sources: https://developers.viber.com/docs/tools/keyboards/
    """

    code = "PAR400"
    name = "viber-wrong-shape"
    severity = Severity.WARNING


class LooseValue(Rule):
    """A number or a truth value written as text

    What it does: says that `"2"` was read as 2 and `"true"` as true.
    Why: Viber accepts it on most members and refuses it on some; other tools refuse it.
    Example: `"Columns": "2"`
    Use instead: `"Columns": 2`
    Sources: https://developers.viber.com/docs/tools/keyboards/
    """

    code = "PAR401"
    name = "viber-loose-value"
    severity = Severity.INFO


class MisspeltMember(Rule):
    """A member whose name is nearly right

    What it does: reports a member that Viber does not know and that is very like one it knows; it is read as that one.
    Why: Viber ignores unknown members, so the setting never had an effect; on WhatsApp it would suddenly have one.
    Example: `"Coloumns": 3`
    Use instead: `"Columns": 3`, or remove the member if the message looks right without it.
    Sources: https://developers.viber.com/docs/tools/keyboards/
    """

    code = "PAR402"
    name = "viber-misspelt-member"
    severity = Severity.WARNING


class UnknownValue(Rule):
    """A value that Viber does not have

    What it does: reports a message type, an `ActionType` or an `InputFieldState` that does not exist, and what it was
    read as.
    Why: Viber refuses the message.
    Example: `"ActionType": "replay"`
    Use instead: `"ActionType": "reply"`
    Sources: https://developers.viber.com/docs/api/rest-bot-api/#message-types
    """

    code = "PAR403"
    name = "viber-unknown-value"
    severity = Severity.WARNING


class EmptyMessage(Rule):
    """A message that says nothing

    What it does: reports a body without the member its type needs: a text without `text`, a picture without `media`, a
    keyboard without buttons.
    Why: Viber refuses it, and no WhatsApp message can be made of it.
    Example: `{"type": "text", "text": ""}`
    Use instead: write the text, or remove the message.
    Sources: https://developers.viber.com/docs/api/rest-bot-api/#message-types
    """

    code = "PAR404"
    name = "viber-empty-message"
    severity = Severity.WARNING


class UnlabelledButton(Rule):
    """A button without words

    What it does: reports a button that is only a picture or a colour. Its `ActionBody` stands in for the title.
    Why: WhatsApp's buttons and list rows have words and no pictures.
    Example: `{"Image": "https://exemple.fr/oui.png", "ActionBody": "oui"}`
    Use instead: write the title a person should read.
    Sources: https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-reply-buttons-messages
    """

    code = "PAR406"
    name = "viber-unlabelled-button"
    severity = Severity.WARNING


class DynamicButtons(Rule):
    """Words or buttons that a program makes at run time

    What it does: reports a text, title or payload of a Viber body in a program that is computed. Texts keep holes with
    the code in them; a button whose payload is computed leads nowhere that can be known.
    Why: nothing here runs code, so what is said then is not in the file.
    Example: `ActionBody: "city_" + ville`
    Use instead: a fixed list of choices, or a list that the sending program fills in.
    Sources: bascule's own rule.
    """

    code = "PAR407"
    name = "viber-dynamic-buttons"
    severity = Severity.INFO


class ButtonLook(Rule):
    """Looks of buttons

    What it does: counts the buttons with colours, sizes, pictures, positions or a layout of their own.
    Why: WhatsApp draws buttons itself. The settings are kept as hints of the choice and have no effect.
    Example: `"BgColor": "#7F4FC9", "TextSize": "large", "Columns": 2`
    Use instead: nothing; say with words (or an emoji) what the colour said.
    Sources: https://developers.viber.com/docs/tools/keyboards/
    """

    code = "LOS400"
    name = "viber-button-look"
    severity = Severity.INFO


class MarkupLost(Rule):
    """Underlining, colours and sizes in a text

    What it does: counts the texts whose HTML says more than bold, italic and line breaks.
    Why: WhatsApp has `*bold*`, `_italic_` and `~strike~`, and only at the edges of words. The words stay.
    Example: `<font color=\\"#FF0000\\">-20 %</font>`
    Use instead: nothing, or bold for what must stand out.
    Sources: https://faq.whatsapp.com/539178204879377
    """

    code = "LOS401"
    name = "viber-markup-lost"
    severity = Severity.INFO


class StickerFromCatalogue(Rule):
    """A sticker of Viber's own catalogue

    What it does: reports a sticker message; its number is kept as the media asset.
    Why: the picture belongs to Viber and is not in the file; WhatsApp sends stickers from files only.
    Example: `{"type": "sticker", "sticker_id": 46105}`
    Use instead: a webp sticker of your own, an emoji, or nothing.
    Sources: https://developers.viber.com/docs/tools/sticker-ids/
    """

    code = "LOS402"
    name = "viber-sticker"
    severity = Severity.WARNING


class InputField(Rule):
    """The input field is hidden or small

    What it does: counts the keyboards that hide the input field so that people can only tap.
    Why: on WhatsApp everybody can always write; each of these choices will get free text as an answer.
    Example: `"InputFieldState": "hidden"`
    Use instead: an `else` branch that repeats the question or hands over to a person.
    Sources: https://developers.viber.com/docs/tools/keyboards/#general-keyboard-parameters
    """

    code = "LOS403"
    name = "viber-input-field"
    severity = Severity.INFO


class PersonalData(Rule):
    """Receivers in a message body

    What it does: says that a body names the people it was sent to. Their ids are left out; only their number is kept.
    Why: a scenario says what is said, not to whom; ids of Viber users mean nothing on WhatsApp.
    Example: `"broadcast_list": ["…", "…"]`
    Use instead: move the people with `bascule contacts`, and leave receivers out of scenario files.
    Sources: https://developers.viber.com/docs/api/rest-bot-api/#broadcast-message
    """

    code = "LOS404"
    name = "viber-personal-data"
    severity = Severity.INFO


class UnknownMember(Rule):
    """A member that is not known

    What it does: says which members of messages, keyboards and buttons are not known to the reader. They are kept as
    hints, as JSON text.
    Why: their effect, if they have one, is not carried over.
    Example: `"Animation": "bounce"`
    Use instead: nothing, if the member is a note of your own tools.
    Sources: https://developers.viber.com/docs/api/rest-bot-api/
    """

    code = "LOS405"
    name = "viber-unknown-member"
    severity = Severity.INFO


class ButtonBehaviour(Rule):
    """What a button does beyond its reply or link

    What it does: counts the buttons that answer silently, open Viber's inner browser in a special way, show a map, play
    media or are framed.
    Why: on WhatsApp a tapped answer always shows in the chat and links open in the phone's browser. The settings are
    kept as hints.
    Example: `"Silent": true`
    Use instead: nothing; a map becomes a location message, media a message of its own.
    Sources: https://developers.viber.com/docs/tools/keyboards/#buttons-parameters
    """

    code = "LOS406"
    name = "viber-button-behaviour"
    severity = Severity.INFO

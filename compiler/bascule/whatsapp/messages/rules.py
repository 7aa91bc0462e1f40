"""Rules about the form of message JSON: what could not be read, or is not known."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule
from bascule.whatsapp.reader import ShapeRules

__all__ = [
    "MESSAGE_RULES",
    "MessageMissingField",
    "MessageTooDeep",
    "MessageTypeAbsent",
    "MessageUnknownInteractive",
    "MessageUnknownMember",
    "MessageUnknownParameter",
    "MessageUnknownType",
    "MessageUnknownValue",
    "MessageWrongType",
]


class MessageMissingField(Rule):
    """Message JSON lacks a member

    What it does
    ------------
    Reports a message, or a part of one, that lacks a member it cannot be without: a text without `body`, a reply
    button without `id`, an image with neither `id` nor `link`.

    Why
    ---
    The send fails with 131008. The part that lacks the member is kept as it stands, but nothing else can be
    checked in it.

    Example
    -------
    ```json
    {"messaging_product": "whatsapp", "to": "+221770000000", "type": "text", "text": {"preview_url": true}}
    ```

    Use instead
    -----------
    ```json
    {"messaging_product": "whatsapp", "to": "+221770000000", "type": "text", "text": {"body": "Bonjour"}}
    ```

    Sources
    -------
    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "INT900"
    name = "message-missing-field"


class MessageWrongType(Rule):
    """A member of message JSON holds the wrong kind of value

    What it does
    ------------
    Reports a member that is, say, a number where a text stands in Meta's documentation, or a list where an
    object does.

    Why
    ---
    The send fails with 100 or 131009. The value is kept as it stands.

    Example
    -------
    ```json
    {"messaging_product": "whatsapp", "to": "+221770000000", "type": "text", "text": {"body": 42}}
    ```

    Use instead
    -----------
    ```json
    {"messaging_product": "whatsapp", "to": "+221770000000", "type": "text", "text": {"body": "42"}}
    ```

    Sources
    -------
    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "INT901"
    name = "message-wrong-type"


class MessageUnknownType(Rule):
    """A message is of an unknown type

    What it does
    ------------
    Reports a message whose `type` is none of those that this version knows.

    Why
    ---
    The send fails with 131051 unless the type is newer than this version. The content is kept whole.

    Example
    -------
    ```json
    {"messaging_product": "whatsapp", "to": "+221770000000", "type": "picture", "picture": {"id": "4490"}}
    ```

    Use instead
    -----------
    ```json
    {"messaging_product": "whatsapp", "to": "+221770000000", "type": "image", "image": {"id": "4490"}}
    ```

    Sources
    -------
    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "INT910"
    name = "message-unknown-type"
    severity = Severity.WARNING


class MessageUnknownInteractive(Rule):
    """An interactive message is of an unknown type

    What it does
    ------------
    Reports an interactive object whose `type` is none of those that this version knows.

    Why
    ---
    It may be a slip of the pen, or a kind that Meta added later. It is kept whole, but no rule looks into it.

    Example
    -------
    ```json
    {"type": "buttons", "body": {"text": "Continuer ?"}, "action": {"buttons": []}}
    ```

    Use instead
    -----------
    ```json
    {"type": "button", "body": {"text": "Continuer ?"},
     "action": {"buttons": [{"type": "reply", "reply": {"id": "oui", "title": "Oui"}}]}}
    ```

    Sources
    -------
    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "INT911"
    name = "message-unknown-interactive"
    severity = Severity.WARNING


class MessageUnknownParameter(Rule):
    """A template is sent with a component or parameter of an unknown type

    What it does
    ------------
    Reports a component or a parameter of a template send whose `type` is none of those that this version knows.

    Why
    ---
    The send fails with 132000 or 132012 unless the type is newer than this version. It is kept whole.

    Example
    -------
    ```json
    {"type": "body", "parameters": [{"type": "txt", "text": "Awa"}]}
    ```

    Use instead
    -----------
    ```json
    {"type": "body", "parameters": [{"type": "text", "text": "Awa"}]}
    ```

    Sources
    -------
    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "INT912"
    name = "message-unknown-parameter"
    severity = Severity.WARNING


class MessageUnknownValue(Rule):
    """A member of message JSON holds a value that is not known

    What it does
    ------------
    Reports a member that takes one of a few values (`recipient_type`, the `type` of a header, the `name` of an
    action) and holds another one.

    Why
    ---
    The send fails with 131009 unless the value is newer than this version. It is kept and written back unchanged.

    Example
    -------
    ```json
    {"type": "list", "header": {"type": "title", "text": "Menu"}, "body": {"text": "Choisissez"},
     "action": {"button": "Voir", "sections": [{"rows": [{"id": "1", "title": "Solde"}]}]}}
    ```

    Use instead
    -----------
    ```json
    {"type": "list", "header": {"type": "text", "text": "Menu"}, "body": {"text": "Choisissez"},
     "action": {"button": "Voir", "sections": [{"rows": [{"id": "1", "title": "Solde"}]}]}}
    ```

    Sources
    -------
    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "INT913"
    name = "message-unknown-value"
    severity = Severity.WARNING


class MessageUnknownMember(Rule):
    """Message JSON has a member that is not known

    What it does
    ------------
    Names members of a message, or of a part of one, that this version does not know, once for each object.

    Why
    ---
    A misspelt member has no effect, or fails the send. Members are kept and written back.

    Example
    -------
    ```json
    {"messaging_product": "whatsapp", "to": "+221770000000", "type": "text",
     "text": {"body": "Voir https://example.com", "previewUrl": true}}
    ```

    Use instead
    -----------
    ```json
    {"messaging_product": "whatsapp", "to": "+221770000000", "type": "text",
     "text": {"body": "Voir https://example.com", "preview_url": true}}
    ```

    Sources
    -------
    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "INT920"
    name = "message-unknown-member"
    severity = Severity.INFO


class MessageTypeAbsent(Rule):
    """A message does not say its type

    What it does
    ------------
    Reports a message without `type` whose content shows what it is. For a text it is only a remark.

    Why
    ---
    Without `type` the platform reads a message as text. Samples of Meta leave it out even of other kinds, and the
    send then fails with 131009 or goes out without its content.

    Example
    -------
    ```json
    {"messaging_product": "whatsapp", "to": "+221770000000", "image": {"id": "4490"}}
    ```

    Use instead
    -----------
    ```json
    {"messaging_product": "whatsapp", "to": "+221770000000", "type": "image", "image": {"id": "4490"}}
    ```

    Sources
    -------
    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "INT930"
    name = "message-type-absent"
    severity = Severity.WARNING


class MessageTooDeep(Rule):
    """Message JSON nests too deep

    What it does
    ------------
    Refuses a message whose lists and objects nest hundreds of levels deep.

    Why
    ---
    No message of the platform nests deeper than about fifteen levels: the file is broken, or made to break readers.

    Example
    -------
    A file that holds `[[[[…]]]]` two hundred times.

    Use instead
    -----------
    Export the messages again.

    Sources
    -------
    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "INT940"
    name = "message-too-deep"
    unreadable = True


MESSAGE_RULES = ShapeRules(
    missing_field=MessageMissingField,
    wrong_type=MessageWrongType,
    unknown_value=MessageUnknownValue,
    unknown_member=MessageUnknownMember,
    too_deep=MessageTooDeep,
    unknown_kind={
        "message": MessageUnknownType,
        "interactive": MessageUnknownInteractive,
        "component": MessageUnknownParameter,
        "parameter": MessageUnknownParameter,
        "button": MessageUnknownParameter,
    },
)

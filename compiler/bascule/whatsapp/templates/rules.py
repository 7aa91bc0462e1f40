"""Rules about the form of template JSON: what could not be read, or is not known."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule
from bascule.whatsapp.reader import ShapeRules

__all__ = [
    "TEMPLATE_RULES",
    "TemplateMissingField",
    "TemplateRetiredCategory",
    "TemplateTooDeep",
    "TemplateUnknownButton",
    "TemplateUnknownComponent",
    "TemplateUnknownMember",
    "TemplateUnknownValue",
    "TemplateWrongType",
]


class TemplateMissingField(Rule):
    """Template JSON lacks a member

    What it does
    ------------
    Reports a template, component or button that lacks a member it cannot be without: a template without
    `name`, a URL button without `url`, a text header without `text`.

    Why
    ---
    Meta answers such a creation request with code 100 or subcode 2388043. The part that lacks the member is
    kept as it stands, but nothing else can be checked in it.

    Example
    -------
    ```json
    {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Suivre"}]}
    ```

    Use instead
    -----------
    ```json
    {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Suivre", "url": "https://example.com/colis"}]}
    ```

    Sources
    -------
    https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL900"
    name = "template-missing-field"


class TemplateWrongType(Rule):
    """A member of template JSON holds the wrong kind of value

    What it does
    ------------
    Reports a member that is, say, a number where a text stands in Meta's documentation, or a list where an
    object does.

    Why
    ---
    Meta refuses the request (code 100). The value is kept as it stands.

    Example
    -------
    ```json
    {"type": "FOOTER", "text": 2024}
    ```

    Use instead
    -----------
    ```json
    {"type": "FOOTER", "text": "2024"}
    ```

    Sources
    -------
    https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL901"
    name = "template-wrong-type"


class TemplateUnknownComponent(Rule):
    """A template has a component of an unknown type

    What it does
    ------------
    Reports a component whose `type` is none of those that this version knows.

    Why
    ---
    It may be a slip of the pen, or a kind that Meta added later. It is kept whole and written back unchanged,
    but no rule looks into it.

    Example
    -------
    ```json
    {"type": "BOTTOM", "text": "Merci"}
    ```

    Use instead
    -----------
    ```json
    {"type": "FOOTER", "text": "Merci"}
    ```

    Sources
    -------
    https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL910"
    name = "template-unknown-component"
    severity = Severity.WARNING


class TemplateUnknownButton(Rule):
    """A template has a button of an unknown type

    What it does
    ------------
    Reports a button whose `type` is none of those that this version knows.

    Why
    ---
    It may be a slip of the pen, or a kind that Meta added later. It is kept whole and written back unchanged,
    but no rule looks into it.

    Example
    -------
    ```json
    {"type": "BUTTONS", "buttons": [{"type": "LINK", "text": "Payer", "url": "https://example.com"}]}
    ```

    Use instead
    -----------
    ```json
    {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Payer", "url": "https://example.com"}]}
    ```

    Sources
    -------
    https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL911"
    name = "template-unknown-button"
    severity = Severity.WARNING


class TemplateUnknownValue(Rule):
    """A member of template JSON holds a value that is not known

    What it does
    ------------
    Reports a member that takes one of a few values (`format`, `category`, `otp_type`, `status` and the like)
    and holds another one.

    Why
    ---
    Meta refuses unknown values in a creation request. In a list of templates it is a value that Meta added
    later. It is kept and written back unchanged.

    Example
    -------
    ```json
    {"type": "HEADER", "format": "AUDIO"}
    ```

    Use instead
    -----------
    ```json
    {"type": "HEADER", "format": "VIDEO", "example": {"header_handle": ["4::dmlkZW8vbXA0"]}}
    ```

    Sources
    -------
    https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL912"
    name = "template-unknown-value"
    severity = Severity.WARNING


class TemplateUnknownMember(Rule):
    """Template JSON has a member that is not known

    What it does
    ------------
    Names members of a template, component or button that this version does not know, once for each object.

    Why
    ---
    A misspelt member has no effect and Meta does not always say so. Members are kept and written back.

    Example
    -------
    ```json
    {"type": "BODY", "text": "Bonjour", "exemple": {"body_text": [["Awa"]]}}
    ```

    Use instead
    -----------
    ```json
    {"type": "BODY", "text": "Bonjour {{1}}, merci.", "example": {"body_text": [["Awa"]]}}
    ```

    Sources
    -------
    https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL920"
    name = "template-unknown-member"
    severity = Severity.INFO


class TemplateRetiredCategory(Rule):
    """A template asks for a category that no longer exists

    What it does
    ------------
    Reports categories of 2022 and before (`TRANSACTIONAL`, `OTP`, `ACCOUNT_UPDATE` and the like).

    Why
    ---
    Templates are created in `MARKETING`, `UTILITY` or `AUTHENTICATION` only. Old ones still stand in files and in
    `previous_category`.

    Example
    -------
    ```json
    {"name": "rappel", "language": "fr", "category": "TRANSACTIONAL", "components": [{"type": "BODY", "text": "Merci"}]}
    ```

    Use instead
    -----------
    ```json
    {"name": "rappel", "language": "fr", "category": "UTILITY", "components": [{"type": "BODY", "text": "Merci"}]}
    ```

    Sources
    -------
    https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-categorization
    """

    code = "TPL930"
    name = "template-retired-category"
    severity = Severity.WARNING


class TemplateTooDeep(Rule):
    """Template JSON nests too deep

    What it does
    ------------
    Refuses a template whose lists and objects nest hundreds of levels deep.

    Why
    ---
    No template of the platform nests deeper than about ten levels: the file is broken, or made to break readers.

    Example
    -------
    A file that holds `[[[[…]]]]` two hundred times.

    Use instead
    -----------
    Export the templates again.

    Sources
    -------
    https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL940"
    name = "template-too-deep"
    unreadable = True


TEMPLATE_RULES = ShapeRules(
    missing_field=TemplateMissingField,
    wrong_type=TemplateWrongType,
    unknown_value=TemplateUnknownValue,
    unknown_member=TemplateUnknownMember,
    too_deep=TemplateTooDeep,
    unknown_kind={"component": TemplateUnknownComponent, "button": TemplateUnknownButton},
)

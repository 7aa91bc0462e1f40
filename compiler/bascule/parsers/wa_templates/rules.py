"""``PAR650``-``PAR699``: what a listing of templates or a file of send bodies gets wrong, or says about an account."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "ExpiringLink",
    "InReview",
    "MorePages",
    "NameChanged",
    "NotATemplate",
    "NothingListed",
    "OtherBuild",
    "OtherTypes",
    "SampleMissing",
    "TemplateDisabled",
    "TemplatePaused",
    "TemplateRejected",
    "TemplateTwice",
    "TextMissing",
    "WrongShape",
]


class NothingListed(Rule):
    """No template and no message in the file

    What it does: reports a file in which neither a template nor a body that is sent was found.
    Why: an empty result would look like a clean one.
    Example: `{"data": [], "paging": {}}`
    Use instead: the answer of `GET /{WABA}/message_templates` with the field `components`, or bodies of
    `POST /{PHONE}/messages`.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-management
    """

    code = "PAR650"
    name = "wa-templates-nothing-listed"
    unreadable = True


class NotATemplate(Rule):
    """An item of the list is no template

    What it does: reports items and lines that are neither a template nor a body that is sent; they are not read.
    Why: what they say would be missing without anybody noticing.
    Example: `[{"name": "rappel", "language": "fr", "components": []}, "fin"]`
    Use instead: take the item out, or export the list again.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-management
    """

    code = "PAR651"
    name = "wa-templates-not-a-template"
    severity = Severity.WARNING


class MorePages(Rule):
    """The list goes on on another page

    What it does: reports a listing that names a next page: the templates there are not in the file.
    Why: a missing template looks like one that never existed.
    Example: `"paging": {"next": "https://graph.facebook.com/…"}`
    Use instead: export all pages (a larger `limit`, or follow `next`) and compile the files together.
    Sources: https://developers.facebook.com/docs/graph-api/results
    """

    code = "PAR652"
    name = "wa-templates-more-pages"
    severity = Severity.WARNING


class TemplateRejected(Rule):
    """A template was rejected

    What it does: reports a rejected template, with the reason the listing gives. It is compiled as a new one.
    Why: it cannot be sent; the same words will be rejected again.
    Example: `"status": "REJECTED", "rejected_reason": "INVALID_FORMAT"`
    Use instead: change what the reason names, and edit the template or submit it again.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-review
    """

    code = "PAR653"
    name = "wa-templates-rejected"
    severity = Severity.WARNING


class TemplatePaused(Rule):
    """A template is paused

    What it does: reports a template that is paused, limited or archived, and cannot be sent at the moment.
    Why: sends of it fail (132015) until it is active again; a third pause disables it.
    Example: `"status": "PAUSED"`
    Use instead: find out why people block or report it, and change the wording or the audience.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-pausing
    """

    code = "PAR654"
    name = "wa-templates-paused"
    severity = Severity.WARNING


class TemplateDisabled(Rule):
    """A template is disabled or deleted

    What it does: reports a template that is disabled, deleted or about to be. It is compiled as a new one.
    Why: it can never be sent again, and a deleted name cannot be used for 30 days.
    Example: `"status": "DISABLED"`
    Use instead: a new template under another name, with another wording where quality was the cause.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-management
    """

    code = "PAR655"
    name = "wa-templates-disabled"
    severity = Severity.WARNING


class InReview(Rule):
    """A template is not approved yet

    What it does: says that a template is still in review or in appeal. Sends refer to it as it is.
    Why: sends of it fail (132001) until it is approved.
    Example: `"status": "PENDING"`
    Use instead: wait for the review, and export the list again.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-review
    """

    code = "PAR656"
    name = "wa-templates-in-review"
    severity = Severity.INFO


class ExpiringLink(Rule):
    """The sample of a header is a link that expires

    What it does: reports a media header whose sample is a link to Meta's own store, as listings give it.
    Why: the link expires, and creation takes a handle of an upload, not a link.
    Example: `"header_handle": ["https://scontent.whatsapp.net/v/t61/1.jpg?oe=…"]`
    Use instead: upload the file again with the Resumable Upload API, or give a public link when the template is sent.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "PAR657"
    name = "wa-templates-expiring-link"
    severity = Severity.WARNING


class TemplateTwice(Rule):
    """One template twice

    What it does: reports a second template of the same name and language; both are kept, the first one is sent.
    Why: name and language are a template's key: an account cannot hold two.
    Example: two bodies `rappel` in `fr`
    Use instead: remove or rename one of them.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
    """

    code = "PAR658"
    name = "wa-templates-twice"
    severity = Severity.WARNING


class SampleMissing(Rule):
    """A parameter without an example

    What it does: reports parameters of a template that is not submitted yet without an example value.
    Why: Meta refuses them (2388043). The compiler makes up values, which a reviewer may not understand.
    Example: `{"type": "BODY", "text": "Bonjour {{1}}, à bientôt."}`
    Use instead: `{"type": "BODY", "text": "Bonjour {{1}}, à bientôt.", "example": {"body_text": [["Awa"]]}}`
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "PAR659"
    name = "wa-templates-sample-missing"
    severity = Severity.WARNING


class NameChanged(Rule):
    """A template gets another name

    What it does: reports a new template whose name has to change: it has characters that names cannot have, or its
    languages are built differently, so that they become templates of their own.
    Why: programs that send the old name would not find it.
    Example: `"name": "Rappel RDV"`
    Use instead: a name of `a-z`, `0-9` and `_`; the same buttons and header in all languages.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
    """

    code = "PAR660"
    name = "wa-templates-name-changed"
    severity = Severity.WARNING


class TextMissing(Rule):
    """A template without its text

    What it does: reports a template of which the file has no components. Sends refer to it by name.
    Why: its text, parameters and buttons can be neither shown nor checked.
    Example: `GET /{WABA}/message_templates?fields=name,status`
    Use instead: export with `fields=name,language,status,category,components`.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-management
    """

    code = "PAR661"
    name = "wa-templates-text-missing"
    severity = Severity.WARNING


class WrongShape(Rule):
    """A part of a template or message lacks what it cannot be without

    What it does: reports parts of a provider's own shape that cannot be read: a link button without a link, a list row
    without words. They stay in the definition only.
    Why: the provider refuses them; what they were meant to say is a guess.
    Example: `{"type": "URL", "title": "Suivre"}`
    Use instead: `{"type": "URL", "title": "Suivre", "url": "https://example.com/colis"}`
    Sources: https://www.twilio.com/docs/content/content-types-overview
    """

    code = "PAR662"
    name = "wa-templates-wrong-shape"
    severity = Severity.WARNING


class OtherTypes(Rule):
    """A content has several forms

    What it does: says which form of a content (Twilio's types, Bird's platforms) was read; the others stay in the
    definition.
    Why: the forms are the same message for other channels; WhatsApp shows one of them.
    Example: `"types": {"twilio/quick-reply": {}, "twilio/text": {}}`
    Use instead: nothing; check that the form that was read is the one for WhatsApp.
    Sources: https://www.twilio.com/docs/content/content-types-overview
    """

    code = "PAR663"
    name = "wa-templates-other-types"
    severity = Severity.INFO


class OtherBuild(Rule):
    """The languages of a new template are built differently

    What it does: reports a language whose buttons or header differ from those of the first one, or whose code stands
    for the same language of Meta's list (`es` and `es_VE`); it becomes a template of its own.
    Why: one message of the graph has one set of choices, with a wording for each language.
    Example: a link to `/fr` in one language and to `/en` in the other
    Use instead: the same buttons in all languages, with the language as the link's parameter.
    Sources: bascule's own rule.
    """

    code = "PAR664"
    name = "wa-templates-other-build"
    severity = Severity.INFO

"""``TPL073``: what single kinds of buttons must have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bascule.diagnostics import Severity
from bascule.passes.rules.definition.problem import DefinitionRule, Problem
from bascule.passes.rules.wording import shown
from bascule.whatsapp.policy import Policy
from bascule.whatsapp.templates import (
    Button,
    Category,
    CopyCodeButton,
    FlowAction,
    FlowButton,
    HeaderFormat,
    MpmButton,
    OtpButton,
    PhoneNumberButton,
    PlaceholderKind,
    SpmButton,
    Template,
    UnknownButton,
    UrlButton,
    parameters,
)

__all__ = ["BadButtonKind"]

_TRUNK_ZERO = re.compile(r"\+\d{1,3}\s?\(?0\)?")


class BadButtonKind(DefinitionRule):
    """A button of a template lacks what its kind needs, or stands where it may not

    What it does: reports, in definitions of templates, buttons that the category may not have, labels that WhatsApp
    fixes and the file words otherwise, coupon codes that are too long, Flow buttons with several Flows or without the
    screen to open, variable links without an example, product buttons without the header they need, and telephone
    numbers with a zero behind the country code.
    Why: Meta refuses the creation. What one provider says, or what an older limit was, is a warning.
    Example:
        bascule: 1
        locale: fr
        templates:
          - name: catalogue
            language: fr
            category: UTILITY
            definition: >-
              {"components": [{"type": "BODY", "text": "Bonjour, voici notre catalogue de la semaine."},
              {"type": "BUTTONS", "buttons": [{"type": "CATALOG", "text": "Voir"}]}]}
    Use instead:
        bascule: 1
        locale: fr
        templates:
          - name: catalogue
            language: fr
            category: MARKETING
            definition: >-
              {"components": [{"type": "BODY", "text": "Bonjour, voici notre catalogue de la semaine."},
              {"type": "BUTTONS", "buttons": [{"type": "CATALOG", "text": "View catalog"}]}]}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL073"
    name = "bad-button-kind"

    @classmethod
    def problems(cls, policy: Policy, template: Template) -> Iterator[Problem]:
        """Look at every button, those of cards too."""
        carousel = template.carousel
        buttons = list(template.buttons)
        for card in carousel.cards if carousel is not None else ():
            buttons += card.buttons
        for button in buttons:
            if isinstance(button, UnknownButton):
                continue
            yield from _category(policy, template, button)
            yield from _label(policy, button)
            yield from _of_kind(policy, template, button)


def _category(policy: Policy, template: Template, button: Button) -> Iterator[Problem]:
    kind = button.TYPE.lower()
    if template.category is None:
        return
    if isinstance(button, UrlButton) and button.url.startswith(policy.text("button.url.otp_prefix")):
        return
    fact = policy.fact(f"button.{kind}.categories")
    allowed = policy.list(f"button.{kind}.categories")
    category = template.category.value
    if category not in allowed:
        what = f"has a button of type {button.TYPE}, which {category} templates may not have"
        yield Problem(fact, what, f"use {' or '.join(allowed)}, or another button", button.place)
        return
    for other in fact.alternatives:
        if isinstance(other.value, tuple) and category not in other.value:
            what = f"has a button of type {button.TYPE}; {other.source.publisher} says that {category} refuses it"
            yield Problem(fact, what, "nothing to do unless review refuses it", button.place, other.confidence.severity)


def _label(policy: Policy, button: Button) -> Iterator[Problem]:
    key = f"button.{button.TYPE.lower()}.text.fixed"
    if key not in policy.keys(f"button.{button.TYPE.lower()}."):
        return
    fixed = policy.text(key)
    if button.label_text and button.label_text != fixed:
        what = f"words its {button.TYPE} button `{shown(button.label_text)}`; the label is always `{fixed}`"
        yield Problem(policy.fact(key), what, f"write `{fixed}`", button.place)


def _of_kind(policy: Policy, template: Template, button: Button) -> Iterator[Problem]:
    if isinstance(button, CopyCodeButton):
        yield from _coupon(policy, button)
    elif isinstance(button, FlowButton):
        yield from _flow(policy, button)
    elif isinstance(button, UrlButton):
        yield from _link(policy, template, button)
    elif isinstance(button, PhoneNumberButton) and _TRUNK_ZERO.match(str(button.phone_number)):
        fact = policy.fact("button.phone_number.phone_number.max_length")
        what = f"calls `{shown(str(button.phone_number))}`: WhatsApp drops the zero behind the country code in places"
        yield Problem(fact, what, "leave the zero out where the country does", button.place, Severity.INFO)
    elif isinstance(button, MpmButton) and template.header is None:
        fact = policy.fact("button.mpm.requires")
        yield Problem(fact, "has an MPM button and no header", "add a header and a body", button.place)
    elif isinstance(button, SpmButton) and template.carousel is None:
        wanted = policy.text("button.spm.header_format")
        if template.header is None or template.header.format is not HeaderFormat(wanted):
            fact = policy.fact("button.spm.header_format")
            yield Problem(fact, f"has an SPM button and no {wanted} header", "add that header", button.place)
    elif isinstance(button, OtpButton) and button.autofill_text is not None:
        limit = policy.limit("button.otp.autofill_text.max_length")
        if len(button.autofill_text) > limit:
            what = f"has an `autofill_text` of {len(button.autofill_text)} characters, the limit is {limit}"
            yield Problem(policy.fact("button.otp.autofill_text.max_length"), what, "shorten it", button.place)


def _coupon(policy: Policy, button: CopyCodeButton) -> Iterator[Problem]:
    if button.example is None:
        fact = policy.fact("template.parameter.example_required")
        yield Problem(fact, "has a COPY_CODE button without an example", "add `example`", button.place)
        return
    length = len(button.example)
    most, safe = (policy.limit(f"button.copy_code.example.{name}_length") for name in ("max", "safe"))
    if length > most:
        fact = policy.fact("button.copy_code.example.max_length")
        yield Problem(fact, f"has a code of {length} characters, the limit is {most}", "shorten it", button.place)
    elif length > safe:
        fact = policy.fact("button.copy_code.example.safe_length")
        what = f"has a code of {length} characters; before 2025-12 the limit was {safe}, and some pages still say so"
        yield Problem(fact, what, "shorten it if it is refused", button.place, Severity.WARNING)


def _flow(policy: Policy, button: FlowButton) -> Iterator[Problem]:
    named = [name for name in ("flow_id", "flow_name", "flow_json") if getattr(button, name) is not None]
    if len(named) > 1:
        fact = policy.fact("button.flow.actions")
        yield Problem(fact, f"names its Flow more than once ({', '.join(named)})", "keep one of them", button.place)
    if button.flow_action is FlowAction.DATA_EXCHANGE and button.navigate_screen is not None:
        fact = policy.fact("button.flow.actions")
        what = "has a `navigate_screen` with the action `data_exchange`, which asks the endpoint for the screen"
        yield Problem(fact, what, "leave `navigate_screen` out", button.place, Severity.WARNING)


def _link(policy: Policy, template: Template, button: UrlButton) -> Iterator[Problem]:
    found = [part for part in parameters(button.url) if part.problem is None]
    if found and not button.example and template.category is not Category.AUTHENTICATION:
        fact = policy.fact("template.parameter.example_required")
        what = "has a link with a variable and no example of it"
        yield Problem(fact, what, "add `example` with the whole address", button.place)
    if any(part.kind is PlaceholderKind.NAMED for part in found):
        fact = policy.fact("template.parameter.url_named")
        what = f"has the variable `{found[0].text}` in a link; templates that exist have `{{{{1}}}}` there"
        yield Problem(fact, what, "write `{{1}}`, also where the texts have names", button.place)

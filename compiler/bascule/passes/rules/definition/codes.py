"""``TPL076``: authentication templates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bascule.diagnostics import Severity
from bascule.passes.rules.definition.problem import DefinitionRule, Problem
from bascule.passes.rules.wording import shown
from bascule.whatsapp.policy import Policy
from bascule.whatsapp.templates import Category, OtpButton, OtpType, SupportedApp, Template, UnknownButton, fold

__all__ = ["BadAuthentication"]


class BadAuthentication(DefinitionRule):
    """An authentication template breaks its rules

    What it does: reports, in definitions of authentication templates, a text or a header of one's own, a missing OTP
    button, minutes of expiry outside the range, one-tap and zero-tap buttons without apps or with too many, package
    names and signature hashes that are none, and zero-tap without its terms accepted.
    Why: Meta refuses the creation; the words are its own. Templates in the form in which Meta stores them are folded
    back first, so an export is not reported for the words Meta wrote.
    Example:
        bascule: 1
        locale: fr
        templates:
          - name: connexion
            language: fr
            category: AUTHENTICATION
            definition: >-
              {"components": [{"type": "BODY", "add_security_recommendation": true},
              {"type": "FOOTER", "code_expiration_minutes": 120},
              {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "ONE_TAP"}]}]}
    Use instead:
        bascule: 1
        locale: fr
        templates:
          - name: connexion
            language: fr
            category: AUTHENTICATION
            definition: >-
              {"components": [{"type": "BODY", "add_security_recommendation": true},
              {"type": "FOOTER", "code_expiration_minutes": 10},
              {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}]}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/authentication-templates/authentication-templates;
    https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/authentication-templates/autofill-button-authentication-templates
    """

    code = "TPL076"
    name = "bad-authentication-template"

    @classmethod
    def problems(cls, policy: Policy, template: Template) -> Iterator[Problem]:
        """Look at the form that creates it."""
        if template.category is not Category.AUTHENTICATION or template.from_library:
            return
        template = fold(template)
        words = policy.fact("authentication.body.custom_text")
        if template.body_text and template.id is None:
            place = template.body.place if template.body is not None else None
            what = f"has words of its own, `{shown(template.body_text)}`: WhatsApp writes this body itself"
            yield Problem(words, what, "leave `text` out", place)
        if template.header is not None:
            yield Problem(
                words, "has a header, which templates for codes do not", "leave it out", template.header.place
            )
        footer = template.footer
        if footer is not None and footer.code_expiration_minutes is not None:
            low, high = (policy.limit(f"authentication.code_expiration_minutes.{end}") for end in ("min", "max"))
            if not low <= footer.code_expiration_minutes <= high:
                fact = policy.fact("authentication.code_expiration_minutes.max")
                what = f"lets the code expire after {footer.code_expiration_minutes} minutes; {low} to {high} are taken"
                yield Problem(fact, what, "use a number of that range", footer.place)
        buttons = [button for button in template.buttons if isinstance(button, OtpButton)]
        if not buttons and not any(isinstance(button, UnknownButton) for button in template.buttons):
            fact = policy.fact("button.otp.types")
            yield Problem(fact, "has no OTP button", "add a button of type OTP")
        for button in buttons:
            yield from _button(policy, button)


def _button(policy: Policy, button: OtpButton) -> Iterator[Problem]:
    taps = button.otp_type is not OtpType.COPY_CODE
    apps = button.supported_apps
    place = button.place
    old = button.package_name is not None or button.signature_hash is not None
    if old:
        fact = policy.fact("authentication.package_name.placement")
        yield Problem(fact, "names its app beside `supported_apps`, the form before v21.0", "move it in there", place)
        apps = (*apps, SupportedApp(button.package_name or "", button.signature_hash or ""))
    low, high = policy.limit("authentication.supported_apps.min"), policy.limit("authentication.supported_apps.max")
    fact = policy.fact("authentication.supported_apps.max")
    if taps and not low <= len(apps) <= high:
        what = f"has a button of type {button.otp_type.value} for {len(apps)} apps; {low} to {high} are taken"
        yield Problem(fact, what, "list the apps in `supported_apps`", place)
    elif not taps and apps:
        what = "has a COPY_CODE button with apps, which only one-tap and zero-tap buttons have"
        yield Problem(fact, what, "leave `supported_apps` out", place, Severity.WARNING)
    name, most = (
        policy.text("authentication.package_name.pattern"),
        policy.limit("authentication.package_name.max_length"),
    )
    signature = policy.text("authentication.signature_hash.pattern")
    for app in apps:
        if not re.fullmatch(name, app.package_name) or len(app.package_name) > most:
            what = f"has `{shown(app.package_name)}` for a package name"
            help = f"write it as `com.example.app`, at most {most} characters"
            yield Problem(policy.fact("authentication.package_name.pattern"), what, help, app.place or place)
        if not re.fullmatch(signature, app.signature_hash):
            length = policy.limit("authentication.signature_hash.length")
            what = f"has `{shown(app.signature_hash)}` for a signature hash"
            help = f"it has exactly {length} characters of A-Z, a-z, 0-9, +, / and ="
            yield Problem(policy.fact("authentication.signature_hash.pattern"), what, help, app.place or place)
    if button.otp_type is OtpType.ZERO_TAP and button.zero_tap_terms_accepted is not True:
        fact = policy.fact("authentication.zero_tap.terms_accepted")
        yield Problem(fact, "has a ZERO_TAP button without `zero_tap_terms_accepted`", "set it to true", place)

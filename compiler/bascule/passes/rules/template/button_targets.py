"""``TPL044`` and ``TPL045``: where the link and call buttons of a template lead."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bascule.diagnostics import Finding, Severity
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.template.button_places import button_place
from bascule.passes.rules.template.subjects import as_written
from bascule.passes.rules.wording import shown
from bascule.whatsapp.policy import Fact, Policy
from bascule.whatsapp.templates import PhoneNumberButton, UrlButton, parameters

__all__ = ["BadButtonUrl", "BadPhoneButton", "host_of", "is_listed_host"]

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


def host_of(url: str) -> str:
    """The host of a web address, in lower case and without ``www.``."""
    rest = re.sub(r"^[a-z][a-z0-9+.-]*://", "", url, flags=re.IGNORECASE)
    return re.split(r"[/?#:]", rest, maxsplit=1)[0].rpartition("@")[2].lower().removeprefix("www.")


def is_listed_host(host: str, listed: tuple[str, ...]) -> bool:
    """Whether a host is one of a list, or below one of them."""
    return any(host == known or host.endswith("." + known) for known in listed)


def _url_problems(policy: Policy, url: str) -> Iterator[tuple[Fact, str, str]]:
    schemes = policy.list("button.url.schemes")
    scheme = _SCHEME.match(url)
    if scheme is None or scheme[1].lower() not in schemes:
        named = " or ".join(f"{name}://" for name in reversed(schemes))
        yield policy.fact("button.url.schemes"), f"does not begin with {named}", "write the whole address"
    limit = policy.limit("button.url.url.max_length")
    if len(url) > limit:
        what = f"has {len(url)} characters, the limit is {limit}"
        yield policy.fact("button.url.url.max_length"), what, "use a shorter path on your own domain"
    found = parameters(url)
    if len(found) > policy.limit("button.url.max_parameters"):
        yield policy.fact("button.url.max_parameters"), f"has {len(found)} variables", "join them into one at the end"
    elif found and found[0].end != len(url):
        what = "has its variable in the middle; it must be the very end"
        yield policy.fact("button.url.max_parameters"), what, "move the variable to the end of the address"
    host = host_of(url)
    if is_listed_host(host, policy.list("button.url.shorteners")):
        yield policy.fact("button.url.shorteners"), f"is shortened by `{host}`", "write the address it stands for"
    chat = is_listed_host(host, policy.list("button.url.chat_links"))
    if chat and not url.startswith(policy.text("button.url.otp_prefix")):
        what = f"is a chat link of `{host}`, which is reported to be refused"
        yield policy.fact("button.url.chat_links"), what, "use a quick reply: the person is in the chat already"


class BadButtonUrl(CheckRule):
    """The address of a link button breaks its rules

    What it does: reports addresses without http or https, too long ones, variables that are not at the very end,
    shortened links and direct chat links.
    Why: Meta refuses the first three. Shorteners and chat links are refused at review, as providers report.
    Example:
        bascule: 1
        locale: fr
        flows:
          suivi:
            entries: [{api: commande_expediee}]
            nodes:
              envoi:
                say: "Bonjour, votre commande est en route. Suivez-la sur notre site."
                choices: [{title: Suivre, url: "https://bit.ly/suivi"}]
    Use instead:
        bascule: 1
        locale: fr
        flows:
          suivi:
            entries: [{api: commande_expediee}]
            nodes:
              envoi:
                say: "Bonjour, votre commande est en route. Suivez-la sur notre site."
                choices: [{title: Suivre, url: "https://boutique.example/suivi/{numero}"}]
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL044"
    name = "bad-button-url"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at the address of every link button."""
        for subject in as_written(context):
            if subject.authentication:
                continue
            for index, button in enumerate(subject.template.buttons):
                if not isinstance(button, UrlButton):
                    continue
                for fact, what, cure in _url_problems(context.policy, button.url):
                    yield cls.at(
                        button_place(context, subject, index),
                        f"the address `{shown(button.url, 60)}` of the template {subject.title} {what}",
                        help=cure,
                        notes=(fact.cite(),),
                        severity=fact.severity,
                    )


class BadPhoneButton(CheckRule):
    """The number of a call button breaks its rules

    What it does: reports numbers that are too long, hold something else than a telephone number, or begin with 0,
    as they are dialled inside a country.
    Why: Meta refuses numbers that are too long. Without `+` and country code the button calls nobody abroad, and
    WhatsApp may take the first digits for a country.
    Example:
        bascule: 1
        locale: fr
        flows:
          rappel:
            entries: [{api: rappel}]
            nodes:
              envoi:
                say: "Bonjour, votre rendez-vous est demain. Appelez-nous pour le changer."
                choices: [{title: Appeler, phone: "01 70 18 00 00"}]
    Use instead:
        bascule: 1
        locale: fr
        flows:
          rappel:
            entries: [{api: rappel}]
            nodes:
              envoi:
                say: "Bonjour, votre rendez-vous est demain. Appelez-nous pour le changer."
                choices: [{title: Appeler, phone: "+33170180000"}]
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL045"
    name = "bad-phone-button"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at the number of every call button."""
        fact = context.policy.fact("button.phone_number.phone_number.max_length")
        limit = context.policy.limit("button.phone_number.phone_number.max_length")
        for subject in as_written(context):
            for index, button in enumerate(subject.template.buttons):
                if not isinstance(button, PhoneNumberButton):
                    continue
                number = str(button.phone_number)
                severity, what = fact.severity, ""
                if len(number) > limit:
                    what = f"has {len(number)} characters, the limit is {limit}"
                elif not re.fullmatch(r"\+?[\d ().-]+", number) or not any(char.isdigit() for char in number):
                    severity, what = cls.severity, "is no telephone number"
                elif not number.startswith("+") and number.lstrip("( ").startswith("0"):
                    severity, what = cls.severity, "begins with 0 and so has no country code"
                if what:
                    yield cls.at(
                        button_place(context, subject, index),
                        f"the number `{shown(number)}` of the template {subject.title} {what}",
                        help="write it as `+33170180000`: plus, country code, number, nothing else",
                        notes=(fact.cite(),),
                        severity=severity,
                    )

"""``TPL070``: language, lifetime and origin of a template."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Severity
from bascule.passes.rules.definition.problem import DefinitionRule, Problem
from bascule.passes.rules.wording import shown
from bascule.whatsapp.policy import Policy
from bascule.whatsapp.templates import Category, Template

__all__ = ["BadEnvelope"]


class BadEnvelope(DefinitionRule):
    """The language or the lifetime of a template is not one that is taken

    What it does: reports, in definitions of templates, language codes that Meta does not list, lifetimes
    (`message_send_ttl_seconds`) outside the range of the category, and library templates of a category the library
    does not have.
    Why: Meta refuses the creation. Codes that libraries know and Meta's page does not (`ar_SA`) may work: a warning.
    Example:
        bascule: 1
        templates:
          - name: rappel
            language: pt-BR
            category: UTILITY
            definition: '{"components": [{"type": "BODY", "text": "Olá, a sua consulta é amanhã às dez horas."}]}'
    Use instead:
        bascule: 1
        templates:
          - name: rappel
            language: pt_BR
            category: UTILITY
            definition: '{"components": [{"type": "BODY", "text": "Olá, a sua consulta é amanhã às dez horas."}]}'
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/supported-languages;
    https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/time-to-live
    """

    code = "TPL070"
    name = "bad-template-envelope"

    @classmethod
    def problems(cls, policy: Policy, template: Template) -> Iterator[Problem]:
        """Look at the members beside the components."""
        yield from _language(policy, template)
        yield from _lifetime(policy, template)
        library = policy.list("template.from_library.categories")
        category = template.category.value if template.category is not None else ""
        if template.from_library and category and category not in library:
            what = f"is taken from the library with the category {category}"
            yield Problem(
                policy.fact("template.from_library.categories"), what, f"the library has {' and '.join(library)} only"
            )


def _language(policy: Policy, template: Template) -> Iterator[Problem]:
    code = template.language
    place = template.place.child("language") if template.place is not None else None
    if code in ("", "und"):
        return
    known = policy.language(code)
    if known is None:
        near = policy.match_language(code)
        help = f"write `{near}`" if near else "use a code of Meta's list such as `fr`, `en_US`, `pt_BR`"
        what = f"names the language `{shown(code)}`, which is not a code of Meta's list"
        yield Problem(policy.fact("language.names"), what, help, place)
    elif not known.listed:
        what = f"names the language `{code}`, which libraries know and Meta's list does not have"
        help = f"use `{known.subtag}` if it is refused"
        yield Problem(policy.fact("language.unlisted"), what, help, place, Severity.WARNING)


def _lifetime(policy: Policy, template: Template) -> Iterator[Problem]:
    seconds = template.message_send_ttl_seconds
    if seconds is None or template.category is None:
        return
    kind = template.category.value.lower()
    unlimited = policy.limit("template.ttl.unlimited")
    low, high = policy.limit(f"template.ttl.{kind}.min_seconds"), policy.limit(f"template.ttl.{kind}.max_seconds")
    if seconds == unlimited and template.category is not Category.MARKETING:
        return
    if not low <= seconds <= high:
        place = template.place.child("message_send_ttl_seconds") if template.place is not None else None
        what = f"lives {seconds} seconds; {template.category.value} templates take {low} to {high}"
        yield Problem(policy.fact(f"template.ttl.{kind}.max_seconds"), what, "use a number of that range", place)

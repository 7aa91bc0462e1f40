"""``TPL072``: which components a template has, and what its header shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bascule.diagnostics import Severity
from bascule.passes.rules.definition.problem import DefinitionRule, Problem
from bascule.whatsapp.policy import Policy
from bascule.whatsapp.templates import (
    Body,
    CallPermissionRequest,
    Category,
    Component,
    Footer,
    Header,
    HeaderFormat,
    Template,
)

__all__ = ["BadParts"]

_COUNTED: tuple[tuple[type[Component], str], ...] = ((Header, "header"), (Body, "body"), (Footer, "footer"))


class BadParts(DefinitionRule):
    """A template has a part too many, lacks one, or shows what its category may not

    What it does: reports, in definitions of templates, a missing body, a second header, body or footer, a picture,
    video or document header without an uploaded sample (or with a link where the handle must stand), and headers
    and requests to call that the category may not have.
    Why: Meta refuses the creation. An upload gives a handle that begins with `4::`; a link is no handle.
    Example:
        bascule: 1
        locale: fr
        templates:
          - name: catalogue
            language: fr
            category: UTILITY
            definition: >-
              {"components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "FOOTER", "text": "Merci"}]}
    Use instead:
        bascule: 1
        locale: fr
        templates:
          - name: catalogue
            language: fr
            category: UTILITY
            definition: >-
              {"components": [{"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW1n"]}},
              {"type": "BODY", "text": "Bonjour, votre commande vous attend à la boutique."}]}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL072"
    name = "bad-template-parts"

    @classmethod
    def problems(cls, policy: Policy, template: Template) -> Iterator[Problem]:
        """Count the components, and look at the header."""
        if template.from_library:
            return
        counts = Counter(type(component) for component in template.components)
        for kind, name in _COUNTED:
            if counts[kind] > policy.limit(f"template.{name}.max_count"):
                what = f"has {counts[kind]} {name} components"
                yield Problem(policy.fact(f"template.{name}.max_count"), what, "keep one of them")
        if not counts[Body]:
            yield Problem(policy.fact("template.body.max_count"), "has no body", "add a BODY component")
        for component in template.components:
            if isinstance(component, Header):
                yield from _header(policy, template, component)
            elif isinstance(component, CallPermissionRequest):
                allowed = policy.list("template.call_permission_request.categories")
                if template.category is not None and template.category.value not in allowed:
                    fact = policy.fact("template.call_permission_request.categories")
                    what = f"asks for leave to call, which {template.category.value} templates may not"
                    yield Problem(fact, what, f"use {' or '.join(allowed)}", component.place)


def _is_link(handle: str) -> bool:
    """A link that somebody wrote; those that Meta gives with a listing are reported where they are read."""
    address = handle.lower()
    return address.startswith(("http://", "https://")) and "://scontent" not in address


def _header(policy: Policy, template: Template, header: Header) -> Iterator[Problem]:
    kind = header.format.value.lower()
    key = f"template.header.{kind}.categories"
    if key in policy.keys(f"template.header.{kind}.") and template.category is not None:
        allowed = policy.list(key)
        if template.category.value not in allowed and template.category is not Category.AUTHENTICATION:
            what = f"has a header of format {header.format.value}, which {template.category.value} templates may not"
            yield Problem(policy.fact(key), what, f"use {' or '.join(allowed)}", header.place)
    if header.format is HeaderFormat.PRODUCT and template.category is Category.UTILITY:
        fact = policy.fact("button.spm.categories")
        what = "has a PRODUCT header, which UTILITY templates may not"
        yield Problem(fact, what, "use MARKETING, or another header", header.place)
    if not header.format.is_media:
        return
    handles = header.example.header_handle if header.example is not None else None
    fact = policy.fact("template.header.media_formats")
    if not handles:
        what = f"has a header of format {header.format.value} without `example.header_handle`"
        yield Problem(
            fact, what, "upload a sample with the Resumable Upload API and put its handle there", header.place
        )
    elif any(_is_link(handle) for handle in handles):
        what = f"has a link where the handle of its {header.format.value} sample must stand"
        help = "upload the file with the Resumable Upload API; a link from a listing expires and is no handle"
        yield Problem(fact, what, help, header.place, Severity.WARNING)

"""The stored form of authentication templates, and the way back to the form that creates them.

Meta stores an OTP button as a URL button and writes body and footer itself; a template that is read back
must be folded before it can be created again.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/authentication-templates/authentication-templates
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from bascule.whatsapp.templates.buttons import Button, OtpButton, OtpType, SupportedApp, UrlButton
from bascule.whatsapp.templates.components import Body, Buttons, Component, Footer
from bascule.whatsapp.templates.model import Category, Template

__all__ = ["fold", "is_stored_otp"]

_HOST = "www.whatsapp.com"
_PATH = "/otp/code/"


def is_stored_otp(button: Button) -> bool:
    """Whether a URL button is an OTP button as Meta stores it."""
    return isinstance(button, UrlButton) and _query(button.url) is not None


def fold(template: Template) -> Template:
    """The template in the form that creates it; itself when it is not a stored authentication template.

    Body and footer lose the text that Meta wrote; ``add_security_recommendation`` and the minutes stay.
    """
    if template.category is not Category.AUTHENTICATION or not any(map(is_stored_otp, template.buttons)):
        return template
    minutes = _minutes(template)
    components: list[Component] = []
    for component in template.components:
        if isinstance(component, Body):
            components.append(replace(component, text=None, example=None))
        elif isinstance(component, Footer):
            if minutes is not None:
                components.append(replace(component, text=None, code_expiration_minutes=minutes))
        elif isinstance(component, Buttons):
            components.append(replace(component, buttons=tuple(_fold_button(item) for item in component.buttons)))
        else:
            components.append(component)
    if minutes is not None and not any(isinstance(item, Footer) for item in components):
        components.insert(1, Footer(code_expiration_minutes=minutes))
    return replace(template, components=tuple(components))


def _minutes(template: Template) -> int | None:
    if template.footer is not None and template.footer.code_expiration_minutes is not None:
        return template.footer.code_expiration_minutes
    for button in template.buttons:
        query = _query(button.url) if isinstance(button, UrlButton) else None
        text = (query or {}).get("code_expiration_minutes", "")
        if text.isascii() and text.isdigit() and len(text) < 5:
            return int(text)
    return None


def _fold_button(button: Button) -> Button:
    query = _query(button.url) if isinstance(button, UrlButton) else None
    if query is None or not isinstance(button, UrlButton):
        return button
    kind = OtpType(query["otp_type"])
    packages = query.get("package_name", "").split(",")
    hashes = query.get("signature_hash", "").split(",")
    apps = tuple(
        SupportedApp(package, signature)
        for package, signature in zip(packages, hashes, strict=False)
        if package and signature
    )
    return OtpButton(
        otp_type=kind,
        text=button.text,
        autofill_text=query.get("cta_display_name"),
        zero_tap_terms_accepted=True if kind is OtpType.ZERO_TAP else None,
        supported_apps=apps,
        place=button.place,
    )


def _query(url: str) -> dict[str, str] | None:
    """The query of a stored OTP link; None for any other URL. ``+`` in a signature hash stays a plus."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme != "https" or parts.netloc != _HOST or parts.path != _PATH:
        return None
    try:
        query = dict(parse_qsl(parts.query, keep_blank_values=True, max_num_fields=40))
    except ValueError:
        return None
    if query.get("otp_type") not in {item.value for item in OtpType}:
        return None
    query["signature_hash"] = query.get("signature_hash", "").replace(" ", "+")
    return query

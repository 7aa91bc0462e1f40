"""WhatsApp's own spelling of some numbers, kept apart from E.164.

WhatsApp names a user by a ``wa_id``: mostly the digits of the E.164 number, but some countries' numbers keep an
older form. A ``wa_id`` is stored as WhatsApp returned it and never derived from E.164; this module only says
which numbers and ids may be the same subscriber, so that an id in a webhook finds its contact.

Sources: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/phone-numbers (Brazil, Mexico and
Argentina have more than one form); https://faq.whatsapp.com/1294841057948784 (Mexico, Argentina: how to save numbers).
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["INSERT", "REMOVE", "WA_FORMS", "WaForm", "e164_of", "may_be_same", "rewritten", "wa_ids_of"]

INSERT = 1
REMOVE = 2


class WaForm(NamedTuple):
    """How the national digits of an old form become those of E.164: at ``position``, insert or remove ``digit``."""

    calling_code: int
    digits: int
    position: int
    digit: int
    operation: int


WA_FORMS = (
    WaForm(55, 10, 2, 9, INSERT),
    WaForm(52, 11, 0, 1, REMOVE),
)
"""Old forms that are no valid number of today: Brazil without the ninth digit, Mexico with the mobile 1."""

# Valid both ways, so only good for comparing: Argentina's mobile 9, which fixed lines lack.
_COMPARED = (*WA_FORMS, WaForm(54, 10, 0, 9, INSERT))


def rewritten(digits: str, form: WaForm) -> str | None:
    """The E.164 digits of an old form's digits; None where they are not of that form."""
    code = str(form.calling_code)
    national = digits[len(code) :]
    if not digits.startswith(code) or len(national) != form.digits or national.startswith("0"):
        return None
    head, tail = national[: form.position], national[form.position :]
    if form.operation == INSERT:
        return f"{code}{head}{form.digit}{tail}"
    if not tail.startswith(str(form.digit)) or (head + tail[1:]).startswith("0"):
        return None
    return f"{code}{head}{tail[1:]}"


def _undone(digits: str, form: WaForm) -> str | None:
    code = str(form.calling_code)
    national = digits[len(code) :]
    grown = form.digits + (1 if form.operation == INSERT else -1)
    if not digits.startswith(code) or len(national) != grown:
        return None
    head, tail = national[: form.position], national[form.position :]
    if form.operation == REMOVE:
        return f"{code}{head}{form.digit}{tail}"
    return f"{code}{head}{tail[1:]}" if tail.startswith(str(form.digit)) else None


def _digits(value: str) -> str:
    return value.strip().removeprefix("+")


def wa_ids_of(e164: str) -> tuple[str, ...]:
    """The ids under which WhatsApp may know a number, the plain digits first. For comparing, not for sending."""
    digits = _digits(e164)
    return (digits, *(other for form in _COMPARED if (other := _undone(digits, form))))


def e164_of(wa_id: str) -> tuple[str, ...]:
    """The E.164 numbers an id may stand for, the plain digits first. Whether they are valid is not checked."""
    digits = _digits(wa_id)
    return tuple(f"+{other}" for other in (digits, *(rewritten(digits, form) for form in _COMPARED)) if other)


def may_be_same(e164: str, wa_id: str) -> bool:
    """Whether a number and an id may be the same subscriber."""
    return _digits(wa_id) in wa_ids_of(e164) or f"+{_digits(e164)}" in e164_of(wa_id)

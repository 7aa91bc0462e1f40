"""One number read with ``phonenumbers``: the definition that every faster way must equal.

The policy: read with the row's region; where that gives no valid number and no plus stands in front, read the digits
as an international number; else say why not. What :func:`read` gets has been through
:func:`bascule.contacts.phones.cells.plan`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from bascule.contacts.phones.vocabulary import How, Reading, Verdict, pack_place
from bascule.contacts.phones.wa_id import WA_FORMS, rewritten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phonenumbers import PhoneNumber

__all__ = ["SHORT", "read"]

SHORT = 6
"""Most digits of what counts as a short code where it is no valid number."""

_FEWEST = 3
_START = re.compile(r"[+\d]")
_IDD = re.compile(r"0\D*0")


def read(text: str, region: str | None, rows: Mapping[str, int]) -> Reading:
    """Read one number. ``region`` is a region libphonenumber knows, or None; ``rows`` numbers the regions.

    ``EXTENSION_DROPPED`` says that libphonenumber saw an extension. Never raises on any text.
    """
    digits = sum(map(str.isdecimal, text))
    start = _START.search(text)
    if start is None:
        return Reading(Verdict.NO_DIGITS)
    plus = start.group() == "+"
    first = _attempt(text, region, rows) if region or plus else None
    if first is not None and first.valid:
        if first.how is How.NATIONAL_WITH_HINT and first.verdict is Verdict.VALID:
            other = _international(text[start.start() :], rows)
            if other.valid and other.e164 != first.e164:
                return Reading(Verdict.TWO_READINGS, first.how, first.place, first.e164)
        return first
    result = first
    if not plus:
        second = _international(text[start.start() :], rows)
        if second.valid:
            return second
        if first is None:
            sure = second.how is How.ASSUMED_IDD or second.verdict is Verdict.UNREADABLE
            result = second if sure else Reading(Verdict.NO_COUNTRY)
    assert result is not None
    if digits <= SHORT:
        if any(map(str.isalpha, text)):
            return Reading(Verdict.LETTERS)
        if not plus and result.verdict is not Verdict.UNREADABLE:
            return Reading(Verdict.SHORT_CODE)
    return Reading(result.verdict)


def _international(text: str, rows: Mapping[str, int]) -> Reading:
    """Read a text that starts with a digit as if a plus stood there; two leading zeros stand for the plus."""
    zeros = _IDD.match(text)
    how = How.ASSUMED_IDD if zeros else How.ASSUMED_PLUS
    rest = text[zeros.end() if zeros else 0 :]
    if sum(map(str.isdecimal, rest)) < _FEWEST:
        return Reading(Verdict.TOO_SHORT, how)
    found = _attempt("+" + rest, None, rows)
    return Reading(found.verdict, how, found.place, found.e164)


def _attempt(text: str, region: str | None, rows: Mapping[str, int]) -> Reading:
    import phonenumbers
    from phonenumbers import NumberParseException

    try:
        number = phonenumbers.parse(text, region, keep_raw_input=True)
    except NumberParseException as error:
        return Reading(_refusals().get(error.error_type, Verdict.UNREADABLE))
    if not phonenumbers.is_valid_number(number):
        return Reading(_why_invalid(number))
    place = pack_place(rows[phonenumbers.region_code_for_number(number) or ""], int(phonenumbers.number_type(number)))
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    verdict = Verdict.EXTENSION_DROPPED if number.extension else Verdict.VALID
    return Reading(verdict, _sources()[number.country_code_source], place, e164)


def _why_invalid(number: PhoneNumber) -> Verdict:
    import phonenumbers

    national = phonenumbers.national_significant_number(number)
    for form in WA_FORMS:
        other = rewritten(f"{number.country_code}{national}", form)
        if other and phonenumbers.is_valid_number(
            phonenumbers.PhoneNumber(form.calling_code, int(other.removeprefix(str(form.calling_code))))
        ):
            return Verdict.WA_ID_FORM
    return _lengths()[phonenumbers.is_possible_number_with_reason(number)]


@cache
def _refusals() -> dict[int, Verdict]:
    from phonenumbers import NumberParseException

    return {
        NumberParseException.INVALID_COUNTRY_CODE: Verdict.UNKNOWN_COUNTRY_CODE,
        NumberParseException.NOT_A_NUMBER: Verdict.UNREADABLE,
        NumberParseException.TOO_SHORT_AFTER_IDD: Verdict.TOO_SHORT,
        NumberParseException.TOO_SHORT_NSN: Verdict.TOO_SHORT,
        NumberParseException.TOO_LONG: Verdict.TOO_LONG,
    }


@cache
def _lengths() -> dict[int, Verdict]:
    from phonenumbers import ValidationResult

    return {
        ValidationResult.IS_POSSIBLE: Verdict.NOT_IN_PLAN,
        ValidationResult.IS_POSSIBLE_LOCAL_ONLY: Verdict.LOCAL_ONLY,
        ValidationResult.TOO_SHORT: Verdict.TOO_SHORT,
        ValidationResult.TOO_LONG: Verdict.TOO_LONG,
        ValidationResult.INVALID_LENGTH: Verdict.WRONG_LENGTH,
        ValidationResult.INVALID_COUNTRY_CODE: Verdict.UNKNOWN_COUNTRY_CODE,
    }


@cache
def _sources() -> dict[int, How]:
    from phonenumbers import CountryCodeSource

    return {
        CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN: How.EXPLICIT_PLUS,
        CountryCodeSource.FROM_NUMBER_WITH_IDD: How.IDD,
        CountryCodeSource.FROM_NUMBER_WITHOUT_PLUS_SIGN: How.OWN_CODE,
        CountryCodeSource.FROM_DEFAULT_COUNTRY: How.NATIONAL_WITH_HINT,
    }

"""Telephone numbers and the addresses of RapidPro. The library ``phonenumbers`` is used when it is installed."""

from __future__ import annotations

import re
from typing import Any

from bascule.simulator.evaluation.faults import Fault, Unknown
from bascule.simulator.evaluation.functions.base import Argument, Context, Registry
from bascule.simulator.evaluation.values import Value

__all__ = ["PHONES", "find_phone"]

PHONES = Registry()

_MAX_TEXT = 500
_INTERNATIONAL = re.compile(r"(?<![0-9+])\+[1-9][0-9 ().-]{5,20}[0-9](?![0-9])")
_CANDIDATE = re.compile(r"[0-9](?:[ ().-]{0,3}[0-9]){4,16}")
_URN = re.compile(r"([a-z][a-z0-9+-]{1,30}):([^#?]{1,255})(?:\?([^#]{0,255}))?(?:#(.{0,255}))?", re.DOTALL)


def _library() -> Any:
    try:
        import phonenumbers
    except ImportError:
        return None
    return phonenumbers


def find_phone(text: str, region: str) -> str | Fault | None:
    """The first telephone number in a text, as ``+…``; unknown when only the library could tell."""
    text = text[:_MAX_TEXT]
    library = _library()
    if library is None:
        found = _INTERNATIONAL.search(text)
        if found is not None:
            return "+" + re.sub(r"[^0-9]", "", found.group())
        if _CANDIDATE.search(text) is None:
            return None
        return Unknown("only the library `phonenumbers` can tell whether this is a telephone number")
    for match in library.PhoneNumberMatcher(text, region or None, leniency=library.Leniency.POSSIBLE):
        return str(library.format_number(match.number, library.PhoneNumberFormat.E164))
    return None


def _parsed(text: str, region: str) -> Any:
    """The number as the library reads it, or None."""
    library = _library()
    if library is None:
        raise LookupError
    try:
        return library.parse(text[:_MAX_TEXT], region or None)
    except library.NumberParseException:
        return None


@PHONES.add("is_phone_number", 1, 2)
def _is_phone_number(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether a text is a telephone number of a region."""
    region = context.text(args[1]) if len(args) > 1 else context.scope.region
    try:
        number = _parsed(context.text(args[0]), region)
    except LookupError:
        context.unknown("only the library `phonenumbers` can tell whether this is a telephone number")
    return number is not None and bool(_library().is_valid_number(number))


@PHONES.add("to_phone_number", 1, 2)
def _to_phone_number(context: Context, args: tuple[Argument, ...]) -> Value:
    """The parts of a telephone number: its country code and the number in the country."""
    region = context.text(args[1]) if len(args) > 1 else context.scope.region
    try:
        number = _parsed(context.text(args[0]), region)
    except LookupError:
        context.unknown("only the library `phonenumbers` can take a telephone number apart")
    if number is None:
        context.fail("the text is no telephone number", "value")
    return {"country-code": str(number.country_code), "national-number": str(number.national_number)}


def _urn(context: Context, value: Argument) -> tuple[str, str, str] | None:
    match = _URN.fullmatch(context.text(value).strip())
    if match is None:
        return None
    return match.group(1), match.group(2), match.group(4) or ""


@PHONES.add("urn_parts", 1)
def _urn_parts(context: Context, args: tuple[Argument, ...]) -> Value:
    """The parts of an address: its scheme, its path, and the name it is shown under."""
    parts = _urn(context, args[0])
    if parts is None:
        context.fail(f"`{context.text(args[0])[:40]}` is no address", "value")
    scheme, path, display = parts
    return {"scheme": scheme, "path": path, "display": display}


@PHONES.add("format_urn", 1)
def _format_urn(context: Context, args: tuple[Argument, ...]) -> Value:
    """An address for people: a telephone number as its country writes it, else its name or path."""
    parts = _urn(context, args[0])
    if parts is None:
        context.fail(f"`{context.text(args[0])[:40]}` is no address", "value")
    scheme, path, display = parts
    if display:
        return display
    if scheme not in ("tel", "whatsapp"):
        return path
    try:
        number = _parsed(path if path.startswith("+") or scheme == "tel" else "+" + path, context.scope.region)
    except LookupError:
        return path
    if number is None or scheme == "whatsapp":
        return path
    return str(_library().format_number(number, _library().PhoneNumberFormat.NATIONAL))


@PHONES.add("attachment_parts", 1)
def _attachment_parts(context: Context, args: tuple[Argument, ...]) -> Value:
    """The parts of an attachment: its content type and its address."""
    kind, colon, url = context.text(args[0]).partition(":")
    if not colon or kind in ("http", "https"):
        kind, url = "", context.text(args[0])
    return {"content_type": kind, "url": url}

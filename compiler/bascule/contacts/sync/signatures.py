"""Whether a webhook is genuine. Every comparison takes the same time, whatever the difference."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

__all__ = ["Delivery", "Secrets", "genuine", "sign_twilio"]

_CLOCK_SKEW = 300
_OLDEST = 86_400
"""Seconds: a signed token is taken for so long after it was made, as providers try again for hours."""
_TIME_DIGITS = 12
_BEARER = "bearer "
_BASIC = "basic "


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request: ``headers`` with names in lower case, ``urls`` under which the provider may have called."""

    headers: Mapping[str, str]
    body: bytes
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Secrets:
    """What each provider signs with; empty = this provider is not listened to."""

    meta: str = ""
    d360: str = ""
    twilio: str = ""
    infobip: str = ""
    vonage: str = ""
    viber: str = ""
    bird: str = ""

    def of(self, endpoint: str) -> str:
        """The secret of an endpoint (``meta``, ``d360``, …)."""
        value: str = getattr(self, endpoint)
        return value


def genuine(endpoint: str, delivery: Delivery, secret: str, now: float) -> bool:
    """Whether the holder of the secret sent it. False for an empty secret."""
    return bool(secret) and _CHECKS[endpoint](delivery, secret.encode(), now)


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _meta(delivery: Delivery, secret: bytes, _: float) -> bool:
    """``X-Hub-Signature-256: sha256=<hex>`` over the bytes as they came.

    https://developers.facebook.com/docs/graph-api/webhooks/getting-started
    """
    given = delivery.headers.get("x-hub-signature-256", "")
    expected = "sha256=" + hmac.new(secret, delivery.body, hashlib.sha256).hexdigest()
    return _same(given.lower(), expected)


def _viber(delivery: Delivery, secret: bytes, _: float) -> bool:
    """``X-Viber-Content-Signature: <hex>``, with the bot's token. https://creators.viber.com/docs/bots-api/callbacks"""
    given = delivery.headers.get("x-viber-content-signature", "")
    return _same(given.lower(), hmac.new(secret, delivery.body, hashlib.sha256).hexdigest())


def sign_twilio(url: str, body: bytes, form: bool, secret: bytes) -> str:
    """HMAC-SHA1 of the URL and, for a form, its names and values in order.

    https://www.twilio.com/docs/usage/security#validating-requests
    """
    text = url
    if form:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        text += "".join(name + value for name, value in sorted(set(pairs)))
    return base64.b64encode(hmac.new(secret, text.encode(), hashlib.sha1).digest()).decode()


def _twilio(delivery: Delivery, secret: bytes, _: float) -> bool:
    given = delivery.headers.get("x-twilio-signature", "")
    form = "json" not in delivery.headers.get("content-type", "")
    found = False
    for url in delivery.urls:
        for spelled in (url, _other_port(url)):
            found |= _same(given, sign_twilio(spelled, delivery.body, form, secret))
    if form or not found:
        return found
    # A body that is not a form is bound by its digest in the URL.
    digests = [value for url in delivery.urls for name, value in parse_qsl(urlsplit(url).query) if name == "bodySHA256"]
    return bool(digests) and _same(digests[0].lower(), hashlib.sha256(delivery.body).hexdigest())


def _other_port(url: str) -> str:
    """The URL with the usual port named, or not named."""
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    host = parts.hostname or ""
    netloc = host if parts.port == usual else f"{host}:{usual}" if parts.port is None else parts.netloc
    return urlunsplit(parts._replace(netloc=netloc))


def _vonage(delivery: Delivery, secret: bytes, now: float) -> bool:
    """A JSON Web Token (HS256) whose ``payload_hash`` is the SHA-256 of the body.

    https://developer.vonage.com/en/getting-started/concepts/webhooks
    """
    header = delivery.headers.get("authorization", "")
    if not header.lower().startswith(_BEARER):
        return False
    pieces = header[len(_BEARER) :].strip().split(".")
    if len(pieces) != 3:
        return False
    head, claims = _json_part(pieces[0]), _json_part(pieces[1])
    signed = f"{pieces[0]}.{pieces[1]}".encode("utf-8", "replace")
    expected = base64.urlsafe_b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).rstrip(b"=").decode()
    if not _same(pieces[2].rstrip("="), expected) or head.get("alg") != "HS256":
        return False
    made, ends = claims.get("iat"), claims.get("exp")
    if not _number(made, 0.0) or not now - _OLDEST <= _number(made, 0.0) <= now + _CLOCK_SKEW:
        return False
    if ends is not None and _number(ends, 0.0) < now - _CLOCK_SKEW:
        return False
    named = claims.get("payload_hash")
    return isinstance(named, str) and _same(named.lower(), hashlib.sha256(delivery.body).hexdigest())


def _bird(delivery: Delivery, secret: bytes, now: float) -> bool:
    """``MessageBird-Signature``: base64 of the HMAC-SHA256 of time, URL and SHA-256 of the body, a line each.

    https://docs.bird.com/api/notifications-api/api-reference/webhooks/verifying-a-webhook
    """
    given = delivery.headers.get("messagebird-signature", "")
    made = delivery.headers.get("messagebird-request-timestamp", "")
    if not made.isascii() or not made.isdecimal() or len(made) > _TIME_DIGITS:
        return False
    if not now - _OLDEST <= int(made) <= now + _CLOCK_SKEW:
        return False
    found = False
    for url in delivery.urls:
        for spelled in (url, _other_port(url)):
            text = f"{made}\n{spelled}\n".encode() + hashlib.sha256(delivery.body).digest()
            found |= _same(given, base64.b64encode(hmac.new(secret, text, hashlib.sha256).digest()).decode())
    return found


def _number(value: Any, otherwise: float) -> float:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else otherwise


def _json_part(text: str) -> dict[str, Any]:
    try:
        value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _shared(delivery: Delivery, secret: bytes, _: float) -> bool:
    """A secret that the provider was told to send: as a bearer token, or as the password of basic authentication."""
    header = delivery.headers.get("authorization", "")
    if header.lower().startswith(_BEARER):
        return _same(header[len(_BEARER) :].strip(), secret.decode())
    if header.lower().startswith(_BASIC):
        try:
            pair = base64.b64decode(header[len(_BASIC) :].strip(), validate=True).decode()
        except (ValueError, binascii.Error):
            return False
        return _same(pair.partition(":")[2], secret.decode())
    return False


_CHECKS = {
    "bird": _bird,
    "d360": _shared,
    "infobip": _shared,
    "meta": _meta,
    "twilio": _twilio,
    "viber": _viber,
    "vonage": _vonage,
}

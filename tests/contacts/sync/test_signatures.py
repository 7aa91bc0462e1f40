"""Genuine webhooks are told from forged ones, for each provider."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import pytest

from bascule.contacts.sync.signatures import Delivery, genuine, sign_twilio

BODY = '{"text":"Ça va ? 🙂"}'.encode()
NOW = 1_767_225_600.0
KEY = "a-secret"


def token(claims: Mapping[str, Any], key: str = KEY, alg: str = "HS256") -> str:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    signed = f"{part({'alg': alg, 'typ': 'JWT'})}.{part(claims)}"
    made = base64.urlsafe_b64encode(hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()).rstrip(b"=")
    return f"{signed}.{made.decode()}"


def claims(**changes: Any) -> dict[str, Any]:
    return {"iat": int(NOW), "iss": "Vonage", "payload_hash": hashlib.sha256(BODY).hexdigest(), **changes}


def check(
    endpoint: str, headers: Mapping[str, str], body: bytes = BODY, urls: tuple[str, ...] = (), key: str = KEY
) -> bool:
    return genuine(endpoint, Delivery(headers, body, urls), key, NOW)


def test_the_platforms_signature() -> None:
    good = "sha256=" + hmac.new(KEY.encode(), BODY, hashlib.sha256).hexdigest()
    assert check("meta", {"x-hub-signature-256": good})
    assert not check("meta", {"x-hub-signature-256": good}, BODY + b" ")
    assert not check("meta", {"x-hub-signature-256": good}, key="other")
    assert not check("meta", {"x-hub-signature-256": good}, key="")
    for bad in ("", good[7:], "sha1=" + good[7:], good[:-1], "sha256=", "sha256=é"):
        assert not check("meta", {"x-hub-signature-256": bad})
    assert not check("meta", {})


def test_the_bots_signature() -> None:
    good = hmac.new(KEY.encode(), BODY, hashlib.sha256).hexdigest()
    assert check("viber", {"x-viber-content-signature": good})
    assert not check("viber", {"x-viber-content-signature": good}, b"{}")
    assert not check("viber", {})


def test_twilios_signature_is_the_published_one() -> None:
    """The worked example of https://www.twilio.com/docs/usage/security"""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    body = b"CallSid=CA1234567890ABCDE&Caller=%2B12349013030&Digits=1234&From=%2B12349013030&To=%2B18005551212"
    good = "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
    assert sign_twilio(url, body, True, b"12345") == good
    headers = {"x-twilio-signature": good, "content-type": "application/x-www-form-urlencoded"}
    assert check("twilio", headers, body, (url,), "12345")
    assert not check("twilio", headers, body + b"&x=1", (url,), "12345")
    assert not check("twilio", headers, body, ("https://mycompany.com/other",), "12345")
    assert not check("twilio", headers, body, (), "12345")
    with_port = sign_twilio("https://mycompany.com:443/myapp.php?foo=1&bar=2", body, True, b"12345")
    assert check("twilio", {**headers, "x-twilio-signature": with_port}, body, (url,), "12345")


def test_twilios_json_is_bound_by_its_digest() -> None:
    url = f"https://x.example/twilio?bodySHA256={hashlib.sha256(BODY).hexdigest()}"
    headers = {"x-twilio-signature": sign_twilio(url, BODY, False, KEY.encode()), "content-type": "application/json"}
    assert check("twilio", headers, BODY, (url,))
    assert not check("twilio", headers, b"{}", (url,))
    bare = {**headers, "x-twilio-signature": sign_twilio("https://x.example/twilio", BODY, False, KEY.encode())}
    assert not check("twilio", bare, BODY, ("https://x.example/twilio",))


def test_vonages_token_is_bound_to_the_body_and_the_hour() -> None:
    assert check("vonage", {"authorization": f"Bearer {token(claims())}"})
    assert check("vonage", {"authorization": f"bearer {token(claims(exp=NOW + 60))}"})
    forged = [
        token(claims(), key="other"),
        token(claims(), alg="none"),
        token(claims(payload_hash="0" * 64)),
        token({name: value for name, value in claims().items() if name != "payload_hash"}),
        token(claims(iat=NOW - 100_000)),
        token(claims(iat=NOW + 4000)),
        token(claims(iat="now")),
        token(claims(iat=True)),
        token(claims(exp=NOW - 4000)),
        token(claims(exp="never")),
        token([]),  # type: ignore[arg-type]
        "a.b.c",
        "a.b",
        "",
        token(claims()).rsplit(".", 1)[0] + ".",
    ]
    for made in forged:
        assert not check("vonage", {"authorization": f"Bearer {made}"}), made
    assert not check("vonage", {"authorization": token(claims())})
    assert not check("vonage", {"authorization": f"Bearer {token(claims())}"}, b"{}")


@pytest.mark.parametrize("endpoint", ["d360", "infobip"])
def test_a_shared_secret(endpoint: str) -> None:
    basic = base64.b64encode(f"user:{KEY}".encode()).decode()
    assert check(endpoint, {"authorization": f"Bearer {KEY}"})
    assert check(endpoint, {"authorization": f"Basic {basic}"})
    for bad in (
        "",
        KEY,
        "Bearer",
        "Bearer x",
        "Basic !!!",
        "Basic " + base64.b64encode(b"user").decode(),
        "Basic " + base64.b64encode(b"\xff:\xff").decode(),
    ):
        assert not check(endpoint, {"authorization": bad})

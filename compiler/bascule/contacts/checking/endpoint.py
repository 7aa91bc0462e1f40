"""A contacts endpoint: ``POST /v1/contacts`` as the on-premises client had it, and gateways that keep its shape.

https://developers.facebook.com/docs/whatsapp/on-premises/reference/contacts

The historical endpoint answers ``valid`` for every number since client v2.43, and the on-premises product ended in
October 2025: what answers here has to prove with control numbers that it can say no.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bascule.contacts.checking.answers import read_reply
from bascule.contacts.checking.checker import Forbidden, Refused, Reply, Throttled, Unavailable
from bascule.contacts.tabular.problems import ContactsError

if TYPE_CHECKING:
    import httpx

__all__ = ["ContactsEndpoint", "checked_url", "headers_of", "retry_after"]

_LARGEST_BODY = 8 << 20
_REFUSED = frozenset({400, 413, 422})
_FORBIDDEN = {
    401: "the endpoint refuses the key (401)",
    403: "the endpoint refuses the key (403)",
    404: "there is no contacts endpoint at this address (404)",
    405: "there is no contacts endpoint at this address (405)",
    410: "the contacts endpoint is gone (410)",
}


def checked_url(url: str) -> str:
    """The URL, if it is one that may be kept and shown. Raises ContactsError ``contacts-check-setup``."""
    try:
        parts = urlsplit(url)
        port_is_number = parts.port is None or parts.port >= 0
    except ValueError:
        parts, port_is_number = urlsplit(""), False
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_number:
        raise ContactsError("contacts-check-setup", "--url is not an http or https address")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ContactsError(
            "contacts-check-setup",
            "--url holds more than an address",
            "keys belong into an environment variable, named with --auth-env",
        )
    return url


def retry_after(value: str | None, now: datetime) -> float:
    """Seconds that a ``Retry-After`` header asks to wait; 0 where it says nothing that can be read.

    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    if not value:
        return 0.0
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


class ContactsEndpoint:
    """Asks over HTTP. ``headers`` hold the key and are never shown; ``timeout`` is for a whole exchange, seconds.

    Redirects are not followed: they would take the key elsewhere.
    """

    method = "contacts_endpoint"
    tested = True

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        blocking: str = "wait",
        timeout: float = 60.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        import httpx

        self._url = checked_url(url)
        self._blocking = blocking
        self._timeout = timeout
        self._client = httpx.AsyncClient(
            headers={"Accept": "application/json", **headers},
            timeout=httpx.Timeout(timeout, connect=min(timeout, 15.0)),
            follow_redirects=False,
            trust_env=True,
            transport=transport,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def ask(self, numbers: Sequence[str]) -> Reply:
        """One request."""
        import httpx

        body = {"blocking": self._blocking, "contacts": list(numbers), "force_check": False}
        received = bytearray()
        whole = False
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._client.stream("POST", self._url, json=body) as response,
            ):
                self._judge(response)
                async for piece in response.aiter_bytes():
                    received += piece
                    if len(received) > _LARGEST_BODY:
                        raise Unavailable("an answer far too large")
                whole = True
        except (TimeoutError, httpx.TimeoutException) as error:
            if not received:
                raise Unavailable("no answer in time") from error
        except httpx.TransportError as error:
            if not received:
                raise Unavailable(f"no connection ({type(error).__name__})") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(f"an answer that cannot be read ({type(error).__name__})") from error
        return read_reply(bytes(received), numbers, whole=whole)

    def _judge(self, response: httpx.Response) -> None:
        """Raise for every status but success."""
        code = response.status_code
        if 200 <= code < 300:
            return
        after = retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        if code == 429:
            raise Throttled(after)
        if code >= 500 or code == 408:
            raise Unavailable(f"HTTP {code}", after)
        if code in _REFUSED:
            raise Refused(f"HTTP {code}")
        raise Forbidden(_FORBIDDEN.get(code, f"the endpoint answers HTTP {code}"))


def headers_of(style: str, header: str, key: str) -> dict[str, Any]:
    """The header that carries the key: ``bearer`` in Authorization, ``key`` as it is in ``header``, ``none``."""
    if style == "none":
        return {}
    if not key or any(char in key for char in "\r\n\0"):
        raise ContactsError(
            "contacts-check-setup", "the environment variable of --auth-env holds no key", "set it, without line ends"
        )
    return {"Authorization": f"Bearer {key}"} if style == "bearer" else {header: key}

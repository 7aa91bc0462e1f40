"""One page at a time from a platform's API: paced, again after failures that may pass, and only to the host that the
credentials are for."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from bascule.contacts.tabular.problems import ContactsError

if TYPE_CHECKING:
    import httpx

__all__ = ["Client", "Pace", "Request"]

_LARGEST = 256 << 20
_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask for: a path (or the address a page gave for the next one) and its parameters."""

    path: str
    parameters: Mapping[str, str]

    def data(self) -> dict[str, Any]:
        """As JSON. Holds no credential."""
        return {"path": self.path, "parameters": dict(self.parameters)}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Request:
        """The inverse of :meth:`data`."""
        return cls(str(data["path"]), {str(name): str(value) for name, value in data["parameters"].items()})


@dataclass(frozen=True, slots=True)
class Pace:
    """Requests a second, and how failures are waited out (seconds)."""

    rate: float = 5.0
    attempts: int = 8
    wait: float = 1.0
    longest: float = 120.0


class _Again(Exception):
    """A failure that may pass. Its text is a class of failure: neither address nor body. ``after``: seconds the server
    asked for."""

    def __init__(self, what: str, after: float | None = None) -> None:
        super().__init__(what)
        self.after = after


class Client:
    """A connection to one host. Use it in ``with``."""

    def __init__(
        self,
        base_url: str,
        auth: tuple[str, str] | None,
        headers: Mapping[str, str],
        pace: Pace,
    ) -> None:
        import httpx

        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ContactsError(
                "contacts-usage", "--base-url is no address", "write one such as https://api.example.com"
            )
        if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise ContactsError("contacts-usage", "--base-url must be https: credentials go there", "write https://…")
        self.base = base_url.rstrip("/") + "/"
        self.pace = pace
        self._next = 0.0
        self._client = httpx.Client(auth=auth, headers=dict(headers), timeout=_TIMEOUT, follow_redirects=False)
        self.again = 0
        """Requests that were made again."""

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def page(self, request: Request) -> dict[str, Any]:
        """The answer. Raises ContactsError: ``contacts-pull-refused`` for what asking again does not change,
        ``contacts-pull-failed`` where all attempts failed."""
        import stamina

        pace = self.pace
        try:
            for attempt in stamina.retry_context(
                on=self._waits,
                attempts=pace.attempts,
                timeout=None,
                wait_initial=pace.wait,
                wait_max=pace.longest,
                wait_jitter=pace.wait,
            ):
                with attempt:
                    return self._once(request)
        except _Again as error:
            raise ContactsError(
                "contacts-pull-failed",
                f"the platform did not answer {pace.attempts} times: {error}",
                "run the same command again later: it goes on where it was",
            ) from error
        raise AssertionError("a loop over attempts ends with an answer or an error")

    def _waits(self, error: Exception) -> bool | float:
        """Whether to ask again, and after how many seconds where the server says so."""
        if not isinstance(error, _Again):
            return False
        self.again += 1
        return True if error.after is None else min(error.after, self.pace.longest)

    def _once(self, request: Request) -> dict[str, Any]:
        import httpx

        address = self._address(request.path)
        self._paced()
        try:
            parameters = dict(request.parameters) or None
            with self._client.stream("GET", address, params=parameters) as answer:
                self._judge(answer)
                body = b"".join(self._limited(answer))
        except httpx.TransportError as error:
            raise _Again(type(error).__name__) from error
        except httpx.DecodingError as error:
            raise _Again("DecodingError") from error
        try:
            value = json.loads(body)
        except (ValueError, RecursionError) as error:
            # A body that breaks off is a failure of the way, not of the request.
            raise _Again("the answer is not JSON") from error
        if not isinstance(value, dict):
            raise ContactsError("contacts-pull-refused", "the answer is no page of records", "check --base-url")
        return value

    def _limited(self, answer: httpx.Response) -> Iterator[bytes]:
        size = 0
        for chunk in answer.iter_bytes():
            size += len(chunk)
            if size > _LARGEST:
                raise ContactsError("contacts-pull-refused", "a page is larger than 256 MiB", "check --base-url")
            yield chunk

    def _judge(self, answer: httpx.Response) -> None:
        status = answer.status_code
        if status in (408, 425, 429) or status >= 500:
            raise _Again(str(status), _retry_after(answer.headers.get("retry-after", "")))
        if status in (401, 403):
            raise ContactsError(
                "contacts-pull-refused",
                f"the platform refuses the credentials ({status})",
                "check the environment variables",
            )
        if status >= 300:
            raise ContactsError(
                "contacts-pull-refused", f"the platform answered {status}", "check --base-url and --since"
            )

    def _paced(self) -> None:
        now = time.monotonic()
        if self._next > now:
            time.sleep(self._next - now)
        self._next = max(now, self._next) + (1 / self.pace.rate if self.pace.rate > 0 else 0)

    def _address(self, path: str) -> str:
        """The full address. A link to another host would carry the credentials there."""
        address = urljoin(self.base, path)
        if urlsplit(address)[:2] != urlsplit(self.base)[:2]:
            raise ContactsError(
                "contacts-pull-refused",
                "a page links to another host; credentials are not sent there",
                "check --base-url",
            )
        return address


def _retry_after(text: str) -> float | None:
    """Seconds, of a number of them or a date. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after"""
    if not text:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0) if moment.tzinfo else None

"""How each platform is asked for its records: credentials, first request, the next one from a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bascule.contacts.ingest.pull.client import Request

__all__ = ["PROVIDERS", "Provider", "Resource", "Span"]


@dataclass(frozen=True, slots=True)
class Span:
    """From (inclusive) and until (exclusive), UTC."""

    since: datetime
    until: datetime


Account = Mapping[str, str]
"""Values of the environment variables."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One list of records. ``requests``: the first request of each of its parts, in order; ``following``: the request
    behind a page, None behind the last one. ``records`` is the member with a page's records. ``once``: the platform
    gives each record one time only, so it is pulled only when it is named."""

    name: str
    profile: str
    requests: Callable[[Account, Span], Sequence[Request]]
    following: Callable[[Mapping[str, Any], Request], Request | None]
    records: str
    once: bool = False


@dataclass(frozen=True, slots=True)
class Provider:
    """A platform. ``variables`` must be set; the first two are user and password of basic authentication, or
    ``header`` makes the authorisation of them. An empty ``base_url`` must be given."""

    name: str
    base_url: str
    variables: tuple[str, ...]
    resources: tuple[Resource, ...]
    header: Callable[[Account], str] | None = None
    base_variable: str = ""


def _days(span: Span) -> list[Span]:
    """Stretches of a day at most, which is what synchronous reports answer for."""
    found = []
    start = span.since
    while start < span.until:
        stop = min(start + timedelta(days=1), span.until)
        found.append(Span(start, stop))
        start = stop
    return found


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S+0000")


# Twilio: https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources


def _twilio_first(account: Account, span: Span) -> list[Request]:
    path = f"/2010-04-01/Accounts/{account['TWILIO_ACCOUNT_SID']}/Messages.json"
    return [
        Request(
            path,
            {
                "PageSize": "1000",
                "DateSent>": span.since.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "DateSent<": span.until.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        )
    ]


def _twilio_next(page: Mapping[str, Any], _request: Request) -> Request | None:
    link = page.get("next_page_uri")
    return Request(link, {}) if isinstance(link, str) and link else None


# Vonage: https://developer.vonage.com/en/reports/overview; synchronous reports, a day, product and direction each.


def _vonage_first(account: Account, span: Span) -> list[Request]:
    return [
        Request(
            "/v2/reports/records",
            {
                "account_id": account["VONAGE_API_KEY"],
                "product": product,
                "direction": direction,
                "date_start": _iso(day.since),
                "date_end": _iso(day.until),
                "include_message": "true",
            },
        )
        for day in _days(span)
        for product in ("SMS", "MESSAGES")
        for direction in ("inbound", "outbound")
    ]


def _vonage_next(page: Mapping[str, Any], request: Request) -> Request | None:
    links = page.get("_links")
    following = links.get("next") if isinstance(links, dict) else None
    link = following.get("href") if isinstance(following, dict) else following
    if isinstance(link, str) and link:
        return Request(link, {})
    cursor, vector = page.get("cursor"), page.get("iv")
    if isinstance(cursor, str) and cursor:
        more = {"cursor": cursor, **({"iv": vector} if isinstance(vector, str) else {})}
        return Request(request.path, {**request.parameters, **more})
    return None


# Plivo: https://www.plivo.com/docs/messaging/api/message/list-all-messages


def _plivo_first(account: Account, span: Span) -> list[Request]:
    return [
        Request(
            f"/v1/Account/{account['PLIVO_AUTH_ID']}/Message/",
            {
                "limit": "20",
                "offset": "0",
                "message_time__gte": span.since.strftime("%Y-%m-%d %H:%M:%S"),
                "message_time__lt": span.until.strftime("%Y-%m-%d %H:%M:%S"),
            },
        )
    ]


def _plivo_next(page: Mapping[str, Any], _request: Request) -> Request | None:
    meta = page.get("meta")
    link = meta.get("next") if isinstance(meta, dict) else None
    return Request(link, {}) if isinstance(link, str) and link else None


# Infobip: https://www.infobip.com/docs/api


def _infobip_people(_account: Account, _span: Span) -> list[Request]:
    return [Request("/people/2/persons", {"limit": "1000", "page": "1", "orderBy": "ID:ASC"})]


def _numbered(records: str, size: str) -> Callable[[Mapping[str, Any], Request], Request | None]:
    """Pages with numbers: a page that is not full is the last one."""

    def following(page: Mapping[str, Any], request: Request) -> Request | None:
        items = page.get(records)
        if not isinstance(items, list) or len(items) < int(request.parameters[size]):
            return None
        return Request(request.path, {**request.parameters, "page": str(int(request.parameters["page"]) + 1)})

    return following


def _infobip_logs(_account: Account, span: Span) -> list[Request]:
    return [
        Request(
            "/sms/3/logs",
            {"limit": "1000", "sentSince": _iso(span.since), "sentUntil": _iso(span.until), "useCursor": "true"},
        )
    ]


def _infobip_cursor(page: Mapping[str, Any], request: Request) -> Request | None:
    cursor = page.get("cursor")
    following = cursor.get("nextCursor") if isinstance(cursor, dict) else None
    if not isinstance(following, str) or not following:
        return None
    return Request(request.path, {**request.parameters, "cursor": following})


def _infobip_blocklist(_account: Account, _span: Span) -> list[Request]:
    return [Request("/platform/1/blocklists", {"size": "1000", "page": "0"})]


def _infobip_inbox(_account: Account, _span: Span) -> list[Request]:
    return [Request("/sms/1/inbox/reports", {"limit": "1000"})]


def _until_empty(page: Mapping[str, Any], request: Request) -> Request | None:
    return request if page.get("results") else None


PROVIDERS: Mapping[str, Provider] = {
    provider.name: provider
    for provider in (
        Provider(
            "twilio",
            "https://api.twilio.com",
            ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
            (Resource("messages", "twilio-messages", _twilio_first, _twilio_next, "messages"),),
        ),
        Provider(
            "vonage",
            "https://api.nexmo.com",
            ("VONAGE_API_KEY", "VONAGE_API_SECRET"),
            (Resource("messages", "vonage-reports", _vonage_first, _vonage_next, "records"),),
        ),
        Provider(
            "plivo",
            "https://api.plivo.com",
            ("PLIVO_AUTH_ID", "PLIVO_AUTH_TOKEN"),
            (Resource("messages", "plivo-messages", _plivo_first, _plivo_next, "objects"),),
        ),
        Provider(
            "infobip",
            "",
            ("INFOBIP_API_KEY",),
            (
                Resource(
                    "blocklist", "infobip-blocklist", _infobip_blocklist, _numbered("blocklist", "size"), "blocklist"
                ),
                Resource("messages", "infobip-logs", _infobip_logs, _infobip_cursor, "results"),
                Resource("people", "infobip-people", _infobip_people, _numbered("persons", "limit"), "persons"),
                Resource("inbox", "infobip-inbox", _infobip_inbox, _until_empty, "results", once=True),
            ),
            header=lambda account: f"App {account['INFOBIP_API_KEY']}",
            base_variable="INFOBIP_BASE_URL",
        ),
    )
}
"""The platforms that records can be pulled from."""

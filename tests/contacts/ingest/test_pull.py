"""Pulling from platforms, against a server on this machine that throttles, fails, breaks off and pages."""

from __future__ import annotations

import base64
import dataclasses
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.contacts.ingest.support import new_store, snapshot

from bascule.contacts.ingest.pull.client import Client, Pace, Request, _retry_after
from bascule.contacts.ingest.pull.providers import PROVIDERS
from bascule.contacts.ingest.pull.puller import Pull, Pulled, moment_of, pull
from bascule.contacts.store.store import Store
from bascule.contacts.tabular.problems import ContactsError

ENVIRONMENT = {
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "tok-geheim",
    "VONAGE_API_KEY": "key1",
    "VONAGE_API_SECRET": "sec-geheim",
    "PLIVO_AUTH_ID": "MA1",
    "PLIVO_AUTH_TOKEN": "tok-geheim",
    "INFOBIP_API_KEY": "app-geheim",
}
FAST = Pace(rate=1_000, attempts=4, wait=0.001, longest=0.01)
Answer = tuple[int, dict[str, str], bytes]


class Platform:
    """A server; ``answer`` makes the pages, ``failures`` come before them."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.failures: list[str] = []
        self.answer: Callable[[str, dict[str, str]], object] = lambda path, query: {}
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = dict(parse_qsl(parts.query))
                platform.seen.append((parts.path, query, dict(self.headers)))
                failure = platform.failures.pop(0) if platform.failures else ""
                body = json.dumps(platform.answer(parts.path, query)).encode()
                status, headers, length = 200, {}, len(body)
                if failure.isdecimal():
                    status, body = int(failure), b"slow down +33612345678"
                    length = len(body)
                    headers = {"Retry-After": "0"} if failure == "429" else {}
                elif failure == "cut":
                    body = body[: len(body) // 2]
                elif failure == "half":
                    body = body[: len(body) // 2]
                    length = len(body)
                elif failure == "drop":
                    self.close_connection = True
                    self.connection.close()
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(body)
                if len(body) < length:
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.seen]


@pytest.fixture
def platform() -> Iterator[Platform]:
    found = Platform()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as found:
        yield found


def message(number: int) -> dict[str, str]:
    return {
        "sid": f"SM{number:032}", "account_sid": "AC1", "from": f"+3361234{number:04}", "to": "+33756784512", "body": "Stop",
        "direction": "inbound", "status": "received", "num_segments": "1", "date_sent": "Mon, 02 Mar 2026 09:15:00 +0000",
    }  # fmt: skip


def twilio(pages: int, each: int = 3) -> Callable[[str, dict[str, str]], object]:
    def answer(path: str, query: dict[str, str]) -> object:
        page = int(query.get("Page", "0"))
        following = f"{path}?PageSize=1000&Page={page + 1}&PageToken=PA{page}" if page + 1 < pages else None
        return {
            "messages": [message(page * each + at) for at in range(each)],
            "page": page, "page_size": each, "uri": "u", "next_page_uri": following,
        }  # fmt: skip

    return answer


def wanted(platform: Platform, name: str, since: str = "2026-03-01", what: str = "messages", pace: Pace = FAST) -> Pull:
    provider = PROVIDERS[name]
    resources = tuple(resource for resource in provider.resources if resource.name == what)
    return Pull(provider, resources, moment_of(since), platform.url, pace, keep_pages=True)


def pulled(store: Store, one: Pull) -> Pulled:
    (found,) = pull(store, one, ENVIRONMENT)
    return found


def test_pages_are_followed_kept_and_imported(platform: Platform, store: Store) -> None:
    platform.answer = twilio(3)
    done = pulled(store, wanted(platform, "twilio"))
    assert (done.pages, done.records, done.again) == (3, 9, 0)
    (imported,) = done.imported
    assert (imported.state, imported.counts.taken, imported.counts.kept) == ("done", 9, 9)
    assert set(snapshot(store, imported).column("consent_action").to_pylist()) == {"opt_out"}
    path, query, headers = platform.seen[0]
    assert path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert query["DateSent>"] == "2026-03-01T00:00:00Z"
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"AC1:tok-geheim").decode()
    (file,) = (store.place.data / "pulls").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert len(file.read_text("utf-8").splitlines()) == 3


@pytest.mark.parametrize("failure", ["429", "500", "503", "cut", "half", "drop"])
def test_failures_that_pass_are_waited_out(failure: str, platform: Platform, store: Store) -> None:
    platform.answer = twilio(2)
    platform.failures = ["", failure, failure]
    done = pulled(store, wanted(platform, "twilio"))
    assert (done.pages, done.records, done.again) == (2, 6, 2)
    assert done.imported[0].counts.kept == 6


def test_a_platform_that_stays_down_is_gone_on_with_later(platform: Platform, store: Store) -> None:
    platform.answer = twilio(4)
    platform.failures = ["", "", *["503"] * 4]
    with pytest.raises(ContactsError) as caught:
        pulled(store, wanted(platform, "twilio"))
    assert caught.value.kind == "contacts-pull-failed"
    platform.seen.clear()
    done = pulled(store, wanted(platform, "twilio"))
    assert (done.resumed, done.pages, done.records) == (2, 4, 12)
    assert [query.get("Page") for _, query, _ in platform.seen] == ["2", "3"]
    rows = snapshot(store, done.imported[0]).column("message_id").to_pylist()
    assert rows == [f"SM{number:032}" for number in range(12)]


def test_half_a_page_of_a_killed_run_is_cut_off(platform: Platform, store: Store) -> None:
    platform.answer = twilio(3)
    platform.failures = ["", *["500"] * 4]
    with pytest.raises(ContactsError):
        pulled(store, wanted(platform, "twilio"))
    (file,) = (store.place.data / "pulls").iterdir()
    with file.open("ab") as out:
        out.write(b'{"messages": [{"sid": "half')
    done = pulled(store, wanted(platform, "twilio"))
    assert done.imported[0].counts.taken == 9


def test_last_begins_where_the_last_pull_ended(
    platform: Platform, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.answer = twilio(1)
    with pytest.raises(ContactsError, match="no start"):
        pulled(store, wanted(platform, "twilio", "last"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795426200")
    pulled(store, wanted(platform, "twilio"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795512600")
    again = pulled(store, wanted(platform, "twilio", "last"))
    assert again.span.since.isoformat() == "2026-11-23T09:30:00+00:00"
    assert platform.seen[-1][1]["DateSent>"] == "2026-11-23T09:30:00Z"


def test_credentials_never_go_to_another_host(platform: Platform, store: Store) -> None:
    platform.answer = lambda path, query: {
        "messages": [message(1)],
        "page": 0,
        "next_page_uri": "https://evil.example/x",
    }
    with pytest.raises(ContactsError, match="another host"):
        pulled(store, wanted(platform, "twilio"))
    for base in ("ftp://x", "http://api.example.com", "https://user:geheim@example.com", "nothing"):
        with pytest.raises(ContactsError) as caught:
            Client(base, None, {}, FAST)
        assert "geheim" not in caught.value.message


def test_a_page_that_links_to_itself_ends(platform: Platform, store: Store) -> None:
    platform.answer = lambda path, query: {"messages": [message(1)], "page": 0, "next_page_uri": f"{path}?Page=0"}
    with pytest.raises(ContactsError, match="links to itself"):
        pulled(store, wanted(platform, "twilio"))


@pytest.mark.parametrize(("status", "said"), [("401", "credentials"), ("404", "404"), ("302", "302")])
def test_what_asking_again_does_not_change_is_said_at_once(
    status: str, said: str, platform: Platform, store: Store
) -> None:
    platform.failures = [status]
    with pytest.raises(ContactsError, match=said) as caught:
        pulled(store, wanted(platform, "twilio"))
    assert caught.value.kind == "contacts-pull-refused"
    assert len(platform.seen) == 1


@pytest.mark.parametrize("body", [[1, 2], {"error": "x"}, {"messages": "none"}])
def test_an_answer_that_is_no_page(body: object, platform: Platform, store: Store) -> None:
    platform.answer = lambda path, query: body
    with pytest.raises(ContactsError) as caught:
        pulled(store, wanted(platform, "twilio"))
    assert caught.value.kind == "contacts-pull-refused"


def test_raw_pages_go_once_they_are_imported(platform: Platform, store: Store) -> None:
    platform.answer = twilio(2)
    one = dataclasses.replace(wanted(platform, "twilio"), keep_pages=False)
    assert pulled(store, one).imported[0].state == "done"
    assert list((store.place.data / "pulls").iterdir()) == []


def test_vonage_asks_by_day_product_and_direction(
    platform: Platform, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772539200")  # 2026-03-03T12:00:00Z

    def answer(path: str, query: dict[str, str]) -> object:
        record = {
            "account_id": "key1", "message_id": f"{query['product']}-{query['date_start'][:10]}-{query.get('cursor', '')}",
            "direction": query["direction"], "from": "33612345678", "to": "33623456789", "date_received": query["date_start"],
        }  # fmt: skip
        more = {"cursor": "c2", "iv": "v"} if "cursor" not in query and query["product"] == "SMS" else {}
        return {"request_id": "r", "items_count": 1, "records": [record], **more}

    platform.answer = answer
    done = pulled(store, wanted(platform, "vonage"))
    assert (done.pages, done.records) == (18, 18)
    days = sorted({(query["date_start"], query["date_end"]) for _, query, _ in platform.seen})
    assert days == [
        ("2026-03-01T00:00:00+0000", "2026-03-02T00:00:00+0000"),
        ("2026-03-02T00:00:00+0000", "2026-03-03T00:00:00+0000"),
        ("2026-03-03T00:00:00+0000", "2026-03-03T12:00:00+0000"),
    ]
    assert done.imported[0].plan is not None
    assert done.imported[0].plan.profile.name == "vonage-reports"
    assert done.imported[0].counts.kept == 18


def test_plivo_follows_its_meta(platform: Platform, store: Store) -> None:
    def answer(path: str, query: dict[str, str]) -> object:
        offset = int(query.get("offset", "0"))
        record = {
            "message_uuid": f"p-{offset}", "message_time": "2026-03-02 14:45:00+05:30", "message_direction": "outbound",
            "message_state": "failed", "from_number": "33756784512", "to_number": f"3361234{offset:04}", "error_code": "200",
        }  # fmt: skip
        link = f"{path}?limit=20&offset={offset + 20}" if offset < 40 else None
        return {
            "api_id": "a",
            "meta": {"limit": 20, "offset": offset, "next": link, "previous": None},
            "objects": [record],
        }

    platform.answer = answer
    done = pulled(store, wanted(platform, "plivo"))
    assert (done.pages, done.imported[0].counts.kept) == (3, 3)
    assert platform.seen[0][1]["message_time__gte"] == "2026-03-01 00:00:00"
    assert set(snapshot(store, done.imported[0]).column("consent_source").to_pylist()) == {"blocked_send"}


def test_infobip_people_logs_and_blocklist(platform: Platform, store: Store) -> None:
    def answer(path: str, query: dict[str, str]) -> object:
        page = int(query.get("page", "0"))
        if path == "/people/2/persons":
            size = 1000 if page == 1 else 5
            person = [
                {
                    "id": page * 1000 + at,
                    "firstName": "Zofia",
                    "contactInformation": {"phone": [{"number": f"4851234{page}{at:03}"}]},
                }
                for at in range(size)
            ]
            return {"limit": 1000, "page": page, "totalCount": 1005, "persons": person}
        if path == "/platform/1/blocklists":
            return {"blocklist": [{"sender": "S", "destinations": [{"to": "33612345678"}], "accountKey": "k"}]}
        log = {
            "sender": "S",
            "destination": "33612345678",
            "messageId": query.get("cursor", "0"),
            "bulkId": "b",
            "sentAt": "2026-03-02T09:15:00.000+0000",
        }
        return {"results": [log], "cursor": {"limit": 1, "nextCursor": None if "cursor" in query else "n1"}}

    platform.answer = answer
    found = {
        name: pulled(store, wanted(platform, "infobip", what=name)) for name in ("people", "messages", "blocklist")
    }
    assert {name: (done.pages, done.imported[0].counts.kept) for name, done in found.items()} == {
        "people": (2, 1005),
        "messages": (2, 2),
        "blocklist": (1, 1),
    }
    assert {headers["Authorization"] for _, _, headers in platform.seen} == {"App app-geheim"}


def test_an_inbox_that_gives_each_record_once_is_never_cut_back(platform: Platform, store: Store) -> None:
    given: list[int] = []

    def answer(path: str, query: dict[str, str]) -> object:
        given.append(1)
        number = len(given)
        if number > 2:
            return {"results": [], "messageCount": 0, "pendingMessageCount": 0}
        record = {
            "messageId": f"i{number}",
            "from": f"3361234567{number}",
            "to": "33756784512",
            "cleanText": "STOP",
            "receivedAt": "2026-03-02T09:15:00.000+0000",
        }
        return {"results": [record], "messageCount": 1, "pendingMessageCount": 0}

    platform.answer = answer
    done = pulled(store, wanted(platform, "infobip", what="inbox"))
    assert (done.records, done.imported[0].counts.kept) == (2, 2)


def test_nothing_new_is_no_failure(platform: Platform, store: Store) -> None:
    platform.answer = lambda path, query: {"messages": [], "page": 0, "next_page_uri": None}
    done = pulled(store, wanted(platform, "twilio"))
    assert (done.pages, done.records, done.imported) == (1, 0, [])


def test_requests_keep_their_pace(platform: Platform, store: Store) -> None:
    import time

    platform.answer = twilio(4, 1)
    start = time.monotonic()
    pulled(store, wanted(platform, "twilio", pace=Pace(rate=20, attempts=1)))
    assert time.monotonic() - start >= 3 / 20


@pytest.mark.parametrize(
    ("text", "seconds"), [("", None), ("7", 7.0), ("soon", None), ("Mon, 02 Mar 2020 09:15:00 GMT", 0.0)]
)
def test_retry_after_in_seconds_or_as_a_date(text: str, seconds: float | None) -> None:
    assert _retry_after(text) == seconds


def test_a_request_survives_the_store() -> None:
    request = Request("/a", {"b": "c"})
    assert Request.of(json.loads(json.dumps(request.data()))) == request


def test_the_command_tells_no_secret(
    platform: Platform, tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    platform.answer = twilio(2)
    platform.failures = ["429"]
    arguments = (
        "pull",
        "twilio",
        "--since",
        "2026-03-01",
        "--base-url",
        platform.url,
        "--store",
        tmp_path / "c.db",
        "--rate",
        "100",
    )
    code, out, err = run(*arguments)
    assert code == 0
    assert b"messages: 6 records on 2 pages" in out
    platform.failures = ["401"]
    code, out2, err2 = run(*arguments[:3], "2026-03-02", *arguments[4:])
    assert code == 2
    assert b"CON054" in err2
    for text in (out, err, out2, err2):
        assert b"geheim" not in text
        assert b"6123456" not in text


def test_missing_credentials_are_named(tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLIVO_AUTH_ID", raising=False)
    monkeypatch.delenv("PLIVO_AUTH_TOKEN", raising=False)
    code, _, err = run("pull", "plivo", "--since", "2026-03-01", "--store", tmp_path / "c.db")
    assert code == 2
    assert b"PLIVO_AUTH_ID, PLIVO_AUTH_TOKEN are not set" in err
    assert not (tmp_path / "c.db").exists()
    code, _, err = run("pull", "infobip", "--since", "yesterday", "--store", tmp_path / "c.db")
    assert code == 2

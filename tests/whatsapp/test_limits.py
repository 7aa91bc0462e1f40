"""Bodies of ``POST /messages`` against the limits of the policy: what is too long, too many, twice, or in the wrong place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.diagnostics import Finding, Severity
from bascule.source import Place
from bascule.source.json import read_json
from bascule.whatsapp.messages.limits import limit_findings
from bascule.whatsapp.policy import load_policy


def found(kind: str, inner: Any, **envelope: Any) -> list[Finding]:
    value = {"messaging_product": "whatsapp", "type": kind, kind: inner, **envelope}
    return list(limit_findings(value, kind, Place("m.json"), load_policy()))


def interactive(kind: str, action: Any, **more: Any) -> list[Finding]:
    return found("interactive", {"type": kind, "body": {"text": "Que voulez-vous ?"}, "action": action, **more})


def reply(id: str, title: str) -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": id, "title": title}}


def rows(count: int, start: int = 0) -> list[dict[str, str]]:
    return [{"id": f"r{number}", "title": f"Choix {number}"} for number in range(start, start + count)]


def parameter(text: str) -> list[Finding]:
    return found(
        "template", {"name": "a", "components": [{"type": "body", "parameters": [{"type": "text", "text": text}]}]}
    )


GOOD = [
    found("text", {"body": "x" * 4096}),
    found("text", {"body": "x" * 4090 + "{{un_nom_tres_long}}"}),
    interactive("button", {"buttons": [reply("a", "Oui"), reply("b", "Non")]}),
    interactive("list", {"button": "Choisir", "sections": [{"rows": rows(10)}]}),
    interactive(
        "list", {"button": "Choisir", "sections": [{"title": "A", "rows": rows(5)}, {"title": "B", "rows": rows(5, 5)}]}
    ),
    found("text", {"body": "Bonjour"}, to="+221770000000"),
    parameter("Awa Diop"),
    parameter("{{nom}}"),
]


def test_what_keeps_the_limits_is_not_reported() -> None:
    assert [[] for _ in GOOD] == GOOD


OVER: dict[str, tuple[list[Finding], str, str]] = {
    "a text": (found("text", {"body": "x" * 4097}), "/text/body", "4097 characters"),
    "a caption": (found("image", {"link": "https://a.example/a.jpg", "caption": "x" * 1025}), "/image/caption", "1025"),
    "four buttons": (
        interactive("button", {"buttons": [reply(str(n), f"Choix {n}") for n in range(4)]}),
        "/interactive/action/buttons",
        "4 items, the limit is 3",
    ),
    "no button": (interactive("button", {"buttons": []}), "/interactive/action/buttons", "the least is 1"),
    "a button's title": (
        interactive("button", {"buttons": [reply("a", "x" * 21)]}),
        "/interactive/action/buttons/0/reply/title",
        "`reply.title` has 21 characters, the limit is 20",
    ),
    "eleven rows": (
        interactive(
            "list",
            {"button": "Choisir", "sections": [{"title": "A", "rows": rows(6)}, {"title": "B", "rows": rows(5, 6)}]},
        ),
        "/interactive",
        "11 rows, the limit is 10",
    ),
    "a row's title": (
        interactive("list", {"button": "Choisir", "sections": [{"rows": [{"id": "a", "title": "आ" * 25}]}]}),
        "/interactive/action/sections/0/rows/0/title",
        "25 characters, the limit is 24",
    ),
    "a description": (
        interactive(
            "list", {"button": "ok", "sections": [{"rows": [{"id": "a", "title": "A", "description": "x" * 73}]}]}
        ),
        "/interactive/action/sections/0/rows/0/description",
        "the limit is 72",
    ),
    "a footer": (
        interactive("button", {"buttons": [reply("a", "Oui")]}, footer={"text": "x" * 61}),
        "/interactive/footer/text",
        "the limit is 60",
    ),
    "a link's label": (
        interactive(
            "cta_url", {"name": "cta_url", "parameters": {"display_text": "x" * 21, "url": "https://a.example"}}
        ),
        "/interactive/action/parameters/display_text",
        "the limit is 20",
    ),
    "one card": (
        interactive("carousel", {"cards": [{"card_index": 0}]}),
        "/interactive/action/cards",
        "the least is 2",
    ),
    "a call's payload": (
        interactive("voice_call", {"name": "voice_call", "parameters": {"payload": "x" * 513}}),
        "/interactive/action/parameters/payload",
        "the limit is 512",
    ),
    "products": (
        interactive(
            "product_list",
            {
                "catalog_id": "1",
                "sections": [{"title": "A", "product_items": [{"product_retailer_id": str(n)} for n in range(31)]}],
            },
            header={"type": "text", "text": "Nos produits"},
        ),
        "/interactive",
        "31 products, the limit is 30",
    ),
    "258 contacts": (
        found("contacts", [{"name": {"formatted_name": "A", "first_name": "A"}}] * 258),
        "/contacts",
        "258 items",
    ),
}
BAD: dict[str, tuple[list[Finding], str, str]] = {
    "an id twice": (
        interactive("button", {"buttons": [reply("a", "Oui"), reply("a", "Non")]}),
        "/interactive/action/buttons/1/reply/id",
        "`reply.id` is `a` twice",
    ),
    "a title twice": (
        interactive("button", {"buttons": [reply("a", "نعم"), reply("b", "نعم")]}),
        "/interactive/action/buttons/1/reply/title",
        "twice",
    ),
    "a picture above a list": (
        interactive(
            "list", {"button": "ok", "sections": [{"rows": rows(1)}]}, header={"type": "image", "image": {"id": "1"}}
        ),
        "/interactive/header",
        "it is text",
    ),
    "sections without titles": (
        interactive("list", {"button": "ok", "sections": [{"rows": rows(1)}, {"title": "B", "rows": rows(1, 1)}]}),
        "/interactive",
        "1 of 2 sections",
    ),
    "a header above a product": (
        interactive("product", {"catalog_id": "1", "product_retailer_id": "2"}, header={"type": "text", "text": "A"}),
        "/interactive/header",
        "cannot have a header",
    ),
    "no header above products": (
        interactive("product_list", {"catalog_id": "1", "sections": [{"title": "A", "product_items": []}]}),
        "/interactive",
        "needs a header",
    ),
    "an address outside India": (
        interactive("address_message", {"name": "address_message", "parameters": {"country": "SN"}}),
        "/interactive/action/parameters/country",
        "IN only, not in `SN`",
    ),
    "a caption of a voice message": (found("audio", {"id": "1", "caption": "Écoutez"}), "/audio/caption", "no caption"),
    "minutes of a call": (
        interactive("voice_call", {"name": "voice_call", "parameters": {"ttl_minutes": 0}}),
        "/interactive/action/parameters/ttl_minutes",
        "1 to 43200",
    ),
    "an empty parameter": (parameter(""), "/template/components/0/parameters/0/text", "is empty"),
    "a parameter of two lines": (parameter("Awa\nDiop"), "/template/components/0/parameters/0/text", "line break"),
    "a parameter with blanks": (parameter("Awa     Diop"), "/template/components/0/parameters/0/text", "4 blanks"),
    "the tenth button": (
        found(
            "template",
            {"name": "a", "components": [{"type": "button", "sub_type": "url", "index": "10", "parameters": []}]},
        ),
        "/template/components/0/index",
        "count from 0 to 9",
    ),
    "a coupon with a dash": (
        found(
            "template",
            {
                "name": "a",
                "components": [{"type": "button", "parameters": [{"type": "coupon_code", "coupon_code": "A-1"}]}],
            },
        ),
        "/template/components/0/parameters/0/coupon_code",
        "letters and digits",
    ),
    "a contact with one name": (
        found("contacts", [{"name": {"formatted_name": "Awa"}}]),
        "/contacts/0/name",
        "only `formatted_name`",
    ),
}


@pytest.mark.parametrize("name", OVER)
def test_too_much_is_an_error_at_its_place(name: str) -> None:
    (finding,), pointer, words = OVER[name]
    assert (finding.code, finding.place.pointer, finding.severity) == ("INT925", pointer, Severity.ERROR)
    assert words in finding.message
    assert finding.notes


@pytest.mark.parametrize("name", BAD)
def test_a_bad_part_is_an_error_at_its_place(name: str) -> None:
    (finding,), pointer, words = BAD[name]
    assert (finding.code, finding.place.pointer, finding.severity) == ("INT926", pointer, Severity.ERROR)
    assert words in finding.message
    assert finding.help


def test_what_is_not_sure_is_no_error() -> None:
    (six,) = found("contacts", [{"name": {"formatted_name": "A", "first_name": "A"}}] * 6)
    assert (six.code, six.severity) == ("INT926", Severity.WARNING)
    (plus,) = found("text", {"body": "Bonjour"}, to="221 77 000 00 00")
    assert (plus.severity, plus.place.pointer) == (Severity.INFO, "/to")
    (payload,) = found(
        "template", {"components": [{"type": "button", "parameters": [{"type": "payload", "payload": "x" * 129}]}]}
    )
    assert payload.severity is Severity.INFO


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["type", "action", "buttons", "reply", "id", "title", "sections", "rows", "parameters", "components", "header",
             "body", "text", "cards", "index", "coupon_code", "name", "formatted_name", "to", "country", "ttl_minutes"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


@given(VALUES, st.sampled_from(["interactive", "template", "contacts", "text", "audio"]), VALUES)
def test_no_body_makes_it_raise(inner: Any, kind: str, to: Any) -> None:
    for finding in limit_findings({kind: inner, "to": to}, kind, Place("m.json"), load_policy()):
        assert finding.message
        assert finding.help


def test_a_file_with_such_a_body_is_reported_where_it_stands() -> None:
    from bascule.source import SourceFile
    from bascule.workspace import InputFile, analyse, load

    text = (
        '{"messaging_product": "whatsapp", "to": "+221770000000", "type": "interactive",\n'
        ' "interactive": {"type": "button", "body": {"text": "Oui ou non ?"}, "action": {"buttons": [\n'
        '  {"type": "reply", "reply": {"id": "a", "title": "Un titre bien trop long"}}]}}}\n'
    )
    assert read_json("m.json", text).usable
    findings = analyse(load([InputFile(SourceFile.of_text(text, "m.json"), "m.json")])).findings
    (finding,) = [item for item in findings if item.code == "INT925"]
    assert finding.span is not None
    assert (finding.span.line, finding.severity) == (3, Severity.ERROR)

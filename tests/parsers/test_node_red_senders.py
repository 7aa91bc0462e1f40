"""Node-RED bots without chat nodes of their own: Telegram bodies in functions, SMS by Twilio's node."""

from __future__ import annotations

from typing import Any

from bascule.ir.content import ChoiceKind, MediaKind
from bascule.ir.expr import Ref
from bascule.ir.nodes import Ask, Case, HttpRequest, Message
from bascule.ir.project import EntryKind, Flow
from bascule.ir.text import holes, plain_text
from bascule.parsers import node_red
from bascule.parsers.base import Parsed
from tests.parsers.viber_support import parse_value


def bot(*programs: str, **command: Any) -> Parsed:
    nodes: list[dict[str, Any]] = [
        {"id": "t", "type": "tab", "label": "Bot"},
        {
            "id": "r",
            "type": "telegram command",
            "z": "t",
            "command": "/aide",
            "bot": "b",
            "wires": [["f0"], ["f1"]],
            **command,
        },
        {"id": "s", "type": "telegram sender", "z": "t", "bot": "b", "wires": [[]]},
        {"id": "b", "type": "telegram bot", "botname": "Essai"},
    ]
    for number, program in enumerate(programs):
        nodes.append({"id": f"f{number}", "type": "function", "z": "t", "func": program, "wires": [["s"]]})
    return parse_value(node_red, nodes)


def flow_of(parsed: Parsed) -> Flow:
    return parsed.project.flows[0]


def test_a_command_is_a_keyword_and_its_second_output_takes_everything_else() -> None:
    entries = flow_of(bot("msg.payload.content = 'Bonjour';", "msg.payload.content = 'Suite';")).entries
    assert [(entry.kind, entry.target) for entry in entries] == [
        (EntryKind.KEYWORD, "f0"),
        (EntryKind.ANY_MESSAGE, "f1"),
    ]
    assert entries[0].keywords.first == ("/aide",)
    loose = flow_of(bot("msg.payload.content = 'Bonjour';", useregex=True)).entries
    assert {entry.kind for entry in loose} == {EntryKind.ANY_MESSAGE}


def test_a_keyboard_in_a_variable_is_the_messages_own() -> None:
    program = """var opts = { reply_markup: JSON.stringify({ keyboard: [['Oui', 'Нет'],
      [{ text: 'Mon numéro', request_contact: true }]], resize_keyboard: true }) };
    msg.payload.content = 'Vraiment ?';
    msg.payload.options = opts;
    return msg;"""
    ask = flow_of(bot(program)).by_id["f0"]
    assert isinstance(ask, Ask)
    assert plain_text(ask.content.text.first) == "Vraiment ?"
    assert [(plain_text(choice.title.first), choice.kind) for choice in ask.content.choices] == [
        ("Oui", ChoiceKind.REPLY), ("Нет", ChoiceKind.REPLY), ("Mon numéro", ChoiceKind.SHARE_PHONE),
    ]  # fmt: skip


def test_inline_buttons_have_their_data_as_payload_and_links_their_address() -> None:
    program = """msg.payload = { chatId: 1, type: 'message', content: 'Choisissez', options: { reply_markup:
      { inline_keyboard: [[{ text: 'A', callback_data: 'choix a' }, { text: 'Site', url: 'https://exemple.fr' }]] } } };"""
    found = flow_of(bot(program)).by_id["f0"]
    assert isinstance(found, (Ask, Message))
    first, second = found.content.choices
    assert first.payload == "choix a"
    assert (second.kind, plain_text(second.url)) == (ChoiceKind.URL, "https://exemple.fr")


def test_media_have_their_caption() -> None:
    program = (
        "msg.payload.content = 'https://exemple.fr/a.jpg'; msg.payload.type = 'photo'; msg.payload.caption = 'Vue';"
    )
    found = flow_of(bot(program)).by_id["f0"]
    assert isinstance(found, Message)
    assert [media.kind for media in found.content.media] == [MediaKind.IMAGE]
    assert plain_text(found.content.text.first) == "Vue"


def test_a_text_that_is_put_together_is_whole() -> None:
    program = "var aide = '/aide\\n'; aide += '/menu\\n'; aide += 'Vous êtes ' + msg.payload.chatId; msg.payload.content = aide;"
    found = flow_of(bot(program)).by_id["f0"]
    assert isinstance(found, Message)
    assert plain_text(found.content.text.first, lambda _: "…") == "/aide\n/menu\nVous êtes …"


def test_a_text_that_goes_on_only_sometimes_is_code() -> None:
    program = "var t = 'Bonjour'; if (msg.x) { t += ' à vous'; } msg.payload.content = t;"
    found = flow_of(bot(program)).by_id["f0"]
    said = found.content.text.first if isinstance(found, Message) else None
    assert not isinstance(found, Case)
    assert said is None or plain_text(said, lambda _: "…") != "Bonjour"


def test_without_telegram_nodes_a_content_is_nothing() -> None:
    nodes = [
        {"id": "t", "type": "tab", "label": "Autre"},
        {"id": "i", "type": "inject", "z": "t", "wires": [["f"]]},
        {"id": "f", "type": "function", "z": "t", "func": "msg.payload.content = 'x';", "wires": [[]]},
    ]
    assert isinstance(flow_of(parse_value(node_red, nodes)).by_id["f"], HttpRequest)


def sms(before: dict[str, Any], **members: Any) -> Parsed:
    nodes = [
        {"id": "t", "type": "tab", "label": "Alerte"},
        {"id": "i", "type": "inject", "z": "t", "crontab": "00 08 * * *", "wires": [["a"]]},
        {"id": "a", "z": "t", "wires": [["o"]], **before},
        {
            "id": "o",
            "type": "twilio out",
            "z": "t",
            "twilio": "c",
            "twilioType": "sms",
            "number": "",
            "wires": [],
            **members,
        },
        {"id": "c", "type": "twilio-api", "sid": "AC", "from": "+33600000000"},
    ]
    return parse_value(node_red, nodes)


def test_an_sms_says_the_template_before_it_or_what_the_payload_holds() -> None:
    made = flow_of(sms({"type": "template", "field": "payload", "template": "Alerte : {{payload}} °C"})).by_id["o"]
    assert isinstance(made, Message)
    assert plain_text(made.content.text.first, lambda _: "…") == "Alerte : … °C"
    held = flow_of(sms({"type": "exec", "command": "sonde"})).by_id["o"]
    assert isinstance(held, Message)
    assert [hole.expression for hole in holes(held.content.text.first)] == [Ref(("msg", "payload"))]


def test_the_number_of_a_person_is_left_out() -> None:
    parsed = sms({"type": "exec", "command": "sonde"}, number="+33611223344")
    assert "LOS434" in [finding.code for finding in parsed.findings]
    assert "+33611223344" not in str(parsed.project)

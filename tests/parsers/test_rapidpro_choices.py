"""Quick replies and numbered menus with the cases that wait for them: which answers mean what, and where they lead."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest

from bascule.diagnostics import Severity
from bascule.ir.content import ChoiceKind
from bascule.ir.expr import Const, Ref
from bascule.ir.expr_text import print_expression, print_text
from bascule.ir.ledger import Fate
from bascule.ir.nodes import Always, Ask, Chosen, Message, Node, Otherwise, ReplyKind, SetVariable, Timeout, When
from bascule.ir.project import Flow
from bascule.ir.text import Hole, Literal, plain_text
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.rapidpro import parse
from bascule.parsers.rapidpro.matching import answers_of, passes, words_of
from bascule.source import SourceFile

Case = tuple[str, list[str], str]


def conversation(
    text: str,
    cases: list[Case],
    replies: list[str] | None = None,
    *,
    localization: dict[str, Any] | None = None,
    operand: str = "@input.text",
    default: bool = True,
    split: bool = False,
    wait: dict[str, Any] | None = None,
    actions: list[dict[str, Any]] | None = None,
    nodes: list[dict[str, Any]] | None = None,
) -> Parsed:
    """A question ``say`` with cases (test, arguments, category); each category leads to the message of its name.

    Case and category have the uuids ``case N`` and ``category N``. With ``split`` the wait is a node of its own.
    """
    names = list(dict.fromkeys(name for _, _, name in cases))
    everything = [*names, *(["Other"] if default else []), *(["No Response"] if wait and "timeout" in wait else [])]
    router: dict[str, Any] = {
        "type": "switch",
        "operand": operand,
        "result_name": "Choix",
        "wait": wait or {"type": "msg"},
        "cases": [
            {"uuid": f"case {number}", "type": test, "arguments": arguments, "category_uuid": f"category {name}"}
            for number, (test, arguments, name) in enumerate(cases)
        ],
        "categories": [{"uuid": f"category {name}", "name": name, "exit_uuid": f"to {name}"} for name in everything],
        "default_category_uuid": "category Other" if default else None,
    }
    exits = [{"uuid": f"to {name}", "destination_uuid": name} for name in everything]
    message: dict[str, Any] = {"uuid": "say", "type": "send_msg", "text": text}
    if replies is not None:
        message["quick_replies"] = replies
    said = actions if actions is not None else [message]
    if split:
        first = [
            {"uuid": "ask", "actions": said, "exits": [{"uuid": "on", "destination_uuid": "wait"}]},
            {"uuid": "wait", "actions": [], "router": router, "exits": exits},
        ]
    else:
        first = [{"uuid": "ask", "actions": said, "router": router, "exits": exits}]
    ends = [
        {"uuid": name, "actions": [{"uuid": f"m {name}", "type": "send_msg", "text": name}], "exits": [{"uuid": f"x {name}"}]}
        for name in everything
    ]  # fmt: skip
    data = {
        "uuid": "f", "name": "Essai", "spec_version": "14.4.2", "language": "fra", "type": "messaging",
        "localization": localization or {}, "nodes": [*first, *ends, *(nodes or [])],
    }  # fmt: skip
    return parse(SourceFile.of_text(json.dumps(data, ensure_ascii=False), "essai.json"), ParseOptions())


def flow_of(parsed: Parsed) -> Flow:
    (flow,) = parsed.project.flows
    return flow


def asked(parsed: Parsed) -> Ask:
    (found,) = [node for node in flow_of(parsed).nodes if isinstance(node, Ask)]
    return found


def accepts(ask: Ask) -> list[dict[str, tuple[str, ...]]]:
    return [dict(choice.accepts.items) for choice in ask.content.choices]


def ways(node: Node) -> list[tuple[str, str | None]]:
    shown: list[tuple[str, str | None]] = []
    for edge in node.edges:
        guard = edge.guard
        if isinstance(guard, Chosen):
            what = "chosen " + ", ".join(guard.choices)
        elif isinstance(guard, When):
            what = print_expression(guard.condition)
        else:
            what = type(guard).__name__.lower()
        shown.append((what, edge.target))
    return shown


def of(parsed: Parsed, code: str) -> list[str]:
    return [finding.message for finding in parsed.findings if finding.code == code]


OUI_NON: list[Case] = [("has_any_word", ["oui o"], "Oui"), ("has_any_word", ["non n"], "Non")]


class TestQuickReplies:
    @pytest.mark.parametrize("split", [False, True])
    def test_message_and_wait_are_one_question_in_one_node_or_two(self, split: bool) -> None:
        parsed = conversation("On continue ?", OUI_NON, ["Oui", "Non"], split=split)
        ask = asked(parsed)
        assert (ask.id, ask.reply, ask.into) == ("ask", ReplyKind.CHOICE, ("results", "choix"))
        assert [plain_text(choice.title.first) for choice in ask.content.choices] == ["Oui", "Non"]
        assert accepts(ask) == [{"fra": ("oui", "o")}, {"fra": ("non", "n")}]
        assert ways(ask) == [
            ("chosen oui", "Oui"),
            ('has_any_word(results.choix, "oui o")', "Oui"),
            ("chosen non", "Non"),
            ('has_any_word(results.choix, "non n")', "Non"),
            ("otherwise", "Other"),
        ]
        assert [edge.label for edge in ask.edges] == ["Oui", "Oui", "Non", "Non", "Other"]

    def test_the_joined_wait_keeps_its_name_as_a_fact(self) -> None:
        ask = asked(conversation("On continue ?", OUI_NON, ["Oui", "Non"], split=True))
        assert json.loads(dict(ask.facts)["joined"])["uuid"] == "wait"

    def test_a_whole_phrase_that_is_the_reply_needs_no_condition_beside_it(self) -> None:
        cases: list[Case] = [("has_only_phrase", ["Oui"], "Oui"), ("has_only_phrase", ["Non"], "Non")]
        ask = asked(conversation("On continue ?", cases, ["Oui", "Non"]))
        assert ways(ask) == [("chosen oui", "Oui"), ("chosen non", "Non"), ("otherwise", "Other")]

    def test_the_order_of_the_cases_decides(self) -> None:
        cases: list[Case] = [("has_any_word", ["peut"], "Doute"), ("has_phrase", ["peut être"], "Jamais"), *OUI_NON]
        ask = asked(conversation("Alors ?", cases, ["Peut-être", "Oui"]))
        assert [way for way in ways(ask) if way[0].startswith("chosen")] == [
            ("chosen peut_etre", "Doute"),
            ("chosen oui", "Oui"),
        ]

    def test_a_case_for_two_replies_gives_each_its_own_words(self) -> None:
        cases: list[Case] = [("has_any_word", ["lundi mardi mer."], "Semaine"), ("has_any_word", ["samedi"], "Fin")]
        ask = asked(conversation("Quel jour ?", cases, ["Lundi", "Mardi", "Samedi"]))
        assert accepts(ask) == [{"fra": ("lundi",)}, {"fra": ("mardi",)}, {"fra": ("samedi",)}]
        assert ways(ask)[:2] == [
            ("chosen lundi, mardi", "Semaine"),
            ('has_any_word(results.choix, "lundi mardi mer.")', "Semaine"),
        ]

    def test_the_timeout_is_the_last_way(self) -> None:
        wait = {"type": "msg", "timeout": {"seconds": 300, "category_uuid": "category No Response"}}
        ask = asked(conversation("On continue ?", OUI_NON, ["Oui", "Non"], wait=wait))
        last = ask.edges[-1]
        assert isinstance(last.guard, Timeout)
        assert (last.guard.after.seconds, last.target, last.label) == (300, "No Response", "No Response")
        assert isinstance(ask.edges[-2].guard, Otherwise)

    def test_without_a_default_an_unknown_answer_has_no_way(self) -> None:
        ask = asked(conversation("On continue ?", OUI_NON, ["Oui", "Non"], default=False))
        assert not any(isinstance(edge.guard, (Otherwise, Always)) for edge in ask.edges)

    def test_a_case_that_only_a_run_can_decide_leaves_the_replies_open(self) -> None:
        cases: list[Case] = [("has_pattern", ["^o.i"], "Oui"), ("has_any_word", ["non"], "Non")]
        parsed = conversation("On continue ?", cases, ["Oui", "Non"])
        ask = asked(parsed)
        assert ask.reply is ReplyKind.CHOICE
        assert ways(ask) == [
            ('has_pattern(results.choix, "^o.i")', "Oui"),
            ('has_any_word(results.choix, "non")', "Non"),
            ("otherwise", "Other"),
        ]
        assert of(parsed, "PAR367") == []

    def test_a_reply_made_by_an_expression_is_decided_at_run_time(self) -> None:
        parsed = conversation("Lequel ?", OUI_NON, ["@fields.proche", "Non"])
        ask = asked(parsed)
        assert print_text(ask.content.choices[0].title.first) == "{fields.proche}"
        assert ask.content.choices[0].id == "reply_1"
        assert ("chosen non", "Non") in ways(ask)
        assert of(parsed, "PAR367") == []

    def test_an_answer_of_another_kind_than_the_input_is_tested_as_it_stands(self) -> None:
        parsed = conversation("On continue ?", OUI_NON, ["Oui", "Non"], operand="@(lower(input.text))")
        assert ways(asked(parsed))[0] == ('has_any_word(lower(input.text), "oui o")', "Oui")

    def test_two_replies_of_one_wording_have_two_ids(self) -> None:
        ask = asked(conversation("On continue ?", OUI_NON, ["Oui", "Oui !", "Non"]))
        assert [choice.id for choice in ask.content.choices] == ["oui", "oui_2", "non"]
        assert ways(ask)[0] == ("chosen oui, oui_2", "Oui")

    def test_a_message_with_replies_and_nothing_that_waits_stays_a_message(self) -> None:
        data = {
            "spec_version": "14.0.0", "name": "Fin", "language": "fra", "nodes": [
                {"uuid": "a", "actions": [{"uuid": "b", "type": "send_msg", "text": "Merci", "quick_replies": ["Menu"]}],
                 "exits": [{"uuid": "c"}]}
            ]
        }  # fmt: skip
        parsed = parse(SourceFile.of_text(json.dumps(data), "fin.json"), ParseOptions())
        (node,) = flow_of(parsed).nodes
        assert isinstance(node, Message)
        assert [choice.id for choice in node.content.choices] == ["menu"]


class TestRepliesWithoutCase:
    def test_a_reply_that_no_case_takes_goes_to_the_default_and_is_reported(self) -> None:
        parsed = conversation("On continue ?", OUI_NON, ["Oui", "Non", "Peut-être"])
        assert ways(asked(parsed))[-2:] == [("chosen peut_etre", "Other"), ("otherwise", "Other")]
        assert of(parsed, "PAR367") == ["no case takes the reply `Peut-être`; it leads to the category `Other`"]
        (finding,) = [item for item in parsed.findings if item.code == "PAR367"]
        span = parsed.document.locate(finding.place)
        assert parsed.document.text[span.start : span.end] == '"Peut-être"'

    def test_replies_none_of_which_has_a_case_are_only_a_note(self) -> None:
        parsed = conversation("On continue ?", [("has_any_word", ["stop"], "Stop")], ["Oui", "Non"])
        assert {finding.severity for finding in parsed.findings if finding.code == "PAR367"} == {Severity.INFO}

    def test_a_free_answer_takes_every_reply(self) -> None:
        parsed = conversation("Votre ville ?", [("has_text", [], "Ville")], ["Paris", "Lyon"])
        ask = asked(parsed)
        assert ways(ask) == [
            ("chosen paris, lyon", "Ville"),
            ("has_text(results.choix)", "Ville"),
            ("otherwise", "Other"),
        ]
        assert of(parsed, "PAR367") == []


class TestLanguages:
    LOCALIZATION: ClassVar[dict[str, Any]] = {
        "eng": {
            "say": {"text": ["Shall we?"], "quick_replies": ["Yes", "No"]},
            "case 0": {"arguments": ["yes y"]},
            "case 1": {"arguments": ["no n"]},
        },
        "ara": {
            "say": {"text": ["هل نكمل؟"], "quick_replies": ["نعم", "لا"]},
            "case 0": {"arguments": ["نعم"]},
            "case 1": {"arguments": ["لا"]},
        },
        "hin": {
            "say": {"text": ["क्या हम जारी रखें?"], "quick_replies": ["हाँ", "नहीं"]},
            "case 0": {"arguments": ["हाँ जी"]},
            "case 1": {"arguments": ["नहीं"]},
        },
    }

    def test_answers_are_accepted_in_their_language(self) -> None:
        parsed = conversation("On continue ?", OUI_NON, ["Oui", "Non"], localization=self.LOCALIZATION)
        ask = asked(parsed)
        assert list(ask.content.text.locales) == ["fra", "eng", "ara", "hin"]
        assert accepts(ask) == [
            {"fra": ("oui", "o"), "eng": ("yes", "y"), "ara": ("نعم",), "hin": ("हाँ", "जी")},
            {"fra": ("non", "n"), "eng": ("no", "n"), "ara": ("لا",), "hin": ("नहीं",)},
        ]
        titles = {locale: plain_text(text) for locale, text in ask.content.choices[0].title.items}
        assert titles == {"fra": "Oui", "eng": "Yes", "ara": "نعم", "hin": "हाँ"}
        assert ways(ask)[0] == ("chosen oui", "Oui")
        assert ways(ask)[1][0].startswith('if(contact.language = "eng", has_any_word(results.choix, "yes y"), ')
        assert ways(ask)[1][0].endswith(', has_any_word(results.choix, "oui o"))))')
        assert of(parsed, "PAR367") == []

    def test_a_translation_that_leads_elsewhere_is_reported(self) -> None:
        localization = {"eng": {"say": {"quick_replies": ["Yes", "No"]}, "case 0": {"arguments": ["yes"]}}}
        parsed = conversation("On continue ?", OUI_NON, ["Oui", "Non"], localization=localization)
        assert of(parsed, "PAR367") == ["in `eng` the reply `No` led elsewhere than to `Non`; here it leads there"]
        (finding,) = [item for item in parsed.findings if item.code == "PAR367"]
        assert finding.severity is Severity.WARNING
        span = parsed.document.locate(finding.place)
        assert parsed.document.text[span.start : span.end] == '"No"'
        assert ("chosen non", "Non") in ways(asked(parsed))

    def test_a_reply_that_a_case_takes_in_another_language_only_is_reported(self) -> None:
        localization = {"eng": {"say": {"quick_replies": ["Maybe"]}, "case 0": {"arguments": ["maybe"]}}}
        parsed = conversation("On continue ?", OUI_NON, ["Peut-être"], localization=localization)
        assert of(parsed, "PAR367") == [
            "no case takes the reply `Peut-être`; it leads to the category `Other`",
            "in `eng` the reply `Maybe` led elsewhere than to `Other`; here it leads there",
        ]

    def test_replies_in_another_order_are_paired_by_what_they_lead_to(self) -> None:
        localization = {
            "por": {
                "say": {"quick_replies": ["Não<extra>agora não", "Sim"]},
                "case 0": {"arguments": ["sim"]},
                "case 1": {"arguments": ["não"]},
            }
        }
        parsed = conversation("On continue ?", OUI_NON, ["Oui", "Non"], localization=localization)
        oui, non = asked(parsed).content.choices
        assert {locale: plain_text(text) for locale, text in oui.title.items} == {"fra": "Oui", "por": "Sim"}
        assert {locale: plain_text(text) for locale, text in non.title.items} == {"fra": "Non", "por": "Não"}
        assert {locale: plain_text(text) for locale, text in non.description.items} == {"por": "agora não"}
        assert (oui.description.items, dict(oui.accepts.items)["por"]) == ((), ("sim",))
        assert of(parsed, "PAR372") == [
            "the replies in `por` stand in another order; they are paired by the cases they lead to"
        ]
        assert of(parsed, "PAR367") == []
        (entry,) = [
            item for item in parsed.ledger if item.place.pointer.endswith("/localization/por/say/quick_replies")
        ]
        assert entry.fate is Fate.EMULATED

    def test_replies_of_one_case_keep_their_order(self) -> None:
        cases: list[Case] = [("has_any_word", ["lundi mardi"], "Semaine"), ("has_any_word", ["samedi"], "Fin")]
        localization = {
            "eng": {
                "say": {"quick_replies": ["Saturday", "Monday", "Tuesday"]},
                "case 0": {"arguments": ["monday tuesday"]},
                "case 1": {"arguments": ["saturday"]},
            }
        }
        choices = asked(
            conversation("Quel jour ?", cases, ["Lundi", "Mardi", "Samedi"], localization=localization)
        ).content.choices
        assert [dict(choice.title.items)["eng"] for choice in choices] == [
            (Literal("Monday"),), (Literal("Tuesday"),), (Literal("Saturday"),),
        ]  # fmt: skip

    def test_a_language_with_fewer_replies_is_reported_and_shows_the_flow_s_own(self) -> None:
        localization = {"eng": {"say": {"quick_replies": ["Yes"]}}}
        parsed = conversation("On continue ?", OUI_NON, ["Oui", "Non"], localization=localization)
        assert of(parsed, "PAR372") == ["2 quick replies, but 1 in `eng`"]
        assert list(asked(parsed).content.choices[1].title.locales) == ["fra"]

    def test_a_language_with_more_replies_keeps_them(self) -> None:
        localization = {"eng": {"say": {"quick_replies": ["Yes", "No", "Later"]}}}
        parsed = conversation("On continue ?", OUI_NON, ["Oui", "Non"], localization=localization)
        assert of(parsed, "PAR372") == ["2 quick replies, but 3 in `eng`"]
        extra = asked(parsed).content.choices[2]
        assert [(locale, plain_text(text)) for locale, text in extra.title.items] == [("eng", "Later")]

    def test_a_test_of_two_arguments_translated_with_one_keeps_both_sides(self) -> None:
        localization = {"eng": {"case 0": {"arguments": ["5"]}}}
        parsed = conversation("Combien ?", [("has_number_between", ["1", "9"], "Bien")], localization=localization)
        condition = ways(asked(parsed))[0][0]
        assert "has_number_between(results.choix, 1, 9)" in condition
        assert len(of(parsed, "PAR365")) == 1


class TestMarkedReplies:
    def test_marks_say_what_a_reply_does(self) -> None:
        replies = [
            "<location>Ma position", "<url>Plan<extra>https://exemple.fr/plan?@fields.ville", "<phone>Appeler<extra>+33123456789",
            "<form>Remplir<extra>0f1a", "Oui<extra>Tout de suite",
        ]  # fmt: skip
        choices = asked(conversation("Où ?", OUI_NON, replies)).content.choices
        assert [choice.kind for choice in choices] == [
            ChoiceKind.SHARE_LOCATION, ChoiceKind.URL, ChoiceKind.CALL, ChoiceKind.FLOW, ChoiceKind.REPLY,
        ]  # fmt: skip
        assert [plain_text(choice.title.first) for choice in choices] == [
            "Ma position",
            "Plan",
            "Appeler",
            "Remplir",
            "Oui",
        ]
        assert print_text(choices[1].url) == "https://exemple.fr/plan?{fields.ville}"
        assert print_text(choices[2].phone) == "+33123456789"
        assert choices[3].payload == "0f1a"
        assert plain_text(choices[4].description.first) == "Tout de suite"

    def test_a_question_for_a_place_waits_for_a_place(self) -> None:
        parsed = conversation("Où ?", [("has_text", [], "Lieu")], ["<location>Ma position"])
        assert asked(parsed).reply is ReplyKind.LOCATION


class TestNumberedMenus:
    MENU = "Choisissez :\n1. Horaires\n2. Tarifs\nMerci @contact.first_name"
    CASES: ClassVar[list[Case]] = [("has_any_word", ["1 horaires"], "Horaires"), ("has_number_eq", ["2"], "Tarifs")]

    def test_the_menu_s_lines_become_choices(self) -> None:
        parsed = conversation(self.MENU, self.CASES)
        ask = asked(parsed)
        assert [plain_text(choice.title.first) for choice in ask.content.choices] == ["Horaires", "Tarifs"]
        assert [(choice.payload, choice.value) for choice in ask.content.choices] == [
            ("1", Const("1")),
            ("2", Const("2")),
        ]
        assert print_text(ask.content.text.first) == "Choisissez :\nMerci {contact.first_name}"
        assert ways(ask) == [
            ("chosen horaires", "Horaires"),
            ('has_any_word(results.choix, "1 horaires")', "Horaires"),
            ("chosen tarifs", "Tarifs"),
            ("has_number_eq(results.choix, 2)", "Tarifs"),
            ("otherwise", "Other"),
        ]

    def test_spellings_are_those_that_the_case_takes(self) -> None:
        ask = asked(conversation(self.MENU, self.CASES))
        assert accepts(ask)[0] == {"fra": ("1", "1.", "1)", "1-", "horaires")}
        assert "un" not in accepts(ask)[0]["fra"]

    def test_holes_after_the_menu_keep_their_place(self) -> None:
        parsed = conversation(self.MENU, self.CASES)
        (hole,) = [part for part in asked(parsed).content.text.first if isinstance(part, Hole)]
        assert hole.at is not None
        span = parsed.document.locate(hole.at)
        assert parsed.document.text[span.start : span.end] == "@contact.first_name"

    def test_each_language_gives_its_titles(self) -> None:
        localization = {
            "rus": {"say": {"text": ["Выберите:\n1. Часы работы\n2. Цены"]}},
            "ara": {"say": {"text": ["اختر:\n1. المواعيد\n2. الأسعار"]}, "case 0": {"arguments": ["1 مواعيد"]}},
        }
        ask = asked(conversation(self.MENU, self.CASES, localization=localization))
        titles = [{locale: plain_text(text) for locale, text in choice.title.items} for choice in ask.content.choices]
        assert titles == [
            {"fra": "Horaires", "rus": "Часы работы", "ara": "المواعيد"},
            {"fra": "Tarifs", "rus": "Цены", "ara": "الأسعار"},
        ]
        assert {locale: plain_text(text) for locale, text in ask.content.text.items}["rus"] == "Выберите:"
        assert accepts(ask)[0]["ara"] == ("1", "1.", "1)", "1-", "مواعيد")
        assert accepts(ask)[1]["rus"] == ("2", "2.", "2)", "2-")

    def test_a_menu_that_a_language_lacks_stays_text(self) -> None:
        localization = {"eng": {"say": {"text": ["Hours or prices?"]}}}
        parsed = conversation(self.MENU, self.CASES, localization=localization)
        ask = asked(parsed)
        assert ask.content.choices == ()
        assert print_text(ask.content.text.first).startswith("Choisissez :\n1. Horaires")
        assert of(parsed, "PAR372") == ["the text has a menu of 2, but not in `eng`; it stays text"]

    def test_a_list_that_nobody_answers_by_number_is_no_menu(self) -> None:
        ask = asked(conversation("Apportez :\n1. Votre carte\n2. Une photo", OUI_NON))
        assert ask.content.choices == ()
        assert ask.reply is ReplyKind.ANY

    def test_an_option_without_a_case_is_offered_and_reported(self) -> None:
        text = "Choisissez :\n1. Horaires\n2. Tarifs\n3. Autre chose"
        parsed = conversation(text, self.CASES)
        assert [choice.id for choice in asked(parsed).content.choices] == ["horaires", "tarifs", "autre_chose"]
        assert ("chosen autre_chose", "Other") in ways(asked(parsed))
        assert len(of(parsed, "PAR367")) == 1


class TestWhatKeepsThemApart:
    def test_a_wait_with_several_ways_in_stays_a_node(self) -> None:
        again = {
            "uuid": "again", "actions": [{"uuid": "sorry", "type": "send_msg", "text": "Pardon ?"}],
            "exits": [{"uuid": "back", "destination_uuid": "wait"}],
        }  # fmt: skip
        parsed = conversation("On continue ?", OUI_NON, ["Oui", "Non"], split=True, nodes=[again])
        flow = flow_of(parsed)
        question, wait = flow.by_id["ask"], flow.by_id["wait"]
        assert isinstance(question, Message)
        assert [choice.id for choice in question.content.choices] == ["oui", "non"]
        assert isinstance(wait, Ask)
        assert wait.content.empty
        assert ways(wait)[0] == ('has_any_word(results.choix, "oui o")', "Oui")

    def test_a_change_of_data_between_message_and_wait_moves_before_the_message(self) -> None:
        said = {"uuid": "say", "type": "send_msg", "text": "On continue ?", "quick_replies": ["Oui", "Non"]}
        change = {"uuid": "set", "type": "set_contact_field", "field": {"key": "etape", "name": "Étape"}, "value": "2"}
        parsed = conversation("", OUI_NON, actions=[said, change])
        first, ask = flow_of(parsed).nodes[:2]
        assert isinstance(first, SetVariable)
        assert first.assignments[0].target == ("fields", "etape")
        assert isinstance(ask, Ask)
        assert (first.id, ask.id, [choice.id for choice in ask.content.choices]) == ("ask", "ask.2", ["oui", "non"])

    def test_a_message_that_says_what_is_changed_stays_before_the_change(self) -> None:
        said = {"uuid": "say", "type": "send_msg", "text": "Étape @fields.etape. On continue ?"}
        change = {"uuid": "set", "type": "set_contact_field", "field": {"key": "etape", "name": "Étape"}, "value": "2"}
        nodes = flow_of(conversation("", OUI_NON, actions=[said, change])).nodes[:3]
        assert [type(node) for node in nodes] == [Message, SetVariable, Ask]

    def test_another_action_between_them_keeps_them_apart(self) -> None:
        said = {"uuid": "say", "type": "send_msg", "text": "On continue ?", "quick_replies": ["Oui", "Non"]}
        mail = {"uuid": "mail", "type": "send_email", "addresses": ["a@exemple.fr"], "subject": "S", "body": "B"}
        nodes = flow_of(conversation("", OUI_NON, actions=[said, mail])).nodes[:3]
        assert isinstance(nodes[0], Message)
        assert isinstance(nodes[2], Ask)
        assert nodes[2].content.empty

    def test_a_split_on_the_answer_later_is_a_case_on_the_input(self) -> None:
        ask = asked(conversation("Votre nom ?", [("has_text", [], "Nom")]))
        assert ask.into == ("results", "choix")
        assert [type(edge.guard) for edge in ask.edges] == [When, Otherwise]


class TestMatching:
    @pytest.mark.parametrize(
        ("test", "text", "arguments", "expected"),
        [
            ("has_any_word", "Oui, merci", ["oui yes"], True),
            ("has_any_word", "ouistiti", ["oui"], False),
            ("has_any_word", "👍 parfait", ["👍"], True),
            ("has_any_word", "1️⃣", ["1"], False),
            ("has_any_word", "НЕТ!", ["нет"], True),
            ("has_all_words", "le rouge et le noir", ["noir rouge"], True),
            ("has_all_words", "le rouge", ["noir rouge"], False),
            ("has_phrase", "je veux bien merci", ["veux bien"], True),
            ("has_phrase", "je veux du bien", ["veux bien"], False),
            ("has_phrase", "tout", [""], True),
            ("has_only_phrase", "Bien sûr !", ["bien sûr"], True),
            ("has_only_phrase", "bien sûr que non", ["bien sûr"], False),
            ("has_only_text", "Oui", ["oui"], False),
            ("has_beginning", "  Réserver une table", ["réserver"], True),
            ("has_text", "  ", [], False),
            ("has_number", "j'en veux 3", [], True),
            ("has_number_eq", "2,5 kg", ["2.5"], True),
            ("has_number_eq", "٢", ["2"], True),
            ("has_number_lt", "aucun", ["3"], False),
            ("has_number_gte", "10", ["10"], True),
            ("has_number_between", "7", ["1", "9"], True),
            ("has_number_between", "70", ["1", "9"], False),
            ("has_email", "écrivez à a@exemple.fr svp", [], True),
            ("has_number_eq", "2", ["@fields.n"], None),
            ("has_number_eq", "2", ["deux"], None),
            ("has_number_between", "2", ["1"], None),
            ("has_pattern", "x", ["x"], None),
            ("has_phone", "+33612345678", [], None),
        ],
    )
    def test_a_test_is_decided_as_the_engine_does(
        self, test: str, text: str, arguments: list[str], expected: bool | None
    ) -> None:
        assert passes(test, text, arguments) is expected

    def test_words_are_letters_marks_and_digits(self) -> None:
        assert words_of("L'été, c'est-à-dire 2x हाँ 👍🏽") == ["l'été", "c'est", "à", "dire", "2x", "हाँ", "👍", "🏽"]

    @pytest.mark.parametrize(
        ("test", "arguments", "expected"),
        [
            ("has_any_word", ["oui, o oui"], ("oui", "o")),
            ("has_phrase", ["bien sûr "], ("bien sûr",)),
            ("has_number_eq", ["3"], ("3",)),
            ("has_number_lt", ["3"], ()),
            ("has_any_word", ["@fields.mot"], ()),
            ("has_any_word", [], ()),
        ],
    )
    def test_the_words_of_a_test_are_its_alternatives(
        self, test: str, arguments: list[str], expected: tuple[str, ...]
    ) -> None:
        assert answers_of(test, arguments) == expected


def test_the_result_is_declared_and_the_reply_can_be_read_later() -> None:
    later = {
        "uuid": "later", "actions": [{"uuid": "l", "type": "send_msg", "text": "Vous avez dit @results.choix."}],
        "exits": [{"uuid": "le"}],
    }  # fmt: skip
    parsed = conversation("On continue ?", OUI_NON, ["Oui", "Non"], nodes=[later])
    said = flow_of(parsed).by_id["later"]
    assert isinstance(said, Message)
    (hole,) = [part for part in said.content.text.first if isinstance(part, Hole)]
    assert hole.expression == Ref(("results", "choix"))
    assert "results.choix" in [variable.name for variable in parsed.project.variables]

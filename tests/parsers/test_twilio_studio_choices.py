"""A menu in the text and a split over the reply become choices; nothing that is no menu does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bascule.ir.expr import Call, Const, Ref
from bascule.ir.nodes import Ask, Chosen, Node, Otherwise, ReplyKind, When
from bascule.ir.project import Flow
from bascule.ir.text import Hole, plain_text
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.twilio_studio import parse
from bascule.source import SourceFile

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "studio"


def fixture(name: str) -> Parsed:
    return parse(SourceFile(name, (FIXTURES / name).read_bytes()), ParseOptions())


def conversation(
    body: str,
    branches: list[tuple[str, str]],
    *,
    test: str = "matches_any_of",
    argument: str = "{{widgets.q.inbound.Body}}",
    after: str = "Bien.",
    extra: list[dict[str, Any]] | None = None,
) -> Parsed:
    """An ask ``q``, a split ``s`` over its reply with one branch per (spellings, target), and messages x, y, z."""
    matches = [
        {"event": "match", "next": target, "conditions": [
            {"friendly_name": spellings, "type": test, "arguments": [argument], "value": spellings}
        ]}
        for spellings, target in branches
    ]  # fmt: skip
    data = {
        "description": "Essai",
        "initial_state": "Trigger",
        "states": [
            {"name": "Trigger", "type": "trigger", "transitions": [{"event": "incomingMessage", "next": "q"}]},
            {"name": "q", "type": "send-and-wait-for-reply", "properties": {"body": body, "timeout": "60"},
             "transitions": [{"event": "incomingMessage", "next": "s"}]},
            {"name": "s", "type": "split-based-on", "properties": {"input": argument, "offset": {"x": 1, "y": 2}},
             "transitions": [{"event": "noMatch", "next": "z"}, *matches]},
            *({"name": name, "type": "send-message", "transitions": [], "properties": {"body": after}} for name in "xyz"),
            *(extra or []),
        ],
    }  # fmt: skip
    return parse(SourceFile.of_text(json.dumps(data, ensure_ascii=False), "essai.json"), ParseOptions())


def asked(parsed: Parsed, name: str = "q") -> Ask:
    item = parsed.project.flows[0].by_id[name]
    assert isinstance(item, Ask)
    return item


def titles(ask: Ask) -> list[str]:
    return [plain_text(choice.title.first) for choice in ask.content.choices]


def accepts(ask: Ask) -> list[tuple[str, ...]]:
    return [choice.accepts.first if choice.accepts else () for choice in ask.content.choices]


def ways(item: Node) -> list[tuple[Any, str | None]]:
    shown: list[tuple[Any, str | None]] = []
    for edge in item.edges:
        guard = edge.guard
        what: Any = type(guard).__name__
        if isinstance(guard, Chosen):
            what = guard.choices
        elif isinstance(guard, When):
            what = guard.condition
        shown.append((what, edge.target))
    return shown


REPLY = Ref(("widgets", "q", "inbound", "Body"))


class TestNumberedMenu:
    def test_titles_come_from_the_text_and_spellings_from_the_split(self) -> None:
        flow: Flow = fixture("support_commande.json").project.flows[0]
        ask = flow.by_id["menu_principal"]
        assert isinstance(ask, Ask)
        assert titles(ask) == ["Suivre ma commande", "Retourner un article", "Parler à un conseiller"]
        assert accepts(ask)[0] == ("1", "1.", "un", "suivre")
        assert [choice.payload for choice in ask.content.choices] == ["1", "2", "3"]
        assert [choice.value for choice in ask.content.choices] == [Const("1"), Const("2"), Const("3")]
        assert ask.reply is ReplyKind.CHOICE
        assert ways(ask)[:4] == [
            (("suivre_ma_commande",), "demander_numero"),
            (("retourner_un_article",), "retour"),
            (("parler_a_un_conseiller",), "ouvert"),
            ("Otherwise", "compter_essai"),
        ]

    def test_the_menu_lines_leave_the_text_and_the_rest_stays(self) -> None:
        ask = fixture("support_commande.json").project.flows[0].by_id["menu_principal"]
        assert isinstance(ask, Ask)
        assert plain_text(ask.content.text.first) == "Bonjour … 👋 Bienvenue chez ….\nRépondez par 1, 2 ou 3."

    def test_holes_after_the_menu_keep_their_place(self) -> None:
        parsed = conversation("Choix :\n1. Oui\n2. Non\nMerci {{flow.variables.nom}}", [("1", "x"), ("2", "y")])
        hole = next(part for part in asked(parsed).content.text.first if isinstance(part, Hole))
        assert hole.at is not None
        span = parsed.document.locate(hole.at)
        assert parsed.document.text[span.start : span.end] == "{{flow.variables.nom}}"

    def test_a_choice_stands_where_its_line_stands(self) -> None:
        parsed = conversation("Choix :\n1. Suivre\n2. Payer", [("1", "x"), ("2", "y")])
        place = asked(parsed).content.choices[1].at
        assert place is not None
        span = parsed.document.locate(place)
        assert parsed.document.text[span.start : span.end].endswith("Payer")

    def test_a_title_may_have_holes(self) -> None:
        parsed = conversation("Choix :\n1. Chez {{flow.variables.a}}\n2. Ailleurs", [("1", "x"), ("2", "y")])
        title = asked(parsed).content.choices[0].title.first
        assert [part.expression for part in title if isinstance(part, Hole)] == [Ref(("flow", "variables", "a"))]

    def test_retry_copies_stay_separate_nodes(self) -> None:
        flow = fixture("support_commande.json").project.flows[0]
        for name in ("menu_principal", "menu_rappel"):
            assert titles(flow.by_id[name]) == [  # type: ignore[arg-type]
                "Suivre ma commande", "Retourner un article", "Parler à un conseiller",
            ]  # fmt: skip
        assert "choix_menu" not in flow.by_id
        assert "choix_rappel" not in flow.by_id

    def test_the_merged_split_is_kept_as_a_hint(self) -> None:
        ask = asked(conversation("1. Oui\n2. Non", [("1", "x"), ("2", "y")]))
        kept = json.loads(dict(ask.facts)["split"])
        assert kept["name"] == "s"
        assert kept["properties"]["offset"] == {"x": 1, "y": 2}

    def test_a_split_that_others_enter_stays_and_is_passed_by(self) -> None:
        retry = {"name": "again", "type": "send-message", "properties": {"body": "Encore"},
                 "transitions": [{"event": "sent", "next": "s"}]}  # fmt: skip
        parsed = conversation("1. Oui\n2. Non", [("1", "x"), ("2", "y")], extra=[retry])
        flow = parsed.project.flows[0]
        assert "s" in flow.by_id
        assert ways(asked(parsed))[0] == (("oui",), "x")
        entries = {entry.place.pointer: entry.fate.value for entry in parsed.ledger}
        assert entries["/states/2"] == "exact"
        assert entries["/states/1/transitions/0"] == "emulated"

    def test_a_hidden_keyword_stays_a_typed_branch(self) -> None:
        ask = asked(fixture("hostile/menu_gap.json"), "a")
        reply = Ref(("widgets", "a", "inbound", "Body"))
        assert (Call("same_text", (reply, Const("agent"))), "b") in ways(ask)

    def test_an_option_without_branch_is_offered_and_reported(self) -> None:
        parsed = fixture("hostile/menu_gap.json")
        assert titles(asked(parsed, "a")) == ["Suivre", "Payer", "Autre"]
        found = [finding for finding in parsed.findings if finding.code == "PAR219"]
        assert len(found) == 1
        assert "`3`" in found[0].message

    def test_an_option_that_a_second_split_takes_is_not_reported(self) -> None:
        second = {
            "name": "z2", "type": "split-based-on", "properties": {"input": "{{widgets.q.inbound.Body}}"},
            "transitions": [{"event": "match", "next": "y", "conditions": [
                {"type": "equal_to", "arguments": ["{{widgets.q.inbound.Body}}"], "value": "2"}]}],
        }  # fmt: skip
        data = json.loads(conversation("1. Oui\n2. Non", [("1", "x")], extra=[second]).document.text)
        data["states"][2]["transitions"][0]["next"] = "z2"
        parsed = parse(SourceFile.of_text(json.dumps(data), "essai.json"), ParseOptions())
        assert titles(asked(parsed)) == ["Oui", "Non"]
        assert ways(asked(parsed))[1] == ("Otherwise", "z2")
        assert not [finding for finding in parsed.findings if finding.code == "PAR219"]

    def test_one_branch_may_take_several_options(self) -> None:
        parsed = conversation("1. Lundi\n2. Mardi\n3. Jamais", [("1, 2", "x"), ("3", "y")])
        assert ways(asked(parsed))[:2] == [(("lundi", "mardi"), "x"), (("jamais",), "y")]

    def test_a_word_listed_twice_belongs_to_the_first_branch(self) -> None:
        parsed = conversation("1. Oui\n2. Non", [("1, ok", "x"), ("2, ok", "y")])
        assert accepts(asked(parsed)) == [("1", "ok"), ("2",)]

    @pytest.mark.parametrize("pattern", ["^(1|un)$", "1|un", "(?i)^(?:1|un)$", "(1|un)"])
    def test_a_regex_of_plain_alternatives_is_a_list_of_words(self, pattern: str) -> None:
        parsed = conversation("1. Oui\n2. Non", [(pattern, "x"), ("2", "y")], test="regex")
        assert accepts(asked(parsed))[0] == ("1", "un")

    @pytest.mark.parametrize("pattern", ["^[12]$", "1.*", r"\d", "(1|(un))", "1||un"])
    def test_any_other_regex_is_no_menu(self, pattern: str) -> None:
        parsed = conversation("1. Oui\n2. Non", [(pattern, "x"), ("2", "y")], test="regex")
        assert not asked(parsed).content.choices
        assert "s" in parsed.project.flows[0].by_id

    def test_contains_keeps_its_looser_test_beside_the_choice(self) -> None:
        parsed = conversation("1. Oui\n2. Non", [("1", "x"), ("2", "y")], test="contains")
        assert ways(asked(parsed))[:2] == [(("oui",), "x"), (Call("contains", (REPLY, Const("1"))), "x")]

    def test_filters_that_only_change_case_do_not_hide_the_reply(self) -> None:
        argument = "{{widgets.q.inbound.Body | downcase | strip}}"
        parsed = conversation("1. Oui\n2. Non", [("1", "x"), ("2", "y")], argument=argument)
        assert titles(asked(parsed)) == ["Oui", "Non"]

    @pytest.mark.parametrize(
        "change",
        [
            {"test": "starts_with"},
            {"test": "not_equal_to"},
            {"test": "greater_than"},
            {"argument": "{{widgets.autre.inbound.Body}}"},
            {"argument": "{{flow.variables.x}}"},
        ],
        ids=str,
    )
    def test_other_tests_and_other_subjects_are_no_menu(self, change: dict[str, Any]) -> None:
        parsed = conversation("1. Oui\n2. Non", [("1", "x"), ("2", "y")], **change)
        assert not asked(parsed).content.choices

    def test_a_menu_inside_a_condition_of_the_text_is_left_alone(self) -> None:
        body = "{% if flow.variables.vip %}\n1. Oui\n2. Non\n{% endif %}"
        parsed = conversation(body, [("1", "x"), ("2", "y")])
        assert not asked(parsed).content.choices

    @pytest.mark.parametrize(
        ("body", "words", "expected"),
        [
            ("اختر:\n1. تتبع الطلب\n2. إلغاء", [("1, ١", "x"), ("2, ٢", "y")], ["تتبع الطلب", "إلغاء"]),
            ("चुनें:\n1. हाँ\n2. नहीं", [("1, हाँ", "x"), ("2", "y")], ["हाँ", "नहीं"]),
            ("Escolha:\n1) Sim\n2) Não", [("1, sim", "x"), ("2, não", "y")], ["Sim", "Não"]),
            ("Выберите:\n1. Да\n2. Нет", [("1, да", "x"), ("2, нет", "y")], ["Да", "Нет"]),
            ("Choisis :\n1️⃣ Pizza 🍕\n2️⃣ Sushi 🍣", [("1", "x"), ("2", "y")], ["Pizza 🍕", "Sushi 🍣"]),
        ],
    )
    def test_other_scripts(self, body: str, words: list[tuple[str, str]], expected: list[str]) -> None:
        ask = asked(conversation(body, words))
        assert titles(ask) == expected
        assert len({choice.id for choice in ask.content.choices}) == len(expected)
        assert all(choice.id for choice in ask.content.choices)


class TestWords:
    def test_yes_and_no_without_a_menu_are_titled_by_their_first_spelling(self) -> None:
        parsed = conversation("On continue ?", [("oui, o, yes", "x"), ("non, n", "y")])
        ask = asked(parsed)
        assert titles(ask) == ["Oui", "Non"]
        assert accepts(ask) == [("oui", "o", "yes"), ("non", "n")]
        split = next(entry for entry in parsed.ledger if entry.place.pointer == "/states/2")
        assert split.fate.value == "emulated"
        assert "first spelling" in split.reason

    def test_the_text_stays_whole(self) -> None:
        assert plain_text(asked(conversation("On continue ?", [("oui", "x"), ("non", "y")])).content.text.first) == (
            "On continue ?"
        )

    def test_a_single_word_needs_to_stand_in_the_text(self) -> None:
        assert titles(asked(conversation("Tapez *agent* pour un humain.", [("agent", "x")]))) == ["Agent"]
        assert not asked(conversation("On continue ?", [("oui", "x")])).content.choices

    def test_an_open_question_with_special_words_stays_a_question(self) -> None:
        parsed = conversation(
            "Quelle est votre ville ?", [("paris", "x"), ("lyon", "y")], after="Ville : {{widgets.q.inbound.Body}}"
        )
        assert not asked(parsed).content.choices

    def test_words_named_in_an_open_question_are_buttons_beside_free_text(self) -> None:
        parsed = conversation(
            "Votre numéro ? Ou tapez aide.", [("aide", "x")], after="Numéro {{widgets.q.inbound.Body}}"
        )
        assert titles(asked(parsed)) == ["Aide"]
        assert asked(parsed).reply is ReplyKind.ANY

    def test_several_words_of_one_branch_in_the_text_are_several_choices(self) -> None:
        parsed = conversation("Rouge, vert ou bleu ?", [("rouge, vert, bleu, autre", "x"), ("non", "y")])
        assert titles(asked(parsed)) == ["Rouge", "Vert", "Bleu", "Non"]
        assert ways(asked(parsed))[:2] == [
            (("rouge", "vert", "bleu"), "x"),
            (Call("same_text", (REPLY, Const("autre"))), "x"),
        ]

    @pytest.mark.parametrize(
        "words", [[("1", "x"), ("2", "y")], [("une phrase vraiment trop longue", "x"), ("non", "y")]]
    )
    def test_numbers_and_sentences_are_no_titles(self, words: list[tuple[str, str]]) -> None:
        assert not asked(conversation("Alors ?", words)).content.choices

    def test_a_long_look_up_is_no_menu(self) -> None:
        parsed = conversation("Votre ville ?", [(", ".join(f"ville{n}" for n in range(150)), "x"), ("non", "y")])
        assert not asked(parsed).content.choices

    def test_arabic_words(self) -> None:
        flow = fixture("langues.json").project.flows[0]
        ask = flow.by_id["ar"]
        assert isinstance(ask, Ask)
        assert titles(ask) == ["نعم", "لا"]
        assert accepts(ask) == [("نعم", "اجل"), ("لا",)]

    def test_a_template_question_gets_no_choices(self) -> None:
        flow = fixture("support_commande.json").project.flows[0]
        ask = flow.by_id["relance_livraison"]
        assert isinstance(ask, Ask)
        assert not ask.content.choices


def test_no_edge_names_a_choice_that_is_not_offered() -> None:
    for path in sorted(FIXTURES.rglob("*")):
        if not path.is_file():
            continue
        for flow in parse(SourceFile(path.name, path.read_bytes()), ParseOptions()).project.flows:
            for item in flow.nodes:
                named = {name for edge in item.edges if isinstance(edge.guard, Chosen) for name in edge.guard.choices}
                offered = {choice.id for choice in item.content.choices} if isinstance(item, Ask) else set()
                assert named <= offered
                last = [edge for edge in item.edges if isinstance(edge.guard, (Chosen, When, Otherwise))]
                kinds = [isinstance(edge.guard, Otherwise) for edge in last]
                assert kinds == sorted(kinds)

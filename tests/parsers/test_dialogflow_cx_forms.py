"""Dialogflow CX: forms. What is asked for, what is said when an answer does not fit, how conditions tell their state."""

from __future__ import annotations

from typing import Any

import pytest

from bascule.ir.expr import Call, Const, Ref
from bascule.ir.nodes import Ask
from tests.parsers.dialogflow_cx_support import (
    FINAL,
    START,
    Run,
    agent,
    found,
    handler,
    intents,
    only_flow,
    page,
    parameter,
    payload,
    read_files,
    route,
    say,
)


def run(files: dict[str, Any], **values: Any) -> Run:
    return Run(read_files(files).project, **{f"session.params.{name}": value for name, value in values.items()})


def order(*handlers: Any, **more: Any) -> dict[str, Any]:
    """An order: a product, a number, then a confirmation."""
    return agent(
        route("Aller", to="Commande"), route("Aide", does=say("Voici.")), route("Partir", to="End Session", does=say("Adieu.")),
        pages={
            "Commande": page(
                route(condition=f"{FINAL} AND $session.params.nombre > 10", to="Gros"),
                route(condition=FINAL, to="Fait"),
                entry="Bonjour.",
                form=[parameter("produit", "@produit", "Quoi ?", handlers), parameter("nombre", "@sys.number", "Combien ?")],
            ),
            "Fait": page(entry="Noté."),
            "Gros": page(entry="Tant que ça ?"),
        },
        more={
            "entityTypes/produit/produit.json": {"displayName": "produit", "kind": "KIND_MAP"},
            "entityTypes/produit/entities/fr.json": {"entities": [{"value": "pain", "synonyms": ["pain", "baguette"], "languageCode": "fr"}]},
        },
        **more,
    )  # fmt: skip


def test_a_form_asks_for_each_value_and_then_leads_on() -> None:
    talk = run(order())
    assert talk.start("Aller") == ["Bonjour.", "Quoi ?"]
    assert talk.write(value="pain") == ["Combien ?"]
    assert talk.write(value=3) == ["Noté."]
    talk = run(order())
    talk.start("Aller")
    talk.write(value="pain")
    assert talk.write(value=30) == ["Tant que ça ?"]


def test_values_that_are_known_are_not_asked_for() -> None:
    assert run(order(), produit="pain").start("Aller") == ["Bonjour.", "Combien ?"]
    assert run(order(), produit="pain", nombre=2).start("Aller") == ["Bonjour.", "Noté."]


def test_an_intent_that_stays_comes_back_to_the_question() -> None:
    talk = run(order())
    talk.start("Aller")
    assert talk.write("Aide") == ["Voici.", "Quoi ?"]
    assert talk.write("Partir") == ["Adieu."]
    assert talk.ended


def test_without_a_handler_the_question_is_asked_again() -> None:
    talk = run(order())
    talk.start("Aller")
    assert talk.write() == ["Quoi ?"]


def test_reprompts_follow_each_other_and_the_last_one_may_lead_away() -> None:
    handlers = [
        handler("sys.no-match-1", say("Pardon ?")), handler("sys.no-match-2", say("Du pain ?")),
        handler("sys.no-match-default", say("Tant pis."), to="Start Page"),
    ]  # fmt: skip
    talk = run(order(*handlers))
    talk.start("Aller")
    assert talk.write() == ["Pardon ?"]
    assert talk.write() == ["Du pain ?"]
    assert talk.write() == ["Tant pis."]
    assert talk.write(value="pain") == []
    talk = run(order(*handlers))
    talk.start("Aller")
    talk.write()
    assert talk.write(value="pain") == ["Combien ?"]


def test_the_kind_of_answer_is_that_of_the_entity() -> None:
    flow = only_flow(read_files(order()))
    product, number = flow.by_id["commande.produit"], flow.by_id["commande.nombre"]
    assert isinstance(product, Ask)
    assert isinstance(number, Ask)
    assert product.validation is not None
    assert product.validation.entity == "produit"
    assert number.reply.value == "number"
    assert number.validation is None
    assert product.into == ("session", "params", "produit")


def test_choices_store_the_value_that_their_words_mean() -> None:
    files = order()
    key = f"flows/{START}/pages/Commande.json"
    chips = payload(
        {"richContent": [[{"type": "chips", "options": [{"text": "Baguette"}, {"text": "aide"}, {"text": "pain"}]}]]}
    )
    files[key]["form"]["parameters"][0]["fillBehavior"]["initialPromptFulfillment"]["messages"].append(chips)
    parsed = read_files(files)
    node = only_flow(parsed).by_id["commande.produit"]
    assert isinstance(node, Ask)
    assert [choice.value for choice in node.content.choices] == [Const("pain"), None, None]
    talk = Run(parsed.project)
    talk.start("Aller")
    # A chip with the words of an intent is that intent.
    assert talk.tap("aide")[0] == "Voici."


def test_a_parameter_without_a_question_takes_the_page_s_last_words() -> None:
    files = agent(
        route("Aller", to="P"),
        pages={"P": page(route(condition=FINAL, to="End Session"), entry="Votre nom ?", form=[parameter("nom")])},
    )
    parsed = read_files(files)
    talk = Run(parsed.project)
    assert talk.start("Aller") == ["Votre nom ?"]
    assert talk.waiting is not None
    assert talk.waiting.into == ("session", "params", "nom")
    assert found(parsed, "PAR566")


def test_an_optional_parameter_is_a_fact() -> None:
    files = order()
    files[f"flows/{START}/pages/Commande.json"]["form"]["parameters"][0]["required"] = False
    parsed = read_files(files)
    assert Run(parsed.project).start("Aller") == ["Bonjour.", "Combien ?"]
    assert found(parsed, "LOS559")
    node = only_flow(parsed).by_id["commande"]
    assert "optional produit" in dict(node.facts)


def test_resetting_a_value_asks_for_it_again() -> None:
    files = order()
    redo = route(
        "Refaire",
        to="Commande",
        does={"setParameterActions": [{"parameter": "produit"}, {"parameter": "nombre", "value": None}]},
    )
    files[f"flows/{START}/pages/Fait.json"]["transitionRoutes"] = [redo]
    files |= intents(Refaire=["refaire"])
    talk = run(files)
    talk.start("Aller")
    talk.write(value="pain")
    assert talk.write(value=1) == ["Noté."]
    assert talk.write("Refaire") == ["Bonjour.", "Quoi ?"]


@pytest.mark.parametrize(
    ("written", "expression"),
    [
        (FINAL, Call("has_value", (Ref(("session", "params", "nom")),))),
        ('$page.params.status != "FINAL"', Call("not", (Call("has_value", (Ref(("session", "params", "nom")),)),))),
        ("$page.params.nom = 3", Call("eq", (Ref(("session", "params", "nom")), Const(3)))),
        ('$page.params.nom.status = "FILLED"', Call("has_value", (Ref(("session", "params", "nom")),))),
        ('$page.params.nom.status = "EMPTY"', Call("not", (Call("has_value", (Ref(("session", "params", "nom")),)),))),
    ],
)
def test_the_state_of_a_form_is_told_by_its_values(written: str, expression: Any) -> None:
    files = agent(
        route("Aller", to="P"),
        pages={
            "P": page(route(condition=written, to="Q"), form=[parameter("nom", prompt="Nom ?")]),
            "Q": page(entry="Q."),
        },
    )
    conditions = [
        edge.guard.condition
        for node in only_flow(read_files(files)).nodes
        for edge in node.edges
        if hasattr(edge.guard, "condition")
    ]
    assert expression in conditions


def test_another_state_of_a_value_is_reported() -> None:
    files = agent(
        route("Aller", to="P"),
        pages={"P": page(route(condition='$page.params.nom.status = "INVALID"', to="End Session"), entry="?")},
    )
    assert found(read_files(files), "LOS568")

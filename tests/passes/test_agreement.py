"""One category for the languages of a message, and which flows somebody starts."""

from __future__ import annotations

import pytest

from bascule.ir.content import Content
from bascule.ir.nodes import Always, Edge, Message, RunFlow
from bascule.ir.project import Entry, EntryKind, Flow, Project
from bascule.parsers import ParseOptions
from bascule.passes.starts import called_flows, unknown_starts
from bascule.source import SourceFile
from bascule.whatsapp.plan import PlannedTemplate
from bascule.workspace import InputFile, analyse, load

ORDER = {"fr": "Bonjour, votre commande est expédiée, merci.", "pt": "Olá, seu pedido já foi enviado."}
OFFER = {"fr": "Soldes : -40 % sur toute la boutique !", "en": "Enjoy 20 % off everything until Sunday."}
NOTHING = {
    "hi": "नमस्ते, सब कुछ ठीक चल रहा है।",
    "en": "Hello, the cat sleeps on the sofa.",
    "fr": "Le chat dort sur le canapé.",
}
HINT = {"en": "Hello, please confirm that you come.", "fr": "Merci de confirmer votre venue à la fête."}


def planned(texts: dict[str, str]) -> dict[str, PlannedTemplate]:
    said = ", ".join(f'{language}: "{text}"' for language, text in texts.items())
    flow = f"flows: {{point: {{entries: [{{api: point}}], nodes: {{envoi: {{say: {{{said}}}, then: end}}}}}}}}\n"
    file = SourceFile.of_text("bascule: 1\n" + flow, "point.yaml")
    analysis = analyse(load([InputFile(file, file.path)], ParseOptions(), from_format="scenario"))
    return {template.language: template for template in analysis.plan.templates}


def categories(texts: dict[str, str]) -> dict[str, str]:
    return {name: str(item.template.category and item.template.category.value) for name, item in planned(texts).items()}


@pytest.mark.parametrize(
    ("texts", "category"),
    [
        ({"fr": ORDER["fr"], "hi": NOTHING["hi"]}, "UTILITY"),
        ({"hi": NOTHING["hi"], "fr": ORDER["fr"]}, "UTILITY"),
        ({"fr": HINT["fr"], "en": NOTHING["en"]}, "UTILITY"),
        ({"fr": NOTHING["fr"], "en": OFFER["en"]}, "MARKETING"),
        ({"fr": HINT["fr"], "en": OFFER["en"]}, "MARKETING"),
        ({"fr": NOTHING["fr"], "en": NOTHING["en"]}, "MARKETING"),
    ],
)
def test_a_language_that_hardly_decides_follows_the_others(texts: dict[str, str], category: str) -> None:
    assert set(categories(texts).values()) == {category}


def test_the_reason_names_the_language_that_leads() -> None:
    found = planned({"fr": ORDER["fr"], "hi": NOTHING["hi"]})
    assert "UTILITY as in `fr`" in found["hi"].category_reason
    assert (found["hi"].category_confidence, found["hi"].category_risk) == ("weak", "MARKETING")
    assert found["fr"].category_confidence == "strong"
    assert "as in" not in found["fr"].category_reason


def test_languages_that_speak_plainly_of_different_things_keep_their_categories() -> None:
    assert categories({"fr": ORDER["fr"], "en": OFFER["en"]}) == {"fr": "UTILITY", "en": "MARKETING"}


def flow(name: str, kind: EntryKind, *runs: str) -> Flow:
    nodes = tuple(RunFlow(id=f"n{index}", flow=run, edges=()) for index, run in enumerate(runs))
    return Flow(name, nodes or (Message(id="m", content=Content(), edges=(Edge(Always(), None),)),), (Entry(kind),))


def test_a_flow_is_called_only_by_flows_that_somebody_starts() -> None:
    project = Project(
        flows=(
            flow("started", EntryKind.KEYWORD, "first"),
            flow("first", EntryKind.SUBFLOW, "second"),
            flow("second", EntryKind.SUBFLOW),
            flow("outside", EntryKind.SUBFLOW, "inside"),
            flow("inside", EntryKind.SUBFLOW, "outside"),
        )
    )
    assert called_flows(project) == {"first", "second"}
    assert unknown_starts(project) == {"outside", "inside"}


def test_a_long_chain_of_flows_is_followed() -> None:
    chain = [flow(f"f{index}", EntryKind.SUBFLOW, f"f{index + 1}") for index in range(3000)]
    project = Project(flows=(flow("start", EntryKind.API, "f0"), *chain, flow("f3000", EntryKind.SUBFLOW)))
    assert not unknown_starts(project)

"""Facts of the company reach the templates: samples, region, name, language, opt-out wording."""

from __future__ import annotations

import json

import pytest

from bascule.ir.settings import ProjectSettings
from bascule.source import SourceFile
from bascule.whatsapp.plan import Slot
from bascule.workspace import Analysis, InputFile, analyse, load


def checked(text: str, settings: ProjectSettings, name: str = "sms.csv") -> Analysis:
    workspace = load([InputFile(SourceFile.of_text(text, name), name)])
    workspace.settings = settings
    return analyse(workspace)


def slots(analysis: Analysis) -> dict[str, Slot]:
    return {slot.marker: slot for template in analysis.plan.templates for slot in template.slots}


CSV = 'id,texte,langue\npret,"Bonjour [nom], votre commande de [montant] chez [entreprise] est prête, à demain.",fr\n'


def test_without_facts_samples_are_made_up() -> None:
    made = slots(checked(CSV, ProjectSettings()))
    assert "€" in made["montant"].sample
    assert "settings" not in {slot.sample_how for slot in made.values()}


def test_samples_of_the_project_by_variable_and_language() -> None:
    settings = ProjectSettings(samples={"nom": {"fr": "Awa\n Diop", "en": "Ann"}, "montant": {"": "12 500 FCFA"}})
    made = slots(checked(CSV, settings))
    assert (made["nom"].sample, made["nom"].sample_how) == ("Awa Diop", "settings")
    assert made["montant"].sample == "12 500 FCFA"


def test_a_sample_of_the_file_itself_wins() -> None:
    text = (
        "bascule: 1\nlocale: fr\nvariables: {nom: {sample: Fatou}}\nflows:\n  a:\n    entries: [{api: a}]\n    nodes:\n"
        '      b: "Bonjour {nom}, votre commande est prête."\n'
    )
    made = slots(checked(text, ProjectSettings(samples={"nom": {"": "Awa"}}), "a.yaml"))
    assert (made["nom"].sample, made["nom"].sample_how) == ("Fatou", "declared")


def test_the_region_writes_amounts_and_dates() -> None:
    assert "FCFA" in slots(checked(CSV, ProjectSettings(region="SN")))["montant"].sample
    named = CSV.replace(",fr\n", ",fr_CA\n")
    assert "FCFA" not in slots(checked(named, ProjectSettings(region="SN")))["montant"].sample


def test_the_name_of_the_company_is_its_own_sample() -> None:
    made = slots(checked(CSV, ProjectSettings(business="Boutique Awa")))
    assert made["entreprise"].sample == "Boutique Awa"
    assert made["entreprise"].sample_how.endswith("(settings)")
    assert made["nom"].sample != "Boutique Awa"


UNSAID = 'id,texte\na,"Ref [x] OK [y] OK."\n'


@pytest.mark.parametrize("settings", [ProjectSettings(locale="pt_BR"), ProjectSettings(languages=("pt_BR",))])
def test_the_default_language_and_the_only_one(settings: ProjectSettings) -> None:
    assert "LOC010" in {finding.code for finding in checked(UNSAID, ProjectSettings()).findings}
    made = checked(UNSAID, settings)
    assert {template.language for template in made.plan.templates} == {"pt_BR"}


STUDIO = json.dumps(
    {
        "description": "Rappel",
        "initial_state": "Trigger",
        "flags": {"allow_concurrent_calls": True},
        "states": [
            {
                "name": "Trigger",
                "type": "trigger",
                "transitions": [{"event": "incomingRequest", "next": "a"}],
                "properties": {"offset": {"x": 0, "y": 0}},
            },
            {
                "name": "a",
                "type": "send-message",
                "transitions": [{"event": "sent"}, {"event": "failed"}],
                "properties": {
                    "from": "{{flow.channel.address}}",
                    "to": "{{contact.channel.address}}",
                    "body": "Hola, su pedido está listo y le esperamos mañana en nuestra tienda del centro.",
                },
            },
        ],
    }
)


def test_a_guess_outside_the_languages_in_use_is_not_believed() -> None:
    def languages(settings: ProjectSettings) -> set[str]:
        return {template.language for template in checked(STUDIO, settings, "flow.json").plan.templates}

    assert languages(ProjectSettings()) == {"es"}
    assert languages(ProjectSettings(languages=("es_MX", "en"))) == {"es"}
    assert languages(ProjectSettings(languages=("fr", "en"))) == set()


def test_the_opt_out_button_says_what_the_company_wants() -> None:
    promo = 'id,texte,langue\nsoldes,"Soldes chez nous : -50 % sur tout ce samedi seulement ! STOP au 36180",fr\n'

    def labels(settings: ProjectSettings) -> list[str]:
        body = [template.template.to_json() for template in checked(promo, settings).plan.templates]
        return [
            button["text"]
            for item in body
            for part in item["components"]
            if part["type"] == "BUTTONS"
            for button in part["buttons"]
        ]

    assert labels(ProjectSettings()) == ["Arrêter les promos"]
    assert labels(ProjectSettings(opt_out={"fr": "Plus de promos", "en": "No more"})) == ["Plus de promos"]

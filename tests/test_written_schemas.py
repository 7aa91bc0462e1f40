"""The schemas of the files beside bodies and flows: what is written fits them, and broken copies do not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from benchmarks.artefacts import problems
from benchmarks.targets import inputs
from jsonschema import Draft202012Validator

from bascule.backends.intents.rules import LADDER
from bascule.compiling import Compilation
from bascule.workspace import analyse
from tests.broken import broken_copies, changed

ROOT = Path(__file__).parents[1]
OURS = {
    "meta/consolidation.json": "consolidation",
    "twilio/content-map.json": "content-map",
    "landbot/menu.create.json": "landbot-create",
    "intents/rules.json": "intent-rules",
}
SOURCES = (
    "sms/rendez_vous_fr.po", "sms/strings_pt.xml", "sms/langues_en_colonnes.csv", "boutique", "scenarios", "studio/langues.json",
    "rapidpro/rendez_vous.json", "dialogflow-es/librairie", "rasa/calm", "rasa/boutique", "wa-templates/hostile/twilio.json",
)  # fmt: skip


@cache
def written() -> dict[str, list[Any]]:
    """Files of the four kinds that the fixtures become, by the path of their kind."""
    found: dict[str, list[Any]] = {path: [] for path in OURS}
    for source in SOURCES:
        for _, workspace in inputs(ROOT / "fixtures" / source):
            compilation = Compilation(analyse(workspace))
            for target in sorted({path.partition("/")[0] for path in OURS}):
                for artefact in compilation.write(target).emitted.artefacts:
                    path = "landbot/menu.create.json" if artefact.path.endswith(".create.json") else artefact.path
                    if path in OURS:
                        assert problems(artefact.path, artefact.text) == []
                        found[path].append(json.loads(artefact.text))
    return found


def full(path: str) -> Any:
    """The written file of a kind that has most in it."""
    return max(written()[path], key=lambda data: len(json.dumps(data)))


def refused(path: str, data: Any) -> bool:
    return bool(problems(path, json.dumps(data, ensure_ascii=False) + "\n"))


def schemas() -> list[str]:
    return sorted(path.name.removesuffix(".schema.json") for path in (ROOT / "schemas").iterdir())


def load(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema


def objects(part: Any) -> Iterator[dict[str, Any]]:
    """Every subschema of an object, but those that only add conditions."""
    if isinstance(part, dict):
        if part.get("type") == "object":
            yield part
        for key, value in part.items():
            if key not in ("if", "then", "else", "allOf"):
                yield from objects(value)
    elif isinstance(part, list):
        for item in part:
            yield from objects(item)


@pytest.mark.parametrize("name", schemas())
def test_every_schema_is_one_and_says_whose(name: str) -> None:
    schema = load(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] in (f"https://bascule.example/schemas/{name}.schema.json", f"urn:bascule:schema:{name}")
    assert schema["title"]


@pytest.mark.parametrize("name", [*OURS.values(), "test-report"])
def test_nothing_unsaid_may_stand_in_an_object(name: str) -> None:
    found = list(objects(load(name)))
    assert found
    for part in found:
        if "properties" in part:
            assert part["additionalProperties"] is False, part
        else:
            assert part["additionalProperties"]["type"] == "object", part


@pytest.mark.parametrize("path", OURS)
def test_what_the_fixtures_become_fits(path: str) -> None:
    assert len(written()[path]) >= 2
    validator = Draft202012Validator(load(OURS[path]))
    for data in written()[path]:
        assert list(validator.iter_errors(data)) == []


@pytest.mark.parametrize("path", OURS)
def test_no_copy_with_a_member_more_or_less_or_of_another_kind_fits(path: str) -> None:
    seen = 0
    for how, where, data in broken_copies(full(path)):
        if how == "a member is missing" and where.startswith(".languages.") and where.count(".") == 2:
            continue  # a language less is another file, and no broken one
        assert refused(path, data), (how, where)
        seen += 1
    assert seen > 15


@pytest.mark.parametrize(
    ("path", "where", "value"),
    [
        ("meta/consolidation.json", ("proposals",), []),
        ("meta/consolidation.json", ("proposals", 0, "text"), "Votre rendez-vous est fixé"),
        ("meta/consolidation.json", ("proposals", 0, "text"), "Le {{value}} et le {{value}}"),
        ("meta/consolidation.json", ("proposals", 0, "category"), "PROMOTION"),
        ("meta/consolidation.json", ("proposals", 0, "language"), ""),
        ("meta/consolidation.json", ("proposals", 0, "members", 0, "value"), " "),
        ("meta/consolidation.json", ("proposals", 0, "members", 0, "template"), ""),
        ("meta/consolidation.json", ("proposals", 0, "members", 0, "origins"), []),
        ("meta/consolidation.json", ("proposals", 0, "members", 0, "origins", 0, "flow"), ""),
        ("meta/consolidation.json", ("proposals", 0, "members", 0, "origins", 0, "node"), ""),
        ("twilio/content-map.json", ("contents", 0, "flow"), ""),
        ("twilio/content-map.json", ("contents", 0, "node"), ""),
        ("twilio/content-map.json", ("contents", 0, "content"), "HX12"),
        ("twilio/content-map.json", ("contents", 0, "content"), "{{content_menu}}"),
        ("twilio/content-map.json", ("contents", 0, "content"), "content_{menu}"),
        ("landbot/menu.create.json", ("name",), ""),
        ("landbot/menu.create.json", ("name",), " menu"),
        ("landbot/menu.create.json", ("name",), "م" * 51),
        ("landbot/menu.create.json", ("channel_family",), "landbot"),
        ("intents/rules.json", ("ladder", 0, "rung"), "exact"),
        ("intents/rules.json", ("ladder", 5), {"rung": "exact", "means": "…"}),
        ("intents/rules.json", ("ladder",), []),
        ("intents/rules.json", ("edit", "ratio"), 101),
        ("intents/rules.json", ("edit", "ratio"), -1),
        ("intents/rules.json", ("edit", "gap"), 101),
        ("intents/rules.json", ("edit", "gap"), -1),
        ("intents/rules.json", ("languages", ""), {"intents": [], "shared": []}),
        ("intents/rules.json", ("languages", "fr", "intents", 0, "intent"), ""),
        ("intents/rules.json", ("languages", "fr", "intents", 0, "exact"), ["prix", "prix"]),
        ("intents/rules.json", ("languages", "fr", "intents", 0, "exact"), [""]),
        ("intents/rules.json", ("languages", "fr", "intents", 0, "phrase"), ["prix", "prix"]),
        ("intents/rules.json", ("languages", "fr", "intents", 0, "phrase"), ["ok"]),
        ("intents/rules.json", ("languages", "fr", "intents", 0, "keywords"), ["ça"]),
        ("intents/rules.json", ("languages", "fr", "intents", 0, "keywords"), [7]),
        ("intents/rules.json", ("languages", "fr", "intents", 0, "keywords"), ["combien", "combien"]),
        ("intents/rules.json", ("languages", "fr", "intents", 0, "keywords"), [f"mot {n}" for n in range(11)]),
        ("intents/rules.json", ("languages", "fr", "shared"), [""]),
        ("intents/rules.json", ("languages", "fr", "shared"), ["salut", "salut"]),
    ],
)  # fmt: skip
def test_values_without_sense_are_refused(path: str, where: tuple[str | int, ...], value: Any) -> None:
    data = full(path)
    assert not refused(path, data)
    assert refused(path, changed(data, where, value))


def test_a_proposal_has_at_least_two_members() -> None:
    data = full("meta/consolidation.json")
    first = data["proposals"][0]["members"][:1]
    assert refused("meta/consolidation.json", changed(data, ("proposals", 0, "members"), first))


@pytest.mark.parametrize("name", ["HX" + "0" * 31 + "7", "content_menu_fr", "content_prénom_pt-BR", "content______"])
def test_every_name_of_a_content_fits(name: str) -> None:
    data = changed(full("twilio/content-map.json"), ("contents", 0, "content"), name)
    assert not refused("twilio/content-map.json", data)


def test_titles_of_all_languages_fit() -> None:
    for title in ("Clinique", "م" * 50, "नमस्ते 👋🏽", "Запись на приём", "Ação"):
        assert not refused("landbot/menu.create.json", {"name": title, "channel_family": "whatsapp"})


def test_the_ladder_of_the_schema_is_the_one_that_is_written() -> None:
    path = "intents/rules.json"
    data = full(path)
    assert refused(path, {**data, "ladder": [*data["ladder"], {"rung": "model", "means": "…"}]})
    for index in range(len(LADDER)):
        assert refused(path, changed(data, ("ladder", index, "means"), ""))
    rungs = [
        item["properties"]["rung"]["const"] for item in load("intent-rules")["properties"]["ladder"]["prefixItems"]
    ]
    assert rungs == [name for name, _ in LADDER]


def test_a_list_of_intents_is_held_to_the_schema_of_scenarios() -> None:
    good = [{"intent": "prix", "response": "10 €", "language": "fr"}]
    assert not refused("intents/intents.json", good)
    found = problems("intents/intents.json", json.dumps([{**good[0], "phrases": 7}]) + "\n")
    assert any(problem.startswith("intents/intents.json: $") for problem in found), found
    assert refused("intents/intents.json", {})

"""Which files are Rasa's, which of them are one project, and what is said about the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from bascule.ir.ledger import Fate
from bascule.ir.text import plain_text
from bascule.parsers import rasa
from bascule.parsers.base import CERTAIN, LIKELY, NEAR, POSSIBLE, ParseOptions
from bascule.source import SourceFile
from tests.parsers.rasa_support import (
    FIXTURES,
    codes,
    documents,
    find,
    fixture,
    flow,
    folder,
    project,
    single,
    tree_of,
    where,
)

DOMAIN = "intents: [a]\nresponses:\n  utter_x:\n  - text: X\n"
NLU = "nlu:\n- intent: a\n  examples: |\n    - x\n"
STORIES = "stories:\n- story: s\n  steps: [{intent: a}, {action: utter_x}]\n"


@pytest.mark.parametrize(
    ("name", "text", "confidence"),
    [
        ("domain.yml", DOMAIN, CERTAIN),
        ("nlu.yml", NLU, CERTAIN),
        ("x.yaml", STORIES, CERTAIN),
        ("r.yml", "rules:\n- rule: r\n  steps: []\n", CERTAIN),
        ("f.yml", "flows:\n  f:\n    steps:\n    - collect: x\n", CERTAIN),
        ("r.yml", "responses:\n  utter_x:\n  - text: X\n", LIKELY),
        ("d.yml", "version: '3.1'\nintents: [a]\nentities: [b]\n", LIKELY),
        ("s.yml", "- story: s\n  steps: []\n", LIKELY),
        ("d.yml", "intents:\n- a\nresponses\n utter_x:\n- text\nactions:\n", LIKELY),
        ("s.yml", "slots:\n  nom:\n    type: text\n", POSSIBLE),
        ("e.yml", "test_cases:\n- test_case: t\n  steps: []\n", NEAR),
        ("config.yml", "pipeline:\n- name: X\npolicies:\n- name: Y\n", 20),
        ("nlu.md", "## intent:a\n- bonjour\n", LIKELY),
        ("nlu.md", "<!-- - données -->\n\n## intent:a\n- bonjour\n", LIKELY),
        ("stories.md", "## s\n* saluer\n  - utter_bonjour\n", LIKELY),
        ("nlu.json", '{"rasa_nlu_data": {"common_examples": []}}', LIKELY),
    ],
)
def test_files_of_rasa(name: str, text: str, confidence: int) -> None:
    match = rasa.sniff(SourceFile(name, text.encode()))
    assert match is not None
    assert match.confidence == confidence
    assert match.reason.startswith(("it ", "its "))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("flows.yaml", "bascule: 1\nflows: {a: {nodes: {b: Bonjour}}}\n"),
        ("flows.yml", "flows:\n  a:\n    nodes: {b: Bonjour}\n"),
        ("seed.yml", "intent: a\nresponse: b\n"),
        ("workflow.yml", "on: push\njobs:\n  a:\n    steps:\n    - run: x\n"),
        ("compose.yml", "services: {a: {image: b}}\n"),
        ("notes.md", "## Intentions\n- bonjour\n"),
        ("README.md", "# Rasa\n* item\n  - autre\n"),
        ("guide.md", "# Guide\n\n## intent:a\n- bonjour\n"),
        ("guide.md", "## Guide\n```\n## intent:a\n- bonjour\n```\n"),
        ("entities.yml", "entities: [a]\n"),
        ("data.json", '{"nlu": []}'),
        ("vide.yml", ""),
    ],
)
def test_files_of_others(name: str, text: str) -> None:
    assert rasa.sniff(SourceFile(name, text.encode())) is None


def test_bytes_that_are_no_text() -> None:
    for data in (b"PK\x03\x04", b"\x00\x01\x02", b"\xff\xfe\x00"):
        assert rasa.sniff(SourceFile("domain.yml", data)) is None
        assert rasa.parse(SourceFile("domain.yml", data), ParseOptions()).unreadable


def roots(files: dict[str, str]) -> dict[str, list[str]]:
    return {claim.root: list(claim.files) for claim in rasa.find_projects(tree_of(dict(files)))}


def test_a_project_is_a_domain_with_what_lies_below_it() -> None:
    found = roots(
        {
            "bot/domain.yml": DOMAIN,
            "bot/config.yml": "pipeline:\n- name: X\n",
            "bot/credentials.yml": "rest:\n",
            "bot/data/nlu.yml": NLU,
            "bot/data/core/stories.yml": STORIES,
            "bot/actions/actions.py": "x = 1\n",
            "bot/tests/test_stories.yml": STORIES,
            "bot/docker-compose.yml": "services: {a: {image: b}}\n",
            "bot/README.md": "# Bot\n",
            "bot/tools/make.py": "x = 1\n",
            "autre/liste.csv": "a,b\n",
        }
    )
    assert found == {
        "bot": [
            "bot/actions/actions.py",
            "bot/config.yml",
            "bot/credentials.yml",
            "bot/data/core/stories.yml",
            "bot/data/nlu.yml",
            "bot/domain.yml",
            "bot/tests/test_stories.yml",
        ]
    }


def test_several_projects_in_one_tree_keep_their_own_files() -> None:
    found = roots(
        {
            "domain.yml": DOMAIN,
            "data/nlu.yml": NLU,
            "bots/fr/domain/a.yml": DOMAIN,
            "bots/fr/domain/sous/b.yml": "slots: {nom: {type: text, mappings: []}}\nentities: [e]\n",
            "bots/fr/data/nlu.yml": NLU,
            "bots/pt/data/stories.yml": STORIES,
            "bots/pt/data/nlu.yml": NLU,
        }
    )
    assert found == {
        "": ["data/nlu.yml", "domain.yml"],
        "bots/fr": ["bots/fr/data/nlu.yml", "bots/fr/domain/a.yml", "bots/fr/domain/sous/b.yml"],
        "bots/pt": ["bots/pt/data/nlu.yml", "bots/pt/data/stories.yml"],
    }


def test_files_of_one_folder_belong_together_unless_several_are_domains() -> None:
    assert roots({"x/a.yml": NLU, "x/b.yml": STORIES, "y/c.yml": NLU}) == {"x": ["x/a.yml", "x/b.yml"]}
    assert roots({"x/a.yml": DOMAIN, "x/b.yml": DOMAIN, "x/c.yml": DOMAIN}) == {}
    assert roots({"data/d/a.yml": DOMAIN, "data/d/b.yml": DOMAIN, "data/s/c.yml": NLU, "data/s/d.yml": STORIES}) == {
        "data/s": ["data/s/c.yml", "data/s/d.yml"]
    }


def test_settings_alone_are_no_project() -> None:
    assert roots({"config.yml": "pipeline:\n- name: X\n", "endpoints.yml": "nlg: {url: x}\n", "actions.py": "x"}) == {}


def test_the_fixtures_are_found() -> None:
    claims = rasa.find_projects(folder(FIXTURES))
    assert [claim.root for claim in claims] == ["boutique", "calm", "restaurant"]
    assert all(claim.match.confidence == CERTAIN for claim in claims)


def test_training_data_of_rasa_one_is_refused_with_advice_and_the_rest_is_read() -> None:
    tree = tree_of(
        {"domain.yml": DOMAIN, "data/nlu.md": "## intent:a\n- x\n", "data/stories.md": "## s\n* a\n  - utter_x\n"}
    )
    parsed = rasa.parse_project(tree.only(rasa.find_projects(tree)[0].files), ParseOptions())
    assert codes(parsed) == ["PAR601", "PAR601"]
    assert "rasa data convert" in parsed.findings[0].help
    assert not parsed.unreadable
    alone = rasa.parse(tree.files["data/nlu.md"], ParseOptions())
    assert alone.unreadable
    assert codes(alone) == ["PAR601"]


def test_tests_are_put_down_and_not_read() -> None:
    tree = tree_of(
        {
            "domain.yml": DOMAIN,
            "data/stories.yml": STORIES,
            "tests/contes.yml": STORIES.replace("utter_x", "utter_y"),
            "data/test_autres.yml": STORIES,
            "e2e/cas.yml": "fixtures:\n- f: [{a: b}]\ntest_cases:\n- test_case: t\n  steps: [{user: x}]\n",
        }
    )
    parsed = rasa.parse_project(tree, ParseOptions())
    finding = find(parsed, "LOS603")
    assert finding.data["count"] == 4
    dropped = [entry for entry in parsed.ledger if entry.fate is Fate.DROPPED]
    assert len(dropped) == 4
    assert codes(parsed) == ["LOS603"]


def test_secrets_are_reported_and_shown_nowhere() -> None:
    parsed = fixture("boutique")
    found = [finding for finding in parsed.findings if finding.code == "PAR405"]
    assert [finding.place.file.rsplit("/", 1)[1] for finding in found] == ["endpoints.yml", "credentials.yml"]
    secrets = ("pas-un-vrai-mot-de-passe-1234", "AAExempleExemple")
    shown = [document.text for document in documents(parsed).values()]
    shown += [repr(parsed.project), repr(parsed.findings), repr(parsed.ledger)]
    assert not [secret for secret in secrets for text in shown if secret in text]
    facts = dict(parsed.project.facts)
    assert facts["channels"] == '["rest", "telegram"]'


def test_settings_are_kept_as_facts_and_the_language_is_read() -> None:
    parsed = fixture("boutique")
    assert parsed.project.locale == "fr"
    assert flow(parsed).locale == "fr"
    facts = dict(parsed.project.facts)
    assert '"threshold": 0.6' in facts["fallback FallbackClassifier"]
    assert facts["actions of actions.py"] == '["action_statut_commande", "validate_commande_form"]'
    assert flow(parsed).expires is not None
    assert flow(parsed).expires.seconds == 7200  # type: ignore[union-attr]


def test_the_users_locale_goes_before_the_files() -> None:
    parsed = rasa.parse_project(folder(FIXTURES / "boutique"), ParseOptions(locale="fr_SN"))
    assert (parsed.project.locale, flow(parsed).locale) == ("fr_SN", "fr")


def test_the_users_placeholder_syntax_goes_before_rasas_own() -> None:
    parsed = single(DOMAIN.replace("text: X", "text: '{{nom}} {x}'"), placeholder="double-brace")
    text = parsed.project.flows[0].nodes[0].content.text.first  # type: ignore[union-attr]
    assert plain_text(text) == "… {x}"
    assert codes(single(DOMAIN, placeholder="moustache")) == ["PAR626"]


def test_files_with_nothing_of_rasa() -> None:
    parsed = single("a: 1\n", "x.yml")
    assert parsed.unreadable
    assert "PAR600" in codes(parsed)
    assert rasa.parse_project(tree_of({}), ParseOptions()).unreadable


def test_a_broken_file_leaves_the_others() -> None:
    tree = tree_of({"domain.yml": DOMAIN, "data/nlu.yml": NLU, "data/stories.yml": "stories:\n- story: 'x\n"})
    parsed = rasa.parse_project(tree, ParseOptions())
    assert codes(parsed) == ["PAR030"]
    assert where(find(parsed, "PAR030"))[0] == "stories.yml"
    assert parsed.project.intents[0].phrases


def test_only_the_first_document_of_a_file_is_read() -> None:
    parsed = single(DOMAIN + "---\nintents: [b]\n")
    assert codes(parsed) == ["PAR621"]
    assert [intent.id for intent in parsed.project.intents] == ["a"]


def test_sections_may_stand_in_any_file() -> None:
    parsed = project(domain="version: '3.1'\n", data_tout=DOMAIN + NLU + STORIES + "slots: {nom: {type: text}}\n")
    assert [item.id for item in parsed.project.flows] == ["projet"]
    assert parsed.project.variable["nom"].type == "text"


def test_a_section_of_the_wrong_shape_is_refused_where_it_stands() -> None:
    parsed = single("intents: {a: b}\nresponses: [utter_x]\nslots: non\nforms: 12\nnlu: {intent: a}\n")
    assert codes(parsed).count("PAR602") == 5
    assert {finding.place.pointer for finding in parsed.findings if finding.code == "PAR602"} == {
        "/intents",
        "/responses",
        "/slots",
        "/forms",
        "/nlu",
    }


@pytest.mark.corpus
def test_real_projects_are_found(corpus: Path) -> None:
    claims = rasa.find_projects(folder(corpus / "rasa", "rasa"))
    assert len(claims) == 21
    assert sum(len(claim.files) for claim in claims) > 120


def test_what_is_not_in_the_files_is_counted() -> None:
    found = {finding.code: finding.data.get("count") for finding in fixture("boutique").findings}
    assert (found["LOS602"], found["LOS608"], found["LOS612"]) == (8, 1, 3)
    assert find(
        project(domain="actions: [action_x]\n" + DOMAIN, data_s=STORIES.replace("utter_x", "action_x")), "LOS600"
    )


def test_stories_alone_are_half_of_a_project() -> None:
    parsed = fixture("histoires_seules")
    assert codes(parsed) == ["PAR619", "PAR607", "PAR607"]
    assert [node.kind for node in flow(parsed).nodes] == ["unsupported", "ask", "unsupported", "case"]

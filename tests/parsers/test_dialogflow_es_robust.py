"""No tree makes the reader raise, nothing stays undecided, and work grows with the agent, not faster."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.diagnostics.pages import page_sections
from bascule.language.reading import Book
from bascule.parsers import dialogflow_es
from bascule.parsers.base import ParseOptions
from bascule.source import SourceFile, Tree
from bascule.testing import check_parser, check_project_parser
from tests.parsers.dialogflow_es_support import FIXTURES, agent, check_sound, intent, tree_from, tree_of
from tests.parsers.viber_support import damaged, mutated
from tests.work import lines_run

FOLDERS = sorted(path.name for path in FIXTURES.iterdir())
ROUNDS = 60
"""Changed copies of each fixture folder."""


@pytest.fixture(autouse=True)
def nothing_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """A construct whose fate nobody decided would silently count as exact."""
    close = Book.close

    def checked(book: Book) -> Any:
        assert not book.undecided()
        return close(book)

    monkeypatch.setattr(Book, "close", checked)


def survive(tree: Tree) -> None:
    for claim in dialogflow_es.find_projects(tree):
        assert set(claim.files) <= set(tree.files)
    check_sound(dialogflow_es.parse_project(tree, ParseOptions(locale="fr")), tree)


@pytest.mark.parametrize("name", FOLDERS)
def test_fixtures_are_sound(name: str) -> None:
    survive(tree_of(FIXTURES / name))


def changed(rng: random.Random, files: dict[str, bytes]) -> None:
    """Drop, cut, swap, rename or change a file."""
    name = rng.choice(sorted(files))
    action = rng.random()
    if action < 0.12:
        del files[name]
    elif action < 0.22:
        files[name] = files[name][: rng.randrange(len(files[name]) + 1)]
    elif action < 0.3:
        other = rng.choice(sorted(files))
        files[name], files[other] = files[other], files[name]
    elif action < 0.38:
        files[
            rng.choice(["intents/X.json", "intents/X_usersays_fr.json", "entities/x.json", "agent.json", "x/y.json"])
        ] = files[name]
    elif action < 0.85:
        try:
            value = json.loads(files[name])
        except ValueError:
            return
        files[name] = json.dumps(mutated(rng, value), ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    else:
        files[name] = damaged(rng, files[name].decode("utf-8", "replace")).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("name", FOLDERS)
def test_changed_trees_never_raise(name: str) -> None:
    rng = random.Random(name)
    base = {path: file.data for path, file in tree_of(FIXTURES / name).files.items()}
    for _ in range(ROUNDS):
        files = dict(base)
        for _ in range(rng.randint(1, 4)):
            if files:
                changed(rng, files)
        survive(Tree("agent", {path: SourceFile(f"agent/{path}", data) for path, data in files.items()}))


NAMES = ("name", "contexts", "responses", "messages", "type", "speech", "lang", "platform", "payload", "richContent",
         "replies", "title", "parameters", "prompts", "value", "affectedContexts", "lifespan", "events", "data", "text", "viber",
         "fallbackIntent", "auto")  # fmt: skip
JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
        st.text(max_size=8),
        st.sampled_from(("$a", "#a.b", "fr", "0", "4")),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)),
    max_leaves=12,
)


@settings(max_examples=150)
@given(JSON, JSON, JSON)
def test_any_json_survives(settings_: Any, item: Any, phrases: Any) -> None:
    survive(tree_from({"agent.json": settings_, "intents/a.json": item, "intents/a_usersays_fr.json": phrases}))


@settings(max_examples=150)
@given(JSON, JSON, JSON)
def test_any_response_survives(messages: Any, parameters: Any, outputs: Any) -> None:
    response = {"messages": messages, "parameters": parameters, "affectedContexts": outputs}
    item = {**intent("Menu"), "responses": [response]}
    survive(tree_from({"intents/Menu.json": item, "intents/Menu_usersays_fr.json": [{"data": [{"text": "menu"}]}]}))


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"PK\x03\x04", b"\0\0\0\0", b"\xef\xbb\xbf{}", b"null", b"[" * 500]
)
def test_odd_bytes_survive(data: bytes) -> None:
    for name in ("agent.json", "intents/a.json", "intents/a_usersays_fr.json", "entities/a_entries_fr.json", "x"):
        survive(Tree("agent", {name: SourceFile(f"agent/{name}", data)}))
        assert dialogflow_es.parse(SourceFile(name, data), ParseOptions()).unreadable


def test_the_contract_of_parsers_is_kept() -> None:
    path = FIXTURES / "seul" / "Bonjour.json"
    check_parser("dialogflow-es", dialogflow_es, [SourceFile("Bonjour.json", path.read_bytes())], damaged=40)
    check_project_parser(
        "dialogflow-es", dialogflow_es, [tree_of(FIXTURES / "librairie"), tree_of(FIXTURES / "rest")], damaged=40
    )


def test_every_code_has_a_whole_page() -> None:
    for module in (dialogflow_es.rules, dialogflow_es.losses):
        for name in module.__all__:
            rule = getattr(module, name)
            assert 500 <= int(rule.code[3:]) < 550
            assert {"What it does", "Why", "Example", "Use instead", "Sources"} <= page_sections(rule).keys()


# --- growth ---


def large(count: int, shape: str) -> Tree:
    """An agent of many intents: a chain of follow-ups, one context for all, or fallbacks everywhere."""
    items = []
    for number in range(count):
        contexts, outputs = [f"c{number}"], {f"c{number + 1}": 2}
        if shape == "mode":
            contexts, outputs = (["m"] if number % 2 else []), {"m": 5}
        elif shape == "wide":
            contexts, outputs = (
                ([f"c{number}"] if number else []),
                {f"c{(number + step) % count}": 5 for step in range(8)},
            )
        reply = {"type": 2, "lang": "fr", "title": f"{number} ?", "replies": ["oui", f"i{number}", f"#c{number}.nom"]}
        members: dict[str, Any] = {
            "contexts": contexts,
            "outputs": outputs,
            "parameters": [{"name": "nom", "dataType": "@sys.any"}],
        }
        items.append(intent(f"I{number}", reply, fallbackIntent=shape == "fallbacks" and number % 2 == 1, **members))
    return tree_from(agent(*items, phrases={f"I{number}": ["oui", f"i{number}"] for number in range(count)}))


@pytest.mark.parametrize("shape", ["chain", "mode", "wide", "fallbacks"])
def test_work_grows_with_the_number_of_intents(shape: str) -> None:
    def work(count: int) -> int:
        tree = large(count, shape)
        return lines_run(lambda: survive_quickly(tree))

    work(2)
    small, big = work(15), work(60)
    assert big < 4.6 * small


def survive_quickly(tree: Tree) -> None:
    assert len(dialogflow_es.find_projects(tree)) == 1
    assert dialogflow_es.parse_project(tree, ParseOptions()).project.flows


def test_work_grows_with_the_number_of_entries() -> None:
    def work(count: int) -> int:
        entries = [{"value": f"v{number}", "synonyms": [f"v{number}", f"w{number}"]} for number in range(count)]
        tree = tree_from(
            {
                **agent(intent("Menu", "Oui ?")),
                "entities/v.json": {"name": "v", "isEnum": False},
                "entities/v_entries_fr.json": entries,
            }
        )
        return lines_run(lambda: survive_quickly(tree))

    small, big = work(200), work(800)
    assert big < 4.2 * small


@pytest.mark.parametrize(
    "messages",
    [
        [{"type": 0, "lang": f"l{number}", "speech": "x"} for number in range(300)],
        [{"type": 0, "lang": "fr", "speech": "$" + "a-" * 20_000}],
        [{"type": 0, "lang": "fr", "speech": "#a.b$c" * 3_000}],
        [{"type": 2, "lang": "fr", "title": "?", "replies": ["oui"] * 3_000}],
        [
            {"type": 2, "lang": lang, "title": "?", "replies": ["oui"] * (500 * number)}
            for number, lang in enumerate(("fr", "en", "ar"), 1)
        ],
        [
            {
                "type": number % 5,
                "lang": ("fr", "ar")[number % 2],
                "speech": f"x{number}",
                "imageUrl": "https://x.fr/a.png",
            }
            for number in range(1500)
        ],
        [{"type": 4, "lang": "fr", "payload": {"richContent": [[{"type": "list", "title": "x"}] * 2_000]}}],
        [{"type": 4, "lang": "fr", "payload": {"richContent": [[{"type": "text", "text": ["x"] * 20}] * 500]}}],
    ],
)
def test_hostile_sizes_are_read_in_time(messages: list[Any]) -> None:
    survive(tree_from(agent(intent("Menu", *messages))))

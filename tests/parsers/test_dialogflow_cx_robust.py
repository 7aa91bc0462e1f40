"""No tree makes the reader raise, nothing stays undecided, and work grows with the agent, not faster."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.language.reading import Book
from bascule.parsers import dialogflow_cx
from bascule.parsers.base import ParseOptions
from bascule.source import SourceFile, Tree
from bascule.testing import check_parser, check_project_parser
from tests.parsers.dialogflow_cx_support import (
    FINAL,
    FIXTURES,
    START,
    agent,
    check_sound,
    chips,
    flow_files,
    found,
    handler,
    page,
    parameter,
    payload,
    read_files,
    route,
    say,
    text,
    tree_from,
    tree_of,
)
from tests.parsers.viber_support import damaged, mutated
from tests.work import lines_run

FOLDERS = sorted(path.name for path in FIXTURES.iterdir())
ROUNDS = 40
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
    for claim in dialogflow_cx.find_projects(tree):
        assert set(claim.files) <= set(tree.files)
    check_sound(dialogflow_cx.parse_project(tree, ParseOptions(locale="fr")), tree)


@pytest.mark.parametrize("name", FOLDERS)
def test_fixtures_are_sound(name: str) -> None:
    survive(tree_of(FIXTURES / name))


JUNK = (
    None, True, 0, -1, 1e300, "", "true", "End Session", "Previous Page", "Start Page", "END_FLOW_WITH_FAILURE", START,
    FINAL, "$session.params.", "$sys.func.ADD(", "sys.no-match-1", "sys.no-input-2", "webhook.error", "@sys.any", [], {}, [[]],
    [{}], say("a"), {"richContent": [[{"type": "chips", "options": [{"text": "a"}]}]]}, {"viber": {"type": "text", "text": "x"}},
    [None, 1, "x", {}], {"cases": [{"condition": "$a", "caseContent": [{"message": {"text": {"text": ["x"]}}}]}]},
    {"liveAgentHandoff": {}}, "été \ud83d", "مرحبا",
)  # fmt: skip


def swapped(rng: random.Random, value: Any) -> Any:
    """A copy with one value replaced by something the format knows, where it does not belong."""
    value = json.loads(json.dumps(value))
    owner, key = None, None
    here = value
    while isinstance(here, (dict, list)) and here and (owner is None or rng.random() < 0.85):
        owner = here
        key = rng.choice(sorted(here)) if isinstance(here, dict) else rng.randrange(len(here))
        here = here[key]
    if owner is not None:
        owner[key] = json.loads(json.dumps(rng.choice(JUNK)))
    return value


def changed(rng: random.Random, files: dict[str, bytes]) -> None:
    """Drop, cut, swap, rename or change a file."""
    name = rng.choice(sorted(files))
    action = rng.random()
    if action < 0.12:
        del files[name]
    elif action < 0.2:
        files[name] = files[name][: rng.randrange(len(files[name]) + 1)]
    elif action < 0.28:
        other = rng.choice(sorted(files))
        files[name], files[other] = files[other], files[name]
    elif action < 0.36:
        places = [
            "agent.json",
            "flows/X/X.json",
            f"flows/{START}/pages/X.json",
            "intents/X/X.json",
            "webhooks/X.json",
            "x.json",
        ]
        files[rng.choice(places)] = files[name]
    elif action < 0.85:
        try:
            value = json.loads(files[name])
        except ValueError:
            return
        value = swapped(rng, value) if rng.random() < 0.5 else mutated(rng, value)
        files[name] = json.dumps(value, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    else:
        files[name] = damaged(rng, files[name].decode("utf-8", "replace")).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("name", ["boulangerie", "hostile", "seule"])
def test_changed_trees_never_raise(name: str) -> None:
    rng = random.Random(name)
    base = {path: file.data for path, file in tree_of(FIXTURES / name).files.items()}
    for _ in range(ROUNDS):
        files = dict(base)
        for _ in range(rng.randint(1, 4)):
            if files:
                changed(rng, files)
        survive(Tree("agent", {path: SourceFile(f"agent/{path}", data) for path, data in sorted(files.items())}))


NAMES = ("displayName", "transitionRoutes", "eventHandlers", "transitionRouteGroups", "intent", "condition", "targetPage",
         "targetFlow", "event", "triggerFulfillment", "entryFulfillment", "form", "parameters", "required", "entityType",
         "fillBehavior", "messages", "text", "payload", "richContent", "type", "options", "languageCode", "conditionalCases",
         "cases", "caseContent", "message", "setParameterActions", "parameter", "value", "webhook", "viber", "facebook",
         "whatsapp", "channel")  # fmt: skip
JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
        st.text(max_size=8),
        st.sampled_from(("true", "Page", "End Session", "sys.no-match-1", "$session.params.a = 1", "chips", "fr")),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)),
    max_leaves=14,
)


@settings(max_examples=120)
@given(JSON, JSON, JSON)
def test_any_json_survives(own: Any, pages: Any, phrases: Any) -> None:
    survive(
        tree_from(
            {
                "agent.json": own,
                "flows/F/F.json": own,
                "flows/F/pages/P.json": pages,
                "intents/a/a.json": phrases,
                "intents/a/trainingPhrases/fr.json": phrases,
                "entityTypes/a/entities/fr.json": phrases,
                "webhooks/a.json": pages,
            }
        )
    )


@settings(max_examples=120)
@given(JSON, JSON, JSON, JSON)
def test_any_page_survives(routes: Any, handlers: Any, fulfillment: Any, parameters: Any) -> None:
    pages = {"Page": {"transitionRoutes": routes, "eventHandlers": handlers, "entryFulfillment": fulfillment,
                      "form": {"parameters": parameters}}}  # fmt: skip
    survive(tree_from(agent(route("Aller", to="Page"), pages=pages)))


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b"PK\x03\x04", b"\0\0\0\0", b"\xef\xbb\xbf{}", b"null", b"[" * 500, b'{"a":' * 300]
)
def test_odd_bytes_survive(data: bytes) -> None:
    for name in ("agent.json", "flows/a/a.json", "flows/a/pages/b.json", "intents/a/a.json", "webhooks/a.json", "x"):
        survive(Tree("agent", {name: SourceFile(f"agent/{name}", data)}))
        parsed = dialogflow_cx.parse(SourceFile(name, data), ParseOptions())
        assert parsed.unreadable


def test_the_contract_of_parsers_is_kept() -> None:
    file = SourceFile("Accueil.json", (FIXTURES / "seule" / "Accueil.json").read_bytes())
    check_parser("dialogflow-cx", dialogflow_cx, [file], damaged=40)
    check_project_parser("dialogflow-cx", dialogflow_cx, [tree_of(FIXTURES / "hostile")], damaged=60)


# --- growth ---


def rows(count: int) -> list[dict[str, Any]]:
    return [route(f"I{number}", does=say(f"{number}.")) for number in range(count)]


def many_pages(count: int) -> dict[str, Any]:
    pages = {f"P{number}": page(route("Non", to=f"P{number + 1}"), entry="?") for number in range(count)}
    return agent(
        route("Aller", to="P0"),
        handlers=[handler("sys.no-match-default", say("?"))],
        pages={**pages, f"P{count}": page()},
    )


def many_groups(count: int) -> dict[str, Any]:
    files = agent(
        route("Aller", to="P"), pages={"P": page(transitionRouteGroups=[f"G{number}" for number in range(count)])}
    )
    for number in range(count):
        files[f"flows/{START}/transitionRouteGroups/G{number}.json"] = {"transitionRoutes": rows(1)}
    return files


def many_values(count: int) -> dict[str, Any]:
    form = [
        parameter(f"v{number}", prompt="?", handlers=[handler("sys.no-match-1", say("!"))]) for number in range(count)
    ]
    return agent(route("Aller", to="P"), pages={"P": page(route(condition=FINAL, to="End Session"), form=form)})


def many_flows(count: int) -> dict[str, Any]:
    more: dict[str, Any] = {}
    for number in range(count):
        following = f"F{(number + 1) % count}"
        more |= flow_files(
            f"F{number}", {"transitionRoutes": [route("Aller", flow=following), route("Fini", to="End Flow")]}
        )
    return agent(route("Aller", flow="F0"), more=more)


def many_events(count: int) -> dict[str, Any]:
    handlers = [
        handler(f"{kind}{number}", say("!"))
        for number in range(count)
        for kind in ("webhook.error.", "e", "sys.no-match-")
    ]
    calls = [route(f"I{number}", does={"webhook": "W", **say("!")}) for number in range(count)]
    return agent(*calls, handlers=handlers, pages={"P": page(entry="?"), "Q": page(entry="?")})


def unknown_names(count: int) -> dict[str, Any]:
    listed = [route(f"Perdu{number}", to=f"Loin{number}") for number in range(count)]
    files = agent(*listed)
    files |= {f"intents/I{number}/I{number}.json": {"displayName": f"I{number}"} for number in range(count)}
    for number in range(count):
        files.pop(f"intents/Perdu{number}/Perdu{number}.json")
        files.pop(f"intents/Perdu{number}/trainingPhrases/fr.json")
    return files


def one_name(count: int) -> dict[str, Any]:
    return agent(
        route("Aller", to="P"), pages={f"P{number}": {**page(entry="?"), "displayName": "P"} for number in range(count)}
    )


def many_sources(count: int) -> dict[str, Any]:
    pages = {f"P{number}": page(route("Fin", to="Fin"), entry="?") for number in range(count)}
    return agent(pages={**pages, "Fin": page(route("Retour", to="Previous Page"), entry="?")}, said=["Fin"])


def many_languages(count: int) -> dict[str, Any]:
    messages = [text("x", lang=f"l{number}") for number in range(count)] + [text("x") for _ in range(count)]
    return agent(
        route("Aller", does=say(*messages, *(chips(*["a"] * count, lang=lang) for lang in ("fr", "ar", "l1"))))
    )


def many_cases(count: int) -> dict[str, Any]:
    listed = [
        {"condition": f"$session.params.a = {number}", "caseContent": [{"message": text("x")}]}
        for number in range(count)
    ]
    return agent(
        route(
            "Aller",
            does={"conditionalCases": [{"cases": listed}] * 2, "setParameterActions": [{"parameter": "a", "value": 1}]},
        )
    )


def many_messages(count: int) -> dict[str, Any]:
    kinds = [text("x", "y"), chips("a"), payload({"viber": {"type": "text", "text": "v"}}), payload({"facebook": {"text": "f"}}),
             {"outputAudioText": {"text": "a"}}, {**text("c"), "channel": "VIBER"}]  # fmt: skip
    return agent(route("Aller", does=say(*kinds * count)))


def many_steps(count: int) -> dict[str, Any]:
    listed = [route(condition=f"$session.params.a = {number}", does=say("x")) for number in range(count)]
    return agent(route("Aller", to="P"), *listed, pages={"P": page(*listed, entry=say("?", chips("Oui")))})


SHAPES: dict[str, Callable[[int], dict[str, Any]]] = {
    "pages": many_pages,
    "groups": many_groups,
    "values": many_values,
    "flows": many_flows,
    "events": many_events,
    "one name": one_name,
    "sources": many_sources,
    "languages": many_languages,
    "cases": many_cases,
    "messages": many_messages,
    "steps": many_steps,
}


def work(make: Callable[[int], dict[str, Any]], count: int) -> int:
    tree = tree_from(make(count))

    def run() -> None:
        assert len(dialogflow_cx.find_projects(tree)) == 1
        assert dialogflow_cx.parse_project(tree, ParseOptions()).project.flows

    return lines_run(run)


@pytest.mark.parametrize("shape", list(SHAPES))
def test_work_grows_with_the_agent(shape: str) -> None:
    work(SHAPES[shape], 2)
    small, big = work(SHAPES[shape], 25), work(SHAPES[shape], 100)
    assert big < 4.6 * small


def test_names_that_are_not_there_are_looked_for_a_bounded_number_of_times() -> None:
    small, big = work(unknown_names, 400), work(unknown_names, 800)
    assert big < 2.6 * small


def test_too_many_ways_are_put_in_one_place() -> None:
    def crowd(count: int) -> dict[str, Any]:
        return agent(
            *rows(count),
            pages={f"P{number}": page(route("Oui", does=say("Oui.")), entry="?") for number in range(count)},
        )

    parsed = read_files(crowd(180))
    assert found(parsed, "PAR567")
    edges = sum(len(node.edges) for flow in parsed.project.flows for node in flow.nodes)
    assert edges < 180 * 15
    assert work(crowd, 360) < 2.6 * work(crowd, 180)


def test_one_page_with_too_many_ways_is_read_too() -> None:
    def crowd(count: int) -> dict[str, Any]:
        form = [parameter(f"v{number}", prompt="?") for number in range(count)]
        return agent(route("Aller", to="P"), pages={"P": page(*rows(count), form=form)})

    parsed = read_files(crowd(300))
    assert found(parsed, "PAR567")
    assert sum(len(node.edges) for flow in parsed.project.flows for node in flow.nodes) < 300 * 15


@pytest.mark.parametrize("depth", [50, 400])
def test_deep_conditional_answers_are_read_in_bounded_depth(depth: int) -> None:
    inner = json.dumps({"cases": [{"caseContent": [{"message": text("Au fond.")}]}]})
    for _ in range(depth):
        inner = (
            '{"cases": [{"condition": "$session.params.a = 1", "caseContent": [{"additionalCases": ' + inner + "}]}]}"
        )
    files = agent(route("Aller", does={"conditionalCases": ["ICI"]}))
    flow = f"flows/{START}/{START}.json"
    survive(tree_from({**files, flow: json.dumps(files[flow]).replace('"ICI"', inner)}))


def test_many_agents_in_one_folder_are_told_apart_in_time() -> None:
    def tree(count: int) -> Tree:
        one = agent(route("Aller", to="End Session"))
        return tree_from({f"a{number}/{path}": value for number in range(count) for path, value in one.items()})

    trees = {count: tree(count) for count in (20, 80)}
    small, big = (lines_run(lambda count=count: dialogflow_cx.find_projects(trees[count])) for count in (20, 80))  # type: ignore[misc]
    assert len(dialogflow_cx.find_projects(trees[80])) == 80
    assert big < 4.5 * small

"""What all rules keep to: they never raise, stay near-linear, and agree with slower ways to find the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import projects
from tests.work import lines_run

from bascule.diagnostics import Severity
from bascule.ir.content import Choice, Content
from bascule.ir.expr import Call, Const, Ref
from bascule.ir.nodes import Always, Ask, Case, Chosen, Duration, Edge, Message, Node, Otherwise, Timeout, When
from bascule.ir.project import Entry, EntryKind, Flow, Project, TemplateAsset
from bascule.ir.text import Localized, literal
from bascule.passes.link import merge
from bascule.passes.lower import lower
from bascule.passes.rules import CheckContext, check_rules, rules
from bascule.passes.rules.graph.network import components
from bascule.passes.window import analyse_window
from bascule.source import Place, SourceFile
from bascule.whatsapp.policy import load_policy
from bascule.workspace import InputFile, analyse, load


def context_of(project: Project) -> CheckContext:
    policy = load_policy()
    linked = merge([project]).project
    window = analyse_window(linked, float(policy.limit("window.length_seconds")))
    plan, _ = lower(linked, window, policy, locale="fr")
    return CheckContext(project=linked, policy=policy, window=window, plan=plan)


@given(projects())
@settings(max_examples=60)
def test_no_rule_raises_and_every_finding_says_what_to_do(project: Project) -> None:
    for finding in check_rules(context_of(project)):
        assert finding.message
        assert len(finding.message.splitlines()) == 1
        assert finding.help


@given(st.integers(1, 9), st.data())
def test_components_are_those_of_networkx(size: int, data: Any) -> None:
    vertices = st.integers(0, size - 1)
    arcs = data.draw(st.lists(st.tuples(vertices, vertices), max_size=2 * size))
    graph = networkx.DiGraph(arcs)
    graph.add_nodes_from(range(size))
    found = components(size, lambda vertex: [target for source, target in arcs if source == vertex])
    cyclic = [
        sorted(part)
        for part in networkx.strongly_connected_components(graph)
        if len(part) > 1 or any((vertex, vertex) in arcs for vertex in part)
    ]
    assert found == sorted(cyclic)


def say(number: int) -> Content:
    return Content(text=Localized.of(literal(f"Message {number}")), at=Place("flow.json", f"/{number}"))


@given(st.integers(1, 6), st.data())
def test_loops_without_an_answer_are_found_where_walking_finds_them(size: int, data: Any) -> None:
    """Messages and questions only: an error says that somebody is written to for ever, and nobody else is."""
    targets = st.one_of(st.none(), st.integers(0, size - 1))
    nodes: list[Node] = []
    silent: list[int | None] = []
    for number in range(size):
        onward, late = data.draw(targets), data.draw(targets)
        asks = data.draw(st.booleans())
        name = (f"n{onward}" if onward is not None else None, f"n{late}" if late is not None else None)
        edges: tuple[Edge, ...] = (Edge(Always(), name[0]),)
        if asks:
            edges = (Edge(Always(), name[0]), Edge(Timeout(Duration(3600.0)), name[1]))
        kind: Any = Ask if asks else Message
        nodes.append(kind(id=f"n{number}", content=say(number), edges=edges, at=Place("flow.json", f"/{number}")))
        silent.append(late if asks else onward)
    flow = Flow("f", tuple(nodes), (Entry(EntryKind.ANY_MESSAGE),), locale="fr", at=Place("flow.json"))
    context = context_of(Project(flows=(flow,)))
    found = [item for item in check_rules(context) if item.code in ("GRF023", "GRF024")]
    for_ever = False
    for start in range(size):
        if not context.window.reached("f", f"n{start}"):
            continue
        here: int | None = start
        for _ in range(size + 1):
            here = silent[here] if here is not None else None
        for_ever = for_ever or here is not None
    assert bool(found) is for_ever
    assert all(item.severity is Severity.ERROR for item in found)


def long_flow(size: int) -> Project:
    """Questions with choices, messages and branches in a row, with ways back."""
    nodes: list[Node] = []
    for number in range(size):
        at = Place("flow.json", f"/{number}")
        onward = f"n{number + 1}" if number + 1 < size else None
        if number % 3 == 0:
            choices = (Choice("oui", Localized.of(literal("Oui"))), Choice("non", Localized.of(literal("Non"))))
            edges = (
                Edge(Chosen(("oui",)), onward),
                Edge(Chosen(("non",)), f"n{max(number - 7, 0)}"),
                Edge(Timeout(Duration(7200.0)), f"n{max(number - 1, 0)}"),
            )
            content = Content(text=say(number).text, choices=choices, at=at)
            nodes.append(Ask(id=f"n{number}", content=content, into=("x", f"v{number}"), edges=edges, at=at))
        elif number % 3 == 1:
            nodes.append(Message(id=f"n{number}", content=say(number), edges=(Edge(Always(), onward),), at=at))
        else:
            test = Call("same_text", (Ref(("x", f"v{number - 2}")), Const("oui")))
            branches = (Edge(When(test), onward), Edge(Otherwise(), f"n{number - 1}"))
            nodes.append(Case(id=f"n{number}", edges=branches, at=at))
    return Project(flows=(Flow("f", tuple(nodes), (Entry(EntryKind.ANY_MESSAGE),), locale="fr"),))


def work_of(context: CheckContext) -> dict[str, int]:
    return {rule.code: lines_run(lambda rule=rule: list(rule.check(context))) for rule in rules()}  # type: ignore[misc]


def test_rules_are_near_linear() -> None:
    small = work_of(context_of(long_flow(150)))
    large = work_of(context_of(long_flow(900)))
    slow = {code: (small[code], lines) for code, lines in large.items() if lines > 9 * small[code] + 1000}
    assert not slow, "six times the nodes took more than nine times the work"


def test_rule_of_ever_the_same_input_gives_the_same_findings() -> None:
    first, second = (check_rules(context_of(long_flow(90))) for _ in range(2))
    assert first == second


@pytest.mark.corpus
@pytest.mark.parametrize("folder", ["twilio-studio", "sms-templates"])
def test_findings_on_real_files_have_places_and_help(corpus: Path, folder: str) -> None:
    files = sorted(path for path in (corpus / folder).iterdir() if path.is_file())
    inputs = [InputFile(SourceFile(path.name, path.read_bytes()), path.name) for path in files]
    analysis = analyse(load(inputs))
    codes = {rule.code for rule in rules()}
    found = [item for item in analysis.findings if item.code in codes]
    assert found
    for item in found:
        assert item.span is not None, item
        assert item.help, item


@pytest.mark.corpus
def test_accepted_templates_get_no_error(corpus: Path) -> None:
    """Templates of other people's documentation and test suites, as definitions that are to be submitted."""
    import json

    read = 0
    for path in sorted((corpus / "wa-templates").glob("*.json")):
        for position, raw in enumerate(templates_in(json.loads(path.read_text(encoding="utf-8-sig")))):
            asset = TemplateAsset(
                name=raw["name"],
                language=raw.get("language", ""),
                definition=json.dumps({key: value for key, value in raw.items() if key not in ("id", "status")}),
                at=Place(path.name, f"/{position}"),
            )
            read += 1
            errors = [item for item in check_rules(context_of(Project(templates=(asset,))))
                      if item.severity is Severity.ERROR]  # fmt: skip
            assert not errors, (path.name, raw["name"], errors)
    assert read > 10


def templates_in(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict) and isinstance(value.get("components"), list) and isinstance(value.get("name"), str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [found for item in items for found in templates_in(item)]

"""``decode(encode(p)) == p`` through both printed forms, for every project there is."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_args

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.strategies import nodes, projects

from bascule.ir import content as content_module
from bascule.ir import nodes as node_module
from bascule.ir import project as project_module
from bascule.ir.content import Content
from bascule.ir.encode import encode_project, to_json, to_yaml
from bascule.ir.expr import Ref
from bascule.ir.nodes import Always, Duration, Edge, Message, Node, Timeout
from bascule.ir.project import Flow, Project, Variable
from bascule.ir.text import Hole, Localized, literal
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.scenario import decode, parse
from bascule.source import Place, SourceFile


def _read(text: str, name: str) -> Parsed:
    return parse(SourceFile.of_text(text, name), ParseOptions())


def _codes(parsed: Parsed) -> set[str]:
    return {finding.code for finding in parsed.findings}


_HARMLESS = {"VAR114"}
"""A text that really says ``{nom}``, and so is printed ``{{nom}}``."""


@given(projects())
@settings(max_examples=80)
def test_yaml_gives_the_project_back_and_prints_the_same_again(project: Project) -> None:
    text = to_yaml(encode_project(project))
    parsed = _read(text, "scenario.yaml")
    assert parsed.project == project
    assert _codes(parsed) <= _HARMLESS
    assert to_yaml(encode_project(parsed.project)) == text


@given(projects())
@settings(max_examples=80)
def test_json_gives_the_project_back_and_prints_the_same_again(project: Project) -> None:
    text = to_json(encode_project(project))
    parsed = _read(text, "scenario.json")
    assert parsed.project == project
    assert _codes(parsed) <= _HARMLESS
    assert to_json(encode_project(parsed.project)) == text


@given(projects())
@settings(max_examples=50)
def test_the_plain_tree_gives_the_project_back(project: Project) -> None:
    assert decode(encode_project(project))[0] == project
    assert decode(["un"])[1][0].code == "PAR301"


@given(projects(unique=False))
@settings(max_examples=80)
def test_repeated_ids_are_kept_and_reported(project: Project) -> None:
    parsed = _read(to_yaml(encode_project(project)), "scenario.yaml")
    assert parsed.project == project
    assert _codes(parsed) <= _HARMLESS | {"PAR309"}


@given(projects())
@settings(max_examples=60)
def test_the_ledger_counts_what_the_project_holds(project: Project) -> None:
    parsed = _read(to_json(encode_project(project)), "scenario.json")
    counts = {"exact": 0}
    for flow in project.flows:
        counts["exact"] += 1 + len(flow.entries) + len(flow.nodes) + sum(1 for _ in flow.edges())
    named = (project.variables, project.intents, project.entities, project.media, project.templates)
    counts["exact"] += sum(len(items) for items in named)
    counts["exact"] += sum(_choices_and_cards(flow) for flow in project.flows)
    assert parsed.ledger.counts() == {"exact": counts["exact"], "emulated": 0, "degraded": 0, "dropped": 0}


def _choices_and_cards(value: Any) -> int:
    if isinstance(value, tuple):
        return sum(_choices_and_cards(item) for item in value)
    if not is_dataclass(value):
        return 0
    own = 1 if type(value).__name__ in ("Choice", "Card") else 0
    return own + sum(_choices_and_cards(getattr(value, field.name)) for field in fields(value))


_SHARED = {"id", "edges", "title", "facts", "hints", "position"}


def _graph_classes() -> list[type]:
    found = (value for module in (content_module, node_module, project_module) for value in vars(module).values())
    graph = {item for item in found if is_dataclass(item) and item.__module__.startswith("bascule.ir")}
    return sorted((item for item in graph if item.__name__[0] != "_"), key=lambda item: item.__name__)


def _member(kind: type, name: str) -> tuple[str, str]:
    """A field; those that all nodes share are one."""
    return ("Node" if name in _SHARED and kind in get_args(Node) else kind.__name__), name


def _note(value: Any, seen: set[tuple[str, str]]) -> None:
    """Record the fields that do not have their default value."""
    if isinstance(value, tuple):
        for item in value:
            _note(item, seen)
    elif is_dataclass(value):
        for field in fields(value):
            part = getattr(value, field.name)
            default = field.default_factory() if field.default_factory is not MISSING else field.default
            if part != default:
                seen.add(_member(type(value), field.name))
                _note(part, seen)


def test_the_round_trips_above_set_every_field_of_the_graph() -> None:
    """A field that is never set would survive no matter what the encoder forgets."""
    seen: set[tuple[str, str]] = set()

    @given(projects(), st.tuples(*(nodes(kind=kind.kind) for kind in get_args(Node))))
    @settings(max_examples=150, phases=[Phase.generate])
    def collect(project: Project, more: tuple[Node, ...]) -> None:
        _note((project, more), seen)

    collect()
    expected = {_member(kind, field.name) for kind in _graph_classes() for field in fields(kind)}
    missing = {(kind, name) for kind, name in expected - seen if name != "at"}
    assert missing == set()


_PLACE = Place("flux.json", "/states/0")
_PLACED = Project(
    flows=(
        Flow(
            "suivi",
            (
                Message(
                    id="menu",
                    content=Content(text=Localized.of((*literal("Bonjour "), Hole(Ref(("nom",))))), at=_PLACE),
                    edges=(Edge(Always(), "end", at=_PLACE), Edge(Timeout(Duration(7200.0)), None)),
                    at=_PLACE,
                ),
            ),
            at=Place("flux.json"),
        ),
    ),
    variables=(Variable("nom", at=_PLACE),),
)


def test_provenance_stands_last_in_every_element_that_has_a_place() -> None:
    tree = encode_project(_PLACED, provenance=True)
    node = tree["flows"]["suivi"]["nodes"]["menu"]
    assert node["at"] == "flux.json#/states/0"
    assert list(node)[-1] == "at"
    assert node["content"] == {"text": "Bonjour {nom}", "at": "flux.json#/states/0"}
    assert node["edges"][0] == {"then": {"node": "end"}, "at": "flux.json#/states/0"}
    assert "at" not in node["edges"][1]
    assert tree["flows"]["suivi"]["at"] == "flux.json#"
    assert tree["variables"]["nom"] == {"at": "flux.json#/states/0"}


def test_a_file_with_provenance_reads_as_the_same_project() -> None:
    parsed = _read(to_yaml(encode_project(_PLACED, provenance=True)), "scenario.yaml")
    assert parsed.project == _PLACED
    assert parsed.findings == ()


def test_without_provenance_nothing_says_where_it_came_from() -> None:
    assert '"at"' not in json.dumps(encode_project(_PLACED))


def test_the_end_of_a_flow_is_never_mistaken_for_a_node_called_end() -> None:
    ways = (Edge(Always(), None), Edge(Always(), "end"), Edge(Always(), "a"))

    def printed(*ids: str) -> list[Any]:
        flow = Flow("f", tuple(Message(id=id, content=Content(), edges=ways) for id in ids))
        edges: list[Any] = encode_project(Project(flows=(flow,)))["flows"]["f"]["nodes"]["a"]["edges"]
        return edges

    assert printed("a") == [{"then": "end"}, {"then": {"node": "end"}}, {"then": "a"}]
    assert printed("a", "end") == [{}, {"then": {"node": "end"}}, {"then": "a"}]

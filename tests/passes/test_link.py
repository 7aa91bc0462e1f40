"""Linking: what one file runs by its own ids stays its own when ids of several files clash."""

from __future__ import annotations

from bascule.ir.nodes import Always, Edge, End, Node, RunFlow
from bascule.ir.project import Entry, EntryKind, Flow, Project
from bascule.passes.link import merge


def project(*runs: tuple[str, str]) -> Project:
    """Flows that each run one other (or none, for an empty name)."""
    flows = []
    for name, other in runs:
        nodes: tuple[Node, ...] = (End(id="fin"),)
        if other:
            nodes = (RunFlow(id="appel", flow=other, edges=(Edge(Always(), "fin"),)), *nodes)
        flows.append(Flow(name, nodes, (Entry(EntryKind.KEYWORD),)))
    return Project(flows=tuple(flows))


def runs(merged: Project) -> list[tuple[str, str]]:
    return [(flow.id, node.flow) for flow in merged.flows for node in flow.nodes if isinstance(node, RunFlow)]


def test_calls_follow_the_flow_of_their_own_file_under_its_new_id() -> None:
    linked = merge(
        [project(("accueil", "aide"), ("aide", "accueil")), project(("accueil", "aide"), ("aide", "accueil"))]
    )
    assert runs(linked.project) == [
        ("accueil", "aide"),
        ("aide", "accueil"),
        ("accueil_2", "aide_2"),
        ("aide_2", "accueil_2"),
    ]
    assert [finding.code for finding in linked.findings] == ["GRF013", "GRF013"]


def test_calls_into_another_file_are_left_alone() -> None:
    linked = merge([project(("aide", "")), project(("accueil", "aide"), ("fin", "absent"))])
    assert runs(linked.project) == [("accueil", "aide"), ("fin", "absent")]


def test_two_flows_of_one_id_in_one_file_are_called_as_the_first() -> None:
    linked = merge([project(("aide", "")), project(("aide", ""), ("aide", ""), ("accueil", "aide"))])
    assert [flow.id for flow in linked.project.flows] == ["aide", "aide_2", "aide_3", "accueil"]
    assert runs(linked.project) == [("accueil", "aide_2")]


def test_a_new_id_that_another_flow_of_the_file_has_is_not_taken_twice() -> None:
    linked = merge([project(("aide", "")), project(("aide", "aide_2"), ("aide_2", "aide"))])
    assert runs(linked.project) == [("aide_2", "aide_2_2"), ("aide_2_2", "aide_2")]

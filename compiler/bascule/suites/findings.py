"""Findings from what suites and comparisons found, each at its place in the suite or in the source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bascule.diagnostics import Finding, Severity
from bascule.ir.project import Project
from bascule.simulator.compare import Comparison, Difference, Kind
from bascule.simulator.explore import Coverage
from bascule.simulator.inputs import print_input
from bascule.simulator.script import Script
from bascule.suites.model import NOWHERE, Suite, Weight
from bascule.suites.rules import (
    ConversionBlocked,
    ConversionPath,
    ConversionWords,
    SuiteFailed,
    SuiteUnchecked,
    SuiteWording,
    UnwalkedWays,
)
from bascule.suites.run import CaseResult

__all__ = ["comparison_findings", "coverage_findings", "suite_findings"]

_MOST_SHOWN = 5


def suite_findings(suite: Suite, side: str, results: Iterable[CaseResult], strict: bool) -> Iterator[Finding]:
    """One finding per mismatch; one for a case that cannot be run."""
    for result in results:
        case = result.case
        where = "" if side == "source" else f" on {side}"
        if case.skipped:
            yield SuiteUnchecked.at(case.at, f"`{case.name}` is not run: {case.skipped}")
            continue
        for item in result.mismatches:
            at = item.at or case.at
            said = f"`{case.name}`{where}, step {item.step}: expected {item.wanted}, came {item.came}"
            if item.weight is Weight.WRONG:
                yield SuiteFailed.at(at, said, help="mend the scenario, or the test if the scenario is meant to differ")
            elif item.weight is Weight.WORDING:
                yield SuiteWording.at(at, said, severity=Severity.ERROR if strict else None)
            else:
                yield SuiteUnchecked.at(
                    at, f"`{case.name}`{where}, step {item.step}: {item.wanted} is not checked: {item.came}"
                )


@dataclass
class _Same:
    difference: Difference
    targets: dict[str, None]
    scripts: dict[Script, None]


def comparison_findings(project: Project, found: Mapping[str, Sequence[Comparison]]) -> Iterator[Finding]:
    """One finding per node and kind of difference, whatever the targets, with the first user who met it."""
    groups: dict[tuple[Kind, str, str, str, str], _Same] = {}
    for target, comparisons in found.items():
        for comparison in comparisons:
            for item in comparison.differences:
                detail = item.detail if item.kind is not Kind.PATH else ""
                key = (item.kind, item.flow, item.node, detail, item.explained)
                same = groups.setdefault(key, _Same(item, {}, {}))
                same.scripts[comparison.script] = None
                same.targets[target] = None
    for same in groups.values():
        yield _finding(project, ", ".join(same.targets), same.difference, list(same.scripts))


def _finding(project: Project, target: str, item: Difference, scripts: Sequence[Script]) -> Finding:
    flow = project.by_id[item.flow]
    node = flow.by_id[item.node]
    place = getattr(getattr(node, "content", None), "at", None) or node.at or flow.at or NOWHERE
    notes = [_user(scripts[0])]
    if len(scripts) > 1:
        notes.append(f"{len(scripts)} made-up users meet it")
    if item.explained:
        notes.append(f"announced: {item.explained}")
    severity = Severity.INFO if item.explained else None
    if item.kind is Kind.PATH:
        said = f"on {target} the user goes another way {item.detail}: {item.source} became {item.target}"
        return ConversionPath.at(
            place, said, notes=notes, severity=severity, help="give the choice the spelling that is missing"
        )
    if item.kind is Kind.BLOCKED:
        said = f"on {target} “{_short(item.source)}” may not be sent: {item.detail}"
        return ConversionBlocked.at(place, said, notes=notes, severity=severity, help="give the message a template")
    if item.kind is Kind.SILENT:
        said = f"on {target} nothing is said where the source says “{_short(item.source)}”"
    elif item.kind is Kind.MEDIA:
        said = f"on {target} a file is missing ({item.detail})"
    else:
        said = f"on {target} these words of the source are not said: {_short(item.detail)}"
    return ConversionWords.at(
        place, said, notes=notes, severity=severity, help="`bascule compile` writes ledger.json with what is lost"
    )


def _user(script: Script) -> str:
    steps = " › ".join(print_input(step) for step in script.steps[-_MOST_SHOWN:])
    cut = "… › " if len(script.steps) > _MOST_SHOWN else ""
    return f"the user: {script.start.describe()}" + (f" › {cut}{steps}" if steps else "")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 120 else flat[:119] + "…"


def coverage_findings(project: Project, coverage: Coverage) -> Iterator[Finding]:
    """One remark per flow that has ways nobody walked."""
    missing: dict[str, list[tuple[str, int]]] = {}
    for flow_id, node_id, edge in coverage.missing:
        missing.setdefault(flow_id, []).append((node_id, edge))
    for name, ways in missing.items():
        unwalked = project.by_id[name]
        node = unwalked.by_id[ways[0][0]]
        total = sum(1 for walkable in coverage.all_ways if walkable[0] == name)
        shown = ", ".join(f"`{where}` way {way + 1}" for where, way in ways[:_MOST_SHOWN])
        more = f" and {len(ways) - _MOST_SHOWN} more" if len(ways) > _MOST_SHOWN else ""
        yield UnwalkedWays.at(
            node.at or unwalked.at or NOWHERE,
            f"{len(ways)} of {total} ways of `{unwalked.title or name}` were not walked: {shown}{more}",
            help="write a test that goes there (docs/testing.md)",
        )

"""Trying a project out: simulators of its source and of what each target would do, suites on both, made-up
users on both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bascule.compiling import Compilation
from bascule.ir.expr import Ref
from bascule.ir.nodes import Ask, HttpRequest, SetVariable
from bascule.ir.project import Project
from bascule.simulator.channels import Channel, SourceChannel, WhatsAppChannel
from bascule.simulator.compare import Comparison, Explain, compare, explanations
from bascule.simulator.engine import Simulator
from bascule.simulator.explore import Coverage, Exploration, all_ways, explore
from bascule.simulator.stubs import Stub
from bascule.suites.model import Case, Suite
from bascule.suites.run import CaseResult, run_case
from bascule.targets import load_capabilities
from bascule.whatsapp.policy import load_policy

if TYPE_CHECKING:
    from bascule.workspace import Analysis

__all__ = ["SOURCE", "Conversion", "SuiteRun", "Trial", "samples"]

SOURCE = "source"
"""The name of the side that is converted from."""


_OWN = frozenset({"results", "flow", "widgets", "child", "parent", "message", "input", "webhook"})
"""What a conversation fills by itself: nobody has a value there beforehand."""


@dataclass
class SuiteRun:
    """A suite on one side."""

    suite: Suite
    side: str
    results: list[CaseResult]


@dataclass
class Conversion:
    """All made-up users on source and target."""

    target: str
    comparisons: list[Comparison]

    @property
    def bubbles(self) -> int:
        """Messages of the source that were compared."""
        return sum(item.bubbles for item in self.comparisons)

    @property
    def same(self) -> int:
        """Messages that say the same."""
        return sum(item.same for item in self.comparisons)


def samples(analysis: Analysis) -> dict[str, Any]:
    """A value for every variable that has a sample, declared or made up for a template: made-up users have them."""
    found = {
        slot.expression.name: slot.sample
        for template in analysis.plan.templates
        for slot in template.slots
        if isinstance(slot.expression, Ref)
    }
    found |= {
        variable.name: variable.sample.best(analysis.project.locale) or ""
        for variable in analysis.project.variables
        if variable.sample
    }
    filled = _filled(analysis.project)
    return {name: value for name, value in found.items() if name.split(".")[0] not in _OWN and name not in filled}


def _filled(project: Project) -> set[str]:
    """Variables that a conversation sets itself: whether they are empty decides which way it goes."""
    names = {name for intent in project.intents for name, _ in intent.parameters}
    for flow in project.flows:
        for node in flow.nodes:
            if isinstance(node, Ask):
                names.add(".".join(node.into))
            elif isinstance(node, SetVariable):
                names |= {".".join(change.target) for change in node.assignments}
            elif isinstance(node, HttpRequest):
                names |= {".".join(target) for _, target in node.mapping} | {".".join(node.into)}
    return names


@dataclass
class Trial:
    """Everything that is needed to try one analysis out. ``seed`` decides what chance decides."""

    analysis: Analysis
    compilation: Compilation
    seed: int = 0
    stubs: Sequence[Stub] = ()
    _channels: dict[str, Channel] = field(default_factory=dict)
    _users: dict[int, Exploration] = field(default_factory=dict)

    def simulator(self, side: str, case: Case | None = None) -> Simulator:
        """A fresh simulator of the source or of a provider's messages. Raises KeyError for targets that are no
        provider."""
        project = self.analysis.project
        variables = dict(case.variables) if case is not None else samples(self.analysis)
        locale = (case.locale if case is not None else "") or self.compilation.locale
        return Simulator(
            project,
            self._channel(side),
            formats=self._formats,
            variables=variables,
            stubs=(*case.stubs, *self.stubs) if case is not None else self.stubs,
            locale=locale,
            region=self.compilation.settings.region,
            seed=self.seed,
            groups=case.groups if case is not None else (),
            languages=case.languages if case is not None else (),
            environment=case.environment if case is not None else None,
        )

    def run_suite(self, suite: Suite, side: str) -> SuiteRun:
        """All cases of a suite on one side."""
        explain = self._explain(side) if side != SOURCE else lambda flow, node: ""
        make = lambda case: self.simulator(side, case)  # noqa: E731
        return SuiteRun(suite, side, [run_case(case, make, explain) for case in suite.cases])

    def users(self, most: int) -> Exploration:
        """Made-up users of the source, at most so many."""
        if most not in self._users:
            self._users[most] = explore(self.analysis.project, lambda: self.simulator(SOURCE), most_scripts=most)
        return self._users[most]

    def convert(self, target: str, most: int) -> Conversion:
        """The made-up users on source and target."""
        explain = self._explain(target)
        source: Callable[[], Simulator] = lambda: self.simulator(SOURCE)  # noqa: E731
        other: Callable[[], Simulator] = lambda: self.simulator(target)  # noqa: E731
        return Conversion(target, [compare(script, source, other, explain) for script in self.users(most).scripts])

    def coverage(self, runs: Sequence[SuiteRun]) -> Coverage:
        """The ways that suites walked on the source."""
        walked = {way for run in runs if run.side == SOURCE for result in run.results for way in result.walked}
        return Coverage(frozenset(walked), all_ways(self.analysis.project))

    def _explain(self, target: str) -> Explain:
        plan = self.compilation.plan_of(target)
        return explanations(self.analysis.project, plan.ledger)

    def _channel(self, side: str) -> Channel:
        if side not in self._channels:
            if side == SOURCE:
                self._channels[side] = SourceChannel()
            else:
                if load_capabilities(side).kind != "provider":
                    raise KeyError(side)
                policy = load_capabilities(side).policy(load_policy())
                self._channels[side] = WhatsAppChannel(self.compilation.plan_of(side), policy)
        return self._channels[side]

    @property
    def _formats(self) -> dict[str, str]:
        formats: dict[str, str] = {}
        for file in self.analysis.workspace.files:
            if file.parsed is None:
                continue
            for path in [file.path, *(member for member, _ in file.members)]:
                formats[path] = file.format or ""
        return formats

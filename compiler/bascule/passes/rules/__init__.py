"""The rules: one module each, found by walking this package. A rule looks, and yields findings.

A module defines subclasses of :class:`CheckRule`. ``check`` gets the whole :class:`CheckContext`; the
helpers below iterate templates, messages and nodes with their places.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import TypeVar

from bascule.diagnostics import Finding, Rule
from bascule.ir.nodes import Node
from bascule.ir.project import Flow, Project
from bascule.ir.settings import ProjectSettings
from bascule.passes.window import WindowReport
from bascule.source import Place
from bascule.whatsapp.plan import Plan, PlannedMessage, PlannedStep, PlannedTemplate
from bascule.whatsapp.policy import Policy

__all__ = ["CheckContext", "CheckRule", "check_rules", "rules"]

T = TypeVar("T")


@dataclass(frozen=True)
class CheckContext:
    """What a rule may look at."""

    project: Project
    policy: Policy
    window: WindowReport
    plan: Plan
    settings: ProjectSettings = field(default_factory=ProjectSettings)
    _made: dict[object, object] = field(default_factory=dict, compare=False, repr=False)

    def once(self, build: Callable[[CheckContext], T]) -> T:
        """What ``build`` makes of this context: made by the first rule that asks, shared by the others."""
        if build not in self._made:
            self._made[build] = build(self)
        return self._made[build]  # type: ignore[return-value]

    @property
    def templates(self) -> tuple[PlannedTemplate, ...]:
        """The templates to submit."""
        return self.plan.templates

    def messages(self) -> Iterator[tuple[PlannedStep, str, PlannedMessage]]:
        """All free-form messages with their step and language."""
        for step in self.plan.steps:
            for language, messages in step.messages:
                for message in messages:
                    yield step, language, message

    def nodes(self) -> Iterator[tuple[Flow, Node, Place]]:
        """All nodes with their flow and place."""
        for flow in self.project.flows:
            for node in flow.nodes:
                yield flow, node, node.at or flow.at or Place("")


class CheckRule(Rule):
    """A rule that looks at the graph or at the plan. ``check`` yields findings made with ``cls.at``.

    Its page is run by the tests: *Example* must give the finding, *Use instead* must not. A text in
    backquotes is an SMS template in French, a block that begins with ``bascule: 1`` a scenario; an
    example that is neither says ``(not run)``. Its cases stand in ``tests/rules/CODE/cases.yaml``.
    """

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at everything; must not raise on any content."""
        raise NotImplementedError(cls.__qualname__)


@cache
def rules() -> tuple[type[CheckRule], ...]:
    """All check rules, by code."""
    for module in pkgutil.walk_packages(__path__, __name__ + "."):
        import_module(module.name)
    found: list[type[CheckRule]] = []
    pending = list(CheckRule.__subclasses__())
    while pending:
        rule = pending.pop()
        pending.extend(rule.__subclasses__())
        if rule.code:
            found.append(rule)
    return tuple(sorted(found, key=lambda rule: rule.code))


def check_rules(context: CheckContext) -> list[Finding]:
    """Run every rule. Messages are one line, whatever the names in the source hold."""
    return [_in_one_line(finding) for rule in rules() for finding in rule.check(context)]


def _in_one_line(finding: Finding) -> Finding:
    lines = finding.message.splitlines()
    return finding if len(lines) == 1 else replace(finding, message=" ".join(lines))

"""What the rules about definitions share: a problem with its fact, and how it becomes a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bascule.diagnostics import Finding, Severity
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.template.subjects import Subject, written
from bascule.source import Place
from bascule.whatsapp.policy import Fact, Policy
from bascule.whatsapp.templates import Template

__all__ = ["Check", "DefinitionRule", "Problem"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``what`` completes "the template `x` …"; ``place`` is None: the template's own.

    ``fact`` decides how bad it is, unless ``severity`` says that this case is surer or less sure than the fact.
    """

    fact: Fact
    what: str
    help: str
    place: Place | None = None
    severity: Severity | None = None


Check = Callable[[Policy, Template], Iterator[Problem]]


class DefinitionRule(CheckRule):
    """Base of the rules about definitions: ``problems`` looks at one template as its file has it."""

    @classmethod
    def problems(cls, policy: Policy, template: Template) -> Iterator[Problem]:
        """What is wrong with one template; must not raise on any content."""
        raise NotImplementedError(cls.__qualname__)

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at every definition that may still be submitted."""
        for subject in written(context):
            for problem in cls.problems(context.policy, subject.template):
                yield cls._finding(subject, problem)

    @classmethod
    def _finding(cls, subject: Subject, problem: Problem) -> Finding:
        return cls.at(
            problem.place or subject.place,
            f"the template {subject.title} {problem.what}",
            help=problem.help,
            notes=(problem.fact.cite(),),
            severity=problem.severity or problem.fact.severity,
            data={"template": subject.name, "language": subject.language},
        )

"""From a checked project to what targets take: one lowering per class of capabilities, one emission per target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bascule.backends import TARGETS, EmitJob, Emitted, SmsText, load_backend
from bascule.diagnostics import Finding
from bascule.ir.ledger import Ledger
from bascule.ir.project import Project
from bascule.ir.settings import ProjectSettings
from bascule.targets import Capabilities, load_capabilities
from bascule.whatsapp.plan import Plan
from bascule.workspace import Analysis

if TYPE_CHECKING:
    from bascule.passes.fit import FitResult

__all__ = ["Compilation", "Written", "choose_targets"]


@dataclass(frozen=True, slots=True)
class Written:
    """One target's share: its files, what lowering or fitting found and lost for it (``lowered``), what writing did."""

    target: str
    emitted: Emitted
    lowered: Ledger
    findings: tuple[Finding, ...]


@dataclass
class Compilation:
    """Writes targets from one analysis. Targets that can do the same share one lowering."""

    analysis: Analysis
    settings: ProjectSettings = field(default_factory=ProjectSettings)
    locale: str = ""
    _fitted: dict[str, FitResult] = field(default_factory=dict)
    _plans: dict[str, tuple[Plan, tuple[Finding, ...]]] = field(default_factory=dict)

    def write(self, name: str) -> Written:
        """Write one target. Raises KeyError when no target has the name."""
        target = load_capabilities(name)
        if target.kind == "platform":
            fitted = self._fit(target)
            job = EmitJob(
                self.analysis.project, self.analysis.plan, target, self.settings, fitted.documents, fitted.renamed
            )
            return Written(name, load_backend(name).emit(job), fitted.ledger, fitted.findings)
        if target.kind == "document":
            job = EmitJob(self.analysis.project, self.analysis.plan, target, self.settings)
            return Written(name, load_backend(name).emit(job), Ledger(), ())
        plan, planned = self._plan(target)
        job = EmitJob(self.analysis.project, plan, target, self.settings, sms=_sms(plan, self.analysis.project))
        return Written(name, load_backend(name).emit(job), plan.ledger, planned)

    def plan_of(self, name: str) -> Plan:
        """The WhatsApp plan within a target's limits. Raises KeyError when no target has the name."""
        return self._plan(load_capabilities(name))[0]

    def inputs(self, names: Sequence[str]) -> list[Finding]:
        """What had to be made up for the templates and files of providers among the targets, and the setting for it."""
        if not any(load_capabilities(name).kind == "provider" for name in names):
            return []
        from bascule.passes.inputs import input_findings
        from bascule.whatsapp.policy import load_policy

        return input_findings(self.analysis.project, self.analysis.plan, self.settings, load_policy())

    def _fit(self, target: Capabilities) -> FitResult:
        if target.graph_class not in self._fitted:
            from bascule.passes.fit import fit

            self._fitted[target.graph_class] = fit(self.analysis.project, target)
        return self._fitted[target.graph_class]

    def _plan(self, target: Capabilities) -> tuple[Plan, tuple[Finding, ...]]:
        if not target.limits:
            return self.analysis.plan, ()
        if target.plan_class not in self._plans:
            from bascule.passes.lower import lower
            from bascule.whatsapp.policy import load_policy

            policy = target.policy(load_policy())
            plan, findings = lower(
                self.analysis.project, self.analysis.window, policy, locale=self.locale, settings=self.settings
            )
            known = {(finding.code, finding.place, finding.message) for finding in self.analysis.findings}
            own = [item for item in findings if (item.code, item.place, item.message) not in known]
            self._plans[target.plan_class] = plan, tuple(own)
        return self._plans[target.plan_class]


def _sms(plan: Plan, project: Project) -> tuple[SmsText, ...]:
    """The source's own words of every template, as the SMS they were: with the numbers to answer by and the line that
    says how to stop, for which WhatsApp has buttons. Of several wordings, one that a condition chooses is the
    plan's."""
    from bascule.language.gsm import count_segments
    from bascule.passes.lower.texts import marker_text

    wordings = Counter((one.flow, one.node, one.locale) for template in plan.templates for one in template.origins)
    texts: list[SmsText] = []
    for template in plan.templates:
        for origin in template.origins:
            node = project.by_id[origin.flow].by_id[origin.node]
            content = getattr(node, "content", None)
            own = content.text.best(origin.locale) if content is not None and content.text else None
            alone = wordings[(origin.flow, origin.node, origin.locale)] == 1
            text = marker_text(own if own is not None and alone else origin.text)
            count = count_segments(text)
            where = (template.name, template.language, origin.flow, origin.node)
            texts.append(SmsText(*where, text, count.encoding, count.segments))
    return tuple(texts)


def choose_targets(wanted: Sequence[str]) -> list[str]:
    """Names from ``a,b`` and ``all``, in the order of :data:`TARGETS`. Raises KeyError with the unknown name."""
    known = [info.name for info in TARGETS]
    names = [name.strip() for item in wanted for name in item.split(",") if name.strip()]
    for name in names:
        if name not in known and name != "all":
            raise KeyError(name)
    return [name for name in known if "all" in names or name in names]

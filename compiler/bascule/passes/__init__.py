"""The passes in their order: link, prove the window, lower to WhatsApp, check the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bascule.diagnostics import Finding
from bascule.ir.project import Project
from bascule.ir.settings import ProjectSettings
from bascule.passes.window import WindowReport
from bascule.whatsapp.plan import Plan

__all__ = ["PassResult", "run_passes"]


@dataclass(frozen=True)
class PassResult:
    """What the passes made of the parsed files."""

    project: Project
    window: WindowReport
    plan: Plan
    findings: tuple[Finding, ...]


def run_passes(projects: Sequence[Project], *, locale: str = "", settings: ProjectSettings | None = None) -> PassResult:
    """Link, analyse, lower and check. ``locale`` is used where a source names no language."""
    from bascule.language.cover import covered
    from bascule.passes.given import with_given
    from bascule.passes.languages import settle_languages
    from bascule.passes.link import check_links, merge
    from bascule.passes.lower import lower
    from bascule.passes.rules import CheckContext, check_rules
    from bascule.passes.window import analyse_window
    from bascule.whatsapp.policy import load_policy

    policy = load_policy()
    linked = merge(projects)
    facts = settings or ProjectSettings()
    project, guessed = settle_languages(with_given(covered(linked.project), facts), locale, facts.languages)
    window = analyse_window(project, float(policy.limit("window.length_seconds")))
    plan, lowering = lower(project, window, policy, locale=locale, settings=facts)
    context = CheckContext(project=project, policy=policy, window=window, plan=plan, settings=facts)
    findings = [*linked.findings, *guessed, *check_links(project), *lowering, *check_rules(context)]
    return PassResult(project, window, plan, tuple(findings))

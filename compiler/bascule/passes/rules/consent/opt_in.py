"""``CON200``: promotions to people of whom nothing says that they agreed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bascule.diagnostics import Finding, Label, Severity
from bascule.ir.project import Initiator
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.consent.words import has_opt_in
from bascule.passes.rules.wording import plural
from bascule.source import Place
from bascule.whatsapp.plan import PlannedStep
from bascule.whatsapp.templates import Category

__all__ = ["MarketingWithoutOptIn"]

_MOST_LABELS = 4


class MarketingWithoutOptIn(CheckRule):
    """Promotions are sent, and nothing says that people agreed

    What it does: reports, once for each file, marketing templates in flows that the business starts, when no flow of
    the project records an opt-in (`consent: opt_in`, a field or group of that name) or listens for a word by which
    people opt in, and `bascule.toml` does not say where they agreed (`consent` of `[project]`).
    Why: WhatsApp lets a business write only to people who gave their number and agreed to be written to by it.
    Promotions without that are reported by the people who get them, and the account loses quality, then limits.
    Example: `Soldes : -20 % sur tout le magasin ce week-end.`
    Use instead:
        bascule: 1
        locale: fr
        flows:
          abonner:
            entries: [{keyword: promos}]
            nodes:
              oui: {consent: opt_in, say: "Merci, Boutique Awa vous écrira une fois par mois.", then: end}
          soldes:
            entries: [{broadcast: clients}]
            nodes:
              envoi: "Soldes : -20 % sur tout le magasin ce week-end."
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/getting-opt-in
    """

    code = "CON200"
    name = "marketing-without-opt-in"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Group the steps that promote by their file."""
        if context.settings.consent.strip():
            return
        marketing = _marketing(context)
        started = {
            flow.id
            for flow in context.project.flows
            if any(entry.initiator is Initiator.BUSINESS for entry in flow.entries)
        }
        files: dict[str, list[PlannedStep]] = {}
        for step in context.plan.steps:
            if step.flow in started and _promotes(step, marketing):
                files.setdefault(step.place.file, []).append(step)
        if not files or has_opt_in(context):
            return
        must = context.policy.fact("category.opt_in.must_show")
        carry = context.policy.fact("category.opt_in.carry_over")
        for steps in files.values():
            first, *others = steps
            what = f"`{first.flow}` sends a marketing template"
            if others:
                what = f"{plural(len(steps), 'message')} send marketing templates"
            yield cls.at(
                first.place,
                f"{what} to people who did not write, and nothing in the project says that they agreed",
                help="record the opt-in in a flow, or say in `bascule.toml` where people agreed: "
                '`consent = "…"` under `[project]`',
                labels=[Label(step.place, f"`{step.flow}` as well") for step in others[:_MOST_LABELS]],
                notes=(f"a consent for SMS counts {carry.value}", must.cite()),
                data={"flows": list(dict.fromkeys(step.flow for step in steps))},
            )


def _marketing(context: CheckContext) -> Mapping[tuple[str, str], Place]:
    """Templates that surely are marketing: by their words, or by what an account says of them."""
    found = {
        (planned.name, planned.language): planned.place
        for planned in context.templates
        if planned.template.category is Category.MARKETING and planned.category_confidence == "strong"
    }
    for asset in context.project.templates:
        if asset.category.upper() == Category.MARKETING.value:
            found.setdefault((asset.name, asset.language), asset.at or Place(""))
    return found


def _promotes(step: PlannedStep, marketing: Mapping[tuple[str, str], Place]) -> bool:
    return any((send.template, send.language) in marketing for _, sends in step.templates for send in sends)

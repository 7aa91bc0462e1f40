"""``CON200``: promotions to people of whom nothing says that they agreed."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Finding, Label, Severity
from bascule.ir.project import Initiator
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.consent.promotions import surely_promotes
from bascule.passes.rules.consent.words import has_opt_in
from bascule.passes.rules.wording import plural
from bascule.whatsapp.plan import PlannedStep
from bascule.whatsapp.templates import Category

__all__ = ["MarketingWithoutOptIn"]

_MOST_LABELS = 4


class MarketingWithoutOptIn(CheckRule):
    """Promotions are sent, and nothing says that people agreed

    What it does: reports, once for each file, marketing templates in flows that the business starts, when no flow of
    the project records an opt-in (`consent: opt_in`, a field or group of that name) or listens for a word by which
    people opt in, and `bascule.toml` does not say where they agreed (`consent` of `[project]`). A remark where only
    single words speak for marketing, and for bare lists of an account's templates, whose program is not in the files.
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
        sure, unsure = _marketing(context)
        started = {
            flow.id
            for flow in context.project.flows
            if any(entry.initiator is Initiator.BUSINESS for entry in flow.entries)
        }
        files: dict[str, list[PlannedStep]] = {}
        doubtful: dict[str, list[PlannedStep]] = {}
        for step in context.plan.steps:
            if step.flow in started and _promotes(step, sure):
                files.setdefault(step.place.file, []).append(step)
            elif step.flow in started and _promotes(step, unsure):
                doubtful.setdefault(step.place.file, []).append(step)
        if not (files or doubtful) or has_opt_in(context):
            return
        listings = {asset.at.file for asset in context.project.templates if asset.at is not None}
        must = context.policy.fact("category.opt_in.must_show")
        carry = context.policy.fact("category.opt_in.carry_over")
        for file, steps in (files | {name: steps for name, steps in doubtful.items() if name not in files}).items():
            first, *others = steps
            kind = "marketing template" if file in files else "template that may count as marketing"
            what = f"`{first.flow}` sends a {kind}"
            if others:
                kind = "marketing templates" if file in files else "templates that may count as marketing"
                what = f"{plural(len(steps), 'message')} send {kind}"
            yield cls.at(
                first.place,
                f"{what} to people who did not write, and nothing in the project says that they agreed",
                help="record the opt-in in a flow, or say in `bascule.toml` where people agreed: "
                '`consent = "…"` under `[project]`',
                labels=[Label(step.place, f"`{step.flow}` as well") for step in others[:_MOST_LABELS]],
                notes=(f"a consent for SMS counts {carry.value}", must.cite()),
                severity=Severity.WARNING if file in files and file not in listings else Severity.INFO,
                data={"flows": list(dict.fromkeys(step.flow for step in steps))},
            )


Keys = frozenset[tuple[str, str]]


def _marketing(context: CheckContext) -> tuple[Keys, Keys]:
    """Templates that surely are marketing, by their words or by what an account says of them, and those that may be."""
    sure: set[tuple[str, str]] = set()
    unsure: set[tuple[str, str]] = set()
    for planned in context.templates:
        if planned.template.category is Category.MARKETING and planned.category_confidence == "strong":
            (sure if surely_promotes(planned) else unsure).add((planned.name, planned.language))
    for asset in context.project.templates:
        if asset.category.upper() == Category.MARKETING.value:
            sure.add((asset.name, asset.language))
    return frozenset(sure), frozenset(unsure - sure)


def _promotes(step: PlannedStep, marketing: Keys) -> bool:
    return any((send.template, send.language) in marketing for _, sends in step.templates for send in sends)

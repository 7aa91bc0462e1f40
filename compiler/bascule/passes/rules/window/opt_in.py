"""``WIN013``: conversations that the business starts."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Finding, Severity
from bascule.ir.project import Entry, Flow, Initiator
from bascule.passes.rules import CheckContext, CheckRule
from bascule.source import Place

__all__ = ["NeedsOptIn"]

Group = list[tuple[Flow, Entry, Place]]


class NeedsOptIn(CheckRule):
    """The business starts a conversation

    What it does: says which entries begin with a template to people who did not write: one finding for each kind
    of entry in a file, with all flows in its data.
    Why: only people who opted in may be written to; whether a consent given for SMS counts depends on its words.
    `bascule contacts` keeps the proof. It is silent where `bascule.toml` says where they agreed (`consent`).
    Example: `Bonjour [nom], votre rendez-vous est à [heure], merci de votre confiance.`
    Use instead: nothing to change; check the consent of the people on the list.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/getting-opt-in
    """

    code = "WIN013"
    name = "needs-opt-in"
    severity = Severity.INFO

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Group the entries through which a template opens a conversation."""
        if context.settings.consent.strip():
            return
        first = {(step.flow, step.node) for step in context.plan.steps if any(sent for _, sent in step.templates)}
        opening = {flow for flow, _ in first}
        groups: dict[tuple[str, str], Group] = {}
        for flow in context.project.flows:
            if flow.id not in opening:
                continue
            for entry in flow.entries:
                if entry.initiator is Initiator.BUSINESS:
                    place = entry.at or flow.at or Place("")
                    groups.setdefault((place.file, entry.kind.value), []).append((flow, entry, place))
        must = context.policy.fact("category.opt_in.must_show")
        carry = context.policy.fact("category.opt_in.carry_over")
        for (_, kind), group in groups.items():
            flow, entry, place = group[0]
            name = f" `{entry.name}`" if entry.name else ""
            what = f"the {kind.replace('_', ' ')} entry{name} of `{flow.id}` begins"
            if len(group) > 1:
                what = f"{len(group)} {kind.replace('_', ' ')} entries begin"
            yield cls.at(
                place,
                f"{what} with a template to people who did not write",
                help="send it only to people who opted in, and keep the proof",
                notes=(f"a consent for SMS counts {carry.value}", must.cite()),
                data={"kind": kind, "flows": [item.id for item, _, _ in group]},
            )

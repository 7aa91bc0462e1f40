"""``WIN010`` and ``WIN011``: sends for which the window may be closed."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bascule.diagnostics import Finding, Label, Severity
from bascule.diagnostics.render_text import clock_text
from bascule.ir.content import TemplateUse
from bascule.ir.nodes import Delay, Failure, Handover, RunFlow, Timeout
from bascule.ir.project import Initiator
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.graph.network import calls_of
from bascule.passes.rules.interactive.sites import Site
from bascule.passes.rules.window.proofs import (
    Cause,
    cause_of,
    last_steps,
    late,
    start_unknown,
    started_by_user,
    steps_outside,
    witness_labels,
)
from bascule.passes.window import Arrival

__all__ = ["SendOutsideWindow", "TemplateBecauseOfWait"]

_MOST_OTHERS = 6


def _worst(arrivals: tuple[Arrival, ...]) -> Arrival:
    """The arrival that tells most: one that was inside the window at first."""
    return min(arrivals, key=lambda arrival: (arrival.witnesses is None, arrival.interval.never))


def _unresolved(context: CheckContext, use: TemplateUse) -> bool:
    """A template that is sent by an id, and nobody says which template that is."""
    if use.name:
        return False
    return not any(asset.provider_id == use.provider_id for asset in context.project.templates if asset.provider_id)


class SendOutsideWindow(CheckRule):
    """A message is sent when the window may be closed, and there is no template for it

    What it does: reports messages that the proof cannot place inside the 24 hours after the last reply and that
    no template is made for: places on the map, contact cards, voice messages, stickers and the like. For a
    template that is sent by an id which no file explains it is a warning; so it is where no file says who starts
    the flow, which may run inside a conversation.
    Why: WhatsApp refuses it (131047). The labels show the shortest way there, with the clock.
    Example:
        bascule: 1
        locale: fr
        flows:
          visite:
            entries: [{api: visite}]
            nodes:
              plan: {location: {latitude: 48.85, longitude: 2.35, name: Boutique}, then: end}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          visite:
            entries: [{api: visite}]
            nodes:
              question: {say: "Bonjour, votre visite est prévue demain. Voulez-vous le plan ?", ask: plan, then: plan}
              plan: {location: {latitude: 48.85, longitude: 2.35, name: Boutique}, then: end}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "WIN010"
    name = "send-outside-window"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at every send that is not surely inside the window."""
        fact = context.policy.fact("window.length_seconds")
        for site, arrivals in steps_outside(context):
            content, use = site.content, site.content.template
            if use is None and (_templates(site) or content.text or content.alternatives):
                continue  # it has its template, or LOC010 says that its language is missing
            if use is not None and not _unresolved(context, use):
                continue
            arrival = _worst(arrivals)
            unknown = start_unknown(context, site.flow.id, arrivals)
            what = f"`{site.name}` may be sent {late(arrival, context.window.limit)}"
            if arrival.interval.never:
                what = f"`{site.name}` is sent though nobody wrote before"
            why = "no template stands for it"
            if use is not None:
                why = f"no file explains the template `{use.provider_id}`"
            yield cls.at(
                site.place,
                f"{what}, and {why}",
                help="send a template with a question first, and this after the answer"
                if use is None
                else "add the template to the file, or check that it is approved on the new account",
                labels=witness_labels(context, arrival),
                notes=(fact.cite(),),
                severity=fact.severity if use is None and not unknown else Severity.WARNING,
                data=_witness_data(arrival),
            )


def _templates(site: Site) -> bool:
    return site.step is not None and any(sends for _, sends in site.step.templates)


def _witness_data(arrival: Arrival) -> dict[str, object]:
    steps = [
        {"flow": step.flow, "node": step.node, "clock": step.clock if math.isfinite(step.clock) else None}
        for step in last_steps(arrival)
    ]
    return {"witness": steps}


class TemplateBecauseOfWait(CheckRule):
    """A wait closes the window before a message is sent

    What it does: reports waits, timeouts, hand-overs and calls of other flows after which more than 24 hours can
    have passed since the last reply, so that the messages after them become templates. One finding for each
    cause; the other messages it concerns are labels. A warning where people start the flow, else a remark.
    Why: a template is reviewed, paid for and worded for strangers. The labels show the shortest way there, with
    the clock.
    Example:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              menu: {say: "Que voulez-vous ?", ask: {into: choix, timeout: 2h}, then: agent, timeout: rappel}
              rappel: {wait: 23h, say: "Bonjour, votre demande est toujours ouverte. À bientôt !", then: end}
              agent: {handover: equipe}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              menu: {say: "Que voulez-vous ?", ask: {into: choix, timeout: 2h}, then: agent, timeout: rappel}
              rappel: {wait: 20h, say: "Bonjour, votre demande est toujours ouverte. À bientôt !", then: end}
              agent: {handover: equipe}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "WIN011"
    name = "template-because-of-wait"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Group the sends by what closes the window before them."""
        groups: dict[Cause, list[tuple[Site, Arrival]]] = {}
        for site, arrivals in steps_outside(context):
            if site.content.template is not None or not _templates(site):
                continue
            for arrival in sorted(arrivals, key=lambda item: not started_by_user(item)):
                cause = cause_of(arrival)
                if cause is not None:
                    groups.setdefault(cause, []).append((site, arrival))
                    break
        fact = context.policy.fact("window.length_seconds")
        for cause, found in groups.items():
            site, arrival = found[0]
            others = [other for other, _ in found[1:]]
            more = f", and {len(others)} more after it" if others else ""
            labels = witness_labels(context, arrival)
            labels += [Label(other.place, "needs a template as well") for other in others[:_MOST_OTHERS]]
            by_user = any(started_by_user(item) for _, item in found)
            yield cls.at(
                site.place,
                f"`{site.name}` may be sent {late(arrival, context.window.limit)}: it becomes a template{more}",
                help=_help(context, cause, arrival),
                labels=labels,
                notes=(fact.cite(),),
                severity=Severity.WARNING if by_user else Severity.INFO,
                data={
                    **_witness_data(arrival),
                    "cause": {"flow": cause.flow, "node": cause.node},
                    "sends": [{"flow": item.flow.id, "node": item.node.id} for item, _ in found],
                },
            )


def _help(context: CheckContext, cause: Cause, arrival: Arrival) -> str:
    flow = context.project.by_id.get(cause.flow)
    node = flow.by_id.get(cause.node) if flow is not None else None
    if isinstance(cause.guard, Timeout) or isinstance(node, Delay):
        return f"shorten the waits below {clock_text(context.window.limit)} in total, or accept the template"
    if isinstance(cause.guard, Failure):
        return "end the flow when sending fails several times, or accept the template"
    if isinstance(node, Handover):
        return "let the person who takes over say it, or accept the template"
    if isinstance(node, RunFlow):
        return "add the file of that flow if it is missing, shorten its waits, or accept the template"
    if node is None and arrival.entry is not None and arrival.entry.initiator is Initiator.BUSINESS:
        return "accept the template: a program starts this flow, perhaps long after the last reply"
    if node is None and cause.flow in context.once(calls_of):
        return "shorten the waits of the flows that run this one, or accept the template"
    if node is None:
        return "add the files of the flows that run this one, shorten their waits, or accept the template"
    return "accept the template, or end the flow before"

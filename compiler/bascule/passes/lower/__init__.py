"""Lowering: from the graph to the WhatsApp plan. One place decides what each node becomes.

Every decision that changes what the user sees is written to the plan's ledger; the passes before it
say where the window is open.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bascule.diagnostics import Finding
from bascule.ir.content import Choice, ChoiceKind, Content
from bascule.ir.nodes import Ask, Chosen, Edge, Message, Node, Unsupported
from bascule.ir.project import Entry, Flow, Initiator, Project
from bascule.ir.settings import ProjectSettings
from bascule.language.names import template_slug, unique_name
from bascule.passes.lower.agreement import agreed
from bascule.passes.lower.choices import reply_id
from bascule.passes.lower.compose import compose
from bascule.passes.lower.consolidate import content_key, merge_equal, proposals, sayable
from bascule.passes.lower.context import LowerContext, Site
from bascule.passes.lower.labels import fit_labels
from bascule.passes.lower.templates import TemplateDraft, draft_templates
from bascule.passes.lower.texts import marker_text
from bascule.passes.window import Arrival, Verdict, WindowReport, sends
from bascule.source import Place
from bascule.whatsapp.plan import (
    Delivery,
    Plan,
    PlannedMessage,
    PlannedStep,
    PlannedTemplate,
    Route,
    SendRecord,
    TemplateSend,
    WitnessStep,
)
from bascule.whatsapp.policy import Policy

__all__ = ["lower"]


def lower(
    project: Project,
    window: WindowReport,
    policy: Policy,
    *,
    locale: str = "",
    settings: ProjectSettings | None = None,
) -> tuple[Plan, tuple[Finding, ...]]:
    """Decide for every node that sends which WhatsApp messages and templates say it.

    Pure and deterministic; linear in the size of the graph. The plan's ledger has an entry for each
    node, entry and choice of the graph.
    """
    context = LowerContext(project, policy, locale, settings or ProjectSettings())
    steps: list[PlannedStep] = []
    names = _Names(policy.limit("template.name.max_length") - _ROOM, context.settings.templates)
    for flow in project.flows:
        for entry in flow.entries:
            _note_entry(context, flow, entry)
        for node in flow.nodes:
            _note_node(context, flow, node)
            if isinstance(node, (Message, Ask)) and not node.content.empty:
                steps.append(_step(context, names, flow, node, window))
    templates = names.templates()
    records = tuple(_records(project, window, steps))
    plan = Plan(
        policy_date=policy.date,
        steps=tuple(steps),
        templates=templates,
        records=records,
        ledger=context.ledger,
        consolidation=proposals(templates),
    )
    return plan, tuple(context.findings)


_ROOM = 4
"""Characters that are left for the number of a name that is taken (``_2``)."""


class _Names:
    """Template names, given out in the graph's order; equal templates share one."""

    def __init__(self, longest: int, given: Mapping[str, str]) -> None:
        self._longest = longest
        self._given = given
        self._by_name: dict[str, dict[str, PlannedTemplate]] = {}
        self._by_content: dict[tuple[object, ...], str] = {}

    def add(self, stem: str, drafts: Sequence[TemplateDraft]) -> list[tuple[TemplateDraft, str]]:
        """Name the drafts of one node (all languages and branches); merge with an equal node's templates."""
        result: list[tuple[TemplateDraft, str]] = []
        for branch in sorted({draft.branch for draft in drafts}):
            group = [draft for draft in drafts if draft.branch == branch]
            name = self._known(group)
            if name is None:
                parts = (stem, f"v{branch}") if branch else (stem,)
                wanted = template_slug(*parts, longest=self._longest)
                name = unique_name(self._given.get(wanted, wanted), self._by_name)
                self._by_name[name] = {}
            for draft in group:
                self._put(name, draft)
                result.append((draft, name))
        return result

    def _known(self, group: Sequence[TemplateDraft]) -> str | None:
        """The name whose templates say the same in every language that both have, and at least in one."""
        candidates = [self._by_content.get(content_key(draft.planned.template)) for draft in group]
        for name in dict.fromkeys(candidate for candidate in candidates if candidate):
            known = self._by_name[name]
            if all(draft.language not in known or sayable(known[draft.language], draft.planned) for draft in group):
                return name
        return None

    def _put(self, name: str, draft: TemplateDraft) -> None:
        named = replace(draft.planned, template=replace(draft.planned.template, name=name))
        self._by_content.setdefault(content_key(draft.planned.template), name)
        known = self._by_name[name].get(draft.language)
        self._by_name[name][draft.language] = merge_equal(known, named) if known else named

    def templates(self) -> tuple[PlannedTemplate, ...]:
        """All templates, by name and language."""
        return tuple(
            self._by_name[name][language] for name in sorted(self._by_name) for language in sorted(self._by_name[name])
        )


def _locales(content: Content) -> list[str]:
    """The locales a content is written in: those of its text, else of whatever it shows."""
    if content.text:
        return list(content.text.locales)
    for localized in (*content.alternatives, *(choice.title for choice in content.choices), content.header):
        if localized:
            return list(localized.locales)
    return [""]


def _spoken(context: LowerContext, flow: Flow, content: Content, place: Place) -> list[str]:
    """The locales, each language once: a flow's own wording goes before a translation into the flow's own language,
    which no platform that has both ever says (goflow: a contact of the base language gets the base text)."""
    chosen: dict[str, str] = {}
    for locale in _locales(content):
        language = context.language(flow, locale)
        if language in chosen:
            reason = f"a second wording in `{language}`: the first one is said"
            context.note("dropped", f"wording `{locale or language}`", place, reason, "remove one of the two")
        else:
            chosen[language] = locale
    return list(chosen.values())


def _step(context: LowerContext, names: _Names, flow: Flow, node: Message | Ask, window: WindowReport) -> PlannedStep:
    place = node.content.at or node.at or flow.at or Place("")
    site = Site(flow, node, node.content, place, f"{flow.id}.{node.id}")
    to_others = isinstance(node, Message) and node.audience is not None
    verdict = Verdict.OUTSIDE if to_others else window.verdict(flow.id, node.id)
    needs_template = verdict in (Verdict.OUTSIDE, Verdict.EITHER) and node.content.template is None
    locales = _spoken(context, flow, node.content, place)
    messages: list[tuple[str, tuple[PlannedMessage, ...]]] = []
    wordless = node.content.template is not None and not (node.content.text or node.content.alternatives)
    if verdict is not Verdict.OUTSIDE and not wordless:  # the words of such a template are on the account only
        messages = [(context.language(flow, locale), tuple(compose(context, site, locale))) for locale in locales]
    uses: list[tuple[str, tuple[TemplateSend, ...]]] = []
    if needs_template:
        facts = dict(flow.facts) | dict(node.facts)
        stem = _telling(flow) if len(flow.nodes) == 1 else f"{_telling(flow)}_{node.id}"
        drafts: list[TemplateDraft] = []
        named: list[tuple[TemplateDraft, str]] = []
        for locale in locales:
            made = draft_templates(context, site, locale, facts, flow.title or flow.id)
            if any(draft.language == known.language for draft in made for known in drafts):
                # Two locales of the source are one language to WhatsApp (`fr` and `fr_FR`): a name of its own.
                named.extend(names.add(f"{stem}_{locale}", made))
            else:
                drafts.extend(made)
        drafts = agreed(drafts)
        named = [*names.add(stem, drafts), *named]
        for language in dict.fromkeys(draft.language for draft in drafts):
            sent = [
                TemplateSend(name, draft.language, draft.bindings, draft.condition)
                for draft, name in named
                if draft.language == language
            ]
            uses.append((language, tuple(sent)))
    elif node.content.template is not None:
        use = node.content.template
        place = use.at or place
        context.note("exact", "template use", place, "an existing template, by reference")
        sent_name = use.name or use.provider_id
        uses.append((use.language, (TemplateSend(sent_name, use.language, use.parameters),)))
    if needs_template:
        reason = "the window may be closed" if verdict is Verdict.EITHER else "the window is closed"
        context.note("emulated", f"{node.kind}", node.at or place, f"a template: {reason}")
    elif messages:
        context.note("exact", f"{node.kind}", node.at or place)
    delivery = Delivery.MESSAGE
    if uses:
        delivery = Delivery.EITHER if messages and verdict is Verdict.EITHER else Delivery.TEMPLATE
    return PlannedStep(
        flow=flow.id,
        node=node.id,
        delivery=delivery,
        verdict=verdict.value if verdict else "unreached",
        messages=tuple(messages),
        templates=tuple(uses),
        routes=tuple(_routes(context, site, node, locales)),
        place=place,
        audience=to_others,
    )


def _telling(flow: Flow) -> str:
    """The flow's id, with its file's name in front when the id is only a number."""
    if any(char.isalpha() for char in flow.id) or flow.at is None:
        return flow.id
    name = flow.at.file.rsplit("/", 1)[-1]
    return f"{name.rsplit('.', 1)[0]}_{flow.id}"


def _routes(context: LowerContext, site: Site, node: Message | Ask, locales: Sequence[str]) -> Iterator[Route]:
    """How each reply choice is recognised, whichever way it was shown."""
    offered = [*site.content.choices, *(choice for card in site.content.cards for choice in card.choices)]
    replies = [choice for choice in offered if choice.kind is ChoiceKind.REPLY]
    if not replies:
        return
    longest = context.limit("interactive.list.row.id.max_length")
    targets = _targets(node.edges)
    titles = {choice.id: list[str]() for choice in replies}
    for locale in locales:
        full = [marker_text(choice.title.best(locale) or ()) or choice.id for choice in replies]
        titles_of = [fit_labels(full, context.limit(key)) for key in _LABEL_LIMITS]
        for index, choice in enumerate(replies):
            titles[choice.id] += [full[index], *(labels[index].title for labels in titles_of)]
    for number, choice in enumerate(replies, start=1):
        accepted = [word for _, words in choice.accepts for word in words]
        accepted += [choice.payload] if choice.payload else []
        yield Route(
            choice=choice.id,
            reply_ids=(reply_id(site.stem, choice, longest),),
            titles=tuple(dict.fromkeys(titles[choice.id])),
            accepts=tuple(dict.fromkeys([*accepted, str(number)] if not _digit_taken(replies, number) else accepted)),
            target=targets.get(choice.id),
        )


_LABEL_LIMITS = (
    "interactive.button.title.max_length",
    "interactive.list.row.title.max_length",
    "button.quick_reply.text.max_length",
)


def _digit_taken(replies: Sequence[Choice], number: int) -> bool:
    """The number already means some choice by the source's own word."""
    return any(str(number) in words for choice in replies for _, words in choice.accepts)


def _targets(edges: Sequence[Edge]) -> dict[str, str | None]:
    targets: dict[str, str | None] = {}
    for edge in edges:
        if isinstance(edge.guard, Chosen):
            for choice in edge.guard.choices:
                targets.setdefault(choice, edge.target)
    return targets


def _note_entry(context: LowerContext, flow: Flow, entry: Entry) -> None:
    place = entry.at or flow.at or Place("")
    if entry.kind.value == "call":
        context.note("degraded", "entry call", place, "a call does not start a chat", "invite callers to write")
    else:
        context.note("exact", f"entry {entry.kind.value}", place)


def _note_node(context: LowerContext, flow: Flow, node: Node) -> None:
    """Nodes that say nothing are logic for the sending program: carried in the graph that goes along."""
    place = node.at or flow.at or Place("")
    if isinstance(node, Unsupported):
        reason = node.reason or "WhatsApp has nothing like it"
        context.note("dropped", f"unsupported {node.construct}", place, reason, "rebuild it by hand")
    elif not isinstance(node, (Message, Ask)):
        context.note("exact", node.kind, place, "logic of the sending program")
    for key, _ in node.hints:
        context.note("dropped", f"hint {key}", place, "WhatsApp has no such layout or setting")
    if isinstance(node, (Message, Ask)):
        for key, _ in node.content.hints:
            context.note("dropped", f"hint {key}", node.content.at or place, "WhatsApp has no such layout or setting")
        for variant in node.content.variants:
            context.note(
                "emulated",
                f"{variant.channel} wording",
                variant.content.at or node.content.at or place,
                "another channel's wording of the same message; not sent on WhatsApp",
            )
        for media in node.content.media:
            if media.thumbnail:
                context.note("dropped", "thumbnail", media.at or place, "WhatsApp makes its own preview")
        if isinstance(node, Ask) and node.content.empty:
            context.note("exact", node.kind, place, "waits without saying anything")


def _clock(value: float) -> float:
    return value if math.isfinite(value) else -1.0


def _records(project: Project, window: WindowReport, steps: Sequence[PlannedStep]) -> Iterator[SendRecord]:
    """The certificate: one line per send and way to it."""
    for step in steps:
        flow = project.by_id[step.flow]
        node = flow.by_id[step.node]
        names = tuple(sorted({send.template for _, sent in step.templates for send in sent}))
        arrivals = window.arrivals.get((step.flow, step.node), ())
        if step.audience:
            yield SendRecord(
                step.flow, step.node, "audience", "business", -1, -1, "outside", step.delivery, names,
                "sent to other people: only a template may start a conversation",
            )  # fmt: skip
            continue
        if not sends(node):
            continue
        for arrival in arrivals:
            yield _record(step, arrival, names)


_WITNESS_STEPS = 40
"""Steps of a witness that the certificate prints; a longer one keeps its end."""


def _witness(arrival: Arrival) -> tuple[tuple[WitnessStep, ...], int]:
    """The end of the way to a late send, and how many steps stand before it."""
    if arrival.interval.never:
        return (), 0
    steps, left_out = arrival.told(_WITNESS_STEPS)
    return tuple(
        WitnessStep(step.flow, step.node, _clock(step.clock), step.repeat, step.loop) for step in steps
    ), left_out


def _record(step: PlannedStep, arrival: Arrival, names: tuple[str, ...]) -> SendRecord:
    entry = arrival.entry
    if arrival.verdict is Verdict.INSIDE:
        reason = "inside the customer service window on every path"
    elif not names:
        reason = "NOT PROVED: the window may be closed and there is no template"
    elif arrival.interval.never:
        reason = "the business starts: sent as a template, to people who opted in"
    elif arrival.verdict is Verdict.OUTSIDE:
        reason = "the window is closed on every path: sent as a template"
    else:
        reason = "the window may be closed: sent as a template then, free-form while it is open"
    witness, left_out = _witness(arrival)
    return SendRecord(
        flow=step.flow,
        node=step.node,
        entry=(entry.name or entry.kind.value) if entry else "unknown",
        initiator=(entry.initiator if entry else Initiator.BUSINESS).value,
        low=_clock(arrival.interval.low),
        high=_clock(arrival.interval.high),
        verdict=arrival.verdict.value,
        delivery=step.delivery,
        templates=names,
        reason=reason,
        witness=witness,
        left_out=left_out,
    )

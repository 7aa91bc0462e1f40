"""``INT014``, ``INT015`` and ``INT016``: what happens with an answer."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Finding, Severity
from bascule.ir.nodes import Always, Ask, Chosen, Edge, Otherwise, SetConsent, Success, When
from bascule.ir.parts import part_of
from bascule.ir.project import Entry, EntryKind
from bascule.language.optout import OPT_OUT_KEYWORDS
from bascule.passes.lower.texts import marker_text
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.interactive.sites import reply_choices, sites
from bascule.passes.rules.keywords.folding import fold
from bascule.passes.rules.keywords.gateway import ends_promotions, gateway_words
from bascule.passes.rules.wording import shown
from bascule.source import Place

__all__ = ["ChoiceLeadsNowhere", "NoElse", "OptOutWord"]


def _takes_anything(edge: Edge) -> bool:
    """Whether an edge may be taken by an answer that is none of the choices."""
    return isinstance(edge.guard, (Always, Otherwise, When, Success))


class ChoiceLeadsNowhere(CheckRule):
    """A choice has no way on

    What it does: reports a choice for which no edge is taken, while other choices of the same ask have one.
    Why: whoever taps it gets no answer.
    Example:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              menu: {say: "Que voulez-vous ?", choices: {Une personne: agent, Mon solde: }}
              agent: {handover: equipe}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              menu: {say: "Que voulez-vous ?", choices: {Une personne: agent, Mon solde: solde}}
              agent: {handover: equipe}
              solde: {say: "Votre solde est de {solde} €.", then: end}
    Sources: bascule's own rule.
    """

    code = "INT014"
    name = "choice-leads-nowhere"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look for the edge of every choice."""
        for site in sites(context):
            choices = reply_choices(site.content)
            edges = site.node.edges
            routed = {choice for edge in edges if isinstance(edge.guard, Chosen) for choice in edge.guard.choices}
            if not choices or not routed or any(_takes_anything(edge) for edge in edges):
                continue
            for choice in choices:
                if choice.id not in routed:
                    yield cls.at(
                        choice.at or site.place,
                        f"nothing happens when `{shown(_title(choice.title.items) or choice.id)}` is chosen",
                        help="say where it leads; write `end` if the conversation is over there",
                        data={"node": site.node.id, "choice": choice.id},
                    )


def _title(items: tuple[tuple[str, object], ...]) -> str:
    return marker_text(items[0][1]) if items else ""  # type: ignore[arg-type]


class NoElse(CheckRule):
    """An answer that is none of the choices leads nowhere

    What it does: reports an ask with choices and without an `else`: no edge is taken when people type something
    that is none of the choices. Asks whose choices lead nowhere either are left to `GRF022`; pages that a program
    plays (ContentRepo) have their `else` in that program.
    Why: on WhatsApp people can always type, send a picture or a voice message instead of tapping; without an
    `else` they get no answer.
    Example:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              menu: {say: "Que voulez-vous ?", choices: {Une personne: agent, Rien: end}}
              agent: {handover: equipe}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              menu: {say: "Que voulez-vous ?", choices: {Une personne: agent, Rien: end}, else: agent}
              agent: {handover: equipe}
    Sources: bascule's own rule.
    """

    code = "INT015"
    name = "no-else"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look for the way of all other answers."""
        for site in sites(context):
            node = site.node
            if not isinstance(node, Ask) or part_of(site.flow) or not reply_choices(node.content):
                continue
            chosen = any(isinstance(edge.guard, Chosen) and edge.target is not None for edge in node.edges)
            if chosen and not any(_takes_anything(edge) for edge in node.edges):
                yield cls.at(
                    node.at or site.place,
                    f"`{site.name}` has no way for an answer that is none of its choices",
                    help="add an `else`: ask again, or hand over to a person",
                    data={"flow": site.flow.id, "node": node.id},
                )


class OptOutWord(CheckRule):
    """A word for leaving is used as a keyword or choice

    What it does: reports entry keywords, titles and typed answers that are words for opting out which no SMS gateway
    acts on (BAJA, SAIR, ABMELDEN, توقف …), in flows that do not record the opt-out themselves. Words that gateways know
    (STOP, ARRÊT, END …) are `GRF030`; quick replies that end promotions in a marketing template are as they should be.
    Why: whoever sends such a word expects that nothing more comes, and some WhatsApp providers act on it themselves.
    Example:
        bascule: 1
        locale: fr
        flows:
          taxi:
            entries: [{keyword: baja}]
            nodes:
              reponse: {say: "Votre course est annulée.", then: end}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          taxi:
            entries: [{keyword: annuler ma course}]
            nodes:
              reponse: {say: "Votre course est annulée.", then: end}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/getting-opt-in
    """

    code = "INT016"
    name = "opt-out-word"
    severity = Severity.INFO

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at all keywords and at the words of all choices."""
        fact = context.policy.fact("category.opt_out.required")
        known = gateway_words(context)
        found: list[tuple[Place, str, str]] = []
        flows = context.project.flows
        recording = {flow.id for flow in flows if any(isinstance(node, SetConsent) for node in flow.nodes)}
        for flow in flows:
            if flow.id in recording:
                continue
            for entry in flow.entries:
                for word in _keywords(entry):
                    if fold(word) in known:
                        continue
                    found.append((entry.at or flow.at or Place(""), word, f"starts the flow `{flow.id}`"))
        for site in sites(context):
            if site.flow.id in recording or ends_promotions(context, site.flow.id, site.node.id):
                continue
            for choice in reply_choices(site.content):
                words = [marker_text(title) for _, title in choice.title]
                words += [word for _, accepted in choice.accepts for word in accepted]
                hit = next((word for word in words if _is_opt_out(word)), "")
                if hit and not any(fold(word) in known for word in words):
                    found.append((choice.at or site.place, hit, f"is an answer to `{site.name}`"))
        for place, word, use in found:
            yield cls.at(
                place,
                f"`{shown(word)}` is a word for opting out, and here it {use}",
                help="use another word, or record the opt-out (`consent: opt_out`)",
                notes=(fact.cite(),),
            )


def _keywords(entry: Entry) -> list[str]:
    if entry.kind is not EntryKind.KEYWORD:
        return []
    return [word for _, words in entry.keywords for word in words if _is_opt_out(word)]


def _is_opt_out(word: str) -> bool:
    return " ".join(word.casefold().strip(" .!\"'").split()) in OPT_OUT_KEYWORDS

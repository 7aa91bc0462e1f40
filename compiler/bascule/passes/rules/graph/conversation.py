"""``GRF027``: people, over the whole project."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bascule.diagnostics import Finding, Severity
from bascule.ir.content import ChoiceKind, Content
from bascule.ir.nodes import Ask, Handover, Message, RunFlow
from bascule.ir.parts import part_of
from bascule.ir.project import Flow, Initiator
from bascule.ir.text import plain_text
from bascule.passes.rules import CheckContext, CheckRule
from bascule.source import Place

__all__ = ["NoHuman"]

_PHONE = re.compile(r"(?<!\d)\+?\d(?:[ .()/-]{0,2}\d){7,14}(?!\d)|(?<!\w)0800(?!\w)")
_MAIL = re.compile(r"[\w+-]@[\w-]{1,63}\.\w")
_PERSON = re.compile(
    r"(?<!\w)(?:(?:live|human|real) (?:agent|person)s?|agent[es]?|conseill(?:er|ère)s?|asesor(?:a|es|as)?|atendentes?"
    r"|operador(?:a|es|as)?|operat(?:or|ore|rice)s?|opérat(?:eur|rice)s?|mitarbeiter(?:in|innen)?|berater(?:in|innen)?"
    r"|оператор\w{0,3}|сотрудник\w{0,3}|موظف(?:ينا|نا)?|एजेंट|प्रतिनिधि)(?!\w)",
    re.I,
)
"""Words for somebody who answers: code that hands over is not seen, what the bot says about it is."""


class NoHuman(CheckRule):
    """Nothing leads to a person

    What it does: says, once, that a project with flows that people start has no way to a person: no hand-over, no
    call button or contact card, and no telephone number, mail address or word for an agent in any text. Pages that a
    program plays, and one file of a larger project, are no project.
    Why: WhatsApp asks automated flows for a clear path to a person: a hand-over, a telephone number, a mail
    address or a web form.
    Example:
        bascule: 1
        locale: fr
        flows:
          horaires:
            entries: [{keyword: horaires}]
            nodes: {debut: {say: "Nous sommes ouverts de 9 h à 18 h.", then: end}}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          horaires:
            entries: [{keyword: horaires}]
            nodes: {debut: {say: "Nous sommes ouverts de 9 h à 18 h. Une question ? 01 70 18 00 00", then: end}}
    Sources: https://www.whatsapp.com/legal/business-policy
    """

    code = "GRF027"
    name = "no-human"
    severity = Severity.INFO

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look for any way to a person."""
        project = context.project
        started = [
            (flow, entry)
            for flow in project.flows
            for entry in flow.entries
            if entry.initiator is Initiator.USER and flow.nodes and not part_of(flow)
        ]
        if not started or any(_reaches_person(flow, project.by_id) for flow in project.flows):
            return
        flow, entry = started[0]
        fact = context.policy.fact("category.human_escalation")
        yield cls.at(
            entry.at or flow.at or Place(""),
            "nothing in this project leads to a person",
            help="add a hand-over, or say a telephone number, mail address or contact form",
            notes=(fact.cite(),),
            data={"flows": sorted({flow.id for flow, _ in started})},
        )


def _reaches_person(flow: Flow, known: dict[str, Flow]) -> bool:
    """A node hands over, or runs a flow that may, or a text says how to reach somebody."""
    for node in flow.nodes:
        if isinstance(node, Handover) or (isinstance(node, RunFlow) and node.flow not in known):
            return True
        if isinstance(node, (Message, Ask)) and _names_contact(node.content):
            return True
    return False


def _names_contact(content: Content) -> bool:
    choices = (*content.choices, *(choice for card in content.cards for choice in card.choices))
    if content.contacts or any(choice.kind is ChoiceKind.CALL for choice in choices):
        return True
    texts = [text for localized in (content.text, content.footer, *content.alternatives) for _, text in localized]
    lines = [plain_text(text) for text in texts]
    lines += [plain_text(text) for choice in choices for _, text in choice.title]
    return any(pattern.search(line) is not None for line in lines for pattern in (_MAIL, _PHONE, _PERSON))

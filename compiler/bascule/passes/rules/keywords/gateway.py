"""``GRF030``: words that SMS gateways act on themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bascule.diagnostics import Finding, Label, Severity
from bascule.ir.content import Content
from bascule.ir.expr import Call, Const, Expression, references, walk
from bascule.ir.nodes import Ask, Case, Message, Node, RunFlow, SetConsent, SetVariable, When
from bascule.ir.project import Flow
from bascule.passes.lower.texts import marker_text
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.keywords.folding import Keyword, fold, keywords
from bascule.passes.rules.wording import shown
from bascule.source import Place
from bascule.whatsapp.policy import Fact
from bascule.whatsapp.templates import Category

__all__ = ["GatewayWord", "ends_promotions", "gateway_words"]

_WORD_TESTS = frozenset({"same_text", "has_only_phrase", "has_only_text", "has_any_word", "has_phrase", "eq"})
_MOST_LABELS = 4
_PUBLISHERS = {"aws": "AWS", "telnyx": "Telnyx", "twilio": "Twilio", "twilio_proxy": "Twilio Proxy"}
_DOES = {
    "opt_out": "takes it as an opt-out and sends nothing more to the person",
    "opt_in": "takes it as an opt-in and answers itself",
    "help": "answers it itself",
}


@dataclass(frozen=True, slots=True)
class _Reserved:
    """What gateways do about a word: ``purpose`` is ``opt_out``, ``opt_in`` or ``help``."""

    purpose: str
    facts: tuple[Fact, ...]

    @property
    def gateways(self) -> str:
        """Who does it."""
        names = [_PUBLISHERS.get(name := fact.key.split(".")[1], name) for fact in self.facts]
        return ", ".join(names)


def gateway_words(context: CheckContext) -> frozenset[str]:
    """The folded words that a gateway takes as an opt-out."""
    reserved = context.once(_reserved)
    return frozenset(word for word, known in reserved.items() if known.purpose == "opt_out")


def ends_promotions(context: CheckContext, flow: str, node: str) -> bool:
    """The node sends a marketing template: a quick reply with a word for leaving is how people end promotions."""
    return (flow, node) in context.once(_marketing_steps)


def _marketing_steps(context: CheckContext) -> frozenset[tuple[str, str]]:
    names = {item.name for item in context.templates if item.template.category is Category.MARKETING}
    names |= {asset.name for asset in context.project.templates if asset.category.upper() == Category.MARKETING.value}
    return frozenset(
        (step.flow, step.node)
        for step in context.plan.steps
        if any(send.template in names for _, sends in step.templates for send in sends)
    )


def _reserved(context: CheckContext) -> Mapping[str, _Reserved]:
    """Folded word to what the policy says of it; opt-outs win where gateways differ."""
    found: dict[str, _Reserved] = {}
    for purpose in ("opt_out", "opt_in", "help"):
        by_word: dict[str, list[Fact]] = {}
        for key in context.policy.keys("keyword."):
            if key.endswith(f".{purpose}"):
                for word in context.policy.list(key):
                    by_word.setdefault(fold(word), []).append(context.policy.fact(key))
        for word, facts in by_word.items():
            found.setdefault(word, _Reserved(purpose, tuple(facts)))
    return found


class GatewayWord(CheckRule):
    """A word of the flow is one that SMS gateways act on

    What it does: reports keywords that SMS gateways take as an opt-out, an opt-in or a call for help before the bot
    sees them (STOP, END, QUIT, CANCEL, ARRET, START, HELP …), unless the flow they start (or one that it runs)
    records consent or changes the contact's groups or data. Opt-outs are a warning, the others a remark; answers
    inside a flow that are opt-out words are one remark for each flow (what the flow itself has set is no answer). Case
    and accents are ignored. Words for leaving that no gateway knows (BAJA, SAIR …) are `INT016`; quick replies that
    end promotions in a marketing template are as they should be.
    Why: while the channel was SMS, the gateway blocked the person and the flow's own reaction was never delivered.
    WhatsApp has no such gateway: the same word now reaches the bot, which must record the opt-out itself.
    Example:
        bascule: 1
        locale: fr
        flows:
          arret:
            entries: [{keyword: [stop, arrêt]}]
            nodes: {debut: {say: "À bientôt ! Une question ? 01 70 18 00 00", then: end}}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          arret:
            entries: [{keyword: [stop, arrêt]}]
            nodes: {debut: {consent: opt_out, say: "C'est noté. Une question ? 01 70 18 00 00", then: end}}
    Sources: https://help.twilio.com/articles/223134027-Twilio-support-for-opt-out-keywords-SMS-STOP-filtering-;
    https://docs.aws.amazon.com/sms-voice/latest/userguide/keywords-required.html
    """

    code = "GRF030"
    name = "gateway-word"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Compare keywords and answers with the words of gateways."""
        reserved = context.once(_reserved)
        records = {flow.id for flow in context.project.flows if any(map(_records, flow.nodes))}
        told: set[tuple[str, str]] = set()
        for keyword in keywords(context):
            key = (keyword.flow.id, fold(keyword.word))
            known = reserved.get(key[1])
            if known is not None and key not in told and not _runs_one(keyword.flow, records):
                told.add(key)
                yield _of_entry(cls, keyword, known)
        for flow in context.project.flows:
            if not _runs_one(flow, records):
                yield from _of_answers(cls, context, flow, reserved)


def _of_entry(rule: type[CheckRule], keyword: Keyword, known: _Reserved) -> Finding:
    out = known.purpose == "opt_out"
    return rule.at(
        keyword.place,
        f"over SMS the gateway acts on `{shown(keyword.word)}` before `{keyword.flow.id}` does: "
        f"it {_DOES[known.purpose]} ({known.gateways})",
        help="record the opt-out in the flow (`consent: opt_out`), as nothing else does on WhatsApp"
        if out
        else "check that the flow does on WhatsApp what the gateway did, or choose another word",
        notes=[fact.cite() for fact in known.facts],
        severity=known.facts[0].severity if out else Severity.INFO,
        data={"keyword": keyword.word, "flow": keyword.flow.id, "purpose": known.purpose},
    )


def _of_answers(
    rule: type[CheckRule], context: CheckContext, flow: Flow, reserved: Mapping[str, _Reserved]
) -> Iterator[Finding]:
    found: dict[str, tuple[str, Place]] = {}
    for word, place in _answers(context, flow):
        folded = fold(word)
        known = reserved.get(folded)
        if known is not None and known.purpose == "opt_out":
            found.setdefault(folded, (word, place))
    if not found:
        return
    (first, (_, place)), *others = found.items()
    listed = ", ".join(f"`{shown(word)}`" for word, _ in found.values())
    yield rule.at(
        place,
        f"over SMS an answer {listed} is an opt-out for the gateway ({reserved[first].gateways}), not an answer "
        f"to `{flow.id}`",
        help="offer another word while the flow still runs over SMS; on WhatsApp say that it only ends this talk",
        notes=[fact.cite() for fact in reserved[first].facts],
        labels=[Label(at, f"`{shown(word)}`") for _, (word, at) in others[:_MOST_LABELS]],
        severity=Severity.INFO,
        data={"flow": flow.id, "words": [word for word, _ in found.values()]},
    )


def _answers(context: CheckContext, flow: Flow) -> Iterator[tuple[str, Place]]:
    """The words that answers are compared with: titles and typed spellings of choices, and constants of text tests."""
    computed = context.once(_computed)
    for node in flow.nodes:
        place = node.at or flow.at or Place("")
        if isinstance(node, (Message, Ask)) and not ends_promotions(context, flow.id, node.id):
            yield from _spellings(node.content, place)
        if isinstance(node, (Ask, Case)):
            for edge in node.edges:
                if isinstance(edge.guard, When):
                    yield from ((word, edge.at or place) for word in _constants(edge.guard.condition, computed))


def _spellings(content: Content, place: Place) -> Iterator[tuple[str, Place]]:
    for choice in content.replies:
        words = [marker_text(title) for _, title in choice.title]
        words += [word for _, accepted in choice.accepts for word in accepted]
        yield from ((word, choice.at or place) for word in words)


def _computed(context: CheckContext) -> frozenset[tuple[str, ...]]:
    """The variables that flows set and that no answer is kept in: what they hold is nothing that a person typed."""
    asked = {node.into for _, node, _ in context.nodes() if isinstance(node, Ask)}
    sets = (node for _, node, _ in context.nodes() if isinstance(node, SetVariable))
    return frozenset(item.target for node in sets for item in node.assignments) - asked


def _constants(condition: Expression, computed: frozenset[tuple[str, ...]]) -> Iterator[str]:
    for part in walk(condition):
        if isinstance(part, Call) and part.name in _WORD_TESTS:
            if part.args and any(ref.path in computed for ref in references(part.args[0])):
                continue
            for argument in part.args[1:]:
                if isinstance(argument, Const) and isinstance(argument.value, str):
                    words = argument.value.split() if part.name == "has_any_word" else [argument.value]
                    yield from words


def _records(node: Node) -> bool:
    """The node records consent, or changes the contact's groups, labels or own data (where platforms keep it)."""
    if isinstance(node, SetConsent):
        return True
    roots = ("groups", "labels", "contact")
    return isinstance(node, SetVariable) and any(
        item.target[:1] and item.target[0] in roots for item in node.assignments
    )


def _runs_one(flow: Flow, records: set[str]) -> bool:
    """The flow, or one that it runs, records something."""
    return flow.id in records or any(isinstance(node, RunFlow) and node.flow in records for node in flow.nodes)

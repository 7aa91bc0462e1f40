"""Questions: choices as buttons, list rows or numbers in the text; checks of the answer; no answer at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bascule.ir.content import Choice, Content
from bascule.ir.expr import Call, Const, Expression
from bascule.ir.nodes import (
    Always,
    Ask,
    Case,
    Chosen,
    Edge,
    Message,
    Node,
    Otherwise,
    ReplyKind,
    Timeout,
    Validation,
    When,
)
from bascule.ir.text import Literal, Segment, join_text
from bascule.passes.fit.conditions import branches, fit_condition
from bascule.passes.fit.context import ANSWER, FitContext, variable
from bascule.passes.fit.intents import meaning
from bascule.passes.fit.says import Saying, say
from bascule.passes.lower.context import phrase
from bascule.passes.lower.labels import Label, fit_labels
from bascule.passes.lower.texts import marker_text
from bascule.source import Place

__all__ = ["fit_ask"]

_CHECKS: dict[ReplyKind, str] = {
    ReplyKind.NUMBER: "has_number",
    ReplyKind.DIGITS: "has_number",
    ReplyKind.EMAIL: "has_email",
    ReplyKind.PHONE: "has_phone",
    ReplyKind.DATE: "has_date",
    ReplyKind.TIME: "has_time",
}
_LISTED = (("form", '"list"'),)
_FILES = (ReplyKind.IMAGE, ReplyKind.VIDEO, ReplyKind.AUDIO, ReplyKind.FILE)


def fit_ask(context: FitContext, node: Ask) -> list[Node]:
    """An ask as the target's: messages before it, the question, and the tests that follow the answer.

    The question's ways out are ``Chosen`` (only where the target has buttons or rows), then one ``Otherwise`` for
    every other answer, and ``Timeout`` where the target has it. Tests on the answer stand in cases after it.
    """
    place = context.place(node)
    saying = say(context, node.content, place)
    into = node.into or ANSWER
    choices = _shown(context, saying, place)
    for choice in saying.replies:
        if node.into and choice.value is not None and not _is_title(context, choice):
            reason = "the variable takes the title of the choice, not its value"
            context.note(
                "degraded", "value of a choice", choice.at or place, reason, "set the variable after the choice"
            )
    question = replace(
        node,
        content=_question(context, node.content, saying, choices),
        into=into,
        validation=node.validation if context.has("ask.validation") else None,
        reply=_reply(context, node, bool(choices), place),
        edges=(),
    )
    after = _After(context, node, into, choices, saying.replies)
    parts: list[Content | Ask] = [*saying.before, question]
    nodes: list[Node] = []
    for index, item in enumerate(parts):
        id_ = node.id if index == 0 else context.fresh(f"{node.id}_said_{index}")
        if isinstance(item, Ask):
            nodes.append(replace(item, id=id_))
        else:
            nodes.append(Message(id=id_, content=item, title=node.title, at=node.at))
    for index, made in enumerate(nodes[:-1]):
        nodes[index] = replace(made, edges=(Edge(Always(), nodes[index + 1].id),))
    asked = nodes[-1]
    edges, tests = after.build(asked.id)
    nodes[-1] = replace(asked, edges=edges)
    context.note("exact", "ask", place)
    return [*nodes, *tests]


def _shown(context: FitContext, saying: Saying, place: Place) -> tuple[Choice, ...]:
    """The replies that the target shows as buttons or rows, fitted; none where they stand as numbers in the text."""
    replies = [choice for choice in saying.replies if choice.kind.value == "reply"]
    if not replies or len(replies) < len(saying.replies):
        return ()
    target = context.target
    titles = [marker_text(context.words(choice.title)) or choice.payload or choice.id for choice in replies]
    described = any(context.words(choice.description) for choice in replies)
    buttons = fit_labels(titles, target.count("choice.buttons.title")) if target.has("choice.buttons.title") else []
    short = bool(buttons) and not any(label.shortened for label in buttons)
    labels = buttons or [Label(title, title) for title in titles]
    few = len(replies) <= target.count("choice.buttons")
    listed = len(replies) <= target.count("choice.list")
    better = listed and (not short or (described and target.has("choice.list.description")))
    if few and not better:
        return _fitted(context, replies, labels, "buttons", place)
    if listed:
        return _fitted(context, replies, fit_labels(titles, target.count("choice.list.title")), "list", place)
    return ()


def _is_title(context: FitContext, choice: Choice) -> bool:
    """The value that a choice stores is its title."""
    title = marker_text(context.words(choice.title))
    return isinstance(choice.value, Const) and str(choice.value.value) == title


def _fitted(
    context: FitContext, replies: Sequence[Choice], labels: Sequence[Label], form: str, place: Place
) -> tuple[Choice, ...]:
    made: list[Choice] = []
    sections = form == "list" and context.has("choice.list.sections")
    room = context.target.count("choice.list.description") if form == "list" else 0
    for choice, label in zip(replies, labels, strict=True):
        where = choice.at or place
        own = marker_text(context.words(choice.description))
        told = " – ".join(part for part in ((label.full if label.shortened else ""), own) if part)
        if label.shortened and not room:
            context.note("degraded", "choice", where, f"its title is shortened: {label.how}", "write a shorter title")
        elif own and not room:
            context.note("degraded", "choice", where, "its description is not shown", "say it in the text")
        else:
            context.note("exact", "choice", where)
        if context.words(choice.section) and not sections:
            context.note("dropped", "section title", where, f"{context.target.name} has no sections here", "")
        description = fit_labels([told], room)[0].title if told and room else ""
        made.append(
            replace(
                choice,
                title=context.said((Literal(label.title),)),
                description=context.said((Literal(description),)) if description else context.said(()),
                section=context.said(context.words(choice.section)) if sections else context.said(()),
                hints=(("form", f'"{form}"'),),
            )
        )
    return tuple(made)


def _question(context: FitContext, source: Content, saying: Saying, shown: tuple[Choice, ...]) -> Content:
    """What the question says: with its buttons, or with numbers in the text."""
    main = saying.main
    language = context.language or context.flow.locale or context.project.locale or "en"
    if shown and shown[0].hints == _LISTED and main.template is None:
        label = marker_text(context.words(source.list_label)) or phrase("list_button", language)
        opener = fit_labels([label], context.target.count("choice.buttons.title"))[0].title
        return replace(main, choices=shown, list_label=context.said((Literal(opener),)))
    if shown:
        return replace(main, choices=shown)
    if not saying.replies:
        return main
    ask = phrase("choose", language)
    said = context.words(main.text)
    body: list[Segment] = [*said, Literal("\n\n" if said else ""), Literal(ask)]
    for number, choice in enumerate(saying.replies, start=1):
        title = context.words(choice.title) or (Literal(choice.payload or choice.id),)
        body.extend([Literal(f"\n{number}. "), *title])
    return replace(main, text=context.said(join_text(body)))


def _reply(context: FitContext, node: Ask, shown: bool, place: Place) -> ReplyKind:
    """The kind of answer that the target itself asks for."""
    if shown:
        return ReplyKind.CHOICE
    kind = node.reply
    if kind in _CHECKS:
        return kind if kind.value in context.target.items("ask.typed") else ReplyKind.TEXT
    if kind is ReplyKind.LOCATION:
        if context.has("ask.location"):
            return kind
        context.note("degraded", "asking for a location", place, "a free answer", "ask for an address")
    if kind in _FILES:
        if context.has("ask.media"):
            return kind
        context.note("degraded", f"asking for {kind.value}", place, "a free answer", "ask for a link")
    return ReplyKind.TEXT


class _After:
    """What follows the answer."""

    def __init__(
        self,
        context: FitContext,
        node: Ask,
        into: tuple[str, ...],
        shown: tuple[Choice, ...],
        replies: tuple[Choice, ...],
    ) -> None:
        self.context = context
        self.node = node
        self.value: Expression = variable(into)
        self.shown = shown
        self.replies = replies
        self.place = context.place(node)

    def build(self, asked: str) -> tuple[tuple[Edge, ...], list[Node]]:
        """The question's own edges, and the nodes that test the answer."""
        context = self.context
        chosen: list[Edge] = []
        tests: list[Edge] = []
        rest: Edge | None = None
        timeout: Edge | None = None
        for edge in self.node.edges:
            guard = edge.guard
            if isinstance(guard, Chosen) and self.shown:
                chosen.append(edge)
                context.note("exact", "answer", edge.at or self.place)
            elif isinstance(guard, Chosen):
                tests.append(replace(edge, guard=When(self._is_one_of(guard.choices))))
                context.note("emulated", "answer", edge.at or self.place, "typed: its number or its words")
            elif isinstance(guard, When):
                meant = meaning(context.project, guard.condition, self.value, context.language)
                tests.append(replace(edge, guard=When(meant)))
            elif isinstance(guard, Timeout):
                timeout = self._timeout(edge)
            elif isinstance(guard, (Otherwise, Always)) and rest is None:
                rest = edge
        typed = [edge for edge in chosen if self.shown and self._spellings(edge)]
        for edge in typed:
            condition = self._typed(edge)
            if condition is not None:
                tests.append(replace(edge, guard=When(condition)))
        unchosen = self._unchosen(chosen, rest)
        nodes: list[Node] = []
        target = rest.target if rest else None
        if tests:
            case = Case(
                id=context.fresh(f"{self.node.id}_answer"),
                edges=(*tests, Edge(Otherwise(), target, rest.label if rest else "")),
                subject=self.value,
                at=self.node.at,
            )
            nodes.extend(branches(context, case, context.fresh))
            target = case.id
        checked = self._checked(asked, target)
        nodes.extend(checked)
        target = checked[0].id if checked else target
        edges = [*chosen, *unchosen]
        if target is not None or not chosen:
            edges.append(Edge(Otherwise(), target, rest.label if rest else "", rest.at if rest else None))
        if timeout is not None:
            edges.append(timeout)
        return tuple(edges), nodes

    def _unchosen(self, chosen: Sequence[Edge], rest: Edge | None) -> list[Edge]:
        """Buttons that no edge names go where every other answer goes."""
        named = {choice for edge in chosen if isinstance(edge.guard, Chosen) for choice in edge.guard.choices}
        left = tuple(choice.id for choice in self.shown if choice.id not in named)
        return [Edge(Chosen(left), rest.target if rest else None)] if left else []

    def _words(self, choice: Choice, number: int) -> tuple[str, ...]:
        spellings = [marker_text(self.context.words(choice.title)), choice.payload]
        accepted = choice.accepts.best(self.context.language) or ()
        digits = str(number) if not self._taken(str(number)) else ""
        return tuple(dict.fromkeys(word for word in (digits, *spellings, *accepted) if word))

    def _taken(self, digits: str) -> bool:
        return any(digits in (choice.accepts.best(self.context.language) or ()) for choice in self.replies)

    def _is_one_of(self, choices: tuple[str, ...]) -> Expression:
        words = [
            word
            for number, choice in enumerate(self.replies, start=1)
            if choice.id in choices
            for word in self._words(choice, number)
        ]
        return Call("same_text", (self.value, *(Const(word) for word in dict.fromkeys(words))))

    def _spellings(self, edge: Edge) -> bool:
        guard = edge.guard
        return isinstance(guard, Chosen) and any(
            choice.accepts for choice in self.replies if choice.id in guard.choices
        )

    def _typed(self, edge: Edge) -> Expression | None:
        """The words that a person may type instead of tapping, where the target can test them."""
        guard = edge.guard
        assert isinstance(guard, Chosen)
        condition = self._is_one_of(guard.choices)
        return condition if fit_condition(self.context, condition) is not None else None

    def _timeout(self, edge: Edge) -> Edge | None:
        context, where = self.context, edge.at or self.place
        if context.has("ask.timeout"):
            context.note("exact", "timeout", where)
            return edge
        reason = f"{context.target.name} waits for ever"
        context.note("dropped", "timeout", where, reason, "send a reminder from elsewhere")
        return None

    def _checked(self, asked: str, target: str | None) -> list[Node]:
        """The checks of the answer that the target does not make itself, as a condition that leads back."""
        context, node = self.context, self.node
        condition = self._check(node.validation)
        if condition is None:
            return []
        fitted = fit_condition(context, condition)
        if fitted is None:
            context.note("degraded", "check of the answer", self.place, "every answer is taken", "check it later")
            return []
        fate = ("degraded", fitted.loss) if fitted.loss else ("emulated", "a condition that leads back to the question")
        context.note(fate[0], "check of the answer", self.place, fate[1], "")
        error = node.validation.error if node.validation else None
        case_id = context.fresh(f"{node.id}_check")
        back = asked
        nodes: list[Node] = []
        if error is not None and not error.empty:
            saying = say(context, error, self.place)
            back = context.fresh(f"{node.id}_error")
            nodes.append(Message(id=back, content=saying.main, edges=(Edge(Always(), asked),), at=node.at))
        if node.validation is not None and node.validation.retries is not None and not context.has("ask.retries"):
            context.note("degraded", "number of attempts", self.place, "asked again without a limit", "")
        edges = (Edge(When(condition), target), Edge(Otherwise(), back))
        case = Case(id=case_id, edges=edges, subject=self.value, at=node.at)
        return [*branches(context, case, context.fresh), *nodes]

    def _check(self, validation: Validation | None) -> Expression | None:
        context, kind = self.context, self.node.reply
        native = kind.value in context.target.items("ask.typed")
        parts: list[Expression] = []
        if kind in _CHECKS and not native and not self.shown:
            parts.append(Call(_CHECKS[kind], (self.value,)))
        if validation is not None and not context.has("ask.validation"):
            if validation.minimum is not None:
                parts.append(Call("has_number_gte", (self.value, Const(validation.minimum))))
            if validation.maximum is not None:
                parts.append(Call("has_number_lte", (self.value, Const(validation.maximum))))
            if validation.pattern:
                parts.append(Call("matches", (self.value, Const(validation.pattern))))
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else Call("and", tuple(parts))

"""What an answer leads to: quick replies and numbered menus become choices, cases become edges.

A choice takes the case that its own words pass first, as the engine would decide after a tap; the words the case is
written for stay as typed answers. Cases that accept more than those words keep a condition of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bascule.diagnostics import Severity
from bascule.ir.content import Choice, ChoiceKind, Content
from bascule.ir.expr import Expression, Ref
from bascule.ir.nodes import Always, Chosen, Guard, Otherwise, ReplyKind, Timeout, When
from bascule.ir.nodes import Duration as Length
from bascule.ir.text import Localized
from bascule.parsers.rapidpro.answers import DEFAULT, UNKNOWN, Answers, pair
from bascule.parsers.rapidpro.catalogue import HINT_REPLIES, TEST_REPLIES
from bascule.parsers.rapidpro.conditions import condition_of
from bascule.parsers.rapidpro.matching import words_of
from bascule.parsers.rapidpro.menus import from_menu
from bascule.parsers.rapidpro.reading import clip
from bascule.parsers.rapidpro.routers import Case, Category, Router
from bascule.parsers.rapidpro.rules import ReplyWithoutCase
from bascule.parsers.rapidpro.scene import Reply, Said, Scene
from bascule.source import Place

__all__ = ["Question", "Route", "ask"]

_INPUT = (("input",), ("input", "text"))
_SHARES = (ChoiceKind.SHARE_LOCATION, ChoiceKind.SHARE_PHONE)
_WHOLE = ("has_only_phrase", "has_only_text")


@dataclass(frozen=True, slots=True)
class Route:
    """One way out of a node before it is an edge."""

    guard: Guard
    category: Category | None
    place: Place

    @property
    def label(self) -> str:
        """The category's name."""
        return self.category.name if self.category else ""


@dataclass(slots=True)
class Question:
    """What a wait becomes: what is said, which answers it takes, where they lead."""

    content: Content
    reply: ReplyKind
    into: tuple[str, ...]
    routes: list[Route] = field(default_factory=list)


def ask(scene: Scene, said: Said | None, router: Router) -> Question:
    """The question that a waiting router asks; ``said`` is the message right before it, if it belongs to it."""
    into = ("results", router.result) if router.result else ("input", "text")
    operand = router.operand
    plain = isinstance(operand, Ref) and operand.path in _INPUT
    subject: Expression | None = Ref(into) if plain else operand
    scene.reading.declare(into, router.place)
    if operand is not None and not plain:
        scene.reading.note(operand, router.place)
    content = said.content if said is not None else Content()
    replies = list(said.replies) if said is not None else []
    answers = Answers(scene, router.cases if plain else None)
    if said is not None and plain and not content.choices and content.template is None:
        planned = from_menu(scene, said, router, answers)
        if planned is not None:
            content, replies = planned
    question = Question(content, _reply_kind(router, replies), into)
    if replies:
        pair(scene, replies, answers)
        _with_choices(scene, router, replies, answers, subject, question)
    else:
        question.routes.extend(
            Route(When(condition_of(scene, case, subject)), case.category, case.place) for case in router.cases
        )
        if router.default is not None:
            guard: Guard = Otherwise() if router.cases else Always()
            question.routes.append(Route(guard, router.default, router.default.place))
    wait = router.wait
    if wait is not None and wait.seconds is not None:
        question.routes.append(Route(Timeout(Length(wait.seconds)), wait.category, wait.timeout_place))
    return question


def _reply_kind(router: Router, replies: list[Reply]) -> ReplyKind:
    if replies and all(reply.choice.kind is ChoiceKind.SHARE_LOCATION for reply in replies):
        return ReplyKind.LOCATION
    if any(reply.choice.kind is ChoiceKind.REPLY for reply in replies):
        return ReplyKind.CHOICE
    hint = HINT_REPLIES.get(router.wait.hint, "") if router.wait else ""
    if hint:
        return ReplyKind(hint)
    kinds = {TEST_REPLIES.get(case.test, "") for case in router.cases}
    return ReplyKind(kinds.pop()) if len(kinds) == 1 and "" not in kinds else ReplyKind.ANY


def _with_choices(
    scene: Scene,
    router: Router,
    replies: list[Reply],
    answers: Answers,
    subject: Expression | None,
    question: Question,
) -> None:
    """Give the replies their accepted words, and make the edges."""
    taken: dict[int, list[str]] = {}
    numbers: dict[str, int] = {}
    for reply in replies:
        if reply.choice.kind in (ChoiceKind.REPLY, *_SHARES):
            numbers[reply.choice.id] = _case_of_reply(scene, reply, answers)
            taken.setdefault(numbers[reply.choice.id], []).append(reply.choice.id)
    choices: list[Choice] = []
    for reply in replies:
        number = numbers.get(reply.choice.id, UNKNOWN)
        choice = reply.choice
        if number >= 0:
            choice = replace(choice, accepts=_accepts(scene, reply, answers, number, len(taken[number]) == 1))
        choices.append(choice)
    _report(scene, router, replies, numbers, answers)
    question.content = replace(question.content, choices=tuple(choices))
    for number, case in enumerate(router.cases):
        if number in taken:
            question.routes.append(Route(Chosen(tuple(taken[number])), case.category, case.place))
        if number not in taken or not _covered(case, [c for c in choices if c.id in taken[number]]):
            question.routes.append(Route(When(condition_of(scene, case, subject)), case.category, case.place))
    if router.default is not None:
        rest = taken.get(DEFAULT, [])
        if rest:
            question.routes.append(Route(Chosen(tuple(rest)), router.default, router.default.place))
        question.routes.append(Route(Otherwise(), router.default, router.default.place))


def _case_of_reply(scene: Scene, reply: Reply, answers: Answers) -> int:
    if reply.choice.kind is ChoiceKind.SHARE_LOCATION and answers.cases:
        return next((number for number, case in enumerate(answers.cases) if case.test == "has_location"), UNKNOWN)
    words = reply.words.get(scene.locale)
    language = scene.locale
    if words is None:
        language, words = next(iter(reply.words.items()), ("", "@"))
    return answers.case_of(words, language)


def _accepts(scene: Scene, reply: Reply, answers: Answers, number: int, alone: bool) -> Localized[tuple[str, ...]]:
    """The typed words that mean a choice, per language. Of a case that several choices share, each gets its own."""
    assert answers.cases is not None
    known = dict(reply.choice.accepts.items)
    result: list[tuple[str, tuple[str, ...]]] = []
    for language in dict.fromkeys((scene.locale, *answers.cases[number].arguments, *known)):
        own = set(words_of(reply.words.get(language, "")))
        words = [word for word in answers.accepted(number, language) if alone or (own and set(words_of(word)) <= own)]
        words = list(dict.fromkeys([*known.get(language, ()), *words]))
        if words:
            result.append((language, tuple(words)))
    return Localized(tuple(result))


def _covered(case: Case, choices: list[Choice]) -> bool:
    """Whether a case accepts nothing but the words of its one choice."""
    if case.test not in _WHOLE or len(choices) != 1:
        return False
    accepts = dict(choices[0].accepts.items)
    return all(words and words[0].strip() in accepts.get(language, ()) for language, words in case.arguments.items())


def _report(scene: Scene, router: Router, replies: list[Reply], numbers: dict[str, int], answers: Answers) -> None:
    """Report replies that no case takes, and those that lead elsewhere in another language."""
    if not answers.cases:
        return
    some = any(number >= 0 for number in numbers.values())
    default = clip(router.default.name, 30) if router.default else ""
    for reply in replies:
        number = numbers.get(reply.choice.id, UNKNOWN)
        if number == UNKNOWN:
            continue
        case = answers.cases[number] if number >= 0 else None
        meant = (clip(case.category.name, 30) if case.category else "") if case else default
        if case is None:
            where = f"the category `{default}`" if router.default else "the end"
            scene.reading.find(
                ReplyWithoutCase,
                reply.choice.at or router.place,
                f"no case takes the reply `{clip(_words(reply, scene.locale), 40)}`; it leads to {where}",
                help="add a case for it, or use the words of a case",
                severity=None if some else Severity.INFO,
            )
        for language, words in reply.words.items():
            if language == scene.locale or answers.case_of(words, language) in (number, UNKNOWN):
                continue
            place = reply.places.get(language) or reply.choice.at or router.place
            scene.reading.find(
                ReplyWithoutCase,
                place,
                f"in `{language}` the reply `{clip(words, 40)}` led elsewhere than to `{meant}`; here it leads there",
                help="translate the arguments of the case to match the reply",
            )
            scene.reading.book.emulated(place, "leads where the reply in the flow's own language leads")


def _words(reply: Reply, language: str) -> str:
    return reply.words.get(language) or next(iter(reply.words.values()), "")

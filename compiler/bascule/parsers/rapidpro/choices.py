"""What an answer leads to: quick replies and numbered menus become choices, cases become edges.

A choice takes the case that its own words pass first, as the engine would decide after a tap; the words the case is
written for stay as typed answers. Cases that accept more than those words keep a condition of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bascule.diagnostics import Severity
from bascule.ir.content import Choice, ChoiceKind, Content
from bascule.ir.expr import Const, Expression, Ref
from bascule.ir.nodes import Always, Chosen, Guard, Otherwise, ReplyKind, Timeout, When
from bascule.ir.nodes import Duration as Length
from bascule.ir.text import Literal, Localized, Text, is_empty, join_text, plain_text
from bascule.parsers.rapidpro.catalogue import HINT_REPLIES, TEST_REPLIES
from bascule.parsers.rapidpro.matching import answers_of, passes, words_of
from bascule.parsers.rapidpro.reading import clip, slug, unique
from bascule.parsers.rapidpro.routers import Case, Category, Router, condition_of
from bascule.parsers.rapidpro.rules import RepliesNotTranslated, ReplyWithoutCase
from bascule.parsers.rapidpro.scene import Reply, Said, Scene
from bascule.source import Place

if TYPE_CHECKING:
    from bascule.language.menus import Menu, MenuItem

__all__ = ["Question", "Route", "ask"]

_DEFAULT = -1
_UNKNOWN = -2
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
    answers = _Answers(scene, router.cases if plain else None)
    if said is not None and plain and not content.choices and content.template is None:
        planned = _from_menu(scene, said, router, answers)
        if planned is not None:
            content, replies = planned
    question = Question(content, _reply_kind(router, replies), into)
    if replies:
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


class _Answers:
    """Decides which case an answer passes first. Without cases to ask (None), nothing can be told."""

    def __init__(self, scene: Scene, cases: list[Case] | None) -> None:
        self.scene = scene
        self.cases = cases

    def arguments(self, case: Case, language: str) -> tuple[str, ...]:
        """The arguments that hold for people of a language."""
        return case.arguments.get(language) or case.arguments[self.scene.locale]

    def case_of(self, words: str, language: str) -> int:
        """The number of the case, or that there is none, or that it cannot be told."""
        if self.cases is None or "@" in words:
            return _UNKNOWN
        for number, case in enumerate(self.cases):
            result = passes(case.test, words, self.arguments(case, language)) if case.known else None
            if result is None:
                return _UNKNOWN
            if result:
                return number
        return _DEFAULT

    def accepted(self, number: int, language: str) -> Iterator[str]:
        """The words a case is written for that no earlier case takes."""
        assert self.cases is not None
        case = self.cases[number]
        for word in answers_of(case.test, self.arguments(case, language)):
            if self.case_of(word, language) == number:
                yield word


def _with_choices(
    scene: Scene,
    router: Router,
    replies: list[Reply],
    answers: _Answers,
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
        number = numbers.get(reply.choice.id, _UNKNOWN)
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
        rest = taken.get(_DEFAULT, [])
        if rest:
            question.routes.append(Route(Chosen(tuple(rest)), router.default, router.default.place))
        question.routes.append(Route(Otherwise(), router.default, router.default.place))


def _case_of_reply(scene: Scene, reply: Reply, answers: _Answers) -> int:
    if reply.choice.kind is ChoiceKind.SHARE_LOCATION and answers.cases:
        return next((number for number, case in enumerate(answers.cases) if case.test == "has_location"), _UNKNOWN)
    words = reply.words.get(scene.locale)
    language = scene.locale
    if words is None:
        language, words = next(iter(reply.words.items()), ("", "@"))
    return answers.case_of(words, language)


def _accepts(scene: Scene, reply: Reply, answers: _Answers, number: int, alone: bool) -> Localized[tuple[str, ...]]:
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


def _report(scene: Scene, router: Router, replies: list[Reply], numbers: dict[str, int], answers: _Answers) -> None:
    """Report replies that no case takes, in the flow's language or in another."""
    if not answers.cases:
        return
    some = any(number >= 0 for number in numbers.values())
    for reply in replies:
        number = numbers.get(reply.choice.id, _UNKNOWN)
        if number == _UNKNOWN:
            continue
        place = reply.choice.at or router.place
        if number == _DEFAULT:
            where = f"the category `{clip(router.default.name, 30)}`" if router.default else "the end"
            scene.reading.find(
                ReplyWithoutCase,
                place,
                f"no case takes the reply `{clip(_words(reply, scene.locale), 40)}`; it leads to {where}",
                help="add a case for it, or use the words of a case",
                severity=None if some else Severity.INFO,
            )
            continue
        for language, words in reply.words.items():
            other = answers.case_of(words, language)
            if language == scene.locale or other in (number, _UNKNOWN):
                continue
            case = answers.cases[number]
            meant = clip(case.category.name if case.category else "", 30)
            scene.reading.find(
                ReplyWithoutCase,
                place,
                f"in `{language}` the reply `{clip(words, 40)}` leads elsewhere than `{meant}`, the flow's own",
                help="translate the arguments of the case to match the reply",
            )


def _words(reply: Reply, language: str) -> str:
    return reply.words.get(language) or next(iter(reply.words.values()), "")


# Numbered menus


def _from_menu(scene: Scene, said: Said, router: Router, answers: _Answers) -> tuple[Content, list[Reply]] | None:
    """The content without its menu and the menu's options as replies; None where there is none to be sure of."""
    own = said.texts.get(scene.locale)
    if own is None or not router.cases:
        return None
    from bascule.language.menus import find_menu

    menu = find_menu(own[0])
    if menu is None or len(menu.items) < 2:
        return None
    typed = [_typed(item, answers, scene.locale) for item in menu.items]
    if any(word is None for word, _ in typed) or 2 * sum(number >= 0 for _, number in typed) < len(typed):
        return None
    menus: dict[str, Menu] = {scene.locale: menu}
    for language, (text, place) in said.texts.items():
        other = menu if language == scene.locale else find_menu(text)
        if other is None or len(other.items) != len(menu.items):
            scene.reading.find(
                RepliesNotTranslated,
                place,
                f"the text has a menu of {len(menu.items)}, but not in `{language}`; it stays text",
                help="give the menu the same form in each language",
            )
            return None
        menus[language] = other
    replies = _options(scene, said, menus, typed, answers)
    texts = [(language, _without_menu(scene, *said.texts[language], found)) for language, found in menus.items()]
    content = said.content
    if all(text is not None for _, text in texts):
        content = replace(content, text=Localized(tuple((language, text) for language, text in texts if text)))
        for _, place in said.texts.values():
            scene.reading.book.emulated(place, "the numbered menu in the text became choices")
    return replace(content, choices=tuple(reply.choice for reply in replies)), replies


def _typed(item: MenuItem, answers: _Answers, language: str) -> tuple[str | None, int]:
    """What people type for an option, and the case it passes; None when it cannot be told."""
    from bascule.language.menus.model import key_value

    value = key_value(item.key)
    words = [item.key, *([str(value)] if value is not None and item.key != str(value) else []), *item.spellings]
    first = _DEFAULT
    for word in dict.fromkeys(words):
        number = answers.case_of(word, language)
        if number == _UNKNOWN:
            return None, _UNKNOWN
        if number >= 0:
            return word, number
        first = number
    return words[0], first


def _options(
    scene: Scene, said: Said, menus: dict[str, Menu], typed: list[tuple[str | None, int]], answers: _Answers
) -> list[Reply]:
    """The options as replies; of the spellings of a number, those that lead where the number leads."""
    ids: dict[str, int] = {}
    replies: list[Reply] = []
    for index, (word, number) in enumerate(typed):
        assert word is not None
        titles: list[tuple[str, Text]] = []
        accepts: list[tuple[str, tuple[str, ...]]] = []
        at: Place | None = None
        for language, menu in menus.items():
            item = menu.items[index]
            text, place = said.texts[language]
            start = text.find(item.title, item.start, item.end)
            start = start if start >= 0 else item.start
            titles.append((language, scene.reading.text(text, place, start, start + len(item.title))))
            spellings = dict.fromkeys((item.key, *item.spellings))
            same = tuple(spelling for spelling in spellings if answers.case_of(spelling, language) == number)
            if same:
                accepts.append((language, same))
            at = at or scene.reading.within(text, place, item.start, item.end)
        title = plain_text(titles[0][1], lambda _: " ")
        choice = Choice(
            id=unique(slug(title) or slug(word) or f"choice_{index + 1}", ids),
            title=Localized(tuple(titles)),
            payload=menus[scene.locale].items[index].key,
            value=Const(word) if word != title else None,
            accepts=Localized(tuple(accepts)),
            at=at,
        )
        replies.append(Reply(choice, dict.fromkeys(menus, word)))
    return replies


def _without_menu(scene: Scene, text: str, place: Place, menu: Menu) -> Text | None:
    """The text without the lines of its menu; None where they cannot be cut out without breaking a sentence."""
    before, after = text[: menu.start], text[menu.end :]
    line_start = before.rsplit("\n", 1)[-1].strip() == ""
    line_end = after.split("\n", 1)[0].strip(" \t\r.") == ""
    if not (line_start and line_end):
        return None
    rest = menu.end + len(after) - len(after.lstrip(" \t\r\n."))
    head = scene.reading.text(text, place, 0, len(before.rstrip()))
    tail = scene.reading.text(text, place, rest, len(text.rstrip()))
    kept = join_text((*head, Literal("\n"), *tail)) if head and tail else head or tail
    return None if is_empty(kept) else kept

"""The numbered-menu idiom: an ask whose text lists options, then a split over the reply, become real choices.

The option's title comes from the menu text; what the split accepts stays as typed spellings. Where the text has
no menu, the words of the split are choices when the file gives evidence that the question is closed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bascule.ir.content import Choice
from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.nodes import Always, Ask, Chosen, Edge, Node, Otherwise, ReplyKind, When
from bascule.ir.text import Literal, Localized, Text, is_empty, join_text, literal, plain_text
from bascule.parsers.twilio_studio.conditions import Branch
from bascule.parsers.twilio_studio.reading import Reading, json_text, slug, unique
from bascule.parsers.twilio_studio.rules import MenuWithoutBranch
from bascule.parsers.twilio_studio.splits import Split
from bascule.parsers.twilio_studio.states import State
from bascule.source import Place

if TYPE_CHECKING:
    from bascule.language.menus import Menu, MenuItem

__all__ = ["add_choices"]

_WRAPPERS = frozenset({"lower", "upper", "trim", "title", "downcase", "upcase", "strip", "capitalize"})
_EDGE_MARKS = " \t\r\n.,;:!?)(-–—*_\"'«»“”"
_MOST_WORDS = 100
"""A split of more words than this is a look-up, not a question with options."""
_WORD = re.compile(r"\w+")
_TAG = re.compile(r"\{%-?\s*(end)?(if|unless|for|case|capture|comment|raw|tablerow)\b")


@dataclass(slots=True)
class _Route:
    """One branch as it leaves the ask: the choices that take it, and the words that are only typed."""

    branch: Branch
    choices: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Plan:
    choices: list[Choice]
    routes: list[_Route]
    reason: str
    closed: bool
    text: Text | None = None


def add_choices(
    reading: Reading,
    nodes: Sequence[Node],
    states: Mapping[str, State],
    splits: Mapping[str, Split],
    entered: Sequence[str],
) -> list[Node]:
    """Turn menus into choices. ``entered`` are the targets of the flow's entries.

    A split that only its ask leads to disappears into it; one that others lead to stays, and the ask goes past it.
    """
    incoming = Counter(edge.target for node in nodes for edge in node.edges if edge.target is not None)
    incoming.update(entered)
    passed: Counter[str] = Counter()
    result: list[Node] = []
    merged: dict[str, tuple[str, str]] = {}
    for node in nodes:
        target = _asked_split(node, splits)
        plan = _plan(reading, node, states[node.id], splits, target) if target and isinstance(node, Ask) else None
        if plan is None or not isinstance(node, Ask):
            result.append(_offered(reading, node, states[node.id]) if isinstance(node, Ask) and not target else node)
            continue
        passed[target] += 1
        alone = passed[target] == incoming[target]
        if alone:
            merged[target] = (node.id, plan.reason)
        result.append(_with_choices(reading, node, states[node.id], splits[target], plan, alone))
    for target, (ask, reason) in merged.items():
        _account(reading, splits[target], f"merged into the choices of `{ask[:60]}`: {reason}")
    return [node for node in result if node.id not in merged]


def _offered(reading: Reading, node: Ask, state: State) -> Ask:
    """An ask whose reply nothing splits on, with the options of its menu, when the text asks for their numbers."""
    body = state.properties.values.get("body")
    if node.content.template is not None or node.content.choices or not isinstance(body, str):
        return node
    from bascule.language.menus import find_menu

    menu = find_menu(body)
    if menu is None or "{%" in body[menu.start : menu.end] or not _balanced(body[: menu.start]):
        return node
    keys = {_plain(item.key) for item in menu.items}
    rest = {_plain(word) for word in re.findall(r"\w+", f"{body[: menu.start]} {body[menu.end :]}")}
    if len(keys) < 2 or len(keys) != len(menu.items) or len(keys & rest) < 2:
        return node
    place = state.properties.at("body")
    ids: dict[str, int] = {}
    choices: list[Choice] = []
    for number, item in enumerate(menu.items, 1):
        start = body.find(item.title, item.start, item.end)
        title = reading.text(item.title, place, start if start >= 0 else item.start)
        at = place.within(item.start, item.end)
        choices.append(_choice(plain_text(title, lambda _: " "), title, item.key, (), number, ids, at))
    content = replace(node.content, choices=tuple(choices))
    text = _without_menu(reading, body, menu, place)
    if text is not None:
        content = replace(content, text=Localized.of(text))
        reading.book.emulated(place, "the numbered menu in the text became choices")
    return replace(node, content=content)


def _asked_split(node: Node, splits: Mapping[str, Split]) -> str:
    """The split that an ask's reply leads to, when it leads to exactly one."""
    if not isinstance(node, Ask) or node.content.template is not None:
        return ""
    targets = [edge.target for edge in node.edges if isinstance(edge.guard, Always)]
    target = targets[0] if len(targets) == 1 else None
    return target if target is not None and target in splits else ""


def _plan(reading: Reading, node: Ask, state: State, splits: Mapping[str, Split], target: str) -> _Plan | None:
    """How the split becomes choices of the ask, or None when it does not."""
    reply, split = Ref(node.into), splits[target]
    if not split.branches or not split.complete:
        return None
    for branch in split.branches:
        test = branch.tests[0]
        if len(branch.tests) != 1 or not test.spellings or _bare(test.subject) != reply:
            return None
    body = state.properties.values.get("body")
    text = body if isinstance(body, str) else ""
    from bascule.language.menus import find_menu

    menu = find_menu(text) if text else None
    planned = _from_menu(reading, state, split, text, menu) if menu else None
    if planned is None:
        return _from_words(reading, state, split, text)
    following = [splits[way.target] for way in split.otherwise if way.target is not None and way.target in splits]
    if not any(other.subject is not None and _bare(other.subject) == reply for other in following):
        _report_gaps(reading, state, split, planned)
    return planned


def _report_gaps(reading: Reading, state: State, split: Split, plan: _Plan) -> None:
    """Options that no branch takes (a further split over the same reply may)."""
    taken = {choice for route in plan.routes for choice in route.choices}
    for choice in plan.choices:
        if choice.id not in taken:
            reading.find(
                MenuWithoutBranch,
                choice.at or state.place,
                f"`{state.shown}` offers `{choice.payload[:20]}`, which no branch of `{split.state.shown}` tests",
                help="add the branch, or take the option out of the text",
            )


def _bare(expression: Expression) -> Expression:
    """An expression without the filters that a comparison which ignores case and blanks does not need."""
    while isinstance(expression, Call) and expression.name in _WRAPPERS and len(expression.args) == 1:
        expression = expression.args[0]
    return expression


def _plain(word: str) -> str:
    return word.strip(_EDGE_MARKS).casefold()


def _from_menu(reading: Reading, state: State, split: Split, text: str, menu: Menu) -> _Plan | None:
    if "{%" in text[menu.start : menu.end] or not _balanced(text[: menu.start]):
        return None
    items: dict[str, MenuItem] = {}
    named: dict[str, str] = {}
    for item in menu.items:
        items.setdefault(_plain(item.key), item)
    for key, item in items.items():
        for word in (item.key, *item.spellings, item.title):
            named.setdefault(_plain(word), key)
    owner: dict[str, int] = {}
    accepted: dict[str, list[str]] = {}
    routes = [_Route(branch) for branch in split.branches]
    claimed: dict[str, int] = {}
    for index, route in enumerate(routes):
        loose: list[str] = []
        for word in route.branch.tests[0].spellings or ():
            # The first branch that lists a word gets it; later ones are never reached by it.
            if claimed.setdefault(_plain(word), index) != index:
                continue
            key = named.get(_plain(word), "")
            if key and owner.setdefault(key, index) == index:
                accepted.setdefault(key, []).append(word)
            else:
                loose.append(word)
        owned = [key for key, who in owner.items() if who == index]
        if len(owned) == 1:
            own = {*accepted[owned[0]], *loose}
            listed = route.branch.tests[0].spellings or ()
            accepted[owned[0]] = [word for word in dict.fromkeys(listed) if word in own]
        else:
            route.typed = list(dict.fromkeys(loose))
    if len(items) < 2 or not owner:
        return None
    ids: dict[str, int] = {}
    place = state.properties.at("body")
    choices: list[Choice] = []
    for number, (key, item) in enumerate(items.items(), 1):
        at = place.within(item.start, item.end)
        start = text.find(item.title, item.start, item.end)
        title = reading.text(item.title, place, start if start >= 0 else item.start)
        words = tuple(dict.fromkeys(accepted.get(key, ())))
        choice = _choice(plain_text(title, lambda _: " "), title, item.key, words, number, ids, at)
        choices.append(choice)
        if key in owner:
            routes[owner[key]].choices.append(choice.id)
    reason = "a numbered menu in the text and a split over the reply"
    return _Plan(choices, routes, reason, True, _without_menu(reading, text, menu, place))


def _balanced(text: str) -> bool:
    """Whether every Liquid block that opens in a text closes in it."""
    return sum(-1 if match.group(1) else 1 for match in _TAG.finditer(text)) == 0


def _without_menu(reading: Reading, text: str, menu: Menu, place: Place) -> Text | None:
    """The text without the lines of the menu; None where they cannot be cut out without breaking a sentence."""
    before, after = text[: menu.start], text[menu.end :]
    line_start = before.rsplit("\n", 1)[-1].strip() == ""
    line_end = after.split("\n", 1)[0].strip(" \t\r.") == ""
    if not (line_start and line_end):
        return None
    after_start = menu.end + len(after) - len(after.lstrip(" \t\r\n."))
    head = reading.text(before.rstrip(), place)
    tail = reading.text(text[after_start:].rstrip(), place, after_start)
    kept = join_text((*head, Literal("\n"), *tail)) if head and tail else head or tail
    return None if is_empty(kept) else kept


def _choice(
    name: str, title: Text, key: str, words: tuple[str, ...], number: int, ids: dict[str, int], at: Place
) -> Choice:
    id_ = unique(slug(name) or slug(key) or f"choice_{number}", ids)
    value = words[0] if words else key
    return Choice(
        id=id_,
        title=Localized.of(title),
        payload=key,
        value=Const(value) if value != name else None,
        accepts=Localized.of(words) if words else Localized(),
        at=at,
    )


def _from_words(reading: Reading, state: State, split: Split, text: str) -> _Plan | None:
    """Choices from the words of the split, when the file shows that the question is closed: the text names a word
    of every branch, or there are several branches and the reply is used for nothing else."""
    spelled = [branch.tests[0].spellings or () for branch in split.branches]
    if sum(map(len, spelled)) > _MOST_WORDS or not all(_is_option(words[0]) for words in spelled):
        return None
    said = " ".join(_WORD.findall(text.casefold()))
    mentioned = [[word for word in words if _is_option(word) and _stands_in(word, said)] for words in spelled]
    elsewhere = [user for user in reading.replies.get(state.name, ()) if user != split.state.id]
    if not all(mentioned) and (len(spelled) < 2 or elsewhere):
        return None
    ids: dict[str, int] = {}
    titles: set[str] = set()
    claimed: dict[str, int] = {}
    choices: list[Choice] = []
    routes: list[_Route] = []
    for branch, words, named in zip(split.branches, spelled, mentioned, strict=True):
        route = _Route(branch)
        own = len(routes)
        fresh = [word for word in dict.fromkeys(words) if claimed.setdefault(_plain(word), own) == own]
        distinct = list({_plain(word): word for word in reversed(named)}.values())[::-1]
        # Several words of one branch in the text are several answers, not spellings of one.
        options = [word for word in distinct if word in fresh] if len(distinct) > 1 else fresh[:1]
        for word in options:
            title = word[:1].upper() + word[1:]
            if title.casefold() in titles:
                return None
            titles.add(title.casefold())
            accepts = fresh if len(options) == 1 else [other for other in fresh if _plain(other) == _plain(word)]
            at = branch.tests[0].place.child("value")
            choice = _choice(title, literal(title), word, tuple(accepts), len(choices) + 1, ids, at)
            choices.append(choice)
            route.choices.append(choice.id)
        if len(options) > 1:
            taken = {_plain(word) for word in options}
            route.typed = [word for word in fresh if _plain(word) not in taken]
        routes.append(route)
    if not choices:
        return None
    reason = "the words of a split over the reply; the text has no menu, so the first spelling is the title"
    return _Plan(choices, routes, reason, not elsewhere)


def _is_option(word: str) -> bool:
    """Whether a word can stand on a button: letters in it, and no sentence."""
    return any(char.isalpha() for char in word) and 1 <= len(word.split()) <= 4 and len(word) <= 40


def _stands_in(word: str, said: str) -> bool:
    words = " ".join(_WORD.findall(word.casefold()))
    return bool(words) and f" {words} " in f" {said} "


def _with_choices(reading: Reading, node: Ask, state: State, split: Split, plan: _Plan, alone: bool) -> Ask:
    """The ask with its choices and the split's ways out."""
    book = reading.book
    reply = Ref(node.into)
    edges: list[Edge] = []
    for route in plan.routes:
        test, way = route.branch.tests[0], route.branch.transition
        if route.choices:
            edges.append(Edge(Chosen(tuple(route.choices)), way.target, route.branch.label, way.place))
        if test.partial:
            edges.append(Edge(When(test.expression), way.target, route.branch.label, way.place))
        elif route.typed:
            typed = Call("same_text", (reply, *(Const(word) for word in route.typed)))
            edges.append(Edge(When(typed), way.target, route.branch.label, way.place))
    edges.extend(Edge(Otherwise(), way.target, "", way.place) for way in split.otherwise[:1])
    for edge in node.edges:
        if not isinstance(edge.guard, Always):
            edges.append(edge)
        elif edge.at is not None:
            book.emulated(edge.at, f"leads to where the branches of `{split.state.shown}` lead: {plan.reason}")
    content = replace(node.content, choices=tuple(plan.choices))
    if plan.text is not None:
        content = replace(content, text=Localized.of(plan.text))
        book.emulated(state.properties.at("body"), "the numbered menu in the text became choices")
    facts = [*node.facts]
    if alone:
        kept = {"name": split.state.name, "properties": split.state.properties.values}
        facts.append(("split", json_text(kept)))
        facts.extend((f"split/{name}", value) for name, value in split.state.unread)
    return replace(
        node,
        edges=tuple(edges),
        content=content,
        reply=ReplyKind.CHOICE if plan.closed else ReplyKind.ANY,
        facts=tuple(facts),
    )


def _account(reading: Reading, split: Split, reason: str) -> None:
    """The fates of a split that disappeared: what was exact is now emulated."""
    state, book = split.state, reading.book
    places = [state.place, *(state.properties.at(name) for name in state.properties.values)]
    for transition in state.transitions:
        places.append(transition.place)
        places.extend(condition.place for condition in transition.conditions)
    for place in places:
        if book.is_exact(place):
            book.emulated(place, reason)

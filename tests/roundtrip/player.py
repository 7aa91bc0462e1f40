"""What "the same graph up to the ledger" means: a person who says the same things is told the same things.

A flow is played: it says, asks, keeps answers, decides, and goes on. Two flows are the same when every conversation
tried with the first one has the same transcript with the second. A transcript has every text with its values filled
in, files, buttons and rows as they are shown, waits, requests, hand-overs, jumps, and what is kept at the end.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any
from urllib.parse import unquote

from bascule.ir.content import Choice, ChoiceKind, Content
from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.nodes import (
    Always,
    Ask,
    Case,
    Chosen,
    Delay,
    Handover,
    HttpRequest,
    Message,
    Node,
    Otherwise,
    RunFlow,
    SetVariable,
    Success,
    When,
)
from bascule.ir.project import EntryKind, Flow
from bascule.ir.text import Hole, Text

__all__ = ["Player", "conversations", "start_of"]

STEPS = 60
ANSWERS = ("oui", "42", "7", "Ça va 🙂")
MARK = "flow end"
"""What Chatfuel's bots keep where a button ends the conversation: they have no block that only ends."""
_ORDER = {EntryKind.ANY_MESSAGE: 0, EntryKind.KEYWORD: 1, EntryKind.SUBFLOW: 3}

Event = tuple[str, ...]


def start_of(flow: Flow) -> str | None:
    """The node that a platform with one way in starts with."""
    entries = sorted(flow.entries, key=lambda entry: _ORDER.get(entry.kind, 2))
    first = next((node.id for entry in entries if (node := flow.start_of(entry)) is not None), None)
    return first or (flow.nodes[0].id if flow.nodes else None)


def plain(text: str) -> str:
    """A text as people see it: blanks at the ends of lines and signs without a shape do not count."""
    text = text.replace("\u2060", "")
    lines = [re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in unicodedata.normalize("NFC", text).split("\n")]
    return "\n".join(lines).strip()


def name_of(path: tuple[str, ...]) -> str:
    """A variable's name, whichever way a platform joins its parts; everything it keeps belongs to the contact."""
    return re.sub(r"^(?:contact_)+", "", "_".join(path).replace(".", "_"))


@dataclass
class Player:
    """Plays one flow. ``view`` changes what is heard, where a platform shows less than the graph has."""

    flow: Flow
    view: Callable[[list[Event]], list[Event]] = list
    heard: list[Event] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    asked: list[Ask] = field(default_factory=list)

    def play(self, answers: list[str]) -> list[Event]:
        """The transcript of one conversation; it stops at the question after the last answer."""
        left = list(answers)
        self.heard, self.kept, self.asked = [], {}, []
        at = start_of(self.flow)
        for _ in range(STEPS):
            node = self.flow.by_id.get(at) if at is not None else None
            if node is None:
                self.heard.append(("over",))
                break
            at = self._step(node, left)
            if at == "…":
                break
        else:
            return []  # a flow that goes round without asking: nothing to compare
        kept = [("kept", name, value) for name, value in sorted(self.kept.items()) if name != MARK]
        return [*self.view(self.heard), *kept]

    def _step(self, node: Node, left: list[str]) -> str | None:
        if isinstance(node, Ask) or (isinstance(node, Message) and node.audience is None):
            self._say(node.content, node.id)
        if isinstance(node, Ask):
            self.asked.append(node)
            self.heard.append(("asks",))
            if not left:
                return "…"
            return self._answer(node, left.pop(0))
        if isinstance(node, SetVariable):
            for item in node.assignments:
                self.kept[name_of(item.target)] = "" if item.op == "clear" else self._value(item.value)
        elif isinstance(node, HttpRequest):
            query = "&".join(f"{name}={self._text(value)}" for name, value in node.parameters)
            url, body = self._text(node.url), self._text(node.body)
            whole = f"{url}{'&' if '?' in url else '?'}{query}" if query else url
            # Parameters may stand in the address, percent-encoded; a secret is covered, however long it is.
            shown = re.sub("•+", "•", unquote(whole))
            self.heard.append(("http", node.method.upper() or "GET", plain(shown), plain(body)))
            for path, target in node.mapping:
                self.kept[name_of(target)] = f"<{re.sub(r'^(?:[$]|data)(?:[.]|$)', '', path)}>"
            if node.into:
                self.kept[name_of(node.into)] = "<>"
        elif isinstance(node, Delay):
            self.heard.append(("waits", f"{node.duration.seconds or 0:g}"))
        elif isinstance(node, Handover):
            self.heard.append(("person",))
        elif isinstance(node, RunFlow):
            self.heard.append(("flow",))
            return None
        elif isinstance(node, Case):
            return self._decide(node)
        return _target(node, (Always, Success, Otherwise))

    def _say(self, content: Content, node: str) -> None:
        for media in content.media:
            self.heard.append(("file", media.kind.value, plain(self._text(media.url.first)) if media.url else ""))
            if media.caption and media.caption.first:
                self.heard.append(("says", plain(self._text(media.caption.first))))
        if content.template is not None:
            values = [f"{slot}={self._value(value)}" for slot, value in sorted(content.template.parameters)]
            self.heard.append(("template", content.template.name or content.template.provider_id or node, *values))
        lines = [self._text(part.first) for part in (content.header, content.text, content.footer) if part]
        if told := plain("\n\n".join(line for line in lines if line)):
            self.heard.append(("says", told))
        if content.list_label and content.replies:
            self.heard.append(("opens with", plain(self._text(content.list_label.first))))
        for choice in content.choices:
            self.heard.append(("button", choice.kind.value, *self._shown(choice)))

    def _shown(self, choice: Choice) -> tuple[str, ...]:
        parts = [choice.title.first if choice.title else (), choice.description.first if choice.description else ()]
        url = choice.url if choice.kind is ChoiceKind.URL else ()
        return tuple(plain(self._text(part)) for part in (*parts, url))

    def _answer(self, node: Ask, answer: str) -> str | None:
        self.heard.append(("person says", answer))
        chosen = next((choice for choice in node.content.replies if self._shown(choice)[0] == answer), None)
        if node.into:
            self.kept[name_of(node.into)] = answer
        if chosen is not None:
            for edge in node.edges:
                if isinstance(edge.guard, Chosen) and chosen.id in edge.guard.choices:
                    return edge.target
        for edge in node.edges:
            if isinstance(edge.guard, When) and self.holds(edge.guard.condition):
                return edge.target
        return _target(node, (Otherwise, Always))

    def _decide(self, node: Case) -> str | None:
        for edge in node.edges:
            if isinstance(edge.guard, When) and self.holds(edge.guard.condition):
                return edge.target
        return _target(node, (Otherwise, Always))

    def _text(self, text: Text) -> str:
        return "".join(self._value(part.expression) if isinstance(part, Hole) else part.text for part in text)

    def _value(self, value: Expression | None) -> str:
        if isinstance(value, Ref):
            name = name_of(value.path)
            return self.kept.get(name, f"‹{name}›")
        if isinstance(value, Const):
            if isinstance(value.value, bool):
                return "true" if value.value else "false"
            return "" if value.value is None else str(value.value)
        if isinstance(value, Call) and value.name == "concat":
            return "".join(self._value(part) for part in value.args)
        return "…" if value is not None else ""  # no platform computes it

    def holds(self, condition: Expression) -> bool:
        """Whether a condition holds now. Raises KeyError for a test that platforms do not have."""
        if isinstance(condition, Ref):
            return self._value(condition) == "true"
        if isinstance(condition, Const):
            return bool(condition.value)
        assert isinstance(condition, Call), condition
        name = condition.name
        if name in ("and", "or"):
            return (all if name == "and" else any)(self.holds(part) for part in condition.args)
        if name == "not":
            return not self.holds(condition.args[0])
        value, *others = (self._value(part) for part in condition.args)
        return TESTS[name](value, others)


def _target(node: Node, kinds: tuple[type, ...]) -> str | None:
    for kind in kinds:
        for edge in node.edges:
            if isinstance(edge.guard, kind):
                return edge.target
    return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _less(value: str, other: str) -> bool:
    left, right = _number(value), _number(other)
    return left is not None and right is not None and left < right


TESTS: dict[str, Callable[[str, list[str]], bool]] = {
    "eq": lambda value, others: value == others[0],
    "ne": lambda value, others: value != others[0],
    "same_text": lambda value, others: value.strip().casefold() in [word.strip().casefold() for word in others],
    "contains": lambda value, others: any(word.casefold() in value.casefold() for word in others),
    "not_contains": lambda value, others: others[0].casefold() not in value.casefold(),
    "starts_with": lambda value, others: any(value.casefold().startswith(word.casefold()) for word in others),
    "ends_with": lambda value, others: any(value.casefold().endswith(word.casefold()) for word in others),
    "lt": lambda value, others: _less(value, others[0]),
    "gt": lambda value, others: _less(others[0], value),
    # What is no number is neither less nor more: it is at least and at most anything, as long as it is there.
    "ge": lambda value, others: bool(value) and not _less(value, others[0]),
    "le": lambda value, others: bool(value) and not _less(others[0], value),
    "is_blank": lambda value, others: not value.strip(),
    "has_text": lambda value, others: bool(value.strip()),
    "has_value": lambda value, others: bool(value),
    "has_pattern": lambda value, others: re.search(others[0], value, re.IGNORECASE) is not None,
    "matches": lambda value, others: re.fullmatch(others[0], value, re.IGNORECASE) is not None,
}
"""The tests of platforms, as both sides are played."""


def conversations(player: Player, most: int = 25, longest: int = 4, taps_only: bool = False) -> Iterator[list[str]]:
    """Conversations to try: at every question each button, each word that a test looks for, and other words."""
    words = [*_words(player.flow), *ANSWERS]
    waiting: list[list[str]] = [[]]
    tried = 0
    while waiting and tried < most:
        said = waiting.pop(0)
        tried += 1
        yield said
        player.play(said)
        if len(player.asked) <= len(said) or len(said) >= longest:
            continue
        ask = player.asked[-1]
        titles = [player._shown(choice)[0] for choice in ask.content.replies]
        following = titles if titles and taps_only else [*titles, *words[:4]]
        waiting.extend([*said, word] for word in dict.fromkeys(following))


def _words(flow: Flow) -> list[str]:
    """The texts and numbers that tests of the flow compare with."""
    found: dict[str, None] = {}
    for _, edge in flow.edges():
        stack: list[Any] = [edge.guard.condition] if isinstance(edge.guard, When) else []
        while stack:
            item = stack.pop()
            if isinstance(item, Call):
                stack.extend(item.args)
            elif isinstance(item, Const) and isinstance(item.value, (str, int, float)) and item.value != "":
                found[str(item.value)] = None
    return list(found)


def same(first: Flow, second: Flow, view: Callable[[list[Event]], list[Event]] = list, **how: Any) -> int:
    """Assert that two flows are the same up to the ledger; how many conversations were compared."""
    mine, theirs = Player(first, view), Player(second, view)
    count = 0
    for said in conversations(mine, **how):
        told, heard = mine.play(said), theirs.play(said)
        first_difference = next((pair for pair in zip_longest(told, heard) if pair[0] != pair[1]), None)
        assert first_difference is None, (said, first_difference, told, heard)
        count += 1
    return count

"""Conditions of messages and slots as expressions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.parsers.rasa.intents import Filler
from bascule.parsers.rasa.model import Scene
from bascule.parsers.rasa.network import ACTIVE_LOOP, REQUESTED, Test, User
from bascule.source import Place

__all__ = ["Guards", "count_intents"]


@dataclass(slots=True)
class Guards:
    """Makes conditions. ``words`` are the intents that stand for literal messages; ``loops`` says that the flow has
    forms, so that the active one is known."""

    scene: Scene
    filler: Filler
    words: dict[str, str]
    loops: bool = False

    def intent_of(self, user: User) -> str:
        """The intent of a message; literal words have one of their own."""
        return user.intent if user.intent else self.words.get(user.words, user.words)

    def asks(self, form: str, slot: str) -> bool:
        """Whether a form asks for a slot."""
        known = self.scene.domain.forms.get(form)
        return known is not None and any(needed.slot == slot for needed in known.needed)

    def message(self, user: User, counts: dict[str, int]) -> Expression:
        """The condition of a message: its intent, and what else the story asks for."""
        said: Expression = Call("intent", (Const(self.intent_of(user)),))
        rest = self.besides(user, counts)
        return _all([said, *rest])

    def entry(self, user: User, counts: dict[str, int]) -> Expression | None:
        """What is asked for beside the intent where a conversation begins (no form is active then)."""
        rest = self.besides(user, counts, inside=False)
        return _all(rest) if rest else None

    def besides(self, user: User, counts: dict[str, int], inside: bool = True) -> list[Expression]:
        """What a story asks for beside the intent. Entities count only where an intent has several ways."""
        parts: list[Expression] = []
        if counts.get(_name(user), 0) > 1:
            for entity, there in user.entities:
                empty = Call("is_blank", (Ref((self.filler.variable(entity, intent=user.intent),)),))
                parts.append(Call("not", (empty,)) if there else empty)
        parts.extend(self.test(test) for test in user.tests)
        if inside and user.loop is not None and self.loops:
            active = Ref((ACTIVE_LOOP,))
            parts.append(Call("eq", (active, Const(user.loop))) if user.loop else Call("is_blank", (active,)))
        if inside and user.requested and not self.asks(user.loop or "", user.requested):
            parts.append(Call("eq", (Ref((REQUESTED,)), Const(user.requested))))
        return parts

    def tests(self, tests: Iterable[Test]) -> Expression:
        """Conditions on slots that all must hold."""
        return _all([self.test(test) for test in tests])

    def test(self, test: Test) -> Expression:
        """A condition on a slot."""
        name, kind, _, value = test
        if name == ACTIVE_LOOP:
            active = Ref((ACTIVE_LOOP,))
            return Call("is_blank", (active,)) if kind == "empty" else Call("eq", (active, Const(value)))
        if kind == "is":
            return self.scene.equals(name, value)
        return self.scene.empty(name) if kind == "empty" else self.scene.filled(name)


def _name(user: User) -> str:
    return user.intent or f"“{user.words}”"


def count_intents(users: Iterable[tuple[User, int, Place]]) -> dict[str, int]:
    """How many ways each intent has."""
    counts: dict[str, int] = {}
    for user, _, _ in users:
        counts[_name(user)] = counts.get(_name(user), 0) + 1
    return counts


def _all(parts: list[Expression]) -> Expression:
    return Call("and", tuple(parts)) if len(parts) != 1 else parts[0]

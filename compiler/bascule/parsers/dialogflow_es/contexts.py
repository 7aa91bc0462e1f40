"""Contexts as ways: which intents can answer where, and the variables that keep contexts open over turns.

Facts: https://cloud.google.com/dialogflow/es/docs/contexts-overview
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.nodes import Assignment
from bascule.ir.project import Phrase, Variable
from bascule.parsers.dialogflow_es.losses import ContextTime
from bascule.parsers.dialogflow_es.model import Intent
from bascule.parsers.dialogflow_es.reading import Reading, counted, plain_words, shown
from bascule.parsers.dialogflow_es.references import CONTEXTS, TURN, UNTIL, context_path, parameter_path
from bascule.parsers.dialogflow_es.rules import ContextNeverOpened, SharedPhrase
from bascule.source import Place

__all__ = ["Contexts", "said"]

_WIDE = 400
"""Most ways that one context draws directly. A context that many intents open and many need is a mode of the whole
agent: its ways go over the common branch, where they are tried all the same."""

Trained = tuple[Intent, Phrase]
"""An intent with the phrase that trains it."""

_PUNCTUATION = " .,;:!?¡¿؟،।…\"'«»“”‘’()"


def said(intent: str) -> Expression:
    """The user's message was recognised as the intent."""
    return Call("intent", (Const(intent),))


def _key(words: str) -> str:
    return plain_words(words).strip(_PUNCTUATION)


@dataclass(slots=True)
class Contexts:
    """The contexts of an agent: who opens and who needs them, and the intents that words mean."""

    intents: Sequence[Intent]
    needed: dict[str, list[Intent]] = field(default_factory=dict)
    opened: dict[str, list[Intent]] = field(default_factory=dict)
    by_words: dict[str, dict[int, Trained]] = field(default_factory=dict)
    always: dict[str, Trained] = field(default_factory=dict)
    """By words, the first of the intents that are always possible."""

    wide: frozenset[str] = frozenset()

    @classmethod
    def of(cls, intents: Sequence[Intent]) -> Contexts:
        """Index the intents. Linear in their contexts and phrases."""
        found = cls(intents)
        for intent in intents:
            for name in sorted(intent.names):
                found.needed.setdefault(name, []).append(intent)
            for name in intent.opens:
                found.opened.setdefault(name, []).append(intent)
            if intent.usable:
                own: dict[str, Phrase] = {}
                for text, phrase in intent.plain:
                    own.setdefault(_key(text), phrase)
                for words, phrase in own.items():
                    if words:
                        found.by_words.setdefault(words, {})[id(intent)] = (intent, phrase)
                        known = found.always.get(words)
                        if not intent.inputs and (known is None or _rank(intent) < _rank(known[0])):
                            found.always[words] = (intent, phrase)
        found.wide = frozenset(
            name for name, users in found.needed.items() if len(users) * len(found.opened.get(name, ())) > _WIDE
        )
        return found

    @property
    def counted(self) -> bool:
        """Whether turns have to be counted: some intent needs a context."""
        return bool(self.needed)

    def following(self, intent: Intent) -> list[Intent]:
        """The intents that this one makes possible and that words start, in the order in which they are tried."""
        opens = intent.opens.keys() - self.wide
        found: dict[int, Intent] = {}
        for name in sorted(opens):
            for other in self.needed.get(name, ()):
                if other.usable and other.names <= opens:
                    found[id(other)] = other
        return by_rank(found.values())

    def meant(self, words: str, following: Mapping[int, Intent]) -> Trained | None:
        """The intent that trains just these words, and its phrase: of the intents that follow (by identity), else of
        those that are always possible."""
        key = _key(words)
        candidates = self.by_words.get(key, {})
        near = [candidates[number] for number in following if number in candidates]
        if near:
            return min(near, key=lambda item: _rank(item[0]))
        return self.always.get(key)

    def open_now(self, intent: Intent) -> Expression | None:
        """The condition that all contexts of an intent are open."""
        names = dict.fromkeys(item.name for item in intent.inputs)
        tests: list[Expression] = [Call("gt", (Ref((UNTIL, name)), Ref((TURN,)))) for name in names]
        if not tests:
            return None
        return tests[0] if len(tests) == 1 else Call("and", tuple(tests))

    def condition(self, intent: Intent) -> Expression:
        """The condition under which words lead to an intent, wherever the conversation is."""
        test = self.open_now(intent)
        if test is None:
            return said(intent.id)
        parts = test.args if isinstance(test, Call) and test.name == "and" else (test,)
        return Call("and", (*parts, said(intent.id)))

    def changes(self, intent: Intent, used: Iterable[tuple[str, str]]) -> list[Assignment]:
        """What an intent does to turns and contexts when it answers. ``used`` are the context parameters that somebody
        reads: only those are kept."""
        if not self.counted:
            return self._values(intent, used)
        next_turn = Call("add", (Call("default", (Ref((TURN,)), Const(0))), Const(1)))
        found = [Assignment((TURN,), next_turn, at=intent.place)]
        if intent.resets:
            found.append(Assignment((UNTIL,), op="clear", at=intent.place))
        for output in {item.name: item for item in intent.outputs}.values():
            if output.name not in self.needed:
                continue
            if output.lifespan > 0:
                until = Call("add", (Ref((TURN,)), Const(output.lifespan)))
                found.append(Assignment((UNTIL, output.name), until, at=output.place))
            else:
                found.append(Assignment((UNTIL, output.name), op="clear", at=output.place))
        return [*found, *self._values(intent, used)]

    def _values(self, intent: Intent, used: Iterable[tuple[str, str]]) -> list[Assignment]:
        """The parameters that its contexts keep."""
        own = {parameter.name for parameter in intent.parameters}
        found: list[Assignment] = []
        wanted: dict[str, list[str]] = {}
        for context, name in used:
            wanted.setdefault(context, []).append(name)
        if intent.resets and wanted:
            found.append(Assignment((CONTEXTS,), op="clear", at=intent.place))
        for output in intent.opens.values():
            fixed = dict(output.values)
            for name in wanted.get(output.name, ()):
                value = Ref(parameter_path(name)) if name in own else fixed.get(name)
                if value is not None:
                    found.append(Assignment(context_path(output.name, name), value, at=output.place))
        return found

    def left(self) -> set[tuple[str, str]]:
        """The context parameters that some intent leaves."""
        found: set[tuple[str, str]] = set()
        for intent in self.intents:
            names = {parameter.name for parameter in intent.parameters}
            for output in intent.opens.values():
                found.update((output.name, name) for name in (*names, *dict(output.values)))
        return found

    def declare(self, reading: Reading) -> None:
        """Declare the variables that count turns, and report what is lost with them."""
        if not self.counted:
            return
        place = next(item.place for intent in self.intents for item in intent.inputs)
        reading.variables[TURN] = Variable(
            TURN, "number", scope="session", description="number of the user's turn", at=intent_place(self.intents)
        )
        for name in sorted(self.needed):
            variable = f"{UNTIL}.{name}"
            at = next(item.place for item in self.needed[name][0].inputs if item.name == name)
            about = f"last turn in which the context {name} is open"
            reading.variables[variable] = Variable(variable, "number", scope="session", description=about, at=at)
        reading.find(
            ContextTime,
            place,
            f"{len(self.needed)} context(s) become variables that count turns; they do not end after 20 minutes",
            help="nothing, if late answers may still count",
        )

    def check(self, reading: Reading) -> None:
        """Report contexts that nobody opens, and phrases that two intents of the same contexts share."""
        for name, users in sorted(self.needed.items()):
            if name in self.opened:
                continue
            places = [item.place for intent in users for item in intent.inputs if item.name == name]
            code = ""
            for place in places:
                code = reading.find_once(
                    ContextNeverOpened,
                    name,
                    place,
                    counted(f"no intent opens the context `{shown(name)}`, which ", " intent(s) need"),
                    help="the webhook may open it: set the variable where it should open",
                )
                reading.book.degraded(place, "only a program can open the context", "set its variable", code)
        for words, sites in self.by_words.items():
            self._shared(reading, words, list(sites.values()))

    def _shared(self, reading: Reading, words: str, users: Sequence[Trained]) -> None:
        groups: dict[frozenset[str], list[Trained]] = {}
        for intent, phrase in users if len(users) > 1 else ():
            groups.setdefault(intent.names, []).append((intent, phrase))
        for group in groups.values():
            if len(group) < 2:
                continue
            (first, _), (second, phrase) = group[:2]
            here = f"here: `{shown(words)}`"
            reading.find_once(
                SharedPhrase,
                f"{first.id}\n{second.id}",
                phrase.at or second.place,
                counted("", f" phrase(s) train both `{shown(first.name)}` and `{shown(second.name)}` ({here})"),
                help="leave each phrase in one of them, or give them different contexts",
            )


def intent_place(intents: Sequence[Intent]) -> Place | None:
    """The place of the first intent."""
    return intents[0].place if intents else None


def by_rank(intents: Iterable[Intent]) -> list[Intent]:
    """More contexts first, then higher priority, then the order of the files."""
    return sorted(intents, key=_rank)


def _rank(intent: Intent) -> tuple[int, int]:
    return -len(intent.names), -intent.priority

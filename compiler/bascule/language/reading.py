"""What reading one source file collects: findings, the fate of each construct, variables, texts.

Readers whose formats share a message model (a Viber body stands in JSON files and inside programs) share
this state, so that one construct is put down once whoever reads it.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from bascule.diagnostics import Finding, Label, Rule
from bascule.ir.expr import Call, Expression, Ref, references
from bascule.ir.ledger import Fate, Ledger, LedgerEntry
from bascule.ir.project import Variable
from bascule.ir.text import Hole, Segment, Text, holes, join_text
from bascule.language.placeholders import SyntaxChoice, choice_findings, choose_syntax, parse_text, syntax_names
from bascule.language.placeholders.syntaxes import SYNTAXES
from bascule.language.secrets import Secret, SecretInSource, mask, secret_in_text, secret_under_name
from bascule.source import Place

__all__ = ["Book", "Reading", "close_name", "json_text", "unique"]

_LABELS = 5
_MOVED = 400
"""Most parts of a text with escapes whose places are sought one by one."""

_GUESSES = 300
"""Most names of one file that are compared with the known ones: a file of nothing but unknown names is no export."""

_OWN = re.compile(r"replace_me_with_(url_encoded_receiver_id|receiver_id|user_name)")
_OWN_VALUES: dict[str, Expression] = {
    "url_encoded_receiver_id": Call("url_encode", (Ref(("contact", "id")),)),
    "receiver_id": Ref(("contact", "id")),
    "user_name": Ref(("contact", "name")),
}
"""What Viber fills in itself in a broadcast (https://developers.viber.com/docs/api/rest-bot-api/#broadcast-message)."""


def json_text(value: Any) -> str:
    """A value as JSON text, the form that facts and hints have."""
    return json.dumps(value, ensure_ascii=False)


def unique(name: str, taken: dict[str, int]) -> str:
    """``name``, or ``name_2``, ``name_3`` … where it is taken. ``taken`` counts per name, so runs stay linear."""
    if name not in taken:
        taken[name] = 1
        return name
    while True:
        taken[name] += 1
        candidate = f"{name}_{taken[name]}"
        if candidate not in taken:
            taken[candidate] = 1
            return candidate


@lru_cache(maxsize=2048)
def close_name(word: str, known: tuple[str, ...]) -> str:
    """The known name nearest to a misspelt one, or ``""``."""
    plain = word[:60].casefold()
    by_plain = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(plain, by_plain, n=1, cutoff=0.8)
    return by_plain[close[0]] if close else ""


_Key = tuple[str, str, tuple[int, int] | None, bool]


def _key(place: Place) -> _Key:
    return place.file, place.pointer, place.sub, place.key


class Book:
    """The constructs of a file in reading order, each with the one fate it ends with.

    :meth:`open` puts a construct down once; the fate methods decide it, the last word counts.
    """

    def __init__(self) -> None:
        self._entries: dict[_Key, LedgerEntry] = {}
        self._open: set[_Key] = set()

    def open(self, construct: str, place: Place) -> None:
        """Put a construct down (once per place). Its fate is still open."""
        key = _key(place)
        if key not in self._entries:
            self._entries[key] = LedgerEntry(construct, Fate.EXACT, place)
            self._open.add(key)

    def _decide(self, place: Place, fate: Fate, reason: str, alternative: str, code: str) -> None:
        key = _key(place)
        entry = self._entries.get(key)
        if entry is not None:
            self._open.discard(key)
            self._entries[key] = LedgerEntry(entry.construct, fate, entry.place, reason, alternative, code)

    def exact(self, place: Place, reason: str = "") -> None:
        """Carried as it is."""
        self._decide(place, Fate.EXACT, reason, "", "")

    def emulated(self, place: Place, reason: str, alternative: str = "") -> None:
        """The same effect by other means."""
        self._decide(place, Fate.EMULATED, reason, alternative, "")

    def degraded(self, place: Place, reason: str, alternative: str, code: str) -> None:
        """The user sees or can do less."""
        self._decide(place, Fate.DEGRADED, reason, alternative, code)

    def dropped(self, place: Place, reason: str, alternative: str, code: str) -> None:
        """Nothing of it is left in the conversation."""
        self._decide(place, Fate.DROPPED, reason, alternative, code)

    def has(self, place: Place) -> bool:
        """Whether a construct was put down at this place."""
        return _key(place) in self._entries

    def is_open(self, place: Place) -> bool:
        """Whether nobody has decided the construct at this place."""
        return _key(place) in self._open

    def fate(self, place: Place) -> Fate | None:
        """The fate so far; None where nothing was put down or decided."""
        entry = self._entries.get(_key(place))
        return entry.fate if entry is not None and not self.is_open(place) else None

    def undecided(self) -> list[LedgerEntry]:
        """Constructs that are still open, in order."""
        return [entry for key, entry in self._entries.items() if key in self._open]

    def drop_rest(self, reason: str, alternative: str, code: str) -> None:
        """Decide everything that is still open: nothing of it is left."""
        for entry in self.undecided():
            self.dropped(entry.place, reason, alternative, code)

    def close(self) -> Ledger:
        """The ledger, in the order things were put down."""
        return Ledger(list(self._entries.values()))


@dataclass(slots=True)
class _Repeated:
    rule: type[Rule]
    place: Place
    message: Callable[[int], str]
    help: str
    data: dict[str, Any]
    labels: list[Label] = field(default_factory=list)
    count: int = 1


class Reading:
    """The state of reading one file. ``syntax`` is the placeholder syntax of its texts (see :meth:`choose`);
    ``provided`` are the first words of variables that the old platform fills itself: scope, and a description."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.findings: list[Finding] = []
        self.book = Book()
        self.variables: dict[str, Variable] = {}
        self.secrets: list[Place] = []
        self.syntax = SyntaxChoice(None, (), "not chosen")
        self.provided: dict[str, tuple[str, str]] = {"contact": ("contact", "")}
        self._repeated: dict[tuple[str, str], _Repeated] = {}
        self._guesses = 0
        self._hidden: dict[tuple[str, str], list[tuple[int, int]]] = {}

    def find(
        self, rule: type[Rule], place: Place, message: str, help: str = "", labels: Iterable[Label] = (), **data: Any
    ) -> str:
        """Add a finding; returns its code, for the ledger."""
        self.findings.append(rule.at(place, message, help=help, labels=labels, data=data))
        return rule.code

    def find_once(
        self, rule: type[Rule], key: str, place: Place, message: Callable[[int], str], help: str = "", **data: Any
    ) -> str:
        """Add a finding that is reported once per ``key``, with further places as labels.

        ``message`` gets the number of places.
        """
        known = self._repeated.get((rule.code, key))
        if known is None:
            self._repeated[(rule.code, key)] = _Repeated(rule, place, message, help, data)
        else:
            known.count += 1
            if len(known.labels) < _LABELS:
                known.labels.append(Label(place, "also here"))
        return rule.code

    def finish(self) -> tuple[Finding, ...]:
        """All findings."""
        for item in self._repeated.values():
            self.findings.append(
                item.rule.at(
                    item.place,
                    item.message(item.count),
                    help=item.help,
                    labels=item.labels,
                    data={**item.data, "count": item.count},
                )
            )
        self._repeated.clear()
        return tuple(self.findings)

    def close_to(self, word: str, known: tuple[str, ...]) -> str:
        """The known name a misspelt one means, or ``""``. Bounded work per file."""
        self._guesses += 1
        return close_name(word, known) if self._guesses <= _GUESSES and 0 < len(word) <= 60 else ""

    def choose(self, texts: Sequence[str], asked: str = "") -> bool:
        """Choose the placeholder syntax of the file: the user's, else the one its texts use most.

        False when the user asked for a syntax that does not exist (the texts decide then).
        """
        if asked and asked in SYNTAXES:
            self.syntax = SyntaxChoice(asked, (), "asked for")
            return True
        self.syntax = choose_syntax(texts)
        self.findings.extend(choice_findings(self.syntax, Place(self.path)))
        return not asked or asked in syntax_names()

    def safe(self, value: Any, place: Place, name: str = "", report: bool = True) -> Any:
        """Plain data to keep: secrets in it are covered, and reported unless somebody did. ``name`` is its member's."""
        if isinstance(value, dict):
            return {key: self.safe(item, place.child(key), key, report) for key, item in value.items()}
        if isinstance(value, list):
            return [self.safe(item, place.child(index), name, report) for index, item in enumerate(value)]
        found = secret_under_name(name, value)
        if found is None:
            return value
        text = value if isinstance(value, str) else str(value)
        named = found.start == 0 and found.end == len(text)
        hits = [found] if named else secret_in_text(text)
        if report:
            self.hide_all(place, name, hits, whole=named)
        return mask(text, hits)

    def hide_all(self, place: Place, name: str, hits: Sequence[Secret], whole: bool = False) -> None:
        """Report the secrets of one value, the first few one by one, and cover all of them. ``whole``: the value is
        the secret."""
        base = place.sub[0] if place.sub else 0
        for number, hit in enumerate(hits):
            at = place if whole else place.within(base + hit.start, base + hit.end)
            if number < _LABELS:
                self.hide(at, name, hit.what)
            else:
                self.secrets.append(at)
        if len(hits) > _LABELS:
            self.find(
                SecretInSource,
                place,
                f"{len(hits) - _LABELS} more passwords, tokens or keys stand in the same text",
                help="replace them at their owners",
                sensitive=True,
            )

    def hide(self, place: Place, name: str, what: str) -> None:
        """Report a secret at ``place`` and cover it from now on."""
        known = self._hidden.setdefault((place.file, place.pointer), [])
        start, end = place.sub or (0, 1 << 60)
        if any(start < other[1] and other[0] < end for other in known[-20:]):
            self.secrets.append(place)
            return
        known.append((start, end))
        self.secrets.append(place)
        self.find(
            SecretInSource,
            place,
            f"`{' '.join(name.split())[:40]}` holds {what} in plain text" if name else f"{what} stands in plain text",
            help="replace it at its owner, and let the new platform add its own from its secret store",
            sensitive=True,
        )

    def text(self, value: str, place: Place) -> Text:
        """Read a text: Viber's own placeholders, and those of the file's syntax. ``place`` is the text's own place
        (its ``sub``, if any, is where ``value`` stands)."""
        if "replace_me_with_" not in value:
            return self._placeholders(value, place)
        base = place.sub[0] if place.sub else 0
        parts: list[Segment] = []
        at = 0
        for match in _OWN.finditer(value):
            if match.start() > at:
                piece = place.within(base + at, base + match.start())
                parts.extend(self._placeholders(value[at : match.start()], piece))
            expression = _OWN_VALUES[match.group(1)]
            here = place.within(base + match.start(), base + match.end())
            parts.append(Hole(expression, here))
            self.note(expression, here)
            at = match.end()
        if at < len(value):
            parts.extend(self._placeholders(value[at:], place.within(base + at, base + len(value))))
        return join_text(parts)

    def moved_text(self, value: str, place: Place, move: Callable[[int, int], Place]) -> Text:
        """Read a text whose characters do not stand one by one in the file (escapes): ``move`` gives the place of a
        range of ``value``."""
        before = len(self.findings)
        text = self.text(value, Place(place.file, place.pointer, (0, len(value))))
        if len(text) > _MOVED:
            return tuple(replace(part, at=place) if isinstance(part, Hole) else part for part in text)

        def moved(old: Place | None) -> Place:
            return move(*old.sub) if old is not None and old.sub is not None else place

        self.findings[before:] = [replace(item, place=moved(item.place)) for item in self.findings[before:]]
        return tuple(replace(part, at=moved(part.at)) if isinstance(part, Hole) else part for part in text)

    def _placeholders(self, value: str, place: Place) -> Text:
        text, findings = parse_text(value, self.syntax, place)
        self.findings.extend(findings)
        for hole in holes(text):
            self.note(hole.expression, hole.at or place)
        return text

    def note(self, expression: Expression, place: Place) -> None:
        """Declare the variables that an expression uses, each once."""
        for reference in references(expression):
            if reference.name not in self.variables:
                scope, source = self.provided.get(reference.path[0], ("", ""))
                self.variables[reference.name] = Variable(reference.name, scope=scope, description=source, at=place)

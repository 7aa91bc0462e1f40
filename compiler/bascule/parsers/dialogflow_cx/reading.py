"""What reading one agent collects, with Dialogflow CX's own references in texts and conditions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bascule.diagnostics import Label
from bascule.diagnostics.parse_rules import findings_of
from bascule.ir.expr import Call, Const, Expression, Lambda, Ref, references
from bascule.ir.ledger import Fate, Ledger
from bascule.ir.text import Hole, Text, holes, text_expression
from bascule.language.dialogflow_condition import Condition, read_condition, read_text
from bascule.language.members import Facts, Members, clip
from bascule.language.reading import Reading, json_text
from bascule.language.secrets import MaskedDocument
from bascule.parsers.dialogflow_cx.losses import UnknownMember
from bascule.parsers.dialogflow_cx.rules import (
    BrokenPart,
    ConditionSyntax,
    DoubtfulCondition,
    DoubtfulReference,
    WrongShape,
)
from bascule.source import Document, Place, SourceFile, TextDocument
from bascule.source.json import JsonDocument, read_json

__all__ = [
    "FORM_STATUS",
    "PARAMETERS",
    "AgentMembers",
    "AgentReading",
    "Part",
    "covered",
    "hollow",
    "locale_tag",
    "mapped",
    "open_part",
    "target_path",
    "unpacked",
]

PARAMETERS = ("session", "params")
"""Where the values of a session are. A form's parameters are session parameters of the same names."""

FORM_STATUS = ("page", "params", "status")
"""The state of the form of the page that is active."""

_ROOTS = frozenset({"session", "page", "intent", "flow", "request", "event"})
_PROVIDED = {
    "session": ("session", ""),
    "intent": ("session", "a value in the message that was recognised"),
    "request": ("session", "given by the platform with each message"),
    "event": ("session", "given with the event that a program sends"),
    "flow": ("flow", ""),
}
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z0-9]{2,8}))?(?:[-_]([A-Za-z0-9]{2,8}))?")
_LONGEST_TAG = 40
_MOST_GUESSES = 300
"""Most unknown names of one agent that are compared with the known ones."""


def locale_tag(value: Any) -> str:
    """A language tag with BCP 47's usual case (``pt-br`` gives ``pt-BR``); other texts as they are, ``""`` for none."""
    text = value.strip()[:_LONGEST_TAG] if isinstance(value, str) else ""
    match = _TAG.fullmatch(text)
    if match is None:
        return text
    parts = [match.group(1).lower()]
    for part in match.groups()[1:]:
        if part is not None:
            parts.append(part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower())
    return "-".join(parts)


def hollow(value: Any) -> bool:
    """Whether a value says nothing: empty, false, zero, or made of nothing else."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
        elif item not in (None, "", False, 0):
            return False
    return True


def unpacked(facts: Facts) -> dict[str, Any]:
    """Facts as plain data again, to keep them as one."""
    return {name: json.loads(value) for name, value in facts}


def mapped(expression: Expression) -> Expression:
    """The expression with ``page.params.x`` as the session parameter it is; the status of forms stays."""
    if isinstance(expression, Ref):
        path = expression.path
        state = path == FORM_STATUS or path[3:4] == ("status",)
        form = path[:2] == ("page", "params") and len(path) > 2 and not state
        return Ref((*PARAMETERS, *path[2:])) if form else expression
    if isinstance(expression, Call):
        return Call(expression.name, tuple(mapped(argument) for argument in expression.args))
    if isinstance(expression, Lambda):
        return Lambda(expression.parameters, mapped(expression.body))
    return expression


def target_path(name: str) -> tuple[str, ...]:
    """The variable that a parameter's name means: a session parameter, or what a reference (``$flow.x``) says."""
    plain = name.strip()
    if plain.startswith("$"):
        tokens = tuple(token for token in plain[1:].split(".") if token)
        if len(tokens) > 1:
            return (*PARAMETERS, *tokens[2:]) if tokens[:2] == ("page", "params") and len(tokens) > 2 else tokens
    return (*PARAMETERS, plain.lstrip("$"))


class AgentMembers(Members):
    """The members of one object of an agent."""

    wrong_shape = WrongShape
    unknown_member = UnknownMember

    def texts(self, name: str) -> list[str]:
        """A member that is a list of texts; other items are left out, with a finding."""
        found = []
        for index, item in enumerate(self.items(name)):
            if isinstance(item, str):
                found.append(item)
            else:
                place = self.at(name).child(index)
                self.reading.find(WrongShape, place, f"an item of `{clip(name)}` of {self.what} is no text; left out")
        return found


class AgentReading(Reading):
    """The state of reading one agent. ``language`` is the agent's default language (a tag, or ``""``); ``alone``: only
    one file of it is read."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.provided = dict(_PROVIDED)
        self.language = ""
        self.languages: dict[str, None] = {}
        self.alone = False
        self._asked = 0
        self._buried: dict[tuple[str, str], tuple[str, str, str, bool]] = {}

    def bury(self, place: Place, reason: str, alternative: str, code: str, *, kept: bool = True) -> None:
        """Nothing in the graph stands for what is at ``place`` and below: decided when the book is closed.

        ``kept``: it is kept as a fact, so that it is degraded rather than dropped.
        """
        self._buried.setdefault((place.file, place.pointer), (reason, alternative, code, kept))

    def close(self) -> Ledger:
        """The ledger, with everything below a buried place decided as that was."""
        if self._buried:
            for entry in self.book.close():
                found = self._grave(entry.place)
                if found is None or entry.fate is Fate.DROPPED:
                    continue
                reason, alternative, code, kept = found
                decide = self.book.degraded if kept else self.book.dropped
                decide(entry.place, reason, alternative, code)
        return self.book.close()

    def _grave(self, place: Place) -> tuple[str, str, str, bool] | None:
        pointer = place.pointer
        while pointer:
            found = self._buried.get((place.file, pointer))
            if found is not None:
                return found
            pointer = pointer.rpartition("/")[0]
        return self._buried.get((place.file, ""))

    def nearest(self, word: str, known: Iterable[str]) -> str:
        """The known name that a misspelt one means, or ``""``. Bounded work per agent."""
        self._asked += 1
        return self.close_to(word, tuple(sorted(known))) if self._asked <= _MOST_GUESSES else ""

    def file(self, part: Part, what: str) -> None:
        """Put a file down as the construct it is."""
        if not part.broken:
            self.book.open(what, part.place)
            self.book.exact(part.place)

    def drop_file(self, part: Part, what: str, reason: str, alternative: str, code: str) -> None:
        """Put a file down of which nothing is left; one that cannot be read is down already."""
        if not part.broken:
            self.book.open(what, part.place)
            self.book.dropped(part.place, reason, alternative, code)

    def text(self, value: str, place: Place) -> Text:
        """Read a text: references and system functions become holes."""
        read = read_text(value, place)
        base = place.sub[0] if place.sub else 0
        for start, condition in read.conditions:
            self._doubts(condition, place, base + start)
        parts = tuple(Hole(mapped(part.expression), part.at) if isinstance(part, Hole) else part for part in read.text)
        for hole in holes(parts):
            self._check(hole.expression, hole.at or place)
        return parts

    def condition(self, source: str, place: Place) -> Expression:
        """Read a condition; what cannot be read is opaque, with a finding."""
        read = read_condition(source)
        base = place.sub[0] if place.sub else 0
        self._doubts(read, place, base)
        expression = mapped(read.expression)
        self._check(expression, place, source)
        return expression

    def value(self, value: Any, place: Place) -> Expression:
        """A value of any JSON type that may hold references. Lists and objects are ``parse_json`` of a JSON text."""
        if isinstance(value, str):
            return text_expression(self.text(value, place))
        if not isinstance(value, (dict, list)):
            return Const(value)
        read = read_text(json_text(self.safe(value, place)), place)
        for _, condition in read.conditions:
            self._doubts(condition, place, 0, whole=True)
        text = tuple(Hole(mapped(part.expression)) if isinstance(part, Hole) else part for part in read.text)
        for hole in holes(text):
            self._check(hole.expression, place)
        return Call("parse_json", (text_expression(text),))

    def _doubts(self, read: Condition, place: Place, base: int, whole: bool = False) -> None:
        """Report what is wrong or doubtful in a condition that starts at ``base`` (``whole``: at no known place)."""
        if read.error:
            self.find(
                ConditionSyntax,
                place if whole else place.within(base + read.start, base + read.end),
                f"{read.error}; the condition is kept as it is written",
                help=read.help or "write it again in the converted scenario",
            )
        doubts: dict[str, list[tuple[Place, str]]] = {}
        for note in read.notes:
            at = place if whole else place.within(base + note.start, base + note.end)
            doubts.setdefault(note.kind, []).append((at, note.text))
        for kind, notes in doubts.items():
            message, help_ = _DOUBTS[kind]
            more = f" ({len(notes)} of this kind in one condition)" if len(notes) > 1 else ""
            also = [Label(at, "also here") for at, _ in notes[1 : 1 + _ALSO]]
            self.find(DoubtfulCondition, notes[0][0], message.format(clip(notes[0][1])) + more, help_, also)

    def _check(self, expression: Expression, place: Place, source: str = "") -> None:
        """Declare what an expression uses, and doubt references that Dialogflow CX does not have.

        ``source`` is the text at ``place``, where a reference is looked for.
        """
        base = place.sub[0] if place.sub else 0
        seen: dict[str, int] = {}
        for reference in references(expression):
            path = reference.path
            if path[0] not in _ROOTS:
                written = f"${reference.name}"
                start = source.find(written, seen.get(written, 0))
                seen[written] = start + 1 if start >= 0 else len(source)
                at = place.within(base + start, base + start + len(written)) if start >= 0 else place
                self._foreign(reference.name, at)
            elif len(path) > 3 and path[:2] == PARAMETERS and path[-1][:1].isupper() and path[-1][1:].islower():
                self.find(
                    DoubtfulReference,
                    place,
                    f"the reference goes on into the next word: `{clip('.'.join(path[2:]))}`",
                    help=f"put a blank after `{clip('.'.join(path[2:-1]))}.`",
                )
        if not any(reference.path[:2] == ("page", "params") for reference in references(expression)):
            self.note(expression, place)

    def _foreign(self, name: str, place: Place) -> None:
        self.find_once(
            DoubtfulReference,
            name,
            place,
            lambda count: f"`${clip(name)}` is no reference that Dialogflow CX has ({count} place(s))",
            help="write `$session.params.name`",
        )


_ALSO = 5
"""Most further places of one doubt that are shown."""

_DOUBTS = {
    "bare": (
        "`{}` stands alone in the condition and compares nothing",
        'quote a text of several words: `= "My Account"`',
    ),
    "keyword": (
        "`{}` stands where it joins nothing, or in small letters, and counts as a word",
        "write AND, OR and NOT in capitals, between conditions",
    ),
    "mixed": (
        "AND and OR stand side by side without brackets; OR binds tighter",
        "put brackets round what belongs together",
    ),
    "quotes": ("the quotes of `{}` are typographic, so they belong to the text", 'write straight quotes: "…"'),
    "function": ("`{}` is no system function that is known; it is kept as a call", "look the name up"),
}


@dataclass
class Part:
    """One JSON file of the agent. ``name`` is its path in the agent; ``value`` is empty where it is no object."""

    name: str
    file: SourceFile
    value: dict[str, Any]
    document: Document

    @cached_property
    def place(self) -> Place:
        """The whole file."""
        return Place(self.file.path)

    @property
    def broken(self) -> bool:
        """The file is no JSON object."""
        return not isinstance(self.document, JsonDocument)


def open_part(reading: AgentReading, name: str, file: SourceFile) -> Part:
    """Read one file of the agent; one that is no JSON object leaves a finding and an empty value."""
    document = file.json
    if document is not None and isinstance(document.value, dict):
        reading.findings.extend(findings_of((*file.encoding_problems, *document.problems), document))
        return Part(name, file, document.value, document)
    text = "" if file.is_zip or file.encoding == "binary" else file.text
    plain = TextDocument(file.path, text)
    problems = list(file.encoding_problems)
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        problems.extend(read_json(file.path, text).problems)
    reading.findings.extend(findings_of(problems, plain))
    place = Place(file.path)
    code = reading.find(
        BrokenPart,
        place,
        f"`{clip(name)}` is no JSON object; the rest of the agent is read",
        help="export the agent again",
    )
    reading.book.open("file", place)
    reading.book.dropped(place, "it cannot be read", "export the agent again", code)
    return Part(name, file, {}, plain)


def covered(reading: AgentReading, documents: Iterable[Document]) -> list[Document]:
    """The documents with their secrets covered."""
    places: dict[str, list[Place]] = {}
    for place in reading.secrets:
        places.setdefault(place.file, []).append(place)
    return [
        MaskedDocument(document, places[document.path]) if document.path in places else document
        for document in documents
    ]

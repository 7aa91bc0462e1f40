"""What reading one agent collects over all its files: findings, ledger, variables, documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bascule.diagnostics import Rule
from bascule.diagnostics.parse_rules import findings_of
from bascule.ir.project import Variable
from bascule.ir.text import Text, literal
from bascule.language.reading import Reading as SharedReading
from bascule.language.reading import json_text
from bascule.language.secrets import MaskedDocument
from bascule.parsers.dialogflow_es.losses import CredentialDropped, UnknownMember
from bascule.parsers.dialogflow_es.references import Reference, Scope, read_references
from bascule.parsers.dialogflow_es.rules import (
    UnknownContextParameter,
    UnknownParameter,
    UnreadableFile,
    WrongShape,
)
from bascule.parsers.dialogflow_es.tags import locale_tag
from bascule.source import Document, Place, SourceFile, TextDocument
from bascule.source.json import read_json

__all__ = ["Facts", "Reading", "counted", "plain_words", "shown", "type_name"]

Facts = list[tuple[str, str]]

_SHOWN = 60
_EMPTY: tuple[Any, ...] = (None, "", [], {}, False)
_FLAGS = {"true": True, "1": True, "webhook_state_enabled": True, "false": False, "0": False, "": False}


def shown(name: str) -> str:
    """A name short enough for a message."""
    line = " ".join(name.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


def plain_words(text: str) -> str:
    """A text without case and spacing, to compare wordings."""
    return " ".join(text.casefold().split())


def counted(head: str, tail: str) -> Callable[[int], str]:
    """A message with the number of places in it."""
    return lambda count: f"{head}{count}{tail}"


def _same(text: str) -> Callable[[int], str]:
    """A message that has the number of places at its end where there are several."""
    return lambda count: text + (f" ({count} places)" if count > 1 else "")


def type_name(value: Any) -> str:
    """What a value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names: list[tuple[Any, str]] = [((int, float), "a number"), (str, "a text"), (list, "a list"), (dict, "an object")]
    return next(name for types, name in names if isinstance(value, types))


def _leaves(value: Any, place: Place) -> list[Place]:
    """The places of all texts and numbers in a value."""
    found: list[Place] = []
    stack = [(value, place)]
    while stack:
        item, at = stack.pop()
        if isinstance(item, dict):
            stack.extend((part, at.child(name)) for name, part in item.items())
        elif isinstance(item, list):
            stack.extend((part, at.child(index)) for index, part in enumerate(item))
        else:
            found.append(at)
    return found


class Reading(SharedReading):
    """The state of reading one agent. ``scope`` says what references mean in the intent that is read just now."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.scope = Scope()
        self.documents: dict[str, Document] = {}
        self.context_uses: dict[tuple[str, str], Place] = {}

    def open_file(self, file: SourceFile, kind: str) -> Any:
        """The JSON value of a file, None where it has none. Puts the file down with the fate its text allows."""
        place = Place(file.path)
        self.book.open(f"file {kind}", place)
        document = file.json
        if document is None:
            text = "" if file.encoding == "binary" else file.text
            self.documents[file.path] = TextDocument(file.path, text)
            problems = [*file.encoding_problems, *(read_json(file.path, text).problems if text.strip() else ())]
            self.findings.extend(findings_of(problems, self.documents[file.path]))
            code = self.find(
                UnreadableFile, place, f"the file ({kind}) is no JSON; it is left out", help="export the agent again"
            )
            self.book.dropped(place, "not readable", "export the agent again", code)
            return None
        self.documents[file.path] = document
        self.findings.extend(findings_of((*file.encoding_problems, *document.problems), document))
        self.book.exact(place)
        return document.value

    def masked(self) -> dict[str, Document]:
        """The documents by path, with what must not be shown covered."""
        by_file: dict[str, list[Place]] = {}
        for place in self.secrets:
            by_file.setdefault(place.file, []).append(place)
        return {
            path: MaskedDocument(document, by_file[path]) if path in by_file else document
            for path, document in self.documents.items()
        }

    def _placeholders(self, value: str, place: Place) -> Text:
        if "$" not in value and "#" not in value:
            return literal(value)
        text, found = read_references(value, place, self.scope)
        for reference in found:
            self._use(reference)
        return text

    def _use(self, reference: Reference) -> None:
        name = ".".join(reference.path)
        self.variables.setdefault(name, Variable(name, scope="session", at=reference.place))
        if reference.context:
            self.context_uses.setdefault((reference.context, reference.name), reference.place)
        elif not reference.known:
            self.find_once(
                UnknownParameter,
                f"{self.scope.intent}\n{reference.name}",
                reference.place,
                _same(f"`${reference.name}` is no parameter of this intent"),
                help=self._meant(reference.name),
            )

    def _meant(self, name: str) -> str:
        known = sorted(self.scope.parameters)
        close = self.close_to(name, tuple(known))
        if close:
            return f"did you mean `${close}`?"
        listed = ", ".join(f"`${item}`" for item in known[:8])
        return f"the intent has {listed}" if known else "add the parameter, or write `#context.name`"

    def unset_contexts(self, left: Iterable[tuple[str, str]]) -> None:
        """Report parameters of contexts that are used and that no intent leaves there (``left``: those that are)."""
        known = set(left)
        for (context, name), place in self.context_uses.items():
            if (context, name) not in known:
                self.find_once(
                    UnknownContextParameter,
                    f"{context}.{name}",
                    place,
                    _same(f"no intent leaves `#{context}.{name}`: a webhook or a program must give the value"),
                    help="declare the variable with a sample, or set it where it becomes known",
                )

    def wrong_shape(self, place: Place, what: str, value: Any, expected: str, read_as: str = "left out") -> str:
        """Report a value of the wrong type; the value itself is not printed."""
        found = type_name(value)
        # An object without its name is "no object with a name", not "an object, not an object with a name".
        message = f"{what} is " + (f"not {expected}" if expected.startswith(found) else f"{found}, not {expected}")
        code = self.find(WrongShape, place, f"{message}; {read_as}", help=f"write {expected}")
        self.book.degraded(place, f"not {expected}: {read_as}", f"write {expected}", code)
        return code

    def misshapen(self, place: Place, what: str, value: Any, expected: str, facts: Facts, key: str) -> None:
        """Keep a construct of the wrong type as a fact, with a finding."""
        code = self.wrong_shape(place, what, value, expected, "kept as a fact")
        self.book.degraded(place, f"not {expected}: kept as a fact", f"write {expected}", code)
        facts.append((key, json_text(self.safe(value, place, key))))

    def list_of(self, owner: Mapping[str, Any], name: str, place: Place, what: str, facts: Facts) -> list[Any]:
        """A member that is a list; missing and null are empty, anything else is kept as a fact."""
        value = owner.get(name)
        if isinstance(value, list):
            return value
        if value is not None:
            self.misshapen(place.child(name), f"`{name}` of {what}", value, "a list", facts, name)
        return []

    def locale(self, value: Any, place: Place) -> str:
        """A language tag; anything else that says something is reported, and is the agent's own language."""
        tag = locale_tag(value)
        if not tag and value not in _EMPTY:
            self.find_once(
                WrongShape,
                "language",
                place,
                counted("", " text(s) have a language that is no language tag; read as the agent's own"),
                help="write a tag: `fr`, `pt-br`",
            )
        return tag

    def flag(self, owner: Mapping[str, Any], name: str, place: Place, what: str) -> bool:
        """A member that is true or false (or a text or number that says so); anything else is reported, and false."""
        value = owner.get(name)
        if value is None or isinstance(value, bool):
            return value is True
        meant = _FLAGS.get(str(value).strip().lower()) if isinstance(value, (str, int)) else None
        if meant is None:
            self.wrong_shape(place.child(name), f"`{name}` of {what}", value, "true or false", "read as false")
        return meant is True

    def string(self, owner: Mapping[str, Any], name: str, place: Place, what: str) -> str:
        """A member that is a text (a number is one, loosely); anything else is left out with a finding."""
        value = owner.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return json_text(value)
        if value is not None:
            self.wrong_shape(place.child(name), f"`{name}` of {what}", value, "a text")
        return ""

    def keep(self, place: Place, name: str, value: Any, facts: Facts, reason: str = "kept as a fact") -> None:
        """Keep a member that has no effect on a conversation as a fact; empty ones say nothing and are not kept."""
        if value not in _EMPTY:
            facts.append((name, json_text(self.safe(value, place, name))))
            self.book.exact(place, reason)
        else:
            self.book.exact(place, "empty")

    def lose(
        self, rule: type[Rule], place: Place, name: str, value: Any, facts: Facts, what: str, key: str = ""
    ) -> str:
        """Keep a member that has an effect which is not carried as a fact; report it once per ``what``."""
        if value in _EMPTY:
            self.book.exact(place, "empty")
            return ""
        facts.append((name, json_text(self.safe(value, place, name))))
        code = self.find_once(rule, key or what, place, _same(what))
        self.book.degraded(place, f"{what}; kept as a fact", "see the finding", code)
        return code

    def unknown(self, place: Place, what: str, name: str, value: Any, facts: Facts, open_: bool = True) -> None:
        """Put down and keep a member that is not known, reported once per kind."""
        if open_:
            self.book.open(f"{what} {shown(name)}", place)
        facts.append((name, json_text(self.safe(value, place, name))))
        if value in _EMPTY:
            self.book.exact(place, "empty")
            return
        code = self.find_once(
            UnknownMember,
            f"{what} {name}",
            place,
            _same(f"`{shown(name)}` of {what} is not known here; it is kept as a fact"),
        )
        self.book.degraded(place, "not known to the reader; kept as a fact", "check what it does", code)

    def credential(self, place: Place, name: str, value: Any) -> None:
        """Report and cover a credential; nothing of it is kept."""
        empty = not (str(value).strip() if isinstance(value, (str, int, float)) else value)
        if empty:
            self.book.exact(place, "empty")
            return
        self.secrets.extend(_leaves(value, place))
        self.findings.append(
            CredentialDropped.at(
                place,
                f"`{shown(name)}` of the agent holds a credential; it is dropped",
                help="replace it at its owner, and let the new platform add its own from its secret store",
                data={"sensitive": True},
            )
        )
        self.book.dropped(place, "the new platform has its own", "use its secret store", CredentialDropped.code)

"""What reading one bot collects: texts with ``{{variables}}`` and inline code, values, secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bascule.ir.expr import Const, Expression, Ref
from bascule.ir.project import Variable
from bascule.ir.text import Hole, Literal, Segment, Text, join_text, text_expression
from bascule.language.members import EMPTY, Facts, Members, as_text, clip
from bascule.language.placeholder_rules import UnbalancedPlaceholder
from bascule.language.reading import Reading as SharedReading
from bascule.language.reading import json_text
from bascule.language.secrets import Secret, is_secret_name, secret_in_text, secret_under_name
from bascule.parsers.typebot.catalogue import CREDENTIALS
from bascule.parsers.typebot.javascript import NotCode, TooMuchCode, opaque, read_javascript
from bascule.parsers.typebot.losses import Appearance, CredentialsLeft, ScriptKept, UnknownMember
from bascule.parsers.typebot.rules import UnknownVariable, WrongShape
from bascule.source import Place

__all__ = ["BotMembers", "Reading"]

_NAME = re.compile(r"(?P<code>(?!))|\{\{(?P<name>[^{}]+)\}\}")
_HOLE = re.compile(r"\{\{=(?P<code>.{1,2000}?)=\}\}|\{\{(?P<name>[^{}]+)\}\}")
_HALF = re.compile(r"\{\{[^{}\s][^{}]{0,60}\}(?!\})")
_MOST = 2000
"""Most placeholders of one text that are read one by one."""


class BotMembers(Members):
    """Members of a Typebot object."""

    wrong_shape = WrongShape
    unknown_member = UnknownMember

    def look(self, *names: str, hints: Facts | None = None) -> None:
        """Settings of how the web chat looks: kept as hints (as facts without ``hints``), counted once."""
        for name in names:
            value = self.take(name)
            if value in EMPTY:
                continue
            code = self.reading.find_once(
                Appearance,
                "look",
                self.at(name),
                lambda count: f"{count} setting(s) say how the web chat looks; WhatsApp draws the chat itself",
            )
            kept = json_text(self.reading.safe(value, self.at(name), name))
            if hints is None:
                self.facts.append((self.prefix + name, kept))
            else:
                hints.append((name, kept))
            self.reading.book.degraded(self.at(name), "how the web chat looks; kept", "", code)

    def credentials(self) -> None:
        """Leave out what names an account of the old platform's own store."""
        for name in [name for name in self.data if name in CREDENTIALS]:
            value = self.take(name)
            if value in EMPTY:
                continue
            code = self.reading.find_once(
                CredentialsLeft,
                "credentials",
                self.at(name),
                lambda count: f"{count} block(s) or bot(s) use credentials that stay with the old platform",
                help="give the new platform its own keys, from its secret store",
            )
            self.reading.secrets.append(self.at(name))
            self.reading.book.dropped(self.at(name), "names an account of the old platform", "use your own", code)


class Reading(SharedReading):
    """The state of reading one bot. ``names`` is variable id to name."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.names: Mapping[str, str] = {}
        self.bot = ""
        self._texts: dict[tuple[str, str], Text] = {}

    def text(self, value: str, place: Place) -> Text:
        """Read a text with ``{{name}}`` and ``{{=code=}}`` in it; ``place`` is the text's own. Read once per place."""
        if "{{" not in value:
            return (Literal(value),) if value else ()
        key = (place.pointer, value)
        if key not in self._texts:
            self._texts[key] = self._read(value, place)
        return self._texts[key]

    def _read(self, value: str, place: Place) -> Text:
        base = place.sub[0] if place.sub else 0
        parts: list[Segment] = []
        at = 0
        pattern = _HOLE if "=}}" in value else _NAME
        for number, match in enumerate(pattern.finditer(value)):
            if number >= _MOST:
                break
            if match.start() > at:
                parts.append(self._literal(value[at : match.start()], place, base + at))
            here = place.within(base + match.start(), base + match.end())
            if match.group("name") is not None:
                parts.append(Hole(self.reference(match.group("name"), here), here))
            else:
                parts.append(Hole(self._inline(match.group("code"), here), here))
            at = match.end()
        if at < len(value):
            parts.append(self._literal(value[at:], place, base + at))
        return join_text(parts)

    def _literal(self, text: str, place: Place, start: int) -> Literal:
        if "{{" in text and (match := _HALF.search(text)) is not None:
            self.find(
                UnbalancedPlaceholder,
                place.within(start + match.start(), start + match.end()),
                f"`{clip(match.group())}` is half a placeholder; it stays text",
                help=f"write `{clip(match.group())}}}` if it is a variable",
            )
        return Literal(text)

    def _inline(self, code: str, place: Place) -> Expression:
        """``{{= … =}}``: an expression where it can be read, else the program, or the text that is no program."""
        start = (place.sub[0] if place.sub else 0) + len("{{=")
        try:
            return self._javascript(code, place, start)
        except NotCode:
            return text_expression(self._read(code, place.within(start, start + len(code))))

    def _javascript(self, code: str, place: Place, start: int) -> Expression:
        def resolve(name: str, first: int, last: int) -> Ref:
            return self.reference(name, place.within(start + first, start + last))

        try:
            return read_javascript(code, resolve)
        except TooMuchCode:
            secrets = secret_in_text(code)
            self.hide_all(place.within(start, start + len(code)), "the program", secrets)
            self.script(place)
            return opaque(as_text(self.safe(code, place, report=False)))

    def script(self, place: Place) -> str:
        """Report a program that is kept and not run."""
        return self.find_once(
            ScriptKept,
            "script",
            place,
            lambda count: f"{count} program(s) in JavaScript are kept as they are; nothing runs them",
            help="compute the values in the program that runs the flow",
        )

    def value(self, source: str, place: Place) -> Expression:
        """The value of an expression as the old engine takes it: computed, or the text where it is no program."""
        single = source.startswith("{{") and source.endswith("}}") and source.count("{{") == 1
        if single and not source.startswith("{{="):
            return text_expression(self.text(source, place))
        try:
            return self._javascript(source, place, 0)
        except NotCode:
            return text_expression(self.text(source, place))

    def number_value(self, source: str, place: Place) -> Expression:
        """A value that is compared as a number where it is one."""
        plain = source.strip()
        try:
            return Const(int(plain)) if plain.lstrip("-").isdecimal() and len(plain) < 16 else Const(float(plain))
        except (ValueError, OverflowError):
            return text_expression(self.text(source, place))

    def reference(self, name: str, place: Place) -> Ref:
        """The variable of a name in a text. Names count to the letter; blanks round one are reported."""
        meant = name if name in self.variables else name.strip()
        known = self.variables.get(meant)
        if known is None or meant != name:
            shown = name[:60].replace("\n", " ")
            self._unknown(f"`{{{{{shown}}}}}`", meant, place, "shows nothing there in the old bot")
        if known is None and meant:
            self.variables[meant] = Variable(meant, scope="flow", at=place)
        return Ref((meant or name,))

    def variable(self, id_: Any, place: Place) -> tuple[str, ...]:
        """The path of a variable that an option names by its id; empty where none is named or known."""
        if not isinstance(id_, str) or not id_:
            return ()
        name = self.names.get(id_)
        if name is None:
            self._unknown(f"the variable `{clip(id_)}`", id_, place, "is not saved in the old bot either")
            return ()
        return (name,)

    def _unknown(self, shown: str, key: str, place: Place, effect: str) -> None:
        close = self.close_to(key, tuple(self.variables)[:200])
        self.find_once(
            UnknownVariable,
            key,
            place,
            lambda count: f"{shown} is not declared: it {effect} ({count} place(s))",
            help=f"did you mean `{{{{{clip(close)}}}}}`?"
            if close
            else "declare it, or write its name as it is declared",
        )

    def sent(self, value: str, place: Place, name: str = "") -> Text:
        """A text that goes to a server: secrets in it are reported and covered."""
        found = secret_under_name(name, value)
        if found is None:
            return self.text(value, place)
        whole = is_secret_name(name) and found.start == 0 and found.end == len(value)
        hits = [Secret(found.what, 0, len(value))] if whole else secret_in_text(value)
        self.hide_all(place, name, hits, whole=whole)
        return self.text(as_text(self.safe(value, place, name, report=False)), place)

"""What reading one draft collects: texts with ``@fields``, rich texts, values, secrets."""

from __future__ import annotations

import html
import re
from typing import Any

from bascule.ir.expr import Expression, Ref
from bascule.ir.project import Variable
from bascule.ir.text import Hole, Literal, Segment, Text, join_text, text_expression
from bascule.language.members import EMPTY, Facts, Members, as_text
from bascule.language.reading import Reading as SharedReading
from bascule.language.reading import json_text
from bascule.language.secrets import Secret, is_secret_name, secret_in_text, secret_under_name
from bascule.language.viber_markup import has_markup, read_markup
from bascule.parsers.landbot.losses import Appearance, MarkupLost, UnknownMember
from bascule.parsers.landbot.rules import TextsDisagree, WrongShape
from bascule.source import Place

__all__ = ["DraftMembers", "Reading"]

_HOLE = re.compile(r"(?<![\w@.])@(?P<field>[A-Za-z0-9_]{1,100})(?![\w@])|\$\{(?P<system>\w{1,100})\}")
_TAG = re.compile(r"<[^<>]{0,400}>")


class DraftMembers(Members):
    """Members of an object of a draft."""

    wrong_shape = WrongShape
    unknown_member = UnknownMember

    def look(self, *names: str, hints: Facts) -> None:
        """Settings of how the web chat looks: kept as hints, counted once."""
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
            hints.append((name, json_text(self.reading.safe(value, self.at(name), name))))
            self.reading.book.degraded(self.at(name), "how the web chat looks; kept as a hint", "", code)


def _words(text: str) -> str:
    """Letters and digits alone, for comparing a text with its rich copy."""
    return "".join(char for char in text.casefold() if char.isalnum())


class Reading(SharedReading):
    """The state of reading one draft."""

    def text(self, value: str, place: Place) -> Text:
        """Read a text with ``@field`` and ``${system}`` in it; ``place`` is the text's own."""
        if "@" not in value and "${" not in value:
            return (Literal(value),) if value else ()
        base = place.sub[0] if place.sub else 0
        parts: list[Segment] = []
        at = 0
        for match in _HOLE.finditer(value):
            if match.start() > at:
                parts.append(Literal(value[at : match.start()]))
            here = place.within(base + match.start(), base + match.end())
            parts.append(Hole(self.field(match.group("field"), match.group("system"), here), here))
            at = match.end()
        parts.append(Literal(value[at:]))
        return join_text(parts)

    def field(self, name: str | None, system: str | None, place: Place) -> Ref:
        """The reference of a field, or of a value of the platform."""
        if name is None:
            return Ref(("session", system or ""))
        self.variables.setdefault(name, Variable(name, scope="contact", at=place))
        return Ref((name,))

    def declare(self, name: Any, place: Place, kind: str = "") -> tuple[str, ...]:
        """The path of a field that a block fills; empty where none is named."""
        plain = name.strip().removeprefix("@").strip() if isinstance(name, str) else ""
        if not plain:
            return ()
        known = self.variables.get(plain)
        if known is None or (known.at is not None and known.at.sub is not None):
            self.variables[plain] = Variable(plain, type=kind, scope="contact", at=place)
        return (plain,)

    def value(self, value: Any, place: Place) -> Expression:
        """A value that is set or compared with: a text with fields in it."""
        return text_expression(self.text(as_text(value), place))

    def said(self, members: DraftMembers, plain: str, rich: str, raw: str) -> tuple[Text, Place]:
        """What a block says: its plain text, with the marks of its rich copy where both have the same words."""
        text, markup = members.string(plain), members.string(rich)
        for name in (rich, raw):
            members.skip(name)
        if not markup:
            return self.text(text, members.at(plain)), members.at(plain)
        shown = html.unescape(_TAG.sub(" ", markup))
        if text and _words(shown) != _words(text):
            code = self.find(
                TextsDisagree,
                members.at(rich),
                f"`{rich}` does not say what `{plain}` says; the latter is taken",
                help=f"send `{plain}` again without `{rich}`",
            )
            self.book.degraded(members.at(rich), "other words than the plain text; kept as a fact", "", code)
            members.keep(rich)
            return self.text(text, members.at(plain)), members.at(plain)
        if text and not has_markup(markup.replace("<p>", "").replace("</p>", "\n")):
            return self.text(text, members.at(plain)), members.at(plain)
        place = members.at(rich)
        found, losses = read_markup(markup, lambda piece, at: self.text(piece, place.within(at, at + len(piece))))
        for loss in losses:
            code = self.find_once(
                MarkupLost,
                loss.what,
                place.within(loss.start, loss.end),
                lambda count, what=loss.what: f"WhatsApp shows no {what} ({count} place(s)); the words stay",  # type: ignore[misc]
            )
            self.book.degraded(place, "some of its markup is lost; the words stay", "", code)
        return _trimmed(found), place

    def sent(self, value: str, place: Place, name: str = "") -> Text:
        """A text that goes to a server: secrets in it are reported and covered."""
        found = secret_under_name(name, value)
        if found is None:
            return self.text(value, place)
        whole = is_secret_name(name) and found.start == 0 and found.end == len(value)
        hits = [Secret(found.what, 0, len(value))] if whole else secret_in_text(value)
        self.hide_all(place, name, hits, whole=whole)
        return self.text(as_text(self.safe(value, place, name, report=False)), place)


def _trimmed(text: Text) -> Text:
    """The text without the line break that the last paragraph leaves."""
    if text and isinstance(text[-1], Literal):
        return join_text((*text[:-1], Literal(text[-1].text.rstrip("\n"))))
    return text

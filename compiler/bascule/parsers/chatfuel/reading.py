"""What reading one document collects: texts with ``{{attributes}}``, in parts or as they are written, and secrets."""

from __future__ import annotations

import re
from typing import Any

from bascule.ir.expr import Expression, Ref
from bascule.ir.project import Variable
from bascule.ir.text import Hole, Literal, Segment, Text, join_text, text_expression
from bascule.language.members import EMPTY, Facts, Members, as_text, clip
from bascule.language.placeholder_rules import UnbalancedPlaceholder
from bascule.language.reading import Reading as SharedReading
from bascule.language.reading import json_text
from bascule.language.secrets import Secret, is_secret_name, secret_in_text, secret_under_name
from bascule.parsers.chatfuel.losses import Appearance, UnknownMember
from bascule.parsers.chatfuel.rules import ElementError, WrongShape
from bascule.source import Place

__all__ = ["Fields", "Reading"]

_HOLE = re.compile(r"\{\{([^{}%\n]{1,200})\}\}")
_HALF = re.compile(r"\{\{[^{}\s][^{}]{0,60}\}(?!\})")


class Fields(Members):
    """Members of a Chatfuel object."""

    wrong_shape = WrongShape
    unknown_member = UnknownMember
    reading: Reading

    def words(self, name: str, under: str | None = None) -> Text:
        """A member that is a text: a plain one, or one in parts (``TemplateStr``).

        A text that goes to a server is read ``under`` a name (``""`` where it has none): secrets are covered.
        """
        value = self.take(name)
        if value in EMPTY:
            return ()
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            return self.text(name) if under is None else self.reading.sent(self.string(name), self.at(name), under)
        parts = value.get("parts") if isinstance(value, dict) else None
        if not isinstance(parts, list):
            self.misshapen(name, "a text")
            return ()
        return self.reading.parts(parts, self.at(name).child("parts"), under)

    def look(self, *names: str, hints: Facts) -> None:
        """Settings of how a message looks: kept as hints, counted once."""
        for name in names:
            value = self.take(name)
            if value in EMPTY:
                continue
            code = self.reading.find_once(
                Appearance,
                "look",
                self.at(name),
                lambda count: f"{count} setting(s) say how Messenger shows a message; WhatsApp draws it itself",
            )
            hints.append((name, json_text(self.reading.safe(value, self.at(name), name))))
            self.reading.book.degraded(self.at(name), "how Messenger shows it; kept as a hint", "", code)


class Reading(SharedReading):
    """The state of reading one document."""

    def text(self, value: str, place: Place) -> Text:
        """Read a text with ``{{attribute}}`` in it; ``place`` is the text's own."""
        if "{{" not in value:
            return (Literal(value),) if value else ()
        base = place.sub[0] if place.sub else 0
        parts: list[Segment] = []
        at = 0
        for match in _HOLE.finditer(value):
            if match.start() > at:
                parts.append(self._literal(value[at : match.start()], place, base + at))
            here = place.within(base + match.start(), base + match.end())
            parts.append(Hole(self.attribute(match.group(1), here), here))
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
                help=f"write `{clip(match.group())}}}` if it is an attribute",
            )
        return Literal(text)

    def parts(self, items: list[Any], place: Place, under: str | None = None) -> Text:
        """A text in parts: texts and attributes. ``under``: see :meth:`Fields.words`."""
        found: list[Segment] = []
        for index, item in enumerate(items):
            at = place.child(index)
            data = item if isinstance(item, dict) else {}
            attribute = data.get("attribute")
            name = attribute.get("name") if isinstance(attribute, dict) else attribute
            if isinstance(data.get("text"), str):
                # The text of a part is literal: the API has taken the attributes out of it.
                text = data["text"]
                found.append(Literal(text if under is None else as_text(self.safe(text, at.child("text"), under))))
            elif isinstance(name, str) and name:
                spot = at.child("attribute", "name") if isinstance(attribute, dict) else at.child("attribute")
                found.append(Hole(self.attribute(name, spot.within(0, len(name))), spot))
            elif "value" in data and isinstance(data.get("value"), dict):
                inner = data["value"].get("parts")
                found.extend(self.parts(inner if isinstance(inner, list) else [], at.child("value", "parts"), under))
            else:
                self.find(WrongShape, at, "a part of a text is neither a text nor an attribute; it is left out")
            if data.get("errCode") not in EMPTY:
                self.find(
                    ElementError,
                    at.child("errCode"),
                    f"the platform reports `{clip(as_text(data['errCode']))}` in this text",
                    help="correct it in the product",
                )
        return join_text(found)

    def attribute(self, name: str, place: Place) -> Ref:
        """The reference of an attribute of the contact."""
        plain = name.strip() or name
        path = ("contact", plain)
        key = ".".join(path)
        self.variables.setdefault(key, Variable(key, scope="contact", at=place))
        return Ref(path)

    def declare(self, value: Any, place: Place) -> tuple[str, ...]:
        """The path of an attribute that is filled: its name, or an object with it; empty where none is named."""
        name = value.get("name") if isinstance(value, dict) else value
        if not isinstance(name, str) or not name.strip():
            return ()
        path = ("contact", name.strip())
        key = ".".join(path)
        known = self.variables.get(key)
        if known is None or (known.at is not None and known.at.sub is not None):
            kind = value.get("dataType") if isinstance(value, dict) else ""
            types = {"boolean": "boolean", "datetime": "datetime", "double": "number", "long": "number"}
            self.variables[key] = Variable(key, type=types.get(as_text(kind), ""), scope="contact", at=place)
        return path

    def value(self, value: Any, place: Place) -> Expression:
        """A value that is set or compared with."""
        return text_expression(self.text(as_text(value), place))

    def sent(self, value: str, place: Place, name: str = "") -> Text:
        """A text that goes to a server: secrets in it are reported and covered."""
        found = secret_under_name(name, value)
        if found is None:
            return self.text(value, place)
        whole = is_secret_name(name) and found.start == 0 and found.end == len(value)
        hits = [Secret(found.what, 0, len(value))] if whole else secret_in_text(value)
        self.hide_all(place, name, hits, whole=whole)
        return self.text(as_text(self.safe(value, place, name, report=False)), place)

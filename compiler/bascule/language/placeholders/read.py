"""Texts with placeholders to texts with holes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bascule.diagnostics.finding import Applicability, Edit, Finding, Fix
from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.ir.text import Hole, Literal, Segment, Text, join_text, literal
from bascule.language.names import unique_name
from bascule.language.placeholder_rules import (
    AnonymousPlaceholder,
    CodeInTemplate,
    OtherPlaceholderSyntax,
    UnbalancedPlaceholder,
)
from bascule.language.placeholders.choose import SyntaxChoice
from bascule.language.placeholders.notes import clip, unfilled_markers
from bascule.language.placeholders.syntaxes import SYNTAXES, Syntax, evidence, tokens
from bascule.language.words import names_money
from bascule.source import Place

if TYPE_CHECKING:
    from lark import Token

__all__ = ["Reader", "parse_text", "reference"]

_PAD = " \t\u00a0\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_MEMBER = re.compile(r"[^.\[\]]+")
_POSITION = re.compile(r"^\d{1,3}:(?=[^\W\d])")
_STRAY = {
    # A closing sign right after a word that no opening sign stands before.
    "{}": re.compile(r"[^\W\d]\w{1,40}\}{1,2}"),
    "[]": re.compile(r"[^\W\d]\w{1,40}\]{1,2}"),
}
_YES = ("yes", "y", "true", "t", "1", "include", "show")
"""Values that switch a Notify optional text on
(https://github.com/alphagov/notifications-utils, ``str2bool``)."""


def parse_text(text: str, syntax: str | SyntaxChoice | None, place: Place) -> tuple[Text, list[Finding]]:
    """Read a text with one placeholder syntax; ``place`` is the text's own place.

    Each hole's ``at`` is the range of its placeholder, so literals and those ranges together are the
    text again (but for escapes, comments and blank control). Without a syntax the whole text is one literal. Half
    placeholders, placeholders of other syntaxes and code leave findings with their exact range; nothing
    is lost. Give the :class:`SyntaxChoice` rather than its name to have sender tags kept as text.
    Raises ValueError on a syntax that is not in the table (see ``syntax_names``); never on content.
    """
    tags: tuple[str, ...] = ()
    if isinstance(syntax, SyntaxChoice):
        tags = syntax.tags
        syntax = syntax.name
    if syntax is None:
        return literal(text), []
    row = SYNTAXES.get(syntax)
    if row is None:
        raise ValueError(f"{syntax!r} is not a placeholder syntax")
    if row.name == "liquid":
        from bascule.language.liquid import parse_liquid

        return parse_liquid(text, place)
    reader = Reader(text, row, place, tags)
    if any(mark in text for mark in row.marks):
        result = reader.read()
    else:
        reader.literals.append((0, len(text)))
        result = literal(text)
    reader.look_for_others()
    return result, sorted(reader.findings, key=_order)


def _order(finding: Finding) -> tuple[int, int, str]:
    start, end = finding.place.sub or (0, 0)
    return start, end, finding.code


def reference(name: str) -> Ref:
    """The reference that a placeholder's name stands for: members are split, a name of several words is not."""
    if not ("." in name or "[" in name) or " " in name or "\u00a0" in name:
        return Ref((name,))
    members = tuple(_MEMBER.findall(name))
    return Ref(members) if members and not name.endswith(".") else Ref((name,))


class Reader:
    """One reading of one text. ``literals`` are the ranges that stay text."""

    def __init__(self, text: str, row: Syntax, place: Place, tags: tuple[str, ...]) -> None:
        self.text = text
        self.row = row
        self.place = place
        self.base = place.sub[0] if place.sub else 0
        self.tags = tags
        self.findings: list[Finding] = []
        self.literals: list[tuple[int, int]] = []
        self.anonymous: list[tuple[int, int, str]] = []
        self.typed: set[str] = set()
        self.taken: set[str] = set()

    def at(self, start: int, end: int) -> Place:
        return self.place.within(self.base + start, self.base + end)

    def read(self) -> Text:
        if self.row.name == "mailchimp":
            from bascule.language.placeholders.mailchimp import mailchimp_segments

            segments = mailchimp_segments(self)
        else:
            segments = self.segments(tokens(self.row, self.text))
        if self.anonymous:
            self.say_anonymous()
        return join_text(segments)

    def segments(self, items: list[Token]) -> list[Segment]:
        self.prepare(items)
        return [self.segment(item.type, item) for item in items]

    def prepare(self, items: list[Token]) -> None:
        """Note the names in use and the ranges of text, over all tokens of the text in order."""
        named = ("HOLE", "LOOSE", "INDEXED", "TYPED")
        self.taken = {item.strip(self.row.fence).strip(_PAD) for item in items if item.type in named}
        self.add_texts(items)

    def add_texts(self, items: list[Token]) -> None:
        """Note the ranges of neighbouring text tokens as one, and look for stray closing signs in them."""
        start = end = -1
        for item in items:
            if item.type != "TEXT":
                continue
            if item.start_pos != end:
                self.close_literal(start, end)
                start = item.start_pos or 0
            end = item.end_pos or 0
        self.close_literal(start, end)

    def close_literal(self, start: int, end: int) -> None:
        if start < 0:
            return
        self.literals.append((start, end))
        closer = self.row.example[-1]
        fences = "{}" if closer == "}" else "[]" if closer == "]" else ""
        if not fences or self.text.find(closer, start, end) < 0:
            return
        if self.text.find(fences[0], start, end) >= 0 or self.text[start:end].count('"') > 1:
            return
        for match in _STRAY[fences].finditer(self.text, start, end):
            name = match.group().rstrip(closer)
            self.unbalanced(match.start(), match.end(), name)

    def segment(self, kind: str, item: Token) -> Segment:
        start, end = item.start_pos or 0, item.end_pos or 0
        if kind == "TEXT":
            return Literal(str(item))
        if kind == "ESCAPE":
            return Literal(_unescape(self.row.name, item))
        if kind == "BROKEN":
            self.unbalanced(start, end, item.strip(self.row.fence + "()[]{}|").strip())
            return Literal(str(item))
        if kind in ("HOLE", "LOOSE") and self.row.weak:
            name = item.strip(self.row.fence).strip(_PAD)
            if name in self.tags or (self.row.name == "angle" and f"</{name}>" in self.text):
                self.literals.append((start, end))
                return Literal(str(item))
        if kind == "LOOSE" and self.row.name == "brace":
            self.loose(item, start, end)
        return Hole(self.expression(kind, item, start, end), self.at(start, end))

    def loose(self, item: Token, start: int, end: int) -> None:
        """``${x}`` in a file of ``{x}``: a price when the name says so, else another syntax."""
        sign = self.text[start - 1 : start]
        name = item.strip(self.row.fence).strip(_PAD)
        if sign not in ("$", "%") or (sign == "$" and names_money(name)):
            return
        self.findings.append(
            OtherPlaceholderSyntax.at(
                self.at(start - 1, end),
                f"`{sign}{clip(item)}` is read as `{sign}` followed by `{clip(item)}`, as the file writes `{{name}}`",
                help=f"remove the `{sign}` if it is not part of what is said",
                data={"syntax": "dollar-brace" if sign == "$" else "percent-brace"},
            )
        )

    def expression(self, kind: str, item: Token, start: int, end: int) -> Expression:
        """The expression of one placeholder token."""
        content = item.strip(self.row.fence)
        inner = content.strip(_PAD)
        if kind in ("HOLE", "LOOSE"):
            if self.row.name == "printf":
                return _printf_named(item)
            if self.row.name == "double-brace":
                # {{1:name}}: a position and its name.
                inner = _POSITION.sub("", inner)
            if self.row.name == "smarty":
                inner = inner.replace("->", ".")
            return reference(inner)
        if kind == "ANON":
            name = self.next_argument()
            self.anonymous.append((start, end, name))
            if self.row.name == "printf":
                return _formatted(Ref((name,)), item[1:])
            spec = inner.removeprefix(":") if ":" in inner or "!" in inner else ""
            return Call("format", (Ref((name,)), Const(spec))) if spec else Ref((name,))
        if kind == "INDEXED":
            index, _, spec = item[1:].partition("$")
            return _formatted(Ref((index,)), spec)
        if kind == "TYPED":
            return Ref((self.unique(inner),))
        if kind == "FORMAT" and self.row.name == "mailchimp":
            function, _, name = inner.partition(":")
            return Call(function.lower(), (reference(name.strip()),))
        if kind == "FORMAT":
            return _with_format(inner)
        if kind == "QUALIFIED":
            return Ref((inner,))
        if kind == "OPTIONAL":
            flag, _, shown = content.partition("??")
            condition = Call("same_text", (reference(flag.strip(_PAD)), *map(Const, _YES)))
            return Call("if", (condition, Const(shown), Const("")))
        if kind == "EXPRESSION":
            from bascule.language.liquid import parse_liquid_expression
            from bascule.language.liquid.filters import COMMON_FILTERS
            from bascule.language.liquid_rules import UnknownLiquidFilter

            # Other engines know these names; only a Liquid file has to do without them.
            offset = start + item.find(inner)
            expression, findings = parse_liquid_expression(inner, self.at(offset, offset + len(inner)))
            if all(finding.code == UnknownLiquidFilter.code for finding in findings):
                self.findings += [finding for finding in findings if finding.data.get("filter") not in COMMON_FILTERS]
                return expression
        return self.opaque(kind, item, start, end)

    def opaque(self, kind: str, item: Token, start: int, end: int) -> Opaque:
        language = "ruby" if kind == "RUBY" else self.row.code
        self.findings.append(
            CodeInTemplate.at(
                self.at(start, end),
                f"`{clip(item)}` holds {_LANGUAGES[language]}; it is kept as it is",
                help="compute the value in the program that sends the message and pass it as a named variable",
            )
        )
        return Opaque(language, str(item))

    def verbatim(self, item: Token) -> Hole:
        """A hole that keeps the token's own spelling."""
        return Hole(Opaque(self.row.code, str(item)), self.at(item.start_pos or 0, item.end_pos or 0))

    def next_argument(self) -> str:
        number = len(self.anonymous) + 1
        while f"arg{number}" in self.taken:
            number += 1
        self.taken.add(f"arg{number}")
        return f"arg{number}"

    def unique(self, name: str) -> str:
        """The name itself at its first occurrence, then numbered: each occurrence is a variable of its own."""
        result = unique_name(name, self.typed)
        self.typed.add(result)
        return result

    def say_anonymous(self) -> None:
        names = [f"`{name}`" for _, _, name in self.anonymous]
        what = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
        count = "a placeholder has" if len(names) == 1 else f"{len(names)} placeholders have"
        start, end, _ = self.anonymous[0]
        self.findings.append(
            AnonymousPlaceholder.at(
                self.at(start, end),
                f"{count} no name; in the order of the text: {what}",
                help="give them names, so that a translation may move them",
                data={"count": len(names)},
            )
        )

    def unbalanced(self, start: int, end: int, name: str) -> None:
        found = self.text[start:end]
        if self.row.name == "rapidpro":
            message, wanted = f"`{clip(found)}` opens an expression that is never closed", ""
        else:
            # What the broken end cuts off of a call cannot be told.
            wanted = _spelled(self.row, name) if name.count("(") == name.count(")") else ""
            message = f"`{clip(found)}` is half a placeholder; it stays text"
        help = f"write `{wanted}` if it is a variable" if wanted else "close it, or remove it"
        place = self.at(start, end)
        fix = Fix(f"write `{wanted}`", (Edit(place, wanted),), Applicability.UNSAFE) if wanted else None
        self.findings.append(UnbalancedPlaceholder.at(place, message, help=help, fix=fix))

    def look_for_others(self) -> None:
        """Report, in what stays text, the placeholders of other syntaxes and the notes to the author."""
        text = self.text
        self.findings += unfilled_markers(text, self.at)
        found: list[tuple[int, int, Syntax]] = []
        for row in SYNTAXES.values():
            if not row.strong or row is self.row or not any(mark in text for mark in row.marks):
                continue
            if row.grammar_file == self.row.grammar_file:
                continue
            pattern, kinds = evidence(row.name)
            for start, end in self.literals:
                found += [
                    (match.start(), match.end(), row)
                    for match in pattern.finditer(text, start, end)
                    if match.lastgroup in kinds
                ]
        position = 0
        for start, end, row in sorted(found, key=lambda entry: (entry[0], -entry[1])):
            if start < position:
                continue
            position = end
            self.findings.append(
                OtherPlaceholderSyntax.at(
                    self.at(start, end),
                    f"`{clip(text[start:end])}` looks like a placeholder of the form `{row.example}`, "
                    f"but the file writes `{self.row.example}`; it stays text",
                    help=f"write `{_spelled(self.row, text[start:end].strip(row.fence).strip())}` if it is a variable",
                    data={"syntax": row.name},
                )
            )


_LANGUAGES = {
    "ruby": "Ruby code",
    "handlebars": "a Handlebars block or expression",
    "icu": "a message format with choices",
    "smarty": "Smarty code",
    "mailchimp": "a Mailchimp function",
    "rapidpro": "a RapidPro expression",
    "template": "an expression",
}


def _spelled(row: Syntax, name: str) -> str:
    """A placeholder of this syntax with another name."""
    example = row.example
    for known in ("FIRSTNAME", "contact.name", "FNAME", "CF:FIELD", "#var#", "name"):
        if known in example:
            return example.replace(known, name if known != "#var#" else f"#{name}#")
    return f"{{{name}}}" if row.name == "python-positional" else example


def _unescape(syntax: str, item: Token) -> str:
    text = str(item)
    if text.startswith("\\") or syntax == "dollar-brace":
        return text[1:]
    if syntax == "smarty":
        return "{" if text == "{ldelim}" else "}"
    if syntax == "erb":
        return "<%"
    if syntax == "double-brace":
        return text[2:-2]
    if text.startswith("{{"):
        return text[1:-1]
    return text[: len(text) // 2]


def _formatted(value: Ref, spec: str) -> Expression:
    """A value with a printf format; a bare conversion letter says nothing about the look."""
    return Call("format", (value, Const(spec))) if len(spec) > 1 else value


def _with_format(inner: str) -> Expression:
    """A name with a format: Python's ``hour:02d`` and ``name!r``."""
    cut = min(position for position in (inner.find(":"), inner.find("!")) if position >= 0)
    return Call("format", (reference(inner[:cut].strip(_PAD)), Const(inner[cut:].removeprefix(":"))))


def _printf_named(item: Token) -> Expression:
    name, _, spec = item[2:].partition(")")
    return _formatted(reference(name), spec)

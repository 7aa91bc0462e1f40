"""JavaScript as tokens, to find the literals in it. Nothing is run; one pass, linear in the text.

Grammar of literals: https://262.ecma-international.org/#sec-ecmascript-language-lexical-grammar
"""

from __future__ import annotations

import enum
import re
from bisect import bisect_right
from dataclasses import dataclass

__all__ = ["MAX_SOURCE", "Kind", "Program", "Token", "decode_string", "tokenize"]

MAX_SOURCE = 400_000
"""Longest program that is looked into, in characters; longer ones are kept whole."""

_SPACE = re.compile(r"(?:\s|//[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/)+")
_NAME = re.compile(r"[^\W\d][\w$]*|\$[\w$]*")
_NUMBER = re.compile(r"0[xXoObB][\da-fA-F_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?n?")
_STRING = {
    '"': re.compile(r'"[^"\\\n\r]*+(?:\\(?:\r\n|[\s\S])[^"\\\n\r]*+)*+"'),
    "'": re.compile(r"'[^'\\\n\r]*+(?:\\(?:\r\n|[\s\S])[^'\\\n\r]*+)*+'"),
}
_TEMPLATE_TEXT = re.compile(r"[^`\\$]*+(?:(?:\\[\s\S]|\$(?!\{))[^`\\$]*+)*+")
_REGEX = re.compile(r"/(?![*/])(?:[^/\\\[\n\r]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r])*+\])++/[a-z]*")
_PUNCTUATION = re.compile(
    r">>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)|\+\+|--|\+=|-=|\*=|/="
    r"|%=|&=|\|=|\^=|\*\*|<<|>>|[\s\S]"
)
_ESCAPE = re.compile(
    r"\\(?:u\{[0-9a-fA-F]{1,6}\}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}"
    r"|\r\n|[\s\S])"
)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": "", "\r": ""}
_BEFORE_REGEX = frozenset("(,=:[!&|?{};+-*%<>~^") | {"&&", "||", "==", "===", "!=", "!==", "=>", "??", "+="}
_WORDS_BEFORE_REGEX = frozenset({"return", "typeof", "case"})
_OPEN, _CLOSE = "([{", ")]}"
_MAX_NESTING = 60


class Kind(enum.Enum):
    """What a token is."""

    NAME = "name"
    NUMBER = "number"
    STRING = "string"
    TEMPLATE = "template"
    REGEX = "regex"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Token:
    """A token and its half-open range. ``parts`` of a template are (is code, start, end) in order."""

    kind: Kind
    text: str
    start: int
    end: int
    parts: tuple[tuple[bool, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """The tokens of a source. ``partner`` maps the index of a bracket to that of its partner, both ways."""

    source: str
    tokens: tuple[Token, ...]
    partner: dict[int, int]


def tokenize(source: str) -> Program | None:
    """Read a program; None when it is too long, or when its strings or brackets do not close."""
    if len(source) > MAX_SOURCE:
        return None
    tokens: list[Token] = []
    partner: dict[int, int] = {}
    stack: list[int] = []
    at, size = 0, len(source)
    while at < size:
        space = _SPACE.match(source, at)
        if space:
            at = space.end()
            continue
        token = _token(source, at, tokens[-1] if tokens else None)
        if token is None:
            return None
        if token.kind is Kind.SIGN and token.text in _OPEN:
            stack.append(len(tokens))
        elif token.kind is Kind.SIGN and token.text in _CLOSE:
            if not stack or _OPEN.index(tokens[stack[-1]].text) != _CLOSE.index(token.text):
                return None
            opened = stack.pop()
            partner[opened], partner[len(tokens)] = len(tokens), opened
        tokens.append(token)
        at = token.end
    return Program(source, tuple(tokens), partner) if not stack else None


def _token(source: str, at: int, before: Token | None) -> Token | None:
    char = source[at]
    if char in _STRING:
        match = _STRING[char].match(source, at)
        return Token(Kind.STRING, match.group(), at, match.end()) if match else None
    if char == "`":
        return _template(source, at)
    match = _NAME.match(source, at)
    if match:
        return Token(Kind.NAME, match.group(), at, match.end())
    if char.isdecimal() or (char == "." and source[at + 1 : at + 2].isdecimal()):
        match = _NUMBER.match(source, at)
        if match:
            return Token(Kind.NUMBER, match.group(), at, match.end())
    if char == "/" and (before is None or before.text in _BEFORE_REGEX or before.text in _WORDS_BEFORE_REGEX):
        match = _REGEX.match(source, at)
        if match:
            return Token(Kind.REGEX, match.group(), at, match.end())
    match = _PUNCTUATION.match(source, at)
    assert match is not None
    return Token(Kind.SIGN, match.group(), at, match.end())


def _template(source: str, at: int) -> Token | None:
    """A template literal; code in it may hold strings, braces and templates of its own."""
    parts: list[tuple[bool, int, int]] = []
    start, at = at, at + 1
    while at < len(source):
        match = _TEMPLATE_TEXT.match(source, at)
        end = match.end() if match else at
        if end > at:
            parts.append((False, at, end))
        at = end
        if source.startswith("`", at):
            return Token(Kind.TEMPLATE, source[start : at + 1], start, at + 1, tuple(parts))
        if not source.startswith("${", at):
            return None
        close = _code_end(source, at + 2)
        if close < 0:
            return None
        parts.append((True, at + 2, close))
        at = close + 1
    return None


def _code_end(source: str, at: int) -> int:
    """The offset of the ``}`` that ends the code of a template, or -1."""
    nesting: list[str] = ["}"]
    while at < len(source):
        inside = nesting[-1]
        if inside == "`":
            match = _TEMPLATE_TEXT.match(source, at)
            at = match.end() if match else at
            if source.startswith("`", at):
                nesting.pop()
                at += 1
            elif source.startswith("${", at):
                nesting.append("}")
                at += 2
            else:
                return -1
        else:
            char = source[at]
            if char in _STRING:
                string = _STRING[char].match(source, at)
                if string is None:
                    return -1
                at = string.end()
                continue
            if char == "`":
                nesting.append("`")
            elif char == "{":
                nesting.append("}")
            elif char == "}":
                nesting.pop()
                if not nesting:
                    return at
            at += 1
        if len(nesting) > _MAX_NESTING:
            return -1
    return -1


@dataclass(frozen=True, slots=True)
class Decoded:
    """The characters of a literal, and where each stands: ``offset`` maps a decoded position into the source."""

    text: str
    start: int
    breaks: tuple[tuple[int, int], ...]

    def offset(self, position: int) -> int:
        """The offset in the source of the character at ``position``."""
        index = bisect_right(self.breaks, (position, 1 << 60)) - 1
        if index < 0:
            return self.start + position
        decoded, raw = self.breaks[index]
        return raw + position - decoded


def decode_string(source: str, start: int, end: int) -> Decoded:
    """Decode the characters ``source[start:end]`` of a string or template (without its quotes)."""
    raw = source[start:end]
    if "\\" not in raw:
        return Decoded(raw, start, ())
    pieces: list[str] = []
    breaks: list[tuple[int, int]] = []
    at = length = 0
    for match in _ESCAPE.finditer(raw):
        plain = raw[at : match.start()]
        char = _unescape(match.group()[1:])
        pieces.extend((plain, char))
        length += len(plain) + len(char)
        breaks.append((length, start + match.end()))
        at = match.end()
    pieces.append(raw[at:])
    return Decoded("".join(pieces), start, tuple(breaks))


def _unescape(body: str) -> str:
    if body in _SIMPLE:
        return _SIMPLE[body]
    code = -1
    if body[0] == "u" and len(body) == 11:
        high, low = int(body[1:5], 16), int(body[7:11], 16)
        code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
    elif body[0] in "ux" and len(body) > 1:
        code = int(body[1:].strip("{}"), 16)
    if code < 0:
        return body
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"

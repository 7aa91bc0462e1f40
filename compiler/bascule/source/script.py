"""Literals of program modules: what a JavaScript, TypeScript or Python file writes down as data.

Scenarios often stand in code: ``module.exports = {…}``, ``const menu = {…}``, ``MENU = {…}``. The literals are read
with places; nothing is run. What is no literal (a name, a call, a joined text with values) stays text in ``${…}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import copy
from math import prod
from typing import Any

from bascule.source.json import JsonDocument, _Span, decoded_range
from bascule.source.place import Place, split_pointer

__all__ = ["MAX_DEPTH", "SUFFIXES", "ScriptDocument", "read_script"]

SUFFIXES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".py")
"""Extensions of modules whose literals are read."""

MAX_DEPTH = 60
"""Deepest nesting of a literal that is read."""

MAX_TOKENS = 2_000_000

MAX_REPEATED = 100_000
"""Values of literals that stand in others by name, counted each time."""

_CODE = r"""
  (?P<space>\s+)
 |(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
 |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
 |(?P<backtick>`)
 |(?P<number>\d[\w.]*)
 |(?P<word>[^\W\d][\w$]*|\$[\w$]*)
 |(?P<mark>\.\.\.|=>|[=!<>]=+|\?\?|\?\.|.)
"""
_JAVASCRIPT = re.compile(_CODE, re.DOTALL | re.VERBOSE)
_PYTHON = re.compile(
    _CODE.replace(r"//[^\n]*|/\*.*?(?:\*/|\Z)", r"\#[^\n]*")
    .replace(
        "(?P<string>",
        r"(?P<string>(?i:[rbfu]{1,2}(?=[\"']))?(?:" + '"""' + r"(?:[^\\]|\\.)*?" + '"""' + r"|'''(?:[^\\]|\\.)*?'''|",
    )
    .replace(r"'(?:[^'\\\n]|\\.)*')", r"'(?:[^'\\\n]|\\.)*'))")
    .replace(" |(?P<backtick>`)\n", ""),
    re.DOTALL | re.VERBOSE,
)
_REGEX = re.compile(r"/(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_BEFORE_REGEX = frozenset("(,=:[!&|?{};") | {"=>", "return", "=="}
_IN_BACKTICK = re.compile(r"\\.|\$\{|`", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "undefined": None}
_WORDS |= {"True": True, "False": False, "None": None}
_OPENS = {"{": "}", "[": "]", "(": ")"}
_BEFORE_VALUE = frozenset(("=", "(", "return", "default"))
_TYPED = frozenset(("as", "satisfies"))
_JSON = re.compile(r'\s*(?:\{\s*"|\[\s*[{\["])')
_MODIFIERS = frozenset(("async", "get", "set", "static"))
_QUOTE = re.compile(r"[rbfuRBFU]{0,2}(\"\"\"|\'\'\'|[\"\'`])")
_OTHER_OPERATORS = frozenset(("?", ":", "&", "|", "<", ">", "=>", "%", "*", "-", "/", "??", "if", "else", "or", "and"))
_MOST_FACTORS = 6
_PREFIX = re.compile(r"[a-zA-Z]*")


class _NoLiteral(Exception):
    pass


class ScriptDocument(JsonDocument):
    """A program module. ``value`` maps the names that its literals are given (``default``, ``exports``, ``literal``
    where they have none) to plain values. A literal that is named in another one stands there too, at its own place."""

    language = "script"

    def __init__(self, path: str, text: str, python: bool) -> None:
        self.path = path
        self.text = text
        self.problems = ()
        self._joined: set[int] = set()
        root = _Span(0, {})
        root.end = len(text)
        self.__dict__["_tree"] = root
        self.value: dict[str, Any] = {}
        _Reader(self, python).read()
        self.usable = bool(self.value)

    def keep(self, wanted: Callable[[Any], bool]) -> ScriptDocument:
        """A document of the same text that has only the literals that are ``wanted``."""
        kept = copy(self)
        kept.value = {name: value for name, value in self.value.items() if wanted(value)}
        root = _Span(0, {name: part for name, part in self._tree.parts.items() if name in kept.value})
        root.end = len(self.text)
        kept.__dict__["_tree"] = root
        return kept

    def _range(self, place: Place) -> tuple[int, int]:
        node = self._tree
        for token in split_pointer(place.pointer):
            parts = node.parts
            if isinstance(parts, dict) and token in parts:
                node = parts[token][2]
            elif isinstance(parts, list) and token.isdigit() and int(token) < len(parts):
                node = parts[int(token)]
            else:
                break
        else:
            quoted = not place.key and place.sub is not None and node.parts is None and node.start not in self._joined
            quote = _QUOTE.match(self.text, node.start, node.end) if quoted else None
            if quote is not None and place.sub is not None:
                inner = quote.end() - 1
                return decoded_range(self.text, inner, node.end - len(quote.group(1)) + 1, place.sub)
        return super()._range(Place(place.file, place.pointer, None, place.key))


class _Reader:
    """Finds the literals of a module, once and in order."""

    def __init__(self, document: ScriptDocument, python: bool) -> None:
        self.document = document
        self.text = document.text
        self.python = python
        self.tokens: list[tuple[str, int, int]] = []
        self.constants: dict[str, Any] = {}
        self.literals: dict[str, tuple[Any, _Span]] = {}
        self.taken: dict[str, int] = {}
        self.spare = MAX_REPEATED

    def read(self) -> None:
        """Fill the document."""
        if not self._tokenize():
            return
        at, size = 0, len(self.tokens)
        while at < size:
            if self._shown(at) in ("{", "[") and at and self._shown(at - 1) in _BEFORE_VALUE:
                name = self._target(at)
                span = _Span(self.tokens[at][1])
                try:
                    value, after = self._container(at, span, 0)
                except _NoLiteral:
                    at += 1
                    continue
                if value:
                    self._put(name, value, span)
                    if self._shown(at - 1) == "=":
                        self.literals[self._assigned(at - 1)] = (value, span)
                at = after
                continue
            if self.tokens[at][0] in ("string", "number") and at > 1 and self._shown(at - 1) == "=":
                self._constant(at)
            at += 1

    def _put(self, name: str, value: Any, span: _Span) -> None:
        self.document.value[name] = value
        self.document._tree.parts[name] = (span.start, span.start, span)

    # Tokens

    def _tokenize(self) -> bool:
        text, at, pattern = self.text, 0, _PYTHON if self.python else _JAVASCRIPT
        previous = "="
        while at < len(text):
            found = pattern.match(text, at)
            if found is None or len(self.tokens) > MAX_TOKENS:
                return False
            kind, end = str(found.lastgroup), found.end()
            if kind == "backtick":
                end = self._backtick(at)
                kind = "string"
            elif kind == "mark" and text[at] == "/" and not self.python and previous in _BEFORE_REGEX:
                regex = _REGEX.match(text, at)
                if regex is not None:
                    kind, end = "regex", regex.end()
            if kind not in ("space", "comment"):
                self.tokens.append((kind, at, end))
                previous = text[at:end] if kind in ("mark", "word") else kind
            at = end
        return True

    def _backtick(self, start: int) -> int:
        """Offset after a template literal. ``modes`` holds a mark per open literal and per open brace."""
        text, at = self.text, start + 1
        modes = ["`"]
        while modes:
            pattern = _IN_BACKTICK if modes[-1] == "`" else _BRACES
            found = pattern.search(text, at)
            if found is None:
                return len(text)
            token, at = found.group(), found.end()
            if modes[-1] == "`":
                if token == "`":
                    modes.pop()
                elif token == "${":
                    modes.append("{")
            elif token == "}":
                modes.pop()
            elif token in "`{":
                modes.append(token)
        return at

    def _shown(self, at: int) -> str:
        kind, start, end = self.tokens[at]
        return self.text[start:end] if kind in ("mark", "word") else ""

    def _target(self, at: int) -> str:
        """The name that a literal is given, made unique."""
        name = "literal"
        if self._shown(at - 1) == "=":
            name = self._assigned(at - 1) or name
        elif self._shown(at - 1) == "default":
            name = "default"
        known = name
        while name in self.document.value:
            self.taken[known] = self.taken.get(known, 1) + 1
            name = f"{known}_{self.taken[known]}"
        return name

    def _assigned(self, equals: int) -> str:
        """The name before ``=``, past the type that TypeScript and Python write there."""
        first = max(equals - 40, 0)
        for at in range(equals - 1, first - 1, -1):
            shown = self._shown(at)
            if shown in ("const", "let", "var"):
                return self._shown(at + 1)
            if shown in (";", "}", ")") or self.tokens[at][0] == "string":
                break
        before = equals - 1
        typed = before > 0 and self._shown(before - 1) == ":" and not self._breaks(before)
        if before >= 0 and self.tokens[before][0] == "word" and not typed:
            return self._shown(before)
        for at in range(before, first, -1):
            if self._shown(at) == ":" and self.tokens[at - 1][0] == "word":
                return self._shown(at - 1)
            if self._breaks(at):
                break
        return ""

    def _breaks(self, at: int) -> bool:
        """Whether a token stands on another line than the one before it."""
        return at == 0 or "\n" in self.text[self.tokens[at - 1][2] : self.tokens[at][1]]

    def _constant(self, at: int) -> None:
        """Remember what a name is given, as long as it is given one thing; a text may be JSON."""
        name = self._assigned(at - 1)
        if not name:
            return
        after = self._shown(at + 1) if at + 1 < len(self.tokens) else ""
        ends = at + 1 == len(self.tokens) or after in (";", "}") or (self._breaks(at + 1) and after not in ("+", "."))
        value = self._string(at) if ends and self.tokens[at][0] == "string" else None
        self.constants[name] = value if name not in self.constants else None
        if value is not None and _JSON.match(value):
            span = _Span(self.tokens[at][1])
            span.end = self.tokens[at][2]
            self._put(self._target(at), value, span)

    # Literals

    def _container(self, at: int, span: _Span, depth: int) -> tuple[Any, int]:
        """The object or list that opens at a token, and the token after it."""
        if depth > MAX_DEPTH:
            raise _NoLiteral
        closer = _OPENS[self._shown(at)]
        mapping: dict[str, Any] = {}
        items: list[Any] = []
        span.parts = {} if closer == "}" else []
        at += 1
        while True:
            shown = self._peek(at)
            if shown == closer:
                span.end = self.tokens[at][2]
                return (mapping if closer == "}" else items), at + 1
            if shown == ",":
                at += 1
                continue
            if closer == "]":
                child = _Span(self.tokens[at][1])
                value, at = self._value(at, child, depth)
                items.append(value)
                span.parts.append(child)
                continue
            key, start, end, at = self._key(at)
            follows = self._peek(at)
            child = _Span(self.tokens[at][1])
            if follows == ":":
                child.start = self.tokens[at + 1][1] if at + 1 < len(self.tokens) else child.start
                value, at = self._value(at + 1, child, depth)
            else:
                # A shorthand member, a spread or a method: code, kept as it is written.
                if follows not in (",", "}", "(") and key not in _MODIFIERS and not key.startswith(("...", "*", "[")):
                    raise _NoLiteral
                at = self._skip(at)
                child.start, child.end = start, self.tokens[at - 1][2]
                value = self._hole(child)
            mapping[key] = value
            span.parts[key] = (start, end, child)

    def _peek(self, at: int) -> str:
        if at >= len(self.tokens):
            raise _NoLiteral
        return self._shown(at)

    def _key(self, at: int) -> tuple[str, int, int, int]:
        """A member's key, its offsets, and the token after it."""
        kind, start, end = self.tokens[at]
        if kind == "string":
            key = self._string(at)
        elif kind in ("word", "number"):
            key = self.text[start:end]
        elif self._shown(at) == "..." or self._shown(at) == "*":
            return self.text[start : self.tokens[min(at + 1, len(self.tokens) - 1)][2]], start, end, at + 1
        elif self._shown(at) == "[":
            after = self._matching(at)
            end = self.tokens[after - 1][2]
            key = self.text[start:end]
            return key, start, end, after
        else:
            raise _NoLiteral
        return key, start, end, at + 1

    def _value(self, at: int, span: _Span, depth: int) -> tuple[Any, int]:
        """A member's value, and the token after it."""
        end = self._skip(at)
        if end == at:
            raise _NoLiteral
        last = next((index for index in range(at + 1, end) if self._shown(index) in _TYPED), end)
        first = at
        while last - first > 2 and self._shown(first) == "(" and self._matching(first) == last:
            first, last = first + 1, last - 1
        if self._is_call(first, last, "JSON", ".", "stringify") or self._is_call(first, last, "json", ".", "dumps"):
            first, last = first + 4, self._skip(first + 4)
        span.start, span.end = self.tokens[first][1], self.tokens[last - 1][2]
        if self._shown(first) in ("{", "[") and self._matching(first) == last:
            return self._container(first, span, depth + 1)[0], end
        known = self.literals.get(self._shown(first)) if last - first == 1 else None
        if known is not None and self._afford(known[0]):
            span.start, span.end, span.parts = known[1].start, known[1].end, known[1].parts
            return known[0], end
        simple, value = self._simple(first, last)
        if not simple:
            value = self._hole(span)
        return value, end

    def _afford(self, value: Any) -> bool:
        """Whether a literal may stand here too: copies of copies must not grow without bound."""
        stack = [value]
        while stack and self.spare > 0:
            item = stack.pop()
            self.spare -= 1
            if isinstance(item, (dict, list)):
                stack.extend(item.values() if isinstance(item, dict) else item)
        return not stack

    def _is_call(self, first: int, last: int, *words: str) -> bool:
        if last - first < len(words) + 3 or self._shown(first) != words[0]:
            return False
        shown = [self._shown(index) for index in range(first, first + len(words) + 1)]
        return shown == [*words, "("] and self._matching(first + len(words)) == last

    def _simple(self, first: int, last: int) -> tuple[bool, Any]:
        """A text, number, word or name of one; texts side by side or joined with ``+`` are one."""
        kinds = [self.tokens[index][0] for index in range(first, last)]
        if all(kind == "string" or self._shown(first + index) == "+" for index, kind in enumerate(kinds)):
            strings = [index for index in range(first, last) if self.tokens[index][0] == "string"]
            if len(strings) > 1:
                self.document._joined.add(self.tokens[first][1])
            return True, "".join(self._string(index) for index in strings)
        if last - first == 1:
            return self._word(first)
        factors = [self._word(index)[1] for index in range(first, last, 2)] if kinds[0] == "number" else []
        if len(factors) > 1 and all(self._shown(index) == "*" for index in range(first + 1, last, 2)):
            # `24 * 60 * 60`: how people write a time.
            known = len(factors) <= _MOST_FACTORS and all(
                isinstance(factor, int) and factor < 10**9 for factor in factors
            )
            return (True, prod(factors)) if known else (False, None)
        joined = self._concatenated(first, last)
        if joined is not None:
            return True, joined
        if last - first == 2 and self._shown(first) == "-" and kinds[1] == "number":
            known, value = self._word(first + 1)
            return known, -value if known else None
        return False, None

    def _concatenated(self, first: int, last: int) -> str | None:
        """Texts and values joined with ``+``: the values as ``${…}``. None where it is another expression."""
        parts: list[str] = []
        start, at, texts = first, first, 0
        while at <= last:
            shown = self._shown(at) if at < last else "+"
            if shown == "+":
                if at == start:
                    return None
                if at - start == 1 and self.tokens[start][0] == "string":
                    parts.append(self._string(start))
                    texts += 1
                else:
                    known, value = self._word(start) if at - start == 1 else (False, None)
                    source = self.text[self.tokens[start][1] : self.tokens[at - 1][2]]
                    parts.append(value if known and isinstance(value, str) else "${" + source + "}")
                start = at + 1
            elif shown in _OTHER_OPERATORS:
                return None
            at = self._matching(at) if shown in _OPENS else at + 1
        self.document._joined.add(self.tokens[first][1])
        return "".join(parts) if texts and len(parts) > 1 else None

    def _word(self, at: int) -> tuple[bool, Any]:
        kind, start, end = self.tokens[at]
        shown = self.text[start:end]
        if kind == "word" and shown in _WORDS:
            return True, _WORDS[shown]
        if kind == "word" and isinstance(self.constants.get(shown), str):
            self.document._joined.add(start)
            return True, self.constants[shown]
        if kind == "number":
            digits = shown.replace("_", "")
            try:
                return True, int(digits) if digits.isdigit() and len(digits) < 4000 else float(digits)
            except ValueError:
                return False, None
        return False, None

    def _string(self, at: int) -> str:
        """The value of a string token."""
        _, start, end = self.tokens[at]
        raw = self.text[start:end]
        prefix = _PREFIX.match(raw).group() if self.python else ""  # type: ignore[union-attr]
        raw = raw[len(prefix) :]
        quote = 3 if self.python and raw[:3] in ('"""', "'''") and len(raw) >= 6 else 1
        inside = raw[quote:-quote]
        if "\\" not in inside or "r" in prefix.lower():
            return inside
        value = _ESCAPE.sub(_unescaped, inside)
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _hole(self, span: _Span) -> str:
        return "${" + self.text[span.start : span.end] + "}"

    def _skip(self, at: int) -> int:
        """The token after an expression: the next ``,`` or closing bracket."""
        while self._peek(at) not in (",", "}", "]", ")", ";"):
            at = self._matching(at) if self._shown(at) in _OPENS else at + 1
        return at

    def _matching(self, at: int) -> int:
        """The token after the bracket that closes the one at ``at``."""
        if at not in self._pairs:
            raise _NoLiteral
        return self._pairs[at] + 1

    @property
    def _pairs(self) -> dict[int, int]:
        known: dict[int, int] | None = self.__dict__.get("_known_pairs")
        if known is None:
            known = {}
            stack: list[int] = []
            for index in range(len(self.tokens)):
                shown = self._shown(index)
                if shown in _OPENS:
                    stack.append(index)
                elif shown in ("}", "]", ")"):
                    # A bracket of the wrong kind closes nothing: what it stands in is no literal.
                    if stack and _OPENS[self._shown(stack[-1])] == shown:
                        known[stack.pop()] = index
                    else:
                        stack.clear()
            self.__dict__["_known_pairs"] = known
        return known


_BRACES = re.compile(r"[{}`]")


def _unescaped(match: re.Match[str]) -> str:
    wide, four, two, other = match.groups()
    if wide or four or two:
        code = int(wide or four or two, 16)
        return chr(code) if code < 0x110000 else "\ufffd"
    return _CONTROLS.get(other, other)


def read_script(path: str, text: str) -> ScriptDocument:
    """Read the literals of a module. Never raises; ``usable`` says whether there are any."""
    return ScriptDocument(path, text, path.lower().endswith(".py"))

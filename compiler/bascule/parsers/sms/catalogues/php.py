"""PHP files of texts: ``return [...]``, ``$lang['a'] = '...'``, ``define('A', '...')``. Read, never run.

The grammar of literals is that of https://www.php.net/manual/en/language.types.string.php. What is put together by
code (`'Bonjour '.$nom`) becomes a placeholder named after it; statements that hold no text are reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bascule.parsers.sms.catalogues.document import CatalogueDocument, Decoded, Oddity, free_name
from bascule.source import join_pointer

__all__ = ["is_php", "read_php"]

_START = re.compile(r"\s*+<\?(?:php\b|=|\s)")
_MAX_DEPTH = 40
_TOKEN = re.compile(
    r"""
      (?P<blank>\s++)
    | (?P<comment>//[^\r\n]*+ | \#(?!\[)[^\r\n]*+ | /\*.*?(?:\*/|\Z))
    | (?P<single>'(?:[^'\\]|\\.)*+(?:'|\Z))
    | (?P<double>"(?:[^"\\]|\\.)*+(?:"|\Z))
    | <<<[ \t]*(?P<quote>['"]?)(?P<tag>\w+)(?P=quote)[ \t]*\r?\n(?P<heredoc>.*?)(?:^[ \t]*(?P=tag)\b|\Z)
    | (?P<number>\d[\w.]*+)
    | (?P<variable>\$+\w++)
    | (?P<word>\\?[^\W\d]\w*+(?:\\\w++)*+)
    | (?P<sign>=>|->|::|\?->|\?>|<\?(?:php\b|=)?|.)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_SINGLE = re.compile(r"\\(['\\])")
_DOUBLE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{1,2})|([0-7]{1,3})|([nrtvef\\$\"]))")
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "v": "\v", "e": "\x1b", "f": "\f"}
_NAME = re.compile(r"[^\W\d_]\w*")
_QUOTED = re.compile(r"['\"]([^'\"]{1,80})['\"]")
# How the file's own placeholders look: what code gives is written the same way.
_STYLES = (
    (re.compile(r"(?<![\w:]):[A-Za-z_]\w+"), ":{}"),
    (re.compile(r"\{\{"), "{{{{{}}}}}"),
    (re.compile(r"%\w+%"), "%{}%"),
    (re.compile(r"#\w+#"), "#{}#"),
)
_QUIET = ("<?php", "<?", "<?=", "?>", ";")
_SILENT = ("namespace", "use", "declare", "defined", "if", "die", "exit", "require", "require_once", "include")


def is_php(text: str) -> bool:
    return _START.match(text) is not None


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def _tokens(text: str) -> list[_Token]:
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "sign"
        if kind in ("blank", "comment"):
            continue
        if match["tag"] is not None:
            kind = "nowdoc" if match["quote"] == "'" else "heredoc"
        found.append(_Token(kind, match.group(), match.start(), match.end()))
    return found


def read_php(path: str, text: str) -> CatalogueDocument:
    """Read the texts of a PHP file. Never raises; a file without any gives an empty ``value``."""
    return _Reader(path, text).read()


class _Reader:
    def __init__(self, path: str, text: str) -> None:
        self.document = CatalogueDocument(path, text, "a PHP file")
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0
        self.style = next((style for pattern, style in _STYLES if pattern.search(text)), "{{{}}}")

    def read(self) -> CatalogueDocument:
        while self.at < len(self.tokens):
            start = self.at
            if not self.statement():
                self.at = start
                self.skip()
        return self.document

    def peek(self, ahead: int = 0) -> str:
        index = self.at + ahead
        return self.tokens[index].text if index < len(self.tokens) else ""

    def kind(self) -> str:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else ""

    def take(self, *texts: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at].text.lower() in texts:
            self.at += 1
            return True
        return False

    def statement(self) -> bool:
        """One statement that gives texts; False when it is something else."""
        if self.take(*_QUIET):
            return True
        if self.take("return"):
            return self.value((), (self.tokens[self.at - 1].start, self.tokens[self.at - 1].end)) and self.ends()
        if self.take("define"):
            return self.define()
        if self.take("const"):
            token = self.tokens[self.at] if self.at < len(self.tokens) else None
            self.at += 1
            return token is not None and self.take("=") and self.value((token.text,), (token.start, token.end))
        if self.kind() == "variable":
            return self.assignment()
        return False

    def ends(self) -> bool:
        return self.at >= len(self.tokens) or self.peek() in (";", "?>")

    def define(self) -> bool:
        if not self.take("(") or self.kind() not in ("single", "double"):
            return False
        key = self.tokens[self.at]
        self.at += 1
        return self.take(",") and self.value((_string(key).text,), (key.start, key.end))

    def assignment(self) -> bool:
        """``$lang['a']['b'] = …``, ``$lang = [...]``; the name of the variable is no part of the key."""
        variable = self.tokens[self.at]
        self.at += 1
        path: list[str] = []
        key = (variable.start, variable.end)
        while self.take("["):
            token = self.tokens[self.at] if self.at < len(self.tokens) else None
            if token is None or token.kind not in ("single", "double", "number", "word"):
                return False
            self.at += 1
            path.append(_string(token).text if token.kind in ("single", "double") else token.text)
            key = (token.start, token.end)
            if not self.take("]"):
                return False
        if not self.take("="):
            return False
        is_array = self.peek() == "[" or self.peek().lower() == "array"
        if not path and not is_array:
            path.append(variable.text.lstrip("$"))
        return self.value(tuple(path), key) and self.ends()

    def value(self, path: tuple[str, ...], key: tuple[int, int]) -> bool:
        """A text or an array below a path."""
        if self.peek() == "[" or (self.peek().lower() == "array" and self.peek(1) == "("):
            return len(path) < _MAX_DEPTH and self.array(path, key)
        if not path:
            return False
        found = self.concatenation(path, key)
        if found is None:
            return False
        pointer = self.document.put(path, found[0], key)
        for start, end, name in found[1]:
            self.document.oddities.append(Oddity("code", pointer, start, end, name))
        return True

    def array(self, path: tuple[str, ...], key: tuple[int, int]) -> bool:
        close = "]" if self.take("[") else ")"
        if close == ")":
            self.at += 2
        number = 0
        if path:
            self.document.note(join_pointer("", *path), None, key)
        while self.at < len(self.tokens) and not self.take(close):
            token = self.tokens[self.at]
            name, where = str(number), (token.start, token.end)
            if self.peek(1) == "=>":
                name = _string(token).text if token.kind in ("single", "double") else token.text
                self.at += 2
            elif token.kind == "word" and self.peek(1) == "::" and self.peek(3) == "=>":
                name, where = self.peek(2), (token.start, self.tokens[self.at + 2].end)
                self.at += 4
            else:
                number += 1
            start = self.at
            if not self.value((*path, name), where):
                self.at = start
                self.skip_item((*path, name))
            self.take(",")
        return True

    def concatenation(
        self, path: tuple[str, ...], key: tuple[int, int]
    ) -> tuple[Decoded, list[tuple[int, int, str]]] | None:
        """Literals and code joined by dots. None where there is no literal at all."""
        result, code = Decoded(), []
        literal = False
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.kind in ("single", "double", "heredoc", "nowdoc"):
                self.at += 1
                result.extend(_string(token))
                literal = True
            else:
                start, end = self.term()
                if start == end:
                    return None
                source = self.text[start:end]
                if not literal and self.peek() != ".":
                    result.add(source, start, end)
                    return (result, []) if token.kind == "number" or len(source) < 6 else None
                name = _code_name(source)
                result.add(self.style.format(name), start, end)
                code.append((start, end, name))
            if not self.take("."):
                break
        return (result, code) if literal and self.peek() in (",", "]", ")", ";", "?>", "") else None

    def term(self) -> tuple[int, int]:
        """The range of one operand that is no literal, with its brackets."""
        first = self.at
        depth = 0
        while self.at < len(self.tokens):
            sign = self.tokens[self.at].text
            if depth == 0 and sign in (".", ",", ";", "]", ")", "=>", "?>"):
                break
            depth += (sign in ("(", "[", "{")) - (sign in (")", "]", "}"))
            self.at += 1
        if self.at == first:
            return 0, 0
        return self.tokens[first].start, self.tokens[self.at - 1].end

    def skip_item(self, path: tuple[str, ...]) -> None:
        """An item of an array that is code: kept as it is written."""
        start, end = self.term()
        while self.take("."):
            end = self.term()[1]
        if start == end:
            self.at += 1
            return
        level = self.document.value
        for name in path[:-1]:
            inner = level.setdefault(name, {})
            if not isinstance(inner, dict):
                return
            level = inner
        name = path[-1] if path[-1] not in level else free_name(level, path[-1])
        kept = Decoded()
        kept.add(self.text[start:end], start, end)
        pointer = join_pointer("", *path[:-1], name)
        level[name] = kept.text if kept.text.lower() in ("null", "true", "false") else None
        self.document.note(pointer, kept, (start, end))
        if level[name] is None:
            self.document.oddities.append(Oddity("value", pointer, start, end, kept.text[:200]))

    def skip(self) -> None:
        """A statement that is code: over it, to its semicolon or the end of its block."""
        first = self.tokens[self.at]
        depth = 0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
            if depth <= 0 and token.text in (";", "}"):
                break
        last = self.tokens[self.at - 1]
        if first.text.lower() not in _SILENT:
            self.document.oddities.append(Oddity("statement", "", first.start, last.end, first.text[:40]))


def _string(token: _Token) -> Decoded:
    """A literal with its escapes undone; `$name` and `{$name}` in it stay as they are."""
    result = Decoded()
    if token.kind in ("heredoc", "nowdoc"):
        first = token.text.index("\n") + 1
        last = token.text.rfind("\n")
        body = token.text[first : max(first, last)].rstrip("\r")
        indent = len(token.text[last + 1 :]) - len(token.text[last + 1 :].lstrip())
        at = token.start + first
        for line in body.splitlines(keepends=True):
            cut = min(indent, len(line) - len(line.lstrip(" \t")))
            _undo(result, line[cut:], at + cut, token.kind == "heredoc")
            at += len(line)
        return result
    _undo(result, token.text[1:-1], token.start + 1, token.kind == "double", token.kind == "single")
    return result


def _undo(result: Decoded, body: str, start: int, double: bool, single: bool = False) -> None:
    pattern = _DOUBLE if double else _SINGLE if single else None
    at = 0
    for match in pattern.finditer(body) if pattern else ():
        result.add(body[at : match.start()], start + at, start + match.start())
        result.add(_escaped(match, double), start + match.start(), start + match.end())
        at = match.end()
    result.add(body[at:], start + at, start + len(body))


def _escaped(match: re.Match[str], double: bool) -> str:
    if not double:
        return match[1]
    if match[4]:
        return _LETTERS.get(match[4], match[4])
    number = int(match[1] or match[2] or "0", 16) if not match[3] else int(match[3], 8)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def _code_name(source: str) -> str:
    """A name for a value that code gives: the last quoted word or name in it (`config('app.url')` is `url`)."""
    quoted = _QUOTED.findall(source)
    names = _NAME.findall(quoted[-1] if quoted else source)
    return names[-1] if names else "value"

"""Masking Terraform text: strings, heredocs and comments become fillers of the same length.

What is left has brackets, names and operators only, so that blocks can be found by counting brackets and
parsed by a grammar that knows nothing of interpolation. Linear in the text, iterative.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bascule.source import Problem

__all__ = ["Heredoc", "Masked", "mask"]

_START = re.compile(r'[#"]|//|/\*|<<-?[A-Za-z_][\w-]*[ \t]*\r?\n')
_IN_STRING = re.compile(r'\\.|\$\$\{|%%\{|[$%]\{|["\n]', re.DOTALL)
_IN_TEMPLATE = re.compile(r'["{}]')
_HEREDOC = re.compile(r"<<(-?)([A-Za-z_][\w-]*)[ \t]*\r?\n")


@dataclass(frozen=True, slots=True)
class Heredoc:
    """A heredoc: its lines stand at ``text[start:end]``; ``indented`` (``<<-``) strips common indentation."""

    start: int
    end: int
    indented: bool


@dataclass(slots=True)
class Masked:
    """The masked text, the heredocs by the offset they start at, and what could not be closed."""

    text: str
    heredocs: dict[int, Heredoc] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def mask(text: str) -> Masked:
    """Mask a Terraform text."""
    result = Masked("")
    parts: list[str] = []
    at = 0
    while True:
        found = _START.search(text, at)
        if found is None:
            break
        parts.append(_clean(text[at : found.start()]))
        start, token = found.start(), found.group()
        if token == '"':
            end, closed = _string_end(text, start + 1)
            if closed:
                parts.append('"' + "\x03" * (end - start - 2) + '"')
            else:
                result.problems.append(_problem("the text is never closed", start, end))
                parts.append(" " * (end - start))
        elif token.startswith("<<"):
            end = _heredoc(text, start, result)
            parts.append("\x01" + "\x02" * (end - start - 1))
        elif token == "/*":
            end = text.find("*/", start + 2)
            end = len(text) if end < 0 else end + 2
            parts.append(" " * (end - start))
        else:
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
            parts.append(" " * (end - start))
        at = end
    parts.append(_clean(text[at:]))
    result.text = "".join(parts)
    return result


def _clean(text: str) -> str:
    """Fillers that stand in the file itself must not be taken for masked ones."""
    return re.sub("[\x01-\x03]", "\x04", text)


def _problem(message: str, start: int, end: int) -> Problem:
    return Problem("studio-hcl-syntax", message, start, end)


def _string_end(text: str, at: int) -> tuple[int, bool]:
    """Offset after the closing quote, and whether there is one on this line. ``at`` is after the opening one.

    ``modes`` holds one mark per open string (``"``) or brace (``{``); an interpolation opens a brace.
    """
    modes = ['"']
    while modes:
        pattern = _IN_STRING if modes[-1] == '"' else _IN_TEMPLATE
        found = pattern.search(text, at)
        if found is None:
            return len(text), False
        token = found.group()
        at = found.end()
        if modes[-1] == '"':
            if token == "\n":
                return found.start(), False
            if token == '"':
                modes.pop()
            elif token in ("${", "%{"):
                modes.append("{")
        elif token == "}":
            modes.pop()
        else:
            modes.append(token)
    return at, True


def _heredoc(text: str, start: int, result: Masked) -> int:
    opening = _HEREDOC.match(text, start)
    assert opening is not None
    body = opening.end()
    closing = re.compile(rf"^[ \t]*{re.escape(opening.group(2))}[ \t]*\r?$", re.MULTILINE).search(text, body)
    if closing is None:
        result.problems.append(_problem(f"the heredoc `{opening.group(2)[:40]}` is never closed", start, len(text)))
        result.heredocs[start] = Heredoc(body, len(text), bool(opening.group(1)))
        return len(text)
    result.heredocs[start] = Heredoc(body, closing.start(), bool(opening.group(1)))
    return closing.end()

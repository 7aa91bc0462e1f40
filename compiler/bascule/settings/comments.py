"""Suppression comments: ``# bascule: ignore[TPL021] reason`` on a line or above it, ``ignore-file`` for a whole file.

YAML (scenario files, templates, other tools' YAML) and property files have comments; JSON and tables have none, and
use ``[[overrides]]`` of the configuration.
"""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bascule.diagnostics import Finding, Rule, registry
from bascule.language.secrets import MaskedDocument
from bascule.settings.rules import (
    SuppressionMalformed,
    SuppressionRefused,
    SuppressionUnknownCode,
    SuppressionWithoutReason,
)
from bascule.settings.selection import Unknown, resolve
from bascule.source import Document, Place, Span
from bascule.source.properties import PropertiesDocument
from bascule.source.yaml import YamlDocument

__all__ = ["Comment", "read_comments"]

WORDS = ("ignore", "ignore-file")
_DIRECTIVE = re.compile(r"#[ \t]{0,20}bascule[ \t]{0,20}:[ \t]{0,20}(?P<word>[A-Za-z-]{1,40})", re.IGNORECASE)
_CODES = re.compile(r"[ \t]{0,20}\[(?P<codes>[^\[\]]*)\](?P<reason>.*)$")
_BLANK = re.compile(r"[ \t]*(?:#.*)?$")
_MOST, _MOST_CODES, _MOST_HINTS = 1000, 50, 20
"""Directives of a file, codes of a directive, and unknown codes for which the nearest is looked up: bounds that no file
that people write comes near."""
_OTHER_TOOLS = ("allow", "disable", "noqa", "nolint", "skip", "suppress")


@dataclass(frozen=True, slots=True)
class Comment:
    """One suppression comment. ``line`` is the line it speaks of (0: the whole file); ``codes`` are pairs of what was
    written with its span and the code it means."""

    file: str
    line: int
    codes: tuple[tuple[Span, str], ...]
    reason: str
    span: Span


def read_comments(document: Document) -> tuple[list[Comment], list[Finding]]:
    """The suppressions of a file, and what is wrong with them. Nothing for files that cannot have comments."""
    comments: list[Comment] = []
    findings: list[Finding] = []
    for start, word_end, end, word in _directives(document):
        comment = _read(document, start, word_end, end, word, findings)
        if comment is not None:
            comments.append(comment)
    return comments, findings


def _directives(document: Document) -> Iterator[tuple[int, int, int, str]]:
    """Each comment that speaks to bascule: its start, the end of its word, its end (of the line), and the word."""
    inner = document.inner if isinstance(document, MaskedDocument) else document
    text = document.text
    if "bascule" not in text.lower() or not isinstance(inner, (YamlDocument, PropertiesDocument)):
        return
    found = [hit for _, hit in zip(range(_MOST), _DIRECTIVE.finditer(text), strict=False)]
    if not found:
        return
    inside = _yaml_scalars(inner.text) if isinstance(inner, YamlDocument) else None
    last = 0
    for hit in found:
        at = hit.start()
        if at < last:
            continue
        line, column = document.line_column(at)
        before = document.line_text(line)[: column - 1]
        if inside is None:
            is_comment = not before.strip()
        else:
            index = bisect_right(inside[0], at) - 1
            # In YAML a `#` begins a comment only at the start of a line or after a blank.
            is_comment = (index < 0 or at >= inside[1][index]) and (not before or before[-1] in " \t")
        if is_comment:
            last = at - len(before) + len(document.line_text(line))
            yield at, hit.end(), last, hit["word"]


def _yaml_scalars(text: str) -> tuple[list[int], list[int]]:
    """Starts and ends of all scalars, in order: a ``#`` inside one is text. What cannot be scanned counts as text."""
    import yaml

    starts: list[int] = []
    ends: list[int] = []
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for token in yaml.scan(text, Loader=loader):
            if isinstance(token, yaml.ScalarToken):
                start = token.start_mark.index
                if token.style in ("|", ">"):  # a comment may stand beside the mark that opens a block
                    start = max(text.find("\n", start), start)
                starts.append(start)
                ends.append(token.end_mark.index)
    except yaml.YAMLError:
        starts.append(ends[-1] if ends else 0)
        ends.append(len(text) + 1)
    return starts, ends


def _read(document: Document, start: int, rest_at: int, end: int, word: str, findings: list[Finding]) -> Comment | None:
    text = document.text

    def report(rule: type[Rule], first: int, last: int, message: str, help: str) -> None:
        place = Place(document.path, "", (first, last))
        findings.append(replace(rule.at(place, message, help=help), span=document.span(first, last)))

    example = f"write `# bascule: {word if word in WORDS else 'ignore'}[CODE] reason`"
    if word.lower() not in WORDS:
        close = difflib.get_close_matches(word.lower(), WORDS, n=1)
        if not close and word.lower() not in _OTHER_TOOLS and not text[rest_at:end].startswith("["):
            return None  # a sentence that begins with our name
        help = f"did you mean `{close[0]}`?" if close else f"the words are {' and '.join(WORDS)}"
        report(SuppressionMalformed, start, rest_at, f"`{word}` is nothing that a comment can ask for", help)
        return None
    rest = text[rest_at:end]
    match = _CODES.match(rest)
    if match is None:
        report(SuppressionMalformed, start, end, "the comment names no codes in brackets", example)
        return None
    reason = match["reason"].strip(" \t:-–—")
    codes: list[tuple[Span, str]] = []
    at = rest_at + match.start("codes")
    names = 0
    for part in match["codes"].split(",", _MOST_CODES)[:_MOST_CODES]:
        name = part.strip()
        first = at + len(part) - len(part.lstrip())
        at += len(part) + 1
        if not name:
            continue
        names += 1
        last = first + len(name)
        try:
            code = resolve(name, exact=True, suggest=len(findings) < _MOST_HINTS)
        except Unknown as error:
            report(SuppressionUnknownCode, first, last, str(error), error.help)
            continue
        if registry()[code].unreadable or code.startswith("CFG"):
            report(SuppressionRefused, first, last, f"`{code}` cannot be suppressed", "mend what it reports")
            continue
        codes.append((document.span(first, last), code))
    if not names:
        report(SuppressionMalformed, start, end, "the comment names no codes", example)
        return None
    if not reason:
        report(
            SuppressionWithoutReason,
            start,
            end,
            "this suppression gives no reason: it suppresses nothing",
            "write after the bracket why the finding may stay",
        )
        return None
    line = 0 if word.lower() == "ignore-file" else _target(document, start)
    return Comment(document.path, line, tuple(codes), reason, document.span(start, end))


def _target(document: Document, start: int) -> int:
    """The line a comment speaks of: its own, or, when it stands alone, the next one that says something."""
    line, column = document.line_column(start)
    if document.line_text(line)[: column - 1].strip():
        return line
    last, _ = document.line_column(len(document.text))
    following = line + 1
    while following <= last and _BLANK.match(document.line_text(following)):
        following += 1
    return following

"""Which placeholder syntax a file uses: one for the whole file, judged by credible occurrences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bascule.diagnostics.finding import Finding
from bascule.language.placeholder_rules import UnclearPlaceholderSyntax
from bascule.language.placeholders.syntaxes import SYNTAXES, Syntax, evidence
from bascule.language.words import VARIABLE_WORDS
from bascule.source import Place

__all__ = ["SyntaxChoice", "choice_findings", "choose_syntax"]

_CLOSE_RUN = 2
"""A runner-up at 1/2 of the winner's count or above makes the choice doubtful."""

_IDENTIFIER = re.compile(r"[^\W\d]\w*_\w+|[^\W\d_]*[a-z][A-Z]\w*")
_HTML_CLOSERS = re.compile(r"</(\w{1,20})\s*>")


@dataclass(frozen=True, slots=True)
class SyntaxChoice:
    """The answer of :func:`choose_syntax`.

    ``counts``: syntax name and credible occurrences, most frequent first, the chosen one included.
    ``tags``: names in the syntax's own fences that are text, such as the sender in ``[Brand] Hello``.
    """

    name: str | None
    counts: tuple[tuple[str, int], ...]
    reason: str
    tags: tuple[str, ...] = ()


@dataclass(slots=True)
class _Tally:
    """What one syntax's grammar found in a file."""

    row: Syntax
    count: int = 0
    texts: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)
    initial: Counter[str] = field(default_factory=Counter)
    vocative: set[str] = field(default_factory=set)
    after_hash: int = 0


def choose_syntax(texts: Sequence[str]) -> SyntaxChoice:
    """Choose the one syntax that all these texts of a file are read with.

    A syntax wins by its number of credible occurrences; ties go to the more particular spelling. A
    syntax that ordinary prose imitates (brackets, angle brackets, a colon) needs more than one word to be
    believed. ``name`` is None when nothing looks like a placeholder. Deterministic; linear in the texts.
    """
    tallies = {name: _tally(row, texts) for name, row in SYNTAXES.items() if _present(row, texts)}
    tags: tuple[str, ...] = ()
    bracket = tallies.get("bracket")
    if bracket is not None:
        tags = _sender_tags(bracket, sum(1 for text in texts if text.strip()))
        bracket.count -= sum(bracket.names.pop(name) for name in tags)
    _settle_ruby(tallies)
    _settle_dollar(tallies)
    for tally in tallies.values():
        if tally.row.weak and not _believable(tally, texts):
            tally.count = 0
    for tally in tallies.values():
        if tally.count:
            for other in tally.row.includes:
                included = tallies.get(other)
                if included is not None and included.count:
                    tally.count = included.count + sum(tally.kinds[kind] for kind in tally.row.unshared)
                    tally.texts = max(tally.texts, included.texts)
                    included.count = 0
    ranked = sorted((tally for tally in tallies.values() if tally.count), key=lambda tally: -tally.count)
    counts = tuple((tally.row.name, tally.count) for tally in ranked)
    if not ranked:
        return SyntaxChoice(None, (), "no text holds anything that looks like a placeholder", tags)
    best = ranked[0]
    reason = f"`{best.row.example}` {_times(best.count)} in {best.texts} of {len(texts)} text(s)"
    if ranked[1:]:
        others = ", ".join(f"`{tally.row.example}` {_times(tally.count)}" for tally in ranked[1:])
        reason += f"; also seen: {others}"
    return SyntaxChoice(best.row.name, counts, reason, tags if best.row.name == "bracket" else ())


def choice_findings(choice: SyntaxChoice, place: Place) -> list[Finding]:
    """The findings that a choice deserves: ``VAR103`` when a runner-up is close. ``place`` is the file's."""
    if len(choice.counts) < 2:
        return []
    (first, most), (second, next_most) = choice.counts[:2]
    if next_most * _CLOSE_RUN < most:
        return []
    return [
        UnclearPlaceholderSyntax.at(
            place,
            f"`{SYNTAXES[first].example}` stands {_times(most)} and `{SYNTAXES[second].example}` {_times(next_most)}; "
            f"the file is read with `{SYNTAXES[first].example}`",
            help=f"say which one it is with `--placeholder {first}` or `--placeholder {second}`",
            data={"chosen": first, "counts": dict(choice.counts)},
        )
    ]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _present(row: Syntax, texts: Sequence[str]) -> bool:
    return any(mark in text for text in texts for mark in row.marks)


def _tally(row: Syntax, texts: Sequence[str]) -> _Tally:
    pattern, kinds = evidence(row.name)
    tally = _Tally(row)
    for text in texts:
        if not any(mark in text for mark in row.marks):
            continue
        before = tally.count
        for match in pattern.finditer(text):
            if match.lastgroup not in kinds:
                continue
            name = match.group().strip(row.fence).strip()
            if row.name == "brace" and not _plain_in_url(text, match.start(), name):
                continue
            tally.count += 1
            tally.kinds[match.lastgroup or ""] += 1
            tally.names[name] += 1
            start = match.start()
            if start and text[start - 1] == "#":
                tally.after_hash += 1
            if not text[:start].strip():
                tally.initial[name] += 1
                if text[match.end() :].lstrip()[:1] in (",", "،", "!"):
                    tally.vocative.add(name)
        tally.texts += tally.count > before
    return tally


def _plain_in_url(text: str, start: int, name: str) -> bool:
    """False for ``{x}`` inside an address unless its name is a usual one: addresses hold braces of their own."""
    word = text[max(text.rfind(blank, 0, start) for blank in " \n\t") + 1 : start]
    return "://" not in word or _is_usual(name) or _IDENTIFIER.fullmatch(name) is not None


def _sender_tags(tally: _Tally, texts: int) -> tuple[str, ...]:
    """Bracket words that open texts and stand nowhere else: the sender's name or a kind of message.

    A word that is spoken to (``[Prénom], …``), or is a usual variable name, is one only when it opens
    most texts; a capital letter, or a script without capitals, is enough for the rest.
    """
    found = []
    for name, initial in tally.initial.items():
        if initial < tally.names[name] or name in tally.vocative or _IDENTIFIER.fullmatch(name):
            continue
        usual = _is_usual(name)
        capital = not name[:1].islower()
        majority = texts > 1 and initial * 2 > texts
        if (capital and not usual) or (majority and not usual) or (majority and initial > 2 and capital):
            found.append(name)
    return tuple(sorted(found))


def _is_usual(name: str) -> bool:
    words = re.split(r"[\s_.\-/'’]+", name.casefold())
    return any(word in VARIABLE_WORDS or word.rstrip("0123456789") in VARIABLE_WORDS for word in words)


def _believable(tally: _Tally, texts: Sequence[str]) -> bool:
    names = tally.names
    if tally.row.name == "angle":
        closed = {name for text in texts if "</" in text for name in _HTML_CLOSERS.findall(text)}
        for name in [known for known in names if known in closed]:
            tally.count -= names.pop(name)
    if not names:
        return False
    if any(_is_usual(name) or _IDENTIFIER.fullmatch(name) for name in names):
        return True
    return tally.row.name != "colon" and (len(names) > 1 or names.total() > 1)


def _settle_ruby(tallies: dict[str, _Tally]) -> None:
    """``#{x}``: Ruby, or the number sign before ``{x}``. Ruby when code stands inside, or when the file
    has no other ``{x}`` and at least two names."""
    ruby, brace = tallies.get("ruby"), tallies.get("brace")
    if ruby is None or brace is None:
        return
    alone = brace.count == brace.after_hash
    if ruby.kinds["CODE"] or (alone and len(ruby.names) > 1):
        brace.count -= brace.after_hash
    else:
        ruby.count = 0


def _settle_dollar(tallies: dict[str, _Tally]) -> None:
    """``${x}`` where ``{x}`` is at least as frequent: a price, or a slip; the file writes ``{x}``."""
    dollar, brace = tallies.get("dollar-brace"), tallies.get("brace")
    if dollar is not None and brace is not None and brace.count >= dollar.count and not dollar.kinds["CODE"]:
        brace.count += dollar.count
        dollar.count = 0

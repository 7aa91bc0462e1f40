"""The word lists that tell a template's category, and the matcher that finds their words in a text.

Matching is leftmost, then longest, over a character trie: one walk per word of the text, so the time
is linear in the text (entries are short) and no pattern can run away. Longer phrases hide shorter
ones, which is how "offre d'emploi" is kept from being an offer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from bascule.passes.lower.folding import fold, is_word, split_name

__all__ = ["LANGUAGES", "Hit", "Lexicon", "ListInfo", "hint_category", "lexicon", "list_info", "load_data", "name_list"]

LANGUAGES = ("fr", "en", "es", "pt", "ar", "hi", "ru", "de", "it")
"""Languages with a lexicon, in the order that settles a tie when the language of a text is unknown."""

_SHARED = "lexicon_shared"
_STAR = "*"
_END = ""
# One-letter conjunctions and prepositions, and the article, are written onto the next word.
_ARABIC_PREFIXES = tuple(
    first + second
    for first in ("", "و", "ف")
    for second in ("", "ال", "لل", "ب", "ك", "ل", "بال", "كال")
    if first or second
)


@dataclass(frozen=True, slots=True)
class ListInfo:
    """A list of words: the category it speaks for, its weight, and what its words mean (for people)."""

    name: str
    category: str
    weight: int
    means: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A word of list ``name`` at folded offsets ``[start, end)``."""

    name: str
    start: int
    end: int


@dataclass(slots=True)
class Lexicon:
    """The lists of one language: a trie of folded entries, sign patterns, and words that tell the language."""

    language: str
    trie: dict[str, Any] = field(default_factory=dict)
    patterns: list[tuple[str, re.Pattern[str]]] = field(default_factory=list)
    words: frozenset[str] = frozenset()
    ranks: Mapping[str, int] = field(default_factory=dict)  # which list wins where two match the same letters

    def add(self, name: str, entry: str, any_ending: bool, derived: bool = False) -> None:
        """Put a phrase into the trie; ``word*`` and ``any_ending`` accept any ending of a word.

        An entry in two lists is a mistake in the data (ValueError), unless one is ``derived`` by a rule.
        """
        node = self.trie
        words = fold(entry).replace("-", " ").split()
        for number, word in enumerate(words):
            if number:
                node = node.setdefault(" ", {})
            open_end = any_ending or word.endswith(_STAR)
            for char in word.rstrip(_STAR):
                node = node.setdefault(char, {})
            if open_end and is_word(word.rstrip(_STAR)[-1:]):
                node = node.setdefault(_STAR, {})
        known = node.setdefault(_END, name)
        if known != name and not derived:
            raise ValueError(f"lexicon {self.language}: {entry!r} stands in {known!r} and in {name!r}")

    def hits(self, text: str) -> Iterator[Hit]:
        """The words of the lists in folded text, in order, without overlaps; signs after words."""
        at = 0
        while at < len(text):
            if at and is_word(text[at]) and is_word(text[at - 1]):
                at += 1
                continue
            end, name = self._longest(text, at)
            if name:
                yield Hit(name, at, end)
                at = end
            else:
                at += 1
        for name, pattern in self.patterns:
            for match in pattern.finditer(text):
                yield Hit(name, match.start(), match.end())

    def _longest(self, text: str, start: int) -> tuple[int, str]:
        best, found = start, ""
        # A node is followed by each reading (letter, any ending, with or without an Arabic prefix); entries
        # hold at most a few starred words, so the readings stay few.
        pending = [(self.trie, at) for at in self._after_prefix(text, start)]
        while pending:
            node, at = pending.pop()
            while True:
                name = node.get(_END)
                whole = at == len(text) or not (is_word(text[at]) and is_word(text[at - 1]))
                if name and whole and (at, self.ranks.get(name, 0)) > (best, self.ranks.get(found, 0)):
                    best, found = at, name
                starred = node.get(_STAR)
                if starred is not None:
                    stop = at
                    while stop < len(text) and is_word(text[stop]):
                        stop += 1
                    pending.append((starred, stop))
                if at >= len(text):
                    break
                char = text[at]
                following = node.get(" " if char == "-" else char)
                if following is None:
                    break
                node, at = following, at + 1
                if char in " -" and self.language == "ar":
                    pending.extend((node, other) for other in self._after_prefix(text, at) if other != at)
        return best, found

    def _after_prefix(self, text: str, at: int) -> list[int]:
        if self.language != "ar" or not ("\u0600" <= text[at : at + 1] <= "\u06ff"):
            return [at]
        return [at, *(at + len(prefix) for prefix in _ARABIC_PREFIXES if text.startswith(prefix, at))]


@cache
def load_data(name: str) -> Any:
    """The data file ``name`` of the lowering: mappings, lists and strings only (no scalar is converted)."""
    import yaml

    text = files("bascule.passes.lower").joinpath(f"data/{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # builds no objects: safe


@cache
def list_info() -> Mapping[str, ListInfo]:
    """Every list of words by name."""
    return {
        name: ListInfo(name, facts["category"], int(facts["weight"]), facts["means"])
        for name, facts in load_data("lists").items()
    }


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of one of :data:`LANGUAGES`, with the words used in every language; ``""`` is those alone."""
    own: Mapping[str, Any] = load_data(f"lexicon_{language}") if language else {}
    shared: Mapping[str, Any] = load_data(_SHARED)
    ranks = {name: info.weight or 9 for name, info in list_info().items()}  # a hiding word beats all
    result = Lexicon(language, words=frozenset(map(fold, own.get("words", ()))), ranks=ranks)
    any_ending = own.get("any_ending") == "true"
    for source, endings in ((own, any_ending), (shared, False)):
        for name, entries in source.get("lists", {}).items():
            _known(name)
            for entry in entries:
                if source is own or not _has(result, entry):
                    result.add(name, entry, endings)
        for name, entries in source.get("lists", {}).items():
            for entry in entries:
                for form in _other_forms(entry, own) if source is own else ():
                    result.add(name, form, endings, derived=True)
        for name, patterns in source.get("patterns", {}).items():
            _known(name)
            result.patterns.extend((name, re.compile(pattern)) for pattern in patterns)
    return result


def _other_forms(entry: str, language: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[str]:
    """The entry with one word in each of its other forms (``votre colis``: ``ton colis``; ``طلبك``: ``طلبكم``)."""
    forms, endings = language.get("forms", {}), language.get("endings", {})
    words = entry.split()
    for at, word in enumerate(words):
        others = list(forms.get(word, ()))
        for ending, longer in endings.items():
            if word.endswith(ending):
                others += [word[: -len(ending)] + other for other in longer]
        for other in others:
            yield " ".join((*words[:at], other, *words[at + 1 :]))


def _known(name: str) -> None:
    if name not in list_info():
        raise ValueError(f"no list of words is called {name!r}")


def _has(known: Lexicon, entry: str) -> bool:
    text = fold(entry).replace(_STAR, "").replace("-", " ")
    return known._longest(text, 0)[0] == len(text)


@cache
def _names() -> Mapping[tuple[str, ...], str]:
    table: dict[tuple[str, ...], str] = {}
    for name, entries in load_data(_SHARED)["names"].items():
        _known(name)
        for entry in entries:
            table.setdefault(tuple(sorted(fold(entry).replace("_", " ").split())), name)
    return table


def name_list(identifier: str) -> str:
    """The list that a variable's name or a template's key speaks for, or ``""``; longer entries win."""
    table = _names()
    words = split_name(identifier, keep=lambda word: (word,) in table)
    best, size = "", 0
    for wanted, name in table.items():
        if len(wanted) > size and all(word in words for word in wanted):
            best, size = name, len(wanted)
    return "" if best == "neutral" else best


@cache
def _hints() -> Lexicon:
    result = Lexicon("")
    for category, entries in load_data(_SHARED)["hints"].items():
        for entry in entries:
            result.add(category, entry, False)
    return result


def hint_category(hint: str) -> str:
    """The template category a source's own word names (``transactionnel``, ``OTP`` …), or ``""``."""
    found = [hit.name for hit in _hints().hits(fold(hint[:200]).replace("_", " "))]
    return _first_of(found, ("AUTHENTICATION", "MARKETING", "UTILITY"))


def _first_of(found: Iterable[str], order: tuple[str, ...]) -> str:
    present = set(found)
    return next((category for category in order if category in present), "")

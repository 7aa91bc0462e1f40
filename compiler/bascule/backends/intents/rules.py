"""How a text is understood without a language model: exact words, phrases inside, then likeness."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

from bascule.ir.project import Intent, Project
from bascule.ir.text import holes, plain_text

__all__ = ["LADDER", "rules_data"]

LADDER = (
    ("choice", "a tapped button, or the title or number of one that is shown"),
    ("exact", "the text equals a phrase (NFC, without case, outer punctuation and double blanks)"),
    ("slot", "the text is an answer to the question that is open"),
    ("phrase", "a whole phrase stands in the text, the longest first"),
    ("edit", "a phrase is like the text, and no other intent's phrase nearly as much"),
    ("else", "nothing is recognised"),
)
RATIO, GAP = 85, 5
"""Least likeness in percent, and how far the second intent has to be behind (judgement, measured on public bots)."""

_LEAST_LETTERS = 4
_EDGES = re.compile(r"^[\s\W_]+|[\s\W_]+$")
_BLANKS = re.compile(r"\s+")
_WORDS = re.compile(r"\w+")


def _normal(text: str) -> str:
    """A text as it is compared: NFC, case folded, without punctuation at its ends and double blanks."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return _BLANKS.sub(" ", _EDGES.sub("", folded))


def rules_data(project: Project, intents: Sequence[str]) -> dict[str, Any]:
    """The ladder with the words of each intent per language; phrases that two intents share are listed apart."""
    wanted = [item for item in project.intents if item.id in intents or item.title in intents] or list(project.intents)
    languages = dict.fromkeys(locale for intent in wanted for locale, _ in intent.phrases.items)
    return {
        "ladder": [{"rung": name, "means": told} for name, told in LADDER],
        "edit": {"ratio": RATIO, "gap": GAP},
        "languages": {language or "*": _language(wanted, language) for language in languages},
    }


def _language(intents: Sequence[Intent], language: str) -> dict[str, Any]:
    phrases = {intent.id: _phrases(intent, language) for intent in intents}
    owners = Counter(phrase for own in phrases.values() for phrase in own)
    shared = sorted(phrase for phrase, count in owners.items() if count > 1)
    words = {
        name: Counter(word for phrase in own for word in set(_WORDS.findall(phrase))) for name, own in phrases.items()
    }
    spread = Counter(word for own in words.values() for word in own)
    rules = []
    for name, own in phrases.items():
        exact = [phrase for phrase in own if owners[phrase] == 1]
        inside = [phrase for phrase in exact if " " in phrase or len(phrase) >= _LEAST_LETTERS]
        keywords = [
            word
            for word, count in sorted(words[name].items(), key=lambda item: (-item[1], item[0]))
            if spread[word] == 1 and count > 1 and len(word) >= _LEAST_LETTERS
        ]
        rules.append(
            {
                "intent": name,
                "exact": exact,
                "phrase": sorted(inside, key=lambda phrase: (-len(phrase), phrase)),
                "keywords": keywords[:10],
            }
        )
    return {"intents": rules, "shared": shared}


def _phrases(intent: Intent, language: str) -> list[str]:
    """The phrases of an intent in a language, normal and once each; annotated words are filled with their samples."""
    found: dict[str, None] = {}
    for phrase in intent.phrases.get(language) or ():
        samples = iter(phrase.samples)
        if sum(1 for _ in holes(phrase.text)) > len(phrase.samples):
            continue
        text = _normal(plain_text(phrase.text, lambda _, left=samples: next(left, "")))  # type: ignore[misc]
        if text:
            found.setdefault(text)
    return list(found)

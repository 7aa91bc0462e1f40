"""The words people send to leave, to join, or for help, in their languages."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["LONGEST", "Keyword", "folded", "recognise", "words_of"]

LONGEST = 40
"""No keyword is longer; a longer message is not folded to find out."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """``action``: opt_out, opt_in or help. A weak one (YES, OUI) says something only as the answer to a question.
    ``languages`` the word belongs to."""

    action: str
    strong: bool
    word: str
    languages: tuple[str, ...]


def folded(text: str) -> str:
    """A message as keywords are compared: upper case, no accents and no marks, one space between words, nothing round
    it that is neither letter nor digit."""
    decomposed = unicodedata.normalize("NFKD", text.strip()).upper()
    # Tatweel only stretches an Arabic word; combining marks are accents, vowel signs and joiners.
    plain = "".join(
        "'" if char == "\u2019" else char
        for char in decomposed
        if unicodedata.category(char) not in ("Mn", "Cf") and char != "\u0640"
    )
    plain = " ".join(plain.split())
    start, end = 0, len(plain)
    while start < end and not _is_word(plain[start]):
        start += 1
    while end > start and not _is_word(plain[end - 1]):
        end -= 1
    return plain[start:end]


def _is_word(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNM"


@cache
def _data() -> dict[str, Any]:
    import yaml

    text = files("bascule.contacts.consent").joinpath("data/keywords.yaml").read_text("utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


@cache
def _table() -> dict[str, Keyword]:
    """Folded word to keyword. Where one word means two things in two languages, leaving wins, then joining."""
    table: dict[str, Keyword] = {}
    for action in ("opt_out", "opt_in", "help"):
        for language, groups in _data()[action].items():
            for strength, words in groups.items():
                for word in words:
                    key = folded(word)
                    known = table.get(key)
                    if known is not None and (known.action != action or known.strong != (strength == "strong")):
                        continue
                    languages = (*(known.languages if known else ()), language)
                    table[key] = Keyword(action, strength == "strong", known.word if known else word, languages)
    return table


def recognise(text: str | None, language: str = "") -> Keyword | None:
    """What a whole message says, if it is a keyword.

    ``language`` (BCP 47) decides nothing that a person would lose by: opt-out words count in every language; a weak
    opt-in word counts only in the person's language, where that is known.
    """
    if not text or len(text) > LONGEST:
        return None
    found = _table().get(folded(text))
    if found is None:
        return None
    base = language.split("-")[0].split("_")[0].lower()
    if (
        found.action == "opt_in"
        and not found.strong
        and base
        and base not in found.languages
        and base in _data()["opt_in"]
    ):
        return None
    return found


def words_of(action: str, language: str) -> tuple[str, ...]:
    """The strong words of a language, as they are usually written; none for a language without any."""
    return tuple(_data()[action].get(language, {}).get("strong", ()))

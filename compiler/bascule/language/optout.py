"""Opt-out wording in messages: "Reply STOP to unsubscribe", "STOP au 36180"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import islice

from bascule.language.optout_words import ENDING, STRONG, SUBSCRIPTION, WEAK
from bascule.language.words import PREPOSITIONS, REPLY

__all__ = ["OPT_OUT_KEYWORDS", "OptOut", "find_opt_out"]


@dataclass(frozen=True, slots=True)
class OptOut:
    """The word a customer sends to leave, as the message spells it, and the range of the whole wording
    (half-open, in characters): what may be taken out of the text when a button or a rule replaces it."""

    keyword: str
    start: int
    end: int


def _entries(table: dict[str, str]) -> list[str]:
    return [entry for words in table.values() for entry in words.split(", ")]


OPT_OUT_KEYWORDS: frozenset[str] = frozenset(_entries(STRONG))
"""Words that mean opting out whatever stands round them, in lower case."""

_SENTENCE_START = re.compile(r"(?:[.!?؟。।\n]\s*|^\s*)(?=\S)")
# A comma ends the clause unless a clause of purpose follows, as German and Russian write it.
_CLAUSE_END = re.compile(r"[!?؟;\n|()\"”]|[,،](?!\s(?:чтобы|щоб|um|afin|pour|to|żeby|aby|za)\b)|\.(?=\s|$)|।")
_NUMBER_AFTER = re.compile(
    r"[\"'”»*]?\s*(?:sms\s*)?(?:au|to|al|ao|an|na|на|إلى|على|ל-?|:|=|par sms au)?\s*(\+?\d[\d ]{2,14}\d)(?!\d)", re.I
)
_MAX_KEYWORDS = 60
"""Keywords looked at in one text, and below, the reach of a clause: both keep the search linear."""
_REACH = 160


def _words(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    verbs = _words(verb for group in REPLY.values() for verb in group)
    prepositions = _words(PREPOSITIONS)
    return {
        "keyword": re.compile(
            rf"(?<![\w\-])(?:(?P<strong>{_words(_entries(STRONG))})|(?P<weak>{_words(_entries(WEAK))}))(?![\w\-'’])",
            re.I,
        ),
        "verb before": re.compile(
            rf"(?:(?:please|pls|veuillez|merci de|por favor|bitte|пожалуйста)\s+)?(?<!\w)(?:{verbs})"
            rf"(?:\s+(?:to this (?:message|number|text)|back|à ce message|ce message|este mensaje|a este mensaje))?"
            rf"(?:\s+(?:{prepositions}))?(?:\s+(?:the |le |la )?(?:word|mot|keyword|palabra|palavra|слово|كلمة))?"
            rf"[\s:]*[\"'“«„‘*_\[]?\s*$",
            re.I,
        ),
        "verb after": re.compile(rf"[\"'”»’*_\]]?(?:\s+(?:[\w+]+\s+){{0,3}}?|\s*)(?:{verbs})(?!\w)", re.I),
        "subscription": re.compile(rf"(?<!\w)(?:{'|'.join(_entries(SUBSCRIPTION))})", re.I),
        "ending": re.compile(
            rf"[\"'”»’*_\]]?\s*(?:to|2|=|:|-|pour|para|um zu|um|per|для|чтобы)\s*(?:{_words(_entries(ENDING))})(?!\w)",
            re.I,
        ),
    }


def find_opt_out(text: str) -> OptOut | None:
    """The first opt-out wording of a text, or None. Works on the raw text; placeholders do not matter.

    A keyword counts when somebody is asked to send it, when a number follows it, or when the sentence is
    about a subscription; ordinary words ("non-stop", "cancel your order") do not.
    """
    patterns = _patterns()
    for match in islice(patterns["keyword"].finditer(text), _MAX_KEYWORDS):
        found = _judge(text, match, patterns)
        if found is not None:
            return found
    return None


def _judge(text: str, match: re.Match[str], patterns: dict[str, re.Pattern[str]]) -> OptOut | None:
    start, end = match.span()
    word = match.group()
    sentence = _sentence_start(text, start)
    head = text[max(sentence, start - 120) : start]
    verb = patterns["verb before"].search(text, max(sentence, start - 60), start)
    after = patterns["verb after"].match(text, end, end + 40)
    number = _NUMBER_AFTER.match(text, end, end + 40)
    clause_end = _clause_end(text, end)
    about_after = patterns["subscription"].search(text, end, clause_end)
    about_before = patterns["subscription"].search(head)
    ending = patterns["ending"].match(text, end, end + 40)
    quoted = text[start - 1 : start] in ("“", "«", '"', "'", "*", "„", "‘")
    loud = quoted or word == word.upper()
    asked = verb is not None or after is not None
    if match.lastgroup == "strong":
        about = about_after or about_before or number or ending
        sms = word.lower().startswith("stop ") or word.lower() == "stopsms"
        good = (loud and (asked or about)) or (asked and bool(about)) or (sms and number is not None)
        if loud and not asked and number is None and ending is None and about_after is None:
            # "Unsubscribe: STOP" is meant; "STOP" in a sentence that merely mentions the list is not.
            good = about_before is not None and start - sentence <= 60
    else:
        good = bool(about_after or about_before) and (verb is not None or (asked and loud))
    if not good:
        return None
    first = start
    if verb is not None:
        first = verb.start() + len(verb.group()) - len(verb.group().lstrip())
    if about_before is not None and start - sentence <= 120:
        first = min(first, sentence)
    last = end
    for other in (number, ending, after):
        if other is not None:
            last = max(last, other.end())
    connected = about_after is not None or ending is not None or (verb is not None and number is None)
    if connected:
        last = max(last, clause_end)
    while last > end and text[last - 1] in " \t":
        last -= 1
    if last == end and text[end : end + 1] in tuple("\"'”»*_’"):
        last += 1
    if last == end or first == start:
        while first > 0 and text[first - 1] in "\"'“«*_„‘":
            first -= 1
    if text[first - 1 : first] == "(" and text[last : last + 1] == ")":
        first, last = first - 1, last + 1
    return OptOut(word, first, last)


def _sentence_start(text: str, position: int) -> int:
    result = 0
    for match in _SENTENCE_START.finditer(text, max(0, position - 200), position):
        result = match.end()
    return result


def _clause_end(text: str, position: int) -> int:
    quote = text[position : position + 1] in ('"', "”", "'", "»", "*")
    limit = min(len(text), position + _REACH)
    match = _CLAUSE_END.search(text, position + quote, limit)
    return match.start() if match is not None else limit

"""Which template category a text asks for, with the words that say so.

Meta decides the category at review; the compiler's is a request, and a wrong one costs: a utility template
judged promotional becomes a marketing one at once, and repeated misuse lowers limits. So the verdict
keeps its evidence, says how sure it is, and names the category that review may choose instead.
Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-categorization
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bascule.passes.lower.folding import Folded, fold_text, is_word
from bascule.passes.lower.lexicon import LANGUAGES, Lexicon, hint_category, lexicon, list_info, name_list

__all__ = ["CategoryVerdict", "Evidence", "judge_category"]

UTILITY, MARKETING, AUTHENTICATION = "UTILITY", "MARKETING", "AUTHENTICATION"
_STRONG = 4  # the weight of a list that decides alone (data/lists.yaml)
_TELLING = 2  # the weight from which a contrary word is worth a warning

_DIGITS = re.compile(r"(?<![\w.,:/-])(?:\d{4,8}|\d{3}[ -]\d{3})(?![\w/:]|[.,]\d)")
_SENTENCE_END = re.compile(r"[.!?।؟]")
_AFTER_CODE = 30  # characters between the word for a code and the value it announces
_BEFORE_CODE = 25
_UNCLEAR = "unclear content is marketing by Meta's rule"
_CODE_LISTS = ("otp", "code_word", "code_action")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A word that speaks for a category.

    ``start`` and ``end`` are offsets into the judged text; what stands elsewhere (lists ``hint``, ``key`` and
    ``button``) has the empty span ``0, 0``. ``list`` names the list of words (data/lists.yaml); ``button`` is the
    index of the label that holds the word.
    """

    category: str
    word: str
    start: int
    end: int
    list: str
    button: int | None = None


@dataclass(frozen=True, slots=True)
class CategoryVerdict:
    """``category`` to request; ``confidence`` is ``strong`` or ``weak``; ``reason`` is a sentence for people.

    ``risk`` is the category that review may choose instead, or ``""``.
    """

    category: str
    confidence: str
    evidence: tuple[Evidence, ...]
    reason: str
    risk: str


def judge_category(
    text: str, language: str, *, hint: str = "", buttons: Sequence[str] = (), key: str = ""
) -> CategoryVerdict:
    """Judge a text whose holes are written ``{name}``.

    ``language`` is a WhatsApp or BCP 47 code; ``""``, or a language whose words do not occur, tries every lexicon.
    ``hint`` is what the source files the text under, ``key`` its identifier there, ``buttons`` the labels below it.
    Time is linear in the lengths; nothing is raised on any input.
    """
    folded, holes = fold_text(text)
    words, known = _choose_lexicon(folded, language)
    found = sorted(
        [*_text_evidence(text, folded, words), *_hole_evidence(holes)], key=lambda item: (item.start, item.end)
    )
    code = _code_shown(text, found, holes, folded)
    for number, label in enumerate(buttons):
        label_folded, _ = fold_text(label)
        found += [
            Evidence(item.category, item.word, 0, 0, "button", number)
            for item in _text_evidence(label, label_folded, words)
            if _weight(item) >= _TELLING and item.list != "code_action"
        ]
    speaks = name_list(key)
    if speaks and speaks != "dated_name":  # "Default Start Flow" is no time of departure
        found.append(Evidence(list_info()[speaks].category, key, 0, 0, "key"))
    hinted = hint_category(hint)
    if hinted:
        found.append(Evidence(hinted, hint, 0, 0, "hint"))
    return _decide(_Scores(found, code), tuple(found), hinted, code, language if not known else "")


class _Scores:
    """The weight of the evidence per category: each list counts once, the hint not at all."""

    def __init__(self, found: Iterable[Evidence], code: bool) -> None:
        lists: dict[str, dict[str, int]] = {UTILITY: {}, MARKETING: {}, AUTHENTICATION: {}}
        for item in found:
            if item.list == "hint":
                continue
            category, weight = item.category, _weight(item)
            if category == AUTHENTICATION and not code and item.list in ("otp", "code_secret"):
                # Talk about codes without a code ("never share your PIN") is a security notice.
                category, weight = UTILITY, _STRONG
            lists[category][item.list] = max(weight, lists[category].get(item.list, 0))
        self.lists = lists
        self.utility = sum(lists[UTILITY].values())
        self.named = lists[MARKETING].get("key", 0)  # what only the file's own name for it says
        self.marketing = sum(lists[MARKETING].values())
        self.authentication = sum(lists[AUTHENTICATION].values()) if code else 0
        self.one_time = "otp" in lists[AUTHENTICATION] or "otp_name" in lists[AUTHENTICATION]
        self.other_code = "pickup_code" in lists[UTILITY] and "otp" not in lists[AUTHENTICATION]


def _weight(item: Evidence) -> int:
    if item.list in ("key", "button"):
        return _TELLING
    return list_info()[item.list].weight if item.list != "hint" else 0


def _choose_lexicon(folded: Folded, language: str) -> tuple[Lexicon, bool]:
    """The lexicon of the language if any of its words occur, else the one that covers most of the text.

    The flag is False when the language has no lexicon and no other fits either.
    """
    code = re.split(r"[-_]", language.lower())[0]
    own = code if code in LANGUAGES else ""
    if own and _cover(folded.text, lexicon(own)):
        return lexicon(own), True
    best, most = lexicon(own), 0
    for other in LANGUAGES:
        cover = _cover(folded.text, lexicon(other))
        if cover > most:
            best, most = lexicon(other), cover
    return best, bool(most or own or not code)


def _cover(text: str, words: Lexicon) -> int:
    """How many characters of folded text are words of the language; 0 when none of them is evidence."""
    shared = {(hit.start, hit.end) for hit in lexicon("").hits(text)}
    telling = sum(hit.end - hit.start for hit in words.hits(text) if (hit.start, hit.end) not in shared)
    return telling and telling + sum(len(word) for word in _split(text) if word in words.words)


def _split(text: str) -> list[str]:
    return "".join(char if is_word(char) else " " for char in text).split()


def _text_evidence(text: str, folded: Folded, words: Lexicon) -> list[Evidence]:
    found: list[Evidence] = []
    taken: set[tuple[str, int]] = set()  # a pattern inside evidence of its category adds nothing ("10 %" in "-10 %")
    for hit in words.hits(folded.text):
        info = list_info()[hit.name]
        if info.category and (info.category, hit.start) not in taken:
            start, end = folded.original(hit.start, hit.end)
            found.append(Evidence(info.category, text[start:end], start, end, hit.name))
            taken.update((info.category, at) for at in range(hit.start, hit.end))
    return found


def _hole_evidence(holes: Iterable[tuple[str, int, int]]) -> list[Evidence]:
    found = []
    for name, start, end in holes:
        speaks = name_list(name)
        if speaks:
            found.append(Evidence(list_info()[speaks].category, "{" + name + "}", start, end, speaks))
    return found


def _code_shown(text: str, found: Sequence[Evidence], holes: Sequence[tuple[str, int, int]], folded: Folded) -> bool:
    """Does the text hold a code: a hole named so, or a hole or digits right beside the word for a code?"""
    if any(item.list in ("otp_name", "code_name") for item in found):
        return True
    words = [item for item in found if item.list in _CODE_LISTS]
    starts, ends = [item.start for item in words], [item.end for item in words]
    values = [(start, end) for name, start, end in holes if not name_list(name)]
    values += [folded.original(match.start(), match.end()) for match in _DIGITS.finditer(folded.text)]
    for start, end in values:
        before, after = bisect_right(ends, start) - 1, bisect_left(starts, end)
        gaps = []
        if before >= 0 and start - ends[before] <= _AFTER_CODE:
            gaps.append((ends[before], start))
        if after < len(starts) and starts[after] - end <= _BEFORE_CODE:
            gaps.append((end, starts[after]))
        if any(not _SENTENCE_END.search(text, *gap) for gap in gaps):
            return True
    return False


def _decide(scores: _Scores, evidence: tuple[Evidence, ...], hinted: str, code: bool, unknown: str) -> CategoryVerdict:
    utility, marketing, authentication = scores.utility, scores.marketing, scores.authentication
    only_survey = marketing - scores.lists[MARKETING].get("survey", 0) < _TELLING and utility >= _STRONG
    filed = next((item.word for item in evidence if item.list == "hint"), "")
    against = f", although the source files it under “{filed}”"

    if authentication >= _STRONG and not scores.other_code and (marketing < _STRONG or scores.one_time):
        reason = f"The text gives a one-time code ({_quote(evidence, AUTHENTICATION)})"
        return CategoryVerdict(
            AUTHENTICATION, "strong", evidence, f"{reason}.", MARKETING if marketing >= _STRONG else ""
        )
    if marketing >= _STRONG and not only_survey:
        reason = f"The text speaks of {_describe(evidence, MARKETING)}"
        if utility >= _STRONG:
            reason = f"The text speaks of {_describe(evidence, UTILITY)} and of {_describe(evidence, MARKETING)}"
            reason += "; mixed content is marketing"
        return CategoryVerdict(MARKETING, "strong", evidence, reason + (against if hinted == UTILITY else "") + ".", "")
    if utility >= _STRONG:
        reason = f"The text speaks of {_describe(evidence, UTILITY)}"
        risk = ""
        if marketing - scores.named >= _TELLING:
            risk, reason = MARKETING, reason + f"; review may see promotion in {_quote(evidence, MARKETING)}"
        elif scores.named:
            risk, reason = MARKETING, reason + f"; its name in the file ({_quote(evidence, MARKETING)}) says otherwise"
        elif filed == MARKETING:
            # It is a marketing template already: asking for UTILITY would be the misuse that Meta punishes.
            reason = f"The source files it under “{filed}”, although the text speaks of {_describe(evidence, UTILITY)}"
            return CategoryVerdict(MARKETING, "weak", evidence, f"{reason}.", "")
        elif hinted == MARKETING:
            risk, reason = MARKETING, reason + against
        elif authentication > _TELLING and not scores.other_code:
            risk, reason = (
                AUTHENTICATION,
                reason + f"; review may see a login code in {_quote(evidence, AUTHENTICATION)}",
            )
        return CategoryVerdict(UTILITY, "weak" if risk else "strong", evidence, f"{reason}.", risk)
    return _unclear(scores, evidence, hinted, filed, code, unknown)


def _unclear(
    scores: _Scores, evidence: tuple[Evidence, ...], hinted: str, filed: str, code: bool, unknown: str
) -> CategoryVerdict:
    """No word decides alone: the source's own filing does, else the weaker words, else Meta's rule."""
    utility, marketing, authentication = scores.utility, scores.marketing, scores.authentication
    if hinted == AUTHENTICATION and code:
        sure = "strong" if authentication >= _TELLING else "weak"
        return CategoryVerdict(
            AUTHENTICATION, sure, evidence, f"The source files it under “{filed}” and the text holds a code.", ""
        )
    if hinted == MARKETING:
        sure = "weak" if utility >= _TELLING else "strong"
        return CategoryVerdict(MARKETING, sure, evidence, f"The source files it under “{filed}”.", "")
    if hinted == UTILITY:
        if utility >= _TELLING > marketing:
            reason = f"The source files it under “{filed}”, and the text speaks of {_describe(evidence, UTILITY)}."
            return CategoryVerdict(UTILITY, "strong", evidence, reason, "")
        what = f"review may see promotion in {_quote(evidence, MARKETING)}"
        if marketing < _TELLING:
            what = f"nothing in the text shows it, and {_UNCLEAR}"
        return CategoryVerdict(UTILITY, "weak", evidence, f"The source files it under “{filed}”; {what}.", MARKETING)
    if authentication > _TELLING and marketing < _TELLING:
        reason = f"The text gives a code ({_quote(evidence, AUTHENTICATION)}) and nothing else says what it is for."
        return CategoryVerdict(AUTHENTICATION, "weak", evidence, reason, UTILITY)
    if utility >= _TELLING and utility > marketing:
        reason = f"Only {_quote(evidence, UTILITY)} hints at a transaction; {_UNCLEAR}."
        return CategoryVerdict(UTILITY, "weak", evidence, reason, MARKETING)
    if marketing >= _TELLING:
        reason = f"The wording ({_quote(evidence, MARKETING)}) is promotional and names no transaction."
    elif hinted == AUTHENTICATION:
        reason = f"The source files it under “{filed}” but the text holds no code; {_UNCLEAR}."
    elif unknown:
        reason = f"There is no list of words for “{unknown}”; {_UNCLEAR}."
    else:
        reason = f"Nothing in the text shows what it is about; {_UNCLEAR}."
    return CategoryVerdict(MARKETING, "weak", evidence, reason, "")


def _first_words(evidence: Iterable[Evidence], category: str) -> list[Evidence]:
    """The first word of each list of the category, heaviest lists first."""
    first: dict[str, Evidence] = {}
    for item in evidence:
        if item.category == category and item.list != "hint":
            first.setdefault(item.list, item)
    return sorted(first.values(), key=lambda item: -_weight(item))[:2]


def _word(item: Evidence) -> str:
    word = " ".join(item.word.split())
    return f"“{word if len(word) <= 40 else word[:39] + '…'}”"


def _quote(evidence: Iterable[Evidence], category: str) -> str:
    return ", ".join(map(_word, _first_words(evidence, category)))


def _describe(evidence: Iterable[Evidence], category: str) -> str:
    parts = []
    for item in _first_words(evidence, category):
        means = {"key": "its key", "button": "a button"}.get(item.list) or list_info()[item.list].means
        parts.append(f"{means} ({_word(item)})")
    return " and ".join(parts) or "codes and secrecy"

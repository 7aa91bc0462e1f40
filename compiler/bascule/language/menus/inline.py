"""Menus inside a sentence: numbers with signs, "reply 1 for yes, 2 for no", "reply YES or NO"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bascule.language.menus.cues import (
    CONDITION,
    CONJUNCTION,
    CONNECTOR,
    POSTPOSITION,
    PREPOSITION,
    VERB,
    LazyPattern,
    alternation,
    cue_after,
    cue_before,
    is_instruction,
    yes_no_words,
)
from bascule.language.menus.model import KEYCAPS, Menu, MenuItem, guess_languages, key_value, spellings_of
from bascule.language.optout import OPT_OUT_KEYWORDS
from bascule.language.words import HELP, MARKER_PREFIXES, NEVER_KEYS

__all__ = ["number_menu", "signed_menu", "word_menu"]

_MAX_TITLE = 60

_SENTENCE_END = re.compile(r"[.!?؟।](?=\s|$)|\n")
_JUNK = LazyPattern(rf"^[\s,;:|/،.\-–—=]+|(?:[\s,;:|/،\-–—]+|\s+(?:{CONJUNCTION}))+$", re.I)
_TAIL_CONJUNCTION = LazyPattern(rf"[\s,;،]+(?:{CONJUNCTION})\s*$", re.I)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A key in running text: ``start`` to ``end`` is the marker with its signs (and verb)."""

    key: str
    value: int | None
    start: int
    end: int
    style: str = ""
    verb: str = ""


# 1. Oui 2. Non

_SIGNED = LazyPattern(
    rf"(?<![\w.,:/€$£%\-–])(?:(?P<cap>{KEYCAPS})\s*[.):\-–=]?"
    rf"|(?P<open>[(\[])(?P<boxed>\d{{1,2}}|[A-Z])[)\]]"
    rf"|(?P<key>\d{{1,2}}|[A-Z])(?:(?P<sign>[.):=])(?:(?=\s*[^\s\d])|(?<=[A-Z].)(?=\s))"
    rf"|\s?(?P<dash>[-–—=])(?=\s?[^\W\d])))[ \t]*"
)


_TIED = LazyPattern(rf"(?:{CONNECTOR})\s", re.I)


def signed_menu(text: str) -> Menu | None:
    """Numbers or letters with a sign, in order, where a question or a verb of answering stands next to them."""
    marks: list[_Mark] = []
    for match in _SIGNED.get().finditer(text):
        raw = match["cap"] or match["boxed"] or match["key"]
        value = key_value(raw)
        style = "cap" if match["cap"] else "boxed" if match["boxed"] else match["sign"] or "-"
        style += "a" if raw.isalpha() else ""
        key = str(value) if match["cap"] and value is not None else raw
        marks.append(_Mark(key, value, match.start(), match.end(), style))
    for index, mark in enumerate(marks):
        if mark.value != 1:
            continue
        run = _consecutive(marks, index)
        if len(run) < 2:
            continue
        menu = _from_marks(text, run)
        if menu is None or all(_TIED.get().match(item.title) for item in menu.items):
            continue  # "press 1️⃣ for …" is read by number_menu
        cue = _near_cue(text, menu.start, menu.end)
        if cue:
            return Menu(menu.items, menu.start, menu.end, cue)
    return None


def _consecutive(marks: list[_Mark], index: int) -> list[_Mark]:
    run = [marks[index]]
    for mark in marks[index + 1 :]:
        if mark.style != run[0].style:
            continue
        if mark.value == len(run) + 1:
            run.append(mark)
        elif mark.key in ("0", "9", "00", "99") and len(run) > 1:
            return [*run, mark]
        else:
            break
    return run


def _near_cue(text: str, start: int, end: int) -> str:
    """A cue in the sentence of the options, in the one before, or right after."""
    before = cue_before(text, start, sentences=1)
    if before or is_instruction(text[max(0, start - _MAX_TITLE * 2) : start]):
        return before
    return cue_after(text, end, reach=80)


def _from_marks(text: str, run: list[_Mark]) -> Menu | None:
    items = []
    languages = guess_languages(text)
    for mark, following in zip(run, [*run[1:], None], strict=True):
        if following is not None:
            stop = following.start
        else:
            found = _SENTENCE_END.search(text, mark.end)
            stop = found.start() if found is not None else len(text)
        start, end = _inside(text, mark.end, stop)
        title = text[start:end]
        if not title or len(title) > _MAX_TITLE or _SENTENCE_END.search(title.rstrip(".!")):
            return None
        items.append(MenuItem(mark.key, title.strip("*_ "), mark.start, end, spellings_of(mark.key, languages)))
    return Menu(tuple(items), items[0].start, items[-1].end)


def _inside(text: str, start: int, stop: int) -> tuple[int, int]:
    """The range without blanks, list signs and conjunctions at its ends."""
    piece = text[start:stop]
    head = len(piece) - len(piece.lstrip(" \t\r\n,;:|/،.-–—=*_"))
    piece = piece[head:]
    while True:
        shorter = _TAIL_CONJUNCTION.get().sub("", piece.rstrip(" \t\r\n,;|/،.-–—*_("))
        if shorter == piece:
            return start + head, start + head + len(piece)
        piece = shorter


def _unprefixed(title: str) -> str:
    """Arabic glues its "for the" to the word: the option's name is the word with its article."""
    return "ال" + title[2:] if title.startswith("لل") and len(title) > 4 else title


# Reply 1 for yes, 2 for no

_QUOTES = "\"'“”«»„‘’*_"
_DIGIT_KEY = r"\d{1,2}(?![\w:.,/%€$£]?\d)"
_NOUN = "word|keyword|number|mot|chiffre|numéro|palabra|palavra|número|цифру|слово|الرقم|رقم|كلمة|ספרה|המספר"
_FILLER = (
    rf"(?:\s+(?:to|à|a|al|ao|an|auf)\s+\w+(?:\s+\w+){{0,2}})?(?:\s+(?:{PREPOSITION}))?"
    rf"(?:\s+(?:the\s+|le\s+|la\s+|o\s+|el\s+)?(?:{_NOUN}))?"
)
"""Between a verb and its key: "reply [to this message] [with] [the word] YES"."""
_TO_NUMBER = r"(?:\s+(?:au|to|al|ao|an|naar|на|إلى)\s+(?:le\s+)?\d{3,8})?"
"""After a key: "send 1 [to 36111] for …"."""
_PREFIXED = rf"(?=\s*[{MARKER_PREFIXES}]\w)"
_KEY_FIRST = LazyPattern(
    rf"(?<![\w.,:/€$£%\-])(?:(?P<verb>{VERB})(?:{_FILLER})\s*:?\s*)?"
    rf"[{_QUOTES}(]?(?P<key>{_DIGIT_KEY}|{KEYCAPS})[{_QUOTES})]?"
    rf"{_TO_NUMBER}(?:\s*(?:[-–—=:]>?|→)\s*|\s+)"
    rf"(?:(?:{CONNECTOR})(?!\w)\s*|(?:{CONDITION})(?!\w)\s*|\((?=[^\W\d])|{_PREFIXED})(?!\s*\d)",
    re.I,
)
_TITLE_FIRST = LazyPattern(
    rf"(?:(?:(?<!\w)(?:{CONNECTOR})\s+|(?<!\w)(?=[{MARKER_PREFIXES}]\w))(?P<title>[^\n.,;!?؟،\d]{{1,50}}?)"
    rf"|(?P<post>[^\n.,;!?؟،।\d]{{1,50}}?)\s+(?:{POSTPOSITION}))"
    rf"[,،:]?\s*[-–—]?\s*(?:(?P<verb>(?<!\w){VERB})(?!\w)(?:{_FILLER})\s*:?\s*)?(?P<prep>(?:{PREPOSITION})\s+)?"
    rf"[{_QUOTES}(]?(?P<key>{_DIGIT_KEY})(?!\w)[{_QUOTES})]?(?:\s+(?P<after>{VERB})(?!\w))?",
    re.I,
)


def number_menu(text: str) -> Menu | None:
    """Numbers that a verb or a small word ties to a meaning, before or after it."""
    values = {key_value(char) for char in text if not char.isalpha()}
    if not {1, 2} <= values:
        return None
    return _key_first(text) or _title_first(text)


def _key_first(text: str) -> Menu | None:
    marks = []
    for match in _KEY_FIRST.get().finditer(text):
        value = key_value(match["key"])
        key = match["key"] if match["key"].isdecimal() else str(value)
        marks.append(_Mark(key, value, match.start(), match.end(), verb=match["verb"] or ""))
    for index, mark in enumerate(marks):
        if mark.value != 1:
            continue
        run = [mark]
        for following in marks[index + 1 :]:
            if following.value != len(run) + 1 and not (following.value in (0, 9) and len(run) > 1):
                break
            run.append(following)
        if len(run) < 2:
            continue
        verb = next((found.verb for found in run if found.verb), "")
        cue = f"`{verb}` in the options" if verb else _near_cue(text, run[0].start, run[-1].end)
        menu = _tied(text, run) if cue else None
        if menu is not None:
            return Menu(menu.items, menu.start, menu.end, cue)
    return None


def _tied(text: str, run: list[_Mark]) -> Menu | None:
    languages = guess_languages(text)
    items = []
    for mark, following in zip(run, [*run[1:], None], strict=True):
        end_of_sentence = _SENTENCE_END.search(text, mark.end)
        stop = end_of_sentence.start() if end_of_sentence is not None else len(text)
        if following is not None:
            stop = min(stop, following.start)
        start, end = _inside(text, mark.end, stop)
        title = _unprefixed(text[start:end].strip(_QUOTES + " ").removesuffix(")"))
        if not title or len(text[start:end]) > 2 * _MAX_TITLE:
            return None
        items.append(MenuItem(mark.key, title, mark.start, end, spellings_of(mark.key, languages)))
    return Menu(tuple(items), items[0].start, items[-1].end)


def _title_first(text: str) -> Menu | None:
    run: list[re.Match[str]] = []
    for match in _TITLE_FIRST.get().finditer(text):
        value = key_value(match["key"])
        if value == len(run) + 1 or (run and len(run) > 1 and value in (0, 9)):
            run.append(match)
        elif len(run) >= 2:
            break
        else:
            run = [match] if value == 1 else []
    verb = next((found["verb"] or found["after"] for found in run if found["verb"] or found["after"]), "")
    if len(run) < 2 or not verb:
        return None
    languages = guess_languages(text)
    items = []
    for match in run:
        group = "title" if match["title"] else "post"
        title = _unprefixed(_JUNK.get().sub("", match[group]).strip())
        lead = len(match.group()) - len(match.group().lstrip(" ,;،।"))
        if not title:
            return None
        items.append(
            MenuItem(match["key"], title, match.start() + lead, match.end(), spellings_of(match["key"], languages))
        )
    return Menu(tuple(items), items[0].start, items[-1].end, f"`{verb}` in the options")


# Reply YES to confirm or NO to cancel

_YES_NO = alternation(list(yes_no_words()))
_CAPITALS = r"[^\W\d_a-zß-öø-ÿ\u0430-\u044f\u0600-\u06ff\u0590-\u05ff\u0900-\u097f]"
_LOUD = rf"(?-i:{_CAPITALS}{{2,20}}(?: {_CAPITALS}{{2,20}}){{0,2}}|{_CAPITALS}(?![\w'’.]))(?![\w\-])"
_QUOTED = r"[\"“„«*_'‘]\s?[^\W\d_][^\n\"“”„«»*_‘’,;.?!]{0,24}?\s?[\"”“»*_'’](?!\w)"
_WORD_KEY = rf"(?P<key>{_QUOTED}|{_LOUD}|(?:{_YES_NO})(?![\w\-'’]))"
_FIRST_KEY = LazyPattern(
    rf"(?<!\w)(?P<verb>{VERB})(?!\w){_FILLER}(?:\s+(?:either|soit|entweder))?(?:[ \t]*:\s*|[ \t]+){_WORD_KEY}", re.I
)
_NEXT_KEY = LazyPattern(
    rf"(?:\s*[,;/|،]\s*(?:(?:{CONJUNCTION})\s+)?|\s+(?:{CONJUNCTION})\s+|\s+(?=[\"“«*]))"
    rf"(?:(?:{VERB})(?:{_FILLER})\s+|(?:{PREPOSITION})\s+)?{_WORD_KEY}",
    re.I,
)
_MEANING = LazyPattern(
    rf"{_TO_NUMBER}\s*(?:[-–—=:]>?\s*|(?=[{MARKER_PREFIXES}]\w)|(?:{CONNECTOR})(?!\w)\s*|\((?=\w)"
    rf"|(?P<condition>(?:{CONDITION})(?!\w)))",
    re.I,
)
_PAIR = LazyPattern(
    rf"(?<![\w/])(?P<first>[yosdje]|{_YES_NO})\s*(?:/|(?<=\s)(?:{CONJUNCTION})(?=\s))\s*"
    rf"(?:(?:{PREPOSITION})\s+)?(?P<second>n|h|{_YES_NO})(?![\w/])",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Word:
    key: str
    title: str
    start: int
    end: int
    verb: str


def word_menu(text: str) -> Menu | None:
    """Quoted words, words in capitals, or yes and no, that the text asks to send."""
    groups: list[list[_Word]] = []
    position = 0
    while True:
        match = _FIRST_KEY.get().search(text, position)
        if match is None:
            break
        group = _group(text, match)
        position = max(group[-1].end, match.end())
        kept = [word for word in group if _is_key(word.key)]
        if len(kept) == 1 and kept[0].key.casefold() in HELP:
            continue
        if not kept:
            continue
        if groups and _adjacent(text, groups[-1][-1].end, kept[0].start):
            groups[-1] += kept
        else:
            groups.append(kept)
    for words in groups:
        known = {word.key.casefold() for word in words}
        if len(words) >= 2 and len(known) == len(words):
            items = tuple(MenuItem(word.key, word.title, word.start, word.end, (word.key,)) for word in words)
            return Menu(items, items[0].start, items[-1].end, f"`{words[0].verb}` in the options")
    return _yes_no_pair(text)


def _is_key(key: str) -> bool:
    folded = key.casefold()
    return folded not in NEVER_KEYS and folded not in OPT_OUT_KEYWORDS and bool(folded)


def _bare(key: str) -> str:
    return key.strip(_QUOTES + " ")


def _group(text: str, match: re.Match[str]) -> list[_Word]:
    """The keys of one sentence, from its verb on."""
    end_of_sentence = _SENTENCE_END.search(text, match.end())
    limit = end_of_sentence.start() if end_of_sentence is not None else len(text)
    found = [match]
    position = match.end()
    while True:
        following = _NEXT_KEY.get().search(text, position, limit)
        if following is None:
            break
        found.append(following)
        position = following.end()
    words = []
    for number, item in enumerate(found):
        stop = found[number + 1].start() if number + 1 < len(found) else limit
        key = _bare(item["key"])
        title, end = _meaning(text, item.end(), stop, key)
        start = match.start() if number == 0 else item.start("key")
        words.append(_Word(key, title, start, end, match["verb"]))
    return words


def _meaning(text: str, start: int, stop: int, key: str) -> tuple[str, int]:
    """What stands after a key up to ``stop``: its meaning, or the key where nothing ties it to one."""
    match = _MEANING.get().match(text, start, stop)
    if match is None:
        return key, start
    low, high = _inside(text, match.end(), stop)
    title = text[low:high].strip(_QUOTES + " ").rstrip(")")
    if match["condition"] is not None:
        return key, max(high, start)
    if not title or len(title) > _MAX_TITLE:
        return key, start
    return _unprefixed(title), high + (text[high : high + 1] == ")")


def _adjacent(text: str, end: int, start: int) -> bool:
    """Whether two groups belong together: the end of a sentence and at most one clause stand between."""
    gap = text[end:start].lstrip(" \t\r\n.,;:!-–—•*)\"'”»")
    return len(gap) <= 100 and _SENTENCE_END.search(gap) is None


def _yes_no_pair(text: str) -> Menu | None:
    for match in _PAIR.get().finditer(text):
        first, second = match["first"], match["second"]
        if first.casefold() == second.casefold() or (len(first) == 1) != (len(second) == 1):
            continue
        if len(first) == 1 and "/" not in match.group():
            continue
        start, end = match.span()
        before, after = text[max(0, start - 80) : start], text[end : end + 40]
        cue = cue_before(before, len(before)) or cue_after(after, 0)
        boxed = before.rstrip()[-1:] in ("(", "[") and after.lstrip()[:1] in (")", "]")
        if not cue and after.lstrip(" )]")[:1] in ("?", "؟"):
            cue = "a question round the pair"
        if not cue and boxed:
            cue = "the pair in brackets"
        if cue:
            items = (
                MenuItem(first, first, match.start("first"), match.end("first"), (first,)),
                MenuItem(second, second, match.start("second"), match.end("second"), (second,)),
            )
            return Menu(items, start, end, cue)
    return None

"""Menus with one option a line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bascule.language.menus.cues import (
    CONDITION,
    CONJUNCTION,
    CONNECTOR,
    VERB,
    LazyPattern,
    cue_after,
    cue_before,
    is_instruction,
    pattern,
)
from bascule.language.menus.model import KEYCAPS, Menu, MenuItem, guess_languages, key_value, spellings_of
from bascule.language.optout import find_opt_out

__all__ = ["line_menu"]

_MAX_ITEMS = 100
_MAX_TITLE = 120
_EXTRA = ("0", "00", "9", "99", "*", "#")
"""Keys for "back" and "exit" that need not follow the others."""

_BLANKS = "\u200e\u200f\u202a-\u202e\u2066-\u2069"
_LINE = LazyPattern(
    rf"[ \t{_BLANKS}]*(?:[-•·●*–—▪►➤👉✅➡️>]+[ \t]+)?"
    rf"(?:(?P<verb>{VERB})[ \t]+(?:\w{{1,8}}[ \t]+)?)?"
    rf"(?P<open>[\[(«\"'“*_]{{0,3}})"
    rf"(?:(?P<cap>{KEYCAPS})|(?P<key>\d{{1,2}}|[A-Za-z]|[*#])(?![\w]))"
    rf"(?P<inner>[.):\-]?)(?P<close>[\])»\"'”*_]{{0,3}})"
    rf"(?:(?P<sign>[ \t]*(?:[.)\]:=→،|]|-+>?|[–—])+)(?P<gap>[ \t]*)|(?P<space>[ \t]+)|(?=\S))"
    rf"(?P<title>\S.{{0,400}})",
    re.I,
)
_WORD_LINE = LazyPattern(
    rf"[ \t{_BLANKS}]*(?:[-•·●–—▪►➤👉✅>]+[ \t]+)?(?P<open>[*_\"'“«]?)"
    rf"(?P<key>(?:[^\W\d_a-z][^\W_a-z]{{1,19}})(?: [^\W\d_a-z][^\W_a-z]{{1,19}}){{0,2}}"
    rf"(?: ?(?:\{{\{{[^{{}}\n]{{1,60}}\}}\}}|\{{[^{{}}\n]{{1,60}}\}}|\[[^\[\]\n]{{1,60}}\]))?)(?P<close>[*_\"'”»]?)"
    rf"[ \t]*(?:[-–—=→:]|->)+[ \t]*(?P<title>\S.{{0,400}})"
)
_CONNECTOR = LazyPattern(rf"(?:{CONNECTOR})(?!\w)[ \t]*", re.I)
_CONDITION = LazyPattern(rf"(?:{CONDITION})(?!\w)[ \t]*", re.I)
_ONLY_CONJUNCTION = LazyPattern(rf"\W*(?:{CONJUNCTION})\W*", re.I)
_NUMERIC = re.compile(r"\W*\d[\d\s.,:/h€$£%-]*\S{0,5}$")


@dataclass(frozen=True, slots=True)
class _Line:
    key: str
    value: int | None
    title: str
    start: int
    end: int
    style: str
    verb: str = ""
    ended: bool = False
    """The line ends like a sentence."""


def line_menu(text: str) -> Menu | None:
    """The first run of option lines that something, or its place at the end, makes a menu."""
    lines = _split(text)
    position = 0
    while position < len(lines):
        run, after = _run(text, lines, position)
        if run:
            cue = _cue(text, run)
            if cue:
                languages = guess_languages(text)
                items = tuple(
                    MenuItem(item.key, item.title, item.start, item.end, spellings_of(item.key, languages))
                    for item in run
                )
                return Menu(items, run[0].start, run[-1].end, cue)
        position = after
    return None


def _split(text: str) -> list[tuple[int, int]]:
    """Ranges of the lines, breaks left out."""
    result = []
    start = 0
    for match in re.finditer(r"\r\n|\r|\n", text):
        result.append((start, match.start()))
        start = match.end()
    result.append((start, len(text)))
    return result


def _option(text: str, start: int, end: int) -> _Line | None:
    match = _LINE.get().match(text, start, end)
    if match is not None:
        line = _numbered(text, match)
        if line is not None:
            return line
    word = _WORD_LINE.get().match(text, start, end)
    if word is None or bool(word["open"]) != bool(word["close"]):
        return None
    key = word["key"].strip()
    letters = re.split(r" ?[{[]", key, maxsplit=1)[0]
    if letters != letters.upper() or letters == letters.lower():
        return None
    return _Line(key, None, _clean(word["title"]), word.start("key"), _trimmed(text, word), "word")


def _numbered(text: str, match: re.Match[str]) -> _Line | None:
    raw = match["cap"] or match["key"]
    key = raw.rstrip("\ufe0f\u20e3") if match["cap"] else raw
    value = key_value(raw)
    if match["cap"] and value is not None:
        key = str(value)
    title = match["title"]
    signed = bool(match["sign"] or match["cap"] or match["inner"] or match["close"].strip("*_"))
    if match["verb"]:
        style = "verb"
    elif signed:
        style = "sign"
    elif match["space"]:
        style = "space"
    else:
        return None
    glued = not match["gap"] if match["sign"] else not match["space"]
    if style == "sign" and glued and not match["cap"] and title[0].isdecimal():
        return None  # 1.5 kg, 10:30, 1-2 days
    if raw.isalpha() and style != "sign":
        return None
    rest = _CONNECTOR.get().match(title)
    connector = rest is not None and rest.end() < len(title)
    if rest is not None and connector:
        title = title[rest.end() :]
        style = "verb" if style in ("space", "verb") else style
    elif style == "verb" and not signed and (title[0].isdecimal() or title[0] in ",.;"):
        return None
    condition = _CONDITION.get().match(title) if style == "verb" else None
    if condition is not None and condition.end() < len(title):
        title = title[condition.end() :]
    ended = title.rstrip().endswith((".", "!", "।", "。"))
    start = match.start("verb") if match["verb"] else match.start("open")
    return _Line(key, value, _clean(title), start, _trimmed(text, match), style, match["verb"] or "", ended)


def _clean(title: str) -> str:
    """The option's words without marks of emphasis, list signs, and a full stop that ends nothing else."""
    words = title.strip(" \t\u200e\u200f*_").rstrip(",;،").strip()
    return words[:-1] if words.endswith(".") and words.count(".") == 1 else words


def _trimmed(text: str, match: re.Match[str]) -> int:
    return match.start() + len(match.group().rstrip(" \t,;،"))


def _run(text: str, lines: list[tuple[int, int]], position: int) -> tuple[list[_Line], int]:
    """The options from a line on, in order, and the line to go on from. An empty list when none begins here."""
    first = _option(text, *lines[position])
    if first is None:
        return [], position + 1
    if first.style == "word":
        return _word_run(text, lines, position, first)
    if first.value not in (0, 1) or (first.value == 0 and first.key.isalpha()):
        return [], position + 1
    run = [first]
    extras = 1 if first.value == 0 else 0
    expected = first.value + 1
    index, blank = position + 1, 0
    while index < len(lines) and len(run) < _MAX_ITEMS:
        start, end = lines[index]
        if not text[start:end].strip():
            blank += 1
            index += 1
            if blank > 2:
                break
            continue
        item = _option(text, start, end)
        same = item is not None and _compatible(first, item)
        if item is not None and same and item.value == expected:
            run.append(item)
            expected += 1
        elif item is not None and item.key in _EXTRA and item.style != "word" and len(run) > 1:
            run.append(item)
            extras += 1
        elif _ONLY_CONJUNCTION.get().fullmatch(text, start, end):
            index += 1
            continue
        else:
            following = _option(text, *lines[index + 1]) if index + 1 < len(lines) else None
            if blank or following is None or following.value != expected or not _compatible(first, following):
                break
            run[-1] = _continued(run[-1], text, start, end)
        blank = 0
        index += 1
    if len(run) < 2 or len(run) - extras < 1:
        return [], position + 1
    if any(not item.title or len(item.title) > _MAX_TITLE for item in run):
        return [], index
    return run, index


def _compatible(first: _Line, item: _Line) -> bool:
    if item.style == "word" or first.key.isalpha() != item.key.isalpha():
        return False
    return first.style == item.style or "space" not in (first.style, item.style)


def _continued(item: _Line, text: str, start: int, end: int) -> _Line:
    """An option whose words go on in the next line."""
    more = text[start:end].strip()
    return _Line(
        item.key,
        item.value,
        f"{item.title} {more}",
        item.start,
        start + len(text[start:end].rstrip()),
        item.style,
        item.verb,
    )


def _word_run(text: str, lines: list[tuple[int, int]], position: int, first: _Line) -> tuple[list[_Line], int]:
    run = [first]
    index = position + 1
    while index < len(lines):
        item = _option(text, *lines[index])
        if item is None or item.style != "word":
            break
        run.append(item)
        index += 1
    stop = find_opt_out(text[run[0].start : run[-1].end])
    if len(run) < 2 or (stop is not None and len(run) < 3):
        return [], index
    return run, index


def _cue(text: str, run: list[_Line]) -> str:
    """What makes the run a menu, or ``""``."""
    start, end = run[0].start, run[-1].end
    style = run[0].style
    if style == "verb":
        verb = next((item.verb for item in run if item.verb), "")
        if verb:
            return f"`{verb}` in the options"
    if style == "word":
        # Capitals before a dash are also headings: the line above has to ask for a reply.
        head = text[:start].rstrip()
        line = head[head.rfind("\n") + 1 :]
        verb_match = pattern("verb").search(line)
        asks = verb_match or pattern("choose").search(line) if line.endswith((":", "?", "؟")) else None
        return f"`{asks.group()}` before the options" if asks else ""
    before = cue_before(text, start)
    instruction = is_instruction(text[max(0, start - 200) : start])
    if before:
        return before
    after = cue_after(text, end)
    if after and not instruction:
        return after
    if instruction or style == "space" or text[end:].strip():
        return ""
    if all(_NUMERIC.match(item.title) for item in run) or _sentences(run):
        return ""
    return "the options end the message"


def _sentences(run: list[_Line]) -> bool:
    """Whether the lines read like sentences of an instruction."""
    return sum(item.ended and item.title.count(" ") >= 2 for item in run) * 2 > len(run)

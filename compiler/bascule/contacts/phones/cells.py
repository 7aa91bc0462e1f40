"""A phone cell as text: what spreadsheets, links and people did to it, undone before a number is read.

Nothing here knows a numbering plan. :func:`plan` answers with the texts to read as a number, in the order of trust, or
with the verdict when the text alone decides. The repairs are data (:data:`REPAIRS`), each with an example, and no
repair ever invents a digit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from bascule.contacts.phones.vocabulary import Verdict

__all__ = ["MAX_CHARACTERS", "REPAIRS", "Plan", "Repair", "plan"]

MAX_CHARACTERS = 250
"""Longer cells are no phone numbers; libphonenumber refuses them too."""

_INVISIBLE = dict.fromkeys((0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF))
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_PLUSES = str.maketrans("＋﹢⁺", "+++")


def _plain(text: str) -> str:
    """Without invisible marks and outer blanks; all decimal digits and plus signs as ASCII."""
    if not text.isascii():
        text = text.translate(_INVISIBLE).translate(_PLUSES)
        text = _OTHER_DIGIT.sub(lambda match: str(unicodedata.decimal(match.group())), text)
    return text.strip()


@dataclass(frozen=True, slots=True)
class Repair:
    """One kind of damage: the whole text must fit ``pattern``; ``undo`` gives the text as it was, or a verdict."""

    name: str
    pattern: re.Pattern[str]
    undo: Callable[[re.Match[str]], str | Verdict]
    example: tuple[str, str]


def _exponent(match: re.Match[str]) -> str | Verdict:
    whole, fraction, exponent = match.group(1), match.group(2) or "", int(match.group(3))
    if len(fraction) < exponent:
        return Verdict.DIGITS_LOST
    return whole + fraction if len(fraction) == exponent else Verdict.UNREADABLE


def _link(match: re.Match[str]) -> str:
    return f"+{match.group(1)}"


REPAIRS = (
    Repair(
        "formula",
        re.compile(r'="([^"]*)"'),
        lambda match: match.group(1).strip(),
        ('="0612345678"', "0612345678"),
    ),
    Repair(
        "apostrophe",
        re.compile(r"['’‘`](.*)", re.DOTALL),
        lambda match: match.group(1).strip(),
        ("'0612345678", "0612345678"),
    ),
    Repair(
        "exponent",
        re.compile(r"\+?(\d)(?:[.,](\d{1,40}))?[eE]\+?(\d{1,2})"),
        _exponent,
        ("3.3612345678E+10", "33612345678"),
    ),
    Repair(
        "decimals",
        re.compile(r"(\+?\d{7,15})[.,]0{1,2}"),
        lambda match: match.group(1),
        ("33612345678.0", "33612345678"),
    ),
    Repair(
        "thousands",
        re.compile(r"(\+?\d{1,3}(?:([,'’])\d{3})(?:\2\d{3}){1,3})(?:\.0{1,2})?"),
        lambda match: match.group(1).replace(match.group(2), ""),
        ("33,612,345,678", "33612345678"),
    ),
    Repair(
        "whatsapp link",
        re.compile(r"(?:https?://)?(?:www\.)?(?:wa\.me/|api\.whatsapp\.com/send/?\?phone=)\+?(\d{6,20})(?:[/?&#].*)?"),
        _link,
        ("https://wa.me/33612345678", "+33612345678"),
    ),
    Repair(
        "whatsapp id",
        re.compile(r"(\d{6,20})(?::\d{1,4})?@(?:s\.whatsapp\.net|c\.us)"),
        _link,
        ("33612345678@s.whatsapp.net", "+33612345678"),
    ),
    Repair(
        "sip address",
        re.compile(r"sips?:(\+?[\d().-]{3,40})@[^\s@]{1,100}", re.IGNORECASE),
        lambda match: match.group(1),
        ("sip:+33612345678@example.com", "+33612345678"),
    ),
)
"""Tried in this order, each on what the ones before left, until none fits."""

_DAMAGED = re.compile(r"[='’‘`@,]|\d[eE]|\.0|//|wa\.me|whatsapp\.com")
"""Every text that a repair fits has one of these; most cells have none."""

_CONTEXT = re.compile(r";phone-context=([^;]*)", re.IGNORECASE)
_SUBADDRESS = re.compile(r";isub=.*", re.IGNORECASE | re.DOTALL)
_SCHEME = re.compile(r"[a-z]{2,10}:", re.IGNORECASE)
_EXTENSION = re.compile(
    r"(.*?[\d)])\s*[,;]?\s*"
    r"(?:;ext=|\b(?:ext(?:ension|n)?|extensión|extensão|poste|ramal|interno|anexo|durchwahl|toestel)\b|доб|внутр|вн\b|تحويلة|x)"
    r"[.:]?\s*\d{1,7}#?",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[^\W\d_]")
"""A letter: every extension that is cut off here has a label."""

_SPLIT = re.compile(
    r"[;,|/\\&\n\r\t:]+|\s-+\s|\s{2,}|(?<=[^+\s(])\s*(?=\+)|(?<=\d{8})[ .-](?=\d{8})"
    r"|\s(?:or|and|ou|et|oder|und|o|y|e|или|и|أو|या)\s",
    re.IGNORECASE,
)
_PLUS_INSIDE = re.compile(r"\d\D*\+\D*\d")
_MIN_PART = 6
_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """``verdict`` decides where it is set. Otherwise ``whole`` is read first (``""``: no number as a whole);
    ``extension`` says that one was cut off it, ``restored`` that an exponent was written out. ``parts`` are the
    pieces of a cell that may hold several numbers."""

    verdict: Verdict = Verdict.UNDECIDED
    whole: str = ""
    extension: bool = False
    restored: bool = False
    parts: tuple[str, ...] = ()


def plan(cell: str) -> Plan:
    """How to read a cell. Linear in its length, and never raises."""
    if len(cell) > MAX_CHARACTERS:
        return Plan(Verdict.TOO_MANY_CHARACTERS if cell.strip() else Verdict.EMPTY)
    text, verdict, restored = _repaired(_plain(cell))
    if verdict is not Verdict.UNDECIDED:
        return Plan(verdict)
    if not text:
        return Plan(Verdict.EMPTY)
    text = _without_parameters(text)
    digits = _digits(text)
    if digits < 3:
        if not digits:
            return Plan(Verdict.NO_DIGITS)
        return Plan(Verdict.LETTERS if any(map(str.isalpha, text)) else Verdict.TOO_FEW_DIGITS)
    if _PLUS_INSIDE.search(text):
        return Plan(restored=restored, parts=_parts(text))
    cut = _EXTENSION.fullmatch(text) if _LABEL.search(text) else None
    whole = cut.group(1) if cut and _digits(cut.group(1)) >= _MIN_PART else text
    return Plan(whole=whole, extension=whole is not text, restored=restored, parts=_parts(text))


def _repaired(text: str) -> tuple[str, Verdict, bool]:
    """The text after all repairs, or a verdict; and whether an exponent was written out."""
    restored = False
    if not _DAMAGED.search(text):
        return text, Verdict.UNDECIDED, restored
    for _ in range(_ROUNDS):
        before = text
        for repair in REPAIRS:
            match = repair.pattern.fullmatch(text)
            if match:
                undone = repair.undo(match)
                if isinstance(undone, Verdict):
                    return "", undone, restored
                text = undone
                restored = restored or repair.name == "exponent"
        if text == before:
            return text, Verdict.UNDECIDED, restored
    return "", Verdict.UNREADABLE, restored


def _parts(text: str) -> tuple[str, ...]:
    """The pieces of a cell that may each be a number; none where there is only one piece."""
    pieces = [piece for piece in map(str.strip, _SPLIT.split(text)) if piece]
    if len(pieces) < 2:
        return ()
    repaired = (_repaired(piece) for piece in pieces if _digits(piece) >= _MIN_PART)
    return tuple(piece for piece, verdict, _ in repaired if verdict is Verdict.UNDECIDED and piece)


def _digits(text: str) -> int:
    return sum(map(str.isdecimal, text))


def _without_parameters(text: str) -> str:
    """An RFC 3966 number as plain text: a ``phone-context`` that is a number goes in front, other ones go away.

    Done here because libphonenumber checks a context with a pattern that takes exponential time on some texts.
    """
    if ";" not in text:
        return text
    context = _CONTEXT.search(text)
    if context:
        text = _CONTEXT.sub("", text)
        text = _SCHEME.sub("", text, count=1) if _SCHEME.match(text) else text
        if context.group(1).startswith("+") and not text.lstrip().startswith("+"):
            text = context.group(1) + text
    return _SUBADDRESS.sub("", text)

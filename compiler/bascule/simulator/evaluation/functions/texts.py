"""Functions of texts."""

from __future__ import annotations

import html
import unicodedata
from decimal import Decimal
from types import NoneType
from urllib.parse import quote, unquote_plus

from bascule.simulator.evaluation.faults import Fault
from bascule.simulator.evaluation.functions.base import ANY, Argument, Context, Registry
from bascule.simulator.evaluation.values import Value, is_empty, primary, show
from bascule.simulator.evaluation.words import fields, words

__all__ = ["TEXTS", "capitalized", "replaced", "word_slice"]

TEXTS = Registry()


@TEXTS.add("text", 1)
def _text(context: Context, args: tuple[Argument, ...]) -> Value:
    """The value as a text."""
    return context.text(args[0])


@TEXTS.add("upper", 1)
def _upper(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text in capitals."""
    text = context.text(args[0])
    if context.dialect == "rapidpro":
        # That engine changes letter by letter: `ß` has no single capital, and stays.
        return "".join(upper if len(upper := char.upper()) == 1 else char for char in text)
    return context.sized(text.upper())


@TEXTS.add("lower", 1)
def _lower(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text in small letters."""
    return context.sized(context.text(args[0]).lower())


@TEXTS.add("title", 1)
def _title(context: Context, args: tuple[Argument, ...]) -> Value:
    """Each word with a capital first and small letters after it."""
    pieces: list[str] = []
    inside = False
    # An apostrophe and a combining mark do not begin a new word; RapidPro takes the straight apostrophe for an end.
    within = "_’" if context.dialect == "rapidpro" else "_'’"
    for char in context.text(args[0]).lower():
        letter = char.isalnum() or char in within or unicodedata.category(char)[0] == "M"
        pieces.append(char.title() if letter and not inside else char)
        inside = letter
    return context.sized("".join(pieces))


def capitalized(text: str) -> str:
    """The first character as a capital, the others small."""
    return text[:1].upper() + text[1:].lower()


@TEXTS.add("trim", 1)
def _trim(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text without blanks at its ends."""
    return context.text(args[0]).strip()


@TEXTS.add("trim_left", 1, 2)
def _trim_left(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text without blanks (or the given characters) at its start."""
    return context.text(args[0]).lstrip(context.text(args[1]) if len(args) > 1 else None)


@TEXTS.add("trim_right", 1, 2)
def _trim_right(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text without blanks (or the given characters) at its end."""
    return context.text(args[0]).rstrip(context.text(args[1]) if len(args) > 1 else None)


@TEXTS.add("rapidpro_trim", 1, 2)
def _trim_of(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text without blanks, or the given characters, at its ends."""
    return context.text(args[0]).strip(context.text(args[1]) if len(args) > 1 else None)


@TEXTS.add("length", 1)
def _length(context: Context, args: tuple[Argument, ...]) -> Value:
    """The number of items of a list or object, else of characters of the text."""
    value = primary(context.value(args[0]))
    if isinstance(value, (list, dict)):
        return len(value)
    if context.dialect == "rapidpro" and not isinstance(value, (str, NoneType)):
        context.fail(f"`{show(value)[:40]}` has no length", "type")
    return len(context.text(value))


@TEXTS.add("split", 1, 2)
def _split(context: Context, args: tuple[Argument, ...]) -> Value:
    """The parts of a text between the separators; between any of their characters in RapidPro."""
    text = context.text(args[0])
    separator = context.text(args[1]) if len(args) > 1 else " "
    if context.dialect == "rapidpro":
        return context.listed(fields(text, separator))
    if not separator:
        return context.listed(list(text))
    if not text:
        return []
    # One blank stands for any number of them; empty parts at the end are left out, as Ruby does.
    parts = text.split() if separator == " " else text.split(separator)
    while context.dialect == "liquid" and parts and not parts[-1]:
        parts.pop()
    return context.listed(parts)


@TEXTS.add("rapidpro_split", 1, 2)
def _split_any(context: Context, args: tuple[Argument, ...]) -> Value:
    """The parts of a text between any of the characters, empty ones left out; its words when none are given."""
    text = context.text(args[0])
    if len(args) < 2 or args[1] is None:
        return context.listed(words(text))
    return context.listed(fields(text, context.text(args[1])))


@TEXTS.add("join", 1, 2)
def _join(context: Context, args: tuple[Argument, ...]) -> Value:
    """The texts of a list's items with a separator between them."""
    separator = context.text(args[1]) if len(args) > 1 else " "
    value = primary(context.value(args[0]))
    if not isinstance(value, list) and context.dialect == "liquid":
        return context.text(value)
    size = 0
    parts: list[str] = []
    for item in context.items(value):
        parts.append(context.text(item))
        size += len(parts[-1]) + len(separator)
        context.room(size)
    return separator.join(parts)


def replaced(context: Context, text: str, old: str, new: str, count: int = -1) -> str:
    """A text with a part replaced, after a look at how long it will be."""
    found = text.count(old)
    times = found if count < 0 else min(found, count)
    context.room(len(text) + times * max(0, len(new) - len(old)))
    return text.replace(old, new, count)


@TEXTS.add("replace", 3, 4)
def _replace(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text with a part replaced everywhere, or so many times."""
    count = context.integer(args[3]) if len(args) > 3 else -1
    return replaced(context, context.text(args[0]), context.text(args[1]), context.text(args[2]), count)


@TEXTS.add("repeat", 2)
def _repeat(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text so many times."""
    text, count = context.text(args[0]), context.integer(args[1])
    if count < 0:
        context.fail("a text cannot be repeated a negative number of times", "arguments")
    context.room(len(text) * count)
    return text * count


@TEXTS.add("char", 1)
def _char(context: Context, args: tuple[Argument, ...]) -> Value:
    """The character with the Unicode number."""
    code = context.integer(args[0])
    return chr(code) if 0 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"


@TEXTS.add("code", 1)
def _code(context: Context, args: tuple[Argument, ...]) -> Value:
    """The Unicode number of the first character."""
    text = context.text(args[0])
    return ord(text[0]) if text else context.fail("the text has no character", "arguments")


@TEXTS.add("clean", 1)
def _clean(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text without characters that do not print."""
    return "".join(char for char in context.text(args[0]) if unicodedata.category(char)[0] != "C")


def _cut(context: Context, text: str, args: tuple[Argument, ...], at: int) -> list[str]:
    """The words of a text, by delimiters when the argument at ``at`` gives some."""
    given = args[at] if len(args) > at else None
    if isinstance(given, bool):
        # FLOIP: whether words are cut at blanks only.
        return text.split() if given else words(text)
    return words(text) if given is None else fields(text, context.text(given))


@TEXTS.add("word", 2, 3)
def _word(context: Context, args: tuple[Argument, ...]) -> Value:
    """The word at a position, counted from 0 (from 1 in FLOIP), from the end when negative."""
    found = _cut(context, context.text(args[0]), args, 2)
    index = context.integer(args[1])
    at = index - 1 if context.dialect == "floip" and index > 0 else index
    if not -len(found) <= at < len(found):
        context.fail(f"there is no word {index} among {len(found)}", "index")
    return found[at]


@TEXTS.add("word_count", 1, 2)
def _word_count(context: Context, args: tuple[Argument, ...]) -> Value:
    """The number of words."""
    return len(_cut(context, context.text(args[0]), args, 1))


def word_slice(found: list[str], start: int, end: int) -> str:
    """The words from one position up to another, with a blank between them; a negative end is the last word's."""
    return " ".join(found[start:] if end < 0 else found[start:end])


@TEXTS.add("word_slice", 2, 4)
def _word_slice(context: Context, args: tuple[Argument, ...]) -> Value:
    """The words from a position up to another, counted from 0 (from 1 in FLOIP)."""
    found = _cut(context, context.text(args[0]), args, 3)
    start = context.integer(args[1])
    end = context.integer(args[2]) if len(args) > 2 and args[2] is not None else -1
    if context.dialect == "floip":
        first = start - 1 if start > 0 else start
        last = len(found) if len(args) < 3 else end - 1 if end > 0 else end
        return " ".join(found[first:last])
    if start < 0:
        context.fail("the first word has no negative position", "arguments")
    if 0 < end <= start:
        context.fail("the last word stands before the first", "arguments")
    return word_slice(found, start, end or -1)


@TEXTS.add("remove_first_word", 1, 2)
def _remove_first_word(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text from its second word on, or after the first separator."""
    text = context.text(args[0])
    if len(args) > 1:
        return text.partition(context.text(args[1]))[2]
    found = words(text)
    if len(found) < 2:
        return ""
    return text[text.index(found[1], text.index(found[0]) + len(found[0])) :]


@TEXTS.add("field", 3)
def _field(context: Context, args: tuple[Argument, ...]) -> Value:
    """The field at a position of a text with delimiters; empty when there is none."""
    text, at, delimiter = context.text(args[0]), context.integer(args[1]), context.text(args[2])
    if at < 0:
        context.fail("a field has no negative position", "arguments")
    parts = [part for part in text.split(" ") if part] if delimiter == " " else _parts(text, delimiter)
    return parts[at].strip() if at < len(parts) else ""


def _parts(text: str, delimiter: str) -> list[str]:
    return text.split(delimiter) if delimiter else list(text)


@TEXTS.add("text_slice", 2, 3)
def _text_slice(context: Context, args: tuple[Argument, ...]) -> Value:
    """The characters from a position up to another; negative ones count from the end."""
    text, start = context.text(args[0]), context.integer(args[1])
    end = context.integer(args[2]) if len(args) > 2 else len(text)
    start = start + len(text) if start < 0 else start
    end = end + len(text) if end < 0 else end
    return text[max(start, 0) : max(end, 0)]


@TEXTS.add("text_compare", 2)
def _text_compare(context: Context, args: tuple[Argument, ...]) -> Value:
    """-1, 0 or 1: which text comes first in a dictionary of characters."""
    left, right = context.text(args[0]), context.text(args[1])
    return (left > right) - (left < right)


@TEXTS.add("regex_match", 2, 3)
def _regex_match(context: Context, args: tuple[Argument, ...]) -> Value:
    """What a pattern, or one of its groups, matches first in a text."""
    group = context.integer(args[2]) if len(args) > 2 else 0
    pattern = context.pattern(context.text(args[1]), True)
    if isinstance(pattern, Fault):
        return pattern
    found = context.search(pattern, context.text(args[0]))
    if found is None or not 0 <= group < len(found.groups):
        context.fail("the pattern has no such match", "pattern")
    return found.groups[group] or ""


@TEXTS.add("percent", 1)
def _percent(context: Context, args: tuple[Argument, ...]) -> Value:
    """A share as a whole number of hundredths with a percent sign."""
    value = context.number(args[0]) * 100
    return f"{show(value.quantize(Decimal(1), 'ROUND_HALF_UP') if abs(value) < 10**20 else value)}%"


@TEXTS.add("url_encode", 1)
def _url_encode(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text as a part of a web address; a blank is ``%20`` (``+`` in Liquid)."""
    text = context.text(args[0])
    context.room(3 * len(text))
    # Liquid encodes as forms do, with a plus sign for a blank.
    encoded = quote(text, safe="", errors="replace")
    return context.sized(encoded.replace("%20", "+") if context.dialect == "liquid" else encoded)


@TEXTS.add("url_decode", 1)
def _url_decode(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text of a part of a web address."""
    return unquote_plus(context.text(args[0]))


@TEXTS.add("html_decode", 1)
def _html_decode(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text with the entities of HTML replaced by their characters."""
    return context.sized(html.unescape(context.text(args[0])).replace("\xa0", " "))


@TEXTS.add("read_chars", 1)
def _read_chars(context: Context, args: tuple[Argument, ...]) -> Value:
    """The characters with blanks between them, in groups, for a voice that reads them."""
    text = context.text(args[0]).lstrip("+")
    context.room(4 * len(text))
    size = 3 if len(text) % 3 == 0 else 4 if len(text) % 4 == 0 else 1
    return " , ".join(" ".join(text[at : at + size]) for at in range(0, len(text), size))


@TEXTS.add("default", 2, ANY, faults=True)
def _default(context: Context, args: tuple[Argument, ...]) -> Value:
    """The value, or the other one when it is unset, empty or an error."""
    value = context.value(args[0])
    if isinstance(value, Fault) and value.code == "unknown":
        return value
    unset = primary(value) is False and context.dialect == "liquid"
    return context.value(args[1]) if isinstance(value, Fault) or is_empty(value) or unset else value

"""Plain text and property files to templates, and the language files that are not read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bascule.parsers.sms.evidence import Look, look_of
from bascule.parsers.sms.model import Reading, Wording
from bascule.parsers.sms.rules import TextCut
from bascule.parsers.sms.vocabulary import normal
from bascule.source import Place, TextDocument
from bascule.source.properties import PropertiesDocument

__all__ = ["cut_text", "other_format", "read_plain_text", "read_properties_templates"]

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_RULER = re.compile(r"\s*+(?:-{3,}|={3,}|\*{3,}|_{3,}|~{3,}|(?:\* ){2,}\*|(?:- ){2,}-)\s*")
_NAME = r"[^\W_][\w .,'’&()/-]{0,59}"
_HEADINGS = (
    ("[name]", re.compile(rf"\s*\[({_NAME})\]\s*")),
    ("# name", re.compile(rf"\s*#{{1,4}}\s+({_NAME})#*\s*")),
    ("name:", re.compile(r"\s*([^\W\d_][\w.-]*(?: [\w.-]+){0,3})\s?[:：]\s*")),
)
_COMMENT = re.compile(r"\s*(?:#|//|;)")
_GENERIC_WORDS = """
    sms smstemplates smstemplate template templates message messages text texts texte textes modele modeles input
    stdin mensajes mensaje plantillas mensagens vorlagen nachrichten file data
"""
_GENERIC = frozenset(_GENERIC_WORDS.split())


@dataclass(frozen=True, slots=True)
class _Block:
    """A piece of the file: ``kind`` is ``text``, ``heading``, ``ruler`` or ``comment``."""

    kind: str
    start: int
    end: int
    name: str = ""


def cut_text(text: str) -> tuple[list[_Block], str]:
    """Cut a text into blocks; say how. Every visible character is in exactly one block.

    Order: lines of dashes, headings above at least half of the paragraphs, empty lines. Paragraphs are
    one template when the first ends like a salutation or a later one begins in the middle of a sentence.
    """
    lines = [(match.start(), match.group()) for match in _LINE.finditer(text) if match.group()]
    if any(_RULER.fullmatch(line) for _, line in lines):
        blocks = _join(lines, lambda line: ("ruler", "") if _RULER.fullmatch(line) else None, False)
        if any(block.kind == "text" for block in blocks):
            return blocks, "cut at its lines of dashes"
    paragraphs = _join(lines, lambda line: None, True)
    if not paragraphs:
        return [], "empty"
    for style, pattern in _HEADINGS:
        if _is_headed(paragraphs, text, pattern, style):

            def heading(line: str, pattern: re.Pattern[str] = pattern) -> tuple[str, str] | None:
                match = pattern.fullmatch(line)
                return ("heading", match.group(1).strip()) if match else None

            return _join(lines, heading, False), f"cut at its headings (`{style}`)"
    paragraphs = [
        _Block("comment", block.start, block.end) if _is_comment(text[block.start : block.end]) else block
        for block in paragraphs
    ]
    texts = [block for block in paragraphs if block.kind == "text"]
    if len(texts) < 2:
        return paragraphs, "read as one template"
    first = text[texts[0].start : texts[0].end].rstrip()
    runs_on = first.endswith((",", ":", ";", "،", "،")) or any(text[block.start].islower() for block in texts[1:])
    if runs_on:
        whole = _Block("text", texts[0].start, texts[-1].end)
        outside = [block for block in paragraphs if block.kind == "comment"]
        if not any(whole.start <= block.start < whole.end for block in outside):
            return sorted(
                [whole, *outside], key=lambda block: block.start
            ), "read as one template of several paragraphs"
    return paragraphs, "cut at its empty lines"


def _join(lines: list[tuple[int, str]], special: object, at_blank: bool) -> list[_Block]:
    """Blocks of lines between special lines (and, if asked, between empty ones), without outer blank lines."""
    blocks: list[_Block] = []
    start = end = -1

    def close() -> None:
        nonlocal start, end
        if start >= 0:
            blocks.append(_Block("text", start, end))
        start = end = -1

    for offset, line in lines:
        found = special(line)  # type: ignore[operator]
        body = line.rstrip()
        if found is not None:
            close()
            lead = len(line) - len(line.lstrip())
            blocks.append(_Block(found[0], offset + lead, offset + len(body), found[1]))
        elif not body:
            if at_blank:
                close()
        else:
            start = offset if start < 0 else start
            end = offset + len(line.rstrip("\r\n"))
    close()
    return blocks


def _is_headed(paragraphs: list[_Block], text: str, pattern: re.Pattern[str], style: str) -> bool:
    """Whether a style of headings is in use: above the first paragraph and at least half of all."""
    headed = alone = 0
    for number, block in enumerate(paragraphs):
        first, newline, rest = text[block.start : block.end].replace("\r\n", "\n").replace("\r", "\n").partition("\n")
        if pattern.fullmatch(first):
            if rest.strip() or (number + 1 < len(paragraphs) and style != "# name"):
                headed += 1
            alone += not newline
        elif number == 0:
            return False
    bodies = len(paragraphs) - alone
    return headed > 0 and headed * 2 >= bodies


def _is_comment(block: str) -> bool:
    lines = [line for line in block.splitlines() if line.strip()]
    return all(_COMMENT.match(line) for line in lines)


def read_plain_text(path: str, text: str, stem: str) -> Reading:
    """Read a text file; block N of the file is at pointer ``/N``."""
    blocks, how = cut_text(text)
    document = TextDocument(path, text, [(block.start, block.end) for block in blocks])
    reading = Reading(document, f"a text {how}")
    texts = [number for number, block in enumerate(blocks) if block.kind == "text"]
    name, named_at = "", None
    for number, block in enumerate(blocks):
        place = Place(path, f"/{number}")
        shown = text[block.start : block.end]
        if block.kind == "text":
            key = name if name or len(texts) > 1 or normal(stem) in _GENERIC else stem
            reading.open(key, named_at or place, [Wording(shown, place)], "heading")
            reading.account(shown, place, "text")
            name, named_at = "", None
        elif block.kind == "heading":
            if named_at is not None:
                reading.empty(named_at, f"`{name}`")
            name, named_at = block.name, place
            reading.account(shown, place, "heading", "names the template below it")
        elif block.kind == "ruler":
            reading.account(shown, place, "line of dashes", "parts two templates")
        else:
            reading.keep(f"comment.{number}", shown, place, "comment")
    if named_at is not None:
        reading.empty(named_at, f"`{name}`")
    if len(blocks) > 1 or "\n" in text.strip():
        reading.findings.append(
            TextCut.at(
                Place(path, f"/{texts[0]}" if texts else ""),
                f"the text was {how}: {len(texts)} template{'' if len(texts) == 1 else 's'}",
                help="put a line `[name]` above each template to say where it begins",
            )
        )
    return reading


def read_properties_templates(document: PropertiesDocument) -> Reading:
    """Read a property file: every key with a text is a template."""
    reading = Reading(document, "a property file")
    for key, value in document.value.items():
        place = Place(document.path).child(key)
        look = look_of(value)
        if look is Look.EMPTY:
            reading.empty(place.at_key(), f"`{key[:60]}`")
            reading.account(value, place, "text")
        elif look is Look.CODE or not key:
            reading.keep(key or "file", value, place, "property")
        else:
            reading.open(key, place.at_key(), [Wording(value, place)])
            reading.account(value, place, "text")
    return reading


_OTHER = (
    (
        "a PHP file",
        re.compile(r"\s*+<\?php\b"),
        "write the texts as JSON with `php -r 'echo json_encode(require \"FILE\", JSON_UNESCAPED_UNICODE);'`",
    ),
    (
        "an XML file",
        re.compile(r"\s*+(?:<\?xml\b|<(?:root|xliff|resources|TS)\b)"),
        "export the texts as CSV, JSON or YAML",
    ),
)


def other_format(text: str) -> tuple[str, str] | None:
    """What a language file of a framework is called, and how to turn it into something that is read."""
    head = text[:200_000]
    return next(((name, advice) for name, pattern, advice in _OTHER if _found(pattern, head)), None)


def _found(pattern: re.Pattern[str], text: str) -> bool:
    return (pattern.search(text) if pattern.flags & re.MULTILINE else pattern.match(text)) is not None

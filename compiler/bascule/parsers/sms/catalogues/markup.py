"""String files in XML: Android ``<resources>``, .NET ``.resx``, XLIFF 1.2 and 2.0. Scanned, not expanded.

https://developer.android.com/guide/topics/resources/string-resource ;
https://learn.microsoft.com/dotnet/core/extensions/work-with-resx-files-programmatically ;
https://docs.oasis-open.org/xliff/xliff-core/v2.1/xliff-core-v2.1.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bascule.parsers.sms.catalogues.document import CatalogueDocument, Decoded, Oddity

__all__ = ["is_string_xml", "read_string_xml"]

_IS = re.compile(
    r"(?s)\s*+(?:<\?xml(?>.{0,200}?\?>)\s*+)?+(?:<!--(?>.{0,20000}?-->)\s*+){0,20}+<(resources|root|xliff)\b"
)
_PART = re.compile(
    r"""
      (?P<comment><!--.*?(?:-->|\Z))
    | <!\[CDATA\[(?P<cdata>.*?)(?:\]\]>|\Z)
    | (?P<other><[?!][^>]*+(?:>|\Z))
    | <(?P<close>/?)(?P<name>[\w:.-]+)(?P<attributes>(?:[^<>"']|"[^"]*+"|'[^']*+')*+)>
    | (?P<text>[^<]++|<)
    """,
    re.VERBOSE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ENTITY = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(\w{2,8}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_MARKS = {"b": "*", "strong": "*", "i": "_", "em": "_", "strike": "~", "s": "~", "tt": "```"}
_SILENT = ("xliff:g", "g", "ph", "x", "mrk", "pc")
_ANDROID = re.compile(r"\\(u[0-9a-fA-F]{4}|.)|\"|\s+", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t"}


@dataclass(slots=True)
class _Open:
    """An element that is open: its attributes and the texts in it."""

    name: str
    attributes: dict[str, str]
    key: tuple[int, int]
    text: Decoded = field(default_factory=Decoded)
    index: int = 0
    parts: dict[str, Decoded] = field(default_factory=dict)


def is_string_xml(text: str) -> bool:
    match = _IS.match(text)
    if match is None:
        return False
    return match[1] != "root" or re.search(r"<data\s[^>]*\bname=", text[:200_000]) is not None


def read_string_xml(path: str, text: str) -> CatalogueDocument:
    """Read a string file. Never raises; entities of an own document type are left as they are written."""
    match = _IS.match(text)
    root = match[1] if match else ""
    about = {"resources": "an Android string file", "root": "a .resx file", "xliff": "an XLIFF file"}.get(root, "XML")
    return _Reader(CatalogueDocument(path, text, about), root).read()


class _Reader:
    def __init__(self, document: CatalogueDocument, root: str) -> None:
        self.document = document
        self.root = root
        self.open: list[_Open] = []
        self.marks: list[tuple[str, int, int]] = []
        self.locales = {"source": "", "target": ""}

    def read(self) -> CatalogueDocument:
        for match in _PART.finditer(self.document.text):
            if match["comment"] or match["other"]:
                continue
            if match["name"]:
                self.tag(match)
            elif self.open:
                top = self.open[-1].text
                if match["cdata"] is not None:
                    top.add(match["cdata"], match.start("cdata"), match.end("cdata"))
                else:
                    _entities(top, match["text"], match.start())
        return self.document

    def tag(self, match: re.Match[str]) -> None:
        name = match["name"]
        if match["close"]:
            if self.open and self.open[-1].name == name:
                self.end(self.open.pop(), match.end())
            return
        attributes = {found[1]: found[2] or found[3] or "" for found in _ATTRIBUTE.finditer(match["attributes"])}
        key = (match.start(), match.end())
        for found in _ATTRIBUTE.finditer(match["attributes"]):
            if found[1] in ("name", "id"):
                base = match.start("attributes")
                key = (base + found.start(2), base + found.end(2)) if found[2] is not None else key
                break
        if len(self.open) > 60:
            return
        if self.root == "xliff" and name in ("file", "xliff"):
            for part, names in (("source", ("source-language", "srcLang")), ("target", ("target-language", "trgLang"))):
                said = next((attributes[one] for one in names if attributes.get(one)), self.locales[part])
                self.locales[part] = said
            self.document.locale = self.locales["target"]
        opened = _Open(name, attributes, key)
        mark = _MARKS.get(name)
        if mark and self.in_text():
            opened.text.add(mark, match.start(), match.end())
        if match["attributes"].rstrip().endswith("/"):
            if name in ("ph", "x") and self.in_text():
                opened.text.add("{" + (attributes.get("id") or "value") + "}", match.start(), match.end())
            elif name == "br" and self.in_text():
                opened.text.add("\n", match.start(), match.end())
            self.end(opened, match.end())
            return
        self.open.append(opened)

    def in_text(self) -> bool:
        """Whether an element lies inside a text rather than around texts."""
        holders = {"resources": ("string", "item"), "root": ("value",), "xliff": ("source", "target", "g", "pc", "mrk")}
        return any(element.name in holders.get(self.root, ()) for element in self.open)

    def end(self, element: _Open, after: int) -> None:
        if self.root == "resources":
            self.android(element, after)
        elif self.root == "root":
            self.resx(element)
        else:
            self.xliff(element)

    def inline(self, element: _Open, after: int) -> None:
        """Markup inside a text: the words go on in the text around it."""
        if not self.open:
            return
        mark = _MARKS.get(element.name)
        if mark and element.text.text:
            element.text.add(mark, after, after)
        self.open[-1].text.extend(element.text)
        if not mark and element.name not in (*_SILENT, "br"):
            self.marks.append((element.name, *element.key))

    def put(self, path: tuple[str, ...], text: Decoded, key: tuple[int, int]) -> str:
        pointer = self.document.put(path, text, key)
        for name, start, end in self.marks:
            self.document.oddities.append(Oddity("markup", pointer, start, end, name))
        self.marks = []
        return pointer

    def android(self, element: _Open, after: int) -> None:
        parent = self.open[-1] if self.open else None
        if element.name == "string" and parent is not None and parent.name == "resources":
            self.put((element.attributes.get("name") or "string",), _android(element.text), element.key)
        elif element.name == "item" and parent is not None and parent.name in ("plurals", "string-array"):
            name = element.attributes.get("quantity") or str(parent.index)
            parent.index += 1
            self.put((parent.attributes.get("name") or parent.name, name), _android(element.text), element.key)
        elif self.in_text():
            self.inline(element, after)

    def resx(self, element: _Open) -> None:
        parent = self.open[-1] if self.open else None
        if element.name == "value" and parent is not None and parent.name == "data":
            if not {"type", "mimetype"} & set(parent.attributes):
                parent.parts["value"] = element.text
        elif element.name == "comment" and parent is not None and parent.name == "data":
            parent.parts["comment"] = element.text.strip()
        elif element.name == "data" and "value" in element.parts:
            pointer = self.put((element.attributes.get("name") or "data",), element.parts["value"], element.key)
            if element.parts.get("comment", Decoded()).text:
                self.document.notes[pointer] = element.parts["comment"]
        elif self.in_text():
            self.inline(element, element.key[1])

    def xliff(self, element: _Open) -> None:
        unit = next((open_ for open_ in reversed(self.open) if open_.name in ("trans-unit", "unit")), None)
        if element.name in ("source", "target") and unit is not None:
            known = unit.parts.setdefault(element.name, Decoded())
            known.extend(element.text)
        elif element.name in ("trans-unit", "unit") and element.parts:
            name = element.attributes.get("resname") or element.attributes.get("name") or element.attributes.get("id")
            parts = {part: text.strip() for part, text in element.parts.items() if text.text.strip()}
            if not parts:
                parts = {"source": Decoded()}
            for part, text in parts.items():
                locale = self.locales.get(part, "")
                path = (name or "unit", locale) if all(self.locales.values()) else (name or "unit",)
                if len(path) == 2 or part == "target" or "target" not in parts:
                    self.put(path, text, element.key)
        elif self.in_text():
            self.inline(element, element.key[1])


def _entities(result: Decoded, text: str, start: int) -> None:
    at = 0
    for match in _ENTITY.finditer(text):
        if match[3] and match[3] not in _NAMED:
            continue
        number = int(match[1], 16) if match[1] else int(match[2]) if match[2] else 0
        valid = 0 < number < 0x110000 and not 0xD800 <= number < 0xE000
        shown = _NAMED[match[3]] if match[3] else chr(number) if valid else "\ufffd"
        result.add(text[at : match.start()], start + at, start + match.start())
        result.add(shown, start + match.start(), start + match.end())
        at = match.end()
    result.add(text[at:], start + at, start + len(text))


def _android(text: Decoded) -> Decoded:
    """Undo Android's escapes and collapse blanks, but not inside double quotes."""
    text = text.strip()
    result = Decoded()
    quoted = False
    at = 0
    for match in _ANDROID.finditer(text.text):
        result.extend(text.cut(at, match.start()))
        at = match.end()
        start, end = text.source(match.start()), text.source(match.end(), after=True)
        found = match.group()
        if found == '"':
            quoted = not quoted
        elif found[0] == "\\":
            letter = match[1]
            shown = chr(int(letter[1:], 16)) if len(letter) == 5 else _LETTERS.get(letter, letter)
            result.add(shown if not "\ud800" <= shown <= "\udfff" else "\ufffd", start, end)
        elif quoted or found == " ":
            result.extend(text.cut(match.start(), match.end()))
        else:
            result.add(" ", start, end)
    result.extend(text.cut(at, len(text.text)))
    return result

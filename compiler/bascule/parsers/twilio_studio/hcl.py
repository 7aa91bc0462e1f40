"""Reading Studio flows out of Terraform text (``.tf``): literal values with places, nothing evaluated.

``resource "twilio_studio_flows_v2" "x"`` blocks and ``locals`` blocks are found, their insides parsed with
``grammars/hcl_object.lark``. Expressions stay what they are, as text in ``${…}``.
Syntax: https://developer.hashicorp.com/terraform/language/syntax/configuration
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

from bascule.parsers.twilio_studio.document import HCL_STRING, Escapes
from bascule.parsers.twilio_studio.hcl_mask import Heredoc, Masked, mask
from bascule.source import Document, Place, Problem, split_pointer

__all__ = [
    "MAX_DEPTH",
    "RESOURCE_TYPES",
    "HclDocument",
    "HclValue",
    "LineMap",
    "is_json_template",
    "is_template",
    "read_hcl",
    "read_template",
]

RESOURCE_TYPES = ("twilio_studio_flows_v2", "twilio_studio_flow_v2", "twilio_studio_flow")
"""The vendor's provider (now and in its first releases) and the community provider that came before it."""

MAX_DEPTH = 100
MAX_PROBLEMS = 20

_BLOCK = re.compile(r'\b(?:(resource)[ \t]+("\x03*")[ \t]+("\x03*")|(locals))\s*\{')
_ESCAPE = re.compile(
    r"\\(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|\$\$(?=\{)|%%(?=\{)",
    re.DOTALL,
)
_TEMPLATE = re.compile(r"\s*\$\{~?\s*jsonencode\s*\(\s*(?=\{)")
_UNQUOTED = re.compile(r"[:\[,]\s*\$\{[^{}\"\n]{1,300}\}\s*[,\]}]")
_HOLE = re.compile(r"(\$\{~?)([^{}\x01-\x03\"\n]{1,300}?)(~?\})")
_DIRECTIVE = re.compile(r"%\{[^{}\n]{1,300}\}")
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}


class LineMap:
    """Offsets of a heredoc whose indentation was stripped: the counterpart of :class:`Escapes`."""

    def __init__(self, points: list[tuple[int, int]], end: int) -> None:
        self._decoded = [decoded for decoded, _ in points]
        self._raw = [raw for _, raw in points]
        self._end = end

    def offset(self, decoded: int) -> int:
        """The offset in the file of the ``decoded``-th character."""
        at = max(bisect_right(self._decoded, decoded) - 1, 0)
        return min(self._raw[at] + decoded - self._decoded[at], self._end) if self._raw else self._end


@dataclass(slots=True)
class HclValue:
    """A value and where it stands.

    ``kind`` is ``object``, ``list``, ``text``, ``heredoc``, ``scalar`` or ``expression``. ``parts`` maps keys to
    (key start, key end, value), or is the list of items. ``encoded`` marks what stood in ``jsonencode(…)``. ``inside``
    is the one literal that an expression may come to (``var.x != "" ? var.x : jsonencode({…})``).
    """

    kind: str
    start: int
    end: int
    value: Any = None
    parts: Any = None
    encoded: bool = False
    inside: HclValue | None = None

    def plain(self) -> Any:
        """The value as plain data; expressions are ``${…}`` texts, as Terraform's JSON syntax writes them."""
        if self.kind == "object":
            return {key: part.plain() for key, (_, _, part) in self.parts.items()}
        if self.kind == "list":
            return [part.plain() for part in self.parts]
        return self.value


@dataclass(slots=True)
class _Parse:
    """One block being turned from a lark tree into values; offsets are relative to ``base``."""

    text: str
    masked: Masked
    base: int
    problems: list[Problem] = field(default_factory=list)


class HclDocument(Document):
    """A Terraform file: the value tree of what was read, as ``.tf.json`` would nest it."""

    language = "hcl"

    def __init__(self, path: str, text: str) -> None:
        super().__init__(path, text)
        self.problems: tuple[Problem, ...] = ()
        self.root = HclValue("object", 0, len(text), parts={})
        self.heredocs: dict[int, Heredoc] = {}
        self.others: list[str] = []

    def find(self, pointer: str) -> HclValue | None:
        """The value at a pointer, or None."""
        node, exact, _ = self._walk(pointer)
        return node if exact else None

    def _walk(self, pointer: str) -> tuple[HclValue, bool, tuple[int, int]]:
        node = self.root
        key_range = (node.start, node.end)
        for token in split_pointer(pointer):
            if isinstance(node.parts, dict) and token in node.parts:
                key_start, key_end, node = node.parts[token]
                key_range = (key_start, key_end)
            elif isinstance(node.parts, list) and token.isdigit() and int(token) < len(node.parts):
                node = node.parts[int(token)]
                key_range = (node.start, node.end)
            else:
                return node, False, key_range
        return node, True, key_range

    def _range(self, place: Place) -> tuple[int, int]:
        node, exact, key_range = self._walk(place.pointer)
        if place.key and exact:
            return key_range
        if exact and place.sub is not None:
            offsets = self.offsets(node)
            if offsets is not None:
                return offsets.offset(place.sub[0]), offsets.offset(place.sub[1])
        if node.parts is not None:
            return node.start, min(node.start + 1, node.end)
        return node.start, node.end

    def offsets(self, node: HclValue) -> Escapes | LineMap | None:
        """How offsets of a text value map to the file; None for what is no text."""
        if node.kind == "text":
            return Escapes(self.text, node.start + 1, node.end - 1, HCL_STRING)
        if node.kind == "heredoc":
            return _heredoc_text(self.text, self.heredocs[node.start])[1]
        return None

    def source_of(self, pointer: str) -> str:
        """The exact text of the value at ``pointer`` (``""`` when it is not there)."""
        node = self.find(pointer)
        return self.text[node.start : node.end] if node else ""


def read_hcl(path: str, text: str) -> HclDocument:
    """Read the Studio resources and the locals of a Terraform text. Never raises."""
    document = HclDocument(path, text)
    masked = mask(text)
    document.heredocs = masked.heredocs
    problems = list(masked.problems)
    resources: dict[str, dict[str, tuple[int, int, HclValue]]] = {}
    local_values: dict[str, tuple[int, int, HclValue]] = {}
    at = 0
    while len(problems) < MAX_PROBLEMS:
        found = _BLOCK.search(masked.text, at)
        if found is None:
            break
        opening = found.end() - 1
        kind = _label(text, found, 2)
        if found.group(1) and kind not in RESOURCE_TYPES:
            document.others.append(kind)
            at = found.end()
            continue
        end, depth = _closing(masked.text, opening)
        at = end
        if depth > MAX_DEPTH:
            problems.append(Problem("too-deep", f"nested more than {MAX_DEPTH} levels deep", opening, opening + 1))
            continue
        block = _parse_block(_Parse(text, masked, opening, problems), end)
        if block is None:
            continue
        if found.group(1):
            name = _label(text, found, 3)
            resources.setdefault(kind, {})[name] = (found.start(3), found.end(3), block)
        else:
            local_values.update(block.parts)
    root: dict[str, tuple[int, int, HclValue]] = {}
    if resources:
        kinds = {kind: (0, 0, HclValue("object", 0, 0, parts=names)) for kind, names in resources.items()}
        root["resource"] = (0, 0, HclValue("object", 0, 0, parts=kinds))
    if local_values:
        root["locals"] = (0, 0, HclValue("object", 0, 0, parts=local_values))
    document.root.parts = root
    document.problems = tuple(sorted(problems, key=lambda problem: problem.start))
    return document


def is_template(text: str) -> bool:
    """Whether a text is a Terraform template that is one ``jsonencode({…})`` of a Studio definition."""
    return _TEMPLATE.match(text) is not None and "states" in text and "initial_state" in text


def is_json_template(text: str) -> bool:
    """Whether a JSON text has template values that stand where a value stands: ``"timeout": ${TIMEOUT}``."""
    return _UNQUOTED.search(text) is not None


def read_template(path: str, text: str) -> HclDocument:
    """Read a template file (``templatefile(…)``): ``${jsonencode({…})}``, or JSON with ``${…}`` for whole values.

    The definition stands at ``/template``. Never raises.
    """
    document = HclDocument(path, text)
    masked = mask(text)
    document.heredocs = masked.heredocs
    problems = list(masked.problems)
    found = _TEMPLATE.match(text)
    opening = found.end() if found else len(text) - len(text.lstrip("\ufeff \t\r\n"))
    if not found:
        # A value that the template fills in becomes a name of the same length, which is an expression.
        masked.text = _DIRECTIVE.sub(lambda one: " " * len(one.group()), masked.text)
        masked.text = _HOLE.sub(_named, masked.text)
    end, depth = _closing(masked.text, opening)
    block = None
    if depth > MAX_DEPTH:
        problems.append(Problem("too-deep", f"nested more than {MAX_DEPTH} levels deep", opening, opening + 1))
    else:
        block = _parse_block(_Parse(text, masked, opening, problems), end)
    document.root.parts = {"template": (opening, opening, block)} if block else {}
    document.problems = tuple(sorted(problems, key=lambda problem: problem.start))
    return document


def _named(match: re.Match[str]) -> str:
    return " " * len(match.group(1)) + match.group(2) + " " * len(match.group(3))


def _label(text: str, found: re.Match[str], group: int) -> str:
    return text[found.start(group) + 1 : found.end(group) - 1] if found.group(group) else ""


def _closing(masked: str, opening: int) -> tuple[int, int]:
    """Offset after the bracket that closes the one at ``opening`` (or the end), and the depth reached inside."""
    depth = deepest = 0
    for match in re.compile(r"[\[\](){}]").finditer(masked, opening):
        if match.group() in "[({":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
            if depth == 0:
                return match.end(), deepest
    return len(masked), deepest


@cache
def _grammar() -> Any:
    import lark

    from bascule.resources import read_text

    return lark.Lark(read_text("grammars", "hcl_object.lark"), parser="lalr", propagate_positions=True)


_TERMINALS = {
    "NAME": "a name",
    "NUMBER": "a number",
    "STRING": "a text",
    "HEREDOC": "a heredoc",
    "OPERATOR": "an operator",
    "_NL": "a line break",
    "EQUAL": "`=`",
    "COLON": "`:`",
    "COMMA": "`,`",
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "LSQB": "`[`",
    "RSQB": "`]`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "$END": "the end",
}


def _parse_block(parse: _Parse, end: int) -> HclValue | None:
    import lark

    try:
        tree = _grammar().parse(parse.masked.text[parse.base : end])
    except lark.exceptions.UnexpectedInput as error:
        if getattr(getattr(error, "token", None), "type", "") == "$END":
            at = parse.base
            message = "the block that opens here is never closed"
        else:
            at = parse.base + max(error.pos_in_stream or 0, 0)
            expected = getattr(error, "accepts", None) or getattr(error, "allowed", None) or ()
            names = sorted(_TERMINALS[name] for name in expected if name in _TERMINALS)
            message = f"found {_shown(parse.masked.text[at:end])}"
            message += f", expected {' or '.join(names[:5])}" if names else ", which is no literal value"
        parse.problems.append(Problem("studio-hcl-syntax", message, min(at, end), min(at + 1, end)))
        return None
    return _object(parse, tree.children[0])


def _shown(masked: str) -> str:
    """What stands there, without the inside of a text: that may be a secret."""
    if masked.startswith(('"', "\x01")):
        return "a text"
    word = re.match(r"[\w-]+|\S", masked)
    return f"`{word.group()[:20]}`" if word else "a line break"


def _object(parse: _Parse, tree: Any) -> HclValue:
    parts: dict[str, tuple[int, int, HclValue]] = {}
    for item in tree.children:
        if item.data == "attribute":
            key_token, value_tree = item.children
            start, end = _span(parse, key_token)
            key = _decode(parse.text[start + 1 : end - 1]) if _type(key_token) == "STRING" else parse.text[start:end]
            value = _value(parse, value_tree)
        else:
            start, end = _span(parse, item.children[0])
            key = parse.text[start:end]
            value = _object(parse, item.children[-1])
        if key in parts:
            message = f"the key `{key[:60]}` stands twice in one object"
            parse.problems.append(Problem("json-duplicate-key", message, start, end, "the last one is used"))
        parts[key] = (start, end, value)
    start, end = _span(parse, tree)
    return HclValue("object", start, end, parts=parts)


def _value(parse: _Parse, tree: Any) -> HclValue:
    """A value tree: one atom is a literal, several are an expression kept as text."""
    atoms = tree.children
    start, end = _span(parse, tree)
    if len(atoms) == 1:
        return _literal(parse, atoms[0], start, end)
    if len(atoms) == 2 and _type(atoms[0]) == "NAME" and atoms[0] == "jsonencode" and _type(atoms[1]) == "group":
        inside = [atom for atom in atoms[1].children if _type(atom) != "_NL"]
        if len(inside) == 1:
            inner_start, inner_end = _span(parse, inside[0])
            value = _literal(parse, inside[0], inner_start, inner_end)
            value.encoded = True
            return value
    result = HclValue("expression", start, end, "${" + parse.text[start:end] + "}")
    result.inside = _only_literal(parse, atoms)
    if result.inside is not None:
        result.parts = result.inside.parts
    return result


def _only_literal(parse: _Parse, atoms: list[Any]) -> HclValue | None:
    """The object of the one ``jsonencode({…})`` in an expression, where there is one and no other."""
    groups = [
        [atom for atom in group.children if _type(atom) != "_NL"]
        for name, group in pairwise(atoms)
        if _type(name) == "NAME" and name == "jsonencode" and _type(group) == "group"
    ]
    if len(groups) != 1 or len(groups[0]) != 1 or _type(groups[0][0]) != "object":
        return None
    value = _object(parse, groups[0][0])
    value.encoded = True
    return value


def _literal(parse: _Parse, atom: Any, start: int, end: int) -> HclValue:
    kind = _type(atom)
    text = parse.text[start:end]
    if kind == "object":
        return _object(parse, atom)
    if kind == "list":
        return HclValue("list", start, end, parts=[_value(parse, item) for item in atom.children if _is_tree(item)])
    if kind == "STRING":
        return HclValue("text", start, end, _decode(text[1:-1]))
    if kind == "HEREDOC":
        return HclValue("heredoc", start, end, _heredoc_text(parse.text, parse.masked.heredocs[start])[0])
    if kind == "NUMBER":
        whole = text.lstrip("-").isdigit() and len(text) < 4000
        return HclValue("scalar", start, end, int(text) if whole else float(text))
    if kind == "NAME" and text in _WORDS:
        return HclValue("scalar", start, end, _WORDS[text])
    return HclValue("expression", start, end, "${" + text + "}")


def _is_tree(item: Any) -> bool:
    return hasattr(item, "data")


def _type(item: Any) -> str:
    return str(item.data) if _is_tree(item) else str(item.type)


def _span(parse: _Parse, item: Any) -> tuple[int, int]:
    meta = item.meta if _is_tree(item) else item
    return parse.base + meta.start_pos, parse.base + meta.end_pos


def _decode(text: str) -> str:
    return _ESCAPE.sub(_unescape, text)


def _unescape(match: re.Match[str]) -> str:
    escape = match.group(1)
    if escape is None:
        return match.group()[0]
    if len(escape) == 11:
        pair = (int(escape[1:5], 16) - 0xD800) * 0x400 + int(escape[7:], 16) - 0xDC00
        return chr(0x10000 + pair)
    if escape[0] in "uU" and len(escape) > 1:
        code = int(escape[1:], 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
    return _CONTROLS.get(escape, escape)


def _heredoc_text(text: str, heredoc: Heredoc) -> tuple[str, LineMap]:
    """A heredoc's value, and how its offsets map to the file."""
    lines = text[heredoc.start : heredoc.end].splitlines(keepends=True)
    strip = 0
    if heredoc.indented:
        strip = min((len(line) - len(line.lstrip(" \t")) for line in lines if line.strip()), default=0)
    points: list[tuple[int, int]] = []
    kept: list[str] = []
    raw, decoded = heredoc.start, 0
    for line in lines:
        cut = min(strip, len(line) - len(line.lstrip(" \t")))
        points.append((decoded, raw + cut))
        kept.append(line[cut:])
        raw += len(line)
        decoded += len(line) - cut
    return re.sub(r"([$%])\1(?=\{)", r"\1", "".join(kept)), LineMap(points, heredoc.end)

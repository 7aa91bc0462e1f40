"""Print a plain tree as YAML or JSON, the same to the byte whatever library versions are installed.

The YAML is block style with two blanks per level (coordinates and short lists of words stay on one
line), Unicode left readable, lines as long as the text, and quotes round every string that some YAML
version reads as anything else (``no``, ``012``, ``1:30``, ``2024-01-01``). Texts of several lines are
literal blocks where a block holds them exactly.
"""

from __future__ import annotations

import json
import re
from typing import Any

__all__ = ["to_json", "to_yaml"]

_STEP = 2
_LONGEST_KEY = 900
"""Readers stop looking for the colon after 1024 characters (https://yaml.org/spec/1.2.2/#example-single-pair-explicit-entry)."""

_LONGEST_ROW = 72
_WORD = re.compile(r"\w[\w.-]*")

# Everything YAML 1.1 and 1.2 resolve to something else than a string: https://yaml.org/type/ and
# https://yaml.org/spec/1.2.2/#103-core-schema. Compared without case, which errs on the safe side.
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "~", "=", "<<"})
_NUMBERS = re.compile(
    r"""[-+]?(?:
        0b[01_]+ | 0o?[0-7_]+ | 0x[0-9a-f_]+
      | [0-9][0-9_]*+(?::[0-5]?[0-9])++(?:\.[0-9_]*)?
      | (?:[0-9][0-9_]*+)?\.?+[0-9_]*+(?:e[-+]?[0-9]+)?
      | \.(?:inf|nan)
    )
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[t ].*)?""",
    re.VERBOSE | re.IGNORECASE,
)
_SPECIAL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_NOT_FIRST = frozenset("-?:,[]{}#&*!|>'\"%@`")
_NAMED = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0", '"': '\\"', "\\": "\\\\"}
_ESCAPED = re.compile(_SPECIAL.pattern[:-1] + '"\\\\]')


def to_json(tree: Any) -> str:
    """JSON with two blanks per level, characters as they are, and a line break at the end."""
    return json.dumps(tree, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def to_yaml(tree: Any) -> str:
    """YAML of dicts (string keys), lists, strings, numbers, booleans and None."""
    out: list[str] = []
    if isinstance(tree, dict) and tree:
        _mapping(tree, 0, "", out)
    elif isinstance(tree, list) and tree:
        _sequence(tree, 0, "", out)
    else:
        _scalar("", tree, 0, out)
    return "\n".join(out) + "\n"


def _mapping(tree: dict[str, Any], indent: int, first: str, out: list[str]) -> None:
    """Write the members; ``first`` is what stands before the first key on its line."""
    margin = " " * indent
    start = first
    for key, value in tree.items():
        name = _inline(key)
        if len(name) > _LONGEST_KEY:
            out.append(f"{start}? {name}")
            start, name = margin, ""
        _member(f"{start}{name}:", value, indent, out)
        start = margin


def _member(head: str, value: Any, indent: int, out: list[str]) -> None:
    if isinstance(value, dict) and value:
        out.append(head)
        _mapping(value, indent + _STEP, " " * (indent + _STEP), out)
    elif _is_block(value):
        out.append(head)
        _sequence(value, indent + _STEP, " " * (indent + _STEP), out)
    else:
        _scalar(f"{head} ", value, indent, out)


def _sequence(items: list[Any], indent: int, first: str, out: list[str]) -> None:
    start = first
    for item in items:
        if isinstance(item, dict) and item:
            _mapping(item, indent + _STEP, f"{start}- ", out)
        elif _is_block(item):
            _sequence(item, indent + _STEP, f"{start}- ", out)
        else:
            _scalar(f"{start}- ", item, indent, out)
        start = " " * indent


def _is_block(value: Any) -> bool:
    """A list that takes a line per item."""
    if not isinstance(value, list) or not value:
        return False
    if all(isinstance(item, str) and _WORD.fullmatch(item) for item in value):
        return sum(len(item) + 2 for item in value) > _LONGEST_ROW
    return not all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in value)


def _scalar(head: str, value: Any, indent: int, out: list[str]) -> None:
    if isinstance(value, str) and _fits_block(value):
        lines = value.split("\n")
        mark = "|-"
        if not lines[-1]:
            lines.pop()
            mark = "|"
        out.append(head + mark)
        margin = " " * (indent + _STEP)
        out.extend(margin + line if line else "" for line in lines)
        return
    out.append(head + _inline(value))


def _fits_block(text: str) -> bool:
    """Whether a literal block keeps the text exactly and visibly."""
    if "\n" not in text or text[0] in "\n " or text.endswith("\n\n"):
        return False
    return not any(_SPECIAL.search(line) or line.endswith(" ") for line in text.split("\n"))


def _inline(value: Any) -> str:
    if isinstance(value, str):
        return _string(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = repr(value)
        # YAML 1.1 readers want a dot in a number with an exponent.
        return text.replace("e", ".0e") if "e" in text and "." not in text else text
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    return "{}"


def _string(text: str) -> str:
    if _SPECIAL.search(text):
        return '"' + _ESCAPED.sub(_escape, text) + '"'
    if _is_plain(text):
        return text
    if ('"' in text or "\\" in text) and "'" not in text:
        return f"'{text}'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    code = ord(char)
    return _NAMED.get(char) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def _is_plain(text: str) -> bool:
    return not (
        not text
        or text[0] in _NOT_FIRST
        or text != text.strip()
        or ": " in text
        or " #" in text
        or text[-1] == ":"
        or text.startswith("...")
        or text.casefold() in _WORDS
        or _NUMBERS.fullmatch(text)
    )

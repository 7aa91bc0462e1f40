"""YAML scalars as they are written: where each decoded character stands, and how a change is written there.

Plain, single-quoted and double-quoted scalars over one or more lines, and literal (``|``) and folded (``>``) blocks
(https://yaml.org/spec/1.2.2/#chapter-7-flow-style-productions). What is not sure is not written: None.
"""

from __future__ import annotations

import json
import re

from bascule.source.yaml import Plain, as_scalar

__all__ = ["write_key", "write_scalar"]

_BREAK = re.compile(r"\r\n|\r|\n")
_BARE_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_HEADER = re.compile(r"([|>])([1-9]?)([+-]?)([1-9]?)[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n)")
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|$)")
_RISKY = re.compile(r"[,\[\]{}#:&*!|>%@`\"'\x00-\x1f\x7f-\x9f\ufeff\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\x85\u2028\u2029]")
_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_HEX = {"x": 2, "u": 4, "U": 8}

Written = tuple[int, int, str]


def _double(text: str) -> str:
    """The inside of a double-quoted scalar."""
    return _UNPRINTABLE.sub(lambda hit: f"\\u{ord(hit.group()):04x}", json.dumps(text, ensure_ascii=False)[1:-1])


def write_key(raw: str, key: str) -> str | None:
    """A mapping's key in place of the one written as ``raw``; None for keys with anchors, tags or line breaks."""
    if not raw or raw[0] in "&!*|>?" or _BREAK.search(raw):
        return None
    bare = _BARE_KEY.fullmatch(key) and isinstance(as_scalar(Plain(key)), str)
    if raw[0] == "'" and bare:
        return f"'{key}'"
    return f'"{_double(key)}"' if raw[0] == '"' or not bare else key


def write_scalar(
    text: str, first: int, last: int, value: str, start: int, end: int, replacement: str
) -> Written | None:
    """Replace ``value[start:end]`` of the scalar written as ``text[first:last]``: a range of the text and what
    stands there afterwards, or None. ``value`` is what the scalar says."""
    raw = text[first:last]
    if not raw or raw[0] in "&!*":
        return None
    if raw[0] in "|>":
        return _in_block(text, first, raw, value, start, end, replacement)
    wanted = value[:start] + replacement + value[end:]
    whole = (first, last, f'"{_double(wanted)}"')
    if raw[0] in "\"'":
        offsets = _flow_offsets(raw, value, raw[0])
        if offsets is None:
            return whole
        if raw[0] == '"':
            return first + offsets[start], first + offsets[end], _double(replacement)
        if _BREAK.search(replacement) or _UNPRINTABLE.search(replacement) or _touches_break(raw, offsets, start, end):
            return whole
        return first + offsets[start], first + offsets[end], replacement.replace("'", "''")
    offsets = _flow_offsets(raw, value, "")
    plain = (
        offsets is not None
        and not _RISKY.search(replacement)
        and wanted == wanted.strip()
        and (start > 0 or wanted[:1].isalpha())
        and isinstance(as_scalar(Plain(wanted)), str)
        and wanted not in ("---", "...")
        and not _touches_break(raw, offsets, start, end)
    )
    if offsets is None or not plain:
        return whole
    return first + offsets[start], first + offsets[end], replacement


def _touches_break(raw: str, offsets: list[int], start: int, end: int) -> bool:
    """Whether a range begins or ends at a line break, where blanks would be folded away."""
    left, right = offsets[start], offsets[end]
    around = raw[max(left - 1, 0) : right + 1]
    return _BREAK.search(around) is not None


def _flow_offsets(raw: str, value: str, quote: str) -> list[int] | None:
    """Where each character of the value stands in ``raw``, and its end; None when it does not come out as read."""
    at, stop = (1, len(raw) - 1) if quote else (0, len(raw))
    chars: list[str] = []
    offsets: list[int] = []
    kept = 0  # characters that are no blanks before a line break
    while at < stop:
        char = raw[at]
        step = 1
        if char in "\r\n":
            del chars[max(kept, 0) :], offsets[max(kept, 0) :]
            begin, breaks = at, 0
            while at < stop and raw[at] in " \t\r\n":
                match = _BREAK.match(raw, at)
                breaks += match is not None
                at = match.end() if match is not None else at + 1
            joined = " " if breaks == 1 else "\n" * (breaks - 1)
            chars.extend(joined)
            offsets.extend([begin] * len(joined))
            kept = len(chars)
            continue
        if quote == "'" and raw.startswith("''", at):
            step = 2
        elif quote == '"' and char == "\\":
            mark = raw[at + 1 : at + 2]
            if mark in _HEX:
                digits = raw[at + 2 : at + 2 + _HEX[mark]]
                try:
                    char = chr(int(digits, 16))
                except (ValueError, OverflowError):
                    return None
                step = 2 + _HEX[mark]
            elif mark in _ESCAPES:
                char, step = _ESCAPES[mark], 2
            else:  # an escaped line break
                return None
            kept = len(chars) + 1
        chars.append(char)
        offsets.append(at)
        if char not in " \t":
            kept = len(chars)
        at += step
    offsets.append(stop)
    return offsets if "".join(chars) == value else None


def _in_block(text: str, first: int, raw: str, value: str, start: int, end: int, replacement: str) -> Written | None:
    header = _HEADER.match(raw)
    if header is None:
        return None
    offsets, indent = _block_offsets(raw, header.end(), value, header[1] == ">", header[2] or header[4])
    if offsets is None:
        return None
    if "\n" in replacement and (header[1] == ">" or start == 0):
        return None
    newline = _BREAK.search(text)
    broken = f"{newline.group() if newline else chr(10)}{' ' * indent}"
    written = re.sub(r"\n(?=\n)", newline.group() if newline else "\n", replacement).replace("\n", broken)
    # Every character of a block is one in the file: a range begins and ends beside its own characters.
    left = offsets[start - 1] + 1 if start == end and start > 0 and value[start - 1] != "\n" else offsets[start]
    right = offsets[end - 1] + 1 if end > start else left
    return first + left, first + right, written


def _block_offsets(raw: str, at: int, value: str, folded: bool, digit: str) -> tuple[list[int] | None, int]:
    """Where each character of a block's text stands, and the block's indentation. An explicit indentation counts
    from the parent, which is not known here: such blocks, and folded ones with deeper lines, give None."""
    if digit:
        return None, 0
    lines: list[tuple[int, str, int]] = []  # offset of the text, text, offset of the line break
    indent = -1
    while at < len(raw):
        match = _LINE.match(raw, at)
        assert match is not None
        body = match[1]
        if indent < 0 and body.strip(" "):
            indent = len(body) - len(body.lstrip(" "))
        cut = min(max(indent, 0), len(body) - len(body.lstrip(" ")))
        lines.append((at + cut, body[cut:], match.start(2)))
        at = match.end() if match.end() > at else len(raw)
    if indent < 0 or (folded and any(body[:1] in " \t" and body for _, body, _ in lines)):
        return None, 0
    chars: list[str] = []
    offsets: list[int] = []
    for number, (begin, body, stop) in enumerate(lines):
        chars.extend(body)
        offsets.extend(range(begin, begin + len(body)))
        if not folded or number + 1 == len(lines):
            chars.append("\n")
            offsets.append(stop)
            continue
        following = lines[number + 1][1]
        if body and following:
            chars.append(" ")
            offsets.append(stop)
        elif not body or not any(line for _, line, _ in lines[number + 1 :]):
            chars.append("\n")
            offsets.append(stop)
    made = "".join(chars)
    if not made.startswith(value) or made[len(value) :].strip("\n"):
        return None, 0
    offsets = offsets[: len(value)]
    end = offsets[-1] + 1 if offsets and not value.endswith("\n") else (offsets[-1] if offsets else len(raw))
    return [*offsets, end], indent

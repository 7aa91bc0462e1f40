"""Literal values that look like passwords, tokens or keys: whether there are any, never what they are."""

from __future__ import annotations

import re

__all__ = ["holds_secret"]

_NAME = re.compile(
    r"(?i)(?:^|[^a-z])(?:pass(?:word|wd)?|pwd|secret|token|api[_\- ]?key|apikey|authorization|bearer|credentials?"
    r"|private[_\- ]?key|access[_\- ]?key|client[_\- ]?secret)(?:$|[^a-z])"
)
_SHAPE = re.compile(
    r"(?i:\b(?:bearer|basic|token)\s{1,4}(?=[\w.~+/=-]{0,200}\d)[\w.~+/=-]{12,})|\beyJ[\w-]{8,2000}\.[\w-]{8,2000}\."
    r"|\b[sr]k_(?:live|test)_\w{10,}|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{30,}|\bgh[pousr]_\w{20,}"
    r"|\bxox[abprs]-[\w-]{10,}|\bsk-[\w-]{20,}|\bEAA[A-Za-z0-9]{40,}"
)
_USER_INFO = re.compile(r"://[^/\s:@?#]{1,200}:[^/\s@]{1,200}@")
_PAIR = re.compile(r"[?&\"']([\w.\-]{1,60})(?:=|[\"']\s{0,8}:\s{0,8}[\"'])([^&#\s\"']{6,2000})")
_BLANK = re.compile(r"(?i)(?:x{3,}|\*{3,}|\.{3,}|<.*|\[.*|\{.*|your.*|votre.*|change.*|insert.*|example.*|test)")


def holds_secret(name: str, value: str) -> bool:
    """Whether the value of a member called ``name`` looks like a credential. Expressions are none."""
    value = value.strip()
    if _SHAPE.search(value) or _USER_INFO.search(value):
        return True
    if _NAME.search(name) and len(value) >= 6 and "@" not in value and not _BLANK.match(value):
        return True
    return any(
        _NAME.search(found.group(1)) and not found.group(2).startswith("@") and not _BLANK.match(found.group(2))
        for found in _PAIR.finditer(value)
    )

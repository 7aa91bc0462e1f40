"""Literal values that look like passwords, tokens or API keys: where they stand, never what they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

__all__ = ["Secret", "secret_in_text", "secret_under_name"]

_NAME = re.compile(
    r"(?:^|[^a-z])(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api[_\- ]?key|apikey|auth(?:orization)?|bearer"
    r"|credentials?|private[_\- ]?key|access[_\- ]?key|client[_\- ]?secret|signature|sip_password)(?:$|[^a-z])"
)
_PLACEHOLDER = re.compile(
    r"(?i)^(?:|[x*.•#-]{3,}|<.*>|\[.*\]|\$\{.*\}|\{\{.*\}\}|%.*%|(?:your|votre|my|insert|todo|change|example|sample|test)\b.*"
    r"|your_.*|change_.*|none|null|true|false|xxx.*)$",
    re.DOTALL,
)
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a bearer token", re.compile(r"(?i)\bbearer\s{1,4}[a-z0-9._~+/-]{8,}")),
    ("a user name and password", re.compile(r"(?i)\bbasic\s{1,4}[a-z0-9+/]{8,}={0,2}")),
    ("a web token", re.compile(r"\beyJ[\w-]{8,2000}\.[\w-]{8,2000}\.")),
    ("a private key", re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----")),
    ("a payment key", re.compile(r"\b[sr]k_(?:live|test)_\w{10,}")),
    ("a cloud access key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("a Google API key", re.compile(r"\bAIza[\w-]{30,}")),
    ("a GitHub token", re.compile(r"\bgh[pousr]_\w{20,}")),
    ("a Slack token", re.compile(r"\bxox[abprs]-[\w-]{10,}")),
    ("a mail service key", re.compile(r"\bSG\.[\w-]{16,}\.[\w-]{16,}")),
    ("an AI service key", re.compile(r"\bsk-[\w-]{20,}")),
    ("a WhatsApp or Facebook token", re.compile(r"\bEAA[A-Za-z0-9]{40,}")),
)
_USER_INFO = re.compile(r"://[^/\s:@?#{}]{1,200}:([^/\s@{}]{1,200})@")
_QUERY = re.compile(r"[?&]([\w.\-]{1,60})=([^&#\s]{1,2000})")
_MEMBER = re.compile(r"[\"']([\w.\- ]{1,60})[\"']\s{0,8}:\s{0,8}[\"']([^\"'\\]{1,2000})[\"']")
_FIELD = re.compile(r"(?:^|&)([\w.\-]{1,60})=([^&\s]{1,2000})")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Secret:
    """What a value looks like (``what``) and the range of characters that is the secret."""

    what: str
    start: int
    end: int


def _named(name: str) -> bool:
    return bool(_NAME.search(_CAMEL.sub("_", name).lower()))


def _is_real(value: str) -> bool:
    """Whether a value is a literal of some length rather than a placeholder or a variable."""
    value = value.strip()
    return len(value) >= 6 and "{{" not in value and " " not in value and not _PLACEHOLDER.match(value)


def secret_under_name(name: str, value: Any) -> Secret | None:
    """The secret that a named value holds: by its name, else by its looks."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    if _named(name) and _is_real(value):
        return Secret("a password or key", 0, len(value))
    return secret_in_text(value)


def secret_in_text(value: str) -> Secret | None:
    """The first secret inside a text: a known token shape, a URL with a password, a named member or query field."""
    for what, pattern in _SHAPES:
        found = pattern.search(value)
        if found:
            return Secret(what, found.start(), found.end())
    user = _USER_INFO.search(value)
    if user and not _PLACEHOLDER.match(user.group(1)):
        return Secret("a password in a URL", user.start(1), user.end(1))
    for pattern in (_QUERY, _MEMBER, _FIELD):
        for found in pattern.finditer(value):
            if _named(found.group(1)) and _is_real(found.group(2)):
                return Secret("a password or key", found.start(2), found.end(2))
    return None

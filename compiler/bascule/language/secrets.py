"""Literal values that look like passwords, tokens or API keys, and documents that never show them.

A finding says where a secret stands and what it looks like. The value itself must not come out: not in a
message, not in a snippet of the file, not in the graph.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule
from bascule.source import Document, Place

__all__ = [
    "HIDDEN",
    "MaskedDocument",
    "Secret",
    "SecretInSource",
    "is_secret_name",
    "mask",
    "secret_in_text",
    "secret_under_name",
    "secrets_of_source",
]

HIDDEN = "•"
"""Stands for each character of a secret that is not shown."""

_RANGES = 50
"""Most secrets of one value that are covered one by one."""

_NAME = re.compile(
    r"(?:^|[^a-z])(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api[_\- ]?key|apikey|auth(?:orization)?|bearer"
    r"|credentials?|private[_\- ]?key|access[_\- ]?key|client[_\- ]?secret|signature)(?:$|[^a-z])"
)
_NOT_SECRET = re.compile(r"(?:^|[^a-z])(?:message[_\- ]?token|auth[_\- ]?type|token[_\- ]?type)(?:$|[^a-z])")
_PLACEHOLDER = re.compile(
    r"(?i)(?:|[x*.•#-]{3,}|<.*>|\[.*\]|\$\{.*\}|\{\{.*\}\}|\{[\w.]*\}|%.*%|\$\(.*\)|\$\w+"
    r"|(?:your|votre|my|insert|todo|change|example|sample|enter|paste)\b.*|(?:your|change|replace)_.*|none|null|true|false|xxx.*)",
    re.DOTALL,
)
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a Viber auth token", re.compile(r"(?<![0-9a-f])[0-9a-f]{16}-[0-9a-f]{16}-[0-9a-f]{16}(?![0-9a-f])")),
    ("a bearer token", re.compile(r"(?i)\bbearer\s{1,4}[a-z0-9._~+/-]{8,}")),
    ("a user name and password", re.compile(r"(?i)\bbasic\s{1,4}[a-z0-9+/]{8,}={0,2}")),
    ("a web token", re.compile(r"\beyJ[\w-]{8,2000}\.[\w-]{8,2000}\.")),
    ("a private key", re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----")),
    ("a Telegram bot token", re.compile(r"(?<![\w:])\d{8,10}:[\w-]{35}(?![\w-])")),
    ("a payment key", re.compile(r"\b[sr]k_(?:live|test)_\w{10,}")),
    ("a cloud access key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("a Google API key", re.compile(r"\bAIza[\w-]{30,}")),
    ("a GitHub token", re.compile(r"\bgh[pousr]_\w{20,}")),
    ("a Slack token", re.compile(r"\bxox[abprs]-[\w-]{10,}")),
    ("an AI service key", re.compile(r"\bsk-[\w-]{20,}")),
    ("a WhatsApp or Facebook token", re.compile(r"\bEAA[A-Za-z0-9]{40,}")),
)
_SAID_BEFORE = frozenset({"a bearer token", "a user name and password"})
_USER_INFO = re.compile(r"://[^/\s:@?#{}]{1,200}:([^/\s@{}]{1,200})@")
_NAMED = re.compile(
    r"[?&;,{\s]?[\"']?([\w.\-]{1,60})[\"']?\s{0,8}[:=]\s{0,8}"
    r"(?:[\"'`]([^\"'`\\\n]{1,2000})[\"'`]|([^\s&#\"'`;,{}()]{6,2000}))"
)
_STRONG = re.compile(
    r"(?i)(?<![\w\-])(?:\w{0,30}[_\-])?(?:api[_\-]?key|apikey|password|passwd|secret|(?:access|auth|bearer)[_\-]?token"
    r"|private[_\-]?key)[\"']?[ \t]{0,8}[:=][ \t]{0,8}[\"']?([\w+/=\-]{16,200})(?![\w.+/=\-(\[{])"
)
"""A value that nobody would take for a name, under a member that says what it is."""

_QUERY = re.compile(r"[?&]([\w.\-]{1,60})=([^&#\s\"'`]{1,2000})")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class SecretInSource(Rule):
    """A password, token or key in the file

    What it does: says where a literal secret stands (an auth token, a password in a URL, an API key) and what it looks
    like. The value is shown nowhere: it is covered in snippets and left out of the graph.
    Why: whoever gets the file can act as the company; exports travel by mail and into repositories.
    Example: a header `X-Viber-Auth-Token` with its value
    Use instead: replace the secret at its owner, and let the new platform add its own from its secret store.
    Sources: https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html
    """

    code = "PAR405"
    name = "secret-in-source"
    severity = Severity.WARNING


@dataclass(frozen=True, slots=True)
class Secret:
    """What a value looks like (``what``) and the half-open range of characters that is the secret."""

    what: str
    start: int
    end: int


def is_secret_name(name: str) -> bool:
    """Whether a member, header or parameter of this name holds a secret (``X-Viber-Auth-Token``, ``apiKey``)."""
    plain = _CAMEL.sub("_", name[:200]).lower()
    return bool(_NAME.search(plain)) and not _NOT_SECRET.search(plain)


def _is_real(value: str) -> bool:
    """Whether a value is a literal of some length rather than a placeholder, a variable or prose."""
    value = value.strip()
    return len(value) >= 6 and " " not in value and "{{" not in value and not _PLACEHOLDER.fullmatch(value)


def secret_under_name(name: str, value: Any) -> Secret | None:
    """The secret that a named value holds: by its name, else by its looks. None for anything but texts and numbers."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    if is_secret_name(name) and _is_real(value):
        return Secret("a password, token or key", 0, len(value))
    found = next(iter(secret_in_text(value)), None)
    if found is None and name.lower().endswith("authorization"):
        # The header says how it authenticates before it does: `Token 8f2c…`.
        scheme, _, rest = value.strip().partition(" ")
        if scheme.isalnum() and _is_real(rest):
            start = value.index(rest.strip(), len(scheme))
            return Secret("a password, token or key", start, start + len(rest.strip()))
    return found


def _shaped(text: str) -> list[Secret]:
    """What looks like a secret by itself. Words may follow `basic` and `bearer` as well: those are no codes."""
    return [
        Secret(what, hit.start(), hit.end())
        for what, shape in _SHAPES
        for hit in shape.finditer(text)
        if what not in _SAID_BEFORE or _is_coded(hit.group().split()[-1])
    ]


def _is_coded(value: str) -> bool:
    """Whether a value is no word: it has digits or an equals sign, or capitals among small letters."""
    inner = value[1:]
    return any(char.isdigit() or char == "=" for char in value) or inner.lower() != inner != inner.upper()


def secret_in_text(text: str) -> list[Secret]:
    """The secrets inside a text (a URL, a body, a program), in order and without overlaps. Linear."""
    found = _shaped(text)
    found += [
        Secret("a password in a URL", hit.start(1), hit.end(1))
        for hit in _USER_INFO.finditer(text)
        if not _PLACEHOLDER.fullmatch(hit.group(1))
    ]
    if "=" in text:
        found += [
            Secret("a password, token or key", hit.start(2), hit.end(2))
            for hit in _QUERY.finditer(text)
            if is_secret_name(hit.group(1)) and _is_real(hit.group(2))
        ]
    if "=" in text or ":" in text:
        for hit in _NAMED.finditer(text):
            quoted = hit.group(2) is not None
            value = hit.group(2) if quoted else hit.group(3)
            code = not quoted and (value.isidentifier() or "." in value or not any(char.isdigit() for char in value))
            if is_secret_name(hit.group(1)) and _is_real(value) and not code:
                group = 2 if quoted else 3
                found.append(Secret("a password, token or key", hit.start(group), hit.end(group)))
    return _apart(found)


def secrets_of_source(text: str) -> list[Secret]:
    """What has the shape of a secret in the text of a whole file, whatever its notation, in order and without overlaps.

    Stricter than :func:`secret_in_text`: a name alone makes no secret, for the file's own structure goes by such names.
    """
    plain = text.replace(":\\/\\/", "  ://")  # slashes as PHP writes them in JSON, length for length
    found = _shaped(text)
    found += [
        Secret("a password in a URL", *hit.span(1))
        for hit in _USER_INFO.finditer(plain)
        if not _PLACEHOLDER.fullmatch(hit.group(1))
    ]
    found += [
        Secret("a password, token or key", *hit.span(2))
        for hit in _QUERY.finditer(text)
        if is_secret_name(hit.group(1)) and _is_real(hit.group(2)) and _is_random(hit.group(2))
    ]
    found += [
        Secret("a password, token or key", *hit.span(1)) for hit in _STRONG.finditer(text) if _is_random(hit.group(1))
    ]
    return _apart(found)


def _is_random(value: str) -> bool:
    """Whether letters and digits stand mixed as in no word and no name: several digits, or both cases."""
    digits = sum(char.isdigit() for char in value)
    mixed = value.lower() != value != value.upper()
    return any(char.isalpha() for char in value) and (digits > 2 or (digits > 0 and mixed))


def _apart(found: Sequence[Secret]) -> list[Secret]:
    """In order; of those that overlap the first one, the longest."""
    kept: list[Secret] = []
    for secret in sorted(found, key=lambda item: (item.start, -item.end)):
        if not kept or secret.start >= kept[-1].end:
            kept.append(secret)
    return kept


def mask(text: str, secrets: Sequence[Secret]) -> str:
    """The text with every secret covered, character for character."""
    for secret in secrets:
        text = text[: secret.start] + HIDDEN * (secret.end - secret.start) + text[secret.end :]
    return text


class MaskedDocument(Document):
    """A document whose secrets are covered in :attr:`text` and in every line shown, length for length.

    Offsets, lines and columns are those of the document it stands for.
    """

    def __init__(self, inner: Document, secrets: Sequence[Place]) -> None:
        text = inner.text
        by_value: dict[str, list[Place]] = {}
        for place in secrets:
            by_value.setdefault(place.pointer, []).append(place)
        chars = list(text) if secrets else []
        for places in by_value.values():
            # Finding a range inside a text costs its length: past a few the whole text is covered.
            few = places if len(places) <= _RANGES else [replace(places[0], sub=None, key=False)]
            for place in few:
                span = inner.locate(place)
                for at in range(span.start, min(span.end, len(chars))):
                    if chars[at] not in "\r\n":
                        chars[at] = HIDDEN
        if secrets:
            text = "".join(chars)
        super().__init__(inner.path, text)
        self.inner = inner

    def locate(self, place: Place) -> Any:
        """The span the inner document gives."""
        return self.inner.locate(place)

    def line_column(self, offset: int) -> tuple[int, int]:
        """As in the inner document (a sheet counts columns, not characters)."""
        return self.inner.line_column(offset)

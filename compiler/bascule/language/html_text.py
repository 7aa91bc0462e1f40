"""HTML in texts of web chats as WhatsApp writes it: line breaks, lists, bold and italic, links with their address.

Works on a text whose placeholders are read already, so that a placeholder keeps its place. WhatsApp's signs:
https://faq.whatsapp.com/539178204879377.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from bascule.ir.text import Hole, Literal, Segment, Text, join_text

__all__ = ["Plain", "has_html", "without_html"]

_NAMES = (
    "br|p|div|span|b|strong|i|em|u|s|strike|del|a|ul|ol|li|h[1-6]|img|table|tbody|thead|tr|td|th|font|code|pre|hr|small"
    "|big|center|blockquote|sup|sub|iframe|video|audio|source|button|label"
)
_TAG = re.compile(rf"<(?P<close>/?)(?P<name>{_NAMES})(?=[\s/>])(?P<rest>[^<>]{{0,2000}})>", re.IGNORECASE)
_CLOSED = "p|div|b|strong|i|em|u|a|ul|ol|li|h[1-6]|span|font|td|tr|table"
_SURE = re.compile(rf"<(?:br ?/?|/(?:{_CLOSED}))>|<img\s", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_ADDRESS = re.compile(r"""\b(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_MARKS = {"b": "*", "strong": "*", "i": "_", "em": "_", "s": "~", "strike": "~", "del": "~", "code": "```"}
_BLOCKS = frozenset(("p", "div", "ul", "ol", "tr", "table", "blockquote", "center", "pre", "hr"))
_LOST = frozenset(("img", "iframe", "video", "audio", "button"))
_FIRST = 0xE000
_MOST = 6000


@dataclass(slots=True)
class Plain:
    """A text without its HTML. ``lost`` names the tags whose content is gone (a picture, a player)."""

    text: Text
    lost: list[str] = field(default_factory=list)


def has_html(text: Text) -> bool:
    """Whether a text holds HTML for sure: a line break, a closing tag, a picture."""
    return any(isinstance(part, Literal) and "<" in part.text and _SURE.search(part.text) for part in text)


def without_html(text: Text) -> Plain:
    """The text as WhatsApp writes it. Placeholders stay, also those in addresses. Linear."""
    holes = [part for part in text if isinstance(part, Hole)][:_MOST]
    numbers = iter(range(_MOST))
    flat = "".join(
        part.text if isinstance(part, Literal) else chr(_FIRST + number) if (number := next(numbers, -1)) >= 0 else ""
        for part in text
    )
    result = Plain(())
    written = _written(flat, result.lost)
    segments: list[Segment] = []
    for piece in re.split(r"([\ue000-\uf770])", written):
        number = ord(piece) - _FIRST if len(piece) == 1 else -1
        segments.append(holes[number] if 0 <= number < len(holes) else Literal(piece))
    result.text = join_text(segments)
    return result


def _written(flat: str, lost: list[str]) -> str:
    parts: list[str] = []
    links: list[tuple[str, int]] = []
    at = 0
    for match in _TAG.finditer(flat):
        parts.append(_words(flat[at : match.start()]))
        at = match.end()
        name = match["name"].lower()
        closing = bool(match["close"])
        if name == "a":
            if not closing:
                links.append((_address(match["rest"]), len(parts)))
            elif links:
                address, start = links.pop()
                shown = "".join(parts[start:]).strip()
                del parts[start:]
                parts.append(_link(shown, address))
        elif name in _MARKS:
            parts.append("\x01" + _MARKS[name] if not closing else _MARKS[name] + "\x02")
        elif name[0] == "h" and name[1:].isdigit():
            parts.append("\x03\x01*" if not closing else "*\x02\x03")
        elif name == "li":
            parts.append("\x03• " if not closing else "")
        elif name == "br" or name in _BLOCKS:
            parts.append("\x03")
        elif name in ("td", "th"):
            parts.append(" " if closing else "")
        elif name in _LOST and not closing:
            lost.append(name)
    parts.append(_words(flat[at:]))
    return _tidy("".join(parts))


def _words(text: str) -> str:
    """The words between two tags, without the signs that stand for tags here."""
    text = _ENTITY.sub(lambda match: html.unescape(match.group()).replace("\u00a0", " "), text)
    return re.sub(r"[\x01-\x03]", "", text)


def _address(rest: str) -> str:
    match = _ADDRESS.search(rest)
    return html.unescape(next((group for group in match.groups() if group), "")).strip() if match else ""


def _link(shown: str, address: str) -> str:
    """Words with their address; a number or mail address alone where the words say it."""
    scheme, _, rest = address.partition(":")
    if scheme.lower() in ("tel", "mailto", "sms"):
        digits = re.sub(r"\D", "", rest)
        same = rest in shown or (digits and digits[-8:] in re.sub(r"\D", "", shown))
        return shown if same or not rest else f"{shown} ({rest})"
    if not address or address.startswith(("#", "javascript:")) or address in shown:
        return shown
    return f"{shown}: {address}" if shown else address


def _tidy(text: str) -> str:
    """Signs next to their words, no blanks at the ends of lines, at most one empty line."""
    text = re.sub(r"\x01(\*|_|~|```)(\s*)", lambda match: match[2] + match[1], text)
    text = re.sub(r"(\s*)(\*|_|~|```)\x02", lambda match: match[2] + match[1], text)
    text = text.replace("\x01", "").replace("\x02", "")
    # A line break of the source next to one of a tag is the author's layout; elsewhere a chat window shows it.
    text = re.sub(r"[ \t\n]*\x03[ \t\n\x03]*", lambda match: "\n" * min(match[0].count("\x03"), 2), text)
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", text)
    text = re.sub(r"\n+(?=• )", "\n", text)
    text = re.sub(r"•[ \t\n]+", "• ", text)
    text = re.sub(r"[ \t]{2,}", " ", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()

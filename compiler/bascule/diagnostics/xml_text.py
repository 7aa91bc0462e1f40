"""XML text: elements to lines, with everything escaped that XML 1.0 cannot hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

__all__ = ["HEAD", "element", "safe"]

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
# https://www.w3.org/TR/xml/#charsets ; C1 controls are allowed and discouraged: they are shown too.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def safe(text: str) -> str:
    """Text with characters that XML cannot hold shown as escapes (``\\x1b``)."""
    return _FORBIDDEN.sub(lambda hit: hit.group().encode("unicode_escape").decode("ascii"), text)


def _text(text: str) -> str:
    # A carriage return would be read as a line feed.
    escaped = safe(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("\r", "&#13;")


def _attribute(text: str) -> str:
    return _text(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def element(
    name: str, attributes: Mapping[str, str | int], children: Sequence[str] = (), text: str = "", indent: int = 0
) -> str:
    """One element with its line break. ``children`` are elements already made one level deeper."""
    pad = "  " * indent
    opening = f"{pad}<{name}" + "".join(f' {key}="{_attribute(str(value))}"' for key, value in attributes.items())
    if children:
        return f"{opening}>\n{''.join(children)}{pad}</{name}>\n"
    return f"{opening}>{_text(text)}</{name}>\n" if text else f"{opening} />\n"

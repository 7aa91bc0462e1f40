"""Templates as Meta takes them, in several scripts, and what a provider's list of one reads back to."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from bascule.ir.encode import encode_project
from bascule.parsers import ParseOptions
from bascule.parsers.wa_templates import parse
from bascule.source import SourceFile

__all__ = ["meta_templates", "read_back"]

_WORDS = st.text(st.sampled_from("abcéçœ àñ ы ж ا ب क ख 😀 '-!?:,"), min_size=1, max_size=20).filter(str.strip)
_LABELS = st.lists(_WORDS.map(str.strip), min_size=1, max_size=3, unique_by=str.casefold)


def _texts(parameters: int) -> st.SearchStrategy[str]:
    """A text with so many numbered parameters, in order."""

    def joined(words: list[str]) -> str:
        parts = [words[0]]
        for number, word in enumerate(words[1:], start=1):
            parts += ["{{", str(number), "}}", word]
        return "".join(parts)

    return st.lists(_WORDS, min_size=parameters + 1, max_size=parameters + 1).map(joined)


@st.composite
def meta_templates(draw: st.DrawFn) -> dict[str, Any]:
    """Bodies of ``POST /{WABA}/message_templates`` with everything that the flow graph has a form for."""
    count = draw(st.integers(0, 4))
    body: dict[str, Any] = {"type": "BODY", "text": draw(_texts(count))}
    if count:
        body["example"] = {"body_text": [draw(st.lists(_WORDS, min_size=count, max_size=count))]}
    components = [body]
    header = draw(st.sampled_from(("", "text", "parameter", "IMAGE", "VIDEO", "DOCUMENT")))
    if header in ("text", "parameter"):
        part: dict[str, Any] = {"type": "HEADER", "format": "TEXT", "text": draw(_texts(int(header == "parameter")))}
        if header == "parameter":
            part["example"] = {"header_text": [draw(_WORDS)]}
        components.insert(0, part)
    elif header:
        handle = {"header_handle": [f"https://x.example/{draw(st.integers(0, 99))}.bin"]}
        components.insert(0, {"type": "HEADER", "format": header, "example": handle})
    if draw(st.booleans()):
        components.append({"type": "FOOTER", "text": draw(_WORDS)})
    buttons: list[dict[str, Any]] = []
    for label in draw(_LABELS) if draw(st.booleans()) else []:
        buttons.append({"type": "QUICK_REPLY", "text": label})
    if draw(st.booleans()):
        link: dict[str, Any] = {"type": "URL", "text": "Lien", "url": "https://x.example/a/"}
        if draw(st.booleans()):
            link |= {"url": "https://x.example/a/{{1}}", "example": ["https://x.example/a/C-42"]}
        buttons.append(link)
    if draw(st.booleans()):
        buttons.append({"type": "PHONE_NUMBER", "text": "Tél.", "phone_number": "+33123456789"})
    if buttons:
        components.append({"type": "BUTTONS", "buttons": buttons})
    category = draw(st.sampled_from(("MARKETING", "UTILITY")))
    return {"name": "modele", "language": draw(st.sampled_from(("fr", "ar", "hi", "pt_BR", "ru"))),
            "category": category, "components": components}  # fmt: skip


def read_back(item: dict[str, Any], wrapper: str) -> dict[str, Any]:
    """The graph of a listing with one template, without what names its provider."""
    listing = {wrapper: [{**item, "id": "111", "status": "REJECTED"}]}
    parsed = parse(SourceFile.of_text(json.dumps(listing, ensure_ascii=False), "liste.json"), ParseOptions())
    assert not parsed.unreadable
    graph = encode_project(parsed.project)
    for asset in graph["templates"]:
        del asset["provider"], asset["definition"]
    return graph

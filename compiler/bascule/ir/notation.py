"""Drawings as text: Mermaid flowcharts and Graphviz files."""

from __future__ import annotations

import re

from bascule.ir.drawing import Box, Drawing

__all__ = ["to_dot", "to_mermaid"]

_MERMAID = {
    "entry": ("([", "])"),
    "say": ("[", "]"),
    "ask": ("[/", "/]"),
    "branch": ("{", "}"),
    "step": ("[[", "]]"),
    "end": ("((", "))"),
    "warn": ("{{", "}}"),
}
_DOT = {
    "entry": "shape=oval",
    "say": "shape=box",
    "ask": "shape=box, style=rounded",
    "branch": "shape=diamond",
    "step": "shape=box, style=dashed",
    "end": "shape=doublecircle",
    "warn": "shape=octagon, color=red",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _plain(text: str) -> str:
    return _CONTROL.sub(" ", text)


def _mermaid_text(text: str) -> str:
    """A label inside quotes: Mermaid reads entities there (https://mermaid.js.org/syntax/flowchart.html)."""
    special = {"&": "#amp;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "#": "#35;", "`": "#96;", "\\": "#92;"}
    return "".join(special.get(char, char) for char in _plain(text))


def to_mermaid(drawing: Drawing) -> str:
    """A Mermaid flowchart. Every label is quoted, so that no text of a user is read as notation."""
    lines = ["flowchart TD"]
    for box in drawing.boxes:
        opening, closing = _MERMAID[box.shape]
        label = "<br>".join(_mermaid_text(line) for line in box.lines if line) or " "
        lines.append(f'  {box.id}{opening}"{label}"{closing}')
    for arrow in drawing.arrows:
        line = "-.->" if arrow.dashed else "-->"
        label = f'|"{_mermaid_text(arrow.label)}"|' if arrow.label else ""
        lines.append(f"  {arrow.source} {line}{label} {arrow.target}")
    return "\n".join(lines) + "\n"


def _dot_text(text: str) -> str:
    return _plain(text).replace("\\", "\\\\").replace('"', '\\"')


def to_dot(drawing: Drawing) -> str:
    """A Graphviz digraph (https://graphviz.org/doc/info/lang.html)."""
    lines = [
        f'digraph "{_dot_text(drawing.title)}" {{',
        "  rankdir=TB;",
        '  node [fontname="Helvetica"];',
        '  edge [fontname="Helvetica"];',
    ]
    lines += [f'  {box.id} [label="{_dot_label(box)}", {_DOT[box.shape]}];' for box in drawing.boxes]
    for arrow in drawing.arrows:
        told = [f'label="{_dot_text(arrow.label)}"'] if arrow.label else []
        told += ["style=dashed"] if arrow.dashed else []
        lines.append(f"  {arrow.source} -> {arrow.target}{' [' + ', '.join(told) + ']' if told else ''};")
    return "\n".join([*lines, "}"]) + "\n"


def _dot_label(box: Box) -> str:
    return "\\n".join(_dot_text(line) for line in box.lines if line) or " "

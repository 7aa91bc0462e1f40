"""Findings as text: one snippet each, caret, labels with their clock, notes, help."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping

from bascule.diagnostics.finding import Finding, Label, Severity
from bascule.source import Document, Span

__all__ = ["Palette", "clock_text", "render_concise", "render_text", "summary_line"]

_SGR = {Severity.ERROR: "31;1", Severity.WARNING: "33;1", Severity.INFO: "36;1"}
_MAX_LINE, _MIN_LINE = 160, 40
"""Columns of a source line that are shown: as many as the terminal has, but never more or less."""


class Palette:
    """ANSI colours, or none: the caller decides from the terminal, ``--color`` and ``NO_COLOR``. ``most`` is how many
    columns of a source line are shown in a terminal of ``width`` columns (0: no terminal)."""

    def __init__(self, colour: bool, width: int = 0) -> None:
        self.colour = colour
        # Beside the line stand ` | ` and the marks of what was left out.
        self.most = min(max(width - 6, _MIN_LINE), _MAX_LINE) if width else _MAX_LINE

    def paint(self, text: str, sgr: str) -> str:
        """Wrap text in a colour when colours are on."""
        return f"\x1b[{sgr}m{text}\x1b[0m" if self.colour else text


def clock_text(seconds: float) -> str:
    """A clock value for people: ``26 h``, ``2 h 30 min``, ``45 s``, ``never``."""
    if not math.isfinite(seconds):
        return "no bound"
    whole = round(seconds)
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if unit == "d" and whole < 72 * 3600:
            continue
        count, whole = divmod(whole, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def _columns(char: str) -> int:
    if char < "\u0300":
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _width(text: str) -> int:
    """Columns a text takes in a terminal: marks and joiners none, East Asian wide and emoji two."""
    return sum(_columns(char) for char in text)


def _clean(text: str) -> str:
    """Make control characters harmless to a terminal; bidirectional overrides too."""
    return "".join(
        char if char == "\t" or (unicodedata.category(char) not in ("Cc", "Cs") and char not in _BIDI) else "\ufffd"
        for char in text
    ).replace("\t", "    ")


_BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def _window(line: str, start: int, most: int) -> tuple[int, int]:
    """The part of a line that is shown around a place: its first character, and the one behind its last."""
    if len(line) <= 4 * most and _width(_clean(line)) <= most:  # a file of one line is not measured for each finding
        return 0, len(line)
    first, room = start, most // 4  # some of what stands before the place, the rest behind it
    while first > 0 and (room := room - _width(_clean(line[first - 1]))) >= 0:
        first -= 1
    last, room = first, most
    while last < len(line) and (room := room - _width(_clean(line[last]))) >= 0:
        last += 1
    while last == len(line) and first > 0 and (room := room - _width(_clean(line[first - 1]))) >= 0:
        first -= 1
    return first, last


def _marked(document: Document, span: Span, line: str) -> tuple[int, int]:
    """The characters of a line that a span covers. Sheets count cells in their columns: there the offset tells."""
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    if "\t" in line and span.end_line == span.line:
        at = span.start - (document.text.rfind("\n", 0, span.start) + 1)
        if at != start and line[:at].count("\t") == start:
            start, end = at, at + span.end - span.start
    return start, max(end, start + 1)


def _snippet(
    document: Document, span: Span, text: str, mark: str, paint: str, palette: Palette, gutter: int
) -> list[str]:
    line = document.line_text(span.line)
    if not line.strip() and not line:
        return []
    start, end = _marked(document, span, line)
    first, last = _window(line, min(start, len(line)), palette.most - gutter)
    lead = ("…" if first else "") + _clean(line[first:last]) + ("…" if last < len(line) else "")
    pad = _width(_clean(line[first:start])) + (1 if first else 0)
    inside = _clean(line[start : min(end, last)])
    caret = palette.paint(mark * max(_width(inside), 1) + (f" {text}" if text else ""), paint)
    return [
        f"{palette.paint(str(span.line).rjust(gutter), '34;1')} {palette.paint('|', '34;1')} {lead}",
        f"{' ' * gutter} {palette.paint('|', '34;1')} {' ' * pad}{caret}",
    ]


def _label_text(label: Label) -> str:
    return label.text if label.clock is None else f"{label.text} [+{clock_text(label.clock)}]"


def _one(finding: Finding, documents: Mapping[str, Document], palette: Palette) -> str:
    colour = _SGR[finding.severity]
    lines = [
        f"{palette.paint(f'{finding.severity}[{finding.code}]', colour)} {palette.paint(_clean(finding.message), '1')}"
    ]
    span = finding.span
    where = _clean(finding.place.file)
    if span is not None:
        where += f":{span.line}:{span.column}"
    numbers = [span.line] if span else []
    numbers += [label.span.line for label in finding.labels if label.span and label.span.file == finding.place.file]
    gutter = max((len(str(number)) for number in numbers), default=1)
    lines.append(f"{' ' * gutter}{palette.paint('-->', '34;1')} {where}")
    document = documents.get(finding.place.file)
    marks: list[tuple[tuple[int, int, int], list[str]]] = []
    if document is not None and span is not None:
        marks.append(((span.line, 1, span.column), _snippet(document, span, "", "^", colour, palette, gutter)))
    for order, label in enumerate(finding.labels):
        if label.span is not None and document is not None and label.span.file == finding.place.file:
            drawn = _snippet(document, label.span, _clean(_label_text(label)), "-", "34;1", palette, gutter)
            marks.append(((label.span.line, 0, order), drawn))
        else:
            at = f"{label.place.file}:{label.span.line}:{label.span.column}" if label.span else label.place.file
            marks.append(((1 << 30, 0, order), [f"{' ' * gutter} = at {_clean(at)}: {_clean(_label_text(label))}"]))
    drawn_any = False
    last = ""
    for _, drawn in sorted(marks, key=lambda item: item[0]):
        if not drawn_any and drawn and (len(drawn) == 2):
            lines.append(f"{' ' * gutter} {palette.paint('|', '34;1')}")
            drawn_any = True
        if len(drawn) == 2 and drawn[0] == last:
            drawn = drawn[1:]
        elif len(drawn) == 2:
            last = drawn[0]
        lines.extend(drawn)
    for note in finding.notes:
        lines.append(f"{' ' * gutter} = {palette.paint('note', '1')}: {_clean(note)}")
    if finding.help:
        lines.append(f"{' ' * gutter} = {palette.paint('help', '1')}: {_clean(finding.help)}")
    if finding.fix is not None:
        kind = "fix" if finding.fix.applicability.value == "safe" else "unsafe fix"
        lines.append(f"{' ' * gutter} = {palette.paint(kind, '1')}: {_clean(finding.fix.message)}")
    return "\n".join(lines)


def render_text(
    findings: Iterable[Finding], documents: Mapping[str, Document], colour: bool = False, width: int = 0
) -> str:
    """Findings with their snippets, separated by empty lines; ends with a line break unless empty. ``width`` is that
    of the terminal (0: none)."""
    palette = Palette(colour, width)
    blocks = [_one(finding, documents, palette) for finding in findings]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def render_concise(findings: Iterable[Finding]) -> str:
    """One line each: ``file:line:column: severity[CODE] message``."""
    lines = []
    for finding in findings:
        line, column = (finding.span.line, finding.span.column) if finding.span else (1, 1)
        where = f"{_clean(finding.place.file)}:{line}:{column}"
        lines.append(f"{where}: {finding.severity}[{finding.code}] {_clean(finding.message)}\n")
    return "".join(lines)


def summary_line(findings: Iterable[Finding]) -> str:
    """``2 errors, 1 warning, 3 infos`` or ``no findings``."""
    counts = dict.fromkeys(sorted(Severity, reverse=True), 0)
    for finding in findings:
        counts[finding.severity] += 1
    parts = [f"{count} {severity}{'s' if count != 1 else ''}" for severity, count in counts.items() if count]
    return ", ".join(parts) or "no findings"

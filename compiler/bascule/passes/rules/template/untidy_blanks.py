"""``TPL026``: blanks in a template's text that the template is submitted without."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bascule.diagnostics import Applicability, Edit, Finding, Fix, Severity
from bascule.ir.content import Content
from bascule.ir.text import Hole, Text
from bascule.passes.lower.texts import HOLE, flat, tidy_template
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.template.subjects import origin_texts
from bascule.passes.rules.wording import plural
from bascule.source import Place
from bascule.whatsapp.plan import Origin

__all__ = ["UntidyBlanks"]

_BLANK = re.compile(r"\A\s+|\s+\Z|\n[ \t]*(?:\n[ \t]*){2,}|[ \t]*\t[ \t]*| {4,}")


class UntidyBlanks(CheckRule):
    """A template's text has blanks that it is submitted without

    What it does: reports blanks at the ends of a text, tabs, long runs of blanks and rows of empty lines in a text
    that becomes a template. The template is made without them.
    Why: providers advise against such blanks in templates; they come from copying, and are never seen. The text in
    the file should be the one that is reviewed.
    Example: `Bonjour, votre commande est prête à la boutique.    Merci.  `
    Use instead: `Bonjour, votre commande est prête à la boutique. Merci.`
    Fix safety: safe; it writes the text that is submitted.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL026"
    name = "untidy-blanks"
    severity = Severity.INFO

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Compare each text with its tidied form."""
        fact = context.policy.fact("template.body.consecutive_newlines.max")
        told: set[tuple[Place, str]] = set()
        for subject, origin, text in origin_texts(context):
            line = flat(text)
            found = _changes(line)
            holes = [part.at for part in text if isinstance(part, Hole) and part.at is not None]
            place = holes[0] if holes else origin.place
            where = Place(place.file, place.pointer)
            known = (where, "" if holes else origin.locale)
            if found == [(len(line) - 1, len(line), "")] and line.endswith("\n"):
                continue  # how a YAML block (`|`) ends: no blank that anybody typed
            if not found or known in told or _applied(line, found) != flat(tidy_template(text)[0]):
                continue
            told.add(known)
            here = bool(holes) or _stands_at(context, origin)
            yield cls.at(
                where,
                f"the template {subject.title} is submitted without {plural(len(found), 'run')} of blanks in its text",
                help="take them out of the text" if here else f"take them out of the text in `{subject.language}`",
                notes=(fact.cite(),),
                fix=_fix(text, line, found, where) if here else None,
            )


def _stands_at(context: CheckContext, origin: Origin) -> bool:
    """The text without variables is the one at its message's place, and not a translation that stands elsewhere."""
    flow = context.project.by_id.get(origin.flow)
    node = flow.by_id.get(origin.node) if flow is not None else None
    content = getattr(node, "content", None)
    first = content.text.locales[:1] if isinstance(content, Content) else ()
    return not first or origin.locale == first[0]


Change = tuple[int, int, str]


def _changes(line: str) -> list[Change]:
    """The blanks that go, as ranges of the flat text with what stands there afterwards."""
    line = line.replace("\r\n", "\n\x00").replace("\r", "\n") if "\r" in line else line
    if "\x00" in line:
        return []  # the offsets would not be those of the text
    found = []
    for match in _BLANK.finditer(line):
        blanks = match.group()
        ends = match.start() == 0 or match.end() == len(line)
        new = "" if ends else "\n\n" if "\n" in blanks else "   " if len(blanks) > 3 else " " * len(blanks)
        if new != blanks:
            found.append((match.start(), match.end(), new))
    return found


def _applied(line: str, changes: list[Change]) -> str:
    for start, end, new in reversed(changes):
        line = line[:start] + new + line[end:]
    return line


def _fix(text: Text, line: str, changes: list[Change], where: Place) -> Fix | None:
    """The text without them; None where it is not known where its words stand in the file."""
    holes = [part for part in text if isinstance(part, Hole)]
    if not holes:
        edits: list[Edit] = [Edit(where, _applied(line, changes), line)]
    else:
        edits = []
        marks = [index for index, char in enumerate(line) if char == HOLE]
        if len(marks) != len(holes):
            return None
        for start, end, new in changes:
            place = _place(holes, marks, start, end, where)
            if place is None:
                return None
            edits.append(Edit(place, new, line[start:end]))
    return Fix("take the blanks out", tuple(edits), Applicability.SAFE)


def _place(holes: list[Hole], marks: list[int], start: int, end: int, where: Place) -> Place | None:
    """The source's range of a range between two variables, counted from the variable before it, or the first one."""
    before = sum(1 for mark in marks if mark < start)
    hole = holes[max(before - 1, 0)].at
    if hole is None or hole.sub is None or (hole.file, hole.pointer) != (where.file, where.pointer):
        return None
    mark = marks[max(before - 1, 0)]
    shift = hole.sub[1] - mark - 1 if before else hole.sub[0] - mark
    return where.within(start + shift, end + shift) if start + shift >= 0 else None

"""An audit as text for a terminal, and as a page that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

from bascule.contacts.audit.collect import Audit, recency_names

__all__ = ["Section", "page", "sections", "text"]

_TOP = 15


@dataclass(frozen=True, slots=True)
class Section:
    """One table: a heading, lines of name and number, and what the share of a line is of (0: no shares)."""

    title: str
    lines: tuple[tuple[str, int], ...]
    whole: int = 0
    note: str = ""


def _top(items: Iterable[tuple[str, int]], rest: str) -> tuple[tuple[str, int], ...]:
    """The largest first, and one line for all others."""
    ordered = sorted(items, key=lambda item: (-item[1], item[0]))
    others = sum(number for _, number in ordered[_TOP:])
    return (*ordered[:_TOP], *([(f"{len(ordered) - _TOP} {rest}", others)] if others else []))


def sections(found: Audit) -> list[Section]:
    """The tables that have something to say, in reading order."""
    numbers = sum(found.numbers.values())
    tables = [
        Section("People by how they can be reached", _top(found.reach.items(), "more"), found.people),
        Section("Identifiers", _top(found.identifiers.items(), "more kinds")),
        Section(
            "Numbers by region and type",
            _top(((f"{region} {kind}", count) for (region, kind), count in found.numbers.items()), "more"),
            numbers,
        ),
        Section("How sure the numbers are", _top(found.confidence.items(), "more"), numbers),
        Section("Numbers that may have a new owner", _top(found.doubts.items(), "more"), found.people),
        Section("Languages", _top(found.languages.items(), "more languages"), found.people),
    ]
    for channel in ("sms", "viber", "whatsapp"):
        lines = [
            (f"{status}{f', grade {grade}' if grade else ''}", count)
            for (of, status, grade), count in found.consent.items()
            if of == channel
        ]
        tables.append(Section(f"Consent for {channel}", _top(lines, "more"), found.people))
    tables += [
        Section(
            "Last interaction",
            tuple((name, found.recency[name]) for name in recency_names() if found.recency[name]),
            found.people,
        ),
        Section("Numbers on WhatsApp", _top(found.registrations.items(), "more"), numbers),
        Section(
            "Decisions, and what blocks whom",
            _top(
                ((f"{action}: {reason}", count) for (action, reason), count in found.decisions.items()), "more reasons"
            ),
            found.people,
        ),
        Section("Conflicting values kept", _top(found.conflicts.items(), "more fields")),
    ]
    for item in found.imports:
        counts = item["counts"]
        if counts:
            lines = [("rows", counts["in"]), ("kept", counts["kept"])]
            lines += [(f"rejected: {reason}", count) for reason, count in sorted(counts["reasons"].items())]
            tables.append(Section(f"Import {item['file']} ({item['profile']})", tuple(lines), counts["in"]))
    if found.merges:
        counts = found.merges
        lines = [("rows", counts["in"]), ("people", counts["kept"]), ("joined to them", counts["merged"])]
        lines += [(f"rejected: {reason}", count) for reason, count in sorted(counts["reasons"].items())]
        tables.append(Section("Merge", tuple(lines), counts["in"]))
    return [table for table in tables if table.lines]


def text(found: Audit) -> str:
    """For a terminal."""
    lines = [f"{found.people} people, {found.made_at}"]
    for table in sections(found):
        lines += ["", table.title]
        for name, number in table.lines:
            share = f"  {100 * number / table.whole:5.1f} %" if table.whole else ""
            lines.append(f"  {name:<44} {number:>10}{share}")
    return "\n".join(lines) + "\n"


def page(found: Audit) -> str:
    """For a browser: one file, no script, nothing loaded from elsewhere."""
    import jinja2

    source = files("bascule.contacts.audit").joinpath("page.html.j2").read_text("utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(source).render(audit=found, sections=sections(found)) + "\n"

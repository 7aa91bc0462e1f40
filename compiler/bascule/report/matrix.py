"""The capability matrix for people: one target as text or data, all of them as a Markdown table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bascule.targets import Capabilities, Capability, Support, vocabulary

__all__ = ["matrix_markdown", "target_data", "target_text"]

_MARKS = {Support.FULL: "yes", Support.PARTIAL: "in part", Support.NONE: "no"}


def _value(entry: Capability) -> str:
    if entry.value is None or entry.support is Support.NONE:
        return ""
    if isinstance(entry.value, tuple):
        return ", ".join(entry.value)
    return str(entry.value)


def target_data(target: Capabilities) -> dict[str, Any]:
    """A target's column as plain data."""
    return {
        "name": target.name,
        "title": target.title,
        "kind": target.kind,
        "capabilities": {
            key: {
                "support": entry.support.value,
                **({"value": list(entry.value) if isinstance(entry.value, tuple) else entry.value}
                   if entry.value is not None and entry.support is not Support.NONE else {}),
                **({"note": entry.note} if entry.note else {}),
                "confidence": entry.confidence.value,
                "source": {"url": entry.source.url, "date": entry.source.date},
            }
            for key, entry in target.entries.items()
        },
        "limits": {
            key: {"value": list(fact.value) if isinstance(fact.value, tuple) else fact.value, "source": fact.source.url}
            for key, fact in target.limits.items()
        },
    }  # fmt: skip


def target_text(target: Capabilities) -> str:
    """A target's column: one line per capability, then its own limits and the sources."""
    lines = [f"{target.name}: {target.title} ({target.kind})", ""]
    width = max(len(title) for title, _ in vocabulary().values())
    for key, (title, _) in vocabulary().items():
        entry = target.of(key)
        told = [_MARKS[entry.support], _value(entry)]
        doubt = "" if entry.confidence.value == "platform" else f" [{entry.confidence.value}]"
        note = f"  {entry.note}" if entry.note else ""
        lines.append(f"  {title:<{width}}  {' '.join(part for part in told if part)}{note}{doubt}")
    if target.limits:
        lines += ["", "Limits that differ from Meta's:"]
        for key, fact in target.limits.items():
            lines.append(f"  {key} = {fact.value}" + (f"  {fact.note}" if fact.note else ""))
    sources = {entry.source.key: entry.source for entry in target.entries.values()}
    sources |= {fact.source.key: fact.source for fact in target.limits.values()}
    lines += ["", "Sources:"]
    lines += [f"  {source.publisher}, {source.date}: {source.url}" for _, source in sorted(sources.items())]
    return "\n".join(lines) + "\n"


def matrix_markdown(targets: Sequence[Capabilities]) -> str:
    """All targets side by side. A number, pattern or list stands beside `yes` or `in part`."""
    head = ["", *(target.name for target in targets)]
    rows = [head, ["---"] * len(head)]
    for key, (title, _) in vocabulary().items():
        cells = []
        for target in targets:
            entry = target.of(key)
            value = _value(entry).replace("|", "\\|")
            cells.append(_MARKS[entry.support] + (f" ({value})" if value and len(value) <= 40 else ""))
        rows.append([title, *cells])
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    notes = [
        f"- **{target.name}**, {vocabulary()[key][0].lower()}: {entry.note}\n"
        for target in targets
        for key, entry in target.entries.items()
        if entry.note and entry.support is not Support.FULL
    ]
    return table + ("\n" + "".join(notes) if notes else "")

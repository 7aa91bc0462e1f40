"""What a person reads after ``compile``: what was made, what was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from bascule.compiling import Written
from bascule.ir.ledger import LedgerEntry
from bascule.workspace import Analysis

__all__ = ["compile_summary", "losses_text"]


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def losses_text(entries: Iterable[LedgerEntry], most: int = 12) -> list[str]:
    """Losses grouped by what and why, most frequent first."""
    groups = Counter((entry.fate.value, entry.construct, entry.reason, entry.alternative) for entry in entries)
    lines = []
    ordered = sorted(groups.items(), key=lambda item: (-item[1], item[0]))
    for (fate, construct, reason, alternative), count in ordered[:most]:
        times = f" ×{count}" if count > 1 else ""
        instead = f" → {alternative}" if alternative else ""
        lines.append(f"  {fate:<9} {construct}{times}: {reason}{instead}")
    if len(ordered) > most:
        lines.append(f"  … and {len(ordered) - most} more kinds: see ledger.json")
    return lines


def compile_summary(analysis: Analysis, written: Sequence[Written], folder: str) -> str:
    """The summary of one compilation: all targets together, then what each one loses."""
    plan = analysis.plan
    read = sum(1 for file in analysis.workspace.files if file.parsed)
    by_category = Counter(template.template.category.value for template in plan.templates if template.template.category)
    categories = ", ".join(f"{count} {name.lower()}" for name, count in sorted(by_category.items()))
    languages = sorted({template.language for template in plan.templates})
    messages = sum(len(messages) for step in plan.steps for _, messages in step.messages)
    files = sum(len(item.emitted.artefacts) for item in written)
    lines = [
        f"{_plural(read, 'file')} → {folder}/: {_plural(len(plan.templates), 'template')}"
        + (f" ({categories}; {', '.join(languages)})" if plan.templates else "")
        + f", {_plural(messages, 'free-form message')}, {_plural(files, 'file')} written",
    ]
    merged = [template for template in plan.templates if len({(o.flow, o.node) for o in template.origins}) > 1]
    if merged:
        lines.append(f"merged: {_plural(len(merged), 'template')} says what several messages said")
    if plan.consolidation:
        lines.append(f"could be merged: {_plural(len(plan.consolidation), 'group')}, see consolidation.json")
    verdicts = Counter(record.verdict for record in plan.records)
    if verdicts:
        told = [f"{verdicts[name]} {name}" for name in ("inside", "outside", "either") if verdicts[name]]
        lines.append("sends by window: " + ", ".join(told))
    lines += _told("", analysis.ledger.losses()) if len(written) > 1 else []
    for item in written:
        own = [*item.lowered.losses(), *item.emitted.ledger.losses()]
        lines += _told(item.target, own) if len(written) > 1 else _told("", [*analysis.ledger.losses(), *own])
    return "\n".join(lines) + "\n"


def _told(target: str, losses: Sequence[LedgerEntry]) -> list[str]:
    """What is lost, under the target's name when there are several (reading is lost for all of them)."""
    head = f"{target}: " if target else ""
    if not losses:
        return [f"{head}nothing was lost"]
    return [f"{head}{_plural(len(losses), 'construct')} degraded or dropped:", *losses_text(losses)]

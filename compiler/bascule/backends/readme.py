"""``README.md`` of a provider's folder: what to fill in, what to do by hand, what to send in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bascule.backends.base import Artefact
from bascule.backends.requests import Call, Setting

__all__ = ["call_steps", "call_todo", "cell", "readme_artefact"]


def call_steps(calls: Iterable[Call], meanings: Mapping[str, str]) -> list[tuple[str, str]]:
    """The phases of the calls in their order, each with how many calls it has and what they do."""
    counts: dict[str, int] = {}
    for call in calls:
        counts[call.phase] = counts.get(call.phase, 0) + 1
    return [(f"{phase} ({count})", meanings.get(phase, "")) for phase, count in counts.items()]


def call_todo(calls: Iterable[Call]) -> list[tuple[str, str]]:
    """What has to be done by hand, with the file it is about."""
    return [(f"requests/{call.id}.json", item) for call in calls for item in call.todo]


def readme_artefact(
    target: str,
    title: str,
    *,
    settings: Sequence[Setting] = (),
    todo: Sequence[tuple[str, str]] = (),
    steps: Sequence[tuple[str, str]] = (),
    notes: Sequence[str] = (),
) -> Artefact:
    """``<target>/README.md``. ``todo`` are files with what to do first, ``steps`` what to send with its meaning."""
    lines = [f"# {title}", ""]
    if settings:
        lines += ["## Fill in", "", "| name | what it is |", "| --- | --- |"]
        for item in settings:
            secret = " Secret: keep it out of these files." if item.secret else ""
            lines.append(f"| `{item.name}` | {cell(item.means)}.{secret} |")
        lines.append("")
    if todo:
        lines += ["## To do by hand first", ""]
        lines += [f"- [ ] `{file}`: {cell(item)}" for file, item in todo]
        lines.append("")
    if steps:
        lines += ["## In this order", ""]
        lines += [f"{number}. {name}: {meaning}" for number, (name, meaning) in enumerate(steps, start=1)]
        lines.append("")
    if notes:
        lines += ["## Good to know", "", *(f"- {note}" for note in notes), ""]
    return Artefact(f"{target}/README.md", "\n".join(lines))


def cell(text: str) -> str:
    """A text for one line or one cell of a Markdown table."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "\\<")

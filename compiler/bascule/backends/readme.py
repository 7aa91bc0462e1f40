"""``README.md`` of a provider's folder: what to fill in, what to do by hand, what to send in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bascule.backends.base import Artefact
from bascule.backends.requests import Call, Setting

__all__ = ["call_steps", "call_todo", "cell", "readme_artefact"]

_ALWAYS = (
    "`bindings.json` says what each `{{variable}}` is and where each answer leads; `scenario.json` is the whole graph "
    "(conditions, requests, waits) for the program that sends.",
    "Paths are below this folder. Beside it, `ledger.json` says what was lost, and `certificate.json` why each send is "
    "allowed.",
)


def call_steps(calls: Iterable[Call], meanings: Mapping[str, str]) -> list[tuple[str, str]]:
    """The phases of the calls in their order: how many calls each has, what they do, where they stand, and their
    numbers in the plan. ``calls`` are all calls of the plan."""
    phases: dict[str, list[tuple[int, Call]]] = {}
    for number, call in enumerate(calls, start=1):
        phases.setdefault(call.phase, []).append((number, call))
    return [
        (f"{phase} ({len(told)}; {_numbers(told)}; {_folders(told)})", meanings.get(phase, ""))
        for phase, told in phases.items()
    ]


def _folders(calls: Sequence[tuple[int, Call]]) -> str:
    """The folders of calls; a call in no folder is named itself."""
    tops = dict.fromkeys(call.id.partition("/")[:2] for _, call in calls)
    return ", ".join(f"`requests/{top}/`" if slash else f"`requests/{top}.json`" for top, slash in tops)


def _numbers(calls: Sequence[tuple[int, Call]]) -> str:
    """Which steps of the plan the calls are."""
    first, last = calls[0][0], calls[-1][0]
    if first == last:
        return f"step {first}"
    return f"steps {first} to {last}" if last - first + 1 == len(calls) else f"among steps {first} to {last}"


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
    lines += ["## Good to know", "", *(f"- {note}" for note in (*notes, *_ALWAYS)), ""]
    return Artefact(f"{target}/README.md", "\n".join(lines))


def cell(text: str) -> str:
    """A text for one line or one cell of a Markdown table."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "\\<")

"""The inventory: what each file holds, as data (``inspect --format json``) and as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bascule.ir.content import Content
from bascule.ir.expr import references
from bascule.ir.nodes import Ask, Message, Node
from bascule.ir.project import Flow, Project
from bascule.ir.text import Hole, LocalizedText
from bascule.workspace import Workspace

__all__ = ["content_languages", "content_variables", "inventory_data", "inventory_text"]


def _localized(content: Content) -> Iterable[LocalizedText]:
    yield from (content.text, content.header, content.footer, content.list_label)
    yield from content.alternatives
    for media in content.media:
        yield from (media.caption, media.url)
    for choice in content.choices:
        yield from (choice.title, choice.description)
    for card in content.cards:
        yield from (card.title, card.text)
        for choice in card.choices:
            yield choice.title
    for variant in content.variants:
        yield from _localized(variant.content)


def content_languages(content: Content) -> list[str]:
    """The locales a content is written in; ``""`` is the file's own."""
    return list(dict.fromkeys(locale for text in _localized(content) for locale in text.locales))


def content_variables(content: Content) -> list[str]:
    """Names of the variables a content shows, in reading order."""
    names: dict[str, None] = {}
    for localized in _localized(content):
        for _, text in localized:
            for part in text:
                if isinstance(part, Hole):
                    for reference in references(part.expression):
                        names[reference.name] = None
    return list(names)


def _contents(nodes: Iterable[Node]) -> list[Content]:
    return [node.content for node in nodes if isinstance(node, (Message, Ask)) and not node.content.empty]


def _flow(flow: Flow, project: Project) -> dict[str, Any]:
    contents = _contents(flow.nodes)
    own = flow.locale or project.locale
    languages = dict.fromkeys(locale or own for content in contents for locale in content_languages(content))
    variables = dict.fromkeys(name for content in contents for name in content_variables(content))
    return {
        "id": flow.id,
        "title": flow.title,
        "entries": [
            {
                "kind": entry.kind.value,
                "initiator": entry.initiator.value,
                **({"name": entry.name} if entry.name else {}),
            }
            for entry in flow.entries
        ],
        "nodes": len(flow.nodes),
        "messages": len(contents),
        "languages": [language for language in languages if language],
        "variables": list(variables),
    }


def inventory_data(workspace: Workspace) -> dict[str, Any]:
    """What every file holds. Skipped and unreadable files are listed with ``format`` null and the reason."""
    files = []
    totals: dict[str, Any] = {"files": 0, "flows": 0, "nodes": 0, "messages": 0, "exact": 0, "emulated": 0}
    totals |= {"degraded": 0, "dropped": 0}
    languages: dict[str, None] = {}
    for file in workspace.files:
        flows = [_flow(flow, file.parsed.project) for flow in file.parsed.project.flows] if file.parsed else []
        ledger = file.parsed.ledger.counts() if file.parsed else {}
        entry: dict[str, Any] = {
            "path": file.path,
            "format": file.format,
            "reason": file.reason,
            "flows": flows,
            "ledger": ledger or {"exact": 0, "emulated": 0, "degraded": 0, "dropped": 0},
        }
        if file.parsed and file.parsed.facts:
            entry["facts"] = dict(file.parsed.facts)
        files.append(entry)
        totals["files"] += 1 if file.parsed else 0
        totals["flows"] += len(flows)
        for flow in flows:
            totals["nodes"] += flow["nodes"]
            totals["messages"] += flow["messages"]
            languages.update(dict.fromkeys(flow["languages"]))
        for fate, count in ledger.items():
            totals[fate] += count
    totals["languages"] = sorted(languages)
    return {"files": files, "totals": totals}


def _entries(flow: dict[str, Any]) -> str:
    kinds = dict.fromkeys(f"{entry['kind']} ({entry['initiator']})" for entry in flow["entries"])
    return ", ".join(kinds) or "none"


def _short(items: list[str], most: int = 6) -> str:
    shown = ", ".join(items[:most])
    return f"{shown}, +{len(items) - most}" if len(items) > most else shown


def inventory_text(data: dict[str, Any]) -> str:
    """The inventory as text: a block per file, a line per flow, totals at the end."""
    lines: list[str] = []
    for file in data["files"]:
        lines.append(f"{file['path']}")
        if file["format"] is None:
            lines.append(f"  not read: {file['reason']}")
            continue
        lines.append(f"  format    {file['format']} ({file['reason']})")
        ledger = file["ledger"]
        lines.append("  ledger    " + ", ".join(f"{count} {fate}" for fate, count in ledger.items()))
        for flow in file["flows"]:
            title = f" “{flow['title']}”" if flow["title"] and flow["title"] != flow["id"] else ""
            lines.append(f"  flow      {flow['id']}{title}")
            lines.append(f"            entered by {_entries(flow)}")
            languages = f", in {_short(flow['languages'])}" if flow["languages"] else ""
            lines.append(f"            {flow['nodes']} nodes, {flow['messages']} messages{languages}")
            if flow["variables"]:
                lines.append(f"            variables {_short(flow['variables'])}")
    totals = data["totals"]
    lines.append("")
    lines.append(
        f"{totals['files']} files, {totals['flows']} flows, {totals['nodes']} nodes, {totals['messages']} messages; "
        f"constructs: {totals['exact']} exact, {totals['emulated']} emulated, {totals['degraded']} degraded, "
        f"{totals['dropped']} dropped"
    )
    return "\n".join(lines) + "\n"

"""The build brief: the same flow in words, for "Build it for me" and for the person who checks the result."""

from __future__ import annotations

from typing import Any

__all__ = ["brief_text"]


def brief_text(
    name: str, blocks: list[dict[str, Any]], connections: list[dict[str, Any]], by_hand: list[str], language: str
) -> str:
    """Numbered steps with exact texts, then the list of what has to be verified. Markdown."""
    number = {block["id"]: index for index, block in enumerate(blocks, start=1)}
    ways: dict[str, list[tuple[str, str]]] = {}
    for connection in connections:
        ways.setdefault(connection["sourcePath"], []).append((connection["type"], connection["targetPath"]))
    lines = [
        f"# {_line(name)}",
        "",
        f"Build a WhatsApp bot{f' in the language {language}' if language else ''}. Use exactly these blocks, texts, "
        "fields and logic, and add nothing.",
        "",
    ]
    for block in blocks:
        params = block["params"]
        lines.append(f"{number[block['id']]}. **{block['type']}** “{_line(block['name'])}” (`{block['id']}`)")
        if params.get("text"):
            lines += ["   - text:", "", *(f"     > {line}" for line in str(params["text"]).split("\n")), ""]
        if params.get("destination"):
            lines.append(f"   - keep the answer in @{params['destination']}")
        if "field" in params:
            lines.append(f"   - set @{params['field']} to “{_line(params['value'])}”")
        for rule in params.get("rules", []):
            lines.append(f"   - rule ({params['operator']}): {_line(' '.join(part for part in rule.values() if part))}")
        titles = {button["id"]: button["text"] for button in params.get("buttons", [])}
        for output, target in ways.get(block["id"], []):
            told = f"button “{_line(titles[output])}”" if output in titles else _OUTPUTS.get(output, output)
            lines.append(f"   - {told} → {number[target]}")
        if block["id"] not in ways:
            lines.append("   - End")
    lines += ["", "## Check before publishing", ""]
    lines += [f"- [ ] {_line(item)}" for item in by_hand]
    lines += [
        "- [ ] every field exists with its type",
        "- [ ] every condition goes the way it should",
        "- [ ] every block can be reached, and every question leads on",
        "- [ ] publish, and write to the bot from a phone",
    ]
    return "\n".join(lines) + "\n"


_OUTPUTS = {"$success": "then", "success": "then", "true": "if it holds", "false": "else"}


def _line(text: str) -> str:
    return " ".join(str(text).split())

"""The checklist: what a person does before, between and after the calls."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["checklist_text"]


def checklist_text(
    plan: str, answers: str, settings: Sequence[tuple[str, str]], by_hand: Sequence[str], for_answers: Sequence[str],
    attributes: Sequence[str],
) -> str:  # fmt: skip
    """What to fill in, what the API has no call for, and what users of the JSON API build. Markdown."""
    lines = [
        "# Chatfuel",
        "",
        "Chatfuel imports no flow: it is built with the calls of the plan, or block by block.",
        "",
    ]
    lines += [f"## Before the plan (`{plan}`)", ""]
    lines += [f"- [ ] `{name}`: {_line(means)}" for name, means in settings]
    lines += [
        "- [ ] open the flow builder of the bot once: a bot that has never been opened there takes no calls",
        "",
        "## After the plan",
        "",
        *(f"- [ ] {_line(item)}" for item in by_hand),
        "- [ ] every block is without errors",
        "- [ ] write to the bot from a phone",
        "",
    ]
    if attributes:
        lines += ["## Attributes that no block fills", ""]
        lines += [f"- [ ] `{name}`: import it, or name the attribute of Chatfuel's that has it" for name in attributes]
        lines.append("")
    lines += [f"## With the JSON API instead (`{answers}`)", ""]
    lines += [
        "The server answers each block's call with the answer of its name. Chatfuel documents the API for Messenger; "
        "try one block on WhatsApp first.",
        "",
        *(f"- [ ] {_line(item)}" for item in for_answers),
        "- [ ] one block with a JSON API card for every answer",
    ]
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    return " ".join(str(text).split())

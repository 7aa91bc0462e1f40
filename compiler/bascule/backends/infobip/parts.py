"""What the parts of an Infobip request share: what a send fills in, what is left to do, numbered texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bascule.backends.cloud.parts import Missing
from bascule.whatsapp.templates import PlaceholderKind, parameters

__all__ = ["Registered", "Tasks", "first_text", "numbered"]


@dataclass(frozen=True, slots=True)
class Registered:
    """What a send of a template has to fill in.

    ``header`` is the format of a header that takes a value (``""``: none does), ``sample`` the address of its file as
    it was submitted, ``body`` and ``header_names`` name the values in order, ``buttons`` are the buttons that take
    one: type, index, label. ``by_hand`` are the members that only the sending program can build.
    """

    header: str = ""
    sample: str = ""
    header_names: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    buttons: tuple[tuple[str, int, str], ...] = ()
    by_hand: tuple[str, ...] = ()


@dataclass
class Tasks:
    """What is left: to do by hand before a call, files without a public address, and what the person sees less of as
    (construct, reason, alternative)."""

    todo: list[str] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    losses: list[tuple[str, str, str]] = field(default_factory=list)


def numbered(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with its parameters as ``{{1}}``, ``{{2}}`` … in reading order, and what each was called.

    A parameter that stands twice gets two numbers: Infobip wants them in order and one sample for each.
    """
    parts: list[str] = []
    names: list[str] = []
    at = 0
    for item in parameters(text):
        if item.kind is PlaceholderKind.MALFORMED:
            continue
        names.append(item.name)
        parts += [text[at : item.start], "{{", str(len(names)), "}}"]
        at = item.end
    return "".join([*parts, text[at:]]), tuple(names)


def first_text(value: Any) -> str:
    """A text, or the first of a list of texts; ``""`` for anything else."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""

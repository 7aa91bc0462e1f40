"""One intent as the export has it, before it becomes nodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bascule.ir.expr import Expression
from bascule.ir.project import Phrase
from bascule.parsers.dialogflow_es.reading import Facts
from bascule.source import Place

__all__ = ["DEFAULT_LIFESPAN", "Event", "Input", "Intent", "Output", "Parameter", "Prompt"]

DEFAULT_LIFESPAN = 5
"""Turns that a context stays open where the export does not say
(https://cloud.google.com/dialogflow/es/docs/contexts-overview#lifespan)."""


@dataclass(frozen=True, slots=True)
class Input:
    """An input context, in lower case as Dialogflow compares them."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Output:
    """An output context: open for ``lifespan`` turns, closed by 0. ``values`` are fixed parameters of its own."""

    name: str
    lifespan: int
    values: tuple[tuple[str, Expression], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Event:
    """Something other than words that starts an intent."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Prompt:
    """One wording of a question."""

    locale: str
    value: str
    place: Place


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that an intent takes from what people say. ``value`` and ``default`` are as written (references)."""

    name: str
    entity: str
    required: bool
    is_list: bool
    value: str
    default: str
    prompts: tuple[Prompt, ...]
    messages: tuple[tuple[Any, Place], ...]
    no_match: tuple[tuple[Any, Place], ...]
    place: Place


@dataclass(slots=True)
class Intent:
    """An intent. ``id`` is its name in the flow, ``key`` the export's own id, ``action`` what a webhook sees."""

    place: Place
    id: str = ""
    key: str = ""
    name: str = ""
    stem: str = ""
    parent: str = ""
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    resets: bool = False
    action: str = ""
    parameters: tuple[Parameter, ...] = ()
    messages: tuple[tuple[Any, Place], ...] = ()
    together: frozenset[str] = frozenset()
    """Platforms that get the default messages after their own."""

    events: tuple[Event, ...] = ()
    priority: int = 500_000
    webhook: bool = False
    slot_webhook: bool = False
    fallback: bool = False
    ends: bool = False
    phrases: dict[str, list[Phrase]] = field(default_factory=dict)
    plain: list[tuple[str, Phrase]] = field(default_factory=list)
    """Training phrases as plain words, to find the intent that a button's words mean, and the values in them."""

    aliases: dict[str, str] = field(default_factory=dict)
    """Names that training phrases give to values, each with its entity."""

    facts: Facts = field(default_factory=list)

    @property
    def names(self) -> frozenset[str]:
        """The input contexts."""
        return frozenset(item.name for item in self.inputs)

    @property
    def opens(self) -> dict[str, Output]:
        """The output contexts that stay open, by name; the last one of a name counts."""
        last = {item.name: item for item in self.outputs}
        return {name: item for name, item in last.items() if item.lifespan > 0}

    @property
    def usable(self) -> bool:
        """Words can start it."""
        return bool(self.plain) and not self.fallback and self.priority >= 0

"""Flows and the project that holds them."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from bascule.ir.content import Media
from bascule.ir.expr import Expression
from bascule.ir.nodes import Duration, Edge, Node
from bascule.ir.text import Localized, LocalizedText, Text
from bascule.source import Place

__all__ = [
    "Entity",
    "EntityValue",
    "Entry",
    "EntryKind",
    "Flow",
    "Initiator",
    "Intent",
    "MediaAsset",
    "Phrase",
    "Project",
    "TemplateAsset",
    "Variable",
]


class Initiator(enum.Enum):
    """Who starts a conversation: the user (opens the window), the business, or a calling flow."""

    USER = "user"
    BUSINESS = "business"
    SUBFLOW = "subflow"


class EntryKind(enum.Enum):
    """How a flow is entered."""

    KEYWORD = "keyword"
    INTENT = "intent"
    ANY_MESSAGE = "any_message"
    AD_REFERRAL = "ad_referral"
    CALL = "call"
    BUTTON = "button"
    CHAT_OPENED = "chat_opened"
    BROADCAST = "broadcast"
    SCHEDULE = "schedule"
    API = "api"
    CONTACT_EVENT = "contact_event"
    CAMPAIGN = "campaign"
    SUBFLOW = "subflow"

    @property
    def initiator(self) -> Initiator:
        """Who starts. ``CHAT_OPENED`` (Viber) has the user, though nothing was written: on WhatsApp the same
        person has to write first, so the converted flow starts inside the window."""
        if self is EntryKind.SUBFLOW:
            return Initiator.SUBFLOW
        user = (
            EntryKind.KEYWORD,
            EntryKind.INTENT,
            EntryKind.ANY_MESSAGE,
            EntryKind.AD_REFERRAL,
            EntryKind.CALL,
            EntryKind.BUTTON,
            EntryKind.CHAT_OPENED,
        )
        return Initiator.USER if self in user else Initiator.BUSINESS


@dataclass(frozen=True, slots=True)
class Entry:
    """A way into a flow. ``target`` is a node id, or None: the flow's first node.

    ``match`` says how keywords are compared: ``word`` (first word), ``only`` (the only word),
    ``exact``, ``contains``. ``offset`` is a campaign's delay after its event.
    """

    kind: EntryKind
    target: str | None = None
    keywords: Localized[tuple[str, ...]] = Localized()
    match: str = "only"
    intent: str = ""
    condition: Expression | None = None
    name: str = ""
    offset: Duration | None = None
    schedule: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    at: Place | None = field(default=None, compare=False)

    @property
    def initiator(self) -> Initiator:
        """Who starts the conversation through this entry."""
        return self.kind.initiator


@dataclass(frozen=True)
class Flow:
    """A conversation. ``nodes`` keeps the source's order; the first one is the default entry target."""

    id: str
    nodes: tuple[Node, ...] = ()
    entries: tuple[Entry, ...] = ()
    title: str = ""
    locale: str = ""
    expires: Duration | None = None
    facts: tuple[tuple[str, str], ...] = ()
    at: Place | None = field(default=None, compare=False)

    @cached_property
    def by_id(self) -> dict[str, Node]:
        """Node id to node."""
        return {node.id: node for node in self.nodes}

    def edges(self) -> Iterator[tuple[Node, Edge]]:
        """All edges with their source node, in order."""
        for node in self.nodes:
            for edge in node.edges:
                yield node, edge

    def start_of(self, entry: Entry) -> Node | None:
        """The node an entry leads to, or None (empty flow, dangling target)."""
        if entry.target is not None:
            return self.by_id.get(entry.target)
        return self.nodes[0] if self.nodes else None


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable by its dotted name. ``type`` is ``text``, ``number``, ``boolean``, ``date``, ``time``,
    ``datetime``, ``location``, ``media``, ``list``, ``object`` or ``""``; ``scope`` is ``contact``, ``flow``,
    ``session``, ``global`` or ``""``."""

    name: str
    type: str = ""
    sample: Localized[str] = Localized()
    description: str = ""
    scope: str = ""
    max_length: int | None = None
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A training phrase; holes are annotated entities (``Ref`` of the parameter), with the words they covered."""

    text: Text
    samples: tuple[str, ...] = ()
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Intent:
    """Something a user may mean, with training phrases per locale."""

    id: str
    title: str = ""
    phrases: Localized[tuple[Phrase, ...]] = Localized()
    parameters: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class EntityValue:
    """One value of an entity with its synonyms per locale."""

    value: str
    synonyms: Localized[tuple[str, ...]] = Localized()


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of thing in users' words. ``kind`` is ``list``, ``regex``, ``lookup`` or ``system``."""

    id: str
    kind: str = "list"
    values: tuple[EntityValue, ...] = ()
    patterns: Localized[tuple[str, ...]] = Localized()
    facts: tuple[tuple[str, str], ...] = ()
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class MediaAsset:
    """A media file that flows refer to by id."""

    id: str
    media: Media


@dataclass(frozen=True, slots=True)
class TemplateAsset:
    """A template that already exists on some account. ``definition`` is its body as JSON text (may be empty)."""

    name: str
    language: str = ""
    provider: str = ""
    provider_id: str = ""
    category: str = ""
    status: str = ""
    text: LocalizedText = Localized()
    definition: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Project:
    """Everything the sources hold, in one graph. ``locale`` is the default language (BCP 47 or WhatsApp code)."""

    flows: tuple[Flow, ...] = ()
    locale: str = ""
    locales: tuple[str, ...] = ()
    variables: tuple[Variable, ...] = ()
    intents: tuple[Intent, ...] = ()
    entities: tuple[Entity, ...] = ()
    media: tuple[MediaAsset, ...] = ()
    templates: tuple[TemplateAsset, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Flow]:
        """Flow id to flow."""
        return {flow.id: flow for flow in self.flows}

    @cached_property
    def variable(self) -> dict[str, Variable]:
        """Dotted name to declared variable."""
        return {variable.name: variable for variable in self.variables}

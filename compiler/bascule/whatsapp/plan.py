"""The WhatsApp plan: which messages and templates say what the graph says. Backends only print it.

One :class:`PlannedStep` per node that sends. A step holds its free-form messages per language and, where
the window may be closed, the template that says the same. Values bound at run time stand as
``{{name}}`` in messages and as numbered parameters in templates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bascule.ir.expr import Expression
from bascule.ir.ledger import Ledger
from bascule.ir.text import Text
from bascule.source import Place
from bascule.whatsapp.messages import Message
from bascule.whatsapp.templates import Template

__all__ = [
    "CategoryWord",
    "Delivery",
    "Origin",
    "Plan",
    "PlannedMessage",
    "PlannedStep",
    "PlannedTemplate",
    "Route",
    "SendRecord",
    "Slot",
    "TemplateSend",
    "WitnessStep",
]


@dataclass(frozen=True, slots=True)
class Slot:
    """One parameter of a template. ``component`` is ``header``, ``body`` or ``button``; ``number`` is its
    position in the component (1-based); ``button`` the button's index. ``marker`` is the run-time name. ``name`` is
    what a template with named parameters calls it, else ``""``."""

    component: str
    number: int
    marker: str
    expression: Expression
    sample: str
    sample_how: str
    button: int | None = None
    at: Place | None = field(default=None, compare=False)
    name: str = ""

    @property
    def key(self) -> str:
        """How bindings name the slot: ``body.1``, ``header.1``, ``button.0.1``, and ``body.prenom`` by name."""
        called = self.name or str(self.number)
        return f"button.{self.button}.{called}" if self.button is not None else f"{self.component}.{called}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a template comes from: the graph node and the words it must be able to say.

    ``bindings`` maps each slot (``body.1``) to the expression it gets for this node; with them the
    template's text becomes ``text`` again (checked when templates are merged).
    """

    flow: str
    node: str
    locale: str
    text: Text
    bindings: tuple[tuple[str, Expression], ...]
    place: Place = field(compare=False)


@dataclass(frozen=True, slots=True)
class CategoryWord:
    """Something that speaks for a category: a word of the text, of a button, of the key or of the source's filing.

    ``where`` is ``text``, ``button``, ``key`` or ``hint``; ``start`` and ``end`` are offsets into the text that was
    judged (holes as ``{name}``), both 0 for what stands elsewhere. ``list`` names the list of words; ``button`` is the
    index of the choice whose title holds the word.
    """

    category: str
    word: str
    where: str
    list: str
    start: int = 0
    end: int = 0
    button: int | None = None

    @property
    def shown(self) -> str:
        """The evidence as people read it in bindings and reports."""
        return f"{self.category}: “{self.word}” ({self.list})"


@dataclass(frozen=True, slots=True)
class PlannedTemplate:
    """A template to submit, in one language. ``key`` is (name, language)."""

    template: Template
    language: str
    slots: tuple[Slot, ...]
    origins: tuple[Origin, ...]
    category_reason: str
    category_evidence: tuple[CategoryWord, ...]
    category_confidence: str
    category_risk: str
    place: Place = field(compare=False)

    @property
    def name(self) -> str:
        """The template's name."""
        return self.template.name


@dataclass(frozen=True, slots=True)
class TemplateSend:
    """One use of a template at a step. ``condition`` is None unless the source's wording branches."""

    template: str
    language: str
    bindings: tuple[tuple[str, Expression], ...]
    condition: Expression | None = None


@dataclass(frozen=True, slots=True)
class PlannedMessage:
    """One free-form message. ``variables`` are the run-time markers with what they stand for.

    ``page`` numbers the pages of a long list from 1 (0: not paged): page n+1 is sent when the user
    taps the reply ``next_id`` of page n. ``role`` is ``main`` (what waits for the answer), ``before`` or ``after``.
    """

    message: Message
    variables: tuple[tuple[str, Expression], ...] = ()
    page: int = 0
    next_id: str = ""
    role: str = "main"
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Route:
    """How an answer is understood: by reply id (``interactive`` and ``button`` webhooks), title, typed words."""

    choice: str
    reply_ids: tuple[str, ...]
    titles: tuple[str, ...]
    accepts: tuple[str, ...]
    target: str | None


class Delivery:
    """How a step is sent (string constants kept in JSON output)."""

    MESSAGE = "message"
    TEMPLATE = "template"
    EITHER = "message-or-template"


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One node that sends. ``messages`` and ``templates`` are per language, in the project's order."""

    flow: str
    node: str
    delivery: str
    verdict: str
    messages: tuple[tuple[str, tuple[PlannedMessage, ...]], ...]
    templates: tuple[tuple[str, tuple[TemplateSend, ...]], ...]
    routes: tuple[Route, ...]
    place: Place = field(compare=False)
    audience: bool = False


@dataclass(frozen=True, slots=True)
class WitnessStep:
    """One step of a witness: the flow, the node and the clock there in seconds (-1: never written, as far as known).

    ``repeat`` above 1 says that the step closes a loop of ``loop`` steps that runs that many times.
    """

    flow: str
    node: str
    clock: float
    repeat: int = 1
    loop: int = 0


@dataclass(frozen=True, slots=True)
class SendRecord:
    """One line of the certificate: a send, how the flow gets there, and why it is allowed.

    ``witness`` holds the last steps of a late way to the send; ``left_out`` is the number of steps before them.
    """

    flow: str
    node: str
    entry: str
    initiator: str
    low: float
    high: float
    verdict: str
    delivery: str
    templates: tuple[str, ...]
    reason: str
    witness: tuple[WitnessStep, ...] = ()
    left_out: int = 0


@dataclass(frozen=True)
class Plan:
    """Everything to be sent. ``ledger`` holds one entry per graph construct that lowering decided on."""

    policy_date: str
    steps: tuple[PlannedStep, ...]
    templates: tuple[PlannedTemplate, ...]
    records: tuple[SendRecord, ...]
    ledger: Ledger
    consolidation: tuple[Mapping[str, object], ...] = ()

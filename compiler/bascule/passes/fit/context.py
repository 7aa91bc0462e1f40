"""What every part of the fitting shares: the target, the language, the ledger, fresh names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bascule.ir.expr import Ref
from bascule.ir.ledger import Ledger
from bascule.ir.nodes import Always, Edge, Failure, Node, Otherwise, Success
from bascule.ir.project import Flow, Project
from bascule.ir.text import EMPTY_TEXT, Localized, LocalizedText, Text
from bascule.source import Place
from bascule.targets import Capabilities

__all__ = ["ANSWER", "FitContext", "leads_to", "onward"]

ANSWER = ("answer",)
"""The variable that takes the answer of every ask that keeps it nowhere: always the person's last words."""


@dataclass
class FitContext:
    """Mutable state of fitting one project to one target in one language (``""``: all languages stay)."""

    project: Project
    target: Capabilities
    language: str
    ledger: Ledger = field(default_factory=Ledger)
    flow: Flow = field(default_factory=lambda: Flow(""))
    taken: set[str] = field(default_factory=set)
    skipped: dict[str, str | None] = field(default_factory=dict)
    """Nodes of the flow that are gone, with the node that stands in for them."""
    _noted: set[tuple[str, str, str]] = field(default_factory=set)

    def enter(self, flow: Flow) -> None:
        """Start with another flow."""
        self.flow = flow
        self.taken = {node.id for node in flow.nodes}
        self.skipped = {}

    def has(self, key: str) -> bool:
        """The target can do it, if only in part."""
        return self.target.has(key)

    def place(self, node: Node) -> Place:
        """Where a node stands."""
        return node.at or self.flow.at or Place("")

    def note(self, fate: str, construct: str, place: Place, reason: str = "", alternative: str = "") -> None:
        """Write a construct's fate, once per place: a copy of a flow tells nothing new."""
        key = (construct, place.file, place.pointer)
        if key in self._noted:
            return
        self._noted.add(key)
        if fate == "exact":
            self.ledger.exact(construct, place, reason)
        else:
            getattr(self.ledger, fate)(construct, place, reason, alternative)

    def fresh(self, stem: str) -> str:
        """A node id that the flow does not have."""
        name, number = stem, 2
        while name in self.taken:
            name = f"{stem}_{number}"
            number += 1
        self.taken.add(name)
        return name

    def words(self, localized: LocalizedText) -> Text:
        """The text in the language of this run; the empty text where there is none."""
        value = localized.best(self.language)
        return value if value is not None else EMPTY_TEXT

    def said(self, text: Text) -> LocalizedText:
        """A text of this run as a localized one."""
        return Localized.of(text, self.language) if text else Localized()


def leads_to(node: Node, kinds: Sequence[type] = (Always, Success, Otherwise)) -> str | None:
    """Where a node goes on: the first of its edges of these kinds, in the order of the kinds."""
    for kind in kinds:
        for edge in node.edges:
            if isinstance(edge.guard, kind):
                return edge.target
    return None


def onward(node: Node, edges: Iterable[Edge]) -> Node:
    """The node with other edges."""
    return replace(node, edges=tuple(edges))


def is_failure(edge: Edge) -> bool:
    """The edge is taken when something went wrong."""
    return isinstance(edge.guard, Failure)


def variable(path: tuple[str, ...]) -> Ref:
    """A reference to a variable."""
    return Ref(path)

"""What the builders of blocks share: guards of outputs, texts, fields, what a block is kept as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bascule.diagnostics import Rule
from bascule.ir.content import Content
from bascule.ir.expr import Opaque
from bascule.ir.nodes import (
    Always,
    Edge,
    Failure,
    Guard,
    Otherwise,
    Success,
    Timeout,
    Unsupported,
    Validation,
    When,
)
from bascule.ir.nodes import Duration as Time
from bascule.ir.text import Localized, LocalizedText, Text
from bascule.language.members import Facts, clip
from bascule.language.reading import json_text
from bascule.parsers.landbot.catalogue import FAILED, LIMITS, LOOK, SUCCESS
from bascule.parsers.landbot.conditions import LANGUAGE
from bascule.parsers.landbot.graph import Block, Out
from bascule.parsers.landbot.reading import Reading
from bascule.parsers.landbot.rules import (
    BlockByLikeness,
    UnknownOutput,
)

__all__ = [
    "Scene",
    "called",
    "common",
    "content_of",
    "edges_of",
    "into",
    "kept_whole",
    "likely",
    "plain",
    "said",
    "validation_of",
]


@dataclass(slots=True)
class Scene:
    """One draft while its nodes are made. ``taken`` are the ids of nodes."""

    reading: Reading
    taken: dict[str, int]

    def lost(self, block: Block, rule: type[Rule], what: str, reason: str, alternative: str) -> str:
        """Report a block without a counterpart and mark it and its params as dropped."""
        code = self.reading.find_once(
            rule, block.type, block.place, lambda count: f"{count} block(s) {what}", help=alternative
        )
        self.reading.book.dropped(block.place, reason, alternative, code)
        for name in block.params.data:
            block.params.take(name)
            self.reading.book.dropped(block.params.at(name), reason, alternative, code)
        return code


def said(text: Text) -> LocalizedText:
    return Localized.of(text) if text else Localized()


def common(block: Block) -> dict[str, Any]:
    return {"id": block.node, "at": block.place}


def edges_of(scene: Scene, block: Block, known: Callable[[Out], Guard | None]) -> tuple[Edge, ...]:
    """The connections out of a block. ``known`` gives the guard of an output of its own; None for the usual ones."""
    edges: list[Edge] = []
    for out in block.outs:
        guard = known(out) or _usual(scene, block, out)
        edges.append(Edge(guard, out.target, at=out.place))
    last = [edge for edge in edges if isinstance(edge.guard, Otherwise)]
    return (*(edge for edge in edges if not isinstance(edge.guard, Otherwise)), *last)


def _usual(scene: Scene, block: Block, out: Out) -> Guard:
    name = out.name.casefold()
    if name in SUCCESS:
        return Always()
    if name == "default":
        return Otherwise()
    if name in FAILED:
        return Failure(out.name)
    if name == "timeout":
        return Timeout(Time())
    code = scene.reading.find(
        UnknownOutput,
        out.place,
        f"`{clip(out.name)}` is no output that `{block.shown}` is known to have",
        help="use one of the block's outputs",
    )
    scene.reading.book.degraded(out.place, "an output that is not known: an opaque condition", "use a known one", code)
    return When(Opaque(LANGUAGE, f"output {out.name}"))


def plain(out: Out) -> Guard | None:
    return None


def called(out: Out) -> Guard | None:
    """Outputs of a call: what went well, and what did not."""
    return Success() if out.name.casefold() in SUCCESS or out.name.startswith("2") else None


def content_of(scene: Scene, block: Block) -> Content:
    """What a block says: ``text`` with its rich copy."""
    text, place = scene.reading.said(block.params, "text", "richText", "rawText")
    return Content(text=said(text), at=place if text else block.place)


def into(scene: Scene, block: Block, kind: str = "") -> tuple[str, ...]:
    for name in ("destination", "field", "variable"):
        if name in block.params:
            return scene.reading.declare(block.params.string(name), block.params.at(name), kind)
    block.params.skip("destination")
    return ()


def validation_of(scene: Scene, block: Block, hints: Facts) -> Validation | None:
    params = block.params
    text, place = scene.reading.said(params, "errorText", "richErrorText", "rawErrorText")
    bounds: dict[str, Any] = {}
    for name, bound in LIMITS.items():
        if name not in params:
            params.skip(name)
            continue
        number = params.number(name)
        if number is None:
            continue
        if bound == "max_length":
            bounds[bound] = int(number)
        elif bound:
            bounds[bound] = number
        else:
            params.fact(name, reason="the fewest characters; kept as a fact")
    if block.type == "ask_url":
        bounds["entity"] = "url"
    params.look(*LOOK, hints=hints)
    error = Content(text=said(text), at=place) if text else None
    return Validation(error=error, **bounds) if error is not None or bounds else None


def likely(scene: Scene, block: Block, by: str) -> None:
    scene.reading.find_once(
        BlockByLikeness,
        block.type,
        block.place,
        lambda count: f"`{clip(block.type)}` is not named in public text; it is read by {by} ({count} block(s))",
        help="look whether the converted step says what the block says",
    )
    scene.reading.book.emulated(block.place, f"a block that public text does not name, read by {by}")


def kept_whole(scene: Scene, block: Block, reason: str, edges: tuple[Edge, ...]) -> Unsupported:
    return Unsupported(
        **common(block),
        construct=block.type or "block",
        source=json_text(scene.reading.safe(dict(block.data), block.place)),
        reason=reason,
        edges=edges,
    )

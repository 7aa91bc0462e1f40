"""The blocks of a draft as nodes, with their outputs as edges."""

from __future__ import annotations

from collections.abc import Callable

from bascule.ir.expr import Opaque
from bascule.ir.nodes import (
    Ask,
    Guard,
    Node,
    ReplyKind,
    When,
)
from bascule.language.members import Facts, clip
from bascule.parsers.landbot.actions import agent, code, conditions, formulas, handover, set_field, webhook
from bascule.parsers.landbot.catalogue import ASKS, FAILED, LIKE_ASKS, SUCCESS
from bascule.parsers.landbot.conditions import LANGUAGE
from bascule.parsers.landbot.graph import Block, Out
from bascule.parsers.landbot.questions import buttons, chat, send, typed, yes_no
from bascule.parsers.landbot.rules import (
    BlocksWithoutWords,
    UnknownBlock,
)
from bascule.parsers.landbot.scene import (
    Scene,
    common,
    content_of,
    edges_of,
    into,
    kept_whole,
    likely,
    plain,
    validation_of,
)  # fmt: skip

__all__ = ["Scene", "build"]


def build(scene: Scene, block: Block) -> list[Node]:
    """The nodes of a block; the first one has the block's id."""
    builder = _BUILDERS.get(block.type)
    if builder is None and (block.type in ASKS or block.type in LIKE_ASKS):
        builder = typed
    nodes = (builder or _unknown)(scene, block)
    block.params.close()
    return nodes


def _unknown(scene: Scene, block: Block) -> list[Node]:
    """A type that public text does not name: read by its members, or kept whole."""
    params = block.params
    if "text" in params and any(
        isinstance(params.data.get(name), list) and params.data[name] for name in ("buttons", "options")
    ):
        likely(scene, block, "its text and its buttons")
        return buttons(scene, block)
    if "text" in params and "destination" in params:
        likely(scene, block, "its text and its field")
        hints: Facts = []
        validation = validation_of(scene, block, hints)
        return [
            Ask(
                **common(block),
                content=content_of(scene, block),
                into=into(scene, block, "text"),
                reply=ReplyKind.ANY,
                validation=validation,
                hints=tuple(hints),
                edges=edges_of(scene, block, plain),
            )
        ]
    reason = "a block type that is not known; kept as source text"
    if not block.type and not params.data:
        scene.lost(
            block, BlocksWithoutWords, "have neither type nor words; they are kept as unsupported",
            "no type and no words", "export the draft with its params",
        )  # fmt: skip
        reason = "no type and no words"
    else:
        shown = f"the type `{clip(block.type)}`, which is not known" if block.type else "no type"
        code = scene.reading.find(
            UnknownBlock,
            block.place.child("type") if "type" in block.data else block.place,
            f"`{block.shown}` has {shown}; it is kept as it is",
            help="write the step on the new platform",
        )
        scene.reading.book.dropped(block.place, reason, "write the step anew", code)
        for name in params.data:
            params.take(name)
            scene.reading.book.dropped(params.at(name), reason, "write the step anew", code)
    return [kept_whole(scene, block, reason, edges_of(scene, block, _open))]


def _open(out: Out) -> Guard | None:
    """Outputs of a block that is not known: those with a usual name, and the rest as they are."""
    usual = SUCCESS | FAILED | {"default", "timeout"}
    return None if out.name.casefold() in usual else When(Opaque(LANGUAGE, f"output {out.name}"))


_BUILDERS: dict[str, Callable[[Scene, Block], list[Node]]] = {
    "send_text": send,
    "ask_yes_no": yes_no,
    "buttons": buttons,
    "chat": chat,
    "set_a_field": set_field,
    "conditions": conditions,
    "formulas": formulas,
    "webhook": webhook,
    "ai_agent": agent,
    "human_takeover": handover,
    "code": code,
}

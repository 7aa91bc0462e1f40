"""``twilio out``: the node that sends ``msg.payload`` as an SMS.

Node: https://flows.nodered.org/node/node-red-node-twilio
"""

from __future__ import annotations

from bascule.ir.content import Content
from bascule.ir.expr import Ref
from bascule.ir.nodes import Node
from bascule.ir.text import Hole, Localized, Text
from bascule.parsers.node_red.context import Context, message_node
from bascule.parsers.node_red.core import safe_text, unsupported
from bascule.parsers.node_red.losses import PersonalData
from bascule.parsers.node_red.nodes import RawNode

__all__ = ["BUILDERS"]

_PAYLOAD = ("msg", "payload")


def send(context: Context, node: RawNode) -> list[Node]:
    """The message: the text of the ``template`` before it where there is just one, else what ``msg.payload`` holds."""
    if node.data.get("twilioType") == "call":
        return unsupported(context, node)
    node.take("twilioType")
    number = node.data.get("number")
    if isinstance(number, str) and number.strip():
        node.take("number")
        context.reading.secrets.append(node.at("number"))
        code = context.reading.find(
            PersonalData,
            node.at("number"),
            f"`{node.shown}` names the number of one person; it is left out",
            help="choose the people when the flow is sent",
        )
        context.reading.book.dropped(node.at("number"), "a person's number", "choose people when it is sent", code)
    text = _written(context, node) or (Hole(Ref(_PAYLOAD), node.place),)
    context.reading.book.exact(node.place)
    return message_node(context, node, Content(text=Localized.of(text), at=node.place))


def _written(context: Context, node: RawNode) -> Text | None:
    """The text of the one ``template`` that leads here."""
    before = [
        other for other in context.nodes.values() if any(wire.target == node.id for wire in context.outputs(other))
    ]
    if len(before) != 1 or before[0].type != "template":
        return None
    made = before[0]
    source = made.data.get("template")
    field = made.data.get("field") or "payload"
    if not isinstance(source, str) or not source.strip() or field != "payload":
        return None
    if (made.data.get("fieldType") or "msg") != "msg" or made.data.get("syntax") == "plain":
        return None
    return safe_text(context, made, "template", source)


BUILDERS = {"twilio out": send}
"""Builders by type."""

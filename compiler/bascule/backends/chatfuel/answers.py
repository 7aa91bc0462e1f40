"""Answers for users of Chatfuel's JSON API: what a server says for each block, by the block's name.

An answer says, sets attributes and leads on; it neither waits for words nor decides. Blocks that do are built by hand:
answers lead to them by name. https://docs.chatfuel.com/en/articles/735122-json-api
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bascule.backends.chatfuel.conditions import segment_shown
from bascule.backends.chatfuel.model import MEDIA, Block, Canvas

__all__ = ["answers_of"]

_FILES = {"Document": "file"}


def answers_of(canvases: Sequence[Canvas]) -> tuple[dict[str, Any], list[str]]:
    """The answers by block name (schemas/chatfuel-answers.schema.json), and the blocks that are built by hand."""
    answers: dict[str, Any] = {}
    by_hand: list[str] = []
    starts = {canvas.id: canvas.block(canvas.start) if canvas.start else None for canvas in canvases}
    for canvas in canvases:
        names = {block.id: block.name for block in canvas.blocks}
        for block in canvas.blocks:
            if block.kind == "RedirectToFlow":
                start = starts[block.values["flow"]]
                names[block.id] = start.name if start is not None else block.name
        for block in canvas.blocks:
            answer = _answer(block, names)
            if answer is not None:
                answers[block.name] = answer
            note = _by_hand(block, names)
            if note:
                by_hand.append(note)
    return answers, by_hand


def _waiting(block: Block) -> str:
    """The name of the block that takes a free answer: an answer of the API cannot wait."""
    return f"{block.name} ({block.saves})" if block.saves else f"{block.name} (answer)"


def _answer(block: Block, names: Mapping[str, str]) -> dict[str, Any] | None:
    """The answer for a block; None for one that no answer can stand for."""
    following = [names[block.following]] if block.following is not None else []
    if block.kind in ("SetContactProperty", "ClearContactProperty"):
        value = block.values.get("value")
        return _led({"set_attributes": {block.values["attribute"]: value}}, following)
    if block.kind in ("TextAndButtons", "List"):
        return {"messages": _offered(block, names)}
    message = _message(block)
    if message is None:
        return None
    return _led({"messages": [message]}, [_waiting(block)] if block.waits else following)


def _led(answer: dict[str, Any], following: list[str]) -> dict[str, Any]:
    return {**answer, **({"redirect_to_blocks": following} if following else {})}


def _message(block: Block) -> dict[str, Any] | None:
    values = block.values
    if block.kind == "Text":
        return {"text": values["text"]}
    if block.kind in MEDIA:
        if not values["url"]:
            return None
        payload = {"url": values["url"]}
        return {"attachment": {"type": _FILES.get(block.kind, MEDIA[block.kind]), "payload": payload}}
    if block.kind == "TextAndURL":
        return _buttons(_body(block), [{"type": "web_url", "url": values["url"], "title": values["title"]}])
    return None


def _body(block: Block) -> str:
    """Header, body and footer: a message of the JSON API has one text."""
    return "\n\n".join(part for name in ("header", "body", "footer") if (part := block.values.get(name)))


def _buttons(text: str, buttons: list[dict[str, Any]]) -> dict[str, Any]:
    payload = {"template_type": "button", "text": text, "buttons": buttons}
    return {"attachment": {"type": "template", "payload": payload}}


def _offered(block: Block, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """A question with buttons: a few stand in the message, more below it as quick replies. A tap is saved as well."""
    replies: list[dict[str, Any]] = []
    for handle in block.handles:
        reply: dict[str, Any] = {"title": handle.title}
        if handle.target is not None:
            reply["block_names"] = [names[handle.target]]
        if block.saves:
            reply["set_attributes"] = {block.saves: handle.title}
        replies.append(reply)
    if block.kind == "TextAndButtons":
        return [_buttons(_body(block), [{"type": "show_block", **reply} for reply in replies])]
    told = [f"{handle.title}: {handle.description}" for handle in block.handles if handle.description]
    return [{"text": "\n".join([_body(block), *told]), "quick_replies": replies}]


def _by_hand(block: Block, names: Mapping[str, str]) -> str:
    """How a block is built that no answer stands for."""
    onward = f"then “{names[block.following]}”" if block.following is not None else "then nothing"
    if block.kind == "SetCondition":
        (way,) = block.handles
        yes = f"“{names[way.target]}”" if way.target is not None else "nothing"
        return f"block “{block.name}”: if {segment_shown(block.values['segment'])}: {yes}; {onward}"
    if block.kind == "SendJson":
        return f"block “{block.name}”: {block.values['method']} {block.values['url']}, {onward}"
    if block.kind == "SwitchToChatWithHumanAgent":
        return f"block “{block.name}”: a person takes over, {onward}"
    if block.kind == "Template":
        return f"block “{block.name}”: the template `{block.values['template']}`, {onward}"
    if block.kind in MEDIA and not block.values["url"]:
        return f"block “{block.name}”: the file `{block.values['asset']}`, {onward}"
    if block.kind in ("TextAndButtons", "List") and block.following is not None:
        return f"after “{block.name}”, any other answer leads to “{names[block.following]}”: set up its keywords"
    if block.waits and block.kind not in ("TextAndButtons", "List"):
        saved = f"saves the answer in `{block.saves}`, " if block.saves else ""
        return f"block “{_waiting(block)}”: waits for an answer, {saved}{onward}"
    return ""

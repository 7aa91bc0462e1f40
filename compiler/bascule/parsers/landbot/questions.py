"""Blocks that say or ask something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bascule.ir.content import Choice, ChoiceKind, Content, Media, MediaKind
from bascule.ir.expr import Ref
from bascule.ir.nodes import (
    Always,
    Ask,
    Chosen,
    Edge,
    Guard,
    Message,
    Node,
    ReplyKind,
)
from bascule.ir.text import plain_text
from bascule.language.members import EMPTY, Facts, as_text, clip, slug
from bascule.language.reading import json_text, unique
from bascule.parsers.landbot.catalogue import ASKS, LABELS, LIKE_ASKS, YES_NO
from bascule.parsers.landbot.graph import Block, Out
from bascule.parsers.landbot.losses import ButtonWords
from bascule.parsers.landbot.rules import (
    DateFormats,
)
from bascule.parsers.landbot.scene import (
    Scene,
    common,
    content_of,
    edges_of,
    into,
    likely,
    plain,
    said,
    validation_of,
)  # fmt: skip
from bascule.source import Place

__all__ = ["buttons", "chat", "send", "typed", "yes_no"]

_MEDIA = {kind.value: kind for kind in (MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.DOCUMENT)}
_OUTPUT = ("id", "payload", "key", "value")
_PATTERNS = {"dd": "%d", "d": "%d", "MM": "%m", "M": "%m", "yyyy": "%Y", "yy": "%y"}


def typed(scene: Scene, block: Block) -> list[Node]:
    """Every question that takes a typed answer."""
    kind = ASKS.get(block.type) or LIKE_ASKS[block.type]
    if block.type in LIKE_ASKS:
        likely(scene, block, "its name")
    if block.type == "ask_date":
        _date(scene, block)
    hints: Facts = []
    types = {ReplyKind.NUMBER: "number", ReplyKind.DATE: "date"}
    validation = validation_of(scene, block, hints)
    node = Ask(
        **common(block),
        content=content_of(scene, block),
        reply=kind,
        into=into(scene, block, types.get(kind, "text")),
        validation=validation,
        hints=tuple(hints),
        edges=edges_of(scene, block, plain),
    )
    return [node]


def _date(scene: Scene, block: Block) -> None:
    """Check that the calendar writes a date that the block takes."""
    params = block.params
    picker, accepted = params.data.get("pickerFormat"), params.data.get("format")
    params.fact("format", reason="the patterns of dates that are taken; kept as a fact")
    if not isinstance(picker, str) or not picker or len(picker) > 40:
        return
    written = picker
    for name in sorted(_PATTERNS, key=lambda name: -len(name)):
        written = written.replace(name, _PATTERNS[name]) if _PATTERNS[name] not in written else written
    listed = [item for item in accepted if isinstance(item, str)] if isinstance(accepted, list) else []
    if written not in (listed or ["%Y/%m/%d"]):
        scene.reading.find(
            DateFormats,
            params.at("pickerFormat"),
            f"the calendar of `{block.shown}` writes dates as `{clip(picker)}`, which the question then refuses",
            help=f'add `"{written}"` to `format`',
        )


def yes_no(scene: Scene, block: Block) -> list[Node]:
    """``ask_yes_no``: two buttons."""
    items = block.params.data.get("buttons")
    if isinstance(items, list) and items:
        return buttons(scene, block)
    block.params.skip("buttons")
    choices = []
    own = False
    for id_, word in YES_NO:
        name = next((name for name in (f"{id_}Text", f"{id_}Label", f"{id_}_text", id_) if name in block.params), "")
        own = own or bool(name)
        text = block.params.text(name) if name else scene.reading.text(word, block.place)
        at = block.params.at(name) if name else block.place
        choices.append(Choice(id_, said(text), payload=f"${id_}", at=at))
    if not own:
        code = scene.reading.find_once(
            ButtonWords,
            "yes_no",
            block.place,
            lambda count: f"the words of the buttons of {count} yes-or-no question(s) are not in the draft",
            help="write them in the converted scenario",
        )
        scene.reading.book.degraded(block.place, "its buttons say `Yes` and `No`", "write their words", code)
    ids = {id_ for id_, _ in YES_NO}
    return [_chosen(scene, block, choices, lambda name: name if name in ids else "")]


def buttons(scene: Scene, block: Block) -> list[Node]:
    """``buttons`` and everything like it: a choice per button."""
    choices, by_output = _choices(scene, block)
    return [_chosen(scene, block, choices, lambda name: by_output.get(name, ""))]


def _chosen(scene: Scene, block: Block, choices: list[Choice], find: Callable[[str], str]) -> Ask:
    hints: Facts = []
    validation = validation_of(scene, block, hints)

    def guard(out: Out) -> Guard | None:
        id_ = find(out.name) or find(out.name.casefold())
        return Chosen((id_,)) if id_ else None

    content = content_of(scene, block)
    return Ask(
        **common(block),
        content=Content(text=content.text, choices=tuple(choices), at=content.at),
        reply=ReplyKind.CHOICE,
        into=into(scene, block, "text"),
        validation=validation,
        hints=tuple(hints),
        edges=edges_of(scene, block, guard),
    )


def _choices(scene: Scene, block: Block) -> tuple[list[Choice], dict[str, str]]:
    """The buttons of a block, and choice ids by the names of their outputs."""
    params = block.params
    name = next((name for name in ("buttons", "options", "choices") if isinstance(params.data.get(name), list)), "")
    place = params.at(name or "buttons")
    choices: list[Choice] = []
    outputs: dict[str, str] = {}
    taken: dict[str, int] = {}
    for index, item in enumerate(params.items(name or "buttons")):
        at = place.child(index)
        data = item if isinstance(item, dict) else {"text": item}
        label = next((key for key in LABELS if isinstance(data.get(key), (str, int, float))), "")
        title = scene.reading.text(as_text(data.get(label)), at.child(label) if isinstance(item, dict) else at)
        output = next((as_text(data[key]) for key in _OUTPUT if data.get(key) not in EMPTY), "")
        url = data.get("url")
        known = {"id", "payload", "key", "value", label, "url", "type", "richText", "rawText"}
        rest = {key: value for key, value in data.items() if key not in known}
        if rest:
            params.facts.append((f"{name}/{index}", json_text(scene.reading.safe(rest, at))))
        words = plain_text(title, lambda hole: hole.expression.name if isinstance(hole.expression, Ref) else "…")
        id_ = unique(slug(words) or slug(output) or f"choix_{index + 1}", taken)
        kind = ChoiceKind.URL if isinstance(url, str) and url else ChoiceKind.REPLY
        target = scene.reading.sent(url, at.child("url")) if isinstance(url, str) else ()
        choices.append(Choice(id_, said(title), kind, payload=output, url=target, at=at))
        for spelled in (output.removeprefix("$"), str(index), id_):
            if spelled and kind is ChoiceKind.REPLY:
                outputs.setdefault(spelled, id_)
    return choices, outputs


def chat(scene: Scene, block: Block) -> list[Node]:
    """``chat``, the stored form of messages and buttons."""
    params = block.params
    place = params.at("messages")
    contents: list[Content] = []
    for index, item in enumerate(params.items("messages")):
        contents.append(_part(scene, block, item, place.child(index), f"messages/{index}"))
    contents = [content for content in contents if not content.empty] or [content_of(scene, block)]
    choices, by_output = _choices(scene, block)
    ids = [block.node, *(unique(block.node, scene.taken) for _ in contents[1:])]
    nodes: list[Node] = []
    for index, content in enumerate(contents[:-1]):
        edges = (Edge(Always(), ids[index + 1], at=block.place),)
        nodes.append(Message(id=ids[index], content=content, edges=edges, at=block.place))
    last = contents[-1]
    if not any(choice.kind is ChoiceKind.REPLY for choice in choices):
        content = Content(text=last.text, media=last.media, choices=tuple(choices), at=last.at)
        nodes.append(Message(id=ids[-1], content=content, edges=edges_of(scene, block, plain), at=block.place))
        return nodes

    def guard(out: Out) -> Guard | None:
        id_ = by_output.get(out.name, "")
        return Chosen((id_,)) if id_ else None

    hints: Facts = []
    validation = validation_of(scene, block, hints)
    nodes.append(
        Ask(
            id=ids[-1],
            content=Content(text=last.text, media=last.media, choices=tuple(choices), at=last.at),
            reply=ReplyKind.CHOICE,
            into=into(scene, block, "text"),
            validation=validation,
            hints=tuple(hints),
            edges=edges_of(scene, block, guard),
            at=block.place,
        )
    )
    return nodes


def _part(scene: Scene, block: Block, item: Any, place: Place, key: str) -> Content:
    """One message of a chat block: a text, or a file."""
    data = item if isinstance(item, dict) else {"text": item}
    text = data.get("text")
    url = next((data[name] for name in ("url", "src", "image", "file") if isinstance(data.get(name), str)), "")
    words = scene.reading.text(as_text(text), place.child("text") if isinstance(item, dict) else place)
    kind = _MEDIA.get(as_text(data.get("type")), MediaKind.IMAGE if "image" in data else MediaKind.FILE)
    media = (Media(kind, url=said(scene.reading.sent(url, place)), at=place),) if url else ()
    known = ("text", "url", "src", "image", "file", "type", "richText", "rawText")
    rest = {name: value for name, value in data.items() if name not in known}
    if rest:
        block.facts.append((key, json_text(scene.reading.safe(rest, place))))
    return Content(text=said(words), media=media, at=place)


def send(scene: Scene, block: Block) -> list[Node]:
    """``send_text``."""
    return [Message(**common(block), content=content_of(scene, block), edges=edges_of(scene, block, plain))]

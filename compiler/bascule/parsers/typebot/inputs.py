"""Inputs: what the bot asks."""

from __future__ import annotations

from dataclasses import replace

from bascule.ir.content import Content
from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.nodes import (
    Always,
    Ask,
    Edge,
    Node,
    Otherwise,
    ReplyKind,
    Unsupported,
    Validation,
    When,
)
from bascule.language.members import EMPTY, Facts, number_of
from bascule.language.reading import json_text
from bascule.parsers.typebot.catalogue import DEFAULT_RATING
from bascule.parsers.typebot.choices import cards, choices
from bascule.parsers.typebot.graph import Block
from bascule.parsers.typebot.losses import PaymentLost, SeveralAnswers
from bascule.parsers.typebot.menus import with_menu
from bascule.parsers.typebot.reading import BotMembers
from bascule.parsers.typebot.scene import Scene

__all__ = ["ask"]

_KINDS = {
    "text input": ReplyKind.TEXT,
    "number input": ReplyKind.NUMBER,
    "email input": ReplyKind.EMAIL,
    "url input": ReplyKind.TEXT,
    "date input": ReplyKind.DATE,
    "time input": ReplyKind.TIME,
    "phone number input": ReplyKind.PHONE,
    "rating input": ReplyKind.NUMBER,
    "file input": ReplyKind.FILE,
}
_TESTS = {
    ReplyKind.NUMBER: "has_number",
    ReplyKind.EMAIL: "has_email",
    ReplyKind.DATE: "has_date",
    ReplyKind.TIME: "has_time",
    ReplyKind.PHONE: "has_phone",
}
_ADDRESS = r"^(https?://)?[^\s.]+\.\S+$"
_FILES = {"image/": ReplyKind.IMAGE, "video/": ReplyKind.VIDEO, "audio/": ReplyKind.AUDIO}
_LOOK = (
    "labels", "isLong", "inputMode", "isSearchable", "searchInputPlaceholder", "areInitialSearchButtonsVisible",
    "buttonLabel", "customIcon", "buttonType", "isOneClickSubmitEnabled",
)  # fmt: skip
_FACTS = (
    "step", "locale", "style", "currency", "unit", "hasTime", "format", "defaultCountryCode", "capture", "visibility",
    "sizeLimit", "isRequired",
)  # fmt: skip


def ask(scene: Scene, block: Block, content: Content | None) -> list[Node]:
    """The question of an input; ``content`` is what is said just before it, if that belongs to it."""
    scene.reading.book.exact(block.place)
    if block.type == "payment input":
        return [_payment(scene, block)]
    hints: Facts = []
    block.options.look(*_LOOK, hints=hints)
    if block.type in ("choice input", "picture choice input"):
        nodes: list[Node] = [choices(scene, block, content or Content(at=block.place))]
    elif block.type == "cards":
        nodes = cards(scene, block, content or Content(at=block.place))
    else:
        nodes = [_open(scene, block, content or Content(at=block.place))]
    block.options.fact(*_FACTS, reason="kept as a fact")
    first = nodes[0]
    return [replace(first, hints=(*first.hints, *hints)), *nodes[1:]]


def _open(scene: Scene, block: Block, content: Content) -> Ask:
    """Every input that takes a typed answer or a file."""
    options = block.options
    kind = _KINDS[block.type]
    # A text is never wrong.
    validation = Validation(error=scene.error(options)) if block.type != "text input" else Validation()
    if block.type == "number input":
        validation = replace(validation, minimum=_bound(scene, options, "min"), maximum=_bound(scene, options, "max"))
    elif block.type == "rating input":
        start = _bound(scene, options, "startsAt")
        top = options.number("length")
        validation = replace(validation, minimum=start, maximum=float(DEFAULT_RATING) if top is None else top)
    elif block.type == "url input":
        validation = replace(validation, entity="url")
    elif block.type == "date input":
        options.fact("min", "max", reason="the earliest and latest day are kept as facts")
        if options.boolean("isRange"):
            options.lose("isRange", SeveralAnswers, "range", "ask for two dates at once", "one date is asked for")
    elif block.type == "file input":
        kind = _file(options)
    elif block.type == "text input":
        kind = _spoken(scene, options)
    into = scene.into(options)
    edges = _answered(scene, block, kind, validation, Ref(into or ("message", "text")))
    checked = validation if validation != Validation() else None
    made = Ask(
        **scene.common(block),
        content=content,
        reply=kind,
        into=into,
        validation=checked,
        edges=edges,
    )
    return with_menu(scene, block, made) if block.type in ("text input", "number input") else made


def _answered(scene: Scene, block: Block, kind: ReplyKind, validation: Validation, answer: Ref) -> tuple[Edge, ...]:
    """The ways on. A wrong answer is asked again by itself; where the bot has an event for it, it leads there."""
    following = scene.graph.next(block)
    test = _TESTS.get(kind)
    if validation.entity == "url":
        test = "has_pattern"
    if scene.again is None or test is None:
        return (Edge(Always(), following, at=block.place),)
    arguments: tuple[Expression, ...] = (answer,)
    if test == "has_pattern":
        arguments = (answer, Const(_ADDRESS))
    elif kind is ReplyKind.NUMBER and validation.minimum is not None and validation.maximum is not None:
        test, arguments = "has_number_between", (answer, Const(validation.minimum), Const(validation.maximum))
    right = Edge(When(Call(test, arguments)), following, at=block.place)
    return (right, Edge(Otherwise(), scene.again, at=block.place))


def _bound(scene: Scene, options: BotMembers, name: str) -> float | None:
    """A bound that is a number; one that is a variable is a fact."""
    value = options.take(name)
    number = number_of(value)
    if number is None and value not in EMPTY:
        if isinstance(value, str):
            scene.reading.text(value, options.at(name))
        options.fact(name, reason="the bound is computed: it is kept as a fact")
    return number


def _file(options: BotMembers) -> ReplyKind:
    """What kind of file is asked for."""
    allowed = options.object("allowedFileTypes")
    types = allowed.get("types")
    listed = [item for item in types if isinstance(item, str)] if isinstance(types, list) else []
    if options.boolean("isMultipleAllowed"):
        options.lose("isMultipleAllowed", SeveralAnswers, "files", "take several files; one is taken", "one file")
    if allowed:
        options.keep("allowedFileTypes")
    if not allowed.get("isEnabled") or not listed:
        return ReplyKind.FILE
    for prefix, kind in _FILES.items():
        if all(item.startswith(prefix) for item in listed):
            return kind
    return ReplyKind.FILE


def _spoken(scene: Scene, options: BotMembers) -> ReplyKind:
    """A text input that also takes recordings or files takes any message."""
    kind = ReplyKind.TEXT
    for name in ("audioClip", "attachments"):
        value = options.object(name)
        if not value:
            continue
        path = scene.reading.variable(value.get("saveVariableId"), options.at(name).child("saveVariableId"))
        options.keep(name)
        if value.get("isEnabled"):
            kind = ReplyKind.ANY
            where = f"; its address belongs in `{path[0]}`" if path else ""
            scene.reading.book.emulated(options.at(name), f"any message is taken{where}")
    return kind


def _payment(scene: Scene, block: Block) -> Unsupported:
    """``payment input``: kept whole, with its amount."""
    options = block.options
    options.credentials()
    variable = scene.into(options)
    for name in options.data:
        options.take(name)
    kept = {name: value for name, value in options.data.items() if name != "credentialsId"}
    if variable:
        kept["variable"] = variable[0]
    source = {"type": block.type, "options": kept}
    code = scene.lost(
        block,
        PaymentLost,
        "take a payment; they are kept as unsupported",
        "no card form in a WhatsApp chat",
        "send a link to a payment page",
    )
    for name in kept:
        if name in options.data:
            scene.reading.book.dropped(options.at(name), "part of a payment form", "send a link", code)
    return Unsupported(
        **scene.common(block),
        construct=block.type,
        source=json_text(scene.reading.safe(source, block.place)),
        reason="no card form in a WhatsApp chat",
        edges=scene.on(block),
    )

"""Chat nodes of RedBot (``chatbot-*``): messages, buttons, media, rules, variables.

Members of the nodes: https://github.com/guidone/node-red-contrib-chatbot
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bascule.ir.content import Card, Choice, ChoiceKind, Content, GeoPoint, Media, MediaKind, TemplateUse
from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.ir.nodes import (
    Always,
    Ask,
    Assignment,
    Case,
    Chosen,
    Edge,
    Guard,
    HttpRequest,
    Node,
    Otherwise,
    ReplyKind,
    SetVariable,
    When,
)
from bascule.ir.project import Variable
from bascule.ir.text import Localized, LocalizedText, Text, is_empty, literal, plain_text, text_expression
from bascule.language.names import template_slug
from bascule.language.reading import json_text, unique
from bascule.parsers.node_red.context import Context, common, message_node
from bascule.parsers.node_red.losses import OnlyElsewhere
from bascule.parsers.node_red.nodes import RawNode, typed_value
from bascule.parsers.node_red.rules import BadValue, UnknownCondition
from bascule.source import Place

__all__ = ["BUILDERS"]

_SAID = Ref(("msg", "payload", "content"))
"""Where RedBot keeps what the person wrote."""

_TYPE = Ref(("msg", "payload", "type"))
_MEDIA = {
    "chatbot-image": (MediaKind.IMAGE, ("image", "filename")),
    "chatbot-document": (MediaKind.DOCUMENT, ("document", "filename")),
    "chatbot-video": (MediaKind.VIDEO, ("video", "filename")),
    "chatbot-audio": (MediaKind.AUDIO, ("audio", "filename")),
    "chatbot-voice": (MediaKind.AUDIO, ("voice", "audio", "filename")),
    "chatbot-animation": (MediaKind.GIF, ("animation", "filename")),
    "chatbot-sticker": (MediaKind.STICKER, ("sticker", "filename")),
    "chatbot-qrcode": (MediaKind.IMAGE, ("message",)),
}
_BUTTONS = {
    "postback": ChoiceKind.REPLY,
    "quick-reply": ChoiceKind.REPLY,
    "keyboardbutton": ChoiceKind.REPLY,
    "text": ChoiceKind.REPLY,
    "url": ChoiceKind.URL,
    "call": ChoiceKind.CALL,
    "phone": ChoiceKind.CALL,
    "location": ChoiceKind.SHARE_LOCATION,
    "user-phone-number": ChoiceKind.SHARE_PHONE,
    "phone-number": ChoiceKind.SHARE_PHONE,
}
_PARSED: dict[str, Expression] = {
    "email": Call("has_email", (_SAID,)),
    "number-integer": Call("has_number", (_SAID,)),
    "integer-number": Call("has_number", (_SAID,)),
    "number": Call("has_number", (_SAID,)),
    "date": Call("has_date", (_SAID,)),
    "string": Call("has_text", (_SAID,)),
    "boolean": Opaque("node-red", "parse boolean"),
}
_INPUTS = {"email": ReplyKind.EMAIL, "tel": ReplyKind.PHONE, "number": ReplyKind.NUMBER, "text": ReplyKind.TEXT}


def _text(context: Context, node: RawNode, value: Any, place: Place) -> Text:
    return context.reading.text(value, place) if isinstance(value, str) else ()


def _localized(text: Text) -> LocalizedText:
    return Localized.of(text) if text and not is_empty(text) else Localized()


def _member(context: Context, node: RawNode, name: str) -> Text:
    return _text(context, node, node.text(name), node.at(name))


def message(context: Context, node: RawNode) -> list[Node]:
    """``chatbot-message``: one wording, or several of which one is picked."""
    value = node.data.get("message")
    wordings: list[Text] = []
    if isinstance(value, str):
        wordings.append(_member(context, node, "message"))
    else:
        for item, place in node.objects("message"):
            wordings.append(_text(context, node, item.get("message"), place.child("message")))
    wordings = [text for text in wordings if not is_empty(text)]
    first = wordings[0] if wordings else ()
    several = tuple(Localized.of(text) for text in wordings) if len(wordings) > 1 else ()
    language = node.take("language")
    content = Content(text=_localized(first), alternatives=several, at=node.at("message"))
    if isinstance(language, str) and language not in ("", "none"):
        node.facts.append(("language", json_text(language)))
    return message_node(context, node, content)


def _choices(context: Context, node: RawNode) -> tuple[tuple[Choice, ...], list[tuple[str, str]]]:
    taken: dict[str, int] = {}
    choices: list[Choice] = []
    hints: list[tuple[str, str]] = []
    for item, place in node.objects("buttons"):
        kind = str(item.get("type", "postback"))
        plain = kind.replace("_", "-").lower()
        if plain == "newline":
            hints.append(("newline", json_text(len(choices))))
            context.reading.book.exact(place, "a layout hint of the message")
            continue
        meant = _BUTTONS.get(plain)
        if meant is None:
            code = context.reading.find_once(
                OnlyElsewhere,
                plain[:40],
                place,
                _counted(f"button(s) of the kind `{kind[:40]}` exist on other platforms only"),
                help="use a reply or a link",
            )
            context.reading.book.degraded(place, "a kind of button that WhatsApp has not", "a reply or a link", code)
            hints.append((f"button {kind[:40]}", json_text(context.reading.safe(item, place))))
            continue
        choices.append(_choice(context, node, item, place, meant, taken))
    return tuple(choices), hints


def _counted(tail: str) -> Callable[[int], str]:
    """A message that starts with the number of places."""
    return lambda count: f"{count} {tail}"


def _choice(
    context: Context, node: RawNode, item: dict[str, Any], place: Place, kind: ChoiceKind, taken: dict[str, int]
) -> Choice:
    label = _text(context, node, item.get("label"), place.child("label"))
    value = item.get("value")
    payload = value if isinstance(value, str) else json_text(value) if isinstance(value, (int, float)) else ""
    url = item.get("url")
    target = url if isinstance(url, str) and url else payload
    base = template_slug(payload.strip("/") if kind is ChoiceKind.REPLY and payload else plain_text(label))[:60]
    known = ("type", "label", "value", "url")
    rest = {name: part for name, part in item.items() if name not in known and part not in ("", None, False)}
    hints = tuple((name, json_text(context.reading.safe(part, place.child(name), name))) for name, part in rest.items())
    return Choice(
        id=unique(base or "choice", taken),
        title=Localized.of(label or literal(payload)),
        kind=kind,
        payload=(payload or plain_text(label)) if kind is ChoiceKind.REPLY else "",
        url=context.reading.text(target, place.child("url" if target == url else "value"))
        if kind is ChoiceKind.URL
        else (),
        phone=literal(target) if kind is ChoiceKind.CALL else (),
        hints=hints,
        at=place,
    )


def buttons(context: Context, node: RawNode) -> list[Node]:
    """``chatbot-ask``, ``-inline-buttons``, ``-quick-replies``: a text with buttons."""
    text = _member(context, node, "message")
    choices, hints = _choices(context, node)
    content = Content(text=_localized(text), choices=choices, hints=tuple(hints), at=node.at("message"))
    return message_node(context, node, content)


def ask_for(context: Context, node: RawNode) -> list[Node]:
    """``chatbot-request``: asks for the place or the phone number."""
    text = _member(context, node, "message")
    kind = node.text("requestType") or "location"
    label = _member(context, node, "buttonLabel")
    share = ChoiceKind.SHARE_LOCATION if kind == "location" else ChoiceKind.SHARE_PHONE
    choice = Choice(share.value, Localized.of(label or literal(share.value)), share, at=node.at("requestType"))
    content = Content(text=_localized(text), choices=(choice,), at=node.at("message"))
    return message_node(context, node, content)


def media(context: Context, node: RawNode) -> list[Node]:
    """Pictures, videos, sounds, files, stickers."""
    kind, members = _MEDIA[node.type]
    url: Text = ()
    place = node.place
    for name in members:
        value = node.data.get(name)
        if isinstance(value, str) and value and not url:
            url, place = _member(context, node, name), node.at(name)
    caption = _member(context, node, "caption")
    filename = plain_text(url).rsplit("/", 1)[-1] if url else ""
    item = Media(kind, _localized(url), filename=filename if kind is MediaKind.DOCUMENT else "", at=place)
    return message_node(context, node, Content(text=_localized(caption), media=(item,), at=place))


def location(context: Context, node: RawNode) -> list[Node]:
    """``chatbot-location``."""
    values: list[Expression] = []
    for name in ("latitude", "longitude"):
        value = node.take(name)
        try:
            values.append(Const(float(value)))
        except (TypeError, ValueError, OverflowError):
            text = _text(context, node, value, node.at(name))
            values.append(text_expression(text) if text else Const(None))
    name_ = _member(context, node, "place")
    return message_node(context, node, Content(location=GeoPoint(values[0], values[1], name_), at=node.place))


def card(context: Context, node: RawNode) -> list[Node]:
    """``chatbot-generic-template``: one card."""
    title, subtitle = _member(context, node, "title"), _member(context, node, "subtitle")
    image = _member(context, node, "imageUrl")
    choices, hints = _choices(context, node)
    picture = Media(MediaKind.IMAGE, Localized.of(image), at=node.at("imageUrl")) if image else None
    item = Card(_localized(title), _localized(subtitle), picture, choices, tuple(hints), at=node.place)
    return message_node(context, node, Content(cards=(item,), at=node.place))


def template(context: Context, node: RawNode) -> list[Node]:
    """``chatbot-whatsapp-template``: a template that exists already."""
    parameters: list[tuple[str, Expression]] = []
    for member, prefix in (("paramsHeader", "header."), ("paramsBody", "")):
        for number, (item, place) in enumerate(node.objects(member), 1):
            value = item.get(str(item.get("type", "text")))
            if isinstance(value, str):
                expression = text_expression(_text(context, node, value, place.child(str(item.get("type")))))
            else:
                expression = Const(json_text(value))
            parameters.append((f"{prefix}{number}", expression))
    use = TemplateUse(
        name=node.text("template"), language=node.text("language"), parameters=tuple(parameters), at=node.at("template")
    )
    return message_node(context, node, Content(template=use, at=node.at("template")))


def _rule(context: Context, node: RawNode, rule: dict[str, Any], place: Place) -> Guard:
    kind = str(rule.get("type", ""))
    topic, variable = Ref(("topic",)), Ref((str(rule.get("variable") or "variable"),))
    tests: dict[str, Expression] = {
        "command": Call("same_text", (_SAID, Const(_command(rule.get("command"))))),
        "anyCommand": Call("starts_with", (_SAID, Const("/"))),
        "inbound": Call("eq", (Ref(("msg", "payload", "inbound")), Const(True))),
        "outbound": Call("eq", (Ref(("msg", "payload", "inbound")), Const(False))),
        "messageType": Call("eq", (_TYPE, Const(str(rule.get("messageType", ""))))),
        "notMessageType": Call("ne", (_TYPE, Const(str(rule.get("messageType", ""))))),
        "messageEvent": Call("eq", (_TYPE, Const(str(rule.get("event", ""))))),
        "transport": Call("eq", (Ref(("msg", "originalMessage", "transport")), Const(str(rule.get("transport", ""))))),
        "environment": Call("eq", (Ref(("global", "environment")), Const(str(rule.get("environment", ""))))),
        "isTopicEmpty": Call("is_blank", (topic,)),
        "isTopic": Call("eq", (topic, Const(str(rule.get("topic", ""))))),
        "isNotTopic": Call("ne", (topic, Const(str(rule.get("topic", ""))))),
        "topicIncludes": Call("contains", (topic, Const(str(rule.get("topic", ""))))),
        "hasVariable": Call("not", (Call("is_blank", (variable,)),)),
        "hasNotVariable": Call("is_blank", (variable,)),
        "isVariable": Call("eq", (variable, Const(str(rule.get("value", ""))))),
    }
    if kind == "catchAll":
        return Otherwise()
    if kind in tests:
        context.reading.note(tests[kind], place)
        return When(tests[kind])
    code = context.reading.find(
        UnknownCondition, place, f"a rule of `{node.shown}` is of the unknown kind `{kind[:40]}`; it is kept opaque"
    )
    context.reading.book.degraded(place, "kept as an opaque condition", "use a known rule", code)
    return When(Opaque("node-red", json_text(rule)))


def _command(value: Any) -> str:
    word = str(value or "").strip()
    return word if word.startswith("/") or not word else f"/{word}"


def rules(context: Context, node: RawNode) -> list[Node]:
    """``chatbot-rules``: one output per rule, tried in order."""
    edges: list[Edge] = []
    for port, (rule, place) in enumerate(node.objects("rules")):
        edges.extend(context.edges(node, port, _rule(context, node, rule, place)))
    ordered = sorted(edges, key=lambda edge: isinstance(edge.guard, Otherwise))
    return [Case(**common(context, node), subject=_SAID, edges=tuple(ordered))]


def _branch(context: Context, node: RawNode, condition: Expression, subject: Expression) -> list[Node]:
    """A node whose first output is for when a condition holds, and the second for when it does not."""
    context.reading.note(condition, node.place)
    edges = [*context.edges(node, 0, When(condition)), *context.edges(node, 1, Otherwise())]
    return [Case(**common(context, node), subject=subject, edges=tuple(edges))]


def command(context: Context, node: RawNode) -> list[Node]:
    """``chatbot-command``: goes on only after its command."""
    test = Call("same_text", (_SAID, Const(_command(node.text("command")))))
    return _branch(context, node, test, _SAID)


def topic(context: Context, node: RawNode) -> list[Node]:
    """``chatbot-topic``: goes on only in its topic."""
    test = Call("eq", (Ref(("topic",)), Const(node.text("topic"))))
    return _branch(context, node, test, Ref(("topic",)))


def language(context: Context, node: RawNode) -> list[Node]:
    """``chatbot-language``: guesses the language of what was written; read as a test of the contact's language."""
    test = Call("eq", (Ref(("contact", "language")), Const(node.text("language"))))
    context.reading.book.emulated(node.place, "a guess by the words; read as a test of the contact's language")
    return _branch(context, node, test, Ref(("contact", "language")))


def guard(context: Context, node: RawNode) -> list[Node]:
    """``chatbot-listen``, ``-authorized``: conditions that the platform decides."""
    return _branch(context, node, Opaque("node-red", node.type), _SAID)


def parse(context: Context, node: RawNode) -> list[Node]:
    """``chatbot-parse``: tests the answer and stores it; the second output is for answers of another kind."""
    kind = node.text("parseType") or "string"
    variable = node.text("parseVariable")
    test = _PARSED.get(kind) or Call("eq", (_TYPE, Const(kind)))
    good, bad = context.edges(node, 0, When(test)), context.edges(node, 1, Otherwise())
    fields = common(context, node)
    if not variable or not good:
        return [Case(**fields, subject=_SAID, edges=(*good, *bad))]
    context.reading.variables.setdefault(variable, Variable(variable, scope="session", at=node.at("parseVariable")))
    stored = f"{node.id}_store"
    assignment = Assignment((variable,), _SAID, at=node.at("parseVariable"))
    after = tuple(Edge(Always(), edge.target, at=edge.at) for edge in good)
    return [
        Case(**fields, subject=_SAID, edges=(Edge(When(test), stored, at=node.place), *bad)),
        SetVariable(id=stored, assignments=(assignment,), edges=after, at=node.at("parseVariable")),
    ]


def variable(context: Context, node: RawNode) -> list[Node]:
    """``chatbot-context``: set, delete and read variables of the chat."""
    action = node.text("command") or "set"
    name = node.text("fieldName") or "variable"
    value = node.take("fieldValue")
    kind = node.text("fieldType") or "str"
    assignments: tuple[Assignment, ...] = ()
    if action == "set":
        given = (
            text_expression(_text(context, node, value, node.at("fieldValue")))
            if kind == "str" and isinstance(value, str)
            else typed_value(value, kind)
        )
        assignments = (Assignment((name,), given, at=node.at("fieldName")),)
    elif action == "delete":
        assignments = (Assignment((name,), op="clear", at=node.at("fieldName")),)
    elif action == "get":
        assignments = (Assignment(("msg", "payload"), Ref((name,)), at=node.at("fieldName")),)
    else:
        context.reading.book.emulated(node.place, "stores what the recogniser found: the variables of the intent")
    context.reading.variables.setdefault(name, Variable(name, scope="session", at=node.at("fieldName")))
    edges = context.on(node)
    return [SetVariable(**common(context, node), assignments=assignments, edges=edges)]


def dialog(context: Context, node: RawNode) -> list[Node]:
    """``chatbot-dialog``: a form; its fields are asked one after the other."""
    title = _member(context, node, "title")
    edges = context.on(node)
    items = [(item, place) for item, place in node.objects("elements")]
    context.reading.book.emulated(node.place, "a form: its fields are asked one after the other")
    fields = common(context, node)
    ids = [node.id, *(f"{node.id}_{number}" for number in range(2, len(items) + 1))]
    built: list[Node] = []
    for position, (item, place) in enumerate(items):
        label = _text(context, node, item.get("label") or item.get("name"), place.child("label"))
        name = str(item.get("name") or f"field_{position + 1}")
        context.reading.variables.setdefault(name, Variable(name, scope="session", at=place))
        following = ids[position + 1] if position + 1 < len(ids) else None
        ways = (Edge(Always(), following, at=place),) if following else edges
        options = _options(item, place)
        content = Content(
            header=_localized(title) if position == 0 else Localized(),
            text=_localized(label),
            choices=options,
            at=place,
        )
        own = fields if position == 0 else {"id": ids[position], "at": place}
        if options:
            picked = tuple(choice.id for choice in options)
            ways = (*(Edge(Chosen(picked), edge.target, at=edge.at) for edge in ways), *ways)
        hints = tuple(
            (key, json_text(context.reading.safe(part, place.child(key), key)))
            for key, part in item.items()
            if key not in ("label", "name", "options", "type") and part not in ("", None, False, [])
        )
        kind = ReplyKind.CHOICE if options else _INPUTS.get(str(item.get("subtype", item.get("type"))), ReplyKind.TEXT)
        built.append(Ask(**own, content=content, reply=kind, into=(name,), edges=ways, hints=hints))
    if not built:
        context.reading.find(BadValue, node.place, f"the form `{node.shown}` has no fields")
        return message_node(context, node, Content(text=_localized(title), at=node.place))
    return built


def _options(item: dict[str, Any], place: Place) -> tuple[Choice, ...]:
    taken: dict[str, int] = {}
    found: list[Choice] = []
    given = item.get("options")
    for index, option in enumerate(given if isinstance(given, list) else []):
        if isinstance(option, dict):
            label = str(option.get("label") or option.get("value") or "")
            value = str(option.get("value") or label)
            if label:
                at = place.child("options", index)
                id_ = unique(template_slug(value)[:60] or "option", taken)
                found.append(Choice(id_, Localized.of(literal(label)), payload=value, at=at))
    return tuple(found)


def recogniser(context: Context, node: RawNode) -> list[Node]:
    """Services that recognise intents or write answers: calls of something outside."""
    edges = context.on(node)
    kind = "llm" if "openai" in node.type else "classifier"
    return [HttpRequest(**common(context, node), service=kind, name=node.type, into=("msg", "payload"), edges=edges)]


BUILDERS = {
    "chatbot-message": message,
    "chatbot-ask": buttons,
    "chatbot-inline-buttons": buttons,
    "chatbot-quick-replies": buttons,
    "chatbot-request": ask_for,
    **dict.fromkeys(_MEDIA, media),
    "chatbot-location": location,
    "chatbot-generic-template": card,
    "chatbot-card": card,
    "chatbot-whatsapp-template": template,
    "chatbot-rules": rules,
    "chatbot-command": command,
    "chatbot-topic": topic,
    "chatbot-language": language,
    "chatbot-listen": guard,
    "chatbot-authorized": guard,
    "chatbot-parse": parse,
    "chatbot-context": variable,
    "chatbot-dialog": dialog,
    **dict.fromkeys(
        (
            *("chatbot-nlp", "chatbot-nlpjs", "chatbot-dialogflow", "chatbot-recast", "chatbot-rivescript"),
            *("chatbot-nlp-intent", "chatbot-nlpjs-intent", "chatbot-nlp-entity", "chatbot-nlpjs-entity"),
            *("chatbot-nlp-train", "chatbot-nlp-save", "chatbot-nlp-load", "chatbot-nlpjs-train"),
            *("chatbot-nlpjs-load", "chatbot-nlpjs-save", "chatbot-openai-responses"),
        ),
        recogniser,
    ),
}
"""Builders by type."""

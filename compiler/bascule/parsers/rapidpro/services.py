"""Actions that call or start something: webhooks, services, flows, tickets, broadcasts; and those kept whole."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bascule.diagnostics import Rule
from bascule.ir.expr import Const, Expression
from bascule.ir.nodes import Audience, Handover, HttpRequest, Message, RunFlow, Unsupported
from bascule.ir.text import EMPTY_TEXT, Text, literal
from bascule.parsers.rapidpro.catalogue import close_to
from bascule.parsers.rapidpro.located import Obj
from bascule.parsers.rapidpro.losses import (
    AirtimeTransfer,
    PlatformAction,
    ServiceElsewhere,
    ThirdPartySend,
    VoiceAction,
)
from bascule.parsers.rapidpro.members import Members
from bascule.parsers.rapidpro.messages import localized_text, read_said
from bascule.parsers.rapidpro.reading import clip, json_text, result_key
from bascule.parsers.rapidpro.rules import EmptyAction, InvalidRequest, SecretInFlow, UnknownAction
from bascule.parsers.rapidpro.scene import Piece, Scene, name_of
from bascule.parsers.rapidpro.secrets import secrets_of
from bascule.parsers.rapidpro.translations import text_by_language
from bascule.source import Place

__all__ = [
    "broadcast",
    "classifier",
    "email",
    "enter_flow",
    "llm",
    "resthook",
    "sheet",
    "start_session",
    "ticket",
    "unsupported",
    "webhook",
]

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"})
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""Names of header fields (https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)."""

_NO_BODY = ("GET", "HEAD")


def _place(scene: Scene, members: Members) -> Place:
    return scene.reading.place(members.item.pointer)


def _uuid(members: Members) -> str:
    uuid = members.item.get("uuid")
    return uuid if isinstance(uuid, str) else ""


def _result(scene: Scene, members: Members) -> str:
    """The key of the result that a service saves."""
    key = result_key(members.string("result_name"))
    if key:
        scene.reading.declare(("results", key), members.at("result_name"), title=members.string("result_name"))
    return key


def webhook(scene: Scene, members: Members) -> Piece:
    """``call_webhook``. The call is ``webhook`` in expressions: ``webhook.status``, ``webhook.json``."""
    reading, place = scene.reading, _place(scene, members)
    method = members.string("method").strip().upper() or "GET"
    url, body = members.text("url"), members.text("body")
    headers: list[tuple[str, Text]] = []
    written = members.object("headers")
    for name, value in written.items():
        at = reading.at(written, name)
        text = value if isinstance(value, str) else json_text(value)
        if not _TOKEN.fullmatch(name):
            _invalid(scene, at.at_key(), f"`{clip(name, 30)}` is no name of a header field", "use letters and hyphens")
        _secret(scene, at, f"the header `{clip(name, 30)}`", name, text)
        headers.append((name, reading.text(text, at) if isinstance(value, str) else literal(text)))
    for key in ("url", "body"):
        whole = members.item.get(key)
        _secret(scene, members.at(key), f"the {key}", "", whole if isinstance(whole, str) else json_text(whole))
    function = scene.glific and method == "FUNCTION"
    if method not in _METHODS and not function:
        _invalid(scene, members.at("method"), f"`{clip(method, 20)}` is no method of HTTP", "use GET or POST")
    if method in _NO_BODY and body:
        _invalid(scene, members.at("body"), f"a {method} request has a body", "use POST, or remove the body")
    key = _result(scene, members)
    reading.book.exact(place)
    if not url:
        code = reading.find(EmptyAction, place, "a webhook has no address", help="write its `url`")
        reading.book.degraded(place, "there is nothing to call", "write its `url`", code)
    mapping = _answer(scene, key)
    content_type = next((name for name in written if name.lower() == "content-type"), "")
    value = written.get(content_type) if content_type else ""
    if function:
        _elsewhere(scene, members, f"the function `{clip(str(members.item.get('url')), 40)}` of Glific")
    return Piece(
        HttpRequest(
            id="",
            service="function" if function else "http",
            method="" if function else method,
            url=url,
            headers=tuple(headers),
            body=body,
            content_type=value if isinstance(value, str) else "",
            into=("webhook",),
            mapping=mapping,
            name=str(members.item.get("url") or "") if function else "",
            at=place,
        ),
        members.what,
    )


_Mapping = tuple[tuple[str, tuple[str, ...]], ...]


def _answer(scene: Scene, key: str) -> _Mapping:
    """Where the answer goes: to the result, if one is saved, and to extra, where something still looks for it there."""
    saved: _Mapping = (("status", ("results", key)), ("json", ("results", key, "extra"))) if key else ()
    return (*saved, ("json", ("legacy_extra",))) if scene.uses.extra else saved


def _invalid(scene: Scene, place: Place, what: str, help: str) -> None:
    code = scene.reading.find(InvalidRequest, place, what, help=help)
    scene.reading.book.degraded(place, f"{what}; kept as it is", help, code)


def _secret(scene: Scene, place: Place, what: str, name: str, value: str) -> None:
    """Report a value that holds credentials, and cover them in what is shown of the file."""
    reading = scene.reading
    found = secrets_of(name, value)
    reading.secrets += [reading.within(value, place, secret.start, secret.end) for secret in found]
    if found:
        reading.find(
            SecretInFlow,
            place,
            f"{what} of a webhook holds what looks like a password or key, in plain text",
            help="replace it at its owner, and use a global such as `@globals.api_token`",
        )


def _elsewhere(scene: Scene, members: Members, what: str) -> None:
    scene.reading.find_once(
        ServiceElsewhere,
        what,
        _place(scene, members),
        lambda count: f"{what} is called, but how it is set up is not in the file ({count} place(s))",
        help="set it up again on the new platform",
    )


def _service(
    scene: Scene,
    members: Members,
    service: str,
    name: str,
    parameters: tuple[tuple[str, Text], ...],
    into: tuple[str, ...],
    body: Text = EMPTY_TEXT,
) -> Piece:
    place = _place(scene, members)
    scene.reading.book.emulated(place, f"a call of a service ({service}) that is set up elsewhere")
    node = HttpRequest(id="", service=service, name=name, parameters=parameters, body=body, into=into, at=place)
    return Piece(node, members.what)


def resthook(scene: Scene, members: Members) -> Piece:
    """``call_resthook``: every address that subscribed to an event."""
    name = members.string("resthook")
    key = _result(scene, members)
    _elsewhere(scene, members, f"the resthook `{clip(name, 40)}`")
    piece = _service(scene, members, "webhook", name, (), ("webhook",))
    assert isinstance(piece.node, HttpRequest)
    return replace(piece, node=replace(piece.node, mapping=_answer(scene, key)))


def classifier(scene: Scene, members: Members) -> Piece:
    """``call_classifier``: intents of a text. The answer is a result that the next split looks at."""
    reference = members.object("classifier")
    name = name_of(reference)
    members.facts.append(("classifier", json_text(members.item.get("classifier"))))
    key = _result(scene, members)
    _elsewhere(scene, members, f"the classifier `{clip(name, 40)}`")
    parameters = (("input", members.text("input")),)
    return _service(scene, members, "classifier", name, parameters, ("results", key) if key else ())


def llm(scene: Scene, members: Members) -> Piece:
    """``call_llm``."""
    reference = members.object("llm")
    name = name_of(reference)
    members.facts.append(("llm", json_text(members.item.get("llm"))))
    local = members.string("output_local")
    _elsewhere(scene, members, f"the language model `{clip(name, 40)}`")
    parameters = (("instructions", members.text("instructions")), ("input", members.text("input")))
    into = scene.reading.declare(("locals", local.lower()), members.at("output_local")).path if local else ()
    return _service(scene, members, "llm", name, parameters, into)


def sheet(scene: Scene, members: Members) -> Piece:
    """Glific's ``link_google_sheet``: rows of a sheet as a result."""
    key = _result(scene, members)
    _elsewhere(scene, members, "a Google sheet")
    return _service(scene, members, "sheet", members.string("name"), (), ("results", key) if key else ())


def email(scene: Scene, members: Members) -> Piece:
    """``send_email``."""
    uuid = _uuid(members)
    reading = scene.reading
    addresses = members.items("addresses")
    to = [
        ("to", reading.text(item, reading.at(addresses, index)))
        for index, item in enumerate(addresses)
        if isinstance(item, str)
    ]
    parts: dict[str, Text] = {}
    for key in ("subject", "body"):
        localized, raw = localized_text(scene, members, key, uuid)
        base = localized.get(scene.locale) or ()
        others = [(language, text) for language, text in localized if language != scene.locale]
        parts[key] = text_by_language(base, others, members.at(key))
        for language, (_, place) in raw.items():
            if language != scene.locale:
                reading.book.emulated(place, "the wording depends on the contact's language")
    parameters = (*to, ("subject", parts["subject"]))
    return _service(scene, members, "email", "", parameters, (), parts["body"])


def enter_flow(scene: Scene, members: Members) -> Piece:
    """``enter_flow``: run another flow and come back, or (``terminal``) never."""
    reference = members.object("flow")
    id_, title = scene.assets.flow_id(reference)
    terminal = members.take("terminal") is True
    members.facts.append(("flow", json_text(members.item.get("flow"))))
    place = _place(scene, members)
    scene.reading.book.exact(place)
    if not id_:
        _no_flow(scene, members)
    scene.assets.entered.setdefault(id_)
    node = RunFlow(id="", flow=id_, flow_title=title, mode="jump" if terminal else "call", at=place)
    return Piece(node, members.what, last=True)


def _no_flow(scene: Scene, members: Members) -> None:
    place = _place(scene, members)
    code = scene.reading.find(EmptyAction, place, f"`{members.what}` names no flow", help="name the `flow`")
    scene.reading.book.degraded(place, "there is no flow to run", "name the `flow`", code)


def _audience(scene: Scene, members: Members) -> Audience:
    """The people whom a broadcast or session is for."""
    reading = scene.reading
    contacts: list[Expression] = []
    for key in ("contacts", "urns", "legacy_vars"):
        items = members.items(key)
        for index, item in enumerate(items):
            if isinstance(item, str):
                contacts.append(reading.expression(item, reading.at(items, index)))
            elif isinstance(item, Obj):
                contacts.append(Const(name_of(item)))
        if items:
            members.facts.append((key, json_text(items)))
    named = [name for name, _ in scene.groups(members, "groups")]
    groups = tuple(str(name.value) for name in named if isinstance(name, Const))
    matches = [name for name in named if not isinstance(name, Const)]
    return Audience((*contacts, *matches), groups, members.string("contact_query"))


def _third_party(scene: Scene, members: Members, what: str) -> None:
    place = _place(scene, members)
    scene.reading.find(
        ThirdPartySend,
        place,
        f"{what} goes to other people than the one in the conversation",
        help="on WhatsApp it begins with a template, for people who agreed to get it",
    )


def broadcast(scene: Scene, members: Members) -> Piece:
    """``send_broadcast``."""
    said = read_said(scene, members)
    audience = _audience(scene, members)
    place = _place(scene, members)
    _third_party(scene, members, "a broadcast")
    if said.content.empty:
        code = scene.reading.find(EmptyAction, place, "a broadcast says nothing", help="write its text")
        scene.reading.book.degraded(place, "there is nothing to say", "write its text", code)
    scene.reading.book.exact(place)
    return Piece(Message(id="", content=said.content, audience=audience, at=place), members.what)


def start_session(scene: Scene, members: Members) -> Piece:
    """``start_session``: a flow for others."""
    reference = members.object("flow")
    id_, title = scene.assets.flow_id(reference)
    members.facts.append(("flow", json_text(members.item.get("flow"))))
    audience = _audience(scene, members)
    for key in ("create_contact", "exclusions"):
        members.fact(key)
    place = _place(scene, members)
    _third_party(scene, members, "a started flow")
    scene.reading.book.exact(place)
    if not id_:
        _no_flow(scene, members)
    scene.assets.entered.setdefault(id_)
    return Piece(RunFlow(id="", flow=id_, flow_title=title, mode="start", audience=audience, at=place), members.what)


def ticket(scene: Scene, members: Members) -> Piece:
    """``open_ticket``. RapidPro goes on with the flow at once; what a handover does next is the new platform's."""
    topic = members.object("topic") if members.item.get("topic") is not None else Obj({})
    if "topic" in members.item:
        members.fact("topic")
    parameters: list[tuple[str, Text]] = []
    assignee = members.item.get("assignee")
    if "assignee" in members.item:
        members.fact("assignee")
    if isinstance(assignee, Obj):
        for key in ("email_match", "email", "name"):
            value = assignee.get(key)
            if isinstance(value, str) and value:
                parameters.append(("assignee", scene.reading.text(value, scene.reading.at(assignee, key))))
                break
    _result(scene, members)
    place = _place(scene, members)
    scene.reading.book.emulated(place, "the flow goes on at once in RapidPro; a handover may wait for the human")
    note = members.text("note") or members.text("body")
    if name_of(topic):
        parameters.insert(0, ("topic", literal(name_of(topic))))
    return Piece(Handover(id="", to=name_of(topic), note=note, parameters=tuple(parameters), at=place), members.what)


_ADVICE: dict[str, tuple[type[Rule], str, str]] = {
    "say_msg": (VoiceAction, "speaks to a caller", "send the same words as a message"),
    "play_audio": (VoiceAction, "plays a recording to a caller", "send the recording as a voice message"),
    "transfer_airtime": (AirtimeTransfer, "sends airtime", "call the airtime provider by an HTTP request"),
    "set_contact_profile": (PlatformAction, "switches the profile of a contact", "keep the profile in a contact field"),
    "wait_for_result": (PlatformAction, "waits for a job of Glific", "wait for the answer of an HTTP request"),
}
_KNOWN = (
    *("send_msg", "send_broadcast", "send_email", "set_run_result", "set_run_local", "set_contact_field"),
    *("set_contact_name", "set_contact_language", "set_contact_status", "set_contact_timezone", "set_contact_channel"),
    *("add_contact_groups", "remove_contact_groups", "add_contact_urn", "add_input_labels", "enter_flow"),
    *("start_session", "call_webhook", "call_resthook", "call_classifier", "call_llm", "open_ticket"),
    *("transfer_airtime", "request_optin", "say_msg", "play_audio"),
)


def unsupported(scene: Scene, members: Members) -> Piece:
    """An action without a counterpart, or of no known type: kept whole."""
    reading, place = scene.reading, _place(scene, members)
    kind = members.what
    if kind in _ADVICE:
        rule, what, advice = _ADVICE[kind]
        reason = f"a `{kind}` {what}; WhatsApp has nothing like it"
        if rule is PlatformAction:
            reason = f"a `{kind}` {what}, inside the old platform"
        message = f"a `{kind}` {what}; it is kept as unsupported ({{}} place(s))"
        code = reading.find_once(rule, kind, place, lambda count: message.format(count), help=advice)
    else:
        close = close_to(kind, _KNOWN) if kind else ""
        advice = f"did you mean `{close}`?" if close else "look the type up in the documentation of the platform"
        shown = f"the type `{clip(kind, 40)}`, which RapidPro does not have" if kind else "no type"
        reason = "a type that does not exist" if kind else "no type"
        at = members.at("type") if kind else place
        code = reading.find(UnknownAction, at, f"an action has {shown}; it is kept as unsupported", help=advice)
    for key in members.item:
        members.take(key)
        reading.book.dropped(members.at(key), reason, advice, code)
    scene.translations.drop(_uuid(members), reason, advice, code)
    source: Any = reading.source_of(members.item.pointer)
    return Piece(
        Unsupported(id="", construct=f"action {kind or 'without type'}", source=source, reason=reason, at=place), kind
    )

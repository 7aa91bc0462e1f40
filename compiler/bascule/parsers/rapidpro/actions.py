"""Actions that change data: results, contact fields, groups, labels, language, channel, consent."""

from __future__ import annotations

from bascule.ir.expr import Const, Expression
from bascule.ir.nodes import Assignment, SetConsent, SetVariable
from bascule.parsers.rapidpro.losses import ChannelChoice
from bascule.parsers.rapidpro.members import Members
from bascule.parsers.rapidpro.reading import json_text, result_key
from bascule.parsers.rapidpro.rules import EmptyAction
from bascule.parsers.rapidpro.scene import Piece, Scene, name_of
from bascule.parsers.rapidpro.translations import by_language
from bascule.source import Place

__all__ = [
    "add_groups",
    "add_labels",
    "add_urn",
    "category_assignments",
    "remove_groups",
    "request_optin",
    "set_channel",
    "set_field",
    "set_local",
    "set_property",
    "set_result",
    "set_status",
]

_CONSENT = {"optin": "opt_in", "optout": "opt_out"}


def _piece(scene: Scene, members: Members, *assignments: Assignment) -> Piece:
    place = scene.reading.place(members.item.pointer)
    scene.reading.book.exact(place)
    return Piece(SetVariable(id="", assignments=assignments, at=place), members.what)


def _place(scene: Scene, members: Members) -> Place:
    return scene.reading.place(members.item.pointer)


def _empty(scene: Scene, members: Members, what: str, help: str) -> Piece:
    """An action that names no target: nothing is changed."""
    place = _place(scene, members)
    code = scene.reading.find(EmptyAction, place, f"a `{members.what}` {what}", help=help)
    scene.reading.book.degraded(place, "it changes nothing", help, code)
    return Piece(SetVariable(id="", at=place), members.what)


def category_assignments(
    scene: Scene, key: str, value: Expression | None, name: str, names: list[tuple[str, str]], place: Place
) -> tuple[Assignment, ...]:
    """The assignments that file a result under a category: the result itself, and the category's name in the
    contact's language where some expression looks at it."""
    main = Assignment(("results", key), value, category=name, at=place)
    if not scene.uses.category_localized(key) or not names:
        return (main,)
    localized = by_language(Const(name), [(language, Const(text)) for language, text in names])
    return main, Assignment(("results", key, "category_localized"), localized, at=place)


def set_result(scene: Scene, members: Members) -> Piece:
    """``set_run_result``."""
    key = result_key(members.string("name"))
    value = members.expression("value")
    category = members.string("category")
    uuid = members.string("uuid")
    names: list[tuple[str, str]] = []
    for language, text, place in scene.translations.texts(uuid, "category"):
        names.append((language, text))
        scene.reading.book.emulated(place, "set by the contact's language where it is read, else kept as a fact")
    if names:
        members.facts.append(("category_names", json_text(dict(names))))
    if not key:
        return _empty(scene, members, "names no result", "give it a `name`")
    scene.reading.declare(("results", key), members.at("name"), title=members.string("name"))
    return _piece(scene, members, *category_assignments(scene, key, value, category, names, _place(scene, members)))


def set_local(scene: Scene, members: Members) -> Piece:
    """``set_run_local``: a variable of this run only."""
    name = members.string("local") or members.string("name")
    operation = members.string("operation") or "set"
    value = members.expression("value")
    if not name:
        return _empty(scene, members, "names no variable", "give it a `local`")
    target = scene.reading.declare(("locals", name.lower()), members.at("local")).path
    place = _place(scene, members)
    if operation == "clear":
        return _piece(scene, members, Assignment(target, None, "clear", at=place))
    if operation == "increment":
        return _piece(scene, members, Assignment(target, value, "add", at=place))
    if operation != "set":
        members.facts.append(("operation", json_text(operation)))
        scene.reading.book.emulated(members.at("operation"), "not a known operation: read as `set`; kept as a fact")
    return _piece(scene, members, Assignment(target, value, at=place))


def set_field(scene: Scene, members: Members) -> Piece:
    """``set_contact_field``. An empty value clears the field. In Glific, the field ``settings`` is the consent."""
    reference = members.object("field")
    raw = members.item.get("value")
    value = members.expression("value")
    key = reference.get("key")
    name = key if isinstance(key, str) else ""
    if not name:
        return _empty(scene, members, "names no field", "give it a `field` with a `key`")
    if reference:
        members.facts.append(("field", json_text(reference)))
    place = _place(scene, members)
    if scene.glific and name == "settings" and isinstance(raw, str) and raw in _CONSENT:
        scene.reading.book.emulated(place, "Glific keeps consent in this field")
        return Piece(SetConsent(id="", state=_CONSENT[raw], at=place), members.what)
    scene.assets.use("field", name, members.at("field"))
    target = scene.reading.declare(("fields", name.lower()), members.at("field"), title=name_of(reference)).path
    if raw == "" or raw is None:
        return _piece(scene, members, Assignment(target, None, "clear", at=place))
    return _piece(scene, members, Assignment(target, value, at=place))


_PROPERTIES = {
    "set_contact_name": ("name", "name"),
    "set_contact_language": ("language", "language"),
    "set_contact_timezone": ("timezone", "timezone"),
}


def set_property(scene: Scene, members: Members) -> Piece:
    """``set_contact_name``, ``set_contact_language``, ``set_contact_timezone``, and ``set_contact_property``, which
    early editors wrote for all of them."""
    member, target = _PROPERTIES.get(members.what, ("value", ""))
    written = members.string("property") if "property" in members.item else ""
    if member not in members.item and "value" in members.item:
        member = "value"
    target = target or written
    value = members.expression(member)
    if not target:
        return _empty(scene, members, "does not say what it sets", "name the `property`")
    place = _place(scene, members)
    path = scene.reading.declare(("contact", target.lower()), place).path
    if value == Const(""):
        return _piece(scene, members, Assignment(path, None, "clear", at=place))
    return _piece(scene, members, Assignment(path, value, at=place))


def set_status(scene: Scene, members: Members) -> Piece:
    """``set_contact_status``. A stopped contact has opted out."""
    status = members.string("status")
    place = _place(scene, members)
    if status == "stopped":
        scene.reading.book.emulated(place, "a stopped contact has opted out")
        members.facts.append(("status", json_text(status)))
        return Piece(SetConsent(id="", state="opt_out", at=place), members.what)
    if not status:
        return _empty(scene, members, "names no status", "write `active`, `blocked`, `stopped` or `archived`")
    path = scene.reading.declare(("contact", "status"), place).path
    return _piece(scene, members, Assignment(path, Const(status), at=place))


def set_channel(scene: Scene, members: Members) -> Piece:
    """``set_contact_channel``."""
    channel = members.object("channel")
    members.facts.append(("channel", json_text(members.item.get("channel"))))
    place = _place(scene, members)
    piece = _piece(scene, members, Assignment(("contact", "channel"), Const(name_of(channel)), at=place))
    _choice_of_channel(scene, members, f"sets the channel to `{name_of(channel)[:40]}`")
    return piece


def add_urn(scene: Scene, members: Members) -> Piece:
    """``add_contact_urn``."""
    scheme = members.string("scheme")
    path = members.expression("path")
    place = _place(scene, members)
    piece = _piece(scene, members, Assignment(("urns", scheme or "tel"), path, "add", at=place))
    _choice_of_channel(scene, members, f"adds a `{(scheme or 'tel')[:20]}` address")
    return piece


def _choice_of_channel(scene: Scene, members: Members, what: str) -> None:
    place = _place(scene, members)
    code = scene.reading.find_once(
        ChannelChoice,
        members.what,
        place,
        lambda count: f"a step {what}; a WhatsApp conversation has one number and one user ({count} place(s))",
        help="keep it in the contact store only",
    )
    scene.reading.book.degraded(place, "stored, but without effect on WhatsApp", "", code)


def _memberships(scene: Scene, members: Members, key: str, root: str, op: str) -> Piece:
    assignments = [Assignment((root,), value, op, at=place) for value, place in scene.groups(members, key)]
    return _piece(scene, members, *assignments)


def add_groups(scene: Scene, members: Members) -> Piece:
    """``add_contact_groups``."""
    return _memberships(scene, members, "groups", "groups", "add")


def remove_groups(scene: Scene, members: Members) -> Piece:
    """``remove_contact_groups``; ``all_groups`` removes from every group."""
    if members.take("all_groups") is True:
        members.take("groups")
        return _piece(scene, members, Assignment(("groups",), None, "clear", at=_place(scene, members)))
    return _memberships(scene, members, "groups", "groups", "remove")


def add_labels(scene: Scene, members: Members) -> Piece:
    """``add_input_labels``: labels of the message that came in."""
    return _memberships(scene, members, "labels", "labels", "add")


def request_optin(scene: Scene, members: Members) -> Piece:
    """``request_optin``."""
    optin = members.object("optin")
    members.facts.append(("optin", json_text(members.item.get("optin"))))
    place = _place(scene, members)
    scene.reading.book.emulated(place, "asking for consent and recording it are one step in the graph")
    return Piece(SetConsent(id="", state="opt_in", purpose=name_of(optin), at=place), members.what)

"""Actions of older flows as actions of version 13 (https://github.com/nyaruka/goflow, legacy definition)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bascule.language.rapidpro_expression import Change
from bascule.parsers.rapidpro.legacy.draft import Context, Draft, is_empty, own_language, prefixed
from bascule.parsers.rapidpro.legacy.references import SCHEMES, label_slug
from bascule.parsers.rapidpro.legacy.walk import referenced
from bascule.parsers.rapidpro.located import Arr, Obj, rewritten, text_of

__all__ = ["ACTIONS", "action_of", "webhook_members"]

_NEW_FIELD = "[_NEW_]"
"""What an old editor wrote before the label of a field that it was to create."""

_FIRST_NAME = " @(word_slice(contact.name, 1, -1))"


def action_of(context: Context, item: Obj, number: int, owner: str) -> Obj:
    """An action in terms of version 13; one of an unknown type as it is. ``number`` and ``owner`` make the uuid of
    an action that has none."""
    uuid = context.unique("action", text_of(item.get("uuid")) or f"{owner}-a{number}")
    kind = text_of(item.get("type"))
    build = ACTIONS.get(kind)
    if build is None:
        return item if item.get("uuid") == uuid else item.having({"uuid": uuid})
    draft = Draft(item, ("uuid", "type"))
    draft.put("uuid", uuid)
    draft.put("type", build[0], item.at("type"))
    build[1](context, draft, uuid)
    return draft.done()


def _message(context: Context, draft: Draft, uuid: str) -> None:
    """``reply``: what is said, with one attachment and quick replies."""
    _said(context, draft, uuid, "msg" if "msg" in draft.source else "ussd_message", "text")
    _media(context, draft, uuid)
    _quick_replies(context, draft, uuid)
    if draft.source.get("send_all") is not False:
        draft.move("send_all", "all_urns")


def _said(context: Context, draft: Draft, uuid: str, old: str, new: str) -> None:
    if old not in draft.source:
        return
    draft.use(old)
    value, at = context.said(draft.source[old], draft.source.at(old), uuid, new)
    if value is not None:
        draft.put(new, value, at)


def _media(context: Context, draft: Draft, uuid: str) -> None:
    """One attachment per language: `image/jpeg:address`. Without a kind it is an image."""
    media = draft.source.get("media")
    draft.use("media")
    if is_empty(media):
        return
    value, at = context.said(media, draft.source.at("media"), uuid, "attachments")
    if isinstance(media, Obj):
        own = own_language(media, context.language)
        for language in media:
            texts = context.localization.find(language, uuid, "attachments") if language != own else None
            if texts is not None:
                texts[0] = _attachment(texts[0])
    if not is_empty(value):
        draft.put("attachments", Arr([_attachment(value)], draft.source.at("media"), {0: at}), draft.source.at("media"))


def _attachment(value: Any) -> Any:
    return prefixed(value, "image:") if isinstance(value, str) and ":" not in value else value


def _quick_replies(context: Context, draft: Draft, uuid: str) -> None:
    """A list with the texts of each reply becomes a list of texts per language."""
    items = draft.source.get("quick_replies")
    if not isinstance(items, Arr):
        draft.move("quick_replies")
        return
    draft.use("quick_replies")
    if not items:
        return
    at = draft.source.at("quick_replies")
    own = Arr(pointer=at)
    others: dict[str, Arr] = {}
    for index, item in enumerate(items):
        own.moved[index] = items.at(index)
        if not isinstance(item, Obj):
            own.append(context.text(item))
            continue
        language = own_language(item, context.language)
        own.append(context.text(item.get(language, "")))
        own.moved[index] = item.at(language) if language in item else items.at(index)
        for key, text in item.items():
            if key not in (language, "base") and not is_empty(text):
                texts = others.setdefault(key, _empty_texts(items, at))
                texts[index] = context.text(text)
                texts.moved[index] = item.at(key)
    draft.put("quick_replies", own, at)
    for key, texts in others.items():
        context.localization.add(key, uuid, "quick_replies", texts)


def _empty_texts(items: Arr, at: str) -> Arr:
    return Arr([""] * len(items), at, {index: items.at(index) for index in range(len(items))})


def _audience(context: Context, draft: Draft) -> None:
    """``contacts``, ``groups`` and ``variables``, who may be expressions."""
    draft.move("contacts")
    draft.move("groups", value=_references(context, draft.source.get("groups")))
    variables = draft.source.get("variables")
    if not isinstance(variables, Arr):
        draft.move("variables", "legacy_vars")
        return
    draft.use("variables")
    if any(isinstance(item, Obj) and set(item) - {"id"} for item in variables):
        draft.keep("variables")
    names = Arr(pointer=draft.source.at("variables"))
    for index, item in enumerate(variables):
        value = item.get("id") if isinstance(item, Obj) and "id" in item else item
        at = item.at("id") if isinstance(item, Obj) and "id" in item else variables.at(index)
        if value == "@new_contact" and draft.source.get("type") == "trigger-flow":
            draft.put("create_contact", True, at)
            continue
        names.moved[len(names)] = at
        names.append(context.text(value))
    if names:
        draft.put("legacy_vars", names, draft.source.at("variables"))


def _references(context: Context, items: Any) -> Any:
    """Groups or labels: those without a uuid are found by their name, which may be an expression."""
    if not isinstance(items, Arr):
        return items

    def change(item: Any) -> Any:
        item = referenced(item, "group")
        if isinstance(item, Obj):
            name = item.get("name")
            if is_empty(item.get("uuid")) and isinstance(name, str):
                return item.lacking("name", "uuid").having({"name_match": name}, {"name_match": item.at("name")})
        return item

    made = items.mapped(change)
    if not any(isinstance(item, str) for item in made):
        return made
    result = Arr(made, items.pointer, items.moved)
    for index, item in enumerate(made):
        if isinstance(item, str):
            at = items.at(index)
            # Only names that begin with an at sign are expressions.
            name = context.text(item) if item.startswith("@") else item
            result[index] = Obj({"name_match": name}, at, {"name_match": at})
    return result


def _send(context: Context, draft: Draft, uuid: str) -> None:
    _said(context, draft, uuid, "msg", "text")
    _media(context, draft, uuid)
    _quick_replies(context, draft, uuid)
    _audience(context, draft)


def _trigger(context: Context, draft: Draft, uuid: str) -> None:
    draft.move("flow", value=referenced(draft.source.get("flow"), "flow"))
    draft.keep("id", "name")
    _audience(context, draft)


def _enter(context: Context, draft: Draft, uuid: str) -> None:
    draft.move("flow", value=referenced(draft.source.get("flow"), "flow"))
    draft.keep("id", "name")
    draft.put("terminal", True, draft.source.pointer)


def _groups(context: Context, draft: Draft, uuid: str) -> None:
    groups = _references(context, draft.source.get("groups"))
    if "groups" not in draft.source and isinstance(draft.source.get("group"), (Obj, str)):
        # A group of its own, as the first editors wrote it.
        at = draft.source.at("group")
        draft.use("group")
        draft.put("groups", _references(context, Arr([draft.source["group"]], at, {0: at})), at)
    elif draft.source.get("type") == "del_group" and is_empty(groups):
        draft.use("groups")
        draft.put("all_groups", True, draft.source.pointer)
    else:
        draft.move("groups", value=groups)


def _labels(context: Context, draft: Draft, uuid: str) -> None:
    draft.move("labels", value=_references(context, draft.source.get("labels")))


def _save(context: Context, draft: Draft, uuid: str) -> None:
    """``save``: a name, an address or a contact field."""
    source = draft.source
    name = text_of(source.get("field"))
    label = text_of(source.get("label"))
    if label.startswith(_NEW_FIELD):
        label = label[len(_NEW_FIELD) :]
    value = context.text(source.get("value"))
    draft.use("value")
    if name in ("name", "first_name"):
        draft.put("type", "set_contact_name", source.at("type"))
        if name == "first_name" and isinstance(value, str):
            value = _first_name(value)
        draft.put("name", value, source.at("value"))
        draft.keep("field", "label")
    elif name in SCHEMES or name == "tel_e164":
        draft.put("type", "add_contact_urn", source.at("type"))
        draft.put("scheme", name.removesuffix("_e164"), source.at("field"))
        draft.put("path", value, source.at("value"))
        draft.keep("field", "label")
    else:
        key = name or label_slug(label).strip("_")
        if isinstance(source.get("field"), str) or "field" not in source:
            field = Obj({"key": key, "name": label or key}, source.pointer, {"name": source.at("label")})
            draft.put("field", field, source.at("field") if "field" in source else source.at("label"))
            draft.keep("field", "label")
        else:
            draft.move("field")
        draft.put("value", value, source.at("value"))


def _first_name(value: str) -> str:
    """The rest of the name follows the first one."""
    before, after = len(value) - len(value.lstrip()), len(value.rstrip())
    changes = [Change(0, before, "")] if before else []
    changes.append(Change(max(after, before), len(value), _FIRST_NAME))
    return rewritten(value, value.strip() + _FIRST_NAME, changes)


def _language(context: Context, draft: Draft, uuid: str) -> None:
    draft.move("lang", "language")
    draft.keep("name")


def _channel(context: Context, draft: Draft, uuid: str) -> None:
    source = draft.source
    moved = {new: source.at(old) for new, old in (("uuid", "channel"), ("name", "name")) if old in source}
    parts = {new: source[old] for new, old in (("uuid", "channel"), ("name", "name")) if old in source}
    draft.put("channel", Obj(parts, source.pointer, moved), source.at("channel"))
    draft.keep("channel", "name")


def _email(context: Context, draft: Draft, uuid: str) -> None:
    emails = draft.source.get("emails")
    draft.move("emails", "addresses", emails.mapped(context.text) if isinstance(emails, Arr) else None)
    draft.move("subject", value=context.text(draft.source.get("subject")))
    _said(context, draft, uuid, "msg", "body")


def _say(context: Context, draft: Draft, uuid: str) -> None:
    _said(context, draft, uuid, "msg", "text")
    _said(context, draft, uuid, "recording", "audio_url")


def _play(context: Context, draft: Draft, uuid: str) -> None:
    draft.move("url", "audio_url", context.text(draft.source.get("url")))


def _api(context: Context, draft: Draft, uuid: str) -> None:
    """``api`` that version 11.7 did not turn into a rule set."""
    webhook_members(context, draft, "action")


def webhook_members(context: Context, draft: Draft, action: str) -> None:
    """The members of a webhook: method (the member ``action`` of the source), address, headers, body."""
    source = draft.source
    url = source.get("webhook")
    written = source.get(action)
    method = written.upper() if isinstance(written, str) and written else "POST" if is_empty(written) else written
    draft.use("webhook", action)
    draft.keep("legacy_format")
    draft.put("method", method, source.at(action) if action in source else source.pointer)
    draft.put("url", context.text(url, url_encode=True) if isinstance(url, str) else url, source.at("webhook"))
    headers = source.get("webhook_headers")
    if headers is not None and not isinstance(headers, Arr):
        draft.move("webhook_headers", "headers")
        return
    draft.use("webhook_headers")
    parts: dict[str, Any] = {}
    moved: dict[str, str] = {}
    if method == "POST":
        parts["Content-Type"], moved["Content-Type"] = "application/json", source.pointer
        if isinstance(url, str) and url:
            # The older platforms posted their own account of the conversation.
            draft.put("body", rewritten(url, _PAYLOAD, [Change(0, len(url), _PAYLOAD)]), source.at("webhook"))
    for header in headers or ():
        name = header.get("name") if isinstance(header, Obj) else None
        if isinstance(header, Obj) and isinstance(name, str) and name:
            parts[name] = context.text(header.get("value"))
            moved[name] = header.at("value")
        elif not is_empty(header) and not (isinstance(header, Obj) and is_empty(header.get("value"))):
            draft.keep("webhook_headers")
    if parts:
        at = source.at("webhook_headers") if "webhook_headers" in source else source.pointer
        draft.put("headers", Obj(parts, at, moved), at)


_PAYLOAD = (
    '@(json(object("contact", contact, "flow", run.flow, "path", run.path, "results", results, "run", run, '
    '"input", input, "channel", contact.channel)))'
)
"""What the older platforms posted to a webhook, by its parts."""

Build = Callable[[Context, Draft, str], None]

ACTIONS: dict[str, tuple[str, Build]] = {
    "reply": ("send_msg", _message),
    "end_ussd": ("send_msg", _message),
    "ussd": ("send_msg", _message),
    "send": ("send_broadcast", _send),
    "save": ("set_contact_field", _save),
    "add_group": ("add_contact_groups", _groups),
    "del_group": ("remove_contact_groups", _groups),
    "add_label": ("add_input_labels", _labels),
    "lang": ("set_contact_language", _language),
    "channel": ("set_contact_channel", _channel),
    "email": ("send_email", _email),
    "flow": ("enter_flow", _enter),
    "trigger-flow": ("start_session", _trigger),
    "api": ("call_webhook", _api),
    "say": ("say_msg", _say),
    "play": ("play_audio", _play),
}
"""Type to the type in version 13 and what makes its members."""

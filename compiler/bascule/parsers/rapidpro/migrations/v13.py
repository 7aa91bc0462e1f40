"""The steps within version 13."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bascule.language.rapidpro_expression import rename_references
from bascule.parsers.rapidpro.legacy.draft import KEPT
from bascule.parsers.rapidpro.located import Arr, Obj, listed, rewritten, text_of
from bascule.parsers.rapidpro.migrations.base import (
    map_actions,
    map_nodes,
    map_routers,
    map_translations,
    migration,
)

__all__ = ["to_13_1_0", "to_13_2_0", "to_13_3_0", "to_13_4_0", "to_13_5_0", "to_13_6_0", "to_13_6_1"]

_RESULT_NAME = 64
_CATEGORY_NAME = 36
"""Longest names of results and categories since 13.6, in characters."""

_TEMPLATES = frozenset(
    (
        *("text", "attachments", "quick_replies", "value", "url", "body", "headers", "input", "instructions", "path"),
        *("addresses", "subject", "language", "timezone", "audio_url", "legacy_vars", "contact_query"),
        *("template_variables", "templating", "note"),
    )
)
"""Members of actions that hold texts with expressions, in all of them that they contain."""

_MATCHES = ("name_match", "email_match")


@migration("13.1.0", "an id for each use of a template")
def to_13_1_0(flow: Obj) -> Obj:
    """The `templating` of a message gets an id, so that its variables can be translated.

    The engine draws a random id. Here it comes from the action's own, so that reading a file twice gives the same.
    """

    def change(action: Obj) -> Obj:
        templating = action.get("templating")
        if action.get("type") != "send_msg" or not isinstance(templating, Obj) or text_of(templating.get("uuid")):
            return action
        return action.having({"templating": templating.having({"uuid": f"{text_of(action.get('uuid'))}.templating"})})

    return map_actions(flow, change)


@migration("13.2.0", "an undetermined language is called so")
def to_13_2_0(flow: Obj) -> Obj:
    """`base`, which is no language, becomes `und`, the ISO 639-3 code for a language that nobody determined.

    The engine does so with every code that has not three letters. bascule keeps codes of two letters: one
    vendor's dialect (Glific) writes `en` and `hi`, and the language is worth more than the form of its code.
    """
    language = text_of(flow.get("language"))
    if len(language) in (2, 3) and language.isalpha():
        return flow
    localization = flow.get("localization")
    changed = flow.having({"language": "und"})
    if flow.get("language") not in ("base", "", None):
        # What was written is kept beside: it may name a language after all.
        kept = Obj({"language": flow["language"]}, flow.pointer, {"language": flow.at("language")})
        changed = changed.beside(Obj({KEPT: kept}, flow.pointer, {KEPT: flow.pointer}))
    if isinstance(localization, Obj) and "und" in localization:
        changed = changed.having({"localization": localization.lacking("und")})
    return changed


@migration("13.3.0", "the answer of a webhook is `@webhook.json`")
def to_13_3_0(flow: Obj) -> Obj:
    """`@webhook` was the parsed answer of the last call; it became the call itself, with `.json` for the answer.

    Every reference in every text of the flow is renamed, translations included.
    """

    def rename(path: tuple[str, ...]) -> tuple[str, ...] | None:
        return ("webhook", "json", *path[1:]) if path[0].lower() == "webhook" else None

    return _map_texts(flow, rename)


@migration("13.4.0", "the variables of a template stand in components")
def to_13_4_0(flow: Obj) -> Obj:
    """WhatsApp templates have a header, a body and buttons: the one list of variables became one list per component.

    Until then only the body could have variables. Their translations move to the component's id with them.
    """
    renamed: dict[str, str] = {}

    def change(action: Obj) -> Obj:
        templating = action.get("templating")
        if action.get("type") != "send_msg" or not isinstance(templating, Obj):
            return action
        uuid = text_of(templating.get("uuid"))
        body = f"{uuid}.body"
        renamed[uuid] = body
        variables = templating.get("variables")
        params = variables if isinstance(variables, Arr) else Arr()
        component = Obj(
            {"uuid": body, "name": "body", "params": params}, templating.pointer, {"params": params.pointer}
        )
        made = Arr([component], templating.pointer, {0: templating.pointer})
        return action.having({"templating": templating.having({"components": made}).lacking("uuid", "variables")})

    flow = map_actions(flow, change)
    localization = flow.get("localization")
    if not isinstance(localization, Obj) or not renamed:
        return flow
    return flow.having({"localization": localization.having(_moved_variables(localization, renamed))})


def _moved_variables(localization: Obj, renamed: dict[str, str]) -> dict[str, Obj]:
    languages: dict[str, Obj] = {}
    for language, things in localization.items():
        if not isinstance(things, Obj):
            continue
        new = things
        for uuid, component in renamed.items():
            entry = things.get(uuid)
            if isinstance(entry, Obj) and isinstance(entry.get("variables"), Arr):
                moved = {"params": entry.at("variables")}
                body = Obj({"params": entry["variables"]}, entry.pointer, moved)
                new = new.having({component: body}, {component: things.at(uuid)})
                left = entry.lacking("variables")
                new = new.having({uuid: left}) if left else new.lacking(uuid)
        if new is not things:
            languages[language] = new
    return languages


@migration("13.5.0", "a message has a template and one list of variables")
def to_13_5_0(flow: Obj) -> Obj:
    """The components are merged again: `template` and `template_variables` stand on the action itself.

    A language that translates the variables of one component only gets the original ones for the others.
    """
    components: dict[str, list[Obj]] = {}

    def change(action: Obj) -> Obj:
        templating = action.get("templating")
        if action.get("type") != "send_msg" or not isinstance(templating, Obj):
            return action
        parts = [item for item in listed(templating.get("components")) if isinstance(item, Obj)]
        components[text_of(action.get("uuid"))] = parts
        merged = _merged([listed(part.get("params")) for part in parts], templating.pointer)
        changed = action.having({"template_variables": merged}, {"template_variables": templating.pointer})
        if "template" in templating:
            changed = changed.having({"template": templating["template"]}, {"template": templating.at("template")})
        return changed.lacking("templating")

    flow = map_actions(flow, change)
    localization = flow.get("localization")
    if not isinstance(localization, Obj) or not components:
        return flow
    languages = {
        language: _merged_translations(things, components)
        for language, things in localization.items()
        if isinstance(things, Obj)
    }
    return flow.having({"localization": localization.having(languages)})


def _merged(lists: list[Arr], pointer: str) -> Arr:
    merged = Arr(pointer=pointer)
    for items in lists:
        for index, item in enumerate(items):
            merged.moved[len(merged)] = items.at(index)
            merged.append(item)
    return merged


def _merged_translations(things: Obj, components: dict[str, list[Obj]]) -> Obj:
    for uuid, parts in components.items():
        lists: list[Arr] = []
        origin = ""
        for part in parts:
            entry = things.get(text_of(part.get("uuid")))
            translated = entry.get("params") if isinstance(entry, Obj) else None
            if isinstance(entry, Obj) and isinstance(translated, Arr):
                origin = origin or entry.at("params")
                lists.append(translated)
                left = entry.lacking("params")
                name = text_of(part.get("uuid"))
                things = things.having({name: left}) if left else things.lacking(name)
            else:
                lists.append(listed(part.get("params")))
        if origin:
            own = things.get(uuid)
            entry = own if isinstance(own, Obj) else Obj({}, things.at(uuid))
            entry = entry.having({"template_variables": _merged(lists, origin)}, {"template_variables": origin})
            things = things.having({uuid: entry})
    return things


@migration("13.6.0", "names of results and categories have a limit")
def to_13_6_0(flow: Obj) -> Obj:
    """Names of results are cut at 64 characters, those of categories at 36: the store behind has no room for more."""

    def action(item: Obj) -> Obj:
        if item.get("type") != "set_run_result":
            return item
        return _shortened(_shortened(item, "name", _RESULT_NAME), "category", _CATEGORY_NAME)

    def router(item: Obj) -> Obj:
        item = _shortened(item, "result_name", _RESULT_NAME)
        categories = listed(item.get("categories"))
        changed = categories.mapped(
            lambda category: _shortened(category, "name", _CATEGORY_NAME) if isinstance(category, Obj) else category
        )
        return item if changed is categories else item.having({"categories": changed})

    return map_routers(map_actions(flow, action), router)


def _shortened(item: Obj, key: str, limit: int) -> Obj:
    name = text_of(item.get(key))
    return item.having({key: name[:limit].strip()}) if len(name) > limit else item


@migration("13.6.1", "references to results follow their shortened names")
def to_13_6_1(flow: Obj) -> Obj:
    """A reference to a result whose name was cut has to be cut in the same place, or it finds nothing."""

    def rename(path: tuple[str, ...]) -> tuple[str, ...] | None:
        if path[0].lower() != "results" or len(path) < 2 or len(path[1]) <= _RESULT_NAME:
            return None
        return (path[0], path[1][:_RESULT_NAME], *path[2:])

    return _map_texts(flow, rename)


Rename = Callable[[tuple[str, ...]], tuple[str, ...] | None]


def _map_texts(flow: Obj, rename: Rename) -> Obj:
    """The flow with references renamed in every text that may hold expressions."""

    def deep(value: Any) -> Any:
        if isinstance(value, str):
            new, changes = rename_references(value, rename)
            return rewritten(value, new, changes)
        if isinstance(value, Arr):
            return value.mapped(deep)
        if isinstance(value, Obj):
            changed = {key: new for key, item in value.items() if (new := deep(item)) is not item}
            return value.having(changed) if changed else value
        return value

    def node(item: Obj) -> Obj:
        actions = listed(item.get("actions"))
        changed = actions.mapped(lambda action: _action(action, deep) if isinstance(action, Obj) else action)
        item = item if changed is actions else item.having({"actions": changed})
        router = item.get("router")
        new = _router(router, deep) if isinstance(router, Obj) else router
        return item if new is router else item.having({"router": new})

    def translation(_: str, entry: Obj) -> Obj:
        changed = {key: new for key, item in entry.items() if key != "name" and (new := deep(item)) is not item}
        return entry.having(changed) if changed else entry

    return map_translations(map_nodes(flow, node), translation)


def _action(action: Obj, deep: Callable[[Any], Any]) -> Obj:
    changed: dict[str, Any] = {}
    for key, value in action.items():
        if key in _TEMPLATES or (key == "name" and action.get("type") == "set_contact_name"):
            new = deep(value)
        elif key in ("groups", "labels") and isinstance(value, Arr):
            new = value.mapped(lambda item: _match(item, deep))
        else:
            new = _match(value, deep) if key == "assignee" else value
        if new is not value:
            changed[key] = new
    return action.having(changed) if changed else action


def _match(item: Any, deep: Callable[[Any], Any]) -> Any:
    """A reference to a group, label or user, whose name may be an expression."""
    if not isinstance(item, Obj):
        return item
    changed = {key: new for key in _MATCHES if key in item and (new := deep(item[key])) is not item[key]}
    return item.having(changed) if changed else item


def _router(router: Obj, deep: Callable[[Any], Any]) -> Obj:
    changed: dict[str, Any] = {}
    operand = deep(router.get("operand"))
    if operand is not router.get("operand"):
        changed["operand"] = operand

    def case(item: Any) -> Any:
        arguments = item.get("arguments") if isinstance(item, Obj) else None
        new = deep(arguments)
        return item if new is arguments else item.having({"arguments": new})

    cases = listed(router.get("cases"))
    new = cases.mapped(case)
    if new is not cases:
        changed["cases"] = new
    return router.having(changed) if changed else router

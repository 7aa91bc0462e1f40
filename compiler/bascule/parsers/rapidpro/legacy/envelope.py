"""Triggers and campaigns of older exports in terms of version 13: references by number, messages in the older
language."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

from bascule.language.rapidpro_expression import Change
from bascule.parsers.rapidpro.legacy.scan import apply
from bascule.parsers.rapidpro.legacy.templates import migrate_template
from bascule.parsers.rapidpro.legacy.versions import read_version
from bascule.parsers.rapidpro.legacy.walk import referenced
from bascule.parsers.rapidpro.located import Arr, Obj, rewritten
from bascule.source.json import read_json
from bascule.source.place import Place

__all__ = ["upgraded_export"]

_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.")
"""What stands for a character in a text of JSON."""


def upgraded_export(export: Obj) -> Obj:
    """The export with its triggers and campaigns in the newer shape; itself when it is not of an older version."""
    version = read_version(export.get("version"))
    if version is None or version >= (13, 0, 0):
        return export
    changes = {
        key: export[key].mapped(change)
        for key, change in (("triggers", _trigger), ("campaigns", _campaign))
        if isinstance(export.get(key), Arr)
    }
    changes = {key: value for key, value in changes.items() if value is not export[key]}
    return export.having(changes) if changes else export


def _changed(item: Obj, changes: dict[str, Any]) -> Obj:
    new = {key: value for key, value in changes.items() if key in item and value is not item[key]}
    return item.having(new) if new else item


def _trigger(item: Any) -> Any:
    if not isinstance(item, Obj):
        return item
    changes: dict[str, Any] = {"flow": referenced(item.get("flow"), "flow")}
    for key, word in (("groups", "group"), ("contacts", "contact")):
        items = item.get(key)
        if isinstance(items, Arr):
            changes[key] = items.mapped(partial(referenced, word=word))
    return _changed(item, changes)


def _campaign(item: Any) -> Any:
    if not isinstance(item, Obj):
        return item
    changes: dict[str, Any] = {"group": referenced(item.get("group"), "group")}
    events = item.get("events")
    if isinstance(events, Arr):
        changes["events"] = events.mapped(_event)
    return _changed(item, changes)


def _event(item: Any) -> Any:
    if not isinstance(item, Obj):
        return item
    return _changed(item, {"flow": referenced(item.get("flow"), "flow"), "message": _message(item)})


def _message(event: Obj) -> Any:
    """What an event says: a text, one per language, or that as JSON in a text."""
    value = event.get("message")
    if isinstance(value, str):
        texts = _inner(value, event.at("message"))
        return migrate_template(value, keep_literals=True) if texts is None else texts
    if isinstance(value, Obj):
        changes = {
            language: migrate_template(text, keep_literals=True)
            for language, text in value.items()
            if isinstance(text, str)
        }
        return _changed(value, changes)
    return value


def _plain(match: re.Match[str], start: int) -> Change:
    return Change(start + match.start(), start + match.end(), json.loads(f'"{match.group()}"'))


def _inner(text: str, pointer: str) -> Obj | None:
    """The texts per language that a text holds as JSON. Each knows where in that text it stands."""
    if not text.lstrip().startswith("{"):
        return None
    document = read_json("", text)
    value = document.value
    if document.problems or not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        return None
    made: dict[str, str] = {}
    for language, said in value.items():
        span = document.locate(Place("").child(language))
        start, end = span.start + 1, span.end - 1
        inside = [_plain(match, start) for match in _ESCAPE.finditer(text[start:end])]
        changes = [Change(0, start, ""), *inside, Change(end, len(text), "")]
        if apply(text, changes) != said:
            changes = [Change(0, len(text), said)]
        made[language] = migrate_template(rewritten(text, said, changes), keep_literals=True)
    return Obj(made, pointer, dict.fromkeys(made, pointer))

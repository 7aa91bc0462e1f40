"""Tests of older rules as cases of version 13 (https://github.com/nyaruka/goflow, legacy definition)."""

from __future__ import annotations

from typing import Any

from bascule.parsers.rapidpro.legacy.draft import KEPT, Context, is_empty
from bascule.parsers.rapidpro.legacy.walk import LOCALIZED_TESTS, referenced
from bascule.parsers.rapidpro.located import Arr, Obj, listed, text_of

__all__ = ["NO_CASE", "TESTS", "beyond", "cases_of", "met"]

TESTS: dict[str, str] = {
    "between": "has_number_between",
    "contains": "has_all_words",
    "contains_any": "has_any_word",
    "contains_only_phrase": "has_only_phrase",
    "contains_phrase": "has_phrase",
    "date": "has_date",
    "date_after": "has_date_gt",
    "date_before": "has_date_lt",
    "date_equal": "has_date_eq",
    "district": "has_district",
    "has_email": "has_email",
    "eq": "has_number_eq",
    "gt": "has_number_gt",
    "gte": "has_number_gte",
    "in_group": "has_group",
    "lt": "has_number_lt",
    "lte": "has_number_lte",
    "not_empty": "has_text",
    "number": "has_number",
    "phone": "has_phone",
    "regex": "has_pattern",
    "starts": "has_beginning",
    "state": "has_state",
    "ward": "has_ward",
    "subflow": "has_only_text",
    "webhook_status": "has_only_text",
    "airtime_status": "has_category",
}
"""Type of a test to the one in version 13."""

NO_CASE = frozenset({"true", "false", "timeout", "interrupted_status"})
"""Tests that are no case: everything, nothing, silence, and a call that was cut off."""

_MEMBERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("eq", "gt", "gte", "lt", "lte", "date_after", "date_before", "date_equal", "district"), ("test",)),
    **dict.fromkeys(LOCALIZED_TESTS, ("test",)),
    "in_group": ("test",),
    "between": ("min", "max"),
    "ward": ("district", "state"),
    "subflow": ("exit_type",),
    "webhook_status": ("status",),
    "airtime_status": ("exit_status",),
    "true": ("test",),
    "timeout": ("minutes",),
    "and": ("tests",),
    "or": ("tests",),
}
_DEEPEST = 20
"""How deep tests of tests are read."""


def met(test: Obj, depth: int = 0) -> bool | None:
    """Whether a test is met whatever was said (True) or never is (False); None when it depends on what was said."""
    kind = text_of(test.get("type"))
    if kind in NO_CASE:
        return kind == "true"
    if kind not in ("and", "or") or depth >= _DEEPEST:
        return None
    parts = [met(item, depth + 1) for item in listed(test.get("tests")) if isinstance(item, Obj)]
    decisive = kind == "or"
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def cases_of(context: Context, test: Obj, uuid: str, category: str, at: str, depth: int = 0) -> list[Obj]:
    """The cases that a test becomes: one, several for alternatives, none for tests that are no case. ``at`` is where
    the rule stands; ``uuid`` names the first case."""
    kind = text_of(test.get("type"))
    if met(test, depth) is not None or (kind == "airtime_status" and test.get("exit_status") != "success"):
        return []
    if kind in ("and", "or") and depth < _DEEPEST:
        inner = [
            case
            for index, item in enumerate(listed(test.get("tests")))
            if isinstance(item, Obj)
            for case in cases_of(context, item, f"{uuid}-{index + 1}", category, at, depth + 1)
        ]
        if kind == "or" and depth == 0:
            return inner
        parts = Arr(inner, test.at("tests"), {index: case.pointer for index, case in enumerate(inner)})
        made = {"uuid": context.unique("case", uuid), "type": kind, "cases": parts, "category_uuid": category}
        return [_with_rest(Obj(made, at, {"type": test.at("type"), "cases": test.at("tests")}), test, kind)]
    uuid = context.unique("case", uuid)
    parts_: dict[str, Any] = {"uuid": uuid, "type": TESTS.get(kind, test.get("type"))}
    moved = {"type": test.at("type")}
    arguments = _arguments(context, kind, test, uuid)
    if arguments is not None:
        parts_["arguments"], moved["arguments"] = arguments, arguments.pointer
    parts_["category_uuid"] = category
    return [_with_rest(Obj(parts_, at, moved), test, kind)]


def beyond(test: Obj) -> Obj:
    """What a test holds beyond what its type needs, as members of something else: a test that has members nobody knows
    is one of them, for the reader to report; one with known leftovers is kept beside."""
    kind = text_of(test.get("type"))
    known = ("type", *_MEMBERS.get(kind, ()))
    parts = listed(test.get("tests")) if kind in ("and", "or") else ()
    rest = [key for key, value in test.items() if key not in known and not is_empty(value)]
    if rest and rest != ["base"]:
        return Obj({"test": test}, "", {"test": test.pointer})
    left = rest == ["base"] or (kind in _WORDS and test.get(_WORDS[kind][0]) not in _WORDS[kind][1])
    # Those among alternatives that are no case, or that no case can be made of.
    left = left or any(not isinstance(item, Obj) or met(item) is not None for item in parts)
    left = left or (kind in ("and", "or") and (not parts or met(test) is not None))
    if not left:
        return Obj({})
    kept = Obj({"test": test}, test.pointer, {"test": test.pointer})
    return Obj({KEPT: kept}, "", {KEPT: test.pointer})


_WORDS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "true": ("test", ("true", True, None)),
    "webhook_status": ("status", ("success", "failure")),
    "airtime_status": ("exit_status", ("success", "failed")),
}
"""Tests whose one member has few values, and those."""


def _with_rest(case: Obj, test: Obj, kind: str) -> Obj:
    """The case, with its test beside it where that holds more than its type needs."""
    if kind in TESTS or kind in ("and", "or"):
        rest = beyond(test)
        return case.having(rest, rest.moved) if rest else case
    return case.having({"test": test}, {"test": test.pointer})


def _arguments(context: Context, kind: str, test: Obj, uuid: str) -> Arr | None:
    if kind in LOCALIZED_TESTS:
        return _words(context, test, uuid, kind == "regex")
    if kind == "in_group":
        return _group(test)
    if kind == "subflow":
        return Arr([test.get("exit_type")], test.at("exit_type"), {0: test.at("exit_type")})
    if kind == "webhook_status":
        word = "Success" if test.get("status") == "success" else "Failure"
        return Arr([word], test.at("status"), {0: test.at("status")})
    if kind == "airtime_status":
        return Arr(["Success"], test.at("exit_status"), {0: test.at("exit_status")})
    keys = [key for key in _MEMBERS.get(kind, ()) if key in test and kind in TESTS]
    if not keys:
        return None
    dates = kind.startswith("date_")
    values = [context.text(test[key], raw_dates=dates) for key in keys]
    if kind in ("district", "ward"):
        # A place without the one it lies in may lie anywhere.
        values = ["" if is_empty(value) else value for value in values]
        while values and values[-1] == "":
            values.pop()
    return Arr(values, test.pointer, {index: test.at(key) for index, key in enumerate(keys)}) if values else None


def _words(context: Context, test: Obj, uuid: str, pattern: bool) -> Arr | None:
    """The words of a test in the flow's own language; translations are filed. A pattern has no expressions."""
    if "test" not in test:
        return None
    value, at = context.said(test["test"], test.at("test"), uuid, "arguments", as_it_is=pattern)
    return Arr(["" if value is None else value], test.at("test"), {0: at})


def _group(test: Obj) -> Arr:
    at = test.at("test")
    group = referenced(test.get("test"), "group")
    if not isinstance(group, Obj):
        return Arr([group], at, {0: at})
    uuid, name = group.get("uuid"), group.get("name")
    return Arr(["" if uuid is None else uuid, *([name] if name is not None else [])], at, {0: at, 1: group.at("name")})

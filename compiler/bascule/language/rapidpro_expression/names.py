"""Names of RapidPro expressions: roots, functions, and the one spelling each variable has in the graph.

Facts from the documentation of the engine (https://docs.nyaruka.com/goflow/).
"""

from __future__ import annotations

from bascule.ir.expr import OPERATORS, TESTS, Call, Expression

__all__ = ["FUNCTIONS", "ROOTS", "canonical", "is_address", "native_call"]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


ROOTS = _names(
    "contact fields results input run parent child urns webhook globals trigger resume node ticket locals legacy_extra"
)
"""The first names that ``@name`` knows; anything else after a single ``@`` is text."""

_MEMBERS: dict[str, frozenset[str]] = {
    "contact": _names(
        "uuid id ref name first_name language status timezone created_on last_seen_on urns urn groups fields channel "
        "tickets"
    ),
    "run": _names("uuid contact flow status results created_on exited_on path input webhook parent child"),
    "input": _names("uuid type text attachments channel urn created_on external_id labels"),
    "resume": _names("type dial"),
    "trigger": _names("type params keyword user origin ticket optin campaign"),
    "node": _names("uuid visit_count categories"),
    "ticket": _names("uuid topic assignee body note subject"),
}
"""Members of roots whose members are fixed."""

_DOMAINS = _names(
    "com org net info io co uk fr ca ch be es pt br in ru ua eu de it nl us edu gov int ke ug rw ng za ma dz tn"
)

_SAME: dict[str, tuple[int, int]] = {
    "upper": (1, 1),
    "lower": (1, 1),
    "title": (1, 1),
    "trim": (1, 1),
    "text": (1, 1),
    "number": (1, 1),
    "date": (1, 1),
    "time": (1, 1),
    "now": (0, 0),
    "today": (0, 0),
    "round": (1, 2),
    "abs": (1, 1),
    "min": (1, 99),
    "max": (1, 99),
    "default": (2, 2),
    "if": (3, 3),
    "join": (2, 2),
    "replace": (3, 3),
    "url_encode": (1, 1),
    "json": (1, 1),
    "format_date": (1, 2),
    "and": (2, 99),
    "or": (2, 99),
}
"""Functions that mean the same in the native vocabulary, with the numbers of arguments for which they do."""

_RENAMED = {"count": "length", "to_json": "json"}

FUNCTIONS = (
    frozenset(["text_length", *_SAME, *_RENAMED, *(name for name in TESTS if name.startswith("has_"))])
    | _names("boolean datetime array object char code split word remove_first_word word_count word_slice field clean")
    | _names("text_slice regex_match text_compare repeat percent html_decode trim_left trim_right mean mod rand")
    | _names("rand_between round_up round_down parse_datetime datetime_from_epoch datetime_diff datetime_add")
    | _names("replace_time tz tz_offset epoch date_from_parts weekday week_number parse_time time_from_parts")
    | _names("urn_parts attachment_parts parse_json format format_datetime format_time format_location")
    | _names("format_number format_urn is_error legacy_add read_chars extract extract_object foreach foreach_value")
    | _names("concat filter keys reverse sort sum unique slice prompt count length")
)
"""Every function of versions 13 and 14, and the few that only early editors wrote."""

_NATIVE = frozenset([*OPERATORS, *TESTS, *_SAME]) | _names(
    "length split first last index slice format number text function opaque format_date url_encode"
)
"""Names of the native vocabulary: a function of RapidPro that means something else must not pass for one."""


def native_call(name: str, args: tuple[Expression, ...]) -> Call:
    """The call that a function of RapidPro stands for; ``name`` in any case.

    A function whose name the native vocabulary has for something else gets the prefix ``rapidpro_``.
    """
    plain = name.lower()
    if plain in _RENAMED and len(args) == 1:
        return Call(_RENAMED[plain], args)
    if plain == "text_length" and len(args) == 1:
        # `length` alone would count the items of a list.
        return Call("length", (Call("text", args),))
    least, most = _SAME.get(plain, (1, 0))
    if least <= len(args) <= most or plain in TESTS:
        return Call(plain, args)
    return Call(f"rapidpro_{plain}" if plain in _NATIVE else plain, args)


def canonical(path: tuple[str, ...]) -> tuple[str, ...]:
    """The one spelling of a variable: names ignore case, ``contact.fields.x`` is ``fields.x``, ``run.results.x`` is
    ``results.x``, and a result's own value needs no ``.value``."""
    root = path[0].lower()
    if root not in ROOTS:
        return path
    rest = path[1:]
    if root == "contact" and len(rest) > 1 and rest[0].lower() == "fields":
        root, rest = "fields", rest[1:]
    elif root == "run" and rest and rest[0].lower() in ("results", "contact", "input", "webhook", "parent", "child"):
        return canonical(rest)
    if root in ("parent", "child") and rest:
        inner = rest[1:] if rest[0].lower() == "run" and len(rest) > 1 and rest[1].lower() == "results" else rest
        if inner and inner[0].lower() in ("results", "fields", "contact"):
            return (root, *canonical(inner))
    if root == "results" and rest:
        tail = tuple(token.lower() for token in rest[1:2])
        return (root, rest[0].lower(), *(() if tail == ("value",) else tail), *rest[2:])
    if root in ("webhook", "legacy_extra"):
        return (root, *rest)
    return (root, *(token.lower() for token in rest[:1]), *rest[1:])


def is_address(before: str, path: tuple[str, ...]) -> bool:
    """Whether ``@path`` right after the character ``before`` is the domain of an e-mail address."""
    if not (before.isalnum() or before in "._-+") or len(path) < 2:
        return False
    second = path[1].lower()
    known = _MEMBERS.get(path[0].lower())
    return second not in known if known is not None else second in _DOMAINS

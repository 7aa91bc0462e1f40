"""Variables of older expressions in terms of version 13: ``flow.age`` is ``results.age``, ``step`` is ``input``.

The mapping is the engine's own (https://github.com/nyaruka/goflow, legacy context), with two additions:
``step.urn``, which the engine leaves alone, and keys of results. An older platform made the key of `Prénom` out of
unaccented letters only (``flow.pr_nom``), version 13 keeps all letters (``results.prénom``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bascule.parsers.rapidpro.reading import result_key

__all__ = ["NO_KEYS", "SCHEMES", "Keys", "label_slug", "new_keys", "translate"]

SCHEMES = frozenset(
    (
        *("discord", "ext", "facebook", "fcm", "freshchat", "instagram", "jiochat", "line", "mailto", "rocketchat"),
        *("slack", "tel", "telegram", "twitter", "twitterid", "viber", "vk", "webchat", "wechat", "whatsapp"),
    )
)
"""Kinds of addresses, which ``@contact.<kind>`` reads (https://github.com/nyaruka/gocommon, urns)."""

_PROPERTIES = frozenset({"uuid", "id", "name", "first_name", "created_on", "language"})
_RESULT = {"": "", "value": ".value", "category": ".category_localized", "text": ".input", "time": ".created_on"}
_STEP = {"": "input", "value": "input", "text": "input.text", "time": "input.created_on"}
_CHANNEL = {"": "address", "address": "address", "tel": "address", "tel_e164": "address", "name": "name"}
_DATE = {
    "": ("now()", False),
    "now": ("now()", False),
    "today": ("today()", True),
    "tomorrow": ('datetime_add(now(), 1, "D")', True),
    "yesterday": ('datetime_add(now(), -1, "D")', True),
}
_SLUG = re.compile(r"[^a-z0-9]+")
_LOOKUP = re.compile(r"\.(\d\w*)")


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of results that are spelled otherwise in version 13, older one to newer: those of the flow itself, and those
    of all flows of the file, for its parents and children."""

    own: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)


NO_KEYS = Keys()


def label_slug(label: str) -> str:
    """The key that a platform before version 13 made of the label of a rule set."""
    return _SLUG.sub("_", label.lower())


def new_keys(labels: list[str]) -> dict[str, str]:
    """Keys of results that are spelled otherwise in version 13: the older one to the newer one."""
    pairs = ((label_slug(label), result_key(label)) for label in labels)
    found: dict[str, str] = {}
    for old, new in pairs:
        if old.strip("_") and old != new:
            found.setdefault(old, new)
    return found


def translate(path: str, raw_dates: bool = False, keys: Keys = NO_KEYS) -> str:
    """The expression of version 13 for a dotted path of an older one. A path that means nothing comes back in lower
    case. ``raw_dates`` leaves dates as dates, where they are compared and not said."""
    tokens = path.lower().split(".")
    found = _translate(tokens, raw_dates, keys)
    return _LOOKUP.sub(r'["\1"]', found) if found is not None else ".".join(tokens)


def _translate(tokens: list[str], raw_dates: bool, keys: Keys) -> str | None:
    root, rest = tokens[0], tokens[1:]
    if root in ("flow", "step") and rest and (rest[0] == "contact" or _is_relative(rest)):
        return _translate(rest, raw_dates, keys)
    if _is_relative(tokens):
        return _contact(rest[1:], f"{root}.")
    if root == "contact":
        return _contact(rest, "")
    if root == "extra" and rest[:1] == ["flow"]:
        root, rest = "parent", rest[1:]
    if root in ("flow", "child", "parent"):
        own = root == "flow"
        return _result(rest, "results" if own else f"{root}.results", keys.own if own else keys.others)
    if root == "extra":
        return ".".join(("legacy_extra", *rest))
    if root == "step":
        return _step(rest)
    only = rest[0] if len(rest) == 1 else "" if not rest else None
    if root == "channel" and only is not None and only in _CHANNEL:
        return f"contact.channel.{_CHANNEL[only]}"
    if root == "date" and only is not None and only in _DATE:
        value, said = _DATE[only]
        return f"format_date({value})" if said and not raw_dates else value
    return None


def _is_relative(tokens: list[str]) -> bool:
    return tokens[0] in ("child", "parent") and tokens[1:2] == ["contact"]


def _contact(rest: list[str], whose: str) -> str | None:
    if not rest:
        return f"{whose}contact"
    name = rest[0]
    if name in SCHEMES and len(rest) == 2:
        urn = f"{whose}urns.{name}"
        return {
            "display": f"format_urn({urn})",
            "path": f"urn_parts({urn}).path",
            "scheme": f"urn_parts({urn}).scheme",
            "urn": urn,
        }.get(rest[1])
    if len(rest) > 1 or not name:
        return None
    if name in _PROPERTIES:
        return f"{whose}contact.{name}"
    if name == "groups":
        return f'join({whose}contact.groups, ",")'
    if name == "tel":
        return f"format_urn({whose}urns.tel)"
    if name == "tel_e164" or name in SCHEMES:
        return f'default(urn_parts({whose}urns.{name.removesuffix("_e164")}).path, "")'
    return f"{whose}fields.{name}"


def _result(rest: list[str], root: str, keys: Mapping[str, str]) -> str | None:
    if not rest:
        return root
    tail = _RESULT.get(".".join(rest[1:]))
    return f"{root}.{keys.get(rest[0], rest[0])}{tail}" if tail is not None and rest[0] else None


def _step(rest: list[str]) -> str | None:
    if rest[:1] == ["attachments"]:
        if len(rest) == 1:
            return 'foreach(foreach(input.attachments, attachment_parts), extract, "url")'
        if len(rest) == 2 and rest[1].isdecimal():
            return f"attachment_parts(input.attachments[{int(rest[1])}]).url"
        return None
    if rest[:1] == ["urn"]:
        return {
            "": "format_urn(input.urn)",
            "display": "format_urn(input.urn)",
            "path": "urn_parts(input.urn).path",
            "scheme": "urn_parts(input.urn).scheme",
            "urn": "input.urn",
        }.get(".".join(rest[1:]))
    return _STEP.get(".".join(rest))

"""What only the older shape shows: said once it is known where things stand, and before the upgrade forgets it."""

from __future__ import annotations

from typing import Any

from bascule.parsers.rapidpro.legacy.draft import is_empty
from bascule.parsers.rapidpro.legacy.rule_sets import RULE_SETS
from bascule.parsers.rapidpro.legacy.walk import definition_of, localized_members, objects, test_of
from bascule.parsers.rapidpro.located import Obj, listed, text_of
from bascule.parsers.rapidpro.losses import OldMedia, OldTelephone
from bascule.parsers.rapidpro.matching import words_of
from bascule.parsers.rapidpro.reading import Reading, clip
from bascule.parsers.rapidpro.rules import LegacyFlow, UnknownRuleSet
from bascule.source import Place

__all__ = ["remark"]

_FUZZY = frozenset({"contains", "contains_any"})
_LONG = 4
"""Longest word that those tests took only as it is written."""


def remark(reading: Reading, flow: Obj, version: str, title: str) -> None:
    """Report what the upgrade of a flow cannot carry over, and put the fate of those constructs down."""
    reading.find_once(
        LegacyFlow,
        version,
        reading.place(flow.pointer),
        lambda count: (
            f"{count} flow(s) of version {clip(version, 20)}, the first is `{clip(title) or 'without a name'}`: "
            "they are upgraded as they are read"
        ),
        help="compare a few conversations with the old platform",
    )
    definition = definition_of(flow)
    if definition.get("flow_type") == "U":
        _telephone(reading, reading.at(definition, "flow_type"), "the flow is a USSD menu", "it is read as a chat")
    for item in objects(definition, "action_sets"):
        for action in objects(item, "actions"):
            _action(reading, action)
    for item in objects(definition, "rule_sets"):
        _rule_set(reading, item)


def _telephone(reading: Reading, place: Place, what: str, reason: str) -> None:
    advice = "offer the same steps as a conversation"
    code = reading.find_once(
        OldTelephone,
        what,
        place,
        lambda count: what + (f" ({count} places)" if count > 1 else ""),
        help=advice,
    )
    reading.book.degraded(place, reason, advice, code)


def _action(reading: Reading, action: Obj) -> None:
    if action.get("type") == "end_ussd":
        reading.book.emulated(reading.place(action.pointer), "a conversation has no session to end: it is a message")
    media = dict(localized_members(action)).get("media")
    for language, value in (media or {}).items():
        assert media is not None
        _media(reading, value, reading.at(media, language))
    if isinstance(action.get("media"), str):
        _media(reading, action["media"], reading.at(action, "media"))


def _media(reading: Reading, value: Any, place: Place) -> None:
    address = value.partition(":")[2] or value if isinstance(value, str) else ""
    if not address or "@" in address or "//" in address:
        return
    advice = "put the file where WhatsApp can fetch it, and write its whole address"
    code = reading.find_once(
        OldMedia,
        "media",
        place,
        lambda count: (
            f"{count} attachment(s) lie in the store of the old platform: `{clip(address, 40)}` is no address"
        ),
        help=advice,
    )
    reading.book.degraded(place, "only a path in the store of the old platform", advice, code)


def _rule_set(reading: Reading, item: Obj) -> None:
    kind = item.get("ruleset_type")
    if not is_empty(kind) and (not isinstance(kind, str) or kind not in RULE_SETS):
        place = reading.at(item, "ruleset_type")
        shown = f"`{clip(kind, 30)}`" if isinstance(kind, str) else "no text"
        waits = item.get("operand") in ("@step.value", "@step", "", None)
        how = "waits for an answer" if waits else "looks at its operand"
        advice = "look at what it should do"
        message = f"a rule set has the type {shown}, which RapidPro does not have; it is read as one that {how}"
        code = reading.find(UnknownRuleSet, place, message, help=advice)
        reading.book.degraded(reading.place(item.pointer), "no known type", advice, code)
    for index, rule in enumerate(listed(item.get("rules"))):
        if isinstance(rule, Obj):
            place = reading.at(listed(item.get("rules")), index)
            _rule(reading, place, test_of(rule))


def _rule(reading: Reading, place: Place, test: Obj) -> None:
    kind = text_of(test.get("type"))
    if kind == "interrupted_status":
        what = "a rule takes people whose USSD session was cut off"
        _telephone(reading, place, what, "a conversation is not cut off: nothing leads there")
    elif kind in _FUZZY:
        written = test.get("test")
        texts = list(written.values()) if isinstance(written, Obj) else [written]
        words = [word for text in texts if isinstance(text, str) and "@" not in text for word in words_of(text)]
        if any(len(word) > _LONG for word in words):
            reading.book.emulated(place, "the old platform also took words of five letters or more with one mistake")

"""Lists of keys and values (``variables``, ``parameters``, ``content_variables``), however they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bascule.language.secrets import Secret, secret_in_text, secret_under_name
from bascule.parsers.twilio_studio.losses import UnknownMember
from bascule.parsers.twilio_studio.reading import Reading, as_text, json_text
from bascule.parsers.twilio_studio.rules import HandWrittenDialect, SecretInFlow, UnnamedTarget
from bascule.parsers.twilio_studio.states import State, keep_member
from bascule.source import Place

__all__ = ["Pair", "check_secret", "check_text_secret", "read_pairs"]

_FIELD = re.compile(r"(?:^|[?&])([\w.\-]{1,60})=([^&#\s]{1,2000})")
_MEMBERS = ("key", "value", "index", "type")


@dataclass(frozen=True, slots=True)
class Pair:
    """One key and value. ``place`` is the item, ``at`` the value in it."""

    key: str
    value: Any
    place: Place
    at: Place


def read_pairs(reading: Reading, state: State, name: str) -> list[Pair]:
    """The pairs of a member of ``properties``. What is no pair stays in the node's facts."""
    properties = state.properties
    value = properties.values.get(name)
    place = properties.at(name)
    if value is None or value == "" or value == []:
        properties.take(name)
        return []
    if isinstance(value, dict):
        properties.take(name)
        reading.find(
            HandWrittenDialect,
            place,
            f"`{name}` of `{state.shown}` is an object; each member is read as a pair",
            help="write a list of objects with `key` and `value`",
        )
        return [Pair(key, item, place.child(key), place.child(key)) for key, item in value.items() if key]
    if not isinstance(value, list):
        properties.misshapen(name, f"`{name}` of `{state.shown}`", "a list")
        return []
    properties.take(name)
    pairs: list[Pair] = []
    for index, item in enumerate(value):
        pair = _pair(reading, state, name, item, place.child(index))
        if isinstance(pair, Pair):
            pairs.append(pair)
        else:
            state.unread.append((f"{name}/{index}", json_text(item)))
            reading.book.degraded(place, "an item without a key has no effect; kept as a hint", "name it", pair)
    return pairs


def _pair(reading: Reading, state: State, name: str, item: Any, place: Place) -> Pair | str:
    """The pair, or the code of the finding that says why there is none."""
    what = f"an item of `{name}` in `{state.shown}`"
    if not isinstance(item, dict):
        return reading.wrong_shape(place, what, item, "an object", "kept as a hint")
    key = item.get("key")
    if key is None or isinstance(key, (dict, list, bool)) or not as_text(key).strip():
        return reading.find(UnnamedTarget, place, f"{what} has no key", help="add a `key`, or remove it")
    for member, part in item.items():
        if member not in _MEMBERS:
            at = place.child(member)
            hint = f"{name}/{place.pointer.rsplit('/', 1)[-1]}/{member}"
            what = f"`{member[:40]}` in an item of `{name}`"
            keep_member(reading, at, f"{name}: {member}", what, state.unread, hint, part)
            reading.book.degraded(
                state.properties.at(name), f"{what} is not known; kept as a hint", "check it", UnknownMember.code
            )
    return Pair(as_text(key).strip(), item.get("value"), place, place.child("value"))


def check_secret(reading: Reading, state: State, what: str, pair: Pair) -> None:
    """Report a pair whose value looks like a secret. Neither the value nor a part of it is printed."""
    found = secret_under_name(pair.key, pair.value)
    if found:
        place = pair.at.within(found.start, found.end) if isinstance(pair.value, str) else pair.at
        _report(reading, place, f"the {what} `{pair.key[:40]}` of `{state.shown}` holds {found.what}")


def check_text_secret(reading: Reading, state: State, what: str, value: Any, place: Place) -> None:
    """Report the secrets inside a text (URL, body, form)."""
    if not isinstance(value, str):
        return
    found = secret_in_text(value)
    covered = {at for secret in found for at in (secret.start, secret.end - 1)}
    for field in _FIELD.finditer(value):
        secret = secret_under_name(field.group(1), field.group(2))
        if secret and not covered & {field.start(2), field.end(2) - 1}:
            found.append(Secret(secret.what, field.start(2), field.end(2)))
    for secret in sorted(found, key=lambda item: item.start):
        _report(reading, place.within(secret.start, secret.end), f"the {what} of `{state.shown}` holds {secret.what}")


def _report(reading: Reading, place: Place, message: str) -> None:
    reading.secrets.append(place)
    reading.find(
        SecretInFlow,
        place,
        f"{message} in plain text",
        help="replace it at its owner, and let the new platform add it from its secret store",
        sensitive=True,
    )

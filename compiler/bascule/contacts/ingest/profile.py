"""What a platform calls things: a profile is data, one module per platform in ``profiles``, found by itself.

Adding a platform is adding a module with a tuple ``PROFILES``; nothing else changes.
"""

from __future__ import annotations

import enum
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from bascule.contacts.ingest.names import plain
from bascule.contacts.rows import Kind
from bascule.contacts.tabular.problems import ContactsError

__all__ = ["PHONES", "Field", "Log", "Match", "Profile", "Read", "fields", "profile_named", "profiles", "recognise"]

PHONES = "phone_raw"
"""The canonical column whose sources are all kept: the first valid one is part 0, others are further parts."""


class Read(enum.StrEnum):
    """How a source cell becomes a canonical one. What cannot be read so stays in ``custom`` as it was."""

    TEXT = "text"
    LOWER = "lower"
    MOMENT = "moment"
    FLAG = "flag"
    LANGUAGE = "language"
    REGION = "region"
    TAGS = "tags"
    ACTION = "action"
    EMAIL = "email"
    CHANNEL = "channel"
    DIRECTION = "direction"
    KIND = "kind"
    PURPOSE = "purpose"
    DIGITS = "digits"


READ: Mapping[str, Read] = {
    "kind": Read.KIND,
    "wa_id": Read.DIGITS,
    "email": Read.EMAIL,
    "language": Read.LANGUAGE,
    "country": Read.REGION,
    "tags": Read.TAGS,
    "modified_at": Read.MOMENT,
    "occurred_at": Read.MOMENT,
    "consent_expires_at": Read.MOMENT,
    "channel": Read.CHANNEL,
    "direction": Read.DIRECTION,
    "message_status": Read.LOWER,
    "consent_action": Read.ACTION,
    "consent_purpose": Read.PURPOSE,
    "consent_double": Read.FLAG,
    "consent_names_business": Read.FLAG,
    "consent_names_whatsapp": Read.FLAG,
}
"""How each canonical column reads its cells; the others are text."""


@dataclass(frozen=True, slots=True)
class Field:
    """Names of source columns, plain (:func:`~bascule.contacts.ingest.names.plain`), the first that is filled wins.
    ``values`` turns source texts (folded to lower case) into canonical ones before they are read; an empty one says
    that the text means nothing."""

    names: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Log:
    """A message log: who of ``sender`` and ``recipient`` is the person depends on the direction.

    ``direction`` is the constant one where the log has no such column. ``blocked`` are error codes of sends that an
    opt-out stopped; ``body`` is where words such as STOP are looked for in inbound messages.
    """

    sender: tuple[str, ...] = ("from",)
    recipient: tuple[str, ...] = ("to",)
    direction: str = ""
    body: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of export.

    ``required``: groups of plain names; of each group one must be there. ``typical`` names make the match surer,
    ``foreign`` ones rule it out. ``international``: digits without plus are whole international numbers.
    ``prepare`` turns a JSON record into one with the names that ``fields`` has; what it leaves stays in ``custom``.
    ``members`` are the JSON members that hold a page's records.
    """

    name: str
    platform: str
    title: str
    kind: Kind
    required: tuple[tuple[str, ...], ...]
    fields: Mapping[str, Field]
    typical: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    log: Log | None = None
    international: bool = False
    prepare: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    source: str = ""
    """Where the names are documented."""

    def names(self) -> frozenset[str]:
        """All plain names it reads."""
        found = {name for item in self.fields.values() for name in item.names}
        if self.log is not None:
            found.update((*self.log.sender, *self.log.recipient, *self.log.body))
        return frozenset(found)


def fields(**named: str | tuple[str, ...] | Field) -> dict[str, Field]:
    """Canonical columns and the names of their sources, spelled as the platform spells them."""
    found = {}
    for column, value in named.items():
        if isinstance(value, Field):
            found[column] = Field(tuple(dict.fromkeys(map(plain, value.names))), value.values)
        else:
            names = (value,) if isinstance(value, str) else value
            found[column] = Field(tuple(dict.fromkeys(map(plain, names))))
    return found


@cache
def profiles() -> tuple[Profile, ...]:
    """All of them, by name."""
    from bascule.contacts.ingest import profiles as package

    found: list[Profile] = []
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda item: item.name):
        found.extend(import_module(f"{package.__name__}.{info.name}").PROFILES)
    return tuple(sorted(found, key=lambda item: item.name))


def profile_named(name: str) -> Profile:
    """The profile, also where only the platform is named and it has one. Raises ContactsError."""
    known = profiles()
    named = [item for item in known if item.name == name] or [item for item in known if item.platform == name]
    if len(named) == 1:
        return named[0]
    listed = ", ".join(item.name for item in (named or known))
    what = f"{len(named)} profiles are of {name}" if named else f"no profile is called {name!r}"
    raise ContactsError("contacts-usage", what, f"give one of {listed}")


@dataclass(frozen=True, slots=True)
class Match:
    """How well a profile fits: ``missing`` groups (empty = it fits), what was ``found``, and a rank."""

    profile: Profile
    found: tuple[str, ...]
    missing: tuple[tuple[str, ...], ...]
    foreign: tuple[str, ...]
    rank: tuple[int, int]

    @property
    def fits(self) -> bool:
        """Whether the file can be this export."""
        return not self.missing and not self.foreign

    @property
    def reason(self) -> str:
        """Why, in words. Only names that the profile knows are shown."""
        if self.fits:
            return f"it has {', '.join(self.found)}"
        if self.foreign:
            return f"it has {', '.join(self.foreign)}"
        return f"it has {', '.join(self.found)}, but not {' or '.join(self.missing[0])}"


def recognise(keys: Iterable[str], known: Iterable[Profile] | None = None) -> list[Match]:
    """Profiles that fit, best first, then those that nearly do (at least half of what they need is there)."""
    names = set(keys)
    matches = []
    for profile in profiles() if known is None else known:
        if not profile.required:
            continue
        groups = [next((name for name in group if name in names), "") for group in profile.required]
        found = [name for name in groups if name]
        typical = [name for name in profile.typical if name in names]
        missing = tuple(group for group, name in zip(profile.required, groups, strict=True) if not name)
        foreign = tuple(name for name in profile.foreign if name in names)
        if len(found) * 2 < len(groups):
            continue
        rank = (len(found) + len(typical), len(groups))
        matches.append(Match(profile, (*found, *typical), missing, foreign, rank))
    return sorted(matches, key=lambda match: (not match.fits, -match.rank[0], -match.rank[1], match.profile.name))

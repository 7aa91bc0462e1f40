"""How one file is read: its container, its profile, and what is called what. Part of the import's id."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bascule.contacts.ingest.moments import Order
from bascule.contacts.ingest.profile import Field, Log, Profile
from bascule.contacts.ingest.records import CHUNK

__all__ = ["PART", "VERSION", "Plan"]

PART = 50_000
"""Source record numbers per part, unless a user says otherwise."""

VERSION = 1
"""Of the reading itself: a change that makes other rows of the same bytes makes another import."""


@dataclass(frozen=True, slots=True)
class Plan:
    """``fields`` and ``log`` are the profile's with a user's mapping over them. ``columns`` are pairs of canonical and
    source column for people; ``unmapped`` source columns go to ``custom``."""

    profile: Profile
    container: str
    encoding: str
    delimiter: str
    sheet: str
    header: bool
    fields: Mapping[str, Field]
    log: Log | None
    constants: Mapping[str, str]
    kind: str
    order: Order = Order.UNKNOWN
    zone: str = "UTC"
    form: str = ""
    default_region: str = ""
    scope: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    unmapped: tuple[str, ...] = ()
    part: int = PART

    @property
    def chunk(self) -> int:
        """Records that are worked on at once; divides ``part``."""
        return self.part if self.part <= CHUNK else math.gcd(self.part, CHUNK)

    @property
    def wanted(self) -> frozenset[str]:
        """Plain names of the source columns that are read."""
        found = {name for item in self.fields.values() for name in item.names}
        if self.log is not None:
            found.update((*self.log.sender, *self.log.recipient, *self.log.body))
        return frozenset(found)

    @property
    def kept(self) -> frozenset[str]:
        """Those of them that stay in ``custom`` too: message texts have no column of their own."""
        return frozenset(name for name in self.log.body if not name.startswith("bascule.")) if self.log else frozenset()

    def data(self) -> dict[str, Any]:
        """For the store, keys sorted. Holds no cell."""
        log = self.log
        return {
            "columns": {column: list(item.names) for column, item in sorted(self.fields.items())},
            "constants": dict(sorted(self.constants.items())),
            "container": self.container,
            "date_form": self.form,
            "date_order": self.order.value,
            "default_region": self.default_region,
            "delimiter": self.delimiter,
            "encoding": self.encoding,
            "header": self.header,
            "kind": self.kind,
            "log": None
            if log is None
            else {
                "blocked": list(log.blocked),
                "body": list(log.body),
                "direction": log.direction,
                "recipient": list(log.recipient),
                "sender": list(log.sender),
            },
            "part": self.part,
            "profile": self.profile.name,
            "scope": self.scope,
            "sheet": self.sheet,
            "time_zone": self.zone,
            "values": {
                column: dict(sorted(item.values.items())) for column, item in sorted(self.fields.items()) if item.values
            },
            "version": VERSION,
        }  # fmt: skip

    def import_id(self, digest: str, words: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())) -> str:
        """20 hexadecimal digits: of the file's bytes (``digest``) and of how they are read. ``words``: the store's own
        words for leaving and joining, which only messages are searched for."""
        text = json.dumps(self.data(), ensure_ascii=False, sort_keys=True)
        if self.log is not None and any(words):
            text += json.dumps(words, ensure_ascii=False)
        return hashlib.sha256(f"{digest}\n{text}".encode()).hexdigest()[:20]

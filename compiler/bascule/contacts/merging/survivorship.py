"""Which of several values of a field survives merging, as a TOML file may say it."""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bascule.contacts.tabular.problems import ContactsError

__all__ = ["FIELDS", "RULES", "FieldRule", "Survivorship", "read_survivorship"]

RULES = ("latest", "earliest", "priority", "longest", "union")
"""``latest``: of the row with the latest date; ``earliest`` likewise; ``priority``: of the best source, then the
latest; ``longest``: most characters, then the latest; ``union``: all together, for ``tags`` alone. A row without a
date comes after all that have one; equal dates go by priority of the source, then to the later source row (with
``earliest`` to the earlier one)."""

FIELDS = ("name", "first_name", "last_name", "language", "country", "email", "tags")
"""Fields of every row; beside them ``custom.<header>``, of address book rows."""

_GAP_DAYS = 365
"""Silence after which a number may have a new owner: operators keep a given-up number back for weeks to months."""


@dataclass(frozen=True, slots=True)
class FieldRule:
    """``sources``: profiles or base names of files, the best first; those not named come after all that are."""

    rule: str = "latest"
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Survivorship:
    """The rule of each field, and how long a silence makes a number doubtful (0 = no silence does)."""

    default: FieldRule = FieldRule()
    fields: Mapping[str, FieldRule] = field(default_factory=dict)
    gap_days: int = _GAP_DAYS

    def rule(self, name: str) -> FieldRule:
        """The rule of a field."""
        return self.fields.get(name, self.default)

    @property
    def fingerprint(self) -> str:
        """Differs where another outcome is possible."""
        data = [
            [self.default.rule, self.default.sources],
            {name: [rule.rule, rule.sources] for name, rule in self.fields.items()},
            self.gap_days,
        ]
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


def read_survivorship(path: str) -> Survivorship:
    """Read a TOML file: ``default``, ``sources``, ``gap_days`` and a table ``[fields]`` whose values are a rule or
    ``{rule = ..., sources = [...]}``.

    Raises ContactsError ``contacts-survivorship`` for a file that cannot be read, an unknown key and a wrong value.
    """
    try:
        data = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise _wrong(path, str(error.strerror if isinstance(error, OSError) else error)) from error
    _known(path, "", data, ("default", "sources", "gap_days", "fields"))
    sources = _sources(path, "sources", data.get("sources", []))
    default = FieldRule(_rule(path, "default", data.get("default", "latest")), sources)
    gap = data.get("gap_days", _GAP_DAYS)
    if not isinstance(gap, int) or isinstance(gap, bool) or gap < 0:
        raise _wrong(path, f"`gap_days` is {_shown(gap)}; a whole number of days is expected, 0 for no limit")
    tables = data.get("fields", {})
    if not isinstance(tables, dict):
        raise _wrong(path, "`fields` is not a table")
    fields = {}
    for name, value in tables.items():
        if name not in FIELDS and not (name.startswith("custom.") and len(name) > len("custom.")):
            hint = _hint(name, FIELDS)
            raise _wrong(path, f"unknown field `{name}`{hint}; a column of the source is `custom.<header>`")
        fields[name] = _field(path, name, value, default)
    return Survivorship(default, fields, gap)


def _field(path: str, name: str, value: Any, default: FieldRule) -> FieldRule:
    where = f"fields.{name}"
    if isinstance(value, dict):
        _known(path, f"{where}.", value, ("rule", "sources"))
        rule = FieldRule(
            _rule(path, where, value.get("rule", default.rule)),
            _sources(path, f"{where}.sources", value["sources"]) if "sources" in value else default.sources,
        )
    else:
        rule = FieldRule(_rule(path, where, value), default.sources)
    if rule.rule == "union" and name != "tags":
        raise _wrong(path, f"`{where}` is `union`, which only `tags` can be")
    return rule


def _rule(path: str, where: str, value: Any) -> str:
    if value not in RULES or (where == "default" and value == "union"):
        allowed = ", ".join(RULES[:-1] if where == "default" else RULES)
        raise _wrong(path, f"`{where}` is {_shown(value)}{_hint(value, RULES)}; known: {allowed}")
    return str(value)


def _sources(path: str, where: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise _wrong(path, f"`{where}` is {_shown(value)}; a list of profiles or file names is expected")
    return tuple(value)


def _known(path: str, where: str, data: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in data:
        if name not in names:
            raise _wrong(path, f"unknown key `{where}{name}`{_hint(name, names)}; known: {', '.join(names)}")


def _hint(name: object, names: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(str(name), names, n=1)
    return f", did you mean `{close[0]}`?" if close else ""


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return f"`{text[:40]}…`" if len(text) > 40 else f"`{text}`"


def _wrong(path: str, what: str) -> ContactsError:
    return ContactsError("contacts-survivorship", f"{path}: {what}", "docs/contacts/merge.md has an example")

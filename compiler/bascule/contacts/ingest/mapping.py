"""A user's own mapping of columns, TOML or YAML, over a profile or alone.

::

    profile = "generic"            # optional: what the mapping is laid over
    kind = "contact"               # contact, message, consent, suppression, event
    date_order = "day-first"       # or month-first
    date_format = "%d.%m.%y %H:%M" # optional, tried first
    time_zone = "Europe/Paris"     # of times that name none

    [columns]                      # canonical column = source column, or several in order of preference
    phone = ["Tél. portable", "Tél. fixe"]
    first_name = "Prénom"

    [constants]
    channel = "sms"

    [values.consent_action]        # source text = canonical text
    "Accepte" = "opt_in"
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bascule.contacts.ingest.moments import Order, zone_of
from bascule.contacts.ingest.names import plain
from bascule.contacts.ingest.profile import Field
from bascule.contacts.rows import COLUMNS, Kind
from bascule.contacts.tabular.problems import ContactsError

__all__ = ["Mapping_", "known_zone", "read_mapping"]

_LARGEST = 1 << 20
_KEYS = ("profile", "kind", "date_order", "date_format", "time_zone", "columns", "constants", "values", "log")
_LOG_KEYS = ("sender", "recipient", "body", "direction", "blocked")
_OURS = frozenset(
    {"import_id", "row", "part", "file", "platform", "custom", "rejected", "phone_e164", "phone_region", "phone_type",
     "phone_status", "phone_reason", "phone_how"}
)  # fmt: skip
_CANONICAL = tuple(name for name, _ in COLUMNS if name not in _OURS)
_ALIASES = {"phone": "phone_raw"}


@dataclass(frozen=True, slots=True)
class Mapping_:
    """What the file says; empty where it says nothing."""

    profile: str = ""
    kind: str = ""
    order: Order = Order.UNKNOWN
    form: str = ""
    zone: str = ""
    fields: Mapping[str, Field] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    log: Mapping[str, Any] = field(default_factory=dict)


def _bad(message: str, help: str = "see docs/contacts/import.md") -> ContactsError:
    return ContactsError("contacts-mapping", f"the mapping file: {message}", help)


def read_mapping(path: Path) -> Mapping_:
    """Read it. Raises ContactsError (``contacts-mapping``) for anything that it cannot mean."""
    data = _tree(path)
    _known(data, _KEYS, "key")
    columns, values = _table(data, "columns"), _table(data, "values")
    _known({_ALIASES.get(name, name): 0 for name in (*columns, *values)}, _CANONICAL, "canonical column")
    found: dict[str, Field] = {}
    for name, sources in columns.items():
        listed = [sources] if isinstance(sources, str) else sources
        if not isinstance(listed, list) or not listed or not all(isinstance(item, str) and item for item in listed):
            raise _bad(f"`columns.{name}` must be the name of a source column, or a list of names")
        column = _ALIASES.get(name, name)
        texts = values.get(name, {})
        if not isinstance(texts, dict):
            raise _bad(f"`values.{name}` must be a table of texts")
        table = {str(key).strip().casefold(): str(value) for key, value in texts.items()}
        found[column] = Field(tuple(plain(item) for item in listed), table)
    alone = sorted(set(values) - set(columns))
    if alone:
        raise _bad(f"`values.{alone[0]}` has no `columns.{alone[0]}`")
    constants = _table(data, "constants")
    _known(constants, _CANONICAL, "canonical column")
    kind = str(data.get("kind", ""))
    if kind and kind not in set(Kind):
        raise _bad(f"`kind` must be one of {', '.join(Kind)}")
    order = str(data.get("date_order", "")) or Order.UNKNOWN.value
    if order not in set(Order):
        raise _bad("`date_order` must be day-first or month-first")
    log = _table(data, "log")
    _known(log, _LOG_KEYS, "key of `log`")
    return Mapping_(
        str(data.get("profile", "")),
        kind,
        Order(order),
        str(data.get("date_format", "")),
        _zone(str(data.get("time_zone", ""))),
        found,
        {str(name): str(value) for name, value in constants.items()},
        log,
    )


def known_zone(name: str) -> bool:
    """Whether a time zone is called so."""
    try:
        zone_of(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _zone(name: str) -> str:
    if name and not known_zone(name):
        raise _bad(f"there is no time zone {name!r}", "write one such as Europe/Paris")
    return name


def _tree(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            raise _bad("it is larger than 1 MiB")
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise _bad(f"it cannot be read: {error.strerror}", "check the path") from error
    except UnicodeDecodeError as error:
        raise _bad("it is not UTF-8") from error
    try:
        if path.suffix.lower() in (".yaml", ".yml"):
            import yaml

            data = yaml.safe_load(text)
        else:
            data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _bad(f"it is not TOML: {error}") from error
    except (RecursionError, ValueError) as error:
        raise _bad("it cannot be read") from error
    except Exception as error:  # PyYAML's own classes, which are known once it is imported
        raise _bad(f"it is not YAML: {type(error).__name__}") from error
    if not isinstance(data, dict):
        raise _bad("it holds no table")
    return data


def _table(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name, {})
    if not isinstance(found, dict):
        raise _bad(f"`{name}` must be a table")
    return {str(key): value for key, value in found.items()}


def _known(names: Mapping[Any, Any], allowed: tuple[str, ...], what: str) -> None:
    for name in names:
        if name not in allowed:
            close = difflib.get_close_matches(str(name), allowed, n=1)
            hint = f"did you mean `{close[0]}`?" if close else f"there are {', '.join(allowed)}"
            raise _bad(f"`{name}` is no {what}", hint)

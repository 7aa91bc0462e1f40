"""Named policies: what another channel's opt-in must have so that it counts for WhatsApp."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

from bascule.contacts.rows import CHANNELS, PURPOSES
from bascule.contacts.tabular.problems import ContactsError

__all__ = ["Policy", "policies", "policy_named"]


@dataclass(frozen=True, slots=True)
class Policy:
    """What an opt-in must have. ``max_age_days`` 0 = any age; empty ``jurisdictions`` = any."""

    name: str
    description: str = ""
    source: str = ""
    channels: tuple[str, ...] = ("sms", "viber")
    purposes: tuple[str, ...] = ("marketing",)
    names_business: bool = False
    names_whatsapp: bool = False
    date_known: bool = True
    wording_known: bool = False
    proof_known: bool = False
    double_opt_in: bool = False
    max_age_days: int = 0
    jurisdictions: tuple[str, ...] = ()


_ALLOWED = {"channels": CHANNELS, "purposes": PURPOSES}


def policies(path: str = "") -> dict[str, Policy]:
    """bascule's policies and those of a TOML file with tables ``[policy.NAME]``, by name.

    Raises ContactsError ``contacts-policy-file`` for a file that cannot be read, an unknown key, a wrong value, and a
    name that bascule has already.
    """
    import yaml

    text = files("bascule.contacts.consent").joinpath("data/policies.yaml").read_text("utf-8")
    known = {name: _policy(name, data, "bascule") for name, data in yaml.safe_load(text)["policies"].items()}
    if not path:
        return known
    try:
        data = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, str(error.strerror if isinstance(error, OSError) else error)) from error
    tables = data.pop("policy", {})
    if data or not isinstance(tables, dict):
        raise _wrong(path, f"unknown key `{next(iter(data), 'policy')}`; a policy is a table [policy.NAME]")
    for name, table in tables.items():
        if name in known:
            raise _wrong(path, f"the policy `{name}` is bascule's own: choose another name")
        if not isinstance(table, dict):
            raise _wrong(path, f"`policy.{name}` is not a table")
        known[name] = _policy(name, table, path)
    return known


def policy_named(name: str, path: str = "") -> Policy:
    """One policy. Raises ContactsError ``contacts-policy-unknown`` with the nearest name."""
    known = policies(path)
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean `{close[0]}`? " if close else ""
        raise ContactsError(
            "contacts-policy-unknown", f"no policy is called `{name}`", f"{hint}known: {', '.join(known)}"
        )
    return known[name]


def _wrong(path: str, what: str) -> ContactsError:
    return ContactsError(
        "contacts-policy-file", f"{path}: {what}", "see docs/contacts/consent.md for the keys of a policy"
    )


def _policy(name: str, data: Mapping[str, Any], path: str) -> Policy:
    types = {field.name: field.type for field in fields(Policy) if field.name != "name"}
    values: dict[str, Any] = {}
    for key, value in data.items():
        wanted = types.get(key)
        if wanted is None:
            close = difflib.get_close_matches(key, types, n=1)
            raise _wrong(
                path, f"`policy.{name}`: unknown key `{key}`{f'; did you mean `{close[0]}`?' if close else ''}"
            )
        if wanted == "tuple[str, ...]":
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise _wrong(path, f"`policy.{name}.{key}` is not a list of texts")
            strange = [item for item in value if item not in _ALLOWED.get(key, (item,))]
            if strange:
                raise _wrong(path, f"`policy.{name}.{key}`: `{strange[0]}` is none of {', '.join(_ALLOWED[key])}")
            values[key] = tuple(value)
        elif {"bool": bool, "int": int, "str": str}[str(wanted)] is not type(value):
            raise _wrong(path, f"`policy.{name}.{key}` is not a {wanted}")
        else:
            values[key] = value
    return Policy(name, **values)

"""Read policy packs: folders of YAML files beside this module, named by the month they describe.

``sources.yaml`` names each document once; every other file holds the facts whose keys start with its
name. A fact has ``value`` and ``source``; ``date`` and ``confidence`` are the source's own unless given,
``note`` and ``alternatives`` (what other documents say) are optional. Anything else is refused: the
packs are our own data, and a slip in them must not pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bascule.whatsapp.policy.model import Alternative, Confidence, Fact, Source, Value

__all__ = ["group_names", "policy_dates", "read_facts", "read_pack", "read_sources"]

_FOLDER = Path(__file__).resolve().parent
_DATE = re.compile(r"\d{4}(-\d{2}){0,2}$")
_PACK = re.compile(r"\d{4}-\d{2}$")
_SOURCES = "sources"
_STATEMENT = frozenset({"value", "source", "date", "confidence", "note"})


def policy_dates() -> tuple[str, ...]:
    """Names of the packs that are there, oldest first (``2026-11``)."""
    return tuple(sorted(path.name for path in _FOLDER.iterdir() if path.is_dir() and _PACK.match(path.name)))


def group_names(date: str) -> tuple[str, ...]:
    """First segments of the keys of a pack: the names of its files."""
    names = (path.stem for path in (_FOLDER / date).glob("*.yaml"))
    return tuple(sorted(name for name in names if name != _SOURCES))


def read_sources(date: str) -> dict[str, Source]:
    """Documents of a pack. Raises ValueError naming the entry that is not well-formed."""
    sources = {}
    for key, raw in _yaml(date, _SOURCES).items():
        where = f"policy {date}, source {key}"
        entry = _mapping(raw, where, required={"publisher", "url", "date", "confidence"}, allowed=frozenset())
        sources[key] = Source(
            key,
            _text(entry["publisher"], f"{where}: publisher"),
            _url(entry["url"], f"{where}: url"),
            _date(entry["date"], f"{where}: date"),
            _confidence(entry["confidence"], f"{where}: confidence"),
        )
    return sources


def read_facts(date: str, group: str, sources: Mapping[str, Source]) -> dict[str, Fact]:
    """Facts of one file. Raises ValueError naming the key that is not well-formed."""
    facts = {}
    for key, raw in _yaml(date, group).items():
        where = f"policy {date}, fact {key}"
        if not key.startswith(group + "."):
            raise ValueError(f"{where}: stands in {group}.yaml")
        entry = _mapping(raw, where, required={"value", "source"}, allowed=_STATEMENT | {"alternatives"})
        others = entry.get("alternatives", [])
        if not isinstance(others, list) or ("alternatives" in entry and not others):
            raise ValueError(f"{where}: alternatives is not a list with entries")
        alternatives = tuple(
            Alternative(**_statement(other, f"{where}, alternative {position}", sources))
            for position, other in enumerate(others)
        )
        statement = {name: value for name, value in entry.items() if name != "alternatives"}
        facts[key] = Fact(key=key, alternatives=alternatives, **_statement(statement, where, sources))
    return facts


def read_pack(date: str) -> dict[str, Any]:
    """A whole pack as plain data: ``date``, ``sources`` and ``facts``, the form of ``policy.schema.json``."""
    facts: dict[str, Any] = {}
    for group in group_names(date):
        facts.update(_yaml(date, group))
    return {"date": date, "sources": _yaml(date, _SOURCES), "facts": facts}


def _statement(raw: Any, where: str, sources: Mapping[str, Source]) -> dict[str, Any]:
    entry = _mapping(raw, where, required={"value", "source"}, allowed=_STATEMENT)
    source = sources.get(entry["source"]) if isinstance(entry["source"], str) else None
    if source is None:
        raise ValueError(f"{where}: source {entry['source']!r} is not in sources.yaml")
    return {
        "value": _value(entry["value"], f"{where}: value"),
        "source": source,
        "date": _date(entry["date"], f"{where}: date") if "date" in entry else source.date,
        "confidence": (
            _confidence(entry["confidence"], f"{where}: confidence") if "confidence" in entry else source.confidence
        ),
        "note": _text(entry["note"], f"{where}: note") if "note" in entry else "",
    }


@cache
def _yaml(date: str, group: str) -> dict[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (_FOLDER / date / f"{group}.yaml").read_text(encoding="utf-8")
    value = yaml.load(text, Loader=loader)
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise ValueError(f"policy {date}: {group}.yaml is not a mapping from text keys (quote `no` and dates)")
    return value


def _mapping(raw: Any, where: str, required: set[str], allowed: frozenset[str]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise ValueError(f"{where}: is not a mapping")
    missing = sorted(required - raw.keys())
    if missing:
        raise ValueError(f"{where}: {', '.join(missing)} is missing")
    unknown = sorted(str(key) for key in raw.keys() - required - allowed)
    if unknown:
        raise ValueError(f"{where}: unknown key {', '.join(unknown)}")
    return raw


def _value(raw: Any, where: str) -> Value:
    if isinstance(raw, (str, bool, int)):
        return raw
    if isinstance(raw, list):
        return tuple(_value(item, where) for item in raw)
    if isinstance(raw, dict):
        if not all(isinstance(key, str) for key in raw):
            raise ValueError(f"{where}: a key is not text (quote it)")
        return MappingProxyType({key: _value(item, where) for key, item in raw.items()})
    raise ValueError(f"{where}: {raw!r} is a {type(raw).__name__} (quote it if it is text)")


def _text(raw: Any, where: str) -> str:
    if not isinstance(raw, str) or not raw:
        raise ValueError(f"{where}: {raw!r} is not text")
    return raw


def _url(raw: Any, where: str) -> str:
    text = _text(raw, where)
    if not text.startswith("https://"):
        raise ValueError(f"{where}: {raw!r} is not an https URL")
    return text


def _date(raw: Any, where: str) -> str:
    text = _text(raw, where)
    if not _DATE.match(text):
        raise ValueError(f"{where}: {raw!r} is not an ISO date")
    return text


def _confidence(raw: Any, where: str) -> Confidence:
    try:
        return Confidence(raw)
    except ValueError:
        known = ", ".join(item.value for item in Confidence)
        raise ValueError(f"{where}: {raw!r} is none of {known}") from None

"""Read the matrix: one YAML file per target beside this module, checked as it is read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from bascule.targets.model import Capabilities, Capability, Support
from bascule.whatsapp.policy import Confidence, Fact, Source

__all__ = ["load_capabilities", "target_names", "vocabulary"]

_DATA = Path(__file__).resolve().parent / "data"
_VOCABULARY = "vocabulary"
_KINDS = ("provider", "platform", "document")
_VALUES: Mapping[str, type] = {"count": int, "length": int, "seconds": int, "pattern": str, "list": tuple}


def target_names() -> tuple[str, ...]:
    """The targets that have a column, sorted."""
    return tuple(sorted(path.stem for path in _DATA.glob("*.yaml") if path.stem != _VOCABULARY))


@cache
def vocabulary() -> Mapping[str, tuple[str, str]]:
    """Every capability's key with its title and the kind of its value (``""``: none), in the order of the matrix."""
    return MappingProxyType({key: (raw["title"], raw.get("value", "")) for key, raw in _yaml(_VOCABULARY).items()})


@cache
def load_capabilities(name: str) -> Capabilities:
    """A target's column. Raises KeyError for an unknown target, ValueError naming what is not well-formed."""
    if name not in target_names():
        raise KeyError(name)
    raw = _yaml(name)
    where = f"capabilities of {name}"
    unknown = sorted(raw.keys() - {"title", "kind", "sources", "capabilities", "limits"})
    if unknown or raw.get("kind") not in _KINDS or not raw.get("title"):
        raise ValueError(f"{where}: needs title, kind ({', '.join(_KINDS)}), sources and capabilities; {unknown}")
    sources = {key: _source(key, entry, where) for key, entry in raw["sources"].items()}
    known = vocabulary()
    if raw["kind"] == "document":
        return _document(name, raw["title"], sources)
    told = raw["capabilities"]
    wrong = sorted(set(told) ^ set(known))
    if wrong:
        raise ValueError(f"{where}: missing or unknown: {', '.join(wrong)}")
    entries = {key: _capability(key, told[key], known[key][1], sources, f"{where}, {key}") for key in known}
    limits = {key: _limit(key, entry, sources, f"{where}, {key}") for key, entry in raw.get("limits", {}).items()}
    return Capabilities(name, raw["title"], raw["kind"], MappingProxyType(entries), MappingProxyType(limits))


def _document(name: str, title: str, sources: Mapping[str, Source]) -> Capabilities:
    """A document holds the graph as it is: it can "do" everything, and has no limits to name."""
    source = next(iter(sources.values()))
    entries = {key: Capability(key, Support.FULL, None, source, source.confidence) for key in vocabulary()}
    return Capabilities(name, title, "document", MappingProxyType(entries), MappingProxyType({}))


def _yaml(name: str) -> dict[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    value = yaml.load((_DATA / f"{name}.yaml").read_text(encoding="utf-8"), Loader=loader)
    if not isinstance(value, dict):
        raise ValueError(f"capabilities of {name}: is not a mapping")
    return value


def _source(key: str, raw: Any, where: str) -> Source:
    if not isinstance(raw, dict) or raw.keys() != {"publisher", "url", "date", "confidence"}:
        raise ValueError(f"{where}, source {key}: needs publisher, url, date, confidence")
    return Source(key, raw["publisher"], raw["url"], str(raw["date"]), Confidence(raw["confidence"]))


def _statement(raw: Any, sources: Mapping[str, Source], where: str, more: frozenset[str]) -> tuple[Source, Confidence]:
    if not isinstance(raw, dict) or not raw.keys() <= {"source", "confidence", "note", "value", *more}:
        raise ValueError(f"{where}: unknown keys in {raw!r}")
    if raw.get("source") not in sources:
        raise ValueError(f"{where}: source {raw.get('source')!r} is not named above")
    source = sources[raw["source"]]
    return source, Confidence(raw["confidence"]) if "confidence" in raw else source.confidence


def _capability(key: str, raw: Any, kind: str, sources: Mapping[str, Source], where: str) -> Capability:
    source, confidence = _statement(raw, sources, where, frozenset({"support"}))
    support = Support(raw.get("support", "full"))
    value: Any = tuple(raw["value"]) if isinstance(raw.get("value"), list) else raw.get("value")
    wanted = _VALUES.get(kind)
    if value is not None and (wanted is None or not isinstance(value, wanted) or isinstance(value, bool)):
        raise ValueError(f"{where}: {value!r} is not a {kind or 'capability with a value'}")
    if value is None and wanted in (int, str) and support is not Support.NONE:
        raise ValueError(f"{where}: says no {kind}")
    if support is Support.PARTIAL and not raw.get("note"):
        raise ValueError(f"{where}: is partial without a note")
    return Capability(
        key, support, cast("int | str | tuple[str, ...] | None", value), source, confidence, raw.get("note", "")
    )


def _limit(key: str, raw: Any, sources: Mapping[str, Source], where: str) -> Fact:
    source, confidence = _statement(raw, sources, where, frozenset())
    if "value" not in raw:
        raise ValueError(f"{where}: has no value")
    value = tuple(raw["value"]) if isinstance(raw["value"], list) else raw["value"]
    return Fact(key, value, source, source.date, confidence, raw.get("note", ""))

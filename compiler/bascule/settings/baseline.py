"""Baselines: the findings that are known, so that only new ones fail a run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bascule.diagnostics import Finding
from bascule.settings.rules import BaselineStale, BaselineUnreadable
from bascule.settings.structure import Key
from bascule.source import Place
from bascule.source.json import JsonDocument, read_json

__all__ = ["Baseline", "baseline_text", "prune", "read_baseline"]

VERSION = 1
_FIELDS = ("file", "path", "code", "hash")


@dataclass(frozen=True)
class Baseline:
    """Known findings by key, with their number. ``places`` are the pointers of the entries in ``document``."""

    counts: Mapping[Key, int]
    places: Mapping[Key, str]
    document: JsonDocument

    def stale(self, found: Mapping[Key, int], files: Collection[str], gone: Collection[str] = ()) -> list[Finding]:
        """One finding per entry that allows more than there is, for files that were read (named as in the baseline),
        and one for each file that is ``gone``."""
        findings = []
        for file in sorted(gone):
            keys = [key for key in self.counts if key.file == file]
            count = sum(self.counts[key] for key in keys)
            message = (
                f"the baseline knows {count} finding{'' if count == 1 else 's'} of `{file}`, and there is no such file"
            )
            place = Place(self.document.path, self.places[keys[0]])
            help = "take them out with `bascule baseline prune`; of a renamed file write a new baseline"
            findings.append(BaselineStale.at(place, message, help=help))
        for key, count in self.counts.items():
            here = found.get(key, 0)
            if here < count and key.file in files:
                left = "no finding is" if not here else f"only {here} {'is' if here == 1 else 'are'}"
                findings.append(
                    BaselineStale.at(
                        Place(self.document.path, self.places[key]),
                        f"the baseline knows {count} × `{key.code}` at `{key.path}` of `{key.file}`, and {left} left",
                        help="take it out with `bascule baseline prune`",
                    )
                )
        return findings


def baseline_text(keys: Iterable[Key] | Mapping[Key, int]) -> str:
    """The baseline file of these findings: sorted, one line each, so that changes read well in a diff."""
    counts = Counter(dict(keys)) if isinstance(keys, Mapping) else Counter(keys)
    lines = []
    for key in sorted(key for key, count in counts.items() if count > 0):
        entry = {name: getattr(key, name) for name in _FIELDS} | {"count": counts[key]}
        lines.append("    " + json.dumps(entry, ensure_ascii=False))
    body = "\n" + ",\n".join(lines) + "\n  " if lines else ""
    return f'{{\n  "bascule-baseline": {VERSION},\n  "findings": [{body}]\n}}\n'


def read_baseline(path: str, text: str) -> tuple[Baseline | None, list[Finding]]:
    """Read a baseline; None and findings when it is not one. ``path`` is how findings show it."""
    document = read_json(path, text)

    def broken(pointer: str, message: str, key: bool = False) -> list[Finding]:
        return [
            BaselineUnreadable.at(
                Place(path, pointer, None, key), message, help="write it again with `bascule baseline write`"
            )
        ]

    value = document.value
    if document.problems or not isinstance(value, dict):
        problem = document.problems[0].message if document.problems else "it is no JSON object"
        return None, broken("", f"this is no baseline: {problem}")
    if value.get("bascule-baseline") != VERSION:
        message = f"the member `bascule-baseline` is not {VERSION}: no baseline, or one of another version"
        return None, broken("/bascule-baseline" if "bascule-baseline" in value else "", message)
    entries = value.get("findings")
    if not isinstance(entries, list):
        return None, broken("", "the list `findings` is missing")
    counts: dict[Key, int] = {}
    places: dict[Key, str] = {}
    for number, entry in enumerate(entries):
        key = _key(entry)
        if key is None:
            return None, broken(f"/findings/{number}", f"entry {number + 1} is not {', '.join(_FIELDS)} and a count")
        counts[key] = counts.get(key, 0) + entry["count"]
        places.setdefault(key, f"/findings/{number}")
    return Baseline(counts, places, document), []


def _key(entry: Any) -> Key | None:
    if not isinstance(entry, dict) or not all(isinstance(entry.get(name), str) for name in _FIELDS):
        return None
    count = entry.get("count")
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        return None
    return Key(*(entry[name] for name in _FIELDS))


def prune(
    baseline: Baseline, found: Mapping[Key, int], files: Collection[str], gone: Collection[str]
) -> dict[Key, int]:
    """The entries without what is no longer found: for ``files`` that were read, and all of ``gone`` ones."""
    kept: dict[Key, int] = {}
    for key, count in baseline.counts.items():
        if key.file in gone:
            continue
        left = min(count, found.get(key, 0)) if key.file in files else count
        if left:
            kept[key] = left
    return kept

"""The phone columns of a chunk: one source column, several, lists; of each record one number, and all its others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from bascule.contacts.phones.arrow import answer_arrays, columns
from bascule.contacts.phones.vocabulary import Verdict

if TYPE_CHECKING:
    from bascule.contacts.ingest.plan import Plan
    from bascule.contacts.phones.normaliser import Normaliser

    Flags = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["Asking", "Phones", "text_array"]


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks the normaliser as a plan says."""

    plan: Plan
    normaliser: Normaliser

    def phones(self, sources: list[tuple[str, list[Any]]], countries: list[str | None] | None, size: int) -> Phones:
        """Answers for the phone cells of ``size`` records, by source column."""
        found = []
        listed, more = self.listed(sources, countries)
        picked: dict[tuple[int, str], str] = {}
        others: list[tuple[int, int, str]] = []
        if more is not None:
            valid = more.valid()
            best: dict[tuple[int, str], int] = {}
            for at, (row, name) in enumerate(listed):
                held = best.setdefault((row, name), at)
                if valid[at] and not valid[held]:
                    best[row, name] = at
            picked = {key: more.texts[at] or "" for key, at in best.items()}
            others = [(row, at, name) for at, (row, name) in enumerate(listed) if best[row, name] != at]
        for name, cells in sources:
            texts = [
                picked.get((row, name)) if isinstance(cell, list) else cell or None for row, cell in enumerate(cells)
            ]
            if any(texts):
                found.append(self.answered(name, texts, countries))
        return Phones(found, countries, self, size, others, more)

    def listed(
        self, sources: list[tuple[str, list[Any]]], countries: list[str | None] | None
    ) -> tuple[list[tuple[int, str]], Answered | None]:
        """The numbers of all JSON lists, each with its record and column."""
        listed: list[tuple[int, str]] = []
        texts: list[str | None] = []
        for name, cells in sources:
            for row, cell in enumerate(cells):
                if isinstance(cell, list):
                    numbers = _numbers(cell)
                    texts.extend(numbers)
                    listed.extend([(row, name)] * len(numbers))
        if not listed:
            return listed, None
        held = None if countries is None else [countries[row] for row, _ in listed]
        return listed, self.answered("", texts, held)

    def answered(self, name: str, texts: list[str | None], countries: list[str | None] | None) -> Answered:
        """Answers for one column."""
        plan = self.plan
        asked = [_international(text) for text in texts] if plan.profile.international else texts
        regions = None if countries is None else pa.array(countries, pa.string())
        answers = answer_arrays(self.normaliser, text_array(asked), regions, plan.default_region)
        return Answered(name, texts, asked, columns(self.normaliser, answers), answers.verdicts)


@dataclass(slots=True)
class Answered:
    """One source column of phone cells with its answers."""

    name: str
    texts: list[str | None]
    asked: list[str | None]
    found: dict[str, pa.Array]
    verdicts: np.ndarray[Any, np.dtype[np.uint8]]

    def valid(self) -> Flags:
        """Which cells hold a valid number."""
        return (self.verdicts >= Verdict.VALID) & (self.verdicts <= Verdict.SEVERAL_NUMBERS)


_PHONE_COLUMNS = ("e164", "region", "type", "status", "reason", "how")


class Phones:
    """The phone columns of a chunk: of each record the first valid number, else the first cell that is filled."""

    def __init__(
        self,
        found: list[Answered],
        countries: list[str | None] | None,
        asking: Asking,
        size: int,
        listed: Sequence[tuple[int, int, str]] = (),
        more: Answered | None = None,
    ) -> None:
        self.listed = listed
        self.more = more
        self.found = found
        self.countries = countries
        self.asking = asking
        self.size = size
        self.first = found[0] if found else None
        self.chosen: np.ndarray[Any, np.dtype[np.int64]] | None = None
        if len(found) > 1:
            self._choose()

    def _choose(self) -> None:
        size = self.size
        valid = [one.valid() for one in self.found]
        chosen = np.full(size, -1, np.int64)
        for at in reversed(range(len(self.found))):
            chosen[np.array([bool(text) for text in self.found[at].texts], bool)] = at
        for at in reversed(range(len(self.found))):
            chosen[valid[at]] = at
        self.chosen = chosen
        self._valid = valid

    def columns(self) -> dict[str, pa.Array]:
        """``phone_…`` of part 0."""
        if self.first is None:
            return {}
        size = self.size
        if self.chosen is None:
            found = {f"phone_{name}": self.first.found[name] for name in _PHONE_COLUMNS}
            return found | {"phone_raw": text_array(self.first.texts)}
        place = np.maximum(self.chosen, 0) * size + np.arange(size)
        taken = pa.array(place)
        found = {
            f"phone_{name}": pa.concat_arrays([one.found[name] for one in self.found]).take(taken)
            for name in _PHONE_COLUMNS
        }
        return found | {"phone_raw": pa.concat_arrays([text_array(one.texts) for one in self.found]).take(taken)}

    def _of(self, row: int) -> Answered | None:
        if self.chosen is None:
            return self.first
        return self.found[max(int(self.chosen[row]), 0)]

    def failure(self, row: int) -> tuple[str, str, str]:
        """Source column (plain name), cell and reason of a record without a valid number. The reason is empty where the
        cell is."""
        one = self._of(row)
        if one is None or not one.texts[row]:
            return "", "", ""
        verdict = Verdict(one.verdicts[row])
        return one.name, one.texts[row] or "", verdict.reason or verdict.status.value

    def doubtful(self, known: Flags, leave: Callable[[int, str, Any], None]) -> list[tuple[int, str, str, str]]:
        """Phone cells of kept records that are no valid number: row, column, cell, reason. Those that are not the
        chosen one are left (to stay in ``custom``)."""
        found = []
        for at, one in enumerate(self.found):
            for row in np.flatnonzero(~one.valid() & (one.verdicts != Verdict.EMPTY)).tolist():
                if self.chosen is not None and self.chosen[row] != at:
                    leave(row, one.name, one.texts[row])
                if known[row]:
                    verdict = Verdict(one.verdicts[row])
                    found.append((row, one.name, one.texts[row] or "", verdict.reason))
        if self.more is not None:
            valid = self.more.valid()
            for row, at, name in self.listed:
                if not valid[at]:
                    text = self.more.texts[at] or ""
                    verdict = Verdict(self.more.verdicts[at])
                    leave(row, name, text)
                    found.append((row, name, text, verdict.reason or verdict.status.value))
        return sorted(found)

    def further(self) -> list[tuple[int, dict[str, str | None]]]:
        """Further numbers: of cells with several, and of other columns."""
        found: list[tuple[int, dict[str, str | None]]] = []
        seen: dict[int, set[str | None]] = {}
        for at, one in enumerate(self.found):
            rows = set(np.flatnonzero(one.verdicts == Verdict.SEVERAL_NUMBERS).tolist())
            if self.chosen is not None:
                rows.update(np.flatnonzero(one.valid() & (self.chosen != at)).tolist())
            for row in sorted(rows):
                own = self._of(row)
                assert own is not None
                numbers = seen.setdefault(row, {own.found["e164"][row].as_py()})
                texts = [one.found["e164"][row].as_py(), *self._others(one, row)]
                for text in texts:
                    if text not in numbers:
                        numbers.add(text)
                        found.append((row, self._described(text, one, row)))
        if self.more is not None:
            valid = self.more.valid()
            for row, at, _ in self.listed:
                if not valid[at]:
                    continue
                own = self._of(row)
                numbers = seen.setdefault(row, {own.found["e164"][row].as_py() if own else None})
                text = self.more.found["e164"][at].as_py()
                if text not in numbers:
                    numbers.add(text)
                    cells = {f"phone_{name}": array[at].as_py() for name, array in self.more.found.items()}
                    found.append((row, {**cells, "phone_raw": self.more.texts[at]}))
        return found

    def _others(self, one: Answered, row: int) -> tuple[str, ...]:
        if one.verdicts[row] != Verdict.SEVERAL_NUMBERS:
            return ()
        region = (self.countries[row] if self.countries else None) or self.asking.plan.default_region
        return self.asking.normaliser.read(one.asked[row] or "", region).others

    def _described(self, number: str, one: Answered, row: int) -> dict[str, str | None]:
        answers = answer_arrays(self.asking.normaliser, text_array([number]))
        found = {f"phone_{name}": array[0].as_py() for name, array in columns(self.asking.normaliser, answers).items()}
        # The number stands in the cell as it is spelled there; how its country was decided is as for the first one.
        return {**found, "phone_raw": one.texts[row], "phone_how": one.found["how"][row].as_py()}


def _numbers(cell: list[Any]) -> list[str]:
    """The numbers of a JSON list: texts, or objects that have one each."""
    texts = []
    for item in cell:
        if isinstance(item, dict):
            item = next((item[name] for name in ("number", "phone", "value", "to") if item.get(name)), None)
        if isinstance(item, str) and item.strip():
            texts.append(item)
    return texts


def _international(text: str | None) -> str | None:
    """Digits that a platform writes without their plus."""
    if text and text.isascii() and text.isdecimal() and 7 <= len(text) <= 15 and text[0] != "0":
        return f"+{text}"
    return text


def text_array(cells: Sequence[str | None]) -> pa.StringArray:
    """Text as Arrow has it. Halves of surrogate pairs, which JSON can spell, and NUL, which PostgreSQL
    refuses, become U+FFFD."""
    builder = pa.lib.StringBuilder()
    try:
        # Several times faster than ``pa.array``, which looks at each cell's type.
        builder.append_values(cells)
        found = builder.finish()
        data = found.buffers()[2]
        if data is None or not data.size or np.frombuffer(data, np.uint8).min():
            return found
    except (UnicodeEncodeError, TypeError, pa.ArrowInvalid, pa.ArrowTypeError):
        pass
    return pa.array([None if cell is None else _storable(str(cell)) for cell in cells], pa.string())


def _storable(text: str) -> str:
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")

"""The compiled metadata: flat arrays that the evaluators walk, and their form on disk.

A file is ``magic, length of header, header (JSON), arrays (little endian), SHA-256 of all before``. Nothing in it is
executed, and :meth:`Tables.check` proves every index inside its array before an evaluator, which does not look, may
walk them. The bytes depend on the metadata alone.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "ACTION_WIDTH",
    "CALLING_WIDTH",
    "COMPILER_VERSION",
    "LENGTHS",
    "MAX_NUMBER",
    "PACKED_ACTIONS",
    "PACKED_CALLING",
    "PACKED_REGIONS",
    "PACKED_STATES",
    "PACKED_WA",
    "PACKED_WA_COUNT",
    "REGION_WIDTH",
    "STATE_WIDTH",
    "WA_WIDTH",
    "Tables",
    "TablesDamaged",
]

COMPILER_VERSION = 1
"""Raised whenever the same metadata would compile to other tables."""

MAX_NUMBER = 17
"""Most digits of a national number that libphonenumber parses."""

LENGTHS = 20
REGION_WIDTH = 8 + LENGTHS
"""A region's row: calling code, roots of its general pattern, national and international prefix, whether it is left
to the library, three spare; then a length category (:class:`bascule.contacts.phones.compiler.Length`) for 0..19
digits."""

CALLING_WIDTH = 5
"""A calling code's row (1000 rows, by the first three digits; shorter codes repeat): root of its numbers, digits of the
code (0 = none), index of its main region, the code, whether it is left to the library."""

ACTION_WIDTH = 8
"""An action's row: digits of the literal, four literal digits, start and end of what is kept, digits dropped."""

WA_WIDTH = 5
"""A WhatsApp spelling's row: calling code, digits of the national number, position, digit, 1 = insert or 2 = delete."""

STATE_WIDTH = 12
"""A packed state: ten ways on, its label, one spare."""

PACKED_CALLING = 0
PACKED_ACTIONS = 1000 * CALLING_WIDTH
_MAX_ACTIONS = 256
PACKED_WA_COUNT = PACKED_ACTIONS + _MAX_ACTIONS * ACTION_WIDTH
PACKED_WA = PACKED_WA_COUNT + 1
_MAX_WA = 16
PACKED_REGIONS = PACKED_WA + _MAX_WA * WA_WIDTH
_MAX_REGIONS = 400
PACKED_STATES = PACKED_REGIONS + _MAX_REGIONS * REGION_WIDTH
"""Where each array begins in :attr:`Tables.packed`."""

_MAGIC = b"bascule-phones\n"
_NAMES = ("delta", "label", "calling", "regions", "actions", "wa_forms")


class TablesDamaged(ValueError):
    """Bytes that are no tables, or tables that would lead an evaluator outside of them."""


@dataclass(frozen=True, eq=False)
class Tables:
    """All arrays are flat, unsigned 16 bit. ``names[i]`` is the region of row ``i``; row 0 is no region.

    ``delta[10 * state + digit]`` and ``label[state]`` hold every automaton: for the numbers of a calling code
    the label is a place (:func:`~bascule.contacts.phones.vocabulary.pack_place`, 0 = not valid), for general patterns
    1, for prefixes an action (national) or a count of digits (international).
    """

    metadata: str
    names: tuple[str, ...]
    delta: NDArray[np.uint16]
    label: NDArray[np.uint16]
    calling: NDArray[np.uint16]
    regions: NDArray[np.uint16]
    actions: NDArray[np.uint16]
    wa_forms: NDArray[np.uint16]

    def __post_init__(self) -> None:
        for array in self.arrays:
            array.setflags(write=False)

    @property
    def arrays(self) -> tuple[NDArray[np.uint16], ...]:
        """The arrays in the order in which they stand in a file."""
        return (self.delta, self.label, self.calling, self.regions, self.actions, self.wa_forms)

    @cached_property
    def packed(self) -> NDArray[np.uint16]:
        """All arrays in one, at the places that ``PACKED_...`` name: one base address for a compiled loop."""
        import numpy as np

        states = self.label.size
        packed = np.zeros(PACKED_STATES + states * STATE_WIDTH, np.uint16)
        for start, array in (
            (PACKED_CALLING, self.calling),
            (PACKED_ACTIONS, self.actions),
            (PACKED_WA, self.wa_forms),
            (PACKED_REGIONS, self.regions),
        ):
            packed[start : start + array.size] = array
        packed[PACKED_WA_COUNT] = self.wa_forms.size // WA_WIDTH
        rows = packed[PACKED_STATES:].reshape(states, STATE_WIDTH)
        rows[:, :10] = self.delta.reshape(states, 10)
        rows[:, 10] = self.label
        packed.setflags(write=False)
        return packed

    def to_bytes(self) -> bytes:
        """The file form."""
        header = {
            "metadata": self.metadata,
            "compiler": COMPILER_VERSION,
            "names": list(self.names),
            "sizes": {name: int(array.size) for name, array in zip(_NAMES, self.arrays, strict=True)},
        }
        text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
        body = b"".join(array.astype("<u2").tobytes() for array in self.arrays)
        content = _MAGIC + len(text).to_bytes(4, "little") + text + body
        return content + hashlib.sha256(content).digest()

    @classmethod
    def from_bytes(cls, data: bytes) -> Tables:
        """Read the file form. Raises TablesDamaged for anything that is not exactly one."""
        import numpy as np

        content, digest = data[:-32], data[-32:]
        if not content.startswith(_MAGIC) or hashlib.sha256(content).digest() != digest:
            raise TablesDamaged("not a table file, or a damaged one")
        start = len(_MAGIC) + 4
        try:
            stop = start + int.from_bytes(content[start - 4 : start], "little")
            header = json.loads(content[start:stop])
            sizes = [int(header["sizes"][name]) for name in _NAMES]
            names = tuple(str(name) for name in header["names"])
            version = str(header["metadata"]) if header["compiler"] == COMPILER_VERSION else ""
        except (ValueError, KeyError, TypeError) as error:
            raise TablesDamaged("the header cannot be read") from error
        if min(sizes) < 0 or stop + 2 * sum(sizes) != len(content):
            raise TablesDamaged("the arrays do not fill the file")
        arrays = []
        at = stop
        for size in sizes:
            arrays.append(np.frombuffer(content, "<u2", size, at).astype(np.uint16))
            at += 2 * size
        tables = cls(version, names, *arrays)
        tables.check()
        return tables

    def check(self) -> None:
        """Raise TablesDamaged unless every index stays inside its array."""
        states = self.label.size
        calling = self.calling.reshape(-1, CALLING_WIDTH) if self.calling.size == 1000 * CALLING_WIDTH else None
        rows = len(self.names)
        actions = self.actions.size // ACTION_WIDTH
        if (
            calling is None
            or not states
            or self.delta.size != 10 * states
            or self.regions.size != rows * REGION_WIDTH
            or self.actions.size != actions * ACTION_WIDTH
            or self.wa_forms.size % WA_WIDTH
            or rows > _MAX_REGIONS
            or actions > _MAX_ACTIONS
            or self.wa_forms.size > _MAX_WA * WA_WIDTH
        ):
            raise TablesDamaged("an array has a wrong size")
        regions = self.regions.reshape(rows, REGION_WIDTH)
        by_action = self.actions.reshape(actions, ACTION_WIDTH)
        wa_forms = self.wa_forms.reshape(-1, WA_WIDTH)
        inside = (
            bool(self.delta.max() < states)
            and bool(calling[:, 0].max() < states)
            and bool(calling[:, 1].max() <= 3)
            and bool(calling[:, 2].max() < rows)
            and bool(calling[:, 3].max() < 1000)
            and bool(regions[:, 0].max() < 1000)
            and bool(regions[:, 1:4].max() < states)
            and bool(by_action[:, 0].max() <= 4)
            and bool((by_action[:, 1:5] < 10).all())
            and bool((by_action[:, 5] <= by_action[:, 6]).all())
            and bool((by_action[:, 6] <= by_action[:, 7]).all())
            and bool((wa_forms[:, 1] <= MAX_NUMBER).all())
            and bool((wa_forms[:, 2] <= wa_forms[:, 1]).all())
            and bool((wa_forms[:, 3] < 10).all())
            and self._prefix_labels_fit(regions, actions)
        )
        if not inside:
            raise TablesDamaged("an index points outside its array")

    def _prefix_labels_fit(self, regions: NDArray[np.uint16], actions: int) -> bool:
        """Labels below national prefixes are actions; no action and no skip takes more digits than were walked."""
        import numpy as np

        by_action = self.actions.reshape(actions, ACTION_WIDTH)
        for column, takes in ((2, by_action[:, 7].astype(np.int64)), (3, None)):
            frontier = np.unique(regions[:, column])
            for depth in range(24):
                labels = self.label[frontier]
                if takes is not None and labels.max(initial=0) >= actions:
                    return False
                taken = labels if takes is None else takes[labels]
                if int(taken.max(initial=0)) > depth:
                    return False
                frontier = np.unique(self.delta.reshape(-1, 10)[frontier])
        return True

"""What a region column says: ISO codes, calling codes, and cells that say nothing that is understood."""

from __future__ import annotations

import re
from functools import cached_property

__all__ = ["NO_HINT", "UNKNOWN_HINT", "Hints"]

NO_HINT = 0
UNKNOWN_HINT = -1

_ALIASES = {"UK": "GB", "EL": "GR"}
"""What people write for two regions whose ISO code is another."""

_CODE = re.compile(r"(?:\+|00)?([1-9]\d{0,2})(?:[.,]0)?")


class Hints:
    """Region cells to rows of the tables. ``names`` are :attr:`Tables.names`.

    A cell is an ISO 3166 alpha-2 code in any case, or a calling code (``33``, ``+33``, ``0033``), which means the main
    region of that code. An empty cell gives :data:`NO_HINT`, anything else :data:`UNKNOWN_HINT`: the
    row then has no region, also no default one, because a wrong country makes another person's number.
    """

    def __init__(self, names: tuple[str, ...], mains: dict[int, int]) -> None:
        self.names = names
        self._mains = mains

    @cached_property
    def _rows(self) -> dict[str, int]:
        rows = {name: row for row, name in enumerate(self.names) if len(name) == 2 and name.isalpha()}
        rows.update({alias: rows[name] for alias, name in _ALIASES.items() if name in rows})
        return rows

    def row(self, cell: str | None) -> int:
        """Row of the region a cell names, :data:`NO_HINT` or :data:`UNKNOWN_HINT`."""
        text = (cell or "").strip().upper()
        if not text:
            return NO_HINT
        row = self._rows.get(text)
        if row is not None:
            return row
        code = _CODE.fullmatch(text)
        main = self._mains.get(int(code.group(1)), 0) if code else 0
        return main if main and len(self.names[main]) == 2 else UNKNOWN_HINT

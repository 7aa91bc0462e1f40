"""numba's decorators with types, so that decorated functions keep theirs, and a cache that sees every change.

numba keeps machine code on disk by the file and bytecode of the function alone; a change in a function it calls, or in
a constant, would go unseen, also after an upgrade of bascule. Here the sources of all compiled modules are part of the
key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import caching

__all__ = ["inlined", "jitted"]

F = TypeVar("F", bound=Callable[..., Any])

# `_nrt=False` leaves out numba's memory management: arrays then cost no reference counts, which makes the loops twice
# as fast. Such functions allocate nothing; all arrays come from their callers.
_OPTIONS = {"nogil": True, "error_model": "numpy", "_nrt": False}
_njit: Any = numba.njit
_FunctionCache: Any = caching.FunctionCache


@cache
def _sources() -> str:
    """A digest of every source that compiled code may come from."""
    folder = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("phones/*.py"), *folder.glob("tabular/*.py")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class _Cache(_FunctionCache):  # type: ignore[misc]
    def _index_key(self, sig: Any, codegen: Any) -> Any:
        return (*super()._index_key(sig, codegen), _sources())


def _kept(dispatcher: Any) -> Any:
    """Keep the machine code on disk where numba lets us say under which key; else compile in every process."""
    if hasattr(_FunctionCache, "_index_key") and hasattr(dispatcher, "_cache"):
        try:
            dispatcher._cache = _Cache(dispatcher.py_func)
        except RuntimeError:
            # No folder that numba could write to.
            return dispatcher
    return dispatcher


def jitted(function: F) -> F:
    """Compile at first call, keep the machine code on disk, run without the GIL."""
    return cast(F, _kept(_njit(**_OPTIONS)(function)))


def inlined(function: F) -> F:
    """Compile into the callers."""
    return cast(F, _njit(**_OPTIONS, inline="always")(function))

"""numba's decorators with types, so that decorated functions keep theirs, and a place for the machine code.

numba would keep machine code beside the sources and know it by the file and bytecode of one function: a change in a
function it calls, or in a constant, would go unseen. Here it lies in the user's cache folder, or where
``NUMBA_CACHE_DIR`` says, in a folder named by the sources of all compiled modules. Nothing is written to the package. A
folder that cannot be written is still read, so an image or a worker may be warmed and then sealed; one that another
user could have written to is not used, because machine code is run as it stands.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import caching

from bascule.contacts.phones.cache import cache_folder, only_ours

__all__ = ["inlined", "jitted", "machine_code_folder"]

F = TypeVar("F", bound=Callable[..., Any])

# `_nrt=False` leaves out numba's memory management: arrays then cost no reference counts, which makes the loops twice
# as fast. Such functions allocate nothing; all arrays come from their callers.
_OPTIONS = {"nogil": True, "error_model": "numpy", "_nrt": False}
_njit: Any = numba.njit
_config: Any = numba.config
_FunctionCache: Any = caching.FunctionCache
_Impl: Any = getattr(_FunctionCache, "_impl_class", object)


@cache
def _sources() -> str:
    """A digest of every source that compiled code may come from."""
    folder = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("phones/*.py"), *folder.glob("tabular/*.py")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@cache
def machine_code_folder() -> Path | None:
    """Where machine code is kept, made if need be; None where there is no folder to trust."""
    base = Path(_config.CACHE_DIR or cache_folder())
    folder = base / f"machine-code-{_sources()[:16]}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder if folder.is_dir() and only_ours(folder.stat()) else None
    except OSError:
        return None


class _Locator:
    """What numba asks for the place of one function's machine code."""

    def __init__(self, function: Callable[..., Any], file: str, folder: Path) -> None:
        self._py_file = file
        self._line = function.__code__.co_firstlineno
        self._folder = folder

    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> _Locator | None:
        folder = machine_code_folder()
        return cls(function, file, folder) if folder is not None else None

    def ensure_cache_path(self) -> None:
        """It is there; whether it can be written to shows when it is."""

    def get_cache_path(self) -> str:
        return os.fspath(self._folder)

    def get_source_stamp(self) -> str:
        return _sources()

    def get_disambiguator(self) -> str:
        return str(self._line)


class _OurImpl(_Impl):  # type: ignore[misc]
    _locator_classes = (_Locator,)


class _Cache(_FunctionCache):  # type: ignore[misc]
    _impl_class = _OurImpl

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)
        except OSError:
            # The folder is full or may only be read: the code runs all the same.
            self.disable()


def _kept(dispatcher: Any) -> Any:
    """Keep the machine code on disk where numba lets us say where; else compile in every process."""
    if hasattr(_Impl, "_locator_classes") and hasattr(dispatcher, "_cache"):
        try:
            dispatcher._cache = _Cache(dispatcher.py_func)
        except RuntimeError:
            # No folder to trust.
            return dispatcher
    return dispatcher


def jitted(function: F) -> F:
    """Compile at first call, keep the machine code on disk, run without the GIL."""
    return cast(F, _kept(_njit(**_OPTIONS)(function)))


def inlined(function: F) -> F:
    """Compile into the callers."""
    return cast(F, _njit(**_OPTIONS, inline="always")(function))

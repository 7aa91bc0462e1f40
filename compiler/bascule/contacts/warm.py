"""Compiling ahead: the tables, and numba's machine code for everything that normalising runs."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.contacts.extra import installed, require

__all__ = ["warm_up"]

_CELLS = (
    "",
    "+33612345678",
    "0033612345678",
    "06 12 34 56 78",
    "612345678.0",
    "3.36E+10",
    "n/a",
    "Tel. +7 916 123-45-67",
)


def warm_up() -> Iterator[str]:
    """Do it, and say what was done, a line each. Raises MissingExtra."""
    require("phonenumbers", "numpy", "pyarrow")
    import numpy as np

    from bascule.contacts.normalize import packed
    from bascule.contacts.phones.cache import load_tables, table_file
    from bascule.contacts.phones.normaliser import Engine, Normaliser

    tables = load_tables()
    file = table_file()
    where = str(file) if file.is_file() else "memory only: the cache folder cannot be written"
    yield f"phone tables {tables.metadata}: {len(tables.label)} states, {where}"
    if not installed("numba"):
        yield "numba is not installed: the numpy engine needs no machine code"
        return
    from bascule.contacts.normalize import Summary, Work
    from bascule.contacts.normalize_text import endings_of
    from bascule.contacts.phones.jit import machine_code_folder
    from bascule.contacts.tabular import split_compiled

    work = Work(Normaliser(Engine.NUMBA), "FR", Summary())
    answers, _ = work.answer(packed(_CELLS), None)
    table = np.frombuffer(b'phone,name\n"+33612345678",Awa\n0612345678\n', np.uint8)
    cut = split_compiled.split(table, ord(","), (0, 1), True)
    answers, _ = work.answer(split_compiled.gather(table, cut, 0), None)
    split_compiled.assemble(table, cut, answers, 2, endings_of(work, b","))
    folder = machine_code_folder()
    kept = (
        f"kept in {folder}" if folder is not None else "not kept: there is no cache folder that only you can write to"
    )
    yield f"numba: machine code compiled, {kept}"

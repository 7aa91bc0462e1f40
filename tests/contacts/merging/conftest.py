"""Fixtures of the tests of merging; left out without DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bascule.contacts.extra import installed

collect_ignore_glob = [] if installed("duckdb") and installed("sqlalchemy") else ["test_*.py"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[object]:
    """An empty store."""
    from bascule.contacts.store.store import open_store

    with open_store(str(tmp_path / "contacts.db")) as made:
        yield made

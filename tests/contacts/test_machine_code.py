"""Where numba's machine code is kept: never in the package, and only in a folder that nobody else can write to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import bascule
from bascule.contacts.extra import installed

pytestmark = pytest.mark.skipif(not installed("numba"), reason="numba is not installed")

PACKAGE = Path(bascule.__file__).resolve().parent

SMALL = """
import json, sys
sys.path.insert(0, {folder!r})
import small
answer = small.doubled(21)
stats = small.doubled.stats
print(json.dumps([answer, stats.cache_path, sum(stats.cache_hits.values()), sum(stats.cache_misses.values())]))
"""
"""Runs one compiled function: its answer, where its code is kept, and how often it was found there or not."""

EVERYWHERE = """
import json
from bascule.contacts.phones import numba_engine, scan
from bascule.contacts.tabular import split_compiled
found = []
for module in (numba_engine, scan, split_compiled):
    for value in vars(module).values():
        if getattr(value, "__module__", "") == module.__name__ and hasattr(value, "stats"):
            found.append(value.stats.cache_path)
print(json.dumps([path for path in found if path]))
"""


def run(code: str, **environment: str) -> list[object]:
    kept = {name: value for name, value in os.environ.items() if name not in ("BASCULE_CACHE_DIR", "NUMBA_CACHE_DIR")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**kept, **environment},
        timeout=120,
    )
    result: list[object] = json.loads(done.stdout)
    return result


@pytest.fixture
def small(tmp_path: Path) -> str:
    """Code that runs a small compiled function."""
    source = "from bascule.contacts.phones.jit import jitted\n\n@jitted\ndef doubled(number):\n    return 2 * number\n"
    (tmp_path / "small.py").write_text(source)
    return SMALL.format(folder=str(tmp_path))


@pytest.mark.parametrize("name", ["BASCULE_CACHE_DIR", "NUMBA_CACHE_DIR"])
def test_all_machine_code_goes_where_the_variable_says(tmp_path: Path, name: str) -> None:
    paths = {Path(str(path)) for path in run(EVERYWHERE, **{name: str(tmp_path)})}
    assert len(paths) == 1
    assert [path.parent for path in paths] == [tmp_path]


def test_numbas_own_variable_wins(tmp_path: Path, small: str) -> None:
    here, there = tmp_path / "a", tmp_path / "b"
    _, path, _, _ = run(small, BASCULE_CACHE_DIR=str(here), NUMBA_CACHE_DIR=str(there))
    assert Path(str(path)).parent == there


def test_machine_code_is_never_kept_in_the_package(tmp_path: Path) -> None:
    paths = run(EVERYWHERE, XDG_CACHE_HOME=str(tmp_path), HOME=str(tmp_path), LOCALAPPDATA=str(tmp_path))
    assert paths
    assert not any(Path(str(path)).is_relative_to(PACKAGE) for path in paths)


def test_a_second_process_finds_it(tmp_path: Path, small: str) -> None:
    folder = tmp_path / "cache"
    assert run(small, BASCULE_CACHE_DIR=str(folder))[::2] == [42, 0]
    (kept,) = folder.glob("machine-code-*")
    before = sorted(path.name for path in kept.iterdir())
    assert before
    kept.chmod(0o500)
    try:
        assert run(small, BASCULE_CACHE_DIR=str(folder)) == [42, str(kept), 1, 0]
    finally:
        kept.chmod(0o700)
    assert sorted(path.name for path in kept.iterdir()) == before


@pytest.mark.skipif(os.name != "posix", reason="permission bits")
def test_a_folder_that_others_may_write_to_is_not_used(tmp_path: Path, small: str) -> None:
    folder = tmp_path / "cache"
    assert run(small, BASCULE_CACHE_DIR=str(folder))[0] == 42
    (kept,) = folder.glob("machine-code-*")
    kept.chmod(0o777)
    assert run(small, BASCULE_CACHE_DIR=str(folder))[:3] == [42, None, 0]


def test_without_a_folder_the_code_runs_all_the_same(tmp_path: Path, small: str) -> None:
    (tmp_path / "file").write_text("in the way")
    assert run(small, BASCULE_CACHE_DIR=str(tmp_path / "file" / "cache"))[:3] == [42, None, 0]

"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real files named by BASCULE_CORPUS; tests that need it skip without it."""
    value = os.environ.get("BASCULE_CORPUS")
    if not value:
        if os.environ.get("BASCULE_REQUIRE_CORPUS"):
            pytest.fail("BASCULE_CORPUS is not set, and BASCULE_REQUIRE_CORPUS asks for it")
        pytest.skip("BASCULE_CORPUS is not set")
    folder = Path(value).resolve()
    if not folder.is_dir():
        pytest.fail(f"BASCULE_CORPUS={value} is not a folder")
    return folder

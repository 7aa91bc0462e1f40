"""Fixtures of the contacts tests; all of them need the extra ``contacts`` and are left out without it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest

from bascule.contacts.extra import installed

MISSING = [package for package in ("phonenumbers", "numpy", "pyarrow") if not installed(package)]
collect_ignore_glob = ["test_*.py"] if MISSING else []


def pytest_report_header() -> str:
    """Say it where the tests are left out."""
    return f"tests/contacts left out, not installed: {', '.join(MISSING)} (extra `contacts`)" if MISSING else ""


def _engines(fast: bool) -> list[str]:
    return [*([] if fast else ["exact"]), "numpy", *(["numba"] if installed("numba") else [])]


@pytest.fixture(params=_engines(False))
def engine(request: pytest.FixtureRequest) -> Any:
    """Each engine."""
    from bascule.contacts.phones.normaliser import Engine

    return Engine(request.param)


@pytest.fixture(params=_engines(True))
def fast(request: pytest.FixtureRequest) -> Any:
    """Each engine but the exact one."""
    from bascule.contacts.phones.normaliser import Engine

    return Engine(request.param)


@pytest.fixture
def answer(engine: Any) -> Any:
    """Readings of pairs of cell and region, by each engine."""
    from tests.contacts.support import answers_of

    return functools.partial(answers_of, engine)


@pytest.fixture
def run(capfdbinary: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, bytes, bytes]]:
    """Call ``bascule contacts`` with arguments; gives exit code, standard output and standard error."""
    import click

    from bascule.cli.contacts import group

    monkeypatch.setenv("NO_COLOR", "1")

    def call(*arguments: object) -> tuple[int, bytes, bytes]:
        capfdbinary.readouterr()
        try:
            code = group.main([str(argument) for argument in arguments], standalone_mode=False) or 0
        except click.ClickException as error:
            error.show()
            code = error.exit_code
        out, err = capfdbinary.readouterr()
        return code, out, err

    return call


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "spark: starts Spark in local mode; skipped without pyspark or Java")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say plainly whether the tests with Spark ran: a skip is easily overlooked."""
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            if "spark" in getattr(report, "keywords", ()):
                why = f": {report.longrepr[2]}" if outcome == "skipped" and isinstance(report.longrepr, tuple) else ""
                terminalreporter.write_line(f"spark: {report.nodeid.rsplit('::', 1)[-1]} {outcome}{why}")

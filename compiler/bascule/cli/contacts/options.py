"""What the contact commands have in common: the store they work on, and how a reconciliation is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors
from bascule.cli.options import COLOUR, FAIL_ON, exit_code, use_colour
from bascule.diagnostics import Finding

if TYPE_CHECKING:
    from bascule.contacts.counts import Counts
    from bascule.contacts.store.store import Store

__all__ = ["DRY_RUN", "opened", "report", "shown_failure", "store_options"]

F = TypeVar("F", bound=Callable[..., Any])

DRY_RUN = click.option("--dry-run", is_flag=True, help="Do everything but write; show what would be done.")


def store_options(function: F) -> F:
    """``--store``, ``--data``, ``--format``, ``--fail-on`` and ``--color``: parameters ``store``, ``data``, ``shown``,
    ``fail_on``, ``colour``."""
    options = (
        click.option(
            "--store",
            default="contacts.db",
            show_default=True,
            envvar="BASCULE_STORE",
            metavar="STORE",
            help="SQLite file, or postgresql://… [env: BASCULE_STORE]",
        ),
        click.option(
            "--data",
            default="",
            envvar="BASCULE_DATA",
            metavar="DIR",
            help="Folder of snapshots, rejects and backups.  [default: STORE.data; env: BASCULE_DATA]",
        ),
        click.option(
            "--format",
            "shown",
            type=click.Choice(["text", "json"]),
            default="text",
            show_default=True,
            help="How the summary is printed.",
        ),
        FAIL_ON,
        COLOUR,
    )
    for option in reversed(options):
        function = option(function)
    return function


@contextmanager
def opened(store: str, data: str, *, create: bool = False) -> Iterator[Store]:
    """The store; errors become usage errors and :class:`Unreadable` (exit code 2)."""
    from bascule.contacts.store.place import store_place

    with contact_errors(""):
        from bascule.contacts.extra import require

        require("sqlalchemy", "alembic", "pyarrow")
    with contact_errors(store if "://" not in store else "store"):
        place = store_place(store, data)
        from bascule.contacts.store.store import open_store

        with open_store(store, data, create=create) as open_:
            assert open_.place == place
            yield open_


def report(
    counts: Sequence[Counts],
    findings: Sequence[Finding],
    *,
    shown: str,
    fail_on: str,
    colour: str,
    more: dict[str, Any] | None = None,
    text: str = "",
) -> int:
    """Print reconciliations, ``text`` (or ``more`` as JSON) and remarks; give the exit code."""
    if shown == "json":
        from bascule.diagnostics.render_json import render_json

        remarks = [
            {"code": found.code, "severity": str(found.severity), "message": found.message, "help": found.help}
            for found in findings
        ]
        data = {"counts": [item.data() for item in counts], "remarks": remarks} | (more or {})
        click.echo(render_json(data), nl=False)
        return exit_code(findings, fail_on, False)
    import sys

    from bascule.diagnostics.render_text import render_text

    for item in counts:
        click.echo(item.text())
    if text:
        click.echo(text.rstrip("\n"))
    if findings:
        click.echo()
        click.echo(render_text(list(findings), {}, colour=use_colour(colour, sys.stdout)).rstrip("\n"))
    return exit_code(findings, fail_on, False)


def shown_failure(error: Unreadable, shown: str, colour: str) -> int:
    """Print why nothing was done; exit code 2."""
    import sys

    from bascule.diagnostics.render_json import render_json
    from bascule.diagnostics.render_text import render_text

    found = error.finding
    if shown == "json":
        remark = {"code": found.code, "severity": str(found.severity), "message": found.message, "help": found.help}
        click.echo(render_json({"counts": [], "remarks": [remark]}), nl=False, err=True)
    else:
        click.echo(render_text([found], {}, colour=use_colour(colour, sys.stderr)).rstrip("\n"), err=True)
    return 2

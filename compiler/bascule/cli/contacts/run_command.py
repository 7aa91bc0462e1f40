"""``bascule contacts run``: a whole migration from a plan."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors
from bascule.cli.contacts.options import DRY_RUN, opened, shown_failure

if TYPE_CHECKING:
    from bascule.cli.contacts.plan import Step


@click.command("run")
@click.argument("plan", type=click.Path())
@click.option(
    "--format", "shown", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="How the reconciliation is printed; json prints nothing else.",
)  # fmt: skip
@DRY_RUN
def command(plan: str, shown: str, dry_run: bool) -> int:
    """Run the steps of PLAN, a TOML file, and show the reconciliation of all of them.

    Tables are commands, keys are their options: [[import]], [merge], [[promote]], [check], [[sync]], [decide],
    [campaign], [[export]], [audit], always in this order. Paths are relative to the plan. All steps are idempotent: run
    the plan again after a crash. --dry-run reads the plan and shows the commands. Guide: docs/contacts/run.md.

    Exit codes: the highest of the steps'; 2 stops the run.
    """
    try:
        with contact_errors(plan):
            from bascule.cli.contacts.plan import read_plan

            common, steps = read_plan(plan)
    except Unreadable as error:
        return shown_failure(error, shown, "auto")
    place = ["--store", common["store"], *(["--data", common["data"]] if common["data"] else [])]
    worst = 0
    with contextlib.chdir(Path(plan).resolve().parent):
        first = _last_run(common)
        for step in steps:
            if shown == "text":
                click.echo(f"$ {step.line}")
            if dry_run:
                continue
            with contextlib.ExitStack() as stack:
                if shown == "json":
                    quiet = stack.enter_context(open(os.devnull, "w", encoding="utf-8"))
                    stack.enter_context(contextlib.redirect_stdout(quiet))
                words = [*step.arguments[_words(step.arguments) :]]
                more = [*place, *(["--yes"] if any(item.name == "yes" for item in step.command.params) else [])]
                worst = max(worst, _run(step, [*more, *words]))
            if worst >= 2:
                break
            if shown == "text":
                click.echo()
        if dry_run:
            return 0
        _reconciliation(common, first, shown, worst)
    return worst


def _run(step: Step, arguments: list[str]) -> int:
    """One step; its exit code."""
    try:
        code = step.command.main(args=arguments, prog_name=f"bascule contacts {step.name}", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 2
    return code if isinstance(code, int) else 0


def _words(arguments: tuple[str, ...]) -> int:
    """How many of the arguments are the command's name."""
    return 2 if arguments[0] in ("consent", "sync") else 1


def _last_run(common: dict[str, str]) -> int:
    """The last entry of the store's log before this run; 0 for a new store."""
    try:
        with opened(common["store"], common["data"]) as store:
            return _entries(store, 0)[-1]["id"] if _entries(store, 0) else 0
    except Unreadable:
        return 0


def _entries(store: Any, after: int) -> list[dict[str, Any]]:
    from sqlalchemy import select

    from bascule.contacts.store.schema import imports, runs

    with store.read() as connection:
        files = {row.id: row.file for row in connection.execute(select(imports.c.id, imports.c.file))}
        found = connection.execute(select(runs).where(runs.c.id > after).order_by(runs.c.id)).mappings()
        return [
            {**row, "counts": json.loads(row["counts"] or "null"), "subject": files.get(row["subject"], row["subject"])}
            for row in found
        ]


def _reconciliation(common: dict[str, str], first: int, shown: str, code: int) -> None:
    try:
        with opened(common["store"], common["data"]) as store:
            entries = [entry for entry in _entries(store, first) if entry["counts"] is not None]
    except Unreadable:
        entries = []
    if shown == "json":
        listed = [{name: entry[name] for name in ("counts", "outcome", "subject")} for entry in entries]
        click.echo(json.dumps({"exit": code, "steps": listed}, ensure_ascii=False, indent=2))
        return
    click.echo(f"{'step':<12} {'in':>10} {'kept':>10} {'merged':>10} {'rejected':>10}  {'of what'}")
    for entry in entries:
        counts = entry["counts"]
        click.echo(
            f"{entry['step']:<12} {counts['in']:>10} {counts['kept']:>10} {counts['merged']:>10} "
            f"{counts['rejected']:>10}  {entry['subject']}"
        )

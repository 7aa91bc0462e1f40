"""``bascule contacts status``: what a store holds and what was done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bascule.cli.contacts.errors import Unreadable
from bascule.cli.contacts.options import opened, report, shown_failure, store_options

if TYPE_CHECKING:
    from bascule.contacts.status import Status


@click.command("status")
@store_options
def command(store: str, data: str, shown: str, fail_on: str, colour: str) -> int:
    """Show what the store holds: imports, runs with their reconciliation, rows per table, unfinished work.

    Exit codes: 0 shown; 2 there is no store, or it cannot be opened.
    """
    try:
        with opened(store, data) as open_:
            from bascule.contacts.status import status

            found = status(open_)
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    return report([], [], shown=shown, fail_on=fail_on, colour=colour, more=_data(found), text=_text(found))


def _data(found: Status) -> dict[str, Any]:
    return {
        "imports": [dict(item) for item in found.imports],
        "runs": [dict(item) for item in found.runs],
        "store": found.store,
        "tables": dict(found.tables),
        "unfinished": list(found.unfinished),
    }


def _text(found: Status) -> str:
    lines = [f"{found.store}"]
    lines += ["", "imports"] if found.imports else []
    for item in found.imports:
        lines.append(f"  {item['ordinal']:>4}  {item['profile']:<12} {item['state']:<5} {item['file']}")
    lines += ["", "steps"] if found.runs else []
    for item in found.runs:
        counts = item["counts"] or {}
        sums = (
            f"{counts['in']} in = {counts['kept']} kept + {counts['merged']} merged + {counts['rejected']} rejected"
            if counts
            else ""
        )
        lines.append(
            f"  {item['started_at']}  {item['step']:<10} {item['outcome'] or 'unfinished':<13} {sums}".rstrip()
        )
    lines += ["", "rows"]
    lines += [f"  {name:<16} {rows:>10}" for name, rows in found.tables if rows]
    lines += ["", *(f"unfinished: {line}" for line in found.unfinished)] if found.unfinished else []
    return "\n".join(lines)

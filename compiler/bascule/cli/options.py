"""Options and helpers that several commands share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from bascule.cli.inputs import SIZE, read_inputs
from bascule.diagnostics import Finding, Severity
from bascule.source import DEFAULT_MAX_BYTES
from bascule.workspace import Workspace, load

__all__ = ["FAIL_ON", "exit_code", "load_sources", "source_options", "use_colour"]

F = TypeVar("F", bound=Callable[..., Any])

FAIL_ON = click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    default="error",
    show_default=True,
    help="Lowest severity that makes the command end with exit code 1.",
)
COLOUR = click.option(
    "--color",
    "colour",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colours on a terminal; NO_COLOR and TERM=dumb switch them off.",
)


def source_options(function: F) -> F:
    """SRC… and the options that say how to read them."""
    decorators = [
        click.argument("sources", nargs=-1, required=True, metavar="SRC..."),
        click.option("--from", "from_format", metavar="FORMAT", help="Read every SRC as this format (no sniffing)."),
        click.option("--locale", default="", metavar="LANG", help="Language of texts whose file names none, e.g. fr."),
        click.option(
            "--placeholder", default="", metavar="SYNTAX", help="Placeholder syntax of SMS templates, e.g. bracket."
        ),
        click.option("--sheet", default="", metavar="NAME", help="Worksheet to read from an XLSX file."),
        click.option(
            "--stdin-filename", default="stdin", metavar="NAME", help="Name (and extension) of what `-` reads."
        ),
        click.option(
            "--max-size",
            type=SIZE,
            default=DEFAULT_MAX_BYTES,
            metavar="SIZE",
            help="Largest file that is read, e.g. 50M.  [default: 32M]",
        ),
    ]
    for decorator in reversed(decorators):
        function = decorator(function)
    return function


def load_sources(
    sources: Sequence[str],
    *,
    from_format: str | None,
    locale: str,
    placeholder: str,
    sheet: str,
    stdin_filename: str,
    max_size: int,
) -> Workspace:
    """Read and parse what the user named; unknown format names are usage errors with a suggestion."""
    from bascule.parsers import ParseOptions, all_formats

    names = [info.name for info in all_formats()]
    if from_format is not None and from_format not in names:
        import difflib

        close = difflib.get_close_matches(from_format, names, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise click.UsageError(f"no format is called {from_format!r}.{hint} `bascule formats` lists them.")
    inputs, findings = read_inputs(sources, stdin_name=stdin_filename, max_bytes=max_size)
    options = ParseOptions(locale=locale, placeholder=placeholder, sheet=sheet)
    if not inputs and findings:
        workspace = Workspace(findings=list(findings), unreadable=True)
    else:
        workspace = load(inputs, options, from_format=from_format, max_bytes=max_size)
        workspace.findings[:0] = findings
        workspace.unreadable = workspace.unreadable or bool(findings)
    return workspace


def use_colour(choice: str, stream: Any = None) -> bool:
    """Whether to colour: https://no-color.org, TERM=dumb, and only on a terminal unless forced."""
    if choice != "auto":
        return choice == "always"
    stream = stream or sys.stdout
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and bool(stream.isatty())


def exit_code(findings: Sequence[Finding], fail_on: str, unreadable: bool) -> int:
    """0 clean, 1 a finding reaches ``fail_on``, 2 some input could not be read."""
    if unreadable:
        return 2
    if fail_on == "never":
        return 0
    level = Severity.parse(fail_on)
    return 1 if any(finding.severity >= level for finding in findings) else 0

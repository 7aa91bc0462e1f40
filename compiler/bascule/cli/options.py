"""Options and helpers that several commands share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bascule.cli.completing import complete_formats, complete_syntaxes
from bascule.cli.sizes import SIZE
from bascule.diagnostics import Finding, Severity

if TYPE_CHECKING:
    from bascule.loading import Workspace

__all__ = [
    "FAIL_ON",
    "exit_code",
    "fail_level",
    "load_sources",
    "said",
    "source_options",
    "terminal_width",
    "use_colour",
]

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
    help="Colours on a terminal; NO_COLOR and TERM=dumb switch them off, FORCE_COLOR on.",
)


def source_options(function: F) -> F:
    """SRC… and the options that say how to read them. Without SRC the configuration's ``sources`` are read."""
    decorators = [
        click.argument("sources", nargs=-1, metavar="[SRC]...", type=click.Path()),
        click.option(
            "--from",
            "from_format",
            metavar="FORMAT",
            shell_complete=complete_formats,
            help="Read every SRC as this format (no sniffing).",
        ),
        click.option("--locale", default="", metavar="LANG", help="Language of texts whose file names none, e.g. fr."),
        click.option(
            "--placeholder",
            default="",
            metavar="SYNTAX",
            shell_complete=complete_syntaxes,
            help="Placeholder syntax of SMS templates, e.g. bracket.",
        ),
        click.option("--sheet", default="", metavar="NAME", help="Worksheet to read from an XLSX file."),
        click.option(
            "--stdin-filename", default="stdin", metavar="NAME", help="Name (and extension) of what `-` reads."
        ),
        click.option(
            "--max-size",
            type=SIZE,
            default=None,
            metavar="SIZE",
            help="Largest file that is read, e.g. 50M.  [default: 32M]",
        ),
        click.option(
            "--config",
            default="",
            type=click.Path(),
            metavar="FILE",
            help="Configuration file, instead of the bascule.toml or pyproject.toml nearest to the first SRC.",
        ),
        click.option("--isolated", is_flag=True, help="Read no configuration file."),
    ]
    for decorator in reversed(decorators):
        function = decorator(function)
    return function


def load_sources(sources: Sequence[str], **reading: Any) -> Workspace:
    """Read and parse what the user named, with the settings of the nearest configuration file.

    ``reading`` are the options of :func:`source_options`. Unknown format names are usage errors with a suggestion; a
    broken configuration is a workspace with findings alone.
    """
    from bascule.cli.configured import Reading, open_sources

    return open_sources(sources, Reading(**reading)).workspace


def use_colour(choice: str, stream: Any = None) -> bool:
    """Whether to colour: ``--color``, then https://no-color.org, then https://force-color.org, then TERM=dumb, and only
    on a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return os.environ.get("TERM") != "dumb" and bool((stream or sys.stdout).isatty())


def terminal_width(stream: Any = None) -> int:
    """Columns of the terminal that a stream goes to; 0 where it goes elsewhere."""
    import shutil

    return shutil.get_terminal_size().columns if (stream or sys.stdout).isatty() else 0


def fail_level(given: str, configured: str) -> str:
    """The level of ``--fail-on``: what the user wrote, else the configuration, else the option's default."""
    return given if not configured or said("fail_on") else configured


def said(option: str) -> bool:
    """Whether the user wrote an option of the running command."""
    source = click.get_current_context().get_parameter_source(option)
    return source is not None and source.name != "DEFAULT"


def exit_code(findings: Sequence[Finding], fail_on: str, unreadable: bool) -> int:
    """0 clean, 1 a finding reaches ``fail_on``, 2 some input could not be read."""
    if unreadable:
        return 2
    if fail_on == "never":
        return 0
    level = Severity.parse(fail_on)
    return 1 if any(finding.severity >= level for finding in findings) else 0

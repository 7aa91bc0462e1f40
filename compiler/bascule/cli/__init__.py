"""The command line. Commands are imported when they run, so that ``--version`` answers at once."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from typing import Any

import click

from bascule import __version__
from bascule.cli import streams

__all__ = ["main"]

_COMMANDS = {
    "compile": "Compile scenarios to what a WhatsApp provider takes.",
    "check": "Check scenarios against WhatsApp's rules.",
    "baseline": "Keep known findings in a file, so that only new ones fail.",
    "test": "Hold conversations with scenarios and their conversion, in isolation.",
    "simulate": "Chat with a scenario, or with its conversion, in the terminal.",
    "inspect": "Show what the files hold: flows, messages, languages, losses.",
    "explain": "Explain a finding code.",
    "formats": "List the source formats and the targets.",
    "fmt": "Print scenarios as canonical native scenario files.",
    "contacts": "The customer base: imports, people, consent, campaigns, exports.",
}


_COLLECT_EVERY = (50_000, 20, 20)
"""Flows are large trees with hardly a cycle. At Python's own pace the collector walks them again and again for nothing,
and time grows faster than the input (docs/performance.md)."""


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"bascule.cli.{cmd_name}_command")
        command: click.Command = module.command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:  # click would end with 1, as for findings
            streams.silence(sys.stdout)
            raise streams.ReaderGone from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # From the table above: a listing must not import every command.
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            close = difflib.get_close_matches(args[0], _COMMANDS, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise click.UsageError(f"{error.message}{hint}", ctx) from error


@click.command(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bascule")
def cli() -> None:
    """Move a company's messaging from SMS and Viber to WhatsApp.

    bascule reads the scenarios your old tools export, proves what WhatsApp allows, and writes what the new
    side takes.

    \b
    Exit codes: 0 clean; 1 findings at or above --fail-on; 2 usage, configuration or unreadable input;
    3 refused because something would be lost (--strict); 70 a defect of bascule.
    """


def main(argv: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(*_COLLECT_EVERY)
    streams.prepare()
    sys.exit(streams.finish(_run(argv)))


def _dashed(arguments: list[str]) -> str:
    """What to write for a file whose name begins like an option."""
    name = next((name for name in arguments if name.startswith("-") and os.path.lexists(name)), "")
    return f" For the file of this name, write './{name}'." if name else ""


def _run(argv: list[str] | None) -> int:
    try:
        result: Any = cli.main(args=argv, standalone_mode=False)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.Abort:
        click.echo("stopped", err=True)
        return 130
    except click.ClickException as error:
        if isinstance(error, click.NoSuchOption) and (hint := _dashed(sys.argv[1:] if argv is None else argv)):
            error = click.UsageError(f"{error.format_message()}{hint}", error.ctx)
        error.show()
        return error.exit_code
    except streams.ReaderGone:
        return 0
    except Exception as error:
        if isinstance(error, OSError) and streams.is_write_failure(error):
            streams.silence(sys.stdout)
            click.echo(f"Error: cannot write: {error.strerror or error}", err=True)
            return 2
        if os.environ.get("BASCULE_DEBUG"):
            raise
        click.echo(
            f"bascule: internal error: {type(error).__name__}: this is a defect of bascule, not of your files.\n"
            "Please report it with the command you ran and, if you can, the input; BASCULE_DEBUG=1 shows where it "
            "happened.",
            err=True,
        )
        return 70
    return result if isinstance(result, int) else 0

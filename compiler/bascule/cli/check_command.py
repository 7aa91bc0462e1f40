"""``bascule check``: findings, with places."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from bascule.cli.checking import Checked, Request, check_inputs, file_errors, run_check, selection_options
from bascule.cli.configured import Reading, open_settings, shown_path
from bascule.cli.options import COLOUR, FAIL_ON, said, source_options, terminal_width, use_colour
from bascule.cli.streams import WriteError, emit

_FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "checkstyle")


def _target(path: str) -> str:
    """A file to write; ``""`` for what means standard output."""
    return "" if path in ("-", "/dev/stdout") else path


class _FormatType(click.ParamType[tuple[str, str]]):
    """``FORMAT`` or ``FORMAT:FILE``."""

    name = "format"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """The format and its file (``""``: standard output); unknown formats fail with a suggestion."""
        if isinstance(value, tuple):
            return value
        name, colon, path = str(value).partition(":")
        if name not in _FORMATS:
            import difflib

            close = difflib.get_close_matches(name.lower(), _FORMATS, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            self.fail(f"{name!r} is no format.{hint} The formats are: {', '.join(_FORMATS)}.", param, ctx)
        if colon and not path:
            self.fail(f"{value!r} names no file after the colon.", param, ctx)
        return name, _target(path)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """The formats, for the shell."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in _FORMATS if name.startswith(incomplete)]


@click.command("check")
@source_options
@click.option(
    "--format",
    "formats",
    type=_FormatType(),
    multiple=True,
    metavar="FORMAT[:FILE]",
    help=f"How findings are printed: {', '.join(_FORMATS)}. May be repeated with files, e.g. "
    "`--format text --format sarif:bascule.sarif`.  [default: text]",
)
@click.option(
    "--output-file", default="", type=click.Path(), metavar="FILE", help="Where the format without a file goes."
)
@click.option("--statistics", is_flag=True, help="Print how often each code was found (with --format text or json).")
@selection_options
@click.option(
    "--baseline", default="", type=click.Path(), metavar="FILE", help="Report only what is not in this baseline."
)
@click.option("--no-baseline", is_flag=True, help="Report what is in the configured baseline too.")
@click.option(
    "--ignore-unknown",
    is_flag=True,
    help="Leave out named files that no format recognises or the configuration excludes (for commit hooks).",
)
@FAIL_ON
@click.option("--fix", "mend", is_flag=True, help="Mend what can be mended without changing what is said.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: mend too what a person must look at.")
@click.option("--diff", is_flag=True, help="Print what --fix would change, and write nothing.")
@click.option("--watch", is_flag=True, help="Check again whenever a file changes; end with Ctrl-C.")
@click.option("--show-settings", is_flag=True, help="Print the settings that hold for SRC, and check nothing.")
@COLOUR
def command(
    sources: tuple[str, ...],
    formats: tuple[tuple[str, str], ...],
    output_file: str,
    statistics: bool,
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    severity: tuple[str, ...],
    baseline: str,
    no_baseline: bool,
    ignore_unknown: bool,
    fail_on: str,
    mend: bool,
    unsafe_fixes: bool,
    diff: bool,
    watch: bool,
    show_settings: bool,
    colour: str,
    **reading: Any,
) -> int:
    """Check scenarios against WhatsApp's rules.

    SRC are files or folders; every file is sniffed. Each finding names its file, line and column, what was
    found and what to do; `bascule explain CODE` tells more. Without SRC, the `sources` of bascule.toml are read.

    Settings, suppressions and baselines: docs/configuration.md; fixes: docs/fixing.md; CI and editors: docs/ci.md.
    """
    if baseline and no_baseline:
        raise click.UsageError("--baseline and --no-baseline exclude each other.")
    _fix_usage(mend, unsafe_fixes, diff, watch or show_settings)
    given = fail_on if said("fail_on") else ""
    request = Request(
        sources,
        Reading(**reading, ignore_unknown=ignore_unknown),
        select,
        extend_select,
        ignore,
        severity,
        given,
        baseline,
        no_baseline,
    )
    outputs = _outputs(formats, output_file, statistics)
    # A report of text could be taken for messages. Of any other kind, what some format reads is no report: see _write.
    texts = tuple(path for _, path in outputs if Path(path).suffix in ("", ".txt", ".log", ".out", ".md"))
    request = replace(request, outputs=tuple(path for path in texts if path))
    if show_settings:
        from bascule.cli.show_settings import show_settings as show

        return show(request)
    if watch:
        return _watch(request, outputs, statistics, colour)
    if diff:
        return _diff(request, unsafe_fixes)
    if mend:
        return _fix(request, unsafe_fixes, outputs, statistics, colour)
    checked = run_check(request)
    _write(checked, outputs, statistics, colour)
    return checked.code


def _fix_usage(mend: bool, unsafe: bool, diff: bool, other: bool) -> None:
    if mend and diff:
        raise click.UsageError("--fix and --diff exclude each other.")
    if unsafe and not (mend or diff):
        raise click.UsageError("--unsafe-fixes goes with --fix or --diff.")
    if (mend or diff) and other:
        raise click.UsageError(f"--{'fix' if mend else 'diff'} goes with neither --watch nor --show-settings.")


def _diff(request: Request, unsafe: bool) -> int:
    """The changes as a unified diff: 0 when there are none, 1 when there are, 2 when something cannot be read."""
    from bascule.cli.fixing import diff_notes, diff_text, fix, summary

    fixing = fix(request, unsafe=unsafe)
    text = diff_text(fixing)
    if sys.stdout.isatty():  # a file must not steer the terminal
        text = "".join(char if char in "\t\n" or char.isprintable() else "�" for char in text.replace("\r\n", "\n"))
    emit(text)
    for note in (*fixing.notes, *fixing.untold):
        click.echo(f"{note.place.file}: {note.message}", err=True)
    for line in diff_notes(fixing):
        click.echo(line, err=True)
    click.echo(summary(fixing, would=True), err=True)
    return 2 if fixing.checked.opened.workspace.unreadable else int(bool(fixing.changes))


def _fix(request: Request, unsafe: bool, outputs: list[tuple[str, str]], statistics: bool, colour: str) -> int:
    """Mend and write; then the findings that remain. Standard input goes mended to standard output, and findings
    without a file of their own to standard error."""
    from bascule.cli.fixing import fix, stdin_bytes, summary, write

    fixing = write(fix(request, unsafe=unsafe))
    piped = "-" in request.sources
    if piped:
        emit(stdin_bytes(fixing))
    _write(fixing.checked, outputs, statistics, colour, err=piped)
    for note in fixing.untold:
        click.echo(f"{note.place.file}: {note.message}", err=True)
    click.echo(summary(fixing), err=True)
    return fixing.checked.code


def _outputs(formats: tuple[tuple[str, str], ...], output_file: str, statistics: bool) -> list[tuple[str, str]]:
    """Pairs of format and file; at most one of them has none."""
    pairs = list(formats) or [("text", "")]
    bare = [name for name, path in pairs if not path]
    if len(bare) > 1:
        raise click.UsageError(
            f"{' and '.join(bare)} cannot both go to {'one file' if output_file else 'standard output'}; "
            f"name a file: --format {bare[-1]}:FILE"
        )
    if output_file:
        if not bare:
            raise click.UsageError("--output-file: every --format has a file already.")
        pairs = [(name, path or _target(output_file)) for name, path in pairs]
    real = [os.path.realpath(path) for _, path in pairs if path]
    twice = next((path for _, path in pairs if path and real.count(os.path.realpath(path)) > 1), "")
    if twice:
        raise click.UsageError(f"two formats cannot go to one file ({twice}).")
    if statistics and any(name not in ("text", "json") for name, _ in pairs):
        raise click.UsageError("--statistics goes with --format text and json only.")
    return pairs


def _write(checked: Checked, outputs: list[tuple[str, str]], statistics: bool, colour: str, err: bool = False) -> None:
    from bascule import __version__
    from bascule.diagnostics.renderers import render

    sources = [source for source in checked.opened.sources if os.path.isfile(source)]
    read = {os.path.realpath(file) for file in (*checked.opened.read, *sources, *checked.watched)}
    for _, path in outputs:
        if path and os.path.isfile(path) and os.path.realpath(path) in read:
            raise WriteError(f"a report cannot go to {path!r}: the check reads that file. Name another file.")
    for name, path in outputs:
        coloured = colour == "always" if path else use_colour(colour, sys.stderr if err else None)
        report = checked.report(__version__, coloured, 0 if path else terminal_width(sys.stderr if err else None))
        if statistics:
            from bascule.diagnostics.render_statistics import render_statistics

            text = render_statistics(report, as_json=name == "json")
        else:
            text = render(name, report)
        if not path:
            emit(text, err=err)
            continue
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            # What is no regular file (/dev/stderr, a pipe) is not emptied first.
            with open(path, "wb" if os.path.isfile(path) or not os.path.exists(path) else "ab") as stream:
                stream.write(text.encode("utf-8", "backslashreplace"))
        except FileExistsError as error:
            raise WriteError(f"cannot write {path!r}: {error.filename!r} is a file, not a folder") from error
        except OSError as error:
            raise file_errors(path, error) from error


def _watch(request: Request, outputs: list[tuple[str, str]], statistics: bool, colour: str) -> int:
    if "-" in request.sources:
        raise click.UsageError("--watch cannot watch standard input.")
    from bascule.cli.watching import changes

    configured = open_settings(request.sources, request.reading).settings.sources
    watched = list(request.sources) or [shown_path(path) for path in configured]
    ours = [path for _, path in outputs if path]
    code = 0
    try:
        for changed in changes(lambda: watched, ours):
            if changed:
                click.echo(f"changed: {', '.join(changed[:5])}{' …' if len(changed) > 5 else ''}", err=True)
            checked = run_check(request)
            _write(checked, outputs, statistics, colour)
            watched[:] = check_inputs(checked)
            code = checked.code
            click.echo("watching for changes; Ctrl-C ends", err=True)
    except KeyboardInterrupt:
        pass
    return code

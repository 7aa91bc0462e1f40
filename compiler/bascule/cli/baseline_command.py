"""``bascule baseline``: write down what is known, and take out what is mended."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from bascule.cli.checking import Checked, Request, file_errors, run_check, selection_options
from bascule.cli.configured import Reading, absolute, relative
from bascule.cli.options import COLOUR, source_options, use_colour
from bascule.cli.streams import emit


@click.group("baseline")
def command() -> None:
    """Keep known findings in a file, so that `check` fails for new ones only.

    Findings are known by file, structural path, code and text, not by line. Names of files start from the
    folder of the baseline, so that it can be read from anywhere.
    """


@command.command("write")
@source_options
@selection_options
@click.option(
    "-o",
    "--output",
    default="",
    type=click.Path(),
    metavar="FILE",
    help="Baseline to write.  [default: the configured one]",
)
@COLOUR
def write(
    sources: tuple[str, ...],
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    severity: tuple[str, ...],
    output: str,
    colour: str,
    **reading: Any,
) -> int:
    """Write a baseline of all findings that `check` reports now.

    What cannot be read cannot be known: then nothing is written, and the exit code is 2.
    """
    request = Request(
        sources, Reading(**reading), select, extend_select, ignore, severity, no_baseline=True, want_keys=True
    )
    path = _path(output, request)
    checked = run_check(request, base=os.path.dirname(path), hidden=path)
    if checked.code == 2:
        _show(checked, colour)
        click.echo(f"no baseline was written: {relative(path, '')}", err=True)
        return 2
    from bascule.settings import baseline_text

    _write(path, baseline_text(checked.judged.keys))
    count = sum(checked.judged.keys.values())
    files = len({key.file for key in checked.judged.keys})
    click.echo(f"{relative(path, '')}: {count} finding{_s(count)} in {files} file{_s(files)}")
    return 0


@command.command("prune")
@source_options
@selection_options
@click.option(
    "--baseline",
    default="",
    type=click.Path(),
    metavar="FILE",
    help="Baseline to prune.  [default: the configured one]",
)
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit code 1 when something would go.")
@COLOUR
def prune(
    sources: tuple[str, ...],
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    severity: tuple[str, ...],
    baseline: str,
    only_check: bool,
    colour: str,
    **reading: Any,
) -> int:
    """Take out of a baseline what the files no longer have. New findings are not added.

    Entries of files that were not read stay, unless the file is gone.
    """
    request = Request(sources, Reading(**reading), select, extend_select, ignore, severity, baseline=baseline)
    path = _path(baseline, request)
    checked = run_check(request)
    known = checked.baseline
    if checked.code == 2 or known is None:
        _show(checked, colour)
        click.echo("the baseline was not changed", err=True)
        return 2
    from bascule.settings import baseline_text
    from bascule.settings import prune as pruned

    read = {relative(file, checked.base) for file in checked.opened.read}
    gone = {key.file for key in known.counts if not os.path.exists(os.path.join(checked.base, key.file.split("!")[0]))}
    kept = pruned(known, checked.judged.keys, read, gone - read)
    count = sum(known.counts.values()) - sum(kept.values())
    if count and not only_check:
        _write(path, baseline_text(kept))
    verb = "would be taken out" if only_check else "taken out"
    click.echo(f"{relative(path, '')}: {count} finding{_s(count)} {verb}, {sum(kept.values())} left")
    return 1 if count and only_check else 0


def _s(count: int) -> str:
    return "s" if count != 1 else ""


def _path(named: str, request: Request) -> str:
    """The absolute path of the baseline: the named one, else the configured one."""
    if named:
        return absolute(named)
    from bascule.cli.configured import open_settings

    configured = open_settings(request.sources, request.reading).settings.baseline
    if not configured:
        raise click.UsageError("no baseline is named, and none is configured (`baseline` in bascule.toml).")
    return configured


def _write(path: str, text: str) -> None:
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise file_errors(relative(path, ""), error) from error


def _show(checked: Checked, colour: str) -> None:
    import sys

    from bascule.diagnostics.render_text import render_text

    unread = [finding for finding in checked.judged.findings if _unreadable(finding.code)]
    text = render_text(unread, checked.opened.documents, use_colour(colour, sys.stderr))
    emit(text, err=True)


def _unreadable(code: str) -> bool:
    from bascule.diagnostics import registry

    rules: Mapping[str, Any] = registry()
    return code in rules and bool(rules[code].unreadable)

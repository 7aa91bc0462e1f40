"""``bascule compile``: from scenarios to what a provider takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bascule.cli.completing import complete_targets
from bascule.cli.options import COLOUR, FAIL_ON, exit_code, fail_level, source_options, use_colour
from bascule.cli.streams import emit


@click.command("compile")
@source_options
@click.option(
    "--to",
    "wanted",
    multiple=True,
    default=("meta",),
    show_default="meta",
    metavar="TARGET[,...]",
    shell_complete=complete_targets,
    help="What to write: one or more targets, or `all`; `bascule formats` lists them. May be repeated.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="Folder to write; it appears whole or not at all.",
)
@click.option("--strict", is_flag=True, help="Refuse (exit 3) when anything would be degraded or dropped.")
@click.option("--force", is_flag=True, help="Replace an output folder that bascule did not make.")
@FAIL_ON
@COLOUR
def command(
    sources: tuple[str, ...],
    wanted: tuple[str, ...],
    output: Path,
    strict: bool,
    force: bool,
    fail_on: str,
    colour: str,
    **reading: Any,
) -> int:
    """Compile scenarios to what WhatsApp providers and bot platforms take.

    Writes DIR/<target>/… for each target and, beside it, manifest.json (inputs, outputs, where each template
    comes from), ledger.json (what became of every construct) and certificate.json (every send and why it is allowed).
    Nothing is written when a finding reaches --fail-on; `--fail-on never` writes all that can be written.
    """
    import sys

    from bascule.cli.configured import Reading, open_sources
    from bascule.cli.output import write_folder
    from bascule.compiling import Compilation
    from bascule.diagnostics.render_text import render_text, summary_line
    from bascule.report.artefacts import common_artefacts
    from bascule.report.summary import compile_summary
    from bascule.workspace import analyse, located

    targets = _targets(wanted)
    opened = open_sources(sources, Reading(**reading))
    workspace, facts = opened.workspace, opened.settings.project
    fail_on = fail_level(fail_on, opened.settings.fail_on)
    analysis = analyse(workspace, locale=reading["locale"])
    compilation = Compilation(analysis, facts, reading["locale"] or facts.default_locale)
    written = [compilation.write(target) for target in targets]
    own = [finding for item in written for finding in (*item.findings, *item.emitted.findings)]
    own += compilation.inputs(targets)
    findings = opened.judge(located([*analysis.findings, *own], workspace.documents)).findings
    emit(render_text(findings, workspace.documents, use_colour(colour, sys.stderr)), err=True)
    if findings:
        click.echo(f"\n{summary_line(findings)}", err=True)
    code = exit_code(findings, fail_on, workspace.unreadable)
    if code and fail_on != "never":
        click.echo(f"nothing was written to {output.as_posix()}: mend the findings, or use --fail-on never", err=True)
        return code
    losses = [*analysis.ledger.losses()]
    for item in written:
        losses += [*item.lowered.losses(), *item.emitted.ledger.losses()]
    if strict and losses:
        from collections import Counter

        click.echo("refused (--strict): something would be lost", err=True)
        for (construct, fate, reason), count in sorted(
            Counter((entry.construct, entry.fate.value, entry.reason) for entry in losses).items()
        ):
            click.echo(f"  {count:>4} {fate:<9} {construct}: {reason}", err=True)
        return 3
    artefacts = [artefact for item in written for artefact in item.emitted.artefacts]
    write_folder(output, [*artefacts, *common_artefacts(workspace, analysis, written)], force=force)
    click.echo(compile_summary(analysis, written, output.as_posix()), nl=False)
    return code


def _targets(wanted: tuple[str, ...]) -> list[str]:
    """The targets, or a usage error that names the nearest one."""
    from bascule.backends import TARGETS
    from bascule.compiling import choose_targets

    try:
        targets = choose_targets(wanted)
    except KeyError as error:
        import difflib

        names = [info.name for info in TARGETS]
        close = difflib.get_close_matches(str(error.args[0]), names, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        known = ", ".join([*names, "all"])
        raise click.UsageError(f"no target is called {error.args[0]!r}.{hint} The targets are: {known}.") from error
    if not targets:
        raise click.UsageError("--to names no target; `bascule formats` lists them.")
    return targets

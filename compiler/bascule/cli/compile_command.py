"""``bascule compile``: from scenarios to what a provider takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bascule.cli.options import COLOUR, FAIL_ON, exit_code, load_sources, source_options, use_colour


@click.command("compile")
@source_options
@click.option("--to", "target", default="meta", show_default=True, metavar="TARGET", help="What to write.")
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
    target: str,
    output: Path,
    strict: bool,
    force: bool,
    fail_on: str,
    colour: str,
    **reading: Any,
) -> int:
    """Compile scenarios to what a WhatsApp provider takes.

    Writes DIR/<target>/… and, beside it, manifest.json (inputs, outputs, where each template comes from),
    ledger.json (what became of every construct) and certificate.json (every send and why it is allowed).
    Nothing is written when a finding reaches --fail-on; `--fail-on never` writes all that can be written.
    """
    import sys

    from bascule.backends import TARGETS, load_backend
    from bascule.cli.output import write_folder
    from bascule.diagnostics.render_text import render_text, summary_line
    from bascule.report.artefacts import common_artefacts
    from bascule.report.summary import compile_summary
    from bascule.workspace import analyse, located

    if target not in {info.name for info in TARGETS}:
        import difflib

        names = [info.name for info in TARGETS]
        close = difflib.get_close_matches(target, names, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise click.UsageError(f"no target is called {target!r}.{hint} The targets are: {', '.join(names)}.")
    workspace = load_sources(sources, **reading)
    analysis = analyse(workspace, locale=reading["locale"])
    emitted = load_backend(target).emit(analysis.project, analysis.plan)
    findings = located([*analysis.findings, *emitted.findings], workspace.documents)
    click.echo(render_text(findings, workspace.documents, use_colour(colour, sys.stderr)), err=True, nl=False)
    if findings:
        click.echo(f"\n{summary_line(findings)}", err=True)
    code = exit_code(findings, fail_on, workspace.unreadable)
    if code and fail_on != "never":
        click.echo(f"nothing was written to {output.as_posix()}: mend the findings, or use --fail-on never", err=True)
        return code
    losses = [*analysis.ledger.losses(), *analysis.plan.ledger.losses(), *emitted.ledger.losses()]
    if strict and losses:
        from collections import Counter

        click.echo("refused (--strict): something would be lost", err=True)
        for (construct, fate, reason), count in sorted(
            Counter((entry.construct, entry.fate.value, entry.reason) for entry in losses).items()
        ):
            click.echo(f"  {count:>4} {fate:<9} {construct}: {reason}", err=True)
        return 3
    common = common_artefacts(workspace, analysis, emitted, target)
    write_folder(output, [*emitted.artefacts, *common], force=force)
    click.echo(compile_summary(analysis, emitted, output.as_posix()), nl=False)
    return code

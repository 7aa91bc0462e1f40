"""``bascule check``: findings, with places."""

from __future__ import annotations

from typing import Any

import click

from bascule.cli.options import COLOUR, FAIL_ON, exit_code, load_sources, source_options, use_colour


@click.command("check")
@source_options
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "concise", "json"]),
    default="text",
    show_default=True,
    help="How findings are printed on standard output.",
)
@FAIL_ON
@COLOUR
def command(sources: tuple[str, ...], output_format: str, fail_on: str, colour: str, **reading: Any) -> int:
    """Check scenarios against WhatsApp's rules.

    SRC are files or folders; every file is sniffed. Each finding names its file, line and column, what was
    found and what to do; `bascule explain CODE` tells more.
    """
    from bascule.diagnostics.render_json import findings_data, render_json
    from bascule.diagnostics.render_text import render_concise, render_text, summary_line
    from bascule.workspace import analyse

    workspace = load_sources(sources, **reading)
    analysis = analyse(workspace, locale=reading["locale"])
    read = sum(1 for file in workspace.files if file.parsed)
    if output_format == "json":
        click.echo(render_json(findings_data(analysis.findings, read)), nl=False)
    elif output_format == "concise":
        click.echo(render_concise(analysis.findings), nl=False)
    else:
        click.echo(render_text(analysis.findings, workspace.documents, use_colour(colour)), nl=False)
        if analysis.findings:
            click.echo()
        click.echo(f"{read} file{'s' if read != 1 else ''} checked: {summary_line(analysis.findings)}")
    return exit_code(analysis.findings, fail_on, workspace.unreadable)

"""``bascule inspect``: what the files hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bascule.cli.options import COLOUR, load_sources, source_options, use_colour
from bascule.cli.streams import emit

if TYPE_CHECKING:
    from bascule.workspace import Workspace


@click.command("inspect")
@source_options
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "mermaid", "dot"]),
    default="text",
    show_default=True,
    help="A table for people, JSON (schemas/inspect.schema.json), or a diagram of every flow.",
)
@COLOUR
def command(sources: tuple[str, ...], output_format: str, colour: str, **reading: Any) -> int:
    """Show what the files hold: flows, entries, messages, languages, variables, and what was lost in reading.

    Findings of reading go to standard error; the exit code is 2 when a file could not be read.
    """
    from bascule.diagnostics.render_json import render_json
    from bascule.diagnostics.render_text import render_text
    from bascule.report.inventory import inventory_data, inventory_text
    from bascule.workspace import located

    workspace = load_sources(sources, **reading)
    data = inventory_data(workspace)
    if output_format in ("mermaid", "dot"):
        click.echo(_diagrams(workspace, output_format), nl=False)
    elif output_format == "json":
        click.echo(render_json(data), nl=False)
    else:
        click.echo(inventory_text(data), nl=False)
    findings = located(workspace.findings, workspace.documents)
    if findings:
        import sys

        emit(render_text(findings, workspace.documents, use_colour(colour, sys.stderr)), err=True)
    return 2 if workspace.unreadable else 0


def _diagrams(workspace: Workspace, notation: str) -> str:
    """All flows one below the other; the comment before each names its flow."""
    from bascule.ir.drawing import draw_flow
    from bascule.ir.notation import to_dot, to_mermaid

    printed = []
    for file in workspace.files:
        for flow in file.parsed.project.flows if file.parsed else ():
            drawing = draw_flow(flow, flow.locale or file.parsed.project.locale if file.parsed else "")
            name = " ".join(f"{file.label} {flow.id}".split())
            head = f"%% {name}\n" if notation == "mermaid" else f"// {name}\n"
            printed.append(head + (to_mermaid(drawing) if notation == "mermaid" else to_dot(drawing)))
    return "\n".join(printed)

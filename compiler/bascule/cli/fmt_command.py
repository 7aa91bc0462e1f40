"""``bascule fmt``: any readable scenario as a canonical native scenario file."""

from __future__ import annotations

from typing import Any

import click

from bascule.cli.options import COLOUR, FAIL_ON, exit_code, load_sources, source_options, use_colour
from bascule.cli.streams import emit


@click.command("fmt")
@source_options
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="Spelling of the scenario file.",
)
@click.option("--provenance", is_flag=True, help="Write where each element comes from (`at`).")
@FAIL_ON
@COLOUR
def command(
    sources: tuple[str, ...], output_format: str, provenance: bool, fail_on: str, colour: str, **reading: Any
) -> int:
    """Print scenarios as one canonical native scenario file.

    A Studio flow or a table of SMS templates becomes a file that a designer keeps editing; a native
    scenario file is printed in its canonical long form. Findings of reading go to standard error.
    """
    import sys

    from bascule.diagnostics.render_text import render_text
    from bascule.ir.encode import encode_project, to_json, to_yaml
    from bascule.passes.link import merge
    from bascule.workspace import located

    workspace = load_sources(sources, **reading)
    linked = merge([file.parsed.project for file in workspace.files if file.parsed])
    findings = located([*workspace.findings, *linked.findings], workspace.documents)
    if findings:
        emit(render_text(findings, workspace.documents, use_colour(colour, sys.stderr)), err=True)
    code = exit_code(findings, fail_on, workspace.unreadable)
    if code == 0 or fail_on == "never":
        tree = encode_project(linked.project, provenance=provenance)
        click.echo(to_yaml(tree) if output_format == "yaml" else to_json(tree), nl=False)
    return code

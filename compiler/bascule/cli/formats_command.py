"""``bascule formats``: what is read and what is written."""

from __future__ import annotations

import click


@click.command("formats")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A table for people, or JSON.",
)
def command(output_format: str) -> int:
    """List the source formats (`--from`) and the targets (`--to`)."""
    from bascule.backends import TARGETS
    from bascule.diagnostics.render_json import render_json
    from bascule.parsers import all_formats

    sources = [{"name": info.name, "title": info.title, "suffixes": list(info.suffixes)} for info in all_formats()]
    targets = [{"name": info.name, "title": info.title} for info in TARGETS]
    if output_format == "json":
        click.echo(render_json({"sources": sources, "targets": targets}), nl=False)
        return 0
    click.echo("Sources (--from):")
    for info in all_formats():
        click.echo(f"  {info.name:<16} {info.title}  {' '.join(info.suffixes)}")
    click.echo("\nTargets (--to):")
    for target in TARGETS:
        click.echo(f"  {target.name:<16} {target.title}")
    return 0

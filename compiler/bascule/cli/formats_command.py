"""``bascule formats``: what is read and what is written."""

from __future__ import annotations

import click

from bascule.cli.completing import complete_targets


@click.command("formats")
@click.argument("name", required=False, metavar="[TARGET]", shell_complete=complete_targets)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A table for people, or JSON.",
)
def command(name: str | None, output_format: str) -> int:
    """List the source formats (`--from`) and the targets (`--to`).

    With TARGET, show what that target can do: limits, what is missing, and who says so.
    """
    if name is not None:
        return _target(name, output_format)
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


def _target(name: str, output_format: str) -> int:
    from bascule.backends import TARGETS
    from bascule.diagnostics.render_json import render_json
    from bascule.report.matrix import target_data, target_text
    from bascule.targets import load_capabilities

    names = [info.name for info in TARGETS]
    if name not in names:
        import difflib

        close = difflib.get_close_matches(name, names, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise click.UsageError(f"no target is called {name!r}.{hint} The targets are: {', '.join(names)}.")
    target = load_capabilities(name)
    if output_format == "json":
        click.echo(render_json(target_data(target)), nl=False)
    else:
        click.echo(target_text(target), nl=False)
    return 0

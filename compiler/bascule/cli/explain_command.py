"""``bascule explain``: the page of a code."""

from __future__ import annotations

import click


@click.command("explain")
@click.argument("codes", nargs=-1, metavar="[CODE]...")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="The page for people, or its parts as JSON.",
)
def command(codes: tuple[str, ...], output_format: str) -> int:
    """Explain finding codes; without CODE, list all of them.

    CODE is a code (TPL020) or a rule's name (variable-at-edge).
    """
    from bascule.diagnostics.pages import all_rules, page_data, page_text
    from bascule.diagnostics.render_json import render_json

    rules = all_rules()
    if not codes:
        if output_format == "json":
            click.echo(render_json([page_data(rule) for rule in rules.values()]), nl=False)
        else:
            for code, rule in rules.items():
                click.echo(f"{code}  {rule.severity!s:<8} {rule.name:<34} {rule.title()}")
        return 0
    by_name = {rule.name: code for code, rule in rules.items()}
    chosen = []
    for given in codes:
        code = given.upper() if given.upper() in rules else by_name.get(given.lower(), "")
        if not code:
            import difflib

            close = difflib.get_close_matches(given.upper(), rules, n=1) or difflib.get_close_matches(
                given.lower(), by_name, n=1
            )
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise click.UsageError(f"no code is called {given!r}.{hint} `bascule explain` lists them.")
        chosen.append(rules[code])
    if output_format == "json":
        pages = [page_data(rule) for rule in chosen]
        click.echo(render_json(pages[0] if len(pages) == 1 else pages), nl=False)
    else:
        click.echo("\n\n".join(page_text(rule) for rule in chosen))
    return 0

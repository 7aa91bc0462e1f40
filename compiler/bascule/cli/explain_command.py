"""``bascule explain``: the page of a code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from bascule.cli.completing import complete_codes

if TYPE_CHECKING:
    from bascule.diagnostics import Rule


@click.command("explain")
@click.argument("codes", nargs=-1, metavar="[CODE]...", shell_complete=complete_codes)
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

    CODE is a code (TPL020) or a rule's name (variable-at-edge); a family (TPL) or the beginning of a code (TPL02)
    lists the codes that begin so.
    """
    from bascule.diagnostics.pages import all_rules, page_data, page_text
    from bascule.diagnostics.render_json import render_json

    rules = all_rules()
    chosen, pages = _chosen(codes, rules) if codes else (list(rules.values()), False)
    if output_format == "json":
        data = [page_data(rule) for rule in chosen]
        click.echo(render_json(data[0] if pages and len(data) == 1 else data), nl=False)
    elif pages:
        click.echo("\n\n".join(page_text(rule) for rule in chosen))
    else:
        click.echo("".join(f"{line}\n" for line in _listing(chosen)), nl=False)
    return 0


def _chosen(codes: tuple[str, ...], rules: dict[str, type[Rule]]) -> tuple[list[type[Rule]], bool]:
    """The rules that were named, and whether each was named by itself."""
    from bascule.settings.selection import nearest

    by_name = {rule.name: code for code, rule in rules.items()}
    chosen: list[type[Rule]] = []
    pages = False
    for given in codes:
        code = given.strip().upper()
        if code in rules or given.lower() in by_name:
            chosen.append(rules.get(code) or rules[by_name[given.lower()]])
            pages = True
            continue
        begun = [rule for other, rule in rules.items() if len(code) >= 2 and other.startswith(code)]
        if not begun:
            raise click.UsageError(f"no code is called {given!r}: {nearest(given, rules)}")
        chosen += begun
    return list(dict.fromkeys(chosen)), pages


def _listing(rules: Iterable[type[Rule]]) -> list[str]:
    return [f"{rule.code}  {rule.severity!s:<8} {rule.name:<34} {rule.title()}" for rule in rules]

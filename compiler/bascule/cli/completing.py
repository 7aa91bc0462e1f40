"""What the shell offers for options and arguments: codes, severities, formats, targets.

https://click.palletsprojects.com/en/stable/shell-completion/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click

__all__ = ["complete_codes", "complete_formats", "complete_severities", "complete_syntaxes", "complete_targets"]


def _items(done: str, offered: dict[str, str], start: str) -> list[Any]:
    """Completions that begin as the user began; ``done`` is what stands before them (a list with commas)."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(f"{done}{name}", help=help) for name, help in offered.items() if name.startswith(start)]


def _last(incomplete: str) -> tuple[str, str]:
    done, comma, start = incomplete.rpartition(",")
    return done + comma, start


def complete_codes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """Families, codes and, where small letters are typed, names of rules; the last one of a list with commas."""
    from bascule.diagnostics import FAMILIES
    from bascule.diagnostics.pages import all_rules

    done, start = _last(incomplete)
    rules = all_rules()
    names = {rule.name: rule.title() for rule in rules.values()} if start[:1].islower() else {}
    codes = dict(FAMILIES) | {code: rule.title() for code, rule in rules.items()}
    return _items(done, names, start) or _items(done, codes, start.upper())


def complete_severities(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """``CODE=LEVEL``: the code first, then the level."""
    done, start = _last(incomplete)
    code, mark, level = start.partition("=")
    if mark:
        return _items(f"{done}{code}=", dict.fromkeys(("error", "warning", "info"), ""), level)
    return complete_codes(ctx, param, incomplete)


def complete_formats(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """Source formats."""
    from bascule.parsers import all_formats

    return _items("", {info.name: info.title for info in all_formats()}, incomplete)


def complete_syntaxes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """Placeholder syntaxes."""
    from bascule.language.placeholders import SYNTAXES

    return _items("", dict.fromkeys(SYNTAXES, ""), incomplete)


def complete_targets(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """Targets; the last one of a list with commas."""
    from bascule.backends import TARGETS

    done, start = _last(incomplete)
    return _items(done, {info.name: info.title for info in TARGETS} | {"all": "every target"}, start)

"""Reading a migration plan: a TOML file whose tables are contact commands and whose keys are their options."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from bascule.contacts.tabular.problems import ContactsError

__all__ = ["STEPS", "Step", "read_plan"]

STEPS = ("import", "merge", "promote", "check", "sync", "decide", "campaign", "export", "audit")
"""The tables of a plan, in the order in which they run."""
_COMMON = ("store", "data")
_NOT_HERE = frozenset({"shown", "colour", "fail_on", "store", "data", "yes", "dry_run", "only_preview"})


@dataclass(frozen=True, slots=True)
class Step:
    """One command to run: its table's name, the command, its arguments, and whether it has ``--dry-run``."""

    name: str
    command: click.Command
    arguments: tuple[str, ...]
    dry: bool

    @property
    def line(self) -> str:
        """As a user would type it."""
        words = [f"'{word}'" if not word or set(word) & set(" '\"$;&|<>*?") else word for word in self.arguments]
        return " ".join(["bascule contacts", *words])


def read_plan(path: str) -> tuple[dict[str, str], list[Step]]:
    """The store it names (``store``, ``data``) and its steps in order.

    A table may be written once (``[merge]``) or several times (``[[import]]``). Raises ContactsError
    ``contacts-plan-wrong`` with the table and key: unknown ones with the nearest known.
    """
    try:
        data = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ContactsError("contacts-unreadable", f"{path} cannot be read as text") from error
    except tomllib.TOMLDecodeError as error:
        raise _wrong(path, f"no TOML: {error}") from error
    common = {}
    for key in _COMMON:
        value = data.pop(key, "")
        if not isinstance(value, str):
            raise _wrong(path, f"`{key}` is not a text")
        common[key] = value
    if not common["store"]:
        raise _wrong(path, "`store` is missing", 'write for example store = "contacts.db" at the top')
    for name in data:
        if name not in STEPS:
            raise _wrong(path, f"unknown table `{name}`{_near(name, [*STEPS, *_COMMON])}", f"known: {', '.join(STEPS)}")
    steps = [step for name in STEPS for step in _steps(path, name, data.get(name))]
    if not steps:
        raise _wrong(path, "it has no steps", 'write for example [[import]] with path = "clients.csv"')
    return common, steps


def _wrong(path: str, what: str, help: str = "see docs/contacts/run.md") -> ContactsError:
    return ContactsError("contacts-plan-wrong", f"{path}: {what}", help)


def _near(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean `{close[0]}`?" if close else ""


def _command(name: str) -> tuple[click.Command, tuple[str, ...]]:
    """The command of a table, and the words that call it."""
    if name in ("promote", "sync"):
        group, word = ("consent", "promote") if name == "promote" else ("sync", "replay")
        found = import_module(f"bascule.cli.contacts.{group}_command").command
        return found.commands[word], (group, word)
    command: click.Command = import_module(f"bascule.cli.contacts.{name}_command").command
    return command, (name,)


def _steps(path: str, name: str, value: Any) -> Iterator[Step]:
    if value is None:
        return
    tables = value if isinstance(value, list) else [value]
    command, words = _command(name)
    parameters = {parameter.name or "": parameter for parameter in command.params}
    options: dict[str, click.Option] = {}
    arguments: dict[str, click.Argument] = {}
    for key, parameter in parameters.items():
        if key in _NOT_HERE:
            continue
        if isinstance(parameter, click.Option):
            long = next((text[2:] for text in parameter.opts if text.startswith("--")), "")
            options[long.replace("-", "_")] = parameter
        elif isinstance(parameter, click.Argument):
            arguments[key] = parameter
    known = sorted([*options, *arguments, *(key.removesuffix("s") for key in arguments)])
    for number, table in enumerate(tables, 1):
        where = f"[[{name}]] {number}" if isinstance(value, list) else f"[{name}]"
        if not isinstance(table, dict):
            raise _wrong(path, f"`{name}` is not a table")
        before: list[str] = []
        after: list[str] = []
        for key, found in table.items():
            plain = key.replace("-", "_")
            if plain in options:
                before += _option(path, where, key, options[plain], found)
            elif plain in arguments or f"{plain}s" in arguments:
                after += [_text(path, where, key, item) for item in (found if isinstance(found, list) else [found])]
            else:
                raise _wrong(path, f"{where}: unknown key `{key}`{_near(plain, known)}", f"known: {', '.join(known)}")
        missing = [key.removesuffix("s") for key, item in arguments.items() if item.required and not after]
        missing += [key for key, item in options.items() if item.required and key not in _plain(table)]
        if missing:
            raise _wrong(path, f"{where}: `{missing[0]}` is missing")
        if any(item.startswith("-") for item in after):
            after.insert(0, "--")
        yield Step(name, command, (*words, *before, *after), "dry_run" in parameters)


def _plain(table: dict[str, Any]) -> set[str]:
    return {key.replace("-", "_") for key in table}


def _option(path: str, where: str, key: str, option: click.Option, value: Any) -> list[str]:
    flag = next(text for text in option.opts if text.startswith("--"))
    if option.is_flag:
        if not isinstance(value, bool):
            raise _wrong(path, f"{where}: `{key}` is not true or false")
        return [flag] if value else []
    if isinstance(value, list) and not option.multiple:
        raise _wrong(path, f"{where}: `{key}` takes one value, not a list")
    return [f"{flag}={_text(path, where, key, item)}" for item in (value if isinstance(value, list) else [value])]


def _text(path: str, where: str, key: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _wrong(path, f"{where}: `{key}` is not a text or a number")
    return str(value)

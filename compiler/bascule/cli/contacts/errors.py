"""What contact commands do when a file or an extra is not as it should be. No message holds a cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from bascule.cli.contacts.rules import RULES, Rule
from bascule.diagnostics import Finding
from bascule.source import Place

if TYPE_CHECKING:
    from bascule.contacts.tabular.problems import Remark

__all__ = ["Unreadable", "contact_errors", "findings_of"]

_USAGE = frozenset({"contacts-usage", "contacts-encoding-unknown", "contacts-region-unknown"})


class Unreadable(Exception):
    """The command ends with exit code 2 and this finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@contextmanager
def contact_errors(file: str) -> Iterator[None]:
    """Turn what the contacts half raises into usage errors (exit code 2) and :class:`Unreadable`."""
    from bascule.contacts.extra import MissingExtra
    from bascule.contacts.tabular.problems import ContactsError

    try:
        yield
    except MissingExtra as error:
        raise click.UsageError(str(error)) from error
    except ContactsError as error:
        if error.kind in _USAGE:
            raise click.UsageError(f"{error.message}{f': {error.help}' if error.help else ''}") from error
        rule = _rules()[error.kind]
        raise Unreadable(rule.at(Place(file), error.message, help=error.help)) from error


def findings_of(remarks: Iterable[Remark], file: str) -> list[Finding]:
    """Remarks about a file as findings, in their order."""
    rules = _rules()
    found = []
    for remark in remarks:
        message = f"{remark.message} (first: record {remark.row})" if remark.row else remark.message
        found.append(rules[remark.kind].at(Place(file), message, help=remark.help))
    return found


def _rules() -> dict[str, type[Rule]]:
    return {rule.name: rule for rule in RULES}

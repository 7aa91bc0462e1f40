"""Options that name people: ``--phone``, ``--person``, ``--viber`` ..., or a file of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from bascule.contacts.privacy.subject import Selector

__all__ = ["selector_options", "selectors"]

F = TypeVar("F", bound=Callable[..., Any])
_KINDS = ("phone", "person", "wa_id", "bsuid", "viber", "crm", "email")
_WORDS = {"phone": "number", "person": "id", "wa_id": "WhatsApp id", "viber": "Viber id", "crm": "CRM id"}


def selector_options(function: F) -> F:
    """``--phone`` … ``--email``, ``--file``, ``--default-region``: they arrive as the keywords of :func:`selectors`."""
    for option in (
        click.option("--default-region", default="", metavar="FR", help="Country of numbers without a country code."),
        click.option("--file", "people_file", default="", metavar="FILE", help="One phone number per line."),
        *(
            click.option(
                f"--{kind.replace('_', '-')}", kind, multiple=True, metavar="ID" if kind != "phone" else "NUMBER",
                help=f"A person by {_WORDS.get(kind, kind)}; may be repeated.",
            )
            for kind in reversed(_KINDS)
        ),
    ):  # fmt: skip
        function = option(function)
    return function


def selectors(options: dict[str, Any]) -> list[Selector]:
    """What the options name. Raises ContactsError ``contacts-usage`` when they name nobody, ``contacts-unreadable``."""
    from bascule.contacts.privacy.subject import normalised
    from bascule.contacts.tabular.problems import ContactsError

    region = options.pop("default_region")
    path = options.pop("people_file")
    found = [normalised(kind, value, region) for kind in _KINDS for value in options.pop(kind)]
    if path:
        try:
            lines = Path(path).read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ContactsError("contacts-unreadable", f"{path} cannot be read as text") from error
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                found.append(normalised("phone", line, region))
            except ContactsError as error:
                raise ContactsError(error.kind, f"{path}:{number}: {error.message}", error.help) from error
    if not found:
        raise ContactsError("contacts-usage", "nobody is named", "give --phone, --person, another id, or --file")
    return found

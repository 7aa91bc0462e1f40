"""``bascule contacts init``: make a store, sealed if a key is named."""

from __future__ import annotations

from pathlib import Path

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors
from bascule.cli.contacts.options import report, shown_failure, store_options


@click.command("init")
@click.option(
    "--key-file", default="", metavar="FILE", help="Seal the store with this key; it is made if it is not there."
)
@store_options
def command(key_file: str, store: str, data: str, shown: str, fail_on: str, colour: str) -> int:
    """Make an empty store.

    Importing makes one by itself; this is for a store whose personal text is sealed (AES-256-GCM, a key per person).
    All later commands then need BASCULE_KEY_FILE. Keep the key apart from the store: without it nothing can be read.
    Guide: docs/contacts/privacy.md.

    Exit codes: 0 done; 2 the store exists already, or cannot be made.
    """
    try:
        with contact_errors(key_file or store):
            from bascule.contacts.extra import require
            from bascule.contacts.store.place import store_place
            from bascule.contacts.tabular.problems import ContactsError

            require("sqlalchemy", "alembic", "pyarrow")
            place = store_place(store, data)
            if place.file is not None and place.file.exists():
                raise ContactsError("contacts-store-exists", f"{place.shown} exists already", "name another file")
            if key_file:
                require("cryptography")
                from bascule.contacts.privacy.sealed import make_key, read_key

                path = Path(key_file)
                try:
                    make_key(path)
                except FileExistsError:
                    read_key(path)
                except OSError as error:
                    raise ContactsError("contacts-unwritable", f"cannot write {path}: {error.strerror}") from error
            from bascule.contacts.store.store import open_store

            with open_store(store, data, key_file=key_file) as made:
                text = f"{made.place.shown}: {'sealed with ' + key_file if key_file else 'not sealed'}"
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    return report([], [], shown=shown, fail_on=fail_on, colour=colour, more={"sealed": bool(key_file)}, text=text)

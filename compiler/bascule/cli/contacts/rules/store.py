"""``CON030``-``CON039``: the contact store."""

from __future__ import annotations

from bascule.diagnostics.rules import Rule


class StorePlaceUnknown(Rule):
    """The store is named wrongly

    What it does: reports a `--store` that is neither a file nor a PostgreSQL URL, and a PostgreSQL store without a
    folder for its snapshots.
    Why: nothing can be kept before it is known where.
    Example: `bascule contacts status --store mysql://host/base` (not run)
    Use instead: a path such as `contacts.db`, or `postgresql://host/database` with `--data DIR`.
    Sources: bascule's own rule.
    """

    code = "CON030"
    name = "contacts-store-place"
    unreadable = True


class StoreMissing(Rule):
    """There is no store

    What it does: reports a command that works on a store which does not exist.
    Why: an empty store made by mistyping a name would look like lost contacts.
    Example: `bascule contacts status --store missing.db` (not run)
    Use instead: the name that `bascule contacts import` was given; importing makes the store.
    Sources: bascule's own rule.
    """

    code = "CON031"
    name = "contacts-store-missing"
    unreadable = True


class StoreBroken(Rule):
    """The store cannot be opened

    What it does: reports a file that is no SQLite database, a damaged one, or a server that does not answer.
    Why: nothing was read and nothing was changed.
    Example: a `contacts.db` that is a text file (not run)
    Use instead: `bascule contacts restore` takes the last backup back.
    Sources: https://www.sqlite.org/howtocorrupt.html
    """

    code = "CON032"
    name = "contacts-store-broken"
    unreadable = True


class StoreNewer(Rule):
    """The store was made by a newer bascule

    What it does: reports tables that this version does not know.
    Why: writing to them could lose what the newer version keeps.
    Example: a store that a colleague has opened with a later release (not run)
    Use instead: upgrade bascule.
    Sources: bascule's own rule.
    """

    code = "CON033"
    name = "contacts-store-newer"
    unreadable = True

"""``CON160``-``CON179``: privacy."""

from __future__ import annotations

from bascule.diagnostics.rules import Rule


class StoreLocked(Rule):
    """The store's key is missing or wrong

    What it does: reports a sealed store without its key file or with another one, and a key for a store that is not
    sealed.
    Why: without the key nothing can be read; with a key that is not used, data would lie open that its owner takes for
    sealed.
    Example: `bascule contacts status` on a sealed store without `BASCULE_KEY_FILE` (not run)
    Use instead: name the key file in `BASCULE_KEY_FILE`.
    Sources: bascule's own rule.
    """

    code = "CON160"
    name = "contacts-store-locked"
    unreadable = True


class StoreExists(Rule):
    """The store exists already

    What it does: reports `init` on a store that is there.
    Why: a store is sealed from its first row or not at all.
    Example: `bascule contacts init --store contacts.db` twice (not run)
    Use instead: another name; or use the store as it is.
    Sources: bascule's own rule.
    """

    code = "CON161"
    name = "contacts-store-exists"
    unreadable = True


class PersonUnknown(Rule):
    """Nobody is known under this name

    What it does: reports a person's id, or for `subject-export` an identifier, that the store does not have.
    Why: an empty answer to a request of access must be certain, not a typing error.
    Example: `bascule contacts subject-export --person p9-9 -o out.json` (not run)
    Use instead: ids are in the column `person_id` of every export.
    Sources: bascule's own rule.
    """

    code = "CON162"
    name = "contacts-person-unknown"
    unreadable = True


class PersonSeveral(Rule):
    """Several people are meant

    What it does: reports an identifier that several people have, such as the same customer number in two CRMs, and an
    export for more than one person.
    Why: one person's data must not reach another.
    Example: `bascule contacts subject-export --crm 17 -o out.json` (not run)
    Use instead: `--person` with the id from an export.
    Sources: https://gdpr-info.eu/art-15-gdpr/
    """

    code = "CON163"
    name = "contacts-person-several"
    unreadable = True


class NotSealed(Rule):
    """An open file in a sealed store

    What it does: reports an output (list, export, campaign, answer to a request) that is to be written into the folder
    of a sealed store.
    Why: whoever seals a store expects that nothing in its folder can be read without the key.
    Example: `bascule contacts export --profile twilio -o contacts.db.data/out` on a sealed store (not run)
    Use instead: a folder elsewhere; on an encrypted disk, and deleted after use.
    Sources: bascule's own rule.
    """

    code = "CON164"
    name = "contacts-not-sealed"
    unreadable = True


class SealedDamaged(Rule):
    """A sealed file is cut off

    What it does: reports a sealed file of rejects or a sealed list that ends within one of its pieces.
    Why: what is left of it is not all that was written.
    Example: `bascule contacts unseal contacts.db.data/rejects/3f2a.csv.sealed -o rejects.csv` (not run)
    Use instead: merge again for a list; for rejects, import the source into another store to see them.
    Sources: bascule's own rule.
    """

    code = "CON165"
    name = "contacts-sealed-damaged"
    unreadable = True

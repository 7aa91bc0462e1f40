"""``CON100``-``CON119``: webhooks in, changes out."""

from __future__ import annotations

from bascule.diagnostics import Severity
from bascule.diagnostics.rules import Rule


class SyncLog(Rule):
    """A webhook log cannot be read

    What it does: reports a file for `sync replay` that is neither JSON nor JSON lines, or not UTF-8.
    Why: nothing of it went into the inbox.
    Example: an access log of a web server (not run)
    Use instead: the bodies of the webhooks, one a line, or an array of them.
    Sources: bascule's own rule.
    """

    code = "CON100"
    name = "contacts-sync-log"
    unreadable = True


class SyncUnknownForm(Rule):
    """Webhooks of an unknown form

    What it does: counts bodies that belong to no provider that bascule knows.
    Why: they are kept as they are and nobody acts on them: an opt-out among them would be missed.
    Example: webhooks of another product in the same log (not run)
    Use instead: `--provider`, if they are of one that is known.
    Sources: bascule's own rule.
    """

    code = "CON101"
    name = "contacts-sync-unknown-form"
    severity = Severity.WARNING


class SyncStrangers(Rule):
    """Events about people who are not in the store

    What it does: counts events whose identifiers belong to nobody who was imported.
    Why: nobody is made up from a webhook. The events stay in the inbox and are looked at again when identifiers were
    added; opt-outs among them are on the suppression list at once.
    Example: a message from a number that no import holds (not run)
    Use instead: import the contacts, then `bascule contacts sync apply`.
    Sources: bascule's own rule.
    """

    code = "CON102"
    name = "contacts-sync-strangers"
    severity = Severity.INFO


class SyncSetup(Rule):
    """Changes cannot be handed on

    What it does: reports an address or a secret that `sync changes --post` cannot use.
    Why: nothing was sent.
    Example: `--post` without `--secret-env` (not run)
    Use instead: an https address without keys in it, and the name of an environment variable that holds a secret.
    Sources: bascule's own rule.
    """

    code = "CON103"
    name = "contacts-sync-setup"
    unreadable = True


class SyncNotTaken(Rule):
    """The receiver did not take the changes

    What it does: reports that the address of `--post` did not answer, or answered with an error, after several tries.
    Why: the CRM does not know what changed; opt-outs among it matter at once.
    Example: a receiver that answers `503` (not run)
    Use instead: the same command again; what was taken is not sent again.
    Sources: bascule's own rule.
    """

    code = "CON104"
    name = "contacts-sync-not-taken"

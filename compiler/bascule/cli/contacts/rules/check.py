"""``CON080``-``CON099``: checking registrations."""

from __future__ import annotations

from bascule.diagnostics import Severity
from bascule.diagnostics.rules import Rule


class CheckSaysYes(Rule):
    """The checker says yes to everyone

    What it does: reports a method that called numbers registered which are assigned to nobody, or that called none of
    them unregistered. Its answers are kept as `unverified`; the rest of the numbers is not asked about.
    Why: the platform's own endpoint answers `valid` for every number since client v2.43, and gateways in front of it do
    the same. Messaging such a list costs quality and money, and may cost the sender.
    Example: `bascule contacts check --method simulator --lies` (not run)
    Use instead: evidence from webhooks, or sends to a small share with a fallback by SMS.
    Sources: https://developers.facebook.com/docs/whatsapp/on-premises/reference/contacts
    """

    code = "CON080"
    name = "contacts-check-says-yes"
    severity = Severity.WARNING


class CheckSaysNo(Rule):
    """The checker says no to everyone

    What it does: reports a method that called all of many numbers inactive.
    Why: a wrong account, country or spelling of numbers looks like that too.
    Example: a gateway that expects numbers without the plus (not run)
    Use instead: ask about a number that is known to be on WhatsApp.
    Sources: bascule's own rule.
    """

    code = "CON081"
    name = "contacts-check-says-no"
    severity = Severity.WARNING


class CheckSetup(Rule):
    """The check cannot be set up

    What it does: reports options that do not go together: no address, no key, no control numbers left.
    Why: nothing was asked.
    Example: `bascule contacts check --method imported` without `--results` (not run)
    Use instead: what the message says.
    Sources: bascule's own rule.
    """

    code = "CON082"
    name = "contacts-check-setup"
    unreadable = True


class CheckOtherRun(Rule):
    """Another check is not finished

    What it does: reports that a check with other settings is open.
    Why: two halves of a check with different settings would not mean the same.
    Example: a check that was killed, and taken up with another `--url` (not run)
    Use instead: its own options, or `--abandon`; what it has learnt stays.
    Sources: bascule's own rule.
    """

    code = "CON083"
    name = "contacts-check-other-run"
    unreadable = True


class CheckStopped(Rule):
    """The check stopped before its end

    What it does: reports that the service does not answer, asks to be left alone for long, or that other workers hold
    the last batches.
    Why: the numbers that were not asked about have no result.
    Example: an endpoint that answers `503` for minutes (not run)
    Use instead: the same command again, later: it goes on where it was.
    Sources: bascule's own rule.
    """

    code = "CON084"
    name = "contacts-check-stopped"


class CheckForbidden(Rule):
    """The service refuses to answer

    What it does: reports a refused key, an address without a contacts endpoint, a redirect, or a service that refuses
    every request.
    Why: trying again does not help.
    Example: `401` (not run)
    Use instead: look at the key and the address; the same command then goes on where it was.
    Sources: bascule's own rule.
    """

    code = "CON085"
    name = "contacts-check-forbidden"


class CheckSimulated(Rule):
    """The results are made up

    What it does: says that a simulator answered.
    Why: its answers come from a seed. They are kept under their method with no confidence, replace no real result and
    are replaced by any.
    Example: `bascule contacts check --method simulator` (not run)
    Use instead: a method that knows.
    Sources: bascule's own rule.
    """

    code = "CON086"
    name = "contacts-check-simulated"
    severity = Severity.WARNING


class CheckResults(Rule):
    """A file of results cannot be read

    What it does: reports a file for `--results` that is neither CSV with a header nor JSON, or holds no number.
    Why: nothing was taken from it.
    Example: a CSV without a column of statuses (not run)
    Use instead: columns `input` (E.164), `status` (`valid`, `invalid`) and, if known, `wa_id` and `checked_at`.
    Sources: bascule's own rule.
    """

    code = "CON087"
    name = "contacts-check-results"
    unreadable = True

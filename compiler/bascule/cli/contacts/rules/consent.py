"""``CON120``-``CON139``: consent, decisions, campaigns."""

from __future__ import annotations

from bascule.diagnostics import Severity
from bascule.diagnostics.rules import Rule


class PolicyUnknown(Rule):
    """No consent policy has this name

    What it does: reports a `--policy` that neither bascule nor the policy file has.
    Why: a policy decides who may be messaged; a mistyped one must not fall back to another.
    Example: `bascule contacts consent promote --policy meta-genral` (not run)
    Use instead: a name from `bascule contacts consent policies`.
    Sources: bascule's own rule.
    """

    code = "CON120"
    name = "contacts-policy-unknown"
    unreadable = True


class PolicyFileWrong(Rule):
    """The policy file cannot be used

    What it does: reports a policy file that is no TOML, has an unknown key or a value of the wrong kind, or takes a
    name that is bascule's.
    Why: a key that is ignored would make a policy weaker than it reads.
    Example: `[policy.ours]` with `name_business = true` (not run)
    Use instead: the keys in docs/contacts/consent.md.
    Sources: https://toml.io/en/v1.0.0
    """

    code = "CON121"
    name = "contacts-policy-file"
    unreadable = True


class CampaignEmpty(Rule):
    """There is nobody to ask

    What it does: reports a campaign for which `decide` has nobody to ask again.
    Why: an empty recipients file looks like a finished campaign.
    Example: `bascule contacts campaign -o out …` before `bascule contacts decide` (not run)
    Use instead: decide first. Only people who may be messaged by SMS or Viber, and not yet on WhatsApp, are asked.
    Sources: bascule's own rule.
    """

    code = "CON122"
    name = "contacts-campaign-empty"
    unreadable = True


class RegistrationsSimulated(Rule):
    """Who is on WhatsApp is made up

    What it does: says that decisions or an audience rest on results of the simulator.
    Why: the simulator is for rehearsals; it knows nothing about the people.
    Example: `bascule contacts check --method simulator` and then `bascule contacts decide` (not run)
    Use instead: check with another method before anybody is messaged.
    Sources: bascule's own rule.
    """

    code = "CON123"
    name = "contacts-simulated"
    severity = Severity.WARNING


class WordWrong(Rule):
    """A word cannot be a keyword

    What it does: reports a word of your own for leaving or joining that no message can be (no letter, too long), and
    one for joining that people leave with.
    Why: who writes a word to leave must be left alone, in every language.
    Example: `bascule contacts consent words --opt-in STOP` (not run)
    Use instead: a word or two that mean one thing.
    Sources: bascule's own rule.
    """

    code = "CON124"
    name = "contacts-word-wrong"
    unreadable = True

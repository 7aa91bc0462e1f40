"""``CFG001``-``CFG099``: configuration files, suppressions and baselines."""

from __future__ import annotations

from bascule.diagnostics import Rule, Severity

__all__ = [
    "BaselineStale",
    "BaselineUnreadable",
    "ConfigBadValue",
    "ConfigExtends",
    "ConfigSyntax",
    "ConfigUnknownCode",
    "ConfigUnknownKey",
    "ConfigUnreadable",
    "SuppressionMalformed",
    "SuppressionRefused",
    "SuppressionUnknownCode",
    "SuppressionUnused",
    "SuppressionWithoutReason",
]


class ConfigUnreadable(Rule):
    """A configuration file cannot be read

    What it does: reports a file named by `--config` or `extends` that is missing, no file, too large or not UTF-8.
    Why: checking with other settings than the ones asked for would give another result.
    Example: `bascule check flows --config ci.toml` without a file `ci.toml`
    Use instead: check the path; it is relative to the working folder (`--config`) or to the file with the `extends`.
    Sources: bascule's own rule.
    """

    code = "CFG001"
    name = "config-unreadable"
    unreadable = True


class ConfigSyntax(Rule):
    """A configuration file is not TOML

    What it does: reports where the TOML reader stopped.
    Why: nothing in the file counts then, and nothing is checked with half of the settings.
    Example: `select = [WIN]`
    Use instead: `select = ["WIN"]`
    Sources: https://toml.io/en/v1.0.0
    """

    code = "CFG002"
    name = "config-syntax"
    unreadable = True


class ConfigUnknownKey(Rule):
    """A key that the configuration does not have

    What it does: reports unknown keys of `bascule.toml` or `[tool.bascule]`, with the nearest known one.
    Why: a misspelt key would silently switch nothing on or off.
    Example: `selct = ["WIN"]`
    Use instead: `select = ["WIN"]`; docs/configuration.md lists all keys.
    Fix safety: renaming the key is unsafe, the nearest name may not be the one that was meant.
    Sources: bascule's own rule.
    """

    code = "CFG003"
    name = "config-unknown-key"
    unreadable = True


class ConfigBadValue(Rule):
    """A configuration value of the wrong kind

    What it does: reports a value that its key does not take: a number for a list, an unknown severity, an empty text,
    a required key that is missing.
    Why: the setting would have no meaning, and guessing one would hide findings.
    Example: `fail-on = "errors"`
    Use instead: `fail-on = "error"`; the finding says what is taken.
    Sources: bascule's own rule.
    """

    code = "CFG004"
    name = "config-bad-value"
    unreadable = True


class ConfigExtends(Rule):
    """`extends` goes round in a circle

    What it does: reports configuration files that extend each other, or a chain of more than 16 files.
    Why: there is no order in which such settings could be read.
    Example: `a.toml` with `extends = "b.toml"`, and `b.toml` with `extends = "a.toml"`.
    Use instead: put what both need into a third file.
    Sources: bascule's own rule.
    """

    code = "CFG005"
    name = "config-extends-loop"
    unreadable = True


class ConfigUnknownCode(Rule):
    """The configuration names a code that does not exist

    What it does: reports codes, families and rule names of `select`, `ignore`, `severity` and overrides that match no
    rule, with the nearest one; and severities for codes that cannot have another.
    Why: a misspelt code would leave the wrong rule on or off.
    Example: `ignore = ["TPL02O"]`
    Use instead: `ignore = ["TPL020"]`; `bascule explain` lists the codes.
    Sources: bascule's own rule.
    """

    code = "CFG006"
    name = "config-unknown-code"
    unreadable = True


class SuppressionWithoutReason(Rule):
    """A suppression without a reason

    What it does: reports a comment or an entry of `[[overrides]]` that suppresses findings and does not say why. It
    suppresses nothing.
    Why: a year later nobody knows whether the finding was wrong, accepted, or only in the way.
    Example: `# bascule: ignore[TPL021]`
    Use instead: `# bascule: ignore[TPL021] the review accepted this wording in 2026`
    Sources: bascule's own rule.
    """

    code = "CFG010"
    name = "suppression-without-reason"
    severity = Severity.WARNING


class SuppressionUnused(Rule):
    """A suppression that suppresses nothing

    What it does: reports suppressed codes for which there is no finding any more, in comments and in `[[overrides]]`.
    Codes that are not selected are not counted.
    Why: what is left behind would hide the next finding of this code in silence.
    Example: `# bascule: ignore[TPL021] …` above a text that was mended since.
    Use instead: remove the suppression.
    Fix safety: safe for comments: the comment goes, or the code that nothing needs. Entries of `[[overrides]]` stay.
    Sources: bascule's own rule.
    """

    code = "CFG011"
    name = "suppression-unused"
    severity = Severity.WARNING


class SuppressionUnknownCode(Rule):
    """A suppression of a code that does not exist

    What it does: reports codes in a suppression comment that no rule has, with the nearest one.
    Why: the finding that was meant is not suppressed.
    Example: `# bascule: ignore[TPL02I] the review accepted this wording`
    Use instead: `# bascule: ignore[TPL021] the review accepted this wording`
    Sources: bascule's own rule.
    """

    code = "CFG012"
    name = "suppression-unknown-code"
    severity = Severity.WARNING


class SuppressionMalformed(Rule):
    """A comment that looks like a suppression and is none

    What it does: reports `# bascule:` comments without a list of codes, with an unclosed bracket or another word.
    Why: somebody meant to suppress a finding, and nothing is suppressed.
    Example: `# bascule: ignore TPL021 the review accepted this wording`
    Use instead: `# bascule: ignore[TPL021] the review accepted this wording`
    Sources: bascule's own rule.
    """

    code = "CFG013"
    name = "suppression-malformed"
    severity = Severity.WARNING


class SuppressionRefused(Rule):
    """A finding that cannot be suppressed

    What it does: reports suppressions of codes that mean that a file or the configuration could not be read, and of
    the findings about suppressions themselves.
    Why: what was not read was not checked; a clean result would be untrue.
    Example: `# bascule: ignore-file[PAR030] not YAML, we know`
    Use instead: mend the file, or leave it out with `exclude`.
    Sources: bascule's own rule.
    """

    code = "CFG014"
    name = "suppression-refused"
    severity = Severity.WARNING


class BaselineUnreadable(Rule):
    """A baseline cannot be read

    What it does: reports a baseline file that is missing, is no JSON, or has another shape or version.
    Why: without it every known finding would look new, or every new one known.
    Example: `bascule check flows --baseline baseline.json` before a baseline was written.
    Use instead: `bascule baseline write flows -o baseline.json`
    Sources: bascule's own rule.
    """

    code = "CFG020"
    name = "baseline-unreadable"
    unreadable = True


class BaselineStale(Rule):
    """The baseline holds a finding that is gone

    What it does: reports entries of the baseline with more findings than the files still have.
    Why: a mended finding must leave the baseline, or it may come back unseen.
    Example: an entry with `"count": 2` where one finding is left.
    Use instead: `bascule baseline prune SRC --baseline FILE`
    Sources: bascule's own rule.
    """

    code = "CFG021"
    name = "baseline-stale"
    severity = Severity.WARNING

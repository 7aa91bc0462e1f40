"""Findings of suites and of comparisons: what a test file does wrong, and what a test finds."""

from __future__ import annotations

from bascule.diagnostics import Rule, Severity

__all__ = [
    "ConversionBlocked",
    "ConversionPath",
    "ConversionWords",
    "SuiteCase",
    "SuiteFailed",
    "SuiteUnchecked",
    "SuiteUnreadable",
    "SuiteWording",
    "UnwalkedWays",
]


class SuiteUnreadable(Rule):
    """The file of tests cannot be read.

    What it does:
        Reports files given as `--suite` that are of no known kind of test file, or are broken.

    Why:
        Tests that are not run must not look like tests that pass.

    Example:
        A YAML file without `tests`.

    Use instead:
        A bascule suite (`bascule-test: 1`), a Botium `*.convo.txt`, a Rasa test story or end-to-end test, a
        recorded test case of Dialogflow CX, a recorded run of goflow. docs/testing.md shows them.

    Sources:
        https://botium-docs.readthedocs.io/en/latest/03_testing/01_convos.html
    """

    code = "TST001"
    name = "suite-unreadable"
    severity = Severity.ERROR
    unreadable = True


class SuiteCase(Rule):
    """A test says something that has no meaning.

    What it does:
        Reports unknown keys, unknown flows and nodes, and steps that are neither an input nor an expectation.

    Why:
        A test with a spelling mistake in it may pass for ever.

    Example:
        `tapp: Oui`

    Use instead:
        `tap: Oui`: the finding says which key is most like it.

    Sources:
        docs/testing.md
    """

    code = "TST002"
    name = "suite-case"
    severity = Severity.ERROR
    unreadable = True


class SuiteFailed(Rule):
    """A conversation went another way than its test says.

    What it does:
        Runs each test of a suite in isolation and reports the first step at which something else happens:
        another node, another answer, other buttons, silence, a message that the closed window keeps back.

    Why:
        The suite says what the company's customers are used to.

    Example:
        Expected `Votre commande est en route.`, said `Quel est votre numéro ?`.

    Use instead:
        Mend the scenario, or the test when the scenario is meant to have changed.

    Sources:
        docs/testing.md
    """

    code = "TST010"
    name = "test-failed"
    severity = Severity.ERROR


class SuiteWording(Rule):
    """The way is right, the words differ.

    What it does:
        Reports texts that differ where the format of the suite only advises on them (Dialogflow CX compares
        pages and intents, and warns of other words). `--strict` makes them failures.

    Why:
        Agents with several wordings would fail at random otherwise.

    Example:
        Recorded `Bonjour !`, said `Salut !`.

    Use instead:
        Record the conversation again, or leave it: it is a warning.

    Sources:
        https://cloud.google.com/dialogflow/cx/docs/concept/test-case
    """

    code = "TST011"
    name = "test-wording"
    severity = Severity.WARNING


class SuiteUnchecked(Rule):
    """Something of a test cannot be checked offline.

    What it does:
        Names the steps that were not checked, with the reason: custom actions whose code is elsewhere, answers
        of servers that no stub gives, intents that only a trained model tells apart.

    Why:
        A test that was not checked is not a test that passed.

    Example:
        `action_check_balance` is code of the project.

    Use instead:
        Give the answer as a stub in the suite (`http:`).

    Sources:
        docs/testing.md
    """

    code = "TST012"
    name = "test-unchecked"
    severity = Severity.INFO


class ConversionPath(Rule):
    """After conversion the same user goes another way.

    What it does:
        Lets made-up users hold the same conversation with the source and with the converted messages, and
        reports the first node where the two part.

    Why:
        A reply that the old channel understood must still be understood.

    Example:
        In the source `2` means “Annuler”; after conversion nothing listens for `2`.

    Use instead:
        Give the choice the spelling (`accepts`), or mend what the finding shows.

    Sources:
        docs/testing.md
    """

    code = "TST020"
    name = "conversion-path"
    severity = Severity.ERROR


class ConversionBlocked(Rule):
    """A converted message could not be sent when a user needed it.

    What it does:
        Reports messages that the simulated platform refuses: the customer service window is closed and the
        plan has no template.

    Why:
        WhatsApp answers with error 131047 and the user hears nothing.

    Example:
        A reminder after 25 hours without a template.

    Use instead:
        A template for the message; `bascule check` says why none was made.

    Sources:
        https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
    """

    code = "TST021"
    name = "conversion-blocked"
    severity = Severity.ERROR


class ConversionWords(Rule):
    """The converted message leaves something out.

    What it does:
        Compares what source and target say to the same user, word by word and file by file. A loss that the
        ledger announced is a remark, one that nothing announced a warning.

    Why:
        Nothing that a source says may be lost silently.

    Example:
        A label is cut and its full text stands nowhere.

    Use instead:
        Shorten the text in the source, so that the words you want are the ones that stay.

    Sources:
        docs/testing.md
    """

    code = "TST022"
    name = "conversion-words"
    severity = Severity.WARNING


class UnwalkedWays(Rule):
    """Ways of a flow that no test and no made-up user walked.

    What it does:
        Counts the edges of a flow that were never taken and names the first of them, when a share is asked for with
        `--coverage` or all users were made up.

    Why:
        What was not walked was not compared.

    Example:
        A branch on the answer of a server.

    Use instead:
        A test that goes there, with a stub for the server.

    Sources:
        docs/testing.md
    """

    code = "TST030"
    name = "unwalked-ways"
    severity = Severity.INFO

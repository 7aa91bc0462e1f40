"""``PAR450``-``PAR499``: what a FLOIP file gets wrong, or says in a way that has to be interpreted."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "BlockTwice",
    "EntryChosen",
    "ExitWithoutTest",
    "FirstBlock",
    "NoFlows",
    "NotAContainer",
    "ResourceMissing",
    "ResourceTwice",
    "TestNotRead",
    "UnknownBlock",
    "UnknownLanguage",
    "UnknownVersion",
    "WrongShape",
]


class NoFlows(Rule):
    """Not a FLOIP container, or one without flows

    What it does: reports a file (or one container of it) that holds no flow with blocks.
    Why: there is nothing to convert; some tools write a container of a few lines when an export fails.
    Example: `{"specification_version": "1.0.0-rc3", "uuid": "…", "flows": []}`
    Use instead: export the journey again and look at the size of the file.
    Sources: https://floip.gitbook.io/flow-specification/flows
    """

    code = "PAR450"
    name = "floip-no-flows"
    unreadable = True


class WrongShape(Rule):
    """A member has a type that the specification does not allow

    What it does: reports a member of the wrong type, and how it was read: as the text of a number, or not at all.
    Why: what it was meant to say is a guess.
    Example: `"exits": "default"`
    Use instead: `"exits": [{"uuid": "…", "name": "default", "default": true}]`
    Sources: https://floip.gitbook.io/flow-specification/flows
    """

    code = "PAR451"
    name = "floip-wrong-shape"
    severity = Severity.WARNING


class UnknownBlock(Rule):
    """A block type that is not known

    What it does: reports a block whose `type` neither the specification nor Turn documents. The block stays in the
    graph as unsupported, with its source text and its exits.
    Why: what it does cannot be known; vendors add blocks of their own.
    Example: `"type": "Com.Example.SendAirtime"`
    Use instead: the step on the new platform that does the same.
    Sources: https://floip.gitbook.io/flow-specification/layers
    """

    code = "PAR452"
    name = "floip-unknown-block"
    severity = Severity.WARNING


class ResourceMissing(Rule):
    """A resource that is not in the file

    What it does: reports a block that names a resource by its UUID when neither the flow nor the container has it.
    Why: the words that the block says are not known.
    Example: `"prompt": "0e12ae61-15bd-4059-b0a4-f0ec583e45a5"` without a resource of that `uuid`
    Use instead: export the container again, or write the resource.
    Sources: https://floip.gitbook.io/flow-specification/flows#resources
    """

    code = "PAR453"
    name = "floip-resource-missing"


class BlockTwice(Rule):
    """Two blocks (or flows) of one UUID

    What it does: reports a block or flow whose `uuid` another one already has. Both are kept.
    Why: exits name blocks by UUID, so all of them lead to the first one.
    Example: a block copied by hand with its `uuid`
    Use instead: give the copy a UUID of its own.
    Sources: https://floip.gitbook.io/flow-specification/flows#blocks
    """

    code = "PAR454"
    name = "floip-block-twice"


class FirstBlock(Rule):
    """The first block is not there

    What it does: reports a flow whose `first_block_id` is missing or names no block of it; the flow is taken to start
    with its first block in file order.
    Why: where a conversation starts is a guess then.
    Example: `"first_block_id": ""`
    Use instead: `"first_block_id": "31570470-cb83-436a-97d6-5a0ce471280e"`
    Sources: https://floip.gitbook.io/flow-specification/flows#flows
    """

    code = "PAR455"
    name = "floip-first-block"
    severity = Severity.WARNING


class EntryChosen(Rule):
    """How the flow starts is not in the file

    What it does: says which start was taken for a flow: a message of the user, or a call by another flow of the file.
    Why: the format has no triggers; they are settings of the old platform. If the business starts the flow
    (a campaign, a schedule), its first message has to be a template.
    Example: every container
    Use instead: look at what starts the journey on the old platform, and write the entry in the scenario.
    Sources: https://floip.gitbook.io/flow-specification/flows#flows
    """

    code = "PAR456"
    name = "floip-entry-chosen"
    severity = Severity.INFO


class ExitWithoutTest(Rule):
    """An exit that nothing leads to

    What it does: reports an exit that has no test and is not the default one, where the block has other exits. It
    stays in the graph with an opaque condition.
    Why: the specification takes the first exit whose test is true, else the default one; this one is never taken.
    Example: `{"uuid": "…", "name": "Autre"}`
    Use instead: `{"uuid": "…", "name": "Autre", "test": "block.value == \\"autre\\""}`, or `"default": true`
    Sources: https://floip.gitbook.io/flow-specification/flows#exits
    """

    code = "PAR457"
    name = "floip-exit-without-test"
    severity = Severity.WARNING


class UnknownVersion(Rule):
    """A version of the specification that is not known

    What it does: says that the container names no version, or one that was not met before. It is read all the same.
    Why: parts of it may mean something else.
    Example: `"specification_version": "2.0.0"`
    Use instead: nothing, if the result looks right.
    Sources: https://floip.gitbook.io/flow-specification/changelog
    """

    code = "PAR458"
    name = "floip-unknown-version"
    severity = Severity.INFO


class UnknownLanguage(Rule):
    """A language that the flow does not declare

    What it does: reports values of resources whose `language_id` is none of the flow's languages.
    Why: a template is submitted in one language; which one this is cannot be known.
    Example: `"language_id": "22"` where `languages` has no `22`
    Use instead: `"languages": [{"id": "22", "label": "Français", "iso_639_3": "fra"}]`
    Sources: https://floip.gitbook.io/flow-specification/flows#language-objects-and-identifiers
    """

    code = "PAR459"
    name = "floip-unknown-language"
    severity = Severity.WARNING


class ResourceTwice(Rule):
    """Two resources of one UUID

    What it does: reports a resource whose `uuid` another one of the same list already has; the first one is used.
    Why: blocks name resources by UUID.
    Example: a resource copied by hand
    Use instead: give the copy a UUID of its own.
    Sources: https://floip.gitbook.io/flow-specification/flows#resources
    """

    code = "PAR460"
    name = "floip-resource-twice"
    severity = Severity.WARNING


class NotAContainer(Rule):
    """A piece of a container

    What it does: says that the file is a bare flow, or a group of blocks from an editor, and how it was read.
    Why: languages, resources or the start may be missing from it.
    Example: `{"blocks": [{"type": "Core.Log", …}]}`
    Use instead: export the whole container.
    Sources: https://floip.gitbook.io/flow-specification/flows#containers
    """

    code = "PAR461"
    name = "floip-not-a-container"
    severity = Severity.WARNING


class TestNotRead(Rule):
    """A test of a choice that is more than a list of words

    What it does: reports the test of a choice that does not just compare the answer with words. Its text is kept with
    the choice; a tap on the choice works without it.
    Why: typed answers that only this test accepts are not accepted any more.
    Example: `"test": "has_number(block.response)"`
    Use instead: the words that people type: `"test": "block.response == \\"oui\\""`
    Sources: https://floip.gitbook.io/flow-specification/layers/2-mobile-primitives
    """

    code = "PAR462"
    name = "floip-choice-test"
    severity = Severity.WARNING

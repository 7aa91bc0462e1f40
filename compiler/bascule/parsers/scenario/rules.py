"""``PAR300``-``PAR349``: defects of a scenario file."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "AnswerTooEarly",
    "BadDuration",
    "ConflictingKeys",
    "EmptyNode",
    "EndIsANode",
    "IdTaken",
    "MissingKey",
    "NotALanguage",
    "NotAScenario",
    "RouteNeverTaken",
    "ScenarioTooDeep",
    "ScenarioVersion",
    "SeveralDocuments",
    "UnknownKey",
    "UnknownWord",
    "WrongType",
]


class UnknownKey(Rule):
    """A key that the scenario file does not have

    What it does: reports each key that has no meaning where it stands, with the nearest one that has. In the
    short seed form (`intent`, `response`) it is a warning, because such files come from other tools; the
    key is kept as a fact of the intent.
    Why: a misspelt key would silently change nothing.
    Example:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: "Bonjour", thne: end}}}}
    Use instead:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: "Bonjour", then: end}}}}
    Fix safety: renaming the key is unsafe, the nearest name may not be the one that was meant.
    Sources: bascule's own format, see docs/scenario.md.
    """

    code = "PAR300"
    name = "scenario-unknown-key"


class WrongType(Rule):
    """A value of the wrong kind

    What it does: reports a value that is a list, a mapping, a number or nothing where something else belongs.
    The value is left out.
    Why: it cannot be used as it stands.
    Example:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: ["Bonjour", ["Ça va ?"]]}}}}
    Use instead:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: ["Bonjour", "Ça va ?"]}}}}
    Sources: bascule's own format, see docs/scenario.md.
    """

    code = "PAR301"
    name = "scenario-wrong-type"


class MissingKey(Rule):
    """Something that must be said is missing

    What it does: reports an element without a key that it cannot do without.
    Why: an entry without a kind is never entered, a request without an address goes nowhere.
    Example:
        bascule: 1
        flows: {salut: {entries: [{match: exact}], nodes: {bonjour: {say: "Bonjour"}}}}
    Use instead:
        bascule: 1
        flows: {salut: {entries: [{keyword: bonjour, match: exact}], nodes: {bonjour: {say: "Bonjour"}}}}
    Sources: bascule's own format, see docs/scenario.md.
    """

    code = "PAR302"
    name = "scenario-missing-key"


class ConflictingKeys(Rule):
    """Keys that exclude each other

    What it does: reports two keys that say the same thing in two ways, or two things of which only one can
    happen. The first one counts.
    Why: the file says two things; choosing silently would be wrong half of the time.
    Example:
        bascule: 1
        flows: {aide: {nodes: {fin: {say: "Un instant.", handover: support, jump: accueil}}}}
    Use instead:
        bascule: 1
        flows: {aide: {nodes: {fin: {say: "Un instant.", handover: support}}}}
    Sources: bascule's own format, see docs/scenario.md.
    """

    code = "PAR303"
    name = "scenario-conflicting-keys"


class UnknownWord(Rule):
    """A word that is not one of those allowed

    What it does: reports a value outside its fixed list, with the nearest word that is in it.
    Why: it names nothing that bascule or a messaging platform could do.
    Example:
        bascule: 1
        flows: {avis: {nodes: {note: {say: "Votre note ?", ask: {into: note, reply: nombre}}}}}
    Use instead:
        bascule: 1
        flows: {avis: {nodes: {note: {say: "Votre note ?", ask: {into: note, reply: number}}}}}
    Sources: bascule's own format, see docs/scenario.md.
    """

    code = "PAR304"
    name = "scenario-unknown-word"


class BadDuration(Rule):
    """A length of time cannot be read

    What it does: reports a duration without a unit, with an unknown unit, or below zero where time only
    goes forward.
    Why: whether a message is still inside the 24-hour window depends on every wait before it.
    Example:
        bascule: 1
        flows: {relance: {nodes: {attente: {wait: 23 heures, say: "Toujours là ?"}}}}
    Use instead:
        bascule: 1
        flows: {relance: {nodes: {attente: {wait: 23h, say: "Toujours là ?"}}}}
    Sources: bascule's own format, see docs/scenario.md; ISO 8601 durations are read too.
    """

    code = "PAR305"
    name = "scenario-bad-duration"


class ScenarioVersion(Rule):
    """The file does not say which version of the format it is

    What it does: reports a missing or unknown number under `bascule`; the file is read as version 1.
    Why: a later version may give a key another meaning.
    Example:
        flows: {salut: {nodes: {bonjour: {say: "Bonjour"}}}}
    Use instead:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: "Bonjour"}}}}
    Sources: bascule's own format, see docs/scenario.md.
    """

    code = "PAR306"
    name = "scenario-version"


class SeveralDocuments(Rule):
    """Several YAML documents in one file

    What it does: reports every document after the first `---`; only the first one is read.
    Why: what the others hold is missing from the result.
    Example:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: "Bonjour"}}}}
        ---
        bascule: 1
        flows: {adieu: {nodes: {bonsoir: {say: "Bonsoir"}}}}
    Use instead: one file per document, or all flows under one `flows`.
    Sources: https://yaml.org/spec/1.2.2/#92-streams
    """

    code = "PAR307"
    name = "scenario-several-documents"


class EmptyNode(Rule):
    """A node does nothing

    What it does: reports a node that says nothing, asks nothing and leads to no other action.
    Why: a user who gets there sees nothing; usually its text was forgotten.
    Example:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: "Bonjour", then: suite}, suite: {then: end}}}}
    Use instead:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: "Bonjour", then: suite}, suite: {say: "Ça va ?", then: end}}}}
    Sources: bascule's own format, see docs/scenario.md.
    """

    code = "PAR308"
    name = "scenario-empty-node"


class IdTaken(Rule):
    """Two things of one id

    What it does: reports two nodes, choices, flows or other named things of one id in one place, also when
    one of the ids was derived from a node that does several things (`rappel.say`).
    Why: a reference to the id means the first one; the other is out of reach.
    Example:
        bascule: 1
        flows: {avis: {nodes: {note: {say: "Bien ?", choices: [{id: a, title: Oui}, {id: a, title: Non}]}}}}
    Use instead:
        bascule: 1
        flows: {avis: {nodes: {note: {say: "Bien ?", choices: [{id: a, title: Oui}, {id: b, title: Non}]}}}}
    Sources: bascule's own format, see docs/scenario.md.
    """

    code = "PAR309"
    name = "scenario-id-taken"


class RouteNeverTaken(Rule):
    """A way that cannot be taken

    What it does: reports a `then`, `else`, `timeout` or `failure` that nothing in its node can lead to: an
    `else` without choices, a `timeout` without a question or without a length, a `then` beside choices that
    all have their own.
    Why: the author expects something to happen that never will.
    Example:
        bascule: 1
        flows: {salut: {nodes: {menu: {say: "Bonjour", timeout: rappel}, rappel: {say: "Toujours là ?"}}}}
    Use instead:
        bascule: 1
        flows:
          salut:
            nodes:
              menu: {say: "Bonjour", ask: {timeout: 2h}, timeout: rappel}
              rappel: {say: "Toujours là ?"}
    Sources: bascule's own format, see docs/scenario.md.
    """

    code = "PAR310"
    name = "scenario-route-never-taken"


class EndIsANode(Rule):
    """`end` ends the flow, though a node is called `end`

    What it does: warns about `then: end` in a flow that has a node named `end`.
    Why: the author may mean the node; the flow ends instead.
    Example:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: "Bonjour", then: end}, end: {say: "Au revoir"}}}}
    Use instead:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: "Bonjour", then: {node: end}}, end: {say: "Au revoir"}}}}
    Sources: bascule's own format, see docs/scenario.md.
    """

    code = "PAR311"
    name = "scenario-end-is-a-node"
    severity = Severity.WARNING


class AnswerTooEarly(Rule):
    """An answer is used before the question is asked

    What it does: reports a `set` or `http` that uses the variable which the same node asks for.
    Why: inside one node the order is fixed: `wait`, `consent`, `set`, `http`, then the message and the
    question. The expression would see the old value.
    Example:
        bascule: 1
        flows: {age: {nodes: {question: {say: "Votre âge ?", ask: rep, set: {age: number(rep)}}}}}
    Use instead:
        bascule: 1
        flows:
          age:
            nodes:
              question: {say: "Votre âge ?", ask: rep, then: calcul}
              calcul: {set: {age: number(rep)}}
    Sources: bascule's own format, see docs/scenario.md.
    """

    code = "PAR312"
    name = "scenario-answer-too-early"


class NotALanguage(Rule):
    """A key that is no language code

    What it does: warns where a text per language has a key that does not look like `fr`, `pt_BR` or `zh-Hant`.
    Why: a mapping in place of a text always means languages; a text under another key is never shown.
    Example:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: {text: "Bonjour"}}}}}
    Use instead:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: {fr: "Bonjour"}}}}}
    Sources: https://www.rfc-editor.org/info/bcp47
    """

    code = "PAR313"
    name = "scenario-not-a-language"
    severity = Severity.WARNING


class NotAScenario(Rule):
    """The file is no scenario

    What it does: reports a file read as a scenario that has neither `flows` nor `intent` with `response`.
    Why: nothing in it could be used.
    Example:
        - un
        - deux
    Use instead:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: "Bonjour"}}}}
    Sources: bascule's own format, see docs/scenario.md.
    """

    code = "PAR314"
    name = "not-a-scenario"
    unreadable = True


class ScenarioTooDeep(Rule):
    """Messages nested too deeply

    What it does: stops reading variants inside variants after a few levels.
    Why: a message has variants, a variant has none; such a file is damaged or made to exhaust a reader.
    Example: `variants: {sms: {variants: {sms: {variants: …}}}}` twenty-one times.
    Use instead: one level of `variants`.
    Sources: bascule's own format, see docs/scenario.md.
    """

    code = "PAR315"
    name = "scenario-too-deep"

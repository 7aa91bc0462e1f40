"""``PAR700``-``PAR719``: tables of steps that a person wrote, and what in them could not be read as meant."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "AnswersFromNext",
    "DanglingTarget",
    "DoubledColumn",
    "DuplicateStep",
    "EmptyStep",
    "EndsHere",
    "FormulaText",
    "GuessedEntry",
    "GuessedQuestion",
    "IdleChoice",
    "MadeUpStep",
    "NoSteps",
    "SeveralTargets",
    "TranslationDiffers",
    "UnknownColumn",
    "UnknownLanguage",
    "UnknownSyntax",
    "UnknownWord",
    "UnreadCondition",
    "UnreadWait",
]


class NoSteps(Rule):
    """No table of steps in the file

    What it does: reports a file that was to be read as a scenario table and has none: no row names columns such as
    `step`, `text`, `buttons`, `next`, or no row stands below them.
    Why: an empty result would look like a clean one.
    Example: a list of contacts named on the command line with `--from table`
    Use instead: a first row with the names of the columns; `docs/formats/table.md` lists them in nine languages.
    Sources: bascule's own rule.
    """

    code = "PAR700"
    name = "table-no-steps"
    unreadable = True


class UnknownColumn(Rule):
    """A column whose name says nothing

    What it does: names the columns that are not known, with the nearest known name. Their cells are kept as facts.
    Why: a misspelt `buttns` would silently lose every button.
    Example: a column `boutns`
    Use instead: one of the names of `docs/formats/table.md`; nothing, if the column is a note of your own.
    Sources: bascule's own rule.
    """

    code = "PAR701"
    name = "table-unknown-column"
    severity = Severity.INFO


class DanglingTarget(Rule):
    """A step that does not exist

    What it does: reports a target in `next`, behind a button or in `else` that names no step, no other flow of the file
    and none of the words that mean something (`end`, `agent`, `repeat` …). The branch ends there.
    Why: whoever gets there hears nothing more.
    Example: `Oui -> confirmation` in a table whose step is called `confirme`
    Use instead: the name of a step as its row writes it; case, accents and blanks do not matter.
    Sources: bascule's own rule.
    """

    code = "PAR702"
    name = "table-dangling-target"


class DuplicateStep(Rule):
    """One step in two places

    What it does: reports a step name that stands in several rows. Rows one after the other are one step that goes on;
    a row further down becomes a step of its own, to which nothing leads.
    Why: a name can mean one step only: ways to it lead to the first.
    Example: two rows `menu` with other steps between them
    Use instead: another name for the second; or a language column, if it is a translation.
    Sources: bascule's own rule.
    """

    code = "PAR703"
    name = "table-duplicate-step"
    severity = Severity.WARNING


class UnreadWait(Rule):
    """A waiting time that cannot be read

    What it does: reports a cell of a waiting column that is no length of time and no wait for an answer. The time is
    taken as unknown.
    Why: with an unknown wait nothing can be said about the 24-hour window after it.
    Example: `24` without a unit, `demain matin`
    Use instead: `24h`, `2 jours`, `00:30` (hours and minutes), `attendre une réponse`; or put the unit into the name of
    the column: `attente (h)`.
    Sources: bascule's own rule.
    """

    code = "PAR704"
    name = "table-unread-wait"
    severity = Severity.WARNING


class UnreadCondition(Rule):
    """A condition that cannot be read

    What it does: reports a condition that is neither a comparison nor a native expression. It is kept whole, and the
    sending program has to decide it.
    Why: nobody can tell which branch is taken.
    Example: `si le client est content`
    Use instead: `satisfaction >= 4`, `ville = Dakar`, `nom est vide`.
    Sources: bascule's own rule.
    """

    code = "PAR705"
    name = "table-unread-condition"
    severity = Severity.WARNING


class GuessedEntry(Rule):
    """How a flow starts was guessed

    What it does: says for how many flows no cell tells how they start. A flow whose first step is called start, menu,
    welcome … answers the first message; any other is taken to be started by the business.
    Why: what the business starts needs an approved template.
    Example: a table without a column `keyword`, `trigger`, `campaign` or `schedule`
    Use instead: a column `mot-clé` (or `trigger`) with the words that start the flow, on its first row.
    Sources: bascule's own rule.
    """

    code = "PAR706"
    name = "table-guessed-entry"
    severity = Severity.INFO


class MadeUpStep(Rule):
    """Steps without a name

    What it does: counts the rows that say something and name no step, where none before them could go on. They are
    called by their position.
    Why: nothing can lead to a step without a name.
    Example: a first row with an empty step cell
    Use instead: name each step.
    Sources: bascule's own rule.
    """

    code = "PAR707"
    name = "table-made-up-step"
    severity = Severity.INFO


class TranslationDiffers(Rule):
    """Two languages of a step do not match

    What it does: reports a step whose languages have different numbers of buttons, or lead to different steps. The
    language that stands first decides; buttons that a language lacks keep the words of the first.
    Why: people would see other choices in another language, or buttons in the wrong one.
    Example: `boutons_fr` with three titles and `boutons_ar` with two
    Use instead: the same buttons in the same order in every language.
    Sources: bascule's own rule.
    """

    code = "PAR708"
    name = "table-translation-differs"
    severity = Severity.WARNING


class DoubledColumn(Rule):
    """Two columns of one meaning

    What it does: reports a column that says what an earlier one says already. The first is read; the second is kept as
    facts.
    Why: the reader cannot know which of the two is meant.
    Example: `suivant` and `next` in one table
    Use instead: one of them; or numbers, if they belong to buttons: `next 1`, `next 2`.
    Sources: bascule's own rule.
    """

    code = "PAR709"
    name = "table-doubled-column"
    severity = Severity.WARNING


class UnknownLanguage(Rule):
    """A language that is not known

    What it does: reports a cell of a language column that names no language. The row is read as the language before it.
    Why: a template is submitted in one of WhatsApp's languages.
    Example: `langue` = `wolofal`
    Use instead: a code such as `fr`, `pt_BR`, `ar`, or the name of the language.
    Sources: https://www.iso.org/iso-639-language-code
    """

    code = "PAR710"
    name = "table-unknown-language"
    severity = Severity.WARNING


class UnknownWord(Rule):
    """A word that a column does not take

    What it does: reports a cell of `type`, `answer`, `entry`, `channel` or `consent` whose word is not known. It is
    kept as a fact.
    Why: what it was to do is not done.
    Example: `type` = `quizz`
    Use instead: one of the words of `docs/formats/table.md`.
    Sources: bascule's own rule.
    """

    code = "PAR711"
    name = "table-unknown-word"
    severity = Severity.WARNING


class IdleChoice(Rule):
    """Buttons that lead nowhere

    What it does: counts the buttons without a target in a table that has targets. The flow ends behind them.
    Why: whoever taps one hears nothing more.
    Example: `Oui -> confirme | Non` and an empty `next`
    Use instead: `Non -> fin` where the end is meant, else the step.
    Sources: bascule's own rule.
    """

    code = "PAR712"
    name = "table-idle-choice"
    severity = Severity.WARNING


class EndsHere(Rule):
    """Steps with an empty next cell

    What it does: counts the steps whose `next` cell is empty: the flow ends there. (In a table without a `next` column
    rows follow each other.)
    Why: a forgotten cell looks the same as an end.
    Example: a last step, or a forgotten one
    Use instead: `fin` (or `end`) where the end is meant, so that the others stand out.
    Sources: bascule's own rule.
    """

    code = "PAR713"
    name = "table-ends-here"
    severity = Severity.INFO


class AnswersFromNext(Rule):
    """Answers that stand in the next cell became choices

    What it does: counts the steps whose answers stand only in `next` (`oui: a; non: b`). They are offered as buttons,
    and may still be typed.
    Why: on WhatsApp people tap; the words of the table are what they are shown.
    Example: `next` = `oui: confirme; non: annule` without a buttons column
    Use instead: `Oui -> confirme | Non -> annule` in a buttons column, with the titles people should see.
    Sources: bascule's own rule.
    """

    code = "PAR714"
    name = "table-answers-from-next"
    severity = Severity.INFO


class EmptyStep(Rule):
    """A step that says and does nothing

    What it does: reports a step without text, media, wait, condition or anything else to do. It is passed through.
    Why: a text was probably forgotten.
    Example: a row with only a step name
    Use instead: write its text, or remove the row.
    Sources: bascule's own rule.
    """

    code = "PAR715"
    name = "table-empty-step"
    severity = Severity.WARNING


class FormulaText(Rule):
    """A text that a spreadsheet would calculate

    What it does: reports a text in a delimited file that begins with `=`. It is read as text; nothing is calculated.
    Why: opened in a spreadsheet, the file shows (and runs) something else than what is converted.
    Example: `=HYPERLINK("https://exemple.fr")`
    Use instead: the text itself.
    Sources: https://owasp.org/www-community/attacks/CSV_Injection
    """

    code = "PAR716"
    name = "table-formula-text"
    severity = Severity.WARNING


class UnknownSyntax(Rule):
    """A placeholder syntax that does not exist (tables)

    What it does: reports a `--placeholder` that is not in the table of syntaxes; the file's own texts decide instead.
    Why: nothing was read as the user asked.
    Example: `--placeholder moustache`
    Use instead: one of the names that the message lists.
    Sources: bascule's own rule.
    """

    code = "PAR717"
    name = "table-unknown-syntax"


class SeveralTargets(Rule):
    """Several targets and nothing that chooses

    What it does: reports a `next` cell with more than one target and no answer or condition before them, where the step
    has not as many buttons. The first is taken.
    Why: a step goes on to one place.
    Example: `next` = `menu, fin`
    Use instead: `oui: menu; sinon: fin`
    Sources: bascule's own rule.
    """

    code = "PAR718"
    name = "table-several-targets"
    severity = Severity.WARNING


class GuessedQuestion(Rule):
    """A question was told by its question mark

    What it does: counts the texts that end with a question mark and lead on to a step, where no other cell says whether
    an answer is awaited. They wait for one.
    Why: a message that goes on at once would talk over the person who is about to answer.
    Example: `Votre numéro de commande ?` with `next` = `etat` and nothing else
    Use instead: a column `type` with `question` or `message`, or `enregistrer dans` with the variable of the answer.
    Sources: bascule's own rule.
    """

    code = "PAR719"
    name = "table-guessed-question"
    severity = Severity.INFO

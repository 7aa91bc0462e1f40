"""``PAR100``-``PAR149``: what a file of SMS templates gets wrong, or leaves to be guessed."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "DuplicateKey",
    "EmptyText",
    "FormulaText",
    "GuessedColumn",
    "GuessedLanguage",
    "KeptBeside",
    "MadeUpKey",
    "MisreadAlphabet",
    "NoTexts",
    "NotATemplate",
    "OpaqueButton",
    "OptOutWording",
    "OtherFormat",
    "SecondText",
    "SuggestedChoices",
    "TextCut",
    "TextFromCode",
    "UnknownLanguage",
    "UnknownPlaceholderSyntax",
    "UnreviewedTranslation",
    "VariableMismatch",
    "Versions",
]


class NoTexts(Rule):
    """No message text in the file

    What it does: reports a file that was to be read as SMS templates and in which no text was found: a table
    without a text column, an object without strings, an empty text.
    Why: an empty result would look like a clean one.
    Example: a table with the columns `id`, `phone`, `created_at`
    Use instead: name the column of the texts `text` (or `texte`, `message`, `content`, `body` …), or name the
    right format with `--from`.
    Sources: bascule's own rule.
    """

    code = "PAR100"
    name = "sms-no-texts"
    unreadable = True


class EmptyText(Rule):
    """A template without a text

    What it does: reports a row, key or object whose text is empty. No message is made of it; its other cells are
    kept as facts.
    Why: an empty message cannot be sent, and the text was probably lost on the way.
    Example: `rappel_rdv,,fr`
    Use instead: write the text, or remove the row.
    Sources: bascule's own rule.
    """

    code = "PAR101"
    name = "sms-empty-text"
    severity = Severity.WARNING


class DuplicateKey(Rule):
    """One key twice

    What it does: reports the second template of the same key in the same language (and channel). Both are kept; the
    second gets a number after its key.
    Why: the program that sends by key can only mean one of them.
    Example: two rows with the key `rappel_rdv` and the language `fr`
    Use instead: remove one row, or give it its own key.
    Sources: bascule's own rule.
    """

    code = "PAR102"
    name = "sms-duplicate-key"
    severity = Severity.WARNING


class MadeUpKey(Rule):
    """Templates without a key

    What it does: says that templates have no key or name, and that flow names were made from their first words.
    Why: the names appear in the converted scenarios and as template names; changing a text later changes its name.
    Example: a file with one column of texts
    Use instead: add a column `key`.
    Sources: bascule's own rule.
    """

    code = "PAR103"
    name = "sms-made-up-key"
    severity = Severity.INFO


class GuessedLanguage(Rule):
    """The language was guessed

    What it does: says which language the texts were taken for and by what, when neither the file nor its name nor
    `--locale` says so; or that it could not be told.
    Why: a WhatsApp template is submitted in one language; a wrong one is rejected or shown to the wrong people.
    Example: a file `sms.csv` whose texts say *bonjour, votre, vous*
    Use instead: add a language column, put the language in the file's name (`sms_fr.csv`), or use `--locale fr`.
    Sources: https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates/supported-languages
    """

    code = "PAR104"
    name = "sms-guessed-language"
    severity = Severity.INFO


class UnknownLanguage(Rule):
    """A language that is not known

    What it does: reports a value in the language column that is no language name or code. It is used as it stands.
    Why: no WhatsApp template can be made in a language that has no code.
    Example: `langue` = `métropole`
    Use instead: a code such as `fr`, `pt_BR`, `ar`.
    Sources: https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates/supported-languages
    """

    code = "PAR105"
    name = "sms-unknown-language"
    severity = Severity.WARNING


class SecondText(Rule):
    """Two columns could hold the text

    What it does: says which of several text columns (or members) was read as the message; the others are kept as facts.
    Why: the choice follows the names and the look of the cells, and may be wrong.
    Example: a table with both `text` and `message`
    Use instead: rename the column that is not sent, for example to `notes`.
    Sources: bascule's own rule.
    """

    code = "PAR106"
    name = "sms-second-text"
    severity = Severity.INFO


class SuggestedChoices(Rule):
    """A message that looks like a question with options

    What it does: says that a template was read as a question with choices, and by which cue: quick replies that the
    file names, or a menu in the text together with a question or an invitation to answer. The text stays as it is.
    Without such a cue the menu is only pointed out.
    Why: an SMS file holds texts, not conversations; whether an answer is awaited is known to the sending program only.
    Example: `Confirmez-vous votre rendez-vous ? 1. Oui 2. Non`
    Use instead: nothing, if an answer is awaited; connect the choices in the converted scenario. Else remove `ask`.
    Sources: https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-reply-buttons-messages
    """

    code = "PAR107"
    name = "sms-suggested-choices"
    severity = Severity.INFO


class OptOutWording(Rule):
    """The text tells how to opt out

    What it does: says that a text holds opt-out wording, and with which keyword. The keyword is kept as the fact
    `opt_out`; the text is not changed.
    Why: on WhatsApp the wording becomes a button or a keyword rule, and the keyword has to keep working.
    Example: `… STOP au 36111`
    Use instead: nothing now; see the opt-out rules of the target.
    Sources: https://www.whatsapp.com/legal/business-policy
    """

    code = "PAR108"
    name = "sms-opt-out-wording"
    severity = Severity.INFO


class Versions(Rule):
    """Several versions of one template

    What it does: says that a key holds numbered versions (`3: …`, `v2: …`) or a list of texts. Each became a flow of
    its own (`invite.3`).
    Why: the sending program picks a version by number; which ones are still sent is not in the file. Each wording
    that is sent must be a WhatsApp template of its own.
    Example: `invite: {1: …, 2: …}`
    Use instead: remove the versions that are no longer sent.
    Sources: bascule's own rule.
    """

    code = "PAR109"
    name = "sms-versions"
    severity = Severity.INFO


class UnknownPlaceholderSyntax(Rule):
    """The placeholder syntax asked for does not exist

    What it does: reports a `--placeholder` name that is not in the table; the syntax is chosen by the texts instead.
    Why: a misspelt name would leave every placeholder as text.
    Example: `--placeholder curly`
    Use instead: one of the names the finding lists.
    Sources: bascule's own rule.
    """

    code = "PAR110"
    name = "sms-unknown-placeholder-syntax"


class FormulaText(Rule):
    """A text that a spreadsheet would run as a formula

    What it does: says that a message text in a delimited file begins with `=`, `+`, `-` or `@`. It is read as text.
    Why: opened in a spreadsheet, such a cell is calculated, and can do harm. Few messages begin like this.
    Example: `=HYPERLINK("https://example.com")`
    Use instead: check where the row comes from; put a letter or a quote first if the text is meant.
    Sources: https://owasp.org/www-community/attacks/CSV_Injection
    """

    code = "PAR111"
    name = "sms-formula-text"
    severity = Severity.INFO


class NotATemplate(Rule):
    """Something among the templates that is none

    What it does: reports a member or an item that stands where templates stand and holds no text. It is kept as a
    fact of the project.
    Why: if it is a template, its text has a name that is not known here.
    Example: `{"id": "rappel", "contenu_html_v2": "…"}` in a list of templates
    Use instead: name the text `text`, `body`, `content` or `template`.
    Sources: bascule's own rule.
    """

    code = "PAR112"
    name = "sms-not-a-template"
    severity = Severity.WARNING


class KeptBeside(Rule):
    """Parts of the file that were not read as templates

    What it does: lists what stands beside the member that holds the templates. It is kept as facts of the project.
    Why: if messages stand there too, they are not converted.
    Example: `formatting_rules` next to `templates`
    Use instead: move messages into the member with the templates.
    Sources: bascule's own rule.
    """

    code = "PAR113"
    name = "sms-kept-beside"
    severity = Severity.INFO


class VariableMismatch(Rule):
    """Declared variables and placeholders differ

    What it does: reports a variable that the file declares for a template and that its text does not use, a
    placeholder that is not among the declared ones, and one variable declared with two types.
    Why: a misspelt name leaves a hole in the message that nobody fills.
    Example: `variables: [nom]` with the text `Bonjour {prenom}`
    Use instead: the same name in both places.
    Sources: bascule's own rule.
    """

    code = "PAR114"
    name = "sms-variable-mismatch"
    severity = Severity.WARNING


class GuessedColumn(Rule):
    """The columns were told apart by their cells

    What it does: says which column was taken for the text, and which for the key, in a table without a header, or
    whose header names no text column.
    Why: the guess follows the length and the look of the cells.
    Example: `bienvenue;Bonjour {nom}, bienvenue !` as the first line of the file
    Use instead: add a first line with the names of the columns: `key;text`.
    Sources: bascule's own rule.
    """

    code = "PAR115"
    name = "sms-guessed-column"
    severity = Severity.INFO


class OtherFormat(Rule):
    """A format for texts that is not read

    What it does: reports XML files of an unknown kind, and language files of frameworks in which no text was found.
    Why: read as plain text they would give nonsense.
    Example: a file that begins with `<?php class Sms {`
    Use instead: export the texts as JSON, YAML, CSV or `.properties`; the finding says how.
    Sources: bascule's own rule.
    """

    code = "PAR116"
    name = "sms-other-format"
    unreadable = True


class TextFromCode(Rule):
    """A text that is partly code

    What it does: says that code stands between the words of a text (`'Bonjour '.$nom`); it became a placeholder.
    Why: nothing is run; who sends the template must give the value.
    Example: `'lien' => 'Votre compte : '.config('app.url')` reads `Votre compte : {url}`
    Use instead: a placeholder in the text.
    Sources: bascule's own rule.
    """

    code = "PAR120"
    name = "sms-text-from-code"
    severity = Severity.INFO


class UnreviewedTranslation(Rule):
    """A translation that nobody has reviewed

    What it does: counts translations of a gettext catalogue that are marked `fuzzy`. They are read.
    Why: the mark says that a program guessed them or that the original has changed; gettext shows the original instead.
    Example: `#, fuzzy`
    Use instead: review the text and remove the mark.
    Sources: https://www.gnu.org/software/gettext/manual/html_node/Fuzzy-Entries.html
    """

    code = "PAR121"
    name = "sms-unreviewed-translation"
    severity = Severity.WARNING


class TextCut(Rule):
    """How a plain text was cut into templates

    What it does: says whether a text file was read as one template, cut at empty lines, at lines of dashes, or at
    headings (`[name]`, `# name`, `name:`).
    Why: plain text has no convention for this; the cut follows the look of the file.
    Example: three paragraphs in `sms.txt`: three templates
    Use instead: put a heading `[name]` above each template; then empty lines inside a text are kept.
    Sources: bascule's own rule.
    """

    code = "PAR117"
    name = "sms-text-cut"
    severity = Severity.INFO


class MisreadAlphabet(Rule):
    """The texts were probably read with the wrong alphabet

    What it does: reports a file whose encoding was guessed as Windows-1252 although its letters look like another
    Windows code page, and shows how a word would read in that one.
    Why: any byte is a letter in Windows-1252; Russian, Greek, Hebrew and Arabic texts then turn into accented letters.
    Example: `Çäðàâñòâóéòå`, which is `Здравствуйте` in Windows-1251
    Use instead: open the file in the right encoding and save it as UTF-8.
    Sources: https://encoding.spec.whatwg.org/#indexes
    """

    code = "PAR118"
    name = "sms-misread-alphabet"


class OpaqueButton(Rule):
    """A button or quick reply that cannot be read

    What it does: reports an item among the buttons without a title. It is kept as a fact.
    Why: a choice without a title cannot be shown.
    Example: `"buttons": [{"payload": "OUI"}]`
    Use instead: give it a `title`.
    Sources: bascule's own rule.
    """

    code = "PAR119"
    name = "sms-button-without-title"
    severity = Severity.WARNING

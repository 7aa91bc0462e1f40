"""``PAR001``-``PAR099``: defects of files and of their syntax, before any format is known."""

from __future__ import annotations

from collections.abc import Iterable

from bascule.diagnostics.finding import Finding, Severity
from bascule.diagnostics.rules import Rule
from bascule.source import Document, Place, Problem

__all__ = [
    "FileTooLarge",
    "FileUnreadable",
    "FormatUnknown",
    "FormatUnsure",
    "NothingToRead",
    "ParserFailed",
    "PluginFailed",
    "findings_of",
]


class FileUnreadable(Rule):
    """A file cannot be opened

    What it does: reports a path that does not exist, is not readable, or is a folder loop.
    Why: nothing can be said about a file that was not read; the run must not look clean.
    Example: `bascule check missing.json`
    Use instead: check the path and its permissions.
    Sources: bascule's own rule.
    """

    code = "PAR001"
    name = "file-unreadable"
    unreadable = True


class FileTooLarge(Rule):
    """A file is larger than what is read

    What it does: refuses files above `--max-size` (32 MiB unless said otherwise).
    Why: scenario exports are at most a few megabytes; a larger file is nearly always something else,
    and reading it would cost memory for nothing.
    Example: a 50 MB log file in the folder of the scenarios.
    Use instead: name the right file, or raise the limit with `--max-size 100M` when it is one.
    Sources: bascule's own rule; the largest public export read while building it is 3 MB.
    """

    code = "PAR002"
    name = "file-too-large"
    unreadable = True


class FormatUnknown(Rule):
    """No format recognises the file

    What it does: reports a file that no parser claims, with what each near miss lacked.
    Why: guessing would put wrong scenarios into the graph.
    Example: a `package.json` named on the command line.
    Use instead: name the format with `--from`, or leave the file out. `bascule formats` lists the formats.
    Sources: bascule's own rule.
    """

    code = "PAR003"
    name = "format-unknown"
    unreadable = True


class NothingToRead(Rule):
    """A folder holds no scenario

    What it does: reports a folder in which no file was recognised.
    Why: an empty result would look like a clean one.
    Example: `bascule check docs/`
    Use instead: name the folder that holds the exports.
    Sources: bascule's own rule.
    """

    code = "PAR004"
    name = "nothing-to-read"
    unreadable = True


class FormatUnsure(Rule):
    """A named file is read as the only format that comes near

    What it does: says that no format is sure of a file named on the command line, and which one was taken.
    Why: the user named the file, so it is meant to be read; but the reading may be wrong.
    Example: a text file with one short SMS and nothing that tells it from any other text.
    Use instead: say what it is with `--from sms`.
    Sources: bascule's own rule.
    """

    code = "PAR005"
    name = "format-unsure"
    severity = Severity.WARNING


class PluginFailed(Rule):
    """An installed plugin cannot be used

    What it does: reports a package that offers a format to bascule but fails when it is imported.
    Why: its files would be skipped as unknown, and nobody would know why.
    Example: a plugin made for another version of bascule.
    Use instead: update or remove the package.
    Sources: bascule's own rule.
    """

    code = "PAR008"
    name = "plugin-failed"
    severity = Severity.WARNING


class ParserFailed(Rule):
    """A parser failed on the file (a defect of bascule)

    What it does: reports that reading this file hit a defect of bascule itself; other files go on.
    Why: one bad file must not stop the others, and a defect must not be hidden.
    Example: none is known; if you see this one, please report it with the file.
    Use instead: report the file; `--from` another format may help meanwhile.
    Sources: bascule's own rule.
    """

    code = "PAR009"
    name = "parser-failed"
    unreadable = True


class BadEncoding(Rule):
    """Bytes do not fit the encoding the file declares

    What it does: reports a byte order mark that the rest of the file contradicts.
    Why: the characters that do not decode are lost; they are shown as U+FFFD.
    Example: a UTF-8 mark before a Windows-1252 text.
    Use instead: save the file again as UTF-8.
    Sources: https://www.unicode.org/faq/utf_bom.html
    """

    code = "PAR010"
    name = "bad-encoding"


class GuessedEncoding(Rule):
    """The encoding was guessed

    What it does: says that the file is neither UTF-8 nor marked, and which encoding was used instead.
    Why: Windows-1252 reads any byte, so a wrong guess shows as wrong accents, not as an error.
    Example: a CSV saved by a spreadsheet in its local code page.
    Use instead: save the file as UTF-8.
    Sources: https://encoding.spec.whatwg.org/
    """

    code = "PAR011"
    name = "guessed-encoding"
    severity = Severity.WARNING


class BinaryFile(Rule):
    """The file is binary

    What it does: reports NUL bytes in something that was to be read as text.
    Why: a binary export (an archive, a picture, a database) has no text to read.
    Example: an XLSX file renamed to `.json`.
    Use instead: export as text, JSON, CSV or XLSX with its own extension.
    Sources: bascule's own rule.
    """

    code = "PAR012"
    name = "binary-file"
    unreadable = True


class ArchiveDamaged(Rule):
    """An archive does not open

    What it does: reports a zip whose directory or members cannot be read.
    Why: a part of an export would be missing without anybody noticing.
    Example: a download that stopped halfway.
    Use instead: export it again, or unpack it and name the folder.
    Sources: bascule's own rule.
    """

    code = "PAR013"
    name = "archive-damaged"
    unreadable = True


class ArchiveTooLarge(Rule):
    """An archive unpacks to more than is read

    What it does: refuses zips with too many members, too many bytes, or members that grow far beyond what text does.
    Why: an archive of a few kilobytes can be made to fill the memory of any machine.
    Example: a 42 kB zip that unpacks to gigabytes.
    Use instead: unpack it yourself if you trust it, and name the folder.
    Sources: https://cwe.mitre.org/data/definitions/409.html
    """

    code = "PAR014"
    name = "archive-too-large"
    unreadable = True


class ArchiveMember(Rule):
    """A member of an archive was left out

    What it does: reports members whose path leaves the archive, links, encrypted, repeated and oversized members.
    Why: nothing may be lost silently, and no archive may point at files outside of it.
    Example: a member called `../../etc/passwd`.
    Use instead: make the archive with the platform's own export.
    Sources: https://cwe.mitre.org/data/definitions/22.html
    """

    code = "PAR015"
    name = "archive-member"
    severity = Severity.WARNING


class JsonSyntax(Rule):
    """The text is not JSON

    What it does: reports a character or word that JSON does not allow; reading goes on after it.
    Why: what the vendor's own importer refuses cannot be trusted to mean what it seems to mean.
    Example: `{name: "Awa"}`
    Use instead: `{"name": "Awa"}`
    Sources: https://www.rfc-editor.org/rfc/rfc8259
    """

    code = "PAR020"
    name = "json-syntax"


class JsonTruncated(Rule):
    """The JSON ends too early

    What it does: reports a file that ends inside an object, a list or a string.
    Why: an export that was cut off has lost scenarios without saying which.
    Example: `{"states": [{"name": "Trigger"`
    Use instead: export the file again.
    Sources: https://www.rfc-editor.org/rfc/rfc8259
    """

    code = "PAR021"
    name = "json-truncated"
    unreadable = True


class JsonMissingComma(Rule):
    """A comma is missing

    What it does: reports two members or items without a comma between them; both are read.
    Why: the file is not JSON; the vendor's tools refuse it.
    Example: `{"a": 1 "b": 2}`
    Use instead: `{"a": 1, "b": 2}`
    Sources: https://www.rfc-editor.org/rfc/rfc8259
    """

    code = "PAR022"
    name = "json-missing-comma"


class JsonTrailingComma(Rule):
    """A comma too many

    What it does: reports a comma before a closing bracket; it is ignored.
    Why: JavaScript allows it, JSON does not, and other tools refuse the file.
    Example: `[1, 2, ]`
    Use instead: `[1, 2]`
    Sources: https://www.rfc-editor.org/rfc/rfc8259
    """

    code = "PAR023"
    name = "json-trailing-comma"
    severity = Severity.WARNING


class JsonComment(Rule):
    """A comment in JSON

    What it does: reports `//`, `#` and `/* */` comments; they are skipped.
    Why: JSON has no comments and other tools refuse the file.
    Example: `// menu principal`
    Use instead: remove it, or keep the note in a member such as `description`.
    Sources: https://www.rfc-editor.org/rfc/rfc8259
    """

    code = "PAR024"
    name = "json-comment"
    severity = Severity.WARNING


class JsonDuplicateKey(Rule):
    """One key twice in one JSON object

    What it does: reports the second member of the same name; the last one wins, as in most tools.
    Why: one of the two values is lost, and tools differ in which.
    Example: `{"body": "Bonjour", "body": "Bonsoir"}`
    Use instead: remove or rename one of them.
    Sources: https://www.rfc-editor.org/rfc/rfc8259#section-4
    """

    code = "PAR025"
    name = "json-duplicate-key"


class JsonControlCharacter(Rule):
    """A raw line break or control character in a JSON string

    What it does: reports control characters that must be escaped; the text is read with them.
    Why: the file is not JSON; strict tools refuse it.
    Example: a message pasted over two lines.
    Use instead: `\\n` for a line break, `\\t` for a tab.
    Sources: https://www.rfc-editor.org/rfc/rfc8259#section-7
    """

    code = "PAR026"
    name = "json-control-character"


class LoneSurrogate(Rule):
    """Half an emoji

    What it does: reports an escaped surrogate without its partner; it is read as U+FFFD.
    Why: it is no character, no file can hold it in UTF-8 and no phone can show it.
    Example: `"\\ud83d"`
    Use instead: the whole character, for example `"\\ud83d\\ude00"` or the emoji itself.
    Sources: https://www.unicode.org/faq/utf_bom.html#utf16-2
    """

    code = "PAR027"
    name = "lone-surrogate"


class JsonExtraData(Rule):
    """Something stands after the end of the JSON document

    What it does: reports text after the closing bracket; it is not read.
    Why: two documents in one file, or a merge that went wrong: the rest would be lost.
    Example: `{"a": 1}{"a": 2}`
    Use instead: one document per file.
    Sources: https://www.rfc-editor.org/rfc/rfc8259
    """

    code = "PAR028"
    name = "json-extra-data"


class TooDeep(Rule):
    """Nested too deeply

    What it does: stops reading a file whose brackets nest deeper than any export does.
    Why: such files are damaged or made to exhaust a reader.
    Example: two hundred opening brackets.
    Use instead: export the file again.
    Sources: bascule's own rule; real exports stay below 25 levels.
    """

    code = "PAR029"
    name = "too-deep"
    unreadable = True


class YamlSyntax(Rule):
    """The text is not YAML

    What it does: reports where the YAML reader stopped.
    Why: nothing after that place was read.
    Example: `say: "Bonjour` without its closing quote.
    Use instead: check indentation, quotes, and that a text with `: ` in it is quoted.
    Sources: https://yaml.org/spec/1.2.2/
    """

    code = "PAR030"
    name = "yaml-syntax"
    unreadable = True


class YamlDuplicateKey(Rule):
    """One key twice in one YAML mapping

    What it does: reports the second key of the same name; the last one is used.
    Why: one of the two values is lost.
    Example: two nodes called `menu`.
    Use instead: rename one of them.
    Sources: https://yaml.org/spec/1.2.2/#mapping
    """

    code = "PAR031"
    name = "yaml-duplicate-key"


class YamlAliasLimit(Rule):
    """Aliases expand to too much

    What it does: refuses a file whose aliases stand for more than a million values.
    Why: a few lines of nested aliases can exhaust a machine.
    Example: the "billion laughs" file.
    Use instead: write out what the aliases stand for.
    Sources: https://en.wikipedia.org/wiki/Billion_laughs_attack
    """

    code = "PAR032"
    name = "yaml-alias-limit"
    unreadable = True


class YamlKey(Rule):
    """A list or mapping used as a key

    What it does: reports a YAML key that is not a scalar; the member is not read.
    Why: no scenario or configuration has such keys; usually a `{name}` stands without quotes.
    Example: `say: {nom}: bonjour`
    Use instead: quote the text.
    Sources: https://yaml.org/spec/1.2.2/
    """

    code = "PAR033"
    name = "yaml-key"


def findings_of(problems: Iterable[Problem], document: Document) -> list[Finding]:
    """Turn what the readers of ``source`` found into findings with spans.

    Raises KeyError for a problem kind that no rule is named after (a defect, caught by a test).
    """
    import bascule.diagnostics.table_rules  # noqa: F401  (names the problems of tables)
    from bascule.diagnostics.rules import registry

    by_name = {rule.name: rule for rule in registry().values()}
    return [
        _finding(by_name[problem.kind], problem, document)
        for problem in sorted(problems, key=lambda problem: (problem.start, problem.kind))
    ]


def _finding(rule: type[Rule], problem: Problem, document: Document) -> Finding:
    from dataclasses import replace

    finding = rule.at(Place(document.path), problem.message, help=problem.help)
    return replace(finding, span=document.span(problem.start, problem.end))

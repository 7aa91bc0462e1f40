"""``PAR040``-``PAR059``: defects of tables, workbooks and property files, before any format is known."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = ["SheetExtraMissing", "SheetNotAWorkbook", "TableEmpty", "TableFormulaCell"]


class TableEmpty(Rule):
    """The table is empty

    What it does: reports a table without a single filled cell.
    Why: an empty result would look like a clean one.
    Example: a CSV of 0 bytes, or of delimiters only.
    Use instead: export the table again.
    Sources: bascule's own rule.
    """

    code = "PAR040"
    name = "table-empty"
    unreadable = True


class TableHeaderOnly(Rule):
    """The table has a header and no rows

    What it does: reports a table whose only row names the columns.
    Why: the export filter probably matched nothing; the result would be empty.
    Example: `cle;texte;langue` and nothing below.
    Use instead: export the table with its rows.
    Sources: bascule's own rule.
    """

    code = "PAR041"
    name = "table-header-only"
    severity = Severity.WARNING


class TableUnclosedQuote(Rule):
    """A quoted cell is never closed

    What it does: reports an opening quote that nothing answers. The quote is left out, the cell ends at the next
    delimiter, and the rows after it are read as usual.
    Why: a plain CSV reader would take the rest of the file as one cell, and lose every row in it.
    Example: `1,"Bonjour Awa,fr`
    Use instead: `1,"Bonjour Awa",fr`; a quote that belongs to the text is doubled (`""`).
    Sources: https://www.rfc-editor.org/rfc/rfc4180#section-2
    """

    code = "PAR042"
    name = "table-unclosed-quote"


class TableStrayQuote(Rule):
    """A quote inside a quoted cell is not doubled

    What it does: reports a quote that neither closes its cell nor is doubled; it is kept as a character.
    Why: readers disagree on such cells: some drop the quote, some cut the cell there.
    Example: `"Il a dit "oui" hier"`
    Use instead: `"Il a dit ""oui"" hier"`
    Sources: https://www.rfc-editor.org/rfc/rfc4180#section-2
    """

    code = "PAR043"
    name = "table-stray-quote"
    severity = Severity.WARNING


class TableRaggedRow(Rule):
    """A row has more cells than the header

    What it does: reports a filled cell beyond the last named column. It is kept under a name made from its position.
    Why: usually a text holds the delimiter and was not quoted, so its end stands in the wrong column.
    Example: `1,Bonjour, votre colis est là` below `id,text`
    Use instead: `1,"Bonjour, votre colis est là"`
    Sources: https://www.rfc-editor.org/rfc/rfc4180#section-2
    """

    code = "PAR044"
    name = "table-ragged-row"
    severity = Severity.WARNING


class TableHugeCell(Rule):
    """A cell is longer than any message

    What it does: reports a cell of more than 131,072 characters, the limit of common CSV readers. It is read.
    Why: nearly always a quote is missing somewhere before it, and the cell has swallowed rows.
    Example: `"Bonjour` on line 3 of a long file, closed by a quote on line 2,000.
    Use instead: close the cell where the text ends.
    Sources: https://docs.python.org/3/library/csv.html#csv.field_size_limit
    """

    code = "PAR045"
    name = "table-huge-cell"
    severity = Severity.WARNING


class TableNul(Rule):
    """NUL characters in a table

    What it does: reports U+0000 in the text of a table; the characters are kept.
    Why: they come from a wrong encoding or a broken export, and no phone shows them.
    Example: a UTF-16 export that another tool appended UTF-8 rows to.
    Use instead: export the table again as UTF-8.
    Sources: bascule's own rule.
    """

    code = "PAR046"
    name = "table-nul"
    severity = Severity.WARNING


class TableTooBig(Rule):
    """The table is larger than what is read

    What it does: stops after 1,048,576 rows or four million cells and says where.
    Why: no collection of messages is this large; such files are mistakes or made to exhaust a reader.
    Example: a file of ten million delimiters.
    Use instead: name the right file, or cut it into smaller ones.
    Sources: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3 (rows of a sheet)
    """

    code = "PAR047"
    name = "table-too-big"


class TableFormulaCell(Rule):
    """A cell holds a formula

    What it does: says that a formula stands where a value was read. Its last saved result is used; where the
    file holds none, the formula itself is kept as text. Nothing is ever calculated.
    Why: the result may be out of date, and a formula in an exported table can attack the next program that opens it.
    Example: `=CONCATENER("Bonjour ";B2)`
    Use instead: copy the column and paste it as values.
    Sources: https://owasp.org/www-community/attacks/CSV_Injection
    """

    code = "PAR048"
    name = "table-formula-cell"
    severity = Severity.INFO


class SheetExtraMissing(Rule):
    """The workbook reader is not installed

    What it does: reports an XLSX file when the optional package that reads it is missing.
    Why: workbooks are read by openpyxl, which only some users need.
    Example: `bascule convert modeles.xlsx` after `pip install bascule`.
    Use instead: `pip install 'bascule[xlsx]'`, or save the sheet as CSV (UTF-8).
    Sources: https://openpyxl.readthedocs.io/
    """

    code = "PAR050"
    name = "sheet-extra-missing"
    unreadable = True


class SheetNotAWorkbook(Rule):
    """The file is named like a workbook but is none

    What it does: reports an `.xlsx` whose bytes are no zip archive, or an archive without a workbook in it.
    Why: renaming a file does not convert it; reading it as text could give nonsense.
    Example: a CSV saved as `modeles.xlsx`.
    Use instead: give the file the suffix of what it is, or save it as .xlsx from a spreadsheet.
    Sources: https://learn.microsoft.com/openspecs/office_standards/ms-xlsx/
    """

    code = "PAR051"
    name = "sheet-not-a-workbook"
    unreadable = True


class SheetLegacy(Rule):
    """A workbook of the old binary kind

    What it does: reports `.xls` files (OLE compound files).
    Why: the old format is not read here.
    Example: `modeles.xls` from a spreadsheet of 2003.
    Use instead: open it in a spreadsheet and save it as .xlsx or as CSV (UTF-8).
    Sources: https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb/
    """

    code = "PAR052"
    name = "sheet-legacy"
    unreadable = True


class SheetEncrypted(Rule):
    """The workbook is protected by a password

    What it does: reports encrypted workbooks and archives.
    Why: they cannot be read without the password, which bascule never asks for.
    Example: a workbook saved with *Encrypt with Password*.
    Use instead: save a copy without the password.
    Sources: https://learn.microsoft.com/openspecs/office_file_formats/ms-offcrypto/
    """

    code = "PAR053"
    name = "sheet-encrypted"
    unreadable = True


class SheetDamaged(Rule):
    """The workbook is damaged

    What it does: reports an archive or a sheet that cannot be read to its end, with the reader's own words.
    Why: rows would be missing without anybody noticing.
    Example: a download that stopped half way.
    Use instead: copy or export the file again; or open it in a spreadsheet and save it.
    Sources: bascule's own rule.
    """

    code = "PAR054"
    name = "sheet-damaged"
    unreadable = True


class SheetBomb(Rule):
    """The archive unpacks to far more than its size

    What it does: refuses an archive whose members say they unpack to more than 256 MiB in all, to more than 200
    times their size, or that are more than 10,000. Nothing is unpacked to find out.
    Why: a few kilobytes can be made to fill a machine's memory.
    Example: a "zip bomb" named `modeles.xlsx`.
    Use instead: save the sheet as CSV (UTF-8).
    Sources: https://en.wikipedia.org/wiki/Zip_bomb
    """

    code = "PAR055"
    name = "sheet-bomb"
    unreadable = True


class SheetUnknown(Rule):
    """The workbook has no such sheet

    What it does: reports a sheet name that the workbook does not have, with the names it has.
    Why: reading another sheet instead would convert the wrong messages.
    Example: `--sheet SMS` for a workbook whose sheet is called `Sms 2026`.
    Use instead: one of the names the finding lists.
    Sources: bascule's own rule.
    """

    code = "PAR056"
    name = "sheet-unknown"
    unreadable = True


class PropertiesEscape(Rule):
    r"""A `\u` escape that names no character

    What it does: reports `\u` without four hexadecimal digits (read as the letter u) and half of a surrogate pair
    (read as U+FFFD) in a `.properties` file.
    Why: Java refuses the first and shows a question mark for the second.
    Example: `salut=caf\u00e`
    Use instead: `salut=caf\u00e9`, or the character itself in UTF-8.
    Sources: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html
    """

    code = "PAR057"
    name = "properties-escape"
    severity = Severity.WARNING


class PropertiesDuplicateKey(Rule):
    """One key twice in one property file

    What it does: reports the second line of the same key; the last one is used, as in Java.
    Why: one of the two values is lost.
    Example: `accueil=Bonjour` and further down `accueil=Bonsoir`
    Use instead: remove or rename one of them.
    Sources: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html
    """

    code = "PAR058"
    name = "properties-duplicate-key"

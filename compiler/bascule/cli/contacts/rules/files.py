"""``CON001``-``CON029``: contact files."""

from __future__ import annotations

from bascule.diagnostics import Severity
from bascule.diagnostics.rules import Rule


class ContactsUnreadable(Rule):
    """A contact file cannot be opened

    What it does: reports an input that does not exist, is a folder, or cannot be read.
    Why: nothing was done; the run must not look as if it had been.
    Example: `bascule contacts normalize missing.csv -o out.csv` (not run)
    Use instead: check the path and its permissions.
    Sources: bascule's own rule.
    """

    code = "CON001"
    name = "contacts-unreadable"
    unreadable = True


class ContactsUnwritable(Rule):
    """The output cannot be written

    What it does: reports that the output's folder refuses a new file, or that the disk is full.
    Why: an output appears whole or not at all, so there is none now.
    Example: `bascule contacts normalize contacts.csv -o /no/such/folder/out.csv` (not run)
    Use instead: name a folder that exists and has room.
    Sources: bascule's own rule.
    """

    code = "CON002"
    name = "contacts-unwritable"
    unreadable = True


class ContactsEmpty(Rule):
    """The contact file holds no rows

    What it does: reports a file, sheet or array without any row.
    Why: an export filter that matches nothing gives such a file; an empty result would look like a clean one.
    Example: a CSV of 0 bytes (not run)
    Use instead: export again and look at the filter.
    Sources: bascule's own rule.
    """

    code = "CON003"
    name = "contacts-empty"
    unreadable = True


class ContactsBinary(Rule):
    """The contact file is binary

    What it does: reports NUL bytes in what was to be read as text.
    Why: a database, a picture or a damaged download has no rows to read.
    Example: a `.xls` workbook renamed to `.csv` (not run)
    Use instead: export as CSV, XLSX, JSON or JSON lines.
    Sources: bascule's own rule.
    """

    code = "CON004"
    name = "contacts-binary"
    unreadable = True


class ContactsEncodingGuessed(Rule):
    """The encoding of a contact file was guessed

    What it does: says that a file is neither UTF-8 nor marked, and how it was read.
    Why: one-byte encodings read any byte, so a wrong guess shows as wrong accents in names, not as an error. Phone
    numbers are hardly ever touched by it; the output keeps the input's bytes either way.
    Example: a CSV saved by a spreadsheet in its local code page (not run)
    Use instead: save the file as UTF-8, or name its encoding with `--encoding`.
    Sources: https://encoding.spec.whatwg.org/
    """

    code = "CON005"
    name = "contacts-encoding-guessed"
    severity = Severity.WARNING


class ContactsUndecodable(Rule):
    """Bytes do not fit the file's encoding

    What it does: reports that a file of an encoding with more than one byte a character does not decode.
    Why: delimiters cannot be found in bytes that are not understood.
    Example: a UTF-16 file that was cut off between two bytes (not run)
    Use instead: export again as UTF-8, or name the encoding with `--encoding`.
    Sources: https://www.unicode.org/faq/utf_bom.html
    """

    code = "CON006"
    name = "contacts-undecodable"
    unreadable = True


class ContactsColumnUnknown(Rule):
    """It is not clear which column is meant

    What it does: reports a column name that the file does not have, and a file where no column, or more than one, is
    known to hold phone numbers.
    Why: numbers of a wrong column are other people's numbers; a question is better.
    Example: a file with the columns `phone` and `mobile`, and no `--phone-column` (not run)
    Use instead: `--phone-column NAME`, or the column's number counted from 1.
    Sources: bascule's own rule.
    """

    code = "CON007"
    name = "contacts-column-unknown"
    unreadable = True


class ContactsColumnTaken(Rule):
    """A new column's name is taken

    What it does: reports that the file already has one of the columns that would be added.
    Why: two columns of one name cannot be told apart, and replacing one would lose it.
    Example: normalising a file that `bascule contacts normalize` wrote (not run)
    Use instead: another prefix, e.g. `--prefix mobile_` for a second phone column.
    Sources: bascule's own rule.
    """

    code = "CON008"
    name = "contacts-column-taken"
    unreadable = True


class ContactsNoHeader(Rule):
    """The first row looks like data

    What it does: reports that the first row of a table holds a phone number.
    Why: it would be taken for the names of the columns, and one contact would be lost.
    Example: a file that begins with `Awa,0612345678` (not run)
    Use instead: `--no-header`, and the column's number with `--phone-column`.
    Sources: bascule's own rule.
    """

    code = "CON009"
    name = "contacts-no-header"
    unreadable = True


class ContactsTooWide(Rule):
    """A row has far too many cells

    What it does: refuses tables of more than 16384 columns.
    Why: a file that is cut by a delimiter it does not have looks like that.
    Example: a text file read with `--delimiter :` (not run)
    Use instead: name the delimiter with `--delimiter`.
    Sources: 16384 is the number of columns of a worksheet,
    https://support.microsoft.com/en-us/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
    """

    code = "CON010"
    name = "contacts-too-wide"
    unreadable = True


class ContactsEndlessLine(Rule):
    """A record does not end

    What it does: refuses a text whose record is longer than 64 MiB.
    Why: it is no table; reading on would only cost memory.
    Example: a binary file, or JSON named `.csv` (not run)
    Use instead: give the file its own suffix.
    Sources: bascule's own rule.
    """

    code = "CON011"
    name = "contacts-endless-line"
    unreadable = True


class ContactsBadJson(Rule):
    """A row is not a JSON object

    What it does: reports the first row of a JSON file that is not an object or not JSON, by its number.
    Why: a row that cannot be read cannot be kept, and no row may be dropped.
    Example: a file of JSON lines that was cut off in its last line (not run)
    Use instead: export again: an array of objects, or one object a line.
    Sources: https://www.rfc-editor.org/rfc/rfc8259
    """

    code = "CON012"
    name = "contacts-bad-json"
    unreadable = True


class ContactsBadWorkbook(Rule):
    """The workbook cannot be read

    What it does: reports a workbook that is damaged, has a password, is of the old binary kind, or unpacks to far too
    much.
    Why: an archive made by somebody else is checked before it is opened.
    Example: a `.xls` file (not run)
    Use instead: open it in a spreadsheet and save it as `.xlsx` without a password, or as CSV (UTF-8).
    Sources: bascule's own rule.
    """

    code = "CON013"
    name = "contacts-bad-workbook"
    unreadable = True


class ContactsSheetUnknown(Rule):
    """The workbook has no such sheet

    What it does: reports a `--sheet` that the workbook does not have.
    Why: another sheet would be other people.
    Example: `--sheet Clients` for a workbook whose sheet is `Kunden` (not run)
    Use instead: one of the names that the message lists.
    Sources: bascule's own rule.
    """

    code = "CON014"
    name = "contacts-sheet-unknown"
    unreadable = True


class ContactsOtherSheets(Rule):
    """Further sheets were not read

    What it does: says that a workbook has more than one visible sheet, of which the first was read.
    Why: contacts on the others are not in the output.
    Example: a workbook with one sheet per country (not run)
    Use instead: one run per sheet, with `--sheet`.
    Sources: bascule's own rule.
    """

    code = "CON015"
    name = "contacts-other-sheets"
    severity = Severity.WARNING


class ContactsRegionGuessed(Rule):
    """The column of countries was guessed

    What it does: says which column was taken for the country of national numbers, or that one whose name says so was
    not.
    Why: it decides whose number a national number is; so it is used only where its name and its cells both say so.
    Example: a file with a column `country` of two-letter codes, and no `--region-column` (not run)
    Use instead: `--region-column NAME` says the same without a guess.
    Sources: bascule's own rule.
    """

    code = "CON016"
    name = "contacts-region-guessed"
    severity = Severity.INFO


class ContactsRegionsUnknown(Rule):
    """Some countries were not understood

    What it does: counts region cells that are neither an ISO 3166 code of two letters nor a calling code.
    Why: such a row is read without any country, not with the default one: a wrong country makes another person's
    number.
    Example: `Maroc` in the region column (not run)
    Use instead: `MA` or `+212`.
    Sources: https://www.iso.org/iso-3166-country-codes.html
    """

    code = "CON017"
    name = "contacts-regions-unknown"
    severity = Severity.WARNING


class ContactsNoCountry(Rule):
    """National numbers of an unknown country

    What it does: counts numbers that have neither a plus nor a country, and are no international number as they stand.
    Why: they cannot be messaged until somebody says where they belong.
    Example: `06 12 34 56 78` without a region (not run)
    Use instead: `--default-region FR`, or a column of countries with `--region-column`.
    Sources: https://www.itu.int/rec/T-REC-E.164/
    """

    code = "CON018"
    name = "contacts-no-country"
    severity = Severity.WARNING


class ContactsDigitsLost(Rule):
    """A spreadsheet cut digits off numbers

    What it does: counts numbers in scientific notation that have fewer digits than they stand for.
    Why: the digits are not in the file any more. They are never filled with zeros: that would be another person's
    number.
    Example: `3.36E+10` (not run)
    Use instead: export the source again, as XLSX, or as CSV with the column formatted as text.
    Sources: bascule's own rule.
    """

    code = "CON019"
    name = "contacts-digits-lost"
    severity = Severity.WARNING


class ContactsRagged(Rule):
    """Rows have more or fewer cells than the header

    What it does: counts them. Short rows are filled up, so that the new cells stand below their names; the cells that
    are too many get columns `extra_1`, `extra_2`, … (`extra_cells` in JSON lines and Parquet).
    Why: such rows usually hold a delimiter in an unquoted cell, and then their cells stand in the wrong columns.
    Example: `Awa,Rue 1, Dakar,+221770000000` under a header of three names (not run)
    Use instead: quotes round cells that hold the delimiter.
    Sources: https://www.rfc-editor.org/rfc/rfc4180
    """

    code = "CON020"
    name = "contacts-ragged"
    severity = Severity.WARNING


class ContactsBrokenQuotes(Rule):
    """Quotes are not closed, or not doubled

    What it does: counts rows with a quote that cannot be the start or the end of a cell; it was kept as a character.
    Why: read by the letter, one stray quote would swallow the rows behind it.
    Example: `"Awa "la belle" Diop",0612345678` (not run)
    Use instead: a quote inside a quoted cell is written `""`.
    Sources: https://www.rfc-editor.org/rfc/rfc4180
    """

    code = "CON021"
    name = "contacts-broken-quotes"
    severity = Severity.WARNING


class ContactsGuarded(Rule):
    """Cells that could be formulas got an apostrophe

    What it does: counts cells from JSON or a workbook that begin with `=`, `+`, `-`, `@`, a tab or a carriage return
    and were written to CSV with an apostrophe in front. Plain numbers and E.164 numbers in the phone column are left
    alone. Cells of delimited text are copied as they are.
    Why: a spreadsheet runs such a cell as a formula when the file is opened.
    Example: a contact whose name is `=HYPERLINK(...)` (not run)
    Use instead: JSON lines or Parquet keep every cell as it is.
    Sources: https://owasp.org/www-community/attacks/CSV_Injection
    """

    code = "CON022"
    name = "contacts-guarded"
    severity = Severity.INFO

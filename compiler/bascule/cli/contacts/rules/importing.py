"""``CON040``-``CON069``: importing and pulling."""

from __future__ import annotations

from bascule.diagnostics import Severity
from bascule.diagnostics.rules import Rule


class ContactsNobody(Rule):
    """No column says who the records are about

    What it does: reports a file in which neither a phone number, an e-mail address nor an id can be found.
    Why: every record of it would be rejected, one by one; most likely a column has a name that is not known.
    Example: a CSV with the columns `a` and `b` (not run)
    Use instead: `--preview` shows what was found; a `--mapping` file names the columns.
    Sources: bascule's own rule.
    """

    code = "CON040"
    name = "contacts-nobody"
    unreadable = True


class ContactsProfileUnfit(Rule):
    """The file is not the export that was named

    What it does: reports that none of the columns of the profile named with `--profile` is in the file.
    Why: it would be read as a file without people.
    Example: `bascule contacts import clients.csv --profile twilio-messages` (not run)
    Use instead: leave `--profile` away, so that the columns decide.
    Sources: bascule's own rule.
    """

    code = "CON041"
    name = "contacts-profile-unfit"
    unreadable = True


class ContactsMapping(Rule):
    """The mapping file cannot be used

    What it does: reports a mapping file that is not TOML or YAML, or that names what does not exist.
    Why: a mistyped column would silently stay empty.
    Example: `[columns]` with the line `phone_number = "Tel"` (not run)
    Use instead: the canonical columns of docs/contacts/import.md.
    Sources: bascule's own rule.
    """

    code = "CON042"
    name = "contacts-mapping"
    unreadable = True


class ContactsArchive(Rule):
    """An archive or compressed file cannot be unpacked

    What it does: reports a damaged or encrypted archive, and one that unpacks to far more than it is.
    Why: nothing of it was read; the other files were.
    Example: a zip of 40 kB that unpacks to 4 GB (not run)
    Use instead: fetch it again; unpack it yourself if you trust it, and name the folder.
    Sources: https://www.usenix.org/conference/woot19/presentation/fifield
    """

    code = "CON043"
    name = "contacts-archive"
    unreadable = True


class ContactsArchiveCut(Rule):
    """A compressed file ends too early

    What it does: says that a compressed file is cut off or damaged, and that what comes before was read.
    Why: the last records are missing; the last one that is there may be half.
    Example: a `.json.gz` whose download was interrupted (not run)
    Use instead: fetch it again and import it: it is another file then.
    Sources: https://www.rfc-editor.org/rfc/rfc1952
    """

    code = "CON044"
    name = "contacts-archive-cut"
    severity = Severity.WARNING


class ContactsFilesSkipped(Rule):
    """Files were left out

    What it does: says how many files of a folder or archive have no suffix of a contact file.
    Why: nobody should believe that they were read.
    Example: a folder with `export.csv` and `readme.pdf` (not run)
    Use instead: name a file directly to import it whatever its suffix.
    Sources: bascule's own rule.
    """

    code = "CON045"
    name = "contacts-files-skipped"
    severity = Severity.INFO


class ContactsBytesReplaced(Rule):
    """Bytes do not fit the encoding

    What it does: counts characters that could not be decoded and became U+FFFD.
    Why: names with accents are damaged; numbers hardly ever are.
    Example: a UTF-8 file with a few lines of Latin-1 pasted into it (not run)
    Use instead: `--encoding`, or save the file as UTF-8.
    Sources: https://www.unicode.org/versions/latest/core-spec/chapter-3/
    """

    code = "CON046"
    name = "contacts-bytes-replaced"
    severity = Severity.WARNING


class ContactsRestUnread(Rule):
    """The rest of a file could not be read

    What it does: says that JSON is broken at one record, and that what stands behind it was not read.
    Why: behind a broken bracket nothing says where the next record begins. The records in front of it were taken.
    Example: a JSON array whose download was interrupted (not run)
    Use instead: export it again, best as one object a line: a broken line is one record.
    Sources: https://www.rfc-editor.org/rfc/rfc8259
    """

    code = "CON047"
    name = "contacts-rest-unread"
    severity = Severity.ERROR


class ContactsDateOrder(Rule):
    """Which of two numbers is the month

    What it does: says how dates such as `03/04/2026` were read.
    Why: a wrong guess moves an opt-out by months. One date such as `25/04/2026` decides for the whole file.
    Example: a CSV with `03/04/2026` in one row and `25/04/2026` in another (not run)
    Use instead: dates as `2026-04-03`; `--date-order` says it where the file is wrong.
    Sources: https://www.rfc-editor.org/rfc/rfc3339
    """

    code = "CON048"
    name = "contacts-date-order"
    severity = Severity.INFO


class ContactsZoneAssumed(Rule):
    """Times without a zone

    What it does: says that times which name no zone were read as UTC.
    Why: the customer service window and the order of opt-in and opt-out are a matter of hours.
    Example: a CSV with `2026-11-23 09:30` (not run)
    Use instead: `--time-zone Europe/Paris`, the zone that the platform's console shows times in.
    Sources: https://www.iana.org/time-zones
    """

    code = "CON049"
    name = "contacts-zone-assumed"
    severity = Severity.INFO


class ContactsCellsUnknown(Rule):
    """Cells of a known column were not understood

    What it does: counts cells of dates, languages, countries and consents that have no known meaning.
    Why: the canonical column stays empty, which means unknown; the cell itself is kept.
    Example: a consent column with the text `maybe` (not run)
    Use instead: the table `values` of a mapping file gives such texts a meaning.
    Sources: bascule's own rule.
    """

    code = "CON050"
    name = "contacts-cells-unknown"
    severity = Severity.WARNING


class ContactsReadOtherwise(Rule):
    """The same bytes were imported before, read in another way

    What it does: says that a file is in the store twice, with another profile, mapping or default region.
    Why: both readings are kept; a wrong first reading does not go away by itself.
    Example: importing a file again with `--default-region FR` (not run)
    Use instead: look at `--preview` before importing; begin a new store where the first reading was wrong.
    Sources: bascule's own rule.
    """

    code = "CON051"
    name = "contacts-read-otherwise"
    severity = Severity.WARNING


class ContactsStorage(Rule):
    """Object storage does not answer

    What it does: reports that a bucket cannot be listed or an object not be read.
    Why: nothing behind that point was imported.
    Example: `bascule contacts import s3://no-such-bucket/` (not run)
    Use instead: check name, region and credentials (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`).
    Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    """

    code = "CON052"
    name = "contacts-storage"
    unreadable = True


class ContactsPullCredentials(Rule):
    """Credentials for pulling are missing

    What it does: reports environment variables that are not set.
    Why: credentials are taken from the environment alone, so that they are in no shell history, file or message.
    Example: `bascule contacts pull twilio --since 2026-01-31` without `TWILIO_AUTH_TOKEN` (not run)
    Use instead: set the variables that the message names.
    Sources: https://12factor.net/config
    """

    code = "CON053"
    name = "contacts-pull-credentials"
    unreadable = True


class ContactsPullRefused(Rule):
    """The platform refuses a request

    What it does: reports an answer that asking again does not change: refused credentials, an unknown address, a page
    that is none, a link to another host.
    Why: what was fetched until then is kept; the rest is missing.
    Example: a token that was revoked (not run)
    Use instead: correct credentials or `--base-url`, and run the same command again: it goes on where it was.
    Sources: https://www.rfc-editor.org/rfc/rfc9110#section-15.5
    """

    code = "CON054"
    name = "contacts-pull-refused"
    unreadable = True


class ContactsPullFailed(Rule):
    """The platform does not answer

    What it does: reports that a request failed time after time: no connection, answers that break off, 429 or 5xx.
    Why: what was fetched until then is kept; the rest is missing.
    Example: a platform that is down for an hour (not run)
    Use instead: run the same command again later, with a smaller `--rate` after 429: it goes on where it was.
    Sources: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """

    code = "CON055"
    name = "contacts-pull-failed"
    unreadable = True


class ContactsDateUndecided(Rule):
    """Dates that can be read in two ways

    What it does: reports dates such as `03/04/2026` in a file that has no date such as `25/04/2026`, or has dates of
    both orders.
    Why: a wrong guess moves an opt-out by months. Such dates are unknown now, and kept as they are.
    Example: a CSV whose dates are all in the first twelve days of a month (not run)
    Use instead: `--date-order day-first` or `month-first`, as the program that wrote the file has it.
    Sources: https://www.rfc-editor.org/rfc/rfc3339
    """

    code = "CON056"
    name = "contacts-date-undecided"
    severity = Severity.WARNING

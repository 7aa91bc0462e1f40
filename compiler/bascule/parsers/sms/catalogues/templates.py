"""Language files to templates."""

from __future__ import annotations

import re
from typing import Any

from bascule.diagnostics.finding import Label
from bascule.language.detect import guess_language
from bascule.parsers.sms.catalogues.document import CatalogueDocument, Decoded, Oddity
from bascule.parsers.sms.catalogues.gettext import CatalogueEntry, GettextDocument
from bascule.parsers.sms.evidence import Look, look_of
from bascule.parsers.sms.locales import file_locale, locale_of
from bascule.parsers.sms.losses import CodeNotRead, MarkupLost
from bascule.parsers.sms.model import MAX_NESTING, Reading, Wording
from bascule.parsers.sms.rules import DuplicateKey, TextFromCode, UnreviewedTranslation, Versions
from bascule.parsers.sms.trees import read_tree
from bascule.source import Place

__all__ = ["read_catalogue"]

_SLUG = re.compile(r"[A-Za-z][\w]*+(?:[.:/-][\w]++)*+|[A-Z][A-Z0-9_]++")
_MAX_KEY = 120
_QUANTITIES = frozenset(("zero", "one", "two", "few", "many", "other"))


def read_catalogue(document: CatalogueDocument) -> Reading:
    """The templates of a language file. Every text of it is in the ledger exactly once."""
    if isinstance(document, GettextDocument):
        reading = _gettext(document)
    elif document.about in ("a PHP file", "an XLIFF file"):
        reading = read_tree(document, document.value)
    else:
        reading = Reading(document)
        _flat(reading, document, document.value, ())
    reading.shape = document.about
    _oddities(reading, document)
    return reading


def _flat(reading: Reading, document: CatalogueDocument, value: dict[str, Any], path: tuple[str, ...]) -> None:
    """Every key with a text is a template; quantities and items of a list are templates of their own."""
    place = Place(document.path).child(*path)
    plural = bool(path) and len(value) > 1 and set(value) <= _QUANTITIES
    for name, item in value.items():
        at = place.child(name)
        key = ".".join((*path, name))
        if isinstance(item, dict) and len(path) < MAX_NESTING:
            _flat(reading, document, item, (*path, name))
            continue
        text = str(item)
        look = look_of(text)
        if look is Look.EMPTY:
            reading.empty(at.at_key(), f"`{key[:60]}`")
            reading.account(text, at, "text")
        elif look is Look.CODE:
            reading.keep(key, text, at, "string")
        else:
            template = reading.open(key, at.at_key(), [Wording(text, at)])
            if plural:
                template.fact("plural", name)
            note = document.notes.get(at.pointer)
            if note is not None:
                template.fact("description", note.text)
                reading.account(note.text, document.mark(f"#note{len(reading.ledger)}", *note.span), "comment")
            reading.account(text, at, "text")
    if plural:
        _say_plural(reading, place, ".".join(path), len(value))


def _say_plural(reading: Reading, place: Place, key: str, count: int) -> None:
    reading.findings.append(
        Versions.at(
            place.at_key(),
            f"`{key[:60]}` holds {count} plural forms; each became a flow of its own",
            help="let the sending program pick the form, or word the text so that one fits all numbers",
        )
    )


def _gettext(document: GettextDocument) -> Reading:
    reading = Reading(document)
    target = locale_of(document.locale) or file_locale(document.path)
    sources = "\n".join(entry.source.text for entry in document.entries[:500] if not _is_key(entry.source.text))
    guess = guess_language(sources) if sources else None
    # What cannot be told is English, which gettext takes for granted.
    source = guess.language if guess is not None else "en" if sources.isascii() and sources else ""
    source_locale = source if source != target.partition("_")[0] else ""
    if "header" in document.value:
        reading.keep("gettext.header", document.value["header"], Place(document.path, "/header"), "header")
    fuzzy = []
    for entry in document.entries:
        _entry(reading, document.path, entry, target, source_locale)
        if "fuzzy" in entry.flags:
            fuzzy.append(Place(document.path, f"{entry.pointer}/msgstr"))
    if fuzzy:
        reading.findings.append(
            UnreviewedTranslation.at(
                fuzzy[0],
                f"{len(fuzzy)} translation(s) are marked `fuzzy`: gettext does not use them",
                help="review them, or remove the mark",
                labels=[Label(place, "and here") for place in fuzzy[1:3]],
            )
        )
    return reading


def _is_key(source: str) -> bool:
    """Whether a ``msgid`` is a name (`sms.reminder`) rather than a text."""
    return _SLUG.fullmatch(source) is not None and ("_" in source or "." in source or source.isupper())


def _entry(reading: Reading, path: str, entry: CatalogueEntry, target: str, source_locale: str) -> None:
    place = Place(path, entry.pointer)
    named = _is_key(entry.source.text) and look_of(entry.source.text) is Look.CODE
    context = entry.context if len(entry.context) <= _MAX_KEY and not re.search(r"\s", entry.context) else ""
    key = entry.source.text if named else context
    original = [] if named else [Wording(entry.source.text, place.child("msgid"), source_locale)]
    said = look_of(entry.source.text) in (Look.TEXT, Look.WORD)
    forms = {number: text for number, text in sorted(entry.texts.items()) if text.text.strip()}
    reading.account(entry.source.text, place.child("msgid"), "name" if named or not source_locale else "text")
    for name, value in (("msgctxt", entry.context), ("msgid_plural", entry.plural.text if entry.plural else "")):
        if value:
            reading.account(value, place.child(name), "context" if name == "msgctxt" else "text")
    many = len(entry.texts) > 1
    for number, text in entry.texts.items():
        at = place.child(f"msgstr[{number}]" if many or f"{entry.pointer}/msgstr" not in _known(reading) else "msgstr")
        reading.account(text.text, at, "text")
    if not forms:
        if original and said and source_locale:
            template = reading.open(key, place.child("msgid"), original)
            _facts(template, entry)
        else:
            reading.empty(place.child("msgid"), f"`{(key or entry.source.text)[:60]}`")
        return
    for number, text in forms.items():
        name = "msgstr" if f"{entry.pointer}/msgstr" in _known(reading) else f"msgstr[{number}]"
        wordings = [Wording(text.text, place.child(name), target)]
        if said and source_locale and original:
            same = original[0]
            if number and entry.plural is not None:
                same = Wording(entry.plural.text, place.child("msgid_plural"), source_locale)
            wordings.insert(0, same)
        if look_of(text.text) not in (Look.TEXT, Look.WORD):
            reading.facts.append((f"gettext.{key or entry.source.text}"[:120], text.text))
            continue
        template = reading.open(f"{key}.{number}" if key and many else key, place.child("msgid"), wordings)
        if many:
            template.fact("plural", number)
        _facts(template, entry)
    if len(forms) > 1:
        _say_plural(reading, place.child("msgid"), key or entry.source.text, len(forms))


def _known(reading: Reading) -> dict[str, Decoded]:
    document = reading.document
    assert isinstance(document, CatalogueDocument)
    return document.pointers


def _facts(template: Any, entry: CatalogueEntry) -> None:
    if entry.comments:
        template.fact("description", " ".join(entry.comments))
    if entry.context and template.key != entry.context:
        template.fact("gettext.context", entry.context)
    if entry.flags:
        template.fact("gettext.flags", entry.flags)


def _oddities(reading: Reading, document: CatalogueDocument) -> None:
    """What is no text: one finding of each kind, and the ledger names them all."""
    by_kind: dict[str, list[Oddity]] = {}
    for oddity in document.oddities:
        by_kind.setdefault(oddity.kind, []).append(oddity)
    for number, oddity in enumerate(document.oddities):
        place = document.mark(f"#{number}", oddity.start, oddity.end)
        if oddity.kind == "code":
            reading.ledger.emulated(
                "code in a text", place, f"became the placeholder {oddity.what}", "let the sending program give it"
            )
        elif oddity.kind in ("statement", "value"):
            reading.ledger.dropped(
                oddity.kind, place, "code is not read", "send its words from a text", CodeNotRead.code
            )
        elif oddity.kind == "markup":
            reading.ledger.degraded(
                f"markup <{oddity.what}>", place, "WhatsApp has no such markup", "plain words", MarkupLost.code
            )
    for kind, rule, message, help in (
        ("code", TextFromCode, "part of this text is code: it became the placeholder `{}`", "declare it with a sample"),
        ("statement", CodeNotRead, "`{}` begins code, which is not read", "move the texts it gives into the array"),
        ("value", CodeNotRead, "the value `{}` is code, which is not read", "write its text in the file"),
        ("markup", MarkupLost, "`<{}>` in a text is left out", "check how the message looks without it"),
        ("duplicate", DuplicateKey, "the key `{}` stands twice", "remove or rename one"),
    ):
        found = by_kind.get(kind, [])
        if found:
            first = document.oddities.index(found[0])
            more = f" ({len(found)} times in the file)" if len(found) > 1 else ""
            shown = found[0].what.split("\n")[0][:60]
            reading.findings.append(
                rule.at(Place(document.path, f"/#{first}"), message.format(shown) + more, help=help)
            )

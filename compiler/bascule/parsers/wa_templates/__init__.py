"""WhatsApp templates as accounts and providers list them, and bodies that are sent.

Meta's ``GET /{WABA}/message_templates``, creation bodies, the lists of Twilio, 360dialog, Infobip, Gupshup and Bird,
and bodies of ``POST /{PHONE}/messages``. A template that exists is sent by reference; one that is not submitted yet, or
was refused, becomes a new template. What each shape looks like is in ``docs/formats/wa-templates.md``.
"""

from __future__ import annotations

from typing import Any

from bascule.diagnostics.parse_rules import findings_of
from bascule.ir.project import Project
from bascule.language.reading import Reading, json_text
from bascule.language.secrets import MaskedDocument
from bascule.parsers.base import CERTAIN, LIKELY, NEAR, Match, Parsed, ParseOptions
from bascule.parsers.wa_templates import losses, rules
from bascule.parsers.wa_templates.bird import project_names, read_bird, read_project
from bascule.parsers.wa_templates.build import Builder
from bascule.parsers.wa_templates.dialects import read_gupshup, read_infobip, read_twilio
from bascule.parsers.wa_templates.meta import read_meta
from bascule.parsers.wa_templates.model import Listed
from bascule.parsers.wa_templates.sends import read_send
from bascule.parsers.wa_templates.shapes import Dialect, Found, Item, find_items, leaves, near_miss
from bascule.source import Document, Place, SourceFile, TextDocument, join_pointer, split_pointer
from bascule.source.json import JsonDocument, read_json
from bascule.source.json_lines import LinesDocument, looks_like_lines
from bascule.whatsapp.shape import too_deep

__all__ = ["losses", "parse", "rules", "sniff"]

_FAR = 10
"""A near miss that is surely something else, said to explain."""

_READERS = {
    Dialect.META: read_meta,
    Dialect.DIALOG360: read_meta,
    Dialect.TWILIO: read_twilio,
    Dialect.INFOBIP: read_infobip,
    Dialect.GUPSHUP: read_gupshup,
}
_SPOKEN = {
    Dialect.META: "templates with `components`",
    Dialect.DIALOG360: "templates of 360dialog",
    Dialect.TWILIO: "contents of Twilio",
    Dialect.INFOBIP: "templates of Infobip",
    Dialect.GUPSHUP: "templates of Gupshup",
    Dialect.BIRD: "templates of Bird",
    Dialect.BIRD_PROJECT: "projects of Bird",
    Dialect.SEND: "bodies of `/messages`",
}


def _open(file: SourceFile) -> JsonDocument | LinesDocument | None:
    if file.is_zip or file.encoding == "binary":
        return None
    if file.text.lstrip("\ufeff \t\r\n").startswith("{") and looks_like_lines(file.text):
        return LinesDocument(file.path, file.text)
    return file.json


def sniff(file: SourceFile) -> Match | None:
    """Say whether a file holds templates or send bodies of WhatsApp, and why (not)."""
    document = _open(file)
    if document is None or too_deep(document.value):
        return None
    found = find_items(document.value)
    if not found.items:
        reason = near_miss(document.value)
        if not reason:
            return None
        return Match(_FAR if "Postman" in reason or "webhook" in reason else NEAR, reason)
    first = found.items[0].dialect
    count = len(found.items)
    told = f"{_SPOKEN[first]} ({count} in the {found.shape})" if count > 1 else f"a {found.shape}: {_SPOKEN[first]}"
    if not found.strays:
        return Match(CERTAIN, f"it holds {told}")
    if len(found.strays) <= count:
        return Match(LIKELY, f"it holds {told}, and {len(found.strays)} other item(s)")
    return Match(NEAR, f"only {count} of {count + len(found.strays)} items are templates or send bodies")


def parse(file: SourceFile, options: ParseOptions) -> Parsed:
    """Read the templates and send bodies of a file. Never raises on content."""
    document = _open(file)
    if document is None or too_deep(document.value):
        return _unreadable(file)
    reading = Reading(file.path)
    reading.findings.extend(findings_of((*file.encoding_problems, *document.problems), document))
    found = find_items(document.value)
    for pointer, _ in leaves(document.value):
        name = next((part for part in reversed(pointer.split("/")) if not part.isdecimal()), "")
        reading.book.open(f"member {name}"[:60] if name else "value", Place(file.path, pointer))
    builder = Builder(reading, options.locale)
    for item in found.items:
        if item.dialect is not Dialect.SEND:
            reading.book.open("template", Place(file.path, item.pointer))
    listed = _listed(reading, found, file)
    builder.templates(listed)
    for item in found.items:
        if item.dialect is Dialect.SEND:
            _send(reading, builder, item, file)
    _strays(reading, found, file.path)
    facts = _beside(reading, found, file.path) if found.items else []
    if not found.items:
        reading.find(
            rules.NothingListed,
            Place(file.path),
            near_miss(document.value) or "no template and no send body was found",
            help="export the templates with their components, or name a file of `/messages` bodies",
        )
        reading.book.drop_rest("nothing of it is a template", "", rules.NothingListed.code)
    for entry in reading.book.undecided():
        reading.book.exact(entry.place, "kept in the definition, or as a fact" if listed else "")
    locales = tuple(dict.fromkeys(locale for locale in (options.locale, *(one.language for one in listed)) if locale))
    project = Project(
        flows=tuple(builder.flows),
        locale=options.locale,
        locales=locales,
        variables=tuple(reading.variables.values()),
        templates=tuple(builder.assets),
        facts=tuple(facts),
    )
    shape = "JSON lines" if isinstance(document, LinesDocument) else found.shape
    shown: Document = MaskedDocument(document, reading.secrets) if reading.secrets else document
    told = (("format", "wa-templates"), ("shape", shape), ("templates", str(len(listed))))
    return Parsed(project, reading.finish(), reading.book.close(), shown, not found.items, told)


def _listed(reading: Reading, found: Found, file: SourceFile) -> list[Listed]:
    """The templates of a file, in its order; of Bird's versions of one template the approved one comes first."""
    listed: list[Listed] = []
    projects = project_names(found.items)
    birds = [item for item in found.items if item.dialect is Dialect.BIRD]
    read = {str(item.value.get("projectId")) for item in birds}
    for item in found.items:
        place = Place(file.path, item.pointer)
        if item.dialect is Dialect.BIRD:
            listed.extend(read_bird(reading, item, place, file.stem, projects))
        elif item.dialect is Dialect.BIRD_PROJECT:
            project = read_project(item, place, read)
            listed.extend([project] if project is not None else [])
        elif item.dialect is not Dialect.SEND:
            listed.append(_READERS[item.dialect](reading, item, place, file.stem))
    listed.sort(key=lambda one: one.provider == "bird" and one.status != "APPROVED")
    return listed


def _send(reading: Reading, builder: Builder, item: Item, file: SourceFile) -> None:
    place = Place(file.path, item.pointer)
    sent = read_send(reading, item.value, place)
    builder.send(sent, item.key or file.stem, place)


def _strays(reading: Reading, found: Found, path: str) -> None:
    """Report what is no template, and put its parts down as dropped."""
    if not found.items or not found.strays:
        return
    code = ""
    for pointer in found.strays:
        place = Place(path, pointer)
        code = reading.find_once(
            rules.NotATemplate,
            "stray",
            place,
            lambda count: f"{count} item(s) are neither a template nor a send body",
            help="take them out, or export the list again",
        )
        reading.book.open("list item", place)
        reading.book.dropped(place, "no template", "take it out of the list", code)
    strays = set(found.strays)
    for entry in reading.book.undecided():
        parts = entry.place.pointer.split("/")
        # Items stand at most three levels below the root: in pages.
        if any("/".join(parts[:depth]) in strays for depth in (2, 3, 4)):
            reading.book.dropped(entry.place, "no template", "take it out of the list", code)


def _beside(reading: Reading, found: Found, path: str) -> list[tuple[str, str]]:
    """The members next to the list, as facts of the project; a next page is reported."""
    facts = []
    for pointer, value in found.beside:
        place = Place(path, pointer)
        name = "/".join(split_pointer(pointer))
        known = "" if name.endswith("nextPageToken") else name.rpartition("/")[2]  # a page, no secret
        facts.append((name, json_text(reading.safe(value, place, known))))
        for leaf, _ in leaves(value, place.pointer):
            reading.book.exact(Place(path, leaf), "kept as a fact of the project")
    beside: dict[str, Any] = dict(found.beside)
    for holder, member in (("paging", "next"), ("meta", "next_page_url")):
        inner = beside.get(join_pointer(found.page, holder))
        if isinstance(inner, dict) and isinstance(inner.get(member), str) and inner[member]:
            where = Place(path, join_pointer(found.page, holder, member)).at_key()
            _more(reading, where, "the list goes on on another page")
    next_page = join_pointer(found.page, "nextPageToken")
    token = beside.get(next_page)
    if isinstance(token, str) and token:
        _more(reading, Place(path, next_page).at_key(), "the list goes on on another page")
    total = beside.get("/total")
    if isinstance(total, int) and not isinstance(total, bool) and total > len(found.items) + len(found.strays):
        _more(reading, Place(path, "/total"), f"the list has {total} templates, the file {len(found.items)}")
    return facts


def _more(reading: Reading, place: Place, message: str) -> None:
    reading.find(rules.MorePages, place, message, help="export all pages and compile the files together")


def _unreadable(file: SourceFile) -> Parsed:
    text = "" if file.encoding == "binary" or file.is_zip else file.text
    document = TextDocument(file.path, text)
    problems = list(file.encoding_problems)
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[", "//", "/*")):
        problems.extend(read_json(file.path, text).problems)
    what = "the file is no JSON that can be read"
    help = "name a file of templates or of `/messages` bodies"
    findings = [*findings_of(problems, document), rules.NothingListed.at(Place(file.path), what, help=help)]
    reading = Reading(file.path)
    told = (("format", "wa-templates"),)
    return Parsed(Project(), tuple(findings), reading.book.close(), document, True, told)

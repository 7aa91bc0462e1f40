"""How flows start: the keyword, trigger, intent, campaign and schedule cells of their rows, else a guess."""

from __future__ import annotations

import re
from dataclasses import replace

from bascule.ir.project import Entry, EntryKind, Flow
from bascule.ir.text import Localized
from bascule.language.entries import settle_entries
from bascule.language.locale_names import plain_name
from bascule.language.reading import Reading
from bascule.parsers.table import rules
from bascule.parsers.table.cells import colon, parts
from bascule.parsers.table.model import Cell, FlowDraft, Row, Step
from bascule.parsers.table.phrases import kind_of
from bascule.parsers.table.vocabulary import NO, YES, Role, is_word

__all__ = ["ENTRY_ROLES", "guess_entries", "read_entries"]

_BREAKS = re.compile(r"[\r\n;|]+")

ENTRY_ROLES = (Role.ENTRY, Role.KEYWORD, Role.INTENT, Role.CAMPAIGN, Role.SCHEDULE)
_STARTS = frozenset(
    plain_name(word)
    for word in """
    start welcome hello menu main home greeting intro begin début accueil bienvenue bonjour départ menuprincipal inicio
    bienvenida hola menú início boasvindas olá البداية الترحيب مرحبا القائمة शुरुआत स्वागत नमस्ते मेनू начало старт
    привет приветствие меню главноеменю anfang willkommen benvenuto
    """.split()  # noqa: SIM905
)


def read_entries(reading: Reading, flow: FlowDraft, many: bool) -> list[Entry]:
    """The entries that the cells of a flow name, in order."""
    found: list[Entry] = []
    for step in flow.steps:
        for number, block in enumerate(step.blocks):
            for row in block.all_rows():
                for cell in row.of(*ENTRY_ROLES):
                    found.extend(_entries(reading, step, row, cell, many, found))
                kind = next((cell for cell in row.of(Role.TYPE) if kind_of(cell.text, "type") == "start"), None)
                if kind is not None and not number and flow.start is None:
                    flow.start = step
    return found


def _entries(reading: Reading, step: Step, row: Row, cell: Cell, many: bool, before: list[Entry]) -> list[Entry]:
    role = cell.column.role
    reading.book.exact(cell.place)
    text = cell.text.strip()
    if role is Role.KEYWORD:
        return _keywords(step, row, cell, many, before)
    if role is Role.INTENT:
        return [Entry(EntryKind.INTENT, step.id, intent=text, name=text, at=cell.place)]
    if is_word(text, NO) and len(text) <= 6:
        return []
    if role is Role.CAMPAIGN:
        kind = EntryKind.BROADCAST if _says(cell, "broadcast") else EntryKind.CAMPAIGN
        name = "" if is_word(text, YES) else text
        return [Entry(kind, step.id, name=name or kind.value, at=cell.place)]
    if role is Role.SCHEDULE:
        return [Entry(EntryKind.SCHEDULE, step.id, schedule=text, name=text[:80], at=cell.place)]
    listed = [part.strip() for part in _BREAKS.split(cell.text) if part.strip()]
    return [entry for text in listed for entry in _trigger(step, cell, text, many, row)]


def _says(cell: Cell, kind: str) -> bool:
    return kind_of(cell.column.name, "entry") == kind or kind_of(cell.text, "entry") == kind


def _keywords(step: Step, row: Row, cell: Cell, many: bool, before: list[Entry]) -> list[Entry]:
    """``menu, aide, bonjour``: keywords of one entry; those of another language join it."""
    words = tuple(part.text.strip("\"'«»“”") for part in parts(cell.text))
    locale = (cell.column.locale or row.voice[0]) if many else ""
    last = before[-1] if before else None
    if last is not None and last.kind is EntryKind.KEYWORD and last.target == step.id:
        known = last.keywords.get(locale)
        if known is None:
            before[-1] = replace(last, keywords=last.keywords.with_value(locale, words))
        else:
            merged = tuple(dict.fromkeys((*known, *words)))
            before[-1] = replace(last, keywords=last.keywords.with_value(locale, merged))
        return []
    return [Entry(EntryKind.KEYWORD, step.id, Localized.of(words, locale), name=words[0], at=cell.place)]


def _trigger(step: Step, cell: Cell, text: str, many: bool, row: Row) -> list[Entry]:
    """One part of a trigger cell: ``mot-clé : menu``, ``campagne rentrée``, ``oui``, a keyword by itself."""
    at = colon(text, ":=")
    head, tail = (text[: at[0]].strip(), text[at[1] :].strip()) if at else (text, "")
    kind = kind_of(head, "entry")
    if not kind and not at:
        first, _, rest = text.partition(" ")
        if kind_of(first, "entry") not in ("", "any_message") and rest.strip():
            kind, tail = kind_of(first, "entry"), rest.strip()
    if not kind:
        if is_word(text, YES):
            return [Entry(EntryKind.ANY_MESSAGE, step.id, name=EntryKind.ANY_MESSAGE.value, at=cell.place)]
        # Anything else in a trigger column is what the user writes.
        kind, tail = EntryKind.KEYWORD.value, text
    found = EntryKind(kind)
    if found is EntryKind.KEYWORD:
        words = tuple(part.text for part in parts(tail)) if tail else ()
        if not words:
            return []
        return [Entry(found, step.id, Localized.of(words, row.voice[0] if many else ""), name=words[0], at=cell.place)]
    if found is EntryKind.INTENT:
        return [Entry(found, step.id, intent=tail, name=tail or found.value, at=cell.place)]
    if found is EntryKind.SCHEDULE:
        return [Entry(found, step.id, schedule=tail, name=tail[:80] or found.value, at=cell.place)]
    return [Entry(found, step.id, name=tail or found.value, at=cell.place)]


def guess_entries(reading: Reading, drafts: list[FlowDraft], flows: list[Flow]) -> list[Flow]:
    """Give every flow an entry: a subflow where another flow runs it, else by the name of its first step.

    What is not called like a beginning is the strict case: the business starts it.
    """
    drafted = {draft.id: draft for draft in drafts}
    return settle_entries(flows, lambda flow: _guess(reading, drafted[flow.id]))


def _first(draft: FlowDraft) -> Step:
    return draft.start or draft.steps[0]


def _guess(reading: Reading, draft: FlowDraft) -> Entry:
    first = _first(draft)
    names = [first.name, *first.aliases, draft.name]
    greets = draft.start is not None or any(plain_name(name) in _STARTS for name in names)
    kind = EntryKind.ANY_MESSAGE if greets else EntryKind.API
    started = "the user's first message" if greets else "a send of the business"
    reading.find_once(
        rules.GuessedEntry,
        kind.value,
        first.place,
        lambda count: f"{count} flow(s) do not say how they start; they are taken to start with {started}",
        help="add a column `mot-clé`, `déclencheur`, `campagne` or `planification` and fill it in on the first row",
    )
    return Entry(kind, first.id, name=draft.name[:80], at=first.place)

"""The choices of a block: from the buttons cell, from numbered columns, from links; in all languages of its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bascule.ir.content import Choice, ChoiceKind
from bascule.ir.text import Localized, LocalizedText, literal, plain_text
from bascule.language.names import template_slug
from bascule.language.reading import unique
from bascule.parsers.table import rules
from bascule.parsers.table.cells import Piece, piece
from bascule.parsers.table.model import Block, Cell, Row
from bascule.parsers.table.options import Option, is_address, is_phone, read_option, read_options
from bascule.parsers.table.targets import Targets
from bascule.parsers.table.vocabulary import Role
from bascule.source import Place

if TYPE_CHECKING:
    from bascule.parsers.table.content import Speaker

__all__ = ["Offer", "Part", "read_offers"]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a cell."""

    cell: Cell
    piece: Piece

    @classmethod
    def whole(cls, cell: Cell) -> Part:
        """All of a cell but its outer blanks."""
        return cls(cell, piece(cell.text, 0, len(cell.text)))

    @property
    def text(self) -> str:
        """What is written there."""
        return self.piece.text

    @property
    def place(self) -> Place:
        """Where it is written."""
        return self.cell.at(self.piece.start, self.piece.end)


@dataclass(frozen=True, slots=True)
class Offer:
    """A choice with the row it stands in and the target that is written for it."""

    choice: Choice
    row: Row
    target: Part | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """One option of one language, its parts possibly from several cells."""

    title: Part
    row: Row
    target: Part | None = None
    about: Part | None = None
    section: Part | None = None
    key: str = ""
    payload: str = ""
    extra: tuple[tuple[str, str], ...] = ()


def _line(option: Option, cell: Cell, row: Row) -> _Line:
    def part(found: Piece | None) -> Part | None:
        return Part(cell, found) if found is not None else None

    return _Line(
        Part(cell, option.title),
        row,
        part(option.target),
        part(option.about),
        part(option.section),
        option.key,
        option.payload,
        option.extra,
    )


def read_offers(speaker: Speaker, block: Block, rows: list[Row], targets: Targets) -> list[Offer]:
    """The choices of a block, in the order of the language that stands first. ``rows`` are those of its main
    channel."""
    by_locale: dict[str, list[_Line]] = {}
    for voice, row in block.rows.items():
        if row not in rows:
            continue
        for own in block.rows_of(voice):
            for line in _lines(speaker, own, targets):
                by_locale.setdefault(speaker.locale(line.title.cell, own), []).append(line)
    if not by_locale:
        return []
    (first, leading), *others = by_locale.items()
    for locale, listed in others:
        if len(listed) != len(leading):
            speaker.reading.find(
                rules.TranslationDiffers,
                listed[0].title.cell.place,
                f"{len(listed)} button(s) in `{locale}`, {len(leading)} in `{first or 'the first language'}`",
                help="write the same buttons in the same order in every language",
            )
    taken: dict[str, int] = {}
    offers = []
    for index, line in enumerate(leading):
        same = {locale: listed[index] for locale, listed in by_locale.items() if index < len(listed)}
        target = next((other.target for other in same.values() if other.target is not None), None)
        offers.append(Offer(_choice(speaker, line, same, target, taken, targets), line.row, target))
    return offers


def _lines(speaker: Speaker, row: Row, targets: Targets) -> Iterable[_Line]:
    """The options of one row: those of its buttons cell, then its numbered columns, then links and numbers."""
    found: list[_Line] = []
    for cell in row.of(Role.BUTTONS):
        speaker.take(cell)
        listed = [_line(option, cell, row) for option in read_options(cell.text, targets.leads)]
        found.extend(_completed(speaker, line, row, number) for number, line in enumerate(listed, 1))
    for cell in sorted(row.of(Role.BUTTON), key=lambda cell: (cell.column.number, cell.column.index)):
        speaker.take(cell)
        single = read_option(cell.text, targets.leads)
        if single is not None:
            found.append(_completed(speaker, _line(single, cell, row), row, cell.column.number))
    for cell in row.of(Role.LINK, Role.PHONE):
        if speaker.reading.book.is_open(cell.place):
            speaker.take(cell)
            _add_link(found, cell, row)
    return found


def _completed(speaker: Speaker, line: _Line, row: Row, number: int) -> _Line:
    """An option with what the columns of its number say: target, link, description, section."""
    for role in (Role.BUTTON_NEXT, Role.LINK, Role.PHONE):
        other = row.get(role, number)
        if other is not None:
            speaker.take(other)
            line = line if line.target is not None else replace(line, target=Part.whole(other))
    about = row.get(Role.BUTTON_ABOUT, number)
    if about is not None:
        speaker.take(about)
        line = line if line.about is not None else replace(line, about=Part.whole(about))
    section = row.get(Role.SECTION, number) or row.get(Role.SECTION)
    if section is not None:
        speaker.take(section)
        line = line if line.section is not None else replace(line, section=Part.whole(section))
    return line


def _add_link(found: list[_Line], cell: Cell, row: Row) -> None:
    """An address or number without a button's number: of the one button without a target, else a button itself."""
    idle = [number for number, line in enumerate(found) if line.target is None]
    if len(idle) == 1:
        found[idle[0]] = replace(found[idle[0]], target=Part.whole(cell))
    else:
        found.append(_Line(Part.whole(cell), row, Part.whole(cell)))


def _choice(
    speaker: Speaker,
    line: _Line,
    same: dict[str, _Line],
    target: Part | None,
    taken: dict[str, int],
    targets: Targets,
) -> Choice:
    def localized(parts: Iterable[tuple[str, Part | None]]) -> LocalizedText:
        return Localized(tuple((locale, speaker.text(part.cell, part.piece)) for locale, part in parts if part))

    title = localized((locale, other.title) for locale, other in same.items())
    words = plain_text(title.first) if title else ""
    kind, url, phone = ChoiceKind.REPLY, literal(""), literal("")
    written = target.text if target is not None else ""
    if target is not None and is_address(written):
        kind, url = ChoiceKind.URL, speaker.text(target.cell, target.piece)
        url = (*literal("https://"), *url) if written.lower().startswith("www.") else url
    elif is_phone(written):
        kind, phone = ChoiceKind.CALL, literal(written.removeprefix("tel:").strip())
    elif written:
        found = targets(written)
        kind = ChoiceKind.SHARE_LOCATION if found is not None and found.kind == "location" else kind
    return Choice(
        id=unique(template_slug(words)[:60] or "option", taken),
        title=title,
        kind=kind,
        description=localized((locale, other.about) for locale, other in same.items()),
        payload=line.payload,
        accepts=Localized.of((line.key,)) if line.key else Localized(),
        url=url,
        phone=phone,
        section=localized((locale, other.section) for locale, other in same.items()),
        hints=line.extra,
        at=line.title.place,
    )

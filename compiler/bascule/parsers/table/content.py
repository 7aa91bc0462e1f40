"""What a block of rows says: texts per language and channel, and media."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from bascule.ir.content import Choice, ChoiceKind, Content, Media, MediaKind, TemplateUse, Variant
from bascule.ir.text import Localized, LocalizedText, Text, literal, plain_text
from bascule.language.menus import Menu, find_menu
from bascule.language.reading import Reading, json_text
from bascule.parsers.table import rules
from bascule.parsers.table.cells import Piece
from bascule.parsers.table.model import Block, Cell, Row
from bascule.parsers.table.offers import Offer, read_offers
from bascule.parsers.table.targets import Targets
from bascule.parsers.table.vocabulary import Role

__all__ = ["Said", "Speaker"]

_FORMULA = re.compile(r"\s*=\s*[A-Za-z]{2,20}\(")
_MEDIA_PART = re.compile(r"[^\s,;|]+")
_KINDS: dict[str, MediaKind] = {
    **dict.fromkeys(("jpg", "jpeg", "png", "webp", "bmp"), MediaKind.IMAGE),
    **dict.fromkeys(("mp4", "mov", "3gp", "webm", "avi"), MediaKind.VIDEO),
    **dict.fromkeys(("mp3", "ogg", "oga", "opus", "aac", "amr", "m4a", "wav"), MediaKind.AUDIO),
    **dict.fromkeys(("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "csv"), MediaKind.DOCUMENT),
    "gif": MediaKind.GIF,
}


@dataclass(slots=True)
class Said:
    """What a block says: bubbles before the last one, and the last one with its choices. ``voices`` are the places of
    the main wording; ``menu`` is the list of numbers written into the text, if there is one."""

    before: list[Content] = field(default_factory=list)
    content: Content = field(default_factory=Content)
    offers: list[Offer] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    menu: Menu | None = None
    text: Cell | None = None


class Speaker:
    """Reads what blocks say. ``many``: the file has several languages, so texts stand under their own."""

    def __init__(self, reading: Reading, many: bool) -> None:
        self.reading = reading
        self.many = many

    def say(self, block: Block, targets: Targets) -> Said:
        """Everything that a block shows."""
        said = Said()
        wordings = self._wordings(block)
        primary = next((name for name in ("whatsapp", "") if name in wordings), next(iter(wordings), ""))
        main = wordings.pop(primary, [])
        variants = [
            Variant(channel or "default", Content(text=self._localized(bubble), at=self._first(bubble).place))
            for channel, bubbles in wordings.items()
            for bubble in bubbles
        ]
        rows = [row for voice, row in block.rows.items() if voice[1] in ("", primary)] or [block.main]
        for bubble in main[:-1]:
            said.before.append(Content(text=self._localized(bubble), at=self._first(bubble).place))
        said.text = self._first(main[-1]) if main else None
        said.offers = read_offers(self, block, rows, targets)
        said.menu = find_menu(said.text.text) if said.text is not None and not said.offers else None
        media = self._media(rows)
        template = self._template(rows)
        at = said.text.place if said.text is not None else media[0].at if media else block.main.place
        said.content = Content(
            text=self._localized(main[-1]) if main else Localized(),
            header=self._side(rows, Role.HEADER),
            footer=self._side(rows, Role.FOOTER),
            media=media,
            choices=_choices(said),
            list_label=self._side(rows, Role.LIST_LABEL) if said.offers else Localized(),
            variants=tuple(variants),
            template=template,
            at=at,
        )
        if primary not in ("", "whatsapp") and main:
            said.facts.append(("channel", json_text(primary)))
        said.facts.extend(self._category(block.main))
        return said

    def error(self, block: Block) -> Content | None:
        """What is said to an answer that does not fit."""
        rows = list(block.rows.values())
        text = self._side(rows, Role.ERROR)
        cell = next((cell for row in rows for cell in row.of(Role.ERROR)), None)
        return Content(text=text, at=cell.place) if text and cell is not None else None

    def locale(self, cell: Cell, row: Row) -> str:
        """The key of a text among localised ones: ``""`` in a file of one language."""
        return (cell.column.locale or row.voice[0]) if self.many else ""

    def text(self, cell: Cell, part: Piece | None = None) -> Text:
        """A cell, or a part of it, with its placeholders."""
        if part is None:
            return self.reading.text(cell.text, cell.place)
        if part.text != cell.text[part.start : part.end]:
            return literal(part.text)  # a member of a JSON cell has no range of its own
        return self.reading.text(part.text, cell.at(part.start, part.end))

    def take(self, cell: Cell, reason: str = "") -> None:
        """The cell is carried."""
        self.reading.book.exact(cell.place, reason)

    @staticmethod
    def _first(bubble: list[tuple[Cell, Row]]) -> Cell:
        return bubble[0][0]

    def _wordings(self, block: Block) -> dict[str, list[list[tuple[Cell, Row]]]]:
        """Text cells by channel, then by bubble; a bubble holds its cells in all languages."""
        found: dict[str, list[list[tuple[Cell, Row]]]] = {}
        for voice, row in block.rows.items():
            counts: dict[tuple[str, str], int] = {}
            cells = sorted(row.of(Role.TEXT), key=lambda cell: (cell.column.number or 1, cell.column.index))
            for cell in cells:
                channel = cell.column.channel or voice[1]
                key = (channel, cell.column.locale or voice[0])
                number = counts.get(key, 0)
                counts[key] = number + 1
                bubbles = found.setdefault(channel, [])
                while len(bubbles) <= number:
                    bubbles.append([])
                bubbles[number].append((cell, row))
                self._note_formula(cell)
                self.take(cell)
            for other in block.more.get(voice, ()):
                for cell in other.of(Role.TEXT):
                    self.take(cell, "the text of the row above again")
        return found

    def _note_formula(self, cell: Cell) -> None:
        if cell.text.lstrip()[:1] == "=" and _FORMULA.match(cell.text) and cell.place.pointer.count("/") == 2:
            self.reading.find(
                rules.FormulaText,
                cell.place,
                "the text begins like a formula; it is read as text and nothing is calculated",
                help="write what people should read",
            )

    def _localized(self, bubble: list[tuple[Cell, Row]]) -> LocalizedText:
        result: dict[str, Text] = {}
        for cell, row in bubble:
            result.setdefault(self.locale(cell, row), self.text(cell))
        return Localized(tuple(result.items()))

    def _side(self, rows: list[Row], role: Role) -> LocalizedText:
        """A text beside the message (header, footer …) in all languages."""
        result: dict[str, Text] = {}
        for row in rows:
            for cell in row.of(role):
                result.setdefault(self.locale(cell, row), self.text(cell))
                self.take(cell)
        return Localized(tuple(result.items()))

    def _category(self, row: Row) -> list[tuple[str, str]]:
        found = []
        for cell in row.of(Role.CATEGORY):
            self.take(cell, "kept as the fact `category_hint`")
            found.append(("category_hint", json_text(cell.text.strip())))
        return found

    def _template(self, rows: list[Row]) -> TemplateUse | None:
        use = None
        for row in rows:
            for cell in row.of(Role.TEMPLATE):
                self.take(cell)
                use = use or TemplateUse(name=cell.text.strip(), at=cell.place)
        return use

    def _media(self, rows: list[Row]) -> tuple[Media, ...]:
        """The files of a block. One column in several languages is one file with an address for each."""
        found: dict[tuple[str, int, int], Media] = {}
        for row in rows:
            for cell in row.of(Role.MEDIA):
                self.take(cell)
                for number, match in enumerate(self._addresses(cell)):
                    key = (cell.column.kind, cell.column.number, number)
                    url = self.text(cell, match)
                    locale = self.locale(cell, row)
                    known = found.get(key)
                    if known is not None:
                        if known.url and known.url.get(locale) is None:
                            found[key] = replace(known, url=known.url.with_value(locale, url))
                        continue
                    found[key] = self._file(cell, match, url, locale)
        return tuple(found.values())

    @staticmethod
    def _addresses(cell: Cell) -> list[Piece]:
        """The addresses of a media cell; a cell without any is one name of a file."""
        found = [
            Piece(match.group().strip("<>()\"'"), match.start(), match.end())
            for match in _MEDIA_PART.finditer(cell.text)
            if "://" in match.group()
        ]
        text = cell.text.strip()
        start = cell.text.index(text)
        return found[:20] or [Piece(text, start, start + len(text))]

    def _file(self, cell: Cell, part: Piece, url: Text, locale: str) -> Media:
        at = cell.at(part.start, part.end)
        plain = plain_text(url).split("?")[0].rstrip("/")
        kind = MediaKind(cell.column.kind) if cell.column.kind else _KINDS.get(plain.rpartition(".")[2].lower())
        if "://" in part.text:
            return Media(kind or MediaKind.FILE, Localized.of(url, locale), at=at)
        return Media(kind or MediaKind.FILE, asset=part.text, filename=part.text if "." in part.text else "", at=at)


def _choices(said: Said) -> tuple[Choice, ...]:
    """The choices; a list of numbers in the text with as many items gives each the number people type."""
    choices = tuple(offer.choice for offer in said.offers)
    menu = find_menu(said.text.text) if said.text is not None and choices else None
    replies = [choice for choice in choices if choice.kind is ChoiceKind.REPLY]
    if menu is None or len(menu.items) != len(replies):
        return choices
    keys = {choice.id: item.key for choice, item in zip(replies, menu.items, strict=True)}
    return tuple(_typed(choice, keys[choice.id]) if choice.id in keys else choice for choice in choices)


def _typed(choice: Choice, key: str) -> Choice:
    known = choice.accepts.first if choice.accepts else ()
    return replace(choice, accepts=Localized.of(tuple(dict.fromkeys([*known, key]))))

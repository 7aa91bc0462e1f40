"""What the messages of a page say: the wording of the richest channel in all languages, the others beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from bascule.ir.content import Choice, Content, Media, MediaKind, TemplateUse, Variant
from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.ir.project import TemplateAsset, Variable
from bascule.ir.text import Hole, Localized, LocalizedText, Segment, Text, holes, join_text, literal, plain_text
from bascule.language.menus import find_menu
from bascule.language.names import template_slug, variable_slug
from bascule.language.reading import Reading, json_text, unique
from bascule.parsers.contentrepo import losses, rules
from bascule.parsers.contentrepo.lists import Item, read_items, read_words
from bascule.parsers.contentrepo.pages import Cell, Line, Page, shown

__all__ = ["NUMBERED", "Offer", "Said", "Scribe"]

NUMBERED = re.compile(r"\{\{\s{0,3}(\d{1,3})\s{0,3}\}\}")
"""WhatsApp's numbered placeholders: they stand beside those of any other syntax."""

_CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
_MEDIA = {"image_link": MediaKind.IMAGE, "doc_link": MediaKind.DOCUMENT, "media_link": MediaKind.FILE}
_KINDS = {
    **dict.fromkeys(("mp4", "3gp", "mov", "webm"), MediaKind.VIDEO),
    **dict.fromkeys(("mp3", "ogg", "aac", "amr", "m4a", "opus", "wav"), MediaKind.AUDIO),
    **dict.fromkeys(("jpg", "jpeg", "png", "webp"), MediaKind.IMAGE),
    "gif": MediaKind.GIF,
    "pdf": MediaKind.DOCUMENT,
}
_TITLES = ("whatsapp_title", "sms_title", "ussd_title", "messenger_title", "viber_title")


@dataclass(frozen=True, slots=True)
class Offer:
    """A choice and what is behind it: ``kind`` is ``next_message``, ``go_to_page``, ``go_to_form``, ``quick_reply``,
    ``typed`` (an option of a list in the text) or ``""``; ``slug`` the page or form."""

    choice: Choice
    kind: str
    slug: str = ""


@dataclass(slots=True)
class Said:
    """A message as it is said, with its choices and what is kept beside it. ``main`` is the channel of its text."""

    content: Content
    offers: list[Offer] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    main: str = ""


class Scribe:
    """Reads texts and lists of rows, each cell once. ``many``: the file has several languages."""

    def __init__(self, reading: Reading, many: bool) -> None:
        self.reading = reading
        self.many = many
        self.assets: list[TemplateAsset] = []
        self._items: dict[str, list[Item]] = {}
        self._texts: dict[str, Text] = {}

    def items(self, line: Line) -> list[Item]:
        """The buttons of a row, then its list items."""
        key = line.place.pointer
        if key not in self._items:
            found: list[Item] = []
            for name, what in (("buttons", "button"), ("list_items", "list item")):
                if name in line.cells:
                    found.extend(read_items(self.reading, line.cells[name], what))
            self._items[key] = found
        return self._items[key]

    def shape(self, line: Line) -> tuple[tuple[str, ...], str, bool]:
        """What two translations of a message must have in common to be one message."""
        kinds = tuple(item.kind for item in self.items(line))
        return kinds, line.get("whatsapp_template_name"), "next_prompt" in line.cells

    def text(self, cell: Cell, page: Page) -> Text:
        """A text with its placeholders; numbered ones are those of their page (``slug.1``)."""
        key = cell.place.pointer
        if key not in self._texts:
            parts: list[Segment] = []
            at = 0
            for match in NUMBERED.finditer(cell.text):
                if match.start() > at:
                    parts.extend(self.reading.text(cell.text[at : match.start()], cell.at(at, match.start())))
                expression = Ref((variable_slug(page.slug), match.group(1)))
                parts.append(Hole(expression, cell.at(*match.span())))
                self.reading.note(expression, cell.at(*match.span()))
                at = match.end()
            if at < len(cell.text):
                place = cell.at(at, len(cell.text)) if at else cell.place
                parts.extend(self.reading.text(cell.text[at:], place))
            self._texts[key] = join_text(parts)
        return self._texts[key]

    def locale(self, page: Page) -> str:
        """The key of a page's texts: ``""`` in a file of one language."""
        return page.locale if self.many else ""

    def say(self, lines: list[tuple[Page, Line]], last: bool) -> Said:
        """One message in all languages of a page; ``last``: the page's quick replies belong to it."""
        page, line = lines[0]
        bodies = line.bodies
        main = next(iter(bodies), "")
        if not main and "web_body" in line.cells:
            main = "web"
        said = Said(Content(), main=main)
        text = self._localized(lines, main)
        variants = [
            Variant(channel, Content(text=self._localized(lines, channel), at=cell.place))
            for channel, cell in bodies.items()
            if channel != main
        ]
        if "web_body" in line.cells and main != "web":
            web = self._localized(lines, "web")
            variants.append(Variant("web", Content(text=web, at=line.cells["web_body"].place)))
        said.offers = self._offers(lines, last)
        choices = tuple(offer.choice for offer in said.offers)
        media = self._media(line)
        at = line.cells[_column(main)].place if main else line.place
        said.content = Content(
            text=text,
            footer=self._side(lines, "footer"),
            media=media,
            choices=choices,
            list_label=self._side(lines, "list_title"),
            variants=tuple(variants),
            template=self._template(page, line, text),
            at=at,
        )
        if main and main != "whatsapp":
            said.facts.append(("channel", json_text(main)))
        if main == "web":
            for _, row in lines:
                if "web_body" in row.cells:
                    self.reading.book.emulated(row.cells["web_body"].place, "the text for the web is the message")
            self.reading.find_once(
                losses.WebOnly,
                "web",
                at,
                lambda count: f"{count} page(s) are written for the web only; the web text is taken as it stands",
                help="write a `whatsapp_body`",
            )
        self._menu(said, line.cells.get(_column(main)) if main else None)
        said.facts.extend(self._examples(page, line, main))
        for other, row in lines:
            tail = f"@{other.locale}" if other is not page else ""
            said.facts.extend(self._category(row, line, tail))
            said.facts.extend(self._titles(row, line, tail))
        return said

    def _menu(self, said: Said, cell: Cell | None) -> None:
        """A numbered list in the text that asks for an answer becomes choices, where the row names no buttons."""
        menu = find_menu(cell.text) if cell is not None and not said.offers else None
        if menu is None or cell is None:
            return
        outside = cell.text[: menu.start] + cell.text[menu.end :]
        if "end the message" in menu.cue and not any(mark in outside for mark in ("?", "؟", "？")):
            return
        taken: dict[str, int] = {}
        for item in menu.items:
            choice = Choice(
                id=unique(template_slug(item.title)[:60] or template_slug(item.key), taken),
                title=Localized.of(literal(item.title), said.content.text.locales[0]),
                payload=item.key,
                accepts=Localized.of(tuple(dict.fromkeys((item.key, *item.spellings)))),
                at=cell.at(item.start, item.end),
            )
            said.offers.append(Offer(choice, "typed"))
        said.content = replace(said.content, choices=tuple(offer.choice for offer in said.offers))
        self.reading.find_once(
            rules.MenuInText,
            "menu",
            cell.at(menu.start, menu.end),
            lambda count: (
                f"{count} text(s) ask for a number of a list; its options became choices that lead nowhere yet"
            ),
            help="connect them in the converted scenario, or write `buttons` in the sheet",
        )

    def variation(self, lines: list[tuple[Page, Line]]) -> tuple[Expression, LocalizedText]:
        """Whom a variation is for, and what it says."""
        line = lines[0][1]
        texts: dict[str, Text] = {}
        for other, row in lines:
            cell = row.cells["variation_body"]
            self.reading.book.exact(cell.place)
            texts.setdefault(self.locale(other), self.text(cell, other))
        return self._restriction(line), Localized(tuple(texts.items()))

    def _restriction(self, line: Line) -> Expression:
        cell = line.cells.get("variation_title")
        if cell is None:
            self.reading.find(
                rules.UnreadVariation,
                line.place,
                "the variation does not say whom it is for; the sending program has to decide",
                help="write `field: value` into `variation_title`",
            )
            return Opaque("contentrepo", "")
        pairs = [part.partition(":") for part in cell.value.split(",")]
        if not all(name.strip() and sign and value.strip() for name, sign, value in pairs):
            code = self.reading.find(
                rules.UnreadVariation,
                cell.place,
                f"`{shown(cell.text)}` is no list of `field: value`; it is kept as text",
                help="write `gender: male, age: 18-30`",
            )
            self.reading.book.degraded(cell.place, "kept as text", "write `field: value`", code)
            return Opaque("contentrepo", cell.value)
        self.reading.book.exact(cell.place)
        tests: list[Expression] = []
        for name, _, value in pairs:
            field_ = Ref(("contact", variable_slug(name.strip())))
            self.reading.note(field_, cell.place)
            tests.append(Call("same_text", (field_, Const(value.strip()))))
        return tests[0] if len(tests) == 1 else Call("and", tuple(tests))

    def _localized(self, lines: list[tuple[Page, Line]], channel: str) -> LocalizedText:
        result: dict[str, Text] = {}
        for page, line in lines:
            cell = line.cells.get(_column(channel))
            if cell is not None:
                self.reading.book.exact(cell.place)
                result.setdefault(self.locale(page), self.text(cell, page))
        return Localized(tuple(result.items()))

    def _side(self, lines: list[tuple[Page, Line]], name: str) -> LocalizedText:
        result: dict[str, Text] = {}
        for page, line in lines:
            cell = line.cells.get(name)
            if cell is None:
                continue
            self.reading.book.exact(cell.place)
            if cell.value not in ("[]", "-"):
                result.setdefault(self.locale(page), self.text(cell, page))
        return Localized(tuple(result.items()))

    def _offers(self, lines: list[tuple[Page, Line]], last: bool) -> list[Offer]:
        line = lines[0][1]
        taken: dict[str, int] = {}
        found: list[Offer] = []
        listed = [(self.locale(other), self.items(row)) for other, row in lines]
        for index, item in enumerate(self.items(line)):
            titles = {locale: literal(items[index].title) for locale, items in listed if index < len(items)}
            choice = Choice(
                id=unique(template_slug(item.title)[:60] or "option", taken),
                title=Localized(tuple(titles.items())),
                hints=item.extra,
                at=item.at,
            )
            found.append(Offer(choice, item.kind, item.slug))
        prompt = self._side(lines, "next_prompt")
        if prompt:
            words = plain_text(prompt.first)
            choice = Choice(
                unique(template_slug(words)[:60] or "next", taken), prompt, at=line.cells["next_prompt"].place
            )
            found.append(Offer(choice, "next_message"))
        if last:
            found.extend(self._quick_replies([other for other, _ in lines], taken))
        return found

    def _quick_replies(self, pages: list[Page], taken: dict[str, int]) -> list[Offer]:
        listed = [(page, read_words(self.reading, page.line.cells.get("quick_replies"))) for page in pages]
        found = []
        for index, (word, place) in enumerate(listed[0][1]):
            titles = {self.locale(page): literal(words[index][0]) for page, words in listed if index < len(words)}
            choice = Choice(
                unique(template_slug(word)[:60] or "reply", taken), Localized(tuple(titles.items())), at=place
            )
            found.append(Offer(choice, "quick_reply", word))
        return found

    def _media(self, line: Line) -> tuple[Media, ...]:
        found = []
        for name, usual in _MEDIA.items():
            cell = line.cells.get(name)
            if cell is None:
                continue
            self.reading.book.exact(cell.place)
            value = cell.value
            suffix = value.split("?")[0].rpartition(".")[2].lower()
            kind = _KINDS.get(suffix, usual) if usual is MediaKind.FILE else usual
            if "://" in value:
                found.append(Media(kind, Localized.of(literal(value)), at=cell.place))
            else:
                found.append(Media(kind, asset=value, filename=value.rpartition("/")[2], at=cell.place))
        return tuple(found)

    def _template(self, page: Page, line: Line, text: LocalizedText) -> TemplateUse | None:
        cell = line.cells.get("whatsapp_template_name")
        if cell is None:
            return None
        self.reading.book.exact(cell.place)
        slots: dict[str, Expression] = {}
        for hole in holes(text.first) if text else ():
            if isinstance(hole.expression, Ref):
                slots.setdefault(hole.expression.path[-1], hole.expression)
        category = line.get("whatsapp_template_category").upper()
        self.assets.append(
            TemplateAsset(
                name=cell.value,
                language=page.locale,
                category=category if category in _CATEGORIES else "",
                text=text,
                at=cell.place,
            )
        )
        return TemplateUse(name=cell.value, language=page.locale, parameters=tuple(slots.items()), at=cell.place)

    def _category(self, line: Line, first: Line, tail: str) -> list[tuple[str, str]]:
        cell = line.cells.get("whatsapp_template_category")
        if cell is None:
            return []
        if tail and cell.value == first.get(cell.name):
            self.reading.book.exact(cell.place, "as in the first language")
            return []
        if cell.value.upper() in _CATEGORIES:
            self.reading.book.exact(cell.place, "kept as the fact `category_hint`")
            return [(f"category_hint{tail}", json_text(cell.value))]
        code = self.reading.find(
            rules.UnknownCategory,
            cell.place,
            f"`{shown(cell.text)}` is no category of templates",
            help=f"the categories are {', '.join(_CATEGORIES)}",
        )
        self.reading.book.degraded(cell.place, "kept as a fact", "write one of the categories", code)
        return [(f"{cell.name}{tail}", json_text(cell.value))]

    def _examples(self, page: Page, line: Line, main: str) -> list[tuple[str, str]]:
        """Give the placeholders their examples; those too many are kept as a fact."""
        cell = line.cells.get("example_values")
        values = read_words(self.reading, cell)
        if cell is None or not values:
            return []
        text = self.text(line.cells[_column(main)], page) if main else ()
        names: dict[str, None] = {}
        for hole in holes(text):
            if isinstance(hole.expression, Ref):
                names[hole.expression.name] = None
        if len(values) != len(names):
            self.reading.find(
                rules.ExamplesDiffer,
                cell.place,
                f"{len(values)} example value(s) for {len(names)} placeholder(s)",
                help="write one example for each placeholder, parted by commas",
            )
        locale = self.locale(page)
        for name, (value, place) in zip(names, values, strict=False):
            known = self.reading.variables.get(name) or Variable(name, at=place)
            if known.sample.get(locale) is None:
                self.reading.variables[name] = replace(known, sample=known.sample.with_value(locale, value))
        return [(cell.name, json_text(cell.value))] if len(values) > len(names) else []

    def _titles(self, line: Line, first: Line, tail: str) -> list[tuple[str, str]]:
        found = []
        for name in _TITLES:
            cell = line.cells.get(name)
            if cell is not None and self.reading.book.is_open(cell.place):
                self.reading.book.exact(cell.place, "kept as a fact")
                if not tail or cell.value != first.get(name):
                    found.append((f"{name}{tail}", json_text(cell.value)))
        return found


def _column(channel: str) -> str:
    return f"{channel}_body"

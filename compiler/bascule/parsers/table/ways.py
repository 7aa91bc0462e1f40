"""Where a block leads: its next cells, else and timeout columns, matched to the choices it offers."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from bascule.ir.content import Choice, ChoiceKind
from bascule.ir.expr import Expression, Opaque
from bascule.ir.nodes import Duration
from bascule.ir.text import Localized, literal, plain_text
from bascule.language.menus import Menu
from bascule.language.names import template_slug
from bascule.language.reading import Reading, unique
from bascule.parsers.table import rules
from bascule.parsers.table.cells import Piece
from bascule.parsers.table.conditions import LANGUAGE, looks_like_condition, read_condition
from bascule.parsers.table.content import Said
from bascule.parsers.table.model import Block, Cell, Row, step_key
from bascule.parsers.table.offers import Part
from bascule.parsers.table.routes import Route, RouteKind, read_routes
from bascule.parsers.table.targets import Targets
from bascule.parsers.table.vocabulary import NO, YES, Role, is_word
from bascule.parsers.table.waits import read_wait
from bascule.source import Place

__all__ = ["Way", "Ways", "menu_choices", "read_ways", "unread"]

_OR = re.compile(r"\s*(?:/|\||\bou\b|\bor\b|\bo\b|\bили\b|\bأو\b|\bया\b)\s*")
_DECIDED = (RouteKind.LABEL, RouteKind.CONDITION)


@dataclass(frozen=True, slots=True)
class Way:
    """A target as written, or (``part`` None) the end of the flow that a cell asks for."""

    part: Part | None
    place: Place


@dataclass(slots=True)
class Ways:
    """The ways out of a block. ``chosen`` by choice id, ``whens`` in order, ``timeout`` with its length; ``typed``
    are answers that no button offers; ``answers`` choices made from answers that stand in the next cell only.
    ``spread``: the plain target went to the buttons."""

    default: Way | None = None
    chosen: dict[str, Way] = field(default_factory=dict)
    whens: list[tuple[Expression, Way]] = field(default_factory=list)
    typed: list[tuple[str, Way]] = field(default_factory=list)
    otherwise: Way | None = None
    timeout: tuple[Duration, Way | None, Place] | None = None
    answers: list[Choice] = field(default_factory=list)
    accepts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    spread: bool = False
    ends: bool = False

    @property
    def decides(self) -> bool:
        """Whether anything but a plain target stands there."""
        return bool(self.chosen or self.whens or self.typed or self.otherwise or self.answers)


@dataclass(frozen=True, slots=True)
class _Found:
    route: Route
    cell: Cell
    row: Row

    @property
    def way(self) -> Way | None:
        return None if self.route.target is None else Way(Part(self.cell, self.route.target), self.place)

    @property
    def place(self) -> Place:
        part = self.route.target or self.route.label
        return self.cell.at(part.start, part.end) if part else self.cell.place

    @property
    def label(self) -> str:
        return self.route.label.text if self.route.label else ""


class _Reader:
    def __init__(self, reading: Reading, block: Block, said: Said, targets: Targets, known: Collection[str]) -> None:
        self.reading = reading
        self.block = block
        self.said = said
        self.targets = targets
        self.known = known
        self.ways = Ways()
        self.decided: list[_Found] = []

    def read(self) -> Ways:
        voice = next(iter(self.block.rows))
        rows = self.block.rows_of(voice)
        for offer in self.said.offers:
            if offer.target is not None and offer.choice.kind is ChoiceKind.REPLY:
                self.ways.chosen[offer.choice.id] = Way(offer.target, offer.target.place)
        for row in rows:
            self._row(row)
        self._decide()
        for other in self.block.rows:
            if other != voice:
                for row in self.block.rows_of(other):
                    self._compare(row, rows)
        return self.ways

    def _row(self, row: Row) -> None:
        found = [_Found(route, cell, row) for cell in row.of(Role.NEXT) for route in self._routes(cell)]
        for cell in row.of(Role.BUTTON_NEXT):
            if self.reading.book.is_open(cell.place):
                self.reading.book.exact(cell.place)
                whole = Part.whole(cell).piece
                label = Piece(str(cell.column.number), whole.start, whole.start)
                found.append(_Found(Route(RouteKind.LABEL, label, whole), cell, row))
        for cell in row.of(Role.ELSE):
            self.reading.book.exact(cell.place)
            found.append(_Found(Route(RouteKind.ELSE, target=Part.whole(cell).piece), cell, row))
        for cell in row.of(Role.TIMEOUT):
            found.extend(self._timeouts(cell, row))
        self._plain(row, [item for item in found if item.route.kind is RouteKind.PLAIN])
        for item in found:
            if item.route.kind in _DECIDED:
                self.decided.append(item)
            elif item.route.kind is RouteKind.ELSE:
                self.ways.otherwise = self.ways.otherwise or item.way
            elif item.route.kind is RouteKind.ANY:
                self.ways.default = self.ways.default or item.way
            elif item.route.kind is RouteKind.TIMEOUT:
                self._timeout(item)

    def _routes(self, cell: Cell) -> list[Route]:
        self.reading.book.exact(cell.place)
        if is_word(cell.text, NO) and self.targets(cell.text.strip()) is None:
            self.ways.ends = True  # a dash: nothing follows
            return []
        return read_routes(cell.text, self.targets.leads)

    def _timeouts(self, cell: Cell, row: Row) -> list[_Found]:
        """The timeout column: ``24h -> relance``, ``relance``, ``24h``."""
        self.reading.book.exact(cell.place)
        found = []
        whole = Part.whole(cell).piece
        seconds = read_wait(whole.text, cell.column.kind).seconds
        if seconds is not None and self.targets(whole.text) is None:
            return [_Found(Route(RouteKind.TIMEOUT, whole, None, seconds), cell, row)]
        for route in read_routes(cell.text, self.targets.leads):
            length = route.seconds
            if length is None and route.label is not None:
                length = read_wait(route.label.text, cell.column.kind).seconds
            found.append(_Found(replace(route, kind=RouteKind.TIMEOUT, seconds=length), cell, row))
        return found

    def _timeout(self, item: _Found) -> None:
        if self.ways.timeout is not None:
            return
        wait = next((cell for row in self.block.all_rows() for cell in row.of(Role.WAIT)), None)
        seconds = item.route.seconds
        if seconds is None and wait is not None:
            seconds = read_wait(wait.text, wait.column.kind).seconds
        if seconds is None:
            self.reading.find(
                rules.UnreadWait,
                item.place,
                "nothing says after how long without an answer the flow goes there",
                help="write the length before the step: `24h -> relance`, or fill in the waiting column",
            )
            written = item.label or "timeout"
            length = Duration(expression=Opaque(LANGUAGE, written))
        else:
            length = Duration(seconds)
        self.ways.timeout = (length, item.way, item.place)

    def _plain(self, row: Row, found: list[_Found]) -> None:
        """Targets without an answer before them: one for each button, or one for all."""
        ways = [item.way for item in found if item.way is not None]
        if not ways:
            return
        idle = [
            offer.choice.id
            for offer in self.said.offers
            if offer.row is row
            and offer.choice.id not in self.ways.chosen
            and offer.choice.kind in (ChoiceKind.REPLY, ChoiceKind.SHARE_LOCATION)
        ]
        if len(ways) > 1 and len(ways) == len(idle):
            self.ways.chosen.update(zip(idle, ways, strict=True))
            return
        if len(ways) > 1:
            self.reading.find(
                rules.SeveralTargets,
                found[0].cell.place,
                f"{len(ways)} targets and nothing that chooses between them; the first is taken",
                help="write what leads to each: `oui: menu; sinon: fin`",
            )
        if idle:
            self.ways.chosen.update(dict.fromkeys(idle, ways[0]))
            self.ways.spread = True
            if row is not self.block.main or len(self.block.more.get(row.voice, ())):
                return  # one button a row, each with its own target
        self.ways.default = self.ways.default or ways[0]

    def _decide(self) -> None:
        """Match answers and conditions of the next cells to choices, else make choices of them."""
        labels: list[_Found] = []
        for item in self.decided:
            way = item.way
            if way is None:
                continue
            ids = self._matches(item.label)
            if ids:
                for id_ in ids:
                    self.ways.chosen.setdefault(id_, way)
            elif looks_like_condition(item.label):
                self._when(item, way)
            else:
                labels.append(item)
        if not labels:
            return
        if self._yes_no(labels) or self._from_menu(labels):
            return
        if self.said.offers or self.said.text is None:
            for item in labels:
                if item.way is not None:
                    self.ways.typed.extend((word, item.way) for word in _words(item.label))
            return
        self._answers(labels)

    def _when(self, item: _Found, way: Way) -> None:
        part = item.route.label
        place = item.cell.at(part.start, part.end) if part else item.cell.place
        condition = read_condition(item.label, place, self.known)
        if not condition.whole:
            unread(self.reading, item.label, place)
        self.ways.whens.append((condition.expression, way))

    def _matches(self, label: str) -> list[str]:
        """Ids of the choices that an answer names: by title, by key, by number."""
        found = []
        for word in _words(label):
            key = step_key(word)
            for number, offer in enumerate(self.said.offers, 1):
                choice = offer.choice
                titles = [plain_text(text) for _, text in choice.title]
                keys = [*titles, *(key for _, keys in choice.accepts for key in keys), choice.payload]
                if key in {step_key(name) for name in keys if name} or word == str(number):
                    found.append(choice.id)
                    break
        if found:
            spare = tuple(word for word in _words(label) if not word.isdigit())
            self.ways.accepts[found[0]] = (*self.ways.accepts.get(found[0], ()), *spare)
        return list(dict.fromkeys(found))

    def _yes_no(self, labels: list[_Found]) -> bool:
        """``oui: a; non: b`` below a condition of the row's own: its two outcomes."""
        tested = self.block.main.has(Role.CONDITION) and self.said.text is None
        if not tested or not all(is_word(item.label, YES) or is_word(item.label, NO) for item in labels):
            return False
        for item in labels:
            if is_word(item.label, YES):
                self.ways.default = self.ways.default or item.way
            else:
                self.ways.otherwise = self.ways.otherwise or item.way
        return True

    def _from_menu(self, labels: list[_Found]) -> bool:
        """Answers that are the numbers or words of a list written into the text."""
        menu, text = self.said.menu, self.said.text
        if menu is None or text is None:
            return False
        by_key: dict[str, int] = {}
        for number, entry in enumerate(menu.items):
            for name in (entry.key, entry.title, *entry.spellings):
                by_key.setdefault(step_key(name), number)
        named = [[by_key.get(step_key(word)) for word in _words(item.label)] for item in labels]
        if any(None in numbers for numbers in named):
            return False
        choices = menu_choices(menu, text)
        self.ways.answers = choices
        for item, numbers in zip(labels, named, strict=True):
            for index in numbers:
                if index is not None and item.way is not None:
                    self.ways.chosen.setdefault(choices[index].id, item.way)
        return True

    def _answers(self, labels: list[_Found]) -> None:
        taken: dict[str, int] = {}
        for item in labels:
            words = _words(item.label)
            part = item.route.label
            if item.way is None or part is None or not words:
                continue
            choice = Choice(
                id=unique(template_slug(words[0])[:60] or "option", taken),
                title=Localized.of(literal(words[0])),
                accepts=Localized.of(tuple(words[1:])) if words[1:] else Localized(),
                at=item.cell.at(part.start, part.end),
            )
            self.ways.answers.append(choice)
            self.ways.chosen[choice.id] = item.way
            self.reading.book.emulated(item.cell.place, "its answers became choices", "write them as buttons")
        self.reading.find_once(
            rules.AnswersFromNext,
            "answers",
            labels[0].cell.place,
            lambda count: f"{count} step(s) name their answers in the next cell only; they are offered as choices",
            help="write the titles people should see into a column `boutons`",
        )

    def _compare(self, row: Row, rows: list[Row]) -> None:
        """The targets of a translation: they should be those of the first language."""
        for cell in row.of(Role.NEXT, Role.ELSE, Role.TIMEOUT, Role.BUTTON_NEXT):
            if not self.reading.book.is_open(cell.place) and cell.column.role is not Role.BUTTON_NEXT:
                continue
            same = [
                other.text.strip()
                for first in rows
                for other in first.of(cell.column.role)
                if other.column.number == cell.column.number
            ]
            if not same or cell.text.strip() in same:
                self.reading.book.exact(cell.place, "as in the first language")
                continue
            code = self.reading.find(
                rules.TranslationDiffers,
                cell.place,
                f"this language leads to `{_short(cell.text)}`, the first one to `{_short(same[0])}`",
                help="write the same target in every language; the first one is taken",
            )
            self.reading.book.degraded(cell.place, "the first language decides", "write the same target", code)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:40] + "…"


def _words(label: str) -> list[str]:
    """The alternatives of an answer: ``oui/ok``, ``oui ou d'accord``."""
    if len(label) > 200:
        return [label]
    return [word.strip(" \"'«»“”") for word in _OR.split(label) if word.strip(" \"'«»“”")] or [label]


def unread(reading: Reading, text: str, place: Place) -> None:
    """Say that a condition was kept as text."""
    reading.find(
        rules.UnreadCondition,
        place,
        f"`{_short(text)}` is no condition that can be read; it is kept as text",
        help="write a comparison: `age >= 18`, `ville = Dakar`, `nom est vide`",
    )


def menu_choices(menu: Menu, text: Cell) -> list[Choice]:
    """The items of a list in the text as choices."""
    taken: dict[str, int] = {}
    return [
        Choice(
            id=unique(template_slug(item.title)[:60] or template_slug(item.key), taken),
            title=Localized.of(literal(item.title)),
            payload=item.key,
            accepts=Localized.of(tuple(dict.fromkeys((item.key, *item.spellings)))),
            at=text.at(item.start, item.end),
        )
        for item in menu.items
    ]


def read_ways(reading: Reading, block: Block, said: Said, targets: Targets, known: Collection[str]) -> Ways:
    """Read where a block leads. ``known`` are the variables of the table, for conditions."""
    return _Reader(reading, block, said, targets, known).read()

"""From pages to flows: one page is one flow in all its languages; buttons lead to the next message or another page."""

from __future__ import annotations

from dataclasses import replace

from bascule.diagnostics.finding import Severity
from bascule.ir.content import Content
from bascule.ir.nodes import (
    Always,
    Ask,
    Case,
    Chosen,
    Edge,
    Message,
    Node,
    Otherwise,
    ReplyKind,
    RunFlow,
    When,
)
from bascule.ir.parts import CONTENT, as_part
from bascule.ir.project import Entry, EntryKind, Flow
from bascule.ir.text import Localized
from bascule.language.entries import settle_entries
from bascule.language.locale_names import plain_name
from bascule.language.reading import Reading, json_text, unique
from bascule.parsers.contentrepo import losses, rules
from bascule.parsers.contentrepo.compare import compare_page
from bascule.parsers.contentrepo.groups import Group
from bascule.parsers.contentrepo.lists import read_words
from bascule.parsers.contentrepo.messages import Offer, Said, Scribe
from bascule.parsers.contentrepo.pages import Cell, Line, Page, shown
from bascule.source import Place

__all__ = ["FlowMaker"]

_PAGE_FACTS = ("page_id", "structure", "parent", "web_subtitle", "translation_tag")


class FlowMaker:
    """Makes the flows of a file. ``pages`` are all pages, also those that say nothing."""

    def __init__(self, reading: Reading, scribe: Scribe, groups: list[Group], pages: list[Page]) -> None:
        self.reading = reading
        self.scribe = scribe
        self.groups = groups
        self.pages = pages
        self._speaking = {(page.slug, page.locale): group for group in reversed(groups) for page in group.pages}
        self._slugs = {(page.slug, page.locale): page for page in reversed(pages)}
        self._titles = {(page.title, page.locale) for page in pages}
        self._triggers: dict[tuple[str, str], Group] = {}

    def make(self) -> list[Flow]:
        """All flows, in the order of their pages."""
        triggers = {group.id: self._entries(group) for group in self.groups}
        flows = [self._flow(group, triggers[group.id]) for group in self.groups]
        return settle_entries(flows, self._guess)

    def silent(self) -> list[tuple[str, str]]:
        """The pages that say nothing, as facts of the project; menu entries among them."""
        facts: dict[str, str] = {}
        taken: dict[str, int] = {}
        for page in self.pages:
            if page.messages:
                continue
            if not page.index:
                self.reading.find_once(
                    rules.EmptyPage,
                    "empty",
                    page.line.place,
                    lambda count: f"{count} page(s) have no text for any channel; they are kept as facts",
                    help="write their messages, or remove them",
                )
            values: dict[str, str] = {}
            for line in page.lines():
                for cell in (*line.cells.values(), *line.other):
                    values.setdefault(cell.name, cell.value)
                    self.reading.book.exact(cell.place, "kept as a fact of the project")
            self._parent(page)
            self._related(page)
            name = f"{'menu' if page.index else 'page'}.{page.slug}" + (f"@{page.locale}" if page.locale else "")
            facts[unique(name, taken)] = json_text(values)
        return list(facts.items())

    def _entries(self, group: Group) -> list[Entry]:
        """Triggers are the words by which people get to a page."""
        keywords: dict[str, tuple[str, ...]] = {}
        at: Place | None = None
        for page in group.pages:
            words = read_words(self.reading, page.line.cells.get("triggers"))
            for word, place in words:
                at = at or place
                self._triggers.setdefault((plain_name(word), page.locale), group)
            if words:
                keywords.setdefault(self.scribe.locale(page), tuple(word for word, _ in words))
        if not keywords:
            return []
        name = next(iter(keywords.values()))[0]
        return [Entry(EntryKind.KEYWORD, None, Localized(tuple(keywords.items())), name=name, at=at)]

    def _guess(self, flow: Flow) -> Entry:
        place = flow.at or Place(self.reading.path)
        if not any(isinstance(node, Message) and node.content.template is not None for node in flow.nodes):
            self.reading.find_once(
                rules.GuessedEntry,
                "entry",
                place,
                lambda count: (
                    f"{count} page(s) have no trigger and no page leads to them; taken as sent by the business"
                ),
                help="write triggers, or give them their entries in the converted scenario",
            )
        return Entry(EntryKind.API, flow.nodes[0].id if flow.nodes else None, name=flow.id, at=place)

    def _flow(self, group: Group, entries: list[Entry]) -> Flow:
        page = group.first
        pages = _Nodes(self, group)
        nodes = pages.build()
        start = nodes[0].id if nodes else None
        flow = Flow(
            id=group.id,
            nodes=tuple(nodes),
            entries=tuple(replace(entry, target=start) for entry in entries),
            title=page.title if page.title != group.id else "",
            locale=page.locale,
            facts=tuple(self._page_facts(group)),
            at=page.line.place,
        )
        return as_part(flow, CONTENT)

    def _page_facts(self, group: Group) -> list[tuple[str, str]]:
        found: dict[str, str] = {}
        for number, page in enumerate(group.pages):
            tail = f"@{page.locale}" if number else ""
            line = page.line
            for name in ("web_title", "slug", "message"):
                if name in line.cells:
                    self.reading.book.exact(line.cells[name].place)
            if number and page.title != group.first.title:
                found[f"web_title{tail}"] = json_text(page.title)
            if number and page.slug != group.first.slug:
                found[f"slug{tail}"] = json_text(page.slug)
            for name in _PAGE_FACTS:
                cell = line.cells.get(name)
                if cell is not None:
                    self.reading.book.exact(cell.place, "kept as a fact")
                    if not number or cell.value != group.first.line.get(name):
                        found[f"{name}{tail}"] = json_text(cell.value)
            tags = read_words(self.reading, line.cells.get("tags"))
            if tags:
                found[f"tags{tail}"] = json_text([word for word, _ in tags])
            self._parent(page)
            related = self._related(page)
            if related:
                found[f"related_pages{tail}"] = json_text(related)
        return list(found.items())

    def _parent(self, page: Page) -> None:
        cell = page.line.cells.get("parent")
        if cell is not None and (cell.value, page.locale) not in self._titles:
            self.reading.find_once(
                rules.MissingParent,
                "parent",
                cell.place,
                lambda count: f"{count} page(s) name a parent that is no page of the file",
                help="write the title of the parent as its row writes it",
            )

    def _related(self, page: Page) -> list[str]:
        words = read_words(self.reading, page.line.cells.get("related_pages"))
        for word, place in words:
            if (word, page.locale) not in self._slugs:
                self.reading.find(
                    rules.MissingPage,
                    place,
                    f"the related page `{shown(word)}` is not in the file",
                    help="write the slug of a page of the same language",
                )
        return [word for word, _ in words]

    def target(self, offer: Offer, page: Page) -> tuple[str, str]:
        """What a choice leads to: (``flow``, its id), (``next``, ``""``) or (``end``, ``""``)."""
        place = offer.choice.at or page.line.place
        if offer.kind in ("next_message", "typed"):
            return ("next" if offer.kind == "next_message" else "end"), ""
        if offer.kind == "quick_reply":
            group = self._triggers.get((plain_name(offer.slug), page.locale))
            if group is not None:
                return "flow", group.id
            self._idle("quick", place, "quick reply title(s) are no trigger of any page")
            return "end", ""
        if offer.kind == "go_to_form" and offer.slug:
            self.reading.find_once(
                losses.FormNotRead,
                "form",
                place,
                lambda count: f"{count} button(s) open a form, which is not in a sheet of pages",
                help="add a flow of the form's name",
            )
            return "flow", offer.slug
        if offer.kind not in ("go_to_page", "go_to_form"):
            self._idle("plain", place, "list item(s) say nothing about where they lead")
            return "end", ""
        group = self._speaking.get((offer.slug, page.locale))
        if group is not None:
            return "flow", group.id
        if (offer.slug, page.locale) in self._slugs:
            finding = rules.EmptyPage.at(
                place,
                f"the button leads to `{shown(offer.slug)}`, which says nothing",
                help="write a message for that page, or lead elsewhere",
            )
            self.reading.findings.append(replace(finding, severity=Severity.WARNING))
            return "end", ""
        if not offer.slug:
            self.reading.find(
                rules.MissingPage, place, "the button names no page", help='write its slug: `"slug": "…"`'
            )
            return "end", ""
        return "flow", offer.slug

    def _idle(self, key: str, place: Place, what: str) -> None:
        self.reading.find_once(
            rules.IdleButton,
            key,
            place,
            lambda count: f"{count} {what}: the branch ends there",
            help="lead it to a page or to a further message",
        )

    def last_next(self, place: Place) -> None:
        """Note a button to the next message where there is none."""
        self._idle("next", place, "button(s) lead to the next message of a page that has no more")


class _Nodes:
    """The nodes of one page."""

    def __init__(self, maker: FlowMaker, group: Group) -> None:
        self.maker = maker
        self.reading = maker.reading
        self.scribe = maker.scribe
        self.group = group
        self.nodes: list[Node] = []
        self.ids: dict[str, int] = {}
        self.runs: dict[str, str] = {}
        self.later: list[Node] = []

    def build(self) -> list[Node]:
        page = self.group.first
        count = len(page.messages)
        ids = [unique(f"message_{number + 1}", self.ids) for number in range(count)]
        told = []
        for number, message in enumerate(page.messages):
            lines = [(other, other.messages[number].line) for other in self.group.pages]
            said = self.scribe.say(lines, number == count - 1)
            told.append((message, said))
            following = ids[number + 1] if number + 1 < count else None
            self._message(number, ids[number], said, following)
        compare_page(self.reading, self.scribe, page, told)
        for other in self.group.pages[1:]:
            compare_page(
                self.reading, self.scribe, other, list(zip(other.messages, (said for _, said in told), strict=True))
            )
        return [*self.nodes, *self.later]

    def _message(self, number: int, id_: str, said: Said, following: str | None) -> None:
        page = self.group.first
        message = page.messages[number]
        edges = self._edges(said, following)
        facts = (*said.facts, *self._rest(number))
        place = message.line.place
        if not message.variations:
            self.nodes.append(_node(id_, said.content, edges, facts, place))
            return
        ways: list[Edge] = []
        variants: list[Node] = []
        for index, line in enumerate(message.variations):
            own = unique(f"{id_}.variation_{index + 1}", self.ids)
            lines = [(other, other.messages[number].variations[index]) for other in self.group.pages]
            test, text = self.scribe.variation(lines)
            cell = line.cells["variation_body"]
            content = replace(said.content, text=text, variants=(), at=cell.place)
            rest = tuple(self._kept([(other, row) for other, row in lines]))
            variants.append(_node(own, content, edges, rest, line.place))
            ways.append(Edge(When(test), own, at=line.place))
        main = unique(f"{id_}.main", self.ids)
        ways.append(Edge(Otherwise(), main, at=place))
        self.nodes.append(Case(id=id_, edges=tuple(ways), at=place))
        self.nodes.append(_node(main, said.content, edges, facts, place))
        self.nodes.extend(variants)

    def _edges(self, said: Said, following: str | None) -> tuple[Edge, ...]:
        place = said.content.at
        if not said.offers:
            return (Edge(Always(), following, at=place),)
        grouped: dict[str | None, list[Offer]] = {}
        for offer in said.offers:
            kind, flow = self.maker.target(offer, self.group.first)
            if kind == "next" and following is None:
                self.maker.last_next(offer.choice.at or self.group.first.line.place)
            target = following if kind == "next" else self._run(flow, offer) if kind == "flow" else None
            grouped.setdefault(target, []).append(offer)
        return tuple(
            Edge(Chosen(tuple(offer.choice.id for offer in offers)), target, at=offers[0].choice.at)
            for target, offers in grouped.items()
        )

    def _run(self, flow: str, offer: Offer) -> str:
        if flow not in self.runs:
            id_ = unique(f"to_{flow}"[:80], self.ids)
            self.runs[flow] = id_
            self.later.append(RunFlow(id=id_, flow=flow, mode="jump", at=offer.choice.at))
        return self.runs[flow]

    def _rest(self, number: int) -> list[tuple[str, str]]:
        """What the rows of a message hold besides, as facts of its node. The page's own row goes with the first one
        where it says nothing itself, rows without a message with the last."""
        lines = [(page, page.messages[number].line) for page in self.group.pages]
        if not number:
            lines += [(page, page.line) for page in self.group.pages if page.messages[0].line is not page.line]
        if number == len(self.group.first.messages) - 1:
            lines += [(page, line) for page in self.group.pages for line in page.strays]
        return self._kept(lines)

    def _kept(self, lines: list[tuple[Page, Line]]) -> list[tuple[str, str]]:
        facts: dict[str, str] = {}
        taken: dict[str, int] = {}
        for page, line in lines:
            tail = f"@{page.locale}" if page is not self.group.first else ""
            for cell in (*line.cells.values(), *line.other):
                if self._is_left(cell, line, page):
                    facts[unique(f"{cell.name}{tail}", taken)] = json_text(cell.value)
        return list(facts.items())

    def _is_left(self, cell: Cell, line: Line, page: Page) -> bool:
        """Whether a cell is kept as a fact: nobody used it, or what was meant to use it could not read it."""
        book = self.reading.book
        if line is page.line and cell.name in (*_PAGE_FACTS, "web_title", "slug", "message", "tags", "related_pages"):
            return False
        if book.is_open(cell.place):
            book.exact(cell.place, "" if cell.name == "message" else "kept as a fact")
            return cell.name != "message"
        fate = book.fate(cell.place)
        return cell.name in ("buttons", "list_items") and fate is not None and fate.value == "degraded"


def _node(
    id_: str, content: Content, edges: tuple[Edge, ...], facts: tuple[tuple[str, str], ...], place: Place
) -> Node:
    if content.replies:
        return Ask(id=id_, content=content, edges=edges, reply=ReplyKind.CHOICE, facts=facts, at=place)
    return Message(id=id_, content=content, edges=edges, facts=facts, at=place)

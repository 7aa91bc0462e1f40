"""From listed templates and sent bodies to flows, assets and variables of a project."""

from __future__ import annotations

from collections.abc import Sequence

from bascule.ir.content import ChoiceKind, Content
from bascule.ir.nodes import Ask, Chosen, Edge, Message, Node, ReplyKind, Unsupported
from bascule.ir.project import Entry, EntryKind, Flow, TemplateAsset
from bascule.ir.text import Localized, plain_text
from bascule.language.names import template_slug
from bascule.language.reading import Reading, json_text, unique
from bascule.parsers.wa_templates import losses, rules
from bascule.parsers.wa_templates.content import content_of, declare, slots_of, text_with_holes, use_of
from bascule.parsers.wa_templates.model import Listed
from bascule.parsers.wa_templates.sends import Sent
from bascule.source import Place
from bascule.whatsapp.policy import load_policy

__all__ = ["Builder"]

# Statuses of all providers: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
_NEW = frozenset({"", "UNSUBMITTED", "DRAFT", "FAILED"})
_REJECTED = frozenset({"REJECTED"})
_GONE = frozenset({"DISABLED", "DELETED", "PENDING_DELETION"})
_PAUSED = frozenset({"PAUSED", "FIRST_PAUSED", "SECOND_PAUSED", "LIMIT_EXCEEDED", "ARCHIVED", "LOCKED"})
_REVIEW = frozenset({"PENDING", "IN_APPEAL", "RECEIVED", "SUBMITTED"})
_EXPIRING = ("://scontent", ".fbcdn.net/", "://lookaside.fbsbx.com/")
_SHOWN = 60


class Builder:
    """Collects what the items of a file give. ``locale`` stands for texts whose language the file does not name."""

    def __init__(self, reading: Reading, locale: str) -> None:
        self.reading = reading
        self.locale = locale
        self.flows: list[Flow] = []
        self.assets: list[TemplateAsset] = []
        self._taken: dict[str, int] = {}
        self._known: set[tuple[str, str]] = set()

    def templates(self, listed: Sequence[Listed]) -> None:
        """Put templates into the graph: one flow for each name, and one more for a language built differently."""
        by_name: dict[str, list[Listed]] = {}
        seen: dict[tuple[str, str], Listed] = {}
        for item in listed:
            item.language = item.language or self.locale
            self._asset(item)
            self._report(item)
            declare(self.reading, item, _refer(item))
            first = seen.setdefault((item.name, item.language), item)
            if first is item:
                by_name.setdefault(item.name, []).append(item)
            else:
                spoken = f" in `{item.language[:20]}`" if item.language else ""
                self.reading.find(
                    rules.TemplateTwice,
                    item.place,
                    f"the template `{item.name[:_SHOWN]}` stands twice{spoken}",
                    help="both are kept as assets; the first one is sent: remove or rename one",
                )
        for name, group in by_name.items():
            new = [item for item in group if not _refer(item)]
            existing = [item for item in group if _refer(item)]
            if new:
                self._new(name, new)
            if existing:
                self._existing(name, existing, bool(new))

    def _asset(self, item: Listed) -> None:
        text = text_with_holes(item, item.body, "")
        self._known.add((item.name, item.language))
        self.assets.append(
            TemplateAsset(
                name=item.name,
                language=item.language,
                provider=item.provider,
                provider_id=item.provider_id,
                category=item.category,
                status=item.status,
                text=Localized.of(text, item.language) if text else Localized(),
                definition=item.definition,
                facts=tuple(item.facts),
                at=item.place,
            )
        )

    def _report(self, item: Listed) -> None:
        book, what = (
            self.reading.book,
            f"`{item.name[:_SHOWN]}`" + (f" ({item.language[:20]})" if item.language else ""),
        )
        book.exact(item.place, "an asset of the project")
        self._report_status(item, what)
        for construct, place in item.whole:
            if book.is_open(place):
                book.exact(place, f"kept whole: {construct}")
        if item.whole:
            names = list(dict.fromkeys(construct for construct, _ in item.whole))
            said = ", ".join(names[:4]) + (" …" if len(names) > 4 else "")
            book.exact(item.place, f"kept whole: {said}")
            self.reading.find(
                losses.KeptWhole,
                item.whole[0][1],
                f"{what} is kept whole: {said}",
                help="nothing to do: sends refer to it by name"
                if item.status not in _NEW | _REJECTED | _GONE
                else "submit its definition as it stands; sends refer to it by name",
            )
        if item.session:
            self.reading.find(
                losses.SessionOnly,
                item.place,
                f"{what} can only be sent inside a conversation",
                help="to start a conversation, send a template with a question first",
            )
        link = plain_text(item.media.url.first) if item.media is not None and item.media.url else ""
        if item.media is not None and any(part in link for part in _EXPIRING):
            self.reading.find(
                rules.ExpiringLink,
                item.media.at or item.place,
                f"the sample of {what} is a link that expires",
                help="upload the file again, and give a public link or an upload's id when it is sent",
            )
        if item.body is None and not item.whole and item.media is None:
            self.reading.find(
                rules.TextMissing,
                item.place,
                f"{what} has no body in this file",
                help="export with `fields=name,language,status,category,components`",
            )
        slots = [] if _refer(item) else [slot for slot in slots_of(item) if slot not in item.extra_slots]
        missing = [slot for slot in slots if slot not in item.samples]
        if item.media is not None and not _refer(item) and not item.media.url and not item.media.asset:
            missing.insert(0, "header")
        if missing:
            self.reading.find(
                rules.SampleMissing,
                item.body.place if item.body else item.place,
                f"{what} has no example for {', '.join(f'`{slot[:30]}`' for slot in missing[:6])}",
                help="add an example for every parameter",
            )

    def _report_status(self, item: Listed, what: str) -> None:
        place = item.status_place or item.place
        reason = item.reason if item.reason.upper() not in ("", "NONE") else ""
        why = f": {reason[:200]}" if reason else " (the file gives no reason)"
        if item.status in _REJECTED:
            help = "change what the reason names, then edit the template on its account or submit it anew"
            self.reading.find(rules.TemplateRejected, place, f"{what} was rejected{why}", help=help)
        elif item.status in _GONE:
            said = f"{what} is {item.status.lower().replace('_', ' ')}" + (why if reason else "")
            self.reading.find(rules.TemplateDisabled, place, said, help="give the new one another name")
        elif item.status in _PAUSED:
            said = f"{what} is {item.status.lower().replace('_', ' ')}" + (why if reason else "")
            help = "sends of it fail until it is active again"
            self.reading.find(rules.TemplatePaused, place, said, help=help)
        elif item.status in _REVIEW:
            said = f"{what} is not approved yet ({item.status.lower().replace('_', ' ')})"
            self.reading.find(rules.InReview, place, said, help="wait for the review and export again")

    def _new(self, name: str, group: list[Listed]) -> None:
        """Templates to be submitted: one node says all languages of one build."""
        builds: dict[tuple[object, ...], list[Listed]] = {}
        used: dict[tuple[object, ...], int] = {}
        for item in group:
            # Two languages of one code (`es` and `es_VE`) cannot be languages of one template.
            key = (_build(item), load_policy().match_language(item.language) or item.language)
            used[key] = used.get(key, 0) + 1
            builds.setdefault((key[0], used[key], not item.language), []).append(item)
        for number, members in enumerate(builds.values()):
            first = members[0]
            wanted = template_slug(name) if not number else template_slug(name, first.language or str(number))
            id_ = unique(wanted, self._taken)
            if number:
                self.reading.find(
                    rules.OtherBuild,
                    first.place,
                    f"`{name[:_SHOWN]}` in `{first.language[:20]}` needs a template of its own: `{id_[:_SHOWN]}`",
                    help="use the same buttons and header in all languages, and codes of Meta's list",
                )
            elif id_ != name:
                self.reading.find(
                    rules.NameChanged,
                    first.place.child("name"),
                    f"the new template `{name[:_SHOWN]}` becomes `{id_[:_SHOWN]}`",
                    help="use a-z, 0-9 and single underscores, and each name once",
                )
            content = content_of(members)
            kind = EntryKind.SUBFLOW if first.session else _kind(first)
            node = _node("", content, _facts(*members))
            entry = Entry(kind, name=name, at=first.place)
            title = name if name != id_ else ""
            self.flows.append(Flow(id_, (node,), (entry,), title, first.language, at=first.place))

    def _existing(self, name: str, group: list[Listed], taken: bool) -> None:
        """Templates of the account: each language is a node that sends it by reference, with an entry of its own."""
        id_ = unique(template_slug(name, "existing") if taken else template_slug(name), self._taken)
        nodes: list[Node] = []
        entries = []
        ids: dict[str, int] = {}
        for item in group:
            content = content_of([item], use_of(item), item.body.place if item.body else item.place)
            node_id = unique(item.language or "message", ids) if len(group) > 1 else ""
            node = _node(node_id, content, _facts(item))
            nodes.append(node)
            called = f"{name}.{item.language}" if len(group) > 1 and item.language else name
            entries.append(Entry(_kind(item), target=node.id, name=called, at=item.place))
        title = name if name != id_ else ""
        self.flows.append(Flow(id_, tuple(nodes), tuple(entries), title, group[0].language, at=group[0].place))

    def send(self, sent: Sent, name: str, place: Place) -> None:
        """Put one body that is sent into the graph: a flow of one message."""
        if sent.content is None and not sent.construct:
            return
        use = sent.content.template if sent.content else None
        id_ = unique(template_slug(use.name) if use else template_slug(name), self._taken)
        node: Node
        if sent.content is None:
            source = dict(sent.facts).get("body", "")
            facts = tuple(fact for fact in sent.facts if fact[0] != "body")
            reason = "the graph has no form for it"
            node = Unsupported(
                id="message", construct=sent.construct, source=source, reason=reason, facts=facts, at=place
            )
        else:
            node = _node("", sent.content, tuple(sent.facts))
        # A template starts a conversation; anything else is part of one that the file does not show.
        kind = EntryKind.API if use else EntryKind.SUBFLOW
        locale = use.language if use else self.locale
        self.flows.append(Flow(id_, (node,), (Entry(kind, name=id_, at=place),), "", locale, at=place))
        if use is not None and (use.name, use.language) not in self._known:
            self._known.add((use.name, use.language))
            self.assets.append(TemplateAsset(use.name, use.language, "meta", at=place))


def _refer(item: Listed) -> bool:
    """The template is sent by reference: it exists, or only its definition says all of it."""
    if item.whole:
        return True
    if item.body is None and item.location is None:
        return True
    return item.status not in _NEW | _REJECTED | _GONE


def _kind(item: Listed) -> EntryKind:
    return EntryKind.BROADCAST if item.category == "MARKETING" else EntryKind.API


def _facts(*group: Listed) -> tuple[tuple[str, str], ...]:
    """What the account files a template under; a language that is filed elsewhere has a fact of its own."""
    first, *others = group
    facts = [("category_hint", json_text(first.category))] if first.category else []
    for item in others:
        if item.category and item.category != first.category:
            facts.append((f"category_hint.{item.language}", json_text(item.category)))
    return tuple(facts)


def _build(item: Listed) -> tuple[object, ...]:
    """What has to be equal for two languages to be one content."""
    buttons = tuple(
        (button.kind, button.url.text if button.url else "", button.phone.text if button.phone else "")
        for button in item.buttons
    )
    media = item.media
    # A file of each language stands at an address; one in a provider's store is one for all.
    file = None if media is None else (media.kind, media.asset, bool(media.url))
    return (buttons, file, item.location, item.session)


def _node(id_: str, content: Content, facts: tuple[tuple[str, str], ...]) -> Node:
    replies = [choice for choice in content.choices if choice.kind is ChoiceKind.REPLY]
    shares = any(choice.kind is ChoiceKind.SHARE_LOCATION for choice in content.choices)
    if not replies and not shares:
        return Message(id=id_ or "message", facts=facts, at=content.at, content=content)
    edges = tuple(Edge(Chosen((choice.id,)), None, at=choice.at) for choice in replies)
    kind = ReplyKind.LOCATION if shares else ReplyKind.CHOICE
    return Ask(id=id_ or "ask", edges=edges, facts=facts, at=content.at, content=content, reply=kind)

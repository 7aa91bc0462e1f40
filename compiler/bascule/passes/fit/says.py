"""What a node says, in the kinds of messages that the target has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bascule.ir.content import Choice, ChoiceKind, ContactCard, Content, GeoPoint, Media, MediaKind
from bascule.ir.expr import Ref
from bascule.ir.text import EMPTY_TEXT, Hole, Literal, Text, is_empty, join_text, literal
from bascule.passes.fit.context import FitContext
from bascule.passes.lower.texts import split_text
from bascule.source import Place

__all__ = ["Saying", "say"]

_MEDIA = {
    MediaKind.IMAGE: "media.image",
    MediaKind.GIF: "media.image",
    MediaKind.VIDEO: "media.video",
    MediaKind.AUDIO: "media.audio",
    MediaKind.DOCUMENT: "media.document",
    MediaKind.FILE: "media.document",
    MediaKind.STICKER: "media.sticker",
}
_REPLIES = (ChoiceKind.REPLY, ChoiceKind.SHARE_LOCATION, ChoiceKind.SHARE_PHONE)


class Saying:
    """The messages of one node: ``before`` are said first; ``main`` is the last one, with the ``replies``."""

    def __init__(self, before: list[Content], main: Content, replies: tuple[Choice, ...]) -> None:
        self.before = before
        self.main = main
        self.replies = replies


def say(context: FitContext, content: Content, place: Place) -> Saying:
    """Take a content apart into messages that the target has. Every message has one kind of thing in it."""
    where = content.at or place
    if content.template is not None and context.has("template.send"):
        context.note("exact", "template use", content.template.at or where)
        return Saying([], Content(template=content.template, at=content.at), content.replies)
    parts: list[Content] = []
    content = _without_template(context, content, where)
    for variant in content.variants:
        reason = "another channel's wording of the same message"
        context.note("emulated", f"{variant.channel} wording", variant.content.at or where, reason)
    for key, _ in content.hints:
        context.note("dropped", f"hint {key}", where, f"{context.target.name} has no such layout", "")
    if content.alternatives:
        reason = f"one of {len(content.alternatives) + 1} wordings is always said"
        context.note("degraded", "wordings at random", where, reason, "choose the best one")
    for media in content.media:
        parts.extend(_media(context, media, where))
    if content.location is not None:
        parts.append(_location(context, content.location, where))
    parts.extend(_card(context, card, where) for card in content.contacts)
    replies = [choice for choice in content.choices if choice.kind in _REPLIES]
    for number, shown in enumerate(content.cards, start=1):
        if shown.media is not None:
            parts.extend(_media(context, shown.media, shown.at or where))
        title, text = context.words(shown.title), context.words(shown.text)
        links = _links(context, [choice for choice in shown.choices if choice.kind not in _REPLIES], where)
        parts.extend(_texts(context, _lines([title, text, *links])))
        inner = [choice for choice in shown.choices if choice.kind in _REPLIES]
        replies.extend(_named(context, choice, title, number, len(content.cards)) for choice in inner)
        context.note("emulated", "card", shown.at or where, "a message of its own; its buttons stand at the end")
    buttons = [choice for choice in content.choices if choice.kind not in _REPLIES]
    kept = _kept_button(context, buttons, replies)
    links = _links(context, [choice for choice in buttons if choice is not kept], where)
    header, footer = context.words(content.header), context.words(content.footer)
    keep_header = bool(header) and context.has("text.header") and bool(replies or kept)
    keep_footer = bool(footer) and context.has("text.footer") and bool(replies or kept)
    for name, text, keep in (("header", header, keep_header), ("footer", footer, keep_footer)):
        if text:
            fate = ("exact", "") if keep else ("emulated", "a line of the text")
            context.note(fate[0], name, where, fate[1])
    body = [EMPTY_TEXT if keep_header else header, context.words(content.text), *links]
    body.append(EMPTY_TEXT if keep_footer else footer)
    texts = _texts(context, _lines(body))
    main = replace(texts.pop(), at=content.at) if texts else Content(at=content.at)
    parts.extend(texts)
    if main.empty and parts and not replies and kept is None:
        main = parts.pop()
    if keep_header:
        main = replace(main, header=context.said(header))
    if keep_footer:
        main = replace(main, footer=context.said(footer))
    if kept is not None:
        main = replace(main, choices=(kept,))
    return Saying(parts, main, tuple(replies))


def _lines(texts: Sequence[Text]) -> Text:
    """Texts one below the other, with an empty line between."""
    joined: list[Literal | Hole] = []
    for text in texts:
        if not is_empty(text):
            joined.extend([Literal("\n\n"), *text] if joined else text)
    return join_text(joined)


def _texts(context: FitContext, text: Text) -> list[Content]:
    if is_empty(text):
        return []
    pieces = split_text(text, context.target.count("text"))
    return [Content(text=context.said(piece)) for piece in pieces]


def _media(context: FitContext, media: Media, place: Place) -> Iterator[Content]:
    where = media.at or place
    url, caption = context.words(media.url), context.words(media.caption)
    if context.has(_MEDIA[media.kind]) and (url or media.asset):
        if url:
            context.note("exact", media.kind.value, where)
        else:
            reason = "its file is in the old platform's store: it has no address"
            context.note("degraded", media.kind.value, where, reason, "upload it again")
        plain = replace(media, url=context.said(url), caption=context.said(EMPTY_TEXT), thumbnail="")
        yield Content(media=(plain,), at=where)
        yield from _texts(context, caption)
    elif url:
        context.note("degraded", media.kind.value, where, "a link in the text", "send it in another way")
        yield from _texts(context, _lines([caption, url]))
    else:
        reason = "its file is in the old platform's store, or this target has no such message"
        context.note("dropped", media.kind.value, where, reason, "upload it again")
        yield from _texts(context, caption)


def _location(context: FitContext, point: GeoPoint, place: Place) -> Content:
    if context.has("location.send"):
        context.note("exact", "location", place)
        return Content(location=point, at=place)
    context.note("degraded", "location", place, "a link to a map", "")
    link = "https://maps.google.com/?q="
    spot: Text = (Literal(link), Hole(point.latitude), Literal(","), Hole(point.longitude))
    return Content(text=context.said(_lines([point.name, point.address, spot])), at=place)


def _card(context: FitContext, card: ContactCard, place: Place) -> Content:
    if context.has("contact.card"):
        context.note("exact", "contact card", place)
        return Content(contacts=(card,), at=place)
    context.note("degraded", "contact card", place, "name and number as text", "")
    return Content(text=context.said(_lines([card.name, card.phone])), at=place)


def _kept_button(context: FitContext, buttons: Sequence[Choice], replies: Sequence[Choice]) -> Choice | None:
    """The one link button that a message can keep as a button."""
    if replies or len(buttons) != 1 or buttons[0].kind is not ChoiceKind.URL or not context.has("choice.url_button"):
        return None
    return buttons[0]


def _links(context: FitContext, buttons: Sequence[Choice], place: Place) -> list[Text]:
    """Buttons that open something, as lines of text."""
    lines: list[Text] = []
    for choice in buttons:
        where = choice.at or place
        title = context.words(choice.title)
        target = choice.url or choice.phone
        if choice.kind in (ChoiceKind.URL, ChoiceKind.CALL) and target:
            context.note("emulated", f"{choice.kind.value} button", where, "a line of the text")
            lines.append(join_text([*title, Literal(": " if title else ""), *target]))
        elif choice.kind is ChoiceKind.NONE:
            context.note("exact", "button without an effect", where)
        else:
            reason = f"{context.target.name} has no such button"
            context.note("dropped", f"{choice.kind.value} button", where, reason, "say it in the text")
    return lines


def _named(context: FitContext, choice: Choice, card: Text, number: int, count: int) -> Choice:
    """A card's button among those of the other cards: the card's title is put in front where titles could repeat."""
    title = context.words(choice.title)
    front = card or literal(str(number))
    full = join_text([*front, Literal(" – "), *title]) if count > 1 else title
    return replace(choice, title=context.said(full))


def _without_template(context: FitContext, content: Content, place: Place) -> Content:
    """A message by template, said in its own words where they are known."""
    use = content.template
    if use is None:
        return content
    asset = next((item for item in context.project.templates if item.name == use.name and item.text), None)
    if asset is not None:
        values = dict(use.parameters)
        text = join_text(
            Hole(values.get(part.expression.name, part.expression), part.at)
            if isinstance(part, Hole) and isinstance(part.expression, Ref)
            else part
            for part in context.words(asset.text)
        )
        reason = "its words as a message: only while the window is open"
        context.note("degraded", "template use", use.at or place, reason, "send the template from elsewhere")
        return replace(content, template=None, text=context.said(text))
    reason = f"{context.target.name} sends no templates, and the words of `{use.name or use.provider_id}` are not known"
    context.note("dropped", "template use", use.at or place, reason, "send the template from elsewhere")
    return replace(content, template=None)

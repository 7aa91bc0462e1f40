"""One content in one language to free-form WhatsApp messages, in the order the user sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bascule.ir.content import Card, Choice, ChoiceKind, Content
from bascule.ir.text import Literal, Localized, LocalizedText, Text, join_text
from bascule.passes.lower.choices import (
    ChoiceForm,
    ChoicePlan,
    Option,
    hidden_text,
    plan_choices,
    strip_menu,
)
from bascule.passes.lower.context import LowerContext, Site, phrase
from bascule.passes.lower.draft import Draft
from bascule.passes.lower.labels import fit_labels
from bascule.passes.lower.media import location_and_contacts, send_media
from bascule.passes.lower.texts import Marker, marker_text, markers_of, split_text
from bascule.whatsapp.plan import PlannedMessage

__all__ = ["compose"]


def compose(context: LowerContext, site: Site, locale: str) -> list[PlannedMessage]:
    """The messages that say a content. Only the last interactive one (``main``) waits for an answer."""
    draft = Draft(context, site, locale)
    content = site.content
    text = draft.text(content.text)
    if content.alternatives and not text:
        text = draft.text(content.alternatives[0])
    if content.alternatives:
        draft.note(
            "degraded",
            "random wording",
            f"one of {len(content.alternatives) + bool(content.text)} wordings is always used",
            "let the sending program choose a wording, or keep the best one",
        )
    replies = [choice for choice in content.choices if choice.kind is ChoiceKind.REPLY]
    text = _fold_links(draft, text, content, bool(replies))
    text = _fold_header(draft, text, content, bool(replies))
    location_and_contacts(draft, content)
    text = _cards(draft, text, content)
    link = _lone_link(draft, text, content)
    shared = send_media(draft, text, content, bool(replies) or link is not None)
    if link is not None:
        header = shared if isinstance(shared, dict) else None
        _cta(draft, text or draft.text(link.title) or link.url, link, header)
    elif replies:
        _choices(draft, text, replies, shared if isinstance(shared, dict) else None)
    elif shared is not True and (text or not draft.messages):
        _plain(draft, text, content)
    if any(choice.kind is ChoiceKind.SHARE_LOCATION for choice in content.choices):
        _location_request(draft, text, replies)
    return draft.messages


def _lone_link(draft: Draft, text: Text, content: Content) -> Choice | None:
    """The only choice of a content with a file, if it is a link: both go into one message with a link button."""
    links = [choice for choice in content.choices if choice.kind is ChoiceKind.URL]
    if not content.media or len(links) != 1 or len(content.choices) != 1:
        return None
    fits = len(marker_text(text)) <= draft.context.limit("interactive.cta_url.body.max_length")
    return links[0] if fits else None


def _plain(draft: Draft, text: Text, content: Content) -> None:
    limit = draft.context.limit("message.text.body.max_length")
    links = [choice for choice in content.choices if choice.kind is ChoiceKind.URL]
    single = len(links) == 1 and len(content.choices) == 1
    if single and not text:
        text = draft.text(links[0].title) or links[0].url  # a link button stands below words
    if not text:
        if content.template is None and not content.variants:
            draft.note("dropped", "empty message", "there is nothing to say", "write its text")
        return
    pieces = split_text(text, limit)
    if len(pieces) > 1:
        draft.note("emulated", "long text", f"sent as {len(pieces)} messages, cut at sentence ends")
    for number, piece in enumerate(pieces):
        last = number == len(pieces) - 1
        if last and single and _cta(draft, piece, links[0]):
            continue
        body = marker_text(piece)
        preview = "http://" in body or "https://" in body
        draft.add(
            {"type": "text", "text": {"body": body, **({"preview_url": True} if preview else {})}},
            list(markers_of(piece)),
            role="main" if last else "before",
        )


def _cta(draft: Draft, text: Text, link: Choice, header: dict[str, Any] | None = None) -> bool:
    """A single link becomes a link button when text and label fit; ``header`` is a file shown above the text."""
    if len(marker_text(text)) > draft.context.limit("interactive.cta_url.body.max_length"):
        return False
    title = draft.text(link.title)
    label = fit_labels(
        [marker_text(title) or marker_text(link.url)], draft.context.limit("interactive.cta_url.text.max_length")
    )[0]
    if label.shortened:
        draft.note("degraded", "link label", f"“{label.full}” is shown as “{label.title}”", place=link.at)
    draft.note("exact", "link choice", place=link.at)
    parameters = {"display_text": label.title, "url": marker_text(link.url)}
    used = header.pop("_used") if header is not None else []
    draft.add(
        {
            "type": "interactive",
            "interactive": {
                "type": "cta_url",
                **({"header": header} if header is not None else {}),
                "body": {"text": marker_text(text)},
                "action": {"name": "cta_url", "parameters": parameters},
            },
        },
        [*used, *markers_of(text), *markers_of(title), *markers_of(link.url)],
    )
    return True


def _fold_links(draft: Draft, text: Text, content: Content, has_replies: bool) -> Text:
    """Links and phone numbers that cannot be buttons here become lines of the text."""
    links = [choice for choice in content.choices if choice.kind is ChoiceKind.URL]
    calls = [choice for choice in content.choices if choice.kind is ChoiceKind.CALL]
    lines: list[Text] = []
    too_long = bool(content.media) and _lone_link(draft, text, content) is None
    if links and (has_replies or len(content.choices) > 1 or too_long):
        for choice in links:
            lines.append(_line(draft.text(choice.title), choice.url))
            draft.note(
                "emulated",
                "link choice",
                "a line of text: a message holds reply buttons or one link button",
                place=choice.at,
            )
    for choice in calls:
        lines.append(_line(draft.text(choice.title), choice.phone))
        draft.note(
            "emulated", "call choice", "a line with the number: only templates have call buttons", place=choice.at
        )
    for choice in content.choices:
        if choice.kind is ChoiceKind.SHARE_PHONE:
            draft.note("emulated", "share phone choice", "not needed: WhatsApp gives the number", place=choice.at)
        elif choice.kind in (ChoiceKind.NONE, ChoiceKind.FLOW, ChoiceKind.CATALOG, ChoiceKind.COPY_CODE):
            draft.note(
                "dropped",
                f"{choice.kind.value} choice",
                "a free-form message has no such button here",
                "say it in the text",
                place=choice.at,
            )
    for line in lines:
        text = join_text([*text, Literal("\n" if text else ""), *line])
    return text


def _line(title: Text, value: Text) -> Text:
    return join_text([*title, Literal(" : " if title else ""), *value]) if title != value else value


def _fold_header(draft: Draft, text: Text, content: Content, has_replies: bool) -> Text:
    """Header and footer of a message without buttons become lines of its text."""
    header, footer = draft.text(content.header), draft.text(content.footer)
    if has_replies or not (header or footer):
        return text
    if header:
        text = join_text([Literal("*"), *header, Literal("*\n"), *text])
        draft.note("emulated", "header", "a bold first line: a plain message has no header")
    if footer:
        text = join_text([*text, Literal("\n_"), *footer, Literal("_")])
        draft.note("emulated", "footer", "an italic last line: a plain message has no footer")
    return text


def _cards(draft: Draft, text: Text, content: Content) -> Text:
    """A carousel: one message per card (the text goes first). Returns the text still to be said."""
    if not content.cards:
        return text
    if text:
        _plain(draft, text, Content(text=content.text))
        draft.messages[-1] = _as_before(draft.messages[-1])
    for card in content.cards:
        _card(draft, card)
        draft.note(
            "emulated",
            "card",
            "a message of its own: free-form carousels need pictures and equal buttons",
            place=card.at,
        )
    return ()


def _as_before(message: PlannedMessage) -> PlannedMessage:
    from dataclasses import replace

    return replace(message, role="before")


def _card(draft: Draft, card: Card) -> None:
    title, text = draft.text(card.title), draft.text(card.text)
    joined = join_text([Literal("*"), *title, Literal("*\n"), *text]) if title and text else title or text
    inner = Content(
        text=LocalizedText.of(joined, draft.locale) if joined else Localized(),
        media=(card.media,) if card.media else (),
        choices=card.choices,
        at=card.at,
    )
    site = Site(draft.site.flow, draft.site.node, inner, card.at or draft.site.place, draft.site.stem)
    for message in compose(draft.context, site, draft.locale):
        draft.messages.append(message)


def _choices(draft: Draft, text: Text, replies: Sequence[Choice], header: dict[str, Any] | None) -> None:
    plan = plan_choices(draft.context, draft.site, replies, draft.locale)
    bare = strip_menu(text, replies, draft.locale) if plan.form is not ChoiceForm.NUMBERS else None
    if bare is not None:
        draft.note("emulated", "numbered menu", f"its items are {plan.form.value}; typed answers still count")
        text = bare
    hidden = [option for option in plan.options if hidden_text(option)]
    if hidden and plan.form is not ChoiceForm.NUMBERS:
        lines = "\n".join(f"• {option.full}" for option in hidden)
        text = join_text([*text, Literal(("\n" if text else "") + lines)])
    for option in plan.options:
        _note_option(draft, plan, option)
    if plan.form is ChoiceForm.BUTTONS:
        _interactive(draft, text, "button", _button_action(plan.options), header, plan.options)
    elif plan.form is ChoiceForm.LIST:
        _lists(draft, text, plan, [plan.options], header)
    elif plan.form is ChoiceForm.PAGES:
        _lists(draft, text, plan, _pages(draft, plan.options), header)
    else:
        _numbers(draft, text, plan, header)


def _note_option(draft: Draft, plan: ChoicePlan, option: Option) -> None:
    place = option.choice.at
    if plan.form is ChoiceForm.NUMBERS:
        draft.note("emulated", "choice", "a number in the text: there are more options than lists hold", place=place)
    elif option.how:
        where = "description" if option.full in option.description else "text"
        draft.note(
            "emulated",
            "choice",
            f"“{option.full}” is shown as “{option.title}” ({option.how}); the full wording is in the {where}",
            place=place,
        )
    elif plan.form is ChoiceForm.BUTTONS:
        draft.note("exact", "choice", place=place)
    else:
        draft.note("emulated", "choice", f"a row of a {plan.form.value}", place=place)
    if option.choice.media is not None:
        draft.note("dropped", "choice picture", "buttons and rows have no picture", "send it before", place=place)
    for key, _ in option.choice.hints:
        draft.note("dropped", f"choice {key}", "WhatsApp shows no colours, sizes or layout of buttons", place=place)


def _button_action(options: Sequence[Option]) -> dict[str, Any]:
    return {"buttons": [{"type": "reply", "reply": {"id": option.id, "title": option.title}} for option in options]}


def _pages(draft: Draft, options: Sequence[Option]) -> list[tuple[Option, ...]]:
    """Cut the options into pages: all but the last leave one row for the way on."""
    rows = draft.context.limit("interactive.list.rows.max")
    pages: list[tuple[Option, ...]] = []
    rest = tuple(options)
    while len(rest) > rows:
        pages.append(rest[: rows - 1])
        rest = rest[rows - 1 :]
    return [*pages, rest]


def _lists(
    draft: Draft,
    text: Text,
    plan: ChoicePlan,
    pages: Sequence[Sequence[Option]],
    header: dict[str, Any] | None,
) -> None:
    if header is not None:
        used = header.pop("_used")
        draft.add({"type": header["type"], header["type"]: header[header["type"]]}, used, role="before")
    more = phrase("more", draft.context.language(draft.site.flow, draft.locale))
    more = fit_labels([more], draft.context.limit("interactive.list.row.title.max_length"))[0].title
    for number, page in enumerate(pages, start=1):
        sections: dict[str, list[dict[str, str]]] = {}
        for option in page:
            row = {"id": option.id, "title": option.title}
            if option.description:
                row["description"] = option.description
            sections.setdefault(option.section, []).append(row)
        next_id = ""
        if number < len(pages):
            next_id = f"{draft.site.stem}:page{number + 1}"
            list(sections.values())[-1].append({"id": next_id, "title": more})
        action = {"button": plan.button, "sections": _sections(draft, sections)}
        paged = number if len(pages) > 1 else 0
        _interactive(draft, text, "list", action, None, plan.options, page=paged, next_id=next_id)


def _sections(draft: Draft, sections: Mapping[str, list[dict[str, str]]]) -> list[dict[str, Any]]:
    """Sections with titles that fit; a title is required when there is more than one."""
    limit = draft.context.limit("interactive.list.section.title.max_length")
    if len(sections) == 1:
        (title, rows), *_ = sections.items()
        return [{**({"title": fit_labels([title], limit)[0].title} if title else {}), "rows": rows}]
    titles = fit_labels([title or "…" for title in sections], limit)
    return [{"title": label.title, "rows": rows} for label, rows in zip(titles, sections.values(), strict=True)]


def _numbers(draft: Draft, text: Text, plan: ChoicePlan, header: dict[str, Any] | None) -> None:
    if header is not None:
        used = header.pop("_used")
        draft.add({"type": header["type"], header["type"]: header[header["type"]]}, used, role="before")
    from bascule.language.menus import find_menu

    if find_menu(marker_text(text)) is None:
        ask = phrase("choose", draft.context.language(draft.site.flow, draft.locale))
        lines = [f"{number}. {option.full}" for number, option in enumerate(plan.options, start=1)]
        text = join_text([*text, Literal(("\n\n" if text else "") + "\n".join([ask, *lines]))])
    _plain(draft, text, Content(text=draft.site.content.text))


def _interactive(
    draft: Draft,
    text: Text,
    kind: str,
    action: Mapping[str, Any],
    header: dict[str, Any] | None,
    options: Sequence[Option],
    *,
    page: int = 0,
    next_id: str = "",
) -> None:
    """An interactive message; text over its limit goes before it, cut at sentence ends."""
    context, content = draft.context, draft.site.content
    used: list[Marker] = []
    top, bottom = draft.text(content.header), draft.text(content.footer)
    body: dict[str, Any] = {"type": kind}
    if header is not None:
        used += header.pop("_used")
        body["header"] = header
        if top:
            text = join_text([Literal("*"), *top, Literal("*\n"), *text])
            draft.note("emulated", "header", "a bold first line: the picture has the header's place")
    elif top:
        if len(marker_text(top)) <= context.limit("interactive.header.text.max_length"):
            body["header"] = {"type": "text", "text": marker_text(top)}
            used += markers_of(top)
            draft.note("exact", "header")
        else:
            text = join_text([Literal("*"), *top, Literal("*\n"), *text])
            draft.note("emulated", "header", "a bold first line: it is too long for a header")
    if bottom and len(marker_text(bottom)) > context.limit("interactive.footer.max_length"):
        text = join_text([*text, Literal("\n_"), *bottom, Literal("_")])
        draft.note("emulated", "footer", "an italic last line: it is too long for a footer")
        bottom = ()
    limit = context.limit(f"interactive.{kind}.body.max_length")
    pieces = split_text(text, limit) if text else [()]
    for piece in pieces[:-1]:
        draft.add({"type": "text", "text": {"body": marker_text(piece)}}, list(markers_of(piece)), role="before")
    if len(pieces) > 1:
        draft.note("emulated", "long text", f"sent as {len(pieces)} messages, cut at sentence ends")
    last = pieces[-1]
    body["body"] = {"text": marker_text(last) or phrase("pick", context.language(draft.site.flow, draft.locale))}
    used += markers_of(last)
    if bottom:
        body["footer"] = {"text": marker_text(bottom)}
        used += markers_of(bottom)
        draft.note("exact", "footer")
    body["action"] = action
    for option in options:
        for localized in (option.choice.title, option.choice.description):
            used += markers_of(localized.best(draft.locale) or ())
    draft.add({"type": "interactive", "interactive": body}, used, page=page, next_id=next_id)


def _location_request(draft: Draft, text: Text, replies: Sequence[Choice]) -> None:
    choice = next(item for item in draft.site.content.choices if item.kind is ChoiceKind.SHARE_LOCATION)
    body = draft.text(choice.title) if replies or not text else text
    if not replies and draft.messages and draft.messages[-1].message.to_json().get("type") == "text":
        draft.messages.pop()
    draft.add(
        {
            "type": "interactive",
            "interactive": {
                "type": "location_request_message",
                "body": {"text": marker_text(body) or "📍"},
                "action": {"name": "send_location"},
            },
        },
        list(markers_of(body)),
    )
    draft.note("exact", "share location choice", place=choice.at)

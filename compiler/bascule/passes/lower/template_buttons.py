"""Buttons of a template: quick replies, links, calls, and the one that replaces "STOP au 36180"."""

from __future__ import annotations

from bascule.ir.content import ChoiceKind, Content
from bascule.ir.text import Hole, Literal, Text, holes, join_text, plain_text
from bascule.passes.lower.category import CategoryVerdict
from bascule.passes.lower.choices import plan_choices, strip_menu, template_labels
from bascule.passes.lower.context import LowerContext, Site, phrase
from bascule.passes.lower.draft import localized_text
from bascule.passes.lower.labels import fit_labels
from bascule.passes.lower.template_parts import Parts, numbered
from bascule.passes.lower.texts import cut_range, flat, marker_text, strip_text
from bascule.whatsapp.templates import PhoneNumberButton, QuickReplyButton, UrlButton

__all__ = ["reply_buttons", "stop_wording"]


def stop_wording(context: LowerContext, site: Site, language: str, parts: Parts, verdict: CategoryVerdict) -> None:
    """ "STOP au 36180" means nothing on WhatsApp: it becomes the quick reply that ends promotions."""
    from bascule.language.optout import find_opt_out

    found = find_opt_out(flat(parts.text))
    if found is None:
        return
    rest = cut_range(parts.text, found.start, found.end)
    if not plain_text(rest, lambda _: "").strip():
        return
    parts.text = strip_text(rest)
    if verdict.category == "MARKETING":
        label = context.settings.opt_out_label(language) or phrase("stop", language)
        parts.buttons.append(QuickReplyButton(text=label))
        how = f"the quick reply “{label}”"
    else:
        how = "left out: the person can block the sender, and a service message has no promotions to stop"
    context.note("emulated", "opt-out wording", site.place, f"“{found.keyword}” of SMS becomes {how}")


def reply_buttons(context: LowerContext, site: Site, locale: str, language: str, parts: Parts) -> None:
    content = site.content
    replies = [choice for choice in content.choices if choice.kind is ChoiceKind.REPLY]
    most = context.limit("button.quick_reply.max")
    stop = parts.buttons[:]
    parts.buttons.clear()
    if replies and len(replies) + len(stop) <= most:
        bare = strip_menu(parts.text, replies, locale)
        if bare is not None:
            parts.text = bare
            reason = "its items are quick replies; typed answers still count"
            context.note("emulated", "numbered menu", site.place, reason)
        for choice, _, label in template_labels(context, replies, locale, site.stem):
            parts.buttons.append(QuickReplyButton(text=label.title))
            if label.shortened:
                parts.text = join_text([*parts.text, Literal(f"\n• {label.full}")])
                context.note(
                    "emulated",
                    "template quick reply",
                    choice.at or site.place,
                    f"“{label.full}” is shown as “{label.title}”; the full wording is in the body",
                )
            else:
                context.note("exact", "template quick reply", choice.at or site.place)
    elif replies:
        plan = plan_choices(context, site, replies, locale)
        lines = [f"{number}. {option.full}" for number, option in enumerate(plan.options, start=1)]
        if strip_menu(parts.text, replies, locale) is None:
            parts.text = join_text([*parts.text, Literal("\n" + "\n".join([phrase("choose", language), *lines]))])
        context.note(
            "emulated", "template choices", site.place, f"numbers in the body: a template has {most} quick replies"
        )
    parts.buttons.extend(stop)
    _link_buttons(context, content, locale, language, parts, site)


def _link_buttons(
    context: LowerContext, content: Content, locale: str, language: str, parts: Parts, site: Site
) -> None:
    room = {ChoiceKind.URL: context.limit("button.url.max"), ChoiceKind.CALL: context.limit("button.phone_number.max")}
    for choice in content.choices:
        if choice.kind not in room:
            continue
        place = choice.at or site.place
        value = choice.url if choice.kind is ChoiceKind.URL else choice.phone
        if room[choice.kind] == 0 or not _button_value(choice.kind, value):
            title = localized_text(choice.title, locale)
            parts.text = join_text([*parts.text, Literal("\n"), *title, Literal(" : "), *value])
            context.note("emulated", f"{choice.kind.value} choice", place, "a line of the body: no button fits it")
            continue
        room[choice.kind] -= 1
        limit = context.limit(
            "button.url.text.max_length" if choice.kind is ChoiceKind.URL else "button.phone_number.text.max_length"
        )
        label = fit_labels([marker_text(localized_text(choice.title, locale)) or marker_text(value)], limit)[0]
        index = len(parts.buttons)
        if choice.kind is ChoiceKind.CALL:
            parts.buttons.append(PhoneNumberButton(text=label.title, phone_number=marker_text(value)))
            context.note("exact", "call choice", place)
            continue
        url, slots = numbered(context, value, "button", language, button=index)
        example = (url.replace("{{1}}", slots[0].sample),) if slots else None
        parts.buttons.append(UrlButton(text=label.title, url=url, example=example))
        parts.button_slots.extend(slots)
        context.note("exact", "link choice", place)


def _button_value(kind: ChoiceKind, value: Text) -> bool:
    """A URL may hold one variable, at its very end; a phone number none."""
    count = sum(1 for _ in holes(value))
    if kind is ChoiceKind.CALL:
        return count == 0 and bool(value)
    if not value or not isinstance(value[0], Literal):
        return False
    return count == 0 or (count == 1 and isinstance(value[-1], Hole))

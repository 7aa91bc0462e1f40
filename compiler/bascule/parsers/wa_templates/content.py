"""From a listed template to what the graph says: texts with holes, choices, media, variables, parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bascule.ir.content import Card, Choice, ChoiceKind, Content, Media, TemplateUse
from bascule.ir.expr import Ref
from bascule.ir.project import Variable
from bascule.ir.text import Hole, Literal, Localized, LocalizedText, Segment, Text, join_text
from bascule.language.names import template_slug
from bascule.language.reading import Reading, unique
from bascule.parsers.wa_templates.model import Button, Listed, Said
from bascule.source import Place
from bascule.whatsapp.templates import Placeholder, PlaceholderKind, parameters

__all__ = ["card_of", "content_of", "declare", "slots_of", "text_with_holes", "use_of"]


def text_with_holes(listed: Listed, text: Said | None, component: str) -> Text:
    """A text whose parameters are holes; braces that are none stay as they are. ``component`` is ``""`` for a body,
    ``header``, or the whole slot of a button."""
    if text is None:
        return ()
    parts: list[Segment] = []
    at = 0
    base = text.place.sub[0] if text.place.sub else 0
    for item in _holes(listed, text.text):
        slot = component if component.startswith("button") and not listed.shared else listed.slot(component, item.name)
        if listed.shared:
            slot = item.name
        parts.append(Literal(text.text[at : item.start]))
        parts.append(Hole(Ref(listed.path(slot)), text.place.within(base + item.start, base + item.end)))
        at = item.end
    return join_text([*parts, Literal(text.text[at:])])


def _holes(listed: Listed, text: str) -> list[Placeholder]:
    """The parameters of a text: well-formed ones, and what the listing declares."""
    found = parameters(text)
    return [item for item in found if item.kind is not PlaceholderKind.MALFORMED or item.name in listed.declared]


def slots_of(listed: Listed) -> list[str]:
    """The slots of all parameters, in the order header, body, buttons, the rest; each once."""
    found: dict[str, None] = {}
    for component, text in (("header", listed.header), ("header", listed.media_link), ("", listed.body)):
        for item in _holes(listed, text.text) if text else ():
            found.setdefault(listed.slot(component, item.name))
    for button in listed.buttons:
        if listed.shared:
            for item in _holes(listed, button.url.text) if button.url else ():
                found.setdefault(item.name)
        elif button.slot and button.url is not None:
            found.setdefault(button.slot)
    for slot in listed.extra_slots:
        found.setdefault(slot)
    if any(construct == "body that WhatsApp writes" for construct, _ in listed.whole):
        found.setdefault("1")  # the code of an authentication template
    return sorted(found, key=lambda slot: (not slot.startswith("header"), slot.startswith(("button", "card", "limit"))))


def _bound(listed: Listed) -> list[tuple[str, str]]:
    """Each slot of a send with the slot whose variable fills it: the button of a one-time code takes the body's."""
    slots = slots_of(listed)
    code = {button.slot for button in listed.buttons if button.kind is ChoiceKind.COPY_CODE and button.url is None}
    return [(slot, "1" if slot in code and slot.count(".") == 1 and "1" in slots else slot) for slot in slots]


def use_of(listed: Listed) -> TemplateUse:
    """The send of a template that exists, or is kept whole: every parameter bound to a variable of its name."""
    bound = tuple((slot, Ref(listed.path(name))) for slot, name in _bound(listed))
    return TemplateUse(listed.name, listed.provider_id, listed.language, bound, listed.place)


def declare(reading: Reading, listed: Listed, used: bool) -> None:
    """Put the variables of a template into the project, with the samples of its language.

    ``used``: its sends bind every parameter; else only those that stand in its texts.
    """
    for slot in dict.fromkeys(name for _, name in _bound(listed)):
        if not used and slot in listed.extra_slots:
            continue
        name = ".".join(listed.path(slot))
        sample = listed.samples.get(slot)
        known = reading.variables.get(name) or Variable(name, at=sample.place if sample else listed.place)
        if sample is not None and known.sample.get(listed.language) is None:
            known = replace(known, sample=known.sample.with_value(listed.language, sample.text))
        reading.variables[name] = known


def content_of(group: Sequence[Listed], use: TemplateUse | None = None, at: Place | None = None) -> Content:
    """What a template says, in all languages of a group of equal build. Choices are matched by position."""
    first = group[0]
    return Content(
        text=_localized(group, lambda listed: text_with_holes(listed, listed.body, "")),
        header=_localized(group, lambda listed: text_with_holes(listed, listed.header, "header")),
        footer=_localized(group, lambda listed: text_with_holes(listed, listed.footer, "footer")),
        media=(_media(group, first.media),) if first.media else (),
        location=first.location,
        choices=_choices(group),
        cards=tuple(first.cards),
        list_label=_localized(group, lambda listed: text_with_holes(listed, listed.list_label, "list")),
        template=use,
        at=at or (first.body.place if first.body else first.place),
    )


def _localized(group: Sequence[Listed], read: Callable[[Listed], Text]) -> LocalizedText:
    """The texts by language. Where one language has none and another has, the empty text says so."""
    texts = [(listed.language, read(listed)) for listed in group]
    return Localized(tuple(texts)) if any(text for _, text in texts) else Localized()


def _media(group: Sequence[Listed], first: Media) -> Media:
    """The header's file; where the languages have addresses of their own, the address by language."""
    links = [(listed.language, listed.media.url.first) for listed in group if listed.media and listed.media.url]
    if len({link for _, link in links}) < 2:
        return first
    return replace(first, url=Localized(tuple(links)))


def _choices(group: Sequence[Listed]) -> tuple[Choice, ...]:
    taken: dict[str, int] = {}
    return tuple(
        _choice(group, [listed.buttons[index] for listed in group], index, taken)
        for index in range(len(group[0].buttons))
    )


def _choice(group: Sequence[Listed], buttons: Sequence[Button], index: int, taken: dict[str, int]) -> Choice:
    first = buttons[0]
    base = template_slug(first.title) if first.title else f"{first.kind.value}_{index}"
    titles = tuple(
        (listed.language, text_with_holes(listed, Said(button.title, button.title_place), f"button.{index}.text"))
        for listed, button in zip(group, buttons, strict=True)
        if button.title
    )
    told = tuple(
        (listed.language, text_with_holes(listed, button.description, f"button.{index}.description"))
        for listed, button in zip(group, buttons, strict=True)
        if button.description
    )
    return Choice(
        id=unique(base, taken),
        title=Localized(titles),
        kind=first.kind,
        description=Localized(told),
        payload=first.payload,
        url=text_with_holes(group[0], first.url, f"button.{index}"),
        phone=(Literal(first.phone.text),) if first.phone else (),
        at=first.place,
    )


def card_of(listed: Listed, inner: Listed, index: int) -> Card:
    """One card of a carousel, for the reader: the template's definition is what is sent."""
    prefix = "" if listed.shared else f"card.{index}."
    named = Listed(inner.place, listed.name, listed.language, shared=listed.shared, prefix=prefix)
    named.body, named.media, named.buttons = inner.body, inner.media, inner.buttons
    text = text_with_holes(named, named.body, "")
    return Card(
        text=Localized.of(text, listed.language) if text else Localized(),
        media=inner.media,
        choices=tuple(replace(choice, id=f"card_{index}_{choice.id}") for choice in _choices([named])),
        at=inner.place,
    )

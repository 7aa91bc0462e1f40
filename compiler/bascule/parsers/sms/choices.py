"""Which templates ask something: quick replies the file names, and menus written into the text."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from bascule.diagnostics.finding import Finding
from bascule.ir.content import Choice, ChoiceKind
from bascule.ir.text import Literal, Localized, LocalizedText, Text, holes, literal, plain_text
from bascule.language.menus import Menu, MenuItem, find_menu
from bascule.language.names import template_slug
from bascule.language.placeholders import SyntaxChoice, parse_text
from bascule.parsers.sms.model import Option, Template, UniqueNames, Wording
from bascule.parsers.sms.rules import SuggestedChoices

__all__ = ["Chosen", "choices_of"]

_QUESTION = ("?", "؟", "？")


@dataclass(slots=True)
class Chosen:
    """The choices of a template, the menu they were read from (if any), and what to say of it."""

    choices: tuple[Choice, ...] = ()
    menu: Menu | None = None
    findings: list[Finding] = field(default_factory=list)


def choices_of(
    template: Template, main: list[Wording], locale_of: Callable[[Wording], str], syntax: SyntaxChoice
) -> Chosen:
    """Decide by rule whether a template is a question with choices.

    Quick replies and buttons always are choices. A menu in the text is, when the text asks for an answer
    (a question mark, a verb of answering or choosing); a bare list at the end is only pointed out.
    """
    result = Chosen()
    menu = find_menu(main[0].text)
    if template.options:
        _from_options(template, main[0], menu, locale_of, syntax, result)
    elif menu is not None:
        _from_menu(main, menu, locale_of, syntax, result)
    return result


def _from_menu(
    main: list[Wording], menu: Menu, locale_of: Callable[[Wording], str], syntax: SyntaxChoice, result: Chosen
) -> None:
    first = main[0]
    outside = first.text[: menu.start] + first.text[menu.end :]
    asks = any(mark in outside for mark in _QUESTION)
    place = first.place.within(menu.start, menu.end)
    if not asks and "end the message" in menu.cue:
        result.findings.append(
            SuggestedChoices.at(
                place,
                f"the text ends in a list of {len(menu.items)} options; it was kept as a message, for nothing asks",
                help="if an answer is awaited, make it a question in the converted scenario",
                data={"decided": "message", "options": len(menu.items)},
            )
        )
        return
    cue = menu.cue or "a question mark"
    menus = [(wording, menu if wording is first else find_menu(wording.text)) for wording in main]
    spoken: list[tuple[Wording, Menu]] = [
        (wording, found) for wording, found in menus if found is not None and len(found.items) == len(menu.items)
    ]
    ids = UniqueNames()
    choices = []
    for index, item in enumerate(menu.items):
        choice_id = ids.take(template_slug(item.key))
        titles: dict[str, Text] = {}
        accepts: dict[str, tuple[str, ...]] = {}
        for wording, found in spoken:
            locale = locale_of(wording)
            if locale not in titles:
                titles[locale] = _title(wording, found.items[index], syntax)
                accepts[locale] = _accepted(wording, found.items[index], syntax)
        typed = (("typed", json.dumps(item.key, ensure_ascii=False)),) if _has_hole(item.key, first, syntax) else ()
        at = first.place.within(item.start, item.end)
        choices.append(
            Choice(
                choice_id,
                Localized(tuple(titles.items())),
                payload=item.key,
                accepts=Localized(tuple(accepts.items())),
                hints=typed,
                at=at,
            )
        )
    result.choices = tuple(choices)
    result.menu = menu
    shown = ", ".join(f"`{item.title[:24]}`" for item in menu.items[:4]) + (" …" if len(menu.items) > 4 else "")
    result.findings.append(
        SuggestedChoices.at(
            place,
            f"read as a question with {len(menu.items)} choices ({shown}): {cue}",
            help="connect the choices in the converted scenario, or remove `ask` when no answer is awaited",
            data={"decided": "ask", "cue": cue, "options": len(menu.items)},
        )
    )


def _title(wording: Wording, item: MenuItem, syntax: SyntaxChoice) -> Text:
    """An option's title with its holes placed in the whole text."""
    start = wording.text.find(item.title, item.start, item.end)
    if start < 0:
        return literal(item.title)
    text, _ = parse_text(item.title, syntax, wording.place.within(start, start + len(item.title)))
    if text and isinstance(text[0], Literal):
        # "1 pour confirmer": the word of a sentence becomes a label of its own.
        first = text[0].text
        return (Literal(first[:1].upper() + first[1:]), *text[1:])
    return text


def _has_hole(key: str, wording: Wording, syntax: SyntaxChoice) -> bool:
    return any(holes(parse_text(key, syntax, wording.place)[0]))


def _accepted(wording: Wording, item: MenuItem, syntax: SyntaxChoice) -> tuple[str, ...]:
    """What people type for an option; of a key with a placeholder in it, the words before."""
    if _has_hole(item.key, wording, syntax):
        text, _ = parse_text(item.key, syntax, wording.place)
        head = plain_text(text[:1]).strip() if not any(holes(text[:1])) else ""
        return (head,) if head else ()
    return tuple(dict.fromkeys((item.key, *item.spellings)))


def _from_options(
    template: Template,
    first: Wording,
    menu: Menu | None,
    locale_of: Callable[[Wording], str],
    syntax: SyntaxChoice,
    result: Chosen,
) -> None:
    """Choices that the file names. Options of a second language are the titles of the same choices."""
    by_locale: dict[str, list[Option]] = {}
    for option in template.options:
        by_locale.setdefault(option.locale, []).append(option)
    groups = list(by_locale.items())
    leading = groups[0][1]
    if any(len(group) != len(leading) for _, group in groups[1:]):
        leading = template.options
        groups = groups[:1]
    replies = [option for option in leading if option.kind is ChoiceKind.REPLY]
    numbered = menu is not None and len(menu.items) == len(replies) == len(leading)
    ids = UniqueNames()
    choices = []
    for index, option in enumerate(leading):
        choice_id = ids.take(template_slug(option.payload or option.title))
        titles: LocalizedText = Localized()
        for locale, group in groups or [("", leading)]:
            other = group[index] if index < len(group) else option
            shown, _ = parse_text(other.title, syntax, other.place)
            spoken = locale_of(Wording("", other.place, locale or first.locale))
            if titles.get(spoken) is None:
                titles = titles.with_value(spoken, shown)
        accepts = option.accepts
        if numbered and menu is not None:
            accepts = tuple(dict.fromkeys((*accepts, *_accepted(first, menu.items[index], syntax))))
        url, _ = parse_text(option.url, syntax, option.place)
        phone, _ = parse_text(option.phone, syntax, option.place)
        choices.append(
            Choice(
                choice_id,
                titles,
                option.kind,
                payload=option.payload,
                accepts=Localized.of(accepts, locale_of(first)) if accepts else Localized(),
                url=url,
                phone=phone,
                hints=option.hints,
                at=option.place,
            )
        )
    result.choices = tuple(choices)
    result.menu = menu if numbered else None
    if replies:
        count = len(replies)
        result.findings.append(
            SuggestedChoices.at(
                replies[0].place,
                f"read as a question with {count} choice{'' if count == 1 else 's'}: the file names quick replies",
                help="connect the choices in the converted scenario",
                data={"decided": "ask", "cue": "quick replies", "options": count},
            )
        )

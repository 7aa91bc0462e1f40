"""``LOC021`` and ``LOC022``: translations that were never made, or not kept up to date."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from bascule.diagnostics import Finding, Label, Severity
from bascule.ir.content import Content
from bascule.ir.text import Literal, LocalizedText, Text, holes, is_empty
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.interactive.sites import Site, contents
from bascule.passes.rules.wording import find_links, said, shown
from bascule.source import Place

__all__ = ["NotTranslated", "TranslationsDisagree"]

_LEAST_WORDS = 3
_LEAST_LETTERS = 12
"""Shorter texts (names, "OK", "Menu") are the same in many languages."""
_TIME = re.compile(
    r"\d{1,2}\s?(?:[h:]\s?\d{2}|\.\d{2}(?=\s?(?:uhr|[ap]\.?m\b)))(?:\s?[ap]\.?m\b\.?)?"
    r"|\d{1,2}\s?(?:h\b|uhr\b|[ap]\.?m\b\.?|ч\b|बजे)",
    re.I,
)
_NUMBER = re.compile(r"\d(?:[ .,'’\u00a0\u202f]?\d)*")
_MOST_SHOWN = 4


class NotTranslated(CheckRule):
    """A translation is the same text again

    What it does: reports texts that are word for word the same in two different languages, case ignored. Texts of
    less than three words are left out, and so are variants of one language (`fr`, `fr_CA`).
    Why: people who chose the other language read a text they may not understand, and the template of that language
    is submitted with a text in another one, which is a reason for refusal.
    Example:
        bascule: 1
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              debut:
                say: {fr: "Une personne de notre équipe vous écrit.", en: "Une personne de notre équipe vous écrit."}
                handover: equipe
    Use instead:
        bascule: 1
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              debut:
                say: {fr: "Une personne de notre équipe vous écrit.", en: "Somebody of our team will write to you."}
                handover: equipe
    Sources: bascule's own rule.
    """

    code = "LOC021"
    name = "not-translated"
    severity = Severity.INFO

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Compare the words of the languages of every text."""
        for site, what, said_in, place in _translated(context):
            first: dict[str, str] = {}
            for locale, text in said_in:
                line = " ".join(_words(text).split())
                if not _says_something(line):
                    continue
                known = first.setdefault(line, locale)
                if _language(context, known) == _language(context, locale):
                    continue
                yield cls.at(
                    _place(text, place),
                    f"the {what} of `{site.name}` in `{locale}` is the one in `{known}` again: `{shown(line)}`",
                    help=f"translate it, or leave `{locale}` out",
                    data={"locale": locale, "same_as": known},
                )


class TranslationsDisagree(CheckRule):
    """The languages of a message give different numbers or links

    What it does: compares the numbers (prices, days, telephone numbers) and links that the languages of a text
    state. It reports numbers when each of two languages has one that the other lacks (`24` here, `48` there), and
    links when only one has any. Times of day are left out, as languages write them in their own way, and so are
    numbers that one language may have written as a word.
    Why: usually one language was changed and the other was forgotten: people are told different things.
    Example:
        bascule: 1
        flows:
          colis:
            entries: [{keyword: colis}]
            nodes:
              debut:
                say: {fr: "Livraison en 48 heures pour 5 euros.", en: "Delivery within 24 hours for 5 euros."}
                handover: equipe
    Use instead:
        bascule: 1
        flows:
          colis:
            entries: [{keyword: colis}]
            nodes:
              debut:
                say: {fr: "Livraison en 48 heures pour 5 euros.", en: "Delivery within 48 hours for 5 euros."}
                handover: equipe
    Sources: bascule's own rule.
    """

    code = "LOC022"
    name = "translations-disagree"
    severity = Severity.INFO

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Compare the numbers and links of every text with those of its first language."""
        for site, what, said_in, place in _translated(context):
            first_locale, first_text = said_in[0]
            numbers, links = _stated(first_text)
            for locale, text in said_in[1:]:
                here, here_links = _stated(text)
                found = _differing(numbers, here) or _only_one(links, here_links)
                if not found:
                    continue
                ours, theirs = found
                yield cls.at(
                    _place(text, place),
                    f"the {what} of `{site.name}` says {ours} in `{first_locale}` and {theirs} in `{locale}`",
                    help="check which language is up to date",
                    labels=[Label(at, f"`{first_locale}`") for at in [_place(first_text, place)] if at != place],
                    data={"locale": locale, "compared_with": first_locale},
                )


def _translated(context: CheckContext) -> Iterator[tuple[Site, str, list[tuple[str, Text]], Place]]:
    """All texts that are there in two languages or more, with the names of the languages."""
    for site, content, place in contents(context):
        default = site.flow.locale or context.project.locale or "the default language"
        for what, localized in _texts(content):
            said_in = [(locale or default, said(text)) for locale, text in localized if not is_empty(text)]
            if len(said_in) > 1:
                yield site, what, said_in, place


def _texts(content: Content) -> Iterator[tuple[str, LocalizedText]]:
    yield "text", content.text
    yield "header", content.header
    yield "footer", content.footer
    for wording in content.alternatives:
        yield "text", wording
    for media in content.media:
        yield "caption", media.caption
    for card in content.cards:
        yield "card", card.text


def _words(text: Text) -> str:
    """What is said without placeholders and links, case ignored."""
    line = "".join(part.text if isinstance(part, Literal) else " … " for part in text).casefold()
    for link in reversed(list(find_links(line))):
        line = f"{line[: link.start]} {line[link.end :]}"
    return line


def _says_something(line: str) -> bool:
    words = [word for word in line.split() if any(char.isalpha() for char in word)]
    return len(words) >= _LEAST_WORDS and sum(char.isalpha() for char in line) >= _LEAST_LETTERS


def _language(context: CheckContext, locale: str) -> str:
    """The language without its region, by whichever code the source names it (`en`, `eng`, `en-US`)."""
    return re.split(r"[-_]", (context.policy.match_language(locale) or locale).casefold(), maxsplit=1)[0]


def _place(text: Text, place: Place) -> Place:
    """The place of the text's first placeholder, which tells the language, else of the whole."""
    return next((hole.at for hole in holes(text) if hole.at is not None), place)


def _stated(text: Text) -> tuple[Counter[str], list[str]]:
    """The numbers of a text in plain digits, without what separates their groups, and its links."""
    line = "".join(part.text if isinstance(part, Literal) else " \ufffc " for part in text)
    links = list(find_links(line))
    for link in reversed(links):
        line = f"{line[: link.start]} \ufffc {line[link.end :]}"
    line = "".join(str(unicodedata.decimal(char, char)) for char in line)
    numbers = (re.sub(r"\D", "", match.group()) for match in _NUMBER.finditer(_TIME.sub(" ", line)))
    return Counter(numbers), [link.text for link in links]


def _differing(first: Counter[str], here: Counter[str]) -> tuple[str, str] | None:
    """The numbers that each of two languages has alone; None unless both have some."""
    ours, theirs = sorted(first.keys() - here.keys()), sorted(here.keys() - first.keys())
    return (_listed(ours), _listed(theirs)) if ours and theirs else None


def _only_one(first: list[str], here: list[str]) -> tuple[str, str] | None:
    if bool(first) == bool(here):
        return None
    return (_listed(first) or "no link", _listed(here) or "no link")


def _listed(items: list[str]) -> str:
    return ", ".join(f"`{shown(item)}`" for item in items[:_MOST_SHOWN])

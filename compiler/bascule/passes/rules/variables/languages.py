"""``VAR012`` and ``LOC020``: the languages of one message, and of one flow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bascule.diagnostics import Finding, Label, Severity
from bascule.ir.content import Content
from bascule.ir.expr_text import print_expression
from bascule.ir.project import Initiator
from bascule.ir.text import LocalizedText, Text, holes, is_empty
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.interactive.sites import Site, contents, sites
from bascule.passes.rules.wording import said, shown
from bascule.source import Place

__all__ = ["LanguageMissing", "PlaceholdersDiffer"]

_MOST_LABELS = 3


def _variables(text: Text) -> dict[str, Place | None]:
    """The variables and calculations of a text, as they are written."""
    return {shown(print_expression(hole.expression)): hole.at for hole in holes(said(text))}


def _texts(content: Content) -> Iterator[tuple[str, LocalizedText]]:
    yield "text", content.text
    yield "header", content.header
    yield "footer", content.footer
    for wording in content.alternatives:
        yield "text", wording
    for media in content.media:
        yield "caption", media.caption
    for choice in content.choices:
        yield "choice", choice.title
    for card in content.cards:
        yield "card", card.title
        yield "card", card.text


class PlaceholdersDiffer(CheckRule):
    """The languages of a message use different variables

    What it does: compares the variables of each language of a text with those of the first one.
    Why: usually a placeholder was forgotten or misspelt in the translation: people who read that language get a
    message without the value.
    Example:
        bascule: 1
        flows:
          colis:
            entries: [{api: colis}]
            nodes:
              envoi:
                say:
                  fr: "Votre colis {numero} arrive le {date} chez vous."
                  en: "Your parcel {numero} will arrive at your home soon."
    Use instead:
        bascule: 1
        flows:
          colis:
            entries: [{api: colis}]
            nodes:
              envoi:
                say:
                  fr: "Votre colis {numero} arrive le {date} chez vous."
                  en: "Your parcel {numero} will arrive on {date} at your home."
    Sources: bascule's own rule.
    """

    code = "VAR012"
    name = "placeholders-differ"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Compare the languages of every text."""
        for site, content, place in contents(context):
            for what, localized in _texts(content):
                said_in = [(locale, text) for locale, text in localized if not is_empty(text)]
                if len(said_in) > 1:
                    yield from _compare(cls, site, what, said_in, place)


def _compare(
    rule: type[CheckRule], site: Site, what: str, said_in: list[tuple[str, Text]], place: Place
) -> Iterator[Finding]:
    first_locale, first_text = said_in[0]
    first = _variables(first_text)
    for locale, text in said_in[1:]:
        here = _variables(text)
        missing = [name for name in first if name not in here]
        extra = [name for name in here if name not in first]
        if not missing and not extra:
            continue
        lacks = f"lacks {', '.join(f'`{name}`' for name in missing)}" if missing else ""
        has = f"has {', '.join(f'`{name}`' for name in extra)}" if extra else ""
        known = next((at for at in (*(here[name] for name in extra), *here.values()) if at is not None), None)
        label = next((first[name] for name in missing if first[name] is not None), None)
        yield rule.at(
            known or place,
            f"the {what} of `{site.name}` in {_named(locale)} {' and '.join(filter(None, (lacks, has)))}, "
            f"unlike {_named(first_locale)}",
            help="use the same placeholders in all languages",
            labels=[Label(label, f"`{missing[0]}` is said here")] if label is not None else (),
            data={"missing": missing, "extra": extra, "locale": locale},
        )


def _named(locale: str) -> str:
    return f"`{locale}`" if locale else "the default language"


class LanguageMissing(CheckRule):
    """Messages lack a language that others have

    What it does: reports messages of a flow that are not written in a language in which other messages of the
    flow are: one finding for each language of a flow. In tables of messages that a program sends, where each is a
    flow of its own, the file takes the place of the flow, and at least half of the messages must have the language.
    Listings of templates are not compared: each is listed with the languages it was submitted in. A message in
    `en` is not said to lack `en_AU`.
    Why: people who read that language get these messages in another one.
    Example:
        bascule: 1
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              debut: {say: {fr: "Que voulez-vous ?", en: "What do you need?"}, ask: besoin, then: merci}
              merci: {say: {fr: "Merci, une personne vous écrit."}, handover: equipe}
    Use instead:
        bascule: 1
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              debut: {say: {fr: "Que voulez-vous ?", en: "What do you need?"}, ask: besoin, then: merci}
              merci: {say: {fr: "Merci, une personne vous écrit.", en: "Thank you, we will write to you."}, handover: a}
    Sources: bascule's own rule.
    """

    code = "LOC020"
    name = "language-missing"
    severity = Severity.INFO

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Compare the languages of the messages of each flow, or of each table."""
        groups: dict[tuple[str, str], list[Site]] = {}
        listings = {asset.at.file for asset in context.project.templates if asset.at is not None}
        for site in sites(context):
            if any(not is_empty(text) for _, text in site.content.text):
                alone = _row_of_table(site)
                if alone and site.place.file in listings:
                    continue
                groups.setdefault(("file", site.place.file) if alone else ("flow", site.flow.id), []).append(site)
        for (scope, name), members in groups.items():
            yield from _missing(cls, context, scope, name, members)


def _row_of_table(site: Site) -> bool:
    """One message that a program sends: its file is a table of them. Templates of an account are no table: each
    is listed with the languages it was submitted in."""
    flow = site.flow
    sent = all(entry.initiator is Initiator.BUSINESS for entry in flow.entries)
    return len(flow.nodes) == 1 and sent and site.content.template is None


def _locales(context: CheckContext, site: Site) -> dict[str, None]:
    """The languages of a message by WhatsApp's codes where there is one: `eng` and `en` are one language."""
    default = site.flow.locale or context.project.locale
    named = (locale or default for locale, text in site.content.text if not is_empty(text))
    return {context.policy.match_language(locale) or locale: None for locale in named}


def _speaks(locales: Iterable[str], locale: str) -> bool:
    """The message has the language, or the plain one of a regional variant: who asked for `en_AU` gets `en`."""
    return locale in locales or locale.replace("-", "_").split("_")[0] in locales


def _missing(
    rule: type[CheckRule], context: CheckContext, scope: str, name: str, members: list[Site]
) -> Iterator[Finding]:
    if not any(len(site.content.text.items) > 1 for site in members):
        return  # every message has one language: a list of languages, not a translation
    written = [_locales(context, site) for site in members]
    for locale in dict.fromkeys(locale for locales in written for locale in locales):
        without = [site for site, locales in zip(members, written, strict=True) if not _speaks(locales, locale)]
        if not without or not locale:
            continue
        where = f"the flow `{name}`" if scope == "flow" else "this file"
        first, *others = without
        count = "one message" if not others else f"{len(without)} messages"
        have = len(members) - len(without)
        if scope == "file" and have < len(without):
            continue  # a list in which few messages have this language was not translated into it
        yield rule.at(
            first.place,
            f"{count} of {where} {'has' if not others else 'have'} no `{locale}` text; {have} "
            f"{'has' if have == 1 else 'have'}",
            help=f"translate {'it' if not others else 'them'}, or leave `{locale}` out",
            labels=[Label(site.place, f"no `{locale}` text") for site in others[:_MOST_LABELS]],
            data={"locale": locale, "nodes": [f"{site.flow.id}.{site.node.id}" for site in without]},
        )

"""``INT013``: two choices of one ask that a user cannot tell apart."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from bascule.diagnostics import Finding, Fix, Label, Severity
from bascule.ir.content import Choice
from bascule.ir.nodes import Chosen
from bascule.passes.lower.texts import marker_text
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.interactive.sites import Site, reply_choices, sites
from bascule.passes.rules.mending import relabel, title_as_written, unlike
from bascule.passes.rules.wording import shown

__all__ = ["EqualChoices"]


def _key(word: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", word).casefold().strip(" \t\n.,;:!?()\"'").split())


def _targets(site: Site) -> Mapping[str, str | None]:
    found: dict[str, str | None] = {}
    for edge in site.node.edges:
        if isinstance(edge.guard, Chosen):
            for choice in edge.guard.choices:
                found.setdefault(choice, edge.target)
    return found


def _words(choice: Choice) -> Iterator[tuple[str, str, str]]:
    """Kind, locale and words of all that means this choice."""
    for locale, title in choice.title:
        yield "title", locale, marker_text(title)
    for locale, words in choice.accepts:
        for word in words:
            yield "typed answer", locale, word


class EqualChoices(CheckRule):
    """Two choices answer to the same words

    What it does: reports two choices of one ask that have the same title, or of which one accepts a typed word
    that already means the other. Where both lead to the same node it is only a remark.
    Why: whoever types the word always gets the first one; equal titles get a number in front, because WhatsApp
    refuses two buttons of one title.
    Example:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              menu:
                say: "Que voulez-vous ?"
                choices:
                  - {title: Commander, accepts: ["1", c], then: commande}
                  - {title: Consulter, accepts: ["2", c], then: agent}
              commande: {say: "Quel article ?"}
              agent: {handover: equipe}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              menu:
                say: "Que voulez-vous ?"
                choices:
                  - {title: Commander, accepts: ["1"], then: commande}
                  - {title: Consulter, accepts: ["2"], then: agent}
              commande: {say: "Quel article ?"}
              agent: {handover: equipe}
    Fix safety: numbering the second of two equal titles is unsafe: people choose better between words.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "INT013"
    name = "equal-choices"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Compare the words of each ask's choices."""
        fact = context.policy.fact("interactive.button.title.max_length")
        for site in sites(context):
            owner: dict[tuple[str, str], tuple[Choice, str]] = {}
            told: set[tuple[str, str]] = set()
            targets = _targets(site)
            for choice in reply_choices(site.content):
                for kind, locale, word in _words(choice):
                    key = (locale, _key(word))
                    first, first_kind = owner.setdefault(key, (choice, kind))
                    if first is choice or not key[1] or (first.id, choice.id) in told:
                        continue
                    told.add((first.id, choice.id))
                    same = first.id in targets and targets.get(first.id) == targets.get(choice.id)
                    what = "title" if kind == first_kind == "title" else "word"
                    yield cls.at(
                        choice.at or site.place,
                        f"the {what} `{shown(word)}` already means the choice `{shown(_name(first))}`"
                        if _key(word) != _key(_name(first))
                        else f"two choices are called `{shown(word)}`",
                        help="give each choice its own words",
                        labels=[Label(first.at, "this one gets the answer")] if first.at is not None else (),
                        notes=(fact.cite(),) if what == "title" else (),
                        severity=Severity.INFO if same else Severity.WARNING,
                        fix=_numbered(context, site, choice, word) if what == "title" else None,
                    )


def _numbered(context: CheckContext, site: Site, choice: Choice, title: str) -> Fix | None:
    """Number the title that stands there a second time; None where the file has variables in it."""
    written = title_as_written(choice, " ".join(title.split()))
    titles = {marker_text(text) for other in reply_choices(site.content) for _, text in other.title}
    limit = context.policy.limit("interactive.button.title.max_length")
    new = unlike(" ".join(title.split()), titles, limit) if written is not None else None
    return (
        relabel(choice.at, written, new) if written is not None and new is not None and choice.at is not None else None
    )


def _name(choice: Choice) -> str:
    return marker_text(choice.title.first) if choice.title else choice.id

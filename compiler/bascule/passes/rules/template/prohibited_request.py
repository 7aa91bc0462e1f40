"""``TPL055``: a message that asks for numbers nobody may ask for on WhatsApp."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from bascule.diagnostics import Finding, Severity
from bascule.ir.nodes import Ask
from bascule.ir.text import Text
from bascule.passes.lower.folding import fold, fold_text
from bascule.passes.lower.texts import flat
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.interactive.sites import sites
from bascule.passes.rules.wording import place_in, said, shown

__all__ = ["ProhibitedRequest"]

_SENTENCE_ENDS = ".!?؟।\n;"


@dataclass(frozen=True, slots=True)
class _Words:
    """The word lists of one language as patterns over folded text."""

    things: re.Pattern[str]
    asks: re.Pattern[str]
    excused: re.Pattern[str]


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    folded = sorted({fold(phrase) for phrase in phrases}, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, folded))})(?!\w)")


@cache
def _words() -> tuple[_Words, ...]:
    text = files("bascule.passes.rules.template").joinpath("data/prohibited_requests.yaml").read_text(encoding="utf-8")
    data: Mapping[str, Mapping[str, Sequence[str]]] = yaml.load(text, Loader=yaml.BaseLoader)
    return tuple(
        _Words(
            _pattern(lists["things"]),
            _pattern(lists["asks"]),
            _pattern([*lists["never"], *lists["part"], *lists["elsewhere"]]),
        )
        for _, lists in sorted(data.items())
    )


def find_request(text: str, waits: bool) -> tuple[int, int] | None:
    """Where a text asks for a prohibited number; ``waits`` says that it waits for the answer."""
    folded, _ = fold_text(text)
    line = folded.text
    for words in _words():
        thing = words.things.search(line)
        while thing is not None:
            start, end = _sentence(line, thing.start(), thing.end())
            sentence = line[start:end]
            asked = words.asks.search(sentence) is not None or (waits and sentence.rstrip().endswith(("?", "؟")))
            if asked and words.excused.search(sentence) is None:
                return folded.original(thing.start(), thing.end())
            thing = words.things.search(line, end)
    return None


def _sentence(line: str, start: int, end: int) -> tuple[int, int]:
    """The sentence around a range."""
    first = max(line.rfind(mark, 0, start) for mark in _SENTENCE_ENDS) + 1
    ends = [at for mark in _SENTENCE_ENDS if (at := line.find(mark, end)) >= 0]
    return first, min(ends) + 1 if ends else len(line)


class ProhibitedRequest(CheckRule):
    """A message asks for a card, account or identity number

    What it does: reports texts that ask people to send their full card number, bank account or national identity
    number in the chat, by lists of words in several languages.
    Why: WhatsApp's policy forbids it, in templates and in conversations; such templates are refused, and accounts
    were closed for it. The last four digits are fine. Words can mislead: this is never an error.
    Example: `Bonjour, répondez avec votre numéro de carte bancaire pour terminer votre commande.`
    Use instead: `Bonjour, ouvrez votre espace client pour terminer votre commande en toute sécurité.`
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-review
    """

    code = "TPL055"
    name = "prohibited-request"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Read every text that is said."""
        fact = context.policy.fact("category.prohibited_requests")
        for site in sites(context):
            content = site.content
            texts: list[Text] = [text for localized in (content.text, *content.alternatives) for _, text in localized]
            for raw in texts:
                text = said(raw)
                found = find_request(flat(text), isinstance(site.node, Ask))
                if found is None:
                    continue
                yield cls.at(
                    place_in(text, *found, site.place),
                    f"`{site.name}` asks for `{shown(flat(text)[slice(*found)])}`, which WhatsApp forbids",
                    help="ask for the last four digits, or send a link to a secure page",
                    notes=(fact.cite(),),
                )

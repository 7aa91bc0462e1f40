"""``CON202``: words of goods and services that WhatsApp's commerce policy restricts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

import yaml

from bascule.diagnostics import Finding, Label, Severity
from bascule.ir.text import Text
from bascule.passes.lower.folding import fold, fold_text
from bascule.passes.lower.texts import flat
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.interactive.sites import sites
from bascule.passes.rules.wording import place_in, said, shown
from bascule.source import Place

__all__ = ["PolicyWords"]

_MOST_LABELS = 4
_PRICE = re.compile(
    r"(?:[€$£₹]|(?<!\w)(?:r\$|fcfa|cfa|eur|usd|inr|xof|xaf|dh|mad)(?!\w))\s?\d"
    r"|\d\s?(?:[€$£₹%]|(?:fcfa|f cfa|eur|euros?|usd|rs|dh|mad)(?!\w))"
)


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    """Whole folded words; a final ``*`` of a word stands for any ending."""
    folded = sorted(
        {re.escape(fold(phrase.replace("*", "\0"))).replace("\\\0", r"\w*").replace("\0", r"\w*") for phrase in phrases}
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(folded, key=lambda item: (-len(item), item)))})(?!\w)")


@cache
def _classes() -> Mapping[str, re.Pattern[str]]:
    text = files("bascule.passes.rules.consent").joinpath("data/policy_words.yaml").read_text(encoding="utf-8")
    data: Mapping[str, Mapping[str, Sequence[str]]] = yaml.load(text, Loader=yaml.BaseLoader)
    return {
        name: _pattern([word for listed in languages.values() for word in listed])
        for name, languages in sorted(data.items())
    }


def _selling(context: CheckContext) -> re.Pattern[str]:
    """The words of offers, in all languages."""
    table = context.policy.table("category.words.marketing")
    return _pattern([str(word) for listed in table.values() if isinstance(listed, tuple) for word in listed])


class PolicyWords(CheckRule):
    """A message offers what WhatsApp's commerce policy restricts

    What it does: says, once for each file and class of the policy, that texts with words of an offer or a price also
    name such goods or services (alcohol, gambling, tobacco, weapons, medicines, crypto-currencies …), by lists of
    words in several languages. The class is the one that Meta's `account_update` webhook names.
    Why: some of it may not be traded on WhatsApp at all, some only in listed countries by accounts that were
    approved for it. A word proves nothing: this is a remark, to be read by somebody who knows the business.
    Example: `Bonjour, ce week-end -30 % sur tous les vins et le champagne, venez en boutique !`
    Use instead: `Bonjour, ce week-end -30 % sur tous les jus et les sirops, venez en boutique !`
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/policy-enforcement/violations
    """

    code = "CON202"
    name = "policy-words"
    severity = Severity.INFO

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Read every text that offers something."""
        fact = context.policy.fact("category.violations")
        known = frozenset(context.policy.list("category.violations"))
        selling = context.once(_selling)
        found: dict[tuple[str, str], list[tuple[Place, str]]] = {}
        for text, place in _texts(context):
            folded, _ = fold_text(flat(text))
            if not (selling.search(folded.text) or _PRICE.search(folded.text)):
                continue
            for name, pattern in _classes().items():
                match = pattern.search(folded.text) if name in known else None
                if match is not None:
                    start, end = folded.original(*match.span())
                    where = place_in(text, start, end, place)
                    found.setdefault((place.file, name), []).append((where, flat(text)[start:end]))
        for (_, name), hits in found.items():
            (place, word), *others = hits
            words = dict.fromkeys(shown(each) for _, each in hits)
            yield cls.at(
                place,
                f"`{shown(word)}` is offered here; the commerce policy of WhatsApp has rules for this ({name})",
                help="check the policy for the countries you write to",
                labels=[Label(at, f"`{shown(other)}`") for at, other in others[:_MOST_LABELS]],
                notes=(fact.cite(),),
                data={"class": name, "words": list(words)},
            )


def _texts(context: CheckContext) -> Iterator[tuple[Text, Place]]:
    """What is said, once for each text."""
    for site in sites(context):
        content = site.content
        for localized in (content.text, *content.alternatives):
            for _, text in localized:
                yield said(text), site.place

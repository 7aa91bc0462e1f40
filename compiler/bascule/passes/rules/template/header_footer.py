"""``TPL030`` and ``TPL031``: the header and the footer of a template."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Finding, Severity
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.template.subjects import as_written, known_parameters
from bascule.passes.rules.wording import emojis, formatting_marks, plural, shown
from bascule.whatsapp.policy import Fact, Policy

__all__ = ["BadFooter", "BadHeader"]

Problem = tuple[Fact, str, str]
"""The fact that is broken, what is wrong (completes "the header … "), what to do."""


def _line_problems(policy: Policy, part: str, text: str) -> Iterator[Problem]:
    """What headers and footers have in common: length, number of variables, emojis."""
    limit = policy.limit(f"template.{part}.max_length")
    if len(text) > limit:
        cure = f"shorten it by {plural(len(text) - limit, 'character')}"
        yield policy.fact(f"template.{part}.max_length"), f"has {len(text)} characters, the limit is {limit}", cure
    most = policy.limit(f"template.{part}.max_parameters")
    found = len({item.name for item in known_parameters(text)})
    if found > most:
        what = f"has {plural(found, 'variable')}, {most or 'none'} is allowed"
        yield policy.fact(f"template.{part}.max_parameters"), what, "say it in the body"
    marks = emojis(text)
    if len(marks) > policy.limit(f"template.{part}.emoji.max"):
        emoji = text[marks[0][0] : marks[0][1]]
        fact = policy.fact(f"template.{part}.emoji.max")
        yield fact, f"holds the emoji {emoji}, which is reported to be refused", "leave the emoji out"


class BadHeader(CheckRule):
    """The header of a template breaks its rules

    What it does: reports a text header that is too long, has line breaks or formatting marks (`*bold*`), more
    than one variable, or emojis.
    Why: Meta refuses it (2388047). That emojis are refused in headers is a provider's word, so that is a warning.
    Example:
        bascule: 1
        locale: fr
        flows:
          rappel:
            entries: [{api: rappel}]
            nodes:
              envoi: {header: "*Rappel* de rendez-vous", say: "Bonjour, vous avez rendez-vous demain à la boutique."}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          rappel:
            entries: [{api: rappel}]
            nodes:
              envoi: {header: "Rappel de rendez-vous", say: "Bonjour, vous avez rendez-vous demain à la boutique."}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL030"
    name = "bad-header"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at every text header."""
        policy = context.policy
        for subject in as_written(context):
            header = subject.template.header
            text = (header.text or "") if header is not None else ""
            problems = list(_line_problems(policy, "header", text))
            formatting = policy.fact("template.header.formatting")
            marks = formatting_marks(text)
            if "\n" in text or "\r" in text:
                problems.append((formatting, "has a line break", "write it in one line"))
            if marks and formatting.value is False:
                mark = shown(text[marks[0][0] : marks[0][1]])
                problems.append((formatting, f"holds the formatting mark `{mark}`", "leave the mark out"))
            for fact, what, cure in problems:
                yield cls.at(
                    subject.place,
                    f"the header of the template {subject.title} {what}",
                    help=cure,
                    notes=(fact.cite(),),
                    severity=fact.severity,
                )


class BadFooter(CheckRule):
    """The footer of a template breaks its rules

    What it does: reports a footer that is too long, has variables, or holds emojis.
    Why: Meta refuses it (2388073). That emojis are refused in footers is a provider's word, so that is a warning.
    Example:
        bascule: 1
        locale: fr
        flows:
          rappel:
            entries: [{api: rappel}]
            nodes:
              envoi: {say: "Bonjour, vous avez rendez-vous demain à la boutique.", footer: "À bientôt 🙂"}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          rappel:
            entries: [{api: rappel}]
            nodes:
              envoi: {say: "Bonjour, vous avez rendez-vous demain à la boutique.", footer: "À bientôt"}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL031"
    name = "bad-footer"
    severity = Severity.ERROR

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at every footer."""
        for subject in as_written(context):
            footer = subject.template.footer
            text = (footer.text or "") if footer is not None else ""
            for fact, what, cure in _line_problems(context.policy, "footer", text):
                yield cls.at(
                    subject.place,
                    f"the footer of the template {subject.title} {what}",
                    help=cure,
                    notes=(fact.cite(),),
                    severity=fact.severity,
                )

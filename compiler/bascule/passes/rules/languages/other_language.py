"""``LOC023``: a template whose words are in another language than the one it names."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Finding, Severity
from bascule.language.detect import guess_language
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.template.subjects import body_words, subjects
from bascule.passes.rules.wording import count_words, find_links
from bascule.whatsapp.policy import Policy

__all__ = ["OtherLanguage"]

_FEWEST_WORDS = 8
"""Shorter texts hold too few common words to tell two languages of one script apart."""
_ALIKE = ({"nb", "da", "sv"}, {"hr", "sr", "sl", "mk", "bg"}, {"cs", "sk"}, {"id", "ms"}, {"hi", "mr", "ne"})
"""Languages that the guess may take for each other in one short text."""
_SAME = {"no": "nb", "fil": "tl", "prs": "fa"}


def _subtag(policy: Policy, code: str) -> str:
    language = policy.language(code)
    plain = language.subtag if language is not None else code.replace("-", "_").split("_")[0]
    return _SAME.get(plain, plain)


class OtherLanguage(CheckRule):
    """A template's words are in another language than it says

    What it does: reports template bodies of eight words or more whose commonest words, or letters, are those of
    another language than the one the template is submitted in.
    Why: review refuses a template whose language tag does not fit its content (TAG_CONTENT_MISMATCH), and whoever
    asks for one language gets another. The language is guessed from one text, so this is a warning.
    Example:
        bascule: 1
        locale: fr
        flows:
          pret:
            entries: [{api: pret}]
            nodes:
              envoi: "Hello, your order is ready and it is waiting for you in our shop, thank you."
    Use instead:
        bascule: 1
        locale: en
        flows:
          pret:
            entries: [{api: pret}]
            nodes:
              envoi: "Hello, your order is ready and it is waiting for you in our shop, thank you."
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-management
    """

    code = "LOC023"
    name = "other-language"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Guess the language of every body."""
        fact = context.policy.fact("template.rejection.reasons")
        for subject in subjects(context):
            if subject.authentication or not subject.language or subject.language == "und":
                continue
            text = body_words(subject.template.body_text)
            for link in reversed(list(find_links(text))):
                text = text[: link.start] + text[link.end :]
            if count_words(text) < _FEWEST_WORDS:
                continue
            guess = guess_language(text)
            named = _subtag(context.policy, subject.language)
            if guess is None or guess.language == named or any({guess.language, named} <= group for group in _ALIKE):
                continue
            yield cls.at(
                subject.place,
                f"the template {subject.title} is submitted in `{subject.language}`, and its words look like "
                f"`{guess.language}`",
                help="name the language of the text, or translate it",
                notes=(guess.reason, fact.cite()),
                data={"language": subject.language, "looks_like": guess.language},
            )

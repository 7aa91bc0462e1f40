"""``TPL040`` and ``TPL041``: the words on the buttons of a template."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from bascule.diagnostics import Finding, Fix, Severity
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.mending import relabel, unlike
from bascule.passes.rules.template.button_places import button_place
from bascule.passes.rules.template.subjects import Subject, as_written
from bascule.passes.rules.wording import emojis, formatting_marks, plural, shown
from bascule.whatsapp.policy import Fact, Policy
from bascule.whatsapp.templates import Button, parameters

__all__ = ["BadButtonLabel", "DuplicateButtonLabel"]


def _length_key(policy: Policy, button: Button) -> str:
    own = f"button.{button.TYPE.lower()}.text.max_length"
    return own if own in policy.keys("button.") else "button.text.max_length"


def _problems(policy: Policy, button: Button) -> Iterator[tuple[Fact, str, str]]:
    label = button.label_text
    key = _length_key(policy, button)
    limit = policy.limit(key)
    if len(label) > limit:
        cure = f"shorten it by {plural(len(label) - limit, 'character')}"
        yield policy.fact(key), f"has {len(label)} characters, the limit is {limit}", cure
    if parameters(label) and policy.limit("button.text.max_parameters") == 0:
        fact = policy.fact("button.text.max_parameters")
        yield fact, "holds a variable, and labels are fixed", "say the value in the body"
    if len(emojis(label)) > policy.limit("button.text.emoji.max"):
        fact = policy.fact("button.text.emoji.max")
        yield fact, "holds an emoji, which is reported to be refused", _without_emoji(label)
    formatting = policy.fact("button.text.formatting")
    if formatting.value is False and (formatting_marks(label) or "\n" in label):
        yield formatting, "holds formatting marks or a line break", "write plain words in one line"


def _without_emoji(label: str) -> str:
    return "leave it out" if any(map(str.isalnum, label)) else "write a word instead"


class BadButtonLabel(CheckRule):
    """The label of a template's button breaks its rules

    What it does: reports labels that are too long, hold a variable, an emoji, formatting marks or a line break.
    Labels that come from choices are shortened by rule (see `INT011`), so length only matters in definitions
    that a file brings along.
    Why: Meta refuses labels that are too long; providers report that the rest is refused as well.
    Example:
        bascule: 1
        locale: fr
        flows:
          avis:
            entries: [{api: commande_livree}]
            nodes:
              demande:
                say: "Bonjour, votre commande est arrivée hier. Tout va bien ?"
                choices: {"Oui 👍": end, Non: end}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          avis:
            entries: [{api: commande_livree}]
            nodes:
              demande:
                say: "Bonjour, votre commande est arrivée hier. Tout va bien ?"
                choices: {Oui: end, Non: end}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL040"
    name = "bad-button-label"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at every label."""
        for subject in as_written(context):
            for index, button in enumerate(subject.template.buttons):
                for fact, what, cure in _problems(context.policy, button):
                    yield cls.at(
                        button_place(context, subject, index),
                        f"the button `{shown(button.label_text)}` of the template {subject.title} {what}",
                        help=cure,
                        notes=(fact.cite(),),
                        severity=fact.severity,
                    )


def _key(label: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", label).casefold().split())


def _other_label(context: CheckContext, subject: Subject, index: int) -> Fix | None:
    """Number the label that stands there a second time; only where it was made of a choice."""
    label = subject.template.buttons[index].label_text
    if not subject.origins or parameters(label):
        return None
    limit = context.policy.limit(_length_key(context.policy, subject.template.buttons[index]))
    new = unlike(label, [button.label_text for button in subject.template.buttons], limit)
    return relabel(button_place(context, subject, index), label, new) if new is not None else None


class DuplicateButtonLabel(CheckRule):
    """Two buttons of a template have the same label

    What it does: reports a label that stands on two buttons of one template, case ignored.
    Why: developers report that the creation is refused; and nobody can tell the two apart.
    Example:
        bascule: 1
        locale: fr
        flows:
          avis:
            entries: [{api: commande_livree}]
            nodes:
              demande:
                say: "Bonjour, votre commande est arrivée hier. Donnez votre avis."
                choices:
                  - {title: Donner mon avis}
                  - {title: Donner mon avis, url: "https://boutique.example/avis"}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          avis:
            entries: [{api: commande_livree}]
            nodes:
              demande:
                say: "Bonjour, votre commande est arrivée hier. Donnez votre avis."
                choices:
                  - {title: Donner mon avis}
                  - {title: Sur le site, url: "https://boutique.example/avis"}
    Fix safety: unsafe; it numbers the second label, and people choose better between words.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL041"
    name = "duplicate-button-label"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Compare the labels of each template."""
        fact = context.policy.fact("template.buttons.duplicate_labels")
        for subject in as_written(context):
            first: dict[str, int] = {}
            for index, button in enumerate(subject.template.buttons):
                key = _key(button.label_text)
                if not key or first.setdefault(key, index) == index:
                    continue
                yield cls.at(
                    button_place(context, subject, index),
                    f"buttons {first[key] + 1} and {index + 1} of the template {subject.title} are both called "
                    f"`{shown(button.label_text)}`",
                    help="give each button its own words",
                    notes=(fact.cite(),),
                    severity=fact.severity,
                    fix=_other_label(context, subject, index),
                )

"""``TPL042``, ``TPL043`` and ``TPL046``: which buttons a template has, and in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from bascule.diagnostics import Finding, Severity
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.template.button_places import button_place
from bascule.passes.rules.template.subjects import as_written
from bascule.source import Place
from bascule.whatsapp.policy import Fact, Policy
from bascule.whatsapp.templates import Button, QuickReplyButton, UnknownButton

__all__ = ["ButtonsHidden", "MixedButtonOrder", "TooManyButtons"]


class MixedButtonOrder(CheckRule):
    """Quick replies stand between other buttons of a template

    What it does: reports templates whose quick replies are not next to each other. Templates that bascule makes
    are in order; this is about definitions that a file brings along.
    Why: Meta refuses the combination: quick replies form one group, all other buttons the other.
    Example:
        bascule: 1
        locale: fr
        templates:
          - name: avis
            language: fr
            category: MARKETING
            definition: >-
              {"components": [{"type": "BODY", "text": "Donnez-nous votre avis."}, {"type": "BUTTONS", "buttons": [
              {"type": "QUICK_REPLY", "text": "Oui"},
              {"type": "URL", "text": "Le site", "url": "https://boutique.example"},
              {"type": "QUICK_REPLY", "text": "Non"}]}]}
    Use instead:
        bascule: 1
        locale: fr
        templates:
          - name: avis
            language: fr
            category: MARKETING
            definition: >-
              {"components": [{"type": "BODY", "text": "Donnez-nous votre avis."}, {"type": "BUTTONS", "buttons": [
              {"type": "QUICK_REPLY", "text": "Oui"},
              {"type": "QUICK_REPLY", "text": "Non"},
              {"type": "URL", "text": "Le site", "url": "https://boutique.example"}]}]}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL042"
    name = "mixed-button-order"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at the order of every template's buttons."""
        fact = context.policy.fact("template.buttons.grouping")
        for subject in as_written(context):
            buttons = subject.template.buttons
            groups = [quick for quick, _ in groupby(buttons, lambda button: isinstance(button, QuickReplyButton))]
            if len(groups) <= 2:
                continue
            order = ", ".join(button.TYPE or "?" for button in buttons)
            yield cls.at(
                subject.place,
                f"the quick replies of the template {subject.title} are not next to each other ({order})",
                help="put all quick replies first, or all last",
                notes=(fact.cite(),),
                severity=fact.severity,
            )


def _kind(button: Button) -> str:
    return (button.type if isinstance(button, UnknownButton) else button.TYPE).lower()


def _excess(policy: Policy, buttons: tuple[Button, ...]) -> Iterator[tuple[Fact, str]]:
    most = policy.limit("template.buttons.max")
    if len(buttons) > most:
        yield policy.fact("template.buttons.max"), f"has {len(buttons)} buttons, the limit is {most}"
    known = set(policy.keys("button."))
    for kind, count in sorted(Counter(map(_kind, buttons)).items()):
        key, alone = f"button.{kind}.max", f"button.{kind}.alone"
        if key in known and count > policy.limit(key):
            yield policy.fact(key), f"has {count} buttons of type {kind.upper()}, the limit is {policy.limit(key)}"
        if alone in known and policy.flag(alone) and len(buttons) > count:
            yield policy.fact(alone), f"has other buttons beside its {kind.upper()} button, which must stand alone"


class TooManyButtons(CheckRule):
    """A template has too many buttons

    What it does: counts the buttons of a template, in all and of each kind, and looks for kinds that must stand
    alone.
    Why: Meta refuses the creation.
    Example:
        bascule: 1
        locale: fr
        flows:
          note:
            entries: [{api: commande_livree}]
            nodes:
              demande:
                say: "Bonjour, quelle note donnez-vous à la livraison de votre commande ?"
                choices:
                  - Un
                  - Deux
                  - Trois
                  - Quatre
                  - Cinq
                  - Six
                  - Sept
                  - Huit
                  - Neuf
                  - Dix
                  - {title: Sur le site, url: "https://boutique.example/avis"}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          note:
            entries: [{api: commande_livree}]
            nodes:
              demande:
                say: "Bonjour, quelle note donnez-vous à la livraison de votre commande ?"
                choices:
                  - Bien
                  - Moyen
                  - Pas bien
                  - {title: Sur le site, url: "https://boutique.example/avis"}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL043"
    name = "too-many-buttons"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Count the buttons of every template."""
        for subject in as_written(context):
            for fact, what in _excess(context.policy, subject.template.buttons):
                yield cls.at(
                    subject.place,
                    f"the template {subject.title} {what}",
                    help="drop some, or ask in two messages",
                    notes=(fact.cite(),),
                    severity=fact.severity,
                )


class ButtonsHidden(CheckRule):
    """Some buttons of a template are not seen at once

    What it does: says which templates have so many buttons, or such a mix of kinds, that a part of them hides
    behind “See all options” or that WhatsApp on a computer does not show them.
    Why: people answer what they see; on a computer such a template may show no button at all.
    Example:
        bascule: 1
        locale: fr
        flows:
          note:
            entries: [{api: commande_livree}]
            nodes:
              demande:
                say: "Bonjour, êtes-vous content de la livraison de votre commande ?"
                choices: [Très content, Content, Pas content, Plus tard]
    Use instead:
        bascule: 1
        locale: fr
        flows:
          note:
            entries: [{api: commande_livree}]
            nodes:
              demande:
                say: "Bonjour, êtes-vous content de la livraison de votre commande ?"
                choices: [Très content, Content, Pas content]
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL046"
    name = "buttons-hidden"
    severity = Severity.INFO

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at the number and mix of every template's buttons."""
        policy = context.policy
        threshold = policy.limit("template.buttons.shown_threshold")
        first = policy.limit("template.buttons.shown")
        desktop = policy.fact("template.buttons.desktop_max")
        told: set[tuple[Place, int]] = set()
        for subject in as_written(context):
            buttons = subject.template.buttons
            if (subject.place, len(buttons)) in told:
                continue  # another language of a message whose buttons stand in the file once
            told.add((subject.place, len(buttons)))
            quick = sum(isinstance(button, QuickReplyButton) for button in buttons)
            if len(buttons) > threshold:
                yield cls.at(
                    button_place(context, subject, first),
                    f"the template {subject.title} has {len(buttons)} buttons: {first} are shown, the others are "
                    "behind “See all options”, and WhatsApp on a computer shows none",
                    help=f"keep {threshold} if people should answer at once",
                    notes=(desktop.cite(),),
                )
            elif 0 < quick < len(buttons):
                yield cls.at(
                    subject.place,
                    f"the template {subject.title} mixes quick replies with other buttons; "
                    "WhatsApp on a computer does not show it",
                    help="keep one kind if people use WhatsApp on computers",
                    notes=(desktop.cite(),),
                )

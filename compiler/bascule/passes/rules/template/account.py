"""``TPL051`` and ``TPL052``: the templates of one account together."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Finding, Label, Severity
from bascule.ir.project import TemplateAsset
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.template.subjects import Subject, body_words, certain, definition_of, subjects
from bascule.source import Place
from bascule.whatsapp.templates import Category, Template

__all__ = ["DuplicateText", "ManyTemplates"]

Key = tuple[str, str, str]


def _key(template: Template) -> Key | None:
    """What Meta compares: language, body and footer; None for templates it writes itself, or that are all variables."""
    if template.category is Category.AUTHENTICATION or not any(map(str.isalnum, body_words(template.body_text))):
        return None
    footer = template.footer
    return template.language, " ".join(template.body_text.split()), (footer.text or "") if footer is not None else ""


def _existing(context: CheckContext) -> Iterator[tuple[TemplateAsset, Template]]:
    """Templates that are on the account already."""
    for asset in context.project.templates:
        if asset.status.upper() not in ("", "DELETED", "REJECTED"):
            template = definition_of(asset)
            if template is not None:
                yield asset, template


class DuplicateText(CheckRule):
    """Two templates of one account say the same

    What it does: reports a template whose body and footer are those of another template in the same language,
    planned or already on the account. Equal messages of a plan share one template; what is left differs in its
    buttons, its header or its category only.
    Why: Meta refuses a template with the body and footer of one that the account has.
    Example:
        bascule: 1
        locale: fr
        flows:
          avis:
            entries: [{api: commande_livree}]
            nodes:
              demande: {say: "Bonjour, votre commande est arrivée hier. Tout va bien ?", choices: [Oui, Non]}
          avis_bis:
            entries: [{api: commande_relivree}]
            nodes:
              demande: {say: "Bonjour, votre commande est arrivée hier. Tout va bien ?", choices: [Oui, Plus tard]}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          avis:
            entries: [{api: commande_livree}]
            nodes:
              demande: {say: "Bonjour, votre commande est arrivée hier. Tout va bien ?", choices: [Oui, Non]}
          avis_bis:
            entries: [{api: commande_relivree}]
            nodes:
              demande: {say: "Bonjour, votre commande est revenue hier. Tout va bien ?", choices: [Oui, Plus tard]}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-review
    """

    code = "TPL051"
    name = "duplicate-text"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Group all templates by what they say."""
        fact = context.policy.fact("template.duplicate_content")
        known: dict[Key, tuple[str, Place, str]] = {}
        for asset, template in _existing(context):
            key = _key(template)
            if key is not None:
                known.setdefault(key, (template.name, asset.at or Place(""), "is on the account already"))
        for subject in subjects(context):
            key = _key(subject.template)
            if key is None:
                continue
            name, place, where = known.setdefault(key, (subject.name, subject.place, ""))
            itself = subject.planned is None and place == subject.place
            if not itself and (where or name != subject.name):
                yield _duplicate(
                    cls, subject, name, place, where, fact.cite(), certain(context, subject.origins, fact.severity)
                )


def _duplicate(
    rule: type[CheckRule], subject: Subject, name: str, place: Place, where: str, note: str, severity: Severity
) -> Finding:
    message = f"the template {subject.title} has the text of the template `{name}`"
    return rule.at(
        subject.place,
        f"{message}, which {where}" if where else message,
        help="use one template for both" + ("" if where else ", or word one of them differently"),
        labels=[Label(place, f"`{name}` says the same")] if place.file else [],
        notes=(note,),
        severity=severity,
        data={"same_as": name},
    )


class ManyTemplates(CheckRule):
    """There are more templates than an account may hold

    What it does: counts the templates of the project, each language as one, and those already on the account.
    Why: an account whose portfolio is not verified may hold few templates; a verified one far more.
    Example: a table of 300 SMS texts for an account that is not verified. (not run)
    Use instead: verify the business first, or merge near-equal texts: `consolidation.json` proposes which.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
    """

    code = "TPL052"
    name = "many-templates"
    severity = Severity.INFO

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Count, once."""
        planned = len(context.templates)
        keys = {(template.name, template.language) for _, template in _existing(context)}
        total = planned + len(keys)
        for key, severity, what in (
            ("template.quota.per_account.verified", Severity.WARNING, "any account"),
            ("template.quota.per_account.unverified", Severity.INFO, "an account of a portfolio that is not verified"),
        ):
            most = context.policy.limit(key)
            if planned and total > most:
                yield cls.at(
                    context.templates[0].place,
                    f"there are {total} templates; {what} may hold {most}",
                    help="verify the business, merge near-equal texts, or spread them over accounts",
                    notes=("each language counts as a template", context.policy.fact(key).cite()),
                    severity=severity,
                    data={"templates": total, "limit": most},
                )
                return

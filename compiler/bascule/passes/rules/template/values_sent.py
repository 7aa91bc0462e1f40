"""``TPL058``: sends of a template that do not fit the template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bascule.diagnostics import Finding, Label, Severity
from bascule.ir.content import TemplateUse
from bascule.ir.project import TemplateAsset
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.interactive.sites import sites
from bascule.passes.rules.template.subjects import definition_of, known_parameters
from bascule.passes.rules.wording import shown
from bascule.source import Place
from bascule.whatsapp.templates import Template

__all__ = ["ValuesDoNotFit"]

_MOST_NAMES = 6
_MISSING_VALUES, _MISSING_LANGUAGE = 132000, 132001


class ValuesDoNotFit(CheckRule):
    """A send does not fit its template

    What it does: compares sends of templates with the templates that the project's files hold: values that the body of
    the template has no variable for, variables that get no value (where the send gives any), and languages that
    the template does not have.
    Why: WhatsApp refuses the message: 132000 when the number of values differs, 132001 when there is no such template
    in that language. A listing may be incomplete, so a missing language is a warning.
    Example:
        bascule: 1
        locale: fr
        templates:
          - name: commande_prete
            language: fr
            category: UTILITY
            status: APPROVED
            definition: >-
              {"components": [{"type": "BODY", "text": "Bonjour {{1}}, votre commande {{2}} est prête, à demain."}]}
        flows:
          pret:
            entries: [{api: pret}]
            nodes: {envoi: {template: {name: commande_prete, language: fr, parameters: {"1": nom}}, then: end}}
    Use instead:
        bascule: 1
        locale: fr
        templates:
          - name: commande_prete
            language: fr
            category: UTILITY
            status: APPROVED
            definition: >-
              {"components": [{"type": "BODY", "text": "Bonjour {{1}}, votre commande {{2}} est prête, à demain."}]}
        flows:
          pret:
            entries: [{api: pret}]
            nodes:
              envoi: {template: {name: commande_prete, language: fr, parameters: {"1": nom, "2": numero}}, then: end}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
    """

    code = "TPL058"
    name = "values-do-not-fit"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look up the template of every send."""
        listed = _listed(context)
        for site in sites(context):
            use = site.content.template
            known = listed.get(use.name, {}) if use is not None and use.name else {}
            if use is None or not known:
                continue
            language = context.policy.match_language(use.language) or use.language
            if use.language and language not in known:
                yield cls._no_language(context, use, known, site.place)
                continue
            asset, template = known[language] if use.language else next(iter(known.values()))
            yield from cls._values(context, use, asset, template, site.place)

    @classmethod
    def _no_language(
        cls, context: CheckContext, use: TemplateUse, known: Mapping[str, object], place: Place
    ) -> Finding:
        fact = context.policy.fact(f"error.{_MISSING_LANGUAGE}")
        there = ", ".join(f"`{name}`" for name in sorted(known))
        return cls.at(
            use.at or place,
            f"the template `{shown(use.name)}` is sent in `{use.language}`; the files have it in {there}",
            help="submit it in that language, or send it in one of these",
            notes=(f"error {_MISSING_LANGUAGE}", fact.cite()),
            severity=Severity.WARNING,
        )

    @classmethod
    def _values(
        cls, context: CheckContext, use: TemplateUse, asset: TemplateAsset, template: Template, place: Place
    ) -> Iterator[Finding]:
        wanted = dict.fromkeys(item.name for item in known_parameters(template.body_text))
        given = dict.fromkeys(slot.removeprefix("body.") for slot, _ in use.parameters)
        given = {slot: None for slot in given if "." not in slot or slot in wanted}
        if not given or (all(map(str.isdigit, given)) and not all(map(str.isdigit, wanted))):
            return  # nothing is said about the body, or values are counted where the template has names
        missing = [name for name in wanted if name not in given]
        # A name may be another part's (`limited_time_offer`): only numbers are surely of the body.
        extra = [name for name in given if name not in wanted and name.isdigit()]
        if not missing and not extra:
            return
        fact = context.policy.fact(f"error.{_MISSING_VALUES}")
        parts = []
        if missing:
            parts.append("no value for " + ", ".join(f"`{{{{{shown(name)}}}}}`" for name in missing[:_MOST_NAMES]))
        if extra:
            parts.append(
                "a value for " + ", ".join(f"`{shown(name)}`" for name in extra[:_MOST_NAMES]) + ", which it lacks"
            )
        yield cls.at(
            use.at or place,
            f"the send of the template `{shown(use.name)}` has {' and '.join(parts)}",
            help="give one value for each variable of the body, under its number or name",
            notes=(f"error {_MISSING_VALUES}", fact.cite()),
            labels=[Label(asset.at, "the template")] if asset.at is not None else [],
            severity=fact.severity,
        )


def _listed(context: CheckContext) -> dict[str, dict[str, tuple[TemplateAsset, Template]]]:
    """Name to language to template, for those that the files define."""
    found: dict[str, dict[str, tuple[TemplateAsset, Template]]] = {}
    for asset in context.project.templates:
        template = definition_of(asset)
        if template is not None and template.body is not None and template.body.text:
            language = context.policy.match_language(asset.language) or asset.language
            found.setdefault(asset.name, {}).setdefault(language, (asset, template))
    return found

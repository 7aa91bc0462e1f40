"""One category for the languages of a template: a guess by few words follows what another language says plainly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bascule.passes.lower.templates import TemplateDraft
from bascule.whatsapp.plan import PlannedTemplate
from bascule.whatsapp.templates import Category

__all__ = ["agreed"]


def agreed(drafts: Sequence[TemplateDraft]) -> list[TemplateDraft]:
    """The drafts of one message, those that hardly decide with the category of the language that leads.

    The category belongs to the name, and the lists of words are not equally good in all languages. Where two languages
    speak plainly of different things, each keeps its own (``TPL053`` says so); so do one-time codes.
    Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-categorization
    """
    leading = {branch: _leading([draft for draft in drafts if draft.branch == branch]) for branch in _branches(drafts)}
    return [_following(draft, leading[draft.branch]) for draft in drafts]


def _branches(drafts: Sequence[TemplateDraft]) -> list[int]:
    return list(dict.fromkeys(draft.branch for draft in drafts))


def _following(draft: TemplateDraft, leading: TemplateDraft | None) -> TemplateDraft:
    return draft if leading is None else replace(draft, planned=_as(draft.planned, leading.planned))


def _leading(drafts: Sequence[TemplateDraft]) -> TemplateDraft | None:
    """The first draft that decides; None when they agree or the plain ones differ. Where none is plain, words of
    promotion go before a hint at a transaction, and a hint before nothing at all."""
    if {draft.planned.template.category for draft in drafts} != {Category.UTILITY, Category.MARKETING}:
        return None
    plain = [draft for draft in drafts if draft.planned.category_confidence == "strong"]
    if plain:
        same = {draft.planned.template.category for draft in plain}
        return plain[0] if len(same) == 1 else None
    for wanted in (Category.MARKETING, Category.UTILITY):
        for draft in drafts:
            said = any(word.category == wanted.value for word in draft.planned.category_evidence)
            if said and draft.planned.template.category is wanted:
                return draft
    return drafts[0]


def _as(planned: PlannedTemplate, leading: PlannedTemplate) -> PlannedTemplate:
    category = leading.template.category
    if category is None or planned.template.category is category:
        return planned
    reason = f"{category.value} as in `{leading.language}`: the languages of a name share a category."
    return replace(
        planned,
        template=replace(planned.template, category=category),
        category_reason=f"{planned.category_reason.removesuffix('.')}; {reason}",
        category_confidence="weak",
        category_risk="MARKETING" if category is Category.UTILITY else "",
    )

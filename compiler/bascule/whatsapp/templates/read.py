"""Read templates from plain JSON values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bascule.diagnostics.finding import Finding
from bascule.source import Place
from bascule.whatsapp.policy import load_policy
from bascule.whatsapp.reader import Reader
from bascule.whatsapp.shape import Written, read_shape, too_deep
from bascule.whatsapp.templates.model import Category, Page, Template, TemplateList
from bascule.whatsapp.templates.rules import TEMPLATE_RULES, TemplateRetiredCategory, TemplateTooDeep

__all__ = ["read_template", "read_template_list"]


def read_template(value: object, place: Place) -> tuple[Template | None, list[Finding]]:
    """Read one template, as it is created or as the API lists it.

    Returns None, with an error finding, when ``value`` is not an object or has no name and language.
    ``template.to_json()`` equals ``value`` otherwise.
    """
    reader = Reader(TEMPLATE_RULES)
    if too_deep(value):
        return None, [_too_deep(place)]
    return _read(value, place, reader), reader.findings


def read_template_list(value: object, place: Place) -> tuple[TemplateList | None, list[Finding]]:
    """Read ``{"data": [...], "paging": {...}}`` or a bare list of templates.

    Returns None, with an error finding, when ``value`` is neither. Items that are no templates are kept in
    ``unread``, so that ``to_json()`` equals ``value``.
    """
    reader = Reader(TEMPLATE_RULES)
    if too_deep(value):
        return None, [_too_deep(place)]
    bare = isinstance(value, list)
    where = place if bare else place.child("data")
    items: Any = value
    if isinstance(value, dict):
        items = value.get("data")
        if not isinstance(items, list):
            if "data" in value:
                reader.wrong_type(where, "a list", items)
            else:
                reader.missing(place, Page.label(), ("data",))
            return None, reader.findings
    elif not isinstance(items, list):
        reader.wrong_type(place, "a list of templates", value)
        return None, reader.findings
    templates: list[Template] = []
    unread: list[tuple[int, Any]] = []
    for position, item in enumerate(items):
        template = _read(item, where.child(position), reader)
        if template is None:
            unread.append((position, item))
        else:
            templates.append(template)
    listed = TemplateList(tuple(templates), unread=tuple(unread), bare=bare, place=place)
    if not bare:
        rest = read_shape(Page, value, place, reader, frozenset({"data"}))
        listed = replace(listed, page=rest or Page())
    return listed, reader.findings


def _read(value: object, place: Place, reader: Reader) -> Template | None:
    category = value.get("category") if isinstance(value, dict) else None
    today = _today(category) if isinstance(category, str) else None
    if today is None or not isinstance(value, dict):
        template = read_shape(Template, value, place, reader)
        if template is not None and template.category is not Category.AUTHENTICATION:
            _check_body(template, reader)
        return template
    reader.findings.append(
        TemplateRetiredCategory.at(
            place.child("category"),
            f"`{category}` is no longer a category",
            help=f"use `{today.value}`",
            notes=(load_policy().fact("category.values").cite(),),
        )
    )
    template = read_shape(Template, {**value, "category": today.value}, place, reader)
    if template is None:
        return None
    return replace(template, written={**template.written, "category": Written(today, category)})


def _check_body(template: Template, reader: Reader) -> None:
    """Only an authentication template's body may do without a text: Meta writes it."""
    body = template.body
    if body is not None and body.place is not None and body.text is None and "text" not in body.extra:
        reader.missing(body.place, body.label(), ("text",))


def _today(category: str) -> Category | None:
    """The category of today for a retired one; None for the others."""
    if category.upper() in Category.__members__:
        return None
    today = load_policy().table("category.legacy").get(category.upper())
    return Category(today) if isinstance(today, str) else None


def _too_deep(place: Place) -> Finding:
    return TemplateTooDeep.at(place, "this nests far deeper than any template does", help="export it again")

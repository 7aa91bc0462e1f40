"""Content as a plain tree: texts, media, choices, cards, templates in use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bascule.ir.content import Card, Choice, ChoiceKind, ContactCard, Content, GeoPoint, Media, TemplateUse
from bascule.ir.durations import print_duration
from bascule.ir.encode_parts import (
    Encoder,
    facts_tree,
    keyed,
    localized_strings,
    localized_text,
    localized_tree,
    pairs_tree,
)
from bascule.ir.expr import Expression
from bascule.ir.expr_text import print_expression, print_text
from bascule.ir.text import Text

__all__ = ["content_tree", "expressions_tree", "media_tree", "texts_tree"]


def texts_tree(tree: dict[str, Any], key: str, pairs: Sequence[tuple[str, Text]]) -> None:
    """Named texts."""
    pairs_tree(tree, key, [(name, print_text(text)) for name, text in pairs])


def expressions_tree(tree: dict[str, Any], key: str, pairs: Sequence[tuple[str, Expression]]) -> None:
    """Named expressions."""
    pairs_tree(tree, key, [(name, print_expression(expression)) for name, expression in pairs])


def content_tree(content: Content, encoder: Encoder) -> dict[str, Any]:
    """Everything one message says; an empty content gives an empty mapping."""
    tree: dict[str, Any] = {}
    localized_text(tree, "header", content.header)
    localized_text(tree, "text", content.text)
    localized_text(tree, "footer", content.footer)
    if content.media:
        tree["media"] = [media_tree(media, encoder) for media in content.media]
    if content.location is not None:
        tree["location"] = _location(content.location)
    if content.contacts:
        tree["contacts"] = [_contact(contact) for contact in content.contacts]
    if content.choices:
        tree["choices"] = [_choice(choice, encoder) for choice in content.choices]
    if content.cards:
        tree["cards"] = [_card(card, encoder) for card in content.cards]
    localized_text(tree, "list_label", content.list_label)
    if content.alternatives:
        tree["alternatives"] = [localized_tree(text, print_text) for text in content.alternatives]
    if content.variants:
        tree["variants"] = keyed(
            content.variants,
            "channel",
            lambda variant: variant.channel,
            lambda variant: content_tree(variant.content, encoder),
        )
    if content.template is not None:
        tree["template"] = _template_use(content.template, encoder)
    facts_tree(tree, "hints", content.hints)
    return encoder.place(tree, content.at)


def media_tree(media: Media, encoder: Encoder) -> dict[str, Any]:
    """A media file; ``kind`` comes first."""
    tree: dict[str, Any] = {"kind": media.kind.value}
    localized_text(tree, "url", media.url)
    _words(tree, asset=media.asset, mime=media.mime)
    if media.size is not None:
        tree["size"] = media.size
    if media.duration is not None:
        tree["duration"] = print_duration(media.duration)
    _words(tree, filename=media.filename)
    localized_text(tree, "caption", media.caption)
    _words(tree, thumbnail=media.thumbnail)
    return encoder.place(tree, media.at)


def _words(tree: dict[str, Any], **members: str) -> None:
    tree.update((key, value) for key, value in members.items() if value)


def _location(point: GeoPoint) -> dict[str, Any]:
    tree: dict[str, Any] = {
        "latitude": print_expression(point.latitude),
        "longitude": print_expression(point.longitude),
    }
    _words(tree, name=print_text(point.name), address=print_text(point.address))
    return tree


def _contact(contact: ContactCard) -> dict[str, Any]:
    tree: dict[str, Any] = {"name": print_text(contact.name)}
    _words(tree, phone=print_text(contact.phone), avatar=contact.avatar)
    return tree


def _choice(choice: Choice, encoder: Encoder) -> dict[str, Any]:
    tree: dict[str, Any] = {"id": choice.id}
    localized_text(tree, "title", choice.title)
    if choice.kind is not _implied_kind(choice):
        tree["kind"] = choice.kind.value
    localized_text(tree, "description", choice.description)
    _words(tree, payload=choice.payload)
    if choice.value is not None:
        tree["value"] = print_expression(choice.value)
    localized_strings(tree, "accepts", choice.accepts)
    _words(tree, url=print_text(choice.url), phone=print_text(choice.phone))
    localized_text(tree, "section", choice.section)
    if choice.media is not None:
        tree["media"] = media_tree(choice.media, encoder)
    facts_tree(tree, "hints", choice.hints)
    return encoder.place(tree, choice.at)


def _implied_kind(choice: Choice) -> ChoiceKind:
    """What a reader of the tree takes a choice without ``kind`` for."""
    return ChoiceKind.URL if choice.url else ChoiceKind.CALL if choice.phone else ChoiceKind.REPLY


def _card(card: Card, encoder: Encoder) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    localized_text(tree, "title", card.title)
    localized_text(tree, "text", card.text)
    if card.media is not None:
        tree["media"] = media_tree(card.media, encoder)
    if card.choices:
        tree["choices"] = [_choice(choice, encoder) for choice in card.choices]
    facts_tree(tree, "hints", card.hints)
    return encoder.place(tree, card.at)


def _template_use(use: TemplateUse, encoder: Encoder) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    _words(tree, name=use.name, provider_id=use.provider_id, language=use.language)
    expressions_tree(tree, "parameters", use.parameters)
    return encoder.place(tree, use.at)

"""``TPL074`` and ``TPL075``: carousels and limited-time offers."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.passes.rules.definition.problem import DefinitionRule, Problem
from bascule.passes.rules.wording import plural
from bascule.whatsapp.policy import Policy
from bascule.whatsapp.templates import (
    Card,
    Carousel,
    Category,
    Footer,
    Header,
    HeaderFormat,
    Template,
)

__all__ = ["BadCarousel", "BadLimitedTimeOffer"]


class BadCarousel(DefinitionRule):
    """A carousel breaks its rules

    What it does: reports, in definitions of carousel templates, too few or too many cards, a header or footer
    beside the cards, cards with unlike headers, bodies or buttons, kinds of headers and buttons that cards cannot
    have, and many line breaks in a card's body.
    Why: Meta refuses the creation: all cards have the same build.
    Example:
        bascule: 1
        locale: fr
        templates:
          - name: nouveautes
            language: fr
            category: MARKETING
            definition: >-
              {"components": [{"type": "BODY", "text": "Voici nos nouveautés de la semaine. STOP au 36180"},
              {"type": "CAROUSEL", "cards": [{"components": [{"type": "HEADER", "format": "IMAGE",
              "example": {"header_handle": ["4::a"]}}, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY",
              "text": "Voir"}]}]}]}]}
    Use instead:
        bascule: 1
        locale: fr
        templates:
          - name: nouveautes
            language: fr
            category: MARKETING
            definition: >-
              {"components": [{"type": "BODY", "text": "Voici nos nouveautés de la semaine. STOP au 36180"},
              {"type": "CAROUSEL", "cards": [{"components": [{"type": "HEADER", "format": "IMAGE",
              "example": {"header_handle": ["4::a"]}}, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY",
              "text": "Voir"}]}]}, {"components": [{"type": "HEADER", "format": "IMAGE",
              "example": {"header_handle": ["4::b"]}}, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY",
              "text": "Plus"}]}]}]}]}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/marketing-templates/media-card-carousel-templates;
    https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/marketing-templates/product-card-carousel-templates
    """

    code = "TPL074"
    name = "bad-carousel"

    @classmethod
    def problems(cls, policy: Policy, template: Template) -> Iterator[Problem]:
        """Look at the carousel and at what stands beside it."""
        carousel = template.carousel
        if carousel is None:
            return
        place = carousel.place
        if template.category is not None and template.category.value not in policy.list("template.carousel.categories"):
            fact = policy.fact("template.carousel.categories")
            yield Problem(fact, f"has a carousel in the category {template.category.value}", "use MARKETING", place)
        count = len(carousel.cards)
        product = _is_product(carousel)
        low = "template.carousel.product.min_cards" if product else "template.carousel.min_cards"
        most = policy.limit("template.carousel.max_cards")
        if count < policy.limit(low):
            what = f"has a carousel of {plural(count, 'card')}, the least is {policy.limit(low)}"
            yield Problem(policy.fact(low), what, "add cards, or send a picture", place)
        elif count > most:
            fact = policy.fact("template.carousel.max_cards")
            yield Problem(fact, f"has a carousel of {count} cards, the limit is {most}", "leave some out", place)
        outer = policy.fact("template.carousel.outer_components")
        for kind, name in ((Header, "header"), (Footer, "footer")):
            if template.find(kind) is not None:
                yield Problem(outer, f"has a {name} beside its carousel", "leave it out", place)
        yield from _cards(policy, carousel, product)


def _is_product(carousel: Carousel) -> bool:
    return any(card.header is not None and card.header.format is HeaderFormat.PRODUCT for card in carousel.cards)


def _cards(policy: Policy, carousel: Carousel, product: bool) -> Iterator[Problem]:
    formats = {card.header.format for card in carousel.cards if card.header is not None}
    fact = policy.fact("template.carousel.card.header_formats")
    bare = sum(card.header is None for card in carousel.cards)
    if bare:
        yield Problem(fact, f"has {plural(bare, 'card')} without a header", "give every card one", carousel.place)
    if len(formats) > 1:
        named = ", ".join(sorted(item.value for item in formats))
        what = f"has cards with unlike headers ({named})"
        yield Problem(fact, what, "show the same kind on all cards", carousel.place)
    allowed = policy.list("template.carousel.card.header_formats")
    for item in sorted(formats, key=lambda item: item.value):
        if not product and item.value not in allowed:
            what = f"has cards with a {item.value} header; cards show {' or '.join(allowed)}"
            yield Problem(fact, what, "use a picture or a video", carousel.place)
    with_body = sum(card.body is not None for card in carousel.cards)
    body = policy.fact("template.carousel.card.body.max_length")
    if not product and 0 < with_body < len(carousel.cards):
        what = f"has {with_body} of {len(carousel.cards)} cards with a body"
        yield Problem(body, what, "give all cards a body, or none", carousel.place)
    lines = policy.fact("template.carousel.card.body.line_breaks.max")
    most = policy.limit("template.carousel.card.body.line_breaks.max")
    for number, card in enumerate(carousel.cards, start=1):
        breaks = (card.body.text or "").count("\n") if card.body is not None else 0
        if breaks > most:
            what = f"has {breaks} line breaks in the body of card {number}, the limit is {most}"
            yield Problem(lines, what, "write it in fewer lines", card.place)
    yield from _card_buttons(policy, carousel, product)


def _kinds(card: Card) -> tuple[str, ...]:
    return tuple(button.TYPE or "?" for button in card.buttons)


def _card_buttons(policy: Policy, carousel: Carousel, product: bool) -> Iterator[Problem]:
    stem = "template.carousel.product" if product else "template.carousel.card"
    types = policy.fact(f"{stem}.button_types")
    allowed = policy.list(f"{stem}.button_types")
    most = policy.limit(f"{stem}.max_buttons")
    builds = list(dict.fromkeys(_kinds(card) for card in carousel.cards))
    if len(builds) > 1:
        named = "; ".join(", ".join(build) or "none" for build in builds[:3])
        what = f"has cards with unlike buttons ({named})"
        yield Problem(types, what, "give all cards the same kinds in the same order", carousel.place)
    for build in builds:
        if len(build) > most:
            fact = policy.fact(f"{stem}.max_buttons")
            what = f"has cards of {len(build)} buttons, the limit is {most}"
            yield Problem(fact, what, "leave some out", carousel.place)
        if not product and len(build) < policy.limit("template.carousel.card.min_buttons"):
            fact = policy.fact("template.carousel.card.min_buttons")
            yield Problem(fact, "has cards without a button", "give every card one", carousel.place)
    other = sorted({kind for build in builds for kind in build if kind not in allowed})
    if other:
        what = f"has {', '.join(other)} buttons on its cards; cards have {', '.join(allowed)}"
        yield Problem(types, what, "use one of these", carousel.place)


class BadLimitedTimeOffer(DefinitionRule):
    """A limited-time offer breaks its rules

    What it does: reports, in definitions with a limited-time offer, another category than MARKETING, a footer, a header
    that is no picture or video, an offer text that is too long, and buttons that are not a code to copy followed by a
    link. The length of the body is `TPL010`.
    Why: Meta refuses the creation.
    Example:
        bascule: 1
        locale: fr
        templates:
          - name: vente
            language: fr
            category: MARKETING
            definition: >-
              {"components": [{"type": "BODY", "text": "Vente privée : -25 % avec ce code. STOP au 36180"},
              {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Plus que quelques heures !"}},
              {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "PRIVE25"},
              {"type": "URL", "text": "Acheter", "url": "https://boutique.example"}]}]}
    Use instead:
        bascule: 1
        locale: fr
        templates:
          - name: vente
            language: fr
            category: MARKETING
            definition: >-
              {"components": [{"type": "BODY", "text": "Vente privée : -25 % avec ce code. STOP au 36180"},
              {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Fin ce soir !"}},
              {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "PRIVE25"},
              {"type": "URL", "text": "Acheter", "url": "https://boutique.example"}]}]}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/marketing-templates/limited-time-offer-templates
    """

    code = "TPL075"
    name = "bad-limited-time-offer"

    @classmethod
    def problems(cls, policy: Policy, template: Template) -> Iterator[Problem]:
        """Look at the offer and at what stands beside it."""
        offer = template.limited_time_offer
        if offer is None:
            return
        stem, place = "template.limited_time_offer", offer.place
        if template.category is not None and template.category is not Category.MARKETING:
            fact = policy.fact(f"{stem}.categories")
            yield Problem(fact, f"has an offer in the category {template.category.value}", "use MARKETING", place)
        text, limit = offer.limited_time_offer.text, policy.limit(f"{stem}.text.max_length")
        if len(text) > limit:
            fact = policy.fact(f"{stem}.text.max_length")
            yield Problem(
                fact, f"has an offer text of {len(text)} characters, the limit is {limit}", "shorten it", place
            )
        fact = policy.fact(f"{stem}.header_formats")
        if template.footer is not None:
            yield Problem(fact, "has a footer beside its offer", "leave the footer out", template.footer.place)
        header = template.header
        formats = policy.list(f"{stem}.header_formats")
        if header is not None and header.format.value not in formats:
            what = f"has a header of format {header.format.value} beside its offer"
            yield Problem(fact, what, f"use {' or '.join(formats)}, or no header", header.place)
        order = policy.list(f"{stem}.button_order")
        kinds = tuple(button.TYPE or "?" for button in template.buttons)
        ended = offer.limited_time_offer.has_expiration is not False
        # Whether an offer without a clock needs a code is not said: its absence is let pass.
        if kinds != order and (ended or kinds != order[1:]):
            what = f"has the buttons {', '.join(kinds) or 'none'} with its offer; it takes {', then '.join(order)}"
            yield Problem(policy.fact(f"{stem}.button_order"), what, "put them in this order", place)

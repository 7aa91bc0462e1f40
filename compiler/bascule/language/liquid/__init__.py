"""The Liquid of Twilio Studio, a subset of Shopify's, as expressions and texts with holes."""

from bascule.language.liquid.template import parse_liquid, parse_liquid_expression

__all__ = ["parse_liquid", "parse_liquid_expression"]

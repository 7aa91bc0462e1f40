"""The expressions of RapidPro and TextIt (versions 13 and 14), as ``ir.expr`` and texts with holes."""

from bascule.language.rapidpro_expression.names import ROOTS
from bascule.language.rapidpro_expression.scan import Change, rename_references
from bascule.language.rapidpro_expression.texts import RAPIDPRO, parse_rapidpro_expression, parse_rapidpro_text

__all__ = [
    "RAPIDPRO",
    "ROOTS",
    "Change",
    "parse_rapidpro_expression",
    "parse_rapidpro_text",
    "rename_references",
]

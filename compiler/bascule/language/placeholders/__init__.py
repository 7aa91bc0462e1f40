"""Placeholders of hand-made templates: which syntax a file uses, and texts with holes."""

from bascule.language.placeholders.choose import SyntaxChoice, choice_findings, choose_syntax
from bascule.language.placeholders.read import parse_text
from bascule.language.placeholders.syntaxes import SYNTAXES, Syntax, syntax_names

__all__ = ["SYNTAXES", "Syntax", "SyntaxChoice", "choice_findings", "choose_syntax", "parse_text", "syntax_names"]

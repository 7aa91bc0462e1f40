"""Reading files: text and encodings, JSON, YAML and tables, each with places. Imports nothing else."""

from bascule.source.file import SourceFile
from bascule.source.place import Place, Span, escape_token, join_pointer, split_pointer
from bascule.source.problem import Problem
from bascule.source.text import DEFAULT_MAX_BYTES, Document, TextDocument
from bascule.source.tree import Tree

__all__ = [
    "DEFAULT_MAX_BYTES",
    "Document",
    "Place",
    "Problem",
    "SourceFile",
    "Span",
    "TextDocument",
    "Tree",
    "escape_token",
    "join_pointer",
    "split_pointer",
]

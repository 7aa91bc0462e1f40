"""Rasa: projects of Rasa Open Source 2 and 3 (domain, training data, rules, stories, forms) and CALM flows.

Format: https://legacy-docs-oss.rasa.com/docs/rasa/training-data-format, https://rasa.com/docs/reference/primitives/flows/
"""

from __future__ import annotations

from bascule.parsers.base import Match, Parsed, ParseOptions
from bascule.parsers.rasa import losses, rules
from bascule.parsers.rasa.claims import find_projects
from bascule.parsers.rasa.files import judge
from bascule.parsers.rasa.project import read_project
from bascule.source import SourceFile, Tree

__all__ = ["find_projects", "losses", "parse", "parse_project", "rules", "sniff"]


def sniff(file: SourceFile) -> Match | None:
    """Say whether a file is part of a Rasa project, and why (not)."""
    return judge(file)


def parse(file: SourceFile, options: ParseOptions) -> Parsed:
    """Read one file as a project of one file. Never raises on content."""
    return read_project({file.name: file}, file.stem, file.path, options)


def parse_project(tree: Tree, options: ParseOptions) -> Parsed:
    """Read the files of a project. Never raises on content."""
    return read_project(tree.files, tree.name, tree.path, options)

"""Dialogflow ES: the export of an agent, as a folder, a zip or one intent.

Format: https://cloud.google.com/dialogflow/es/docs/agents-settings#export
"""

from __future__ import annotations

from bascule.parsers.base import Claim, Match, Parsed, ParseOptions
from bascule.parsers.dialogflow_es import losses, rules
from bascule.parsers.dialogflow_es.layout import find_agents, kind_of, parts_of, sniff_file
from bascule.parsers.dialogflow_es.project import read_parts
from bascule.source import SourceFile, Tree

__all__ = ["find_projects", "losses", "parse", "parse_project", "rules", "sniff"]


def sniff(file: SourceFile) -> Match | None:
    """Say whether one file belongs to an export of Dialogflow ES, and why (not)."""
    return sniff_file(file)


def find_projects(tree: Tree) -> list[Claim]:
    """The agents of a folder or archive. Never raises on content."""
    return find_agents(tree)


def parse(file: SourceFile, options: ParseOptions) -> Parsed:
    """Read one file: an intent as an agent of one intent; other parts are refused with advice. Never raises."""
    return read_parts([kind_of(file.name, file)], options, file.path, file.stem, alone=True)


def parse_project(tree: Tree, options: ParseOptions) -> Parsed:
    """Read an agent. Never raises on content."""
    return read_parts(parts_of(tree), options, tree.path, tree.name, alone=False)

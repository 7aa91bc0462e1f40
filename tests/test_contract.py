"""Every parser, built in or not, holds to the contract that plugins are tested with."""

from __future__ import annotations

from pathlib import Path

import pytest

from bascule.parsers import FORMATS, POSSIBLE, FormatInfo, ParseOptions, load_parser, load_project_parser
from bascule.source import SourceFile, Tree
from bascule.testing import check_parser, check_project_parser

FOLDERS = {"scenario": "scenarios", "twilio-studio": "studio"}


def samples(root: Path, info: FormatInfo) -> list[SourceFile]:
    folder = root / "fixtures" / FOLDERS.get(info.name, info.name)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and "hostile" not in path.parts]
    assert files, f"no fixtures in {folder}"
    return [SourceFile(path.relative_to(root).as_posix(), path.read_bytes()) for path in files]


@pytest.mark.parametrize("info", [info for info in FORMATS if not info.projects], ids=lambda info: info.name)
def test_the_built_in_parsers_hold_to_the_contract(root: Path, info: FormatInfo) -> None:
    parser = load_parser(info)
    files = [file for file in samples(root, info) if (match := parser.sniff(file)) and match.confidence >= POSSIBLE]
    readable = [file for file in files if not parser.parse(file, ParseOptions()).unreadable]
    check_parser(info.name, parser, readable[:8], damaged=20)


@pytest.mark.parametrize("info", [info for info in FORMATS if info.projects], ids=lambda info: info.name)
def test_the_built_in_project_parsers_hold_to_the_contract(root: Path, info: FormatInfo) -> None:
    parser = load_project_parser(info)
    assert parser is not None
    files = samples(root, info)
    base = f"fixtures/{FOLDERS.get(info.name, info.name)}"
    whole = Tree(base, {file.path[len(base) + 1 :]: file for file in files})
    trees = [whole.only(claim.files).within(claim.root) for claim in parser.find_projects(whole)]
    check_project_parser(info.name, parser, trees)

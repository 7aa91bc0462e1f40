"""Graphs of real exports survive printing."""

from __future__ import annotations

from pathlib import Path

import pytest

from bascule.ir.encode import encode_project, to_json, to_yaml
from bascule.parsers import ParseOptions, all_formats, load_parser, sniff
from bascule.parsers.scenario import parse
from bascule.source import SourceFile

_LARGEST = 400_000


@pytest.mark.corpus
def test_every_converted_export_reads_back_as_the_same_graph(corpus: Path) -> None:
    formats = {info.name: info for info in all_formats()}
    converted = 0
    for path in sorted(corpus.rglob("*")):
        if not path.is_file() or path.stat().st_size > _LARGEST:
            continue
        file = SourceFile(path.name, path.read_bytes())
        best, _ = sniff(file)
        if best is None:
            continue
        project = load_parser(formats[best[0]]).parse(file, ParseOptions()).project
        converted += 1
        for text, name in (
            (to_yaml(encode_project(project)), "a.yaml"),
            (to_json(encode_project(project, provenance=True)), "a.json"),
        ):
            again = parse(SourceFile.of_text(text, name), ParseOptions())
            assert again.project == project, path
            assert {finding.code for finding in again.findings} <= {"VAR114"}, path
    assert converted > 10

"""A contract test for parsers, for the ones here and for those of other packages.

    from bascule.testing import check_parser
    from bascule.source import SourceFile

    def test_contract():
        check_parser("chat", my_parser, [SourceFile("demo.chat", DEMO.encode())])

Nothing here needs pytest: what breaks the contract raises AssertionError with the reason.
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bascule.diagnostics import registry
from bascule.ir.encode import encode_project
from bascule.ir.ledger import Fate
from bascule.parsers.base import POSSIBLE, Parsed, ParseOptions
from bascule.source import SourceFile, Tree
from bascule.workspace import LoadedFile, Workspace, analyse

__all__ = ["FOREIGN", "check_parser", "check_project_parser", "mutants"]

FOREIGN: tuple[tuple[str, bytes], ...] = (
    ("empty.json", b""),
    ("package.json", b'{"name": "shop", "version": "1.0.0", "dependencies": {"left-pad": "1"}}'),
    ("list.json", b"[]"),
    ("notes.txt", "Réunion à 14 h.\nPenser au café.\n".encode()),
    ("people.csv", b"name,phone\nAnn,+33612345678\n"),
    ("settings.yml", b"debug: true\nport: 8080\n"),
    ("picture.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
)
"""Files that are no scenario of any format: no sniffer may be sure of them."""


def mutants(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Damaged copies of a file: cut, with bytes changed, with parts doubled, moved or taken out."""
    chance = random.Random(seed)
    for _ in range(count):
        made = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            if not made:
                break
            start = chance.randrange(len(made))
            end = min(len(made), start + chance.randint(1, 1 + len(made) // 4))
            kind = chance.randrange(5)
            if kind == 0:
                del made[start:]
            elif kind == 1:
                del made[start:end]
            elif kind == 2:
                made[start:start] = made[start:end]
            elif kind == 3:
                made[start] = chance.choice(b'{}[]":,\n\0\xff<0')
            else:
                made[start:end] = chance.choice((b"null", b"[]", b"{}", b'""', b"-1", b"1e999", "é".encode()))
        yield bytes(made)


def check_parser(name: str, parser: Any, samples: Iterable[SourceFile], *, damaged: int = 100) -> None:
    """Hold a parser module against the contract of ``bascule.parsers.base``. Raises AssertionError.

    ``samples`` are files of the format that it must be sure of and read without an unreadable finding; each is also
    damaged ``damaged`` times, and nothing may be raised then.
    """
    for function, count in (("sniff", 1), ("parse", 2)):
        assert callable(getattr(parser, function, None)), f"{name}: there is no function `{function}`"
        wanted = len(inspect.signature(getattr(parser, function)).parameters)
        assert wanted == count, f"{name}: `{function}` takes {wanted} arguments, not {count}"
    for path, data in FOREIGN:
        match = parser.sniff(SourceFile(path, data))
        assert match is None or match.confidence < POSSIBLE, f"{name}: claims {path}: {match}"
        _check_parsed(name, parser.parse(SourceFile(path, data), ParseOptions()), [path])
    files = list(samples)
    assert files, f"{name}: no sample was given"
    for file in files:
        match = parser.sniff(file)
        assert match is not None, f"{name}: does not recognise {file.path}"
        assert match.confidence >= POSSIBLE, f"{name}: is not sure of {file.path}: {match}"
        assert match.reason, f"{name}: gives no reason for {file.path}"
        parsed = parser.parse(file, ParseOptions())
        assert not parsed.unreadable, f"{name}: could not read {file.path}: {parsed.findings[:3]}"
        assert parsed.project.flows or parsed.project.templates, f"{name}: {file.path} gives an empty project"
        assert len(list(parsed.ledger)) > 0, f"{name}: the ledger of {file.path} is empty"
        _check_parsed(name, parsed, [file.path])
        again = parser.parse(SourceFile(file.path, file.data), ParseOptions())
        _check_same(name, file.path, parsed, again)
        for number, made in enumerate(mutants(file.data, damaged, seed=len(file.data))):
            broken = SourceFile(file.path, made)
            try:
                parser.sniff(broken)
                parsed = parser.parse(broken, ParseOptions())
            except Exception as error:
                raise AssertionError(f"{name}: raised {error!r} on damaged copy {number} of {file.path}") from error
            _check_parsed(name, parsed, [file.path])


def check_project_parser(name: str, parser: Any, samples: Iterable[Tree], *, damaged: int = 30) -> None:
    """The same for a format made of several files: every sample tree must be found as one project and read."""
    foreign = Tree("foreign", {path: SourceFile(f"foreign/{path}", data) for path, data in FOREIGN})
    sure = [claim for claim in parser.find_projects(foreign) if claim.match.confidence >= POSSIBLE]
    assert not sure, f"{name}: claims files of nobody: {sure}"
    trees = list(samples)
    assert trees, f"{name}: no sample was given"
    for tree in trees:
        claims = parser.find_projects(tree)
        assert [claim.root for claim in claims] == [""], f"{name}: {tree.path} gives {claims}, not one project"
        assert set(claims[0].files) <= set(tree.files), f"{name}: claims files that are not there"
        parsed = parser.parse_project(tree, ParseOptions())
        paths = [file.path for file in tree.files.values()]
        assert not parsed.unreadable, f"{name}: could not read {tree.path}: {parsed.findings[:3]}"
        _check_parsed(name, parsed, paths)
        _check_same(name, tree.path, parsed, parser.parse_project(tree, ParseOptions()))
        for victim in tree.files:
            for made in mutants(tree.files[victim].data, max(1, damaged // len(tree.files)), seed=len(victim)):
                files = {path: file for path, file in tree.files.items() if path != victim or made}
                if made:
                    files[victim] = SourceFile(tree.files[victim].path, made)
                broken = Tree(tree.path, files)
                try:
                    parser.find_projects(broken)
                    parsed = parser.parse_project(broken, ParseOptions())
                except Exception as error:
                    raise AssertionError(f"{name}: raised {error!r} with {victim} damaged") from error
                _check_parsed(name, parsed, paths)


def _check_parsed(name: str, parsed: Parsed, paths: Sequence[str]) -> None:
    """What holds for every reading, of good and of bad files."""
    codes = registry()
    documents = {document.path: document for document in (parsed.document, *parsed.documents)}
    for finding in parsed.findings:
        assert finding.code in codes, f"{name}: the code {finding.code} has no rule"
        assert finding.message, f"{name}: {finding.code} says nothing"
        assert finding.place.file in paths, f"{name}: {finding.code} stands in {finding.place.file}"
        document = documents.get(finding.place.file)
        if document is not None:
            span = document.locate(finding.place)
            assert span.line >= 1, f"{name}: {finding.code} has no line"
            assert span.column >= 1, f"{name}: {finding.code} has no column"
    for entry in parsed.ledger:
        assert entry.construct, f"{name}: a ledger entry names no construct"
        if entry.fate in (Fate.DEGRADED, Fate.DROPPED):
            assert entry.reason, f"{name}: {entry.construct} is {entry.fate.value} without a reason"
            assert entry.code in codes, (
                f"{name}: {entry.construct} is {entry.fate.value} with the unknown code {entry.code!r}"
            )
    ids = [flow.id for flow in parsed.project.flows]
    assert len(set(ids)) == len(ids), f"{name}: two flows have the same id"
    for flow in parsed.project.flows:
        nodes = {node.id for node in flow.nodes}
        assert len(nodes) == len(flow.nodes), f"{name}: two nodes of {flow.id} have the same id"
    encode_project(parsed.project)
    workspace = Workspace(files=[LoadedFile(paths[0], paths[0], name, "", parsed)])
    workspace.documents.update(documents)
    analyse(workspace)


def _check_same(name: str, path: str, first: Parsed, second: Parsed) -> None:
    assert encode_project(first.project) == encode_project(second.project), f"{name}: {path} reads twice differently"
    assert first.findings == second.findings, f"{name}: {path} gives other findings the second time"
    assert list(first.ledger) == list(second.ledger), f"{name}: {path} gives another ledger the second time"

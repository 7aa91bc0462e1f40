"""Finding and reading suites: files and folders, whatever format they are in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bascule.diagnostics import Finding
from bascule.diagnostics.parse_rules import findings_of
from bascule.ir.project import Project
from bascule.source import DEFAULT_MAX_BYTES, Document, Place, SourceFile
from bascule.source.json import read_json
from bascule.suites.botium import read_botium, sniff_botium
from bascule.suites.dialogflow_cx import read_test_case, sniff_test_case
from bascule.suites.goflow import read_goflow, sniff_goflow
from bascule.suites.model import Suite
from bascule.suites.native import read_native, sniff_native
from bascule.suites.rasa import read_rasa, sniff_rasa
from bascule.suites.rules import SuiteUnreadable

__all__ = ["READERS", "read_suite", "read_suites", "suite_format"]

Sniff = Callable[[SourceFile], bool]
Read = Callable[[SourceFile, Project], tuple[Suite | None, list[Finding]]]

READERS: tuple[tuple[str, Sniff, Read], ...] = (
    ("bascule", sniff_native, read_native),
    ("botium", sniff_botium, read_botium),
    ("dialogflow-cx", sniff_test_case, read_test_case),
    ("goflow", sniff_goflow, read_goflow),
    ("rasa", sniff_rasa, read_rasa),
)
"""Name, sniffer and reader of each format, the surest first."""

_SUFFIXES = frozenset({".yaml", ".yml", ".json", ".txt", ".md", ".csv"})


def suite_format(file: SourceFile) -> str | None:
    """The format of tests that a file is in; None: it is no test file."""
    return next((name for name, sniff, _ in READERS if sniff(file)), None)


def read_suite(file: SourceFile, project: Project) -> tuple[Suite | None, list[Finding]] | None:
    """Read one file by the first format that knows it; None: it is no test file."""
    for _, sniff, read in READERS:
        if sniff(file):
            suite, findings = read(file, project)
            return suite, [*_syntax(file, suite), *findings]
    return _broken(file)


_MARKS = re.compile(
    r"""(?mx) ^[\W_]{0,9}bascule-test["']?\s*: | ^test_cases: | "testCaseConversationTurns"\s*: | "outputs"\s*:"""
)
"""What only tests have. A file that has it and cannot be parsed is a broken test, not a foreign file."""


def _broken(file: SourceFile) -> tuple[Suite | None, list[Finding]] | None:
    if file.suffix not in (".json", ".yaml", ".yml") or file.is_zip or _MARKS.search(file.text) is None:
        return None
    if file.suffix == ".json":
        document: Document = read_json(file.path, file.text)
    else:
        document = file.yaml or Document(file.path, file.text)
    problems = getattr(document, "problems", ())
    if not problems or isinstance(getattr(document, "value", None), dict):
        return None
    message = "this looks like a test, but its JSON or YAML is broken"
    findings = [SuiteUnreadable.at(Place(file.path), message, help="mend what else is reported of it")]
    return Suite(file.path, "broken", [], document), [*findings, *findings_of(problems, document)]


def _syntax(file: SourceFile, suite: Suite | None) -> list[Finding]:
    """What is doubtful about the file itself: its encoding, its JSON or YAML."""
    document = suite.document if suite is not None else None
    problems = [*file.encoding_problems, *getattr(document, "problems", ())]
    return findings_of(problems, document) if problems and document is not None else []


def read_suites(paths: Sequence[str], project: Project) -> tuple[list[Suite], list[Finding]]:
    """Read files and folders. Files of folders that are no tests are left out; a named file that is none is a
    finding."""
    suites: list[Suite] = []
    findings: list[Finding] = []
    for named in paths:
        top = Path(named)
        if not top.exists():
            findings.append(SuiteUnreadable.at(Place(top.as_posix()), "there is no such file", help="check the path"))
            continue
        for path in _files(top):
            read = _read(path, project, findings)
            if read is None:
                if path == top:
                    findings.append(_unknown(path))
                continue
            suite, found = read
            findings.extend(found)
            if suite is not None:
                suites.append(suite)
        if top.is_dir() and not suites and not findings:
            findings.append(SuiteUnreadable.at(Place(top.as_posix()), "no file in this folder is a test", help=_HELP))
    return suites, findings


_HELP = "a suite begins with `bascule-test: 1`; docs/testing.md lists the other formats"


def _unknown(path: Path) -> Finding:
    return SuiteUnreadable.at(Place(path.as_posix()), "this is no test file of a known format", help=_HELP)


def _files(top: Path) -> Iterator[Path]:
    if not top.is_dir():
        yield top
        return
    for path in sorted(top.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(top).parts)
        if path.is_file() and not path.is_symlink() and not hidden and path.suffix.lower() in _SUFFIXES:
            yield path


def _read(path: Path, project: Project, findings: list[Finding]) -> tuple[Suite | None, list[Finding]] | None:
    try:
        if path.stat().st_size > DEFAULT_MAX_BYTES:
            findings.append(SuiteUnreadable.at(Place(path.as_posix()), "the file is too large for a test"))
            return (None, [])
        return read_suite(SourceFile(path.as_posix(), path.read_bytes()), project)
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        findings.append(SuiteUnreadable.at(Place(path.as_posix()), message, help="check the path"))
        return (None, [])

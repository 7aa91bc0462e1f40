"""From files to a checked project: what every command shares, without touching the disk.

``load`` sniffs and parses :class:`SourceFile` objects; ``analyse`` links, proves the window, lowers
and runs the rules. Integrators call the same two functions.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bascule.diagnostics import Finding, Severity, locate, registry
from bascule.diagnostics.parse_rules import (
    FileTooLarge,
    FormatUnknown,
    FormatUnsure,
    NothingToRead,
    ParserFailed,
    findings_of,
)
from bascule.diagnostics.render_json import dedupe
from bascule.ir.ledger import Ledger
from bascule.ir.project import Project
from bascule.parsers import POSSIBLE, Match, Parsed, ParseOptions, all_formats, load_parser, sniff
from bascule.parsers.base import only_near_miss
from bascule.source import DEFAULT_MAX_BYTES, Document, Place, SourceFile, TextDocument

if TYPE_CHECKING:
    from bascule.passes.window import WindowReport
    from bascule.whatsapp.plan import Plan

__all__ = ["Analysis", "InputFile", "LoadedFile", "Workspace", "analyse", "load"]


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to read. ``label`` is its stable name in outputs (relative to what the user named);
    ``explicit`` files must be readable, files found by walking a folder are skipped when unknown."""

    file: SourceFile
    label: str
    explicit: bool = True


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """One input with what became of it. ``format`` is None for a file that was skipped."""

    path: str
    label: str
    format: str | None
    reason: str
    parsed: Parsed | None


@dataclass
class Workspace:
    """Everything read so far. ``unreadable`` means exit code 2."""

    files: list[LoadedFile] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)
    inputs: dict[str, bytes] = field(default_factory=dict)
    unreadable: bool = False

    @property
    def labels(self) -> dict[str, str]:
        """Display path to stable label."""
        return {file.path: file.label for file in self.files}


def _choose(item: InputFile, wanted: str | None) -> tuple[str | None, Match | None, list[tuple[str, Match]]]:
    if wanted is not None:
        return wanted, Match(100, f"`--from {wanted}`"), []
    best, answers = sniff(item.file)
    if best is None and item.explicit:
        best = only_near_miss(answers)
    return (best[0], best[1], answers) if best else (None, None, answers)


def load(
    inputs: Sequence[InputFile],
    options: ParseOptions | None = None,
    *,
    from_format: str | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
) -> Workspace:
    """Read each input on its own: a bad one leaves findings and the others go on.

    Raises KeyError when ``from_format`` names no format.
    """
    parsers = {info.name: info for info in all_formats()}
    if from_format is not None and from_format not in parsers:
        raise KeyError(from_format)
    workspace = Workspace()
    for item in inputs:
        file = item.file
        workspace.inputs[file.path] = file.data
        if len(file.data) > max_bytes:
            size = len(file.data) / (1024 * 1024)
            workspace.findings.append(
                FileTooLarge.at(
                    Place(file.path),
                    f"the file has {size:.1f} MiB, the limit is {max_bytes / (1024 * 1024):.0f} MiB",
                    help="if this is a scenario export, raise the limit with `--max-size`",
                )
            )
            workspace.files.append(LoadedFile(file.path, item.label, None, "too large", None))
            workspace.unreadable = True
            continue
        try:
            _load_one(workspace, item, options or ParseOptions(), from_format)
        except Exception as error:  # a defect of ours: this file fails, the others go on
            workspace.findings.append(_our_fault(file, error))
            workspace.files.append(LoadedFile(file.path, item.label, None, "failed", None))
            workspace.unreadable = True
    if not any(file.parsed for file in workspace.files) and not workspace.findings:
        workspace.findings.append(
            NothingToRead.at(
                Place(inputs[0].file.path if inputs else "."),
                "no scenario was found",
                help="name a file, or the folder that holds the exports; `bascule formats` lists what is read",
            )
        )
        workspace.unreadable = True
    return workspace


def _our_fault(file: SourceFile, error: Exception) -> Finding:
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].name} ({frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno})" if frames else "?"
    return ParserFailed.at(
        Place(file.path),
        f"bascule failed on this file: {type(error).__name__} in {where}",
        help="please report this file as a defect of bascule",
    )


def _load_one(workspace: Workspace, item: InputFile, options: ParseOptions, wanted: str | None) -> None:
    file = item.file
    name, match, answers = _choose(item, wanted)
    if name is None or match is None:
        reasons = [f"not {known}: {answer.reason}" for known, answer in answers]
        if item.explicit:
            text = "" if file.is_zip or file.encoding == "binary" else file.text
            document = TextDocument(file.path, text)
            workspace.documents[file.path] = document
            defects = [] if file.is_zip else list(file.encoding_problems)
            if file.json is None and text.lstrip()[:1] in ("{", "["):
                from bascule.source.json import read_json

                defects.extend(read_json(file.path, text).problems)
            workspace.findings.extend(findings_of(defects, document))
            workspace.findings.append(
                FormatUnknown.at(
                    Place(file.path),
                    "no format recognises this file",
                    notes=reasons,
                    help="name its format with `--from`; `bascule formats` lists them",
                )
            )
            workspace.unreadable = True
        reason = "; ".join(reasons) or "no format recognises it"
        workspace.files.append(LoadedFile(file.path, item.label, None, reason, None))
        return
    info = next(info for info in all_formats() if info.name == name)
    parsed = load_parser(info).parse(file, options)
    workspace.documents[file.path] = parsed.document
    problems = [] if file.is_zip else list(file.encoding_problems)
    workspace.findings.extend(findings_of(problems, TextDocument(file.path, file.text if problems else "")))
    if match.confidence < POSSIBLE:
        workspace.findings.append(
            FormatUnsure.at(
                Place(file.path),
                f"read as {name}, though it may be something else: {match.reason}",
                help=f"say so with `--from {name}`, or leave the file out",
            )
        )
    workspace.findings.extend(parsed.findings)
    codes = registry()
    broken = any(codes[finding.code].unreadable for finding in parsed.findings if finding.code in codes)
    workspace.unreadable = workspace.unreadable or parsed.unreadable or broken
    workspace.files.append(LoadedFile(file.path, item.label, name, match.reason, parsed))


@dataclass
class Analysis:
    """The checked project: graph, window proof, WhatsApp plan, all findings with places, all ledgers."""

    workspace: Workspace
    project: Project
    window: WindowReport
    plan: Plan
    findings: list[Finding]
    ledger: Ledger

    def reaches(self, level: Severity | None) -> bool:
        """Some finding is at or above ``level`` (None: never)."""
        return level is not None and any(finding.severity >= level for finding in self.findings)


def located(findings: Sequence[Finding], documents: dict[str, Document]) -> list[Finding]:
    """Findings with spans, sorted, without repeats."""
    return dedupe(locate(finding, documents) for finding in findings)


def analyse(workspace: Workspace, *, locale: str = "") -> Analysis:
    """Link, prove, lower, check. Pure: the same files give the same analysis."""
    from bascule.passes import run_passes

    projects = [file.parsed.project for file in workspace.files if file.parsed]
    result = run_passes(projects, locale=locale)
    ledger = Ledger()
    for file in workspace.files:
        if file.parsed:
            ledger.extend(file.parsed.ledger.entries)
    findings = located([*workspace.findings, *result.findings], workspace.documents)
    return Analysis(workspace, result.project, result.window, result.plan, findings, ledger)

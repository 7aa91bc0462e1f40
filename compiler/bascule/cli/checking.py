"""One check, from options to a report: what ``check``, its ``--watch`` and ``baseline`` share.

A command that mends files (``--fix``) starts here too: :func:`run_check` gives the findings that are reported, with
their fixes, and the documents they stand in; mend, and run it again.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bascule.cli.completing import complete_codes, complete_severities
from bascule.cli.configured import Opened, Reading, absolute, open_sources, relative, with_selection
from bascule.cli.options import exit_code
from bascule.cli.streams import WriteError
from bascule.diagnostics import Finding, Severity

if TYPE_CHECKING:
    from bascule.diagnostics.render_model import CheckReport
    from bascule.settings import Baseline, Judged, Settings
    from bascule.source import Span

__all__ = ["Checked", "Request", "check_inputs", "file_errors", "run_check", "selection_options"]


def selection_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--select``, ``--ignore`` and their kin."""
    decorators = [
        click.option(
            "--select",
            multiple=True,
            metavar="CODES",
            shell_complete=complete_codes,
            help="Report only these: codes, families (TPL), beginnings (TPL02) or rule names, separated by commas.",
        ),
        click.option(
            "--extend-select",
            multiple=True,
            metavar="CODES",
            shell_complete=complete_codes,
            help="Report these besides what is selected.",
        ),
        click.option(
            "--ignore",
            multiple=True,
            metavar="CODES",
            shell_complete=complete_codes,
            help="Do not report these. The more specific of --select and --ignore wins.",
        ),
        click.option(
            "--severity",
            multiple=True,
            metavar="CODE=LEVEL",
            shell_complete=complete_severities,
            help="Severity of codes, e.g. TPL050=error. May be repeated.",
        ),
    ]
    for decorator in reversed(decorators):
        function = decorator(function)
    return function


@dataclass(frozen=True, slots=True)
class Request:
    """Everything that decides what a check reports. ``fail_on`` and ``baseline`` are empty where the user said nothing;
    ``no_baseline`` leaves out the configured one."""

    sources: tuple[str, ...]
    reading: Reading
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    fail_on: str = ""
    baseline: str = ""
    no_baseline: bool = False
    want_keys: bool = False
    outputs: tuple[str, ...] = ()
    """Files that reports are written to: they are not read when they lie in a folder that is."""


@dataclass(frozen=True)
class Checked:
    """The outcome: what was read, what the settings made of the findings, and the exit code. ``base`` is the folder
    that names in the baseline start from."""

    opened: Opened
    judged: Judged
    fail_on: str
    code: int
    baseline: Baseline | None = None
    base: str = ""
    watched: tuple[str, ...] = ()
    """Configuration and baseline files (display paths)."""

    def report(self, version: str, colour: bool = False, width: int = 0) -> CheckReport:
        """The outcome as the renderers take it, for a terminal of ``width`` columns (0: no terminal)."""
        return _report(self, version, colour, width)


def _selected(request: Request, settings: Settings) -> Settings:
    return with_selection(settings, request.select, request.extend_select, request.ignore, request.severity)


def run_check(request: Request, *, base: str = "", hidden: str = "") -> Checked:
    """Read, analyse, judge. Usage errors are raised; everything else is a finding.

    ``base`` is the folder that names in the baseline start from when none is read; ``hidden`` is a file to leave out of
    folders (both absolute).
    """
    named = absolute(request.baseline) if request.baseline else ""
    written = [absolute(path) for path in request.outputs]
    opened = open_sources(request.sources, request.reading, hidden=[path for path in (named, hidden, *written) if path])
    settings = opened.settings = _selected(request, opened.settings)
    path = "" if request.no_baseline else named or settings.baseline
    fail_on = request.fail_on or settings.fail_on or "error"
    workspace = opened.workspace
    findings: Sequence[Finding]
    if any(file.parsed for file in workspace.files):
        from bascule.workspace import analyse

        findings = analyse(workspace, locale=request.reading.locale).findings
    else:
        from bascule.workspace import located

        findings = located(workspace.findings, workspace.documents)
    baseline, broken = _baseline(path, opened) if path else (None, [])
    base = os.path.dirname(path) if path else base
    judged = opened.judge([*findings, *broken], baseline=baseline, base=base, keys=request.want_keys)
    judged = replace(judged, findings=_distinct(judged.findings))
    code = exit_code(judged.findings, fail_on, workspace.unreadable or bool(broken))
    watched = tuple(dict.fromkeys([*settings.files, *([relative(path, "")] if path else [])]))
    return Checked(opened, judged, fail_on, code, baseline, base, watched)


def _distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings that a reader can tell apart: a text that several nodes share (a YAML anchor) is told once."""
    seen: set[tuple[str, str, Span, str]] = set()
    kept = []
    for finding in findings:
        if finding.span is not None:
            key = (finding.code, finding.place.file, finding.span, finding.message)
            if key in seen:
                continue
            seen.add(key)
        kept.append(finding)
    return tuple(kept)


def _baseline(path: str, opened: Opened) -> tuple[Baseline | None, list[Finding]]:
    """The baseline of a run; None and a finding when it cannot be read."""
    from bascule.diagnostics import locate
    from bascule.settings import read_baseline
    from bascule.settings.rules import BaselineUnreadable
    from bascule.source import Place

    shown = relative(path, "")
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        message = f"the baseline cannot be read: {what}"
        help = "write it with `bascule baseline write SRC -o FILE`"
        return None, [BaselineUnreadable.at(Place(shown), message, help=help)]
    baseline, findings = read_baseline(shown, text)
    if baseline is not None:
        opened.documents[shown] = baseline.document
        return baseline, []
    from bascule.source.json import read_json

    opened.documents[shown] = read_json(shown, text)
    return None, [locate(finding, opened.documents) for finding in findings]


# -- the report ------------------------------------------------------------------------------------------------


def _report(checked: Checked, version: str, colour: bool, width: int) -> CheckReport:
    from bascule.diagnostics.render_model import CheckReport, Result, Suppression
    from bascule.settings.structure import Key, finding_key

    opened, judged = checked.opened, checked.judged
    shown = _shown(opened)
    occurrences: Counter[Key] = Counter()

    def fingerprint(finding: Finding) -> str:
        key = finding_key(finding, opened.documents, shown.get(finding.place.file, finding.place.file))
        occurrences[key] += 1
        return key.digest(occurrences[key] - 1)

    told = {finding.place.file for finding in judged.findings}
    entries: list[tuple[Finding, Suppression | None]] = [(finding, None) for finding in judged.findings]
    for item in judged.suppressed:
        entries.append((item.finding, Suppression(item.by == "comment", item.reason, item.file, item.span)))
    entries.sort(key=lambda entry: entry[0].sort_key)
    return CheckReport(
        results=tuple(Result(finding, fingerprint(finding), reason) for finding, reason in entries),
        documents=opened.documents,
        files=tuple(opened.read),
        version=version,
        shown=shown,
        fail_on=None if checked.fail_on == "never" else Severity.parse(checked.fail_on),
        readable=checked.code != 2,
        colour=colour,
        width=width,
        docs_url=opened.settings.docs_url,
        baseline=checked.baseline.document.path if checked.baseline is not None else "",
        passed_over=sum(1 for file in opened.workspace.files if file.parsed is None and file.path not in told),
    )


def _shown(opened: Opened) -> dict[str, str]:
    """Paths without folders of this machine: relative to the working folder, else the label (or the bare name)."""
    labels = opened.workspace.labels
    shown = {}
    files = {*opened.documents, *labels, *(finding.place.file for finding in opened.workspace.findings)}
    for file in sorted(files):
        path = relative(file, "")
        outside = path.startswith("../") or os.path.isabs(path)
        shown[file] = labels.get(file, path.rsplit("/", 1)[-1]) if outside else path
    return shown


# -- for --watch and completion ----------------------------------------------------------------------------------


def check_inputs(checked: Checked) -> list[str]:
    """Files and folders whose change may change the outcome (display paths)."""
    from bascule.cli.configured import config_candidates
    from bascule.cli.inputs import pattern_folder

    sources = checked.opened.sources
    named = [pattern_folder(source) or source for source in sources if source != "-"]
    return list(dict.fromkeys([*named, *checked.watched, *config_candidates(sources)]))


def file_errors(path: str, error: OSError) -> click.ClickException:
    """A file that cannot be written, as an error with exit code 2."""
    return WriteError(f"cannot write {path!r}: {error.strerror or error}")

"""From all findings to those that are reported: selection, severities, suppressions, baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bascule.diagnostics import Applicability, Edit, Finding, Fix, Severity, locate, registry
from bascule.settings.baseline import Baseline
from bascule.settings.comments import Comment, read_comments
from bascule.settings.model import FileRules, Override, Settings
from bascule.settings.rules import SuppressionUnused
from bascule.settings.selection import Selection, severity_of
from bascule.settings.structure import Key, finding_key
from bascule.source import Document, Place, Span

__all__ = ["Judged", "Paths", "Suppressed", "judge"]


_NEAR = 12
"""Lines between a comment and the finding that it may have been meant for: a node written over many lines."""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that is not reported. ``by`` is ``comment``, ``override`` or ``baseline``; ``span`` is the comment's or
    the override's place."""

    finding: Finding
    by: str
    reason: str
    file: str = ""
    span: Span | None = None


@dataclass(frozen=True)
class Judged:
    """What is reported (sorted, with places), what is suppressed (sorted), and how many findings are not selected."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...] = ()
    deselected: int = 0
    keys: Mapping[Key, int] = field(default_factory=dict)
    """Findings that may stand in a baseline, by key; filled when a baseline is used or asked for."""


@dataclass(frozen=True, slots=True)
class Paths:
    """How files are called: ``absolute`` for patterns, ``in_baseline`` for the baseline (both by display path);
    ``folders`` are the folders that were read whole (absolute)."""

    absolute: Callable[[str], str]
    in_baseline: Callable[[str], str] = str
    folders: tuple[str, ...] = ()


def judge(
    findings: Iterable[Finding],
    documents: Mapping[str, Document],
    settings: Settings,
    paths: Paths,
    *,
    files: Collection[str] = (),
    baseline: Baseline | None = None,
    want_keys: bool = False,
    gone: Collection[str] = (),
) -> Judged:
    """Decide for every (located) finding whether it is reported. Pure.

    Findings that mean that something could not be read are always reported, whatever the settings say. ``files`` are
    the display paths of all files that were read; ``gone`` are files of the baseline that are no more.
    """
    run = _Run(settings, documents, paths, files)
    kept, suppressed, deselected = run.sort(findings)
    extra = [*run.comment_findings, *run.unused(kept)]
    keys: Counter[Key] = Counter()
    if baseline is not None or want_keys:
        kept, known, keys = _known(kept, documents, paths, baseline, run.fatal)
        suppressed += known
    if baseline is not None:
        extra += baseline.stale(keys, {paths.in_baseline(file) for file in {*files, *documents}}, gone)
        documents = {**documents, baseline.document.path: baseline.document}
    for finding in extra:
        placed = locate(finding, documents)
        if run.view(placed.place.file).enabled(placed.code):
            kept.append(run.view(placed.place.file).graded(placed))
        else:
            deselected += 1
    return Judged(
        tuple(sorted(kept, key=lambda finding: finding.sort_key)),
        tuple(sorted(suppressed, key=lambda item: item.finding.sort_key)),
        deselected,
        keys,
    )


def _known(
    findings: Sequence[Finding],
    documents: Mapping[str, Document],
    paths: Paths,
    baseline: Baseline | None,
    fatal: Collection[str],
) -> tuple[list[Finding], list[Suppressed], Counter[Key]]:
    """Findings that the baseline does not know, those that it knows, and all keys. Of findings with one key the first
    ones are the known ones."""
    names: dict[str, str] = {}
    found: Counter[Key] = Counter()
    new: list[Finding] = []
    known: list[Suppressed] = []
    for finding in sorted(findings, key=lambda finding: finding.sort_key):
        if finding.code in fatal or finding.code.startswith("CFG"):
            new.append(finding)
            continue
        file = finding.place.file
        if file not in names:
            names[file] = paths.in_baseline(file)
        key = finding_key(finding, documents, names[file])
        found[key] += 1
        if baseline is not None and found[key] <= baseline.counts.get(key, 0):
            known.append(Suppressed(finding, "baseline", "known: it is in the baseline", baseline.document.path))
        else:
            new.append(finding)
    return new, known, found


class _View:
    """Selection and severities as they are for one file."""

    def __init__(self, run: _Run, file: str) -> None:
        path = run.paths.absolute(file)
        rules: list[FileRules] = [entry for entry in run.settings.per_file if entry.covers(path)]
        self.fatal = run.fatal
        self.selection: Selection = run.settings.selection.under(*(entry.layer for entry in rules))
        self.tables = [*run.settings.severities, *(entry.severities for entry in rules), run.settings.forced]
        self.overrides: list[tuple[int, Override]] = [
            (number, entry) for number, entry in enumerate(run.settings.overrides) if entry.covers(path)
        ]
        self._severities: dict[str, Severity | None] = {}

    def enabled(self, code: str) -> bool:
        return code in self.fatal or self.selection.enabled(code)

    def graded(self, finding: Finding) -> Finding:
        """The finding with the severity that the settings give it."""
        code = finding.code
        if code not in self._severities:
            self._severities[code] = None if code in self.fatal else severity_of(code, self.tables)
        severity = self._severities[code]
        return finding if severity in (None, finding.severity) else replace(finding, severity=severity)


class _Run:
    def __init__(
        self, settings: Settings, documents: Mapping[str, Document], paths: Paths, files: Collection[str]
    ) -> None:
        self.settings = settings
        self.documents = documents
        self.paths = paths
        self.fatal = frozenset(code for code, rule in registry().items() if rule.unreadable)
        self.files = sorted({*files, *documents})
        self._views: dict[str, _View] = {}
        self._used: set[tuple[str, int, str]] = set()
        self.comments: list[Comment] = []
        self.comment_findings: list[Finding] = []
        self._by_line: dict[tuple[str, int, str], list[int]] = {}
        for document in documents.values():
            comments, findings = read_comments(document)
            self.comment_findings += findings
            for comment in comments:
                for _, code in comment.codes:
                    self._by_line.setdefault((comment.file, comment.line, code), []).append(len(self.comments))
                self.comments.append(comment)

    def view(self, file: str) -> _View:
        if file not in self._views:
            self._views[file] = _View(self, file)
        return self._views[file]

    def sort(self, findings: Iterable[Finding]) -> tuple[list[Finding], list[Suppressed], int]:
        """Findings to report, suppressed ones, and the number of those that are not selected."""
        kept: list[Finding] = []
        suppressed: list[Suppressed] = []
        deselected = 0
        for finding in findings:
            view = self.view(finding.place.file)
            if not view.enabled(finding.code):
                deselected += 1
                continue
            graded = view.graded(finding)
            lasting = finding.code in self.fatal or finding.code.startswith("CFG")
            hidden = None if lasting else self._hidden(graded, view)
            if hidden is None:
                kept.append(graded)
            else:
                suppressed.append(hidden)
        return kept, suppressed, deselected

    def _hidden(self, finding: Finding, view: _View) -> Suppressed | None:
        """What suppresses a finding. All that would are counted as used; a comment comes before an override."""
        hidden: Suppressed | None = None
        file, code, span = finding.place.file, finding.code, finding.span
        lines = (0, span.line, span.end_line) if span is not None else (0, 1)
        for line in dict.fromkeys(lines):
            for number in self._by_line.get((file, line, code), ()):
                comment = self.comments[number]
                self._used.add(("comment", number, code))
                hidden = hidden or Suppressed(finding, "comment", comment.reason, file, comment.span)
        for number, override in view.overrides:
            if override.holds(finding.place.pointer) and any(code == other for _, other in override.codes):
                self._used.add(("override", number, code))
                hidden = hidden or Suppressed(finding, "override", override.reason, override.place.file)
        return hidden

    def unused(self, kept: Sequence[Finding] = ()) -> list[Finding]:
        """Suppressions of selected codes that nothing needed. In files that are misread they may be needed once that
        is mended, and beside a reported finding of their code they may just stand on the wrong line: there they have
        no fix."""
        found: list[Finding] = []
        misread = {finding.place.file for finding in kept if _is_misread(finding)}
        lines: dict[tuple[str, str], list[int]] = {}
        for finding in kept:
            if finding.span is not None:
                lines.setdefault((finding.place.file, finding.code), []).append(finding.span.line)
        for number, comment in enumerate(self.comments):
            for span, code in comment.codes:
                if ("comment", number, code) not in self._used and self.view(comment.file).enabled(code):
                    what = f"there is no `{code}` {f'on line {comment.line}' if comment.line else 'in this file'}"
                    place = Place(comment.file, "", (span.start, span.end))
                    near = _nearest(lines.get((comment.file, code), ()), comment.line)
                    document = None if near or comment.file in misread else self.documents.get(comment.file)
                    fix = _without(document, comment, span) if document is not None else None
                    help = f"the nearest is on line {near}: move the comment to it or above it" if near else "remove it"
                    found.append(replace(_unused(place, what, fix, help), span=span))
        for number, override in enumerate(self.settings.overrides):
            covered = [file for file in self.files if override.covers(self.paths.absolute(file))]
            whole = any(override.within(folder) for folder in self.paths.folders)
            if not whole and not (covered and override.names_one):
                continue  # the finding may be in a file that was not read this time
            for place, code in override.codes:
                on = any(self.view(file).enabled(code) for file in covered) if covered else self._on(code)
                if ("override", number, code) not in self._used and on:
                    where = f"at `{override.pointer}` of" if override.pointer else "in"
                    what = f"no file is called `{override.file}`"
                    if covered:
                        what = f"there is no `{code}` {where} `{override.file}`"
                    found.append(_unused(place, what))
        return found

    def _on(self, code: str) -> bool:
        return self.settings.selection.enabled(code)


def _is_misread(finding: Finding) -> bool:
    """Whether a finding says that a part of its file was not understood."""
    return finding.code.startswith("PAR") and finding.severity >= Severity.WARNING


def _nearest(lines: Iterable[int], line: int) -> int:
    """The line nearest to a comment's that is not far away; 0 where there is none, or the comment is the file's."""
    near = [other for other in lines if abs(other - line) <= _NEAR]
    return min(near, key=lambda other: (abs(other - line), other)) if line and near else 0


def _unused(place: Place, what: str, fix: Fix | None = None, help: str = "remove it") -> Finding:
    return SuppressionUnused.at(place, f"this suppression is not needed: {what}", help=help, fix=fix)


def _without(document: Document, comment: Comment, code: Span) -> Fix:
    """Take one code out of a comment, or the whole comment when it names no other; with its line when nothing else
    stands there."""
    text = document.text
    start, end = code.start, code.end
    inside = text[comment.span.start : comment.span.end]
    names = inside[inside.find("[") + 1 : inside.find("]")].split(",")
    if sum(1 for name in names if name.strip()) > 1:
        before = text.rfind("[", comment.span.start, start) + 1
        following = text[end : comment.span.end]
        if text[before:start].strip(" \t"):
            start = text.rindex(",", before, start)
        else:
            rest = following.lstrip(" \t")
            rest = rest[1:].lstrip(" \t") if rest.startswith(",") else rest
            end += len(following) - len(rest)
        message = f"take `{text[code.start : code.end]}` out of the comment"
    else:
        start, end = comment.span.start, comment.span.end
        while start > 0 and text[start - 1] in " \t":
            start -= 1
        if start == 0 or text[start - 1] in "\r\n":
            end += text.startswith("\r", end)
            end += text.startswith("\n", end)
        message = "remove the comment"
    edit = Edit(Place(comment.file, "", (start, end)), "", text[start:end])
    return Fix(message, (edit,), Applicability.SAFE)

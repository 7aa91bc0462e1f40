"""``bascule check --fix`` and ``--diff``: mend, check again until nothing changes, and only then write.

The rounds run in memory: the changed bytes stand for the files' own (``Reading.contents``), so that a diff and a fix
see the same, and an interrupted run leaves every file as it was.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bascule.cli.checking import Checked, Request, run_check
from bascule.cli.configured import relative
from bascule.cli.fix_rules import FileNotWritten, FixesUnstable, FixNotApplied
from bascule.diagnostics import Applicability, Finding, locate
from bascule.source import Document, Place

if TYPE_CHECKING:
    from bascule.diagnostics.fixes import Source
    from bascule.diagnostics.literals import Writer
    from bascule.diagnostics.rules import Rule

__all__ = ["MAX_ROUNDS", "Fixing", "diff_notes", "diff_text", "fix", "stdin_bytes", "summary", "write"]

MAX_ROUNDS = 10
"""Rounds of mending and checking again, as in the linters that people know; two are usual."""


@dataclass(frozen=True)
class Change:
    """A file to be written: its display path, its bytes as they were read, the bytes to write, and both texts as
    they may be shown (secrets covered)."""

    path: str
    real: str
    before: bytes
    after: bytes
    shown_before: str
    shown_after: str
    encoding: str = "utf-8"


@dataclass(frozen=True)
class Fixing:
    """What a run of fixes came to. ``checked`` is the check of the mended files; ``changes`` are sorted by path;
    ``fixed`` are the findings that were mended; ``more`` counts those that only an unsafe fix would mend."""

    request: Request
    checked: Checked
    changes: tuple[Change, ...] = ()
    fixed: tuple[Finding, ...] = ()
    more: int = 0
    stable: bool = True
    notes: tuple[Finding, ...] = field(default=())
    untold: tuple[Finding, ...] = field(default=())
    """Notes whose codes are not selected: they are no findings, but whoever asked for fixes wants to know."""


def fix(request: Request, *, unsafe: bool = False) -> Fixing:
    """Check and mend in memory, round after round. Nothing is written; usage errors are raised as by ``run_check``."""
    from bascule.diagnostics.fixes import apply_fixes

    files = _Files(request)
    checked = run_check(request)
    first: dict[str, Document] = {}
    before: dict[str, bytes] = {}
    contents: dict[str, bytes] = {}
    places: dict[str, str] = {}
    encodings: dict[str, str] = {}
    fixed: list[Finding] = []
    refused: Sequence[tuple[Finding, str]] = ()
    seen = {_state(contents)}
    stable = False
    for _ in range(MAX_ROUNDS):
        sources = files.sources(checked)
        found = checked.judged.findings
        # A comment may only seem useless while something else is wrong: comments come when nothing else is left.
        outcome = apply_fixes([item for item in found if not _is_late(item)], sources, unsafe=unsafe)
        if not outcome.texts:
            outcome = apply_fixes(found, sources, unsafe=unsafe)
        refused = outcome.refused
        if not outcome.texts:
            stable = True
            break
        changed = dict(contents)
        for path, text in outcome.texts.items():
            real = files.real(path)
            before.setdefault(path, files.data(checked, path))
            first.setdefault(path, checked.opened.documents[path])
            places[path] = real
            encodings[path] = sources[path].encoding
            changed[real] = sources[path].encode(text)
        again = run_check(replace(request, reading=replace(request.reading, contents={**files.stdin, **changed})))
        files.contents = changed
        if _broke(checked, again):
            refused = [*refused, *((finding, "the changed file could not be read") for finding in outcome.fixed)]
            stable = True
            break
        contents, checked = changed, again
        fixed += outcome.fixed
        if _state(contents) in seen:
            break  # the fixes go round in a circle
        seen.add(_state(contents))
    notes = [_note(FixNotApplied, finding, f"{finding.code} was not fixed: {why}") for finding, why in refused]
    if not stable and fixed:
        notes.append(
            _note(FixesUnstable, fixed[-1], f"the files still changed after {len(seen) - 1} round(s) of fixes")
        )
    changes = tuple(
        Change(path, places[path], before[path], contents[places[path]], first[path].text,
               checked.opened.documents[path].text, encodings[path])
        for path in sorted(places)
        if before[path] != contents[places[path]]
    )  # fmt: skip
    more = 0 if unsafe else sum(1 for finding in checked.judged.findings if _is_unsafe(finding))
    kept = tuple(note for note in notes if checked.opened.settings.selection.enabled(note.code))
    request = replace(request, reading=replace(request.reading, contents=files.stdin))
    untold = tuple(note for note in notes if note not in kept)
    return Fixing(request, _with(checked, kept), changes, tuple(fixed), more, stable, kept, untold)


def _state(contents: Mapping[str, bytes]) -> tuple[tuple[str, bytes], ...]:
    return tuple(sorted(contents.items()))


def _is_late(finding: Finding) -> bool:
    return finding.code == "CFG011"


def _is_unsafe(finding: Finding) -> bool:
    return finding.fix is not None and finding.fix.applicability is Applicability.UNSAFE


def _broke(old: Checked, new: Checked) -> bool:
    """Whether something can be read no more: then the fixes are at fault."""
    return new.opened.workspace.unreadable and not old.opened.workspace.unreadable


def _note(rule: type[Rule], finding: Finding, message: str) -> Finding:
    help = finding.help or "mend it by hand"
    return replace(rule.at(finding.place, message, help=help), span=finding.span)


def _with(checked: Checked, notes: Iterable[Finding], code: int = 0) -> Checked:
    """The check with further findings."""
    extra = [locate(note, checked.opened.documents) for note in notes]
    findings = tuple(sorted([*checked.judged.findings, *extra], key=lambda finding: finding.sort_key))
    judged = replace(checked.judged, findings=findings)
    return replace(checked, judged=judged, code=max(checked.code, code))


class _Files:
    """Which of the files that were read can be written, and how."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.stdin: dict[str, bytes] = {}
        self.contents: dict[str, bytes] = {}
        self._known: dict[str, tuple[bytes, Document, Source]] = {}

    def real(self, path: str) -> str:
        """The real path of a display path; ``-`` for standard input."""
        return "-" if self.is_stdin(path) else os.path.realpath(path)

    def is_stdin(self, path: str) -> bool:
        """Whether a display path is what standard input is called."""
        return "-" in self.request.sources and path == self.request.reading.stdin_filename

    def data(self, checked: Checked, path: str) -> bytes:
        """The bytes that were read, or that stand for them."""
        return self._known[path][0]

    def sources(self, checked: Checked) -> dict[str, Source]:
        """The files that have a finding with a fix, by display path. Members of archives are not among them."""
        from bascule.diagnostics.fixes import source_of

        documents = checked.opened.documents
        inputs = checked.opened.workspace.inputs
        if "-" in self.request.sources and not self.stdin and self.request.reading.stdin_filename in inputs:
            self.stdin["-"] = inputs[self.request.reading.stdin_filename]
        wanted = {
            edit.place.file for found in checked.judged.findings if found.fix is not None for edit in found.fix.edits
        }
        sources: dict[str, Source] = {}
        for path in sorted(wanted & set(documents)):
            data = inputs.get(path)
            writer: Writer | None = None
            if data is None or path in checked.opened.settings.files:
                data, writer = self._configuration(checked, path)
            if data is None or (not self.is_stdin(path) and not os.path.isfile(path)):
                continue
            known = self._known.get(path)
            if known is None or known[0] != data or known[1] is not documents[path]:
                known = (data, documents[path], source_of(documents[path], data, writer))
                self._known[path] = known
            sources[path] = known[2]
        return sources

    def _configuration(self, checked: Checked, path: str) -> tuple[bytes | None, Writer | None]:
        """The bytes of a configuration file and its writer; None for anything else."""
        from bascule.cli.fixing_toml import TOML
        from bascule.settings.toml_document import TomlDocument

        document = checked.opened.documents[path]
        if not isinstance(document, TomlDocument):
            return None, None
        try:
            real = self.real(path)
            data = self.contents[real] if real in self.contents else Path(path).read_bytes()
            text = data.decode("utf-8-sig")
        except (OSError, ValueError):
            return None, None
        return (data, TOML) if TomlDocument(path, text).text == document.text else (None, None)


# -- writing -----------------------------------------------------------------------------------------------------


def write(fixing: Fixing) -> Fixing:
    """Write the changed files, each whole or not at all. A file that changed meanwhile, or that the disk refuses, is
    left as it is: a finding says so, and the check is that of the files as they are now."""
    failed: list[Finding] = []
    written: list[Change] = []
    for change in fixing.changes:
        if change.real == "-":
            continue
        reason = _write(change)
        if reason:
            help = "run the command again"
            failed.append(FileNotWritten.at(Place(change.path), f"the fixes were not written: {reason}", help=help))
        else:
            written.append(change)
    if not failed:
        return fixing
    stdin = {change.real: change.after for change in fixing.changes if change.real == "-"}
    reading = replace(fixing.request.reading, contents={**fixing.request.reading.contents, **stdin})
    checked = run_check(replace(fixing.request, reading=reading))
    names = {change.path for change in written}
    fixed = tuple(finding for finding in fixing.fixed if finding.place.file in names)
    return replace(fixing, checked=_with(checked, [*fixing.notes, *failed], 2), changes=tuple(written), fixed=fixed)


def _write(change: Change) -> str:
    """Put the new bytes in place of the old ones; the reason when that cannot be."""
    path = Path(change.real)
    try:
        if path.read_bytes() != change.before:
            return "the file changed while it was checked"
        if not os.access(path, os.W_OK):
            return "the file is read-only"
        mode = path.stat().st_mode
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(change.after)
            os.chmod(temporary, mode & 0o7777)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        return error.strerror or "the disk refuses"
    return ""


# -- what is said ------------------------------------------------------------------------------------------------


def stdin_bytes(fixing: Fixing) -> bytes:
    """Standard input as it is after the fixes."""
    name = fixing.request.reading.stdin_filename
    changed = next((change.after for change in fixing.changes if change.real == "-"), None)
    return fixing.checked.opened.workspace.inputs.get(name, b"") if changed is None else changed


def summary(fixing: Fixing, *, would: bool = False) -> str:
    """One line: what was fixed, and what more there is."""
    count, files = len(fixing.fixed), len(fixing.changes)
    more = f"{fixing.more} more with --unsafe-fixes" if fixing.more else ""
    if not count:
        return f"Nothing to fix; {more}." if more else "Nothing to fix."
    line = f"{'Would fix' if would else 'Fixed'} {_count(count, 'problem')} in {_count(files, 'file')}"
    return f"{line}; {more}." if more else f"{line}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def diff_text(fixing: Fixing) -> str:
    """A unified diff of all changes, secrets covered, as ``git apply`` and ``patch -p1`` take it."""
    return "".join(_diff(change) for change in fixing.changes)


def diff_notes(fixing: Fixing) -> list[str]:
    """Which parts of the diff are for reading only: those of files in another encoding."""
    return [
        f"{change.path}: the file is {change.encoding}, so that the diff does not apply: use --fix"
        for change in fixing.changes
        if change.encoding != "utf-8"
    ]


def _diff(change: Change) -> str:
    import difflib

    mark = "\ufeff" if change.before.startswith(b"\xef\xbb\xbf") else ""
    old, new = (f"{mark}{text}".split("\n") for text in (change.shown_before, change.shown_after))
    names = (_diff_name("a", change.path), _diff_name("b", change.path))
    lines = difflib.unified_diff(_ended(old), _ended(new), *names)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _diff_name(side: str, path: str) -> str:
    """A file's name as git writes it, from the working folder: quoted where it holds a line break or a quote, a tab
    behind one with blanks. What lies outside of that folder has its own path, which git does not follow."""
    inside = relative(path, "")
    name = path if inside.startswith("../") or os.path.isabs(inside) else f"{side}/{inside}"
    quoted = "".join(_escaped(char) for char in name)
    if quoted != name:
        return f'"{quoted}"'
    return f"{name}\t" if " " in name else name


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return f"\\{ord(char):03o}" if ord(char) < 32 or char == "\x7f" else char


def _ended(lines: list[str]) -> list[str]:
    """Lines with their ends; only a line feed ends one, as in ``diff``."""
    *whole, last = lines
    return [f"{line}\n" for line in whole] + ([last] if last else [])

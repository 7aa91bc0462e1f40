"""Fixes applied to texts: edits that do not get in each other's way, proved before they are kept.

Pure: nothing here reads or writes a file. A fix is applied whole or not at all; of fixes whose edits touch each
other the first in the file wins, and the others wait for the next round. After the edits the file is read again:
the values that were edited must say what the edits ask, and every other value what it said before.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bascule.diagnostics.finding import Applicability, Edit, Finding
from bascule.diagnostics.literals import (
    Refused,
    Splice,
    Writer,
    content,
    expected,
    inner_document,
    reread,
    resolve,
    splice,
)
from bascule.source import Document
from bascule.source.text import decode

__all__ = ["Fixed", "Source", "apply_fixes", "apply_splices", "source_of"]

_C1 = {chr(byte): bytes([byte]) for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_UNPROVED = "the changed file would not say what it must"


@dataclass(frozen=True)
class Source:
    """A file's own text with the way back to bytes: ``mark`` is its byte order mark. ``refusal`` says why the file
    cannot be edited at all (``""``: it can)."""

    document: Document
    text: str
    encoding: str = "utf-8"
    mark: bytes = b""
    refusal: str = ""
    writer: Writer | None = None

    def encode(self, text: str) -> bytes:
        """A text as this file's bytes. Raises UnicodeEncodeError."""
        return self.mark + _encode(text, self.encoding)


@dataclass(frozen=True)
class Fixed:
    """``texts`` are the new texts of changed files; ``fixed`` the findings whose fix was applied; ``refused`` those
    whose fix cannot be, with the reason; ``waiting`` those whose fix touches one that was applied."""

    texts: Mapping[str, str] = field(default_factory=dict)
    fixed: tuple[Finding, ...] = ()
    refused: tuple[tuple[Finding, str], ...] = ()
    waiting: tuple[Finding, ...] = ()


def _encode(text: str, encoding: str) -> bytes:
    if encoding == "cp1252" and any(char in text for char in _C1):
        return b"".join(_C1.get(char) or char.encode("cp1252") for char in text)
    return text.encode(encoding)


def source_of(document: Document, data: bytes, writer: Writer | None = None) -> Source:
    """A file ready to be edited; one whose bytes would not come back as they are is refused."""
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return Source(document, "", refusal="workbooks and archives are not edited: mend it where it was made")
    text, encoding, _ = decode(data)
    if encoding == "binary":
        return Source(document, "", refusal="the file is no text")
    try:
        plain = _encode(text, encoding)
    except UnicodeEncodeError:
        plain = b"\xff" + data
    if not data.endswith(plain) or len(data) - len(plain) > 4:
        return Source(document, text, refusal=f"the file is not clean {encoding}: its bytes would not come back")
    return Source(document, text, encoding, data[: len(data) - len(plain)], writer=writer)


def apply_splices(text: str, splices: Iterable[Splice]) -> str:
    """The text with splices that do not overlap. Everything between them is unchanged."""
    parts: list[str] = []
    at = 0
    for item in sorted(splices, key=lambda item: (item.start, item.end)):
        parts += [text[at : item.start], item.text]
        at = item.end
    return "".join([*parts, text[at:]])


@dataclass(frozen=True)
class _Planned:
    """A fix as splices, by file."""

    findings: tuple[Finding, ...]
    edits: tuple[tuple[str, Edit], ...]
    splices: tuple[tuple[str, Splice], ...]


def apply_fixes(findings: Sequence[Finding], sources: Mapping[str, Source], *, unsafe: bool = False) -> Fixed:
    """Apply the fixes of the findings to the sources (by display path), in one round. Never raises on content.

    Unsafe fixes are left alone without ``unsafe``. The result does not depend on the order of the findings.
    """
    planned: list[_Planned] = []
    refused: list[tuple[Finding, str]] = []
    waiting: list[Finding] = []
    taken: dict[str, list[tuple[int, int]]] = {}
    known: dict[tuple[tuple[str, Splice], ...], int] = {}
    for finding, item in _plans(findings, sources, unsafe):
        if isinstance(item, str):
            refused.append((finding, item))
        elif item.splices in known:  # two findings that ask for the same change
            number = known[item.splices]
            planned[number] = _Planned((*planned[number].findings, finding), item.edits, item.splices)
        elif _is_free(item.splices, taken):
            known[item.splices] = len(planned)
            planned.append(item)
            for file, part in item.splices:
                insort(taken.setdefault(file, []), (part.start, part.end))
        else:
            waiting.append(finding)
    kept = _proved(planned, sources)
    refused += [(finding, _UNPROVED) for item in planned if item not in kept for finding in item.findings]
    return Fixed(
        {file: text for file, text in _texts(kept, sources).items() if text != sources[file].text},
        tuple(finding for item in kept for finding in item.findings),
        tuple(refused),
        tuple(waiting),
    )


def _plans(
    findings: Sequence[Finding], sources: Mapping[str, Source], unsafe: bool
) -> list[tuple[Finding, _Planned | str]]:
    """Every fix that may be applied, as splices or the reason why it cannot be; in the order in which they win."""
    found: list[tuple[tuple[object, ...], Finding, _Planned | str]] = []
    for finding in findings:
        fix = finding.fix
        if fix is None or not fix.edits or (fix.applicability is Applicability.UNSAFE and not unsafe):
            continue
        try:
            edits = tuple((edit.place.file, _resolved(edit, sources)) for edit in fix.edits)
            splices = tuple((file, _splice(edit, sources)) for file, edit in edits)
        except Refused as refusal:
            found.append(((1, *finding.sort_key, fix.message), finding, str(refusal)))
            continue
        texts = tuple((file, part.start, part.end, part.text) for file, part in splices)
        order = (0, splices[0][0], splices[0][1].start, splices[0][1].end, *finding.sort_key, fix.message, texts)
        inner = {file: [part for name, part in splices if name == file] for file, _ in splices}
        if any(not _is_free([(file, part)], {file: _ranges(parts[:n])}) for file, parts in inner.items()
               for n, part in enumerate(parts)):  # fmt: skip
            found.append(((1, *finding.sort_key, fix.message), finding, "its own edits overlap"))
            continue
        found.append((order, finding, _Planned((finding,), edits, splices)))
    return [(finding, item) for _, finding, item in sorted(found, key=lambda entry: entry[0])]


def _ranges(parts: Sequence[Splice]) -> list[tuple[int, int]]:
    return sorted((part.start, part.end) for part in parts)


def _resolved(edit: Edit, sources: Mapping[str, Source]) -> Edit:
    source = sources.get(edit.place.file)
    if source is None:
        raise Refused("its file is part of an archive, or of no file that can be written")
    if source.refusal:
        raise Refused(source.refusal)
    return edit if source.writer is not None else resolve(source.document, edit)


def _splice(edit: Edit, sources: Mapping[str, Source]) -> Splice:
    source = sources[edit.place.file]
    if source.writer is not None:
        made = source.writer.splice(source.document, source.text, edit)
    else:
        made = splice(source.document, source.text, edit)
    try:
        _encode(made.text, source.encoding)
    except UnicodeEncodeError as error:
        char = made.text[error.start]
        raise Refused(f"the file is {source.encoding}, which has no character `{char}`") from None
    return made


def _is_free(splices: Iterable[tuple[str, Splice]], taken: Mapping[str, Sequence[tuple[int, int]]]) -> bool:
    """Whether no splice overlaps or touches a range that is taken."""
    for file, part in splices:
        ranges = taken.get(file, ())
        at = bisect_left(ranges, (part.start, part.end))
        # Ranges that are taken never overlap, so that only the two neighbours matter.
        if at < len(ranges) and ranges[at][0] <= part.end:
            return False
        if at > 0 and ranges[at - 1][1] >= part.start:
            return False
    return True


def _texts(planned: Sequence[_Planned], sources: Mapping[str, Source]) -> dict[str, str]:
    by_file: dict[str, list[Splice]] = {}
    for item in planned:
        for file, part in item.splices:
            by_file.setdefault(file, []).append(part)
    return {file: apply_splices(sources[file].text, parts) for file, parts in by_file.items()}


def _proved(planned: Sequence[_Planned], sources: Mapping[str, Source]) -> list[_Planned]:
    """The fixes that together leave every file as it must be: all of them, or what halving leaves."""
    if not planned or _holds(planned, sources):
        return list(planned)
    if len(planned) == 1:
        return []
    middle = len(planned) // 2
    left = _proved(planned[:middle], sources)
    right = _proved(planned[middle:], sources)
    both = [*left, *right]
    return both if len(both) == len(left) or _holds(both, sources) else left or right


def _holds(planned: Sequence[_Planned], sources: Mapping[str, Source]) -> bool:
    edits: dict[str, list[Edit]] = {}
    for item in planned:
        for file, edit in item.edits:
            edits.setdefault(file, []).append(edit)
    return all(_says(sources[file], text, edits[file]) for file, text in _texts(planned, sources).items())


def _says(source: Source, text: str, edits: Sequence[Edit]) -> bool:
    """Whether a file's new text says what the edits ask, and nothing else changed."""
    if source.writer is not None:
        return source.writer.content(text) is not None
    document = inner_document(source.document, edits[0].place.pointer)
    again = reread(document, text)
    return again is not None and content(again) == expected(document, edits)

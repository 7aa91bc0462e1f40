"""What a contact file is: container, encoding, delimiter. Each guess can be overridden and is reported."""

from __future__ import annotations

import codecs
import enum
from dataclasses import dataclass
from pathlib import Path

from bascule.contacts.extra import installed
from bascule.contacts.tabular.problems import ContactsError, Remark
from bascule.source.delimited import sniff_dialect

__all__ = ["Container", "Encoding", "Shape", "detect", "transparent"]

SAMPLE = 1 << 20
"""Bytes that guesses are made from."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Container(enum.Enum):
    """How the rows are packed."""

    DELIMITED = "delimited"
    WORKBOOK = "xlsx"
    JSON = "json"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Encoding:
    """A text encoding and the byte order mark in front, which is kept. ``transparent``: ASCII bytes are ASCII
    characters wherever they stand, so delimiters can be found without decoding."""

    name: str
    mark: bytes = b""
    transparent: bool = True


@dataclass(frozen=True, slots=True)
class Shape:
    """What a file is. ``delimiter`` is ``""`` for containers that have none; ``skip`` are bytes of Excel's ``sep=``
    line (in the encoding that is worked in, see :class:`Encoding`)."""

    container: Container
    encoding: Encoding = Encoding("utf-8")
    delimiter: str = ""
    skip: int = 0
    remarks: tuple[Remark, ...] = ()


def transparent(encoding: str) -> bool:
    """Whether no byte of ASCII is ever part of another character."""
    if encoding == "utf-8":
        return True
    try:
        if bytes(range(128)).decode(encoding) != bytes(range(128)).decode("ascii"):
            return False
        return all(bytes((byte, 0x41)).decode(encoding, "replace").endswith("A") for byte in range(128, 256))
    except UnicodeError:
        return False


def detect(path: Path, *, encoding: str = "", delimiter: str = "") -> Shape:
    """Look at a file. Raises ContactsError for what is no contact file, and OSError."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
        whole = not file.read(1)
    if sample.startswith(b"PAR1"):
        return Shape(Container.PARQUET)
    if sample.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
        return Shape(Container.WORKBOOK)
    if not sample.strip():
        raise ContactsError("contacts-empty", "the file is empty", "export it again")
    found, remarks = _encoding(sample, whole, encoding)
    text = sample[len(found.mark) :].decode(found.name, "replace")
    suffix = path.suffix.lower()
    if suffix in (".jsonl", ".ndjson") or (suffix not in (".csv", ".tsv") and text.lstrip().startswith(("{", "["))):
        lines = suffix in (".jsonl", ".ndjson") or (suffix != ".json" and text.lstrip().startswith("{"))
        return Shape(Container.JSON_LINES if lines else Container.JSON, found, remarks=tuple(remarks))
    if "\0" in text:
        raise ContactsError("contacts-binary", "the file is binary, not text", "export it as CSV, XLSX or JSON")
    dialect = sniff_dialect(text)
    mark = delimiter or dialect.delimiter or ("\t" if suffix == ".tsv" else _free_delimiter(text))
    skip = len(text[: dialect.start].encode(found.name if found.transparent else "utf-8"))
    return Shape(Container.DELIMITED, found, mark, skip, tuple(remarks))


def _free_delimiter(text: str) -> str:
    """For a file of one column: a delimiter that its cells do not hold."""
    return next((mark for mark in ",;\t|" if mark not in text), "\t")


def _encoding(sample: bytes, whole: bool, named: str) -> tuple[Encoding, list[Remark]]:
    mark, marked = next(((bom, name) for bom, name in _BOMS if sample.startswith(bom)), (b"", ""))
    if named:
        name = _known(named)
        # "utf-16" by name means: as the mark says, else little endian.
        if name in ("utf-16", "utf-32"):
            name = marked if marked.startswith(name) else f"{name}-le"
        kept = mark if marked == name else b""
        return Encoding(name, kept, transparent(name)), []
    if mark:
        return Encoding(marked, mark, marked == "utf-8"), []
    if _is_utf8(sample, whole):
        nuls = sample[:4096]
        if b"\0" not in nuls:
            return Encoding("utf-8"), []
    for name, odd in (("utf-16-le", sample[1:4096:2]), ("utf-16-be", sample[0:4096:2])):
        if len(sample) >= 4 and odd.count(0) * 2 > len(odd):
            return Encoding(name, b"", False), [_guessed(name, "it holds a NUL in every second byte")]
    if b"\0" in sample[:4096]:
        raise ContactsError("contacts-binary", "the file is binary, not text", "export it as CSV, XLSX or JSON")
    name = _detected(sample)
    return Encoding(name, b"", transparent(name)), [_guessed(name, "it is not UTF-8")]


def _known(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except LookupError as error:
        raise ContactsError("contacts-encoding-unknown", f"no encoding is called {name!r}") from error
    return "utf-8" if found in ("utf-8-sig", "ascii") else found


def _is_utf8(sample: bytes, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, whole)
    except UnicodeDecodeError:
        return False
    return True


def _detected(sample: bytes) -> str:
    if installed("charset_normalizer"):
        from charset_normalizer import from_bytes

        best = from_bytes(sample[:65_536]).best()
        if best is not None and best.encoding != "ascii":
            return codecs.lookup(best.encoding).name
    return "cp1252"


def _guessed(name: str, why: str) -> Remark:
    return Remark(
        "contacts-encoding-guessed",
        f"read as {name}, which is a guess: {why}",
        "compare a few names with the source; `--encoding` says another one, or save the file as UTF-8",
    )

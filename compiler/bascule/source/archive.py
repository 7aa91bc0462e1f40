"""Zip archives as trees. An archive is somebody else's program: every promise it makes is checked first."""

from __future__ import annotations

import contextlib
import io
import re
import stat
import zipfile

from bascule.source.file import SourceFile
from bascule.source.problem import Problem
from bascule.source.text import DEFAULT_MAX_BYTES
from bascule.source.tree import Tree

__all__ = ["MAX_MEMBERS", "MAX_RATIO", "MAX_UNPACKED", "is_archive", "read_archive"]

MAX_MEMBERS = 50_000
"""Most members an archive may have; the largest agents seen have a few thousand."""

MAX_UNPACKED = 256 * 1024 * 1024
"""Most bytes that all members together may unpack to."""

MAX_RATIO = 200
"""Most bytes that one compressed byte may become, in members above :data:`_RATIO_FROM`."""

_RATIO_FROM = 1024 * 1024
_OFFICE = ("[Content_Types].xml", "mimetype", "META-INF/manifest.xml", "xl/workbook.xml", "word/document.xml")
_DRIVE = re.compile(r"^[A-Za-z]:")
_NOISE = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1


def is_archive(file: SourceFile) -> bool:
    """Whether a zip holds files (an export) rather than being one (a workbook, a document)."""
    if not file.is_zip:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
            return not any(info.filename in _OFFICE for info in archive.infolist()[:MAX_MEMBERS])
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, IndexError):
        return file.suffix == ".zip"


def read_archive(file: SourceFile, max_bytes: int = DEFAULT_MAX_BYTES) -> tuple[Tree, list[Problem]]:
    """Unpack in memory; nothing is written anywhere. Never raises: what is refused is a problem.

    Members above ``max_bytes``, with a path that leaves the archive, links, encrypted and repeated members are left
    out, each with a problem; too many members, too many bytes or a bomb's ratio refuse the whole archive.
    """
    problems: list[Problem] = []
    root = f"{file.path}!"
    try:
        with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
            infos = archive.infolist()
            refusal = _refusal(infos)
            if refusal is not None:
                return Tree(root, {}), [refusal]
            files: dict[str, SourceFile] = {}
            for info in infos:
                _take(archive, info, root, files, problems, max_bytes)
            return Tree(root, files), problems
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, IndexError) as error:
        message = f"the archive cannot be opened: {type(error).__name__}: {str(error)[:120]}"
        return Tree(root, {}), [Problem("archive-damaged", message, 0, 0, "export it again, or name its folder")]


def _refusal(infos: list[zipfile.ZipInfo]) -> Problem | None:
    help = "unpack it yourself if you trust it, and name the folder"
    if len(infos) > MAX_MEMBERS:
        return Problem("archive-too-large", f"it has {len(infos)} members, the limit is {MAX_MEMBERS}", 0, 0, help)
    total = sum(info.file_size for info in infos)
    if total > MAX_UNPACKED:
        message = f"it unpacks to {total / 1048576:.0f} MiB, the limit is {MAX_UNPACKED // 1048576} MiB"
        return Problem("archive-too-large", message, 0, 0, help)
    for info in infos:
        if info.file_size > _RATIO_FROM and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            message = f"a member of it unpacks to more than {MAX_RATIO} times its size, as archives that attack do"
            return Problem("archive-too-large", message, 0, 0, help)
    return None


def _take(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    root: str,
    files: dict[str, SourceFile],
    problems: list[Problem],
    max_bytes: int,
) -> None:
    name = _name(info)
    if info.is_dir() or name.endswith("/") or _NOISE.search(name):
        return
    clean = _clean(name)
    shown = name[:80].encode("ascii", "backslashreplace").decode()
    reason = help = ""
    if clean is None:
        reason, help = "its path leaves the archive", "nothing outside an archive is ever read or written"
    elif stat.S_ISLNK(info.external_attr >> 16):
        reason, help = "it is a link", "put the file itself into the archive"
    elif info.flag_bits & _ENCRYPTED:
        reason, help = "it is encrypted", "unpack it with its password and name the folder"
    elif info.file_size > max_bytes:
        reason = f"it has {info.file_size / 1048576:.1f} MiB, the limit is {max_bytes / 1048576:.0f} MiB"
        help = "raise the limit with `--max-size`, if it is part of the export"
    elif clean in files:
        reason, help = "another member has the same path", "the first one was read"
    if reason or clean is None:
        problems.append(Problem("archive-member", f"the member `{shown}` was left out: {reason}", 0, 0, help))
        return
    try:
        with archive.open(info) as stream:
            data = stream.read(info.file_size + 1)
    except Exception as error:  # zlib, lzma and bz2 raise their own kinds
        message = f"the member `{shown}` was left out: it does not unpack ({type(error).__name__})"
        problems.append(Problem("archive-member", message, 0, 0, "export it again"))
        return
    if len(data) > info.file_size:
        message = f"the member `{shown}` was left out: it is larger than the archive says"
        problems.append(Problem("archive-member", message, 0, 0, "export it again"))
        return
    files[clean] = SourceFile(f"{root}/{clean}", data)


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name. Tools that forget the UTF-8 flag mostly still write UTF-8."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAME and not name.isascii():
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _clean(name: str) -> str | None:
    """A relative path without ``.``, or None where the path leaves the archive."""
    if name.startswith("/") or _DRIVE.match(name) or "\0" in name:
        return None
    parts = [part for part in name.split("/") if part not in ("", ".")]
    return None if not parts or ".." in parts else "/".join(parts)

"""What ``bascule.toml`` says, resolved: the value that commands work with."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from bascule.diagnostics import Severity
from bascule.ir.settings import ProjectSettings
from bascule.settings.globs import fixed_folder, matches
from bascule.settings.selection import Layer, Selection
from bascule.source import Place

__all__ = ["FileRules", "Override", "Settings"]


def relative_to(root: str, path: str) -> str:
    """An absolute posix path as seen from a folder."""
    return posixpath.relpath(path, root or "/")


@dataclass(frozen=True, slots=True)
class FileRules:
    """One entry of ``[[per-file-overrides]]``. ``root`` is the folder its patterns start from (absolute, posix)."""

    root: str
    files: tuple[str, ...]
    layer: Layer
    severities: Mapping[str, Severity]

    def covers(self, path: str) -> bool:
        """Whether the entry holds for a file (absolute posix path)."""
        relative = relative_to(self.root, path)
        return any(matches(pattern, relative) for pattern in self.files)


@dataclass(frozen=True, slots=True)
class Override:
    """One entry of ``[[overrides]]``: findings of ``codes`` at or below ``pointer`` are suppressed for a reason.

    ``codes`` come with their places in the configuration; ``place`` is where the list of them stands.
    """

    root: str
    file: str
    pointer: str
    codes: tuple[tuple[Place, str], ...]
    reason: str
    place: Place

    def covers(self, path: str) -> bool:
        """Whether the entry speaks of a file (absolute posix path)."""
        return matches(self.file, relative_to(self.root, path))

    def holds(self, pointer: str) -> bool:
        """Whether a place in the file is at or below the entry's pointer."""
        return pointer == self.pointer or pointer.startswith(f"{self.pointer}/") or not self.pointer

    @property
    def names_one(self) -> bool:
        """Whether the entry can mean one file only."""
        return "/" in self.file and not any(char in self.file for char in "*?")

    def within(self, folder: str) -> bool:
        """Whether every file the entry can mean lies in a folder (absolute posix path) that was read whole."""
        fixed = posixpath.normpath(posixpath.join(self.root or "/", fixed_folder(self.file)))
        return fixed == folder or fixed.startswith(folder.rstrip("/") + "/")


@dataclass(frozen=True)
class Settings:
    """All settings of a run. ``root`` is the folder of the nearest configuration file (absolute, posix; ``""``: none);
    ``files`` are the display paths of all that were read, the lowest first. Paths in ``sources`` and ``baseline`` are
    absolute."""

    root: str = ""
    files: tuple[str, ...] = ()
    selection: Selection = field(default_factory=Selection)
    severities: tuple[Mapping[str, Severity], ...] = ()
    forced: Mapping[str, Severity] = field(default_factory=dict)
    """Severities of the command line: they win over those of single files too."""
    per_file: tuple[FileRules, ...] = ()
    overrides: tuple[Override, ...] = ()
    exclude: tuple[tuple[str, str], ...] = ()
    """Pairs of a root and a pattern."""
    sources: tuple[str, ...] = ()
    fail_on: str = ""
    baseline: str = ""
    placeholder: str = ""
    sheet: str = ""
    max_size: str = ""
    docs_url: str = ""
    project: ProjectSettings = field(default_factory=ProjectSettings)

    def excludes(self, path: str) -> bool:
        """Whether a file (absolute posix path) is left out when its folder is read."""
        return any(matches(pattern, relative_to(root, path)) for root, pattern in self.exclude)

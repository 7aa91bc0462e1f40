"""A folder or an archive: files by relative path, in a stable order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from bascule.source.file import SourceFile

__all__ = ["Tree"]


class Tree:
    """Files under one root. ``path`` is the root's display path; ``files`` maps relative posix paths to files,
    sorted by path. Every :attr:`SourceFile.path` is a display path of its own (a finding's ``file``)."""

    def __init__(self, path: str, files: Mapping[str, SourceFile]) -> None:
        self.path = path
        self.files: Mapping[str, SourceFile] = MappingProxyType({name: files[name] for name in sorted(files)})

    @property
    def name(self) -> str:
        """The root's own name: last part of its path, without an archive's extension."""
        last = self.path.rstrip("/!").rsplit("/", 1)[-1]
        return last[:-4] if last.lower().endswith(".zip") else last

    def get(self, name: str) -> SourceFile | None:
        """The file at a relative path, or None."""
        return self.files.get(name)

    def folders(self) -> list[str]:
        """Relative paths of all folders that hold something, parents first; ``""`` is the root."""
        found: dict[str, None] = {"": None}
        for name in self.files:
            parts = name.split("/")[:-1]
            for length in range(1, len(parts) + 1):
                found.setdefault("/".join(parts[:length]), None)
        return sorted(found, key=lambda folder: (folder.count("/") + 1 if folder else 0, folder))

    def within(self, folder: str) -> Tree:
        """The part below a folder; its paths are relative to that folder. ``""`` is the tree itself."""
        if not folder:
            return self
        prefix = folder + "/"
        part = {name[len(prefix) :]: file for name, file in self.files.items() if name.startswith(prefix)}
        return Tree(self._joined(folder), part)

    def only(self, names: Iterable[str]) -> Tree:
        """The same root with these files alone."""
        wanted = set(names)
        return Tree(self.path, {name: file for name, file in self.files.items() if name in wanted})

    def _joined(self, folder: str) -> str:
        return folder if self.path in ("", ".") else f"{self.path.rstrip('/')}/{folder}"

"""Projects in a folder: a domain with the data beside it, or files of one folder that belong together."""

from __future__ import annotations

from bascule.parsers.base import CERTAIN, LIKELY, Claim, Match
from bascule.parsers.rasa.files import FileKind, classify
from bascule.source import Tree

__all__ = ["find_projects"]

_PARTS = (FileKind.DOMAIN, FileKind.DATA)
_FOLDERS = ("data", "domain")


def find_projects(tree: Tree) -> list[Claim]:
    """The Rasa projects of a tree, by folder. Never raises on content."""
    kinds: dict[str, FileKind] = {path: classify(path, file) for path, file in tree.files.items()}
    kinds = {path: kind for path, kind in kinds.items() if kind is not FileKind.OTHER}
    if not any(kind in (*_PARTS, FileKind.OLD) for kind in kinds.values()):
        return []
    roots = _roots(kinds)
    owned: dict[str, list[str]] = {}
    for path in kinds:
        root = _owner(path, roots)
        if root is not None:
            owned.setdefault(root, []).append(path)
    crowded = [root for root, paths in owned.items() if not roots[root] and _domains(kinds, paths) > 1]
    for root in crowded:
        del owned[root]
    claims = [_claim(root, paths, kinds) for root, paths in owned.items()]
    taken = {path for claim in claims for path in claim.files}
    claims += _loose(kinds, taken)
    found = [claim for claim in claims if any(kinds[path] in (*_PARTS, FileKind.OLD) for path in claim.files)]
    return sorted(found, key=lambda claim: claim.root)


def _domains(kinds: dict[str, FileKind], paths: list[str]) -> int:
    """Files that are a domain each: those of a folder ``domain`` are parts of one."""
    return sum(1 for path in paths if kinds[path] is FileKind.DOMAIN and "domain" not in path.split("/")[:-1])


def _roots(kinds: dict[str, FileKind]) -> dict[str, bool]:
    """Folders that are projects; True where a domain says so, False where only a folder ``data`` does."""
    roots: dict[str, bool] = {}
    for path, kind in kinds.items():
        *folders, name = path.split("/")
        if kind not in _PARTS:
            continue
        marks = [index for index, folder in enumerate(folders) if folder in _FOLDERS]
        if name.lower().startswith("domain.") and not marks:
            roots["/".join(folders)] = True
        elif marks:
            root = "/".join(folders[: marks[0]])
            sure = folders[marks[0]] == "domain"
            roots[root] = roots.get(root, False) or sure
    return roots


def _owner(path: str, roots: dict[str, bool]) -> str | None:
    """The nearest project folder above a file."""
    folders = path.split("/")[:-1]
    for length in range(len(folders), -1, -1):
        folder = "/".join(folders[:length])
        if folder in roots:
            return folder
    return None


def _claim(root: str, paths: list[str], kinds: dict[str, FileKind]) -> Claim:
    found = {kinds[path] for path in paths}
    where = f"`{root}`" if root else "the folder"
    if FileKind.DOMAIN in found and FileKind.DATA in found:
        match = Match(CERTAIN, f"{where} holds a Rasa domain and training data")
    elif FileKind.DOMAIN in found:
        match = Match(LIKELY, f"{where} holds a Rasa domain")
    elif FileKind.DATA in found:
        match = Match(LIKELY, f"{where} holds training data of Rasa")
    else:
        match = Match(LIKELY, f"{where} holds training data of Rasa 1")
    return Claim(root, tuple(sorted(paths)), match)


def _loose(kinds: dict[str, FileKind], taken: set[str]) -> list[Claim]:
    """Files without a project around them: those of one folder belong together, unless several are domains."""
    folders: dict[str, list[str]] = {}
    for path, kind in kinds.items():
        if path not in taken and kind in (*_PARTS, FileKind.TEST, FileKind.CONFIG, FileKind.OLD):
            folders.setdefault(path.rpartition("/")[0], []).append(path)
    claims: list[Claim] = []
    for folder, paths in folders.items():
        parts = [path for path in paths if kinds[path] in _PARTS]
        if len(parts) >= 2 and _domains(kinds, paths) <= 1:
            claims.append(_claim(folder, paths, kinds))
    return claims

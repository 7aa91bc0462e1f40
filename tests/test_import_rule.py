"""The import rule of the design: each package imports only what its row names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ALLOWED = {
    "source": set(),
    "diagnostics": {"source"},
    "ir": {"source"},
    "language": {"source", "diagnostics", "ir"},
    "whatsapp": {"source", "diagnostics", "ir"},
    "parsers": {"source", "diagnostics", "ir", "language", "whatsapp"},
    "targets": {"whatsapp"},
    "passes": {"source", "diagnostics", "ir", "language", "whatsapp", "targets"},
    "settings": {"source", "diagnostics", "language", "ir"},
    "simulator": {"source", "diagnostics", "ir", "language", "whatsapp"},
    "suites": {"source", "diagnostics", "ir", "language", "settings", "simulator"},
    "backends": {"diagnostics", "ir", "whatsapp", "targets"},
    "contacts": {"source", "diagnostics", "whatsapp"},
}
EVERYTHING = {"report", "cli", "workspace", "loading", "covering", "compiling", "trying", "testing"}
# What the modules of one kind may share: base types, and helpers that are no format or target.
SHARED = {"base", "paths", "layout", "readme", "requests", "rules", "sms", "cloud", "Parsed", "Match"}
# `source.Place` is the type of every finding's place; a backend that reports has to name it.
PLACE_ONLY = {"backends": {"bascule.source"}}


def imported(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def modules(root: Path) -> list[Path]:
    return sorted((root / "compiler" / "bascule").rglob("*.py"))


def violations(path: Path, package: Path) -> list[str]:
    parts = path.relative_to(package).parts
    row = parts[0] if len(parts) > 1 else parts[0].removesuffix(".py")
    if row in EVERYTHING or row in {"__init__", "__main__", "resources"}:
        return []
    found = []
    for line, name in imported(path):
        pieces = name.split(".")
        if pieces[0] != "bascule" or len(pieces) < 2:
            continue
        target = pieces[1]
        own_kind = row in {"parsers", "backends"} and len(parts) > 2
        if target == row:
            rest = pieces[2:]
            if own_kind and rest and rest[0] != parts[1] and rest[0] not in SHARED:
                found.append(f"{path}:{line}: {row} module imports its sibling {name}")
            continue
        if target in {"resources", "__version__"} or name in PLACE_ONLY.get(row, set()):
            continue
        if any(name.startswith(allowed + ".") for allowed in PLACE_ONLY.get(row, set())):
            if name.split(".")[2] not in {"Place"}:
                found.append(f"{path}:{line}: {row} imports {name}")
            continue
        if target not in ALLOWED[row]:
            found.append(f"{path}:{line}: {row} imports {name}")
    return found


def test_each_package_imports_only_what_its_row_names(root: Path) -> None:
    package = root / "compiler" / "bascule"
    found = [text for path in modules(root) for text in violations(path, package)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("source/x.py", "from bascule.ir.text import Text"),
        ("parsers/sms/x.py", "from bascule.parsers.twilio_studio import parse"),
        ("parsers/sms/x.py", "import bascule.backends"),
        ("backends/meta/x.py", "from bascule.passes.lower import lower"),
        ("backends/meta/x.py", "from bascule.source.json import read_json"),
        ("contacts/x.py", "from bascule.ir import project"),
    ],
)
def test_the_check_sees_a_breach(tmp_path: Path, where: str, code: str) -> None:
    path = tmp_path / where
    path.parent.mkdir(parents=True)
    path.write_text(code, encoding="utf-8")
    assert violations(path, tmp_path)


def test_no_file_is_too_long_to_read(root: Path) -> None:
    long = {path.name: count for path in modules(root) if (count := len(path.read_text().splitlines())) > 600}
    assert not long

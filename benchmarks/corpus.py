"""Read folders of real files and say what became of them: formats, and the share that is carried over whole.

``python benchmarks/corpus.py [--markdown] [--matrix] FOLDER...`` reads every folder below FOLDER as one input, as
``bascule check`` would. The share is (exact + emulated) of all constructs that the readers put down. Writes nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bascule.cli.inputs import read_inputs
from bascule.diagnostics import Severity
from bascule.workspace import Workspace, load

FATES = ("exact", "emulated", "degraded", "dropped")


@dataclass
class Row:
    """What was read of one format."""

    files: int = 0
    projects: int = 0
    flows: int = 0
    refused: int = 0
    fates: Counter[str] = field(default_factory=Counter)

    @property
    def constructs(self) -> int:
        """All that the readers put down."""
        return sum(self.fates.values())

    @property
    def share(self) -> float:
        """Exact and emulated, of all; 1 for nothing."""
        return (self.fates["exact"] + self.fates["emulated"]) / self.constructs if self.constructs else 1.0


def folders(tops: list[Path]) -> list[Path]:
    """The folders directly below each top, in order; a top without folders is one itself."""
    found: list[Path] = []
    for top in tops:
        below = sorted(path for path in top.iterdir() if path.is_dir())
        found.extend(below or [top])
    return found


def read(folder: Path) -> Workspace:
    """Read one folder as the command line does."""
    inputs, findings = read_inputs([str(folder)])
    workspace = load(inputs)
    workspace.findings[:0] = findings
    return workspace


def report(tops: list[Path]) -> tuple[dict[str, Row], dict[str, Counter[str]], list[str]]:
    """Rows by format, files by folder and format, and defects of ours."""
    rows: dict[str, Row] = {}
    matrix: dict[str, Counter[str]] = {}
    failed: list[str] = []
    for folder in folders(tops):
        workspace = read(folder)
        failed.extend(finding.message for finding in workspace.findings if finding.code == "PAR009")
        for file in workspace.files:
            count = max(1, len(file.members))
            matrix.setdefault(folder.name, Counter())[file.format or "(not read)"] += count
            if file.format is None or file.parsed is None:
                continue
            row = rows.setdefault(file.format, Row())
            row.files += count
            row.projects += 1
            row.flows += len(file.parsed.project.flows)
            row.refused += file.parsed.unreadable or any(
                finding.severity is Severity.ERROR and not file.parsed.project.flows for finding in file.parsed.findings
            )
            row.fates.update(file.parsed.ledger.counts())
    return dict(sorted(rows.items())), matrix, failed


def table(rows: dict[str, Row], markdown: bool) -> str:
    """The rows for people."""
    head = ("format", "inputs", "files", "flows", "refused", "constructs", *FATES, "carried")
    lines = [
        (
            name,
            *(str(number) for number in (row.projects, row.files, row.flows, row.refused, row.constructs)),
            *(str(row.fates[fate]) for fate in FATES),
            f"{row.share:.1%}",
        )
        for name, row in rows.items()
    ]
    if markdown:
        rule = ("---", *("---:" for _ in head[1:]))
        return "".join(f"| {' | '.join(line)} |\n" for line in (head, rule, *lines))
    widths = [max(len(line[index]) for line in (head, *lines)) for index in range(len(head))]
    return "".join(
        "  ".join(cell.ljust(width) if index == 0 else cell.rjust(width) for index, (cell, width) in enumerate(pairs))
        + "\n"
        for pairs in ([*zip(line, widths, strict=True)] for line in (head, *lines))
    )


def main() -> int:
    """Print the report; exit code 1 when bascule itself failed on something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--markdown", action="store_true", help="the table as Markdown")
    parser.add_argument("--matrix", action="store_true", help="also which format the files of each folder were read as")
    options = parser.parse_args()
    rows, matrix, failed = report(options.folders)
    print(table(rows, options.markdown), end="")
    if options.matrix:
        print()
        for folder, counts in sorted(matrix.items()):
            print(f"{folder:<24} " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    for message in failed:
        print(message, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

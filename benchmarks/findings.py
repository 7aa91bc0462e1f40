"""Count what the rules find in folders of real files, and print a sample for reading by hand.

``python benchmarks/findings.py [--code CODE]... [--all] [--sample N] [--each] FOLDER...`` reads every folder
below FOLDER as one input, as ``bascule check`` would; with ``--each`` every file alone. The sample is the same
every time: findings evenly spread over the list. Writes nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from bascule.diagnostics import Finding
from bascule.passes.rules import rules
from bascule.workspace import analyse
from corpus import folders, read


def found_in(tops: list[Path], codes: frozenset[str], each: bool) -> list[tuple[str, Finding]]:
    """The findings of the codes, with the name of the folder they are in. No codes: all."""
    inputs = [(folder.name, folder) for folder in folders(tops)]
    if each:
        inputs = [(name, path) for name, folder in inputs for path in sorted(folder.rglob("*")) if path.is_file()]
    found: list[tuple[str, Finding]] = []
    for name, path in inputs:
        workspace = read(path)
        if any(file.parsed for file in workspace.files):
            found += [(name, item) for item in analyse(workspace).findings if not codes or item.code in codes]
    return found


def sample(found: list[tuple[str, Finding]], most: int) -> list[tuple[str, Finding]]:
    """At most so many, evenly spread."""
    if len(found) <= most:
        return found
    return [found[index * len(found) // most] for index in range(most)]


def main() -> int:
    """Print the counts, then the samples."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--code", action="append", default=[], help="only these codes")
    parser.add_argument("--sample", type=int, default=0, help="so many findings of each code")
    parser.add_argument("--each", action="store_true", help="read every file alone")
    parser.add_argument("--all", action="store_true", help="also what readers and the other passes say")
    options = parser.parse_args()
    codes = frozenset(options.code) or frozenset(() if options.all else (rule.code for rule in rules()))
    found = found_in(options.folders, codes, options.each)
    counts = Counter((finding.code, str(finding.severity)) for _, finding in found)
    for (code, severity), number in sorted(counts.items()):
        print(f"{code}  {severity:<8}{number:>6}")
    for code in sorted({item.code for _, item in found}) if options.sample else ():
        for folder, finding in sample([item for item in found if item[1].code == code], options.sample):
            line = finding.span.line if finding.span else 0
            print(f"{code} {finding.severity} {folder} {Path(finding.place.file).name}:{line} {finding.message}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

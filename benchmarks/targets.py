"""Compile every file and project of folders to all targets, judge every written file, and add up what became of it.

``python benchmarks/targets.py [--to all] [--jobs N] [--markdown] FOLDER...`` reads the folders as ``bascule check``
does and compiles each file and each project on its own, as ``bascule compile INPUT --to all --fail-on never -o DIR``:
the output is written to a folder of the system's temporary files and read from there; each file is held to its schema
(benchmarks/artefacts.py), and its SHA-256 to the manifest. Exit code 1 when something failed. ``files/s`` are source
files per second of one core's time, reading not counted; targets that can do the same share one lowering, which the
first of them pays.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.artefacts import problems

from bascule.cli.inputs import read_inputs
from bascule.cli.output import write_folder
from bascule.compiling import Compilation, choose_targets
from bascule.diagnostics import Severity
from bascule.report.artefacts import common_artefacts
from bascule.workspace import Workspace, analyse, load

__all__ = ["Row", "Tally", "compile_one", "inputs", "places", "run", "table"]

FATES = ("exact", "emulated", "degraded", "dropped")
HEAD = ("target", "inputs", "files written", "schema failures", "held back", *FATES, "files/s")


@dataclass
class Row:
    """What was written for one target. ``fates`` count lowering (or fitting) and writing, not reading; ``held``
    are findings of level error: something the target would refuse was not written, and the finding says so."""

    inputs: int = 0
    sources: int = 0
    artefacts: int = 0
    invalid: int = 0
    held: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


@dataclass
class Tally:
    """All that one run adds up: rows by target, failures, how many inputs of how many files."""

    rows: dict[str, Row] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    inputs: int = 0
    sources: int = 0

    def add(self, other: Tally) -> None:
        """Take in what another run found."""
        self.failed += other.failed
        self.inputs += other.inputs
        self.sources += other.sources
        for name, row in other.rows.items():
            own = self.rows.setdefault(name, Row())
            for item in ("inputs", "sources", "artefacts", "invalid", "held", "seconds"):
                setattr(own, item, getattr(own, item) + getattr(row, item))
            own.fates.update(row.fates)


def places(tops: Sequence[Path]) -> list[Path]:
    """What is directly below each folder, folders first: projects stay whole."""
    found: list[Path] = []
    for top in tops:
        below = sorted(top.iterdir()) if top.is_dir() else [top]
        found += [path for path in below if path.is_dir()] + [path for path in below if path.is_file()]
    return found


def inputs(place: Path) -> Iterator[tuple[str, Workspace]]:
    """Every file and every project below a place that a parser reads, alone in a workspace, with its name.

    Raises RuntimeError when a parser fails: a defect that would otherwise look like a file of no known format.
    """
    given, findings = read_inputs([str(place)])
    whole = load(given)
    for finding in whole.findings:
        if finding.code == "PAR009":
            raise RuntimeError(f"{finding.place.file}: {finding.message}")
    for file in whole.files:
        if file.parsed is None:
            continue
        paths = {path for path, _ in file.members} | {file.path}
        own = [item for item in [*findings, *whole.findings] if item.place.file in paths]
        held = {path: data for path, data in whole.inputs.items() if path in paths}
        yield f"{place.name}/{file.label}", Workspace([file], own, whole.documents, held)


def run(place: Path, targets: Sequence[str]) -> Tally:
    """Compile all inputs of a place."""
    tally = Tally()
    try:
        for name, workspace in inputs(place):
            tally.inputs += 1
            tally.sources += sum(max(1, len(file.members)) for file in workspace.files)
            tally.failed += compile_one(name, workspace, targets, tally.rows)
    except RuntimeError as error:
        tally.failed.append(f"{place.name}: {error}")
    return tally


def compile_one(name: str, workspace: Workspace, targets: Sequence[str], rows: dict[str, Row]) -> list[str]:
    """Compile one input to the targets, write it, judge what stands on the disk; what failed, one line each."""
    failed: list[str] = []
    sources = sum(max(1, len(file.members)) for file in workspace.files)
    try:
        analysis = analyse(workspace)
    except Exception:
        return [f"{name}: analyse: {traceback.format_exc()}"]
    compilation = Compilation(analysis)
    written = []
    for target in targets:
        row = rows.setdefault(target, Row())
        row.inputs += 1
        row.sources += sources
        start = time.process_time()
        try:
            item = compilation.write(target)
        except Exception:
            failed.append(f"{name}: {target}: {traceback.format_exc()}")
            continue
        row.seconds += time.process_time() - start
        row.artefacts += len(item.emitted.artefacts)
        row.held += sum(finding.severity is Severity.ERROR for finding in item.emitted.findings)
        row.fates.update(item.lowered.counts())
        row.fates.update(item.emitted.ledger.counts())
        written.append(item)
    artefacts = [artefact for item in written for artefact in item.emitted.artefacts]
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "out"
        try:
            write_folder(output, [*artefacts, *common_artefacts(workspace, analysis, written)])
        except Exception:
            return [*failed, f"{name}: writing: {traceback.format_exc()}"]
        if [path.name for path in Path(folder).iterdir()] != ["out"]:
            failed.append(f"{name}: something was left beside the output folder")
        found = {path.relative_to(output).as_posix(): path for path in output.rglob("*") if path.is_file()}
        listed = {item["path"]: item["sha256"] for item in json.loads(found["manifest.json"].read_bytes())["outputs"]}
        if set(listed) != set(found) - {"manifest.json"} or len(listed) != len(artefacts) + 2:
            failed.append(f"{name}: the manifest does not list what was written")
        for path, file in sorted(found.items()):
            data = file.read_bytes()
            if path in listed and hashlib.sha256(data).hexdigest() != listed[path]:
                failed.append(f"{name}: {path}: not what the manifest says")
            wrong = problems(path, data.decode("utf-8"))
            failed += [f"{name}: {problem}" for problem in wrong]
            target = path.partition("/")[0]
            if wrong and target in rows:
                rows[target].invalid += 1
    return failed


def table(rows: dict[str, Row], markdown: bool) -> str:
    """The rows for people."""
    lines = [HEAD]
    for name, row in rows.items():
        numbers = (row.inputs, row.artefacts, row.invalid, row.held, *(row.fates[fate] for fate in FATES))
        rate = row.sources / row.seconds if row.seconds else 0.0
        lines.append((name, *map(str, numbers), f"{rate:.0f}"))
    if markdown:
        lines.insert(1, ("---", *("---:" for _ in HEAD[1:])))
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)
    widths = [max(len(line[index]) for line in lines) for index in range(len(HEAD))]
    return "".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) + "\n" for line in lines
    )


def main() -> int:
    """Print the table and every failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--to", action="append", default=[], metavar="TARGET[,...]", help="all, when not given")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--markdown", action="store_true", help="the table as Markdown")
    options = parser.parse_args()
    targets = choose_targets(options.to or ["all"])
    total = Tally(rows={name: Row() for name in targets})
    with ProcessPoolExecutor(options.jobs) as pool:
        for tally in pool.map(partial(run, targets=targets), places(options.folders)):
            total.add(tally)
            for line in tally.failed:
                print(line, file=sys.stderr, flush=True)
    print(table(total.rows, options.markdown), end="")
    written = sum(row.artefacts for row in total.rows.values())
    print(f"\n{total.inputs} inputs of {total.sources} files, {written} files written, {len(total.failed)} failures")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())

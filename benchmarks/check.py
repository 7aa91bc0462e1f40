"""What `bascule check` costs: `python benchmarks/check.py [--corpus FOLDER] [--flows N] [--nodes N,N,N]`.

Three measurements, each in a process of its own, as ratios within one run:

1. the command on a folder of real files (FOLDER, else ``BASCULE_CORPUS``): files per second, CPU time over that of
   reading the same files and ``json.load`` of those that are JSON, peak memory;
2. made-up projects of many flows: time of the analysis over that of reading them;
3. one flow of more and more nodes: how the time grows (slope 1 is linear).

Times are CPU seconds, the least of ``--times`` runs; other load on the machine changes them less than the clock's.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from flow_data import SHAPES, as_bytes, rapidpro_export, studio_flow

NODES_OF_A_FLOW = 20
STATES_PER_NODE = 1.5
"""A menu and its split become one node."""

Measured = dict[str, float]


def files_of(folder: Path) -> list[Path]:
    """All files below a folder, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def clocked(function: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of one call, and its result."""
    start = time.process_time()
    result = function()
    return time.process_time() - start, result


def reading(folder: Path) -> Measured:
    """Read every file, and parse those that are JSON: what nobody can do without."""

    def read() -> int:
        parsed = 0
        for path in files_of(folder):
            data = path.read_bytes()
            if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
                try:
                    json.loads(data.decode("utf-8-sig"))
                except ValueError:
                    continue
                parsed += 1
        return parsed

    read()
    seconds, parsed = clocked(read)
    return {"seconds": seconds, "parsed": parsed}


def phases(source: Path) -> Measured:
    """The parts of a check without imports, with the collector's pace of the command line."""
    import gc

    from bascule import cli
    from bascule.cli.inputs import read_inputs
    from bascule.diagnostics.render_json import findings_data, render_json
    from bascule.parsers import all_formats, load_parser
    from bascule.source import SourceFile
    from bascule.workspace import InputFile, analyse, load

    gc.set_threshold(*cli._COLLECT_EVERY)
    for info in all_formats():
        load_parser(info)
    analyse(load([InputFile(SourceFile("warm.json", as_bytes(studio_flow(10, 0))), "warm.json")]))
    opened, (inputs, _) = clocked(lambda: read_inputs([str(source)], max_bytes=1 << 40))
    parsing, workspace = clocked(lambda: load(inputs, max_bytes=1 << 40))
    analysing, analysis = clocked(lambda: analyse(workspace))
    rendering, _ = clocked(lambda: render_json(findings_data(analysis.findings, len(workspace.files))))
    return {
        "open": opened,
        "parse": parsing,
        "analyse": analysing,
        "render": rendering,
        "flows": len(analysis.project.flows),
        "nodes": sum(len(flow.nodes) for flow in analysis.project.flows),
        "findings": len(analysis.findings),
    }


def command(source: Path) -> Measured:
    """`bascule check SOURCE`, from its start to its end."""
    argv = [sys.executable, "-m", "bascule", "check", str(source), "--format", "json", "--max-size", "4G"]
    start = time.perf_counter()
    done = subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    clock = time.perf_counter() - start
    if done.returncode not in (0, 1, 2):
        raise SystemExit(done.stderr.decode())
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"seconds": used.ru_utime + used.ru_stime, "clock": clock, "memory": used.ru_maxrss / 1024}


KINDS: dict[str, Callable[[Path], Measured]] = {"reading": reading, "phases": phases, "command": command}


def apart(kind: str, source: Path, times: int = 1) -> Measured:
    """Measure in a fresh process; of several runs the least of each number."""
    found: list[Measured] = []
    for _ in range(times):
        argv = [sys.executable, __file__, "--measure", kind, str(source)]
        found.append(json.loads(subprocess.run(argv, stdout=subprocess.PIPE, check=True).stdout))
    return {name: min(one[name] for one in found) for name in found[0]}


def report_folder(folder: Path, times: int) -> None:
    """Real files."""
    files = files_of(folder)
    size = sum(path.stat().st_size for path in files)
    base, whole, parts = (apart(kind, folder, times) for kind in ("reading", "command", "phases"))
    print(f"{len(files)} files, {size / 1e6:.1f} MB, of which {base['parsed']:.0f} are JSON")
    print(f"reading and json.load: {base['seconds']:.2f} s of CPU")
    print(
        f"bascule check: {whole['seconds']:.2f} s of CPU, {len(files) / whole['seconds']:.0f} files/s, "
        f"{whole['seconds'] / base['seconds']:.0f} x reading, peak {whole['memory']:.0f} MB"
    )
    print_parts(parts)


def print_parts(parts: Measured) -> None:
    """Where the time goes."""
    print(
        f"  parse {parts['parse']:.2f} s, analyse {parts['analyse']:.2f} s, report {parts['render']:.2f} s; "
        f"{parts['flows']:.0f} flows, {parts['nodes']:.0f} nodes, {parts['findings']:.0f} findings; "
        f"analyse / parse {parts['analyse'] / parts['parse']:.2f}"
    )


def report_flows(flows: int, times: int) -> None:
    """Many flows: one file each, then one export in which they call each other."""
    states = round(NODES_OF_A_FLOW * STATES_PER_NODE)
    with tempfile.TemporaryDirectory() as folder:
        studio = Path(folder, "studio")
        studio.mkdir()
        for number in range(flows):
            shape = SHAPES[number % len(SHAPES)]
            studio.joinpath(f"flow{number:05}.json").write_bytes(as_bytes(studio_flow(states, number, shape)))
        export = Path(folder, "export.json")
        export.write_bytes(as_bytes(rapidpro_export(flows, NODES_OF_A_FLOW, 1)))
        for name, source in (("Studio, a file each", studio), ("RapidPro, one export", export)):
            whole, parts = apart("command", source, times), apart("phases", source, times)
            print(f"{name}: check {whole['seconds']:.2f} s of CPU, peak {whole['memory']:.0f} MB")
            print_parts(parts)


def report_growth(nodes: list[int], times: int) -> None:
    """One flow."""
    for shape in SHAPES:
        measured: list[Measured] = []
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "flow.json")
            for wanted in nodes:
                source.write_bytes(as_bytes(studio_flow(round(wanted * STATES_PER_NODE), 1, shape)))
                parts = apart("phases", source, times if wanted <= 10_000 else 1)
                measured.append(parts)
                print(
                    f"{shape}, {parts['nodes']:.0f} nodes, {source.stat().st_size / 1e6:.1f} MB: "
                    f"parse {parts['parse']:.2f} s, analyse {parts['analyse']:.2f} s",
                    flush=True,
                )
        for first, last in itertools.pairwise(measured):
            grown = math.log(last["nodes"] / first["nodes"])
            slopes = [math.log(last[part] / first[part]) / grown for part in ("parse", "analyse")]
            print(
                f"{shape}, from {first['nodes']:.0f} to {last['nodes']:.0f} nodes: "
                f"slope of parse {slopes[0]:.2f}, of analyse {slopes[1]:.2f}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", default=os.environ.get("BASCULE_CORPUS", ""), help="a folder of real files")
    parser.add_argument("--flows", type=int, default=1000, help="flows of the made-up projects; 0 leaves them out")
    parser.add_argument("--nodes", default="1000,10000,100000", help="sizes of one flow; empty leaves them out")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--measure", nargs=2, metavar=("KIND", "SOURCE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        kind, source = options.measure
        print(json.dumps(KINDS[kind](Path(source))))
        return
    if options.corpus:
        report_folder(Path(options.corpus), options.times)
    if options.flows:
        report_flows(options.flows, options.times)
    if options.nodes:
        report_growth([int(number) for number in options.nodes.split(",")], options.times)


if __name__ == "__main__":
    main()

"""Ratios of CSV -> CSV normalising in one run: `python benchmarks/contacts_csv.py [--rows N] [--file F]`.

`RAW` is the fastest plain read and write of the same CSV (polars scan and sink), `ARROW` the same with pyarrow's
streaming reader and writer, `PN` the `phonenumbers` library called row by row without any I/O. Every measurement is
made in a process of its own; times are the least of several runs and do not count imports, memory is the process's
peak.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


def raw(source: str, target: str, _threads: int) -> None:
    import polars

    polars.scan_csv(source, infer_schema=False).sink_csv(target)


def arrow(source: str, target: str, _threads: int) -> None:
    import pyarrow as pa
    from pyarrow import csv

    with csv.open_csv(source) as probe:
        names = probe.schema.names
    convert = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
    with csv.open_csv(source, convert_options=convert) as reader, csv.CSVWriter(target, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)


def normalise(source: str, target: str, threads: int) -> None:
    from bascule.contacts.normalize import Request, normalize

    summary = normalize(
        Request(source, target, phone_column="phone", region_column="country", engine="numba", threads=threads)
    )
    assert summary.rows == sum(summary.statuses.values())


KINDS = {"RAW": raw, "ARROW": arrow, "bascule": normalise}


def measure(kind: str, source: str, threads: int, times: int) -> None:
    """Run in a process of its own: seconds and CPU seconds of the fastest run and peak memory in MB, as JSON."""
    function = KINDS[kind]
    with tempfile.TemporaryDirectory() as folder:
        small = os.path.join(folder, "small.csv")
        with open(source, "rb") as file, open(small, "wb") as out:
            out.writelines(file.readlines(1_000_000))
        function(small, os.path.join(folder, "warm.csv"), threads)
        best = cpu = float("inf")
        for number in range(times):
            start, started = time.perf_counter(), time.process_time()
            function(source, os.path.join(folder, f"{number}.csv"), threads)
            best, cpu = min(best, time.perf_counter() - start), min(cpu, time.process_time() - started)
    print(json.dumps([best, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def apart(kind: str, source: str, threads: int, times: int) -> tuple[float, float, float]:
    command = [
        sys.executable,
        __file__,
        "--measure",
        kind,
        "--file",
        source,
        "--threads",
        str(threads),
        "--times",
        str(times),
    ]
    seconds, cpu, memory = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return seconds, cpu, memory


def library(rows: int, seed: int) -> tuple[float, float]:
    """Rows per second of the library alone, by the clock and by CPU."""
    from contacts_data import messy
    from contacts_kernel import least
    from contacts_kernel import library as one

    cells = list(messy(rows, seed))

    def run() -> None:
        for text, region in cells:
            one(text, region)

    return rows / least(run, 5, time.perf_counter), rows / least(run, 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--file", default="", help="a CSV made before with --keep")
    parser.add_argument("--keep", default="", help="make the CSV here and keep it")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--measure", default="", choices=["", *KINDS])
    options = parser.parse_args()
    if options.measure:
        measure(options.measure, options.file, options.threads, options.times)
        return
    from contacts_data import write_contacts

    with tempfile.TemporaryDirectory() as folder:
        source = options.file or options.keep or os.path.join(folder, "contacts.csv")
        if not options.file:
            write_contacts(source, options.rows, options.seed)
        with open(source, "rb") as file:
            rows = sum(1 for _ in file) - 1
        print(f"{rows} rows, {os.path.getsize(source) / 1e6:.0f} MB, {options.threads} threads")
        times = {kind: apart(kind, source, options.threads, options.times) for kind in KINDS}
        pn = library(20_000, options.seed)
        own = times["bascule"][0]
        for kind, (seconds, cpu, memory) in times.items():
            rate = rows / seconds
            print(f"{kind}: {seconds:.2f} s, {cpu:.2f} s of CPU, {rate:,.0f} rows/s, peak {memory:.0f} MB")
        for kind in ("RAW", "ARROW"):
            seconds, cpu, _ = times[kind]
            print(f"bascule / {kind}: {own / seconds:.2f} by the clock, {times['bascule'][1] / cpu:.2f} by CPU")
        by_clock, by_cpu = rows / own / pn[0], rows / times["bascule"][1] / pn[1]
        print(f"bascule rows/s over PN without I/O: {by_clock:.0f} by the clock, {by_cpu:.0f} by CPU of all threads")


if __name__ == "__main__":
    main()

"""Killing imports at random moments (SIGKILL), and looking whether anything is lost, twice or half.

    python benchmarks/contacts_import_kills.py [--kills 50] [--seed 1]

Each round imports one message log into a new store, kills the command one to three times, lets it end, and compares
snapshots, rejects and counts with an import that nobody disturbed.
"""

from __future__ import annotations

import argparse
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from contacts_import import write

ROWS = 20_000
PART = 1_000


def command(log: Path, folder: Path) -> list[str]:
    """The import."""
    store = str(folder / "c.db")
    return [sys.executable, "-m", "bascule", "contacts", "import", str(log), "--store", store, "--part-rows", str(PART)]


def outcome(folder: Path) -> dict[str, object]:
    """What is there: files but the database and the keys, and what the database says of the import."""
    data = folder / "c.db.data"
    found: dict[str, object] = {
        path.relative_to(data).as_posix(): path.read_bytes()
        for path in sorted(data.rglob("*"))
        if path.is_file() and "secrets" not in path.parts
    }
    with sqlite3.connect(folder / "c.db") as connection:
        found["imports"] = connection.execute("SELECT id, ordinal, state, counts FROM imports").fetchall()
        found["parts"] = connection.execute("SELECT * FROM import_parts ORDER BY part").fetchall()
    return found


def killed(log: Path, folder: Path, chance: random.Random, seconds: float) -> None:
    """Start it, and kill it: one time in four anywhere, else a moment after some further part was written."""
    snapshots = folder / "c.db.data" / "snapshots"
    wanted = len(list(snapshots.rglob("part-*.parquet"))) + chance.randint(1, 6)
    anywhere = chance.random() < 0.25
    until = time.monotonic() + (chance.uniform(0.1, 1.0) * seconds if anywhere else 5 * seconds)
    process = subprocess.Popen(command(log, folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and time.monotonic() < until:
        if not anywhere and len(list(snapshots.rglob("part-*.parquet"))) >= wanted:
            time.sleep(chance.random() / 100)
            break
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()


def main() -> int:
    """Kill, compare, report. Exit code 1 where something differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    done = rounds = midway = 0
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        log = top / "log.csv"
        write(log, ROWS)
        whole = top / "whole"
        whole.mkdir()
        start = time.monotonic()
        subprocess.run(command(log, whole), check=True, stdout=subprocess.DEVNULL)
        seconds = time.monotonic() - start
        expected = outcome(whole)
        while done < asked.kills:
            rounds += 1
            folder = top / f"round-{rounds}"
            folder.mkdir()
            for _ in range(min(chance.randint(1, 3), asked.kills - done)):
                killed(log, folder, chance, seconds)
                done += 1
                parts = len(list((folder / "c.db.data" / "snapshots").rglob("part-*.parquet")))
                midway += 0 < parts < ROWS // PART
            subprocess.run(command(log, folder), check=True, stdout=subprocess.DEVNULL)
            if outcome(folder) != expected:
                print(f"round {rounds} differs", file=sys.stderr)
                return 1
    print(f"{done} kills in {rounds} rounds, {midway} of them between the first and the last part: all as undisturbed")
    return 0


if __name__ == "__main__":
    sys.exit(main())

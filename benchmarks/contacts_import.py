"""Importing a message log: seconds, ratio to reading the file, peak memory.

    python benchmarks/contacts_import.py [--rows 50000] [--format csv|jsonl]

Times are those of the processor (user + system) of the whole command, start of Python and making of the store included;
the plain read is the standard library's, every record to a list or dictionary.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEADER = [
    "From", "To", "Body", "Status", "SentDate", "ApiVersion", "NumSegments", "ErrorCode", "AccountSid", "Sid",
    "Direction", "Price", "PriceUnit",
]  # fmt: skip
BODIES = ("STOP", "Bonjour, votre commande est prête", 'Merci ! "ok"', "oui", "Rendez-vous demain à 10h, répondez 1")


def record(number: int, chance: random.Random) -> list[str]:
    """One message to or from a French mobile."""
    inbound = chance.random() < 0.3
    person = f"+3361{chance.randrange(10**7):07}"
    ours = "+33756784512"
    moment = f"2026-{chance.randrange(1, 12):02}-{chance.randrange(1, 28):02}T10:{chance.randrange(60):02}:00Z"
    return [
        person if inbound else ours,
        ours if inbound else person,
        chance.choice(BODIES),
        "received" if inbound else "delivered",
        moment,
        "2010-04-01",
        "1",
        "" if chance.random() < 0.98 else "21610",
        "AC" + "0" * 32,
        f"SM{number:032x}",
        "inbound" if inbound else "outbound-api",
        "-0.0079",
        "USD",
    ]


def write(path: Path, rows: int) -> None:
    """The same log every time."""
    chance = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            writer = csv.writer(file)
            writer.writerow(HEADER)
            writer.writerows(record(number, chance) for number in range(rows))
        else:
            for number in range(rows):
                file.write(json.dumps(dict(zip(HEADER, record(number, chance), strict=True))) + "\n")


def plain_read(path: Path) -> float:
    """Seconds of the processor."""
    start = time.process_time()
    with path.open(encoding="utf-8", newline="") as file:
        read = csv.reader(file) if path.suffix == ".csv" else map(json.loads, file)
        sum(1 for _ in read)
    return time.process_time() - start


def main() -> None:
    """Measure, and print one line for people."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--format", choices=["csv", "jsonl"], default="csv")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"log.{asked.format}"
        write(path, asked.rows)
        plain = min(plain_read(path) for _ in range(3))
        command = [sys.executable, "-m", "bascule", "contacts", "import", str(path), "--store", f"{folder}/c.db"]
        before = os.times()
        start = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        wall = time.monotonic() - start
        after = os.times()
        used = after.children_user + after.children_system - before.children_user - before.children_system
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        size = path.stat().st_size / 1e6
        print(
            f"{asked.rows} rows, {size:.0f} MB {asked.format}: {used:.2f} s processor ({wall:.2f} s wall), "
            f"plain read {plain:.2f} s, ratio {used / plain:.1f}, peak {peak:.0f} MB"
        )


if __name__ == "__main__":
    main()

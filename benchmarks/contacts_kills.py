"""Kill imports and merges again and again: `python benchmarks/contacts_kills.py [--kills N] [--rows N] [--seed N]`.

The real commands read an address book, a message log and a CRM export into a store and merge them, killed with SIGKILL
at random moments after they began to write, and started again, until so many kills have hit; then they run to their
end. The store must then hold what one holds in which nothing was killed. That makes a series; further series begin
with a new store. Exit code 1 where a store differs or something is left behind.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from tests.contacts.merging.kills import command, killed, run
from tests.contacts.merging.support import content

from bascule.contacts.store.store import open_store

_KEY = "6b" * 32
"""Of pseudonyms: the same in all stores, so that their suppression lists can be compared."""
_SERIES = 10
"""Kills per store at most: half of them in the import, half in the merge."""


def write_files(folder: Path, rows: int, seed: int) -> list[str]:
    """An address book, a message log and a CRM export about the same people."""
    rng = random.Random(seed)

    def phone() -> str:
        return f"+336{12000000 + rng.randrange(rows) * 37:08d}"

    def moment() -> str:
        return f"2025-{rng.randrange(1, 13):02d}-{rng.randrange(1, 28):02d}T{rng.randrange(24):02d}:00:00Z"

    names = ["Élodie", "Awa", "João", "Мария", "أمينة", "अनीता"]
    tables = {
        "book.csv": [
            ["Téléphone", "Prénom", "Nom", "E-mail", "Ville"],
            *([phone(), rng.choice(names), f"N{n}", f"c{n}@example.org", f"V{n % 9}"] for n in range(rows)),
        ],
        "messages.csv": [
            ["Sid", "From", "To", "Body", "Status", "SentDate", "Direction"],
            *(
                [
                    f"SM{n:032x}",
                    phone(),
                    "+33755000000",
                    rng.choice(["STOP", "bonjour"]),
                    "received",
                    moment(),
                    "inbound",
                ]
                for n in range(rows)
            ),
        ],
        "crm.csv": [
            ["Record ID", "Phone Number", "First Name", "Last Name", "Email"],
            *([str(n // 2), phone(), rng.choice(names), f"N{n}", ""] for n in range(rows // 2)),
        ],
    }
    for name, lines in tables.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)
    return [str(folder / name) for name in tables]


def prepared(folder: Path) -> str:
    """An empty place for a store, with its key."""
    secrets = folder / "contacts.db.data" / "secrets"
    secrets.mkdir(parents=True, mode=0o700)
    (secrets / "pseudonym.key").write_text(_KEY + "\n")
    return str(folder / "contacts.db")


def commands(store: str, files: list[str]) -> list[tuple[list[str], Callable[[], bool]]]:
    """The steps, each with what says that it has begun to write."""
    data = Path(f"{store}.data")
    return [
        (
            command("import", *files, "--store", store, "--part-rows", "1000", "--scope", "crm"),
            lambda: any((data / "snapshots").glob("*/*")),
        ),
        (command("merge", "--store", store, "--batch", "300"), lambda: any((data / "work").glob("merge-*"))),
    ]


def shown(store: str) -> str:
    with open_store(store) as opened:
        return content(opened)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    begun = time.monotonic()
    hits: dict[str, int] = {"import": 0, "merge": 0}
    series = wrong = 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        files = write_files(folder, options.rows, options.seed)
        calm = prepared(folder / "calm")
        seconds = []
        for line, _ in commands(calm, files):
            started = time.monotonic()
            run(line)
            seconds.append(time.monotonic() - started)
        expected = shown(calm)
        while sum(hits.values()) < options.kills:
            series += 1
            store = prepared(folder / f"series-{series}")
            for (line, sign), usual in zip(commands(store, files), seconds, strict=True):
                name = line[4]
                for _ in range(_SERIES // 2):
                    # A start of the program is half of a run, and comes before it begins to write.
                    if sum(hits.values()) == options.kills or not killed(line, usual * rng.uniform(0, 0.4), sign):
                        break
                    hits[name] += 1
                run(line)
            left = [path.name for path in Path(f"{store}.data").glob("work/*")]
            left += [path.name for path in Path(f"{store}.data").rglob(".*") if path.is_file()]
            found = shown(store)
            if found != expected or left:
                wrong += 1
                differing = set(found.splitlines()) ^ set(expected.splitlines())
                print(f"series {series}: {len(differing)} lines differ, left behind: {left}", file=sys.stderr)
                print("\n".join(sorted(line[:300] for line in differing)[:10]), file=sys.stderr)
    print(
        f"{sum(hits.values())} kills ({hits['import']} of imports, {hits['merge']} of merges) in {series} series: "
        f"{series - wrong} stores of {series} as if nothing had been killed; "
        f"{len(expected.splitlines())} rows in each; {time.monotonic() - begun:.0f} s"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

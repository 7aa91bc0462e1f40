"""What each step of a migration takes: ``python benchmarks/contacts_pipeline.py --people 650000 --folder DIR``.

Generates the exports of the demo (about 1.6 records a person) and runs the steps of their plan one by one, each as a
command of its own; prints seconds, seconds of processor, records a second and the peak of memory. ``--store`` names
another store than the SQLite file of the folder.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from demo_contacts import generate

EXPORTS = ("twilio.csv", "nexmo.csv", "viber.csv")
STEPS: tuple[tuple[str, ...], ...] = (
    *(("import", "--default-region", "FR", name) for name in EXPORTS),
    ("merge",),
    ("consent", "promote", "--policy", "boutique", "--policies", "policies.toml"),
    ("check", "--method", "simulator", "--yes"),
    ("decide", "-o", "lists"),
    (
        "campaign", "-o", "campaign", "--business", "Boutique Awa", "--whatsapp-number", "+33612345678", "--provider",
        "twilio", "--language", "fr", "--contact", "aide@boutique.example",
    ),
    ("export", "hubspot", "-o", "crm"),
    ("export", "twilio", "-o", "audience"),
    ("audit", "--html", "audit.html"),
    ("subject-export", "--phone", "PHONE", "-o", "person.json"),
    ("erase", "--phone", "PHONE", "--yes"),
)  # fmt: skip


def measured(arguments: list[str], folder: Path) -> tuple[int, float, float, float]:
    """Exit code, seconds, seconds of processor, and the peak of memory in MB."""
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        log = os.open("log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.execv(sys.executable, [sys.executable, "-m", "bascule", "contacts", *arguments])
    _, status, used = os.wait4(child, 0)
    busy = used.ru_utime + used.ru_stime
    return os.waitstatus_to_exitcode(status), time.perf_counter() - start, busy, used.ru_maxrss / 1024


def main() -> int:
    """Generate and measure; 1 where a step failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=650_000)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--store", default="contacts.db")
    options = parser.parse_args()
    options.folder.mkdir(parents=True)
    made = generate(options.folder, options.people, 7)
    records = sum(made.values())
    with (options.folder / "nexmo.csv").open(encoding="utf-8") as file:
        phone = f"+{file.readlines()[1].split(',')[5]}"
    print(f"{records} records, {options.people} people")
    print(f"{'step':<28} {'seconds':>8} {'busy':>8} {'a second':>9} {'MB':>6}", flush=True)
    for step in STEPS:
        words = [phone if word == "PHONE" else word for word in step]
        code, seconds, busy, memory = measured([*words, "--store", options.store], options.folder)
        name = " ".join(word for word in step[:4] if not word.startswith("-") and word not in ("FR", "PHONE"))
        speed = made.get(step[-1], records) / seconds
        print(f"{name:<28} {seconds:8.1f} {busy:8.1f} {speed:9.0f} {memory:6.0f}", flush=True)
        if code > 1:
            print(f"exit code {code}: see {options.folder / 'log.txt'}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Kill a check again and again: `python benchmarks/contacts_check_kills.py [--kills N] [--numbers N] [--seed N]`.

Starts the real command against a slow service on this machine, kills it with SIGKILL at random moments, starts it
again, and at the end compares every result with what the service said and counts what was asked twice. Exit code 1
where a number has no result or a wrong one, where a batch is left, or where more was asked twice than the batches that
were in flight.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from sqlalchemy import func, select
from tests.contacts.checking.kills import command, run_with_kills
from tests.contacts.checking.support import Behaviour, Endpoint, is_active, number_of, people, statuses

from bascule.contacts.store import schema
from bascule.contacts.store.store import open_store


def main() -> int:
    """One series of kills, on one store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--numbers", type=int, default=40_000)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", default="", help="postgresql://…; a SQLite file by default")
    options = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, Endpoint(Behaviour(slow=0.03)) as endpoint:
        path = Path(folder) / "contacts.db"
        people(path, options.numbers).close()
        line = command(path, endpoint.url, "--batch-size", str(options.batch))
        done = run_with_kills(line, endpoint, options.kills, options.seed, longest=0.7)
        store = open_store(str(path))
        found = {lookup: row[0] for lookup, row in statuses(store).items()}
        with store.read() as connection:
            open_batches = connection.execute(
                select(func.count()).select_from(schema.check_batches).where(schema.check_batches.c.state != "done")
            ).scalar_one()
        store.close()
    wrong = sum(
        found.get(number_of(index)) != ("active" if is_active(number_of(index)) else "inactive")
        for index in range(options.numbers)
    )
    twice = sum(times - 1 for times in endpoint.asked.values())
    limit = done.killed * options.batch
    print(f"{done.starts} starts, {done.killed} kills, {done.working} of them while a run had asked something")
    print(f"{len(endpoint.requests)} requests about {options.numbers} numbers in batches of {options.batch}")
    print(f"results: {len(found)}, wrong or missing {wrong}; batches left {open_batches}")
    print(f"asked twice: {twice} numbers, at most {limit} (one batch a kill)")
    print(f"last run: exit code {done.code}; {time.monotonic() - begun:.0f} s in all")
    return int(bool(wrong or open_batches or done.code or twice > limit or done.killed < options.kills))


if __name__ == "__main__":
    sys.exit(main())

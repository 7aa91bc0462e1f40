"""How fast webhooks are answered and applied: `python benchmarks/contacts_sync_load.py [--deliveries N] [--senders N]`.

Starts the real server on this machine with a SQLite store of `--people` persons, sends signed webhooks over `--senders`
connections, each as soon as its last one was answered, and measures every answer at the client; then one delivery of
1,000 updates at a time; then `sync apply` over all of it. Exit code 1 where an answer was not 200, an event is missing,
or the median is above what the platform recommends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import httpx
from tests.contacts.checking.support import number_of, people
from tests.contacts.sync.support import SECRET, sign, status, text

from bascule.whatsapp.policy import load_policy


def free_port() -> int:
    """A port nobody listens to."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def share(times: list[float], part: float) -> float:
    """A quantile, in milliseconds."""
    return 1000 * sorted(times)[min(len(times) - 1, int(part * len(times)))]


async def send(url: str, bodies: list[bytes], senders: int) -> tuple[list[float], int]:
    """Seconds of each answer, and how many were not 200."""
    times: list[float] = []
    wrong = 0
    waiting = iter(bodies)
    limits = httpx.Limits(max_connections=senders, max_keepalive_connections=senders)
    async with httpx.AsyncClient(limits=limits, timeout=60.0) as client:

        async def sender() -> None:
            nonlocal wrong
            for body in waiting:
                headers = sign(body)
                begun = time.perf_counter()
                answer = await client.post(url, content=body, headers=headers)
                times.append(time.perf_counter() - begun)
                wrong += answer.status_code != 200

        await asyncio.gather(*(sender() for _ in range(senders)))
    return times, wrong


def main() -> int:
    """One run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=4000)
    parser.add_argument("--senders", type=int, default=16)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--full", type=int, default=10, help="deliveries of as many updates as the platform sends")
    options = parser.parse_args()
    policy = load_policy()
    updates, wanted = policy.limit("webhook.max_updates"), policy.limit("webhook.latency_ms")
    singles = [
        json.dumps(
            text(number_of(index % options.people)[1:], "Bonjour", index)
            if index % 2
            else status(number_of(index % options.people)[1:], "delivered", index, name=f"m{index}")
        ).encode()
        for index in range(options.deliveries)
    ]
    full = []
    for number in range(options.full):
        items = [status(number_of(i % options.people)[1:], "read", i, name=f"f{number}-{i}") for i in range(updates)]
        full.append(json.dumps({**items[0], "entry": [item["entry"][0] for item in items]}).encode())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.db"
        people(path, options.people).close()
        port = free_port()
        root = Path(__file__).resolve().parents[1]
        environment = {**os.environ, "APP_SECRET": SECRET, "PYTHONPATH": str(root / "compiler")}
        command = [sys.executable, "-m", "bascule", "contacts", "sync"]
        server = subprocess.Popen(
            [*command, "serve", "--store", str(path), "--port", str(port), "--meta-secret-env", "APP_SECRET"],
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        url = f"http://127.0.0.1:{port}/meta"
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.05)
        asyncio.run(send(url, singles[:50], 4))
        begun = time.perf_counter()
        times, wrong = asyncio.run(send(url, singles[50:], options.senders))
        seconds = time.perf_counter() - begun
        large, bad = asyncio.run(send(url, full, 1))
        server.terminate()
        server.wait(30)
        with sqlite3.connect(path) as store:
            kept = store.execute("SELECT count(*) FROM inbox").fetchone()[0]
        begun = time.perf_counter()
        subprocess.run(
            [*command, "apply", "--store", str(path)], env=environment, check=True, stdout=subprocess.DEVNULL
        )
        applying = time.perf_counter() - begun
        with sqlite3.connect(path) as store:
            waiting = store.execute("SELECT count(*) FROM inbox WHERE applied_at IS NULL").fetchone()[0]
    expected = options.deliveries + options.full * updates
    above = sum(item > 1 for item in times)
    print(f"{len(times)} deliveries of one event, {options.senders} at a time: {len(times) / seconds:.0f} a second")
    print(f"  p50 {share(times, 0.5):.1f} ms, p99 {share(times, 0.99):.1f} ms, longest {1000 * max(times):.0f} ms")
    print(f"  above one second: {above}; the platform recommends a median of {wanted} ms")
    print(f"{len(large)} deliveries of {updates} updates: p50 {1000 * statistics.median(large):.0f} ms, "
          f"longest {1000 * max(large):.0f} ms")  # fmt: skip
    print(f"not 200: {wrong + bad}; events kept {kept} of {expected}")
    print(f"apply: {kept} events in {applying:.1f} s ({kept / applying:.0f} a second, start included); left {waiting}")
    slow = share(times, 0.5) > wanted or 1000 * statistics.median(large) > 4 * wanted
    return int(bool(wrong or bad or kept != expected or waiting or slow))


if __name__ == "__main__":
    sys.exit(main())

"""Start the real command, kill it, start it again: what a killed check may cost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.contacts.checking.support import Endpoint

__all__ = ["Kills", "command", "run_with_kills"]

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Kills:
    """``killed`` of them while requests were under way; ``code`` of the last, unharmed run."""

    starts: int
    killed: int
    working: int
    code: int
    output: str


def command(store: Path | str, url: str, *options: str) -> list[str]:
    """The command line of a check."""
    return [
        sys.executable, "-m", "bascule", "contacts", "check", "--store", str(store), "--url", url, "--auth", "none",
        "--yes", "--rate", "1000", "--retry-wait", "0.02", "--poll-wait", "0.02", *options,
    ]  # fmt: skip


def run_with_kills(line: Sequence[str], endpoint: Endpoint, kills: int, seed: int, longest: float = 0.8) -> Kills:
    """Kill the command ``kills`` times with SIGKILL, each a random moment after it has made its first request or
    begun; then let it end. Ends early when one is done before it is killed."""
    draw = random.Random(seed)
    killed = working = starts = 0
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "compiler"), "NO_COLOR": "1"}
    while killed < kills:
        before = len(endpoint.requests)
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
        starts += 1
        deadline = time.monotonic() + 30
        waits_for_work = draw.random() < 0.9
        while waits_for_work and len(endpoint.requests) == before and process.poll() is None:
            assert time.monotonic() < deadline, "the command does not begin"
            time.sleep(0.005)
        time.sleep(draw.uniform(0, longest))
        if process.poll() is not None:
            output = process.communicate()[0].decode()
            return Kills(starts, killed, working, process.returncode, output)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed += 1
        working += len(endpoint.requests) > before
    done = subprocess.run(line, capture_output=True, env=environment, timeout=300, check=False)
    return Kills(starts + 1, killed, working, done.returncode, done.stdout.decode() + done.stderr.decode())

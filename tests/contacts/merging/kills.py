"""Killing a merge, an import or a restore of the real command with SIGKILL, and running it to its end afterwards."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from tests.contacts.snapshots import add_import

from bascule.contacts.store.store import open_store

__all__ = ["CUSTOMERS", "command", "killed", "run", "sample"]

CUSTOMERS = 600


def sample(store: str, seed: int = 7, customers: int = CUSTOMERS, data: str = "") -> None:
    """Three imports about as many customers: address book, messages, and a CRM that joins some of them."""
    rng = random.Random(seed)

    def phone(number: int) -> str:
        return f"+336{12000000 + number * 37:08d}"

    def moment() -> str:
        return f"202{rng.randrange(4, 6)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 28):02d}T08:00:00Z"

    with open_store(store, data) as made:
        add_import(
            made,
            [
                {
                    "phone_e164": phone(number), "first_name": rng.choice(["Élodie", "Awa", "João", "Мария"]),
                    "last_name": f"N{number}", "modified_at": moment(), "custom": {"Ville": f"V{number % 9}"},
                    "tags": ["vip"] if number % 4 == 0 else [], "email": f"c{number}@example.org",
                    "consent_action": "opt_in" if number % 3 == 0 else None, "channel": "sms",
                }
                for number in range(customers)
            ],
            file="book.csv",
            parts=3,
        )  # fmt: skip
        add_import(
            made,
            [
                {
                    "phone_e164": phone(rng.randrange(customers)), "kind": "message", "occurred_at": moment(),
                    "direction": rng.choice(["inbound", "outbound"]), "channel": "sms",
                    "consent_action": "opt_out" if number % 50 == 0 else None,
                }
                for number in range(customers)
            ],
            file="messages.json",
        )  # fmt: skip
        add_import(
            made,
            [
                {
                    "phone_e164": phone(number * 2 + side), "crm_id": f"r{number}", "crm_scope": "hs",
                    "last_name": f"N{number * 2}", "modified_at": moment(),
                }
                for number in range(customers // 8)
                for side in (0, 1)
            ],
            file="crm.csv",
        )  # fmt: skip
        add_import(
            made,
            [{"viber_id": f"V{number}=", "viber_scope": "bot", "kind": "event"} for number in range(customers // 10)],
            file="viber.jsonl",
        )


def command(*arguments: str) -> list[str]:
    """The real command."""
    return [sys.executable, "-m", "bascule", "contacts", *arguments]


def _environment() -> dict[str, str]:
    # A stopped clock: what is written differs in nothing but what the kill did.
    return {**os.environ, "SOURCE_DATE_EPOCH": "1795424400", "NO_COLOR": "1"}


def run(arguments: Sequence[str]) -> str:
    """Run a command to its end; its standard output. Raises AssertionError with its messages if it fails."""
    found = subprocess.run(list(arguments), env=_environment(), capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def killed(arguments: Sequence[str], after: float, begun: Callable[[], bool] = lambda: True) -> bool:
    """Start a command and kill it so many seconds after it has begun; whether it was still running."""
    with subprocess.Popen(
        list(arguments), env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None and not begun():
            time.sleep(0.002)
        deadline = time.monotonic() + after
        while time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.002)
        alive = process.poll() is None
        if alive:
            process.send_signal(signal.SIGKILL)
        process.wait()
    if not alive:
        assert process.returncode == 0, arguments
    return alive

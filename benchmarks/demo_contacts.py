"""`make demo`, second half: 50 000 contacts from three exports to lists and a CRM, offline, with the reconciliation.

``python benchmarks/demo_contacts.py [--people N] [--folder DIR]`` writes a Twilio message log, a Nexmo (Vonage) report
and a sheet of Viber subscribers (generated from a seed: messy, mostly French), a plan, and runs the plan. Who has only
a Viber id, and no number in any export, stays a person of their own.
"""

from __future__ import annotations

import argparse
import csv
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST = (
    "Awa", "Léa", "Jean-Noël", "Fatou", "Chloé", "Ousmane", "Inès", "Théo", "Zoë", "Loïc", "Mariama", "Amélie", "Björn",
    "Aïcha", "Nguyễn", "Иван", "علي", "प्रिया",
)  # fmt: skip
LAST = (
    "Diop", "Lefèvre", "N'Diaye", "Müller", "Sène", "O’Connor", "Fall", "Dupont", "Bâ", "Gonçalves", "Петров", "العلوي",
    "शर्मा", "Martin", "Traoré",
)  # fmt: skip
OUTSIDE = ("SN", "+22177", 7), ("MA", "+21266", 7), ("BE", "+3247", 7), ("CH", "+4179", 7), ("IN", "+9198", 8)
BODIES = ("Bonjour, ma commande ?", "merci !", "OK", "à quelle heure ?", "Où est mon colis 📦 ?", "Oui, demain\nmatin")
START = datetime(2024, 1, 5, 8, tzinfo=UTC)
PLAN = """\
# A whole migration: bascule contacts run plan.toml
store = "contacts.db"

[[import]]
path = ["twilio.csv", "nexmo.csv", "viber.csv"]
default_region = "FR"

[merge]

[[promote]]
policy = "boutique"
policies = "policies.toml"

[check]
method = "simulator"

[decide]
output = "lists"

[campaign]
output = "campaign"
business = "Boutique Awa"
whatsapp_number = "+33 6 12 34 56 78"
provider = "twilio"
language = "fr"
contact = "aide@boutique.example"

[[export]]
profile = "hubspot"
output = "crm"

[[export]]
profile = "twilio"
output = "audience"

[audit]
html = "audit.html"
"""
POLICIES = """\
[policy.boutique]
description = "START to our number or a subscription to our bot, at most three years ago: the terms named WhatsApp."
channels = ["sms", "viber"]
date_known = true
max_age_days = 1095
"""


def phones(rng: random.Random, count: int) -> list[tuple[str, str]]:
    """Distinct valid numbers in E.164 with their region, four fifths French mobiles."""
    found: dict[str, str] = {}
    while len(found) < count:
        if rng.random() < 0.8:
            found[f"+33{rng.choice(('61', '62', '66', '68', '76', '77', '78'))}{rng.randrange(10**7):07}"] = "FR"
        else:
            region, start, digits = rng.choice(OUTSIDE)
            found[f"{start}{rng.randrange(10 ** (digits - 1), 10**digits)}"] = region
    return list(found.items())


def moment(rng: random.Random) -> datetime:
    """A moment of the last three years."""
    return START + timedelta(seconds=rng.randrange(1000 * 86400))


def spelled(rng: random.Random, number: str, region: str) -> str:
    """A number as people type it into a sheet."""
    if region != "FR":
        return rng.choice((number, number.replace("+", "00"), f"{number[:4]} {number[4:]}", f"'{number}"))
    national = "0" + number[3:]
    pairs = " ".join(national[at : at + 2] for at in range(0, 10, 2))
    dotted = pairs.replace(" ", ".")
    form = rng.random()
    if form < 0.02:
        return f"{number[1:4]}{number[4]},{number[5:8]}E+10"
    if form < 0.04:
        return rng.choice(("", "n/a", "inconnu", "36180", "12 34"))
    return rng.choice(
        (number, pairs, dotted, national, national[1:], f"+33 (0){pairs[1:]}", f"0033{number[3:]}", f"{number[1:]}.0",
         pairs.replace(" ", "\u00a0"), f"tél. {pairs}", f"{pairs} / {pairs}")
    )  # fmt: skip


def twilio(rng: random.Random, people: list[tuple[str, str]]) -> Iterator[list[str]]:
    """A console export: one row per message, inbound and outbound."""
    yield [
        "From", "To", "Body", "Status", "SentDate", "ApiVersion", "NumSegments", "ErrorCode", "AccountSid", "Sid",
        "Direction", "Price", "PriceUnit",
    ]  # fmt: skip
    ours, account = "+33644600000", "AC" + "0" * 32
    for number, _ in people:
        for _ in range(rng.choice((1, 1, 2))):
            inbound = rng.random() < 0.5
            word = rng.random()
            body = "START" if word < 0.45 else "STOP" if word < 0.52 else rng.choice(BODIES)
            error, status = "", "received" if inbound else "delivered"
            if not inbound:
                body = "Boutique Awa : -20 % ce week-end. STOP au 36180"
                if rng.random() < 0.03:
                    error, status = "21610", "failed"
            sender, to = (number, ours) if inbound else (ours, number)
            sid = f"SM{rng.getrandbits(128):032x}"
            when = moment(rng).strftime("%Y-%m-%dT%H:%M:%SZ")
            way = "inbound" if inbound else "outbound-api"
            yield [sender, to, body, status, when, "2010-04-01", "1", error, account, sid, way, "-0.07", "USD"]


def nexmo(rng: random.Random, people: list[tuple[str, str]]) -> Iterator[list[str]]:
    """A report of outbound SMS: numbers without a plus."""
    yield [
        "account_id", "message_id", "client_ref", "direction", "from", "to", "message_body", "network", "network_name",
        "country", "country_name", "date_received", "date_finalized", "latency", "status", "error_code",
        "error_code_description", "currency", "total_price",
    ]  # fmt: skip
    for number, region in people:
        when = moment(rng).strftime("%Y-%m-%d %H:%M:%S +0000")
        blocked = rng.random() < 0.02
        status, error = ("rejected", "9") if blocked else ("delivered", "0")
        yield [
            "abcd1234", f"{rng.getrandbits(64):016X}", "", "outbound", "BOUTIQUE", number[1:], "Votre commande est là.",
            "20801", "Orange", region, "", when, when, "2400", status, error, "", "EUR", "0.06",
        ]  # fmt: skip


def viber(rng: random.Random, people: list[tuple[str, str]]) -> Iterator[list[str]]:
    """The bot owner's sheet: typed by hand, with everything that happens to a sheet."""
    yield ["viber_id", "Nom", "Téléphone", "Langue", "Abonné", "subscribed_at", "Ville; quartier"]
    for number, region in people:
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
        if rng.random() < 0.01:
            name = f'=HYPERLINK("http://x.example";"{name}")'
        phone = "" if rng.random() < 0.15 else spelled(rng, number, region)
        when = moment(rng).strftime("%d/%m/%Y %H:%M")
        yield [
            f"{rng.getrandbits(88):022x}==", name, phone, rng.choice(("fr", "fr", "FR", "fr-FR", "ar", "en", "")),
            rng.choice(("oui", "oui", "oui", "non")), when, rng.choice(("Dakar; Médina", "Paris", "")),
        ]  # fmt: skip


def write(path: Path, rows: Iterator[list[str]], delimiter: str, encoding: str) -> int:
    """Write one export; gives the number of records."""
    count = -1
    with path.open("w", encoding=encoding, newline="", errors="replace") as file:
        writer = csv.writer(file, delimiter=delimiter)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def generate(folder: Path, people: int, seed: int) -> dict[str, int]:
    """Write the exports, the plan and its policies; gives the number of records per export."""
    rng = random.Random(seed)
    known = phones(rng, people)
    half, third = len(known) // 2, len(known) // 3
    made = {
        "twilio.csv": write(folder / "twilio.csv", twilio(rng, known[:half]), ",", "utf-8"),
        "nexmo.csv": write(folder / "nexmo.csv", nexmo(rng, known[third : 5 * len(known) // 6]), ",", "utf-8"),
        "viber.csv": write(
            folder / "viber.csv", viber(rng, [*known[2 * third :], *known[: third // 4]]), ";", "utf-8-sig"
        ),
    }
    (folder / "plan.toml").write_text(PLAN, "utf-8")
    (folder / "policies.toml").write_text(POLICIES, "utf-8")
    return made


def main() -> int:
    """Generate, run, show; exit code of the run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--folder", type=Path, default=ROOT / "demo-output" / "contacts")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    folder: Path = options.folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = generate(folder, options.people, options.seed)
    for name, rows in made.items():
        print(f"{rows:>10} records in {name}")
    plan = folder / "plan.toml"
    shown = plan.relative_to(ROOT) if plan.is_relative_to(ROOT) else plan
    print(f"\n$ bascule contacts run {shown}\n", flush=True)
    start = time.perf_counter()
    code = subprocess.run([sys.executable, "-m", "bascule", "contacts", "run", str(plan)], check=False).returncode
    seconds = time.perf_counter() - start
    print(f"\n{sum(made.values())} records, {options.people} people: {seconds:.1f} s; files in {folder}")
    return code


if __name__ == "__main__":
    sys.exit(main())

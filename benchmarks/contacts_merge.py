"""Merging of many rows: `python benchmarks/contacts_merge.py [--rows N] [--memory-limit 1GB]`.

Five imports of one customer base (three address books, two message logs; every person in about two rows, one number
in twenty found by way of a CRM id alone) are merged by the real command in a process of its own. Beside it, each in a
process of its own: `GROUP` is DuckDB counting the rows of each number, `CSV` DuckDB writing the same rows to a CSV
file; both with the same memory limit. Memory is the process's peak.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from sqlalchemy import insert

from bascule.contacts.rows import COLUMNS
from bascule.contacts.store import schema
from bascule.contacts.store.store import open_store

NAMES = ["Élodie", "Moussa", "Fatou", "Jean", "João", "अनीता", "Мария", "أمينة", "Inès", "Karim"]
FAMILIES = ["Diop", "Martin", "Traoré", "Silva", "शर्मा", "Иванова", "حسن", "Durand", "Koné", "Bernard"]
REPLACED = {
    "phone_raw": "phone", "phone_e164": "phone", "phone_region": "'CI'", "phone_type": "'mobile'",
    "phone_status": "'valid'", "phone_how": "CASE WHEN h % 10 = 0 THEN 'assumed_plus' ELSE 'explicit_plus' END",
}  # fmt: skip
CONTACT = {
    "kind": "'contact'",
    "platform": "'hubspot'",
    "crm_id": "'c' || person",
    "crm_scope": "'crm-' || (import % 2)",
    "email": "'p' || person || '@example.org'",
    "first_name": f"{NAMES}[1 + person % {len(NAMES)}]",
    "last_name": f"{FAMILIES}[1 + (person // 7) % {len(FAMILIES)}]",
    "language": "['fr', 'ar', 'hi', 'pt', 'ru'][1 + person % 5]",
    "tags": 'CASE WHEN h % 3 = 0 THEN \'["newsletter", "vip"]\' END',
    "custom": '\'{"Ville": "v\' || (h % 900) || \'", "Points": "\' || (person % 100) || \'"}\'',
    "modified_at": "moment",
    "consent_action": "CASE WHEN h % 5 = 0 THEN 'opt_in' END",
    "consent_purpose": "CASE WHEN h % 5 = 0 THEN 'marketing' END",
    "channel": "CASE WHEN h % 5 = 0 THEN 'sms' END",
}
MESSAGE = {
    "kind": "'message'",
    "platform": "'twilio'",
    "channel": "'sms'",
    "direction": "CASE WHEN h % 4 = 0 THEN 'inbound' ELSE 'outbound' END",
    "occurred_at": "moment",
    "message_id": "'SM' || h",
    "message_status": "CASE WHEN h % 4 = 0 THEN 'received' ELSE 'delivered' END",
    "custom": '\'{"Price": "-0.0075", "NumSegments": "1"}\'',
    "consent_action": "CASE WHEN h % 400 = 0 THEN 'opt_out' END",
    "consent_keyword": "CASE WHEN h % 400 = 0 THEN 'STOP' END",
    "consent_source": "CASE WHEN h % 400 = 0 THEN 'keyword' END",
}
ROWS_A_PERSON = 2
PARTS = 4


def build(store: str, rows: int) -> None:
    """Five finished imports of `rows` rows together."""
    made = open_store(store)
    connection = duckdb.connect(config={"memory_limit": "2GB", "temp_directory": f"{store}.tmp"})
    each, persons = rows // 5, rows // ROWS_A_PERSON
    for number in range(1, 6):
        message = number in (3, 5)
        cells = REPLACED | (MESSAGE if message else CONTACT)
        # One contact in twenty has no number in the odd imports, and is found by the id in its CRM.
        empty = "NULL" if message else f"CASE WHEN {number} % 2 = 1 AND h % 20 = 1 THEN NULL ELSE"
        name = hashlib.sha256(f"{rows}:{number}".encode()).hexdigest()[:16]
        folder = made.place.snapshots / name
        folder.mkdir()
        parts = []
        for part in range(PARTS):
            first, last = each * part // PARTS, each * (part + 1) // PARTS
            cells |= {"import_id": f"'{name}'", "row": "i + 2", "part": "0::SMALLINT", "file": "'clients.csv'"}
            columns = ", ".join(f'{cells.get(column, "NULL::VARCHAR")} AS "{column}"' for column, _ in COLUMNS)
            phone = "'+2250' || lpad((1000000 + person * 7)::VARCHAR, 9, '0')"
            path = folder / f"part-{part:05d}.parquet"
            connection.execute(
                f"""COPY (SELECT {columns} FROM (SELECT *, {phone if message else f"{empty} {phone} END"} AS phone,
                strftime(TIMESTAMP '2024-01-01' + to_hours((h % 20000)::BIGINT), '%Y-%m-%dT%H:%M:%SZ') AS moment FROM (
                SELECT i, (hash(i * 7 + {number}) % 1000000007)::BIGINT AS h, {number} AS import,
                (hash(i * 31 + {number}) % {persons})::BIGINT AS person FROM range({first}, {last}) t(i))))
                TO '{path}' (FORMAT parquet, COMPRESSION zstd)"""
            )
            parts.append(
                {
                    "import_id": name, "part": part, "file": path.relative_to(made.place.data).as_posix(),
                    "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "first_row": first + 2,
                    "last_row": last + 1, "counts": "{}",
                }
            )  # fmt: skip
        with made.write() as writing:
            writing.execute(
                insert(schema.imports).values(
                    id=name, ordinal=number, file=f"clients-{number}.csv", reading="{}", bytes=0, state="done",
                    profile="twilio" if message else "hubspot", started_at="2026-11-23T00:00:00Z", counts="{}",
                )
            )  # fmt: skip
            writing.execute(insert(schema.import_parts), parts)
    connection.close()
    made.close()


def measured(command: list[str]) -> tuple[float, float, float, str]:
    """Seconds by the clock, seconds of processor, peak memory in MB and standard output of a process."""
    with tempfile.TemporaryFile("w+") as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, env={**os.environ, "NO_COLOR": "1"})
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        out.seek(0)
        text = out.read()
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {status}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text


def plain(statement: str, limit: str, folder: str) -> list[str]:
    code = (
        f"import duckdb; c = duckdb.connect(config={{'memory_limit': {limit!r}, 'temp_directory': {folder!r}}}); "
        f"c.execute({statement!r})"
    )
    return [sys.executable, "-c", code]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--memory-limit", default="1GB")
    parser.add_argument("--folder", default=None, help="where to work; the default is the temporary folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        store = str(Path(folder) / "contacts.db")
        build(store, options.rows)
        source = f"read_parquet('{store}.data/snapshots/*/*.parquet')"
        spill = str(Path(folder) / "spill")
        group = f"SELECT phone_e164, count(*) AS n FROM {source} GROUP BY phone_e164"
        grouped, grouped_cpu, grouped_memory, _ = measured(
            plain(f"CREATE TABLE t AS {group}", options.memory_limit, spill)
        )
        copied, copied_cpu, copied_memory, _ = measured(
            plain(f"COPY (SELECT * FROM {source}) TO '{folder}/rows.csv'", options.memory_limit, spill)
        )
        csv = os.path.getsize(f"{folder}/rows.csv")
        os.unlink(f"{folder}/rows.csv")
        bascule = [sys.executable, "-m", "bascule", "contacts", "merge", "--store", store, "--format", "json"]
        merged, cpu, memory, text = measured([*bascule, "--memory-limit", options.memory_limit])
        again, again_cpu, again_memory, _ = measured(bascule)
        counts = json.loads(text)["counts"][0]
        left = os.listdir(f"{store}.data/work")
        print(f"rows {options.rows}, as CSV {csv / 1e6:.0f} MB, memory limit {options.memory_limit}")
        print(json.dumps(counts, sort_keys=True))
        print(f"store {os.path.getsize(store) / 1e6:.0f} MB, left in the work folder: {left}")
        for name, seconds, processor, peak in (
            ("GROUP", grouped, grouped_cpu, grouped_memory),
            ("CSV", copied, copied_cpu, copied_memory),
            ("merge", merged, cpu, memory),
            ("nothing to do", again, again_cpu, again_memory),
        ):
            clock = f"{seconds:8.1f} s  {seconds / grouped:6.1f} x GROUP  {seconds / copied:6.1f} x CSV"
            work = f"{processor:7.1f} s CPU  {processor / copied_cpu:6.1f} x CSV"
            print(f"{name:<14} {options.rows / seconds:10.0f} rows/s  {peak:6.0f} MB  {clock}  {work}")


if __name__ == "__main__":
    main()

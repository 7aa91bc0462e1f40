"""Mutate real files and push each through the whole pipeline: no exception, no invalid artefact.

``python benchmarks/fuzz.py [--cases N] [--seed S] PATH...`` prints the number of cases and every failure with the
seed that makes it again. Needs no network and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bascule.compiling import Compilation
from bascule.parsers import ParseOptions
from bascule.source import SourceFile
from bascule.workspace import InputFile, analyse, load

WORDS: tuple[Any, ...] = (
    None, True, 0, -1, 1e300, "", " ", "{{", "}}", "{{x", "{nom}", "é😀\u202e", "نص", "हिन्दी", "x" * 5000, [], {}, [[]],
    "1. a\n2. b", "STOP", "%s", "{% if a %}b", "https://x.example/a.gif", "a\tb\n\n\n\nc", "{{1}}{{2}}",
)  # fmt: skip


def containers(value: Any) -> list[Any]:
    """All lists and objects of a JSON value."""
    found, stack = [], [value]
    while stack:
        item = stack.pop()
        if isinstance(item, (dict, list)):
            found.append(item)
            stack.extend(item.values() if isinstance(item, dict) else item)
    return found


def mutate_tree(rng: random.Random, value: Any) -> Any:
    """One to four random changes: delete, replace, duplicate, swap, nest."""
    value = json.loads(json.dumps(value))
    for _ in range(rng.randint(1, 4)):
        place = rng.choice(containers(value) or [[]])
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            continue
        key, other = rng.choice(keys), rng.choice(keys)
        action = rng.randrange(6)
        if action == 0:
            del place[key]
        elif action == 1:
            place[key] = rng.choice(WORDS)
        elif action == 2 and isinstance(place, list):
            place.append(json.loads(json.dumps(place[key])))
        elif action == 3:
            place[key], place[other] = place[other], place[key]
        elif action == 4:
            place[key] = [place[key]]
        elif isinstance(place, dict):
            place[str(rng.choice(WORDS))] = place[key]
    return value


def mutate_text(rng: random.Random, text: str) -> str:
    """Cut, repeat, or overwrite a random part."""
    start = rng.randrange(len(text) + 1)
    end = min(len(text), start + rng.choice((1, 3, 20, 400)))
    return rng.choice(
        (
            text[:start],
            text[:start] + text[end:],
            text[:end] + text[start:],
            text[:start] + str(rng.choice(WORDS)) + text[end:],
        )
    )


def cases(rng: random.Random, files: list[Path], count: int) -> Iterator[tuple[str, bytes]]:
    """Random mutants of random files."""
    texts = {path: SourceFile(path.name, path.read_bytes()).text for path in files}
    for _ in range(count):
        path = rng.choice(files)
        text = texts[path]
        try:
            if rng.random() < 0.7:
                yield path.name, json.dumps(mutate_tree(rng, json.loads(text)), ensure_ascii=False).encode()
                continue
        except ValueError:
            pass
        yield path.name, mutate_text(rng, text).encode("utf-8", "replace")


def run(name: str, data: bytes) -> None:
    """The whole pipeline on one file; raises what it raises."""
    workspace = load([InputFile(SourceFile(name, data), name)], ParseOptions())
    failed = [finding for finding in workspace.findings if finding.code == "PAR009"]
    if failed:
        raise AssertionError(failed[0].message)
    analysis = analyse(workspace, locale="fr")
    emitted = Compilation(analysis).write("meta").emitted
    told = {finding.code for finding in analysis.findings if str(finding.severity) == "error"}
    # What lowering made must be valid; a definition or binding that the file itself brings along may not be.
    made = {f"`{template.name}`" for template in analysis.plan.templates}
    silent = [finding for finding in emitted.findings if not told and any(name in finding.message for name in made)]
    if silent:
        raise AssertionError(f"an invalid artefact without an error before it: {silent[0].message}")


def main() -> int:
    """Fuzz and report; exit code 1 when something failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    files = sorted(
        path for top in options.paths for path in ([top] if top.is_file() else top.rglob("*")) if path.is_file()
    )
    failures: dict[str, int] = {}
    for number in range(options.cases):
        rng = random.Random(options.seed * 1_000_003 + number)
        for name, data in cases(rng, files, 1):
            try:
                run(name, data)
            except Exception as error:
                frame = traceback.extract_tb(error.__traceback__)[-1]
                key = f"{type(error).__name__}: {error} at {Path(frame.filename).name}:{frame.lineno}"[:300]
                failures[key] = failures.get(key, 0) + 1
                if failures[key] == 1:
                    print(f"case {number} ({name}): {key}")
    print(f"{options.cases} cases over {len(files)} files, seed {options.seed}: {sum(failures.values())} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

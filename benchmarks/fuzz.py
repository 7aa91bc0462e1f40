"""Mutate real files and push each through the whole pipeline: no exception, no invalid artefact.

``python benchmarks/fuzz.py [--cases N] [--seed S] [--reading] PATH...`` prints the number of cases and every failure
with the seed that makes it again. ``--reading`` stops after sniffing and parsing; projects of several files
(Dialogflow, Rasa) are mutated as a whole: one to three of their files change or go. Needs no network, writes nothing.
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
from bascule.parsers import ParseOptions, find_projects
from bascule.source import SourceFile, Tree
from bascule.workspace import InputFile, InputTree, analyse, load, located

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


def projects(tops: list[Path]) -> list[Tree]:
    """The projects of several files below the folders."""
    found: list[Tree] = []
    for top in tops:
        if top.is_dir():
            files = {path.relative_to(top).as_posix(): path for path in sorted(top.rglob("*")) if path.is_file()}
            whole = Tree(top.name, {name: SourceFile(name, path.read_bytes()) for name, path in files.items()})
            found.extend(whole.only(claim.files).within(claim.root) for _, claim in find_projects(whole))
    return found


def mutate_project(rng: random.Random, tree: Tree) -> Tree:
    """A project with one to three of its files changed, emptied, renamed or gone."""
    files = dict(tree.files)
    for name in rng.sample(sorted(files), min(len(files), rng.randint(1, 3))):
        file = files.pop(name)
        action = rng.randrange(8)
        if action == 0:
            continue
        if action == 1:
            name = f"{name}.bak" if rng.random() < 0.5 else f"other/{name}"
        data = file.data
        if action > 1:
            try:
                data = json.dumps(mutate_tree(rng, json.loads(file.text)), ensure_ascii=False).encode()
            except ValueError:
                data = mutate_text(rng, file.text).encode("utf-8", "replace")
        files[name] = SourceFile(name, data)
    return Tree(tree.path, files)


def run(inputs: list[InputFile | InputTree], reading: bool) -> None:
    """The pipeline on one input; raises what it raises."""
    workspace = load(inputs, ParseOptions())
    failed = [finding for finding in workspace.findings if finding.code == "PAR009"]
    if failed:
        raise AssertionError(failed[0].message)
    located(workspace.findings, workspace.documents)
    if reading:
        return
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
    parser.add_argument("--reading", action="store_true", help="sniff and parse only")
    options = parser.parse_args()
    files = sorted(
        path for top in options.paths for path in ([top] if top.is_file() else top.rglob("*")) if path.is_file()
    )
    trees = projects(options.paths)
    inside = sum(len(tree.files) for tree in trees)
    failures: dict[str, int] = {}
    for number in range(options.cases):
        rng = random.Random(options.seed * 1_000_003 + number)
        if trees and rng.random() < min(0.5, inside / max(1, len(files))):
            tree = mutate_project(rng, rng.choice(trees))
            made = [(tree.path, [InputTree(tree, tree.path)])]
        else:
            made = [(name, [InputFile(SourceFile(name, data), name)]) for name, data in cases(rng, files, 1)]
        for name, inputs in made:
            try:
                run(list(inputs), options.reading)
            except Exception as error:
                frame = traceback.extract_tb(error.__traceback__)[-1]
                key = f"{type(error).__name__}: {error} at {Path(frame.filename).name}:{frame.lineno}"[:300]
                failures[key] = failures.get(key, 0) + 1
                if failures[key] == 1:
                    print(f"case {number} ({name}): {key}")
    print(
        f"{options.cases} cases over {len(files)} files and {len(trees)} projects, seed {options.seed}: "
        f"{sum(failures.values())} failures"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

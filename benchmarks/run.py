"""`make bench`: the figures README quotes, as ratios within one run. Prints Markdown.

Every ratio is against `json.load` of the same bytes, or against the run's own smaller input, so it means the
same on another machine.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bascule.parsers import ParseOptions
from bascule.source import Place, SourceFile
from bascule.source.json import scan_json
from bascule.workspace import InputFile, analyse, load

ROOT = Path(__file__).resolve().parent.parent
STUDIO = ROOT / "fixtures" / "boutique" / "suivi_commande.json"


def timed(function: Callable[[], Any], at_least: float = 0.3) -> float:
    """Least CPU seconds of one call, over enough calls to fill ``at_least`` seconds (and at least three)."""
    function()
    samples: list[float] = []
    while sum(samples) < at_least or len(samples) < 3:
        start = time.process_time()
        function()
        samples.append(time.process_time() - start)
    return min(samples)


def grown(definition: dict[str, Any], times: int) -> dict[str, Any]:
    """The flow copied ``times`` times into one definition, each copy entered from the one before it.

    The way on follows an answer, so that every copy costs the same: behind enough timeouts each message
    would need a template too.
    """
    states: list[Any] = []
    for number in range(times):
        for state in definition["states"]:
            if state["type"] == "trigger":
                if number == 0:
                    states.append(renamed(state, number))
                continue
            copy = renamed(state, number)
            if state["name"] == "statut" and number + 1 < times:
                copy["transitions"][0]["next"] = f"menu_{number + 1}"
            states.append(copy)
    return {**definition, "states": states}


def renamed(state: dict[str, Any], number: int) -> dict[str, Any]:
    """A state with its number behind every name it gives or uses."""
    text = json.dumps(state, ensure_ascii=False)
    for name in NAMES:
        text = text.replace(f'"{name}"', f'"{name}_{number}"').replace(f"widgets.{name}.", f"widgets.{name}_{number}.")
    result: dict[str, Any] = json.loads(text)
    if result["type"] == "trigger":
        result["name"] = state["name"]
    return result


DEFINITION: dict[str, Any] = json.loads(STUDIO.read_text(encoding="utf-8"))
NAMES = [state["name"] for state in DEFINITION["states"] if state["type"] != "trigger"]


def whole(data: bytes, name: str) -> None:
    """Parse, check and compile one file in memory."""
    from bascule.compiling import Compilation

    workspace = load([InputFile(SourceFile(name, data), name)], ParseOptions())
    analysis = analyse(workspace)
    Compilation(analysis).write("meta")


def main() -> None:
    """Measure and print."""
    inputs = [
        (f"{times}×", json.dumps(grown(DEFINITION, times), ensure_ascii=False).encode()) for times in (1, 10, 100)
    ]
    corpus = os.environ.get("BASCULE_CORPUS")
    if corpus:
        real = max(Path(corpus, "twilio-studio").glob("*.json"), key=lambda path: path.stat().st_size)
        inputs.append(("largest real Studio file", real.read_bytes()))
    rows: list[tuple[str, int, float, float]] = []
    for name, data in inputs:
        base = timed(lambda data=data: json.loads(data))
        work = timed(lambda data=data: whole(data, "flow.json"), 0.2 if len(data) < 100_000 else 0)
        rows.append((name, len(data), base, work))
    print("| flow | bytes | parse+check+compile, ms | ratio to json.loads |")
    print("| --- | ---: | ---: | ---: |")
    for name, size, base, work in rows:
        print(f"| {name} | {size} | {work * 1000:.1f} | {work / base:.0f} |")
    slope = math.log(rows[2][3] / rows[1][3]) / math.log(rows[2][1] / rows[1][1])
    print(f"\ngrowth from 10× to 100×: slope {slope:.2f} (1 is linear)")
    text = json.dumps(grown(DEFINITION, 100), ensure_ascii=False)
    spans = timed(lambda: scan_json(text))
    print(f"scanner with places: {spans / timed(lambda: json.loads(text)):.1f}× json.loads")
    document = SourceFile.of_text(text, "f.json").json
    assert document is not None
    document.locate(Place("f.json", "/states/5/name"))
    starts = []
    for _ in range(9):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-m", "bascule", "--version"], check=True, capture_output=True)
        starts.append(time.perf_counter() - begin)
    bare = []
    for _ in range(9):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True, capture_output=True)
        bare.append(time.perf_counter() - begin)
    print(f"bascule --version: {min(starts) * 1000:.0f} ms, of which the interpreter {min(bare) * 1000:.0f} ms")


if __name__ == "__main__":
    main()

"""Let made-up users walk folders of real files on both sides, and count what differs.

``python benchmarks/conversations.py [--users N] [--to TARGET] FOLDER...`` reads every folder below FOLDER as
one input, as
``bascule test`` would. Printed per folder: nodes, users, the share of ways walked, messages compared, those
that say the same, differences that the ledger announced, others; the CPU time of reading and checking, of finding the
users, of comparing. Writes nothing; the exit code is 1 when something differs unannounced.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

from bascule.compiling import Compilation
from bascule.trying import Trial
from bascule.workspace import analyse
from corpus import folders, read


def main() -> int:
    """Print a row per folder and the totals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--users", type=int, default=400)
    parser.add_argument("--to", default="meta")
    options = parser.parse_args()
    total: Counter[str] = Counter()
    print(f"{'folder':<28}{'nodes':>6}{'users':>6}{'walked':>8}{'said':>7}{'same':>7}{'told':>6}{'other':>6}   seconds")
    for folder in folders(options.folders):
        times = [time.process_time()]
        analysis = analyse(read(folder))
        nodes = sum(len(flow.nodes) for flow in analysis.project.flows)
        if not nodes:
            continue
        times.append(time.process_time())
        trial = Trial(analysis, Compilation(analysis))
        users = trial.users(options.users)
        times.append(time.process_time())
        conversion = trial.convert(options.to, options.users)
        times.append(time.process_time())
        found = [item for comparison in conversion.comparisons for item in comparison.differences]
        other = sum(1 for item in found if not item.explained)
        ways = users.coverage
        row = {
            "nodes": nodes, "users": len(users.scripts),
            "ways": len(ways.all_ways), "walked": len(ways.walked & ways.all_ways),
            "said": conversion.bubbles, "same": conversion.same, "told": len(found) - other, "other": other,
        }  # fmt: skip
        total.update(row)
        spent = " + ".join(f"{later - earlier:.1f}" for earlier, later in pairwise(times))
        print(
            f"{folder.name[:27]:<28}{nodes:>6}{row['users']:>6}{ways.share:>7.0%}{'*' if users.cut else ' '}"
            f"{row['said']:>7}{row['same']:>7}{row['told']:>6}{other:>6}   {spent}"
        )
    share = total["walked"] / total["ways"] if total["ways"] else 1.0
    print(
        f"{'all':<28}{total['nodes']:>6}{total['users']:>6}{share:>7.0%} {total['said']:>7}{total['same']:>7}"
        f"{total['told']:>6}{total['other']:>6}   (* stopped at the limit of users)"
    )
    return 1 if total["other"] else 0


if __name__ == "__main__":
    sys.exit(main())

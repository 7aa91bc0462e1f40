"""How often the category that bascule asks for is the one a message is labelled with.

``python benchmarks/category.py [--list] [FOLDER...]``: without a folder the two sets of labelled messages of this
repository, language by language: the one the lists of words were tuned on, and the one that was set aside. With folders
every template in them that has a text and a category (listings, samples, API documents; each once), judged by the words
of its body and buttons alone: neither category, nor name, nor status is shown to the judge. Templates whose words Meta
writes are left out. Writes nothing.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml
from labelled import Labelled, labelled

from bascule.passes.lower.category import CategoryVerdict, judge_category

CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
LEGACY = {"TRANSACTIONAL": "UTILITY", "OTP": "AUTHENTICATION"}
SETS = {"tuning": "used to tune the lists", "held_out": "set aside before the lists were written"}
DATA = Path(__file__).resolve().parent.parent / "tests" / "passes" / "data"
_PARAMETER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


@dataclass(frozen=True)
class Judged:
    """One message: what it is labelled with, and what the judge says."""

    name: str
    language: str
    label: str
    verdict: CategoryVerdict

    @property
    def right(self) -> bool:
        """The judge says what the label says."""
        return self.label == self.verdict.category


def own(name: str) -> list[Judged]:
    """The messages of one set of this repository."""
    text = (DATA / f"category_{name}.yaml").read_text(encoding="utf-8")
    return [
        Judged(message[:60], language, category, judge_category(message, language))
        for language, categories in yaml.load(text, Loader=yaml.BaseLoader).items()
        for category, messages in categories.items()
        for message in messages
    ]


def public(templates: Iterable[Labelled]) -> list[Judged]:
    """Templates of public files, one for each text."""
    found: dict[tuple[str, str], Judged] = {}
    for item in templates:
        label = LEGACY.get(item.category, item.category)
        if label not in CATEGORIES or not item.body.strip():
            continue
        text, language = _PARAMETER.sub(r"{\1}", item.body), str(item.value["language"])
        verdict = judge_category(text, language, buttons=_buttons(item))
        found.setdefault((text, label), Judged(f"{item.file} {item.value['name']}", language, label, verdict))
    return list(found.values())


def _buttons(item: Labelled) -> list[str]:
    parts = [part for part in item.value["components"] if isinstance(part, dict)]
    buttons = [button for part in parts for button in part.get("buttons") or () if isinstance(button, dict)]
    return [str(button.get("text") or "") for button in buttons]


def table(found: list[Judged]) -> str:
    """Precision and recall of each category, how sure is right, and what a finding would have saved."""
    counts = Counter((item.label, item.verdict.category) for item in found)
    lines = [f"{'category':<16}{'labelled':>9}{'asked':>7}{'both':>7}{'precision':>11}{'recall':>9}"]
    for name in CATEGORIES:
        given = sum(number for (label, _), number in counts.items() if label == name)
        asked = sum(number for (_, verdict), number in counts.items() if verdict == name)
        both = counts[name, name]
        precision = f"{both / asked:.1%}" if asked else "-"
        recall = f"{both / given:.1%}" if given else "-"
        lines.append(f"{name:<16}{given:>9}{asked:>7}{both:>7}{precision:>11}{recall:>9}")
    sure = [item for item in found if item.verdict.confidence == "strong"]
    punished = [item for item in found if item.label == "MARKETING" and item.verdict.category == "UTILITY"]
    told = sum(item.verdict.confidence == "weak" or bool(item.verdict.risk) for item in punished)
    lines.append(f"right: {sum(item.right for item in found)} of {len(found)}")
    lines.append(f"right where it is sure: {sum(item.right for item in sure)} of {len(sure)}")
    lines.append(
        f"marketing asked for as utility (what Meta punishes): {len(punished)}, of which {told} with a finding"
    )
    return "\n".join(lines)


def by_language(found: list[Judged]) -> str:
    """How many are right in each language."""
    groups: dict[str, list[Judged]] = {}
    for item in found:
        groups.setdefault(re.split(r"[-_]", item.language)[0], []).append(item)
    return ", ".join(
        f"{language} {sum(item.right for item in items)}/{len(items)}" for language, items in sorted(groups.items())
    )


def main() -> int:
    """Print the figures of each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--list", action="store_true", help="also the messages that were judged otherwise")
    options = parser.parse_args()
    sets = {f"{name} ({what})": own(name) for name, what in SETS.items()}
    if options.folders:
        sets = {"public templates": public(labelled(options.folders))}
    for name, found in sets.items():
        print(f"{name}: {len(found)} texts; right by language: {by_language(found)}\n{table(found)}\n")
        for item in found if options.list else ():
            if not item.right:
                said = f"labelled {item.label}, asked {item.verdict.category} ({item.verdict.confidence})"
                print(f"{item.language} {item.name}: {said}\n    {item.verdict.reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

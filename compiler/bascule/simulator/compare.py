"""The same user over two channels: what differs in what is said, and whether the ledger told so beforehand."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bascule.ir.ledger import Fate, Ledger, LedgerEntry
from bascule.ir.nodes import Ask, Message
from bascule.ir.project import Project
from bascule.simulator.engine import Simulator
from bascule.simulator.events import Blocked, Bubble, Event, Heard, Left, Said
from bascule.simulator.inputs import Input, print_input
from bascule.simulator.matching import words
from bascule.simulator.script import Script, play
from bascule.source import Place

__all__ = ["Comparison", "Difference", "Kind", "compare", "explanations"]


class Kind(enum.Enum):
    """How two conversations differ."""

    PATH = "goes another way"
    SILENT = "says nothing"
    BLOCKED = "may not be sent"
    WORDS = "leaves out words"
    MEDIA = "leaves out a file"
    OPTIONS = "offers fewer options"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference at one node. ``source`` and ``target`` are what each side said (or the nodes each walked);
    ``explained`` is the ledger's reason, empty when nothing announced it."""

    kind: Kind
    flow: str
    node: str
    source: str
    target: str
    detail: str
    explained: str = ""


@dataclass
class Comparison:
    """A script and what differed, with the bubbles that were compared (``bubbles``) and told to be the same
    (``same``)."""

    script: Script
    differences: list[Difference] = field(default_factory=list)
    bubbles: int = 0
    same: int = 0

    @property
    def unexplained(self) -> list[Difference]:
        """What no ledger entry told beforehand."""
        return [item for item in self.differences if not item.explained]


_KINDS = frozenset({Message.kind, Ask.kind})
"""Entries for a whole node that is emulated: it becomes a template, which changes no word."""

_LAYOUT = ("hint ", "white space", "thumbnail")
"""Entries about how something looks, which is no reason for a word, a file or a message that is missing."""

Explain = Callable[[str, str], str]
"""The reason a node's message was changed, by flow and node; an empty text: it was not."""


def explanations(project: Project, ledger: Ledger) -> Explain:
    """Reasons by node: entries that stand at a node, or inside its part of the file, and are not exact."""
    by_file: dict[str, list[LedgerEntry]] = {}
    for entry in ledger.entries:
        whole = entry.construct in _KINDS and entry.fate is Fate.EMULATED
        if entry.fate is not Fate.EXACT and not whole and not entry.construct.startswith(_LAYOUT):
            by_file.setdefault(entry.place.file, []).append(entry)
    found: dict[tuple[str, str], str] = {}

    def explain(flow: str, node: str) -> str:
        key = (flow, node)
        if key not in found:
            found[key] = _reason(project, by_file, flow, node)
        return found[key]

    return explain


def _reason(project: Project, by_file: Mapping[str, Sequence[LedgerEntry]], flow: str, node: str) -> str:
    place = project.by_id[flow].by_id[node]
    content = getattr(place, "content", None)
    own = [at for at in (place.at, getattr(content, "at", None)) if at is not None]
    if content is not None:
        own += [part.at for part in (*content.media, *content.choices, *content.cards) if part.at is not None]
    reasons = [
        f"{entry.construct}: {entry.reason}"
        for at in own
        for entry in by_file.get(at.file, ())
        if _inside(entry.place, at)
    ]
    return "; ".join(dict.fromkeys(reasons))


def _inside(place: Place, around: Place) -> bool:
    return place.pointer == around.pointer or (
        bool(around.pointer) and place.pointer.startswith(around.pointer.rstrip("/") + "/")
    )


def compare(
    script: Script, source: Callable[[], Simulator], target: Callable[[], Simulator], explain: Explain
) -> Comparison:
    """Run a user on both sides and compare after each input. After a difference of ways the rest is not compared."""
    result = Comparison(script)
    _, left = play(script, source)
    _, right = play(script, target)
    inputs: list[Input | None] = [None, *script.steps]
    for step, before, after in zip(inputs, left, right, strict=True):
        ways = [_ways(before), _ways(after)]
        if ways[0] == ways[1]:
            result.differences.extend(_said(before, after, explain, result))
        else:
            flow, node = _parting(*ways)
            shown = [" → ".join(f"{name}" for _, name, _ in way) or "stays" for way in ways]
            detail = "" if step is None else f"after “{print_input(step)}”"
            more = _understood_more(before, after)
            result.differences.append(Difference(Kind.PATH, flow, node, shown[0], shown[1], detail, more))
            break
    return result


def _understood_more(source: Iterable[Event], target: Iterable[Event]) -> str:
    """Why another way is no loss: the target took words for a choice that the source did not understand."""
    before = [event.choice for event in source if isinstance(event, Heard)]
    after = [event.choice for event in target if isinstance(event, Heard)]
    gained = [new for old, new in zip(before, after, strict=False) if new and not old]
    return f"the converted question understands it as the choice `{gained[0]}`" if gained else ""


def _ways(events: Iterable[Event]) -> list[tuple[str, str, int]]:
    return [(event.flow, event.node, event.edge) for event in events if isinstance(event, Left)]


def _parting(source: Sequence[tuple[str, str, int]], target: Sequence[tuple[str, str, int]]) -> tuple[str, str]:
    for one, other in zip(source, target, strict=False):
        if one != other:
            return one[0], one[1]
    longer = source if len(source) > len(target) else target
    at = min(len(source), len(target))
    return longer[at][0], longer[at][1]


def _said(before: Iterable[Event], after: Iterable[Event], explain: Explain, result: Comparison) -> list[Difference]:
    """What each side said, node by node in order; a node said twice between two inputs is compared twice."""
    source, target = _turns(before), _turns(after)
    blocked = Counter((event.flow, event.node) for event in after if isinstance(event, Blocked))
    reasons = {(event.flow, event.node): event.reason for event in after if isinstance(event, Blocked)}
    found: list[Difference] = []
    for key, bubbles in source.items():
        flow, node, _ = key
        others = target.get(key, [])
        result.bubbles += len(bubbles)
        if not others:
            shown = _shown(bubbles)
            if blocked[(flow, node)]:
                found.append(
                    Difference(Kind.BLOCKED, flow, node, shown, "", reasons[(flow, node)], explain(flow, node))
                )
            elif shown:
                found.append(Difference(Kind.SILENT, flow, node, shown, "", "", explain(flow, node)))
            continue
        differences = list(_bubbles(flow, node, bubbles, others, explain))
        found.extend(differences)
        result.same += 0 if differences else len(bubbles)
    return found


def _turns(events: Iterable[Event]) -> dict[tuple[str, str, int], list[Bubble]]:
    """The bubbles of each visit of a node, in order of the visits."""
    turns: dict[tuple[str, str, int], list[Bubble]] = {}
    visits: Counter[tuple[str, str]] = Counter()
    last: tuple[str, str] | None = None
    for event in events:
        if isinstance(event, Said):
            here = (event.flow, event.node)
            if here != last:
                visits[here] += 1
            turns.setdefault((*here, visits[here]), []).append(event.bubble)
            last = here
        elif isinstance(event, Left):
            last = None
    return turns


def _bubbles(
    flow: str, node: str, source: Sequence[Bubble], target: Sequence[Bubble], explain: Explain
) -> Iterable[Difference]:
    said, now = _shown(source), _shown(target)
    missing = _missing(source, target)
    if missing:
        yield Difference(Kind.WORDS, flow, node, said, now, " ".join(missing), explain(flow, node))
    files = sum(len(bubble.media) for bubble in source)
    kept = sum(len(bubble.media) for bubble in target)
    if files > kept:
        yield Difference(Kind.MEDIA, flow, node, said, now, f"{files} became {kept}", explain(flow, node))


def _missing(source: Sequence[Bubble], target: Sequence[Bubble]) -> list[str]:
    """Words of the source that the target does not say, in order. Order and repeats of words are not compared."""
    there = {word for bubble in target for text in _texts(bubble) for word in words(text)}
    joined = " ".join(word for bubble in target for text in _texts(bubble) for word in words(text))
    compact = joined.replace(" ", "")
    found = [word for bubble in source for text in _texts(bubble) for word in words(text)]
    return [word for word in dict.fromkeys(found) if word not in there and word not in compact]


def _texts(bubble: Bubble) -> list[str]:
    options = [part for option in bubble.options for part in (option.title, option.description, option.target)]
    return [text for text in (bubble.header, bubble.text, bubble.footer, *options) if text]


def _shown(bubbles: Sequence[Bubble]) -> str:
    """Bubbles as lines: ``text [Oui] [Non]``."""
    lines = []
    for bubble in bubbles:
        parts = [part for part in (bubble.header, bubble.text, bubble.footer) if part]
        parts += [f"<{bubble.kind}>"] * bool(
            bubble.media and bubble.kind not in ("text", "buttons", "list", "template")
        )
        parts += [f"[{option.title}]" for option in bubble.options]
        lines.append(" ".join(parts))
    return "\n".join(lines)

"""Control numbers: valid in form, assigned to nobody. A checker that calls one registered says yes to everyone."""

from __future__ import annotations

import random
from collections.abc import Collection
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["FIRST", "choose_controls", "is_control", "reserved_numbers"]

FIRST = 8
"""Control numbers in the first batch."""


@cache
def _groups() -> tuple[tuple[str, ...], ...]:
    """The numbers of each plan, E.164 with plus."""
    import yaml

    text = files("bascule.contacts.checking").joinpath("controls.yaml").read_text("utf-8")
    groups: list[tuple[str, ...]] = []
    for entry in yaml.safe_load(text):
        groups.append(tuple(_numbers(entry)))
    return tuple(groups)


def _numbers(entry: dict[str, Any]) -> list[str]:
    width = len(entry["first"])
    span = range(int(entry["first"]), int(entry["last"]) + 1)
    areas = [entry.get("prefix", "") + area for area in entry.get("areas", [""])]
    return [f"+{area}{number:0{width}}" for area in areas for number in span]


@cache
def reserved_numbers() -> frozenset[str]:
    """All of them."""
    return frozenset(number for group in _groups() for number in group)


def is_control(number: str) -> bool:
    """Whether a number is reserved by its plan."""
    return number in reserved_numbers()


def choose_controls(seed: str, wanted: int, taken: Collection[str] = ()) -> list[str]:
    """``wanted`` control numbers, drawn by a seed, from all plans in turn, without those in ``taken`` (numbers that
    somebody's contacts hold are no controls). Fewer where there are no more."""
    draw = random.Random(seed)
    queues = []
    for group in _groups():
        free = [number for number in group if number not in taken]
        draw.shuffle(free)
        queues.append(free)
    chosen: list[str] = []
    while len(chosen) < wanted and any(queues):
        for queue in queues:
            if queue and len(chosen) < wanted:
                chosen.append(queue.pop())
    return chosen

"""Damaged files never make a provider's emitter raise, and what is written fits its schema."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bascule.compiling import Compilation
from bascule.source import SourceFile
from bascule.whatsapp.schema import validate
from bascule.workspace import InputFile, analyse, load

JUNK: tuple[Any, ...] = (
    None, 7, "", [], {}, "x" * 3000, "{{1}} {{", True, [[]], {"a": 1}, "{{nom}}", -1.5, "é😀", "مرحبا {{1}}",
)  # fmt: skip


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield path, key
        yield from spots(item, (*path, key))


def damaged(document: Any, chance: random.Random) -> Any:
    """A copy with up to four members taken away, replaced or doubled."""
    document = copy.deepcopy(document)
    for _ in range(chance.randint(1, 4)):
        places = list(spots(document))
        if not places:
            break
        path, key = chance.choice(places)
        target = document
        for step in path:
            target = target[step]
        how = chance.random()
        if how < 0.3:
            del target[key]
        elif how < 0.8:
            target[key] = chance.choice(JUNK)
        elif isinstance(target, list):
            target.append(copy.deepcopy(target[key]))
        else:
            target[key] = copy.deepcopy(chance.choice(list(target.values())))
    return document


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_list_of_templates_compiles_or_is_reported(root: Path, seed: int) -> None:
    chance = random.Random(seed)
    paths = sorted((root / "fixtures" / "wa-templates").glob("*.json"))
    document = json.loads(chance.choice(paths).read_text(encoding="utf-8"))
    source = SourceFile.of_text(json.dumps(damaged(document, chance), ensure_ascii=False), "liste.json")
    compilation = Compilation(analyse(load([InputFile(source, "liste.json")])))
    for target in ("infobip", "vonage"):
        written = compilation.write(target).emitted
        for item in written.artefacts:
            if "/requests/" in item.path:
                assert not validate(target, json.loads(item.text)), item.path
        assert written.artefacts

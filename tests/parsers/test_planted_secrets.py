"""A key, token, password or URL credential that is planted anywhere in a source is shown nowhere.

One position of every kind (the same member path, with indices and ids left out) of a fixture of every format is planted
in turn: behind the text that stands there, and as a member ``api_key`` of every kind of object. All that any output is
made of must be free of it: the graph, facts, findings with their snippets, the ledger and the documents.
"""

from __future__ import annotations

import copy
import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from bascule.diagnostics.render_text import render_text
from bascule.parsers import ParseOptions, all_formats
from bascule.source import SourceFile, Tree
from bascule.workspace import InputFile, InputTree, Workspace, load, located

OPTIONS = ParseOptions(locale="fr")
SECRET = "Zq7xKp2mVw9tRb4nYs6h"
SHAPES = {
    "key": f"sk_live_{SECRET}",
    "token": f"Bearer {SECRET}",
    "password in a URL": f"https://bot:{SECRET}@api.exemple.sn/v1",
    "key in a URL": f"https://api.exemple.sn/v1?api_key={SECRET}",
}
FIXTURES = {
    "scenario": ("scenarios/suivi_commande.yaml", "scenarios/livraison.yaml"),
    "twilio-studio": ("studio/support_commande.json", "studio/flux.tf.json", "studio/terraform_state.json"),
    "rapidpro": ("rapidpro/rendez_vous.json", "rapidpro/ancienne_v11.json", "rapidpro/glific_export.json"),
    "floip": ("floip/clinique.json", "floip/parcours_turn.json"),
    "node-red": ("node-red/boutique.json",),
    "viber": ("viber/boutique.json", "viber/modeles.json"),
    "typebot": ("typebot/salon.json", "typebot/ancien.json"),
    "landbot": ("landbot/clinique.json", "landbot/brouillon.json"),
    "chatfuel": ("chatfuel/boulangerie.json", "chatfuel/reponse.json"),
    "wa-templates": (
        "wa-templates/meta_liste.json", "wa-templates/envois.json", "wa-templates/twilio_contents.json",
        "wa-templates/infobip.json", "wa-templates/bird.json", "wa-templates/gupshup.json",
    ),
    "dialogflow-es": ("dialogflow-es/ancien", "dialogflow-es/rest"),
    "dialogflow-cx": ("dialogflow-cx/boulangerie",),
    "rasa": ("rasa/boutique", "rasa/calm"),
    "contentrepo": ("contentrepo/pages.csv",),
    "table": ("table/commande.csv", "table/support.csv"),
    "sms": ("sms/langues_en_colonnes.csv", "sms/objets.json", "sms/rails.fr.yml", "sms/groupes.json"),
}  # fmt: skip
CASES = [(name, path) for name, paths in FIXTURES.items() for path in paths]

_STRINGS, _OBJECTS = 24, 8
"""Positions of one source that are planted, at least one of each of its files."""

Position = tuple[str | int, ...]


@dataclass(frozen=True)
class Kind:
    """How files of one notation are taken apart and put together again."""

    load: Callable[[str], Any]
    dump: Callable[[Any], str]


def _table(delimiter: str) -> Kind:
    def dump(rows: Any) -> str:
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter).writerows(rows)
        return out.getvalue()

    return Kind(lambda text: list(csv.reader(io.StringIO(text), delimiter=delimiter)), dump)


def kind_of(path: str, text: str) -> Kind | None:
    suffix = path.rsplit(".", 1)[-1].lower()
    if suffix in ("yaml", "yml"):
        return Kind(
            yaml.safe_load, lambda value: yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=10_000)
        )
    if suffix == "json":
        return Kind(json.loads, lambda value: json.dumps(value, ensure_ascii=False, indent=1))
    if suffix in ("csv", "tsv"):
        return _table(csv.Sniffer().sniff(text[:4000], ",;\t").delimiter)
    return None


def strings(value: Any, at: Position = ()) -> Iterator[Position]:
    """The positions of all strings."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from strings(item, (*at, index))
    elif isinstance(value, str) and value.strip():
        yield at


def objects(value: Any, at: Position = ()) -> Iterator[Position]:
    """The positions of all objects."""
    if isinstance(value, dict):
        yield at
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from objects(item, (*at, key))


def one_of_each(positions: Iterator[Position], table: bool) -> list[Position]:
    """The first position of every kind. Rows of a table after the head are of one kind, each column is its own."""
    found: dict[tuple[str, ...], Position] = {}
    for at in positions:
        if table and at[0] == 0:
            continue  # the head: another column then
        names = tuple(str(part) if table and depth else _name(part) for depth, part in enumerate(at))
        found.setdefault(("row", *names[1:]) if table else names, at)
    return list(found.values())


def some(positions: list[Position], most: int) -> list[Position]:
    """At most so many, evenly spread."""
    if len(positions) <= most:
        return positions
    return [positions[index * len(positions) // most] for index in range(most)]


def _name(part: str | int) -> str:
    return "*" if isinstance(part, int) or len(part) > 20 or any(char.isdigit() for char in part) else part


def changed(value: Any, at: Position, change: Callable[[Any], Any]) -> Any:
    value = copy.deepcopy(value)
    if not at:
        return change(value)
    holder = value
    for part in at[:-1]:
        holder = holder[part]
    holder[at[-1]] = change(holder[at[-1]])
    return value


@dataclass(frozen=True)
class Source:
    """A fixture: its files by relative path, and which format reads them."""

    name: str
    format: str
    files: dict[str, str]
    project: bool

    def read(self, files: dict[str, str]) -> Workspace:
        """Read the files as every command does."""
        if not self.project:
            ((path, text),) = files.items()
            return load([InputFile(SourceFile(path, text.encode()), path)], OPTIONS, from_format=self.format)
        tree = Tree(self.name, {path: SourceFile(f"{self.name}/{path}", text.encode()) for path, text in files.items()})
        return load([InputTree(tree, self.name)], OPTIONS, from_format=self.format)

    def planted(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Where something was planted, and the files with it."""
        turn = 0
        for path, text in self.files.items():
            kind = kind_of(path, text)
            if kind is None:
                continue
            value = kind.load(text)
            table = path.endswith((".csv", ".tsv"))
            for at in some(one_of_each(strings(value), table), max(1, _STRINGS // len(self.files))):
                shape = SHAPES[list(SHAPES)[turn % len(SHAPES)]]
                behind = turn % 3 > 0
                turn += 1
                planted = changed(
                    value, at, lambda old, shape=shape, behind=behind: f"{old} {shape}" if behind else shape
                )
                yield f"{shape} in {path} at {at}", {**self.files, path: kind.dump(planted)}
            for at in () if table else some(one_of_each(objects(value), table), max(1, _OBJECTS // len(self.files))):
                planted = changed(value, at, lambda old: {**old, "api_key": SECRET})
                yield f"member in {path} at {at}", {**self.files, path: kind.dump(planted)}


def source(root: Path, name: str, path: str) -> Source:
    place = root / "fixtures" / path
    if place.is_file():
        return Source(path, name, {place.name: place.read_text(encoding="utf-8-sig")}, project=False)
    files = sorted(one for one in place.rglob("*") if one.is_file())
    texts = {one.relative_to(place).as_posix(): one.read_text(encoding="utf-8-sig") for one in files}
    return Source(path, name, texts, project=True)


def shown(workspace: Workspace) -> dict[str, str]:
    """All that outputs are made of, by what it is."""
    read = [file.parsed for file in workspace.files if file.parsed]
    findings = located(workspace.findings, workspace.documents)
    return {
        "graph": repr([parsed.project for parsed in read]),
        "facts": repr([parsed.facts for parsed in read]),
        "findings": render_text(findings, workspace.documents) + repr(findings),
        "ledger": repr([list(parsed.ledger) for parsed in read]),
        "documents": "\n".join(document.text for document in workspace.documents.values()),
    }


@pytest.mark.parametrize(("name", "path"), CASES, ids=[path for _, path in CASES])
def test_what_is_planted_is_shown_nowhere(root: Path, name: str, path: str) -> None:
    fixture = source(root, name, path)
    leaks: list[str] = []
    planted = 0
    for where, files in fixture.planted():
        planted += 1
        workspace = fixture.read(files)
        leaks += [f"{what}: {where}" for what, text in shown(workspace).items() if SECRET in text]
    assert planted >= 5
    assert leaks == []


def test_every_format_has_a_case() -> None:
    assert set(FIXTURES) == {info.name for info in all_formats()}

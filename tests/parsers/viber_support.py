"""What the tests of the Viber and Node-RED readers share: reading, mutating, and what must hold for any input."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from bascule.diagnostics import Finding, locate
from bascule.ir.encode import encode_project
from bascule.ir.expr_text import print_text
from bascule.ir.nodes import Ask, Edge, Message, Node
from bascule.ir.project import Flow
from bascule.ir.text import Text
from bascule.parsers.base import Parsed, ParseOptions
from bascule.source import SourceFile

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"

JUNK: list[Any] = [
    None, True, False, 0, -1, 3.5, 1e308, 10**400, "", "x", " ", "{{", "{{nom}}", "%s", "<b>", "</b><br>&amp;&#0;&#x110000;",
    "Bonjour 🌙", "مرحبا", '{"a":', "[1]", "`${", "//", "/*", "'", '"', "\\", "\u202e", "\ud83d", "0" * 5000, [], {}, [[]],
    [{}], {"type": "text"}, {"Buttons": "x"}, {"Buttons": [None, 1, {}]}, "text", "rich_media", "reply", "replace_me_with_user_name",
    "{text:'a',keyboard:{Buttons:[{Text:1}]}}", "4453b6ac12345678-0123456789abcdef-fedcba9876543210", {"$": "x"}, ["s1a"],
]  # fmt: skip


def read(module: ModuleType, name: str, **options: Any) -> Parsed:
    """Read a fixture (``viber/boutique.json``)."""
    path = FIXTURES / name
    parsed: Parsed = module.parse(SourceFile(f"fixtures/{name}", path.read_bytes()), ParseOptions(**options))
    return parsed


def parse_value(module: ModuleType, value: Any, name: str = "essai.json", **options: Any) -> Parsed:
    """Read a value as a file."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    parsed: Parsed = module.parse(SourceFile.of_text(text, name), ParseOptions(**options))
    return parsed


def said(text: Any) -> str:
    """A text, or the first wording of a localized one, in the native notation."""
    return print_text(text if isinstance(text, tuple) else text.first if text else ())


def only_flow(parsed: Parsed) -> Flow:
    assert len(parsed.project.flows) == 1
    return parsed.project.flows[0]


def node(flow: Flow, id_: str) -> Any:
    return flow.by_id[id_]


def ways(item: Node) -> dict[str, str | None]:
    """Guard, printed, to target."""
    return {guard_text(edge): edge.target for edge in item.edges}


def guard_text(edge: Edge) -> str:
    from bascule.ir.expr_text import print_expression
    from bascule.ir.nodes import Chosen, When

    if isinstance(edge.guard, Chosen):
        return ",".join(edge.guard.choices)
    if isinstance(edge.guard, When):
        return print_expression(edge.guard.condition)
    return type(edge.guard).__name__.lower()


def codes(parsed: Parsed) -> list[str]:
    return sorted(finding.code for finding in parsed.findings)


def found(parsed: Parsed, code: str) -> list[Finding]:
    return [finding for finding in parsed.findings if finding.code == code]


def source_at(parsed: Parsed, place: Any) -> str:
    """The text of the file at a place."""
    span = parsed.document.locate(place)
    return parsed.document.text[span.start : span.end]


def everything_shown(parsed: Parsed) -> str:
    """All that may be printed of a file: the graph, findings with their snippets, the ledger."""
    from bascule.diagnostics.render_text import render_text

    documents = {parsed.document.path: parsed.document}
    findings = [locate(finding, documents) for finding in parsed.findings]
    ledger = [f"{entry.construct} {entry.reason} {entry.alternative}" for entry in parsed.ledger]
    graph = json.dumps(encode_project(parsed.project), ensure_ascii=False)
    return "\n".join([graph, render_text(findings, documents), *ledger, str(parsed.facts), parsed.document.text])


def contents(item: Node) -> Iterator[Any]:
    if isinstance(item, (Message, Ask)):
        yield item.content


def check_sound(parsed: Parsed) -> None:
    """What holds for every result, whatever was read."""
    json.dumps(encode_project(parsed.project, provenance=True))
    documents = {parsed.document.path: parsed.document}
    for finding in parsed.findings:
        assert finding.message
        span = locate(finding, documents).span
        assert span is not None
        parsed.document.line_text(span.line)
    for entry in parsed.ledger:
        parsed.document.locate(entry.place)
        assert entry.fate.value == "exact" or entry.reason
    ids = [flow.id for flow in parsed.project.flows]
    assert len(ids) == len(set(ids))
    assert parsed.unreadable == (not ids)
    assert ids or parsed.findings
    for flow in parsed.project.flows:
        names = [item.id for item in flow.nodes]
        assert len(names) == len(set(names))
        assert all(names)
        for item in flow.nodes:
            assert all(edge.target is None or edge.target in flow.by_id for edge in item.edges)
            for content in contents(item):
                choices = [*content.choices, *(choice for card in content.cards for choice in card.choices)]
                assert len({choice.id for choice in choices}) == len(choices)
        assert all(entry.target in flow.by_id for entry in flow.entries)


def _paths(value: Any) -> list[tuple[Any, ...]]:
    found_: list[tuple[Any, ...]] = []
    stack: list[tuple[tuple[Any, ...], Any]] = [((), value)]
    while stack:
        path, item = stack.pop()
        found_.append(path)
        if isinstance(item, dict):
            stack.extend(((*path, key), part) for key, part in item.items())
        elif isinstance(item, list):
            stack.extend(((*path, index), part) for index, part in enumerate(item))
    return found_


def mutated(rng: random.Random, value: Any) -> Any:
    """A copy with a few values replaced, removed, renamed or copied to another place."""
    value = json.loads(json.dumps(value))
    for _ in range(rng.randint(1, 4)):
        paths = _paths(value)
        path = rng.choice(paths)
        if not path:
            continue
        owner: Any = value
        for key in path[:-1]:
            owner = owner[key]
        action = rng.random()
        if action < 0.5:
            owner[path[-1]] = copy.deepcopy(rng.choice(JUNK))
        elif action < 0.65:
            del owner[path[-1]]
        elif action < 0.8 and isinstance(owner, dict):
            owner[path[-1][:-1] + rng.choice("xsS_")] = owner.pop(path[-1])
        else:
            other: Any = value
            for key in rng.choice(paths):
                other = other[key]
            owner[path[-1]] = json.loads(json.dumps(other))
    return value


def damaged(rng: random.Random, text: str) -> str:
    """A copy with pieces cut out, signs put in, or the end cut off."""
    chars = list(text)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(chars) + 1)
        action = rng.random()
        if action < 0.4:
            del chars[at : at + rng.randint(1, 30)]
        elif action < 0.7:
            chars.insert(at, rng.choice("{}[]()\"'`\\/,:;$<>&*\n\0é🌙+="))
        else:
            del chars[at:]
    return "".join(chars)


def texts_of(flow: Flow) -> list[Text]:
    return [text for item in flow.nodes for content in contents(item) for _, text in content.text]

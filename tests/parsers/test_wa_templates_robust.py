"""What is taken for WhatsApp templates, what is not, and that no input makes the reader raise or answer twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.diagnostics import locate
from bascule.diagnostics.pages import page_sections
from bascule.diagnostics.rules import registry
from bascule.ir.content import Content
from bascule.ir.dump import to_json
from bascule.ir.encode import encode_project
from bascule.parsers.base import CERTAIN, POSSIBLE, Parsed, ParseOptions
from bascule.parsers.wa_templates import losses, parse, rules, sniff
from bascule.source import SourceFile
from tests.work import lines_run

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "wa-templates"
OWN = sorted(path for path in FIXTURES.glob("*.json*"))
SEEDS = [path.read_text(encoding="utf-8") for path in sorted(FIXTURES.rglob("*.json*"))]
PIECES = ["{", "}", "[", "]", '"', ",", ":", "\\", "\\u12", "\\ud83d", "{{", "}}", "{{1}}", "\0", "é", "ع", "😀", "null", "1e999",
          "-", "\n", "components", "type", "body", '"type": "BODY"', "[]", "{}", "7"]  # fmt: skip


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_own_shapes_are_certain(path: Path) -> None:
    match = sniff(SourceFile("a" + path.suffix, path.read_bytes()))
    assert match is not None
    assert match.confidence >= CERTAIN
    assert match.reason


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("bird.json", "a template of Bird without the `blocks`"),
        ("webhook.json", "a webhook of WhatsApp"),
        ("collection.json", "a Postman collection"),
        ("partie.json", "the `template` of a send body"),
        ("vide.json", "an empty answer of the Graph API"),
        ("sans_nom.json", "neither `name` nor `language`"),
    ],
)
def test_near_misses_say_what_is_missing(name: str, reason: str) -> None:
    file = SourceFile(name, (FIXTURES / "near" / name).read_bytes())
    match = sniff(file)
    assert match is not None
    assert match.confidence < POSSIBLE
    assert reason in match.reason
    parsed = parse(file, ParseOptions())
    assert parsed.unreadable
    assert parsed.findings[-1].code == "PAR650"


@pytest.mark.parametrize("name", ["sms.json", "studio.json"])
def test_files_of_other_formats_are_not_claimed(name: str) -> None:
    assert sniff(SourceFile(name, (FIXTURES / "near" / name).read_bytes())) is None


def test_fixtures_of_other_formats_are_not_claimed() -> None:
    seen = 0
    for path in sorted(FIXTURES.parent.rglob("*")):
        if path.is_file() and FIXTURES not in path.parents:
            match = sniff(SourceFile(path.name, path.read_bytes()))
            # The near misses of other formats hold a WhatsApp template on purpose.
            assert match is None or match.confidence < POSSIBLE or path.name == "template_whatsapp.json", path
            seen += 1
    assert seen > 50


@pytest.mark.corpus
def test_real_templates_and_messages_are_certain_and_nothing_else_is_taken(corpus: Path) -> None:
    taken, seen = set(), 0
    for path in sorted(corpus.rglob("*")):
        if not path.is_file() or path.stat().st_size > 4_000_000:
            continue
        seen += 1
        match = sniff(SourceFile(path.name, path.read_bytes()))
        if match is not None and match.confidence >= POSSIBLE:
            assert match.confidence >= CERTAIN
            taken.add((path.parent.name, path.name))
    assert seen > 1000
    assert {folder for folder, _ in taken} == {"wa-templates", "wa-messages"}
    assert sum(folder == "wa-templates" for folder, _ in taken) == 6
    # The collection of requests and the body of another endpoint are no messages.
    assert sum(folder == "wa-messages" for folder, _ in taken) == 17


@pytest.mark.corpus
def test_real_templates_keep_their_texts(corpus: Path) -> None:
    checked = 0
    for path in sorted((corpus / "wa-templates").glob("*.json")):
        value = json.loads(path.read_text(encoding="utf-8"))
        items = [value] if "components" in value else list(value.values())
        assets = {
            one.name: one for one in parse(SourceFile(path.name, path.read_bytes()), ParseOptions()).project.templates
        }
        for item in items:
            assert json.loads(assets[item["name"]].definition) == item
            checked += 1
    assert checked >= 15


def survive(text: str, name: str = "x.json") -> Parsed:
    """Read a text through the whole public surface of the reader and check what always holds."""
    file = SourceFile(name, text.encode("utf-8", "surrogatepass"))
    match = sniff(file)
    assert match is None or (0 < match.confidence <= 100 and match.reason)
    parsed = parse(file, ParseOptions())
    known = registry()
    for finding in parsed.findings:
        assert finding.message
        assert finding.code in known
        span = locate(finding, {parsed.document.path: parsed.document}).span
        assert span is not None
        assert 0 <= span.start <= span.end
    ids = [flow.id for flow in parsed.project.flows]
    assert len(ids) == len(set(ids))
    for flow in parsed.project.flows:
        nodes = [node.id for node in flow.nodes]
        assert nodes
        assert len(nodes) == len(set(nodes))
        assert all(entry.target is None or entry.target in nodes for entry in flow.entries)
        for node in flow.nodes:
            content = getattr(node, "content", None)
            if isinstance(content, Content):
                choices = [choice.id for choice in content.choices]
                assert len(choices) == len(set(choices))
            assert all(json.loads(text) is not NotImplemented for _, text in node.facts)
    for asset in parsed.project.templates:
        assert not asset.definition or isinstance(json.loads(asset.definition), dict)
        assert all(json.loads(text) is not NotImplemented for _, text in asset.facts)
    encode_project(parsed.project)
    if parsed.unreadable:
        assert not ids
        assert parsed.findings
    return parsed


@settings(max_examples=400)
@given(st.data())
def test_damaged_files_are_survived(data: Any) -> None:
    text = data.draw(st.sampled_from(SEEDS))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(text)))
        action = data.draw(st.integers(0, 3))
        if action == 0:
            text = text[:at]
        elif action == 1:
            text = text[:at] + data.draw(st.sampled_from(PIECES)) + text[at:]
        elif action == 2:
            text = text[:at] + text[at + data.draw(st.integers(1, 40)) :]
        else:
            text = text[:at] + text[at : at + data.draw(st.integers(1, 300))] + text[at:]
    survive(text, data.draw(st.sampled_from(["x.json", "x.jsonl", "x"])))


def _pointers(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(found for key, item in inner for found in _pointers(item, (*at, key)))]


TREES = [json.loads(path.read_text(encoding="utf-8")) for path in OWN if path.suffix == ".json"]
PLACES = [_pointers(tree) for tree in TREES]
ODD = st.sampled_from(
    [None, 7, 1.5, True, "", "x", [], {}, [[]], [None], {"": {}}, {"text": 3}, "{{1}}{{", [7, "a"], "BODY", "[{}]"]
)


@settings(max_examples=600)
@given(st.data())
def test_values_of_the_wrong_kind_are_survived_anywhere(data: Any) -> None:
    index = data.draw(st.integers(0, len(TREES) - 1))
    tree = json.loads(json.dumps(TREES[index]))
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(PLACES[index]))
        holder = tree
        try:
            for key in path[:-1]:
                holder = holder[key]
            if path:
                holder[path[-1]] = json.loads(json.dumps(data.draw(ODD)))
        except (KeyError, IndexError, TypeError):
            continue
    survive(json.dumps(tree, ensure_ascii=False))


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_survived(data: bytes) -> None:
    file = SourceFile("x.json", data)
    sniff(file)
    assert parse(file, ParseOptions()).findings


@pytest.mark.parametrize(
    "text", ["", " ", "[]", "{}", "null", "7", '"a"', "[[]]", "[" * 300, '{"a":' * 300, "{}\n{}\n", "\ufeff{}"]
)
def test_what_is_nothing_is_told(text: str) -> None:
    parsed = survive(text)
    assert parsed.unreadable
    assert sniff(SourceFile.of_text(text, "a.json")) is None


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_the_same_file_gives_the_same_graph(path: Path) -> None:
    first, second = (
        to_json(encode_project(parse(SourceFile(path.name, path.read_bytes()), ParseOptions()).project, True))
        for _ in range(2)
    )
    assert first == second


def work(count: int) -> int:
    """Lines run for a list of templates, as many sends, and as many strays; each name stands twice."""
    item = json.loads((FIXTURES / "brouillons.json").read_text(encoding="utf-8"))[0]
    value = [{**item, "name": f"rappel_{index // 2}"} for index in range(count)]
    sends = [
        {
            "messaging_product": "whatsapp",
            "type": "template",
            "template": {"name": f"envoi_{index // 2}", "language": {"code": "fr"}},
        }
        for index in range(count)
    ]
    file = SourceFile.of_text(json.dumps([*value, *sends, *["x"] * count]), "a.json")
    return lines_run(lambda: parse(file, ParseOptions()))


def test_work_grows_with_the_number_of_templates_only() -> None:
    work(4)
    small, large = work(50), work(300)
    assert large < 8 * small


def test_every_code_has_a_whole_page() -> None:
    for module in (rules, losses):
        for name in module.__all__:
            rule = getattr(module, name)
            assert rule.code[:3] in ("PAR", "LOS")
            assert 650 <= int(rule.code[3:]) < 700
            assert {"What it does", "Why", "Example", "Use instead", "Sources"} <= page_sections(rule).keys()

"""Fixes as pure edits: escaping, overlaps, proofs, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bascule.diagnostics import Applicability, Edit, Finding, Fix, Severity
from bascule.diagnostics.fixes import Fixed, Source, apply_fixes, source_of
from bascule.language.secrets import MaskedDocument
from bascule.source import Document, Place, TextDocument
from bascule.source.json import read_json
from bascule.source.properties import read_properties
from bascule.source.table import read_table
from bascule.source.yaml import read_yaml

PATH = "f"


def finding(*edits: Edit, safe: bool = True, code: str = "TPL021", message: str = "m") -> Finding:
    how = Applicability.SAFE if safe else Applicability.UNSAFE
    return Finding(code, Severity.WARNING, message, edits[0].place, fix=Fix("mend", edits, how))


def edit(pointer: str, sub: tuple[int, int] | None, new: str, old: str | None = None, key: bool = False) -> Edit:
    return Edit(Place(PATH, pointer, sub, key), new, old)


def run(document: Document, *edits: Edit, data: bytes | None = None) -> Fixed:
    source = source_of(document, document.text.encode() if data is None else data)
    return apply_fixes([finding(item) for item in edits], {PATH: source})


def text_after(document: Document, *edits: Edit) -> str:
    done = run(document, *edits)
    assert not done.refused, done.refused
    return done.texts[PATH]


@pytest.mark.parametrize(
    ("text", "sub", "new", "wanted"),
    [
        ('{"a": "x \\"y\\" z", "b": 1}', (2, 5), '\n"é"', '{"a": "x \\n\\"é\\" z", "b": 1}'),
        ('{ "a" : "\\u00e9t\\u00e9" }', (3, 3), " à", '{ "a" : "\\u00e9t\\u00e9 \\u00e0" }'),
        ('{"a": "\\ud83d\\ude00 b"}', (1, 2), "", '{"a": "\\ud83d\\ude00b"}'),
        ('{"a": "नमस्ते"}', (6, 6), " 😀", '{"a": "नमस्ते 😀"}'),
    ],
)
def test_json_texts_are_escaped_as_the_file_does_it(text: str, sub: tuple[int, int], new: str, wanted: str) -> None:
    assert text_after(read_json(PATH, text), edit("/a", sub, new)) == wanted


@pytest.mark.parametrize(
    ("text", "sub", "new", "wanted"),
    [
        ("a: bon jour  # dit\nb: 1\n", (3, 3), "-", "a: bon- jour  # dit\nb: 1\n"),
        ("a: bonjour # dit\n", (7, 7), ": toi", 'a: "bonjour: toi" # dit\n'),
        ("a: 'l''eau'\n", (4, 4), "'x", "a: 'l''ea''xu'\n"),
        ("a: 'l''eau'\n", (5, 5), "\n", 'a: "l\'eau\\n"\n'),
        ('a: "t\\u00e9 \\U0001F600 \\x41 fin"\n', (5, 6), "B\t", 'a: "t\\u00e9 \\U0001F600 B\\t fin"\n'),
        ("a: |\n  un\n  deux\nb: 1\n", (2, 2), " et demi", "a: |\n  un et demi\n  deux\nb: 1\n"),
        ("a: |-\r\n    un\r\n    deux\r\n", (7, 7), "\ntrois", "a: |-\r\n    un\r\n    deux\r\n    trois\r\n"),
        ("a: >\n  un\n  deux\n\n  trois\nb: 1\n", (3, 7), "2", "a: >\n  un\n  2\n\n  trois\nb: 1\n"),
        ('a: "un\n  deux  \n\n  trois"\n', (8, 8), "!", 'a: "un\n  deux  \n\n  !trois"\n'),
        ("a: un\n  deux\nb: 1\n", (3, 7), "trois", "a: un\n  trois\nb: 1\n"),
        ("{a: oui, b: non}\n", (3, 3), ", toi", '{a: "oui, toi", b: non}\n'),
        ("a: sept\n", (0, 4), "12", 'a: "12"\n'),
    ],
)
def test_yaml_texts_keep_their_style_where_they_can(text: str, sub: tuple[int, int], new: str, wanted: str) -> None:
    document = read_yaml(PATH, text)
    assert text_after(document, edit("/a", sub, new)) == wanted
    value = str(document.value["a"])
    assert read_yaml(PATH, wanted).value == {**document.value, "a": value[: sub[0]] + new + value[sub[1] :]}


def test_a_key_is_renamed_and_never_onto_another_one() -> None:
    document = read_yaml(PATH, "sya: bonjour  # ici\nsay2: 1\n")
    assert text_after(document, edit("/sya", None, "say", key=True)) == "say: bonjour  # ici\nsay2: 1\n"
    done = run(document, edit("/sya", None, "say2", key=True))
    assert not done.texts
    assert "stands there already" in done.refused[0][1]


def test_cells_are_quoted_when_they_must_be() -> None:
    document = read_table(PATH, 'k;text;x\r\n1;bonjour;a\r\n2;"il dit ""oui""";b\r\n')
    done = text_after(document, edit("/0/text", (7, 7), "; toi"), edit("/1/text", (7, 7), '"non" '))
    assert done == 'k;text;x\r\n1;"bonjour; toi";a\r\n2;"il dit """"non"" oui""";b\r\n'.replace(
        '""""non"" oui', '""non"" ""oui'
    )
    assert text_after(document, edit("/0/text", (0, 3), "Bon")) == document.text.replace("bonjour", "Bonjour")


def test_property_values_are_escaped() -> None:
    document = read_properties(PATH, "# ici\nrdv = Bonjour \\\n   {0}\nb=2\n")
    assert text_after(document, edit("/rdv", (11, 11), " C:\\x\n")) == (
        "# ici\nrdv = Bonjour \\\n   {0} C:\\\\x\\n\nb=2\n"
    )


def test_a_range_of_the_file_is_written_as_it_is() -> None:
    text = "a: 1  # bascule: ignore[TPL021] vu\nb: 2\n"
    start = text.index("  #")
    gone = edit("", (start, text.index("\n")), "", "  # bascule: ignore[TPL021] vu")
    assert text_after(read_yaml(PATH, text), gone) == "a: 1\nb: 2\n"
    wrong = run(read_yaml(PATH, text), edit("", (0, 1), "c"))
    assert not wrong.texts, "a range of the file must not change what it says"
    assert "would not say" in wrong.refused[0][1]


def test_the_first_of_two_edits_that_touch_wins() -> None:
    document = read_json(PATH, '{"a": "abcdef"}')
    first, second, apart = edit("/a", (0, 2), "X"), edit("/a", (2, 3), "Y"), edit("/a", (5, 6), "Z")
    findings = [finding(second), finding(apart), finding(first)]
    source = {PATH: source_of(document, document.text.encode())}
    done = apply_fixes(findings, source)
    assert done.texts[PATH] == '{"a": "XcdeZ"}'
    assert [item.fix.edits[0] for item in done.waiting if item.fix] == [second]
    assert apply_fixes(findings[::-1], source).texts == done.texts


def test_equal_changes_are_made_once_and_mend_both_findings() -> None:
    document = read_json(PATH, '{"a": "ab"}')
    item = edit("/a", (2, 2), "!")
    done = apply_fixes([finding(item), finding(item, code="TPL020")], {PATH: source_of(document, b'{"a": "ab"}')})
    assert done.texts[PATH] == '{"a": "ab!"}'
    assert sorted(found.code for found in done.fixed) == ["TPL020", "TPL021"]


def test_a_fix_is_applied_whole_or_not_at_all() -> None:
    document = read_json(PATH, '{"a": "ab", "b": 1}')
    source = {PATH: source_of(document, document.text.encode())}
    done = apply_fixes([finding(edit("/a", (0, 1), "X"), edit("/b", None, "Y"))], source)
    assert not done.texts
    assert done.refused[0][1] == "no text stands at its place"
    twice = apply_fixes([finding(edit("/a", (0, 1), "X"), edit("/a", (0, 2), "Y"))], source)
    assert twice.refused[0][1] == "its own edits overlap"


def test_unsafe_fixes_wait_for_leave() -> None:
    document = read_json(PATH, '{"a": "ab"}')
    source = {PATH: source_of(document, document.text.encode())}
    found = [finding(edit("/a", (0, 1), "X"), safe=False)]
    assert apply_fixes(found, source) == Fixed()
    assert apply_fixes(found, source, unsafe=True).texts == {PATH: '{"a": "Xb"}'}


def test_what_must_stand_there_is_looked_for() -> None:
    text = "menu:\n  - {title: Oui, then: a}\n  - Non: b\n  - {title: Oui, accepts: [Oui]}\n"
    document = read_yaml(PATH, text)
    assert "{title: Bien," in text_after(document, edit("/menu/0", None, "Bien", "Oui"))
    assert "- Jamais: b" in text_after(document, edit("/menu/1/Non", None, "Jamais", "Non"))
    assert "more than once" in run(document, edit("/menu/2", None, "Bien", "Oui")).refused[0][1]
    assert "something else" in run(document, edit("/menu/0", None, "Bien", "Peut-être")).refused[0][1]
    assert "something else" in run(document, edit("/menu/0/title", (0, 2), "", "xx")).refused[0][1]


REFUSED: list[tuple[Document, bytes, Edit, str]] = [
    (TextDocument(PATH, ""), b"PK\x03\x04....", edit("/0", (0, 0), "x"), "workbooks and archives"),
    (TextDocument(PATH, ""), b"\0abcdefghij", edit("/0", (0, 0), "x"), "no text"),
    (read_json(PATH, '{"a": "é"}'), '{"a": "é"}'.encode("cp1252"), edit("/a", (0, 0), "न"), "no character `न`"),
    (read_yaml(PATH, "a: &x oui\nb: *x\n"), b"a: &x oui\nb: *x\n", edit("/b", (0, 0), "x"), "an anchor"),
    (read_json(PATH, '{"a": "b"}'), b'{"a": "b"} ', edit("/a", (0, 0), "x"), "not those of the file"),
    (read_json(PATH, '{"a": "b"}'), b'{"a": "b"}', edit("/a", (0, 9), "x"), "outside of the text"),
    (Document(PATH, "abc"), b"abc", edit("/a", (0, 1), "x"), "files of this kind"),
]


@pytest.mark.parametrize(("document", "data", "item", "why"), REFUSED, ids=[why for *_, why in REFUSED])
def test_what_cannot_be_written_is_refused_with_its_reason(
    document: Document, data: bytes, item: Edit, why: str
) -> None:
    done = run(document, item, data=data)
    assert not done.texts
    assert why in done.refused[0][1]


def test_a_file_that_cannot_be_written_is_no_source() -> None:
    done = apply_fixes([finding(edit("/a", (0, 1), "x"))], {})
    assert "archive" in done.refused[0][1]


def test_bytes_that_would_not_come_back_are_left_alone() -> None:
    data = b"\xef\xbb\xbf" + b'{"a": "\xff"}'
    document = read_json(PATH, data[3:].decode("utf-8", "replace"))
    assert "not clean utf-8" in run(document, edit("/a", (0, 0), "x"), data=data).refused[0][1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encoding_mark_and_line_ends_are_kept(encoding: str) -> None:
    text = '{\r\n  "a": "déjà"\r\n}\r\n'
    data = text.encode(encoding)
    source = source_of(read_json(PATH, text), data)
    done = apply_fixes([finding(edit("/a", (4, 4), " été"))], {PATH: source})
    assert source.encode(done.texts[PATH]) == text.replace("déjà", "déjà été").encode(encoding)
    assert source.encode(text) == data


def test_secrets_are_covered_in_the_document_and_kept_in_the_file() -> None:
    text = '{"token": "sk_live_0123456789ab", "a": "oui"}'
    document = MaskedDocument(read_json(PATH, text), [Place(PATH, "/token")])
    assert "sk_live" not in document.text
    done = text_after_masked(document, text)
    assert done == text.replace("oui", "oui.")


def text_after_masked(document: Document, text: str) -> str:
    source: Source = source_of(document, text.encode())
    return apply_fixes([finding(edit("/a", (3, 3), "."))], {PATH: source}).texts[PATH]


def test_one_fix_that_does_not_hold_leaves_the_others() -> None:
    values: dict[str, Any] = {f"k{number}": "texte" for number in range(9)}
    document = read_json(PATH, json.dumps(values))
    at = document.text.index('"k4"')
    bad = edit("", (at, at + 4), '"k3"')
    good = [edit(f"/k{number}", (5, 5), ".") for number in range(9)]
    done = run(document, bad, *good)
    assert json.loads(done.texts[PATH]) == dict.fromkeys(values, "texte.")
    assert [why for _, why in done.refused] == ["the changed file would not say what it must"]

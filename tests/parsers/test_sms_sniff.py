"""Which files are taken for SMS templates, and what is said of those that are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bascule.parsers.base import LIKELY, POSSIBLE, Match, ParseOptions
from bascule.parsers.sms import parse, sniff
from bascule.source import SourceFile

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sms"


def judged(path: Path) -> Match:
    """The answer for a file under its bare name, so that no folder speaks for it."""
    match = sniff(SourceFile(path.name, path.read_bytes()))
    assert match is not None
    return match


OWN = sorted(path for path in FIXTURES.glob("*") if path.is_file())


@pytest.mark.parametrize("path", [path for path in OWN if path.suffix != ".txt"], ids=lambda path: path.name)
def test_files_of_templates_are_taken_without_a_telling_name(path: Path) -> None:
    match = sniff(SourceFile(f"a{path.suffix}", path.read_bytes()))
    assert match is not None
    assert match.confidence >= POSSIBLE, match.reason
    assert match.reason


@pytest.mark.parametrize("path", [path for path in OWN if path.suffix == ".txt"], ids=lambda path: path.name)
def test_plain_texts_need_a_telling_name(path: Path) -> None:
    named = sniff(SourceFile("modeles_sms.txt", path.read_bytes()))
    other = sniff(SourceFile("notes.txt", path.read_bytes()))
    assert named is not None
    assert named.confidence >= POSSIBLE
    assert other is not None
    assert other.confidence < named.confidence


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("contacts.csv", "`phone` makes it a contact list"),
        ("journal.csv", "`To` makes it a contact list or a log"),
        ("phrases.csv", "`intent` makes it a table of training phrases"),
        ("package.json", "a package manifest"),
        ("interface.json", "look like labels"),
        ("studio.json", "a Twilio Studio flow"),
        ("graine.json", "a seed of scenarios"),
        ("webhook.json", "a webhook"),
        ("compose.yml", "a Compose file"),
        ("template_whatsapp.json", "a WhatsApp template"),
        ("notes.txt", "a text"),
    ],
)
def test_other_files_are_near_misses_with_a_reason(name: str, reason: str) -> None:
    match = judged(FIXTURES / "near" / name)
    assert match.confidence < POSSIBLE
    assert reason in match.reason


def test_a_table_without_texts_lists_its_columns() -> None:
    match = judged(FIXTURES / "hostile" / "sans_texte.csv")
    assert match.confidence < POSSIBLE
    assert match.reason == "a table without a text column: its columns are `id`, `phone`, `created_at`"


def test_language_files_without_texts_come_with_advice() -> None:
    path = FIXTURES / "hostile" / "classe.php"
    assert judged(path).confidence < POSSIBLE
    parsed = parse(SourceFile(path.name, path.read_bytes()), ParseOptions())
    assert parsed.unreadable
    (finding,) = [finding for finding in parsed.findings if finding.code == "PAR116"]
    assert finding.help


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<root><data id='a'/></root>", "an XML file"),
        ('<?xml version="1.0"?><TS language="fr"/>', "an XML file"),
        ("<?php echo 'b';", "a PHP file"),
    ],
)
def test_other_language_files_are_recognised(text: str, what: str) -> None:
    parsed = parse(SourceFile.of_text(text, "strings.txt"), ParseOptions())
    assert parsed.unreadable
    assert [finding.message for finding in parsed.findings] == [f"{what} is not read"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<?xml version="1.0"?>\n<resources>\n<string name="a">Bonjour</string></resources>', "an Android string file"),
        ('/* x */\n"a" = "Bonjour à tous";\n', "an iOS string file"),
        ("<?php return ['a' => 'Bonjour'];", "a PHP file"),
        ('# x\nmsgid "Hello"\nmsgstr "Bonjour"\n', "a gettext catalogue"),
    ],
)
def test_language_files_of_frameworks_are_read(text: str, what: str) -> None:
    parsed = parse(SourceFile.of_text(text, "strings.txt"), ParseOptions())
    assert not parsed.unreadable
    assert dict(parsed.facts)["shape"] == what


@pytest.mark.parametrize("name", ["renomme.xlsx", "ancien.xls", "protege.xlsx", "bombe.xlsx", "abime.xlsx"])
def test_a_broken_workbook_is_taken_so_that_it_can_be_explained(name: str) -> None:
    match = judged(FIXTURES / "hostile" / name)
    assert match.confidence >= POSSIBLE
    path = FIXTURES / "hostile" / name
    parsed = parse(SourceFile(path.name, path.read_bytes()), ParseOptions())
    assert parsed.unreadable
    assert parsed.findings[0].code[:5] == "PAR05"


def test_a_file_in_the_wrong_alphabet_says_which_one_is_right() -> None:
    match = judged(FIXTURES / "hostile" / "cp1251.csv")
    assert match.confidence < POSSIBLE
    assert "Windows-1251" in match.reason


@pytest.mark.parametrize("text", ["", "   \n", "\0\1\2\3" * 20, "def f():\n    return 1\n"])
def test_what_is_nothing_is_not_claimed(text: str) -> None:
    for name in ("a", "a.py", "a.bin", "a.txt"):
        match = sniff(SourceFile.of_text(text, name))
        assert match is None or match.confidence < POSSIBLE


@pytest.mark.corpus
def test_real_template_files_are_likely(corpus: Path) -> None:
    paths = sorted((corpus / "sms-templates").glob("*"))
    assert len(paths) == 9
    for path in paths:
        match = sniff(SourceFile(path.name, path.read_bytes()))
        assert match is not None
        assert match.confidence >= LIKELY, path.name


@pytest.mark.corpus
def test_no_other_real_file_is_taken(corpus: Path) -> None:
    # Tables of one text in several channels are templates too, where they have a text for SMS.
    parallel = {"content2.csv", "changed_parent.csv", "broken_button.csv"}
    taken = set()
    seen = 0
    for path in sorted(corpus.rglob("*")):
        if not path.is_file() or path.parent.name == "sms-templates" or path.stat().st_size > 4_000_000:
            continue
        seen += 1
        match = sniff(SourceFile(path.relative_to(corpus).as_posix(), path.read_bytes()))
        if match is not None and match.confidence >= POSSIBLE:
            taken.add(path.name)
    assert seen > 1000
    assert taken == parallel


@pytest.mark.parametrize(
    "text",
    [
        "type,name,label\nnote,avis,Bonjour\nselect_one oui_non,pain,Voulez-vous du pain ?\n",
        "type, name, label::Français, label::English\nselect_one oui_non, pain, Du pain ?, Bread?\n",
        "list_name,name,label\noui_non,oui,Oui\noui_non,non,Non\n",
        "survey,,,\n,type,name,label\n,begin group,menu,Le menu\n,text,plat,Quel plat voulez-vous ?\n",
    ],
)
def test_the_sheets_of_an_xlsform_are_named(text: str) -> None:
    match = sniff(SourceFile.of_text(text, "enquete.csv"))
    assert match is not None
    assert match.confidence < POSSIBLE
    assert "XLSForm" in match.reason


def test_templates_with_a_type_and_a_label_are_no_xlsform() -> None:
    text = "type,name,label,text\nsms,rappel,Rappel,Votre rendez-vous est le {date}.\n"
    match = sniff(SourceFile.of_text(text, "sms.csv"))
    assert match is not None
    assert match.confidence >= POSSIBLE

"""Folders, archives and named files: projects first, then file by file."""

from __future__ import annotations

import io
import zipfile
from types import SimpleNamespace
from typing import Any

import pytest

import bascule.parsers as parsers
from bascule.ir.ledger import Ledger
from bascule.ir.project import Flow, Project
from bascule.loading import InputFile, InputTree, load
from bascule.parsers import Claim, FormatInfo, Match, Parsed, ParseOptions
from bascule.source import Place, SourceFile, TextDocument, Tree


def find_projects(tree: Tree) -> list[Claim]:
    """A project of this test's format: a folder with `chat.main`, and all of the folder."""
    found = []
    for folder in tree.folders():
        names = [f"{folder}/{name}" if folder else name for name in tree.within(folder).files]
        if tree.get(f"{folder}/chat.main" if folder else "chat.main") is not None:
            found.append(Claim(folder, tuple(names), Match(90, "it has `chat.main`")))
    return found


def parse_project(tree: Tree, options: ParseOptions) -> Parsed:
    documents = tuple(TextDocument(file.path, file.text) for file in tree.files.values())
    project = Project(flows=(Flow(tree.name, at=Place(documents[0].path)),), facts=(("files", ",".join(tree.files)),))
    return Parsed(project, (), Ledger([]), documents[0], documents=documents[1:])


def parse(file: SourceFile, options: ParseOptions) -> Parsed:
    return parse_project(Tree(file.path, {file.name: file}), options)


def sniff(file: SourceFile) -> Match | None:
    return Match(90, "it ends in .part") if file.suffix == ".part" else None


@pytest.fixture(autouse=True)
def _format(monkeypatch: pytest.MonkeyPatch) -> None:
    module: Any = SimpleNamespace(sniff=sniff, parse=parse, find_projects=find_projects, parse_project=parse_project)
    info = FormatInfo("chat", "Chat", "chat", (".part", ".main"), projects=True)
    known = parsers.all_formats()
    monkeypatch.setattr(parsers, "all_formats", lambda: (*known, info))
    monkeypatch.setattr("bascule.loading.all_formats", lambda: (*known, info))
    install(monkeypatch, module)


def install(monkeypatch: pytest.MonkeyPatch, module: Any) -> None:
    """Make the format `chat` use this module."""
    original = parsers._import
    monkeypatch.setattr(parsers, "_import", lambda info: module if info.name == "chat" else original(info))


def tree(files: dict[str, str], path: str = "in") -> InputTree:
    made = {name: SourceFile(f"{path}/{name}", text.encode()) for name, text in files.items()}
    return InputTree(Tree(path, made), "in", {name: name for name in files})


SMS = "id,text\na,Bonjour {{nom}}.\n"


def test_a_folder_is_searched_for_projects_and_the_rest_is_read_alone() -> None:
    workspace = load([tree({"bot/chat.main": "x", "bot/b/c.part": "y", "sms_fr.csv": SMS, "readme.md": "hello"})])
    shown = [(file.path, file.label, file.format) for file in workspace.files]
    assert shown == [
        ("in/bot", "in/bot", "chat"),
        ("in/readme.md", "readme.md", None),
        ("in/sms_fr.csv", "sms_fr.csv", "sms"),
    ]
    assert workspace.files[0].members == (("in/bot/b/c.part", "bot/b/c.part"), ("in/bot/chat.main", "bot/chat.main"))
    assert workspace.labels["in/bot/b/c.part"] == "bot/b/c.part"
    assert {"in/bot/b/c.part", "in/bot/chat.main", "in/bot"} <= set(workspace.documents)
    assert not workspace.findings


def test_the_outer_of_two_nested_projects_keeps_the_files() -> None:
    workspace = load([tree({"chat.main": "x", "inner/chat.main": "y", "inner/z.part": "z"})])
    assert [file.path for file in workspace.files] == ["in"]


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def test_an_archive_is_read_like_a_folder_also_inside_a_folder() -> None:
    data = zipped({"chat.main": "x", "more/sms_fr.csv": SMS})
    workspace = load([InputFile(SourceFile("x.zip", data), "x.zip")])
    assert [(file.path, file.format) for file in workspace.files] == [("x.zip!", "chat")]
    folder = InputTree(Tree("in", {"x.zip": SourceFile("in/x.zip", zipped({"sms_fr.csv": SMS}))}), "in")
    workspace = load([folder])
    assert [(file.path, file.label, file.format) for file in workspace.files] == [
        ("in/x.zip!/sms_fr.csv", "x.zip!/sms_fr.csv", "sms")
    ]


def test_an_archive_inside_an_archive_is_not_opened() -> None:
    data = zipped({"sms_fr.csv": SMS})
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("inner.zip", data)
        archive.writestr("sms_fr.csv", SMS)
    workspace = load([InputFile(SourceFile("x.zip", outer.getvalue()), "x.zip")])
    assert [(file.path, file.format) for file in workspace.files] == [
        ("x.zip!/inner.zip", None),
        ("x.zip!/sms_fr.csv", "sms"),
    ]


def test_a_named_archive_with_nothing_to_read_is_an_error_beside_good_files() -> None:
    inputs = [
        InputFile(SourceFile("x.zip", zipped({"readme.md": "hello"})), "x.zip"),
        InputFile(SourceFile("a_fr.csv", SMS.encode()), "a_fr.csv"),
    ]
    workspace = load(inputs)
    assert [finding.code for finding in workspace.findings] == ["PAR004"]
    assert workspace.unreadable


def test_a_damaged_archive_is_a_finding() -> None:
    workspace = load([InputFile(SourceFile("x.zip", b"PK\x03\x04 no more"), "x.zip")])
    assert [finding.code for finding in workspace.findings] == ["PAR013"]
    assert workspace.unreadable


def test_named_parts_of_one_project_are_read_together() -> None:
    parts = [InputFile(SourceFile(f"bot/{name}", b"x"), name) for name in ("a.part", "deep/b.part")]
    workspace = load([*parts, InputFile(SourceFile("bot/s_fr.csv", SMS.encode()), "s_fr.csv")])
    assert [(file.path, file.format) for file in workspace.files] == [("bot", "chat"), ("bot/s_fr.csv", "sms")]


def test_from_takes_the_whole_folder_when_no_project_stands_out() -> None:
    workspace = load([tree({"a.txt": "x", "b/c.txt": "y"})], from_format="chat")
    assert [(file.path, file.format, len(file.members)) for file in workspace.files] == [("in", "chat", 2)]


def test_a_failing_project_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(tree: Tree, options: ParseOptions) -> Parsed:
        raise RuntimeError("x")

    module: Any = SimpleNamespace(sniff=sniff, parse=parse, find_projects=find_projects, parse_project=broken)
    install(monkeypatch, module)
    workspace = load([tree({"bot/chat.main": "x", "sms_fr.csv": SMS})])
    assert [finding.code for finding in workspace.findings] == ["PAR009"]
    assert [file.format for file in workspace.files] == [None, "sms"]
    assert workspace.unreadable

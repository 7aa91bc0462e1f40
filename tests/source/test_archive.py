"""Archives are trees of files; nothing an archive promises is believed."""

from __future__ import annotations

import io
import stat
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.source import SourceFile, Tree
from bascule.source.archive import MAX_MEMBERS, is_archive, read_archive


def pack(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def read(data: bytes, **options: int) -> tuple[dict[str, bytes], list[str]]:
    tree, problems = read_archive(SourceFile("dir/x.zip", data), **options)
    return {name: file.data for name, file in tree.files.items()}, [problem.message for problem in problems]


def test_members_are_files_with_paths_of_their_own() -> None:
    tree, problems = read_archive(SourceFile("dir/x.zip", pack({"b/é.json": b"{}", "a.yml": b"a: 1"})))
    assert list(tree.files) == ["a.yml", "b/é.json"]
    assert tree.files["b/é.json"].path == "dir/x.zip!/b/é.json"
    assert tree.name == "x"
    assert problems == []


def test_names_without_the_utf8_flag_are_read_as_utf8() -> None:
    data = pack({"вітання.json": b"{}"})
    for at in (data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8):
        flags = struct.unpack_from("<H", data, at)[0] & ~0x800
        data = data[:at] + struct.pack("<H", flags) + data[at + 2 :]
    assert list(read(data)[0]) == ["вітання.json"]


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/passwd", "C:/x", "..\\x", "\\\\host\\x"])
def test_a_path_that_leaves_the_archive_is_left_out(name: str) -> None:
    files, problems = read(pack({name: b"x", "ok.json": b"{}"}))
    assert list(files) == ["ok.json"]
    assert len(problems) == 1
    assert "leaves the archive" in problems[0]


def test_links_and_encrypted_members_are_left_out() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("secret", b"x")
    data = buffer.getvalue()
    at = data.rindex(b"PK\x01\x02") + 8
    data = data[:at] + struct.pack("<H", struct.unpack_from("<H", data, at)[0] | 1) + data[at + 2 :]
    files, problems = read(data)
    assert files == {}
    assert ["link" in problems[0], "encrypted" in problems[1]] == [True, True]


def test_a_bomb_is_refused_before_it_unpacks() -> None:
    files, problems = read(pack({"x": b"\0" * (8 << 20)}))
    assert files == {}
    assert "times its size" in problems[0]


def test_a_size_that_is_a_lie_is_seen() -> None:
    data = pack({"x": b"hello world"}, zipfile.ZIP_STORED)
    at = data.index(b"PK\x01\x02") + 24
    files, problems = read(data[:at] + struct.pack("<I", 3) + data[at + 4 :])
    assert files == {}
    assert len(problems) == 1


def test_too_many_members_refuse_the_archive() -> None:
    files, problems = read(pack({f"{number}": b"" for number in range(MAX_MEMBERS + 1)}, zipfile.ZIP_STORED))
    assert files == {}
    assert str(MAX_MEMBERS) in problems[0]


def test_a_large_member_is_left_out_and_said() -> None:
    files, problems = read(pack({"big": b"abc" * 10, "small": b"x"}), max_bytes=8)
    assert list(files) == ["small"]
    assert "big" in problems[0]


def test_workbooks_are_files_not_archives() -> None:
    assert not is_archive(SourceFile("x.xlsx", pack({"[Content_Types].xml": b"", "xl/workbook.xml": b""})))
    assert is_archive(SourceFile("x.zip", pack({"a.json": b"{}"})))
    assert not is_archive(SourceFile("x.zip", b"no zip"))


@given(st.data())
def test_damage_never_raises(data: st.DataObject) -> None:
    whole = bytearray(pack({"a.json": b"{}" * 50, "b/c.yml": b"a: 1\n" * 20}))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(4, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(4, len(whole)))
    tree, problems = read_archive(SourceFile("x.zip", bytes(whole[:cut])))
    assert isinstance(tree, Tree)
    assert all(problem.message for problem in problems)


def test_a_tree_gives_its_folders_and_parts() -> None:
    tree = Tree("top", {name: SourceFile(f"top/{name}", b"") for name in ("b/c/d.json", "a.yml", "b/e.json")})
    assert list(tree.files) == ["a.yml", "b/c/d.json", "b/e.json"]
    assert tree.folders() == ["", "b", "b/c"]
    inner = tree.within("b")
    assert (inner.path, list(inner.files)) == ("top/b", ["c/d.json", "e.json"])
    assert list(tree.only(["a.yml"]).files) == ["a.yml"]
    assert Tree(".", {"b/x": SourceFile("b/x", b"")}).within("b").path == "b"

"""Regular expressions: what they match, what is refused, and that none takes long."""

from __future__ import annotations

import builtins
import re
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.ir.expr import Call, Const
from bascule.simulator.evaluation import Plain, holds
from bascule.simulator.evaluation.faults import Fault
from bascule.simulator.evaluation.patterns import Found, Pattern, compile_pattern

atoms = st.sampled_from(
    ["a", "b", "c", ".", "[ab]", "[^a]", r"\d", r"\w", r"\s", "^", "$", r"\b", "1", " ", "(?:)", "[a-c1]", r"\."]
)
repeats = st.sampled_from(["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{1,}"])
patterns = st.recursive(
    st.tuples(atoms, repeats).map(lambda pair: pair[0] + (pair[1] if pair[0] not in ("^", "$", r"\b", "(?:)") else "")),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        inner.map(lambda part: f"({part})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}"])).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
    ),
    max_leaves=6,
)


def found(pattern: str, text: str, whole: bool = False) -> Found | Fault | None:
    compiled = compile_pattern(pattern)
    if isinstance(compiled, Fault):
        return compiled
    return compiled.fullmatch(text) if whole else compiled.search(text)


@settings(max_examples=700)
@given(patterns, st.text(alphabet="abcAB1 .\n", max_size=10))
def test_a_pattern_matches_what_the_standard_library_matches(pattern: str, text: str) -> None:
    # There, `$` also stands before a last line feed.
    expected = re.compile(pattern.replace("$", r"\Z"), re.IGNORECASE | re.ASCII)
    mine = found(pattern, text)
    assert not isinstance(mine, Fault)
    first = expected.search(text)
    assert (mine is None) is (first is None)
    assert mine is None or first is None or mine.start == first.start()
    assert (found(pattern, text, whole=True) is None) is (expected.fullmatch(text) is None)


@pytest.mark.parametrize(
    ("pattern", "text", "groups"),
    [
        (r"(\d+)-(\d+)", "du 12-34", ("12-34", "12", "34")),
        (r"(a)|(b)", "b", ("b", None, "b")),
        (r"(?P<mot>\pL+)", "12 été", ("été", "été")),
        (r"[\p{Arabic} ]+", "abc نعم لا", (" نعم لا",)),
        (r"(?-i)\p{Lu}\p{Ll}+", "le Thé", ("Thé",)),
        (r"हाँ", "जी हाँ", ("हाँ",)),
        (r"^(oui|yes|نعم)$", "OUI", ("OUI", "OUI")),
        (r"да+", "ДАА", ("ДАА",)),
        (r"[[:alpha:]]+", "12ab", ("ab",)),
        (r"\x41\x{1F600}", "A😀", ("A😀",)),
        (r"\Qa.b\E", "axb a.b", ("a.b",)),
        (r"(?s)a.b", "a\nb", ("a\nb",)),
        (r"(?m)^b$", "a\nb\nc", ("b",)),
        (r"(?i:A)b", "ab", ("ab",)),
        (r"[^x]", "xX", None),
        (r"[]a]", "]", ("]",)),
        (r"[[]+(\d)", "[[1", ("[[1", "1")),
        (r"[a\-z]+", "b-", ("-",)),
        (r"a{,2}", "a{,2}", ("a{,2}",)),
        ("", "abc", ("",)),
        (r"é", "É", ("É",)),
        (r".", "😀", ("😀",)),
        (r"\w+", "né", ("n",)),  # as the platforms: letters of ASCII
    ],
)
def test_a_pattern_finds(pattern: str, text: str, groups: tuple[str | None, ...] | None) -> None:
    match = found(pattern, text)
    assert not isinstance(match, Fault), match
    assert (match and match.groups) == groups


@pytest.mark.parametrize(
    ("pattern", "text", "groups"),
    [
        (r"(?<mot>\pL+)", "12 été", ("été", "été")),
        (r"oui\Z", "oui", ("oui",)),
        (r"oui\Z", "oui non", None),
        (r"a\hb", "a\u00a0b", ("a\u00a0b",)),
        (r"[\h,]+b", "a ,\tb", (" ,\tb",)),
        (r"\H+", " ab ", ("ab",)),
        (r"a\Rb", "a\r\nb", ("a\r\nb",)),
        (r"\u00e9", "É", ("É",)),
        (r"[\u0621-\u064a]+", "oui نعم", ("نعم",)),
        (r"\u{1F600}\u{0041}", "😀A", ("😀A",)),
        (r"[\uD83D\uDE00\uD83D\uDE01]+", "a😁😀", ("😁😀",)),
        (r"\e", "\x1b", ("\x1b",)),
        (r"[\b]", "\b", ("\b",)),
        (r"\é\’", "é’", ("é’",)),
        (r"a(?# puis)b", "ab", ("ab",)),
        (r"(?iu)été", "ÉTÉ", ("ÉTÉ",)),
        (r"(?u)d(?u:été)", "DÉTÉ", ("DÉTÉ",)),
        (r"\p{IsCyrillic}+", "a да", ("да",)),
        (r"\p{Script=Devanagari}+", "a जी", ("जी",)),
        (r"\P{Letter}+", "été 12", (" 12",)),
        (r"[\p{^Letter}]+", "été 12", (" 12",)),
        (r"\p{gc=Nd}+", "a12", ("12",)),
        (r"\Q\u00e9[\E+", r"\u00e9[[", (r"\u00e9[[",)),
        (r"\\u00e9", "\\u00e9", ("\\u00e9",)),
        (r"[(?=]+\++", "a(?=+", ("(?=+",)),
    ],
)
def test_what_other_dialects_spell_differently_is_respelled(
    pattern: str, text: str, groups: tuple[str | None, ...] | None
) -> None:
    test_a_pattern_finds(pattern, text, groups)


def test_names_of_groups_are_in_their_order() -> None:
    pattern = compile_pattern(r"(?<zut>\d)(x)(?P<an>\d)")
    assert isinstance(pattern, Pattern)
    assert pattern.names == (("zut", 1), ("an", 3))


def test_lines_are_looked_at_when_asked() -> None:
    pattern = compile_pattern("^b$", lines=True)
    assert isinstance(pattern, Pattern)
    assert pattern.search("a\nb\nc") == Found(("b",), 2, 3)
    assert found("^b$", "a\nb\nc") is None


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"(?<=\$)\d+", "a look-behind (`(?<=`) is not supported"),
        (r"(?<!\d)\d", "a look-behind (`(?<!`) is not supported"),
        (r"oui(?= )", "a look-ahead (`(?=`) is not supported"),
        (r"^(?!non).*", "a look-ahead (`(?!`) is not supported"),
        (r"(a)\1", r"a reference to a group (`\1`) is not supported"),
        (r"(?<a>a)\k<a>", r"a reference to a group (`\k`) is not supported"),
        ("(?P<a>a)(?P=a)", "a reference to a group (`(?P=`) is not supported"),
        ("(?>a)", "an atomic group (`(?>`) is not supported"),
        ("a++", "a possessive repeat (`++`) is not supported"),
        ("a{1,2}+", "a possessive repeat (`{1,2}+`) is not supported"),
        ("(?(1)a)", "a condition (`(?(`) is not supported"),
        ("(?|a|b)", "a branch reset (`(?|`) is not supported"),
        ("(?R)", "recursion (`(?R`) is not supported"),
        ("(?&a)", "recursion (`(?&`) is not supported"),
        ("(?P>a)", "recursion (`(?P>`) is not supported"),
        ("(?1)", "recursion (`(?1`) is not supported"),
        (r"\C", r"a byte (`\C`) is not supported"),
        ("(", "missing )"), (")", "unexpected )"), ("[", "missing ]"), ("[b-a]", "invalid character class range"),
        ("a**", "bad repetition operator"), ("*", "no argument for repetition operator"),
        ("a{3,1}", "invalid repetition size"), ("a{9999}", "invalid repetition size"), ("\\", r"trailing \ "),
        (r"\x", "invalid escape sequence"), (r"\p{Rien}", "invalid character class range"),
        (r"\y", "invalid escape sequence"), ("(?x)a", "invalid perl operator"), ("(?<a", "invalid named capture group"),
        ("(?:" * 9 + "a" + "{99})" * 9, "invalid repetition size"), (r"\pL{1000}", "pattern too large"),
        ("a" * 10_001, "it is longer than 10000 characters"),
        ("[[:x:]]", "invalid character class range"), ("(?é)", "invalid perl operator"),
    ],
)  # fmt: skip
def test_a_pattern_is_refused_with_a_reason(pattern: str, words: str) -> None:
    refused = compile_pattern(pattern)
    assert isinstance(refused, Fault)
    assert refused.code == "pattern"
    assert refused.reason.startswith(f"the pattern is not read: {words.strip()}")
    assert len(refused.reason) < 300


def test_nothing_is_printed_about_a_pattern_that_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    compile_pattern("(nope")
    found(r"(\pL{20}){1,30}x", "é" * 20_000)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("other", [False, True])
def test_without_the_package_the_fault_says_what_to_install(monkeypatch: pytest.MonkeyPatch, other: bool) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "re2" and not other:
            raise ImportError(name)
        return re if name == "re2" else real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    refused = compile_pattern("a")
    assert isinstance(refused, Fault)
    assert refused.code == "pattern"
    assert "pip install 'bascule[simulate]'" in refused.reason
    held = holds(Call("has_pattern", (Const("a"), Const("a"))), Plain())
    assert held == refused


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_as_a_pattern_is_matched_or_refused(pattern: str, text: str) -> None:
    found(pattern, text)
    found(pattern, text, whole=True)


@given(st.text(alphabet=st.characters(), max_size=12), st.integers(0, 12))
def test_halves_of_characters_are_matched_or_refused(text: str, at: int) -> None:
    text = text[:at] + "\ud83d" + text[at:]
    match = found(".$", text, whole=False)
    assert not isinstance(match, Fault)
    found(text, text)


SIGNS = st.text(alphabet="ab()[]{}|*+?.^$\\-:=!<>dwpP123,uDkQEh#&", max_size=24)


@settings(max_examples=400)
@given(SIGNS, st.text(alphabet="ab12-", max_size=12))
def test_any_signs_as_a_pattern_are_matched_or_refused(pattern: str, text: str) -> None:
    match = found(pattern, text)
    if isinstance(match, Found):
        assert text[match.start : match.end] == match.groups[0]


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|aa)+$",
        "(.*)*b",
        "(a?){80}a{80}",
        "((a*)*)*c",
        "(.*)(.*)(.*)(.*)[^a!]",
        "(([ab]*)a[ab]{900}c?)+(d)?",
    ],
)
def test_no_pattern_takes_long(pattern: str) -> None:
    started = time.process_time()
    match = found(pattern, "a" * 50_000 + "!")
    assert match is None or isinstance(match, (Fault, Found))
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    "piece", ["(?#", "[", r"\Q", "{1", "(?i", "(", "(?:a?b|", "a|", "[[:", "\\", r"\u", "((a)?", "(?:(?:a*)*b"]
)
@pytest.mark.parametrize("end", ["", ")", ")*", "{99})"])
def test_no_pattern_takes_long_to_read_nor_is_logged(piece: str, end: str, capfd: pytest.CaptureFixture[str]) -> None:
    started = time.process_time()
    times = 9_999 // len(piece + end)
    compiled = compile_pattern(piece * times + end * times)
    if isinstance(compiled, Pattern):
        compiled.search("ab" * 100)
    assert time.process_time() - started < 5
    assert capfd.readouterr() == ("", "")


def test_a_large_pattern_on_a_long_text_is_given_up() -> None:
    large = Call("has_pattern", (Const("é" * 90_000), Const(r"(\pL{1,10}\d?){1,3}")))
    held = holds(large, Plain())
    assert held == Fault("the expression takes too many steps", "steps")
    assert holds(Call("has_pattern", (Const("élodie"), large.args[1])), Plain()) is True

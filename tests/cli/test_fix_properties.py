"""Any texts through all fixes: nothing is raised, it comes to an end, and a second run changes nothing."""

from __future__ import annotations

import json

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.cli.checking import Request
from bascule.cli.configured import Reading
from bascule.cli.fixing import Fixing, fix, stdin_bytes

WORDS = [
    "Bonjour",
    "votre colis",
    "[nom]",
    "[ville]",
    " ",
    "  ",
    "     ",
    "\n",
    "\n\n\n",
    "\t",
    ".",
    ",",
    "👋",
    '"',
    "'",
]
WORDS += ["नमस्ते", "طلبك جاهز", "Ваш заказ", ": ", "#", "{", "STOP", "[", "est prêt à la boutique de Lyon"]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=10).map("".join)
KEYS = st.sampled_from(["rdv", "colis", "Avis n° 2", "é"])


def mended(data: bytes, name: str, form: str) -> Fixing:
    reading = Reading(from_format=form, locale="fr", isolated=True, stdin_filename=name, contents={"-": data})
    return fix(Request(("-",), reading), unsafe=True)


def check(data: bytes, name: str, form: str) -> str:
    first = mended(data, name, form)
    assert first.stable or not first.fixed
    made = stdin_bytes(first)
    second = mended(made, name, form)
    assert not second.changes, (made, stdin_bytes(second))
    assert first.checked.opened.workspace.unreadable == second.checked.opened.workspace.unreadable
    return made.decode()


@settings(max_examples=60)
@given(st.dictionaries(KEYS, TEXTS, min_size=1, max_size=3), st.booleans())
def test_sms_templates(texts: dict[str, str], ascii_only: bool) -> None:
    made = check(json.dumps(texts, ensure_ascii=ascii_only, indent=1).encode(), "a.json", "sms")
    assert list(json.loads(made)) == list(texts), "no text is lost or renamed"


@settings(max_examples=60)
@given(
    TEXTS, st.lists(TEXTS, min_size=1, max_size=3), st.sampled_from([None, '"', "|"]), st.sampled_from(["say", "sya"])
)
def test_scenarios(text: str, titles: list[str], style: str | None, key: str) -> None:
    node = {key: text, "choices": [{"title": title, "then": "end"} for title in titles]}
    flow = {"entries": [{"api": "colis"}], "nodes": {"envoi": node}}
    tree = {"bascule": 1, "locale": "fr", "flows": {"colis": flow}}
    body = yaml.dump(tree, default_style=style, allow_unicode=True, sort_keys=False)
    made = check(f"# bascule: ignore[TPL056] vu\n{body}# fin\n".encode(), "a.yaml", "scenario")
    assert made.endswith("# fin\n")

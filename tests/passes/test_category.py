"""The requested category: labelled messages, the rules of the verdict, and the word lists themselves."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bascule.passes.lower.category import judge_category
from bascule.passes.lower.folding import HOLE_MARK, fold, fold_text, split_name
from bascule.passes.lower.lexicon import LANGUAGES, hint_category, lexicon, list_info, load_data, name_list

DATA = Path(__file__).parent / "data"
CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
# The lowest precision and recall of a category that a change of the lists may leave on each set.
FLOORS = {"tuning": 0.99, "held_out": 0.95}


def read(name: str) -> Any:
    return yaml.load((DATA / f"{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def messages(name: str) -> list[tuple[str, str, str]]:
    """Language, category and text of each labelled message."""
    return [
        (language, category, text)
        for language, categories in read(f"category_{name}").items()
        for category, texts in categories.items()
        for text in texts
    ]


@pytest.mark.parametrize("name", FLOORS)
def test_labelled_messages_get_their_category(name: str) -> None:
    pairs: Counter[tuple[str, str]] = Counter()
    wrong = []
    for language, wanted, text in messages(name):
        found = judge_category(text, language)
        pairs[wanted, found.category] += 1
        if found.category != wanted:
            wrong.append((language, wanted, found.category, text))
    for category in CATEGORIES:
        right = pairs[category, category]
        precision = right / sum(pairs[other, category] for other in CATEGORIES)
        recall = right / sum(pairs[category, other] for other in CATEGORIES)
        assert min(precision, recall) >= FLOORS[name], (category, precision, recall, wrong)


def test_the_labelled_sets_are_large_varied_and_apart() -> None:
    tuning, held_out = messages("tuning"), messages("held_out")
    texts = [text for _, _, text in tuning + held_out]
    assert len(set(texts)) == len(texts) >= 400
    assert sum(language == "fr" for language, _, _ in tuning + held_out) >= 80
    assert {re.split("_", language)[0] for language, _, _ in tuning} == set(LANGUAGES)
    assert len(held_out) >= 140


@pytest.mark.parametrize("case", read("category_rules"), ids=lambda case: case["title"].replace(" ", "-"))
def test_the_verdict_weighs(case: dict[str, Any]) -> None:
    more = {key: case[key] for key in ("hint", "key", "buttons") if key in case}
    found = judge_category(case["text"], case["language"], **more)
    assert (found.category, found.confidence, found.risk) == (case["category"], case["confidence"], case["risk"]), found
    evidence = {(item.list, item.word) for item in found.evidence}
    assert set(case["words"].items()) <= evidence
    assert case.get("reason", "") in found.reason
    assert found.reason.endswith(".")


def test_evidence_points_at_the_original_text() -> None:
    text = "🎉 Soldes  d’été : -50 % sur VOS bijoux, livraison of­ferte"
    found = judge_category(text, "fr")
    assert [(item.list, text[item.start : item.end]) for item in found.evidence] == [
        ("discount", "Soldes"),
        ("discount", "-50 %"),
        ("gift", "livraison of\u00adferte"),
    ]


def test_evidence_outside_the_text_has_an_empty_span() -> None:
    found = judge_category("Bonjour", "fr", hint="promo", key="order_ready", buttons=["Acheter maintenant"])
    assert {item.list: (item.start, item.end) for item in found.evidence} == dict.fromkeys(
        ("button", "key", "hint"), (0, 0)
    )


@given(
    st.text(max_size=200), st.sampled_from([*LANGUAGES, "", "fr_CA", "zz"]), st.text(max_size=20), st.text(max_size=20)
)
def test_any_text_gets_one_verdict_with_true_offsets(text: str, language: str, hint: str, key: str) -> None:
    found = judge_category(text, language, hint=hint, key=key, buttons=[hint])
    assert found == judge_category(text, language, hint=hint, key=key, buttons=[hint])
    assert found.category in CATEGORIES
    assert found.confidence in ("strong", "weak")
    assert found.risk in ("", *CATEGORIES)
    assert found.risk != found.category
    for item in found.evidence:
        if item.list not in ("hint", "key", "button"):
            assert text[item.start : item.end] == item.word != ""


@pytest.mark.parametrize(
    "piece",
    ["{", "{x} ", "-", "commande ", "code ", "code. ", "% de ", "- 1", "1 ", "a", "و", "ال", "न", "votre ", "\u0301"],
)
def test_time_grows_with_the_text_not_with_its_square(piece: str) -> None:
    # Not a clock: the work is counted, as reads of the trie's text, so that a slow machine changes nothing.
    class Counted(str):
        __slots__ = ()
        reads = 0

        def __getitem__(self, key: Any) -> str:
            Counted.reads += 1
            return str.__getitem__(self, key)

    reads = []
    for length in (500, 2000):
        Counted.reads = 0
        list(lexicon("ar").hits(Counted(fold_text(piece * (length // len(piece)))[0].text)))
        reads.append(Counted.reads + 1)
    assert reads[1] <= reads[0] * 5


@pytest.mark.parametrize("language", [*LANGUAGES, ""])
def test_every_lexicon_loads_and_each_entry_is_found_in_its_list(language: str) -> None:
    words = lexicon(language)  # an entry in two lists, or in a list that does not exist, raises
    source = load_data(f"lexicon_{language}" if language else "lexicon_shared")
    any_ending = source.get("any_ending") == "true"
    for name, entries in source["lists"].items():
        for entry in entries:
            text = fold_text(entry.replace("*", "").replace("<>", "{x}"))[0].text.strip()
            best = max(words.hits(text), key=lambda hit: hit.end - hit.start, default=None)
            assert best is not None, entry
            assert (best.start, best.end) == (0, len(text)) or any_ending, (entry, best)
            if best.name != name:  # a hiding or heavier list may claim it through an ending
                assert list_info()[best.name].weight >= list_info()[name].weight or best.name == "neutral", (
                    entry,
                    best,
                )


def test_the_lists_write_a_hole_as_folded_text_does() -> None:
    assert fold_text("Votre {x}")[0].text == f"votre {HOLE_MARK}"
    assert any(HOLE_MARK in entry for entry in load_data("lexicon_fr")["lists"]["renewal"])


def test_every_list_is_used_and_described() -> None:
    used = {name for language in LANGUAGES for name in load_data(f"lexicon_{language}")["lists"]}
    shared = load_data("lexicon_shared")
    used |= {*shared["lists"], *shared["patterns"], *shared["names"]}
    assert used == set(list_info())
    for info in list_info().values():
        assert info.category in (*CATEGORIES, "")
        assert (info.weight == 0) == (info.category == "")
        assert info.means


@pytest.mark.parametrize(
    ("hint", "category"),
    [
        ("transactionnel", "UTILITY"), ("Transactional", "UTILITY"), ("transaccional", "UTILITY"), ("transacional", "UTILITY"),
        ("alerte", "UTILITY"), ("ALERT_SMS", "UTILITY"), ("rappel", "UTILITY"), ("सूचना", "UTILITY"), ("тразакция", ""),
        ("Уведомления", "UTILITY"), ("تنبيهات", "UTILITY"), ("marketing", "MARKETING"), ("Promotionnel", "MARKETING"),
        ("campagne Noël", "MARKETING"), ("publicidad", "MARKETING"), ("рекламная", "MARKETING"), ("otp", "AUTHENTICATION"),
        ("Authentification forte", "AUTHENTICATION"), ("2FA", "AUTHENTICATION"), ("", ""), ("divers", ""),
    ],
)  # fmt: skip
def test_a_source_column_names_a_category(hint: str, category: str) -> None:
    assert hint_category(hint) == category


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("otp", "otp_name"), ("userOtp", "otp_name"), ("verification_code", "otp_name"), ("code", "code_name"), ("code_postal", ""),
        ("tracking_code", ""), ("promo_code", "marketing_name"), ("order_status", "utility_name"), ("order.id", "dated_name"), ("heure", "dated_name"), ("prenom", ""),
    ],
)  # fmt: skip
def test_a_name_speaks_for_a_list(name: str, found: str) -> None:
    assert name_list(name) == found


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("firstName", ("first", "name")), ("NOM_CLIENT", ("nom", "client")), ("contact.prénom2", ("contact", "prenom")),
        ("IDCommande", ("id", "commande")), ("رقم_الطلب", ("رقم", "الطلب")), ("पहला-नाम", ("पहला", "नाम")), ("42", ()),
    ],
)  # fmt: skip
def test_an_identifier_is_split_into_words(name: str, words: tuple[str, ...]) -> None:
    assert split_name(name) == tuple(fold(word) for word in words)


def _components(value: Any) -> list[tuple[str, str, str]]:
    """Category, language and body of each template definition anywhere in a JSON value."""
    found, pending = [], [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            bodies = [part.get("text") for part in item.get("components", []) if part.get("type") == "BODY"]
            if item.get("category") in CATEGORIES and bodies and bodies[0]:
                found.append((item["category"], item.get("language", ""), bodies[0]))
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return found


@pytest.mark.corpus
def test_templates_that_others_categorised_get_the_same_category(corpus: Path) -> None:
    judged = 0
    for file in sorted((corpus / "wa-templates").glob("*.json")):
        for category, language, body in _components(json.loads(file.read_text(encoding="utf-8"))):
            text = re.sub(r"\{\{(\w+)\}\}", r"{\1}", body)
            assert judge_category(text, language).category == category, text
            judged += 1
    assert judged >= 10

"""Sample values: the table of names, types and surroundings, and what holds for every value."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bascule.passes.lower import samples
from bascule.passes.lower.lexicon import load_data
from bascule.passes.lower.samples import sample_for

CASES = yaml.load(  # every scalar stays text: "10" and "yes" are values here
    (Path(__file__).parent / "data" / "samples.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader
)
LOCALES = ("", "fr", "fr_CI", "fr_CA", "en_US", "en_GB", "en_IN", "es", "es_MX", "pt_BR", "pt_PT", "it", "de", "ar", "ar_MA",
           "hi", "ru", "tr", "sw", "nl", "zh_CN")  # fmt: skip
KINDS = sorted(
    {*load_data("samples_names")["kinds"], *load_data("samples_values")}
    | {rule["kind"] for rules in load_data("samples_around").values() for rule in rules}
)


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case['name']}-{case.get('type', '')}{case.get('before', '')}"
)
def test_a_variable_gets_the_value_its_name_type_or_text_asks_for(case: dict[str, str]) -> None:
    arguments = {key: case[key] for key in ("type", "locale", "before", "after") if key in case}
    found = sample_for(case["name"], **arguments)
    assert (found.value, found.how) == (case["value"], case["how"])


def test_the_table_is_large_enough_and_has_no_case_twice() -> None:
    seen = {tuple(sorted((key, value) for key, value in case.items() if key not in ("value", "how"))) for case in CASES}
    assert len(seen) == len(CASES) >= 120


@pytest.mark.parametrize("locale", LOCALES)
def test_every_kind_has_sendable_and_different_values_in_every_locale(locale: str) -> None:
    for kind in KINDS:
        values = [samples._value(kind, samples._locale(locale), index) for index in range(10)]
        for value in values:
            assert value == value.strip(), (kind, value)
            assert value, kind
            assert not re.search(r"[\n\t{}]| {4}|#", value), (kind, value)
        if kind not in ("hour_digits", "minute_digits"):  # a clock has only so many
            assert len(set(values)) == len(values), (kind, values)


def test_two_variables_of_one_kind_get_different_values() -> None:
    first, second = (
        sample_for(name, locale="fr", index=at) for at, name in enumerate(("date_debut_validite", "date_fin"))
    )
    assert first.value != second.value
    assert (first.value, second.value) == ("12/03/2026", "21/03/2026")


@pytest.mark.parametrize(
    ("name", "longest", "value"),
    [("montant", 5, "25,00"), ("prenom", 5, "Karim"), ("prenom", 3, "Léa"), ("adresse", 6, "12 rue"), ("otp", 1, "4"), ("otp", 0, "4"), ("date", 99, "12/03/2026")],
)  # fmt: skip
def test_a_value_is_never_longer_than_the_variable_allows(name: str, longest: int, value: str) -> None:
    assert sample_for(name, locale="fr", max_length=longest).value == value


def test_phone_numbers_and_addresses_of_machines_are_reserved_for_examples() -> None:
    for index in range(100):
        assert re.fullmatch(r"\+1 202-555-01\d\d", sample_for("phone", locale="en_US", index=index).value)
        assert sample_for("telephone", locale="fr", index=index).value.startswith("+33 6 39 98 ")
        assert re.fullmatch(r"\+44 7700 900\d{3}", sample_for("phone", locale="en_GB", index=index).value)
        assert sample_for("email", index=index).value.split(" ")[0].endswith("@example.com")
        assert sample_for("url", index=index).value.startswith("https://example.com/")


def test_card_and_account_numbers_are_never_whole() -> None:
    for name in ("card_number", "numero_carte", "account_number", "iban", "compte", "carte"):
        assert len(re.findall(r"\d", sample_for(name).value)) <= 4, name


@given(
    st.text(max_size=40),
    st.text(max_size=12) | st.sampled_from(["number", "date", "list", "boolean"]),
    st.sampled_from(LOCALES) | st.text(max_size=6),
    st.text(max_size=80),
    st.text(max_size=80),
    st.none() | st.integers(-3, 60),
    st.integers(0, 10**9),
)
def test_any_arguments_give_one_sendable_line_and_the_same_one_again(
    name: str, declared: str, locale: str, before: str, after: str, longest: int | None, index: int
) -> None:
    def ask() -> samples.Sample:
        return sample_for(
            name, type=declared, locale=locale, before=before, after=after, max_length=longest, index=index
        )

    found = ask()
    assert found == ask()
    assert found.value.strip()
    assert not re.search(r"[\n\r\t]| {4}", found.value)
    assert longest is None or len(found.value) <= max(longest, 1)
    assert re.fullmatch(r"name: .+|type: .+|text before|text after|fallback", found.how)


def test_the_data_is_consistent() -> None:
    names: Any = load_data("samples_names")
    kinds = {
        *names["kinds"],
        *load_data("samples_values"),
        "amount_digits",
        "hour_digits",
        "minute_digits",
        "datetime",
        "date",
        "time",
        "amount",
    }
    assert set(names["soft"]) <= kinds
    for declared in names["types"].values():
        assert {declared["kind"], *declared["family"]} <= kinds
    for rules in load_data("samples_around").values():
        for rule in rules:
            assert {rule["kind"], *rule.get("kinds", ())} <= kinds, rule
            assert "before" in rule or "after" in rule, rule


def test_no_kind_lists_a_name_twice() -> None:
    for kind, entries in load_data("samples_names")["kinds"].items():
        assert len(set(entries)) == len(entries), (
            kind,
            sorted({entry for entry in entries if entries.count(entry) > 1}),
        )


@pytest.mark.parametrize("module", ["category", "samples", "lexicon", "folding"])
def test_the_modules_import_nothing_heavy_up_front(module: str) -> None:
    tree = ast.parse((Path(samples.__file__).parent / f"{module}.py").read_text(encoding="utf-8"))
    top = {alias.name.split(".")[0] for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    top |= {(node.module or "").split(".")[0] for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert not top & {"yaml", "lark", "networkx", "jsonschema", "openpyxl"}

"""The policy pack is complete, dated, typed, and answers what passes ask."""

from __future__ import annotations

import re

import pytest

from bascule.diagnostics.finding import Severity
from bascule.whatsapp.policy import Confidence, Fact, Policy, load_policy, policy_dates, read_pack
from bascule.whatsapp.schema import validate


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy()


def test_newest_pack_is_the_default_and_kept() -> None:
    assert policy_dates()[-1] == "2026-11"
    assert load_policy() is load_policy("2026-11")


def test_unknown_pack_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"1999-01.*2026-11"):
        load_policy("1999-01")


@pytest.mark.parametrize("date", policy_dates())
def test_pack_fits_its_schema(date: str) -> None:
    assert validate("policy", read_pack(date)) == []


@pytest.mark.parametrize("date", policy_dates())
def test_every_fact_loads_with_url_and_date(date: str) -> None:
    pack = load_policy(date)
    keys = pack.keys()
    assert len(keys) > 450
    for key in keys:
        fact = pack.fact(key)
        assert fact.source.url.startswith("https://"), key
        assert re.fullmatch(r"\d{4}(-\d{2}){0,2}", fact.date), key
        assert fact.cite() == f"{fact.source.publisher}, {fact.date}: {fact.source.url}"


@pytest.mark.parametrize("date", policy_dates())
def test_keys_are_sorted_in_every_file(date: str) -> None:
    facts = list(read_pack(date)["facts"])
    groups: dict[str, list[str]] = {}
    for key in facts:
        groups.setdefault(key.split(".")[0], []).append(key)
    for name, keys in groups.items():
        assert keys == sorted(keys), name
    sources = list(read_pack(date)["sources"])
    assert sources == sorted(sources)


@pytest.mark.parametrize("date", policy_dates())
def test_every_source_is_used(date: str) -> None:
    pack = load_policy(date)
    used = set()
    for key in pack.keys():  # noqa: SIM118 - a method of ours, not of a dict
        fact = pack.fact(key)
        used |= {fact.source.key, *(other.source.key for other in fact.alternatives)}
    assert sorted(pack.sources.keys() - used) == []


def test_unknown_key_names_the_closest(policy: Policy) -> None:
    with pytest.raises(KeyError, match=r"template\.body\.maxlength.*did you mean 'template\.body\.max_length'"):
        policy.fact("template.body.maxlength")
    with pytest.raises(KeyError, match="no fact 'nonsense'"):
        policy.limit("nonsense")


def test_values_are_typed(policy: Policy) -> None:
    assert policy.limit("template.body.max_length") == 1024
    assert policy.text("template.name.pattern") == "^[a-z0-9_]{1,512}$"
    assert policy.list("button.otp.types") == ("COPY_CODE", "ONE_TAP", "ZERO_TAP")
    assert policy.flag("button.catalog.alone") is True
    assert policy.table("pricing.inside_window")["utility"] == "billed"
    for wrong in (policy.text, policy.list, policy.flag, policy.table):
        with pytest.raises(TypeError, match=r"template\.body\.max_length"):
            wrong("template.body.max_length")
    with pytest.raises(TypeError, match=r"button\.catalog\.alone"):
        policy.limit("button.catalog.alone")


def test_severity_follows_confidence(policy: Policy) -> None:
    assert policy.fact("template.body.max_length").severity is Severity.ERROR
    assert policy.fact("template.body.recommended_length").severity is Severity.WARNING
    assert policy.fact("template.buttons.duplicate_labels").severity is Severity.WARNING
    assert policy.fact("window.safety_margin_seconds").severity is Severity.INFO
    assert policy.fact("interactive.flow.cta.max_length").severity is Severity.INFO
    assert {item.severity for item in Confidence} == set(Severity)


@pytest.mark.parametrize(
    ("key", "chosen", "other"),
    [
        ("button.copy_code.example.max_length", 20, 15),
        ("template.body.max_length", 1024, 550),
        ("button.copy_code.categories", ("MARKETING", "UTILITY"), ("MARKETING",)),
        ("template.body.example_shape", "nested", "flat"),
        ("webhook.retry_hours", 168, 36),
        ("webhook.template_language", "en_US", "en-US"),
        ("template.parameter.words_per_parameter", 2, 3),
        ("template.header.edge_parameter", "allowed", "forbidden"),
        ("template.parameter.named.pattern", "^[a-z][a-z_]*$", "^[a-z][a-z0-9_]*$"),
        ("authentication.package_name.placement", "supported_apps", "top level"),
        ("pricing.service.free_per_month", 1000, "unlimited"),
        ("message.contacts.max", 257, 5),
        ("message.index.form", "string", "^[2-6, 11-14]$"),
    ],
)
def test_disagreements_keep_both_sides(policy: Policy, key: str, chosen: object, other: object) -> None:
    fact = policy.fact(key)
    assert fact.value == chosen
    assert other in [alternative.value for alternative in fact.alternatives]
    assert all("https://" in alternative.cite() for alternative in fact.alternatives)


def test_interactive_types_of_the_docs_win_over_the_openapi_file(policy: Policy) -> None:
    fact = policy.fact("interactive.types")
    (openapi,) = fact.alternatives
    assert isinstance(fact.value, tuple)
    assert isinstance(openapi.value, tuple)
    assert set(fact.value) - set(openapi.value) >= {
        "cta_url",
        "carousel",
        "location_request_message",
        "address_message",
        "voice_call",
    }


def test_numbers_that_others_rely_on(policy: Policy) -> None:
    assert {
        key: policy.limit(key)
        for key in (
            "template.header.max_length",
            "template.footer.max_length",
            "template.buttons.max",
            "template.limited_time_offer.body.max_length",
            "template.carousel.card.body.max_length",
            "interactive.button.max",
            "interactive.button.title.max_length",
            "interactive.list.rows.max",
            "interactive.list.row.title.max_length",
            "interactive.list.row.description.max_length",
            "message.text.body.max_length",
            "window.length_seconds",
            "window.free_entry_point.length_seconds",
            "sms.gsm7.single",
            "sms.gsm7.segment",
            "sms.ucs2.single",
            "sms.ucs2.segment",
            "flow.dropdown.options.max",
        )
    } == {
        "template.header.max_length": 60,
        "template.footer.max_length": 60,
        "template.buttons.max": 10,
        "template.limited_time_offer.body.max_length": 600,
        "template.carousel.card.body.max_length": 160,
        "interactive.button.max": 3,
        "interactive.button.title.max_length": 20,
        "interactive.list.rows.max": 10,
        "interactive.list.row.title.max_length": 24,
        "interactive.list.row.description.max_length": 72,
        "message.text.body.max_length": 4096,
        "window.length_seconds": 24 * 3600,
        "window.free_entry_point.length_seconds": 72 * 3600,
        "sms.gsm7.single": 160,
        "sms.gsm7.segment": 153,
        "sms.ucs2.single": 70,
        "sms.ucs2.segment": 67,
        "flow.dropdown.options.max": 200,
    }


def test_every_button_type_has_its_table(policy: Policy) -> None:
    for kind in policy.list("button.types"):
        assert policy.list(f"button.{kind.lower()}.categories"), kind
        if kind != "APP":
            assert policy.limit(f"button.{kind.lower()}.max") >= 1, kind


def test_gsm_alphabets(policy: Policy) -> None:
    basic, extension = policy.text("sms.gsm7.basic"), policy.text("sms.gsm7.extension")
    assert len(basic) == len(set(basic)) == 127
    assert set(extension) == set("^{}\\[~]|€\f")
    assert not set(basic) & set(extension)
    assert set("@£$èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà\n\r") < set(basic)
    assert not set("`çâêîôûáíóú’—…\u00a0") & set(basic + extension)


def test_media_kinds(policy: Policy) -> None:
    assert policy.media("image").mime == ("image/jpeg", "image/png")
    assert policy.media("image").max_bytes == 5 * 1024 * 1024
    assert policy.media("document").max_bytes == 100 * 1024 * 1024
    assert {kind: policy.media(kind).max_bytes > 0 for kind in policy.list("media.kinds")} == dict.fromkeys(
        policy.list("media.kinds"), True
    )


def test_error_codes(policy: Policy) -> None:
    closed = policy.error(131047)
    assert closed is not None
    assert "24 hours" in closed.meaning
    assert (closed.stage, closed.http) == ("send", 400)
    ratio = policy.error(2388293)
    assert ratio is not None
    assert ratio.stage == "create"
    assert policy.error(42) is None
    unconfirmed = policy.error(2388043)
    assert unconfirmed is not None
    assert unconfirmed.fact.severity is Severity.WARNING


def test_retired_categories_map_to_todays(policy: Policy) -> None:
    today = set(policy.list("category.values"))
    legacy = policy.table("category.legacy")
    assert legacy["TRANSACTIONAL"] == "UTILITY"
    assert legacy["OTP"] == "AUTHENTICATION"
    assert set(legacy.values()) <= today
    assert not set(legacy) & today


@pytest.mark.parametrize("category", ["marketing", "utility", "authentication"])
def test_category_words_exist_for_the_languages_that_matter(policy: Policy, category: str) -> None:
    words = policy.table(f"category.words.{category}")
    assert set(words) >= {"fr", "en", "ar", "hi", "pt", "ru"}
    for language, entries in words.items():
        assert isinstance(entries, tuple)
        assert entries, language
        assert all(isinstance(word, str) and word == word.lower() and word.strip() for word in entries), language
    assert policy.fact(f"category.words.{category}").confidence is Confidence.JUDGEMENT


def test_languages(policy: Policy) -> None:
    listed = [code for code, language in policy.languages.items() if language.listed]
    assert len(listed) == 111
    saudi = policy.language("ar_SA")
    assert saudi is not None
    assert not saudi.listed
    assert saudi.right_to_left
    assert policy.language("pt-BR") is None
    french = policy.language("fr")
    assert french is not None
    assert (french.name, french.listed, french.right_to_left, french.subtag) == ("French", True, False, "fr")
    assert {code for code in listed if policy.languages[code].right_to_left} == {
        *("ar", "ar_AE", "ar_EG", "ar_LB", "ar_MA", "ar_QA", "fa", "he", "prs_AF", "ps_AF", "ur")
    }


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("fr", "fr"),
        ("fra", "fr"),
        ("fre", "fr"),
        ("fr-FR", "fr"),
        ("FR_fr", "fr"),
        ("fr-CA", "fr_CA"),
        ("fr-CI", "fr_CI"),
        ("fr-SN", "fr"),
        ("pt", "pt_BR"),
        ("por", "pt_BR"),
        ("pt-BR", "pt_BR"),
        ("pt_PT", "pt_PT"),
        ("pt-AO", "pt_PT"),
        ("no", "nb"),
        ("nor", "nb"),
        ("nb-NO", "nb"),
        ("iw", "he"),
        ("in", "id"),
        ("tl", "fil"),
        ("eng", "en"),
        ("en-US", "en_US"),
        ("en-KE", "en"),
        ("ar", "ar"),
        ("ar-SA", "ar"),
        ("ar-MA", "ar_MA"),
        ("zh", "zh_CN"),
        ("zh-Hans", "zh_CN"),
        ("zh-Hans-SG", "zh_CN"),
        ("zh-Hant", "zh_TW"),
        ("zh-Hant-HK", "zh_HK"),
        ("zh-TW", "zh_TW"),
        ("hin", "hi"),
        ("hi-IN", "hi"),
        ("rus", "ru"),
        ("kin", "rw_RW"),
        ("be", "be_BY"),
        ("fa-AF", "prs_AF"),
        ("es-419", "es"),
        ("es-VE", "es"),
        ("sr-Latn-RS", "sr"),
        ("swh", "sw"),
        (" fr ", "fr"),
        ("base", None),
        ("und", None),
        ("yo", None),
        ("", None),
        ("français", None),
        ("x" * 10_000, None),
    ],
)
def test_tags_of_other_systems_match_a_code(policy: Policy, tag: str, code: str | None) -> None:
    assert policy.match_language(tag) == code


def test_every_listed_language_matches_itself_and_its_three_letter_code(policy: Policy) -> None:
    for code, language in policy.languages.items():
        if language.listed:
            assert policy.match_language(code) == code
            assert policy.match_language(code.replace("_", "-")) == code
    for three, two in policy.table("language.iso639_3").items():
        matched = policy.match_language(three)
        assert matched is not None
        assert matched.partition("_")[0] == two


def test_a_fact_is_read_from_a_fresh_policy() -> None:
    fresh = Policy("2026-11")
    assert isinstance(fresh.fact("template.body.max_length"), Fact)

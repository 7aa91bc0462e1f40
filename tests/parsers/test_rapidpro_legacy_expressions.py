"""Expressions of flows before version 13 in terms of version 13: variables, functions, operators, what is broken."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.language.rapidpro_expression import parse_rapidpro_text
from bascule.parsers.rapidpro.legacy.old_templates import migrate_old_template
from bascule.parsers.rapidpro.legacy.references import Keys, label_slug, new_keys, translate
from bascule.parsers.rapidpro.legacy.templates import migrate_template
from bascule.parsers.rapidpro.located import Rewritten
from bascule.source import Place
from tests.work import lines_run

# Variables


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("contact", "contact"),
        ("contact.name", "contact.name"),
        ("contact.first_name", "contact.first_name"),
        ("contact.language", "contact.language"),
        ("contact.groups", 'join(contact.groups, ",")'),
        ("contact.ville_natale", "fields.ville_natale"),
        ("contact.tel", "format_urn(urns.tel)"),
        ("contact.tel_e164", 'default(urn_parts(urns.tel).path, "")'),
        ("contact.whatsapp", 'default(urn_parts(urns.whatsapp).path, "")'),
        ("contact.tel.display", "format_urn(urns.tel)"),
        ("contact.tel.scheme", "urn_parts(urns.tel).scheme"),
        ("contact.tel.urn", "urns.tel"),
        ("flow", "results"),
        ("flow.age", "results.age"),
        ("flow.age.value", "results.age.value"),
        ("flow.age.category", "results.age.category_localized"),
        ("flow.age.text", "results.age.input"),
        ("flow.age.time", "results.age.created_on"),
        ("flow.2eme_choix", 'results["2eme_choix"]'),
        ("flow.contact.ville", "fields.ville"),
        ("child.age", "child.results.age"),
        ("child.contact.ville", "child.fields.ville"),
        ("parent.age.category", "parent.results.age.category_localized"),
        ("parent.contact.tel_e164", 'default(urn_parts(parent.urns.tel).path, "")'),
        ("extra.flow.age", "parent.results.age"),
        ("extra", "legacy_extra"),
        ("extra.patient.nom", "legacy_extra.patient.nom"),
        ("extra.lignes.0.nom", 'legacy_extra.lignes["0"].nom'),
        ("step", "input"),
        ("step.value", "input"),
        ("step.text", "input.text"),
        ("step.time", "input.created_on"),
        ("step.contact", "contact"),
        ("step.contact.ville", "fields.ville"),
        ("step.attachments", 'foreach(foreach(input.attachments, attachment_parts), extract, "url")'),
        ("step.attachments.1", "attachment_parts(input.attachments[1]).url"),
        ("step.urn", "format_urn(input.urn)"),
        ("channel", "contact.channel.address"),
        ("channel.tel_e164", "contact.channel.address"),
        ("channel.name", "contact.channel.name"),
        ("date", "now()"),
        ("date.now", "now()"),
        ("date.today", "format_date(today())"),
        ("date.tomorrow", 'format_date(datetime_add(now(), 1, "D"))'),
        ("date.yesterday", 'format_date(datetime_add(now(), -1, "D"))'),
    ],
)
def test_variables_get_their_newer_names(old: str, new: str) -> None:
    assert translate(old) == new
    assert translate(old.upper()) == new


def test_dates_that_are_compared_stay_dates() -> None:
    assert translate("date.today", raw_dates=True) == "today()"
    assert migrate_template("@(date.today + 7)", raw_dates=True) == '@(datetime_add(today(), 7, "D"))'


@pytest.mark.parametrize("path", ["date.noel", "step.zut", "channel.zut", "flow.age.zut"])
def test_variables_that_mean_nothing_stay_as_they_are(path: str) -> None:
    assert translate(path) == path


@pytest.mark.parametrize(
    ("label", "slug"),
    [("Prénom", "pr_nom"), ("Âge de l’enfant", "_ge_de_l_enfant"), ("Ville 2", "ville_2"), ("a-b", "a_b")],
)
def test_labels_had_keys_of_plain_letters(label: str, slug: str) -> None:
    assert label_slug(label) == slug


def test_results_with_accents_are_found_under_the_key_that_version_13_gives_them() -> None:
    keys = Keys(new_keys(["Prénom", "Âge"]), new_keys(["Prénom", "Âge", "Région"]))
    assert translate("flow.pr_nom", keys=keys) == "results.prénom"
    assert translate("flow._ge.category", keys=keys) == "results.âge.category_localized"
    assert translate("child.r_gion", keys=keys) == "child.results.région"
    assert translate("flow.r_gion", keys=keys) == "results.r_gion"


def test_labels_without_plain_letters_have_no_key_of_their_own() -> None:
    assert new_keys(["اسم", "नाम", "имя"]) == {}


# Whole texts


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Bonjour @contact.name !", "Bonjour @contact.name !"),
        ("@contact.ville.", "@fields.ville."),
        ("@(contact.age * 2)", "@(fields.age * 2)"),
        ("@(1 + 2 - 3)", "@(legacy_add(1 + 2, -3))"),
        ("@(4 * 3 ^ 2 / 5)", "@(4 * 3 ^ 2 / 5)"),
        ('@("a" & contact.ville & "b")', '@("a" & fields.ville & "b")'),
        ('@("il dit ""oui""")', '@("il dit \\"oui\\"")'),
        ("@(contact.age <> 3)", "@(fields.age != 3)"),
        ("@(TRUE)", "@(true)"),
        ("@(UPPER(contact.ville))", "@(upper(fields.ville))"),
        ("@(PROPER(step.value))", "@(title(input))"),
        ("@(LEN(step))", "@(text_length(input))"),
        ("@(LEFT(contact.name, 3))", "@(text_slice(contact.name, 0, 3))"),
        ("@(RIGHT(contact.name, 3))", "@(text_slice(contact.name, -3))"),
        ('@(CONCATENATE(contact.a, "-", contact.b))', '@(fields.a & "-" & fields.b)'),
        ("@(SUM(1, 2, 3))", "@(1 + 2 + 3)"),
        ("@(POWER(2, 3))", "@(2 ^ 3)"),
        ("@(AVERAGE(1, 2))", "@(mean(1, 2))"),
        ('@(IF(contact.age > 17, "adulte", "enfant"))', '@(if(fields.age > 17, "adulte", "enfant"))'),
        ("@(AND(contact.a, contact.b))", "@(and(fields.a, fields.b))"),
        ("@(FIRST_WORD(flow.nom))", "@(word(results.nom, 0))"),
        ("@(WORD(flow.nom, 2))", "@(word(results.nom, 1))"),
        ("@(WORD(flow.nom, -1))", "@(word(results.nom, -1))"),
        ("@(WORD_COUNT(flow.nom))", "@(word_count(results.nom))"),
        ("@(REMOVE_FIRST_WORD(flow.nom))", "@(remove_first_word(results.nom))"),
        ('@(FIELD(flow.nom, 2, ";"))', '@(field(results.nom, 1, ";"))'),
        ('@(SUBSTITUTE(flow.nom, "a", "b"))', '@(replace(results.nom, "a", "b"))'),
        ("@(FORMAT_LOCATION(contact.region))", "@(format_location(fields.region))"),
        ("@(TODAY())", "@(today())"),
        ("@(YEAR(contact.ne_le))", '@(format_date(fields.ne_le, "YYYY"))'),
        ("@(EDATE(contact.ne_le, 2))", '@(datetime_add(fields.ne_le, 2, "M"))'),
        ("@(READ_DIGITS(contact.code))", "@(read_chars(fields.code))"),
    ],
)
def test_texts_keep_all_but_their_expressions(old: str, new: str) -> None:
    assert migrate_template(old) == new
    assert migrate_template(f"Été {old} 👋 نعم") == f"Été {new} 👋 نعم"


@pytest.mark.parametrize(
    "text", ["écrivez à info@clinique.fr", "@@contact.name", "@ seul", "prix 5@6", "@facebook", "@", "", "@@"]
)
def test_texts_without_expressions_of_the_older_kind_stay(text: str) -> None:
    assert migrate_template(text) == text


@pytest.mark.parametrize(
    ("old", "new"), [("@results.x et @fields.y", "@@results.x et @@fields.y"), ("@input", "@@input")]
)
def test_what_used_to_be_plain_text_does_not_become_an_expression(old: str, new: str) -> None:
    assert migrate_template(old) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@((1 + 2) * 3)", "@((1 + 2) * 3)"),
        ("@(SUM(1, 2) * 3)", "@((1 + 2) * 3)"),
        ("@(4 / SUM(1, 2))", "@(4 / (1 + 2))"),
        ("@(2 * POWER(2, 3))", "@(2 * 2 ^ 3)"),
        ("@(POWER(1 + 1, 2))", "@((1 + 1) ^ 2)"),
        ('@(LEN(CONCATENATE("a", "b")))', '@(text_length("a" & "b"))'),
    ],
)
def test_what_a_function_becomes_keeps_its_place_among_operators(old: str, new: str) -> None:
    assert migrate_template(old) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@(1 + 2)", "@(1 + 2)"),
        ("@(date.today + 7)", '@(format_date(datetime_add(format_date(today()), 7, "D")))'),
        ("@(date.now - 1)", '@(datetime_add(now(), -1, "D"))'),
        ("@(contact.age + 7)", "@(legacy_add(fields.age, 7))"),
        ("@(contact.age - contact.b)", "@(legacy_add(fields.age, -fields.b))"),
        ("@(contact.ne_le + TIME(2, 30, 0))", "@(replace_time(fields.ne_le, time_from_parts(2, 30, 0)))"),
        (
            "@(date.now + TIME(2, 30, 0))",
            '@(datetime_add(now(), format_time(time_from_parts(2, 30, 0), "tt") * 60 + '
            'format_time(time_from_parts(2, 30, 0), "m"), "m"))',
        ),
    ],
)
def test_sums_say_what_is_added_to_what_as_far_as_it_can_be_seen(old: str, new: str) -> None:
    assert migrate_template(old) == new


def test_functions_that_nobody_knows_stay_calls_for_the_reader_to_report() -> None:
    assert migrate_template("@(ZUT(contact.a))") == "@(zut(fields.a))"
    _, findings = parse_rapidpro_text("@(zut(fields.a))", Place("x"))
    assert [finding.code for finding in findings] == ["VAR131"]


# Versions up to 7


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@contact|upper_case", "@(UPPER(contact))"),
        ("@contact.ville|title_case", "@(PROPER(contact.ville))"),
        ("@flow.nom|first_word", "@(FIRST_WORD(flow.nom))"),
        ("@flow.nom|lower_case|capitalize", "@(PROPER(LOWER(flow.nom)))"),
        ("=UPPER(contact.ville)", "@(UPPER(contact.ville))"),
        ("=(1 + 2) et =(3)", "@(1 + 2) et @(3)"),
        ("=contact.chef", "@contact.chef"),
        ("=SUM(1, MAX(2, 3)) = 6", "@(SUM(1, MAX(2, 3))) = 6"),
        ("1 = 2, a=b, x == y", "1 = 2, a=b, x == y"),
        ('=CONCATENATE("a)", contact.b)', '@(CONCATENATE("a)", contact.b))'),
    ],
)
def test_the_two_older_spellings_become_one(old: str, new: str) -> None:
    assert migrate_old_template(old) == new


# What cannot be read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@(contact.name!)", "`!`"),
        ("@(LEFT(contact.name))", "`LEFT` takes 2 argument(s), but here are 1"),
        ("@(1 + )", "ends where"),
        ("@(UPPER(1, 2, 3))", "takes 1 argument(s), but here are 3"),
        ("@()", "is empty"),
        ("@(a b)", "found"),
    ],
)
def test_broken_expressions_stay_and_say_why(text: str, words: str) -> None:
    whole = f"Été {text} fin"
    got = migrate_template(whole)
    assert isinstance(got, Rewritten)
    (broken,) = got.broken
    assert words in broken.message
    assert whole[slice(*got.original(broken.start, broken.end))] == text


def test_expressions_that_are_too_long_are_told_not_read() -> None:
    got: Any = migrate_template("@(1" + " + 1" * 5_000 + ")")
    assert "longer than 10000 characters" in got.broken[0].message


def test_an_expression_that_would_grow_beyond_all_bounds_is_told_not_written() -> None:
    """A sum with a time says the time twice, so that the text doubles at each level."""
    inner = "1"
    for _ in range(40):
        inner = f"HOUR(date.now + TIME({inner}, 0, 0))"
    got: Any = migrate_template(f"@({inner})")
    assert [broken.message for broken in got.broken] == ["the expression becomes too long"]
    assert got == f"@({inner})"


# Places


def test_what_is_left_and_what_is_new_knows_where_it_stood() -> None:
    old = "Bonjour @contact.ville, 👋 @(UPPER(flow.nom)) et نعم @@"
    new = migrate_template(old)
    assert isinstance(new, Rewritten)
    for word, origin in (
        ("@fields.ville", "@contact.ville"),
        ("@(upper(results.nom))", "@(UPPER(flow.nom))"),
        ("نعم", "نعم"),
        ("👋", "👋"),
    ):
        at = new.index(word)
        start, end = new.original(at, at + len(word))
        assert old[start:end] == origin


pieces = st.sampled_from(
    ["@contact.ville", "@(UPPER(flow.x))", "@(1 + )", "@results.x", "été", "@@", "a@b.org", "(", "@flow", '"', "نعم", "=SUM(1)", "@(", "👋"]
)  # fmt: skip


@given(st.lists(pieces, max_size=8).map(" ".join))
def test_texts_round_the_expressions_stay_byte_for_byte(text: str) -> None:
    new = migrate_template(text)
    if not isinstance(new, Rewritten):
        assert new == text
        return
    for match in re.finditer(r"été|نعم|a@b\.org|👋", new):
        start, end = new.original(*match.span())
        assert text[start:end] == match.group()
    assert new.original(0, len(new)) == (0, len(text))


sources = st.recursive(
    st.sampled_from(["contact.age", "flow.x", "1", '"a"', "date.today", "step.value", "extra.y", "TRUE", "-2.5", "contact"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "^", "&", "=", "<>", "<", ">="]), inner).map(" ".join),
        inner.map(lambda one: f"({one})"),
        inner.map(lambda one: f"-{one}"),
        st.tuples(st.sampled_from(["UPPER", "LEN", "ABS", "TRIM", "FIRST_WORD", "DAY"]), inner).map(lambda one: f"{one[0]}({one[1]})"),
        st.tuples(st.sampled_from(["LEFT", "POWER", "SUM", "MAX", "WORD", "EDATE", "ROUNDUP"]), inner, inner).map(
            lambda one: f"{one[0]}({one[1]}, {one[2]})"
        ),
        st.tuples(inner, inner, inner).map(lambda one: f"IF({', '.join(one)})"),
    ),
    max_leaves=8,
)  # fmt: skip


@given(sources)
def test_every_sound_expression_becomes_one_that_version_13_reads(source: str) -> None:
    new = migrate_template(f"@({source})")
    assert getattr(new, "broken", ()) == ()
    _, findings = parse_rapidpro_text(str(new), Place("x"))
    assert [finding.message for finding in findings] == []


@given(st.text(alphabet='@()=|"\\.,+-*/^&<> aAé1_نcontactflow', max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    migrate_template(migrate_old_template(text))


# Growth


@pytest.mark.parametrize(
    "piece",
    ["@(", "@contact.name ", "@(UPPER(", '@("', "@@", "=SUM(", "@contact|", "@contact.", '@(UPPER("a)")) ', "|upper_case", "=(", "@(1 + 1) "],
)  # fmt: skip
def test_work_grows_with_the_text_only(piece: str) -> None:
    def work(number: int) -> int:
        return lines_run(lambda: migrate_template(migrate_old_template(piece * number)))

    work(40)
    assert work(1_200) < 8 * work(200)

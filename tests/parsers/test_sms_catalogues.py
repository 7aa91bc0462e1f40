"""Language files of frameworks, and sets of files by language."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.diagnostics import locate
from bascule.ir.ledger import Fate
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.sms import find_projects, parse, parse_project, sniff
from bascule.parsers.sms.catalogues import CatalogueDocument, open_catalogue
from bascule.parsers.sms.locales import file_locale, named_locales, without_locale
from bascule.source import SourceFile, Tree
from tests.parsers.sms import FIXTURES, codes, facts, found, names, node, read, read_json, read_text, said, where
from tests.work import lines_run

CATALOGUES = (
    "librairie_fr.php",
    "rendez_vous_fr.po",
    "strings_pt.xml",
    "messages_ar.strings",
    "textes_ru.resx",
    "rappels_hi.xliff",
)


# PHP


def test_php_arrays_are_groups_of_texts() -> None:
    parsed = read("librairie_fr.php")
    assert list(parsed.project.by_id) == [
        "commande_prete", "commande_retard", "suivi", "rappels_0", "rappels_1", "bonjour",
    ]  # fmt: skip
    assert parsed.project.locale == "fr"
    assert names(node(parsed, "commande_prete").content.text.first) == ["prenom", "numero"]
    assert said(parsed, "commande_retard").endswith("Merci de votre patience 🙏")
    assert said(parsed, "bonjour").splitlines()[1] == "  Répondez STOP pour ne plus recevoir de messages."
    assert dict(parsed.project.facts) == {"expediteur": "null", "actif": '"true"'}


def test_code_between_words_is_a_placeholder_and_other_code_is_dropped() -> None:
    parsed = read("librairie_fr.php")
    assert names(node(parsed, "suivi").content.text.first) == ["lien", "prenom"]
    assert where(parsed, "PAR120") == (10, 44, "config('boutique.lien')")
    assert where(parsed, "LOS106") == (15, 21, "env('SMS_FROM')")
    fates = Counter(entry.fate for entry in parsed.ledger)
    assert fates[Fate.EMULATED] == 1
    assert fates[Fate.DROPPED] == 1


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        (
            "<?php\n$lang['a_b'] = 'Bonjour à tous';\n$lang['c'] = \"Salut\\tà toi\";\n?>",
            ["Bonjour à tous", "Salut\tà toi"],
        ),
        (
            "<?php\ndefine('MSG_A', 'Votre code : %s');\nconst MSG_B = 'Merci à vous';",
            ["Votre code : …", "Merci à vous"],
        ),
        ("<?php return array('a' => array('b' => 'Bon retour ici'));", ["Bon retour ici"]),
        (
            "<?php\n$textes = ['a' => 'Un mot ici', # fin\n 'b' => 'Deux mots' /* x */, // y\n];",
            ["Un mot ici", "Deux mots"],
        ),
        ("<?php return ['a' => 'L\\'heure' . \" est \" . 'venue ici'];", ["L'heure est venue ici"]),
    ],
)
def test_php_is_read_as_programs_write_it(source: str, texts: list[str]) -> None:
    parsed = read_text(source, "sms_fr.php")
    assert [said(parsed, flow.id) for flow in parsed.project.flows] == texts


def test_a_place_in_an_escaped_text_is_exact() -> None:
    parsed = read_text("<?php return ['a' => 'L\\'ami :prenom est là'];", "sms_fr.php")
    (hole,) = [part for part in node(parsed, "a").content.text.first if hasattr(part, "at")]
    span = parsed.document.locate(hole.at)
    assert parsed.document.text[span.start : span.end] == ":prenom"


@pytest.mark.parametrize(
    "source", ["<?php class Sms { public $a = 'Bonjour à tous'; }", "<?php echo 'Bonjour';", "<?php"]
)
def test_programs_without_an_array_of_texts_are_not_read(source: str) -> None:
    parsed = read_text(source, "sms.php")
    assert parsed.unreadable
    assert codes(parsed) == ["PAR116"]


# gettext


def test_a_catalogue_gives_both_languages() -> None:
    parsed = read("rendez_vous_fr.po")
    reminder = node(parsed, "sms_rappel").content.text
    assert [locale for locale, _ in reminder.items] == ["en", "fr"]
    assert said(parsed, "sms_rappel", "fr") == "Bonjour …, votre rendez-vous est demain à …."
    assert facts(parsed.project.by_id["sms_rappel"])["description"] == "Sent the day before"


def test_what_is_not_translated_keeps_its_original() -> None:
    parsed = read("rendez_vous_fr.po")
    text = node(parsed, "the_practice_is_closed_today_we").content.text
    assert [locale for locale, _ in text.items] == ["en"]
    assert "Ancien texte" not in json.dumps([said(parsed, flow.id, "en") for flow in parsed.project.flows])


def test_plural_forms_and_fuzzy_marks_are_said() -> None:
    parsed = read("rendez_vous_fr.po")
    assert said(parsed, "you_have_new_message", "fr") == "Vous avez … nouveau message."
    assert said(parsed, "you_have_new_messages", "en") == "You have … new messages."
    assert "2 plural forms" in found(parsed, "PAR109").message
    assert where(parsed, "PAR121")[0] == 17


def test_identifiers_are_names_and_no_texts() -> None:
    parsed = read_text('msgid ""\nmsgstr "Language: pt_BR\\n"\n\nmsgid "sms.aviso"\nmsgstr "Olá, tudo bem?"\n', "a.po")
    assert list(parsed.project.by_id) == ["sms_aviso"]
    assert parsed.project.locales == ("pt_BR",)


# XML and Apple strings


def test_android_strings_lose_their_escapes_and_keep_their_marks() -> None:
    parsed = read("strings_pt.xml")
    assert said(parsed, "convite") == "Olá! Baixe o nosso aplicativo em … & ganhe *10%*."
    assert said(parsed, "aviso") == "Seu pedido saiu para entrega.\nNão é preciso responder, D'Ávila agradece ❤"
    assert facts(parsed.project.by_id["pontos_one"])["plural"] == "one"
    assert where(parsed, "LOS107") == (10, 49, '<a href="https://exemplo.com.br/ajuda">')
    assert dict(parsed.project.facts) == {"versao": '"2.1"'}


def test_resx_and_xliff_and_apple_strings() -> None:
    resx = read("textes_ru.resx")
    assert said(resx, "napominanie").endswith("ждём вас <сегодня>.")
    assert len(resx.project.flows) == 1
    assert facts(resx.project.by_id["napominanie"])["description"] == "утром"
    xliff = read("rappels_hi.xliff")
    assert [locale for locale, _ in node(xliff, "sms_yaad").content.text.items] == ["en", "hi"]
    assert said(xliff, "sms_yaad", "hi") == "नमस्ते …, आपकी अपॉइंटमेंट कल है।"
    apple = read("messages_ar.strings")
    assert list(apple.project.by_id) == ["welcome", "reminder"]
    assert said(apple, "reminder").endswith("\nنراك قريباً!")


def test_a_key_twice_is_kept_twice() -> None:
    parsed = read_text('"a" = "Bonjour à tous";\n"a" = "Bonsoir à tous";\n', "sms.strings")
    assert len(parsed.project.flows) == 2
    assert where(parsed, "PAR102") == (2, 1, '"a"')


# All of them


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_text_of_a_language_file_is_booked_once(name: str) -> None:
    parsed = read(name)
    document = parsed.document
    assert isinstance(document, CatalogueDocument)
    booked = Counter(entry.place.pointer for entry in parsed.ledger if "/#" not in entry.place.pointer)
    code = {"/expediteur"} if name.endswith(".php") else set()
    assert booked == Counter(list(document.pointers)) - Counter(code if "/expediteur" not in booked else ())


@pytest.mark.parametrize("name", CATALOGUES)
def test_windows_line_ends_and_marks_change_nothing(name: str) -> None:
    data = (FIXTURES / name).read_bytes()
    other = b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n")
    plain, changed = (parse(SourceFile(name, one), ParseOptions()) for one in (data, other))
    assert list(plain.project.by_id) == list(changed.project.by_id)
    wide = parse(SourceFile(name, data.decode().encode("utf-16")), ParseOptions())
    assert list(plain.project.by_id) == list(wide.project.by_id)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CATALOGUES), st.data())
def test_damaged_language_files_never_raise(name: str, data: st.DataObject) -> None:
    text = (FIXTURES / name).read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 60, len(text))))
    damaged = (
        text[:start] + data.draw(st.sampled_from(["", "'", '"', "<", "[", "\\", "/*", "<<<X\n", "]]>"])) + text[end:]
    )
    file = SourceFile.of_text(damaged, name)
    sniff(file)
    parsed = parse(file, ParseOptions())
    for finding in parsed.findings:
        locate(finding, {parsed.document.path: parsed.document})


@pytest.mark.parametrize(
    ("head", "item", "tail", "name"),
    [
        ("<?php return [", "'k{0}' => 'Bonjour \\'a\\' :nom {0}',\n", "];", "a.php"),
        ("<?php return ", "[", "", "a.php"),
        ("", 'msgid "a {0} b"\nmsgstr "Bonjour à {0}"\n\n', "", "a.po"),
        ("<resources>", '<string name="k{0}">L\\\'ami  &amp; <b>moi</b> {0}</string>\n', "</resources>", "a.xml"),
        ("", '"k{0}" = "Bonjour \\"toi\\" {0}";\n', "", "a.strings"),
        ('<resources><string name="a">', "x &amp; y  \\' ", "</string></resources>", "a.xml"),
    ],
)
def test_reading_grows_with_the_file_alone(head: str, item: str, tail: str, name: str) -> None:
    def work(count: int) -> int:
        text = head + "".join(item.format(number) for number in range(count)) + tail
        return lines_run(lambda: open_catalogue(name, text))

    assert work(800) < 5 * work(200)


# Languages of files


@pytest.mark.parametrize(
    ("path", "locale"),
    [
        ("res/values-fr/strings.xml", "fr"),
        ("res/values-pt-rBR/strings.xml", "pt_BR"),
        ("ar.lproj/Localizable.strings", "ar"),
        ("locale/fr/LC_MESSAGES/django.po", "fr"),
        ("application/language/french/sms_lang.php", "fr"),
        ("Textes.fr.resx", "fr"),
        ("french/sms.php", ""),
    ],
)
def test_folders_of_frameworks_name_the_language(path: str, locale: str) -> None:
    assert file_locale(path) == locale


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("fr/sms.json", ("*/sms.json", "fr")),
        ("locales/sms.fr.yml", ("locales/sms.*.yml", "fr")),
        ("messages_pt_BR.properties", ("messages_*.properties", "pt_BR")),
        ("locale/fr/LC_MESSAGES/django.po", ("locale/*/LC_MESSAGES/django.po", "fr")),
        ("lang/french/sms.php", ("lang/*/sms.php", "fr")),
        ("sms.json", ("sms.json", "")),
    ],
)
def test_a_path_without_its_language(path: str, expected: tuple[str, str]) -> None:
    assert without_locale(path) == expected


def test_countries_count_as_languages_beside_languages() -> None:
    assert named_locales(["hr", "cz", "gr"]) == {"hr": "hr", "cz": "cs", "gr": "el"}
    assert named_locales(["cz", "gr"]) == {}
    assert named_locales(["fr", "titre"]) == {}
    parsed = read_json({"panier": {"fr": {"message": "Votre panier attend"}, "cz": {"message": "Váš košík čeká"}}})
    assert [locale for locale, _ in node(parsed, "panier").content.text.items] == ["fr", "cs"]
    assert where(parsed, "PAR104")[2] == '"cz"'


# Sets of files


def project(folder: Path) -> tuple[Tree, Parsed]:
    files = {
        str(path.relative_to(folder).as_posix()): SourceFile(path.relative_to(folder).as_posix(), path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    tree = Tree("", files)
    return tree, parse_project(tree, ParseOptions())


def test_files_that_differ_in_the_language_alone_are_one_set() -> None:
    tree, _ = project(FIXTURES / "par_langue")
    claims = find_projects(tree)
    assert sorted((claim.root, claim.files) for claim in claims) == [
        ("", ("ar/sms.json", "fr/sms.json")),
        ("locales", ("locales/sms.fr.yml", "locales/sms.hi.yml")),
    ]
    assert all("in `" in claim.match.reason for claim in claims)


def test_a_set_gives_each_template_all_its_wordings() -> None:
    tree, _ = project(FIXTURES / "par_langue")
    parsed = parse_project(tree.only(("ar/sms.json", "fr/sms.json")), ParseOptions())
    assert list(parsed.project.by_id) == ["rappel", "annule"]
    assert [locale for locale, _ in node(parsed, "rappel").content.text.items] == ["fr", "ar"]
    assert [locale for locale, _ in node(parsed, "annule").content.text.items] == ["fr"]
    assert parsed.project.locale == "fr"
    assert [document.path for document in parsed.documents] == ["ar/sms.json"]
    assert len(parsed.ledger) == 3
    asked = parse_project(tree.only(("ar/sms.json", "fr/sms.json")), ParseOptions(locale="ar"))
    assert asked.project.locale == "ar"


def test_files_that_say_other_things_are_no_set() -> None:
    files = {
        "fr/interface.json": SourceFile.of_text('{"ok": "Valider", "non": "Annuler"}', "fr/interface.json"),
        "en/interface.json": SourceFile.of_text('{"ok": "Submit", "non": "Cancel"}', "en/interface.json"),
        "fr/sms.json": SourceFile.of_text('{"a": "Bonjour {nom}, à demain !"}', "fr/sms.json"),
    }
    assert find_projects(Tree("", files)) == []


# Shapes of JSON


def test_a_message_beside_the_wrapper_is_a_template() -> None:
    parsed = read_json(
        {
            "defaultTemplate": "Bonjour {nom}, à demain.",
            "note": "Un texte court est un bon texte, pensez-y toujours.",
            "templates": [
                {"serviceId": "coupe", "serviceName": "Coupe", "messageTemplate": "Votre coupe est à {heure}."},
                {"serviceId": "coupe", "serviceName": "Soin", "messageTemplate": "Votre soin est à {heure}."},
            ],
        }
    )
    assert list(parsed.project.by_id) == ["default_template", "coupe", "coupe_2"]
    assert "PAR102" in codes(parsed)
    assert "PAR103" not in codes(parsed)
    assert dict(parsed.project.facts) == {"note": '"Un texte court est un bon texte, pensez-y toujours."'}

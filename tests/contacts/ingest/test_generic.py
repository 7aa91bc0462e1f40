"""Tables nobody documented: columns in several languages, consents, mapping files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.contacts.ingest.support import FIXTURES, converted, custom, write_csv, write_lines

from bascule.contacts.ingest.mapping import read_mapping
from bascule.contacts.tabular.problems import ContactsError

HEADERS = {
    "en": ["First name", "Last name", "Mobile phone", "E-mail", "Country", "Language"],
    "fr": ["Prénom", "Nom", "Téléphone portable", "Courriel", "Pays", "Langue"],
    "es": ["Nombre", "Apellidos", "Teléfono móvil", "Correo electrónico", "País", "Idioma"],
    "pt": ["Nome", "Sobrenome", "Telefone celular", "E-mail", "País", "Idioma"],
    "de": ["Vorname", "Nachname", "Handynummer", "E-Mail-Adresse", "Land", "Sprache"],
    "it": ["Nome", "Cognome", "Cellulare", "Indirizzo e-mail", "Paese", "Lingua"],
    "ru": ["Имя", "Фамилия", "Мобильный телефон", "Почта", "Страна", "Язык"],
    "ar": ["الاسم الأول", "اسم العائلة", "رقم الجوال", "البريد الإلكتروني", "الدولة", "اللغة"],
    "hi": ["पहला नाम", "उपनाम", "मोबाइल नंबर", "ईमेल", "देश", "भाषा"],
}


@pytest.mark.parametrize("language", HEADERS)
def test_headers_of_nine_languages_say_the_same(language: str, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv", HEADERS[language], [["Awa", "Diop", "77 123 45 67", "awa@example.org", "SN", "fr"]]
    )
    row = converted(path)[0][0]
    found = {name: row.get(name) for name in ("first_name", "last_name", "phone_e164", "email", "country", "language")}
    assert found == {
        "first_name": "Awa", "last_name": "Diop", "phone_e164": "+221771234567", "email": "awa@example.org",
        "country": "SN", "language": "fr",
    }  # fmt: skip


@pytest.mark.parametrize("country", ["France", "Frankreich", "Francia", "Франция", "França", "fr", "FR", "+33"])
def test_countries_by_name_give_numbers_their_country(country: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ["phone", "country"], [["0612345678", country]])
    assert converted(path)[0][0]["phone_e164"] == "+33612345678"


def test_a_country_nobody_knows_gives_none_and_is_kept(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ["phone", "country", "email"], [["0612345678", "Atlantis", "a@example.org"]])
    row = converted(path)[0][0]
    assert "country" not in row
    assert custom(row)["country"] == "Atlantis"


def test_consents_of_several_channels_are_a_part_each(tmp_path: Path) -> None:
    header = ["phone", "SMS opt-in", "WhatsApp opt-in", "Opt-in date", "Opt-out date"]
    rows = [
        ["+33612345678", "oui", "non", "2026-01-02", "2026-03-04"],
        ["+33623456789", "", "ja", "", ""],
        ["+33634567890", "peut-être", "", "", ""],
    ]
    found, _ = converted(write_csv(tmp_path / "a.csv", header, rows))
    events = [
        (row["row"], row["part"], row.get("channel"), row.get("consent_action"), row.get("occurred_at"))
        for row in found
    ]
    assert events == [
        (2, 0, "whatsapp", "opt_out", "2026-03-04T00:00:00Z"),
        (2, 1, "sms", "opt_in", "2026-01-02T00:00:00Z"),
        (3, 0, "whatsapp", "opt_in", None),
        (4, 0, None, None, None),
    ]
    assert custom(found[3])["SMS opt-in"] == "peut-être"


@pytest.mark.parametrize(
    ("header", "cell", "action"),
    [
        ("Opt in", "1", "opt_in"),
        ("Opt in", "нет", "opt_out"),
        ("Désinscrit", "oui", "opt_out"),
        ("Désinscrit", "non", None),
        ("Do not contact", "TRUE", "opt_out"),
        ("Consent", "unsubscribed", "opt_out"),
        ("موافقة", "نعم", "opt_in"),
        ("सहमति", "हाँ", "opt_in"),
        ("Einwilligung", "Ja", "opt_in"),
    ],
)
def test_yes_and_no_by_the_columns_sense(header: str, cell: str, action: str | None, tmp_path: Path) -> None:
    row = converted(write_csv(tmp_path / "a.csv", ["phone", header], [["+33612345678", cell]]))[0][0]
    assert row.get("consent_action") == action


def test_a_contacts_creation_is_no_consent(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ["phone", "opt in", "created at"], [["+33612345678", "yes", "2026-01-02"]])
    row = converted(path)[0][0]
    assert (row["consent_action"], row.get("occurred_at")) == ("opt_in", None)
    assert custom(row)["created at"] == "2026-01-02"


def test_dates_are_read_in_the_order_the_file_shows(tmp_path: Path) -> None:
    rows = [["+33612345678", "03/04/2026"]] * 300 + [["+33612345678", "25/04/2026"]]
    found, source = converted(write_csv(tmp_path / "a.csv", ["phone", "opt in date"], rows))
    assert found[0]["occurred_at"] == "2026-04-03T00:00:00Z"
    assert [remark.kind for remark in source.remarks] == ["contacts-date-order"]
    found, source = converted(write_csv(tmp_path / "b.csv", ["phone", "opt in date"], rows[:300]))
    assert "occurred_at" not in found[0]
    assert custom(found[0])["opt in date"] == "03/04/2026"
    assert [remark.kind for remark in source.remarks] == ["contacts-date-undecided"]


def test_a_column_of_numbers_is_found_by_its_cells(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ["Feld1", "Feld2"], [["Awa", "+33612345678"], ["Léa", "+33623456789"]])
    assert [row["phone_e164"] for row in converted(path)[0]] == ["+33612345678", "+33623456789"]


def test_a_table_about_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContactsError) as caught:
        converted(write_csv(tmp_path / "a.csv", ["a", "b"], [["x", "y"]]))
    assert caught.value.kind == "contacts-nobody"


def test_a_bare_list_is_read_as_what_it_is_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "stop.txt"
    path.write_text("+33612345678\n+33623456789\n", "utf-8")
    with pytest.raises(ContactsError) as caught:
        converted(path)
    assert caught.value.kind == "contacts-no-header"
    rows, _ = converted(path, header=False, kind="suppression")
    assert [(row["kind"], row["phone_e164"]) for row in rows] == [
        ("suppression", "+33612345678"),
        ("suppression", "+33623456789"),
    ]


def test_cells_beyond_the_header_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("phone,name\n+33612345678,Awa,un,deux\n+33623456789\n", "utf-8")
    rows, _ = converted(path)
    assert custom(rows[0])["extra_cells"] == ["un", "deux"]
    assert "name" not in rows[1]


def test_two_columns_of_one_name_are_two(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("phone,name,name,Phone\n+33612345678,Awa,Diop,+33623456789\n", "utf-8")
    rows, _ = converted(path)
    assert rows[0]["name"] == "Awa"
    assert custom(rows[0]) == {"name#2": "Diop", "Phone": "+33623456789"}


MAPPING = """
kind = "consent"
date_format = "%d|%m|%y"
time_zone = "Europe/Paris"
[columns]
phone = ["Ligne directe", "Standard"]
crm_id = "Dossier"
consent_action = "Accord"
occurred_at = "Quand"
[constants]
channel = "sms"
consent_source = "paper"
[values.consent_action]
"A signé" = "opt_in"
"""


def test_a_mapping_file_says_everything(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MAPPING, "utf-8")
    header = ["Ligne directe", "Standard", "Dossier", "Accord", "Quand", "Nom"]
    path = write_csv(tmp_path / "a.csv", header, [["", "01 42 68 53 00", "D-1", "a signé", "01|07|26", "Moreau"]])
    rows, source = converted(path, mapping=read_mapping(tmp_path / "m.toml"), default_region="FR", scope="dossiers")
    row = rows[0]
    assert (row["kind"], row["channel"], row["consent_action"], row["consent_source"]) == (
        "consent",
        "sms",
        "opt_in",
        "paper",
    )
    assert (row["phone_e164"], row["crm_id"], row["crm_scope"]) == ("+33142685300", "D-1", "dossiers")
    assert row["occurred_at"] == "2026-06-30T22:00:00Z"
    assert custom(row)["Nom"] == "Moreau"
    assert source.plan.unmapped == ("`Nom`",)


def test_a_mapping_lies_over_a_profile(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("profile: generic\ncolumns:\n  tags: Ville\n", "utf-8")
    rows, _ = converted(FIXTURES / "generic.csv", mapping=read_mapping(tmp_path / "m.yaml"), default_region="FR")
    assert (rows[0]["tags"], rows[0]["first_name"]) == ('["Lyon"]', "Inès")


def test_a_mapping_describes_a_log_and_members_of_json(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(
        'kind = "message"\n[columns]\noccurred_at = "at"\nmessage_id = "ref"\n'
        '[log]\nsender = "who.number"\nrecipient = "line"\ndirection = "inbound"\nbody = "said"\n',
        "utf-8",
    )
    path = write_lines(
        tmp_path / "a.jsonl",
        [{"at": 1795426200, "ref": 7, "who": {"number": "+33612345678"}, "line": "36179", "said": "Stop"}],
    )
    row = converted(path, mapping=read_mapping(tmp_path / "m.toml"))[0][0]
    assert (row["phone_e164"], row["consent_action"], row["message_id"]) == ("+33612345678", "opt_out", "7")
    assert custom(row) == {"said": "Stop", "line": "36179"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("columns = 3", "must be a table"),
        ("[columns]\nphon = 'x'", "`phon` is no canonical column"),
        ("[columns]\nphone = 3", "must be the name"),
        ("kind = 'person'", "must be one of"),
        ("time_zone = 'Mars/Olympus'", "no time zone"),
        ("[values.tags]\na = 'b'", "has no `columns.tags`"),
        ("colums = {}", "is no key"),
        ("= 3", "not TOML"),
        ("[constants]\nrow = '1'", "is no canonical column"),
    ],
)
def test_a_mapping_file_that_cannot_mean_anything(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(text, "utf-8")
    with pytest.raises(ContactsError, match=said) as caught:
        read_mapping(tmp_path / "m.toml")
    assert caught.value.kind == "contacts-mapping"


@pytest.mark.parametrize(
    "text", ["[1, 2]", "a: [", "!!python/object/apply:os.system ['true']", "a: &a [*a]\ncolumns: *a"]
)
def test_a_yaml_mapping_runs_nothing(text: str, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(text, "utf-8")
    with pytest.raises(ContactsError):
        read_mapping(tmp_path / "m.yaml")


def test_two_numbers_in_a_cell_are_two_parts_of_a_person() -> None:
    rows, _ = converted(FIXTURES / "generic.csv", default_region="FR")
    assert [(row["part"], row["phone_e164"], row["first_name"]) for row in rows if row["row"] == 3] == [
        (0, "+221771234567", "Awa"),
        (1, "+221771234568", "Awa"),
    ]
    assert [row["phone_e164"] for row in rows if row["row"] == 2] == ["+33612345678", "+33142685300"]


@pytest.mark.parametrize(
    "header",
    [
        ["Datum", "Richtung", "Absender", "Empfänger", "Nachricht"],
        ["Fecha", "Dirección", "Remitente", "Destinatario", "Mensaje"],
        ["Дата", "Направление", "Отправитель", "Получатель", "Текст"],
    ],
)
def test_logs_in_other_languages(header: list[str], tmp_path: Path) -> None:
    rows = [
        ["2026-03-02T09:15:00Z", "in", "+33612345678", "+33756784512", "СТОП"],
        ["2026-03-02T09:16:00Z", "out", "+33756784512", "+33623456789", "…"],
    ]
    found, source = converted(write_csv(tmp_path / "a.csv", header, rows))
    assert source.plan.profile.name == "generic-messages"
    assert [(row["phone_e164"], row.get("consent_action")) for row in found] == [
        ("+33612345678", "opt_out"),
        ("+33623456789", None),
    ]


def test_addresses_of_other_channels(tmp_path: Path) -> None:
    rows = [["viber:+33612345678"], ["WhatsApp: +33612345678"], ["rcs:+33612345678"], ["messenger:336123456789012"]]
    path = write_csv(
        tmp_path / "a.csv", ["sid", "direction", "to", "from"], [["S", "inbound", "+33756784512", *row] for row in rows]
    )
    found, _ = converted(path, profile="twilio-messages")
    assert [(row.get("channel"), row.get("phone_e164"), row.get("rejected")) for row in found] == [
        ("viber", "+33612345678", None),
        ("whatsapp", "+33612345678", None),
        (None, "+33612345678", None),
        (None, None, "no_identifier"),
    ]
    assert custom(found[3])["address"] == "messenger:336123456789012"


def test_emoji_and_half_surrogates_survive(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"phone": "+33612345678", "name": "Zoé 🦄", "note": "\\ud83d", "x": "a\\u0000b"}\n', "utf-8")
    row = converted(path)[0][0]
    assert row["name"] == "Zoé 🦄"
    assert json.loads(row["custom"])["x"] == "a\0b"

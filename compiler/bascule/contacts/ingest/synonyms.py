"""What columns of tables that nobody documented are called, in the languages people keep such tables in.

English, French, Spanish, Portuguese, German, Italian, Russian, Arabic, Hindi. Names are compared plain
(:func:`~bascule.contacts.ingest.names.plain`), so case, accents, blanks and punctuation do not matter.
"""

from __future__ import annotations

from collections.abc import Mapping

from bascule.contacts.ingest.names import plain
from bascule.contacts.ingest.profile import Field

__all__ = ["ANSWERS", "IN_DATES", "NEGATIVE", "OUT_DATES", "SYNONYMS", "synonym_fields"]

SYNONYMS: Mapping[str, str] = {
    "phone_raw": """
        whatsapp | whatsapp number | whatsapp phone number | whatsapp phone | numéro whatsapp
        número de whatsapp | mobile | mobile phone | mobile number | mobile phone number | cell | cell phone
        cellphone | msisdn | gsm | portable | numéro portable | tél mobile | tel portable | téléphone mobile
        téléphone portable | num mobile | celular | móvil | teléfono móvil | número de celular
        telefone celular | telemóvel | handy | handynummer | mobiltelefon | mobil | mobilnummer | cellulare
        numero di cellulare | мобильный | мобильный телефон | сотовый | جوال | الجوال | رقم الجوال | موبايل
        मोबाइल | मोबाइल नंबर | phone | phone number | phone no | telephone | telephone number | tel | tél
        téléphone | numéro de téléphone | numéro téléphone | num tél | n° tél | no téléphone | numéro | teléfono
        número de teléfono | telefone | fone | número de telefone | telefon | telefonnummer | rufnummer
        telefono | numero di telefono | телефон | номер | номер телефона | هاتف | الهاتف | رقم الهاتف | رقم
        फोन | फ़ोन | फोन नंबर | दूरभाष | contact number | phone 1 | phone 1 value | phone 2 | phone 2 value
        phone 3 | phone 3 value | destination | home phone | work phone | other phone | téléphone fixe
        tél fixe | fixe | téléphone 2 | tél 2 | nomor | no hp | phone number 2 | phones | numbers | mobile 2
        telefoon
    """,
    "email": """
        email | e-mail | mail | email address | e-mail address | courriel | adresse e-mail | adresse mail
        adresse email | adresse électronique | correo | correo electrónico | endereço de e-mail | e-mail-adresse
        indirizzo e-mail | indirizzo email | почта | электронная почта | эл. почта | البريد الإلكتروني | البريد
        ईमेल | e-mail 1 value
    """,
    "first_name": """
        first name | firstname | given name | forename | prénom | nombre | nombre de pila | primer nombre
        primeiro nome | vorname | nome di battesimo | имя | الاسم الأول | प्रथम नाम | पहला नाम
    """,
    "last_name": """
        last name | lastname | surname | family name | nom de famille | apellido | apellidos | sobrenome
        apelido | nachname | familienname | cognome | фамилия | اسم العائلة | الكنية | उपनाम | अंतिम नाम
    """,
    "name": """
        name | full name | fullname | contact | contact name | display name | customer | customer name | client
        nom | nom complet | nom et prénom | nom prénom | nombre completo | nombre y apellidos | nome
        nome completo | vollständiger name | kontakt | kunde | nominativo | фио | полное имя | الاسم
        الاسم الكامل | नाम | पूरा नाम | profile name | user name | username
    """,
    "language": """
        language | lang | locale | preferred language | langue | langue préférée | idioma | lengua | língua
        sprache | lingua | язык | اللغة | لغة | भाषा
    """,
    "country": """
        country | country code | country iso | iso | iso2 | pays | code pays | país | código de país | land
        ländercode | paese | nazione | страна | код страны | البلد | الدولة | देश
    """,
    "tags": """
        tags | tag | labels | label | groups | group | lists | list | segment | segments | étiquettes
        étiquette | groupe | groupes | liste | listes | etiquetas | grupo | grupos | lista | listas | gruppe
        gruppen | gruppo | gruppi | метки | теги | группа | группы | مجموعة | المجموعات | वर्ग | समूह
    """,
    "crm_id": """
        id | contact id | customer id | client id | external id | externalid | record id | user id | crm id
        uuid | identifiant | id client | identifiant client | numéro client | id contact | id cliente
        número de cliente | kundennummer | kunden-id | kontakt-id | id contatto | id del cliente | ид
        идентификатор | معرف | معرف العميل | आईडी | ग्राहक आईडी
    """,
    "wa_id": "wa id | waid | whatsapp id",
    "bsuid": "bsuid | business scoped user id | whatsapp user id",
    "parent_bsuid": "parent bsuid | parent business scoped user id | parent user id",
    "viber_id": "viber id | viber user id | viberid",
    "viber_scope": "viber bot | bot | bot id",
    "modified_at": """
        updated at | updated | modified | modified at | last modified | last modified date | date modified
        mis à jour le | date de modification | modifié le | última modificación | fecha de modificación
        data de modificação | geändert am | letzte änderung | data di modifica | изменено | дата изменения
        تاريخ التعديل | संशोधित
    """,
    "occurred_at": """
        consent date | date of consent | subscription date | date de consentement | date du consentement
        fecha de consentimiento | data de consentimento | data consenso | einwilligungsdatum | дата согласия
        تاريخ الموافقة | सहमति तिथि
    """,
    "channel": "channel | canal | kanal | canale | канал | القناة | चैनल",
    "direction": "direction | sens | dirección | direção | richtung | direzione | направление | message direction",
    "message_id": "message id | messageid | message sid | sms id | id message | message uuid",
    "message_status": "message status | delivery status | statut | estado | zustellstatus | stato | статус | status",
    "error_code": "error code | code erreur | código de error | fehlercode",
    "consent_action": """
        consent | consent status | consent given | opt in | optin | opted in | subscription
        subscription status | subscribed | marketing consent | consentement | abonné | inscrit | abonnement
        accord | accepte | accepte les sms | consentimiento | acepta | suscrito | suscripción | consentimento
        aceita | aceite | inscrito | einwilligung | zustimmung | abonniert | consenso | iscritto | accetta
        согласие | подписан | подписка | موافقة | الموافقة | مشترك | सहमति | unsubscribed | opt out | opted out
        optout | stop | do not contact | do not call | désinscrit | désabonné | désinscription | baja
        dado de baja | no contactar | descadastrado | não contatar | abgemeldet | widerruf | disiscritto
        отписан | отписка | إلغاء الاشتراك | सदस्यता समाप्त
    """,
    "consent_purpose": """
        purpose | consent purpose | finalité | finalidad | finalidade | zweck | finalità | цель | الغرض
        उद्देश्य
    """,
    "consent_basis": """
        legal basis | base légale | base juridique | base legal | rechtsgrundlage | base giuridica
        правовое основание
    """,
    "consent_source": """
        consent source | opt in source | optin source | consent method | source du consentement
        origine du consentement | origen del consentimiento | origem do consentimento | quelle der einwilligung
        fonte del consenso | источник согласия
    """,
    "consent_wording": """
        consent text | consent wording | wording | opt in text | texte du consentement | libellé du consentement
        texto del consentimiento | texto do consentimento | einwilligungstext | testo del consenso
        текст согласия | نص الموافقة | सहमति पाठ
    """,
    "consent_double": "double opt in | double optin | doi | confirmed opt in | double consentement",
    "consent_proof": """
        consent proof | proof | preuve | preuve du consentement | prueba | prova | nachweis | подтверждение
        إثبات
    """,
    "consent_expires_at": """
        consent expires | consent expires at | expiry date | expires at | date d'expiration | gültig bis
    """,
}
"""
        Names by canonical column, in order of preference, separated by `` | `` or line ends.
    """

_OF_MESSAGES = ("direction", "message_id", "message_status", "error_code")
_OF_CONTACTS = ("phone_raw",)
"""A log's numbers are those of its sender and recipient, one of which is the business."""

_MESSAGE_DATES = """
        date | timestamp | sent at | date sent | received at | time | datetime | created at | created
        sent date | message date | date d'envoi | date de réception | horodatage | fecha | fecha de envío | data
        data de envio | datum | gesendet am | zeitpunkt | data di invio | дата | дата отправки | التاريخ | तारीख
        दिनांक
    """
"""When a message happened. A contact's ``created`` says nothing about consent, so only logs read these."""

_YES = "yes y true 1 x oui o vrai ja j wahr si sì sí s sim da да д истина نعم हाँ हां on ok"
_NO = "no n false 0 non faux nein falsch não nao нет н ложь لا नहीं off"
_IN = (
    "opt_in opt-in optin opted-in opted_in in subscribed subscribe active granted given accepted confirmed abonné "
    "inscrit accepté accordé suscrito aceptado inscrito aceito abonniert erteilt iscritto accettato подписан согласен "
    "مشترك موافق"
)
_OUT = (
    "opt_out opt-out optout opted-out opted_out out unsubscribed unsubscribe inactive revoked withdrawn denied refused "
    "blocked stop désabonné désinscrit refusé baja rechazado descadastrado recusado abgemeldet widerrufen verweigert "
    "disiscritto rifiutato отписан отказ ملغى مرفوض"
)
ANSWERS: Mapping[str, str] = {
    **dict.fromkeys(_YES.split(), "yes"),
    **dict.fromkeys(_NO.split(), "no"),
    **dict.fromkeys(_IN.split(), "opt_in"),
    **dict.fromkeys(_OUT.split(), "opt_out"),
    "opted in": "opt_in",
    "opted out": "opt_out",
}
"""Cells of consent columns, in lower case."""


def _with_channels(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names, each also with a channel in front or behind: ``smsoptin``, ``optinwhatsapp``."""
    marked = [
        found
        for channel in ("sms", "whatsapp", "viber")
        for name in names
        for found in (channel + name, name + channel)
    ]
    return (*marked, *names)


def _names(text: str) -> tuple[str, ...]:
    found = (plain(name) for line in text.splitlines() for name in line.split("|"))
    return tuple(dict.fromkeys(name for name in found if name))


NEGATIVE = frozenset(
    _with_channels(
        _names(
            """
            unsubscribed | opt out | opted out | optout | stop | do not contact | do not call | désinscrit
            désabonné | désinscription | baja | dado de baja | no contactar | descadastrado | não contatar
            abgemeldet | widerruf | disiscritto | отписан | отписка | إلغاء الاشتراك | सदस्यता समाप्त
            """
        )
    )
)
"""Consent columns where *yes* means no."""

IN_DATES = frozenset(
    _with_channels(
        _names(
            """
        opt in date | optin date | opt in at | opted in at | subscribed at | subscribed on | sms opt in date
        whatsapp opt in date | viber opt in date | date d'inscription | date d'abonnement | inscrit le
        fecha de alta | data de cadastro | data de inscrição | einwilligung am | anmeldedatum
        data di iscrizione | дата подписки
    """
        )
    )
)
"""Columns of dates that are opt-ins by themselves."""

OUT_DATES = frozenset(
    _with_channels(
        _names(
            """
        opt out date | optout date | opt out at | opted out at | unsubscribed at | unsubscribed on
        sms opt out date | date de désinscription | date de désabonnement | date stop | désinscrit le
        fecha de baja | data de descadastro | abgemeldet am | abmeldedatum | data di disiscrizione
        дата отписки
    """
        )
    )
)
"""The same for opt-outs."""


def synonym_fields(messages: bool = False) -> dict[str, Field]:
    """The fields of the generic profiles. A name that two columns claim belongs to the first."""
    taken: set[str] = set()
    found = {}
    for column, names_of in SYNONYMS.items():
        if column in (_OF_CONTACTS if messages else _OF_MESSAGES):
            continue
        text = f"{_MESSAGE_DATES}\n{names_of}" if messages and column == "occurred_at" else names_of
        names = tuple(name for name in _names(text) if name not in taken)
        taken.update(names)
        found[column] = Field(names)
    consents = tuple(
        name for name in _with_channels(found["consent_action"].names) if name not in taken or name in NEGATIVE
    )
    consents = tuple(dict.fromkeys((*consents, *found["consent_action"].names)))
    found["consent_action"] = Field((*consents, *sorted((IN_DATES | OUT_DATES) - set(consents))))
    return found

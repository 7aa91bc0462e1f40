"""What columns and members are called, in the languages of those who name them.

A name is compared without case, accents, blanks and punctuation (:func:`normal`). One word may mean
several things (``template`` is the text in one file and its name in the next): each reading has a
strength, and :mod:`columns` decides among the names of one table.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from functools import cache

__all__ = [
    "CHANNELS",
    "DEFAULTS",
    "LOOSE_WRAPPERS",
    "WRAPPERS",
    "Role",
    "category_of",
    "channel_of",
    "normal",
    "readings",
    "tokens",
]


class Role(enum.Enum):
    """What a column or member holds."""

    TEXT = "text"
    KEY = "key"
    TITLE = "title"
    LOCALE = "locale"
    CHANNEL = "channel"
    CATEGORY = "category"
    DESCRIPTION = "description"
    SENDER = "sender"
    DLT = "dlt"
    FLASH = "flash"
    SHORTEN = "shorten"
    VARIABLES = "variables"
    SAMPLES = "samples"
    CHOICES = "choices"
    MEDIA = "media"
    VERSION = "version"
    PHONE = "phone"
    INTENT = "intent"
    OTHER = "other"


# Role, strength, words. Strength 3: means only this; 2: usually this; 1: this when nothing better is there.
_WORDS: tuple[tuple[Role, int, str], ...] = (
    (
        Role.TEXT,
        3,
        """
        text texts message msg content body smstext textsms smsbody smscontent smsmessage messagetext
        messagebody messagecontent msgtext msgbody textmessage templatetext templatebody templatecontent
        bodytext wording copy sms texte contenu corps message textesms textedusms textedumessage
        contenudumessage contenudusms contenusms messagesms corpsdumessage corpsdusms redaction formulation
        textedumodele contenudumodele texto contenido mensaje cuerpo textodelmensaje textosms textodelsms
        contenidodelmensaje textodelaplantilla conteudo mensagem corpo textodamensagem conteudodamensagem
        textodosms textodomodelo mensagemsms testo contenuto messaggio testomessaggio testodelmessaggio testosms
        corpodelmessaggio inhalt nachricht nachrichtentext nachrichteninhalt meldung wortlaut smsinhalt
        vorlagentext tekst inhoud bericht berichttekst tresc wiadomosc trescwiadomosci trescsms zprava mesaj
        metin icerik mesajmetni isipesan pesan teks noidung noidungtinnhan ujumbe meddelande meddelelse viesti
        نص النص رسالة الرسالة نصالرسالة محتوى المحتوى محتوىالرسالة نصالرسالةالقصيرة متن پیام متنپیام پیغام текст
        сообщение текстсообщения текстшаблона текстсмс смс содержание содержимое телосообщения текстsms
        повідомлення текстповідомлення зміст संदेश सन्देश पाठ मैसेज टेक्स्ट संदेशपाठ सामग्री תוכן הודעה טקסט
        נוסח תוכןההודעה נוסחההודעה 内容 短信内容 模板内容 消息内容 文本 短信 本文 メッセージ メッセージ本文
        문자내용 내용 메시지
        """,
    ),
    (
        Role.TEXT,
        2,
        """
        template tmpl tpl value string translation smstemplate messagetemplate default modele modeledesms
        modelesms modeledemessage gabarit valeur traduction plantilla plantillasms valor modelo modello vorlage
        wert sjabloon szablon sablon قالب القالب قالبالرسالة шаблон шаблонсмс значение перевод टेम्पलेट
        टेम्प्लेट साँचा תבנית ערך 模板 テンプレート
        """,
    ),
    (
        Role.TEXT,
        1,
        """
        label libelle libellesms libelledumessage intitule etiqueta rotulo bezeichnung phrase sentence reply
        response answer
        """,
    ),
    (
        Role.KEY,
        3,
        """
        key templatekey messagekey smskey textkey slug identifier handle keyname msgid messageid smsid stringid
        resourcekey cle clef cledumessage cledumodele identifiant identifiantdumodele clave identificador chave
        chiave identificativo schlussel schluessel kennung klucz anahtar مفتاح المفتاح معرف المعرف کلید ключ
        идентификатор ключшаблона ідентифікатор कुंजी आईडी מפתח מזהה 键 キー
        """,
    ),
    (
        Role.KEY,
        2,
        """
        id code templateid templatecode templatename messagename smsname messagecode ref reference
        nomdumodele modeleid nommodele codemodele codesms numero num codigo nombredelaplantilla nomedomodelo
        codice kurzname vorlagenname nummer kod رمز رقم اسمالقالب код номер имяшаблона названиешаблона कोड
        שם_תבנית קוד
        """,
    ),
    (
        Role.KEY,
        1,
        """
        template tmpl modele gabarit plantilla modelo modello vorlage قالب шаблон event trigger evenement evento
        ereignis событие
        """,
    ),
    (
        Role.TITLE,
        3,
        """
        title displayname friendlyname subject titre intitule objet titulo asunto assunto titel betreff oggetto
        titolo عنوان العنوان заголовок тема शीर्षक כותרת 标题
        """,
    ),
    (
        Role.TITLE,
        2,
        """
        name label nom libelle nombre etiqueta nome rotulo bezeichnung naam nazwa ad isim اسم الاسم имя название
        наименование назва नाम שם 名称
        """,
    ),
    (
        Role.LOCALE,
        3,
        """
        language lang locale languagecode langcode localecode lng langue codelangue langage idioma lengua lingua
        sprache sprachcode taal jezyk dil bahasa kieli sprog sprak لغة اللغة رمزاللغة زبان язык мова кодязыка
        भाषा שפה 语言 言語
        """,
    ),
    (Role.CHANNEL, 3, "channel canal canaux kanal canale kanaal medium channeltype канал قناة القناة चैनल माध्यम ערוץ"),
    (
        Role.CATEGORY,
        3,
        """
        category messagetype templatetype templatecategory messagecategory smstype categorie typedemessage
        typedesms typedemodele finalite categoria tipodemensaje tipodemensagem kategorie nachrichtentyp
        categoriamensaje kategori kategoria فئة الفئة تصنيف التصنيف نوعالرسالة категория типсообщения категорія
        श्रेणी קטגוריה 类别
        """,
    ),
    (Role.CATEGORY, 2, "type kind purpose usage nature tipo tip typ art zweck нaзначение тип نوع النوع प्रकार סוג"),
    (
        Role.DESCRIPTION,
        3,
        """
        description desc notes note comment comments remark remarks context when commentaire commentaires
        remarque remarques descriptif contexte descripcion notas nota comentario comentarios descricao
        observacao observacoes descrizione beschreibung anmerkung anmerkungen notiz hinweis omschrijving opis
        aciklama keterangan وصف الوصف ملاحظة ملاحظات описание комментарий примечание опис विवरण टिप्पणी תיאור
        הערה הערות 备注 説明
        """,
    ),
    (
        Role.SENDER,
        3,
        """
        sender senderid sendername originator alphasender smssender from fromnumber senderaddress expediteur
        emetteur emetteursms remitente emisor remetente absender absenderkennung mittente afzender nadawca
        gonderen المرسل مرسل معرفالمرسل отправитель имяотправителя відправник प्रेषक שולח 发送者
        """,
    ),
    (Role.SENDER, 1, "header shortcode dltheader"),
    (
        Role.DLT,
        3,
        """
        dlttemplateid dlttempid dltid dlttid dltcontentid peid dltpeid entityid dltentityid principalentityid
        contenttemplateid tempid dlte dltcategory
        """,
    ),
    (Role.DLT, 1, "templateid"),
    (Role.FLASH, 3, "flash isflash flashsms smsclass messageclass mclass classesms flashmessage"),
    (
        Role.SHORTEN,
        3,
        """
        shortenurls shortenurl shortenlinks urlshortening linkshortening shorturl tinyurl shortlinks tracklinks
        raccourcirliens
        """,
    ),
    (
        Role.VARIABLES,
        3,
        """
        variables vars var params parameters parameter placeholders placeholder args arguments tokens
        mergefields fields templatevariables requiredvariables champs parametres jetons variaveis campos
        marcadores parametros variabili platzhalter variablen felder parameterliste zmienne degiskenler متغيرات
        المتغيرات المتغيراتالمطلوبة переменные параметры змінні चर वेरिएबल משתנים 变量
        """,
    ),
    (
        Role.SAMPLES,
        3,
        """
        samples sample examples example examplevalues samplevalues exemple exemples ejemplo ejemplos exemplo
        exemplos esempio esempi beispiel beispiele voorbeeld przyklad ornek مثال أمثلة пример примеры приклад
        उदाहरण דוגמה 示例
        """,
    ),
    (
        Role.CHOICES,
        3,
        """
        quickreplies quickreply buttons button choices replies suggestions suggestedreplies replyoptions
        replybuttons boutons bouton choix reponses reponsesrapides reponsespossibles botones opciones respuestas
        respuestasrapidas botoes opcoes respostas respostasrapidas pulsanti opzioni risposte schaltflachen
        antworten antwortoptionen knoppen przyciski أزرار الأزرار خيارات الخيارات кнопки варианты вариантыответа
        ответы кнопка बटन विकल्प כפתורים אפשרויות 按钮
        """,
    ),
    (Role.CHOICES, 2, "options answers optionen"),
    (
        Role.MEDIA,
        3,
        """
        imageurl image images media mediaurl mediaurls mediafile attachment attachments attachmenturl picture
        pictureurl photo photourl video videourl audio audiourl document documenturl file fileurl mms
        piecejointe piecesjointes urlimage urlmedia imagen imagenurl adjunto imagem anexo immagine allegato bild
        bildurl anhang изображение картинка вложение фото صورة الصورة مرفق चित्र छवि תמונה 图片
        """,
    ),
    (Role.VERSION, 3, "version revision versionnumber versao версия नंबर"),
    (
        Role.PHONE,
        3,
        """
        phone phonenumber mobile mobilenumber mobilephone tel telephone msisdn to recipient recipients cell
        cellphone tonumber contactnumber numerodetelephone telephoneportable portable destinataire gsm telefono
        celular movil destinatario telefone telemovel handy handynummer rufnummer telefon telefonnummer
        empfanger telefoon numertelefonu هاتف الهاتف رقمالهاتف جوال رقمالجوال телефон номертелефона получатель
        फोन मोबाइल फ़ोन टेलीफोन טלפון נייד 手机号 手机
        """,
    ),
    (
        Role.INTENT,
        3,
        """
        intent intents intention utterance utterances trainingphrase trainingphrases userinput question pattern
        patterns
        """,
    ),
)

CHANNELS: dict[str, str] = {
    "sms": "sms",
    "smsmessage": "sms",
    "texto": "sms",
    "смс": "sms",
    "mms": "mms",
    "rcs": "rcs",
    "viber": "viber",
    "whatsapp": "whatsapp",
    "wa": "whatsapp",
    "telegram": "telegram",
    "messenger": "messenger",
    "facebook": "messenger",
    "line": "line",
    "email": "email",
    "mail": "email",
    "courriel": "email",
    "push": "push",
    "pushnotification": "push",
    "voice": "voice",
    "ivr": "voice",
    "voix": "voice",
    "ussd": "ussd",
    "web": "web",
    "inapp": "in_app",
    "app": "in_app",
    "slack": "slack",
    "imessage": "imessage",
}
"""Normal form of a channel's name to its name in the graph."""

_DEFAULT_WORDS = """
    default defaults base standard common generic fallback defaut pardefaut predeterminado padrao allgemein
"""

_WRAPPER_WORDS = """
    sms smstemplates smsmessages smstexts templates template messagetemplates modeles modelesdesms modelesms
    gabarits messagessms plantillas modelos vorlagen modelli шаблоны قوالب القوالب टेम्पलेट्स תבניות 模板 短信模板
"""

_LOOSE_WRAPPER_WORDS = """
    messages texts items data results records rows list entries contents strings translations notifications
    objects payload textes mensajes textos mensagens nachrichten texte messaggi сообщения тексты رسائل الرسائل
    संदेश הודעות
"""

_CATEGORIES: tuple[tuple[str, str], ...] = (
    (
        "authentication",
        """
        otp otps auth authentication authentification 2fa mfa verification verify onetimepassword
        onetimepasscode code autenticacion autenticacao autenticazione authentifizierung аутентификация
        авторизация مصادقة تحقق सत्यापन אימות
        """,
    ),
    (
        "marketing",
        """
        marketing promo promotion promotional promotionnel promotionnelle promotionnels publicite commercial
        commerciale publicitaire campagne campaign newsletter offer offers offre publicidad promocion
        promocional promocao pubblicita promozionale werbung werblich реклама рекламное рекламный маркетинг
        промо تسويق تسويقي ترويجي विपणन प्रचार שיווק שיווקי
        """,
    ),
    (
        "utility",
        """
        utility transactional transactionnel transactionnelle transactionnels transaction service
        serviceimplicit serviceexplicit notification notifications info information informative informational
        informationnel alert alerts alerte reminder rappel reminders order delivery transaccional transacional
        notificacion notificacao aviso utilidad utilidade transazionale servizio transaktional transaktion
        benachrichtigung erinnerung транзакционное транзакционный сервисное сервисный уведомление خدمة خدمي
        معاملات إشعار تذكير सेवा लेनदेन सूचना שירות תפעולי עדכון
        """,
    ),
)

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "’": "", "'": ""})
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PIECE = re.compile(r"[^\W_]+", re.UNICODE)


@cache
def normal(name: str) -> str:
    """A name without case, accents, blanks and punctuation: ``Modèle de SMS`` gives ``modeledesms``."""
    spread = unicodedata.normalize("NFKD", name[:200].casefold()).translate(_LETTERS)
    return "".join(char for char in spread if char.isalnum())


@cache
def tokens(name: str) -> tuple[str, ...]:
    """The words of a name in normal form: ``contentPt-BR`` gives ``content``, ``pt``, ``br``."""
    pieces: list[str] = []
    for part in _CAMEL.split(name[:200]):
        spread = unicodedata.normalize("NFKD", part.casefold()).translate(_LETTERS)
        kept = "".join(
            char for char in spread if not unicodedata.combining(char) and unicodedata.category(char) != "Mn"
        )
        pieces.extend(_PIECE.findall(kept.replace("_", " ")))
    return tuple(pieces)


WRAPPERS = frozenset(normal(word) for word in _WRAPPER_WORDS.split())
"""Names, in normal form, of members that hold the templates; they are no part of their keys."""

LOOSE_WRAPPERS = frozenset(normal(word) for word in _LOOSE_WRAPPER_WORDS.split())
"""Names that do so when nothing beside them holds texts."""

DEFAULTS = frozenset(_DEFAULT_WORDS.split())


@cache
def _table() -> dict[str, tuple[tuple[Role, int], ...]]:
    table: dict[str, list[tuple[Role, int]]] = {}
    for role, strength, words in _WORDS:
        for word in words.split():
            readings = table.setdefault(normal(word), [])
            if role not in [known for known, _ in readings]:
                readings.append((role, strength))
    return {word: tuple(sorted(found, key=lambda item: -item[1])) for word, found in table.items()}


def readings(word: str) -> tuple[tuple[Role, int], ...]:
    """What a word in normal form may mean, strongest first."""
    return _table().get(word, ())


def channel_of(name: str) -> str:
    """The channel a name stands for (``default`` counts as one), or ``""``."""
    word = normal(name)
    return "default" if word in DEFAULTS else CHANNELS.get(word, "")


@cache
def _category_table() -> dict[str, str]:
    return {normal(word): category for category, words in _CATEGORIES for word in words.split()}


def category_of(value: str) -> str:
    """WhatsApp's category for a word of the source (``transactionnel`` gives ``utility``), or ``""``."""
    table = _category_table()
    found = table.get(normal(value))
    if found:
        return found
    hits = {table[token] for token in tokens(value) if token in table}
    return hits.pop() if len(hits) == 1 else ""

"""Words that tell a placeholder, a menu or an opt-out from prose, by language. Data only."""

from __future__ import annotations

import re

__all__ = [
    "AND_OR",
    "CHOOSE",
    "CONDITIONS",
    "CONNECTORS",
    "FUNCTION_WORDS",
    "HELP",
    "HOW_TO",
    "MARKER_PREFIXES",
    "NEVER_KEYS",
    "NOT_A_MENU",
    "NUMBERS",
    "POSTPOSITIONS",
    "PREPOSITIONS",
    "REPLY",
    "VARIABLE_WORDS",
    "YES_NO",
    "names_money",
]


def _listed(words: str) -> tuple[str, ...]:
    """Entries between commas; an entry may have several words."""
    return tuple(words.split(", "))


_VARIABLE_WORDS = {
    "en": "name firstname lastname first last surname customer client user date time hour day month year amount "
    "price total balance code otp pin password link url order number no ref reference id phone mobile email "
    "address city company product item quantity qty var variable value doctor appointment location count status",
    "fr": "nom prénom prenom client cliente date heure jour mois montant prix total solde code lien url commande "
    "numéro numero num réf ref référence téléphone telephone tel mail adresse ville société produit quantité "
    "civilité valeur rdv médecin lieu statut",
    "es": "nombre apellido cliente fecha hora día dia mes monto importe precio saldo código codigo enlace pedido "
    "número numero referencia teléfono telefono correo dirección direccion ciudad empresa producto cantidad",
    "pt": "nome sobrenome cliente data hora dia mês mes valor preço preco saldo código codigo pedido número numero "
    "referência telefone celular endereço endereco cidade empresa produto quantidade link",
    "it": "nome cognome cliente data ora giorno importo prezzo saldo codice ordine numero telefono indirizzo città",
    "de": "name vorname nachname kunde datum uhrzeit zeit tag betrag preis summe code bestellung nummer telefon "
    "adresse stadt firma produkt anzahl",
    "nl": "naam voornaam achternaam klant datum tijd bedrag prijs code bestelling nummer telefoon adres stad",
    "ru": "имя фамилия клиент дата время час день сумма цена баланс код ссылка заказ номер телефон адрес город",
    "uk": "імя ім'я прізвище клієнт дата час день сума ціна код посилання замовлення номер телефон адреса місто",
    "ar": "اسم الاسم العميل الزبون التاريخ تاريخ الوقت وقت الساعة المبلغ مبلغ السعر الرصيد الرمز رمز كود الكود الرابط "
    "رابط الطلب طلب رقم الرقم الهاتف العنوان المدينة",
    "hi": "नाम ग्राहक तारीख दिनांक समय राशि मूल्य कोड लिंक ऑर्डर नंबर संख्या फोन पता शहर",
    "he": "שם לקוח תאריך שעה יום סכום מחיר קוד קישור הזמנה מספר טלפון כתובת עיר",
    "tr": "ad isim soyad müşteri tarih saat tutar fiyat kod bağlantı sipariş numara telefon adres şehir",
    "id": "nama pelanggan tanggal jam waktu jumlah harga kode tautan pesanan nomor telepon alamat kota",
    "sw": "jina mteja tarehe saa kiasi bei kodi kiungo oda nambari namba simu anwani mji",
}

VARIABLE_WORDS: frozenset[str] = frozenset(word for words in _VARIABLE_WORDS.values() for word in words.split())
"""Words that people use as names of variables, case-folded."""

_MONEY_WORDS = (
    "amount price total balance cost fee sum due montant prix solde frais importe precio saldo monto valor preço preco "
    "importo prezzo betrag preis сумма цена المبلغ مبلغ السعر الرصيد राशि मूल्य סכום מחיר tutar fiyat jumlah harga"
)
_MONEY = frozenset(_MONEY_WORDS.split())


def names_money(name: str) -> bool:
    """Whether a variable's name says that it is an amount of money."""
    return any(word.casefold() in _MONEY for word in re.split(r"[\W_]+|(?<=[a-z])(?=[A-Z])", name))


REPLY: dict[str, tuple[str, ...]] = {
    "en": _listed(
        "reply, replying, respond, responding, answer, text, texting, txt, send, sending, type, press, "
        "pressing, enter, dial, choose, select, pick"
    ),
    "fr": _listed(
        "répondez, repondez, répondre, repondre, réponds, réponse, tapez, tape, taper, envoyez, envoie, "
        "envoyer, saisissez, saisir, appuyez sur, appuyez, choisissez, choisis, composez, textez, écrivez, "
        "ecrivez, sélectionnez, selectionnez, faites, renvoyez, retournez"
    ),
    "es": _listed(
        "responda, responde, responder, conteste, contesta, envíe, envie, envía, envia, enviar, escriba, "
        "escribe, marque, marca, pulse, pulsa, presione, presiona, teclee, digite, elija, elige, seleccione, "
        "mande, manda, respóndenos, responde con, oprima"
    ),
    "pt": _listed(
        "responda, responde, responder, envie, enviar, digite, digitar, tecle, escreva, pressione, aperte, "
        "escolha, selecione, mande, disque"
    ),
    "it": _listed(
        "rispondi, risponda, rispondere, invia, invii, inviare, digita, digiti, premi, prema, scrivi, scriva, "
        "scegli, scelga"
    ),
    "de": _listed(
        "antworten sie, antworten, antworte, senden sie, senden, sende, schicken sie, schicke, tippen sie, "
        "tippe, drücken sie, drücke, wählen sie, wähle, schreiben sie, schreibe"
    ),
    "nl": _listed("antwoord, beantwoord, stuur, sms, typ, druk op, druk, kies, toets"),
    "pl": _listed("odpowiedz, wyślij, wybierz, napisz, wpisz, naciśnij"),
    "ro": _listed("răspundeți, raspundeti, trimiteți, trimiteti, apăsați, alegeți, tastați"),
    "ru": _listed(
        "ответьте, ответь, отправьте, отправь, пришлите, нажмите, введите, напишите, наберите, выберите, "
        "ответить, отправить"
    ),
    "uk": _listed("відповідайте, надішліть, відправте, натисніть, введіть, напишіть, виберіть, оберіть"),
    "ar": _listed(
        "أرسل, ارسل, أرسلي, أرسلوا, أجب, اجب, اضغط, إضغط, اكتب, أكتب, رد, اختر, إختر, أدخل, ادخل, بإرسال, ارسال, إرسال"
    ),
    "fa": _listed("ارسال کنید, بفرستید, فشار دهید, انتخاب کنید, پاسخ دهید"),
    "hi": _listed("भेजें, भेजे, भेजिए, दबाएं, दबाएँ, दबायें, लिखें, टाइप करें, जवाब दें, उत्तर दें, चुनें, रिप्लाई करें, एसएमएस करें"),
    "he": _listed(
        "שלח, שלחו, שלחי, השב, השיבו, הקש, הקישו, הקישי, לחץ, לחצו, כתוב, כתבו, בחר, בחרו, ענה, ענו, הקלד, "
        "הקלידו, לשלוח"
    ),
    "tr": _listed("yanıtlayın, yanıtla, gönderin, gönder, yazın, yaz, yazıp, tuşlayın, basın, seçin, cevaplayın"),
    "id": _listed("balas, kirim, ketik, tekan, pilih"),
    "sw": _listed("jibu, tuma, andika, bonyeza, chagua"),
}
"""Verbs that ask for an answer."""

CHOOSE: dict[str, tuple[str, ...]] = {
    "en": _listed(
        "option, options, menu, choice, choices, which, would you like, try, how may i help, how can we help, "
        "number, pls choose, rate"
    ),
    "fr": _listed(
        "choix, option, options, menu, souhaitez, voulez, quel, quelle, lequel, laquelle, numéro, chiffre, au "
        "choix, veuillez choisir, notez"
    ),
    "es": _listed("opción, opcion, opciones, menú, menu, desea, quiere, quieres, cuál, cual, número"),
    "pt": _listed("opção, opcao, opções, opcoes, menu, deseja, quer, gostaria, qual, número"),
    "it": _listed("opzione, opzioni, menu, vuole, vuoi, quale, desidera, numero"),
    "de": _listed("option, optionen, menü, auswahl, möchten, welche, welcher, welches, nummer"),
    "nl": _listed("optie, opties, menu, keuze, welke, wilt"),
    "pl": _listed("opcja, opcję, opcji, menu, wybór, który, która"),
    "ro": _listed("opțiune, opțiuni, meniu, doriți, care"),
    "ru": _listed("вариант, варианты, меню, выбор, какой, какая, какое, хотите, пункт, номер, цифру, цифра"),
    "uk": _listed("варіант, варіанти, меню, який, яка, бажаєте, номер"),
    "ar": _listed("خيار, الخيار, خيارات, الخيارات, القائمة, قائمة, تريد, ترغب, رقم, الرقم, اختيار, الاختيار"),
    "hi": _listed("विकल्प, मेनू, मेन्यू, चाहते, चाहेंगे, कौन, कौनसा, नंबर, चुनाव"),
    "he": _listed("אפשרות, אפשרויות, תפריט, תרצה, תרצו, איזה, באיזו, מספר, במה"),
    "tr": _listed("seçenek, seçenekler, menü, hangi, hangisi, ister"),
    "id": _listed("opsi, pilihan, menu, mana"),
    "sw": _listed("chaguo, menyu, gani, namba"),
}
"""Words before a list that make it a choice."""

NOT_A_MENU: tuple[str, ...] = _listed(
    "step, steps, instructions, how to, how it works, required, documents, please bring, tips, rules, étape, "
    "étapes, etapes, procédure, comment faire, pour activer, pour installer, requis, requises, pièces, "
    "apportez, munissez, conseils, règles, mode d'emploi, veuillez suivre, paso, pasos, instrucciones, "
    "requisitos, documentos, consejos, passo, passos, instruções, dicas, regras, passi, istruzioni, schritte, "
    "anleitung, unterlagen, stappen, шаг, шаги, шагов, инструкция, порядок, документы, правила, خطوة, خطوات, "
    "الخطوات, تعليمات, المستندات, الوثائق, चरण, चरणों, निर्देश, दस्तावेज़, दस्तावेज, שלב, שלבים, הוראות, "
    "מסמכים, adım, adımlar, langkah, hatua, kroki"
)
"""Words that announce steps or a list of things, not a choice."""

HOW_TO: tuple[str, ...] = (
    r"how (?:to|do i|do you|does it|it works)|how can i (?!help|assist)",
    r"comment (?:faire|ça|cela|procéder|\w+(?:er|ir|re)\b)",
    r"c[oó]mo (?:funciona|puedo (?!ayudar)|\w+[aeií]r\b)",
    r"como (?:fazer|funciona|posso (?!ajudar|ajudá))",
    r"come (?:fare|funziona|\w+re\b)",
    r"wie (?:geht|funktioniert) (?:es|das)",
    r"как \w+ть\b",
    r"كيفية|كيف (?:يمكنني|أستطيع|أقوم)",
    r"कैसे कर",
    r"איך (?:מפעילים|עושים|משתמשים|מתחברים)",
    r"nasıl \w+ırım",
)
"""Questions that steps answer, as regular expressions."""

CONNECTORS: tuple[str, ...] = _listed(
    "for, to, pour, para, por, per, für, um, zum, zur, voor, om te, om, dla, aby, pentru, для, чтобы, щоб, "
    "если хотите, كي, من أجل, إلى, עבור, כדי, untuk, kwa, ili"
)
"""Between a key and what it means."""

CONDITIONS: tuple[str, ...] = _listed(
    "if, when, si, se, caso, wenn, falls, als, jeśli, dacă, если, якщо, إذا, اذا, अगर, यदि, אם, eğer, jika, kama"
)
"""Between a key and the case it stands for: a clause, too long for a title."""

MARKER_PREFIXES = "לل"
"""Letters that are glued to a word as its preposition."""

POSTPOSITIONS: tuple[str, ...] = _listed("के लिए, हेतु, için, के लिये")
"""After the meaning, before the key."""

PREPOSITIONS: tuple[str, ...] = _listed(
    "with the word, with, by, back with, avec, par, sur, con, con la palabra, com, mit, met, op, cu, с, بـ, ب, ב, "
    "בספרה, बटन, dengan, na"
)
"""Between a verb and its key."""

AND_OR: tuple[str, ...] = _listed(
    "or, and, ou, et, o, u, y, e, oppure, oder, und, of, en, lub, albo, i, sau, и, или, або, та, أو, او, و, "
    "یا, या, और, अथवा, או, ו, veya, ya da, ve, atau, dan, au"
)
"""Conjunctions between options."""

YES_NO: dict[str, tuple[str, str]] = {
    "en": ("yes y", "no n"),
    "fr": ("oui o", "non n"),
    "es": ("sí si s", "no n"),
    "pt": ("sim s", "não nao n"),
    "it": ("sì si s", "no n"),
    "de": ("ja j", "nein n"),
    "nl": ("ja j", "nee n"),
    "pl": ("tak t", "nie n"),
    "ro": ("da d", "nu n"),
    "ru": ("да д", "нет н"),
    "uk": ("так т", "ні н"),
    "ar": ("نعم", "لا كلا"),
    "hi": ("हाँ हां हा", "नहीं नही ना"),
    "he": ("כן", "לא"),
    "tr": ("evet e", "hayır hayir h"),
    "id": ("ya y", "tidak t"),
    "sw": ("ndiyo ndio", "hapana la"),
}
"""Words for yes and for no; one-letter forms last."""

NUMBERS: dict[str, str] = {
    "en": "zero one two three four five six seven eight nine ten",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez",
    "pt": "zero um dois três quatro cinco seis sete oito nove dez",
    "it": "zero uno due tre quattro cinque sei sette otto nove dieci",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun zehn",
    "nl": "nul een twee drie vier vijf zes zeven acht negen tien",
    "pl": "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć",
    "ro": "zero unu doi trei patru cinci șase șapte opt nouă zece",
    "ru": "ноль один два три четыре пять шесть семь восемь девять десять",
    "uk": "нуль один два три чотири п'ять шість сім вісім дев'ять десять",
    "ar": "صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة",
    "hi": "शून्य एक दो तीन चार पांच छह सात आठ नौ दस",
    "he": "אפס אחת שתיים שלוש ארבע חמש שש שבע שמונה תשע עשר",
    "tr": "sıfır bir iki üç dört beş altı yedi sekiz dokuz on",
    "id": "nol satu dua tiga empat lima enam tujuh delapan sembilan sepuluh",
    "sw": "sifuri moja mbili tatu nne tano sita saba nane tisa kumi",
}
"""Zero to ten, as people type them."""

FUNCTION_WORDS: dict[str, str] = {
    "en": "the you your is are for to of and please this will with have has our from at",
    "fr": "le la les vous votre vos est des du pour et une un dans nous avec sur au ce je souhaitez",
    "es": "el los las su usted para y una un es del con por en tu que gracias desea",
    "pt": "o os as seu sua você para e uma um é do da com em não que obrigado deseja",
    "it": "il lo gli le suo tuo per e una un è del della con in non che grazie",
    "de": "der die das sie ihr ihre für und ein eine ist mit zu den von bitte",
    "nl": "de het een u uw voor en is van met op te wilt graag",
    "pl": "i w na z do się twój dla proszę jest nie twoje",
    "ro": "și la în cu pentru dumneavoastră este un o vă",
    "tr": "ve bir bu için ile sizin lütfen",
    "id": "dan yang anda untuk di ini dengan silakan",
    "sw": "na ya wa kwa ni yako tafadhali",
}
"""Frequent small words, to guess the language of a short text in Latin letters."""

NEVER_KEYS: frozenset[str] = frozenset(
    _listed(
        "sms, mms, whatsapp, pin, otp, fax, email, e-mail, url, id, ussd, app, pdf, cb, rib, iban, cvv, faq, usa, uk"
    )
)
"""Capitals after a verb that are no answer: "reply by SMS"."""

HELP: frozenset[str] = frozenset(
    _listed("help, info, aide, ajuda, ayuda, hilfe, hulp, aiuto, помощь, справка, допомога, مساعدة, मदद, עזרה, yardım")
)
"""Keywords that carriers ask every programme to answer."""

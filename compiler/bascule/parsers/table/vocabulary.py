"""What the columns of a hand-made scenario table are called, and the words that cells are made of.

Names are compared by :func:`bascule.language.locale_names.plain_name`: without case, accents, blanks, punctuation.
"""

from __future__ import annotations

import enum
from functools import cache

from bascule.language.locale_names import plain_name

__all__ = [
    "CHANNELS",
    "MEDIA_COLUMNS",
    "NO",
    "YES",
    "Role",
    "all_names",
    "is_word",
    "role_of",
    "words",
]


class Role(enum.Enum):
    """What a column holds. The value is the name that messages and the ledger use."""

    STEP = "step"
    TEXT = "text"
    HEADER = "header"
    FOOTER = "footer"
    TITLE = "title"
    BUTTONS = "buttons"
    BUTTON = "button N"
    BUTTON_NEXT = "next N"
    BUTTON_ABOUT = "description N"
    LIST_LABEL = "list button"
    SECTION = "section"
    NEXT = "next"
    ELSE = "else"
    TIMEOUT = "timeout"
    WAIT = "wait"
    TYPE = "type"
    SAVE = "save as"
    ANSWER = "answer"
    ERROR = "error"
    SET = "set"
    CONDITION = "condition"
    MEDIA = "media"
    LINK = "link"
    PHONE = "phone"
    HTTP = "call"
    LANGUAGE = "language"
    CHANNEL = "channel"
    FLOW = "flow"
    ENTRY = "entry"
    KEYWORD = "keyword"
    INTENT = "intent"
    CAMPAIGN = "campaign"
    SCHEDULE = "schedule"
    HANDOVER = "handover"
    END = "end"
    TEMPLATE = "template"
    CATEGORY = "category"
    SAMPLES = "samples"
    CONSENT = "consent"
    NOTE = "note"
    OTHER = "other"


# Names of a role, separated by commas: English, French, Spanish, Portuguese, Arabic, Hindi, Russian, German, Italian.
_COLUMNS: dict[Role, str] = {
    Role.STEP: """
        step, step id, step name, step number, step no, id, node, node id, block, block id, state, screen,
        ref, key, code, message id, dialog step, étape, etape, id étape, nom de l'étape, numéro d'étape,
        n° étape, n°, no, num, numéro, noeud, nœud, bloc, écran, état, identifiant, clé, repère, réf, paso,
        id paso, nombre del paso, n° paso, nodo, bloque, pantalla, estado, clave, número, passo, id passo,
        nome do passo, n° passo, etapa, nó, bloco, tela, chave, الخطوة, خطوة, رقم الخطوة, اسم الخطوة,
        المرحلة, مرحلة, المعرف, معرف, الرقم, رقم, चरण, चरण संख्या, कदम, क्रमांक, स्टेप, पड़ाव, आईडी, шаг,
        номер шага, название шага, этап, узел, блок, экран, идентификатор, ключ, номер, №, schritt,
        schritt nr, knoten, schlüssel, passaggio, nodo id, #
        """,
    Role.TEXT: """
        text, message, message text, bot message, bot says, bot text, say, says, bot, body, content, copy,
        wording, prompt, question, script, response, bot response, texte, message texte,
        texte du message, texte du bot, message du bot, le bot dit, réponse du bot, contenu, corps,
        corps du message, libellé, énoncé, texto, mensaje, texto del mensaje, mensaje del bot, el bot dice,
        contenido, cuerpo, pregunta, mensagem, texto da mensagem, mensagem do bot, o bot diz, conteúdo,
        corpo, pergunta, النص, نص, الرسالة, رسالة, نص الرسالة, المحتوى, رسالة البوت, السؤال, पाठ, संदेश,
        सन्देश, मैसेज, टेक्स्ट, बॉट संदेश, सामग्री, प्रश्न, текст, сообщение, текст сообщения, бот говорит,
        сообщение бота, вопрос, содержание, nachricht, nachrichtentext, botnachricht, frage, inhalt, testo,
        messaggio, domanda
        """,
    Role.HEADER: """
        header, message header, en-tête, entête, en tête, encabezado, cabeçalho, ترويسة, رأس الرسالة, शीर्ष,
        шапка, kopfzeile, intestazione
        """,
    Role.FOOTER: """
        footer, pied, pied de page, pied de message, signature, pie, pie de página, rodapé, تذييل, التذييل,
        पादलेख, подвал, подпись, fusszeile, piè di pagina
        """,
    Role.TITLE: """
        title, name, label, step title, titre, nom, intitulé, nom de l'écran, título, nombre, nome, العنوان,
        عنوان, الاسم, اسم, शीर्षक, नाम, название, заголовок, имя, titel, bezeichnung, titolo
        """,
    Role.BUTTONS: """
        buttons, button, choices, choice, options, option, quick replies, quick reply, replies, answers,
        possible answers, menu, menu items, list items, items, list, user replies, user options,
        suggestions, chips, boutons, bouton, choix, réponses, réponses possibles, réponses rapides,
        réponse rapide, réponse de l'utilisateur, réponses de l'utilisateur, éléments, éléments de liste,
        liste, propositions, botones, botón, opciones, opción, respuestas, respuestas rápidas,
        respuestas posibles, menú, lista, elementos, botões, botão, opções, opção, respostas,
        respostas rápidas, respostas possíveis, itens, itens da lista, الأزرار, أزرار, زر, الخيارات, خيارات,
        الردود, ردود سريعة, القائمة, قائمة, बटन, विकल्प, उत्तर, त्वरित उत्तर, मेनू, सूची, जवाब, кнопки,
        кнопка, варианты, варианты ответа, варианты ответов, выбор, ответы, быстрые ответы, меню, список,
        schaltflächen, knöpfe, antworten, auswahl, optionen, pulsanti, opzioni, risposte, scelte
        """,
    Role.BUTTON_ABOUT: """
        button description, choice description, option description, description du bouton,
        description du choix, descripción del botón, descrição do botão, описание кнопки, وصف الزر,
        बटन विवरण
        """,
    Role.LIST_LABEL: """
        list button, list label, list title, menu button, menu label, open list, bouton de liste,
        bouton liste, titre de la liste, bouton du menu, libellé de la liste, botón de lista,
        título de la lista, botão da lista, título da lista, زر القائمة, عنوان القائمة, सूची बटन,
        кнопка списка, заголовок списка
        """,
    Role.SECTION: """
        section, sections, group, section title, rubrique, groupe, sección, seção, secção, القسم, قسم, खंड,
        अनुभाग, раздел, секция, gruppe, abschnitt, sezione
        """,
    Role.NEXT: """
        next, next step, next node, go to, goto, then, leads to, jump, jump to, destination, target,
        transition, transitions, next message, next block, ->, →, =>, suivant, suivante, étape suivante, suite,
        aller à, va à, vers, ensuite, puis, prochaine étape, redirection, redirige vers, renvoie vers,
        destination, cible, siguiente, siguiente paso, próximo paso, ir a, va a, luego, destino, después,
        próximo, próxima, próxima etapa, próxima mensagem, ir para, vai para, depois, seguinte,
        passo seguinte, التالي, التالية, الخطوة التالية, اذهب إلى, ثم, الانتقال, الوجهة, अगला, अगला चरण,
        अगला कदम, पर जाएं, फिर, गंतव्य, далее, следующий, следующий шаг, дальше, перейти, перейти к,
        переход, затем, куда, weiter, nächster schritt, gehe zu, ziel, prossimo, prossimo passo, vai a, poi
        """,
    Role.ELSE: """
        else, otherwise, default, fallback, no match, if not understood, other, anything else, on no match,
        default next, sinon, autre, autre réponse, autres réponses, par défaut, défaut, si pas compris,
        si incompris, incompris, repli, si aucune correspondance, si no, de lo contrario, otro,
        otra respuesta, por defecto, si no entiende, senão, caso contrário, outro, outra resposta, padrão,
        se não entender, وإلا, غير ذلك, أخرى, افتراضي, अन्यथा, नहीं तो, डिफ़ॉल्ट, अन्य, иначе, другое,
        по умолчанию, не понял, sonst, andernfalls, standard, altrimenti
        """,
    Role.TIMEOUT: """
        timeout, time out, no reply, no answer, no response, if no reply, if no answer, on timeout, expires,
        expiry, reminder, after timeout, délai dépassé, délai expiré, si pas de réponse, pas de réponse,
        sans réponse, si aucune réponse, aucune réponse, expiration, relance, en cas de silence,
        sin respuesta, si no responde, tiempo agotado, recordatorio, sem resposta, se não responder,
        tempo esgotado, lembrete, انتهاء المهلة, المهلة, بدون رد, عدم الرد, تذكير, समय समाप्त,
        कोई उत्तर नहीं, टाइमआउट, अनुस्मारक, таймаут, тайм-аут, нет ответа, если нет ответа, напоминание,
        zeitüberschreitung, keine antwort, nessuna risposta
        """,
    Role.WAIT: """
        wait, waiting, waiting time, delay, pause, wait time, wait for, attente, temps d'attente, délai,
        delai, attendre, durée, temporisation, espera, tiempo de espera, esperar, retraso, pausa, demora,
        tempo de espera, atraso, aguardar, duração, الانتظار, انتظار, تأخير, المدة, مدة الانتظار, प्रतीक्षा,
        इंतज़ार, इंतजार, विलंब, रुकें, ожидание, ждать, задержка, пауза, warten, wartezeit, verzögerung,
        attesa, ritardo
        """,
    Role.TYPE: """
        type, kind, step type, node type, action, block type, message type, genre, nature, type d'étape,
        type de message, type de bloc, tipo, tipo de paso, tipo de mensaje, acción, acao, ação,
        tipo de passo, tipo de mensagem, النوع, نوع, نوع الخطوة, الإجراء, प्रकार, क्रिया, тип, тип шага,
        действие, typ, art, aktion, azione
        """,
    Role.SAVE: """
        save as, save to, save in, save answer as, store as, store in, variable, var, variable name, field,
        into, attribute, save, collect, enregistrer dans, enregistrer sous, enregistrer, stocker dans,
        sauver dans, sauvegarder dans, sauvegarder, champ, nom de variable, mémoriser, attribut, guardar en,
        guardar como, guardar, campo, variable destino, salvar em, salvar como, guardar em, variável,
        حفظ في, احفظ في, حفظ باسم, المتغير, متغير, الحقل, में सहेजें, सहेजें, वेरिएबल, चर, फ़ील्ड, सेव,
        сохранить в, сохранить как, переменная, поле, записать в, speichern in, speichern als, feld,
        salva in, variabile
        """,
    Role.ANSWER: """
        answer type, expected answer, reply type, expected reply, expected, validation, answer format,
        format, input type, input, accepts, réponse attendue, type de réponse, type de réponse attendue,
        attendu, format attendu, format de réponse, saisie, type de saisie, contrôle, respuesta esperada,
        tipo de respuesta, formato, validación, resposta esperada, tipo de resposta, validação, نوع الإجابة,
        الإجابة المتوقعة, التحقق, نوع الرد, उत्तर प्रकार, अपेक्षित उत्तर, सत्यापन, प्रारूप, тип ответа,
        ожидаемый ответ, формат, проверка, antworttyp, erwartete antwort, tipo di risposta
        """,
    Role.ERROR: """
        error, error message, error text, if invalid, invalid, retry message, erreur, message d'erreur,
        texte d'erreur, si invalide, si erreur, réponse invalide, mensaje de error, si inválido,
        mensagem de erro, erro, se inválido, خطأ, رسالة الخطأ, त्रुटि, त्रुटि संदेश, ошибка,
        сообщение об ошибке, fehler, fehlermeldung, errore
        """,
    Role.SET: """
        set, set variable, set variables, assign, assignment, update, set field, affecter, affectation,
        mettre à jour, définir, valeur à enregistrer, asignar, asignación, definir, atribuir, atribuição,
        تعيين, ضبط, सेट, निर्धारित करें, присвоить, установить, задать, setzen, zuweisen, imposta, assegna
        """,
    Role.CONDITION: """
        condition, conditions, if, when, only if, show if, rule, si, quand, seulement si, afficher si,
        règle, condición, cuando, solo si, regla, condição, se, quando, somente se, regra, الشرط, شرط, إذا,
        शर्त, यदि, अगर, условие, если, правило, bedingung, wenn, regel, condizione
        """,
    Role.LINK: """
        link, url, links, web link, website, button url, lien, liens, lien web, site, site web, adresse web,
        enlace, sitio web, vínculo, ligação, site da web, رابط, الرابط, लिंक, यूआरएल, ссылка, сайт,
        verknüpfung, webseite, collegamento
        """,
    Role.PHONE: """
        call number, phone button, phone to call, numéro à appeler, téléphone à appeler, bouton d'appel,
        número a llamar, número para ligar, رقم الاتصال, कॉल नंबर, номер для звонка
        """,
    Role.HTTP: """
        api, webhook, http, api call, request, integration, appel api, requête, intégration, appel,
        llamada api, integración, chamada api, integração, استدعاء, एपीआई, вебхук, запрос, интеграция,
        anfrage
        """,
    Role.LANGUAGE: """
        language, lang, locale, language code, langue, code langue, idioma, lengua, código de idioma,
        língua, لغة, اللغة, भाषा, язык, код языка, sprache, lingua
        """,
    Role.CHANNEL: "channel, canal, canaux, قناة, القناة, चैनल, माध्यम, канал, kanal, canale",
    Role.FLOW: """
        flow, flow name, flow id, scenario, dialog, dialogue, conversation, journey, path, story, flux,
        scénario, parcours, dialogue, nom du scénario, flujo, escenario, diálogo, conversación, recorrido,
        fluxo, cenário, conversa, jornada, السيناريو, سيناريو, التدفق, المحادثة, المسار, प्रवाह, फ्लो,
        परिदृश्य, संवाद, сценарий, поток, диалог, ветка, szenario, ablauf, dialog, flusso
        """,
    Role.ENTRY: """
        entry, entry point, trigger, triggers, triggered by, start, starts with, started by, entrée,
        point d'entrée, déclencheur, déclencheurs, déclenché par, départ, entrada, punto de entrada,
        disparador, inicio, activador, ponto de entrada, gatilho, início, المدخل, المشغل, محفز, البداية,
        نقطة البداية, ट्रिगर, प्रवेश, शुरुआत, триггер, вход, точка входа, запуск, старт, auslöser, einstieg,
        innesco
        """,
    Role.KEYWORD: """
        keyword, keywords, key word, key words, user says, user types, utterance, mot-clé, mots-clés,
        mot clé, mots clés, mot clef, mots clefs, l'utilisateur dit, l'utilisateur écrit, palabra clave,
        palabras clave, el usuario dice, palavra-chave, palavras-chave, o usuário diz, الكلمة المفتاحية,
        كلمات مفتاحية, الكلمات المفتاحية, कीवर्ड, मुख्य शब्द, ключевое слово, ключевые слова,
        пользователь пишет, schlüsselwort, schlüsselwörter, stichwort, parola chiave, parole chiave
        """,
    Role.INTENT: """
        intent, intents, intention, intentions, intención, intenção, النية, इरादा, намерение, интент, absicht
        """,
    Role.CAMPAIGN: """
        campaign, broadcast, campagne, envoi groupé, diffusion, campaña, difusión, envío masivo, campanha,
        difusão, حملة, الحملة, بث, अभियान, प्रसारण, кампания, рассылка, kampagne, campagna
        """,
    Role.SCHEDULE: """
        schedule, scheduled, send at, when sent, programmation, planification, planifié, horaire,
        date d'envoi, envoyé le, heure d'envoi, programación, fecha de envío, horario, agendamento,
        data de envio, horário, جدولة, موعد الإرسال, समय-सारणी, भेजने का समय, расписание, дата отправки,
        zeitplan, pianificazione
        """,
    Role.HANDOVER: """
        handover, hand over, agent, human, live agent, transfer, escalate, escalation, operator, team,
        transfert, conseiller, humain, agent humain, opérateur, escalade, transférer à, équipe,
        transferencia, asesor, agente, humano, operador, equipo, transferência, atendente, equipe, تحويل,
        موظف, وكيل, الفريق, एजेंट, हस्तांतरण, ऑपरेटर, оператор, передать, перевод на оператора, агент,
        менеджер, übergabe, mitarbeiter, operatore
        """,
    Role.END: """
        end, final, finish, stop, last, is end, fin, terminer, dernier, dernière étape, clôture,
        fin de conversation, final, terminar, último, fim, encerrar, النهاية, نهاية, अंत, समाप्त, конец,
        завершить, финал, ende, fine
        """,
    Role.TEMPLATE: """
        template, template name, whatsapp template, modèle, nom du modèle, modèle whatsapp, gabarit,
        plantilla, nombre de la plantilla, modelo, nome do modelo, قالب, اسم القالب, टेम्पलेट, टेम्पलेट नाम,
        шаблон, имя шаблона, vorlage, modello
        """,
    Role.CATEGORY: """
        category, template category, catégorie, catégorie du modèle, categoría, categoria, الفئة, فئة,
        श्रेणी, категория, kategorie
        """,
    Role.SAMPLES: """
        sample, samples, example, examples, example values, exemple, exemples, valeurs d'exemple, ejemplo,
        ejemplos, exemplo, exemplos, مثال, أمثلة, उदाहरण, пример, примеры, beispiel, beispiele, esempio
        """,
    Role.CONSENT: """
        consent, opt-in, opt in, opt-out, subscription, consentement, inscription, abonnement,
        consentimiento, suscripción, consentimento, inscrição, الموافقة, الاشتراك, सहमति, согласие,
        подписка, zustimmung, consenso
        """,
    Role.NOTE: """
        note, notes, comment, comments, remark, remarks, description, internal note, todo, status,
        commentaire, commentaires, remarque, remarques, note interne, observation, observations, statut,
        nota, notas, comentario, comentarios, observaciones, descripción, observação, observações,
        comentário, comentários, descrição, ملاحظة, ملاحظات, تعليق, الوصف, टिप्पणी, टिप्पणियाँ, नोट, विवरण,
        примечание, примечания, комментарий, комментарии, описание, заметка, notiz, notizen, kommentar,
        bemerkung, commento
        """,
}

MEDIA_COLUMNS: dict[str, str] = {
    "": """
        media, media url, attachment, attachments, file, file url, média, médias, pièce jointe,
        pièces jointes, fichier, url du média, medio, medios, adjunto, archivo, mídia, anexo, arquivo,
        ficheiro, وسائط, مرفق, ملف, मीडिया, संलग्नक, फ़ाइल, медиа, вложение, файл, medien, anhang, datei,
        allegato
        """,
    "image": """
        image, images, image url, picture, photo, visuel, url image, photo url, illustration, imagen, foto,
        imagem, صورة, الصورة, चित्र, तस्वीर, छवि, изображение, картинка, фото, bild, immagine
        """,
    "video": "video, video url, vidéo, url vidéo, vídeo, فيديو, वीडियो, видео",
    "audio": """
        audio, audio url, voice, voice note, son, note vocale, message vocal, nota de voz, áudio,
        mensagem de voz, صوت, تسجيل صوتي, ऑडियो, आवाज़, аудио, голосовое сообщение, голосовое
        """,
    "document": "document, document url, pdf, documento, وثيقة, مستند, दस्तावेज़, документ, dokument",
    "sticker": "sticker, autocollant, ملصق, स्टिकर, стикер",
}
"""Kind of media a column holds (``""``: by the file's name) and its names."""

CHANNELS: dict[str, str] = {
    "sms": "sms",
    "smstext": "sms",
    "смс": "sms",
    "رسالةقصيرة": "sms",
    "whatsapp": "whatsapp",
    "wa": "whatsapp",
    "viber": "viber",
    "вайбер": "viber",
    "telegram": "telegram",
    "messenger": "messenger",
    "facebook": "messenger",
    "rcs": "rcs",
    "ussd": "ussd",
    "email": "email",
    "mail": "email",
    "courriel": "email",
    "web": "web",
    "voice": "voice",
    "ivr": "voice",
}
"""Normal form of a channel's name to its name in the graph."""

YES = "yes, y, oui, o, x, true, vrai, 1, sí, si, sim, نعم, हाँ, हां, да, ja, ok, ✓, ✔, ✅, ☑"
NO = "no, n, non, false, faux, 0, não, nao, لا, नहीं, нет, nein, -, –, —, ✗, ✘, ❌, none, aucun, aucune, n/a, na, /"


def words(listed: str) -> tuple[str, ...]:
    """The entries between the commas of a list of this module, without outer blanks."""
    return tuple(entry for part in listed.split(",") if (entry := " ".join(part.split())))


@cache
def _plain_words(listed: str) -> frozenset[str]:
    return frozenset(plain_name(word) or word for word in words(listed))


def is_word(value: str, listed: str) -> bool:
    """Whether a cell is one of the entries of a list, whatever its case, accents and punctuation."""
    text = value.strip()
    return bool(text) and len(text) <= 40 and (plain_name(text) or text) in _plain_words(listed)


@cache
def _table() -> dict[str, tuple[Role, str]]:
    found: dict[str, tuple[Role, str]] = {}
    for role, listed in _COLUMNS.items():
        for word in words(listed):
            found.setdefault(plain_name(word) or word, (role, ""))
    for kind, listed in MEDIA_COLUMNS.items():
        for word in words(listed):
            found.setdefault(plain_name(word), (Role.MEDIA, kind))
    return found


def role_of(name: str) -> tuple[Role, str] | None:
    """The role a name stands for, with the kind of media of a media column; None when it is not known."""
    return _table().get(plain_name(name) or name.strip())


@cache
def all_names() -> tuple[str, ...]:
    """Every known column name as it is written here, for suggestions."""
    lists = [*_COLUMNS.values(), *MEDIA_COLUMNS.values()]
    return tuple(dict.fromkeys(word for listed in lists for word in words(listed)))

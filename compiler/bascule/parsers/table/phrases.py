"""The words inside cells: where a branch leads, what an answer is, how a flow starts. Data, and looking it up."""

from __future__ import annotations

from functools import cache

from bascule.language.locale_names import plain_name
from bascule.parsers.table.vocabulary import words

__all__ = ["ANSWER_KINDS", "ENTRY_KINDS", "STEP_TYPES", "has_phrase", "kind_of", "phrase_kinds", "strip_phrase"]

TARGETS: dict[str, str] = {
    "end": """
        end, the end, end of conversation, finish, finished, stop, done, exit, quit, bye, goodbye,
        close, fin, la fin, fin de conversation, fin du scénario, terminer, terminé, clôturer, fermer,
        quitter, sortir, terminar, terminado, salir, cerrar, fim, encerrar, sair, fechar, النهاية,
        نهاية, إنهاء, خروج, अंत, समाप्त, बंद, конец, завершить, выход, стоп, ende, beenden, fine,
        chiudi
        """,
    "handover": """
        handover, hand over, agent, live agent, human, human agent, operator, advisor, support,
        transfer, escalate, transfer to agent, talk to human, conseiller, un conseiller, humain,
        agent humain, opérateur, transfert, transférer, transférer à un conseiller,
        parler à un conseiller, service client, asesor, agente, humano, operador, transferir,
        hablar con un asesor, atendente, falar com atendente, موظف, وكيل, تحويل, خدمة العملاء,
        تحويل إلى موظف, एजेंट, ऑपरेटर, ग्राहक सेवा, оператор, передать оператору, менеджер, поддержка,
        mitarbeiter, operatore
        """,
    "self": """
        repeat, same, again, retry, this step, stay, itself, repeat question, répéter, même étape,
        idem, reposer la question, rester, cette étape, repetir, otra vez, mismo paso, mesma etapa,
        de novo, إعادة, تكرار, نفس الخطوة, दोहराएं, फिर से, वही, повторить, снова, этот же шаг,
        wiederholen, ripeti
        """,
    "next": """
        next, next step, next row, next line, continue, following, below, suivant, suivante,
        étape suivante, ligne suivante, continuer, ci-dessous, siguiente, siguiente paso, continuar,
        próximo, próxima, próxima etapa, seguinte, التالي, الخطوة التالية, متابعة, अगला, अगला चरण,
        जारी रखें, далее, следующий, следующий шаг, продолжить, weiter, avanti
        """,
    "back": """
        back, previous, previous step, retour, précédent, précédente, étape précédente, atrás, volver,
        anterior, voltar, etapa anterior, رجوع, السابق, वापस, पिछला, назад, предыдущий,
        предыдущий шаг, zurück, indietro
        """,
    "start": """
        start, restart, beginning, main menu, home, first step, début, recommencer,
        recommencer au début, retour au début, menu principal, accueil, première étape, inicio,
        volver al inicio, menú principal, início, voltar ao início, البداية, القائمة الرئيسية, शुरुआत,
        मुख्य मेनू, начало, в начало, главное меню, anfang, hauptmenü, menu principale
        """,
    "location": """
        location, share location, send location, position, partager position, partager ma position,
        localisation, ubicación, compartir ubicación, localização, compartilhar localização, الموقع,
        مشاركة الموقع, स्थान, स्थान साझा करें, геопозиция, отправить геопозицию, standort, posizione
        """,
}
"""What a target means that is no step."""

ELSE = """
    else, otherwise, default, other, others, anything else, any other, fallback, no match, *,
    sinon, autre, autres, autre réponse, autres réponses, toute autre réponse, par défaut, défaut,
    si non, si no, de lo contrario, otro, otra, cualquier otra, otra respuesta, por defecto,
    senão, se não, caso contrário, outro, outra, qualquer outra, padrão, وإلا, غير ذلك, أخرى,
    أي رد آخر, अन्यथा, नहीं तो, अन्य, कोई और, иначе, другое, другой ответ, по умолчанию, sonst,
    altrimenti
    """

TIMEOUT = """
    timeout, time out, no reply, no answer, no response, if no reply, if no answer,
    if no response, silence, without reply, expired, délai dépassé, pas de réponse,
    si pas de réponse, sans réponse, aucune réponse, si aucune réponse, sin respuesta,
    si no responde, sem resposta, se não responder, بدون رد, عدم الرد, إذا لم يرد, कोई उत्तर नहीं,
    उत्तर न मिलने पर, нет ответа, если нет ответа, без ответа, таймаут, тайм-аут, keine antwort,
    nessuna risposta
    """
AFTER = """
    after, après, au bout de, attendre, después de, tras, após, depois de, بعد, के बाद, बाद,
    через, nach, dopo, délai, wait, wait for, attente, esperar, aguardar, ждать, انتظار
    """

ANY_ANSWER = """
    any, any answer, any reply, always, toute réponse, n'importe quelle réponse, toujours,
    cualquier respuesta, siempre, qualquer resposta, sempre, أي رد, أي إجابة, कोई भी उत्तर, हमेशा,
    любой ответ, всегда
    """

REPLY = """
    reply, answer, response, wait for reply, wait for answer, wait for a reply,
    wait for an answer, wait for response, wait reply, user reply, user answer, until reply,
    réponse, une réponse, attendre réponse, attendre la réponse, attendre une réponse,
    attente réponse, attente de réponse, attente d'une réponse, en attente, jusqu'à réponse,
    réponse utilisateur, respuesta, esperar respuesta, esperar la respuesta,
    esperar una respuesta, resposta, aguardar resposta, aguardar a resposta, esperar resposta, رد,
    الرد, انتظار الرد, انتظر الرد, إجابة, उत्तर, उत्तर की प्रतीक्षा, जवाब का इंतज़ार, ответ,
    ждать ответа, ждать ответ, ожидание ответа, antwort, auf antwort warten, risposta
    """

GO_TO = """
    go to, goto, go to step, jump to, back to, return to, go back to, next step, next, to, step,
    row, line, block, node, screen, aller à, aller à l'étape, aller au, va à, vers, vers l'étape,
    passer à, retour à, retour au, retour à l'étape, revenir à, revenir au, renvoie à, étape,
    ligne, bloc, nœud, noeud, écran, ir a, ir al, ir al paso, volver a, volver al, paso, fila,
    ir para, ir para o passo, voltar para, voltar ao, voltar a, passo, etapa, linha, اذهب إلى,
    انتقل إلى, الانتقال إلى, العودة إلى, الخطوة, خطوة, चरण, पर जाएं, перейти к, перейти на,
    вернуться к, шаг, строка, gehe zu, schritt, vai a, passaggio
    """
AND = "and, et, y, e, und, и, و, और, तथा, &&"
OR = "or, ou, o, oder, или, أو, या, ||"

IF = "if, si, se, when, quand, cuando, quando, إذا, यदि, अगर, если, wenn"
THEN = "then, alors, entonces, então, فإن, तो, то, dann, allora"

FLOWS = """
    flow, scenario, scénario, parcours, dialogue, flux, sheet, feuille, onglet, flujo, escenario,
    fluxo, cenário, السيناريو, سيناريو, التدفق, प्रवाह, फ्लो, сценарий, поток, ablauf
    """
CALLS = """
    call, call flow, subflow, run, run flow, appeler, exécuter, sous-scénario, sous-flux, llamar,
    ejecutar, subflujo, chamar, executar, subfluxo, استدعاء, बुलाएं, вызвать, подсценарий,
    aufrufen
    """

STEP_TYPES: dict[str, str] = {
    "message": """
        message, text, send, send message, say, info, information, texte, envoyer, envoi, dire,
        mensaje, enviar, texto, mensagem, رسالة, نص, إرسال, संदेश, भेजें, पाठ, сообщение, текст,
        отправить, nachricht
        """,
    "ask": """
        question, ask, input, prompt, open question, collect, form, saisie, question ouverte,
        demander, demande, pregunta, preguntar, pergunta, perguntar, سؤال, طرح سؤال, प्रश्न, पूछें,
        вопрос, спросить, frage, domanda
        """,
    "menu": """
        buttons, button, menu, choice, choices, list, quick reply, quick replies, options, boutons,
        choix, liste, menú, lista, botones, opciones, botões, opções, أزرار, قائمة, اختيار, बटन, मेनू,
        विकल्प, кнопки, меню, список, выбор, auswahl
        """,
    "wait": """
        wait, delay, pause, attente, délai, attendre, espera, esperar, aguardar, انتظار, प्रतीक्षा,
        ожидание, пауза, warten
        """,
    "condition": """
        condition, branch, if, split, decision, test, branche, si, aiguillage, décision, condición,
        decisión, condição, decisão, شرط, قرار, शर्त, निर्णय, условие, ветвление, bedingung
        """,
    "set": """
        set, variable, assign, affecter, affectation, asignar, atribuir, تعيين, सेट, присвоить,
        переменная
        """,
    "handover": """
        handover, agent, human, transfer, escalate, conseiller, transfert, humain, opérateur, asesor,
        transferencia, transferir, atendente, transferência, تحويل, موظف, एजेंट, हस्तांतरण, оператор,
        передача
        """,
    "end": """
        end, finish, stop, fin, terminer, terminar, fim, encerrar, نهاية, النهاية, अंत, समाप्त, конец,
        завершение, ende
        """,
    "call": """
        api, webhook, http, request, appel api, requête, llamada api, chamada api, استدعاء, запрос,
        вебхук
        """,
    "start": """
        start, trigger, entry, début, départ, déclencheur, entrée, inicio, início, البداية, शुरुआत,
        старт, начало
        """,
    "media": """
        image, video, audio, document, média, media, vidéo, fichier, imagen, imagem, صورة, चित्र,
        изображение, медиа
        """,
    "template": "template, modèle, plantilla, modelo, قالب, टेम्पलेट, шаблон",
    "jump": """
        jump, goto, go to, flow, saut, aller à, ir a, ir para, انتقال, перейти
        """,
}
"""What a step is, by the word in its type column."""

ANSWER_KINDS: dict[str, str] = {
    "any": """
        any, anything, free, open, tout, libre, ouvert, ouverte, cualquiera, qualquer, أي, कोई भी,
        любой
        """,
    "text": """
        text, string, free text, texte, texte libre, chaîne, nom, texto, texto libre, texto livre, نص,
        نص حر, पाठ, текст, freitext, testo
        """,
    "choice": """
        choice, button, option, choix, bouton, opción, opção, اختيار, विकल्प, выбор
        """,
    "number": """
        number, integer, int, float, decimal, amount, age, nombre, numérique, entier, montant, âge,
        número, entero, inteiro, رقم, عدد, संख्या, अंक, число, целое, zahl, numero
        """,
    "date": "date, day, jour, fecha, data, تاريخ, तारीख, दिनांक, дата, datum",
    "time": "time, hour, heure, hora, وقت, समय, время, uhrzeit",
    "email": """
        email, e-mail, mail, courriel, adresse mail, correo, correo electrónico, بريد,
        البريد الإلكتروني, ईमेल, почта, эл. почта
        """,
    "phone": """
        phone, phone number, mobile, tel, téléphone, numéro de téléphone, portable, teléfono, móvil,
        telefone, celular, هاتف, رقم الهاتف, फ़ोन, फोन, मोबाइल, телефон, номер телефона, telefon
        """,
    "digits": """
        digits, code, pin, otp, chiffres, code à chiffres, dígitos, código, أرقام, رمز, अंक कोड, कोड,
        цифры, код
        """,
    "location": """
        location, position, gps, localisation, adresse gps, ubicación, localização, الموقع, स्थान,
        геопозиция, место
        """,
    "contact": """
        contact, contact card, carte de contact, contacto, contato, جهة اتصال, संपर्क, контакт
        """,
    "image": """
        image, photo, picture, selfie, imagen, foto, imagem, صورة, चित्र, फ़ोटो, फोटो, фото,
        изображение, bild
        """,
    "video": "video, vidéo, vídeo, فيديو, वीडियो, видео",
    "audio": """
        audio, voice, voice note, note vocale, vocal, nota de voz, áudio, صوت, ऑडियो, аудио, голос
        """,
    "file": """
        file, document, pdf, attachment, fichier, pièce jointe, archivo, documento, arquivo, ملف,
        مستند, फ़ाइल, файл, документ
        """,
}
"""What is expected as an answer, to :class:`bascule.ir.nodes.ReplyKind` values."""

ENTRY_KINDS: dict[str, str] = {
    "keyword": """
        keyword, keywords, user says, word, words, mot-clé, mots-clés, mot clé, mots clés, mot, mots,
        palabra clave, palabras clave, palavra-chave, palavras-chave, كلمة, كلمة مفتاحية,
        كلمات مفتاحية, कीवर्ड, शब्द, ключевое слово, ключевые слова, слово
        """,
    "any_message": """
        any message, any, first message, default, always, user, inbound, incoming, incoming message,
        hello, tout message, n'importe quel message, premier message, message entrant, utilisateur,
        cualquier mensaje, primer mensaje, mensaje entrante, usuario, qualquer mensagem,
        primeira mensagem, usuário, أي رسالة, أول رسالة, المستخدم, कोई भी संदेश, पहला संदेश,
        любое сообщение, первое сообщение, пользователь
        """,
    "broadcast": """
        broadcast, bulk, mass, outbound, push, envoi groupé, diffusion, envoi, sortant, difusión,
        envío masivo, difusão, envio em massa, بث, إرسال جماعي, प्रसारण, рассылка
        """,
    "campaign": """
        campaign, campagne, campaña, campanha, حملة, अभियान, кампания, kampagne
        """,
    "schedule": """
        schedule, scheduled, cron, at, every, planifié, programmé, programmation, planification,
        programado, programación, agendado, agendamento, مجدول, جدولة, अनुसूचित, समय-सारणी,
        по расписанию, расписание
        """,
    "api": """
        api, webhook, system, crm, event api, système, sistema, النظام, सिस्टम, система
        """,
    "contact_event": "event, contact event, événement, evento, حدث, घटना, событие",
    "intent": "intent, intention, intención, intenção, نية, इरादा, намерение",
    "ad_referral": """
        ad, ads, click to whatsapp, ctwa, publicité, pub, anuncio, publicidad, anúncio, إعلان,
        विज्ञापन, реклама
        """,
    "call": """
        call, phone call, incoming call, appel, llamada, ligação, مكالمة, कॉल, звонок
        """,
    "chat_opened": """
        chat opened, conversation started, opened, chat ouvert, chat abierto, chat aberto, чат открыт
        """,
    "button": "button, bouton, botón, botão, زر, बटन, кнопка",
    "subflow": """
        subflow, called, sub-scenario, sous-scénario, sous-flux, appelé, subflujo, subfluxo,
        подсценарий
        """,
}
"""What starts a flow, to :class:`bascule.ir.project.EntryKind` values."""

OPT_IN = """
    opt-in, opt in, optin, yes, oui, subscribe, abonner, inscrire, sí, sim, suscribir, inscrever,
    نعم, اشتراك, हाँ, да, подписка
    """
OPT_OUT = """
    opt-out, opt out, optout, no, non, unsubscribe, désabonner, désinscrire, stop, no, não, baja,
    لا, إلغاء, नहीं, нет, отписка
    """

_LISTS: dict[str, str] = {
    "else": ELSE,
    "timeout": TIMEOUT,
    "any answer": ANY_ANSWER,
    "reply": REPLY,
    "after": AFTER,
    "go to": GO_TO,
    "and": AND,
    "or": OR,
    "if": IF,
    "then": THEN,
    "flows": FLOWS,
    "calls": CALLS,
    "opt in": OPT_IN,
    "opt out": OPT_OUT,
}


@cache
def _kinds(table: str) -> dict[str, str]:
    tables = {"target": TARGETS, "type": STEP_TYPES, "answer": ANSWER_KINDS, "entry": ENTRY_KINDS}
    found: dict[str, str] = {}
    for kind, listed in tables[table].items():
        for word in words(listed):
            found.setdefault(plain_name(word) or word, kind)
    return found


def kind_of(text: str, table: str) -> str:
    """The kind a phrase stands for in a table (``target``, ``type``, ``answer``, ``entry``), or ``""``."""
    if len(text) > 60:
        return ""
    return _kinds(table).get(plain_name(text) or text.strip(), "")


def phrase_kinds(table: str) -> dict[str, str]:
    """A whole table: plain phrase to kind."""
    return _kinds(table)


@cache
def _phrases(name: str) -> frozenset[str]:
    return frozenset(plain_name(word) or word for word in words(_LISTS[name]))


def has_phrase(text: str, name: str) -> bool:
    """Whether a text is one of the phrases of a list (``else``, ``timeout``, ``reply`` …)."""
    return bool(text.strip()) and len(text) <= 60 and (plain_name(text) or text.strip()) in _phrases(name)


def strip_phrase(text: str, name: str) -> int:
    """Length of the longest phrase of a list that the text begins with as whole words, with the blanks and signs after
    it; 0 when it begins with none or is nothing else."""
    best = 0
    end = 0
    limit = min(len(text), 60)
    while end < limit:
        while end < limit and not text[end].isspace() and text[end] not in ":,":
            end += 1
        if plain_name(text[:end]) in _phrases(name):
            best = end
        while end < limit and (text[end].isspace() or text[end] in ":,"):
            end += 1
    if not best:
        return 0
    while best < len(text) and (text[best].isspace() or text[best] in ":,"):
        best += 1
    return best if best < len(text) else 0

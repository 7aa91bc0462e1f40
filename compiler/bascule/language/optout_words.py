"""Words of opt-out, by language. Data only; entries stand between commas, several words make one entry."""

from __future__ import annotations

__all__ = ["ENDING", "STRONG", "SUBSCRIPTION", "WEAK"]

STRONG: dict[str, str] = {
    "en": "stop, stop all, stopall, stop sms, stopsms, stop mms, stop pub, unsubscribe, unsub, opt out, opt-out, "
    "optout, revoke",
    "fr": "arret, arrêt, arreter, arrêter, desabo, désabo, desabonner, désabonner, desinscrire, désinscrire",
    "es": "baja, alto",
    "pt": "sair, parar, descadastrar, remover",
    "it": "disiscrivi",
    "de": "stopp, abmelden",
    "nl": "afmelden, stoppen, uit",
    "pl": "rezygnuje, rezygnuję",
    "ro": "dezabonare",
    "ru": "стоп, отписка, отписаться",
    "uk": "стоп, відписка, відписатися",
    "ar": "توقف, إيقاف, ايقاف, قف",
    "fa": "لغو",
    "hi": "रोकें, रुकें, बंद, हटाएं",
    "he": "הסר, הסרה, הסירו",
    "tr": "ret, dur, iptal",
    "id": "berhenti",
    "sw": "sitisha, acha, ondoa",
}
"""Words that mean "stop writing to me" wherever somebody is asked to send them."""

WEAK: dict[str, str] = {
    "en": "cancel, end, quit, remove, leave",
    "fr": "annuler, fin",
    "es": "cancelar, salir",
    "it": "cancella, annulla, esci",
    "de": "ende",
    "pl": "anuluj",
    "ro": "anulare",
    "ru": "отмена",
    "uk": "скасувати",
    "ar": "إلغاء, الغاء, خروج",
    "he": "ביטול",
    "id": "batal",
    "sw": "ghairi",
}
"""Words that also cancel an order or end a chat: believed only next to a word about the subscription."""

SUBSCRIPTION: dict[str, str] = {
    "en": r"unsubscri\w*, unsub\b, opt(?:ing)?[ -]?out, stop (?:receiving|getting), "
    r"stop (?:these |all |our )?(?:messages|texts|sms|alerts), no (?:more|longer), be removed, remove (?:me|your), "
    r"(?:cancel|end) (?:your |my |the |this )?(?:subscription|messages|texts|alerts|service)",
    "fr": r"d[ée]sabonn\w*, d[ée]sinscri\w*, (?:ne )?plus recevoir, se retirer, "
    r"arr[êe]ter (?:les |de recevoir|l'envoi)",
    "es": r"de baja, dejar de recibir, no recibir, (?:la |tu |su )?suscripci[óo]n, desuscri\w*, "
    r"cancelar (?:los )?mensajes",
    "pt": r"(?:sair|remover) da lista, (?:parar|deixar) de receber, (?:a )?(?:inscri[çc][ãa]o|assinatura), "
    r"descadastr\w*, n[ãa]o receber, n[ãa]o quer(?:er)? (?:mais )?receber",
    "it": r"disiscri\w*, iscrizione, non ricevere",
    "de": r"abmeld\w*, abzumelden, abbestell\w*, abzubestellen, keine (?:weiteren |sms|nachrichten)",
    "nl": r"afmeld\w*, uitschrij\w*",
    "pl": r"zrezygnowa\w*, wypisa\w*",
    "ro": r"dezabon\w*",
    "ru": r"отпис\w*, отказ\w* от, не получать, подписк\w*, рассылк\w*",
    "uk": r"відпис\w*, відмов\w*, розсилк\w*",
    "ar": r"ال?اشتراك, لإيقاف, لايقاف, إيقاف الرسائل, لعدم (?:استلام|تلقي), للتوقف",
    "hi": r"सदस्यता, अनसब्सक्राइब, बंद करने, रोकने, संदेश(?:ों)? (?:न|नहीं)",
    "he": r"להסרה, להסרת, להפסקת, הסרה מ",
    "tr": r"aboneli\w*, almak iste?mi\w*, listeden",
    "id": r"berlangganan, berhenti",
    "sw": r"kujiondoa, kusitisha",
}
"""Regular expressions for what is left: the list, the messages."""

ENDING: dict[str, str] = {
    "en": "end, quit, stop, cancel, leave, remove",
    "fr": "arrêter, arreter, sortir",
    "es": "salir, cancelar, parar",
    "pt": "sair",
    "it": "uscire",
    "de": "beenden",
    "nl": "stoppen",
    "ru": "прекратить, отказаться, выйти",
    "he": "הפסקה",
    "id": "berhenti",
}
"""After a strong keyword these say the same: "STOP to end", "STOP 2 quit", "STOP para sair"."""

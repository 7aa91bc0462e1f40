"""Which language a text is in: by script, then by function words. Unsure is an answer.

Meant for a file of messages (a few hundred characters and more), not for single words. Two languages that
share a script are told apart by letters only one of them has, then by their commonest words; a word that
several languages share counts for less.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache

__all__ = ["LanguageGuess", "detect_language", "guess_language"]

_SCRIPTS: tuple[tuple[int, int, str], ...] = (
    (0x0041, 0x024F, "Latin"),
    (0x0370, 0x03FF, "Greek"),
    (0x0400, 0x052F, "Cyrillic"),
    (0x0530, 0x058F, "Armenian"),
    (0x0590, 0x05FF, "Hebrew"),
    (0x0600, 0x077F, "Arabic"),
    (0x0900, 0x097F, "Devanagari"),
    (0x0980, 0x09FF, "Bengali"),
    (0x0A00, 0x0A7F, "Gurmukhi"),
    (0x0A80, 0x0AFF, "Gujarati"),
    (0x0B80, 0x0BFF, "Tamil"),
    (0x0C00, 0x0C7F, "Telugu"),
    (0x0C80, 0x0CFF, "Kannada"),
    (0x0D00, 0x0D7F, "Malayalam"),
    (0x0D80, 0x0DFF, "Sinhala"),
    (0x0E00, 0x0E7F, "Thai"),
    (0x0E80, 0x0EFF, "Lao"),
    (0x1000, 0x109F, "Myanmar"),
    (0x10A0, 0x10FF, "Georgian"),
    (0x1200, 0x137F, "Ethiopic"),
    (0x1780, 0x17FF, "Khmer"),
    (0x1E00, 0x1EFF, "Latin"),
    (0x3040, 0x30FF, "Kana"),
    (0x4E00, 0x9FFF, "Han"),
    (0xAC00, 0xD7AF, "Hangul"),
    (0xFB1D, 0xFB4F, "Hebrew"),
    (0xFB50, 0xFDFF, "Arabic"),
    (0xFE70, 0xFEFC, "Arabic"),
)

_ONE_LANGUAGE = {
    "Greek": "el",
    "Armenian": "hy",
    "Hebrew": "he",
    "Bengali": "bn",
    "Gurmukhi": "pa",
    "Gujarati": "gu",
    "Tamil": "ta",
    "Telugu": "te",
    "Kannada": "kn",
    "Malayalam": "ml",
    "Sinhala": "si",
    "Thai": "th",
    "Lao": "lo",
    "Myanmar": "my",
    "Georgian": "ka",
    "Ethiopic": "am",
    "Khmer": "km",
    "Kana": "ja",
    "Han": "zh",
    "Hangul": "ko",
}

# Letters that decide between languages of one script when at least one in 100 letters is among them.
_TELLING = {
    "Cyrillic": (("uk", "іїєґ"), ("be", "ўі"), ("sr", "ђјљњћџ"), ("kk", "әғқңөұүһ"), ("bg", "")),
    "Arabic": (("ur", "ٹڈڑںےہ"), ("fa", "پچژگکی"), ("ar", "")),
}

_WORDS = {
    "Cyrillic": {
        "ru": "и в не на что вы ваш ваша ваше ваши вас вам для по из от до или если это как мы он она к у за с "
        "здравствуйте привет спасибо пожалуйста заказ код сообщение ответьте ответ будет был можно уже здесь",
        "uk": "і в у не на що ви ваш ваша ваше ваші вас вам для за з від до або якщо це як ми він вона та "
        "вітаємо дякуємо будь ласка замовлення код повідомлення буде вже тут",
        "bg": "и в не на че вие вашият вашата вашето вас ви за по от до или ако това как ние с със ще да е са "
        "здравейте благодарим моля поръчка код съобщение вече тук",
        "be": "і ў не на што вы ваш ваша вас вам для па з ад да або калі гэта як мы дзякуй калі ласка заказ",
        "sr": "и у не на да ви ваш ваша вас вам за по из од до или ако је како ми са се су хвала молимо порука",
        "kk": "және үшін бұл сіз сіздің емес бар мен бойынша рахмет тапсырыс код бізге",
    },
    "Arabic": {
        "ar": "في من على إلى عن أن لا ما هذا هذه لك تم مع هو أو إذا كان قد بعد قبل عند يا مرحبا شكرا رسالة "
        "رقم طلب طلبك موعد موعدك رمز نعم عزيزي يرجى الرجاء السلام عليكم",
        "fa": "در به از که این را با است برای شما ما یا اگر تا بر آن می شد کد سفارش سلام پیام لطفا خود شده",
        "ur": "کے کی کا میں ہے سے اور کو نے پر آپ یہ ہیں تھا براہ کرم شکریہ پیغام کوڈ آرڈر",
    },
    "Devanagari": {
        "hi": "है हैं के की का में को से और पर ने यह आप आपका आपकी आपके लिए हो कर करें नहीं कृपया धन्यवाद नमस्ते "
        "नमस्कार एक था थी या अपना अपने गया",
        "mr": "आहे आहेत आणि च्या साठी तुमचे तुमचा तुमची आपले आपला कृपया धन्यवाद नमस्कार नाही हे ही तो ती केले करा",
        "ne": "छ छन् को मा लाई र तपाईं तपाईंको गर्नुहोस् धन्यवाद नमस्ते भएको हुन्छ यो कृपया लागि",
    },
    "Latin": {
        "fr": "le la les l un une des du de d et est à au aux en dans pour par sur avec sans vous nous votre vos notre "
        "nos ce cette ces il elle je ne pas plus qui que qu ou où sont été êtes avez c s n j si bonjour merci "
        "rendez commande répondez cliquez oui non être mon ma se dès voici reçu veuillez",
        "en": "the a an of and is are to in for on with your you our we it this that at by from or not be has have "
        "will if can please thanks thank hello hi reply was been were now here us i my click do no yes get ll re ve",
        "es": "el la los las un una unos de del y es en por para con su sus tu tus nuestro nuestra que se no si más "
        "al lo le les ha han está este esta gracias hola aquí usted como o pero sin ya son fue sobre pedido "
        "responde tiene día muy puede cita",
        "pt": "o a os as um uma de do da dos das e é em no na nos nas por para com seu sua seus suas nosso nossa que "
        "se não mais ao à você olá obrigado obrigada está este esta foi ou já pelo pela aqui pedido responda "
        "tem são bom dia sobre consulta",
        "it": "il lo la i gli le un una di del della dei delle e è in per con su da al alla nel nella che si non più "
        "suo sua tuo tua ciao grazie sono questo questa ha hai o ma come anche ordine rispondi codice gentile "
        "cliente appuntamento",
        "de": "der die das den dem des ein eine einen einem einer und ist sind in im für mit von zu zum zur auf an am "
        "nicht sie ihr ihre ihren ihrem wir uns unser bei oder wenn wird werden haben hat hallo danke bitte um "
        "ich du dein deine ja nein termin bestellung",
        "nl": "de het een en van is zijn in op voor met te uw je jouw we wij ons onze niet dat die dit bij of als "
        "wordt hebben heeft u hallo bedankt dank bestelling afspraak ja nee naar om aan ook uit",
        "ca": "el la els les un una de del i és en per amb que no al seu seva us si més gràcies hola aquest aquesta "
        "vostra vostre teva teu comanda està o són",
        "ro": "și este sunt în la de pe cu pentru un o al ale care nu să vă dumneavoastră noi bună mulțumim "
        "comanda programarea dvs ați va fi din prin sau dacă",
        "pl": "i w na z do nie jest się że to o dla po za od przez lub jeśli twoje twój pan pani państwa nas "
        "dziękujemy dzień dobry prosimy kod zamówienie wizyta oraz jak już są",
        "cs": "a je v na s z do se že pro po od nebo pokud vaše váš vám vás jsme jsou děkujeme dobrý den prosím "
        "objednávka kód byla bylo již není",
        "sk": "a je v na s z do sa že pre po od alebo ak vaša váš vám vás sme sú ďakujeme dobrý deň prosím "
        "objednávka kód bola bolo už nie",
        "hu": "a az és hogy nem is van egy ez meg vagy ha kérjük köszönjük ön önnek az kedves rendelés kód "
        "időpont üdvözöljük részére lesz már",
        "sv": "och i att det är en ett på för med till av inte du din ditt dina vi oss vår om eller har kan hej tack "
        "beställning bokning svara som från nu ska",
        "da": "og i at det er en et på for med til af ikke du din dit dine vi os vores om eller har kan hej tak "
        "bestilling svar som fra nu skal dig",
        "nb": "og i at det er en et på for med til av ikke du din ditt dine vi oss vår om eller har kan hei takk "
        "bestilling svar som fra nå skal deg",
        "fi": "ja on ei että se tai jos kun olet sinun teidän meidän hei kiitos tilauksesi aika vastaa ovat "
        "voit sekä nyt oli mukaan tämä",
        "tr": "ve bir bu için ile de da mi ne var yok siz sizin size değil merhaba teşekkürler lütfen sipariş "
        "siparişiniz randevu randevunuz kodu kodunuz olarak veya sayın",
        "id": "dan di yang untuk dengan ke dari ini itu anda kami tidak ada atau jika sudah akan telah terima kasih "
        "halo pesanan silakan kode pada adalah bisa",
        "vi": "và của là có không cho bạn quý khách đã được với tại một này đơn hàng mã xin chào cảm ơn vui lòng "
        "chúng tôi hoặc để",
        "sw": "na ya wa kwa ni za katika la hii yako wako tafadhali asante habari karibu au si kama yetu sisi namba "
        "ujumbe jibu",
        "hr": "i je u na za se da ne su ili ako vaš vaša vaše vam vas smo hvala molimo poštovani dobar dan narudžba "
        "kod biti od do iz",
    },
}

_WORD = re.compile(r"[^\W\d_]+")
_NOISE = re.compile(
    r"https?://\S+|www\.\S+|(?<!\S)[^\s@]{1,100}@\S+|\{[^{}\n]{0,60}\}|%[^%\s]{1,40}%|<[^<>\n]{1,60}>",
    re.IGNORECASE,
)
_LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class LanguageGuess:
    """A language (ISO 639-1) and what says so, for people."""

    language: str
    reason: str


def detect_language(text: str) -> str | None:
    """The language of a text as an ISO 639-1 code, or None when it cannot be told."""
    guess = guess_language(text)
    return guess.language if guess else None


def guess_language(text: str) -> LanguageGuess | None:
    """Like :func:`detect_language`, with the reason. Looks at the first 200,000 characters; placeholders, links
    and addresses do not count."""
    text = _NOISE.sub(" ", text[:_LONGEST])
    scripts = _count_scripts(text)
    total = sum(scripts.values())
    if total < 2:
        return None
    if scripts["Kana"]:
        scripts["Kana"] += scripts.pop("Han", 0)
    script, count = max(scripts.items(), key=lambda item: (item[1], item[0]))
    if script == "Latin" or count * 2 < total:
        # Names and links are often Latin in texts of another script; the other script then says more.
        others = {name: number for name, number in scripts.items() if name != "Latin"}
        other = max(others, key=lambda name: (others[name], name), default="")
        if other and others[other] * 3 >= total:
            script = other
    if script in _ONE_LANGUAGE:
        return LanguageGuess(_ONE_LANGUAGE[script], f"the letters are {script}")
    return _by_words(text, script)


@cache
def _script_of(char: str) -> str:
    code = ord(char)
    return next((name for low, high, name in _SCRIPTS if low <= code <= high), "")


def _count_scripts(text: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for char, number in Counter(text).items():
        if char.isalpha():
            name = _script_of(char)
            if name:
                counts[name] += number
    return counts


@cache
def _weights(script: str) -> dict[str, dict[str, float]]:
    """Word to language to weight: 1 for a word of one language, less for a shared one."""
    owners: dict[str, list[str]] = {}
    for language, words in _WORDS[script].items():
        for word in sorted(set(words.split())):
            owners.setdefault(word, []).append(language)
    return {
        word: {language: (1.0 if len(word) > 1 else 0.6) / len(names) ** 0.7 for language in names}
        for word, names in owners.items()
    }


def _by_words(text: str, script: str) -> LanguageGuess | None:
    text = unicodedata.normalize("NFC", text).lower()
    letters = Counter(char for char in text if char.isalpha())
    number = max(sum(letters.values()), 1)
    candidates = set(_WORDS[script])
    for language, telling in _TELLING.get(script, ()):
        share = sum(letters[letter] for letter in telling) / number
        if telling and share >= 0.01:
            candidates = {language, *(("be",) if language == "uk" and letters["ў"] else ())}
            break
        if telling and share == 0:
            candidates.discard(language)
    words = Counter(_words(text, script))
    weights = _weights(script)
    scores: Counter[str] = Counter()
    hits: dict[str, Counter[str]] = {}
    for word, times in words.items():
        for language, weight in weights.get(word, {}).items():
            if language in candidates:
                # A word repeated in every message says it once more, not a hundred times more.
                gain = weight * min(times, 5)
                scores[language] += gain  # type: ignore[assignment]
                hits.setdefault(language, Counter())[word] += round(gain * 100)
    if len(candidates) == 1:
        only = next(iter(candidates))
        return LanguageGuess(only, f"the {script} letters are those of `{only}`")
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    if not ranked or ranked[0][1] < 1.2:
        return None
    best, score = ranked[0]
    if len(ranked) > 1 and score < 1.25 * ranked[1][1]:
        return None
    shown = ", ".join(word for word, _ in hits[best].most_common(4))
    return LanguageGuess(best, f"its words: {shown}")


def _words(text: str, script: str) -> list[str]:
    if script == "Devanagari":
        # Vowel signs are marks, which \w leaves out.
        return re.findall(r"[\u0900-\u0963\u0970-\u097f]+", text)
    return _WORD.findall(text)

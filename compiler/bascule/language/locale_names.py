"""Languages as people write them in headers, cells and sheet names: codes, and names in several languages."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

__all__ = ["is_everyday_word", "locale_of", "peel_locale", "plain_name", "word_parts"]

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss"})
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LONGEST = 200

# ISO 639-1 code: ISO 639-2 codes, the language's own name, then English, French, Spanish, Portuguese, German,
# Russian, Arabic and Hindi where tables of those languages are likely to hold them.
_NAMES: dict[str, str] = {
    "af": "afr afrikaans",
    "am": "amh አማርኛ amharic amharique",
    "ar": "ara العربية عربي عربية arabic arabe arabo arabisch арабский अरबी",
    "az": "aze azerbaijani azeri",
    "be": "bel белорусский belarusian bielorusse",
    "bg": "bul български bulgarian bulgare болгарский",
    "bm": "bam bambara bamanankan",
    "bn": "ben বাংলা bengali bangla बंगाली",
    "ca": "cat català catalan catalán",
    "cs": "ces cze čeština czech tchèque tschechisch",
    "da": "dan dansk danish danois dänisch",
    "de": "deu ger deutsch german allemand alemán alemão tedesco немецкий الألمانية जर्मन",
    "dyu": "dioula jula",
    "el": "ell gre ελληνικά greek grec griego griechisch греческий اليونانية",
    "en": "eng english anglais inglés inglês inglese englisch английский الإنجليزية انجليزي إنجليزي अंग्रेज़ी अंग्रेजी",
    "es": "spa español castellano spanish espagnol espanhol spagnolo spanisch испанский الإسبانية स्पेनिश",
    "et": "est eesti estonian",
    "fa": "fas per فارسی persian farsi persan الفارسية",
    "ff": "ful fulfulde pulaar peul",
    "fi": "fin suomi finnish finnois",
    "fil": "filipino tagalog tgl",
    "fr": "fra fre français french francés francês francese französisch французский الفرنسية فرنسي फ़्रेंच फ्रेंच",
    "gu": "guj ગુજરાતી gujarati",
    "ha": "hau hausa haoussa",
    "he": "heb עברית hebrew hébreu hebreo иврит العبرية iw",
    "hi": "hin हिन्दी हिंदी hindi الهندية хинди",
    "hr": "hrv hrvatski croatian croate",
    "hu": "hun magyar hungarian hongrois",
    "hy": "hye arm հայերեն armenian arménien",
    "id": "ind indonesian indonésien indonesia",
    "ig": "ibo igbo",
    "it": "ita italiano italian italien italienisch итальянский الإيطالية",
    "ja": "jpn 日本語 japanese japonais",
    "ka": "kat geo ქართული georgian géorgien",
    "kk": "kaz қазақша kazakh казахский",
    "km": "khm khmer",
    "kn": "kan ಕನ್ನಡ kannada",
    "ko": "kor 한국어 korean coréen",
    "ln": "lin lingala",
    "lt": "lit lietuvių lithuanian",
    "lv": "lav latviešu latvian",
    "mg": "mlg malagasy malgache",
    "ml": "mal മലയാളം malayalam",
    "mr": "mar मराठी marathi",
    "ms": "msa may malay malais melayu",
    "my": "mya burmese birman",
    "nb": "nob nor norsk norwegian norvégien",
    "ne": "nep नेपाली nepali",
    "nl": "nld dut nederlands dutch néerlandais niederländisch голландский",
    "pa": "pan ਪੰਜਾਬੀ punjabi pendjabi पंजाबी",
    "pl": "pol polski polish polonais polaco польский",
    "pt": "por português portuguese portugais portugués portoghese portugiesisch португальский البرتغالية पुर्तगाली",
    "ro": "ron rum română romanian roumain",
    "ru": "rus русский рус russian russe ruso russo russisch الروسية रूसी",
    "rw": "kin kinyarwanda",
    "si": "sin සිංහල sinhala",
    "sk": "slk slo slovenčina slovak slovaque",
    "sl": "slv slovenščina slovenian",
    "sn": "sna shona",
    "so": "som soomaali somali",
    "sq": "sqi alb shqip albanian albanais",
    "sr": "srp српски srpski serbian serbe",
    "st": "sot sesotho sotho",
    "sv": "swe svenska swedish suédois",
    "sw": "swa kiswahili swahili",
    "ta": "tam தமிழ் tamil तमिल",
    "te": "tel తెలుగు telugu",
    "th": "tha ไทย thai thaï",
    "tn": "tsn setswana tswana",
    "tr": "tur türkçe turkish turc turco türkisch турецкий التركية",
    "uk": "ukr українська ukrainian ukrainien украинский",
    "ur": "urd اردو urdu ourdou",
    "uz": "uzb oʻzbek uzbek узбекский",
    "vi": "vie tiếngviệt vietnamese vietnamien",
    "wo": "wol wolof",
    "xh": "xho isixhosa xhosa",
    "yo": "yor yorùbá yoruba",
    "zh": "zho chi 中文 chinese chinois chino chinês китайский الصينية",
    "zu": "zul isizulu zulu",
}

_REGIONS = frozenset(
    """
    ae ar at au ba bd be bf bg bh bi bj bo br bw by ca cd cf cg ch ci cl cm cn co cr cu cv cz de dj dk do dz ec ee eg
    es et fi fr ga gb ge gh gm gn gq gr gt gw hk hn hr ht hu id ie il in iq ir it jm jo jp ke kg kh km kr kw kz la lb
    lk lr lt lu lv ly ma md me mg mk ml mm mr mu mw mx my mz na ne ng ni nl no np nz om pa pe ph pk pl ps pt py qa ro
    rs ru rw sa sd se sg si sk sl sn so st sv sy td tg th tj tm tn tr tw tz ua ug us uy uz ve vn ye za zm zw 419
    """.split()  # noqa: SIM905
)
_SCRIPTS = {"hans": "Hans", "hant": "Hant", "latn": "Latn", "cyrl": "Cyrl", "arab": "Arab"}
_COUNTRIES = {
    "brasil": "BR", "brazil": "BR", "bresil": "BR", "portugal": "PT", "mexico": "MX", "mexique": "MX", "espana": "ES",
    "spain": "ES", "canada": "CA", "france": "FR", "belgique": "BE", "suisse": "CH", "maroc": "MA", "senegal": "SN",
    "uk": "GB", "usa": "US",
}  # fmt: skip

# Codes that headers and cells also use as plain words or abbreviations; alone they name no language.
_EVERYDAY = frozenset(
    """
    am be bm ca da de el es et fa he hi id ig is it ja la lo ms my no or pa se si so st ta te th tn to uk us
    bel ben cat dan est ful fin gre hun ind kan kin lin lit mal mar may nor per pan pol por ron rum sin slo som sot
    spa tam tel tur vie wol
    """.split()  # noqa: SIM905
)


@cache
def plain_name(name: str) -> str:
    """A name without case, accents, blanks and punctuation: ``Bouton n° 1`` gives ``boutonno1``."""
    spread = unicodedata.normalize("NFKD", name[:_LONGEST].casefold()).translate(_LETTERS)
    return "".join(char for char in spread if char.isalnum())


@cache
def word_parts(name: str) -> tuple[str, ...]:
    """The words of a name, each in the form of :func:`plain_name`: ``textePt-BR`` gives ``texte``, ``pt``, ``br``."""
    parts = []
    for piece in re.split(r"[^\w\u0300-\u036f\u0900-\u0dff\u064b-\u065f]+|_", _CAMEL.sub(" ", name[:_LONGEST])):
        word = plain_name(piece)
        if word:
            parts.append(word)
    return tuple(parts)


@cache
def _by_name() -> dict[str, str]:
    table = {code: code for code in _NAMES}
    for code, names in _NAMES.items():
        for name in names.split():
            table.setdefault(plain_name(name), code)
    table["no"] = "nb"
    return table


def _suffix(word: str) -> str:
    """A region or script as a locale's second part, or ``""``."""
    if word in _SCRIPTS:
        return _SCRIPTS[word]
    return word.upper() if word in _REGIONS else _COUNTRIES.get(word, "")


def locale_of(value: str) -> str:
    """A language as a locale (``fr``, ``pt_BR``, ``zh_Hans``), or ``""`` when the value is not known to name one.

    Takes ISO 639 codes with a region or script, and names (``Français``, ``Portuguese (Brazil)``). Case does not
    matter.
    """
    if not value or len(value) > 40:
        return ""
    whole = _by_name().get(plain_name(value))
    if whole:
        return whole
    parts = word_parts(value)
    if 1 < len(parts) <= 3:
        code = _by_name().get(parts[0], "")
        rest = [_suffix(part) for part in parts[1:]]
        if code and all(rest):
            return "_".join([code, *rest])
    return ""


def is_everyday_word(name: str) -> bool:
    """Whether a name that is a language code is a plain word as well (``id``, ``it``, ``no``)."""
    return plain_name(name) in _EVERYDAY or plain_name(name) == "no"


def peel_locale(parts: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Take a language off the end or the front of a name's words: ``(texte, pt, br)`` gives ``(texte,), pt_BR``."""
    for size in (2, 1):
        if len(parts) <= size:
            continue
        for rest, cut in ((parts[:-size], parts[-size:]), (parts[size:], parts[:size])):
            if size == 2 and not _suffix(cut[1]):
                continue
            locale = locale_of("_".join(cut))
            if locale:
                return rest, locale
    return parts, ""

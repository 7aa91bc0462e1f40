"""Names and codes of languages, as columns, members, file names and cells spell them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from bascule.parsers.sms.vocabulary import normal, tokens

__all__ = ["bare_locale", "file_locale", "is_ambiguous", "locale_of", "named_locales", "peel_locale", "without_locale"]

# ISO 639-1 code: ISO 639-2 codes, then names of the language (own and in English, French, Spanish, Portuguese,
# German, Russian, Arabic where they are common in headers).
_NAMES: dict[str, str] = {
    "fr": "fra fre french francais frances francese franzosisch французский الفرنسية فرنسي फ़्रेंच फ्रेंच צרפתית 法语",
    "en": "eng english anglais ingles inglese englisch английский الإنجليزية انجليزي إنجليزي अंग्रेज़ी अंग्रेजी אנגלית 英语",
    "es": "spa spanish espagnol espanol castellano spagnolo spanisch испанский الإسبانية स्पेनिश ספרדית 西班牙语",
    "pt": "por portuguese portugais portugues portoghese portugiesisch португальский البرتغالية",
    "it": "ita italian italien italiano italienisch итальянский الإيطالية איטלקית",
    "de": "deu ger german allemand aleman alemao tedesco deutsch немецкий الألمانية גרמנית",
    "nl": "nld dut dutch neerlandais holandes nederlands niederlandisch",
    "ar": "ara arabic arabe arabo arabisch арабский العربية عربي अरबी ערבית 阿拉伯语",
    "he": "heb hebrew hebreu hebreo ebraico hebraisch иврит العبرية עברית iw",
    "ru": "rus russian russe ruso russo russisch русский الروسية рус רוסית",
    "uk": "ukr ukrainian ukrainien ucraniano ukrainisch украинский українська",
    "hi": "hin hindi हिन्दी हिंदी الهندية",
    "bn": "ben bengali bangla বাংলা",
    "ur": "urd urdu ourdou اردو",
    "fa": "fas per persian farsi persan فارسی الفارسية",
    "tr": "tur turkish turc turco turkisch turkce турецкий التركية",
    "pl": "pol polish polonais polaco polacco polnisch polski польский",
    "ro": "ron rum romanian roumain rumano romeno romana rumanisch",
    "cs": "ces cze czech tcheque checo cestina tschechisch",
    "sk": "slk slo slovak slovaque slovencina slowakisch",
    "hu": "hun hungarian hongrois hungaro magyar ungarisch",
    "sv": "swe swedish suedois sueco svenska schwedisch",
    "da": "dan danish danois dansk danisch",
    "nb": "nob norwegian norvegien norsk norwegisch nor",
    "fi": "fin finnish finnois suomi finnisch",
    "el": "ell gre greek grec griego grego griechisch ελληνικα",
    "bg": "bul bulgarian bulgare bulgarisch български",
    "sr": "srp serbian serbe srpski",
    "hr": "hrv croatian croate hrvatski",
    "ca": "cat catalan catala",
    "ka": "kat geo georgian georgien ქართული",
    "hy": "hye arm armenian armenien",
    "kk": "kaz kazakh қазақ",
    "ja": "jpn japanese japonais japones japanisch 日本語",
    "zh": "zho chi chinese chinois chino chines chinesisch 中文",
    "ko": "kor korean coreen coreano koreanisch 한국어",
    "th": "tha thai ไทย",
    "vi": "vie vietnamese vietnamien",
    "id": "ind indonesian indonesien bahasa",
    "ms": "msa may malay malais melayu",
    "sw": "swa swahili kiswahili",
    "am": "amh amharic amharique አማርኛ",
    "ha": "hau hausa haoussa",
    "yo": "yor yoruba",
    "ig": "ibo igbo",
    "zu": "zul zulu",
    "xh": "xho xhosa",
    "af": "afr afrikaans",
    "so": "som somali",
    "rw": "kin kinyarwanda",
    "mg": "mlg malagasy malgache",
    "wo": "wol wolof",
    "ln": "lin lingala",
    "ta": "tam tamil தமிழ்",
    "te": "tel telugu తెలుగు",
    "kn": "kan kannada ಕನ್ನಡ",
    "ml": "mal malayalam മലയാളം",
    "mr": "mar marathi मराठी",
    "gu": "guj gujarati ગુજરાતી",
    "pa": "pan punjabi pendjabi ਪੰਜਾਬੀ",
    "ne": "nep nepali नेपाली",
    "si": "sin sinhala",
    "my": "mya burmese birman",
    "km": "khm khmer",
    "lo": "lao",
    "tl": "tgl tagalog filipino fil",
    "et": "est estonian estonien",
    "lv": "lav latvian letton",
    "lt": "lit lithuanian lituanien",
    "sl": "slv slovenian slovene",
    "az": "aze azerbaijani",
    "uz": "uzb uzbek",
}

# Codes that are also everyday words or column names; alone they prove nothing.
_AMBIGUOUS_WORDS = """
    am an as be ca do et ha he id ig in is it km la ln lo me mg ml ms my nb no or pa rw se si so st ta te tl to us we wo
    arm ben cat cze dan est fil fin hun kan kin lav lin lit mal mar may nor pan per pol por ron rum sin slo spa tam tel
"""
_REGION = re.compile(r"(?:[a-z]{2}|419)$")
_SCRIPTS = {"hans": "Hans", "hant": "Hant", "latn": "Latn", "cyrl": "Cyrl", "arab": "Arab"}
# Two letters that are no country: they end names for other reasons (`text_id` is an identifier, not Indonesian text).
_REGION_WORDS = """
    ad ae af ag al am ao ar at au az ba bd be bf bg bh bi bj bn bo br bw by ca cd cf cg ch ci cl cm cn co cr cu
    cv cy cz de dj dk do dz ec ee eg es et fi fr ga gb ge gh gm gn gq gr gt gw hk hn hr ht hu id ie il in iq ir
    is it jm jo jp ke kg kh km kr kw kz la lb lk lr lt lu lv ly ma md me mg mk ml mm mn mr mu mw mx my mz na ne
    ng ni nl no np nz om pa pe ph pk pl ps pt py qa ro rs ru rw sa sd se sg si sk sl sn so sv sy sz td tg th tj
    tm tn tr tw tz ua ug us uy uz ve vn ye za zm zw
"""
_AMBIGUOUS = frozenset(_AMBIGUOUS_WORDS.split())
_REGIONS = frozenset(_REGION_WORDS.split())


# Two-letter codes of countries that teams write where the language is meant, and are no codes of a language here.
_COUNTRY_WORDS = """
    cz:cs gr:el dk:da ua:uk jp:ja cn:zh kr:ko rs:sr il:he ir:fa in:hi al:sq vn:vi ge:ka kz:kk by:be br:pt_BR us:en_US
    gb:en_GB mx:es_MX
"""
_COUNTRIES = dict(pair.split(":") for pair in _COUNTRY_WORDS.split())


@cache
def _by_name() -> dict[str, str]:
    table = {code: code for code in _NAMES}
    for code, names in _NAMES.items():
        for name in names.split():
            table.setdefault(normal(name), code)
    table["no"] = "nb"
    return table


def locale_of(value: str) -> str:
    """A language as a locale (``fr``, ``pt_BR``, ``zh_Hans``), or ``""`` when the value is not known to be one.

    Takes codes of ISO 639-1 and 639-2, with a region or a script after ``-`` or ``_``, and names.
    """
    whole = _by_name().get(normal(value)) if len(value) < 40 else None
    if whole:
        return whole
    parts = tokens(value)
    if 1 < len(parts) <= 3 and len(value) < 40:
        code = _by_name().get(parts[0])
        rest = [_suffix(part) for part in parts[1:]]
        if code and all(rest):
            return "_".join([code, *rest])
    return ""


def _suffix(part: str) -> str:
    if part in _SCRIPTS:
        return _SCRIPTS[part]
    if part in _REGIONS or part == "419":
        return part.upper()
    return {"brasil": "BR", "brazil": "BR", "bresil": "BR", "canada": "CA", "mexico": "MX", "maroc": "MA"}.get(part, "")


def is_ambiguous(name: str) -> bool:
    """Whether a name that is a language code is an everyday word as well (``id``, ``it``, ``no``)."""
    return normal(name) in _AMBIGUOUS


def bare_locale(name: str) -> str:
    """The locale when a name is nothing but a language (``fr``, ``pt-BR``, ``Français``), or ``""``."""
    stripped = name.strip().strip("()[]{}<>*:.").strip()
    if not stripped or len(stripped) > 20:
        return ""
    return locale_of(stripped)


def named_locales(names: Iterable[str]) -> dict[str, str]:
    """The locale of each name when all of them are languages; empty otherwise.

    Beside languages, countries count as theirs: in ``hr, cz, pl, gr`` the second is Czech, the last Greek.
    """
    found = {name: bare_locale(name) for name in names}
    if all(found.values()):
        return found
    known = sum(1 for name, locale in found.items() if locale and not is_ambiguous(name))
    lent = {name: _COUNTRIES.get(name.lower(), "") for name, locale in found.items() if not locale}
    if known and all(lent.values()):
        return {name: locale or lent[name] for name, locale in found.items()}
    return {}


def peel_locale(parts: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Take a language off the end or the front of a name's words: ``(content, pt, br)`` gives ``(content,), pt_BR``."""
    for size in (2, 1):
        if len(parts) > size:
            for rest, cut in ((parts[:-size], parts[-size:]), (parts[size:], parts[:size])):
                if size == 2 and not (_REGION.match(cut[1]) or cut[1] in _SCRIPTS):
                    continue
                if size == 1 and len(cut[0]) == 2 and cut[0] not in _NAMES:
                    continue
                locale = locale_of("_".join(cut))
                if locale:
                    return rest, locale
    return parts, ""


_SUFFIX_WORDS = """
    csv tsv tab txt text json yaml yml xlsx xls properties sample example dist tpl tmpl template sms md
    po pot php bak orig strings xml resx xlf xliff arb
"""
_SUFFIXES = frozenset(_SUFFIX_WORDS.split())
# Words that end file names without being a language there.
_NOT_IN_FILES = frozenset("am an as be do id in is me my no or so st to us we".split())  # noqa: SIM905
_CUT = re.compile(r"[._\-()\[\] ]+")


def file_locale(path: str) -> str:
    """The language a file's name ends in (``sms_fr.csv``, ``messages_pt_BR.properties``, ``strings.ar.json``,
    ``fr.yml``) or the folder it stands in (``fr/sms.yml``, ``fr.lproj/``, ``values-fr/``, ``fr/LC_MESSAGES/``),
    or ``""``."""
    folder, _, stem = path.rpartition("/")
    for _ in range(2):
        head, _, suffix = stem.rpartition(".")
        if head and suffix.lower() in _SUFFIXES:
            stem = head
    parts = [part for part in _CUT.split(stem) if part]
    if len(parts) > 1 and len(parts[-2]) <= 3 and parts[-2].lower() in _by_name():
        last = parts[-1]
        if _suffix(last.lower()) and (last != last.lower() or last not in _NAMES):
            return locale_of("_".join(parts[-2:]))
        if last.lower() in _NAMES:
            return ""  # `sms_en_fr`: two languages, so none for the whole file
    if parts and len(parts[-1]) <= 12:
        word = parts[-1].lower()
        if len(parts) == 1 or word not in _NOT_IN_FILES:
            locale = locale_of(word)
            if locale:
                return locale
    parts = folder.split("/")[-2:]
    if parts[-1].upper() == "LC_MESSAGES" and len(parts) > 1:
        parts.pop()
    return _folder_locale(parts[-1], len(parts) > 1 and parts[-2].lower() in _LANGUAGE_FOLDERS)


_LANGUAGE_FOLDERS = frozenset(("language", "languages", "lang", "langs", "locale", "locales", "i18n", "translations"))


def _folder_locale(folder: str, among_languages: bool = False) -> str:
    """The language of a folder: ``fr``, ``pt-BR``, ``fr.lproj``, ``values-fr-rCA``, ``language/french``."""
    if folder.endswith(".lproj"):
        folder = folder.removesuffix(".lproj")
    elif folder.startswith("values-"):
        folder = folder.removeprefix("values-").replace("-r", "-").replace("b+", "").replace("+", "-")
    if among_languages:
        return locale_of(folder)
    return locale_of(folder) if len(folder) in (2, 5) and folder.lower() not in _NOT_IN_FILES else ""


def without_locale(path: str) -> tuple[str, str]:
    """A path with ``*`` in place of the language in it, and the language: ``fr/sms.yml`` is ``*/sms.yml`` and ``fr``.

    The language is looked for at the end of the file's name, then in its folders from the last one up; the folders
    ``values``, ``Base.lproj`` and a name without a language are those of no language (``""``).
    """
    *folders, name = path.split("/")
    stem, tail = name, ""
    for _ in range(2):
        head, _, suffix = stem.rpartition(".")
        if head and suffix.lower() in _SUFFIXES:
            stem, tail = head, f".{suffix}{tail}"
    own = file_locale(name)
    if own:
        parts = [part for part in _CUT.split(stem) if part]
        for size in (2, 1):
            if len(parts) >= size and locale_of("_".join(parts[-size:])) == own:
                at = stem.rfind(parts[-size])
                return "/".join((*folders, f"{stem[:at]}*{tail}")), own
    for index in range(len(folders) - 1, -1, -1):
        among = index > 0 and folders[index - 1].lower() in _LANGUAGE_FOLDERS
        locale = _folder_locale(folders[index], among)
        if locale:
            return "/".join((*folders[:index], "*", *folders[index + 1 :], name)), locale
    return path, ""

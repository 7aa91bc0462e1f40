"""Names of months and days, and of the halves of a day, in the languages that messages are mostly written in."""

from __future__ import annotations

__all__ = ["day_name", "half_day", "month_name"]

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "hi": "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
    "sw": "Januari Februari Machi Aprili Mei Juni Julai Agosti Septemba Oktoba Novemba Desemba",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
_DAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "pt": "segunda terça quarta quinta sexta sábado domingo",
    "ru": "понедельник вторник среда четверг пятница суббота воскресенье",
    "ar": "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
    "hi": "सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार",
    "sw": "Jumatatu Jumanne Jumatano Alhamisi Ijumaa Jumamosi Jumapili",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
}
_SHORT_MONTHS = {
    "fr": "janv. févr. mars avril mai juin juil. août sept. oct. nov. déc.",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
    "ru": "янв фев мар апр мая июн июл авг сен окт ноя дек",
}
_SHORT_DAYS = {
    "fr": "lun. mar. mer. jeu. ven. sam. dim.",
    "ru": "Пн Вт Ср Чт Пт Сб Вс",
}
_WHOLE = frozenset({"ar", "hi"})
"""Languages without short names."""
_SHORT = 3
_HALVES = {"en": ("AM", "PM"), "ar": ("ص", "م"), "hi": ("पूर्वाह्न", "अपराह्न")}
# RapidPro writes languages with three letters.
_LETTERS = {
    "eng": "en", "fra": "fr", "fre": "fr", "spa": "es", "por": "pt", "rus": "ru", "ara": "ar", "hin": "hi", "swa": "sw",
    "swh": "sw", "deu": "de", "ger": "de",
}  # fmt: skip


def _language(locale: str) -> str:
    plain = locale.replace("_", "-").split("-")[0].lower()
    plain = _LETTERS.get(plain, plain)
    return plain if plain in _MONTHS else "en"


def month_name(month: int, locale: str, short: bool = False) -> str:
    """The name of a month, 1 to 12, in the language of a locale (English where the language is not known here)."""
    return _name(_MONTHS, _SHORT_MONTHS, month - 1, locale, short)


def day_name(day: int, locale: str, short: bool = False) -> str:
    """The name of a day of the week, 0 for Monday."""
    return _name(_DAYS, _SHORT_DAYS, day, locale, short)


def half_day(hour: int, locale: str) -> str:
    """``AM`` or ``PM``, or what the language has for it."""
    return _HALVES.get(_language(locale), _HALVES["en"])[hour >= 12]


def _name(full: dict[str, str], short_names: dict[str, str], at: int, locale: str, short: bool) -> str:
    language = _language(locale)
    if short and language in short_names:
        return short_names[language].split()[at]
    name = full[language].split()[at]
    return name[:_SHORT] if short and language not in _WHOLE else name

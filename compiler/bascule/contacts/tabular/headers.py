"""Which column holds the phone numbers, and which one their countries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from bascule.contacts.tabular.problems import ContactsError, shown_name

__all__ = ["find_column", "guess_phone", "guess_region", "looks_like_data", "unique_names"]

_PHONE_NAMES = (
    "phone", "phonenumber", "phoneno", "mobile", "mobilephone", "mobilenumber", "mobilephonenumber", "cell",
    "cellphone", "msisdn", "tel", "telephone", "telephonenumber", "telefon", "telefono", "telefone", "telefoon",
    "numtel", "numero", "numeroportable", "numerodetelephone", "numerotelephone", "notelephone", "gsm", "portable",
    "telmobile", "telephonemobile", "telephoneportable", "mobil", "handy", "handynummer", "rufnummer", "celular",
    "movil", "telefonomovil", "numerodetelefono", "numerodecelular", "whatsapp", "whatsappnumber",
    "whatsappphonenumber", "contactnumber", "phone1", "phone1value", "destination", "recipient", "nomor", "nohp",
    "telefonnummer", "cellulare", "телефон", "мобильный", "номер", "номертелефона", "फोन", "फ़ोन", "मोबाइल",
    "मोबाइलनंबर", "फोननंबर", "هاتف", "الهاتف", "رقمالهاتف", "جوال", "الجوال", "موبايل",
)  # fmt: skip
_REGION_NAMES = (
    "country", "countrycode", "countryiso", "iso", "iso2", "region", "regioncode", "pays", "codepays", "land",
    "landcode", "laendercode", "pais", "codigopais", "paese", "страна", "кодстраны", "देश", "البلد", "الدولة",
    "callingcode", "dialcode", "indicatif",
)  # fmt: skip
_PHONE_LIKE = re.compile(
    r"[\s'\"=(]*(?:\+|00)?[\d\s().\-/\u00a0]{6,25}(?:\.0)?[\s'\")]*|\+?\d[.,]\d{3,12}E\+?\d\d", re.IGNORECASE
)


_MAX_CELL = 60


def _plain(name: str) -> str:
    """A header without case, accents of Latin letters, blanks and punctuation."""
    text = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in text if character.isalnum() or unicodedata.category(character) == "Mc")


_PHONES = frozenset(map(_plain, _PHONE_NAMES))
_REGIONS = frozenset(map(_plain, _REGION_NAMES))


def unique_names(header: Sequence[str]) -> list[str]:
    """Names of columns for outputs that need each one once: blanks off, ``column3`` for none, ``name#2`` for a
    second.
    """
    taken: set[str] = set()
    names = []
    for number, cell in enumerate(header, 1):
        base = cell.replace("\ufeff", "").strip() or f"column{number}"
        name, again = base, 2
        while name in taken:
            name = f"{base}#{again}"
            again += 1
        taken.add(name)
        names.append(name)
    return names


def looks_like_data(header: Sequence[str]) -> bool:
    """Whether a first row holds a phone number, so that it is no header."""
    return any(_phone_like(cell) and sum(map(str.isdigit, cell)) >= 7 for cell in header)


def find_column(header: Sequence[str], wanted: str, what: str) -> int:
    """Index of a column by its name, then by its name without case and accents, then by its number from 1.

    Raises ContactsError with the names there are.
    """
    names = [cell.replace("\ufeff", "").strip() for cell in header]
    for found in (
        [index for index, name in enumerate(names) if name == wanted.strip()],
        [index for index, name in enumerate(names) if name and _plain(name) == _plain(wanted)],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            raise ContactsError(
                "contacts-column-unknown",
                f"{len(found)} columns are called {wanted!r}",
                f"name the {what} column by its number, one of {', '.join(str(index + 1) for index in found)}",
            )
    if wanted.strip().isdecimal() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    raise ContactsError("contacts-column-unknown", f"no column is called {wanted!r}", f"{_listed(header)}")


def _listed(header: Sequence[str]) -> str:
    shown = [shown_name(cell, number) for number, cell in enumerate(header[:30], 1)]
    more = f" and {len(header) - 30} more" if len(header) > 30 else ""
    return f"the columns are {', '.join(shown)}{more}"


def guess_phone(header: Sequence[str], sample: Sequence[Sequence[str]]) -> int:
    """Index of the one column that holds phone numbers, by its name or else by its cells.

    Raises ContactsError where none or several could be meant: a wrong column is worse than a question.
    """
    named = [index for index, cell in enumerate(header) if _plain(cell) in _PHONES]
    if not named:
        named = [index for index in range(len(header)) if _share(sample, index, _phone_like) >= 0.6]
    if len(named) == 1:
        return named[0]
    shown = ", ".join(shown_name(header[index], index + 1) for index in named)
    message = (
        f"several columns may hold phone numbers: {shown}" if named else "no column is known to hold phone numbers"
    )
    raise ContactsError("contacts-column-unknown", message, f"say which with --phone-column; {_listed(header)}")


def guess_region(
    header: Sequence[str], sample: Sequence[Sequence[str]], understood: Callable[[str], bool]
) -> tuple[int | None, list[int]]:
    """Index of the one column that is named like a country and whose cells are country codes; None otherwise.

    Also all columns that are named so.
    """
    named = [index for index, cell in enumerate(header) if _plain(cell) in _REGIONS]
    good = [index for index in named if _share(sample, index, understood) >= 0.8]
    return (good[0] if len(good) == 1 else None), named


def _phone_like(cell: str) -> bool:
    return (
        len(cell) <= _MAX_CELL and _PHONE_LIKE.fullmatch(cell.strip()) is not None and sum(map(str.isdigit, cell)) >= 6
    )


def _share(sample: Sequence[Sequence[str]], column: int, fits: Callable[[str], bool]) -> float:
    cells = [row[column] for row in sample if column < len(row) and row[column].strip()]
    return sum(map(fits, cells)) / len(cells) if cells else 0.0

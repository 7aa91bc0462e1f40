"""What each column of a table holds, by its name; and which row is the header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bascule.language.locale_names import is_everyday_word, locale_of, peel_locale, plain_name, word_parts
from bascule.parsers.table.vocabulary import CHANNELS, Role, all_names, role_of
from bascule.source.table import TableDocument

__all__ = ["UNITS", "Column", "Layout", "header_row", "lay_out", "read_name"]

_HEADER_ROWS = 12
_LONGEST_NAME = 60
_NUMBER = re.compile(r"(?<![^\W_])(\d{1,2})(?![^\W_])|(?<=[^\W\d_])(\d{1,2})(?![^\W_])")
_NUMBER_SIGN = re.compile(r"(?:\bn\s?[°ºo.]|[#№])\s*$", re.IGNORECASE)
_UNIT = re.compile(r"^(.*?)\s*(?:\(|\[|\ben\b|\bin\b|\bem\b|\bв\b|,)\s*([^\W\d_]{1,12})\.?\s*[)\]]?\s*$")

_LOCALIZED = frozenset(
    {Role.TEXT, Role.BUTTONS, Role.BUTTON, Role.BUTTON_ABOUT, Role.HEADER, Role.FOOTER, Role.ERROR, Role.LIST_LABEL,
     Role.KEYWORD, Role.MEDIA, Role.SECTION, Role.SAMPLES}
)  # fmt: skip
_BY_CHANNEL = frozenset({Role.TEXT, Role.BUTTONS, Role.MEDIA})
_MANY = frozenset(
    {Role.TEXT, Role.MEDIA, Role.NOTE, Role.SET, Role.LINK, Role.KEYWORD, Role.ENTRY, Role.STEP, Role.TITLE,
     Role.SAMPLES, Role.OTHER, Role.INTENT, Role.CAMPAIGN, Role.SCHEDULE}
)  # fmt: skip
_CORE = frozenset({Role.STEP, Role.TEXT, Role.NEXT, Role.BUTTONS, Role.BUTTON})
# Names of a step that are written for people; `id`, `code` and the like give way to them.
_STEP_WORDS = frozenset(
    plain_name(word)
    for word in "step étape etape paso passo etapa خطوة الخطوة चरण कदम шаг этап schritt passaggio node noeud screen écran".split()  # noqa: E501, SIM905
)
UNITS: dict[str, str] = {
    plain_name(word): unit
    for unit, listed in (
        ("s", "s sec secs second seconds seconde secondes segundos segundo сек секунд секунды ثانية ثواني सेकंड"),
        ("min", "m mn min mins minute minutes minuto minutos минут минуты мин دقيقة دقائق मिनट minuten"),
        ("h", "h hr hrs hour hours heure heures hora horas час часы часов ч ساعة ساعات घंटे घंटा stunden"),
        ("d", "d j day days jour jours día días dia dias день дня дней д يوم أيام दिन tage"),
        ("w", "w week weeks semaine semaines semana semanas неделя недели недель أسبوع أسابيع सप्ताह"),
    )
    for word in listed.split()
}
"""Plain names of units of time to the units of :mod:`bascule.ir.durations`."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``number`` counts columns of one kind that belong together (``button 2``, ``next 2``); ``kind`` is
    the kind of media, or the unit of a waiting time."""

    index: int
    name: str
    role: Role
    number: int = 0
    locale: str = ""
    channel: str = ""
    kind: str = ""

    @property
    def label(self) -> str:
        """The role in words, for messages: ``text (fr)``, ``button 2``."""
        said = self.role.value.replace("N", str(self.number)) if self.number else self.role.value
        rest = [part for part in (self.locale, self.channel) if part]
        return f"{said} ({', '.join(rest)})" if rest else said


def read_name(name: str) -> Column | None:
    """What a column of this name holds (its index is 0), or None when nothing tells."""
    return _read_name(" ".join(name.split())[: _LONGEST_NAME + 1])


@lru_cache(maxsize=4096)
def _read_name(name: str) -> Column | None:
    if not name or len(name) > _LONGEST_NAME:
        return None
    found = role_of(name)
    if found is not None:
        return Column(0, name, found[0], kind=found[1])
    return _with_unit(name) or _numbered(name) or _qualified(name)


def _with_unit(name: str) -> Column | None:
    match = _UNIT.match(name)
    if match is None or plain_name(match.group(2)) not in UNITS:
        return None
    found = role_of(match.group(1))
    if found is None or found[0] not in (Role.WAIT, Role.TIMEOUT):
        return None
    return Column(0, name, found[0], kind=UNITS[plain_name(match.group(2))])


def _numbered(name: str) -> Column | None:
    """``button 1``, ``bouton1``, ``next 2``, ``bouton 1 vers``, ``texte_fr 2``."""
    match = _NUMBER.search(name)
    if match is None:
        return None
    number = int(match.group(1) or match.group(2))
    if not number:
        return None
    before = _NUMBER_SIGN.sub("", name[: match.start()]).strip(" _-.:")
    after = name[match.end() :].strip(" _-.:)")
    head, tail = _unnumbered(before), _unnumbered(after)
    if head is None or (after and tail is None):
        whole = _unnumbered(f"{before} {after}")
        head, tail = whole, None
    if head is None:
        return None
    if tail is not None and tail.kind == "bare":
        head, tail = (replace(head, locale=tail.locale) if head.role in _LOCALIZED else head), None
    choice = head.role in (Role.BUTTONS, Role.BUTTON)
    if tail is not None:
        pair = (head.role, tail.role)
        if choice or tail.role in (Role.BUTTONS, Role.BUTTON):
            other = tail if choice else head
            role = {
                Role.NEXT: Role.BUTTON_NEXT,
                Role.LINK: Role.LINK,
                Role.PHONE: Role.PHONE,
                Role.NOTE: Role.BUTTON_ABOUT,
                Role.SECTION: Role.SECTION,
            }.get(other.role, Role.BUTTON)
            return replace(other, name=name, role=role, number=number)
        if Role.NEXT in pair:
            return replace(head, name=name, role=Role.BUTTON_NEXT, number=number)
        return None
    if choice:
        return replace(head, name=name, role=Role.BUTTON, number=number)
    if head.role is Role.NEXT:
        return replace(head, name=name, role=Role.BUTTON_NEXT, number=number)
    if head.role is Role.NOTE and "description" in word_parts(name):
        return replace(head, name=name, role=Role.BUTTON_ABOUT, number=number)
    return replace(head, name=name, number=number)


def _unnumbered(name: str) -> Column | None:
    if not name.strip():
        return None
    found = role_of(name)
    if found is not None:
        return Column(0, name, found[0], kind=found[1])
    return _qualified(name)


def _qualified(name: str) -> Column | None:
    """``texte_fr``, ``message (ar)``, ``sms text``, ``viber``, ``Français``."""
    parts = word_parts(name)
    channel = ""
    for cut, other in ((parts[:1], parts[1:]), (parts[-1:], parts[:-1])):
        if cut and cut[0] in CHANNELS:
            channel, parts = CHANNELS[cut[0]], other
            break
    if channel and not parts:
        return Column(0, name, Role.TEXT, channel=channel)
    found = role_of(" ".join(parts)) if channel else None
    if found is not None and found[0] in _BY_CHANNEL:
        return Column(0, name, found[0], channel=channel, kind=found[1])
    if channel and locale_of("_".join(parts)):
        return Column(0, name, Role.TEXT, locale=locale_of("_".join(parts)), channel=channel)
    rest, locale = peel_locale(parts)
    if locale:
        found = role_of(" ".join(rest))
        if found is not None and found[0] in _LOCALIZED and (not channel or found[0] in _BY_CHANNEL):
            return Column(0, name, found[0], locale=locale, channel=channel, kind=found[1])
    alone = locale_of(name.strip(" ()[]*:."))
    if alone and not channel:
        return Column(0, name, Role.TEXT, locale=alone, kind="bare")
    return None


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a table by what they hold. ``unknown`` are (column, nearest known name); ``doubled`` are columns
    that say what an earlier one says already."""

    columns: tuple[Column, ...]
    unknown: tuple[tuple[Column, str], ...] = ()
    doubled: tuple[tuple[Column, Column], ...] = ()

    def of(self, *roles: Role) -> list[Column]:
        """The columns of some roles, in order."""
        return [column for column in self.columns if column.role in roles]

    def first(self, role: Role) -> Column | None:
        """The first column of a role."""
        return next((column for column in self.columns if column.role is role), None)

    def has(self, *roles: Role) -> bool:
        """Whether there is a column of one of the roles."""
        return any(column.role in roles for column in self.columns)

    @property
    def roles(self) -> frozenset[Role]:
        """What the table has columns for."""
        return frozenset(column.role for column in self.columns) - {Role.OTHER}


def lay_out(names: Sequence[str], written: Sequence[str], suggest: bool = True) -> Layout:
    """Decide what the columns hold. ``names`` are unique, ``written`` the header cells as they stand."""
    columns: list[Column] = []
    for index, (name, header) in enumerate(zip(names, written, strict=True)):
        found = read_name(header)
        columns.append(replace(found, index=index, name=name) if found else Column(index, name, Role.OTHER))
    bare = [column for column in columns if column.role is Role.TEXT and column.kind == "bare"]
    named = any(column.role is Role.TEXT and column.kind != "bare" for column in columns)
    for column in bare:
        # `id` or `no` is a language only beside other languages; next to a text column it is none.
        lonely = len(bare) < 2 or named
        if is_everyday_word(column.name) and lonely:
            columns[column.index] = replace(column, role=Role.OTHER, locale="", kind="")
    doubled = _settle(columns)
    unknown = []
    if suggest:
        twice = {column.index for column, _ in doubled}
        for column in columns:
            if column.role is Role.OTHER and column.index not in twice and written[column.index].strip():
                unknown.append((column, _nearest(column.name)))
    return Layout(tuple(columns), tuple(unknown), tuple(doubled))


def _settle(columns: list[Column]) -> list[tuple[Column, Column]]:
    """One column for each thing that can be said once; a step's own name first."""
    steps = [column for column in columns if column.role is Role.STEP]
    titles = [column for column in columns if column.role is Role.TITLE]
    if not steps and titles:
        columns[titles[0].index] = replace(titles[0], role=Role.STEP)
    elif len(steps) > 1 and plain_name(steps[0].name) not in _STEP_WORDS:
        best = next((column for column in steps if set(word_parts(column.name)) & _STEP_WORDS), None)
        if best is not None:
            # Steps are looked up by every such column; the one written for people names the node.
            first = steps[0].index
            columns[best.index], columns[first] = replace(best, number=0), replace(columns[first], number=2)
    seen: dict[tuple[Role, int, str, str], Column] = {}
    doubled = []
    for column in list(columns):
        key = (column.role, column.number, column.locale, column.channel)
        if column.role in _MANY:
            continue
        if key in seen:
            doubled.append((column, seen[key]))
            columns[column.index] = replace(column, role=Role.OTHER)
        else:
            seen[key] = column
    return doubled


@lru_cache(maxsize=512)
def _nearest(name: str) -> str:
    import difflib

    plain = plain_name(name)
    if not 3 <= len(plain) <= _LONGEST_NAME:
        return ""
    by_plain = {plain_name(known): known for known in reversed(all_names())}
    close = difflib.get_close_matches(plain, list(by_plain), n=1, cutoff=0.78)
    return by_plain[close[0]] if close else ""


def header_row(table: TableDocument) -> int | None:
    """Which of the first rows is the header: the one that names most things; None when no row names two."""
    best: tuple[int, int] | None = None
    for number, cells in enumerate(table.records[:_HEADER_ROWS]):
        filled = [cell for cell in cells if cell.strip()]
        if len(filled) < 2 or any(len(cell) > _LONGEST_NAME for cell in filled):
            continue
        found = [column for cell in filled if (column := read_name(cell)) is not None]
        roles = {(column.role, column.number, column.locale, column.channel) for column in found}
        if len(roles) < 2 or not any(column.role in _CORE for column in found) or len(found) * 2 < len(filled):
            continue
        if best is None or len(roles) > best[0]:
            best = (len(roles), number)
    return best[1] if best else None

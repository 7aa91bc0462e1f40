"""What the columns of a table, or the members of an object, hold: names first, values to settle ties."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bascule.parsers.sms.evidence import Look, look_of, text_share
from bascule.parsers.sms.locales import bare_locale, is_ambiguous, peel_locale
from bascule.parsers.sms.vocabulary import CHANNELS, Role, normal, readings, tokens

__all__ = ["Column", "Columns", "assign", "name_readings"]

_SLUG = re.compile(r"[\w.:/-]{1,80}")
_NUMBERED = re.compile(r"#?\d+|[\da-fA-F]{8}-[\da-fA-F-]{27}|[\da-fA-F]{24}|[A-Z]{2}[\da-fA-F]{32}")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name as written, and what it holds. ``bare``: the name is a language or a channel only."""

    name: str
    role: Role
    strength: int = 0
    locale: str = ""
    channel: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """All columns in order. ``rivals`` are columns that could hold the text as well and were not taken."""

    all: tuple[Column, ...]
    rivals: tuple[str, ...] = ()

    def of(self, role: Role) -> list[Column]:
        """The columns of a role, in order."""
        return [column for column in self.all if column.role is role]

    def index(self, role: Role) -> int | None:
        """Position of the first column of a role."""
        return next((index for index, column in enumerate(self.all) if column.role is role), None)


def name_readings(name: str) -> list[Column]:
    """Everything a name may mean, most likely first."""
    found = [Column(name, role, strength) for role, strength in readings(normal(name))]
    known = any(column.strength > 1 for column in found)
    parts = tokens(name)
    rest, locale = peel_locale(parts)
    if locale:
        # `templateId` is an identifier, `text_id` may be Indonesian: then its cells have to say so.
        doubtful = "_" not in locale and is_ambiguous(locale)
        peeled = [] if known and doubtful else _with(name, rest, locale, "")
        found += [replace(column, strength=1) for column in peeled] if doubtful else peeled
    for cut, other in ((parts[:1], parts[1:]), (parts[-1:], parts[:-1])):
        if cut and other and cut[0] in CHANNELS:
            channel = CHANNELS[cut[0]]
            inner, inner_locale = peel_locale(other)
            found += _with(name, other, "", channel)
            if inner_locale:
                found += _with(name, inner, inner_locale, channel)
                found += [Column(name, Role.TEXT, 2, inner_locale, channel, True)] if not inner else []
            alone = bare_locale("_".join(other))
            if alone and not is_ambiguous("_".join(other)):
                found.append(Column(name, Role.TEXT, 2, alone, channel, True))
    if normal(name) in CHANNELS and not found:
        found.append(Column(name, Role.TEXT, 2, "", CHANNELS[normal(name)], True))
    alone = bare_locale(name)
    if alone:
        found.append(Column(name, Role.TEXT, 1 if is_ambiguous(name) else 2, alone, "", True))
    return found


def _with(name: str, rest: tuple[str, ...], locale: str, channel: str) -> list[Column]:
    return [
        Column(name, role, strength, locale, channel)
        for role, strength in readings("".join(rest))
        if role in (Role.TEXT, Role.TITLE, Role.DESCRIPTION, Role.CHOICES, Role.MEDIA) and strength > 1
    ]


def assign(names: Sequence[str], values: Sequence[Sequence[str]]) -> Columns:
    """Decide what each column holds. ``values`` are samples of each column's cells (non-string ones left out)."""
    options = [name_readings(name) for name in names]
    chosen: dict[int, Column] = {}
    rivals = _choose_texts(options, values, chosen)
    # The Indian registry of templates: `templateId` and `header` are its id and the sender.
    indian = _has(options, Role.DLT, 3) or (_has(options, Role.DLT, 1) and _has(options, Role.SENDER, 1))
    _choose_key(options, values, chosen, indian)
    _choose_one(options, chosen, Role.TITLE)
    _choose_one(options, chosen, Role.LOCALE)
    _choose_one(options, chosen, Role.CHANNEL)
    single = (Role.TEXT, Role.KEY, Role.TITLE, Role.LOCALE, Role.CHANNEL)
    for index, option in enumerate(options):
        if index in chosen:
            continue
        rest = [column for column in option if column.role not in single and (column.strength > 1 or indian)]
        chosen[index] = rest[0] if rest else Column(names[index], Role.OTHER)
    return Columns(tuple(chosen[index] for index in range(len(names))), rivals)


def _has(options: Sequence[Sequence[Column]], role: Role, strength: int = 0) -> bool:
    return any(column.role is role and column.strength >= strength for option in options for column in option)


def _choose_texts(
    options: Sequence[list[Column]], values: Sequence[Sequence[str]], chosen: dict[int, Column]
) -> tuple[str, ...]:
    """Take the text columns: one plain one, and those of other languages and channels."""
    plain: list[tuple[int, Column]] = []
    special: list[tuple[int, Column]] = []
    for index, option in enumerate(options):
        for column in option:
            if column.role is not Role.TEXT:
                continue
            (special if column.locale or column.channel else plain).append((index, column))
            break
    special = _credible_special(options, special, values)
    has_key = _has(options, Role.KEY) or _has(options, Role.TITLE)
    special = [
        (index, column)
        for index, column in special
        if column.strength > 1 or (has_key and text_share(values[index]) >= 0.5 and len(special) > 1)
    ]

    def rank(item: tuple[int, Column]) -> tuple[int, float, float, int]:
        index, column = item
        cells = [cell for cell in values[index] if cell.strip()]
        share = text_share(cells)
        length = sum(map(len, cells)) / len(cells) if cells else 0.0
        # A column of codes named `template` gives way to any column of sentences.
        return (column.strength if share >= 0.3 or not cells else 0, round(share, 1), min(length, 160.0) // 40, -index)

    plain.sort(key=rank, reverse=True)
    if plain:
        index, column = plain[0]
        # Beside `content_en` a plain column is a text only by its cells; alone, its name is enough.
        if rank(plain[0])[0] > 1 if special else True:
            chosen[index] = column
    chosen.update(special)
    return tuple(
        column.name
        for index, column in plain
        if index not in chosen and column.strength == 3 and text_share(values[index]) >= 0.5
    )


def _credible_special(
    options: Sequence[list[Column]], special: list[tuple[int, Column]], values: Sequence[Sequence[str]]
) -> list[tuple[int, Column]]:
    """Drop columns named by a language or channel alone whose cells are no texts (`email`, `id`)."""
    kept = []
    for index, column in special:
        cells = [cell for cell in values[index] if cell.strip()]
        # `fr` in a table of messages may hold single words; addresses and codes are no messages.
        words = sum(look_of(cell) in (Look.TEXT, Look.WORD) for cell in cells)
        if column.bare and cells and (words < 0.5 * len(cells) or (column.channel and text_share(cells) < 0.5)):
            continue
        kept.append((index, column))
    return kept


def _choose_key(
    options: Sequence[list[Column]], values: Sequence[Sequence[str]], chosen: dict[int, Column], indian: bool
) -> None:
    """Take the column that names the messages: a readable one before bare numbers."""
    candidates: list[tuple[tuple[int, int, int], int, Column]] = []
    for index, option in enumerate(options):
        if index in chosen:
            continue
        column = next((column for column in option if column.role is Role.KEY), None)
        title = next((column for column in option if column.role is Role.TITLE), None)
        cells = [cell.strip() for cell in values[index] if cell.strip()]
        slugs = bool(cells) and all(_SLUG.fullmatch(cell) for cell in cells)
        numbered = bool(cells) and all(_NUMBERED.fullmatch(cell) for cell in cells)
        if column is not None:
            rank = 1 if numbered else 2 if indian and _has([option], Role.DLT) else 4
            candidates.append(((rank, column.strength, -index), index, column))
        elif title is not None and title.strength == 2 and not title.locale and slugs and not numbered:
            candidates.append(((3, title.strength, -index), index, replace(title, role=Role.KEY)))
    if not candidates:
        return
    _, index, column = max(candidates, key=lambda item: item[0])
    chosen[index] = column


def _choose_one(options: Sequence[list[Column]], chosen: dict[int, Column], role: Role) -> None:
    found = [
        (column.strength, -index, column)
        for index, option in enumerate(options)
        if index not in chosen
        for column in option[:]
        if column.role is role and not column.channel
    ]
    if found:
        strength, negative, column = max(found, key=lambda item: item[:2])
        if strength > 1:
            chosen[-negative] = column

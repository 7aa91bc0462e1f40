"""JSON and YAML to templates: maps of texts, lists of objects, groups, languages, channels and versions."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from bascule.parsers.sms.columns import Column, Columns, assign
from bascule.parsers.sms.evidence import Look, is_sentence, look_of
from bascule.parsers.sms.fields import read_field
from bascule.parsers.sms.locales import bare_locale, is_ambiguous, locale_of
from bascule.parsers.sms.model import MAX_NESTING, Reading, Template, Wording, fact_text, plain
from bascule.parsers.sms.rules import KeptBeside, NotATemplate, SecondText, UnknownLanguage, Versions
from bascule.parsers.sms.vocabulary import DEFAULTS, LOOSE_WRAPPERS, WRAPPERS, Role, channel_of, normal, readings
from bascule.source import Document, Place
from bascule.source.yaml import as_scalar

__all__ = ["read_tree", "spoken_channel", "spoken_locale"]

_VERSION = re.compile(r"[vV]?\d{1,6}")
_CODE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class _Context:
    """What the groups above say: their names, language, channel and version."""

    path: tuple[str, ...] = ()
    locale: str = ""
    channel: str = ""
    version: str = ""
    depth: int = 0

    def down(self, name: str = "") -> _Context:
        return replace(self, path=(*self.path, name) if name else self.path, depth=self.depth + 1)


def read_tree(document: Document, value: Any) -> Reading:
    """Read a JSON or YAML value. Every leaf of it is in the ledger exactly once."""
    reading = Reading(document)
    _Tree(reading).walk(value, Place(document.path), _Context())
    return reading


def spoken_locale(reading: Reading, value: Any, place: Place) -> str:
    """The locale a cell names; an unknown one is reported and kept as a code of its own."""
    text = str(as_scalar(value) if as_scalar(value) is not None else "").strip()
    if not text:
        return ""
    locale = locale_of(text)
    if locale:
        return locale
    if _CODE.fullmatch(text):
        locale = text.replace("-", "_")
    else:
        slug = "".join(char for char in normal(text) if char.isascii())[:8]
        locale = f"und_{slug if len(slug) > 1 else format(zlib.crc32(text.encode()), '08x')}"
    reading.findings.append(
        UnknownLanguage.at(
            place,
            f"`{text[:40]}` is no language that is known; it is kept as `{locale}`",
            help="write a code such as `fr`, `pt_BR` or `ar`",
        )
    )
    return locale


def spoken_channel(value: Any) -> str:
    """The channel a cell names; the SMS itself is ``""``."""
    text = str(as_scalar(value) if as_scalar(value) is not None else "").strip()
    channel = channel_of(text) or normal(text)[:40]
    return "" if channel in ("sms", "default", "text") else channel


class _Tree:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.shapes: set[str] = set()

    def walk(self, value: Any, place: Place, context: _Context) -> None:
        if context.depth > MAX_NESTING:
            self.reading.keep(_dotted(context, place), value, place)
        elif isinstance(value, dict) and value:
            self.mapping(value, place, context)
        elif isinstance(value, list) and value:
            self.sequence(value, place, context)
        else:
            self.leaf(value, place, context)

    def leaf(self, value: Any, place: Place, context: _Context) -> None:
        """A text with the key of its path, or a value that is none."""
        scalar = as_scalar(value)
        look = look_of(value) if isinstance(value, str) and isinstance(scalar, str) else None
        key = ".".join(context.path)
        if look in (Look.TEXT, Look.WORD):
            template = self.reading.open(key, place.at_key() if key else place, [_wording(value, place, context)])
            if context.version:
                template.fact("version", context.version)
            self.reading.account(value, place, "text")
        elif scalar in ("", None) or (isinstance(scalar, str) and not scalar.strip()):
            self.reading.empty(place, f"`{key}`" if key else "an item")
            self.reading.account(value, place, "text")
        else:
            self.reading.keep(key or _dotted(context, place), value, place)

    def sequence(self, items: list[Any], place: Place, context: _Context) -> None:
        texts = [item for item in items if isinstance(item, str) and look_of(item) in (Look.TEXT, Look.WORD)]
        if texts and context.path and len(items) > 1:
            self.versions(place, context, len(texts), "texts")
        for index, item in enumerate(items):
            at = place.child(index)
            if isinstance(item, dict) and item:
                columns = _object_columns(item, True)
                if columns is not None:
                    self.object(item, at, context, columns, listed=True)
                elif _texts_below(item) and (_groups(item) or not any(map(_is_name, item))):
                    self.mapping(item, at, context.down())
                else:
                    self.not_a_template(item, at, context)
            elif isinstance(item, str) and look_of(item) in (Look.TEXT, Look.WORD):
                self.leaf(item, at, context.down(str(index + 1) if context.path else ""))
            elif isinstance(item, list) and item:
                self.walk(item, at, context.down(str(index + 1)))
            else:
                self.reading.keep(_dotted(context, at), item, at)

    def not_a_template(self, item: Any, place: Place, context: _Context) -> None:
        names = ", ".join(f"`{str(name)[:30]}`" for name in list(item)[:6]) if isinstance(item, dict) else ""
        self.reading.findings.append(
            NotATemplate.at(
                place,
                "no text was found in this item" + (f"; its members are {names}" if names else ""),
                help="name the text `text`, `body`, `content` or `template`",
            )
        )
        self.reading.keep(_dotted(context, place), item, place)

    def versions(self, place: Place, context: _Context, count: int, what: str) -> None:
        if count < 2:
            return
        name = ".".join(context.path)
        self.reading.findings.append(
            Versions.at(
                place.at_key(),
                f"`{name[:60]}` holds {count} {what}; each became a flow of its own",
                help="remove those that are no longer sent",
            )
        )

    def mapping(self, value: dict[str, Any], place: Place, context: _Context) -> None:
        """Decide what the keys of a mapping are: languages, channels, members, versions, or names."""
        if _are_locales(value):
            for key, item in value.items():
                locale = bare_locale(key)
                self.walk(item, place.child(key), replace(context.down(), locale=locale, path=context.path))
            return
        if _are_channels(value):
            for key, item in value.items():
                if isinstance(item, (dict, list, str)):
                    channel = spoken_channel(key)
                    self.walk(item, place.child(key), replace(context.down(), channel=channel, path=context.path))
                else:
                    self.reading.keep(_dotted(context, place.child(key)), item, place.child(key))
            return
        columns = _object_columns(value, bool(context.path))
        if columns is not None:
            self.object(value, place, context, columns, listed=False)
            return
        default = next((key for key in value if normal(key) in DEFAULTS and value[key]), None)
        if default is not None and self.variants(value, default, place, context):
            return
        wrappers = _wrappers(value) if context.depth < 4 else []
        if wrappers:
            self.wrapped(value, wrappers, place, context)
            return
        if context.path and all(_VERSION.fullmatch(key) for key in value) and any(map(_texts_below, value.values())):
            self.versions(place, context, len(value), "versions")
            for key, item in value.items():
                self.walk(item, place.child(key), replace(context.down(key), version=key))
            return
        context = self.group_locale(value, place, context)
        grouped = _groups(value)
        for key, item in value.items():
            self.member(key, item, place.child(key), context, grouped)

    def member(self, key: str, item: Any, place: Place, context: _Context, grouped: bool = False) -> None:
        """One named member of a group. ``grouped``: the group holds others, so `name` and `title` are its own."""
        own = grouped and isinstance(item, str) and _is_name(key) and not is_sentence(item)
        meta = own or _is_meta(key, item)
        if meta or (isinstance(item, (dict, list)) and not _texts_below(item)):
            self.reading.keep(_dotted(context, place), item, place)
        else:
            self.walk(item, place, context.down(key))

    def group_locale(self, value: dict[str, Any], place: Place, context: _Context) -> _Context:
        """A group may say its language in a member of its own."""
        for key, item in value.items():
            if isinstance(item, str) and any(role is Role.LOCALE for role, _ in readings(normal(key))):
                locale = locale_of(item)
                if locale:
                    return replace(context, locale=locale)
        return context

    def wrapped(self, value: dict[str, Any], wrappers: list[str], place: Place, context: _Context) -> None:
        """Read the members that hold the templates; keep the rest as facts and say so."""
        context = self.group_locale(value, place, context)
        beside = [key for key in value if key not in wrappers and _sentences(value[key], 2)]
        if beside:
            listed = ", ".join(f"`{key[:40]}`" for key in beside[:8])
            self.reading.findings.append(
                KeptBeside.at(
                    place.child(beside[0]).at_key(),
                    f"{listed} {'stands' if len(beside) == 1 else 'stand'} beside `{wrappers[0]}` "
                    f"and {'was' if len(beside) == 1 else 'were'} not read as templates",
                    help=f"move messages into `{wrappers[0]}`",
                )
            )
        for key, item in value.items():
            at = place.child(key)
            if key in wrappers:
                self.walk(item, at, context.down(key if len(wrappers) > 1 else ""))
            else:
                self.reading.keep(_dotted(context, at), item, at)

    def variants(self, value: dict[str, Any], default: str, place: Place, context: _Context) -> bool:
        """Defaults with variants per service: of one text, or of a whole set of templates."""
        base = value[default]
        others = [key for key in value if key != default]
        if isinstance(base, str) and look_of(base) in (Look.TEXT, Look.WORD):
            if not context.path or not others or not all(isinstance(value[key], str) for key in others):
                return False
            self.walk(base, place.child(default), context.down())
            for key in others:
                self.walk(value[key], place.child(key), replace(context.down(), channel=_variant(key)))
            return True
        if not isinstance(base, dict):
            return False
        known = {path for path, _ in _texts(base)}
        if not known:
            return False
        self.walk(base, place.child(default), context.down())
        for key in others:
            item, at = value[key], place.child(key)
            if not isinstance(item, dict) or not item:
                self.member(key, item, at, context)
            elif _overlap(item, known):
                self.walk(item, at, replace(context.down(), channel=_variant(key)))
            elif all(isinstance(inner, dict) and _overlap(inner, known) for inner in item.values()):
                for name, inner in item.items():
                    self.walk(inner, at.child(name), replace(context.down(), channel=_variant(name)))
            else:
                self.member(key, item, at, context)
        return True

    def object(self, value: dict[str, Any], place: Place, context: _Context, columns: Columns, listed: bool) -> None:
        """One template object. ``listed``: it is an item of a list and names itself."""
        texts = self.object_texts(value, place, context, columns)
        key = ".".join(context.path)
        named = next((column for column in columns.all if column.role is Role.KEY), None)
        title = next((column for column in columns.all if column.role is Role.TITLE), None)
        at = place if listed else place.at_key()
        unused: set[str] = set()
        if listed:
            source = named or title
            own = _name(value[source.name]) if source else ""
            key = ".".join(part for part in (key, own) if part)
            at = place.child(source.name) if source and own else place
        elif named:
            unused.add(named.name)
        for column in columns.all:
            # A name that could not be the key, a language or channel that is no plain value: facts.
            if column.role in (Role.KEY, Role.LOCALE, Role.CHANNEL) and isinstance(value[column.name], (dict, list)):
                unused.add(column.name)
        if not any(group for group in texts):
            self.reading.empty(_text_place(place, columns), f"`{key}`" if key else "an item")
            self.reading.facts.append((f"template.{key}" if key else _dotted(context, place), fact_text(value)))
            self.reading.account(value, place, "member", "kept as a fact of the project")
            return
        first: Template | None = None
        many = len(texts) > 1
        for number, wordings in enumerate(texts, 1):
            name = f"{key}.{number}" if many and key else key
            template = self.reading.open(name, at, wordings)
            if context.version:
                template.fact("version", context.version)
            if first is None:
                first = template
                for column in columns.all:
                    shown = Column(column.name, Role.OTHER) if column.name in unused else column
                    read_field(self.reading, template, shown, value[column.name], place.child(column.name), "member")
            else:
                template.title, template.facts = first.title, dict(first.facts)
                template.options, template.media = list(first.options), list(first.media)
                template.variables = list(first.variables)
        if many:
            self.versions(_text_place(place, columns), replace(context, path=(key or "text",)), len(texts), "texts")
        if columns.rivals and first is not None:
            _say_rivals(self.reading, columns, place)

    def object_texts(
        self, value: dict[str, Any], place: Place, context: _Context, columns: Columns
    ) -> list[list[Wording]]:
        """The wordings of an object; more than one group when its text is a list of texts."""
        locale, channel = context.locale, context.channel
        for column in columns.all:
            item = value[column.name]
            if column.role is Role.LOCALE and not isinstance(item, (dict, list)):
                locale = spoken_locale(self.reading, item, place.child(column.name)) or locale
            elif column.role is Role.CHANNEL and not isinstance(item, (dict, list)):
                channel = spoken_channel(item) or channel
        groups: list[list[Wording]] = [[]]
        for column in columns.of(Role.TEXT):
            at = place.child(column.name)
            found = list(
                _text_values(value[column.name], at, column.locale or locale, _joined(channel, column.channel))
            )
            listed = isinstance(value[column.name], list)
            for number, wording in enumerate(found):
                if not listed or number == 0:
                    groups[0].append(wording)
                else:
                    groups.append([wording])
        unique: list[Wording] = []
        for wording in groups[0]:
            if all((wording.locale, wording.channel) != (old.locale, old.channel) for old in unique):
                unique.append(wording)
            else:
                groups.append([wording])
        groups[0] = unique
        return [group for group in groups if group]


def _joined(outer: str, inner: str) -> str:
    inner = "" if inner == "sms" else inner
    return inner or outer


def _text_values(value: Any, place: Place, locale: str, channel: str) -> Iterator[Wording]:
    """Texts of a text member: a string, a list of strings, or one string per language or channel."""
    if isinstance(value, str):
        if value.strip() and as_scalar(value) is not None:
            yield Wording(value, place, locale, channel)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _text_values(item, place.child(index), locale, channel) if isinstance(item, str) else ()
    elif isinstance(value, dict):
        by_locale = _are_locales(value)
        for key, item in value.items():
            inner = (bare_locale(key), channel) if by_locale else (locale, spoken_channel(key))
            yield from _text_values(item, place.child(key), *inner) if isinstance(item, str) else ()


def _text_place(place: Place, columns: Columns) -> Place:
    texts = columns.of(Role.TEXT)
    return place.child(texts[0].name) if texts else place


def _say_rivals(reading: Reading, columns: Columns, place: Place) -> None:
    taken = columns.of(Role.TEXT)
    listed = ", ".join(f"`{name[:40]}`" for name in columns.rivals)
    reading.findings.append(
        SecondText.at(
            place.child(columns.rivals[0]).at_key(),
            f"`{taken[0].name[:40]}` was read as the message; {listed} was kept as a fact",
            help="rename the one that is not sent",
        )
    )


def _object_columns(value: dict[str, Any], nested: bool) -> Columns | None:
    """The columns of a template object, or None when the mapping is none: then its keys are names."""
    names = list(value)
    if not any(role is Role.TEXT and strength > 1 for name in names for role, strength in readings(normal(name))) and (
        not any(bare_locale(name) for name in names) and not any("_" in name or name.lower() != name for name in names)
    ):
        return None
    columns = assign(names, [[value[name]] if isinstance(value[name], str) else [] for name in names])
    texts = [column for column in columns.of(Role.TEXT) if column.strength > 1 or column.bare]
    usable = [column for column in texts if _holds_texts(value[column.name])]
    if not usable or len(usable) < len(texts):
        return None
    known = sum(column.role not in (Role.OTHER, Role.TEXT) for column in columns.all)
    unknown = sum(
        column.role is Role.OTHER and isinstance(value[column.name], str) and is_sentence(value[column.name])
        for column in columns.all
        if column.name not in columns.rivals
    )
    if unknown > (max(1, known) if nested else 0):
        return None
    return columns


def _holds_texts(value: Any) -> bool:
    if isinstance(value, str):
        return True
    if isinstance(value, list):
        return bool(value) and all(isinstance(item, str) for item in value)
    if isinstance(value, dict):
        return (
            bool(value)
            and (_are_locales(value) or _are_channels(value))
            and all(isinstance(item, str) for item in value.values())
        )
    return value is None


def _are_locales(value: dict[str, Any]) -> bool:
    """Whether all keys are languages, at least one of them beyond doubt, and the values hold texts."""
    return (
        all(bare_locale(key) for key in value)
        and any(not is_ambiguous(key) for key in value)
        and all(isinstance(item, (str, dict, list)) for item in value.values())
    )


def _are_channels(value: dict[str, Any]) -> bool:
    """Whether all keys are channels (and perhaps a default), and the values hold texts."""
    channels = [channel_of(key) for key in value]
    return all(channels) and any(channel != "default" for channel in channels) and len(value) > 1


def _wrappers(value: dict[str, Any]) -> list[str]:
    """The members that hold all templates, by their names."""
    strong = [key for key in value if normal(key) in WRAPPERS and isinstance(value[key], (dict, list))]
    strong = [key for key in strong if _texts_below(value[key])]
    if strong:
        return strong
    loose = [key for key in value if normal(key) in LOOSE_WRAPPERS and isinstance(value[key], (dict, list))]
    loose = [key for key in loose if _texts_below(value[key])]
    others = (item for key, item in value.items() if key not in loose)
    return loose if loose and not any(_sentences(item, 1) for item in others) else []


def _groups(value: dict[str, Any]) -> bool:
    """Whether a mapping holds mappings or lists with texts."""
    return any(isinstance(item, (dict, list)) and _texts_below(item) for item in value.values())


def _is_name(key: str) -> bool:
    """Whether a member is called like the name of a thing."""
    naming = (Role.KEY, Role.TITLE, Role.DESCRIPTION, Role.CATEGORY)
    return any(role in naming and strength > 1 for role, strength in readings(normal(key)))


def _is_meta(key: str, item: Any) -> bool:
    """Whether a scalar says something about the file (`version`, `language`, `updated`) and is no message."""
    if isinstance(item, (dict, list)):
        return False
    name = normal(key)
    roles = [role for role, strength in readings(name) if strength == 3]
    if any(role in (Role.LOCALE, Role.VERSION, Role.SENDER, Role.CHANNEL) for role in roles):
        return not is_sentence(str(item))
    about = ("description", "author", "updated", "lastupdated", "updatedat", "created", "schema", "comment", "encoding")
    return (key.startswith(("$", "_", "@")) or name in about) and "{" not in str(item)


def _texts(value: Any, limit: int = 20_000) -> Iterator[tuple[tuple[str, ...], str]]:
    """Path and text of every string below a value that may be a message. Iterative, bounded."""
    stack: list[tuple[tuple[str, ...], Any]] = [((), value)]
    while stack and limit:
        limit -= 1
        path, item = stack.pop()
        if len(path) > MAX_NESTING:
            continue
        if isinstance(item, dict):
            stack.extend(((*path, key), item[key]) for key in reversed(item))
        elif isinstance(item, list):
            stack.extend(((*path, str(index)), item[index]) for index in range(len(item) - 1, -1, -1))
        elif isinstance(item, str) and as_scalar(item) is not None and look_of(item) in (Look.TEXT, Look.WORD):
            yield path, item


def _texts_below(value: Any) -> bool:
    return next(_texts(value), None) is not None


def _sentences(value: Any, least: int) -> bool:
    return sum(1 for _, text in _texts(value, 2000) if is_sentence(text)) >= least


def _overlap(value: Any, known: set[tuple[str, ...]]) -> bool:
    paths = {path for path, _ in _texts(value)}
    return bool(paths) and len(paths & known) * 2 > len(paths)


def _variant(name: str) -> str:
    return spoken_channel(name) or normal(name)[:40]


def _wording(value: str, place: Place, context: _Context) -> Wording:
    return Wording(value, place, context.locale, context.channel)


def _name(value: Any) -> str:
    scalar = plain(value)
    return str(scalar).strip() if isinstance(scalar, (str, int, float)) and not isinstance(scalar, bool) else ""


def _dotted(context: _Context, place: Place) -> str:
    last = place.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    path = context.path if context.path and context.path[-1] == last else (*context.path, last)
    return ".".join(part for part in path if part) or "file"

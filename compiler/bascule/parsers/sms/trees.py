"""JSON and YAML to templates: maps of texts, lists of objects, groups, languages, channels and versions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from bascule.parsers.sms.columns import Column, Columns
from bascule.parsers.sms.evidence import Look, is_sentence, look_of, placeholder_share
from bascule.parsers.sms.fields import read_field
from bascule.parsers.sms.locales import bare_locale, locale_of, named_locales
from bascule.parsers.sms.model import MAX_NESTING, Reading, Template, Wording, fact_text, plain
from bascule.parsers.sms.rules import GuessedLanguage, KeptBeside, NotATemplate, SecondText, Versions
from bascule.parsers.sms.spoken import spoken_channel, spoken_locale
from bascule.parsers.sms.tree_shapes import (
    are_channels,
    are_locales,
    groups,
    has_texts,
    is_meta,
    is_name,
    object_columns,
    overlap,
    sentences,
    texts_of,
    translations,
    wrappers,
)
from bascule.parsers.sms.vocabulary import DEFAULTS, Role, normal, readings, tokens
from bascule.source import Document, Place
from bascule.source.yaml import as_scalar

__all__ = ["read_tree"]

_ID_ENDINGS = (("id",), ("key",), ("code",), ("slug",))
_NAME = 80
_VERSION = re.compile(r"[vV]?\d{1,6}")


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


class _Tree:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.countries: set[str] = set()

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
        strays = set(getattr(self.reading.document, "strays", ())) if not place.pointer else set()
        for index, item in enumerate(items):
            at = place.child(index)
            if index in strays:
                self.stray(at)
            elif isinstance(item, dict) and item:
                columns = object_columns(item, True)
                if columns is not None:
                    self.object(item, at, context, columns, listed=True)
                elif has_texts(item) and (groups(item) or not any(map(is_name, item))):
                    own = _own_name(item) if groups(item) else ""
                    self.mapping(item, at, context.down(own), listed=bool(own))
                else:
                    self.not_a_template(item, at, context)
            elif isinstance(item, str) and look_of(item) in (Look.TEXT, Look.WORD):
                self.leaf(item, at, context.down(str(index + 1) if context.path else ""))
            elif isinstance(item, list) and item:
                self.walk(item, at, context.down(str(index + 1)))
            else:
                self.reading.keep(_dotted(context, at), item, at)

    def country(self, key: str, locale: str, place: Place) -> None:
        """Say once that a country's code stands for its language."""
        if key not in self.countries:
            self.countries.add(key)
            message = f"`{key}` is the code of a country; its texts were taken for `{locale}`"
            self.reading.findings.append(
                GuessedLanguage.at(place.at_key(), message, help=f"write `{locale}`", data={"language": locale})
            )

    def stray(self, place: Place) -> None:
        """A line of JSON lines that is none."""
        self.reading.findings.append(
            NotATemplate.at(
                place, "this line is no JSON object; it is not read", help="write one object per line, on one line"
            )
        )
        self.reading.ledger.dropped("line", place, "no JSON object", "write one object per line", NotATemplate.code)

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

    def mapping(self, value: dict[str, Any], place: Place, context: _Context, listed: bool = False) -> None:
        """Decide what the keys of a mapping are: languages, channels, members, versions, or names. ``listed``: it is
        an item of a list and has a name of its own."""
        if are_locales(value):
            locales = named_locales(value)
            for key, item in value.items():
                locale = locales[key]
                if not bare_locale(key):
                    self.country(key, locale, place.child(key))
                self.walk(item, place.child(key), replace(context.down(), locale=locale, path=context.path))
            return
        if are_channels(value):
            for key, item in value.items():
                if isinstance(item, (dict, list, str)):
                    channel = spoken_channel(key)
                    self.walk(item, place.child(key), replace(context.down(), channel=channel, path=context.path))
                else:
                    self.reading.keep(_dotted(context, place.child(key)), item, place.child(key))
            return
        columns = object_columns(value, bool(context.path))
        if columns is not None:
            self.object(value, place, context, columns, listed=False)
            return
        default = next((key for key in value if normal(key) in DEFAULTS and value[key]), None)
        if default is not None and self.variants(value, default, place, context):
            return
        wrapping = wrappers(value) if context.depth < 4 else []
        if wrapping:
            self.wrapped(value, wrapping, place, context)
            return
        if context.path and all(_VERSION.fullmatch(key) for key in value) and any(map(has_texts, value.values())):
            self.versions(place, context, len(value), "versions")
            for key, item in value.items():
                self.walk(item, place.child(key), replace(context.down(key), version=key))
            return
        context = self.group_locale(value, place, context)
        grouped = groups(value)
        for key, item in value.items():
            self.member(key, item, place.child(key), context, grouped, listed)

    def member(
        self, key: str, item: Any, place: Place, context: _Context, grouped: bool = False, listed: bool = False
    ) -> None:
        """One named member of a group. ``grouped``: the group holds others, so `name` and `title` are its own, and of
        a ``listed`` one every word that says nothing."""
        own = grouped and isinstance(item, str) and (is_name(key) or listed) and not is_sentence(item)
        own = own or (listed and grouped and isinstance(item, str) and _own_name({key: item}) != "")
        meta = own or is_meta(key, item)
        if meta or (isinstance(item, (dict, list)) and not has_texts(item)):
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

    def wrapped(self, value: dict[str, Any], wrapping: list[str], place: Place, context: _Context) -> None:
        """Read the members that hold the templates; keep the rest as facts and say so."""
        context = self.group_locale(value, place, context)
        # A message beside the wrapper (`defaultTemplate`) is a template: it is called like one and has placeholders.
        loose = {key for key, item in value.items() if key not in wrapping and _is_loose(key, item)}
        beside = [key for key in value if key not in wrapping and sentences(value[key], 2)]
        if beside:
            listed = ", ".join(f"`{key[:40]}`" for key in beside[:8])
            self.reading.findings.append(
                KeptBeside.at(
                    place.child(beside[0]).at_key(),
                    f"{listed} {'stands' if len(beside) == 1 else 'stand'} beside `{wrapping[0]}` "
                    f"and {'was' if len(beside) == 1 else 'were'} not read as templates",
                    help=f"move messages into `{wrapping[0]}`",
                )
            )
        for key, item in value.items():
            at = place.child(key)
            if key in wrapping or key in loose:
                self.walk(item, at, context.down(key if key in loose or len(wrapping) > 1 else ""))
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
        known = {path for path, _ in texts_of(base)}
        if not known:
            return False
        self.walk(base, place.child(default), context.down())
        for key in others:
            item, at = value[key], place.child(key)
            if not isinstance(item, dict) or not item:
                self.member(key, item, at, context)
            elif overlap(item, known):
                self.walk(item, at, replace(context.down(), channel=_variant(key)))
            elif all(isinstance(inner, dict) and overlap(inner, known) for inner in item.values()):
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
            source = named or _own_id(columns, value) or title
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
            listed = isinstance(value[column.name], list) and not translations(value[column.name])
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


def _is_loose(key: str, item: Any) -> bool:
    """Whether a member beside a wrapper is a message of its own."""
    if not isinstance(item, str) or not is_sentence(item) or not placeholder_share([item]):
        return False
    words = tokens(key)
    return any(
        role is Role.TEXT and strength > 1 for word in (*words, normal(key)) for role, strength in readings(word)
    )


def _own_id(columns: Columns, value: dict[str, Any]) -> Column | None:
    """A member that names the item though its name is longer: `serviceId`, `event_code`."""
    return next(
        (
            column
            for column in columns.all
            if column.role is Role.OTHER and tokens(column.name)[-1:] in _ID_ENDINGS and _name(value[column.name])
        ),
        None,
    )


def _own_name(item: dict[str, Any]) -> str:
    """The name of a group that is an item of a list: its key, or its title."""
    for wanted in (Role.KEY, Role.TITLE):
        for key, value in item.items():
            short = isinstance(value, str) and len(value) <= _NAME and "{" not in value and "\n" not in value
            if short and any(role is wanted and strength > 1 for role, strength in readings(normal(key))):
                return str(value).strip()
    return ""


def _joined(outer: str, inner: str) -> str:
    inner = "" if inner == "sms" else inner
    return inner or outer


def _text_values(value: Any, place: Place, locale: str, channel: str) -> Iterator[Wording]:
    """Texts of a text member: a string, a list of strings, or one string per language or channel."""
    if isinstance(value, str):
        if value.strip() and as_scalar(value) is not None:
            yield Wording(value, place, locale, channel)
    elif isinstance(value, list):
        for index, (text, spoken) in enumerate(translations(value)):
            at = place.child(index).child(text)
            yield from _text_values(value[index][text], at, locale_of(str(value[index][spoken])) or locale, channel)
        for index, item in enumerate(value):
            yield from _text_values(item, place.child(index), locale, channel) if isinstance(item, str) else ()
    elif isinstance(value, dict):
        by_locale = named_locales(value) if are_locales(value) else {}
        for key, item in value.items():
            inner = (by_locale[key], channel) if by_locale else (locale, spoken_channel(key))
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

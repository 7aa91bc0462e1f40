"""What the mappings of a tree are: template objects, languages, channels, wrappers, or groups of names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bascule.parsers.sms.columns import Columns, assign
from bascule.parsers.sms.evidence import Look, is_sentence, look_of
from bascule.parsers.sms.locales import bare_locale, is_ambiguous, locale_of, named_locales
from bascule.parsers.sms.model import MAX_NESTING
from bascule.parsers.sms.vocabulary import LOOSE_WRAPPERS, WRAPPERS, Role, channel_of, normal, readings
from bascule.source.yaml import as_scalar

__all__ = [
    "are_channels",
    "are_locales",
    "groups",
    "has_texts",
    "is_meta",
    "is_name",
    "object_columns",
    "overlap",
    "sentences",
    "texts_of",
    "translations",
    "wrappers",
]

_LANGUAGES = 60


def object_columns(value: dict[str, Any], nested: bool) -> Columns | None:
    """The columns of a template object, or None when the mapping is none: then its keys are names."""
    names = list(value)
    # A quick way out for maps of texts by key, which are long: nothing in them is called a text or a language.
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
        return bool(value) and (all(isinstance(item, str) for item in value) or bool(translations(value)))
    if isinstance(value, dict):
        return (
            bool(value)
            and (are_locales(value) or are_channels(value))
            and all(isinstance(item, str) for item in value.values())
        )
    return value is None


def translations(value: Any) -> list[tuple[str, str]]:
    """The names of the text and of the language of each item, where a list holds one text in several languages."""
    found: list[tuple[str, str]] = []
    for item in value if isinstance(value, list) and len(value) <= _LANGUAGES else ():
        if not isinstance(item, dict) or not 2 <= len(item) <= 4:
            return []
        text = next((key for key in item if _plays(key, Role.TEXT) and isinstance(item[key], str)), None)
        locale = next((key for key in item if _plays(key, Role.LOCALE) and locale_of(str(item[key]))), None)
        if text is None or locale is None:
            return []
        found.append((text, locale))
    spoken = [str(item[locale]) for item, (_, locale) in zip(value, found, strict=True)] if found else []
    return found if len(set(spoken)) == len(spoken) else []


def _plays(key: str, wanted: Role) -> bool:
    return any(role is wanted and strength > 1 for role, strength in readings(normal(key)))


def are_locales(value: dict[str, Any]) -> bool:
    """Whether all keys are languages, at least one of them beyond doubt, and the values hold texts."""
    return (
        bool(named_locales(value))
        and any(not is_ambiguous(key) for key in value)
        and all(isinstance(item, (str, dict, list)) for item in value.values())
    )


def are_channels(value: dict[str, Any]) -> bool:
    """Whether all keys are channels (and perhaps a default), and the values hold texts."""
    channels = [channel_of(key) for key in value]
    return all(channels) and any(channel != "default" for channel in channels) and len(value) > 1


def wrappers(value: dict[str, Any]) -> list[str]:
    """The members that hold all templates, by their names."""
    strong = [key for key in value if normal(key) in WRAPPERS and isinstance(value[key], (dict, list))]
    strong = [key for key in strong if has_texts(value[key])]
    if strong:
        return strong
    loose = [key for key in value if normal(key) in LOOSE_WRAPPERS and isinstance(value[key], (dict, list))]
    loose = [key for key in loose if has_texts(value[key])]
    others = (item for key, item in value.items() if key not in loose)
    return loose if loose and not any(sentences(item, 1) for item in others) else []


def groups(value: dict[str, Any]) -> bool:
    """Whether a mapping holds mappings or lists with texts."""
    return any(isinstance(item, (dict, list)) and has_texts(item) for item in value.values())


def is_name(key: str) -> bool:
    """Whether a member is called like the name of a thing."""
    naming = (Role.KEY, Role.TITLE, Role.DESCRIPTION, Role.CATEGORY)
    return any(role in naming and strength > 1 for role, strength in readings(normal(key)))


def is_meta(key: str, item: Any) -> bool:
    """Whether a scalar says something about the file (`version`, `language`, `updated`) and is no message."""
    if isinstance(item, (dict, list)):
        return False
    name = normal(key)
    roles = [role for role, strength in readings(name) if strength == 3]
    if any(role in (Role.LOCALE, Role.VERSION, Role.SENDER, Role.CHANNEL) for role in roles):
        return not is_sentence(str(item))
    about = ("description", "author", "updated", "lastupdated", "updatedat", "created", "schema", "comment", "encoding")
    return (key.startswith(("$", "_", "@")) or name in about) and "{" not in str(item)


def texts_of(value: Any, limit: int = 20_000) -> Iterator[tuple[tuple[str, ...], str]]:
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


def has_texts(value: Any) -> bool:
    return next(texts_of(value), None) is not None


def sentences(value: Any, least: int) -> bool:
    return sum(1 for _, text in texts_of(value, 2000) if is_sentence(text)) >= least


def overlap(value: Any, known: set[tuple[str, ...]]) -> bool:
    paths = {path for path, _ in texts_of(value)}
    return bool(paths) and len(paths & known) * 2 > len(paths)

"""The platform as dated data. ``load_policy().limit("template.body.max_length")`` is where a number comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, cached_property

from bascule.whatsapp.policy.load import group_names, policy_dates, read_facts, read_pack, read_sources
from bascule.whatsapp.policy.model import (
    Alternative,
    Confidence,
    ErrorCode,
    Fact,
    Language,
    MediaKind,
    Source,
    Value,
)

__all__ = [
    "Alternative",
    "Confidence",
    "ErrorCode",
    "Fact",
    "Language",
    "MediaKind",
    "Policy",
    "Source",
    "Value",
    "load_policy",
    "policy_dates",
    "read_pack",
]

_TAG = re.compile(r"(?P<language>[a-z]{2,3})(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|[0-9]{3}))?(?:-|$)")


class Policy:
    """One policy pack. Files are read when a key of theirs is first asked for, then kept."""

    def __init__(self, date: str) -> None:
        self.date = date
        self.groups = group_names(date)
        self._facts: dict[str, dict[str, Fact]] = {}

    def __repr__(self) -> str:
        return f"Policy({self.date!r})"

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """The documents of the pack, by their key."""
        return read_sources(self.date)

    def _group(self, name: str) -> dict[str, Fact]:
        facts = self._facts.get(name)
        if facts is None:
            facts = read_facts(self.date, name, self.sources)
            self._facts[name] = facts
        return facts

    def keys(self, prefix: str = "") -> tuple[str, ...]:
        """Keys of the pack that start with a prefix, sorted."""
        head = prefix.partition(".")
        groups = (head[0],) if head[1] and head[0] in self.groups else self.groups
        return tuple(sorted(key for name in groups for key in self._group(name) if key.startswith(prefix)))

    def fact(self, key: str) -> Fact:
        """The fact of that key. Raises KeyError with the closest known key when there is none."""
        name = key.partition(".")[0]
        fact = self._group(name).get(key) if name in self.groups else None
        if fact is None:
            raise KeyError(self._unknown(key))
        return fact

    def _unknown(self, key: str) -> str:
        import difflib

        close = difflib.get_close_matches(key, self.keys(), n=1)
        hint = f": did you mean {close[0]!r}?" if close else ""
        return f"policy {self.date} has no fact {key!r}{hint}"

    def limit(self, key: str) -> int:
        """A whole number. Raises KeyError for an unknown key, TypeError for another kind of value."""
        value = self.fact(key).value
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"policy {self.date}: {key} is not a number but {value!r}")
        return value

    def text(self, key: str) -> str:
        """A text. Raises KeyError for an unknown key, TypeError for another kind of value."""
        value = self.fact(key).value
        if not isinstance(value, str):
            raise TypeError(f"policy {self.date}: {key} is not a text but {value!r}")
        return value

    def flag(self, key: str) -> bool:
        """A yes or no. Raises KeyError for an unknown key, TypeError for another kind of value."""
        value = self.fact(key).value
        if not isinstance(value, bool):
            raise TypeError(f"policy {self.date}: {key} is not true or false but {value!r}")
        return value

    def list(self, key: str) -> tuple[str, ...]:
        """A list of texts. Raises KeyError for an unknown key, TypeError for another kind of value."""
        value = self.fact(key).value
        if not isinstance(value, tuple):
            raise TypeError(f"policy {self.date}: {key} is not a list but {value!r}")
        texts = tuple(item for item in value if isinstance(item, str))
        if len(texts) != len(value):
            raise TypeError(f"policy {self.date}: {key} is not a list of texts but {value!r}")
        return texts

    def table(self, key: str) -> Mapping[str, Value]:
        """A mapping. Raises KeyError for an unknown key, TypeError for another kind of value."""
        value = self.fact(key).value
        if not isinstance(value, Mapping):
            raise TypeError(f"policy {self.date}: {key} is not a mapping but {value!r}")
        return value

    def _texts(self, key: str) -> dict[str, str]:
        return {name: value for name, value in self.table(key).items() if isinstance(value, str)}

    @cached_property
    def languages(self) -> Mapping[str, Language]:
        """Every known language code, listed ones first, each group sorted."""
        right_to_left = frozenset(self.list("language.right_to_left"))
        return {
            code: Language(code, name, listed, code.partition("_")[0] in right_to_left)
            for listed, key in ((True, "language.names"), (False, "language.unlisted"))
            for code, name in sorted(self._texts(key).items())
        }

    def language(self, code: str) -> Language | None:
        """The language of an exact WhatsApp code (``pt_BR``), listed or only known; None for any other text."""
        return self.languages.get(code)

    @cached_property
    def _subtags(self) -> dict[str, str]:
        return {**self._texts("language.iso639_3"), **self._texts("language.subtag_aliases")}

    def match_language(self, tag: str) -> str | None:
        """The WhatsApp code that fits a BCP 47 or ISO 639 tag of a file; None where WhatsApp has no such language.

        ``fr``, ``fra``, ``fre`` and ``fr-FR`` give ``fr``; ``pt-PT`` gives ``pt_PT``; a bare ``pt`` gives
        ``pt_BR`` (why: ``language.defaults``); ``no`` gives ``nb``. A region that WhatsApp does not list
        falls back to the language. Only listed codes are given.
        """
        match = _TAG.match(tag.strip().replace("_", "-").lower())
        if match is None:
            return None
        language = self._subtags.get(match["language"], match["language"])
        script, region = match["script"], match["region"]
        for parts in ((language, script, region), (language, region), (language, script), (language,)):
            if None not in parts:
                known = self._tag_aliases.get("-".join(parts))
                if known is not None:
                    return known
        if region and f"{language}_{region.upper()}" in self._listed:
            return f"{language}_{region.upper()}"
        if language in self._listed:
            return language
        return self._defaults.get(language)

    @cached_property
    def _tag_aliases(self) -> dict[str, str]:
        return self._texts("language.tag_aliases")

    @cached_property
    def _defaults(self) -> dict[str, str]:
        return self._texts("language.defaults")

    @cached_property
    def _listed(self) -> frozenset[str]:
        return frozenset(code for code, language in self.languages.items() if language.listed)

    def media(self, kind: str) -> MediaKind:
        """Limits of a media kind (``audio``, ``document``, ``gif``, ``image``, ``sticker``, ``video``)."""
        return MediaKind(kind, self.list(f"media.{kind}.mime"), self.limit(f"media.{kind}.max_bytes"))

    def error(self, code: int) -> ErrorCode | None:
        """What an API error code means; None when it is not known."""
        fact = self._group("error").get(f"error.{code}")
        if fact is None or not isinstance(fact.value, Mapping):
            return None
        http = fact.value.get("http")
        return ErrorCode(
            code, str(fact.value["meaning"]), str(fact.value["stage"]), http if isinstance(http, int) else None, fact
        )


@cache
def _load(date: str) -> Policy:
    return Policy(date)


def load_policy(date: str | None = None) -> Policy:
    """The pack of that date (``2026-11``), or the newest; the same object each time.

    Raises ValueError, naming the packs there are, for a date without one.
    """
    dates = policy_dates()
    if date is not None and date not in dates:
        raise ValueError(f"no policy pack {date!r}; there are {', '.join(dates)}")
    return _load(date or dates[-1])

"""Words of a business's own, kept in its store: what leaves and what joins, wherever messages are read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from bascule.contacts.consent.keywords import LONGEST, Keyword, folded, recognise
from bascule.contacts.tabular.problems import ContactsError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bascule.contacts.store.store import Store

__all__ = ["NO_WORDS", "OwnWords", "own_words", "set_words", "words_set"]

_SETTING = "keywords"
_ACTIONS = ("opt_out", "opt_in")


@dataclass(frozen=True, slots=True)
class OwnWords:
    """``table``: folded word to what it says; ``named``: opt-out and opt-in words as they were given."""

    table: MappingProxyType[str, Keyword] = field(default_factory=lambda: MappingProxyType({}))
    named: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    def recognise(self, text: str | None, language: str = "") -> Keyword | None:
        """As :func:`bascule.contacts.consent.keywords.recognise`, with these words. What leaves in any language
        leaves."""
        known = recognise(text, language)
        if not text or len(text) > LONGEST or (known is not None and known.action == "opt_out"):
            return known
        found = self.table.get(folded(text))
        # A campaign may ask for START, which still says what it says.
        return known if found is None or (known is not None and not found.strong) else found


NO_WORDS = OwnWords()


def words_set(connection: Connection) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The opt-out and the opt-in words of a store, sorted."""
    from sqlalchemy import select

    from bascule.contacts.store.schema import settings

    text = connection.execute(select(settings.c.value).where(settings.c.name == _SETTING)).scalar()
    data = json.loads(text) if text else {}
    out, in_ = (tuple(sorted(data.get(action, []))) for action in _ACTIONS)
    return out, in_


def own_words(connection: Connection) -> OwnWords:
    """The words of a store, and those its campaigns asked for: these are weak, an answer to a question."""
    from sqlalchemy import select

    from bascule.contacts.store.schema import settings

    named = words_set(connection)
    table: dict[str, Keyword] = {}
    campaigns = select(settings.c.value).where(settings.c.name.like("campaign:%")).order_by(settings.c.name)
    for value in connection.execute(campaigns).scalars():
        for text in json.loads(value)["texts"]:
            table.setdefault(folded(text["keyword"]), Keyword("opt_in", False, text["keyword"], ()))
    for action, words in reversed(list(zip(_ACTIONS, named, strict=True))):
        table.update({folded(word): Keyword(action, True, word, ()) for word in words})
    table.pop("", None)
    return OwnWords(MappingProxyType(table), named)


def set_words(store: Store, opt_out: Iterable[str], opt_in: Iterable[str]) -> None:
    """Put words in the place of those that were set. Raises ContactsError ``contacts-word-wrong`` for one that no
    message can be, and for one that would mean two things."""
    from bascule.contacts.store.schema import settings

    groups = {"opt_out": sorted(set(opt_out)), "opt_in": sorted(set(opt_in))}
    leaving = {folded(word) for word in groups["opt_out"]}
    for action, words in groups.items():
        for word in words:
            key = folded(word)
            if not key or len(word) > LONGEST:
                raise _wrong(word, f"has no letter or digit, or more than {LONGEST} characters", "a word or two")
            if action == "opt_in":
                known = recognise(word)
                if key in leaving or (known is not None and known.action == "opt_out"):
                    raise _wrong(word, "is a word people leave with", "take another word for joining")
    with store.write() as connection:
        store.upsert(
            connection, settings, [{"name": _SETTING, "value": json.dumps(groups, ensure_ascii=False, sort_keys=True)}]
        )


def _wrong(word: str, what: str, help: str) -> ContactsError:
    return ContactsError("contacts-word-wrong", f"`{word[:LONGEST]}` {what}", help)

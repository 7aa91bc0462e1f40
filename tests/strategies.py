"""Hypothesis strategies for the whole flow graph. ``from tests.strategies import projects``.

Texts are in normal form, ids of one scope are unique unless ``unique=False``, and words of closed sets
are those that ``bascule.ir`` documents. Places are left out: they do not take part in equality.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import strategies as st

from bascule.ir.content import (
    Card,
    Choice,
    ChoiceKind,
    ContactCard,
    Content,
    GeoPoint,
    Media,
    MediaKind,
    TemplateUse,
    Variant,
)
from bascule.ir.expr import OPERATORS, TESTS, Call, Const, Expression, Lambda, Opaque, Ref
from bascule.ir.nodes import (
    Always,
    Ask,
    Assignment,
    Audience,
    Case,
    Chosen,
    Delay,
    Duration,
    Edge,
    End,
    Failure,
    Guard,
    Handover,
    HttpRequest,
    Message,
    Node,
    Otherwise,
    ReplyKind,
    RunFlow,
    SetConsent,
    SetVariable,
    Success,
    Timeout,
    Unsupported,
    Validation,
    When,
)
from bascule.ir.project import (
    Entity,
    EntityValue,
    Entry,
    EntryKind,
    Flow,
    Intent,
    MediaAsset,
    Phrase,
    Project,
    TemplateAsset,
    Variable,
)
from bascule.ir.text import Hole, Literal, Localized, Text, join_text

__all__ = [
    "contents",
    "durations",
    "entries",
    "expressions",
    "facts",
    "flows",
    "localized",
    "localized_texts",
    "names",
    "nodes",
    "paths",
    "projects",
    "strings",
    "texts",
]

_SAMPLES = (
    "Bonjour, où est ma commande ?",
    "أهلا بك في متجرنا",
    "आपका ऑर्डर रास्ते में है",
    "Olá, tudo bem?",
    "Здравствуйте!",
    "👩‍👩‍👧 oui",
    "{nom}",
    "{{nom}}",
    "}{",
    "ligne 1\nligne 2",
    "ligne 1\r\nligne 2\r\n",
    "  blancs devant\net derrière  ",
    "\n",
    "\u2028x\u2029",
    "\x07\x1b[0m",
    "no",
    "012",
    "1:30",
    "2024-01-01",
    "null",
    "~",
    "- a",
    "a: b",
    "a #b",
    "'",
    '"',
    "\\n",
    "\ufeffx",
    "<<",
    "x" * 1100,
)


@cache
def strings(min_size: int = 0) -> st.SearchStrategy[str]:
    """Any text without surrogates, with a bias to what parsers stumble over."""
    anything = st.text(st.characters(exclude_categories=("Cs",)), min_size=min_size, max_size=12)
    return st.one_of(st.sampled_from(_SAMPLES), anything)


@cache
def names() -> st.SearchStrategy[str]:
    """Ids and keys: mostly plain words."""
    words = st.sampled_from(("menu", "statut", "rappel", "end", "étape_2", "नाम", "رقم", "a b", "no", "1", "x.y", "<<"))
    return st.one_of(words, words, strings(min_size=1))


@cache
def paths() -> st.SearchStrategy[tuple[str, ...]]:
    """Variable paths of one token and more."""
    tokens = st.one_of(
        st.sampled_from(("nom", "contact", "results", "0", "12", "and", "true", "prénom", "नाम", "a-b", "`", "\\")),
        strings(),
    )
    return st.lists(tokens, min_size=1, max_size=3).map(tuple)


@cache
def _constants() -> st.SearchStrategy[Expression]:
    numbers = st.one_of(st.integers(), st.floats(allow_nan=False))
    return st.one_of(st.none(), st.booleans(), numbers, strings()).map(Const)


def _grow(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    known = st.sampled_from((*OPERATORS, *TESTS, "upper", "default", "if", "opaque"))
    call = st.builds(Call, st.one_of(known, known, known, strings(min_size=1)), st.lists(inner, max_size=3).map(tuple))
    function = st.builds(Lambda, st.lists(names(), max_size=2).map(tuple), inner)
    return st.one_of(call, call, call, function)


@cache
def expressions(max_leaves: int = 6) -> st.SearchStrategy[Expression]:
    """Expressions of every shape."""
    leaves = st.one_of(_constants(), st.builds(Ref, paths()), st.builds(Opaque, strings(), strings()))
    return st.recursive(leaves, _grow, max_leaves=max_leaves)


_small = st.one_of(st.builds(Ref, paths()), expressions(3))


@cache
@st.composite
def texts(draw: st.DrawFn, min_size: int = 0) -> Text:
    """Texts in normal form; ``min_size=1`` gives no empty one."""
    parts = st.one_of(st.builds(Literal, strings(1)), st.builds(Literal, strings(1)), st.builds(Hole, _small))
    return join_text(draw(st.lists(parts, min_size=min_size, max_size=3)))


@cache
def localized(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Localized[Any]]:
    """None, one or several locales."""
    locales = st.sampled_from(("", "fr", "en", "ar", "pt_BR", "zh-Hant", "no", "eng"))
    items = st.lists(st.tuples(locales, values), max_size=3, unique_by=lambda item: item[0])
    return st.one_of(st.just(Localized()), values.map(Localized.of), items.map(lambda found: Localized(tuple(found))))


@cache
def localized_texts() -> st.SearchStrategy[Localized[Text]]:
    """Texts per locale."""
    return localized(texts())


@cache
def _pairs(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[tuple[str, Any], ...]]:
    return st.lists(st.tuples(names(), values), max_size=2).map(tuple)


@cache
def facts() -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    """Facts or hints: JSON text, canonical or not, and text that is no JSON."""
    scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), strings())
    data = st.recursive(
        scalars, lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(names(), inner, max_size=2))
    )
    spelled = st.one_of(
        data.map(lambda value: json.dumps(value, ensure_ascii=False)),
        data.map(lambda value: json.dumps(value, separators=(",", ":"))),
        st.sampled_from(("1e5", "-0", "NaN", "Infinity", '{"$json": "1"}', '{"a":1,"a":2}', "", "pas du JSON", "[")),
        strings(),
    )
    return _pairs(spelled)


@cache
def _numbers() -> st.SearchStrategy[float]:
    return st.one_of(st.integers(-(10**6), 10**6), st.floats(allow_nan=False))


@cache
def durations(negative: bool = False) -> st.SearchStrategy[Duration]:
    """Fixed, computed, bounded and unknown lengths of time."""
    least = None if negative else 0
    whole = st.integers(-(10**7) if negative else 0, 10**7).map(float)
    seconds = st.one_of(whole, whole, st.floats(least, allow_nan=False))
    return st.one_of(
        st.builds(Duration, seconds),
        st.builds(Duration, st.none(), _small, st.none() | seconds.map(abs)),
        st.builds(Duration, st.none() | seconds, st.none() | _small, st.none() | seconds.map(abs)),
    )


@cache
def _media() -> st.SearchStrategy[Media]:
    return st.builds(
        Media,
        st.sampled_from(MediaKind),
        localized_texts(),
        asset=strings(),
        mime=st.sampled_from(("", "image/png", "audio/ogg")),
        size=st.none() | st.integers(0),
        duration=st.none() | st.floats(0, allow_nan=False),
        filename=strings(),
        caption=localized_texts(),
        thumbnail=strings(),
        at=st.none(),
    )


@cache
def _words() -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(strings(), max_size=3).map(tuple)


@st.composite
def _choice(draw: st.DrawFn, id: str) -> Choice:
    return Choice(
        id,
        draw(localized_texts()),
        draw(st.sampled_from(ChoiceKind)),
        description=draw(localized_texts()),
        payload=draw(strings()),
        value=draw(st.none() | _small),
        accepts=draw(localized(_words())),
        url=draw(texts()),
        phone=draw(texts()),
        section=draw(localized_texts()),
        media=draw(st.none() | _media()) if draw(st.booleans()) else None,
        hints=draw(facts()),
    )


@cache
@st.composite
def _choices(draw: st.DrawFn) -> tuple[Choice, ...]:
    ids = draw(st.lists(names(), max_size=2, unique=True))
    return tuple(draw(_choice(id)) for id in ids)


@cache
@st.composite
def contents(draw: st.DrawFn, depth: int = 0) -> Content:
    """Contents with any of their parts; most parts are absent."""

    def maybe(strategy: st.SearchStrategy[Any], default: Any) -> Any:
        return draw(strategy) if draw(st.integers(0, 3)) == 0 else default

    def card(index: int) -> st.SearchStrategy[Card]:
        # Choice ids are unique in a content, its cards included.
        own = _choices().map(lambda found: tuple(replace(item, id=f"carte{index} {item.id}") for item in found))
        return st.builds(Card, localized_texts(), localized_texts(), st.none() | _media(), own, facts(), at=st.none())

    channels = st.lists(names(), min_size=1, max_size=2, unique=True).flatmap(
        lambda found: st.tuples(*(st.builds(Variant, st.just(name), contents(depth + 1)) for name in found))
    )
    return Content(
        text=draw(localized_texts()),
        header=maybe(localized_texts(), Localized()),
        footer=maybe(localized_texts(), Localized()),
        media=maybe(st.lists(_media(), max_size=2).map(tuple), ()),
        location=maybe(st.builds(GeoPoint, _small, _small, texts(), texts()), None),
        contacts=maybe(st.lists(st.builds(ContactCard, texts(), texts(), strings()), max_size=2).map(tuple), ()),
        choices=maybe(_choices(), ()),
        cards=maybe(st.integers(0, 2).flatmap(lambda count: st.tuples(*map(card, range(count)))), ()),
        list_label=maybe(localized_texts(), Localized()),
        alternatives=maybe(st.lists(localized_texts(), max_size=2).map(tuple), ()),
        variants=maybe(channels, ()) if depth < 2 else (),
        template=maybe(st.builds(TemplateUse, strings(), strings(), strings(), _pairs(_small), at=st.none()), None),
        hints=maybe(facts(), ()),
    )


@cache
def _audiences() -> st.SearchStrategy[Audience | None]:
    groups = st.builds(Audience, st.lists(_small, max_size=2).map(tuple), _words(), strings())
    return st.one_of(st.none(), st.none(), groups)


@cache
def _guards() -> st.SearchStrategy[Guard]:
    return st.one_of(
        st.just(Always()),
        st.builds(When, _small),
        st.builds(Chosen, st.lists(names(), max_size=2).map(tuple)),
        st.just(Otherwise()),
        st.builds(Timeout, durations()),
        st.just(Success()),
        st.builds(Failure, strings()),
    )


@cache
def _assignments() -> st.SearchStrategy[tuple[Assignment, ...]]:
    one = st.builds(
        Assignment, paths(), st.none() | _small, st.sampled_from(("set", "add", "remove", "clear")), strings(),
        at=st.none(),
    )  # fmt: skip
    return st.lists(one, max_size=2).map(tuple)


@cache
def _validations() -> st.SearchStrategy[Validation]:
    return st.builds(
        Validation,
        st.none() | _numbers(),
        st.none() | _numbers(),
        st.none() | st.integers(),
        strings(),
        strings(),
        st.none() | contents(depth=2),
        st.none() | st.integers(),
    )


def _of(kind: type[Node], **members: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[type[Node], dict[str, Any]]]:
    return st.fixed_dictionaries(members).map(lambda found: (kind, found))


@cache
def _bodies() -> dict[str, st.SearchStrategy[tuple[type[Node], dict[str, Any]]]]:
    """Kind of node to its class and the members that are its own."""
    paths_or_none = st.one_of(st.just(()), paths())
    return {
        "message": _of(Message, content=contents(), audience=_audiences()),
        "ask": _of(
            Ask,
            content=contents(),
            reply=st.sampled_from(ReplyKind),
            into=paths_or_none,
            validation=st.none() | _validations(),
        ),
        "case": _of(Case, subject=st.none() | _small),
        "set": _of(SetVariable, assignments=_assignments()),
        "http": _of(
            HttpRequest,
            service=st.sampled_from(("http", "function", "llm", "")),
            method=st.sampled_from(("", "GET", "POST")),
            url=texts(),
            headers=_pairs(texts()),
            parameters=_pairs(texts()),
            body=texts(),
            content_type=strings(),
            into=paths_or_none,
            mapping=_pairs(paths_or_none),
            timeout=st.none() | st.floats(0, allow_nan=False),
            name=strings(),
        ),
        "delay": _of(Delay, duration=durations()),
        "run_flow": _of(
            RunFlow,
            flow=strings(),
            flow_title=strings(),
            mode=st.sampled_from(("call", "jump", "start")),
            parameters=_pairs(_small),
            audience=_audiences(),
        ),
        "handover": _of(Handover, to=strings(), note=texts(), parameters=_pairs(texts())),
        "consent": _of(SetConsent, state=st.sampled_from(("opt_in", "opt_out")), channel=strings(), purpose=strings()),
        "end": _of(End, reason=strings()),
        "unsupported": _of(Unsupported, construct=strings(), source=strings(), language=strings(), reason=strings()),
    }


@cache
def _edges(ids: tuple[str, ...]) -> st.SearchStrategy[tuple[Edge, ...]]:
    targets = st.one_of(st.none(), st.sampled_from(ids))
    return st.lists(st.builds(Edge, _guards(), targets, strings(), at=st.none()), max_size=2).map(tuple)


@cache
def _shared() -> st.SearchStrategy[dict[str, Any]]:
    full = st.fixed_dictionaries(
        {
            "title": strings(),
            "facts": facts(),
            "hints": facts(),
            "position": st.none() | st.tuples(_numbers(), _numbers()),
        }
    )
    return st.one_of(st.just({}), full)


@st.composite
def nodes(draw: st.DrawFn, id: str = "menu", ids: tuple[str, ...] = ("menu", "end"), kind: str = "") -> Node:
    """A node of the kind, or of any; its edges lead to ``ids`` or to the end."""
    make, members = draw(_bodies()[kind or draw(st.sampled_from(sorted(_bodies())))])
    return make(id=id, edges=draw(_edges(ids)), **draw(_shared()), **members)


def entries(ids: tuple[str, ...] = ("menu", "end")) -> st.SearchStrategy[Entry]:
    """Entries of every kind, with any of their members."""
    return st.builds(
        Entry,
        st.sampled_from(EntryKind),
        st.none() | st.sampled_from(ids),
        localized(_words()),
        st.sampled_from(("word", "only", "exact", "contains")),
        intent=strings(),
        condition=st.none() | _small,
        name=strings(),
        offset=st.none() | durations(negative=True),
        schedule=strings(),
        facts=facts(),
        at=st.none(),
    )


@st.composite
def flows(draw: st.DrawFn, id: str = "suivi", unique: bool = True) -> Flow:
    """A flow of a few nodes."""
    ids = tuple(draw(st.lists(names(), max_size=3, unique=unique)))
    return Flow(
        id,
        tuple(draw(nodes(node, ids)) for node in ids),
        tuple(draw(st.lists(entries(ids or ("menu",)), max_size=2))),
        title=draw(strings()),
        locale=draw(strings()),
        expires=draw(st.none() | durations()),
        facts=draw(facts()),
    )


def _intents(id: str) -> st.SearchStrategy[Intent]:
    phrases = st.lists(st.builds(Phrase, texts(), _words(), at=st.none()), max_size=2).map(tuple)
    return st.builds(Intent, st.just(id), strings(), localized(phrases), _pairs(strings()), facts(), at=st.none())


def _entities(id: str) -> st.SearchStrategy[Entity]:
    values = st.lists(st.builds(EntityValue, strings(), localized(_words())), max_size=2).map(tuple)
    kinds = st.sampled_from(("list", "regex", "lookup", "system"))
    return st.builds(Entity, st.just(id), kinds, values, localized(_words()), facts(), at=st.none())


def _variables(name: str) -> st.SearchStrategy[Variable]:
    types = ("", "text", "number", "boolean", "date", "time", "datetime", "location", "media", "list", "object")
    scopes = st.sampled_from(("", "contact", "flow", "session", "global"))
    return st.builds(
        Variable, st.just(name), st.sampled_from(types), localized(strings()), strings(), scopes,
        st.none() | st.integers(), at=st.none(),
    )  # fmt: skip


@cache
def _templates() -> st.SearchStrategy[TemplateAsset]:
    word = strings()
    return st.builds(TemplateAsset, word, word, word, word, word, word, localized_texts(), word, facts(), at=st.none())


@st.composite
def projects(draw: st.DrawFn, unique: bool = True) -> Project:
    """Whole projects. ``unique=False`` lets ids repeat, as in exports that were merged by hand."""

    def named(make: Any) -> tuple[Any, ...]:
        found = draw(st.lists(names(), max_size=2, unique=unique)) if draw(st.booleans()) else []
        return tuple(draw(make(name)) for name in found)

    ids = draw(st.lists(names(), max_size=2, unique=unique))
    return Project(
        flows=tuple(draw(flows(id, unique)) for id in ids),
        locale=draw(strings()),
        locales=draw(_words()),
        variables=named(_variables),
        intents=named(_intents),
        entities=named(_entities),
        media=named(lambda id: st.builds(MediaAsset, st.just(id), _media())),
        templates=tuple(draw(st.lists(_templates(), max_size=1))),
        facts=draw(facts()),
    )

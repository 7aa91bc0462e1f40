"""Routers as data: the operand, the cases, categories with where they lead, the wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bascule.ir.expr import Expression
from bascule.parsers.rapidpro.catalogue import ARGUMENTS, KNOWN_TESTS, LIMITS, close_to
from bascule.parsers.rapidpro.exits import Exit, named
from bascule.parsers.rapidpro.legacy.draft import KEPT
from bascule.parsers.rapidpro.located import Arr, Obj
from bascule.parsers.rapidpro.members import Members
from bascule.parsers.rapidpro.reading import clip, json_text, number_of, result_key
from bascule.parsers.rapidpro.rules import (
    CaseArguments,
    DanglingCategory,
    DanglingExit,
    UnknownTest,
    WrongShape,
)
from bascule.parsers.rapidpro.scene import Scene
from bascule.source import Place

__all__ = ["Case", "Category", "Router", "Wait", "read_router"]

_TESTS = tuple(sorted(KNOWN_TESTS))


@dataclass(frozen=True, slots=True)
class Category:
    """A category of a router; ``names`` are its translations, ``way`` is the uuid of its exit, ``source`` its JSON
    text."""

    uuid: str
    name: str
    target: str | None
    place: Place
    names: tuple[tuple[str, str], ...] = ()
    way: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A case: a test with arguments per language (the flow's own first), where each stands, and the category it
    leads to. ``source`` is its JSON text. The tests ``and`` and ``or`` of older flows have ``parts``."""

    test: str
    arguments: Mapping[str, tuple[str, ...]]
    places: Mapping[str, tuple[Place, ...]]
    category: Category | None
    place: Place
    source: str
    known: bool
    parts: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait for the user. ``seconds`` is None when it has no limit."""

    kind: str
    seconds: float | None
    category: Category | None
    hint: str
    place: Place
    timeout_place: Place


@dataclass(slots=True)
class Router:
    """A router read. ``facts`` are members that the graph has no field for."""

    kind: str
    operand: Expression | None
    cases: list[Case]
    categories: list[Category]
    default: Category | None
    result: str
    wait: Wait | None
    place: Place
    pointer: str
    facts: list[tuple[str, str]] = field(default_factory=list)


def read_router(
    scene: Scene, node: Obj, router: Obj, exits: Mapping[str, Exit], seen: dict[tuple[str, str], Place]
) -> Router:
    """Read a router and everything in it."""
    reading = scene.reading
    members = Members(reading, router, "router", ("type", "cases", "categories", "wait"))
    place = reading.at(node, "router")
    reading.book.exact(place)
    facts = members.facts
    kind = router.get("type")
    if kind not in ("switch", "random"):
        at = reading.at(router, "type") if "type" in router else place
        shown = f"`{clip(kind, 30)}`" if isinstance(kind, str) else "none"
        reading.find(WrongShape, at, f"a router has the type {shown}", help="write `switch` or `random`")
        facts.append(("type", json_text(kind)))
        kind = "switch"
    categories = _categories(scene, router, exits, seen, facts)
    by_uuid = {category.uuid: category for category in reversed(categories) if category.uuid}
    cases = _cases(scene, router, by_uuid, seen, facts)
    default = None
    if router.get("default_category_uuid") is not None:
        default = _category(scene, router, "default_category_uuid", by_uuid, "the default")
    members.take("default_category_uuid")
    operand = None
    if isinstance(members.take("operand"), str):
        operand = reading.expression(router["operand"], members.at("operand"), declare=False)
    elif router.get("operand") is not None:
        members.misshapen("operand", "a text")
    name = members.string("result_name")
    result = result_key(name)
    if result:
        reading.declare(("results", result), members.at("result_name"), title=name)
    if "config" in router:
        members.fact("config")
    wait = _wait(scene, router, by_uuid, facts)
    members.keep_rest("router/")
    read = Router(
        kind if isinstance(kind, str) else "switch",
        operand, cases, categories, default, result, wait, place, router.pointer, facts,
    )  # fmt: skip
    _unused(scene, read, exits)
    return read


def _unused(scene: Scene, router: Router, exits: Mapping[str, Exit]) -> None:
    """Keep what no case, default or timeout leads to: categories, and exits of none of them."""
    used = [case.category for case in router.cases]
    used += [router.default, router.wait.category if router.wait else None]
    taken = {id(category) for category in (router.categories if router.kind == "random" else used)}
    for category in router.categories:
        if id(category) not in taken:
            router.facts.append((f"unused category/{category.name}", category.source))
            scene.reading.book.emulated(category.place, "nothing leads to it; kept as a fact")
    ways = {category.way for category in router.categories if id(category) in taken}
    for uuid, way in exits.items():
        if uuid not in ways:
            router.facts.append(("unused exit", way.source))
            scene.reading.book.emulated(way.place, "nothing leads to it; kept as a fact")


def _categories(
    scene: Scene,
    router: Obj,
    exits: Mapping[str, Exit],
    seen: dict[tuple[str, str], Place],
    facts: list[tuple[str, str]],
) -> list[Category]:
    reading = scene.reading
    result: list[Category] = []
    for index, item, place in _objects(scene, router, "categories", "a category", facts):
        uuid = named(scene, item, "category", place, seen)
        name = item.get("name")
        if not isinstance(name, str):
            if name is not None:
                reading.wrong_shape(reading.at(item, "name"), "the name of a category", name, "a text")
                facts.append((f"categories/{index}/name", json_text(name)))
            name = ""
        names: list[tuple[str, str]] = []
        for language, text, at in scene.translations.texts(uuid, "name"):
            names.append((language, text))
            reading.book.emulated(at, "set by the contact's language where it is read, else kept as a fact")
        if names:
            facts.append((f"category_names/{name}", json_text(dict(names))))
        reading.book.exact(place)
        way = item.get("exit_uuid")
        target: str | None = None
        found = exits.get(way) if isinstance(way, str) else None
        if found is not None:
            target = found.target
        else:
            shown = f"`{clip(way, 40)}`" if isinstance(way, str) else "none"
            code = reading.find(
                DanglingExit,
                reading.at(item, "exit_uuid") if "exit_uuid" in item else place,
                f"the category `{clip(name, 40)}` leads to the exit {shown}, which the node does not have",
                help="name one of the node's exits",
            )
            reading.book.degraded(place, "its exit is not there: the flow ends", "name one of the node's exits", code)
        members = Members(reading, item, "category", ("uuid", "name", "exit_uuid"))
        members.keep_rest(f"categories/{index}/")
        facts.extend(members.facts)
        way = way if isinstance(way, str) else ""
        result.append(Category(uuid, name, target, place, tuple(names), way, json_text(item.lacking(KEPT))))
    return result


def _objects(
    scene: Scene, router: Obj, key: str, what: str, facts: list[tuple[str, str]]
) -> list[tuple[int, Obj, Place]]:
    """The items of a list that are objects; others, and a member that is no list, are reported and kept."""
    reading = scene.reading
    value = router.get(key)
    if value is None:
        return []
    if not isinstance(value, Arr):
        place = reading.at(router, key)
        code = reading.wrong_shape(place, f"`{key}` of a router", value, "a list")
        reading.book.dropped(place, "not a list: nothing to read", "write a list", code)
        facts.append((key, json_text(value)))
        return []
    result: list[tuple[int, Obj, Place]] = []
    for index, item in enumerate(value):
        place = reading.at(value, index)
        if isinstance(item, Obj):
            result.append((index, item, place))
            continue
        code = reading.wrong_shape(place, what, item, "an object")
        reading.book.dropped(place, "not an object: nothing to read", "write an object", code)
        facts.append((f"{key}/{index}", json_text(item)))
    return result


def _category(scene: Scene, item: Obj, key: str, by_uuid: Mapping[str, Category], what: str) -> Category | None:
    """The category that a member names; None, reported, when there is none."""
    reading = scene.reading
    uuid = item.get(key)
    found = by_uuid.get(uuid) if isinstance(uuid, str) else None
    place = reading.at(item, key) if key in item else reading.place(item.pointer)
    if found is None:
        shown = f"the category `{clip(uuid, 40)}`" if isinstance(uuid, str) else "no category"
        code = reading.find(
            DanglingCategory,
            place,
            f"{what} names {shown}" + (", which the router does not have" if isinstance(uuid, str) else ""),
            help="name one of the router's categories",
        )
        reading.book.degraded(place, "its category is not there: the flow ends", "name one of the categories", code)
    else:
        reading.book.exact(place)
    return found


def _cases(
    scene: Scene,
    router: Obj,
    by_uuid: Mapping[str, Category],
    seen: dict[tuple[str, str], Place],
    facts: list[tuple[str, str]],
) -> list[Case]:
    items = _objects(scene, router, "cases", "a case", facts)
    return [_case(scene, item, place, by_uuid, seen, facts, index) for index, item, place in items]


def _case(
    scene: Scene,
    item: Obj,
    place: Place,
    by_uuid: Mapping[str, Category],
    seen: dict[tuple[str, str], Place],
    facts: list[tuple[str, str]],
    index: int,
) -> Case:
    """One case. Those inside another one are as deep as an upgrade makes them."""
    reading = scene.reading
    uuid = named(scene, item, "case", place, seen)
    members = Members(reading, item, "case", ("uuid", "type", "arguments", "category_uuid", "cases"))
    reading.book.exact(place)
    test = item.get("type")
    name = test if isinstance(test, str) else ""
    inner = item.get("cases") if name in ("and", "or") else None
    parts = tuple(
        _case(scene, part, place, by_uuid, seen, facts, index)
        for part in (inner if isinstance(inner, Arr) else ())
        if isinstance(part, Obj)
    )
    known = name in KNOWN_TESTS or (bool(parts) and all(part.known for part in parts))
    if not known and not parts:
        close = close_to(name, _TESTS) if name else ""
        code = reading.find(
            UnknownTest,
            reading.at(item, "type") if "type" in item else place,
            f"a case has {f'the test `{clip(name, 30)}`' if name else 'no test'}; it is an opaque condition",
            help=f"did you mean `{close}`?" if close else "the tests begin with `has_`",
        )
        reading.book.degraded(place, "no known test; kept as an opaque condition", "correct the type", code)
    words = () if parts else _arguments(scene, item, place, name, facts, index)
    arguments, places = _translated_arguments(scene, item, uuid, words, place)
    category = _category(scene, item, "category_uuid", by_uuid, "a case")
    members.keep_rest(f"cases/{index}/")
    facts.extend(members.facts)
    return Case(name, arguments, places, category, place, json_text(item.lacking(KEPT)), known, parts)


def _translated_arguments(
    scene: Scene, item: Obj, uuid: str, words: tuple[str, ...], place: Place
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[Place, ...]]]:
    """The arguments and their places by language. What a translation leaves out is as in the flow's own language."""
    reading = scene.reading
    base = item.get("arguments")
    own = tuple(reading.at(base, index) if isinstance(base, Arr) else place for index in range(len(words)))
    arguments, places = {scene.locale: words}, {scene.locale: own}
    for language, texts, at in scene.translations.of(uuid, "arguments"):
        if len(texts) != len(words):
            message = f"a case has {len(words)} argument(s), but {len(texts)} in `{language}`"
            reading.find(CaseArguments, at, message, help="translate each argument")
            reading.book.emulated(at, f"{message}: the rest is as in the flow's own language")
        told = [index < len(texts) and bool(texts[index]) for index in range(len(words))]
        arguments[language] = tuple(texts[index] if told[index] else word for index, word in enumerate(words))
        places[language] = tuple(reading.at(texts, index) if told[index] else known for index, known in enumerate(own))
    return arguments, places


def _arguments(
    scene: Scene, item: Obj, place: Place, test: str, facts: list[tuple[str, str]], index: int
) -> tuple[str, ...]:
    """The arguments of a case as texts."""
    reading = scene.reading
    value = item.get("arguments")
    at = reading.at(item, "arguments") if "arguments" in item else place
    if value is None:
        value = Arr()
    if not isinstance(value, Arr) or not all(isinstance(word, (str, int, float)) for word in value):
        code = reading.wrong_shape(at, "the arguments of a case", value, "a list of texts")
        reading.book.degraded(place, "not a list of texts; kept as a fact", "write a list of texts", code)
        facts.append((f"cases/{index}/arguments", json_text(value)))
        return ()
    words = tuple(word if isinstance(word, str) else json_text(word) for word in value)
    least, most = ARGUMENTS.get(test, (0, LIMITS["arguments"]))
    if not least <= len(words) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        reading.find(
            CaseArguments,
            at,
            f"`{clip(test, 30)}` takes {wanted} argument(s), but here are {len(words)}",
            help="put alternatives into one argument, with blanks between them" if most == 1 else "",
        )
    return words


def _wait(scene: Scene, router: Obj, by_uuid: Mapping[str, Category], facts: list[tuple[str, str]]) -> Wait | None:
    reading = scene.reading
    value = router.get("wait")
    if value is None:
        return None
    place = reading.at(router, "wait")
    if not isinstance(value, Obj):
        code = reading.wrong_shape(place, "a wait", value, "an object")
        reading.book.dropped(place, "not an object: read as no wait", "write an object", code)
        facts.append(("wait", json_text(value)))
        return None
    reading.book.exact(place)
    kind = value.get("type")
    if kind not in ("msg", "dial"):
        shown = f"`{clip(kind, 30)}`" if isinstance(kind, str) else "none"
        reading.find(WrongShape, place, f"a wait has the type {shown}; it is read as `msg`", help="write `msg`")
        facts.append(("wait/type", json_text(kind)))
        kind = "msg"
    timeout = value.get("timeout")
    seconds: float | None = None
    category: Category | None = None
    at = reading.at(value, "timeout") if "timeout" in value else place
    if isinstance(timeout, Obj):
        seconds = number_of(timeout.get("seconds"))
        category = _category(scene, timeout, "category_uuid", by_uuid, "the timeout")
        if seconds is None or seconds <= 0:
            code = reading.wrong_shape(at, "the length of a timeout", timeout.get("seconds"), "a number of seconds")
            reading.book.degraded(place, "its timeout has no length: it waits without limit", "write `seconds`", code)
            seconds = None
        facts.extend(
            (f"wait/timeout/{key}", json_text(item))
            for key, item in timeout.items()
            if key not in ("seconds", "category_uuid")
        )
    elif timeout is not None:
        # The first editors wrote the seconds alone.
        seconds = number_of(timeout)
        code = reading.wrong_shape(at, "a timeout", timeout, "an object")
        reading.book.degraded(place, "its timeout names no category; kept as a fact", "write an object", code)
        facts.append(("wait/timeout", json_text(timeout)))
    hint = value.get("hint")
    hint_type = hint.get("type") if isinstance(hint, Obj) else None
    if hint is not None:
        facts.append(("wait/hint", json_text(hint)))
    members = Members(reading, value, "wait", ("type", "timeout", "hint"))
    members.keep_rest("wait/")
    facts.extend(members.facts)
    return Wait(str(kind), seconds, category, hint_type if isinstance(hint_type, str) else "", place, at)
